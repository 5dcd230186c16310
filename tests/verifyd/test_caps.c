#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/caps.h"

static struct vd_caps caps; /* large, so not on the stack */

static void address(uint8_t bytes[static 16], uint32_t number) {
  memset(bytes, 0, 16);
  memcpy(bytes + 12, &number, 4);
}

static void connections_are_capped(void **state) {
  uint8_t bytes[16];
  uint32_t slots[3], slot;
  (void)state;
  vd_caps_init(&caps, 3, 0, 0, 42);
  for (uint32_t i = 0; i < 3; i++) {
    address(bytes, 1); /* without a cap for one address */
    assert_true(vd_caps_connection_take(&caps, bytes, &slots[i]));
  }
  assert_false(vd_caps_connection_take(&caps, bytes, &slot));
  assert_false(vd_caps_connection_take(&caps, bytes, &slot)); /* refusals leave no trace */
  vd_caps_connection_give(&caps, slots[0]);
  assert_true(vd_caps_connection_take(&caps, bytes, &slot));
  assert_false(vd_caps_connection_take(&caps, bytes, &slot));
}

static void an_address_is_capped(void **state) {
  uint8_t one[16], other[16];
  uint32_t slot, other_slot;
  (void)state;
  vd_caps_init(&caps, 100, 2, 0, 42);
  address(one, 1);
  address(other, 2);
  assert_true(vd_caps_connection_take(&caps, one, &slot));
  assert_true(vd_caps_connection_take(&caps, one, &slot));
  for (int i = 0; i < 200; i++)
    assert_false(vd_caps_connection_take(&caps, one, &slot)); /* nor does it use up the rest */
  assert_true(vd_caps_connection_take(&caps, other, &other_slot));
  vd_caps_connection_give(&caps, slot);
  assert_true(vd_caps_connection_take(&caps, one, &slot));
}

static void addresses_are_spread_differently_with_every_seed(void **state) {
  enum { ADDRESSES = 20000 };
  static uint32_t first[ADDRESSES];
  uint8_t bytes[16];
  unsigned same = 0, largest = 0;
  (void)state;
  vd_caps_init(&caps, ADDRESSES, 0, 0, 1);
  for (uint32_t i = 0; i < ADDRESSES; i++) {
    address(bytes, i);
    assert_true(vd_caps_connection_take(&caps, bytes, &first[i]));
    if (atomic_load(&caps.by_address[first[i]]) > largest) largest = atomic_load(&caps.by_address[first[i]]);
  }
  assert_in_range(largest, 1, 12);
  vd_caps_init(&caps, ADDRESSES, 0, 0, 2);
  for (uint32_t i = 0; i < ADDRESSES; i++) {
    uint32_t slot;
    address(bytes, i);
    assert_true(vd_caps_connection_take(&caps, bytes, &slot));
    same += slot == first[i];
  }
  assert_in_range(same, 0, 20);
}

static void body_memory_is_capped(void **state) {
  (void)state;
  vd_caps_init(&caps, 0, 0, 100, 0);
  assert_true(vd_caps_body_take(&caps, 60));
  assert_false(vd_caps_body_take(&caps, 41));
  assert_true(vd_caps_body_take(&caps, 40));
  assert_false(vd_caps_body_take(&caps, 1));
  assert_false(vd_caps_body_take(&caps, SIZE_MAX));
  vd_caps_body_give(&caps, 60);
  assert_true(vd_caps_body_take(&caps, 60));
}

static void *take_and_give(void *unused) {
  uint8_t bytes[16];
  (void)unused;
  address(bytes, 7);
  for (int i = 0; i < 50000; i++) {
    uint32_t slot;
    if (vd_caps_connection_take(&caps, bytes, &slot)) vd_caps_connection_give(&caps, slot);
    if (vd_caps_body_take(&caps, 10)) vd_caps_body_give(&caps, 10);
  }
  return NULL;
}

static void threads_leave_the_counts_even(void **state) {
  pthread_t threads[4];
  (void)state;
  vd_caps_init(&caps, 2, 1, 25, 3);
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, take_and_give, NULL), 0);
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
  assert_int_equal(atomic_load(&caps.connections), 0);
  assert_int_equal(atomic_load(&caps.body_bytes), 0);
  for (int i = 0; i < VD_CAPS_ADDRESS_SLOTS; i++) assert_int_equal(atomic_load(&caps.by_address[i]), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(connections_are_capped),
      cmocka_unit_test(an_address_is_capped),
      cmocka_unit_test(addresses_are_spread_differently_with_every_seed),
      cmocka_unit_test(body_memory_is_capped),
      cmocka_unit_test(threads_leave_the_counts_even),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
