/* client_turns.h: in which order requests end by deadline, and in which they get a connection to their host. For this
 * folder alone; thread rule: the client's. Nothing here calls back. */
#ifndef VD_NET_CLIENT_TURNS_H
#define VD_NET_CLIENT_TURNS_H

#include "net/client_state.h"

#define VD_CLIENT_HOSTS_KEPT 16 /* whose connections stay open, and that are remembered while they are asked nothing */

/* Among the client's requests under way, by deadline_ms. */
void vd_client_turns_link(struct vd_client *client, struct vd_client_request *request);
void vd_client_turns_unlink(struct vd_client *client, struct vd_client_request *request);

/* The host of a well-formed URL, known from earlier requests if it can be; the client's. NULL: out of memory. */
struct vd_client_host *vd_client_turns_host(struct vd_client *client, const char *url);

/* Forgets the one known longest of those that nothing is asked of; false: there is none. */
bool vd_client_turns_forget_host(struct vd_client *client);

/* The end of a host's queue; out of it, from wherever it is. */
void vd_client_turns_join(struct vd_client_request *request, struct vd_client_host *host);
void vd_client_turns_leave(struct vd_client_request *request);

/* Hands those over to libcurl whose turn it is; one that it does not take becomes VD_CLIENT_STAGE_FAILED and due. Not
 * from inside libcurl's callbacks. */
void vd_client_turns_ask(struct vd_client *client, struct vd_client_host *host);

#endif
