#include "serve/issuers_fold.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* The first letter of what is left of each without case and accent: U+00C0–017F, and U+1EA0–1EF9 for Vietnamese. */
static const char latin[] =
    "aaaaaaaceeeeiiiidnoooooxouuuuytsaaaaaaaceeeeiiiidnooooo-ouuuuytyaaaaaaccccccccddddeeeeeeeeeegggggggghhhh"
    "iiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static const char vietnamese[] =
    "aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy";

_Static_assert(sizeof latin - 1 == 0x17f - 0xc0 + 1, "one letter for each");
_Static_assert(sizeof vietnamese - 1 == 0x1ef9 - 0x1ea0 + 1, "one letter for each");

static bool is_within(uint32_t character, uint32_t first, uint32_t last) {
  return character >= first && character <= last;
}

static bool is_passed_over(uint32_t character) {
  return is_within(character, 0x0300, 0x036f) /* combining accents */ || is_within(character, 0x200b, 0x200d) ||
         character == 0x00ad || character == 0x2060 || character == 0xfeff;
}

/* ASCII in place of it, or 0: it stays. */
static char simple(uint32_t character) {
  if (is_within(character, 'A', 'Z')) return (char)(character - 'A' + 'a');
  if (is_within(character, 0xc0, 0x17f)) return latin[character - 0xc0];
  if (is_within(character, 0x1ea0, 0x1ef9)) return vietnamese[character - 0x1ea0];
  if (is_within(character, 0x1a0, 0x1a1)) return 'o';
  if (is_within(character, 0x1af, 0x1b0)) return 'u';
  if (is_within(character, 0x2010, 0x2015)) return '-';
  if (character == 0x2018 || character == 0x2019 || character == 0x02bc) return '\'';
  if (character == 0xa0 || character == 0x202f || character == 0x3000) return ' ';
  return 0;
}

/* What takes two letters. */
static const char *pair(uint32_t character) {
  switch (character) {
    case 0xc6:
    case 0xe6: return "ae";
    case 0x152:
    case 0x153: return "oe";
    case 0xdf: return "ss";
    default: return NULL;
  }
}

size_t vd_issuers_fold(char *out, const char *text, size_t len) {
  size_t out_len = 0;
  for (size_t at = 0, begin = 0; at < len; begin = at) {
    uint32_t character = vd_text_next(text, len, &at);
    const char *two = pair(character);
    char one = simple(character);
    if (is_passed_over(character)) continue;
    if (two != NULL) {
      memcpy(out + out_len, two, 2);
      out_len += 2;
    } else if (one != 0) {
      out[out_len++] = one;
    } else {
      memmove(out + out_len, text + begin, at - begin);
      out_len += at - begin;
    }
  }
  return out_len;
}
