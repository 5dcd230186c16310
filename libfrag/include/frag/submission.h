/* frag/submission.h: a signature by an issuer's or registrar's key over bytes that are handed to a ledger operator.
 * Its tag keeps it apart from signatures of documents and statements. */
#ifndef FRAG_SUBMISSION_H
#define FRAG_SUBMISSION_H

#include <frag/issue.h>
#include <frag/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Signs: BIP-340 over TH("submit", bytes). aux32: 32 fresh random bytes. `key` is secret. Errors: FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_submission_sign(struct frag_context *context,
                                                         uint8_t sig64[FRAG_AT_LEAST(64)], const struct frag_key *key,
                                                         struct frag_slice bytes,
                                                         const uint8_t aux32[FRAG_AT_LEAST(32)]);

/* Whether the key in the trust list signed it. Its times, role and scope are not looked at.
 * Errors: FRAG_ISSUER_UNKNOWN: no such kid. FRAG_ISSUER_SIGNATURE, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_submission_check(struct frag_context *context, const struct frag_trust *trust,
                                                          const uint8_t kid[FRAG_AT_LEAST(FRAG_KID_LEN)],
                                                          struct frag_slice bytes,
                                                          const uint8_t sig64[FRAG_AT_LEAST(64)]);

#ifdef __cplusplus
}
#endif

#endif
