#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../verifyd/temp_folder.h"
#include "anchor_proof.h"
#include "base/context.h"
#include "base/file.h"
#include "chain/bitcoin_evidence.h"
#include "chain/digest.h"
#include "chain/evm_signed.h"

/* An entry, the second of a log of two, whose root is anchored on both kinds of chain. */
static struct frag_context *context;
static struct vd_ecdsa *ecdsa;
static const struct vd_chain_settings evm = {.name = "local", .kind = VD_CHAIN_EVM, .id = 31337};
static const struct vd_chain_settings bitcoin = {.name = "coins", .kind = VD_CHAIN_BITCOIN, .network = "regtest"};
static const uint8_t secret32[32] = {[31] = 7};
static uint8_t entry[30] = "an entry of the log";
static struct ctl_anchor_proof proof;
static uint8_t raw[VD_BITCOIN_RAW_MAX], evidence[VD_BITCOIN_EVIDENCE_MAX], ots[VD_OTS_MAX];
static char text[CTL_ANCHOR_TEXT_MAX];

static struct vd_ecdsa_public public_of(void) {
  struct vd_ecdsa_public point;
  assert_int_equal(vd_ecdsa_public(ecdsa, &point, secret32, NULL), VD_OK);
  return point;
}

static void make_log(const struct vd_chain_settings *chain, uint8_t payload[static FRAG_ANCHOR_LEN]) {
  uint8_t leaf[32];
  struct frag_slice origin = {.data = (const uint8_t *)"a.example/log/1", .len = 15};
  proof = (struct ctl_anchor_proof){.chain = chain, .origin = "a.example/log/1", .index = 1, .block_number = 12,
                                    .entry = {.data = entry, .len = sizeof entry}, .block_time_s = 1700000000};
  proof.inclusion.count = 1;
  memset(proof.inclusion.hashes[0], 0x55, 32);
  proof.anchor.size = 2;
  assert_int_equal(frag_leaf_hash(context, leaf, proof.entry), FRAG_OK);
  assert_int_equal(frag_node_hash(context, proof.anchor.root, proof.inclusion.hashes[0], leaf), FRAG_OK);
  struct frag_anchor anchor = proof.anchor;
  assert_int_equal(frag_anchor_origin(context, anchor.origin_id, origin), FRAG_OK);
  assert_int_equal(frag_anchor_encode(payload, &anchor), FRAG_OK);
}

static void make_evm(void) {
  struct vd_ecdsa_public point = public_of();
  struct vd_evm_transaction transaction = {.chain_id = 31337, .nonce = 3, .fee = 9, .tip = 1, .gas = 30000,
                                           .data_len = FRAG_ANCHOR_LEN};
  make_log(&evm, transaction.data);
  vd_evm_address(proof.account, &point);
  memcpy(transaction.to, proof.account, sizeof transaction.to);
  proof.raw.data = raw;
  assert_int_equal(vd_evm_sign(ecdsa, &transaction, secret32, raw, &proof.raw.len, proof.transaction, NULL), VD_OK);
  memset(proof.block_hash, 0xbb, 32);
}

static void reverse(uint8_t out[static 32], const uint8_t in[static 32]) {
  for (size_t i = 0; i < 32; i++) out[i] = in[31 - i];
}

/* A block of two transactions, the anchor's the second; with little work. */
static void make_block(const uint8_t id[static 32]) {
  uint8_t pair[64], header[VD_BITCOIN_HEADER_LEN] = {2};
  struct vd_bitcoin_header read;
  struct vd_bitcoin_branch branch = {.index = 1, .count = 1};
  memset(pair, 0x77, 32);
  memcpy(pair + 32, id, 32);
  vd_sha256d(header + 36, pair, sizeof pair);
  memcpy(header + 72, "\xff\xff\x7f\x20", 4);
  while (vd_bitcoin_header_read(&read, header, NULL) != VD_OK) header[76]++;
  memset(branch.hashes[0], 0x77, 32);
  proof.evidence = (struct frag_slice){.data = evidence, .len = vd_bitcoin_evidence_write(evidence, &read, &branch)};
  reverse(proof.block_hash, read.hash);
}

