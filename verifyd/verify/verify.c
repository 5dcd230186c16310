#include "verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include <frag/status.h>

#include "base/crypto.h"

struct vd_verifier {
  struct frag_context *context;
  const struct frag_trust *trust;
  uint16_t realm;
  unsigned threshold;
  unsigned operator_count;
  struct vd_verifier_operator operators[VD_VERIFY_OPERATORS_MAX];
  struct vd_store_reader *readers[VD_VERIFY_OPERATORS_MAX]; /* NULL: unreachable */
};

/* One verification. */
struct run {
  struct vd_verifier *verifier;
  struct vd_verdict *verdict;
  uint64_t now_s;
  bool reachable[VD_VERIFY_OPERATORS_MAX];
  uint64_t entry_time_s[VD_VERIFY_OPERATORS_MAX];
  struct frag_qr qr;
  struct frag_gather gather;
};

/* --- names --- */

const char *vd_step_name(enum vd_step step) {
  static const char *const names[VD_STEPS] = {"qr",       "fragments", "log",    "anchor",  "open",
                                              "document", "issuer",    "status", "validity"};
  return names[step];
}

const char *vd_check_state_name(enum vd_check_state state) {
  static const char *const names[] = {"not_reached", "not_checked", "passed", "warning", "failed"};
  return names[state];
}

const char *vd_operator_state_name(enum vd_operator_state state) {
  static const char *const names[] = {"not_asked", "good", "absent", "erased", "tampered", "unreachable", "disagrees"};
  return names[state];
}

/* --- making --- */

static enum vd_error check_options(const struct vd_verifier_options *options, struct vd_failure *failure) {
  if (options->operator_count < 1 || options->operator_count > VD_VERIFY_OPERATORS_MAX)
    return vd_fail(failure, VD_CONFIG, "%zu operators; there must be 1 to %d", options->operator_count,
                   VD_VERIFY_OPERATORS_MAX);
  if (options->threshold < 1 || options->threshold > options->operator_count)
    return vd_fail(failure, VD_CONFIG, "threshold %u; it must be 1 to the number of operators, %zu", options->threshold,
                   options->operator_count);
  unsigned realm = frag_trust_list(options->trust)->realm;
  if (realm != options->realm)
    return vd_fail(failure, VD_CONFIG, "the trust list is of realm %u, not of realm %u; configure the right one", realm,
                   options->realm);
  return VD_OK;
}

static enum vd_error make_context(struct vd_verifier *verifier, struct vd_failure *failure) {
  uint8_t seed[32];
  enum vd_error error = vd_random(seed, sizeof seed, failure);
  if (error != VD_OK) return error;
  frag_error code = frag_context_new(&verifier->context, seed);
  vd_wipe(seed, sizeof seed);
  return code == FRAG_OK ? VD_OK : vd_fail_frag(failure, code, "making a verifier");
}

static void make_readers(struct vd_verifier *verifier) {
  for (unsigned k = 0; k < verifier->operator_count; k++) {
    struct vd_store *store = verifier->operators[k].store;
    if (store != NULL && vd_store_reader_new(store, &verifier->readers[k], NULL) != VD_OK) verifier->readers[k] = NULL;
  }
}

enum vd_error vd_verifier_new(const struct vd_verifier_options *options, struct vd_verifier **verifier,
                              struct vd_failure *failure) {
  *verifier = NULL;
  enum vd_error error = check_options(options, failure);
  if (error != VD_OK) return error;
  struct vd_verifier *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "making a verifier: out of memory");
  made->trust = options->trust;
  made->realm = options->realm;
  made->threshold = options->threshold;
  made->operator_count = (unsigned)options->operator_count;
  memcpy(made->operators, options->operators, options->operator_count * sizeof *made->operators);
  error = make_context(made, failure);
  if (error != VD_OK) {
    vd_verifier_free(made);
    return error;
  }
  make_readers(made);
  *verifier = made;
  return VD_OK;
}

