#include "verify/anchored.h"

#include <string.h>

/* --- the logs' tracks --- */

/* The largest that the log was found to continue: its operator chooses in which order sizes are anchored. */
static void take_largest(struct vd_log_check *log, struct vd_anchors *anchors, size_t track) {
  struct vd_anchors_view view;
  struct vd_anchors_item item;
  vd_anchors_look(anchors, track, &view);
  for (uint64_t n = 0; n < view.count; n++) {
    if (vd_anchors_get(anchors, track, n, &item, NULL, NULL, NULL, NULL, NULL) != VD_OK) return;
    if (item.state != VD_ANCHORS_CONFIRMED || item.size <= log->size) continue;
    log->size = item.size;
    memcpy(log->root, item.root, sizeof log->root);
    log->note_len = 0;
  }
}

/* As if the checkpoint that was anchored had been the last one accepted. */
static void begin_from_anchor(struct vd_verifier *verifier, unsigned k) {
  const struct vd_anchored *anchored = &verifier->anchored;
  for (size_t n = 0; n < anchored->counts[k]; n++)
    take_largest(&verifier->logs[k], anchored->anchors, anchored->tracks[k][n]);
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

/* Whoever compares brings the memory up to the anchor before it is confirmed. What this verifier has accepted beyond, or
 * beside, may be another tree. */
static void begin_from_memory(struct vd_log_check *log) {
  struct vd_seen_state state;
  struct frag_log_key key = log->key;
  vd_seen_get(log->seen, key.name, &state);
  bool is_same = state.size == log->size && memcmp(state.root, log->root, sizeof log->root) == 0;
  if (!is_same && !log->has_equivocated) vd_log_check_begin(log, &key, log->seen);
}

uint64_t vd_anchored_tie(struct vd_verifier *verifier, unsigned k) {
  struct vd_anchored *anchored = &verifier->anchored;
  if (!anchored->is_used || anchored->counts[k] == 0) return 0;
  uint64_t generation = vd_anchors_generation(anchored->anchors); /* read before, as below */
  if (anchored->is_tied[k] && anchored->tied[k] == generation) return generation;
  if (verifier->logs[k].seen == NULL) begin_from_anchor(verifier, k);
  else if (verifier->operators[k].is_remote) begin_from_memory(&verifier->logs[k]);
  anchored->tied[k] = generation;
  anchored->is_tied[k] = true;
  return generation;
}

bool vd_anchored_is_used(const struct vd_verifier *verifier) { return verifier->anchored.is_used; }

/* --- logs that do not continue their anchors --- */

/* What is proven is equivocation; what the log only does not show may be a question that got no right answer. */
static frag_error refusal_of(const struct vd_anchored *anchored, unsigned k) {
  struct vd_anchors_view view;
  struct vd_anchors_item item;
  frag_error code = FRAG_OK;
  for (size_t n = 0; n < anchored->counts[k]; n++) {
    size_t track = anchored->tracks[k][n];
    vd_anchors_look(anchored->anchors, track, &view);
    if (!view.is_refused) continue;
    (void)vd_anchors_find(anchored->anchors, track, 0, 0, &item);
    if (item.state == VD_ANCHORS_CONTRADICTED) return FRAG_EQUIVOCATION;
    code = FRAG_LOG_INCONSISTENT;
  }
  return code;
}

frag_error vd_anchored_refusal(struct vd_verifier *verifier, unsigned k) {
  struct vd_anchored *anchored = &verifier->anchored;
  if (!anchored->is_used) return FRAG_OK;
  uint64_t generation = vd_anchors_generation(anchored->anchors);
  if (!anchored->is_current || anchored->generation != generation) {
    for (unsigned i = 0; i < verifier->operator_count; i++) anchored->refusals[i] = refusal_of(anchored, i);
    anchored->generation = generation; /* read before: what changes meanwhile is looked at again */
    anchored->is_current = true;
  }
  return anchored->refusals[k];
}

static enum vd_anchors_cover find(const struct vd_verification *run, unsigned k, size_t n,
                                  struct vd_operator_anchor *anchor) {
  const struct vd_anchored *anchored = &run->verifier->anchored;
  size_t track = anchored->tracks[k][n];
  anchor->chain = vd_anchors_track(anchored->anchors, track)->chain;
  /* What was confirmed after the operator was asked may be another tree than it has answered with. */
  anchor->cover = vd_anchors_find_known(anchored->anchors, track, run->entry_index[k], run->entry_time_s[k],
                                        run->entry_anchors[k], &anchor->item);
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

/* What says most of a chain that is followed by several accounts: the log is anchored there by any of them. */
static bool says_more(const struct vd_operator_anchor *anchor, const struct vd_operator_anchor *other) {
  static const unsigned ranks[] = {
      [VD_ANCHORS_OVERDUE] = 0, [VD_ANCHORS_PENDING] = 1, [VD_ANCHORS_COVERED] = 2, [VD_ANCHORS_REFUSED] = 3};
  unsigned rank = ranks[anchor->cover], other_rank = ranks[other->cover];
  if (rank != other_rank || anchor->cover != VD_ANCHORS_COVERED) return rank > other_rank;
  return anchor->item.block_time_s < other->item.block_time_s;
}

static bool is_same_chain(const struct vd_anchors_track_options *one, const struct vd_anchors_track_options *other) {
  return memcmp(one->chain_id, other->chain_id, sizeof one->chain_id) == 0;
}

/* Each chain once, in the order of the tracks. */
static void find_chains(struct vd_verification *run, unsigned k) {
  const struct vd_anchored *anchored = &run->verifier->anchored;
  struct vd_operator_answer *answer = &run->verdict->operators[k];
  const struct vd_anchors_track_options *tracks[VD_VERIFY_ANCHORS_MAX];
  answer->anchor_count = 0;
  for (size_t n = 0; n < anchored->counts[k]; n++) {
    const struct vd_anchors_track_options *track = vd_anchors_track(anchored->anchors, anchored->tracks[k][n]);
    struct vd_operator_anchor anchor;
    size_t at = 0;
    (void)find(run, k, n, &anchor);
    while (at < answer->anchor_count && !is_same_chain(tracks[at], track)) at++;
    if (at < answer->anchor_count && !says_more(&anchor, &answer->anchors[at])) continue;
    if (at == answer->anchor_count) answer->anchor_count++;
    tracks[at] = track;
    answer->anchors[at] = anchor;
  }
}

static void take_operator(struct vd_verification *run, unsigned k, struct findings *findings) {
  const struct vd_operator_answer *answer = &run->verdict->operators[k];
  bool is_covered = false;
  find_chains(run, k);
  for (size_t n = 0; n < answer->anchor_count; n++) {
    enum vd_anchors_cover cover = answer->anchors[n].cover;
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
