#include "anchor/following.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/following_state.h"
#include "base/context.h"
#include "chain/bitcoin_network.h"

/* --- telling --- */

static void tell(const struct vd_following *following, enum vd_anchoring_grade grade, const char *event,
                 const char *detail) {
  following->options.tell(following->options.context, grade, event, detail);
}

void vd_following_tell(const struct vd_following *following, size_t track, enum vd_anchoring_grade grade,
                       const char *event, const char *format, ...) {
  char detail[768], more[384];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(more, sizeof more, format, arguments);
  va_end(arguments);
  (void)snprintf(detail, sizeof detail, "chain=%s log=%s %s", following->chain->name,
                 following->tracks[track].options->origin, more);
  tell(following, grade, event, detail);
}

/* --- rounds --- */

static void on_answers(void *context) {
  struct vd_following *following = context;
  following->then(following);
}

void vd_following_ask(struct vd_following *following, void (*then)(struct vd_following *following)) {
  struct vd_failure failure = {.text = ""};
  following->then = then;
  if (vd_nodes_ask(following->nodes, on_answers, following, &failure) != VD_OK)
    vd_following_fail(following, "%s", failure.text);
}

bool vd_following_result(struct vd_following *following, size_t e, size_t question,
                         const struct vd_rpc_value **value) {
  char complaint[VD_COMPLAINT_SIZE];
  if (vd_nodes_outcome(following->nodes, e, question, value) == VD_RPC_RESULT) return true;
  vd_nodes_complaint(following->nodes, e, complaint);
  vd_following_fail(following, "endpoint %zu %s", e + 1, complaint);
  return false;
}

bool vd_following_agreed(struct vd_following *following, size_t question, const char *what,
                         bool (*get)(const struct vd_rpc_value *value, void *out), void *out, size_t len) {
  uint8_t other[128];
  assert(len <= sizeof other);
  for (size_t e = 0; e < vd_nodes_count(following->nodes); e++) {
    const struct vd_rpc_value *value;
    void *to = e == 0 ? out : other;
    if (!vd_following_result(following, e, question, &value)) return false;
    if (!get(value, to)) {
      vd_following_fail(following, "endpoint %zu does not tell %s", e + 1, what);
      return false;
    }
    if (e > 0 && memcmp(out, other, len) != 0) {
      vd_following_fail(following, "endpoints 1 and %zu do not agree on %s", e + 1, what);
      return false;
    }
  }
  return true;
}

static void rest(struct vd_following *following, uint64_t pause_ms) {
  vd_following_found_clear(following);
  following->next_ms = vd_client_now_ms() + pause_ms;
}

void vd_following_again(struct vd_following *following) {
  vd_following_found_clear(following);
  following->kind->begin(following);
}

void vd_following_finish(struct vd_following *following) {
  char detail[64];
  bool was_stuck = following->is_stuck;
  following->is_stuck = false;
  following->is_done = true;
  rest(following, UINT64_C(1000) * following->chain->poll_s);
  (void)snprintf(detail, sizeof detail, "chain=%s", following->chain->name);
  if (was_stuck) tell(following, VD_ANCHORING_INFO, "chain_answers", detail);
}

/* A node's words may be in it; they are in quotes in the log. */
__attribute__((format(printf, 2, 0)))
static void say_why(struct vd_following *following, const char *format, va_list arguments) {
  (void)vsnprintf(following->why, sizeof following->why, format, arguments);
  for (char *at = following->why; *at != '\0'; at++)
    if (*at == '"') *at = '\'';
}

void vd_following_fail(struct vd_following *following, const char *format, ...) {
  char detail[sizeof following->why + 64];
  bool was_stuck = following->is_stuck;
  va_list arguments;
  va_start(arguments, format);
  say_why(following, format, arguments);
  va_end(arguments);
  following->is_stuck = true;
  following->is_done = false;
  rest(following, UINT64_C(1000) * following->chain->poll_s);
  (void)snprintf(detail, sizeof detail, "chain=%s reason=\"%s\"", following->chain->name, following->why);
  if (!was_stuck) tell(following, VD_ANCHORING_WARNING, "chain_stuck", detail);
}

void vd_following_look(struct vd_following *following, uint64_t now_s, uint64_t now_ms) {
  (void)now_s; /* a chain has its own time */
  if (vd_nodes_is_busy(following->nodes) || now_ms < following->next_ms) return;
  following->kind->begin(following);
}

bool vd_following_is_done(const struct vd_following *following, bool *is_stuck, char why[static 256]) {
  *is_stuck = following->is_stuck;
  (void)snprintf(why, sizeof following->why, "%s", following->is_stuck ? following->why : "");
  return following->is_done;
}

/* --- life --- */

void vd_following_chain_id(const struct vd_chain_settings *chain, uint8_t id[static 32]) {
  memset(id, 0, 32);
  if (chain->kind == VD_CHAIN_EVM) {
    for (unsigned i = 0; i < 8; i++) id[24 + i] = (uint8_t)(chain->id >> (56 - 8 * i));
    return;
  }
  const struct vd_bitcoin_network *network = vd_bitcoin_network_find(chain->network);
  if (network != NULL) memcpy(id, network->genesis, 32);
}

static enum vd_error add_track(struct vd_following *following, size_t number, struct vd_failure *failure) {
  struct vd_following_track *track = &following->tracks[following->track_count++];
  track->number = number;
  track->options = vd_anchors_track(following->options.anchors, number);
  struct frag_slice origin = {(const uint8_t *)track->options->origin, strlen(track->options->origin)};
  frag_error error = frag_anchor_origin(following->context, track->origin_id, origin);
  return error == FRAG_OK ? VD_OK : vd_fail_frag(failure, error, "the origin of a log whose anchors are followed");
}

enum vd_error vd_following_new(const struct vd_following_options *options, struct vd_following **following,
                               struct vd_failure *failure) {
  assert(options->track_count >= 1 && options->track_count <= VD_FOLLOWING_TRACKS_MAX);
  *following = NULL;
  struct vd_following *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "chain %s: no memory to follow it", options->chain->name);
  made->options = *options;
  made->chain = options->chain;
  made->kind = made->chain->kind == VD_CHAIN_EVM ? &vd_evm_following : &vd_bitcoin_following;
  enum vd_error error = vd_context_new(&made->context, failure);
  if (error == VD_OK && made->chain->kind == VD_CHAIN_EVM) error = vd_ecdsa_new(&made->ecdsa, failure);
  if (error == VD_OK) error = vd_nodes_new(made->chain, options->client, &made->nodes, failure);
  for (size_t t = 0; error == VD_OK && t < options->track_count; t++)
    error = add_track(made, options->tracks[t], failure);
  made->options.tracks = NULL;
  if (error == VD_OK) *following = made;
  else vd_following_free(made);
  return error;
}

void vd_following_free(struct vd_following *following) {
  if (following == NULL) return;
  vd_nodes_free(following->nodes);
  vd_following_found_clear(following);
  frag_context_free(following->context);
  vd_ecdsa_free(following->ecdsa);
  free(following->found);
  free(following->checked);
  free(following->block);
  free(following);
}
