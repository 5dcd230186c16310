/* What can be read of a ledger's log, against an oracle that keeps leaf hashes and a frontier and no ledger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tlog_fixture.h"

enum { NOW_S = 4000000000, SMALL = 70, BIG = 70000 };

struct state {
  struct ledger_fixture fixture;
  struct frag_context *context;
  struct vd_store *store;
  struct vd_failure failure;
};

static int begin(void **out) {
  struct state *state = calloc(1, sizeof *state);
  assert_non_null(state);
  ledger_fixture_begin(&state->fixture);
  state->context = tlog_context();
  state->store = ledger_open(&state->fixture, VD_STORE_CREATE);
  *out = state;
  return 0;
}

static int end(void **in) {
  struct state *state = *in;
  vd_store_close(state->store);
  frag_context_free(state->context);
  ledger_fixture_end(&state->fixture);
  free(state);
  return 0;
}

static void append_at(struct state *state, uint32_t first, size_t count, uint64_t now_s) {
  struct ledger_batch batch = ledger_batch(first, count);
  struct vd_store_appended appended;
  if (vd_store_append(state->store, batch.items, count, now_s, NULL, &appended, &state->failure) != VD_OK)
    fail_msg("%s", state->failure.text);
  assert_int_equal(appended.added, count);
  assert_int_equal(appended.first_index, first);
  assert_int_equal(appended.size, first + count);
  ledger_batch_free(&batch);
}

/* --- an oracle --- */

/* The leaf hashes, and the root of every size up to them. */
struct oracle {
  uint8_t leaves[SMALL + 1][FRAG_HASH_LEN];
  uint8_t roots[SMALL + 2][FRAG_HASH_LEN];
};

static void build_oracle(struct state *state, struct vd_store_reader *reader, struct oracle *oracle, uint64_t size) {
  struct frag_frontier frontier = {0};
  assert_true(size <= SMALL + 1);
  for (uint64_t index = 0; index <= size; index++) {
    assert_int_equal(frag_frontier_root(state->context, oracle->roots[index], &frontier), FRAG_OK);
    if (index == size) break;
    tlog_leaf(reader, state->context, index, oracle->leaves[index]);
    assert_int_equal(frag_frontier_add(state->context, &frontier, oracle->leaves[index]), FRAG_OK);
  }
}

static void assert_all_proofs(struct state *state, uint64_t size) {
  static struct oracle oracle;
  struct vd_store_reader *reader = tlog_reader(state->store);
  struct frag_proof proof;
  uint64_t read_size = 0;
  build_oracle(state, reader, &oracle, size);
  struct frag_checkpoint checkpoint = tlog_checkpoint(reader, state->context, NULL);
  assert_int_equal(checkpoint.size, size);
  assert_memory_equal(checkpoint.root, oracle.roots[size], FRAG_HASH_LEN);
  assert_int_equal(vd_tlog_size(reader, &read_size, &state->failure), VD_OK);
  assert_int_equal(read_size, size);
  for (uint64_t index = 0; index < size; index++) {
    assert_int_equal(vd_tlog_inclusion(reader, index, &proof, &state->failure), VD_OK);
    assert_int_equal(frag_tree_check_inclusion(state->context, index, size, oracle.roots[size], oracle.leaves[index],
                                               &proof), FRAG_OK);
  }
  for (uint64_t old = 0; old <= size; old++) {
    assert_int_equal(vd_tlog_consistency(reader, old, &proof, &state->failure), VD_OK);
    assert_int_equal(frag_tree_check_consistency(state->context, old, oracle.roots[old], size, oracle.roots[size],
                                                 &proof), FRAG_OK);
  }
  assert_int_equal(vd_tlog_inclusion(reader, size, &proof, &state->failure), VD_NOT_FOUND);
  assert_int_equal(vd_tlog_inclusion(reader, UINT64_MAX, &proof, &state->failure), VD_NOT_FOUND);
  assert_int_equal(vd_tlog_consistency(reader, size + 1, &proof, &state->failure), VD_NOT_FOUND);
  assert_int_equal(vd_tlog_consistency(reader, UINT64_MAX, &proof, &state->failure), VD_NOT_FOUND);
  tlog_assert_sound(reader);
  vd_store_reader_free(reader);
}

