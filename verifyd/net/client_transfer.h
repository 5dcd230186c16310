/* client_transfer.h: what libcurl is told about one request, what it gives back, and the memory of both, which is
 * wiped. For this folder alone; thread rule: the client's. */
#ifndef VD_NET_CLIENT_TRANSFER_H
#define VD_NET_CLIENT_TRANSFER_H

#include "net/client_state.h"

/* For libcurl, which copies bodies and credentials on their way out: every block is wiped whole. Any thread. */
void vd_client_transfer_wiping_free(void *block);
void *vd_client_transfer_wiping_realloc(void *block, size_t size);

/* An idle request of the client or a new one; NULL: out of memory. Given back it is wiped, and kept or freed. */
struct vd_client_request *vd_client_transfer_take(struct vd_client *client);
void vd_client_transfer_give(struct vd_client *client, struct vd_client_request *request);
void vd_client_transfer_free(struct vd_client_request *request); /* not one that is under way */

/* Makes it ask what the call says, with the deadline counted from now. False: out of memory. */
bool vd_client_transfer_prepare(struct vd_client_request *request, const struct vd_client_call *call);

#endif
