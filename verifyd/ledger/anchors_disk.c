#include "ledger/anchors_disk.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/hex.h"
#include "ledger/anchors_value.h"
#include "ledger/schema.h"

enum { ITEM_KEY_LEN = VD_ANCHORS_DISK_KEY_LEN + 8, EVIDENCE_MODE = 0600, READERS_MAX = 64 };
#define MAP_MAX ((uint64_t)64 << 30)       /* bytes; every track full of common anchors */
#define ROOM ((uint64_t)1 << 20)           /* bytes; more than one change without its anchors writes */
#define ROOM_OF_ONE ((uint64_t)32 << 10)   /* and each anchor */
static const char *const database_names[VD_ANCHORS_DISK_DATABASES] = {"anchors-meta", "anchors-track", "anchors-item",
                                                                      "anchors-bytes", "anchors-evidence"};
static const struct vd_environment_words words = {
    "anchors", "put this folder aside and start again: everything is found again on the chains"};
static const struct vd_format format = {"anchors", database_names, VD_ANCHORS_DISK_DATABASES, 1};
static_assert(VD_ANCHORS_JUDGEMENT_MAX <= VD_VALUE_MAX, "an evidence is one value");

/* --- keys --- */

static enum vd_error make_track_key(struct vd_anchors_track *track, struct vd_failure *failure) {
  uint8_t text[1 + VD_ANCHORS_CHAIN_SIZE + 32 + 20 + FRAG_VKEY_NAME_MAX], hash[VD_SHA256_LEN];
  const struct vd_anchors_track_options *options = &track->options;
  size_t chain_len = strlen(options->chain);
  uint8_t *end = vd_value_put_number(text, chain_len, 1);
  end = vd_value_put_bytes(end, options->chain, chain_len);
  end = vd_value_put_bytes(end, options->chain_id, sizeof options->chain_id);
  end = vd_value_put_bytes(end, options->account, sizeof options->account);
  end = vd_value_put_bytes(end, options->origin, strlen(options->origin));
  enum vd_error error = vd_sha256(hash, text, (size_t)(end - text), failure);
  if (error == VD_OK) memcpy(track->key, hash, sizeof track->key);
  return error;
}

static void make_item_key(uint8_t key[static ITEM_KEY_LEN], const struct vd_anchors_track *track, uint64_t n) {
  memcpy(key, track->key, sizeof track->key);
  vd_schema_write(key + sizeof track->key, n, 8);
}

/* --- evidence files --- */

static enum vd_error write_evidence(const struct vd_anchors_disk *disk, const struct vd_anchors_item *item,
                                    const void *text, size_t len) {
  char path[VD_ENVIRONMENT_PATH_SIZE], id[2 * sizeof item->transaction + 1], name[sizeof id + 32];
  struct stat status;
  vd_hex_encode(id, item->transaction, sizeof item->transaction);
  (void)snprintf(name, sizeof name, "anchor-evidence-%s.txt", id);
  if (!vd_environment_path(&disk->environment, name, path)) return VD_IO;
  if (stat(path, &status) == 0 && status.st_size == (off_t)len) return VD_OK;
  return vd_file_replace(path, text, len, EVIDENCE_MODE, NULL);
}

static void restore_evidence(const struct vd_anchors_disk *disk, struct vd_transaction *transaction,
                             const struct vd_anchors_track *track, uint32_t n) {
  uint8_t key[ITEM_KEY_LEN];
  struct frag_slice value;
  make_item_key(key, track, n);
  if (!vd_value_get(transaction, disk->databases[VD_ANCHORS_DISK_EVIDENCE], key, sizeof key, &value)) {
    vd_value_refuse(transaction);
    return;
  }
  if (!disk->is_writer) return;
  enum vd_error error = write_evidence(disk, &track->index.items[n], value.data, value.len);
  (void)error; /* a disk that is full now does not keep a portal from starting */
}

/* --- changes --- */

static enum vd_error begin_change(struct vd_anchors_disk *disk, size_t count, struct vd_transaction *transaction,
                                  struct vd_failure *failure) {
  assert(disk->is_writer);
  int code = vd_environment_reserve(&disk->environment, ROOM + count * ROOM_OF_ONE);
  if (code != MDB_SUCCESS) return vd_environment_fail(&disk->environment, failure, code, "making room");
  vd_transaction_begin(transaction, &disk->environment);
  return VD_OK;
}

static void put_item(const struct vd_anchors_disk *disk, struct vd_transaction *transaction,
                     const uint8_t key[static ITEM_KEY_LEN], const struct vd_anchors_item *item) {
  uint8_t value[VD_ANCHORS_VALUE_ITEM_LEN];
  vd_value_put(transaction, disk->databases[VD_ANCHORS_DISK_ITEM], key, ITEM_KEY_LEN, value,
               vd_anchors_value_put_item(value, item));
}

