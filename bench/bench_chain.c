/* bench_chain: what an operator computes to anchor its log: transactions of both kinds signed, and the hash of one,
 * against the bare libraries: the ECDSA signature, and as many bytes hashed. Above 1 is the encoding, the checks, the
 * wiping. */
#include <nettle/sha2.h>
#include <nettle/sha3.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <stdbool.h>
#include <string.h>

#include <frag/anchor.h>

#include "bench.h"
#include "chain/bitcoin_transaction.h"
#include "chain/digest.h"
#include "chain/evm.h"

enum { PREIMAGE_LEN = 182, OUTPOINT_LEN = 36, SEQUENCE_LEN = 4 }; /* of one input, BIP 143 */

struct subject {
  struct vd_ecdsa *ecdsa;
  struct vd_ecdsa_key key;
  secp256k1_context *group;
  struct vd_evm_transaction transaction;
  struct vd_bitcoin_anchor anchor;
  struct vd_bitcoin_signed made;
  uint8_t raw[VD_EVM_TRANSACTION_MAX];
  size_t raw_len, unsigned_len, outputs_len, stripped_len;
  uint8_t hash[32];
};

static const uint8_t secret32[32] = {[31] = 7};
static uint8_t zeroes[1024];

static void require(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "bench: %s\n", what);
  exit(EXIT_FAILURE);
}

/* --- bare libraries --- */

static void sign_bare(void *argument) {
  struct subject *s = argument;
  secp256k1_ecdsa_recoverable_signature signature;
  require(secp256k1_ecdsa_sign_recoverable(s->group, &signature, s->hash, secret32, NULL, NULL) == 1, "ECDSA");
}

/* nettle has no Keccak of before FIPS 202; SHA-3 has the same permutation and rate. */
static void hash_sha3(struct subject *s, size_t len) {
  struct sha3_256_ctx context;
  sha3_256_init(&context);
  sha3_256_update(&context, len, zeroes);
  sha3_256_digest(&context, 32, s->hash);
}

static void hash_sha256d(struct subject *s, size_t len) {
  struct sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, len, zeroes);
  sha256_digest(&context, 32, s->hash);
  sha256_update(&context, 32, s->hash);
  sha256_digest(&context, 32, s->hash);
}

static void hash_bare(void *argument) {
  struct subject *s = argument;
  hash_sha3(s, s->raw_len);
}

static void sign_evm_bare(void *argument) {
  struct subject *s = argument;
  hash_sha3(s, s->unsigned_len);
  sign_bare(s);
  hash_sha3(s, s->raw_len);
}

static void sign_bitcoin_bare(void *argument) {
  struct subject *s = argument;
  hash_sha256d(s, OUTPOINT_LEN);
  hash_sha256d(s, SEQUENCE_LEN);
  hash_sha256d(s, s->outputs_len);
  hash_sha256d(s, PREIMAGE_LEN);
  sign_bare(s);
  hash_sha256d(s, s->stripped_len);
}

/* --- what is measured --- */

static void sign_alone(void *argument) {
  struct subject *s = argument;
  struct vd_ecdsa_signature signature;
  require(vd_ecdsa_sign(s->ecdsa, &signature, s->hash, secret32, NULL) == VD_OK, "vd_ecdsa_sign");
}

static void derive_public(void *argument) {
  struct subject *s = argument;
  struct vd_ecdsa_public public_key;
  require(vd_ecdsa_public(s->ecdsa, &public_key, secret32, NULL) == VD_OK, "vd_ecdsa_public");
}

static void keccak(void *argument) {
  struct subject *s = argument;
  vd_keccak256(s->hash, s->raw, s->raw_len);
}

static void sign_evm(void *argument) {
  struct subject *s = argument;
  s->transaction.nonce++;
  require(vd_evm_sign(s->ecdsa, &s->transaction, secret32, s->raw, &s->raw_len, s->hash, NULL) == VD_OK, "vd_evm_sign");
}

static void sign_bitcoin(void *argument) {
  struct subject *s = argument;
  s->anchor.fee_sat = 1000 + (s->anchor.fee_sat + 1) % 1000;
  require(vd_bitcoin_sign(s->ecdsa, &s->anchor, &s->key, &s->made, NULL) == VD_OK, "vd_bitcoin_sign");
}

/* An anchor's payload, and what a quiet chain asks for it. */
static void make_transactions(struct subject *s) {
  s->transaction = (struct vd_evm_transaction){.chain_id = 1, .nonce = 1000, .tip = 1000000000, .fee = 30000000000,
                                               .gas = 25000, .to = {1}, .data_len = FRAG_ANCHOR_LEN};
  s->anchor = (struct vd_bitcoin_anchor){.coin_count = 1, .coins = {{.transaction = {1}, .value_sat = 10000000}},
                                         .data_len = FRAG_ANCHOR_LEN};
  for (unsigned at = 0; at < FRAG_ANCHOR_LEN; at++) s->transaction.data[at] = s->anchor.data[at] = (uint8_t)(at + 1);
  sign_evm(s);
  sign_bitcoin(s);
  struct vd_bitcoin_transaction read;
  require(vd_bitcoin_transaction_read(&read, s->made.raw, s->made.raw_len, NULL) == VD_OK, "reading a transaction");
  uint8_t stripped[VD_BITCOIN_RAW_MAX];
  s->stripped_len = vd_bitcoin_strip(&read, stripped);
  s->outputs_len = s->stripped_len - 4 - 1 - 41 - 1 - 4; /* version, inputs, their count, that of outputs, lock time */
  s->unsigned_len = s->raw_len - 1 - 2 * 33;
}

int main(void) {
  static struct subject s;
  require(vd_ecdsa_new(&s.ecdsa, NULL) == VD_OK, "vd_ecdsa_new");
  require(vd_ecdsa_key_make(s.ecdsa, &s.key, secret32, NULL) == VD_OK, "vd_ecdsa_key_make");
  s.group = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
  require(s.group != NULL && secp256k1_context_randomize(s.group, secret32) == 1, "secp256k1");
  make_transactions(&s);
  const struct bench_work derive = {"secp256k1 public key", derive_public, &s};
  printf("%-28s %9.2f µs\n", derive.name, bench_alone_ns(&derive) / 1e3);
  bench_against_floor(&(struct bench_work){"ECDSA sign", sign_alone, &s}, &(struct bench_work){"", sign_bare, &s});
  bench_against_floor(&(struct bench_work){"keccak, EVM transaction", keccak, &s},
                      &(struct bench_work){"", hash_bare, &s});
  bench_against_floor(&(struct bench_work){"sign, EVM transaction", sign_evm, &s},
                      &(struct bench_work){"", sign_evm_bare, &s});
  bench_against_floor(&(struct bench_work){"sign, Bitcoin transaction", sign_bitcoin, &s},
                      &(struct bench_work){"", sign_bitcoin_bare, &s});
  secp256k1_context_destroy(s.group);
  vd_ecdsa_free(s.ecdsa);
  return EXIT_SUCCESS;
}
