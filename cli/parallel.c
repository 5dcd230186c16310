#include "parallel.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct job {
  size_t count;
  ctl_work *work;
  ctl_tick *tick;
  void *shared;
  atomic_size_t next, done;
  atomic_bool stopped;
  pthread_mutex_t lock; /* of failure */
  struct vd_failure failure;
};

struct thread {
  struct job *job;
  void *state;
  ctl_tick *tick; /* the calling thread's only */
  pthread_t id;
};

static void keep_first(struct job *job, const struct vd_failure *failure) {
  pthread_mutex_lock(&job->lock);
  if (job->failure.code == VD_OK) job->failure = *failure;
  pthread_mutex_unlock(&job->lock);
  atomic_store(&job->stopped, true);
}

static void *run(void *context) {
  struct thread *thread = context;
  struct job *job = thread->job;
  while (!atomic_load(&job->stopped)) {
    struct vd_failure failure = {.code = VD_OK};
    size_t index = atomic_fetch_add(&job->next, 1);
    if (index >= job->count) break;
    if (job->work(job->shared, thread->state, index, &failure) != VD_OK) keep_first(job, &failure);
    size_t done = atomic_fetch_add(&job->done, 1) + 1;
    if (thread->tick != NULL) thread->tick(job->shared, done);
  }
  return NULL;
}

enum vd_error ctl_parallel(unsigned workers, void *const states[], size_t count, ctl_work *work, ctl_tick *tick,
                           void *shared, struct vd_failure *failure) {
  struct thread threads[CTL_WORKERS_MAX];
  struct job job = {.count = count, .work = work, .shared = shared, .lock = PTHREAD_MUTEX_INITIALIZER};
  unsigned started = 1;
  assert(workers >= 1 && workers <= CTL_WORKERS_MAX);
  for (; started < workers; started++) {
    threads[started] = (struct thread){.job = &job, .state = states[started]};
    if (pthread_create(&threads[started].id, NULL, run, &threads[started]) != 0) break;
  }
  threads[0] = (struct thread){.job = &job, .state = states[0], .tick = tick};
  (void)run(&threads[0]);
  for (unsigned i = 1; i < started; i++) (void)pthread_join(threads[i].id, NULL);
  if (job.failure.code != VD_OK && failure != NULL) *failure = job.failure;
  return job.failure.code;
}