enum vd_error vd_anchors_disk_advance(struct vd_anchors_disk *disk, const struct vd_anchors_track *track,
                                      const struct vd_anchors_found *found, size_t count,
                                      const struct vd_anchors_progress *progress, struct vd_failure *failure) {
  struct vd_transaction transaction;
  uint8_t key[ITEM_KEY_LEN], value[VD_ANCHORS_VALUE_BYTES_MAX];
  uint64_t n = track->index.count;
  enum vd_error error = begin_change(disk, count, &transaction, failure);
  if (error != VD_OK) return error;
  for (size_t at = 0; at < count; at++, n++) {
    make_item_key(key, track, n);
    put_item(disk, &transaction, key, &found[at].item);
    vd_value_put(&transaction, disk->databases[VD_ANCHORS_DISK_BYTES], key, sizeof key, value,
                 vd_anchors_value_put_bytes(value, &found[at]));
  }
  vd_value_put(&transaction, disk->databases[VD_ANCHORS_DISK_TRACK], track->key, sizeof track->key, value,
               vd_anchors_value_put_track(value, n, progress));
  return vd_format_end(&format, &transaction, "keeping what was found", failure);
}

enum vd_error vd_anchors_disk_set(struct vd_anchors_disk *disk, const struct vd_anchors_track *track, uint32_t n,
                                  const struct vd_anchors_item *item, const char *evidence, size_t evidence_len,
                                  struct vd_failure *failure) {
  struct vd_transaction transaction;
  uint8_t key[ITEM_KEY_LEN];
  enum vd_error error = begin_change(disk, 1, &transaction, failure);
  if (error != VD_OK) return error;
  make_item_key(key, track, n);
  put_item(disk, &transaction, key, item);
  if (evidence != NULL)
    vd_value_put(&transaction, disk->databases[VD_ANCHORS_DISK_EVIDENCE], key, sizeof key, evidence, evidence_len);
  error = vd_format_end(&format, &transaction, "keeping an anchor's state", failure);
  if (error != VD_OK || evidence == NULL) return error;
  error = write_evidence(disk, item, evidence, evidence_len);
  (void)error;
  return VD_OK;
}

enum vd_error vd_anchors_disk_confirm(struct vd_anchors_disk *disk, const struct vd_anchors_track *track,
                                      const uint32_t *numbers, size_t count, struct vd_failure *failure) {
  struct vd_transaction transaction;
  uint8_t key[ITEM_KEY_LEN];
  enum vd_error error = begin_change(disk, count, &transaction, failure);
  if (error != VD_OK) return error;
  for (size_t at = 0; at < count; at++) {
    struct vd_anchors_item item = track->index.items[numbers[at]];
    item.state = VD_ANCHORS_CONFIRMED;
    make_item_key(key, track, numbers[at]);
    put_item(disk, &transaction, key, &item);
  }
  return vd_format_end(&format, &transaction, "keeping that anchors are confirmed", failure);
}

/* --- reading --- */

static void copy_slice(struct frag_slice from, uint8_t *out, size_t *len) {
  if (out != NULL && from.len > 0) memcpy(out, from.data, from.len);
  if (len != NULL) *len = from.len;
}

enum vd_error vd_anchors_disk_bytes(struct vd_anchors_disk *disk, const struct vd_anchors_track *track, uint32_t n,
                                    uint8_t *raw, size_t *raw_len, uint8_t *evidence, size_t *evidence_len,
                                    struct vd_failure *failure) {
  struct vd_transaction transaction;
  uint8_t key[ITEM_KEY_LEN];
  struct frag_slice value, raw_bytes, evidence_bytes;
  make_item_key(key, track, n);
  vd_transaction_begin_read(&transaction, &disk->environment);
  if (vd_value_get(&transaction, disk->databases[VD_ANCHORS_DISK_BYTES], key, sizeof key, &value) &&
      vd_anchors_value_get_bytes(&raw_bytes, &evidence_bytes, value)) {
    copy_slice(raw_bytes, raw, raw_len);
    copy_slice(evidence_bytes, evidence, evidence_len);
  } else {
    vd_value_refuse(&transaction);
  }
  return vd_format_end(&format, &transaction, "reading an anchor's bytes", failure);
}

/* --- opening and closing --- */

/* The track's own value. Returns how many anchors it has. */
static uint64_t load_track(const struct vd_anchors_disk *disk, struct vd_transaction *transaction,
                           struct vd_anchors_track *track) {
  struct frag_slice value;
  struct vd_anchors_progress progress;
  uint64_t count = 0;
  if (!vd_value_get(transaction, disk->databases[VD_ANCHORS_DISK_TRACK], track->key, sizeof track->key, &value))
    return 0;
  if (!vd_anchors_value_get_track(&count, &progress, value) || count > VD_ANCHORS_INDEX_MAX) {
    vd_value_refuse(transaction);
    return 0;
  }
  track->seen_number = progress.seen_number;
  track->seen_time_s = progress.seen_time_s;
  track->cursor_len = progress.cursor_len;
  memcpy(track->cursor, progress.cursor, progress.cursor_len);
  return count;
}

