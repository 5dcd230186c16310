#include "anchor/bitcoin_anchoring.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/bitcoin_record.h"
#include "anchor/bitcoin_rounds.h"
#include "anchor/bitcoin_trouble.h"
#include "anchor/board.h"
#include "base/hex.h"

enum {
  HALT_LOOKS = 3,    /* in a row that come to a halt, before it is recorded */
  FINALS_LOOKS = 20, /* recorded final anchors are looked at at the start, and then every so many looks */
  UNKNOWN_SENDS = 3, /* an attempt that no node takes after so many is told, and older ones are sent too */
};

struct vd_bitcoin_anchoring {
  struct vd_anchoring_options options;
  struct vd_nodes *nodes;
  struct vd_bitcoin_record record;
  struct vd_telling telling;
  struct vd_bitcoin_view *views;
  struct vd_bitcoin_subject subject;
  struct vd_bitcoin_situation situation;
  struct vd_bitcoin_proof proof;
  size_t mined;          /* the attempt that the second and third round are about */
  uint64_t now_s;
  uint64_t next_ms;      /* nothing is asked before */
  uint64_t looks;
  enum vd_bitcoin_reason halting; /* what the last looks came to, or VD_BITCOIN_FINE */
  unsigned halting_looks;
  size_t sending;        /* the attempt that is being sent */
  unsigned sends;        /* of the newest attempt, since it was made or this was started */
  bool is_refusal_told;
  bool is_halt_told;
  bool is_failing;       /* a failure of this side has been told */
  struct vd_outbox_attempt attempt; /* scratch memory */
  struct vd_board board;
};

/* ---- status ---- */

static void publish(struct vd_bitcoin_anchoring *anchoring) {
  const struct vd_bitcoin_record *record = &anchoring->record;
  const struct vd_board_outbox outbox = {.final_count = record->final_count,
                                         .final_size = record->final_size,
                                         .final_time_s = record->final_time_s,
                                         .attempts = record->state.attempt_count};
  vd_board_set_outbox(&anchoring->board, &outbox, &record->state.last);
}

void vd_bitcoin_anchoring_get(const struct vd_bitcoin_anchoring *anchoring, struct vd_anchoring_status *status) {
  vd_board_get(&anchoring->board, status);
}

/* Once, until something has been recorded again. */
static void tell_failure(struct vd_bitcoin_anchoring *anchoring, const struct vd_failure *failure) {
  if (anchoring->is_failing) return;
  anchoring->is_failing = true;
  vd_tell(&anchoring->telling, VD_ANCHORING_ALARM, "anchor_failed", "reason=\"%s\"", failure->text);
}

/* A failure here is one of this side: memory. The next look tries again. */
static void ask(struct vd_bitcoin_anchoring *anchoring, void (*done)(void *context)) {
  struct vd_failure failure = {.text = ""};
  if (vd_nodes_ask(anchoring->nodes, done, anchoring, &failure) != VD_OK) tell_failure(anchoring, &failure);
}

/* ---- sending ---- */

static void send_next(struct vd_bitcoin_anchoring *anchoring);

static void tell_refusal(struct vd_bitcoin_anchoring *anchoring) {
  char complaint[VD_COMPLAINT_SIZE];
  if (anchoring->sends <= UNKNOWN_SENDS || anchoring->is_refusal_told) return;
  vd_nodes_complaint(anchoring->nodes, 0, complaint);
  for (char *at = complaint; *at != '\0'; at++)
    if (*at == '"') *at = '\'';
  anchoring->is_refusal_told = true;
  vd_tell(&anchoring->telling, VD_ANCHORING_WARNING, "anchor_refused", "reason=\"%s\"",
          complaint[0] == '\0' ? "the nodes do not keep it" : complaint);
}

static void on_sent(void *context) {
  struct vd_bitcoin_anchoring *anchoring = context;
  if (anchoring->sending < anchoring->record.state.attempt_count) send_next(anchoring);
  else tell_refusal(anchoring);
}

/* One after the other: the newest comes last and replaces those before it. What nodes answer says nothing that could be
 * relied on: the next look asks for the transaction. */
static void send_next(struct vd_bitcoin_anchoring *anchoring) {
  struct vd_failure failure = {.text = ""};
  if (vd_bitcoin_record_get(&anchoring->record, anchoring->sending, &anchoring->attempt, &failure) != VD_OK) {
    tell_failure(anchoring, &failure);
    return;
  }
  anchoring->sending++;
  vd_nodes_begin(anchoring->nodes);
  vd_bitcoin_send_put(anchoring->nodes, anchoring->attempt.raw, anchoring->attempt.raw_len);
  ask(anchoring, on_sent);
}

