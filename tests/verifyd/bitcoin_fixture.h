/* bitcoin_fixture.h: transactions and blocks for tests; blocks have proof of work at the difficulty of regtest. */
#ifndef TEST_BITCOIN_FIXTURE_H
#define TEST_BITCOIN_FIXTURE_H

#include "chain/bitcoin_block.h"

enum { BITCOIN_BLOCK_MAX = 65536 };

#define BITCOIN_REGTEST_BITS 0x207fffffu

/* Fills *anchor with coin_count coins of value_sat each and data_len bytes of data; all bytes follow from number. */
void bitcoin_fixture_anchor(struct vd_bitcoin_anchor *anchor, size_t coin_count, uint64_t value_sat, size_t data_len,
                            uint64_t fee_sat, unsigned number);

/* A secret key that follows from number. */
void bitcoin_fixture_secret(uint8_t secret32[static 32], unsigned number);

/* A block of these transactions. Returns its length. twice: that many of the last ones stand there once more, so that
 * the root is the same as without them when they are what a Merkle tree would double. */
struct bitcoin_block {
  size_t len;
  uint8_t bytes[BITCOIN_BLOCK_MAX];
};
void bitcoin_fixture_block(struct bitcoin_block *block, const struct vd_bitcoin_signed *transactions, size_t count,
                           size_t twice);

/* Finds a nonce, so that the header's hash is below its target. */
void bitcoin_fixture_mine(uint8_t header[static VD_BITCOIN_HEADER_LEN]);

/* Bytes from hex, reversed when is_reversed (as people write ids). Returns their number. */
size_t bitcoin_fixture_bytes(uint8_t *out, size_t max, const char *hex, bool is_reversed);

#endif
