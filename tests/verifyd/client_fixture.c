#include "client_fixture.h"

#include <assert.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- the peer --- */

static void raw(struct http_peer_answer *answer, const char *text) {
  answer->manner = HTTP_PEER_RAW;
  http_peer_say(answer, text, strlen(text));
}

static void fill(struct http_peer_answer *answer, size_t len) {
  uint8_t *bytes = malloc(len + 1);
  assert(bytes != NULL);
  for (size_t at = 0; at < len; at++) bytes[at] = (uint8_t)(at * 7);
  http_peer_say(answer, bytes, len);
  free(bytes);
}

/* A right answer but for its length. */
static void long_head(struct http_peer_answer *answer, size_t size) {
  char *text = malloc(size + 200);
  assert(text != NULL);
  size_t len = (size_t)snprintf(text, size, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n");
  while (len < size) len += (size_t)snprintf(text + len, 100, "X-%zu: and so on and on and on\r\n", len);
  strcpy(text + len, "\r\n");
  raw(answer, text);
  free(text);
}

static bool handle_bad(const char *path, struct http_peer_answer *answer) {
  if (strcmp(path, "/cut") == 0) answer->manner = HTTP_PEER_CUT, answer->cut_len = 90, fill(answer, 5000);
  else if (strcmp(path, "/cut-head") == 0) answer->manner = HTTP_PEER_CUT, answer->cut_len = 20;
  else if (strcmp(path, "/nothing") == 0) answer->manner = HTTP_PEER_CUT, answer->cut_len = 0;
  else if (strcmp(path, "/garbage") == 0) raw(answer, "\x16\x03\x01 this is not HTTP\r\n\r\n and never was");
  else if (strcmp(path, "/old") == 0) raw(answer, "<html>an answer of HTTP/0.9</html>");
  else if (strcmp(path, "/chunks") == 0)
    raw(answer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n");
  else if (strcmp(path, "/long-head") == 0) long_head(answer, 100000);
  else if (strcmp(path, "/switching") == 0) raw(answer, "HTTP/1.1 101 Switching Protocols\r\n\r\n");
  else if (strcmp(path, "/interim") == 0)
    raw(answer, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
  else return false;
  return true;
}

/* On the peer's thread. */
void handle(void *context, const struct http_peer_request *request, struct http_peer_answer *answer) {
  struct fixture *fixture = context;
  const char *path = request->path;
  if (handle_bad(path, answer)) return;
  if (strcmp(path, "/silent") == 0) answer->manner = HTTP_PEER_SILENT;
  else if (strcmp(path, "/held") == 0) answer->is_held = true;
  else if (strcmp(path, "/release") == 0) answer->releases = true;
  else if (strcmp(path, "/late") == 0) answer->delay_ms = 400;
  else if (strcmp(path, "/drip") == 0) fill(answer, 20000), answer->drip_ms = 20;
  else if (strcmp(path, "/closing") == 0) answer->manner = HTTP_PEER_CLOSING;
  else if (strcmp(path, "/404") == 0) answer->status = 404, http_peer_say(answer, "not here", 8);
  else if (strcmp(path, "/401") == 0) answer->status = 401, answer->head_lines = "WWW-Authenticate: Basic\r\n";
  else if (strcmp(path, "/503") == 0) answer->status = 503;
  else if (strcmp(path, "/302") == 0) answer->status = 302, answer->head_lines = "Location: /fine\r\n";
  else if (strcmp(path, "/too-long") == 0) fill(answer, ANSWER_MAX + 1);
  else if (strcmp(path, "/too-long-unsaid") == 0) fill(answer, ANSWER_MAX + 1), answer->has_no_length = true;
  else if (strcmp(path, "/big-head") == 0) long_head(answer, 20000);
  else if (strcmp(path, "/longest") == 0) fill(answer, ANSWER_MAX);
  else if (strcmp(path, "/keep") == 0) { /* the next test reads it after the answer has come */
    (void)snprintf(fixture->last_head, sizeof fixture->last_head, "%s", request->head);
    free(fixture->last_body);
    fixture->last_body = malloc(request->body_len + 1);
    assert(fixture->last_body != NULL);
    if (request->body_len > 0) memcpy(fixture->last_body, request->body, request->body_len);
    fixture->last_body_len = request->body_len;
    http_peer_say(answer, "kept", 4);
  } else http_peer_say(answer, "fine", 4);
}

/* --- asking --- */

void on_done(void *context, const struct vd_client_result *result) {
  struct ask *ask = context;
  ask->calls++;
  ask->place = ++ask->fixture->done;
  ask->error = result->error;
  ask->status = result->status;
  ask->at_ms = vd_client_now_ms();
  (void)snprintf(ask->media_type, sizeof ask->media_type, "%s", result->media_type);
  (void)snprintf(ask->reason, sizeof ask->reason, "%s", result->reason);
  assert_true(result->body_len <= ANSWER_MAX);
  ask->len = result->body_len;
  if (result->body_len > 0) memcpy(ask->body, result->body, result->body_len);
  assert_true((result->error == VD_OK) == (*result->reason == '\0'));
  if (result->error != VD_OK) assert_true(result->status == 0 && result->body_len == 0);
}

struct vd_client_call call_of(struct ask *ask, const char *url) {
  return (struct vd_client_call){
      .url = url, .answer_max = ANSWER_MAX, .timeout_ms = TIMEOUT_MS, .done = on_done, .context = ask};
}

struct vd_client_request *start(struct ask *ask, const struct vd_client_call *call) {
  struct vd_failure failure;
  struct vd_client_request *request = NULL;
  unsigned before = ask->fixture->done;
  if (vd_client_start(ask->fixture->client, call, &request, &failure) != VD_OK) fail_msg("%s", failure.text);
  assert_non_null(request);
  assert_int_equal(ask->fixture->done, before); /* never from inside vd_client_start */
  return request;
}

struct vd_client_request *start_get(struct fixture *fixture, struct ask *ask, const char *path, unsigned timeout_ms) {
  char url[HTTP_PEER_URL_SIZE];
  ask->fixture = fixture;
  struct vd_client_call call = call_of(ask, http_peer_url(url, fixture->peer, path));
  call.timeout_ms = timeout_ms;
  struct vd_client_request *request = start(ask, &call);
  memset(url, 'x', sizeof url); /* it was copied */
  return request;
}

void wait_for(struct fixture *fixture, unsigned done) {
  if (fixture->has_loop)
    assert_true(poll_loop_run(&fixture->loop, fixture->client, &fixture->done, done, PATIENCE_MS));
  else
    vd_client_run(fixture->client);
  assert_int_equal(fixture->done, done);
}

struct ask *new_ask(struct fixture *fixture) {
  struct ask *ask = calloc(1, sizeof *ask);
  assert_non_null(ask);
  ask->fixture = fixture;
  return ask;
}

struct ask *get(struct fixture *fixture, const char *path, unsigned timeout_ms) {
  struct ask *ask = new_ask(fixture);
  fixture->done = 0;
  start_get(fixture, ask, path, timeout_ms);
  wait_for(fixture, 1);
  assert_int_equal(ask->calls, 1);
  return ask;
}

struct ask *post(struct fixture *fixture, const char *path, const void *body, size_t len) {
  char url[HTTP_PEER_URL_SIZE];
  struct ask *ask = new_ask(fixture);
  struct vd_client_call call = call_of(ask, http_peer_url(url, fixture->peer, path));
  uint8_t *copy = malloc(len + 1);
  assert_non_null(copy);
  memcpy(copy, body, len);
  call.media_type = "application/octet-stream";
  call.body = copy;
  call.body_len = len;
  fixture->done = 0;
  start(ask, &call);
  memset(copy, 'x', len); /* it was copied */
  free(copy);
  wait_for(fixture, 1);
  return ask;
}

/* --- what is freed --- */

static _Thread_local const char *searched[2]; /* NULL: nothing is searched for */
static struct freed freed;

void __real_free(void *block);
void __wrap_free(void *block);

void __wrap_free(void *block) {
  if (searched[0] != NULL && block != NULL) {
    size_t len = malloc_usable_size(block);
    freed.blocks++;
    freed.leaked += memmem(block, len, searched[0], strlen(searched[0])) != NULL ||
                    memmem(block, len, searched[1], strlen(searched[1])) != NULL;
  }
  __real_free(block);
}

void search_freed(const char *text, const char *other) {
  freed = (struct freed){0};
  searched[0] = text;
  searched[1] = other;
}

struct freed search_end(void) {
  searched[0] = NULL;
  return freed;
}

/* --- the fixture --- */

static int begin(void **state, bool has_loop) {
  /* What a machine's settings say about proxies is not for this client. */
  static const char *const variables[] = {"http_proxy", "https_proxy", "ALL_PROXY"};
  for (size_t at = 0; at < COUNT(variables); at++) (void)setenv(variables[at], "http://127.0.0.1:1", 1);
  struct vd_failure failure;
  struct fixture *fixture = calloc(1, sizeof *fixture);
  assert_non_null(fixture);
  struct vd_client_options options = {.connections_per_host = PER_HOST};
  fixture->has_loop = has_loop;
  poll_loop_init(&fixture->loop);
  if (has_loop) options.hooks = poll_loop_hooks(&fixture->loop);
  if (vd_client_new(&options, &fixture->client, &failure) != VD_OK) fail_msg("%s", failure.text);
  fixture->peer = http_peer_start(0, handle, fixture);
  *state = fixture;
  return 0;
}

int begin_with_loop(void **state) { return begin(state, true); }
int begin_alone(void **state) { return begin(state, false); }

int end_fixture(void **state) {
  struct fixture *fixture = *state;
  vd_client_free(fixture->client);
  assert_int_equal(poll_loop_watched(&fixture->loop), 0);
  assert_true(fixture->loop.timer_at_ms == UINT64_MAX);
  http_peer_stop(fixture->peer);
  free(fixture->last_body);
  free(fixture);
  return 0;
}
