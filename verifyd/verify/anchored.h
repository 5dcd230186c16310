/* anchored.h: FRAG-1 section 8 step 3 and section 5 as far as they are about anchors: whether the entries of the
 * records used are covered by anchors on public chains, when the document existed at the latest (τ), and which logs are
 * not those that were anchored. Everything is looked up in memory: no chain is asked, whatever its nodes do.
 * Inside verify/ only. */
#ifndef VD_VERIFY_ANCHORED_H
#define VD_VERIFY_ANCHORED_H

#include "verify/state.h"

/* Finds the tracks of the verifier's logs. has_memory: what is accepted of the logs is compared with what was seen
 * before; else the largest anchor that its log was found to continue takes that place, so that a log which shows others
 * something else than those who compared is found out. */
void vd_anchored_begin(struct vd_verifier *verifier, bool has_memory);

/* To be called before operator k is asked: what is accepted of its log continues every anchor that is confirmed by now,
 * also where this verifier had seen less of the log, or something else, than whoever compared. Returns the generation
 * of those anchors: an entry is covered by no others. One atomic read, mostly. */
uint64_t vd_anchored_tie(struct vd_verifier *verifier, unsigned k);

/* Whether any log that the verifier asks has a track. */
bool vd_anchored_is_used(const struct vd_verifier *verifier);

/* What is wrong when operator k's log does not continue what was anchored of it: FRAG_EQUIVOCATION (25): it has signed
 * another tree, which is proven; FRAG_LOG_INCONSISTENT (22): it does not show that it continues it; else FRAG_OK. One
 * atomic read, mostly. */
frag_error vd_anchored_refusal(struct vd_verifier *verifier, unsigned k);

/* Puts the anchors that operator k's log does not continue into the verdict, in place of those that were there. */
void vd_anchored_show_refused(struct vd_verification *verification, unsigned k);

/* When the records of an answer were chosen: looks up their entries, and puts the anchors, the check's result and τ
 * into the verdict. Log n for each track of theirs. */
void vd_anchored_take(struct vd_verification *verification);

#endif
