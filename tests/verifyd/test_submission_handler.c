/* Submissions over HTTP to an operator as it is run. argv: verifyd, words.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "role_rig.h"

enum { PAPERS = 3, CROWD = 8, CROWD_ITEMS = 1500 };

static struct role_rig rig;
static struct paper papers[PAPERS];
static struct vd_store_item items[VD_SUBMISSION_ITEMS_MAX + 1];
static struct loopback_answer answer;
static uint8_t bytes[ROLE_SUBMISSION_MAX + 1];
static size_t len;

static int make_with(const char *more, const char *text) {
  role_rig_make(&rig);
  role_rig_be_operator(&rig, 2, more, text);
  for (size_t i = 0; i < PAPERS; i++) {
    char serial[16];
    (void)snprintf(serial, sizeof serial, "BAC-%zu", i);
    papers[i] = issue(rig.program.realm, (struct plan){.serial = serial});
    items[i] = role_rig_item(&rig, &papers[i]);
  }
  role_rig_start(&rig);
  return 0;
}

static int begin(void **state) {
  (void)state;
  return make_with("", "");
}

static int begin_with_quota(void **state) {
  (void)state;
  return make_with("items_per_day = 4;", "");
}

static int begin_narrow(void **state) {
  (void)state;
  return make_with("", "limits = { submissions_waiting = 1; };");
}

static int end(void **state) {
  (void)state;
  role_rig_remove(&rig);
  return 0;
}

static void submit(enum fixture_key key, const struct vd_store_item *these, size_t count) {
  len = role_rig_sign(&rig, key, these, count, bytes);
  role_rig_submit(&rig, bytes, len, &answer);
}

static struct vd_receipt receipt(void) {
  struct vd_receipt read;
  if (answer.status != 200) fail_msg("%u %s", answer.status, answer.body);
  assert_string_equal(loopback_header(&answer, "Cache-Control"), "no-store");
  assert_int_equal(vd_receipt_read(&read, (const uint8_t *)answer.body, answer.body_len, NULL), VD_OK);
  return read;
}

static void refused(unsigned status, const char *words) {
  if (answer.status != status || strstr(answer.body, words) == NULL)
    fail_msg("not %u \"%s\" but %u %s", status, words, answer.status, answer.body);
  assert_string_equal(loopback_header(&answer, "Content-Type"), "application/problem+json");
  assert_null(strstr(answer.body, rig.program.folder.path)); /* nobody learns where the ledger is */
}

static uint64_t size_now(void) {
  char note[FRAG_CHECKPOINT_MAX];
  struct frag_checkpoint checkpoint;
  role_rig_checkpoint(&rig, note, &checkpoint, NULL);
  return checkpoint.size;
}

static void what_is_accepted_is_there(void **state) {
  (void)state;
  submit(KEY_MINISTRY, items, PAPERS);
  struct vd_receipt first = receipt();
  assert_int_equal(first.added, PAPERS);
  assert_int_equal(first.unchanged, 0);
  assert_int_equal(first.first_index, 0);
  assert_int_equal(first.size, PAPERS);
  assert_in_range(first.time_s, (uint64_t)time(NULL) - 60, (uint64_t)time(NULL) + 1);
  assert_int_equal(size_now(), PAPERS);
  role_rig_submit(&rig, bytes, len, &answer); /* the same bytes */
  struct vd_receipt again = receipt();
  assert_true(again.added == 0 && again.unchanged == PAPERS && again.size == PAPERS);
  submit(KEY_MINISTRY, items + 1, 1); /* signed anew */
  assert_true(receipt().added == 0 && size_now() == PAPERS);
}

static void each_issuer_hands_in_its_own(void **state) {
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  (void)state;
  submit(KEY_MINISTRY, items, 1);
  assert_int_equal(receipt().added, 1);
  submit(KEY_SCHOOL, items + 1, 2);
  assert_int_equal(receipt().added, 2);
  make_statement(rig.program.realm, record, &papers[0], 0, FRAG_STATUS_REVOKED, KEY_REGISTRAR);
  struct vd_store_item status = {VD_STORE_STATUS, record, sizeof record};
  submit(KEY_REGISTRAR, &status, 1);
  assert_int_equal(receipt().size, 4);
}

