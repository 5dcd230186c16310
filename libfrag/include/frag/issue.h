/* frag/issue.h: for issuers. attributes → canonical bytes → seal → split → fragment records + QR text.
 * FRAG-1 sections 2 and 3. */
#ifndef FRAG_ISSUE_H
#define FRAG_ISSUE_H

#include <frag/document.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FRAG_HEADER_LEN 8
#define FRAG_LOCATOR_LEN 16
#define FRAG_FRAGMENTS_MAX 15
#define FRAG_PAYLOAD_LEN 55
#define FRAG_QR_TEXT_LEN 88 /* base32 characters of a payload, without prefix and terminator */
#define FRAG_LEAF_LEN(m) ((size_t)24 + (size_t)32 * (size_t)(m))
#define FRAG_RECORD_LEN(m, n) (FRAG_LEAF_LEN(m) + (size_t)1 + (size_t)(n))

/* A signing key of an issuer, a registrar or a root: BIP-340 over secp256k1. Secret. */
struct frag_key;

/* Out: *key, owned by the caller, to be given to frag_key_free. NULL on error.
 * In:  secret32, big-endian scalar. Secret; a copy is kept in the key.
 * Errors: FRAG_KEY_INVALID when it is zero or not below the group order; FRAG_MEMORY.
 * Thread rule: read-only after creation, may be shared. */
FRAG_API FRAG_MUST_CHECK frag_error frag_key_new(struct frag_context *context, struct frag_key **key,
                                                 const uint8_t secret32[FRAG_AT_LEAST(32)]);

/* Wipes and frees. NULL is allowed. */
FRAG_API void frag_key_free(struct frag_key *key);

/* The x-only public key (BIP-340) and its id, TH("kid", pub32)[0:8]. Public. Views that live as long as the key. */
FRAG_API const uint8_t *frag_key_public(const struct frag_key *key); /* 32 bytes */
FRAG_API const uint8_t *frag_key_id(const struct frag_key *key);     /* FRAG_KID_LEN bytes */

/* The id of any x-only public key.
 * Errors: FRAG_KEY_INVALID when pub32 is not on the curve. */
FRAG_API FRAG_MUST_CHECK frag_error frag_key_id_of(struct frag_context *context, uint8_t kid[FRAG_AT_LEAST(8)],
                                                   const uint8_t pub32[FRAG_AT_LEAST(32)]);

/* What is the same for every document of one batch. */
struct frag_batch {
  uint16_t realm;
  unsigned threshold;       /* t, 1 ≤ t ≤ fragment_count */
  unsigned fragment_count;  /* m, 1 to FRAG_FRAGMENTS_MAX */
  size_t plaintext_len;     /* N: a multiple of 64, FRAG_PLAINTEXT_MIN to FRAG_PLAINTEXT_MAX */
  uint8_t batch_key[32];    /* BK: fresh random bytes. Secret; the owner destroys it when the batch is done */
};

/* The least N that holds an encoded document of `document_len` bytes.
 * Errors: FRAG_DOCUMENT_TOO_LARGE. */
FRAG_API FRAG_MUST_CHECK frag_error frag_plaintext_len(size_t *plaintext_len, size_t document_len);

/* The status handle of a document, FRAG-1 section 6: rid = PRF(RK, "rid", …)[0:16]. `status_key32` (RK) is secret.
 * Errors: FRAG_FIELD_*, FRAG_TEXT_*, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_rid(struct frag_context *context, uint8_t rid[FRAG_AT_LEAST(16)],
                                             const uint8_t status_key32[FRAG_AT_LEAST(32)], uint16_t realm,
                                             struct frag_slice issuer, struct frag_slice type,
                                             struct frag_slice serial, uint64_t issue_no);

/* Issues one document: encodes, signs, seals and splits it.
 * Out: payload: the QR payload. Secret: a bearer key to the document.
 *      records: fragment_count records one after another, each FRAG_RECORD_LEN(m, N) bytes, in the order
 *      of their operators 1..m. Each alone, and all of them without the payload, tell nothing.
 * In:  batch, key, and document; document->kid must be the key's id.
 * Errors: those of frag_document_encode; FRAG_FIELD_RANGE for batch values out of range;
 *         FRAG_FIELD_RANGE when document->kid is not the key's; FRAG_DOCUMENT_TOO_LARGE when it does not fit N;
 *         FRAG_BUFFER_TOO_SMALL when `capacity` is less than m records; FRAG_CRYPTO.
 *         On error both outputs are wiped, `records` to its whole `capacity`.
 * The same batch, key and document always give the same bytes, so issuing again after a crash is harmless. */
FRAG_API FRAG_MUST_CHECK frag_error frag_issue(struct frag_context *context,
                                               uint8_t payload[FRAG_AT_LEAST(FRAG_PAYLOAD_LEN)], uint8_t *records,
                                               size_t capacity, const struct frag_batch *batch,
                                               const struct frag_key *key, const struct frag_document *document);

/* The text of a payload, without prefix: RFC 4648 base32, upper case, no padding, and a terminating NUL.
 * Secret. The caller prints PREFIX ‖ "#" ‖ text. Cannot fail. */
FRAG_API void frag_qr_text(char text[FRAG_AT_LEAST(FRAG_QR_TEXT_LEN + 1)],
                           const uint8_t payload[FRAG_AT_LEAST(FRAG_PAYLOAD_LEN)]);

#ifdef __cplusplus
}
#endif

#endif
