/* policy.h: when a log is anchored again, and when an attempt that is not mined is replaced. The same for every kind of
 * chain. Pure; any thread. */
#ifndef VD_ANCHOR_POLICY_H
#define VD_ANCHOR_POLICY_H

#include "anchor/anchoring.h"

/* The last slot of the outbox. */
struct vd_policy_slot {
  bool is_there;      /* false: nothing was ever anchored; the rest is not looked at */
  bool is_final;      /* false: it is open */
  uint64_t begun_s;   /* when its first attempt was made */
  uint64_t made_s;    /* when its newest attempt was made */
  uint64_t size;      /* of the log: of the attempt that was mined when it is final, else of the newest attempt */
  struct vd_anchoring_checkpoint newest; /* of its newest attempt, mined or not: the most that was ever said */
};

/* Whether the log shows less than was sent to a chain, or something else of the same size: it was restored from an old
 * copy, and anchoring it would contradict what is public. Nothing is sent then: a reason to halt. */
VD_MUST_CHECK bool vd_policy_is_contradiction(const struct vd_policy_slot *last,
                                              const struct vd_anchoring_checkpoint *newest);

/* Whether the log, which has grown, is not that of the most that was ever said: an old copy that grew on its own. The same
 * reason to halt. Asks options->continues. */
VD_MUST_CHECK bool vd_policy_is_fork(const struct vd_anchoring_options *options, const struct vd_policy_slot *last,
                                     const struct vd_anchoring_checkpoint *newest);

/* Whether a new slot is to be begun with the newest checkpoint: no slot is open, the last one was begun interval_s ago,
 * and at least `entries` entries are not covered, or fewer have waited for interval_s. An empty log never is. After the
 * clock was set back by more than the interval the next one is due at once.
 * waiting_since_s: how long the log has had entries that are not covered; 0: it has none, or that is not known. */
VD_MUST_CHECK bool vd_policy_is_begin_due(const struct vd_anchor_settings *settings, const struct vd_policy_slot *last,
                                          const struct vd_anchoring_checkpoint *newest, uint64_t waiting_since_s,
                                          uint64_t now_s);

/* The next waiting_since_s. */
uint64_t vd_policy_waiting_since(uint64_t waiting_since_s, const struct vd_policy_slot *last,
                                 const struct vd_anchoring_checkpoint *newest, uint64_t now_s);

/* Whether the open slot's newest attempt, which the caller knows not to be mined, is to be replaced: it was made
 * replace_s ago. */
VD_MUST_CHECK bool vd_policy_is_replacement_due(const struct vd_anchor_settings *settings,
                                                const struct vd_policy_slot *last, uint64_t now_s);

/* What the replacement says: the newest checkpoint; what the newest attempt said when that cannot be read now
 * (newest is NULL). */
const struct vd_anchoring_checkpoint *vd_policy_replacement(const struct vd_policy_slot *last,
                                                            const struct vd_anchoring_checkpoint *newest);

#endif
