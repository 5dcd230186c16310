/* Step 2 of FRAG-1 section 8: what the operators' answers amount to. */
#include <assert.h>

#include <frag/open.h>

#include "bytes.h"

void frag_gather_begin(struct frag_gather *gather, const struct frag_qr *qr, unsigned operator_count,
                       unsigned threshold) {
  assert(operator_count >= 1 && operator_count <= FRAG_OPERATORS_MAX);
  assert(threshold >= 1 && threshold <= FRAG_OPERATORS_MAX);
  memset(gather, 0, sizeof *gather);
  gather->realm = qr->realm;
  memcpy(gather->locator, qr->locator, sizeof gather->locator);
  gather->operator_count = operator_count;
  gather->threshold = threshold;
}

/* A leaf that claims a lower threshold than the realm's is refused: otherwise one operator alone could make up
 * a "complete" set and so turn a good document into a spliced one. */
static bool is_ours(const struct frag_gather *gather, const struct frag_leaf *leaf) {
  return leaf->realm == gather->realm && leaf->threshold >= gather->threshold &&
         memcmp(leaf->locator, gather->locator, sizeof gather->locator) == 0;
}

/* Whether the same share is there already. Under another leaf the index says nothing: otherwise an operator that
 * made up a leaf could keep an honest one's record out. */
static bool is_taken(const struct frag_gather *gather, const struct frag_record *record) {
  for (unsigned k = 0; k < gather->operator_count; k++)
    if (gather->answers[k] == FRAG_ANSWER_GOOD && gather->records[k].index == record->index &&
        frag_slice_equal(gather->records[k].leaf.bytes, record->leaf.bytes))
      return true;
  return false;
}

frag_error frag_gather_record(struct frag_context *context, struct frag_gather *gather, unsigned operator_number,
                              const uint8_t *bytes, size_t len) {
  assert(operator_number < gather->operator_count);
  struct frag_record record;
  gather->answers[operator_number] = FRAG_ANSWER_UNREACHABLE;
  frag_error error = frag_record_check(context, bytes, len);
  if (frag_error_group(error) == FRAG_GROUP_INTERNAL) return error; /* our fault, not the operator's */
  gather->answers[operator_number] = FRAG_ANSWER_TAMPERED;
  if (error != FRAG_OK || frag_record_decode(&record, bytes, len) != FRAG_OK) return FRAG_FRAGMENT_TAMPERED;
  if (!is_ours(gather, &record.leaf) || is_taken(gather, &record)) return FRAG_FRAGMENT_TAMPERED;
  gather->answers[operator_number] = FRAG_ANSWER_GOOD;
  gather->records[operator_number] = record;
  return FRAG_OK;
}

frag_error frag_gather_erased(struct frag_gather *gather, unsigned operator_number, const uint8_t *bytes, size_t len) {
  assert(operator_number < gather->operator_count);
  struct frag_leaf leaf;
  bool right = frag_leaf_decode(&leaf, bytes, len) == FRAG_OK && is_ours(gather, &leaf);
  gather->answers[operator_number] = right ? FRAG_ANSWER_ERASED : FRAG_ANSWER_TAMPERED;
  return right ? FRAG_OK : FRAG_FRAGMENT_TAMPERED;
}

void frag_gather_answer(struct frag_gather *gather, unsigned operator_number, frag_answer answer) {
  assert(operator_number < gather->operator_count);
  assert(answer == FRAG_ANSWER_ABSENT || answer == FRAG_ANSWER_UNREACHABLE);
  gather->answers[operator_number] = answer;
}

static unsigned count_answers(const struct frag_gather *gather, frag_answer answer) {
  unsigned count = 0;
  for (unsigned k = 0; k < gather->operator_count; k++) count += gather->answers[k] == answer ? 1u : 0u;
  return count;
}

/* The records that share operator k's leaf. */
static unsigned count_like(const struct frag_gather *gather, unsigned k) {
  unsigned count = 0;
  for (unsigned other = 0; other < gather->operator_count; other++)
    if (gather->answers[other] == FRAG_ANSWER_GOOD &&
        frag_slice_equal(gather->records[other].leaf.bytes, gather->records[k].leaf.bytes))
      count++;
  return count;
}

