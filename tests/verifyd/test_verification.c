/* A verification step by step: operators that are dead, have nothing, or whose logs fail, in every combination and
 * every order; and what it leaves behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/tlog.h"
#include "step_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define KEPT_S (FIXTURE_NOW_S - 50000)
#define SAID_S (FIXTURE_NOW_S - 40000)

static const unsigned orders[6][FIXTURE_OPERATORS] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                                      {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

/* What an operator does. */
enum conduct {
  HONEST,
  DEAD,
  ABSENT,        /* under a good log, as are the following two */
  ERASED,
  WRONG_TIME,    /* 20, when its fragment is looked at */
  BAD_SIGNATURE, /* 21 */
  ROLLED_BACK,   /* 22 */
  EQUIVOCAL,     /* 25 */
  CONDUCTS,
  WRONG_INDEX = CONDUCTS, /* 20 */
  OTHER_LOG,              /* 21 */
  REWRITTEN               /* 22 */
};

static frag_error log_code(enum conduct conduct) {
  switch (conduct) {
    case WRONG_TIME:
    case WRONG_INDEX: return FRAG_NOT_IN_LOG;
    case BAD_SIGNATURE:
    case OTHER_LOG: return FRAG_CHECKPOINT_SIGNATURE;
    case ROLLED_BACK:
    case REWRITTEN: return FRAG_LOG_INCONSISTENT;
    case EQUIVOCAL: return FRAG_EQUIVOCATION;
    case HONEST:
    case DEAD:
    case ABSENT:
    case ERASED: break;
  }
  return FRAG_OK;
}

struct note {
  size_t len;
  char text[FRAG_CHECKPOINT_MAX];
};

/* A document at all three operators, whose checkpoints have been accepted once, and older and made-up checkpoints. */
struct stage {
  struct verify_fixture *fixture;
  struct vd_verifier *verifier;
  struct paper paper;
  struct note old[FIXTURE_OPERATORS], forged[FIXTURE_OPERATORS], forked[FIXTURE_OPERATORS];
  struct vd_log_check accepted[FIXTURE_OPERATORS];
  enum conduct conduct[FIXTURE_OPERATORS];
  bool is_status_only; /* fragments are answered honestly */
  struct vd_verdict verdict;
  char scratch[FRAG_CHECKPOINT_MAX];
};

static struct note note_of(struct stage *stage, unsigned k) {
  struct note note;
  const char *text = NULL;
  struct vd_failure failure;
  step_readers_begin(stage->fixture);
  assert_int_equal(vd_tlog_checkpoint(stage->fixture->readers[k], &text, &note.len, &failure), VD_OK);
  memcpy(note.text, text, note.len);
  step_readers_end(stage->fixture);
  return note;
}

/* Rightly signed by operator k, of a tree that it does not have. */
static struct note forge_note(struct stage *stage, unsigned k, uint64_t size) {
  struct note note;
  const struct frag_log_key *key = &vd_verifier_log(stage->verifier, k)->key;
  uint8_t root[FRAG_HASH_LEN];
  memset(root, 0x77, sizeof root);
  assert_int_equal(frag_checkpoint_sign(stage->fixture->context, note.text, &note.len,
                                        (struct frag_slice){(const uint8_t *)key->name, key->name_len}, size, root,
                                        stage->fixture->log_seeds[k], FIXTURE_NOW_S),
                   FRAG_OK);
  return note;
}

