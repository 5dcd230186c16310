/* bridge.h: the only crossing between a loop and other threads: work that a loop gives to libuv's thread pool and
 * gets back, and a bell that another thread rings. Everything else in serve/ runs on the thread of its loop, but for
 * the atomics of caps.h and metrics.h. */
#ifndef VD_SERVE_BRIDGE_H
#define VD_SERVE_BRIDGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <uv.h>

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

#endif
