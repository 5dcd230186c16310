/* The machine: which question is open, and what the answers amount to. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "verify/anchored.h"
#include "verify/freshness.h"

/* --- reporting --- */

static void report(struct vd_verification *run, enum vd_step step, frag_error code, bool is_sound) {
  struct vd_check *check = &run->verdict->checks[step];
  check->code = code;
  check->state = code != FRAG_OK ? VD_CHECK_FAILED : is_sound ? VD_CHECK_PASSED : VD_CHECK_WARNING;
}

static void begin_verdict(const struct vd_verifier *verifier, struct vd_verdict *verdict) {
  memset(verdict, 0, sizeof *verdict);
  if (!vd_anchored_is_used(verifier)) verdict->checks[VD_STEP_ANCHOR].state = VD_CHECK_NOT_CHECKED;
  verdict->operator_count = verifier->operator_count;
  for (unsigned k = 0; k < verifier->operator_count; k++) {
    verdict->operators[k].number = verifier->operators[k].number;
    verdict->operators[k].name = verifier->operators[k].name;
  }
}

static enum vd_wanted conclude(struct vd_verification *run, frag_error code) {
  struct vd_verdict *verdict = run->verdict;
  run->wanted = VD_WANTED_NOTHING;
  verdict->code = code;
  verdict->verdict = frag_error_verdict(code);
  verdict->as_of_s = verdict->status_as_of_s != 0 ? verdict->status_as_of_s : vd_freshness_of_fragment(run);
  if (verdict->verdict == FRAG_VALID) return run->wanted;
  vd_wipe(&verdict->document, sizeof verdict->document);
  vd_wipe(verdict->plaintext, sizeof verdict->plaintext);
  verdict->issuer_key = NULL;
  verdict->issuer_keys = NULL;
  verdict->issuer_key_count = 0;
  return run->wanted;
}

static enum vd_wanted fail(struct vd_verification *run, enum vd_step step, frag_error code) {
  report(run, step, code, false);
  return conclude(run, code);
}

/* --- operators --- */

static void open_question(struct vd_verification *run, enum vd_wanted wanted) {
  run->wanted = wanted;
  run->question++;
  memcpy(run->has_answered, run->is_silent, sizeof run->has_answered);
}

static bool have_all_answered(const struct vd_verification *run) {
  for (unsigned k = 0; k < run->verifier->operator_count; k++)
    if (!run->has_answered[k]) return false;
  return true;
}

static void warn(struct vd_verification *run, enum vd_step step) {
  struct vd_check *check = &run->verdict->checks[step];
  if (check->state == VD_CHECK_PASSED) check->state = VD_CHECK_WARNING;
}

/* Told in any step, also of one whose fragment was used before: the others' words are what the verdict rests on. */
static void doubt(struct vd_verification *run, unsigned k, frag_error code) {
  struct vd_operator_answer *answer = &run->verdict->operators[k];
  answer->state = VD_OPERATOR_LOG_FAILED;
  answer->log_code = code;
  answer->checkpoint_time_s = 0;
  warn(run, VD_STEP_FRAGMENTS);
  warn(run, VD_STEP_LOG);
}

/* Who was overtaken by others, or brought its fragment, and then does not answer gets the same report as one that was
 * waited for. What is wrong with its fragment says more. */
static void note_late_silence(struct vd_verification *run, unsigned k) {
  struct vd_operator_answer *answer = &run->verdict->operators[k];
  if (answer->state != VD_OPERATOR_NOT_ASKED && answer->state != VD_OPERATOR_GOOD) return;
  answer->state = VD_OPERATOR_UNREACHABLE;
  warn(run, VD_STEP_FRAGMENTS);
}

static bool is_doubted(const struct vd_verification *run, unsigned k) {
  return run->verdict->operators[k].log_code != FRAG_OK;
}

static unsigned gravity(frag_error code) {
  static const frag_error rising[] = {FRAG_OK, FRAG_NOT_IN_LOG, FRAG_CHECKPOINT_SIGNATURE, FRAG_LOG_INCONSISTENT,
                                      FRAG_EQUIVOCATION};
  unsigned at = 0;
  while (at + 1 < sizeof rising / sizeof *rising && rising[at] != code) at++;
  return at;
}

