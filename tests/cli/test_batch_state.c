#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "batch_state.h"

static char path[64];
static const uint8_t key[32] = {1, 2, 3};
static struct ctl_batch_state made;

static int make(void **state) {
  (void)state;
  (void)snprintf(path, sizeof path, "/tmp/ctl-test-batch-%ld", (long)getpid());
  memset(&made, 0x5a, sizeof made);
  made.issued_s = 0x0102030405060708u;
  return ctl_batch_state_save(path, key, &made, NULL) != VD_OK;
}

static int clean(void **state) {
  (void)state;
  return unlink(path);
}

static void test_round_trip(void **state) {
  (void)state;
  struct ctl_batch_state state_read;
  bool found = false;
  assert_int_equal(ctl_batch_state_load(path, key, &found, &state_read, NULL), VD_OK);
  assert_true(found);
  assert_memory_equal(&state_read, &made, sizeof made);
  struct stat info;
  assert_int_equal(stat(path, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0600);
}

static void test_missing_is_no_error(void **state) {
  (void)state;
  struct ctl_batch_state state_read;
  bool found = true;
  assert_int_equal(ctl_batch_state_load("/tmp/ctl-test-no-such-file", key, &found, &state_read, NULL), VD_OK);
  assert_false(found);
}

static void test_the_key_is_needed(void **state) {
  (void)state;
  static const struct ctl_batch_state empty;
  struct ctl_batch_state state_read;
  struct vd_bytes file;
  struct vd_failure failure;
  uint8_t other[32] = {1, 2, 4};
  bool found = false;
  assert_int_equal(ctl_batch_state_load(path, other, &found, &state_read, &failure), VD_KEY);
  assert_non_null(strstr(failure.text, "another issuer key"));
  assert_memory_equal(&state_read, &empty, sizeof empty);
  assert_int_equal(vd_file_read(path, 1000, &file, NULL), VD_OK);
  assert_null(memmem(file.data, file.len, "ZZZZZZZZ", 8));
  vd_bytes_free(&file);
}

static void refuse(const uint8_t *data, size_t len) {
  struct ctl_batch_state state_read;
  bool found = false;
  assert_int_equal(vd_file_replace(path, data, len, 0600, NULL), VD_OK);
  enum vd_error error = ctl_batch_state_load(path, key, &found, &state_read, NULL);
  assert_true(error == VD_KEY || error == VD_FULL);
}

static void test_every_change_is_refused(void **state) {
  (void)state;
  struct vd_bytes file;
  assert_int_equal(vd_file_read(path, 1000, &file, NULL), VD_OK);
  for (size_t byte = 0; byte < file.len; byte++) {
    file.data[byte] ^= (uint8_t)(1u << (byte % 8));
    refuse(file.data, file.len);
    file.data[byte] ^= (uint8_t)(1u << (byte % 8));
  }
  for (size_t len = 0; len < file.len; len += 7) refuse(file.data, len);
  refuse(file.data, file.len + 1);
  assert_int_equal(vd_file_replace(path, file.data, file.len, 0600, NULL), VD_OK);
  vd_bytes_free(&file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),
    cmocka_unit_test(test_missing_is_no_error),
    cmocka_unit_test(test_the_key_is_needed),
    cmocka_unit_test(test_every_change_is_refused),
  };
  return cmocka_run_group_tests(tests, make, clean);
}