/* --- identity --- */

static void a_new_ledger_has_a_signed_empty_checkpoint(void **in) {
  struct state *state = *in;
  struct vd_store_reader *reader = tlog_reader(state->store);
  struct frag_log_key key;
  uint64_t time_s = 0;
  assert_int_equal(vd_tlog_key(reader, &key, &state->failure), VD_OK);
  assert_string_equal(key.name, "localhost/log/2");
  struct frag_checkpoint checkpoint = tlog_checkpoint(reader, state->context, &time_s);
  assert_int_equal(checkpoint.size, 0);
  assert_int_equal(checkpoint.origin.len, strlen(key.name));
  assert_memory_equal(checkpoint.origin.data, key.name, key.name_len);
  vd_store_reader_free(reader);
  assert_all_proofs(state, 0);
}

/* --- proofs --- */

static void every_proof_of_a_growing_log_holds(void **in) {
  struct state *state = *in;
  for (uint32_t size = 0; size < SMALL; size++) {
    append_at(state, size, 1, NOW_S + size);
    assert_all_proofs(state, size + 1);
  }
}

static void every_proof_holds_however_the_batches_were_cut(void **in) {
  struct state *state = *in;
  static const uint32_t cuts[][8] = {{70}, {1, 69}, {15, 1, 54}, {16, 16, 16, 16, 6}, {17, 31, 22}, {3, 14, 47, 5, 1},
                                     {63, 1, 6}, {64, 6}, {2, 2, 13, 40, 13}};
  for (size_t way = 0; way < sizeof cuts / sizeof *cuts; way++) {
    vd_store_close(state->store);
    (void)snprintf(state->fixture.path, sizeof state->fixture.path, "%s/way-%zu", state->fixture.folder, way);
    state->store = ledger_open(&state->fixture, VD_STORE_CREATE);
    uint32_t size = 0;
    for (size_t at = 0; at < 8 && cuts[way][at] != 0; size += cuts[way][at++]) {
      append_at(state, size, cuts[way][at], NOW_S);
      assert_all_proofs(state, size + cuts[way][at]);
      vd_store_close(state->store);
      state->store = ledger_open(&state->fixture, VD_STORE_WRITE);
    }
    assert_int_equal(size, SMALL);
  }
}

/* --- resources --- */

static enum vd_error get(struct state *state, struct vd_store_reader *reader, const char *path, uint8_t *bytes,
                         struct vd_tlog_resource *resource) {
  return vd_tlog_resource(reader, path, strlen(path), bytes, resource, &state->failure);
}

static size_t get_tile(struct state *state, struct vd_store_reader *reader, const char *path, uint8_t *bytes) {
  struct vd_tlog_resource resource;
  if (get(state, reader, path, bytes, &resource) != VD_OK) fail_msg("%s: %s", path, state->failure.text);
  assert_true(resource.is_immutable);
  assert_false(resource.is_text);
  return resource.len;
}

static void assert_absent(struct state *state, struct vd_store_reader *reader, const char *path, uint8_t *bytes) {
  struct vd_tlog_resource resource;
  if (get(state, reader, path, bytes, &resource) != VD_NOT_FOUND) fail_msg("%s is there", path);
  assert_int_equal(resource.len, 0);
}

/* The complete subtree of 2^level leaves, from the leaves. */
static void subtree(struct frag_context *context, const uint8_t (*leaves)[FRAG_HASH_LEN], unsigned level,
                    uint64_t index, uint8_t hash[static FRAG_HASH_LEN]) {
  struct frag_frontier frontier = {0};
  for (uint64_t at = index << level; at < (index + 1) << level; at++)
    assert_int_equal(frag_frontier_add(context, &frontier, leaves[at]), FRAG_OK);
  assert_int_equal(frag_frontier_root(context, hash, &frontier), FRAG_OK);
}

