/* What anchors on public chains mean for a verdict: what covers an entry, since when the document existed, which key rule
 * follows from that, and a log that is not the one that was anchored. Over the network and with local ledgers alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/tlog.h"
#include "step_fixture.h"
#include "temp_folder.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define KEPT_S (FIXTURE_NOW_S - 50000)
#define DUE_S UINT64_C(7200)
#define BLOCK_S (KEPT_S + 600)
enum { SIZES = 4, TRACKS_MAX = 12, PAPER_SIZE = 2 /* of a log that has the paper as its last entry */ };

struct place {
  unsigned k; /* whose log */
  const char *chain;
};

static struct verify_fixture *fixture;
static struct temp_folder folder;
static struct vd_anchors *anchors;
static struct place places[TRACKS_MAX];
static uint64_t seen_s;            /* up to when the chains were looked at */
static uint8_t next_transaction;
static uint8_t roots[FIXTURE_OPERATORS][SIZES][FRAG_HASH_LEN]; /* of each log at each size */
static struct paper paper;         /* entry 1 of each log, kept at KEPT_S */
static struct vd_verdict verdict, local_verdict;
static const unsigned forward[] = {0, 1, 2}, backward[] = {2, 1, 0};

/* --- ledgers --- */

static void note_roots(void) {
  struct vd_failure failure;
  step_readers_begin(fixture);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    struct frag_checkpoint checkpoint;
    const char *note = NULL;
    size_t len = 0;
    assert_int_equal(vd_tlog_checkpoint(fixture->readers[k], &note, &len, &failure), VD_OK);
    assert_int_equal(frag_checkpoint_decode(fixture->context, &checkpoint, note, len), FRAG_OK);
    assert_true(checkpoint.size < SIZES);
    memcpy(roots[k][checkpoint.size], checkpoint.root, FRAG_HASH_LEN);
  }
  step_readers_end(fixture);
}

static struct paper keep_one(struct plan plan, uint64_t time_s) {
  struct paper made = issue(fixture, plan);
  keep(fixture, &made, ALL_OPERATORS, time_s);
  note_roots();
  return made;
}

static int begin(void **state) {
  assert_int_equal(verify_fixture_begin(state), 0);
  fixture = *state;
  temp_folder_make(&folder);
  seen_s = KEPT_S;
  next_transaction = 1;
  (void)keep_one((struct plan){.serial = "before"}, KEPT_S - 10);
  paper = keep_one((struct plan){0}, KEPT_S);
  return 0;
}

static int end(void **state) {
  vd_verdict_wipe(&verdict);
  vd_verdict_wipe(&local_verdict);
  vd_anchors_close(anchors);
  anchors = NULL;
  temp_folder_remove(&folder);
  return verify_fixture_end(state);
}

/* --- anchors --- */

static const char *origin(unsigned k) {
  static struct frag_log_key keys[FIXTURE_OPERATORS];
  struct vd_failure failure;
  step_readers_begin(fixture);
  assert_int_equal(vd_tlog_key(fixture->readers[k], &keys[k], &failure), VD_OK);
  step_readers_end(fixture);
  return keys[k].name;
}

static void follow(const struct place *wanted, size_t count) {
  struct vd_anchors_track_options options[TRACKS_MAX];
  struct vd_failure failure;
  assert_true(count <= TRACKS_MAX);
  for (size_t at = 0; at < count; at++) {
    places[at] = wanted[at];
    options[at] = (struct vd_anchors_track_options){
        .origin = origin(wanted[at].k), .chain = wanted[at].chain, .chain_id = {7}, .account = {9}, .due_s = DUE_S};
  }
  if (vd_anchors_open(temp_folder_at(&folder, "anchors"), options, count, &anchors, &failure) != VD_OK)
    fail_msg("%s", failure.text);
}

static void follow_one(unsigned k) { follow(&(struct place){k, "sepolia"}, 1); }

static void advance(size_t track, const struct vd_anchors_found *found) {
  struct vd_anchors_progress progress = {.seen_number = 1000, .seen_time_s = seen_s};
  struct vd_failure failure;
  if (vd_anchors_advance(anchors, track, found, found != NULL, &progress, &failure) != VD_OK)
    fail_msg("%s", failure.text);
}

/* The chain is looked at up to a block of that time. */
static void see(size_t track, uint64_t time_s) {
  seen_s = time_s;
  advance(track, NULL);
}

