/* Step 3 for one operator: signature, consistency with what was accepted before, inclusion. The log is one of
 * hashes in memory, so that it can be rewritten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log_fixture.h"
#include "temp_folder.h"
#include "verify/log_check.h"

#define ORIGIN "log.example/one"

struct state {
  struct frag_context *context;
  struct test_log log;
  struct vd_log_check check;
  struct vd_lookup_answer answer;
  char note[FRAG_CHECKPOINT_MAX];
  uint8_t record[LOG_RECORD_LEN];
};

/* The log's checkpoint of a size, in state->answer, proven from the base. */
static void show(struct state *state, struct test_log *log, uint64_t size, uint64_t time_s,
                 const struct vd_log_base *base) {
  uint8_t root[FRAG_HASH_LEN];
  struct frag_tree_reader reader = log_reader(log);
  size_t len = 0;
  assert_int_equal(frag_tree_root(state->context, root, size, &reader), FRAG_OK);
  assert_int_equal(frag_checkpoint_sign(state->context, state->note, &len,
                                        (struct frag_slice){(const uint8_t *)log->key.name, log->key.name_len}, size,
                                        root, log->seed, time_s),
                   FRAG_OK);
  state->answer.checkpoint = state->note;
  state->answer.checkpoint_len = len;
  state->answer.consistency.count = 0;
  if (base->size == 0 || base->size >= size) return;
  assert_int_equal(frag_tree_consistency(state->context, &state->answer.consistency, base->size, size, &reader),
                   FRAG_OK);
}

static frag_error check_answer(struct state *state, const struct vd_log_base *base, bool *is_news) {
  struct frag_checkpoint checkpoint;
  return vd_log_check_checkpoint(state->context, &state->check, base, &state->answer, &checkpoint, is_news);
}

/* A question and its answer at once. */
static frag_error check_at(struct state *state, uint64_t size, uint64_t time_s, bool *is_news) {
  struct vd_log_base base;
  vd_log_check_base(&state->check, &base);
  show(state, &state->log, size, time_s, &base);
  return check_answer(state, &base, is_news);
}

static int begin(void **out) {
  const uint8_t seed[32] = {1};
  struct state *state = calloc(1, sizeof *state);
  assert_non_null(state);
  assert_int_equal(frag_context_new(&state->context, seed), FRAG_OK);
  log_begin(state->context, &state->log, ORIGIN, 0x11);
  vd_log_check_begin(&state->check, &state->log.key, NULL);
  *out = state;
  return 0;
}

static int end(void **in) {
  struct state *state = *in;
  frag_context_free(state->context);
  free(state);
  return 0;
}

/* --- checkpoints --- */

static void a_growing_log_is_accepted_step_by_step(void **in) {
  struct state *state = *in;
  bool is_news = true;
  for (uint64_t size = 0; size < LOG_LEAVES_MAX; size += 1 + size / 5) {
    assert_int_equal(check_at(state, size, LOG_NOW_S + size, &is_news), FRAG_OK);
    assert_int_equal(is_news, size > 0);
    assert_int_equal(state->check.size, size);
    assert_int_equal(state->check.time_s, LOG_NOW_S + size);
  }
}

static void the_same_note_is_no_news_and_a_newer_signature_is_kept(void **in) {
  struct state *state = *in;
  bool is_news = false;
  assert_int_equal(check_at(state, 9, LOG_NOW_S, &is_news), FRAG_OK);
  assert_true(is_news);
  assert_int_equal(check_at(state, 9, LOG_NOW_S, &is_news), FRAG_OK);
  assert_false(is_news);
  assert_int_equal(check_at(state, 9, LOG_NOW_S + 60, &is_news), FRAG_OK);
  assert_false(is_news);
  assert_int_equal(state->check.time_s, LOG_NOW_S + 60);
  assert_int_equal(check_at(state, 9, LOG_NOW_S + 30, &is_news), FRAG_OK); /* an older one is right, but not kept */
  assert_int_equal(state->check.time_s, LOG_NOW_S + 60);
}

