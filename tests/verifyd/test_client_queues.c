/* Requests of the HTTP client that wait for each other: more of them at once than there are connections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_fixture.h"

enum { WHILE_MS = 1000 }; /* for which a silent server is waited for */

/* Like handle; /last is the last request of its connection, and says so. */
static void handle_flurry(void *context, const struct http_peer_request *request, struct http_peer_answer *answer) {
  handle(context, request, answer);
  if (strcmp(request->path, "/last") != 0) return;
  answer->manner = HTTP_PEER_CLOSING;
  answer->head_lines = "Connection: close\r\n";
}

/* Many requests at once to several servers, of all kinds, the callback of each starting more. */
enum { FLURRY_HOSTS = 3, FLURRY_FIRST = 32, FLURRY_ALL = 64, FLURRY_ROUNDS = 100 }; /* for each number of hosts */

struct flurry {
  struct fixture *fixture;
  struct http_peer *peers[FLURRY_HOSTS];
  unsigned hosts; /* that are asked in this round */
  unsigned started;
  uint8_t body[70000];
  struct errand {
    struct flurry *flurry;
    unsigned calls;
    enum vd_error error;
  } errands[FLURRY_ALL];
};

static void start_errand(struct flurry *flurry);

static void on_errand(void *context, const struct vd_client_result *result) {
  struct errand *errand = context;
  struct flurry *flurry = errand->flurry;
  errand->calls++;
  flurry->fixture->done++;
  errand->error = result->error;
  for (unsigned more = 0; more < 2 && flurry->started < FLURRY_ALL; more++) start_errand(flurry);
}

static void start_errand(struct flurry *flurry) {
  static const char *const paths[] = {"/fine", "/404", "/fine", "/longest", "/last", "/fine", "/503"};
  static const size_t body_lens[] = {0, 270, SIZE_MAX, 70000, SIZE_MAX}; /* SIZE_MAX: a GET */
  unsigned at = flurry->started++;
  size_t body_len = body_lens[at % COUNT(body_lens)];
  char url[HTTP_PEER_URL_SIZE];
  struct errand *errand = &flurry->errands[at];
  const struct http_peer *peer = flurry->peers[at % 16 % flurry->hosts];
  struct vd_client_call call = call_of(NULL, http_peer_url(url, peer, paths[at % COUNT(paths)]));
  errand->flurry = flurry;
  call.done = on_errand;
  call.context = errand;
  if (body_len != SIZE_MAX) {
    call.media_type = "application/octet-stream";
    call.body = flurry->body;
    call.body_len = body_len;
  }
  assert_int_equal(vd_client_start(flurry->fixture->client, &call, NULL, NULL), VD_OK);
}

static void many_at_once_are_all_answered(void **state) {
  struct fixture *fixture = *state;
  struct flurry *flurry = calloc(1, sizeof *flurry);
  assert_non_null(flurry);
  flurry->fixture = fixture;
  for (size_t at = 0; at < FLURRY_HOSTS; at++) flurry->peers[at] = http_peer_start(0, handle_flurry, fixture);
  for (unsigned round = 0; round < FLURRY_ROUNDS * FLURRY_HOSTS; round++) {
    fixture->done = flurry->started = 0;
    flurry->hosts = 1 + round / FLURRY_ROUNDS;
    memset(flurry->errands, 0, sizeof flurry->errands);
    while (flurry->started < FLURRY_FIRST) start_errand(flurry);
    wait_for(fixture, FLURRY_ALL);
    for (size_t at = 0; at < FLURRY_ALL; at++)
      assert_true(flurry->errands[at].calls == 1 && flurry->errands[at].error == VD_OK);
  }
  for (size_t at = 0; at < FLURRY_HOSTS; at++) http_peer_stop(flurry->peers[at]);
  free(flurry);
}

/* Those that waited get every connection there is, not one after the other: the last one has its answer while all
 * others are held up. */
