#include "ledger/hashes.h"

#include <assert.h>
#include <string.h>

#include "ledger/schema.h"

enum { STOREY_LEVELS = 4 };

static unsigned shift_of(unsigned storey) { return STOREY_LEVELS * storey; }

void vd_hashes_key(uint8_t key[static VD_HASHES_KEY_LEN], unsigned storey, uint64_t number) {
  /* Hash 16n of the storey is complete with leaf (16n + 1)·16^l - 1. */
  uint64_t leaf = (((number << STOREY_LEVELS) + 1) << shift_of(storey)) - 1;
  vd_schema_write(key, leaf, sizeof leaf);
  key[sizeof leaf] = (uint8_t)storey;
}

uint64_t vd_hashes_count(uint64_t size) {
  uint64_t count = 0;
  for (uint64_t hashes = size; hashes > 0; hashes >>= STOREY_LEVELS)
    count += hashes / VD_HASHES_WIDTH + (hashes % VD_HASHES_WIDTH != 0);
  return count;
}

/* The root of a complete subtree from the hashes of its `count` parts, a power of two. */
static frag_error join(struct frag_context *context, uint8_t hash[static FRAG_HASH_LEN], const uint8_t *parts,
                       unsigned count) {
  uint8_t row[VD_HASHES_WIDTH / 2][FRAG_HASH_LEN];
  if (count == 1) {
    memcpy(hash, parts, FRAG_HASH_LEN);
    return FRAG_OK;
  }
  frag_error error = FRAG_OK;
  for (unsigned at = 0; at < count / 2 && error == FRAG_OK; at++)
    error = frag_node_hash(context, row[at], parts + (size_t)2 * at * FRAG_HASH_LEN,
                           parts + ((size_t)2 * at + 1) * FRAG_HASH_LEN);
  for (unsigned left = count / 2; left > 1; left /= 2)
    for (unsigned at = 0; at < left / 2 && error == FRAG_OK; at++)
      error = frag_node_hash(context, row[at], row[2 * at], row[2 * at + 1]);
  if (error == FRAG_OK) memcpy(hash, row[0], FRAG_HASH_LEN);
  return error;
}

/* The hash of subtree `index` of a level, from the value that holds its parts. */
static frag_error join_level(struct frag_context *context, uint8_t hash[static FRAG_HASH_LEN], const uint8_t *value,
                             unsigned level, uint64_t index) {
  unsigned above = level % STOREY_LEVELS;
  size_t first = (size_t)(index << above) % VD_HASHES_WIDTH;
  return join(context, hash, value + first * FRAG_HASH_LEN, 1u << above);
}

static uint64_t value_of(unsigned level, uint64_t index) { return index >> (STOREY_LEVELS - level % STOREY_LEVELS); }

/* --- reading --- */

void vd_hashes_begin(struct vd_hashes *hashes, struct frag_context *context, MDB_txn *txn, MDB_dbi dbi,
                     struct vd_hashes_kept *kept) {
  *hashes = (struct vd_hashes){.context = context, .txn = txn, .dbi = dbi, .kept = kept};
}

int vd_hashes_get(struct vd_hashes *hashes, unsigned storey, uint64_t number, const uint8_t **bytes) {
  uint8_t key[VD_HASHES_KEY_LEN];
  MDB_val value;
  if (hashes->last[storey].bytes == NULL || hashes->last[storey].number != number) {
    vd_hashes_key(key, storey, number);
    int code = vd_schema_get(hashes->txn, hashes->dbi, key, sizeof key, &value);
    if (code == MDB_NOTFOUND || (code == MDB_SUCCESS && value.mv_size != VD_HASHES_LEN)) code = MDB_CORRUPTED;
    if (code != MDB_SUCCESS) return code;
    hashes->last[storey].bytes = value.mv_data;
    hashes->last[storey].number = number;
  }
  *bytes = hashes->last[storey].bytes;
  return MDB_SUCCESS;
}

static frag_error make_hash(struct vd_hashes *hashes, unsigned level, uint64_t index,
                            uint8_t hash[static FRAG_HASH_LEN]) {
  const uint8_t *value = NULL;
  hashes->error = vd_hashes_get(hashes, level / STOREY_LEVELS, value_of(level, index), &value);
  if (hashes->error != MDB_SUCCESS) return FRAG_MEMORY;
  return join_level(hashes->context, hash, value, level, index);
}

/* Those that are made of leaves are nearly as many as these, and would tell which one was looked up. */
static bool is_kept(const struct vd_hashes *hashes, unsigned level) {
  return hashes->kept != NULL && level > STOREY_LEVELS && level % STOREY_LEVELS != 0;
}

/* A number for each subtree, never 0: its lowest bit that is set tells the level, and those above the index. */
static uint64_t subtree_of(unsigned level, uint64_t index) { return (2 * index + 1) << level; }

