#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/context.h"
#include "log_tree.h"

enum { LEAVES = 66100, ROWS = 3 };

/* A log's hashes, row by row, as its tiles have them; and how its tiles are given out. */
static struct frag_context *context;
static uint8_t rows[ROWS][LEAVES][FRAG_HASH_LEN];
static uint8_t roots[LEAVES + 1][FRAG_HASH_LEN];
static unsigned gets;
static enum vd_error answer;            /* instead of a tile */
static struct frag_tile changed;        /* width 0: none */
static unsigned changed_byte;

static enum vd_error get(void *unused, const char *path, size_t len, uint8_t *bytes, struct vd_failure *failure) {
  struct frag_tile tile;
  (void)unused;
  gets++;
  if (answer != VD_OK) return vd_fail(failure, answer, "%s is not given", path);
  assert_int_equal(frag_tile_parse(&tile, path, strlen(path)), FRAG_OK);
  assert_int_equal(len, tile.width * FRAG_HASH_LEN);
  assert_true(tile.level < ROWS && !tile.is_entries);
  memcpy(bytes, rows[tile.level][tile.index * FRAG_TILE_WIDTH], len);
  if (changed.width > 0 && tile.level == changed.level && tile.index == changed.index) bytes[changed_byte] ^= 1;
  return VD_OK;
}

static void fold(size_t row) {
  uint8_t nodes[FRAG_TILE_WIDTH][FRAG_HASH_LEN];
  size_t below = LEAVES >> (8 * (row - 1));
  for (size_t i = 0; i < below / FRAG_TILE_WIDTH; i++) {
    memcpy(nodes, rows[row - 1][i * FRAG_TILE_WIDTH], sizeof nodes);
    for (size_t count = FRAG_TILE_WIDTH; count > 1; count /= 2)
      for (size_t k = 0; k < count / 2; k++)
        assert_int_equal(frag_node_hash(context, nodes[k], nodes[2 * k], nodes[2 * k + 1]), FRAG_OK);
    memcpy(rows[row][i], nodes[0], FRAG_HASH_LEN);
  }
}

static int set_up(void **state) {
  struct frag_frontier frontier = {0};
  (void)state;
  if (vd_context_new(&context, NULL) != VD_OK) return -1;
  for (uint64_t i = 0; i < LEAVES; i++) {
    struct frag_slice bytes = {.data = (const uint8_t *)&i, .len = sizeof i};
    assert_int_equal(frag_leaf_hash(context, rows[0][i], bytes), FRAG_OK);
    assert_int_equal(frag_frontier_add(context, &frontier, rows[0][i]), FRAG_OK);
    assert_int_equal(frag_frontier_root(context, roots[i + 1], &frontier), FRAG_OK);
  }
  for (size_t row = 1; row < ROWS; row++) fold(row);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  frag_context_free(context);
  return 0;
}

static void begin(struct ctl_log_tree *tree, uint64_t size) {
  answer = VD_OK;
  changed.width = 0;
  gets = 0;
  assert_int_equal(ctl_log_tree_begin(tree, context, size, get, NULL, NULL), VD_OK);
}

static const uint64_t sizes[] = {1, 2, 3, 255, 256, 257, 511, 512, 1000, 65535, 65536, 65537, 66000, LEAVES};
#define SIZES (sizeof sizes / sizeof *sizes)

static void roots_of_beginnings(void **state) {
  struct ctl_log_tree tree;
  struct frag_proof proof;
  uint8_t root[FRAG_HASH_LEN];
  (void)state;
  for (size_t i = 0; i < SIZES; i++) {
    begin(&tree, sizes[i]);
    for (size_t k = 0; k <= i; k++) {
      assert_int_equal(ctl_log_tree_root(&tree, sizes[k], roots[sizes[i]], root, &proof, NULL), VD_OK);
      assert_memory_equal(root, roots[sizes[k]], sizeof root);
      assert_int_equal(
          frag_tree_check_consistency(context, sizes[k], root, sizes[i], roots[sizes[i]], &proof), FRAG_OK);
    }
    ctl_log_tree_end(&tree);
  }
}

static void inclusion(void **state) {
  struct ctl_log_tree tree;
  struct frag_proof proof;
  (void)state;
  begin(&tree, LEAVES);
  for (size_t i = 0; i < SIZES; i++) {
    for (uint64_t index = 0; index < sizes[i]; index += 1 + sizes[i] / 7) {
      assert_int_equal(ctl_log_tree_inclusion(&tree, index, sizes[i], roots[sizes[i]], rows[0][index], &proof, NULL),
                       VD_OK);
      assert_int_equal(frag_tree_check_inclusion(context, index, sizes[i], roots[sizes[i]], rows[0][index], &proof),
                       FRAG_OK);
    }
  }
  ctl_log_tree_end(&tree);
}

