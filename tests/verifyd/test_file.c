#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static char folder[64];

static const char *in_folder(const char *name) {
  static char path[128];
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/vd-test-file-XXXXXX");
  return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
  (void)state;
  return rmdir(folder); /* fails, as it should, when a test has left a file behind */
}

static void assert_content(const char *path, const char *expected) {
  struct vd_bytes bytes;
  assert_int_equal(vd_file_read(path, 1000, &bytes, NULL), VD_OK);
  assert_int_equal(bytes.len, strlen(expected));
  assert_string_equal((const char *)bytes.data, expected);
  vd_bytes_free(&bytes);
  assert_null(bytes.data);
}

static void assert_mode(const char *path, mode_t mode) {
  struct stat info;
  assert_int_equal(stat(path, &info), 0);
  assert_int_equal(info.st_mode & 07777, mode);
}

static void test_create_never_overwrites(void **state) {
  (void)state;
  struct vd_failure failure;
  const char *path = in_folder("key");
  mode_t before = umask(0);
  assert_int_equal(vd_file_create(path, "first", 5, 0600, &failure), VD_OK);
  umask(before);
  assert_mode(path, 0600);
  assert_int_equal(vd_file_create(path, "second", 6, 0600, &failure), VD_CONFLICT);
  assert_non_null(strstr(failure.text, "exists already"));
  assert_content(path, "first");
  assert_int_equal(unlink(path), 0);
  assert_int_equal(symlink("elsewhere", path), 0);
  assert_int_equal(vd_file_create(path, "third", 5, 0600, &failure), VD_CONFLICT);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(vd_file_create(in_folder("no/such"), "x", 1, 0600, &failure), VD_IO);
}

static void test_replace_and_place(void **state) {
  (void)state;
  const char *path = in_folder("list");
  assert_int_equal(vd_file_replace(path, "one", 3, 0644, NULL), VD_OK);
  assert_int_equal(vd_file_replace(path, "two!", 4, 0640, NULL), VD_OK);
  assert_content(path, "two!");
  assert_mode(path, 0640);
  int fd = -1;
  assert_int_equal(vd_folder_open(folder, &fd, NULL), VD_OK);
  assert_int_equal(vd_file_place(fd, "list", "three", 5, 0600, NULL), VD_OK);
  assert_int_equal(vd_folder_sync(fd, folder, NULL), VD_OK);
  close(fd);
  assert_content(path, "three");
  assert_mode(path, 0600);
  assert_int_equal(unlink(path), 0);
}

/* A crash leaves the temporary file; the next attempt takes its place. */
static void test_leftover_of_a_crash_is_reused(void **state) {
  (void)state;
  char leftover[128];
  (void)snprintf(leftover, sizeof leftover, "%s", in_folder(".list.new"));
  assert_int_equal(vd_file_replace(leftover, "half", 4, 0600, NULL), VD_OK);
  assert_int_equal(vd_file_replace(in_folder("list"), "whole", 5, 0600, NULL), VD_OK);
  assert_int_equal(access(leftover, F_OK), -1);
  assert_content(in_folder("list"), "whole");
  assert_int_equal(unlink(in_folder("list")), 0);
}

static void test_read_limits_and_missing(void **state) {
  (void)state;
  struct vd_bytes bytes;
  struct vd_failure failure;
  char large[10000];
  memset(large, 'x', sizeof large);
  assert_int_equal(vd_file_replace(in_folder("f"), large, sizeof large, 0600, NULL), VD_OK);
  assert_int_equal(vd_file_read(in_folder("f"), sizeof large - 1, &bytes, &failure), VD_FULL);
  assert_null(bytes.data);
  assert_int_equal(vd_file_read(in_folder("f"), sizeof large, &bytes, &failure), VD_OK);
  assert_int_equal(bytes.len, sizeof large);
  assert_memory_equal(bytes.data, large, sizeof large);
  vd_bytes_free(&bytes);
  assert_int_equal(unlink(in_folder("f")), 0);
  assert_int_equal(vd_file_read(in_folder("f"), 10, &bytes, &failure), VD_NO_INPUT);
  assert_non_null(strstr(failure.text, in_folder("f")));
  assert_int_equal(vd_file_read(folder, 10, &bytes, &failure), VD_NO_INPUT);
}

static void test_private_files(void **state) {
  (void)state;
  struct vd_bytes bytes;
  struct vd_failure failure;
  static const mode_t open_modes[] = {0640, 0604, 0620, 0602, 0610, 0644, 0666};
  const char *path = in_folder("key");
  assert_int_equal(vd_file_create(path, "secret", 6, 0600, NULL), VD_OK);
  assert_int_equal(vd_file_read_private(path, 10, &bytes, &failure), VD_OK);
  vd_bytes_free(&bytes);
  for (size_t i = 0; i < sizeof open_modes / sizeof *open_modes; i++) {
    assert_int_equal(chmod(path, open_modes[i]), 0);
    assert_int_equal(vd_file_read_private(path, 10, &bytes, &failure), VD_KEY);
    assert_non_null(strstr(failure.text, "chmod 600"));
    assert_null(bytes.data);
  }
  assert_int_equal(unlink(path), 0);
  assert_int_equal(vd_file_read_private(folder, 10, &bytes, &failure), VD_KEY);
}

