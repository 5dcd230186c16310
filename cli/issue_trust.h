/* issue_trust.h: whether readers will trust what is about to be issued. */
#ifndef CTL_ISSUE_TRUST_H
#define CTL_ISSUE_TRUST_H

#include "base/failure.h"
#include "config/settings.h"
#include "rows.h"

/* Looks the issuer key up in the configured trust list and warns on standard error when the list or the key would make
 * every document NOT_VALID. A warning only: the list may be published after the documents.
 * VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_issue_trust(struct frag_context *context, const struct vd_settings *settings,
                                            const struct ctl_rows *rows, struct vd_failure *failure);

#endif
