#include "anchor/bitcoin_judge.h"

#include <frag/anchor.h>

#include <string.h>

#define RATE_LEAST 1000 /* satoshi for 1000 virtual bytes: less is not relayed */

const char *vd_bitcoin_reason_words(enum vd_bitcoin_reason reason) {
  static const char *const words[] = {
#define VD_BITCOIN_REASON_WORDS(name, text) text,
      VD_BITCOIN_REASONS(VD_BITCOIN_REASON_WORDS)
#undef VD_BITCOIN_REASON_WORDS
  };
  return words[reason];
}

/* Always false: so that a check can end with it. */
static bool stop(struct vd_bitcoin_verdict *verdict, enum vd_bitcoin_action action, enum vd_bitcoin_reason reason,
                 size_t endpoint) {
  verdict->action = action;
  verdict->reason = reason;
  verdict->endpoint = endpoint;
  return false;
}

static bool is_same(const uint8_t left[static 32], const uint8_t right[static 32]) {
  return memcmp(left, right, 32) == 0;
}

static uint64_t least(uint64_t left, uint64_t right) { return left < right ? left : right; }

static uint64_t most(uint64_t left, uint64_t right) { return left > right ? left : right; }

static uint64_t depth_needed(const struct vd_bitcoin_situation *situation) {
  return most(situation->chain->confirmations, 1);
}

/* ---- the chain ---- */

static bool check_network(const struct vd_bitcoin_situation *situation, struct vd_bitcoin_verdict *verdict) {
  for (size_t e = 0; e < situation->view_count; e++) {
    const struct vd_bitcoin_view *view = &situation->views[e];
    bool is_other = view->info == VD_BITCOIN_THERE && !view->is_network;
    if (view->genesis.presence == VD_BITCOIN_THERE && !is_same(view->genesis.hash, situation->genesis)) is_other = true;
    if (is_other) return stop(verdict, VD_BITCOIN_UNREACHABLE, VD_BITCOIN_WRONG_CHAIN, e);
  }
  return true;
}

static bool check_endpoint(const struct vd_bitcoin_situation *situation, size_t e, struct vd_bitcoin_verdict *verdict) {
  const struct vd_bitcoin_view *view = &situation->views[e];
  const struct vd_bitcoin_outbox *outbox = situation->outbox;
  bool is_silent = view->info != VD_BITCOIN_THERE || view->genesis.presence != VD_BITCOIN_THERE;
  for (size_t c = 0; c < outbox->coin_count; c++) is_silent |= view->coins[c].presence == VD_BITCOIN_UNKNOWN;
  for (size_t a = 0; a < outbox->attempt_count; a++) is_silent |= view->changes[a].presence == VD_BITCOIN_UNKNOWN;
  if (is_silent) return stop(verdict, VD_BITCOIN_UNREACHABLE, VD_BITCOIN_SILENT, e);
  if (outbox->final_count > 0 && view->height < outbox->finals[0].number)
    return stop(verdict, VD_BITCOIN_UNREACHABLE, VD_BITCOIN_BEHIND, e);
  for (size_t i = 0; situation->are_finals_asked && i < outbox->final_count; i++)
    if (view->finals[i].presence != VD_BITCOIN_THERE)
      return stop(verdict, VD_BITCOIN_UNREACHABLE, VD_BITCOIN_SILENT, e);
  return true;
}

/* The height up to which every endpoint calls the chain final; 0 when none is. */
static uint64_t common_number(const struct vd_bitcoin_situation *situation) {
  uint64_t common = UINT64_MAX, needed = depth_needed(situation);
  for (size_t e = 0; e < situation->view_count; e++) {
    uint64_t height = situation->views[e].height;
    common = least(common, height + 1 > needed ? height + 1 - needed : 0);
  }
  return common;
}

/* A final record is contradicted when every endpoint shows another block there; when that is as final as can be, for
 * good. */
static bool check_finals(const struct vd_bitcoin_situation *situation, struct vd_bitcoin_verdict *verdict) {
  const struct vd_bitcoin_outbox *outbox = situation->outbox;
  for (size_t i = 0; situation->are_finals_asked && i < outbox->final_count; i++) {
    size_t others = 0;
    for (size_t e = 0; e < situation->view_count; e++)
      others += !is_same(situation->views[e].finals[i].hash, outbox->finals[i].hash);
    if (others == 0) continue;
    if (others < situation->view_count) return stop(verdict, VD_BITCOIN_UNREACHABLE, VD_BITCOIN_DISAGREE, 0);
    if (common_number(situation) < outbox->finals[i].number)
      return stop(verdict, VD_BITCOIN_UNREACHABLE, VD_BITCOIN_REWRITTEN, 0);
    return stop(verdict, VD_BITCOIN_HALT, VD_BITCOIN_FINALITY, 0);
  }
  return true;
}

