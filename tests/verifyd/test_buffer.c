#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/buffer.h"

static void grows_and_keeps_what_it_has(void **state) {
  struct vd_buffer buffer;
  (void)state;
  vd_buffer_init(&buffer, 1 << 20);
  for (int i = 0; i < 100000; i++) vd_buffer_append(&buffer, &(char){(char)('a' + i % 26)}, 1);
  assert_false(vd_buffer_failed(&buffer));
  assert_int_equal(buffer.len, 100000);
  for (int i = 0; i < 100000; i++) assert_int_equal(buffer.bytes[i], 'a' + i % 26);
  vd_buffer_free(&buffer);
}

static void the_limit_is_exact_and_latches(void **state) {
  struct vd_buffer buffer;
  (void)state;
  vd_buffer_init(&buffer, 5);
  vd_buffer_text(&buffer, "12345");
  assert_false(vd_buffer_failed(&buffer));
  vd_buffer_text(&buffer, "6");
  assert_true(vd_buffer_failed(&buffer));
  assert_null(vd_buffer_room(&buffer, 0));
  vd_buffer_text(&buffer, "");
  assert_int_equal(buffer.len, 5);
  vd_buffer_reset(&buffer, 100);
  assert_false(vd_buffer_failed(&buffer));
  vd_buffer_text(&buffer, "abcde");
  assert_memory_equal(buffer.bytes, "abcde", 5);
  vd_buffer_free(&buffer);
}

static void a_failed_append_adds_nothing(void **state) {
  struct vd_buffer buffer;
  (void)state;
  vd_buffer_init(&buffer, 8);
  vd_buffer_text(&buffer, "1234");
  vd_buffer_text(&buffer, "toolong");
  vd_buffer_text(&buffer, "5"); /* would fit, but something is missing before it */
  assert_int_equal(buffer.len, 4);
  vd_buffer_free(&buffer);
}

static void numbers_are_decimal(void **state) {
  struct vd_buffer buffer;
  (void)state;
  vd_buffer_init(&buffer, 100);
  vd_buffer_number(&buffer, 0);
  vd_buffer_text(&buffer, " ");
  vd_buffer_number(&buffer, UINT64_MAX);
  vd_buffer_append(&buffer, "", 1);
  assert_string_equal(buffer.bytes, "0 18446744073709551615");
  vd_buffer_free(&buffer);
}

static void reset_wipes_and_frees_what_is_too_large(void **state) {
  struct vd_buffer buffer;
  (void)state;
  vd_buffer_init(&buffer, 1 << 20);
  vd_buffer_text(&buffer, "secret");
  char *before = buffer.bytes;
  vd_buffer_reset(&buffer, buffer.capacity);
  assert_ptr_equal(buffer.bytes, before);
  assert_memory_equal(before, "\0\0\0\0\0\0", 6);
  vd_buffer_reset(&buffer, 10);
  assert_null(buffer.bytes);
  assert_int_equal(buffer.capacity, 0);
  vd_buffer_text(&buffer, "again");
  assert_int_equal(buffer.len, 5);
  vd_buffer_free(&buffer);
}

static void spans_compare_and_trim(void **state) {
  (void)state;
  assert_true(vd_span_equal(VD_SPAN("a"), VD_SPAN("a")));
  assert_false(vd_span_equal(VD_SPAN("a"), VD_SPAN("A")));
  assert_true(vd_span_equal_nocase(VD_SPAN("aZ-"), VD_SPAN("Az-")));
  assert_false(vd_span_equal_nocase(VD_SPAN("a"), VD_SPAN("ab")));
  assert_true(vd_span_equal((struct vd_span){NULL, 0}, VD_SPAN("")));
  assert_true(vd_span_equal(vd_span_trim(VD_SPAN(" \t a b\t ")), VD_SPAN("a b")));
  assert_int_equal(vd_span_trim(VD_SPAN(" \t ")).len, 0);
  assert_int_equal(vd_span_trim((struct vd_span){NULL, 0}).len, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grows_and_keeps_what_it_has),
      cmocka_unit_test(the_limit_is_exact_and_latches),
      cmocka_unit_test(a_failed_append_adds_nothing),
      cmocka_unit_test(numbers_are_decimal),
      cmocka_unit_test(reset_wipes_and_frees_what_is_too_large),
      cmocka_unit_test(spans_compare_and_trim),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
