/* Text rules of FRAG-1 section 1. The only file that includes utf8proc's header. */
#include <frag/document.h>

#include <utf8proc.h>

#include "bytes.h"
#include "crypto.h"

#define NFC_OPTIONS (UTF8PROC_STABLE | UTF8PROC_COMPOSE)

_Static_assert(sizeof(utf8proc_int32_t) == sizeof(int32_t), "code points are 32 bits");

static bool is_printable_ascii(struct frag_slice text) {
  for (size_t i = 0; i < text.len; i++)
    if (text.data[i] < 0x20 || text.data[i] > 0x7e) return false;
  return true;
}

static bool is_forbidden(int32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static frag_error check_characters(struct frag_slice text) {
  for (size_t i = 0; i < text.len;) {
    utf8proc_int32_t c;
    utf8proc_ssize_t used = utf8proc_iterate(text.data + i, (utf8proc_ssize_t)(text.len - i), &c);
    if (used <= 0) return FRAG_TEXT_UTF8;
    if (is_forbidden(c)) return FRAG_TEXT_FORBIDDEN;
    i += (size_t)used;
  }
  return FRAG_OK;
}

/* Leaves the composed code points in the context's scratch. */
static frag_error compose(struct frag_context *context, size_t *count, struct frag_slice text) {
  utf8proc_ssize_t decomposed = utf8proc_decompose(text.data, (utf8proc_ssize_t)text.len, context->codepoints,
                                                   FRAG_CODEPOINTS_MAX, NFC_OPTIONS);
  if (decomposed < 0) return FRAG_TEXT_UTF8;
  if (decomposed > FRAG_CODEPOINTS_MAX) return FRAG_FIELD_LENGTH;
  utf8proc_ssize_t composed = utf8proc_normalize_utf32(context->codepoints, decomposed, NFC_OPTIONS);
  if (composed < 0) return FRAG_TEXT_UTF8;
  *count = (size_t)composed;
  return FRAG_OK;
}

static void wipe_codepoints(struct frag_context *context, struct frag_slice text) {
  size_t used = text.len * 2 < FRAG_CODEPOINTS_MAX ? text.len * 2 : FRAG_CODEPOINTS_MAX;
  frag_wipe(context->codepoints, used * sizeof context->codepoints[0]);
}

static frag_error check_composed(const struct frag_context *context, size_t count, struct frag_slice text) {
  size_t at = 0;
  for (size_t i = 0; i < count; i++) {
    uint8_t encoded[4];
    size_t len = (size_t)utf8proc_encode_char(context->codepoints[i], encoded);
    if (len == 0 || len > text.len - at || memcmp(encoded, text.data + at, len) != 0) return FRAG_TEXT_NFC;
    at += len;
  }
  return at == text.len ? FRAG_OK : FRAG_TEXT_NFC;
}

frag_error frag_text_check(struct frag_context *context, struct frag_slice text) {
  if (text.len > FRAG_PLAINTEXT_MAX) return FRAG_FIELD_LENGTH;
  if (is_printable_ascii(text)) return FRAG_OK;
  frag_error error = check_characters(text);
  if (error != FRAG_OK) return error;
  size_t count = 0;
  error = compose(context, &count, text);
  if (error == FRAG_OK) error = check_composed(context, count, text);
  wipe_codepoints(context, text);
  return error;
}

static frag_error write_composed(const struct frag_context *context, size_t count, uint8_t *out, size_t capacity,
                                 size_t *len) {
  size_t at = 0;
  for (size_t i = 0; i < count; i++) {
    uint8_t encoded[4];
    size_t used = (size_t)utf8proc_encode_char(context->codepoints[i], encoded);
    if (used > capacity - at) return FRAG_BUFFER_TOO_SMALL;
    memcpy(out + at, encoded, used);
    at += used;
  }
  *len = at;
  return FRAG_OK;
}

frag_error frag_text_normalize(struct frag_context *context, uint8_t *out, size_t capacity, size_t *len,
                               struct frag_slice text) {
  *len = 0;
  if (text.len > FRAG_PLAINTEXT_MAX) return FRAG_FIELD_LENGTH;
  if (text.len == 0) return FRAG_OK;
  frag_error error = check_characters(text);
  if (error != FRAG_OK) return error;
  size_t count = 0;
  error = compose(context, &count, text);
  if (error == FRAG_OK) error = write_composed(context, count, out, capacity, len);
  wipe_codepoints(context, text);
  return error;
}