static void assert_tile(struct state *state, struct vd_store_reader *reader, const uint8_t (*leaves)[FRAG_HASH_LEN],
                        const struct frag_tile *tile, uint8_t *bytes) {
  char path[FRAG_TILE_PATH_MAX];
  uint8_t hash[FRAG_HASH_LEN];
  frag_tile_path(path, tile);
  assert_int_equal(get_tile(state, reader, path, bytes), tile->width * FRAG_HASH_LEN);
  for (unsigned at = 0; at < tile->width; at++) {
    subtree(state->context, leaves, FRAG_TILE_HEIGHT * tile->level, tile->index * FRAG_TILE_WIDTH + at, hash);
    assert_memory_equal(bytes + (size_t)at * FRAG_HASH_LEN, hash, FRAG_HASH_LEN);
  }
}

static void assert_bundle(struct state *state, struct vd_store_reader *reader, uint64_t index, unsigned width,
                          uint8_t *bytes) {
  char path[FRAG_TILE_PATH_MAX];
  const uint8_t *expected = NULL;
  size_t expected_len = 0;
  struct frag_slice entry;
  frag_tile_path(path, &(struct frag_tile){.is_entries = true, .index = index, .width = width});
  struct frag_slice rest = {bytes, get_tile(state, reader, path, bytes)};
  for (unsigned at = 0; at < width; at++) {
    assert_int_equal(frag_bundle_next(&rest, &entry), FRAG_OK);
    assert_int_equal(vd_store_get_entry(reader, index * FRAG_TILE_WIDTH + at, &expected, &expected_len,
                                        &state->failure), VD_OK);
    assert_int_equal(entry.len, expected_len);
    assert_memory_equal(entry.data, expected, expected_len);
  }
  assert_int_equal(rest.len, 0);
}

static void a_log_of_70000_has_the_tiles_of_the_specification(void **in) {
  struct state *state = *in;
  static const uint32_t cuts[] = {1, 254, 1, 1, 4095, 30000, 5, 31200, 4443};
  uint32_t size = 0;
  for (size_t at = 0; at < sizeof cuts / sizeof *cuts; size += cuts[at++]) append_at(state, size, cuts[at], NOW_S);
  assert_int_equal(size, BIG);
  struct vd_store_reader *reader = tlog_reader(state->store);
  uint8_t(*leaves)[FRAG_HASH_LEN] = malloc((size_t)BIG * FRAG_HASH_LEN);
  uint8_t *bytes = malloc(VD_TLOG_RESOURCE_MAX);
  assert_non_null(leaves);
  assert_non_null(bytes);
  for (uint64_t index = 0; index < BIG; index++) tlog_leaf(reader, state->context, index, leaves[index]);
  static const struct frag_tile there[] = {
      {false, 0, 0, 256}, {false, 0, 137, 256}, {false, 0, 272, 256}, {false, 0, 273, 112}, {false, 0, 273, 1},
      {false, 0, 273, 111}, {false, 0, 0, 1}, {false, 0, 5, 255}, {false, 0, 5, 17}, {false, 1, 0, 256},
      {false, 1, 1, 17}, {false, 1, 1, 16}, {false, 1, 0, 255}, {false, 2, 0, 1}};
  for (size_t at = 0; at < sizeof there / sizeof *there; at++)
    assert_tile(state, reader, (const uint8_t(*)[FRAG_HASH_LEN])leaves, &there[at], bytes);
  static const char *const absent[] = {
      "tile/0/273",    "tile/0/273.p/113", "tile/0/274.p/1", "tile/1/001",      "tile/1/001.p/18", "tile/1/002.p/1",
      "tile/2/000",    "tile/2/000.p/2",   "tile/3/000.p/1", "tile/63/000.p/1", "tile/entries/273",
      "tile/entries/273.p/113", "tile/entries/274.p/1", "tile/0/x018/446/744.p/1", "", "checkpoin", "checkpoint/",
      "/checkpoint", "tile", "tile/", "tile/0/0", "tile/0/00", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/",
      "tile/00/000", "tile/-1/000", "tile/0/x000/000", "tile/8/0/000", "tile/0/000/", "log.key", "../log.key",
      "tile/0/../../log.key"};
  for (size_t at = 0; at < sizeof absent / sizeof *absent; at++) assert_absent(state, reader, absent[at], bytes);
  assert_bundle(state, reader, 0, 256, bytes);
  assert_bundle(state, reader, 272, 256, bytes);
  assert_bundle(state, reader, 273, 112, bytes);
  assert_bundle(state, reader, 273, 1, bytes);
  assert_bundle(state, reader, 100, 3, bytes);
  struct frag_checkpoint checkpoint = tlog_checkpoint(reader, state->context, NULL);
  struct frag_proof proof;
  static const uint64_t some[] = {0, 1, 255, 256, 4095, 4096, 65535, 65536, 69887, 69888, 69999};
  for (size_t at = 0; at < sizeof some / sizeof *some; at++) {
    assert_int_equal(vd_tlog_inclusion(reader, some[at], &proof, &state->failure), VD_OK);
    assert_int_equal(frag_tree_check_inclusion(state->context, some[at], BIG, checkpoint.root, leaves[some[at]],
                                               &proof), FRAG_OK);
  }
  tlog_assert_sound(reader);
  free(leaves);
  free(bytes);
  vd_store_reader_free(reader);
}

