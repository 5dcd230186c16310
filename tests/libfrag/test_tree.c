/* Merkle trees against a naive recursion, RFC 9162 section 2.1 word for word, over every subtree of a small tree; and
 * trees of up to 2^62 equal leaves, of which every complete subtree of one height has one hash. */
#include "libfrag/cmocka_all.h"

#include <frag/tree.h>

#include "bytes.h"
#include "libfrag/fixture.h"

enum { LEAVES = 70, LEVELS = 63 };

static uint8_t table[LEAVES + 1][LEAVES + 1][32]; /* MTH(D[begin:end]) */
static uint8_t equal[LEVELS][32];                 /* of 2^level equal leaves */

static uint64_t split_below(uint64_t count) {
  uint64_t k = 1;
  while (2 * k < count) k *= 2;
  return k;
}

/* Fills the tables. The leaves are 4 bytes each; leaf 0 of the first tree is the empty one. */
static int setup(void **state) {
  if (fixture_setup(state) != 0) return 1;
  struct fixture *fixture = *state;
  for (uint32_t i = 0; i < LEAVES; i++) {
    uint8_t leaf[4];
    frag_put_u32(leaf, i);
    assert_int_equal(frag_leaf_hash(fixture->context, table[i][i + 1], frag_bytes(leaf, i == 0 ? 0 : 4)), FRAG_OK);
  }
  for (size_t count = 2; count <= LEAVES; count++)
    for (size_t begin = 0; begin + count <= LEAVES; begin++) {
      size_t middle = begin + split_below(count), end = begin + count;
      assert_int_equal(frag_node_hash(fixture->context, table[begin][end], table[begin][middle], table[middle][end]),
                       FRAG_OK);
    }
  memset(equal[0], 0x5a, 32);
  for (size_t level = 1; level < LEVELS; level++)
    assert_int_equal(frag_node_hash(fixture->context, equal[level], equal[level - 1], equal[level - 1]), FRAG_OK);
  for (size_t i = 0; i <= LEAVES; i++)
    assert_int_equal(frag_leaf_hash(fixture->context, table[i][i], frag_bytes(NULL, 0)), FRAG_OK);
  return 0;
}

struct source {
  uint64_t size;
  unsigned calls, fail_at; /* the call that fails; 0 none */
  bool is_equal;
};

static frag_error read_source(void *state, unsigned level, uint64_t index, uint8_t hash[static 32]) {
  struct source *source = state;
  assert_true(level < LEVELS && index < source->size && index + 1 <= source->size >> level);
  if (++source->calls == source->fail_at) return FRAG_MEMORY;
  uint64_t begin = index << level, end = (index + 1) << level;
  memcpy(hash, source->is_equal ? equal[level] : table[begin][end], 32);
  return FRAG_OK;
}

static struct frag_tree_reader reader_of(struct source *source) {
  struct frag_tree_reader reader = {read_source, source};
  return reader;
}

static void add_hash(struct frag_proof *proof, const uint8_t *hash) { memcpy(proof->hashes[proof->count++], hash, 32); }

/* PATH(m, D[begin:end]). */
static void oracle_path(struct frag_proof *proof, size_t m, size_t begin, size_t end) {
  if (end - begin == 1) return;
  size_t middle = begin + split_below(end - begin);
  if (m < middle) {
    oracle_path(proof, m, begin, middle);
    add_hash(proof, table[middle][end]);
  } else {
    oracle_path(proof, m, middle, end);
    add_hash(proof, table[begin][middle]);
  }
}

/* SUBPROOF(m, D[begin:end], b), m counted from leaf 0. */
static void oracle_subproof(struct frag_proof *proof, size_t m, size_t begin, size_t end, bool b) {
  if (m == end) {
    if (!b) add_hash(proof, table[begin][end]);
    return;
  }
  size_t middle = begin + split_below(end - begin);
  if (m <= middle) {
    oracle_subproof(proof, m, begin, middle, b);
    add_hash(proof, table[middle][end]);
  } else {
    oracle_subproof(proof, m, middle, end, false);
    add_hash(proof, table[begin][middle]);
  }
}

