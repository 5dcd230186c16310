#include "ledger/checkpoint.h"

#include <string.h>

#include "ledger/entries.h"

enum { HEAD_LEN = 16 };

int vd_checkpoint_get(MDB_txn *txn, MDB_dbi meta, struct vd_checkpoint *checkpoint) {
  MDB_val value;
  int code = vd_schema_get(txn, meta, VD_SCHEMA_CHECKPOINT_KEY, sizeof VD_SCHEMA_CHECKPOINT_KEY - 1, &value);
  if (code != MDB_SUCCESS) return code;
  const uint8_t *bytes = value.mv_data;
  if (value.mv_size <= HEAD_LEN || value.mv_size > HEAD_LEN + FRAG_CHECKPOINT_MAX) return MDB_CORRUPTED;
  checkpoint->size = vd_schema_read(bytes, 8);
  checkpoint->time_s = vd_schema_read(bytes + 8, 8);
  checkpoint->note = (const char *)bytes + HEAD_LEN;
  checkpoint->len = value.mv_size - HEAD_LEN;
  return checkpoint->size <= FRAG_TREE_SIZE_MAX ? MDB_SUCCESS : MDB_CORRUPTED;
}

void vd_checkpoint_put(struct vd_transaction *transaction, MDB_dbi meta, const struct vd_checkpoint *checkpoint) {
  MDB_val value = {.mv_size = HEAD_LEN + checkpoint->len};
  if (!vd_transaction_put(transaction, meta, VD_SCHEMA_CHECKPOINT_KEY, sizeof VD_SCHEMA_CHECKPOINT_KEY - 1, 0, &value))
    return;
  uint8_t *bytes = value.mv_data;
  vd_schema_write(bytes, checkpoint->size, 8);
  vd_schema_write(bytes + 8, checkpoint->time_s, 8);
  memcpy(bytes + HEAD_LEN, checkpoint->note, checkpoint->len);
}

/* --- extending --- */

struct extension {
  struct vd_store *store;
  struct vd_transaction *transaction;
  uint64_t from;   /* entries hashed before */
  uint64_t time_s; /* of the new checkpoint */
};

static void put_value(struct extension *extension, unsigned storey, uint64_t number, unsigned flags,
                      const uint8_t *bytes) {
  static const uint8_t nothing[VD_HASHES_LEN];
  uint8_t key[VD_HASHES_KEY_LEN];
  MDB_val value = {.mv_size = VD_HASHES_LEN};
  vd_hashes_key(key, storey, number);
  if (vd_transaction_put(extension->transaction, extension->store->databases[VD_SCHEMA_HASH], key, sizeof key, flags,
                         &value))
    memcpy(value.mv_data, bytes != NULL ? bytes : nothing, VD_HASHES_LEN);
}

/* The place is taken when its turn comes, since by the time when the value is full others follow it. */
static void put_born(void *state, unsigned storey, uint64_t number) {
  put_value(state, storey, number, MDB_APPEND, NULL);
}

static void put_done(void *state, unsigned storey, uint64_t number, const uint8_t bytes[static VD_HASHES_LEN]) {
  struct extension *extension = state;
  bool is_new = storey == 0 && number * VD_HASHES_WIDTH >= extension->from;
  put_value(extension, storey, number, is_new ? MDB_APPEND : 0, bytes);
}

static void fail(struct vd_transaction *transaction, int code) {
  if (transaction->error == MDB_SUCCESS) transaction->error = code;
}

/* Views of entries last until the next put, so each is hashed at once. */
static frag_error hash_entries(struct extension *extension, struct vd_hashes_edge *edge) {
  struct vd_transaction *transaction = extension->transaction;
  struct vd_entries entries;
  struct vd_entries_value value;
  uint8_t hash[FRAG_HASH_LEN];
  frag_error error = FRAG_OK;
  int code = vd_entries_open(&entries, extension->store, transaction->txn, edge->size);
  while (code == MDB_SUCCESS && error == FRAG_OK && transaction->error == MDB_SUCCESS) {
    code = vd_entries_next(&entries, &value);
    if (code != MDB_SUCCESS) break;
    if (value.time_s > extension->time_s) extension->time_s = value.time_s;
    error = frag_leaf_hash(edge->context, hash, value.entry);
    if (error == FRAG_OK) error = vd_hashes_add(edge, hash);
  }
  vd_entries_close(&entries);
  if (code != MDB_SUCCESS && code != MDB_NOTFOUND) fail(transaction, code);
  vd_hashes_finish(edge);
  return error;
}

static frag_error sign(const struct extension *extension, uint64_t size, const uint8_t root[static FRAG_HASH_LEN]) {
  const struct vd_identity *identity = &extension->store->identity;
  char note[FRAG_CHECKPOINT_MAX];
  struct vd_checkpoint checkpoint = {.size = size, .time_s = extension->time_s, .note = note};
  struct frag_slice origin = {(const uint8_t *)identity->key.name, identity->key.name_len};
  frag_error error = frag_checkpoint_sign(extension->store->context, note, &checkpoint.len, origin, size, root,
                                          identity->seed32, extension->time_s);
  if (error == FRAG_OK)
    vd_checkpoint_put(extension->transaction, extension->store->databases[VD_SCHEMA_META], &checkpoint);
  return error;
}

static frag_error extend(struct extension *extension, uint64_t size) {
  struct vd_store *store = extension->store;
  struct vd_hashes_edge edge = {
      .context = store->context, .born = put_born, .done = put_done, .state = extension};
  struct vd_hashes hashes;
  uint8_t root[FRAG_HASH_LEN];
  vd_hashes_begin(&hashes, store->context, extension->transaction->txn, store->databases[VD_SCHEMA_HASH], NULL);
  int code = vd_hashes_load(&edge, &hashes, extension->from);
  if (code != MDB_SUCCESS) {
    fail(extension->transaction, code);
    return FRAG_OK;
  }
  frag_error error = hash_entries(extension, &edge);
  if (extension->transaction->error != MDB_SUCCESS) return error;
  if (error == FRAG_OK && edge.size != size) fail(extension->transaction, MDB_CORRUPTED);
  if (error == FRAG_OK) error = vd_hashes_root(&edge, root);
  if (error == FRAG_OK) error = sign(extension, size, root);
  return error;
}

frag_error vd_checkpoint_extend(struct vd_store *store, struct vd_transaction *transaction, uint64_t now_s,
                                uint64_t *size) {
  struct vd_checkpoint last = {0};
  *size = vd_transaction_count(transaction, store->databases[VD_SCHEMA_ENTRY]);
  if (transaction->error != MDB_SUCCESS) return FRAG_OK;
  int code = vd_checkpoint_get(transaction->txn, store->databases[VD_SCHEMA_META], &last);
  bool is_first = code == MDB_NOTFOUND;
  if (!is_first && code == MDB_SUCCESS && last.size > *size) code = MDB_CORRUPTED;
  if (!is_first && code != MDB_SUCCESS) {
    fail(transaction, code);
    return FRAG_OK;
  }
  if (!is_first && last.size == *size) return FRAG_OK;
  struct extension extension = {.store = store,
                                .transaction = transaction,
                                .from = last.size,
                                .time_s = last.time_s > now_s ? last.time_s : now_s};
  return extend(&extension, *size);
}
