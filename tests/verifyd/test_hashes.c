/* Where Merkle hashes are kept: in the order in which they come into being, each once, in full pages. */
#include <lmdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "ledger/hashes.h"
#include "tlog_fixture.h"

enum { LEAVES = 70000 };

struct record {
  uint8_t last[VD_HASHES_KEY_LEN]; /* key of the value that was born last */
  uint64_t born, done;
  bool is_finishing;
};

static void take_born(struct record *record, unsigned storey, uint64_t number) {
  uint8_t key[VD_HASHES_KEY_LEN];
  vd_hashes_key(key, storey, number);
  if (record->born > 0) assert_true(memcmp(record->last, key, sizeof key) < 0);
  memcpy(record->last, key, sizeof key);
  record->born++;
}

static void note_born(void *state, unsigned storey, uint64_t number) {
  assert_true(storey > 0);
  take_born(state, storey, number);
}

static void note_done(void *state, unsigned storey, uint64_t number, const uint8_t bytes[static VD_HASHES_LEN]) {
  struct record *record = state;
  static const uint8_t nothing[VD_HASHES_LEN];
  uint64_t hashes = record->is_finishing ? ((uint64_t)LEAVES >> (4 * storey)) % VD_HASHES_WIDTH : VD_HASHES_WIDTH;
  size_t used = (size_t)hashes * FRAG_HASH_LEN;
  assert_memory_equal(bytes + used, nothing, VD_HASHES_LEN - used); /* beyond the right edge */
  if (storey == 0) take_born(record, storey, number); /* made when it is full, before those above it */
  record->done++;
}

static void values_come_in_the_order_of_their_keys(void **in) {
  (void)in;
  struct frag_context *context = tlog_context();
  struct record record = {.born = 0};
  struct vd_hashes_edge edge = {.context = context, .born = note_born, .done = note_done, .state = &record};
  static const uint8_t leaf[FRAG_HASH_LEN] = {1};
  for (unsigned at = 0; at < LEAVES; at++) assert_int_equal(vd_hashes_add(&edge, leaf), FRAG_OK);
  record.is_finishing = true;
  vd_hashes_finish(&edge);
  assert_int_equal(record.born, vd_hashes_count(LEAVES));
  assert_int_equal(record.done, vd_hashes_count(LEAVES));
  frag_context_free(context);
}

static void counts_are_those_of_the_tree(void **in) {
  (void)in;
  static const uint64_t known[][2] = {{0, 0}, {1, 1}, {15, 1}, {16, 2}, {17, 3}, {256, 18}, {257, 19},
                                      {4096, 274}, {70000, 4375 + 274 + 18 + 2 + 1}};
  for (size_t at = 0; at < sizeof known / sizeof *known; at++)
    assert_int_equal(vd_hashes_count(known[at][0]), known[at][1]);
  assert_true(vd_hashes_count(FRAG_TREE_SIZE_MAX) > FRAG_TREE_SIZE_MAX / 16);
}

/* The keys of the last values that there can ever be do not overflow. */
static void the_largest_tree_has_keys_too(void **in) {
  (void)in;
  uint8_t key[VD_HASHES_KEY_LEN];
  uint8_t last[VD_HASHES_KEY_LEN];
  const uint64_t leaf = FRAG_TREE_SIZE_MAX - 1;
  vd_hashes_key(last, 0, leaf / VD_HASHES_WIDTH);
  for (unsigned storey = 1; storey < VD_HASHES_STOREYS; storey++) {
    uint64_t hashes = FRAG_TREE_SIZE_MAX >> (4 * storey);
    vd_hashes_key(key, storey, (hashes - 1) / VD_HASHES_WIDTH);
    uint64_t first = 0;
    for (size_t at = 0; at < 8; at++) first = first << 8 | key[at];
    assert_true(first <= leaf);
    assert_int_equal(key[8], storey);
  }
  assert_int_equal(last[8], 0);
}

