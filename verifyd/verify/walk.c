#include "verify/walk.h"

#include <assert.h>
#include <string.h>

frag_error vd_walk_ask(struct vd_walk *walk, const struct vd_walk_scope *scope, uint32_t first, unsigned count) {
  assert(count >= 1 && count <= VD_WALK_KEYS_MAX && first < VD_WALK_STATEMENTS_MAX);
  uint32_t left = VD_WALK_STATEMENTS_MAX - first;
  walk->first = first;
  walk->count = count < left ? count : (unsigned)left;
  walk->threshold = scope->threshold > 1 ? scope->threshold : 1;
  if (walk->count > walk->used) walk->used = walk->count;
  walk->answers = 0;
  for (unsigned at = 0; at < walk->count; at++) {
    struct vd_walk_statements *statements = &walk->statements[at];
    statements->is_held = statements->is_sure = false;
    statements->count = 0;
    statements->entry_s = 0;
    memset(statements->none_by_s, 0, sizeof statements->none_by_s);
    frag_error code = frag_status_id(scope->context, statements->id, scope->realm, scope->document->rid, first + at);
    if (code != FRAG_OK) return code;
  }
  return FRAG_OK;
}

static struct vd_walk_record *find_record(struct vd_walk_statements *statements, const uint8_t *bytes) {
  for (unsigned at = 0; at < statements->count; at++)
    if (memcmp(statements->records[at].bytes, bytes, FRAG_STATUS_RECORD_LEN) == 0) return &statements->records[at];
  assert(statements->count < VD_WALK_OPERATORS_MAX);
  struct vd_walk_record *record = &statements->records[statements->count++];
  memcpy(record->bytes, bytes, sizeof record->bytes);
  record->is_proven = record->is_valid = record->is_stolen = false;
  record->entry_count = 0;
  return record;
}

static frag_error open_at(struct vd_walk_record *record, const struct vd_walk_scope *scope, uint32_t n,
                          uint64_t tau_s) {
  frag_error code =
      frag_status_open(scope->context, &record->statement, scope->trust, scope->document->issuer, scope->realm,
                       scope->document->rid, n, tau_s, record->bytes, sizeof record->bytes);
  record->is_valid = code == FRAG_OK;
  return code == FRAG_STATEMENT_IGNORED ? FRAG_OK : code;
}

static bool may_have_signed(const struct frag_trust_key *key, const struct frag_document *document) {
  bool is_issuers = key->issuer.len == document->issuer.len &&
                    memcmp(key->issuer.data, document->issuer.data, document->issuer.len) == 0;
  return !key->has_compromised_since && (is_issuers || key->role == FRAG_ROLE_REGISTRAR);
}

/* Its own time is inside: it is opened at one at which its key was valid, whichever that is, and then looked at. */
static frag_error open_by_itself(struct vd_walk_record *record, const struct vd_walk_scope *scope, uint32_t n) {
  const struct frag_trust_list *list = frag_trust_list(scope->trust);
  for (size_t at = 0; at < list->key_count; at++) {
    if (!may_have_signed(&list->keys[at], scope->document)) continue;
    frag_error code = open_at(record, scope, n, list->keys[at].not_before_s);
    if (code != FRAG_OK) return code;
    if (!record->is_valid) continue;
    const struct frag_trust_key *key = frag_trust_find(scope->trust, record->statement.kid);
    record->is_valid = key != NULL && may_have_signed(key, scope->document) &&
                       frag_trust_key_time(key, record->statement.time_s) == FRAG_OK;
    return FRAG_OK;
  }
  return FRAG_OK;
}

static void add_entry(struct vd_walk_record *record, uint64_t entry_s) {
  assert(record->entry_count < VD_WALK_OPERATORS_MAX);
  unsigned at = record->entry_count++;
  for (; at > 0 && record->entries_s[at - 1] > entry_s; at--) record->entries_s[at] = record->entries_s[at - 1];
  record->entries_s[at] = entry_s;
}

