#include "anchor/evm_judge.h"

#include <string.h>

static bool is_same(const uint8_t left[static 32], const uint8_t right[static 32]) {
  return memcmp(left, right, 32) == 0;
}

/* ---- the first round ---- */

static uint64_t final_number(const struct vd_evm_situation *situation, const struct vd_evm_view *view) {
  uint64_t latest = view->latest.number, confirmations = situation->shared->chain->confirmations;
  if (confirmations > 0) return latest + 1 > confirmations ? latest + 1 - confirmations : 0;
  return view->finalized.number < latest ? view->finalized.number : latest;
}

static bool check_endpoint(const struct vd_evm_situation *situation, size_t e, struct vd_judge_verdict *verdict) {
  const struct vd_evm_view *view = &situation->views[e];
  const struct vd_judge_outbox *outbox = situation->shared->outbox;
  bool wants_finalized = situation->shared->chain->confirmations == 0;
  if (!view->chain_id.is_known || !view->count_latest.is_known || !view->count_pending.is_known || !view->has_balance ||
      view->latest.presence != VD_JUDGE_THERE || (wants_finalized && view->finalized.presence == VD_JUDGE_UNKNOWN))
    return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_SILENT, e);
  if (!view->latest.has_base_fee || (wants_finalized && view->finalized.presence == VD_JUDGE_ABSENT))
    return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_UNFIT, e);
  if (outbox->final_count > 0 && view->latest.number < outbox->finals[0].number)
    return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_BEHIND, e);
  for (size_t i = 0; situation->shared->are_finals_asked && i < outbox->final_count; i++)
    if (view->finals[i].presence != VD_JUDGE_THERE)
      return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE,
                           view->finals[i].presence == VD_JUDGE_ABSENT ? VD_REASON_BEHIND : VD_REASON_SILENT, e);
  return true;
}

static bool check_basics(const struct vd_evm_situation *situation, uint64_t *common, struct vd_judge_verdict *verdict) {
  for (size_t e = 0; e < situation->view_count; e++) {
    const struct vd_evm_number *chain_id = &situation->views[e].chain_id;
    if (chain_id->is_known && chain_id->value != situation->shared->chain->id)
      return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_WRONG_CHAIN, e);
  }
  *common = UINT64_MAX;
  for (size_t e = 0; e < situation->view_count; e++) {
    if (!check_endpoint(situation, e, verdict)) return false;
    uint64_t number = final_number(situation, &situation->views[e]);
    if (number < *common) *common = number;
  }
  return true;
}

static bool check_finals(const struct vd_evm_situation *situation, uint64_t common, struct vd_judge_verdict *verdict) {
  const struct vd_judge_outbox *outbox = situation->shared->outbox;
  for (size_t i = 0; situation->shared->are_finals_asked && i < outbox->final_count; i++) {
    size_t others = 0;
    for (size_t e = 0; e < situation->view_count; e++)
      others += !is_same(situation->views[e].finals[i].hash, outbox->finals[i].hash);
    if (!vd_judge_final(others, situation->view_count, common < outbox->finals[i].number, verdict)) return false;
  }
  return true;
}

bool vd_evm_judge_basics(const struct vd_evm_situation *situation, uint64_t *common) {
  struct vd_judge_verdict verdict;
  return check_basics(situation, common, &verdict) && check_finals(situation, *common, &verdict);
}

/* ---- the second round ---- */

static bool check_second(const struct vd_evm_situation *situation, struct vd_judge_verdict *verdict) {
  const struct vd_judge_outbox *outbox = situation->shared->outbox;
  for (size_t e = 0; e < situation->view_count; e++) {
    const struct vd_evm_view *view = &situation->views[e];
    bool is_silent = view->common.presence != VD_JUDGE_THERE;
    if (outbox->attempt_count > 0) is_silent = is_silent || view->newest == VD_JUDGE_UNKNOWN;
    for (size_t a = 0; a < outbox->attempt_count; a++)
      is_silent = is_silent || view->receipts[a].presence == VD_JUDGE_UNKNOWN;
    if (is_silent) return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_SILENT, e);
    if (!is_same(view->common.hash, situation->views[0].common.hash))
      return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, e);
  }
  return true;
}

