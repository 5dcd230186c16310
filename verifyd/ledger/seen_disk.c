#include "ledger/seen_disk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/hex.h"
#include "ledger/schema.h"
#include "ledger/transaction.h"

enum {
  FORMAT_VERSION = 1,
  ORIGIN_MAX = FRAG_VKEY_NAME_MAX,
  EVIDENCE_KEY_MAX = ORIGIN_MAX + 2,
  HEAD_LEN = 1 + 8 + FRAG_HASH_LEN,
  EVIDENCE_MODE = 0600,
  READERS_MAX = 8
};
#define MAP_MAX ((uint64_t)256 << 20) /* bytes; VD_SEEN_LOGS_MAX logs with all their evidence are a tenth of it */
#define ROOM ((uint64_t)1 << 20)      /* bytes; more than one change writes */
static const char *const database_names[VD_SEEN_DISK_DATABASES] = {"seen-format", "seen-log", "seen-evidence"};
static const char version_key[] = "version";

struct vd_seen_log *vd_seen_disk_find(struct vd_seen_table *table, const char *origin, size_t len) {
  for (size_t at = 0; at < table->count; at++) {
    struct vd_seen_log *log = &table->logs[at];
    if (strlen(log->origin) == len && memcmp(log->origin, origin, len) == 0) return log;
  }
  return NULL;
}

/* --- evidence files --- */

/* evidence-<first 8 bytes of SHA-256(origin)>-<n>.txt */
static enum vd_error evidence_path(const struct vd_seen_disk *disk, const char *origin, unsigned n,
                                   char path[static VD_ENVIRONMENT_PATH_SIZE], struct vd_failure *failure) {
  uint8_t hash[VD_SHA256_LEN];
  char digits[17], name[64];
  enum vd_error error = vd_sha256(hash, origin, strlen(origin), failure);
  if (error != VD_OK) return error;
  vd_hex_encode(digits, hash, 8);
  (void)snprintf(name, sizeof name, "evidence-%s-%u.txt", digits, n);
  if (vd_environment_path(&disk->environment, name, path)) return VD_OK;
  return vd_environment_fail(&disk->environment, failure, ENAMETOOLONG, "naming an evidence file");
}

static enum vd_error write_evidence(const struct vd_seen_disk *disk, const char *origin, unsigned n, const void *text,
                                    size_t len, struct vd_failure *failure) {
  char path[VD_ENVIRONMENT_PATH_SIZE];
  struct stat status;
  enum vd_error error = evidence_path(disk, origin, n, path, failure);
  if (error != VD_OK || (stat(path, &status) == 0 && status.st_size == (off_t)len)) return error;
  return vd_file_replace(path, text, len, EVIDENCE_MODE, failure);
}

/* --- writing --- */

static void put(struct vd_transaction *transaction, MDB_dbi dbi, const void *key, size_t key_len, const void *bytes,
                size_t len) {
  MDB_val value = {.mv_size = len};
  if (vd_transaction_put(transaction, dbi, key, key_len, 0, &value)) memcpy(value.mv_data, bytes, len);
}

static void put_log(const struct vd_seen_disk *disk, struct vd_transaction *transaction,
                    const struct vd_seen_log *log) {
  uint8_t bytes[HEAD_LEN + FRAG_CHECKPOINT_MAX];
  bytes[0] = log->state.has_equivocated;
  vd_schema_write(bytes + 1, log->state.size, 8);
  memcpy(bytes + 9, log->state.root, FRAG_HASH_LEN);
  memcpy(bytes + HEAD_LEN, log->state.note, log->state.note_len);
  put(transaction, disk->databases[VD_SEEN_DISK_LOG], log->origin, strlen(log->origin), bytes,
      HEAD_LEN + log->state.note_len);
}

/* origin ‖ 00 ‖ n; returns its length. */
static size_t evidence_key(uint8_t key[static EVIDENCE_KEY_MAX], const char *origin, unsigned n) {
  size_t len = strlen(origin) + 1;
  memcpy(key, origin, len);
  key[len] = (uint8_t)n;
  return len + 1;
}

static void put_proof(const struct vd_seen_disk *disk, struct vd_transaction *transaction,
                      const struct vd_seen_log *log, const char *text, size_t len) {
  uint8_t key[EVIDENCE_KEY_MAX];
  size_t key_len = evidence_key(key, log->origin, log->proof_count);
  put(transaction, disk->databases[VD_SEEN_DISK_EVIDENCE], key, key_len, text, len);
}

