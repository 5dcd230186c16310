#include "ledger/outbox_disk.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "ledger/outbox_value.h"
#include "ledger/schema.h"

enum { READERS_MAX = 32, NAME_SIZE = 80 };
#define MAP_MAX ((uint64_t)16 << 30) /* bytes; an attempt every minute for years */
static const char *const database_names[VD_OUTBOX_DISK_DATABASES] = {"outbox-meta", "outbox-slot", "outbox-attempt"};
/* Never from a copy: one that is older than what was sent makes own transactions look like somebody else's. */
static const struct vd_environment_words words = {
    "outbox", "put this folder aside and set a new one, in which a new outbox begins; a copy of it is no replacement"};
static const struct vd_format format = {"outbox", database_names, VD_OUTBOX_DISK_DATABASES, 1};
static const char identity_key[] = "identity";

/* --- reading --- */

bool vd_outbox_disk_end_slot(const struct vd_outbox *outbox, struct vd_transaction *transaction, MDB_cursor_op end,
                             uint64_t *number) {
  MDB_cursor *cursor = NULL;
  MDB_val key, value;
  *number = 0;
  if (transaction->error != MDB_SUCCESS) return false;
  int code = mdb_cursor_open(transaction->txn, outbox->databases[VD_OUTBOX_DISK_SLOT], &cursor);
  if (code == MDB_SUCCESS) {
    code = mdb_cursor_get(cursor, &key, &value, end);
    mdb_cursor_close(cursor);
  }
  if (code == MDB_SUCCESS && key.mv_size != VD_SCHEMA_INDEX_LEN) code = MDB_CORRUPTED;
  if (code == MDB_SUCCESS) *number = vd_schema_read(key.mv_data, VD_SCHEMA_INDEX_LEN);
  if (code != MDB_SUCCESS && code != MDB_NOTFOUND) transaction->error = code;
  return code == MDB_SUCCESS;
}

bool vd_outbox_disk_slot(const struct vd_outbox *outbox, struct vd_transaction *transaction, uint64_t number,
                         struct vd_outbox_slot *slot) {
  uint8_t key[VD_SCHEMA_INDEX_LEN];
  struct frag_slice value;
  memset(slot, 0, sizeof *slot);
  vd_schema_write(key, number, sizeof key);
  if (!vd_value_get(transaction, outbox->databases[VD_OUTBOX_DISK_SLOT], key, sizeof key, &value)) return false;
  if (vd_outbox_value_get_slot(slot, value)) {
    slot->number = number;
    return true;
  }
  vd_value_refuse(transaction);
  return false;
}

enum vd_error vd_outbox_disk_end(struct vd_transaction *transaction, const char *doing, struct vd_failure *failure) {
  return vd_format_end(&format, transaction, doing, failure);
}

/* --- whose it is --- */

/* What is meant by 32 and 20 bytes, as people write them. */
static void name_chain(char out[static NAME_SIZE], const struct vd_outbox_identity *identity) {
  uint8_t bytes[sizeof identity->chain];
  for (size_t at = 0; at < sizeof bytes; at++)
    bytes[at] = identity->chain[identity->is_bitcoin ? sizeof bytes - 1 - at : at];
  if (identity->is_bitcoin) {
    vd_hex_encode(out, bytes, sizeof bytes);
  } else {
    (void)snprintf(out, NAME_SIZE, "%llu", (unsigned long long)vd_schema_read(bytes + sizeof bytes - 8, 8));
  }
}

static void name_account(char out[static NAME_SIZE], const struct vd_outbox_identity *identity) {
  memcpy(out, "0x", 3);
  vd_hex_encode(identity->is_bitcoin ? out : out + 2, identity->account, sizeof identity->account);
}

static enum vd_error differs(const struct vd_outbox *outbox, const char *what, const char *recorded,
                             const char *wanted, struct vd_failure *failure) {
  return vd_fail(failure, VD_CONFIG,
                 "outbox %s: belongs to %s %s, and the settings say %s; correct them, or set another folder for this "
                 "outbox",
                 outbox->environment.path, what, recorded, wanted);
}

static bool is_same_identity(const struct vd_outbox_identity *left, const struct vd_outbox_identity *right) {
  return left->is_bitcoin == right->is_bitcoin && memcmp(left->chain, right->chain, sizeof left->chain) == 0 &&
         memcmp(left->account, right->account, sizeof left->account) == 0 && strcmp(left->origin, right->origin) == 0;
}

