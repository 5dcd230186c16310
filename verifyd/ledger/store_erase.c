/* The erasing part of store.h. */
#include <assert.h>
#include <string.h>

#include "ledger/entries.h"
#include "ledger/trail.h"
#include "ledger/transaction.h"

/* One attempt; begun anew when the map had to grow. */
struct erasure {
  struct vd_store *store;
  const uint8_t *locator;
  uint64_t now_s;
  const struct vd_store_submitter *submitter; /* may be NULL */
  bool is_registrar;
  struct vd_transaction transaction;
  bool is_there;
  bool is_foreign; /* the submitter may not erase it */
};

static void count_erasure(struct vd_store *store, struct vd_transaction *transaction) {
  MDB_val value;
  uint64_t count = 0;
  MDB_dbi meta = store->databases[VD_SCHEMA_META];
  if (vd_transaction_get(transaction, meta, VD_SCHEMA_ERASED_KEY, sizeof VD_SCHEMA_ERASED_KEY - 1, &value) &&
      value.mv_size == 8)
    count = vd_schema_read(value.mv_data, 8);
  value = (MDB_val){.mv_size = 8};
  if (vd_transaction_put(transaction, meta, VD_SCHEMA_ERASED_KEY, sizeof VD_SCHEMA_ERASED_KEY - 1, 0, &value))
    vd_schema_write(value.mv_data, count + 1, 8);
}

/* What is left of the value is the log's entry. */
static void erase_share(struct vd_store *store, struct vd_transaction *transaction,
                        const struct vd_entries_value *there) {
  uint8_t index[VD_SCHEMA_INDEX_LEN];
  uint8_t kept[FRAG_ENTRY_MAX];
  MDB_val value = {.mv_size = there->entry.len};
  vd_schema_write(index, there->index, sizeof index);
  memcpy(kept, there->entry.data, value.mv_size);
  if (!vd_transaction_put(transaction, store->databases[VD_SCHEMA_ENTRY], index, sizeof index, 0, &value)) return;
  memcpy(value.mv_data, kept, value.mv_size);
  count_erasure(store, transaction);
}

/* Whether this submitter may order it. The records of one submission have its entries, which follow each other. */
static bool is_allowed(struct erasure *erasure, uint64_t index) {
  struct vd_store_submission submission;
  if (erasure->submitter == NULL || erasure->is_registrar) return true;
  return vd_trail_find(erasure->store, &erasure->transaction, index, &submission) &&
         strcmp(submission.issuer, erasure->submitter->issuer) == 0;
}

static void erase_found(struct erasure *erasure, const struct vd_entries_value *there) {
  struct vd_transaction *transaction = &erasure->transaction;
  const struct vd_store_submission order = {
      .time_s = erasure->now_s, .is_erasure = true, .first_index = there->index, .added = 1};
  erasure->is_foreign = !is_allowed(erasure, order.first_index);
  if (erasure->is_foreign || there->is_erased) {
    vd_transaction_abort(transaction);
    return;
  }
  erase_share(erasure->store, transaction, there);
  if (erasure->submitter != NULL && transaction->error == MDB_SUCCESS)
    vd_trail_put(erasure->store, transaction, erasure->submitter, &order);
}

static bool find_record(struct erasure *erasure, struct vd_entries_value *there) {
  struct vd_transaction *transaction = &erasure->transaction;
  if (transaction->error != MDB_SUCCESS) return false;
  int code = vd_entries_find(erasure->store, transaction->txn, VD_STORE_FRAGMENT, erasure->locator, there);
  if (code == MDB_SUCCESS && there->is_malformed) code = MDB_CORRUPTED;
  if (code != MDB_SUCCESS && code != MDB_NOTFOUND) transaction->error = code;
  return code == MDB_SUCCESS;
}

static int try_erase(struct erasure *erasure) {
  struct vd_entries_value there;
  vd_transaction_begin(&erasure->transaction, &erasure->store->environment);
  erasure->is_there = find_record(erasure, &there);
  if (erasure->is_there) {
    erase_found(erasure, &there);
  } else {
    vd_transaction_abort(&erasure->transaction);
  }
  return vd_transaction_end(&erasure->transaction);
}

enum vd_error vd_store_erase(struct vd_store *store, const uint8_t locator[static VD_STORE_KEY_LEN], uint64_t now_s,
                             const struct vd_store_submitter *submitter, bool is_registrar,
                             struct vd_failure *failure) {
  assert(store->is_writer);
  struct erasure erasure = {
      .store = store, .locator = locator, .now_s = now_s, .submitter = submitter, .is_registrar = is_registrar};
  int code = try_erase(&erasure);
  while (code == MDB_MAP_FULL) {
    code = vd_environment_grow(&store->environment);
    if (code == MDB_SUCCESS) code = try_erase(&erasure);
  }
  if (code != MDB_SUCCESS) return vd_environment_fail(&store->environment, failure, code, "erasing");
  if (!erasure.is_there)
    return vd_fail(failure, VD_NOT_FOUND, "ledger %s: has no record of that document", store->environment.path);
  if (!erasure.is_foreign) return VD_OK;
  return vd_fail(failure, VD_KEY,
                 "ledger %s: that document was not handed in by %s; only its issuer, a registrar or the operator may "
                 "erase it",
                 store->environment.path, submitter->issuer);
}
