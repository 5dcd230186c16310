#include "status_inclusion.h"

#include <stdlib.h>
#include <string.h>

#include <frag/log.h>

#include "ledger/tlog.h"

/* What the reader of a tree needs. */
struct reading {
  struct frag_context *context;
  struct ctl_status_inclusion *inclusion;
  struct ctl_operator *operator;
  uint64_t size;
  enum vd_error error;
  struct vd_failure *failure;
};

static enum vd_error get_tile(struct reading *reading, const struct frag_tile *tile, struct ctl_status_tile *kept) {
  char path[FRAG_TILE_PATH_MAX];
  uint8_t *bytes = NULL;
  size_t len = 0, wanted = (size_t)tile->width * FRAG_HASH_LEN;
  frag_tile_path(path, tile);
  enum vd_error error =
      vd_remote_get(&reading->operator->remote, path, sizeof kept->hashes, &bytes, &len, reading->failure);
  if (error == VD_NOT_FOUND) error = vd_fail(reading->failure, VD_DATA, "%s is missing", path);
  if (error == VD_OK && len != wanted) {
    error = vd_fail(reading->failure, VD_DATA, "%s has %zu bytes, not %zu", path, len, wanted);
  }
  if (error == VD_OK) {
    memcpy(kept->hashes, bytes, wanted);
    kept->index = tile->index;
    kept->width = tile->width;
  }
  free(bytes);
  return error;
}

/* The root of 2^height neighbouring hashes. */
static frag_error fold(struct frag_context *context, const uint8_t (*hashes)[FRAG_HASH_LEN], unsigned height,
                       uint8_t hash[static FRAG_HASH_LEN]) {
  uint8_t nodes[FRAG_TILE_WIDTH / 2][FRAG_HASH_LEN];
  size_t count = (size_t)1 << height;
  memcpy(nodes, hashes, count * FRAG_HASH_LEN);
  for (; count > 1; count /= 2) {
    for (size_t i = 0; i < count / 2; i++) {
      frag_error error = frag_node_hash(context, nodes[i], nodes[2 * i], nodes[2 * i + 1]);
      if (error != FRAG_OK) return error;
    }
  }
  memcpy(hash, nodes[0], FRAG_HASH_LEN);
  return FRAG_OK;
}

static frag_error read_hash(void *state, unsigned level, uint64_t index, uint8_t hash[static FRAG_HASH_LEN]) {
  struct reading *reading = state;
  unsigned height = level % FRAG_TILE_HEIGHT;
  uint64_t first = index << height;
  struct frag_tile tile = {.level = level / FRAG_TILE_HEIGHT, .index = first / FRAG_TILE_WIDTH};
  tile.width = frag_tile_width(tile.level, tile.index, reading->size);
  if (tile.level >= CTL_STATUS_INCLUSION_LEVELS || first % FRAG_TILE_WIDTH + ((uint64_t)1 << height) > tile.width) {
    return FRAG_FIELD_RANGE;
  }
  struct ctl_status_tile *kept = &reading->inclusion->tiles[tile.level];
  if (kept->width < tile.width || kept->index != tile.index) {
    kept->width = 0;
    reading->error = get_tile(reading, &tile, kept);
    if (reading->error != VD_OK) return FRAG_PROOF_WRONG;
  }
  return fold(reading->context, kept->hashes + first % FRAG_TILE_WIDTH, height, hash);
}

static enum vd_error make_proof(struct reading *reading, uint64_t index, struct frag_proof *proof) {
  const struct frag_tree_reader reader = {.read = read_hash, .state = reading};
  frag_error made = frag_tree_inclusion(reading->context, proof, index, reading->size, &reader);
  if (reading->error != VD_OK) return reading->error;
  return made == FRAG_OK ? VD_OK : vd_fail_frag(reading->failure, made, "the proof of entry %llu",
                                                (unsigned long long)index);
}

enum vd_error ctl_status_inclusion_check(struct frag_context *context, struct ctl_status_inclusion *inclusion,
                                         struct ctl_operator *operator, const struct frag_checkpoint *checkpoint,
                                         const struct vd_lookup_item *item, bool *is_proven,
                                         struct vd_failure *failure) {
  const struct frag_entry entry = {.kind = FRAG_ENTRY_STATUS, .time_s = item->time_s, .body = {item->bytes, item->len}};
  uint8_t bytes[FRAG_ENTRY_MAX], leaf[FRAG_HASH_LEN];
  size_t len = 0;
  struct frag_proof proof;
  struct reading reading = {.context = context, .inclusion = inclusion, .operator = operator,
                            .size = checkpoint->size, .failure = failure};
  *is_proven = false;
  if (item->index >= checkpoint->size) return VD_OK;
  enum vd_error error = operator->is_remote ? make_proof(&reading, item->index, &proof)
                                            : vd_tlog_inclusion(operator->reader, item->index, &proof, failure);
  if (error != VD_OK) return error;
  frag_error made = frag_entry_encode(bytes, &len, &entry);
  if (made == FRAG_OK) made = frag_leaf_hash(context, leaf, (struct frag_slice){bytes, len});
  if (made != FRAG_OK) return vd_fail_frag(failure, made, "a log entry");
  made = frag_tree_check_inclusion(context, item->index, checkpoint->size, checkpoint->root, leaf, &proof);
  if (made == FRAG_CRYPTO) return vd_fail_frag(failure, made, "a proof");
  *is_proven = made == FRAG_OK;
  return VD_OK;
}