/* The gravest that is said of any operator's log; FRAG_OK when nothing is. */
static frag_error gravest_doubt(const struct vd_verification *run) {
  frag_error gravest = FRAG_OK;
  for (unsigned k = 0; k < run->verifier->operator_count; k++) {
    frag_error code = run->verdict->operators[k].log_code;
    if (gravity(code) > gravity(gravest)) gravest = code;
  }
  return gravest;
}

/* Notes what is wrong with the checkpoint, if anything; returns only a fault on this side. */
static frag_error check_checkpoint(struct vd_verification *run, unsigned k, const struct vd_log_base *base,
                                   const struct vd_lookup_answer *answer, struct frag_checkpoint *checkpoint,
                                   bool *is_news) {
  struct vd_log_check *log = &run->verifier->logs[k];
  frag_error code = vd_log_check_checkpoint(run->verifier->context, log, base, answer, checkpoint, is_news);
  if (frag_error_group(code) != FRAG_GROUP_VERDICT) return code;
  frag_error refusal = vd_anchored_refusal(run->verifier, k);
  if (refusal != FRAG_OK) {
    if (gravity(refusal) > gravity(code)) code = refusal;
    vd_anchored_show_refused(run, k);
  }
  if (code != FRAG_OK) doubt(run, k, code);
  else if (!is_doubted(run, k)) run->verdict->operators[k].checkpoint_time_s = log->time_s;
  return FRAG_OK;
}

/* --- step 7 --- */

static struct vd_walk_scope scope_of(const struct vd_verification *run) {
  return (struct vd_walk_scope){.context = run->verifier->context,
                                .trust = run->trust,
                                .document = &run->verdict->document,
                                .realm = run->qr.realm,
                                .threshold = run->verifier->threshold};
}

static bool is_everyone_sound(const struct vd_verification *run) {
  for (unsigned k = 0; k < run->verifier->operator_count; k++)
    if (run->is_silent[k] || is_doubted(run, k) || run->verdict->operators[k].withholds) return false;
  return true;
}

static enum vd_wanted check_period(struct vd_verification *run) {
  frag_error code = frag_document_period(&run->verdict->document, run->now_s);
  report(run, VD_STEP_VALIDITY, code, true);
  return conclude(run, code);
}

static void note_withholding(struct vd_verification *run) {
  for (unsigned k = 0; k < run->verifier->operator_count; k++)
    run->verdict->operators[k].withholds = !is_doubted(run, k) && (run->walk.withholding >> k & 1u) != 0;
}

static enum vd_wanted end_walk(struct vd_verification *run, frag_error found) {
  frag_error code = vd_freshness_result(run, found);
  note_withholding(run);
  report(run, VD_STEP_STATUS, code, is_everyone_sound(run));
  return code == FRAG_OK ? check_period(run) : conclude(run, code);
}

/* Moves on when nobody is left to be waited for. */
static enum vd_wanted settle_statuses(struct vd_verification *run) {
  const struct vd_walk_scope scope = scope_of(run);
  while (have_all_answered(run)) {
    bool is_over = true;
    frag_error code = vd_walk_settle(&run->walk, &is_over);
    unsigned count = 0;
    run->verdict->status_as_of_s = vd_freshness_as_of(run, &count);
    if (is_over) return end_walk(run, code);
    code = vd_walk_ask(&run->walk, &scope, run->walk.first + run->walk.count, VD_WALK_KEYS_MAX);
    if (code != FRAG_OK) return fail(run, VD_STEP_STATUS, code);
    open_question(run, VD_WANTED_STATUSES);
  }
  return run->wanted;
}

