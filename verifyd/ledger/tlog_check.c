/* vd_tlog_check_all: every entry, name and hash of a ledger, against each other. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ledger/checkpoint.h"
#include "ledger/entries.h"
#include "ledger/schema.h"
#include "ledger/tlog.h"
#include "ledger/trail.h"

enum { PROGRESS_STEP = 4096 };

struct check {
  struct vd_store_reader *reader;
  struct vd_failure *failure;
  enum vd_error error; /* the first one */
  struct vd_checkpoint checkpoint;
  struct vd_hashes_edge edge;
  uint64_t time_s;     /* of the last entry */
  uint64_t kinds[4];   /* entries by kind */
  uint64_t erased;
};

static void wrong(struct check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void wrong(struct check *check, const char *format, ...) {
  char what[256];
  va_list arguments;
  if (check->error != VD_OK) return;
  va_start(arguments, format);
  (void)vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  check->error = vd_fail(check->failure, VD_DATA, "ledger %s: %s; restore it from a copy",
                         check->reader->store->environment.path, what);
}

static void unreadable(struct check *check, int code, const char *doing) {
  if (check->error == VD_OK)
    check->error = vd_environment_fail(&check->reader->store->environment, check->failure, code, doing);
}

static void failed(struct check *check, frag_error error) {
  if (error != FRAG_OK && check->error == VD_OK)
    check->error = vd_fail_frag(check->failure, error, "ledger %s: checking", check->reader->store->environment.path);
}

static MDB_dbi database(const struct check *check, enum vd_schema_database at) {
  return check->reader->store->databases[at];
}

static uint64_t count(struct check *check, enum vd_schema_database at) {
  MDB_stat stat = {0};
  int code = mdb_stat(check->reader->txn, database(check, at), &stat);
  if (code != MDB_SUCCESS) unreadable(check, code, "counting");
  return stat.ms_entries;
}

/* --- names and shares --- */

static void check_name(struct check *check, const struct vd_entries_value *value) {
  MDB_val index;
  unsigned long long number = value->index;
  int code = vd_schema_get(check->reader->txn, vd_entries_names(check->reader->store, value->kind), value->key,
                           VD_STORE_KEY_LEN, &index);
  if (code != MDB_SUCCESS && code != MDB_NOTFOUND)
    unreadable(check, code, "reading a name");
  else if (code == MDB_NOTFOUND)
    wrong(check, "the name of entry %llu is missing", number);
  else if (index.mv_size != VD_SCHEMA_INDEX_LEN || vd_schema_read(index.mv_data, VD_SCHEMA_INDEX_LEN) != value->index)
    wrong(check, "the name of entry %llu leads elsewhere", number);
}

static void check_share(struct check *check, const struct vd_entries_value *value) {
  struct frag_record record;
  unsigned long long number = value->index;
  if (value->is_erased) {
    check->erased++;
    return;
  }
  frag_error error = frag_record_check(check->reader->context, value->record.data, value->record.len);
  if (error == FRAG_CRYPTO) failed(check, error);
  else if (error != FRAG_OK || frag_record_decode(&record, value->record.data, value->record.len) != FRAG_OK)
    wrong(check, "the record of entry %llu: its share was altered", number);
  else if (record.leaf.realm != check->reader->store->realm || record.index != check->reader->store->operator_number)
    wrong(check, "the record of entry %llu belongs to another operator or realm", number);
}

/* --- entries and hashes --- */

/* Compared at once, so that what differs is named as one entry and not found out from what follows. */
static void check_hash(struct check *check, uint64_t index, const uint8_t hash[static FRAG_HASH_LEN]) {
  const uint8_t *stored = NULL;
  unsigned long long number = index;
  int code = vd_hashes_get(&check->reader->hashes, 0, index / VD_HASHES_WIDTH, &stored);
  if (code != MDB_SUCCESS && code != MDB_CORRUPTED)
    unreadable(check, code, "reading hashes");
  else if (code == MDB_CORRUPTED || memcmp(stored + index % VD_HASHES_WIDTH * FRAG_HASH_LEN, hash, FRAG_HASH_LEN) != 0)
    wrong(check, "entry %llu is not what hash %llu of level 0 (in tile %llu) is of", number, number,
          number / FRAG_TILE_WIDTH);
}

static uint16_t realm_of(const struct check *check, const struct vd_entries_value *value) {
  struct frag_leaf leaf;
  switch (value->kind) {
    case VD_STORE_FRAGMENT:
      if (frag_leaf_decode(&leaf, value->entry.data + VD_SCHEMA_ENTRY_HEAD_LEN,
                           value->entry.len - VD_SCHEMA_ENTRY_HEAD_LEN) == FRAG_OK)
        return leaf.realm;
      break;
    case VD_STORE_TRUST: return (uint16_t)vd_schema_read(value->record.data, 2);
    case VD_STORE_STATUS: break;
  }
  return check->reader->store->realm;
}

static void check_entry(struct check *check, const struct vd_entries_value *value) {
  uint8_t hash[FRAG_HASH_LEN];
  unsigned long long number = value->index;
  failed(check, frag_leaf_hash(check->reader->context, hash, value->entry));
  if (check->error == VD_OK) check_hash(check, value->index, hash);
  if (value->time_s < check->time_s) wrong(check, "the time of entry %llu is before that of the one before", number);
  if (realm_of(check, value) != check->reader->store->realm) wrong(check, "entry %llu is of another realm", number);
  check->time_s = value->time_s;
  check->kinds[value->kind]++;
  if (check->error == VD_OK) check_name(check, value);
  if (check->error == VD_OK && value->kind == VD_STORE_FRAGMENT) check_share(check, value);
  if (check->error == VD_OK) failed(check, vd_hashes_add(&check->edge, hash));
}

/* Called for each value with what it should be. */
static void check_value(void *state, unsigned storey, uint64_t number, const uint8_t bytes[static VD_HASHES_LEN]) {
  struct check *check = state;
  const uint8_t *stored = NULL;
  size_t at = 0;
  if (check->error != VD_OK) return;
  int code = vd_hashes_get(&check->reader->hashes, storey, number, &stored);
  if (code != MDB_SUCCESS && code != MDB_CORRUPTED) unreadable(check, code, "reading hashes");
  if (code == MDB_SUCCESS && memcmp(stored, bytes, VD_HASHES_LEN) == 0) return;
  while (code == MDB_SUCCESS && memcmp(stored + at, bytes + at, FRAG_HASH_LEN) == 0) at += FRAG_HASH_LEN;
  unsigned long long index = number * VD_HASHES_WIDTH + at / FRAG_HASH_LEN;
  wrong(check, "hash %llu of level %u is not that of the entries under it (tile %llu of level %u)", index, 4 * storey,
        (unsigned long long)(number / (storey % 2 == 0 ? VD_HASHES_WIDTH : 1)), storey / 2);
}

static void check_entries(struct check *check, void (*progress)(void *context, uint64_t done, uint64_t of),
                          void *context) {
  struct vd_entries entries;
  struct vd_entries_value value;
  int code = vd_entries_open(&entries, check->reader->store, check->reader->txn, 0);
  while (code == MDB_SUCCESS && check->error == VD_OK) {
    code = vd_entries_next(&entries, &value);
    if (code != MDB_SUCCESS) break;
    check_entry(check, &value);
    if (progress != NULL && entries.next_index % PROGRESS_STEP == 0)
      progress(context, entries.next_index, check->checkpoint.size);
  }
  vd_entries_close(&entries);
  if (code == MDB_CORRUPTED)
    wrong(check, "entry %llu is missing or malformed", (unsigned long long)entries.next_index);
  else if (code != MDB_NOTFOUND && code != MDB_SUCCESS)
    unreadable(check, code, "reading entries");
  if (check->error == VD_OK) vd_hashes_finish(&check->edge);
  if (progress != NULL && check->error == VD_OK) progress(context, check->edge.size, check->checkpoint.size);
}

/* --- what is said about all of them --- */

static void check_checkpoint(struct check *check) {
  struct frag_context *context = check->reader->context;
  struct frag_checkpoint checkpoint;
  struct frag_log_key key;
  uint8_t root[FRAG_HASH_LEN];
  uint64_t time_s = 0;
  struct vd_failure failure;
  if (check->error != VD_OK) return;
  if (vd_tlog_key(check->reader, &key, &failure) != VD_OK) {
    wrong(check, "the log's key is damaged");
    return;
  }
  const struct vd_checkpoint *kept = &check->checkpoint;
  failed(check, vd_hashes_root(&check->edge, root));
  if (check->error != VD_OK) return;
  if (kept->size != check->edge.size || count(check, VD_SCHEMA_HASH) != vd_hashes_count(kept->size))
    wrong(check, "the checkpoint is not over all %llu entries, or there are hashes of others",
          (unsigned long long)check->edge.size);
  else if (frag_checkpoint_decode(context, &checkpoint, kept->note, kept->len) != FRAG_OK)
    wrong(check, "the checkpoint is malformed");
  else if (checkpoint.size != kept->size || memcmp(checkpoint.root, root, sizeof root) != 0)
    wrong(check, "the checkpoint has another size or root than the entries");
  else if (frag_checkpoint_check(context, &checkpoint, &key, &time_s) != FRAG_OK || time_s != kept->time_s)
    wrong(check, "the checkpoint is not signed by the log's key, or at another time");
}

static void check_counts(struct check *check) {
  MDB_val value;
  uint64_t erased = 0;
  if (check->error != VD_OK) return;
  int code = vd_schema_get(check->reader->txn, database(check, VD_SCHEMA_META), VD_SCHEMA_ERASED_KEY,
                           sizeof VD_SCHEMA_ERASED_KEY - 1, &value);
  if (code == MDB_SUCCESS && value.mv_size == 8) erased = vd_schema_read(value.mv_data, 8);
  if (count(check, VD_SCHEMA_FRAGMENT) != check->kinds[VD_STORE_FRAGMENT] ||
      count(check, VD_SCHEMA_STATUS) != check->kinds[VD_STORE_STATUS] ||
      count(check, VD_SCHEMA_TRUST) != check->kinds[VD_STORE_TRUST])
    wrong(check, "there are names of no entry");
  if (erased != check->erased) wrong(check, "the number of erased records is not what was counted");
}

static bool is_found_by_entry(struct check *check, uint64_t first_index, uint64_t number) {
  uint8_t key[sizeof first_index];
  MDB_val value;
  vd_schema_write(key, first_index, sizeof key);
  int code = vd_schema_get(check->reader->txn, database(check, VD_SCHEMA_SUBMITTED), key, sizeof key, &value);
  return code == MDB_SUCCESS && value.mv_size == sizeof number &&
         vd_schema_read(value.mv_data, sizeof number) == number;
}

/* Whether a line of the trail can stand where it does; next_index: behind the entries of the submission before. */
static bool is_right_line(struct check *check, uint64_t number, const struct vd_store_submission *line,
                          uint64_t next_index) {
  if (line->added < 1 || line->first_index >= check->edge.size ||
      line->added > check->edge.size - line->first_index)
    return false;
  return line->is_erasure || (line->first_index >= next_index && is_found_by_entry(check, line->first_index, number));
}

/* Submissions are in the order of their entries, and no two have the same one. */
static void check_trail(struct check *check) {
  struct vd_store_submission line;
  uint64_t lines = count(check, VD_SCHEMA_SUBMISSION);
  uint64_t next_index = 0;
  uint64_t time_s = 0;
  uint64_t submissions = 0;
  for (uint64_t number = 0; number < lines && check->error == VD_OK; number++) {
    enum vd_error error = vd_store_get_submission(check->reader, number, &line, NULL);
    if (error != VD_OK || line.time_s < time_s || !is_right_line(check, number, &line, next_index)) {
      wrong(check, "line %llu of the audit trail is missing or wrong", (unsigned long long)number);
      return;
    }
    time_s = line.time_s;
    if (line.is_erasure) continue;
    next_index = line.first_index + line.added;
    submissions++;
  }
  if (check->error == VD_OK && count(check, VD_SCHEMA_SUBMITTED) != submissions)
    wrong(check, "the audit trail has entries of no submission");
}

enum vd_error vd_tlog_check_all(struct vd_store_reader *reader,
                                void (*progress)(void *context, uint64_t done, uint64_t of), void *context,
                                struct vd_failure *failure) {
  assert(reader->has_begun);
  struct check check = {.reader = reader, .failure = failure};
  check.edge = (struct vd_hashes_edge){.context = reader->context, .done = check_value, .state = &check};
  int code = vd_checkpoint_get(reader->txn, database(&check, VD_SCHEMA_META), &check.checkpoint);
  if (code == MDB_NOTFOUND || code == MDB_CORRUPTED)
    wrong(&check, "the checkpoint is missing or damaged");
  else if (code != MDB_SUCCESS)
    unreadable(&check, code, "reading the checkpoint");
  if (check.error == VD_OK) check_entries(&check, progress, context);
  check_checkpoint(&check);
  check_counts(&check);
  if (check.error == VD_OK) check_trail(&check);
  return check.error;
}