static void resend(struct vd_bitcoin_anchoring *anchoring, const struct vd_bitcoin_verdict *verdict) {
  bool sends_all = verdict->is_unknown && anchoring->sends >= UNKNOWN_SENDS;
  anchoring->sending = sends_all ? 0 : verdict->attempt;
  if (anchoring->sends < UNKNOWN_SENDS)
    vd_tell(&anchoring->telling, VD_ANCHORING_INFO, "anchor_sent_again", "attempt=%zu", verdict->attempt + 1);
  anchoring->sends++;
  send_next(anchoring);
}

static void tell_attempt(struct vd_bitcoin_anchoring *anchoring, const struct vd_bitcoin_verdict *verdict) {
  uint8_t reversed[32];
  char id[65];
  for (size_t at = 0; at < 32; at++) reversed[at] = anchoring->attempt.id[31 - at];
  vd_hex_encode(id, reversed, sizeof reversed);
  vd_tell(&anchoring->telling, VD_ANCHORING_INFO,
          verdict->action == VD_BITCOIN_BEGIN ? "anchor_sent" : "anchor_replaced",
          "attempt=%zu size=%" PRIu64 " fee=%" PRIu64 " coins=%zu transaction=%s",
          anchoring->record.state.attempt_count, anchoring->attempt.size, verdict->fee_sat,
          verdict->coin_count, id);
}

/* Decide, record, send: in this order. */
static void send_new(struct vd_bitcoin_anchoring *anchoring, const struct vd_bitcoin_verdict *verdict) {
  const struct vd_bitcoin_situation *situation = &anchoring->situation;
  struct vd_failure failure = {.text = ""};
  const struct vd_anchoring_checkpoint *checkpoint =
      vd_policy_replacement(&anchoring->record.state.last, situation->has_newest ? &situation->newest : NULL);
  if (vd_bitcoin_record_attempt(&anchoring->record, verdict, checkpoint, anchoring->now_s, &anchoring->attempt,
                                &failure) != VD_OK) {
    tell_failure(anchoring, &failure);
    return;
  }
  anchoring->sends = 1;
  anchoring->is_failing = anchoring->is_refusal_told = false;
  anchoring->sending = anchoring->record.state.attempt_count - 1;
  tell_attempt(anchoring, verdict);
  vd_board_set_state(&anchoring->board, VD_ANCHORING_SENT);
  send_next(anchoring);
}

/* ---- ends ---- */

static void finish(struct vd_bitcoin_anchoring *anchoring, const struct vd_bitcoin_verdict *verdict) {
  struct vd_failure failure = {.text = ""};
  uint64_t fee_sat = anchoring->record.state.attempts[verdict->attempt].fee_sat;
  if (vd_bitcoin_record_finish(&anchoring->record, verdict, &anchoring->proof, &failure) != VD_OK) {
    tell_failure(anchoring, &failure);
    return;
  }
  anchoring->is_failing = false;
  vd_board_set_state(&anchoring->board, VD_ANCHORING_IDLE);
  vd_tell(&anchoring->telling, VD_ANCHORING_INFO, "anchor_final",
          "attempt=%zu size=%" PRIu64 " block=%" PRIu64 " time=%" PRIu64 " fee=%" PRIu64, verdict->attempt + 1,
          anchoring->record.final_size, verdict->number, anchoring->record.final_time_s, fee_sat);
}

static void tell_halt(struct vd_bitcoin_anchoring *anchoring) {
  anchoring->is_halt_told = true;
  vd_board_set_state(&anchoring->board, VD_ANCHORING_HALTED);
  vd_tell(&anchoring->telling, VD_ANCHORING_ALARM, "anchor_halted", "since=%" PRIu64 " reason=\"%s\"",
          anchoring->record.halted_s, anchoring->record.halted);
}

static void halt(struct vd_bitcoin_anchoring *anchoring, const struct vd_bitcoin_verdict *verdict) {
  struct vd_failure failure = {.text = ""};
  const char *words = vd_bitcoin_reason_words(verdict->reason);
  anchoring->halting_looks = verdict->reason == anchoring->halting ? anchoring->halting_looks + 1 : 1;
  anchoring->halting = verdict->reason;
  if (anchoring->halting_looks < HALT_LOOKS) return;
  if (vd_bitcoin_record_halt(&anchoring->record, anchoring->now_s, words, &failure) == VD_OK) tell_halt(anchoring);
  else tell_failure(anchoring, &failure); /* and nothing is sent: the next look comes to the same */
}

