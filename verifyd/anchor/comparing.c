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
  BATCH = 64,           /* anchors that are kept as confirmed in one synced step */
  BURST = 256,          /* anchors of a ledger on this machine that are compared while nobody else has the loop */
  PAUSE_MS = 1000,      /* when there is nothing to compare */
  SILENT_MS = 10000,    /* until a log that did not answer is asked again */
  DISPUTED_MS = 60000,  /* until a disputed anchor is looked at again */
  TILE_LEN = FRAG_TILE_WIDTH * FRAG_HASH_LEN
};

struct tree {
  uint64_t size;
  uint8_t root[FRAG_HASH_LEN];
};

/* What the log is asked to continue. */
enum task {
  COMPARING, /* an anchor */
  TYING,     /* what was seen last, before that anchor is confirmed by the tree `shown` */
  DOUBTING,  /* the same, when it is said not to */
  REVIEWING  /* an anchor that was confirmed before, when the log does not continue what was seen last */
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
  size_t batch_track;
  size_t batch_count;   /* confirmed, and not kept yet */
  uint64_t batch[BATCH], batch_sizes[BATCH];
  bool has_more;                        /* another is to be compared at once */

  /* What is being compared. */
  size_t track;                         /* place in tracks */
  uint64_t n;
  struct vd_anchors_item anchor;
  struct vd_lookup_answer answer;
  struct frag_proof consistency;
  size_t note_len;
  char note[FRAG_CHECKPOINT_MAX];

  enum task task;
  struct tree shown;
  struct vd_anchors_item seen; /* size and root of what was seen last */
  bool is_doubted;             /* by somebody else */
  uint64_t doubted_ms;         /* when that is looked into again */
  bool is_doubtful;            /* found so */
};

static void tell_of(const struct vd_comparing *comparing, size_t track, uint64_t size, enum vd_anchoring_grade grade,
                    const char *event, const char *more) {
  const struct vd_comparing_options *options = &comparing->options;
  char detail[1024];
  (void)snprintf(detail, sizeof detail, "chain=%s log=%s size=%" PRIu64 "%s",
                 vd_anchors_track(options->anchors, track)->chain, comparing->key.name, size, more);
  options->tell(options->context, grade, event, detail);
}

static void tell(const struct vd_comparing *comparing, enum vd_anchoring_grade grade, const char *event) {
  tell_of(comparing, comparing->tracks[comparing->track], comparing->anchor.size, grade, event, "");
}

static void tell_not_kept(const struct vd_comparing *comparing, size_t track, uint64_t size,
                          const struct vd_failure *failure) {
  char reason[600];
  (void)snprintf(reason, sizeof reason, " reason=\"%s\"", failure->text);
  tell_of(comparing, track, size, VD_ANCHORING_ALARM, "anchor_state_not_kept", reason);
}

static void tell_state(const struct vd_comparing *comparing, enum vd_anchors_state state) {
  switch (state) {
    case VD_ANCHORS_UNCHECKED:
    case VD_ANCHORS_CONFIRMED: break; /* told when a batch is kept */
    case VD_ANCHORS_DISPUTED: tell(comparing, VD_ANCHORING_WARNING, "anchor_disputed"); break;
    case VD_ANCHORS_CONTRADICTED: tell(comparing, VD_ANCHORING_ALARM, "equivocation"); break;
  }
}

/* --- those that are confirmed --- */

static bool keep_batch(struct vd_comparing *comparing) {
  struct vd_failure failure = {.text = ""};
  size_t count = comparing->batch_count, track = comparing->batch_track;
  comparing->batch_count = 0;
  if (count == 0) return true;
  bool is_kept = vd_anchors_confirm_all(comparing->options.anchors, track, comparing->batch, count, &failure) == VD_OK;
  for (size_t i = 0; is_kept && i < count; i++)
    tell_of(comparing, track, comparing->batch_sizes[i], VD_ANCHORING_INFO, "anchor_confirmed", "");
  if (!is_kept) tell_not_kept(comparing, track, comparing->batch_sizes[0], &failure);
  return is_kept;
}

/* --- which one is next --- */

static void rest(struct vd_comparing *comparing, uint64_t pause_ms) {
  comparing->next_ms = vd_client_now_ms() + (keep_batch(comparing) ? pause_ms : SILENT_MS);
}

/* Behind those that wait to be kept. */
static bool take_following(struct vd_comparing *comparing) {
  struct vd_anchors_item item;
  for (uint64_t n = comparing->n + 1; vd_anchors_get(comparing->options.anchors, comparing->batch_track, n, &item, NULL,
                                                     NULL, NULL, NULL, NULL) == VD_OK; n++) {
    if (item.state != VD_ANCHORS_UNCHECKED || item.is_gone) continue;
    comparing->n = n;
    comparing->anchor = item;
    comparing->task = COMPARING;
    return true;
  }
  return false;
}

