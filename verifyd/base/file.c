#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096

static enum vd_error fail_errno(struct vd_failure *failure, enum vd_error code, const char *what, const char *path) {
  char reason[128];
  int cause = errno;
  if (cause == ENOSPC || cause == EDQUOT) code = VD_FULL;
  return vd_fail(failure, code, "%s %s: %s", what, path, strerror_r(cause, reason, sizeof reason));
}

void vd_bytes_free(struct vd_bytes *bytes) {
  if (bytes->data != NULL) explicit_bzero(bytes->data, bytes->len);
  free(bytes->data);
  *bytes = (struct vd_bytes){0};
}

/* realloc would leave an unwiped copy behind. */
static bool grow(struct vd_bytes *bytes, size_t *capacity) {
  size_t larger = *capacity == 0 ? 4096 : *capacity * 2;
  uint8_t *data = malloc(larger + 1);
  if (data == NULL) return false;
  size_t len = bytes->len;
  if (len > 0) memcpy(data, bytes->data, len);
  vd_bytes_free(bytes);
  *bytes = (struct vd_bytes){.data = data, .len = len};
  *capacity = larger;
  return true;
}

static enum vd_error read_all(int fd, const char *path, size_t max_len, struct vd_bytes *bytes,
                              struct vd_failure *failure) {
  size_t capacity = 0;
  for (;;) {
    if (bytes->len == capacity && !grow(bytes, &capacity)) {
      return vd_fail(failure, VD_MEMORY, "no memory to read %s", path);
    }
    ssize_t got = read(fd, bytes->data + bytes->len, capacity - bytes->len);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(failure, errno == EISDIR ? VD_NO_INPUT : VD_IO, "cannot read", path);
    if (got == 0) break;
    bytes->len += (size_t)got;
    if (bytes->len > max_len) {
      return vd_fail(failure, VD_FULL, "%s is larger than the limit of %zu bytes", path, max_len);
    }
  }
  bytes->data[bytes->len] = '\0';
  return VD_OK;
}

/* What may be read. */
enum kind { ANY, REGULAR, PRIVATE };

static enum vd_error check_kind(int fd, const char *path, enum kind kind, struct vd_failure *failure) {
  struct stat info;
  if (fstat(fd, &info) != 0) return fail_errno(failure, VD_IO, "cannot examine", path);
  if (!S_ISREG(info.st_mode)) {
    return vd_fail(failure, kind == PRIVATE ? VD_KEY : VD_NO_INPUT, "%s is not a regular file", path);
  }
  if (kind == REGULAR || (info.st_mode & 077) == 0) return VD_OK;
  return vd_fail(failure, VD_KEY,
                 "%s can be read or changed by others (mode %04o); make it private with: chmod 600 %s",
                 path, (unsigned)(info.st_mode & 07777), path);
}

/* A pipe that nobody writes to would be waited for when it is opened. */
static enum vd_error read_file(const char *path, size_t max_len, enum kind kind, struct vd_bytes *bytes,
                               struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  *bytes = (struct vd_bytes){0};
  bool standard_input = kind == ANY && strcmp(path, "-") == 0;
  int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (kind == ANY ? 0 : O_NONBLOCK);
  int fd = standard_input ? STDIN_FILENO : open(path, flags);
  if (fd < 0) return fail_errno(failure, VD_NO_INPUT, "cannot open", path);
  if (kind != ANY) error = check_kind(fd, path, kind, failure);
  if (error == VD_OK) error = read_all(fd, standard_input ? "standard input" : path, max_len, bytes, failure);
  if (error != VD_OK) vd_bytes_free(bytes);
  if (!standard_input) close(fd);
  return error;
}

enum vd_error vd_file_read(const char *path, size_t max_len, struct vd_bytes *bytes, struct vd_failure *failure) {
  return read_file(path, max_len, ANY, bytes, failure);
}

enum vd_error vd_file_read_regular(const char *path, size_t max_len, struct vd_bytes *bytes,
                                   struct vd_failure *failure) {
  return read_file(path, max_len, REGULAR, bytes, failure);
}

enum vd_error vd_file_read_private(const char *path, size_t max_len, struct vd_bytes *bytes,
                                   struct vd_failure *failure) {
  return read_file(path, max_len, PRIVATE, bytes, failure);
}

static bool write_all(int fd, const uint8_t *data, size_t len) {
  while (len > 0) {
    ssize_t put = write(fd, data, len);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    data += put;
    len -= (size_t)put;
  }
  return true;
}

/* Fills a file that this process has just made; fchmod because the umask may have taken bits away. */
static bool fill(int fd, const void *data, size_t len, mode_t mode, bool synced) {
  bool good = fchmod(fd, mode) == 0 && write_all(fd, data, len) && (!synced || fsync(fd) == 0);
  int cause = errno;
  if (close(fd) != 0 && good) return false;
  errno = cause;
  return good;
}

