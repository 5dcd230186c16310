/* look.h: what the anchorings on all kinds of chains have in common. A look is up to three rounds of questions to all
 * endpoints, one judgement, at most one synced change of the outbox, and then perhaps a transaction that is sent:
 *
 *   vd_look_is_due, vd_look_begin, vd_look_ask …, vd_look_judged, what the judge decided, and at last vd_look_publish.
 *
 * A halt is recorded when three looks in a row come to it. Thread rule: the client's. */
#ifndef VD_ANCHOR_LOOK_H
#define VD_ANCHOR_LOOK_H

#include "anchor/board.h"
#include "anchor/nodes.h"
#include "anchor/record.h"

struct vd_look {
  struct vd_anchoring_options options; /* without the secret: the record has it */
  struct vd_nodes *nodes;
  struct vd_record record;             /* opened by the chain's own part */
  struct vd_telling telling;
  struct vd_judge_situation situation;
  struct vd_board board;
  struct vd_outbox_attempt attempt;    /* scratch memory */
  uint64_t next_ms;                    /* nothing is asked before */
  uint64_t looks;                      /* that came to a judgement */
  enum vd_reason halting;              /* what the last looks came to, or VD_REASON_FINE */
  unsigned halting_looks;
  unsigned sends;                      /* of the newest attempt, since it was made or this was started */
  bool is_refusal_told;
  bool is_halt_told;
  bool is_failing;                     /* a failure of this side has been told */
};

/* look: all zero. Errors: those of vd_nodes_new. vd_look_close is to be called in any case. */
VD_MUST_CHECK enum vd_error vd_look_open(struct vd_look *look, const struct vd_anchoring_options *options,
                                         struct vd_failure *failure);
void vd_look_close(struct vd_look *look);

/* Whether the nodes may be asked now. Then the log has been read, for the situation. A halt that was recorded is told
 * once. */
VD_MUST_CHECK bool vd_look_is_due(struct vd_look *look, uint64_t now_s, uint64_t now_ms);

/* Begins the first round. */
void vd_look_begin(struct vd_look *look, uint64_t now_ms);

/* Ends the questions of a round. When that fails the next look tries again. */
void vd_look_ask(struct vd_look *look, void (*done)(void *context), void *context);

/* Tells what is wrong, and halts when it is sure. What else the verdict says is the caller's to do. */
void vd_look_judged(struct vd_look *look, const struct vd_judge_verdict *verdict);

/* What a new attempt says. */
const struct vd_anchoring_checkpoint *vd_look_checkpoint(const struct vd_look *look);

/* What was decided has been recorded, or could not be: then nothing is sent, which shows, and the next look tries
 * again. */
void vd_look_recorded(struct vd_look *look, enum vd_anchoring_state state);
void vd_look_failed(struct vd_look *look, const struct vd_failure *failure);

/* After a round in which an attempt was sent: why the first endpoint does not take it; else `otherwise`, unless that is
 * NULL. Once for an attempt. */
void vd_look_refused(struct vd_look *look, const char *otherwise);

/* For other threads. */
void vd_look_publish(struct vd_look *look);

#endif
