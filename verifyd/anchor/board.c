#include "anchor/board.h"

void vd_board_set_state(struct vd_board *board, enum vd_anchoring_state state) {
  atomic_store(&board->state, (int)state);
}

void vd_board_set_stuck(struct vd_board *board, bool is_stuck) { atomic_store(&board->is_stuck, is_stuck); }

void vd_board_set_outbox(struct vd_board *board, const struct vd_board_outbox *outbox,
                         const struct vd_policy_slot *last) {
  atomic_store(&board->final_count, outbox->final_count);
  atomic_store(&board->final_size, outbox->final_size);
  atomic_store(&board->final_time_s, outbox->final_time_s);
  atomic_store(&board->sent_size, outbox->attempts > 0 ? last->newest.size : 0);
  atomic_store(&board->attempts, outbox->attempts);
}

void vd_board_set_looked(struct vd_board *board, uint64_t now_s) { atomic_store(&board->looked_s, now_s); }

void vd_board_get(const struct vd_board *board, struct vd_anchoring_status *status) {
  *status = (struct vd_anchoring_status){.state = (enum vd_anchoring_state)atomic_load(&board->state),
                                         .is_stuck = atomic_load(&board->is_stuck),
                                         .final_count = atomic_load(&board->final_count),
                                         .final_size = atomic_load(&board->final_size),
                                         .final_time_s = atomic_load(&board->final_time_s),
                                         .sent_size = atomic_load(&board->sent_size),
                                         .attempts = atomic_load(&board->attempts),
                                         .looked_s = atomic_load(&board->looked_s)};
}