struct mined {
  size_t endpoints; /* that have a receipt of any attempt */
  size_t attempt;   /* of the first endpoint that has one */
  bool is_agreed;   /* every endpoint has the same receipt, and no other */
};

static bool is_same_receipt(const struct vd_evm_receipt *left, const struct vd_evm_receipt *right) {
  return left->is_success == right->is_success && left->block_number == right->block_number &&
         left->gas_used == right->gas_used && left->gas_price == right->gas_price &&
         is_same(left->block_hash, right->block_hash);
}

static struct mined find_mined(const struct vd_evm_situation *situation) {
  struct mined mined = {.is_agreed = true};
  const struct vd_evm_receipt *first = NULL;
  for (size_t e = 0; e < situation->view_count; e++) {
    size_t receipts = 0;
    for (size_t a = 0; a < situation->shared->outbox->attempt_count; a++) {
      const struct vd_evm_receipt *receipt = &situation->views[e].receipts[a];
      if (receipt->presence != VD_JUDGE_THERE) continue;
      receipts++;
      if (first == NULL) mined.attempt = a;
      if (first == NULL) first = receipt;
      if (a != mined.attempt || !is_same_receipt(receipt, first)) mined.is_agreed = false;
    }
    mined.endpoints += receipts > 0;
    if (receipts != 1) mined.is_agreed = false;
  }
  return mined;
}

bool vd_evm_judge_mined(const struct vd_evm_situation *situation, size_t *attempt, uint64_t *number) {
  struct vd_judge_verdict verdict;
  uint64_t common;
  if (situation->shared->outbox->attempt_count == 0) return false;
  if (!check_basics(situation, &common, &verdict) || !check_finals(situation, common, &verdict)) return false;
  if (!check_second(situation, &verdict)) return false;
  struct mined mined = find_mined(situation);
  *attempt = mined.attempt;
  *number = mined.is_agreed ? situation->views[0].receipts[mined.attempt].block_number : 0;
  return mined.is_agreed && *number <= common;
}

/* ---- fees ---- */

static uint64_t sum(uint64_t left, uint64_t right) { return left > UINT64_MAX - right ? UINT64_MAX : left + right; }

static uint64_t least(uint64_t left, uint64_t right) { return left < right ? left : right; }

static uint64_t most(uint64_t left, uint64_t right) { return left > right ? left : right; }

/* What nodes want of a replacement, and a little more than most do: an eighth, rounded up. */
static uint64_t raised(uint64_t old) { return most(sum(old, old / 8 + (old % 8 != 0)), sum(old, 1)); }

/* The highest fee for each gas that a balance pays; gas is small enough for a long division by bytes. */
static uint64_t affordable(const uint8_t balance[static 32], uint64_t gas) {
  uint64_t quotient = 0, rest = 0;
  for (size_t i = 0; i < 32; i++) {
    rest = rest << 8 | balance[i];
    if (quotient > UINT64_MAX >> 8) return UINT64_MAX;
    quotient = quotient << 8 | rest / gas;
    rest %= gas;
  }
  return quotient;
}

struct market {
  uint64_t base;    /* the highest that an endpoint tells */
  uint64_t gas;     /* limit for an anchor */
  uint64_t can_pay; /* for each gas, as the poorest balance has it */
};

static struct market look_at_market(const struct vd_evm_situation *situation) {
  struct market market = {.gas = situation->intrinsic_gas, .can_pay = UINT64_MAX};
  for (size_t e = 0; e < situation->view_count; e++) {
    const struct vd_evm_view *view = &situation->views[e];
    market.base = most(market.base, view->latest.base_fee);
    if (view->gas.is_known && view->gas.value > situation->intrinsic_gas)
      market.gas = most(market.gas, sum(view->gas.value, view->gas.value / 4));
  }
  market.gas = least(market.gas, VD_EVM_GAS_MAX);
  for (size_t e = 0; e < situation->view_count; e++)
    market.can_pay = least(market.can_pay, affordable(situation->views[e].balance, market.gas));
  return market;
}