static void judge(size_t track, uint64_t n, enum vd_anchors_state state) {
  struct vd_failure failure;
  const char *evidence = state == VD_ANCHORS_CONTRADICTED ? "another root" : NULL;
  size_t len = evidence == NULL ? 0 : strlen(evidence);
  if (vd_anchors_judge(anchors, track, n, state, evidence, len, &failure) != VD_OK) fail_msg("%s", failure.text);
}

/* An anchor of the track's log as it was at that size. Returns its number. */
static uint64_t found_one(size_t track, uint64_t size, uint64_t time_s, enum vd_anchors_state state) {
  static const uint8_t raw[] = {1, 2, 3};
  struct vd_anchors_found found = {.raw = raw, .raw_len = sizeof raw};
  struct vd_anchors_view view;
  found.item = (struct vd_anchors_item){.size = size, .block_number = 900 + next_transaction, .block_time_s = time_s};
  memcpy(found.item.root, roots[places[track].k][size], FRAG_HASH_LEN);
  memset(found.item.transaction, next_transaction++, sizeof found.item.transaction);
  if (time_s > seen_s) seen_s = time_s;
  advance(track, &found);
  vd_anchors_look(anchors, track, &view);
  if (state != VD_ANCHORS_UNCHECKED) judge(track, view.count - 1, state);
  return view.count - 1;
}

static void confirmed(size_t track, uint64_t size, uint64_t time_s) {
  (void)found_one(track, size, time_s, VD_ANCHORS_CONFIRMED);
}

/* --- verifying --- */

static void assert_same_anchors(const struct vd_verdict *one, const struct vd_verdict *other) {
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    assert_int_equal(one->operators[k].anchor_count, other->operators[k].anchor_count);
    for (size_t n = 0; n < one->operators[k].anchor_count; n++) {
      const struct vd_operator_anchor *left = &one->operators[k].anchors[n], *right = &other->operators[k].anchors[n];
      assert_string_equal(left->chain, right->chain);
      assert_int_equal(left->cover, right->cover);
      assert_memory_equal(left->item.transaction, right->item.transaction, sizeof left->item.transaction);
    }
  }
}

static frag_error ask(struct vd_verifier *verifier, const struct paper *asked, const unsigned order[static 3],
                      step_change *change) {
  struct step_run run = {.verifier = verifier,
                         .qr = asked->qr,
                         .qr_len = strlen(asked->qr),
                         .now_s = FIXTURE_NOW_S,
                         .operators = ALL_OPERATORS,
                         .order = {order[0], order[1], order[2]},
                         .change = change};
  frag_error code = step_verify(fixture, &run, &verdict);
  assert_verdict_fits(fixture, &verdict);
  return code;
}

/* With new verifiers: first over the network, into `verdict`, then with the ledgers of this machine, which has to give
 * the same. */
static frag_error check(const struct paper *asked) {
  struct vd_verifier *remote = step_verifier_anchored(fixture, anchors, NULL, 0);
  struct vd_verifier *local = step_verifier_anchored(fixture, anchors, NULL, ALL_OPERATORS);
  frag_error code = ask(remote, asked, forward, NULL);
  vd_verify(local, asked->qr, strlen(asked->qr), FIXTURE_NOW_S, &local_verdict);
  assert_verdict_fits(fixture, &local_verdict);
  assert_int_equal(local_verdict.code, code);
  assert_int_equal(local_verdict.tau_s, verdict.tau_s);
  assert_int_equal(local_verdict.is_anchored, verdict.is_anchored);
  for (unsigned step = 0; step < VD_STEPS; step++) {
    assert_int_equal(local_verdict.checks[step].state, verdict.checks[step].state);
    assert_int_equal(local_verdict.checks[step].code, verdict.checks[step].code);
  }
  assert_same_anchors(&local_verdict, &verdict);
  vd_verifier_free(remote);
  vd_verifier_free(local);
  return code;
}

static void assert_step(enum vd_check_state state, frag_error code) {
  assert_int_equal(verdict.checks[VD_STEP_ANCHOR].state, state);
  assert_int_equal(verdict.checks[VD_STEP_ANCHOR].code, code);
}

static void assert_warned(frag_error code) {
  assert_int_equal(check(&paper), FRAG_OK);
  assert_int_equal(verdict.verdict, FRAG_VALID);
  assert_step(VD_CHECK_WARNING, code);
}

