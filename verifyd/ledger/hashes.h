/* hashes.h: the Merkle hashes of a log in the database "hash". Inside ledger/ only.
 *
 * A value holds 16 neighbouring hashes, zero beyond the right edge of the tree: value n of storey l has those of the
 * complete subtrees of 16^l leaves numbered 16n to 16n + 15 (level 4l of the tree). 16 values of storey 2L are a C2SP
 * tile of level L; levels between two storeys are at most 15 hashings away.
 * key:  u64 index of the leaf with which the value's first hash came into being ‖ u8 l
 * In this order values are made, so that the first put of each goes to the end, and those at the right edge, one for
 * each storey, are written over in place: pages stay full. */
#ifndef VD_HASHES_H
#define VD_HASHES_H

#include <lmdb.h>
#include <stdbool.h>

#include <frag/tree.h>

#define VD_HASHES_WIDTH 16
#define VD_HASHES_STOREYS 16 /* 16^16 leaves are more than FRAG_TREE_SIZE_MAX */
#define VD_HASHES_LEN (VD_HASHES_WIDTH * FRAG_HASH_LEN)
#define VD_HASHES_KEY_LEN 9

void vd_hashes_key(uint8_t key[static VD_HASHES_KEY_LEN], unsigned storey, uint64_t number);

/* --- reading --- */

#define VD_HASHES_KEPT 2048 /* hashes; 80 KiB for each reader of a ledger */

/* Hashes between two storeys that were made from a value, and the right edge of the tree that was read last. A complete
 * subtree never changes, so both hold for every later snapshot of the same ledger. All zero: nothing yet. */
struct vd_hashes_kept {
  struct {
    uint64_t subtree; /* 0: none */
    uint8_t hash[FRAG_HASH_LEN];
  } nodes[VD_HASHES_KEPT];
  struct frag_tree_edge edge; /* size 0: none */
};

/* One reader, with the value that was last looked at in each storey, so that a proof takes about one get for each. */
struct vd_hashes {
  struct frag_context *context;
  MDB_txn *txn;
  MDB_dbi dbi;
  struct vd_hashes_kept *kept; /* NULL: keeps none */
  int error; /* the LMDB code of a read that failed */
  struct {
    const uint8_t *bytes; /* NULL: none yet */
    uint64_t number;
  } last[VD_HASHES_STOREYS];
};

/* Forgets what was looked at; to be called for every new snapshot. */
void vd_hashes_begin(struct vd_hashes *hashes, struct frag_context *context, MDB_txn *txn, MDB_dbi dbi,
                     struct vd_hashes_kept *kept);

/* A value; a view. LMDB code, MDB_CORRUPTED when it is missing or of the wrong length. */
int vd_hashes_get(struct vd_hashes *hashes, unsigned storey, uint64_t number, const uint8_t **bytes);

/* For struct frag_tree_reader, whose state is the struct vd_hashes. FRAG_MEMORY: look at its error. */
frag_error vd_hashes_read(void *state, unsigned level, uint64_t index, uint8_t hash[static FRAG_HASH_LEN]);

/* The right edge of the snapshot's tree, made once for as long as its size stays the same. There must be a `kept`
 * (asserted). Errors: those of frag_tree_edge_make, with vd_hashes_read as the reader. */
FRAG_MUST_CHECK frag_error vd_hashes_edge_of(struct vd_hashes *hashes, uint64_t size,
                                             const struct frag_tree_edge **edge);

/* --- growing --- */

/* The right edge of a tree that grows, and where its values go. `born` is called for a value of storey 1 and above when
 * its first hash comes into being, and may be NULL; `done` when a value is full, and by vd_hashes_finish. */
struct vd_hashes_edge {
  struct frag_context *context;
  void (*born)(void *state, unsigned storey, uint64_t number);
  void (*done)(void *state, unsigned storey, uint64_t number, const uint8_t bytes[static VD_HASHES_LEN]);
  void *state;
  uint64_t size; /* leaves so far */
  uint8_t values[VD_HASHES_STOREYS][VD_HASHES_LEN];
};

/* Takes the right edge of a tree of `size` leaves from storage; the other members are the caller's. LMDB code. */
int vd_hashes_load(struct vd_hashes_edge *edge, struct vd_hashes *hashes, uint64_t size);

/* Adds a leaf by its hash. FRAG_CRYPTO. */
FRAG_MUST_CHECK frag_error vd_hashes_add(struct vd_hashes_edge *edge, const uint8_t leaf_hash[static FRAG_HASH_LEN]);

/* Hands the values that are not full yet to `done`. */
void vd_hashes_finish(const struct vd_hashes_edge *edge);

/* The root of the tree so far. FRAG_CRYPTO. */
FRAG_MUST_CHECK frag_error vd_hashes_root(struct vd_hashes_edge *edge, uint8_t root[static FRAG_HASH_LEN]);

/* How many values a tree of `size` leaves has. */
uint64_t vd_hashes_count(uint64_t size);

#endif
