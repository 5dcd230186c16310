#include "ledger/anchors.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/anchors_disk.h"

struct vd_anchors {
  struct vd_anchors_disk disk;
  bool has_lock;
  pthread_mutex_t lock; /* held to look into the tracks, and by the one thread that changes them while it does that */
  _Atomic uint64_t generation;
  size_t track_count;
  struct vd_anchors_track tracks[VD_ANCHORS_TRACKS_MAX];
};

/* --- opening and closing --- */

static enum vd_error take_track(struct vd_anchors *anchors, const struct vd_anchors_track_options *options,
                                const char *path, struct vd_failure *failure) {
  size_t origin_len = strlen(options->origin), chain_len = strlen(options->chain);
  for (size_t at = 0; at < anchors->track_count; at++) {
    const struct vd_anchors_track_options *other = &anchors->tracks[at].options;
    if (strcmp(other->origin, options->origin) == 0 && strcmp(other->chain, options->chain) == 0 &&
        memcmp(other->chain_id, options->chain_id, sizeof other->chain_id) == 0 &&
        memcmp(other->account, options->account, sizeof other->account) == 0)
      return vd_fail(failure, VD_CONFIG, "anchors %s: the log %s is followed twice on chain %s by the same account; "
                     "configure it once", path, options->origin, options->chain);
  }
  assert(anchors->track_count < VD_ANCHORS_TRACKS_MAX);
  struct vd_anchors_track *track = &anchors->tracks[anchors->track_count++];
  assert(origin_len >= 1 && origin_len < sizeof track->origin && chain_len >= 1 && chain_len < sizeof track->chain);
  vd_anchors_index_begin(&track->index);
  memcpy(track->origin, options->origin, origin_len);
  memcpy(track->chain, options->chain, chain_len);
  track->options = *options;
  track->options.origin = track->origin;
  track->options.chain = track->chain;
  return VD_OK;
}

static void destroy(struct vd_anchors *anchors) {
  if (anchors == NULL) return;
  for (size_t at = 0; at < anchors->track_count; at++) vd_anchors_index_free(&anchors->tracks[at].index);
  if (anchors->has_lock) (void)pthread_mutex_destroy(&anchors->lock);
  free(anchors);
}

static enum vd_error open_anchors(const char *path, bool is_writer, const struct vd_anchors_track_options *tracks,
                                  size_t count, struct vd_anchors **anchors, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  *anchors = NULL;
  assert(count <= VD_ANCHORS_TRACKS_MAX);
  struct vd_anchors *opened = calloc(1, sizeof *opened);
  if (opened == NULL || pthread_mutex_init(&opened->lock, NULL) != 0) {
    free(opened);
    return vd_fail(failure, VD_MEMORY, "anchors %s: out of memory", path);
  }
  opened->has_lock = true;
  opened->disk.is_writer = is_writer;
  for (size_t at = 0; at < count && error == VD_OK; at++) error = take_track(opened, &tracks[at], path, failure);
  if (error == VD_OK) error = vd_anchors_disk_open(&opened->disk, path, opened->tracks, count, failure);
  if (error == VD_OK) {
    *anchors = opened;
  } else {
    destroy(opened);
  }
  return error;
}

enum vd_error vd_anchors_open(const char *path, const struct vd_anchors_track_options *tracks, size_t count,
                              struct vd_anchors **anchors, struct vd_failure *failure) {
  return open_anchors(path, true, tracks, count, anchors, failure);
}

enum vd_error vd_anchors_open_read(const char *path, const struct vd_anchors_track_options *tracks, size_t count,
                                   struct vd_anchors **anchors, struct vd_failure *failure) {
  return open_anchors(path, false, tracks, count, anchors, failure);
}

void vd_anchors_close(struct vd_anchors *anchors) {
  if (anchors == NULL) return;
  vd_anchors_disk_close(&anchors->disk);
  destroy(anchors);
}

/* --- looking up --- */

size_t vd_anchors_tracks_of(const struct vd_anchors *anchors, const char *origin,
                            size_t out[static VD_ANCHORS_TRACKS_MAX]) {
  size_t count = 0;
  for (size_t at = 0; at < anchors->track_count; at++)
    if (strcmp(anchors->tracks[at].origin, origin) == 0) out[count++] = at;
  return count;
}

