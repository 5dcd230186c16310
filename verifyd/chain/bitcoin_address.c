#include "chain/bitcoin_transaction.h"

#include <string.h>

#include "base/hex.h"

enum {
  GROUPS = VD_BITCOIN_PROGRAM_LEN * 8 / 5, /* of five bits: 32, without a rest */
  CHECKSUM_LEN = 6,
  DATA_LEN = 1 + GROUPS + CHECKSUM_LEN, /* version, program, checksum */
  HRP_MAX = 30
};

static const char charset[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/* The checksum's remainder, one more group of five bits (BIP 173). */
static uint32_t polymod(uint32_t remainder, uint8_t value) {
  static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  uint32_t top = remainder >> 25;
  remainder = (remainder & 0x1ffffff) << 5 ^ value;
  for (size_t bit = 0; bit < 5; bit++) {
    if ((top >> bit & 1) != 0) remainder ^= generator[bit];
  }
  return remainder;
}

static uint32_t polymod_hrp(const char *hrp) {
  uint32_t remainder = 1;
  for (const char *at = hrp; *at != '\0'; at++) remainder = polymod(remainder, (uint8_t)(*at >> 5));
  remainder = polymod(remainder, 0);
  for (const char *at = hrp; *at != '\0'; at++) remainder = polymod(remainder, (uint8_t)(*at & 31));
  return remainder;
}

void vd_bitcoin_address_write(char text[static VD_BITCOIN_ADDRESS_SIZE], const char *hrp,
                              const uint8_t program[static VD_BITCOIN_PROGRAM_LEN]) {
  uint8_t data[DATA_LEN] = {0};
  size_t hrp_len = strlen(hrp);
  for (size_t group = 0; group < GROUPS; group++) {
    for (size_t bit = group * 5; bit < group * 5 + 5; bit++) {
      data[1 + group] = (uint8_t)(data[1 + group] << 1 | (program[bit / 8] >> (7 - bit % 8) & 1));
    }
  }
  uint32_t remainder = polymod_hrp(hrp);
  for (size_t at = 0; at < DATA_LEN; at++) remainder = polymod(remainder, data[at]);
  remainder ^= 1;
  for (size_t at = 0; at < CHECKSUM_LEN; at++) data[1 + GROUPS + at] = remainder >> (5 * (5 - at)) & 31;
  memcpy(text, hrp, hrp_len);
  text[hrp_len] = '1';
  for (size_t at = 0; at < DATA_LEN; at++) text[hrp_len + 1 + at] = charset[data[at]];
  text[hrp_len + 1 + DATA_LEN] = '\0';
}

/* An address in capitals only is as good (a QR code is smaller so); mixed case is refused. */
static bool to_lower(char *out, size_t size, const char *text) {
  bool has_lower = false, has_upper = false;
  size_t len = strnlen(text, size);
  if (len == size) return false;
  for (size_t at = 0; at <= len; at++) {
    bool is_upper = text[at] >= 'A' && text[at] <= 'Z';
    if (is_upper) has_upper = true;
    if (text[at] >= 'a' && text[at] <= 'z') has_lower = true;
    out[at] = is_upper ? (char)(text[at] - 'A' + 'a') : text[at];
  }
  return !(has_lower && has_upper);
}

/* The checksum tells only whether a text was copied well, so that everything is read before it is looked at. */
bool vd_bitcoin_address_read(uint8_t program[static VD_BITCOIN_PROGRAM_LEN], const char *hrp, const char *text) {
  char lower[VD_BITCOIN_ADDRESS_SIZE];
  uint8_t data[DATA_LEN];
  size_t hrp_len = strlen(hrp);
  memset(program, 0, VD_BITCOIN_PROGRAM_LEN);
  if (!to_lower(lower, sizeof lower, text) || strlen(lower) != hrp_len + 1 + DATA_LEN) return false;
  if (memcmp(lower, hrp, hrp_len) != 0 || lower[hrp_len] != '1') return false;
  uint32_t remainder = polymod_hrp(hrp);
  for (size_t at = 0; at < DATA_LEN; at++) {
    const char *found = strchr(charset, lower[hrp_len + 1 + at]);
    if (found == NULL) return false;
    data[at] = (uint8_t)(found - charset);
    remainder = polymod(remainder, data[at]);
  }
  if (remainder != 1 || data[0] != 0) return false; /* witness version 0 */
  for (size_t bit = 0; bit < GROUPS * 5; bit++) {
    uint8_t value = data[1 + bit / 5] >> (4 - bit % 5) & 1;
    program[bit / 8] = (uint8_t)(program[bit / 8] << 1 | value);
  }
  return true;
}

static bool read_decimal(uint32_t *value, const char *text) {
  uint64_t number = 0;
  if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0')) return false;
  for (; *text != '\0'; text++) {
    if (*text < '0' || *text > '9') return false;
    number = number * 10 + (uint64_t)(*text - '0');
    if (number > UINT32_MAX) return false;
  }
  *value = (uint32_t)number;
  return true;
}

bool vd_bitcoin_outpoint_read(struct vd_bitcoin_coin *coin, const char *text) {
  uint8_t reversed[32];
  struct vd_bitcoin_coin read = {0};
  memset(coin, 0, sizeof *coin);
  if (strnlen(text, 65) < 65 || text[64] != ':') return false;
  if (!vd_hex_decode(reversed, sizeof reversed, text, 64) || !read_decimal(&read.output, text + 65)) return false;
  for (size_t at = 0; at < 32; at++) read.transaction[at] = reversed[31 - at];
  *coin = read;
  return true;
}
