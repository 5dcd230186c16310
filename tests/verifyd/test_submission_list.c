/* Queries for what an operator accepted, and their answers: one encoding each, and who is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <frag/submission.h>

#include "base/hex.h"
#include "submission_fixture.h"
#include "wire/submission_list.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
enum {
  QUERY = VD_SUBMISSION_LIST_QUERY_LEN,
  LIST_HEAD = VD_SUBMISSION_LIST_HEAD_LEN,
  LINE = VD_SUBMISSION_LIST_LINE_LEN
};

static struct vd_submission_list_query query;
static uint8_t bytes[VD_SUBMISSION_LIST_BYTES_MAX + 1], again[VD_SUBMISSION_LIST_BYTES_MAX];
static struct vd_submission_list list, read_back;
static uint8_t here[16];

static void use(const struct frag_key *key) { memcpy(query.kid, frag_key_id(key), sizeof query.kid); }

static void begin(const struct fixture *realm) {
  assert_int_equal(vd_submission_origin(here, "one.example/log", NULL), VD_OK);
  query = (struct vd_submission_list_query){.realm = REALM,
                                            .operator_number = OPERATOR,
                                            .time_s = FIXTURE_NOW_S,
                                            .first_number = UINT64_C(0x0102030405060708)};
  memcpy(query.origin_hash, here, sizeof here);
  use(realm->issuer);
}

static void write_query(const struct fixture *realm, const struct frag_key *key) {
  struct vd_failure failure = {0};
  use(key);
  if (vd_submission_list_write_query(realm->context, key, &query, bytes, &failure) != VD_OK)
    fail_msg("%s", failure.text);
}

static enum vd_error query_admit(const struct fixture *realm, const struct frag_trust *trust, uint64_t now_s,
                              struct vd_admitted *admitted, struct vd_failure *failure) {
  struct vd_submission_list_query read;
  enum vd_error error = vd_submission_list_read_query(&read, bytes, QUERY, failure);
  *admitted = (struct vd_admitted){0};
  if (error != VD_OK) return error;
  return vd_submission_list_admit(realm->context, &read, bytes, trust, REALM, OPERATOR, here, now_s, admitted,
                                  failure);
}

static void query_refused(const struct fixture *realm, const struct frag_trust *trust, uint64_t now_s,
                          enum vd_error error, const char *word) {
  struct vd_admitted admitted;
  struct vd_failure failure = {0};
  assert_int_equal(query_admit(realm, trust, now_s, &admitted, &failure), error);
  assert_null(admitted.key);
  if (strstr(failure.text, word) == NULL) fail_msg("\"%s\" does not say \"%s\"", failure.text, word);
}

static void refused(const struct fixture *realm, enum vd_error error, const char *word) {
  query_refused(realm, realm->trust, FIXTURE_NOW_S, error, word);
}

/* --- query --- */

/* Everything before the signature, which is fresh each time, is by hand. */
static void query_known_answer(void **state) {
  static const char expected_hex[] = "46525351"                         /* "FRSQ" */
                                     "0001"                             /* realm */
                                     "02"                               /* operator number */
                                     "00"                               /* reserved */
                                     "4ec5a77ab7a48208014de98f3b2cf0d1" /* SHA-256("one.example/log")[0:16] */
                                     "b1b08c3cdd4d258f"                 /* kid */
                                     "00000000692cdae4"                 /* time: 1764547300 */
                                     "0102030405060708";                /* first number */
  const struct fixture *realm = *state;
  uint8_t expected[QUERY - SIGNATURE];
  struct vd_submission_list_query read;
  struct vd_admitted admitted;
  begin(realm);
  write_query(realm, realm->issuer);
  assert_true(vd_hex_decode(expected, sizeof expected, expected_hex, strlen(expected_hex)));
  assert_memory_equal(bytes, expected, sizeof expected);
  assert_int_equal(vd_submission_list_read_query(&read, bytes, QUERY, NULL), VD_OK);
  assert_memory_equal(read.origin_hash, query.origin_hash, 16);
  assert_memory_equal(read.kid, query.kid, 8);
  assert_true(read.realm == query.realm && read.operator_number == query.operator_number &&
              read.time_s == query.time_s && read.first_number == query.first_number);
  assert_int_equal(query_admit(realm, realm->trust, FIXTURE_NOW_S, &admitted, NULL), VD_OK);
  assert_ptr_equal(admitted.key, frag_trust_find(realm->trust, frag_key_id(realm->issuer)));
  assert_false(admitted.is_registrar);
  write_query(realm, realm->registrar);
  assert_int_equal(query_admit(realm, realm->trust, FIXTURE_NOW_S, &admitted, NULL), VD_OK);
  assert_true(admitted.is_registrar);
}

