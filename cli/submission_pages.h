/* submission_pages.h: an operator's list of what it accepted in an issuer's name (wire/submission_list.h), asked for
 * over the network, page after page. One thread. */
#ifndef CTL_SUBMISSION_PAGES_H
#define CTL_SUBMISSION_PAGES_H

#include "remote/operator.h"
#include "wire/submission_list.h"

/* Whom to ask, and as whom. Views. */
struct ctl_submission_pages {
  struct frag_context *context;
  struct vd_remote_operator *remote;
  const struct frag_log_key *log;
  uint16_t realm;
  unsigned operator_number;
  const struct frag_key *key; /* an issuer's, or a registrar's, which is shown everybody's; secret */
};

/* Calls `take` for every line from number 0 on, until it returns something other than VD_OK, which is then returned.
 * VD_UNAVAILABLE, VD_KEY (with the operator's words), VD_NOT_FOUND (it keeps no such list), VD_DATA, VD_MEMORY,
 * VD_INTERNAL. */
typedef enum vd_error ctl_submission_take(void *context, const struct vd_submission_list_line *line,
                                          struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_submission_pages_read(const struct ctl_submission_pages *pages,
                                                      ctl_submission_take *take, void *context,
                                                      struct vd_failure *failure);

#endif
