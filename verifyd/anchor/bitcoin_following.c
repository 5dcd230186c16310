#include "anchor/bitcoin_following.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "chain/bitcoin_evidence.h"

_Static_assert(VD_BITCOIN_EVIDENCE_MAX <= VD_ANCHORS_EVIDENCE_MAX, "evidence is kept whole");

enum { BLOCK_MAX = 4000000 /* bytes: no block weighs more (BIP 141) */ };

static void reverse(uint8_t out[static 32], const uint8_t hash[static 32]) {
  for (size_t i = 0; i < 32; i++) out[i] = hash[31 - i];
}

/* --- coins --- */

static struct vd_following_coin *find_coin(struct vd_following_track *track, const uint8_t transaction[static 32],
                                           uint32_t output) {
  for (size_t i = 0; i < track->coin_count; i++) {
    struct vd_following_coin *coin = &track->coins[i];
    if (coin->output == output && memcmp(coin->transaction, transaction, 32) == 0) return coin;
  }
  return NULL;
}

static bool is_worth_less(const struct vd_following_coin *one, const struct vd_following_coin *other) {
  if (one->is_change != other->is_change) return other->is_change;
  return one->value_sat < other->value_sat;
}

static void add_coin(struct vd_following_track *track, const struct vd_following_coin *coin) {
  if (track->coin_count < VD_FOLLOWING_COINS_MAX) {
    track->coins[track->coin_count++] = *coin;
    return;
  }
  struct vd_following_coin *least = &track->coins[0];
  for (size_t i = 1; i < track->coin_count; i++)
    if (is_worth_less(&track->coins[i], least)) least = &track->coins[i];
  if (is_worth_less(least, coin)) *least = *coin;
}

/* The coins that it spends go. *spends_first: one of them is the first input; returns whether there are any. */
static bool take_inputs(struct vd_following_track *track, const struct vd_bitcoin_transaction *transaction,
                        bool *spends_first) {
  const uint8_t *at = transaction->inputs;
  uint8_t spent[32];
  uint32_t output;
  bool spends = false;
  *spends_first = false;
  for (size_t i = 0; i < transaction->input_count; i++) {
    vd_bitcoin_input_next(&at, spent, &output);
    struct vd_following_coin *coin = find_coin(track, spent, output);
    if (coin == NULL) continue;
    *coin = track->coins[--track->coin_count];
    spends = true;
    if (i == 0) *spends_first = true;
  }
  return spends;
}

static bool pays_to(const struct vd_following_track *track, const uint8_t *script, size_t script_len) {
  return script_len == VD_BITCOIN_SCRIPT_LEN && script[0] == 0 && script[1] == VD_BITCOIN_PROGRAM_LEN &&
         memcmp(script + 2, track->options->account, VD_BITCOIN_PROGRAM_LEN) == 0;
}

static bool is_anchor(const struct vd_following_track *track, const uint8_t *script, size_t script_len,
                      struct frag_anchor *anchor) {
  size_t len = 0;
  const uint8_t *data = vd_bitcoin_op_return(script, script_len, &len);
  return data != NULL && frag_anchor_decode(anchor, data, len) == FRAG_OK &&
         memcmp(anchor->origin_id, track->origin_id, sizeof track->origin_id) == 0;
}

bool vd_bitcoin_following_take(struct vd_following_track *track, const struct vd_bitcoin_transaction *transaction,
                               struct frag_anchor *anchor) {
  const uint8_t *at = transaction->outputs, *script;
  struct vd_following_coin coin = {.output = 0};
  struct frag_anchor other;
  size_t script_len;
  bool is_ours, has_anchor = false;
  coin.is_change = take_inputs(track, transaction, &is_ours);
  memcpy(coin.transaction, transaction->id, 32);
  for (size_t i = 0; i < transaction->output_count; i++) {
    vd_bitcoin_output_next(&at, &coin.value_sat, &script, &script_len);
    coin.output = (uint32_t)i;
    if (pays_to(track, script, script_len)) add_coin(track, &coin);
    else if (is_ours && is_anchor(track, script, script_len, has_anchor ? &other : anchor)) has_anchor = true;
  }
  return has_anchor;
}

/* --- the end of the chain --- */

static bool get_hash(const struct vd_rpc_value *value, void *hash32) {
  size_t len;
  return vd_rpc_get_hex(value, hash32, 32, &len) && len == 32;
}

static size_t ask_hash(struct vd_following *following, uint64_t number) {
  struct vd_writer *params;
  size_t question = vd_nodes_question(following->nodes, VD_NODES_ALL, "getblockhash", &params);
  vd_writer_number(params, number);
  return question;
}