/* ---- a look ---- */

static enum vd_anchoring_state state_of(const struct vd_bitcoin_verdict *verdict) {
  switch (verdict->action) {
    case VD_BITCOIN_WAIT:
    case VD_BITCOIN_RESEND:
    case VD_BITCOIN_BEGIN:
    case VD_BITCOIN_REPLACE: return VD_ANCHORING_SENT;
    case VD_BITCOIN_UNFUNDED: return VD_ANCHORING_UNFUNDED;
    case VD_BITCOIN_UNREACHABLE:
    case VD_BITCOIN_HALT: return VD_ANCHORING_UNREACHABLE;
    case VD_BITCOIN_IDLE:
    case VD_BITCOIN_FINISH: break;
  }
  return VD_ANCHORING_IDLE;
}

/* A trouble that has just begun may be over at the next look: the state is not changed by it. */
static void report(struct vd_bitcoin_anchoring *anchoring, const struct vd_bitcoin_verdict *verdict) {
  char complaint[VD_COMPLAINT_SIZE] = "";
  if (verdict->action == VD_BITCOIN_HALT) return; /* which is told when it is sure */
  if (verdict->reason == VD_BITCOIN_SILENT) vd_nodes_complaint(anchoring->nodes, verdict->endpoint, complaint);
  const struct vd_trouble trouble = vd_bitcoin_trouble(verdict->reason);
  bool is_told = vd_tell_trouble(&anchoring->telling, &trouble, verdict->endpoint, complaint);
  if (is_told || verdict->action != VD_BITCOIN_UNREACHABLE) vd_board_set_state(&anchoring->board, state_of(verdict));
  if (verdict->action != VD_BITCOIN_UNREACHABLE) vd_board_set_looked(&anchoring->board, anchoring->now_s);
}

static void act(struct vd_bitcoin_anchoring *anchoring, const struct vd_bitcoin_verdict *verdict) {
  struct vd_bitcoin_situation *situation = &anchoring->situation;
  if (verdict->action != VD_BITCOIN_HALT) anchoring->halting = VD_BITCOIN_FINE;
  if (verdict->gone_at == 0 || situation->gone_since == 0) situation->gone_since = verdict->gone_at;
  switch (verdict->action) {
    case VD_BITCOIN_BEGIN:
    case VD_BITCOIN_REPLACE: send_new(anchoring, verdict); break;
    case VD_BITCOIN_RESEND: resend(anchoring, verdict); break;
    case VD_BITCOIN_FINISH: finish(anchoring, verdict); break;
    case VD_BITCOIN_HALT: halt(anchoring, verdict); break;
    case VD_BITCOIN_IDLE:
    case VD_BITCOIN_WAIT:
    case VD_BITCOIN_UNFUNDED:
    case VD_BITCOIN_UNREACHABLE: break;
  }
}

static void decide(struct vd_bitcoin_anchoring *anchoring) {
  struct vd_bitcoin_verdict verdict;
  vd_bitcoin_judge(&anchoring->situation, &verdict);
  anchoring->looks++;
  report(anchoring, &verdict);
  act(anchoring, &verdict);
  publish(anchoring);
}

static void on_third(void *context) {
  struct vd_bitcoin_anchoring *anchoring = context;
  vd_bitcoin_third_read(anchoring->nodes, anchoring->proof.endpoint, anchoring->views[0].mined.hash,
                        anchoring->record.state.attempts[anchoring->mined].id, &anchoring->proof);
  decide(anchoring);
}

/* A block is large: it is had from one endpoint, from another one at the next look. */
static void on_second(void *context) {
  struct vd_bitcoin_anchoring *anchoring = context;
  vd_bitcoin_second_read(anchoring->nodes, anchoring->views);
  if (!vd_bitcoin_judge_block(&anchoring->situation)) {
    decide(anchoring);
    return;
  }
  anchoring->proof.endpoint = anchoring->looks % vd_nodes_count(anchoring->nodes);
  vd_nodes_begin(anchoring->nodes);
  vd_bitcoin_third_put(anchoring->nodes, anchoring->proof.endpoint, anchoring->views[0].mined.hash);
  ask(anchoring, on_third);
}

