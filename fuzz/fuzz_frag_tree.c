// Targets: frag_tree_check_inclusion, frag_tree_check_consistency, frag_tree_inclusion, frag_tree_consistency,
// frag_tree_edge_make, frag_tree_edge_inclusion, frag_tree_edge_consistency
#include <stdlib.h>
#include <string.h>

#include <frag/tree.h>

#include "bytes.h"
#include "libfrag/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LEVELS = 63, HEAD = 17 };

/* Trees of equal leaves: every complete subtree of 2^level leaves has one hash, so that any size can be had. */
static uint8_t equal[LEVELS][FRAG_HASH_LEN];

static void prepare(struct fixture *fixture) {
  memset(equal[0], 0x5a, FRAG_HASH_LEN);
  for (size_t level = 1; level < LEVELS; level++)
    fixture_require(frag_node_hash(fixture->context, equal[level], equal[level - 1], equal[level - 1]) == FRAG_OK,
                    "tree");
}

static frag_error read_equal(void *state, unsigned level, uint64_t index, uint8_t hash[static FRAG_HASH_LEN]) {
  const uint64_t *size = state;
  if (level >= LEVELS || index >= *size >> level) abort();
  memcpy(hash, equal[level], FRAG_HASH_LEN);
  return FRAG_OK;
}

static bool same_proof(const struct frag_proof *a, const struct frag_proof *b) {
  return a->count == b->count && memcmp(a->hashes, b->hashes, a->count * FRAG_HASH_LEN) == 0;
}

/* With an edge the same proof is made. */
static void check_edge(struct fixture *fixture, uint64_t first, bool is_growth, const struct frag_tree_reader *reader,
                       uint64_t size, const struct frag_proof *made) {
  struct frag_tree_edge edge;
  struct frag_proof again;
  if (frag_tree_edge_make(fixture->context, &edge, size, reader) != FRAG_OK) abort();
  frag_error error = is_growth ? frag_tree_edge_consistency(fixture->context, &again, first, &edge, reader)
                               : frag_tree_edge_inclusion(fixture->context, &again, first, &edge, reader);
  if (error != FRAG_OK || !same_proof(&again, made)) abort();
}

/* Of a tree and a leaf exactly one proof is right: the one that is made. */
static void check_inclusion(struct fixture *fixture, uint64_t index, uint64_t size, const struct frag_proof *given) {
  struct frag_tree_reader reader = {read_equal, &size};
  struct frag_proof made;
  uint8_t root[FRAG_HASH_LEN];
  frag_error error = frag_tree_inclusion(fixture->context, &made, index, size, &reader);
  if (error == FRAG_FIELD_RANGE) {
    if (frag_tree_check_inclusion(fixture->context, index, size, equal[0], equal[0], given) != error) abort();
    return;
  }
  if (error != FRAG_OK || frag_tree_root(fixture->context, root, size, &reader) != FRAG_OK) abort();
  if (frag_tree_check_inclusion(fixture->context, index, size, root, equal[0], &made) != FRAG_OK) abort();
  check_edge(fixture, index, false, &reader, size, &made);
  error = frag_tree_check_inclusion(fixture->context, index, size, root, equal[0], given);
  if ((error == FRAG_OK) != same_proof(given, &made)) abort();
}

static void check_growth(struct fixture *fixture, uint64_t old_size, uint64_t size, const struct frag_proof *given) {
  struct frag_tree_reader reader = {read_equal, &size}, old_reader = {read_equal, &old_size};
  struct frag_proof made;
  uint8_t root[FRAG_HASH_LEN], old_root[FRAG_HASH_LEN];
  frag_error error = frag_tree_consistency(fixture->context, &made, old_size, size, &reader);
  if (error == FRAG_FIELD_RANGE) {
    if (frag_tree_check_consistency(fixture->context, old_size, equal[0], size, equal[0], given) != error) abort();
    return;
  }
  if (error != FRAG_OK || frag_tree_root(fixture->context, root, size, &reader) != FRAG_OK ||
      frag_tree_root(fixture->context, old_root, old_size, &old_reader) != FRAG_OK)
    abort();
  if (frag_tree_check_consistency(fixture->context, old_size, old_root, size, root, &made) != FRAG_OK) abort();
  check_edge(fixture, old_size, true, &reader, size, &made);
  error = frag_tree_check_consistency(fixture->context, old_size, old_root, size, root, given);
  if ((error == FRAG_OK) != same_proof(given, &made)) abort();
}

/* shift ‖ u64 index or old size ‖ u64 size ‖ hashes. The shift makes small trees likely. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct fixture *fixture;
  struct frag_proof given = {.count = 0};
  if (fixture == NULL) {
    fixture_setup((void **)&fixture);
    prepare(fixture);
  }
  if (size < HEAD) return 0;
  uint64_t first = frag_get_u64(data + 1) >> data[0] % 64, last = frag_get_u64(data + 9) >> data[0] % 64;
  for (size_t at = HEAD; size - at >= FRAG_HASH_LEN && given.count < FRAG_PROOF_HASHES_MAX; at += FRAG_HASH_LEN)
    memcpy(given.hashes[given.count++], data + at, FRAG_HASH_LEN);
  check_inclusion(fixture, first, last, &given);
  check_growth(fixture, first, last, &given);
  return 0;
}
