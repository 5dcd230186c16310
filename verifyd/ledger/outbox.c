#include "ledger/outbox.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/outbox_disk.h"
#include "ledger/outbox_value.h"
#include "ledger/schema.h"

enum { ATTEMPT_KEY_LEN = 12 };
#define ROOM ((uint64_t)1 << 20) /* bytes; more than one change writes */
static const char halt_key[] = VD_OUTBOX_DISK_HALT_KEY;

/* --- opening and closing --- */

static enum vd_error open_one(struct vd_outbox *opened, const char *path, struct vd_outbox **outbox,
                              struct vd_failure *failure) {
  enum vd_error error = vd_outbox_disk_open(opened, path, failure);
  if (error == VD_OK) {
    *outbox = opened;
  } else {
    free(opened);
  }
  return error;
}

static enum vd_error no_memory(const char *path, struct vd_failure *failure) {
  return vd_fail(failure, VD_MEMORY, "outbox %s: out of memory", path);
}

enum vd_error vd_outbox_open(const char *path, const struct vd_outbox_identity *identity, struct vd_outbox **outbox,
                             struct vd_failure *failure) {
  *outbox = NULL;
  struct vd_outbox *opened = calloc(1, sizeof *opened);
  if (opened == NULL) return no_memory(path, failure);
  opened->is_writer = true;
  opened->identity = *identity;
  return open_one(opened, path, outbox, failure);
}

enum vd_error vd_outbox_open_read(const char *path, struct vd_outbox **outbox, struct vd_failure *failure) {
  *outbox = NULL;
  struct vd_outbox *opened = calloc(1, sizeof *opened);
  if (opened == NULL) return no_memory(path, failure);
  return open_one(opened, path, outbox, failure);
}

void vd_outbox_close(struct vd_outbox *outbox) {
  if (outbox == NULL) return;
  vd_environment_close(&outbox->environment);
  free(outbox);
}

const struct vd_outbox_identity *vd_outbox_get_identity(const struct vd_outbox *outbox) { return &outbox->identity; }

/* --- reading --- */

static void attempt_key(uint8_t key[static ATTEMPT_KEY_LEN], uint64_t number, uint32_t attempt) {
  vd_schema_write(key, number, 8);
  vd_schema_write(key + 8, attempt, 4);
}

/* An attempt that its slot has. */
static void read_attempt(const struct vd_outbox *outbox, struct vd_transaction *transaction, uint64_t number,
                         uint32_t attempt, struct vd_outbox_attempt *out) {
  uint8_t key[ATTEMPT_KEY_LEN];
  struct frag_slice value;
  attempt_key(key, number, attempt);
  if (!vd_value_get(transaction, outbox->databases[VD_OUTBOX_DISK_ATTEMPT], key, sizeof key, &value) ||
      !vd_outbox_value_get_attempt(out, value))
    vd_value_refuse(transaction);
}

static bool read_last(const struct vd_outbox *outbox, struct vd_transaction *transaction,
                      struct vd_outbox_slot *slot) {
  uint64_t number = 0;
  memset(slot, 0, sizeof *slot);
  if (!vd_outbox_disk_end_slot(outbox, transaction, MDB_LAST, &number)) return false;
  return vd_outbox_disk_slot(outbox, transaction, number, slot);
}

enum vd_error vd_outbox_count(struct vd_outbox *outbox, uint64_t *first, uint64_t *count,
                              struct vd_failure *failure) {
  struct vd_transaction transaction;
  vd_transaction_begin_read(&transaction, &outbox->environment);
  *count = vd_transaction_count(&transaction, outbox->databases[VD_OUTBOX_DISK_SLOT]);
  (void)vd_outbox_disk_end_slot(outbox, &transaction, MDB_FIRST, first);
  return vd_outbox_disk_end(&transaction, "counting the slots", failure);
}

enum vd_error vd_outbox_last(struct vd_outbox *outbox, struct vd_outbox_slot *slot, bool *is_there,
                             struct vd_failure *failure) {
  struct vd_transaction transaction;
  vd_transaction_begin_read(&transaction, &outbox->environment);
  *is_there = read_last(outbox, &transaction, slot);
  return vd_outbox_disk_end(&transaction, "reading the last slot", failure);
}

static enum vd_error no_slot(const struct vd_outbox *outbox, uint64_t number, struct vd_failure *failure) {
  return vd_fail(failure, VD_NOT_FOUND, "outbox %s: has no slot %llu", outbox->environment.path,
                 (unsigned long long)number);
}

enum vd_error vd_outbox_slot(struct vd_outbox *outbox, uint64_t number, struct vd_outbox_slot *slot,
                             struct vd_failure *failure) {
  struct vd_transaction transaction;
  vd_transaction_begin_read(&transaction, &outbox->environment);
  bool is_there = vd_outbox_disk_slot(outbox, &transaction, number, slot);
  enum vd_error error = vd_outbox_disk_end(&transaction, "reading a slot", failure);
  return error != VD_OK || is_there ? error : no_slot(outbox, number, failure);
}

