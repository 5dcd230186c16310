/* anchor_figures.h: what an outbox tells: anchors that are final, what is under way, and what all of it costs. One
 * thread. */
#ifndef CTL_ANCHOR_FIGURES_H
#define CTL_ANCHOR_FIGURES_H

#include "anchor_amount.h"
#include "ledger/outbox.h"

/* Of one anchor, or of all. */
struct ctl_anchor_cost {
  uint64_t gas;     /* EVM; 0 for Bitcoin */
  ctl_anchor_amount fee;
  uint64_t entries; /* that it covers, and the ones before it did not */
};

struct ctl_anchor_figures {
  uint64_t count; /* anchors that are final */
  uint64_t size;  /* entries of the log that they cover */
  struct vd_outbox_slot last;           /* with count > 0 */
  struct vd_outbox_attempt last_attempt; /* the one of it that was mined */
  struct ctl_anchor_cost last_cost, total;
  bool is_under_way;
  struct vd_outbox_slot open;           /* with is_under_way */
  uint64_t halted_s;                    /* with halted_why not "" */
  char halted_why[VD_OUTBOX_REASON_SIZE];
};

/* Reads all of it. An outbox that another process writes may change meanwhile: what has become final by then is.
 * VD_DATA, VD_IO, VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_anchor_figures_read(struct vd_outbox *outbox, struct ctl_anchor_figures *figures,
                                                    struct vd_failure *failure);

#endif
