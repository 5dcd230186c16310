#include <string.h>

#include "bytes.h"
#include "crypto.h"
#include "generate.h"
#include "qr.h"
#include "record.h"
#include "seal.h"
#include "split.h"

static json_t *inputs(const struct realm *realm, const struct frag_batch *batch, const struct frag_document *document) {
  return json_pack("{s:o, s:o, s:o, s:i, s:i, s:i, s:i, s:o}", "issuer_secret", json_hex(realm->issuer_secret, 32),
                   "batch_key", json_hex(realm->batch_key, 32), "status_key", json_hex(realm->status_key, 32), "realm",
                   (int)batch->realm, "t", (int)batch->threshold, "m", (int)batch->fragment_count, "n",
                   (int)batch->plaintext_len, "document", json_document(document));
}

static void put_signature(json_t *fields, struct realm *realm, const struct issued *issued) {
  uint8_t msg32[32], aux32[32];
  struct frag_slice encoded = {issued->encoded, issued->encoded_len}, part = {msg32, 32};
  suite_require(frag_seal_message(realm->context, msg32, issued->batch.realm, encoded) == FRAG_OK, "msg");
  suite_require(frag_prf(realm->context, aux32, realm->batch_key, "aux", &part, 1) == FRAG_OK, "aux");
  json_put(fields, "cbor", json_hex(issued->encoded, issued->encoded_len));
  json_put(fields, "msg", json_hex(msg32, 32));
  json_put(fields, "aux", json_hex(aux32, 32));
}

static void put_sealing(json_t *fields, struct realm *realm, const struct issued *issued) {
  struct frag_context *context = realm->context;
  uint8_t header[FRAG_HEADER_LEN], key[32], link[32], mask[32];
  size_t n = issued->batch.plaintext_len;
  struct frag_slice header_slice = {header, sizeof header}, sealed = {context->sealed, n + 16};
  suite_require(frag_header_encode(header, &issued->batch) == FRAG_OK, "hdr");
  suite_require(frag_seal_plaintext(context, &issued->batch, realm->issuer, &issued->document) == FRAG_OK, "P");
  json_put(fields, "sig", json_hex(context->plaintext, 64));
  json_put(fields, "plaintext", json_hex(context->plaintext, n));
  suite_require(frag_seal(context, key, link, &issued->batch, header) == FRAG_OK, "E");
  suite_require(frag_seal_mask(context, mask, header_slice, sealed) == FRAG_OK, "mask");
  suite_require(frag_split_stream(context, key, header_slice, issued->batch.threshold, n) == FRAG_OK, "R");
  json_put(fields, "hdr", json_hex(header, sizeof header));
  json_put(fields, "k", json_hex(key, 32));
  json_put(fields, "sealed", json_hex(context->sealed, n + 16));
  json_put(fields, "mask", json_hex(mask, 32));
  json_put(fields, "d", json_hex(link, 32));
  json_t *stream = json_array();
  for (unsigned j = 0; j + 1 < issued->batch.threshold; j++)
    json_array_append_new(stream, json_hex(context->stream + j * n, n));
  json_put(fields, "stream", stream);
}

static void put_outputs(json_t *fields, const struct issued *issued) {
  json_t *records = json_array();
  size_t m = issued->batch.fragment_count;
  json_put(fields, "payload", json_hex(issued->payload, sizeof issued->payload));
  json_put(fields, "text", json_string(issued->text));
  json_put(fields, "locator", json_hex(issued->records + FRAG_HEADER_LEN, FRAG_LOCATOR_LEN));
  json_put(fields, "leaf", json_hex(issued->records, FRAG_LEAF_LEN(m)));
  for (unsigned i = 1; i <= m; i++)
    json_array_append_new(records, json_hex(issued_record(issued, i), issued->record_len));
  json_put(fields, "records", records);
}

static void issue(struct suite *suite, struct realm *realm, const char *comment, const struct frag_document *document,
                  unsigned threshold, unsigned fragment_count, size_t plaintext_len) {
  static struct issued issued;
  realm_issue(realm, &issued, document, threshold, fragment_count, plaintext_len);
  json_t *fields = inputs(realm, &issued.batch, document);
  put_signature(fields, realm, &issued);
  put_sealing(fields, realm, &issued);
  put_outputs(fields, &issued);
  suite_valid(suite, comment, fields);
}

static void refuse(struct suite *suite, struct realm *realm, const char *flag, const char *comment,
                   const struct frag_document *document, unsigned threshold, unsigned fragment_count,
                   size_t plaintext_len) {
  static uint8_t records[15 * FRAG_RECORD_LEN(15, 4096)];
  uint8_t payload[FRAG_PAYLOAD_LEN];
  struct frag_batch batch = {.realm = REALM_NUMBER, .threshold = threshold, .fragment_count = fragment_count,
                             .plaintext_len = plaintext_len};
  memcpy(batch.batch_key, realm->batch_key, 32);
  suite_require(frag_issue(realm->context, payload, records, sizeof records, &batch, realm->issuer, document) !=
                    FRAG_OK, comment);
  suite_invalid(suite, flag, comment, inputs(realm, &batch, document));
}