static enum vd_error check_identity(const struct vd_outbox *outbox, const struct vd_outbox_identity *recorded,
                                    struct vd_failure *failure) {
  const struct vd_outbox_identity *wanted = &outbox->identity;
  char here[NAME_SIZE], there[NAME_SIZE];
  static const char *const kinds[] = {"EVM", "Bitcoin"};
  if (recorded->is_bitcoin != wanted->is_bitcoin)
    return differs(outbox, "a chain of kind", kinds[recorded->is_bitcoin], kinds[wanted->is_bitcoin], failure);
  if (memcmp(recorded->chain, wanted->chain, sizeof wanted->chain) != 0) {
    name_chain(here, recorded);
    name_chain(there, wanted);
    return differs(outbox, recorded->is_bitcoin ? "the chain with genesis block" : "the chain with id", here, there,
                   failure);
  }
  if (memcmp(recorded->account, wanted->account, sizeof wanted->account) != 0) {
    name_account(here, recorded);
    name_account(there, wanted);
    return differs(outbox, recorded->is_bitcoin ? "the witness program" : "the account", here, there, failure);
  }
  if (strcmp(recorded->origin, wanted->origin) != 0)
    return differs(outbox, "the log", recorded->origin, wanted->origin, failure);
  return VD_OK;
}

/* --- opening --- */

static void put_identity(const struct vd_outbox *outbox, struct vd_transaction *transaction) {
  uint8_t identity[VD_OUTBOX_IDENTITY_MAX];
  vd_value_put(transaction, outbox->databases[VD_OUTBOX_DISK_META], identity_key, sizeof identity_key - 1, identity,
               vd_outbox_value_put_identity(identity, &outbox->identity));
}

/* A reader takes the identity that is there; a writer's own is that of an outbox in which nothing was ever sent. */
static enum vd_error take_identity(struct vd_outbox *outbox, struct vd_transaction *transaction,
                                   struct vd_failure *failure) {
  struct vd_outbox_identity recorded;
  struct frag_slice value;
  if (!vd_value_get(transaction, outbox->databases[VD_OUTBOX_DISK_META], identity_key, sizeof identity_key - 1,
                    &value) ||
      !vd_outbox_value_get_identity(&recorded, value)) {
    vd_value_refuse(transaction);
    return VD_OK;
  }
  if (!outbox->is_writer) {
    outbox->identity = recorded;
  } else if (vd_transaction_count(transaction, outbox->databases[VD_OUTBOX_DISK_SLOT]) > 0) {
    return check_identity(outbox, &recorded, failure);
  } else if (!is_same_identity(&recorded, &outbox->identity)) {
    put_identity(outbox, transaction);
  }
  return VD_OK;
}

/* The last slot can be read, and none is missing between it and the first. */
static void check_slots(const struct vd_outbox *outbox, struct vd_transaction *transaction) {
  struct vd_outbox_slot slot;
  uint64_t first = 0, last = 0;
  uint64_t count = vd_transaction_count(transaction, outbox->databases[VD_OUTBOX_DISK_SLOT]);
  bool is_there = vd_outbox_disk_end_slot(outbox, transaction, MDB_FIRST, &first) &&
                  vd_outbox_disk_end_slot(outbox, transaction, MDB_LAST, &last);
  bool is_good = is_there ? last - first == count - 1 : count == 0;
  if (is_good && is_there) is_good = vd_outbox_disk_slot(outbox, transaction, last, &slot);
  if (!is_good) vd_value_refuse(transaction);
}

static enum vd_error check(struct vd_outbox *outbox, struct vd_failure *failure) {
  struct vd_transaction transaction;
  if (outbox->is_writer) {
    vd_transaction_begin(&transaction, &outbox->environment);
  } else {
    vd_transaction_begin_read(&transaction, &outbox->environment);
  }
  bool is_new = false;
  enum vd_error error = vd_format_open(&format, &transaction, outbox->is_writer, outbox->databases, &is_new, failure);
  if (error == VD_OK && is_new) put_identity(outbox, &transaction);
  if (error == VD_OK) error = take_identity(outbox, &transaction, failure);
  if (error == VD_OK) check_slots(outbox, &transaction);
  if (error == VD_OK) return vd_outbox_disk_end(&transaction, "opening", failure);
  vd_transaction_abort(&transaction);
  return error;
}

enum vd_error vd_outbox_disk_open(struct vd_outbox *outbox, const char *path, struct vd_failure *failure) {
  const struct vd_environment_options options = {.path = path,
                                                 .words = &words,
                                                 .write = outbox->is_writer,
                                                 .create = outbox->is_writer,
                                                 .map_max = MAP_MAX,
                                                 .dbs_max = VD_OUTBOX_DISK_DATABASES,
                                                 .readers_max = READERS_MAX};
  enum vd_error error = vd_environment_open(&outbox->environment, &options, failure);
  if (error == VD_NO_INPUT && !outbox->is_writer) return vd_format_absent(&format, path, failure);
  if (error != VD_OK) return error;
  error = check(outbox, failure);
  if (error != VD_OK) {
    vd_environment_close(&outbox->environment);
  } else if (outbox->is_writer) {
    vd_environment_sync_names(&outbox->environment);
  }
  return error;
}
