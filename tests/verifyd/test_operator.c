/* An operator over the network: look-ups and its health, submissions, static resources; against a real server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "http_peer.h"
#include "poll_loop.h"
#include "remote/operator.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { TIMEOUT_MS = 20000, SHORT_MS = 200, PATIENCE_MS = 60000, SILENCE_MS = 5000, FAILURES_MAX = 3 };

/* What the peer is told to answer, and what it was asked last. Written while no request is under way, but for
 * manner. */
struct script {
  atomic_uint manner; /* enum http_peer_manner */
  unsigned status;
  const char *media_type;
  const void *body;
  size_t body_len;
  unsigned bad_first; /* so many requests are answered with bad_status before */
  unsigned bad_status;
  char method[8];
  char path[128];
  char head[2048];
  uint8_t asked[4096];
  size_t asked_len;
};

struct fixture {
  struct poll_loop loop;
  struct vd_client *client;
  struct http_peer *peer;
  char url[HTTP_PEER_URL_SIZE];
  struct vd_remote_operator operator;
  struct script script;
  unsigned done;     /* calls of take */
  unsigned answered; /* with bytes */
  bool is_refused;   /* take says that the bytes are no answer */
  uint8_t bytes[1024];
  size_t len;
};

static void handle(void *context, const struct http_peer_request *request, struct http_peer_answer *answer) {
  struct script *script = context;
  bool is_bad = script->bad_first > 0;
  if (is_bad) script->bad_first--;
  answer->manner = (enum http_peer_manner)atomic_load(&script->manner);
  answer->status = is_bad ? script->bad_status : script->status;
  answer->media_type = script->media_type;
  if (!is_bad) http_peer_say(answer, script->body, script->body_len);
  memcpy(script->method, request->method, sizeof script->method);
  memcpy(script->path, request->path, sizeof script->path);
  (void)snprintf(script->head, sizeof script->head, "%s", request->head);
  script->asked_len = request->body_len < sizeof script->asked ? request->body_len : sizeof script->asked;
  if (script->asked_len > 0) memcpy(script->asked, request->body, script->asked_len);
}

static void tell(struct fixture *fixture, unsigned status, const void *body, size_t len) {
  fixture->script = (struct script){
      .status = status, .media_type = "application/octet-stream", .body = body, .body_len = len};
}

static int begin(void **state, bool has_loop) {
  struct vd_failure failure;
  struct fixture *fixture = calloc(1, sizeof *fixture);
  assert_non_null(fixture);
  struct vd_client_options options = {.connections_per_host = 4};
  poll_loop_init(&fixture->loop);
  if (has_loop) options.hooks = poll_loop_hooks(&fixture->loop);
  if (vd_client_new(&options, &fixture->client, &failure) != VD_OK) fail_msg("%s", failure.text);
  tell(fixture, 200, "answer", 6);
  fixture->peer = http_peer_start(0, handle, &fixture->script);
  http_peer_url(fixture->url, fixture->peer, "/ledger/");
  assert_int_equal(vd_remote_operator_init(&fixture->operator, fixture->client, fixture->url, TIMEOUT_MS, NULL), VD_OK);
  *state = fixture;
  return 0;
}

static int begin_with_loop(void **state) { return begin(state, true); }
static int begin_alone(void **state) { return begin(state, false); }

static int end(void **state) {
  struct fixture *fixture = *state;
  unsigned done = fixture->done;
  vd_remote_operator_end(&fixture->operator);
  assert_int_equal(fixture->done, done);
  assert_true(fixture->operator.under_way == NULL && fixture->operator.idle == NULL);
  vd_client_free(fixture->client);
  http_peer_stop(fixture->peer);
  free(fixture);
  return 0;
}

/* --- URLs --- */

