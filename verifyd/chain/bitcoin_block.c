#include "chain/bitcoin_block.h"

#include <assert.h>
#include <stdlib.h>

#include "chain/bitcoin_bytes.h"
#include "chain/digest.h"

enum {
  BLOCK_MAX = 4000000,   /* bytes: no block weighs more (BIP 141) */
  TRANSACTION_LEAST = 60
};

/* The 256-bit number, little-endian, that a compact form stands for; false: negative, zero, or too large. */
static bool read_target(uint8_t target[static 32], uint32_t bits) {
  uint32_t exponent = bits >> 24, mantissa = bits & 0x7fffff;
  memset(target, 0, 32);
  if (mantissa == 0 || (bits & 0x800000) != 0) return false;
  for (uint32_t digit = 0; digit < 3; digit++) {
    uint8_t value = (uint8_t)(mantissa >> (8 * digit));
    if (exponent + digit < 3) continue; /* shifted out */
    if (exponent + digit - 3 < 32) {
      target[exponent + digit - 3] = value;
    } else if (value != 0) {
      return false;
    }
  }
  return true;
}

static bool is_above(const uint8_t hash[static 32], const uint8_t target[static 32]) {
  for (size_t at = 32; at > 0; at--) {
    if (hash[at - 1] != target[at - 1]) return hash[at - 1] > target[at - 1];
  }
  return false;
}

enum vd_error vd_bitcoin_header_read(struct vd_bitcoin_header *header,
                                     const uint8_t bytes[static VD_BITCOIN_HEADER_LEN], struct vd_failure *failure) {
  uint8_t target[32];
  memcpy(header->bytes, bytes, VD_BITCOIN_HEADER_LEN);
  vd_sha256d(header->hash, bytes, VD_BITCOIN_HEADER_LEN);
  memcpy(header->previous, bytes + 4, 32);
  memcpy(header->merkle_root, bytes + 36, 32);
  header->time_s = (uint32_t)vd_bitcoin_get(bytes + 68, 4);
  header->bits = (uint32_t)vd_bitcoin_get(bytes + 72, 4);
  if (!read_target(target, header->bits)) {
    return vd_fail(failure, VD_DATA, "the difficulty in this block header is no number");
  }
  if (is_above(header->hash, target)) return vd_fail(failure, VD_DATA, "this block header has no proof of work");
  return VD_OK;
}

static void hash_pair(uint8_t out[static 32], const uint8_t left[static 32], const uint8_t right[static 32]) {
  uint8_t pair[64];
  memcpy(pair, left, 32);
  memcpy(pair + 32, right, 32);
  vd_sha256d(out, pair, sizeof pair);
}

/* Replaces the hashes of a level by those of the one above; an odd one out is paired with itself. Returns their number.
 * *has_twins: two that belong together are equal: then a shorter list has the same root (CVE-2012-2459). */
static size_t climb(uint8_t (*hashes)[32], size_t count, bool *has_twins) {
  for (size_t at = 0; at < count; at += 2) {
    bool is_alone = at + 1 == count;
    const uint8_t *right = is_alone ? hashes[at] : hashes[at + 1];
    if (!is_alone && memcmp(hashes[at], right, 32) == 0) *has_twins = true;
    hash_pair(hashes[at / 2], hashes[at], right);
  }
  return (count + 1) / 2;
}

void vd_bitcoin_branch_make(struct vd_bitcoin_branch *branch, uint8_t (*ids)[32], size_t count, uint32_t index,
                            uint8_t root[static 32]) {
  bool has_twins = false;
  assert(index < count);
  memset(branch, 0, sizeof *branch);
  branch->index = index;
  for (size_t at = index; count > 1; at /= 2) {
    size_t sibling = (at ^ 1) < count ? (at ^ 1) : at;
    memcpy(branch->hashes[branch->count++], ids[sibling], 32);
    count = climb(ids, count, &has_twins);
  }
  memcpy(root, ids[0], 32);
}

bool vd_bitcoin_branch_check(const struct vd_bitcoin_branch *branch, const uint8_t id[static 32],
                             const uint8_t root[static 32]) {
  uint8_t hash[32];
  if (branch->count > VD_BITCOIN_BRANCH_MAX || (uint64_t)branch->index >> branch->count != 0) return false;
  memcpy(hash, id, 32);
  for (size_t level = 0; level < branch->count; level++) {
    if ((branch->index >> level & 1) != 0) {
      hash_pair(hash, branch->hashes[level], hash);
    } else {
      hash_pair(hash, hash, branch->hashes[level]);
    }
  }
  return memcmp(hash, root, 32) == 0;
}