static bool check_basics(const struct vd_bitcoin_situation *situation, struct vd_bitcoin_verdict *verdict) {
  if (!check_network(situation, verdict)) return false;
  for (size_t e = 0; e < situation->view_count; e++)
    if (!check_endpoint(situation, e, verdict)) return false;
  return check_finals(situation, verdict);
}

/* ---- where the open slot's attempts are ---- */

enum depth { NOWHERE, IN_MEMPOOL, IN_BLOCK, DEEP };

struct place {
  enum depth depth;
  size_t attempt;
  uint64_t number; /* of the block */
  bool has_moved;  /* a block came between two answers: they do not fit together */
};

static struct place place_at(const struct vd_bitcoin_situation *situation, size_t e) {
  const struct vd_bitcoin_view *view = &situation->views[e];
  struct place place = {.depth = NOWHERE};
  for (size_t a = 0; a < situation->outbox->attempt_count; a++) {
    const struct vd_bitcoin_output *change = &view->changes[a];
    if (change->presence != VD_BITCOIN_THERE) continue;
    bool is_mined = change->confirmations > 0;
    if (place.depth >= IN_BLOCK || (place.depth == IN_MEMPOOL && !is_mined)) continue;
    place.depth = !is_mined ? IN_MEMPOOL : change->confirmations >= depth_needed(situation) ? DEEP : IN_BLOCK;
    place.attempt = a;
    if (!is_mined) continue;
    place.has_moved = !is_same(change->tip, view->tip) || change->confirmations > view->height + 1;
    place.number = place.has_moved ? 0 : view->height + 1 - change->confirmations;
  }
  return place;
}

struct places {
  size_t known, mined, deep; /* endpoints */
  bool has_moved, is_agreed; /* agreed: all have the same attempt in a block of the same height */
  struct place first;        /* of the endpoints where it is mined */
};

static struct places find_places(const struct vd_bitcoin_situation *situation) {
  struct places places = {.is_agreed = true};
  for (size_t e = 0; e < situation->view_count; e++) {
    struct place place = place_at(situation, e);
    places.known += place.depth >= IN_MEMPOOL;
    places.mined += place.depth >= IN_BLOCK;
    places.deep += place.depth == DEEP;
    places.has_moved |= place.has_moved;
    if (place.depth < IN_BLOCK) continue;
    if (places.mined == 1) places.first = place;
    if (place.attempt != places.first.attempt || place.number != places.first.number) places.is_agreed = false;
  }
  if (places.mined < situation->view_count) places.is_agreed = false;
  return places;
}

bool vd_bitcoin_judge_mined(const struct vd_bitcoin_situation *situation, size_t *attempt, uint64_t *number) {
  struct vd_bitcoin_verdict verdict;
  if (situation->outbox->attempt_count == 0 || !check_basics(situation, &verdict)) return false;
  struct places places = find_places(situation);
  *attempt = places.first.attempt;
  *number = places.first.number;
  return places.is_agreed && !places.has_moved && places.deep == situation->view_count;
}

bool vd_bitcoin_judge_block(const struct vd_bitcoin_situation *situation) {
  for (size_t e = 0; e < situation->view_count; e++) {
    const struct vd_bitcoin_hash *mined = &situation->views[e].mined;
    if (mined->presence != VD_BITCOIN_THERE || !is_same(mined->hash, situation->views[0].mined.hash)) return false;
  }
  return true;
}

/* ---- coins ---- */

struct coin_word {
  size_t absent, there; /* endpoints */
  bool is_agreed;       /* it is there to all, of the same value, and pays to the account */
  bool is_settled;      /* and so deep that it stays */
  uint64_t value_sat;
};

static struct coin_word word_about(const struct vd_bitcoin_situation *situation, size_t c) {
  struct coin_word word = {.is_agreed = true, .is_settled = true, .value_sat = situation->views[0].coins[c].value_sat};
  for (size_t e = 0; e < situation->view_count; e++) {
    const struct vd_bitcoin_output *coin = &situation->views[e].coins[c];
    word.absent += coin->presence == VD_BITCOIN_ABSENT;
    word.there += coin->presence == VD_BITCOIN_THERE;
    if (!coin->is_ours || coin->value_sat != word.value_sat) word.is_agreed = false;
    if (coin->confirmations < depth_needed(situation) || coin->is_immature) word.is_settled = false;
  }
  if (word.there < situation->view_count) word.is_agreed = false;
  if (!word.is_agreed) word.is_settled = false;
  return word;
}