static void on_head(struct vd_following *following) {
  uint8_t genesis[32], wanted[32], id[32];
  uint64_t last = UINT64_MAX, count;
  const struct vd_rpc_value *hash, *height;
  vd_following_chain_id(following->chain, id);
  reverse(wanted, id);
  for (size_t e = 0; e < vd_nodes_count(following->nodes); e++) {
    if (!vd_following_result(following, e, 0, &hash) || !vd_following_result(following, e, 1, &height)) return;
    if (!get_hash(hash, genesis) || memcmp(genesis, wanted, 32) != 0) {
      vd_following_fail(following, "endpoint %zu is a node of another network", e + 1);
      return;
    }
    if (!vd_rpc_get_number(height, &count)) {
      vd_following_fail(following, "endpoint %zu does not tell how many blocks there are", e + 1);
      return;
    }
    if (count < last) last = count;
  }
  vd_following_head(following, last);
}

static void begin(struct vd_following *following) {
  struct vd_writer *params;
  vd_nodes_begin(following->nodes);
  (void)ask_hash(following, 0);
  (void)vd_nodes_question(following->nodes, VD_NODES_ALL, "getblockcount", &params);
  vd_following_ask(following, on_head);
}

/* --- blocks --- */

/* A block that is being gone through, by all tracks that have come as far. */
struct pass {
  struct vd_following *following;
  const struct vd_bitcoin_header *header;
  struct vd_following_block block;
  size_t len;
  bool has_failed;
};

static bool note(struct pass *pass, size_t t, uint32_t index, const struct vd_bitcoin_transaction *transaction,
                 const struct frag_anchor *anchor) {
  uint8_t evidence[VD_BITCOIN_EVIDENCE_MAX];
  struct vd_bitcoin_branch branch;
  struct vd_failure failure = {.text = ""};
  struct vd_anchors_found found = {.item = {.size = anchor->size,
                                            .block_number = pass->block.number,
                                            .block_time_s = pass->block.time_s,
                                            .state = VD_ANCHORS_UNCHECKED}};
  memcpy(found.item.root, anchor->root, sizeof found.item.root);
  reverse(found.item.transaction, transaction->id);
  memcpy(found.item.block_hash, pass->block.hash, sizeof found.item.block_hash);
  uint8_t *raw = malloc(transaction->len);
  enum vd_error error = raw == NULL ? vd_fail(&failure, VD_MEMORY, "no memory for a transaction")
                                    : vd_bitcoin_block_branch(&branch, pass->following->block, pass->len, index,
                                                              &failure);
  if (error == VD_OK) {
    found.raw = raw;
    found.raw_len = vd_bitcoin_strip(transaction, raw);
    if (found.raw_len > VD_ANCHORS_RAW_MAX) found.raw_len = 0; /* it counts all the same */
    found.evidence = evidence;
    found.evidence_len = vd_bitcoin_evidence_write(evidence, pass->header, &branch);
  } else {
    vd_following_fail(pass->following, "%s", failure.text);
  }
  bool is_noted = error == VD_OK && vd_following_found_add(pass->following, t, &found);
  free(raw);
  return is_noted;
}

static bool is_due(const struct vd_following_track *track, uint64_t height) { return track->next == height; }

static void take(void *context, uint32_t index, const struct vd_bitcoin_transaction *transaction) {
  struct pass *pass = context;
  struct vd_following *following = pass->following;
  struct frag_anchor anchor;
  for (size_t t = 0; t < following->track_count && !pass->has_failed; t++) {
    struct vd_following_track *track = &following->tracks[t];
    if (!is_due(track, pass->block.number) || !vd_bitcoin_following_take(track, transaction, &anchor)) continue;
    if (track->next >= track->known_to) pass->has_failed = !note(pass, t, index, transaction, &anchor);
  }
}

static void walk(struct vd_following *following);

/* Tracks have changed half way: they are read again from the store. */
static void reload(struct vd_following *following, uint64_t height) {
  for (size_t t = 0; t < following->track_count; t++)
    if (is_due(&following->tracks[t], height)) following->tracks[t].is_loaded = false;
}

/* The block has been gone through. */
static void move_on(struct vd_following *following, const struct vd_following_block *block) {
  for (size_t t = 0; t < following->track_count; t++) {
    struct vd_following_track *track = &following->tracks[t];
    if (!is_due(track, block->number)) continue;
    vd_following_move(track, block, 1);
    if (vd_following_save(following, t, block->number == following->final)) continue;
    reload(following, block->number); /* the tracks after it: their coins are spent already */
    return;
  }
  vd_following_found_clear(following);
  walk(following);
}

static const uint8_t *hash_at(const struct vd_following *following, uint64_t height) {
  return following->hashes[height - following->hashes_first];
}

