/* What is remembered of other logs, by several threads, by processes that are killed, and on a full disk. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "seen_fixture.h"

enum { THREADS = 8, ROUNDS = 40, KILLS = 40 };

/* --- threads --- */

struct worker {
  struct fixture *fixture;
  pthread_t thread;
  unsigned number;
  unsigned outcomes[4];
  bool is_good;
};

/* Each thread tries to add one entry to what it has just read: only one can be right about each size. */
static void *compare_and_set(void *argument) {
  struct worker *worker = argument;
  const uint8_t seed32[32] = {1};
  struct frag_context *context = NULL;
  uint64_t last_size = 0;
  worker->is_good = frag_context_new(&context, seed32) == FRAG_OK;
  for (unsigned round = 0; worker->is_good && round < ROUNDS; round++) {
    struct vd_seen_state known;
    struct signed_note note;
    uint8_t root[FRAG_HASH_LEN], seed[32] = {7};
    size_t len = 0;
    struct frag_slice name = {(const uint8_t *)seen_origin, strlen(seen_origin)};
    enum vd_seen_outcome outcome = VD_SEEN_EQUIVOCATED;
    vd_seen_get(worker->fixture->seen, seen_origin, &known);
    root_of(root, known.size + 1, 0);
    worker->is_good =
        known.size >= last_size &&
        frag_checkpoint_sign(context, note.note, &len, name, known.size + 1, root, seed,
                             NOW_S + worker->number) == FRAG_OK &&
        frag_checkpoint_decode(context, &note.checkpoint, note.note, len) == FRAG_OK &&
        vd_seen_advance(worker->fixture->seen, known.size, known.root, &note.checkpoint, &outcome, NULL) == VD_OK;
    worker->outcomes[outcome]++;
    last_size = known.size;
  }
  frag_context_free(context);
  return NULL;
}

static void threads_compare_and_set_in_one_step(void **state) {
  struct fixture *fixture = *state;
  struct worker workers[THREADS];
  unsigned outcomes[4] = {0};
  for (unsigned at = 0; at < THREADS; at++) {
    workers[at] = (struct worker){.fixture = fixture, .number = at};
    assert_int_equal(pthread_create(&workers[at].thread, NULL, compare_and_set, &workers[at]), 0);
  }
  for (unsigned at = 0; at < THREADS; at++) {
    assert_int_equal(pthread_join(workers[at].thread, NULL), 0);
    assert_true(workers[at].is_good);
    for (unsigned outcome = 0; outcome < 4; outcome++) outcomes[outcome] += workers[at].outcomes[outcome];
  }
  assert_int_equal(outcomes[VD_SEEN_EQUIVOCATED], 0);
  assert_int_equal(outcomes[VD_SEEN_ADVANCED] + outcomes[VD_SEEN_KNOWN] + outcomes[VD_SEEN_OUTRUN], THREADS * ROUNDS);
  assert_at(fixture, seen_origin, outcomes[VD_SEEN_ADVANCED], false);
  reopen(fixture);
  assert_at(fixture, seen_origin, outcomes[VD_SEEN_ADVANCED], false);
}

/* --- processes --- */

/* In a child a failed expectation ends the process with a status that the parent looks at. */
#define CHILD_EXPECT(condition) \
  do { \
    if (!(condition)) _exit(__LINE__ % 200 + 1); \
  } while (0)

static pid_t start(struct fixture *fixture, void (*run)(struct fixture *, int), int tell) {
  (void)fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nobody behind */
    run(fixture, tell);
    _exit(0);
  }
  return child;
}

static void kill_child(pid_t child) {
  int status = 0;
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, &status, 0), child);
}

/* Adds an entry at a time, telling each size that was accepted. */
static void advance_for_ever(struct fixture *fixture, int tell) {
  struct vd_seen_state known;
  struct signed_note note;
  enum vd_seen_outcome outcome;
  CHILD_EXPECT(vd_seen_open(fixture->path, &fixture->seen, NULL) == VD_OK);
  for (;;) {
    vd_seen_get(fixture->seen, seen_origin, &known);
    sign_note(fixture->context, &note, seen_origin, known.size + 1, 0, NOW_S);
    CHILD_EXPECT(vd_seen_advance(fixture->seen, known.size, known.root, &note.checkpoint, &outcome, NULL) == VD_OK);
    CHILD_EXPECT(outcome == VD_SEEN_ADVANCED);
    CHILD_EXPECT(write(tell, &note.checkpoint.size, sizeof(uint64_t)) == (ssize_t)sizeof(uint64_t));
  }
}

static void kill_9_takes_back_nothing_and_leaves_nothing_half(void **state) {
  struct fixture *fixture = *state;
  uint64_t last = 0, acknowledged = 0;
  vd_seen_close(fixture->seen);
  fixture->seen = NULL;
  for (unsigned round = 0; round < KILLS; round++) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = start(fixture, advance_for_ever, ends[1]);
    (void)close(ends[1]);
    assert_int_equal(read(ends[0], &acknowledged, sizeof acknowledged), sizeof acknowledged);
    (void)usleep(round * 997 % 7000);
    kill_child(child);
    while (read(ends[0], &last, sizeof last) == (ssize_t)sizeof last) acknowledged = last;
    (void)close(ends[0]);
    open_seen(fixture);
    struct vd_seen_state now = state_of(fixture, seen_origin);
    assert_true(now.size == acknowledged || now.size == acknowledged + 1);
    assert_state(fixture->context, &now, now.size);
    assert_int_equal(vd_seen_equivocations(fixture->seen), 0);
    vd_seen_close(fixture->seen);
    fixture->seen = NULL;
  }
  assert_true(acknowledged >= KILLS);
}

