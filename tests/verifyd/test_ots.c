#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/context.h"
#include "base/crypto.h"
#include "bitcoin_fixture.h"
#include "chain/ots.h"
#include "ots_reader.h"

enum { ENTRIES_MAX = 70, TRANSACTIONS = 11 };

/* A log, its anchor in a transaction, and the block that has it. */
struct rig {
  struct frag_context *context;
  struct vd_ecdsa *ecdsa;
  uint8_t leaves[ENTRIES_MAX][32];
  struct vd_bitcoin_signed transactions[TRANSACTIONS];
  uint8_t stripped[VD_BITCOIN_RAW_MAX];
  uint8_t merkle_root[32];
  struct frag_proof inclusion;
  struct vd_bitcoin_branch branch;
  struct vd_ots proof;
};

static int setup(void **state) {
  static struct rig rig;
  if (vd_context_new(&rig.context, NULL) != VD_OK || vd_ecdsa_new(&rig.ecdsa, NULL) != VD_OK) return -1;
  for (size_t at = 0; at < ENTRIES_MAX; at++) {
    uint8_t entry[2] = {0, (uint8_t)at};
    if (vd_sha256(rig.leaves[at], entry, sizeof entry, NULL) != VD_OK) return -1;
  }
  *state = &rig;
  return 0;
}

static int teardown(void **state) {
  struct rig *rig = *state;
  vd_ecdsa_free(rig->ecdsa);
  frag_context_free(rig->context);
  return 0;
}

static void hash_node(uint8_t out[static 32], const uint8_t left[static 32], const uint8_t right[static 32]) {
  uint8_t node[65] = {1};
  memcpy(node + 1, left, 32);
  memcpy(node + 33, right, 32);
  assert_int_equal(vd_sha256(out, node, sizeof node, NULL), VD_OK);
}

static frag_error read_subtree(void *state, unsigned level, uint64_t index, uint8_t hash[static 32]) {
  struct rig *rig = state;
  if (level == 0) {
    memcpy(hash, rig->leaves[index], 32);
    return FRAG_OK;
  }
  uint8_t left[32], right[32];
  frag_error error = read_subtree(rig, level - 1, 2 * index, left);
  if (error == FRAG_OK) error = read_subtree(rig, level - 1, 2 * index + 1, right);
  if (error == FRAG_OK) hash_node(hash, left, right);
  return error;
}

static void build(struct rig *rig, uint64_t index, uint64_t size, uint32_t place, uint32_t height) {
  struct frag_tree_reader reader = {read_subtree, rig};
  struct vd_bitcoin_transaction transaction;
  struct vd_ecdsa_key key;
  uint8_t secret32[32], ids[TRANSACTIONS][32];
  bitcoin_fixture_secret(secret32, 1);
  assert_int_equal(vd_ecdsa_key_make(rig->ecdsa, &key, secret32, NULL), VD_OK);
  rig->proof = (struct vd_ots){.index = index, .anchor.size = size, .inclusion = &rig->inclusion,
                               .branch = &rig->branch, .height = height, .transaction = rig->stripped};
  memcpy(rig->proof.entry_digest, rig->leaves[index], 32);
  memset(rig->proof.anchor.origin_id, 0x5a, sizeof rig->proof.anchor.origin_id);
  assert_int_equal(frag_tree_root(rig->context, rig->proof.anchor.root, size, &reader), FRAG_OK);
  assert_int_equal(frag_tree_inclusion(rig->context, &rig->inclusion, index, size, &reader), FRAG_OK);
  for (unsigned at = 0; at < TRANSACTIONS; at++) {
    struct vd_bitcoin_anchor anchor;
    bitcoin_fixture_anchor(&anchor, 1, 9000, FRAG_ANCHOR_LEN, 1000, at);
    if (at == place) assert_int_equal(frag_anchor_encode(anchor.data, &rig->proof.anchor), FRAG_OK);
    assert_int_equal(vd_bitcoin_sign(rig->ecdsa, &anchor, &key, &rig->transactions[at], NULL), VD_OK);
    memcpy(ids[at], rig->transactions[at].id, 32);
  }
  const struct vd_bitcoin_signed *made = &rig->transactions[place];
  assert_int_equal(vd_bitcoin_transaction_read(&transaction, made->raw, made->raw_len, NULL), VD_OK);
  rig->proof.transaction_len = vd_bitcoin_strip(&transaction, rig->stripped);
  vd_bitcoin_branch_make(&rig->branch, ids, TRANSACTIONS, place, rig->merkle_root);
}