static bool misbehave(void *context, unsigned k, const struct vd_lookup_request *request,
                      struct vd_lookup_answer *answer) {
  struct stage *stage = context;
  struct vd_lookup_item *item = &answer->items[0];
  if (stage->is_status_only && request->kind == VD_STORE_FRAGMENT) return true;
  bool is_fragment = request->kind == VD_STORE_FRAGMENT && item->presence == VD_STORE_PRESENT;
  const struct note *note = NULL;
  switch (stage->conduct[k]) {
    case HONEST: return true;
    case DEAD: return false;
    case ABSENT:
      if (is_fragment) *item = (struct vd_lookup_item){.presence = VD_STORE_ABSENT};
      return true;
    case ERASED:
      if (!is_fragment) return true;
      item->presence = VD_STORE_ERASED;
      item->len = 24 + 32 * FIXTURE_OPERATORS;
      return true;
    case WRONG_TIME: item->time_s += is_fragment ? 1 : 0; return true;
    case WRONG_INDEX: item->index ^= is_fragment ? 1 : 0; return true;
    case BAD_SIGNATURE:
      memcpy(stage->scratch, answer->checkpoint, answer->checkpoint_len);
      stage->scratch[answer->checkpoint_len - 2] ^= 1; /* base64 of the cosignature */
      answer->checkpoint = stage->scratch;
      return true;
    case OTHER_LOG: note = &stage->old[(k + 1) % FIXTURE_OPERATORS]; break;
    case ROLLED_BACK: note = &stage->old[k]; break;
    case REWRITTEN: note = &stage->forged[k]; break;
    case EQUIVOCAL: note = &stage->forked[k]; break;
  }
  answer->checkpoint = note->text;
  answer->checkpoint_len = note->len;
  return true;
}

/* Every run begins with what was accepted before, whatever the last one has found out. */
static frag_error play(struct stage *stage, const unsigned order[static FIXTURE_OPERATORS]) {
  struct step_run run = {.verifier = stage->verifier,
                         .qr = stage->paper.qr,
                         .qr_len = strlen(stage->paper.qr),
                         .now_s = FIXTURE_NOW_S,
                         .operators = ALL_OPERATORS,
                         .order = {order[0], order[1], order[2]},
                         .change = misbehave,
                         .context = stage};
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) *vd_verifier_log(stage->verifier, k) = stage->accepted[k];
  frag_error code = step_verify(stage->fixture, &run, &stage->verdict);
  assert_verdict_fits(stage->fixture, &stage->verdict);
  return code;
}

static frag_error play_conducts(struct stage *stage, enum conduct first, enum conduct second, enum conduct third,
                                const unsigned order[static FIXTURE_OPERATORS]) {
  const enum conduct conduct[FIXTURE_OPERATORS] = {first, second, third};
  memcpy(stage->conduct, conduct, sizeof conduct);
  return play(stage, order);
}

static int begin(void **out) {
  struct stage *stage = calloc(1, sizeof *stage);
  void *fixture = NULL;
  assert_non_null(stage);
  assert_int_equal(verify_fixture_begin(&fixture), 0);
  stage->fixture = fixture;
  struct paper before = issue(stage->fixture, (struct plan){.serial = "before"});
  keep(stage->fixture, &before, ALL_OPERATORS, KEPT_S - 10);
  stage->verifier = step_verifier(stage->fixture, FIXTURE_THRESHOLD, NULL);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) stage->old[k] = note_of(stage, k);
  stage->paper = issue(stage->fixture, (struct plan){0});
  keep(stage->fixture, &stage->paper, ALL_OPERATORS, KEPT_S);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    stage->forged[k] = forge_note(stage, k, 3);
    stage->forked[k] = forge_note(stage, k, 2);
    stage->accepted[k] = *vd_verifier_log(stage->verifier, k);
  }
  assert_int_equal(play(stage, orders[0]), FRAG_OK);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    stage->accepted[k] = *vd_verifier_log(stage->verifier, k);
    assert_int_equal(stage->accepted[k].size, 2);
    assert_int_not_equal(stage->accepted[k].time_s, 0);
  }
  *out = stage;
  return 0;
}

static int end(void **in) {
  struct stage *stage = *in;
  void *fixture = stage->fixture;
  vd_verifier_free(stage->verifier);
  assert_int_equal(verify_fixture_end(&fixture), 0);
  free(stage);
  return 0;
}

/* --- combinations --- */

struct tally {
  unsigned honest, absent, erased, silent; /* silent: dead, or with a log that fails */
  frag_error gravest;                      /* 25 before 22 before 21 before 20: larger numbers are graver */
};

static struct tally count_up(const enum conduct conduct[static FIXTURE_OPERATORS]) {
  struct tally tally = {.gravest = FRAG_OK};
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    frag_error code = log_code(conduct[k]);
    tally.honest += conduct[k] == HONEST;
    tally.absent += conduct[k] == ABSENT;
    tally.erased += conduct[k] == ERASED;
    tally.silent += conduct[k] == DEAD || code != FRAG_OK;
    if (code > tally.gravest) tally.gravest = code;
  }
  return tally;
}

