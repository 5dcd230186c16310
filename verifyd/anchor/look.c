#include "anchor/look.h"

#include <inttypes.h>
#include <string.h>

enum {
  HALT_LOOKS = 3,   /* in a row that come to a halt, before it is recorded */
  FINALS_LOOKS = 20 /* recorded final anchors are looked at at the start, every so many looks, and in any trouble */
};

/* ---- life ---- */

enum vd_error vd_look_open(struct vd_look *look, const struct vd_anchoring_options *options,
                           struct vd_failure *failure) {
  look->options = *options;
  look->options.secret32 = NULL;
  look->telling.options = &look->options;
  look->situation = (struct vd_judge_situation){
      .chain = options->chain, .anchor = options->anchor, .outbox = &look->record.state};
  return vd_nodes_new(options->chain, options->client, &look->nodes, failure);
}

void vd_look_close(struct vd_look *look) {
  vd_nodes_free(look->nodes);
  vd_record_close(&look->record);
}

void vd_look_publish(struct vd_look *look) {
  const struct vd_record *record = &look->record;
  const struct vd_board_outbox outbox = {.final_count = record->final_count,
                                         .final_size = record->final_size,
                                         .final_time_s = record->final_time_s,
                                         .attempts = record->state.attempt_count};
  vd_board_set_outbox(&look->board, &outbox, &record->state.last);
}

/* ---- asking ---- */

static void tell_halt(struct vd_look *look) {
  look->is_halt_told = true;
  vd_board_set_state(&look->board, VD_ANCHORING_HALTED);
  vd_tell(&look->telling, VD_ANCHORING_ALARM, "anchor_halted", "since=%" PRIu64 " reason=\"%s\"",
          look->record.halted_s, look->record.halted);
}

bool vd_look_is_due(struct vd_look *look, uint64_t now_s, uint64_t now_ms) {
  struct vd_judge_situation *situation = &look->situation;
  bool is_halted = look->record.halted[0] != '\0';
  if (is_halted && !look->is_halt_told) tell_halt(look);
  if (is_halted || vd_nodes_is_busy(look->nodes) || now_ms < look->next_ms) return false;
  situation->now_s = now_s;
  situation->has_newest = look->options.newest(look->options.context, &situation->newest);
  if (situation->has_newest)
    situation->waiting_since_s = vd_policy_waiting_since(situation->waiting_since_s, &look->record.state.last,
                                                         &situation->newest, now_s);
  situation->is_fork = situation->has_newest &&
                       vd_policy_is_fork(&look->options, &look->record.state.last, &situation->newest);
  return true;
}

void vd_look_begin(struct vd_look *look, uint64_t now_ms) {
  look->next_ms = now_ms + UINT64_C(1000) * look->options.chain->poll_s;
  look->situation.are_finals_asked =
      look->looks % FINALS_LOOKS == 0 || look->telling.reason != VD_REASON_FINE || look->halting != VD_REASON_FINE;
  vd_nodes_begin(look->nodes);
}

/* Between two looks a failure of this side: memory, the disk. */
void vd_look_ask(struct vd_look *look, void (*done)(void *context), void *context) {
  struct vd_failure failure = {.text = ""};
  if (vd_nodes_ask(look->nodes, done, context, &failure) != VD_OK) vd_look_failed(look, &failure);
}

/* ---- judgements ---- */

/* As it is before that is done. */
static enum vd_anchoring_state state_of(enum vd_judge_action action) {
  switch (action) {
    case VD_JUDGE_WAIT:
    case VD_JUDGE_RESEND:
    case VD_JUDGE_REPLACE:
    case VD_JUDGE_FINISH: return VD_ANCHORING_SENT;
    case VD_JUDGE_UNFUNDED: return VD_ANCHORING_UNFUNDED;
    case VD_JUDGE_UNREACHABLE:
    case VD_JUDGE_HALT: return VD_ANCHORING_UNREACHABLE;
    case VD_JUDGE_IDLE:
    case VD_JUDGE_BEGIN: break;
  }
  return VD_ANCHORING_IDLE;
}

