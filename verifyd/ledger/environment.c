#include "ledger/environment.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/store.h"

enum { FOLDER_MODE = 0700, FILE_MODE = 0600, PATH_SIZE = 4096 };
#define MAP_LEAST ((uint64_t)8 << 20) /* bytes of map that a new ledger gets */

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
    case MDB_MAP_FULL: return "; raise the limit of the ledger's size";
    case MDB_TXN_FULL: return "; put fewer items at once";
    case MDB_READERS_FULL: return "; too many readers: stop some of the programs that read this ledger";
    case ENOSPC:
    case EFBIG:
    case EDQUOT: return "; free some space on its disk, nothing that was stored is lost";
    case MDB_PANIC: return "; an earlier write failed: start the program again";
    case EACCES:
    case EPERM: return "; run as the user that owns the ledger";
    default: break;
  }
  return error_of(code) == VD_DATA ? "; this is not a sound ledger: restore it from a copy" : "";
}

enum vd_error vd_environment_fail(const struct vd_environment *environment, struct vd_failure *failure, int code,
                                  const char *doing) {
  assert(code != MDB_SUCCESS);
  return vd_fail(failure, error_of(code), "ledger %s: %s: %s%s", environment->path, doing, mdb_strerror(code),
                 remedy_of(code));
}

/* --- opening --- */

static bool file_path(const struct vd_environment *environment, const char *name, char out[static PATH_SIZE]) {
  int len = snprintf(out, PATH_SIZE, "%s/%s", environment->path, name);
  return len > 0 && len < PATH_SIZE;
}

static enum vd_error make_folder(const struct vd_environment *environment, struct vd_failure *failure) {
  if (mkdir(environment->path, FOLDER_MODE) == 0 || errno == EEXIST) return VD_OK;
  return vd_environment_fail(environment, failure, errno, "making the folder");
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
  char path[PATH_SIZE];
  if (!file_path(environment, "writer.lock", path))
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
  return vd_fail(failure, VD_CONFLICT,
                 "ledger %s: another program (process %ld) is writing it; wait until it has finished, or stop it",
                 environment->path, holder);
}

/* LMDB would make a new, empty ledger out of an empty file, and answer "absent" for everything. */
static enum vd_error check_file(const struct vd_environment *environment, bool create, bool *is_new,
                                struct vd_failure *failure) {
  char path[PATH_SIZE];
  struct stat status;
  if (!file_path(environment, "data.mdb", path))
    return vd_environment_fail(environment, failure, ENAMETOOLONG, "opening");
  if (stat(path, &status) != 0) {
    if (errno != ENOENT && errno != ENOTDIR)
      return vd_environment_fail(environment, failure, errno, "looking for data.mdb");
    *is_new = create && errno == ENOENT;
    if (*is_new) return VD_OK;
    return vd_fail(failure, VD_NO_INPUT, "ledger %s: there is no ledger here; make it first, or correct the path",
                   environment->path);
  }
  if (S_ISREG(status.st_mode) && status.st_size > 0) return VD_OK;
  return vd_fail(failure, VD_DATA, "ledger %s: data.mdb is empty or not a file; restore it from a copy",
                 environment->path);
}

/* The size of the map and how much of it has ever been used. Reads the map, so not while another thread may move it. */
static int measure(const struct vd_environment *environment, uint64_t *map, uint64_t *used) {
  MDB_envinfo info;
  MDB_stat pages;
  int code = mdb_env_info(environment->env, &info);
  if (code == MDB_SUCCESS) code = mdb_env_stat(environment->env, &pages);
  if (code != MDB_SUCCESS) return code;
  *map = info.me_mapsize;
  *used = ((uint64_t)info.me_last_pgno + 1) * pages.ms_psize;
  return MDB_SUCCESS;
}

