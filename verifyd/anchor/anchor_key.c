#include "anchor/anchor_key.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/key_file.h"
#include "base/passphrase.h"

extern char **environ;

enum { REAP_MS = 5 };

/* What a file, pipe or program gave. Secret. */
struct given {
  size_t len;
  char bytes[VD_ANCHOR_KEY_BYTES_MAX + 1]; /* one more than is taken, to see that there is more */
};

static enum vd_error fail_errno(struct vd_failure *failure, enum vd_error code, const char *what, const char *name) {
  char reason[128];
  return vd_fail(failure, code, "cannot %s %s: %s", what, name, strerror_r(errno, reason, sizeof reason));
}

static enum vd_error fail_late(struct vd_failure *failure, const char *name, const char *remedy) {
  return vd_fail(failure, VD_IO, "%s did not end within %d seconds; %s", name, VD_ANCHOR_KEY_TIME_MS / 1000, remedy);
}

static int64_t now_ms(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits until there is something to read, or the end. False: too late. */
static bool wait_readable(int fd, int64_t deadline_ms) {
  for (;;) {
    int64_t left_ms = deadline_ms - now_ms();
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    if (left_ms <= 0) return false;
    int count = poll(&wanted, 1, (int)left_ms);
    if (count > 0 || (count < 0 && errno != EINTR)) return true;
  }
}

/* Reads to the end. fd does not block. */
static enum vd_error read_to_end(struct given *given, int fd, const char *name, int64_t deadline_ms,
                                 const char *remedy, struct vd_failure *failure) {
  given->len = 0;
  for (;;) {
    if (!wait_readable(fd, deadline_ms)) return fail_late(failure, name, remedy);
    ssize_t got = read(fd, given->bytes + given->len, sizeof given->bytes - given->len);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return fail_errno(failure, VD_IO, "read", name);
    if (got == 0) return VD_OK;
    given->len += (size_t)got;
    if (given->len <= VD_ANCHOR_KEY_BYTES_MAX) continue;
    return vd_fail(failure, VD_IO, "%s gives more than %d bytes, which no key file or passphrase has", name,
                   VD_ANCHOR_KEY_BYTES_MAX);
  }
}

/* A regular file or a pipe, which must be private. A pipe that nobody has written into yet is waited for, which a
 * blocking open would do without end. */
static enum vd_error read_path(struct given *given, const char *path, struct vd_failure *failure) {
  struct stat info;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) return fail_errno(failure, VD_NO_INPUT, "open", path);
  enum vd_error error = VD_OK;
  if (fstat(fd, &info) != 0) {
    error = fail_errno(failure, VD_IO, "examine", path);
  } else if (!S_ISREG(info.st_mode) && !S_ISFIFO(info.st_mode)) {
    error = vd_fail(failure, VD_KEY, "%s is neither a regular file nor a pipe", path);
  } else if ((info.st_mode & 077) != 0) {
    error = vd_fail(failure, VD_KEY,
                    "%s can be read or changed by others (mode %04o); make it private with: chmod 600 %s", path,
                    (unsigned)(info.st_mode & 07777), path);
  } else {
    error = read_to_end(given, fd, path, now_ms() + VD_ANCHOR_KEY_TIME_MS,
                        "nobody wrote into this pipe, or it was left open", failure);
  }
  (void)close(fd);
  return error;
}

/* Starts the program in a process group of its own, with its output in *output_fd, which does not block. */
static enum vd_error start(pid_t *pid, int *output_fd, char *const *words, struct vd_failure *failure) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail_errno(failure, VD_IO, "make a pipe for", words[0]);
  if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attributes) != 0) {
    (void)close(ends[0]);
    (void)close(ends[1]);
    return vd_fail(failure, VD_MEMORY, "out of memory to run %s", words[0]);
  }
  (void)sigemptyset(&none);
  (void)sigfillset(&all);
  int cause = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (cause == 0) cause = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  if (cause == 0) cause = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  if (cause == 0) cause = posix_spawnattr_setpgroup(&attributes, 0);
  if (cause == 0) cause = posix_spawnattr_setsigmask(&attributes, &none);
  if (cause == 0) cause = posix_spawnattr_setsigdefault(&attributes, &all);
  if (cause == 0) {
    cause = posix_spawnattr_setflags(&attributes,
                                     POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  if (cause == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) cause = errno;
  if (cause == 0) cause = posix_spawn(pid, words[0], &actions, &attributes, words, environ);
  (void)posix_spawn_file_actions_destroy(&actions);
  (void)posix_spawnattr_destroy(&attributes);
  (void)close(ends[1]);
  *output_fd = ends[0];
  if (cause == 0) return VD_OK;
  (void)close(ends[0]);
  errno = cause;
  return fail_errno(failure, VD_NO_INPUT, "run", words[0]);
}

/* Waits for the program's end until the deadline, or with kill ends it, and reaps it. False: too late. */
static bool reap(pid_t pid, bool must_kill, int64_t deadline_ms, int *status) {
  if (must_kill) (void)kill(-pid, SIGKILL);
  for (;;) {
    pid_t ended = waitpid(pid, status, must_kill ? 0 : WNOHANG);
    if (ended == pid) return true;
    if (ended < 0 && errno != EINTR) return *status = -1, true; /* reaped already, its status lost: not a success */
    if (now_ms() >= deadline_ms && !must_kill) return false;
    if (ended == 0) (void)poll(NULL, 0, REAP_MS);
  }
}

static enum vd_error check_end(int status, const char *name, struct vd_failure *failure) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return VD_OK;
  if (WIFEXITED(status)) {
    return vd_fail(failure, VD_IO, "%s ended with code %d and gave no key; run it by hand to see why", name,
                   WEXITSTATUS(status));
  }
  return vd_fail(failure, VD_IO, "%s was ended by a signal and gave no key; run it by hand to see why", name);
}

