/* entries.h: the values of the database "entry": a walk over them, in order, and one by index or by name. Inside
 * ledger/ only. LMDB codes; views are valid until the transaction's next put, or its end. */
#ifndef VD_ENTRIES_H
#define VD_ENTRIES_H

#include <lmdb.h>
#include <stdbool.h>

#include <frag/log.h>

#include "ledger/schema.h"

struct vd_entries_value {
  uint64_t index;
  enum vd_store_kind kind;
  uint64_t time_s;
  struct frag_slice entry;  /* the log's: the beginning of the value */
  struct frag_slice record; /* the value behind kind and time: what vd_store_found has */
  const uint8_t *key;       /* VD_STORE_KEY_LEN bytes of the record, its name */
  bool is_erased;
  bool is_malformed;        /* a fragment record, damaged: it has neither entry nor key */
};

/* The value of entry `index`. MDB_NOTFOUND: there is none; MDB_CORRUPTED: it is malformed. */
int vd_entries_get(const struct vd_store *store, MDB_txn *txn, uint64_t index, struct vd_entries_value *value);

/* The database with the names of a kind of record. */
MDB_dbi vd_entries_names(const struct vd_store *store, enum vd_store_kind kind);

/* The value that a name leads to. A record whose bytes are damaged is handed out, malformed or with another key: who
 * asked for it judges it. MDB_NOTFOUND: there is no such name; MDB_CORRUPTED: it leads nowhere, or to the record of
 * another name. */
int vd_entries_find(const struct vd_store *store, MDB_txn *txn, enum vd_store_kind kind,
                    const uint8_t key[static VD_STORE_KEY_LEN], struct vd_entries_value *value);

struct vd_entries {
  MDB_cursor *cursor;
  uint64_t next_index;
  bool has_begun;
};

/* Begins at entry `index`; unless MDB_SUCCESS there is nothing to close. */
int vd_entries_open(struct vd_entries *entries, const struct vd_store *store, MDB_txn *txn, uint64_t index);

/* The next one. MDB_NOTFOUND after the last one, MDB_CORRUPTED when an index is missing or its value is malformed. */
int vd_entries_next(struct vd_entries *entries, struct vd_entries_value *value);

void vd_entries_close(struct vd_entries *entries);

#endif
