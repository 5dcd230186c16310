#include "serve/http_body.h"

enum { SIZE_DIGITS_MAX = 8 };

void vd_http_body_start(struct vd_http_body *body, const struct vd_http_head *head) {
  *body = (struct vd_http_body){
      .framing = head->framing,
      .remaining = head->framing == VD_HTTP_LENGTH ? head->content_length : 0,
      .complete = head->framing == VD_HTTP_NO_BODY,
  };
}

static size_t take_content(struct vd_http_body *body, const char *bytes, size_t len, struct vd_buffer *out) {
  size_t take = len < body->remaining ? len : (size_t)body->remaining;
  vd_buffer_append(out, bytes, take);
  body->remaining -= take;
  return take;
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static bool size_char(struct vd_http_body *body, char c) {
  int value = hex_value(c);
  if (value >= 0 && body->digits < SIZE_DIGITS_MAX) {
    body->remaining = body->remaining * 16 + (uint64_t)value;
    body->digits++;
    return true;
  }
  body->phase = VD_CHUNK_SIZE_LF;
  return c == '\r' && body->digits > 0;
}

/* A byte that is not content; false when it may not stand there. */
static bool frame_char(struct vd_http_body *body, char c) {
  switch (body->phase) {
    case VD_CHUNK_SIZE: return size_char(body, c);
    case VD_CHUNK_SIZE_LF: body->phase = body->remaining > 0 ? VD_CHUNK_DATA : VD_CHUNK_LAST_CR; return c == '\n';
    case VD_CHUNK_DATA_CR: body->phase = VD_CHUNK_DATA_LF; return c == '\r';
    case VD_CHUNK_DATA_LF:
      body->phase = VD_CHUNK_SIZE;
      body->digits = 0;
      return c == '\n';
    case VD_CHUNK_LAST_CR: body->phase = VD_CHUNK_LAST_LF; return c == '\r';
    case VD_CHUNK_LAST_LF: return body->complete = c == '\n';
    case VD_CHUNK_DATA: break;
  }
  return false;
}

static enum vd_body_result feed_chunked(struct vd_http_body *body, const char *bytes, size_t len, size_t *used,
                                        struct vd_buffer *out) {
  while (*used < len && !body->complete) {
    if (body->phase != VD_CHUNK_DATA) {
      if (!frame_char(body, bytes[(*used)++])) return VD_BODY_MALFORMED;
      continue;
    }
    *used += take_content(body, bytes + *used, len - *used, out);
    if (vd_buffer_failed(out)) return VD_BODY_TOO_LARGE;
    if (body->remaining == 0) body->phase = VD_CHUNK_DATA_CR;
  }
  return VD_BODY_OK;
}

enum vd_body_result vd_http_body_feed(struct vd_http_body *body, const char *bytes, size_t len, size_t *used,
                                      struct vd_buffer *out) {
  *used = 0;
  if (body->complete) return VD_BODY_OK;
  if (body->framing == VD_HTTP_CHUNKED) return feed_chunked(body, bytes, len, used, out);
  *used = take_content(body, bytes, len, out);
  body->complete = body->remaining == 0;
  return vd_buffer_failed(out) ? VD_BODY_TOO_LARGE : VD_BODY_OK;
}
