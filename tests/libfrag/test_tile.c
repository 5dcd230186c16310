/* Names of tiles and entry bundles, C2SP tlog-tiles: its own examples, and every spelling but one refused. */
#include "libfrag/cmocka_all.h"

#include <limits.h>

#include <frag/tile.h>
#include <frag/tree.h>

#include "bytes.h"
#include "libfrag/fixture.h"

static const struct {
  const char *path;
  struct frag_tile tile;
} known[] = {
    {"tile/0/x001/x234/067", {false, 0, 1234067, 256}},
    {"tile/entries/x001/x234/067", {true, 0, 1234067, 256}},
    {"tile/0/000", {false, 0, 0, 256}},
    {"tile/0/273.p/112", {false, 0, 273, 112}},
    {"tile/1/001.p/17", {false, 1, 1, 17}},
    {"tile/2/000.p/1", {false, 2, 0, 1}},
    {"tile/entries/273.p/112", {true, 0, 273, 112}},
    {"tile/1/x001/234", {false, 1, 1234, 256}},
    {"tile/0/999", {false, 0, 999, 256}},
    {"tile/0/x001/000", {false, 0, 1000, 256}},
    {"tile/0/x999/999.p/255", {false, 0, 999999, 255}},
    {"tile/0/x001/x000/000", {false, 0, 1000000, 256}},
    {"tile/63/x018/x446/x744/x073/x709/x551/615.p/255", {false, 63, UINT64_MAX, 255}},
    {"tile/entries/x018/x446/x744/x073/x709/x551/615", {true, 0, UINT64_MAX, 256}},
};

static bool same_tile(const struct frag_tile *a, const struct frag_tile *b) {
  return a->is_entries == b->is_entries && a->level == b->level && a->index == b->index && a->width == b->width;
}

static void test_known(void **state) {
  (void)state;
  for (size_t i = 0; i < FRAG_COUNT(known); i++) {
    char path[FRAG_TILE_PATH_MAX + 1];
    struct frag_tile tile;
    path[FRAG_TILE_PATH_MAX] = 0x7e;
    frag_tile_path(path, &known[i].tile);
    assert_string_equal(path, known[i].path);
    assert_int_equal(path[FRAG_TILE_PATH_MAX], 0x7e);
    assert_int_equal(frag_tile_parse(&tile, path, strlen(path)), FRAG_OK);
    assert_true(same_tile(&tile, &known[i].tile));
  }
}

static void refuse(const char *path, size_t len) {
  struct frag_tile tile = {true, 1, 2, 3};
  if (frag_tile_parse(&tile, path, len) != FRAG_RECORD_MALFORMED) fail_msg("accepted %.*s", (int)len, path);
  assert_true(!tile.is_entries && tile.level == 0 && tile.index == 0 && tile.width == 0);
}