enum vd_error vd_outbox_attempt(struct vd_outbox *outbox, uint64_t number, uint32_t attempt,
                                struct vd_outbox_attempt *out, struct vd_failure *failure) {
  struct vd_transaction transaction;
  struct vd_outbox_slot slot;
  memset(out, 0, sizeof *out);
  vd_transaction_begin_read(&transaction, &outbox->environment);
  bool is_slot = vd_outbox_disk_slot(outbox, &transaction, number, &slot);
  bool is_there = is_slot && attempt < slot.attempt_count;
  if (is_there) read_attempt(outbox, &transaction, number, attempt, out);
  enum vd_error error = vd_outbox_disk_end(&transaction, "reading an attempt", failure);
  if (error != VD_OK || is_there) return error;
  if (!is_slot) return no_slot(outbox, number, failure);
  return vd_fail(failure, VD_NOT_FOUND, "outbox %s: slot %llu has no attempt %u", outbox->environment.path,
                 (unsigned long long)number, (unsigned)attempt);
}

/* --- changing --- */

static enum vd_error begin_change(struct vd_outbox *outbox, struct vd_transaction *transaction,
                                  struct vd_failure *failure) {
  assert(outbox->is_writer);
  int code = vd_environment_reserve(&outbox->environment, ROOM);
  if (code != MDB_SUCCESS) return vd_environment_fail(&outbox->environment, failure, code, "making room");
  vd_transaction_begin(transaction, &outbox->environment);
  return VD_OK;
}

static void put_slot(const struct vd_outbox *outbox, struct vd_transaction *transaction,
                     const struct vd_outbox_slot *slot) {
  uint8_t key[VD_SCHEMA_INDEX_LEN], value[VD_OUTBOX_SLOT_MAX];
  vd_schema_write(key, slot->number, sizeof key);
  vd_value_put(transaction, outbox->databases[VD_OUTBOX_DISK_SLOT], key, sizeof key, value,
               vd_outbox_value_put_slot(value, slot));
}

/* The slot's newest attempt, and that it has one more. */
static void put_attempt(const struct vd_outbox *outbox, struct vd_transaction *transaction,
                        struct vd_outbox_slot *slot, const struct vd_outbox_attempt *attempt) {
  uint8_t key[ATTEMPT_KEY_LEN], value[VD_OUTBOX_ATTEMPT_MAX];
  attempt_key(key, slot->number, slot->attempt_count++);
  vd_value_put(transaction, outbox->databases[VD_OUTBOX_DISK_ATTEMPT], key, sizeof key, value,
               vd_outbox_value_put_attempt(value, attempt));
  put_slot(outbox, transaction, slot);
}

enum vd_error vd_outbox_begin(struct vd_outbox *outbox, uint64_t number, const struct vd_outbox_attempt *attempt,
                              struct vd_failure *failure) {
  struct vd_transaction transaction;
  struct vd_outbox_slot last, slot = {.number = number};
  enum vd_error error = begin_change(outbox, &transaction, failure);
  if (error != VD_OK) return error;
  bool is_there = read_last(outbox, &transaction, &last);
  assert(!is_there || last.is_final);
  if (is_there && (number == 0 || number - 1 != last.number)) {
    vd_transaction_abort(&transaction);
    return vd_fail(failure, VD_CONFLICT,
                   "outbox %s: slot %llu cannot follow slot %llu; somebody else has used the account, or this outbox "
                   "is an old copy: find out which before anything more is sent",
                   outbox->environment.path, (unsigned long long)number, (unsigned long long)last.number);
  }
  put_attempt(outbox, &transaction, &slot, attempt);
  return vd_outbox_disk_end(&transaction, "beginning a slot", failure);
}

static bool has_id(const struct vd_outbox *outbox, struct vd_transaction *transaction,
                   const struct vd_outbox_slot *slot, const uint8_t id[static 32]) {
  struct vd_outbox_attempt attempt = {0};
  for (uint32_t at = 0; at < slot->attempt_count && transaction->error == MDB_SUCCESS; at++) {
    read_attempt(outbox, transaction, slot->number, at, &attempt);
    if (transaction->error == MDB_SUCCESS && memcmp(attempt.id, id, sizeof attempt.id) == 0) return true;
  }
  return false;
}

