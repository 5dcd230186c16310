#include "anchor_proof.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hex.h"
#include "chain/bitcoin_evidence.h"
#include "chain/digest.h"
#include "chain/evm_signed.h"
#include "config/settings_chains.h"
#include "date.h"

/* --- from the entry to the anchored root --- */

static enum vd_error check_entry(struct frag_context *context, struct ctl_anchor_proof *proof,
                                 uint8_t leaf_hash[static FRAG_HASH_LEN], uint8_t payload[static FRAG_ANCHOR_LEN],
                                 struct vd_failure *failure) {
  struct frag_slice origin = {.data = (const uint8_t *)proof->origin, .len = strlen(proof->origin)};
  frag_error error = frag_leaf_hash(context, leaf_hash, proof->entry);
  if (error == FRAG_OK) {
    error = frag_tree_check_inclusion(context, proof->index, proof->anchor.size, proof->anchor.root, leaf_hash,
                                      &proof->inclusion);
  }
  if (error == FRAG_OK) error = frag_anchor_origin(context, proof->anchor.origin_id, origin);
  if (error == FRAG_OK) error = frag_anchor_encode(payload, &proof->anchor);
  if (error == FRAG_OK) return VD_OK;
  if (error == FRAG_CRYPTO) return vd_fail_frag(failure, error, "the proof");
  return vd_fail(failure, VD_DATA, "entry %" PRIu64 " is not under the root that was anchored", proof->index);
}

/* --- Bitcoin --- */

static bool is_reversed(const uint8_t one[static 32], const uint8_t other[static 32]) {
  for (size_t i = 0; i < 32; i++)
    if (one[i] != other[31 - i]) return false;
  return true;
}

static enum vd_error check_block(const struct ctl_anchor_proof *proof, const struct vd_bitcoin_transaction *transaction,
                                 struct vd_bitcoin_branch *branch, struct vd_failure *failure) {
  struct vd_bitcoin_header header;
  enum vd_error error =
      vd_bitcoin_evidence_read(&header, branch, proof->evidence.data, proof->evidence.len, failure);
  if (error != VD_OK) return error;
  if (!is_reversed(transaction->id, proof->transaction) || !is_reversed(header.hash, proof->block_hash) ||
      !vd_bitcoin_branch_check(branch, transaction->id, header.merkle_root))
    return vd_fail(failure, VD_DATA, "the evidence of the anchor's block does not lead from the transaction to it");
  return VD_OK;
}

enum vd_error ctl_anchor_proof_ots(struct frag_context *context, struct ctl_anchor_proof *proof,
                                   uint8_t out[static VD_OTS_MAX], size_t *len, struct vd_failure *failure) {
  struct vd_bitcoin_transaction transaction;
  struct vd_bitcoin_branch branch;
  uint8_t payload[FRAG_ANCHOR_LEN];
  struct vd_ots ots = {.index = proof->index, .inclusion = &proof->inclusion, .branch = &branch};
  uint8_t *stripped = malloc(proof->raw.len + 1);
  if (stripped == NULL) return vd_fail(failure, VD_MEMORY, "no memory for a transaction");
  enum vd_error error = check_entry(context, proof, ots.entry_digest, payload, failure);
  if (error == VD_OK) error = vd_bitcoin_transaction_read(&transaction, proof->raw.data, proof->raw.len, failure);
  if (error == VD_OK) error = check_block(proof, &transaction, &branch, failure);
  if (error == VD_OK && proof->block_number > UINT32_MAX)
    error = vd_fail(failure, VD_DATA, "the anchor's block has a number that no block of Bitcoin has");
  if (error == VD_OK) {
    ots.anchor = proof->anchor;
    ots.height = (uint32_t)proof->block_number;
    ots.transaction = stripped;
    ots.transaction_len = vd_bitcoin_strip(&transaction, stripped);
    error = vd_ots_write(out, len, &ots, failure);
  }
  free(stripped);
  return error;
}

/* --- EVM --- */

static enum vd_error check_transaction(const struct ctl_anchor_proof *proof,
                                       const uint8_t payload[static FRAG_ANCHOR_LEN], struct vd_failure *failure) {
  struct vd_evm_signed transaction;
  uint8_t sender[VD_EVM_ADDRESS_LEN], hash[32];
  struct vd_ecdsa *ecdsa = NULL;
  enum vd_error error = vd_evm_signed_read(&transaction, proof->raw.data, proof->raw.len, failure);
  if (error == VD_OK) error = vd_ecdsa_new(&ecdsa, failure);
  if (error != VD_OK) return error;
  vd_keccak256(hash, proof->raw.data, proof->raw.len);
  bool is_right = vd_evm_signed_sender(ecdsa, sender, &transaction) && transaction.chain_id == proof->chain->id &&
                  memcmp(sender, proof->account, sizeof sender) == 0 &&
                  memcmp(hash, proof->transaction, sizeof hash) == 0 && transaction.data_len == FRAG_ANCHOR_LEN &&
                  memcmp(transaction.data, payload, FRAG_ANCHOR_LEN) == 0;
  vd_ecdsa_free(ecdsa);
  return is_right ? VD_OK : vd_fail(failure, VD_DATA, "the anchor's transaction does not carry the anchor");
}

