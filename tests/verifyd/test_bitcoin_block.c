#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bitcoin_fixture.h"
#include "chain/bitcoin_bytes.h"

enum { TRANSACTIONS_MAX = 24 };

/* The chain's first block, whole; the second one's header; and a later one's with its four transactions. */
static const char genesis[] =
    "010000000000000000000000000000000000000000000000000000000000000000000000"
    "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c01"
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65"
    "732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f7220"
    "62616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4c"
    "ef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000";
static const char genesis_hash[] = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";
static const char second[] =
    "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee14677ba1a3c3540bf7"
    "b1cdb606e857233e0e61bc6649ffff001d01e36299";
static const char second_hash[] = "00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048";
static const char later[] =
    "0100000050120119172a610421a6c3011dd330d9df07b63616c2cc1f1cd00200000000006657a9252aacd5c0b2940996ecff952228c3067cc38d48"
    "85efb5a4ac4247e9f337221b4d4c86041b0f2b5710";
static const char later_hash[] = "000000000003ba27aa200b1cecaad478d2b00432346c3f1f3986da1afd33e506";
static const char *const later_ids[] = {
  "8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87",
  "fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4",
  "6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4",
  "e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d",
};

static struct vd_bitcoin_signed transactions[TRANSACTIONS_MAX];

static int setup(void **state) {
  struct vd_ecdsa *ecdsa;
  struct vd_ecdsa_key key;
  uint8_t secret32[32];
  (void)state;
  bitcoin_fixture_secret(secret32, 3);
  if (vd_ecdsa_new(&ecdsa, NULL) != VD_OK || vd_ecdsa_key_make(ecdsa, &key, secret32, NULL) != VD_OK) return -1;
  for (unsigned i = 0; i < TRANSACTIONS_MAX; i++) {
    struct vd_bitcoin_anchor anchor;
    bitcoin_fixture_anchor(&anchor, 1 + i % 2, 9000, 52, 1000, i);
    if (vd_bitcoin_sign(ecdsa, &anchor, &key, &transactions[i], NULL) != VD_OK) return -1;
  }
  vd_ecdsa_free(ecdsa);
  return 0;
}

static void test_headers_of_the_main_chain(void **state) {
  (void)state;
  static const char *const rows[][2] = {{second, second_hash}, {later, later_hash}};
  for (size_t row = 0; row < 2; row++) {
    uint8_t bytes[VD_BITCOIN_HEADER_LEN], hash[32];
    struct vd_bitcoin_header header;
    assert_int_equal(bitcoin_fixture_bytes(bytes, sizeof bytes, rows[row][0], false), sizeof bytes);
    bitcoin_fixture_bytes(hash, 32, rows[row][1], true);
    assert_int_equal(vd_bitcoin_header_read(&header, bytes, NULL), VD_OK);
    assert_memory_equal(header.hash, hash, 32);
    assert_memory_equal(header.bytes, bytes, sizeof bytes);
    assert_int_equal(header.time_s, row == 0 ? 1231469665 : 1293623863);
  }
}

/* At this difficulty no change of a bit leaves a proof of work, but by a chance of 2^-32. */
static void test_any_bit_changed_has_no_work(void **state) {
  (void)state;
  uint8_t bytes[VD_BITCOIN_HEADER_LEN];
  struct vd_bitcoin_header header;
  bitcoin_fixture_bytes(bytes, sizeof bytes, later, false);
  for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
    if (bit >= 8 * 72 && bit < 8 * 76) continue; /* these say how much work is needed */
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    assert_int_equal(vd_bitcoin_header_read(&header, bytes, NULL), VD_DATA);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

static void test_difficulties_that_are_none(void **state) {
  (void)state;
  static const struct {
    uint32_t bits;
    bool can_be_met;
  } rows[] = {
    {BITCOIN_REGTEST_BITS, true}, {0x2100ffff, true}, {0x220000ff, true}, {0x207ffffe, true},
    {0, false}, {0x20000000, false}, {0x20800000, false}, {0x20ffffff, false}, {0x01000000, false},
    {0x2101ffff, false}, {0x2200ffff, false}, {0x23000001, false}, {0xff123456, false}, {0x01000001, false},
    {0x00123456, false}, {0x03000001, false},
  };
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
    uint8_t bytes[VD_BITCOIN_HEADER_LEN] = {0};
    struct vd_bitcoin_header header;
    bool is_met = false;
    vd_bitcoin_put(bytes + 72, rows[row].bits, 4);
    for (uint32_t nonce = 0; nonce < 200 && !is_met; nonce++) {
      vd_bitcoin_put(bytes + 76, nonce, 4);
      is_met = vd_bitcoin_header_read(&header, bytes, NULL) == VD_OK;
    }
    assert_int_equal(is_met, rows[row].can_be_met);
  }
}

