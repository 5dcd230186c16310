/* fault_shim.c: preloaded into a program, makes one of the calls by which it changes or syncs the files of one folder
 * go wrong. The calls on them are counted from 1: write, writev, pwrite, pwritev, fsync, fdatasync, msync, ftruncate,
 * rename, link and unlink. Environment:
 *
 *   FAULT_FOLDER  the folder, as an absolute path without links
 *   FAULT_AT      at which call
 *   FAULT_MARK    a file that is made when that call is reached
 *   FAULT_MODE    fail    it is not done, and EIO
 *                 late    it is done, and EIO all the same
 *                 before  the process is killed before it
 *                 after   the process is killed after it
 *                 full    it and the next calls that could need space are not done, and ENOSPC
 *                 cut     power failure: of what was written and not synced nothing is there afterwards
 *                 torn    the same, but some of it is there, the rest not
 *
 * The lock files are left out: nothing in them has to outlive a process. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum { FULL_CALLS = 3 };

enum mode { NONE, FAIL, LATE, BEFORE, AFTER, FULL, CUT, TORN };
enum need { NEEDS_SPACE, NEEDS_NONE };

/* What a place in a file held before it was written over, newest first. */
struct old {
  struct old *older;
  dev_t dev;
  ino_t ino;
  char path[PATH_MAX];
  off_t offset, size; /* of the file, before */
  size_t len;
  uint8_t bytes[];
};

static struct {
  pthread_once_t once;
  enum mode mode;
  unsigned long at, count;
  const char *folder, *mark;
  struct old *olds;
} state = {.once = PTHREAD_ONCE_INIT};

static void begin(void) {
  static const char *const names[] = {"none", "fail", "late", "before", "after", "full", "cut", "torn"};
  const char *mode = getenv("FAULT_MODE"), *at = getenv("FAULT_AT");
  state.folder = getenv("FAULT_FOLDER");
  state.mark = getenv("FAULT_MARK");
  for (size_t i = 0; mode != NULL && i < sizeof names / sizeof *names; i++)
    if (strcmp(mode, names[i]) == 0) state.mode = (enum mode)i;
  state.at = at != NULL ? strtoul(at, NULL, 10) : 0;
}

static bool is_inside(const char *path) {
  if (state.folder == NULL) return false;
  size_t len = strlen(state.folder);
  const char *name = strrchr(path, '/');
  if (strncmp(path, state.folder, len) != 0 || (path[len] != '/' && path[len] != '\0')) return false;
  return name == NULL || (strcmp(name, "/lock.mdb") != 0 && strcmp(name, "/writer.lock") != 0);
}

static bool path_of(int fd, char path[static PATH_MAX]) {
  char link[64];
  (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t len = readlink(link, path, PATH_MAX - 1);
  if (len < 0) return false;
  path[len] = '\0';
  return true;
}

static bool is_watched(int fd) {
  char path[PATH_MAX];
  (void)pthread_once(&state.once, begin);
  return state.mode != NONE && path_of(fd, path) && is_inside(path);
}

static bool is_watched_path(const char *path) {
  (void)pthread_once(&state.once, begin);
  return state.mode != NONE && is_inside(path);
}

static void leave_mark(void) {
  int fd = state.mark != NULL ? (int)syscall(SYS_open, state.mark, O_WRONLY | O_CREAT, 0600) : -1;
  if (fd >= 0) (void)syscall(SYS_close, fd);
}

/* --- power failures --- */

static void remember(int fd, off_t offset, size_t len) {
  struct stat status;
  if (state.mode != CUT && state.mode != TORN) return;
  if ((fcntl(fd, F_GETFL) & O_DSYNC) != 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return;
  struct old *old = calloc(1, sizeof *old + len);
  if (old == NULL || !path_of(fd, old->path)) abort();
  old->older = state.olds;
  old->dev = status.st_dev;
  old->ino = status.st_ino;
  old->offset = offset;
  old->size = status.st_size;
  int source = open(old->path, O_RDONLY | O_CLOEXEC);
  ssize_t got = len > 0 && source >= 0 ? pread(source, old->bytes, len, offset) : 0;
  old->len = got > 0 ? (size_t)got : 0;
  if (source >= 0) close(source);
  state.olds = old;
}

static void forget(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return;
  for (struct old **at = &state.olds; *at != NULL;) {
    struct old *old = *at;
    if (old->dev != status.st_dev || old->ino != status.st_ino) {
      at = &old->older;
      continue;
    }
    *at = old->older;
    free(old);
  }
}

static void undo(void) {
  unsigned long number = state.at * 2654435761ul;
  for (struct old *old = state.olds; old != NULL; old = old->older) {
    struct stat status;
    number = number * 6364136223846793005ul + 1442695040888963407ul;
    if (state.mode == TORN && (number >> 40 & 1) != 0) continue;
    int fd = open(old->path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0 || status.st_ino != old->ino) continue;
    if (old->len > 0) (void)syscall(SYS_pwrite64, fd, old->bytes, old->len, old->offset);
    if (state.mode == CUT && status.st_size > old->size) (void)syscall(SYS_ftruncate, fd, old->size);
    (void)syscall(SYS_close, fd);
  }
}

/* --- what goes wrong --- */

/* Whether the call is to be made; otherwise errno is set. */
static bool before_call(enum need need) {
  unsigned long number = ++state.count;
  bool is_full = state.mode == FULL && number >= state.at && number < state.at + FULL_CALLS;
  if (number == state.at) leave_mark();
  if (is_full && need == NEEDS_SPACE) return errno = ENOSPC, false;
  if (number != state.at) return true;
  if (state.mode == CUT || state.mode == TORN) undo();
  if (state.mode == CUT || state.mode == TORN || state.mode == BEFORE) (void)kill(getpid(), SIGKILL);
  if (state.mode != FAIL) return true;
  errno = EIO;
  return false;
}

static long after_call(long result) {
  if (state.count != state.at) return result;
  if (state.mode == AFTER) (void)kill(getpid(), SIGKILL);
  if (state.mode != LATE) return result;
  errno = EIO;
  return -1;
}

static size_t total(const struct iovec *parts, int count) {
  size_t len = 0;
  for (int at = 0; at < count; at++) len += parts[at].iov_len;
  return len;
}

static off_t place_of(int fd) { return (fcntl(fd, F_GETFL) & O_APPEND) != 0 ? 0 : lseek(fd, 0, SEEK_CUR); }

EXPORT ssize_t write(int fd, const void *bytes, size_t len) {
  if (!is_watched(fd)) return syscall(SYS_write, fd, bytes, len);
  if (!before_call(NEEDS_SPACE)) return -1;
  remember(fd, place_of(fd), len);
  return after_call(syscall(SYS_write, fd, bytes, len));
}

EXPORT ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (!is_watched(fd)) return syscall(SYS_writev, fd, parts, count);
  if (!before_call(NEEDS_SPACE)) return -1;
  remember(fd, place_of(fd), total(parts, count));
  return after_call(syscall(SYS_writev, fd, parts, count));
}

EXPORT ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset) {
  if (!is_watched(fd)) return syscall(SYS_pwrite64, fd, bytes, len, offset);
  if (!before_call(NEEDS_SPACE)) return -1;
  remember(fd, offset, len);
  return after_call(syscall(SYS_pwrite64, fd, bytes, len, offset));
}

