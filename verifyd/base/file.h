/* file.h: whole files in and out, with limits, without half-written results. Any thread; a path must not be
 * written by two threads at once. Error texts name the path and the system's reason. */
#ifndef VD_FILE_H
#define VD_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/failure.h"

/* Bytes owned by whoever holds the struct; data[len] is a NUL that does not count. */
struct vd_bytes {
  uint8_t *data;
  size_t len;
};

/* Wipes, frees and empties. */
void vd_bytes_free(struct vd_bytes *bytes);

/* Reads a whole file, or standard input when path is "-". On success the caller owns *bytes; it is empty
 * otherwise. VD_NO_INPUT (missing, unreadable, a folder), VD_FULL (over max_len bytes), VD_MEMORY, VD_IO. */
VD_MUST_CHECK enum vd_error vd_file_read(const char *path, size_t max_len, struct vd_bytes *bytes,
                                         struct vd_failure *failure);

/* The same, of a regular file only, so that nothing is waited for: VD_NO_INPUT for a pipe or a device, and "-" is a
 * name as any other. */
VD_MUST_CHECK enum vd_error vd_file_read_regular(const char *path, size_t max_len, struct vd_bytes *bytes,
                                                 struct vd_failure *failure);

/* The same for a secret: VD_KEY when group or others may read or write the file, or it is not a regular
 * file. The content is secret; vd_bytes_free wipes it. */
VD_MUST_CHECK enum vd_error vd_file_read_private(const char *path, size_t max_len, struct vd_bytes *bytes,
                                                 struct vd_failure *failure);

/* Makes a file that does not exist yet, synced, with exactly that mode.
 * VD_CONFLICT when something has that name; VD_IO, VD_FULL. After an error nothing is left behind. */
VD_MUST_CHECK enum vd_error vd_file_create(const char *path, const void *data, size_t len, mode_t mode,
                                           struct vd_failure *failure);

/* Puts a file in place of an older one or none: a reader and a crash see either the old or the new content.
 * Synced, folder included. VD_IO, VD_FULL. */
VD_MUST_CHECK enum vd_error vd_file_replace(const char *path, const void *data, size_t len, mode_t mode,
                                            struct vd_failure *failure);

/* The same within the open folder folder_fd, but left to a later vd_folder_sync: for thousands of files. */
VD_MUST_CHECK enum vd_error vd_file_place(int folder_fd, const char *name, const void *data, size_t len, mode_t mode,
                                          struct vd_failure *failure);

/* Overwrites a regular file with zeroes, syncs, and removes it. A file that is not there is no error.
 * (On flash and copying file systems the old blocks may survive: what is in it must be sealed as well.) VD_IO. */
VD_MUST_CHECK enum vd_error vd_file_destroy(const char *path, struct vd_failure *failure);

/* Makes a folder with that mode; one that exists is left as it is. VD_CONFLICT (not a folder), VD_IO. */
VD_MUST_CHECK enum vd_error vd_folder_make(const char *path, mode_t mode, struct vd_failure *failure);

/* Opens a folder for vd_file_place; the caller closes *folder_fd. VD_NO_INPUT. */
VD_MUST_CHECK enum vd_error vd_folder_open(const char *path, int *folder_fd, struct vd_failure *failure);

/* Brings everything written to the folder's file system to the disk. VD_IO. */
VD_MUST_CHECK enum vd_error vd_folder_sync(int folder_fd, const char *path, struct vd_failure *failure);

#endif
