#include "anchor/comparing.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "base/crypto.h"
#include "ledger/tlog.h"

enum {
  BURST = 16,           /* anchors that are compared one after the other without a pause */
  PAUSE_MS = 1000,      /* between bursts */
  SILENT_MS = 10000,    /* until a log that did not answer is asked again */
  DISPUTED_MS = 60000,  /* until a disputed anchor is looked at again */
  TILE_LEN = FRAG_TILE_WIDTH * FRAG_HASH_LEN
};

struct tree {
  uint64_t size;
  uint8_t root[FRAG_HASH_LEN];
};

struct vd_comparing {
  struct vd_comparing_options options;
  struct frag_log_key key;
  size_t tracks[VD_LOG_CHAINS_MAX];
  struct frag_context *context;
  struct vd_store_reader *reader;       /* of a ledger on this machine; NULL: over the network */
  struct vd_remote_operator remote;
  struct vd_remote_look_up *look_up;    /* under way, or NULL */
  struct vd_client_request *tile_request;
  uint64_t next_ms;
  uint64_t disputed_ms[VD_LOG_CHAINS_MAX]; /* by track: when disputed ones are looked at again */
  unsigned burst;
  bool has_more;                        /* another is to be compared at once */
  bool is_silent;

  /* What is being compared. */
  size_t track;                         /* place in tracks */
  uint64_t n;
  struct vd_anchors_item anchor;
  struct vd_lookup_answer answer;
  struct frag_proof consistency;
  size_t note_len;
  char note[FRAG_CHECKPOINT_MAX];

  /* It is confirmed by the tree `shown`; whether that continues the last checkpoint seen is asked now. */
  bool is_tying;
  struct tree shown, seen;
};

static void tell(const struct vd_comparing *comparing, enum vd_anchoring_grade grade, const char *event,
                 const char *more) {
  const struct vd_comparing_options *options = &comparing->options;
  const struct vd_anchors_track_options *track =
      vd_anchors_track(options->anchors, comparing->tracks[comparing->track]);
  char detail[512];
  (void)snprintf(detail, sizeof detail, "chain=%s log=%s size=%" PRIu64 "%s", track->chain, comparing->key.name,
                 comparing->anchor.size, more);
  options->tell(options->context, grade, event, detail);
}

static void tell_state(const struct vd_comparing *comparing, enum vd_anchors_state state) {
  switch (state) {
    case VD_ANCHORS_UNCHECKED: break;
    case VD_ANCHORS_CONFIRMED: tell(comparing, VD_ANCHORING_INFO, "anchor_confirmed", ""); break;
    case VD_ANCHORS_DISPUTED: tell(comparing, VD_ANCHORING_WARNING, "anchor_disputed", ""); break;
    case VD_ANCHORS_CONTRADICTED: tell(comparing, VD_ANCHORING_ALARM, "equivocation", ""); break;
  }
}

/* --- which one is next --- */

static void rest(struct vd_comparing *comparing, uint64_t pause_ms) {
  comparing->next_ms = vd_client_now_ms() + pause_ms;
}

static bool take_next(struct vd_comparing *comparing, uint64_t now_ms) {
  for (size_t t = 0; t < comparing->options.track_count; t++) {
    if (!vd_anchors_next_unchecked(comparing->options.anchors, comparing->tracks[t], &comparing->n,
                                   &comparing->anchor))
      continue;
    if (comparing->anchor.state == VD_ANCHORS_DISPUTED && now_ms < comparing->disputed_ms[t]) continue;
    comparing->track = t;
    return true;
  }
  return false;
}

static void compare(struct vd_comparing *comparing);

/* A snapshot of a ledger has to be let go first: vd_comparing_look goes on then. */
static void go_on(struct vd_comparing *comparing) {
  comparing->has_more = ++comparing->burst < BURST && take_next(comparing, vd_client_now_ms());
  if (!comparing->has_more) rest(comparing, PAUSE_MS);
  else if (comparing->reader == NULL) compare(comparing);
}

static void silent(struct vd_comparing *comparing) {
  comparing->is_silent = true;
  comparing->is_tying = false;
  rest(comparing, SILENT_MS);
}

/* --- verdicts --- */

