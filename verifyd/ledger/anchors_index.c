#include "ledger/anchors_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_LEAST = 64 };

/* --- memory --- */

void vd_anchors_index_begin(struct vd_anchors_index *index) {
  *index = (struct vd_anchors_index){.first_unchecked = VD_ANCHORS_INDEX_NONE,
                                     .first_disputed = VD_ANCHORS_INDEX_NONE,
                                     .first_contradicted = VD_ANCHORS_INDEX_NONE};
}

void vd_anchors_index_free(struct vd_anchors_index *index) {
  free(index->items);
  free(index->since);
  free(index->steps);
  free(index->spare);
  vd_anchors_index_begin(index);
}

enum vd_error vd_anchors_index_enlarge(const struct vd_anchors_index *index, uint64_t count,
                                       struct vd_anchors_index *larger, struct vd_failure *failure) {
  vd_anchors_index_begin(larger);
  if (count > VD_ANCHORS_INDEX_MAX)
    return vd_fail(failure, VD_FULL, "a track has %u anchors already; no more can be kept of one",
                   (unsigned)index->count);
  uint32_t capacity = index->capacity > 0 ? index->capacity : CAPACITY_LEAST;
  while (capacity < count) capacity *= 2;
  struct vd_anchors_item *items = calloc(capacity, sizeof *items);
  uint64_t *since = calloc(capacity, sizeof *since);
  struct vd_anchors_step *steps = calloc(capacity, sizeof *steps);
  struct vd_anchors_step *spare = calloc(capacity, sizeof *spare);
  if (items == NULL || since == NULL || steps == NULL || spare == NULL) {
    free(items);
    free(since);
    free(steps);
    free(spare);
    return vd_fail(failure, VD_MEMORY, "out of memory for %u anchors", (unsigned)capacity);
  }
  *larger = *index;
  larger->capacity = capacity;
  larger->items = items;
  larger->since = since;
  larger->steps = steps;
  larger->spare = spare;
  if (index->count > 0) memcpy(items, index->items, index->count * sizeof *items);
  if (index->count > 0) memcpy(since, index->since, index->count * sizeof *since);
  if (index->step_count > 0) memcpy(steps, index->steps, index->step_count * sizeof *steps);
  return VD_OK;
}

/* --- steps --- */

static bool is_earlier(const struct vd_anchors_item *items, uint32_t left, uint32_t right) {
  uint64_t left_s = items[left].block_time_s, right_s = items[right].block_time_s;
  return left_s != right_s ? left_s < right_s : left < right;
}

/* How many steps are earlier than anchor n. */
static uint32_t count_earlier(const struct vd_anchors_item *items, const struct vd_anchors_step *steps, uint32_t count,
                              uint32_t n) {
  uint32_t low = 0;
  while (low < count) {
    uint32_t middle = low + (count - low) / 2;
    if (is_earlier(items, steps[middle].n, n)) {
      low = middle + 1;
    } else {
      count = middle;
    }
  }
  return low;
}

/* Returns how many steps there are with anchor n, which is not among them. */
static uint32_t insert(const struct vd_anchors_item *items, struct vd_anchors_step *steps, uint32_t count, uint32_t n) {
  uint32_t at = count_earlier(items, steps, count, n);
  uint64_t size = items[n].size;
  if (at > 0 && steps[at - 1].size >= size) return count;
  uint32_t next = at; /* those that are later and cover no more are steps no longer */
  while (next < count && steps[next].size <= size) next++;
  memmove(steps + at + 1, steps + next, (count - next) * sizeof *steps);
  steps[at] = (struct vd_anchors_step){size, n};
  return at + 1 + count - next;
}

uint32_t vd_anchors_index_prepare(struct vd_anchors_index *index, uint32_t n) {
  uint32_t count = 0;
  for (uint32_t at = 0; at < index->count; at++)
    if (at != n && vd_anchors_index_covers(&index->items[at]))
      count = insert(index->items, index->spare, count, at);
  return count;
}

/* --- changes --- */

static void find_first(const struct vd_anchors_index *index, uint32_t from, enum vd_anchors_state state,
                       uint32_t *first) {
  *first = VD_ANCHORS_INDEX_NONE;
  for (uint32_t at = from; at < index->count && *first == VD_ANCHORS_INDEX_NONE; at++)
    if (index->items[at].state == state && !index->items[at].is_gone) *first = at;
}

static void lower(uint32_t *first, uint32_t n) {
  if (n < *first) *first = n;
}

