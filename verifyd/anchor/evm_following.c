#include "anchor/evm_following.h"

#include <inttypes.h>
#include <string.h>

#include "anchor/evm_found.h"

enum {
  RECEIPTS_MAX = 64, /* asked for at once */
  READS_MAX = 256    /* blocks read one after the other until the nodes are asked again whether they know the counts */
};

/* --- reading answers --- */

bool vd_evm_following_block(const struct vd_rpc_value *value, void *out) {
  struct vd_following_block *block = out;
  memset(block, 0, sizeof *block);
  return vd_rpc_get_quantity(vd_rpc_member(value, "number"), &block->number) &&
         vd_rpc_get_quantity(vd_rpc_member(value, "timestamp"), &block->time_s) &&
         vd_rpc_get_data_exact(vd_rpc_member(value, "hash"), block->hash, sizeof block->hash) &&
         vd_rpc_get_data_exact(vd_rpc_member(value, "parentHash"), block->parent, sizeof block->parent);
}

static bool get_hash(const struct vd_rpc_value *value, void *hash32) {
  return vd_rpc_get_data_exact(vd_rpc_member(value, "hash"), hash32, 32);
}

static bool get_quantity(const struct vd_rpc_value *value, void *out) { return vd_rpc_get_quantity(value, out); }

static size_t ask_block(struct vd_following *following, uint64_t number, bool is_whole) {
  struct vd_writer *params;
  size_t question = vd_nodes_question(following->nodes, VD_NODES_ALL, "eth_getBlockByNumber", &params);
  vd_rpc_put_quantity(params, number);
  vd_writer_boolean(params, is_whole);
  return question;
}

static size_t ask_hash(struct vd_following *following, uint64_t number) { return ask_block(following, number, false); }

static size_t ask_count(struct vd_following *following, const struct vd_following_track *track, uint64_t number) {
  struct vd_writer *params;
  size_t question = vd_nodes_question(following->nodes, VD_NODES_ALL, "eth_getTransactionCount", &params);
  vd_rpc_put_data(params, track->options->account, sizeof track->options->account);
  vd_rpc_put_quantity(params, number);
  return question;
}

/* What came of asking for a count: a node may say that it does not know the state of that block any more. */
enum counted { COUNTED, NOT_KNOWN, FAILED };

static enum counted get_count(struct vd_following *following, size_t question, uint64_t *count) {
  for (size_t e = 0; e < vd_nodes_count(following->nodes); e++)
    if (vd_nodes_outcome(following->nodes, e, question, NULL) == VD_RPC_ERROR) return NOT_KNOWN;
  return vd_following_agreed(following, question, "how often the account has sent", get_quantity, count, sizeof *count)
             ? COUNTED
             : FAILED;
}

/* --- the final block --- */

static void next_track(struct vd_following *following);

static void on_head(struct vd_following *following) {
  const struct vd_chain_settings *chain = following->chain;
  const struct vd_rpc_value *id, *head;
  uint64_t number = 0, last = UINT64_MAX;
  for (size_t e = 0; e < vd_nodes_count(following->nodes); e++) {
    if (!vd_following_result(following, e, 0, &id) || !vd_following_result(following, e, 1, &head)) return;
    if (!vd_rpc_get_quantity(id, &number)) {
      vd_following_fail(following, "endpoint %zu does not tell its chain id", e + 1);
      return;
    }
    if (number != chain->id) {
      vd_following_fail(following, "endpoint %zu is a node of another chain, with id %" PRIu64, e + 1, number);
      return;
    }
    if (!vd_rpc_get_quantity(chain->confirmations == 0 ? vd_rpc_member(head, "number") : head, &number)) {
      vd_following_fail(following, "endpoint %zu does not tell the %s block", e + 1,
                        chain->confirmations == 0 ? "finalized" : "last");
      return;
    }
    if (number < last) last = number;
  }
  vd_following_head(following, last);
}

static void begin(struct vd_following *following) {
  struct vd_writer *params;
  vd_nodes_begin(following->nodes);
  (void)vd_nodes_question(following->nodes, VD_NODES_ALL, "eth_chainId", &params);
  if (following->chain->confirmations > 0) {
    (void)vd_nodes_question(following->nodes, VD_NODES_ALL, "eth_blockNumber", &params);
  } else {
    (void)vd_nodes_question(following->nodes, VD_NODES_ALL, "eth_getBlockByNumber", &params);
    vd_writer_string(params, "finalized");
    vd_writer_boolean(params, false);
  }
  vd_following_ask(following, on_head);
}

static void ask_more(struct vd_following *following) {
  following->final_question = ask_block(following, following->final, false);
  for (size_t t = 0; t < following->track_count; t++) {
    struct vd_following_track *track = &following->tracks[t];
    track->nonce_question = SIZE_MAX;
    track->count_question = ask_count(following, track, following->final);
    if (!track->has_nonce && track->next <= following->final)
      track->nonce_question = ask_count(following, track, track->next - 1);
  }
}

