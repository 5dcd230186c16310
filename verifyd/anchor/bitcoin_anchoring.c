#include "anchor/bitcoin_anchoring.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/bitcoin_record.h"
#include "anchor/bitcoin_rounds.h"
#include "base/hex.h"

enum { UNKNOWN_SENDS = 3 }; /* an attempt that no node takes after so many is told, and older ones are sent too */

struct vd_bitcoin_anchoring {
  struct vd_look *look;
  struct vd_bitcoin_coins coins;
  struct vd_bitcoin_subject subject;
  struct vd_bitcoin_situation situation;
  struct vd_bitcoin_proof proof;
  size_t mined;   /* the attempt that the second and third round are about */
  size_t sending; /* the attempt that is being sent */
  struct vd_bitcoin_view views[VD_CHAIN_ENDPOINTS_MAX];
};

/* ---- sending ---- */

static void send_next(struct vd_bitcoin_anchoring *anchoring);

static void on_sent(void *context) {
  struct vd_bitcoin_anchoring *anchoring = context;
  struct vd_look *look = anchoring->look;
  if (anchoring->sending < look->record.state.attempt_count) send_next(anchoring);
  else if (look->sends > UNKNOWN_SENDS) vd_look_refused(look, "the nodes do not keep it");
}

/* One after the other: the newest comes last and replaces those before it. What nodes answer says nothing that could be
 * relied on: the next look asks for the transaction. */
static void send_next(struct vd_bitcoin_anchoring *anchoring) {
  struct vd_look *look = anchoring->look;
  struct vd_failure failure = {.text = ""};
  if (vd_record_get(&look->record, anchoring->sending, &look->attempt, &failure) != VD_OK) {
    vd_look_failed(look, &failure);
    return;
  }
  anchoring->sending++;
  vd_nodes_begin(look->nodes);
  vd_bitcoin_send_put(look->nodes, look->attempt.raw, look->attempt.raw_len);
  vd_look_ask(look, on_sent, anchoring);
}

static void send_from(struct vd_bitcoin_anchoring *anchoring, size_t attempt) {
  anchoring->sending = attempt;
  anchoring->look->sends++;
  send_next(anchoring);
}

static void resend(struct vd_bitcoin_anchoring *anchoring, const struct vd_bitcoin_verdict *verdict) {
  struct vd_look *look = anchoring->look;
  bool sends_all = verdict->is_unknown && look->sends >= UNKNOWN_SENDS;
  if (look->sends < UNKNOWN_SENDS)
    vd_tell(&look->telling, VD_ANCHORING_INFO, "anchor_sent_again", "attempt=%zu", verdict->shared.attempt + 1);
  send_from(anchoring, sends_all ? 0 : verdict->shared.attempt);
}

static void tell_attempt(const struct vd_look *look, const struct vd_bitcoin_verdict *verdict) {
  uint8_t reversed[32];
  char id[65];
  for (size_t at = 0; at < 32; at++) reversed[at] = look->attempt.id[31 - at];
  vd_hex_encode(id, reversed, sizeof reversed);
  vd_tell(&look->telling, VD_ANCHORING_INFO,
          verdict->shared.action == VD_JUDGE_BEGIN ? "anchor_sent" : "anchor_replaced",
          "attempt=%zu size=%" PRIu64 " fee=%" PRIu64 " coins=%zu transaction=%s", look->record.state.attempt_count,
          look->attempt.size, verdict->fee_sat, verdict->coin_count, id);
}

/* Decide, record, send: in this order. */
static void send_new(struct vd_bitcoin_anchoring *anchoring, const struct vd_bitcoin_verdict *verdict) {
  struct vd_look *look = anchoring->look;
  struct vd_failure failure = {.text = ""};
  if (vd_bitcoin_record_attempt(&look->record, verdict, vd_look_checkpoint(look), look->situation.now_s,
                                &look->attempt, &anchoring->coins, &failure) != VD_OK) {
    vd_look_failed(look, &failure);
    return;
  }
  tell_attempt(look, verdict);
  vd_look_recorded(look, VD_ANCHORING_SENT);
  send_from(anchoring, look->record.state.attempt_count - 1);
}

static void finish(struct vd_bitcoin_anchoring *anchoring, const struct vd_bitcoin_verdict *verdict) {
  struct vd_look *look = anchoring->look;
  struct vd_failure failure = {.text = ""};
  uint64_t fee_sat = look->record.state.attempts[verdict->shared.attempt].fee;
  if (vd_bitcoin_record_finish(&look->record, verdict, &anchoring->proof, &anchoring->coins, &failure) != VD_OK) {
    vd_look_failed(look, &failure);
    return;
  }
  vd_look_recorded(look, VD_ANCHORING_IDLE);
  vd_tell(&look->telling, VD_ANCHORING_INFO, "anchor_final",
          "attempt=%zu size=%" PRIu64 " block=%" PRIu64 " time=%" PRIu64 " fee=%" PRIu64, verdict->shared.attempt + 1,
          look->record.final_size, verdict->number, look->record.final_time_s, fee_sat);
}