static void test_branches_of_a_block_of_the_main_chain(void **state) {
  (void)state;
  uint8_t bytes[VD_BITCOIN_HEADER_LEN], id[32], root[32];
  struct vd_bitcoin_header header;
  bitcoin_fixture_bytes(bytes, sizeof bytes, later, false);
  assert_int_equal(vd_bitcoin_header_read(&header, bytes, NULL), VD_OK);
  for (uint32_t index = 0; index < 4; index++) {
    uint8_t ids[4][32];
    struct vd_bitcoin_branch branch;
    for (size_t at = 0; at < 4; at++) bitcoin_fixture_bytes(ids[at], 32, later_ids[at], true);
    memcpy(id, ids[index], 32);
    vd_bitcoin_branch_make(&branch, ids, 4, index, root);
    assert_memory_equal(root, header.merkle_root, 32);
    assert_int_equal(branch.count, 2);
    assert_true(vd_bitcoin_branch_check(&branch, id, header.merkle_root));
  }
}

static void test_branches_of_any_size(void **state) {
  (void)state;
  for (size_t count = 1; count <= TRANSACTIONS_MAX; count++) {
    for (uint32_t index = 0; index < count; index++) {
      uint8_t ids[TRANSACTIONS_MAX][32], root[32], other[32];
      struct vd_bitcoin_branch branch;
      for (size_t at = 0; at < count; at++) memcpy(ids[at], transactions[at].id, 32);
      vd_bitcoin_branch_make(&branch, ids, count, index, root);
      assert_true(vd_bitcoin_branch_check(&branch, transactions[index].id, root));
      assert_false(vd_bitcoin_branch_check(&branch, transactions[(index + 1) % TRANSACTIONS_MAX].id, root));
      memcpy(other, root, 32);
      other[index % 32] ^= 1;
      assert_false(vd_bitcoin_branch_check(&branch, transactions[index].id, other));
      if (branch.count > 0) {
        struct vd_bitcoin_branch broken = branch;
        broken.hashes[index % broken.count][5] ^= 4;
        assert_false(vd_bitcoin_branch_check(&broken, transactions[index].id, root));
        broken = branch;
        broken.count--;
        assert_false(vd_bitcoin_branch_check(&broken, transactions[index].id, root));
      }
      struct vd_bitcoin_branch far = branch;
      far.index += (uint32_t)1 << far.count; /* the same steps, but there is no such place */
      assert_false(vd_bitcoin_branch_check(&far, transactions[index].id, root));
    }
  }
}

static void test_branches_that_are_too_long(void **state) {
  (void)state;
  uint8_t root[32] = {0};
  struct vd_bitcoin_branch branch = {.count = VD_BITCOIN_BRANCH_MAX + 1};
  assert_false(vd_bitcoin_branch_check(&branch, root, root));
  branch.count = SIZE_MAX;
  assert_false(vd_bitcoin_branch_check(&branch, root, root));
}

struct taken {
  size_t count;
};

static void take(void *context, uint32_t index, const struct vd_bitcoin_transaction *transaction) {
  struct taken *taken = context;
  assert_int_equal(index, taken->count);
  assert_memory_equal(transaction->id, transactions[index].id, 32);
  assert_int_equal(transaction->len, transactions[index].raw_len);
  taken->count++;
}

static void test_blocks_of_any_size(void **state) {
  (void)state;
  static struct bitcoin_block block;
  for (size_t count = 1; count <= TRANSACTIONS_MAX; count++) {
    struct vd_bitcoin_header header;
    struct vd_bitcoin_branch branch;
    struct taken taken = {0};
    bitcoin_fixture_block(&block, transactions, count, 0);
    assert_int_equal(vd_bitcoin_block_read(&header, block.bytes, block.len, take, &taken, NULL), VD_OK);
    assert_int_equal(taken.count, count);
    assert_int_equal(vd_bitcoin_block_read(&header, block.bytes, block.len, NULL, NULL, NULL), VD_OK);
    for (uint32_t index = 0; index < count; index++) {
      assert_int_equal(vd_bitcoin_block_branch(&branch, block.bytes, block.len, index, NULL), VD_OK);
      assert_int_equal(branch.index, index);
      assert_true(vd_bitcoin_branch_check(&branch, transactions[index].id, header.merkle_root));
    }
    assert_int_equal(vd_bitcoin_block_branch(&branch, block.bytes, block.len, (uint32_t)count, NULL), VD_DATA);
  }
}

