/* Which anchor covers an entry, compared with looking at all of them, over random histories. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/anchors_index.h"

enum { HISTORIES = 3000, STEPS = 40, SIZE_MAX_TRIED = 24, TIME_S = 1000 };

static uint32_t random_state;

static uint32_t random_below(uint32_t limit) {
  random_state = random_state * 1664525u + 1013904223u;
  return (uint32_t)((uint64_t)(random_state >> 8) * limit >> 24);
}

/* --- the oracle --- */

struct oracle {
  uint32_t count;
  struct vd_anchors_item items[STEPS];
};

static const struct vd_anchors_item *earliest(const struct oracle *oracle, uint64_t entry) {
  const struct vd_anchors_item *found = NULL;
  for (uint32_t n = 0; n < oracle->count; n++) {
    const struct vd_anchors_item *item = &oracle->items[n];
    if (item->state != VD_ANCHORS_CONFIRMED || item->is_gone || item->size <= entry) continue;
    if (found == NULL || item->block_time_s < found->block_time_s) found = item;
  }
  return found;
}

static uint32_t first(const struct oracle *oracle, enum vd_anchors_state state, bool even_gone) {
  for (uint32_t n = 0; n < oracle->count; n++)
    if (oracle->items[n].state == state && (even_gone || !oracle->items[n].is_gone)) return n;
  return VD_ANCHORS_INDEX_NONE;
}

static uint32_t count(const struct oracle *oracle, enum vd_anchors_state state) {
  uint32_t sum = 0;
  for (uint32_t n = 0; n < oracle->count; n++) sum += oracle->items[n].state == state && !oracle->items[n].is_gone;
  return sum;
}

static void assert_same(const struct vd_anchors_item *found, const struct vd_anchors_item *expected) {
  assert_int_equal(found != NULL, expected != NULL);
  if (found == NULL) return;
  assert_int_equal(found->block_number, expected->block_number); /* unique */
  assert_int_equal(found->state, expected->state);
  assert_int_equal(found->is_gone, expected->is_gone);
}

static void assert_equal(const struct vd_anchors_index *index, const struct oracle *oracle) {
  for (uint64_t entry = 0; entry <= SIZE_MAX_TRIED; entry++)
    assert_same(vd_anchors_index_find(index, entry), earliest(oracle, entry));
  assert_null(vd_anchors_index_find(index, UINT64_MAX));
  uint32_t refusal = first(oracle, VD_ANCHORS_CONTRADICTED, true);
  if (refusal == VD_ANCHORS_INDEX_NONE) refusal = first(oracle, VD_ANCHORS_DISPUTED, false);
  assert_same(vd_anchors_index_refusal(index),
              refusal != VD_ANCHORS_INDEX_NONE ? &oracle->items[refusal] : NULL);
  uint32_t next = first(oracle, VD_ANCHORS_UNCHECKED, false);
  if (next == VD_ANCHORS_INDEX_NONE) next = first(oracle, VD_ANCHORS_DISPUTED, false);
  assert_int_equal(vd_anchors_index_next(index), next);
  assert_int_equal(index->unchecked, count(oracle, VD_ANCHORS_UNCHECKED));
  assert_int_equal(index->disputed, count(oracle, VD_ANCHORS_DISPUTED));
  assert_int_equal(index->count, oracle->count);
  for (uint32_t at = 1; at < index->step_count; at++) {
    const struct vd_anchors_item *before = &index->items[index->steps[at - 1].n];
    const struct vd_anchors_item *after = &index->items[index->steps[at].n];
    assert_int_equal(index->steps[at].size, after->size);
    assert_true(before->size < after->size && before->block_time_s <= after->block_time_s);
  }
}

/* --- histories --- */

static void grow(struct vd_anchors_index *index, uint64_t wanted) {
  struct vd_anchors_index larger;
  assert_int_equal(vd_anchors_index_enlarge(index, wanted, &larger, NULL), VD_OK);
  vd_anchors_index_free(index);
  *index = larger;
}