/* A coin that blocks have spent, and not by us. That may yet be undone while it is not deep; false: nothing can be sent. */
static bool check_gone(const struct vd_bitcoin_situation *situation, size_t c, struct vd_bitcoin_verdict *verdict) {
  struct coin_word word = word_about(situation, c);
  uint64_t height = 1;
  if (word.is_agreed) return true;
  if (word.absent < situation->view_count) return stop(verdict, VD_BITCOIN_UNREACHABLE, VD_BITCOIN_DISAGREE, 0);
  for (size_t e = 0; e < situation->view_count; e++) height = most(height, situation->views[e].height);
  verdict->gone_at = height + 1; /* the height was asked before the coin: a block may have come in between */
  bool is_for_good = situation->gone_since != 0 && common_number(situation) >= situation->gone_since;
  return stop(verdict, is_for_good ? VD_BITCOIN_HALT : VD_BITCOIN_UNREACHABLE,
              is_for_good ? VD_BITCOIN_KEY_USED : VD_BITCOIN_GONE, 0);
}

static uint64_t total_of(const struct vd_bitcoin_verdict *verdict) {
  uint64_t total = 0;
  for (size_t c = 0; c < verdict->coin_count; c++) total += verdict->coins[c].value_sat;
  return total;
}

static void add_coin(const struct vd_bitcoin_situation *situation, size_t c, uint64_t value_sat,
                     struct vd_bitcoin_verdict *verdict) {
  struct vd_bitcoin_coin *coin = &verdict->coins[verdict->coin_count++];
  *coin = situation->outbox->coins[c];
  coin->value_sat = value_sat;
}

/* ---- fees ---- */

static uint64_t size_of(size_t coin_count) { return vd_bitcoin_anchor_size(coin_count, FRAG_ANCHOR_LEN, true); }

/* Whatever nodes estimate is paid up to fee_max; a cap that makes all products fit into 64 bits. */
static uint64_t fee_max(const struct vd_bitcoin_situation *situation) {
  return most(least(situation->anchor->fee_max, UINT32_MAX), 1);
}

static uint64_t fee_wanted(const struct vd_bitcoin_situation *situation, uint64_t size) {
  uint64_t rate = RATE_LEAST;
  for (size_t e = 0; e < situation->view_count; e++) rate = most(rate, situation->views[e].rate);
  rate = least(rate, fee_max(situation) * 1000);
  return (rate * size + 999) / 1000;
}

/* ---- an open slot ---- */

/* What a node wants of a replacement (BIP 125): to pay for its own relaying on top; and an eighth more, so that the cap is
 * reached in a few steps. */
static bool is_replaced(const struct vd_bitcoin_situation *situation, struct vd_bitcoin_verdict *verdict) {
  const struct vd_bitcoin_outbox *outbox = situation->outbox;
  uint64_t size = size_of(outbox->coin_count), old = outbox->attempts[outbox->attempt_count - 1].fee_sat;
  if (!vd_policy_is_replacement_due(situation->anchor, &outbox->last, situation->now_s)) return false;
  if (outbox->attempt_count == VD_OUTBOX_ATTEMPTS_MAX) {
    verdict->reason = VD_BITCOIN_ATTEMPTS_FULL;
    return false;
  }
  verdict->fee_sat = most(most(old + size, old + old / 8 + 1), fee_wanted(situation, size));
  if (verdict->fee_sat > fee_max(situation) * size) verdict->reason = VD_BITCOIN_FEE_CAPPED;
  else if (verdict->fee_sat + VD_BITCOIN_DUST_SAT > total_of(verdict)) verdict->reason = VD_BITCOIN_SHORT;
  return verdict->reason == VD_BITCOIN_FINE;
}

static void judge_unmined(const struct vd_bitcoin_situation *situation, const struct places *places,
                          struct vd_bitcoin_verdict *verdict) {
  const struct vd_bitcoin_outbox *outbox = situation->outbox;
  for (size_t c = 0; c < outbox->coin_count; c++) {
    if (!check_gone(situation, c, verdict)) {
      /* While somebody waits for our own transaction, nobody else's can have been mined. */
      if (places->known > 0) (void)stop(verdict, VD_BITCOIN_UNREACHABLE, VD_BITCOIN_DISAGREE, 0);
      if (places->known > 0) verdict->gone_at = 0;
      return;
    }
    add_coin(situation, c, situation->views[0].coins[c].value_sat, verdict);
  }
  if (is_replaced(situation, verdict)) {
    verdict->action = VD_BITCOIN_REPLACE;
    return;
  }
  verdict->is_unknown = places->known == 0;
  for (size_t e = 0; e < situation->view_count; e++)
    if (situation->views[e].changes[outbox->attempt_count - 1].presence == VD_BITCOIN_ABSENT)
      verdict->action = VD_BITCOIN_RESEND;
}