static bool get_proof(const struct vd_seen_disk *disk, struct vd_transaction *transaction, const char *origin,
                      unsigned n, MDB_val *value) {
  uint8_t key[EVIDENCE_KEY_MAX];
  size_t key_len = evidence_key(key, origin, n);
  return vd_transaction_get(transaction, disk->databases[VD_SEEN_DISK_EVIDENCE], key, key_len, value);
}

bool vd_seen_disk_has_proof(struct vd_seen_disk *disk, const struct vd_seen_log *log, const char *text, size_t len) {
  struct vd_transaction transaction;
  MDB_val value;
  bool is_there = false;
  vd_transaction_begin_read(&transaction, &disk->environment);
  for (unsigned n = 1; n <= log->proof_count && !is_there; n++)
    is_there = get_proof(disk, &transaction, log->origin, n, &value) && value.mv_size == len &&
               memcmp(value.mv_data, text, len) == 0;
  vd_transaction_abort(&transaction);
  return is_there;
}

static enum vd_error keep(struct vd_seen_disk *disk, const struct vd_seen_log *log, const char *text, size_t len,
                          struct vd_failure *failure) {
  struct vd_transaction transaction;
  int code = vd_environment_reserve(&disk->environment, ROOM);
  if (code != MDB_SUCCESS) return vd_environment_fail(&disk->environment, failure, code, "making room");
  vd_transaction_begin(&transaction, &disk->environment);
  put_log(disk, &transaction, log);
  if (text != NULL) put_proof(disk, &transaction, log, text, len);
  code = vd_transaction_end(&transaction);
  return code == MDB_SUCCESS
             ? VD_OK
             : vd_environment_fail(&disk->environment, failure, code, "remembering a checkpoint");
}

enum vd_error vd_seen_disk_keep(struct vd_seen_disk *disk, const struct vd_seen_log *log, struct vd_failure *failure) {
  return keep(disk, log, NULL, 0, failure);
}

enum vd_error vd_seen_disk_keep_proof(struct vd_seen_disk *disk, const struct vd_seen_log *log, const char *text,
                                      size_t len, struct vd_failure *failure) {
  enum vd_error error = keep(disk, log, text, len, failure);
  if (error != VD_OK) return error;
  error = write_evidence(disk, log->origin, log->proof_count, text, len, NULL);
  (void)error;
  return VD_OK;
}

/* --- opening and closing --- */

static enum vd_error damaged(const struct vd_seen_disk *disk, struct vd_failure *failure) {
  return vd_fail(failure, VD_DATA,
                 "ledger %s: is not what this program remembers of other logs, or is damaged; restore it from a copy",
                 disk->environment.path);
}

static enum vd_error check_version(const struct vd_seen_disk *disk, const MDB_val *value, struct vd_failure *failure) {
  if (value->mv_size != 4) return damaged(disk, failure);
  uint64_t found = vd_schema_read(value->mv_data, 4);
  if (found == FORMAT_VERSION) return VD_OK;
  return vd_fail(failure, VD_DATA,
                 "ledger %s: has format version %llu, this program knows version %d; use the program that made it",
                 disk->environment.path, (unsigned long long)found, FORMAT_VERSION);
}

/* An error of the transaction is told at its end. */
static enum vd_error open_databases(struct vd_seen_disk *disk, struct vd_transaction *transaction,
                                    struct vd_failure *failure) {
  const uint8_t version[4] = {0, 0, 0, FORMAT_VERSION};
  MDB_val value;
  MDB_dbi names = 0;
  vd_transaction_database(transaction, NULL, false, &names);
  /* An LMDB file of some other kind, a ledger even, must not become one of this. */
  bool make = vd_transaction_count(transaction, names) == 0;
  for (size_t at = 0; at < VD_SEEN_DISK_DATABASES; at++)
    vd_transaction_database(transaction, database_names[at], make, &disk->databases[at]);
  if (transaction->error == MDB_NOTFOUND || transaction->error == MDB_INCOMPATIBLE) return damaged(disk, failure);
  MDB_dbi format = disk->databases[VD_SEEN_DISK_FORMAT];
  if (make) put(transaction, format, version_key, sizeof version_key - 1, version, sizeof version);
  if (vd_transaction_get(transaction, format, version_key, sizeof version_key - 1, &value))
    return check_version(disk, &value, failure);
  return transaction->error != MDB_SUCCESS ? VD_OK : damaged(disk, failure);
}

