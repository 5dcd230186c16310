/* reason.h: why a judge decides as it does, in words, and how an operator is told. Pure; any thread. */
#ifndef VD_ANCHOR_REASON_H
#define VD_ANCHOR_REASON_H

#include "anchor/telling.h"

/* X(name, event, grade, is_patient, names_endpoint, words). Those with the event "" are never told as a trouble:
 * nothing is wrong, or it is a reason to halt, which is told when that is done. */
#define VD_REASONS(X) \
  X(FINE, "", INFO, true, false, "") \
  X(SILENT, "anchor_unreachable", WARNING, true, true, "an endpoint does not answer as it should") \
  X(WRONG_CHAIN, "anchor_wrong_chain", ALARM, false, true, "an endpoint is of another chain; correct the settings") \
  X(WRONG_NETWORK, "anchor_wrong_chain", ALARM, false, true, \
    "an endpoint is of another network; correct the settings") \
  X(UNFIT, "anchor_unreachable", WARNING, true, true, \
    "an endpoint tells no base fee (EIP-1559) or no finalized block; set confirmations if the chain has none") \
  X(BEHIND, "anchor_unreachable", WARNING, true, true, \
    "an endpoint has not reached the last final anchor; is it new, or still catching up?") \
  X(DISAGREE, "anchor_disagreement", WARNING, true, false, "the endpoints do not agree") \
  X(NONCE_BEHIND, "anchor_unreachable", WARNING, true, true, \
    "an endpoint knows fewer transactions of the account than are final") \
  X(REWRITTEN, "anchor_rewritten", ALARM, true, false, \
    "a block that was final is another one now, not yet a final one") \
  X(NONCE_AHEAD, "anchor_foreign", WARNING, true, false, \
    "the account has sent something that is not in the outbox") \
  X(PENDING, "anchor_foreign", WARNING, true, false, \
    "the account has something on its way that is not in the outbox") \
  X(COIN_GONE, "anchor_foreign", WARNING, true, false, \
    "a coin of the account was spent by something that is not in the outbox") \
  X(FEE_HIGH, "anchor_stuck", WARNING, false, false, "the chain asks more than fee_max") \
  X(FEE_CAPPED, "anchor_stuck", WARNING, false, false, "not mined, and fee_max allows no higher fee") \
  X(ATTEMPTS_FULL, "anchor_stuck", WARNING, false, false, \
    "not mined, and there are too many attempts for another one") \
  X(SHORT, "anchor_unfunded", WARNING, false, false, "the account cannot pay for an anchor") \
  X(NO_COINS, "anchor_unfunded", WARNING, false, false, \
    "the account has no coin to pay from: name outputs that pay to it under coins, confirmed as often as anchors must " \
    "be, and restart") \
  X(COINS_SHORT, "anchor_unfunded", WARNING, false, false, \
    "the account's coins are too small for an anchor: name more of them under coins, and restart") \
  X(NO_CHECKPOINT, "anchor_log_unreadable", WARNING, true, false, "the log cannot be read") \
  X(NONCE_USED, "", INFO, true, false, \
    "the account's key is used elsewhere, or this outbox is an old copy: the chain has its transaction of the next " \
    "nonce, and it is not from the outbox") \
  X(COIN_USED, "", INFO, true, false, \
    "the account's key is used elsewhere, or this outbox is an old copy: a coin of it was spent by something that is " \
    "not in the outbox") \
  X(FINALITY, "", INFO, true, false, "the chain contradicts an anchor that was final") \
  X(FAILED, "", INFO, true, false, "a transaction that cannot fail has failed") \
  X(LOG_WENT_BACK, "", INFO, true, false, \
    "the log contradicts what was anchored; was it restored from an old copy?")

enum vd_reason {
#define VD_REASON_ENUM(name, event, grade, is_patient, names_endpoint, words) VD_REASON_##name,
  VD_REASONS(VD_REASON_ENUM)
#undef VD_REASON_ENUM
};

/* A constant. Its words are those of the outbox too. */
const struct vd_trouble *vd_reason_trouble(enum vd_reason reason);

#endif
