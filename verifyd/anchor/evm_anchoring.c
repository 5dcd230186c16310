#include "anchor/evm_anchoring.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/evm_record.h"
#include "anchor/evm_rounds.h"
#include "anchor/payload.h"
#include "base/hex.h"

enum {
  IDLE_POLLS = 5,   /* when there is nothing to do nodes are asked that much less often */
  REFUSED_SENDS = 3 /* an attempt that no node knows after so many is told, and older ones are sent too */
};

struct vd_evm_anchoring {
  struct vd_look *look;
  struct vd_evm_subject subject;
  struct vd_evm_situation situation;
  struct vd_evm_mined mined;
  uint64_t common;
  uint64_t next_idle_ms; /* nothing is asked before while there is nothing to do */
  bool is_idle;          /* so was the last look */
  struct vd_evm_view views[VD_CHAIN_ENDPOINTS_MAX];
};

/* ---- sending ---- */

static void on_sent(void *context) {
  struct vd_evm_anchoring *anchoring = context;
  if (anchoring->look->sends >= REFUSED_SENDS) vd_look_refused(anchoring->look, NULL);
}

/* What nodes answer says nothing that could be relied on: the next look asks for the transaction. */
static void send_newest(struct vd_evm_anchoring *anchoring) {
  struct vd_look *look = anchoring->look;
  size_t count = look->record.state.attempt_count;
  struct vd_failure failure = {.text = ""};
  vd_nodes_begin(look->nodes);
  for (size_t a = look->sends >= REFUSED_SENDS ? 0 : count - 1; a < count; a++) {
    if (vd_record_get(&look->record, a, &look->attempt, &failure) != VD_OK) {
      vd_look_failed(look, &failure);
      return;
    }
    vd_evm_send_put(look->nodes, look->attempt.raw, look->attempt.raw_len);
  }
  look->sends++;
  vd_look_ask(look, on_sent, anchoring);
}

static void resend(struct vd_evm_anchoring *anchoring, const struct vd_evm_verdict *verdict) {
  if (anchoring->look->sends < REFUSED_SENDS)
    vd_tell(&anchoring->look->telling, VD_ANCHORING_INFO, "anchor_sent_again", "nonce=%" PRIu64 " attempt=%zu",
            verdict->nonce, verdict->shared.attempt + 1);
  send_newest(anchoring);
}

static void tell_attempt(const struct vd_look *look, const struct vd_evm_verdict *verdict) {
  char id[65];
  vd_hex_encode(id, look->attempt.id, sizeof look->attempt.id);
  vd_tell(&look->telling, VD_ANCHORING_INFO,
          verdict->shared.action == VD_JUDGE_BEGIN ? "anchor_sent" : "anchor_replaced",
          "nonce=%" PRIu64 " attempt=%zu size=%" PRIu64 " tip=%" PRIu64 " fee=%" PRIu64 " gas=%" PRIu64
          " transaction=0x%s",
          verdict->nonce, look->record.state.attempt_count, look->attempt.size, verdict->tip, verdict->fee,
          verdict->gas, id);
}

/* Decide, record, send: in this order. */
static void send_new(struct vd_evm_anchoring *anchoring, const struct vd_evm_verdict *verdict) {
  struct vd_look *look = anchoring->look;
  struct vd_failure failure = {.text = ""};
  if (vd_evm_record_attempt(&look->record, verdict, vd_look_checkpoint(look), look->situation.now_s, &look->attempt,
                            &failure) != VD_OK) {
    vd_look_failed(look, &failure);
    return;
  }
  tell_attempt(look, verdict);
  vd_look_recorded(look, VD_ANCHORING_SENT);
  send_newest(anchoring);
}

static void finish(struct vd_look *look, const struct vd_evm_verdict *verdict) {
  struct vd_failure failure = {.text = ""};
  if (vd_evm_record_finish(&look->record, verdict, &failure) != VD_OK) {
    vd_look_failed(look, &failure);
    return;
  }
  vd_look_recorded(look, VD_ANCHORING_IDLE);
  vd_tell(&look->telling, VD_ANCHORING_INFO, "anchor_final",
          "nonce=%" PRIu64 " attempt=%zu size=%" PRIu64 " block=%" PRIu64 " time=%" PRIu64 " gas=%" PRIu64
          " price=%" PRIu64,
          verdict->nonce, verdict->shared.attempt + 1, look->record.final_size, verdict->block.number,
          verdict->block_time_s, verdict->gas_used, verdict->gas_price);
}

/* ---- a look ---- */

