#include "evm_judge_fixture.h"

#include <string.h>

static void fill(uint8_t hash[static 32], uint8_t with) { memset(hash, with, 32); }

static struct vd_evm_block block_of(uint64_t number, uint8_t hash) {
  struct vd_evm_block block = {.presence = VD_JUDGE_THERE, .has_base_fee = true, .number = number, .base_fee = 10 * GWEI};
  block.time_s = 5000 + number;
  fill(block.hash, hash);
  return block;
}

static struct vd_evm_receipt receipt_of(uint64_t number, uint8_t hash) {
  struct vd_evm_receipt receipt = {
      .presence = VD_JUDGE_THERE, .is_success = true, .block_number = number, .gas_used = 22000, .gas_price = 11 * GWEI};
  fill(receipt.block_hash, hash);
  return receipt;
}

struct vd_evm_view evm_judge_view(enum kind kind) {
  struct vd_evm_view view = {.chain_id = {true, 1},
                             .count_latest = {true, NONCE},
                             .count_pending = {true, NONCE},
                             .has_balance = true,
                             .latest = block_of(LATEST, 1),
                             .finalized = block_of(COMMON, 2),
                             .finals = {block_of(FINAL, 3)},
                             .common = block_of(COMMON, 2),
                             .receipts = {{.presence = VD_JUDGE_ABSENT}, {.presence = VD_JUDGE_ABSENT}},
                             .newest = VD_JUDGE_THERE,
                             .mined_block = block_of(90, 4),
                             .mined = VD_JUDGE_THERE,
                             .is_mined_ours = true};
  view.balance[20] = 1; /* about 8e28 wei */
  switch (kind) {
    case DROPPED: view.newest = VD_JUDGE_ABSENT; break;
    case FAILED:
    case MINED:
    case MOVED:
    case LYING: view.receipts[1] = receipt_of(90, 4); break;
    case MINED_OLD: view.receipts[0] = receipt_of(90, 4); break;
    case MINED_YOUNG: view.receipts[1] = receipt_of(105, 5); break;
    case MINED_FORK: view.receipts[1] = receipt_of(90, 6); break;
    case BOTH: view.receipts[0] = view.receipts[1] = receipt_of(90, 4); break;
    case AHEAD: view.count_latest.value = NONCE + 1; break;
    case LACKING: view.count_latest.value = NONCE - 1; break;
    case POOR: memset(view.balance, 0, sizeof view.balance); break;
    case WRONG: view.chain_id.value = 2; break;
    case MUTE: view.has_balance = false; break;
    case MUTE_LATER: view.receipts[0].presence = VD_JUDGE_UNKNOWN; break;
    case NO_FEES: view.latest.has_base_fee = false; break;
    case SHORT_CHAIN: view.latest.number = FINAL - 1; break;
    case OTHER_FINAL: fill(view.finals[0].hash, 9); break;
    case OTHER_CHAIN: fill(view.common.hash, 9); break;
    case POOL:
    case KINDS: break;
  }
  if (view.receipts[0].presence == VD_JUDGE_THERE || view.receipts[1].presence == VD_JUDGE_THERE)
    view.count_latest.value = view.count_pending.value = NONCE + 1;
  view.receipts[1].is_success = kind != FAILED;
  if (kind == MOVED) fill(view.mined_block.hash, 8);
  if (kind == LYING) view.is_mined_ours = false;
  if (kind == MINED_FORK) fill(view.mined_block.hash, 6);
  return view;
}

void evm_judge_set_up(struct rig *rig, bool is_open) {
  memset(rig, 0, sizeof *rig);
  rig->chain.id = 1;
  rig->anchor = (struct vd_anchor_settings){
      .interval_s = 100, .entries = 1, .replace_s = REPLACE_S, .fee_max = 100 * GWEI, .tip = GWEI};
  rig->outbox.number = is_open ? NONCE : NONCE - 1;
  rig->outbox.last = (struct vd_policy_slot){.is_there = true, .is_final = !is_open, .size = 40};
  rig->outbox.last.newest.size = 40;
  if (is_open) rig->outbox.attempt_count = 2;
  rig->outbox.attempts[0] = (struct vd_judge_attempt){.tip = GWEI, .fee = 20 * GWEI};
  rig->outbox.attempts[1] = (struct vd_judge_attempt){.tip = 2 * GWEI, .fee = 30 * GWEI};
  rig->outbox.final_count = 1;
  rig->outbox.finals[0].number = FINAL;
  fill(rig->outbox.finals[0].hash, 3);
  for (size_t e = 0; e < ENDPOINTS; e++) rig->views[e] = evm_judge_view(POOL);
  rig->shared = (struct vd_judge_situation){.chain = &rig->chain,
                                            .anchor = &rig->anchor,
                                            .outbox = &rig->outbox,
                                            .has_newest = true,
                                            .newest = {.size = 60},
                                            .now_s = NOW_S,
                                            .are_finals_asked = true};
  rig->situation = (struct vd_evm_situation){
      .shared = &rig->shared, .intrinsic_gas = GAS, .view_count = ENDPOINTS, .views = rig->views};
}