/* The cosignature stands last; made unreadable, it is a stranger's line, and the log's own signature still counts. */
static size_t cosignature_at(const struct state *state) {
  size_t at = state->answer.checkpoint_len - 1;
  while (state->note[at - 1] != '\n') at--;
  return at;
}

static void no_changed_byte_of_a_checkpoint_is_accepted(void **in) {
  struct state *state = *in;
  const struct vd_log_base base = {0};
  const struct vd_log_check fresh = state->check;
  bool is_news = true;
  show(state, &state->log, 9, LOG_NOW_S, &base);
  for (size_t at = 0; at < state->answer.checkpoint_len; at++) {
    state->note[at] ^= 0x01;
    frag_error code = check_answer(state, &base, &is_news);
    bool is_stranger = code == FRAG_OK && at > cosignature_at(state);
    assert_true(is_stranger || code == FRAG_CHECKPOINT_SIGNATURE);
    assert_int_equal(is_news, is_stranger);
    assert_int_equal(state->check.size, is_stranger ? 9 : 0);
    assert_int_equal(state->check.time_s, 0);
    state->check = fresh;
    state->note[at] ^= 0x01;
  }
}

static void no_shortened_checkpoint_is_accepted(void **in) {
  struct state *state = *in;
  const struct vd_log_base base = {0};
  const struct vd_log_check fresh = state->check;
  bool is_news = true;
  show(state, &state->log, 9, LOG_NOW_S, &base);
  const size_t whole = cosignature_at(state);
  for (size_t len = 0; len < whole; len++) {
    state->answer.checkpoint_len = len;
    assert_int_equal(check_answer(state, &base, &is_news), FRAG_CHECKPOINT_SIGNATURE);
  }
  state->answer.checkpoint_len = whole;
  assert_int_equal(check_answer(state, &base, &is_news), FRAG_OK); /* without the cosignature, and so without a time */
  assert_int_equal(state->check.time_s, 0);
  assert_int_not_equal(memcmp(&fresh, &state->check, sizeof fresh), 0);
}

static void another_logs_checkpoint_is_not_signed_by_this_one(void **in) {
  struct state *state = *in;
  struct test_log other;
  struct vd_log_base base;
  bool is_news = true;
  vd_log_check_base(&state->check, &base);
  log_begin(state->context, &other, "log.example/two", 0x11); /* another name, the same key */
  show(state, &other, 9, LOG_NOW_S, &base);
  assert_int_equal(check_answer(state, &base, &is_news), FRAG_CHECKPOINT_SIGNATURE);
  log_begin(state->context, &other, ORIGIN, 0x22); /* the same name, another key */
  show(state, &other, 9, LOG_NOW_S, &base);
  assert_int_equal(check_answer(state, &base, &is_news), FRAG_CHECKPOINT_SIGNATURE);
  assert_int_equal(state->check.size, 0);
}

/* Its own proof shows that the first 20 are others now. */
static void a_rewritten_log_contradicts_itself(void **in) {
  struct state *state = *in;
  const struct vd_log_contradiction *contradiction = &state->check.contradiction;
  uint8_t root[FRAG_HASH_LEN];
  bool is_news = false;
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_OK);
  const struct vd_log_check before = state->check;
  state->log.branch = 0xee;
  for (uint64_t size = 21; size < 40; size++) {
    state->check = before;
    state->log.fork_at = 7;
    assert_int_equal(check_at(state, size, LOG_NOW_S, &is_news), FRAG_EQUIVOCATION);
    assert_true(is_news);
    assert_true(state->check.has_equivocated);
    assert_int_equal(state->check.size, 20);
    assert_int_equal(contradiction->size, 20);
    assert_memory_equal(contradiction->root, before.root, sizeof before.root);
    struct frag_tree_reader reader = log_reader(&state->log);
    assert_int_equal(frag_tree_root(state->context, root, 20, &reader), FRAG_OK);
    assert_memory_equal(contradiction->proven_root, root, sizeof root);
    assert_memory_equal(&contradiction->proof, &state->answer.consistency, sizeof contradiction->proof);
    state->log.fork_at = 20; /* the first 20 as they were: in vain */
    assert_int_equal(check_at(state, size, LOG_NOW_S, &is_news), FRAG_EQUIVOCATION);
    assert_false(is_news);
  }
}