static void decide(struct vd_evm_anchoring *anchoring) {
  struct vd_evm_verdict verdict;
  vd_evm_judge(&anchoring->situation, &verdict);
  enum vd_judge_action action = verdict.shared.action;
  anchoring->is_idle = action == VD_JUDGE_IDLE;
  vd_look_judged(anchoring->look, &verdict.shared);
  if (action == VD_JUDGE_BEGIN || action == VD_JUDGE_REPLACE) send_new(anchoring, &verdict);
  else if (action == VD_JUDGE_RESEND) resend(anchoring, &verdict);
  else if (action == VD_JUDGE_FINISH) finish(anchoring->look, &verdict);
  vd_look_publish(anchoring->look);
}

static void on_third(void *context) {
  struct vd_evm_anchoring *anchoring = context;
  vd_evm_third_read(anchoring->look->nodes, &anchoring->subject, &anchoring->mined, anchoring->views);
  decide(anchoring);
}

static bool begin_third(struct vd_evm_anchoring *anchoring) {
  struct vd_look *look = anchoring->look;
  struct vd_evm_mined *mined = &anchoring->mined;
  struct vd_anchoring_checkpoint checkpoint;
  size_t attempt;
  if (!vd_evm_judge_mined(&anchoring->situation, &attempt, &mined->number)) return false;
  if (vd_record_get(&look->record, attempt, &look->attempt, NULL) != VD_OK) return false;
  checkpoint.size = look->attempt.size;
  memcpy(checkpoint.root, look->attempt.root, sizeof checkpoint.root);
  memcpy(mined->id, look->attempt.id, sizeof mined->id);
  if (!vd_payload_write(mined->payload, look->record.origin_id, &checkpoint)) return false;
  vd_nodes_begin(look->nodes);
  vd_evm_third_put(look->nodes, mined);
  vd_look_ask(look, on_third, anchoring);
  return true;
}

static void on_second(void *context) {
  struct vd_evm_anchoring *anchoring = context;
  vd_evm_second_read(anchoring->look->nodes, &anchoring->subject, anchoring->common, anchoring->views);
  if (!begin_third(anchoring)) decide(anchoring);
}

static void on_first(void *context) {
  struct vd_evm_anchoring *anchoring = context;
  struct vd_look *look = anchoring->look;
  vd_evm_first_read(look->nodes, &anchoring->subject, anchoring->views);
  if (!vd_evm_judge_basics(&anchoring->situation, &anchoring->common)) {
    decide(anchoring);
    return;
  }
  vd_nodes_begin(look->nodes);
  vd_evm_second_put(look->nodes, &anchoring->subject, anchoring->common);
  vd_look_ask(look, on_second, anchoring);
}

void vd_evm_anchoring_look(struct vd_evm_anchoring *anchoring, uint64_t now_ms) {
  struct vd_look *look = anchoring->look;
  struct vd_evm_subject *subject = &anchoring->subject;
  struct vd_judge_verdict unused;
  bool is_resting = anchoring->is_idle && now_ms < anchoring->next_idle_ms;
  if (is_resting && !vd_judge_is_begin_due(&look->situation, &unused)) return;
  anchoring->next_idle_ms = now_ms + IDLE_POLLS * UINT64_C(1000) * look->options.chain->poll_s;
  vd_look_begin(look, now_ms);
  subject->asks_finals = look->situation.are_finals_asked;
  subject->asks_gas = vd_payload_write(subject->payload, look->record.origin_id, vd_look_checkpoint(look));
  anchoring->situation.intrinsic_gas =
      vd_evm_intrinsic_gas(subject->payload, subject->asks_gas ? sizeof subject->payload : 0);
  vd_evm_first_put(look->nodes, subject);
  vd_look_ask(look, on_first, anchoring);
}

/* ---- life ---- */

enum vd_error vd_evm_anchoring_new(struct vd_look *look, const struct vd_anchoring_options *options,
                                   struct vd_evm_anchoring **anchoring, struct vd_failure *failure) {
  *anchoring = NULL;
  struct vd_evm_anchoring *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the anchors on %s", options->chain->name);
  enum vd_error error = vd_evm_record_open(&look->record, options, failure);
  if (error != VD_OK) {
    free(made);
    return error;
  }
  made->look = look;
  made->subject.outbox = &look->record.state;
  made->subject.asks_finalized = options->chain->confirmations == 0;
  memcpy(made->subject.account, look->record.account, sizeof made->subject.account);
  made->situation = (struct vd_evm_situation){
      .shared = &look->situation, .view_count = vd_nodes_count(look->nodes), .views = made->views};
  *anchoring = made;
  return VD_OK;
}

void vd_evm_anchoring_free(struct vd_evm_anchoring *anchoring) { free(anchoring); }