static void good_ones(struct suite *suite, struct realm *realm) {
  struct frag_document document;
  realm_document(realm, &document);
  issue(suite, realm, "the known answer: 2-of-3, N = 320", &document, 2, 3, 320);
  issue(suite, realm, "1-of-1, the least N that fits", &document, 1, 1, 0);
  issue(suite, realm, "1-of-3: every share is L", &document, 1, 3, 0);
  issue(suite, realm, "3-of-5", &document, 3, 5, 0);
  issue(suite, realm, "5-of-5", &document, 5, 5, 0);
  issue(suite, realm, "15-of-15, N = 1024", &document, 15, 15, 1024);
  document.issue_no = 2;
  suite_require(frag_rid(realm->context, document.rid, realm->status_key, REALM_NUMBER, document.issuer, document.type,
                         document.serial, document.issue_no) == FRAG_OK, "rid");
  document.has_expires = true;
  document.expires_s = 2000000000;
  document.has_file_seal = true;
  document.file_seal.length = 100000;
  document.file_seal.excluded_begin = 40000;
  document.file_seal.excluded_end = 52000;
  memset(document.file_seal.sha256, 0x77, 32);
  issue(suite, realm, "every optional field", &document, 2, 3, 512);
}

/* A document whose encoding has exactly `len` bytes, by a long enough value. */
static void document_of_length(struct realm *realm, struct frag_document *document, size_t len) {
  static char value[4096];
  uint8_t encoded[8192];
  size_t found = 0;
  memset(value, 'x', sizeof value);
  realm_document(realm, document);
  document->attributes[0].value.data = (const uint8_t *)value;
  for (size_t k = 1; k < sizeof value && found != len; k++) {
    document->attributes[0].value.len = k;
    suite_require(frag_document_encode(realm->context, encoded, sizeof encoded, &found, document) == FRAG_OK, "length");
  }
  suite_require(found == len, "a document of that length");
}

static void edges(struct suite *suite, struct realm *realm) {
  struct frag_document document;
  document_of_length(realm, &document, 320 - 65);
  issue(suite, realm, "D fills N to the last byte", &document, 2, 3, 0);
  document_of_length(realm, &document, 320 - 66);
  issue(suite, realm, "one byte of padding besides the mark", &document, 2, 3, 0);
  document_of_length(realm, &document, 320 - 64);
  issue(suite, realm, "one byte too long for 320: N = 384", &document, 2, 3, 0);
  refuse(suite, realm, "TooLarge", "D is one byte too long for N", &document, 2, 3, 320);
  refuse(suite, realm, "TooLarge", "D is longer than N", &document, 2, 3, 192);
  document_of_length(realm, &document, 1000);
  refuse(suite, realm, "TooLarge", "D is much longer than N", &document, 2, 3, 128);
}

static void spoiled_documents(struct suite *suite, struct realm *realm) {
  struct frag_document document;
  static const char *const issuers[] = {"", "RUPP.edu.kh", "rupp_edu", "rupp/edu"};
  for (size_t i = 0; i < FRAG_COUNT(issuers); i++) {
    realm_document(realm, &document);
    document.issuer = text_of(issuers[i]);
    refuse(suite, realm, "DocumentRule", "a wrong issuer", &document, 2, 3, 320);
  }
  realm_document(realm, &document);
  document.issue_no = 0;
  refuse(suite, realm, "DocumentRule", "issue number 0", &document, 2, 3, 320);
  realm_document(realm, &document);
  document.has_expires = true;
  document.expires_s = document.issued_s;
  refuse(suite, realm, "DocumentRule", "expires when issued", &document, 2, 3, 320);
  realm_document(realm, &document);
  document.attributes[1].name = document.attributes[0].name;
  refuse(suite, realm, "DocumentRule", "an attribute name twice", &document, 2, 3, 320);
  realm_document(realm, &document);
  document.attributes[0].value = text_of("e\xcc\x81");
  refuse(suite, realm, "DocumentRule", "a decomposed value", &document, 2, 3, 320);
  for (uint8_t at = 0; at < 8; at = (uint8_t)(at + 3)) {
    realm_document(realm, &document);
    document.kid[at] ^= 1;
    refuse(suite, realm, "KeyId", "kid is not the signing key's", &document, 2, 3, 320);
  }
}

void generate_issue(struct realm *realm, const char *folder) {
  static const unsigned schemes[][2] = {{0, 1}, {0, 3}, {4, 3}, {2, 16}, {16, 16}};
  static const size_t lengths[] = {0, 64, 127, 300, 321, 32832};
  struct frag_document document;
  struct suite suite;
  suite_begin(&suite, "FRAG-1 issuing", "Inputs, every intermediate of sections 2 and 3, and all outputs.");
  suite_note(&suite, "Scheme", "1 <= t <= m <= 15");
  suite_note(&suite, "PlaintextLength", "N is a multiple of 64 from 128 to 32768");
  suite_note(&suite, "TooLarge", "signature, document and padding mark fit N");
  suite_note(&suite, "DocumentRule", "only a well-formed document is issued");
  suite_note(&suite, "KeyId", "kid names the key that signs");
  suite_group(&suite, "Issue", NULL);
  good_ones(&suite, realm);
  edges(&suite, realm);
  spoiled_documents(&suite, realm);
  realm_document(realm, &document);
  for (size_t i = 0; i < FRAG_COUNT(schemes); i++)
    refuse(&suite, realm, "Scheme", "a scheme out of range", &document, schemes[i][0], schemes[i][1], 320);
  for (size_t i = 0; i < FRAG_COUNT(lengths); i++)
    refuse(&suite, realm, "PlaintextLength", "N out of range", &document, 2, 3, lengths[i]);
  suite_end(&suite, folder, "issue.json");
}