static void all_connections_are_used_again(void **state) {
  struct fixture *fixture = *state;
  enum { ALL = 2 * PER_HOST };
  struct ask *asks = calloc(ALL, sizeof *asks);
  assert_non_null(asks);
  for (unsigned at = 0; at < ALL; at++)
    start_get(fixture, &asks[at], at < PER_HOST ? "/fine" : at < ALL - 1 ? "/held" : "/release", TIMEOUT_MS);
  wait_for(fixture, ALL);
  for (unsigned at = 0; at < ALL; at++) assert_int_equal(asks[at].error, VD_OK);
  assert_int_equal(http_peer_requests(fixture->peer), ALL);
  free(asks);
}

/* With all connections but one held up, turns come in the order of the starts, but for those that were cancelled. */
static void turns_are_in_order(void **state) {
  struct fixture *fixture = *state;
  enum { RELEASE = PER_HOST + 6, MANY };
  struct vd_client_request *requests[MANY + 1];
  struct ask *asks = calloc(MANY + 1, sizeof *asks);
  assert_non_null(asks);
  for (unsigned at = 0; at <= MANY; at++)
    requests[at] = start_get(fixture, &asks[at], at < PER_HOST ? "/held" : at == RELEASE ? "/release" : "/fine",
                             TIMEOUT_MS);
  static const unsigned cancelled[] = {MANY, PER_HOST, PER_HOST + 3, 0};
  for (size_t at = 0; at < COUNT(cancelled); at++) vd_client_cancel(fixture->client, requests[cancelled[at]]);
  wait_for(fixture, MANY + 1 - COUNT(cancelled));
  for (size_t at = 0; at < COUNT(cancelled); at++) assert_int_equal(asks[cancelled[at]].calls, 0);
  for (unsigned at = PER_HOST, place = 0; at < RELEASE; at++)
    if (asks[at].calls > 0) assert_true(asks[at].error == VD_OK && asks[at].place == ++place);
  /* What is cancelled is never sent. */
  assert_int_equal(http_peer_requests(fixture->peer), MANY + 1 - COUNT(cancelled));
  free(asks);
}

/* More hosts than a client remembers; the first one keeps its own requests waiting, and nobody else's. */
static void hosts_do_not_wait_for_each_other(void **state) {
  struct fixture *fixture = *state;
  enum { HOSTS = 20, ALL = HOSTS * (PER_HOST + 2) };
  char url[HTTP_PEER_URL_SIZE];
  struct http_peer *peers[HOSTS];
  struct ask *asks = calloc(ALL, sizeof *asks);
  assert_non_null(asks);
  for (size_t host = 0; host < HOSTS; host++) peers[host] = http_peer_start(0, handle, fixture);
  for (unsigned round = 0; round < 3; round++) {
    fixture->done = 0;
    for (unsigned at = 0; at < ALL; at++) {
      asks[at].fixture = fixture;
      struct vd_client_call call = call_of(&asks[at], http_peer_url(url, peers[at % HOSTS], "/fine"));
      if (at % HOSTS == 0 && round != 1) call.timeout_ms = WHILE_MS, call.url = http_peer_url(url, peers[0], "/silent");
      start(&asks[at], &call);
      if (round == 1) wait_for(fixture, at + 1); /* one by one */
    }
    wait_for(fixture, ALL);
    for (unsigned at = 0; at < ALL; at++)
      assert_int_equal(asks[at].error, at % HOSTS == 0 && round != 1 ? VD_UNAVAILABLE : VD_OK);
  }
  for (size_t host = 0; host < HOSTS; host++) http_peer_stop(peers[host]);
  free(asks);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      BOTH_WAYS(many_at_once_are_all_answered),
      BOTH_WAYS(all_connections_are_used_again),
      BOTH_WAYS(turns_are_in_order),
      BOTH_WAYS(hosts_do_not_wait_for_each_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
