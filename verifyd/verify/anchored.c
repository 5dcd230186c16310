#include "verify/anchored.h"

#include <string.h>

enum { LAST_MAX = 64 }; /* anchors that are looked at for one that is confirmed, from the last one back */

/* --- the logs' tracks --- */

/* Of the last one that the log was found to continue. */
static bool last_confirmed(struct vd_anchors *anchors, size_t track, struct vd_anchors_item *item) {
  struct vd_anchors_view view;
  vd_anchors_look(anchors, track, &view);
  for (uint64_t back = 1; back <= view.count && back <= LAST_MAX; back++) {
    enum vd_error error = vd_anchors_get(anchors, track, view.count - back, item, NULL, NULL, NULL, NULL, NULL);
    if (error != VD_OK) return false;
    if (item->state == VD_ANCHORS_CONFIRMED) return true;
  }
  return false;
}

/* As if the checkpoint that was anchored had been the last one accepted. */
static void begin_from_anchor(struct vd_verifier *verifier, unsigned k) {
  struct vd_log_check *log = &verifier->logs[k];
  const struct vd_anchored *anchored = &verifier->anchored;
  struct vd_anchors_item item;
  for (size_t n = 0; n < anchored->counts[k]; n++) {
    if (!last_confirmed(anchored->anchors, anchored->tracks[k][n], &item) || item.size <= log->size) continue;
    log->size = item.size;
    memcpy(log->root, item.root, sizeof log->root);
  }
}

void vd_anchored_begin(struct vd_verifier *verifier, bool has_memory) {
  struct vd_anchored *anchored = &verifier->anchored;
  size_t tracks[VD_ANCHORS_TRACKS_MAX];
  if (anchored->anchors == NULL) return;
  for (unsigned k = 0; k < verifier->operator_count; k++) {
    size_t count = vd_anchors_tracks_of(anchored->anchors, verifier->logs[k].key.name, tracks);
    anchored->counts[k] = count < VD_VERIFY_ANCHORS_MAX ? count : VD_VERIFY_ANCHORS_MAX;
    memcpy(anchored->tracks[k], tracks, anchored->counts[k] * sizeof *tracks);
    anchored->is_used = anchored->is_used || count > 0;
    if (!has_memory) begin_from_anchor(verifier, k);
  }
}

bool vd_anchored_is_used(const struct vd_verifier *verifier) { return verifier->anchored.is_used; }

/* --- logs that do not continue their anchors --- */

static bool is_any_refused(const struct vd_anchored *anchored, unsigned k) {
  struct vd_anchors_view view;
  for (size_t n = 0; n < anchored->counts[k]; n++) {
    vd_anchors_look(anchored->anchors, anchored->tracks[k][n], &view);
    if (view.is_refused) return true;
  }
  return false;
}

bool vd_anchored_is_refused(struct vd_verifier *verifier, unsigned k) {
  struct vd_anchored *anchored = &verifier->anchored;
  if (!anchored->is_used) return false;
  uint64_t generation = vd_anchors_generation(anchored->anchors);
  if (!anchored->is_current || anchored->generation != generation) {
    for (unsigned i = 0; i < verifier->operator_count; i++) anchored->is_refused[i] = is_any_refused(anchored, i);
    anchored->generation = generation; /* read before: what changes meanwhile is looked at again */
    anchored->is_current = true;
  }
  return anchored->is_refused[k];
}

static enum vd_anchors_cover find(const struct vd_verification *run, unsigned k, size_t n,
                                  struct vd_operator_anchor *anchor) {
  const struct vd_anchored *anchored = &run->verifier->anchored;
  size_t track = anchored->tracks[k][n];
  anchor->chain = vd_anchors_track(anchored->anchors, track)->chain;
  anchor->cover = vd_anchors_find(anchored->anchors, track, run->entry_index[k], run->entry_time_s[k], &anchor->item);
  return anchor->cover;
}

void vd_anchored_show_refused(struct vd_verification *run, unsigned k) {
  struct vd_operator_answer *answer = &run->verdict->operators[k];
  answer->anchor_count = 0;
  for (size_t n = 0; n < run->verifier->anchored.counts[k]; n++)
    if (find(run, k, n, &answer->anchors[answer->anchor_count]) == VD_ANCHORS_REFUSED) answer->anchor_count++;
}

/* --- an answer's entries --- */

struct findings {
  bool has_tracks, is_overdue, is_pending, is_covered;
  uint64_t earliest_s; /* with is_covered */
};

static void take_operator(struct vd_verification *run, unsigned k, struct findings *findings) {
  struct vd_operator_answer *answer = &run->verdict->operators[k];
  bool is_covered = false;
  answer->anchor_count = run->verifier->anchored.counts[k];
  for (size_t n = 0; n < answer->anchor_count; n++) {
    enum vd_anchors_cover cover = find(run, k, n, &answer->anchors[n]);
    uint64_t time_s = answer->anchors[n].item.block_time_s;
    findings->has_tracks = true;
    findings->is_overdue = findings->is_overdue || cover == VD_ANCHORS_OVERDUE;
    if (cover != VD_ANCHORS_COVERED) continue;
    is_covered = true;
    if (!findings->is_covered || time_s < findings->earliest_s) findings->earliest_s = time_s;
    findings->is_covered = true;
  }
  if (answer->anchor_count > 0 && !is_covered) findings->is_pending = true;
}

static struct vd_check check_of(const struct findings *findings) {
  if (!findings->has_tracks) return (struct vd_check){VD_CHECK_NOT_CHECKED, FRAG_OK};
  if (findings->is_overdue) return (struct vd_check){VD_CHECK_WARNING, FRAG_ANCHOR_MISSING};
  if (findings->is_pending) return (struct vd_check){VD_CHECK_WARNING, FRAG_ANCHOR_PENDING};
  return (struct vd_check){VD_CHECK_PASSED, FRAG_OK};
}

/* All of them have the same leaf, so one anchor proves it for all; and no t − 1 operators can make a document look
 * older than the latest of t says. */
void vd_anchored_take(struct vd_verification *run) {
  struct vd_verdict *verdict = run->verdict;
  struct findings findings = {0};
  uint32_t chosen = frag_gather_chosen(&run->gather);
  uint64_t latest_s = 0;
  for (unsigned k = 0; k < run->verifier->operator_count; k++) {
    if ((chosen >> k & 1u) == 0) continue;
    if (run->entry_time_s[k] > latest_s) latest_s = run->entry_time_s[k];
    take_operator(run, k, &findings);
  }
  verdict->checks[VD_STEP_ANCHOR] = check_of(&findings);
  verdict->is_anchored = findings.is_covered;
  verdict->tau_s = findings.is_covered ? findings.earliest_s : latest_s;
}
