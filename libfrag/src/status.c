#include <frag/status.h>

#include "bytes.h"
#include "crypto.h"
#include "curve.h"
#include "trust.h"

#define BODY_LEN 82
#define SIGNED_LEN 18 /* kind, reason, time, kid */
#define SCOPE_LEN (2 + FRAG_RID_LEN + 4)

_Static_assert(FRAG_STATUS_ID_LEN + BODY_LEN + FRAG_TAG_LEN == FRAG_STATUS_RECORD_LEN, "section 6");

/* u16 realm ‖ rid ‖ u32 n, which all hashes of statement n begin with. */
static void put_scope(uint8_t scope[static SCOPE_LEN], uint16_t realm, const uint8_t rid[static FRAG_RID_LEN],
                      uint32_t n) {
  frag_put_u16(scope, realm);
  memcpy(scope + 2, rid, FRAG_RID_LEN);
  frag_put_u32(scope + 2 + FRAG_RID_LEN, n);
}

static frag_error derive_id(struct frag_context *context, uint8_t id[static FRAG_STATUS_ID_LEN],
                            const uint8_t scope[static SCOPE_LEN]) {
  uint8_t hash[32];
  struct frag_slice part = frag_bytes(scope, SCOPE_LEN);
  frag_error error = frag_tagged_hash(context, FRAG_LABEL_STATUS, hash, &part, 1);
  if (error == FRAG_OK) memcpy(id, hash, FRAG_STATUS_ID_LEN);
  return error;
}

static frag_error derive_key(struct frag_context *context, uint8_t key[static 32],
                             const uint8_t scope[static SCOPE_LEN]) {
  struct frag_slice part = frag_bytes(scope, SCOPE_LEN);
  return frag_tagged_hash(context, FRAG_LABEL_STATUS_KEY, key, &part, 1);
}

static frag_error statement_message(struct frag_context *context, uint8_t msg32[static 32],
                                    const uint8_t scope[static SCOPE_LEN], const uint8_t body[static SIGNED_LEN]) {
  struct frag_slice parts[] = {frag_bytes(scope, SCOPE_LEN), frag_bytes(body, SIGNED_LEN)};
  return frag_tagged_hash(context, FRAG_LABEL_STMT, msg32, parts, FRAG_COUNT(parts));
}

/* CRL reason codes, RFC 5280 section 5.3.1: 7 is not used. */
static bool is_known(const struct frag_statement *statement) {
  return statement->kind >= FRAG_STATUS_REVOKED && statement->kind <= FRAG_STATUS_SUPERSEDED &&
         statement->reason <= 10 && statement->reason != 7;
}

frag_error frag_status_id(struct frag_context *context, uint8_t id[static 16], uint16_t realm,
                          const uint8_t rid[static 16], uint32_t n) {
  uint8_t scope[SCOPE_LEN];
  put_scope(scope, realm, rid, n);
  return derive_id(context, id, scope);
}

frag_error frag_status_seal(struct frag_context *context, uint8_t record[static FRAG_STATUS_RECORD_LEN],
                            struct frag_statement *statement, const struct frag_key *key, uint16_t realm,
                            const uint8_t rid[static 16], uint32_t n, const uint8_t aux32[static 32]) {
  uint8_t scope[SCOPE_LEN], body[BODY_LEN], status_key[32], msg32[32];
  if (!is_known(statement)) return FRAG_FIELD_RANGE;
  memcpy(statement->kid, frag_key_id(key), sizeof statement->kid);
  put_scope(scope, realm, rid, n);
  body[0] = statement->kind;
  body[1] = statement->reason;
  frag_put_u64(body + 2, statement->time_s);
  memcpy(body + 10, statement->kid, sizeof statement->kid);
  frag_error error = statement_message(context, msg32, scope, body);
  if (error == FRAG_OK) error = frag_schnorr_sign(context, body + SIGNED_LEN, msg32, key, aux32);
  if (error == FRAG_OK) error = derive_id(context, record, scope);
  if (error == FRAG_OK) error = derive_key(context, status_key, scope);
  if (error == FRAG_OK)
    error = frag_gcm_seal(context, record + FRAG_STATUS_ID_LEN, status_key, frag_bytes(record, FRAG_STATUS_ID_LEN),
                          frag_bytes(body, sizeof body));
  frag_wipe(status_key, sizeof status_key);
  frag_wipe(body, sizeof body);
  frag_wipe(scope, sizeof scope);
  if (error != FRAG_OK) frag_wipe(record, FRAG_STATUS_RECORD_LEN);
  return error;
}

