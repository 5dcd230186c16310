/* frag/status.h: status records, FRAG-1 section 6: made by an issuer or registrar, walked by a portal.
 * To anyone who does not know the rid a status record is 114 random bytes. */
#ifndef FRAG_STATUS_H
#define FRAG_STATUS_H

#include <frag/issue.h>
#include <frag/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FRAG_STATUS_ID_LEN 16      /* s_n */
#define FRAG_STATUS_RECORD_LEN 114

typedef enum frag_status_kind {
  FRAG_STATUS_REVOKED = 1,    /* for good */
  FRAG_STATUS_SUSPENDED = 2,
  FRAG_STATUS_REINSTATED = 3, /* counts only while suspended */
  FRAG_STATUS_SUPERSEDED = 4  /* for good */
} frag_status_kind;

struct frag_statement {
  uint8_t kind;   /* frag_status_kind */
  uint8_t reason; /* CRL reason code, RFC 5280 section 5.3.1: 0..10 without 7 */
  uint64_t time_s;
  uint8_t kid[FRAG_KID_LEN]; /* written by frag_status_seal, from the key */
};

/* s_n, under which statement n of a document is stored. Secret until the statement is published.
 * Errors: FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_status_id(struct frag_context *context, uint8_t id[FRAG_AT_LEAST(16)],
                                                   uint16_t realm, const uint8_t rid[FRAG_AT_LEAST(16)], uint32_t n);

/* Signs and encrypts statement n.
 * Out: record, FRAG_STATUS_RECORD_LEN bytes. In/out: statement, whose kid becomes the key's.
 * In:  aux32: 32 fresh random bytes (BIP-340 auxiliary randomness).
 * Errors: FRAG_FIELD_RANGE for an unknown kind or reason, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_status_seal(struct frag_context *context,
                                                     uint8_t record[FRAG_AT_LEAST(FRAG_STATUS_RECORD_LEN)],
                                                     struct frag_statement *statement, const struct frag_key *key,
                                                     uint16_t realm, const uint8_t rid[FRAG_AT_LEAST(16)], uint32_t n,
                                                     const uint8_t aux32[FRAG_AT_LEAST(32)]);

/* Opens and checks what an operator holds as statement n of a document of `issuer`.
 * Out: *statement. In: tau_s, the time of the statement's log entry, for the key rule of section 7.
 * Errors: FRAG_STATEMENT_IGNORED: it does not open, is not well formed, or is not signed by a key of the
 *         document's issuer or of a registrar that was valid then. Such a record changes nothing, but the walk goes on
 *         to n + 1. FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_status_open(struct frag_context *context, struct frag_statement *statement,
                                                     const struct frag_trust *trust, struct frag_slice issuer,
                                                     uint16_t realm, const uint8_t rid[FRAG_AT_LEAST(16)], uint32_t n,
                                                     uint64_t tau_s, const uint8_t *record, size_t len);

/* The outcome so far of a walk over n = 0, 1, 2 …: begin with zeroes, apply every valid statement of every
 * operator in the order of n, read the result. Pure; any thread. */
struct frag_status_walk {
  bool revoked, suspended, superseded;
};
FRAG_API void frag_status_apply(struct frag_status_walk *walk, const struct frag_statement *statement);

/* FRAG_OK, FRAG_REVOKED, FRAG_SUPERSEDED or FRAG_SUSPENDED, the gravest that applies. */
FRAG_API FRAG_MUST_CHECK frag_error frag_status_result(const struct frag_status_walk *walk);

#ifdef __cplusplus
}
#endif

#endif
