/* judge.h: what the judges of all kinds of chains have in common: what they look at, what they may decide, and the
 * rules that do not depend on the chain. Pure; any thread. */
#ifndef VD_ANCHOR_JUDGE_H
#define VD_ANCHOR_JUDGE_H

#include "anchor/policy.h"
#include "anchor/reason.h"

#define VD_JUDGE_FINALS_MAX 3 /* recorded final anchors that are looked at again: the newest */

/* ---- what is looked at ---- */

struct vd_judge_attempt {
  uint8_t id[32];
  uint64_t tip, fee; /* as in the outbox */
};

struct vd_judge_final {
  uint64_t number; /* of the block */
  uint8_t hash[32];
};

struct vd_judge_outbox {
  struct vd_policy_slot last;
  uint64_t number;      /* of the last slot, if there is one */
  size_t attempt_count; /* of the open slot, 0 when none is */
  struct vd_judge_attempt attempts[VD_OUTBOX_ATTEMPTS_MAX];
  size_t final_count;   /* newest first */
  struct vd_judge_final finals[VD_JUDGE_FINALS_MAX];
};

struct vd_judge_situation {
  const struct vd_chain_settings *chain;
  const struct vd_anchor_settings *anchor;
  const struct vd_judge_outbox *outbox;
  bool has_newest;                       /* the log could be read */
  bool is_fork;                          /* vd_policy_is_fork */
  struct vd_anchoring_checkpoint newest;
  uint64_t now_s;
  uint64_t waiting_since_s; /* when the log was first seen, by this process, to have grown past the last slot; 0: it has
                             * not */
  uint64_t foreign_since; /* foreign_at of the first of the last judgements that all had one; 0: the last had none */
  bool are_finals_asked;
};

/* Of something that an endpoint was asked for. */
enum vd_judge_presence {
  VD_JUDGE_UNKNOWN, /* it was not asked, did not answer, or answered something else */
  VD_JUDGE_ABSENT,
  VD_JUDGE_THERE
};

/* ---- what is decided ---- */

enum vd_judge_action {
  VD_JUDGE_IDLE,       /* nothing is to be anchored now */
  VD_JUDGE_WAIT,       /* an attempt is on its way */
  VD_JUDGE_BEGIN,      /* a slot */
  VD_JUDGE_REPLACE,    /* another attempt of the open slot */
  VD_JUDGE_RESEND,     /* the open slot's newest attempt: an endpoint does not know it */
  VD_JUDGE_FINISH,     /* attempt is final */
  VD_JUDGE_HALT,       /* if it stays so */
  VD_JUDGE_UNFUNDED,   /* the account cannot pay */
  VD_JUDGE_UNREACHABLE /* no progress: endpoints do not answer, do not agree, or are of another chain */
};

struct vd_judge_verdict {
  enum vd_judge_action action;
  enum vd_reason reason; /* with WAIT and RESEND: a warning, or FINE */
  size_t endpoint;       /* which, when the reason is about one */
  size_t attempt;        /* of FINISH; otherwise of the open slot's newest */
  uint64_t foreign_at;   /* of vd_judge_foreign; else 0 */
};

/* Always false: so that a check can end with it. */
bool vd_judge_stop(struct vd_judge_verdict *verdict, enum vd_judge_action action, enum vd_reason reason,
                   size_t endpoint);

/* ---- rules; false: the verdict is reached ---- */

/* The log is not an old copy. */
VD_MUST_CHECK bool vd_judge_log(const struct vd_judge_situation *situation, struct vd_judge_verdict *verdict);

/* A recorded final anchor of which `others` of all endpoints show another block. can_change: that block is not final by
 * now. */
VD_MUST_CHECK bool vd_judge_final(size_t others, size_t endpoints, bool can_change, struct vd_judge_verdict *verdict);

/* Every endpoint shows something of the account that is not from the outbox, at the height `number`. That may yet be
 * undone (reason `at_first`) until the chain is final (up to `common`) where it was first seen (`for_good`). Always
 * false. */
bool vd_judge_foreign(const struct vd_judge_situation *situation, uint64_t number, uint64_t common,
                      enum vd_reason at_first, enum vd_reason for_good, struct vd_judge_verdict *verdict);

/* ---- what is due; when it is and cannot be done, the reason says why ---- */

VD_MUST_CHECK bool vd_judge_is_begin_due(const struct vd_judge_situation *situation,
                                         struct vd_judge_verdict *verdict);
VD_MUST_CHECK bool vd_judge_is_replacement_due(const struct vd_judge_situation *situation,
                                               struct vd_judge_verdict *verdict);

#endif
