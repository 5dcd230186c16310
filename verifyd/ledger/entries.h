/* entries.h: a walk over the log's entries, in order. Inside ledger/ only. */
#ifndef VD_ENTRIES_H
#define VD_ENTRIES_H

#include <lmdb.h>
#include <stdbool.h>

#include <frag/log.h>

struct vd_entries {
  MDB_cursor *cursor;
  uint64_t next_index;
  bool has_begun;
};

/* Begins at entry `index`. LMDB code; unless MDB_SUCCESS there is nothing to close. */
int vd_entries_open(struct vd_entries *entries, MDB_txn *txn, MDB_dbi dbi, uint64_t index);

/* The next entry; a view valid until the transaction's next put, or its end. LMDB code: MDB_NOTFOUND after the last
 * one, MDB_CORRUPTED when an index is missing or the length cannot be an entry's. */
int vd_entries_next(struct vd_entries *entries, struct frag_slice *entry);

void vd_entries_close(struct vd_entries *entries);

#endif