void vd_verifier_free(struct vd_verifier *verifier) {
  if (verifier == NULL) return;
  for (unsigned k = 0; k < verifier->operator_count; k++) vd_store_reader_free(verifier->readers[k]);
  frag_context_free(verifier->context);
  free(verifier);
}

/* --- the ledgers --- */

static void begin_reading(struct run *run) {
  for (unsigned k = 0; k < run->verifier->operator_count; k++) {
    struct vd_store_reader *reader = run->verifier->readers[k];
    run->reachable[k] = reader != NULL && vd_store_reader_begin(reader, NULL) == VD_OK;
  }
}

static void end_reading(struct run *run) {
  for (unsigned k = 0; k < run->verifier->operator_count; k++)
    if (run->verifier->readers[k] != NULL) vd_store_reader_reset(run->verifier->readers[k]);
}

static bool all_reachable(const struct run *run) {
  for (unsigned k = 0; k < run->verifier->operator_count; k++)
    if (!run->reachable[k]) return false;
  return true;
}

/* --- step 1 --- */

static frag_error check_qr(struct run *run, const char *qr_text, size_t qr_len) {
  frag_error code = frag_qr_decode(run->verifier->context, &run->qr, qr_text, qr_len);
  if (code != FRAG_OK) return code;
  return run->qr.realm == run->verifier->realm ? FRAG_OK : FRAG_QR_MALFORMED;
}

/* --- step 2 --- */

static frag_error take_answer(struct run *run, unsigned k, const struct vd_store_found *found) {
  switch (found->presence) {
    case VD_STORE_PRESENT:
      run->entry_time_s[k] = found->time_s;
      return frag_gather_record(run->verifier->context, &run->gather, k, found->bytes, found->len);
    case VD_STORE_ERASED: return frag_gather_erased(&run->gather, k, found->bytes, found->len);
    case VD_STORE_ABSENT: break;
  }
  frag_gather_answer(&run->gather, k, FRAG_ANSWER_ABSENT);
  return FRAG_OK;
}

static frag_error ask_operator(struct run *run, unsigned k) {
  struct vd_store_found found;
  if (run->reachable[k] && vd_store_get_fragment(run->verifier->readers[k], run->qr.locator, &found, NULL) != VD_OK)
    run->reachable[k] = false;
  if (run->reachable[k]) return take_answer(run, k, &found);
  frag_gather_answer(&run->gather, k, FRAG_ANSWER_UNREACHABLE);
  return FRAG_OK;
}

/* One that is known not to answer need not be waited for, and is told even when nobody needs it. */
static void note_unreachable(struct run *run) {
  for (unsigned k = 0; k < run->verifier->operator_count; k++)
    if (!run->reachable[k]) frag_gather_answer(&run->gather, k, FRAG_ANSWER_UNREACHABLE);
}

static frag_error gather_fragments(struct run *run) {
  frag_error result = FRAG_TOO_FEW_FRAGMENTS;
  frag_gather_begin(&run->gather, &run->qr, run->verifier->operator_count, run->verifier->threshold);
  note_unreachable(run);
  for (unsigned k = 0; k < run->verifier->operator_count && result != FRAG_OK; k++) {
    frag_error code = ask_operator(run, k);
    if (code != FRAG_OK && code != FRAG_FRAGMENT_TAMPERED) return code;
    result = frag_gather_result(&run->gather);
  }
  return result;
}

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
static bool report_operators(struct run *run) {
  bool is_sound = true;
  for (unsigned k = 0; k < run->verifier->operator_count; k++) {
    enum vd_operator_state state = operator_state(&run->gather, k);
    run->verdict->operators[k].state = state;
    is_sound = is_sound && (state == VD_OPERATOR_GOOD || state == VD_OPERATOR_NOT_ASKED);
  }
  return is_sound;
}

