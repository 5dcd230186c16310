/* Found anchors whose writer is killed, starved or lied to by the disk at every step: none is lost or found twice.
 * usage: test_anchors_crash FAULT_SHIM; test_anchors_crash write FOLDER: the writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anchors_fixture.h"
#include "crash_story.h"

static const char *shim_path;

static enum vd_error open_store(const char *path, void **store, struct vd_failure *failure) {
  struct vd_anchors *anchors = NULL;
  enum vd_error error = vd_anchors_open(path, anchors_tracks, ANCHORS_TRACKS, &anchors, failure);
  *store = anchors;
  return error;
}

static enum vd_error step_store(void *store, unsigned step, struct vd_failure *failure) {
  return anchors_do(store, step, failure);
}

static enum vd_error digest_store(void *store, uint64_t *digest, struct vd_failure *failure) {
  return anchors_digest(store, digest, failure);
}

static void close_store(void *store) { vd_anchors_close(store); }

static const struct crash_story story = {ANCHORS_STEPS, open_store, step_store, digest_store, close_store};

static void a_step_that_fails(void **state) {
  (void)state;
  crash_story_try(&story, shim_path, "fail");
}

static void a_step_that_is_done_and_fails(void **state) {
  (void)state;
  crash_story_try(&story, shim_path, "late");
}

static void a_kill_before_a_step(void **state) {
  (void)state;
  crash_story_try(&story, shim_path, "before");
}

static void a_kill_after_a_step(void **state) {
  (void)state;
  crash_story_try(&story, shim_path, "after");
}

static void a_disk_that_is_full(void **state) {
  (void)state;
  crash_story_try(&story, shim_path, "full");
}

static void a_power_failure(void **state) {
  (void)state;
  crash_story_try(&story, shim_path, "cut");
}

static void a_power_failure_that_keeps_a_part(void **state) {
  (void)state;
  crash_story_try(&story, shim_path, "torn");
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "write") == 0) return crash_story_write(&story, argv[2]);
  if (argc != 2) return EXIT_FAILURE;
  shim_path = argv[1];
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_step_that_fails),   cmocka_unit_test(a_step_that_is_done_and_fails),
      cmocka_unit_test(a_kill_before_a_step), cmocka_unit_test(a_kill_after_a_step),
      cmocka_unit_test(a_disk_that_is_full), cmocka_unit_test(a_power_failure),
      cmocka_unit_test(a_power_failure_that_keeps_a_part),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