/* What could not be recorded shows until something has been, or there is nothing more to record. */
static bool is_failure_over(const struct vd_look *look, enum vd_judge_action action) {
  return !look->is_failing || (action != VD_JUDGE_BEGIN && action != VD_JUDGE_REPLACE && action != VD_JUDGE_FINISH);
}

static bool is_stuck(enum vd_reason reason) {
  return reason == VD_REASON_FEE_HIGH || reason == VD_REASON_FEE_CAPPED || reason == VD_REASON_ATTEMPTS_FULL;
}

/* A trouble that has just begun may be over at the next look: the state is not changed by it. */
static void report(struct vd_look *look, const struct vd_judge_verdict *verdict) {
  char complaint[VD_COMPLAINT_SIZE] = "";
  bool is_reached = verdict->action != VD_JUDGE_UNREACHABLE;
  if (verdict->reason == VD_REASON_SILENT) vd_nodes_complaint(look->nodes, verdict->endpoint, complaint);
  bool is_told = vd_tell_trouble(&look->telling, vd_reason_trouble(verdict->reason), verdict->endpoint, complaint);
  if ((is_told || is_reached) && is_failure_over(look, verdict->action))
    vd_board_set_state(&look->board, state_of(verdict->action));
  if (!is_reached) return;
  vd_board_set_looked(&look->board, look->situation.now_s);
  vd_board_set_stuck(&look->board, is_stuck(verdict->reason));
}

static void halt(struct vd_look *look, enum vd_reason reason) {
  struct vd_failure failure = {.text = ""};
  const char *words = vd_reason_trouble(reason)->words;
  look->halting_looks = reason == look->halting ? look->halting_looks + 1 : 1;
  look->halting = reason;
  if (look->halting_looks < HALT_LOOKS) return;
  if (vd_record_halt(&look->record, look->situation.now_s, words, &failure) == VD_OK) tell_halt(look);
  else vd_look_failed(look, &failure); /* and nothing is sent: the next look comes to the same */
}

void vd_look_judged(struct vd_look *look, const struct vd_judge_verdict *verdict) {
  uint64_t *foreign_since = &look->situation.foreign_since;
  look->looks++;
  if (verdict->foreign_at == 0 || *foreign_since == 0) *foreign_since = verdict->foreign_at;
  if (verdict->action == VD_JUDGE_HALT) {
    halt(look, verdict->reason); /* which is told when it is sure */
    return;
  }
  look->halting = VD_REASON_FINE;
  report(look, verdict);
}

/* ---- what is done ---- */

const struct vd_anchoring_checkpoint *vd_look_checkpoint(const struct vd_look *look) {
  const struct vd_judge_situation *situation = &look->situation;
  return vd_policy_replacement(&look->record.state.last, situation->has_newest ? &situation->newest : NULL);
}

void vd_look_recorded(struct vd_look *look, enum vd_anchoring_state state) {
  look->is_failing = look->is_refusal_told = false;
  look->sends = 0;
  vd_board_set_state(&look->board, state);
}

/* Told once, until something has been recorded again. */
void vd_look_failed(struct vd_look *look, const struct vd_failure *failure) {
  vd_board_set_state(&look->board, VD_ANCHORING_FAILING);
  if (look->is_failing) return;
  look->is_failing = true;
  vd_tell(&look->telling, VD_ANCHORING_ALARM, "anchor_failed", "reason=\"%s\"", failure->text);
}

void vd_look_refused(struct vd_look *look, const char *otherwise) {
  char complaint[VD_COMPLAINT_SIZE];
  if (look->is_refusal_told) return;
  vd_nodes_complaint(look->nodes, 0, complaint);
  if (complaint[0] == '\0' && otherwise == NULL) return;
  look->is_refusal_told = true;
  for (char *at = complaint; *at != '\0'; at++)
    if (*at == '"') *at = '\''; /* what a node says stands in quotes */
  vd_tell(&look->telling, VD_ANCHORING_WARNING, "anchor_refused", "reason=\"%s\"",
          complaint[0] == '\0' ? otherwise : complaint);
}
