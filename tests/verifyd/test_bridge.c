#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* ---- lanes ---- */

enum { LANE_JOBS = 300 };

struct errand {
  struct vd_lane_job job;
  bool waits;
  bool ran_on_loop;
  unsigned run_at, done_at; /* counted from 1; 0: not yet */
  bool did_run;
  bool done_elsewhere;
  pthread_t thread; /* where it has to come back to */
};

static atomic_uint running; /* on lanes */
static atomic_bool overlapped;
static unsigned run_count, done_count;

static void run_errand(void *context) {
  struct errand *errand = context;
  if (atomic_fetch_add(&running, 1) > 0) atomic_store(&overlapped, true);
  if (errand->waits) (void)sem_wait(&gate);
  errand->run_at = ++run_count; /* the lane's alone */
  errand->ran_on_loop = pthread_equal(pthread_self(), errand->thread);
  atomic_fetch_sub(&running, 1);
}

static void errand_done(void *context, bool did_run) {
  struct errand *errand = context;
  errand->done_at = ++done_count;
  errand->did_run = did_run;
  errand->done_elsewhere = !pthread_equal(pthread_self(), errand->thread);
}

static void lane_begin(uv_loop_t *loop, struct vd_home *home) {
  assert_int_equal(sem_init(&gate, 0, 0), 0);
  run_count = done_count = 0;
  atomic_store(&overlapped, false);
  assert_int_equal(uv_loop_init(loop), 0);
  assert_int_equal(vd_home_open(home, loop), 0);
}

static bool give(struct vd_lane *lane, struct vd_home *home, struct errand *errand, bool waits) {
  *errand = (struct errand){.waits = waits, .thread = pthread_self()};
  errand->job.run = run_errand;
  errand->job.done = errand_done;
  errand->job.context = errand;
  return vd_lane_submit(lane, home, &errand->job);
}

static void a_lane_keeps_the_order(void **state) {
  static struct errand errands[LANE_JOBS];
  struct vd_lane *lane;
  struct vd_home home;
  uv_loop_t loop;
  (void)state;
  lane_begin(&loop, &home);
  assert_int_equal(vd_lane_new(&lane, LANE_JOBS, NULL), VD_OK);
  for (unsigned i = 0; i < LANE_JOBS; i++) assert_true(give(lane, &home, &errands[i], false));
  vd_home_close(&home); /* the loop goes on until the last is back */
  assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
  for (unsigned i = 0; i < LANE_JOBS; i++) {
    assert_int_equal(errands[i].run_at, i + 1);
    assert_int_equal(errands[i].done_at, i + 1);
    assert_true(errands[i].did_run && !errands[i].ran_on_loop && !errands[i].done_elsewhere);
  }
  assert_false(atomic_load(&overlapped));
  vd_lane_free(lane);
  assert_int_equal(uv_loop_close(&loop), 0);
}

static void a_lane_is_bounded(void **state) {
  static struct errand errands[3], extra;
  struct vd_lane *lane;
  struct vd_home home;
  uv_loop_t loop;
  (void)state;
  lane_begin(&loop, &home);
  assert_int_equal(vd_lane_new(&lane, 3, NULL), VD_OK);
  for (int i = 0; i < 3; i++) assert_true(give(lane, &home, &errands[i], true)); /* one runs, two wait */
  assert_false(give(lane, &home, &extra, false));
  assert_false(give(lane, &home, &extra, false));
  for (int i = 0; i < 3; i++) (void)sem_post(&gate);
  while (done_count < 3) (void)uv_run(&loop, UV_RUN_ONCE);
  assert_int_equal(extra.run_at, 0);
  assert_true(give(lane, &home, &extra, false)); /* a place is free before its job is done */
  vd_home_close(&home);
  assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
  assert_int_equal(extra.done_at, 4);
  vd_lane_free(lane);
  assert_int_equal(uv_loop_close(&loop), 0);
}

static void what_waits_for_a_lane_can_be_cancelled(void **state) {
  static struct errand errands[20];
  struct vd_lane *lane;
  struct vd_home home;
  uv_loop_t loop;
  (void)state;
  lane_begin(&loop, &home);
  assert_int_equal(vd_lane_new(&lane, 20, NULL), VD_OK);
  for (int i = 0; i < 20; i++) assert_true(give(lane, &home, &errands[i], i == 0));
  while (atomic_load(&running) == 0) (void)uv_run(&loop, UV_RUN_NOWAIT);
  for (int i = 0; i < 20; i += 2) vd_lane_cancel(&errands[i].job);
  (void)sem_post(&gate);
  vd_home_close(&home);
  assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
  for (int i = 0; i < 20; i++) {
    bool expected = i == 0 || i % 2 == 1; /* the first had begun */
    assert_int_equal(errands[i].did_run, expected);
    assert_int_equal(errands[i].run_at > 0, expected);
    assert_int_equal(errands[i].done_at, i + 1);
  }
  vd_lane_free(lane);
  assert_int_equal(uv_loop_close(&loop), 0);
}

static void a_closing_home_takes_nothing_more(void **state) {
  static struct errand first, second;
  struct vd_lane *lane;
  struct vd_home home;
  uv_loop_t loop;
  (void)state;
  lane_begin(&loop, &home);
  assert_int_equal(vd_lane_new(&lane, 2, NULL), VD_OK);
  assert_true(give(lane, &home, &first, true));
  vd_home_close(&home);
  assert_false(give(lane, &home, &second, false));
  assert_int_not_equal(uv_run(&loop, UV_RUN_NOWAIT), 0); /* still waiting */
  (void)sem_post(&gate);
  assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
  assert_int_equal(first.done_at, 1);
  assert_int_equal(second.run_at, 0);
  vd_lane_free(lane);
  assert_int_equal(uv_loop_close(&loop), 0);
}

