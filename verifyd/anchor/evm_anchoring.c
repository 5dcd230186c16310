#include "anchor/evm_anchoring.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/board.h"
#include "anchor/evm_record.h"
#include "anchor/evm_rounds.h"
#include "anchor/evm_trouble.h"
#include "anchor/payload.h"
#include "base/hex.h"

enum {
  HALT_LOOKS = 3,      /* in a row that come to a halt, before it is recorded */
  IDLE_POLLS = 5,      /* when there is nothing to do nodes are asked that much less often */
  FINALS_LOOKS = 20,   /* recorded final anchors are looked at at the start, every so many looks, and in any trouble */
  REFUSED_SENDS = 3,   /* an attempt that no node knows after so many is told, and older ones are sent too */
};

struct vd_evm_anchoring {
  struct vd_anchoring_options options;
  struct vd_nodes *nodes;
  struct vd_evm_record record;
  struct vd_telling telling;
  struct vd_evm_view *views;
  struct vd_evm_subject subject;
  struct vd_evm_situation situation;
  struct vd_evm_mined mined;
  uint64_t common;
  uint64_t now_s, now_ms;
  uint64_t next_ms, next_idle_ms; /* nothing is asked before; nothing while there is nothing to do */
  uint64_t looks;
  bool is_idle;          /* so was the last look */
  enum vd_evm_reason halting; /* what the last looks came to, or VD_EVM_FINE */
  unsigned halting_looks;
  unsigned sends;        /* of the newest attempt, since it was made or this was started */
  bool is_refusal_told;
  bool is_halt_told;
  bool is_failing;       /* a failure of this side has been told */
  struct vd_outbox_attempt attempt; /* scratch memory */
  struct vd_board board;
};

/* ---- status ---- */

static void publish(struct vd_evm_anchoring *anchoring) {
  const struct vd_evm_record *record = &anchoring->record;
  const struct vd_board_outbox outbox = {.final_count = record->final_count,
                                         .final_size = record->final_size,
                                         .final_time_s = record->final_time_s,
                                         .attempts = record->state.attempt_count};
  vd_board_set_outbox(&anchoring->board, &outbox, &record->state.last);
}

void vd_evm_anchoring_get(const struct vd_evm_anchoring *anchoring, struct vd_anchoring_status *status) {
  vd_board_get(&anchoring->board, status);
}

/* Once, until something has been recorded again. */
static void tell_failure(struct vd_evm_anchoring *anchoring, const struct vd_failure *failure) {
  if (anchoring->is_failing) return;
  anchoring->is_failing = true;
  vd_tell(&anchoring->telling, VD_ANCHORING_ALARM, "anchor_failed", "reason=\"%s\"", failure->text);
}

/* Between two looks a failure of this side: memory, the disk. The next look tries again. */
static void ask(struct vd_evm_anchoring *anchoring, void (*done)(void *context)) {
  struct vd_failure failure = {.text = ""};
  if (vd_nodes_ask(anchoring->nodes, done, anchoring, &failure) != VD_OK) tell_failure(anchoring, &failure);
}

/* ---- sending ---- */

static void on_sent(void *context) {
  struct vd_evm_anchoring *anchoring = context;
  char complaint[VD_COMPLAINT_SIZE];
  if (anchoring->sends < REFUSED_SENDS || anchoring->is_refusal_told) return;
  vd_nodes_complaint(anchoring->nodes, 0, complaint);
  if (complaint[0] == '\0') return;
  anchoring->is_refusal_told = true;
  for (char *at = complaint; *at != '\0'; at++)
    if (*at == '"') *at = '\'';
  vd_tell(&anchoring->telling, VD_ANCHORING_WARNING, "anchor_refused", "reason=\"%s\"", complaint);
}

/* What nodes answer says nothing that could be relied on: the next look asks for the transaction. */
static void send_newest(struct vd_evm_anchoring *anchoring) {
  size_t count = anchoring->record.state.attempt_count;
  struct vd_failure failure = {.text = ""};
  size_t from = anchoring->sends >= REFUSED_SENDS ? 0 : count - 1;
  vd_nodes_begin(anchoring->nodes);
  for (size_t a = from; a < count; a++) {
    if (vd_evm_record_get(&anchoring->record, a, &anchoring->attempt, &failure) != VD_OK) {
      tell_failure(anchoring, &failure);
      return;
    }
    vd_evm_send_put(anchoring->nodes, anchoring->attempt.raw, anchoring->attempt.raw_len);
  }
  anchoring->sends++;
  ask(anchoring, on_sent);
}

