/* What is put on the board is what is read there. */
#include "anchor/board.h"

#include <string.h>

#include "libfrag/cmocka_all.h"

static const struct vd_policy_slot slot = {.is_there = true, .newest = {.size = 77}};

static void a_new_board_says_that_nothing_is_known(void **state) {
  struct vd_board board;
  struct vd_anchoring_status status;
  (void)state;
  memset(&board, 0, sizeof board);
  vd_board_get(&board, &status);
  assert_int_equal(status.state, VD_ANCHORING_STARTING);
  assert_false(status.is_stuck);
  assert_int_equal(status.final_count + status.final_size + status.final_time_s + status.sent_size + status.attempts +
                       status.looked_s,
                   0);
}

static void each_member_is_read_as_it_was_put(void **state) {
  const struct vd_board_outbox outbox = {.final_count = 3, .final_size = 50, .final_time_s = 1000, .attempts = 2};
  struct vd_board board;
  struct vd_anchoring_status status;
  (void)state;
  memset(&board, 0, sizeof board);
  vd_board_set_state(&board, VD_ANCHORING_HALTED);
  vd_board_set_outbox(&board, &outbox, &slot);
  vd_board_set_looked(&board, 2000);
  vd_board_set_stuck(&board, true);
  vd_board_get(&board, &status);
  assert_int_equal(status.state, VD_ANCHORING_HALTED);
  assert_int_equal(status.final_count, 3);
  assert_int_equal(status.final_size, 50);
  assert_int_equal(status.final_time_s, 1000);
  assert_int_equal(status.attempts, 2);
  assert_int_equal(status.sent_size, 77);
  assert_int_equal(status.looked_s, 2000);
  assert_true(status.is_stuck);
}

/* What the last slot said is not on its way any more. */
static void nothing_is_sent_when_no_slot_is_open(void **state) {
  const struct vd_board_outbox outbox = {.final_count = 3, .final_size = 77, .final_time_s = 1000, .attempts = 0};
  struct vd_board board;
  struct vd_anchoring_status status;
  (void)state;
  memset(&board, 0, sizeof board);
  vd_board_set_outbox(&board, &outbox, &slot);
  vd_board_get(&board, &status);
  assert_int_equal(status.sent_size, 0);
  assert_int_equal(status.attempts, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_new_board_says_that_nothing_is_known),
      cmocka_unit_test(each_member_is_read_as_it_was_put),
      cmocka_unit_test(nothing_is_sent_when_no_slot_is_open),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
