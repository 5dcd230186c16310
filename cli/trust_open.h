/* trust_open.h: a trust list checked against the roots that a configuration pins, as verifyd does it. */
#ifndef CTL_TRUST_OPEN_H
#define CTL_TRUST_OPEN_H

#include <frag/trust.h>

#include "base/failure.h"
#include "config/settings.h"

/* The roots that the settings pin; views into them. */
struct frag_pins ctl_trust_open_pins(const struct vd_settings *settings);

/* Opens the list that the configuration names, or that of another file. That of the configuration may not be behind the
 * one that verifyd has accepted, where its memory is here and may be read.
 * Out: *trust, to be given to frag_trust_free; NULL on error.
 * VD_NO_INPUT (missing), VD_DATA (damaged, or not signed by enough pinned roots), VD_CONFIG (no roots are pinned; older
 * than the one accepted, or does not follow it), VD_IO, VD_FULL, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_trust_open(struct frag_context *context, const struct vd_settings *settings,
                                           struct frag_trust **trust, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_trust_open_file(struct frag_context *context, const struct vd_settings *settings,
                                                const char *path, struct frag_trust **trust,
                                                struct vd_failure *failure);

#endif
