/* The reading half of store.h. */
#include <assert.h>
#include <stdlib.h>

#include "base/context.h"
#include "ledger/entries.h"
#include "ledger/trail.h"

enum vd_error vd_store_reader_new(struct vd_store *store, struct vd_store_reader **reader, struct vd_failure *failure) {
  *reader = calloc(1, sizeof **reader);
  if (*reader == NULL) return vd_fail(failure, VD_MEMORY, "ledger %s: out of memory", store->environment.path);
  (*reader)->store = store;
  enum vd_error error = vd_context_new(&(*reader)->context, failure);
  if (error == VD_OK) {
    int code = vd_environment_enter(&store->environment, NULL, &(*reader)->txn);
    if (code != MDB_SUCCESS) error = vd_environment_fail(&store->environment, failure, code, "making a reader");
  }
  if (error == VD_OK) {
    (*reader)->has_begun = true;
    vd_store_reader_reset(*reader);
    return VD_OK;
  }
  frag_context_free((*reader)->context);
  free(*reader);
  *reader = NULL;
  return error;
}

void vd_store_reader_free(struct vd_store_reader *reader) {
  if (reader == NULL) return;
  vd_store_reader_reset(reader);
  mdb_txn_abort(reader->txn);
  frag_context_free(reader->context);
  free(reader);
}

enum vd_error vd_store_reader_begin(struct vd_store_reader *reader, struct vd_failure *failure) {
  assert(!reader->has_begun);
  int code = vd_environment_enter(&reader->store->environment, reader->txn, NULL);
  if (code != MDB_SUCCESS) return vd_environment_fail(&reader->store->environment, failure, code, "reading");
  reader->has_begun = true;
  vd_hashes_begin(&reader->hashes, reader->context, reader->txn, reader->store->databases[VD_SCHEMA_HASH],
                  &reader->kept);
  return VD_OK;
}

void vd_store_reader_reset(struct vd_store_reader *reader) {
  if (!reader->has_begun) return;
  mdb_txn_reset(reader->txn);
  vd_environment_leave(&reader->store->environment);
  reader->has_begun = false;
}

static enum vd_error unreadable(const struct vd_store_reader *reader, int code, struct vd_failure *failure) {
  return vd_environment_fail(&reader->store->environment, failure, code, "reading");
}

static enum vd_error look_up(struct vd_store_reader *reader, enum vd_store_kind kind, const uint8_t *key,
                             struct vd_store_found *found, struct vd_failure *failure) {
  assert(reader->has_begun);
  struct vd_entries_value value;
  *found = (struct vd_store_found){.presence = VD_STORE_ABSENT};
  int code = vd_entries_find(reader->store, reader->txn, kind, key, &value);
  if (code == MDB_NOTFOUND) return VD_OK;
  if (code != MDB_SUCCESS) return unreadable(reader, code, failure);
  *found = (struct vd_store_found){.presence = value.is_erased ? VD_STORE_ERASED : VD_STORE_PRESENT,
                                   .bytes = value.record.data,
                                   .len = value.record.len,
                                   .index = value.index,
                                   .time_s = value.time_s};
  return VD_OK;
}

enum vd_error vd_store_get_fragment(struct vd_store_reader *reader, const uint8_t locator[static VD_STORE_KEY_LEN],
                                    struct vd_store_found *found, struct vd_failure *failure) {
  return look_up(reader, VD_STORE_FRAGMENT, locator, found, failure);
}

enum vd_error vd_store_get_status(struct vd_store_reader *reader, const uint8_t status_id[static VD_STORE_KEY_LEN],
                                  struct vd_store_found *found, struct vd_failure *failure) {
  return look_up(reader, VD_STORE_STATUS, status_id, found, failure);
}

static enum vd_error get_value(struct vd_store_reader *reader, uint64_t index, struct vd_entries_value *value,
                               struct vd_failure *failure) {
  assert(reader->has_begun);
  int code = vd_entries_get(reader->store, reader->txn, index, value);
  if (code == MDB_NOTFOUND)
    return vd_fail(failure, VD_NOT_FOUND, "ledger %s: has no entry %llu", reader->store->environment.path,
                   (unsigned long long)index);
  return code == MDB_SUCCESS ? VD_OK : unreadable(reader, code, failure);
}

enum vd_error vd_store_get_entry(struct vd_store_reader *reader, uint64_t index, const uint8_t **bytes, size_t *len,
                                 struct vd_failure *failure) {
  struct vd_entries_value value;
  enum vd_error error = get_value(reader, index, &value, failure);
  if (error != VD_OK) return error;
  *bytes = value.entry.data;
  *len = value.entry.len;
  return VD_OK;
}

static int count_database(struct vd_store_reader *reader, enum vd_schema_database database, uint64_t *count) {
  MDB_stat stat;
  int code = mdb_stat(reader->txn, reader->store->databases[database], &stat);
  if (code == MDB_SUCCESS) *count = stat.ms_entries;
  return code;
}

static int read_erased(struct vd_store_reader *reader, uint64_t *count) {
  MDB_val name = {.mv_size = sizeof VD_SCHEMA_ERASED_KEY - 1, .mv_data = (void *)(uintptr_t)VD_SCHEMA_ERASED_KEY};
  MDB_val value;
  int code = mdb_get(reader->txn, reader->store->databases[VD_SCHEMA_META], &name, &value);
  if (code == MDB_NOTFOUND) return MDB_SUCCESS;
  if (code != MDB_SUCCESS) return code;
  if (value.mv_size != 8) return MDB_CORRUPTED;
  *count = vd_schema_read(value.mv_data, 8);
  return MDB_SUCCESS;
}

enum vd_error vd_store_counts(struct vd_store_reader *reader, struct vd_store_counts *counts,
                              struct vd_failure *failure) {
  assert(reader->has_begun);
  *counts = (struct vd_store_counts){0};
  int code = count_database(reader, VD_SCHEMA_ENTRY, &counts->entries);
  if (code == MDB_SUCCESS) code = count_database(reader, VD_SCHEMA_FRAGMENT, &counts->fragments);
  if (code == MDB_SUCCESS) code = count_database(reader, VD_SCHEMA_STATUS, &counts->statuses);
  if (code == MDB_SUCCESS) code = read_erased(reader, &counts->erased);
  if (code != MDB_SUCCESS) return unreadable(reader, code, failure);
  if (counts->entries == 0) return VD_OK;
  struct vd_entries_value last;
  enum vd_error error = get_value(reader, counts->entries - 1, &last, failure);
  if (error == VD_OK) counts->last_time_s = last.time_s;
  return error;
}

enum vd_error vd_store_get_submission(struct vd_store_reader *reader, uint64_t number,
                                      struct vd_store_submission *submission, struct vd_failure *failure) {
  assert(reader->has_begun);
  uint8_t key[sizeof(uint64_t)];
  MDB_val value;
  vd_schema_write(key, number, sizeof key);
  int code = vd_schema_get(reader->txn, reader->store->databases[VD_SCHEMA_SUBMISSION], key, sizeof key, &value);
  if (code == MDB_NOTFOUND)
    return vd_fail(failure, VD_NOT_FOUND, "ledger %s: has no submission %llu", reader->store->environment.path,
                   (unsigned long long)number);
  if (code != MDB_SUCCESS) return unreadable(reader, code, failure);
  return vd_trail_read(submission, value.mv_data, value.mv_size) ? VD_OK : unreadable(reader, MDB_CORRUPTED, failure);
}
