/* The appending part of store.h. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <frag/log.h>
#include <frag/open.h>
#include <frag/status.h>

#include "ledger/checkpoint.h"
#include "ledger/entries.h"
#include "ledger/schema.h"
#include "ledger/trail.h"
#include "ledger/transaction.h"

enum { BYTES_PER_ITEM = 450 };

_Static_assert((int)VD_STORE_FRAGMENT == (int)FRAG_ENTRY_ISSUE && (int)VD_STORE_STATUS == (int)FRAG_ENTRY_STATUS &&
                   (int)VD_STORE_TRUST == (int)FRAG_ENTRY_TRUST,
               "an item's kind is its entry's");

/* An item on its way in, in the order in which it will be put. */
struct place {
  const struct vd_store_item *item;
  const uint8_t *key;
};

static bool place_fragment(const struct vd_store *store, struct place *place) {
  struct frag_record record;
  if (frag_record_decode(&record, place->item->bytes, place->item->len) != FRAG_OK) return false;
  place->key = record.leaf.locator;
  return record.leaf.realm == store->realm && record.index == store->operator_number;
}

static bool place_item(const struct vd_store *store, const struct vd_store_item *item, struct place *place) {
  *place = (struct place){.item = item, .key = item->bytes};
  switch (item->kind) {
    case VD_STORE_FRAGMENT: return place_fragment(store, place);
    case VD_STORE_STATUS: return item->len == FRAG_STATUS_RECORD_LEN;
    case VD_STORE_TRUST:
      if (item->len != VD_SCHEMA_TRUST_LEN) return false;
      place->key = item->bytes + VD_SCHEMA_TRUST_KEY_AT;
      return vd_schema_read(item->bytes, 2) == store->realm;
  }
  return false;
}

static int compare_places(const void *left, const void *right) {
  const struct place *a = left;
  const struct place *b = right;
  if (a->item->kind != b->item->kind) return a->item->kind < b->item->kind ? -1 : 1;
  int order = memcmp(a->key, b->key, VD_STORE_KEY_LEN);
  if (order != 0) return order;
  return (a->item > b->item) - (a->item < b->item);
}

/* One attempt at a batch; begun anew when the map had to grow. */
struct append {
  struct vd_store *store;
  const struct vd_store_item *items;
  uint64_t now_s;
  const struct vd_store_submitter *submitter; /* may be NULL */
  struct vd_transaction transaction;
  struct vd_store_appended done;
  uint64_t next_index;
  bool has_conflict;
  bool is_erased; /* the conflict is with an erased record */
  frag_error failed; /* hashing or signing */
};

static void begin_append(struct append *append) {
  MDB_val key;
  MDB_val value;
  vd_transaction_begin(&append->transaction, &append->store->environment);
  append->done = (struct vd_store_appended){.time_s = append->now_s};
  append->next_index = 0;
  append->has_conflict = false;
  append->failed = FRAG_OK;
  if (vd_transaction_last(&append->transaction, append->store->databases[VD_SCHEMA_ENTRY], &key, &value)) {
    if (key.mv_size != VD_SCHEMA_INDEX_LEN || value.mv_size < VD_SCHEMA_ENTRY_HEAD_LEN) {
      append->transaction.error = MDB_CORRUPTED;
      return;
    }
    uint64_t last_s = vd_schema_read((const uint8_t *)value.mv_data + 1, 8);
    if (last_s > append->now_s) append->done.time_s = last_s;
    append->next_index = vd_schema_read(key.mv_data, VD_SCHEMA_INDEX_LEN) + 1;
  }
  append->done.first_index = append->next_index;
}

static void note_conflict(struct append *append, const struct place *place, bool is_erased) {
  size_t position = (size_t)(place->item - append->items);
  if (append->has_conflict && append->done.position < position) return;
  append->has_conflict = true;
  append->is_erased = is_erased;
  append->done.position = position;
}

static void meet(struct append *append, const struct place *place) {
  const struct vd_store_item *item = place->item;
  struct vd_transaction *transaction = &append->transaction;
  struct vd_entries_value there;
  int code = vd_entries_find(append->store, transaction->txn, item->kind, place->key, &there);
  if (code != MDB_SUCCESS) {
    transaction->error = code == MDB_NOTFOUND ? MDB_CORRUPTED : code;
  } else if (there.record.len == item->len && memcmp(there.record.data, item->bytes, item->len) == 0) {
    append->done.unchanged++;
  } else {
    note_conflict(append, place, there.is_erased);
  }
}

static void put_entry(struct append *append, const struct place *place) {
  const struct vd_store_item *item = place->item;
  uint8_t index[VD_SCHEMA_INDEX_LEN];
  MDB_val value = {.mv_size = VD_SCHEMA_ENTRY_HEAD_LEN + item->len};
  vd_schema_write(index, append->next_index, sizeof index);
  if (!vd_transaction_put(&append->transaction, append->store->databases[VD_SCHEMA_ENTRY], index, sizeof index,
                          MDB_APPEND, &value))
    return;
  uint8_t *bytes = value.mv_data;
  bytes[0] = (uint8_t)item->kind;
  vd_schema_write(bytes + 1, append->done.time_s, 8);
  memcpy(bytes + VD_SCHEMA_ENTRY_HEAD_LEN, item->bytes, item->len);
  append->next_index++;
  append->done.added++;
}

static void put_place(struct append *append, const struct place *place) {
  MDB_val value = {.mv_size = VD_SCHEMA_INDEX_LEN};
  bool is_new = vd_transaction_put(&append->transaction, vd_entries_names(append->store, place->item->kind), place->key,
                                   VD_STORE_KEY_LEN, MDB_NOOVERWRITE, &value);
  if (append->transaction.error != MDB_SUCCESS) return;
  if (!is_new) {
    meet(append, place);
    return;
  }
  vd_schema_write(value.mv_data, append->next_index, VD_SCHEMA_INDEX_LEN);
  put_entry(append, place);
}

