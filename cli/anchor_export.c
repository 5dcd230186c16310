/* anchor_export.c: verifyctl anchor export: from an operator's own ledger and outboxes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor_command.h"
#include "anchor_proof.h"
#include "base/context.h"
#include "base/file.h"
#include "date.h"
#include "log_tree.h"
#include "options.h"

#define PATH_SIZE 4096

/* Everything that one run owns. */
struct export {
  const char *config, *out;
  struct ctl_list entries;
  struct vd_settings *settings;
  struct frag_context *context;
  struct vd_store *store;
  struct vd_store_reader *reader;
  struct ctl_log_tree tree;
  struct vd_outbox *outboxes[VD_LOG_CHAINS_MAX]; /* NULL: nothing was ever sent */
  struct vd_outbox_slot slot;
  struct vd_outbox_attempt attempt;
  struct ctl_anchor_proof proof;
  uint8_t ots[VD_OTS_MAX];
  char text[CTL_ANCHOR_TEXT_MAX];
};

static enum vd_error parse(struct export *export, int argc, char **argv, bool *help, struct vd_failure *failure) {
  int first = 0;
  const struct ctl_option options[] = {
    CTL_REQUIRED("config", "FILE", &export->config, "the operator's verifyd.conf"),
    CTL_REQUIRED("out", "DIR", &export->out, "folder for the proofs"),
    CTL_REPEATED("entry", "N", &export->entries, "number of an entry in the log; may be repeated"),
  };
  const struct ctl_usage usage = {
    .command = "anchor export", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Writes for each entry what leads from it to the first block of each chain that covers it:\n"
             "  entry-N        the stamped file: a zero byte and the entry\n"
             "  entry-N.ots    Bitcoin: its proof, which any OpenTimestamps client checks\n"
             "  entry-N.CHAIN.txt  EVM: transaction, block and proof as text, and how to check them\n"
             "With several Bitcoin chains the others' proofs are entry-N.CHAIN.ots. verifyd may be running; no node\n"
             "is asked. (For a document by its QR code: verifyctl proof.)",
  };
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, help, failure);
  if (error == VD_OK && !*help && export->entries.count == 0)
    error = vd_fail(failure, VD_USAGE, "which entries? Give --entry N");
  return error;
}

/* --- one entry on one chain --- */

/* The first final slot whose anchor covers the entry: sizes never go back. */
static enum vd_error find_slot(struct export *export, struct vd_outbox *outbox, uint64_t index, bool *is_there,
                               struct vd_failure *failure) {
  uint64_t first = 0, count = 0, low = 0;
  struct vd_outbox_slot slot;
  *is_there = false;
  enum vd_error error = vd_outbox_count(outbox, &first, &count, failure);
  while (error == VD_OK && low < count) {
    uint64_t middle = low + (count - low) / 2;
    error = vd_outbox_slot(outbox, first + middle, &slot, failure);
    if (error == VD_OK && slot.is_final)
      error = vd_outbox_attempt(outbox, slot.number, slot.final.attempt, &export->attempt, failure);
    bool covers = !slot.is_final || export->attempt.size > index; /* only the last one may be open */
    if (error == VD_OK && covers && slot.is_final) *is_there = true, export->slot = slot;
    if (covers) count = middle;
    else low = middle + 1;
  }
  if (error == VD_OK && *is_there)
    error = vd_outbox_attempt(outbox, export->slot.number, export->slot.final.attempt, &export->attempt, failure);
  return error;
}

static void take_hash(uint8_t out[static 32], enum vd_chain_kind kind, const uint8_t hash[static 32]) {
  for (size_t i = 0; i < 32; i++) out[i] = kind == VD_CHAIN_BITCOIN ? hash[31 - i] : hash[i];
}

