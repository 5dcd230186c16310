#include "ledger/transaction.h"

#include <errno.h>

static bool is_over(const struct vd_transaction *transaction) { return transaction->error != MDB_SUCCESS; }

static bool latch(struct vd_transaction *transaction, int code) {
  if (transaction->error == MDB_SUCCESS) transaction->error = code;
  return code == MDB_SUCCESS;
}

void vd_transaction_begin(struct vd_transaction *transaction, struct vd_environment *environment) {
  *transaction = (struct vd_transaction){.environment = environment};
  latch(transaction, mdb_txn_begin(environment->env, NULL, 0, &transaction->txn));
}

void vd_transaction_begin_read(struct vd_transaction *transaction, struct vd_environment *environment) {
  *transaction = (struct vd_transaction){.environment = environment, .is_read = true};
  latch(transaction, vd_environment_enter(environment, NULL, &transaction->txn));
}

void vd_transaction_database(struct vd_transaction *transaction, const char *name, bool create, MDB_dbi *dbi) {
  if (is_over(transaction)) return;
  latch(transaction, mdb_dbi_open(transaction->txn, name, create ? MDB_CREATE : 0, dbi));
}

uint64_t vd_transaction_count(struct vd_transaction *transaction, MDB_dbi dbi) {
  MDB_stat stat = {0};
  if (is_over(transaction) || !latch(transaction, mdb_stat(transaction->txn, dbi, &stat))) return 0;
  return stat.ms_entries;
}

bool vd_transaction_get(struct vd_transaction *transaction, MDB_dbi dbi, const void *key, size_t key_len,
                        MDB_val *value) {
  if (is_over(transaction)) return false;
  MDB_val name = {.mv_size = key_len, .mv_data = (void *)(uintptr_t)key};
  int code = mdb_get(transaction->txn, dbi, &name, value);
  if (code == MDB_NOTFOUND) return false;
  return latch(transaction, code);
}

bool vd_transaction_last(struct vd_transaction *transaction, MDB_dbi dbi, MDB_val *key, MDB_val *value) {
  if (is_over(transaction)) return false;
  MDB_cursor *cursor = NULL;
  if (!latch(transaction, mdb_cursor_open(transaction->txn, dbi, &cursor))) return false;
  int code = mdb_cursor_get(cursor, key, value, MDB_LAST);
  mdb_cursor_close(cursor);
  if (code == MDB_NOTFOUND) return false;
  return latch(transaction, code);
}

bool vd_transaction_put(struct vd_transaction *transaction, MDB_dbi dbi, const void *key, size_t key_len,
                        unsigned flags, MDB_val *value) {
  if (is_over(transaction)) return false;
  MDB_val name = {.mv_size = key_len, .mv_data = (void *)(uintptr_t)key};
  int code = mdb_put(transaction->txn, dbi, &name, value, flags | MDB_RESERVE);
  if (code == MDB_KEYEXIST && (flags & MDB_NOOVERWRITE) != 0) return false;
  return latch(transaction, code);
}

static void finish(struct vd_transaction *transaction, bool keep) {
  if (transaction->txn == NULL) return;
  if (keep) {
    latch(transaction, mdb_txn_commit(transaction->txn));
  } else {
    mdb_txn_abort(transaction->txn);
  }
  transaction->txn = NULL;
  if (transaction->is_read) vd_environment_leave(transaction->environment);
}

int vd_transaction_end(struct vd_transaction *transaction) {
  finish(transaction, !is_over(transaction));
  if (transaction->is_read) return transaction->error;
  vd_environment_settle(transaction->environment);
  /* LMDB says EIO for a short write, which is what a full disk and a file size limit look like. */
  if (transaction->error == EIO && vd_environment_is_full(transaction->environment)) transaction->error = ENOSPC;
  return transaction->error;
}

void vd_transaction_abort(struct vd_transaction *transaction) { finish(transaction, false); }
