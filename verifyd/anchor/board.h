/* board.h: what one anchoring shows of itself to other threads: struct vd_anchoring_status, in atomics. The anchoring's
 * thread writes; any thread reads. */
#ifndef VD_ANCHOR_BOARD_H
#define VD_ANCHOR_BOARD_H

#include <stdatomic.h>

#include "anchor/policy.h"

/* All zero is the beginning. */
struct vd_board {
  atomic_int state;
  atomic_bool is_stuck;
  atomic_uint_fast64_t final_count, final_size, final_time_s, sent_size, attempts, looked_s;
};

/* What the outbox says: slots final, of the last one the log's size and the block's time; and the open slot's attempts,
 * 0 when none is open. */
struct vd_board_outbox {
  uint64_t final_count, final_size, final_time_s, attempts;
};

void vd_board_set_state(struct vd_board *board, enum vd_anchoring_state state);
void vd_board_set_stuck(struct vd_board *board, bool is_stuck);
void vd_board_set_outbox(struct vd_board *board, const struct vd_board_outbox *outbox,
                         const struct vd_policy_slot *last);

/* The nodes have answered and agreed. */
void vd_board_set_looked(struct vd_board *board, uint64_t now_s);

void vd_board_get(const struct vd_board *board, struct vd_anchoring_status *status);

#endif