/* What is counted of anchor n, which has its state. A log's contradiction is one for good, wherever the anchor went. */
static void count_in(struct vd_anchors_index *index, uint32_t n) {
  const struct vd_anchors_item *item = &index->items[n];
  if (item->state == VD_ANCHORS_CONTRADICTED) lower(&index->first_contradicted, n);
  if (item->is_gone) return;
  if (item->state == VD_ANCHORS_UNCHECKED) {
    index->unchecked++;
    lower(&index->first_unchecked, n);
  }
  if (item->state == VD_ANCHORS_DISPUTED) {
    index->disputed++;
    lower(&index->first_disputed, n);
  }
}

/* While the anchor still has that state. */
static void count_out(struct vd_anchors_index *index, const struct vd_anchors_item *item) {
  if (item->is_gone) return;
  if (item->state == VD_ANCHORS_UNCHECKED) index->unchecked--;
  if (item->state == VD_ANCHORS_DISPUTED) index->disputed--;
}

/* Anchor n may have been the first in its state; there was none before it. */
static void pass_on(struct vd_anchors_index *index, uint32_t n, uint32_t left, enum vd_anchors_state state,
                    uint32_t *first) {
  if (*first == n) find_first(index, left > 0 ? n : index->count, state, first);
}

void vd_anchors_index_add(struct vd_anchors_index *index, const struct vd_anchors_item *item) {
  assert(index->count < index->capacity);
  uint32_t n = index->count++;
  index->items[n] = *item;
  count_in(index, n);
  if (vd_anchors_index_covers(item)) index->step_count = insert(index->items, index->steps, index->step_count, n);
}

static void take_prepared(struct vd_anchors_index *index, uint32_t count) {
  struct vd_anchors_step *steps = index->spare;
  index->spare = index->steps;
  index->steps = steps;
  index->step_count = count;
}

void vd_anchors_index_set(struct vd_anchors_index *index, uint32_t n, enum vd_anchors_state state, bool is_gone,
                          uint32_t prepared) {
  assert(n < index->count);
  struct vd_anchors_item *item = &index->items[n];
  bool was_covering = vd_anchors_index_covers(item);
  count_out(index, item);
  item->state = state;
  item->is_gone = is_gone;
  count_in(index, n);
  pass_on(index, n, index->unchecked, VD_ANCHORS_UNCHECKED, &index->first_unchecked);
  pass_on(index, n, index->disputed, VD_ANCHORS_DISPUTED, &index->first_disputed);
  bool is_covering = vd_anchors_index_covers(item);
  assert((was_covering && !is_covering) == (prepared != VD_ANCHORS_INDEX_NONE));
  if (was_covering && !is_covering) take_prepared(index, prepared);
  if (!was_covering && is_covering) index->step_count = insert(index->items, index->steps, index->step_count, n);
}

void vd_anchors_index_stamp(struct vd_anchors_index *index, uint32_t n, uint64_t generation) {
  assert(n < index->count);
  index->since[n] = generation;
}

/* --- looking up --- */

/* The first step that covers the entry; step_count: there is none. */
static uint32_t find_step(const struct vd_anchors_index *index, uint64_t entry) {
  uint32_t low = 0, high = index->step_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (index->steps[middle].size > entry) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

const struct vd_anchors_item *vd_anchors_index_find(const struct vd_anchors_index *index, uint64_t entry) {
  uint32_t at = find_step(index, entry);
  return at < index->step_count ? &index->items[index->steps[at].n] : NULL;
}

const struct vd_anchors_item *vd_anchors_index_find_known(const struct vd_anchors_index *index, uint64_t entry,
                                                          uint64_t generation) {
  uint32_t at = find_step(index, entry);
  while (at < index->step_count && index->since[index->steps[at].n] > generation) at++;
  return at < index->step_count ? &index->items[index->steps[at].n] : NULL;
}

const struct vd_anchors_item *vd_anchors_index_refusal(const struct vd_anchors_index *index) {
  if (index->first_contradicted != VD_ANCHORS_INDEX_NONE) return &index->items[index->first_contradicted];
  if (index->first_disputed != VD_ANCHORS_INDEX_NONE) return &index->items[index->first_disputed];
  return NULL;
}

uint32_t vd_anchors_index_next(const struct vd_anchors_index *index) {
  return index->first_unchecked != VD_ANCHORS_INDEX_NONE ? index->first_unchecked : index->first_disputed;
}