const struct vd_anchors_track_options *vd_anchors_track(const struct vd_anchors *anchors, size_t track) {
  assert(track < anchors->track_count);
  return &anchors->tracks[track].options;
}

uint64_t vd_anchors_generation(const struct vd_anchors *anchors) { return atomic_load(&anchors->generation); }

static struct vd_anchors_track *lock_track(struct vd_anchors *anchors, size_t track) {
  assert(track < anchors->track_count);
  (void)pthread_mutex_lock(&anchors->lock);
  return &anchors->tracks[track];
}

static void unlock(struct vd_anchors *anchors) { (void)pthread_mutex_unlock(&anchors->lock); }

static bool is_due(const struct vd_anchors_track *track, uint64_t entry_time_s) {
  return track->seen_time_s >= entry_time_s && track->seen_time_s - entry_time_s >= track->options.due_s;
}

enum vd_anchors_cover vd_anchors_find(struct vd_anchors *anchors, size_t track, uint64_t index, uint64_t entry_time_s,
                                      struct vd_anchors_item *item) {
  return vd_anchors_find_known(anchors, track, index, entry_time_s, UINT64_MAX, item);
}

enum vd_anchors_cover vd_anchors_find_known(struct vd_anchors *anchors, size_t track, uint64_t index,
                                            uint64_t entry_time_s, uint64_t generation, struct vd_anchors_item *item) {
  const struct vd_anchors_track *looked_at = lock_track(anchors, track);
  const struct vd_anchors_item *found = vd_anchors_index_refusal(&looked_at->index);
  enum vd_anchors_cover cover = VD_ANCHORS_REFUSED;
  if (found == NULL) {
    found = vd_anchors_index_find_known(&looked_at->index, index, generation);
    cover = VD_ANCHORS_COVERED;
  }
  if (found != NULL) {
    *item = *found;
  } else {
    memset(item, 0, sizeof *item);
    bool is_covered = vd_anchors_index_find(&looked_at->index, index) != NULL;
    cover = !is_covered && is_due(looked_at, entry_time_s) ? VD_ANCHORS_OVERDUE : VD_ANCHORS_PENDING;
  }
  unlock(anchors);
  return cover;
}

void vd_anchors_look(struct vd_anchors *anchors, size_t track, struct vd_anchors_view *view) {
  memset(view, 0, sizeof *view);
  const struct vd_anchors_track *looked_at = lock_track(anchors, track);
  const struct vd_anchors_index *index = &looked_at->index;
  view->count = index->count;
  if (index->count > 0) view->last = index->items[index->count - 1];
  view->seen_number = looked_at->seen_number;
  view->seen_time_s = looked_at->seen_time_s;
  view->unchecked = (uint64_t)index->unchecked + index->disputed;
  view->is_refused = vd_anchors_index_refusal(index) != NULL;
  unlock(anchors);
}

void vd_anchors_cursor(struct vd_anchors *anchors, size_t track, uint8_t cursor[static VD_ANCHORS_CURSOR_MAX],
                       size_t *len) {
  const struct vd_anchors_track *looked_at = lock_track(anchors, track);
  *len = looked_at->cursor_len;
  memcpy(cursor, looked_at->cursor, looked_at->cursor_len);
  unlock(anchors);
}

/* VD_NOT_FOUND, with *item all zero, when there is no such anchor. */
static enum vd_error get_item(struct vd_anchors *anchors, size_t track, uint64_t n, struct vd_anchors_item *item,
                              struct vd_failure *failure) {
  memset(item, 0, sizeof *item);
  const struct vd_anchors_track *looked_at = lock_track(anchors, track);
  bool is_there = n < looked_at->index.count;
  if (is_there) *item = looked_at->index.items[n];
  unlock(anchors);
  if (is_there) return VD_OK;
  return vd_fail(failure, VD_NOT_FOUND, "anchors %s: the log %s has no anchor number %llu on chain %s",
                 anchors->disk.environment.path, looked_at->origin, (unsigned long long)n, looked_at->chain);
}

