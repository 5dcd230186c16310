/* crypto.h: the primitives of FRAG-1 section 1 that OpenSSL provides. crypto.c alone includes its headers.
 * Algorithms are fetched once and contexts reused; none of them keeps a key after a call. */
#ifndef FRAG_CRYPTO_H
#define FRAG_CRYPTO_H

#include "state.h"

/* The labels of tagged hashes. */
typedef enum frag_label {
  FRAG_LABEL_KID,
  FRAG_LABEL_DOC,
  FRAG_LABEL_MASK,
  FRAG_LABEL_CHK,
  FRAG_LABEL_LOC,
  FRAG_LABEL_FRAG,
  FRAG_LABEL_STATUS,
  FRAG_LABEL_STATUS_KEY,
  FRAG_LABEL_STMT,
  FRAG_LABEL_TRUST,
  FRAG_LABEL_SUBMIT,
  FRAG_LABEL_COUNT
} frag_label;

FRAG_MUST_CHECK frag_error frag_crypto_new(struct frag_crypto **crypto);
void frag_crypto_free(struct frag_crypto *crypto);

/* TH(label, part_1 ‖ … ‖ part_n), BIP-340. */
FRAG_MUST_CHECK frag_error frag_tagged_hash(struct frag_context *context, frag_label label, uint8_t hash[static 32],
                                            const struct frag_slice *parts, size_t count);

/* SHA-256 of part_1 ‖ … ‖ part_n. */
FRAG_MUST_CHECK frag_error frag_sha256(struct frag_context *context, uint8_t hash[static 32],
                                       const struct frag_slice *parts, size_t count);

/* PRF(key, label, part_1 ‖ … ‖ part_n) = HMAC-SHA256(key, "frag1/" ‖ label ‖ 00 ‖ …). */
FRAG_MUST_CHECK frag_error frag_prf(struct frag_context *context, uint8_t out[static 32], const uint8_t key[static 32],
                                    const char *label, const struct frag_slice *parts, size_t count);

/* AES-256-GCM with the zero nonce. `out` holds in.len + 16 bytes: ciphertext ‖ tag. */
FRAG_MUST_CHECK frag_error frag_gcm_seal(struct frag_context *context, uint8_t *out, const uint8_t key[static 32],
                                         struct frag_slice aad, struct frag_slice in);

/* The inverse; `out` holds in.len - 16 bytes. FRAG_SPLICED, with `out` wiped, when the tag is wrong. */
FRAG_MUST_CHECK frag_error frag_gcm_open(struct frag_context *context, uint8_t *out, const uint8_t key[static 32],
                                         struct frag_slice aad, struct frag_slice in);

/* The first `len` bytes of the AES-256-CTR stream with zero IV. */
FRAG_MUST_CHECK frag_error frag_ctr_stream(struct frag_context *context, uint8_t *out, size_t len,
                                           const uint8_t key[static 32]);

/* Ed25519, RFC 8032: the public key of a secret seed. */
FRAG_MUST_CHECK frag_error frag_ed25519_public(struct frag_context *context, uint8_t pub32[static 32],
                                               const uint8_t seed32[static 32]);

/* A signature under a secret seed. */
FRAG_MUST_CHECK frag_error frag_ed25519_sign(struct frag_context *context, uint8_t sig64[static 64],
                                             const uint8_t seed32[static 32], struct frag_slice message);

/* FRAG_CHECKPOINT_SIGNATURE when the signature is wrong; a key that is no point of the curve has no right one. */
FRAG_MUST_CHECK frag_error frag_ed25519_verify(struct frag_context *context, const uint8_t pub32[static 32],
                                               const uint8_t sig64[static 64], struct frag_slice message);

/* RFC 4648 base64 with padding and a NUL: 4·⌈len/3⌉ + 1 characters. */
void frag_base64(char *out, const uint8_t *in, size_t len);

void frag_wipe(void *memory, size_t len);
bool frag_secret_equal(const void *a, const void *b, size_t len);

#endif