/* No t − 1 operators can make a document look older than the latest of t says. */
static uint64_t latest_entry_time(const struct run *run) {
  uint32_t chosen = frag_gather_chosen(&run->gather);
  uint64_t latest_s = 0;
  for (unsigned k = 0; k < run->verifier->operator_count; k++)
    if ((chosen >> k & 1u) != 0 && run->entry_time_s[k] > latest_s) latest_s = run->entry_time_s[k];
  return latest_s;
}

/* --- steps 4, 5 and 6 --- */

static frag_error open_document(struct run *run) {
  struct vd_verdict *verdict = run->verdict;
  frag_error code = frag_open(run->verifier->context, verdict->plaintext, sizeof verdict->plaintext, &verdict->document,
                              &run->qr, &run->gather, run->verifier->trust, verdict->tau_s);
  if (code == FRAG_OK) verdict->issuer_key = frag_trust_find(run->verifier->trust, verdict->document.kid);
  return code;
}

/* --- step 7 --- */

/* What the operators hold as statement n. */
struct statements {
  uint32_t n;
  uint8_t id[FRAG_STATUS_ID_LEN];
  bool is_held;   /* by anyone, valid or not */
  unsigned count; /* of valid ones, each once */
  struct frag_statement valid[VD_VERIFY_OPERATORS_MAX];
  const uint8_t *records[VD_VERIFY_OPERATORS_MAX];
};

static bool is_known(const struct statements *statements, const uint8_t *record, size_t len) {
  for (unsigned at = 0; at < statements->count && len == FRAG_STATUS_RECORD_LEN; at++)
    if (memcmp(statements->records[at], record, FRAG_STATUS_RECORD_LEN) == 0) return true;
  return false;
}

static frag_error take_statement(struct run *run, struct statements *statements, const struct vd_store_found *found) {
  const struct frag_document *document = &run->verdict->document;
  statements->is_held = true;
  if (is_known(statements, found->bytes, found->len)) return FRAG_OK;
  frag_error code = frag_status_open(run->verifier->context, &statements->valid[statements->count],
                                     run->verifier->trust, document->issuer, run->qr.realm, document->rid,
                                     statements->n, found->time_s, found->bytes, found->len);
  if (code == FRAG_STATEMENT_IGNORED) return FRAG_OK;
  if (code == FRAG_OK) statements->records[statements->count++] = found->bytes;
  return code;
}

static frag_error ask_statements(struct run *run, struct statements *statements) {
  frag_error code =
      frag_status_id(run->verifier->context, statements->id, run->qr.realm, run->verdict->document.rid, statements->n);
  unsigned asked = 0;
  for (unsigned k = 0; k < run->verifier->operator_count && code == FRAG_OK; k++) {
    struct vd_store_found found;
    if (!run->reachable[k]) continue;
    if (vd_store_get_status(run->verifier->readers[k], statements->id, &found, NULL) != VD_OK) {
      run->reachable[k] = false;
      continue;
    }
    asked++;
    if (found.presence == VD_STORE_PRESENT) code = take_statement(run, statements, &found);
  }
  if (asked > 0) run->verdict->status_as_of_s = run->now_s;
  return code == FRAG_OK && asked == 0 ? FRAG_STATUS_STALE : code;
}

/* Two statements n that differ are the signer's doing; a reinstatement lifts what came before n, not its rival,
 * whichever operator shows which. */
static void apply_statements(struct frag_status_walk *walk, const struct statements *statements) {
  for (unsigned at = 0; at < statements->count; at++)
    if (statements->valid[at].kind == FRAG_STATUS_REINSTATED) frag_status_apply(walk, &statements->valid[at]);
  for (unsigned at = 0; at < statements->count; at++)
    if (statements->valid[at].kind != FRAG_STATUS_REINSTATED) frag_status_apply(walk, &statements->valid[at]);
}

