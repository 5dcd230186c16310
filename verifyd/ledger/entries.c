#include "ledger/entries.h"

#include <string.h>

/* Sets what depends on the kind. The rest of a fragment record, u8 i ‖ S_i, is there or was erased: its leaf says how
 * long either is, so that a value that was cut short is neither. */
static void read_fragment(struct vd_entries_value *value) {
  struct frag_record whole;
  struct frag_leaf leaf;
  if (frag_record_decode(&whole, value->record.data, value->record.len) == FRAG_OK) leaf = whole.leaf;
  else if (frag_leaf_decode(&leaf, value->record.data, value->record.len) == FRAG_OK) value->is_erased = true;
  else value->is_malformed = true;
  value->key = value->is_malformed ? NULL : leaf.locator;
  value->entry.len = value->is_malformed ? 0 : VD_SCHEMA_ENTRY_HEAD_LEN + leaf.bytes.len;
}

static bool read_value(struct vd_entries_value *value, uint64_t index, const MDB_val *stored) {
  const uint8_t *bytes = stored->mv_data;
  if (stored->mv_size < VD_SCHEMA_ENTRY_HEAD_LEN) return false;
  struct frag_slice record = {bytes + VD_SCHEMA_ENTRY_HEAD_LEN, stored->mv_size - VD_SCHEMA_ENTRY_HEAD_LEN};
  *value = (struct vd_entries_value){.index = index,
                                     .kind = (enum vd_store_kind)bytes[0],
                                     .time_s = vd_schema_read(bytes + 1, 8),
                                     .entry = {bytes, stored->mv_size},
                                     .record = record,
                                     .key = record.data};
  switch (value->kind) {
    case VD_STORE_FRAGMENT: read_fragment(value); return record.len > 0;
    case VD_STORE_STATUS: return record.len == FRAG_STATUS_RECORD_LEN;
    case VD_STORE_TRUST: value->key += VD_SCHEMA_TRUST_KEY_AT; return record.len == VD_SCHEMA_TRUST_LEN;
  }
  return false;
}

static int get_value(const struct vd_store *store, MDB_txn *txn, uint64_t index, struct vd_entries_value *value) {
  uint8_t key[sizeof index];
  MDB_val stored;
  vd_schema_write(key, index, sizeof key);
  int code = vd_schema_get(txn, store->databases[VD_SCHEMA_ENTRY], key, sizeof key, &stored);
  if (code != MDB_SUCCESS) return code;
  return read_value(value, index, &stored) ? MDB_SUCCESS : MDB_CORRUPTED;
}

int vd_entries_get(const struct vd_store *store, MDB_txn *txn, uint64_t index, struct vd_entries_value *value) {
  int code = get_value(store, txn, index, value);
  return code == MDB_SUCCESS && value->is_malformed ? MDB_CORRUPTED : code;
}

MDB_dbi vd_entries_names(const struct vd_store *store, enum vd_store_kind kind) {
  switch (kind) {
    case VD_STORE_FRAGMENT: return store->databases[VD_SCHEMA_FRAGMENT];
    case VD_STORE_STATUS: return store->databases[VD_SCHEMA_STATUS];
    case VD_STORE_TRUST: return store->databases[VD_SCHEMA_TRUST];
  }
  return store->databases[VD_SCHEMA_FRAGMENT];
}

static int get_index(const struct vd_store *store, MDB_txn *txn, enum vd_store_kind kind, const uint8_t *key,
                     uint64_t *index) {
  MDB_val stored;
  int code = vd_schema_get(txn, vd_entries_names(store, kind), key, VD_STORE_KEY_LEN, &stored);
  if (code != MDB_SUCCESS) return code;
  if (stored.mv_size != VD_SCHEMA_INDEX_LEN) return MDB_CORRUPTED;
  *index = vd_schema_read(stored.mv_data, VD_SCHEMA_INDEX_LEN);
  return MDB_SUCCESS;
}

/* When the record is under its own key as well, what is damaged is the name that led to it, which must not hand out the
 * share of another document. */
static int check_key(const struct vd_store *store, MDB_txn *txn, const struct vd_entries_value *value,
                     const uint8_t *key) {
  uint64_t index = 0;
  if (value->is_malformed || memcmp(value->key, key, VD_STORE_KEY_LEN) == 0) return MDB_SUCCESS;
  int code = get_index(store, txn, value->kind, value->key, &index);
  if (code == MDB_SUCCESS && index == value->index) return MDB_CORRUPTED;
  return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
}

int vd_entries_find(const struct vd_store *store, MDB_txn *txn, enum vd_store_kind kind,
                    const uint8_t key[static VD_STORE_KEY_LEN], struct vd_entries_value *value) {
  uint64_t index = 0;
  int code = get_index(store, txn, kind, key, &index);
  if (code != MDB_SUCCESS) return code;
  code = get_value(store, txn, index, value);
  if (code == MDB_NOTFOUND || (code == MDB_SUCCESS && value->kind != kind)) return MDB_CORRUPTED;
  return code == MDB_SUCCESS ? check_key(store, txn, value, key) : code;
}

int vd_entries_open(struct vd_entries *entries, const struct vd_store *store, MDB_txn *txn, uint64_t index) {
  *entries = (struct vd_entries){.next_index = index};
  return mdb_cursor_open(txn, store->databases[VD_SCHEMA_ENTRY], &entries->cursor);
}

int vd_entries_next(struct vd_entries *entries, struct vd_entries_value *value) {
  uint8_t index[sizeof(uint64_t)];
  MDB_val key = {.mv_size = sizeof index, .mv_data = index};
  MDB_val stored;
  vd_schema_write(index, entries->next_index, sizeof index);
  int code = mdb_cursor_get(entries->cursor, &key, &stored, entries->has_begun ? MDB_NEXT : MDB_SET_RANGE);
  if (code != MDB_SUCCESS) return code;
  if (key.mv_size != sizeof index || vd_schema_read(key.mv_data, sizeof index) != entries->next_index ||
      !read_value(value, entries->next_index, &stored) || value->is_malformed)
    return MDB_CORRUPTED;
  entries->has_begun = true;
  entries->next_index++;
  return MDB_SUCCESS;
}

void vd_entries_close(struct vd_entries *entries) {
  if (entries->cursor != NULL) mdb_cursor_close(entries->cursor);
  entries->cursor = NULL;
}
