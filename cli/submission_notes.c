#include "submission_notes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hex.h"

#define NAME "submissions"
#define PATH_SIZE 4096
#define DIGEST_LINE 65 /* 64 digits and LF */
#define FILE_BYTES_MAX ((size_t)1 << 30)

static enum vd_error path_of(const char *folder, char path[static PATH_SIZE], struct vd_failure *failure) {
  if (snprintf(path, PATH_SIZE, "%s/" NAME, folder) < PATH_SIZE) return VD_OK;
  return vd_fail(failure, VD_USAGE, "the path of the queue is too long");
}

/* A line that a crash has cut short goes: it belongs to a submission that was never sent. Until fd is closed nobody
 * else is at it. */
static bool append_line(int fd, const char *line) {
  while (flock(fd, LOCK_EX) != 0) {
    if (errno != EINTR) return false;
  }
  off_t end = lseek(fd, 0, SEEK_END);
  if (end < 0) return false;
  if (end % DIGEST_LINE != 0 && ftruncate(fd, end - end % DIGEST_LINE) != 0) return false;
  if (lseek(fd, 0, SEEK_END) < 0) return false;
  return write(fd, line, DIGEST_LINE) == DIGEST_LINE && fsync(fd) == 0;
}

enum vd_error ctl_submission_notes_add(const char *folder, const uint8_t digest[static 32],
                                       struct vd_failure *failure) {
  char path[PATH_SIZE], line[DIGEST_LINE + 1];
  enum vd_error error = path_of(folder, path, failure);
  if (error != VD_OK) return error;
  vd_hex_encode(line, digest, 32);
  line[DIGEST_LINE - 1] = '\n';
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return vd_fail(failure, VD_IO, "%s cannot be opened: %s", path, strerror(errno));
  if (!append_line(fd, line)) error = vd_fail(failure, VD_IO, "%s cannot be written: %s", path, strerror(errno));
  (void)close(fd);
  return error;
}

static int compare_digests(const void *left, const void *right) { return memcmp(left, right, 32); }

static bool read_digests(const struct vd_bytes *file, uint8_t (*digests)[32], size_t count) {
  for (size_t i = 0; i < count; i++) {
    const char *line = (const char *)file->data + i * DIGEST_LINE;
    if (!vd_hex_decode(digests[i], 32, line, DIGEST_LINE - 1) || line[DIGEST_LINE - 1] != '\n') return false;
  }
  return true;
}

enum vd_error ctl_submission_notes_read(const char *folder, uint8_t (**digests)[32], size_t *count,
                                        struct vd_failure *failure) {
  char path[PATH_SIZE];
  struct vd_bytes file = {0};
  *digests = NULL;
  *count = 0;
  enum vd_error error = path_of(folder, path, failure);
  if (error != VD_OK || access(path, F_OK) != 0) return error;
  error = vd_file_read_private(path, FILE_BYTES_MAX, &file, failure);
  if (error != VD_OK) return error;
  *count = file.len / DIGEST_LINE;
  *digests = calloc(*count + 1, sizeof **digests);
  if (*digests == NULL) {
    error = vd_fail(failure, VD_MEMORY, "no memory for %s", path);
  } else if (!read_digests(&file, *digests, *count)) {
    error = vd_fail(failure, VD_DATA, "%s is not as verifyctl wrote it; restore the file", path);
  } else if (*count > 1) {
    qsort(*digests, *count, sizeof **digests, compare_digests);
  }
  vd_bytes_free(&file);
  if (error == VD_OK) return VD_OK;
  free(*digests);
  *digests = NULL;
  return error;
}

size_t ctl_submission_notes_count(const char *folder) {
  char path[PATH_SIZE];
  struct stat status;
  if (path_of(folder, path, NULL) != VD_OK || stat(path, &status) != 0) return 0;
  return (size_t)status.st_size / DIGEST_LINE;
}
