/* Somebody who has every log, every fragment record and the trust list, but no document: what is to be learned from the
 * statements? Not which document one concerns, nor its kind. All that is tried here is also tried by one who knows the
 * rid, to show that it would be found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "verify_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum {
  PAPERS = 6,
  STATEMENTS_MAX = 64,
  VALUES_MAX = 400,
  LOG_HEAD = 9,    /* kind and time of an entry */
  RUN_LEN = 6,     /* that so many bytes are alike by chance is out of the question: 2^-48 for each pair of places */
  ZEROES_MAX = 4   /* alike at the same place */
};

/* What anybody sees. */
static uint8_t statements[STATEMENTS_MAX][FRAG_STATUS_RECORD_LEN];
static size_t statement_count;
static struct {
  uint8_t bytes[FIXTURE_RECORD_LEN];
  size_t len;
} values[VALUES_MAX];
static size_t value_count;

static struct verify_fixture *fixture;
static struct paper papers[PAPERS];

static const frag_status_kind kinds[PAPERS][3] = {
    {FRAG_STATUS_REVOKED},   {FRAG_STATUS_SUSPENDED},
    {FRAG_STATUS_SUSPENDED, FRAG_STATUS_REINSTATED},
    {FRAG_STATUS_SUPERSEDED, FRAG_STATUS_REVOKED},
    {FRAG_STATUS_SUSPENDED, FRAG_STATUS_REINSTATED, FRAG_STATUS_REVOKED},
    {0}};

static void add_value(const void *bytes, size_t len) {
  assert_true(value_count < VALUES_MAX && len <= sizeof values[0].bytes);
  memcpy(values[value_count].bytes, bytes, len);
  values[value_count++].len = len;
}

static bool is_new(const uint8_t *record) {
  for (size_t at = 0; at < statement_count; at++)
    if (memcmp(statements[at], record, FRAG_STATUS_RECORD_LEN) == 0) return false;
  return true;
}

/* Every entry of a log: statements apart, everything else as a value. */
static void read_log(struct vd_store *store) {
  struct vd_store_reader *reader;
  const uint8_t *entry;
  size_t len;
  assert_int_equal(vd_store_reader_new(store, &reader, NULL), VD_OK);
  assert_int_equal(vd_store_reader_begin(reader, NULL), VD_OK);
  for (uint64_t index = 0; vd_store_get_entry(reader, index, &entry, &len, NULL) == VD_OK; index++) {
    if (entry[0] != FRAG_ENTRY_STATUS) {
      add_value(entry + LOG_HEAD, len - LOG_HEAD);
      continue;
    }
    assert_int_equal(len, LOG_HEAD + FRAG_STATUS_RECORD_LEN); /* every kind, of every document */
    if (!is_new(entry + LOG_HEAD)) continue;
    assert_true(statement_count < STATEMENTS_MAX);
    memcpy(statements[statement_count++], entry + LOG_HEAD, FRAG_STATUS_RECORD_LEN);
  }
  vd_store_reader_free(reader);
}

static void add_public_values(void) {
  static const char *const texts[] = {"ministry.example", "school.example", FIXTURE_TYPE, "one.example/log"};
  for (size_t at = 0; at < COUNT(texts); at++) add_value(texts[at], strlen(texts[at]));
  for (size_t at = 0; at < FIXTURE_KEYS; at++) {
    add_value(frag_key_id(fixture->keys[at]), FRAG_KID_LEN);
    add_value(frag_key_public(fixture->keys[at]), 32);
  }
  for (size_t at = 0; at < PAPERS; at++) {
    for (size_t k = 0; k < FIXTURE_OPERATORS; k++) {
      add_value(papers[at].records[k], FIXTURE_RECORD_LEN);
      add_value(papers[at].records[0] + 24 + 32 * k, 32); /* h_i */
    }
    add_value(papers[at].records[0] + 8, 16);  /* locator */
    add_value(papers[at].records[0], 24);      /* header and locator */
  }
}

static int begin(void **state) {
  assert_int_equal(verify_fixture_begin(state), 0);
  fixture = *state;
  statement_count = value_count = 0;
  for (size_t at = 0; at < PAPERS; at++) {
    char serial[8];
    (void)snprintf(serial, sizeof serial, "B-%zu", at);
    papers[at] = issue(fixture, (struct plan){.serial = serial});
    keep(fixture, &papers[at], ALL_OPERATORS, FIXTURE_NOW_S);
  }
  for (size_t at = 0; at < PAPERS; at++)
    for (uint32_t n = 0; n < 3 && kinds[at][n] != 0; n++)
      put_statement(fixture, &papers[at], n, kinds[at][n], KEY_MINISTRY, ALL_OPERATORS, FIXTURE_NOW_S);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) read_log(fixture->stores[k]);
  assert_int_equal(statement_count, 9);
  add_public_values();
  return 0;
}

static int end(void **state) { return verify_fixture_end(state); }

/* --- the same bytes --- */

/* Whether any RUN_LEN bytes of one are in the other. */
static bool shares_bytes(const uint8_t *one, size_t one_len, const uint8_t *other, size_t other_len) {
  for (size_t at = 0; at + RUN_LEN <= one_len; at++)
    if (memmem(other, other_len, one + at, RUN_LEN) != NULL) return true;
  return false;
}

static void statements_share_no_bytes_with_anything_public(void **state) {
  (void)state;
  for (size_t at = 0; at < statement_count; at++) {
    for (size_t other = 0; other < at; other++)
      assert_false(shares_bytes(statements[at], FRAG_STATUS_RECORD_LEN, statements[other], FRAG_STATUS_RECORD_LEN));
    for (size_t value = 0; value < value_count; value++)
      assert_false(shares_bytes(statements[at], FRAG_STATUS_RECORD_LEN, values[value].bytes, values[value].len));
  }
  assert_true(shares_bytes(papers[0].records[0], 24, values[0].bytes, values[0].len)); /* it finds a locator */
}

