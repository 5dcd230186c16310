#include "remote_fixture.h"

#include <assert.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/tlog.h"

/* --- the operators, on their peers' threads --- */

static void break_checkpoint(struct vd_lookup_answer *answer, char note[static FRAG_CHECKPOINT_MAX]) {
  memcpy(note, answer->checkpoint, answer->checkpoint_len);
  char *at = note + answer->checkpoint_len - 30; /* inside the last signature */
  *at = *at == 'A' ? 'B' : 'A';
  answer->checkpoint = note;
}

static void break_item(enum lie lie, struct vd_lookup_item *item, uint8_t record[static FIXTURE_RECORD_LEN]) {
  if (item->presence != VD_STORE_PRESENT || item->len != FIXTURE_RECORD_LEN) return;
  memcpy(record, item->bytes, item->len);
  item->bytes = record;
  if (lie == BAD_SHARE) record[FIXTURE_RECORD_LEN - 1] ^= 1;
  if (lie == OTHER_RECORD) record[8] ^= 1; /* its locator */
  if (lie == ERASED) {
    item->presence = VD_STORE_ERASED;
    item->len = FIXTURE_RECORD_LEN - 1 - FIXTURE_PLAINTEXT_LEN;
  }
}

static void falsify(enum lie lie, struct vd_lookup_answer *answer, char *note, uint8_t *record) {
  if (lie == BAD_SIGNATURE) break_checkpoint(answer, note);
  if (lie == BAD_CONSISTENCY && answer->consistency.count > 0) answer->consistency.hashes[0][0] ^= 1;
  for (size_t at = 0; at < answer->count; at++) {
    struct vd_lookup_item *item = &answer->items[at];
    if (lie == BAD_PROOF && item->inclusion.count > 0) item->inclusion.hashes[0][0] ^= 1;
    if (lie == SHORT_PROOF && item->inclusion.count > 0) item->inclusion.count--;
    if (lie == NO_PROOF) item->inclusion.count = 0;
    if (lie == BAD_INDEX && item->presence != VD_STORE_ABSENT) item->index ^= 1;
    if (lie == BAD_TIME && item->presence != VD_STORE_ABSENT) item->time_s -= 1000;
    if (lie == BAD_SHARE || lie == OTHER_RECORD || lie == ERASED) break_item(lie, item, record);
    if (lie == ABSENT) *item = (struct vd_lookup_item){.presence = VD_STORE_ABSENT};
  }
}

/* Writes what the ledger says, or what is made of it. */
static size_t compose(struct place *place, const struct vd_lookup_request *request,
                      uint8_t bytes[static VD_LOOKUP_ANSWER_MAX + 1]) {
  struct vd_store_reader *reader = place->lie == OTHER_LOG ? place->other : place->reader;
  struct vd_lookup_answer *answer = calloc(1, sizeof *answer);
  char *note = malloc(FRAG_CHECKPOINT_MAX);
  uint8_t record[FIXTURE_RECORD_LEN];
  size_t len = 0;
  assert(answer != NULL && note != NULL);
  enum vd_error error = vd_store_reader_begin(reader, NULL);
  if (error == VD_OK) error = vd_lookup_local(reader, request, answer, NULL);
  assert(error == VD_OK);
  if (request->kind == VD_STORE_STATUS || !place->lies_about_statements) falsify(place->lie, answer, note, record);
  error = vd_lookup_answer_write(bytes, VD_LOOKUP_ANSWER_MAX, &len, answer, NULL);
  assert(error == VD_OK);
  (void)error;
  vd_store_reader_reset(reader);
  free(note);
  free(answer);
  if (place->lie == TRUNCATED) return len / 2;
  if (place->lie == ONE_BYTE_MORE) bytes[len++] = 0;
  if (place->lie == GARBAGE) memset(bytes, 0x5a, len);
  return len;
}