static void keep(struct vd_comparing *comparing, enum vd_anchors_state state, const char *evidence, size_t len) {
  struct vd_failure failure = {.text = ""};
  char reason[600];
  size_t track = comparing->tracks[comparing->track];
  if (state == VD_ANCHORS_DISPUTED) comparing->disputed_ms[comparing->track] = vd_client_now_ms() + DISPUTED_MS;
  if (comparing->anchor.state == state ||
      vd_anchors_judge(comparing->options.anchors, track, comparing->n, state, evidence, len, &failure) == VD_OK) {
    if (comparing->anchor.state != state) tell_state(comparing, state);
    go_on(comparing);
    return;
  }
  (void)snprintf(reason, sizeof reason, " reason=\"%s\"", failure.text);
  tell(comparing, VD_ANCHORING_ALARM, "anchor_state_not_kept", reason);
  rest(comparing, SILENT_MS);
}

static void keep_contradiction(struct vd_comparing *comparing, const struct frag_checkpoint *checkpoint,
                               const uint8_t proven_root[static FRAG_HASH_LEN]) {
  char text[VD_ANCHORS_JUDGEMENT_MAX];
  const struct vd_anchors_track_options *track =
      vd_anchors_track(comparing->options.anchors, comparing->tracks[comparing->track]);
  size_t len =
      vd_comparing_evidence(text, track, &comparing->anchor, checkpoint, &comparing->consistency, proven_root);
  keep(comparing, VD_ANCHORS_CONTRADICTED, text, len);
}

/* tile: NULL when it could not be had. */
static void judge_tile(struct vd_comparing *comparing, const uint8_t *tile, size_t len) {
  struct frag_checkpoint checkpoint;
  uint8_t proven_root[FRAG_HASH_LEN];
  enum vd_comparing_verdict verdict = VD_COMPARING_DISPUTED;
  if (tile != NULL &&
      frag_checkpoint_decode(comparing->context, &checkpoint, comparing->note, comparing->note_len) == FRAG_OK)
    verdict = vd_comparing_judge_tile(comparing->context, &comparing->anchor, &checkpoint, &comparing->consistency,
                                      tile, len, proven_root);
  if (verdict == VD_COMPARING_CONTRADICTED) keep_contradiction(comparing, &checkpoint, proven_root);
  else keep(comparing, VD_ANCHORS_DISPUTED, NULL, 0);
}

static void on_tile(void *context, const struct vd_client_result *result) {
  struct vd_comparing *comparing = context;
  bool has_come = result->error == VD_OK && result->status == 200;
  comparing->tile_request = NULL;
  judge_tile(comparing, has_come ? result->body : NULL, result->body_len);
}

static void fetch_tile(struct vd_comparing *comparing, const char *path) {
  char url[VD_REMOTE_URL_MAX + 1 + FRAG_TILE_PATH_MAX];
  struct vd_failure failure;
  (void)snprintf(url, sizeof url, "%s/%s", comparing->remote.url, path);
  struct vd_client_call call = {.url = url,
                                .answer_max = TILE_LEN,
                                .timeout_ms = comparing->remote.timeout_ms,
                                .done = on_tile,
                                .context = comparing};
  if (vd_client_start(comparing->options.client, &call, &comparing->tile_request, &failure) != VD_OK)
    judge_tile(comparing, NULL, 0);
}

/* In the same snapshot as the checkpoint. */
static void read_tile(struct vd_comparing *comparing, const char *path) {
  static const size_t room = VD_TLOG_RESOURCE_MAX;
  struct vd_tlog_resource resource = {.len = 0};
  uint8_t *bytes = malloc(room);
  bool is_read =
      bytes != NULL && vd_tlog_resource(comparing->reader, path, strlen(path), bytes, &resource, NULL) == VD_OK;
  judge_tile(comparing, is_read ? bytes : NULL, resource.len);
  free(bytes);
}

static void need_tile(struct vd_comparing *comparing, const struct frag_checkpoint *checkpoint) {
  char path[FRAG_TILE_PATH_MAX];
  struct frag_tile tile = vd_comparing_tile(comparing->anchor.size, checkpoint->size);
  frag_tile_path(path, &tile);
  if (comparing->reader != NULL) read_tile(comparing, path);
  else fetch_tile(comparing, path);
}

/* --- one tree for all who ask --- */

static bool is_tree(const struct frag_checkpoint *checkpoint, const struct tree *tree) {
  return checkpoint->size == tree->size && memcmp(checkpoint->root, tree->root, FRAG_HASH_LEN) == 0;
}

