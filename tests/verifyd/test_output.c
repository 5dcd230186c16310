#include <stdlib.h>

#include "libfrag/cmocka_all.h"
#include "picture/output.h"
#include "verifyd/memory_spy.h"

static struct vd_failure failure;

static void add(struct vd_output *output, const char *text) {
  size_t len = strlen(text);
  assert_int_equal(vd_output_reserve(output, len, &failure), VD_OK);
  assert_true(output->capacity - output->len >= len);
  memcpy(output->bytes + output->len, text, len);
  output->len += len;
}

static void it_grows_and_keeps_its_content(void **state) {
  (void)state;
  struct vd_output output = {0};
  for (int i = 0; i < 1000; i++) add(&output, "0123456");
  assert_int_equal(output.len, 7000);
  for (size_t i = 0; i < 7000; i++) assert_int_equal(output.bytes[i], '0' + i % 7);
  vd_output_free(&output);
  assert_null(output.bytes);
  assert_int_equal(output.len + output.capacity, 0);
  vd_output_free(&output);
}

static void every_block_is_wiped(void **state) {
  (void)state;
  struct vd_output output = {0};
  memory_spy_start(SIZE_MAX);
  for (int i = 0; i < 200; i++) add(&output, "secret");
  vd_output_clear(&output);
  add(&output, "short");
  vd_output_free(&output);
  struct memory_spy_report spied = memory_spy_stop();
  assert_true(spied.freed > 3);
  assert_int_equal(spied.dirty, 0);
}

static void cleared_memory_is_used_again(void **state) {
  (void)state;
  struct vd_output output = {0};
  add(&output, "a secret that is long");
  const uint8_t *bytes = output.bytes;
  vd_output_clear(&output);
  assert_int_equal(output.len, 0);
  assert_int_equal(bytes[0] | bytes[20], 0);
  add(&output, "another");
  assert_ptr_equal(output.bytes, bytes);
  vd_output_free(&output);
}

static void no_memory_changes_nothing(void **state) {
  (void)state;
  struct vd_output output = {0};
  add(&output, "kept");
  memory_spy_start(1);
  assert_int_equal(vd_output_reserve(&output, 100, &failure), VD_MEMORY);
  (void)memory_spy_stop();
  assert_int_equal(failure.code, VD_MEMORY);
  assert_int_equal(output.len, 4);
  assert_memory_equal(output.bytes, "kept", 4);
  vd_output_free(&output);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_grows_and_keeps_its_content),
      cmocka_unit_test(every_block_is_wiped),
      cmocka_unit_test(cleared_memory_is_used_again),
      cmocka_unit_test(no_memory_changes_nothing),
  };
  return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
