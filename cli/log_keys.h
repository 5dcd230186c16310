/* log_keys.h: keys of logs and witnesses as they are given on the command line. */
#ifndef CTL_LOG_KEYS_H
#define CTL_LOG_KEYS_H

#include <frag/checkpoint.h>

#include "base/failure.h"
#include "options.h"

#define CTL_WITNESSES_MAX 16

/* Reads a verifier key. option: its name, for the error. VD_USAGE, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_log_keys_one(struct frag_context *context, const char *option, const char *vkey,
                                             struct frag_log_key *key, struct vd_failure *failure);

/* Reads those of --witness. Out: keys, as many as the list has: at most CTL_WITNESSES_MAX. VD_USAGE, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_log_keys_witnesses(struct frag_context *context, const struct ctl_list *vkeys,
                                                   struct frag_log_key keys[static CTL_WITNESSES_MAX],
                                                   struct vd_failure *failure);

#endif