/* Pages are written before the count of pages, so look at the count first. */
static int measure_file(const struct vd_environment *environment, int *fd, uint64_t *size, uint64_t *used) {
  uint64_t map = 0;
  struct stat status;
  int code = measure(environment, &map, used);
  if (code == MDB_SUCCESS) code = mdb_env_get_fd(environment->env, fd);
  if (code != MDB_SUCCESS) return code;
  if (fstat(*fd, &status) != 0) return errno;
  *size = (uint64_t)status.st_size;
  return MDB_SUCCESS;
}

/* Touching a mapped page behind the end of the file would kill the process with SIGBUS. */
static enum vd_error check_end(const struct vd_environment *environment, struct vd_failure *failure) {
  int fd = -1;
  uint64_t size = 0;
  uint64_t used = 0;
  int code = measure_file(environment, &fd, &size, &used);
  if (code != MDB_SUCCESS) return vd_environment_fail(environment, failure, code, "measuring data.mdb");
  if (size >= used) return VD_OK;
  return vd_fail(failure, VD_DATA,
                 "ledger %s: data.mdb is cut short: it has %llu of %llu bytes; restore it from a copy",
                 environment->path, (unsigned long long)size, (unsigned long long)used);
}

/* A reader that was killed keeps its slot, and with it every page that its snapshot could see. */
static int clear_dead_readers(const struct vd_environment *environment) {
  int dead = 0;
  return mdb_reader_check(environment->env, &dead);
}

static int open_lmdb(struct vd_environment *environment, const struct vd_environment_options *options, bool is_new) {
  int code = mdb_env_create(&environment->env);
  if (code != MDB_SUCCESS) return code;
  code = mdb_env_set_maxdbs(environment->env, options->dbs_max);
  if (code == MDB_SUCCESS) code = mdb_env_set_maxreaders(environment->env, options->readers_max);
  uint64_t map = MAP_LEAST < options->map_max ? MAP_LEAST : options->map_max;
  if (code == MDB_SUCCESS && is_new) code = mdb_env_set_mapsize(environment->env, (size_t)map);
  /* Read transactions belong to handles and not to threads. Pages stay zeroed before use, so that no memory of this
   * process gets into the file. */
  unsigned flags = MDB_NOTLS | (options->write ? 0 : MDB_RDONLY);
  if (code == MDB_SUCCESS) code = mdb_env_open(environment->env, environment->path, flags, FILE_MODE);
  if (code == MDB_SUCCESS) code = clear_dead_readers(environment);
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
  char parent[PATH_SIZE];
  sync_folder(environment->path);
  if (file_path(environment, "..", parent)) sync_folder(parent);
}

enum vd_error vd_environment_open(struct vd_environment *environment, const struct vd_environment_options *options,
                                  struct vd_failure *failure) {
  *environment = (struct vd_environment){.map_max = options->map_max, .writer_fd = -1};
  enum vd_error error = VD_OK;
  bool is_new = false;
  int code = MDB_SUCCESS;
  environment->path = strdup(options->path);
  if (environment->path == NULL) return vd_fail(failure, VD_MEMORY, "ledger %s: out of memory", options->path);
  if (options->create && (error = make_folder(environment, failure)) != VD_OK) goto done;
  if ((error = check_file(environment, options->create, &is_new, failure)) != VD_OK) goto done;
  if (options->write && (error = lock_writer(environment, failure)) != VD_OK) goto done;
  code = make_map_lock(environment);
  if (code == MDB_SUCCESS) code = open_lmdb(environment, options, is_new);
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
  free(environment->path);
  *environment = (struct vd_environment){.writer_fd = -1};
}

/* --- the map --- */