/* Every width that the tree has passed through is a prefix of the tile, and the tile ends where the tree does. */
static void partial_tiles_of_every_width_are_prefixes(void **in) {
  struct state *state = *in;
  uint8_t *whole = malloc(VD_TLOG_RESOURCE_MAX);
  uint8_t *part = malloc(VD_TLOG_RESOURCE_MAX);
  char path[FRAG_TILE_PATH_MAX];
  assert_non_null(whole);
  assert_non_null(part);
  append_at(state, 0, 300, NOW_S);
  struct vd_store_reader *reader = tlog_reader(state->store);
  for (int entries = 0; entries < 2; entries++) {
    struct frag_tile tile = {entries == 1, 0, 0, 256};
    frag_tile_path(path, &tile);
    size_t len = get_tile(state, reader, path, whole);
    size_t last = 0;
    for (tile.width = 1; tile.width < 256; tile.width++) {
      frag_tile_path(path, &tile);
      size_t part_len = get_tile(state, reader, path, part);
      assert_true(part_len > last && part_len < len);
      assert_memory_equal(part, whole, part_len);
      last = part_len;
    }
  }
  free(whole);
  free(part);
  vd_store_reader_free(reader);
}

static void the_checkpoint_is_a_text_that_changes(void **in) {
  struct state *state = *in;
  static uint8_t bytes[VD_TLOG_RESOURCE_MAX];
  struct vd_tlog_resource resource;
  const char *note = NULL;
  size_t len = 0;
  append_at(state, 0, 3, NOW_S);
  struct vd_store_reader *reader = tlog_reader(state->store);
  assert_int_equal(get(state, reader, "checkpoint", bytes, &resource), VD_OK);
  assert_int_equal(vd_tlog_checkpoint(reader, &note, &len, &state->failure), VD_OK);
  assert_true(resource.is_text);
  assert_false(resource.is_immutable);
  assert_int_equal(resource.len, len);
  assert_memory_equal(bytes, note, len);
  vd_store_reader_free(reader);
}

/* --- the same log however it was put --- */

static void hashes_do_not_depend_on_the_batches(void **in) {
  struct state *state = *in;
  struct frag_checkpoint checkpoints[2];
  enum { COUNT = 5000, STEP = 77 };
  uint8_t trust[COUNT][34];
  for (size_t at = 0; at < COUNT; at++) { /* keys in order: then the order of entries does not depend on batches */
    memset(trust[at], 0, sizeof trust[at]);
    trust[at][1] = LEDGER_REALM;
    trust[at][2] = (uint8_t)(at >> 8);
    trust[at][3] = (uint8_t)at;
  }
  for (size_t way = 0; way < 2; way++) {
    vd_store_close(state->store);
    (void)snprintf(state->fixture.path, sizeof state->fixture.path, "%s/way-%zu", state->fixture.folder, way);
    state->store = ledger_open(&state->fixture, VD_STORE_CREATE);
    struct vd_store_appended appended;
    for (size_t first = 0, count; first < COUNT; first += count) {
      struct vd_store_item items[COUNT];
      count = way == 0 ? COUNT : COUNT - first < STEP ? COUNT - first : STEP;
      for (size_t at = 0; at < count; at++)
        items[at] = (struct vd_store_item){VD_STORE_TRUST, trust[first + at], sizeof trust[0]};
      assert_int_equal(vd_store_append(state->store, items, count, NOW_S, NULL, &appended, &state->failure), VD_OK);
    }
    struct vd_store_reader *reader = tlog_reader(state->store);
    checkpoints[way] = tlog_checkpoint(reader, state->context, NULL);
    tlog_assert_sound(reader);
    vd_store_reader_free(reader);
  }
  assert_int_equal(checkpoints[0].size, COUNT);
  assert_int_equal(checkpoints[1].size, COUNT);
  assert_memory_equal(checkpoints[0].root, checkpoints[1].root, FRAG_HASH_LEN);
}

