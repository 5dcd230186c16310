/* Whether a log continues what was anchored of it: asked over HTTP of a log that is honest, forked, rolled back, silent
 * or lies, and read from a ledger on this machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "comparing_fixture.h"
#include "http_peer.h"
#include "poll_loop.h"
#include "temp_folder.h"
#include "tlog_fixture.h"

#define ORIGIN "ledger.example/log/1"
enum { TIMEOUT_MS = 500, PATIENCE_MS = 20000, TURN_MS = 5, DISPUTED_MS = 60000 };
enum { SIZE = 60, SPLIT = 12, TOLD_MAX = 8192 };

enum manner {
  HONEST, SILENT, GARBAGE, NOT_FOUND, BAD_SIGNATURE, OTHER_KEY, OTHER_ORIGIN, BAD_PROOF, SHORT_PROOF,
  NO_TILE, LYING_TILE, SHORT_TILE
};

struct state {
  struct frag_context *context;
  struct test_log log;       /* what was anchored */
  struct test_log shown;     /* what the log shows now: on the peer's thread */
  atomic_uint split_at;      /* to who knows this size it shows another tree, forked at SPLIT; 0: to nobody */
  atomic_uint size;          /* of its checkpoint */
  atomic_int manner;
  atomic_uint tiles;         /* asked for */
  struct http_peer *peer;
  struct poll_loop loop;
  struct vd_client *client;
  struct temp_folder folder;
  struct vd_anchors *anchors;
  struct vd_seen *seen; /* NULL in most tests */
  struct vd_comparing *comparing;
  uint64_t later_ms; /* how far the clock is ahead */
  char told[TOLD_MAX];
};

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

static unsigned count_told(const struct state *state, const char *text) {
  unsigned count = 0;
  for (const char *at = state->told; (at = strstr(at, text)) != NULL; at++) count++;
  return count;
}

