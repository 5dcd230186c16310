/* trust_open.h: the trust list that a configuration names, checked against the roots that it pins. */
#ifndef CTL_TRUST_OPEN_H
#define CTL_TRUST_OPEN_H

#include <frag/trust.h>

#include "base/failure.h"
#include "config/settings.h"

/* Out: *trust, to be given to frag_trust_free; NULL on error.
 * VD_NO_INPUT (missing), VD_DATA (damaged, or not signed by enough pinned roots), VD_FULL, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_trust_open(struct frag_context *context, const struct vd_settings *settings,
                                           struct frag_trust **trust, struct vd_failure *failure);

#endif