/* An operator that shows one statement without proof is doubted in all that it says. */
static frag_error take_answer(struct vd_verification *run, unsigned k, const struct frag_checkpoint *checkpoint,
                              const struct vd_lookup_answer *answer) {
  frag_error code = FRAG_OK;
  if (!is_doubted(run, k)) code = vd_log_check_statements(run->verifier->context, checkpoint, answer);
  if (code == FRAG_NOT_IN_LOG) doubt(run, k, code);
  else if (code != FRAG_OK) return code;
  const struct vd_walk_scope scope = scope_of(run);
  const struct vd_walk_operator who = {k, !is_doubted(run, k), vd_freshness_of_answer(run, k)};
  if (who.is_log_right) vd_freshness_note(run, k, who.as_of_s);
  return vd_walk_take(&run->walk, &scope, answer, &who);
}

static enum vd_wanted take_statuses(struct vd_verification *run, unsigned k, const struct frag_checkpoint *checkpoint,
                                    const struct vd_lookup_answer *answer) {
  frag_error code = take_answer(run, k, checkpoint, answer);
  return code == FRAG_OK ? settle_statuses(run) : fail(run, VD_STEP_STATUS, code);
}

static enum vd_wanted ask_statuses(struct vd_verification *run) {
  const struct vd_walk_scope scope = scope_of(run);
  frag_error code = vd_walk_ask(&run->walk, &scope, 0, run->verifier->statements_first);
  if (code != FRAG_OK) return fail(run, VD_STEP_STATUS, code);
  open_question(run, VD_WANTED_STATUSES);
  return settle_statuses(run);
}

/* --- steps 4, 5 and 6 --- */

/* frag_open makes three steps; its error tells how far it came. */
static void report_opening(struct vd_verification *run, frag_error code) {
  enum vd_step last = VD_STEP_ISSUER;
  if (code == FRAG_BAD_DOCUMENT) last = VD_STEP_DOCUMENT;
  if (code == FRAG_SPLICED || frag_error_group(code) != FRAG_GROUP_VERDICT) last = VD_STEP_OPEN;
  for (enum vd_step step = VD_STEP_OPEN; step <= last; step++) report(run, step, step == last ? code : FRAG_OK, true);
}

static enum vd_wanted open_document(struct vd_verification *run) {
  struct vd_verdict *verdict = run->verdict;
  vd_anchored_take(run);
  frag_error code = frag_open(run->verifier->context, verdict->plaintext, sizeof verdict->plaintext, &verdict->document,
                              &run->qr, &run->gather, run->trust, verdict->tau_s);
  report_opening(run, code);
  if (code != FRAG_OK) return conclude(run, code);
  verdict->issuer_key = frag_trust_find(run->trust, verdict->document.kid);
  verdict->issuer_keys = frag_trust_issuer(run->trust, verdict->document.issuer, &verdict->issuer_key_count);
  return ask_statuses(run);
}

/* --- steps 2 and 3 --- */

static enum vd_operator_state operator_state(const struct frag_gather *gather, unsigned k) {
  switch (gather->answers[k]) {
    case FRAG_ANSWER_GOOD: return gather->disagrees[k] ? VD_OPERATOR_DISAGREES : VD_OPERATOR_GOOD;
    case FRAG_ANSWER_ABSENT: return VD_OPERATOR_ABSENT;
    case FRAG_ANSWER_ERASED: return VD_OPERATOR_ERASED;
    case FRAG_ANSWER_TAMPERED: return VD_OPERATOR_TAMPERED;
    case FRAG_ANSWER_UNREACHABLE: return VD_OPERATOR_UNREACHABLE;
    case FRAG_ANSWER_NONE: break;
  }
  return VD_OPERATOR_NOT_ASKED;
}

/* Whether every operator that was asked has what it should have. */
static bool report_operators(struct vd_verification *run) {
  bool is_sound = true;
  for (unsigned k = 0; k < run->verifier->operator_count; k++) {
    enum vd_operator_state state = is_doubted(run, k) ? VD_OPERATOR_LOG_FAILED : operator_state(&run->gather, k);
    run->verdict->operators[k].state = state;
    is_sound = is_sound && (state == VD_OPERATOR_GOOD || state == VD_OPERATOR_NOT_ASKED);
  }
  return is_sound;
}

