#include "serve/witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <frag/tlog_proof.h>

#include "base/context.h"
#include "base/crypto.h"
#include "serve/service_key.h"

/* ---- life ---- */

static enum vd_error add_log(struct vd_witness *witness, const char *vkey, const char *what,
                             struct vd_failure *failure) {
  struct frag_log_key *key = &witness->logs[witness->logs_count];
  enum vd_error error = vd_service_key_parse(witness->context, vkey, what, key, failure);
  if (error != VD_OK) return error;
  for (size_t i = 0; i < witness->logs_count; i++) {
    if (strcmp(witness->logs[i].name, key->name) != 0) continue;
    if (memcmp(witness->logs[i].pub32, key->pub32, sizeof key->pub32) == 0) return VD_OK;
    return vd_fail(failure, VD_CONFIG, "%s: another key of the log %s is in the settings too; remove one", what,
                   key->name);
  }
  witness->logs_count++;
  return VD_OK;
}

static enum vd_error add_logs(struct vd_witness *witness, const struct vd_settings *settings,
                              struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  char what[64];
  for (size_t i = 0; error == VD_OK && i < settings->witness.logs_count; i++) {
    (void)snprintf(what, sizeof what, "witness: logs: number %zu", i + 1);
    error = add_log(witness, settings->witness.logs[i], what, failure);
  }
  for (size_t i = 0; error == VD_OK && i < settings->operators_count; i++) {
    if (settings->operators[i].vkey[0] == '\0') continue;
    (void)snprintf(what, sizeof what, "operators: number %zu: vkey", i + 1);
    error = add_log(witness, settings->operators[i].vkey, what, failure);
  }
  return error;
}

static enum vd_error load(struct vd_witness *witness, const struct vd_settings *settings, struct vd_failure *failure) {
  enum vd_error error = vd_context_new(&witness->context, failure);
  if (error == VD_OK)
    error = vd_service_key_load(witness->context, settings->witness.key, &witness->key, &witness->public_key, failure);
  if (error != VD_OK) return error;
  struct frag_slice name = {(const uint8_t *)witness->public_key.name, witness->public_key.name_len};
  frag_error written = frag_log_vkey(witness->context, witness->vkey, name, witness->public_key.pub32);
  if (written != FRAG_OK) return vd_fail_frag(failure, written, "witness: key");
  return add_logs(witness, settings, failure);
}

enum vd_error vd_witness_new(const struct vd_witness_options *options, struct vd_witness **witness,
                             struct vd_failure *failure) {
  *witness = NULL;
  struct vd_witness *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the witness");
  made->seen = options->seen;
  made->lane = options->lane;
  made->metrics = options->metrics;
  vd_log_init(&made->log, options->log_fd, VD_LOG_INFO);
  enum vd_error error = load(made, options->settings, failure);
  if (error == VD_OK) *witness = made;
  else vd_witness_free(made);
  return error;
}

void vd_witness_free(struct vd_witness *witness) {
  if (witness == NULL) return;
  frag_context_free(witness->context);
  vd_wipe(witness, sizeof *witness);
  free(witness);
}

/* ---- checkpoints of others ---- */

static const struct frag_log_key *find_log(const struct vd_witness *witness, struct frag_slice origin) {
  for (size_t i = 0; i < witness->logs_count; i++) {
    const struct frag_log_key *log = &witness->logs[i];
    if (log->name_len == origin.len && memcmp(log->name, origin.data, origin.len) == 0) return log;
  }
  return NULL;
}

/* Two rightly signed notes of one size and different roots: nobody can explain that away, so both are kept. */
static enum vd_witness_outcome accuse(struct vd_witness *witness, const struct vd_seen_state *state,
                                      const struct frag_checkpoint *checkpoint) {
  struct frag_checkpoint last;
  struct vd_failure failure = {.text = "the last checkpoint that was kept cannot be read"};
  if (frag_checkpoint_decode(witness->context, &last, state->note, state->note_len) == FRAG_OK &&
      vd_seen_accuse(witness->seen, &last, checkpoint, &failure) == VD_OK)
    return VD_WITNESS_OTHER_SIZE;
  vd_log_event(&witness->log, VD_LOG_ERROR, "evidence_not_kept", "reason=\"%s\"", failure.text);
  return VD_WITNESS_FAULT;
}

static bool is_known(const struct vd_seen_state *state) { return state->note_len > 0; }