/* Anchor n, which the cursor is at. */
static void load_item(struct vd_transaction *transaction, struct vd_anchors_track *track, uint64_t n, MDB_val key,
                      MDB_val stored) {
  struct frag_slice value;
  struct vd_anchors_item item;
  uint8_t expected[ITEM_KEY_LEN];
  make_item_key(expected, track, n);
  if (key.mv_size == sizeof expected && memcmp(key.mv_data, expected, sizeof expected) == 0 &&
      vd_value_check(transaction, key, stored, &value) && vd_anchors_value_get_item(&item, value)) {
    vd_anchors_index_add(&track->index, &item);
  } else {
    vd_value_refuse(transaction);
  }
}

static bool is_of_track(const struct vd_anchors_track *track, MDB_val key) {
  return key.mv_size >= sizeof track->key && memcmp(key.mv_data, track->key, sizeof track->key) == 0;
}

/* All there are, and that there are as many as the track says. */
static void load_items(const struct vd_anchors_disk *disk, struct vd_transaction *transaction,
                       struct vd_anchors_track *track, uint64_t count) {
  MDB_cursor *cursor = NULL;
  MDB_val key = {.mv_size = sizeof track->key, .mv_data = track->key}, stored;
  uint64_t n = 0;
  if (transaction->error != MDB_SUCCESS) return;
  int code = mdb_cursor_open(transaction->txn, disk->databases[VD_ANCHORS_DISK_ITEM], &cursor);
  if (code == MDB_SUCCESS) code = mdb_cursor_get(cursor, &key, &stored, MDB_SET_RANGE);
  for (; code == MDB_SUCCESS && is_of_track(track, key) && n < count && transaction->error == MDB_SUCCESS; n++) {
    load_item(transaction, track, n, key, stored);
    code = mdb_cursor_get(cursor, &key, &stored, MDB_NEXT);
  }
  if (n < count || (code == MDB_SUCCESS && is_of_track(track, key))) vd_value_refuse(transaction);
  if (cursor != NULL) mdb_cursor_close(cursor);
  if (code != MDB_SUCCESS && code != MDB_NOTFOUND && transaction->error == MDB_SUCCESS) transaction->error = code;
}

static enum vd_error load(const struct vd_anchors_disk *disk, struct vd_transaction *transaction,
                          struct vd_anchors_track *track, struct vd_failure *failure) {
  struct vd_anchors_index larger;
  enum vd_error error = make_track_key(track, failure);
  if (error != VD_OK) return error;
  uint64_t count = load_track(disk, transaction, track);
  error = vd_anchors_index_enlarge(&track->index, count, &larger, failure);
  if (error != VD_OK) return error;
  vd_anchors_index_free(&track->index);
  track->index = larger;
  load_items(disk, transaction, track, count);
  for (uint32_t n = 0; n < track->index.count && transaction->error == MDB_SUCCESS; n++)
    if (track->index.items[n].state == VD_ANCHORS_CONTRADICTED) restore_evidence(disk, transaction, track, n);
  return VD_OK;
}

static enum vd_error load_all(struct vd_anchors_disk *disk, struct vd_anchors_track *tracks, size_t count,
                              struct vd_failure *failure) {
  struct vd_transaction transaction;
  bool is_new = false;
  if (disk->is_writer) {
    vd_transaction_begin(&transaction, &disk->environment);
  } else {
    vd_transaction_begin_read(&transaction, &disk->environment);
  }
  enum vd_error error = vd_format_open(&format, &transaction, disk->is_writer, disk->databases, &is_new, failure);
  for (size_t at = 0; at < count && error == VD_OK; at++) error = load(disk, &transaction, &tracks[at], failure);
  if (error == VD_OK) return vd_format_end(&format, &transaction, "opening", failure);
  vd_transaction_abort(&transaction);
  return error;
}

enum vd_error vd_anchors_disk_open(struct vd_anchors_disk *disk, const char *path, struct vd_anchors_track *tracks,
                                   size_t count, struct vd_failure *failure) {
  const struct vd_environment_options options = {.path = path,
                                                 .words = &words,
                                                 .write = disk->is_writer,
                                                 .create = disk->is_writer,
                                                 .map_max = MAP_MAX,
                                                 .dbs_max = VD_ANCHORS_DISK_DATABASES,
                                                 .readers_max = READERS_MAX};
  enum vd_error error = vd_environment_open(&disk->environment, &options, failure);
  if (error == VD_NO_INPUT && !disk->is_writer) return vd_format_absent(&format, path, failure);
  if (error != VD_OK) return error;
  error = load_all(disk, tracks, count, failure);
  if (error != VD_OK) {
    vd_environment_close(&disk->environment);
  } else if (disk->is_writer) {
    vd_environment_sync_names(&disk->environment);
  }
  return error;
}

void vd_anchors_disk_close(struct vd_anchors_disk *disk) { vd_environment_close(&disk->environment); }
