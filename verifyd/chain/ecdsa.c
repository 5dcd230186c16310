#include "chain/ecdsa.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <secp256k1.h>
#include <secp256k1_preallocated.h>
#include <secp256k1_recovery.h>

#include "base/crypto.h"

struct vd_ecdsa {
  secp256k1_context *group;
  void *memory; /* our own: secp256k1_context_create would abort when there is none */
};

enum vd_error vd_ecdsa_new(struct vd_ecdsa **out, struct vd_failure *failure) {
  uint8_t seed[32];
  *out = NULL;
  struct vd_ecdsa *ecdsa = calloc(1, sizeof *ecdsa);
  if (ecdsa == NULL) return vd_fail(failure, VD_MEMORY, "out of memory for signing transactions");
  enum vd_error error = vd_random(seed, sizeof seed, failure);
  if (error != VD_OK) goto done;
  ecdsa->memory = malloc(secp256k1_context_preallocated_size(SECP256K1_CONTEXT_NONE));
  if (ecdsa->memory == NULL) {
    error = vd_fail(failure, VD_MEMORY, "out of memory for signing transactions");
    goto done;
  }
  ecdsa->group = secp256k1_context_preallocated_create(ecdsa->memory, SECP256K1_CONTEXT_NONE);
  if (ecdsa->group == NULL || secp256k1_context_randomize(ecdsa->group, seed) != 1) {
    error = vd_fail(failure, VD_INTERNAL, "the library that signs transactions does not start");
    goto done;
  }
  *out = ecdsa;
done:
  vd_wipe(seed, sizeof seed);
  if (error != VD_OK) vd_ecdsa_free(ecdsa);
  return error;
}

void vd_ecdsa_free(struct vd_ecdsa *ecdsa) {
  if (ecdsa == NULL) return;
  if (ecdsa->group != NULL) secp256k1_context_preallocated_destroy(ecdsa->group);
  free(ecdsa->memory);
  free(ecdsa);
}

static void serialize(const struct vd_ecdsa *ecdsa, struct vd_ecdsa_public *public_key, const secp256k1_pubkey *point) {
  size_t short_len = sizeof public_key->compressed, long_len = sizeof public_key->uncompressed;
  (void)secp256k1_ec_pubkey_serialize(ecdsa->group, public_key->compressed, &short_len, point, SECP256K1_EC_COMPRESSED);
  (void)secp256k1_ec_pubkey_serialize(ecdsa->group, public_key->uncompressed, &long_len, point,
                                      SECP256K1_EC_UNCOMPRESSED);
  assert(short_len == sizeof public_key->compressed && long_len == sizeof public_key->uncompressed);
}

static enum vd_error not_a_key(struct vd_failure *failure) {
  return vd_fail(failure, VD_KEY, "the secret is no key of secp256k1: it is zero or not below the group's order");
}

enum vd_error vd_ecdsa_public(const struct vd_ecdsa *ecdsa, struct vd_ecdsa_public *public_key,
                              const uint8_t secret32[static 32], struct vd_failure *failure) {
  secp256k1_pubkey point;
  memset(public_key, 0, sizeof *public_key);
  if (secp256k1_ec_pubkey_create(ecdsa->group, &point, secret32) != 1) return not_a_key(failure);
  serialize(ecdsa, public_key, &point);
  return VD_OK;
}

enum vd_error vd_ecdsa_key_make(const struct vd_ecdsa *ecdsa, struct vd_ecdsa_key *key,
                                const uint8_t secret32[static 32], struct vd_failure *failure) {
  memset(key, 0, sizeof *key);
  enum vd_error error = vd_ecdsa_public(ecdsa, &key->public_key, secret32, failure);
  if (error == VD_OK) memcpy(key->secret32, secret32, sizeof key->secret32);
  return error;
}

enum vd_error vd_ecdsa_sign(const struct vd_ecdsa *ecdsa, struct vd_ecdsa_signature *signature,
                            const uint8_t digest[static 32], const uint8_t secret32[static 32],
                            struct vd_failure *failure) {
  secp256k1_ecdsa_recoverable_signature made;
  uint8_t compact[64];
  int recovery = 0;
  memset(signature, 0, sizeof *signature);
  if (secp256k1_ecdsa_sign_recoverable(ecdsa->group, &made, digest, secret32, NULL, NULL) != 1) {
    return not_a_key(failure);
  }
  (void)secp256k1_ecdsa_recoverable_signature_serialize_compact(ecdsa->group, compact, &recovery, &made);
  /* 2 and 3 stand for an r that was over the group's order: one in 2^127, and no chain can say it. */
  if (recovery > 1) return vd_fail(failure, VD_INTERNAL, "the signature cannot be used; change the transaction");
  memcpy(signature->r, compact, 32);
  memcpy(signature->s, compact + 32, 32);
  signature->y_parity = (uint8_t)recovery;
  return VD_OK;
}

static void join(uint8_t compact[static 64], const struct vd_ecdsa_signature *signature) {
  memcpy(compact, signature->r, 32);
  memcpy(compact + 32, signature->s, 32);
}

bool vd_ecdsa_recover(const struct vd_ecdsa *ecdsa, struct vd_ecdsa_public *public_key,
                      const uint8_t digest[static 32], const struct vd_ecdsa_signature *signature) {
  secp256k1_ecdsa_recoverable_signature recoverable;
  secp256k1_ecdsa_signature plain;
  secp256k1_pubkey point;
  uint8_t compact[64];
  memset(public_key, 0, sizeof *public_key);
  join(compact, signature);
  if (signature->y_parity > 1) return false;
  if (secp256k1_ecdsa_recoverable_signature_parse_compact(ecdsa->group, &recoverable, compact,
                                                          signature->y_parity) != 1) {
    return false;
  }
  (void)secp256k1_ecdsa_recoverable_signature_convert(ecdsa->group, &plain, &recoverable);
  bool is_high = secp256k1_ecdsa_signature_normalize(ecdsa->group, NULL, &plain) == 1;
  if (is_high || secp256k1_ecdsa_recover(ecdsa->group, &point, &recoverable, digest) != 1) return false;
  serialize(ecdsa, public_key, &point);
  return true;
}

size_t vd_ecdsa_der(const struct vd_ecdsa *ecdsa, uint8_t der[static VD_ECDSA_DER_MAX],
                    const struct vd_ecdsa_signature *signature) {
  secp256k1_ecdsa_signature plain;
  uint8_t compact[64];
  size_t len = VD_ECDSA_DER_MAX;
  join(compact, signature);
  int good = secp256k1_ecdsa_signature_parse_compact(ecdsa->group, &plain, compact);
  assert(good == 1);
  good = secp256k1_ecdsa_signature_serialize_der(ecdsa->group, der, &len, &plain);
  assert(good == 1);
  return good == 1 ? len : 0;
}
