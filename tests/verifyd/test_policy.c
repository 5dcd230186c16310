#include "anchor/policy.h"

#include <string.h>

#include "libfrag/cmocka_all.h"

static const struct vd_anchor_settings hourly = {.interval_s = 3600, .entries = 10, .replace_s = 300};

static struct vd_anchoring_checkpoint checkpoint_of(uint64_t size, uint8_t root) {
  struct vd_anchoring_checkpoint checkpoint = {.size = size};
  memset(checkpoint.root, root, sizeof checkpoint.root);
  return checkpoint;
}

/* Begun at 1000 s, tried again at 2000 s; anchored 100 entries, said up to 120. */
static struct vd_policy_slot slot_of(bool is_final) {
  return (struct vd_policy_slot){.is_there = true,
                                 .is_final = is_final,
                                 .begun_s = 1000,
                                 .made_s = 2000,
                                 .size = is_final ? 100 : 120,
                                 .newest = checkpoint_of(120, 7)};
}

static void the_first_anchor_waits_for_entries_only(void **state) {
  struct vd_policy_slot none = {.is_there = false};
  struct vd_anchoring_checkpoint newest = checkpoint_of(9, 1);
  (void)state;
  assert_false(vd_policy_is_begin_due(&hourly, &none, &newest, 0, 5000));
  newest.size = 10;
  assert_true(vd_policy_is_begin_due(&hourly, &none, &newest, 0, 5000));
  assert_true(vd_policy_is_begin_due(&hourly, &none, &newest, 0, 0));
}

static void an_empty_log_is_never_anchored(void **state) {
  struct vd_anchor_settings eager = {.interval_s = 1, .entries = 0};
  struct vd_policy_slot none = {.is_there = false};
  struct vd_anchoring_checkpoint empty = checkpoint_of(0, 1);
  (void)state;
  assert_false(vd_policy_is_begin_due(&eager, &none, &empty, 0, 5000));
}

static void an_open_slot_is_not_followed_by_another(void **state) {
  struct vd_policy_slot open = slot_of(false);
  struct vd_anchoring_checkpoint newest = checkpoint_of(100000, 1);
  (void)state;
  assert_false(vd_policy_is_begin_due(&hourly, &open, &newest, 0, 1000000));
}

static void the_next_one_waits_for_interval_and_entries(void **state) {
  struct vd_policy_slot last = slot_of(true);
  struct vd_anchoring_checkpoint newest = checkpoint_of(110, 1);
  (void)state;
  assert_false(vd_policy_is_begin_due(&hourly, &last, &newest, 0, 4599)); /* from the first attempt, not the last */
  assert_true(vd_policy_is_begin_due(&hourly, &last, &newest, 0, 4600));
  newest.size = 109; /* from what was mined, not from what was said */
  assert_false(vd_policy_is_begin_due(&hourly, &last, &newest, 0, 4600));
  newest.size = 100;
  assert_false(vd_policy_is_begin_due(&hourly, &last, &newest, 0, 4600));
  newest.size = 99;
  assert_false(vd_policy_is_begin_due(&hourly, &last, &newest, 0, 4600));
}

/* An operator who gathers entries leaves none behind. */
static void fewer_entries_wait_for_the_interval(void **state) {
  struct vd_policy_slot last = slot_of(true), none = {.is_there = false}, open = slot_of(false);
  struct vd_anchoring_checkpoint newest = checkpoint_of(103, 1), same = checkpoint_of(100, 1), first = checkpoint_of(3, 1);
  (void)state;
  assert_false(vd_policy_is_begin_due(&hourly, &last, &newest, 9000, 12599));
  assert_true(vd_policy_is_begin_due(&hourly, &last, &newest, 9000, 12600));
  assert_false(vd_policy_is_begin_due(&hourly, &last, &newest, 900, 4599)); /* the interval between two stays */
  assert_true(vd_policy_is_begin_due(&hourly, &last, &newest, 900, 4600));
  assert_false(vd_policy_is_begin_due(&hourly, &last, &same, 9000, 12600));
  assert_false(vd_policy_is_begin_due(&hourly, &open, &newest, 9000, 12600));
  assert_false(vd_policy_is_begin_due(&hourly, &none, &first, 9000, 12599));
  assert_true(vd_policy_is_begin_due(&hourly, &none, &first, 9000, 12600));
  assert_true(vd_policy_is_begin_due(&hourly, &last, &newest, 100000, 12600)); /* the clock was set back */
}

