#include "text.h"

/* Length of a sequence and least code point that needs it, by its first byte. */
static size_t sequence_length(unsigned char first, uint32_t *least) {
  if (first < 0x80) return *least = 0, 1;
  if (first >= 0xc2 && first <= 0xdf) return *least = 0x80, 2;
  if (first >= 0xe0 && first <= 0xef) return *least = 0x800, 3;
  if (first >= 0xf0 && first <= 0xf4) return *least = 0x10000, 4;
  return 0;
}

static uint32_t invalid(size_t *position) {
  (*position)++;
  return VD_TEXT_INVALID;
}

uint32_t vd_text_next(const char *text, size_t len, size_t *position) {
  if (*position >= len) return VD_TEXT_END;
  const unsigned char *at = (const unsigned char *)text + *position;
  uint32_t least = 0;
  size_t length = sequence_length(at[0], &least);
  if (length == 0 || length > len - *position) return invalid(position);
  if (length == 1) return (*position)++, at[0];
  uint32_t character = at[0] & (0x7fu >> length);
  for (size_t i = 1; i < length; i++) {
    if ((at[i] & 0xc0) != 0x80) return invalid(position);
    character = (character << 6) | (at[i] & 0x3fu);
  }
  if (character < least || character > 0x10ffff) return invalid(position);
  if (character >= 0xd800 && character <= 0xdfff) return invalid(position);
  *position += length;
  return character;
}

static bool is_plain_character(uint32_t character) {
  if (character < 0x20 || (character >= 0x7f && character <= 0x9f)) return false;
  if (character >= 0x202a && character <= 0x202e) return false;
  if (character >= 0x2066 && character <= 0x2069) return false;
  return character != VD_TEXT_INVALID;
}

bool vd_text_is_plain(const char *text, size_t len) {
  size_t position = 0;
  for (;;) {
    uint32_t character = vd_text_next(text, len, &position);
    if (character == VD_TEXT_END) return true;
    if (!is_plain_character(character)) return false;
  }
}
