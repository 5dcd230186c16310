/* The anchor's payload: a known answer made by hand, and the one form only. */
#include "libfrag/cmocka_all.h"

#include <stdlib.h>

#include <frag/anchor.h>

#include "bytes.h"
#include "libfrag/fixture.h"

/* Origin ledger.archive.example/log/3, 1234567890123 entries, root e0 e1 … ff. */
static const char origin_text[] = "ledger.archive.example/log/3";
static const char known_text[] =
    "46524131"
    "bce9003bd4e61f77"
    "0000011f71fb04cb"
    "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";

static struct frag_anchor known_anchor(struct fixture *fixture) {
  struct frag_anchor anchor = {.size = UINT64_C(1234567890123)};
  assert_int_equal(frag_anchor_origin(fixture->context, anchor.origin_id, slice_of(origin_text)), FRAG_OK);
  for (size_t at = 0; at < FRAG_HASH_LEN; at++) anchor.root[at] = (uint8_t)(0xe0 + at);
  return anchor;
}

static bool same_anchor(const struct frag_anchor *a, const struct frag_anchor *b) {
  return a->size == b->size && memcmp(a->origin_id, b->origin_id, FRAG_ANCHOR_ORIGIN_LEN) == 0 &&
         memcmp(a->root, b->root, FRAG_HASH_LEN) == 0;
}

static void test_known(void **state) {
  struct frag_anchor anchor = known_anchor(*state), back;
  uint8_t known[FRAG_ANCHOR_LEN], bytes[FRAG_ANCHOR_LEN + 1];
  hex_decode(known, sizeof known, known_text);
  bytes[FRAG_ANCHOR_LEN] = 0x7e;
  assert_int_equal(frag_anchor_encode(bytes, &anchor), FRAG_OK);
  assert_memory_equal(bytes, known, sizeof known);
  assert_int_equal(bytes[FRAG_ANCHOR_LEN], 0x7e);
  assert_int_equal(frag_anchor_decode(&back, known, sizeof known), FRAG_OK);
  assert_true(same_anchor(&back, &anchor));
}

static void test_origin(void **state) {
  struct fixture *fixture = *state;
  static const uint8_t of_255[] = {0xb0, 0xf3, 0x32, 0x3e, 0x7a, 0x3c, 0xad, 0x8a};
  uint8_t id[FRAG_ANCHOR_ORIGIN_LEN + 1], other[FRAG_ANCHOR_ORIGIN_LEN], name[FRAG_VKEY_NAME_MAX + 1];
  id[FRAG_ANCHOR_ORIGIN_LEN] = 0x7e;
  memset(name, 'a', sizeof name);
  assert_int_equal(frag_anchor_origin(fixture->context, id, frag_bytes(name, FRAG_VKEY_NAME_MAX)), FRAG_OK);
  assert_memory_equal(id, of_255, sizeof of_255);
  assert_int_equal(id[FRAG_ANCHOR_ORIGIN_LEN], 0x7e);
  assert_int_equal(frag_anchor_origin(fixture->context, other, frag_bytes(name, FRAG_VKEY_NAME_MAX - 1)), FRAG_OK);
  assert_memory_not_equal(id, other, sizeof other);
  assert_int_equal(frag_anchor_origin(fixture->context, id, frag_bytes(name, FRAG_VKEY_NAME_MAX + 1)),
                   FRAG_FIELD_LENGTH);
  assert_int_equal(frag_anchor_origin(fixture->context, id, frag_bytes(name, 0)), FRAG_FIELD_LENGTH);
}

