#include <frag/open.h>

#include <assert.h>

#include "bytes.h"
#include "crypto.h"
#include "curve.h"
#include "seal.h"
#include "split.h"
#include "trust.h"

static const struct frag_leaf *chosen_leaf(const struct frag_gather *gather, uint32_t chosen) {
  unsigned k = 0;
  while ((chosen >> k & 1u) == 0) k++;
  return &gather->records[k].leaf;
}

static bool in_scope(const struct frag_trust_key *key, const struct frag_document *document) {
  if (key->role != FRAG_ROLE_ISSUER || !frag_slice_equal(key->issuer, document->issuer)) return false;
  for (size_t i = 0; i < key->type_count; i++)
    if (frag_slice_equal(key->types[i], document->type)) return true;
  return key->type_count == 0;
}

/* Step 6. `signed_bytes` is D, `signature` the 64 bytes before it. */
static frag_error check_issuer(struct frag_context *context, const struct frag_document *document,
                               const uint8_t *signature, struct frag_slice signed_bytes,
                               const struct frag_trust *trust, uint16_t realm, uint64_t tau_s) {
  uint8_t msg32[32];
  if (frag_trust_list(trust)->realm != realm) return FRAG_ISSUER_UNKNOWN;
  const struct frag_trust_key *key = frag_trust_find(trust, document->kid);
  if (key == NULL) return FRAG_ISSUER_UNKNOWN;
  frag_error error = frag_seal_message(context, msg32, realm, signed_bytes);
  if (error != FRAG_OK) return error;
  bool genuine = frag_schnorr_verify(context, signature, msg32, frag_trust_point(trust, key));
  frag_wipe(msg32, sizeof msg32);
  if (!genuine) return FRAG_ISSUER_SIGNATURE;
  error = frag_trust_key_time(key, tau_s);
  if (error != FRAG_OK) return error;
  return in_scope(key, document) ? FRAG_OK : FRAG_ISSUER_SCOPE;
}

/* Step 4: leaves P in context->plaintext. */
static frag_error join_and_unseal(struct frag_context *context, const struct frag_qr *qr,
                                  const struct frag_gather *gather, uint32_t chosen, const struct frag_leaf *leaf) {
  uint8_t key[32];
  frag_join(context, qr->head, gather, chosen);
  frag_error error =
      frag_unseal(context, key, qr->link, frag_bytes(leaf->bytes.data, FRAG_HEADER_LEN), leaf->plaintext_len);
  if (error == FRAG_OK) error = frag_split_check(context, leaf, key);
  frag_wipe(key, sizeof key);
  return error;
}

/* Step 5: D into the caller's memory, decoded. */
static frag_error take_document(struct frag_context *context, uint8_t *plaintext, struct frag_document *document,
                                struct frag_slice *signed_bytes, size_t plaintext_len) {
  frag_error error = frag_seal_unpad(signed_bytes, frag_bytes(context->plaintext, plaintext_len));
  if (error != FRAG_OK) return error;
  memcpy(plaintext, signed_bytes->data, signed_bytes->len);
  signed_bytes->data = plaintext;
  error = frag_document_decode(context, document, plaintext, signed_bytes->len);
  return error == FRAG_OK || frag_error_group(error) == FRAG_GROUP_INTERNAL ? error : FRAG_BAD_DOCUMENT;
}

static void wipe_scratch(struct frag_context *context, const struct frag_leaf *leaf) {
  frag_wipe(context->plaintext, leaf->plaintext_len);
  frag_wipe(context->sealed, leaf->plaintext_len + FRAG_TAG_LEN);
  frag_wipe(context->share, leaf->plaintext_len);
  frag_wipe(context->stream, (leaf->threshold - 1) * leaf->plaintext_len);
}

frag_error frag_open(struct frag_context *context, uint8_t *plaintext, size_t capacity, struct frag_document *document,
                     const struct frag_qr *qr, const struct frag_gather *gather, const struct frag_trust *trust,
                     uint64_t tau_s) {
  uint32_t chosen = frag_gather_chosen(gather);
  assert(chosen != 0);
  const struct frag_leaf *leaf = chosen_leaf(gather, chosen);
  memset(document, 0, sizeof *document);
  if (capacity < leaf->plaintext_len) return FRAG_BUFFER_TOO_SMALL;
  struct frag_slice signed_bytes = {NULL, 0};
  frag_error error = join_and_unseal(context, qr, gather, chosen, leaf);
  if (error == FRAG_OK) error = take_document(context, plaintext, document, &signed_bytes, leaf->plaintext_len);
  if (error == FRAG_OK)
    error = check_issuer(context, document, context->plaintext, signed_bytes, trust, qr->realm, tau_s);
  wipe_scratch(context, leaf);
  if (error != FRAG_OK) {
    frag_wipe(plaintext, leaf->plaintext_len);
    frag_wipe(document, sizeof *document);
  }
  return error;
}

frag_error frag_document_period(const struct frag_document *document, uint64_t now_s) {
  if (document->issued_s > now_s) return FRAG_NOT_YET_VALID;
  if (document->has_expires && now_s >= document->expires_s) return FRAG_EXPIRED;
  return FRAG_OK;
}
