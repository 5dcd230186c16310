/* trail.h: the private audit trail, who handed in what, and the quotas of issuers. Inside ledger/ only. */
#ifndef VD_TRAIL_H
#define VD_TRAIL_H

#include "ledger/schema.h"
#include "ledger/transaction.h"

#define VD_TRAIL_ISSUER_MAX 64
#define VD_TRAIL_LEN (8 + 1 + 8 + 1 + VD_TRAIL_ISSUER_MAX + 8 + 8 + 8 + 32 + 64)

/* Form: u64 time ‖ u8 erasure ‖ kid[8] ‖ u8 len ‖ issuer[64], zero behind its end ‖ u64 first index ‖ u64 added
 * ‖ u64 unchanged ‖ digest[32] ‖ signature[64]. Writing cannot fail; reading: false when it is not of this form. */
void vd_trail_write(uint8_t bytes[static VD_TRAIL_LEN], const struct vd_store_submission *submission);
bool vd_trail_read(struct vd_store_submission *submission, const uint8_t *bytes, size_t len);

/* Counts items against the issuer's quota for the day of time_s; false, and nothing is counted, when they are too many.
 * Errors are latched. */
bool vd_trail_count(struct vd_store *store, struct vd_transaction *transaction,
                    const struct vd_store_submitter *submitter, uint64_t time_s, uint64_t added);

/* Puts a line behind the last one; its time is never before that one's. who: kid, issuer, digest and signature; what:
 * the rest. Errors are latched. */
void vd_trail_put(struct vd_store *store, struct vd_transaction *transaction, const struct vd_store_submitter *who,
                  const struct vd_store_submission *what);

/* Finds the submission with which an entry came; false when it came from the operator's own hand, or after an error,
 * which is latched. */
bool vd_trail_find(struct vd_store *store, struct vd_transaction *transaction, uint64_t index,
                   struct vd_store_submission *submission);

#endif
