/* identity.h: who a log is: its origin and its Ed25519 key. Inside ledger/ only. */
#ifndef VD_IDENTITY_H
#define VD_IDENTITY_H

#include <lmdb.h>
#include <stdbool.h>

#include <frag/checkpoint.h>

#include "ledger/environment.h"
#include "ledger/store.h"

#define VD_IDENTITY_FILE "log.key"

struct vd_identity {
  struct frag_log_key key;
  uint8_t seed32[32]; /* secret */
};

/* Reads what the ledger has recorded. LMDB code; MDB_NOTFOUND: nothing yet. MDB_CORRUPTED, also when it is no key. */
int vd_identity_recorded(struct frag_context *context, MDB_txn *txn, MDB_dbi meta, struct frag_log_key *key);

/* Finds the identity of a writer: origin and key that were recorded (NULL: none yet) must be those of the options and
 * of log.key. Where nothing was recorded and there is no key, makes log.key, synced.
 * Errors: VD_CONFIG: another origin, or not a name for a log. VD_KEY: another key, or none. VD_IO, VD_FULL, VD_MEMORY,
 * VD_INTERNAL. *identity holds a secret unless an error is returned; end with vd_wipe. */
VD_MUST_CHECK enum vd_error vd_identity_establish(struct vd_identity *identity, struct frag_context *context,
                                                  const struct vd_environment *environment,
                                                  const struct vd_store_options *options,
                                                  const struct frag_log_key *recorded, struct vd_failure *failure);

#endif
