/* What was handed in is remembered: by several processes at once, and although one was stopped within a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "submission_notes.h"
#include "verifyd/temp_folder.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void digest_of(uint8_t digest[static 32], unsigned number) {
  for (size_t at = 0; at < 32; at++) digest[at] = (uint8_t)(number * 37 + at * 11);
}

static int begin(void **state) {
  struct temp_folder *folder = calloc(1, sizeof *folder);
  assert_non_null(folder);
  temp_folder_make(folder);
  *state = folder;
  return 0;
}

static int end(void **state) {
  temp_folder_remove(*state);
  free(*state);
  return 0;
}

static void add(const struct temp_folder *folder, unsigned number) {
  uint8_t digest[32];
  digest_of(digest, number);
  assert_int_equal(ctl_submission_notes_add(folder->path, digest, NULL), VD_OK);
}

/* All there are, sorted; and how many of 0 to `numbers` − 1 are among them. */
static size_t read_back(const struct temp_folder *folder, unsigned numbers, size_t *count) {
  uint8_t(*digests)[32];
  struct vd_failure failure;
  size_t found = 0;
  if (ctl_submission_notes_read(folder->path, &digests, count, &failure) != VD_OK) fail_msg("%s", failure.text);
  for (size_t at = 1; at < *count; at++) assert_true(memcmp(digests[at - 1], digests[at], 32) <= 0);
  for (unsigned number = 0; number < numbers; number++) {
    uint8_t digest[32];
    digest_of(digest, number);
    for (size_t at = 0; at < *count; at++)
      if (memcmp(digests[at], digest, 32) == 0) {
        found++;
        break;
      }
  }
  free(digests);
  return found;
}

static void notes_are_kept(void **state) {
  struct stat about;
  size_t count;
  assert_int_equal(read_back(*state, 5, &count), 0);
  assert_int_equal(count, 0);
  for (unsigned number = 0; number < 5; number++) {
    add(*state, number);
    assert_int_equal(read_back(*state, 5, &count), number + 1);
    assert_int_equal(count, number + 1);
  }
  assert_int_equal(stat(temp_folder_at(*state, "submissions"), &about), 0);
  assert_int_equal(about.st_mode & 0777, 0600);
}

/* Whatever is left of a line that was never finished. */
static void half_a_line_is_no_harm(void **state) {
  const char *path = temp_folder_at(*state, "submissions");
  for (off_t len = 0; len < 65; len++) {
    size_t count;
    (void)unlink(path);
    add(*state, 0);
    add(*state, 1);
    assert_int_equal(truncate(path, 65 + len), 0);
    assert_int_equal(read_back(*state, 3, &count), 1);
    add(*state, 2);
    assert_int_equal(read_back(*state, 3, &count), 2);
    assert_int_equal(count, 2);
  }
}

static void many_may_add_at_once(void **state) {
  enum { PROCESSES = 4, EACH = 10 };
  pid_t pids[PROCESSES];
  size_t count;
  for (unsigned process = 0; process < PROCESSES; process++) {
    pids[process] = fork();
    assert_true(pids[process] >= 0);
    if (pids[process] > 0) continue;
    bool is_fine = true;
    for (unsigned number = 0; number < EACH; number++) {
      uint8_t digest[32];
      digest_of(digest, process * EACH + number);
      is_fine = ctl_submission_notes_add(((struct temp_folder *)*state)->path, digest, NULL) == VD_OK && is_fine;
    }
    _exit(is_fine ? 0 : 1);
  }
  for (unsigned process = 0; process < PROCESSES; process++) {
    int status;
    assert_int_equal(waitpid(pids[process], &status, 0), pids[process]);
    assert_int_equal(status, 0);
  }
  assert_int_equal(read_back(*state, PROCESSES * EACH, &count), PROCESSES * EACH);
  assert_int_equal(count, PROCESSES * EACH);
}

static void other_files_are_refused(void **state) {
  uint8_t(*digests)[32] = *state;
  size_t count = 7;
  char text[65];
  const char *path = temp_folder_at(*state, "submissions");
  static const char last[] = {'g', ' ', '\n', '\0'};
  for (size_t at = 0; at < COUNT(last); at++) {
    memset(text, '0', 64);
    text[63] = last[at];
    text[64] = '\n';
    temp_folder_put(*state, "submissions", text, sizeof text);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(ctl_submission_notes_read(((struct temp_folder *)*state)->path, &digests, &count, NULL), VD_DATA);
    assert_null(digests);
  }
  memset(text, '0', sizeof text); /* no end of line */
  temp_folder_put(*state, "submissions", text, sizeof text);
  assert_int_equal(chmod(path, 0600), 0);
  assert_int_equal(ctl_submission_notes_read(((struct temp_folder *)*state)->path, &digests, &count, NULL), VD_DATA);
  text[64] = '\n';
  temp_folder_put(*state, "submissions", text, sizeof text);
  assert_int_equal(chmod(path, 0644), 0);
  assert_int_equal(ctl_submission_notes_read(((struct temp_folder *)*state)->path, &digests, &count, NULL), VD_KEY);
}

static void folders_must_be_there(void **state) {
  uint8_t digest[32] = {0};
  char long_path[5000];
  struct vd_failure failure;
  (void)state;
  assert_int_equal(ctl_submission_notes_add("/nowhere/at/all", digest, &failure), VD_IO);
  assert_non_null(strstr(failure.text, "/nowhere/at/all/submissions"));
  memset(long_path, 'x', sizeof long_path - 1);
  long_path[sizeof long_path - 1] = '\0';
  assert_int_equal(ctl_submission_notes_add(long_path, digest, &failure), VD_USAGE);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_FOLDER(notes_are_kept),
      IN_FOLDER(half_a_line_is_no_harm),
      IN_FOLDER(many_may_add_at_once),
      IN_FOLDER(other_files_are_refused),
      IN_FOLDER(folders_must_be_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
