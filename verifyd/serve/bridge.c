#include "serve/bridge.h"

#include <sys/resource.h>

/* A picture takes a core for a tenth of a second; whoever waits for a verdict comes first. */
enum { POOL_NICENESS = 10 };

void vd_bridge_init(struct vd_bridge *bridge, unsigned waiting_max) {
  bridge->waiting_max = waiting_max;
  atomic_init(&bridge->waiting, 0);
}

static void run_job(uv_work_t *work) {
  struct vd_job *job = work->data;
  /* On Linux this is the priority of the calling thread alone (setpriority(2)). */
  (void)setpriority(PRIO_PROCESS, 0, POOL_NICENESS);
  job->run(job->context);
}

static void finish_job(uv_work_t *work, int status) {
  struct vd_job *job = work->data;
  atomic_fetch_sub(&job->bridge->waiting, 1);
  job->done(job->context, status != UV_ECANCELED);
}

bool vd_bridge_submit(struct vd_bridge *bridge, uv_loop_t *loop, struct vd_job *job) {
  if (atomic_fetch_add(&bridge->waiting, 1) < bridge->waiting_max) {
    job->bridge = bridge;
    job->work.data = job;
    if (uv_queue_work(loop, &job->work, run_job, finish_job) == 0) return true;
  }
  atomic_fetch_sub(&bridge->waiting, 1);
  return false;
}

void vd_bridge_cancel(struct vd_job *job) { (void)uv_cancel((uv_req_t *)&job->work); }

static void on_async(uv_async_t *async) {
  struct vd_bell *bell = async->data;
  bell->rung(bell->context);
}

int vd_bell_open(struct vd_bell *bell, uv_loop_t *loop, void (*rung)(void *context), void *context) {
  bell->rung = rung;
  bell->context = context;
  bell->async.data = bell;
  return uv_async_init(loop, &bell->async, on_async);
}

void vd_bell_ring(struct vd_bell *bell) { (void)uv_async_send(&bell->async); }

void vd_bell_close(struct vd_bell *bell) { uv_close((uv_handle_t *)&bell->async, NULL); }