static void assert_tau(uint64_t time_s, bool is_anchored) {
  assert_int_equal(verdict.tau_s, time_s);
  assert_int_equal(verdict.is_anchored, is_anchored);
}

static const struct vd_operator_anchor *anchor_of(unsigned k, size_t n) {
  assert_true(n < verdict.operators[k].anchor_count);
  return &verdict.operators[k].anchors[n];
}

/* --- what covers --- */

static void without_tracks_nothing_is_checked(void **state) {
  (void)state;
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_NOT_CHECKED, FRAG_OK);
  assert_tau(KEPT_S, false);
  follow(NULL, 0);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_NOT_CHECKED, FRAG_OK);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) assert_int_equal(verdict.operators[k].anchor_count, 0);
}

static void one_anchor_covers(void **state) {
  (void)state;
  follow_one(0);
  confirmed(0, PAPER_SIZE, BLOCK_S);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_tau(BLOCK_S, true);
  const struct vd_operator_anchor *anchor = anchor_of(0, 0);
  assert_string_equal(anchor->chain, "sepolia");
  assert_int_equal(anchor->cover, VD_ANCHORS_COVERED);
  assert_int_equal(anchor->item.size, PAPER_SIZE);
  assert_int_equal(anchor->item.block_number, 901);
  assert_int_equal(verdict.operators[1].anchor_count, 0);
}

/* The entry's index has to be below the anchor's size. */
static void an_anchor_of_what_came_before_does_not_cover(void **state) {
  (void)state;
  follow_one(0);
  confirmed(0, PAPER_SIZE - 1, BLOCK_S);
  assert_warned(FRAG_ANCHOR_PENDING);
  assert_tau(KEPT_S, false);
  assert_int_equal(anchor_of(0, 0)->cover, VD_ANCHORS_PENDING);
  confirmed(0, PAPER_SIZE, BLOCK_S + 60);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_tau(BLOCK_S + 60, true);
}

static void an_anchor_that_was_not_compared_does_not_cover(void **state) {
  (void)state;
  follow_one(0);
  uint64_t n = found_one(0, PAPER_SIZE, BLOCK_S, VD_ANCHORS_UNCHECKED);
  assert_warned(FRAG_ANCHOR_PENDING);
  assert_tau(KEPT_S, false);
  judge(0, n, VD_ANCHORS_CONFIRMED);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_tau(BLOCK_S, true);
}

static void an_anchor_that_has_left_the_chain_does_not_cover(void **state) {
  struct vd_failure failure;
  (void)state;
  follow_one(0);
  uint64_t n = found_one(0, PAPER_SIZE, BLOCK_S, VD_ANCHORS_CONFIRMED);
  assert_int_equal(vd_anchors_withdraw(anchors, 0, n, &failure), VD_OK);
  assert_warned(FRAG_ANCHOR_PENDING);
  assert_tau(KEPT_S, false);
}

static void the_earliest_of_all_chains_and_operators_counts(void **state) {
  static const struct place all[] = {{0, "sepolia"}, {0, "bitcoin"}, {1, "sepolia"}, {2, "sepolia"}};
  (void)state;
  follow(all, COUNT(all));
  confirmed(0, PAPER_SIZE, BLOCK_S + 300);
  confirmed(1, PAPER_SIZE, BLOCK_S + 200);
  confirmed(2, PAPER_SIZE, BLOCK_S + 400);
  confirmed(3, PAPER_SIZE, BLOCK_S); /* of an operator that is not needed */
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_tau(BLOCK_S + 200, true);
  assert_int_equal(verdict.operators[0].anchor_count, 2);
  assert_string_equal(anchor_of(0, 1)->chain, "bitcoin");
  assert_int_equal(verdict.operators[2].anchor_count, 0);
  confirmed(2, PAPER_SIZE, BLOCK_S + 100);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_tau(BLOCK_S + 100, true);
}

static void an_operator_that_is_not_needed_changes_nothing(void **state) {
  (void)state;
  follow_one(2);
  see(0, KEPT_S + 10 * DUE_S);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_NOT_CHECKED, FRAG_OK);
  assert_tau(KEPT_S, false);
}

static void each_operator_with_chains_needs_an_anchor(void **state) {
  static const struct place all[] = {{0, "sepolia"}, {1, "sepolia"}};
  (void)state;
  follow(all, COUNT(all));
  confirmed(0, PAPER_SIZE, BLOCK_S);
  assert_warned(FRAG_ANCHOR_PENDING);
  assert_tau(BLOCK_S, true); /* it proves it for all of them */
}

