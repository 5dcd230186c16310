/* The part of environment.h that is about the map and the end of the file. */
#include "ledger/environment.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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

int vd_environment_measure_file(const struct vd_environment *environment, int *fd, uint64_t *size, uint64_t *used) {
  /* Pages are written before the count of pages, so look at the count first. */
  uint64_t map = 0;
  struct stat status;
  int code = measure(environment, &map, used);
  if (code == MDB_SUCCESS) code = mdb_env_get_fd(environment->env, fd);
  if (code != MDB_SUCCESS) return code;
  if (fstat(*fd, &status) != 0) return errno;
  *size = (uint64_t)status.st_size;
  return MDB_SUCCESS;
}

/* --- the map --- */

/* A reader that was killed keeps its slot, and with it every page that its snapshot could see. */
int vd_environment_clear_readers(const struct vd_environment *environment) {
  int dead = 0;
  return mdb_reader_check(environment->env, &dead);
}

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
  int code = vd_environment_clear_readers(environment);
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
      code = vd_environment_clear_readers(environment);
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
  if (vd_environment_measure_file(environment, &fd, &size, &used) != MDB_SUCCESS || size >= used) return;
  /* Pages that were allocated and freed in one transaction are counted, and never written. */
  if (ftruncate(fd, (off_t)used) == 0) (void)fsync(fd);
}

bool vd_environment_is_full(struct vd_environment *environment) {
  static const char page[4096];
  int fd = -1;
  uint64_t size = 0;
  uint64_t used = 0;
  if (vd_environment_measure_file(environment, &fd, &size, &used) != MDB_SUCCESS) return false;
  /* Behind the last page in use: what is there is not part of the ledger. */
  ssize_t written = pwrite(fd, page, sizeof page, (off_t)(size > used ? size : used));
  if (written >= 0) return (size_t)written < sizeof page;
  return errno == ENOSPC || errno == EFBIG || errno == EDQUOT;
}
