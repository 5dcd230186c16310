#include "ledger/format.h"

#include "ledger/schema.h"

static const char format_key[] = "format";

static enum vd_error check_version(const struct vd_format *format, struct vd_transaction *transaction, MDB_dbi dbi,
                                   struct vd_failure *failure) {
  struct frag_slice value;
  if (!vd_value_get(transaction, dbi, format_key, sizeof format_key - 1, &value) || value.len != 4) {
    vd_value_refuse(transaction);
    return VD_OK;
  }
  uint64_t version = vd_schema_read(value.data, 4);
  if (version == format->version) return VD_OK;
  return vd_fail(failure, VD_DATA,
                 "%s %s: has format version %llu, this program knows version %u; use the program that made it",
                 format->what, transaction->environment->path, (unsigned long long)version,
                 (unsigned)format->version);
}

enum vd_error vd_format_absent(const struct vd_format *format, const char *path, struct vd_failure *failure) {
  return vd_fail(failure, VD_NO_INPUT,
                 "%s %s: there is nothing here; start the verifyd that fills it first, or correct the path",
                 format->what, path);
}

enum vd_error vd_format_open(const struct vd_format *format, struct vd_transaction *transaction, bool make,
                             MDB_dbi databases[], bool *is_new, struct vd_failure *failure) {
  MDB_dbi names = 0;
  uint8_t version[4];
  vd_transaction_database(transaction, NULL, false, &names);
  /* An LMDB file of some other kind, a ledger even, must not become one of this. */
  bool is_empty = vd_transaction_count(transaction, names) == 0 && transaction->error == MDB_SUCCESS;
  *is_new = is_empty && make;
  if (is_empty && !make) return vd_format_absent(format, transaction->environment->path, failure);
  for (size_t at = 0; at < format->count; at++)
    vd_transaction_database(transaction, format->names[at], *is_new, &databases[at]);
  if (transaction->error == MDB_NOTFOUND || transaction->error == MDB_INCOMPATIBLE) transaction->error = MDB_CORRUPTED;
  if (transaction->error != MDB_SUCCESS) return VD_OK;
  vd_schema_write(version, format->version, sizeof version);
  if (*is_new) vd_value_put(transaction, databases[0], format_key, sizeof format_key - 1, version, sizeof version);
  return check_version(format, transaction, databases[0], failure);
}

enum vd_error vd_format_end(const struct vd_format *format, struct vd_transaction *transaction, const char *doing,
                            struct vd_failure *failure) {
  int code = vd_transaction_end(transaction);
  if (code == MDB_SUCCESS) return VD_OK;
  if (code != MDB_CORRUPTED) return vd_environment_fail(transaction->environment, failure, code, doing);
  return vd_fail(failure, VD_DATA, "%s %s: %s: what is stored there is damaged, or not of this kind; %s", format->what,
                 transaction->environment->path, doing, transaction->environment->words->when_damaged);
}
