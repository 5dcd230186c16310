#include "serve/result_words.h"

#include <frag/error.h>
#include <stddef.h>
#include <stdio.h>

#include "serve/header.h"
#include "verify/verify.h"

static const char *const plain_keys[] = {
    "next.title",     "compare.title",     "compare.text",      "details.title",  "address.title",  "address.plain",
    "checks.title",   "fact.issuer",       "fact.serial",       "fact.issuer_id", "fact.issue_no",  "fact.issued",
    "fact.expires",   "status.as_of",      "fact.expires_never", "reference",     "action.again",   "warning.other",
    "warning.status", "warning.fragments", "warning.log",       "state.undecided", "operator.withheld",
    "anchor.existed", "anchor.none", "anchor.block", "anchor.transaction", "anchor.link", "operator.anchor_refused",
    "warning.ANCHOR_PENDING", "warning.ANCHOR_MISSING", "ledgers.as_of", "checked.on", NULL};
static const char *const fallback_groups[] = {"valid", "not_valid", "cannot_check", "busy", "no_answer", NULL};
static const char *const problems[] = {"no_code_in_picture", "picture_unreadable", "picture_type",
                                       "picture_too_large",  "no_input",           NULL};
static const frag_error log_codes[] = {FRAG_NOT_IN_LOG, FRAG_CHECKPOINT_SIGNATURE, FRAG_LOG_INCONSISTENT,
                                       FRAG_EQUIVOCATION};
static const char *const code_names[] = {
#define CODE_NAME(enumerator, code, verdict, name, meaning) name,
    FRAG_VERDICT_CODE_LIST(CODE_NAME)
#undef CODE_NAME
        NULL};

struct search {
  const struct vd_words *words;
  char *key;
};

static bool has(const struct search *search, const char *before, const char *name, const char *after) {
  (void)snprintf(search->key, VD_RESULT_WORD_SIZE, "%s%s%s", before, name, after);
  return vd_words_text(search->words, search->key, vd_language_tag(VD_KHMER)) != NULL;
}

static bool has_group(const struct search *search, const char *group) {
  return has(search, "result.", group, ".title") && has(search, "result.", group, ".text") &&
         has(search, "result.", group, ".next");
}

static bool has_groups(const struct search *search) {
  for (size_t i = 0; fallback_groups[i] != NULL; i++)
    if (!has_group(search, fallback_groups[i])) return false;
  for (size_t i = 0; code_names[i] != NULL; i++) {
    const char *group = vd_words_group(search->words, code_names[i]);
    if (group != NULL && !has_group(search, group)) return false;
  }
  return true;
}

static bool has_states(const struct search *search) {
  for (unsigned verdict = FRAG_VALID; verdict <= FRAG_INCONCLUSIVE; verdict++)
    if (!has(search, "verdict.", frag_verdict_name((frag_verdict)verdict), "")) return false;
  for (unsigned step = 0; step < VD_STEPS; step++) {
    const char *name = vd_step_name((enum vd_step)step);
    if (!has(search, "check.", name, ".name") || !has(search, "check.", name, ".text")) return false;
  }
  for (unsigned state = VD_CHECK_NOT_REACHED; state <= VD_CHECK_FAILED; state++)
    if (!has(search, "state.", vd_check_state_name((enum vd_check_state)state), "")) return false;
  for (unsigned state = VD_OPERATOR_NOT_ASKED; state <= VD_OPERATOR_LOG_FAILED; state++)
    if (!has(search, "operator.", vd_operator_state_name((enum vd_operator_state)state), "")) return false;
  for (unsigned cover = VD_ANCHORS_COVERED; cover <= VD_ANCHORS_REFUSED; cover++)
    if (!has(search, "anchor.", vd_anchor_cover_name((enum vd_anchors_cover)cover), "")) return false;
  for (size_t i = 0; i < sizeof log_codes / sizeof *log_codes; i++)
    if (!has(search, "operator.", frag_error_name(log_codes[i]), "")) return false;
  return true;
}

bool vd_result_words_complete(const struct vd_words *words, char missing[static VD_RESULT_WORD_SIZE]) {
  struct search search = {words, missing};
  for (size_t i = 0; plain_keys[i] != NULL; i++)
    if (!has(&search, "", plain_keys[i], "")) return false;
  for (size_t i = 0; problems[i] != NULL; i++)
    if (!has(&search, "problem.", problems[i], ".title") || !has(&search, "problem.", problems[i], ".text"))
      return false;
  return has_groups(&search) && has_states(&search);
}