static void other_keys_are_refused(void **state) {
  (void)state;
  submit(KEY_STRANGER, items, 1);
  refused(403, "is not in the trust list");
  submit(KEY_COMPROMISED, items, 1);
  refused(403, "compromised");
  submit(KEY_REGISTRAR, items, 1);
  refused(403, "item 1 is a fragment record");
  struct vd_store_item trust = {VD_STORE_TRUST, (const uint8_t[34]){LEDGER_REALM >> 8, LEDGER_REALM & 0xff}, 34};
  submit(KEY_MINISTRY, &trust, 1);
  refused(403, "item 1 is a trust entry");
  len = role_rig_sign(&rig, KEY_MINISTRY, items, 1, bytes);
  bytes[len - 1] ^= 1;
  role_rig_submit(&rig, bytes, len, &answer);
  refused(403, "not signed by the key");
  len = role_rig_sign(&rig, KEY_MINISTRY, items, 1, bytes);
  bytes[39] ^= 0x80; /* its time */
  role_rig_submit(&rig, bytes, len, &answer);
  refused(403, "");
  assert_int_equal(size_now(), 0);
}

static void what_is_for_others_is_refused(void **state) {
  struct role_rig other;
  (void)state;
  memcpy(&other, &rig, sizeof other);
  other.number = 1;
  len = role_rig_sign(&other, KEY_MINISTRY, items, 1, bytes);
  role_rig_submit(&rig, bytes, len, &answer);
  refused(400, "is for operator 1");
  other.number = rig.number;
  other.origin_hash[0] ^= 1;
  len = role_rig_sign(&other, KEY_MINISTRY, items, 1, bytes);
  role_rig_submit(&rig, bytes, len, &answer);
  refused(400, "is for another log");
  struct vd_store_item mixed[2] = {items[0], {VD_STORE_FRAGMENT, papers[1].records[0], FIXTURE_RECORD_LEN}};
  submit(KEY_MINISTRY, mixed, 2);
  refused(400, "item 2");
  len = role_rig_sign(&rig, KEY_MINISTRY, items, 1, bytes);
  program_rig_post(&rig.program, "/log/3/submissions", "application/octet-stream", "", bytes, len, &answer);
  refused(404, "");
  program_rig_post(&rig.program, "/log/02/submissions", "application/octet-stream", "", bytes, len, &answer);
  refused(404, "");
  assert_int_equal(size_now(), 0);
}

static void a_conflict_is_named(void **state) {
  struct paper forged = papers[1];
  (void)state;
  submit(KEY_MINISTRY, items, 2);
  assert_int_equal(receipt().added, 2);
  forge_share(rig.program.realm, &forged, 2, 0x01);
  struct vd_store_item mixed[3] = {items[0], items[2], role_rig_item(&rig, &forged)};
  submit(KEY_MINISTRY, mixed, 3);
  refused(409, "item 3");
  assert_int_equal(size_now(), 2); /* nor was the new one put */
  struct paper wrong = papers[2];
  wrong.records[1][FIXTURE_RECORD_LEN - 1] ^= 1; /* a share that is not what its leaf says */
  struct vd_store_item item = role_rig_item(&rig, &wrong);
  submit(KEY_MINISTRY, &item, 1);
  refused(400, "item 1");
}

static void garbage_is_refused(void **state) {
  (void)state;
  role_rig_submit(&rig, "", 0, &answer);
  refused(400, "");
  for (size_t i = 0; i < 4096; i++) bytes[i] = (uint8_t)(i * 131 + 7);
  role_rig_submit(&rig, bytes, 4096, &answer);
  refused(400, "");
  size_t whole = role_rig_sign(&rig, KEY_MINISTRY, items, 1, bytes);
  for (size_t cut = 0; cut < whole; cut += 61) {
    role_rig_submit(&rig, bytes, cut, &answer);
    assert_int_equal(answer.status, 400);
  }
  for (size_t at = 0; at < whole; at += 23) { /* every flipped bit spoils form, address or signature */
    bytes[at] ^= 0x10;
    role_rig_submit(&rig, bytes, whole, &answer);
    assert_true(answer.status == 400 || answer.status == 403 || answer.status == 413);
    bytes[at] ^= 0x10;
  }
  program_rig_post(&rig.program, "/log/2/submissions", "text/plain", "", bytes, whole, &answer);
  refused(415, "");
  role_rig_get(&rig, "/log/2/submissions", &answer);
  refused(405, "");
  assert_int_equal(size_now(), 0);
}

