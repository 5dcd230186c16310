#include "anchor/evm_rounds.h"

#include <string.h>

/* Numbers of the questions of the first round: the order of vd_evm_first_put. Those that are not always asked stand
 * at the end. */
enum { CHAIN_ID, LATEST, COUNT_LATEST, COUNT_PENDING, BALANCE, FIRST_ALWAYS };

/* ---- questions ---- */

static void put_block(struct vd_nodes *nodes, const char *tag, uint64_t number) {
  struct vd_writer *params;
  (void)vd_nodes_question(nodes, VD_NODES_ALL, "eth_getBlockByNumber", &params);
  if (tag != NULL) vd_writer_string(params, tag);
  else vd_rpc_put_quantity(params, number);
  vd_writer_boolean(params, false); /* the hashes of the transactions only */
}

static void put_account(struct vd_nodes *nodes, const char *method, const struct vd_evm_subject *subject,
                        const char *tag) {
  struct vd_writer *params;
  (void)vd_nodes_question(nodes, VD_NODES_ALL, method, &params);
  vd_rpc_put_data(params, subject->account, sizeof subject->account);
  vd_writer_string(params, tag);
}

static void put_data(struct vd_nodes *nodes, const char *method, const uint8_t *bytes, size_t len) {
  struct vd_writer *params;
  (void)vd_nodes_question(nodes, VD_NODES_ALL, method, &params);
  vd_rpc_put_data(params, bytes, len);
}

static void put_gas(struct vd_nodes *nodes, const struct vd_evm_subject *subject) {
  struct vd_writer *params;
  (void)vd_nodes_question(nodes, VD_NODES_ALL, "eth_estimateGas", &params);
  vd_writer_open(params, '{');
  vd_writer_name(params, "from");
  vd_rpc_put_data(params, subject->account, sizeof subject->account);
  vd_writer_name(params, "to");
  vd_rpc_put_data(params, subject->account, sizeof subject->account);
  vd_writer_name(params, "data");
  vd_rpc_put_data(params, subject->payload, sizeof subject->payload);
  vd_writer_close(params, '}');
}

void vd_evm_first_put(struct vd_nodes *nodes, const struct vd_evm_subject *subject) {
  struct vd_writer *params;
  (void)vd_nodes_question(nodes, VD_NODES_ALL, "eth_chainId", &params);
  put_block(nodes, "latest", 0);
  put_account(nodes, "eth_getTransactionCount", subject, "latest");
  put_account(nodes, "eth_getTransactionCount", subject, "pending");
  put_account(nodes, "eth_getBalance", subject, "latest");
  if (subject->asks_finalized) put_block(nodes, "finalized", 0);
  for (size_t i = 0; subject->asks_finals && i < subject->outbox->final_count; i++)
    put_block(nodes, NULL, subject->outbox->finals[i].number);
  if (subject->asks_gas) put_gas(nodes, subject);
}

void vd_evm_second_put(struct vd_nodes *nodes, const struct vd_evm_subject *subject, uint64_t common) {
  const struct vd_judge_outbox *outbox = subject->outbox;
  put_block(nodes, NULL, common);
  for (size_t a = 0; a < outbox->attempt_count; a++)
    put_data(nodes, "eth_getTransactionReceipt", outbox->attempts[a].id, sizeof outbox->attempts[a].id);
  if (outbox->attempt_count > 0)
    put_data(nodes, "eth_getTransactionByHash", outbox->attempts[outbox->attempt_count - 1].id, 32);
}

void vd_evm_third_put(struct vd_nodes *nodes, const struct vd_evm_mined *mined) {
  put_block(nodes, NULL, mined->number);
  put_data(nodes, "eth_getTransactionByHash", mined->id, sizeof mined->id);
}

void vd_evm_send_put(struct vd_nodes *nodes, const uint8_t *raw, size_t len) {
  put_data(nodes, "eth_sendRawTransaction", raw, len);
}

/* ---- answers ---- */

/* The result, if there is one; *presence tells a null from none. */
static const struct vd_rpc_value *result_of(const struct vd_nodes *nodes, size_t e, size_t question,
                                            enum vd_judge_presence *presence) {
  const struct vd_rpc_value *value = NULL;
  *presence = VD_JUDGE_UNKNOWN;
  if (vd_nodes_outcome(nodes, e, question, &value) != VD_RPC_RESULT) return NULL;
  if (vd_rpc_is_null(value)) *presence = VD_JUDGE_ABSENT;
  return vd_rpc_is_null(value) ? NULL : value;
}

static struct vd_evm_number number_of(const struct vd_nodes *nodes, size_t e, size_t question) {
  enum vd_judge_presence presence;
  struct vd_evm_number number = {.is_known = false};
  number.is_known = vd_rpc_get_quantity(result_of(nodes, e, question, &presence), &number.value);
  return number;
}

static struct vd_evm_block block_of(const struct vd_nodes *nodes, size_t e, size_t question) {
  struct vd_evm_block block = {.presence = VD_JUDGE_UNKNOWN};
  const struct vd_rpc_value *value = result_of(nodes, e, question, &block.presence);
  if (value == NULL) return block;
  if (!vd_rpc_get_quantity(vd_rpc_member(value, "number"), &block.number) ||
      !vd_rpc_get_data_exact(vd_rpc_member(value, "hash"), block.hash, sizeof block.hash) ||
      !vd_rpc_get_quantity(vd_rpc_member(value, "timestamp"), &block.time_s))
    return block;
  block.has_base_fee = vd_rpc_get_quantity(vd_rpc_member(value, "baseFeePerGas"), &block.base_fee);
  block.presence = VD_JUDGE_THERE;
  return block;
}