/* The proof does not say what the tree was then: that it is another one is not shown. */
static void a_tree_rewritten_at_a_power_of_two_is_inconsistent(void **in) {
  struct state *state = *in;
  bool is_news = false;
  assert_int_equal(check_at(state, 16, LOG_NOW_S, &is_news), FRAG_OK);
  state->log.fork_at = 7;
  state->log.branch = 0xee;
  for (uint64_t size = 17; size < 40; size++) {
    assert_int_equal(check_at(state, size, LOG_NOW_S, &is_news), FRAG_LOG_INCONSISTENT);
    assert_false(is_news || state->check.has_equivocated);
  }
  state->log.fork_at = 16;
  assert_int_equal(check_at(state, 21, LOG_NOW_S, &is_news), FRAG_OK);
}

/* The note of what it was asked from is not there any more: it is asked again from the last one. */
static void a_rewritten_log_is_kept_against_the_last_one_only(void **in) {
  struct state *state = *in;
  struct vd_log_base early;
  bool is_news = false;
  assert_int_equal(check_at(state, 11, LOG_NOW_S, &is_news), FRAG_OK);
  vd_log_check_base(&state->check, &early);
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_OK);
  state->log.fork_at = 7;
  state->log.branch = 0xee;
  show(state, &state->log, 25, LOG_NOW_S, &early);
  assert_int_equal(check_answer(state, &early, &is_news), FRAG_EQUIVOCATION);
  assert_false(is_news || state->check.has_equivocated);
  assert_int_equal(check_at(state, 25, LOG_NOW_S, &is_news), FRAG_EQUIVOCATION);
  assert_true(is_news && state->check.has_equivocated);
}

static void a_wrong_consistency_proof_is_inconsistent(void **in) {
  struct state *state = *in;
  struct vd_log_base base;
  bool is_news = false;
  assert_int_equal(check_at(state, 11, LOG_NOW_S, &is_news), FRAG_OK);
  vd_log_check_base(&state->check, &base);
  show(state, &state->log, 30, LOG_NOW_S, &base);
  struct frag_proof right = state->answer.consistency;
  assert_true(right.count > 2);
  for (size_t at = 0; at < right.count; at++) {
    state->answer.consistency.hashes[at][5] ^= 0x10;
    assert_int_equal(check_answer(state, &base, &is_news), FRAG_LOG_INCONSISTENT);
    state->answer.consistency = right;
  }
  for (size_t count = 0; count <= right.count + 1; count++) {
    state->answer.consistency.count = count;
    if (count != right.count) assert_int_equal(check_answer(state, &base, &is_news), FRAG_LOG_INCONSISTENT);
  }
  assert_false(is_news || state->check.has_equivocated);
  assert_int_equal(state->check.size, 11);
  state->answer.consistency = right;
  assert_int_equal(check_answer(state, &base, &is_news), FRAG_OK);
  assert_true(is_news);
}

static void an_older_checkpoint_goes_back(void **in) {
  struct state *state = *in;
  bool is_news = false;
  assert_int_equal(check_at(state, 30, LOG_NOW_S, &is_news), FRAG_OK);
  for (uint64_t size = 0; size < 30; size++) {
    assert_int_equal(check_at(state, size, LOG_NOW_S + 100, &is_news), FRAG_LOG_INCONSISTENT);
    assert_int_equal(state->check.size, 30);
  }
  assert_int_equal(check_at(state, 30, LOG_NOW_S, &is_news), FRAG_OK);
}