static void too_much_is_refused(void **state) {
  char request[300];
  (void)state;
  (void)snprintf(request, sizeof request,
                 "POST /log/2/submissions HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
                 "Content-Length: %zu\r\n\r\n",
                 VD_SUBMISSION_BYTES_MAX + 1);
  loopback_once(rig.program.port, request, &answer);
  refused(413, "");
  len = role_rig_sign(&rig, KEY_MINISTRY, items, 1, bytes);
  const uint8_t count[4] = {0, 0, 0x20, 0x01}; /* one more than VD_SUBMISSION_ITEMS_MAX */
  memcpy(bytes + VD_SUBMISSION_HEAD_LEN - 4, count, 4);
  role_rig_submit(&rig, bytes, len, &answer);
  refused(413, "8192");
}

static void a_large_one_is_taken(void **state) {
  static uint8_t records[VD_SUBMISSION_ITEMS_MAX][FRAG_STATUS_RECORD_LEN];
  (void)state;
  for (size_t i = 0; i < VD_SUBMISSION_ITEMS_MAX; i++) {
    for (size_t at = 0; at < FRAG_STATUS_RECORD_LEN; at++) records[i][at] = (uint8_t)(i >> (at % 3 * 5));
    items[i] = (struct vd_store_item){VD_STORE_STATUS, records[i], FRAG_STATUS_RECORD_LEN};
  }
  submit(KEY_REGISTRAR, items, VD_SUBMISSION_ITEMS_MAX);
  assert_int_equal(receipt().added, VD_SUBMISSION_ITEMS_MAX);
}

static void a_quota_is_for_each_issuer_and_day(void **state) {
  (void)state;
  submit(KEY_MINISTRY, items, PAPERS);
  assert_int_equal(receipt().added, PAPERS);
  struct paper more[2] = {issue(rig.program.realm, (struct plan){.serial = "A"}),
                          issue(rig.program.realm, (struct plan){.serial = "B"})};
  struct vd_store_item next[2] = {role_rig_item(&rig, &more[0]), role_rig_item(&rig, &more[1])};
  submit(KEY_MINISTRY, next, 2);
  refused(429, "");
  const char *wait = loopback_header(&answer, "Retry-After");
  assert_non_null(wait);
  assert_in_range(strtoul(wait, NULL, 10), 1, 86400);
  submit(KEY_MINISTRY, items, PAPERS); /* nothing new costs nothing */
  assert_int_equal(receipt().unchanged, PAPERS);
  submit(KEY_MINISTRY, next, 1);
  assert_int_equal(receipt().added, 1);
  submit(KEY_SCHOOL, next, 2); /* another's quota */
  assert_int_equal(receipt().added, 1);
}

static void erasure(enum fixture_key key, const struct paper *paper) {
  len = role_rig_sign_erasure(&rig, key, paper->records[1] + 8, bytes);
  role_rig_submit(&rig, bytes, len, &answer);
}

static void erasure_is_for_who_handed_it_in(void **state) {
  (void)state;
  submit(KEY_MINISTRY, items, 2);
  erasure(KEY_MINISTRY, &papers[2]);
  refused(404, "");
  erasure(KEY_SCHOOL, &papers[0]);
  refused(403, "");
  erasure(KEY_STRANGER, &papers[0]);
  refused(403, "");
  erasure(KEY_MINISTRY, &papers[0]);
  assert_int_equal(receipt().size, 2);
  erasure(KEY_REGISTRAR, &papers[1]);
  assert_int_equal(receipt().size, 2);
  erasure(KEY_MINISTRY, &papers[0]); /* twice is no error */
  (void)receipt();
  submit(KEY_MINISTRY, items, 1); /* what was erased does not come back */
  refused(409, "item 1");
}

