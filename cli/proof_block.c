#include "proof_block.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor_proof.h"
#include "anchors_open.h"
#include "date.h"
#include "log_tree.h"
#include "proof.h"

#define PATH_SIZE 4096

/* What one run owns, and what it is at. */
struct blocks {
  const struct vd_settings *settings;
  struct ctl_operators *operators;
  struct vd_anchors *anchors;
  const char *out;
  struct ctl_operator *operator;
  const struct ctl_proof_entry *entry;
  size_t bitcoins; /* chains of that kind for which something was written for this operator */
  struct ctl_anchor_proof proof;
  uint8_t raw[VD_ANCHORS_RAW_MAX], evidence[VD_ANCHORS_EVIDENCE_MAX], ots[VD_OTS_MAX];
  char text[CTL_ANCHOR_TEXT_MAX];
};

/* --- the anchor --- */

/* The first confirmed one that covers the entry. VD_NOT_FOUND: there is none yet. */
static enum vd_error find_anchor(struct blocks *blocks, size_t track, struct vd_failure *failure) {
  struct ctl_anchor_proof *proof = &blocks->proof;
  struct vd_anchors_item item;
  uint64_t n = 0;
  enum vd_error error = VD_OK;
  for (;; n++) {
    error = vd_anchors_get(blocks->anchors, track, n, &item, NULL, NULL, NULL, NULL, failure);
    if (error != VD_OK) return error;
    if (item.state == VD_ANCHORS_CONFIRMED && !item.is_gone && item.size > proof->index) break;
  }
  error = vd_anchors_get(blocks->anchors, track, n, &item, blocks->raw, &proof->raw.len, blocks->evidence,
                         &proof->evidence.len, failure);
  proof->raw.data = blocks->raw;
  proof->evidence.data = blocks->evidence;
  proof->anchor.size = item.size;
  memcpy(proof->anchor.root, item.root, FRAG_HASH_LEN);
  memcpy(proof->transaction, item.transaction, sizeof proof->transaction);
  proof->block_number = item.block_number;
  memcpy(proof->block_hash, item.block_hash, sizeof proof->block_hash);
  proof->block_time_s = item.block_time_s;
  return error;
}

/* The log's tiles, from its operator. */
static enum vd_error prove_inclusion(struct blocks *blocks, struct vd_failure *failure) {
  struct ctl_operator *operator = blocks->operator;
  struct ctl_anchor_proof *proof = &blocks->proof;
  struct ctl_log_tree tree = {0};
  uint8_t leaf_hash[FRAG_HASH_LEN];
  bool is_remote = operator->is_remote;
  if (proof->anchor.size > blocks->entry->size)
    return vd_fail(failure, VD_DATA, "the log has %" PRIu64 " entries, and %" PRIu64 " were anchored: it was set back",
                   blocks->entry->size, proof->anchor.size);
  frag_error hashed = frag_leaf_hash(blocks->operators->context, leaf_hash, proof->entry);
  if (hashed != FRAG_OK) return vd_fail_frag(failure, hashed, "the entry");
  enum vd_error error = is_remote ? VD_OK : vd_store_reader_begin(operator->reader, failure);
  if (error == VD_OK) {
    error = ctl_log_tree_begin(&tree, blocks->operators->context, blocks->entry->size,
                               is_remote ? ctl_log_tree_get_remote : ctl_log_tree_get_ledger,
                               is_remote ? (void *)&operator->remote : (void *)operator->reader, failure);
  }
  if (error == VD_OK)
    error = ctl_log_tree_inclusion(&tree, proof->index, proof->anchor.size, proof->anchor.root, leaf_hash,
                                   &proof->inclusion, failure);
  ctl_log_tree_end(&tree);
  if (!is_remote) vd_store_reader_reset(operator->reader);
  return error;
}

/* --- files --- */

static enum vd_error put(struct blocks *blocks, const char *suffix, const void *bytes, size_t len, bool is_told,
                         struct vd_failure *failure) {
  char name[CTL_PROOF_NAME_SIZE], path[PATH_SIZE], label[CTL_OPERATOR_LABEL_SIZE], time[CTL_DATE_SIZE];
  const struct ctl_anchor_proof *proof = &blocks->proof;
  ctl_proof_name(name, proof->origin);
  *strrchr(name, '.') = '\0';
  if (snprintf(path, sizeof path, "%s/%s%s", blocks->out, name, suffix) >= (int)sizeof path)
    return vd_fail(failure, VD_USAGE, "--out is too long");
  enum vd_error error = ctl_anchor_proof_put(path, bytes, len, failure);
  if (error != VD_OK || !is_told) return error;
  ctl_operators_label(label, blocks->operator);
  ctl_date_format(time, proof->block_time_s);
  (void)printf("%s: %s: on %s in block %" PRIu64 " of %s\n", label, path, proof->chain->name, proof->block_number,
               time);
  return VD_OK;
}

