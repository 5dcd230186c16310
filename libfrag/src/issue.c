#include <frag/issue.h>

#include "bytes.h"
#include "cbor.h"
#include "crypto.h"
#include "field.h"
#include "qr.h"
#include "record.h"
#include "seal.h"
#include "split.h"

frag_error frag_rid(struct frag_context *context, uint8_t rid[static 16], const uint8_t status_key32[static 32],
                    uint16_t realm, struct frag_slice issuer, struct frag_slice type, struct frag_slice serial,
                    uint64_t issue_no) {
  frag_error error = frag_field_issuer(issuer);
  if (error == FRAG_OK) error = frag_field_type(type);
  if (error == FRAG_OK) error = frag_field_text(context, serial, 1, FRAG_NAME_MAX);
  if (error == FRAG_OK && issue_no < 1) error = FRAG_FIELD_RANGE;
  if (error != FRAG_OK) return error;
  uint8_t encoded[1 + 3 * (2 + FRAG_NAME_MAX) + 9], number[2], hash[32];
  struct frag_cbor_writer writer = {encoded, sizeof encoded, 0, FRAG_OK};
  frag_cbor_write_array(&writer, 4);
  frag_cbor_write_text(&writer, issuer);
  frag_cbor_write_text(&writer, type);
  frag_cbor_write_text(&writer, serial);
  frag_cbor_write_uint(&writer, issue_no);
  if (writer.error != FRAG_OK) return writer.error;
  frag_put_u16(number, realm);
  struct frag_slice parts[] = {frag_bytes(number, sizeof number), frag_bytes(encoded, writer.len)};
  error = frag_prf(context, hash, status_key32, "rid", parts, FRAG_COUNT(parts));
  if (error == FRAG_OK) memcpy(rid, hash, FRAG_RID_LEN);
  frag_wipe(encoded, sizeof encoded);
  frag_wipe(hash, sizeof hash);
  return error;
}

static frag_error seal_and_split(struct frag_context *context, uint8_t payload[static FRAG_PAYLOAD_LEN],
                                 uint8_t *records, const struct frag_batch *batch,
                                 const uint8_t header[static FRAG_HEADER_LEN]) {
  uint8_t key[32];
  struct frag_qr qr = {.realm = batch->realm};
  frag_error error = frag_seal(context, key, qr.link, batch, header);
  if (error == FRAG_OK) {
    memcpy(qr.head, context->sealed, sizeof qr.head);
    error = frag_qr_encode(context, payload, &qr);
  }
  if (error == FRAG_OK) error = frag_qr_locator(context, qr.locator, payload);
  if (error == FRAG_OK) error = frag_split(context, records, batch, header, qr.locator, key);
  frag_wipe(key, sizeof key);
  frag_qr_wipe(&qr);
  return error;
}

static void wipe_scratch(struct frag_context *context, const struct frag_batch *batch) {
  frag_wipe(context->plaintext, batch->plaintext_len);
  frag_wipe(context->sealed, batch->plaintext_len + FRAG_TAG_LEN);
  frag_wipe(context->stream, (batch->threshold - 1) * batch->plaintext_len);
}

static frag_error check_batch(uint8_t header[static FRAG_HEADER_LEN], size_t capacity, const struct frag_batch *batch,
                              const struct frag_key *key, const struct frag_document *document) {
  frag_error error = frag_header_encode(header, batch);
  if (error != FRAG_OK) return error;
  size_t needed = batch->fragment_count * FRAG_RECORD_LEN(batch->fragment_count, batch->plaintext_len);
  if (capacity < needed) return FRAG_BUFFER_TOO_SMALL;
  return memcmp(document->kid, frag_key_id(key), FRAG_KID_LEN) == 0 ? FRAG_OK : FRAG_FIELD_RANGE;
}

frag_error frag_issue(struct frag_context *context, uint8_t payload[static FRAG_PAYLOAD_LEN], uint8_t *records,
                      size_t capacity, const struct frag_batch *batch, const struct frag_key *key,
                      const struct frag_document *document) {
  uint8_t header[FRAG_HEADER_LEN];
  frag_error error = check_batch(header, capacity, batch, key, document);
  if (error == FRAG_OK) {
    error = frag_seal_plaintext(context, batch, key, document);
    if (error == FRAG_OK) error = seal_and_split(context, payload, records, batch, header);
    wipe_scratch(context, batch);
  }
  if (error != FRAG_OK) {
    frag_wipe(payload, FRAG_PAYLOAD_LEN);
    frag_wipe(records, capacity);
  }
  return error;
}
