/* status_queue.h: the folder in which an issuer's statements are kept: one file for each command, written before
 * anything is sent and replaced as operators acknowledge, and the digests of what was handed in. A statement stays in
 * it for good, so that it can be watched. One process at a time; the others wait, but none waits for one that watches:
 * that holds the lock while it reads only. Private: mode 0700.
 *
 *   00000001.statements  cli/status_batch.h
 *   submissions          cli/submission_notes.h
 *   lock */
#ifndef CTL_STATUS_QUEUE_H
#define CTL_STATUS_QUEUE_H

#include "status_batch.h"

#define CTL_STATUS_PATH_SIZE 4096

/* Begin with {.lock_fd = -1}; fields are for reading. */
struct ctl_status_queue {
  char path[CTL_STATUS_PATH_SIZE];
  int lock_fd;
  size_t count;
  struct ctl_status_batch *batches; /* by number, ascending */
};

/* Where the folder is: `queue`, or when that is NULL "statements" beside the key; NULL: here. VD_USAGE: too long. */
VD_MUST_CHECK enum vd_error ctl_status_queue_path(const char *queue, const char *key,
                                                  char path[static CTL_STATUS_PATH_SIZE], struct vd_failure *failure);

/* The same, and makes it, for those who only note there what they hand in (cli/submission_notes.h). VD_CONFLICT (not a
 * folder), VD_IO, VD_USAGE. */
VD_MUST_CHECK enum vd_error ctl_status_queue_make(const char *queue, const char *key,
                                                  char path[static CTL_STATUS_PATH_SIZE], struct vd_failure *failure);

/* Opens the folder, making it when `create`, waits for its lock, and reads all batches. Ends with
 * ctl_status_queue_close, also after an error.
 * VD_NO_INPUT: there is none. VD_DATA, VD_FULL, VD_IO, VD_MEMORY, VD_KEY (a file is not private). */
VD_MUST_CHECK enum vd_error ctl_status_queue_open(struct ctl_status_queue *queue, const char *path, bool create,
                                                  struct vd_failure *failure);
void ctl_status_queue_close(struct ctl_status_queue *queue);

/* Lets others use the folder, when it has been read and will not be written by this. */
void ctl_status_queue_unlock(struct ctl_status_queue *queue);

/* Takes a batch over, empties *batch, and writes it, synced. Out: *index: where it is now. VD_IO, VD_FULL,
 * VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_status_queue_add(struct ctl_status_queue *queue, struct ctl_status_batch *batch,
                                                 size_t *index, struct vd_failure *failure);

/* Writes a batch anew, in one step, synced. VD_IO, VD_FULL, VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_status_queue_save(const struct ctl_status_queue *queue,
                                                  const struct ctl_status_batch *batch, struct vd_failure *failure);

/* Lines that some operator has not acknowledged. */
size_t ctl_status_queue_waiting(const struct ctl_status_queue *queue);

/* Operators that have acknowledged all of the newest batch: each line, or the one that says it again. */
size_t ctl_status_queue_holders(const struct ctl_status_queue *queue);

#endif
