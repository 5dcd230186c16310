#include "hex.h"

#include <string.h>

/* '0'..'9' for 0..9 and 'a'..'f' for 10..15: the gap of 39 is added when 9 − digit borrows. */
static char digit_of(unsigned value) { return (char)('0' + value + (((9u - value) >> 8) & 39u)); }

void vd_hex_encode(char *text, const uint8_t *bytes, size_t len) {
  for (size_t i = 0; i < len; i++) {
    text[2 * i] = digit_of(bytes[i] >> 4);
    text[2 * i + 1] = digit_of(bytes[i] & 15u);
  }
  text[2 * len] = '\0';
}

/* All ones when first ≤ value ≤ last, else zero. */
static unsigned in_range(unsigned value, unsigned first, unsigned last) {
  return ((((first - 1u) - value) & (value - (last + 1u))) >> 31) * ~0u;
}

/* The value of a digit; *bad collects a one for a character that is none. */
static unsigned value_of(char character, unsigned *bad) {
  unsigned c = (unsigned char)character;
  unsigned decimal = in_range(c, '0', '9');
  unsigned letter = in_range(c | 0x20u, 'a', 'f');
  *bad |= ~(decimal | letter) & 1u;
  return (decimal & (c - '0')) | (letter & ((c | 0x20u) - 'a' + 10u));
}

bool vd_hex_decode(uint8_t *bytes, size_t len, const char *text, size_t text_len) {
  unsigned bad = text_len != 2 * len;
  for (size_t i = 0; i < len && text_len == 2 * len; i++) {
    unsigned high = value_of(text[2 * i], &bad);
    bytes[i] = (uint8_t)(((high << 4) | value_of(text[2 * i + 1], &bad)) & 0xffu);
  }
  if (bad != 0) explicit_bzero(bytes, len);
  return bad == 0;
}