static void pages_stay_full(void **in) {
  (void)in;
  static const uint32_t sizes[] = {1, 700, 13, 4096, 2, 256, 90};
  enum { COUNT = 30000, PAGE_VALUES = 7 };
  struct ledger_fixture fixture;
  struct vd_store_appended appended;
  struct vd_failure failure;
  MDB_env *env = NULL;
  MDB_txn *txn = NULL;
  MDB_dbi dbi = 0;
  MDB_stat stat;
  ledger_fixture_begin(&fixture);
  struct vd_store *store = ledger_open(&fixture, VD_STORE_CREATE);
  for (uint32_t first = 0, turn = 0; first < COUNT; turn++) {
    struct ledger_batch batch = ledger_batch(first, sizes[turn % 7]);
    assert_int_equal(vd_store_append(store, batch.items, batch.count, 1, NULL, &appended, &failure), VD_OK);
    first += sizes[turn % 7];
    ledger_batch_free(&batch);
  }
  vd_store_close(store);
  assert_int_equal(mdb_env_create(&env), 0);
  assert_int_equal(mdb_env_set_maxdbs(env, 16), 0);
  assert_int_equal(mdb_env_open(env, fixture.path, MDB_RDONLY, 0600), 0);
  assert_int_equal(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), 0);
  assert_int_equal(mdb_dbi_open(txn, "hash", 0, &dbi), 0);
  assert_int_equal(mdb_stat(txn, dbi, &stat), 0);
  assert_int_equal(stat.ms_entries, vd_hashes_count(appended.size));
  assert_true(stat.ms_leaf_pages <= stat.ms_entries / PAGE_VALUES + 1);
  mdb_txn_abort(txn);
  mdb_env_close(env);
  ledger_fixture_end(&fixture);
}

/* --- what a reader keeps --- */

/* A database of hashes that grows, and two readers of it: one keeps what it made, from the first size on. */
struct growing {
  struct frag_context *context;
  MDB_env *env;
  MDB_dbi dbi;
  MDB_txn *txn;
  struct vd_hashes_edge edge;
  struct vd_hashes_kept kept;
  struct vd_hashes keeping, fresh;
};

static void put_done(void *state, unsigned storey, uint64_t number, const uint8_t bytes[static VD_HASHES_LEN]) {
  struct growing *growing = state;
  uint8_t key[VD_HASHES_KEY_LEN];
  vd_hashes_key(key, storey, number);
  MDB_val name = {sizeof key, key}, value = {VD_HASHES_LEN, (void *)(uintptr_t)bytes};
  assert_int_equal(mdb_put(growing->txn, growing->dbi, &name, &value, 0), 0);
}

static void grow(struct growing *growing, uint64_t size) {
  if (growing->txn != NULL) mdb_txn_abort(growing->txn);
  assert_int_equal(mdb_txn_begin(growing->env, NULL, 0, &growing->txn), 0);
  while (growing->edge.size < size) {
    uint8_t leaf[FRAG_HASH_LEN] = {0};
    memcpy(leaf, &growing->edge.size, sizeof growing->edge.size);
    assert_int_equal(vd_hashes_add(&growing->edge, leaf), FRAG_OK);
  }
  vd_hashes_finish(&growing->edge);
  assert_int_equal(mdb_txn_commit(growing->txn), 0);
  assert_int_equal(mdb_txn_begin(growing->env, NULL, MDB_RDONLY, &growing->txn), 0);
  vd_hashes_begin(&growing->keeping, growing->context, growing->txn, growing->dbi, &growing->kept);
  vd_hashes_begin(&growing->fresh, growing->context, growing->txn, growing->dbi, NULL);
}

static void grow_first(struct growing *growing, const struct ledger_fixture *fixture) {
  memset(growing, 0, sizeof *growing);
  growing->context = tlog_context();
  growing->edge = (struct vd_hashes_edge){.context = growing->context, .done = put_done, .state = growing};
  assert_int_equal(mkdir(fixture->path, 0700), 0);
  assert_int_equal(mdb_env_create(&growing->env), 0);
  assert_int_equal(mdb_env_set_mapsize(growing->env, (size_t)256 << 20), 0);
  assert_int_equal(mdb_env_open(growing->env, fixture->path, MDB_NOSYNC, 0600), 0);
  assert_int_equal(mdb_txn_begin(growing->env, NULL, 0, &growing->txn), 0);
  assert_int_equal(mdb_dbi_open(growing->txn, NULL, 0, &growing->dbi), 0);
  assert_int_equal(mdb_txn_commit(growing->txn), 0);
  growing->txn = NULL;
}

