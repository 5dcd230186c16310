#include "ledger/environment.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/store.h"

enum { FOLDER_MODE = 0700, FILE_MODE = 0600 };
#define MAP_LEAST ((uint64_t)8 << 20) /* bytes of map that a new ledger gets */
static const struct vd_environment_words ledger_words = {"ledger", "restore it from a copy"};

/* --- errors --- */

static enum vd_error error_of(int code) {
  switch (code) {
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case MDB_READERS_FULL:
    case ENOSPC:
    case EFBIG:
    case EDQUOT: return VD_FULL;
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INCOMPATIBLE:
    case MDB_NOTFOUND: return VD_DATA;
    case ENOENT: return VD_NO_INPUT;
    case ENOMEM: return VD_MEMORY;
    default: return code < 0 ? VD_INTERNAL : VD_IO;
  }
}

static const char *remedy_of(int code) {
  switch (code) {
    case MDB_MAP_FULL: return "; raise the limit of its size";
    case MDB_TXN_FULL: return "; put fewer items at once";
    case MDB_READERS_FULL: return "; too many readers: stop some of the programs that read it";
    case ENOSPC:
    case EFBIG:
    case EDQUOT: return "; free some space on its disk, nothing that was stored is lost";
    case MDB_PANIC: return "; an earlier write failed: start the program again";
    case EACCES:
    case EPERM: return "; run as the user that owns it";
    default: break;
  }
  return "";
}

enum vd_error vd_environment_fail(const struct vd_environment *environment, struct vd_failure *failure, int code,
                                  const char *doing) {
  const struct vd_environment_words *words = environment->words;
  assert(code != MDB_SUCCESS);
  if (error_of(code) == VD_DATA)
    return vd_fail(failure, VD_DATA, "%s %s: %s: %s; this is not sound: %s", words->what, environment->path,
                   doing, mdb_strerror(code), words->when_damaged);
  return vd_fail(failure, error_of(code), "%s %s: %s: %s%s", words->what, environment->path, doing, mdb_strerror(code),
                 remedy_of(code));
}

/* --- opening --- */

bool vd_environment_path(const struct vd_environment *environment, const char *name,
                         char out[static VD_ENVIRONMENT_PATH_SIZE]) {
  int len = snprintf(out, VD_ENVIRONMENT_PATH_SIZE, "%s/%s", environment->path, name);
  return len > 0 && len < VD_ENVIRONMENT_PATH_SIZE;
}

static enum vd_error make_folder(const struct vd_environment *environment, struct vd_failure *failure) {
  struct stat status;
  if (mkdir(environment->path, FOLDER_MODE) == 0) return VD_OK;
  if (errno == ENOENT)
    return vd_environment_fail(environment, failure, ENOENT, "making the folder, in another one that is missing");
  if (errno != EEXIST) return vd_environment_fail(environment, failure, errno, "making the folder");
  if (stat(environment->path, &status) != 0 || S_ISDIR(status.st_mode)) return VD_OK;
  return vd_fail(failure, VD_NO_INPUT, "%s %s: is not a folder; correct the path", environment->words->what,
                 environment->path);
}

/* Whoever uses the ledger holds the folder's lock, shared; who replaces its file holds it alone. */
static enum vd_error lock_folder(struct vd_environment *environment, bool alone, struct vd_failure *failure) {
  environment->folder_fd = open(environment->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (environment->folder_fd < 0) return vd_environment_fail(environment, failure, errno, "opening the folder");
  if (flock(environment->folder_fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) return VD_OK;
  if (errno != EWOULDBLOCK) return vd_environment_fail(environment, failure, errno, "locking the folder");
  return vd_fail(failure, VD_CONFLICT,
                 alone ? "%s %s: a program reads or writes it; stop that first"
                       : "%s %s: its file is being written anew; wait until that has finished",
                 environment->words->what, environment->path);
}

/* Writes who holds the lock, so that a refused second writer can be told; without it the lock holds all the same. */
static void sign_lock(int fd) {
  char text[32];
  int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
  bool is_signed = ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) == len;
  (void)is_signed;
}

static long lock_holder(int fd) {
  char text[32] = {0};
  if (pread(fd, text, sizeof text - 1, 0) <= 0) return 0;
  return strtol(text, NULL, 10);
}

static enum vd_error lock_writer(struct vd_environment *environment, struct vd_failure *failure) {
  char path[VD_ENVIRONMENT_PATH_SIZE];
  if (!vd_environment_path(environment, "writer.lock", path))
    return vd_environment_fail(environment, failure, ENAMETOOLONG, "opening");
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
  if (fd < 0) return vd_environment_fail(environment, failure, errno, "opening writer.lock");
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
    sign_lock(fd);
    environment->writer_fd = fd;
    return VD_OK;
  }
  int reason = errno;
  long holder = lock_holder(fd);
  (void)close(fd);
  if (reason != EWOULDBLOCK) return vd_environment_fail(environment, failure, reason, "locking writer.lock");
  if (holder == (long)getpid())
    return vd_fail(failure, VD_CONFLICT,
                   "%s %s: this program itself (process %ld) has it open already; do two settings name one folder?",
                   environment->words->what, environment->path, holder);
  return vd_fail(failure, VD_CONFLICT,
                 "%s %s: another program (process %ld) is writing it; wait until it has finished, or stop it",
                 environment->words->what, environment->path, holder);
}

