/* The QR payload and its text: FRAG-1 section 3, RFC 4648 base32. */
#include <frag/open.h>

#include "bytes.h"
#include "crypto.h"
#include "qr.h"

#define CHECKED_LEN (FRAG_PAYLOAD_LEN - 4) /* what chk and loc cover */
#define VERSION 0x01

frag_error frag_qr_encode(struct frag_context *context, uint8_t payload[static FRAG_PAYLOAD_LEN],
                          const struct frag_qr *qr) {
  uint8_t hash[32];
  payload[0] = VERSION;
  frag_put_u16(payload + 1, qr->realm);
  memcpy(payload + 3, qr->link, sizeof qr->link);
  memcpy(payload + 35, qr->head, sizeof qr->head);
  struct frag_slice part = frag_bytes(payload, CHECKED_LEN);
  frag_error error = frag_tagged_hash(context, FRAG_LABEL_CHK, hash, &part, 1);
  if (error == FRAG_OK) memcpy(payload + CHECKED_LEN, hash, FRAG_PAYLOAD_LEN - CHECKED_LEN);
  return error;
}

frag_error frag_qr_locator(struct frag_context *context, uint8_t locator[static FRAG_LOCATOR_LEN],
                           const uint8_t payload[static FRAG_PAYLOAD_LEN]) {
  uint8_t hash[32];
  struct frag_slice part = frag_bytes(payload, CHECKED_LEN);
  frag_error error = frag_tagged_hash(context, FRAG_LABEL_LOC, hash, &part, 1);
  if (error == FRAG_OK) memcpy(locator, hash, FRAG_LOCATOR_LEN);
  frag_wipe(hash, sizeof hash);
  return error;
}

/* Characters are computed, not looked up: the payload is secret and a table would be indexed by it. */
static char base32_character(unsigned value) {
  unsigned is_digit = (25u - value) >> 31; /* 1 for 26..31 */
  return (char)('A' + value - is_digit * ('A' + 26 - '2'));
}

/* 0..31, or a value with bit 8 set for a character outside the alphabet. */
static unsigned base32_value(unsigned char c) {
  unsigned letter = (unsigned)c - 'A', digit = (unsigned)c - '2';
  unsigned is_letter = (letter - 26u) >> 31 & ~(letter >> 31) & 1u;
  unsigned is_digit = (digit - 6u) >> 31 & ~(digit >> 31) & 1u;
  return is_letter * letter | is_digit * (digit + 26u) | (1u - (is_letter | is_digit)) << 8;
}

void frag_qr_text(char text[static FRAG_QR_TEXT_LEN + 1], const uint8_t payload[static FRAG_PAYLOAD_LEN]) {
  for (size_t group = 0; group < FRAG_PAYLOAD_LEN / 5; group++) {
    uint64_t bits = 0;
    for (size_t i = 0; i < 5; i++) bits = bits << 8 | payload[5 * group + i];
    for (size_t i = 0; i < 8; i++) text[8 * group + i] = base32_character((unsigned)(bits >> (35 - 5 * i)) & 31u);
  }
  text[FRAG_QR_TEXT_LEN] = '\0';
}

static bool decode_base32(uint8_t payload[static FRAG_PAYLOAD_LEN], const char *text) {
  unsigned wrong = 0;
  for (size_t group = 0; group < FRAG_PAYLOAD_LEN / 5; group++) {
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; i++) {
      unsigned value = base32_value((unsigned char)text[8 * group + i]);
      wrong |= value >> 8;
      bits = bits << 5 | (value & 31u);
    }
    for (size_t i = 0; i < 5; i++) payload[5 * group + i] = (uint8_t)(bits >> (32 - 8 * i));
  }
  return wrong == 0;
}

/* The part behind the prefix: the last 88 characters, when they are all or stand behind "#" or "%23". */
static const char *payload_text(const char *text, size_t len) {
  if (len < FRAG_QR_TEXT_LEN) return NULL;
  size_t prefix_len = len - FRAG_QR_TEXT_LEN;
  if (prefix_len == 0) return text;
  if (text[prefix_len - 1] == '#') return text + prefix_len;
  if (prefix_len >= 3 && memcmp(text + prefix_len - 3, "%23", 3) == 0) return text + prefix_len;
  return NULL;
}

static frag_error take_apart(struct frag_context *context, struct frag_qr *qr,
                             const uint8_t payload[static FRAG_PAYLOAD_LEN]) {
  uint8_t expected[FRAG_PAYLOAD_LEN];
  qr->realm = frag_get_u16(payload + 1);
  memcpy(qr->link, payload + 3, sizeof qr->link);
  memcpy(qr->head, payload + 35, sizeof qr->head);
  frag_error error = frag_qr_encode(context, expected, qr);
  if (error == FRAG_OK && !frag_secret_equal(expected, payload, sizeof expected)) error = FRAG_QR_CHECKSUM;
  if (error == FRAG_OK) error = frag_qr_locator(context, qr->locator, payload);
  frag_wipe(expected, sizeof expected);
  return error;
}

frag_error frag_qr_decode(struct frag_context *context, struct frag_qr *qr, const char *text, size_t len) {
  uint8_t payload[FRAG_PAYLOAD_LEN];
  memset(qr, 0, sizeof *qr);
  const char *encoded = payload_text(text, len);
  if (encoded == NULL) return FRAG_QR_MALFORMED;
  frag_error error = FRAG_QR_MALFORMED;
  if (decode_base32(payload, encoded) && payload[0] == VERSION) error = take_apart(context, qr, payload);
  frag_wipe(payload, sizeof payload);
  if (error != FRAG_OK) frag_qr_wipe(qr);
  return error;
}

void frag_qr_wipe(struct frag_qr *qr) { frag_wipe(qr, sizeof *qr); }
