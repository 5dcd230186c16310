/* Merkle proofs and the names of tiles, section 4 by way of RFC 9162 and C2SP tlog-tiles. */
#include "generate.h"

#include <string.h>

#include <frag/tile.h>

#include "bytes.h"
#include "entries.h"

enum { EQUAL_LEVELS = 63 };

/* A small tree of entries; and trees of any number of equal leaves, by the hash of 2^level of them. */
struct trees {
  struct frag_context *context;
  struct entries entries;
  uint8_t equal[EQUAL_LEVELS][FRAG_HASH_LEN];
  struct frag_tree_reader reader; /* of the one in use */
};

static frag_error read_equal(void *state, unsigned level, uint64_t index, uint8_t hash[static FRAG_HASH_LEN]) {
  struct trees *trees = state;
  (void)index;
  memcpy(hash, trees->equal[level], FRAG_HASH_LEN);
  return FRAG_OK;
}

static void trees_begin(struct trees *trees, struct frag_context *context) {
  trees->context = context;
  entries_begin(&trees->entries, context);
  trees->reader = entries_reader(&trees->entries);
  memset(trees->equal[0], 0x5a, FRAG_HASH_LEN);
  for (size_t level = 1; level < EQUAL_LEVELS; level++)
    suite_require(
        frag_node_hash(context, trees->equal[level], trees->equal[level - 1], trees->equal[level - 1]) == FRAG_OK,
        "node hash");
}

/* A claim about a tree: an inclusion, or a growth. */
struct claim {
  bool is_growth;
  uint64_t first, size;
  uint8_t start[32], root[32];
  struct frag_proof proof;
};

static void make_claim(struct trees *trees, struct claim *claim, bool is_growth, uint64_t first, uint64_t size) {
  struct frag_context *context = trees->context;
  memset(claim, 0, sizeof *claim);
  claim->is_growth = is_growth;
  claim->first = first;
  claim->size = size;
  frag_error error = is_growth ? frag_tree_consistency(context, &claim->proof, first, size, &trees->reader)
                               : frag_tree_inclusion(context, &claim->proof, first, size, &trees->reader);
  suite_require(error == FRAG_OK && frag_tree_root(context, claim->root, size, &trees->reader) == FRAG_OK, "proof");
  error = is_growth ? frag_tree_root(context, claim->start, first, &trees->reader)
                    : trees->reader.read(trees->reader.state, 0, first, claim->start);
  suite_require(error == FRAG_OK, "start");
}

static void put_claim(struct suite *suite, struct trees *trees, const struct claim *claim, const char *flag,
                      const char *comment) {
  struct frag_context *context = trees->context;
  json_t *hashes = json_array();
  for (size_t i = 0; i < claim->proof.count; i++) json_array_append_new(hashes, json_hex(claim->proof.hashes[i], 32));
  json_t *fields =
      json_pack("{s:o, s:o, s:o, s:o, s:o}", claim->is_growth ? "old_size" : "index", json_decimal(claim->first),
                "size", json_decimal(claim->size), claim->is_growth ? "old_root" : "leaf", json_hex(claim->start, 32),
                "root", json_hex(claim->root, 32), "proof", hashes);
  frag_error error =
      claim->is_growth
          ? frag_tree_check_consistency(context, claim->first, claim->start, claim->size, claim->root, &claim->proof)
          : frag_tree_check_inclusion(context, claim->first, claim->size, claim->root, claim->start, &claim->proof);
  suite_require((error == FRAG_OK) == (flag == NULL), comment);
  if (flag == NULL) suite_valid(suite, comment, fields);
  else suite_invalid(suite, flag, comment, fields);
}

/* What is wrong with a proof of two hashes or more. */
static void put_wrong(struct suite *suite, struct trees *trees, const struct claim *right, const char *flag) {
  static const char *const comments[] = {"first hash altered", "last hash altered", "first hash left out",
                                         "last hash left out", "a hash more",       "two hashes exchanged",
                                         "other start",        "other root",        "other position",
                                         "position too large", "size too large"};
  for (size_t wrong = 0; wrong < FRAG_COUNT(comments); wrong++) {
    struct claim claim = *right;
    size_t last = claim.proof.count - 1;
    switch (wrong) {
      case 0: claim.proof.hashes[0][31] ^= 1; break;
      case 1: claim.proof.hashes[last][0] ^= 0x80; break;
      case 2:
        memmove(claim.proof.hashes[0], claim.proof.hashes[1], 32 * last);
        claim.proof.count--;
        break;
      case 3: claim.proof.count--; break;
      case 4: memcpy(claim.proof.hashes[claim.proof.count++], claim.root, 32); break;
      case 5:
        memcpy(claim.proof.hashes[0], right->proof.hashes[last], 32);
        memcpy(claim.proof.hashes[last], right->proof.hashes[0], 32);
        break;
      case 6: claim.start[7] ^= 2; break;
      case 7: claim.root[7] ^= 2; break;
      case 8: claim.first ^= 1; break;
      case 9: claim.first = claim.size + 1; break;
      default: claim.size = FRAG_TREE_SIZE_MAX + 1; break;
    }
    put_claim(suite, trees, &claim, flag, comments[wrong]);
  }
}

