#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit_keys.h"
#include "verifyd/temp_folder.h"

static struct temp_folder folder;
static struct ctl_audit_keys keys;

static void add(uint64_t key, uint8_t kind) {
  assert_int_equal(ctl_audit_keys_add(&keys, kind, (const uint8_t *)&key, sizeof key, NULL), VD_OK);
}

static struct ctl_audit_twice flush(bool merge) {
  struct ctl_audit_twice twice;
  assert_int_equal(ctl_audit_keys_flush(&keys, merge, &twice, NULL), VD_OK);
  return twice;
}

static void begin(const char *path) { assert_int_equal(ctl_audit_keys_begin(&keys, path, NULL), VD_OK); }

static void nothing_is_twice(void **state) {
  (void)state;
  begin(folder.path);
  for (uint64_t i = 0; i < 3000; i++) {
    add(i, 1);
    if (i % 100 == 99) assert_false(flush(false).found);
  }
  assert_false(flush(true).found);
  assert_int_equal(keys.runs_count, 1);
  assert_int_equal(keys.runs[0].end, 3000);
  ctl_audit_keys_tidy(&keys);
  assert_int_equal(access(temp_folder_at(&folder, "keys-0-3000"), F_OK), 0);
  assert_int_equal(access(temp_folder_at(&folder, "keys-0-100"), F_OK), -1);
  ctl_audit_keys_free(&keys);
}

static void kinds_are_apart(void **state) {
  (void)state;
  begin(NULL);
  add(7, 1), add(7, 2), add(7, 3);
  assert_false(flush(true).found);
  ctl_audit_keys_free(&keys);
}

static void twice_in_the_buffer(void **state) {
  (void)state;
  begin(NULL);
  add(1, 1), add(2, 1), add(3, 1), add(2, 1);
  struct ctl_audit_twice twice = flush(false);
  assert_true(twice.found);
  assert_int_equal(twice.index, 1);
  assert_int_equal(twice.other, 3);
  ctl_audit_keys_free(&keys);
}

static void twice_far_apart(void **state) {
  (void)state;
  for (int named = 0; named < 2; named++) {
    begin(named ? folder.path : NULL);
    for (uint64_t i = 0; i < 1000; i++) {
      add(i == 990 ? 5 : i, 1);
      if (i % 50 == 49) assert_false(flush(false).found);
    }
    struct ctl_audit_twice twice = flush(true);
    assert_true(twice.found);
    assert_int_equal(twice.index, 5);
    assert_int_equal(twice.other, 990);
    ctl_audit_keys_free(&keys);
  }
}

static void goes_on_from_its_files(void **state) {
  (void)state;
  begin(folder.path);
  for (uint64_t i = 0; i < 10; i++) add(i, 1);
  assert_false(flush(false).found);
  for (uint64_t i = 10; i < 15; i++) add(i, 1);
  assert_false(flush(false).found);
  ctl_audit_keys_free(&keys);
  begin(folder.path);
  assert_int_equal(ctl_audit_keys_load(&keys, 0, 10, NULL), VD_OK);
  assert_int_equal(ctl_audit_keys_load(&keys, 10, 15, NULL), VD_OK);
  add(15, 1), add(3, 1);
  struct ctl_audit_twice twice = flush(true);
  assert_true(twice.found);
  assert_int_equal(twice.index, 3);
  assert_int_equal(twice.other, 16);
  ctl_audit_keys_free(&keys);
}

static void files_that_do_not_fit(void **state) {
  (void)state;
  begin(folder.path);
  for (uint64_t i = 0; i < 10; i++) add(i, 1);
  assert_false(flush(false).found);
  ctl_audit_keys_free(&keys);
  begin(folder.path);
  assert_int_equal(ctl_audit_keys_load(&keys, 1, 10, NULL), VD_DATA);
  assert_int_equal(ctl_audit_keys_load(&keys, 0, 0, NULL), VD_DATA);
  assert_int_not_equal(ctl_audit_keys_load(&keys, 0, 11, NULL), VD_OK);
  assert_int_equal(truncate(temp_folder_at(&folder, "keys-0-10"), 239), 0);
  assert_int_equal(ctl_audit_keys_load(&keys, 0, 10, NULL), VD_DATA);
  ctl_audit_keys_free(&keys);
  begin(NULL);
  assert_int_equal(ctl_audit_keys_load(&keys, 0, 10, NULL), VD_DATA);
  ctl_audit_keys_free(&keys);
}

static void a_file_out_of_order_is_damaged(void **state) {
  struct ctl_audit_key swapped[2];
  struct ctl_audit_twice twice;
  struct vd_failure failure = {.code = VD_OK};
  (void)state;
  begin(folder.path);
  for (uint64_t i = 0; i < 2; i++) add(i, 1);
  assert_false(flush(false).found);
  rewind(keys.runs[0].file);
  assert_int_equal(fread(swapped, sizeof *swapped, 2, keys.runs[0].file), 2);
  ctl_audit_keys_free(&keys);
  FILE *file = fopen(temp_folder_at(&folder, "keys-0-2"), "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(&swapped[1], sizeof *swapped, 1, file) + fwrite(&swapped[0], sizeof *swapped, 1, file), 2);
  assert_int_equal(fclose(file), 0);
  begin(folder.path);
  assert_int_equal(ctl_audit_keys_load(&keys, 0, 2, NULL), VD_OK);
  add(2, 1);
  assert_int_equal(ctl_audit_keys_flush(&keys, true, &twice, &failure), VD_DATA);
  ctl_audit_keys_free(&keys);
}

static void a_full_buffer_says_so_in_time(void **state) {
  uint64_t count = 0;
  (void)state;
  begin(NULL);
  for (; !ctl_audit_keys_is_full(&keys); count++) add(count, 1);
  assert_int_equal(count, CTL_AUDIT_KEYS_BUFFERED - CTL_AUDIT_KEYS_ROOM + 1);
  assert_false(flush(false).found);
  assert_false(ctl_audit_keys_is_full(&keys));
  ctl_audit_keys_free(&keys);
}

static int make(void **state) {
  (void)state;
  temp_folder_make(&folder);
  return 0;
}

static int clean(void **state) {
  (void)state;
  temp_folder_remove(&folder);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(nothing_is_twice, make, clean),
      cmocka_unit_test_setup_teardown(kinds_are_apart, make, clean),
      cmocka_unit_test_setup_teardown(twice_in_the_buffer, make, clean),
      cmocka_unit_test_setup_teardown(twice_far_apart, make, clean),
      cmocka_unit_test_setup_teardown(goes_on_from_its_files, make, clean),
      cmocka_unit_test_setup_teardown(files_that_do_not_fit, make, clean),
      cmocka_unit_test_setup_teardown(a_file_out_of_order_is_damaged, make, clean),
      cmocka_unit_test_setup_teardown(a_full_buffer_says_so_in_time, make, clean)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