/* LMDB unmaps before it maps again and cannot go back, so ask first whether there is room for the new map. */
static bool has_address_space(uint64_t bytes) {
  if (bytes > SIZE_MAX) return false;
  void *probe = mmap(NULL, (size_t)bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (probe == MAP_FAILED) return false;
  (void)munmap(probe, (size_t)bytes);
  return true;
}

/* Doubles the map until it holds `wanted` bytes or limit is reached. Under the exclusive map lock. */
static int enlarge(struct vd_environment *environment, uint64_t map, uint64_t wanted, uint64_t limit) {
  if (wanted <= map) return MDB_SUCCESS;
  if (map >= limit) return MDB_MAP_FULL;
  while (map < wanted && map < limit) map *= 2;
  if (map > limit) map = limit;
  return has_address_space(map) ? mdb_env_set_mapsize(environment->env, (size_t)map) : ENOMEM;
}

/* In a process that writes, only the writer moves the map, so that it may measure without the lock. */
static int make_room(struct vd_environment *environment, uint64_t bytes) {
  uint64_t map = 0;
  uint64_t used = 0;
  int code = measure(environment, &map, &used);
  uint64_t wanted = bytes != 0 ? used + bytes : map + 1;
  if (code != MDB_SUCCESS || wanted <= map) return code;
  (void)pthread_rwlock_wrlock(&environment->map_lock);
  code = enlarge(environment, map, wanted, environment->map_max);
  (void)pthread_rwlock_unlock(&environment->map_lock);
  return code;
}

int vd_environment_grow(struct vd_environment *environment) { return make_room(environment, 0); }

int vd_environment_reserve(struct vd_environment *environment, uint64_t bytes) {
  int code = clear_dead_readers(environment);
  if (code == MDB_SUCCESS) code = make_room(environment, bytes);
  /* Pages freed earlier may make it fit; a transaction that does not fit will say so. */
  return code == MDB_MAP_FULL ? MDB_SUCCESS : code;
}

/* Another process has grown the file past this process's map; another thread may have followed already. */
static int follow(struct vd_environment *environment) {
  uint64_t map = 0;
  uint64_t used = 0;
  (void)pthread_rwlock_wrlock(&environment->map_lock);
  int code = measure(environment, &map, &used);
  if (code == MDB_SUCCESS) code = enlarge(environment, map, used, UINT64_MAX);
  (void)pthread_rwlock_unlock(&environment->map_lock);
  return code;
}

int vd_environment_enter(struct vd_environment *environment, MDB_txn *renewed, MDB_txn **begun) {
  bool has_cleared = false;
  for (;;) {
    (void)pthread_rwlock_rdlock(&environment->map_lock);
    int code = renewed != NULL ? mdb_txn_renew(renewed) : mdb_txn_begin(environment->env, NULL, MDB_RDONLY, begun);
    if (code == MDB_SUCCESS) return MDB_SUCCESS;
    (void)pthread_rwlock_unlock(&environment->map_lock);
    if (code == MDB_MAP_RESIZED) {
      code = follow(environment);
    } else if (code == MDB_READERS_FULL && !has_cleared) {
      has_cleared = true;
      code = clear_dead_readers(environment);
    }
    if (code != MDB_SUCCESS) return code;
  }
}

void vd_environment_leave(struct vd_environment *environment) { (void)pthread_rwlock_unlock(&environment->map_lock); }

/* --- the file --- */

void vd_environment_settle(struct vd_environment *environment) {
  int fd = -1;
  uint64_t size = 0;
  uint64_t used = 0;
  if (measure_file(environment, &fd, &size, &used) != MDB_SUCCESS || size >= used) return;
  /* Pages that were allocated and freed in one transaction are counted, and never written. */
  if (ftruncate(fd, (off_t)used) == 0) (void)fsync(fd);
}

bool vd_environment_is_full(struct vd_environment *environment) {
  static const char page[4096];
  int fd = -1;
  uint64_t size = 0;
  uint64_t used = 0;
  if (measure_file(environment, &fd, &size, &used) != MDB_SUCCESS) return false;
  /* Behind the last page in use: what is there is not part of the ledger. */
  ssize_t written = pwrite(fd, page, sizeof page, (off_t)(size > used ? size : used));
  if (written >= 0) return (size_t)written < sizeof page;
  return errno == ENOSPC || errno == EFBIG || errno == EDQUOT;
}
