/* submission.h: what an issuer hands in to an operator, as bytes, signed by its key in the trust list.
 * POST <operator's URL>/submissions, both bodies application/octet-stream; numbers are big-endian.
 *
 *   submission "FRS1" ‖ u16 realm ‖ u8 operator number ‖ u8 0 ‖ SHA-256(origin)[16] ‖ kid[8] ‖ u64 time ‖ u32 count
 *              ‖ count × (u8 kind ‖ u32 len ‖ bytes) ‖ sig[64]
 *   receipt    "FRSR" ‖ u32 added ‖ u32 unchanged ‖ u64 first index ‖ u64 time ‖ u64 size
 *   sig        BIP-340 over SHA256(SHA256(tag) ‖ SHA256(tag) ‖ everything before), tag "frag1/submit"
 *
 * kind: 1 fragment record, 2 status record, 3 trust entry (enum vd_store_kind), or 4: erase, bytes = locator[16], and
 * then it is the only item. The origin's hash and the operator number keep it from being handed to another operator;
 * handing it in twice changes nothing. A receipt says that everything is on the operator's disk and under its
 * checkpoint. A refusal is application/problem+json whose detail names the item by its position, from 1. */
#ifndef VD_SUBMISSION_H
#define VD_SUBMISSION_H

#include <frag/issue.h>
#include <frag/trust.h>

#include "base/failure.h"
#include "ledger/store.h"

#define VD_SUBMISSION_ITEMS_MAX 8192
#define VD_SUBMISSION_BYTES_MAX ((size_t)8 << 20)
#define VD_SUBMISSION_HEAD_LEN (4 + 2 + 1 + 1 + 16 + 8 + 8 + 4)
#define VD_SUBMISSION_ITEM_HEAD_LEN 5
#define VD_SUBMISSION_MEDIA_TYPE "application/octet-stream"
#define VD_SUBMISSION_TIME_TOLERANCE_S 900 /* how far an issuer's clock may be off */

struct vd_submission {
  uint16_t realm;
  unsigned operator_number;
  uint8_t origin_hash[16];
  uint8_t kid[8];
  uint64_t time_s;        /* the issuer's clock */
  bool is_erasure;
  uint8_t locator[16];    /* of an erasure */
  size_t count;           /* of items; 0 for an erasure */
  uint8_t digest[32];     /* SHA-256 of everything before the signature */
  const uint8_t *signature; /* 64 bytes */
};

/* The origin's short form in a submission. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_submission_origin(uint8_t hash[static 16], const char *origin,
                                                 struct vd_failure *failure);

/* Writes and signs. In: head: realm, operator_number, origin_hash, kid (the key's, asserted), time_s, and is_erasure
 * with locator; the rest is ignored. items, count: 1..VD_SUBMISSION_ITEMS_MAX, or 0 for an erasure. key: the issuer's;
 * secret. Out: bytes, of `capacity`; *len. VD_FULL: it does not fit, or VD_SUBMISSION_BYTES_MAX. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_submission_write(struct frag_context *context, const struct frag_key *key,
                                                const struct vd_submission *head, const struct vd_store_item *items,
                                                size_t count, uint8_t *bytes, size_t capacity, size_t *len,
                                                struct vd_failure *failure);

/* Reads the form; the signature is not looked at, nor what is in an item. Out: *submission, and *items: count views
 * into bytes; the array is the caller's to free (NULL for an erasure or an error).
 * VD_DATA: not a submission, or more than the limits. VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_submission_read(struct vd_submission *submission, struct vd_store_item **items,
                                               const uint8_t *bytes, size_t len, struct vd_failure *failure);

/* Who handed it in, once admitted. */
struct vd_admitted {
  const struct frag_trust_key *key; /* view into the trust list */
  bool is_registrar;
};

/* Whether an operator takes it: for this realm, operator and origin; time within the tolerance of now_s; kid in the
 * trust list, valid at now_s, not compromised by then; the signature; and the scope: an issuer's key hands in
 * fragments, statuses and erasures, a registrar's statuses, trust entries and erasures. Every fragment record must have
 * the share that its leaf says (frag_record_check).
 * In: bytes, len: the same that it was read from. trust: of this realm (asserted). origin_hash: this operator's.
 * Errors: VD_KEY: the key, signature, time or scope, in words. VD_DATA: for somebody else, or a record is wrong; the
 * text names its position from 1. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_submission_admit(struct frag_context *context, const struct vd_submission *submission,
                                                const struct vd_store_item *items, const uint8_t *bytes, size_t len,
                                                const struct frag_trust *trust, uint16_t realm,
                                                unsigned operator_number, const uint8_t origin_hash[static 16],
                                                uint64_t now_s, struct vd_admitted *admitted,
                                                struct vd_failure *failure);

#define VD_RECEIPT_LEN (4 + 4 + 4 + 8 + 8 + 8)

struct vd_receipt {
  uint64_t added;
  uint64_t unchanged;
  uint64_t first_index;
  uint64_t time_s;
  uint64_t size;
};

void vd_receipt_write(uint8_t bytes[static VD_RECEIPT_LEN], const struct vd_receipt *receipt);
VD_MUST_CHECK enum vd_error vd_receipt_read(struct vd_receipt *receipt, const uint8_t *bytes, size_t len,
                                            struct vd_failure *failure);

#endif
