/* What an operator accepted, asked for over HTTP by those in whose name it was. argv: verifyd, words.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ledger/trail.h"
#include "role_rig.h"
#include "serve/submission_list_handler.h"
#include "wire/submission_list.h"

enum { MANY = 300, QUERY = VD_SUBMISSION_LIST_QUERY_LEN, SCAN = VD_SUBMISSION_LIST_SCAN_MAX, LINES_AT_ONCE = 1024 };

static struct role_rig rig;
static struct loopback_answer answer;
static struct vd_submission_list list;
static uint8_t bytes[ROLE_SUBMISSION_MAX + 1], query_bytes[QUERY];

static int begin(void **state) {
  (void)state;
  role_rig_make(&rig);
  role_rig_be_operator(&rig, 2, "", "");
  role_rig_start(&rig);
  return 0;
}

static int end(void **state) {
  (void)state;
  role_rig_remove(&rig);
  return 0;
}

/* A status record that nobody has handed in before. */
static void hand_in(enum fixture_key key, unsigned which) {
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  for (size_t at = 0; at < sizeof record; at++) record[at] = (uint8_t)(which >> (at % 2 * 8));
  const struct vd_store_item item = {VD_STORE_STATUS, record, sizeof record};
  role_rig_submit(&rig, bytes, role_rig_sign(&rig, key, &item, 1, bytes), &answer);
  assert_int_equal(answer.status, 200);
}

static struct vd_submission_list_query query_of(enum fixture_key key, uint64_t first_number) {
  struct vd_submission_list_query query = {.realm = LEDGER_REALM,
                                           .operator_number = rig.number,
                                           .time_s = (uint64_t)time(NULL),
                                           .first_number = first_number};
  memcpy(query.origin_hash, rig.origin_hash, sizeof query.origin_hash);
  memcpy(query.kid, frag_key_id(rig.program.realm->keys[key]), sizeof query.kid);
  return query;
}