static void make_bitcoin(void) {
  static struct vd_bitcoin_signed made;
  struct vd_bitcoin_anchor anchor = {.coin_count = 1, .coins = {{.value_sat = 100000, .output = 1}},
                                     .data_len = FRAG_ANCHOR_LEN, .fee_sat = 1000};
  struct vd_ecdsa_key key;
  make_log(&bitcoin, anchor.data);
  assert_int_equal(vd_ecdsa_key_make(ecdsa, &key, secret32, NULL), VD_OK);
  assert_int_equal(vd_bitcoin_sign(ecdsa, &anchor, &key, &made, NULL), VD_OK);
  memcpy(raw, made.raw, made.raw_len);
  proof.raw = (struct frag_slice){.data = raw, .len = made.raw_len};
  reverse(proof.transaction, made.id);
  make_block(made.id);
}

static enum vd_error write_text(size_t *len) {
  enum vd_error error = ctl_anchor_proof_text(context, &proof, text, len, NULL);
  return error;
}

static void has_line(const char *line) {
  if (strstr(text, line) == NULL) fail_msg("\"%s\" is not in\n%s", line, text);
}

static void text_of_evm(void **state) {
  (void)state;
  size_t len = 0;
  make_evm();
  assert_int_equal(write_text(&len), VD_OK);
  assert_int_equal(len, strlen(text));
  has_line("\norigin: a.example/log/1\nindex: 1\n");
  has_line("\nproof: 5555");
  has_line("\nsize: 2\n");
  has_line("\npayload: 0x46524131");
  has_line("\nchain id: 31337\naccount: 0x");
  has_line("\nblock: 12\nblock hash: 0xbbbb");
  has_line("\nblock time: 2023-11-14T22:13:20Z\n");
  has_line("\nraw: 0x02");
  has_line("So far no node is needed.");
  proof.raw.len = 0; /* it was found before transactions were kept */
  assert_int_equal(write_text(&len), VD_OK);
  assert_null(strstr(text, "\nraw:"));
  assert_null(strstr(text, "no node is needed"));
}

/* Another wallet's, as long as can be, under the longest proof. */
static void text_of_other_forms(void **state) {
  (void)state;
  for (unsigned type = 0; type <= 2; type++) {
    struct vd_evm_signed made = {.type = type, .chain_id = 31337, .nonce = UINT64_MAX, .gas = UINT64_MAX,
                                 .data_len = FRAG_ANCHOR_LEN};
    uint8_t digest[32];
    size_t len = 0;
    make_evm();
    make_log(&evm, made.data);
    struct vd_ecdsa_public point = public_of();
    vd_evm_address(proof.account, &point);
    memset(made.value, 0xff, sizeof made.value);
    if (type > 0) {
      made.access_count = VD_EVM_ACCESSES_MAX;
      made.accesses[0].key_count = made.key_count = VD_EVM_KEYS_MAX;
    }
    vd_evm_signed_digest(digest, &made);
    assert_int_equal(vd_ecdsa_sign(ecdsa, &made.signature, digest, secret32, NULL), VD_OK);
    proof.raw = (struct frag_slice){.data = raw, .len = vd_evm_signed_write(raw, &made)};
    vd_keccak256(proof.transaction, raw, proof.raw.len);
    assert_int_equal(write_text(&len), VD_OK);
    assert_true(len + 64 * (7 + 64 + 1) < CTL_ANCHOR_TEXT_MAX); /* the longest proof would fit as well */
    made.chain_id++; /* and is not what was signed */
    proof.raw.len = vd_evm_signed_write(raw, &made);
    vd_keccak256(proof.transaction, raw, proof.raw.len);
    assert_int_equal(write_text(&len), VD_DATA);
  }
}

