#include "anchor/bitcoin_rounds.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of the questions of the first round: the order of vd_bitcoin_first_put. Those that are not always asked stand
 * at the end. */
enum { INFO, GENESIS, RATE, FIRST_ALWAYS };

enum {
  RATE_BLOCKS = 6,      /* within how many blocks an anchor is wanted to be mined */
  REWARD_MATURITY = 100, /* confirmations of a miner's reward that can be spent */
  BLOCK_MAX = 4000000
};

_Static_assert(FIRST_ALWAYS + VD_JUDGE_FINALS_MAX + VD_BITCOIN_COINS_MAX + VD_OUTBOX_ATTEMPTS_MAX <=
                   VD_NODES_QUESTIONS_MAX,
               "all questions of the first round fit into it");

/* ---- questions ---- */

static void put_block_hash(struct vd_nodes *nodes, uint64_t number) {
  struct vd_writer *params;
  (void)vd_nodes_question(nodes, VD_NODES_ALL, "getblockhash", &params);
  vd_writer_number(params, number);
}

static void put_output(struct vd_nodes *nodes, const uint8_t transaction[static 32], uint32_t output, bool with_mempool) {
  struct vd_writer *params;
  (void)vd_nodes_question(nodes, VD_NODES_ALL, "gettxout", &params);
  vd_rpc_put_reversed(params, transaction, 32);
  vd_writer_number(params, output);
  vd_writer_boolean(params, with_mempool);
}

void vd_bitcoin_first_put(struct vd_nodes *nodes, const struct vd_bitcoin_subject *subject) {
  const struct vd_judge_outbox *outbox = subject->outbox;
  struct vd_writer *params;
  (void)vd_nodes_question(nodes, VD_NODES_ALL, "getblockchaininfo", &params);
  put_block_hash(nodes, 0);
  (void)vd_nodes_question(nodes, VD_NODES_ALL, "estimatesmartfee", &params);
  vd_writer_number(params, RATE_BLOCKS);
  for (size_t c = 0; c < subject->coins->count; c++)
    put_output(nodes, subject->coins->items[c].transaction, subject->coins->items[c].output, false);
  for (size_t a = 0; a < outbox->attempt_count; a++) put_output(nodes, outbox->attempts[a].id, 1, true);
  for (size_t i = 0; subject->asks_finals && i < outbox->final_count; i++)
    put_block_hash(nodes, outbox->finals[i].number);
}

void vd_bitcoin_second_put(struct vd_nodes *nodes, uint64_t number) { put_block_hash(nodes, number); }

void vd_bitcoin_third_put(struct vd_nodes *nodes, size_t endpoint, const uint8_t hash[static 32]) {
  struct vd_writer *params;
  (void)vd_nodes_question(nodes, endpoint, "getblock", &params);
  vd_rpc_put_reversed(params, hash, 32);
  vd_writer_number(params, 0); /* the bytes themselves */
}

void vd_bitcoin_send_put(struct vd_nodes *nodes, const uint8_t *raw, size_t len) {
  struct vd_writer *params;
  (void)vd_nodes_question(nodes, VD_NODES_ALL, "sendrawtransaction", &params);
  vd_rpc_put_hex(params, raw, len);
}

/* ---- answers ---- */

static const struct vd_rpc_value *result_of(const struct vd_nodes *nodes, size_t e, size_t question) {
  const struct vd_rpc_value *value = NULL;
  return vd_nodes_outcome(nodes, e, question, &value) == VD_RPC_RESULT ? value : NULL;
}

static struct vd_bitcoin_hash hash_of(const struct vd_nodes *nodes, size_t e, size_t question) {
  struct vd_bitcoin_hash hash = {.presence = VD_JUDGE_UNKNOWN};
  if (vd_rpc_get_reversed(result_of(nodes, e, question), hash.hash, sizeof hash.hash)) hash.presence = VD_JUDGE_THERE;
  return hash;
}

static void read_info(const struct vd_rpc_value *value, const char *network, struct vd_bitcoin_view *view) {
  const char *name;
  size_t len;
  if (!vd_rpc_get_text(vd_rpc_member(value, "chain"), &name, &len) ||
      !vd_rpc_get_number(vd_rpc_member(value, "blocks"), &view->height) ||
      !vd_rpc_get_reversed(vd_rpc_member(value, "bestblockhash"), view->tip, sizeof view->tip))
    return;
  if (view->height > UINT32_MAX) return;
  view->is_network = len == strlen(network) && memcmp(name, network, len) == 0;
  view->info = VD_JUDGE_THERE;
}

/* Bitcoin Core says feerate, bcoin says fee; both in bitcoin for 1000 virtual bytes, or nothing of the kind. */
static uint64_t rate_of(const struct vd_rpc_value *value) {
  uint64_t rate;
  if (vd_rpc_get_satoshi(vd_rpc_member(value, "feerate"), &rate)) return rate;
  return vd_rpc_get_satoshi(vd_rpc_member(value, "fee"), &rate) ? rate : 0;
}