static void send_query(enum fixture_key key, const struct vd_submission_list_query *query) {
  struct vd_failure failure;
  const struct verify_fixture *realm = rig.program.realm;
  if (vd_submission_list_write_query(realm->context, realm->keys[key], query, query_bytes, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  program_rig_post(&rig.program, "/log/2/submissions/list", "application/octet-stream", "", query_bytes, QUERY,
                   &answer);
}

static void ask(enum fixture_key key, uint64_t first_number) {
  struct vd_failure failure;
  const struct vd_submission_list_query query = query_of(key, first_number);
  send_query(key, &query);
  assert_int_equal(answer.status, 200);
  assert_string_equal(loopback_header(&answer, "Content-Type"), "application/octet-stream");
  if (vd_submission_list_read(&list, first_number, (const uint8_t *)answer.body, answer.body_len, &failure) != VD_OK)
    fail_msg("%s", failure.text);
}

static void refused(unsigned status, const char *word) {
  assert_int_equal(answer.status, status);
  assert_string_equal(loopback_header(&answer, "Content-Type"), "application/problem+json");
  if (strstr(answer.body, word) == NULL) fail_msg("%s does not say \"%s\"", answer.body, word);
}

static const uint8_t *kid_of(enum fixture_key key) { return frag_key_id(rig.program.realm->keys[key]); }

static void each_issuer_sees_its_own(void **state) {
  (void)state;
  ask(KEY_MINISTRY, 0); /* the first thing that the operator is asked at all */
  assert_int_equal(list.count, 0);
  hand_in(KEY_MINISTRY, 1);
  hand_in(KEY_SCHOOL, 2);
  hand_in(KEY_REGISTRAR, 3);
  hand_in(KEY_MINISTRY, 4);
  ask(KEY_MINISTRY, 0);
  assert_int_equal(list.count, 2);
  assert_int_equal(list.next_number, 0);
  for (size_t at = 0; at < 2; at++) {
    const struct vd_submission_list_line *line = &list.lines[at];
    assert_int_equal(line->number, 3 * at);
    assert_memory_equal(line->submission.kid, kid_of(KEY_MINISTRY), 8);
    assert_int_equal(line->submission.first_index, 3 * at);
    assert_true(line->submission.added == 1 && line->submission.unchanged == 0 && !line->submission.is_erasure);
    assert_in_range(line->submission.time_s, (uint64_t)time(NULL) - 600, (uint64_t)time(NULL) + 1);
  }
  ask(KEY_SCHOOL, 0);
  assert_int_equal(list.count, 1);
  assert_int_equal(list.lines[0].number, 1);
  ask(KEY_SCHOOL, 2);
  assert_int_equal(list.count, 0);
  ask(KEY_MINISTRY, UINT64_MAX);
  assert_int_equal(list.count, 0);
}

static void a_registrar_sees_all(void **state) {
  (void)state;
  hand_in(KEY_MINISTRY, 1);
  hand_in(KEY_SCHOOL, 2);
  hand_in(KEY_REGISTRAR, 3);
  ask(KEY_REGISTRAR, 0);
  assert_int_equal(list.count, 3);
  assert_memory_equal(list.lines[1].submission.kid, kid_of(KEY_SCHOOL), 8);
}

/* Digest and signature are those of the submission, so that whoever signed it can be shown it. */
static void a_line_names_the_submission_itself(void **state) {
  uint8_t digest[32];
  (void)state;
  hand_in(KEY_MINISTRY, 9);
  ask(KEY_MINISTRY, 0);
  struct vd_submission sent;
  struct vd_store_item *items = NULL;
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  for (size_t at = 0; at < sizeof record; at++) record[at] = (uint8_t)(9u >> (at % 2 * 8));
  const size_t len = VD_SUBMISSION_HEAD_LEN + VD_SUBMISSION_ITEM_HEAD_LEN + sizeof record + 64;
  assert_int_equal(vd_submission_read(&sent, &items, bytes, len, NULL), VD_OK);
  memcpy(digest, sent.digest, sizeof digest);
  assert_memory_equal(list.lines[0].submission.digest, digest, sizeof digest);
  assert_memory_equal(list.lines[0].submission.signature, sent.signature, 64);
  free(items);
}

static void a_long_trail_comes_in_parts(void **state) {
  uint64_t next = 0;
  size_t seen = 0;
  (void)state;
  for (unsigned i = 0; i < MANY; i++) hand_in(i % 100 == 99 ? KEY_SCHOOL : KEY_MINISTRY, 1000 + i);
  do {
    ask(KEY_MINISTRY, next);
    assert_true(list.count > 0);
    for (size_t at = 0; at < list.count; at++)
      assert_memory_equal(list.lines[at].submission.kid, kid_of(KEY_MINISTRY), 8);
    seen += list.count;
    next = list.next_number;
  } while (next != 0);
  assert_int_equal(seen, MANY - 3);
  ask(KEY_SCHOOL, 0);
  assert_int_equal(list.count, 3);
}

/* Entries, and a line of the trail for each as if it had been handed in alone, but in one transaction: the disk would
 * be waited for thousands of times. Those numbered in `rare` are the ministry's, the others the school's. */
static void put_lines(struct vd_store *store, unsigned first, unsigned count, const unsigned *rare, size_t rare_count) {
  static uint8_t records[LINES_AT_ONCE][LEDGER_STATUS_LEN];
  static struct vd_store_item items[LINES_AT_ONCE];
  struct vd_store_appended appended;
  struct vd_transaction transaction;
  struct vd_failure failure;
  for (unsigned at = 0; at < count; at++) {
    ledger_status(records[at], first + at);
    items[at] = (struct vd_store_item){VD_STORE_STATUS, records[at], sizeof records[at]};
  }
  if (vd_store_append(store, items, count, FIXTURE_NOW_S, NULL, &appended, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  assert_true(appended.added == count && appended.first_index == first);
  vd_transaction_begin(&transaction, &store->environment);
  for (unsigned number = first; number < first + count; number++) {
    struct vd_store_submitter who = {.issuer = "school.example"};
    const struct vd_store_submission what = {.time_s = FIXTURE_NOW_S, .first_index = number, .added = 1};
    for (size_t at = 0; at < rare_count; at++)
      if (rare[at] == number) who.issuer = "ministry.example";
    vd_trail_put(store, &transaction, &who, &what);
  }
  assert_int_equal(vd_transaction_end(&transaction), 0);
}

/* verifyd is not running. */
static void fill_trail(unsigned count, const unsigned *rare, size_t rare_count) {
  const struct vd_store_options options = {.path = temp_folder_at(&rig.program.folder, "ledger"),
                                           .access = VD_STORE_CREATE,
                                           .realm = LEDGER_REALM,
                                           .operator_number = rig.number,
                                           .origin = rig.origin,
                                           .log_key32 = rig.seed};
  struct vd_store *store = NULL;
  struct vd_failure failure;
  if (vd_store_open(&options, &store, &failure) != VD_OK) fail_msg("%s", failure.text);
  for (unsigned first = 0; first < count; first += LINES_AT_ONCE)
    put_lines(store, first, count - first < LINES_AT_ONCE ? count - first : LINES_AT_ONCE, rare, rare_count);
  vd_store_close(store);
}

/* Whose lines are few among thousands of others' gets them all, and no query makes the operator look at more than it
 * will: also one that finds nothing says where to go on. */
static void few_lines_behind_thousands_are_all_found(void **state) {
  static const unsigned rare[] = {0, SCAN - 1, 2 * SCAN, 2 * SCAN + 1};
  static const size_t counts[] = {2, 0, 2};
  enum { RARE = sizeof rare / sizeof *rare, PAGES = sizeof counts / sizeof *counts };
  (void)state;
  role_rig_kill(&rig);
  fill_trail(2 * SCAN + 3, rare, RARE);
  role_rig_start(&rig);
  uint64_t next = 0;
  for (size_t page = 0, seen = 0; page < PAGES; page++) {
    ask(KEY_MINISTRY, next);
    assert_int_equal(list.count, counts[page]);
    for (size_t at = 0; at < list.count; at++) assert_int_equal(list.lines[at].number, rare[seen++]);
    next = list.next_number;
    assert_int_equal(next, page + 1 < PAGES ? (page + 1) * SCAN : 0);
  }
  ask(KEY_MINISTRY, 1); /* one more than the last line that is looked at */
  assert_int_equal(list.next_number, SCAN + 1);
  ask(KEY_MINISTRY, SCAN + 3); /* the end of the trail is the last one that is looked at */
  assert_int_equal(list.next_number, 0);
  assert_int_equal(list.count, 2);
  ask(KEY_SCHOOL, 0); /* here the answer is full before that */
  assert_int_equal(list.count, VD_SUBMISSION_LIST_LINES_MAX);
  assert_int_equal(list.next_number, VD_SUBMISSION_LIST_LINES_MAX + 1);
}

static void nobody_else_is_told_anything(void **state) {
  (void)state;
  hand_in(KEY_MINISTRY, 1);
  struct vd_submission_list_query query = query_of(KEY_STRANGER, 0);
  send_query(KEY_STRANGER, &query);
  refused(403, "not in the trust list");
  query = query_of(KEY_COMPROMISED, 0);
  send_query(KEY_COMPROMISED, &query);
  refused(403, "compromised");
  query = query_of(KEY_MINISTRY, 0);
  query.time_s -= VD_SUBMISSION_TIME_TOLERANCE_S + 60;
  send_query(KEY_MINISTRY, &query);
  refused(403, "behind");
  query = query_of(KEY_MINISTRY, 0);
  query.time_s += VD_SUBMISSION_TIME_TOLERANCE_S + 60;
  send_query(KEY_MINISTRY, &query);
  refused(403, "ahead of");
  query = query_of(KEY_MINISTRY, 0);
  query.realm++;
  send_query(KEY_MINISTRY, &query);
  refused(400, "realm");
  query = query_of(KEY_MINISTRY, 0);
  query.operator_number = 3;
  send_query(KEY_MINISTRY, &query);
  refused(400, "operator 3");
  query = query_of(KEY_MINISTRY, 0);
  query.origin_hash[0] ^= 1;
  send_query(KEY_MINISTRY, &query);
  refused(400, "another log");
}

static void what_is_not_a_query_is_refused(void **state) {
  (void)state;
  hand_in(KEY_MINISTRY, 1);
  const struct vd_submission_list_query query = query_of(KEY_MINISTRY, 0);
  send_query(KEY_MINISTRY, &query);
  assert_int_equal(answer.status, 200);
  static const char path[] = "/log/2/submissions/list", type[] = "application/octet-stream";
  program_rig_post(&rig.program, path, type, "", query_bytes, 0, &answer);
  refused(400, "FRSQ");
  program_rig_post(&rig.program, path, type, "", query_bytes, QUERY - 1, &answer);
  refused(400, "FRSQ");
  for (size_t at = 0; at < QUERY; at += 7) {
    query_bytes[at] ^= 0x20;
    program_rig_post(&rig.program, path, type, "", query_bytes, QUERY, &answer);
    assert_true(answer.status == 400 || answer.status == 403);
    query_bytes[at] ^= 0x20;
  }
  program_rig_post(&rig.program, path, "text/plain", "", query_bytes, QUERY, &answer);
  refused(415, "");
  program_rig_post(&rig.program, "/log/3/submissions/list", type, "", query_bytes, QUERY, &answer);
  refused(404, "");
  role_rig_get(&rig, path, &answer);
  refused(405, "");
}

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(each_issuer_sees_its_own, begin, end),
      cmocka_unit_test_setup_teardown(a_registrar_sees_all, begin, end),
      cmocka_unit_test_setup_teardown(a_line_names_the_submission_itself, begin, end),
      cmocka_unit_test_setup_teardown(a_long_trail_comes_in_parts, begin, end),
      cmocka_unit_test_setup_teardown(few_lines_behind_thousands_are_all_found, begin, end),
      cmocka_unit_test_setup_teardown(nobody_else_is_told_anything, begin, end),
      cmocka_unit_test_setup_teardown(what_is_not_a_query_is_refused, begin, end),
  };
  if (count != 3) return 2;
  program_rig_use(arguments[1], arguments[2]);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
