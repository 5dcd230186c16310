#include "anchored_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/tlog.h"

struct verify_fixture *fixture;
struct temp_folder folder;
struct vd_anchors *anchors;
uint8_t roots[FIXTURE_OPERATORS][SIZES][FRAG_HASH_LEN];
struct paper paper;
struct vd_verdict verdict;
const unsigned forward[3] = {0, 1, 2}, backward[3] = {2, 1, 0};
static struct vd_verdict local_verdict;
static struct place places[TRACKS_MAX];
static uint64_t seen_s; /* up to when the chains were looked at */
static uint8_t next_transaction;

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

struct paper keep_one(struct plan plan, uint64_t time_s) {
  struct paper made = issue(fixture, plan);
  keep(fixture, &made, ALL_OPERATORS, time_s);
  note_roots();
  return made;
}

int anchored_begin(void **state) {
  assert_int_equal(verify_fixture_begin(state), 0);
  fixture = *state;
  temp_folder_make(&folder);
  seen_s = KEPT_S;
  next_transaction = 1;
  (void)keep_one((struct plan){.serial = "before"}, KEPT_S - 10);
  paper = keep_one((struct plan){0}, KEPT_S);
  return 0;
}

int anchored_end(void **state) {
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

void follow(const struct place *wanted, size_t count) {
  struct vd_anchors_track_options options[TRACKS_MAX];
  struct vd_failure failure;
  assert_true(count <= TRACKS_MAX);
  for (size_t at = 0; at < count; at++) {
    places[at] = wanted[at];
    options[at] = (struct vd_anchors_track_options){
        .origin = origin(wanted[at].k), .chain = wanted[at].chain, .account = {(uint8_t)at}, .due_s = DUE_S};
    options[at].chain_id[0] = (uint8_t)wanted[at].chain[0];
  }
  if (vd_anchors_open(temp_folder_at(&folder, "anchors"), options, count, &anchors, &failure) != VD_OK)
    fail_msg("%s", failure.text);
}

void follow_one(unsigned k) { follow(&(struct place){k, "sepolia"}, 1); }

static void advance(size_t track, const struct vd_anchors_found *found) {
  struct vd_anchors_progress progress = {.seen_number = 1000, .seen_time_s = seen_s};
  struct vd_failure failure;
  if (vd_anchors_advance(anchors, track, found, found != NULL, &progress, &failure) != VD_OK)
    fail_msg("%s", failure.text);
}

/* The chain is looked at up to a block of that time. */
void see(size_t track, uint64_t time_s) {
  seen_s = time_s;
  advance(track, NULL);
}

void judge(size_t track, uint64_t n, enum vd_anchors_state state) {
  struct vd_failure failure;
  const char *evidence = state == VD_ANCHORS_CONTRADICTED ? "another root" : NULL;
  size_t len = evidence == NULL ? 0 : strlen(evidence);
  if (vd_anchors_judge(anchors, track, n, state, evidence, len, &failure) != VD_OK) fail_msg("%s", failure.text);
}

/* An anchor of the track's log as it was at that size. Returns its number. */
uint64_t found_one(size_t track, uint64_t size, uint64_t time_s, enum vd_anchors_state state) {
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

void confirmed(size_t track, uint64_t size, uint64_t time_s) {
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

frag_error ask(struct vd_verifier *verifier, const struct paper *asked, const unsigned order[static 3],
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
frag_error check(const struct paper *asked) {
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

void assert_step(enum vd_check_state state, frag_error code) {
  assert_int_equal(verdict.checks[VD_STEP_ANCHOR].state, state);
  assert_int_equal(verdict.checks[VD_STEP_ANCHOR].code, code);
}

void assert_warned(frag_error code) {
  assert_int_equal(check(&paper), FRAG_OK);
  assert_int_equal(verdict.verdict, FRAG_VALID);
  assert_step(VD_CHECK_WARNING, code);
}

void assert_tau(uint64_t time_s, bool is_anchored) {
  assert_int_equal(verdict.tau_s, time_s);
  assert_int_equal(verdict.is_anchored, is_anchored);
}

const struct vd_operator_anchor *anchor_of(unsigned k, size_t n) {
  assert_true(n < verdict.operators[k].anchor_count);
  return &verdict.operators[k].anchors[n];
}
