#include "crash_story.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { RUNS_MAX = 1000, RUNS_LEAST = 25, UNFAITHFUL = 99, TEXT = 400 };

/* --- the writer --- */

/* After a failure it says what was there before, or nothing at all. */
static int look_back(const struct crash_story *story, void *store, uint64_t before, enum vd_error error) {
  uint64_t found = 0;
  if (story->digest(store, &found, NULL) == VD_OK && found != before) return UNFAITHFUL;
  return (int)error;
}

static int write_story(const struct crash_story *story, const char *path) {
  void *store = NULL;
  uint64_t before = 0;
  struct vd_failure failure = {0};
  enum vd_error error = story->open(path, &store, &failure);
  int code = (int)error;
  if (error == VD_OK && write(STDOUT_FILENO, "o", 1) != 1) return UNFAITHFUL;
  for (unsigned step = 0; step < story->steps && code == 0; step++) {
    if (story->digest(store, &before, &failure) != VD_OK) return UNFAITHFUL;
    error = story->step(store, step, &failure);
    if (error != VD_OK) code = look_back(story, store, before, error);
    if (error == VD_OK && write(STDOUT_FILENO, "s", 1) != 1) return UNFAITHFUL;
  }
  story->close(store);
  if (error != VD_OK) (void)fprintf(stderr, "%s\n", failure.text);
  return code;
}

/* --- the test --- */

static const struct crash_story *tested;
static const char *shim;

struct rig {
  const struct crash_story *story;
  const char *shim_path, *mode;
  struct temp_folder folder;
  char path[300], told_path[300], mark_path[300], error_path[300];
  uint64_t digests[CRASH_STORY_STEPS_MAX + 1]; /* after so many steps */
};

static void name_paths(struct rig *rig) {
  temp_folder_make(&rig->folder);
  (void)snprintf(rig->path, sizeof rig->path, "%s/store", rig->folder.path);
  (void)snprintf(rig->told_path, sizeof rig->told_path, "%s/told", rig->folder.path);
  (void)snprintf(rig->mark_path, sizeof rig->mark_path, "%s/mark", rig->folder.path);
  (void)snprintf(rig->error_path, sizeof rig->error_path, "%s/error", rig->folder.path);
}

/* What the disk does is the shim's business, so memory will do, and is quicker. */
static void begin(struct rig *rig) {
  bool is_chosen = getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0;
  if (is_chosen) (void)setenv("TMPDIR", "/dev/shm", 1);
  name_paths(rig);
  if (is_chosen) (void)unsetenv("TMPDIR");
}

static void *open_store(const struct rig *rig) {
  void *store = NULL;
  struct vd_failure failure = {0};
  if (rig->story->open(rig->path, &store, &failure) != VD_OK) fail_msg("%s", failure.text);
  return store;
}

static uint64_t digest_of(const struct rig *rig, void *store) {
  uint64_t digest = 0;
  struct vd_failure failure = {0};
  if (rig->story->digest(store, &digest, &failure) != VD_OK) fail_msg("%s", failure.text);
  return digest;
}

/* The steps from `step` on, with what is there after each. */
static void go_on(struct rig *rig, void *store, unsigned step, bool is_first) {
  struct vd_failure failure = {0};
  for (; step <= rig->story->steps; step++) {
    uint64_t digest = digest_of(rig, store);
    if (is_first) rig->digests[step] = digest;
    assert_int_equal(digest, rig->digests[step]);
    if (step < rig->story->steps && rig->story->step(store, step, &failure) != VD_OK) fail_msg("%s", failure.text);
  }
}

static void learn(struct rig *rig) {
  void *store = open_store(rig);
  assert_true(rig->story->steps <= CRASH_STORY_STEPS_MAX);
  go_on(rig, store, 0, true);
  rig->story->close(store);
  for (unsigned step = 0; step < rig->story->steps; step++)
    assert_int_not_equal(rig->digests[step], rig->digests[step + 1]);
}