static void test_destroy(void **state) {
  (void)state;
  char other[128];
  const char *path = in_folder("batch");
  assert_int_equal(vd_file_create(path, "secret", 6, 0600, NULL), VD_OK);
  (void)snprintf(other, sizeof other, "%s", in_folder("second-name"));
  path = in_folder("batch");
  assert_int_equal(link(path, other), 0);
  assert_int_equal(vd_file_destroy(path, NULL), VD_OK);
  assert_int_equal(access(path, F_OK), -1);
  struct vd_bytes bytes;
  assert_int_equal(vd_file_read(other, 10, &bytes, NULL), VD_OK);
  assert_memory_equal(bytes.data, "\0\0\0\0\0\0", 6);
  vd_bytes_free(&bytes);
  assert_int_equal(unlink(other), 0);
  assert_int_equal(vd_file_destroy(path, NULL), VD_OK);
}

static void test_folders(void **state) {
  (void)state;
  struct vd_failure failure;
  int fd = -1;
  assert_int_equal(vd_folder_make(in_folder("out"), 0700, &failure), VD_OK);
  assert_mode(in_folder("out"), 0700);
  assert_int_equal(vd_folder_make(in_folder("out"), 0755, &failure), VD_OK);
  assert_mode(in_folder("out"), 0700);
  assert_int_equal(rmdir(in_folder("out")), 0);
  assert_int_equal(vd_file_create(in_folder("out"), "", 0, 0600, NULL), VD_OK);
  assert_int_equal(vd_folder_make(in_folder("out"), 0700, &failure), VD_CONFLICT);
  assert_int_equal(vd_folder_open(in_folder("out"), &fd, &failure), VD_NO_INPUT);
  assert_int_equal(unlink(in_folder("out")), 0);
  assert_int_equal(vd_folder_make(in_folder("a/b"), 0700, &failure), VD_IO);
}

static void test_endless_file_is_refused(void **state) {
  (void)state;
  struct vd_bytes bytes;
  struct vd_failure failure;
  assert_int_equal(vd_file_read("/dev/zero", 100000, &bytes, &failure), VD_FULL);
  assert_null(bytes.data);
  assert_int_equal(vd_file_read_private("/dev/zero", 100000, &bytes, &failure), VD_KEY);
}

/* Without a writer, opening one waits for ever; with one, reading does. */
static void test_a_pipe_is_no_regular_file(void **state) {
  (void)state;
  struct vd_bytes bytes;
  struct vd_failure failure;
  const char *path = in_folder("pipe");
  assert_int_equal(mkfifo(path, 0600), 0);
  (void)alarm(60);
  for (int with_writer = 0; with_writer < 2; with_writer++) {
    int writer = with_writer ? open(path, O_RDWR | O_CLOEXEC) : -1;
    assert_int_equal(vd_file_read_regular(path, 100, &bytes, &failure), VD_NO_INPUT);
    assert_non_null(strstr(failure.text, "is not a regular file"));
    assert_null(bytes.data);
    assert_int_equal(vd_file_read_private(path, 100, &bytes, &failure), VD_KEY);
    if (with_writer) (void)close(writer);
  }
  (void)alarm(0);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(vd_file_read_regular("/dev/zero", 100, &bytes, &failure), VD_NO_INPUT);
  assert_int_equal(vd_file_read_regular(folder, 100, &bytes, &failure), VD_NO_INPUT);
  assert_int_equal(vd_file_read_regular(path, 100, &bytes, &failure), VD_NO_INPUT);
  assert_non_null(strstr(failure.text, "cannot open"));
}

static void test_a_regular_file_is_read_and_so_is_a_pipe_elsewhere(void **state) {
  (void)state;
  struct vd_bytes bytes;
  char path[64];
  int ends[2];
  assert_int_equal(vd_file_create(in_folder("f"), "text", 4, 0600, NULL), VD_OK);
  assert_int_equal(vd_file_read_regular(in_folder("f"), 3, &bytes, NULL), VD_FULL);
  assert_int_equal(vd_file_read_regular(in_folder("f"), 4, &bytes, NULL), VD_OK);
  assert_int_equal(bytes.len, 4);
  assert_string_equal((const char *)bytes.data, "text");
  vd_bytes_free(&bytes);
  assert_int_equal(unlink(in_folder("f")), 0);
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(write(ends[1], "piped", 5), 5);
  (void)close(ends[1]);
  (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
  assert_content(path, "piped");
  (void)close(ends[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_create_never_overwrites), cmocka_unit_test(test_replace_and_place),
    cmocka_unit_test(test_leftover_of_a_crash_is_reused), cmocka_unit_test(test_read_limits_and_missing),
    cmocka_unit_test(test_private_files), cmocka_unit_test(test_destroy), cmocka_unit_test(test_folders),
    cmocka_unit_test(test_endless_file_is_refused), cmocka_unit_test(test_a_pipe_is_no_regular_file),
    cmocka_unit_test(test_a_regular_file_is_read_and_so_is_a_pipe_elsewhere),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
