#include <frag/tree.h>

#include "bytes.h"
#include "crypto.h"

/* Trees are walked with (begin, count): the subtree over leaves begin … begin + count - 1. RFC 9162's recursion only
 * ever meets subtrees that begin at a multiple of the next power of two, which is what lets every complete part of them
 * be read from storage. */
struct walk {
  struct frag_context *context;
  const struct frag_tree_reader *reader;
  const struct frag_tree_edge *edge; /* NULL: joined as needed */
  uint64_t begin, count;
};

static bool is_power_of_two(uint64_t value) { return (value & (value - 1)) == 0; }

/* The largest power of two below `count`, which is at least 2. */
static uint64_t split_of(uint64_t count) {
  uint64_t split = 1;
  while (split < count - split) split *= 2;
  return split;
}

static frag_error empty_root(struct frag_context *context, uint8_t root[static FRAG_HASH_LEN]) {
  return frag_sha256(context, root, NULL, 0);
}

static frag_error join_left(struct frag_context *context, uint8_t hash[static FRAG_HASH_LEN],
                            const uint8_t left[static FRAG_HASH_LEN]) {
  return frag_node_hash(context, hash, left, hash);
}

/* The edge's hash of a subtree; NULL when it has none. */
static const uint8_t *edge_hash(const struct frag_tree_edge *edge, uint64_t begin, uint64_t count) {
  unsigned level = 0;
  if (edge == NULL || begin + count != edge->size) return NULL;
  while (count >> level > 1) level++;
  return (edge->size & (((uint64_t)2 << level) - 1)) == count ? edge->hashes[level] : NULL;
}

/* The hash of a subtree: the complete subtrees for the bits of its count, joined from the right. */
static frag_error range_hash(const struct walk *walk, uint64_t begin, uint64_t count,
                             uint8_t hash[static FRAG_HASH_LEN]) {
  const uint8_t *joined = edge_hash(walk->edge, begin, count);
  bool is_first = true;
  frag_error error = FRAG_OK;
  if (joined != NULL) {
    memcpy(hash, joined, FRAG_HASH_LEN);
    return FRAG_OK;
  }
  for (unsigned level = 0; count >> level != 0 && error == FRAG_OK; level++) {
    if ((count >> level & 1) == 0) continue;
    uint8_t part[FRAG_HASH_LEN];
    uint64_t index = (begin >> level) + (count >> level) - 1;
    error = walk->reader->read(walk->reader->state, level, index, is_first ? hash : part);
    if (error == FRAG_OK && !is_first) error = join_left(walk->context, hash, part);
    is_first = false;
  }
  return error;
}

frag_error frag_tree_root(struct frag_context *context, uint8_t root[static FRAG_HASH_LEN], uint64_t size,
                          const struct frag_tree_reader *reader) {
  if (size > FRAG_TREE_SIZE_MAX) return FRAG_FIELD_RANGE;
  if (size == 0) return empty_root(context, root);
  struct walk walk = {context, reader, NULL, 0, size};
  return range_hash(&walk, 0, size, root);
}

frag_error frag_tree_edge_make(struct frag_context *context, struct frag_tree_edge *edge, uint64_t size,
                               const struct frag_tree_reader *reader) {
  const uint8_t *lower = NULL;
  frag_error error = FRAG_OK;
  edge->size = size;
  if (size > FRAG_TREE_SIZE_MAX) return FRAG_FIELD_RANGE;
  for (unsigned level = 0; size >> level != 0 && error == FRAG_OK; level++) {
    uint8_t *hash = edge->hashes[level];
    if ((size >> level & 1) == 0) continue;
    error = reader->read(reader->state, level, (size >> level) - 1, hash);
    if (error == FRAG_OK && lower != NULL) error = frag_node_hash(context, hash, hash, lower);
    lower = hash;
  }
  return error;
}

/* Goes down to one half and puts the hash of the other into the proof. */
static frag_error descend(struct walk *walk, uint64_t split, bool to_right, struct frag_proof *proof) {
  uint64_t middle = walk->begin + split, rest = walk->count - split;
  uint8_t *sibling = proof->hashes[proof->count++];
  frag_error error =
      to_right ? range_hash(walk, walk->begin, split, sibling) : range_hash(walk, middle, rest, sibling);
  if (to_right) walk->begin = middle;
  walk->count = to_right ? rest : split;
  return error;
}

/* Found from the root down, a proof is written from the leaf up. */
static void reverse(struct frag_proof *proof) {
  uint8_t kept[FRAG_HASH_LEN];
  for (size_t low = 0, high = proof->count; low + 1 < high; low++) {
    high--;
    memcpy(kept, proof->hashes[low], sizeof kept);
    memcpy(proof->hashes[low], proof->hashes[high], sizeof kept);
    memcpy(proof->hashes[high], kept, sizeof kept);
  }
}