EXPORT ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset) { return pwrite64(fd, bytes, len, offset); }

EXPORT ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  if (!is_watched(fd)) return syscall(SYS_pwritev, fd, parts, count, offset, 0L);
  if (!before_call(NEEDS_SPACE)) return -1;
  remember(fd, offset, total(parts, count));
  return after_call(syscall(SYS_pwritev, fd, parts, count, offset, 0L));
}

EXPORT ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return pwritev64(fd, parts, count, offset);
}

static int sync_file(long call, int fd) {
  if (!is_watched(fd)) return (int)syscall(call, fd);
  if (!before_call(NEEDS_SPACE)) return -1;
  long result = syscall(call, fd);
  if (result == 0) forget(fd);
  return (int)after_call(result);
}

EXPORT int fsync(int fd) { return sync_file(SYS_fsync, fd); }
EXPORT int fdatasync(int fd) { return sync_file(SYS_fdatasync, fd); }

EXPORT int ftruncate64(int fd, off64_t len) {
  if (!is_watched(fd)) return (int)syscall(SYS_ftruncate, fd, len);
  if (!before_call(NEEDS_SPACE)) return -1;
  remember(fd, 0, 0);
  return (int)after_call(syscall(SYS_ftruncate, fd, len));
}

EXPORT int ftruncate(int fd, off_t len) { return ftruncate64(fd, len); }

EXPORT int msync(void *address, size_t len, int flags) {
  (void)pthread_once(&state.once, begin);
  if (state.mode == NONE) return (int)syscall(SYS_msync, address, len, flags);
  if (!before_call(NEEDS_SPACE)) return -1;
  return (int)after_call(syscall(SYS_msync, address, len, flags));
}

EXPORT int renameat(int old_folder, const char *old, int new_folder, const char *new) {
  if (!is_watched_path(new)) return (int)syscall(SYS_renameat, old_folder, old, new_folder, new);
  if (!before_call(NEEDS_SPACE)) return -1;
  return (int)after_call(syscall(SYS_renameat, old_folder, old, new_folder, new));
}

EXPORT int rename(const char *old, const char *new) { return renameat(AT_FDCWD, old, AT_FDCWD, new); }

EXPORT int link(const char *old, const char *new) {
  if (!is_watched_path(new)) return (int)syscall(SYS_link, old, new);
  if (!before_call(NEEDS_SPACE)) return -1;
  return (int)after_call(syscall(SYS_link, old, new));
}

EXPORT int unlink(const char *path) {
  if (!is_watched_path(path)) return (int)syscall(SYS_unlink, path);
  if (!before_call(NEEDS_NONE)) return -1;
  return (int)after_call(syscall(SYS_unlink, path));
}
