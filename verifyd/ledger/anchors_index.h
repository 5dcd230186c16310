/* anchors_index.h: the anchors of one track in memory, and which of them covers an entry. Whoever calls sees to it that
 * nobody reads while it is changed. Inside ledger/ only. */
#ifndef VD_ANCHORS_INDEX_H
#define VD_ANCHORS_INDEX_H

#include "ledger/anchors.h"

#define VD_ANCHORS_INDEX_MAX ((uint32_t)1 << 20) /* anchors of a track: every hour for 119 years */
#define VD_ANCHORS_INDEX_NONE UINT32_MAX

/* The size stands beside the number, so that a search need not look at the items, which lie far apart. */
struct vd_anchors_step {
  uint64_t size; /* of items[n] */
  uint32_t n;
};

/* Of the anchors that cover (confirmed, and on the chain), `steps` has those that cover entries which none that is
 * earlier does: in the order of time (and of the chain, within the same second) their sizes grow strictly. So the first
 * step with a greater size is the earliest anchor of an entry. */
struct vd_anchors_index {
  uint32_t capacity;
  uint32_t count;
  struct vd_anchors_item *items; /* in the order of the chain */
  uint64_t *since;               /* generation of vd_anchors_generation that each was confirmed with; 0: before */
  uint32_t step_count;
  struct vd_anchors_step *steps, *spare;
  uint32_t unchecked, disputed;  /* how many are in that state and on the chain */
  uint32_t first_unchecked, first_disputed, first_contradicted; /* VD_ANCHORS_INDEX_NONE: there is none */
};

/* An empty one needs no memory; it is released all the same. */
void vd_anchors_index_begin(struct vd_anchors_index *index);
void vd_anchors_index_free(struct vd_anchors_index *index);

/* Makes *larger the same with room for `count` anchors at least; both are to be released, and the old one may be read
 * meanwhile. VD_FULL: over VD_ANCHORS_INDEX_MAX. VD_MEMORY. *larger is empty then. */
VD_MUST_CHECK enum vd_error vd_anchors_index_enlarge(const struct vd_anchors_index *index, uint64_t count,
                                                     struct vd_anchors_index *larger, struct vd_failure *failure);

/* Adds the next anchor; there is room (asserted). */
void vd_anchors_index_add(struct vd_anchors_index *index, const struct vd_anchors_item *item);

/* Prepares that anchor n is no longer one that covers: finds the steps without it, as many as it returns. Only touches
 * `spare`, so that others may read. To be followed by vd_anchors_index_set. */
uint32_t vd_anchors_index_prepare(struct vd_anchors_index *index, uint32_t n);

/* Anchor n has got another state, or is gone. prepared: what vd_anchors_index_prepare has returned, if n was one that
 * covers and is one no more; VD_ANCHORS_INDEX_NONE: otherwise. */
void vd_anchors_index_set(struct vd_anchors_index *index, uint32_t n, enum vd_anchors_state state, bool is_gone,
                          uint32_t prepared);

/* Anchor n was confirmed, and is found by those who know that generation, or a later one. */
void vd_anchors_index_stamp(struct vd_anchors_index *index, uint32_t n, uint64_t generation);

/* Whether an item is one that covers. */
static inline bool vd_anchors_index_covers(const struct vd_anchors_item *item) {
  return item->state == VD_ANCHORS_CONFIRMED && !item->is_gone;
}

/* The same as vd_anchors_index_find, passing over those that were confirmed later than that generation. One that was a
 * step until such a later one took its place is not found either: then it is one after it, or none. */
const struct vd_anchors_item *vd_anchors_index_find_known(const struct vd_anchors_index *index, uint64_t entry,
                                                          uint64_t generation);

/* The earliest anchor that covers an entry; the one for which the track is refused; the next one to compare with the
 * log. NULL, VD_ANCHORS_INDEX_NONE: there is none. */
const struct vd_anchors_item *vd_anchors_index_find(const struct vd_anchors_index *index, uint64_t entry);
const struct vd_anchors_item *vd_anchors_index_refusal(const struct vd_anchors_index *index);
uint32_t vd_anchors_index_next(const struct vd_anchors_index *index);

#endif