static frag_error finish(struct frag_proof *proof, frag_error error) {
  if (error == FRAG_OK) reverse(proof);
  else proof->count = 0;
  return error;
}

static frag_error make_inclusion(struct walk walk, struct frag_proof *proof, uint64_t index) {
  frag_error error = FRAG_OK;
  proof->count = 0;
  if (walk.count > FRAG_TREE_SIZE_MAX || index >= walk.count) return FRAG_FIELD_RANGE;
  while (walk.count > 1 && error == FRAG_OK) {
    uint64_t split = split_of(walk.count);
    error = descend(&walk, split, index - walk.begin >= split, proof);
  }
  return finish(proof, error);
}

frag_error frag_tree_inclusion(struct frag_context *context, struct frag_proof *proof, uint64_t index, uint64_t size,
                               const struct frag_tree_reader *reader) {
  return make_inclusion((struct walk){context, reader, NULL, 0, size}, proof, index);
}

frag_error frag_tree_edge_inclusion(struct frag_context *context, struct frag_proof *proof, uint64_t index,
                                    const struct frag_tree_edge *edge, const struct frag_tree_reader *reader) {
  return make_inclusion((struct walk){context, reader, edge, 0, edge->size}, proof, index);
}

static frag_error make_consistency(struct walk walk, struct frag_proof *proof, uint64_t old_size) {
  frag_error error = FRAG_OK;
  proof->count = 0;
  if (walk.count > FRAG_TREE_SIZE_MAX || old_size > walk.count) return FRAG_FIELD_RANGE;
  if (old_size == 0 || old_size == walk.count) return FRAG_OK;
  while (walk.begin + walk.count != old_size && error == FRAG_OK) {
    uint64_t split = split_of(walk.count);
    error = descend(&walk, split, old_size - walk.begin > split, proof);
  }
  /* The old root itself is known to whoever checks the proof; a part of it is not. */
  if (error == FRAG_OK && walk.begin != 0)
    error = range_hash(&walk, walk.begin, walk.count, proof->hashes[proof->count++]);
  return finish(proof, error);
}

frag_error frag_tree_consistency(struct frag_context *context, struct frag_proof *proof, uint64_t old_size,
                                 uint64_t new_size, const struct frag_tree_reader *reader) {
  return make_consistency((struct walk){context, reader, NULL, 0, new_size}, proof, old_size);
}

frag_error frag_tree_edge_consistency(struct frag_context *context, struct frag_proof *proof, uint64_t old_size,
                                      const struct frag_tree_edge *edge, const struct frag_tree_reader *reader) {
  return make_consistency((struct walk){context, reader, edge, 0, edge->size}, proof, old_size);
}

static bool same_hash(const uint8_t a[static FRAG_HASH_LEN], const uint8_t b[static FRAG_HASH_LEN]) {
  return memcmp(a, b, FRAG_HASH_LEN) == 0;
}

/* Where a check stands: `index` and `last` are RFC 9162's fn and sn. */
struct climb {
  uint64_t index, last;
};

/* One step up past a hash; says whether that hash is the left one of the pair. */
static bool step_is_left(struct climb *climb) {
  bool is_left = (climb->index & 1) != 0 || climb->index == climb->last;
  if (is_left)
    while ((climb->index & 1) == 0 && climb->index != 0) { /* levels where the right edge has no sibling */
      climb->index >>= 1;
      climb->last >>= 1;
    }
  climb->index >>= 1;
  climb->last >>= 1;
  return is_left;
}

frag_error frag_tree_check_inclusion(struct frag_context *context, uint64_t index, uint64_t size,
                                     const uint8_t root[static FRAG_HASH_LEN],
                                     const uint8_t leaf_hash[static FRAG_HASH_LEN], const struct frag_proof *proof) {
  if (size > FRAG_TREE_SIZE_MAX || index >= size) return FRAG_FIELD_RANGE;
  if (proof->count > FRAG_PROOF_HASHES_MAX) return FRAG_PROOF_WRONG;
  struct climb climb = {index, size - 1};
  uint8_t hash[FRAG_HASH_LEN];
  memcpy(hash, leaf_hash, sizeof hash);
  for (size_t i = 0; i < proof->count; i++) {
    if (climb.last == 0) return FRAG_PROOF_WRONG;
    const uint8_t *next = proof->hashes[i];
    frag_error error = step_is_left(&climb) ? frag_node_hash(context, hash, next, hash)
                                            : frag_node_hash(context, hash, hash, next);
    if (error != FRAG_OK) return error;
  }
  return climb.last == 0 && same_hash(hash, root) ? FRAG_OK : FRAG_PROOF_WRONG;
}