static void on_first(void *context) {
  struct vd_bitcoin_anchoring *anchoring = context;
  uint64_t number;
  vd_bitcoin_first_read(anchoring->nodes, &anchoring->subject, anchoring->views);
  if (!vd_bitcoin_judge_mined(&anchoring->situation, &anchoring->mined, &number)) {
    decide(anchoring);
    return;
  }
  vd_nodes_begin(anchoring->nodes);
  vd_bitcoin_second_put(anchoring->nodes, number);
  ask(anchoring, on_second);
}

/* Finals are also looked at when a coin is gone: with the block that gave it, it is not spent but undone. */
static void begin_look(struct vd_bitcoin_anchoring *anchoring) {
  struct vd_bitcoin_situation *situation = &anchoring->situation;
  situation->are_finals_asked = anchoring->looks % FINALS_LOOKS == 0 || anchoring->halting != VD_BITCOIN_FINE ||
                                anchoring->telling.reason != 0 || situation->gone_since != 0;
  anchoring->subject.asks_finals = situation->are_finals_asked;
  situation->now_s = anchoring->now_s;
  anchoring->proof.presence = VD_BITCOIN_UNKNOWN;
  vd_nodes_begin(anchoring->nodes);
  vd_bitcoin_first_put(anchoring->nodes, &anchoring->subject);
  ask(anchoring, on_first);
}

void vd_bitcoin_anchoring_look(struct vd_bitcoin_anchoring *anchoring, uint64_t now_s, uint64_t now_ms) {
  struct vd_bitcoin_situation *situation = &anchoring->situation;
  if (anchoring->record.halted[0] != '\0' && !anchoring->is_halt_told) tell_halt(anchoring);
  if (anchoring->record.halted[0] != '\0' || vd_nodes_is_busy(anchoring->nodes)) return;
  if (now_ms < anchoring->next_ms) return;
  anchoring->now_s = now_s;
  anchoring->next_ms = now_ms + UINT64_C(1000) * anchoring->options.chain->poll_s;
  situation->has_newest = anchoring->options.newest(anchoring->options.context, &situation->newest);
  situation->is_fork = situation->has_newest &&
                       vd_policy_is_fork(&anchoring->options, &anchoring->record.state.last, &situation->newest);
  begin_look(anchoring);
}

/* ---- life ---- */

static void connect_parts(struct vd_bitcoin_anchoring *anchoring) {
  const struct vd_anchoring_options *options = &anchoring->options;
  anchoring->telling.options = options;
  anchoring->subject.network = anchoring->record.network->name;
  anchoring->subject.outbox = &anchoring->record.state;
  memcpy(anchoring->subject.program, anchoring->record.program, sizeof anchoring->subject.program);
  anchoring->situation = (struct vd_bitcoin_situation){.chain = options->chain,
                                                       .anchor = options->anchor,
                                                       .genesis = anchoring->record.network->genesis,
                                                       .outbox = &anchoring->record.state,
                                                       .view_count = vd_nodes_count(anchoring->nodes),
                                                       .views = anchoring->views,
                                                       .proof = &anchoring->proof};
}

enum vd_error vd_bitcoin_anchoring_new(const struct vd_anchoring_options *options,
                                       struct vd_bitcoin_anchoring **anchoring, struct vd_failure *failure) {
  *anchoring = NULL;
  struct vd_bitcoin_anchoring *made = calloc(1, sizeof *made);
  struct vd_bitcoin_view *views = calloc(VD_CHAIN_ENDPOINTS_MAX, sizeof *views);
  enum vd_error error = made == NULL || views == NULL
                            ? vd_fail(failure, VD_MEMORY, "no memory for the anchors on %s", options->chain->name)
                            : vd_nodes_new(options->chain, options->client, &made->nodes, failure);
  if (error == VD_OK) error = vd_bitcoin_record_open(&made->record, options, failure);
  if (error != VD_OK) {
    if (made != NULL) vd_nodes_free(made->nodes);
    free(views);
    free(made);
    return error;
  }
  made->options = *options;
  made->options.secret32 = NULL; /* the record has it */
  made->views = views;
  connect_parts(made);
  publish(made);
  vd_board_set_state(&made->board, made->record.halted[0] != '\0' ? VD_ANCHORING_HALTED : VD_ANCHORING_STARTING);
  *anchoring = made;
  return VD_OK;
}

void vd_bitcoin_anchoring_free(struct vd_bitcoin_anchoring *anchoring) {
  if (anchoring == NULL) return;
  vd_nodes_free(anchoring->nodes);
  vd_bitcoin_record_close(&anchoring->record);
  free(anchoring->views);
  free(anchoring);
}
