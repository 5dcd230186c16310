#include "serve/buffer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIRST_CAPACITY = 1024 };

bool vd_span_equal(struct vd_span a, struct vd_span b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.text, b.text, a.len) == 0);
}

bool vd_span_equal_nocase(struct vd_span a, struct vd_span b) {
  return a.len == b.len && (a.len == 0 || strncasecmp(a.text, b.text, a.len) == 0);
}

static bool is_space(char c) { return c == ' ' || c == '\t'; }

struct vd_span vd_span_trim(struct vd_span span) {
  while (span.len > 0 && is_space(span.text[0])) {
    span.text++;
    span.len--;
  }
  while (span.len > 0 && is_space(span.text[span.len - 1])) span.len--;
  return span;
}

void vd_buffer_init(struct vd_buffer *buffer, size_t limit) { *buffer = (struct vd_buffer){.limit = limit}; }

/* Not realloc: it may leave a copy of the old bytes behind. */
static bool grow(struct vd_buffer *buffer, size_t needed) {
  size_t capacity = buffer->capacity == 0 ? FIRST_CAPACITY : buffer->capacity;
  while (capacity < needed) capacity *= 2;
  if (capacity > buffer->limit) capacity = buffer->limit;
  char *bytes = malloc(capacity);
  if (bytes == NULL) return false;
  if (buffer->len > 0) memcpy(bytes, buffer->bytes, buffer->len);
  if (buffer->bytes != NULL) explicit_bzero(buffer->bytes, buffer->len);
  free(buffer->bytes);
  buffer->bytes = bytes;
  buffer->capacity = capacity;
  return true;
}

char *vd_buffer_room(struct vd_buffer *buffer, size_t more) {
  assert(buffer->len <= buffer->limit);
  if (buffer->failed) return NULL;
  if (more > buffer->limit - buffer->len ||
      (buffer->len + more > buffer->capacity && !grow(buffer, buffer->len + more))) {
    buffer->failed = true;
    return NULL;
  }
  return buffer->bytes + buffer->len;
}

void vd_buffer_append(struct vd_buffer *buffer, const void *bytes, size_t len) {
  if (len == 0) return;
  char *room = vd_buffer_room(buffer, len);
  if (room == NULL) return;
  memcpy(room, bytes, len);
  buffer->len += len;
}

void vd_buffer_span(struct vd_buffer *buffer, struct vd_span span) { vd_buffer_append(buffer, span.text, span.len); }

void vd_buffer_text(struct vd_buffer *buffer, const char *text) { vd_buffer_append(buffer, text, strlen(text)); }

void vd_buffer_number(struct vd_buffer *buffer, uint64_t number) {
  char digits[20];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  vd_buffer_append(buffer, digits + at, sizeof digits - at);
}

bool vd_buffer_failed(const struct vd_buffer *buffer) { return buffer->failed; }

void vd_buffer_reset(struct vd_buffer *buffer, size_t keep_bytes) {
  if (buffer->capacity > keep_bytes) {
    vd_buffer_free(buffer);
    return;
  }
  if (buffer->len > 0) explicit_bzero(buffer->bytes, buffer->len);
  buffer->len = 0;
  buffer->failed = false;
}

void vd_buffer_free(struct vd_buffer *buffer) {
  if (buffer->bytes != NULL) explicit_bzero(buffer->bytes, buffer->capacity);
  free(buffer->bytes);
  vd_buffer_init(buffer, buffer->limit);
}
