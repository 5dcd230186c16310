#include "comparing_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tlog_fixture.h"

/* --- the log --- */

static void say_look_up(struct state *state, const struct http_peer_request *asked, struct http_peer_answer *out) {
  static const uint8_t other_seed[32] = {9};
  static struct vd_lookup_answer answer;
  static uint8_t bytes[VD_LOOKUP_ANSWER_MAX];
  char note[FRAG_CHECKPOINT_MAX];
  struct vd_lookup_request request;
  size_t len = 0;
  int manner = atomic_load(&state->manner);
  uint64_t size = atomic_load(&state->size);
  assert_int_equal(vd_lookup_request_read(&request, asked->body, asked->body_len, NULL), VD_OK);
  memset(&answer, 0, sizeof answer);
  unsigned split_at = atomic_load(&state->split_at);
  if (split_at != 0) state->shown.fork_at = request.known_size == split_at ? SPLIT : LOG_LEAVES_MAX;
  answer.checkpoint = note;
  answer.checkpoint_len = comparing_sign(&state->shown, size, manner == OTHER_ORIGIN ? "other.example/log" : ORIGIN,
                               manner == OTHER_KEY ? other_seed : state->shown.seed, note);
  if (manner == BAD_SIGNATURE) note[answer.checkpoint_len - 8] = note[answer.checkpoint_len - 8] == 'A' ? 'B' : 'A';
  comparing_proof(&state->shown, request.known_size, size, &answer.consistency);
  if (manner == BAD_PROOF) answer.consistency.hashes[0][5] ^= 1;
  if (manner == SHORT_PROOF && answer.consistency.count > 0) answer.consistency.count--;
  answer.count = 1;
  answer.items[0].presence = VD_STORE_ABSENT;
  assert_int_equal(vd_lookup_answer_write(bytes, sizeof bytes, &len, &answer, NULL), VD_OK);
  http_peer_say(out, bytes, manner == GARBAGE ? len - 1 : len);
}

static void say_tile(struct state *state, const char *path, struct http_peer_answer *out) {
  uint8_t hashes[FRAG_TILE_WIDTH][FRAG_HASH_LEN];
  struct frag_tile tile;
  struct frag_tree_reader reader = log_reader(&state->shown);
  int manner = atomic_load(&state->manner);
  atomic_fetch_add(&state->tiles, 1);
  assert_int_equal(frag_tile_parse(&tile, path, strlen(path)), FRAG_OK);
  assert_false(tile.is_entries);
  assert_int_equal(tile.width, frag_tile_width(tile.level, tile.index, atomic_load(&state->size)));
  for (unsigned i = 0; i < tile.width; i++)
    assert_int_equal(reader.read(reader.state, FRAG_TILE_HEIGHT * tile.level, i, hashes[i]), FRAG_OK);
  if (manner == LYING_TILE) hashes[0][3] ^= 1;
  if (manner == NO_TILE) out->status = 404;
  http_peer_say(out, hashes, manner == SHORT_TILE ? 16 : tile.width * FRAG_HASH_LEN);
}

static void handle(void *context, const struct http_peer_request *request, struct http_peer_answer *answer) {
  struct state *state = context;
  int manner = atomic_load(&state->manner);
  if (manner == SILENT) answer->manner = HTTP_PEER_SILENT;
  else if (manner == NOT_FOUND) answer->status = 404;
  else if (strcmp(request->path, "/log/1/look-up") == 0) say_look_up(state, request, answer);
  else if (strncmp(request->path, "/log/1/tile/", 12) == 0) say_tile(state, request->path + 7, answer);
  else answer->status = 400;
}

/* --- what is compared --- */

static void tell(void *context, enum vd_anchoring_grade grade, const char *event, const char *detail) {
  struct state *state = context;
  char line[512];
  (void)snprintf(line, sizeof line, "%d %s %s\n", (int)grade, event, detail);
  assert_true(strlen(state->told) + strlen(line) < sizeof state->told);
  strcat(state->told, line);
}

unsigned count_told(const struct state *state, const char *text) {
  unsigned count = 0;
  for (const char *at = state->told; (at = strstr(at, text)) != NULL; at++) count++;
  return count;
}

void add_anchors(struct state *state, const uint64_t *sizes, size_t count) {
  static uint8_t transaction = 1;
  for (size_t i = 0; i < count; i++, transaction++) {
    struct vd_anchors_found found = {
        .item = {.size = sizes[i], .block_number = transaction, .block_time_s = LOG_NOW_S}};
    struct vd_anchors_progress progress = {.cursor = &transaction, .cursor_len = 1, .seen_number = transaction};
    comparing_root(&state->log, sizes[i], found.item.root);
    memset(found.item.transaction, transaction, sizeof found.item.transaction);
    assert_int_equal(vd_anchors_advance(state->anchors, 0, &found, 1, &progress, NULL), VD_OK);
  }
}

enum vd_anchors_state state_of(struct state *state, uint64_t n) {
  struct vd_anchors_item item;
  assert_int_equal(vd_anchors_get(state->anchors, 0, n, &item, NULL, NULL, NULL, NULL, NULL), VD_OK);
  return item.state;
}

