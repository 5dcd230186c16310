#include "audit_tree.h"

#include <string.h>

unsigned ctl_audit_tree_width(const struct ctl_audit_tree *tree, unsigned level) {
  return (unsigned)(tree->size >> (FRAG_TILE_HEIGHT * level)) % FRAG_TILE_WIDTH;
}

/* The hash of the complete subtree over `count` neighbours, a power of two. */
static frag_error fold(struct frag_context *context, const uint8_t (*hashes)[FRAG_HASH_LEN], size_t count,
                       uint8_t hash[static FRAG_HASH_LEN]) {
  uint8_t nodes[FRAG_TILE_WIDTH][FRAG_HASH_LEN];
  frag_error error = FRAG_OK;
  memcpy(nodes, hashes, count * sizeof *nodes);
  for (; count > 1 && error == FRAG_OK; count /= 2) {
    for (size_t i = 0; i < count / 2 && error == FRAG_OK; i++) {
      error = frag_node_hash(context, nodes[i], nodes[2 * i], nodes[2 * i + 1]);
    }
  }
  memcpy(hash, nodes[0], FRAG_HASH_LEN);
  return error;
}

enum vd_error ctl_audit_tree_add(struct frag_context *context, struct ctl_audit_tree *tree,
                                 const uint8_t leaf_hash[static FRAG_HASH_LEN], ctl_audit_tile *full,
                                 void *full_context, struct vd_failure *failure) {
  uint8_t hash[FRAG_HASH_LEN];
  uint64_t position = tree->size;
  if (tree->size == FRAG_TREE_SIZE_MAX) return vd_fail(failure, VD_FULL, "the log has more entries than can be");
  memcpy(hash, leaf_hash, sizeof hash);
  for (unsigned level = 0; level < CTL_AUDIT_LEVELS; level++, position /= FRAG_TILE_WIDTH) {
    memcpy(tree->rows[level][position % FRAG_TILE_WIDTH], hash, sizeof hash);
    if (position % FRAG_TILE_WIDTH != FRAG_TILE_WIDTH - 1) break;
    struct frag_tile tile = {.level = level, .index = position / FRAG_TILE_WIDTH, .width = FRAG_TILE_WIDTH};
    const uint8_t(*row)[FRAG_HASH_LEN] = (const uint8_t(*)[FRAG_HASH_LEN])tree->rows[level];
    enum vd_error error = full(full_context, &tile, row, failure);
    if (error != VD_OK) return error;
    frag_error folded = fold(context, row, FRAG_TILE_WIDTH, hash);
    if (folded != FRAG_OK) return vd_fail_frag(failure, folded, "the hash of a tile");
  }
  tree->size++;
  return VD_OK;
}

struct edge {
  struct frag_context *context;
  const struct ctl_audit_tree *tree;
};

/* A root is asked for by its complete subtrees at the right edge, and those lie in the tiles kept. */
static frag_error read_edge(void *state, unsigned level, uint64_t index, uint8_t hash[static FRAG_HASH_LEN]) {
  const struct edge *edge = state;
  unsigned height = level % FRAG_TILE_HEIGHT;
  size_t first = (size_t)(index << height) % FRAG_TILE_WIDTH;
  const uint8_t(*row)[FRAG_HASH_LEN] = (const uint8_t(*)[FRAG_HASH_LEN])edge->tree->rows[level / FRAG_TILE_HEIGHT];
  return fold(edge->context, row + first, (size_t)1 << height, hash);
}

enum vd_error ctl_audit_tree_root(struct frag_context *context, const struct ctl_audit_tree *tree,
                                  uint8_t root[static FRAG_HASH_LEN], struct vd_failure *failure) {
  struct edge edge = {.context = context, .tree = tree};
  struct frag_tree_reader reader = {.read = read_edge, .state = &edge};
  frag_error error = frag_tree_root(context, root, tree->size, &reader);
  return error == FRAG_OK ? VD_OK : vd_fail_frag(failure, error, "the root of the log's tree");
}
