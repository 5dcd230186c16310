#include "anchor/evm_judge.h"

#include <string.h>

const char *vd_evm_reason_words(enum vd_evm_reason reason) {
  static const char *const words[] = {
#define VD_EVM_REASON_WORDS(name, text) text,
      VD_EVM_REASONS(VD_EVM_REASON_WORDS)
#undef VD_EVM_REASON_WORDS
  };
  return words[reason];
}

/* Always false: so that a check can end with it. */
static bool stop(struct vd_evm_verdict *verdict, enum vd_evm_action action, enum vd_evm_reason reason,
                 size_t endpoint) {
  verdict->action = action;
  verdict->reason = reason;
  verdict->endpoint = endpoint;
  return false;
}

static bool is_same(const uint8_t left[static 32], const uint8_t right[static 32]) {
  return memcmp(left, right, 32) == 0;
}

/* ---- the first round ---- */

static uint64_t final_number(const struct vd_evm_situation *situation, const struct vd_evm_view *view) {
  uint64_t latest = view->latest.number, confirmations = situation->chain->confirmations;
  if (confirmations > 0) return latest + 1 > confirmations ? latest + 1 - confirmations : 0;
  return view->finalized.number < latest ? view->finalized.number : latest;
}

static bool check_endpoint(const struct vd_evm_situation *situation, size_t e, struct vd_evm_verdict *verdict) {
  const struct vd_evm_view *view = &situation->views[e];
  const struct vd_evm_outbox *outbox = situation->outbox;
  bool wants_finalized = situation->chain->confirmations == 0;
  if (!view->chain_id.is_known || !view->count_latest.is_known || !view->count_pending.is_known || !view->has_balance ||
      view->latest.presence != VD_EVM_THERE || (wants_finalized && view->finalized.presence == VD_EVM_UNKNOWN))
    return stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_SILENT, e);
  if (!view->latest.has_base_fee || (wants_finalized && view->finalized.presence == VD_EVM_ABSENT))
    return stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_UNFIT, e);
  if (outbox->final_count > 0 && view->latest.number < outbox->finals[0].number)
    return stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_BEHIND, e);
  for (size_t i = 0; situation->are_finals_asked && i < outbox->final_count; i++)
    if (view->finals[i].presence != VD_EVM_THERE)
      return stop(verdict, VD_EVM_UNREACHABLE,
                  view->finals[i].presence == VD_EVM_ABSENT ? VD_EVM_BEHIND : VD_EVM_SILENT, e);
  return true;
}

static bool check_basics(const struct vd_evm_situation *situation, uint64_t *common, struct vd_evm_verdict *verdict) {
  for (size_t e = 0; e < situation->view_count; e++) {
    const struct vd_evm_number *chain_id = &situation->views[e].chain_id;
    if (chain_id->is_known && chain_id->value != situation->chain->id)
      return stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_WRONG_CHAIN, e);
  }
  *common = UINT64_MAX;
  for (size_t e = 0; e < situation->view_count; e++) {
    if (!check_endpoint(situation, e, verdict)) return false;
    uint64_t number = final_number(situation, &situation->views[e]);
    if (number < *common) *common = number;
  }
  return true;
}

/* A final record is contradicted when every endpoint shows another block there; when that is as final as can be, for
 * good. */
static bool check_finals(const struct vd_evm_situation *situation, uint64_t common, struct vd_evm_verdict *verdict) {
  const struct vd_evm_outbox *outbox = situation->outbox;
  for (size_t i = 0; situation->are_finals_asked && i < outbox->final_count; i++) {
    size_t others = 0;
    for (size_t e = 0; e < situation->view_count; e++)
      others += !is_same(situation->views[e].finals[i].hash, outbox->finals[i].hash);
    if (others == 0) continue;
    if (others < situation->view_count) return stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_DISAGREE, 0);
    if (common < outbox->finals[i].number) return stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_REWRITTEN, 0);
    return stop(verdict, VD_EVM_HALT, VD_EVM_FINALITY, 0);
  }
  return true;
}

bool vd_evm_judge_basics(const struct vd_evm_situation *situation, uint64_t *common) {
  struct vd_evm_verdict verdict;
  return check_basics(situation, common, &verdict) && check_finals(situation, *common, &verdict);
}

/* ---- the second round ---- */

