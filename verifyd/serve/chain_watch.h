/* chain_watch.h: follows the public chains on which the operators' logs are anchored, and asks the logs whether they
 * continue what was found there; on the housekeeping loop. Verifying only looks up what is known. Thread rule: that of
 * the client. */
#ifndef VD_SERVE_CHAIN_WATCH_H
#define VD_SERVE_CHAIN_WATCH_H

#include "net/client.h"
#include "serve/log.h"
#include "serve/service.h"

struct vd_chain_watch;

/* service: with anchors; outlives the watch, as do client and log. Asks nobody yet.
 * Out: *watch; NULL on error. Errors: those of vd_following_new and vd_comparing_new; VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_chain_watch_new(const struct vd_service *service, struct vd_client *client,
                                               struct vd_log *log, struct vd_chain_watch **watch,
                                               struct vd_failure *failure);

/* Cancels what is under way; before the client and the service are freed. NULL is allowed. */
void vd_chain_watch_free(struct vd_chain_watch *watch);

/* Starts what is due. About every second. */
void vd_chain_watch_look(struct vd_chain_watch *watch, uint64_t now_s, uint64_t now_ms);

#endif
