/* portal.h: what one loop has to ask operators over the network with: an HTTP client on the loop, a verifier that asks
 * through it, and memory for the verifications under way. Thread rule: the loop's, unless it says otherwise. */
#ifndef VD_SERVE_PORTAL_H
#define VD_SERVE_PORTAL_H

#include "serve/exchange.h"
#include "serve/service.h"

#define VD_PORTAL_VERIFICATIONS_MAX 256 /* under way at once on one loop; about 40 KiB each */

struct vd_portal;

/* Whether any operator has to be asked over the network. */
bool vd_portal_is_needed(const struct vd_service *service);

/* service, verifier and metrics outlive the portal. Any thread, before the loop runs.
 * Out: *portal, for vd_portal_free; NULL on error. VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_portal_new(const struct vd_service *service, struct vd_verifier *verifier,
                                          struct vd_metrics *metrics, struct vd_portal **portal,
                                          struct vd_failure *failure);

/* As loop_hooks.start and .stop; after an error there is nothing to stop. VD_CONFIG (a URL), VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_portal_start(struct vd_portal *portal, uv_loop_t *loop, struct vd_home *home,
                                            struct vd_log *log, struct vd_failure *failure);
void vd_portal_stop(struct vd_portal *portal);

/* When the loop has ended. NULL is allowed. */
void vd_portal_free(struct vd_portal *portal);

/* One verification. */
struct vd_portal_verification;

/* Begins one. qr_text: secret; not needed after the return. edition: of the verifier's trust list, held until the
 * end; or NULL.
 * Returns what vd_portal_end is for, or NULL: too many are under way, or there is no memory. */
struct vd_portal_verification *vd_portal_begin(struct vd_portal *portal, const char *qr_text, size_t qr_len,
                                               uint64_t now_s, struct vd_trust_edition *edition);

/* The verdict when it is complete, which it may be at once; NULL before. Secret; wiped by vd_portal_end. */
const struct vd_verdict *vd_portal_verdict(const struct vd_portal_verification *verification);

/* Tells `pending` when the verdict is complete, which it must not be yet. */
void vd_portal_await(struct vd_portal_verification *verification, struct vd_pending *pending);

/* How long one may take in all, whatever the operators do. */
unsigned vd_portal_deadline_ms(const struct vd_portal *portal);

/* Ends one, complete or not. */
void vd_portal_end(struct vd_portal_verification *verification);

#endif
