/* server.h: the public port: a set of loops that serve one table of routes on one address.
 *
 * A tour of serve/, from the socket up. listener makes the sockets; worker is a loop on its thread; connection decides
 * what is awaited and for how long; stream is where bytes come and go; exchange turns them into a request, with
 * http_parse, http_body, header and router, and holds the response; routes has the service's own handlers, with form,
 * static_files, page and words behind them. service is what all loops share, service_loop what each has for itself.
 *
 * An answer may come later (exchange.h). bridge is how work leaves the loop and comes back: pictures to a pool of
 * threads, what writes a ledger or the memory to a lane. What the loop waits for itself are operators over the network:
 * portal asks them, over net/client.h, which client_loop drives; news carries what was learnt of their logs to the
 * memory. operations is a port of its own.
 *
 * What may come later has its place. TLS stands between stream and the kernel: stream.c is the only file that reads
 * from or writes to a client, its owner sees bytes and never a socket, and a handshake is one more thing to wait for
 * with a deadline in connection.c. A picture decoder in a sandboxed process takes the place of what `run` of a deferred
 * job does (verify_handler.c): the job already crosses threads, is bounded, and outlives its client. Limits by key or
 * by address and time are one more function of caps.h, asked in exchange.c once the route is known. */
#ifndef VD_SERVE_SERVER_H
#define VD_SERVE_SERVER_H

#include "serve/worker.h"

struct vd_server_options {
  struct vd_endpoint endpoint;
  unsigned workers; /* 1..VD_WORKERS_MAX */
  struct vd_limits limits;
  unsigned connections_per_address; /* 0: no such cap */
  unsigned drain_ms;                /* how long requests under way have when the server stops */
  const struct vd_route *routes;    /* must outlive the server */
  size_t route_count;               /* up to VD_METRICS_ROUTES_MAX */
  const void *service;              /* for handlers: what all loops share; must outlive the server */
  int log_fd;
  enum vd_log_level log_level;

  /* Makes and frees what a handler finds as site->loop_state, once for each loop. Both NULL when there is none.
   * Called on the thread that opens and closes the server. */
  enum vd_error (*loop_state_new)(const void *service, struct vd_metrics *metrics, void **state,
                                  struct vd_failure *failure);
  void (*loop_state_free)(void *state);
  struct vd_loop_hooks loop_hooks; /* what the state does with its loop */
};

#define VD_WORKERS_MAX 64

struct vd_server;

/* Makes the sockets and loops. Out: *server, owned by the caller; NULL on error.
 * Errors: those of vd_listener_open, of loop_state_new and of loop_hooks.start; VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_server_new(const struct vd_server_options *options, struct vd_server **server,
                                          struct vd_failure *failure);

/* The port, in host order. */
uint16_t vd_server_port(const struct vd_server *server);

/* The loops' metrics, one struct each; readable from any thread until the server is freed. */
const struct vd_metrics *vd_server_metrics(const struct vd_server *server, size_t *count);

/* Starts the loops. VD_INTERNAL: some may run; vd_server_free stops them. */
VD_MUST_CHECK enum vd_error vd_server_start(struct vd_server *server, struct vd_failure *failure);

/* Stops accepting, lets requests under way finish for up to drain_ms, and waits for the loops. May be repeated.
 * Thread rule: that of vd_server_start. */
void vd_server_stop(struct vd_server *server);

/* Stops if need be, and frees. NULL is allowed. */
void vd_server_free(struct vd_server *server);

#endif
