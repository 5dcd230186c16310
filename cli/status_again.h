/* status_again.h: what operators have acknowledged and do not have any more, such as one that was put back to an older
 * backup: found by asking, and set back to waiting. One thread. */
#ifndef CTL_STATUS_AGAIN_H
#define CTL_STATUS_AGAIN_H

#include "status_send.h"

/* Asks every operator for every statement of the queue, and saves the batches that this changes. What an operator has
 * acknowledged and does not show, or not with the same bytes, waits for it again; what waits and is there is
 * acknowledged. An operator whose log is wrong is dropped: what it does not show says nothing. Out: *lost: how many
 * times something was not there. VD_IO, VD_FULL (the queue cannot be written), VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_status_again(const struct ctl_status_sender *sender, size_t *lost,
                                             struct vd_failure *failure);

#endif
