#include "libfrag/cmocka_all.h"

#include <frag/status.h>

#include "bytes.h"
#include "crypto.h"
#include "curve.h"
#include "libfrag/fixture.h"

static const uint8_t aux32[32];

static struct frag_statement seal(struct fixture *fixture, uint8_t record[static FRAG_STATUS_RECORD_LEN],
                                  const struct frag_key *key, uint32_t n) {
  struct frag_statement statement = {.kind = FRAG_STATUS_REVOKED, .reason = 1, .time_s = 1764550800};
  assert_int_equal(frag_status_seal(fixture->context, record, &statement, key, 1, fixture->document.rid, n, aux32),
                   FRAG_OK);
  return statement;
}

/* Opens as the issuer's; whatever is ignored leaves nothing behind. */
static frag_error open_as(struct fixture *fixture, const char *issuer, uint16_t realm, const uint8_t *rid, uint32_t n,
                          uint64_t tau_s, const uint8_t *record, size_t len) {
  struct frag_statement statement;
  memset(&statement, 0xee, sizeof statement);
  frag_error error = frag_status_open(fixture->context, &statement, fixture->trust, slice_of(issuer), realm, rid, n,
                                      tau_s, record, len);
  if (error != FRAG_OK) assert_true(is_all_zero(&statement, sizeof statement));
  return error;
}

static frag_error open_record(struct fixture *fixture, uint32_t n, const uint8_t *record) {
  return open_as(fixture, "rupp.edu.kh", 1, fixture->document.rid, n, FIXTURE_NOW_S, record, FRAG_STATUS_RECORD_LEN);
}

static void test_known_answer(void **state) {
  struct fixture *fixture = *state;
  uint8_t record[FRAG_STATUS_RECORD_LEN], id[16], expected[16];
  struct frag_statement opened;
  struct frag_statement sealed = seal(fixture, record, fixture->issuer, 0);
  hex_decode(expected, 16, "bcf1ef203dfc574e3a30231ce0e465c7");
  assert_memory_equal(record, expected, 16);
  assert_int_equal(frag_status_id(fixture->context, id, 1, fixture->document.rid, 0), FRAG_OK);
  assert_memory_equal(id, expected, 16);
  assert_memory_equal(sealed.kid, frag_key_id(fixture->issuer), 8);
  assert_int_equal(frag_status_open(fixture->context, &opened, fixture->trust, slice_of("rupp.edu.kh"), 1,
                                    fixture->document.rid, 0, FIXTURE_NOW_S, record, sizeof record),
                   FRAG_OK);
  assert_true(opened.kind == 1 && opened.reason == 1 && opened.time_s == 1764550800);
  assert_memory_equal(opened.kid, sealed.kid, 8);
}

