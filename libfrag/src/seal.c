#include "seal.h"

#include "bytes.h"
#include "crypto.h"
#include "curve.h"

#define SIGNATURE_LEN 64
#define PAD_MARK 0x80

frag_error frag_plaintext_len(size_t *plaintext_len, size_t document_len) {
  *plaintext_len = 0;
  if (document_len > FRAG_DOCUMENT_MAX) return FRAG_DOCUMENT_TOO_LARGE;
  size_t least = (SIGNATURE_LEN + document_len + 1 + 63) / 64 * 64;
  *plaintext_len = least < FRAG_PLAINTEXT_MIN ? FRAG_PLAINTEXT_MIN : least;
  return FRAG_OK;
}

frag_error frag_seal_mask(struct frag_context *context, uint8_t mask[static 32], struct frag_slice header,
                          struct frag_slice sealed) {
  struct frag_slice parts[] = {header, sealed};
  return frag_tagged_hash(context, FRAG_LABEL_MASK, mask, parts, FRAG_COUNT(parts));
}

frag_error frag_seal_message(struct frag_context *context, uint8_t msg32[static 32], uint16_t realm,
                             struct frag_slice document) {
  uint8_t number[2];
  frag_put_u16(number, realm);
  struct frag_slice parts[] = {frag_bytes(number, sizeof number), document};
  return frag_tagged_hash(context, FRAG_LABEL_DOC, msg32, parts, FRAG_COUNT(parts));
}

/* aux = PRF(BK, "aux", msg): the signature is the same when a batch is resumed. */
static frag_error sign(struct frag_context *context, uint8_t sig64[static 64], const struct frag_batch *batch,
                       const struct frag_key *key, struct frag_slice document) {
  uint8_t msg32[32] = {0}, aux32[32];
  struct frag_slice part = frag_bytes(msg32, sizeof msg32);
  frag_error error = frag_seal_message(context, msg32, batch->realm, document);
  if (error == FRAG_OK) error = frag_prf(context, aux32, batch->batch_key, "aux", &part, 1);
  if (error == FRAG_OK) error = frag_schnorr_sign(context, sig64, msg32, key, aux32);
  frag_wipe(aux32, sizeof aux32);
  frag_wipe(msg32, sizeof msg32);
  return error;
}

frag_error frag_seal_plaintext(struct frag_context *context, const struct frag_batch *batch, const struct frag_key *key,
                               const struct frag_document *document) {
  uint8_t *plaintext = context->plaintext;
  size_t capacity = batch->plaintext_len - SIGNATURE_LEN - 1, len = 0;
  frag_error error = frag_document_encode(context, plaintext + SIGNATURE_LEN, capacity, &len, document);
  if (error == FRAG_BUFFER_TOO_SMALL) return FRAG_DOCUMENT_TOO_LARGE;
  if (error != FRAG_OK) return error;
  plaintext[SIGNATURE_LEN + len] = PAD_MARK;
  memset(plaintext + SIGNATURE_LEN + len + 1, 0, capacity - len);
  return sign(context, plaintext, batch, key, frag_bytes(plaintext + SIGNATURE_LEN, len));
}

static void xor32(uint8_t out[static 32], const uint8_t a[static 32], const uint8_t b[static 32]) {
  for (size_t i = 0; i < 32; i++) out[i] = a[i] ^ b[i];
}

frag_error frag_seal(struct frag_context *context, uint8_t key[static 32], uint8_t link[static 32],
                     const struct frag_batch *batch, const uint8_t header[static FRAG_HEADER_LEN]) {
  uint8_t mask[32];
  struct frag_slice parts[] = {frag_bytes(header, FRAG_HEADER_LEN),
                               frag_bytes(context->plaintext, batch->plaintext_len)};
  struct frag_slice sealed = frag_bytes(context->sealed, batch->plaintext_len + FRAG_TAG_LEN);
  frag_error error = frag_prf(context, key, batch->batch_key, "key", parts, FRAG_COUNT(parts));
  if (error == FRAG_OK) error = frag_gcm_seal(context, context->sealed, key, parts[0], parts[1]);
  if (error == FRAG_OK) error = frag_seal_mask(context, mask, parts[0], sealed);
  if (error == FRAG_OK) xor32(link, key, mask);
  frag_wipe(mask, sizeof mask);
  return error;
}

frag_error frag_unseal(struct frag_context *context, uint8_t key[static 32], const uint8_t link[static 32],
                       struct frag_slice header, size_t plaintext_len) {
  uint8_t mask[32];
  struct frag_slice sealed = frag_bytes(context->sealed, plaintext_len + FRAG_TAG_LEN);
  frag_error error = frag_seal_mask(context, mask, header, sealed);
  if (error == FRAG_OK) {
    xor32(key, link, mask);
    error = frag_gcm_open(context, context->plaintext, key, header, sealed);
  }
  frag_wipe(mask, sizeof mask);
  return error;
}

frag_error frag_seal_unpad(struct frag_slice *document, struct frag_slice plaintext) {
  size_t end = plaintext.len;
  while (end > SIGNATURE_LEN && plaintext.data[end - 1] == 0) end--;
  if (end <= SIGNATURE_LEN || plaintext.data[end - 1] != PAD_MARK) return FRAG_BAD_DOCUMENT;
  *document = frag_bytes(plaintext.data + SIGNATURE_LEN, end - 1 - SIGNATURE_LEN);
  return FRAG_OK;
}
