/* anchor_keeping.h: the anchors of the own operator's log: one anchoring (anchor/anchoring.h) for each chain that its
 * settings name. Made with the service, where the keys are loaded; at work on the housekeeping loop; its state is shown
 * by /readyz and the metrics. */
#ifndef VD_SERVE_ANCHOR_KEEPING_H
#define VD_SERVE_ANCHOR_KEEPING_H

#include "net/client.h"
#include "serve/buffer.h"
#include "serve/own_operator.h"

struct vd_anchor_keeping;

/* Loads the keys. One that cannot be had, and an outbox that cannot be opened, halt the anchors on their chain and no more:
 * the errors below are of the settings, or of this process. own outlives it, and so do the settings. Before there are
 * other threads that start processes.
 * Out: *keeping; NULL on error, and when there is nothing to anchor.
 * Errors: VD_CONFIG: one account twice on one chain; those of vd_store_reader_new; VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_anchor_keeping_new(const struct vd_settings *settings, struct vd_own_operator *own,
                                                  struct vd_anchor_keeping **keeping, struct vd_failure *failure);

/* When it is closed. NULL is allowed. */
void vd_anchor_keeping_free(struct vd_anchor_keeping *keeping);

/* Opens the outboxes, making them if need be, and wipes the keys here. log: for its events; outlives the opening, as
 * client does. Errors: VD_CONFIG, VD_CONFLICT, VD_MEMORY, VD_INTERNAL of vd_anchoring_new; then nothing is open. */
VD_MUST_CHECK enum vd_error vd_anchor_keeping_open(struct vd_anchor_keeping *keeping, struct vd_client *client,
                                                   struct vd_log *log, struct vd_failure *failure);

/* After opening: what is wrong with the key or outbox of the first chain that is halted for it; VD_OK: nothing is. NULL is
 * allowed. */
VD_MUST_CHECK enum vd_error vd_anchor_keeping_trouble(const struct vd_anchor_keeping *keeping,
                                                      struct vd_failure *failure);

/* Cancels what is under way and closes the outboxes. The client is still there; nobody reads the state any more. */
void vd_anchor_keeping_close(struct vd_anchor_keeping *keeping);

/* Starts what is due. About every second, on the client's thread. */
void vd_anchor_keeping_look(struct vd_anchor_keeping *keeping, uint64_t now_s);

/* Lines for /readyz, and metrics. NULL is allowed. Any thread, while it is open. */
void vd_anchor_keeping_report(const struct vd_anchor_keeping *keeping, uint64_t now_s, struct vd_buffer *out);
void vd_anchor_keeping_metrics(const struct vd_anchor_keeping *keeping, struct vd_buffer *out);

#endif