static frag_error decrypt(struct frag_context *context, uint8_t body[static BODY_LEN],
                          const uint8_t scope[static SCOPE_LEN], const uint8_t *record) {
  uint8_t id[FRAG_STATUS_ID_LEN], key[32];
  frag_error error = derive_id(context, id, scope);
  if (error == FRAG_OK) error = derive_key(context, key, scope);
  if (error == FRAG_OK && !frag_secret_equal(id, record, sizeof id)) error = FRAG_STATEMENT_IGNORED;
  if (error == FRAG_OK)
    error = frag_gcm_open(context, body, key, frag_bytes(id, sizeof id),
                          frag_bytes(record + sizeof id, FRAG_STATUS_RECORD_LEN - sizeof id));
  frag_wipe(key, sizeof key);
  return error == FRAG_SPLICED ? FRAG_STATEMENT_IGNORED : error;
}

static bool may_sign(const struct frag_trust_key *key, struct frag_slice issuer, uint64_t tau_s) {
  if (key == NULL || frag_trust_key_time(key, tau_s) != FRAG_OK) return false;
  return key->role == FRAG_ROLE_REGISTRAR || frag_slice_equal(key->issuer, issuer);
}

frag_error frag_status_open(struct frag_context *context, struct frag_statement *statement,
                            const struct frag_trust *trust, struct frag_slice issuer, uint16_t realm,
                            const uint8_t rid[static 16], uint32_t n, uint64_t tau_s, const uint8_t *record,
                            size_t len) {
  uint8_t scope[SCOPE_LEN], body[BODY_LEN], msg32[32];
  memset(statement, 0, sizeof *statement);
  if (len != FRAG_STATUS_RECORD_LEN || frag_trust_list(trust)->realm != realm) return FRAG_STATEMENT_IGNORED;
  put_scope(scope, realm, rid, n);
  frag_error error = decrypt(context, body, scope, record);
  if (error != FRAG_OK) goto done;
  struct frag_statement found = {.kind = body[0], .reason = body[1], .time_s = frag_get_u64(body + 2)};
  memcpy(found.kid, body + 10, sizeof found.kid);
  const struct frag_trust_key *key = frag_trust_find(trust, found.kid);
  error = statement_message(context, msg32, scope, body);
  if (error != FRAG_OK) goto done;
  error = FRAG_STATEMENT_IGNORED;
  if (!is_known(&found) || !may_sign(key, issuer, tau_s)) goto done;
  if (!frag_schnorr_verify(context, body + SIGNED_LEN, msg32, frag_trust_point(trust, key))) goto done;
  *statement = found;
  error = FRAG_OK;
done:
  frag_wipe(body, sizeof body);
  frag_wipe(scope, sizeof scope);
  return error;
}

void frag_status_apply(struct frag_status_walk *walk, const struct frag_statement *statement) {
  switch ((frag_status_kind)statement->kind) {
    case FRAG_STATUS_REVOKED: walk->revoked = true; break;
    case FRAG_STATUS_SUPERSEDED: walk->superseded = true; break;
    case FRAG_STATUS_SUSPENDED: walk->suspended = true; break;
    case FRAG_STATUS_REINSTATED: walk->suspended = false; break;
  }
}

frag_error frag_status_result(const struct frag_status_walk *walk) {
  if (walk->revoked) return FRAG_REVOKED;
  if (walk->superseded) return FRAG_SUPERSEDED;
  return walk->suspended ? FRAG_SUSPENDED : FRAG_OK;
}
