/* bridge.h: the only crossing between a loop and other threads: work that a loop gives to libuv's thread pool and
 * gets back, a bell that another thread rings, and lanes: threads that each do one kind of work, one job after the
 * other. Everything else in serve/ runs on the thread of its loop, but for the atomics of caps.h and metrics.h. */
#ifndef VD_SERVE_BRIDGE_H
#define VD_SERVE_BRIDGE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <uv.h>

#include "base/failure.h"

/* How many jobs of the process wait or run. Shared by all loops. */
struct vd_bridge {
  unsigned waiting_max;
  atomic_uint waiting;
};

/* A job. The owner keeps it, and everything that `run` touches, in place until `done` was called. */
struct vd_job {
  uv_work_t work;
  struct vd_bridge *bridge;
  void (*run)(void *context);                /* on a thread of the pool */
  void (*done)(void *context, bool did_run); /* on the loop; did_run is false when it was cancelled in time */
  void *context;
};

void vd_bridge_init(struct vd_bridge *bridge, unsigned waiting_max);

/* Starts a job whose run, done and context are set. False, and neither is called, when waiting_max jobs are under way.
 * Thread rule: the loop's. */
bool vd_bridge_submit(struct vd_bridge *bridge, uv_loop_t *loop, struct vd_job *job);

/* Asks that a job which has not started is not run. `done` is called later in any case. Thread rule: the loop's. */
void vd_bridge_cancel(struct vd_job *job);

/* A call from another thread to a loop. Rings may fall together: the callback runs at least once after the last. */
struct vd_bell {
  uv_async_t async;
  void (*rung)(void *context); /* on the loop */
  void *context;
};

/* 0, or libuv's error. Before the loop runs, on any thread. */
int vd_bell_open(struct vd_bell *bell, uv_loop_t *loop, void (*rung)(void *context), void *context);

/* From any thread, as long as the bell is open. */
void vd_bell_ring(struct vd_bell *bell);

/* On the loop. */
void vd_bell_close(struct vd_bell *bell);

struct vd_lane_job;

/* Where a loop's jobs come back to from lanes: one for each loop. */
struct vd_home {
  struct vd_bell bell;
  pthread_mutex_t mutex;
  struct vd_lane_job *first, *last; /* finished, in that order; under the mutex */
  unsigned under_way;               /* given to lanes and not yet done; the loop's */
  bool is_closing;
};

/* 0, or libuv's error. Before the loop runs, on any thread. */
int vd_home_open(struct vd_home *home, uv_loop_t *loop);

/* Takes no further jobs, and ends once the last one under way is done; until then the loop goes on. On the loop, or
 * when its thread was never started. */
void vd_home_close(struct vd_home *home);

/* A thread of its own for work that must not be done by two at once, such as the writing of a ledger; it takes jobs in
 * the order in which they come. */
struct vd_lane;

struct vd_lane_job {
  void (*run)(void *context);                /* on the lane's thread */
  void (*done)(void *context, bool did_run); /* on the loop of home; did_run is false when it was cancelled in time */
  void *context;
  struct vd_home *home; /* this and the rest: the lane's */
  struct vd_lane_job *next;
  atomic_bool is_cancelled;
  bool did_run;
};

/* waiting_max: jobs of all loops that may wait or run. VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_lane_new(struct vd_lane **lane, unsigned waiting_max, struct vd_failure *failure);

/* Gives a job whose run, done and context are set to the lane. The owner keeps it, and everything that `run` touches,
 * in place until `done` was called. False, and neither is called, when waiting_max jobs wait or run, or the home is
 * closing. Thread rule: home's loop. */
bool vd_lane_submit(struct vd_lane *lane, struct vd_home *home, struct vd_lane_job *job);

/* Asks that a job which has not started is not run. `done` is called later in any case. Thread rule: home's loop. */
void vd_lane_cancel(struct vd_lane_job *job);

/* Waits for the jobs given, all of which are run unless they were cancelled, and ends the thread. The loops of their
 * homes may have stopped, so long as the homes are open: then nobody calls `done`. NULL is allowed. */
void vd_lane_free(struct vd_lane *lane);

#endif