/* ---- an open slot ---- */

static void judge_failed_or_final(const struct vd_evm_situation *situation, size_t attempt, uint64_t common,
                                  struct vd_evm_verdict *verdict) {
  const struct vd_evm_receipt *receipt = &situation->views[0].receipts[attempt];
  verdict->shared.attempt = attempt;
  if (receipt->block_number > common) return;
  for (size_t e = 0; e < situation->view_count; e++) {
    const struct vd_evm_view *view = &situation->views[e];
    if (view->mined_block.presence == VD_JUDGE_UNKNOWN || view->mined == VD_JUDGE_UNKNOWN) {
      (void)vd_judge_stop(&verdict->shared, VD_JUDGE_UNREACHABLE, VD_REASON_SILENT, e);
      return;
    }
    /* Between two questions the chain may have moved; an endpoint that shows another input under this hash lies. */
    if (view->mined_block.presence != VD_JUDGE_THERE || !is_same(view->mined_block.hash, receipt->block_hash) ||
        view->mined_block.number != receipt->block_number || view->mined != VD_JUDGE_THERE || !view->is_mined_ours) {
      (void)vd_judge_stop(&verdict->shared, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, e);
      return;
    }
  }
  if (!receipt->is_success) {
    (void)vd_judge_stop(&verdict->shared, VD_JUDGE_HALT, VD_REASON_FAILED, 0);
    return;
  }
  verdict->shared.action = VD_JUDGE_FINISH;
  verdict->block.number = receipt->block_number;
  memcpy(verdict->block.hash, receipt->block_hash, sizeof verdict->block.hash);
  verdict->block_time_s = situation->views[0].mined_block.time_s;
  verdict->gas_used = receipt->gas_used;
  verdict->gas_price = receipt->gas_price;
}

/* Whether the chain has fewer, as many or more transactions of the account than `nonce`. On more, seen by all, it is no
 * longer ours to say: that may yet be undone while it is not final. False: nothing can be sent. */
static bool check_count(const struct vd_evm_situation *situation, uint64_t nonce, uint64_t common,
                        struct vd_judge_verdict *verdict) {
  size_t ahead = 0;
  uint64_t number = 1;
  for (size_t e = 0; e < situation->view_count; e++) {
    const struct vd_evm_view *view = &situation->views[e];
    if (view->count_latest.value < nonce)
      return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_NONCE_BEHIND, e);
    ahead += view->count_latest.value > nonce;
    number = most(number, view->latest.number);
  }
  if (ahead == 0) return true;
  if (ahead < situation->view_count) return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, 0);
  return vd_judge_foreign(situation->shared, number, common, VD_REASON_NONCE_AHEAD, VD_REASON_NONCE_USED, verdict);
}

/* Whether a replacement is made; if it is due and cannot be, the reason says why. */
static bool is_replaced(const struct vd_evm_situation *situation, const struct market *market,
                        struct vd_evm_verdict *verdict) {
  const struct vd_judge_outbox *outbox = situation->shared->outbox;
  const struct vd_judge_attempt *newest = &outbox->attempts[outbox->attempt_count - 1];
  uint64_t fee_max = situation->shared->anchor->fee_max, limit = least(fee_max, market->can_pay);
  if (!vd_judge_is_replacement_due(situation->shared, &verdict->shared)) return false;
  verdict->tip = most(raised(newest->tip), least(situation->shared->anchor->tip, limit));
  uint64_t wanted = least(sum(sum(market->base, market->base), verdict->tip), limit);
  verdict->fee = most(most(raised(newest->fee), wanted), verdict->tip);
  verdict->gas = market->gas;
  if (verdict->fee <= limit) return true;
  verdict->shared.reason = verdict->fee > fee_max ? VD_REASON_FEE_CAPPED : VD_REASON_SHORT;
  return false;
}

