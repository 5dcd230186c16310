#include "trust_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"

void trust_fixture_begin(struct trust_fixture *fixture, struct frag_context *context, uint16_t realm) {
  static const uint8_t secret[32] = {0x77};
  memset(fixture, 0, sizeof *fixture);
  fixture->context = context;
  assert_int_equal(frag_key_new(context, &fixture->root, secret), FRAG_OK);
  memcpy(fixture->root_public, frag_key_public(fixture->root), 32);
  fixture->list = (struct frag_trust_list){.realm = realm,
                                           .list_no = 1,
                                           .issued_s = TRUST_FIXTURE_ISSUED_S,
                                           .next_update_s = TRUST_FIXTURE_NEXT_UPDATE_S,
                                           .keys = fixture->keys};
}

void trust_fixture_end(struct trust_fixture *fixture) { frag_key_free(fixture->root); }

void trust_fixture_follow(struct trust_fixture *fixture, const struct frag_trust *trust) {
  const struct frag_trust_list *list = frag_trust_list(trust);
  assert_in_range(list->key_count, 0, TRUST_FIXTURE_KEYS_MAX);
  memcpy(fixture->keys, list->keys, list->key_count * sizeof *list->keys);
  fixture->list.key_count = list->key_count;
  fixture->list.list_no = list->list_no + 1;
  memcpy(fixture->list.prev_hash, frag_trust_hash(trust), 32);
}

struct frag_trust_key *trust_fixture_add(struct trust_fixture *fixture, uint8_t seed, const char *issuer,
                                         const struct frag_issuer_name *name) {
  uint8_t secret[32];
  struct frag_key *made;
  struct frag_trust_key *key = &fixture->keys[fixture->list.key_count++];
  assert_in_range(fixture->list.key_count, 1, TRUST_FIXTURE_KEYS_MAX);
  memset(secret, seed, sizeof secret);
  assert_int_equal(frag_key_new(fixture->context, &made, secret), FRAG_OK);
  *key = (struct frag_trust_key){.role = FRAG_ROLE_ISSUER,
                                 .issuer = {(const uint8_t *)issuer, strlen(issuer)},
                                 .name_count = name != NULL,
                                 .names = name,
                                 .not_before_s = 1600000000,
                                 .not_after_s = 4000000000};
  memcpy(key->kid, frag_key_id(made), sizeof key->kid);
  memcpy(key->pub32, frag_key_public(made), sizeof key->pub32);
  frag_key_free(made);
  return key;
}

void trust_fixture_write(struct trust_fixture *fixture) {
  static const uint8_t aux[32] = {1};
  static uint8_t bytes[TRUST_FIXTURE_FILE_MAX];
  struct frag_root_signature signature;
  size_t len = 0;
  assert_int_equal(frag_trust_encode(fixture->context, bytes, sizeof bytes, &len, &fixture->list), FRAG_OK);
  struct frag_slice list = {bytes, len};
  assert_int_equal(frag_trust_sign(fixture->context, &signature, list, fixture->root, aux), FRAG_OK);
  assert_int_equal(
      frag_trust_file_encode(fixture->file, sizeof fixture->file, &fixture->file_len, list, &signature, 1), FRAG_OK);
  assert_int_equal(vd_sha256(fixture->hash, bytes, len, NULL), VD_OK);
  fixture->list.list_no++;
  memcpy(fixture->list.prev_hash, fixture->hash, 32);
}