static void advance(struct vd_comparing *comparing, const struct frag_checkpoint *checkpoint) {
  enum vd_seen_outcome outcome = VD_SEEN_OUTRUN;
  enum vd_error error = vd_seen_advance(comparing->options.seen, comparing->seen.size, comparing->seen.root, checkpoint,
                                        &outcome, NULL);
  bool is_last = error == VD_OK && (outcome == VD_SEEN_ADVANCED || outcome == VD_SEEN_KNOWN);
  if (is_last) keep(comparing, VD_ANCHORS_CONFIRMED, NULL, 0);
  else rest(comparing, PAUSE_MS);
}

/* Two signed checkpoints of one size: the proof is kept, and told by whoever counts them. */
static void accuse(struct vd_comparing *comparing, const struct vd_seen_state *state,
                   const struct frag_checkpoint *checkpoint) {
  struct frag_checkpoint other;
  if (frag_checkpoint_decode(comparing->context, &other, state->note, state->note_len) != FRAG_OK ||
      vd_seen_accuse(comparing->options.seen, &other, checkpoint, NULL) != VD_OK)
    rest(comparing, PAUSE_MS);
}

/* While a log shows two trees its anchors are not confirmed. */
static void confirm(struct vd_comparing *comparing, const struct frag_checkpoint *checkpoint) {
  struct vd_seen_state state = {.size = 0};
  bool is_remembered = comparing->options.seen != NULL && comparing->reader == NULL;
  if (is_remembered) vd_seen_get(comparing->options.seen, comparing->key.name, &state);
  comparing->seen.size = state.size;
  memcpy(comparing->seen.root, state.root, FRAG_HASH_LEN);
  comparing->shown.size = checkpoint->size;
  memcpy(comparing->shown.root, checkpoint->root, FRAG_HASH_LEN);
  if (!is_remembered || (is_tree(checkpoint, &comparing->seen) && !state.has_equivocated)) {
    keep(comparing, VD_ANCHORS_CONFIRMED, NULL, 0);
  } else if (state.has_equivocated || state.size >= checkpoint->size) {
    rest(comparing, SILENT_MS);
    if (state.size == checkpoint->size && !state.has_equivocated) accuse(comparing, &state, checkpoint);
  } else if (state.size == 0) {
    advance(comparing, checkpoint);
  } else {
    comparing->is_tying = true;
    compare(comparing);
  }
}

/* The answer to a look-up with known_size = that of the last checkpoint seen. */
static bool judge_tie(struct vd_comparing *comparing) {
  struct frag_checkpoint checkpoint;
  comparing->is_tying = false;
  if (frag_checkpoint_decode(comparing->context, &checkpoint, comparing->note, comparing->note_len) != FRAG_OK ||
      frag_checkpoint_check(comparing->context, &checkpoint, &comparing->key, NULL) != FRAG_OK) {
    silent(comparing);
    return false;
  }
  bool continues = frag_tree_check_consistency(comparing->context, comparing->seen.size, comparing->seen.root,
                                               checkpoint.size, checkpoint.root, &comparing->consistency) == FRAG_OK;
  if (continues && is_tree(&checkpoint, &comparing->shown)) advance(comparing, &checkpoint);
  else rest(comparing, continues ? 0 : SILENT_MS); /* it may have grown meanwhile */
  return true;
}

/* Returns whether it was an answer of the log, right or wrong. */
static bool judge(struct vd_comparing *comparing) {
  struct frag_checkpoint checkpoint;
  uint8_t proven_root[FRAG_HASH_LEN];
  struct vd_comparing_answer answer = {comparing->note, comparing->note_len, &comparing->consistency};
  if (comparing->is_tying) return judge_tie(comparing);
  enum vd_comparing_verdict verdict = vd_comparing_judge(comparing->context, &comparing->key, &comparing->anchor,
                                                         &answer, &checkpoint, proven_root);
  comparing->is_silent = verdict == VD_COMPARING_NO_ANSWER;
  switch (verdict) {
    case VD_COMPARING_NO_ANSWER: silent(comparing); return false;
    case VD_COMPARING_CONFIRMED: confirm(comparing, &checkpoint); break;
    case VD_COMPARING_DISPUTED: keep(comparing, VD_ANCHORS_DISPUTED, NULL, 0); break;
    case VD_COMPARING_CONTRADICTED: keep_contradiction(comparing, &checkpoint, proven_root); break;
    case VD_COMPARING_NEEDS_TILE: need_tile(comparing, &checkpoint); break;
  }
  return true;
}

/* --- asking --- */

