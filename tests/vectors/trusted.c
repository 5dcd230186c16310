#include "trusted.h"

#include "bytes.h"

struct frag_trust *trusted_list(struct vectors *vectors, uint16_t realm, const struct frag_key *key, frag_role role,
                                struct frag_slice issuer) {
  uint8_t bytes[512];
  size_t len = 0;
  struct frag_trust *trust = NULL;
  struct frag_trust_key entry = {.role = role, .issuer = issuer, .not_before_s = TRUSTED_TAU_S,
                                 .not_after_s = TRUSTED_TAU_S};
  struct frag_trust_list list = {.realm = realm, .list_no = 1, .issued_s = 1, .next_update_s = 2, .key_count = 1,
                                 .keys = &entry};
  memcpy(entry.kid, frag_key_id(key), sizeof entry.kid);
  memcpy(entry.pub32, frag_key_public(key), sizeof entry.pub32);
  vectors_ok(vectors, frag_trust_encode(vectors->context, bytes, sizeof bytes, &len, &list), "a trust list");
  vectors_ok(vectors, frag_trust_decode(vectors->context, &trust, frag_bytes(bytes, len)), "a trust list");
  return trust;
}