static void resend(struct vd_evm_anchoring *anchoring, const struct vd_evm_verdict *verdict) {
  if (anchoring->sends < REFUSED_SENDS)
    vd_tell(&anchoring->telling, VD_ANCHORING_INFO, "anchor_sent_again", "nonce=%" PRIu64 " attempt=%zu",
            verdict->nonce, verdict->attempt + 1);
  send_newest(anchoring);
}

static void tell_attempt(struct vd_evm_anchoring *anchoring, const struct vd_evm_verdict *verdict) {
  char id[65];
  vd_hex_encode(id, anchoring->attempt.id, sizeof anchoring->attempt.id);
  vd_tell(&anchoring->telling, VD_ANCHORING_INFO,
          verdict->action == VD_EVM_BEGIN ? "anchor_sent" : "anchor_replaced",
          "nonce=%" PRIu64 " attempt=%zu size=%" PRIu64 " tip=%" PRIu64 " fee=%" PRIu64 " gas=%" PRIu64
          " transaction=0x%s",
          verdict->nonce, anchoring->record.state.attempt_count, anchoring->attempt.size, verdict->tip,
          verdict->fee, verdict->gas, id);
}

/* What a new attempt says. */
static const struct vd_anchoring_checkpoint *checkpoint_for(const struct vd_evm_anchoring *anchoring) {
  const struct vd_evm_situation *situation = &anchoring->situation;
  return vd_policy_replacement(&anchoring->record.state.last, situation->has_newest ? &situation->newest : NULL);
}

/* Decide, record, send: in this order. */
static void send_new(struct vd_evm_anchoring *anchoring, const struct vd_evm_verdict *verdict) {
  struct vd_failure failure = {.text = ""};
  if (vd_evm_record_attempt(&anchoring->record, verdict, checkpoint_for(anchoring), anchoring->now_s,
                            &anchoring->attempt, &failure) != VD_OK) {
    tell_failure(anchoring, &failure);
    return;
  }
  anchoring->sends = 0;
  anchoring->is_failing = anchoring->is_refusal_told = false;
  tell_attempt(anchoring, verdict);
  vd_board_set_state(&anchoring->board, VD_ANCHORING_SENT);
  send_newest(anchoring);
}

/* ---- ends ---- */

static void finish(struct vd_evm_anchoring *anchoring, const struct vd_evm_verdict *verdict) {
  struct vd_failure failure = {.text = ""};
  if (vd_evm_record_finish(&anchoring->record, verdict, &failure) != VD_OK) {
    tell_failure(anchoring, &failure);
    return;
  }
  anchoring->is_failing = false;
  vd_board_set_state(&anchoring->board, VD_ANCHORING_IDLE);
  vd_tell(&anchoring->telling, VD_ANCHORING_INFO, "anchor_final",
          "nonce=%" PRIu64 " attempt=%zu size=%" PRIu64 " block=%" PRIu64 " time=%" PRIu64 " gas=%" PRIu64
          " price=%" PRIu64,
          verdict->nonce, verdict->attempt + 1, anchoring->record.final_size, verdict->block.number,
          verdict->block_time_s, verdict->gas_used, verdict->gas_price);
}

static void tell_halt(struct vd_evm_anchoring *anchoring) {
  anchoring->is_halt_told = true;
  vd_board_set_state(&anchoring->board, VD_ANCHORING_HALTED);
  vd_tell(&anchoring->telling, VD_ANCHORING_ALARM, "anchor_halted", "since=%" PRIu64 " reason=\"%s\"",
          anchoring->record.halted_s, anchoring->record.halted);
}

static void halt(struct vd_evm_anchoring *anchoring, const struct vd_evm_verdict *verdict) {
  struct vd_failure failure = {.text = ""};
  const char *words = vd_evm_reason_words(verdict->reason);
  anchoring->halting_looks = verdict->reason == anchoring->halting ? anchoring->halting_looks + 1 : 1;
  anchoring->halting = verdict->reason;
  if (anchoring->halting_looks < HALT_LOOKS) return;
  if (vd_evm_record_halt(&anchoring->record, anchoring->now_s, words, &failure) == VD_OK) tell_halt(anchoring);
  else tell_failure(anchoring, &failure); /* and nothing is sent: the next look comes to the same */
}

/* ---- a look ---- */