static bool take_next(struct vd_comparing *comparing, uint64_t now_ms) {
  for (size_t t = 0; t < comparing->options.track_count; t++) {
    if (!vd_anchors_next_unchecked(comparing->options.anchors, comparing->tracks[t], &comparing->n,
                                   &comparing->anchor))
      continue;
    if (comparing->anchor.state == VD_ANCHORS_DISPUTED && now_ms < comparing->disputed_ms[t]) continue;
    comparing->track = t;
    comparing->task = COMPARING;
    return true;
  }
  return false;
}

static void compare(struct vd_comparing *comparing);

/* Oldest first: an entry's time is that of the first anchor that covers it, and must not be a later one's meanwhile. A
 * snapshot of a ledger has to be let go first: vd_comparing_look goes on then. */
static void go_on(struct vd_comparing *comparing) {
  bool has_turn = comparing->reader == NULL || ++comparing->burst < BURST;
  bool is_filling = has_turn && comparing->batch_count > 0 && comparing->batch_count < BATCH;
  comparing->has_more = is_filling && take_following(comparing);
  if (!comparing->has_more && !keep_batch(comparing)) {
    rest(comparing, SILENT_MS);
    return;
  }
  if (!comparing->has_more && has_turn) comparing->has_more = take_next(comparing, vd_client_now_ms());
  if (!comparing->has_more) rest(comparing, has_turn ? PAUSE_MS : 0);
  else if (comparing->reader == NULL) compare(comparing);
}

static void silent(struct vd_comparing *comparing) { rest(comparing, SILENT_MS); }

/* --- verdicts --- */

static void keep_confirmed(struct vd_comparing *comparing) {
  comparing->batch_track = comparing->tracks[comparing->track];
  comparing->batch_sizes[comparing->batch_count] = comparing->anchor.size;
  comparing->batch[comparing->batch_count++] = comparing->n;
  go_on(comparing);
}