static bool check_second(const struct vd_evm_situation *situation, struct vd_evm_verdict *verdict) {
  const struct vd_evm_outbox *outbox = situation->outbox;
  for (size_t e = 0; e < situation->view_count; e++) {
    const struct vd_evm_view *view = &situation->views[e];
    bool is_silent = view->common.presence != VD_EVM_THERE;
    if (outbox->attempt_count > 0) is_silent = is_silent || view->newest == VD_EVM_UNKNOWN;
    for (size_t a = 0; a < outbox->attempt_count; a++)
      is_silent = is_silent || view->receipts[a].presence == VD_EVM_UNKNOWN;
    if (is_silent) return stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_SILENT, e);
    if (!is_same(view->common.hash, situation->views[0].common.hash))
      return stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_DISAGREE, e);
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
    for (size_t a = 0; a < situation->outbox->attempt_count; a++) {
      const struct vd_evm_receipt *receipt = &situation->views[e].receipts[a];
      if (receipt->presence != VD_EVM_THERE) continue;
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
  struct vd_evm_verdict verdict;
  uint64_t common;
  if (situation->outbox->attempt_count == 0) return false;
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
  verdict->attempt = attempt;
  if (receipt->block_number > common) return;
  for (size_t e = 0; e < situation->view_count; e++) {
    const struct vd_evm_view *view = &situation->views[e];
    if (view->mined_block.presence == VD_EVM_UNKNOWN || view->mined == VD_EVM_UNKNOWN) {
      (void)stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_SILENT, e);
      return;
    }
    /* Between two questions the chain may have moved; an endpoint that shows another input under this hash lies. */
    if (view->mined_block.presence != VD_EVM_THERE || !is_same(view->mined_block.hash, receipt->block_hash) ||
        view->mined_block.number != receipt->block_number || view->mined != VD_EVM_THERE || !view->is_mined_ours) {
      (void)stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_DISAGREE, e);
      return;
    }
  }
  if (!receipt->is_success) {
    (void)stop(verdict, VD_EVM_HALT, VD_EVM_FAILED, 0);
    return;
  }
  verdict->action = VD_EVM_FINISH;
  verdict->block.number = receipt->block_number;
  memcpy(verdict->block.hash, receipt->block_hash, sizeof verdict->block.hash);
  verdict->block_time_s = situation->views[0].mined_block.time_s;
  verdict->gas_used = receipt->gas_used;
  verdict->gas_price = receipt->gas_price;
}

/* Whether the chain has fewer, as many or more transactions of the account than `nonce`. On more, seen by all, it is no
 * longer ours to say: that may yet be undone while it is not final. False: nothing can be sent. */
static bool check_count(const struct vd_evm_situation *situation, uint64_t nonce, uint64_t common,
                        struct vd_evm_verdict *verdict) {
  size_t ahead = 0;
  uint64_t number = 1;
  for (size_t e = 0; e < situation->view_count; e++) {
    const struct vd_evm_view *view = &situation->views[e];
    if (view->count_latest.value < nonce) return stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_NONCE_BEHIND, e);
    ahead += view->count_latest.value > nonce;
    number = most(number, view->latest.number);
  }
  if (ahead == 0) return true;
  if (ahead < situation->view_count) return stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_DISAGREE, 0);
  verdict->ahead_at = number + 1; /* a block may have come between the two questions */
  bool is_for_good = situation->ahead_since != 0 && common >= situation->ahead_since;
  return stop(verdict, is_for_good ? VD_EVM_HALT : VD_EVM_UNREACHABLE, is_for_good ? VD_EVM_KEY_USED : VD_EVM_AHEAD, 0);
}

/* Whether a replacement is made; if it is due and cannot be, the reason says why. */
static bool is_replaced(const struct vd_evm_situation *situation, const struct market *market,
                        struct vd_evm_verdict *verdict) {
  const struct vd_evm_outbox *outbox = situation->outbox;
  const struct vd_evm_attempt *newest = &outbox->attempts[outbox->attempt_count - 1];
  uint64_t fee_max = situation->anchor->fee_max, limit = least(fee_max, market->can_pay);
  if (!vd_policy_is_replacement_due(situation->anchor, &outbox->last, situation->now_s)) return false;
  if (outbox->attempt_count == VD_OUTBOX_ATTEMPTS_MAX) {
    verdict->reason = VD_EVM_ATTEMPTS_FULL;
    return false;
  }
  verdict->tip = most(raised(newest->tip), least(situation->anchor->tip, limit));
  uint64_t wanted = least(sum(sum(market->base, market->base), verdict->tip), limit);
  verdict->fee = most(most(raised(newest->fee), wanted), verdict->tip);
  verdict->gas = market->gas;
  if (verdict->fee <= limit) return true;
  verdict->reason = verdict->fee > fee_max ? VD_EVM_FEE_CAPPED : VD_EVM_SHORT;
  return false;
}

