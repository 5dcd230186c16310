/* worker.h: a loop on a thread of its own, with everything that the loop has to itself. */
#ifndef VD_SERVE_WORKER_H
#define VD_SERVE_WORKER_H

#include "serve/connection.h"
#include "serve/log.h"

/* What the state of a loop does with the loop. All NULL when it needs none of it. */
struct vd_loop_hooks {
  /* Opens the state's handles. Before the loop runs, on the thread that opens the worker. home, log: the loop's; for
   * use on the loop, until `stop` and what it has closed are over. */
  enum vd_error (*start)(void *state, uv_loop_t *loop, struct vd_home *home, struct vd_log *log,
                         struct vd_failure *failure);
  /* Closes them: the last connection has gone. On the loop, once; also when its thread was never started, but not when
   * `start` failed. The loop goes on until they are closed, and jobs given away are done. */
  void (*stop)(void *state);
};

struct vd_worker_options {
  struct vd_site site;      /* copied */
  struct vd_bridge *bridge; /* shared by all workers */
  struct vd_loop_hooks hooks; /* for site.loop_state */
  int socket;               /* listening; the worker's from the call of vd_worker_open on, error or not */
  unsigned drain_ms;        /* how long requests under way have after vd_worker_stop */
  int log_fd;
  enum vd_log_level log_level;
};

struct vd_worker {
  uv_loop_t loop;
  uv_thread_t thread;
  uv_tcp_t listener;
  uv_prepare_t before_wait;
  uv_timer_t drain_deadline;
  struct vd_bell stop_bell;
  struct vd_home home; /* open until the loop ends */
  struct vd_loop_hooks hooks;
  struct vd_site site;
  struct vd_bridge *bridge;
  struct vd_log log;
  struct vd_connection *connections;
  unsigned connection_count;
  unsigned refused_count; /* of them, over a cap and on their way out */
  unsigned drain_ms;
  bool is_draining;
  bool accept_waits; /* a connection could not be taken for want of memory */
  int64_t date_s;    /* the second that `date` is for */
  char date[VD_DATE_SIZE];
};

/* Makes a worker ready; it accepts nothing yet. Out: *worker, which stays in place until vd_worker_close; after an
 * error there is nothing to close. VD_INTERNAL; those of hooks.start. */
VD_MUST_CHECK enum vd_error vd_worker_open(struct vd_worker *worker, const struct vd_worker_options *options,
                                           struct vd_failure *failure);

/* Starts the thread. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_worker_start(struct vd_worker *worker, struct vd_failure *failure);

/* Asks the worker to stop: no further connections, and drain_ms for what is under way. Any thread; once started. */
void vd_worker_stop(struct vd_worker *worker);

/* Waits for the thread of a worker that was asked to stop. */
void vd_worker_join(struct vd_worker *worker);

/* Frees what the worker has. Not while its thread runs. */
void vd_worker_close(struct vd_worker *worker);

/* For connections, on the loop: the Date header's value now; and the list of connections. */
const char *vd_worker_date(struct vd_worker *worker);
void vd_worker_add(struct vd_worker *worker, struct vd_connection *connection);
void vd_worker_remove(struct vd_worker *worker, struct vd_connection *connection);

#endif