static void test_sizes(void **state) {
  struct frag_anchor anchor = known_anchor(*state), back;
  static const uint64_t good[] = {1, 2, 255, 256, UINT32_MAX, FRAG_TREE_SIZE_MAX - 1, FRAG_TREE_SIZE_MAX};
  static const uint64_t bad[] = {0, FRAG_TREE_SIZE_MAX + 1, UINT64_C(1) << 63, UINT64_MAX};
  uint8_t bytes[FRAG_ANCHOR_LEN], before[FRAG_ANCHOR_LEN];
  for (size_t i = 0; i < FRAG_COUNT(good); i++) {
    anchor.size = good[i];
    assert_int_equal(frag_anchor_encode(bytes, &anchor), FRAG_OK);
    assert_int_equal(frag_anchor_decode(&back, bytes, sizeof bytes), FRAG_OK);
    assert_true(same_anchor(&back, &anchor));
  }
  memcpy(before, bytes, sizeof before);
  for (size_t i = 0; i < FRAG_COUNT(bad); i++) {
    anchor.size = bad[i];
    assert_int_equal(frag_anchor_encode(bytes, &anchor), FRAG_FIELD_RANGE);
    assert_memory_equal(bytes, before, sizeof before);
    frag_put_u64(bytes + 12, bad[i]);
    assert_int_equal(frag_anchor_decode(&back, bytes, sizeof bytes), FRAG_RECORD_MALFORMED);
    assert_true(is_all_zero(&back, sizeof back));
    memcpy(bytes, before, sizeof before);
  }
}

static void test_random_round_trip(void **state) {
  (void)state;
  uint64_t random = 5;
  for (int round = 0; round < 1000; round++) {
    struct frag_anchor anchor, back;
    uint8_t bytes[FRAG_ANCHOR_LEN];
    random_fill(&random, anchor.origin_id, sizeof anchor.origin_id);
    random_fill(&random, anchor.root, sizeof anchor.root);
    anchor.size = (random_next(&random) >> 2 >> round % 62) + 1;
    assert_int_equal(frag_anchor_encode(bytes, &anchor), FRAG_OK);
    assert_int_equal(frag_anchor_decode(&back, bytes, sizeof bytes), FRAG_OK);
    assert_true(same_anchor(&back, &anchor));
  }
}

static void test_every_other_length(void **state) {
  (void)state;
  uint8_t known[2 * FRAG_ANCHOR_LEN] = {0};
  hex_decode(known, FRAG_ANCHOR_LEN, known_text);
  memcpy(known + FRAG_ANCHOR_LEN, known, FRAG_ANCHOR_LEN);
  for (size_t len = 0; len <= sizeof known; len++) {
    struct frag_anchor anchor;
    uint8_t *exact = malloc(len == 0 ? 1 : len); /* for the sanitizer to see the byte behind it */
    assert_non_null(exact);
    memcpy(exact, known, len);
    memset(&anchor, 1, sizeof anchor);
    frag_error error = frag_anchor_decode(&anchor, exact, len);
    assert_int_equal(error, len == FRAG_ANCHOR_LEN ? FRAG_OK : FRAG_RECORD_MALFORMED);
    assert_true(len == FRAG_ANCHOR_LEN || is_all_zero(&anchor, sizeof anchor));
    free(exact);
  }
}

/* Another bit is refused, when it is of the beginning or makes the size too large, or is another anchor. */
static void test_every_bit_counts(void **state) {
  struct frag_anchor anchor = known_anchor(*state), other;
  uint8_t bytes[FRAG_ANCHOR_LEN], again[FRAG_ANCHOR_LEN];
  assert_int_equal(frag_anchor_encode(bytes, &anchor), FRAG_OK);
  for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
    bytes[bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
    frag_error error = frag_anchor_decode(&other, bytes, sizeof bytes);
    bool refused = bit < 32 || bit == 96 || bit == 97;
    assert_int_equal(error, refused ? FRAG_RECORD_MALFORMED : FRAG_OK);
    if (!refused) {
      assert_false(same_anchor(&other, &anchor));
      assert_int_equal(frag_anchor_encode(again, &other), FRAG_OK);
      assert_memory_equal(again, bytes, sizeof bytes);
    }
    bytes[bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known),          cmocka_unit_test(test_origin),
      cmocka_unit_test(test_sizes),          cmocka_unit_test(test_random_round_trip),
      cmocka_unit_test(test_every_other_length), cmocka_unit_test(test_every_bit_counts),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
