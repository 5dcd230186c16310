#include "libfrag/cmocka_all.h"

#include <stdio.h>

#include "bytes.h"
#include "crypto.h"
#include "libfrag/fixture.h"
#include "qr.h"

static const char known_text[] =
    "AEAACIKP555NPSAC23MCVNRFI5ZDMC7E5KWTV6OGKWDSPBOUF3LRZSAVLFKNOTYQDECOU4U4WKMEFX5CAED3SQPO";

static frag_error decode(struct fixture *fixture, const char *text, size_t len) {
  struct frag_qr qr;
  memset(&qr, 0xee, sizeof qr);
  frag_error error = frag_qr_decode(fixture->context, &qr, text, len);
  assert_int_equal(is_all_zero(&qr, sizeof qr), error != FRAG_OK);
  return error;
}

static void test_known_answer(void **state) {
  struct fixture *fixture = *state;
  uint8_t locator[16];
  hex_decode(locator, 16, "ea873d292ceb14eb4ad45c9645643040");
  assert_string_equal(fixture->text, known_text);
  assert_int_equal(fixture->qr.realm, 1);
  assert_memory_equal(fixture->qr.locator, locator, 16);
  assert_memory_equal(fixture->qr.link, fixture->payload + 3, 32);
  assert_memory_equal(fixture->qr.head, fixture->payload + 35, 16);
  struct frag_qr qr = fixture->qr;
  frag_qr_wipe(&qr);
  assert_true(is_all_zero(&qr, sizeof qr));
}

