#include "ledger/trail.h"

#include <assert.h>
#include <string.h>

enum { KID_LEN = 8, DIGEST_LEN = 32, SIGNATURE_LEN = 64, NUMBER_LEN = 8, DAY_LEN = 4, DAY_S = 86400 };

/* --- the form of a line --- */

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t len) {
  memcpy(at, bytes, len);
  return at + len;
}

static uint8_t *put_number(uint8_t *at, uint64_t value, size_t len) {
  vd_schema_write(at, value, len);
  return at + len;
}

void vd_trail_write(uint8_t bytes[static VD_TRAIL_LEN], const struct vd_store_submission *submission) {
  size_t issuer_len = strlen(submission->issuer);
  assert(issuer_len >= 1 && issuer_len <= VD_TRAIL_ISSUER_MAX);
  uint8_t *at = put_number(bytes, submission->time_s, 8);
  at = put_number(at, submission->is_erasure, 1);
  at = put_bytes(at, submission->kid, KID_LEN);
  at = put_number(at, issuer_len, 1);
  memset(at, 0, VD_TRAIL_ISSUER_MAX);
  memcpy(at, submission->issuer, issuer_len);
  at += VD_TRAIL_ISSUER_MAX;
  at = put_number(at, submission->first_index, 8);
  at = put_number(at, submission->added, 8);
  at = put_number(at, submission->unchanged, 8);
  at = put_bytes(at, submission->digest, DIGEST_LEN);
  at = put_bytes(at, submission->signature, SIGNATURE_LEN);
  assert(at == bytes + VD_TRAIL_LEN);
}

static bool is_issuer(const char *issuer, size_t len) {
  for (size_t at = 0; at < len; at++)
    if (!((issuer[at] >= 'a' && issuer[at] <= 'z') || (issuer[at] >= '0' && issuer[at] <= '9') || issuer[at] == '.' ||
          issuer[at] == '-'))
      return false;
  return len >= 1 && len <= VD_TRAIL_ISSUER_MAX;
}

bool vd_trail_read(struct vd_store_submission *submission, const uint8_t *bytes, size_t len) {
  static const uint8_t nothing[VD_TRAIL_ISSUER_MAX];
  *submission = (struct vd_store_submission){0};
  if (len != VD_TRAIL_LEN || bytes[8] > 1) return false;
  struct vd_store_submission found = {.time_s = vd_schema_read(bytes, 8), .is_erasure = bytes[8] == 1};
  const uint8_t *at = bytes + 9;
  memcpy(found.kid, at, KID_LEN);
  at += KID_LEN;
  size_t issuer_len = *at++;
  if (!is_issuer((const char *)at, issuer_len) ||
      memcmp(at + issuer_len, nothing, VD_TRAIL_ISSUER_MAX - issuer_len) != 0)
    return false;
  memcpy(found.issuer, at, issuer_len);
  at += VD_TRAIL_ISSUER_MAX;
  found.first_index = vd_schema_read(at, 8);
  found.added = vd_schema_read(at + 8, 8);
  found.unchanged = vd_schema_read(at + 16, 8);
  at += 24;
  memcpy(found.digest, at, DIGEST_LEN);
  memcpy(found.signature, at + DIGEST_LEN, SIGNATURE_LEN);
  *submission = found;
  return true;
}

/* --- quota --- */

bool vd_trail_count(struct vd_store *store, struct vd_transaction *transaction,
                    const struct vd_store_submitter *submitter, uint64_t time_s, uint64_t added) {
  uint8_t key[VD_TRAIL_ISSUER_MAX + DAY_LEN];
  size_t issuer_len = strlen(submitter->issuer);
  MDB_val value;
  uint64_t count = 0;
  assert(is_issuer(submitter->issuer, issuer_len));
  memcpy(key, submitter->issuer, issuer_len);
  vd_schema_write(key + issuer_len, time_s / DAY_S, DAY_LEN);
  MDB_dbi quota = store->databases[VD_SCHEMA_QUOTA];
  if (vd_transaction_get(transaction, quota, key, issuer_len + DAY_LEN, &value)) {
    if (value.mv_size != NUMBER_LEN) {
      transaction->error = MDB_CORRUPTED;
      return false;
    }
    count = vd_schema_read(value.mv_data, NUMBER_LEN);
  }
  uint64_t limit = submitter->items_per_day;
  if (limit != 0 && (count > limit || added > limit - count)) return false;
  value = (MDB_val){.mv_size = NUMBER_LEN};
  if (vd_transaction_put(transaction, quota, key, issuer_len + DAY_LEN, 0, &value))
    vd_schema_write(value.mv_data, count + added, NUMBER_LEN);
  return true;
}