static enum vd_error prepare(struct export *export, size_t i, uint64_t index, struct vd_failure *failure) {
  struct ctl_anchor_proof *proof = &export->proof;
  const struct vd_outbox_final *final = &export->slot.final;
  uint8_t leaf_hash[FRAG_HASH_LEN];
  proof->chain = &export->settings->chains[export->settings->own_operator.anchors[i].chain];
  proof->origin = export->settings->own_operator.origin;
  memcpy(proof->account, vd_outbox_get_identity(export->outboxes[i])->account, sizeof proof->account);
  proof->index = index;
  proof->anchor.size = export->attempt.size;
  memcpy(proof->anchor.root, export->attempt.root, FRAG_HASH_LEN);
  proof->raw = (struct frag_slice){.data = export->attempt.raw, .len = export->attempt.raw_len};
  proof->evidence = (struct frag_slice){.data = final->evidence, .len = final->evidence_len};
  take_hash(proof->transaction, proof->chain->kind, export->attempt.id);
  proof->block_number = final->block_number;
  take_hash(proof->block_hash, proof->chain->kind, final->block_hash);
  proof->block_time_s = final->block_time_s;
  if (export->tree.size < proof->anchor.size)
    return vd_fail(failure, VD_DATA, "the log has %" PRIu64 " entries, and %" PRIu64 " were anchored: it was set back",
                   export->tree.size, proof->anchor.size);
  frag_error hashed = frag_leaf_hash(export->context, leaf_hash, proof->entry);
  if (hashed != FRAG_OK) return vd_fail_frag(failure, hashed, "the entry");
  return ctl_log_tree_inclusion(&export->tree, index, proof->anchor.size, proof->anchor.root, leaf_hash,
                                &proof->inclusion, failure);
}

static enum vd_error put(struct export *export, const char *suffix, const void *bytes, size_t len,
                         struct vd_failure *failure) {
  char path[PATH_SIZE], time[CTL_DATE_SIZE];
  const struct ctl_anchor_proof *proof = &export->proof;
  int wrote = snprintf(path, sizeof path, "%s/entry-%" PRIu64 "%s", export->out, proof->index, suffix);
  if (wrote >= PATH_SIZE) return vd_fail(failure, VD_USAGE, "--out is too long");
  enum vd_error error = ctl_anchor_proof_put(path, bytes, len, failure);
  if (error != VD_OK || suffix[0] == '\0') return error;
  ctl_date_format(time, proof->block_time_s);
  (void)printf("%s: %s, block %" PRIu64 " of %s\n", path, proof->chain->name, proof->block_number, time);
  return VD_OK;
}

/* The stamped file is what a client of OpenTimestamps hashes. */
static enum vd_error put_stamped(struct export *export, struct vd_failure *failure) {
  uint8_t bytes[1 + FRAG_ENTRY_MAX] = {0};
  memcpy(bytes + 1, export->proof.entry.data, export->proof.entry.len);
  return put(export, "", bytes, 1 + export->proof.entry.len, failure);
}

static enum vd_error write_proof(struct export *export, bool is_first_bitcoin, struct vd_failure *failure) {
  struct ctl_anchor_proof *proof = &export->proof;
  char suffix[VD_CHAIN_NAME_SIZE + 8];
  size_t len = 0;
  enum vd_error error = put_stamped(export, failure);
  if (error != VD_OK) return error;
  if (proof->chain->kind == VD_CHAIN_EVM) {
    (void)snprintf(suffix, sizeof suffix, ".%s.txt", proof->chain->name);
    error = ctl_anchor_proof_text(export->context, proof, export->text, &len, failure);
    return error == VD_OK ? put(export, suffix, export->text, len, failure) : error;
  }
  (void)snprintf(suffix, sizeof suffix, "%s%s.ots", is_first_bitcoin ? "" : ".",
                 is_first_bitcoin ? "" : proof->chain->name);
  error = ctl_anchor_proof_ots(export->context, proof, export->ots, &len, failure);
  return error == VD_OK ? put(export, suffix, export->ots, len, failure) : error;
}

/* --- all of it --- */

