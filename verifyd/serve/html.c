#include "serve/html.h"

#include <string.h>

#include "base/text.h"

static const char *reference_for(uint32_t character) {
  switch (character) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
  }
}

static bool is_shown(uint32_t character) {
  if (character == VD_TEXT_INVALID) return false;
  return character == '\n' || character == '\t' || (character >= 0x20 && !(character >= 0x7f && character <= 0x9f));
}

void vd_html_escape(struct vd_buffer *out, const char *text, size_t len) {
  size_t begin = 0, at = 0; /* [begin, …) goes as it is */
  for (;;) {
    size_t before = at;
    uint32_t character = vd_text_next(text, len, &at);
    const char *replacement = character == VD_TEXT_END ? NULL
                              : is_shown(character)    ? reference_for(character)
                                                       : "\xef\xbf\xbd";
    if (character != VD_TEXT_END && replacement == NULL) continue;
    vd_buffer_append(out, text + begin, before - begin);
    begin = at;
    if (replacement == NULL) return;
    vd_buffer_text(out, replacement);
  }
}

void vd_html_text(struct vd_buffer *out, const char *text) { vd_html_escape(out, text, strlen(text)); }

bool vd_html_is_khmer(const char *text, size_t len) {
  size_t at = 0;
  for (;;) {
    uint32_t character = vd_text_next(text, len, &at);
    if (character == VD_TEXT_END) return false;
    if (character >= 0x1780 && character <= 0x17ff) return true;
  }
}
