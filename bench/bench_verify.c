/* bench_verify [ENTRIES [ANCHORS …]]: a whole verification, QR text to verdict and its wiping, with three local ledgers
 * of which two are enough: at 1, 10000 and ENTRIES (100000) entries without anchors; then at ENTRIES with 1 and 4
 * chains for each log and each of the numbers of anchors on each of them (100, 10000 and 100000). All in turns with a
 * floor, the primitives that FRAG-1 asks for, of the same sizes and in numbers that nothing can do without:
 *   - one BIP-340 verification with a parsed key, AES-GCM and AES-CTR under fresh keys, and every hash;
 *   - the hashes of two leaves and of their inclusion proofs; no checkpoint's signature: it is the one that was
 *     verified last;
 *   - gets of bare LMDB in a database of that size: a snapshot and its checkpoint of each ledger; name, record and a
 *     value for every four levels of the tree in two; the first statement's name in all three.
 * What grows above it with the entries are proofs, whose hashes are made from those of every fourth level, unless the
 * reader has made them before; the verifier has verified every document of these ledgers once.
 * And vd_anchors_find alone, for entries at random, beside log2 and a binary search in as many bare numbers, which lie
 * beside one another in memory while each anchor has cache lines of its own.
 * What is read has been read before: from a cold disk each get costs a read or two more. */
#include <math.h>

#include "bench.h"
#include "verify_world.h"

enum { ANCHORS_MAX = 4, VARIANTS_MAX = 1 + 2 * ANCHORS_MAX, NAME_SIZE = 48 };

/* --- the floor --- */

struct floor {
  struct world *world;
  size_t turn;
  uint8_t sig64[64], bytes[WORLD_PLAINTEXT_LEN + 128], sealed[WORLD_PLAINTEXT_LEN + FRAG_TAG_LEN];
};

static const uint8_t secret32[32] = {[31] = 7}, zeroes[32];

static void hash(struct floor *floor, size_t len, unsigned times) {
  uint8_t out[32];
  struct frag_slice part = frag_bytes(floor->bytes, len);
  for (unsigned i = 0; i < times; i++)
    world_require_frag(frag_tagged_hash(floor->world->context, FRAG_LABEL_FRAG, out, &part, 1));
}

/* As the floor of opening a document in bench_frag. */
static void open_document(struct floor *floor) {
  struct world *world = floor->world;
  struct frag_context *context = world->context;
  const size_t n = WORLD_PLAINTEXT_LEN;
  struct frag_slice part = frag_bytes(floor->bytes, FRAG_HEADER_LEN);
  uint8_t out[32];
  hash(floor, 51, 2);                                    /* chk, loc */
  hash(floor, 25 + n, WORLD_THRESHOLD + WORLD_OPERATORS); /* frag: the ones fetched, then all */
  hash(floor, 8 + n + 16, 1);                            /* mask */
  world_require_frag(frag_gcm_open(context, context->plaintext, secret32, frag_bytes(floor->bytes, 8),
                                   frag_bytes(floor->sealed, n + 16)));
  world_require_frag(frag_prf(context, out, secret32, "key", &part, 1)); /* share */
  world_require_frag(frag_ctr_stream(context, context->stream, (WORLD_THRESHOLD - 1) * n, secret32));
  hash(floor, 2 + world->document_len, 1); /* doc */
  world_require(frag_schnorr_verify(context, floor->sig64, zeroes, &world->point), "the signature is wrong");
  hash(floor, 2 + FRAG_RID_LEN + 4, 1); /* the first statement's name */
}

static unsigned levels_of(uint64_t size) { return (unsigned)ceil(log2((double)size)); }

static void check_inclusion(struct floor *floor) {
  struct world *world = floor->world;
  uint8_t node[32];
  world_require_frag(frag_leaf_hash(world->context, node, frag_bytes(floor->bytes, WORLD_ENTRY_LEN)));
  for (unsigned level = 0; level < levels_of(world->size); level++)
    world_require_frag(frag_node_hash(world->context, node, node, floor->bytes));
}

static bool get(const struct world_bare *bare, MDB_dbi dbi, const void *key, size_t len, MDB_val *value) {
  uint8_t copy[16];
  memcpy(copy, key, len);
  MDB_val name = {.mv_size = len, .mv_data = copy};
  int code = mdb_get(bare->txn, dbi, &name, value);
  world_require(code == 0 || code == MDB_NOTFOUND, "LMDB");
  return code == 0;
}

static void read_record(const struct world *world, const struct world_paper *paper) {
  const struct world_bare *bare = &world->bare;
  MDB_val index, value;
  uint8_t key[8];
  bool is_there = get(bare, bare->names, paper->locator, sizeof paper->locator, &index) &&
                  get(bare, bare->records, index.mv_data, index.mv_size, &value);
  for (unsigned level = 0; level < levels_of(world->size); level += 4) {
    uint64_t number = paper->number >> level >> 4 << 4; /* of a value of hashes, one of those there are */
    frag_put_u64(key, number);
    is_there = is_there && get(bare, bare->hashes, key, sizeof key, &value);
  }
  world_require(is_there, "a record is not there");
}

