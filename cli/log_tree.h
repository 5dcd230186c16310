/* log_tree.h: a log's Merkle tree as its tiles give it: roots of its beginnings, and inclusion proofs in them, for what
 * was anchored of it. Nothing that is read is believed: every result is checked against a root that is known. One
 * thread. */
#ifndef CTL_LOG_TREE_H
#define CTL_LOG_TREE_H

#include <frag/tile.h>
#include <frag/tree.h>

#include "base/failure.h"
#include "ledger/tlog.h"

#define CTL_LOG_TREE_TILES 64 /* kept in memory, 8 KiB each */

/* Gets a tile, "tile/…" of exactly len bytes, into bytes. Other errors than VD_DATA and VD_NOT_FOUND are not the log's
 * fault. */
typedef enum vd_error ctl_log_tree_get(void *context, const char *path, size_t len, uint8_t *bytes,
                                       struct vd_failure *failure);

struct ctl_log_tile {
  struct frag_tile name; /* width 0: the place is free */
  uint64_t used;         /* when it was last used, in look-ups */
  uint8_t hashes[FRAG_TILE_WIDTH][FRAG_HASH_LEN];
};

/* Begin with ctl_log_tree_begin; ends with ctl_log_tree_end. The fields are for reading. */
struct ctl_log_tree {
  struct frag_context *context;
  ctl_log_tree_get *get;
  void *get_context;
  uint64_t size; /* of the tree whose tiles are read */
  uint64_t uses;
  struct ctl_log_tile *tiles;
  struct vd_failure failure; /* of the get that failed */
};

/* VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_log_tree_begin(struct ctl_log_tree *tree, struct frag_context *context, uint64_t size,
                                               ctl_log_tree_get *get, void *get_context, struct vd_failure *failure);
void ctl_log_tree_end(struct ctl_log_tree *tree);

/* The root of the first `size` entries (1..tree->size) of the log whose root with all of them is whole_root: proven by
 * the consistency proof made of the same tiles, which is handed out.
 * VD_DATA: the tiles are not those of whole_root. Those of `get`, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_log_tree_root(struct ctl_log_tree *tree, uint64_t size,
                                              const uint8_t whole_root[static FRAG_HASH_LEN],
                                              uint8_t root[static FRAG_HASH_LEN], struct frag_proof *consistency,
                                              struct vd_failure *failure);

/* The proof that the entry with leaf_hash is number `index` of the first `size` entries, whose root is `root`.
 * VD_DATA: it is not, as far as the tiles say. Those of `get`, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_log_tree_inclusion(struct ctl_log_tree *tree, uint64_t index, uint64_t size,
                                                   const uint8_t root[static FRAG_HASH_LEN],
                                                   const uint8_t leaf_hash[static FRAG_HASH_LEN],
                                                   struct frag_proof *proof, struct vd_failure *failure);

/* A `get` for a ledger on this machine: context is its struct vd_store_reader, which has begun. */
ctl_log_tree_get ctl_log_tree_get_ledger;

/* One for an operator over the network: context is its struct vd_remote_operator. */
ctl_log_tree_get ctl_log_tree_get_remote;

#endif
