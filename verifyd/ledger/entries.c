#include "ledger/entries.h"

#include "ledger/schema.h"

int vd_entries_open(struct vd_entries *entries, MDB_txn *txn, MDB_dbi dbi, uint64_t index) {
  *entries = (struct vd_entries){.next_index = index};
  return mdb_cursor_open(txn, dbi, &entries->cursor);
}

int vd_entries_next(struct vd_entries *entries, struct frag_slice *entry) {
  uint8_t index[sizeof(uint64_t)];
  MDB_val key = {.mv_size = sizeof index, .mv_data = index};
  MDB_val value;
  vd_schema_write(index, entries->next_index, sizeof index);
  int code = mdb_cursor_get(entries->cursor, &key, &value, entries->has_begun ? MDB_NEXT : MDB_SET_RANGE);
  if (code != MDB_SUCCESS) return code;
  if (key.mv_size != sizeof index || vd_schema_read(key.mv_data, sizeof index) != entries->next_index ||
      value.mv_size < VD_SCHEMA_ENTRY_HEAD_LEN || value.mv_size > FRAG_ENTRY_MAX)
    return MDB_CORRUPTED;
  entries->has_begun = true;
  entries->next_index++;
  *entry = (struct frag_slice){.data = value.mv_data, .len = value.mv_size};
  return MDB_SUCCESS;
}

void vd_entries_close(struct vd_entries *entries) {
  if (entries->cursor != NULL) mdb_cursor_close(entries->cursor);
  entries->cursor = NULL;
}
