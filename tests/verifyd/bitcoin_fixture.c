#include "bitcoin_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "chain/bitcoin_bytes.h"
#include "chain/digest.h"

static void fill(uint8_t *out, size_t len, const char *what, unsigned number) {
  uint8_t digest[32], seed[36] = {0};
  strncpy((char *)seed, what, 31);
  vd_bitcoin_put(seed + 32, number, 4);
  vd_sha256d(digest, seed, sizeof seed);
  for (size_t at = 0; at < len; at++) {
    if (at > 0 && at % 32 == 0) vd_sha256d(digest, digest, 32);
    out[at] = digest[at % 32];
  }
}

void bitcoin_fixture_anchor(struct vd_bitcoin_anchor *anchor, size_t coin_count, uint64_t value_sat, size_t data_len,
                            uint64_t fee_sat, unsigned number) {
  *anchor = (struct vd_bitcoin_anchor){.coin_count = coin_count, .data_len = data_len, .fee_sat = fee_sat};
  fill(anchor->data, data_len, "data", number);
  for (size_t coin = 0; coin < coin_count; coin++) {
    fill(anchor->coins[coin].transaction, 32, "coin", number * 16 + (unsigned)coin);
    anchor->coins[coin].output = (uint32_t)coin;
    anchor->coins[coin].value_sat = value_sat;
  }
}

void bitcoin_fixture_secret(uint8_t secret32[static 32], unsigned number) { fill(secret32, 32, "secret", number); }

void bitcoin_fixture_mine(uint8_t header[static VD_BITCOIN_HEADER_LEN]) {
  struct vd_bitcoin_header read;
  for (uint32_t nonce = 0; nonce < 1000; nonce++) {
    vd_bitcoin_put(header + 76, nonce, 4);
    if (vd_bitcoin_header_read(&read, header, NULL) == VD_OK) return;
  }
  fail_msg("no nonce gives this header a proof of work");
}

void bitcoin_fixture_block(struct bitcoin_block *block, const struct vd_bitcoin_signed *transactions, size_t count,
                           size_t twice) {
  static uint8_t ids[512][32];
  struct vd_bitcoin_branch branch;
  assert_true(count + twice < 253);
  uint8_t *at = block->bytes;
  at = vd_bitcoin_put(at, 0x20000000, 4);
  fill(at, 32, "previous", (unsigned)count);
  at += 32;
  uint8_t *root = at;
  at = vd_bitcoin_put(at + 32, 1700000000, 4);
  at = vd_bitcoin_put(at, BITCOIN_REGTEST_BITS, 4);
  at = vd_bitcoin_put(at, 0, 4);
  at = vd_bitcoin_put(at, count + twice, 1);
  for (size_t i = 0; i < count + twice; i++) {
    const struct vd_bitcoin_signed *transaction = &transactions[i < count ? i : i - twice];
    assert_true((size_t)(at - block->bytes) + transaction->raw_len <= sizeof block->bytes);
    at = vd_bitcoin_put_bytes(at, transaction->raw, transaction->raw_len);
    memcpy(ids[i], transaction->id, 32);
  }
  block->len = (size_t)(at - block->bytes);
  vd_bitcoin_branch_make(&branch, ids, count + twice, 0, root);
  bitcoin_fixture_mine(block->bytes);
}

size_t bitcoin_fixture_bytes(uint8_t *out, size_t max, const char *hex, bool is_reversed) {
  size_t len = strlen(hex) / 2;
  assert_true(len <= max);
  assert_true(vd_hex_decode(out, len, hex, strlen(hex)));
  for (size_t at = 0; is_reversed && at < len / 2; at++) {
    uint8_t byte = out[at];
    out[at] = out[len - 1 - at];
    out[len - 1 - at] = byte;
  }
  return len;
}