static void read_ledgers(struct floor *floor) {
  const struct world *world = floor->world;
  const struct world_bare *bare = &world->bare;
  const struct world_paper *paper = world_paper(world, floor->turn++);
  MDB_val value;
  for (unsigned k = 0; k < WORLD_OPERATORS; k++) {
    world_require(mdb_txn_renew(bare->txn) == 0, "LMDB");
    world_require(get(bare, bare->meta, "checkpoint", 10, &value), "no checkpoint");
    if (k < WORLD_THRESHOLD) read_record(world, paper);
    world_require(!get(bare, bare->statuses, paper->locator, sizeof paper->locator, &value), "a statement is there");
    mdb_txn_reset(bare->txn);
  }
}

static void run_floor(void *argument) {
  struct floor *floor = argument;
  read_ledgers(floor);
  for (unsigned k = 0; k < WORLD_THRESHOLD; k++) check_inclusion(floor);
  open_document(floor);
}

static void make_floor(struct floor *floor, struct world *world) {
  floor->world = world;
  world_require_frag(frag_schnorr_sign(world->context, floor->sig64, zeroes, world->key, zeroes));
  world_require_frag(frag_gcm_seal(world->context, floor->sealed, secret32, frag_bytes(floor->bytes, 8),
                                   frag_bytes(floor->bytes, WORLD_PLAINTEXT_LEN)));
}

/* --- verifications --- */

/* One verifier at a time, so that all of them are at the same places in memory. */
struct desk {
  struct world *world;
  const struct variant *variant; /* whose verifier it is */
  struct vd_verifier *verifier;
  size_t turn;
  struct vd_verdict verdict;
};

struct variant {
  struct desk *desk;
  struct vd_anchors *anchors; /* NULL: without */
  char name[NAME_SIZE];
};

static void leave_desk(struct desk *desk) {
  vd_verifier_free(desk->verifier);
  desk->verifier = NULL;
  desk->variant = NULL;
}

static void verify_paper(const struct variant *variant) {
  struct desk *desk = variant->desk;
  struct vd_verdict *verdict = &desk->verdict;
  const enum vd_check_state expected = variant->anchors != NULL ? VD_CHECK_PASSED : VD_CHECK_NOT_CHECKED;
  const struct world_paper *paper = world_paper(desk->world, desk->turn++);
  vd_verify(desk->verifier, paper->qr, FRAG_QR_TEXT_LEN, WORLD_NOW_S, verdict);
  world_require(verdict->verdict == FRAG_VALID, frag_error_name(verdict->code));
  world_require(verdict->is_anchored == (variant->anchors != NULL), "an entry is not covered");
  world_require(verdict->checks[VD_STEP_ANCHOR].state == expected, "the check of anchors ends otherwise");
  vd_verdict_wipe(verdict);
}

/* A verifier that has worked before, as a portal's have. */
static void take_desk(struct desk *desk, const struct variant *variant) {
  vd_verifier_free(desk->verifier);
  desk->verifier = world_verifier(desk->world, variant->anchors);
  desk->variant = variant;
  for (size_t at = 0; at < desk->world->paper_count; at++) verify_paper(variant);
}

static void verify(void *argument) {
  const struct variant *variant = argument;
  if (variant->desk->variant != variant) take_desk(variant->desk, variant);
  verify_paper(variant);
}

static void make_variant(struct variant *variant, struct desk *desk, struct vd_anchors *anchors, const char *name) {
  *variant = (struct variant){.desk = desk, .anchors = anchors};
  (void)snprintf(variant->name, sizeof variant->name, "%s", name);
}

static void print_variants(const struct variant *variants, size_t count, const struct bench_times *times) {
  printf("%-32s %8.1f µs\n", "floor", bench_median_ns(&times[0]) / 1e3);
  for (size_t at = 0; at < count; at++) {
    const struct bench_times *mine = &times[at + 1], *first = &times[1];
    printf("%-32s %8.1f µs   time / floor %.2f", variants[at].name, bench_median_ns(mine) / 1e3,
           bench_ratio(mine, &times[0]));
    if (at > 0) printf("   / without anchors %.3f", bench_ratio(mine, first));
    printf("\n");
  }
}

static void measure(struct floor *floor, struct variant *variants, size_t count) {
  struct bench_work works[1 + VARIANTS_MAX] = {{"floor", run_floor, floor}};
  struct bench_times times[1 + VARIANTS_MAX];
  for (size_t at = 0; at < count; at++) works[at + 1] = (struct bench_work){variants[at].name, verify, &variants[at]};
  printf("\n%llu entries in each ledger\n", (unsigned long long)floor->world->size);
  bench_in_turns(works, count + 1, times);
  print_variants(variants, count, times);
  (void)fflush(stdout);
}

static void measure_without(struct floor *floor, struct desk *desk) {
  struct variant variant;
  make_variant(&variant, desk, NULL, "without anchors");
  measure(floor, &variant, 1);
  leave_desk(desk);
}

/* --- finding an anchor --- */