static void other_lengths_and_names_are_no_query(void **state) {
  const struct fixture *realm = *state;
  struct vd_submission_list_query read;
  begin(realm);
  write_query(realm, realm->issuer);
  for (size_t len = 0; len <= QUERY + 1; len++) {
    uint8_t *exact = malloc(len == 0 ? 1 : len);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    assert_int_equal(vd_submission_list_read_query(&read, exact, len, NULL), len == QUERY ? VD_OK : VD_DATA);
    free(exact);
  }
  static const uint8_t submission[4] = {'F', 'R', 'S', '1'};
  memcpy(bytes, submission, sizeof submission);
  refused(realm, VD_DATA, "FRSQ");
}

static void every_flipped_bit_is_refused(void **state) {
  const struct fixture *realm = *state;
  struct vd_admitted admitted;
  begin(realm);
  write_query(realm, realm->issuer);
  for (size_t bit = 0; bit < 8 * QUERY; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    enum vd_error error = query_admit(realm, realm->trust, FIXTURE_NOW_S, &admitted, NULL);
    assert_true(error == VD_KEY || error == VD_DATA);
    assert_null(admitted.key);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

static void a_query_for_somebody_else_is_refused(void **state) {
  const struct fixture *realm = *state;
  begin(realm);
  query.realm = REALM + 1;
  write_query(realm, realm->issuer);
  refused(realm, VD_DATA, "realm 2");
  begin(realm);
  query.operator_number = OPERATOR + 1;
  write_query(realm, realm->issuer);
  refused(realm, VD_DATA, "operator 3");
  begin(realm);
  query.origin_hash[15] ^= 1;
  write_query(realm, realm->issuer);
  refused(realm, VD_DATA, "another log");
}

static void a_wrong_clock_is_refused(void **state) {
  const struct fixture *realm = *state;
  struct vd_admitted admitted;
  begin(realm);
  write_query(realm, realm->issuer);
  uint64_t tolerance_s = VD_SUBMISSION_TIME_TOLERANCE_S;
  assert_int_equal(query_admit(realm, realm->trust, FIXTURE_NOW_S + tolerance_s, &admitted, NULL), VD_OK);
  assert_int_equal(query_admit(realm, realm->trust, FIXTURE_NOW_S - tolerance_s, &admitted, NULL), VD_OK);
  query_refused(realm, realm->trust, FIXTURE_NOW_S + tolerance_s + 1, VD_KEY, "the query's time is 901 s behind");
  query_refused(realm, realm->trust, FIXTURE_NOW_S - tolerance_s - 1, VD_KEY, "the query's time is 901 s ahead of");
}

static void only_keys_that_are_valid_now_may_ask(void **state) {
  static const struct {
    uint64_t not_before_s, not_after_s, compromised_since_s;
    const char *word;
  } dates[] = {{FIXTURE_NOW_S + 1, UINT64_MAX, 0, "not yet valid"},
               {0, FIXTURE_NOW_S - 1, 0, "has expired"},
               {0, UINT64_MAX, FIXTURE_NOW_S, "compromised"}};
  struct fixture *realm = *state;
  begin(realm);
  write_query(realm, realm->issuer);
  for (size_t at = 0; at < COUNT(dates); at++) {
    struct frag_trust_key key = fixture_trust_key(realm->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
    key.not_before_s = dates[at].not_before_s;
    key.not_after_s = dates[at].not_after_s;
    key.has_compromised_since = dates[at].compromised_since_s != 0;
    key.compromised_since_s = dates[at].compromised_since_s;
    struct frag_trust_list trust_list = fixture_list(&key, 1);
    struct frag_trust *trust = fixture_trust(realm, &trust_list);
    query_refused(realm, trust, FIXTURE_NOW_S, VD_KEY, dates[at].word);
    frag_trust_free(trust);
  }
}

static void other_keys_are_refused(void **state) {
  const struct fixture *realm = *state;
  begin(realm);
  write_query(realm, realm->stranger);
  refused(realm, VD_KEY, "not in the trust list");
  write_query(realm, realm->root);
  refused(realm, VD_KEY, "not in the trust list");
  write_query(realm, realm->issuer);
  struct frag_slice said = {bytes, QUERY - SIGNATURE};
  assert_int_equal(frag_submission_sign(realm->context, bytes + said.len, realm->stranger, said, aux32), FRAG_OK);
  refused(realm, VD_KEY, "the query is not signed by the key");
  assert_int_equal(frag_submission_sign(realm->context, bytes + said.len, realm->registrar, said, aux32), FRAG_OK);
  refused(realm, VD_KEY, "the query is not signed by the key");
}

/* --- answer --- */

static void fill_list(size_t count) {
  list = (struct vd_submission_list){.next_number = 1000, .count = count};
  for (size_t at = 0; at < count; at++) {
    struct vd_submission_list_line *line = &list.lines[at];
    line->number = 10 + 3 * at;
    line->submission = (struct vd_store_submission){.time_s = 1764547300 + at,
                                                    .is_erasure = at % 2 == 1,
                                                    .first_index = 7 * at,
                                                    .added = 1 + at,
                                                    .unchanged = at};
    memset(line->submission.kid, (int)(0xa0 + at % 8), sizeof line->submission.kid);
    memset(line->submission.digest, (int)(0x40 + at % 16), sizeof line->submission.digest);
    memset(line->submission.signature, (int)(0x80 + at % 16), sizeof line->submission.signature);
  }
}

static void list_known_answer(void **state) {
  static const char head_hex[] = "4652534c"         /* "FRSL" */
                                 "00000000000003e8" /* next number: 1000 */
                                 "0001"             /* one line */
                                 "000000000000000a" /* number: 10 */
                                 "00000000692cdae4" /* time: 1764547300 */
                                 "a0a0a0a0a0a0a0a0" /* kid */
                                 "00"               /* no erasure */
                                 "0000000000000000" /* first index */
                                 "0000000000000001" /* added */
                                 "0000000000000000"; /* unchanged; then digest, 32 bytes 40; signature 64 bytes 80 */
  uint8_t expected[LIST_HEAD + LINE];
  (void)state;
  size_t len = strlen(head_hex) / 2;
  assert_true(vd_hex_decode(expected, len, head_hex, strlen(head_hex)));
  memset(expected + len, 0x40, 32);
  memset(expected + len + 32, 0x80, 64);
  fill_list(1);
  assert_int_equal(vd_submission_list_write(bytes, &list), sizeof expected);
  assert_memory_equal(bytes, expected, sizeof expected);
}

static void lists_come_back_as_they_were(void **state) {
  static const size_t counts[] = {0, 1, 2, 255, 256};
  (void)state;
  for (size_t at = 0; at < COUNT(counts); at++) {
    fill_list(counts[at]);
    size_t len = vd_submission_list_write(bytes, &list);
    assert_int_equal(len, LIST_HEAD + counts[at] * LINE);
    assert_int_equal(vd_submission_list_read(&read_back, 10, bytes, len, NULL), VD_OK);
    assert_int_equal(read_back.count, list.count);
    assert_int_equal(read_back.next_number, list.next_number);
    assert_memory_equal(read_back.lines, list.lines, counts[at] * sizeof *list.lines);
  }
}

static void not_a_list(uint64_t first_number, size_t len, const char *word) {
  struct vd_failure failure = {0};
  memset(&read_back, 0xee, sizeof read_back);
  assert_int_equal(vd_submission_list_read(&read_back, first_number, bytes, len, &failure), VD_DATA);
  assert_true(read_back.count == 0 && read_back.next_number == 0);
  if (strstr(failure.text, word) == NULL) fail_msg("\"%s\" does not say \"%s\"", failure.text, word);
}

static void other_lengths_are_no_list(void **state) {
  (void)state;
  fill_list(2);
  size_t whole = vd_submission_list_write(bytes, &list);
  for (size_t len = 0; len < whole; len++) not_a_list(0, len, "not a list");
  not_a_list(0, whole + 1, "length");
  static const uint8_t many[2] = {1, 1}; /* 257 */
  fill_list(256);
  whole = vd_submission_list_write(bytes, &list);
  memcpy(bytes + 12, many, sizeof many);
  not_a_list(0, whole, "at most 256");
}

static void an_answer_that_leads_nowhere_is_refused(void **state) {
  (void)state;
  fill_list(2);
  size_t whole = vd_submission_list_write(bytes, &list);
  not_a_list(11, whole, "do not ascend from the one that was asked for");
  bytes[LIST_HEAD + LINE + 7] = 10; /* the second line's number: the first one's again */
  not_a_list(0, whole, "do not ascend");
  memset(bytes + LIST_HEAD + LINE, 0xff, 8);
  not_a_list(0, whole, "do not ascend");
  fill_list(2);
  list.next_number = 14;
  whole = vd_submission_list_write(bytes, &list);
  bytes[11] = 13; /* the last line's own number */
  not_a_list(0, whole, "next number");
  fill_list(0);
  whole = vd_submission_list_write(bytes, &list);
  not_a_list(1000, whole, "next number");
  not_a_list(1001, whole, "next number");
  bytes[LIST_HEAD - 1] = 0;
  assert_int_equal(vd_submission_list_read(&read_back, 999, bytes, whole, NULL), VD_OK);
  fill_list(1);
  whole = vd_submission_list_write(bytes, &list);
  bytes[LIST_HEAD + 24] = 2; /* is_erasure */
  not_a_list(0, whole, "neither a submission nor an erasure");
}

/* What is read is what was written: no bit without a meaning. */
static void every_flipped_bit_changes_the_list(void **state) {
  (void)state;
  fill_list(2);
  size_t whole = vd_submission_list_write(bytes, &list);
  for (size_t bit = 0; bit < 8 * whole; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    if (vd_submission_list_read(&read_back, 0, bytes, whole, NULL) == VD_OK) {
      assert_int_equal(vd_submission_list_write(again, &read_back), whole);
      assert_memory_equal(again, bytes, whole);
    }
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(query_known_answer),
      cmocka_unit_test(other_lengths_and_names_are_no_query),
      cmocka_unit_test(every_flipped_bit_is_refused),
      cmocka_unit_test(a_query_for_somebody_else_is_refused),
      cmocka_unit_test(a_wrong_clock_is_refused),
      cmocka_unit_test(only_keys_that_are_valid_now_may_ask),
      cmocka_unit_test(other_keys_are_refused),
      cmocka_unit_test(list_known_answer),
      cmocka_unit_test(lists_come_back_as_they_were),
      cmocka_unit_test(other_lengths_are_no_list),
      cmocka_unit_test(an_answer_that_leads_nowhere_is_refused),
      cmocka_unit_test(every_flipped_bit_changes_the_list),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
