/* environment.h: an LMDB environment that grows by itself, has one writer, and speaks of its errors.
 * Inside ledger/ only: this folder owns lmdb.h. */
#ifndef VD_ENVIRONMENT_H
#define VD_ENVIRONMENT_H

#include <lmdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"

#define VD_ENVIRONMENT_PATH_SIZE 4096
#define VD_ENVIRONMENT_FILE "data.mdb"
#define VD_ENVIRONMENT_NEW_FILE "data.mdb.new" /* while it is being made */
#define VD_ENVIRONMENT_OLD_FILE "data.mdb.old" /* while it is being destroyed */

/* What it is called in texts, and what is to be done when it is damaged: "restore it from a copy". Constants. */
struct vd_environment_words {
  const char *what, *when_damaged;
};

struct vd_environment {
  MDB_env *env;
  char *path;
  const struct vd_environment_words *words;
  uint64_t map_max;
  int folder_fd;             /* holds a lock on the folder */
  int writer_fd;             /* holds the lock on writer.lock; -1: opened for reading */
  bool has_map_lock;
  pthread_rwlock_t map_lock; /* shared while a snapshot is read; exclusive while the map moves */
};

struct vd_environment_options {
  const char *path;
  const struct vd_environment_words *words; /* NULL: those of a ledger; outlive it */
  bool write;
  bool create;         /* with write: make what is missing */
  bool alone;          /* VD_CONFLICT when anyone has it open; nobody can open it until it is closed */
  uint64_t map_max;    /* bytes */
  unsigned dbs_max;
  unsigned readers_max;
};

/* Opens the environment, clears the slots of dead readers, and makes sure that no page is missing at the end of
 * the file. The struct must not move while it is open.
 * Errors: those of vd_store_open except VD_CONFIG. *environment then needs no closing. */
VD_MUST_CHECK enum vd_error vd_environment_open(struct vd_environment *environment,
                                                const struct vd_environment_options *options,
                                                struct vd_failure *failure);

/* Also of an environment that is all zero. */
void vd_environment_close(struct vd_environment *environment);

/* The path of a file in its folder; false: too long. */
VD_MUST_CHECK bool vd_environment_path(const struct vd_environment *environment, const char *name,
                                       char out[static VD_ENVIRONMENT_PATH_SIZE]);

/* The data file: its descriptor, which stays the environment's, its size, and how many bytes of it belong to pages that
 * have ever been used. LMDB code. Not while another thread may move the map. */
VD_MUST_CHECK int vd_environment_measure_file(const struct vd_environment *environment, int *fd, uint64_t *size,
                                              uint64_t *used);

/* Takes their slots from readers that died. LMDB code. */
VD_MUST_CHECK int vd_environment_clear_readers(const struct vd_environment *environment);

/* Doubles the map, as far as map_max allows. No transaction of this thread may be open; waits for the snapshots of
 * the others. LMDB code; MDB_MAP_FULL when it cannot grow at all. */
VD_MUST_CHECK int vd_environment_grow(struct vd_environment *environment);

/* Makes room for about that many bytes, as far as map_max allows. The same rules. */
VD_MUST_CHECK int vd_environment_reserve(struct vd_environment *environment, uint64_t bytes);

/* Begins (renewed == NULL) or renews a read transaction, following a map that another process has grown. On
 * success the shared map lock is held until vd_environment_leave. LMDB code. */
VD_MUST_CHECK int vd_environment_enter(struct vd_environment *environment, MDB_txn *renewed, MDB_txn **begun);
void vd_environment_leave(struct vd_environment *environment);

/* After files were made: brings their names to the disk, as far as the file system can. */
void vd_environment_sync_names(const struct vd_environment *environment);

/* After a commit: files that end before their last page are taken for damaged, so none is left like that. */
void vd_environment_settle(struct vd_environment *environment);

/* Whether the data file cannot get longer; told from a failed write, which LMDB reports as EIO. */
bool vd_environment_is_full(struct vd_environment *environment);

/* Fills *failure for an LMDB code other than MDB_SUCCESS: "WHAT PATH: doing: reason; remedy". */
enum vd_error vd_environment_fail(const struct vd_environment *environment, struct vd_failure *failure, int code,
                                  const char *doing);

#endif
