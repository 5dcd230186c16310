/* Where Merkle hashes are kept: in the order in which they come into being, each once, in full pages. */
#include <lmdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_come_in_the_order_of_their_keys),
      cmocka_unit_test(counts_are_those_of_the_tree),
      cmocka_unit_test(the_largest_tree_has_keys_too),
      cmocka_unit_test(pages_stay_full),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