/* Of a document that needs two of three. */
static frag_error expected_code(const struct tally *tally) {
  if (tally->honest >= 2) return FRAG_OK;
  bool may_be_there = tally->silent >= 2 || (tally->honest == 1 && tally->silent == 1);
  if (may_be_there) return tally->gravest != FRAG_OK ? tally->gravest : FRAG_TOO_FEW_FRAGMENTS;
  return tally->erased > 0 ? FRAG_ERASED : FRAG_NOT_FOUND;
}

static void assert_log_step(const struct stage *stage, const struct tally *tally) {
  const struct vd_check *check = &stage->verdict.checks[VD_STEP_LOG];
  bool is_late = check->state == VD_CHECK_PASSED && tally->gravest == FRAG_NOT_IN_LOG; /* it was not needed */
  if (stage->verdict.code == FRAG_OK && !is_late)
    assert_int_equal(check->state, tally->gravest == FRAG_OK ? VD_CHECK_PASSED : VD_CHECK_WARNING);
  if (stage->verdict.code == tally->gravest && tally->gravest != FRAG_OK) {
    assert_int_equal(check->state, VD_CHECK_FAILED);
    assert_int_equal(stage->verdict.verdict, FRAG_INCONCLUSIVE);
  }
}

static void every_combination_gives_one_verdict_in_every_order(void **in) {
  struct stage *stage = *in;
  for (unsigned at = 0; at < CONDUCTS * CONDUCTS * CONDUCTS; at++) {
    const enum conduct conduct[FIXTURE_OPERATORS] = {at % CONDUCTS, at / CONDUCTS % CONDUCTS,
                                                     at / CONDUCTS / CONDUCTS};
    const struct tally tally = count_up(conduct);
    for (size_t order = 0; order < COUNT(orders); order++) {
      frag_error code = play_conducts(stage, conduct[0], conduct[1], conduct[2], orders[order]);
      if (code != expected_code(&tally))
        fail_msg("%u %u %u in order %zu: %d", conduct[0], conduct[1], conduct[2], order, code);
      assert_log_step(stage, &tally);
    }
  }
}

static void one_failed_log_is_a_warning_and_named(void **in) {
  struct stage *stage = *in;
  for (enum conduct conduct = WRONG_TIME; conduct <= REWRITTEN; conduct++) {
    for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
      enum conduct all[FIXTURE_OPERATORS] = {HONEST, HONEST, HONEST};
      const unsigned order[] = {k, (k + 1) % 3, (k + 2) % 3}; /* it is asked first */
      all[k] = conduct;
      assert_int_equal(play_conducts(stage, all[0], all[1], all[2], order), FRAG_OK);
      assert_int_equal(stage->verdict.operators[k].state, VD_OPERATOR_LOG_FAILED);
      assert_int_equal(stage->verdict.operators[k].log_code, log_code(conduct));
      assert_int_equal(stage->verdict.operators[k].checkpoint_time_s, 0);
      assert_int_equal(stage->verdict.operators[(k + 1) % 3].state, VD_OPERATOR_GOOD);
      assert_int_equal(stage->verdict.operators[(k + 1) % 3].checkpoint_time_s, stage->accepted[(k + 1) % 3].time_s);
      assert_int_equal(stage->verdict.checks[VD_STEP_FRAGMENTS].state, VD_CHECK_WARNING);
      assert_int_equal(stage->verdict.checks[VD_STEP_LOG].state, VD_CHECK_WARNING);
      assert_int_equal(stage->verdict.checks[VD_STEP_STATUS].state, VD_CHECK_WARNING);
    }
  }
}