struct block {
  size_t count;
  struct vd_bitcoin_transaction *transactions; /* owned, as ids is */
  uint8_t (*ids)[32];
};

static void forget(struct block *block) {
  free(block->transactions);
  free(block->ids);
}

static enum vd_error check_root(const struct block *block, const struct vd_bitcoin_header *header,
                                struct vd_failure *failure) {
  bool has_twins = false;
  for (size_t at = 0; at < block->count; at++) memcpy(block->ids[at], block->transactions[at].id, 32);
  for (size_t count = block->count; count > 1;) count = climb(block->ids, count, &has_twins);
  if (has_twins) return vd_fail(failure, VD_DATA, "a transaction stands twice in this block");
  if (memcmp(block->ids[0], header->merkle_root, 32) != 0) {
    return vd_fail(failure, VD_DATA, "the transactions of this block are not those that its header names");
  }
  return VD_OK;
}

static enum vd_error read_transactions(struct block *block, struct vd_bitcoin_bytes *rest,
                                       struct vd_failure *failure) {
  uint64_t count = vd_bitcoin_take_size(rest);
  if (rest->is_over || count == 0 || count > rest->left / TRANSACTION_LEAST) {
    return vd_fail(failure, VD_DATA, "this is not a Bitcoin block");
  }
  block->count = (size_t)count;
  block->transactions = calloc(block->count, sizeof *block->transactions);
  block->ids = calloc(block->count, sizeof *block->ids);
  if (block->transactions == NULL || block->ids == NULL) {
    return vd_fail(failure, VD_MEMORY, "out of memory for a Bitcoin block");
  }
  for (size_t at = 0; at < block->count; at++) {
    enum vd_error error = vd_bitcoin_transaction_read(&block->transactions[at], rest->at, rest->left, failure);
    if (error != VD_OK) return error;
    (void)vd_bitcoin_take(rest, block->transactions[at].len);
  }
  if (rest->left != 0) return vd_fail(failure, VD_DATA, "something follows the transactions of this block");
  return VD_OK;
}

/* On every exit the caller calls forget. */
static enum vd_error read_block(struct block *block, struct vd_bitcoin_header *header, const uint8_t *bytes,
                                size_t len, struct vd_failure *failure) {
  struct vd_bitcoin_bytes rest = {bytes, len, false};
  const uint8_t *head = vd_bitcoin_take(&rest, VD_BITCOIN_HEADER_LEN);
  *block = (struct block){0};
  if (head == NULL || len > BLOCK_MAX) return vd_fail(failure, VD_DATA, "this is not a Bitcoin block");
  enum vd_error error = vd_bitcoin_header_read(header, head, failure);
  if (error == VD_OK) error = read_transactions(block, &rest, failure);
  if (error == VD_OK) error = check_root(block, header, failure);
  return error;
}

enum vd_error vd_bitcoin_block_read(struct vd_bitcoin_header *header, const uint8_t *bytes, size_t len,
                                    void (*take)(void *context, uint32_t index,
                                                 const struct vd_bitcoin_transaction *transaction),
                                    void *context, struct vd_failure *failure) {
  struct block block;
  enum vd_error error = read_block(&block, header, bytes, len, failure);
  for (size_t at = 0; error == VD_OK && take != NULL && at < block.count; at++) {
    take(context, (uint32_t)at, &block.transactions[at]);
  }
  forget(&block);
  return error;
}

enum vd_error vd_bitcoin_block_branch(struct vd_bitcoin_branch *branch, const uint8_t *bytes, size_t len,
                                      uint32_t index, struct vd_failure *failure) {
  struct block block;
  struct vd_bitcoin_header header;
  uint8_t root[32];
  enum vd_error error = read_block(&block, &header, bytes, len, failure);
  if (error == VD_OK && index >= block.count) {
    error = vd_fail(failure, VD_DATA, "this block has only %zu transactions", block.count);
  }
  if (error == VD_OK) {
    for (size_t at = 0; at < block.count; at++) memcpy(block.ids[at], block.transactions[at].id, 32);
    vd_bitcoin_branch_make(branch, block.ids, block.count, index, root);
  }
  forget(&block);
  return error;
}
