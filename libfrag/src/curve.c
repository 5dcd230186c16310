#include "curve.h"

#include <stdlib.h>

#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_preallocated.h>
#include <secp256k1_schnorrsig.h>

#include "bytes.h"
#include "crypto.h"

struct frag_curve {
  secp256k1_context *group;
  void *memory; /* our own: secp256k1_context_create would abort when there is none */
};

struct frag_key {
  secp256k1_keypair pair;
  uint8_t pub32[32];
  uint8_t kid[FRAG_KID_LEN];
};

_Static_assert(sizeof(secp256k1_xonly_pubkey) == sizeof(struct frag_point), "the opaque form has the library's size");

frag_error frag_curve_new(struct frag_curve **out, const uint8_t seed32[static 32]) {
  *out = NULL;
  struct frag_curve *curve = calloc(1, sizeof *curve);
  if (curve == NULL) return FRAG_MEMORY;
  curve->memory = malloc(secp256k1_context_preallocated_size(SECP256K1_CONTEXT_NONE));
  if (curve->memory == NULL) {
    frag_curve_free(curve);
    return FRAG_MEMORY;
  }
  curve->group = secp256k1_context_preallocated_create(curve->memory, SECP256K1_CONTEXT_NONE);
  if (curve->group == NULL || secp256k1_context_randomize(curve->group, seed32) != 1) {
    frag_curve_free(curve);
    return FRAG_CRYPTO;
  }
  *out = curve;
  return FRAG_OK;
}

void frag_curve_free(struct frag_curve *curve) {
  if (curve == NULL) return;
  if (curve->group != NULL) secp256k1_context_preallocated_destroy(curve->group);
  free(curve->memory);
  free(curve);
}

frag_error frag_point_decode(const struct frag_context *context, struct frag_point *point,
                             const uint8_t pub32[static 32]) {
  secp256k1_xonly_pubkey decoded;
  if (secp256k1_xonly_pubkey_parse(context->curve->group, &decoded, pub32) != 1) return FRAG_KEY_INVALID;
  memcpy(point->opaque, &decoded, sizeof decoded);
  return FRAG_OK;
}

frag_error frag_key_id_of(struct frag_context *context, uint8_t kid[static 8], const uint8_t pub32[static 32]) {
  struct frag_point point;
  frag_error error = frag_point_decode(context, &point, pub32);
  if (error != FRAG_OK) return error;
  struct frag_slice part = frag_bytes(pub32, 32);
  uint8_t hash[32];
  error = frag_tagged_hash(context, FRAG_LABEL_KID, hash, &part, 1);
  if (error == FRAG_OK) memcpy(kid, hash, FRAG_KID_LEN);
  return error;
}

frag_error frag_key_new(struct frag_context *context, struct frag_key **out, const uint8_t secret32[static 32]) {
  *out = NULL;
  const secp256k1_context *group = context->curve->group;
  struct frag_key *key = calloc(1, sizeof *key);
  if (key == NULL) return FRAG_MEMORY;
  secp256k1_xonly_pubkey public_key;
  frag_error error = FRAG_KEY_INVALID;
  if (secp256k1_keypair_create(group, &key->pair, secret32) != 1) goto done;
  error = FRAG_CRYPTO;
  if (secp256k1_keypair_xonly_pub(group, &public_key, NULL, &key->pair) != 1) goto done;
  if (secp256k1_xonly_pubkey_serialize(group, key->pub32, &public_key) != 1) goto done;
  error = frag_key_id_of(context, key->kid, key->pub32);
done:
  if (error != FRAG_OK) {
    frag_key_free(key);
    return error;
  }
  *out = key;
  return FRAG_OK;
}

void frag_key_free(struct frag_key *key) {
  if (key == NULL) return;
  frag_wipe(key, sizeof *key);
  free(key);
}

const uint8_t *frag_key_public(const struct frag_key *key) { return key->pub32; }

const uint8_t *frag_key_id(const struct frag_key *key) { return key->kid; }

frag_error frag_schnorr_sign(const struct frag_context *context, uint8_t sig64[static 64],
                             const uint8_t msg32[static 32], const struct frag_key *key,
                             const uint8_t aux32[static 32]) {
  return secp256k1_schnorrsig_sign32(context->curve->group, sig64, msg32, &key->pair, aux32) == 1 ? FRAG_OK
                                                                                                 : FRAG_CRYPTO;
}

bool frag_schnorr_verify(const struct frag_context *context, const uint8_t sig64[static 64],
                         const uint8_t msg32[static 32], const struct frag_point *point) {
  secp256k1_xonly_pubkey public_key;
  memcpy(&public_key, point->opaque, sizeof public_key);
  return secp256k1_schnorrsig_verify(context->curve->group, sig64, msg32, 32, &public_key) == 1;
}