static enum vd_error read_command(struct given *given, const struct vd_anchor_settings *anchor,
                                  struct vd_failure *failure) {
  static const char remedy[] = "it was killed; run it by hand to see what it waits for";
  char words[VD_KEY_COMMAND_WORDS_MAX][VD_PATH_SIZE], *pointers[VD_KEY_COMMAND_WORDS_MAX + 1] = {NULL};
  const char *name = anchor->key_command[0];
  int64_t deadline_ms = now_ms() + VD_ANCHOR_KEY_TIME_MS;
  int output_fd = -1, status = 0;
  pid_t pid = 0;
  memcpy(words, anchor->key_command, sizeof words);
  for (size_t i = 0; i < anchor->key_command_count; i++) pointers[i] = words[i];
  enum vd_error error = start(&pid, &output_fd, pointers, failure);
  if (error != VD_OK) return error;
  error = read_to_end(given, output_fd, name, deadline_ms, remedy, failure);
  (void)close(output_fd);
  if (error == VD_OK) {
    if (reap(pid, false, deadline_ms, &status)) return check_end(status, name, failure);
    error = fail_late(failure, name, remedy);
  }
  (void)reap(pid, true, deadline_ms, &status);
  return error;
}

/* The first line, as in base/passphrase.c, but from a pipe as well. */
static enum vd_error read_passphrase(char passphrase[static VD_PASSPHRASE_SIZE], const char *path,
                                     struct vd_failure *failure) {
  struct given given;
  enum vd_error error = read_path(&given, path, failure);
  if (error == VD_OK) {
    given.bytes[given.len] = '\0';
    size_t len = strcspn(given.bytes, "\r\n");
    if (len == 0 || len >= VD_PASSPHRASE_SIZE) {
      error = vd_fail(failure, VD_KEY, "%s: the first line, which should be the passphrase, %s", path,
                      len == 0 ? "is empty" : "is too long");
    } else {
      memcpy(passphrase, given.bytes, len);
      passphrase[len] = '\0';
    }
  }
  vd_wipe(&given, sizeof given);
  return error;
}

static enum vd_error open_file(struct frag_context *context, const struct vd_key_file *file,
                               const struct vd_anchor_settings *anchor, const char *name,
                               uint8_t secret32[static 32], struct vd_failure *failure) {
  char passphrase[VD_PASSPHRASE_SIZE];
  if (file->key.kind != VD_KEY_ANCHOR) {
    return vd_fail(failure, VD_KEY, "%s is a key of kind %s; a key of kind anchor is needed here", name,
                   vd_key_kind_name(file->key.kind));
  }
  if (!file->sealed) return vd_key_file_open(context, file, NULL, secret32, name, failure);
  if (anchor->passphrase[0] == '\0') {
    return vd_fail(failure, VD_KEY, "%s is sealed; set passphrase to a file or pipe that has its passphrase", name);
  }
  enum vd_error error = read_passphrase(passphrase, anchor->passphrase, failure);
  if (error == VD_OK) error = vd_key_file_open(context, file, passphrase, secret32, name, failure);
  vd_wipe(passphrase, sizeof passphrase);
  return error;
}

enum vd_error vd_anchor_key_load(struct frag_context *context, const struct vd_anchor_settings *anchor,
                                 uint8_t secret32[static 32], struct vd_failure *failure) {
  bool is_command = anchor->key_command_count > 0;
  const char *name = is_command ? anchor->key_command[0] : anchor->key;
  struct given given;
  struct vd_key_file file;
  memset(secret32, 0, 32);
  enum vd_error error =
      is_command ? read_command(&given, anchor, failure) : read_path(&given, anchor->key, failure);
  if (error == VD_OK) error = vd_key_file_read(&file, given.bytes, given.len, name, failure);
  vd_wipe(&given, sizeof given);
  if (error != VD_OK) return error;
  error = open_file(context, &file, anchor, name, secret32, failure);
  vd_key_file_wipe(&file);
  if (error != VD_OK) vd_wipe(secret32, 32);
  return error;
}