static void grow_no_more(struct growing *growing) {
  mdb_txn_abort(growing->txn);
  mdb_env_close(growing->env);
  frag_context_free(growing->context);
}

static void check_subtree(struct growing *growing, unsigned level, uint64_t index) {
  uint8_t kept[FRAG_HASH_LEN], fresh[FRAG_HASH_LEN];
  assert_int_equal(vd_hashes_read(&growing->keeping, level, index, kept), FRAG_OK);
  assert_int_equal(vd_hashes_read(&growing->fresh, level, index, fresh), FRAG_OK);
  assert_memory_equal(kept, fresh, sizeof kept);
}

static void check_edge(struct growing *growing) {
  struct frag_tree_reader reader = {vd_hashes_read, &growing->fresh};
  const struct frag_tree_edge *edge = NULL;
  struct frag_tree_edge expected;
  uint64_t size = growing->edge.size;
  assert_int_equal(vd_hashes_edge_of(&growing->keeping, size, &edge), FRAG_OK);
  assert_int_equal(frag_tree_edge_make(growing->context, &expected, size, &reader), FRAG_OK);
  assert_int_equal(edge->size, size);
  for (unsigned level = 0; size >> level != 0; level++)
    if ((size >> level & 1) != 0) assert_memory_equal(edge->hashes[level], expected.hashes[level], FRAG_HASH_LEN);
}

/* More subtrees than there are places, wanted again and again, while the tree grows: none stands in for another. */
static void what_is_kept_stays_right(void **in) {
  (void)in;
  static const uint64_t sizes[] = {1, 31, 32, 33, 64, 1000, 1024, 5000, 5001, LEAVES, LEAVES + 1};
  static struct growing growing;
  struct ledger_fixture fixture;
  uint64_t subtrees = 0;
  ledger_fixture_begin(&fixture);
  grow_first(&growing, &fixture);
  for (size_t at = 0; at < sizeof sizes / sizeof *sizes; at++) {
    grow(&growing, sizes[at]);
    check_edge(&growing);
    for (unsigned level = 0; sizes[at] >> level != 0; level++)
      for (uint64_t index = 0; index < sizes[at] >> level; index += level < 5 ? 97 : 1, subtrees += level > 4)
        check_subtree(&growing, level, index);
    check_edge(&growing);
  }
  assert_true(subtrees > 2 * VD_HASHES_KEPT);
  grow_no_more(&growing);
  ledger_fixture_end(&fixture);
}

/* A read that fails leaves nothing behind that would be taken for a hash. */
static void a_failed_read_keeps_nothing(void **in) {
  (void)in;
  static struct growing growing;
  struct ledger_fixture fixture;
  const struct frag_tree_edge *edge = NULL;
  uint8_t hash[FRAG_HASH_LEN];
  ledger_fixture_begin(&fixture);
  grow_first(&growing, &fixture);
  grow(&growing, 100);
  for (unsigned turn = 0; turn < 2; turn++) {
    assert_int_equal(vd_hashes_read(&growing.keeping, 5, 40, hash), FRAG_MEMORY);
    assert_int_equal(growing.keeping.error, MDB_CORRUPTED);
    assert_int_equal(vd_hashes_edge_of(&growing.keeping, 5000, &edge), FRAG_MEMORY);
  }
  check_edge(&growing);
  grow(&growing, 5000);
  check_subtree(&growing, 5, 40);
  check_edge(&growing);
  grow_no_more(&growing);
  ledger_fixture_end(&fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_come_in_the_order_of_their_keys),
      cmocka_unit_test(counts_are_those_of_the_tree),
      cmocka_unit_test(the_largest_tree_has_keys_too),
      cmocka_unit_test(pages_stay_full),
      cmocka_unit_test(what_is_kept_stays_right),
      cmocka_unit_test(a_failed_read_keeps_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
