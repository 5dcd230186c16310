/* exchange.h: one request and its answer after the other, on one connection: from received bytes to a filled
 * response. Knows nothing of sockets, clocks or loops. Thread rule: the loop's. */
#ifndef VD_SERVE_EXCHANGE_H
#define VD_SERVE_EXCHANGE_H

#include "config/settings.h"
#include "serve/caps.h"
#include "serve/header.h"
#include "serve/http_body.h"
#include "serve/metrics.h"
#include "serve/response.h"
#include "serve/router.h"

/* What a loop serves; shared by its connections, which only read it. */
struct vd_site {
  const struct vd_route *routes;
  size_t route_count;
  const struct vd_limits *limits;
  struct vd_caps *caps;
  struct vd_metrics *metrics; /* the loop's own */
  const void *service;        /* for handlers: what all loops share, read-only */
  void *loop_state;           /* for handlers: what the loop has for itself */
};

enum vd_exchange_phase {
  VD_EXCHANGE_IDLE,   /* nothing of a request has come */
  VD_EXCHANGE_HEAD,   /* some of its head */
  VD_EXCHANGE_BODY,   /* some of its body, or none yet */
  VD_EXCHANGE_READY,  /* all of it: vd_exchange_run comes next */
  VD_EXCHANGE_REFUSED /* the response is filled; the connection has to end after it */
};

/* What a handler waits for on the loop: whoever has the result says so, once, on the loop, perhaps while it is being
 * started. */
struct vd_pending {
  void (*over)(struct vd_pending *pending);
};
static inline void vd_pending_over(struct vd_pending *pending) { pending->over(pending); }

/* An answer that comes later. Either work that a handler does not want on the loop: `run` is called on another thread
 * and touches nothing but `job` and the request's body. Or something that the loop waits for: run is NULL, `start`
 * begins it and sees to vd_pending_over.
 * Then, on the loop, either `done`, which fills the response or defers again, or `discard`, when nobody waits for an
 * answer any more: the client has left, the lane or pool is full, or the time is up. `discard` also ends what was
 * started: vd_pending_over is not called after it. Either one frees what belongs to the job. */
struct vd_deferred {
  struct vd_lane *lane; /* where `run` is called; NULL: the thread pool */
  void (*run)(void *job);
  void (*start)(void *job, struct vd_pending *pending);
  unsigned deadline_ms; /* of what is started: absolute time until it is discarded and refused; 0: none */
  bool is_search;       /* of a lane: counted as such, not as writing */
  const char *busy;     /* told when the lane or pool is full; NULL: in general words */
  void (*done)(struct vd_exchange *exchange, void *job);
  void (*discard)(void *job);
  void *job;
};

struct vd_exchange {
  const struct vd_site *site;
  enum vd_exchange_phase phase;
  bool wants_continue; /* the client waits for 100 Continue before it sends the body */

  struct vd_http_head head;     /* from VD_EXCHANGE_BODY on; method VD_HTTP_OTHER before */
  const struct vd_route *route; /* NULL when the request was refused before it had one */
  enum vd_body_kind body_kind;  /* when there is a body */
  enum vd_language language;    /* of the answer: by Accept-Language, unless the handler knows better */
  struct vd_buffer content;     /* the body; secret */

  struct vd_response response;
  struct vd_deferred deferred; /* done NULL: nothing */

  /* Received bytes: [0, taken) belong to this request, [taken, inbox_len) to the next one, or are not looked at yet. */
  char *inbox;
  size_t inbox_capacity;
  size_t inbox_len;
  size_t taken;
  size_t scanned;  /* no end of a head in [0, scanned) */
  size_t wipe_len; /* highest inbox_len since the inbox was wiped */
  struct vd_http_body body;
  size_t content_reserved; /* bytes taken from caps for content */
};

/* False without memory. The site has to outlive the exchange. */
bool vd_exchange_init(struct vd_exchange *exchange, const struct vd_site *site);

/* Wipes and frees. What was deferred has to be over. */
void vd_exchange_free(struct vd_exchange *exchange);

/* Where bytes can be received; *len is 0 when there is no room until the request at hand is finished. */
char *vd_exchange_room(struct vd_exchange *exchange, size_t *len);

/* So many bytes were put there. Moves the phase on unless it is READY or REFUSED: then they are kept. */
void vd_exchange_received(struct vd_exchange *exchange, size_t len);

/* In phase READY: calls the handler. Afterwards the response is filled, unless vd_exchange_is_deferred: then the caller
 * sees to vd_exchange_finish, after which it is the same, or to vd_exchange_discard. */
void vd_exchange_run(struct vd_exchange *exchange);

/* For a handler, in place of filling the response. */
void vd_exchange_defer(struct vd_exchange *exchange, struct vd_deferred deferred);
bool vd_exchange_is_deferred(const struct vd_exchange *exchange);
void vd_exchange_finish(struct vd_exchange *exchange);
void vd_exchange_discard(struct vd_exchange *exchange);

/* Refuses the request at hand, in the way of its route. In READY the connection may go on after it, else the phase
 * becomes REFUSED. detail: as for vd_problem_write. */
void vd_exchange_refuse(struct vd_exchange *exchange, enum vd_problem problem, const char *detail);

/* After the answer: forgets and wipes the request and the response, and begins the next with what has been received. */
void vd_exchange_next(struct vd_exchange *exchange);

/* After the last answer: forgets and wipes everything. vd_exchange_room then gives the whole inbox, for bytes that
 * nobody will look at. */
void vd_exchange_drop(struct vd_exchange *exchange);

/* Whether the client wants to go on after this answer, and can. */
bool vd_exchange_keeps(const struct vd_exchange *exchange);

/* For log and metrics: the index in the table or VD_METRICS_NO_ROUTE; the name or "none". */
size_t vd_exchange_route_index(const struct vd_exchange *exchange);
const char *vd_exchange_route_name(const struct vd_exchange *exchange);

#endif