/* RFC 4648 base32, bit by bit. */
static void slow_base32(char *text, const uint8_t *payload) {
  for (size_t i = 0; i < FRAG_QR_TEXT_LEN; i++) {
    unsigned value = 0;
    for (size_t bit = 5 * i; bit < 5 * i + 5; bit++)
      value = value << 1 | ((unsigned)payload[bit / 8] >> (7 - bit % 8) & 1u);
    text[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[value];
  }
  text[FRAG_QR_TEXT_LEN] = '\0';
}

static void test_round_trip(void **state) {
  struct fixture *fixture = *state;
  uint64_t seed = 1;
  for (unsigned round = 0; round < 2000; round++) {
    struct frag_qr qr, decoded;
    uint8_t payload[FRAG_PAYLOAD_LEN], locator[16];
    char text[FRAG_QR_TEXT_LEN + 1], slow[FRAG_QR_TEXT_LEN + 1];
    random_fill(&seed, qr.link, sizeof qr.link);
    random_fill(&seed, qr.head, sizeof qr.head);
    qr.realm = (uint16_t)random_next(&seed);
    assert_int_equal(frag_qr_encode(fixture->context, payload, &qr), FRAG_OK);
    frag_qr_text(text, payload);
    slow_base32(slow, payload);
    assert_string_equal(text, slow);
    assert_int_equal(frag_qr_decode(fixture->context, &decoded, text, FRAG_QR_TEXT_LEN), FRAG_OK);
    assert_int_equal(frag_qr_locator(fixture->context, locator, payload), FRAG_OK);
    assert_int_equal(decoded.realm, qr.realm);
    assert_memory_equal(decoded.link, qr.link, sizeof qr.link);
    assert_memory_equal(decoded.head, qr.head, sizeof qr.head);
    assert_memory_equal(decoded.locator, locator, sizeof locator);
  }
}

/* Each of the 88 characters replaced by each of the 255 other bytes. */
static void test_every_other_character(void **state) {
  struct fixture *fixture = *state;
  char text[sizeof known_text];
  memcpy(text, known_text, sizeof text);
  for (size_t at = 0; at < FRAG_QR_TEXT_LEN; at++)
    for (unsigned c = 0; c < 256; c++) {
      char kept = text[at];
      if ((char)c == kept) continue;
      text[at] = (char)c;
      bool in_alphabet = c != 0 && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", (int)c) != NULL;
      frag_error error = decode(fixture, text, FRAG_QR_TEXT_LEN);
      bool version_kept = at > 1 || (at == 1 && c >= 'E' && c <= 'H'); /* the version's eight bits end there */
      if (error != (in_alphabet && version_kept ? FRAG_QR_CHECKSUM : FRAG_QR_MALFORMED))
        fail_msg("character %zu as %02x gives %d", at, c, error);
      text[at] = kept;
    }
  assert_int_equal(decode(fixture, text, FRAG_QR_TEXT_LEN), FRAG_OK);
}

static void test_swapped_characters(void **state) {
  struct fixture *fixture = *state;
  char text[sizeof known_text];
  memcpy(text, known_text, sizeof text);
  assert_int_equal(decode(fixture, text, FRAG_QR_TEXT_LEN), FRAG_OK);
  for (size_t i = 0; i < FRAG_QR_TEXT_LEN; i++)
    for (size_t k = 0; k < i; k++) {
      char first = text[i], second = text[k];
      if (first == second) continue;
      text[i] = second;
      text[k] = first;
      assert_int_not_equal(decode(fixture, text, FRAG_QR_TEXT_LEN), FRAG_OK);
      text[i] = first;
      text[k] = second;
    }
  assert_int_equal(decode(fixture, text, FRAG_QR_TEXT_LEN), FRAG_OK);
}

static void test_payload_bits(void **state) {
  struct fixture *fixture = *state;
  for (size_t bit = 0; bit < 8 * FRAG_PAYLOAD_LEN; bit++) {
    uint8_t payload[FRAG_PAYLOAD_LEN];
    char text[FRAG_QR_TEXT_LEN + 1];
    memcpy(payload, fixture->payload, sizeof payload);
    payload[bit / 8] ^= (uint8_t)(1u << bit % 8);
    frag_qr_text(text, payload);
    assert_int_equal(decode(fixture, text, FRAG_QR_TEXT_LEN), bit < 8 ? FRAG_QR_MALFORMED : FRAG_QR_CHECKSUM);
  }
}

/* Other versions with a right checksum are still foreign. */
static void test_version(void **state) {
  struct fixture *fixture = *state;
  for (unsigned version = 0; version < 256; version++) {
    uint8_t payload[FRAG_PAYLOAD_LEN], hash[32], tag[64];
    char text[FRAG_QR_TEXT_LEN + 1];
    memcpy(payload, fixture->payload, sizeof payload);
    payload[0] = (uint8_t)version;
    struct frag_slice name = slice_of("frag1/chk"), parts[2] = {frag_bytes(tag, 64), frag_bytes(payload, 51)};
    assert_int_equal(frag_sha256(fixture->context, tag, &name, 1), FRAG_OK);
    memcpy(tag + 32, tag, 32);
    assert_int_equal(frag_sha256(fixture->context, hash, parts, 2), FRAG_OK);
    memcpy(payload + 51, hash, 4);
    frag_qr_text(text, payload);
    assert_int_equal(decode(fixture, text, FRAG_QR_TEXT_LEN), version == 1 ? FRAG_OK : FRAG_QR_MALFORMED);
  }
}

static void test_lengths(void **state) {
  struct fixture *fixture = *state;
  char text[2 * sizeof known_text];
  for (size_t len = 0; len < FRAG_QR_TEXT_LEN; len++) {
    assert_int_equal(decode(fixture, known_text, len), FRAG_QR_MALFORMED);
    assert_int_equal(decode(fixture, known_text + FRAG_QR_TEXT_LEN - len, len), FRAG_QR_MALFORMED);
  }
  static const char *const tails[] = {"=", "A", "AA", "========", " ", "\n", "\r\n", "\t", "#"};
  for (size_t i = 0; i < FRAG_COUNT(tails); i++) {
    int len = snprintf(text, sizeof text, "%s%s", known_text, tails[i]);
    assert_int_equal(decode(fixture, text, (size_t)len), FRAG_QR_MALFORMED);
    len = snprintf(text, sizeof text, "%s%s", tails[i], known_text);
    assert_int_equal(decode(fixture, text, (size_t)len), tails[i][0] == '#' ? FRAG_OK : FRAG_QR_MALFORMED);
  }
  assert_int_equal(decode(fixture, known_text, sizeof known_text), FRAG_QR_MALFORMED); /* with the NUL */
  assert_int_equal(decode(fixture, NULL, 0), FRAG_QR_MALFORMED);
}

static void test_prefixes(void **state) {
  struct fixture *fixture = *state;
  static const struct {
    const char *prefix;
    frag_error error;
  } prefixes[] = {
      {"", FRAG_OK},
      {"#", FRAG_OK},
      {"%23", FRAG_OK},
      {"https://v.gov.kh/#", FRAG_OK},
      {"https://v.gov.kh/%23", FRAG_OK},
      {"HTTPS://V.GOV.KH/#", FRAG_OK},
      {"https://v.gov.kh/?a=b#x#", FRAG_OK},
      {"https://v.gov.kh/", FRAG_QR_MALFORMED},
      {"https://v.gov.kh/#x", FRAG_QR_MALFORMED},
      {"https://v.gov.kh/# ", FRAG_QR_MALFORMED},
      {"https://v.gov.kh/?q=", FRAG_QR_MALFORMED},
      {"https://v.gov.kh/%2", FRAG_QR_MALFORMED},
      {"https://v.gov.kh/%24", FRAG_QR_MALFORMED},
      {"23", FRAG_QR_MALFORMED},
      {"3", FRAG_QR_MALFORMED},
      {"%2523", FRAG_QR_MALFORMED},
  };
  for (size_t i = 0; i < FRAG_COUNT(prefixes); i++) {
    char text[200];
    int len = snprintf(text, sizeof text, "%s%s", prefixes[i].prefix, known_text);
    frag_error error = decode(fixture, text, (size_t)len);
    if (error != prefixes[i].error) fail_msg("prefix %s gives %d", prefixes[i].prefix, error);
    assert_int_not_equal(decode(fixture, text, (size_t)len - 1), FRAG_OK);
  }
}

static void test_lower_case(void **state) {
  struct fixture *fixture = *state;
  char text[sizeof known_text];
  for (size_t i = 0; i < sizeof text; i++)
    text[i] = (char)(known_text[i] >= 'A' ? known_text[i] + ('a' - 'A') : known_text[i]);
  assert_int_equal(decode(fixture, text, FRAG_QR_TEXT_LEN), FRAG_QR_MALFORMED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_answer), cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_every_other_character), cmocka_unit_test(test_swapped_characters),
      cmocka_unit_test(test_payload_bits), cmocka_unit_test(test_version),
      cmocka_unit_test(test_lengths),      cmocka_unit_test(test_prefixes),
      cmocka_unit_test(test_lower_case),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