/* --- renewing and cosigning --- */

static void renewing_changes_the_time_and_nothing_else(void **in) {
  struct state *state = *in;
  static const uint64_t clock_s[] = {NOW_S + 10, NOW_S + 5, 0, NOW_S + 10, NOW_S + 11};
  static const uint64_t expected_s[] = {NOW_S + 10, NOW_S + 10, NOW_S + 10, NOW_S + 10, NOW_S + 11};
  uint64_t time_s = 0;
  append_at(state, 0, 33, NOW_S);
  struct vd_store_reader *reader = tlog_reader(state->store);
  struct frag_checkpoint before = tlog_checkpoint(reader, state->context, &time_s);
  assert_int_equal(time_s, NOW_S);
  for (size_t at = 0; at < sizeof clock_s / sizeof *clock_s; at++) {
    vd_store_reader_reset(reader);
    assert_int_equal(vd_store_renew(state->store, clock_s[at], &state->failure), VD_OK);
    assert_int_equal(vd_store_reader_begin(reader, &state->failure), VD_OK);
    struct frag_checkpoint after = tlog_checkpoint(reader, state->context, &time_s);
    assert_int_equal(time_s, expected_s[at]);
    assert_int_equal(after.size, before.size);
    assert_memory_equal(after.root, before.root, FRAG_HASH_LEN);
    tlog_assert_sound(reader);
  }
  vd_store_reader_reset(reader);
  append_at(state, 33, 1, NOW_S - 1000); /* entries have times of their own, behind which a checkpoint does not fall */
  assert_int_equal(vd_store_reader_begin(reader, &state->failure), VD_OK);
  (void)tlog_checkpoint(reader, state->context, &time_s);
  assert_int_equal(time_s, NOW_S + 11);
  vd_store_reader_free(reader);
}

struct witness {
  uint8_t seed32[32];
  struct frag_log_key key;
};

static struct witness make_witness(struct frag_context *context, const char *name) {
  struct witness witness;
  uint8_t public32[32];
  memset(witness.seed32, name[0], sizeof witness.seed32);
  assert_int_equal(frag_log_public(context, public32, witness.seed32), FRAG_OK);
  assert_int_equal(frag_log_key_make(context, &witness.key, (struct frag_slice){(const uint8_t *)name, strlen(name)},
                                     public32), FRAG_OK);
  return witness;
}

static size_t cosign_line(struct state *state, const struct witness *witness, char *line, uint64_t time_s) {
  struct vd_store_reader *reader = tlog_reader(state->store);
  struct frag_checkpoint checkpoint = tlog_checkpoint(reader, state->context, NULL);
  size_t len = 0;
  struct frag_slice name = {(const uint8_t *)witness->key.name, witness->key.name_len};
  assert_int_equal(frag_checkpoint_cosign(state->context, line, &len, &checkpoint, name, witness->seed32, time_s),
                   FRAG_OK);
  vd_store_reader_free(reader);
  return len;
}

static uint64_t cosigned_s(struct state *state, const struct witness *witness) {
  struct vd_store_reader *reader = tlog_reader(state->store);
  struct frag_checkpoint checkpoint = tlog_checkpoint(reader, state->context, NULL);
  uint64_t time_s = 0;
  if (frag_checkpoint_cosigned(state->context, &checkpoint, &witness->key, &time_s) != FRAG_OK) time_s = 0;
  tlog_assert_sound(reader);
  vd_store_reader_free(reader);
  return time_s;
}