static void two_roots_of_one_size_are_equivocation_for_good(void **in) {
  struct state *state = *in;
  bool is_news = false;
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_OK);
  state->log.fork_at = 19;
  state->log.branch = 0xee;
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_EQUIVOCATION);
  assert_true(is_news);
  assert_true(state->check.has_equivocated);
  state->log.fork_at = LOG_LEAVES_MAX;
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_EQUIVOCATION);
  assert_false(is_news);
  assert_int_equal(check_at(state, 21, LOG_NOW_S, &is_news), FRAG_EQUIVOCATION);
}

/* Without the log's signature a contradiction is somebody else's. */
static void nobody_else_can_make_a_log_equivocate(void **in) {
  struct state *state = *in;
  struct test_log other;
  struct vd_log_base base;
  bool is_news = false;
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_OK);
  log_begin(state->context, &other, ORIGIN, 0x22);
  other.fork_at = 0;
  other.branch = 0xee;
  vd_log_check_base(&state->check, &base);
  show(state, &other, 20, LOG_NOW_S, &base);
  assert_int_equal(check_answer(state, &base, &is_news), FRAG_CHECKPOINT_SIGNATURE);
  assert_false(state->check.has_equivocated);
}

/* --- requests that overtake each other --- */

static void an_overtaken_answer_is_right_and_changes_nothing(void **in) {
  struct state *state = *in;
  struct vd_log_base early, late;
  bool is_news = false;
  assert_int_equal(check_at(state, 10, LOG_NOW_S, &is_news), FRAG_OK);
  vd_log_check_base(&state->check, &early);
  assert_int_equal(check_at(state, 20, LOG_NOW_S + 20, &is_news), FRAG_OK);
  show(state, &state->log, 15, LOG_NOW_S + 15, &early); /* asked for before, answered after */
  assert_int_equal(check_answer(state, &early, &is_news), FRAG_OK);
  assert_false(is_news);
  assert_int_equal(state->check.size, 20);
  show(state, &state->log, 25, LOG_NOW_S + 25, &early); /* further, but proven from what is no longer the last one */
  assert_int_equal(check_answer(state, &early, &is_news), FRAG_OK);
  assert_false(is_news);
  assert_int_equal(state->check.size, 20);
  vd_log_check_base(&state->check, &late);
  show(state, &state->log, 25, LOG_NOW_S + 25, &late);
  assert_int_equal(check_answer(state, &late, &is_news), FRAG_OK);
  assert_true(is_news);
  assert_int_equal(state->check.size, 25);
  show(state, &state->log, 9, LOG_NOW_S, &early); /* behind what it was asked from */
  assert_int_equal(check_answer(state, &early, &is_news), FRAG_LOG_INCONSISTENT);
}

static void an_overtaken_answer_can_still_equivocate(void **in) {
  struct state *state = *in;
  struct vd_log_base early;
  bool is_news = false;
  assert_int_equal(check_at(state, 10, LOG_NOW_S, &is_news), FRAG_OK);
  vd_log_check_base(&state->check, &early);
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_OK);
  state->log.fork_at = 9;
  state->log.branch = 0xee;
  show(state, &state->log, 10, LOG_NOW_S, &early); /* the size it was asked from, which is no longer the last one */
  const struct vd_log_check before = state->check;
  assert_int_equal(check_answer(state, &early, &is_news), FRAG_EQUIVOCATION);
  assert_true(is_news);
  state->check = before;
  state->log.fork_at = 15; /* it continues what it was asked from, but not to the last one */
  show(state, &state->log, 20, LOG_NOW_S, &early);
  assert_int_equal(check_answer(state, &early, &is_news), FRAG_EQUIVOCATION);
  assert_true(is_news);
}

/* --- what was seen --- */