static bool is_ours(const struct vd_rpc_value *script, const uint8_t program[static VD_BITCOIN_PROGRAM_LEN]) {
  uint8_t bytes[VD_BITCOIN_SCRIPT_LEN];
  size_t len;
  return vd_rpc_get_hex(vd_rpc_member(script, "hex"), bytes, sizeof bytes, &len) && len == sizeof bytes &&
         memcmp(bytes, "\x00\x14", 2) == 0 && memcmp(bytes + 2, program, VD_BITCOIN_PROGRAM_LEN) == 0;
}

static struct vd_bitcoin_output output_of(const struct vd_nodes *nodes, size_t e, size_t question,
                                          const struct vd_bitcoin_subject *subject) {
  struct vd_bitcoin_output output = {.presence = VD_JUDGE_UNKNOWN};
  const struct vd_rpc_value *value = result_of(nodes, e, question);
  bool is_reward = false;
  if (vd_rpc_is_null(value)) output.presence = VD_JUDGE_ABSENT;
  if (!vd_rpc_get_number(vd_rpc_member(value, "confirmations"), &output.confirmations) ||
      !vd_rpc_get_satoshi(vd_rpc_member(value, "value"), &output.value_sat) ||
      !vd_rpc_get_boolean(vd_rpc_member(value, "coinbase"), &is_reward) ||
      !vd_rpc_get_reversed(vd_rpc_member(value, "bestblock"), output.tip, sizeof output.tip))
    return output;
  output.is_ours = is_ours(vd_rpc_member(value, "scriptPubKey"), subject->program);
  output.is_immature = is_reward && output.confirmations < REWARD_MATURITY;
  output.presence = VD_JUDGE_THERE;
  return output;
}

void vd_bitcoin_first_read(const struct vd_nodes *nodes, const struct vd_bitcoin_subject *subject,
                           struct vd_bitcoin_view *views) {
  const struct vd_judge_outbox *outbox = subject->outbox;
  for (size_t e = 0; e < vd_nodes_count(nodes); e++) {
    struct vd_bitcoin_view *view = &views[e];
    size_t question = FIRST_ALWAYS;
    memset(view, 0, sizeof *view);
    read_info(result_of(nodes, e, INFO), subject->network, view);
    view->genesis = hash_of(nodes, e, GENESIS);
    view->rate = rate_of(result_of(nodes, e, RATE));
    for (size_t c = 0; c < subject->coins->count; c++) view->coins[c] = output_of(nodes, e, question++, subject);
    for (size_t a = 0; a < outbox->attempt_count; a++) view->changes[a] = output_of(nodes, e, question++, subject);
    for (size_t i = 0; subject->asks_finals && i < outbox->final_count; i++)
      view->finals[i] = hash_of(nodes, e, question++);
  }
}

void vd_bitcoin_second_read(const struct vd_nodes *nodes, struct vd_bitcoin_view *views) {
  for (size_t e = 0; e < vd_nodes_count(nodes); e++) views[e].mined = hash_of(nodes, e, 0);
}

struct wanted {
  const uint8_t *id;
  bool is_found;
  uint32_t index;
};

static void take(void *context, uint32_t index, const struct vd_bitcoin_transaction *transaction) {
  struct wanted *wanted = context;
  if (wanted->is_found || memcmp(transaction->id, wanted->id, 32) != 0) return;
  wanted->is_found = true;
  wanted->index = index;
}

static enum vd_judge_presence read_block(const uint8_t *bytes, size_t len, const uint8_t hash[static 32],
                                           const uint8_t transaction[static 32], struct vd_bitcoin_proof *proof) {
  struct wanted wanted = {.id = transaction};
  if (vd_bitcoin_block_read(&proof->header, bytes, len, take, &wanted, NULL) != VD_OK ||
      memcmp(proof->header.hash, hash, 32) != 0)
    return VD_JUDGE_UNKNOWN;
  if (!wanted.is_found) return VD_JUDGE_ABSENT;
  return vd_bitcoin_block_branch(&proof->branch, bytes, len, wanted.index, NULL) == VD_OK ? VD_JUDGE_THERE
                                                                                          : VD_JUDGE_UNKNOWN;
}

void vd_bitcoin_third_read(const struct vd_nodes *nodes, size_t endpoint, const uint8_t hash[static 32],
                           const uint8_t transaction[static 32], struct vd_bitcoin_proof *proof) {
  uint8_t *bytes = malloc(BLOCK_MAX);
  size_t len;
  proof->presence = VD_JUDGE_UNKNOWN;
  proof->endpoint = endpoint;
  if (bytes != NULL && vd_rpc_get_hex(result_of(nodes, endpoint, 0), bytes, BLOCK_MAX, &len))
    proof->presence = read_block(bytes, len, hash, transaction, proof);
  free(bytes);
}