static enum vd_anchoring_state state_of(const struct vd_evm_verdict *verdict) {
  switch (verdict->action) {
    case VD_EVM_WAIT:
    case VD_EVM_RESEND:
    case VD_EVM_BEGIN:
    case VD_EVM_REPLACE: return VD_ANCHORING_SENT;
    case VD_EVM_UNFUNDED: return VD_ANCHORING_UNFUNDED;
    case VD_EVM_UNREACHABLE:
    case VD_EVM_HALT: return VD_ANCHORING_UNREACHABLE;
    case VD_EVM_IDLE:
    case VD_EVM_FINISH: break;
  }
  return VD_ANCHORING_IDLE;
}

/* A trouble that has just begun may be over at the next look: the state is not changed by it. */
static void report(struct vd_evm_anchoring *anchoring, const struct vd_evm_verdict *verdict) {
  char complaint[VD_COMPLAINT_SIZE] = "";
  enum vd_anchoring_state state = state_of(verdict);
  if (verdict->action == VD_EVM_HALT) return; /* which is told when it is sure */
  if (verdict->reason == VD_EVM_SILENT) vd_nodes_complaint(anchoring->nodes, verdict->endpoint, complaint);
  const struct vd_trouble trouble = vd_evm_trouble(verdict->reason);
  bool is_told = vd_tell_trouble(&anchoring->telling, &trouble, verdict->endpoint, complaint);
  if (is_told || verdict->action != VD_EVM_UNREACHABLE) vd_board_set_state(&anchoring->board, state);
  if (verdict->action != VD_EVM_UNREACHABLE) vd_board_set_looked(&anchoring->board, anchoring->now_s);
}

static void act(struct vd_evm_anchoring *anchoring, const struct vd_evm_verdict *verdict) {
  if (verdict->action != VD_EVM_HALT) anchoring->halting = VD_EVM_FINE;
  uint64_t *ahead_since = &anchoring->situation.ahead_since;
  if (verdict->ahead_at == 0 || *ahead_since == 0) *ahead_since = verdict->ahead_at;
  switch (verdict->action) {
    case VD_EVM_BEGIN:
    case VD_EVM_REPLACE: send_new(anchoring, verdict); break;
    case VD_EVM_RESEND: resend(anchoring, verdict); break;
    case VD_EVM_FINISH: finish(anchoring, verdict); break;
    case VD_EVM_HALT: halt(anchoring, verdict); break;
    case VD_EVM_IDLE:
    case VD_EVM_WAIT:
    case VD_EVM_UNFUNDED:
    case VD_EVM_UNREACHABLE: break;
  }
}

static void decide(struct vd_evm_anchoring *anchoring) {
  struct vd_evm_verdict verdict;
  vd_evm_judge(&anchoring->situation, &verdict);
  anchoring->is_idle = verdict.action == VD_EVM_IDLE;
  report(anchoring, &verdict);
  act(anchoring, &verdict);
  publish(anchoring);
}

static void on_third(void *context) {
  struct vd_evm_anchoring *anchoring = context;
  vd_evm_third_read(anchoring->nodes, &anchoring->subject, &anchoring->mined, anchoring->views);
  decide(anchoring);
}

static bool begin_third(struct vd_evm_anchoring *anchoring) {
  struct vd_evm_mined *mined = &anchoring->mined;
  struct vd_anchoring_checkpoint checkpoint;
  size_t attempt;
  if (!vd_evm_judge_mined(&anchoring->situation, &attempt, &mined->number)) return false;
  if (vd_evm_record_get(&anchoring->record, attempt, &anchoring->attempt, NULL) != VD_OK) return false;
  checkpoint.size = anchoring->attempt.size;
  memcpy(checkpoint.root, anchoring->attempt.root, sizeof checkpoint.root);
  memcpy(mined->id, anchoring->attempt.id, sizeof mined->id);
  if (!vd_payload_write(mined->payload, anchoring->record.origin_id, &checkpoint)) return false;
  vd_nodes_begin(anchoring->nodes);
  vd_evm_third_put(anchoring->nodes, mined);
  ask(anchoring, on_third);
  return true;
}

static void on_second(void *context) {
  struct vd_evm_anchoring *anchoring = context;
  vd_evm_second_read(anchoring->nodes, &anchoring->subject, anchoring->common, anchoring->views);
  if (!begin_third(anchoring)) decide(anchoring);
}

static void on_first(void *context) {
  struct vd_evm_anchoring *anchoring = context;
  vd_evm_first_read(anchoring->nodes, &anchoring->subject, anchoring->views);
  if (!vd_evm_judge_basics(&anchoring->situation, &anchoring->common)) {
    decide(anchoring);
    return;
  }
  vd_nodes_begin(anchoring->nodes);
  vd_evm_second_put(anchoring->nodes, &anchoring->subject, anchoring->common);
  ask(anchoring, on_second);
}