static enum vd_error refuse_attempt(const struct vd_outbox *outbox, struct vd_transaction *transaction,
                                    const struct vd_outbox_slot *slot, const uint8_t id[static 32],
                                    struct vd_failure *failure) {
  if (has_id(outbox, transaction, slot, id))
    return vd_fail(failure, VD_CONFLICT, "outbox %s: slot %llu has this transaction already",
                   outbox->environment.path, (unsigned long long)slot->number);
  if (slot->attempt_count >= VD_OUTBOX_ATTEMPTS_MAX)
    return vd_fail(failure, VD_FULL,
                   "outbox %s: slot %llu has %d transactions already; wait until one of them is mined",
                   outbox->environment.path, (unsigned long long)slot->number, VD_OUTBOX_ATTEMPTS_MAX);
  return VD_OK;
}

enum vd_error vd_outbox_replace(struct vd_outbox *outbox, const struct vd_outbox_attempt *attempt,
                                struct vd_failure *failure) {
  struct vd_transaction transaction;
  struct vd_outbox_slot slot;
  enum vd_error error = begin_change(outbox, &transaction, failure);
  if (error != VD_OK) return error;
  if (read_last(outbox, &transaction, &slot)) {
    assert(!slot.is_final);
    error = refuse_attempt(outbox, &transaction, &slot, attempt->id, failure);
    if (error == VD_OK) put_attempt(outbox, &transaction, &slot, attempt);
  }
  assert(slot.attempt_count > 0 || transaction.error != MDB_SUCCESS);
  if (error == VD_OK) return vd_outbox_disk_end(&transaction, "adding an attempt", failure);
  vd_transaction_abort(&transaction);
  return error;
}

enum vd_error vd_outbox_finish(struct vd_outbox *outbox, const struct vd_outbox_final *final,
                               struct vd_failure *failure) {
  struct vd_transaction transaction;
  struct vd_outbox_slot slot;
  enum vd_error error = begin_change(outbox, &transaction, failure);
  if (error != VD_OK) return error;
  if (read_last(outbox, &transaction, &slot)) {
    assert(!slot.is_final && final->attempt < slot.attempt_count);
    slot.is_final = true;
    slot.final = *final;
    put_slot(outbox, &transaction, &slot);
  }
  assert(slot.attempt_count > 0 || transaction.error != MDB_SUCCESS);
  return vd_outbox_disk_end(&transaction, "keeping that a slot is final", failure);
}

/* --- halting --- */

static bool read_halt(const struct vd_outbox *outbox, struct vd_transaction *transaction, uint64_t *since_s,
                      char reason[static VD_OUTBOX_REASON_SIZE]) {
  struct frag_slice value;
  *since_s = 0;
  memset(reason, 0, VD_OUTBOX_REASON_SIZE);
  if (!vd_value_get(transaction, outbox->databases[VD_OUTBOX_DISK_META], halt_key, sizeof halt_key - 1, &value))
    return false;
  if (vd_outbox_value_get_halt(since_s, reason, value)) return true;
  vd_value_refuse(transaction);
  return false;
}

enum vd_error vd_outbox_halt(struct vd_outbox *outbox, uint64_t now_s, const char *reason,
                             struct vd_failure *failure) {
  struct vd_transaction transaction;
  uint8_t value[VD_OUTBOX_HALT_MAX];
  uint64_t since_s = 0;
  char known[VD_OUTBOX_REASON_SIZE];
  enum vd_error error = begin_change(outbox, &transaction, failure);
  if (error != VD_OK) return error;
  if (!read_halt(outbox, &transaction, &since_s, known))
    vd_value_put(&transaction, outbox->databases[VD_OUTBOX_DISK_META], halt_key, sizeof halt_key - 1, value,
                 vd_outbox_value_put_halt(value, now_s, reason));
  return vd_outbox_disk_end(&transaction, "keeping a halt", failure);
}

enum vd_error vd_outbox_halted(struct vd_outbox *outbox, uint64_t *since_s,
                               char reason[static VD_OUTBOX_REASON_SIZE], struct vd_failure *failure) {
  struct vd_transaction transaction;
  vd_transaction_begin_read(&transaction, &outbox->environment);
  (void)read_halt(outbox, &transaction, since_s, reason);
  return vd_outbox_disk_end(&transaction, "reading whether it is halted", failure);
}

enum vd_error vd_outbox_resume(struct vd_outbox *outbox, struct vd_failure *failure) {
  struct vd_transaction transaction;
  MDB_val key = {.mv_size = sizeof halt_key - 1, .mv_data = (void *)(uintptr_t)halt_key};
  enum vd_error error = begin_change(outbox, &transaction, failure);
  if (error != VD_OK) return error;
  if (transaction.error == MDB_SUCCESS) {
    int code = mdb_del(transaction.txn, outbox->databases[VD_OUTBOX_DISK_META], &key, NULL);
    if (code != MDB_NOTFOUND) transaction.error = code;
  }
  return vd_outbox_disk_end(&transaction, "resuming", failure);
}