/* Is told to be another log each time, which contradicts itself. */
static void accuse_for_ever(struct fixture *fixture, int tell) {
  char name[64];
  CHILD_EXPECT(vd_seen_open(fixture->path, &fixture->seen, NULL) == VD_OK);
  for (size_t at = vd_seen_equivocations(fixture->seen); at < VD_SEEN_LOGS_MAX; at++) {
    (void)snprintf(name, sizeof name, "log-%zu.example", at);
    accuse(fixture, name, 1, 2);
    CHILD_EXPECT(write(tell, &at, sizeof at) == (ssize_t)sizeof at);
  }
  for (;;) (void)pause();
}

static void kill_9_loses_no_proof(void **state) {
  struct fixture *fixture = *state;
  char path[PATH_MAX];
  size_t told = 0, held = 0;
  vd_seen_close(fixture->seen);
  for (unsigned round = 0; held < VD_SEEN_LOGS_MAX && round < 60; round++) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = start(fixture, accuse_for_ever, ends[1]);
    (void)close(ends[1]);
    assert_int_equal(read(ends[0], &told, sizeof told), sizeof told);
    (void)usleep(round * 331 % 3000);
    kill_child(child);
    while (read(ends[0], &told, sizeof told) == (ssize_t)sizeof told) held = told + 1;
    (void)close(ends[0]);
    open_seen(fixture);
    assert_true(vd_seen_equivocations(fixture->seen) >= told + 1);
    held = vd_seen_equivocations(fixture->seen);
    assert_int_equal(count_evidence(fixture, path), held);
    vd_seen_close(fixture->seen);
  }
  open_seen(fixture);
}

static void hold(struct fixture *fixture, int tell) {
  CHILD_EXPECT(vd_seen_open(fixture->path, &fixture->seen, NULL) == VD_OK);
  CHILD_EXPECT(write(tell, "x", 1) == 1);
  for (;;) (void)pause();
}

static void a_second_process_waits_for_the_death_of_the_first(void **state) {
  struct fixture *fixture = *state;
  struct vd_failure failure = {0};
  char byte;
  int ends[2];
  vd_seen_close(fixture->seen);
  assert_int_equal(pipe(ends), 0);
  pid_t child = start(fixture, hold, ends[1]);
  assert_int_equal(read(ends[0], &byte, 1), 1);
  assert_int_equal(vd_seen_open(fixture->path, &fixture->seen, &failure), VD_CONFLICT);
  assert_null(fixture->seen);
  kill_child(child);
  open_seen(fixture);
  (void)close(ends[0]);
  (void)close(ends[1]);
}

/* Nothing is accepted any more when the file may not grow, and what was accepted stays. */
static void fill_up(struct fixture *fixture, int tell) {
  const struct rlimit limit = {256 << 10, 256 << 10};
  uint64_t held = 0;
  char name[64];
  enum vd_error error = VD_OK;
  CHILD_EXPECT(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
  CHILD_EXPECT(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  CHILD_EXPECT(vd_seen_open(fixture->path, &fixture->seen, NULL) == VD_OK);
  while (error == VD_OK && held < VD_SEEN_LOGS_MAX) {
    struct signed_note note;
    enum vd_seen_outcome outcome;
    (void)snprintf(name, sizeof name, "log-%u.example", (unsigned)held);
    sign_note(fixture->context, &note, name, 1, 0, NOW_S);
    /* As long as a note can be: many signatures. */
    note.checkpoint.note.len = sizeof note.note;
    error = vd_seen_advance(fixture->seen, 0, no_root, &note.checkpoint, &outcome, NULL);
    if (error == VD_OK) held++;
  }
  CHILD_EXPECT(error == VD_FULL);
  struct vd_seen_state now;
  vd_seen_get(fixture->seen, name, &now);
  CHILD_EXPECT(now.size == 0 && now.note_len == 0);
  CHILD_EXPECT(write(tell, &held, sizeof held) == (ssize_t)sizeof held);
}

static void a_full_disk_is_told_and_loses_nothing(void **state) {
  struct fixture *fixture = *state;
  uint64_t held = 0;
  int ends[2], status = 0;
  char name[64];
  vd_seen_close(fixture->seen);
  assert_int_equal(pipe(ends), 0);
  pid_t child = start(fixture, fill_up, ends[1]);
  (void)close(ends[1]);
  (void)!read(ends[0], &held, sizeof held);
  (void)close(ends[0]);
  assert_int_equal(waitpid(child, &status, 0), child);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail_msg("the child's status is %d", WEXITSTATUS(status));
  assert_true(held > 1 && held < VD_SEEN_LOGS_MAX);
  open_seen(fixture);
  for (uint64_t at = 0; at < VD_SEEN_LOGS_MAX; at++) {
    (void)snprintf(name, sizeof name, "log-%u.example", (unsigned)at);
    assert_int_equal(state_of(fixture, name).size, at < held ? 1 : 0);
    assert_int_equal(advance_log(fixture, name, at < held ? 1 : 0, 2, 0), VD_SEEN_ADVANCED);
  }
}

#define SEEN_TEST(test) cmocka_unit_test_setup_teardown(test, seen_fixture_begin, seen_fixture_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      SEEN_TEST(threads_compare_and_set_in_one_step),
      SEEN_TEST(kill_9_takes_back_nothing_and_leaves_nothing_half),
      SEEN_TEST(kill_9_loses_no_proof),
      SEEN_TEST(a_second_process_waits_for_the_death_of_the_first),
      SEEN_TEST(a_full_disk_is_told_and_loses_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