static void test_every_bit(void **state) {
  struct fixture *fixture = *state;
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  seal(fixture, record, fixture->issuer, 3);
  assert_int_equal(open_record(fixture, 3, record), FRAG_OK);
  for (size_t bit = 0; bit < 8 * sizeof record; bit++) {
    record[bit / 8] ^= (uint8_t)(1u << bit % 8);
    assert_int_equal(open_record(fixture, 3, record), FRAG_STATEMENT_IGNORED);
    record[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

static void test_wrong_place(void **state) {
  struct fixture *fixture = *state;
  uint8_t record[FRAG_STATUS_RECORD_LEN + 1], rid[16];
  seal(fixture, record, fixture->issuer, 3);
  record[FRAG_STATUS_RECORD_LEN] = 0;
  for (uint32_t n = 0; n < 300; n++)
    assert_int_equal(open_record(fixture, n, record), n == 3 ? FRAG_OK : FRAG_STATEMENT_IGNORED);
  assert_int_equal(open_record(fixture, 3 + (UINT32_C(1) << 16), record), FRAG_STATEMENT_IGNORED);
  assert_int_equal(open_record(fixture, UINT32_MAX, record), FRAG_STATEMENT_IGNORED);
  for (size_t at = 0; at < sizeof rid; at++) {
    memcpy(rid, fixture->document.rid, sizeof rid);
    rid[at] ^= 1;
    assert_int_equal(open_as(fixture, "rupp.edu.kh", 1, rid, 3, FIXTURE_NOW_S, record, FRAG_STATUS_RECORD_LEN),
                     FRAG_STATEMENT_IGNORED);
  }
  for (size_t len = 0; len <= sizeof record; len++)
    assert_int_equal(open_as(fixture, "rupp.edu.kh", 1, fixture->document.rid, 3, FIXTURE_NOW_S, record, len),
                     len == FRAG_STATUS_RECORD_LEN ? FRAG_OK : FRAG_STATEMENT_IGNORED);
  assert_int_equal(open_as(fixture, "rupp.edu.kh", 2, fixture->document.rid, 3, FIXTURE_NOW_S, record,
                           FRAG_STATUS_RECORD_LEN),
                   FRAG_STATEMENT_IGNORED);
}

static void test_signers(void **state) {
  struct fixture *fixture = *state;
  uint8_t by_issuer[FRAG_STATUS_RECORD_LEN], by_registrar[FRAG_STATUS_RECORD_LEN], by_stranger[FRAG_STATUS_RECORD_LEN];
  const uint8_t *rid = fixture->document.rid;
  seal(fixture, by_issuer, fixture->issuer, 0);
  seal(fixture, by_registrar, fixture->registrar, 0);
  seal(fixture, by_stranger, fixture->stranger, 0);
  assert_int_equal(open_record(fixture, 0, by_issuer), FRAG_OK);
  assert_int_equal(open_record(fixture, 0, by_registrar), FRAG_OK);
  assert_int_equal(open_record(fixture, 0, by_stranger), FRAG_STATEMENT_IGNORED);
  /* A document of another issuer: the registrar may, this issuer may not. */
  assert_int_equal(open_as(fixture, "itc.edu.kh", 1, rid, 0, FIXTURE_NOW_S, by_issuer, sizeof by_issuer),
                   FRAG_STATEMENT_IGNORED);
  assert_int_equal(open_as(fixture, "itc.edu.kh", 1, rid, 0, FIXTURE_NOW_S, by_registrar, sizeof by_registrar),
                   FRAG_OK);
}

static void test_key_time(void **state) {
  struct fixture *fixture = *state;
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  struct frag_trust_key key = fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  key.not_before_s = 100;
  key.not_after_s = 300;
  key.has_compromised_since = true;
  key.compromised_since_s = 200;
  struct frag_trust_list list = fixture_list(&key, 1);
  struct frag_trust *kept = fixture->trust;
  fixture->trust = fixture_trust(fixture, &list);
  seal(fixture, record, fixture->issuer, 0);
  static const struct {
    uint64_t tau_s;
    frag_error error;
  } times[] = {{99, FRAG_STATEMENT_IGNORED},  {100, FRAG_OK},
               {199, FRAG_OK},                {200, FRAG_STATEMENT_IGNORED},
               {300, FRAG_STATEMENT_IGNORED}, {UINT64_MAX, FRAG_STATEMENT_IGNORED}};
  for (size_t i = 0; i < FRAG_COUNT(times); i++)
    assert_int_equal(open_as(fixture, "rupp.edu.kh", 1, fixture->document.rid, 0, times[i].tau_s, record,
                             sizeof record),
                     times[i].error);
  frag_trust_free(fixture->trust);
  fixture->trust = kept;
}

static void test_kinds_and_reasons(void **state) {
  struct fixture *fixture = *state;
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  for (unsigned kind = 0; kind < 256; kind++)
    for (unsigned reason = 0; reason < 256; reason += kind >= 1 && kind <= 4 ? 1 : 51) {
      struct frag_statement statement = {.kind = (uint8_t)kind, .reason = (uint8_t)reason, .time_s = UINT64_MAX};
      bool known = kind >= 1 && kind <= 4 && reason <= 10 && reason != 7;
      memset(record, 0xee, sizeof record);
      frag_error error = frag_status_seal(fixture->context, record, &statement, fixture->registrar, 1,
                                          fixture->document.rid, UINT32_MAX, aux32);
      assert_int_equal(error, known ? FRAG_OK : FRAG_FIELD_RANGE);
      if (known) assert_int_equal(open_record(fixture, UINT32_MAX, record), FRAG_OK);
    }
}

/* A body with an unknown kind, rightly encrypted and signed, as a later version or a hostile registrar could. */
static void test_unknown_kind_inside(void **state) {
  struct fixture *fixture = *state;
  static const uint8_t first_bytes[][2] = {{0, 0}, {5, 0}, {255, 0}, {1, 7}, {1, 11}, {1, 1}};
  for (size_t i = 0; i < FRAG_COUNT(first_bytes); i++) {
    uint8_t record[FRAG_STATUS_RECORD_LEN], body[82] = {0}, scope[22], key[32], msg32[32];
    frag_put_u16(scope, 1);
    memcpy(scope + 2, fixture->document.rid, 16);
    frag_put_u32(scope + 18, 0);
    memcpy(body, first_bytes[i], 2);
    memcpy(body + 10, frag_key_id(fixture->registrar), 8);
    struct frag_slice parts[] = {frag_bytes(scope, sizeof scope), frag_bytes(body, 18)};
    assert_int_equal(frag_tagged_hash(fixture->context, FRAG_LABEL_STMT, msg32, parts, 2), FRAG_OK);
    assert_int_equal(frag_tagged_hash(fixture->context, FRAG_LABEL_STATUS_KEY, key, parts, 1), FRAG_OK);
    assert_int_equal(frag_schnorr_sign(fixture->context, body + 18, msg32, fixture->registrar, aux32), FRAG_OK);
    assert_int_equal(frag_status_id(fixture->context, record, 1, fixture->document.rid, 0), FRAG_OK);
    assert_int_equal(frag_gcm_seal(fixture->context, record + 16, key, frag_bytes(record, 16),
                                   frag_bytes(body, sizeof body)),
                     FRAG_OK);
    bool known = i + 1 == FRAG_COUNT(first_bytes);
    assert_int_equal(open_record(fixture, 0, record), known ? FRAG_OK : FRAG_STATEMENT_IGNORED);
    body[20] ^= 1; /* and a signature that is wrong */
    assert_int_equal(frag_gcm_seal(fixture->context, record + 16, key, frag_bytes(record, 16),
                                   frag_bytes(body, sizeof body)),
                     FRAG_OK);
    assert_int_equal(open_record(fixture, 0, record), FRAG_STATEMENT_IGNORED);
  }
}

/* To outsiders statements of one document have nothing in common. */
static void test_records_look_random(void **state) {
  struct fixture *fixture = *state;
  uint8_t records[16][FRAG_STATUS_RECORD_LEN];
  for (uint32_t n = 0; n < 16; n++) {
    seal(fixture, records[n], fixture->issuer, n);
    for (uint32_t k = 0; k < n; k++)
      for (size_t at = 0; at + 4 <= sizeof records[n]; at++)
        assert_memory_not_equal(records[n] + at, records[k] + at, 4);
  }
}

/* A walk is a string of kinds: R revoked, S suspended, I reinstated, P superseded, x unknown. */
static void test_walks(void **state) {
  (void)state;
  static const struct {
    const char *walk;
    frag_error result;
  } walks[] = {
      {"", FRAG_OK},          {"R", FRAG_REVOKED},     {"S", FRAG_SUSPENDED},    {"P", FRAG_SUPERSEDED},
      {"I", FRAG_OK},         {"SI", FRAG_OK},         {"IS", FRAG_SUSPENDED},   {"SIS", FRAG_SUSPENDED},
      {"SSI", FRAG_OK},       {"RI", FRAG_REVOKED},    {"RSI", FRAG_REVOKED},    {"PI", FRAG_SUPERSEDED},
      {"SP", FRAG_SUPERSEDED}, {"SPI", FRAG_SUPERSEDED}, {"SR", FRAG_REVOKED},   {"RS", FRAG_REVOKED},
      {"PR", FRAG_REVOKED},   {"RP", FRAG_REVOKED},    {"PS", FRAG_SUPERSEDED},  {"x", FRAG_OK},
      {"xS", FRAG_SUSPENDED}, {"SxI", FRAG_OK},
  };
  for (size_t i = 0; i < FRAG_COUNT(walks); i++) {
    struct frag_status_walk walk = {0};
    for (const char *at = walks[i].walk; *at != '\0'; at++) {
      struct frag_statement statement = {.kind = (uint8_t)(*at == 'R'   ? 1
                                                           : *at == 'S' ? 2
                                                           : *at == 'I' ? 3
                                                           : *at == 'P' ? 4
                                                                        : 9)};
      frag_status_apply(&walk, &statement);
    }
    if (frag_status_result(&walk) != walks[i].result) fail_msg("walk %s", walks[i].walk);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_answer),      cmocka_unit_test(test_every_bit),
      cmocka_unit_test(test_wrong_place),       cmocka_unit_test(test_signers),
      cmocka_unit_test(test_key_time),          cmocka_unit_test(test_kinds_and_reasons),
      cmocka_unit_test(test_unknown_kind_inside), cmocka_unit_test(test_records_look_random),
      cmocka_unit_test(test_walks),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