/* Anchors of these sizes, with the root that the log had. */
static void add_anchors(struct state *state, const uint64_t *sizes, size_t count) {
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

static enum vd_anchors_state state_of(struct state *state, uint64_t n) {
  struct vd_anchors_item item;
  assert_int_equal(vd_anchors_get(state->anchors, 0, n, &item, NULL, NULL, NULL, NULL, NULL), VD_OK);
  return item.state;
}

static void look(struct state *state) {
  unsigned never = 0;
  vd_comparing_look(state->comparing, vd_client_now_ms() + state->later_ms);
  (void)poll_loop_run(&state->loop, state->client, &never, 1, TURN_MS);
}

static void wait_for_state(struct state *state, uint64_t n, enum vd_anchors_state wanted) {
  uint64_t end_ms = vd_client_now_ms() + PATIENCE_MS;
  while (state_of(state, n) != wanted) {
    look(state);
    if (vd_client_now_ms() > end_ms)
      fail_msg("anchor %u is in state %d\n%s", (unsigned)n, state_of(state, n), state->told);
  }
}

static void wait_silent(struct state *state) {
  uint64_t end_ms = vd_client_now_ms() + PATIENCE_MS;
  bool is_silent = false;
  while (!is_silent) {
    look(state);
    (void)vd_comparing_is_done(state->comparing, &is_silent);
    assert_true(vd_client_now_ms() < end_ms);
  }
}

static void compare_with(struct state *state, struct vd_store *store, const struct frag_log_key *key) {
  static const size_t tracks[] = {0};
  char url[HTTP_PEER_URL_SIZE];
  struct vd_comparing_options options = {.anchors = state->anchors,
                                         .seen = state->seen,
                                         .store = store,
                                         .client = state->client,
                                         .url = http_peer_url(url, state->peer, "/log/1"),
                                         .timeout_ms = TIMEOUT_MS,
                                         .key = key,
                                         .track_count = 1,
                                         .tracks = tracks,
                                         .tell = tell,
                                         .context = state};
  assert_int_equal(vd_comparing_new(&options, &state->comparing, NULL), VD_OK);
}

static void open_anchors(struct state *state, const char *origin) {
  struct vd_anchors_track_options track = {.origin = origin, .chain = "testchain", .due_s = 60};
  memset(track.account, 0xac, sizeof track.account);
  assert_int_equal(vd_anchors_open(temp_folder_at(&state->folder, "anchors"), &track, 1, &state->anchors, NULL), VD_OK);
}

static int begin(void **out) {
  struct state *state = calloc(1, sizeof *state);
  assert_non_null(state);
  state->context = tlog_context();
  log_begin(state->context, &state->log, ORIGIN, 3);
  log_begin(tlog_context(), &state->shown, ORIGIN, 3);
  atomic_store(&state->size, SIZE);
  temp_folder_make(&state->folder);
  open_anchors(state, ORIGIN);
  state->peer = http_peer_start(0, handle, state);
  poll_loop_init(&state->loop);
  struct vd_client_options options = {.hooks = poll_loop_hooks(&state->loop), .connections_per_host = 2};
  assert_int_equal(vd_client_new(&options, &state->client, NULL), VD_OK);
  *out = state;
  return 0;
}

static int end(void **in) {
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

/* --- over the network --- */

static void an_honest_log_confirms_all(void **in) {
  struct state *state = *in;
  uint64_t sizes[40];
  bool is_silent = true;
  for (uint64_t i = 0; i < 40; i++) sizes[i] = i + 1;
  add_anchors(state, sizes, 40);
  compare_with(state, NULL, &state->log.key);
  assert_false(vd_comparing_is_done(state->comparing, &is_silent));
  for (uint64_t n = 0; n < 40; n++) wait_for_state(state, n, VD_ANCHORS_CONFIRMED);
  assert_true(vd_comparing_is_done(state->comparing, &is_silent));
  assert_false(is_silent);
  assert_int_equal(count_told(state, "anchor_confirmed chain=testchain log=" ORIGIN " size="), 40);
  assert_int_equal(atomic_load(&state->tiles), 0);
  unsigned requests = http_peer_requests(state->peer);
  for (unsigned i = 0; i < 20; i++) look(state);
  assert_int_equal(http_peer_requests(state->peer), requests); /* nothing is asked twice */
}

static char *read_evidence(struct state *state, uint64_t n) {
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

static void a_forked_log_is_contradicted_with_evidence(void **in) {
  struct state *state = *in;
  static const uint64_t sizes[] = {3, 4, 5, 8, 60, 33, 32};
  state->shown.fork_at = 4;
  state->shown.branch = 0xbb;
  add_anchors(state, sizes, 7);
  compare_with(state, NULL, &state->log.key);
  wait_for_state(state, 0, VD_ANCHORS_CONFIRMED);
  wait_for_state(state, 1, VD_ANCHORS_CONFIRMED); /* of size 4: before the fork */
  for (uint64_t n = 2; n < 7; n++) wait_for_state(state, n, VD_ANCHORS_CONTRADICTED);
  assert_int_equal(count_told(state, "2 equivocation chain=testchain log=" ORIGIN " size="), 5);
  assert_int_equal(atomic_load(&state->tiles), 2);
  for (uint64_t n = 2; n < 7; n++) {
    char *text = read_evidence(state, n), wanted[64];
    (void)snprintf(wanted, sizeof wanted, "anchored size: %u\n", (unsigned)sizes[n]);
    assert_non_null(strstr(text, wanted));
    assert_non_null(strstr(text, "chain: testchain\n"));
    assert_non_null(strstr(text, "\n\n" ORIGIN "\n60\n"));
    assert_true((strstr(text, "proof: ") == NULL) == (sizes[n] == 60));
    free(text);
  }
  struct vd_anchors_item item;
  assert_int_equal(vd_anchors_find(state->anchors, 0, 0, LOG_NOW_S, &item), VD_ANCHORS_REFUSED);
  state->shown.fork_at = LOG_LEAVES_MAX; /* it takes it back: in vain */
  state->later_ms = 2 * DISPUTED_MS;
  for (unsigned i = 0; i < 20; i++) look(state);
  assert_int_equal(state_of(state, 2), VD_ANCHORS_CONTRADICTED);
}

static void a_log_that_was_rolled_back_is_disputed(void **in) {
  struct state *state = *in;
  static const uint64_t sizes[] = {10, 20, 30};
  atomic_store(&state->size, 19);
  add_anchors(state, sizes, 3);
  compare_with(state, NULL, &state->log.key);
  wait_for_state(state, 0, VD_ANCHORS_CONFIRMED);
  wait_for_state(state, 1, VD_ANCHORS_DISPUTED);
  wait_for_state(state, 2, VD_ANCHORS_DISPUTED);
  assert_int_equal(count_told(state, "1 anchor_disputed "), 2);
  unsigned requests = http_peer_requests(state->peer);
  for (unsigned i = 0; i < 20; i++) look(state);
  assert_int_equal(http_peer_requests(state->peer), requests); /* not at once */
  atomic_store(&state->size, 40); /* it was only behind */
  state->later_ms = DISPUTED_MS + 5000;
  wait_for_state(state, 1, VD_ANCHORS_CONFIRMED);
  state->later_ms += DISPUTED_MS;
  wait_for_state(state, 2, VD_ANCHORS_CONFIRMED);
  assert_int_equal(count_told(state, "anchor_disputed "), 2); /* told when it begins */
}

static void without_an_answer_nothing_changes(void **in) {
  struct state *state = *in;
  static const enum manner manners[] = {SILENT, GARBAGE, NOT_FOUND, BAD_SIGNATURE, OTHER_KEY, OTHER_ORIGIN};
  static const uint64_t sizes[] = {10, 16};
  add_anchors(state, sizes, 2);
  for (size_t i = 0; i < sizeof manners / sizeof manners[0]; i++) {
    atomic_store(&state->manner, manners[i]);
    compare_with(state, NULL, &state->log.key);
    wait_silent(state);
    assert_int_equal(state_of(state, 0), VD_ANCHORS_UNCHECKED);
    assert_int_equal(state_of(state, 1), VD_ANCHORS_UNCHECKED);
    assert_string_equal(state->told, "");
    vd_comparing_free(state->comparing);
    state->comparing = NULL;
  }
  atomic_store(&state->manner, HONEST);
  compare_with(state, NULL, &state->log.key);
  wait_for_state(state, 1, VD_ANCHORS_CONFIRMED);
}

static void what_cannot_be_decided_is_disputed(void **in) {
  struct state *state = *in;
  static const struct {
    enum manner manner;
    uint64_t size;
  } cases[] = {{BAD_PROOF, 10}, {BAD_PROOF, 16}, {SHORT_PROOF, 10}, {SHORT_PROOF, 16},
               {NO_TILE, 16},   {LYING_TILE, 16}, {SHORT_TILE, 16}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    bool is_forked = cases[i].manner >= NO_TILE;
    state->shown.fork_at = is_forked ? 4 : LOG_LEAVES_MAX;
    state->shown.branch = 0xbb;
    atomic_store(&state->manner, cases[i].manner);
    add_anchors(state, &cases[i].size, 1);
    compare_with(state, NULL, &state->log.key);
    wait_for_state(state, i, VD_ANCHORS_DISPUTED);
    vd_comparing_free(state->comparing);
    state->comparing = NULL;
  }
  state->shown.fork_at = LOG_LEAVES_MAX;
  atomic_store(&state->manner, HONEST); /* then it shows what it is asked for */
  compare_with(state, NULL, &state->log.key);
  state->later_ms = DISPUTED_MS;
  wait_for_state(state, 0, VD_ANCHORS_CONFIRMED);
}

static void it_may_be_freed_while_it_waits(void **in) {
  struct state *state = *in;
  static const uint64_t size = 16;
  add_anchors(state, &size, 1);
  atomic_store(&state->manner, SILENT);
  compare_with(state, NULL, &state->log.key);
  for (unsigned i = 0; http_peer_requests(state->peer) == 0 && i < 1000; i++) look(state);
  assert_int_equal(http_peer_requests(state->peer), 1);
}

/* --- what was seen before --- */

/* A checkpoint of that size of the honest log is the last one seen. */
static void remember(struct state *state, uint64_t size) {
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

static void what_confirms_becomes_the_last_one_seen(void **in) {
  struct state *state = *in;
  static const uint64_t remembered[] = {0, 5, 20, SIZE}, sizes[] = {10, 16, 17};
  struct vd_seen_state last;
  for (size_t i = 0; i < 4; i++) {
    remember(state, remembered[i]);
    add_anchors(state, sizes, 3);
    compare_with(state, NULL, &state->log.key);
    for (uint64_t n = 3 * i; n < 3 * i + 3; n++) wait_for_state(state, n, VD_ANCHORS_CONFIRMED);
    vd_seen_get(state->seen, ORIGIN, &last);
    assert_int_equal(last.size, SIZE);
    assert_false(last.has_equivocated);
    vd_comparing_free(state->comparing);
    state->comparing = NULL;
    vd_seen_close(state->seen);
    state->seen = NULL;
  }
}

/* One tree for those who ask about anchors, another for those who know the last checkpoint. */
static void a_log_with_two_trees_confirms_nothing(void **in) {
  struct state *state = *in;
  static const uint64_t size = 16;
  struct vd_seen_state last;
  remember(state, 10); /* before they part */
  state->shown.branch = 0xbb;
  atomic_store(&state->split_at, 10);
  add_anchors(state, &size, 1);
  compare_with(state, NULL, &state->log.key);
  for (unsigned i = 0; http_peer_requests(state->peer) < 6 && i < 2000; i++) look(state);
  assert_true(http_peer_requests(state->peer) >= 6);
  assert_int_equal(state_of(state, 0), VD_ANCHORS_UNCHECKED);
  vd_seen_get(state->seen, ORIGIN, &last);
  assert_int_equal(last.size, 10);
  atomic_store(&state->split_at, 99);
  wait_for_state(state, 0, VD_ANCHORS_CONFIRMED);
}

static void two_checkpoints_of_one_size_are_kept_as_proof(void **in) {
  struct state *state = *in;
  static const uint64_t size = 5;
  add_anchors(state, &size, 1);
  state->log.fork_at = 20; /* what was seen of it */
  state->log.branch = 0xbb;
  remember(state, SIZE);
  compare_with(state, NULL, &state->log.key);
  for (unsigned i = 0; vd_seen_equivocations(state->seen) == 0 && i < 2000; i++) look(state);
  assert_int_equal(vd_seen_equivocations(state->seen), 1);
  assert_int_equal(state_of(state, 0), VD_ANCHORS_UNCHECKED);
}

/* It shows less than it showed to others. */
static void a_log_behind_what_was_seen_confirms_nothing(void **in) {
  struct state *state = *in;
  static const uint64_t size = 16;
  remember(state, 40);
  atomic_store(&state->size, 30);
  add_anchors(state, &size, 1);
  compare_with(state, NULL, &state->log.key);
  for (unsigned i = 0; http_peer_requests(state->peer) < 1 || i < 20; i++) look(state);
  assert_int_equal(state_of(state, 0), VD_ANCHORS_UNCHECKED);
  atomic_store(&state->size, 41);
  state->later_ms = DISPUTED_MS;
  wait_for_state(state, 0, VD_ANCHORS_CONFIRMED);
}

/* --- a ledger on this machine --- */

static void append(struct vd_store *store, uint32_t first, size_t count) {
  struct ledger_batch batch = ledger_batch(first, count);
  struct vd_store_appended appended;
  assert_int_equal(vd_store_append(store, batch.items, count, LOG_NOW_S, NULL, &appended, NULL), VD_OK);
  ledger_batch_free(&batch);
}

static void a_local_ledger_is_read(void **in) {
  struct state *state = *in;
  struct ledger_fixture ledger;
  struct frag_log_key key;
  uint8_t roots[3][FRAG_HASH_LEN];
  static const uint64_t sizes[] = {10, 300, 1024};
  ledger_fixture_begin(&ledger);
  struct vd_store *store = ledger_open(&ledger, VD_STORE_CREATE);
  for (size_t i = 0, size = 0; i < 3; size = sizes[i++]) {
    append(store, (uint32_t)size, sizes[i] - size);
    struct vd_store_reader *reader = tlog_reader(store);
    memcpy(roots[i], tlog_checkpoint(reader, state->context, NULL).root, FRAG_HASH_LEN);
    assert_int_equal(vd_tlog_key(reader, &key, NULL), VD_OK);
    vd_store_reader_free(reader);
  }
  append(store, 1024, 500);
  vd_anchors_close(state->anchors);
  temp_folder_remove(&state->folder);
  temp_folder_make(&state->folder);
  open_anchors(state, key.name);
  for (uint8_t i = 0; i < 7; i++) { /* right ones, wrong ones, and one of a size that is not reached yet */
    struct vd_anchors_found found = {.item = {.size = i < 6 ? sizes[i % 3] : 5000, .block_number = i}};
    struct vd_anchors_progress progress = {.cursor = &i, .cursor_len = 1, .seen_number = i};
    memcpy(found.item.root, roots[i % 3], FRAG_HASH_LEN);
    if (i >= 3) found.item.root[0] ^= 1;
    found.item.transaction[0] = i;
    assert_int_equal(vd_anchors_advance(state->anchors, 0, &found, 1, &progress, NULL), VD_OK);
  }
  compare_with(state, store, &key);
  for (uint64_t n = 0; n < 3; n++) wait_for_state(state, n, VD_ANCHORS_CONFIRMED);
  for (uint64_t n = 3; n < 6; n++) wait_for_state(state, n, VD_ANCHORS_CONTRADICTED);
  wait_for_state(state, 6, VD_ANCHORS_DISPUTED);
  vd_comparing_free(state->comparing);
  state->comparing = NULL;
  vd_store_close(store);
  ledger_fixture_end(&ledger);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(an_honest_log_confirms_all, begin, end),
      cmocka_unit_test_setup_teardown(a_forked_log_is_contradicted_with_evidence, begin, end),
      cmocka_unit_test_setup_teardown(a_log_that_was_rolled_back_is_disputed, begin, end),
      cmocka_unit_test_setup_teardown(without_an_answer_nothing_changes, begin, end),
      cmocka_unit_test_setup_teardown(what_cannot_be_decided_is_disputed, begin, end),
      cmocka_unit_test_setup_teardown(it_may_be_freed_while_it_waits, begin, end),
      cmocka_unit_test_setup_teardown(what_confirms_becomes_the_last_one_seen, begin, end),
      cmocka_unit_test_setup_teardown(a_log_with_two_trees_confirms_nothing, begin, end),
      cmocka_unit_test_setup_teardown(two_checkpoints_of_one_size_are_kept_as_proof, begin, end),
      cmocka_unit_test_setup_teardown(a_log_behind_what_was_seen_confirms_nothing, begin, end),
      cmocka_unit_test_setup_teardown(a_local_ledger_is_read, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
