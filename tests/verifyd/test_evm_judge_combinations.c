/* The judge over all combinations of what three endpoints may say, against an expectation that knows only what kind of
 * endpoint each is. */
#include "evm_judge_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "libfrag/cmocka_all.h"

/* ---- what is expected of a set of kinds ---- */

struct expected {
  enum vd_judge_action action;
  enum vd_reason reason;
};

static bool any(const enum kind *kinds, enum kind kind) {
  for (size_t e = 0; e < ENDPOINTS; e++)
    if (kinds[e] == kind) return true;
  return false;
}

static bool all(const enum kind *kinds, enum kind kind) {
  for (size_t e = 0; e < ENDPOINTS; e++)
    if (kinds[e] != kind) return false;
  return true;
}

static bool is_mined(enum kind kind) { return (kind >= MINED && kind <= BOTH); }

/* What receipts look like from outside: those of one appearance say the same. */
static int appearance(enum kind kind) {
  if (kind == MOVED || kind == LYING) return MINED;
  return is_mined(kind) ? (int)kind : -1;
}

static enum vd_reason first_trouble(const enum kind *kinds) {
  for (size_t e = 0; e < ENDPOINTS; e++) {
    if (kinds[e] == MUTE) return VD_REASON_SILENT;
    if (kinds[e] == NO_FEES) return VD_REASON_UNFIT;
    if (kinds[e] == SHORT_CHAIN) return VD_REASON_BEHIND;
  }
  if (any(kinds, OTHER_FINAL)) return VD_REASON_DISAGREE;
  for (size_t e = 0; e < ENDPOINTS; e++) {
    if (kinds[e] == MUTE_LATER) return VD_REASON_SILENT;
    if ((kinds[e] == OTHER_CHAIN) != (kinds[0] == OTHER_CHAIN)) return VD_REASON_DISAGREE;
  }
  return VD_REASON_FINE;
}

static struct expected expect_unmined(const enum kind *kinds, uint64_t ahead_since, bool is_old, bool has_room) {
  if (any(kinds, LACKING)) return (struct expected){VD_JUDGE_UNREACHABLE, VD_REASON_NONCE_BEHIND};
  if (all(kinds, AHEAD) && ahead_since != 0 && ahead_since <= COMMON)
    return (struct expected){VD_JUDGE_HALT, VD_REASON_NONCE_USED};
  if (all(kinds, AHEAD)) return (struct expected){VD_JUDGE_UNREACHABLE, VD_REASON_NONCE_AHEAD};
  if (any(kinds, AHEAD)) return (struct expected){VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE};
  if (any(kinds, POOR)) return (struct expected){VD_JUDGE_UNFUNDED, VD_REASON_SHORT};
  if (is_old && has_room) return (struct expected){VD_JUDGE_REPLACE, VD_REASON_FINE};
  return (struct expected){any(kinds, DROPPED) ? VD_JUDGE_RESEND : VD_JUDGE_WAIT, is_old ? VD_REASON_FEE_CAPPED : VD_REASON_FINE};
}

static struct expected expect(const enum kind *kinds, uint64_t ahead_since, bool is_old, bool has_room) {
  if (any(kinds, WRONG)) return (struct expected){VD_JUDGE_UNREACHABLE, VD_REASON_WRONG_CHAIN};
  bool is_heard = !any(kinds, MUTE) && !any(kinds, NO_FEES) && !any(kinds, SHORT_CHAIN);
  if (is_heard && all(kinds, OTHER_FINAL)) return (struct expected){VD_JUDGE_HALT, VD_REASON_FINALITY};
  enum vd_reason trouble = first_trouble(kinds);
  if (trouble != VD_REASON_FINE) return (struct expected){VD_JUDGE_UNREACHABLE, trouble};
  size_t mined = 0, alike = 0;
  for (size_t e = 0; e < ENDPOINTS; e++) mined += is_mined(kinds[e]);
  for (size_t e = 0; e < ENDPOINTS; e++) alike += appearance(kinds[e]) == appearance(kinds[0]);
  if (mined == 0) return expect_unmined(kinds, ahead_since, is_old, has_room);
  if (alike < ENDPOINTS || any(kinds, BOTH) || any(kinds, MOVED) || any(kinds, LYING))
    return (struct expected){VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE};
  if (all(kinds, MINED_YOUNG)) return (struct expected){VD_JUDGE_WAIT, VD_REASON_FINE};
  if (all(kinds, FAILED)) return (struct expected){VD_JUDGE_HALT, VD_REASON_FAILED};
  return (struct expected){VD_JUDGE_FINISH, VD_REASON_FINE};
}

/* ---- tests ---- */

