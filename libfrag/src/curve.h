/* curve.h: BIP-340 over secp256k1. curve.c alone includes libsecp256k1's headers. */
#ifndef FRAG_CURVE_H
#define FRAG_CURVE_H

#include "state.h"

/* A decoded x-only public key in libsecp256k1's own form: decoding costs 5 µs, so it is done once. */
struct frag_point {
  uint8_t opaque[64];
};

FRAG_MUST_CHECK frag_error frag_curve_new(struct frag_curve **curve, const uint8_t seed32[static 32]);
void frag_curve_free(struct frag_curve *curve);

/* FRAG_KEY_INVALID when pub32 is not on the curve. */
FRAG_MUST_CHECK frag_error frag_point_decode(const struct frag_context *context, struct frag_point *point,
                                             const uint8_t pub32[static 32]);

FRAG_MUST_CHECK frag_error frag_schnorr_sign(const struct frag_context *context, uint8_t sig64[static 64],
                                             const uint8_t msg32[static 32], const struct frag_key *key,
                                             const uint8_t aux32[static 32]);

bool frag_schnorr_verify(const struct frag_context *context, const uint8_t sig64[static 64],
                         const uint8_t msg32[static 32], const struct frag_point *point);

#endif
