/* ecdsa.h: ECDSA over secp256k1, as transactions are signed. ecdsa.c alone, outside libfrag, includes libsecp256k1's
 * headers. Signatures are deterministic (RFC 6979) and have a low s (BIP 146, EIP-2).
 * Thread rule: one context for each thread. */
#ifndef VD_CHAIN_ECDSA_H
#define VD_CHAIN_ECDSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define VD_ECDSA_DER_MAX 72

struct vd_ecdsa;

/* Draws a seed for blinding. VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_ecdsa_new(struct vd_ecdsa **ecdsa, struct vd_failure *failure);
void vd_ecdsa_free(struct vd_ecdsa *ecdsa); /* NULL is allowed */

struct vd_ecdsa_public {
  uint8_t compressed[33];   /* SEC 1 section 2.3.3 */
  uint8_t uncompressed[65];
};

/* secret32: secret. VD_KEY: not a secret key (zero, or not below the group's order). */
VD_MUST_CHECK enum vd_error vd_ecdsa_public(const struct vd_ecdsa *ecdsa, struct vd_ecdsa_public *public_key,
                                            const uint8_t secret32[static 32], struct vd_failure *failure);

/* Both halves, so that the public one need not be derived for every signature. Secret; the owner wipes it. */
struct vd_ecdsa_key {
  uint8_t secret32[32];
  struct vd_ecdsa_public public_key;
};

/* Errors as above; *key is all zero then. */
VD_MUST_CHECK enum vd_error vd_ecdsa_key_make(const struct vd_ecdsa *ecdsa, struct vd_ecdsa_key *key,
                                              const uint8_t secret32[static 32], struct vd_failure *failure);

struct vd_ecdsa_signature {
  uint8_t r[32];
  uint8_t s[32];
  uint8_t y_parity; /* 0 or 1: which of the two points with this r */
};

/* VD_KEY as above. VD_INTERNAL: an r that y_parity cannot tell, one in 2^127. Zero unless VD_OK. */
VD_MUST_CHECK enum vd_error vd_ecdsa_sign(const struct vd_ecdsa *ecdsa, struct vd_ecdsa_signature *signature,
                                          const uint8_t digest[static 32], const uint8_t secret32[static 32],
                                          struct vd_failure *failure);

/* The key that made the signature; false, with zeros: none, or s is high. */
VD_MUST_CHECK bool vd_ecdsa_recover(const struct vd_ecdsa *ecdsa, struct vd_ecdsa_public *public_key,
                                    const uint8_t digest[static 32], const struct vd_ecdsa_signature *signature);

/* DER (BIP 66) of a signature whose r and s are below the group's order. Returns the length. */
size_t vd_ecdsa_der(const struct vd_ecdsa *ecdsa, uint8_t der[static VD_ECDSA_DER_MAX],
                    const struct vd_ecdsa_signature *signature);

#endif
