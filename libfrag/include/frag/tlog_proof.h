/* frag/tlog_proof.h: Merkle proofs as text: the offline proof file (C2SP tlog-proof) and the request by which a log asks
 * a witness to cosign (C2SP tlog-witness, add-checkpoint). Public data. */
#ifndef FRAG_TLOG_PROOF_H
#define FRAG_TLOG_PROOF_H

#include <frag/checkpoint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FRAG_TLOG_PROOF_EXTRA_MAX 1024 /* bytes before base64 */
#define FRAG_TLOG_PROOF_MAX (FRAG_CHECKPOINT_MAX + 64 * 45 + 2048) /* bytes of any text of this header; no NUL */

/* c2sp.org/tlog-proof@v1 LF [extra <base64> LF] index <n> LF (<base64 hash> LF)… LF <checkpoint> */
struct frag_tlog_proof {
  uint64_t index;
  struct frag_proof inclusion;
  size_t extra_len;                          /* 0: no extra line. FRAG-1 puts the entry's bytes there. */
  uint8_t extra[FRAG_TLOG_PROOF_EXTRA_MAX];
  struct frag_slice checkpoint;              /* a view into the text */
};

/* Writes *len bytes, at most FRAG_TLOG_PROOF_MAX. Errors: FRAG_FIELD_LENGTH (checkpoint or extra too long). Pure. */
FRAG_API FRAG_MUST_CHECK frag_error frag_tlog_proof_encode(char text[FRAG_AT_LEAST(FRAG_TLOG_PROOF_MAX)], size_t *len,
                                                           const struct frag_tlog_proof *proof);

/* Reads the form; only canonical spellings. The checkpoint's form is not looked at.
 * Errors: FRAG_PROOF_MALFORMED. Pure. */
FRAG_API FRAG_MUST_CHECK frag_error frag_tlog_proof_decode(struct frag_tlog_proof *proof, const char *text,
                                                           size_t len);

/* Whether `entry` is in the log that has this key: decodes and checks the checkpoint, then the inclusion.
 * Out: *checkpoint (may be NULL), and *time_s (may be NULL) as frag_checkpoint_check gives it.
 * Errors: FRAG_CHECKPOINT_MALFORMED, FRAG_CHECKPOINT_SIGNATURE, FRAG_NOT_IN_LOG, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_tlog_proof_check(struct frag_context *context,
                                                          const struct frag_tlog_proof *proof,
                                                          struct frag_slice entry, const struct frag_log_key *key,
                                                          struct frag_checkpoint *checkpoint, uint64_t *time_s);

/* old <n> LF (<base64 hash> LF)… LF <checkpoint> */
struct frag_witness_request {
  uint64_t old_size;
  struct frag_proof consistency;
  struct frag_slice checkpoint; /* a view */
};

/* As their namesakes above. Errors: FRAG_FIELD_LENGTH; FRAG_PROOF_MALFORMED. Pure. */
FRAG_API FRAG_MUST_CHECK frag_error frag_witness_request_encode(char text[FRAG_AT_LEAST(FRAG_TLOG_PROOF_MAX)],
                                                                size_t *len,
                                                                const struct frag_witness_request *request);
FRAG_API FRAG_MUST_CHECK frag_error frag_witness_request_decode(struct frag_witness_request *request, const char *text,
                                                                size_t len);

#ifdef __cplusplus
}
#endif

#endif