/* The steps lead from the entry to the block, for every entry of logs of many sizes. */
static void test_steps_lead_to_the_block(void **state) {
  struct rig *rig = *state;
  static const uint64_t sizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 33, 64, 70};
  static const uint32_t heights[] = {0, 1, 127, 128, 850000, 16383, 16384, UINT32_MAX};
  uint8_t file[VD_OTS_MAX], begin[32], end[32];
  for (size_t at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
    for (uint64_t index = 0; index < sizes[at]; index++) {
      uint32_t height = heights[(at + index) % 8], read;
      size_t len;
      build(rig, index, sizes[at], (uint32_t)(index % TRANSACTIONS), height);
      assert_int_equal(vd_ots_write(file, &len, &rig->proof, NULL), VD_OK);
      assert_true(ots_reader_run(begin, end, &read, file, len));
      assert_memory_equal(begin, rig->leaves[index], 32);
      assert_memory_equal(end, rig->merkle_root, 32);
      assert_int_equal(read, height);
    }
  }
}

/* A changed file is no longer read, or begins elsewhere, or ends elsewhere, or names another block. */
static void test_any_byte_changed_shows(void **state) {
  struct rig *rig = *state;
  uint8_t file[VD_OTS_MAX], begin[32], end[32];
  uint32_t height;
  size_t len;
  build(rig, 37, 70, 6, 850000);
  assert_int_equal(vd_ots_write(file, &len, &rig->proof, NULL), VD_OK);
  for (size_t bit = 0; bit < 8 * len; bit++) {
    file[bit / 8] ^= (uint8_t)(1u << bit % 8);
    if (ots_reader_run(begin, end, &height, file, len)) {
      assert_false(height == 850000 && memcmp(begin, rig->leaves[37], 32) == 0 &&
                   memcmp(end, rig->merkle_root, 32) == 0);
    }
    file[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  for (size_t cut = 0; cut < len; cut++) assert_false(ots_reader_run(begin, end, &height, file, cut));
}

static void test_refusals(void **state) {
  struct rig *rig = *state;
  uint8_t file[VD_OTS_MAX];
  struct vd_failure failure;
  size_t len;

  build(rig, 3, 9, 2, 7);
  rig->proof.anchor.root[0] ^= 1; /* the transaction holds another */
  assert_int_equal(vd_ots_write(file, &len, &rig->proof, &failure), VD_DATA);
  assert_int_equal(len, 0);
  rig->proof.anchor.root[0] ^= 1;
  rig->inclusion.count--; /* too short, too long for the tree */
  assert_int_equal(vd_ots_write(file, &len, &rig->proof, &failure), VD_DATA);
  rig->inclusion.count += 2;
  assert_int_equal(vd_ots_write(file, &len, &rig->proof, &failure), VD_DATA);
  rig->inclusion.count--;
  rig->proof.index = 9;
  assert_int_equal(vd_ots_write(file, &len, &rig->proof, &failure), VD_DATA);
  rig->proof.index = 3;
  rig->proof.anchor.size = 0;
  assert_int_not_equal(vd_ots_write(file, &len, &rig->proof, &failure), VD_OK);
  rig->proof.anchor.size = 9;
  assert_int_equal(vd_ots_write(file, &len, &rig->proof, &failure), VD_OK);

  /* Twice in the transaction, or not at all: it would not be said which one is meant. */
  static uint8_t doubled[2 * VD_BITCOIN_RAW_MAX];
  memcpy(doubled, rig->stripped, rig->proof.transaction_len);
  memcpy(doubled + rig->proof.transaction_len, rig->stripped, rig->proof.transaction_len);
  rig->proof.transaction = doubled;
  rig->proof.transaction_len *= 2;
  assert_int_equal(vd_ots_write(file, &len, &rig->proof, &failure), VD_DATA);
  rig->proof.transaction_len = 51;
  assert_int_equal(vd_ots_write(file, &len, &rig->proof, &failure), VD_DATA);
  rig->proof.transaction_len = 0;
  assert_int_equal(vd_ots_write(file, &len, &rig->proof, &failure), VD_DATA);
}

/* Readers carry no message of more than 4096 bytes. */
static void test_long_transactions_are_refused(void **state) {
  struct rig *rig = *state;
  static uint8_t longer[8192];
  uint8_t file[VD_OTS_MAX], begin[32], end[32];
  uint32_t height;
  size_t len;
  build(rig, 3, 9, 2, 7);
  memset(longer, 0, sizeof longer);
  memcpy(longer + 1000, rig->stripped, rig->proof.transaction_len);
  rig->proof.transaction = longer;
  rig->proof.transaction_len = 4096;
  assert_int_equal(vd_ots_write(file, &len, &rig->proof, NULL), VD_OK);
  assert_true(ots_reader_run(begin, end, &height, file, len));
  rig->proof.transaction_len = 4097;
  assert_int_equal(vd_ots_write(file, &len, &rig->proof, NULL), VD_FULL);
  assert_int_equal(len, 0);
  rig->proof.transaction_len = sizeof longer;
  assert_int_equal(vd_ots_write(file, &len, &rig->proof, NULL), VD_FULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_steps_lead_to_the_block),
    cmocka_unit_test(test_any_byte_changed_shows),
    cmocka_unit_test(test_refusals),
    cmocka_unit_test(test_long_transactions_are_refused),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