struct finder {
  const struct world *world;
  struct vd_anchors *anchors;
  uint64_t random, count;
  uint64_t *sizes;
  uint64_t found; /* so that nothing is left out */
};

static void find(void *argument) {
  struct finder *finder = argument;
  struct vd_anchors_item item;
  uint64_t entry = world_mix(finder->random++) % finder->world->size;
  enum vd_anchors_cover cover = vd_anchors_find(finder->anchors, 0, entry, WORLD_TIME_S, &item);
  world_require(cover == VD_ANCHORS_COVERED && item.size > entry, "an entry is not covered");
}

static void search(void *argument) {
  struct finder *finder = argument;
  uint64_t entry = world_mix(finder->random++) % finder->world->size, low = 0, high = finder->count;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (finder->sizes[middle] > entry) high = middle;
    else low = middle + 1;
  }
  world_require(low < finder->count, "an entry is not covered");
  finder->found += low;
}

static void make_finder(struct finder *finder, const struct world *world, struct vd_anchors *anchors, uint64_t count) {
  *finder = (struct finder){.world = world, .anchors = anchors, .count = count};
  finder->sizes = calloc(count, sizeof *finder->sizes);
  world_require(finder->sizes != NULL, "out of memory");
  for (uint64_t n = 0; n < count; n++) finder->sizes[n] = world_anchor_size(world, n, count);
}

static void measure_finding(struct finder *finders, size_t count) {
  struct bench_work works[2 * ANCHORS_MAX] = {{0}};
  struct bench_times times[2 * ANCHORS_MAX];
  for (size_t at = 0; at < count; at++) {
    works[2 * at] = (struct bench_work){"search", search, &finders[at]};
    works[2 * at + 1] = (struct bench_work){"find", find, &finders[at]};
  }
  printf("\nvd_anchors_find\n");
  bench_in_turns(works, 2 * count, times);
  for (size_t at = 0; at < count; at++) {
    const struct bench_times *mine = &times[2 * at + 1], *floor = &times[2 * at];
    printf("%7llu anchors %9.0f ns   time / floor %.2f   since %llu: %.2f times (search %.2f, log2 %.2f)\n",
           (unsigned long long)finders[at].count, bench_median_ns(mine), bench_ratio(mine, floor),
           (unsigned long long)finders[0].count, bench_ratio(mine, &times[1]), bench_ratio(floor, &times[0]),
           log2((double)finders[at].count) / log2((double)finders[0].count));
  }
}

/* --- all of it --- */

static void name_variant(char name[static NAME_SIZE], size_t chains, uint64_t count) {
  (void)snprintf(name, NAME_SIZE, "%zu chain%s, %llu anchors each", chains, chains > 1 ? "s" : "",
                 (unsigned long long)count);
}

static void measure_anchored(struct floor *floor, struct desk *desk, const uint64_t *counts, size_t sizes) {
  static struct variant variants[VARIANTS_MAX];
  struct finder finders[ANCHORS_MAX];
  char name[NAME_SIZE];
  make_variant(&variants[0], desk, NULL, "without anchors");
  for (size_t at = 0; at < sizes; at++) {
    struct vd_anchors *all = world_anchors_make(desk->world, counts[at]);
    struct vd_anchors *one = world_anchors_copy(desk->world, counts[at], 1);
    name_variant(name, 1, counts[at]);
    make_variant(&variants[1 + at], desk, one, name);
    name_variant(name, WORLD_CHAINS_MAX, counts[at]);
    make_variant(&variants[1 + sizes + at], desk, all, name);
    make_finder(&finders[at], desk->world, one, counts[at]);
  }
  measure(floor, variants, 1 + 2 * sizes);
  leave_desk(desk);
  measure_finding(finders, sizes);
  for (size_t at = 0; at < 2 * sizes; at++) vd_anchors_close(variants[1 + at].anchors);
  for (size_t at = 0; at < sizes; at++) free(finders[at].sizes);
}

static uint64_t number_of(const char *text) {
  uint64_t number = strtoull(text, NULL, 10);
  world_require(number >= 1, "usage: bench_verify [ENTRIES [ANCHORS …]]");
  return number;
}

int main(int argc, char **argv) {
  static struct world world;
  static struct floor floor;
  static struct desk desk = {.world = &world};
  static const uint64_t smaller[] = {1, 10000};
  uint64_t counts[ANCHORS_MAX] = {100, 10000, 100000}, entries = argc > 1 ? number_of(argv[1]) : 100000;
  size_t sizes = argc > 2 ? 0 : 3;
  for (int at = 2; at < argc && sizes < ANCHORS_MAX; at++) counts[sizes++] = number_of(argv[at]);
  world_begin(&world);
  make_floor(&floor, &world);
  for (size_t at = 0; at < FRAG_COUNT(smaller) && smaller[at] < entries; at++) {
    world_grow(&world, smaller[at]);
    measure_without(&floor, &desk);
  }
  world_grow(&world, entries);
  measure_anchored(&floor, &desk, counts, sizes);
  world_end(&world);
  return EXIT_SUCCESS;
}