static void two_failed_logs_are_the_verdict(void **in) {
  struct stage *stage = *in;
  for (enum conduct one = WRONG_TIME; one <= REWRITTEN; one++) {
    for (enum conduct other = WRONG_TIME; other <= REWRITTEN; other++) {
      frag_error graver = log_code(one) > log_code(other) ? log_code(one) : log_code(other);
      for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
        enum conduct all[FIXTURE_OPERATORS] = {HONEST, HONEST, HONEST};
        all[k] = one;
        all[(k + 1) % 3] = other;
        assert_int_equal(play_conducts(stage, all[0], all[1], all[2], orders[k]), graver);
        assert_int_equal(stage->verdict.checks[VD_STEP_FRAGMENTS].state, VD_CHECK_WARNING);
        assert_int_equal(stage->verdict.checks[VD_STEP_LOG].state, VD_CHECK_FAILED);
        assert_int_equal(stage->verdict.checks[VD_STEP_LOG].code, graver);
        assert_int_equal(stage->verdict.checks[VD_STEP_OPEN].state, VD_CHECK_NOT_REACHED);
      }
    }
  }
}

/* The word of an operator whose log fails is worth nothing, that it has nothing too. */
static void absence_under_a_failed_log_does_not_count(void **in) {
  struct stage *stage = *in;
  struct paper unknown = issue(stage->fixture, (struct plan){.serial = "unknown"});
  stage->paper = unknown;
  assert_int_equal(play_conducts(stage, HONEST, HONEST, BAD_SIGNATURE, orders[0]), FRAG_NOT_FOUND);
  assert_int_equal(stage->verdict.operators[2].state, VD_OPERATOR_LOG_FAILED);
  assert_int_equal(play_conducts(stage, HONEST, ROLLED_BACK, BAD_SIGNATURE, orders[0]), FRAG_LOG_INCONSISTENT);
  assert_int_equal(play_conducts(stage, HONEST, DEAD, EQUIVOCAL, orders[0]), FRAG_EQUIVOCATION);
  assert_int_equal(play_conducts(stage, HONEST, DEAD, HONEST, orders[0]), FRAG_NOT_FOUND);
}

/* --- checkpoints and what was accepted --- */

static void a_replayed_checkpoint_is_right_until_a_newer_one_was_accepted(void **in) {
  struct stage *stage = *in;
  struct paper before = issue(stage->fixture, (struct plan){.serial = "before"});
  struct paper now = stage->paper;
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    const struct frag_log_key key = stage->accepted[k].key;
    vd_log_check_begin(&stage->accepted[k], &key, NULL);
  }
  stage->paper = before;
  /* It says that it has one entry, and shows a proof for two. */
  assert_int_equal(play_conducts(stage, ROLLED_BACK, HONEST, HONEST, orders[0]), FRAG_OK);
  assert_int_equal(stage->verdict.operators[0].log_code, FRAG_NOT_IN_LOG);
  stage->paper = now;
  assert_int_equal(play_conducts(stage, HONEST, HONEST, HONEST, orders[0]), FRAG_OK);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) stage->accepted[k] = *vd_verifier_log(stage->verifier, k);
  assert_int_equal(play_conducts(stage, ROLLED_BACK, HONEST, HONEST, orders[0]), FRAG_OK);
  assert_int_equal(stage->verdict.operators[0].log_code, FRAG_LOG_INCONSISTENT);
}

static void an_equivocation_is_remembered(void **in) {
  struct stage *stage = *in;
  assert_int_equal(play_conducts(stage, EQUIVOCAL, HONEST, HONEST, orders[0]), FRAG_OK);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) stage->accepted[k] = *vd_verifier_log(stage->verifier, k);
  assert_int_equal(play_conducts(stage, HONEST, HONEST, HONEST, orders[0]), FRAG_OK);
  assert_int_equal(stage->verdict.operators[0].log_code, FRAG_EQUIVOCATION);
  assert_int_equal(play_conducts(stage, HONEST, DEAD, HONEST, orders[0]), FRAG_EQUIVOCATION);
}

static void a_checkpoint_is_news_once(void **in) {
  struct stage *stage = *in;
  struct step_run run = {.verifier = stage->verifier,
                         .qr = stage->paper.qr,
                         .qr_len = strlen(stage->paper.qr),
                         .now_s = FIXTURE_NOW_S,
                         .operators = ALL_OPERATORS,
                         .order = {0, 1, 2}};
  assert_int_equal(step_verify(stage->fixture, &run, &stage->verdict), FRAG_OK);
  assert_int_equal(run.news, 0);
  struct paper more = issue(stage->fixture, (struct plan){.serial = "more"});
  keep(stage->fixture, &more, 6, SAID_S);
  assert_int_equal(step_verify(stage->fixture, &run, &stage->verdict), FRAG_OK);
  assert_int_equal(run.news, 6);
  assert_int_equal(stage->verdict.operators[1].checkpoint_time_s, vd_verifier_log(stage->verifier, 1)->time_s);
  run.news = 0;
  assert_int_equal(step_verify(stage->fixture, &run, &stage->verdict), FRAG_OK);
  assert_int_equal(run.news, 0);
}