static void handle(void *context, const struct http_peer_request *request, struct http_peer_answer *answer) {
  struct place *place = context;
  struct vd_lookup_request look_up;
  bool is_strange = strcmp(request->method, "POST") != 0 || strcmp(request->path, "/log/look-up") != 0 ||
                    vd_lookup_request_read(&look_up, request->body, request->body_len, NULL) != VD_OK;
  if (is_strange) {
    place->strange_requests++;
    answer->status = 400;
    return;
  }
  uint8_t *bytes = malloc(VD_LOOKUP_ANSWER_MAX + 1);
  assert(bytes != NULL);
  size_t len = compose(place, &look_up, bytes);
  bool is_old = place->lie == STALE && place->old_len > 0 && look_up.kind == VD_STORE_FRAGMENT;
  http_peer_say(answer, is_old ? place->old : bytes, is_old ? place->old_len : len);
  free(bytes);
  answer->media_type = VD_LOOKUP_MEDIA_TYPE;
  answer->delay_ms = place->delay_ms;
  bool is_status = look_up.kind == VD_STORE_STATUS;
  if (place->lie == SILENT || (is_status && place->statuses_left == 0)) answer->manner = HTTP_PEER_SILENT;
  if (is_status && place->statuses_left > 0) place->statuses_left--;
  if (place->lie == BUSY) answer->status = 503;
  if (place->lie == NO_OPERATOR) answer->status = 404;
  if (place->lie == CUT_OFF) answer->manner = HTTP_PEER_CUT, answer->cut_len = len;
}

/* --- the fixture --- */

static void on_news(void *context, unsigned k, const struct vd_log_base *base, const char *note, size_t note_len) {
  struct fixture *fixture = context;
  fixture->news[k]++;
  assert_true(note_len > 0 && note_len <= FRAG_CHECKPOINT_MAX);
  assert_memory_equal(note, "localhost/log/", 14);
  assert_true(fixture->news[k] > 1 || base->size == 0);
}

static void make_remote(struct fixture *fixture, unsigned local, unsigned timeout_ms, unsigned verifications_max) {
  struct vd_remote_verifier_options options = {.verifier = fixture->verifier,
                                               .client = fixture->client,
                                               .operator_count = FIXTURE_OPERATORS,
                                               .timeout_ms = timeout_ms,
                                               .verifications_max = verifications_max,
                                               .news = on_news,
                                               .context = fixture};
  struct vd_failure failure;
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    options.urls[k] = (local >> k & 1u) != 0 ? NULL : fixture->places[k].url;
  vd_remote_verifier_free(fixture->remote);
  if (vd_remote_verifier_new(&options, &fixture->remote, &failure) != VD_OK) fail_msg("%s", failure.text);
}

void remake(struct fixture *fixture, unsigned local, unsigned timeout_ms, unsigned verifications_max) {
  struct vd_verifier_operator operators[FIXTURE_OPERATORS];
  struct vd_failure failure;
  vd_remote_verifier_free(fixture->remote);
  fixture->remote = NULL;
  vd_verifier_free(fixture->verifier);
  step_readers_begin(fixture->realm);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    bool is_local = (local >> k & 1u) != 0;
    operators[k] = (struct vd_verifier_operator){.number = k + 1,
                                                 .name = "Archive",
                                                 .store = is_local ? fixture->realm->stores[k] : NULL,
                                                 .is_remote = !is_local};
    assert_int_equal(vd_tlog_key(fixture->realm->readers[k], &operators[k].key, NULL), VD_OK);
  }
  step_readers_end(fixture->realm);
  struct vd_verifier_options options = {.realm = LEDGER_REALM,
                                        .threshold = FIXTURE_THRESHOLD,
                                        .trust = fixture->realm->trust,
                                        .operator_count = FIXTURE_OPERATORS,
                                        .operators = operators};
  if (vd_verifier_new(&options, &fixture->verifier, &failure) != VD_OK) fail_msg("%s", failure.text);
  make_remote(fixture, local, timeout_ms, verifications_max);
}

static void raise_from_the_dead(struct place *place) {
  place->peer = http_peer_start(place->port, handle, place);
  place->port = http_peer_port(place->peer);
  http_peer_url(place->url, place->peer, "/log");
}

void become(struct fixture *fixture, unsigned k, enum lie lie) {
  struct place *place = &fixture->places[k];
  http_peer_stop(place->peer); /* no request is on its thread now */
  place->peer = NULL;
  place->lie = lie;
  place->statuses_left = UINT_MAX;
  place->lies_about_statements = false;
  if (lie != DEAD) raise_from_the_dead(place);
}

