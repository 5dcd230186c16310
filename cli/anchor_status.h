/* anchor_status.h: what verifyctl anchor status shows of one chain. One thread. */
#ifndef CTL_ANCHOR_STATUS_H
#define CTL_ANCHOR_STATUS_H

#include "anchor_figures.h"
#include "json/writer.h"

struct ctl_anchor_shown {
  const char *config; /* the path of the configuration, for a remedy */
  const struct vd_chain_settings *chain;
  const struct vd_anchor_settings *anchor;
  struct vd_outbox *outbox; /* NULL: nothing was ever sent, or it cannot be read */
  struct vd_failure unreadable; /* why not; VD_OK: it can */
  struct ctl_anchor_figures figures;
  bool has_log;
  uint64_t log_size; /* entries of the log now */
};

/* Prints for people; adds an object to a list of JSON. The attempts that are under way are read from the outbox:
 * VD_DATA, VD_IO, VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_anchor_status_print(const struct ctl_anchor_shown *shown, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_anchor_status_write(const struct ctl_anchor_shown *shown, struct vd_writer *writer,
                                                    struct vd_failure *failure);

#endif