static frag_error walk_status(struct run *run) {
  struct frag_status_walk walk = {0};
  struct statements statements = {.is_held = true};
  for (uint32_t n = 0; n < VD_STATUS_WALK_MAX && statements.is_held && !walk.revoked; n++) {
    statements = (struct statements){.n = n};
    frag_error code = ask_statements(run, &statements);
    if (code != FRAG_OK) return code;
    apply_statements(&walk, &statements);
  }
  frag_error result = frag_status_result(&walk);
  /* More statements than are read: the last word is not known. */
  return result == FRAG_OK && statements.is_held ? FRAG_STATUS_STALE : result;
}

/* --- all steps --- */

static void report(struct run *run, enum vd_step step, frag_error code, bool is_sound) {
  struct vd_check *check = &run->verdict->checks[step];
  check->code = code;
  check->state = code != FRAG_OK ? VD_CHECK_FAILED : is_sound ? VD_CHECK_PASSED : VD_CHECK_WARNING;
}

/* frag_open makes three steps; its error tells how far it came. */
static void report_opening(struct run *run, frag_error code) {
  enum vd_step last = VD_STEP_ISSUER;
  if (code == FRAG_BAD_DOCUMENT) last = VD_STEP_DOCUMENT;
  if (code == FRAG_SPLICED || frag_error_group(code) != FRAG_GROUP_VERDICT) last = VD_STEP_OPEN;
  for (enum vd_step step = VD_STEP_OPEN; step <= last; step++) report(run, step, step == last ? code : FRAG_OK, true);
}

static frag_error check_document(struct run *run) {
  struct vd_verdict *verdict = run->verdict;
  verdict->tau_s = latest_entry_time(run);
  frag_error code = open_document(run);
  report_opening(run, code);
  if (code != FRAG_OK) return code;
  code = walk_status(run);
  report(run, VD_STEP_STATUS, code, all_reachable(run));
  if (code != FRAG_OK) return code;
  code = frag_document_period(&verdict->document, run->now_s);
  report(run, VD_STEP_VALIDITY, code, true);
  return code;
}

static frag_error check_all(struct run *run, const char *qr_text, size_t qr_len) {
  frag_error code = check_qr(run, qr_text, qr_len);
  report(run, VD_STEP_QR, code, true);
  if (code != FRAG_OK) return code;
  begin_reading(run);
  code = gather_fragments(run);
  report(run, VD_STEP_FRAGMENTS, code, report_operators(run));
  if (code == FRAG_OK) code = check_document(run);
  end_reading(run);
  return code;
}

static void begin_verdict(const struct vd_verifier *verifier, struct vd_verdict *verdict) {
  memset(verdict, 0, sizeof *verdict);
  verdict->checks[VD_STEP_LOG].state = VD_CHECK_NOT_CHECKED;
  verdict->checks[VD_STEP_ANCHOR].state = VD_CHECK_NOT_CHECKED;
  verdict->operator_count = verifier->operator_count;
  for (unsigned k = 0; k < verifier->operator_count; k++) {
    verdict->operators[k].number = verifier->operators[k].number;
    verdict->operators[k].name = verifier->operators[k].name;
  }
}

static void end_verdict(struct vd_verdict *verdict, frag_error code) {
  verdict->code = code;
  verdict->verdict = frag_error_verdict(code);
  if (verdict->verdict == FRAG_VALID) return;
  vd_wipe(&verdict->document, sizeof verdict->document);
  vd_wipe(verdict->plaintext, sizeof verdict->plaintext);
  verdict->issuer_key = NULL;
}

void vd_verify(struct vd_verifier *verifier, const char *qr_text, size_t qr_len, uint64_t now_s,
               struct vd_verdict *verdict) {
  struct run run = {.verifier = verifier, .verdict = verdict, .now_s = now_s};
  begin_verdict(verifier, verdict);
  frag_error code = check_all(&run, qr_text, qr_len);
  end_verdict(verdict, code);
  frag_qr_wipe(&run.qr);
  vd_wipe(&run.gather, sizeof run.gather);
}

void vd_verdict_wipe(struct vd_verdict *verdict) { vd_wipe(verdict, sizeof *verdict); }
