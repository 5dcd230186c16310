#include "ledger/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <frag/open.h>

#include "base/context.h"
#include "base/crypto.h"
#include "ledger/checkpoint.h"
#include "ledger/compact.h"
#include "ledger/schema.h"
#include "ledger/transaction.h"

static const char *const database_names[VD_SCHEMA_DATABASES] = {
    "meta", "entry", "fragment", "status", "trust", "hash", "submission", "submitted", "quota"};

/* One attempt at opening; begun anew when the map had to grow. */
struct opening {
  struct vd_store *store;
  const struct vd_store_options *options;
  struct vd_transaction transaction;
  struct vd_failure *failure;
  bool is_new;
};

/* --- format --- */

static void write_format(struct opening *opening) {
  const struct vd_store *store = opening->store;
  MDB_val value = {.mv_size = VD_SCHEMA_FORMAT_LEN};
  if (!vd_transaction_put(&opening->transaction, store->databases[VD_SCHEMA_META], VD_SCHEMA_FORMAT_KEY,
                          sizeof VD_SCHEMA_FORMAT_KEY - 1, 0, &value))
    return;
  vd_schema_write(value.mv_data, VD_SCHEMA_VERSION, 4);
  vd_schema_write((uint8_t *)value.mv_data + 4, store->realm, 2);
  vd_schema_write((uint8_t *)value.mv_data + 6, store->operator_number, 2);
}

static enum vd_error not_a_ledger(const struct vd_store *store, struct vd_failure *failure) {
  return vd_fail(
      failure, VD_DATA,
      "ledger %s: data.mdb is not a ledger of this program, or its making was interrupted; make it again elsewhere",
      store->environment.path);
}

static enum vd_error check_format(struct opening *opening, MDB_val value) {
  const struct vd_store *store = opening->store;
  const char *path = store->environment.path;
  const uint8_t *bytes = value.mv_data;
  if (value.mv_size < 4)
    return vd_fail(opening->failure, VD_DATA, "ledger %s: its format record is damaged; restore it from a copy", path);
  uint64_t version = vd_schema_read(bytes, 4);
  if (version != VD_SCHEMA_VERSION || value.mv_size != VD_SCHEMA_FORMAT_LEN)
    return vd_fail(opening->failure, VD_DATA,
                   "ledger %s: has format version %llu, this program knows version %d; use the program that made it",
                   path, (unsigned long long)version, VD_SCHEMA_VERSION);
  uint64_t realm = vd_schema_read(bytes + 4, 2);
  uint64_t operator_number = vd_schema_read(bytes + 6, 2);
  if (realm == store->realm && operator_number == store->operator_number) return VD_OK;
  return vd_fail(opening->failure, VD_CONFIG,
                 "ledger %s: belongs to operator %llu of realm %llu, not to operator %u of realm %u; correct the path",
                 path, (unsigned long long)operator_number, (unsigned long long)realm, store->operator_number,
                 store->realm);
}

static void open_database(struct opening *opening, size_t at) {
  vd_transaction_database(&opening->transaction, database_names[at], opening->is_new, &opening->store->databases[at]);
}

static enum vd_error open_databases(struct opening *opening) {
  struct vd_transaction *transaction = &opening->transaction;
  MDB_val value;
  MDB_dbi names = 0;
  vd_transaction_database(transaction, NULL, false, &names);
  /* An LMDB file of some other program must not become a ledger, nor one of which a part was lost. */
  opening->is_new = opening->options->access == VD_STORE_CREATE && vd_transaction_count(transaction, names) == 0;
  open_database(opening, VD_SCHEMA_META);
  if (vd_transaction_get(transaction, opening->store->databases[VD_SCHEMA_META], VD_SCHEMA_FORMAT_KEY,
                         sizeof VD_SCHEMA_FORMAT_KEY - 1, &value)) {
    enum vd_error error = check_format(opening, value);
    if (error != VD_OK) return error;
  } else if (!opening->is_new) {
    return transaction->error != MDB_SUCCESS ? VD_OK : not_a_ledger(opening->store, opening->failure);
  }
  for (size_t at = VD_SCHEMA_ENTRY; at < VD_SCHEMA_DATABASES; at++) open_database(opening, at);
  return VD_OK;
}

/* --- the log --- */

static void write_identity(struct opening *opening) {
  const struct frag_log_key *key = &opening->store->identity.key;
  MDB_val value = {.mv_size = sizeof key->pub32 + key->name_len};
  if (!vd_transaction_put(&opening->transaction, opening->store->databases[VD_SCHEMA_META], VD_SCHEMA_LOG_KEY,
                          sizeof VD_SCHEMA_LOG_KEY - 1, 0, &value))
    return;
  memcpy(value.mv_data, key->pub32, sizeof key->pub32);
  memcpy((uint8_t *)value.mv_data + sizeof key->pub32, key->name, key->name_len);
}

