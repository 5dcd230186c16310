#include "anchor/judge.h"

bool vd_judge_stop(struct vd_judge_verdict *verdict, enum vd_judge_action action, enum vd_reason reason,
                   size_t endpoint) {
  verdict->action = action;
  verdict->reason = reason;
  verdict->endpoint = endpoint;
  return false;
}

bool vd_judge_log(const struct vd_judge_situation *situation, struct vd_judge_verdict *verdict) {
  if (!situation->has_newest) return true;
  if (!situation->is_fork && !vd_policy_is_contradiction(&situation->outbox->last, &situation->newest)) return true;
  return vd_judge_stop(verdict, VD_JUDGE_HALT, VD_REASON_LOG_WENT_BACK, 0);
}

bool vd_judge_final(size_t others, size_t endpoints, bool can_change, struct vd_judge_verdict *verdict) {
  if (others == 0) return true;
  if (others < endpoints) return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, 0);
  if (can_change) return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_REWRITTEN, 0);
  return vd_judge_stop(verdict, VD_JUDGE_HALT, VD_REASON_FINALITY, 0);
}

bool vd_judge_foreign(const struct vd_judge_situation *situation, uint64_t number, uint64_t common,
                      enum vd_reason at_first, enum vd_reason for_good, struct vd_judge_verdict *verdict) {
  verdict->foreign_at = number + 1; /* the height was asked before: a block may have come in between */
  if (situation->foreign_since == 0 || common < situation->foreign_since)
    return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, at_first, 0);
  return vd_judge_stop(verdict, VD_JUDGE_HALT, for_good, 0);
}

bool vd_judge_is_begin_due(const struct vd_judge_situation *situation, struct vd_judge_verdict *verdict) {
  if (!situation->has_newest) verdict->reason = VD_REASON_NO_CHECKPOINT;
  return situation->has_newest && vd_policy_is_begin_due(situation->anchor, &situation->outbox->last,
                                                         &situation->newest, situation->waiting_since_s, situation->now_s);
}

bool vd_judge_is_replacement_due(const struct vd_judge_situation *situation, struct vd_judge_verdict *verdict) {
  const struct vd_judge_outbox *outbox = situation->outbox;
  if (!vd_policy_is_replacement_due(situation->anchor, &outbox->last, situation->now_s)) return false;
  if (outbox->attempt_count == VD_OUTBOX_ATTEMPTS_MAX) verdict->reason = VD_REASON_ATTEMPTS_FULL;
  return outbox->attempt_count < VD_OUTBOX_ATTEMPTS_MAX;
}