/* RFC 9162 section 2.1.4.2 for 0 < old_size < new_size. */
static frag_error climb_both(struct frag_context *context, struct climb climb, uint8_t old_hash[static FRAG_HASH_LEN],
                             uint8_t new_hash[static FRAG_HASH_LEN], const struct frag_proof *proof, size_t first) {
  for (size_t i = first; i < proof->count; i++) {
    if (climb.last == 0) return FRAG_PROOF_WRONG;
    const uint8_t *next = proof->hashes[i];
    frag_error error;
    if (step_is_left(&climb)) {
      error = join_left(context, old_hash, next);
      if (error == FRAG_OK) error = join_left(context, new_hash, next);
    } else {
      error = frag_node_hash(context, new_hash, new_hash, next);
    }
    if (error != FRAG_OK) return error;
  }
  return climb.last == 0 ? FRAG_OK : FRAG_PROOF_WRONG;
}

frag_error frag_tree_consistency_roots(struct frag_context *context, uint64_t old_size, uint64_t new_size,
                                       const struct frag_proof *proof, const uint8_t claimed_root[static FRAG_HASH_LEN],
                                       uint8_t old_root[static FRAG_HASH_LEN], uint8_t new_root[static FRAG_HASH_LEN]) {
  if (new_size > FRAG_TREE_SIZE_MAX || old_size == 0 || old_size >= new_size) return FRAG_FIELD_RANGE;
  if (proof->count == 0 || proof->count > FRAG_PROOF_HASHES_MAX) return FRAG_PROOF_WRONG;
  struct climb climb = {old_size - 1, new_size - 1};
  bool is_complete = is_power_of_two(old_size); /* the old tree is then a subtree of the new one, left out */
  for (; (climb.index & 1) != 0; climb.index >>= 1) climb.last >>= 1;
  memcpy(old_root, is_complete ? claimed_root : proof->hashes[0], FRAG_HASH_LEN);
  memcpy(new_root, old_root, FRAG_HASH_LEN);
  return climb_both(context, climb, old_root, new_root, proof, is_complete ? 0 : 1);
}

static frag_error check_growth(struct frag_context *context, uint64_t old_size,
                               const uint8_t old_root[static FRAG_HASH_LEN], uint64_t new_size,
                               const uint8_t new_root[static FRAG_HASH_LEN], const struct frag_proof *proof) {
  uint8_t old_hash[FRAG_HASH_LEN], new_hash[FRAG_HASH_LEN];
  frag_error error =
      frag_tree_consistency_roots(context, old_size, new_size, proof, old_root, old_hash, new_hash);
  if (error != FRAG_OK) return error;
  return same_hash(old_hash, old_root) && same_hash(new_hash, new_root) ? FRAG_OK : FRAG_PROOF_WRONG;
}

frag_error frag_tree_check_consistency(struct frag_context *context, uint64_t old_size,
                                       const uint8_t old_root[static FRAG_HASH_LEN], uint64_t new_size,
                                       const uint8_t new_root[static FRAG_HASH_LEN], const struct frag_proof *proof) {
  if (new_size > FRAG_TREE_SIZE_MAX || old_size > new_size) return FRAG_FIELD_RANGE;
  if (proof->count > FRAG_PROOF_HASHES_MAX) return FRAG_PROOF_WRONG;
  if (old_size != 0 && old_size != new_size)
    return check_growth(context, old_size, old_root, new_size, new_root, proof);
  uint8_t expected[FRAG_HASH_LEN];
  if (proof->count != 0 || (old_size == new_size && !same_hash(old_root, new_root))) return FRAG_PROOF_WRONG;
  if (old_size != 0) return FRAG_OK;
  frag_error error = empty_root(context, expected);
  if (error != FRAG_OK) return error;
  return same_hash(old_root, expected) ? FRAG_OK : FRAG_PROOF_WRONG;
}

frag_error frag_frontier_add(struct frag_context *context, struct frag_frontier *frontier,
                             const uint8_t leaf_hash[static FRAG_HASH_LEN]) {
  if (frontier->size >= FRAG_TREE_SIZE_MAX) return FRAG_FIELD_RANGE;
  uint8_t hash[FRAG_HASH_LEN];
  unsigned level = 0;
  memcpy(hash, leaf_hash, sizeof hash);
  for (; (frontier->size >> level & 1) != 0; level++) {
    frag_error error = join_left(context, hash, frontier->hashes[level]);
    if (error != FRAG_OK) return error;
  }
  memcpy(frontier->hashes[level], hash, sizeof hash);
  frontier->size++;
  return FRAG_OK;
}

static frag_error read_frontier(void *state, unsigned level, uint64_t index, uint8_t hash[static FRAG_HASH_LEN]) {
  const struct frag_frontier *const *frontier = state;
  (void)index; /* the root of a whole tree asks for the right edge only */
  memcpy(hash, (*frontier)->hashes[level], FRAG_HASH_LEN);
  return FRAG_OK;
}

frag_error frag_frontier_root(struct frag_context *context, uint8_t root[static FRAG_HASH_LEN],
                              const struct frag_frontier *frontier) {
  struct frag_tree_reader reader = {read_frontier, &frontier};
  return frag_tree_root(context, root, frontier->size, &reader);
}