/* --- lines --- */

static bool read_line(struct vd_transaction *transaction, MDB_val value, struct vd_store_submission *submission) {
  if (vd_trail_read(submission, value.mv_data, value.mv_size)) return true;
  transaction->error = MDB_CORRUPTED;
  return false;
}

/* Submissions are found by the first of their entries; erasures have none of their own. */
static void put_first(struct vd_store *store, struct vd_transaction *transaction, uint64_t first_index,
                      const uint8_t number[static NUMBER_LEN]) {
  uint8_t key[NUMBER_LEN];
  MDB_val value = {.mv_size = NUMBER_LEN};
  vd_schema_write(key, first_index, sizeof key);
  if (vd_transaction_put(transaction, store->databases[VD_SCHEMA_SUBMITTED], key, sizeof key, MDB_APPEND, &value))
    memcpy(value.mv_data, number, NUMBER_LEN);
}

void vd_trail_put(struct vd_store *store, struct vd_transaction *transaction, const struct vd_store_submitter *who,
                  const struct vd_store_submission *what) {
  MDB_dbi trail = store->databases[VD_SCHEMA_SUBMISSION];
  struct vd_store_submission line = *what;
  struct vd_store_submission last;
  uint8_t number[NUMBER_LEN] = {0};
  MDB_val key;
  MDB_val value;
  assert(is_issuer(who->issuer, strlen(who->issuer)));
  if (vd_transaction_last(transaction, trail, &key, &value) && read_line(transaction, value, &last)) {
    if (key.mv_size != NUMBER_LEN) transaction->error = MDB_CORRUPTED;
    else vd_schema_write(number, vd_schema_read(key.mv_data, NUMBER_LEN) + 1, NUMBER_LEN);
    if (last.time_s > line.time_s) line.time_s = last.time_s;
  }
  memcpy(line.kid, who->kid, KID_LEN);
  memset(line.issuer, 0, sizeof line.issuer);
  memcpy(line.issuer, who->issuer, strlen(who->issuer));
  memcpy(line.digest, who->digest, DIGEST_LEN);
  memcpy(line.signature, who->signature, SIGNATURE_LEN);
  value = (MDB_val){.mv_size = VD_TRAIL_LEN};
  if (!vd_transaction_put(transaction, trail, number, sizeof number, MDB_APPEND, &value)) return;
  vd_trail_write(value.mv_data, &line);
  if (!line.is_erasure) put_first(store, transaction, line.first_index, number);
}

/* The last submission whose first entry is not behind `index`. */
static int find_first(MDB_cursor *cursor, uint64_t index, MDB_val *number) {
  uint8_t wanted[NUMBER_LEN];
  vd_schema_write(wanted, index, sizeof wanted);
  MDB_val key = {.mv_size = sizeof wanted, .mv_data = wanted};
  int code = mdb_cursor_get(cursor, &key, number, MDB_SET_RANGE);
  if (code == MDB_SUCCESS && key.mv_size == sizeof wanted && vd_schema_read(key.mv_data, sizeof wanted) == index)
    return MDB_SUCCESS;
  if (code != MDB_SUCCESS && code != MDB_NOTFOUND) return code;
  return mdb_cursor_get(cursor, &key, number, code == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
}

bool vd_trail_find(struct vd_store *store, struct vd_transaction *transaction, uint64_t index,
                   struct vd_store_submission *submission) {
  MDB_cursor *cursor = NULL;
  MDB_val number;
  MDB_val value;
  if (transaction->error != MDB_SUCCESS) return false;
  int code = mdb_cursor_open(transaction->txn, store->databases[VD_SCHEMA_SUBMITTED], &cursor);
  if (code == MDB_SUCCESS) code = find_first(cursor, index, &number);
  if (cursor != NULL) mdb_cursor_close(cursor);
  if (code == MDB_NOTFOUND) return false;
  if (code != MDB_SUCCESS) {
    transaction->error = code;
    return false;
  }
  if (!vd_transaction_get(transaction, store->databases[VD_SCHEMA_SUBMISSION], number.mv_data, number.mv_size,
                          &value)) {
    if (transaction->error == MDB_SUCCESS) transaction->error = MDB_CORRUPTED;
    return false;
  }
  if (!read_line(transaction, value, submission)) return false;
  return index >= submission->first_index && index - submission->first_index < submission->added;
}
