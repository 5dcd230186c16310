/* anchors_open.h: the anchors that verifyd has found on public chains, read from the configured memory. One thread. */
#ifndef CTL_ANCHORS_OPEN_H
#define CTL_ANCHORS_OPEN_H

#include "ledger/anchors.h"
#include "operators.h"

/* Opens them for reading, with the tracks of the operators whose logs are known: those over the network, and those on
 * this machine whose ledgers are open.
 * Out: *anchors, for vd_anchors_close; NULL with VD_OK when no chain is configured for any of these logs. Views into
 * settings and operators, which outlive it. VD_NO_INPUT: no verifyd has looked for any yet; others as
 * vd_anchors_open_read. */
VD_MUST_CHECK enum vd_error ctl_anchors_open(const struct vd_settings *settings, struct ctl_operators *operators,
                                             struct vd_anchors **anchors, struct vd_failure *failure);

#endif