enum vd_error vd_anchors_get(struct vd_anchors *anchors, size_t track, uint64_t n, struct vd_anchors_item *item,
                             uint8_t raw[VD_ANCHORS_RAW_MAX], size_t *raw_len,
                             uint8_t evidence[VD_ANCHORS_EVIDENCE_MAX], size_t *evidence_len,
                             struct vd_failure *failure) {
  if (raw_len != NULL) *raw_len = 0;
  if (evidence_len != NULL) *evidence_len = 0;
  enum vd_error error = get_item(anchors, track, n, item, failure);
  if (error != VD_OK || (raw == NULL && raw_len == NULL && evidence == NULL && evidence_len == NULL)) return error;
  return vd_anchors_disk_bytes(&anchors->disk, &anchors->tracks[track], (uint32_t)n, raw, raw_len, evidence,
                               evidence_len, failure);
}

bool vd_anchors_next_unchecked(struct vd_anchors *anchors, size_t track, uint64_t *n, struct vd_anchors_item *item) {
  const struct vd_anchors_track *looked_at = lock_track(anchors, track);
  uint32_t next = vd_anchors_index_next(&looked_at->index);
  bool is_there = next != VD_ANCHORS_INDEX_NONE;
  *n = is_there ? next : 0;
  if (is_there) {
    *item = looked_at->index.items[next];
  } else {
    memset(item, 0, sizeof *item);
  }
  unlock(anchors);
  return is_there;
}

/* --- changes: by one thread, which need not lock what it alone changes in order to read it --- */

/* Room for more anchors, made while others read. */
static enum vd_error make_room(struct vd_anchors *anchors, struct vd_anchors_track *track, size_t count,
                               struct vd_failure *failure) {
  struct vd_anchors_index larger;
  uint64_t wanted = (uint64_t)track->index.count + count;
  if (wanted <= track->index.capacity) return VD_OK;
  enum vd_error error = vd_anchors_index_enlarge(&track->index, wanted, &larger, failure);
  if (error != VD_OK) return error;
  (void)pthread_mutex_lock(&anchors->lock);
  struct vd_anchors_index smaller = track->index;
  track->index = larger;
  unlock(anchors);
  vd_anchors_index_free(&smaller);
  return VD_OK;
}

static void publish(struct vd_anchors *anchors, struct vd_anchors_track *track, const struct vd_anchors_found *found,
                    size_t count, const struct vd_anchors_progress *progress) {
  (void)pthread_mutex_lock(&anchors->lock);
  for (size_t at = 0; at < count; at++) vd_anchors_index_add(&track->index, &found[at].item);
  track->seen_number = progress->seen_number;
  track->seen_time_s = progress->seen_time_s;
  track->cursor_len = progress->cursor_len;
  if (progress->cursor_len > 0) memcpy(track->cursor, progress->cursor, progress->cursor_len);
  if (count > 0) atomic_fetch_add(&anchors->generation, 1);
  unlock(anchors);
}

enum vd_error vd_anchors_advance(struct vd_anchors *anchors, size_t track, const struct vd_anchors_found *found,
                                 size_t count, const struct vd_anchors_progress *progress,
                                 struct vd_failure *failure) {
  assert(track < anchors->track_count);
  for (size_t at = 0; at < count; at++)
    assert(found[at].item.state == VD_ANCHORS_UNCHECKED && !found[at].item.is_gone);
  struct vd_anchors_track *changed = &anchors->tracks[track];
  enum vd_error error = make_room(anchors, changed, count, failure);
  if (error == VD_OK) error = vd_anchors_disk_advance(&anchors->disk, changed, found, count, progress, failure);
  if (error == VD_OK) publish(anchors, changed, found, count, progress);
  return error;
}

/* With the generation that comes next. */
static void stamp(const struct vd_anchors *anchors, struct vd_anchors_track *track, uint32_t n) {
  vd_anchors_index_stamp(&track->index, n, atomic_load(&anchors->generation) + 1);
}

/* Brings anchor n from what it was to what it is. */
static enum vd_error set(struct vd_anchors *anchors, size_t track, uint32_t n, const struct vd_anchors_item *was,
                         const struct vd_anchors_item *is, const char *evidence, size_t evidence_len,
                         struct vd_failure *failure) {
  struct vd_anchors_track *changed = &anchors->tracks[track];
  enum vd_error error = vd_anchors_disk_set(&anchors->disk, changed, n, is, evidence, evidence_len, failure);
  if (error != VD_OK) return error;
  bool ceases = vd_anchors_index_covers(was) && !vd_anchors_index_covers(is);
  uint32_t prepared = ceases ? vd_anchors_index_prepare(&changed->index, n) : VD_ANCHORS_INDEX_NONE;
  (void)pthread_mutex_lock(&anchors->lock);
  vd_anchors_index_set(&changed->index, n, is->state, is->is_gone, prepared);
  if (is->state != was->state) stamp(anchors, changed, n);
  atomic_fetch_add(&anchors->generation, 1); /* with the lock: who finds the anchor changed finds this changed */
  unlock(anchors);
  return VD_OK;
}