static void refuse(void *context, uint32_t index, const struct vd_bitcoin_transaction *transaction) {
  (void)context;
  (void)index;
  (void)transaction;
  fail_msg("a transaction of a block that is not right was given out");
}

/* CVE-2012-2459: lists that end in the same transactions once more have the same root. */
static void test_blocks_with_doubled_transactions_are_refused(void **state) {
  (void)state;
  static const struct {
    size_t count, twice;
  } rows[] = {{3, 1}, {5, 1}, {6, 2}, {7, 1}, {10, 2}, {12, 4}, {9, 1}};
  static struct bitcoin_block block, doubled;
  struct vd_bitcoin_header header, other;
  struct vd_failure failure;
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
    bitcoin_fixture_block(&block, transactions, rows[row].count, 0);
    bitcoin_fixture_block(&doubled, transactions, rows[row].count, rows[row].twice);
    assert_int_equal(vd_bitcoin_block_read(&header, block.bytes, block.len, NULL, NULL, NULL), VD_OK);
    assert_int_equal(vd_bitcoin_block_read(&other, doubled.bytes, doubled.len, refuse, NULL, &failure), VD_DATA);
    assert_memory_equal(header.merkle_root, other.merkle_root, 32);
    assert_string_equal(failure.text, "a transaction stands twice in this block");
  }
}

static void test_the_first_block(void **state) {
  (void)state;
  uint8_t bytes[512], hash[32];
  struct vd_bitcoin_header header;
  size_t len = bitcoin_fixture_bytes(bytes, sizeof bytes, genesis, false);
  bitcoin_fixture_bytes(hash, 32, genesis_hash, true);
  assert_int_equal(vd_bitcoin_block_read(&header, bytes, len, NULL, NULL, NULL), VD_OK);
  assert_memory_equal(header.hash, hash, 32);
}

static void test_blocks_cut_or_changed_are_refused(void **state) {
  (void)state;
  static struct bitcoin_block block;
  struct vd_bitcoin_header header;
  bitcoin_fixture_block(&block, transactions, 5, 0);
  for (size_t cut = 0; cut < block.len; cut++) {
    assert_int_equal(vd_bitcoin_block_read(&header, block.bytes, cut, refuse, NULL, NULL), VD_DATA);
  }
  block.bytes[block.len] = 0;
  assert_int_equal(vd_bitcoin_block_read(&header, block.bytes, block.len + 1, refuse, NULL, NULL), VD_DATA);
  for (size_t bit = 8 * VD_BITCOIN_HEADER_LEN; bit < 8 * block.len; bit += 3) {
    block.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    enum vd_error error = vd_bitcoin_block_read(&header, block.bytes, block.len, NULL, NULL, NULL);
    block.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    if (error == VD_OK) continue; /* a witness: it is under another root */
    assert_int_equal(error, VD_DATA);
  }
  block.bytes[VD_BITCOIN_HEADER_LEN] = 0;
  assert_int_equal(vd_bitcoin_block_read(&header, block.bytes, VD_BITCOIN_HEADER_LEN + 1, refuse, NULL, NULL), VD_DATA);
  block.bytes[36] ^= 1; /* another root, with work of its own */
  bitcoin_fixture_mine(block.bytes);
  block.bytes[VD_BITCOIN_HEADER_LEN] = 5;
  assert_int_equal(vd_bitcoin_block_read(&header, block.bytes, block.len, refuse, NULL, NULL), VD_DATA);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_headers_of_the_main_chain),
    cmocka_unit_test(test_any_bit_changed_has_no_work),
    cmocka_unit_test(test_difficulties_that_are_none),
    cmocka_unit_test(test_branches_of_a_block_of_the_main_chain),
    cmocka_unit_test(test_branches_of_any_size),
    cmocka_unit_test(test_branches_that_are_too_long),
    cmocka_unit_test(test_blocks_of_any_size),
    cmocka_unit_test(test_blocks_with_doubled_transactions_are_refused),
    cmocka_unit_test(test_the_first_block),
    cmocka_unit_test(test_blocks_cut_or_changed_are_refused),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