static void check_same(const struct frag_proof *proof, const struct frag_proof *expected) {
  assert_int_equal(proof->count, expected->count);
  assert_memory_equal(proof->hashes, expected->hashes, 32 * expected->count);
}

/* A claim to check: an inclusion, or a growth. */
struct claim {
  bool is_growth;
  uint64_t first, size; /* leaf index or old size; size */
  uint8_t start[32];    /* leaf hash or old root */
  uint8_t root[32];
  struct frag_proof proof;
};

static frag_error check_claim(struct fixture *fixture, const struct claim *claim) {
  return claim->is_growth ? frag_tree_check_consistency(fixture->context, claim->first, claim->start, claim->size,
                                                        claim->root, &claim->proof)
                          : frag_tree_check_inclusion(fixture->context, claim->first, claim->size, claim->root,
                                                      claim->start, &claim->proof);
}

static void refuse_flips(struct fixture *fixture, struct claim *claim, uint8_t *bytes, size_t len, size_t step) {
  for (size_t bit = 0; bit < 8 * len; bit += step) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    assert_int_equal(check_claim(fixture, claim), FRAG_PROOF_WRONG);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

static void refuse_other_lengths(struct fixture *fixture, const struct claim *claim) {
  struct claim other = *claim;
  for (size_t at = 0; at <= claim->proof.count; at++) { /* one more, anywhere */
    other.proof = claim->proof;
    memmove(other.proof.hashes[at + 1], claim->proof.hashes[at], 32 * (claim->proof.count - at));
    memcpy(other.proof.hashes[at], at == 0 ? claim->start : claim->proof.hashes[at - 1], 32);
    other.proof.count++;
    assert_int_equal(check_claim(fixture, &other), FRAG_PROOF_WRONG);
  }
  for (size_t at = 0; at < claim->proof.count; at++) { /* one less, anywhere */
    other.proof = claim->proof;
    memmove(other.proof.hashes[at], claim->proof.hashes[at + 1], 32 * (claim->proof.count - at - 1));
    other.proof.count--;
    assert_int_equal(check_claim(fixture, &other), FRAG_PROOF_WRONG);
  }
  other.proof.count = FRAG_PROOF_HASHES_MAX;
  assert_int_equal(check_claim(fixture, &other), FRAG_PROOF_WRONG);
  other.proof.count = FRAG_PROOF_HASHES_MAX + 1;
  assert_int_equal(check_claim(fixture, &other), FRAG_PROOF_WRONG);
}

static void refuse_swaps(struct fixture *fixture, const struct claim *claim) {
  for (size_t i = 0; i < claim->proof.count; i++)
    for (size_t j = i + 1; j < claim->proof.count; j++) {
      struct claim other = *claim;
      memcpy(other.proof.hashes[i], claim->proof.hashes[j], 32);
      memcpy(other.proof.hashes[j], claim->proof.hashes[i], 32);
      assert_int_equal(check_claim(fixture, &other), FRAG_PROOF_WRONG);
    }
}

/* `step`: how many bits there are from one flipped bit to the next. */
static void check_thoroughly(struct fixture *fixture, struct claim *claim, size_t step) {
  assert_int_equal(check_claim(fixture, claim), FRAG_OK);
  refuse_flips(fixture, claim, claim->start, 32, step);
  refuse_flips(fixture, claim, claim->root, 32, step);
  refuse_flips(fixture, claim, claim->proof.hashes[0], 32 * claim->proof.count, step);
  refuse_other_lengths(fixture, claim);
}

static struct claim inclusion_claim(uint64_t index, uint64_t size) {
  struct claim claim = {.first = index, .size = size};
  memcpy(claim.start, table[index][index + 1], 32);
  memcpy(claim.root, table[0][size], 32);
  return claim;
}

static struct claim growth_claim(uint64_t old_size, uint64_t new_size) {
  struct claim claim = {.is_growth = true, .first = old_size, .size = new_size};
  memcpy(claim.start, table[0][old_size], 32);
  memcpy(claim.root, table[0][new_size], 32);
  return claim;
}

/* With an edge the proofs are the same. */
static void check_edge(struct fixture *fixture, const struct claim *claim, const struct frag_tree_reader *reader) {
  struct frag_tree_edge edge;
  struct frag_proof proof;
  assert_int_equal(frag_tree_edge_make(fixture->context, &edge, claim->size, reader), FRAG_OK);
  assert_int_equal(
      claim->is_growth ? frag_tree_edge_consistency(fixture->context, &proof, claim->first, &edge, reader)
                       : frag_tree_edge_inclusion(fixture->context, &proof, claim->first, &edge, reader),
      FRAG_OK);
  check_same(&proof, &claim->proof);
}

static void test_roots(void **state) {
  struct fixture *fixture = *state;
  struct frag_frontier frontier;
  memset(&frontier, 0, sizeof frontier);
  for (uint64_t size = 0; size <= LEAVES; size++) {
    uint8_t root[32], empty[32];
    struct source source = {.size = size};
    struct frag_tree_reader reader = reader_of(&source);
    hex_decode(empty, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_int_equal(frag_tree_root(fixture->context, root, size, &reader), FRAG_OK);
    assert_memory_equal(root, size == 0 ? empty : table[0][size], 32);
    assert_int_equal(frontier.size, size);
    assert_int_equal(frag_frontier_root(fixture->context, root, &frontier), FRAG_OK);
    assert_memory_equal(root, size == 0 ? empty : table[0][size], 32);
    if (size < LEAVES) assert_int_equal(frag_frontier_add(fixture->context, &frontier, table[size][size + 1]), FRAG_OK);
  }
}

static void test_every_inclusion(void **state) {
  struct fixture *fixture = *state;
  for (uint64_t size = 1; size <= LEAVES; size++)
    for (uint64_t index = 0; index < size; index++) {
      struct source source = {.size = size};
      struct frag_tree_reader reader = reader_of(&source);
      struct claim claim = inclusion_claim(index, size);
      struct frag_proof expected = {.count = 0};
      oracle_path(&expected, index, 0, size);
      assert_int_equal(frag_tree_inclusion(fixture->context, &claim.proof, index, size, &reader), FRAG_OK);
      check_same(&claim.proof, &expected);
      check_edge(fixture, &claim, &reader);
      check_thoroughly(fixture, &claim, size <= 17 || size >= 69 ? 1 : 13);
      refuse_swaps(fixture, &claim);
      for (claim.first = 0; claim.first < size; claim.first++)
        assert_int_equal(check_claim(fixture, &claim), claim.first == index ? FRAG_OK : FRAG_PROOF_WRONG);
    }
}

static void test_every_growth(void **state) {
  struct fixture *fixture = *state;
  for (uint64_t new_size = 1; new_size <= LEAVES; new_size++)
    for (uint64_t old_size = 1; old_size <= new_size; old_size++) {
      struct source source = {.size = new_size};
      struct frag_tree_reader reader = reader_of(&source);
      struct claim claim = growth_claim(old_size, new_size);
      struct frag_proof expected = {.count = 0};
      oracle_subproof(&expected, old_size, 0, new_size, true);
      assert_int_equal(frag_tree_consistency(fixture->context, &claim.proof, old_size, new_size, &reader), FRAG_OK);
      check_same(&claim.proof, &expected);
      check_edge(fixture, &claim, &reader);
      check_thoroughly(fixture, &claim, new_size <= 17 || new_size >= 69 ? 1 : 13);
      refuse_swaps(fixture, &claim);
      for (claim.first = 1; claim.first <= new_size; claim.first++)
        if (claim.first != old_size) assert_int_equal(check_claim(fixture, &claim), FRAG_PROOF_WRONG);
    }
}

static bool is_whole(uint64_t size) { return (size & (size - 1)) == 0; }

/* Whatever root is claimed, a proof leads to the tree's own roots; where it takes the claim as given, a false one leads
 * elsewhere. */
static void check_roots(struct fixture *fixture, uint64_t old_size, uint64_t new_size, const struct frag_proof *proof) {
  uint8_t claimed[32], old_root[32], new_root[32];
  for (unsigned is_false = 0; is_false < 2; is_false++) {
    memcpy(claimed, table[0][old_size], 32);
    claimed[old_size % 32] ^= (uint8_t)is_false;
    assert_int_equal(frag_tree_consistency_roots(fixture->context, old_size, new_size, proof, claimed, old_root,
                                                 new_root),
                     FRAG_OK);
    bool is_given = is_whole(old_size);
    assert_memory_equal(old_root, is_given ? claimed : table[0][old_size], 32);
    if (is_given && is_false) assert_memory_not_equal(new_root, table[0][new_size], 32);
    else assert_memory_equal(new_root, table[0][new_size], 32);
  }
}

static frag_error roots_of(struct fixture *fixture, uint64_t old_size, uint64_t new_size,
                           const struct frag_proof *proof) {
  uint8_t old_root[32], new_root[32];
  return frag_tree_consistency_roots(fixture->context, old_size, new_size, proof, table[0][1], old_root, new_root);
}

static void test_roots_of_growth(void **state) {
  struct fixture *fixture = *state;
  for (uint64_t new_size = 2; new_size <= LEAVES; new_size++)
    for (uint64_t old_size = 1; old_size < new_size; old_size++) {
      struct source source = {.size = new_size};
      struct frag_tree_reader reader = reader_of(&source);
      struct frag_proof proof, other;
      assert_int_equal(frag_tree_consistency(fixture->context, &proof, old_size, new_size, &reader), FRAG_OK);
      check_roots(fixture, old_size, new_size, &proof);
      for (other = proof; other.count > 0;) {
        other.count--;
        assert_int_equal(roots_of(fixture, old_size, new_size, &other), FRAG_PROOF_WRONG);
      }
      other = proof;
      memcpy(other.hashes[other.count++], table[0][1], 32);
      assert_int_equal(roots_of(fixture, old_size, new_size, &other), FRAG_PROOF_WRONG);
      other.count = FRAG_PROOF_HASHES_MAX + 1;
      assert_int_equal(roots_of(fixture, old_size, new_size, &other), FRAG_PROOF_WRONG);
    }
}

/* A changed proof proves nothing else of the same new root. */
static void test_roots_of_changed_proof(void **state) {
  struct fixture *fixture = *state;
  static const uint64_t sizes[][2] = {{1, 2}, {3, 7}, {6, 7}, {4, 7}, {37, 70}, {64, 70}, {69, 70}};
  for (size_t i = 0; i < FRAG_COUNT(sizes); i++) {
    struct source source = {.size = sizes[i][1]};
    struct frag_tree_reader reader = reader_of(&source);
    struct frag_proof proof;
    uint8_t old_root[32], new_root[32];
    assert_int_equal(frag_tree_consistency(fixture->context, &proof, sizes[i][0], sizes[i][1], &reader), FRAG_OK);
    for (size_t bit = 0; bit < 256 * proof.count; bit++) {
      proof.hashes[bit / 256][bit % 256 / 8] ^= (uint8_t)(1u << bit % 8);
      assert_int_equal(frag_tree_consistency_roots(fixture->context, sizes[i][0], sizes[i][1], &proof,
                                                   table[0][sizes[i][0]], old_root, new_root),
                       FRAG_OK);
      assert_memory_not_equal(new_root, table[0][sizes[i][1]], 32);
      proof.hashes[bit / 256][bit % 256 / 8] ^= (uint8_t)(1u << bit % 8);
    }
  }
}

static void test_every_edge(void **state) {
  struct fixture *fixture = *state;
  for (uint64_t size = 0; size <= LEAVES; size++) {
    struct source source = {.size = size};
    struct frag_tree_reader reader = reader_of(&source);
    struct frag_tree_edge edge;
    assert_int_equal(frag_tree_edge_make(fixture->context, &edge, size, &reader), FRAG_OK);
    assert_int_equal(edge.size, size);
    for (unsigned level = 0; size >> level != 0; level++) {
      uint64_t count = size % ((uint64_t)2 << level);
      if ((size >> level & 1) != 0) assert_memory_equal(edge.hashes[level], table[size - count][size], 32);
    }
  }
}

/* From nothing every tree grows, but nothing has one root. */
static void test_growth_from_nothing(void **state) {
  struct fixture *fixture = *state;
  struct source source = {.size = LEAVES};
  struct frag_tree_reader reader = reader_of(&source);
  uint8_t empty[32];
  assert_int_equal(frag_tree_root(fixture->context, empty, 0, &reader), FRAG_OK);
  for (uint64_t size = 0; size <= LEAVES; size++) {
    struct claim claim = growth_claim(0, size);
    memcpy(claim.start, empty, 32);
    if (size == 0) memcpy(claim.root, empty, 32);
    claim.proof.count = 7;
    assert_int_equal(frag_tree_consistency(fixture->context, &claim.proof, 0, size, &reader), FRAG_OK);
    assert_int_equal(claim.proof.count, 0);
    assert_int_equal(check_claim(fixture, &claim), FRAG_OK);
    refuse_flips(fixture, &claim, claim.start, 32, 1);
    if (size == 0) refuse_flips(fixture, &claim, claim.root, 32, 1);
    claim.proof.count = 1;
    assert_int_equal(check_claim(fixture, &claim), FRAG_PROOF_WRONG);
    claim.proof.count = 0;
    memcpy(claim.start, claim.root, 32); /* equal roots are not enough */
    if (size > 0) assert_int_equal(check_claim(fixture, &claim), FRAG_PROOF_WRONG);
    claim.size = 0;
    if (size > 0) assert_int_equal(check_claim(fixture, &claim), FRAG_PROOF_WRONG);
  }
}

/* MTH of `count` equal leaves. */
static void equal_root(struct fixture *fixture, uint8_t hash[static 32], uint64_t count) {
  uint64_t split = split_below(count);
  if (count == 1 || 2 * split == count) {
    memcpy(hash, equal[__builtin_ctzll(count)], 32);
    return;
  }
  equal_root(fixture, hash, count - split);
  assert_int_equal(frag_node_hash(fixture->context, hash, equal[__builtin_ctzll(split)], hash), FRAG_OK);
}

static uint64_t random_size(uint64_t *random) {
  uint64_t size = random_next(random) >> (2 + random_next(random) % 62);
  return size == 0 ? FRAG_TREE_SIZE_MAX : size;
}

static void check_large(struct fixture *fixture, uint64_t first, uint64_t size, bool is_growth) {
  struct source source = {.size = size, .is_equal = true};
  struct frag_tree_reader reader = reader_of(&source);
  struct claim claim = {.is_growth = is_growth, .first = first, .size = size};
  uint8_t root[32];
  memcpy(claim.start, equal[0], 32);
  equal_root(fixture, claim.root, size);
  if (is_growth) equal_root(fixture, claim.start, first);
  frag_error error = is_growth ? frag_tree_consistency(fixture->context, &claim.proof, first, size, &reader)
                               : frag_tree_inclusion(fixture->context, &claim.proof, first, size, &reader);
  assert_int_equal(error, FRAG_OK);
  assert_true(source.calls <= 126); /* about 2 log2(size): an incomplete half is read once */
  check_thoroughly(fixture, &claim, 251);
  assert_int_equal(frag_tree_root(fixture->context, root, size, &reader), FRAG_OK);
  assert_memory_equal(root, claim.root, 32);
  check_edge(fixture, &claim, &reader);
}

static void test_large(void **state) {
  struct fixture *fixture = *state;
  uint64_t random = 11;
  for (unsigned round = 0; round < 400; round++) {
    uint64_t size = random_size(&random), first = random_next(&random) % size;
    check_large(fixture, first, size, false);
    check_large(fixture, first + 1, size, true);
  }
  for (unsigned level = 1; level <= 62; level++)
    for (uint64_t size = ((uint64_t)1 << level) - 1; size <= FRAG_TREE_SIZE_MAX && size <= ((uint64_t)1 << level) + 1;
         size++) {
      check_large(fixture, 0, size, false);
      check_large(fixture, size - 1, size, false);
      check_large(fixture, 1, size, true);
      check_large(fixture, size, size, true);
      if (size > 1) check_large(fixture, size - 1, size, true);
    }
}

static void test_ranges(void **state) {
  struct fixture *fixture = *state;
  static const struct {
    uint64_t first, size;
  } wrong[] = {{0, 0},
               {1, 1},
               {5, 4},
               {UINT64_MAX, 8},
               {0, FRAG_TREE_SIZE_MAX + 1},
               {3, UINT64_MAX},
               {FRAG_TREE_SIZE_MAX, FRAG_TREE_SIZE_MAX}};
  struct frag_proof proof = {.count = 9};
  struct source source = {.size = UINT64_MAX, .fail_at = 1};
  struct frag_tree_reader reader = reader_of(&source);
  struct frag_frontier frontier;
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++) {
    uint64_t first = wrong[i].first, size = wrong[i].size;
    uint8_t *hash = equal[0];
    assert_int_equal(frag_tree_inclusion(fixture->context, &proof, first, size, &reader), FRAG_FIELD_RANGE);
    assert_int_equal(proof.count, 0);
    assert_int_equal(frag_tree_check_inclusion(fixture->context, first, size, hash, hash, &proof), FRAG_FIELD_RANGE);
    if (first <= size && size <= FRAG_TREE_SIZE_MAX) continue; /* may be two equal trees */
    assert_int_equal(frag_tree_consistency(fixture->context, &proof, first, size, &reader), FRAG_FIELD_RANGE);
    assert_int_equal(frag_tree_check_consistency(fixture->context, first, hash, size, hash, &proof), FRAG_FIELD_RANGE);
    assert_int_equal(roots_of(fixture, first, size, &proof), FRAG_FIELD_RANGE);
  }
  assert_int_equal(roots_of(fixture, 0, 8, &proof), FRAG_FIELD_RANGE);
  assert_int_equal(roots_of(fixture, 8, 8, &proof), FRAG_FIELD_RANGE);
  struct frag_tree_edge edge;
  assert_int_equal(frag_tree_edge_make(fixture->context, &edge, FRAG_TREE_SIZE_MAX + 1, &reader), FRAG_FIELD_RANGE);
  assert_int_equal(frag_tree_edge_inclusion(fixture->context, &proof, 0, &edge, &reader), FRAG_FIELD_RANGE);
  assert_int_equal(frag_tree_edge_consistency(fixture->context, &proof, 1, &edge, &reader), FRAG_FIELD_RANGE);
  assert_int_equal(source.calls, 0);
  assert_int_equal(frag_tree_root(fixture->context, equal[1], FRAG_TREE_SIZE_MAX + 1, &reader), FRAG_FIELD_RANGE);
  memset(&frontier, 0, sizeof frontier);
  for (frontier.size = FRAG_TREE_SIZE_MAX; frontier.size != 0; frontier.size *= 2)
    assert_int_equal(frag_frontier_add(fixture->context, &frontier, equal[0]), FRAG_FIELD_RANGE);
  frontier.size = FRAG_TREE_SIZE_MAX + 1;
  assert_int_equal(frag_frontier_root(fixture->context, equal[1], &frontier), FRAG_FIELD_RANGE);
}

/* The last leaf that fits joins 62 subtrees. */
static void test_frontier_full(void **state) {
  struct fixture *fixture = *state;
  struct frag_frontier frontier;
  uint8_t root[32];
  memcpy(frontier.hashes, equal, sizeof equal);
  frontier.size = FRAG_TREE_SIZE_MAX - 1;
  assert_int_equal(frag_frontier_add(fixture->context, &frontier, equal[0]), FRAG_OK);
  assert_true(frontier.size == FRAG_TREE_SIZE_MAX);
  assert_int_equal(frag_frontier_root(fixture->context, root, &frontier), FRAG_OK);
  assert_memory_equal(root, equal[62], 32);
  assert_int_equal(frag_frontier_add(fixture->context, &frontier, equal[0]), FRAG_FIELD_RANGE);
}

/* Whatever read fails, its error is what is returned, and there is no proof. */
static void test_reader_fails(void **state) {
  struct fixture *fixture = *state;
  static const uint64_t firsts[] = {1, 37, 64, 69};
  for (size_t i = 0; i < FRAG_COUNT(firsts); i++)
    for (unsigned what = 0; what < 3; what++) {
      frag_error error = FRAG_MEMORY;
      unsigned fail_at = 1;
      for (; error != FRAG_OK; fail_at++) {
        struct source source = {.size = 70, .fail_at = fail_at};
        struct frag_tree_reader reader = reader_of(&source);
        struct frag_proof proof = {.count = 1};
        uint8_t root[32];
        error = what == 0   ? frag_tree_inclusion(fixture->context, &proof, firsts[i], 70, &reader)
                : what == 1 ? frag_tree_consistency(fixture->context, &proof, firsts[i], 70, &reader)
                            : frag_tree_root(fixture->context, root, 70, &reader);
        assert_true(error == FRAG_OK || error == FRAG_MEMORY);
        if (error != FRAG_OK && what < 2) assert_int_equal(proof.count, 0);
        if (error != FRAG_OK) assert_int_equal(source.calls, fail_at);
      }
      assert_true(fail_at > 3);
    }
  for (unsigned fail_at = 1; fail_at <= 3; fail_at++) { /* 70 is 64 + 4 + 2 */
    struct source source = {.size = 70, .fail_at = fail_at};
    struct frag_tree_reader reader = reader_of(&source);
    struct frag_tree_edge edge;
    assert_int_equal(frag_tree_edge_make(fixture->context, &edge, 70, &reader), FRAG_MEMORY);
    assert_int_equal(source.calls, fail_at);
  }
}

/* The proofs of the certificate-transparency project's own tests, over its eight leaves. */
static const char *const ct_leaves[8] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
#define CT_A "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
#define CT_B "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
#define CT_CD "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
#define CT_AB "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
#define CT_ABCD "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
#define CT_E "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
#define CT_EF "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
#define CT_GH "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
#define CT_EFGH "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"

static const struct {
  bool is_growth;
  uint64_t first, size;
  const char *hashes[4];
} ct_proofs[] = {
    {false, 0, 1, {NULL}},
    {false, 0, 8, {CT_B, CT_CD, CT_EFGH, NULL}},
    {false, 5, 8, {CT_E, CT_GH, CT_ABCD, NULL}},
    {false, 2, 3, {CT_AB, NULL}},
    {false, 1, 5, {CT_A, CT_CD, CT_E, NULL}},
    {true, 1, 1, {NULL}},
    {true, 1, 8, {CT_B, CT_CD, CT_EFGH, NULL}},
    {true, 6, 8, {CT_EF, CT_GH, CT_ABCD, NULL}},
    {true, 2, 5, {CT_CD, CT_E, NULL}},
};

static frag_error read_ct(void *state, unsigned level, uint64_t index, uint8_t hash[static 32]) {
  struct fixture *fixture = state;
  if (level == 0) {
    uint8_t leaf[16];
    size_t len = strlen(ct_leaves[index]) / 2;
    hex_decode(leaf, len, ct_leaves[index]);
    return frag_leaf_hash(fixture->context, hash, frag_bytes(leaf, len));
  }
  uint8_t right[32];
  frag_error error = read_ct(state, level - 1, 2 * index, hash);
  if (error == FRAG_OK) error = read_ct(state, level - 1, 2 * index + 1, right);
  return error == FRAG_OK ? frag_node_hash(fixture->context, hash, hash, right) : error;
}

static void test_known(void **state) {
  struct fixture *fixture = *state;
  struct frag_tree_reader reader = {read_ct, fixture};
  for (size_t i = 0; i < FRAG_COUNT(ct_proofs); i++) {
    uint64_t first = ct_proofs[i].first, size = ct_proofs[i].size;
    struct claim claim = {.is_growth = ct_proofs[i].is_growth, .first = first, .size = size};
    assert_int_equal(claim.is_growth ? frag_tree_consistency(fixture->context, &claim.proof, first, size, &reader)
                                     : frag_tree_inclusion(fixture->context, &claim.proof, first, size, &reader),
                     FRAG_OK);
    size_t count = 0;
    for (; ct_proofs[i].hashes[count] != NULL; count++) {
      uint8_t expected[32];
      hex_decode(expected, 32, ct_proofs[i].hashes[count]);
      assert_memory_equal(claim.proof.hashes[count], expected, 32);
    }
    assert_int_equal(claim.proof.count, count);
    assert_int_equal(frag_tree_root(fixture->context, claim.root, size, &reader), FRAG_OK);
    assert_int_equal(claim.is_growth ? frag_tree_root(fixture->context, claim.start, first, &reader)
                                     : read_ct(fixture, 0, first, claim.start),
                     FRAG_OK);
    assert_int_equal(check_claim(fixture, &claim), FRAG_OK);
  }
}

/* The example with seven leaves, RFC 9162 section 2.1.5: proofs by the names of their nodes. */
static void test_seven_leaves(void **state) {
  struct fixture *fixture = *state;
  static const struct {
    char name;
    uint8_t begin, end;
  } nodes[] = {{'a', 0, 1}, {'b', 1, 2}, {'c', 2, 3}, {'d', 3, 4}, {'e', 4, 5}, {'f', 5, 6},
               {'g', 0, 2}, {'h', 2, 4}, {'i', 4, 6}, {'j', 6, 7}, {'k', 0, 4}, {'l', 4, 7}};
  static const struct {
    bool is_growth;
    uint64_t first;
    const char *names;
  } proofs[] = {{false, 0, "bhl"}, {false, 3, "cgl"}, {false, 4, "fjk"}, {false, 6, "ik"},
                {true, 3, "cdgl"}, {true, 4, "l"},    {true, 6, "ijk"}};
  for (size_t i = 0; i < FRAG_COUNT(proofs); i++) {
    struct source source = {.size = 7};
    struct frag_tree_reader reader = reader_of(&source);
    struct frag_proof proof, expected = {.count = 0};
    for (const char *name = proofs[i].names; *name != '\0'; name++)
      for (size_t k = 0; k < FRAG_COUNT(nodes); k++)
        if (nodes[k].name == *name) add_hash(&expected, table[nodes[k].begin][nodes[k].end]);
    assert_int_equal(proofs[i].is_growth ? frag_tree_consistency(fixture->context, &proof, proofs[i].first, 7, &reader)
                                         : frag_tree_inclusion(fixture->context, &proof, proofs[i].first, 7, &reader),
                     FRAG_OK);
    check_same(&proof, &expected);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_roots),         cmocka_unit_test(test_every_inclusion),
      cmocka_unit_test(test_every_growth),  cmocka_unit_test(test_growth_from_nothing),
      cmocka_unit_test(test_large),         cmocka_unit_test(test_ranges),
      cmocka_unit_test(test_frontier_full), cmocka_unit_test(test_reader_fails),
      cmocka_unit_test(test_known),         cmocka_unit_test(test_seven_leaves),
      cmocka_unit_test(test_roots_of_growth), cmocka_unit_test(test_roots_of_changed_proof),
      cmocka_unit_test(test_every_edge),
  };
  return cmocka_run_group_tests(tests, setup, fixture_teardown);
}