/* --- blocks --- */

/* The track has seen everything. */
static void track_done(struct vd_following *following) {
  if (!vd_following_save(following, following->at, true)) return;
  following->at++;
  next_track(following);
}

static void seek(struct vd_following *following);
static void read_on(struct vd_following *following);

/* The blocks that were read are right, and the receipts of what was found in them. */
static void accept(struct vd_following *following) {
  struct vd_following_track *track = &following->tracks[following->at];
  const struct vd_following_block *last = &following->read[following->read_count - 1];
  bool is_last = last->number == following->final;
  vd_following_move(track, last, (unsigned)following->read_count);
  if (!following->is_reading) {
    track->nonce = following->high_count;
  } else {
    track->has_nonce = is_last && track->has_final_count;
    track->nonce = track->has_nonce ? track->final_count : 0;
  }
  if (is_last) track_done(following);
  else if (!vd_following_save(following, following->at, !following->is_reading)) return;
  else if (!following->is_reading) seek(following);
  else if (following->reads < READS_MAX) read_on(following);
  else vd_following_again(following);
}

/* What all endpoints say of a transaction's receipt. No padding. */
struct receipt {
  uint64_t status, number;
  uint8_t transaction[32], block[32];
};

static bool get_receipt(const struct vd_rpc_value *value, void *out) {
  struct receipt *receipt = out;
  memset(receipt, 0, sizeof *receipt);
  return vd_rpc_get_quantity(vd_rpc_member(value, "status"), &receipt->status) &&
         vd_rpc_get_quantity(vd_rpc_member(value, "blockNumber"), &receipt->number) &&
         vd_rpc_get_data_exact(vd_rpc_member(value, "transactionHash"), receipt->transaction, 32) &&
         vd_rpc_get_data_exact(vd_rpc_member(value, "blockHash"), receipt->block, 32);
}

static void ask_receipts(struct vd_following *following);

static void on_receipts(struct vd_following *following) {
  for (size_t i = 0; i < following->receipt_count; i++) {
    struct vd_following_found *found = &following->found[following->receipt_at + i];
    const struct vd_anchors_item *item = &found->found.item;
    struct receipt receipt;
    if (!vd_following_agreed(following, i, "a receipt", get_receipt, &receipt, sizeof receipt)) return;
    if (receipt.number != item->block_number || memcmp(receipt.block, item->block_hash, 32) != 0 ||
        memcmp(receipt.transaction, item->transaction, 32) != 0) {
      vd_following_fail(following, "a receipt is not that of the transaction in block %" PRIu64, item->block_number);
      return;
    }
    found->is_dropped = found->is_dropped || receipt.status != 1;
    if (receipt.status != 1) found->why = NULL;
  }
  following->receipt_at += following->receipt_count;
  ask_receipts(following);
}

static void ask_receipts(struct vd_following *following) {
  struct vd_writer *params;
  size_t left = following->found_count - following->receipt_at;
  following->receipt_count = left < RECEIPTS_MAX ? left : RECEIPTS_MAX;
  if (left == 0) {
    accept(following);
    return;
  }
  vd_nodes_begin(following->nodes);
  for (size_t i = 0; i < following->receipt_count; i++) {
    const struct vd_following_found *found = &following->found[following->receipt_at + i];
    (void)vd_nodes_question(following->nodes, VD_NODES_ALL, "eth_getTransactionReceipt", &params);
    vd_rpc_put_data(params, found->found.item.transaction, 32);
  }
  vd_following_ask(following, on_receipts);
}

static void ask_blocks(struct vd_following *following, size_t count);

/* Whether a block was too long for some endpoint's answer. Out: *number: of the first one, and *e. */
static bool find_too_long(const struct vd_following *following, uint64_t *number, size_t *e) {
  for (size_t i = 0; i < following->read_count; i++)
    for (*e = 0; *e < vd_nodes_count(following->nodes); (*e)++) {
      *number = following->low + i;
      if (vd_nodes_is_too_much(following->nodes, *e, i)) return true;
    }
  return false;
}

/* Anybody can make blocks long; so they are asked for again, where there is more room: one by one. */
static void too_long(struct vd_following *following, uint64_t number, size_t e) {
  if (following->read_count == 1) {
    vd_following_fail(following, "block %" PRIu64 " is too long to be read: endpoint %zu answered too much",
                      number, e + 1);
    return;
  }
  following->alone = following->read_count;
  ask_blocks(following, 1);
}

static void on_blocks(struct vd_following *following) {
  uint64_t number;
  size_t e;
  if (find_too_long(following, &number, &e)) {
    too_long(following, number, e);
    return;
  }
  for (size_t i = 0; i < following->read_count; i++)
    if (!vd_evm_found_read(following, i, following->low + i)) return;
  following->receipt_at = 0;
  ask_receipts(following);
}

