/* connection.h: one connection from being accepted to being closed: which bytes are awaited, until when, and what is
 * sent. Every wait has an absolute deadline that no byte of the client moves. Thread rule: the loop's. */
#ifndef VD_SERVE_CONNECTION_H
#define VD_SERVE_CONNECTION_H

#include "serve/bridge.h"
#include "serve/exchange.h"
#include "serve/stream.h"

struct vd_worker;

enum vd_connection_state {
  VD_CONNECTION_READING,   /* for what, the exchange's phase says */
  VD_CONNECTION_WORKING,   /* the answer comes later: see enum vd_connection_work */
  VD_CONNECTION_WRITING,   /* the client has not taken all of the answer yet */
  VD_CONNECTION_LINGERING, /* answered and ended; what the client still sends is thrown away, so that it can read the
                              answer to a request which was not read to its end (RFC 9112 section 9.6) */
  VD_CONNECTION_CLOSING
};

/* Where the answer comes from. */
enum vd_connection_work {
  VD_WORK_NONE = 0,
  VD_WORK_POOL,
  VD_WORK_LANE,
  VD_WORK_PENDING /* something that the loop waits for */
};

struct vd_connection {
  struct vd_stream stream;
  uv_timer_t deadline;
  struct vd_exchange exchange;
  struct vd_job pool_job;
  struct vd_lane_job lane_job;
  struct vd_pending pending;
  struct vd_worker *worker;
  struct vd_connection *previous, *next; /* in the worker's list */
  enum vd_connection_state state;
  enum vd_exchange_phase awaited; /* what the deadline of READING is for */
  bool is_overdue;                /* it has passed once */
  bool ended;                     /* the client sends no more */
  bool keeps;                     /* the connection goes on after the answer at hand */
  enum vd_connection_work work;   /* is not over; a job outlasts the state */
  bool is_starting;               /* what is waited for is being started */
  bool is_counted;                /* in caps */
  uint32_t address_slot;          /* of caps */
  uint64_t ready_ns;              /* when the request was complete */
  size_t lingered;                /* bytes thrown away */
  unsigned handles;               /* that libuv still has */
  char head[VD_RESPONSE_HEAD_MAX];
};

/* Takes the connection that waits at the worker's listener. One over a cap is answered 503 and closed. Errors end
 * the connection and nothing else. */
void vd_connection_accept(struct vd_worker *worker);

/* The service stops: closes the connection if it is between requests; else its answer will be the last. */
void vd_connection_drain(struct vd_connection *connection);

/* Closes now, whatever is under way. What the loop waits for is discarded at once; the memory goes when libuv and the
 * other threads have let go of it. */
void vd_connection_close(struct vd_connection *connection);

#endif