static void test_other_spellings(void **state) {
  (void)state;
  static const char *const wrong[] = {"",
                                      "tile",
                                      "tile/",
                                      "tile/0",
                                      "tile/0/",
                                      "tile//000",
                                      "/tile/0/000",
                                      "tile/0/000/",
                                      "tile/0/000 ",
                                      " tile/0/000",
                                      "Tile/0/000",
                                      "tile/x/000",
                                      "tile/-1/000",
                                      "tile/+1/000",
                                      "tile/00/000",
                                      "tile/01/000",
                                      "tile/64/000",
                                      "tile/063/000",
                                      "tile/100/000",
                                      "tile/0/0",
                                      "tile/0/00",
                                      "tile/0/0000",
                                      "tile/0/1234",
                                      "tile/0/1",
                                      "tile/0/x000/000",
                                      "tile/0/x000/001",
                                      "tile/0/x000/x001/000",
                                      "tile/0/x001",
                                      "tile/0/x001/",
                                      "tile/0/x001/x002",
                                      "tile/0/001/002",
                                      "tile/0/x001/x002/",
                                      "tile/0/X001/002",
                                      "tile/0/xx01/002",
                                      "tile/0/x01/002",
                                      "tile/0/x0001/002",
                                      "tile/0/x001//002",
                                      "tile/0/x001/2",
                                      "tile/0/00a",
                                      "tile/0/0x1",
                                      "tile/0/-01",
                                      "tile/0/000.p",
                                      "tile/0/000.p/",
                                      "tile/0/000.p/0",
                                      "tile/0/000.p/00",
                                      "tile/0/000.p/01",
                                      "tile/0/000.p/001",
                                      "tile/0/000.p/256",
                                      "tile/0/000.p/257",
                                      "tile/0/000.p/999",
                                      "tile/0/000.p/1000",
                                      "tile/0/000.p/2560",
                                      "tile/0/000.p/-1",
                                      "tile/0/000.p/1/",
                                      "tile/0/000.p/1.p/1",
                                      "tile/0/000.P/1",
                                      "tile/0/000.p/a",
                                      "tile/0/000p/1",
                                      "tile/0/000/p/1",
                                      "tile/0/x001.p/1/002",
                                      "tile/entries",
                                      "tile/entries/",
                                      "tile/entries/0",
                                      "tile/entries/0/000",
                                      "tile/entriesx001/002",
                                      "tile/entries000",
                                      "tile/Entries/000",
                                      "tile/entries/x000/001",
                                      "tile/entries/000.p/0",
                                      "tile/entries/000.p/256",
                                      "tile/0/entries/000",
                                      "tile/data/000",
                                      "tile/8/0/000",
                                      "tile/0/x018/x446/x744/x073/x709/x551/616",
                                      "tile/0/x018/x446/x744/x073/x709/x552/615",
                                      "tile/0/x999/x999/x999/x999/x999/x999/999",
                                      "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
                                      "tile/0/x000/x018/x446/x744/x073/x709/x551/615",
                                      "tile/0/%30%30%30",
                                      "tile/0/000?",
                                      "tile/0/../0/000",
                                      "checkpoint"};
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++) refuse(wrong[i], strlen(wrong[i]));
  char too_long[2000] = "tile/0/";
  for (size_t at = 7; at + 5 < sizeof too_long; at += 5) memcpy(too_long + at, "x000/", 6);
  refuse(too_long, strlen(too_long));
  refuse("tile/0/000\0", 11);
}

/* Cut short, made longer, with any byte changed: what is still read is the name of another tile, rightly spelt. */
static void check_canonical(const char *path, size_t len) {
  struct frag_tile tile;
  char again[FRAG_TILE_PATH_MAX];
  if (frag_tile_parse(&tile, path, len) != FRAG_OK) return;
  frag_tile_path(again, &tile);
  assert_int_equal(strlen(again), len);
  assert_memory_equal(again, path, len);
}

static void test_changes(void **state) {
  (void)state;
  for (size_t i = 0; i < FRAG_COUNT(known); i++) {
    char path[FRAG_TILE_PATH_MAX + 8];
    size_t len = strlen(known[i].path);
    memcpy(path, known[i].path, len);
    for (size_t cut = 0; cut <= len; cut++) check_canonical(path, cut);
    for (unsigned c = 0; c < 256; c++) {
      path[len] = (char)c;
      check_canonical(path, len + 1);
    }
    for (size_t at = 0; at < len; at++)
      for (unsigned c = 0; c < 256; c++) {
        path[at] = (char)c;
        check_canonical(path, len);
        path[at] = known[i].path[at];
      }
  }
}

static void test_round_trip(void **state) {
  (void)state;
  uint64_t random = 5;
  for (unsigned round = 0; round < 20000; round++) {
    struct frag_tile tile = {.is_entries = random_next(&random) % 2 == 0}, read;
    char path[FRAG_TILE_PATH_MAX];
    if (!tile.is_entries) tile.level = (unsigned)(random_next(&random) % (FRAG_TILE_LEVEL_MAX + 1));
    tile.index = random_next(&random) >> random_next(&random) % 64;
    tile.width = 1 + (unsigned)(random_next(&random) % 256);
    frag_tile_path(path, &tile);
    assert_int_equal(frag_tile_parse(&read, path, strlen(path)), FRAG_OK);
    assert_true(same_tile(&read, &tile));
  }
}

/* floor(size / 256^level) hashes at each level, 256 to a tile. */
static void test_widths(void **state) {
  (void)state;
  static const uint64_t sizes[] = {0,   1,     2,     255,   256,   257,     511,
                                   512, 65535, 65536, 65537, 70000, 1 << 24, (1 << 24) + 70000};
  for (size_t i = 0; i < FRAG_COUNT(sizes); i++)
    for (unsigned level = 0; level <= FRAG_TILE_LEVEL_MAX; level++) {
      uint64_t left = sizes[i], sum = 0;
      for (unsigned k = 0; k < level; k++) left /= 256;
      for (uint64_t index = 0; index < left / 256 + 3; index++) {
        unsigned width = frag_tile_width(level, index, sizes[i]);
        uint64_t expected = left >= 256 * (index + 1) ? 256 : left > 256 * index ? left - 256 * index : 0;
        assert_int_equal(width, expected);
        sum += width;
      }
      assert_int_equal(sum, left);
    }
  assert_int_equal(frag_tile_width(0, 273, 70000), 112);
  assert_int_equal(frag_tile_width(1, 0, 70000), 256);
  assert_int_equal(frag_tile_width(1, 1, 70000), 17);
  assert_int_equal(frag_tile_width(2, 0, 70000), 1);
  assert_int_equal(frag_tile_width(3, 0, 70000), 0);
}

