/* submission_list.h: what an operator accepted in an issuer's name, listed for that issuer, so that a stolen key is
 * noticed. POST <operator's URL>/submissions/list, both bodies application/octet-stream; numbers are big-endian.
 *
 *   query   "FRSQ" ‖ u16 realm ‖ u8 operator number ‖ u8 0 ‖ SHA-256(origin)[16] ‖ kid[8] ‖ u64 time
 *           ‖ u64 first number ‖ sig[64]
 *   answer  "FRSL" ‖ u64 next number (0: no more) ‖ u16 count ‖ count × (u64 number ‖ u64 time ‖ kid[8] ‖ u8 is_erasure
 *           ‖ u64 first_index ‖ u64 added ‖ u64 unchanged ‖ digest[32] ‖ signature[64])
 *   sig     as a submission's: BIP-340, tag "frag1/submit", over everything before it; a submission begins otherwise
 *
 * The lines are those of the asking key's issuer, in the order in which they were accepted; a registrar's key gets
 * everybody's. An answer may have no line and still a next number: the operator looks at so many lines for one query. A
 * refusal is application/problem+json. */
#ifndef VD_SUBMISSION_LIST_H
#define VD_SUBMISSION_LIST_H

#include "wire/submission.h"

#define VD_SUBMISSION_LIST_QUERY_LEN (4 + 2 + 1 + 1 + 16 + 8 + 8 + 8 + 64)
#define VD_SUBMISSION_LIST_LINES_MAX 256
#define VD_SUBMISSION_LIST_LINE_LEN (8 + 8 + 8 + 1 + 8 + 8 + 8 + 32 + 64)
#define VD_SUBMISSION_LIST_HEAD_LEN (4 + 8 + 2)
#define VD_SUBMISSION_LIST_BYTES_MAX \
  (VD_SUBMISSION_LIST_HEAD_LEN + VD_SUBMISSION_LIST_LINES_MAX * VD_SUBMISSION_LIST_LINE_LEN)
#define VD_SUBMISSION_LIST_MEDIA_TYPE VD_SUBMISSION_MEDIA_TYPE

struct vd_submission_list_query {
  uint16_t realm;
  unsigned operator_number;
  uint8_t origin_hash[16]; /* vd_submission_origin */
  uint8_t kid[8];
  uint64_t time_s;         /* the asker's clock */
  uint64_t first_number;   /* lines from this number on; numbers begin with 0 */
};

/* Writes and signs. In: query: kid is the key's (asserted). key: secret. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_submission_list_write_query(struct frag_context *context, const struct frag_key *key,
                                                           const struct vd_submission_list_query *query,
                                                           uint8_t bytes[static VD_SUBMISSION_LIST_QUERY_LEN],
                                                           struct vd_failure *failure);

/* Reads the form; the signature is not looked at. VD_DATA: not a query. */
VD_MUST_CHECK enum vd_error vd_submission_list_read_query(struct vd_submission_list_query *query, const uint8_t *bytes,
                                                          size_t len, struct vd_failure *failure);

/* Whether an operator answers it: for this realm, operator and origin; time within VD_SUBMISSION_TIME_TOLERANCE_S of
 * now_s; kid in the trust list, valid at now_s, not compromised by then; the signature.
 * In: bytes: the same that it was read from. trust: of this realm (asserted). origin_hash: this operator's.
 * Out: *admitted: whose lines may be shown. Errors: VD_KEY: the key, signature or time, in words. VD_DATA: for somebody
 * else. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_submission_list_admit(struct frag_context *context,
                                                     const struct vd_submission_list_query *query,
                                                     const uint8_t bytes[static VD_SUBMISSION_LIST_QUERY_LEN],
                                                     const struct frag_trust *trust, uint16_t realm,
                                                     unsigned operator_number, const uint8_t origin_hash[static 16],
                                                     uint64_t now_s, struct vd_admitted *admitted,
                                                     struct vd_failure *failure);

struct vd_submission_list_line {
  uint64_t number;                       /* in the operator's trail */
  struct vd_store_submission submission; /* its issuer is not sent: empty when read */
};

struct vd_submission_list {
  uint64_t next_number; /* ask from here on for what follows; 0: this is the end of the trail as it is now */
  size_t count;
  struct vd_submission_list_line lines[VD_SUBMISSION_LIST_LINES_MAX];
};

/* Writes an answer; returns its length. In: list: numbers ascending, next_number 0 or behind the last (asserted). */
VD_MUST_CHECK size_t vd_submission_list_write(uint8_t bytes[static VD_SUBMISSION_LIST_BYTES_MAX],
                                              const struct vd_submission_list *list);

/* Reads an answer to a query for lines from `first_number` on. VD_DATA: not such an answer: numbers that do not ascend
 * or are before first_number, a next number that is not behind all that, an unknown kind, a wrong length. */
VD_MUST_CHECK enum vd_error vd_submission_list_read(struct vd_submission_list *list, uint64_t first_number,
                                                    const uint8_t *bytes, size_t len, struct vd_failure *failure);

#endif
