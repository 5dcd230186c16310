/* housekeeping.h: what a process does without being asked: looks at its trust file (trust_source.h), renews its
 * checkpoint and has it cosigned (cosigning.h), looks at the logs of others (watch.h), and raises the alarm when one contradicts itself. A loop of its own, on a
 * thread of its own. */
#ifndef VD_SERVE_HOUSEKEEPING_H
#define VD_SERVE_HOUSEKEEPING_H

#include "serve/service.h"

struct vd_housekeeping;

/* Whether there is anything to do for this service. */
bool vd_housekeeping_is_needed(const struct vd_service *service);

/* Makes it ready; nothing is done yet. log_fd: where its log goes. service: outlives it.
 * Out: *housekeeping, owned by the caller; NULL on error.
 * Errors: VD_CONFIG: the verifier key or URL of a witness or operator. VD_MEMORY, VD_INTERNAL; those of
 * vd_store_reader_new. */
VD_MUST_CHECK enum vd_error vd_housekeeping_new(const struct vd_service *service, int log_fd,
                                                struct vd_housekeeping **housekeeping, struct vd_failure *failure);

/* Starts the thread. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_housekeeping_start(struct vd_housekeeping *housekeeping, struct vd_failure *failure);

/* Has it look at the trust file now. Any thread, once started. */
void vd_housekeeping_reload(struct vd_housekeeping *housekeeping);

/* Cancels requests under way, lets jobs on lanes finish, ends the thread if it was started, and frees. The lanes must
 * still be there. NULL is allowed. */
void vd_housekeeping_free(struct vd_housekeeping *housekeeping);

#endif