int begin_remote(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  struct vd_failure failure;
  assert_non_null(fixture);
  fixture->clock_s = FIXTURE_NOW_S - 5000;
  assert_int_equal(verify_fixture_begin((void **)&fixture->realm), 0);
  poll_loop_init(&fixture->loop);
  struct vd_client_options options = {.hooks = poll_loop_hooks(&fixture->loop), .connections_per_host = 4};
  if (vd_client_new(&options, &fixture->client, &failure) != VD_OK) fail_msg("%s", failure.text);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    struct place *place = &fixture->places[k];
    struct vd_store *other = fixture->realm->stores[(k + 1) % FIXTURE_OPERATORS];
    *place = (struct place){.fixture = fixture, .k = k, .statuses_left = UINT_MAX};
    assert_int_equal(vd_store_reader_new(fixture->realm->stores[k], &place->reader, NULL), VD_OK);
    assert_int_equal(vd_store_reader_new(other, &place->other, NULL), VD_OK);
    raise_from_the_dead(place);
  }
  remake(fixture, 0, TIMEOUT_MS, MANY);
  *state = fixture;
  return 0;
}

int end_remote(void **state) {
  struct fixture *fixture = *state;
  void *realm = fixture->realm;
  vd_remote_verifier_free(fixture->remote);
  vd_verifier_free(fixture->verifier);
  vd_client_free(fixture->client);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    struct place *place = &fixture->places[k];
    http_peer_stop(place->peer);
    assert_int_equal(place->strange_requests, 0);
    vd_store_reader_free(place->reader);
    vd_store_reader_free(place->other);
  }
  verify_fixture_end(&realm);
  free(fixture);
  return 0;
}

/* --- verifying --- */

void on_done(void *context, struct vd_verdict *verdict) {
  struct fixture *fixture = context;
  (void)verdict;
  fixture->done++;
}

struct vd_remote_verification *start(struct fixture *fixture, const char *qr, struct vd_verdict *verdict) {
  struct vd_remote_verification *under_way = NULL;
  struct vd_failure failure;
  if (vd_remote_verify(fixture->remote, qr, strlen(qr), FIXTURE_NOW_S, verdict, on_done, fixture, &under_way,
                       &failure) != VD_OK)
    fail_msg("%s", failure.text);
  return under_way;
}

frag_error run(struct fixture *fixture, const char *qr) {
  fixture->done = 0;
  start(fixture, qr, &fixture->verdict);
  assert_true(poll_loop_run(&fixture->loop, fixture->client, &fixture->done, 1, PATIENCE_MS));
  assert_int_equal(fixture->done, 1);
  assert_verdict_fits(fixture->realm, &fixture->verdict);
  return fixture->verdict.code;
}

void fill_logs(struct fixture *fixture, unsigned first) {
  for (unsigned at = 0; at < PAPERS_BEFORE; at++) {
    char serial[32];
    (void)snprintf(serial, sizeof serial, "OTHER-%u", first + at);
    struct paper other = issue(fixture->realm, (struct plan){.serial = serial});
    keep(fixture->realm, &other, ALL_OPERATORS, ++fixture->clock_s);
  }
}

struct paper keep_paper(struct fixture *fixture, const char *serial) {
  struct paper paper = issue(fixture->realm, (struct plan){.serial = serial});
  keep(fixture->realm, &paper, ALL_OPERATORS, ++fixture->clock_s);
  return paper;
}

void note_old_answers(struct fixture *fixture, const struct paper *paper) {
  static struct vd_lookup_answer answer;
  struct vd_lookup_request request = {.kind = VD_STORE_FRAGMENT, .known_size = 0, .count = 1};
  memcpy(request.keys[0], ledger_locator(paper->records[0]), VD_STORE_KEY_LEN);
  step_readers_begin(fixture->realm);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    struct place *place = &fixture->places[k];
    step_look_up(fixture->realm, k, &request, &answer);
    assert_int_equal(vd_lookup_answer_write(place->old, sizeof place->old, &place->old_len, &answer, NULL), VD_OK);
  }
  step_readers_end(fixture->realm);
}
