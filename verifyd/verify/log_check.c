#include "verify/log_check.h"

#include <assert.h>
#include <string.h>

void vd_log_check_begin(struct vd_log_check *check, const struct frag_log_key *key, struct vd_seen *seen) {
  memset(check, 0, sizeof *check);
  check->key = *key;
  check->seen = seen;
  if (seen == NULL) return;
  struct vd_seen_state state;
  check->equivocations = vd_seen_equivocations(seen);
  vd_seen_get(seen, key->name, &state);
  check->size = state.size;
  memcpy(check->root, state.root, sizeof check->root);
  check->has_equivocated = state.has_equivocated;
  /* Its note is not taken over: verified once more, it tells its time. */
}

void vd_log_check_base(const struct vd_log_check *check, struct vd_log_base *base) {
  base->size = check->size;
  memcpy(base->root, check->root, sizeof base->root);
  base->anchors = 0;
}

/* What another thread has found out counts at once, even where this one was always told the same. */
static bool has_equivocated(struct vd_log_check *check) {
  size_t equivocations = check->seen != NULL ? vd_seen_equivocations(check->seen) : 0;
  if (equivocations != check->equivocations) {
    struct vd_seen_state state;
    vd_seen_get(check->seen, check->key.name, &state);
    check->equivocations = equivocations;
    check->has_equivocated = check->has_equivocated || state.has_equivocated;
  }
  return check->has_equivocated;
}

static bool is_last(const struct vd_log_check *check, const struct vd_lookup_answer *answer) {
  return check->note_len != 0 && check->note_len == answer->checkpoint_len &&
         memcmp(check->note, answer->checkpoint, check->note_len) == 0;
}

/* Neither read nor verified again: that is most of what a look-up in a quiet log would cost. */
static void take_last(const struct vd_log_check *check, const struct vd_lookup_answer *answer,
                      struct frag_checkpoint *checkpoint) {
  *checkpoint = (struct frag_checkpoint){.note = {(const uint8_t *)answer->checkpoint, answer->checkpoint_len},
                                         .size = check->size};
  memcpy(checkpoint->root, check->root, sizeof checkpoint->root);
}

/* Every checkpoint of size 0 has the same root, so such a one contradicts nothing. */
static bool contradicts(const struct frag_checkpoint *checkpoint, uint64_t size,
                        const uint8_t root[static FRAG_HASH_LEN]) {
  return size != 0 && checkpoint->size == size && memcmp(checkpoint->root, root, FRAG_HASH_LEN) != 0;
}

/* Against what was accepted here, and by everyone else who shares what was seen. */
static bool is_equivocation(const struct vd_log_check *check, const struct vd_log_base *base,
                            const struct frag_checkpoint *checkpoint) {
  if (contradicts(checkpoint, check->size, check->root) || contradicts(checkpoint, base->size, base->root)) return true;
  if (check->seen == NULL) return false;
  struct vd_seen_state state;
  vd_seen_get(check->seen, check->key.name, &state);
  return contradicts(checkpoint, state.size, state.root);
}

/* Several requests may have been made from one base. Only what is proven from the last checkpoint takes its place; an
 * answer that was overtaken is right too, since it continues what was the last one when it was asked for. */
static bool accept(struct vd_log_check *check, const struct vd_log_base *base, const struct frag_checkpoint *checkpoint,
                   uint64_t time_s) {
  bool is_further = checkpoint->size > check->size && base->size == check->size;
  bool is_renewed = checkpoint->size == check->size && time_s >= check->time_s;
  if (!is_further && !is_renewed) return false;
  check->size = checkpoint->size;
  memcpy(check->root, checkpoint->root, sizeof check->root);
  check->time_s = time_s;
  check->note_len = checkpoint->note.len;
  memcpy(check->note, checkpoint->note.data, checkpoint->note.len);
  return is_further;
}

/* A proof that leads to the signed root has no wrong hash in it: what it says of the base is the log's own word. */
static frag_error judge_other_tree(struct frag_context *context, const struct vd_log_base *base,
                                   const struct vd_lookup_answer *answer, const struct frag_checkpoint *checkpoint,
                                   struct vd_log_contradiction *contradiction) {
  uint8_t new_root[FRAG_HASH_LEN];
  struct vd_log_contradiction found = {.size = base->size, .proof = answer->consistency};
  frag_error code = frag_tree_consistency_roots(context, base->size, checkpoint->size, &answer->consistency, base->root,
                                                found.proven_root, new_root);
  if (code == FRAG_CRYPTO) return code;
  bool is_signed = code == FRAG_OK && memcmp(new_root, checkpoint->root, FRAG_HASH_LEN) == 0;
  if (!is_signed || memcmp(found.proven_root, base->root, FRAG_HASH_LEN) == 0) return FRAG_LOG_INCONSISTENT;
  memcpy(found.root, base->root, sizeof found.root);
  *contradiction = found;
  return FRAG_EQUIVOCATION;
}

static frag_error check_continues(struct frag_context *context, const struct vd_log_base *base,
                                  const struct vd_lookup_answer *answer, const struct frag_checkpoint *checkpoint,
                                  struct vd_log_contradiction *contradiction) {
  if (base->size == 0) return FRAG_OK;
  if (checkpoint->size < base->size) return FRAG_LOG_INCONSISTENT;
  frag_error code = frag_tree_check_consistency(context, base->size, base->root, checkpoint->size, checkpoint->root,
                                                &answer->consistency);
  if (code == FRAG_OK || code == FRAG_CRYPTO) return code;
  return judge_other_tree(context, base, answer, checkpoint, contradiction);
}

