#include "chain/digest.h"

#include <string.h>

#include <nettle/ripemd160.h>
#include <nettle/sha2.h>
#include <nettle/sha3.h>

enum { KECCAK_256_RATE = 136 };

static void absorb(struct sha3_state *state, const uint8_t block[static KECCAK_256_RATE]) {
  for (size_t lane = 0; lane < KECCAK_256_RATE / 8; lane++) {
    uint64_t word = 0;
    for (size_t at = 8; at > 0; at--) word = word << 8 | block[lane * 8 + at - 1];
    state->a[lane] ^= word;
  }
  sha3_permute(state);
}

/* nettle has SHA-3 only, whose padding begins with 06 instead of 01; the permutation is the same. */
void vd_keccak256(uint8_t digest[static 32], const void *data, size_t len) {
  struct sha3_state state;
  uint8_t last[KECCAK_256_RATE] = {0};
  const uint8_t *bytes = data;
  memset(&state, 0, sizeof state);
  for (; len >= KECCAK_256_RATE; bytes += KECCAK_256_RATE, len -= KECCAK_256_RATE) absorb(&state, bytes);
  if (len > 0) memcpy(last, bytes, len);
  last[len] = 0x01;
  last[KECCAK_256_RATE - 1] |= 0x80;
  absorb(&state, last);
  for (size_t at = 0; at < 32; at++) digest[at] = (uint8_t)(state.a[at / 8] >> (8 * (at % 8)));
}

static void sha256(uint8_t digest[static 32], const void *data, size_t len) {
  struct sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, len, data);
  sha256_digest(&context, 32, digest);
}

void vd_sha256d(uint8_t digest[static 32], const void *data, size_t len) {
  sha256(digest, data, len);
  sha256(digest, digest, 32);
}

void vd_hash160(uint8_t digest[static 20], const void *data, size_t len) {
  struct ripemd160_ctx context;
  uint8_t inner[32];
  sha256(inner, data, len);
  ripemd160_init(&context);
  ripemd160_update(&context, sizeof inner, inner);
  ripemd160_digest(&context, 20, digest);
}
