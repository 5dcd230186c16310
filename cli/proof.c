#include "proof.h"

#include <string.h>

void ctl_proof_name(char name[static CTL_PROOF_NAME_SIZE], const char *origin) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
  size_t len = 0;
  for (; origin[len] != '\0' && len < FRAG_VKEY_NAME_MAX; len++) {
    bool is_hidden = len == 0 && origin[len] == '.';
    name[len] = is_hidden || strchr(plain, origin[len]) == NULL ? '_' : origin[len];
  }
  memcpy(name + len, ".tlog-proof", sizeof ".tlog-proof");
}

const char *ctl_proof_kind_name(frag_entry_kind kind) {
  switch (kind) {
  case FRAG_ENTRY_ISSUE: return "issue";
  case FRAG_ENTRY_STATUS: return "status";
  case FRAG_ENTRY_TRUST: return "trust";
  }
  return "unknown";
}

/* --- checking --- */

enum vd_error ctl_proof_check(struct frag_context *context, const struct frag_log_key *key, const char *text,
                              size_t len, struct frag_checkpoint *checkpoint, struct ctl_proof_shown *shown,
                              struct vd_failure *failure) {
  struct frag_tlog_proof proof;
  struct frag_entry entry;
  *shown = (struct ctl_proof_shown){0};
  frag_error error = frag_tlog_proof_decode(&proof, text, len);
  if (error != FRAG_OK) return vd_fail(failure, VD_DATA, "it is not a proof file (c2sp.org/tlog-proof@v1)");
  struct frag_slice bytes = {.data = proof.extra, .len = proof.extra_len};
  if (frag_entry_decode(&entry, bytes.data, bytes.len) != FRAG_OK) {
    return vd_fail(failure, VD_DATA, "it has no log entry with it, as its \"extra\" line should");
  }
  error = frag_tlog_proof_check(context, &proof, bytes, key, checkpoint, &shown->checkpoint_time_s);
  if (error == FRAG_CRYPTO) return vd_fail_frag(failure, error, "the proof");
  if (error != FRAG_OK) return vd_fail(failure, VD_DATA, "%s", frag_error_meaning(error));
  shown->index = proof.index;
  shown->size = checkpoint->size;
  shown->kind = entry.kind;
  shown->entry_time_s = entry.time_s;
  return VD_OK;
}

/* --- making --- */

/* The leaf of what was answered, which must be the document's, and unaltered. */
static enum vd_error find_leaf(struct frag_context *context, const struct vd_lookup_item *item,
                               const uint8_t locator[static FRAG_LOCATOR_LEN], struct frag_slice *bytes,
                               struct vd_failure *failure) {
  struct frag_record record;
  struct frag_leaf leaf = {0};
  frag_error error = FRAG_OK;
  if (item->presence == VD_STORE_ABSENT) return vd_fail(failure, VD_NOT_FOUND, "it has no record of the document");
  if (item->presence == VD_STORE_PRESENT) {
    error = frag_record_check(context, item->bytes, item->len);
    if (error == FRAG_OK) error = frag_record_decode(&record, item->bytes, item->len);
    if (error == FRAG_OK) leaf = record.leaf;
  } else {
    error = frag_leaf_decode(&leaf, item->bytes, item->len);
  }
  if (error != FRAG_OK) return vd_fail(failure, VD_DATA, "%s", frag_error_meaning(error));
  *bytes = leaf.bytes;
  if (memcmp(leaf.locator, locator, FRAG_LOCATOR_LEN) == 0) return VD_OK;
  return vd_fail(failure, VD_DATA, "its record is that of another document");
}

static enum vd_error write_proof(const struct vd_lookup_answer *answer, struct frag_slice leaf,
                                 char text[static FRAG_TLOG_PROOF_MAX], size_t *len, struct vd_failure *failure) {
  const struct vd_lookup_item *item = &answer->items[0];
  struct frag_entry entry = {.kind = FRAG_ENTRY_ISSUE, .time_s = item->time_s, .body = leaf};
  struct frag_tlog_proof proof = {.index = item->index, .inclusion = item->inclusion};
  proof.checkpoint = (struct frag_slice){.data = (const uint8_t *)answer->checkpoint, .len = answer->checkpoint_len};
  frag_error error = frag_entry_encode(proof.extra, &proof.extra_len, &entry);
  if (error == FRAG_OK) error = frag_tlog_proof_encode(text, len, &proof);
  return error == FRAG_OK ? VD_OK : vd_fail_frag(failure, error, "the proof cannot be written");
}

enum vd_error ctl_proof_make(struct frag_context *context, const struct frag_log_key *key,
                             const uint8_t locator[static FRAG_LOCATOR_LEN], const struct vd_lookup_answer *answer,
                             char text[static FRAG_TLOG_PROOF_MAX], size_t *len, struct ctl_proof_shown *shown,
                             struct vd_failure *failure) {
  struct frag_checkpoint checkpoint;
  struct frag_slice leaf = {0};
  enum vd_error error = find_leaf(context, &answer->items[0], locator, &leaf, failure);
  if (error == VD_OK) error = write_proof(answer, leaf, text, len, failure);
  if (error == VD_OK) error = ctl_proof_check(context, key, text, *len, &checkpoint, shown, failure);
  return error;
}
