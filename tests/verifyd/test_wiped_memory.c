#include <stdint.h>
#include <stdlib.h>

#include "libfrag/cmocka_all.h"
#include "picture/wiped_memory.h"
#include "verifyd/memory_spy.h"

static void memory_is_usable_and_aligned(void **state) {
  (void)state;
  for (size_t size = 0; size < 200; size++) {
    unsigned char *memory = vd_wiped_malloc(size);
    assert_non_null(memory);
    assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
    memset(memory, 0xa5, size);
    vd_wiped_free(memory);
  }
}

static void freed_memory_is_wiped(void **state) {
  (void)state;
  memory_spy_start(SIZE_MAX);
  unsigned char *memory = vd_wiped_malloc(1000);
  assert_non_null(memory);
  memset(memory, 0xa5, 1000);
  vd_wiped_free(memory);
  vd_wiped_free(NULL);
  struct memory_spy_report spied = memory_spy_stop();
  assert_true(spied.largest_bytes >= 1000);
  assert_int_equal(spied.freed, 1);
  assert_int_equal(spied.dirty, 0);
}

static void too_much_is_refused(void **state) {
  (void)state;
  assert_null(vd_wiped_malloc(SIZE_MAX));
  assert_null(vd_wiped_malloc(SIZE_MAX - 8));
  memory_spy_start(100);
  assert_null(vd_wiped_malloc(100));
  (void)memory_spy_stop();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(memory_is_usable_and_aligned),
      cmocka_unit_test(freed_memory_is_wiped),
      cmocka_unit_test(too_much_is_refused),
  };
  return cmocka_run_group_tests_name("wiped_memory", tests, NULL, NULL);
}