/* ---- a look ---- */

static void decide(struct vd_bitcoin_anchoring *anchoring) {
  struct vd_bitcoin_verdict verdict;
  vd_bitcoin_judge(&anchoring->situation, &verdict);
  enum vd_judge_action action = verdict.shared.action;
  vd_look_judged(anchoring->look, &verdict.shared);
  if (action == VD_JUDGE_BEGIN || action == VD_JUDGE_REPLACE) send_new(anchoring, &verdict);
  else if (action == VD_JUDGE_RESEND) resend(anchoring, &verdict);
  else if (action == VD_JUDGE_FINISH) finish(anchoring, &verdict);
  vd_look_publish(anchoring->look);
}

static void on_third(void *context) {
  struct vd_bitcoin_anchoring *anchoring = context;
  struct vd_look *look = anchoring->look;
  vd_bitcoin_third_read(look->nodes, anchoring->proof.endpoint, anchoring->views[0].mined.hash,
                        look->record.state.attempts[anchoring->mined].id, &anchoring->proof);
  decide(anchoring);
}

/* A block is large: it is had from one endpoint, from another one at the next look. */
static void on_second(void *context) {
  struct vd_bitcoin_anchoring *anchoring = context;
  struct vd_look *look = anchoring->look;
  vd_bitcoin_second_read(look->nodes, anchoring->views);
  if (!vd_bitcoin_judge_block(&anchoring->situation)) {
    decide(anchoring);
    return;
  }
  anchoring->proof.endpoint = look->looks % vd_nodes_count(look->nodes);
  vd_nodes_begin(look->nodes);
  vd_bitcoin_third_put(look->nodes, anchoring->proof.endpoint, anchoring->views[0].mined.hash);
  vd_look_ask(look, on_third, anchoring);
}

static void on_first(void *context) {
  struct vd_bitcoin_anchoring *anchoring = context;
  struct vd_look *look = anchoring->look;
  uint64_t number;
  vd_bitcoin_first_read(look->nodes, &anchoring->subject, anchoring->views);
  if (!vd_bitcoin_judge_mined(&anchoring->situation, &anchoring->mined, &number)) {
    decide(anchoring);
    return;
  }
  vd_nodes_begin(look->nodes);
  vd_bitcoin_second_put(look->nodes, number);
  vd_look_ask(look, on_second, anchoring);
}

/* When a coin is gone, which is a trouble, finals are asked for as well: with the block that gave it, it is not spent
 * but undone. */
void vd_bitcoin_anchoring_look(struct vd_bitcoin_anchoring *anchoring, uint64_t now_ms) {
  struct vd_look *look = anchoring->look;
  vd_look_begin(look, now_ms);
  anchoring->subject.asks_finals = look->situation.are_finals_asked;
  anchoring->proof.presence = VD_JUDGE_UNKNOWN;
  vd_bitcoin_first_put(look->nodes, &anchoring->subject);
  vd_look_ask(look, on_first, anchoring);
}

/* ---- life ---- */

static void connect_parts(struct vd_bitcoin_anchoring *anchoring, struct vd_look *look,
                          const struct vd_bitcoin_network *network) {
  anchoring->look = look;
  anchoring->subject.network = network->name;
  anchoring->subject.outbox = &look->record.state;
  anchoring->subject.coins = &anchoring->coins;
  memcpy(anchoring->subject.program, look->record.account, sizeof anchoring->subject.program);
  anchoring->situation = (struct vd_bitcoin_situation){.shared = &look->situation,
                                                       .genesis = network->genesis,
                                                       .coins = &anchoring->coins,
                                                       .view_count = vd_nodes_count(look->nodes),
                                                       .views = anchoring->views,
                                                       .proof = &anchoring->proof};
}

enum vd_error vd_bitcoin_anchoring_new(struct vd_look *look, const struct vd_anchoring_options *options,
                                       struct vd_bitcoin_anchoring **anchoring, struct vd_failure *failure) {
  const struct vd_bitcoin_network *network = vd_bitcoin_network_find(options->chain->network);
  *anchoring = NULL;
  if (network == NULL)
    return vd_fail(failure, VD_CONFIG, "%s: there is no Bitcoin network \"%s\": use main, test, signet or regtest",
                   options->chain->name, options->chain->network);
  struct vd_bitcoin_anchoring *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the anchors on %s", options->chain->name);
  enum vd_error error = vd_bitcoin_record_open(&look->record, network, options, &made->coins, failure);
  if (error != VD_OK) {
    free(made);
    return error;
  }
  connect_parts(made, look, network);
  *anchoring = made;
  return VD_OK;
}

void vd_bitcoin_anchoring_free(struct vd_bitcoin_anchoring *anchoring) { free(anchoring); }