static void nothing_else_passes_on_evm(void **state) {
  (void)state;
  size_t len = 0;
  static const struct vd_chain_settings other = {.name = "other", .kind = VD_CHAIN_EVM, .id = 1};
  uint8_t *const bytes[] = {proof.account, proof.transaction, proof.anchor.root, proof.inclusion.hashes[0], entry};
  for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
    make_evm();
    bytes[i][5] ^= 1;
    assert_int_equal(write_text(&len), VD_DATA);
    bytes[i][5] ^= 1;
  }
  make_evm();
  proof.chain = &other;
  assert_int_equal(write_text(&len), VD_DATA);
  make_evm();
  proof.origin = "a.example/log/2";
  assert_int_equal(write_text(&len), VD_DATA);
  make_evm();
  proof.index = 0;
  assert_int_equal(write_text(&len), VD_DATA);
  make_evm();
  proof.index = 2;
  assert_int_equal(write_text(&len), VD_DATA);
  make_evm();
  proof.anchor.size = 3;
  assert_int_equal(write_text(&len), VD_DATA);
  for (size_t at = 0; at < proof.raw.len; at++) {
    make_evm();
    raw[at] ^= 4;
    assert_int_equal(write_text(&len), VD_DATA);
  }
}

static void file_of_bitcoin(void **state) {
  (void)state;
  size_t len = 0, again = 0;
  make_bitcoin();
  assert_int_equal(ctl_anchor_proof_ots(context, &proof, ots, &len, NULL), VD_OK);
  assert_memory_equal(ots, "\0OpenTimestamps\0\0Proof\0", 23);
  make_bitcoin();
  assert_int_equal(ctl_anchor_proof_ots(context, &proof, ots, &again, NULL), VD_OK);
  assert_int_equal(len, again);
}

static void nothing_else_passes_on_bitcoin(void **state) {
  (void)state;
  size_t len = 0;
  uint8_t *const bytes[] = {proof.transaction, proof.block_hash, proof.anchor.root, proof.inclusion.hashes[0], entry};
  for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
    make_bitcoin();
    bytes[i][5] ^= 1;
    assert_int_equal(ctl_anchor_proof_ots(context, &proof, ots, &len, NULL), VD_DATA);
    bytes[i][5] ^= 1;
  }
  for (size_t at = 0; at < proof.evidence.len; at++) {
    make_bitcoin();
    evidence[at] ^= 1;
    assert_int_equal(ctl_anchor_proof_ots(context, &proof, ots, &len, NULL), VD_DATA);
  }
  size_t whole = proof.evidence.len;
  for (size_t cut = 0; cut < whole; cut++) {
    make_bitcoin();
    proof.evidence.len = cut;
    assert_int_equal(ctl_anchor_proof_ots(context, &proof, ots, &len, NULL), VD_DATA);
  }
  make_bitcoin();
  proof.block_number = (uint64_t)UINT32_MAX + 1;
  assert_int_equal(ctl_anchor_proof_ots(context, &proof, ots, &len, NULL), VD_DATA);
  for (size_t cut = 0; cut < proof.raw.len; cut += 3) {
    make_bitcoin();
    proof.raw.len = cut;
    assert_int_equal(ctl_anchor_proof_ots(context, &proof, ots, &len, NULL), VD_DATA);
  }
}

static void files(void **state) {
  (void)state;
  struct temp_folder folder;
  struct vd_bytes read;
  temp_folder_make(&folder);
  const char *path = temp_folder_at(&folder, "file");
  assert_int_equal(ctl_anchor_proof_put(path, "one", 3, NULL), VD_OK);
  assert_int_equal(ctl_anchor_proof_put(path, "one", 3, NULL), VD_OK);
  assert_int_equal(ctl_anchor_proof_put(path, "two", 3, NULL), VD_CONFLICT);
  assert_int_equal(ctl_anchor_proof_put(path, "on", 2, NULL), VD_CONFLICT);
  assert_int_equal(ctl_anchor_proof_put(path, "ones", 4, NULL), VD_CONFLICT);
  assert_int_equal(vd_file_read(path, 10, &read, NULL), VD_OK);
  assert_int_equal(read.len, 3);
  assert_memory_equal(read.data, "one", 3);
  vd_bytes_free(&read);
  temp_folder_remove(&folder);
}

static int set_up(void **state) {
  (void)state;
  return vd_context_new(&context, NULL) == VD_OK && vd_ecdsa_new(&ecdsa, NULL) == VD_OK ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  vd_ecdsa_free(ecdsa);
  frag_context_free(context);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_of_evm),     cmocka_unit_test(nothing_else_passes_on_evm),
      cmocka_unit_test(text_of_other_forms),
      cmocka_unit_test(file_of_bitcoin), cmocka_unit_test(nothing_else_passes_on_bitcoin),
      cmocka_unit_test(files),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
