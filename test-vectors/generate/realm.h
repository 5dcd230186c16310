/* realm.h: the invented realm that all vectors share: keys, a trust list, and documents issued in it. */
#ifndef REALM_H
#define REALM_H

#include "suite.h"

enum { REALM_NUMBER = 1 };

struct realm {
  struct frag_context *context;
  uint8_t root_secret[2][32], issuer_secret[32], other_secret[32], registrar_secret[32];
  struct frag_key *roots[2], *issuer, *other, *registrar; /* `other` is a second issuer's key */
  uint8_t root_public[2][32];
  uint8_t batch_key[32], status_key[32];
};

/* A document's inputs and everything that comes of issuing it. */
struct issued {
  struct frag_batch batch;
  struct frag_document document;
  uint8_t encoded[FRAG_DOCUMENT_MAX];
  size_t encoded_len;
  uint8_t payload[FRAG_PAYLOAD_LEN];
  char text[FRAG_QR_TEXT_LEN + 1];
  uint8_t records[15 * FRAG_RECORD_LEN(15, 1024)];
  size_t record_len;
};

void realm_begin(struct realm *realm);
void realm_end(struct realm *realm);

/* The document of the known answer; `attributes` may be changed before realm_issue. */
void realm_document(struct realm *realm, struct frag_document *document);

/* Issues `document` with t-of-m and N (0: the least that fits) under the realm's issuer key. */
void realm_issue(struct realm *realm, struct issued *issued, const struct frag_document *document, unsigned threshold,
                 unsigned fragment_count, size_t plaintext_len);

/* One key of a trust list, valid from 2024-01-01 to 2033-05-18, all types. */
void realm_trust_key(struct frag_trust_key *entry, const struct frag_key *key, frag_role role, const char *issuer);

/* A trust file of these keys signed by both roots. */
size_t realm_trust_file(struct realm *realm, uint8_t *out, size_t capacity, const struct frag_trust_key *keys,
                        size_t count);

/* The pins of the realm: both roots, threshold 2. */
struct frag_pins realm_pins(const struct realm *realm);
json_t *pins_json(const struct frag_pins *pins);
json_t *realm_pins_json(const struct realm *realm);

/* One record as JSON hex. */
const uint8_t *issued_record(const struct issued *issued, unsigned index);

#endif
