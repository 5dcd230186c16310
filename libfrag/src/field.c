#include "field.h"

#include <frag/trust.h>

static bool is_lower(uint8_t c) { return c >= 'a' && c <= 'z'; }

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

static frag_error check_name(struct frag_slice text, bool slash_allowed) {
  if (text.len < 1 || text.len > FRAG_NAME_MAX) return FRAG_FIELD_LENGTH;
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.data[i];
    bool allowed = is_lower(c) || is_digit(c) || c == '.' || c == '-' || (c == '/' && slash_allowed);
    if (!allowed) return FRAG_FIELD_CHARACTERS;
  }
  return FRAG_OK;
}

frag_error frag_field_issuer(struct frag_slice text) { return check_name(text, false); }

frag_error frag_field_type(struct frag_slice text) { return check_name(text, true); }

frag_error frag_field_text(struct frag_context *context, struct frag_slice text, size_t least, size_t most) {
  if (text.len < least || text.len > most) return FRAG_FIELD_LENGTH;
  return frag_text_check(context, text);
}

frag_error frag_field_language(struct frag_slice text) {
  if (text.len < 1 || text.len > FRAG_LANGUAGE_MAX) return FRAG_FIELD_LENGTH;
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.data[i];
    bool allowed = is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-';
    if (!allowed) return FRAG_FIELD_CHARACTERS;
  }
  return FRAG_OK;
}
