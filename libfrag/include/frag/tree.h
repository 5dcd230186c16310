/* frag/tree.h: Merkle trees over log entries, RFC 9162 section 2.1 (the hashing is RFC 6962's): roots, inclusion and
 * consistency proofs, made from stored hashes and checked without them. Public data. */
#ifndef FRAG_TREE_H
#define FRAG_TREE_H

#include <frag/log.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FRAG_TREE_SIZE_MAX ((uint64_t)1 << 62) /* leaves */
#define FRAG_PROOF_HASHES_MAX 64               /* no proof in such a tree has more */

/* A proof: hashes from the leaf to the root, as on the wire. */
struct frag_proof {
  size_t count; /* 0..FRAG_PROOF_HASHES_MAX */
  uint8_t hashes[FRAG_PROOF_HASHES_MAX][FRAG_HASH_LEN];
};

/* Where the hashes of a tree come from. `read` puts the hash of the complete subtree of 2^level leaves that begins at
 * leaf index·2^level into `hash`; it is asked only for subtrees that lie wholly inside the tree. What it returns other
 * than FRAG_OK ends the function that asked, which returns the same. */
struct frag_tree_reader {
  frag_error (*read)(void *state, unsigned level, uint64_t index, uint8_t hash[FRAG_AT_LEAST(FRAG_HASH_LEN)]);
  void *state;
};

/* The root of the tree's first `size` leaves; SHA-256 of nothing for size 0.
 * Errors: FRAG_FIELD_RANGE (size over FRAG_TREE_SIZE_MAX), the reader's, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_tree_root(struct frag_context *context,
                                                   uint8_t root[FRAG_AT_LEAST(FRAG_HASH_LEN)], uint64_t size,
                                                   const struct frag_tree_reader *reader);

/* The inclusion proof of leaf `index` in the tree of `size` leaves (RFC 9162 section 2.1.3.1).
 * Errors: FRAG_FIELD_RANGE (index ≥ size, or size too large), the reader's, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_tree_inclusion(struct frag_context *context, struct frag_proof *proof,
                                                        uint64_t index, uint64_t size,
                                                        const struct frag_tree_reader *reader);

/* The consistency proof from old_size to new_size (RFC 9162 section 2.1.4.1); empty when they are equal, or
 * old_size is 0. Errors: FRAG_FIELD_RANGE (old_size > new_size, or too large), the reader's, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_tree_consistency(struct frag_context *context, struct frag_proof *proof,
                                                          uint64_t old_size, uint64_t new_size,
                                                          const struct frag_tree_reader *reader);

/* The right edge of one tree, for making many of its proofs: what they would each join anew. hashes[k], for a bit k of
 * size that is set, is the hash of the subtree over the last size mod 2^(k+1) leaves, and means nothing where the bit
 * is 0; the uppermost is the tree's root. Plain data of the caller. */
struct frag_tree_edge {
  uint64_t size;
  uint8_t hashes[FRAG_PROOF_HASHES_MAX][FRAG_HASH_LEN];
};

/* Errors: as frag_tree_root; *edge is then of no use. */
FRAG_API FRAG_MUST_CHECK frag_error frag_tree_edge_make(struct frag_context *context, struct frag_tree_edge *edge,
                                                        uint64_t size, const struct frag_tree_reader *reader);

/* frag_tree_inclusion and frag_tree_consistency in the tree whose edge that is, from the same hashes. */
FRAG_API FRAG_MUST_CHECK frag_error frag_tree_edge_inclusion(struct frag_context *context, struct frag_proof *proof,
                                                             uint64_t index, const struct frag_tree_edge *edge,
                                                             const struct frag_tree_reader *reader);
FRAG_API FRAG_MUST_CHECK frag_error frag_tree_edge_consistency(struct frag_context *context, struct frag_proof *proof,
                                                               uint64_t old_size, const struct frag_tree_edge *edge,
                                                               const struct frag_tree_reader *reader);

/* Whether the leaf with that hash is leaf `index` of the tree (RFC 9162 section 2.1.3.2).
 * Errors: FRAG_FIELD_RANGE (index ≥ size, or size too large), FRAG_PROOF_WRONG, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_tree_check_inclusion(struct frag_context *context, uint64_t index,
                                                              uint64_t size,
                                                              const uint8_t root[FRAG_AT_LEAST(FRAG_HASH_LEN)],
                                                              const uint8_t leaf_hash[FRAG_AT_LEAST(FRAG_HASH_LEN)],
                                                              const struct frag_proof *proof);

/* Whether the tree of old_size leaves is the beginning of the one of new_size (RFC 9162 section 2.1.4.2). From size 0
 * only the empty root and an empty proof are right; for equal sizes, equal roots and an empty proof.
 * Errors: FRAG_FIELD_RANGE (old_size > new_size, or too large), FRAG_PROOF_WRONG, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_tree_check_consistency(struct frag_context *context, uint64_t old_size,
                                                                const uint8_t old_root[FRAG_AT_LEAST(FRAG_HASH_LEN)],
                                                                uint64_t new_size,
                                                                const uint8_t new_root[FRAG_AT_LEAST(FRAG_HASH_LEN)],
                                                                const struct frag_proof *proof);

/* The two roots that a consistency proof leads to, whatever anybody claims: when new_root is the one that a log has
 * signed, its first old_size entries have old_root and no other, and a claim of another is refuted. For an old_size
 * that is a power of two the proof takes the claimed root as given: *old_root is then the claimed one, and only its
 * being right leads to the right new_root. claimed_root is not read for other sizes.
 * Errors: FRAG_FIELD_RANGE (not 0 < old_size < new_size, or too large), FRAG_PROOF_WRONG: another number of hashes than
 * such a proof has. FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_tree_consistency_roots(
    struct frag_context *context, uint64_t old_size, uint64_t new_size, const struct frag_proof *proof,
    const uint8_t claimed_root[FRAG_AT_LEAST(FRAG_HASH_LEN)], uint8_t old_root[FRAG_AT_LEAST(FRAG_HASH_LEN)],
    uint8_t new_root[FRAG_AT_LEAST(FRAG_HASH_LEN)]);

/* A growing tree of which only the hashes of its complete subtrees at the right edge are kept: what an auditor needs
 * to go on where it stopped. All zero is the empty tree. hashes[k] is that of the subtree for bit k of size, and
 * means nothing where the bit is 0. Plain data of the caller. */
struct frag_frontier {
  uint64_t size;
  uint8_t hashes[FRAG_PROOF_HASHES_MAX][FRAG_HASH_LEN];
};

/* Adds a leaf. Errors: FRAG_FIELD_RANGE (the tree is full), FRAG_CRYPTO; the frontier is then as before. */
FRAG_API FRAG_MUST_CHECK frag_error frag_frontier_add(struct frag_context *context, struct frag_frontier *frontier,
                                                      const uint8_t leaf_hash[FRAG_AT_LEAST(FRAG_HASH_LEN)]);

/* The root of the tree so far. Errors: FRAG_FIELD_RANGE (size over FRAG_TREE_SIZE_MAX), FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_frontier_root(struct frag_context *context,
                                                       uint8_t root[FRAG_AT_LEAST(FRAG_HASH_LEN)],
                                                       const struct frag_frontier *frontier);

#ifdef __cplusplus
}
#endif

#endif
