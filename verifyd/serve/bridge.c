#include "serve/bridge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
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

/* ---- homes ---- */

static void close_if_over(struct vd_home *home) {
  if (!home->is_closing || home->under_way > 0 || uv_is_closing((uv_handle_t *)&home->bell.async)) return;
  vd_bell_close(&home->bell);
  (void)pthread_mutex_destroy(&home->mutex);
}

static struct vd_lane_job *take_finished(struct vd_home *home) {
  (void)pthread_mutex_lock(&home->mutex);
  struct vd_lane_job *first = home->first;
  home->first = home->last = NULL;
  (void)pthread_mutex_unlock(&home->mutex);
  return first;
}

static void on_finished(void *context) {
  struct vd_home *home = context;
  for (struct vd_lane_job *job = take_finished(home), *next; job != NULL; job = next) {
    next = job->next; /* the job's memory may go */
    assert(home->under_way > 0);
    home->under_way--;
    job->done(job->context, job->did_run);
  }
  close_if_over(home);
}

int vd_home_open(struct vd_home *home, uv_loop_t *loop) {
  memset(home, 0, sizeof *home);
  int result = pthread_mutex_init(&home->mutex, NULL);
  if (result != 0) return -result; /* libuv's errors are those of errno(3), negated */
  result = vd_bell_open(&home->bell, loop, on_finished, home);
  if (result != 0) (void)pthread_mutex_destroy(&home->mutex);
  return result;
}

void vd_home_close(struct vd_home *home) {
  home->is_closing = true;
  close_if_over(home);
}

/* The bell is rung under the mutex: whoever has seen the job may close the bell. */
static void bring_home(struct vd_lane_job *job) {
  struct vd_home *home = job->home;
  job->next = NULL;
  (void)pthread_mutex_lock(&home->mutex);
  if (home->last == NULL) home->first = job;
  else home->last->next = job;
  home->last = job;
  vd_bell_ring(&home->bell);
  (void)pthread_mutex_unlock(&home->mutex);
}

/* ---- lanes ---- */

struct vd_lane {
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  struct vd_lane_job *first, *last;
  unsigned waiting; /* or running */
  unsigned waiting_max;
  bool ends;
};

/* The next job, or NULL at the end. */
static struct vd_lane_job *next_job(struct vd_lane *lane) {
  (void)pthread_mutex_lock(&lane->mutex);
  while (lane->first == NULL && !lane->ends) (void)pthread_cond_wait(&lane->changed, &lane->mutex);
  struct vd_lane_job *job = lane->first;
  if (job != NULL) lane->first = job->next;
  if (lane->first == NULL) lane->last = NULL;
  (void)pthread_mutex_unlock(&lane->mutex);
  return job;
}

/* Before the job comes home, so that whoever gets its answer finds the place free. */
static void free_place(struct vd_lane *lane) {
  (void)pthread_mutex_lock(&lane->mutex);
  lane->waiting--;
  (void)pthread_mutex_unlock(&lane->mutex);
}

static void *run_lane(void *context) {
  struct vd_lane *lane = context;
  for (struct vd_lane_job *job; (job = next_job(lane)) != NULL;) {
    job->did_run = !atomic_load(&job->is_cancelled);
    if (job->did_run) job->run(job->context);
    free_place(lane);
    bring_home(job);
  }
  return NULL;
}

static int start_lane(struct vd_lane *lane) {
  int result = pthread_mutex_init(&lane->mutex, NULL);
  if (result != 0) return result;
  result = pthread_cond_init(&lane->changed, NULL);
  if (result == 0) {
    result = pthread_create(&lane->thread, NULL, run_lane, lane);
    if (result != 0) (void)pthread_cond_destroy(&lane->changed);
  }
  if (result != 0) (void)pthread_mutex_destroy(&lane->mutex);
  return result;
}

enum vd_error vd_lane_new(struct vd_lane **lane, unsigned waiting_max, struct vd_failure *failure) {
  *lane = NULL;
  struct vd_lane *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for a thread");
  made->waiting_max = waiting_max;
  int result = start_lane(made);
  if (result == 0) {
    *lane = made;
    return VD_OK;
  }
  free(made);
  return vd_fail(failure, VD_INTERNAL, "cannot start a thread: %s", strerror(result));
}

bool vd_lane_submit(struct vd_lane *lane, struct vd_home *home, struct vd_lane_job *job) {
  if (home->is_closing) return false;
  job->home = home;
  job->next = NULL;
  atomic_init(&job->is_cancelled, false);
  (void)pthread_mutex_lock(&lane->mutex);
  bool taken = lane->waiting < lane->waiting_max && !lane->ends;
  if (taken) {
    lane->waiting++;
    if (lane->last == NULL) lane->first = job;
    else lane->last->next = job;
    lane->last = job;
    (void)pthread_cond_signal(&lane->changed);
  }
  (void)pthread_mutex_unlock(&lane->mutex);
  if (taken) home->under_way++;
  return taken;
}

void vd_lane_cancel(struct vd_lane_job *job) { atomic_store(&job->is_cancelled, true); }

void vd_lane_free(struct vd_lane *lane) {
  if (lane == NULL) return;
  (void)pthread_mutex_lock(&lane->mutex);
  lane->ends = true;
  (void)pthread_cond_signal(&lane->changed);
  (void)pthread_mutex_unlock(&lane->mutex);
  (void)pthread_join(lane->thread, NULL);
  (void)pthread_cond_destroy(&lane->changed);
  (void)pthread_mutex_destroy(&lane->mutex);
  free(lane);
}
