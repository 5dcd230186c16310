/* status_judge.h: what an issuer's wish about a document comes to, when it is known what was said about it. Pure. */
#ifndef CTL_STATUS_JUDGE_H
#define CTL_STATUS_JUDGE_H

#include "status_walk.h"

/* Nobody reads more than VD_WALK_STATEMENTS_MAX statements of a document, and one that has them all, none of them for
 * good, is never VALID again. So suspensions end this many before: the last number is for what is for good, the one
 * before it for a reinstatement, and two are spare, for statements that another clerk's overtook. */
#define CTL_STATUS_RESERVED 4

/* What to do about a wish for a statement of that kind: fills in plan and why. The rest is as ctl_status_walk left
 * it. */
void ctl_status_judge(struct ctl_status_document *document, uint8_t kind);

/* Why a statement of that kind cannot have the number n, in words: it would leave none for what has to come after it.
 * NULL: it can. */
const char *ctl_status_judge_number(uint8_t kind, uint32_t n);

#endif
