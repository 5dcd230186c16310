/* Several anchors confirmed at once: the same as one by one, all or none. What a crash leaves: test_anchors_crash.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anchors_fixture.h"

enum { TRACK = 0, FOUND = 8, MANY = VD_ANCHORS_CONFIRM_MAX + 4 };

static int begin(void **state) {
  int result = anchors_place_begin_opened(state);
  for (uint32_t first = 0; result == 0 && first < FOUND; first += 4)
    anchors_place_advance(*state, TRACK, first, 4);
  return result;
}

static enum vd_error confirm(struct anchors_place *place, const uint64_t *numbers, size_t count) {
  place->failure = (struct vd_failure){0};
  return vd_anchors_confirm_all(place->anchors, TRACK, numbers, count, &place->failure);
}

static enum vd_anchors_state state_of(struct anchors_place *place, uint64_t n) {
  struct vd_anchors_item item;
  assert_int_equal(
      vd_anchors_get(place->anchors, TRACK, n, &item, NULL, NULL, NULL, NULL, &place->failure), VD_OK);
  return item.state;
}

static uint64_t unchecked(struct anchors_place *place) {
  struct vd_anchors_view view;
  vd_anchors_look(place->anchors, TRACK, &view);
  return view.unchecked;
}

static void they_cover_from_then_on(void **state) {
  struct anchors_place *place = *state;
  static const uint64_t numbers[] = {5, 0, 2};
  static const struct { uint64_t entry, size; } covers[] = {{0, 10}, {9, 10}, {10, 30}, {29, 30}, {30, 60}, {59, 60}};
  struct vd_anchors_item item;
  uint64_t before = vd_anchors_generation(place->anchors);
  assert_int_equal(confirm(place, numbers, 3), VD_OK);
  assert_true(vd_anchors_generation(place->anchors) != before);
  for (unsigned opened = 0; opened < 2; opened++) {
    assert_int_equal(unchecked(place), FOUND - 3);
    for (size_t at = 0; at < sizeof covers / sizeof *covers; at++) {
      assert_int_equal(vd_anchors_find(place->anchors, TRACK, covers[at].entry, ANCHORS_TIME_S, &item),
                       VD_ANCHORS_COVERED);
      assert_int_equal(item.size, covers[at].size);
    }
    assert_int_not_equal(vd_anchors_find(place->anchors, TRACK, 60, ANCHORS_TIME_S, &item), VD_ANCHORS_COVERED);
    anchors_place_reopen(place);
  }
}

static enum vd_anchors_cover cover_known(struct anchors_place *place, uint64_t entry, uint64_t generation,
                                         uint64_t *size) {
  struct vd_anchors_item item;
  enum vd_anchors_cover cover = vd_anchors_find_known(place->anchors, TRACK, entry, 0, generation, &item);
  *size = item.size;
  return cover;
}

/* Who has looked at the log before them does not know that they are of the tree that it was shown. */
static void they_cover_for_who_looked_afterwards(void **state) {
  struct anchors_place *place = *state;
  static const uint64_t first[] = {2}, then[] = {0, 1};
  uint64_t size, before = vd_anchors_generation(place->anchors);
  assert_int_equal(cover_known(place, 0, before, &size), VD_ANCHORS_OVERDUE);
  assert_int_equal(confirm(place, first, 1), VD_OK);
  uint64_t between = vd_anchors_generation(place->anchors);
  assert_int_equal(cover_known(place, 0, before, &size), VD_ANCHORS_PENDING); /* not overdue: the next one may see it */
  assert_int_equal(size, 0);
  anchors_place_advance(place, TRACK, FOUND, 1);
  assert_int_equal(confirm(place, then, 2), VD_OK);
  anchors_place_judge(place, TRACK, 3, VD_ANCHORS_CONFIRMED);
  uint64_t after = vd_anchors_generation(place->anchors);
  assert_int_equal(cover_known(place, 0, between, &size), VD_ANCHORS_COVERED);
  assert_int_equal(size, 30);
  assert_int_equal(cover_known(place, 0, after, &size), VD_ANCHORS_COVERED);
  assert_int_equal(size, 10);
  assert_int_equal(cover_known(place, 39, after - 1, &size), VD_ANCHORS_PENDING);
  assert_int_equal(cover_known(place, 39, after, &size), VD_ANCHORS_COVERED);
  anchors_place_judge(place, TRACK, 0, VD_ANCHORS_UNCHECKED); /* it has to be looked at again */
  anchors_place_judge(place, TRACK, 0, VD_ANCHORS_CONFIRMED);
  assert_int_equal(cover_known(place, 0, after, &size), VD_ANCHORS_COVERED);
  assert_int_equal(size, 20);
  anchors_place_reopen(place);
  assert_int_equal(cover_known(place, 0, vd_anchors_generation(place->anchors), &size), VD_ANCHORS_COVERED);
  assert_int_equal(size, 10);
}

static void it_is_the_same_as_one_by_one(void **state) {
  struct anchors_place *place = *state;
  static const uint64_t numbers[] = {1, 6, 3, 1};
  void *other = NULL;
  assert_int_equal(begin(&other), 0);
  anchors_place_judge(place, TRACK, 3, VD_ANCHORS_DISPUTED);
  anchors_place_judge(other, TRACK, 3, VD_ANCHORS_DISPUTED);
  assert_int_equal(confirm(place, numbers, 4), VD_OK);
  for (size_t at = 0; at < 4; at++) anchors_place_judge(other, TRACK, numbers[at], VD_ANCHORS_CONFIRMED);
  for (unsigned opened = 0; opened < 2; opened++) {
    assert_int_equal(anchors_digest_of(place->anchors), anchors_digest_of(((struct anchors_place *)other)->anchors));
    anchors_place_reopen(place);
  }
  assert_int_equal(anchors_place_end(&other), 0);
}

