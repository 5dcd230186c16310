#include "chain/ots.h"

#include <string.h>

enum { MESSAGE_MAX = 4096 /* bytes that readers carry from step to step */, HEAD_LEN = FRAG_ANCHOR_LEN - FRAG_HASH_LEN };

/* The bytes of the OpenTimestamps file format, version 1. */
enum { OP_SHA256 = 0x08, OP_APPEND = 0xf0, OP_PREPEND = 0xf1, ATTESTATION = 0x00 };
static const char magic[] = "\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01";
static const char bitcoin_tag[] = "\x05\x88\x96\x0d\x73\xd7\x19\x01";

struct out {
  uint8_t *bytes;
  size_t len;
  bool is_full;
};

static void put(struct out *out, const void *bytes, size_t len) {
  if (len > VD_OTS_MAX - out->len) out->is_full = true;
  if (out->is_full) return;
  memcpy(out->bytes + out->len, bytes, len);
  out->len += len;
}

static void put_byte(struct out *out, uint8_t byte) { put(out, &byte, 1); }

/* Seven bits in each byte, the lowest first; all but the last have the top bit. */
static void put_number(struct out *out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) put_byte(out, (uint8_t)(value | 0x80));
  put_byte(out, (uint8_t)value);
}

/* Appends or prepends: of up to two pieces. Nothing is a step that readers refuse. */
static void put_join(struct out *out, uint8_t op, const void *first, size_t first_len, const void *second,
                     size_t second_len) {
  if (first_len + second_len == 0) return;
  put_byte(out, op);
  put_number(out, first_len + second_len);
  put(out, first, first_len);
  put(out, second, second_len);
}

/* From the leaf's hash to the log's root: RFC 9162 section 2.1.3.2, written down instead of computed.
 * False: the proof has not the length that a tree of that size needs. */
static bool put_inclusion(struct out *out, uint64_t index, uint64_t size, const struct frag_proof *proof) {
  if (index >= size) return false;
  uint64_t last = size - 1;
  for (size_t at = 0; at < proof->count; at++) {
    if (last == 0) return false;
    if ((index & 1) != 0 || index == last) {
      put_join(out, OP_PREPEND, "\x01", 1, proof->hashes[at], FRAG_HASH_LEN);
      for (; (index & 1) == 0; last >>= 1) index >>= 1;
    } else {
      put_join(out, OP_APPEND, proof->hashes[at], FRAG_HASH_LEN, "", 0);
      put_join(out, OP_PREPEND, "\x01", 1, "", 0);
    }
    put_byte(out, OP_SHA256);
    index >>= 1;
    last >>= 1;
  }
  return last == 0;
}

/* Where the payload stands in the transaction; false: nowhere, or not once only. */
static bool find_payload(size_t *at, const struct vd_ots *proof, const uint8_t payload[static FRAG_ANCHOR_LEN]) {
  size_t found = 0;
  for (size_t from = 0; from + FRAG_ANCHOR_LEN <= proof->transaction_len; from++) {
    if (memcmp(proof->transaction + from, payload, FRAG_ANCHOR_LEN) != 0) continue;
    *at = from;
    found++;
  }
  return found == 1;
}

/* From the log's root to the block's: the payload and the transaction around it, then the branch. */
static void put_transaction(struct out *out, const struct vd_ots *proof, const uint8_t *payload, size_t at) {
  size_t end = at + FRAG_ANCHOR_LEN;
  put_join(out, OP_PREPEND, proof->transaction, at, payload, HEAD_LEN);
  put_join(out, OP_APPEND, proof->transaction + end, proof->transaction_len - end, "", 0);
  put_byte(out, OP_SHA256);
  put_byte(out, OP_SHA256);
  for (size_t level = 0; level < proof->branch->count; level++) {
    bool is_right = (proof->branch->index >> level & 1) != 0;
    put_join(out, is_right ? OP_PREPEND : OP_APPEND, proof->branch->hashes[level], 32, "", 0);
    put_byte(out, OP_SHA256);
    put_byte(out, OP_SHA256);
  }
}

static void put_attestation(struct out *out, uint32_t height) {
  size_t height_len = 1;
  for (uint32_t rest = height >> 7; rest > 0; rest >>= 7) height_len++;
  put_byte(out, ATTESTATION);
  put(out, bitcoin_tag, sizeof bitcoin_tag - 1);
  put_number(out, height_len);
  put_number(out, height);
}

enum vd_error vd_ots_write(uint8_t out[static VD_OTS_MAX], size_t *len, const struct vd_ots *proof,
                           struct vd_failure *failure) {
  struct out file = {out, 0, false};
  uint8_t payload[FRAG_ANCHOR_LEN];
  size_t at;
  *len = 0;
  frag_error refused = frag_anchor_encode(payload, &proof->anchor);
  if (refused != FRAG_OK) return vd_fail_frag(failure, refused, "this anchor cannot be written as OpenTimestamps proof");
  if (proof->transaction_len > MESSAGE_MAX) {
    return vd_fail(failure, VD_FULL, "OpenTimestamps proofs take transactions of %d bytes at most", MESSAGE_MAX);
  }
  if (!find_payload(&at, proof, payload)) {
    return vd_fail(failure, VD_DATA, "the transaction does not hold the anchor's payload once");
  }
  put(&file, magic, sizeof magic - 1);
  put_byte(&file, OP_SHA256);
  put(&file, proof->entry_digest, sizeof proof->entry_digest);
  if (!put_inclusion(&file, proof->index, proof->anchor.size, proof->inclusion)) {
    return vd_fail(failure, VD_DATA, "the inclusion proof does not fit the entry's index and the log's size");
  }
  put_transaction(&file, proof, payload, at);
  put_attestation(&file, proof->height);
  if (file.is_full) return vd_fail(failure, VD_FULL, "the OpenTimestamps proof would be longer than %d bytes", VD_OTS_MAX);
  *len = file.len;
  return VD_OK;
}
