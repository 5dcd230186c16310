#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "crypto.h"
#include "curve.h"
#include "qr.h"
#include "record.h"
#include "seal.h"
#include "split.h"

void fixture_require(bool ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "fixture: %s\n", what);
  abort();
}

struct frag_slice slice_of(const char *text) { return frag_bytes((const uint8_t *)text, strlen(text)); }

void hex_decode(uint8_t *out, size_t len, const char *hex) {
  fixture_require(strlen(hex) == 2 * len, "hex of the wrong length");
  for (size_t i = 0; i < len; i++) {
    unsigned byte = 0;
    fixture_require(sscanf(hex + 2 * i, "%2x", &byte) == 1, "hex");
    out[i] = (uint8_t)byte;
  }
}

bool is_all_zero(const void *memory, size_t len) {
  const uint8_t *bytes = memory;
  for (size_t i = 0; i < len; i++)
    if (bytes[i] != 0) return false;
  return true;
}

uint64_t random_next(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

void random_fill(uint64_t *state, uint8_t *out, size_t len) {
  for (size_t i = 0; i < len; i++) out[i] = (uint8_t)random_next(state);
}

static void follow_payload(struct fixture *fixture) {
  frag_qr_text(fixture->text, fixture->payload);
  fixture_require(frag_qr_decode(fixture->context, &fixture->qr, fixture->text, FRAG_QR_TEXT_LEN) == FRAG_OK,
                  "decoding the QR text");
}

void fixture_issue(struct fixture *fixture) {
  fixture_require(frag_issue(fixture->context, fixture->payload, fixture->records, sizeof fixture->records,
                             &fixture->batch, fixture->issuer, &fixture->document) == FRAG_OK,
                  "issuing");
  follow_payload(fixture);
}

void fixture_issue_plaintext(struct fixture *fixture, const uint8_t *plaintext) {
  struct frag_context *context = fixture->context;
  const struct frag_batch *batch = &fixture->batch;
  uint8_t header[FRAG_HEADER_LEN], key[32];
  struct frag_qr qr = {.realm = batch->realm};
  memcpy(context->plaintext, plaintext, batch->plaintext_len);
  fixture_require(frag_header_encode(header, batch) == FRAG_OK, "header");
  fixture_require(frag_seal(context, key, qr.link, batch, header) == FRAG_OK, "sealing");
  memcpy(qr.head, context->sealed, sizeof qr.head);
  fixture_require(frag_qr_encode(context, fixture->payload, &qr) == FRAG_OK, "payload");
  fixture_require(frag_qr_locator(context, qr.locator, fixture->payload) == FRAG_OK, "locator");
  fixture_require(frag_split(context, fixture->records, batch, header, qr.locator, key) == FRAG_OK, "splitting");
  follow_payload(fixture);
}

void fixture_plaintext(struct fixture *fixture, uint8_t *plaintext, const struct frag_key *key, uint16_t realm,
                       struct frag_slice document) {
  uint8_t msg32[32] = {0};
  const uint8_t aux32[32] = {0};
  fixture_require(64 + document.len + 1 <= fixture->batch.plaintext_len, "a document that fits");
  memset(plaintext, 0, fixture->batch.plaintext_len);
  if (document.len > 0) memcpy(plaintext + 64, document.data, document.len);
  plaintext[64 + document.len] = 0x80;
  fixture_require(frag_seal_message(fixture->context, msg32, realm, document) == FRAG_OK, "message");
  fixture_require(frag_schnorr_sign(fixture->context, plaintext, msg32, key, aux32) == FRAG_OK, "signing");
}

size_t fixture_record_len(const struct fixture *fixture) {
  return FRAG_RECORD_LEN(fixture->batch.fragment_count, fixture->batch.plaintext_len);
}

uint8_t *fixture_record(struct fixture *fixture, unsigned index) {
  return fixture->records + (index - 1) * fixture_record_len(fixture);
}

void fixture_rehash(struct fixture *fixture, uint8_t *record) {
  size_t fragment_count = record[3] & 15u, leaf_len = FRAG_LEAF_LEN(fragment_count);
  unsigned index = record[leaf_len];
  struct frag_slice share = frag_bytes(record + leaf_len + 1, frag_get_u16(record + 4));
  fixture_require(frag_fragment_hash(fixture->context, record + FRAG_LEAF_LEN(index - 1), record, index, share) ==
                      FRAG_OK,
                  "hashing");
}

size_t fixture_forge(struct fixture *fixture, uint8_t *out, unsigned threshold, unsigned fragment_count,
                     unsigned index, uint8_t fill) {
  struct frag_batch batch = {fixture->qr.realm, threshold, fragment_count, FRAG_PLAINTEXT_MIN, {0}};
  size_t leaf_len = FRAG_LEAF_LEN(fragment_count);
  fixture_require(frag_header_encode(out, &batch) == FRAG_OK, "header");
  memcpy(out + FRAG_HEADER_LEN, fixture->qr.locator, FRAG_LOCATOR_LEN);
  memset(out + leaf_len + 1, fill, batch.plaintext_len);
  for (unsigned i = 1; i <= fragment_count; i++) {
    out[leaf_len] = (uint8_t)i;
    fixture_rehash(fixture, out);
  }
  out[leaf_len] = (uint8_t)index;
  return FRAG_RECORD_LEN(fragment_count, batch.plaintext_len);
}

struct frag_gather fixture_gather(struct fixture *fixture, unsigned count) {
  struct frag_gather gather;
  frag_gather_begin(&gather, &fixture->qr, fixture->batch.fragment_count, fixture->batch.threshold);
  for (unsigned k = 0; k < count; k++)
    fixture_require(frag_gather_record(fixture->context, &gather, k, fixture_record(fixture, k + 1),
                                       fixture_record_len(fixture)) == FRAG_OK,
                    "gathering");
  return gather;
}

struct frag_trust_key fixture_trust_key(const struct frag_key *key, frag_role role, const char *issuer) {
  static const struct frag_issuer_name names[2] = {
      {{(const uint8_t *)"km", 2}, {(const uint8_t *)"សាកលវិទ្យាល័យភូមិន្ទភ្នំពេញ", 81}},
      {{(const uint8_t *)"en", 2}, {(const uint8_t *)"Royal University of Phnom Penh", 30}}};
  struct frag_trust_key entry = {.role = role, .issuer = slice_of(issuer), .name_count = 2, .names = names,
                                 .not_after_s = UINT64_MAX};
  memcpy(entry.kid, frag_key_id(key), sizeof entry.kid);
  memcpy(entry.pub32, frag_key_public(key), sizeof entry.pub32);
  return entry;
}

struct frag_trust_list fixture_list(const struct frag_trust_key *keys, size_t count) {
  struct frag_trust_list list = {.realm = 1, .list_no = 1, .issued_s = 1764540000, .next_update_s = 1796076000,
                                 .key_count = count, .keys = keys};
  return list;
}

struct frag_trust *fixture_trust(struct fixture *fixture, const struct frag_trust_list *list) {
  static uint8_t bytes[65536], file[65536 + 128];
  const uint8_t aux32[32] = {0};
  size_t len = 0, file_len = 0;
  struct frag_root_signature signature;
  struct frag_trust *trust = NULL;
  fixture_require(frag_trust_encode(fixture->context, bytes, sizeof bytes, &len, list) == FRAG_OK, "encoding a list");
  struct frag_slice signed_bytes = frag_bytes(bytes, len);
  fixture_require(frag_trust_sign(fixture->context, &signature, signed_bytes, fixture->root, aux32) == FRAG_OK,
                  "signing a list");
  fixture_require(frag_trust_file_encode(file, sizeof file, &file_len, signed_bytes, &signature, 1) == FRAG_OK,
                  "encoding a trust file");
  uint8_t roots[1][32];
  memcpy(roots[0], frag_key_public(fixture->root), 32);
  struct frag_pins pins = {list->realm, 1, 1, (const uint8_t(*)[32])roots};
  fixture_require(frag_trust_open(fixture->context, &trust, frag_bytes(file, file_len), &pins) == FRAG_OK,
                  "opening a trust file");
  return trust;
}

static struct frag_key *make_key(struct frag_context *context, uint8_t last_byte) {
  uint8_t secret32[32];
  struct frag_key *key = NULL;
  for (unsigned i = 0; i < 31; i++) secret32[i] = (uint8_t)i;
  secret32[31] = last_byte;
  fixture_require(frag_key_new(context, &key, secret32) == FRAG_OK, "making a key");
  return key;
}

static void fill_document(struct fixture *fixture) {
  uint8_t status_key32[32];
  memset(status_key32, 0xaa, sizeof status_key32);
  fixture->document = (struct frag_document){
      .issuer = slice_of("rupp.edu.kh"),
      .type = slice_of("degree/bachelor"),
      .serial = slice_of("RUPP-2026-000123"),
      .issue_no = 1,
      .issued_s = 1764547200,
      .attribute_count = 3,
      .attributes = {{slice_of("name"), slice_of("សុខ ដារ៉ា")},
                     {slice_of("name_latin"), slice_of("Sok Dara")},
                     {slice_of("degree"), slice_of("BSc Computer Science")}}};
  struct frag_document *document = &fixture->document;
  memcpy(document->kid, frag_key_id(fixture->issuer), sizeof document->kid);
  fixture_require(frag_rid(fixture->context, document->rid, status_key32, 1, document->issuer, document->type,
                           document->serial, document->issue_no) == FRAG_OK,
                  "deriving the status handle");
}

int fixture_setup(void **state) {
  const uint8_t seed32[32] = {1};
  struct fixture *fixture = calloc(1, sizeof *fixture);
  fixture_require(fixture != NULL, "memory");
  fixture_require(frag_context_new(&fixture->context, seed32) == FRAG_OK, "making a context");
  fixture->issuer = make_key(fixture->context, 7);
  fixture->registrar = make_key(fixture->context, 8);
  fixture->root = make_key(fixture->context, 9);
  fixture->other_root = make_key(fixture->context, 10);
  fixture->stranger = make_key(fixture->context, 11);
  fixture->batch = (struct frag_batch){1, 2, 3, FIXTURE_PLAINTEXT_LEN, {0}};
  for (unsigned i = 0; i < 32; i++) fixture->batch.batch_key[i] = (uint8_t)i;
  fill_document(fixture);
  struct frag_trust_key keys[2] = {fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh"),
                                   fixture_trust_key(fixture->registrar, FRAG_ROLE_REGISTRAR, "moeys.gov.kh")};
  struct frag_trust_list list = fixture_list(keys, 2);
  fixture->trust = fixture_trust(fixture, &list);
  fixture_issue(fixture);
  *state = fixture;
  return 0;
}

int fixture_teardown(void **state) {
  struct fixture *fixture = *state;
  frag_trust_free(fixture->trust);
  frag_key_free(fixture->issuer);
  frag_key_free(fixture->registrar);
  frag_key_free(fixture->root);
  frag_key_free(fixture->other_root);
  frag_key_free(fixture->stranger);
  frag_context_free(fixture->context);
  free(fixture);
  return 0;
}