/* The first proven entry takes the place of what was judged without one. */
static frag_error take_proven(struct vd_walk_record *record, const struct vd_walk_scope *scope, uint32_t n,
                              uint64_t entry_s) {
  frag_error code = FRAG_OK;
  if (!record->is_proven || !record->is_valid) code = open_at(record, scope, n, entry_s);
  record->is_proven = true;
  if (code != FRAG_OK || !record->is_valid) return code;
  const struct frag_trust_key *key = frag_trust_find(scope->trust, record->statement.kid);
  assert(key != NULL);
  record->is_stolen = key->has_compromised_since;
  if (frag_trust_key_time(key, entry_s) == FRAG_OK) add_entry(record, entry_s);
  return FRAG_OK;
}

static frag_error take_statement(struct vd_walk_statements *statements, const struct vd_walk_scope *scope, uint32_t n,
                                 const struct vd_lookup_item *item, const struct vd_walk_operator *who) {
  statements->is_held = true;
  if (item->len != FRAG_STATUS_RECORD_LEN) return FRAG_OK;
  struct vd_walk_record *record = find_record(statements, item->bytes);
  frag_error code = FRAG_OK;
  if (who->is_log_right) code = take_proven(record, scope, n, item->time_s);
  else if (!record->is_proven && !record->is_valid) code = open_by_itself(record, scope, n);
  statements->is_sure = statements->is_sure || record->is_proven || record->is_valid;
  return code;
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

/* A log says itself when it entered what. One that helps a thief dates his reinstatement to before the theft; what only
 * takes away counts with one. No log has a statement before it was signed. */
static void judge_entries(struct vd_walk_statements *statements, unsigned threshold) {
  for (unsigned at = 0; at < statements->count; at++) {
    struct vd_walk_record *record = &statements->records[at];
    if (!record->is_valid) continue;
    unsigned needed = record->is_stolen ? threshold : 1;
    if (record->entry_count >= needed) {
      uint64_t entry_s = record->entries_s[needed - 1];
      if (record->statement.time_s > entry_s) entry_s = record->statement.time_s;
      if (statements->entry_s == 0 || entry_s < statements->entry_s) statements->entry_s = entry_s;
    } else if (record->is_stolen && record->statement.kind == FRAG_STATUS_REINSTATED) {
      record->is_valid = false;
    }
  }
}

/* Two statements n that differ are the signer's doing; a reinstatement lifts what came before n, not its rival,
 * whichever operator shows which. */
static void apply(struct frag_status_walk *outcome, const struct vd_walk_statements *statements, bool is_behind_gap) {
  for (int round = is_behind_gap ? 1 : 0; round < 2; round++)
    for (unsigned at = 0; at < statements->count; at++) {
      const struct vd_walk_record *record = &statements->records[at];
      bool is_reinstatement = record->statement.kind == FRAG_STATUS_REINSTATED;
      if (record->is_valid && is_reinstatement == (round == 0)) frag_status_apply(outcome, &record->statement);
    }
}

frag_error vd_walk_settle(struct vd_walk *walk, bool *is_over) {
  bool is_gap = false, is_sure = false;
  for (unsigned at = 0; at < walk->count && !walk->outcome.revoked; at++) {
    struct vd_walk_statements *statements = &walk->statements[at];
    is_gap = is_gap || !statements->is_held;
    is_sure = is_sure || statements->is_sure;
    judge_entries(statements, walk->threshold);
    note_withholding(walk, statements);
    apply(&walk->outcome, statements, is_gap);
  }
  *is_over = true;
  if (walk->outcome.revoked) return FRAG_REVOKED;
  if (walk->answers == 0) return FRAG_STATUS_STALE;
  frag_error result = frag_status_result(&walk->outcome);
  if (is_gap || !is_sure) return result;
  *is_over = walk->first + walk->count >= VD_WALK_STATEMENTS_MAX;
  return *is_over && result == FRAG_OK ? FRAG_STATUS_STALE : result;
}
