/* submission_notes.h: the digests of what was handed in with an issuer's key, so that it can be told from what somebody
 * else handed in with it. A file `submissions` in the folder of its statements (cli/status_queue.h), a line for each:
 * its SHA-256, 64 hex digits. Any number of processes may add to it at once. Private: mode 0600. */
#ifndef CTL_SUBMISSION_NOTES_H
#define CTL_SUBMISSION_NOTES_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

/* Notes the digest of a submission that is about to be handed in, synced. folder: must be there. VD_IO, VD_USAGE (its
 * path is too long). */
VD_MUST_CHECK enum vd_error ctl_submission_notes_add(const char *folder, const uint8_t digest[static 32],
                                                     struct vd_failure *failure);

/* All digests noted; none when there is no file. Out: *digests: the caller frees; sorted. VD_KEY (not private),
 * VD_DATA, VD_FULL, VD_IO, VD_MEMORY, VD_USAGE. */
VD_MUST_CHECK enum vd_error ctl_submission_notes_read(const char *folder, uint8_t (**digests)[32], size_t *count,
                                                      struct vd_failure *failure);

/* How many are noted; 0 when that cannot be known. */
size_t ctl_submission_notes_count(const char *folder);

#endif
