#include "anchor/evm_found.h"

#include <inttypes.h>
#include <string.h>

#include "anchor/evm_following.h"
#include "anchor/evm_sent.h"

_Static_assert(VD_EVM_SIGNED_MAX <= VD_ANCHORS_RAW_MAX, "every proven transaction can be kept");

/* What is unproven is not kept, and told. */
static bool note(struct vd_following *following, const struct vd_following_block *block,
                 const struct vd_evm_sent *sent) {
  struct vd_anchors_found found = {.item = {.size = sent->anchor.size,
                                            .block_number = block->number,
                                            .block_time_s = block->time_s,
                                            .state = VD_ANCHORS_UNCHECKED},
                                   .raw = sent->raw,
                                   .raw_len = sent->raw_len};
  memcpy(found.item.root, sent->anchor.root, sizeof found.item.root);
  memcpy(found.item.transaction, sent->hash, sizeof found.item.transaction);
  memcpy(found.item.block_hash, block->hash, sizeof found.item.block_hash);
  if (!vd_following_found_add(following, following->at, &found)) return false;
  struct vd_following_found *noted = &following->found[following->found_count - 1];
  noted->is_dropped = sent->kind == VD_EVM_SENT_UNPROVEN;
  noted->why = sent->why;
  return true;
}

static bool is_noted(const struct vd_following_found *found, const struct vd_evm_sent *sent) {
  const struct vd_anchors_item *item = &found->found.item;
  return item->size == sent->anchor.size && memcmp(item->root, sent->anchor.root, sizeof item->root) == 0 &&
         memcmp(item->transaction, sent->hash, sizeof item->transaction) == 0 &&
         found->is_dropped == (sent->kind == VD_EVM_SENT_UNPROVEN);
}

/* The first endpoint's anchors are noted; the others must have the same. False: it failed. */
static bool find_sent(struct vd_following *following, size_t e, size_t question,
                      const struct vd_following_block *block) {
  const struct vd_following_track *track = &following->tracks[following->at];
  const struct vd_evm_sent_wanted wanted = {.ecdsa = following->ecdsa, .chain_id = following->chain->id,
                                            .account = track->options->account, .origin_id = track->origin_id};
  const struct vd_rpc_value *value;
  struct vd_evm_sent sent;
  size_t at = following->found_count;
  while (at > 0 && following->found[at - 1].found.item.block_number == block->number) at--;
  if (!vd_following_result(following, e, question, &value)) return false;
  const struct vd_rpc_value *list = vd_rpc_member(value, "transactions");
  bool is_right = true;
  for (size_t i = 0; i < vd_rpc_count(list) && is_right; i++) {
    vd_evm_sent_read(&sent, vd_rpc_item(list, i), &wanted);
    if (sent.kind == VD_EVM_SENT_OTHER) continue;
    if (sent.kind == VD_EVM_SENT_WRONG) {
      vd_following_fail(following, "endpoint %zu is wrong about a transaction in block %" PRIu64 ": %s", e + 1,
                        block->number, sent.why);
      return false;
    }
    if (e == 0 && !note(following, block, &sent)) return false;
    is_right = at < following->found_count && is_noted(&following->found[at++], &sent);
  }
  if (is_right && at == following->found_count) return true;
  vd_following_fail(following, "endpoint %zu does not tell the transactions of block %" PRIu64 " as the first does",
                    e + 1, block->number);
  return false;
}

bool vd_evm_found_read(struct vd_following *following, size_t i, uint64_t number) {
  const struct vd_following_track *track = &following->tracks[following->at];
  struct vd_following_block *block = &following->read[i];
  if (!vd_following_agreed(following, i, "a block", vd_evm_following_block, block, sizeof *block)) return false;
  const uint8_t *before = i > 0 ? following->read[i - 1].hash : track->hash;
  bool follows = number != track->next + i || (i == 0 && !track->is_begun) || memcmp(block->parent, before, 32) == 0;
  bool is_final = number != following->final || memcmp(block->hash, following->final_block.hash, 32) == 0;
  if (block->number != number || !follows || !is_final) {
    vd_following_fail(following, "block %" PRIu64 " does not follow the one before it", number);
    return false;
  }
  for (size_t e = 0; e < vd_nodes_count(following->nodes); e++)
    if (!find_sent(following, e, i, block)) return false;
  return true;
}
