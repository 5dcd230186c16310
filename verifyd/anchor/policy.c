#include "anchor/policy.h"

#include <string.h>

/* A clock that was set back must not put the next anchor off for as long. */
static bool has_passed(uint64_t since_s, uint64_t now_s, uint64_t interval_s) {
  return (now_s >= since_s ? now_s - since_s : since_s - now_s) >= interval_s;
}

bool vd_policy_is_contradiction(const struct vd_policy_slot *last, const struct vd_anchoring_checkpoint *newest) {
  if (!last->is_there || newest->size > last->newest.size) return false;
  return newest->size < last->newest.size || memcmp(newest->root, last->newest.root, sizeof newest->root) != 0;
}

bool vd_policy_is_fork(const struct vd_anchoring_options *options, const struct vd_policy_slot *last,
                       const struct vd_anchoring_checkpoint *newest) {
  if (!last->is_there || newest->size <= last->newest.size) return false;
  return !options->continues(options->context, &last->newest);
}

static uint64_t covered_by(const struct vd_policy_slot *last) { return last->is_there ? last->size : 0; }

uint64_t vd_policy_waiting_since(uint64_t waiting_since_s, const struct vd_policy_slot *last,
                                 const struct vd_anchoring_checkpoint *newest, uint64_t now_s) {
  if (newest->size <= covered_by(last)) return 0;
  return waiting_since_s != 0 ? waiting_since_s : now_s;
}

bool vd_policy_is_begin_due(const struct vd_anchor_settings *settings, const struct vd_policy_slot *last,
                            const struct vd_anchoring_checkpoint *newest, uint64_t waiting_since_s, uint64_t now_s) {
  uint64_t covered = covered_by(last);
  if (last->is_there && !last->is_final) return false;
  if (newest->size <= covered) return false;
  bool is_old = waiting_since_s != 0 && has_passed(waiting_since_s, now_s, settings->interval_s);
  if (newest->size - covered < settings->entries && !is_old) return false;
  return !last->is_there || has_passed(last->begun_s, now_s, settings->interval_s);
}

bool vd_policy_is_replacement_due(const struct vd_anchor_settings *settings, const struct vd_policy_slot *last,
                                  uint64_t now_s) {
  return last->is_there && !last->is_final && has_passed(last->made_s, now_s, settings->replace_s);
}

const struct vd_anchoring_checkpoint *vd_policy_replacement(const struct vd_policy_slot *last,
                                                            const struct vd_anchoring_checkpoint *newest) {
  return newest != NULL && newest->size >= last->newest.size ? newest : &last->newest;
}