static void one_chain_of_a_log_is_enough(void **state) {
  static const struct place all[] = {{0, "sepolia"}, {0, "bitcoin"}};
  (void)state;
  follow(all, COUNT(all));
  confirmed(0, PAPER_SIZE, BLOCK_S);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_int_equal(anchor_of(0, 1)->cover, VD_ANCHORS_PENDING);
}

/* --- overdue --- */

static void an_anchor_is_overdue_by_what_was_seen_of_the_chain(void **state) {
  (void)state;
  follow_one(0);
  assert_warned(FRAG_ANCHOR_PENDING);
  see(0, KEPT_S + DUE_S - 1);
  assert_warned(FRAG_ANCHOR_PENDING);
  see(0, KEPT_S + DUE_S);
  assert_warned(FRAG_ANCHOR_MISSING);
  assert_int_equal(anchor_of(0, 0)->cover, VD_ANCHORS_OVERDUE);
  assert_tau(KEPT_S, false);
}

/* The clock has gone on for 50000 s since the entry, but nobody has looked at the chain. */
static void a_chain_that_cannot_be_seen_makes_nothing_overdue(void **state) {
  (void)state;
  assert_true(FIXTURE_NOW_S - KEPT_S > 5 * DUE_S);
  follow_one(0);
  see(0, KEPT_S + 5);
  assert_warned(FRAG_ANCHOR_PENDING);
}

static void one_overdue_chain_is_told_although_another_covers(void **state) {
  static const struct place all[] = {{0, "sepolia"}, {1, "bitcoin"}, {1, "sepolia"}};
  (void)state;
  follow(all, COUNT(all));
  confirmed(0, PAPER_SIZE, BLOCK_S);
  confirmed(1, PAPER_SIZE, BLOCK_S);
  see(2, KEPT_S + DUE_S);
  assert_warned(FRAG_ANCHOR_MISSING);
  assert_tau(BLOCK_S, true);
}

/* --- the key rule --- */