/* An answer about another block than was asked for is none. */
static struct vd_evm_block block_at(const struct vd_nodes *nodes, size_t e, size_t question, uint64_t number) {
  struct vd_evm_block block = block_of(nodes, e, question);
  if (block.presence == VD_JUDGE_THERE && block.number != number) block.presence = VD_JUDGE_UNKNOWN;
  return block;
}

void vd_evm_first_read(const struct vd_nodes *nodes, const struct vd_evm_subject *subject, struct vd_evm_view *views) {
  for (size_t e = 0; e < vd_nodes_count(nodes); e++) {
    struct vd_evm_view *view = &views[e];
    enum vd_judge_presence presence;
    size_t question = FIRST_ALWAYS;
    memset(view, 0, sizeof *view);
    view->chain_id = number_of(nodes, e, CHAIN_ID);
    view->latest = block_of(nodes, e, LATEST);
    view->count_latest = number_of(nodes, e, COUNT_LATEST);
    view->count_pending = number_of(nodes, e, COUNT_PENDING);
    view->has_balance = vd_rpc_get_quantity_wide(result_of(nodes, e, BALANCE, &presence), view->balance);
    if (subject->asks_finalized) view->finalized = block_of(nodes, e, question++);
    for (size_t i = 0; subject->asks_finals && i < subject->outbox->final_count; i++)
      view->finals[i] = block_at(nodes, e, question++, subject->outbox->finals[i].number);
    if (subject->asks_gas) view->gas = number_of(nodes, e, question);
  }
}

static bool is_id(const struct vd_rpc_value *value, const char *name, const uint8_t id[static 32]) {
  uint8_t bytes[32];
  return vd_rpc_get_data_exact(vd_rpc_member(value, name), bytes, sizeof bytes) && memcmp(bytes, id, sizeof bytes) == 0;
}

static struct vd_evm_receipt receipt_of(const struct vd_nodes *nodes, size_t e, size_t question,
                                        const uint8_t id[static 32]) {
  struct vd_evm_receipt receipt = {.presence = VD_JUDGE_UNKNOWN};
  const struct vd_rpc_value *value = result_of(nodes, e, question, &receipt.presence);
  uint64_t status;
  if (value == NULL || !is_id(value, "transactionHash", id)) return receipt;
  if (!vd_rpc_get_quantity(vd_rpc_member(value, "status"), &status) || status > 1 ||
      !vd_rpc_get_quantity(vd_rpc_member(value, "blockNumber"), &receipt.block_number) ||
      !vd_rpc_get_data_exact(vd_rpc_member(value, "blockHash"), receipt.block_hash, sizeof receipt.block_hash) ||
      !vd_rpc_get_quantity(vd_rpc_member(value, "gasUsed"), &receipt.gas_used) ||
      !vd_rpc_get_quantity(vd_rpc_member(value, "effectiveGasPrice"), &receipt.gas_price))
    return receipt;
  receipt.is_success = status == 1;
  receipt.presence = VD_JUDGE_THERE;
  return receipt;
}

static enum vd_judge_presence transaction_of(const struct vd_nodes *nodes, size_t e, size_t question,
                                           const uint8_t id[static 32], const struct vd_rpc_value **value) {
  enum vd_judge_presence presence;
  *value = result_of(nodes, e, question, &presence);
  return *value != NULL && is_id(*value, "hash", id) ? VD_JUDGE_THERE : presence;
}

void vd_evm_second_read(const struct vd_nodes *nodes, const struct vd_evm_subject *subject, uint64_t common,
                        struct vd_evm_view *views) {
  const struct vd_judge_outbox *outbox = subject->outbox;
  const struct vd_rpc_value *value;
  for (size_t e = 0; e < vd_nodes_count(nodes); e++) {
    views[e].common = block_at(nodes, e, 0, common);
    for (size_t a = 0; a < outbox->attempt_count; a++)
      views[e].receipts[a] = receipt_of(nodes, e, 1 + a, outbox->attempts[a].id);
    if (outbox->attempt_count > 0)
      views[e].newest = transaction_of(nodes, e, 1 + outbox->attempt_count,
                                       outbox->attempts[outbox->attempt_count - 1].id, &value);
  }
}

static bool is_ours(const struct vd_rpc_value *value, const struct vd_evm_subject *subject,
                    const struct vd_evm_mined *mined) {
  uint8_t from[VD_EVM_ADDRESS_LEN], to[VD_EVM_ADDRESS_LEN], input[FRAG_ANCHOR_LEN];
  uint64_t nonce;
  return vd_rpc_get_data_exact(vd_rpc_member(value, "from"), from, sizeof from) &&
         vd_rpc_get_data_exact(vd_rpc_member(value, "to"), to, sizeof to) &&
         vd_rpc_get_data_exact(vd_rpc_member(value, "input"), input, sizeof input) &&
         vd_rpc_get_quantity(vd_rpc_member(value, "nonce"), &nonce) && nonce == subject->outbox->number &&
         memcmp(from, subject->account, sizeof from) == 0 && memcmp(to, subject->account, sizeof to) == 0 &&
         memcmp(input, mined->payload, sizeof input) == 0;
}

void vd_evm_third_read(const struct vd_nodes *nodes, const struct vd_evm_subject *subject,
                       const struct vd_evm_mined *mined, struct vd_evm_view *views) {
  const struct vd_rpc_value *value;
  for (size_t e = 0; e < vd_nodes_count(nodes); e++) {
    views[e].mined_block = block_at(nodes, e, 0, mined->number);
    views[e].mined = transaction_of(nodes, e, 1, mined->id, &value);
    views[e].is_mined_ours = views[e].mined == VD_JUDGE_THERE && is_ours(value, subject, mined);
  }
}