/* Moves on when t good fragments are there, or nobody is left who could bring one. */
static enum vd_wanted settle_fragments(struct vd_verification *run) {
  frag_error code = frag_gather_result(&run->gather);
  if (code != FRAG_OK && !have_all_answered(run)) return run->wanted;
  bool is_sound = report_operators(run);
  frag_error log_code = gravest_doubt(run);
  if (code == FRAG_TOO_FEW_FRAGMENTS && log_code != FRAG_OK) {
    report(run, VD_STEP_FRAGMENTS, FRAG_OK, false);
    return fail(run, VD_STEP_LOG, log_code);
  }
  report(run, VD_STEP_FRAGMENTS, code, is_sound);
  if (code != FRAG_OK) return conclude(run, code);
  report(run, VD_STEP_LOG, FRAG_OK, log_code == FRAG_OK);
  return open_document(run);
}

/* Into the gather, once form, locator and hash are right; a record that is wrong by itself need not be in a log. */
static frag_error gather_item(struct vd_verification *run, unsigned k, const struct frag_checkpoint *checkpoint,
                              const struct vd_lookup_item *item) {
  struct frag_context *context = run->verifier->context;
  frag_error code = FRAG_OK;
  if (item->presence == VD_STORE_ABSENT) {
    frag_gather_answer(&run->gather, k, FRAG_ANSWER_ABSENT);
    return FRAG_OK;
  }
  if (item->presence == VD_STORE_ERASED) code = frag_gather_erased(&run->gather, k, item->bytes, item->len);
  else code = frag_gather_record(context, &run->gather, k, item->bytes, item->len);
  if (code == FRAG_FRAGMENT_TAMPERED) return FRAG_OK;
  if (code == FRAG_OK) code = vd_log_check_item(context, checkpoint, item);
  run->entry_index[k] = item->index;
  run->entry_time_s[k] = item->time_s;
  if (code != FRAG_NOT_IN_LOG) return code;
  doubt(run, k, code);
  frag_gather_answer(&run->gather, k, FRAG_ANSWER_UNREACHABLE);
  return FRAG_OK;
}

static enum vd_wanted take_fragment(struct vd_verification *run, unsigned k, const struct frag_checkpoint *checkpoint,
                                    const struct vd_lookup_answer *answer) {
  frag_error code = FRAG_OK;
  assert(answer->count == 1);
  if (is_doubted(run, k)) {
    frag_gather_answer(&run->gather, k, FRAG_ANSWER_UNREACHABLE);
  } else {
    vd_freshness_note(run, k, vd_freshness_of_answer(run, k));
    code = gather_item(run, k, checkpoint, &answer->items[0]);
  }
  if (code == FRAG_OK) return settle_fragments(run);
  (void)report_operators(run);
  return fail(run, VD_STEP_FRAGMENTS, code);
}

/* --- step by step --- */

static frag_error check_qr(struct vd_verification *run, const char *qr_text, size_t qr_len) {
  frag_error code = frag_qr_decode(run->verifier->context, &run->qr, qr_text, qr_len);
  if (code != FRAG_OK) return code;
  return run->qr.realm == run->verifier->realm ? FRAG_OK : FRAG_QR_MALFORMED;
}

/* One that is known not to answer need not be waited for, and is told even when nobody needs it. */
static void note_missing_ledgers(struct vd_verification *run) {
  for (unsigned k = 0; k < run->verifier->operator_count; k++) {
    if (run->verifier->operators[k].is_remote || run->verifier->readers[k] != NULL) continue;
    run->is_silent[k] = true;
    frag_gather_answer(&run->gather, k, FRAG_ANSWER_UNREACHABLE);
  }
}

size_t vd_verification_size(void) { return sizeof(struct vd_verification); }