/* LMDB would make a new, empty ledger out of an empty file, and answer "absent" for everything. */
static enum vd_error check_file(const struct vd_environment *environment, bool create, bool *is_new,
                                struct vd_failure *failure) {
  char path[VD_ENVIRONMENT_PATH_SIZE];
  struct stat status;
  if (!vd_environment_path(environment, VD_ENVIRONMENT_FILE, path))
    return vd_environment_fail(environment, failure, ENAMETOOLONG, "opening");
  if (stat(path, &status) != 0) {
    if (errno != ENOENT && errno != ENOTDIR)
      return vd_environment_fail(environment, failure, errno, "looking for data.mdb");
    *is_new = create && errno == ENOENT;
    if (*is_new) return VD_OK;
    return vd_fail(failure, VD_NO_INPUT, "%s %s: there is no %s here; make it first, or correct the path",
                   environment->words->what, environment->path, environment->words->what);
  }
  if (S_ISREG(status.st_mode) && status.st_size > 0) return VD_OK;
  return vd_fail(failure, VD_DATA, "%s %s: data.mdb is empty or not a file; %s", environment->words->what,
                 environment->path, environment->words->when_damaged);
}

/* Touching a mapped page behind the end of the file would kill the process with SIGBUS. */
static enum vd_error check_end(const struct vd_environment *environment, struct vd_failure *failure) {
  int fd = -1;
  uint64_t size = 0;
  uint64_t used = 0;
  int code = vd_environment_measure_file(environment, &fd, &size, &used);
  if (code != MDB_SUCCESS) return vd_environment_fail(environment, failure, code, "measuring data.mdb");
  if (size >= used) return VD_OK;
  return vd_fail(failure, VD_DATA, "%s %s: data.mdb is cut short: it has %llu of %llu bytes; %s",
                 environment->words->what, environment->path, (unsigned long long)size, (unsigned long long)used,
                 environment->words->when_damaged);
}

/* A file that LMDB is still filling with its first pages is like one that was cut short; so it gets its name when it
 * is whole and on the disk. What an earlier attempt left is of no use. */
static int make_file(const struct vd_environment *environment) {
  char path[VD_ENVIRONMENT_PATH_SIZE];
  char unfinished[VD_ENVIRONMENT_PATH_SIZE];
  MDB_env *env = NULL;
  uint64_t map = MAP_LEAST < environment->map_max ? MAP_LEAST : environment->map_max;
  if (!vd_environment_path(environment, VD_ENVIRONMENT_FILE, path) ||
      !vd_environment_path(environment, VD_ENVIRONMENT_NEW_FILE, unfinished))
    return ENAMETOOLONG;
  if (unlink(unfinished) != 0 && errno != ENOENT) return errno;
  int code = mdb_env_create(&env);
  if (code != MDB_SUCCESS) return code;
  code = mdb_env_set_mapsize(env, (size_t)map);
  if (code == MDB_SUCCESS) code = mdb_env_open(env, unfinished, MDB_NOSUBDIR | MDB_NOLOCK, FILE_MODE);
  if (code == MDB_SUCCESS) code = mdb_env_sync(env, 1);
  mdb_env_close(env);
  if (code == MDB_SUCCESS && rename(unfinished, path) != 0) code = errno;
  if (code == MDB_SUCCESS && fsync(environment->folder_fd) != 0) code = errno;
  return code;
}

