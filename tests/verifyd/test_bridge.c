#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/bridge.h"

static pthread_t loop_thread;
static sem_t gate;

struct task {
  struct vd_job job;
  bool waits;
  bool ran_elsewhere;
  unsigned done;
  bool did_run;
};

static void run(void *context) {
  struct task *task = context;
  if (task->waits) (void)sem_wait(&gate);
  task->ran_elsewhere = !pthread_equal(pthread_self(), loop_thread);
}

static void done(void *context, bool did_run) {
  struct task *task = context;
  assert_true(pthread_equal(pthread_self(), loop_thread));
  task->done++;
  task->did_run = did_run;
}

static bool submit(struct vd_bridge *bridge, uv_loop_t *loop, struct task *task, bool waits) {
  *task = (struct task){.job = {.run = run, .done = done, .context = task}, .waits = waits};
  return vd_bridge_submit(bridge, loop, &task->job);
}

static void work_is_done_elsewhere_and_comes_back(void **state) {
  struct vd_bridge bridge;
  uv_loop_t loop;
  static struct task tasks[50];
  (void)state;
  loop_thread = pthread_self();
  vd_bridge_init(&bridge, 50);
  assert_int_equal(uv_loop_init(&loop), 0);
  for (int i = 0; i < 50; i++) assert_true(submit(&bridge, &loop, &tasks[i], false));
  assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
  for (int i = 0; i < 50; i++) assert_true(tasks[i].ran_elsewhere && tasks[i].done == 1 && tasks[i].did_run);
  assert_int_equal(atomic_load(&bridge.waiting), 0);
  assert_int_equal(uv_loop_close(&loop), 0);
}

static void the_queue_is_bounded(void **state) {
  struct vd_bridge bridge;
  uv_loop_t loop;
  static struct task tasks[4], extra;
  (void)state;
  loop_thread = pthread_self();
  assert_int_equal(sem_init(&gate, 0, 0), 0);
  vd_bridge_init(&bridge, 4);
  assert_int_equal(uv_loop_init(&loop), 0);
  for (int i = 0; i < 4; i++) assert_true(submit(&bridge, &loop, &tasks[i], true));
  assert_false(submit(&bridge, &loop, &extra, false));
  assert_false(submit(&bridge, &loop, &extra, false));
  for (int i = 0; i < 4; i++) (void)sem_post(&gate);
  assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
  assert_int_equal(extra.done, 0);
  assert_true(submit(&bridge, &loop, &extra, false));
  assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
  assert_int_equal(extra.done, 1);
  assert_int_equal(uv_loop_close(&loop), 0);
}

/* Far more jobs than threads, so that the last have not started: those are cancelled, the running ones are not. */
static void waiting_work_can_be_cancelled(void **state) {
  enum { JOBS = 200 };
  struct vd_bridge bridge;
  uv_loop_t loop;
  static struct task tasks[JOBS];
  unsigned ran = 0;
  (void)state;
  loop_thread = pthread_self();
  assert_int_equal(sem_init(&gate, 0, 0), 0);
  vd_bridge_init(&bridge, JOBS);
  assert_int_equal(uv_loop_init(&loop), 0);
  for (int i = 0; i < JOBS; i++) assert_true(submit(&bridge, &loop, &tasks[i], true));
  for (int i = 0; i < JOBS; i++) vd_bridge_cancel(&tasks[i].job);
  for (int i = 0; i < JOBS; i++) (void)sem_post(&gate);
  assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
  for (int i = 0; i < JOBS; i++) {
    assert_int_equal(tasks[i].done, 1);
    assert_int_equal(tasks[i].did_run, tasks[i].ran_elsewhere);
    ran += tasks[i].did_run;
  }
  assert_in_range(ran, 0, JOBS - 1);
  assert_int_equal(atomic_load(&bridge.waiting), 0);
  assert_int_equal(uv_loop_close(&loop), 0);
}

struct rung {
  struct vd_bell bell;
  unsigned times;
};

static void on_ring(void *context) {
  struct rung *rung = context;
  rung->times++;
  vd_bell_close(&rung->bell);
}

static void *ring(void *context) {
  struct rung *rung = context;
  vd_bell_ring(&rung->bell);
  return NULL;
}

static void a_bell_wakes_the_loop(void **state) {
  struct rung rung = {.times = 0};
  uv_loop_t loop;
  pthread_t thread;
  (void)state;
  assert_int_equal(uv_loop_init(&loop), 0);
  assert_int_equal(vd_bell_open(&rung.bell, &loop, on_ring, &rung), 0);
  assert_int_equal(pthread_create(&thread, NULL, ring, &rung), 0);
  assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
  assert_int_equal(rung.times, 1);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(work_is_done_elsewhere_and_comes_back),
      cmocka_unit_test(the_queue_is_bounded),
      cmocka_unit_test(waiting_work_can_be_cancelled),
      cmocka_unit_test(a_bell_wakes_the_loop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
