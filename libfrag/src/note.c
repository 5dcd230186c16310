#include "note.h"

#include <assert.h>

#include "bytes.h"
#include "crypto.h"

#define KEY_ID_LEN 4
#define SIGNED_MAX (KEY_ID_LEN + FRAG_NOTE_COSIGNATURE_LEN)

static const char signature_prefix[] = "\xe2\x80\x94 "; /* U+2014, space */

bool frag_note_line(struct frag_slice *rest, struct frag_slice *line) {
  const uint8_t *end = rest->len == 0 ? NULL : memchr(rest->data, '\n', rest->len);
  if (end == NULL) return false;
  *line = frag_bytes(rest->data, (size_t)(end - rest->data));
  *rest = frag_bytes(end + 1, rest->len - line->len - 1);
  return true;
}

bool frag_note_take(struct frag_slice *rest, const char *text) {
  size_t len = strlen(text);
  if (rest->len < len || memcmp(rest->data, text, len) != 0) return false;
  *rest = frag_bytes(rest->data + len, rest->len - len);
  return true;
}

char *frag_note_put(char *out, const char *text) {
  size_t len = strlen(text);
  memcpy(out, text, len);
  return out + len;
}

char *frag_note_put_decimal(char *out, uint64_t value) {
  char digits[FRAG_NOTE_DECIMAL_MAX];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  memcpy(out, digits + at, sizeof digits - at);
  return out + (sizeof digits - at);
}

bool frag_note_decimal(struct frag_slice text, uint64_t *value) {
  *value = 0;
  if (text.len == 0 || text.len > FRAG_NOTE_DECIMAL_MAX || (text.data[0] == '0' && text.len > 1)) return false;
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] < '0' || text.data[i] > '9') return false;
    uint64_t digit = (uint64_t)(text.data[i] - '0');
    if (*value > (UINT64_MAX - digit) / 10) return false;
    *value = *value * 10 + digit;
  }
  return true;
}

/* 0..63; 64 for what is no digit of base64. */
static unsigned digit_of(uint8_t c) {
  if (c >= 'A' && c <= 'Z') return (unsigned)(c - 'A');
  if (c >= 'a' && c <= 'z') return (unsigned)(c - 'a') + 26;
  if (c >= '0' && c <= '9') return (unsigned)(c - '0') + 52;
  return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* Four characters of which the last `padding` are "=". */
static bool decode_group(const uint8_t *text, unsigned padding, uint32_t *bits) {
  *bits = 0;
  for (unsigned i = 0; i < 4 - padding; i++) {
    unsigned digit = digit_of(text[i]);
    if (digit == 64) return false;
    *bits |= (uint32_t)digit << (18 - 6 * i);
  }
  return (*bits & ((1u << 8 * padding) - 1)) == 0;
}

bool frag_note_base64(struct frag_slice text, uint8_t *out, size_t capacity, size_t *len) {
  *len = 0;
  if (text.len == 0 || text.len % 4 != 0) return false;
  unsigned padding = text.data[text.len - 1] != '=' ? 0 : text.data[text.len - 2] != '=' ? 1 : 2;
  for (size_t at = 0; at < text.len; at += 4) {
    unsigned missing = at + 4 == text.len ? padding : 0;
    uint32_t bits;
    if (!decode_group(text.data + at, missing, &bits)) return false;
    for (unsigned i = 0; i < 3 - missing; i++, ++*len)
      if (*len < capacity) out[*len] = (uint8_t)(bits >> (16 - 8 * i));
  }
  return true;
}

bool frag_note_hash(struct frag_slice line, uint8_t hash[static FRAG_HASH_LEN]) {
  size_t len;
  return line.len == FRAG_NOTE_HASH_TEXT && frag_note_base64(line, hash, FRAG_HASH_LEN, &len) && len == FRAG_HASH_LEN;
}

char *frag_note_put_hash(char *out, const uint8_t hash[static FRAG_HASH_LEN]) {
  frag_base64(out, hash, FRAG_HASH_LEN);
  out[FRAG_NOTE_HASH_TEXT] = '\n'; /* where the NUL was */
  return out + FRAG_NOTE_HASH_TEXT + 1;
}

/* Takes one character. False when it is not UTF-8 (RFC 3629). */
static bool take_character(struct frag_slice *rest, uint32_t *c) {
  static const uint32_t least[] = {0, 0x80, 0x800, 0x10000}; /* by the number of bytes that follow the first */
  uint8_t first = rest->data[0];
  size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  if ((first >= 0x80 && first < 0xc0) || first >= 0xf8 || rest->len <= more) return false;
  *c = more == 0 ? first : first & (0x3fu >> more);
  for (size_t i = 1; i <= more; i++) {
    if ((rest->data[i] & 0xc0) != 0x80) return false;
    *c = *c << 6 | (rest->data[i] & 0x3f);
  }
  *rest = frag_bytes(rest->data + 1 + more, rest->len - 1 - more);
  return *c >= least[more] && *c <= 0x10ffff && (*c < 0xd800 || *c > 0xdfff);
}

bool frag_note_is_text(struct frag_slice text) {
  while (text.len > 0) {
    uint32_t c;
    if (!take_character(&text, &c) || (c < ' ' && c != '\n')) return false;
  }
  return true;
}

/* Unicode's White_Space, which is what signed-note and Go's note package mean by a space. */
static bool is_space(uint32_t c) {
  return c == ' ' || (c >= 0x09 && c <= 0x0d) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool is_name(struct frag_slice name) {
  if (name.len == 0) return false;
  while (name.len > 0) {
    uint32_t c;
    if (!take_character(&name, &c) || is_space(c) || c == '+') return false;
  }
  return true;
}

bool frag_note_signature(struct frag_slice line, struct frag_note_signature *signature) {
  uint8_t bytes[SIGNED_MAX] = {0};
  size_t len;
  memset(signature, 0, sizeof *signature);
  if (!frag_note_take(&line, signature_prefix) || line.len == 0) return false;
  const uint8_t *space = memchr(line.data, ' ', line.len);
  if (space == NULL) return false;
  struct frag_slice name = frag_bytes(line.data, (size_t)(space - line.data));
  struct frag_slice base64 = frag_bytes(space + 1, line.len - name.len - 1);
  if (!is_name(name) || !frag_note_base64(base64, bytes, sizeof bytes, &len) || len <= KEY_ID_LEN) return false;
  signature->name = name;
  signature->len = len - KEY_ID_LEN;
  memcpy(signature->id, bytes, KEY_ID_LEN);
  memcpy(signature->bytes, bytes + KEY_ID_LEN, sizeof signature->bytes);
  return true;
}

char *frag_note_put_signature(char *out, const struct frag_note_signature *signature) {
  uint8_t bytes[SIGNED_MAX];
  assert(signature->len <= sizeof signature->bytes);
  size_t len = KEY_ID_LEN + signature->len;
  memcpy(bytes, signature->id, KEY_ID_LEN);
  memcpy(bytes + KEY_ID_LEN, signature->bytes, signature->len);
  char *at = frag_note_put(out, signature_prefix);
  memcpy(at, signature->name.data, signature->name.len);
  at += signature->name.len;
  *at++ = ' ';
  frag_base64(at, bytes, len);
  at += (len + 2) / 3 * 4;
  *at++ = '\n';
  return at;
}
