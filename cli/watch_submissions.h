/* watch_submissions.h: the part of verifyctl watch that lists what operators over the network accepted in the issuer's
 * name, and what of it was not noted in this queue. One thread. */
#ifndef CTL_WATCH_SUBMISSIONS_H
#define CTL_WATCH_SUBMISSIONS_H

#include "watch_statements.h"

/* Prints it; nothing without an issuer key. Adds to shown; error_of: of an operator that does not list. VD_KEY,
 * VD_DATA, VD_FULL, VD_IO (the notes), VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_watch_submissions(struct ctl_watch *watch, struct vd_failure *failure);

#endif