/* --- XOR --- */

static size_t longest_run_of_zeroes(const uint8_t *one, const uint8_t *other, size_t len) {
  size_t run = 0, longest = 0;
  for (size_t at = 0; at < len; at++) {
    run = one[at] == other[at] ? run + 1 : 0;
    if (run > longest) longest = run;
  }
  return longest;
}

/* Bodies begin alike: kind, reason, time and the same key's id. Under one key stream the difference would show that. */
static void no_two_statements_are_under_one_key_stream(void **state) {
  (void)state;
  for (size_t at = 0; at < statement_count; at++)
    for (size_t other = 0; other < at; other++)
      assert_true(longest_run_of_zeroes(statements[at], statements[other], FRAG_STATUS_RECORD_LEN) < ZEROES_MAX);
}

/* Nor does the difference of two statements fit that of two others, or a public value. */
static void differences_say_nothing_either(void **state) {
  (void)state;
  for (size_t at = 0; at < statement_count; at++)
    for (size_t other = 0; other < at; other++) {
      uint8_t difference[FRAG_STATUS_RECORD_LEN];
      for (size_t k = 0; k < sizeof difference; k++) difference[k] = statements[at][k] ^ statements[other][k];
      for (size_t value = 0; value < value_count; value++)
        assert_false(shares_bytes(difference, sizeof difference, values[value].bytes, values[value].len));
    }
}

/* --- hashing --- */

static bool is_an_id(const uint8_t *hash, size_t len) {
  for (size_t at = 0; at < statement_count; at++)
    if (memmem(hash, len, statements[at], 8) != NULL) return true;
  return false;
}

/* SHA-256, plain and tagged with every name that the format has for statements, of: realm ‖ value ‖ n, value ‖ n,
 * value. */
static bool finds_an_id(const uint8_t *value, size_t len) {
  static const char *const tags[] = {"", "frag1/status", "frag1/status-key", "frag1/rid", "frag1/loc", "frag1/stmt"};
  for (size_t tag = 0; tag < COUNT(tags); tag++)
    for (uint8_t n = 0; n < 4; n++)
      for (unsigned form = 0; form < 3; form++) {
        uint8_t bytes[64 + 2 + FIXTURE_RECORD_LEN + 4], hash[32];
        size_t at = 0;
        if (tags[tag][0] != '\0') {
          assert_int_equal(vd_sha256(bytes, tags[tag], strlen(tags[tag]), NULL), VD_OK);
          memcpy(bytes + 32, bytes, 32);
          at = 64;
        }
        if (form == 0) {
          bytes[at++] = LEDGER_REALM >> 8;
          bytes[at++] = LEDGER_REALM & 0xff;
        }
        memcpy(bytes + at, value, len);
        at += len;
        const uint8_t number[4] = {0, 0, 0, n};
        if (form < 2) memcpy(bytes + at, number, sizeof number);
        if (form < 2) at += sizeof number;
        assert_int_equal(vd_sha256(hash, bytes, at, NULL), VD_OK);
        if (is_an_id(hash, sizeof hash)) return true;
      }
  return false;
}

static void ids_come_from_the_rid_alone(void **state) {
  (void)state;
  for (size_t value = 0; value < value_count; value++) {
    assert_false(finds_an_id(values[value].bytes, values[value].len));
    if (values[value].len > 16) assert_false(finds_an_id(values[value].bytes, 16));
  }
  for (size_t at = 0; at + 1 < PAPERS; at++) assert_true(finds_an_id(papers[at].rid, sizeof papers[at].rid));
  assert_false(finds_an_id(papers[PAPERS - 1].rid, sizeof papers[0].rid)); /* it has no statement */
}

/* --- the kind --- */

/* Each byte behind the id takes many values whatever the kind, so that none of them tells it. */
static void no_byte_tells_the_kind(void **state) {
  enum { MANY = 64 };
  static uint8_t made[FRAG_STATUS_SUPERSEDED][MANY][FRAG_STATUS_RECORD_LEN];
  (void)state;
  for (size_t at = 0; at < MANY; at++) {
    char serial[16];
    (void)snprintf(serial, sizeof serial, "KIND-%zu", at);
    struct paper paper = issue(fixture, (struct plan){.serial = serial});
    for (unsigned kind = FRAG_STATUS_REVOKED; kind <= FRAG_STATUS_SUPERSEDED; kind++)
      make_statement(fixture, made[kind - 1][at], &paper, kind, (frag_status_kind)kind, KEY_MINISTRY);
  }
  for (unsigned kind = 0; kind < FRAG_STATUS_SUPERSEDED; kind++)
    for (size_t at = 0; at < FRAG_STATUS_RECORD_LEN; at++) {
      bool is_seen[256] = {false};
      size_t different = 0;
      for (size_t k = 0; k < MANY; k++) {
        if (!is_seen[made[kind][k][at]]) different++;
        is_seen[made[kind][k][at]] = true;
      }
      assert_in_range(different, MANY / 2, MANY); /* 57 of 64 on the average */
    }
}

#define OUTSIDER_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      OUTSIDER_TEST(statements_share_no_bytes_with_anything_public),
      OUTSIDER_TEST(no_two_statements_are_under_one_key_stream),
      OUTSIDER_TEST(differences_say_nothing_either),
      OUTSIDER_TEST(ids_come_from_the_rid_alone),
      OUTSIDER_TEST(no_byte_tells_the_kind),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