/* Sizes go up and down; times mostly grow, in blocks of the same second and with steps back. */
static void add(struct vd_anchors_index *index, struct oracle *oracle, bool is_confirmed) {
  struct vd_anchors_item item = {.size = 1 + random_below(SIZE_MAX_TRIED), .block_number = oracle->count};
  item.block_time_s = TIME_S + oracle->count / 3 + (random_below(4) == 0 ? random_below(9) : 4);
  if (is_confirmed) item.state = (enum vd_anchors_state)random_below(3);
  if (index->count == index->capacity) grow(index, (uint64_t)index->count + 1);
  vd_anchors_index_add(index, &item);
  oracle->items[oracle->count++] = item;
}

static void change(struct vd_anchors_index *index, struct oracle *oracle) {
  uint32_t n = random_below(oracle->count);
  struct vd_anchors_item was = oracle->items[n], *item = &oracle->items[n];
  static const enum vd_anchors_state states[] = {VD_ANCHORS_CONFIRMED, VD_ANCHORS_CONFIRMED, VD_ANCHORS_CONFIRMED,
                                                 VD_ANCHORS_CONFIRMED, VD_ANCHORS_UNCHECKED, VD_ANCHORS_DISPUTED};
  uint32_t kind = random_below(60);
  if (kind < 4) {
    item->is_gone = true;
  } else if (was.state != VD_ANCHORS_CONTRADICTED) {
    item->state = kind == 5 ? VD_ANCHORS_CONTRADICTED : states[kind % 6];
  }
  bool ceases = vd_anchors_index_covers(&was) && !vd_anchors_index_covers(item);
  uint32_t prepared = ceases ? vd_anchors_index_prepare(index, n) : VD_ANCHORS_INDEX_NONE;
  vd_anchors_index_set(index, n, item->state, item->is_gone, prepared);
}

static void a_lookup_finds_what_looking_at_all_finds(void **state) {
  (void)state;
  for (uint32_t history = 0; history < HISTORIES; history++) {
    struct vd_anchors_index index;
    struct oracle oracle = {0};
    random_state = history;
    vd_anchors_index_begin(&index);
    assert_equal(&index, &oracle);
    for (unsigned step = 0; step < STEPS; step++) {
      if (oracle.count == 0 || random_below(3) == 0) {
        add(&index, &oracle, history % 2 == 0);
      } else {
        change(&index, &oracle);
      }
      assert_equal(&index, &oracle);
    }
    vd_anchors_index_free(&index);
  }
}

/* --- large ones --- */

static void many_anchors_need_few_steps_and_keep_their_order(void **state) {
  (void)state;
  enum { COUNT = 20000 };
  struct vd_anchors_index index;
  vd_anchors_index_begin(&index);
  for (uint32_t n = 0; n < COUNT; n++) {
    struct vd_anchors_item item = {.size = 10 * ((uint64_t)n + 1), .block_time_s = TIME_S + n, .block_number = n};
    if (n == index.capacity) grow(&index, (uint64_t)n + 1);
    vd_anchors_index_add(&index, &item);
  }
  for (uint32_t n = 0; n < COUNT; n++) { /* every second one, then the others */
    uint32_t which = n < COUNT / 2 ? 2 * n + 1 : 2 * (n - COUNT / 2);
    vd_anchors_index_set(&index, which, VD_ANCHORS_CONFIRMED, false, VD_ANCHORS_INDEX_NONE);
  }
  assert_int_equal(index.step_count, COUNT);
  for (uint32_t n = 0; n < COUNT; n += 7) {
    assert_int_equal(vd_anchors_index_find(&index, 10 * (uint64_t)n)->block_number, n);
    assert_int_equal(vd_anchors_index_find(&index, 10 * (uint64_t)n + 9)->block_number, n);
  }
  assert_null(vd_anchors_index_find(&index, 10 * (uint64_t)COUNT));
  vd_anchors_index_free(&index);
}

/* --- what is not known to all yet --- */

