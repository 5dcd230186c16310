/* frag/log.h: log entries and their Merkle hashes, FRAG-1 section 4, and the names of log keys. Public data. */
#ifndef FRAG_LOG_H
#define FRAG_LOG_H

#include <frag/open.h>
#include <frag/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum frag_entry_kind { FRAG_ENTRY_ISSUE = 1, FRAG_ENTRY_STATUS = 2, FRAG_ENTRY_TRUST = 3 } frag_entry_kind;

#define FRAG_ENTRY_MAX ((size_t)9 + FRAG_LEAF_LEN(FRAG_FRAGMENTS_MAX)) /* the longest entry, bytes */
#define FRAG_HASH_LEN 32
#define FRAG_VKEY_NAME_MAX 255
#define FRAG_VKEY_MAX (FRAG_VKEY_NAME_MAX + 1 + 8 + 1 + 44 + 1) /* name+hex+base64 and NUL */

/* A decoded entry; views into its bytes. */
struct frag_entry {
  frag_entry_kind kind;
  uint64_t time_s;          /* the operator's claim */
  struct frag_slice body;   /* the leaf, the status record, or u16 realm ‖ SHA-256(trust list) */
};

/* Writes kind ‖ u64 time ‖ body after checking the body's form.
 * Out: out, *len: at most FRAG_ENTRY_MAX bytes.
 * Errors: FRAG_RECORD_MALFORMED. Pure; any thread. */
FRAG_API FRAG_MUST_CHECK frag_error frag_entry_encode(uint8_t out[FRAG_AT_LEAST(FRAG_ENTRY_MAX)], size_t *len,
                                                      const struct frag_entry *entry);

/* Errors: FRAG_RECORD_MALFORMED. Pure; any thread. */
FRAG_API FRAG_MUST_CHECK frag_error frag_entry_decode(struct frag_entry *entry, const uint8_t *bytes, size_t len);

/* RFC 6962 section 2.1: the hash of a leaf, SHA256(00 ‖ entry), and of a node, SHA256(01 ‖ left ‖ right).
 * `hash` may be the same memory as `left` or `right`. Errors: FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_leaf_hash(struct frag_context *context, uint8_t hash[FRAG_AT_LEAST(32)],
                                                   struct frag_slice entry);
FRAG_API FRAG_MUST_CHECK frag_error frag_node_hash(struct frag_context *context, uint8_t hash[FRAG_AT_LEAST(32)],
                                                   const uint8_t left[FRAG_AT_LEAST(32)],
                                                   const uint8_t right[FRAG_AT_LEAST(32)]);

/* The Ed25519 public key (RFC 8032) of a log's 32-byte secret seed. `seed32` is secret.
 * Errors: FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_log_public(struct frag_context *context, uint8_t pub32[FRAG_AT_LEAST(32)],
                                                    const uint8_t seed32[FRAG_AT_LEAST(32)]);

/* The verifier key of a log (C2SP signed-note): `name+hex8(key id)+base64(01 ‖ pub32)`, and a NUL.
 * `name` is the origin: 1..FRAG_VKEY_NAME_MAX visible ASCII characters, none of them "+".
 * Errors: FRAG_FIELD_LENGTH, FRAG_FIELD_CHARACTERS, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_log_vkey(struct frag_context *context, char vkey[FRAG_AT_LEAST(FRAG_VKEY_MAX)],
                                                  struct frag_slice name, const uint8_t pub32[FRAG_AT_LEAST(32)]);

#ifdef __cplusplus
}
#endif

#endif
