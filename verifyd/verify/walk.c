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
    statements->entry_s = 0;
    memset(statements->none_by_s, 0, sizeof statements->none_by_s);
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

/* A log that is not right may say anything about when it got a statement: nobody else is blamed for that. */
static void note_entry(struct vd_walk_statements *statements, const struct vd_lookup_item *item,
                       const struct vd_walk_operator *who) {
  bool is_earlier = statements->entry_s == 0 || item->time_s < statements->entry_s;
  if (who->is_log_right && item->time_s != 0 && is_earlier) statements->entry_s = item->time_s;
}

static frag_error take_statement(struct vd_walk_statements *statements, const struct vd_walk_scope *scope, uint32_t n,
                                 const struct vd_lookup_item *item, const struct vd_walk_operator *who) {
  statements->is_held = true;
  if (is_known(statements, item)) {
    note_entry(statements, item, who);
    return FRAG_OK;
  }
  assert(statements->count < VD_WALK_OPERATORS_MAX);
  frag_error code =
      frag_status_open(scope->context, &statements->valid[statements->count], scope->trust, scope->document->issuer,
                       scope->realm, scope->document->rid, n, item->time_s, item->bytes, item->len);
  if (code == FRAG_STATEMENT_IGNORED) return FRAG_OK;
  if (code != FRAG_OK) return code;
  memcpy(statements->records[statements->count++], item->bytes, FRAG_STATUS_RECORD_LEN);
  note_entry(statements, item, who);
  return FRAG_OK;
}

frag_error vd_walk_take(struct vd_walk *walk, const struct vd_walk_scope *scope, const struct vd_lookup_answer *answer,
                        const struct vd_walk_operator *who) {
  assert(answer->count == walk->count && who->k < VD_WALK_OPERATORS_MAX);
  frag_error code = FRAG_OK;
  if (who->is_log_right) walk->answers++;
  for (unsigned at = 0; at < walk->count && code == FRAG_OK; at++) {
    if (answer->items[at].presence == VD_STORE_PRESENT)
      code = take_statement(&walk->statements[at], scope, walk->first + at, &answer->items[at], who);
    else if (who->is_log_right)
      walk->statements[at].none_by_s[who->k] = who->as_of_s;
  }
  return code;
}

/* The issuer hands a statement to every operator, so who has none much later keeps it back, or was never given it.
 * Under junk that somebody put at its place an operator cannot have it. */
static void note_withholding(struct vd_walk *walk, const struct vd_walk_statements *statements) {
  if (statements->entry_s == 0) return;
  for (unsigned k = 0; k < VD_WALK_OPERATORS_MAX; k++)
    if (statements->none_by_s[k] > statements->entry_s &&
        statements->none_by_s[k] - statements->entry_s > VD_WALK_WITHHELD_S)
      walk->withholding |= UINT32_C(1) << k;
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
    note_withholding(walk, &walk->statements[at]);
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