static void other_urls_are_refused(void **state) {
  struct fixture *fixture = *state;
  char too_long[VD_REMOTE_URL_MAX + 2] = "https://ledger.example/";
  memset(too_long + strlen(too_long), 'a', sizeof too_long - strlen(too_long) - 1);
  const char *const urls[] = {"",        "ledger.example",     "ftp://ledger.example", "https://a@ledger.example",
                              "https://", "https:///",         "https://ledger.example?x=1",
                              "https://ledger.example/#a",     too_long};
  for (size_t at = 0; at < COUNT(urls); at++) {
    struct vd_remote_operator operator;
    struct vd_failure failure = {0};
    enum vd_error error = vd_remote_operator_init(&operator, fixture->client, urls[at], 1, &failure);
    if (error != VD_CONFIG) fail_msg("%s: %d", urls[at], error);
  }
  too_long[VD_REMOTE_URL_MAX] = '/'; /* a slash at the end does not count */
  struct vd_remote_operator operator;
  assert_int_equal(vd_remote_operator_init(&operator, fixture->client, too_long, 1, NULL), VD_OK);
  assert_int_equal(strlen(operator.url), VD_REMOTE_URL_MAX);
}

/* --- look-ups --- */

static bool take(void *context, const uint8_t *bytes, size_t len) {
  struct fixture *fixture = context;
  fixture->done++;
  if (bytes == NULL) return true; /* what is said of nothing does not matter */
  assert_true(len <= sizeof fixture->bytes);
  memcpy(fixture->bytes, bytes, len);
  fixture->len = len;
  fixture->answered++;
  return !fixture->is_refused;
}