static void cosignatures_stay_until_the_tree_grows(void **in) {
  struct state *state = *in;
  struct witness one = make_witness(state->context, "one.example/w");
  struct witness two = make_witness(state->context, "two.example/w");
  char line[FRAG_SIGNATURE_LINE_MAX];
  append_at(state, 0, 20, NOW_S);
  size_t len = cosign_line(state, &one, line, NOW_S + 1);
  assert_int_equal(vd_store_cosign(state->store, 19, line, len, &one.key, &state->failure), VD_OK); /* another size */
  assert_int_equal(cosigned_s(state, &one), 0);
  assert_int_equal(vd_store_cosign(state->store, 20, line, len, &one.key, &state->failure), VD_OK);
  assert_int_equal(cosigned_s(state, &one), NOW_S + 1);
  assert_int_equal(vd_store_renew(state->store, NOW_S + 9, &state->failure), VD_OK);
  len = cosign_line(state, &two, line, NOW_S + 2);
  assert_int_equal(vd_store_cosign(state->store, 20, line, len, &two.key, &state->failure), VD_OK);
  len = cosign_line(state, &one, line, NOW_S + 3);
  assert_int_equal(vd_store_cosign(state->store, 20, line, len, &one.key, &state->failure), VD_OK);
  assert_int_equal(vd_store_renew(state->store, NOW_S + 10, &state->failure), VD_OK);
  assert_int_equal(cosigned_s(state, &one), NOW_S + 3);
  assert_int_equal(cosigned_s(state, &two), NOW_S + 2);
  append_at(state, 20, 1, NOW_S + 20);
  assert_int_equal(cosigned_s(state, &one), 0);
  assert_int_equal(cosigned_s(state, &two), 0);
}

static void wrong_cosignatures_are_refused(void **in) {
  struct state *state = *in;
  struct witness one = make_witness(state->context, "one.example/w");
  struct witness two = make_witness(state->context, "two.example/w");
  struct frag_log_key own;
  char line[FRAG_SIGNATURE_LINE_MAX];
  append_at(state, 0, 20, NOW_S);
  struct vd_store_reader *reader = tlog_reader(state->store);
  assert_int_equal(vd_tlog_key(reader, &own, &state->failure), VD_OK);
  vd_store_reader_free(reader);
  size_t len = cosign_line(state, &one, line, NOW_S + 1);
  assert_int_equal(vd_store_cosign(state->store, 20, line, len, &two.key, &state->failure), VD_DATA);
  assert_int_equal(vd_store_cosign(state->store, 20, line, len, &own, &state->failure), VD_DATA);
  assert_int_equal(vd_store_cosign(state->store, 20, line, len - 1, &one.key, &state->failure), VD_DATA);
  assert_int_equal(vd_store_cosign(state->store, 20, line, 0, &one.key, &state->failure), VD_DATA);
  append_at(state, 20, 1, NOW_S); /* the line is of the tree before */
  assert_int_equal(vd_store_cosign(state->store, 21, line, len, &one.key, &state->failure), VD_DATA);
  assert_int_equal(cosigned_s(state, &one), 0);
  assert_int_equal(cosigned_s(state, &two), 0);
}

#define TLOG_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TLOG_TEST(a_new_ledger_has_a_signed_empty_checkpoint),
      TLOG_TEST(every_proof_of_a_growing_log_holds),
      TLOG_TEST(every_proof_holds_however_the_batches_were_cut),
      TLOG_TEST(a_log_of_70000_has_the_tiles_of_the_specification),
      TLOG_TEST(partial_tiles_of_every_width_are_prefixes),
      TLOG_TEST(the_checkpoint_is_a_text_that_changes),
      TLOG_TEST(hashes_do_not_depend_on_the_batches),
      TLOG_TEST(renewing_changes_the_time_and_nothing_else),
      TLOG_TEST(cosignatures_stay_until_the_tree_grows),
      TLOG_TEST(wrong_cosignatures_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