static void *open_gate_later(void *count) {
  (void)usleep(20000);
  for (int i = 0; i < *(const int *)count; i++) (void)sem_post(&gate);
  return NULL;
}

/* The loop does not turn meanwhile; it finds all of them afterwards. */
static void freeing_a_lane_finishes_what_it_has(void **state) {
  static struct errand errands[30];
  static const int count = 30;
  struct vd_lane *lane;
  struct vd_home home;
  pthread_t opener;
  uv_loop_t loop;
  (void)state;
  lane_begin(&loop, &home);
  assert_int_equal(vd_lane_new(&lane, 30, NULL), VD_OK);
  for (int i = 0; i < count; i++) assert_true(give(lane, &home, &errands[i], true));
  assert_int_equal(pthread_create(&opener, NULL, open_gate_later, (void *)(uintptr_t)&count), 0);
  vd_lane_free(lane);
  assert_int_equal(run_count, 30);
  assert_int_equal(done_count, 0);
  assert_int_equal(pthread_join(opener, NULL), 0);
  vd_home_close(&home);
  assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
  assert_int_equal(done_count, 30);
  for (unsigned i = 0; i < 30; i++) assert_int_equal(errands[i].done_at, i + 1);
  assert_int_equal(uv_loop_close(&loop), 0);
}

static void a_lane_that_was_never_used_ends(void **state) {
  struct vd_lane *lane;
  struct vd_home home;
  uv_loop_t loop;
  (void)state;
  assert_int_equal(vd_lane_new(&lane, 1, NULL), VD_OK);
  vd_lane_free(lane);
  vd_lane_free(NULL);
  lane_begin(&loop, &home);
  vd_home_close(&home);
  vd_home_close(&home);
  assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
  assert_int_equal(uv_loop_close(&loop), 0);
}

/* One of several loops that share two lanes: its jobs take turns, and each goes round several times. */
struct party {
  struct vd_lane *lanes[2];
  struct vd_home home;
  uv_loop_t loop;
  pthread_t thread;
  struct errand_again {
    struct vd_lane_job job;
    struct party *party;
    unsigned rounds;
    bool ran;
  } jobs[20];
  unsigned left; /* rounds of all jobs */
  bool went_astray;
};

static unsigned lane_sum[2]; /* each lane's alone: a race if two threads ran its jobs */

static void run_round(void *context) {
  struct errand_again *again = context;
  lane_sum[again->rounds % 2]++;
  again->ran = true;
}

static void round_done(void *context, bool did_run) {
  struct errand_again *again = context;
  struct party *party = again->party;
  if (!pthread_equal(pthread_self(), party->thread) || !did_run || !again->ran) party->went_astray = true;
  again->ran = false;
  again->rounds--;
  party->left--;
  if (again->rounds > 0 && !vd_lane_submit(party->lanes[again->rounds % 2], &party->home, &again->job))
    party->went_astray = true;
  if (party->left == 0) vd_home_close(&party->home);
}

static void *run_party(void *context) {
  struct party *party = context;
  party->thread = pthread_self();
  for (int i = 0; i < 20; i++) {
    struct errand_again *again = &party->jobs[i];
    again->job.run = run_round;
    again->job.done = round_done;
    again->job.context = again;
    again->party = party;
    again->rounds = 50;
    party->left += 50;
    if (!vd_lane_submit(party->lanes[0], &party->home, &again->job)) party->went_astray = true;
  }
  (void)uv_run(&party->loop, UV_RUN_DEFAULT);
  return NULL;
}

static void every_job_comes_back_to_its_own_loop(void **state) {
  static struct party parties[3];
  struct vd_lane *lanes[2];
  pthread_t threads[3];
  (void)state;
  lane_sum[0] = lane_sum[1] = 0;
  for (int i = 0; i < 2; i++) assert_int_equal(vd_lane_new(&lanes[i], 60, NULL), VD_OK);
  for (int i = 0; i < 3; i++) {
    parties[i] = (struct party){.lanes = {lanes[0], lanes[1]}};
    assert_int_equal(uv_loop_init(&parties[i].loop), 0);
    assert_int_equal(vd_home_open(&parties[i].home, &parties[i].loop), 0);
    assert_int_equal(pthread_create(&threads[i], NULL, run_party, &parties[i]), 0);
  }
  for (int i = 0; i < 3; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_false(parties[i].went_astray);
    assert_int_equal(parties[i].left, 0);
    assert_int_equal(uv_loop_close(&parties[i].loop), 0);
  }
  for (int i = 0; i < 2; i++) vd_lane_free(lanes[i]);
  assert_int_equal(lane_sum[0] + lane_sum[1], 3 * 20 * 50);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(work_is_done_elsewhere_and_comes_back),
      cmocka_unit_test(the_queue_is_bounded),
      cmocka_unit_test(waiting_work_can_be_cancelled),
      cmocka_unit_test(a_bell_wakes_the_loop),
      cmocka_unit_test(a_lane_keeps_the_order),
      cmocka_unit_test(a_lane_is_bounded),
      cmocka_unit_test(what_waits_for_a_lane_can_be_cancelled),
      cmocka_unit_test(a_closing_home_takes_nothing_more),
      cmocka_unit_test(freeing_a_lane_finishes_what_it_has),
      cmocka_unit_test(a_lane_that_was_never_used_ends),
      cmocka_unit_test(every_job_comes_back_to_its_own_loop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