/* Text that grows in a buffer; what does not fit is told at the end. */
struct text {
  char *at;
  size_t left;
  bool has_failed;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int wrote = vsnprintf(text->at, text->left, format, arguments);
  va_end(arguments);
  if (wrote < 0 || (size_t)wrote >= text->left) text->has_failed = true;
  if (text->has_failed) return;
  text->at += wrote;
  text->left -= (size_t)wrote;
}

static void add_hex(struct text *text, const char *name, const char *prefix, const uint8_t *bytes, size_t len) {
  add(text, "%s: %s", name, prefix);
  for (size_t i = 0; i < len; i++) add(text, "%02x", bytes[i]);
  add(text, "\n");
}

static void add_head(struct text *text, bool has_raw) {
  add(text,
      "verifyd anchor proof 1\n"
      "# The entry was in the log when the block was made. To check it:\n"
      "# 1. leaf = SHA-256(00 || entry). Up the tree, for each line of proof, from the first to the last:\n"
      "#    SHA-256(01 || left || right), as RFC 9162 section 2.1.3.2 says; the last hash is root.\n"
      "# 2. payload = \"FRA1\" || the first 8 bytes of SHA-256(origin) || size as 8 bytes, big-endian || root.\n");
  if (has_raw)
    add(text,
        "# 3. raw is the transaction that account has signed for the chain with that id: Keccak-256 of raw is\n"
        "#    transaction, its data is payload, and the key that its signature leads to is that of account (EIP-155,\n"
        "#    EIP-2718, EIP-2930, EIP-1559). So far no node is needed.\n"
        "# 4. With a node of the chain: the receipt of transaction has status 1 and names block and block hash, and\n"
        "#    that block is final and has that time.\n");
  else
    add(text,
        "# 3. With a node of the chain: transaction has payload as its input and account as its sender; its receipt\n"
        "#    has status 1 and names block and block hash, and that block is final and has that time.\n");
}

enum vd_error ctl_anchor_proof_text(struct frag_context *context, struct ctl_anchor_proof *proof,
                                    char out[static CTL_ANCHOR_TEXT_MAX], size_t *len, struct vd_failure *failure) {
  struct text text = {.at = out, .left = CTL_ANCHOR_TEXT_MAX};
  uint8_t leaf[FRAG_HASH_LEN], payload[FRAG_ANCHOR_LEN];
  char account[VD_CHAIN_ACCOUNT_SIZE], time[CTL_DATE_SIZE];
  enum vd_error error = check_entry(context, proof, leaf, payload, failure);
  if (error == VD_OK && proof->raw.len > 0) error = check_transaction(proof, payload, failure);
  if (error != VD_OK) return error;
  vd_settings_account_write(proof->chain, account, proof->account);
  ctl_date_format(time, proof->block_time_s);
  add_head(&text, proof->raw.len > 0);
  add(&text, "origin: %s\nindex: %" PRIu64 "\n", proof->origin, proof->index);
  add_hex(&text, "entry", "", proof->entry.data, proof->entry.len);
  add_hex(&text, "leaf", "", leaf, sizeof leaf);
  for (size_t i = 0; i < proof->inclusion.count; i++) add_hex(&text, "proof", "", proof->inclusion.hashes[i], 32);
  add(&text, "size: %" PRIu64 "\n", proof->anchor.size);
  add_hex(&text, "root", "", proof->anchor.root, FRAG_HASH_LEN);
  add_hex(&text, "payload", "0x", payload, sizeof payload);
  add(&text, "chain: %s\nchain id: %" PRIu64 "\naccount: %s\n", proof->chain->name, proof->chain->id, account);
  add_hex(&text, "transaction", "0x", proof->transaction, 32);
  if (proof->raw.len > 0) add_hex(&text, "raw", "0x", proof->raw.data, proof->raw.len);
  add(&text, "block: %" PRIu64 "\n", proof->block_number);
  add_hex(&text, "block hash", "0x", proof->block_hash, 32);
  add(&text, "block time: %s\n", time);
  *len = (size_t)(text.at - out);
  return text.has_failed ? vd_fail(failure, VD_FULL, "the proof is longer than %d bytes", CTL_ANCHOR_TEXT_MAX) : VD_OK;
}

/* --- files --- */

enum vd_error ctl_anchor_proof_put(const char *path, const void *bytes, size_t len, struct vd_failure *failure) {
  struct vd_bytes there = {0};
  if (vd_file_read(path, len, &there, NULL) == VD_OK) {
    bool is_same = there.len == len && memcmp(there.data, bytes, len) == 0;
    vd_bytes_free(&there);
    if (is_same) return VD_OK;
  }
  return vd_file_create(path, bytes, len, 0644, failure);
}
