/* Merkle proofs and the names of tiles. */
#include <string.h>

#include <frag/tile.h>
#include <frag/tree.h>

#include "bytes.h"
#include "run.h"

static void read_proof(struct vectors *v, struct frag_proof *proof) {
  const json_t *hashes = forms_array(&v->forms, v->test, "proof"), *hash;
  size_t index;
  proof->count = 0;
  json_array_foreach(hashes, index, hash) {
    struct frag_slice bytes = forms_item(&v->forms, hash, "proof");
    vectors_check(v, bytes.len == FRAG_HASH_LEN && proof->count < FRAG_PROOF_HASHES_MAX, "a hash");
    memcpy(proof->hashes[proof->count++], bytes.data, FRAG_HASH_LEN);
  }
}

static void run_inclusion(struct vectors *v) {
  struct frag_proof proof;
  read_proof(v, &proof);
  vectors_outcome(v, frag_tree_check_inclusion(v->context, forms_decimal(&v->forms, v->test, "index"),
                                               forms_decimal(&v->forms, v->test, "size"),
                                               forms_fixed(&v->forms, v->test, "root", FRAG_HASH_LEN),
                                               forms_fixed(&v->forms, v->test, "leaf", FRAG_HASH_LEN), &proof));
}

static void run_consistency(struct vectors *v) {
  struct frag_proof proof;
  read_proof(v, &proof);
  vectors_outcome(v, frag_tree_check_consistency(v->context, forms_decimal(&v->forms, v->test, "old_size"),
                                                 forms_fixed(&v->forms, v->test, "old_root", FRAG_HASH_LEN),
                                                 forms_decimal(&v->forms, v->test, "size"),
                                                 forms_fixed(&v->forms, v->test, "root", FRAG_HASH_LEN), &proof));
}

static void run_tile(struct vectors *v) {
  struct frag_slice path = forms_text(&v->forms, v->test, "path");
  struct frag_tile tile;
  char again[FRAG_TILE_PATH_MAX];
  vectors_outcome(v, frag_tile_parse(&tile, (const char *)path.data, path.len));
  if (!v->valid) return;
  vectors_same_text(v, "kind", tile.is_entries ? "entries" : "tile");
  vectors_check(v,
                tile.level == forms_number(&v->forms, v->test, "level", FRAG_TILE_LEVEL_MAX) &&
                    tile.index == forms_decimal(&v->forms, v->test, "index") &&
                    tile.width == forms_number(&v->forms, v->test, "width", FRAG_TILE_WIDTH),
                "the tile");
  frag_tile_path(again, &tile);
  vectors_same_text(v, "path", again);
}

void run_tree(void **state) {
  static const struct vectors_type types[] = {
      {"Inclusion", run_inclusion}, {"Consistency", run_consistency}, {"Tile", run_tile}, {NULL, NULL}};
  vectors_run(*state, "tree", types);
}