static enum vd_error stays_contradicted(const struct vd_anchors *anchors, size_t track, uint64_t n,
                                        struct vd_failure *failure) {
  return vd_fail(failure, VD_CONFLICT, "anchors %s: the log %s contradicts its anchor number %llu on chain %s, which "
                 "stays so", anchors->disk.environment.path, anchors->tracks[track].origin, (unsigned long long)n,
                 anchors->tracks[track].chain);
}

enum vd_error vd_anchors_judge(struct vd_anchors *anchors, size_t track, uint64_t n, enum vd_anchors_state state,
                               const char *evidence, size_t evidence_len, struct vd_failure *failure) {
  struct vd_anchors_item was;
  assert((evidence != NULL) == (state == VD_ANCHORS_CONTRADICTED) && evidence_len <= VD_ANCHORS_JUDGEMENT_MAX);
  enum vd_error error = get_item(anchors, track, n, &was, failure);
  if (error != VD_OK || was.state == state) return error;
  if (was.state == VD_ANCHORS_CONTRADICTED) return stays_contradicted(anchors, track, n, failure);
  struct vd_anchors_item is = was;
  is.state = state;
  return set(anchors, track, (uint32_t)n, &was, &is, evidence, evidence_len, failure);
}

/* Those of the numbers that are something else yet. */
static enum vd_error find_unconfirmed(struct vd_anchors *anchors, size_t track, const uint64_t *numbers, size_t count,
                                      uint32_t *out, size_t *out_count, struct vd_failure *failure) {
  struct vd_anchors_item was;
  *out_count = 0;
  for (size_t at = 0; at < count; at++) {
    enum vd_error error = get_item(anchors, track, numbers[at], &was, failure);
    if (error != VD_OK) return error;
    if (was.state == VD_ANCHORS_CONTRADICTED) return stays_contradicted(anchors, track, numbers[at], failure);
    if (was.state != VD_ANCHORS_CONFIRMED) out[(*out_count)++] = (uint32_t)numbers[at];
  }
  return VD_OK;
}

enum vd_error vd_anchors_confirm_all(struct vd_anchors *anchors, size_t track, const uint64_t *numbers, size_t count,
                                     struct vd_failure *failure) {
  uint32_t changing[VD_ANCHORS_CONFIRM_MAX];
  struct vd_anchors_track *changed = &anchors->tracks[track];
  size_t changes = 0;
  assert(count <= VD_ANCHORS_CONFIRM_MAX);
  enum vd_error error = find_unconfirmed(anchors, track, numbers, count, changing, &changes, failure);
  if (error != VD_OK || changes == 0) return error;
  error = vd_anchors_disk_confirm(&anchors->disk, changed, changing, changes, failure);
  if (error != VD_OK) return error;
  (void)pthread_mutex_lock(&anchors->lock);
  for (size_t at = 0; at < changes; at++) {
    bool is_gone = changed->index.items[changing[at]].is_gone;
    vd_anchors_index_set(&changed->index, changing[at], VD_ANCHORS_CONFIRMED, is_gone, VD_ANCHORS_INDEX_NONE);
    stamp(anchors, changed, changing[at]);
  }
  atomic_fetch_add(&anchors->generation, 1);
  unlock(anchors);
  return VD_OK;
}

enum vd_error vd_anchors_withdraw(struct vd_anchors *anchors, size_t track, uint64_t n, struct vd_failure *failure) {
  struct vd_anchors_item was;
  enum vd_error error = get_item(anchors, track, n, &was, failure);
  if (error != VD_OK || was.is_gone) return error;
  struct vd_anchors_item is = was;
  is.is_gone = true;
  return set(anchors, track, (uint32_t)n, &was, &is, NULL, 0, failure);
}
