/* What a judgement comes to, whatever the kind of chain: when it is sure, it is told, once, and a halt is for good.
 * Nobody is asked here: tests/chain has whole looks. */
#include "anchor/look.h"

#include <stdio.h>
#include <string.h>

#include "anchor/evm_record.h"
#include "libfrag/cmocka_all.h"
#include "temp_folder.h"

enum { POLL_S = 10, NOW_S = 1000 };

struct rig {
  struct temp_folder folder;
  struct vd_chain_settings chain;
  struct vd_anchor_settings anchor;
  struct vd_look look;
  bool has_newest, continues;
  uint64_t size;
  unsigned told;
  char event[64], detail[512]; /* told last */
};

static struct rig rig;

static void tell(void *context, enum vd_anchoring_grade grade, const char *event, const char *detail) {
  (void)context;
  (void)grade;
  rig.told++;
  (void)snprintf(rig.event, sizeof rig.event, "%s", event);
  (void)snprintf(rig.detail, sizeof rig.detail, "%s", detail);
}

static bool newest(void *context, struct vd_anchoring_checkpoint *checkpoint) {
  (void)context;
  memset(checkpoint, 0, sizeof *checkpoint);
  checkpoint->size = rig.size;
  return rig.has_newest;
}

static bool continues(void *context, const struct vd_anchoring_checkpoint *earlier) {
  (void)context;
  (void)earlier;
  return rig.continues;
}

static void open_look(void) {
  static const uint8_t secret[32] = {[31] = 1};
  struct vd_anchoring_options options = {.chain = &rig.chain, .anchor = &rig.anchor, .origin = "ledger.example/log/1",
                                         .secret32 = secret, .newest = newest, .continues = continues, .tell = tell};
  memset(&rig.look, 0, sizeof rig.look);
  assert_int_equal(vd_look_open(&rig.look, &options, NULL), VD_OK);
  assert_null(rig.look.options.secret32);
  assert_int_equal(vd_evm_record_open(&rig.look.record, &options, NULL), VD_OK);
  rig.told = 0;
}

static int begin(void **state) {
  (void)state;
  memset(&rig, 0, sizeof rig);
  temp_folder_make(&rig.folder);
  rig.chain.poll_s = POLL_S;
  rig.chain.endpoints_count = 1;
  (void)snprintf(rig.chain.name, sizeof rig.chain.name, "test");
  (void)snprintf(rig.chain.endpoints[0], sizeof rig.chain.endpoints[0], "http://127.0.0.1:1");
  (void)snprintf(rig.anchor.outbox, sizeof rig.anchor.outbox, "%s", temp_folder_at(&rig.folder, "outbox"));
  rig.has_newest = rig.continues = true;
  rig.size = 20;
  open_look();
  return 0;
}

static int end(void **state) {
  (void)state;
  vd_look_close(&rig.look);
  temp_folder_remove(&rig.folder);
  return 0;
}

static void judged(enum vd_judge_action action, enum vd_reason reason, uint64_t foreign_at) {
  struct vd_judge_verdict verdict = {.action = action, .reason = reason, .foreign_at = foreign_at};
  vd_look_judged(&rig.look, &verdict);
}

static struct vd_anchoring_status status(void) {
  struct vd_anchoring_status shown;
  vd_board_get(&rig.look.board, &shown);
  return shown;
}

static void a_halt_is_for_good_when_it_is_sure(void **state) {
  (void)state;
  for (unsigned round = 0; round < 3; round++) { /* two in a row are never enough */
    for (unsigned i = 0; i < 2; i++) judged(VD_JUDGE_HALT, VD_REASON_FINALITY, 0);
    judged(round == 0 ? VD_JUDGE_WAIT : VD_JUDGE_UNREACHABLE, round == 0 ? VD_REASON_FINE : VD_REASON_DISAGREE, 0);
  }
  for (unsigned i = 0; i < 2; i++) judged(VD_JUDGE_HALT, VD_REASON_FINALITY, 0);
  judged(VD_JUDGE_HALT, VD_REASON_FAILED, 0); /* another reason */
  judged(VD_JUDGE_HALT, VD_REASON_FAILED, 0);
  assert_string_equal(rig.look.record.halted, "");
  assert_int_equal(rig.told, 0);
  assert_true(vd_look_is_due(&rig.look, NOW_S, 0));
  judged(VD_JUDGE_HALT, VD_REASON_FAILED, 0);
  assert_string_equal(rig.look.record.halted, "a transaction that cannot fail has failed");
  assert_int_equal(rig.look.record.halted_s, NOW_S);
  assert_int_equal(status().state, VD_ANCHORING_HALTED);
  for (unsigned restarts = 0; restarts < 2; restarts++) {
    for (unsigned i = 0; i < 3; i++) assert_false(vd_look_is_due(&rig.look, NOW_S + 5000, 5000000));
    assert_int_equal(rig.told, 1);
    assert_string_equal(rig.event, "anchor_halted");
    assert_string_equal(rig.detail, "chain=test since=1000 reason=\"a transaction that cannot fail has failed\"");
    vd_look_close(&rig.look);
    open_look();
  }
}