/* Whether what endpoint `source` gave is the block with the hash that all agree on. */
static bool read_block(struct vd_following *following, struct vd_bitcoin_header *header, size_t *len) {
  const struct vd_rpc_value *value;
  uint8_t hash[32];
  struct vd_failure failure;
  if (vd_nodes_outcome(following->nodes, following->source, 0, &value) != VD_RPC_RESULT ||
      !vd_rpc_get_hex(value, following->block, BLOCK_MAX, len) || *len < VD_BITCOIN_HEADER_LEN ||
      vd_bitcoin_header_read(header, following->block, &failure) != VD_OK)
    return false;
  reverse(hash, header->hash);
  return memcmp(hash, hash_at(following, following->height), 32) == 0;
}

/* Whether it comes after what the tracks have seen. */
static bool follows(const struct vd_following *following, const struct vd_following_block *block) {
  for (size_t t = 0; t < following->track_count; t++) {
    const struct vd_following_track *track = &following->tracks[t];
    if (is_due(track, block->number) && track->is_begun && memcmp(track->hash, block->parent, 32) != 0) return false;
  }
  return true;
}

static void ask_block(struct vd_following *following);

/* Another endpoint may have it. */
static void refused(struct vd_following *following) {
  following->source = (following->source + 1) % vd_nodes_count(following->nodes);
  if (++following->refusals < vd_nodes_count(following->nodes)) ask_block(following);
  else vd_following_fail(following, "no endpoint gives block %" PRIu64 "; has it been pruned?", following->height);
}

static void on_block(struct vd_following *following) {
  struct vd_bitcoin_header header;
  struct vd_failure failure = {.text = ""};
  struct pass pass = {.following = following, .header = &header, .block = {.number = following->height}};
  if (!read_block(following, &header, &pass.len)) {
    refused(following);
    return;
  }
  memcpy(pass.block.hash, hash_at(following, following->height), 32);
  reverse(pass.block.parent, header.previous);
  pass.block.time_s = header.time_s;
  if (!follows(following, &pass.block)) {
    vd_following_fail(following, "block %" PRIu64 " does not follow the one before it", following->height);
    return;
  }
  enum vd_error error = vd_bitcoin_block_read(&header, following->block, pass.len, take, &pass, &failure);
  if ((error != VD_OK && error != VD_DATA) || pass.has_failed) reload(following, following->height);
  if (error == VD_DATA) refused(following); /* its transactions are not those of the header; none was taken */
  else if (error != VD_OK) vd_following_fail(following, "%s", failure.text);
  else if (!pass.has_failed) move_on(following, &pass.block);
}

static void ask_block(struct vd_following *following) {
  struct vd_writer *params;
  vd_nodes_begin(following->nodes);
  (void)vd_nodes_question(following->nodes, following->source, "getblock", &params);
  vd_rpc_put_hex(params, hash_at(following, following->height), 32);
  vd_writer_number(params, 0);
  vd_following_ask(following, on_block);
}

/* --- which block is next --- */

static void on_hashes(struct vd_following *following) {
  for (size_t i = 0; i < following->hashes_count; i++)
    if (!vd_following_agreed(following, i, "a block", get_hash, following->hashes[i], 32)) {
      following->hashes_count = 0;
      return;
    }
  following->refusals = 0;
  ask_block(following);
}

static void ask_hashes(struct vd_following *following) {
  uint64_t left = following->final - following->height + 1;
  following->hashes_first = following->height;
  following->hashes_count = left < VD_FOLLOWING_HASHES ? (size_t)left : VD_FOLLOWING_HASHES;
  vd_nodes_begin(following->nodes);
  for (size_t i = 0; i < following->hashes_count; i++) (void)ask_hash(following, following->hashes_first + i);
  vd_following_ask(following, on_hashes);
}

/* The tracks that are furthest behind go on until they have come up with the others. */
static void walk(struct vd_following *following) {
  uint64_t height = UINT64_MAX;
  for (size_t t = 0; t < following->track_count; t++)
    if (following->tracks[t].next < height) height = following->tracks[t].next;
  if (height > following->final) {
    vd_following_finish(following);
    return;
  }
  if (following->block == NULL) following->block = malloc(BLOCK_MAX);
  if (following->block == NULL) {
    vd_following_fail(following, "no memory for a block");
    return;
  }
  bool has_hash = height >= following->hashes_first && height - following->hashes_first < following->hashes_count;
  following->height = height;
  following->refusals = 0;
  if (has_hash) ask_block(following);
  else ask_hashes(following);
}

/* Hashes that were agreed on in an earlier round may have changed since. */
static void walk_first(struct vd_following *following) {
  following->hashes_count = 0;
  walk(following);
}

const struct vd_following_kind vd_bitcoin_following = {
    .begin = begin, .ask_hash = ask_hash, .get_hash = get_hash, .walk = walk_first};
