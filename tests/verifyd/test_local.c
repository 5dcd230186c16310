/* Operators on this machine beside others over the network: nothing of a ledger is held between two answers, what is
 * kept is wiped, and with local ledgers alone nothing is allocated at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/tlog.h"
#include "step_fixture.h"
#include "verify/local.h"
#include "verifyd/memory_spy.h"

#define KEPT_S (FIXTURE_NOW_S - 50000)

/* The first operator is local, the others are remote. */
static struct vd_verifier *mixed_verifier(struct verify_fixture *fixture, unsigned local) {
  struct vd_verifier_operator operators[FIXTURE_OPERATORS] = {{0}};
  struct vd_verifier *verifier = NULL;
  struct vd_failure failure;
  step_readers_begin(fixture);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    bool is_local = (local >> k & 1u) != 0;
    operators[k] = (struct vd_verifier_operator){
        .number = k + 1, .name = "Archive", .is_remote = !is_local, .store = is_local ? fixture->stores[k] : NULL};
    if (!is_local) assert_int_equal(vd_tlog_key(fixture->readers[k], &operators[k].key, &failure), VD_OK);
  }
  step_readers_end(fixture);
  struct vd_verifier_options options = {.realm = LEDGER_REALM,
                                        .threshold = FIXTURE_THRESHOLD,
                                        .trust = fixture->trust,
                                        .operator_count = FIXTURE_OPERATORS,
                                        .operators = operators};
  if (vd_verifier_new(&options, &verifier, &failure) != VD_OK) fail_msg("%s", failure.text);
  return verifier;
}

static enum vd_wanted ask_remote(struct verify_fixture *fixture, struct vd_verification *verification, unsigned k,
                                 enum vd_wanted wanted) {
  static struct vd_lookup_answer answer;
  struct vd_lookup_request request;
  struct vd_log_base base;
  if (!vd_verification_question(verification, k, &request, &base)) return wanted;
  if (!step_look_up(fixture, k, &request, &answer)) return vd_verification_unreachable(verification, k);
  return vd_verification_answer(verification, k, &base, &answer, NULL);
}

static struct paper issue_and_keep(struct verify_fixture *fixture, const char *serial) {
  struct paper paper = issue(fixture, (struct plan){.serial = serial});
  keep(fixture, &paper, ALL_OPERATORS, KEPT_S);
  return paper;
}

/* Pages that no reader holds are written over. */
static void erase_and_write_over(struct verify_fixture *fixture, const struct paper *paper) {
  struct vd_store_appended appended;
  struct vd_failure failure;
  struct vd_store *store = fixture->stores[0];
  const uint8_t *locator = ledger_locator(paper->records[0]);
  assert_int_equal(vd_store_erase(store, locator, FIXTURE_NOW_S, NULL, false, &failure), VD_OK);
  for (uint8_t change = 0; change < 20; change++) {
    const uint8_t bytes[34] = {LEDGER_REALM >> 8, LEDGER_REALM, change, paper->records[0][8]};
    const struct vd_store_item item = {VD_STORE_TRUST, bytes, sizeof bytes};
    assert_int_equal(vd_store_append(store, &item, 1, FIXTURE_NOW_S, NULL, &appended, &failure), VD_OK);
  }
}

static void what_a_local_ledger_said_outlasts_its_snapshot(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper papers[2] = {issue_and_keep(fixture, "1"), issue_and_keep(fixture, "2")};
  static struct vd_verdict verdicts[2];
  struct vd_verification *both[2] = {step_memory_new(), step_memory_new()};
  enum vd_wanted wanted[2];
  struct vd_verifier *verifier = mixed_verifier(fixture, 1);
  memory_spy_start(SIZE_MAX);
  for (size_t at = 0; at < 2; at++) { /* one reader serves both, one after the other */
    (void)vd_verification_begin(both[at], verifier, papers[at].qr, strlen(papers[at].qr), FIXTURE_NOW_S,
                                &verdicts[at]);
    assert_int_equal(vd_local_ask(both[at], 0, NULL), VD_WANTED_FRAGMENTS);
  }
  for (size_t at = 0; at < 2; at++) erase_and_write_over(fixture, &papers[at]);
  step_readers_begin(fixture);
  for (size_t at = 0; at < 2; at++) {
    wanted[at] = VD_WANTED_FRAGMENTS;
    for (unsigned turn = 0; wanted[at] != VD_WANTED_NOTHING; turn++) {
      assert_true(turn < 20);
      unsigned k = 2 - turn % FIXTURE_OPERATORS;
      struct vd_lookup_request request;
      struct vd_log_base base;
      if (!vd_verification_question(both[at], k, &request, &base)) continue;
      wanted[at] = k == 0 ? vd_local_ask(both[at], k, NULL) : ask_remote(fixture, both[at], k, wanted[at]);
    }
  }
  step_readers_end(fixture);
  for (size_t at = 0; at < 2; at++) vd_verification_end(both[at]);
  struct memory_spy_report spied = memory_spy_stop();
  assert_true(spied.freed >= 2);
  for (size_t at = 0; at < 2; at++) {
    step_memory_free(both[at]);
    assert_verdict_fits(fixture, &verdicts[at]);
    assert_int_equal(verdicts[at].code, FRAG_OK);
    assert_int_equal(verdicts[at].operators[0].state, VD_OPERATOR_GOOD);
    for (int step = 0; step < VD_STEPS; step++) assert_int_not_equal(verdicts[at].checks[step].state, VD_CHECK_WARNING);
  }
  vd_verifier_free(verifier);
}