static void anchored_before_the_theft_stays_valid(void **state) {
  (void)state;
  struct paper early = keep_one((struct plan){.key = KEY_COMPROMISED, .serial = "E"}, FIXTURE_COMPROMISED_S - 500);
  follow_one(1);
  confirmed(0, 3, FIXTURE_COMPROMISED_S - 1);
  assert_int_equal(check(&early), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_tau(FIXTURE_COMPROMISED_S - 1, true);
}

/* What the thief says of the time counts for nothing. */
static void anchored_after_the_theft_is_not_valid(void **state) {
  (void)state;
  struct paper late = keep_one((struct plan){.key = KEY_COMPROMISED, .serial = "L"}, FIXTURE_COMPROMISED_S - 500);
  follow_one(1);
  confirmed(0, 3, FIXTURE_COMPROMISED_S);
  assert_int_equal(check(&late), FRAG_ISSUER_KEY_TIME);
  assert_int_equal(verdict.verdict, FRAG_NOT_VALID);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_tau(FIXTURE_COMPROMISED_S, true);
}

static void without_an_anchor_the_entry_decides(void **state) {
  (void)state;
  struct paper early = keep_one((struct plan){.key = KEY_COMPROMISED, .serial = "E"}, FIXTURE_COMPROMISED_S - 1);
  follow_one(1);
  assert_int_equal(check(&early), FRAG_OK);
  assert_step(VD_CHECK_WARNING, FRAG_ANCHOR_PENDING);
  assert_tau(FIXTURE_COMPROMISED_S - 1, false);
}

static void without_an_anchor_an_entry_after_the_theft_is_not_valid(void **state) {
  (void)state;
  struct paper late = keep_one((struct plan){.key = KEY_COMPROMISED, .serial = "L"}, FIXTURE_COMPROMISED_S);
  follow_one(1);
  assert_int_equal(check(&late), FRAG_ISSUER_KEY_TIME);
  assert_step(VD_CHECK_WARNING, FRAG_ANCHOR_PENDING);
}

static void the_end_and_the_beginning_of_a_key_are_judged_alike(void **state) {
  static const struct {
    uint64_t time_s;
    frag_error code;
  } cases[] = {{FIXTURE_NOT_AFTER_S, FRAG_OK},
               {FIXTURE_NOT_AFTER_S + 1, FRAG_ISSUER_KEY_TIME},
               {FIXTURE_NOT_BEFORE_S, FRAG_OK},
               {FIXTURE_NOT_BEFORE_S - 1, FRAG_ISSUER_KEY_TIME}};
  (void)state;
  for (size_t at = 0; at < COUNT(cases); at++) {
    follow_one(0);
    confirmed(0, PAPER_SIZE, cases[at].time_s);
    assert_int_equal(check(&paper), cases[at].code);
    assert_tau(cases[at].time_s, true);
    vd_anchors_close(anchors);
    temp_folder_remove(&folder);
    temp_folder_make(&folder);
  }
  anchors = NULL;
}

/* --- a log that is not the one that was anchored --- */

static void assert_refused(unsigned k, enum vd_anchors_state state) {
  assert_int_equal(verdict.operators[k].state, VD_OPERATOR_LOG_FAILED);
  assert_int_equal(verdict.operators[k].log_code,
                   state == VD_ANCHORS_CONTRADICTED ? FRAG_EQUIVOCATION : FRAG_LOG_INCONSISTENT);
  assert_int_equal(verdict.operators[k].anchor_count, 1);
  assert_int_equal(anchor_of(k, 0)->cover, VD_ANCHORS_REFUSED);
  assert_int_equal(anchor_of(k, 0)->item.state, state);
}

static void one_refused_log_is_named_and_the_others_are_enough(void **state) {
  static const enum vd_anchors_state refused[] = {VD_ANCHORS_DISPUTED, VD_ANCHORS_CONTRADICTED};
  static const struct place all[] = {{0, "sepolia"}, {0, "bitcoin"}, {1, "sepolia"}};
  (void)state;
  follow(all, COUNT(all));
  confirmed(0, PAPER_SIZE, BLOCK_S - 100);
  confirmed(2, PAPER_SIZE, BLOCK_S);
  uint64_t n = found_one(1, PAPER_SIZE, BLOCK_S, VD_ANCHORS_UNCHECKED);
  for (size_t at = 0; at < COUNT(refused); at++) {
    judge(1, n, refused[at]);
    assert_int_equal(check(&paper), FRAG_OK);
    assert_refused(0, refused[at]);
    assert_string_equal(anchor_of(0, 0)->chain, "bitcoin");
    assert_int_equal(verdict.checks[VD_STEP_LOG].state, VD_CHECK_WARNING);
    assert_int_equal(verdict.checks[VD_STEP_FRAGMENTS].state, VD_CHECK_WARNING);
    assert_step(VD_CHECK_PASSED, FRAG_OK);
    assert_tau(BLOCK_S, true); /* not by the anchor of the log that does not count */
  }
}

static void too_few_others_leave_the_verdict_open(void **state) {
  static const struct place all[] = {{0, "sepolia"}, {2, "sepolia"}};
  (void)state;
  follow(all, COUNT(all));
  (void)found_one(0, PAPER_SIZE, BLOCK_S, VD_ANCHORS_CONTRADICTED);
  (void)found_one(1, PAPER_SIZE, BLOCK_S, VD_ANCHORS_CONTRADICTED);
  assert_int_equal(check(&paper), FRAG_EQUIVOCATION);
  assert_int_equal(verdict.verdict, FRAG_INCONCLUSIVE);
  assert_int_equal(verdict.checks[VD_STEP_LOG].state, VD_CHECK_FAILED);
  assert_step(VD_CHECK_NOT_REACHED, FRAG_OK);
  assert_refused(0, VD_ANCHORS_CONTRADICTED);
  assert_refused(2, VD_ANCHORS_CONTRADICTED);
  assert_tau(0, false);
}

/* Also one whose answers were taken before, by a verifier that has been at work for long. */
static void a_verifier_learns_of_refusals_and_of_their_end(void **state) {
  (void)state;
  follow_one(0);
  uint64_t n = found_one(0, PAPER_SIZE, BLOCK_S, VD_ANCHORS_UNCHECKED);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, NULL, 0);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_int_equal(verdict.operators[0].state, VD_OPERATOR_GOOD);
  judge(0, n, VD_ANCHORS_DISPUTED);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_refused(0, VD_ANCHORS_DISPUTED);
  judge(0, n, VD_ANCHORS_CONFIRMED);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_int_equal(verdict.operators[0].state, VD_OPERATOR_GOOD);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  vd_verifier_free(verifier);
}