/* What is not confirmed. */
static void keep(struct vd_comparing *comparing, enum vd_anchors_state state, const char *evidence, size_t len) {
  struct vd_failure failure = {.text = ""};
  size_t track = comparing->tracks[comparing->track];
  if (state == VD_ANCHORS_DISPUTED) comparing->disputed_ms[comparing->track] = vd_client_now_ms() + DISPUTED_MS;
  if (comparing->anchor.state == state ||
      vd_anchors_judge(comparing->options.anchors, track, comparing->n, state, evidence, len, &failure) == VD_OK) {
    if (comparing->anchor.state != state) tell_state(comparing, state);
    go_on(comparing);
    return;
  }
  tell_not_kept(comparing, track, comparing->anchor.size, &failure);
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

static const struct vd_anchors_item *subject(const struct vd_comparing *comparing) {
  bool is_anchor = comparing->task == COMPARING || comparing->task == REVIEWING;
  return is_anchor ? &comparing->anchor : &comparing->seen;
}

static void conclude(struct vd_comparing *comparing, enum vd_comparing_verdict verdict,
                     const struct frag_checkpoint *checkpoint, const uint8_t proven_root[static FRAG_HASH_LEN]);

/* tile: NULL when it could not be had. */
static void judge_tile(struct vd_comparing *comparing, const uint8_t *tile, size_t len) {
  struct frag_checkpoint checkpoint;
  uint8_t proven_root[FRAG_HASH_LEN] = {0};
  enum vd_comparing_verdict verdict = VD_COMPARING_DISPUTED;
  if (frag_checkpoint_decode(comparing->context, &checkpoint, comparing->note, comparing->note_len) != FRAG_OK) {
    silent(comparing);
    return;
  }
  if (tile != NULL)
    verdict = vd_comparing_judge_tile(comparing->context, subject(comparing), &checkpoint, &comparing->consistency,
                                      tile, len, proven_root);
  conclude(comparing, verdict, &checkpoint, proven_root);
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
  struct frag_tile tile = vd_comparing_tile(subject(comparing)->size, checkpoint->size);
  frag_tile_path(path, &tile);
  if (comparing->reader != NULL) read_tile(comparing, path);
  else fetch_tile(comparing, path);
}

/* --- one tree for all who ask --- */

static bool is_tree(const struct frag_checkpoint *checkpoint, uint64_t size, const uint8_t root[static FRAG_HASH_LEN]) {
  return checkpoint->size == size && memcmp(checkpoint->root, root, FRAG_HASH_LEN) == 0;
}

static void advance(struct vd_comparing *comparing, const struct frag_checkpoint *checkpoint) {
  enum vd_seen_outcome outcome = VD_SEEN_OUTRUN;
  enum vd_error error = vd_seen_advance(comparing->options.seen, comparing->seen.size, comparing->seen.root, checkpoint,
                                        &outcome, NULL);
  bool is_last = error == VD_OK && (outcome == VD_SEEN_ADVANCED || outcome == VD_SEEN_KNOWN);
  if (is_last) keep_confirmed(comparing);
  else rest(comparing, PAUSE_MS);
}

static void remember_seen(struct vd_comparing *comparing, struct vd_seen_state *state) {
  vd_seen_get(comparing->options.seen, comparing->key.name, state);
  comparing->seen = (struct vd_anchors_item){.size = state->size};
  memcpy(comparing->seen.root, state->root, FRAG_HASH_LEN);
}

/* Two signed checkpoints, of one size, or of which the later one proves another root for the size of the earlier: the
 * proof is kept, and told by whoever counts them. */
static void accuse(struct vd_comparing *comparing, const struct frag_checkpoint *checkpoint,
                   const uint8_t proven_root[static FRAG_HASH_LEN]) {
  struct vd_seen *seen = comparing->options.seen;
  struct vd_seen_state state;
  struct frag_checkpoint other;
  enum vd_error error = VD_OK;
  vd_seen_get(seen, comparing->key.name, &state);
  comparing->is_doubtful = true;
  rest(comparing, SILENT_MS);
  if (state.has_equivocated ||
      frag_checkpoint_decode(comparing->context, &other, state.note, state.note_len) != FRAG_OK ||
      !is_tree(&other, comparing->seen.size, comparing->seen.root))
    return;
  if (other.size == checkpoint->size) error = vd_seen_accuse(seen, &other, checkpoint, NULL);
  else error = vd_seen_accuse_grown(seen, &other, checkpoint, &comparing->consistency, proven_root, NULL);
  if (error != VD_OK) rest(comparing, PAUSE_MS);
}

/* The newest of a track that was confirmed and has at most that size. */
static bool find_confirmed(const struct vd_comparing *comparing, size_t track, uint64_t size, uint64_t *n,
                           struct vd_anchors_item *item) {
  struct vd_anchors *anchors = comparing->options.anchors;
  struct vd_anchors_view view;
  vd_anchors_look(anchors, track, &view);
  for (*n = view.count; (*n)-- > 0;) {
    if (vd_anchors_get(anchors, track, *n, item, NULL, NULL, NULL, NULL, NULL) != VD_OK) return false;
    if (item->state == VD_ANCHORS_CONFIRMED && !item->is_gone && item->size <= size) return true;
  }
  return false;
}

/* The log does not continue what was seen last, or has less. Whether it is an old copy or another tree, the largest
 * anchor tells that is not larger than what it shows now. */
static void review(struct vd_comparing *comparing, uint64_t size) {
  struct vd_anchors_item item;
  uint64_t n;
  (void)keep_batch(comparing);
  comparing->is_doubtful = true;
  comparing->anchor.size = 0;
  for (size_t t = 0; t < comparing->options.track_count; t++) {
    if (!find_confirmed(comparing, comparing->tracks[t], size, &n, &item) || item.size <= comparing->anchor.size)
      continue;
    comparing->track = t;
    comparing->n = n;
    comparing->anchor = item;
  }
  comparing->task = REVIEWING;
  if (comparing->anchor.size > 0) compare(comparing);
  else rest(comparing, SILENT_MS);
}

/* While a log shows two trees its anchors are not confirmed. */
static void confirm(struct vd_comparing *comparing, const struct frag_checkpoint *checkpoint) {
  struct vd_seen_state state = {.size = 0};
  bool is_remembered = comparing->options.seen != NULL && comparing->reader == NULL;
  if (is_remembered) remember_seen(comparing, &state);
  comparing->shown.size = checkpoint->size;
  memcpy(comparing->shown.root, checkpoint->root, FRAG_HASH_LEN);
  if (!is_remembered || (is_tree(checkpoint, state.size, state.root) && !state.has_equivocated)) {
    keep_confirmed(comparing);
  } else if (state.has_equivocated) {
    rest(comparing, SILENT_MS);
  } else if (state.size == checkpoint->size) {
    accuse(comparing, checkpoint, checkpoint->root);
  } else if (state.size > checkpoint->size) {
    review(comparing, checkpoint->size);
  } else if (state.size == 0) {
    advance(comparing, checkpoint);
  } else {
    comparing->task = TYING;
    compare(comparing);
  }
}

/* --- what is concluded --- */

static void conclude_anchor(struct vd_comparing *comparing, enum vd_comparing_verdict verdict,
                            const struct frag_checkpoint *checkpoint,
                            const uint8_t proven_root[static FRAG_HASH_LEN]) {
  if (verdict == VD_COMPARING_CONTRADICTED) keep_contradiction(comparing, checkpoint, proven_root);
  else if (verdict == VD_COMPARING_CONFIRMED) confirm(comparing, checkpoint);
  else keep(comparing, VD_ANCHORS_DISPUTED, NULL, 0);
}

static void conclude_seen(struct vd_comparing *comparing, enum vd_comparing_verdict verdict,
                          const struct frag_checkpoint *checkpoint, const uint8_t proven_root[static FRAG_HASH_LEN]) {
  bool is_tied = verdict == VD_COMPARING_CONFIRMED && comparing->task == TYING;
  if (verdict == VD_COMPARING_CONTRADICTED) accuse(comparing, checkpoint, proven_root);
  else if (verdict != VD_COMPARING_CONFIRMED) review(comparing, checkpoint->size);
  else if (is_tied && is_tree(checkpoint, comparing->shown.size, comparing->shown.root)) advance(comparing, checkpoint);
  else rest(comparing, 0); /* it may have grown meanwhile */
}

/* An anchor that was confirmed stays so, unless the contrary is proven: what a log fails to show is told elsewhere. */
static void conclude(struct vd_comparing *comparing, enum vd_comparing_verdict verdict,
                     const struct frag_checkpoint *checkpoint, const uint8_t proven_root[static FRAG_HASH_LEN]) {
  switch (comparing->task) {
    case COMPARING: conclude_anchor(comparing, verdict, checkpoint, proven_root); break;
    case TYING:
    case DOUBTING: conclude_seen(comparing, verdict, checkpoint, proven_root); break;
    case REVIEWING:
      if (verdict == VD_COMPARING_CONTRADICTED) keep_contradiction(comparing, checkpoint, proven_root);
      else rest(comparing, SILENT_MS);
      break;
  }
}

/* Returns whether it was an answer of the log, right or wrong. */
static bool judge(struct vd_comparing *comparing) {
  struct frag_checkpoint checkpoint;
  uint8_t proven_root[FRAG_HASH_LEN] = {0};
  struct vd_comparing_answer answer = {comparing->note, comparing->note_len, &comparing->consistency};
  enum vd_comparing_verdict verdict = vd_comparing_judge(comparing->context, &comparing->key, subject(comparing),
                                                         &answer, &checkpoint, proven_root);
  if (verdict == VD_COMPARING_NO_ANSWER) silent(comparing);
  else if (verdict == VD_COMPARING_NEEDS_TILE) need_tile(comparing, &checkpoint);
  else conclude(comparing, verdict, &checkpoint, proven_root);
  return verdict != VD_COMPARING_NO_ANSWER;
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
      .kind = VD_STORE_STATUS, .known_size = subject(comparing)->size, .count = 1};
  if (vd_random(request.keys[0], sizeof request.keys[0], NULL) != VD_OK) silent(comparing);
  else if (comparing->reader != NULL) ask_local(comparing, &request);
  else ask_remote(comparing, &request);
}

