#include "anchor/bitcoin_judge.h"

#include <frag/anchor.h>

#include <string.h>

#define RATE_LEAST 1000 /* satoshi for 1000 virtual bytes: less is not relayed */

static bool is_same(const uint8_t left[static 32], const uint8_t right[static 32]) {
  return memcmp(left, right, 32) == 0;
}

static uint64_t least(uint64_t left, uint64_t right) { return left < right ? left : right; }

static uint64_t most(uint64_t left, uint64_t right) { return left > right ? left : right; }

static uint64_t depth_needed(const struct vd_bitcoin_situation *situation) {
  return most(situation->shared->chain->confirmations, 1);
}

/* ---- the chain ---- */

static bool check_network(const struct vd_bitcoin_situation *situation, struct vd_judge_verdict *verdict) {
  for (size_t e = 0; e < situation->view_count; e++) {
    const struct vd_bitcoin_view *view = &situation->views[e];
    bool is_other = view->info == VD_JUDGE_THERE && !view->is_network;
    if (view->genesis.presence == VD_JUDGE_THERE && !is_same(view->genesis.hash, situation->genesis)) is_other = true;
    if (is_other) return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_WRONG_NETWORK, e);
  }
  return true;
}

static bool check_endpoint(const struct vd_bitcoin_situation *situation, size_t e, struct vd_judge_verdict *verdict) {
  const struct vd_bitcoin_view *view = &situation->views[e];
  const struct vd_judge_outbox *outbox = situation->shared->outbox;
  bool is_silent = view->info != VD_JUDGE_THERE || view->genesis.presence != VD_JUDGE_THERE;
  for (size_t c = 0; c < situation->coins->count; c++) is_silent |= view->coins[c].presence == VD_JUDGE_UNKNOWN;
  for (size_t a = 0; a < outbox->attempt_count; a++) is_silent |= view->changes[a].presence == VD_JUDGE_UNKNOWN;
  if (is_silent) return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_SILENT, e);
  if (outbox->final_count > 0 && view->height < outbox->finals[0].number)
    return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_BEHIND, e);
  for (size_t i = 0; situation->shared->are_finals_asked && i < outbox->final_count; i++)
    if (view->finals[i].presence != VD_JUDGE_THERE)
      return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_SILENT, e);
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

static bool check_finals(const struct vd_bitcoin_situation *situation, struct vd_judge_verdict *verdict) {
  const struct vd_judge_outbox *outbox = situation->shared->outbox;
  uint64_t common = common_number(situation);
  for (size_t i = 0; situation->shared->are_finals_asked && i < outbox->final_count; i++) {
    size_t others = 0;
    for (size_t e = 0; e < situation->view_count; e++)
      others += !is_same(situation->views[e].finals[i].hash, outbox->finals[i].hash);
    if (!vd_judge_final(others, situation->view_count, common < outbox->finals[i].number, verdict)) return false;
  }
  return true;
}