struct seen_state {
  struct state *state;
  struct temp_folder folder;
  struct vd_seen *seen;
};

static void open_seen(struct seen_state *own) {
  struct vd_failure failure;
  if (vd_seen_open(temp_folder_at(&own->folder, "seen"), &own->seen, &failure) != VD_OK) fail_msg("%s", failure.text);
}

/* Hands the checkpoint in state->answer on, as the one who calls vd_log_check_checkpoint does. */
static enum vd_seen_outcome hand_on(struct seen_state *own, const struct vd_log_base *base) {
  struct frag_checkpoint checkpoint;
  enum vd_seen_outcome outcome = VD_SEEN_KNOWN;
  struct vd_failure failure;
  struct state *state = own->state;
  assert_int_equal(frag_checkpoint_decode(state->context, &checkpoint, state->note, state->answer.checkpoint_len),
                   FRAG_OK);
  if (vd_seen_advance(own->seen, base->size, base->root, &checkpoint, &outcome, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  return outcome;
}

static int begin_seen(void **out) {
  struct seen_state *own = calloc(1, sizeof *own);
  void *state = NULL;
  assert_non_null(own);
  assert_int_equal(begin(&state), 0);
  own->state = state;
  temp_folder_make(&own->folder);
  open_seen(own);
  vd_log_check_begin(&own->state->check, &own->state->log.key, own->seen);
  *out = own;
  return 0;
}

static int end_seen(void **in) {
  struct seen_state *own = *in;
  void *state = own->state;
  vd_seen_close(own->seen);
  temp_folder_remove(&own->folder);
  assert_int_equal(end(&state), 0);
  free(own);
  return 0;
}

static void what_was_seen_outlasts_the_program(void **in) {
  struct seen_state *own = *in;
  struct state *state = own->state;
  const struct vd_log_base none = {0};
  bool is_news = false;
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_OK);
  assert_true(is_news);
  assert_int_equal(hand_on(own, &none), VD_SEEN_ADVANCED);
  vd_seen_close(own->seen);
  open_seen(own);
  vd_log_check_begin(&state->check, &state->log.key, own->seen);
  assert_int_equal(state->check.size, 20);
  assert_int_equal(check_at(state, 19, LOG_NOW_S, &is_news), FRAG_LOG_INCONSISTENT);
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_OK);
  assert_false(is_news);
  assert_int_equal(state->check.time_s, LOG_NOW_S);
  assert_int_equal(check_at(state, 21, LOG_NOW_S, &is_news), FRAG_OK);
  assert_true(is_news);
}

static void an_equivocation_outlasts_the_program(void **in) {
  struct seen_state *own = *in;
  struct state *state = own->state;
  struct vd_log_base base = {0};
  bool is_news = false;
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_OK);
  assert_int_equal(hand_on(own, &base), VD_SEEN_ADVANCED);
  vd_log_check_base(&state->check, &base);
  state->log.fork_at = 3;
  state->log.branch = 0xee;
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_EQUIVOCATION);
  assert_true(is_news);
  assert_int_equal(hand_on(own, &base), VD_SEEN_EQUIVOCATED);
  vd_seen_close(own->seen);
  open_seen(own);
  assert_int_equal(vd_seen_equivocations(own->seen), 1);
  vd_log_check_begin(&state->check, &state->log.key, own->seen);
  assert_true(state->check.has_equivocated);
  state->log.fork_at = LOG_LEAVES_MAX;
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_EQUIVOCATION);
  assert_int_equal(check_at(state, 25, LOG_NOW_S, &is_news), FRAG_EQUIVOCATION);
}

