#include "ledger/tlog.h"

#include <assert.h>
#include <string.h>

#include "ledger/checkpoint.h"
#include "ledger/entries.h"
#include "ledger/schema.h"

static enum vd_error unreadable(const struct vd_store_reader *reader, int code, struct vd_failure *failure) {
  /* Every part of a log is there from its making on. */
  return vd_environment_fail(&reader->store->environment, failure, code == MDB_NOTFOUND ? MDB_CORRUPTED : code,
                             "reading the log");
}

static enum vd_error absent(const struct vd_store_reader *reader, struct vd_failure *failure, uint64_t size) {
  return vd_fail(failure, VD_NOT_FOUND, "ledger %s: the log has no such part; it has %llu entries",
                 reader->store->environment.path, (unsigned long long)size);
}

/* --- identity and checkpoint --- */

enum vd_error vd_tlog_key(struct vd_store_reader *reader, struct frag_log_key *key, struct vd_failure *failure) {
  assert(reader->has_begun);
  int code = vd_identity_recorded(reader->context, reader->txn, reader->store->databases[VD_SCHEMA_META], key);
  return code == MDB_SUCCESS ? VD_OK : unreadable(reader, code, failure);
}

static enum vd_error get_checkpoint(struct vd_store_reader *reader, struct vd_checkpoint *checkpoint,
                                    struct vd_failure *failure) {
  assert(reader->has_begun);
  int code = vd_checkpoint_get(reader->txn, reader->store->databases[VD_SCHEMA_META], checkpoint);
  return code == MDB_SUCCESS ? VD_OK : unreadable(reader, code, failure);
}

enum vd_error vd_tlog_checkpoint(struct vd_store_reader *reader, const char **note, size_t *len,
                                 struct vd_failure *failure) {
  struct vd_checkpoint checkpoint;
  enum vd_error error = get_checkpoint(reader, &checkpoint, failure);
  if (error != VD_OK) return error;
  *note = checkpoint.note;
  *len = checkpoint.len;
  return VD_OK;
}

enum vd_error vd_tlog_size(struct vd_store_reader *reader, uint64_t *size, struct vd_failure *failure) {
  struct vd_checkpoint checkpoint;
  enum vd_error error = get_checkpoint(reader, &checkpoint, failure);
  if (error == VD_OK) *size = checkpoint.size;
  return error;
}

/* --- proofs --- */

static enum vd_error say_failed(struct vd_store_reader *reader, frag_error error, struct vd_failure *failure) {
  if (error == FRAG_OK) return VD_OK;
  if (reader->hashes.error != MDB_SUCCESS) return unreadable(reader, reader->hashes.error, failure);
  return vd_fail_frag(failure, error, "ledger %s: making a proof", reader->store->environment.path);
}

enum vd_error vd_tlog_inclusion(struct vd_store_reader *reader, uint64_t index, struct frag_proof *proof,
                                struct vd_failure *failure) {
  struct frag_tree_reader tree = {vd_hashes_read, &reader->hashes};
  const struct frag_tree_edge *edge = NULL;
  uint64_t size = 0;
  proof->count = 0;
  enum vd_error error = vd_tlog_size(reader, &size, failure);
  if (error != VD_OK) return error;
  if (index >= size) return absent(reader, failure, size);
  frag_error made = vd_hashes_edge_of(&reader->hashes, size, &edge);
  if (made == FRAG_OK) made = frag_tree_edge_inclusion(reader->context, proof, index, edge, &tree);
  return say_failed(reader, made, failure);
}

enum vd_error vd_tlog_consistency(struct vd_store_reader *reader, uint64_t old_size, struct frag_proof *proof,
                                  struct vd_failure *failure) {
  struct frag_tree_reader tree = {vd_hashes_read, &reader->hashes};
  const struct frag_tree_edge *edge = NULL;
  uint64_t size = 0;
  proof->count = 0;
  enum vd_error error = vd_tlog_size(reader, &size, failure);
  if (error != VD_OK) return error;
  if (old_size > size) return absent(reader, failure, size);
  if (old_size == 0 || old_size == size) return VD_OK; /* nothing needs to be read for an empty proof */
  frag_error made = vd_hashes_edge_of(&reader->hashes, size, &edge);
  if (made == FRAG_OK) made = frag_tree_edge_consistency(reader->context, proof, old_size, edge, &tree);
  return say_failed(reader, made, failure);
}

/* --- resources --- */

static enum vd_error copy_checkpoint(struct vd_store_reader *reader, uint8_t *bytes, struct vd_tlog_resource *resource,
                                     struct vd_failure *failure) {
  struct vd_checkpoint checkpoint;
  enum vd_error error = get_checkpoint(reader, &checkpoint, failure);
  if (error != VD_OK) return error;
  memcpy(bytes, checkpoint.note, checkpoint.len);
  *resource = (struct vd_tlog_resource){.len = checkpoint.len, .is_text = true};
  return VD_OK;
}

/* A tile of level L is 16 values of storey 2L. */
static int copy_hashes(struct vd_store_reader *reader, const struct frag_tile *tile, uint8_t *bytes, size_t *len) {
  const uint8_t *value = NULL;
  size_t wanted = (size_t)tile->width * FRAG_HASH_LEN;
  uint64_t number = tile->index * (FRAG_TILE_WIDTH / VD_HASHES_WIDTH);
  for (*len = 0; *len < wanted; number++) {
    int code = vd_hashes_get(&reader->hashes, 2 * tile->level, number, &value);
    if (code != MDB_SUCCESS) return code;
    size_t part = wanted - *len < VD_HASHES_LEN ? wanted - *len : VD_HASHES_LEN;
    memcpy(bytes + *len, value, part);
    *len += part;
  }
  return MDB_SUCCESS;
}

static int copy_entries(struct vd_store_reader *reader, const struct frag_tile *tile, uint8_t *bytes, size_t *len) {
  struct vd_entries entries;
  struct vd_entries_value value;
  *len = 0;
  int code = vd_entries_open(&entries, reader->store, reader->txn, tile->index * FRAG_TILE_WIDTH);
  for (unsigned done = 0; done < tile->width && code == MDB_SUCCESS; done++) {
    code = vd_entries_next(&entries, &value);
    if (code == MDB_SUCCESS) *len += frag_bundle_put(bytes + *len, value.entry);
  }
  vd_entries_close(&entries);
  return code;
}

enum vd_error vd_tlog_resource(struct vd_store_reader *reader, const char *path, size_t path_len,
                               uint8_t bytes[static VD_TLOG_RESOURCE_MAX], struct vd_tlog_resource *resource,
                               struct vd_failure *failure) {
  static const char checkpoint_path[] = "checkpoint";
  struct frag_tile tile;
  uint64_t size = 0;
  *resource = (struct vd_tlog_resource){0};
  enum vd_error error = vd_tlog_size(reader, &size, failure);
  if (error != VD_OK) return error;
  if (path_len == sizeof checkpoint_path - 1 && memcmp(path, checkpoint_path, path_len) == 0)
    return copy_checkpoint(reader, bytes, resource, failure);
  if (frag_tile_parse(&tile, path, path_len) != FRAG_OK || tile.width > frag_tile_width(tile.level, tile.index, size))
    return absent(reader, failure, size);
  int code = tile.is_entries ? copy_entries(reader, &tile, bytes, &resource->len)
                             : copy_hashes(reader, &tile, bytes, &resource->len);
  if (code != MDB_SUCCESS) return unreadable(reader, code, failure);
  resource->is_immutable = true;
  return VD_OK;
}
