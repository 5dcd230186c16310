/* client_loop.h: what net/client.h needs of an event loop, from libuv: a uv_poll for each of its sockets, and a timer.
 * Thread rule: the loop's, unless it says otherwise. */
#ifndef VD_SERVE_CLIENT_LOOP_H
#define VD_SERVE_CLIENT_LOOP_H

#include <uv.h>

#include "net/client.h"

struct vd_client_watch;

/* Stays in place until the loop has closed. */
struct vd_client_loop {
  struct vd_client *client; /* for vd_client_start */
  uv_loop_t *loop;
  uv_timer_t timer;
  struct vd_client_watch *watches; /* the sockets that are watched */
};

/* Makes the client. connections_per_host: as in vd_client_options. Before the loop runs, on any thread.
 * Errors: those of vd_client_new; there is nothing to close then. */
VD_MUST_CHECK enum vd_error vd_client_loop_open(struct vd_client_loop *client_loop, uv_loop_t *loop,
                                                unsigned connections_per_host, struct vd_failure *failure);

/* Frees the client, which cancels what is under way, and closes the handles. Also when the loop never ran. */
void vd_client_loop_close(struct vd_client_loop *client_loop);

#endif