static bool contradict_in_between(void *context, unsigned k, const struct vd_lookup_request *request,
                                  struct vd_lookup_answer *answer) {
  (void)context;
  (void)answer;
  if (request->kind == VD_STORE_STATUS && k == 0) judge(0, 0, VD_ANCHORS_CONTRADICTED);
  return true;
}

/* Its fragment was used; its word on the status does not count, and the reader is told. */
static void a_refusal_between_the_questions_counts(void **state) {
  (void)state;
  follow_one(0);
  confirmed(0, PAPER_SIZE, BLOCK_S);
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, ALL_OPERATORS, FIXTURE_NOW_S - 10);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, NULL, 0);
  assert_int_equal(ask(verifier, &paper, forward, contradict_in_between), FRAG_REVOKED);
  assert_refused(0, VD_ANCHORS_CONTRADICTED);
  assert_int_equal(verdict.checks[VD_STEP_LOG].state, VD_CHECK_WARNING);
  vd_verifier_free(verifier);
}

static void a_refusal_counts_in_every_order(void **state) {
  (void)state;
  follow_one(1);
  (void)found_one(0, PAPER_SIZE, BLOCK_S, VD_ANCHORS_CONTRADICTED);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, NULL, 0);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_refused(1, VD_ANCHORS_CONTRADICTED);
  assert_int_equal(ask(verifier, &paper, backward, NULL), FRAG_OK);
  assert_refused(1, VD_ANCHORS_CONTRADICTED);
  vd_verifier_free(verifier);
}

/* --- what a verifier without a memory starts from --- */

static void a_log_is_proven_from_its_last_confirmed_anchor(void **state) {
  static const struct place all[] = {{0, "sepolia"}, {0, "bitcoin"}};
  (void)state;
  follow(all, COUNT(all));
  confirmed(0, 1, BLOCK_S);
  confirmed(1, PAPER_SIZE, BLOCK_S);
  (void)found_one(1, PAPER_SIZE + 1, BLOCK_S + 60, VD_ANCHORS_UNCHECKED); /* of a tree that nobody has */
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, NULL, 0);
  assert_int_equal(vd_verifier_log(verifier, 0)->size, PAPER_SIZE);
  assert_int_equal(vd_verifier_log(verifier, 1)->size, 0);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  vd_verifier_free(verifier);
}

/* It showed whoever compared something else than it shows here. */
static void a_log_that_shows_another_tree_than_was_compared_is_found_out(void **state) {
  static const uint8_t other[FRAG_HASH_LEN] = {0x77};
  struct vd_failure failure;
  struct vd_seen *seen = NULL;
  (void)state;
  memcpy(roots[0][1], other, sizeof other);
  follow_one(0);
  confirmed(0, 1, BLOCK_S);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_int_equal(verdict.operators[0].log_code, FRAG_LOG_INCONSISTENT);
  assert_int_equal(vd_seen_open(temp_folder_at(&folder, "seen"), &seen, &failure), VD_OK);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, seen, 0);
  assert_int_equal(vd_verifier_log(verifier, 0)->size, 0); /* what compares tells that memory */
  vd_verifier_free(verifier);
  vd_seen_close(seen);
}

/* Its operator chooses the order, and how many there are that nobody could compare yet. */
static void the_largest_confirmed_anchor_is_where_it_starts(void **state) {
  (void)state;
  follow_one(0);
  confirmed(0, PAPER_SIZE, BLOCK_S);
  confirmed(0, 1, BLOCK_S + 60);
  for (uint64_t n = 0; n < 80; n++) (void)found_one(0, 1, BLOCK_S + 120, VD_ANCHORS_UNCHECKED);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, NULL, 0);
  assert_int_equal(vd_verifier_log(verifier, 0)->size, PAPER_SIZE);
  vd_verifier_free(verifier);
}

static bool confirm_in_between(void *context, unsigned k, const struct vd_lookup_request *request,
                               struct vd_lookup_answer *answer) {
  (void)context;
  (void)answer;
  if (request->kind == VD_STORE_FRAGMENT && k == 0) judge(0, 0, VD_ANCHORS_CONFIRMED);
  return true;
}