static void a_copy_is_wiped_before_it_is_freed(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, "1");
  struct vd_verification *verification = step_memory_new();
  struct vd_verifier *verifier = mixed_verifier(fixture, 1);
  (void)vd_verification_begin(verification, verifier, paper.qr, strlen(paper.qr), FIXTURE_NOW_S, &fixture->verdict);
  memory_spy_start(SIZE_MAX);
  (void)vd_local_ask(verification, 0, NULL);
  vd_verification_end(verification); /* early */
  struct memory_spy_report spied = memory_spy_stop();
  assert_int_equal(spied.freed, 1);
  assert_int_equal(spied.dirty, 0);
  assert_int_equal(fixture->verdict.code, FRAG_TOO_FEW_FRAGMENTS);
  step_memory_free(verification);
  vd_verifier_free(verifier);
}

static void without_memory_for_a_copy_the_operator_is_unreachable(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, "1");
  struct vd_verification *verification = step_memory_new();
  struct vd_verifier *verifier = mixed_verifier(fixture, 1);
  (void)vd_verification_begin(verification, verifier, paper.qr, strlen(paper.qr), FIXTURE_NOW_S, &fixture->verdict);
  memory_spy_start(1);
  (void)vd_local_ask(verification, 0, NULL);
  (void)memory_spy_stop();
  vd_verification_end(verification);
  assert_int_equal(fixture->verdict.operators[0].state, VD_OPERATOR_UNREACHABLE);
  step_memory_free(verification);
  vd_verifier_free(verifier);
}

static void local_ledgers_alone_need_no_allocation(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, "1");
  memory_spy_start(SIZE_MAX);
  for (int round = 0; round < 3; round++)
    vd_verify(fixture->verifier, paper.qr, strlen(paper.qr), FIXTURE_NOW_S, &fixture->verdict);
  assert_int_equal(memory_spy_stop().largest_bytes, 0);
  assert_int_equal(fixture->verdict.code, FRAG_OK);
}

static void verifying_here_alone_reaches_nobody_remote(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, "1");
  static const frag_error codes[] = {[0] = FRAG_TOO_FEW_FRAGMENTS, [1] = FRAG_TOO_FEW_FRAGMENTS, [2] = FRAG_OK};
  for (unsigned local = 0; local < ALL_OPERATORS; local++) {
    unsigned count = (local & 1) + (local >> 1 & 1) + (local >> 2 & 1);
    struct vd_verifier *verifier = mixed_verifier(fixture, local);
    vd_verify(verifier, paper.qr, strlen(paper.qr), FIXTURE_NOW_S, &fixture->verdict);
    assert_verdict_fits(fixture, &fixture->verdict);
    assert_int_equal(fixture->verdict.code, codes[count]);
    for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
      assert_int_equal(fixture->verdict.operators[k].state == VD_OPERATOR_UNREACHABLE, (local >> k & 1u) == 0);
    vd_verifier_free(verifier);
  }
}

static void a_local_checkpoint_is_news_once(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, "1");
  static struct vd_local_news news;
  struct vd_verifier *verifier = mixed_verifier(fixture, 1);
  for (int round = 0; round < 2; round++) {
    struct vd_verification *verification = step_memory_new();
    (void)vd_verification_begin(verification, verifier, paper.qr, strlen(paper.qr), FIXTURE_NOW_S, &fixture->verdict);
    (void)vd_local_ask(verification, 0, &news);
    assert_int_equal(news.is_news, round == 0);
    vd_verification_end(verification);
    step_memory_free(verification);
  }
  const struct vd_log_check *log = vd_verifier_log(verifier, 0);
  assert_int_equal(news.base.size, 0);
  assert_int_equal(news.note_len, log->note_len);
  assert_memory_equal(news.note, log->note, log->note_len);
  vd_verifier_free(verifier);
}

#define LOCAL_TEST(test) cmocka_unit_test_setup_teardown(test, verify_fixture_begin, verify_fixture_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      LOCAL_TEST(what_a_local_ledger_said_outlasts_its_snapshot),
      LOCAL_TEST(a_copy_is_wiped_before_it_is_freed),
      LOCAL_TEST(without_memory_for_a_copy_the_operator_is_unreachable),
      LOCAL_TEST(local_ledgers_alone_need_no_allocation),
      LOCAL_TEST(verifying_here_alone_reaches_nobody_remote),
      LOCAL_TEST(a_local_checkpoint_is_news_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
