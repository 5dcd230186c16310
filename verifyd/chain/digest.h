/* digest.h: the hashes that blockchains use and OpenSSL does not give reliably. digest.c alone includes nettle's
 * headers. Pure; any thread. */
#ifndef VD_CHAIN_DIGEST_H
#define VD_CHAIN_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* Keccak-256 with the padding from before FIPS 202, as Ethereum uses it (yellow paper, appendix A). */
void vd_keccak256(uint8_t digest[static 32], const void *data, size_t len);

/* Bitcoin's double SHA-256, and RIPEMD-160 of SHA-256. */
void vd_sha256d(uint8_t digest[static 32], const void *data, size_t len);
void vd_hash160(uint8_t digest[static 20], const void *data, size_t len);

#endif