/* What goes with the new entries: the submitter's quota and trail, the hashes, the checkpoint. */
static void seal_batch(struct append *append) {
  struct vd_store_appended *done = &append->done;
  struct vd_transaction *transaction = &append->transaction;
  const struct vd_store_submission submission = {.time_s = done->time_s,
                                                 .first_index = done->first_index,
                                                 .added = done->added,
                                                 .unchanged = done->unchanged};
  if (append->submitter != NULL) {
    done->is_over_quota =
        !vd_trail_count(append->store, transaction, append->submitter, done->time_s, done->added) &&
        transaction->error == MDB_SUCCESS;
    if (done->is_over_quota) return;
    vd_trail_put(append->store, transaction, append->submitter, &submission);
  }
  append->failed = vd_checkpoint_extend(append->store, transaction, done->time_s, &done->size);
}

static bool is_refused(const struct append *append) {
  return append->has_conflict || append->done.is_over_quota || append->failed != FRAG_OK;
}

static int try_append(struct append *append, const struct place *places, size_t count) {
  struct vd_transaction *transaction = &append->transaction;
  begin_append(append);
  for (size_t at = 0; at < count && transaction->error == MDB_SUCCESS; at++) put_place(append, &places[at]);
  bool is_new = !append->has_conflict && append->done.added > 0;
  append->done.size = append->next_index;
  if (is_new && transaction->error == MDB_SUCCESS) seal_batch(append);
  if (!is_new || is_refused(append)) vd_transaction_abort(transaction);
  return vd_transaction_end(transaction);
}

static enum vd_error say_conflict(const struct append *append, struct vd_failure *failure) {
  const char *path = append->store->environment.path;
  size_t number = append->done.position + 1;
  if (append->is_erased)
    return vd_fail(failure, VD_CONFLICT,
                   "ledger %s: item %zu of the batch was erased here and cannot be put again; leave it out", path,
                   number);
  return vd_fail(failure, VD_CONFLICT,
                 "ledger %s: item %zu of the batch is not what is stored, or stands earlier in the batch, under its "
                 "name; nothing was put",
                 path, number);
}

static enum vd_error say_refusal(const struct append *append, struct vd_failure *failure) {
  const char *path = append->store->environment.path;
  if (append->has_conflict) return say_conflict(append, failure);
  if (append->failed != FRAG_OK) return vd_fail_frag(failure, append->failed, "ledger %s: extending its log", path);
  return vd_fail(failure, VD_FULL,
                 "ledger %s: %zu new items are more than %s may still hand in today, of %llu; nothing was put: wait "
                 "until tomorrow, or ask the operator",
                 path, append->done.added, append->submitter->issuer,
                 (unsigned long long)append->submitter->items_per_day);
}

static enum vd_error append_places(struct append *append, const struct place *places, size_t count,
                                   struct vd_failure *failure) {
  struct vd_environment *environment = &append->store->environment;
  int code = MDB_SUCCESS;
  for (;;) {
    code = try_append(append, places, count);
    if (code != MDB_MAP_FULL) break;
    int grown = vd_environment_grow(environment);
    if (grown != MDB_SUCCESS) return vd_environment_fail(environment, failure, grown, "making room");
  }
  if (code != MDB_SUCCESS) return vd_environment_fail(environment, failure, code, "appending");
  return is_refused(append) ? say_refusal(append, failure) : VD_OK;
}

static enum vd_error place_items(const struct append *append, struct place *places, size_t count, uint64_t *bytes,
                                 size_t *position, struct vd_failure *failure) {
  for (size_t at = 0; at < count; at++) {
    *bytes += append->items[at].len + BYTES_PER_ITEM;
    if (place_item(append->store, &append->items[at], &places[at])) continue;
    *position = at;
    return vd_fail(failure, VD_DATA,
                   "ledger %s: item %zu of the batch is not a record for operator %u of realm %u; nothing was put",
                   append->store->environment.path, at + 1, append->store->operator_number, append->store->realm);
  }
  qsort(places, count, sizeof *places, compare_places);
  return VD_OK;
}

enum vd_error vd_store_append(struct vd_store *store, const struct vd_store_item *items, size_t count, uint64_t now_s,
                              const struct vd_store_submitter *submitter, struct vd_store_appended *appended,
                              struct vd_failure *failure) {
  assert(store->is_writer);
  struct vd_environment *environment = &store->environment;
  struct append append = {.store = store, .items = items, .now_s = now_s, .submitter = submitter};
  uint64_t bytes = 0;
  enum vd_error error = VD_OK;
  *appended = (struct vd_store_appended){0};
  if (count == 0) return VD_OK;
  if (count > VD_STORE_BATCH_MAX)
    return vd_fail(failure, VD_FULL, "ledger %s: %zu items in one batch; the limit is %d", environment->path, count,
                   VD_STORE_BATCH_MAX);
  struct place *places = calloc(count, sizeof *places);
  if (places == NULL)
    return vd_fail(failure, VD_MEMORY, "ledger %s: out of memory for a batch of %zu items", environment->path, count);
  error = place_items(&append, places, count, &bytes, &append.done.position, failure);
  if (error != VD_OK) goto done;
  int code = vd_environment_reserve(environment, bytes);
  error = code == MDB_SUCCESS ? append_places(&append, places, count, failure)
                              : vd_environment_fail(environment, failure, code, "making room");
done:
  *appended = append.done;
  free(places);
  return error;
}