/* The operator whose leaf most good records share, a complete set first; operator_count when there is none. */
static unsigned best_leaf(const struct frag_gather *gather) {
  unsigned best = gather->operator_count, best_count = 0;
  bool best_complete = false;
  for (unsigned k = 0; k < gather->operator_count; k++) {
    if (gather->answers[k] != FRAG_ANSWER_GOOD) continue;
    unsigned count = count_like(gather, k);
    bool complete = count >= gather->records[k].leaf.threshold;
    if (complete > best_complete || (complete == best_complete && count > best_count)) {
      best = k;
      best_count = count;
      best_complete = complete;
    }
  }
  return best;
}

static bool mark_disagreement(struct frag_gather *gather, unsigned best) {
  bool any = false;
  for (unsigned k = 0; k < gather->operator_count; k++) {
    gather->disagrees[k] =
        best < gather->operator_count && gather->answers[k] == FRAG_ANSWER_GOOD &&
        !frag_slice_equal(gather->records[k].leaf.bytes, gather->records[best].leaf.bytes);
    any = any || gather->disagrees[k];
  }
  return any;
}

/* Whether the `open` operators without an answer could still complete a set: one that was begun, or one that
 * nobody has shown yet. A leaf is only its operator's word, so one with a high threshold must not rule this out. */
static bool may_still_complete(const struct frag_gather *gather, unsigned open) {
  if (open >= gather->threshold) return true;
  for (unsigned k = 0; k < gather->operator_count; k++)
    if (gather->answers[k] == FRAG_ANSWER_GOOD && count_like(gather, k) + open >= gather->records[k].leaf.threshold)
      return true;
  return false;
}

/* The least t the document can have: that of the leaves shown, or the realm's while another leaf may come. */
static unsigned least_threshold(const struct frag_gather *gather, unsigned open) {
  unsigned least = FRAG_OPERATORS_MAX;
  bool shown = false;
  for (unsigned k = 0; k < gather->operator_count; k++) {
    if (gather->answers[k] != FRAG_ANSWER_GOOD) continue;
    if (gather->records[k].leaf.threshold < least) least = gather->records[k].leaf.threshold;
    shown = true;
  }
  return shown && open == 0 ? least : gather->threshold;
}

frag_error frag_gather_result(struct frag_gather *gather) {
  unsigned best = best_leaf(gather);
  bool disagreement = mark_disagreement(gather, best);
  frag_error undecided = disagreement ? FRAG_OPERATORS_DISAGREE : FRAG_TOO_FEW_FRAGMENTS;
  unsigned open = count_answers(gather, FRAG_ANSWER_NONE) + count_answers(gather, FRAG_ANSWER_UNREACHABLE);
  unsigned holders = gather->operator_count - count_answers(gather, FRAG_ANSWER_ABSENT);
  if (best < gather->operator_count && count_like(gather, best) >= gather->records[best].leaf.threshold) return FRAG_OK;
  if (may_still_complete(gather, open)) return undecided;
  if (count_answers(gather, FRAG_ANSWER_ERASED) > 0) return FRAG_ERASED;
  if (holders < least_threshold(gather, open)) return FRAG_NOT_FOUND;
  return count_answers(gather, FRAG_ANSWER_TAMPERED) > 0 ? FRAG_FRAGMENT_TAMPERED : undecided;
}

uint32_t frag_gather_chosen(const struct frag_gather *gather) {
  unsigned best = best_leaf(gather);
  if (best >= gather->operator_count) return 0;
  const struct frag_leaf *leaf = &gather->records[best].leaf;
  if (count_like(gather, best) < leaf->threshold) return 0;
  uint32_t chosen = 0;
  unsigned count = 0;
  for (unsigned k = 0; k < gather->operator_count && count < leaf->threshold; k++) {
    if (gather->answers[k] != FRAG_ANSWER_GOOD) continue;
    if (!frag_slice_equal(gather->records[k].leaf.bytes, leaf->bytes)) continue;
    chosen |= UINT32_C(1) << k;
    count++;
  }
  return chosen;
}
