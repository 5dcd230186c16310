#include "verdict_words.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { KEY_SIZE = 96 };

static const struct {
  const char *key, *km, *fr;
} words[] = {
    {"fact.document", "ឯកសារ", "Document"},
#define WORD(key, km, fr) {key, km, fr},
#define GROUP(name, group)
#include "verdict_words.inc"
#undef WORD
#undef GROUP
};

static const struct {
  const char *name, *group;
} groups[] = {
#define WORD(key, km, fr)
#define GROUP(name, group) {name, group},
#include "verdict_words.inc"
#undef WORD
#undef GROUP
};

/* NULL: there is none in that language. */
static const char *find(const char *before, const char *name, const char *after, const char *language) {
  bool is_khmer = strcmp(language, "km") == 0;
  char key[KEY_SIZE];
  if (!is_khmer && strcmp(language, "fr") != 0) return NULL;
  (void)snprintf(key, sizeof key, "%s%s%s", before, name, after);
  for (size_t at = 0; at < sizeof words / sizeof *words; at++)
    if (strcmp(words[at].key, key) == 0) return is_khmer ? words[at].km : words[at].fr;
  return NULL;
}

static const char *find_or(const char *before, const char *name, const char *after, const char *language,
                           const char *english) {
  const char *text = find(before, name, after, language);
  return text != NULL ? text : english;
}

const char *ctl_verdict_words_verdict(frag_verdict verdict, const char *language) {
  const char *name = frag_verdict_name(verdict);
  return find_or("verdict.", name, "", language, name);
}

const char *ctl_verdict_words_code(frag_error code, const char *language) {
  const char *name = frag_error_name(code), *group = "cannot_check"; /* a fault on this side */
  const char *warning = find("warning.", name, "", language);
  if (warning != NULL) return warning;
  for (size_t at = 0; at < sizeof groups / sizeof *groups; at++)
    if (strcmp(groups[at].name, name) == 0) group = groups[at].group;
  return find_or("result.", group, ".title", language, frag_error_meaning(code));
}

const char *ctl_verdict_words_step(enum vd_step step, const char *language) {
  const char *name = vd_step_name(step);
  return find_or("check.", name, ".name", language, name);
}

const char *ctl_verdict_words_state(enum vd_check_state state, frag_verdict verdict, const char *language) {
  const char *name = vd_check_state_name(state);
  bool is_undecided = state == VD_CHECK_FAILED && verdict == FRAG_INCONCLUSIVE;
  return find_or("state.", is_undecided ? "undecided" : name, "", language, name);
}

const char *ctl_verdict_words_operator(enum vd_operator_state state, const char *language) {
  const char *name = vd_operator_state_name(state);
  return find_or("operator.", name, "", language, name);
}

void ctl_verdict_words_anchor(char text[static CTL_VERDICT_WORDS_ANCHOR_SIZE], const struct vd_operator_anchor *anchor,
                              const char *language) {
  static const char *const english[] = {"recorded for good on {chain}, on", "not yet recorded on {chain}",
                                        "should have been recorded on {chain} by now",
                                        "its log is not the one that was recorded on {chain}, on"};
  static const char mark[] = "{chain}";
  const char *words_of_it = find_or("anchor.", vd_anchor_cover_name(anchor->cover), "", language,
                                    english[anchor->cover]);
  const char *at = strstr(words_of_it, mark);
  if (at == NULL) (void)snprintf(text, CTL_VERDICT_WORDS_ANCHOR_SIZE, "%s", words_of_it);
  else (void)snprintf(text, CTL_VERDICT_WORDS_ANCHOR_SIZE, "%.*s%s%s", (int)(at - words_of_it), words_of_it,
                      anchor->chain, at + sizeof mark - 1);
}

const char *ctl_verdict_words_fault(const struct vd_operator_answer *answer, const char *language) {
  for (size_t n = 0; n < answer->anchor_count; n++)
    if (answer->anchors[n].cover == VD_ANCHORS_REFUSED)
      return find_or("operator.", "anchor_refused", "", language,
                     "shows another log than the one recorded on a public chain");
  if (answer->log_code != FRAG_OK)
    return find_or("operator.", frag_error_name(answer->log_code), "", language, frag_error_meaning(answer->log_code));
  if (!answer->withholds) return NULL;
  return find_or("operator.", "withheld", "", language, "does not show a statement that another operator holds");
}

const char *ctl_verdict_words_label(enum ctl_verdict_label label, const char *language) {
  static const struct {
    const char *key, *english;
  } labels[CTL_LABELS] = {
      [CTL_LABEL_DOCUMENT] = {"fact.document", "document"}, [CTL_LABEL_ISSUER] = {"fact.issuer", "issuer"},
      [CTL_LABEL_SERIAL] = {"fact.serial", "serial"},       [CTL_LABEL_ISSUED] = {"fact.issued", "issued"},
      [CTL_LABEL_EXPIRES] = {"fact.expires", "expires"},    [CTL_LABEL_NEVER] = {"fact.expires_never", "never"},
      [CTL_LABEL_CHECKS] = {"checks.title", "checks"},      [CTL_LABEL_AS_OF] = {"status.as_of", "status as of"},
      [CTL_LABEL_LEDGERS_AS_OF] = {"ledgers.as_of", "ledgers as of"},
      [CTL_LABEL_CHECKED] = {"checked.on", "checked on"},
      [CTL_LABEL_EXISTED] = {"anchor.existed", "the document existed at the latest on"},
      [CTL_LABEL_BLOCK] = {"anchor.block", "block"},
      [CTL_LABEL_TRANSACTION] = {"anchor.transaction", "transaction"},
  };
  return find_or("", labels[label].key, "", language, labels[label].english);
}