static bool is_lower(uint64_t subtree, uint64_t other) { return (subtree & -subtree) < (other & -other); }

static size_t place_of(uint64_t subtree) {
  const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15); /* 2^64 over the golden ratio */
  return (size_t)((subtree * golden) >> 32) % VD_HASHES_KEPT;
}

frag_error vd_hashes_read(void *state, unsigned level, uint64_t index, uint8_t hash[static FRAG_HASH_LEN]) {
  struct vd_hashes *hashes = state;
  if (!is_kept(hashes, level)) return make_hash(hashes, level, index, hash);
  uint64_t subtree = subtree_of(level, index);
  size_t at = place_of(subtree);
  if (hashes->kept->nodes[at].subtree == subtree) {
    memcpy(hash, hashes->kept->nodes[at].hash, FRAG_HASH_LEN);
    return FRAG_OK;
  }
  frag_error error = make_hash(hashes, level, index, hash);
  /* The higher one is wanted more often, by all the leaves under its sibling. */
  if (error != FRAG_OK || is_lower(subtree, hashes->kept->nodes[at].subtree)) return error;
  hashes->kept->nodes[at].subtree = subtree;
  memcpy(hashes->kept->nodes[at].hash, hash, FRAG_HASH_LEN);
  return FRAG_OK;
}

frag_error vd_hashes_edge_of(struct vd_hashes *hashes, uint64_t size, const struct frag_tree_edge **edge) {
  assert(hashes->kept != NULL);
  struct frag_tree_reader reader = {vd_hashes_read, hashes};
  struct frag_tree_edge *kept = &hashes->kept->edge;
  frag_error error = FRAG_OK;
  *edge = kept;
  if (kept->size == size) return FRAG_OK;
  error = frag_tree_edge_make(hashes->context, kept, size, &reader);
  if (error != FRAG_OK) kept->size = 0;
  return error;
}

/* --- growing --- */

int vd_hashes_load(struct vd_hashes_edge *edge, struct vd_hashes *hashes, uint64_t size) {
  edge->size = size;
  for (unsigned storey = 0; storey < VD_HASHES_STOREYS; storey++) {
    const uint8_t *value = NULL;
    uint64_t count = size >> shift_of(storey);
    if (count % VD_HASHES_WIDTH == 0) continue;
    int code = vd_hashes_get(hashes, storey, count / VD_HASHES_WIDTH, &value);
    if (code != MDB_SUCCESS) return code;
    memcpy(edge->values[storey], value, VD_HASHES_LEN);
  }
  return MDB_SUCCESS;
}

frag_error vd_hashes_add(struct vd_hashes_edge *edge, const uint8_t leaf_hash[static FRAG_HASH_LEN]) {
  uint8_t hash[FRAG_HASH_LEN];
  memcpy(hash, leaf_hash, sizeof hash);
  assert(edge->size < FRAG_TREE_SIZE_MAX);
  for (unsigned storey = 0; storey < VD_HASHES_STOREYS; storey++) {
    uint8_t *value = edge->values[storey];
    uint64_t index = edge->size >> shift_of(storey); /* of this hash in its storey */
    size_t at = index % VD_HASHES_WIDTH;
    if (at == 0) {
      memset(value, 0, VD_HASHES_LEN);
      if (storey > 0 && edge->born != NULL) edge->born(edge->state, storey, index / VD_HASHES_WIDTH);
    }
    memcpy(value + at * FRAG_HASH_LEN, hash, sizeof hash);
    if (at + 1 < VD_HASHES_WIDTH) break;
    edge->done(edge->state, storey, index / VD_HASHES_WIDTH, value);
    frag_error error = join(edge->context, hash, value, VD_HASHES_WIDTH);
    if (error != FRAG_OK) return error;
  }
  edge->size++;
  return FRAG_OK;
}

void vd_hashes_finish(const struct vd_hashes_edge *edge) {
  for (unsigned storey = 0; storey < VD_HASHES_STOREYS; storey++) {
    uint64_t count = edge->size >> shift_of(storey);
    if (count % VD_HASHES_WIDTH != 0)
      edge->done(edge->state, storey, count / VD_HASHES_WIDTH, edge->values[storey]);
  }
}

/* A root is made of complete subtrees at the right edge only, whose parts the edge has. */
static frag_error read_edge(void *state, unsigned level, uint64_t index, uint8_t hash[static FRAG_HASH_LEN]) {
  struct vd_hashes_edge *edge = state;
  return join_level(edge->context, hash, edge->values[level / STOREY_LEVELS], level, index);
}

frag_error vd_hashes_root(struct vd_hashes_edge *edge, uint8_t root[static FRAG_HASH_LEN]) {
  struct frag_tree_reader reader = {read_edge, edge};
  return frag_tree_root(edge->context, root, edge->size, &reader);
}
