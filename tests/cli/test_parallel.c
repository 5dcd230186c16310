#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "parallel.h"

#define COUNT 20000

/* Every thing has a byte of its own, and every worker a counter of its own: a second visit would show. */
struct shared {
  unsigned char visits[COUNT];
  size_t last_tick;
  size_t fail_at;
};

static enum vd_error visit(void *context, void *worker, size_t index, struct vd_failure *failure) {
  struct shared *shared = context;
  size_t *counter = worker;
  shared->visits[index]++;
  (*counter)++;
  if (index == shared->fail_at) return vd_fail(failure, VD_DATA, "thing %zu", index);
  return VD_OK;
}

static void tick(void *context, size_t done) {
  struct shared *shared = context;
  assert_true(done >= 1 && done <= COUNT);
  shared->last_tick = done;
}

static void test_everything_once(void **state) {
  (void)state;
  for (unsigned workers = 1; workers <= 9; workers += 4) {
    static struct shared shared;
    size_t counters[9] = {0}, total = 0;
    void *states[9];
    for (unsigned i = 0; i < workers; i++) states[i] = &counters[i];
    memset(&shared, 0, sizeof shared);
    shared.fail_at = COUNT;
    assert_int_equal(ctl_parallel(workers, states, COUNT, visit, tick, &shared, NULL), VD_OK);
    for (size_t i = 0; i < COUNT; i++) assert_int_equal(shared.visits[i], 1);
    for (unsigned i = 0; i < workers; i++) total += counters[i];
    assert_int_equal(total, COUNT);
  }
}

static void test_an_error_stops(void **state) {
  (void)state;
  static struct shared shared;
  size_t counters[4] = {0};
  void *states[4] = {&counters[0], &counters[1], &counters[2], &counters[3]};
  struct vd_failure failure = {.code = VD_OK};
  memset(&shared, 0, sizeof shared);
  shared.fail_at = 100;
  assert_int_equal(ctl_parallel(4, states, COUNT, visit, NULL, &shared, &failure), VD_DATA);
  assert_string_equal(failure.text, "thing 100");
  for (size_t i = 0; i <= 100; i++) assert_int_equal(shared.visits[i], 1);
}

static void test_nothing_to_do(void **state) {
  (void)state;
  static struct shared shared;
  size_t counter = 0;
  void *states[1] = {&counter};
  assert_int_equal(ctl_parallel(1, states, 0, visit, NULL, &shared, NULL), VD_OK);
  assert_int_equal(counter, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_everything_once),
    cmocka_unit_test(test_an_error_stops),
    cmocka_unit_test(test_nothing_to_do),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