/* Two threads are shown two logs: what one of them has handed on, the other one contradicts. */
static void threads_learn_of_each_others_checkpoints(void **in) {
  struct seen_state *own = *in;
  struct state *state = own->state;
  const struct vd_log_base none = {0};
  struct vd_log_check other;
  bool is_news = false;
  vd_log_check_begin(&other, &state->log.key, own->seen);
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_OK);
  assert_int_equal(hand_on(own, &none), VD_SEEN_ADVANCED);
  const struct vd_log_check first = state->check;
  state->check = other;
  state->log.fork_at = 3;
  state->log.branch = 0xee;
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_EQUIVOCATION);
  assert_true(is_news);
  assert_int_equal(hand_on(own, &none), VD_SEEN_EQUIVOCATED);
  state->check = first; /* always told the same */
  state->log.fork_at = LOG_LEAVES_MAX;
  assert_int_equal(check_at(state, 20, LOG_NOW_S, &is_news), FRAG_EQUIVOCATION);
  assert_false(is_news);
}

/* --- entries --- */

static struct vd_lookup_item item_at(struct state *state, uint64_t index, uint64_t size) {
  struct vd_lookup_item item = {.presence = VD_STORE_PRESENT,
                                .index = index,
                                .time_s = log_time(index),
                                .bytes = state->record,
                                .len = sizeof state->record};
  struct frag_tree_reader reader = log_reader(&state->log);
  log_record(&state->log, state->record, index);
  assert_int_equal(frag_tree_inclusion(state->context, &item.inclusion, index, size, &reader), FRAG_OK);
  return item;
}

static struct frag_checkpoint checkpoint_of(struct state *state, uint64_t size) {
  struct frag_checkpoint checkpoint = {.size = size};
  struct frag_tree_reader reader = log_reader(&state->log);
  assert_int_equal(frag_tree_root(state->context, checkpoint.root, size, &reader), FRAG_OK);
  return checkpoint;
}

static void every_entry_is_under_every_later_checkpoint(void **in) {
  struct state *state = *in;
  for (uint64_t size = 1; size < LOG_LEAVES_MAX; size += 1 + size / 4) {
    struct frag_checkpoint checkpoint = checkpoint_of(state, size);
    for (uint64_t index = 0; index < size; index++) {
      struct vd_lookup_item item = item_at(state, index, size);
      assert_int_equal(vd_log_check_item(state->context, &checkpoint, &item), FRAG_OK);
      item.presence = VD_STORE_ERASED;
      item.len = LOG_LEAF_LEN;
      assert_int_equal(vd_log_check_item(state->context, &checkpoint, &item), FRAG_OK);
    }
  }
}

static void nothing_else_is_in_the_log(void **in) {
  struct state *state = *in;
  enum { SIZE = 23, INDEX = 13 };
  struct frag_checkpoint checkpoint = checkpoint_of(state, SIZE);
  const struct vd_lookup_item right = item_at(state, INDEX, SIZE);
  struct vd_lookup_item item = right;
  for (uint64_t index = 0; index < 2 * SIZE; index++) {
    item.index = index;
    assert_int_equal(vd_log_check_item(state->context, &checkpoint, &item), index == INDEX ? FRAG_OK : FRAG_NOT_IN_LOG);
  }
  item.index = UINT64_MAX;
  assert_int_equal(vd_log_check_item(state->context, &checkpoint, &item), FRAG_NOT_IN_LOG);
  item = right;
  for (unsigned bit = 0; bit < 64; bit++) {
    item.time_s = right.time_s ^ UINT64_C(1) << bit;
    assert_int_equal(vd_log_check_item(state->context, &checkpoint, &item), FRAG_NOT_IN_LOG);
  }
  item = right;
  for (size_t at = 0; at < right.inclusion.count; at++) {
    item.inclusion.hashes[at][31] ^= 0x80;
    assert_int_equal(vd_log_check_item(state->context, &checkpoint, &item), FRAG_NOT_IN_LOG);
    item = right;
  }
  for (size_t count = 0; count <= right.inclusion.count + 1; count++) {
    item.inclusion.count = count;
    assert_int_equal(vd_log_check_item(state->context, &checkpoint, &item),
                     count == right.inclusion.count ? FRAG_OK : FRAG_NOT_IN_LOG);
  }
}