/* --- statements --- */

static void a_statement_counts_whatever_the_log_of_who_shows_it(void **in) {
  struct stage *stage = *in;
  put_statement(stage->fixture, &stage->paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 1, SAID_S);
  static const enum conduct conducts[] = {HONEST, BAD_SIGNATURE, ROLLED_BACK, EQUIVOCAL, OTHER_LOG};
  for (size_t at = 0; at < COUNT(conducts); at++)
    for (size_t order = 0; order < COUNT(orders); order++) {
      assert_int_equal(play_conducts(stage, conducts[at], HONEST, HONEST, orders[order]), FRAG_REVOKED);
      assert_int_equal(stage->verdict.operators[0].log_code, log_code(conducts[at]));
    }
  for (size_t order = 0; order < COUNT(orders); order++) {
    assert_int_equal(play_conducts(stage, DEAD, HONEST, HONEST, orders[order]), FRAG_OK);
    assert_int_equal(stage->verdict.checks[VD_STEP_STATUS].state, VD_CHECK_WARNING);
  }
}

/* Junk at an operator may have taken the place of a statement, so that the next one has another number. */
static void a_held_number_is_walked_past_whatever_the_log_of_its_holder(void **in) {
  struct stage *stage = *in;
  put_junk(stage->fixture, &stage->paper, 0, 1);
  put_statement(stage->fixture, &stage->paper, 1, FRAG_STATUS_REVOKED, KEY_MINISTRY, 2, FIXTURE_NOW_S);
  for (size_t order = 0; order < COUNT(orders); order++)
    assert_int_equal(play_conducts(stage, BAD_SIGNATURE, HONEST, HONEST, orders[order]), FRAG_REVOKED);
}

static void silence_in_the_status_step_is_a_warning_or_too_much(void **in) {
  struct stage *stage = *in;
  static const enum conduct conducts[] = {DEAD, BAD_SIGNATURE, ROLLED_BACK, EQUIVOCAL};
  stage->is_status_only = true;
  for (size_t at = 0; at < COUNT(conducts); at++) {
    for (size_t order = 0; order < COUNT(orders); order++) {
      const unsigned *in_order = orders[order];
      assert_int_equal(play_conducts(stage, conducts[at], HONEST, HONEST, in_order), FRAG_OK);
      assert_int_equal(stage->verdict.checks[VD_STEP_STATUS].state, VD_CHECK_WARNING);
      assert_int_equal(stage->verdict.checks[VD_STEP_FRAGMENTS].state, VD_CHECK_WARNING);
      assert_int_equal(stage->verdict.operators[0].state,
                       conducts[at] == DEAD ? VD_OPERATOR_UNREACHABLE : VD_OPERATOR_LOG_FAILED);
      assert_int_equal(play_conducts(stage, conducts[at], conducts[at], HONEST, in_order), FRAG_OK);
      assert_int_equal(stage->verdict.status_as_of_s, FIXTURE_NOW_S);
      assert_int_equal(play_conducts(stage, conducts[at], conducts[at], conducts[at], in_order), FRAG_STATUS_STALE);
      assert_int_equal(stage->verdict.status_as_of_s, 0);
    }
  }
}

static void who_contradicts_itself_in_the_status_step_is_named(void **in) {
  struct stage *stage = *in;
  stage->is_status_only = true;
  assert_int_equal(play_conducts(stage, EQUIVOCAL, HONEST, HONEST, orders[0]), FRAG_OK);
  assert_int_equal(stage->verdict.operators[0].state, VD_OPERATOR_LOG_FAILED);
  assert_int_equal(stage->verdict.operators[0].log_code, FRAG_EQUIVOCATION);
  assert_int_equal(stage->verdict.checks[VD_STEP_LOG].state, VD_CHECK_WARNING);
}