static bool load_log(struct vd_seen_table *table, MDB_val key, MDB_val value) {
  const uint8_t *bytes = value.mv_data;
  if (table->count == VD_SEEN_LOGS_MAX || key.mv_size < 1 || key.mv_size > ORIGIN_MAX) return false;
  if (value.mv_size < HEAD_LEN || value.mv_size > HEAD_LEN + FRAG_CHECKPOINT_MAX || bytes[0] > 1) return false;
  struct vd_seen_log *log = &table->logs[table->count++];
  memcpy(log->origin, key.mv_data, key.mv_size);
  log->state.has_equivocated = bytes[0] == 1;
  log->state.size = vd_schema_read(bytes + 1, 8);
  memcpy(log->state.root, bytes + 9, FRAG_HASH_LEN);
  log->state.note_len = value.mv_size - HEAD_LEN;
  memcpy(log->state.note, bytes + HEAD_LEN, log->state.note_len);
  return true;
}

static bool load_proof(struct vd_seen_table *table, MDB_val key, MDB_val value) {
  const char *name = key.mv_data;
  if (key.mv_size < 3 || name[key.mv_size - 2] != '\0' || value.mv_size > VD_SEEN_DISK_EVIDENCE_MAX) return false;
  struct vd_seen_log *log = vd_seen_disk_find(table, name, key.mv_size - 2);
  unsigned n = (uint8_t)name[key.mv_size - 1];
  if (log == NULL || n != log->proof_count + 1 || n > VD_SEEN_DISK_PROOFS_MAX) return false;
  log->proof_count = n;
  return true;
}

/* Gives each entry of a database to `take`, in the order of the keys. */
static enum vd_error load(struct vd_seen_disk *disk, struct vd_transaction *transaction,
                          enum vd_seen_disk_database database, struct vd_seen_table *table,
                          bool (*take)(struct vd_seen_table *table, MDB_val key, MDB_val value),
                          struct vd_failure *failure) {
  MDB_cursor *cursor = NULL;
  MDB_val key, value;
  bool is_good = true;
  if (transaction->error != MDB_SUCCESS) return VD_OK; /* told at its end */
  int code = mdb_cursor_open(transaction->txn, disk->databases[database], &cursor);
  if (code == MDB_SUCCESS) code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
  while (code == MDB_SUCCESS && is_good) {
    is_good = take(table, key, value);
    if (is_good) code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
  }
  if (cursor != NULL) mdb_cursor_close(cursor);
  if (!is_good) return damaged(disk, failure);
  return code == MDB_NOTFOUND ? VD_OK : vd_environment_fail(&disk->environment, failure, code, "reading");
}

static void restore_evidence(struct vd_seen_disk *disk, struct vd_transaction *transaction,
                             const struct vd_seen_table *table) {
  for (size_t at = 0; at < table->count; at++) {
    const struct vd_seen_log *log = &table->logs[at];
    for (unsigned n = 1; n <= log->proof_count; n++) {
      MDB_val value;
      if (!get_proof(disk, transaction, log->origin, n, &value)) continue;
      enum vd_error error = write_evidence(disk, log->origin, n, value.mv_data, value.mv_size, NULL);
      (void)error; /* a disk that is full now does not keep a portal from starting */
    }
  }
}

static enum vd_error read_all(struct vd_seen_disk *disk, struct vd_seen_table *table, struct vd_failure *failure) {
  struct vd_transaction transaction;
  vd_transaction_begin(&transaction, &disk->environment);
  enum vd_error error = open_databases(disk, &transaction, failure);
  if (error == VD_OK) error = load(disk, &transaction, VD_SEEN_DISK_LOG, table, load_log, failure);
  if (error == VD_OK) error = load(disk, &transaction, VD_SEEN_DISK_EVIDENCE, table, load_proof, failure);
  if (error == VD_OK) restore_evidence(disk, &transaction, table);
  if (error != VD_OK) vd_transaction_abort(&transaction);
  int code = vd_transaction_end(&transaction);
  if (error != VD_OK || code == MDB_SUCCESS) return error;
  return vd_environment_fail(&disk->environment, failure, code, "opening");
}

enum vd_error vd_seen_disk_open(struct vd_seen_disk *disk, const char *path, struct vd_seen_table *table,
                                struct vd_failure *failure) {
  const struct vd_environment_options options = {.path = path,
                                                 .write = true,
                                                 .create = true,
                                                 .map_max = MAP_MAX,
                                                 .dbs_max = VD_SEEN_DISK_DATABASES,
                                                 .readers_max = READERS_MAX};
  enum vd_error error = vd_environment_open(&disk->environment, &options, failure);
  if (error != VD_OK) return error;
  error = read_all(disk, table, failure);
  if (error == VD_OK) {
    vd_environment_sync_names(&disk->environment);
  } else {
    vd_environment_close(&disk->environment);
  }
  return error;
}

void vd_seen_disk_close(struct vd_seen_disk *disk) { vd_environment_close(&disk->environment); }
