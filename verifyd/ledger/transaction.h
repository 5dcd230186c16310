/* transaction.h: a transaction that remembers its first error; after it every call does nothing, so a
 * caller looks once, at the end. Inside ledger/ only. */
#ifndef VD_TRANSACTION_H
#define VD_TRANSACTION_H

#include "ledger/environment.h"

struct vd_transaction {
  struct vd_environment *environment;
  MDB_txn *txn;
  bool is_read; /* holds the shared map lock until its end */
  int error;    /* MDB_SUCCESS, or the first LMDB code that was not */
};

/* Begins. Waits for no one: the writer lock makes this the only writer. */
void vd_transaction_begin(struct vd_transaction *transaction, struct vd_environment *environment);

/* Begins one that only reads, for what is done once and not worth a reader handle. */
void vd_transaction_begin_read(struct vd_transaction *transaction, struct vd_environment *environment);

/* Opens a database, made if `create`; NULL is the one that holds the names of the others. MDB_NOTFOUND is latched
 * like any error. */
void vd_transaction_database(struct vd_transaction *transaction, const char *name, bool create, MDB_dbi *dbi);

/* How many entries a database has; 0 after an error. */
uint64_t vd_transaction_count(struct vd_transaction *transaction, MDB_dbi dbi);

/* Whether the key is there; *value is valid until the next put. */
bool vd_transaction_get(struct vd_transaction *transaction, MDB_dbi dbi, const void *key, size_t key_len,
                        MDB_val *value);

/* The entry with the greatest key; false when there is none. */
bool vd_transaction_last(struct vd_transaction *transaction, MDB_dbi dbi, MDB_val *key, MDB_val *value);

/* Makes room for a value of value->mv_size bytes and points value->mv_data at it, to be written before the next
 * call. flags: 0 or MDB_APPEND: returns true. MDB_NOOVERWRITE: false when the key is taken, and *value is what
 * is there. False also after an error. */
bool vd_transaction_put(struct vd_transaction *transaction, MDB_dbi dbi, const void *key, size_t key_len,
                        unsigned flags, MDB_val *value);

/* Commits, or aborts after an error; in both cases the transaction is over. Returns the first error. Once this has
 * returned MDB_SUCCESS everything is on the disk. */
VD_MUST_CHECK int vd_transaction_end(struct vd_transaction *transaction);

/* Ends without keeping anything; harmless after vd_transaction_end. */
void vd_transaction_abort(struct vd_transaction *transaction);

#endif