static void revoked_by_one_whose_log_failed_is_enough(void **in) {
  struct stage *stage = *in;
  put_statement(stage->fixture, &stage->paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 1, SAID_S);
  stage->is_status_only = true;
  assert_int_equal(play_conducts(stage, BAD_SIGNATURE, DEAD, ROLLED_BACK, orders[0]), FRAG_REVOKED);
  assert_int_equal(stage->verdict.status_as_of_s, 0); /* of what else was said nobody knows */
}

/* --- endings --- */

/* Answers `answers` questions, then ends. */
static frag_error end_early(struct stage *stage, unsigned answers) {
  static struct vd_lookup_answer answer;
  struct vd_verification *verification = step_memory_new();
  struct vd_lookup_request request;
  struct vd_log_base base;
  step_readers_begin(stage->fixture);
  enum vd_wanted wanted = vd_verification_begin(verification, stage->verifier, stage->paper.qr,
                                                strlen(stage->paper.qr), FIXTURE_NOW_S, &stage->verdict);
  for (unsigned k = 0; answers > 0 && wanted != VD_WANTED_NOTHING; k = (k + 1) % FIXTURE_OPERATORS) {
    if (!vd_verification_question(verification, k, &request, &base)) continue;
    assert_true(step_look_up(stage->fixture, k, &request, &answer));
    wanted = vd_verification_answer(verification, k, &base, &answer, NULL);
    answers--;
  }
  vd_verification_end(verification);
  step_readers_end(stage->fixture);
  step_memory_free(verification);
  assert_verdict_fits(stage->fixture, &stage->verdict);
  return stage->verdict.code;
}

static void it_can_be_ended_at_any_point(void **in) {
  struct stage *stage = *in;
  for (uint32_t n = 0; n < 6; n++) put_junk(stage->fixture, &stage->paper, n, ALL_OPERATORS); /* two questions */
  assert_int_equal(end_early(stage, 0), FRAG_TOO_FEW_FRAGMENTS);
  assert_int_equal(end_early(stage, 1), FRAG_TOO_FEW_FRAGMENTS);
  assert_int_equal(end_early(stage, 2), FRAG_STATUS_STALE);
  for (unsigned answers = 3; answers < 5; answers++) assert_int_equal(end_early(stage, answers), FRAG_STATUS_STALE);
  assert_int_equal(end_early(stage, 5), FRAG_STATUS_STALE);
  assert_int_equal(end_early(stage, 6), FRAG_OK); /* one of three has answered both */
  assert_int_equal(stage->verdict.checks[VD_STEP_STATUS].state, VD_CHECK_WARNING);
  assert_int_equal(end_early(stage, 8), FRAG_OK);
  assert_int_equal(stage->verdict.checks[VD_STEP_STATUS].state, VD_CHECK_PASSED);
}

static void a_foreign_code_asks_nobody(void **in) {
  struct stage *stage = *in;
  struct vd_verification *verification = step_memory_new();
  struct vd_lookup_request request;
  struct vd_log_base base;
  assert_int_equal(
      vd_verification_begin(verification, stage->verifier, "HELLO", 5, FIXTURE_NOW_S, &stage->verdict),
      VD_WANTED_NOTHING);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    assert_false(vd_verification_question(verification, k, &request, &base));
  assert_int_equal(vd_verification_unreachable(verification, 0), VD_WANTED_NOTHING);
  vd_verification_end(verification);
  step_memory_free(verification);
  assert_int_equal(stage->verdict.code, FRAG_QR_MALFORMED);
}