static enum vd_error make_missing_file(const struct vd_environment *environment, struct vd_failure *failure) {
  bool is_new = false;
  /* Looked at again, because another process may have made it before this one became the writer. */
  enum vd_error error = check_file(environment, true, &is_new, failure);
  if (error != VD_OK || !is_new) return error;
  int code = make_file(environment);
  return code == MDB_SUCCESS ? VD_OK : vd_environment_fail(environment, failure, code, "making data.mdb");
}

/* A writer that was killed while the disk took its last commit has left that in the system's memory: what is read from
 * now on must not be gone after a power failure. */
static int settle_past(MDB_env *env) {
  int fd = -1;
  int code = mdb_env_get_fd(env, &fd);
  if (code != MDB_SUCCESS) return code;
  /* Where a file system cannot sync, nobody has written either. */
  return fdatasync(fd) == 0 || errno == EINVAL || errno == EROFS ? MDB_SUCCESS : errno;
}

static int open_lmdb(struct vd_environment *environment, const struct vd_environment_options *options) {
  int code = mdb_env_create(&environment->env);
  if (code != MDB_SUCCESS) return code;
  code = mdb_env_set_maxdbs(environment->env, options->dbs_max);
  if (code == MDB_SUCCESS) code = mdb_env_set_maxreaders(environment->env, options->readers_max);
  /* Read transactions belong to handles and not to threads. Pages stay zeroed before use, so that no memory of this
   * process gets into the file. */
  unsigned flags = MDB_NOTLS | (options->write ? 0 : MDB_RDONLY);
  if (code == MDB_SUCCESS) code = mdb_env_open(environment->env, environment->path, flags, FILE_MODE);
  if (code == MDB_SUCCESS) code = settle_past(environment->env);
  if (code == MDB_SUCCESS) code = vd_environment_clear_readers(environment);
  return code;
}

/* A writer may wait for the map while reads never cease. */
static int make_map_lock(struct vd_environment *environment) {
  pthread_rwlockattr_t attribute;
  int code = pthread_rwlockattr_init(&attribute);
  if (code != 0) return code;
  code = pthread_rwlockattr_setkind_np(&attribute, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  if (code == 0) code = pthread_rwlock_init(&environment->map_lock, &attribute);
  (void)pthread_rwlockattr_destroy(&attribute);
  environment->has_map_lock = code == 0;
  return code;
}

static void sync_folder(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  (void)fsync(fd);
  (void)close(fd);
}

void vd_environment_sync_names(const struct vd_environment *environment) {
  char parent[VD_ENVIRONMENT_PATH_SIZE];
  sync_folder(environment->path);
  if (vd_environment_path(environment, "..", parent)) sync_folder(parent);
}

enum vd_error vd_environment_open(struct vd_environment *environment, const struct vd_environment_options *options,
                                  struct vd_failure *failure) {
  *environment = (struct vd_environment){.map_max = options->map_max, .writer_fd = -1, .folder_fd = -1};
  environment->words = options->words != NULL ? options->words : &ledger_words;
  enum vd_error error = VD_OK;
  bool is_new = false;
  int code = MDB_SUCCESS;
  environment->path = strdup(options->path);
  if (environment->path == NULL)
    return vd_fail(failure, VD_MEMORY, "%s %s: out of memory", environment->words->what, options->path);
  if (options->create && (error = make_folder(environment, failure)) != VD_OK) goto done;
  if ((error = check_file(environment, options->create, &is_new, failure)) != VD_OK) goto done;
  if ((error = lock_folder(environment, options->alone, failure)) != VD_OK) goto done;
  if (options->write && (error = lock_writer(environment, failure)) != VD_OK) goto done;
  if (is_new && (error = make_missing_file(environment, failure)) != VD_OK) goto done;
  code = make_map_lock(environment);
  if (code == MDB_SUCCESS) code = open_lmdb(environment, options);
  if (code == MDB_SUCCESS && (error = check_end(environment, failure)) != VD_OK) goto done;
  if (code != MDB_SUCCESS) error = vd_environment_fail(environment, failure, code, "opening");
done:
  if (error != VD_OK) vd_environment_close(environment);
  return error;
}

void vd_environment_close(struct vd_environment *environment) {
  bool is_open = environment->path != NULL;
  if (environment->env != NULL) mdb_env_close(environment->env);
  if (environment->has_map_lock) (void)pthread_rwlock_destroy(&environment->map_lock);
  if (is_open && environment->writer_fd >= 0) (void)close(environment->writer_fd);
  if (is_open && environment->folder_fd >= 0) (void)close(environment->folder_fd);
  free(environment->path);
  *environment = (struct vd_environment){.writer_fd = -1, .folder_fd = -1};
}