static void what_is_foreign_is_remembered_while_it_is_there(void **state) {
  (void)state;
  judged(VD_JUDGE_UNREACHABLE, VD_REASON_NONCE_AHEAD, 50);
  judged(VD_JUDGE_UNREACHABLE, VD_REASON_NONCE_AHEAD, 60);
  judged(VD_JUDGE_HALT, VD_REASON_NONCE_USED, 70);
  assert_int_equal(rig.look.situation.foreign_since, 50);
  judged(VD_JUDGE_WAIT, VD_REASON_FINE, 0);
  assert_int_equal(rig.look.situation.foreign_since, 0);
  judged(VD_JUDGE_UNREACHABLE, VD_REASON_NONCE_AHEAD, 80);
  assert_int_equal(rig.look.situation.foreign_since, 80);
}

static bool are_finals_asked(void) {
  vd_look_begin(&rig.look, 0);
  return rig.look.situation.are_finals_asked;
}

static void finals_are_asked_at_the_start_now_and_then_and_in_trouble(void **state) {
  (void)state;
  for (unsigned i = 0; i < 41; i++) {
    assert_int_equal(are_finals_asked(), i % 20 == 0);
    judged(VD_JUDGE_IDLE, VD_REASON_FINE, 0);
  }
  judged(VD_JUDGE_UNREACHABLE, VD_REASON_SILENT, 0); /* once is enough, though it is not told */
  assert_true(are_finals_asked());
  judged(VD_JUDGE_IDLE, VD_REASON_FINE, 0);
  assert_false(are_finals_asked());
  judged(VD_JUDGE_HALT, VD_REASON_LOG_WENT_BACK, 0);
  assert_true(are_finals_asked());
  assert_int_equal(rig.told, 0);
}

static void it_is_due_after_the_pause_with_the_log_as_it_is_then(void **state) {
  const struct vd_judge_situation *situation = &rig.look.situation;
  (void)state;
  assert_true(vd_look_is_due(&rig.look, NOW_S, 500));
  vd_look_begin(&rig.look, 500);
  rig.has_newest = false;
  assert_false(vd_look_is_due(&rig.look, NOW_S, 500 + 1000 * POLL_S - 1));
  assert_true(situation->has_newest && situation->newest.size == 20 && !situation->is_fork);
  assert_int_equal(vd_look_checkpoint(&rig.look)->size, 20);
  assert_true(vd_look_is_due(&rig.look, NOW_S + POLL_S, 500 + 1000 * POLL_S));
  assert_false(situation->has_newest);
  assert_int_equal(situation->now_s, NOW_S + POLL_S);
  rig.has_newest = true;
  rig.continues = false;
  assert_true(vd_look_is_due(&rig.look, NOW_S, 1000000));
  assert_false(situation->is_fork); /* nothing was ever said that it could contradict */
  rig.look.record.state.last = (struct vd_policy_slot){.is_there = true, .newest = {.size = 10}};
  assert_true(vd_look_is_due(&rig.look, NOW_S, 1000000));
  assert_true(situation->is_fork);
}

static void a_short_trouble_does_not_show(void **state) {
  (void)state;
  rig.look.situation.now_s = NOW_S;
  judged(VD_JUDGE_WAIT, VD_REASON_FINE, 0);
  rig.look.situation.now_s = NOW_S + 1;
  for (unsigned i = 1; i < VD_TELLING_PATIENCE; i++) judged(VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, 0);
  assert_int_equal(status().state, VD_ANCHORING_SENT);
  judged(VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, 0);
  assert_int_equal(status().state, VD_ANCHORING_UNREACHABLE);
  assert_int_equal(status().looked_s, NOW_S);
  assert_string_equal(rig.event, "anchor_disagreement");
  judged(VD_JUDGE_UNFUNDED, VD_REASON_SHORT, 0);
  assert_int_equal(status().state, VD_ANCHORING_UNFUNDED);
  assert_int_equal(status().looked_s, NOW_S + 1);
}

