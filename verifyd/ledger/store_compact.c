/* The compacting part of store.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "ledger/compact.h"
#include "ledger/schema.h"

enum { FILE_MODE = 0600 };

/* The three names that a ledger's file can have. */
struct names {
  char file[VD_ENVIRONMENT_PATH_SIZE];
  char made[VD_ENVIRONMENT_PATH_SIZE];
  char old[VD_ENVIRONMENT_PATH_SIZE];
};

static enum vd_error fail(const struct vd_environment *environment, struct vd_failure *failure, const char *doing) {
  return vd_environment_fail(environment, failure, errno, doing);
}

static enum vd_error find_names(const struct vd_environment *environment, struct names *names,
                                struct vd_failure *failure) {
  if (vd_environment_path(environment, VD_ENVIRONMENT_FILE, names->file) &&
      vd_environment_path(environment, VD_ENVIRONMENT_NEW_FILE, names->made) &&
      vd_environment_path(environment, VD_ENVIRONMENT_OLD_FILE, names->old))
    return VD_OK;
  errno = ENAMETOOLONG;
  return fail(environment, failure, "opening");
}

/* Between two steps the ledger's own file may have the second name as well: then only the name goes. */
static enum vd_error destroy_old(const struct vd_environment *environment, const struct names *names,
                                 struct vd_failure *failure) {
  struct stat file;
  struct stat old;
  if (lstat(names->old, &old) != 0)
    return errno == ENOENT ? VD_OK : fail(environment, failure, "looking for " VD_ENVIRONMENT_OLD_FILE);
  if (stat(names->file, &file) != 0) return fail(environment, failure, "looking for " VD_ENVIRONMENT_FILE);
  if (file.st_dev == old.st_dev && file.st_ino == old.st_ino)
    return unlink(names->old) == 0 ? VD_OK : fail(environment, failure, "removing " VD_ENVIRONMENT_OLD_FILE);
  /* After a power failure the folder must not show the old file as the ledger. */
  if (fsync(environment->folder_fd) != 0) return fail(environment, failure, "syncing the folder");
  return vd_file_destroy(names->old, failure);
}

enum vd_error vd_compact_tidy(const struct vd_environment *environment, struct vd_failure *failure) {
  struct names names;
  enum vd_error error = find_names(environment, &names, failure);
  if (error == VD_OK) error = destroy_old(environment, &names, failure);
  if (error == VD_OK) error = vd_file_destroy(names.made, failure);
  return error;
}

static enum vd_error copy(const struct vd_environment *environment, const struct names *names,
                          struct vd_failure *failure) {
  int fd = open(names->made, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
  if (fd < 0) return fail(environment, failure, "making " VD_ENVIRONMENT_NEW_FILE);
  int code = mdb_env_copyfd2(environment->env, fd, MDB_CP_COMPACT);
  if (code == MDB_SUCCESS && fsync(fd) != 0) code = errno;
  (void)close(fd);
  return code == MDB_SUCCESS ? VD_OK : vd_environment_fail(environment, failure, code, "copying");
}

static int count_entries(MDB_env *env, size_t counts[static 2]) {
  static const char *const names[2] = {"entry", "fragment"};
  MDB_txn *txn = NULL;
  MDB_dbi dbi = 0;
  MDB_stat stat;
  int code = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
  for (size_t at = 0; at < 2 && code == MDB_SUCCESS; at++) {
    code = mdb_dbi_open(txn, names[at], 0, &dbi);
    if (code == MDB_SUCCESS) code = mdb_stat(txn, dbi, &stat);
    if (code == MDB_SUCCESS) counts[at] = stat.ms_entries;
  }
  if (txn != NULL) mdb_txn_abort(txn);
  return code;
}

/* Nothing is thrown away before the copy has been read. */
static enum vd_error check_copy(const struct vd_environment *environment, const struct names *names,
                                struct vd_failure *failure) {
  size_t here[2] = {0};
  size_t there[2] = {0};
  MDB_env *env = NULL;
  int code = mdb_env_create(&env);
  if (code == MDB_SUCCESS) code = mdb_env_set_maxdbs(env, VD_SCHEMA_DATABASES);
  if (code == MDB_SUCCESS) code = mdb_env_open(env, names->made, MDB_NOSUBDIR | MDB_NOLOCK | MDB_RDONLY, FILE_MODE);
  if (code == MDB_SUCCESS) code = count_entries(env, there);
  if (code == MDB_SUCCESS) code = count_entries(environment->env, here);
  if (env != NULL) mdb_env_close(env);
  if (code == MDB_SUCCESS && memcmp(here, there, sizeof here) != 0) code = MDB_CORRUPTED;
  return code == MDB_SUCCESS ? VD_OK : vd_environment_fail(environment, failure, code, "reading the copy");
}

/* The old file keeps a name until it has been overwritten, so that a crash in between leaves it to vd_compact_tidy. */
static enum vd_error swap(const struct vd_environment *environment, const struct names *names,
                          struct vd_failure *failure) {
  if (link(names->file, names->old) != 0) return fail(environment, failure, "keeping the old file");
  if (rename(names->made, names->file) != 0) return fail(environment, failure, "putting the copy in its place");
  return VD_OK;
}

enum vd_error vd_store_compact(const struct vd_store_options *options, struct vd_failure *failure) {
  struct vd_store *store = NULL;
  struct names names;
  enum vd_error error = vd_compact_open(options, &store, failure);
  if (error != VD_OK) return error;
  const struct vd_environment *environment = &store->environment;
  error = find_names(environment, &names, failure);
  if (error == VD_OK) error = copy(environment, &names, failure);
  if (error == VD_OK) error = check_copy(environment, &names, failure);
  if (error == VD_OK) error = swap(environment, &names, failure);
  /* After an error this takes away the copy, and the old file only if it is no longer the ledger. */
  enum vd_error tidied = vd_compact_tidy(environment, error == VD_OK ? failure : NULL);
  vd_store_close(store);
  return error != VD_OK ? error : tidied;
}