static enum vd_error put_ots(struct blocks *blocks, struct vd_failure *failure) {
  struct ctl_anchor_proof *proof = &blocks->proof;
  uint8_t stamped[1 + FRAG_ENTRY_MAX] = {0};
  char suffix[VD_CHAIN_NAME_SIZE + 16];
  size_t len = 0;
  bool is_first = blocks->bitcoins++ == 0;
  memcpy(stamped + 1, proof->entry.data, proof->entry.len);
  (void)snprintf(suffix, sizeof suffix, ".entry%s%s.ots", is_first ? "" : ".", is_first ? "" : proof->chain->name);
  enum vd_error error = ctl_anchor_proof_ots(blocks->operators->context, proof, blocks->ots, &len, failure);
  if (error == VD_OK) error = put(blocks, ".entry", stamped, 1 + proof->entry.len, false, failure);
  return error == VD_OK ? put(blocks, suffix, blocks->ots, len, true, failure) : error;
}

static enum vd_error put_text(struct blocks *blocks, struct vd_failure *failure) {
  char suffix[VD_CHAIN_NAME_SIZE + 16];
  size_t len = 0;
  (void)snprintf(suffix, sizeof suffix, ".%s.txt", blocks->proof.chain->name);
  enum vd_error error = ctl_anchor_proof_text(blocks->operators->context, &blocks->proof, blocks->text, &len, failure);
  return error == VD_OK ? put(blocks, suffix, blocks->text, len, true, failure) : error;
}

/* --- all of it --- */

static enum vd_error write_one(struct blocks *blocks, size_t track, const struct vd_anchored_settings *anchored,
                               struct vd_failure *failure) {
  struct ctl_anchor_proof *proof = &blocks->proof;
  *proof = (struct ctl_anchor_proof){.chain = &blocks->settings->chains[anchored->chain],
                                     .origin = blocks->operator->key.name, .index = blocks->entry->index};
  proof->entry = (struct frag_slice){.data = blocks->entry->bytes, .len = blocks->entry->len};
  memcpy(proof->account, anchored->account, sizeof proof->account);
  enum vd_error error = find_anchor(blocks, track, failure);
  if (error == VD_NOT_FOUND) return vd_fail(failure, error, "the entry is not under a confirmed anchor yet");
  if (error == VD_OK) error = prove_inclusion(blocks, failure);
  if (error != VD_OK) return error;
  return proof->chain->kind == VD_CHAIN_BITCOIN ? put_ots(blocks, failure) : put_text(blocks, failure);
}

static enum vd_error write_operator(struct blocks *blocks, struct vd_failure *failure) {
  const struct vd_operator_settings *settings = blocks->operator->settings;
  size_t tracks[VD_ANCHORS_TRACKS_MAX];
  size_t count = vd_anchors_tracks_of(blocks->anchors, blocks->operator->key.name, tracks);
  enum vd_error first = VD_OK;
  blocks->bitcoins = 0;
  for (size_t i = 0; i < settings->anchored_count; i++) {
    const struct vd_anchored_settings *anchored = &settings->anchored[i];
    const char *name = blocks->settings->chains[anchored->chain].name;
    for (size_t t = 0; t < count; t++) {
      struct vd_failure why = {.code = VD_OK};
      char label[CTL_OPERATOR_LABEL_SIZE];
      if (strcmp(vd_anchors_track(blocks->anchors, tracks[t])->chain, name) != 0) continue;
      enum vd_error error = write_one(blocks, tracks[t], anchored, &why);
      if (error == VD_OK) continue;
      if (first == VD_OK && (error == VD_DATA || error == VD_MEMORY || error == VD_INTERNAL))
        first = vd_fail(failure, error, "%s", why.text);
      ctl_operators_label(label, blocks->operator);
      (void)fprintf(stderr, "verifyctl proof: no proof from %s on %s: %s\n", label, name, why.text);
    }
  }
  return first;
}

enum vd_error ctl_proof_blocks(const struct vd_settings *settings, struct ctl_operators *operators,
                               const struct ctl_proof_entry *entries, const char *out, struct vd_failure *failure) {
  struct vd_failure why = {.code = VD_OK};
  struct blocks *blocks = calloc(1, sizeof *blocks);
  if (blocks == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the anchors");
  *blocks = (struct blocks){.settings = settings, .operators = operators, .out = out};
  for (size_t i = 0; i < operators->count; i++)
    if (operators->items[i].reader != NULL) vd_store_reader_reset(operators->items[i].reader); /* of the look-up */
  enum vd_error error = ctl_anchors_open(settings, operators, &blocks->anchors, &why), first = VD_OK;
  if (error != VD_OK) (void)fprintf(stderr, "verifyctl proof: no proof from any chain: %s\n", why.text);
  for (size_t i = 0; i < operators->count && blocks->anchors != NULL; i++) {
    blocks->operator= &operators->items[i];
    blocks->entry = &entries[i];
    if (entries[i].size == 0) continue;
    error = write_operator(blocks, &why);
    if (first == VD_OK && error != VD_OK) first = vd_fail(failure, error, "%s", why.text);
  }
  vd_anchors_close(blocks->anchors);
  free(blocks);
  return first;
}