/* Kept only against the last one accepted, whose note is there; what was asked from further back is asked again. */
static bool is_last_base(const struct vd_log_check *check, const struct vd_log_base *base) {
  return base->size == check->size && memcmp(base->root, check->root, sizeof base->root) == 0;
}

frag_error vd_log_check_checkpoint(struct frag_context *context, struct vd_log_check *check,
                                   const struct vd_log_base *base, const struct vd_lookup_answer *answer,
                                   struct frag_checkpoint *checkpoint, bool *is_news) {
  uint64_t time_s = 0;
  *is_news = false;
  if (has_equivocated(check)) return FRAG_EQUIVOCATION;
  if (is_last(check, answer)) {
    take_last(check, answer, checkpoint);
    check->answer_time_s = check->time_s;
    return FRAG_OK;
  }
  frag_error code = frag_checkpoint_decode(context, checkpoint, answer->checkpoint, answer->checkpoint_len);
  if (code != FRAG_OK) return code == FRAG_CRYPTO ? code : FRAG_CHECKPOINT_SIGNATURE;
  code = frag_checkpoint_check(context, checkpoint, &check->key, &time_s);
  if (code != FRAG_OK) return code;
  *is_news = check->has_equivocated = is_equivocation(check, base, checkpoint);
  if (check->has_equivocated) return FRAG_EQUIVOCATION;
  struct vd_log_contradiction contradiction;
  code = check_continues(context, base, answer, checkpoint, &contradiction);
  if (code == FRAG_EQUIVOCATION && is_last_base(check, base)) {
    check->contradiction = contradiction;
    *is_news = check->has_equivocated = true;
  }
  if (code != FRAG_OK) return code;
  check->answer_time_s = time_s;
  *is_news = accept(check, base, checkpoint, time_s);
  return FRAG_OK;
}

static bool is_tree(const struct frag_checkpoint *checkpoint, uint64_t size, const uint8_t root[static FRAG_HASH_LEN]) {
  return checkpoint->size == size && memcmp(checkpoint->root, root, FRAG_HASH_LEN) == 0;
}

bool vd_log_check_accuse(struct frag_context *context, struct vd_seen *seen,
                         const struct vd_log_contradiction *contradiction, const struct frag_checkpoint *checkpoint,
                         const char *rival, size_t rival_len, enum vd_error *error, struct vd_failure *failure) {
  struct frag_checkpoint other;
  if (frag_checkpoint_decode(context, &other, rival, rival_len) != FRAG_OK) return false;
  bool is_same_size = contradicts(checkpoint, other.size, other.root);
  bool is_grown = contradiction->size > 0 && is_tree(&other, contradiction->size, contradiction->root);
  if (is_same_size) *error = vd_seen_accuse(seen, &other, checkpoint, failure);
  else if (is_grown)
    *error = vd_seen_accuse_grown(seen, &other, checkpoint, &contradiction->proof, contradiction->proven_root, failure);
  return is_same_size || is_grown;
}

/* The leaf of a record, or of an erased one; empty when it has no such form. */
static struct frag_slice leaf_of(const struct vd_lookup_item *item) {
  struct frag_record record;
  struct frag_leaf leaf;
  if (item->presence == VD_STORE_ERASED)
    return frag_leaf_decode(&leaf, item->bytes, item->len) == FRAG_OK ? leaf.bytes : (struct frag_slice){NULL, 0};
  return frag_record_decode(&record, item->bytes, item->len) == FRAG_OK ? record.leaf.bytes
                                                                        : (struct frag_slice){NULL, 0};
}

static frag_error check_entry(struct frag_context *context, const struct frag_checkpoint *checkpoint,
                              const struct vd_lookup_item *item, frag_entry_kind kind, struct frag_slice body) {
  uint8_t bytes[FRAG_ENTRY_MAX], hash[FRAG_HASH_LEN];
  size_t len = 0;
  struct frag_entry entry = {.kind = kind, .time_s = item->time_s, .body = body};
  if (body.data == NULL || frag_entry_encode(bytes, &len, &entry) != FRAG_OK) return FRAG_NOT_IN_LOG;
  frag_error code = frag_leaf_hash(context, hash, (struct frag_slice){bytes, len});
  if (code == FRAG_OK)
    code = frag_tree_check_inclusion(context, item->index, checkpoint->size, checkpoint->root, hash, &item->inclusion);
  return code == FRAG_OK || code == FRAG_CRYPTO ? code : FRAG_NOT_IN_LOG;
}

frag_error vd_log_check_item(struct frag_context *context, const struct frag_checkpoint *checkpoint,
                             const struct vd_lookup_item *item) {
  assert(item->presence != VD_STORE_ABSENT);
  return check_entry(context, checkpoint, item, FRAG_ENTRY_ISSUE, leaf_of(item));
}

frag_error vd_log_check_statement(struct frag_context *context, const struct frag_checkpoint *checkpoint,
                                  const struct vd_lookup_item *item) {
  assert(item->presence == VD_STORE_PRESENT);
  return check_entry(context, checkpoint, item, FRAG_ENTRY_STATUS, (struct frag_slice){item->bytes, item->len});
}

frag_error vd_log_check_statements(struct frag_context *context, const struct frag_checkpoint *checkpoint,
                                   const struct vd_lookup_answer *answer) {
  frag_error code = FRAG_OK;
  for (size_t at = 0; at < answer->count && code == FRAG_OK; at++)
    if (answer->items[at].presence == VD_STORE_PRESENT)
      code = vd_log_check_statement(context, checkpoint, &answer->items[at]);
  return code;
}
