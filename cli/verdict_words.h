/* verdict_words.h: what verifyctl says of a verdict, in Khmer ("km") and French ("fr") with the words of the web page
 * (web/page/words.json, taken in when this is built), and in English in every other language. Pure. */
#ifndef CTL_VERDICT_WORDS_H
#define CTL_VERDICT_WORDS_H

#include "verify/verify.h"

const char *ctl_verdict_words_verdict(frag_verdict verdict, const char *language);
const char *ctl_verdict_words_code(frag_error code, const char *language);
const char *ctl_verdict_words_step(enum vd_step step, const char *language);

/* A check that failed without deciding against the document is told as undecided, but in English by its name. */
const char *ctl_verdict_words_state(enum vd_check_state state, frag_verdict verdict, const char *language);

/* The operator's state; and what is wrong with its log, or with its answers about the status: NULL when nothing is. */
const char *ctl_verdict_words_operator(enum vd_operator_state state, const char *language);
const char *ctl_verdict_words_fault(const struct vd_operator_answer *answer, const char *language);

/* What is known of a log on a chain; the time of the anchor is to follow, if there is one. */
#define CTL_VERDICT_WORDS_ANCHOR_SIZE 512
void ctl_verdict_words_anchor(char text[static CTL_VERDICT_WORDS_ANCHOR_SIZE], const struct vd_operator_anchor *anchor,
                              const char *language);

enum ctl_verdict_label {
  CTL_LABEL_DOCUMENT,
  CTL_LABEL_ISSUER,
  CTL_LABEL_SERIAL,
  CTL_LABEL_ISSUED,
  CTL_LABEL_EXPIRES,
  CTL_LABEL_NEVER,
  CTL_LABEL_CHECKS,
  CTL_LABEL_AS_OF,
  CTL_LABEL_LEDGERS_AS_OF,
  CTL_LABEL_CHECKED,
  CTL_LABEL_EXISTED,
  CTL_LABEL_BLOCK,
  CTL_LABEL_TRANSACTION,
  CTL_LABELS
};
const char *ctl_verdict_words_label(enum ctl_verdict_label label, const char *language);

#endif