/* They are confirmed in the order of the chain, or the other way round; also while there is made room for more. */
static void what_was_confirmed_later_is_passed_over(void **state) {
  (void)state;
  enum { COUNT = 100 };
  for (unsigned is_reversed = 0; is_reversed < 2; is_reversed++) {
    struct vd_anchors_index index;
    vd_anchors_index_begin(&index);
    grow(&index, 1);
    for (uint32_t n = 0; n < COUNT; n++) {
      struct vd_anchors_item item = {.size = 10 * ((uint64_t)n + 1), .block_time_s = TIME_S + n, .block_number = n};
      if (n == index.capacity) grow(&index, (uint64_t)n + 1);
      vd_anchors_index_add(&index, &item);
    }
    for (uint32_t at = 0; at < COUNT; at++) {
      uint32_t n = is_reversed ? COUNT - 1 - at : at;
      vd_anchors_index_set(&index, n, VD_ANCHORS_CONFIRMED, false, VD_ANCHORS_INDEX_NONE);
      vd_anchors_index_stamp(&index, n, at + 1);
    }
    grow(&index, index.capacity + 1);
    for (uint32_t known = 0; known <= COUNT; known++)
      for (uint32_t n = 0; n < COUNT; n++) {
        const struct vd_anchors_item *found = vd_anchors_index_find_known(&index, 10 * (uint64_t)n + 9, known);
        uint32_t first = is_reversed && n < COUNT - known ? COUNT - known : n;
        bool is_there = is_reversed ? first < COUNT : n < known;
        assert_int_equal(found != NULL, is_there);
        if (is_there) assert_int_equal(found->block_number, first);
      }
    vd_anchors_index_free(&index);
  }
}

/* Then what is found is later, or nothing is. */
static void one_that_gave_its_place_to_a_later_one_is_not_found(void **state) {
  (void)state;
  struct vd_anchors_index index;
  vd_anchors_index_begin(&index);
  grow(&index, 3);
  for (uint32_t n = 0; n < 3; n++) {
    struct vd_anchors_item item = {.size = 10, .block_time_s = TIME_S + n, .block_number = n};
    if (n == 2) item.size = 20;
    vd_anchors_index_add(&index, &item);
    if (n == 0) continue;
    vd_anchors_index_set(&index, n, VD_ANCHORS_CONFIRMED, false, VD_ANCHORS_INDEX_NONE);
    vd_anchors_index_stamp(&index, n, n);
  }
  assert_int_equal(vd_anchors_index_find_known(&index, 5, 1)->block_number, 1);
  vd_anchors_index_set(&index, 0, VD_ANCHORS_CONFIRMED, false, VD_ANCHORS_INDEX_NONE);
  vd_anchors_index_stamp(&index, 0, 3);
  assert_null(vd_anchors_index_find_known(&index, 5, 1));
  assert_int_equal(vd_anchors_index_find_known(&index, 5, 2)->block_number, 2);
  assert_int_equal(vd_anchors_index_find_known(&index, 5, 3)->block_number, 0);
  vd_anchors_index_free(&index);
}

static void no_more_than_the_limit(void **state) {
  (void)state;
  struct vd_anchors_index index, larger;
  struct vd_failure failure = {0};
  vd_anchors_index_begin(&index);
  assert_int_equal(vd_anchors_index_enlarge(&index, VD_ANCHORS_INDEX_MAX + 1u, &larger, &failure), VD_FULL);
  assert_int_equal(larger.capacity, 0);
  assert_int_equal(vd_anchors_index_enlarge(&index, UINT64_MAX, &larger, &failure), VD_FULL);
  assert_int_equal(vd_anchors_index_enlarge(&index, 65, &larger, &failure), VD_OK);
  assert_true(larger.capacity >= 65);
  vd_anchors_index_free(&larger);
  vd_anchors_index_free(&index);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_lookup_finds_what_looking_at_all_finds),
      cmocka_unit_test(many_anchors_need_few_steps_and_keep_their_order),
      cmocka_unit_test(what_was_confirmed_later_is_passed_over),
      cmocka_unit_test(one_that_gave_its_place_to_a_later_one_is_not_found),
      cmocka_unit_test(no_more_than_the_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