static void begin_look(struct vd_evm_anchoring *anchoring) {
  struct vd_evm_situation *situation = &anchoring->situation;
  struct vd_evm_subject *subject = &anchoring->subject;
  subject->asks_finals = anchoring->looks++ % FINALS_LOOKS == 0 || anchoring->telling.reason != 0 ||
                         anchoring->halting != VD_EVM_FINE;
  situation->are_finals_asked = subject->asks_finals;
  const struct vd_anchoring_checkpoint *checkpoint = checkpoint_for(anchoring);
  subject->asks_gas = vd_payload_write(subject->payload, anchoring->record.origin_id, checkpoint);
  situation->intrinsic_gas =
      vd_evm_intrinsic_gas(subject->payload, subject->asks_gas ? sizeof subject->payload : 0);
  situation->now_s = anchoring->now_s;
  vd_nodes_begin(anchoring->nodes);
  vd_evm_first_put(anchoring->nodes, subject);
  ask(anchoring, on_first);
}

static bool is_due(const struct vd_evm_anchoring *anchoring) {
  const struct vd_evm_situation *situation = &anchoring->situation;
  if (anchoring->now_ms < anchoring->next_ms) return false;
  if (!anchoring->is_idle || anchoring->now_ms >= anchoring->next_idle_ms) return true;
  return situation->has_newest && vd_policy_is_begin_due(anchoring->options.anchor, &anchoring->record.state.last,
                                                         &situation->newest, anchoring->now_s);
}

void vd_evm_anchoring_look(struct vd_evm_anchoring *anchoring, uint64_t now_s, uint64_t now_ms) {
  struct vd_evm_situation *situation = &anchoring->situation;
  uint64_t poll_ms = UINT64_C(1000) * anchoring->options.chain->poll_s;
  if (anchoring->record.halted[0] != '\0' && !anchoring->is_halt_told) tell_halt(anchoring);
  if (anchoring->record.halted[0] != '\0' || vd_nodes_is_busy(anchoring->nodes)) return;
  anchoring->now_s = now_s;
  anchoring->now_ms = now_ms;
  situation->has_newest = anchoring->options.newest(anchoring->options.context, &situation->newest);
  situation->is_fork = situation->has_newest &&
                       vd_policy_is_fork(&anchoring->options, &anchoring->record.state.last, &situation->newest);
  if (!is_due(anchoring)) return;
  anchoring->next_ms = now_ms + poll_ms;
  anchoring->next_idle_ms = now_ms + IDLE_POLLS * poll_ms;
  begin_look(anchoring);
}

/* ---- life ---- */

enum vd_error vd_evm_anchoring_new(const struct vd_anchoring_options *options, struct vd_evm_anchoring **anchoring,
                                   struct vd_failure *failure) {
  *anchoring = NULL;
  struct vd_evm_anchoring *made = calloc(1, sizeof *made);
  struct vd_evm_view *views = calloc(VD_CHAIN_ENDPOINTS_MAX, sizeof *views);
  if (made == NULL || views == NULL) {
    free(made);
    free(views);
    return vd_fail(failure, VD_MEMORY, "no memory for the anchors on %s", options->chain->name);
  }
  made->options = *options;
  made->options.secret32 = NULL; /* the record has it */
  made->views = views;
  made->telling.options = &made->options;
  enum vd_error error = vd_nodes_new(options->chain, options->client, &made->nodes, failure);
  if (error == VD_OK) error = vd_evm_record_open(&made->record, options, failure);
  if (error != VD_OK) {
    vd_nodes_free(made->nodes);
    free(views);
    free(made);
    return error;
  }
  made->subject.outbox = &made->record.state;
  made->subject.asks_finalized = options->chain->confirmations == 0;
  memcpy(made->subject.account, made->record.account, sizeof made->subject.account);
  made->situation = (struct vd_evm_situation){.chain = options->chain,
                                              .anchor = options->anchor,
                                              .outbox = &made->record.state,
                                              .view_count = vd_nodes_count(made->nodes),
                                              .views = views};
  publish(made);
  vd_board_set_state(&made->board, made->record.halted[0] != '\0' ? VD_ANCHORING_HALTED : VD_ANCHORING_STARTING);
  *anchoring = made;
  return VD_OK;
}

void vd_evm_anchoring_free(struct vd_evm_anchoring *anchoring) {
  if (anchoring == NULL) return;
  vd_nodes_free(anchoring->nodes);
  vd_evm_record_close(&anchoring->record);
  free(anchoring->views);
  free(anchoring);
}