static void waiting_begins_with_the_first_entry(void **state) {
  struct vd_policy_slot last = slot_of(true), none = {.is_there = false}, open = slot_of(false);
  struct vd_anchoring_checkpoint covered = checkpoint_of(100, 1), more = checkpoint_of(101, 1),
                                 most = checkpoint_of(121, 1), empty = checkpoint_of(0, 1);
  (void)state;
  assert_int_equal(vd_policy_waiting_since(0, &last, &covered, 5000), 0);
  assert_int_equal(vd_policy_waiting_since(0, &last, &more, 5000), 5000);
  assert_int_equal(vd_policy_waiting_since(5000, &last, &most, 6000), 5000);
  assert_int_equal(vd_policy_waiting_since(5000, &last, &covered, 6000), 0);
  assert_int_equal(vd_policy_waiting_since(5000, &open, &more, 6000), 0); /* it is on its way */
  assert_int_equal(vd_policy_waiting_since(0, &open, &most, 6000), 6000);
  assert_int_equal(vd_policy_waiting_since(0, &none, &more, 6000), 6000);
  assert_int_equal(vd_policy_waiting_since(0, &none, &empty, 6000), 0);
}

static void a_clock_that_is_set_back_stops_nothing_for_long(void **state) {
  struct vd_policy_slot last = slot_of(true);
  struct vd_anchoring_checkpoint newest = checkpoint_of(1000, 1);
  (void)state;
  last.begun_s = last.made_s = 1000000;
  assert_false(vd_policy_is_begin_due(&hourly, &last, &newest, 0, 999990));
  assert_true(vd_policy_is_begin_due(&hourly, &last, &newest, 0, 10));
  last.is_final = false;
  assert_false(vd_policy_is_replacement_due(&hourly, &last, 999990));
  assert_true(vd_policy_is_replacement_due(&hourly, &last, 10));
}

static void a_replacement_waits_from_the_newest_attempt(void **state) {
  struct vd_policy_slot open = slot_of(false), final = slot_of(true), none = {.is_there = false};
  (void)state;
  assert_false(vd_policy_is_replacement_due(&hourly, &open, 2299));
  assert_true(vd_policy_is_replacement_due(&hourly, &open, 2300));
  assert_false(vd_policy_is_replacement_due(&hourly, &final, 100000));
  assert_false(vd_policy_is_replacement_due(&hourly, &none, 100000));
}

static void a_replacement_says_the_newest(void **state) {
  struct vd_policy_slot open = slot_of(false);
  struct vd_anchoring_checkpoint newer = checkpoint_of(150, 9), older = checkpoint_of(119, 9);
  (void)state;
  assert_ptr_equal(vd_policy_replacement(&open, &newer), &newer);
  assert_ptr_equal(vd_policy_replacement(&open, &older), &open.newest);
  assert_ptr_equal(vd_policy_replacement(&open, NULL), &open.newest);
}

static void a_log_that_went_back_contradicts(void **state) {
  (void)state;
  for (unsigned is_final = 0; is_final < 2; is_final++) {
    struct vd_policy_slot last = slot_of(is_final != 0), none = {.is_there = false};
    struct vd_anchoring_checkpoint same = checkpoint_of(120, 7), other = checkpoint_of(120, 8),
                                   less = checkpoint_of(119, 7), more = checkpoint_of(121, 8);
    assert_false(vd_policy_is_contradiction(&last, &same));
    assert_false(vd_policy_is_contradiction(&last, &more));
    assert_true(vd_policy_is_contradiction(&last, &other));
    assert_true(vd_policy_is_contradiction(&last, &less));
    assert_false(vd_policy_is_contradiction(&none, &less));
  }
}

static bool continues(void *context, const struct vd_anchoring_checkpoint *earlier) {
  struct vd_anchoring_checkpoint *asked = context;
  *asked = *earlier;
  return earlier->root[0] == 7;
}

/* The log is asked whether it begins with the most that was ever said, if it has grown. */
static void a_log_that_grew_from_an_old_copy_is_a_fork(void **state) {
  struct vd_anchoring_checkpoint asked = {.size = 0}, more = checkpoint_of(121, 1), same = checkpoint_of(120, 1);
  const struct vd_anchoring_options options = {.continues = continues, .context = &asked};
  struct vd_policy_slot last = slot_of(true), none = {.is_there = false};
  (void)state;
  assert_false(vd_policy_is_fork(&options, &none, &more));
  assert_false(vd_policy_is_fork(&options, &last, &same));
  assert_int_equal(asked.size, 0);
  assert_false(vd_policy_is_fork(&options, &last, &more));
  assert_int_equal(asked.size, 120);
  last.newest.root[0] = 8;
  assert_true(vd_policy_is_fork(&options, &last, &more));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_first_anchor_waits_for_entries_only),
      cmocka_unit_test(an_empty_log_is_never_anchored),
      cmocka_unit_test(an_open_slot_is_not_followed_by_another),
      cmocka_unit_test(the_next_one_waits_for_interval_and_entries),
      cmocka_unit_test(fewer_entries_wait_for_the_interval),
      cmocka_unit_test(waiting_begins_with_the_first_entry),
      cmocka_unit_test(a_clock_that_is_set_back_stops_nothing_for_long),
      cmocka_unit_test(a_replacement_waits_from_the_newest_attempt),
      cmocka_unit_test(a_replacement_says_the_newest),
      cmocka_unit_test(a_log_that_went_back_contradicts),
      cmocka_unit_test(a_log_that_grew_from_an_old_copy_is_a_fork),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