static bool check_basics(const struct vd_bitcoin_situation *situation, struct vd_judge_verdict *verdict) {
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
  for (size_t a = 0; a < situation->shared->outbox->attempt_count; a++) {
    const struct vd_bitcoin_output *change = &view->changes[a];
    if (change->presence != VD_JUDGE_THERE) continue;
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
  struct vd_judge_verdict verdict;
  if (situation->shared->outbox->attempt_count == 0 || !check_basics(situation, &verdict)) return false;
  struct places places = find_places(situation);
  *attempt = places.first.attempt;
  *number = places.first.number;
  return places.is_agreed && !places.has_moved && places.deep == situation->view_count;
}

bool vd_bitcoin_judge_block(const struct vd_bitcoin_situation *situation) {
  for (size_t e = 0; e < situation->view_count; e++) {
    const struct vd_bitcoin_hash *mined = &situation->views[e].mined;
    if (mined->presence != VD_JUDGE_THERE || !is_same(mined->hash, situation->views[0].mined.hash)) return false;
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
    word.absent += coin->presence == VD_JUDGE_ABSENT;
    word.there += coin->presence == VD_JUDGE_THERE;
    if (!coin->is_ours || coin->value_sat != word.value_sat) word.is_agreed = false;
    if (coin->confirmations < depth_needed(situation) || coin->is_immature) word.is_settled = false;
  }
  if (word.there < situation->view_count) word.is_agreed = false;
  if (!word.is_agreed) word.is_settled = false;
  return word;
}

/* A coin that blocks have spent, and not by us. That may yet be undone while it is not deep; false: nothing can be sent. */
static bool check_gone(const struct vd_bitcoin_situation *situation, size_t c, struct vd_judge_verdict *verdict) {
  struct coin_word word = word_about(situation, c);
  uint64_t height = 1;
  if (word.is_agreed) return true;
  if (word.absent < situation->view_count) return vd_judge_stop(verdict, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, 0);
  for (size_t e = 0; e < situation->view_count; e++) height = most(height, situation->views[e].height);
  return vd_judge_foreign(situation->shared, height, common_number(situation), VD_REASON_COIN_GONE,
                          VD_REASON_COIN_USED, verdict);
}

static uint64_t total_of(const struct vd_bitcoin_verdict *verdict) {
  uint64_t total = 0;
  for (size_t c = 0; c < verdict->coin_count; c++) total += verdict->coins[c].value_sat;
  return total;
}

static void add_coin(const struct vd_bitcoin_situation *situation, size_t c, uint64_t value_sat,
                     struct vd_bitcoin_verdict *verdict) {
  struct vd_bitcoin_coin *coin = &verdict->coins[verdict->coin_count++];
  *coin = situation->coins->items[c];
  coin->value_sat = value_sat;
}

/* ---- fees ---- */

static uint64_t size_of(size_t coin_count) { return vd_bitcoin_anchor_size(coin_count, FRAG_ANCHOR_LEN, true); }

/* Whatever nodes estimate is paid up to fee_max; a cap that makes all products fit into 64 bits. */
static uint64_t fee_max(const struct vd_bitcoin_situation *situation) {
  return most(least(situation->shared->anchor->fee_max, UINT32_MAX), 1);
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
  const struct vd_judge_outbox *outbox = situation->shared->outbox;
  uint64_t size = size_of(situation->coins->count), old = outbox->attempts[outbox->attempt_count - 1].fee;
  if (!vd_judge_is_replacement_due(situation->shared, &verdict->shared)) return false;
  verdict->fee_sat = most(most(old + size, old + old / 8 + 1), fee_wanted(situation, size));
  if (verdict->fee_sat > fee_max(situation) * size) verdict->shared.reason = VD_REASON_FEE_CAPPED;
  else if (verdict->fee_sat + VD_BITCOIN_DUST_SAT > total_of(verdict)) verdict->shared.reason = VD_REASON_COINS_SHORT;
  return verdict->shared.reason == VD_REASON_FINE;
}

static void judge_unmined(const struct vd_bitcoin_situation *situation, const struct places *places,
                          struct vd_bitcoin_verdict *verdict) {
  size_t newest = situation->shared->outbox->attempt_count - 1;
  for (size_t c = 0; c < situation->coins->count; c++) {
    if (!check_gone(situation, c, &verdict->shared)) {
      /* While somebody waits for our own transaction, nobody else's can have been mined. */
      if (places->known > 0) (void)vd_judge_stop(&verdict->shared, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, 0);
      if (places->known > 0) verdict->shared.foreign_at = 0;
      return;
    }
    add_coin(situation, c, situation->views[0].coins[c].value_sat, verdict);
  }
  if (is_replaced(situation, verdict)) {
    verdict->shared.action = VD_JUDGE_REPLACE;
    return;
  }
  verdict->is_unknown = places->known == 0;
  for (size_t e = 0; e < situation->view_count; e++)
    if (situation->views[e].changes[newest].presence == VD_JUDGE_ABSENT)
      verdict->shared.action = VD_JUDGE_RESEND;
}

static void judge_deep(const struct vd_bitcoin_situation *situation, const struct places *places,
                       struct vd_bitcoin_verdict *verdict) {
  const struct vd_bitcoin_proof *proof = situation->proof;
  for (size_t e = 0; e < situation->view_count; e++)
    if (situation->views[e].mined.presence != VD_JUDGE_THERE) {
      (void)vd_judge_stop(&verdict->shared, VD_JUDGE_UNREACHABLE, VD_REASON_SILENT, e);
      return;
    }
  if (!vd_bitcoin_judge_block(situation)) {
    (void)vd_judge_stop(&verdict->shared, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, 0);
  } else if (proof->presence == VD_JUDGE_UNKNOWN) {
    (void)vd_judge_stop(&verdict->shared, VD_JUDGE_UNREACHABLE, VD_REASON_SILENT, proof->endpoint);
  } else if (proof->presence == VD_JUDGE_ABSENT || !is_same(proof->header.hash, situation->views[0].mined.hash)) {
    /* Between two questions the chain may have moved; or an endpoint lies about the depth. */
    (void)vd_judge_stop(&verdict->shared, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, 0);
  } else {
    verdict->shared.action = VD_JUDGE_FINISH;
    verdict->shared.attempt = places->first.attempt;
    verdict->number = places->first.number;
  }
}

static void judge_open(const struct vd_bitcoin_situation *situation, struct vd_bitcoin_verdict *verdict) {
  struct places places = find_places(situation);
  verdict->shared.action = VD_JUDGE_WAIT;
  verdict->shared.attempt = situation->shared->outbox->attempt_count - 1;
  if (places.has_moved) return;
  if (places.mined == 0) judge_unmined(situation, &places, verdict);
  else if (!places.is_agreed) (void)vd_judge_stop(&verdict->shared, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, 0);
  else if (places.deep == situation->view_count) judge_deep(situation, &places, verdict);
}

/* ---- no open slot ---- */

/* As many coins as pay for the highest fee that a replacement may come to; fewer will do for less. Returns whether there
 * are some that only a part of the endpoints knows. */
static bool choose_coins(const struct vd_bitcoin_situation *situation, struct vd_bitcoin_verdict *verdict) {
  const struct vd_bitcoin_coins *coins = situation->coins;
  bool is_disputed = false;
  for (size_t c = 0; c < coins->count && verdict->coin_count < VD_BITCOIN_INPUTS_MAX; c++) {
    struct coin_word word = word_about(situation, c);
    bool is_change = c == 0 && coins->has_change;
    is_disputed |= word.there > 0 && word.absent > 0;
    if (!is_change && !word.is_settled) continue;
    add_coin(situation, c, word.value_sat, verdict);
    if (total_of(verdict) >= fee_max(situation) * size_of(verdict->coin_count) + VD_BITCOIN_DUST_SAT) break;
  }
  return is_disputed;
}

static void judge_idle(const struct vd_bitcoin_situation *situation, struct vd_bitcoin_verdict *verdict) {
  verdict->shared.action = VD_JUDGE_IDLE;
  if (situation->coins->has_change && !check_gone(situation, 0, &verdict->shared)) return;
  if (!vd_judge_is_begin_due(situation->shared, &verdict->shared)) return;
  bool is_disputed = choose_coins(situation, verdict);
  verdict->fee_sat = fee_wanted(situation, size_of(verdict->coin_count));
  if (verdict->coin_count > 0 && verdict->fee_sat + VD_BITCOIN_DUST_SAT <= total_of(verdict))
    verdict->shared.action = VD_JUDGE_BEGIN;
  else if (is_disputed) (void)vd_judge_stop(&verdict->shared, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE, 0);
  else
    (void)vd_judge_stop(&verdict->shared, VD_JUDGE_UNFUNDED,
                        verdict->coin_count == 0 ? VD_REASON_NO_COINS : VD_REASON_COINS_SHORT, 0);
}

void vd_bitcoin_judge(const struct vd_bitcoin_situation *situation, struct vd_bitcoin_verdict *verdict) {
  memset(verdict, 0, sizeof *verdict);
  if (!vd_judge_log(situation->shared, &verdict->shared) || !check_basics(situation, &verdict->shared)) return;
  if (situation->shared->outbox->attempt_count > 0) judge_open(situation, verdict);
  else judge_idle(situation, verdict);
}