static void judge_deep(const struct vd_bitcoin_situation *situation, const struct places *places,
                       struct vd_bitcoin_verdict *verdict) {
  const struct vd_bitcoin_proof *proof = situation->proof;
  for (size_t e = 0; e < situation->view_count; e++)
    if (situation->views[e].mined.presence != VD_BITCOIN_THERE) {
      (void)stop(verdict, VD_BITCOIN_UNREACHABLE, VD_BITCOIN_SILENT, e);
      return;
    }
  if (!vd_bitcoin_judge_block(situation)) {
    (void)stop(verdict, VD_BITCOIN_UNREACHABLE, VD_BITCOIN_DISAGREE, 0);
  } else if (proof->presence == VD_BITCOIN_UNKNOWN) {
    (void)stop(verdict, VD_BITCOIN_UNREACHABLE, VD_BITCOIN_SILENT, proof->endpoint);
  } else if (proof->presence == VD_BITCOIN_ABSENT || !is_same(proof->header.hash, situation->views[0].mined.hash)) {
    /* Between two questions the chain may have moved; or an endpoint lies about the depth. */
    (void)stop(verdict, VD_BITCOIN_UNREACHABLE, VD_BITCOIN_DISAGREE, 0);
  } else {
    verdict->action = VD_BITCOIN_FINISH;
    verdict->attempt = places->first.attempt;
    verdict->number = places->first.number;
  }
}

static void judge_open(const struct vd_bitcoin_situation *situation, struct vd_bitcoin_verdict *verdict) {
  struct places places = find_places(situation);
  verdict->action = VD_BITCOIN_WAIT;
  verdict->attempt = situation->outbox->attempt_count - 1;
  if (places.has_moved) return;
  if (places.mined == 0) judge_unmined(situation, &places, verdict);
  else if (!places.is_agreed) (void)stop(verdict, VD_BITCOIN_UNREACHABLE, VD_BITCOIN_DISAGREE, 0);
  else if (places.deep == situation->view_count) judge_deep(situation, &places, verdict);
}

/* ---- no open slot ---- */

/* As many coins as pay for the highest fee that a replacement may come to; fewer will do for less. Returns whether there
 * are some that only a part of the endpoints knows. */
static bool choose_coins(const struct vd_bitcoin_situation *situation, struct vd_bitcoin_verdict *verdict) {
  const struct vd_bitcoin_outbox *outbox = situation->outbox;
  bool is_disputed = false;
  for (size_t c = 0; c < outbox->coin_count && verdict->coin_count < VD_BITCOIN_INPUTS_MAX; c++) {
    struct coin_word word = word_about(situation, c);
    bool is_change = c == 0 && outbox->has_change;
    is_disputed |= word.there > 0 && word.absent > 0;
    if (!is_change && !word.is_settled) continue;
    add_coin(situation, c, word.value_sat, verdict);
    if (total_of(verdict) >= fee_max(situation) * size_of(verdict->coin_count) + VD_BITCOIN_DUST_SAT) break;
  }
  return is_disputed;
}

static void judge_idle(const struct vd_bitcoin_situation *situation, struct vd_bitcoin_verdict *verdict) {
  const struct vd_bitcoin_outbox *outbox = situation->outbox;
  verdict->action = VD_BITCOIN_IDLE;
  if (outbox->has_change && !check_gone(situation, 0, verdict)) return;
  if (!situation->has_newest) {
    verdict->reason = VD_BITCOIN_NO_CHECKPOINT;
    return;
  }
  if (!vd_policy_is_begin_due(situation->anchor, &outbox->last, &situation->newest, situation->now_s)) return;
  bool is_disputed = choose_coins(situation, verdict);
  verdict->fee_sat = fee_wanted(situation, size_of(verdict->coin_count));
  if (verdict->coin_count > 0 && verdict->fee_sat + VD_BITCOIN_DUST_SAT <= total_of(verdict))
    verdict->action = VD_BITCOIN_BEGIN;
  else if (is_disputed) (void)stop(verdict, VD_BITCOIN_UNREACHABLE, VD_BITCOIN_DISAGREE, 0);
  else
    (void)stop(verdict, VD_BITCOIN_UNFUNDED, verdict->coin_count == 0 ? VD_BITCOIN_NO_COINS : VD_BITCOIN_SHORT, 0);
}

void vd_bitcoin_judge(const struct vd_bitcoin_situation *situation, struct vd_bitcoin_verdict *verdict) {
  memset(verdict, 0, sizeof *verdict);
  if (situation->has_newest &&
      (situation->is_fork || vd_policy_is_contradiction(&situation->outbox->last, &situation->newest))) {
    (void)stop(verdict, VD_BITCOIN_HALT, VD_BITCOIN_LOG_WENT_BACK, 0);
    return;
  }
  if (!check_basics(situation, verdict)) return;
  if (situation->outbox->attempt_count > 0) judge_open(situation, verdict);
  else judge_idle(situation, verdict);
}