static void claims(struct suite *suite, struct trees *trees, bool is_growth) {
  static const uint64_t inclusions[][2] = {{0, 1}, {0, 2}, {1, 2}, {2, 3},  {0, 7},   {3, 7},
                                           {4, 7}, {6, 7}, {7, 8}, {8, 13}, {12, 13}, {5, 13}};
  static const uint64_t growths[][2] = {{0, 0}, {0, 5}, {1, 1}, {1, 2},  {1, 8},   {3, 7},
                                        {4, 7}, {6, 7}, {6, 8}, {8, 13}, {12, 13}, {13, 13}};
  static const uint64_t large[][2] = {{UINT64_C(1) << 61, (UINT64_C(1) << 62) - 1},
                                      {UINT64_C(123456789012345678), UINT64_C(234567890123456789)},
                                      {3, UINT64_C(1) << 62}};
  const uint64_t(*pairs)[2] = is_growth ? growths : inclusions;
  struct claim claim;
  suite_group(suite, is_growth ? "Consistency" : "Inclusion", NULL);
  for (size_t i = 0; i < 12; i++) {
    make_claim(trees, &claim, is_growth, pairs[i][0], pairs[i][1]);
    put_claim(suite, trees, &claim, NULL, is_growth ? "one tree grows into another" : "a leaf of a small tree");
  }
  trees->reader = (struct frag_tree_reader){read_equal, trees};
  for (size_t i = 0; i < FRAG_COUNT(large); i++) {
    make_claim(trees, &claim, is_growth, large[i][0], large[i][1]);
    put_claim(suite, trees, &claim, NULL, "a tree of very many equal leaves");
  }
  trees->reader = entries_reader(&trees->entries);
  make_claim(trees, &claim, is_growth, is_growth ? 6 : 5, ENTRIES);
  put_wrong(suite, trees, &claim, is_growth ? "Consistency" : "Inclusion");
}

static void tiles(struct suite *suite) {
  static const char *const right[] = {"tile/0/000",
                                      "tile/0/x001/x234/067",
                                      "tile/1/x001/234.p/17",
                                      "tile/2/000.p/1",
                                      "tile/entries/273.p/112",
                                      "tile/entries/x070/000",
                                      "tile/63/x018/x446/x744/x073/x709/x551/615.p/255"};
  static const char *const wrong[] = {"tile/0/0",           "tile/00/000",
                                      "tile/64/000",        "tile/0/x000/001",
                                      "tile/0/001/002",     "tile/0/x001",
                                      "tile/0/x001/x002",   "tile/0/000.p/0",
                                      "tile/0/000.p/256",   "tile/0/000.p/01",
                                      "tile/entries/0/000", "/tile/0/000",
                                      "tile/0/000/",        "tile/0/x018/x446/x744/x073/x709/x551/616"};
  struct frag_tile tile;
  suite_group(suite, "Tile", NULL);
  for (size_t i = 0; i < FRAG_COUNT(right); i++) {
    suite_require(frag_tile_parse(&tile, right[i], strlen(right[i])) == FRAG_OK, right[i]);
    suite_valid(suite, "the name of a tile or entry bundle",
                json_pack("{s:s, s:s, s:i, s:o, s:i}", "path", right[i], "kind", tile.is_entries ? "entries" : "tile",
                          "level", (int)tile.level, "index", json_decimal(tile.index), "width", (int)tile.width));
  }
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++) {
    suite_require(frag_tile_parse(&tile, wrong[i], strlen(wrong[i])) != FRAG_OK, wrong[i]);
    suite_invalid(suite, "TilePath", "another spelling, or no tile", json_pack("{s:s}", "path", wrong[i]));
  }
}

void generate_tree(struct realm *realm, const char *folder) {
  static struct trees trees;
  struct suite suite;
  trees_begin(&trees, realm->context);
  suite_begin(&suite, "FRAG-1 trees", "Inclusion and consistency proofs, and the names of tiles.");
  suite_note(&suite, "Inclusion", "an inclusion proof leads from the leaf to the root, RFC 9162 section 2.1.3.2");
  suite_note(&suite, "Consistency", "a consistency proof leads to both roots, RFC 9162 section 2.1.4.2");
  suite_note(&suite, "TilePath", "a tile has one name, C2SP tlog-tiles");
  claims(&suite, &trees, false);
  claims(&suite, &trees, true);
  tiles(&suite);
  suite_end(&suite, folder, "tree.json");
}
