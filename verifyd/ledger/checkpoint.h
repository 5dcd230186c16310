/* checkpoint.h: the signed checkpoint in force, kept in the ledger. Inside ledger/ only. */
#ifndef VD_CHECKPOINT_H
#define VD_CHECKPOINT_H

#include "ledger/schema.h"
#include "ledger/transaction.h"

struct vd_checkpoint {
  uint64_t size;
  uint64_t time_s;  /* of the log's own cosignature */
  const char *note; /* a view, or the caller's */
  size_t len;
};

/* LMDB code; MDB_NOTFOUND: none yet, which is so only while a ledger is being made. */
int vd_checkpoint_get(MDB_txn *txn, MDB_dbi meta, struct vd_checkpoint *checkpoint);

void vd_checkpoint_put(struct vd_transaction *transaction, MDB_dbi meta, const struct vd_checkpoint *checkpoint);

/* Brings the log up to its last entry: hashes the entries behind the last checkpoint, puts the hashes, signs a
 * checkpoint over all of them and puts it; also one of size 0 when there is none yet. Does nothing when the last one
 * covers all.
 * The only way by which a log grows: with a batch, and when a writer opens.
 * In: now_s: the clock; the checkpoint's time is never before the last one's, nor the last entry's.
 * Out: *size: entries now. LMDB errors are latched in the transaction; FRAG_CRYPTO, FRAG_FIELD_RANGE are returned, and
 * the transaction is then to be aborted. */
FRAG_MUST_CHECK frag_error vd_checkpoint_extend(struct vd_store *store, struct vd_transaction *transaction,
                                                uint64_t now_s, uint64_t *size);

#endif