static void what_is_not_there(void **state) {
  struct ctl_log_tree tree;
  struct frag_proof proof;
  struct vd_failure failure;
  uint8_t root[FRAG_HASH_LEN];
  (void)state;
  begin(&tree, 1000);
  assert_int_equal(ctl_log_tree_root(&tree, 500, roots[999], root, &proof, &failure), VD_DATA);
  assert_non_null(strstr(failure.text, "not those of its checkpoint"));
  assert_int_equal(ctl_log_tree_root(&tree, 1000, roots[999], root, &proof, &failure), VD_DATA);
  assert_int_equal(ctl_log_tree_inclusion(&tree, 7, 500, roots[501], rows[0][7], &proof, &failure), VD_DATA);
  assert_int_equal(ctl_log_tree_inclusion(&tree, 7, 500, roots[500], rows[0][8], &proof, &failure), VD_DATA);
  assert_int_equal(ctl_log_tree_inclusion(&tree, 8, 500, roots[500], rows[0][7], &proof, &failure), VD_DATA);
  assert_int_equal(ctl_log_tree_inclusion(&tree, 7, 500, roots[500], rows[0][7], &proof, &failure), VD_OK);
  ctl_log_tree_end(&tree);
}

/* Every hash that a root is made of, one bit each. */
static void changed_tiles(void **state) {
  static const struct frag_tile tiles[] = {{.level = 0, .index = 3, .width = 256}, {.level = 0, .index = 7, .width = 208},
                                           {.level = 1, .index = 0, .width = 7}};
  struct ctl_log_tree tree;
  struct frag_proof proof;
  uint8_t root[FRAG_HASH_LEN];
  (void)state;
  for (size_t t = 0; t < sizeof tiles / sizeof *tiles; t++) {
    unsigned used = 0;
    for (unsigned number = 0; number < tiles[t].width; number++) {
      begin(&tree, 2000);
      changed = tiles[t];
      changed_byte = number * FRAG_HASH_LEN + number % FRAG_HASH_LEN;
      enum vd_error error = ctl_log_tree_root(&tree, 1000, roots[2000], root, &proof, NULL);
      assert_true(error == VD_DATA || (error == VD_OK && memcmp(root, roots[1000], sizeof root) == 0));
      used += error == VD_DATA;
      ctl_log_tree_end(&tree);
    }
    assert_true(used >= 6); /* those that are not used cannot be told */
  }
}

static void errors_of_the_source(void **state) {
  static const enum vd_error errors[] = {VD_UNAVAILABLE, VD_NOT_FOUND, VD_DATA, VD_IO};
  struct ctl_log_tree tree;
  struct frag_proof proof;
  struct vd_failure failure;
  uint8_t root[FRAG_HASH_LEN];
  (void)state;
  begin(&tree, 1000);
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    answer = errors[i];
    assert_int_equal(ctl_log_tree_root(&tree, 300, roots[1000], root, &proof, &failure), errors[i]);
    assert_non_null(strstr(failure.text, "tile/"));
    assert_non_null(strstr(failure.text, " is not given"));
  }
  answer = VD_OK; /* nothing of that is kept */
  assert_int_equal(ctl_log_tree_root(&tree, 300, roots[1000], root, &proof, &failure), VD_OK);
  assert_memory_equal(root, roots[300], sizeof root);
  ctl_log_tree_end(&tree);
}

/* As anchors come, one after the other: each tile about once. */
static void tiles_are_kept(void **state) {
  struct ctl_log_tree tree;
  struct frag_proof proof;
  uint8_t root[FRAG_HASH_LEN];
  (void)state;
  begin(&tree, LEAVES);
  for (uint64_t size = 40; size < 60000; size += 40) {
    assert_int_equal(ctl_log_tree_root(&tree, size, roots[LEAVES], root, &proof, NULL), VD_OK);
    assert_memory_equal(root, roots[size], sizeof root);
  }
  assert_true(gets < 60000 / FRAG_TILE_WIDTH + 20);
  ctl_log_tree_end(&tree);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(roots_of_beginnings), cmocka_unit_test(inclusion),
      cmocka_unit_test(what_is_not_there),   cmocka_unit_test(changed_tiles),
      cmocka_unit_test(errors_of_the_source), cmocka_unit_test(tiles_are_kept),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
