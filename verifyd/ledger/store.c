#include "ledger/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <frag/log.h>
#include <frag/open.h>
#include <frag/status.h>

#include "ledger/schema.h"
#include "ledger/transaction.h"

enum { TRUST_LEN = 34, BYTES_PER_ITEM = 400 };
static const char *const database_names[VD_SCHEMA_DATABASES] = {"meta", "entry", "fragment", "status", "trust"};

_Static_assert((int)VD_STORE_FRAGMENT == (int)FRAG_ENTRY_ISSUE && (int)VD_STORE_STATUS == (int)FRAG_ENTRY_STATUS &&
                   (int)VD_STORE_TRUST == (int)FRAG_ENTRY_TRUST,
               "an item's kind is its entry's");

static void write_head(uint8_t *out, uint8_t state, uint64_t index, uint64_t time_s) {
  out[0] = state;
  vd_schema_write(out + 1, index, 8);
  vd_schema_write(out + 9, time_s, 8);
}

/* --- opening and closing --- */

static void write_format(struct vd_store *store, struct vd_transaction *transaction) {
  MDB_val value = {.mv_size = VD_SCHEMA_FORMAT_LEN};
  if (!vd_transaction_put(transaction, store->databases[VD_SCHEMA_META], VD_SCHEMA_FORMAT_KEY,
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

static enum vd_error check_format(const struct vd_store *store, MDB_val value, struct vd_failure *failure) {
  const char *path = store->environment.path;
  const uint8_t *bytes = value.mv_data;
  if (value.mv_size < 4)
    return vd_fail(failure, VD_DATA, "ledger %s: its format record is damaged; restore it from a copy", path);
  uint64_t version = vd_schema_read(bytes, 4);
  if (version != VD_SCHEMA_VERSION || value.mv_size != VD_SCHEMA_FORMAT_LEN)
    return vd_fail(failure, VD_DATA,
                   "ledger %s: has format version %llu, this program knows version %d; use the program that made it",
                   path, (unsigned long long)version, VD_SCHEMA_VERSION);
  uint64_t realm = vd_schema_read(bytes + 4, 2);
  uint64_t operator_number = vd_schema_read(bytes + 6, 2);
  if (realm == store->realm && operator_number == store->operator_number) return VD_OK;
  return vd_fail(failure, VD_CONFIG,
                 "ledger %s: belongs to operator %llu of realm %llu, not to operator %u of realm %u; correct the path",
                 path, (unsigned long long)operator_number, (unsigned long long)realm, store->operator_number,
                 store->realm);
}

static enum vd_error open_databases(struct vd_store *store, struct vd_transaction *transaction, bool create,
                                    struct vd_failure *failure) {
  MDB_val value;
  MDB_dbi names = 0;
  vd_transaction_database(transaction, NULL, false, &names);
  /* An LMDB file of some other program must not become a ledger, nor one of which a part was lost. */
  bool make = create && vd_transaction_count(transaction, names) == 0;
  for (size_t at = 0; at < VD_SCHEMA_DATABASES; at++)
    vd_transaction_database(transaction, database_names[at], make, &store->databases[at]);
  if (make) write_format(store, transaction);
  if (vd_transaction_get(transaction, store->databases[VD_SCHEMA_META], VD_SCHEMA_FORMAT_KEY,
                         sizeof VD_SCHEMA_FORMAT_KEY - 1, &value))
    return check_format(store, value, failure);
  return transaction->error != MDB_SUCCESS ? VD_OK : not_a_ledger(store, failure);
}

static enum vd_error open_store(struct vd_store *store, const struct vd_store_options *options,
                                struct vd_failure *failure) {
  bool create = options->access == VD_STORE_CREATE;
  struct vd_environment_options environment = {
      .path = options->path,
      .write = store->is_writer,
      .create = create,
      .map_max = options->map_max != 0 ? options->map_max : VD_STORE_MAP_MAX,
      .dbs_max = VD_SCHEMA_DATABASES,
      .readers_max = VD_STORE_READERS_MAX,
  };
  enum vd_error error = vd_environment_open(&store->environment, &environment, failure);
  if (error != VD_OK) return error;
  struct vd_transaction transaction;
  if (store->is_writer) {
    vd_transaction_begin(&transaction, &store->environment);
  } else {
    vd_transaction_begin_read(&transaction, &store->environment);
  }
  error = open_databases(store, &transaction, create, failure);
  if (error != VD_OK) vd_transaction_abort(&transaction);
  int code = vd_transaction_end(&transaction);
  if (error != VD_OK) return error;
  if (code == MDB_NOTFOUND || code == MDB_INCOMPATIBLE) return not_a_ledger(store, failure);
  if (code != MDB_SUCCESS) return vd_environment_fail(&store->environment, failure, code, "opening");
  if (create) vd_environment_sync_names(&store->environment);
  return VD_OK;
}

enum vd_error vd_store_open(const struct vd_store_options *options, struct vd_store **store,
                            struct vd_failure *failure) {
  assert(options->operator_number >= 1 && options->operator_number <= FRAG_FRAGMENTS_MAX);
  *store = calloc(1, sizeof **store);
  if (*store == NULL) return vd_fail(failure, VD_MEMORY, "ledger %s: out of memory", options->path);
  (*store)->is_writer = options->access != VD_STORE_READ;
  (*store)->realm = options->realm;
  (*store)->operator_number = options->operator_number;
  enum vd_error error = open_store(*store, options, failure);
  if (error == VD_OK) return VD_OK;
  vd_store_close(*store);
  *store = NULL;
  return error;
}

void vd_store_close(struct vd_store *store) {
  if (store == NULL) return;
  vd_environment_close(&store->environment);
  free(store);
}

/* --- appending --- */

/* An item on its way in, in the order in which it will be put. */
struct place {
  const struct vd_store_item *item;
  const uint8_t *key;
  struct frag_slice body; /* what its entry commits to */
};

static bool place_fragment(const struct vd_store *store, struct place *place) {
  struct frag_record record;
  if (frag_record_decode(&record, place->item->bytes, place->item->len) != FRAG_OK) return false;
  place->key = record.leaf.locator;
  place->body = record.leaf.bytes;
  return record.leaf.realm == store->realm && record.index == store->operator_number;
}

static bool place_item(const struct vd_store *store, const struct vd_store_item *item, struct place *place) {
  *place = (struct place){.item = item, .key = item->bytes, .body = {item->bytes, item->len}};
  switch (item->kind) {
    case VD_STORE_FRAGMENT: return place_fragment(store, place);
    case VD_STORE_STATUS: return item->len == FRAG_STATUS_RECORD_LEN;
    case VD_STORE_TRUST:
      if (item->len != TRUST_LEN) return false;
      place->key = item->bytes + 2;
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
  struct vd_transaction transaction;
  struct vd_store_appended done;
  uint64_t next_index;
  bool has_conflict;
  bool is_erased; /* the conflict is with an erased record */
};

static void begin_append(struct append *append, uint64_t now_s) {
  MDB_val key;
  MDB_val value;
  vd_transaction_begin(&append->transaction, &append->store->environment);
  append->done = (struct vd_store_appended){.time_s = now_s};
  append->next_index = 0;
  append->has_conflict = false;
  if (vd_transaction_last(&append->transaction, append->store->databases[VD_SCHEMA_ENTRY], &key, &value)) {
    if (key.mv_size != sizeof(uint64_t) || value.mv_size < VD_SCHEMA_ENTRY_HEAD_LEN) {
      append->transaction.error = MDB_CORRUPTED;
      return;
    }
    uint64_t last_s = vd_schema_read((const uint8_t *)value.mv_data + 1, 8);
    if (last_s > now_s) append->done.time_s = last_s;
    append->next_index = vd_schema_read(key.mv_data, sizeof(uint64_t)) + 1;
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

static void meet(struct append *append, const struct place *place, MDB_val there) {
  const uint8_t *bytes = there.mv_data;
  if (there.mv_size == VD_SCHEMA_HEAD_LEN + place->item->len && bytes[0] == VD_SCHEMA_PRESENT &&
      memcmp(bytes + VD_SCHEMA_HEAD_LEN, place->item->bytes, place->item->len) == 0) {
    append->done.unchanged++;
  } else {
    note_conflict(append, place, there.mv_size > 0 && bytes[0] == VD_SCHEMA_ERASED);
  }
}

static void put_entry(struct append *append, const struct place *place) {
  uint8_t index[sizeof(uint64_t)];
  uint8_t bytes[FRAG_ENTRY_MAX];
  size_t len = 0;
  struct frag_entry entry = {
      .kind = (frag_entry_kind)place->item->kind, .time_s = append->done.time_s, .body = place->body};
  frag_error error = frag_entry_encode(bytes, &len, &entry);
  assert(error == FRAG_OK);
  (void)error;
  vd_schema_write(index, append->next_index, sizeof index);
  MDB_val value = {.mv_size = len};
  if (!vd_transaction_put(&append->transaction, append->store->databases[VD_SCHEMA_ENTRY], index, sizeof index,
                          MDB_APPEND, &value))
    return;
  memcpy(value.mv_data, bytes, len);
  append->next_index++;
  append->done.added++;
}

static MDB_dbi database_of(const struct vd_store *store, enum vd_store_kind kind) {
  switch (kind) {
    case VD_STORE_FRAGMENT: return store->databases[VD_SCHEMA_FRAGMENT];
    case VD_STORE_STATUS: return store->databases[VD_SCHEMA_STATUS];
    case VD_STORE_TRUST: return store->databases[VD_SCHEMA_TRUST];
  }
  return store->databases[VD_SCHEMA_FRAGMENT];
}

static void put_place(struct append *append, const struct place *place) {
  const struct vd_store_item *item = place->item;
  MDB_val value = {.mv_size = VD_SCHEMA_HEAD_LEN + item->len};
  bool is_new = vd_transaction_put(&append->transaction, database_of(append->store, item->kind), place->key,
                                   VD_STORE_KEY_LEN, MDB_NOOVERWRITE, &value);
  if (append->transaction.error != MDB_SUCCESS) return;
  if (!is_new) {
    meet(append, place, value);
    return;
  }
  write_head(value.mv_data, VD_SCHEMA_PRESENT, append->next_index, append->done.time_s);
  memcpy((uint8_t *)value.mv_data + VD_SCHEMA_HEAD_LEN, item->bytes, item->len);
  put_entry(append, place);
}

static int try_append(struct append *append, const struct place *places, size_t count, uint64_t now_s) {
  begin_append(append, now_s);
  for (size_t at = 0; at < count && append->transaction.error == MDB_SUCCESS; at++) put_place(append, &places[at]);
  if (append->has_conflict || append->done.added == 0) vd_transaction_abort(&append->transaction);
  return vd_transaction_end(&append->transaction);
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

static enum vd_error append_places(struct append *append, const struct place *places, size_t count, uint64_t now_s,
                                   struct vd_failure *failure) {
  struct vd_environment *environment = &append->store->environment;
  int code = MDB_SUCCESS;
  for (;;) {
    code = try_append(append, places, count, now_s);
    if (code != MDB_MAP_FULL) break;
    int grown = vd_environment_grow(environment);
    if (grown != MDB_SUCCESS) return vd_environment_fail(environment, failure, grown, "making room");
  }
  if (code != MDB_SUCCESS) return vd_environment_fail(environment, failure, code, "appending");
  return append->has_conflict ? say_conflict(append, failure) : VD_OK;
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
                              struct vd_store_appended *appended, struct vd_failure *failure) {
  assert(store->is_writer);
  struct vd_environment *environment = &store->environment;
  struct append append = {.store = store, .items = items};
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
  error = code == MDB_SUCCESS ? append_places(&append, places, count, now_s, failure)
                              : vd_environment_fail(environment, failure, code, "making room");
done:
  *appended = append.done;
  free(places);
  return error;
}

/* --- erasing --- */

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

static void erase_share(struct vd_store *store, struct vd_transaction *transaction, const uint8_t *locator,
                        MDB_val there) {
  struct frag_record record;
  uint8_t kept[VD_SCHEMA_HEAD_LEN + FRAG_LEAF_LEN(FRAG_FRAGMENTS_MAX)];
  const uint8_t *bytes = there.mv_data;
  if (there.mv_size < VD_SCHEMA_HEAD_LEN ||
      frag_record_decode(&record, bytes + VD_SCHEMA_HEAD_LEN, there.mv_size - VD_SCHEMA_HEAD_LEN) != FRAG_OK) {
    transaction->error = MDB_CORRUPTED;
    return;
  }
  MDB_val value = {.mv_size = VD_SCHEMA_HEAD_LEN + record.leaf.bytes.len};
  memcpy(kept, bytes, value.mv_size);
  kept[0] = VD_SCHEMA_ERASED;
  if (!vd_transaction_put(transaction, store->databases[VD_SCHEMA_FRAGMENT], locator, VD_STORE_KEY_LEN, 0, &value))
    return;
  memcpy(value.mv_data, kept, value.mv_size);
  count_erasure(store, transaction);
}

static int try_erase(struct vd_store *store, const uint8_t *locator, bool *is_there) {
  struct vd_transaction transaction;
  MDB_val there;
  vd_transaction_begin(&transaction, &store->environment);
  *is_there = vd_transaction_get(&transaction, store->databases[VD_SCHEMA_FRAGMENT], locator, VD_STORE_KEY_LEN, &there);
  bool is_present = *is_there && there.mv_size > 0 && *(const uint8_t *)there.mv_data == VD_SCHEMA_PRESENT;
  if (is_present) {
    erase_share(store, &transaction, locator, there);
  } else {
    vd_transaction_abort(&transaction);
  }
  return vd_transaction_end(&transaction);
}

enum vd_error vd_store_erase(struct vd_store *store, const uint8_t locator[static VD_STORE_KEY_LEN],
                             struct vd_failure *failure) {
  assert(store->is_writer);
  bool is_there = false;
  int code = try_erase(store, locator, &is_there);
  while (code == MDB_MAP_FULL) {
    code = vd_environment_grow(&store->environment);
    if (code == MDB_SUCCESS) code = try_erase(store, locator, &is_there);
  }
  if (code != MDB_SUCCESS) return vd_environment_fail(&store->environment, failure, code, "erasing");
  if (is_there) return VD_OK;
  return vd_fail(failure, VD_NOT_FOUND, "ledger %s: has no record of that document", store->environment.path);
}