/* An answer that comes twice, or after its operator was given up, changes nothing. */
static void nobody_answers_twice(void **in) {
  struct stage *stage = *in;
  static struct vd_lookup_answer answer;
  struct vd_verification *verification = step_memory_new();
  struct vd_lookup_request request;
  struct vd_log_base base;
  bool is_news = true;
  step_readers_begin(stage->fixture);
  (void)vd_verification_begin(verification, stage->verifier, stage->paper.qr, strlen(stage->paper.qr), FIXTURE_NOW_S,
                              &stage->verdict);
  assert_int_equal(vd_verification_question_number(verification), 1);
  assert_true(vd_verification_question(verification, 0, &request, &base));
  assert_true(step_look_up(stage->fixture, 0, &request, &answer));
  for (int times = 0; times < 3; times++)
    assert_int_equal(vd_verification_answer(verification, 0, &base, &answer, NULL), VD_WANTED_FRAGMENTS);
  assert_int_equal(vd_verification_unreachable(verification, 0), VD_WANTED_FRAGMENTS);
  assert_int_equal(vd_verification_unreachable(verification, 1), VD_WANTED_FRAGMENTS);
  assert_true(step_look_up(stage->fixture, 1, &request, &answer));
  assert_int_equal(vd_verification_answer(verification, 1, &base, &answer, &is_news), VD_WANTED_FRAGMENTS);
  assert_false(is_news);
  assert_false(vd_verification_question(verification, 1, &request, &base));
  assert_int_equal(vd_verification_question_number(verification), 1);
  vd_verification_end(verification);
  step_readers_end(stage->fixture);
  step_memory_free(verification);
  assert_int_equal(stage->verdict.code, FRAG_TOO_FEW_FRAGMENTS);
}

/* Two documents at once with one verifier, their answers interleaved. */
static void several_are_under_way_at_once(void **in) {
  struct stage *stage = *in;
  static struct vd_lookup_answer answer;
  static struct vd_verdict verdicts[2];
  struct paper papers[2] = {stage->paper, issue(stage->fixture, (struct plan){.serial = "second"})};
  struct vd_verification *both[2] = {step_memory_new(), step_memory_new()};
  enum vd_wanted wanted[2];
  keep(stage->fixture, &papers[1], ALL_OPERATORS, SAID_S);
  put_statement(stage->fixture, &papers[1], 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, 4, SAID_S);
  step_readers_begin(stage->fixture);
  for (size_t at = 0; at < 2; at++)
    wanted[at] = vd_verification_begin(both[at], stage->verifier, papers[at].qr, strlen(papers[at].qr), FIXTURE_NOW_S,
                                       &verdicts[at]);
  for (unsigned turn = 0; wanted[0] != VD_WANTED_NOTHING || wanted[1] != VD_WANTED_NOTHING; turn++) {
    struct vd_lookup_request request;
    struct vd_log_base base;
    unsigned k = turn / 2 % FIXTURE_OPERATORS, at = turn % 2;
    assert_true(turn < 100);
    if (!vd_verification_question(both[at], k, &request, &base)) continue;
    assert_true(step_look_up(stage->fixture, k, &request, &answer));
    wanted[at] = vd_verification_answer(both[at], k, &base, &answer, NULL);
  }
  step_readers_end(stage->fixture);
  for (size_t at = 0; at < 2; at++) {
    vd_verification_end(both[at]);
    step_memory_free(both[at]);
    assert_verdict_fits(stage->fixture, &verdicts[at]);
  }
  assert_int_equal(verdicts[0].code, FRAG_OK);
  assert_int_equal(verdicts[1].code, FRAG_SUSPENDED);
}

#define STAGE_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      STAGE_TEST(every_combination_gives_one_verdict_in_every_order),
      STAGE_TEST(one_failed_log_is_a_warning_and_named),
      STAGE_TEST(two_failed_logs_are_the_verdict),
      STAGE_TEST(absence_under_a_failed_log_does_not_count),
      STAGE_TEST(a_replayed_checkpoint_is_right_until_a_newer_one_was_accepted),
      STAGE_TEST(an_equivocation_is_remembered),
      STAGE_TEST(a_checkpoint_is_news_once),
      STAGE_TEST(a_statement_counts_whatever_the_log_of_who_shows_it),
      STAGE_TEST(a_held_number_is_walked_past_whatever_the_log_of_its_holder),
      STAGE_TEST(silence_in_the_status_step_is_a_warning_or_too_much),
      STAGE_TEST(who_contradicts_itself_in_the_status_step_is_named),
      STAGE_TEST(revoked_by_one_whose_log_failed_is_enough),
      STAGE_TEST(it_can_be_ended_at_any_point),
      STAGE_TEST(a_foreign_code_asks_nobody),
      STAGE_TEST(nobody_answers_twice),
      STAGE_TEST(several_are_under_way_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
