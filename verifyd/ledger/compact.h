/* compact.h: replacing the file of a ledger. Inside ledger/ only. */
#ifndef VD_COMPACT_H
#define VD_COMPACT_H

#include "ledger/environment.h"
#include "ledger/store.h"

/* Opens a ledger as its writer and only user: VD_CONFLICT when anyone else has it open. Otherwise as vd_store_open. */
VD_MUST_CHECK enum vd_error vd_compact_open(const struct vd_store_options *options, struct vd_store **store,
                                            struct vd_failure *failure);

/* Destroys what an interrupted compaction has left. By the writer, before it reads. VD_IO. */
VD_MUST_CHECK enum vd_error vd_compact_tidy(const struct vd_environment *environment, struct vd_failure *failure);

#endif
