/* The part of store.h that signs the checkpoint in force again, and takes witnesses' cosignatures of it. */
#include <assert.h>
#include <string.h>

#include "ledger/checkpoint.h"
#include "ledger/schema.h"
#include "ledger/transaction.h"

enum { OWN_LINES = 2 }; /* frag_checkpoint_sign makes them, and they stay the first ones */

/* One attempt at a change of the checkpoint in force. */
struct change {
  struct vd_store *store;
  struct vd_transaction transaction;
  struct vd_checkpoint checkpoint; /* the changed one; its note is the array below */
  char note[FRAG_CHECKPOINT_MAX];
  frag_error failed;
};

static void begin_change(struct change *change) {
  struct vd_store *store = change->store;
  vd_transaction_begin(&change->transaction, &store->environment);
  change->failed = FRAG_OK;
  if (change->transaction.error != MDB_SUCCESS) return;
  int code = vd_checkpoint_get(change->transaction.txn, store->databases[VD_SCHEMA_META], &change->checkpoint);
  if (code == MDB_NOTFOUND) code = MDB_CORRUPTED;
  change->transaction.error = code;
  if (code != MDB_SUCCESS) return;
  memcpy(change->note, change->checkpoint.note, change->checkpoint.len);
  change->checkpoint.note = change->note;
}

static int end_change(struct change *change, bool is_needed) {
  struct vd_transaction *transaction = &change->transaction;
  if (is_needed && change->failed == FRAG_OK) {
    vd_checkpoint_put(transaction, change->store->databases[VD_SCHEMA_META], &change->checkpoint);
  } else {
    vd_transaction_abort(transaction);
  }
  return vd_transaction_end(transaction);
}

/* --- renewing --- */

/* What follows the operator's own lines: the cosignatures of witnesses. */
static struct frag_slice lines_of_others(const struct frag_checkpoint *checkpoint) {
  struct frag_slice rest = checkpoint->signatures;
  for (unsigned line = 0; line < OWN_LINES; line++) {
    const uint8_t *end = rest.len > 0 ? memchr(rest.data, '\n', rest.len) : NULL;
    size_t len = end != NULL ? (size_t)(end - rest.data) + 1 : rest.len;
    rest = (struct frag_slice){.data = rest.data + len, .len = rest.len - len};
  }
  return rest;
}

static void sign_again(struct change *change, uint64_t now_s) {
  const struct vd_store *store = change->store;
  struct frag_checkpoint old;
  struct vd_checkpoint *checkpoint = &change->checkpoint;
  char note[FRAG_CHECKPOINT_MAX];
  size_t len = 0;
  struct frag_slice origin = {(const uint8_t *)store->identity.key.name, store->identity.key.name_len};
  if (now_s > checkpoint->time_s) checkpoint->time_s = now_s;
  change->failed = frag_checkpoint_decode(store->context, &old, change->note, checkpoint->len);
  if (change->failed == FRAG_OK)
    change->failed = frag_checkpoint_sign(store->context, note, &len, origin, checkpoint->size, old.root,
                                          store->identity.seed32, checkpoint->time_s);
  if (change->failed != FRAG_OK) return;
  struct frag_slice others = lines_of_others(&old);
  if (others.len > sizeof note - len) {
    change->failed = FRAG_BUFFER_TOO_SMALL;
    return;
  }
  if (others.len > 0) memcpy(note + len, others.data, others.len);
  checkpoint->len = len + others.len;
  memcpy(change->note, note, checkpoint->len);
}

static int try_renew(struct change *change, uint64_t now_s) {
  begin_change(change);
  if (change->transaction.error == MDB_SUCCESS) sign_again(change, now_s);
  return end_change(change, true);
}

enum vd_error vd_store_renew(struct vd_store *store, uint64_t now_s, struct vd_failure *failure) {
  assert(store->is_writer);
  struct change change = {.store = store};
  struct vd_environment *environment = &store->environment;
  int code = try_renew(&change, now_s);
  while (code == MDB_MAP_FULL) {
    code = vd_environment_grow(environment);
    if (code == MDB_SUCCESS) code = try_renew(&change, now_s);
  }
  if (code != MDB_SUCCESS) return vd_environment_fail(environment, failure, code, "renewing the checkpoint");
  if (change.failed == FRAG_OK) return VD_OK;
  return vd_fail_frag(failure, change.failed, "ledger %s: renewing the checkpoint", environment->path);
}

/* --- cosigning --- */

static int try_cosign(struct change *change, uint64_t size, const char *lines, size_t lines_len,
                      const struct frag_log_key *witness) {
  begin_change(change);
  bool is_in_force = change->checkpoint.size == size;
  if (change->transaction.error == MDB_SUCCESS && is_in_force)
    change->failed = frag_checkpoint_merge(change->store->context, change->note, &change->checkpoint.len, lines,
                                           lines_len, witness);
  return end_change(change, is_in_force);
}

enum vd_error vd_store_cosign(struct vd_store *store, uint64_t size, const char *lines, size_t lines_len,
                              const struct frag_log_key *witness, struct vd_failure *failure) {
  assert(store->is_writer);
  struct change change = {.store = store};
  struct vd_environment *environment = &store->environment;
  /* The operator's own lines must stay where they are, and it witnesses nothing for itself. */
  if (memcmp(witness->cosignature_id, store->identity.key.cosignature_id, sizeof witness->cosignature_id) == 0)
    return vd_fail(failure, VD_DATA, "ledger %s: a log cannot be its own witness", environment->path);
  int code = try_cosign(&change, size, lines, lines_len, witness);
  while (code == MDB_MAP_FULL) {
    code = vd_environment_grow(environment);
    if (code == MDB_SUCCESS) code = try_cosign(&change, size, lines, lines_len, witness);
  }
  if (code != MDB_SUCCESS) return vd_environment_fail(environment, failure, code, "keeping a cosignature");
  if (change.failed == FRAG_OK) return VD_OK;
  return vd_fail_frag(failure, change.failed, "ledger %s: a cosignature by %s", environment->path, witness->name);
}
