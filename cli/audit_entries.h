/* audit_entries.h: the entries of a log and the full tiles over them, some thousands at a time. */
#ifndef CTL_AUDIT_ENTRIES_H
#define CTL_AUDIT_ENTRIES_H

#include "audit.h"

#define CTL_AUDIT_CHUNK_BUNDLES 16

/* Gets the next entry bundles under the checkpoint (there are some), with the tiles over them, and takes them into the
 * state. VD_DATA with audit->is_wrong; else as ctl_audit_run. */
VD_MUST_CHECK enum vd_error ctl_audit_entries(struct ctl_audit *audit, struct vd_failure *failure);

/* Compares the partial tiles at the right edge. */
VD_MUST_CHECK enum vd_error ctl_audit_entries_edge(struct ctl_audit *audit, struct vd_failure *failure);

#endif
