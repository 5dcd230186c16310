/* audit_tree.h: a Merkle tree that grows leaf by leaf, of which only the tiles at its right edge are kept: what an
 * auditor compares a log's tiles with, and goes on from. Public data. One thread. */
#ifndef CTL_AUDIT_TREE_H
#define CTL_AUDIT_TREE_H

#include <frag/tile.h>
#include <frag/tree.h>

#include "base/failure.h"

#define CTL_AUDIT_LEVELS 8 /* enough for FRAG_TREE_SIZE_MAX leaves */

/* All zero is the empty tree. rows[k] holds the hashes of the tile of level k at the right edge, as many as
 * ctl_audit_tree_width says; the rest of it means nothing. 64 KiB. */
struct ctl_audit_tree {
  uint64_t size;
  uint8_t rows[CTL_AUDIT_LEVELS][FRAG_TILE_WIDTH][FRAG_HASH_LEN];
};

/* Told of each tile that became full, from the lowest level up; what it returns other than VD_OK ends the adding. */
typedef enum vd_error ctl_audit_tile(void *context, const struct frag_tile *tile,
                                     const uint8_t (*hashes)[FRAG_HASH_LEN], struct vd_failure *failure);

/* Hashes in the tile at the right edge of a level: 0..255. */
unsigned ctl_audit_tree_width(const struct ctl_audit_tree *tree, unsigned level);

/* Adds a leaf. The tree is of no use after an error. VD_FULL, VD_INTERNAL, and those of `full`. */
VD_MUST_CHECK enum vd_error ctl_audit_tree_add(struct frag_context *context, struct ctl_audit_tree *tree,
                                               const uint8_t leaf_hash[static FRAG_HASH_LEN], ctl_audit_tile *full,
                                               void *full_context, struct vd_failure *failure);

/* The root of the tree so far. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_audit_tree_root(struct frag_context *context, const struct ctl_audit_tree *tree,
                                                uint8_t root[static FRAG_HASH_LEN], struct vd_failure *failure);

#endif
