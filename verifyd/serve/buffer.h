/* buffer.h: a growing byte buffer with a limit, which wipes what it held whenever it moves, empties or is
 * freed, because requests and answers carry secrets. Also the view type of the HTTP code.
 *
 * A failed append latches: later appends do nothing and vd_buffer_failed stays true until vd_buffer_reset,
 * so that a writer of many pieces checks once at the end. Not for several threads at a time. */
#ifndef VD_SERVE_BUFFER_H
#define VD_SERVE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Some characters that belong to somebody else; not terminated. {NULL, 0} means absent. */
struct vd_span {
  const char *text;
  size_t len;
};

#define VD_SPAN(literal) ((struct vd_span){(literal), sizeof(literal) - 1})

/* Whether two spans are equal, byte for byte, or without regard to ASCII case. */
bool vd_span_equal(struct vd_span a, struct vd_span b);
bool vd_span_equal_nocase(struct vd_span a, struct vd_span b);

/* The span without spaces and tabs at its ends (RFC 9110 section 5.6.3: OWS). */
struct vd_span vd_span_trim(struct vd_span span);

struct vd_buffer {
  char *bytes; /* NULL until something is appended */
  size_t len;
  size_t capacity;
  size_t limit; /* bytes: an append beyond it fails */
  bool failed;
};

/* An empty buffer that never holds more than `limit` bytes; allocates nothing. */
void vd_buffer_init(struct vd_buffer *buffer, size_t limit);

/* Room for `more` bytes behind what is there; grows by doubling. Returns NULL, and latches the failure, at
 * the limit or without memory. The caller fills the room and adds to len. */
char *vd_buffer_room(struct vd_buffer *buffer, size_t more);

void vd_buffer_append(struct vd_buffer *buffer, const void *bytes, size_t len);
void vd_buffer_span(struct vd_buffer *buffer, struct vd_span span);
void vd_buffer_text(struct vd_buffer *buffer, const char *text);
void vd_buffer_number(struct vd_buffer *buffer, uint64_t number); /* decimal */

bool vd_buffer_failed(const struct vd_buffer *buffer);

/* Wipes and empties; keeps the memory when it is at most `keep_bytes`, so that a connection reuses it. */
void vd_buffer_reset(struct vd_buffer *buffer, size_t keep_bytes);

/* Wipes and frees; the buffer is empty and usable afterwards. */
void vd_buffer_free(struct vd_buffer *buffer);

#endif