static void judge_unmined(const struct vd_evm_situation *situation, uint64_t common, struct vd_evm_verdict *verdict) {
  const struct vd_evm_outbox *outbox = situation->outbox;
  const struct vd_evm_attempt *newest = &outbox->attempts[outbox->attempt_count - 1];
  struct market market = look_at_market(situation);
  if (!check_count(situation, outbox->nonce, common, verdict)) return;
  if (market.can_pay < newest->fee) {
    (void)stop(verdict, VD_EVM_UNFUNDED, VD_EVM_SHORT, 0);
    return;
  }
  if (is_replaced(situation, &market, verdict)) {
    verdict->action = VD_EVM_REPLACE;
    return;
  }
  for (size_t e = 0; e < situation->view_count; e++)
    if (situation->views[e].newest == VD_EVM_ABSENT) verdict->action = VD_EVM_RESEND;
}

static void judge_open(const struct vd_evm_situation *situation, uint64_t common, struct vd_evm_verdict *verdict) {
  struct mined mined = find_mined(situation);
  verdict->action = VD_EVM_WAIT;
  verdict->nonce = situation->outbox->nonce;
  verdict->attempt = situation->outbox->attempt_count - 1;
  if (mined.endpoints == 0) judge_unmined(situation, common, verdict);
  else if (mined.is_agreed) judge_failed_or_final(situation, mined.attempt, common, verdict);
  else (void)stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_DISAGREE, 0); /* or one heard of the block before another */
}

/* ---- no open slot ---- */

/* The chain's own word is taken for the very first nonce only. */
static bool choose_nonce(const struct vd_evm_situation *situation, uint64_t common, struct vd_evm_verdict *verdict) {
  const struct vd_evm_outbox *outbox = situation->outbox;
  verdict->nonce = outbox->last.is_there ? outbox->nonce + 1 : situation->views[0].count_latest.value;
  if (outbox->last.is_there) return check_count(situation, verdict->nonce, common, verdict);
  for (size_t e = 1; e < situation->view_count; e++)
    if (situation->views[e].count_latest.value != verdict->nonce)
      return stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_DISAGREE, e);
  return true;
}

static void judge_idle(const struct vd_evm_situation *situation, uint64_t common, struct vd_evm_verdict *verdict) {
  const struct vd_anchor_settings *anchor = situation->anchor;
  verdict->action = VD_EVM_IDLE;
  if (!choose_nonce(situation, common, verdict)) return;
  if (!situation->has_newest) {
    verdict->reason = VD_EVM_NO_CHECKPOINT;
    return;
  }
  if (!vd_policy_is_begin_due(anchor, &situation->outbox->last, &situation->newest, situation->now_s)) return;
  for (size_t e = 0; e < situation->view_count; e++) {
    if (situation->views[e].count_pending.value == verdict->nonce) continue;
    (void)stop(verdict, VD_EVM_UNREACHABLE, VD_EVM_PENDING, e);
    return;
  }
  struct market market = look_at_market(situation);
  verdict->tip = least(anchor->tip, anchor->fee_max);
  verdict->fee = least(sum(sum(market.base, market.base), verdict->tip), anchor->fee_max);
  verdict->gas = market.gas;
  if (market.base > anchor->fee_max) verdict->reason = VD_EVM_FEE_HIGH;
  else if (market.can_pay < verdict->fee) (void)stop(verdict, VD_EVM_UNFUNDED, VD_EVM_SHORT, 0);
  else verdict->action = VD_EVM_BEGIN;
}

void vd_evm_judge(const struct vd_evm_situation *situation, struct vd_evm_verdict *verdict) {
  const struct vd_evm_outbox *outbox = situation->outbox;
  uint64_t common;
  memset(verdict, 0, sizeof *verdict);
  if (situation->has_newest &&
      (situation->is_fork || vd_policy_is_contradiction(&outbox->last, &situation->newest))) {
    (void)stop(verdict, VD_EVM_HALT, VD_EVM_LOG_WENT_BACK, 0);
    return;
  }
  if (!check_basics(situation, &common, verdict) || !check_finals(situation, common, verdict)) return;
  if (!check_second(situation, verdict)) return;
  if (outbox->attempt_count > 0) judge_open(situation, common, verdict);
  else judge_idle(situation, common, verdict);
}
