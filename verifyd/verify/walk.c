#include "verify/walk.h"

#include <assert.h>
#include <string.h>

frag_error vd_walk_ask(struct vd_walk *walk, const struct vd_walk_scope *scope, uint32_t first, unsigned count) {
  assert(count >= 1 && count <= VD_WALK_KEYS_MAX && first < VD_WALK_STATEMENTS_MAX);
  uint32_t left = VD_WALK_STATEMENTS_MAX - first;
  walk->first = first;
  walk->count = count < left ? count : (unsigned)left;
  if (walk->count > walk->used) walk->used = walk->count;
  walk->answers = 0;
  for (unsigned at = 0; at < walk->count; at++) {
    struct vd_walk_statements *statements = &walk->statements[at];
    statements->is_held = false;
    statements->count = 0;
    frag_error code = frag_status_id(scope->context, statements->id, scope->realm, scope->document->rid, first + at);
    if (code != FRAG_OK) return code;
  }
  return FRAG_OK;
}

static bool is_known(const struct vd_walk_statements *statements, const struct vd_lookup_item *item) {
  for (unsigned at = 0; at < statements->count && item->len == FRAG_STATUS_RECORD_LEN; at++)
    if (memcmp(statements->records[at], item->bytes, FRAG_STATUS_RECORD_LEN) == 0) return true;
  return false;
}

static frag_error take_statement(struct vd_walk_statements *statements, const struct vd_walk_scope *scope, uint32_t n,
                                 const struct vd_lookup_item *item) {
  statements->is_held = true;
  if (is_known(statements, item)) return FRAG_OK;
  assert(statements->count < VD_WALK_OPERATORS_MAX);
  frag_error code =
      frag_status_open(scope->context, &statements->valid[statements->count], scope->trust, scope->document->issuer,
                       scope->realm, scope->document->rid, n, item->time_s, item->bytes, item->len);
  if (code == FRAG_STATEMENT_IGNORED) return FRAG_OK;
  if (code == FRAG_OK) memcpy(statements->records[statements->count++], item->bytes, FRAG_STATUS_RECORD_LEN);
  return code;
}

frag_error vd_walk_take(struct vd_walk *walk, const struct vd_walk_scope *scope, const struct vd_lookup_answer *answer,
                        bool is_log_right) {
  assert(answer->count == walk->count);
  frag_error code = FRAG_OK;
  if (is_log_right) walk->answers++;
  for (unsigned at = 0; at < walk->count && code == FRAG_OK; at++)
    if (answer->items[at].presence == VD_STORE_PRESENT)
      code = take_statement(&walk->statements[at], scope, walk->first + at, &answer->items[at]);
  return code;
}

/* Two statements n that differ are the signer's doing; a reinstatement lifts what came before n, not its rival,
 * whichever operator shows which. */
static void apply(struct frag_status_walk *outcome, const struct vd_walk_statements *statements) {
  for (unsigned at = 0; at < statements->count; at++)
    if (statements->valid[at].kind == FRAG_STATUS_REINSTATED) frag_status_apply(outcome, &statements->valid[at]);
  for (unsigned at = 0; at < statements->count; at++)
    if (statements->valid[at].kind != FRAG_STATUS_REINSTATED) frag_status_apply(outcome, &statements->valid[at]);
}

frag_error vd_walk_settle(struct vd_walk *walk, bool *is_over) {
  bool is_held = true;
  for (unsigned at = 0; at < walk->count && is_held && !walk->outcome.revoked; at++) {
    is_held = walk->statements[at].is_held;
    apply(&walk->outcome, &walk->statements[at]);
  }
  *is_over = true;
  if (walk->outcome.revoked) return FRAG_REVOKED;
  if (walk->answers == 0) return FRAG_STATUS_STALE;
  frag_error result = frag_status_result(&walk->outcome);
  if (!is_held) return result;
  *is_over = walk->first + walk->count >= VD_WALK_STATEMENTS_MAX;
  return *is_over && result == FRAG_OK ? FRAG_STATUS_STALE : result;
}
