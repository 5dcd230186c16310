/* crypto.h: the one owner of OpenSSL outside libfrag: random bytes, digests, key stretching, authenticated
 * boxes. Any thread. Nothing here is on the path of a verification. A failure of OpenSSL is VD_INTERNAL. */
#ifndef VD_CRYPTO_H
#define VD_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define VD_SHA256_LEN 32
#define VD_BOX_KEY_LEN 32
#define VD_BOX_NONCE_LEN 12
#define VD_BOX_TAG_LEN 16

/* Fills out with len bytes of the operating system's random generator. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_random(uint8_t *out, size_t len, struct vd_failure *failure);

/* Overwrites memory in a way that no compiler removes. NULL with len 0 is allowed. */
void vd_wipe(void *memory, size_t len);

/* Compares without telling by its time where the difference is. */
bool vd_equal(const void *left, const void *right, size_t len);

/* SHA-256 (FIPS 180-4) of len bytes. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_sha256(uint8_t digest[static VD_SHA256_LEN], const void *data, size_t len,
                                      struct vd_failure *failure);

/* HMAC-SHA256 (RFC 2104) with a 32-byte key. key32 is secret and so is the result when used as a key.
 * VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_hmac_sha256(uint8_t mac[static VD_SHA256_LEN], const uint8_t key32[static 32],
                                           const void *data, size_t len, struct vd_failure *failure);

/* Cost of scrypt (RFC 7914): N = 2^cost_log2 in 10..20, r = 8, p = 1; needs 2^cost_log2 KiB of memory. */
#define VD_SCRYPT_COST_LOG2_MIN 10
#define VD_SCRYPT_COST_LOG2_MAX 20

/* Stretches a passphrase (secret) into a key (secret). VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_scrypt(uint8_t key[static VD_BOX_KEY_LEN], const char *passphrase, size_t passphrase_len,
                                      const uint8_t *salt, size_t salt_len, unsigned cost_log2,
                                      struct vd_failure *failure);

/* AES-256-GCM (NIST SP 800-38D). A key and nonce pair must never seal two different plaintexts.
 * box receives len + VD_BOX_TAG_LEN bytes and may not overlap plaintext. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_box_seal(uint8_t *box, const uint8_t key[static VD_BOX_KEY_LEN],
                                        const uint8_t nonce[static VD_BOX_NONCE_LEN], const void *aad, size_t aad_len,
                                        const void *plaintext, size_t len, struct vd_failure *failure);

/* Opens a box of box_len bytes into plaintext (box_len − VD_BOX_TAG_LEN bytes), which is wiped unless VD_OK.
 * VD_KEY when the box does not open: wrong key, wrong aad or altered bytes. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_box_open(uint8_t *plaintext, const uint8_t key[static VD_BOX_KEY_LEN],
                                        const uint8_t nonce[static VD_BOX_NONCE_LEN], const void *aad, size_t aad_len,
                                        const uint8_t *box, size_t box_len, struct vd_failure *failure);

#endif
