/* What a portal remembers of operators' logs, and a log that contradicts itself. */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/seen.h"
#include "portal_rig.h"

static struct portal_rig rig;
static struct paper paper;
static struct loopback_answer answer;

static int begin(void **state) { return (void)state, portal_rig_begin(&rig, &paper); }
static int end(void **state) { return (void)state, portal_rig_end(&rig); }

static void expect(const char *verdict) { portal_rig_expect(&rig, paper.qr, verdict, &answer); }

static unsigned count_lines(const char *text) {
  unsigned count = 0;
  for (const char *at = portal_rig_log(&rig); (at = strstr(at, text)) != NULL; at++) count++;
  return count;
}

/* Waits until that size is remembered of operator n's log. */
static void wait_seen(unsigned n, uint64_t size) {
  static struct vd_seen_state state;
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  for (;;) {
    vd_seen_get(rig.service.seen, rig.service.operators[n - 1].key.name, &state);
    if (state.size == size) return;
    if (loopback_now_ms() > until_ms) fail_msg("operator %u: %lu in place of %lu", n, state.size, size);
    (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  }
}

static void checkpoints_are_remembered(void **state) {
  (void)state;
  portal_rig_start(&rig, 1, true);
  expect("\"VALID\"");
  for (unsigned n = 1; n <= FIXTURE_OPERATORS; n++) wait_seen(n, 1);
  (void)portal_rig_keep(&rig, (struct plan){.serial = "BAC-2"});
  expect("\"VALID\"");
  for (unsigned n = 1; n <= FIXTURE_OPERATORS; n++) wait_seen(n, 2);
  portal_rig_wait_metric(&rig, "checkpoints_kept_total", 2 * FIXTURE_OPERATORS);
  portal_rig_stop(&rig);
  (void)portal_rig_keep(&rig, (struct plan){.serial = "BAC-3"});
  portal_rig_start(&rig, 1, true); /* goes on from there */
  for (unsigned n = 1; n <= FIXTURE_OPERATORS; n++) wait_seen(n, 2);
  expect("\"VALID\"");
  for (unsigned n = 1; n <= FIXTURE_OPERATORS; n++) wait_seen(n, 3);
  assert_int_equal(portal_rig_metric(&rig, "equivocations_total"), 0);
}

/* Several loops accept checkpoints at their own pace; none of them is left behind for ever. */
static void loops_that_were_outrun_catch_up(void **state) {
  enum { ROUNDS = 30 };
  (void)state;
  portal_rig_start(&rig, 3, true);
  for (unsigned round = 1; round <= ROUNDS; round++) {
    int fds[6];
    struct paper more = issue(rig.realm, (struct plan){.serial = "BAC-2", .issued_s = FIXTURE_NOW_S - round});
    for (int i = 0; i < 6; i++) fds[i] = portal_rig_ask(&rig, paper.qr);
    keep(rig.realm, &more, ALL_OPERATORS, FIXTURE_NOW_S);
    for (int i = 0; i < 6; i++) {
      loopback_read(fds[i], &answer, false);
      assert_non_null(strstr(answer.body, "\"VALID\""));
      (void)close(fds[i]);
    }
  }
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  for (unsigned n = 1; n <= FIXTURE_OPERATORS; n++) {
    struct vd_seen_state seen;
    for (;;) { /* whichever loops the connections come to */
      vd_seen_get(rig.service.seen, rig.service.operators[n - 1].key.name, &seen);
      if (seen.size == ROUNDS + 1) break;
      assert_true(loopback_now_ms() < until_ms);
      expect("\"VALID\"");
    }
  }
  assert_int_equal(portal_rig_metric(&rig, "equivocations_total"), 0);
}

static void keep_one_more(void) {
  static unsigned count;
  (void)portal_rig_keep(&rig, (struct plan){.serial = "BAC-2", .issued_s = FIXTURE_NOW_S - ++count});
}

/* No file may be written beyond that, whatever its size. */
static void limit_files(rlim_t bytes) {
  struct rlimit limit;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = bytes;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A step that could not be remembered is not lost: the next one is proven from where the memory is. */
static void a_full_disk_loses_nothing(void **state) {
  (void)state;
  assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
  portal_rig_start(&rig, 1, true);
  expect("\"VALID\"");
  for (unsigned n = 1; n <= FIXTURE_OPERATORS; n++) wait_seen(n, 1);
  keep_one_more();
  assert_in_range(strlen(portal_rig_log(&rig)), 0, 5000); /* the log's file still has room, the memory's has none */
  limit_files(8192);
  expect("\"VALID\"");
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  while (count_lines("level=warning event=memory_failed operator=") < FIXTURE_OPERATORS)
    if (loopback_now_ms() > until_ms) fail_msg("%s", portal_rig_log(&rig));
  limit_files(RLIM_INFINITY);
  for (unsigned n = 1; n <= FIXTURE_OPERATORS; n++) wait_seen(n, 1);
  keep_one_more();
  expect("\"VALID\"");
  for (unsigned n = 1; n <= FIXTURE_OPERATORS; n++) wait_seen(n, 3);
}

/* Another history of so many entries under operator n's key. */
static struct vd_store *make_history(unsigned n, unsigned count) {
  struct vd_store *store;
  struct vd_failure failure = {.text = ""};
  struct vd_store_appended appended;
  struct vd_store_options options = {.path = temp_folder_at(&rig.folder, "fork"),
                                     .access = VD_STORE_CREATE,
                                     .realm = LEDGER_REALM,
                                     .operator_number = n,
                                     .log_key32 = rig.realm->log_seeds[n - 1]};
  if (vd_store_open(&options, &store, &failure) != VD_OK) fail_msg("%s", failure.text);
  for (unsigned at = 0; at < count; at++) {
    struct paper other = issue(rig.realm, (struct plan){.serial = "FORK", .issued_s = FIXTURE_NOW_S - 1 - at});
    struct vd_store_item item = {.kind = VD_STORE_FRAGMENT, .bytes = other.records[n - 1], .len = FIXTURE_RECORD_LEN};
    if (vd_store_append(store, &item, 1, FIXTURE_NOW_S, NULL, &appended, &failure) != VD_OK)
      fail_msg("%s", failure.text);
  }
  return store;
}

/* As long as the true one. */
static struct vd_store *make_fork(unsigned n) { return make_history(n, 1); }

/* Each of so many loops may have come across it, and tells it once. */
static void expect_accused(unsigned loops) {
  static struct vd_seen_state state;
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  do {
    assert_true(loopback_now_ms() < until_ms);
    vd_seen_get(rig.service.seen, rig.service.operators[0].key.name, &state);
  } while (!state.has_equivocated);
  assert_in_range(portal_rig_metric(&rig, "equivocations_total"), 1, loops);
  assert_in_range(count_lines("level=error event=equivocation operator=1"), 1, loops);
  assert_int_equal(count_lines("event=equivocation operator=2"), 0);
  assert_int_equal(vd_seen_equivocations(rig.service.seen), 1);
}

static void a_log_that_contradicts_itself_is_accused(void **state) {
  (void)state;
  struct vd_store *fork = make_fork(1);
  portal_rig_start(&rig, 1, true);
  expect("\"VALID\"");
  wait_seen(1, 1);
  portal_rig_revive(&rig, 1, fork);
  for (int i = 0; i < 5; i++) expect("\"VALID\""); /* the other two are enough */
  assert_int_not_equal(portal_rig_metric(&rig, "operator_answers_total{operator=\"1\",answer=\"log_failed\"}"), 0);
  expect_accused(1);
  portal_rig_revive(&rig, 1, rig.realm->stores[0]); /* it is not believed again */
  portal_rig_kill(&rig, 2);
  expect("\"INCONCLUSIVE\"");
  portal_rig_stop(&rig);
  portal_rig_start(&rig, 1, true); /* and not after a new start */
  expect("\"INCONCLUSIVE\"");
  portal_rig_kill(&rig, 1);
  vd_store_close(fork);
}

static void a_contradiction_is_seen_against_what_was_remembered(void **state) {
  (void)state;
  struct vd_store *fork = make_fork(1);
  portal_rig_start(&rig, 1, true);
  expect("\"VALID\"");
  wait_seen(1, 1);
  portal_rig_stop(&rig);
  portal_rig_revive(&rig, 1, fork);
  portal_rig_start(&rig, 2, true);
  for (int i = 0; i < 5; i++) expect("\"VALID\"");
  expect_accused(2);
  portal_rig_stop(&rig);
  portal_rig_kill(&rig, 1);
  vd_store_close(fork);
}

static char *read_evidence(void) {
  DIR *directory = opendir(temp_folder_at(&rig.folder, "seen"));
  char name[300], *text = calloc(1, 1 << 16);
  FILE *file = NULL;
  assert_non_null(directory);
  assert_non_null(text);
  for (struct dirent *entry; (entry = readdir(directory)) != NULL && file == NULL;) {
    if (strncmp(entry->d_name, "evidence-", 9) != 0) continue;
    (void)snprintf(name, sizeof name, "seen/%s", entry->d_name);
    file = fopen(temp_folder_at(&rig.folder, name), "rb");
  }
  assert_int_equal(closedir(directory), 0);
  assert_non_null(file);
  assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
  assert_int_equal(fclose(file), 0);
  return text;
}

/* It has become longer than what was seen, and its own consistency proof shows another beginning. */
static void expect_new_history_accused(bool starts_anew) {
  struct vd_store *fork = make_history(1, 5);
  keep_one_more();
  keep_one_more();
  portal_rig_start(&rig, 1, true);
  expect("\"VALID\"");
  wait_seen(1, 3);
  if (starts_anew) portal_rig_stop(&rig);
  if (starts_anew) portal_rig_start(&rig, 1, true);
  portal_rig_revive(&rig, 1, fork);
  expect("\"VALID\""); /* the other two are enough */
  portal_rig_wait_metric(&rig, "equivocations_total", 1);
  expect_accused(1);
  char *text = read_evidence();
  assert_non_null(strstr(text, " has signed a tree of 3 entries with root "));
  assert_non_null(strstr(text, ", and one of 5 entries of which the first 3 have root "));
  assert_non_null(strstr(text, "\nproof: "));
  free(text);
  portal_rig_kill(&rig, 2);
  expect("\"EQUIVOCATION\"");
  portal_rig_kill(&rig, 1);
  vd_store_close(fork);
}

static void a_new_history_under_the_old_key_is_accused(void **state) {
  (void)state;
  expect_new_history_accused(false);
}

static void a_new_history_is_accused_by_what_was_remembered(void **state) {
  (void)state;
  expect_new_history_accused(true);
}

static void without_memory_it_is_told_all_the_same(void **state) {
  (void)state;
  struct vd_store *fork = make_fork(1);
  portal_rig_start(&rig, 1, false);
  expect("\"VALID\"");
  portal_rig_revive(&rig, 1, fork);
  for (int i = 0; i < 5; i++) expect("\"VALID\"");
  portal_rig_wait_metric(&rig, "equivocations_total", 1);
  assert_non_null(strstr(portal_rig_log(&rig), "level=error event=equivocation operator=1"));
  portal_rig_kill(&rig, 1);
  vd_store_close(fork);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(checkpoints_are_remembered, begin, end),
      cmocka_unit_test_setup_teardown(loops_that_were_outrun_catch_up, begin, end),
      cmocka_unit_test_setup_teardown(a_full_disk_loses_nothing, begin, end),
      cmocka_unit_test_setup_teardown(a_log_that_contradicts_itself_is_accused, begin, end),
      cmocka_unit_test_setup_teardown(a_contradiction_is_seen_against_what_was_remembered, begin, end),
      cmocka_unit_test_setup_teardown(a_new_history_under_the_old_key_is_accused, begin, end),
      cmocka_unit_test_setup_teardown(a_new_history_is_accused_by_what_was_remembered, begin, end),
      cmocka_unit_test_setup_teardown(without_memory_it_is_told_all_the_same, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