/* An operator that was asked before may answer with another tree than was compared meanwhile. */
static void an_anchor_that_is_confirmed_while_an_answer_is_awaited_does_not_cover(void **state) {
  (void)state;
  follow_one(0);
  (void)found_one(0, PAPER_SIZE, BLOCK_S, VD_ANCHORS_UNCHECKED);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, NULL, 0);
  assert_int_equal(ask(verifier, &paper, forward, confirm_in_between), FRAG_OK);
  assert_step(VD_CHECK_WARNING, FRAG_ANCHOR_PENDING);
  assert_tau(KEPT_S, false);
  assert_int_equal(anchor_of(0, 0)->cover, VD_ANCHORS_PENDING);
  assert_int_equal(anchor_of(0, 0)->item.size, 0);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_tau(BLOCK_S, true);
  vd_verifier_free(verifier);
}

/* What whoever compares has brought the memory up to: a tree that the log of the fixture is not. */
static void remember_another_tree(struct vd_seen *seen, unsigned k) {
  struct frag_checkpoint checkpoint;
  struct vd_failure failure;
  enum vd_seen_outcome outcome;
  const char *note = NULL;
  size_t len = 0;
  step_readers_begin(fixture);
  assert_int_equal(vd_tlog_checkpoint(fixture->readers[k], &note, &len, &failure), VD_OK);
  assert_int_equal(frag_checkpoint_decode(fixture->context, &checkpoint, note, len), FRAG_OK);
  checkpoint.size = PAPER_SIZE + 5;
  memset(checkpoint.root, 0x77, sizeof checkpoint.root);
  assert_int_equal(vd_seen_advance(seen, 0, checkpoint.root, &checkpoint, &outcome, &failure), VD_OK);
  assert_int_equal(outcome, VD_SEEN_ADVANCED);
  step_readers_end(fixture);
}

/* A verifier that has seen less of a log than whoever compared is not to be shown a tree that only continues that. */
static void a_verifier_that_fell_behind_the_memory_is_not_misled(void **state) {
  struct vd_failure failure;
  struct vd_seen *seen = NULL;
  (void)state;
  follow_one(0);
  uint64_t n = found_one(0, PAPER_SIZE, BLOCK_S, VD_ANCHORS_UNCHECKED);
  assert_int_equal(vd_seen_open(temp_folder_at(&folder, "seen"), &seen, &failure), VD_OK);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, seen, 0);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_int_equal(vd_verifier_log(verifier, 0)->size, PAPER_SIZE);
  remember_another_tree(seen, 0);
  judge(0, n, VD_ANCHORS_CONFIRMED);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_int_equal(verdict.operators[0].log_code, FRAG_LOG_INCONSISTENT);
  assert_tau(KEPT_S, false);
  vd_verifier_free(verifier);
  vd_seen_close(seen);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(without_tracks_nothing_is_checked),
      TEST(one_anchor_covers),
      TEST(an_anchor_of_what_came_before_does_not_cover),
      TEST(an_anchor_that_was_not_compared_does_not_cover),
      TEST(an_anchor_that_has_left_the_chain_does_not_cover),
      TEST(the_earliest_of_all_chains_and_operators_counts),
      TEST(an_operator_that_is_not_needed_changes_nothing),
      TEST(each_operator_with_chains_needs_an_anchor),
      TEST(one_chain_of_a_log_is_enough),
      TEST(an_anchor_is_overdue_by_what_was_seen_of_the_chain),
      TEST(a_chain_that_cannot_be_seen_makes_nothing_overdue),
      TEST(one_overdue_chain_is_told_although_another_covers),
      TEST(anchored_before_the_theft_stays_valid),
      TEST(anchored_after_the_theft_is_not_valid),
      TEST(without_an_anchor_the_entry_decides),
      TEST(without_an_anchor_an_entry_after_the_theft_is_not_valid),
      TEST(the_end_and_the_beginning_of_a_key_are_judged_alike),
      TEST(one_refused_log_is_named_and_the_others_are_enough),
      TEST(too_few_others_leave_the_verdict_open),
      TEST(a_verifier_learns_of_refusals_and_of_their_end),
      TEST(a_refusal_between_the_questions_counts),
      TEST(a_refusal_counts_in_every_order),
      TEST(a_log_is_proven_from_its_last_confirmed_anchor),
      TEST(a_log_that_shows_another_tree_than_was_compared_is_found_out),
      TEST(the_largest_confirmed_anchor_is_where_it_starts),
      TEST(an_anchor_that_is_confirmed_while_an_answer_is_awaited_does_not_cover),
      TEST(a_verifier_that_fell_behind_the_memory_is_not_misled),
  };
  return cmocka_run_group_tests_name("anchored", tests, NULL, NULL);
}
