#include "log_tree.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "audit_source.h"

enum vd_error ctl_log_tree_begin(struct ctl_log_tree *tree, struct frag_context *context, uint64_t size,
                                 ctl_log_tree_get *get, void *get_context, struct vd_failure *failure) {
  *tree = (struct ctl_log_tree){.context = context, .get = get, .get_context = get_context, .size = size};
  tree->tiles = calloc(CTL_LOG_TREE_TILES, sizeof *tree->tiles);
  return tree->tiles != NULL ? VD_OK : vd_fail(failure, VD_MEMORY, "no memory for the tiles of a log");
}

void ctl_log_tree_end(struct ctl_log_tree *tree) {
  free(tree->tiles);
  *tree = (struct ctl_log_tree){0};
}

/* --- tiles --- */

static struct ctl_log_tile *find_tile(struct ctl_log_tree *tree, const struct frag_tile *name, bool *is_there) {
  struct ctl_log_tile *oldest = &tree->tiles[0];
  *is_there = true;
  for (size_t i = 0; i < CTL_LOG_TREE_TILES; i++) {
    struct ctl_log_tile *tile = &tree->tiles[i];
    if (tile->name.width > 0 && tile->name.level == name->level && tile->name.index == name->index) return tile;
    if (tile->used < oldest->used) oldest = tile;
  }
  *is_there = false;
  return oldest;
}

static enum vd_error get_tile(struct ctl_log_tree *tree, const struct frag_tile *name,
                              const struct ctl_log_tile **found) {
  char path[FRAG_TILE_PATH_MAX];
  bool is_there = false;
  struct ctl_log_tile *tile = find_tile(tree, name, &is_there);
  *found = tile;
  tile->used = ++tree->uses;
  if (is_there) return VD_OK;
  frag_tile_path(path, name);
  tile->name = (struct frag_tile){0};
  size_t len = (size_t)name->width * FRAG_HASH_LEN;
  enum vd_error error = tree->get(tree->get_context, path, len, tile->hashes[0], &tree->failure);
  if (error == VD_OK) tile->name = *name;
  return error;
}

/* The hash over 2^level neighbours is folded from those of its tile's own level. */
static frag_error read_hash(void *state, unsigned level, uint64_t index, uint8_t hash[static FRAG_HASH_LEN]) {
  struct ctl_log_tree *tree = state;
  const struct ctl_log_tile *tile = NULL;
  uint8_t nodes[FRAG_TILE_WIDTH][FRAG_HASH_LEN];
  unsigned height = level % FRAG_TILE_HEIGHT;
  uint64_t first = index << height;
  size_t count = (size_t)1 << height;
  struct frag_tile name = {.level = level / FRAG_TILE_HEIGHT, .index = first / FRAG_TILE_WIDTH};
  name.width = frag_tile_width(name.level, name.index, tree->size);
  if (get_tile(tree, &name, &tile) != VD_OK) return FRAG_PROOF_MALFORMED; /* told by tree->failure */
  assert(first % FRAG_TILE_WIDTH + count <= name.width); /* only complete subtrees are asked for */
  memcpy(nodes, tile->hashes + first % FRAG_TILE_WIDTH, count * sizeof *nodes);
  frag_error error = FRAG_OK;
  for (; count > 1; count /= 2)
    for (size_t i = 0; i < count / 2 && error == FRAG_OK; i++)
      error = frag_node_hash(tree->context, nodes[i], nodes[2 * i], nodes[2 * i + 1]);
  memcpy(hash, nodes[0], FRAG_HASH_LEN);
  return error;
}

/* --- what is made of them --- */

static enum vd_error explain(struct ctl_log_tree *tree, frag_error error, const char *what,
                             struct vd_failure *failure) {
  if (error == FRAG_OK) return VD_OK;
  if (tree->failure.code != VD_OK) return vd_fail(failure, tree->failure.code, "%s", tree->failure.text);
  if (error == FRAG_PROOF_WRONG) return vd_fail(failure, VD_DATA, "%s", what);
  return vd_fail_frag(failure, error, "the log's tree");
}

enum vd_error ctl_log_tree_root(struct ctl_log_tree *tree, uint64_t size,
                                const uint8_t whole_root[static FRAG_HASH_LEN], uint8_t root[static FRAG_HASH_LEN],
                                struct frag_proof *consistency, struct vd_failure *failure) {
  struct frag_tree_reader reader = {.read = read_hash, .state = tree};
  assert(size >= 1 && size <= tree->size);
  tree->failure.code = VD_OK;
  frag_error error = frag_tree_root(tree->context, root, size, &reader);
  if (error == FRAG_OK) error = frag_tree_consistency(tree->context, consistency, size, tree->size, &reader);
  if (error == FRAG_OK)
    error = frag_tree_check_consistency(tree->context, size, root, tree->size, whole_root, consistency);
  return explain(tree, error, "the tiles that the log gives now are not those of its checkpoint", failure);
}

enum vd_error ctl_log_tree_inclusion(struct ctl_log_tree *tree, uint64_t index, uint64_t size,
                                     const uint8_t root[static FRAG_HASH_LEN],
                                     const uint8_t leaf_hash[static FRAG_HASH_LEN], struct frag_proof *proof,
                                     struct vd_failure *failure) {
  struct frag_tree_reader reader = {.read = read_hash, .state = tree};
  assert(index < size && size <= tree->size);
  tree->failure.code = VD_OK;
  frag_error error = frag_tree_inclusion(tree->context, proof, index, size, &reader);
  if (error == FRAG_OK) error = frag_tree_check_inclusion(tree->context, index, size, root, leaf_hash, proof);
  return explain(tree, error, "the log's tiles do not lead from the entry to the root that was anchored", failure);
}

/* --- where tiles come from --- */

enum vd_error ctl_log_tree_get_ledger(void *context, const char *path, size_t len, uint8_t *bytes,
                                      struct vd_failure *failure) {
  struct vd_tlog_resource resource;
  uint8_t *room = malloc(VD_TLOG_RESOURCE_MAX);
  if (room == NULL) return vd_fail(failure, VD_MEMORY, "no memory for %s", path);
  enum vd_error error = vd_tlog_resource(context, path, strlen(path), room, &resource, failure);
  if (error == VD_OK && resource.len != len) error = vd_fail(failure, VD_DATA, "%s: has another length", path);
  if (error == VD_OK) memcpy(bytes, room, len);
  free(room);
  return error;
}

enum vd_error ctl_log_tree_get_remote(void *context, const char *path, size_t len, uint8_t *bytes,
                                      struct vd_failure *failure) {
  uint8_t *body = NULL;
  size_t body_len = 0;
  struct vd_failure why = {.code = VD_OK};
  enum vd_error error = VD_UNAVAILABLE;
  for (unsigned attempt = 0; error == VD_UNAVAILABLE && ctl_audit_source_pause(attempt); attempt++)
    error = vd_remote_get(context, path, len, &body, &body_len, &why);
  if (error == VD_OK && body_len != len) error = vd_fail(&why, VD_DATA, "%s: has another length", path);
  if (error == VD_OK) memcpy(bytes, body, len);
  free(body);
  return error == VD_OK ? VD_OK : vd_fail(failure, error == VD_FULL ? VD_DATA : error, "%s", why.text);
}