/* Asks for whole blocks from `low` on. */
static void ask_blocks(struct vd_following *following, size_t count) {
  size_t question = 0;
  vd_following_found_clear(following);
  following->read_count = count;
  vd_nodes_begin(following->nodes);
  for (size_t i = 0; i < count; i++) question = ask_block(following, following->low + i, true);
  if (count == 1) vd_nodes_allow(following->nodes, question, VD_RPC_BLOCK_MAX);
  vd_following_ask(following, on_blocks);
}

static void read_on(struct vd_following *following) {
  following->low = following->tracks[following->at].next;
  uint64_t left = following->final - following->low + 1;
  size_t count = left < VD_FOLLOWING_READ_MAX ? (size_t)left : VD_FOLLOWING_READ_MAX;
  if (following->alone > 0) {
    following->alone--;
    count = 1;
  }
  following->reads += (unsigned)count;
  ask_blocks(following, count);
}

static void begin_reading(struct vd_following *following) {
  following->is_reading = true;
  following->reads = 0;
  following->alone = 0;
  read_on(following);
}

/* --- finding the block of the next transaction --- */

static void ask_points(struct vd_following *following);

static void on_points(struct vd_following *following) {
  const struct vd_following_track *track = &following->tracks[following->at];
  uint64_t before = track->nonce, low = following->low;
  for (size_t i = 0; i < following->point_count; i++) {
    uint64_t count = 0;
    enum counted counted = get_count(following, i, &count);
    if (counted == FAILED) return;
    if (counted == NOT_KNOWN) {
      begin_reading(following);
      return;
    }
    if (count < before || count > following->high_count) {
      vd_following_fail(following, "how often the account has sent goes back at block %" PRIu64, following->points[i]);
      return;
    }
    if (count > track->nonce) {
      following->high = following->points[i];
      following->high_count = count;
      break;
    }
    before = count;
    low = following->points[i] + 1;
  }
  following->low = low;
  ask_points(following);
}

static void ask_points(struct vd_following *following) {
  const struct vd_following_track *track = &following->tracks[following->at];
  uint64_t width = following->high - following->low; /* its last one is known */
  if (width == 0) {
    ask_blocks(following, 1);
    return;
  }
  following->point_count = width < VD_FOLLOWING_POINTS ? (size_t)width : VD_FOLLOWING_POINTS;
  vd_nodes_begin(following->nodes);
  for (size_t i = 0; i < following->point_count; i++) {
    uint64_t part = width / following->point_count, more = width % following->point_count;
    following->points[i] = following->low + part * i + (i < more ? i : more);
    (void)ask_count(following, track, following->points[i]);
  }
  vd_following_ask(following, on_points);
}

/* Goes on where the track stands, whose nonce is known there and at the final block. */
static void seek(struct vd_following *following) {
  struct vd_following_track *track = &following->tracks[following->at];
  following->low = track->next;
  following->high = following->final;
  following->high_count = track->final_count;
  if (track->final_count < track->nonce) {
    vd_following_fail(following, "how often the account has sent goes back");
  } else if (track->final_count > track->nonce) {
    ask_points(following);
  } else {
    vd_following_move(track, &following->final_block, 0);
    track_done(following);
  }
}

static void next_track(struct vd_following *following) {
  while (following->at < following->track_count && following->tracks[following->at].next > following->final)
    following->at++;
  if (following->at == following->track_count) {
    vd_following_finish(following);
    return;
  }
  const struct vd_following_track *track = &following->tracks[following->at];
  following->is_reading = false;
  if (track->has_final_count && track->has_nonce) seek(following);
  else begin_reading(following);
}

/* False: it failed. */
static bool get_counts(struct vd_following *following, struct vd_following_track *track) {
  uint64_t nonce = 0;
  enum counted counted = get_count(following, track->count_question, &track->final_count);
  track->has_final_count = counted == COUNTED;
  if (counted == FAILED) return false;
  if (track->nonce_question == SIZE_MAX) return true;
  counted = get_count(following, track->nonce_question, &nonce);
  if (counted == COUNTED) track->nonce = nonce;
  track->has_nonce = counted == COUNTED;
  return counted != FAILED;
}

static void walk(struct vd_following *following) {
  following->at = 0;
  if (!vd_following_agreed(following, following->final_question, "the final block", vd_evm_following_block,
                           &following->final_block, sizeof following->final_block))
    return;
  if (following->final_block.number != following->final) {
    vd_following_fail(following, "an endpoint shows another block as number %" PRIu64, following->final);
    return;
  }
  for (size_t t = 0; t < following->track_count; t++)
    if (!get_counts(following, &following->tracks[t])) return;
  next_track(following);
}

const struct vd_following_kind vd_evm_following = {
    .begin = begin, .ask_hash = ask_hash, .get_hash = get_hash, .ask_more = ask_more, .walk = walk};