void look(struct state *state) {
  unsigned never = 0;
  vd_comparing_look(state->comparing, vd_client_now_ms() + state->later_ms);
  (void)poll_loop_run(&state->loop, state->client, &never, 1, TURN_MS);
}

void wait_for_state(struct state *state, uint64_t n, enum vd_anchors_state wanted) {
  uint64_t end_ms = vd_client_now_ms() + PATIENCE_MS;
  while (state_of(state, n) != wanted) {
    look(state);
    if (vd_client_now_ms() > end_ms)
      fail_msg("anchor %u is in state %d\n%s", (unsigned)n, state_of(state, n), state->told);
  }
}

void wait_silent(struct state *state) {
  uint64_t end_ms = vd_client_now_ms() + PATIENCE_MS;
  unsigned requests = http_peer_requests(state->peer);
  state->later_ms = DISPUTED_MS;
  while (http_peer_requests(state->peer) < requests + 2) {
    look(state);
    assert_true(vd_client_now_ms() < end_ms);
  }
  state->later_ms = 0;
}

void compare_with(struct state *state, struct vd_store *store, const struct frag_log_key *key) {
  static const size_t tracks[] = {0};
  char url[HTTP_PEER_URL_SIZE];
  struct vd_comparing_options options = {.anchors = state->anchors,
                                         .seen = state->seen,
                                         .store = store,
                                         .client = state->client,
                                         .url = http_peer_url(url, state->peer, "/log/1"),
                                         .timeout_ms = state->timeout_ms,
                                         .key = key,
                                         .track_count = 1,
                                         .tracks = tracks,
                                         .tell = tell,
                                         .context = state};
  assert_int_equal(vd_comparing_new(&options, &state->comparing, NULL), VD_OK);
}

void open_anchors(struct state *state, const char *origin) {
  struct vd_anchors_track_options track = {.origin = origin, .chain = "testchain", .due_s = 60};
  memset(track.account, 0xac, sizeof track.account);
  assert_int_equal(vd_anchors_open(temp_folder_at(&state->folder, "anchors"), &track, 1, &state->anchors, NULL), VD_OK);
}

int begin(void **out) {
  struct state *state = calloc(1, sizeof *state);
  assert_non_null(state);
  state->context = tlog_context();
  log_begin(state->context, &state->log, ORIGIN, 3);
  log_begin(tlog_context(), &state->shown, ORIGIN, 3);
  atomic_store(&state->size, SIZE);
  state->timeout_ms = TIMEOUT_MS;
  temp_folder_make(&state->folder);
  open_anchors(state, ORIGIN);
  state->peer = http_peer_start(0, handle, state);
  poll_loop_init(&state->loop);
  struct vd_client_options options = {.hooks = poll_loop_hooks(&state->loop), .connections_per_host = 2};
  assert_int_equal(vd_client_new(&options, &state->client, NULL), VD_OK);
  *out = state;
  return 0;
}

int end(void **in) {
  struct state *state = *in;
  vd_comparing_free(state->comparing);
  vd_client_free(state->client);
  http_peer_stop(state->peer);
  vd_seen_close(state->seen);
  vd_anchors_close(state->anchors);
  temp_folder_remove(&state->folder);
  frag_context_free(state->shown.context);
  frag_context_free(state->context);
  free(state);
  return 0;
}

char *read_evidence(struct state *state, uint64_t n) {
  struct vd_anchors_item item;
  char name[128];
  assert_int_equal(vd_anchors_get(state->anchors, 0, n, &item, NULL, NULL, NULL, NULL, NULL), VD_OK);
  (void)snprintf(name, sizeof name, "anchors/anchor-evidence-");
  for (size_t i = 0; i < 32; i++) (void)snprintf(name + strlen(name), 3, "%02x", item.transaction[i]);
  (void)snprintf(name + strlen(name), 5, ".txt");
  FILE *file = fopen(temp_folder_at(&state->folder, name), "rb");
  char *text = calloc(1, VD_ANCHORS_JUDGEMENT_MAX + 1);
  assert_non_null(text);
  assert_non_null(file);
  assert_true(fread(text, 1, VD_ANCHORS_JUDGEMENT_MAX, file) > 0);
  assert_int_equal(fclose(file), 0);
  return text;
}

void remember(struct state *state, uint64_t size) {
  char name[16];
  static const uint8_t none[FRAG_HASH_LEN];
  char note[FRAG_CHECKPOINT_MAX];
  struct frag_checkpoint checkpoint;
  enum vd_seen_outcome outcome;
  (void)snprintf(name, sizeof name, "seen-%u", (unsigned)size);
  assert_int_equal(vd_seen_open(temp_folder_at(&state->folder, name), &state->seen, NULL), VD_OK);
  if (size == 0) return;
  size_t len = comparing_sign(&state->log, size, ORIGIN, state->log.seed, note);
  assert_int_equal(frag_checkpoint_decode(state->context, &checkpoint, note, len), FRAG_OK);
  assert_int_equal(vd_seen_advance(state->seen, 0, none, &checkpoint, &outcome, NULL), VD_OK);
  assert_int_equal(outcome, VD_SEEN_ADVANCED);
}
