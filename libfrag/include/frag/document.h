/* frag/document.h: the document of FRAG-1 section 2, as a struct and as deterministic CBOR.
 *
 * Everything in a document is secret until every check has passed; after that it belongs to whoever holds
 * the paper. */
#ifndef FRAG_DOCUMENT_H
#define FRAG_DOCUMENT_H

#include <stdbool.h>

#include <frag/context.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FRAG_KID_LEN 8
#define FRAG_RID_LEN 16
#define FRAG_NAME_MAX 64       /* bytes of issuer, type, serial and attribute name */
#define FRAG_ATTRIBUTES_MAX 64 /* pairs in a document */
#define FRAG_PLAINTEXT_MIN 128 /* N, bytes */
#define FRAG_PLAINTEXT_MAX 32768
#define FRAG_DOCUMENT_MAX (FRAG_PLAINTEXT_MAX - 65) /* bytes of an encoded document: N less signature and 0x80 */

struct frag_attribute {
  struct frag_slice name;
  struct frag_slice value;
};

/* A sealed file: `sha256` covers all `length` bytes except those in [excluded_begin, excluded_end). */
struct frag_file_seal {
  uint64_t length;
  uint64_t excluded_begin;
  uint64_t excluded_end;
  uint8_t sha256[32];
};

/* All slices are views: into the caller's strings when encoding, into the encoded bytes when decoding. */
struct frag_document {
  struct frag_slice issuer; /* a-z 0-9 . - */
  uint8_t kid[FRAG_KID_LEN];
  struct frag_slice type; /* a-z 0-9 . - / */
  struct frag_slice serial;
  uint64_t issue_no;
  uint64_t issued_s; /* Unix seconds */
  bool has_expires;
  uint64_t expires_s;
  uint8_t rid[FRAG_RID_LEN];
  size_t attribute_count;
  struct frag_attribute attributes[FRAG_ATTRIBUTES_MAX];
  bool has_file_seal;
  struct frag_file_seal file_seal;
};

/* Whether `text` is what FRAG-1 section 1 allows: UTF-8 in NFC without control characters and without
 * bidirectional overrides.
 * Errors: FRAG_TEXT_UTF8, FRAG_TEXT_NFC, FRAG_TEXT_FORBIDDEN; FRAG_FIELD_LENGTH over 32,768 bytes.
 * Thread rule: the context's. */
FRAG_API FRAG_MUST_CHECK frag_error frag_text_check(struct frag_context *context, struct frag_slice text);

/* Writes `text` in NFC (Unicode Standard Annex 15); for issuers, before a document is built.
 * Out: out, *len: at most `capacity` bytes, no terminator. `out` may not overlap `text`.
 * Errors: FRAG_TEXT_UTF8, FRAG_TEXT_FORBIDDEN, FRAG_FIELD_LENGTH over 32,768 bytes, FRAG_BUFFER_TOO_SMALL. */
FRAG_API FRAG_MUST_CHECK frag_error frag_text_normalize(struct frag_context *context, uint8_t *out, size_t capacity,
                                                        size_t *len, struct frag_slice text);

/* Encodes a document as deterministic CBOR (RFC 8949 section 4.2.1), after checking every rule of section 2.
 * Out: out, *len: at most `capacity` bytes.
 * Errors: FRAG_FIELD_LENGTH, FRAG_FIELD_RANGE, FRAG_FIELD_CHARACTERS, FRAG_FIELD_DUPLICATE, FRAG_TEXT_*,
 *         FRAG_BUFFER_TOO_SMALL. */
FRAG_API FRAG_MUST_CHECK frag_error frag_document_encode(struct frag_context *context, uint8_t *out, size_t capacity,
                                                         size_t *len, const struct frag_document *document);

/* Decodes strictly: everything that frag_document_encode would not have written byte for byte is refused.
 * Out: *document, views into `bytes`; zeroed on error.
 * Errors: FRAG_CBOR_*, and those of frag_document_encode. */
FRAG_API FRAG_MUST_CHECK frag_error frag_document_decode(struct frag_context *context, struct frag_document *document,
                                                         const uint8_t *bytes, size_t len);

/* Whether a file is the one that was sealed (step 8). `file` is the whole file.
 * Errors: FRAG_FILE_MISMATCH, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_file_seal_check(struct frag_context *context,
                                                         const struct frag_file_seal *seal, struct frag_slice file);

/* Fills a seal for a file, for issuers. The excluded range is where the QR code will be printed.
 * Errors: FRAG_FIELD_RANGE when the range is not within the file, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_file_seal_make(struct frag_context *context, struct frag_file_seal *seal,
                                                        struct frag_slice file, uint64_t excluded_begin,
                                                        uint64_t excluded_end);

#ifdef __cplusplus
}
#endif

#endif
