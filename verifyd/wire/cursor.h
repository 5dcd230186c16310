/* cursor.h: bytes written and read in order, with big-endian numbers. A cursor that has come to its end writes nothing
 * and reads zeroes from then on, so that a caller looks once, at the end. Inside wire/ only. */
#ifndef VD_CURSOR_H
#define VD_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct vd_cursor_out {
  uint8_t *bytes;
  size_t capacity;
  size_t len;
  bool is_over; /* something did not fit */
};

static inline void vd_cursor_put(struct vd_cursor_out *cursor, const void *bytes, size_t len) {
  if (len > cursor->capacity - cursor->len) cursor->is_over = true;
  if (cursor->is_over || len == 0) return;
  memcpy(cursor->bytes + cursor->len, bytes, len);
  cursor->len += len;
}

/* A number of `len` bytes, 1..8. */
static inline void vd_cursor_put_number(struct vd_cursor_out *cursor, uint64_t value, size_t len) {
  uint8_t bytes[8];
  for (size_t at = len; at > 0; at--, value >>= 8) bytes[at - 1] = (uint8_t)value;
  vd_cursor_put(cursor, bytes, len);
}

struct vd_cursor_in {
  const uint8_t *bytes; /* what is left */
  size_t len;
  bool is_over; /* it ended too early */
};

/* A view of the next bytes; NULL when there are not so many. */
static inline const uint8_t *vd_cursor_take(struct vd_cursor_in *cursor, size_t len) {
  if (len > cursor->len) cursor->is_over = true;
  if (cursor->is_over) return NULL;
  const uint8_t *bytes = cursor->bytes;
  cursor->bytes += len;
  cursor->len -= len;
  return bytes;
}

/* Copies the next bytes; zeroes when there are not so many. */
static inline void vd_cursor_take_copy(struct vd_cursor_in *cursor, void *out, size_t len) {
  const uint8_t *bytes = vd_cursor_take(cursor, len);
  if (bytes != NULL) {
    memcpy(out, bytes, len);
  } else {
    memset(out, 0, len);
  }
}

static inline uint64_t vd_cursor_take_number(struct vd_cursor_in *cursor, size_t len) {
  const uint8_t *bytes = vd_cursor_take(cursor, len);
  uint64_t value = 0;
  for (size_t at = 0; bytes != NULL && at < len; at++) value = value << 8 | bytes[at];
  return value;
}

/* Whether the next bytes are the four of `name`. */
static inline bool vd_cursor_take_name(struct vd_cursor_in *cursor, const char name[static 4]) {
  const uint8_t *bytes = vd_cursor_take(cursor, 4);
  return bytes != NULL && memcmp(bytes, name, 4) == 0;
}

/* Whether everything was there, and nothing is left. */
static inline bool vd_cursor_is_done(const struct vd_cursor_in *cursor) { return !cursor->is_over && cursor->len == 0; }

#endif
