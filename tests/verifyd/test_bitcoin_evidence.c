#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bitcoin_fixture.h"
#include "chain/bitcoin_evidence.h"

enum { INDEX = 0x01020304, HEAD_LEN = 84 };

/* A header with work of its own, and a branch that does not lead to it. */
static void make(struct vd_bitcoin_header *header, struct vd_bitcoin_branch *branch, size_t count) {
  uint8_t bytes[VD_BITCOIN_HEADER_LEN];
  memset(bytes, 0x11, sizeof bytes);
  memcpy(bytes + 72, "\xff\xff\x7f\x20", 4);
  bitcoin_fixture_mine(bytes);
  assert_int_equal(vd_bitcoin_header_read(header, bytes, NULL), VD_OK);
  *branch = (struct vd_bitcoin_branch){.index = INDEX, .count = count};
  for (size_t level = 0; level < count; level++) memset(branch->hashes[level], (int)(0x40 + level), 32);
}

static void its_form(void **state) {
  uint8_t bytes[VD_BITCOIN_EVIDENCE_MAX];
  struct vd_bitcoin_header header;
  struct vd_bitcoin_branch branch;
  (void)state;
  make(&header, &branch, VD_BITCOIN_BRANCH_MAX);
  assert_int_equal(vd_bitcoin_evidence_write(bytes, &header, &branch), 80 + 4 + 32 * 32);
  assert_memory_equal(bytes, header.bytes, 80);
  assert_memory_equal(bytes + 80, "\1\2\3\4", 4);
  assert_memory_equal(bytes + 84, branch.hashes, 32 * 32);
  branch.count = 0; /* the only transaction of its block */
  assert_int_equal(vd_bitcoin_evidence_write(bytes, &header, &branch), 84);
}

static void what_is_written_is_read(void **state) {
  (void)state;
  for (size_t count = 0; count <= VD_BITCOIN_BRANCH_MAX; count++) {
    uint8_t bytes[VD_BITCOIN_EVIDENCE_MAX];
    struct vd_bitcoin_header header, read_header;
    struct vd_bitcoin_branch branch, read_branch;
    make(&header, &branch, count);
    memset(&read_branch, 0xee, sizeof read_branch);
    size_t len = vd_bitcoin_evidence_write(bytes, &header, &branch);
    assert_int_equal(len, HEAD_LEN + 32 * count);
    assert_int_equal(vd_bitcoin_evidence_read(&read_header, &read_branch, bytes, len, NULL), VD_OK);
    assert_memory_equal(&read_header, &header, sizeof header);
    assert_memory_equal(&read_branch, &branch, sizeof branch);
  }
}

/* As it is kept of a transaction, it leads from it to the header. */
static void it_leads_to_the_block(void **state) {
  uint8_t ids[5][32], id[32], bytes[VD_BITCOIN_EVIDENCE_MAX], header_bytes[VD_BITCOIN_HEADER_LEN] = {2};
  struct vd_bitcoin_header header;
  struct vd_bitcoin_branch branch;
  (void)state;
  for (size_t at = 0; at < 5; at++) memset(ids[at], (int)at + 1, 32);
  memcpy(id, ids[3], 32);
  vd_bitcoin_branch_make(&branch, ids, 5, 3, header_bytes + 36);
  memcpy(header_bytes + 72, "\xff\xff\x7f\x20", 4);
  bitcoin_fixture_mine(header_bytes);
  assert_int_equal(vd_bitcoin_header_read(&header, header_bytes, NULL), VD_OK);
  size_t len = vd_bitcoin_evidence_write(bytes, &header, &branch);
  for (size_t bit = 0; bit < 8 * len; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    struct vd_bitcoin_header other;
    bool is_right = vd_bitcoin_evidence_read(&other, &branch, bytes, len, NULL) == VD_OK &&
                    memcmp(other.hash, header.hash, 32) == 0 && vd_bitcoin_branch_check(&branch, id, other.merkle_root);
    assert_false(is_right);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  assert_int_equal(vd_bitcoin_evidence_read(&header, &branch, bytes, len, NULL), VD_OK);
  assert_true(vd_bitcoin_branch_check(&branch, id, header.merkle_root));
}

static void other_lengths_are_refused(void **state) {
  uint8_t bytes[VD_BITCOIN_EVIDENCE_MAX + 64] = {0};
  struct vd_bitcoin_header header;
  struct vd_bitcoin_branch branch;
  struct vd_failure failure = {.text = ""};
  (void)state;
  make(&header, &branch, VD_BITCOIN_BRANCH_MAX);
  assert_int_equal(vd_bitcoin_evidence_write(bytes, &header, &branch), VD_BITCOIN_EVIDENCE_MAX);
  for (size_t len = 0; len <= sizeof bytes; len++) {
    bool is_right = len >= HEAD_LEN && len <= VD_BITCOIN_EVIDENCE_MAX && len % 32 == HEAD_LEN % 32;
    failure.text[0] = '\0';
    assert_int_equal(vd_bitcoin_evidence_read(&header, &branch, bytes, len, &failure), is_right ? VD_OK : VD_DATA);
    assert_string_equal(failure.text, is_right ? "" : "the evidence of a transaction's block is not well formed");
  }
}

static void a_header_without_work_is_refused(void **state) {
  uint8_t bytes[VD_BITCOIN_EVIDENCE_MAX];
  struct vd_bitcoin_header header;
  struct vd_bitcoin_branch branch;
  (void)state;
  make(&header, &branch, 2);
  size_t len = vd_bitcoin_evidence_write(bytes, &header, &branch);
  bytes[75] = 0x1d; /* the least that the main chain ever asked for */
  assert_int_equal(vd_bitcoin_evidence_read(&header, &branch, bytes, len, NULL), VD_DATA);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(its_form),
      cmocka_unit_test(what_is_written_is_read),
      cmocka_unit_test(it_leads_to_the_block),
      cmocka_unit_test(other_lengths_are_refused),
      cmocka_unit_test(a_header_without_work_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