static void test_width_edges(void **state) {
  (void)state;
  assert_int_equal(frag_tile_width(7, 0, FRAG_TREE_SIZE_MAX), 64);
  assert_int_equal(frag_tile_width(7, 0, UINT64_MAX), 255);
  assert_int_equal(frag_tile_width(8, 0, UINT64_MAX), 0);
  assert_int_equal(frag_tile_width(63, 0, UINT64_MAX), 0);
  assert_int_equal(frag_tile_width(UINT_MAX, 0, UINT64_MAX), 0);
  assert_int_equal(frag_tile_width(0, UINT64_MAX, UINT64_MAX), 0);
  assert_int_equal(frag_tile_width(0, UINT64_MAX / 256, UINT64_MAX), 255);
  assert_int_equal(frag_tile_width(0, UINT64_MAX / 256 - 1, UINT64_MAX), 256);
  assert_int_equal(frag_tile_width(0, UINT64_MAX / 256 + 1, UINT64_MAX), 0);
}

/* Entries of every length, one after another, and back. */
static void test_bundle(void **state) {
  (void)state;
  static uint8_t bundle[FRAG_BUNDLE_MAX], content[FRAG_ENTRY_MAX];
  uint64_t random = 3;
  random_fill(&random, content, sizeof content);
  for (size_t first = 1; first <= FRAG_ENTRY_MAX; first += 256) {
    size_t used = 0, last = first + 255 < FRAG_ENTRY_MAX ? first + 255 : FRAG_ENTRY_MAX;
    for (size_t len = first; len <= last; len++) {
      size_t written = frag_bundle_put(bundle + used, frag_bytes(content, len));
      assert_int_equal(written, 2 + len);
      used += written;
    }
    struct frag_slice rest = frag_bytes(bundle, used), entry;
    for (size_t len = first; len <= last; len++) {
      assert_int_equal(frag_bundle_next(&rest, &entry), FRAG_OK);
      assert_int_equal(entry.len, len);
      assert_memory_equal(entry.data, content, len);
    }
    assert_int_equal(rest.len, 0);
    assert_int_equal(frag_bundle_next(&rest, &entry), FRAG_RECORD_MALFORMED);
  }
}

static void test_bundle_refuses(void **state) {
  (void)state;
  static uint8_t bundle[2 + UINT16_MAX];
  struct frag_slice entry;
  for (unsigned len = 0; len <= UINT16_MAX; len++) {
    frag_put_u16(bundle, (uint16_t)len);
    struct frag_slice rest = frag_bytes(bundle, sizeof bundle);
    frag_error expected = len >= 1 && len <= FRAG_ENTRY_MAX ? FRAG_OK : FRAG_RECORD_MALFORMED;
    assert_int_equal(frag_bundle_next(&rest, &entry), expected);
    assert_int_equal(rest.len, sizeof bundle - (expected == FRAG_OK ? 2 + len : 0)); /* unread when refused */
  }
  frag_put_u16(bundle, 43);
  for (size_t cut = 0; cut < 45; cut++) {
    struct frag_slice rest = frag_bytes(bundle, cut);
    assert_int_equal(frag_bundle_next(&rest, &entry), FRAG_RECORD_MALFORMED);
    assert_true(rest.len == cut && entry.len == 0);
  }
  struct frag_slice nothing = frag_bytes(NULL, 0);
  assert_int_equal(frag_bundle_next(&nothing, &entry), FRAG_RECORD_MALFORMED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known),      cmocka_unit_test(test_other_spellings), cmocka_unit_test(test_changes),
      cmocka_unit_test(test_round_trip), cmocka_unit_test(test_widths),          cmocka_unit_test(test_width_edges),
      cmocka_unit_test(test_bundle),     cmocka_unit_test(test_bundle_refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
