/* comparing_verdict.c: what an answer of a log proves about an anchor. Pure. */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "anchor/comparing.h"
#include "base/hex.h"

static bool is_power_of_two(uint64_t value) { return (value & (value - 1)) == 0; }

static bool same_root(const uint8_t one[static FRAG_HASH_LEN], const uint8_t other[static FRAG_HASH_LEN]) {
  return memcmp(one, other, FRAG_HASH_LEN) == 0;
}

/* Both are of one size: the checkpoint says it all. */
static enum vd_comparing_verdict judge_same_size(const struct vd_anchors_item *anchor,
                                                 const struct frag_checkpoint *checkpoint,
                                                 uint8_t proven_root[static FRAG_HASH_LEN]) {
  memcpy(proven_root, checkpoint->root, FRAG_HASH_LEN);
  return same_root(anchor->root, checkpoint->root) ? VD_COMPARING_CONFIRMED : VD_COMPARING_CONTRADICTED;
}

enum vd_comparing_verdict vd_comparing_judge(struct frag_context *context, const struct frag_log_key *key,
                                             const struct vd_anchors_item *anchor,
                                             const struct vd_comparing_answer *answer,
                                             struct frag_checkpoint *checkpoint,
                                             uint8_t proven_root[static FRAG_HASH_LEN]) {
  uint8_t new_root[FRAG_HASH_LEN];
  if (frag_checkpoint_decode(context, checkpoint, answer->checkpoint, answer->checkpoint_len) != FRAG_OK ||
      frag_checkpoint_check(context, checkpoint, key, NULL) != FRAG_OK)
    return VD_COMPARING_NO_ANSWER;
  if (checkpoint->size < anchor->size) return VD_COMPARING_DISPUTED; /* rolled back, or far behind itself */
  if (checkpoint->size == anchor->size) return judge_same_size(anchor, checkpoint, proven_root);
  frag_error error = frag_tree_consistency_roots(context, anchor->size, checkpoint->size, answer->consistency,
                                                 anchor->root, proven_root, new_root);
  bool is_signed = error == FRAG_OK && same_root(new_root, checkpoint->root);
  if (is_signed && same_root(proven_root, anchor->root)) return VD_COMPARING_CONFIRMED;
  if (is_signed) return VD_COMPARING_CONTRADICTED;
  return error == FRAG_OK && is_power_of_two(anchor->size) ? VD_COMPARING_NEEDS_TILE : VD_COMPARING_DISPUTED;
}

static unsigned level_of(uint64_t size) {
  unsigned level = 0;
  while (size >> level != 1) level++;
  return level;
}

struct frag_tile vd_comparing_tile(uint64_t size, uint64_t tree_size) {
  unsigned level = level_of(size) / FRAG_TILE_HEIGHT;
  assert(is_power_of_two(size) && size <= tree_size);
  return (struct frag_tile){.level = level, .width = frag_tile_width(level, 0, tree_size)};
}

enum vd_comparing_verdict vd_comparing_judge_tile(struct frag_context *context, const struct vd_anchors_item *anchor,
                                                  const struct frag_checkpoint *checkpoint,
                                                  const struct frag_proof *consistency, const uint8_t *tile,
                                                  size_t tile_len, uint8_t proven_root[static FRAG_HASH_LEN]) {
  uint8_t hashes[FRAG_TILE_WIDTH][FRAG_HASH_LEN];
  size_t count = (size_t)1 << level_of(anchor->size) % FRAG_TILE_HEIGHT;
  if (tile_len < count * FRAG_HASH_LEN) return VD_COMPARING_DISPUTED;
  memcpy(hashes, tile, count * FRAG_HASH_LEN);
  for (; count > 1; count /= 2)
    for (size_t i = 0; i < count / 2; i++)
      if (frag_node_hash(context, hashes[i], hashes[2 * i], hashes[2 * i + 1]) != FRAG_OK) return VD_COMPARING_DISPUTED;
  memcpy(proven_root, hashes[0], FRAG_HASH_LEN);
  bool is_proven = frag_tree_check_consistency(context, anchor->size, proven_root, checkpoint->size, checkpoint->root,
                                               consistency) == FRAG_OK;
  return is_proven && !same_root(proven_root, anchor->root) ? VD_COMPARING_CONTRADICTED : VD_COMPARING_DISPUTED;
}

/* --- evidence --- */

struct text {
  char *bytes;
  size_t len;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int len = vsnprintf(text->bytes + text->len, VD_ANCHORS_JUDGEMENT_MAX - text->len, format, arguments);
  va_end(arguments);
  assert(len >= 0 && text->len + (size_t)len < VD_ANCHORS_JUDGEMENT_MAX);
  text->len += (size_t)len;
}

static void put_hex(struct text *text, const char *name, const uint8_t *bytes, size_t len) {
  char digits[2 * FRAG_HASH_LEN + 1];
  vd_hex_encode(digits, bytes, len);
  put(text, "%s: %s\n", name, digits);
}

/* At most about 14 KiB: the checkpoint, 64 lines of proof and two dozen others. */
size_t vd_comparing_evidence(char text[static VD_ANCHORS_JUDGEMENT_MAX],
                             const struct vd_anchors_track_options *track, const struct vd_anchors_item *anchor,
                             const struct frag_checkpoint *checkpoint, const struct frag_proof *consistency,
                             const uint8_t proven_root[static FRAG_HASH_LEN]) {
  struct text out = {text, 0};
  put(&out, "The log %s contradicts itself: the root of its first %" PRIu64 " entries that was anchored on a public "
      "chain is not the one that its signed checkpoint of %" PRIu64 " entries proves.\n\n", track->origin, anchor->size,
      checkpoint->size);
  put(&out, "chain: %s\n", track->chain);
  put_hex(&out, "chain id", track->chain_id, sizeof track->chain_id);
  put_hex(&out, "account", track->account, sizeof track->account);
  put_hex(&out, "transaction", anchor->transaction, sizeof anchor->transaction);
  put(&out, "block: %" PRIu64 "\n", anchor->block_number);
  put_hex(&out, "block hash", anchor->block_hash, sizeof anchor->block_hash);
  put(&out, "block time: %" PRIu64 "\n", anchor->block_time_s);
  put(&out, "anchored size: %" PRIu64 "\n", anchor->size);
  put_hex(&out, "anchored root", anchor->root, sizeof anchor->root);
  put_hex(&out, "proven root", proven_root, FRAG_HASH_LEN);
  put(&out, "\nThe consistency proof (RFC 9162) from %" PRIu64 " to %" PRIu64 " entries, which leads from the proven "
      "root to the signed one:\n", anchor->size, checkpoint->size);
  for (size_t i = 0; checkpoint->size != anchor->size && i < consistency->count; i++)
    put_hex(&out, "proof", consistency->hashes[i], FRAG_HASH_LEN);
  put(&out, "\nThe checkpoint that the log has signed:\n\n%.*s", (int)checkpoint->note.len,
      (const char *)checkpoint->note.data);
  return out.len;
}