/* Everybody's last byte at once: one is written, and whoever comes then is told to come back; nothing is lost. */
static void a_full_lane_is_told(void **state) {
  static struct paper crowd[CROWD_ITEMS];
  unsigned taken = 0, busy = 0;
  int fds[CROWD];
  char head[300];
  (void)state;
  for (size_t i = 0; i < CROWD_ITEMS; i++) {
    char serial[32];
    (void)snprintf(serial, sizeof serial, "CROWD-%zu", i);
    crowd[i] = issue(rig.program.realm, (struct plan){.serial = serial});
    items[i] = role_rig_item(&rig, &crowd[i]);
  }
  len = role_rig_sign(&rig, KEY_MINISTRY, items, CROWD_ITEMS, bytes);
  int head_len = snprintf(head, sizeof head,
                          "POST /log/2/submissions HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
                          "Content-Length: %zu\r\n\r\n",
                          len);
  for (size_t i = 0; i < CROWD; i++) {
    fds[i] = loopback_connect(rig.program.port);
    loopback_send(fds[i], head, (size_t)head_len);
    loopback_send(fds[i], bytes, len - 1);
  }
  for (size_t i = 0; i < CROWD; i++) loopback_send(fds[i], bytes + len - 1, 1);
  for (size_t i = 0; i < CROWD; i++) {
    loopback_read(fds[i], &answer, false);
    (void)close(fds[i]);
    if (answer.status == 200) taken++;
    else refused(503, "waiting");
    if (answer.status == 503) {
      assert_non_null(loopback_header(&answer, "Retry-After"));
      busy++;
    }
  }
  assert_true(taken >= 1 && busy >= 1 && taken + busy == CROWD);
  role_rig_submit(&rig, bytes, len, &answer);
  assert_int_equal(receipt().unchanged, CROWD_ITEMS);
}

static void a_full_disk_is_told_and_nothing_is_lost(void **state) {
  enum { ROOM = 1 << 20, ROUNDS_MAX = 3000 };
  struct rlimit before, small;
  unsigned accepted = 0;
  (void)state;
  assert_int_equal(program_rig_stop(&rig.program), 0);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  small = before;
  small.rlim_cur = ROOM;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  role_rig_start(&rig);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  static struct paper paper;
  for (unsigned i = 0; i < ROUNDS_MAX; i++) {
    char serial[32];
    (void)snprintf(serial, sizeof serial, "FULL-%u", i);
    paper = issue(rig.program.realm, (struct plan){.serial = serial});
    struct vd_store_item item = role_rig_item(&rig, &paper);
    submit(KEY_MINISTRY, &item, 1);
    if (answer.status != 200) break;
    accepted++;
  }
  refused(507, "");
  assert_true(accepted > 10);
  assert_int_equal(size_now(), accepted);
  assert_int_equal(program_rig_stop(&rig.program), 0);
  role_rig_start(&rig); /* with room again */
  assert_int_equal(size_now(), accepted);
  struct vd_store_item item = role_rig_item(&rig, &paper);
  submit(KEY_MINISTRY, &item, 1);
  assert_int_equal(receipt().size, accepted + 1);
}

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_is_accepted_is_there, begin, end),
      cmocka_unit_test_setup_teardown(each_issuer_hands_in_its_own, begin, end),
      cmocka_unit_test_setup_teardown(other_keys_are_refused, begin, end),
      cmocka_unit_test_setup_teardown(what_is_for_others_is_refused, begin, end),
      cmocka_unit_test_setup_teardown(a_conflict_is_named, begin, end),
      cmocka_unit_test_setup_teardown(garbage_is_refused, begin, end),
      cmocka_unit_test_setup_teardown(too_much_is_refused, begin, end),
      cmocka_unit_test_setup_teardown(a_large_one_is_taken, begin, end),
      cmocka_unit_test_setup_teardown(a_quota_is_for_each_issuer_and_day, begin_with_quota, end),
      cmocka_unit_test_setup_teardown(erasure_is_for_who_handed_it_in, begin, end),
      cmocka_unit_test_setup_teardown(a_full_lane_is_told, begin_narrow, end),
      cmocka_unit_test_setup_teardown(a_full_disk_is_told_and_nothing_is_lost, begin, end),
  };
  if (count != 3) return 2;
  program_rig_use(arguments[1], arguments[2]);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