/* The key is on the disk before anything is that needs it. */
static enum vd_error identify(struct opening *opening) {
  struct vd_store *store = opening->store;
  struct vd_transaction *transaction = &opening->transaction;
  struct frag_log_key recorded;
  if (!opening->is_new) {
    int code = vd_identity_recorded(store->context, transaction->txn, store->databases[VD_SCHEMA_META], &recorded);
    if (code == MDB_NOTFOUND) return not_a_ledger(store, opening->failure);
    if (code != MDB_SUCCESS) transaction->error = code;
    if (code != MDB_SUCCESS) return VD_OK;
  }
  enum vd_error error = vd_identity_establish(&store->identity, store->context, &store->environment,
                                              opening->options, opening->is_new ? NULL : &recorded, opening->failure);
  if (error != VD_OK || !opening->is_new) return error;
  write_format(opening);
  write_identity(opening);
  return VD_OK;
}

static enum vd_error bring_up(struct opening *opening) {
  struct vd_store *store = opening->store;
  uint64_t size = 0;
  enum vd_error error = identify(opening);
  if (error != VD_OK || opening->transaction.error != MDB_SUCCESS) return error;
  frag_error failed = vd_checkpoint_extend(store, &opening->transaction, (uint64_t)time(NULL), &size);
  return failed == FRAG_OK ? VD_OK
                           : vd_fail_frag(opening->failure, failed, "ledger %s: extending its log",
                                          store->environment.path);
}

/* --- opening and closing --- */

static enum vd_error try_open(struct opening *opening, int *code) {
  struct vd_store *store = opening->store;
  if (store->is_writer) {
    vd_transaction_begin(&opening->transaction, &store->environment);
  } else {
    vd_transaction_begin_read(&opening->transaction, &store->environment);
  }
  enum vd_error error = open_databases(opening);
  if (error == VD_OK && store->is_writer && opening->transaction.error == MDB_SUCCESS) error = bring_up(opening);
  if (error != VD_OK) vd_transaction_abort(&opening->transaction);
  *code = vd_transaction_end(&opening->transaction);
  return error;
}

static enum vd_error open_ledger(struct opening *opening) {
  struct vd_store *store = opening->store;
  int code = MDB_SUCCESS;
  enum vd_error error = try_open(opening, &code);
  while (error == VD_OK && code == MDB_MAP_FULL && store->is_writer) {
    code = vd_environment_grow(&store->environment);
    if (code == MDB_SUCCESS) error = try_open(opening, &code);
    else break;
  }
  if (error != VD_OK) return error;
  if (code == MDB_NOTFOUND || code == MDB_INCOMPATIBLE) return not_a_ledger(store, opening->failure);
  if (code != MDB_SUCCESS) return vd_environment_fail(&store->environment, opening->failure, code, "opening");
  if (opening->options->access == VD_STORE_CREATE) vd_environment_sync_names(&store->environment);
  return VD_OK;
}

static enum vd_error open_store(struct vd_store *store, const struct vd_store_options *options, bool alone,
                                struct vd_failure *failure) {
  struct vd_environment_options environment = {
      .path = options->path,
      .write = store->is_writer,
      .create = options->access == VD_STORE_CREATE,
      .alone = alone,
      .map_max = options->map_max != 0 ? options->map_max : VD_STORE_MAP_MAX,
      .dbs_max = VD_SCHEMA_DATABASES,
      .readers_max = VD_STORE_READERS_MAX,
  };
  struct opening opening = {.store = store, .options = options, .failure = failure};
  enum vd_error error = VD_OK;
  if (store->is_writer) error = vd_context_new(&store->context, failure);
  if (error == VD_OK) error = vd_environment_open(&store->environment, &environment, failure);
  if (error == VD_OK && store->is_writer) error = vd_compact_tidy(&store->environment, failure);
  if (error == VD_OK) error = open_ledger(&opening);
  return error;
}

static enum vd_error open_new(const struct vd_store_options *options, bool alone, struct vd_store **store,
                              struct vd_failure *failure) {
  assert(options->operator_number >= 1 && options->operator_number <= FRAG_FRAGMENTS_MAX);
  *store = calloc(1, sizeof **store);
  if (*store == NULL) return vd_fail(failure, VD_MEMORY, "ledger %s: out of memory", options->path);
  (*store)->is_writer = options->access != VD_STORE_READ;
  (*store)->realm = options->realm;
  (*store)->operator_number = options->operator_number;
  enum vd_error error = open_store(*store, options, alone, failure);
  if (error == VD_OK) return VD_OK;
  vd_store_close(*store);
  *store = NULL;
  return error;
}

enum vd_error vd_store_open(const struct vd_store_options *options, struct vd_store **store,
                            struct vd_failure *failure) {
  return open_new(options, false, store, failure);
}

enum vd_error vd_compact_open(const struct vd_store_options *options, struct vd_store **store,
                              struct vd_failure *failure) {
  struct vd_store_options writer = *options;
  writer.access = VD_STORE_WRITE;
  return open_new(&writer, true, store, failure);
}

void vd_store_close(struct vd_store *store) {
  if (store == NULL) return;
  vd_environment_close(&store->environment);
  frag_context_free(store->context);
  vd_wipe(&store->identity, sizeof store->identity);
  free(store);
}