static void no_changed_byte_of_a_leaf_is_in_the_log(void **in) {
  struct state *state = *in;
  enum { SIZE = 23, INDEX = 13 };
  struct frag_checkpoint checkpoint = checkpoint_of(state, SIZE);
  struct vd_lookup_item item = item_at(state, INDEX, SIZE);
  for (size_t at = 0; at < LOG_RECORD_LEN; at++) {
    for (unsigned bit = 0; bit < 8; bit++) {
      state->record[at] ^= (uint8_t)(1u << bit);
      /* The share is no part of the entry; its index must have the right form. */
      frag_error code = vd_log_check_item(state->context, &checkpoint, &item);
      assert_true(code == FRAG_NOT_IN_LOG || (code == FRAG_OK && at >= LOG_LEAF_LEN));
      state->record[at] ^= (uint8_t)(1u << bit);
    }
  }
  for (size_t len = 0; len < LOG_RECORD_LEN; len++) {
    item.len = len;
    assert_int_equal(vd_log_check_item(state->context, &checkpoint, &item), FRAG_NOT_IN_LOG);
  }
  item.presence = VD_STORE_ERASED;
  for (size_t len = 0; len <= LOG_RECORD_LEN; len++) {
    item.len = len;
    assert_int_equal(vd_log_check_item(state->context, &checkpoint, &item),
                     len == LOG_LEAF_LEN ? FRAG_OK : FRAG_NOT_IN_LOG);
  }
}

static void an_entry_is_not_under_another_checkpoint(void **in) {
  struct state *state = *in;
  enum { SIZE = 23, INDEX = 13 };
  struct vd_lookup_item item = item_at(state, INDEX, SIZE);
  for (uint64_t size = 0; size < LOG_LEAVES_MAX; size++) {
    if (size == SIZE) continue;
    struct frag_checkpoint checkpoint = checkpoint_of(state, size);
    assert_int_equal(vd_log_check_item(state->context, &checkpoint, &item), FRAG_NOT_IN_LOG);
  }
}

#define LOG_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)
#define SEEN_TEST(test) cmocka_unit_test_setup_teardown(test, begin_seen, end_seen)

int main(void) {
  const struct CMUnitTest tests[] = {
      LOG_TEST(a_growing_log_is_accepted_step_by_step),
      LOG_TEST(the_same_note_is_no_news_and_a_newer_signature_is_kept),
      LOG_TEST(no_changed_byte_of_a_checkpoint_is_accepted),
      LOG_TEST(no_shortened_checkpoint_is_accepted),
      LOG_TEST(another_logs_checkpoint_is_not_signed_by_this_one),
      LOG_TEST(a_rewritten_log_contradicts_itself),
      LOG_TEST(a_tree_rewritten_at_a_power_of_two_is_inconsistent),
      LOG_TEST(a_rewritten_log_is_kept_against_the_last_one_only),
      LOG_TEST(a_wrong_consistency_proof_is_inconsistent),
      LOG_TEST(an_older_checkpoint_goes_back),
      LOG_TEST(two_roots_of_one_size_are_equivocation_for_good),
      LOG_TEST(nobody_else_can_make_a_log_equivocate),
      LOG_TEST(an_overtaken_answer_is_right_and_changes_nothing),
      LOG_TEST(an_overtaken_answer_can_still_equivocate),
      SEEN_TEST(what_was_seen_outlasts_the_program),
      SEEN_TEST(an_equivocation_outlasts_the_program),
      SEEN_TEST(threads_learn_of_each_others_checkpoints),
      LOG_TEST(every_entry_is_under_every_later_checkpoint),
      LOG_TEST(nothing_else_is_in_the_log),
      LOG_TEST(no_changed_byte_of_a_leaf_is_in_the_log),
      LOG_TEST(an_entry_is_not_under_another_checkpoint),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