/* The folder that holds path, so that a new name in it can be synced. */
static bool sync_folder_of(const char *path) {
  char folder[PATH_SIZE];
  const char *slash = strrchr(path, '/');
  size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
  if (len >= sizeof folder) return errno = ENAMETOOLONG, false;
  memcpy(folder, path, len);
  memcpy(folder + len, ".", 2);
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  bool good = fsync(fd) == 0;
  close(fd);
  return good;
}

enum vd_error vd_file_create(const char *path, const void *data, size_t len, mode_t mode, struct vd_failure *failure) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0 && errno == EEXIST) {
    return vd_fail(failure, VD_CONFLICT, "%s exists already and is never overwritten; choose another name", path);
  }
  if (fd < 0) return fail_errno(failure, VD_IO, "cannot create", path);
  if (fill(fd, data, len, mode, true) && sync_folder_of(path)) return VD_OK;
  enum vd_error error = fail_errno(failure, VD_IO, "cannot write", path);
  unlink(path);
  return error;
}

/* Hidden, and unlike any name a caller uses, so that a leftover of a crash is recognised and reused. */
static bool temporary_name(char *temporary, const char *name) {
  const char *slash = strrchr(name, '/');
  int folder_len = slash == NULL ? 0 : (int)(slash - name) + 1;
  int len = snprintf(temporary, PATH_SIZE, "%.*s.%s.new", folder_len, name, name + folder_len);
  if (len > 0 && len < PATH_SIZE) return true;
  errno = ENAMETOOLONG;
  return false;
}

static enum vd_error put(int folder_fd, const char *name, const void *data, size_t len, mode_t mode, bool synced,
                         struct vd_failure *failure) {
  char temporary[PATH_SIZE];
  int fd = -1;
  if (!temporary_name(temporary, name)) return fail_errno(failure, VD_IO, "cannot write", name);
  (void)unlinkat(folder_fd, temporary, 0);
  fd = openat(folder_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0) return fail_errno(failure, VD_IO, "cannot create", name);
  if (fill(fd, data, len, mode, synced) && renameat(folder_fd, temporary, folder_fd, name) == 0 &&
      (!synced || sync_folder_of(name))) {
    return VD_OK;
  }
  enum vd_error error = fail_errno(failure, VD_IO, "cannot write", name);
  (void)unlinkat(folder_fd, temporary, 0);
  return error;
}

enum vd_error vd_file_replace(const char *path, const void *data, size_t len, mode_t mode, struct vd_failure *failure) {
  return put(AT_FDCWD, path, data, len, mode, true, failure);
}

enum vd_error vd_file_place(int folder_fd, const char *name, const void *data, size_t len, mode_t mode,
                            struct vd_failure *failure) {
  return put(folder_fd, name, data, len, mode, false, failure);
}

static bool overwrite(int fd) {
  static const uint8_t zeroes[4096];
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return false;
  for (off_t left = info.st_size; left > 0; left -= (off_t)sizeof zeroes) {
    size_t len = left < (off_t)sizeof zeroes ? (size_t)left : sizeof zeroes;
    if (!write_all(fd, zeroes, len)) return false;
  }
  return fsync(fd) == 0;
}

enum vd_error vd_file_destroy(const char *path, struct vd_failure *failure) {
  int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 && errno == ENOENT) return VD_OK;
  if (fd < 0) return fail_errno(failure, VD_IO, "cannot open", path);
  bool overwritten = overwrite(fd);
  close(fd);
  if (overwritten && unlink(path) == 0 && sync_folder_of(path)) return VD_OK;
  return fail_errno(failure, VD_IO, "cannot destroy", path);
}

enum vd_error vd_folder_make(const char *path, mode_t mode, struct vd_failure *failure) {
  struct stat info;
  if (mkdir(path, mode) == 0) return VD_OK;
  if (errno != EEXIST) return fail_errno(failure, VD_IO, "cannot make the folder", path);
  if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return VD_OK;
  return vd_fail(failure, VD_CONFLICT, "%s exists and is not a folder; remove it or choose another name", path);
}

enum vd_error vd_folder_open(const char *path, int *folder_fd, struct vd_failure *failure) {
  *folder_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (*folder_fd >= 0) return VD_OK;
  return fail_errno(failure, VD_NO_INPUT, "cannot open the folder", path);
}

enum vd_error vd_folder_sync(int folder_fd, const char *path, struct vd_failure *failure) {
  if (syncfs(folder_fd) == 0) return VD_OK;
  return fail_errno(failure, VD_IO, "cannot sync", path);
}