static void judge_unmined(const struct vd_evm_situation *situation, uint64_t common, struct vd_evm_verdict *verdict) {
  const struct vd_judge_outbox *outbox = situation->shared->outbox;
  const struct vd_judge_attempt *newest = &outbox->attempts[outbox->attempt_count - 1];
  struct market market = look_at_market(situation);
  if (!check_count(situation, outbox->number, common, &verdict->shared)) return;
  if (market.can_pay < newest->fee) {
    (void)vd_judge_stop(&verdict->shared, VD_JUDGE_UNFUNDED, VD_REASON_SHORT, 0);
    return;
  }
  if (is_replaced(situation, &market, verdict)) {
    verdict->shared.action = VD_JUDGE_REPLACE;
    return;
  }
  for (size_t e = 0; e < situation->view_count; e++)
    if (situation->views[e].newest == VD_JUDGE_ABSENT) verdict->shared.action = VD_JUDGE_RESEND;
}

static void judge_open(const struct vd_evm_situation *situation, uint64_t common, struct vd_evm_verdict *verdict) {
  struct mined mined = find_mined(situation);
  verdict->shared.action = VD_JUDGE_WAIT;
  verdict->nonce = situation->shared->outbox->number;
  verdict->shared.attempt = situation->shared->outbox->attempt_count - 1;
  if (mined.endpoints == 0) judge_unmined(situation, common, verdict);
  else if (mined.is_agreed) judge_failed_or_final(situation, mined.attempt, common, verdict);
  else /* or one heard of the block before another */
    (void)vd_judge_stop(&verdict->shared, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, 0);
}

/* ---- no open slot ---- */

/* The chain's own word is taken for the very first nonce only. */
static bool choose_nonce(const struct vd_evm_situation *situation, uint64_t common, struct vd_evm_verdict *verdict) {
  const struct vd_judge_outbox *outbox = situation->shared->outbox;
  verdict->nonce = outbox->last.is_there ? outbox->number + 1 : situation->views[0].count_latest.value;
  if (outbox->last.is_there) return check_count(situation, verdict->nonce, common, &verdict->shared);
  for (size_t e = 1; e < situation->view_count; e++)
    if (situation->views[e].count_latest.value != verdict->nonce)
      return vd_judge_stop(&verdict->shared, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, e);
  return true;
}

static void judge_idle(const struct vd_evm_situation *situation, uint64_t common, struct vd_evm_verdict *verdict) {
  const struct vd_anchor_settings *anchor = situation->shared->anchor;
  verdict->shared.action = VD_JUDGE_IDLE;
  if (!choose_nonce(situation, common, verdict)) return;
  if (!vd_judge_is_begin_due(situation->shared, &verdict->shared)) return;
  for (size_t e = 0; e < situation->view_count; e++) {
    if (situation->views[e].count_pending.value == verdict->nonce) continue;
    (void)vd_judge_stop(&verdict->shared, VD_JUDGE_UNREACHABLE, VD_REASON_PENDING, e);
    return;
  }
  struct market market = look_at_market(situation);
  verdict->tip = least(anchor->tip, anchor->fee_max);
  verdict->fee = least(sum(sum(market.base, market.base), verdict->tip), anchor->fee_max);
  verdict->gas = market.gas;
  if (market.base > anchor->fee_max) verdict->shared.reason = VD_REASON_FEE_HIGH;
  else if (market.can_pay < verdict->fee) (void)vd_judge_stop(&verdict->shared, VD_JUDGE_UNFUNDED, VD_REASON_SHORT, 0);
  else verdict->shared.action = VD_JUDGE_BEGIN;
}

void vd_evm_judge(const struct vd_evm_situation *situation, struct vd_evm_verdict *verdict) {
  struct vd_judge_verdict *shared = &verdict->shared;
  uint64_t common;
  memset(verdict, 0, sizeof *verdict);
  if (!vd_judge_log(situation->shared, shared) || !check_basics(situation, &common, shared)) return;
  if (!check_finals(situation, common, shared) || !check_second(situation, shared)) return;
  if (situation->shared->outbox->attempt_count > 0) judge_open(situation, common, verdict);
  else judge_idle(situation, common, verdict);
}
