#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "audit_tree.h"
#include "base/context.h"

static struct frag_context *context;
static struct ctl_audit_tree tree;

struct told {
  unsigned tiles[CTL_AUDIT_LEVELS];
  struct frag_tile last;
  uint8_t first_hash[FRAG_HASH_LEN];
  enum vd_error answer;
};

static enum vd_error tell(void *state, const struct frag_tile *tile, const uint8_t (*hashes)[FRAG_HASH_LEN],
                          struct vd_failure *failure) {
  struct told *told = state;
  told->tiles[tile->level]++;
  told->last = *tile;
  memcpy(told->first_hash, hashes[0], FRAG_HASH_LEN);
  return told->answer == VD_OK ? VD_OK : vd_fail(failure, told->answer, "told");
}

static void leaf_of(uint64_t index, uint8_t hash[static FRAG_HASH_LEN]) {
  struct frag_slice bytes = {.data = (const uint8_t *)&index, .len = sizeof index};
  assert_int_equal(frag_leaf_hash(context, hash, bytes), FRAG_OK);
}

/* At every size, the root is that of libfrag's frontier, which is another way of growing a tree. */
static void grows_as_the_frontier(void **state) {
  struct frag_frontier frontier = {0};
  struct told told = {.answer = VD_OK};
  uint8_t hash[FRAG_HASH_LEN], root[FRAG_HASH_LEN], other[FRAG_HASH_LEN];
  (void)state;
  memset(&tree, 0, sizeof tree);
  for (uint64_t i = 0; i < 66000; i++) {
    leaf_of(i, hash);
    assert_int_equal(ctl_audit_tree_add(context, &tree, hash, tell, &told, NULL), VD_OK);
    assert_int_equal(frag_frontier_add(context, &frontier, hash), FRAG_OK);
    if (i > 600 && i % 97 != 0 && i % 256 > 2) continue;
    assert_int_equal(ctl_audit_tree_root(context, &tree, root, NULL), VD_OK);
    assert_int_equal(frag_frontier_root(context, other, &frontier), FRAG_OK);
    assert_memory_equal(root, other, sizeof root);
  }
  assert_int_equal(told.tiles[0], 66000 / 256);
  assert_int_equal(told.tiles[1], 1);
  assert_int_equal(told.tiles[2], 0);
  assert_int_equal(ctl_audit_tree_width(&tree, 0), 66000 % 256);
  assert_int_equal(ctl_audit_tree_width(&tree, 1), 66000 / 256 % 256);
  assert_int_equal(ctl_audit_tree_width(&tree, 2), 1);
}

static void the_empty_tree(void **state) {
  struct frag_frontier frontier = {0};
  uint8_t root[FRAG_HASH_LEN], other[FRAG_HASH_LEN];
  (void)state;
  memset(&tree, 0, sizeof tree);
  assert_int_equal(ctl_audit_tree_root(context, &tree, root, NULL), VD_OK);
  assert_int_equal(frag_frontier_root(context, other, &frontier), FRAG_OK);
  assert_memory_equal(root, other, sizeof root);
}

static void a_full_tile_is_told_with_its_hashes(void **state) {
  struct told told = {.answer = VD_OK};
  uint8_t hash[FRAG_HASH_LEN];
  (void)state;
  memset(&tree, 0, sizeof tree);
  for (uint64_t i = 0; i < 512; i++) {
    leaf_of(i, hash);
    assert_int_equal(told.tiles[0], i / 256);
    assert_int_equal(ctl_audit_tree_add(context, &tree, hash, tell, &told, NULL), VD_OK);
  }
  assert_int_equal(told.last.index, 1);
  assert_int_equal(told.last.width, 256);
  assert_false(told.last.is_entries);
  leaf_of(256, hash);
  assert_memory_equal(told.first_hash, hash, sizeof hash);
}

static void an_objection_ends_it(void **state) {
  struct told told = {.answer = VD_DATA};
  uint8_t hash[FRAG_HASH_LEN];
  (void)state;
  memset(&tree, 0, sizeof tree);
  for (uint64_t i = 0; i < 256; i++) {
    leaf_of(i, hash);
    assert_int_equal(ctl_audit_tree_add(context, &tree, hash, tell, &told, NULL), i == 255 ? VD_DATA : VD_OK);
  }
}

static void the_largest_tree_takes_no_more(void **state) {
  struct told told = {.answer = VD_OK};
  const uint8_t hash[FRAG_HASH_LEN] = {0};
  (void)state;
  memset(&tree, 0, sizeof tree);
  tree.size = FRAG_TREE_SIZE_MAX;
  assert_int_equal(ctl_audit_tree_add(context, &tree, hash, tell, &told, NULL), VD_FULL);
}

static int make(void **state) {
  (void)state;
  return vd_context_new(&context, NULL) != VD_OK;
}

static int clean(void **state) {
  (void)state;
  frag_context_free(context);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grows_as_the_frontier), cmocka_unit_test(the_empty_tree),
      cmocka_unit_test(a_full_tile_is_told_with_its_hashes), cmocka_unit_test(an_objection_ends_it),
      cmocka_unit_test(the_largest_tree_takes_no_more)};
  return cmocka_run_group_tests(tests, make, clean);
}