static void a_dispute_is_over(void **state) {
  struct anchors_place *place = *state;
  static const uint64_t numbers[] = {0, 1, 2};
  struct vd_anchors_item item;
  anchors_place_judge(place, TRACK, 1, VD_ANCHORS_DISPUTED);
  assert_int_equal(vd_anchors_find(place->anchors, TRACK, 0, ANCHORS_TIME_S, &item), VD_ANCHORS_REFUSED);
  assert_int_equal(confirm(place, numbers, 3), VD_OK);
  assert_int_equal(vd_anchors_find(place->anchors, TRACK, 0, ANCHORS_TIME_S, &item), VD_ANCHORS_COVERED);
}

/* It is no longer compared, but who compared it before need not know. */
static void one_that_is_gone_covers_nothing(void **state) {
  struct anchors_place *place = *state;
  static const uint64_t numbers[] = {0, 1};
  struct vd_anchors_item item;
  assert_int_equal(vd_anchors_withdraw(place->anchors, TRACK, 0, &place->failure), VD_OK);
  assert_int_equal(confirm(place, numbers, 2), VD_OK);
  for (unsigned opened = 0; opened < 2; opened++) {
    assert_int_equal(vd_anchors_find(place->anchors, TRACK, 0, ANCHORS_TIME_S, &item), VD_ANCHORS_COVERED);
    assert_int_equal(item.size, 20);
    anchors_place_reopen(place);
  }
}

static void what_is_so_already_changes_nothing(void **state) {
  struct anchors_place *place = *state;
  static const uint64_t numbers[] = {2, 3};
  assert_int_equal(confirm(place, numbers, 2), VD_OK);
  uint64_t generation = vd_anchors_generation(place->anchors), digest = anchors_digest_of(place->anchors);
  assert_int_equal(confirm(place, numbers, 2), VD_OK);
  assert_int_equal(confirm(place, numbers, 0), VD_OK);
  assert_true(vd_anchors_generation(place->anchors) == generation);
  assert_true(anchors_digest_of(place->anchors) == digest);
}

/* All or none, wherever the one stands that cannot be. */
static void refuse(struct anchors_place *place, uint64_t wrong, enum vd_error expected) {
  uint64_t generation = vd_anchors_generation(place->anchors), digest = anchors_digest_of(place->anchors);
  for (size_t at = 0; at < 3; at++) {
    uint64_t numbers[3] = {1, 2, 3};
    numbers[at] = wrong;
    assert_int_equal(confirm(place, numbers, 3), expected);
    assert_true(strlen(place->failure.text) > 0);
    assert_true(vd_anchors_generation(place->anchors) == generation);
    assert_true(anchors_digest_of(place->anchors) == digest);
  }
  anchors_place_reopen(place);
  assert_true(anchors_digest_of(place->anchors) == digest);
}

static void a_contradiction_stays(void **state) {
  struct anchors_place *place = *state;
  anchors_place_judge(place, TRACK, 4, VD_ANCHORS_CONTRADICTED);
  refuse(place, 4, VD_CONFLICT);
  assert_int_equal(state_of(place, 4), VD_ANCHORS_CONTRADICTED);
}

static void one_that_is_not_there(void **state) {
  struct anchors_place *place = *state;
  static const uint64_t absent[] = {FOUND, UINT32_MAX, (uint64_t)1 << 32, UINT64_MAX};
  for (size_t at = 0; at < sizeof absent / sizeof *absent; at++) refuse(place, absent[at], VD_NOT_FOUND);
}

static void as_many_as_there_may_be(void **state) {
  struct anchors_place *place = *state;
  uint64_t numbers[VD_ANCHORS_CONFIRM_MAX];
  for (uint32_t first = FOUND; first < MANY; first += 4) anchors_place_advance(place, TRACK, first, 4);
  for (size_t at = 0; at < VD_ANCHORS_CONFIRM_MAX; at++) numbers[at] = VD_ANCHORS_CONFIRM_MAX - 1 - at;
  assert_int_equal(confirm(place, numbers, VD_ANCHORS_CONFIRM_MAX), VD_OK);
  anchors_place_reopen(place);
  assert_int_equal(unchecked(place), MANY - VD_ANCHORS_CONFIRM_MAX);
  assert_int_equal(state_of(place, VD_ANCHORS_CONFIRM_MAX - 1), VD_ANCHORS_CONFIRMED);
  assert_int_equal(state_of(place, VD_ANCHORS_CONFIRM_MAX), VD_ANCHORS_UNCHECKED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(they_cover_from_then_on, begin, anchors_place_end),
      cmocka_unit_test_setup_teardown(they_cover_for_who_looked_afterwards, begin, anchors_place_end),
      cmocka_unit_test_setup_teardown(it_is_the_same_as_one_by_one, begin, anchors_place_end),
      cmocka_unit_test_setup_teardown(a_dispute_is_over, begin, anchors_place_end),
      cmocka_unit_test_setup_teardown(one_that_is_gone_covers_nothing, begin, anchors_place_end),
      cmocka_unit_test_setup_teardown(what_is_so_already_changes_nothing, begin, anchors_place_end),
      cmocka_unit_test_setup_teardown(a_contradiction_stays, begin, anchors_place_end),
      cmocka_unit_test_setup_teardown(one_that_is_not_there, begin, anchors_place_end),
      cmocka_unit_test_setup_teardown(as_many_as_there_may_be, begin, anchors_place_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