static void what_fails_is_told_once_until_something_is_recorded(void **state) {
  static const struct vd_failure failure = {.text = "disk full"};
  (void)state;
  for (unsigned times = 1; times <= 2; times++) {
    vd_look_refused(&rig.look, NULL); /* there is nothing to say */
    for (unsigned i = 0; i < 3; i++) vd_look_failed(&rig.look, &failure);
    assert_string_equal(rig.detail, "chain=test reason=\"disk full\"");
    for (unsigned i = 0; i < 3; i++) vd_look_refused(&rig.look, "nobody has it");
    assert_string_equal(rig.detail, "chain=test reason=\"nobody has it\"");
    assert_int_equal(rig.told, 2 * times);
    rig.look.sends = 7;
    vd_look_recorded(&rig.look, VD_ANCHORING_SENT);
    assert_int_equal(status().state, VD_ANCHORING_SENT);
    assert_int_equal(rig.look.sends, 0);
  }
}

/* On a full disk nothing is sent: it must not look as if it were. */
static void nothing_is_shown_as_sent_that_is_not_recorded(void **state) {
  static const struct vd_failure failure = {.text = "disk full"};
  static const enum vd_judge_action actions[] = {VD_JUDGE_BEGIN, VD_JUDGE_REPLACE, VD_JUDGE_FINISH};
  (void)state;
  judged(VD_JUDGE_BEGIN, VD_REASON_FINE, 0);
  assert_int_equal(status().state, VD_ANCHORING_IDLE);
  vd_look_recorded(&rig.look, VD_ANCHORING_SENT);
  assert_int_equal(status().state, VD_ANCHORING_SENT);
  for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
    for (unsigned looks = 0; looks < 3; looks++) {
      judged(actions[i], VD_REASON_FINE, 0);
      if (looks > 0) assert_int_equal(status().state, VD_ANCHORING_FAILING);
      vd_look_failed(&rig.look, &failure);
      assert_int_equal(status().state, VD_ANCHORING_FAILING);
    }
    vd_look_recorded(&rig.look, VD_ANCHORING_IDLE);
    assert_int_equal(status().state, VD_ANCHORING_IDLE);
  }
  vd_look_failed(&rig.look, &failure);
  judged(VD_JUDGE_IDLE, VD_REASON_FINE, 0); /* there is nothing to record any more */
  assert_int_equal(status().state, VD_ANCHORING_IDLE);
}

static void what_is_stuck_shows(void **state) {
  static const enum vd_reason stuck[] = {VD_REASON_FEE_HIGH, VD_REASON_FEE_CAPPED, VD_REASON_ATTEMPTS_FULL};
  (void)state;
  for (size_t i = 0; i < sizeof stuck / sizeof *stuck; i++) {
    judged(VD_JUDGE_WAIT, stuck[i], 0);
    assert_true(status().is_stuck);
    assert_int_equal(status().state, VD_ANCHORING_SENT);
    judged(VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, 0); /* which says nothing of it */
    assert_true(status().is_stuck);
    judged(VD_JUDGE_WAIT, VD_REASON_FINE, 0);
    assert_false(status().is_stuck);
  }
  judged(VD_JUDGE_UNFUNDED, VD_REASON_SHORT, 0);
  assert_false(status().is_stuck);
}

static void the_log_waits_from_its_first_new_entry(void **state) {
  const struct vd_judge_situation *situation = &rig.look.situation;
  (void)state;
  assert_true(vd_look_is_due(&rig.look, NOW_S, 0));
  assert_int_equal(situation->waiting_since_s, NOW_S);
  rig.size = 25;
  assert_true(vd_look_is_due(&rig.look, NOW_S + 5, 0));
  rig.has_newest = false;
  assert_true(vd_look_is_due(&rig.look, NOW_S + 6, 0));
  assert_int_equal(situation->waiting_since_s, NOW_S);
  rig.has_newest = true;
  rig.look.record.state.last = (struct vd_policy_slot){.is_there = true, .size = 25, .newest = {.size = 25}};
  assert_true(vd_look_is_due(&rig.look, NOW_S + 7, 0));
  assert_int_equal(situation->waiting_since_s, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_halt_is_for_good_when_it_is_sure),
      TEST(what_is_foreign_is_remembered_while_it_is_there),
      TEST(finals_are_asked_at_the_start_now_and_then_and_in_trouble),
      TEST(it_is_due_after_the_pause_with_the_log_as_it_is_then),
      TEST(a_short_trouble_does_not_show),
      TEST(nothing_is_shown_as_sent_that_is_not_recorded),
      TEST(what_is_stuck_shows),
      TEST(the_log_waits_from_its_first_new_entry),
      TEST(what_fails_is_told_once_until_something_is_recorded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