/* Views into the answer do not outlive the callback, and a tile may have to be asked for. False: it is no answer. */
static bool note_answer(struct vd_comparing *comparing) {
  const struct vd_lookup_answer *answer = &comparing->answer;
  if (answer->checkpoint_len > sizeof comparing->note) return false;
  comparing->note_len = answer->checkpoint_len;
  memcpy(comparing->note, answer->checkpoint, answer->checkpoint_len);
  comparing->consistency = answer->consistency;
  return true;
}

static bool on_answer(void *context, const uint8_t *bytes, size_t len) {
  struct vd_comparing *comparing = context;
  comparing->look_up = NULL;
  if (bytes != NULL && vd_lookup_answer_read(&comparing->answer, VD_STORE_STATUS, 1, bytes, len, NULL) == VD_OK &&
      note_answer(comparing))
    return judge(comparing);
  silent(comparing);
  return false;
}

static void ask_remote(struct vd_comparing *comparing, const struct vd_lookup_request *request) {
  struct vd_failure failure;
  if (vd_remote_look_up(&comparing->remote, request, on_answer, comparing, &comparing->look_up, &failure) == VD_OK)
    return;
  comparing->look_up = NULL;
  silent(comparing);
}

static void ask_local(struct vd_comparing *comparing, const struct vd_lookup_request *request) {
  bool has_begun = vd_store_reader_begin(comparing->reader, NULL) == VD_OK;
  bool is_read = has_begun && vd_lookup_local(comparing->reader, request, &comparing->answer, NULL) == VD_OK &&
                 note_answer(comparing);
  if (is_read) (void)judge(comparing);
  else silent(comparing);
  if (has_begun) vd_store_reader_reset(comparing->reader);
}

/* Asks for a status that nobody has: the answer brings checkpoint and proof, and tells nothing about anybody. */
static void compare(struct vd_comparing *comparing) {
  struct vd_lookup_request request = {
      .kind = VD_STORE_STATUS,
      .known_size = comparing->is_tying ? comparing->seen.size : comparing->anchor.size,
      .count = 1};
  if (vd_random(request.keys[0], sizeof request.keys[0], NULL) != VD_OK) silent(comparing);
  else if (comparing->reader != NULL) ask_local(comparing, &request);
  else ask_remote(comparing, &request);
}

void vd_comparing_look(struct vd_comparing *comparing, uint64_t now_ms) {
  if (comparing->look_up != NULL || comparing->tile_request != NULL || now_ms < comparing->next_ms) return;
  comparing->burst = 0;
  comparing->has_more = take_next(comparing, now_ms);
  while (comparing->has_more) {
    comparing->has_more = false;
    compare(comparing);
    if (comparing->reader == NULL) break;
  }
}

bool vd_comparing_is_done(const struct vd_comparing *comparing, bool *is_silent) {
  bool is_done = true;
  *is_silent = comparing->is_silent;
  for (size_t t = 0; t < comparing->options.track_count; t++) {
    uint64_t n;
    struct vd_anchors_item item;
    if (vd_anchors_next_unchecked(comparing->options.anchors, comparing->tracks[t], &n, &item))
      is_done = is_done && item.state != VD_ANCHORS_UNCHECKED;
  }
  return is_done;
}

/* --- life --- */

enum vd_error vd_comparing_new(const struct vd_comparing_options *options, struct vd_comparing **comparing,
                               struct vd_failure *failure) {
  assert(options->track_count >= 1 && options->track_count <= VD_LOG_CHAINS_MAX);
  *comparing = NULL;
  struct vd_comparing *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory to compare anchors");
  made->options = *options;
  made->key = *options->key;
  memcpy(made->tracks, options->tracks, options->track_count * sizeof made->tracks[0]);
  made->options.tracks = made->tracks;
  made->options.key = &made->key;
  enum vd_error error = vd_context_new(&made->context, failure);
  if (error == VD_OK && options->store != NULL) error = vd_store_reader_new(options->store, &made->reader, failure);
  if (error == VD_OK && options->store == NULL)
    error = vd_remote_operator_init(&made->remote, options->client, options->url, options->timeout_ms, failure);
  if (error == VD_OK) *comparing = made;
  else vd_comparing_free(made);
  return error;
}

void vd_comparing_free(struct vd_comparing *comparing) {
  if (comparing == NULL) return;
  if (comparing->tile_request != NULL) vd_client_cancel(comparing->options.client, comparing->tile_request);
  if (comparing->remote.client != NULL) vd_remote_operator_end(&comparing->remote);
  if (comparing->reader != NULL) vd_store_reader_free(comparing->reader);
  frag_context_free(comparing->context);
  free(comparing);
}