enum vd_wanted vd_verification_begin(struct vd_verification *verification, struct vd_verifier *verifier,
                                     const char *qr_text, size_t qr_len, uint64_t now_s, struct vd_verdict *verdict) {
  struct vd_verification *run = verification;
  memset(run, 0, offsetof(struct vd_verification, walk.statements));
  run->verifier = verifier;
  run->trust = verifier->trust;
  run->verdict = verdict;
  run->now_s = now_s;
  begin_verdict(verifier, verdict);
  verdict->checked_s = now_s;
  frag_error code = check_qr(run, qr_text, qr_len);
  report(run, VD_STEP_QR, code, true);
  if (code != FRAG_OK) return conclude(run, code);
  frag_gather_begin(&run->gather, &run->qr, verifier->operator_count, verifier->threshold);
  note_missing_ledgers(run);
  open_question(run, VD_WANTED_FRAGMENTS);
  return settle_fragments(run);
}

unsigned vd_verification_question_number(const struct vd_verification *verification) { return verification->question; }

bool vd_verification_question(const struct vd_verification *verification, unsigned k,
                              struct vd_lookup_request *request, struct vd_log_base *base) {
  const struct vd_verification *run = verification;
  assert(k < run->verifier->operator_count);
  if (run->wanted == VD_WANTED_NOTHING || run->has_answered[k]) return false;
  bool is_status = run->wanted == VD_WANTED_STATUSES;
  uint64_t anchors = vd_anchored_tie(run->verifier, k);
  vd_log_check_base(&run->verifier->logs[k], base);
  base->anchors = anchors;
  memset(request, 0, sizeof *request);
  request->kind = is_status ? VD_STORE_STATUS : VD_STORE_FRAGMENT;
  request->known_size = base->size;
  request->count = is_status ? run->walk.count : 1;
  if (!is_status) memcpy(request->keys[0], run->qr.locator, sizeof request->keys[0]);
  for (size_t at = 0; is_status && at < request->count; at++)
    memcpy(request->keys[at], run->walk.statements[at].id, sizeof request->keys[at]);
  return true;
}

enum vd_wanted vd_verification_answer(struct vd_verification *verification, unsigned k, const struct vd_log_base *base,
                                      const struct vd_lookup_answer *answer, bool *is_news) {
  struct vd_verification *run = verification;
  struct frag_checkpoint checkpoint;
  bool is_news_here = false;
  assert(k < run->verifier->operator_count);
  if (is_news != NULL) *is_news = false;
  if (run->wanted == VD_WANTED_NOTHING || run->has_answered[k]) return run->wanted;
  run->has_answered[k] = true;
  frag_error code = check_checkpoint(run, k, base, answer, &checkpoint, &is_news_here);
  if (is_news != NULL) *is_news = is_news_here;
  bool is_status = run->wanted == VD_WANTED_STATUSES;
  if (!is_status) run->entry_anchors[k] = base->anchors;
  if (code != FRAG_OK) return fail(run, is_status ? VD_STEP_STATUS : VD_STEP_FRAGMENTS, code);
  return is_status ? take_statuses(run, k, &checkpoint, answer) : take_fragment(run, k, &checkpoint, answer);
}

enum vd_wanted vd_verification_unreachable(struct vd_verification *verification, unsigned k) {
  struct vd_verification *run = verification;
  assert(k < run->verifier->operator_count);
  if (run->wanted == VD_WANTED_NOTHING || run->has_answered[k]) return run->wanted;
  run->has_answered[k] = true;
  run->is_silent[k] = true;
  if (run->wanted == VD_WANTED_FRAGMENTS) {
    frag_gather_answer(&run->gather, k, FRAG_ANSWER_UNREACHABLE);
    return settle_fragments(run);
  }
  note_late_silence(run, k);
  return settle_statuses(run);
}

void vd_verification_end(struct vd_verification *verification) {
  struct vd_verification *run = verification;
  for (unsigned k = 0; run->wanted != VD_WANTED_NOTHING; k = (k + 1) % run->verifier->operator_count)
    (void)vd_verification_unreachable(run, k);
  for (unsigned k = 0; k < run->verifier->operator_count; k++) {
    if (run->copies[k] == NULL) continue;
    vd_wipe(run->copies[k], run->copy_len[k]);
    free(run->copies[k]);
  }
  vd_wipe(run->walk.statements, run->walk.used * sizeof *run->walk.statements);
  vd_wipe(run, offsetof(struct vd_verification, walk.statements));
}