static int run_writer(const struct rig *rig, unsigned at) {
  static char program[] = "/proc/self/exe", word[] = "write", sanitizer[] = "ASAN_OPTIONS=verify_asan_link_order=0";
  char path[300], preload[TEXT], folder[TEXT], mark[TEXT], mode[TEXT], number[TEXT];
  char *arguments[] = {program, word, path, NULL};
  char *environment[] = {preload, folder, mark, mode, number, sanitizer, NULL};
  posix_spawn_file_actions_t actions;
  pid_t child = -1;
  int status = 0;
  (void)snprintf(path, sizeof path, "%s", rig->path);
  (void)snprintf(preload, sizeof preload, "LD_PRELOAD=%s", rig->shim_path);
  (void)snprintf(folder, sizeof folder, "FAULT_FOLDER=%s", rig->path);
  (void)snprintf(mark, sizeof mark, "FAULT_MARK=%s", rig->mark_path);
  (void)snprintf(mode, sizeof mode, "FAULT_MODE=%s", rig->mode);
  (void)snprintf(number, sizeof number, "FAULT_AT=%u", at);
  assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
  assert_int_equal(posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, rig->told_path,
                                                    O_WRONLY | O_CREAT | O_TRUNC, 0600), 0);
  assert_int_equal(posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, rig->error_path,
                                                    O_WRONLY | O_CREAT | O_TRUNC, 0600), 0);
  assert_int_equal(posix_spawn(&child, program, &actions, NULL, arguments, environment), 0);
  assert_int_equal(posix_spawn_file_actions_destroy(&actions), 0);
  assert_int_equal(waitpid(child, &status, 0), child);
  return status;
}

/* How many calls of the writer have returned well: opening, and the steps after it. */
static unsigned told(const struct rig *rig) {
  struct stat status;
  assert_int_equal(stat(rig->told_path, &status), 0);
  return (unsigned)status.st_size;
}

static void assert_end(const struct rig *rig, int status) {
  bool is_killed = strcmp(rig->mode, "fail") != 0 && strcmp(rig->mode, "late") != 0 && strcmp(rig->mode, "full") != 0;
  assert_int_equal(WIFSIGNALED(status), is_killed);
  if (is_killed) {
    assert_int_equal(WTERMSIG(status), SIGKILL);
  } else {
    assert_int_not_equal(WEXITSTATUS(status), UNFAITHFUL);
  }
  /* A full disk is told as one; what need not be written, such as an evidence file, may pass. */
  if (strcmp(rig->mode, "full") == 0) assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == VD_FULL);
}

static void look_and_go_on(struct rig *rig) {
  unsigned calls = told(rig), step = calls > 0 ? calls - 1 : 0;
  void *store = open_store(rig);
  uint64_t digest = digest_of(rig, store);
  if (digest != rig->digests[step] && calls > 0 && step < rig->story->steps) step++;
  go_on(rig, store, step, false);
  rig->story->close(store);
  store = open_store(rig);
  assert_int_equal(digest_of(rig, store), rig->digests[rig->story->steps]);
  rig->story->close(store);
}

static void start_afresh(const struct rig *rig) {
  temp_folder_remove(&rig->folder);
  assert_int_equal(mkdir(rig->folder.path, 0700), 0);
}

static void try_mode(const char *mode) {
  struct rig rig = {.story = tested, .shim_path = shim, .mode = mode};
  unsigned at = 1;
  begin(&rig);
  learn(&rig);
  for (;; at++) {
    assert_true(at < RUNS_MAX);
    start_afresh(&rig);
    int status = run_writer(&rig, at);
    if (access(rig.mark_path, F_OK) != 0) {
      assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
      assert_int_equal(told(&rig), tested->steps + 1);
      look_and_go_on(&rig);
      break;
    }
    assert_end(&rig, status);
    look_and_go_on(&rig);
  }
  assert_true(at > RUNS_LEAST); /* the shim has seen the work */
  temp_folder_remove(&rig.folder);
}

static void a_step_that_fails(void **state) {
  (void)state;
  try_mode("fail");
}

static void a_step_that_is_done_and_fails(void **state) {
  (void)state;
  try_mode("late");
}

static void a_kill_before_a_step(void **state) {
  (void)state;
  try_mode("before");
}

static void a_kill_after_a_step(void **state) {
  (void)state;
  try_mode("after");
}

static void a_disk_that_is_full(void **state) {
  (void)state;
  try_mode("full");
}

static void a_power_failure(void **state) {
  (void)state;
  try_mode("cut");
}

static void a_power_failure_that_keeps_a_part(void **state) {
  (void)state;
  try_mode("torn");
}

int crash_story_main(const struct crash_story *story, int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "write") == 0) return write_story(story, argv[2]);
  if (argc != 2) return EXIT_FAILURE;
  tested = story;
  shim = argv[1];
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_step_that_fails),   cmocka_unit_test(a_step_that_is_done_and_fails),
      cmocka_unit_test(a_kill_before_a_step), cmocka_unit_test(a_kill_after_a_step),
      cmocka_unit_test(a_disk_that_is_full), cmocka_unit_test(a_power_failure),
      cmocka_unit_test(a_power_failure_that_keeps_a_part),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
