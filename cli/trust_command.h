/* trust_command.h: what trust_command.c and trust_show.c share. */
#ifndef CTL_TRUST_COMMAND_H
#define CTL_TRUST_COMMAND_H

#include <frag/context.h>

#include "base/failure.h"

/* verifyctl trust show. VD_USAGE, VD_NO_INPUT, VD_DATA (not a list, or not signed as the pinned roots demand),
 * VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_trust_show(int argc, char **argv, struct frag_context *context,
                                           struct vd_failure *failure);

#endif