void vd_comparing_doubt(struct vd_comparing *comparing) { comparing->is_doubted = true; }

bool vd_comparing_is_doubtful(struct vd_comparing *comparing) {
  bool is_doubtful = comparing->is_doubtful;
  comparing->is_doubtful = false;
  return is_doubtful;
}

/* Now and then, so that anchors that are not confirmed yet have their turn. */
static bool take_doubt(struct vd_comparing *comparing, uint64_t now_ms) {
  struct vd_seen_state state;
  bool is_remembered = comparing->options.seen != NULL && comparing->reader == NULL;
  if (!comparing->is_doubted || !is_remembered || now_ms < comparing->doubted_ms) return false;
  comparing->is_doubted = false;
  comparing->doubted_ms = now_ms + DISPUTED_MS;
  remember_seen(comparing, &state);
  comparing->task = DOUBTING;
  return state.size > 0 && !state.has_equivocated;
}

void vd_comparing_look(struct vd_comparing *comparing, uint64_t now_ms) {
  if (comparing->look_up != NULL || comparing->tile_request != NULL || now_ms < comparing->next_ms) return;
  comparing->burst = 0;
  comparing->has_more = take_doubt(comparing, now_ms) || take_next(comparing, now_ms);
  while (comparing->has_more) {
    comparing->has_more = false;
    compare(comparing);
    if (comparing->reader == NULL) break;
  }
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