/* Whether the request continues what was cosigned last, in the order of the specification. */
static enum vd_witness_outcome compare(struct vd_witness *witness, const struct vd_seen_state *state,
                                       const struct frag_witness_request *request,
                                       const struct frag_checkpoint *checkpoint) {
  if (state->has_equivocated) return VD_WITNESS_DISTRUSTED;
  if (request->old_size > checkpoint->size) return VD_WITNESS_MALFORMED;
  if (is_known(state) && checkpoint->size == state->size &&
      memcmp(checkpoint->root, state->root, sizeof state->root) != 0)
    return accuse(witness, state, checkpoint);
  if (request->old_size != state->size) return VD_WITNESS_OTHER_SIZE;
  if (request->old_size == 0) return request->consistency.count == 0 ? VD_WITNESS_COSIGNED : VD_WITNESS_WRONG_PROOF;
  frag_error proven = frag_tree_check_consistency(witness->context, state->size, state->root, checkpoint->size,
                                                  checkpoint->root, &request->consistency);
  return proven == FRAG_OK ? VD_WITNESS_COSIGNED : proven == FRAG_CRYPTO ? VD_WITNESS_FAULT : VD_WITNESS_WRONG_PROOF;
}

/* Compared again and kept in one step: somebody else may have shown a newer one meanwhile. */
static enum vd_witness_outcome keep(struct vd_witness *witness, const struct vd_seen_state *state,
                                    const struct frag_checkpoint *checkpoint, struct vd_witness_answer *answer) {
  enum vd_seen_outcome outcome = VD_SEEN_OUTRUN;
  struct vd_failure failure = {.text = ""};
  struct vd_seen_state now;
  if (vd_seen_advance(witness->seen, state->size, state->root, checkpoint, &outcome, &failure) != VD_OK) {
    vd_log_event(&witness->log, VD_LOG_ERROR, "checkpoint_not_kept", "reason=\"%s\"", failure.text);
    return VD_WITNESS_FAULT;
  }
  switch (outcome) {
    case VD_SEEN_ADVANCED:
    case VD_SEEN_KNOWN: return VD_WITNESS_COSIGNED;
    case VD_SEEN_EQUIVOCATED:
    case VD_SEEN_OUTRUN: break;
  }
  char origin[FRAG_VKEY_NAME_MAX + 1];
  (void)snprintf(origin, sizeof origin, "%.*s", (int)checkpoint->origin.len, (const char *)checkpoint->origin.data);
  vd_seen_get(witness->seen, origin, &now);
  answer->size = now.size;
  return VD_WITNESS_OTHER_SIZE;
}

static enum vd_witness_outcome cosign(struct vd_witness *witness, const struct frag_checkpoint *checkpoint,
                                      uint64_t now_s, struct vd_witness_answer *answer) {
  struct frag_slice name = {(const uint8_t *)witness->public_key.name, witness->public_key.name_len};
  frag_error made = frag_checkpoint_cosign(witness->context, answer->line, &answer->line_len, checkpoint, name,
                                           witness->key.secret32, now_s);
  return made == FRAG_OK ? VD_WITNESS_COSIGNED : VD_WITNESS_FAULT;
}

static enum vd_witness_outcome look_at(struct vd_witness *witness, const struct frag_witness_request *request,
                                       uint64_t now_s, struct vd_witness_answer *answer) {
  struct frag_checkpoint checkpoint;
  struct vd_seen_state state;
  const char *note = (const char *)request->checkpoint.data;
  if (frag_checkpoint_decode(witness->context, &checkpoint, note, request->checkpoint.len) != FRAG_OK)
    return VD_WITNESS_MALFORMED;
  const struct frag_log_key *log = find_log(witness, checkpoint.origin);
  if (log == NULL) return VD_WITNESS_UNKNOWN_LOG;
  if (frag_checkpoint_check(witness->context, &checkpoint, log, NULL) != FRAG_OK) return VD_WITNESS_BAD_SIGNATURE;
  vd_seen_get(witness->seen, log->name, &state);
  answer->size = state.size;
  enum vd_witness_outcome outcome = compare(witness, &state, request, &checkpoint);
  if (outcome == VD_WITNESS_COSIGNED) outcome = keep(witness, &state, &checkpoint, answer);
  return outcome == VD_WITNESS_COSIGNED ? cosign(witness, &checkpoint, now_s, answer) : outcome;
}

void vd_witness_add(struct vd_witness *witness, const char *text, size_t len, uint64_t now_s,
                    struct vd_witness_answer *answer) {
  struct frag_witness_request request;
  *answer = (struct vd_witness_answer){.outcome = VD_WITNESS_MALFORMED};
  if (len <= FRAG_TLOG_PROOF_MAX && frag_witness_request_decode(&request, text, len) == FRAG_OK)
    answer->outcome = look_at(witness, &request, now_s, answer);
  bool given = answer->outcome == VD_WITNESS_COSIGNED;
  vd_role_metrics_add(given ? &witness->metrics->cosignatures_given : &witness->metrics->cosignatures_refused, 1);
}