static enum vd_error export_entry(struct export *export, uint64_t index, struct vd_failure *failure) {
  const struct vd_own_operator_settings *own = &export->settings->own_operator;
  struct frag_slice *entry = &export->proof.entry;
  size_t written = 0, bitcoins = 0;
  enum vd_error error = vd_store_get_entry(export->reader, index, &entry->data, &entry->len, failure);
  if (error == VD_NOT_FOUND)
    return vd_fail(failure, error, "the log has no entry %" PRIu64 "; it has %" PRIu64, index, export->tree.size);
  for (size_t i = 0; i < own->anchors_count && error == VD_OK; i++) {
    bool is_bitcoin = export->settings->chains[own->anchors[i].chain].kind == VD_CHAIN_BITCOIN, is_there = false;
    if (export->outboxes[i] == NULL) continue;
    error = find_slot(export, export->outboxes[i], index, &is_there, failure);
    if (error != VD_OK || !is_there) continue;
    error = prepare(export, i, index, failure);
    if (error == VD_OK) error = write_proof(export, is_bitcoin && bitcoins++ == 0, failure);
    written++;
  }
  if (error == VD_OK && written == 0)
    error = vd_fail(failure, VD_NOT_FOUND, "entry %" PRIu64 " is not covered by any final anchor yet", index);
  return error;
}

static enum vd_error open_all(struct export *export, struct vd_failure *failure) {
  enum vd_error error = ctl_anchor_settings(export->config, &export->settings, failure);
  if (error != VD_OK) return error;
  const struct vd_own_operator_settings *own = &export->settings->own_operator;
  struct vd_store_options options = {.path = own->store, .access = VD_STORE_READ, .realm = export->settings->realm,
                                     .operator_number = own->number};
  uint64_t size = 0;
  error = vd_context_new(&export->context, failure);
  for (size_t i = 0; i < own->anchors_count && error == VD_OK; i++) {
    error = ctl_anchor_open(export->settings, i, &export->outboxes[i], failure);
    if (error == VD_NO_INPUT) error = VD_OK;
  }
  if (error == VD_OK) error = vd_store_open(&options, &export->store, failure);
  if (error == VD_OK) error = vd_store_reader_new(export->store, &export->reader, failure);
  if (error == VD_OK) error = vd_store_reader_begin(export->reader, failure);
  if (error == VD_OK) error = vd_tlog_size(export->reader, &size, failure);
  if (error == VD_OK) {
    error = ctl_log_tree_begin(&export->tree, export->context, size, ctl_log_tree_get_ledger, export->reader, failure);
  }
  return error == VD_OK ? vd_folder_make(export->out, 0755, failure) : error;
}

static enum vd_error export_all(struct export *export, struct vd_failure *failure) {
  enum vd_error error = open_all(export, failure);
  for (size_t i = 0; i < export->entries.count && error == VD_OK; i++) {
    uint64_t index = 0;
    error = ctl_option_number("entry", export->entries.items[i], 0, FRAG_TREE_SIZE_MAX - 1, &index, failure);
    if (error == VD_OK) error = export_entry(export, index, failure);
  }
  return error;
}

enum vd_error ctl_anchor_export(int argc, char **argv, int *status, struct vd_failure *failure) {
  bool help = false;
  *status = 0;
  struct export *export = calloc(1, sizeof *export);
  if (export == NULL) return vd_fail(failure, VD_MEMORY, "no memory to begin");
  enum vd_error error = parse(export, argc, argv, &help, failure);
  if (error == VD_OK && !help) error = export_all(export, failure);
  ctl_log_tree_end(&export->tree);
  vd_store_reader_free(export->reader);
  vd_store_close(export->store);
  for (size_t i = 0; i < VD_LOG_CHAINS_MAX; i++) vd_outbox_close(export->outboxes[i]);
  frag_context_free(export->context);
  free(export->settings);
  free(export);
  return error;
}