static void check(struct rig *rig, const enum kind *kinds, struct expected expected) {
  struct vd_evm_verdict verdict;
  vd_evm_judge(&rig->situation, &verdict);
  if (verdict.shared.action != expected.action || verdict.shared.reason != expected.reason)
    fail_msg("kinds %d %d %d: action %d reason %d, expected %d %d", (int)kinds[0], (int)kinds[1], (int)kinds[2],
             (int)verdict.shared.action, (int)verdict.shared.reason, (int)expected.action, (int)expected.reason);
  if (verdict.shared.action == VD_JUDGE_FINISH) {
    assert_int_equal(verdict.shared.attempt, kinds[0] == MINED_OLD ? 0 : 1);
    assert_int_equal(verdict.block.number, 90);
    assert_int_equal(verdict.block.hash[0], kinds[0] == MINED_FORK ? 6 : 4);
    assert_int_equal(verdict.block_time_s, 5090);
    assert_int_equal(verdict.gas_used, 22000);
    assert_true(verdict.gas_price == 11 * GWEI);
  }
  if (verdict.shared.action == VD_JUDGE_REPLACE) {
    assert_int_equal(verdict.nonce, NONCE);
    assert_true(verdict.fee >= 30 * GWEI / 8 * 9 && verdict.fee <= rig->anchor.fee_max);
    assert_true(verdict.tip >= 2 * GWEI / 8 * 9 && verdict.tip <= verdict.fee);
  }
  bool is_ahead = verdict.shared.reason == VD_REASON_NONCE_AHEAD || verdict.shared.reason == VD_REASON_NONCE_USED;
  assert_int_equal(verdict.shared.foreign_at, is_ahead ? LATEST + 1 : 0);
}

static void every_combination_while_a_slot_is_open(void **state) {
  static const uint64_t aheads[] = {0, COMMON, COMMON + 1};
  struct rig *rig = calloc(1, sizeof *rig);
  (void)state;
  assert_non_null(rig);
  evm_judge_set_up(rig, true);
  for (unsigned i = 0; i < KINDS * KINDS * KINDS; i++) {
    enum kind kinds[ENDPOINTS] = {(enum kind)(i % KINDS), (enum kind)(i / KINDS % KINDS),
                                  (enum kind)(i / KINDS / KINDS)};
    for (size_t e = 0; e < ENDPOINTS; e++) rig->views[e] = evm_judge_view(kinds[e]);
    for (unsigned way = 0; way < 12; way++) {
      bool is_old = (way & 1) != 0, has_room = (way & 2) != 0;
      rig->shared.foreign_since = aheads[way / 4];
      rig->outbox.last.made_s = is_old ? NOW_S - REPLACE_S : NOW_S - REPLACE_S + 1;
      rig->anchor.fee_max = has_room ? 100 * GWEI : 33 * GWEI;
      check(rig, kinds, expect(kinds, rig->shared.foreign_since, is_old, has_room));
    }
  }
  free(rig);
}

/* Nothing is done about a transaction that one endpoint does not confirm, whichever of the three it is. */
static void the_rounds_stop_where_they_are_of_no_use(void **state) {
  struct rig *rig = calloc(1, sizeof *rig);
  uint64_t common, number;
  size_t attempt;
  (void)state;
  assert_non_null(rig);
  evm_judge_set_up(rig, true);
  for (unsigned i = 0; i < KINDS * KINDS; i++) {
    enum kind kinds[ENDPOINTS] = {(enum kind)(i % KINDS), (enum kind)(i / KINDS), (enum kind)(i / KINDS)};
    for (size_t e = 0; e < ENDPOINTS; e++) rig->views[e] = evm_judge_view(kinds[e]);
    bool is_basic = !any(kinds, WRONG) && !any(kinds, MUTE) && !any(kinds, NO_FEES) && !any(kinds, SHORT_CHAIN) &&
                    !any(kinds, OTHER_FINAL);
    assert_int_equal(vd_evm_judge_basics(&rig->situation, &common), is_basic);
    if (is_basic) assert_int_equal(common, COMMON);
    bool is_final = first_trouble(kinds) == VD_REASON_FINE && appearance(kinds[0]) == appearance(kinds[1]) &&
                    is_mined(kinds[0]) && kinds[0] != MINED_YOUNG && kinds[0] != BOTH && is_basic;
    assert_int_equal(vd_evm_judge_mined(&rig->situation, &attempt, &number), is_final);
    if (is_final) assert_int_equal(attempt, kinds[0] == MINED_OLD ? 0 : 1);
    if (is_final) assert_int_equal(number, 90);
  }
  free(rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_combination_while_a_slot_is_open),
      cmocka_unit_test(the_rounds_stop_where_they_are_of_no_use),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
