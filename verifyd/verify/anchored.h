/* anchored.h: FRAG-1 section 8 step 3 and section 5 as far as they are about anchors: whether the entries of the
 * records used are covered by anchors on public chains, when the document existed at the latest (τ), and which logs are
 * not those that were anchored. Everything is looked up in memory: no chain is asked, whatever its nodes do.
 * Inside verify/ only. */
#ifndef VD_VERIFY_ANCHORED_H
#define VD_VERIFY_ANCHORED_H

#include "verify/state.h"

/* Finds the tracks of the verifier's logs. has_memory: what is accepted of the logs is compared with what was seen
 * before; else the last anchor that its log was found to continue takes that place, so that a log which shows others
 * something else than those who compared is found out. */
void vd_anchored_begin(struct vd_verifier *verifier, bool has_memory);

/* Whether any log that the verifier asks has a track. */
bool vd_anchored_is_used(const struct vd_verifier *verifier);

/* Whether operator k's log does not continue what was anchored of it. One atomic read, mostly. */
bool vd_anchored_is_refused(struct vd_verifier *verifier, unsigned k);

/* Puts the anchors that operator k's log does not continue into the verdict, in place of those that were there. */
void vd_anchored_show_refused(struct vd_verification *verification, unsigned k);

/* When the records of an answer were chosen: looks up their entries, and puts the anchors, the check's result and τ
 * into the verdict. Log n for each track of theirs. */
void vd_anchored_take(struct vd_verification *verification);

#endif