static struct vd_remote_look_up *start(struct fixture *fixture) {
  const struct vd_lookup_request request = {
      .kind = VD_STORE_STATUS, .known_size = 77, .count = 2, .keys = {"0123456789abcde", "fedcba987654321"}};
  struct vd_remote_look_up *look_up = NULL;
  struct vd_failure failure;
  unsigned before = fixture->done;
  if (vd_remote_look_up(&fixture->operator, &request, take, fixture, &look_up, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  assert_non_null(look_up);
  assert_int_equal(fixture->done, before);
  return look_up;
}

static void run(struct fixture *fixture, unsigned done) {
  assert_true(poll_loop_run(&fixture->loop, fixture->client, &fixture->done, done, PATIENCE_MS));
}

static void ask(struct fixture *fixture) {
  start(fixture);
  run(fixture, fixture->done + 1);
}

/* Lets the loop turn until no request of the operator is under way. */
static void settle(struct fixture *fixture) {
  const unsigned never = 0;
  for (unsigned at = 0; at < PATIENCE_MS / 10 && fixture->operator.under_way != NULL; at++)
    (void)poll_loop_run(&fixture->loop, fixture->client, &never, 1, 10);
  assert_null(fixture->operator.under_way);
}

static bool is_up_after(const struct fixture *fixture, unsigned ms) {
  return vd_remote_operator_is_up(&fixture->operator, vd_client_now_ms() + ms);
}

static void look_ups_carry_the_request(void **state) {
  struct fixture *fixture = *state;
  struct vd_lookup_request request;
  ask(fixture);
  assert_int_equal(fixture->answered, 1);
  assert_int_equal(fixture->len, 6);
  assert_memory_equal(fixture->bytes, "answer", 6);
  assert_string_equal(fixture->script.method, "POST");
  assert_string_equal(fixture->script.path, "/ledger/look-up");
  assert_non_null(strcasestr(fixture->script.head, "\r\nContent-Type: " VD_LOOKUP_MEDIA_TYPE "\r\n"));
  assert_int_equal(vd_lookup_request_read(&request, fixture->script.asked, fixture->script.asked_len, NULL), VD_OK);
  assert_true(request.kind == VD_STORE_STATUS && request.known_size == 77 && request.count == 2);
  assert_memory_equal(request.keys[1], "fedcba987654321", VD_STORE_KEY_LEN);
}

static void other_statuses_are_no_answer(void **state) {
  struct fixture *fixture = *state;
  static const unsigned statuses[] = {201, 204, 302, 400, 404, 429, 500, 503};
  for (size_t at = 0; at < COUNT(statuses); at++) {
    tell(fixture, statuses[at], "answer", statuses[at] == 204 ? 0 : 6);
    ask(fixture);
  }
  tell(fixture, 200, "", 0);
  ask(fixture);
  assert_int_equal(fixture->answered, 0);
  assert_int_equal(fixture->done, COUNT(statuses) + 1);
}

/* --- health --- */

static void fail_once(struct fixture *fixture) {
  tell(fixture, 503, NULL, 0);
  ask(fixture);
  tell(fixture, 200, "answer", 6);
}

static void failures_in_a_row_bring_silence(void **state) {
  struct fixture *fixture = *state;
  for (unsigned round = 0; round < 3; round++) { /* an answer in between: not in a row */
    for (unsigned at = 0; at + 1 < FAILURES_MAX; at++) fail_once(fixture);
    assert_true(is_up_after(fixture, 0));
    ask(fixture);
    assert_int_equal(fixture->operator.failures, 0);
  }
  for (unsigned at = 0; at < FAILURES_MAX; at++) {
    assert_true(is_up_after(fixture, 0));
    fail_once(fixture);
  }
  assert_false(is_up_after(fixture, 0));
  assert_true(is_up_after(fixture, SILENCE_MS));
}

static void one_probe_at_a_time(void **state) {
  struct fixture *fixture = *state;
  for (unsigned at = 0; at < FAILURES_MAX; at++) fail_once(fixture);
  tell(fixture, 503, NULL, 0);
  start(fixture);
  assert_false(is_up_after(fixture, SILENCE_MS)); /* while the probe is under way */
  run(fixture, fixture->done + 1);
  assert_false(is_up_after(fixture, 0)); /* it failed: silence again */
  assert_true(is_up_after(fixture, SILENCE_MS));
  tell(fixture, 200, "answer", 6);
  ask(fixture);
  assert_true(is_up_after(fixture, 0));
  assert_int_equal(fixture->operator.failures, 0);
}

static void unreadable_answers_are_failures(void **state) {
  struct fixture *fixture = *state;
  fixture->is_refused = true;
  for (unsigned at = 0; at < FAILURES_MAX; at++) ask(fixture);
  assert_int_equal(fixture->answered, FAILURES_MAX);
  assert_false(is_up_after(fixture, 0));
}

static void deadlines_are_failures(void **state) {
  struct fixture *fixture = *state;
  fixture->operator.timeout_ms = SHORT_MS;
  fixture->script.manner = HTTP_PEER_SILENT;
  for (unsigned at = 0; at < FAILURES_MAX; at++) start(fixture);
  run(fixture, FAILURES_MAX);
  assert_int_equal(fixture->answered, 0);
  assert_false(is_up_after(fixture, 0));
}

/* --- dropping --- */

/* Tells the peer an answer that has the form of one, to what `start` asks. */
static void tell_rightly(struct fixture *fixture) {
  static uint8_t bytes[VD_LOOKUP_ANSWER_MAX];
  static struct vd_lookup_answer answer;
  static const char note[] = "what a checkpoint says is not looked at";
  size_t len = 0;
  answer = (struct vd_lookup_answer){.checkpoint = note, .checkpoint_len = sizeof note - 1, .count = 2};
  assert_int_equal(vd_lookup_answer_write(bytes, sizeof bytes, &len, &answer, NULL), VD_OK);
  tell(fixture, 200, bytes, len);
}

static void dropped_look_ups_say_nothing_and_keep_the_connection(void **state) {
  struct fixture *fixture = *state;
  tell_rightly(fixture);
  for (unsigned at = 0; at < 10; at++) {
    vd_remote_look_up_drop(start(fixture));
    settle(fixture);
  }
  assert_int_equal(fixture->done, 0);
  assert_int_equal(fixture->operator.dropped, 0);
  assert_int_equal(http_peer_requests(fixture->peer), 10);
  assert_int_equal(http_peer_connections(fixture->peer), 1);
  ask(fixture);
  assert_int_equal(fixture->answered, 1);
}

/* Nobody has read them, but what has not the form of an answer is none. */
static void dropped_rubbish_is_a_failure(void **state) {
  struct fixture *fixture = *state;
  for (unsigned at = 0; at < FAILURES_MAX; at++) {
    assert_true(is_up_after(fixture, 0));
    vd_remote_look_up_drop(start(fixture));
    settle(fixture);
  }
  assert_false(is_up_after(fixture, 0));
}

static void dropped_look_ups_tell_of_health(void **state) {
  struct fixture *fixture = *state;
  fixture->operator.timeout_ms = SHORT_MS;
  fixture->script.manner = HTTP_PEER_SILENT;
  for (unsigned at = 0; at < FAILURES_MAX; at++) vd_remote_look_up_drop(start(fixture));
  settle(fixture);
  assert_int_equal(fixture->done, 0);
  assert_false(is_up_after(fixture, 0));
  tell_rightly(fixture);
  fixture->operator.timeout_ms = TIMEOUT_MS;
  vd_remote_look_up_drop(start(fixture)); /* a probe */
  assert_true(fixture->operator.is_probing);
  settle(fixture);
  assert_true(is_up_after(fixture, 0));
  assert_false(fixture->operator.is_probing);
}

static void dropped_look_ups_are_bounded(void **state) {
  struct fixture *fixture = *state;
  enum { MANY = 200 };
  fixture->script.manner = HTTP_PEER_SILENT;
  for (unsigned at = 0; at < MANY; at++) vd_remote_look_up_drop(start(fixture));
  assert_in_range(fixture->operator.dropped, 1, MANY / 2);
  vd_remote_operator_end(&fixture->operator);
  assert_int_equal(fixture->operator.dropped, 0);
  assert_int_equal(fixture->done, 0);
}

/* --- submissions --- */

static enum vd_error submit(struct fixture *fixture, unsigned attempts, struct vd_receipt *receipt,
                            struct vd_failure *failure) {
  return vd_remote_submit(&fixture->operator, (const uint8_t *)"signed", 6, attempts, receipt, failure);
}

static void submissions_bring_receipts(void **state) {
  struct fixture *fixture = *state;
  const struct vd_receipt sent = {.added = 3, .unchanged = 4, .first_index = 5, .time_s = 1750000000, .size = 8};
  struct vd_receipt receipt = {0};
  uint8_t bytes[VD_RECEIPT_LEN];
  vd_receipt_write(bytes, &sent);
  tell(fixture, 200, bytes, sizeof bytes);
  assert_int_equal(submit(fixture, 1, &receipt, NULL), VD_OK);
  assert_true(receipt.added == 3 && receipt.unchanged == 4 && receipt.first_index == 5 && receipt.size == 8);
  assert_string_equal(fixture->script.path, "/ledger/submissions");
  assert_int_equal(fixture->script.asked_len, 6);
  assert_memory_equal(fixture->script.asked, "signed", 6);
  fixture->script.bad_first = 2; /* and after some trouble */
  fixture->script.bad_status = 503;
  unsigned before = http_peer_requests(fixture->peer);
  assert_int_equal(submit(fixture, 3, &receipt, NULL), VD_OK);
  assert_int_equal(http_peer_requests(fixture->peer) - before, 3);
  for (size_t len = 0; len < sizeof bytes; len++) { /* cut receipts */
    tell(fixture, 200, bytes, len);
    assert_int_equal(submit(fixture, 1, &receipt, NULL), VD_DATA);
  }
}

/* The first of two ledgers answers when the second one has. */
static void answer_in_turn(void *context, const struct http_peer_request *request, struct http_peer_answer *answer) {
  http_peer_say(answer, context, VD_RECEIPT_LEN);
  answer->is_held = strncmp(request->path, "/first/", 7) == 0;
  answer->releases = !answer->is_held;
}

static void submissions_to_several_do_not_wait_for_each_other(void **state) {
  struct fixture *fixture = *state;
  static const char *const paths[] = {"/first", "/second"};
  const struct vd_receipt sent = {.added = 1, .time_s = 1750000000, .size = 8};
  uint8_t bytes[VD_RECEIPT_LEN];
  struct vd_remote_operator operators[COUNT(paths)];
  struct vd_remote_submission submissions[COUNT(paths) + 1];
  vd_receipt_write(bytes, &sent);
  struct http_peer *peer = http_peer_start(0, answer_in_turn, bytes);
  for (size_t at = 0; at < COUNT(paths); at++) {
    char url[HTTP_PEER_URL_SIZE];
    http_peer_url(url, peer, paths[at]);
    assert_int_equal(vd_remote_operator_init(&operators[at], fixture->client, url, TIMEOUT_MS, NULL), VD_OK);
    submissions[at] = (struct vd_remote_submission){
        .operator = &operators[at], .bytes = (const uint8_t *)"signed", .len = 6};
  }
  submissions[2] = submissions[1]; /* and one that does not take it */
  submissions[2].operator = &fixture->operator;
  tell(fixture, 503, "", 0);
  vd_remote_submit_all(submissions, COUNT(submissions), 2);
  assert_int_equal(submissions[0].error, VD_OK);
  assert_int_equal(submissions[1].error, VD_OK);
  assert_int_equal(submissions[0].receipt.size, 8);
  assert_int_equal(submissions[2].error, VD_UNAVAILABLE);
  assert_int_equal(submissions[2].failure.code, VD_UNAVAILABLE);
  assert_int_equal(http_peer_requests(peer), 2);
  assert_int_equal(http_peer_requests(fixture->peer), 2);
  for (size_t at = 0; at < COUNT(paths); at++) vd_remote_operator_end(&operators[at]);
  http_peer_stop(peer);
}

static void refusals_are_told_in_the_operators_words(void **state) {
  struct fixture *fixture = *state;
  static const struct {
    unsigned status;
    enum vd_error error;
    unsigned attempts;
  } cases[] = {{400, VD_DATA, 1},  {401, VD_KEY, 1},  {403, VD_KEY, 1},         {404, VD_DATA, 1},
               {409, VD_CONFLICT, 1}, {413, VD_FULL, 1}, {429, VD_FULL, 2},        {500, VD_DATA, 1},
               {502, VD_UNAVAILABLE, 2}, {503, VD_UNAVAILABLE, 2}, {504, VD_UNAVAILABLE, 2}, {507, VD_FULL, 1},
               {302, VD_DATA, 1}};
  static const char problem[] = "{\"title\":\"No\",\"detail\":\"item 3 is not for this operator\"}";
  for (size_t at = 0; at < COUNT(cases); at++) {
    struct vd_receipt receipt;
    struct vd_failure failure;
    unsigned before = http_peer_requests(fixture->peer);
    tell(fixture, cases[at].status, problem, sizeof problem - 1);
    enum vd_error error = submit(fixture, 2, &receipt, &failure);
    if (error != cases[at].error || failure.code != error) fail_msg("%u: %d", cases[at].status, error);
    assert_int_equal(http_peer_requests(fixture->peer) - before, cases[at].attempts);
    assert_non_null(strstr(failure.text, "item 3 is not for this operator"));
  }
}

static void words_that_are_not_plain_are_not_repeated(void **state) {
  struct fixture *fixture = *state;
  static const char *const bodies[] = {"", "<html>", "{\"detail\":\"\\u001b[31mred\"}", "{\"detail\":7}", "[]"};
  for (size_t at = 0; at < COUNT(bodies); at++) {
    struct vd_receipt receipt;
    struct vd_failure failure;
    tell(fixture, 403, bodies[at], strlen(bodies[at]));
    assert_int_equal(submit(fixture, 1, &receipt, &failure), VD_KEY);
    assert_null(strstr(failure.text, "red"));
    assert_null(strchr(failure.text, '\x1b'));
    assert_non_null(strstr(failure.text, "403"));
  }
}

/* --- static resources --- */

static void resources_are_got(void **state) {
  struct fixture *fixture = *state;
  uint8_t *body = NULL;
  size_t len = 0;
  assert_int_equal(vd_remote_get(&fixture->operator, "tile/0/x001/234.p/7", 6, &body, &len, NULL), VD_OK);
  assert_int_equal(len, 6);
  assert_memory_equal(body, "answer", 6);
  assert_string_equal(fixture->script.method, "GET");
  assert_string_equal(fixture->script.path, "/ledger/tile/0/x001/234.p/7");
  free(body);
  tell(fixture, 200, "", 0);
  assert_int_equal(vd_remote_get(&fixture->operator, "checkpoint", 6, &body, &len, NULL), VD_OK);
  assert_true(len == 0 && body != NULL);
  free(body);
}

static void resources_that_are_not_there(void **state) {
  struct fixture *fixture = *state;
  static const struct {
    unsigned status;
    enum vd_error error;
  } cases[] = {{404, VD_NOT_FOUND}, {503, VD_UNAVAILABLE}, {429, VD_UNAVAILABLE}, {500, VD_DATA}, {301, VD_DATA},
               {206, VD_DATA},      {403, VD_DATA}};
  uint8_t *body = NULL;
  size_t len = 0;
  struct vd_failure failure;
  for (size_t at = 0; at < COUNT(cases); at++) {
    tell(fixture, cases[at].status, "answer", 6);
    enum vd_error error = vd_remote_get(&fixture->operator, "checkpoint", 100, &body, &len, &failure);
    if (error != cases[at].error) fail_msg("%u: %d", cases[at].status, error);
    assert_true(body == NULL && len == 0);
    assert_non_null(strstr(failure.text, "/checkpoint"));
  }
  tell(fixture, 200, "answer", 6);
  assert_int_equal(vd_remote_get(&fixture->operator, "checkpoint", 5, &body, &len, &failure), VD_FULL);
  http_peer_stop(fixture->peer);
  fixture->peer = NULL;
  assert_int_equal(vd_remote_get(&fixture->operator, "checkpoint", 5, &body, &len, &failure), VD_UNAVAILABLE);
  struct vd_receipt receipt;
  assert_int_equal(submit(fixture, 2, &receipt, &failure), VD_UNAVAILABLE);
  assert_null(body);
}

#define WITH_LOOP(test) cmocka_unit_test_setup_teardown(test, begin_with_loop, end)
#define ALONE(test) cmocka_unit_test_setup_teardown(test, begin_alone, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      ALONE(other_urls_are_refused),
      WITH_LOOP(look_ups_carry_the_request),
      WITH_LOOP(other_statuses_are_no_answer),
      WITH_LOOP(failures_in_a_row_bring_silence),
      WITH_LOOP(one_probe_at_a_time),
      WITH_LOOP(unreadable_answers_are_failures),
      WITH_LOOP(deadlines_are_failures),
      WITH_LOOP(dropped_look_ups_say_nothing_and_keep_the_connection),
      WITH_LOOP(dropped_look_ups_tell_of_health),
      WITH_LOOP(dropped_rubbish_is_a_failure),
      WITH_LOOP(dropped_look_ups_are_bounded),
      ALONE(submissions_bring_receipts),
      ALONE(submissions_to_several_do_not_wait_for_each_other),
      ALONE(refusals_are_told_in_the_operators_words),
      ALONE(words_that_are_not_plain_are_not_repeated),
      ALONE(resources_are_got),
      ALONE(resources_that_are_not_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
