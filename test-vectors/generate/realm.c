#include "realm.h"

#include <string.h>

#define NOT_BEFORE UINT64_C(1704067200)
#define NOT_AFTER UINT64_C(2000000000)

static const uint8_t zero32[32];

static struct frag_key *make_key(struct realm *realm, uint8_t secret[static 32], uint8_t fill) {
  struct frag_key *key = NULL;
  memset(secret, fill, 32);
  suite_require(frag_key_new(realm->context, &key, secret) == FRAG_OK, "key");
  return key;
}

void realm_begin(struct realm *realm) {
  memset(realm, 0, sizeof *realm);
  suite_require(frag_context_new(&realm->context, zero32) == FRAG_OK, "context");
  for (int i = 0; i < 2; i++) {
    realm->roots[i] = make_key(realm, realm->root_secret[i], (uint8_t)(0x11 + i));
    memcpy(realm->root_public[i], frag_key_public(realm->roots[i]), 32);
  }
  realm->other = make_key(realm, realm->other_secret, 0x21);
  realm->registrar = make_key(realm, realm->registrar_secret, 0x31);
  for (int i = 0; i < 31; i++) realm->issuer_secret[i] = (uint8_t)i;
  realm->issuer_secret[31] = 7;
  suite_require(frag_key_new(realm->context, &realm->issuer, realm->issuer_secret) == FRAG_OK, "issuer key");
  for (int i = 0; i < 32; i++) realm->batch_key[i] = (uint8_t)i;
  memset(realm->status_key, 0xaa, 32);
}

void realm_end(struct realm *realm) {
  frag_key_free(realm->roots[0]);
  frag_key_free(realm->roots[1]);
  frag_key_free(realm->issuer);
  frag_key_free(realm->other);
  frag_key_free(realm->registrar);
  frag_context_free(realm->context);
}

void realm_document(struct realm *realm, struct frag_document *document) {
  memset(document, 0, sizeof *document);
  document->issuer = text_of("rupp.edu.kh");
  memcpy(document->kid, frag_key_id(realm->issuer), FRAG_KID_LEN);
  document->type = text_of("degree/bachelor");
  document->serial = text_of("RUPP-2026-000123");
  document->issue_no = 1;
  document->issued_s = 1764547200;
  document->attribute_count = 3;
  document->attributes[0].name = text_of("name");
  document->attributes[0].value = text_of("សុខ ដារ៉ា");
  document->attributes[1].name = text_of("name_latin");
  document->attributes[1].value = text_of("Sok Dara");
  document->attributes[2].name = text_of("degree");
  document->attributes[2].value = text_of("BSc Computer Science");
  suite_require(frag_rid(realm->context, document->rid, realm->status_key, REALM_NUMBER, document->issuer,
                         document->type, document->serial, 1) == FRAG_OK, "rid");
}

void realm_issue(struct realm *realm, struct issued *issued, const struct frag_document *document, unsigned threshold,
                 unsigned fragment_count, size_t plaintext_len) {
  memset(issued, 0, sizeof *issued);
  issued->document = *document;
  suite_require(frag_document_encode(realm->context, issued->encoded, sizeof issued->encoded, &issued->encoded_len,
                                     document) == FRAG_OK, "encode");
  issued->batch.realm = REALM_NUMBER;
  issued->batch.threshold = threshold;
  issued->batch.fragment_count = fragment_count;
  issued->batch.plaintext_len = plaintext_len;
  if (plaintext_len == 0)
    suite_require(frag_plaintext_len(&issued->batch.plaintext_len, issued->encoded_len) == FRAG_OK, "length");
  memcpy(issued->batch.batch_key, realm->batch_key, 32);
  issued->record_len = FRAG_RECORD_LEN(fragment_count, issued->batch.plaintext_len);
  suite_require(frag_issue(realm->context, issued->payload, issued->records, sizeof issued->records, &issued->batch,
                           realm->issuer, document) == FRAG_OK, "issue");
  frag_qr_text(issued->text, issued->payload);
}

const uint8_t *issued_record(const struct issued *issued, unsigned index) {
  return issued->records + (index - 1) * issued->record_len;
}

void realm_trust_key(struct frag_trust_key *entry, const struct frag_key *key, frag_role role, const char *issuer) {
  static const char university[] = "សាកលវិទ្យាល័យភូមិន្ទភ្នំពេញ";
  static struct frag_issuer_name names[2];
  names[0].language = text_of("en");
  names[0].name = text_of("Royal University of Phnom Penh");
  names[1].language = text_of("km");
  names[1].name = text_of(university);
  memset(entry, 0, sizeof *entry);
  memcpy(entry->kid, frag_key_id(key), FRAG_KID_LEN);
  memcpy(entry->pub32, frag_key_public(key), 32);
  entry->role = role;
  entry->issuer = text_of(issuer);
  entry->names = names;
  entry->name_count = 2;
  entry->not_before_s = NOT_BEFORE;
  entry->not_after_s = NOT_AFTER;
}

size_t realm_trust_file(struct realm *realm, uint8_t *out, size_t capacity, const struct frag_trust_key *keys,
                        size_t count) {
  static uint8_t list[65536];
  struct frag_root_signature signatures[2];
  struct frag_trust_list content = {.realm = REALM_NUMBER, .list_no = 1, .issued_s = 1764000000,
                                    .next_update_s = 1795000000, .key_count = count, .keys = keys};
  size_t list_len = 0, len = 0;
  suite_require(frag_trust_encode(realm->context, list, sizeof list, &list_len, &content) == FRAG_OK, "trust list");
  struct frag_slice bytes = {list, list_len};
  for (int i = 0; i < 2; i++)
    suite_require(frag_trust_sign(realm->context, &signatures[i], bytes, realm->roots[i], zero32) == FRAG_OK, "sign");
  suite_require(frag_trust_file_encode(out, capacity, &len, bytes, signatures, 2) == FRAG_OK, "trust file");
  return len;
}

struct frag_pins realm_pins(const struct realm *realm) {
  struct frag_pins pins = {REALM_NUMBER, 2, 2, realm->root_public};
  return pins;
}

json_t *pins_json(const struct frag_pins *pins) {
  json_t *roots = json_array();
  for (size_t i = 0; i < pins->root_count; i++) json_array_append_new(roots, json_hex(pins->roots[i], 32));
  return json_pack("{s:i, s:i, s:o}", "realm", (int)pins->realm, "threshold", (int)pins->threshold, "roots", roots);
}

json_t *realm_pins_json(const struct realm *realm) {
  struct frag_pins pins = realm_pins(realm);
  return pins_json(&pins);
}
