/* freshness.h: as of when a verdict and its status are: each operator's word is as old as the checkpoint that it came
 * under; that of a ledger on this machine is of now. Inside verify/ only. */
#ifndef VD_FRESHNESS_H
#define VD_FRESHNESS_H

#include "verify/state.h"

/* As of when operator k has just answered: its log's own time, 0 when it told none; never later than now. */
uint64_t vd_freshness_of_answer(const struct vd_verification *verification, unsigned k);

/* Operator k answered the open question under a right log, as of then. Of its answers about statements the oldest
 * counts. */
void vd_freshness_note(struct vd_verification *verification, unsigned k, uint64_t as_of_s);

/* Over the operators that answered every question about statements under a right log. Out: *count: how many these are.
 * Returns the t-th newest of their times, which fewer than t of them cannot make newer than it is; the oldest when they
 * are fewer than t; 0 when there is none. */
uint64_t vd_freshness_as_of(const struct vd_verification *verification, unsigned *count);

/* The same over those that answered about the fragment, whatever they answered then. */
uint64_t vd_freshness_of_fragment(const struct vd_verification *verification);

/* What the walk's result is with regard to the verifier's status_max_age_s: STATUS_STALE (45) in place of a result that
 * a statement which was not seen could change. */
frag_error vd_freshness_result(const struct vd_verification *verification, frag_error code);

#endif
