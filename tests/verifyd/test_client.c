/* The HTTP client against real sockets, driven by an event loop and by itself. */
#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_fixture.h"

/* --- answers --- */

static void gets(void **state) {
  struct ask *ask = get(*state, "/fine", TIMEOUT_MS);
  assert_int_equal(ask->error, VD_OK);
  assert_int_equal(ask->status, 200);
  assert_string_equal(ask->media_type, "text/plain");
  assert_int_equal(ask->len, 4);
  assert_memory_equal(ask->body, "fine", 4);
  free(ask);
}

static void posts(void **state) {
  struct fixture *fixture = *state;
  enum { LONG = 3000000 };
  uint8_t *body = malloc(LONG);
  assert_non_null(body);
  for (size_t at = 0; at < LONG; at++) body[at] = (uint8_t)(at * 31 >> 3);
  static const size_t lens[] = {0, 1, 270, 70000, LONG, 270};
  for (size_t at = 0; at < COUNT(lens); at++) {
    struct ask *ask = post(fixture, "/keep", body, lens[at]);
    assert_int_equal(ask->error, VD_OK);
    assert_memory_equal(ask->body, "kept", 4);
    assert_int_equal(fixture->last_body_len, lens[at]);
    assert_memory_equal(fixture->last_body, body, lens[at]);
    assert_non_null(strcasestr(fixture->last_head, "\r\nContent-Type: application/octet-stream\r\n"));
    assert_null(strcasestr(fixture->last_head, "Expect:"));
    free(ask);
  }
  free(body);
}

/* A GET after a POST has nothing left of it, and none of what a browser would send. */
static void sends_no_more_than_it_must(void **state) {
  struct fixture *fixture = *state;
  free(post(fixture, "/keep", "secret", 6));
  free(get(fixture, "/keep", TIMEOUT_MS));
  assert_memory_equal(fixture->last_head, "GET /keep HTTP/1.1\r\n", 20);
  static const char *const absent[] = {"Content-",        "Expect", "Cookie", "Authorization",
                                       "Accept-Encoding", "Proxy",  "Referer"};
  for (size_t at = 0; at < COUNT(absent); at++) assert_null(strcasestr(fixture->last_head, absent[at]));
  assert_int_equal(fixture->last_body_len, 0);
}

static void passes_every_status_on(void **state) {
  static const struct {
    const char *path;
    unsigned status;
  } cases[] = {{"/404", 404}, {"/503", 503}, {"/302", 302}};
  for (size_t at = 0; at < COUNT(cases); at++) {
    struct ask *ask = get(*state, cases[at].path, TIMEOUT_MS);
    assert_int_equal(ask->error, VD_OK);
    assert_int_equal(ask->status, cases[at].status);
    assert_int_equal(ask->len, cases[at].status == 404 ? 8 : 0);
    free(ask);
  }
  assert_int_equal(http_peer_requests(((struct fixture *)*state)->peer), COUNT(cases)); /* nothing was followed */
}

/* --- bad answers --- */

static void bad_answers_are_none(void **state) {
  static const char *const paths[] = {"/cut", "/cut-head",  "/nothing", "/garbage",  "/old",
                                      "/chunks", "/long-head", "/interim", "/switching"};
  for (size_t at = 0; at < COUNT(paths); at++) {
    struct ask *ask = get(*state, paths[at], TIMEOUT_MS);
    if (ask->error != VD_UNAVAILABLE) fail_msg("%s: %d", paths[at], ask->error);
    assert_null(strstr(ask->reason, "127.0.0.1"));
    free(ask);
    ask = get(*state, "/fine", TIMEOUT_MS); /* and what comes next is not harmed */
    assert_int_equal(ask->error, VD_OK);
    free(ask);
  }
}

static void answers_are_bounded(void **state) {
  struct ask *ask = get(*state, "/big-head", TIMEOUT_MS);
  assert_int_equal(ask->error, VD_OK);
  free(ask);
  ask = get(*state, "/longest", TIMEOUT_MS);
  assert_int_equal(ask->error, VD_OK);
  assert_int_equal(ask->len, ANSWER_MAX);
  for (size_t at = 0; at < ANSWER_MAX; at++) assert_int_equal(ask->body[at], (uint8_t)(at * 7));
  free(ask);
  static const char *const paths[] = {"/too-long", "/too-long-unsaid"};
  for (size_t at = 0; at < COUNT(paths); at++) {
    ask = get(*state, paths[at], TIMEOUT_MS);
    assert_int_equal(ask->error, VD_FULL);
    assert_int_equal(ask->len, 0);
    free(ask);
  }
}

static void refused_connections_are_no_answer(void **state) {
  struct fixture *fixture = *state;
  uint16_t port = http_peer_port(fixture->peer);
  free(get(fixture, "/fine", TIMEOUT_MS));
  http_peer_stop(fixture->peer);
  fixture->peer = NULL;
  char url[64];
  (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/fine", port);
  struct ask *ask = new_ask(fixture);
  struct vd_client_call call = call_of(ask, url);
  fixture->done = 0;
  start(ask, &call);
  wait_for(fixture, 1);
  assert_int_equal(ask->error, VD_UNAVAILABLE);
  free(ask);
  fixture->peer = http_peer_start(port, handle, fixture); /* and back again */
  ask = get(fixture, "/fine", TIMEOUT_MS);
  assert_int_equal(ask->error, VD_OK);
  free(ask);
}

/* A server that does not speak TLS is not asked without it. */
static void https_is_never_plain(void **state) {
  struct fixture *fixture = *state;
  char url[64];
  (void)snprintf(url, sizeof url, "https://127.0.0.1:%u/fine", http_peer_port(fixture->peer));
  struct ask *ask = new_ask(fixture);
  struct vd_client_call call = call_of(ask, url);
  call.timeout_ms = 2000; /* the peer waits for a request that never ends */
  fixture->done = 0;
  start(ask, &call);
  wait_for(fixture, 1);
  assert_int_equal(ask->error, VD_UNAVAILABLE);
  assert_int_equal(http_peer_requests(fixture->peer), 0);
  free(ask);
}

static void other_urls_are_refused(void **state) {
  struct fixture *fixture = *state;
  static const char *const urls[] = {"",          "/look-up",          "localhost",          "ftp://localhost/",
                                     "file:///etc/passwd", "http://",  "http:///x",          "http://user@localhost/",
                                     "http://user:pass@localhost/",    "http://local host/", "http://localhost:99999/",
                                     "http://localhost/\r\nX: y",      "gopher://localhost/", "httpx://localhost/",
                                     "http://[::1/"};
  struct ask *ask = new_ask(fixture);
  for (size_t at = 0; at < COUNT(urls); at++) {
    struct vd_client_call call = call_of(ask, urls[at]);
    struct vd_client_request *request = (struct vd_client_request *)ask;
    struct vd_failure failure;
    enum vd_error error = vd_client_start(fixture->client, &call, &request, &failure);
    if (error != VD_USAGE) fail_msg("%s: %d", urls[at], error);
    assert_null(request);
    assert_false(vd_client_is_url(urls[at]));
  }
  assert_true(vd_client_is_url("HTTPS://ledger.example:8443/a"));
  assert_int_equal(ask->calls, 0);
  free(ask);
}

/* --- connections --- */

static void connections_are_kept(void **state) {
  struct fixture *fixture = *state;
  for (unsigned at = 0; at < 20; at++) {
    struct ask *ask = at % 2 == 0 ? get(fixture, "/fine", TIMEOUT_MS) : post(fixture, "/fine", "x", 1);
    assert_int_equal(ask->error, VD_OK);
    free(ask);
  }
  assert_int_equal(http_peer_connections(fixture->peer), 1);
}

static void closed_connections_are_made_anew(void **state) {
  struct fixture *fixture = *state;
  for (unsigned at = 0; at < 20; at++) {
    struct ask *ask = at % 2 == 0 ? get(fixture, "/closing", TIMEOUT_MS) : post(fixture, "/closing", "x", 1);
    assert_true(ask->error == VD_OK && ask->status == 200);
    http_peer_wait_closed(fixture->peer); /* one that closes while it is asked again may fail */
    free(ask);
  }
  assert_int_equal(http_peer_requests(fixture->peer), 20);
}

static void connections_are_bounded(void **state) {
  struct fixture *fixture = *state;
  enum { MANY = 100 };
  struct ask *asks = calloc(MANY, sizeof *asks);
  assert_non_null(asks);
  for (size_t at = 0; at < MANY; at++) start_get(fixture, &asks[at], "/fine", TIMEOUT_MS);
  wait_for(fixture, MANY);
  for (size_t at = 0; at < MANY; at++) assert_true(asks[at].calls == 1 && asks[at].error == VD_OK);
  assert_in_range(http_peer_connections(fixture->peer), 1, PER_HOST);
  free(asks);
}

/* --- deadlines --- */

static void deadlines_are_absolute(void **state) {
  static const char *const paths[] = {"/silent", "/drip"};
  for (size_t at = 0; at < COUNT(paths); at++) {
    uint64_t start_ms = vd_client_now_ms();
    struct ask *ask = get(*state, paths[at], SHORT_MS);
    assert_int_equal(ask->error, VD_UNAVAILABLE);
    assert_in_range(ask->at_ms - start_ms, SHORT_MS, TIMEOUT_MS / 2);
    free(ask);
  }
  struct ask *ask = get(*state, "/late", TIMEOUT_MS); /* late, but in time */
  assert_int_equal(ask->error, VD_OK);
  free(ask);
}

/* Waiting for a connection counts: those that cannot even be sent end on time, in the order of their deadlines. */
static void waiting_requests_have_deadlines(void **state) {
  struct fixture *fixture = *state;
  enum { MANY = 8 };
  struct ask *asks = calloc(MANY, sizeof *asks);
  assert_non_null(asks);
  uint64_t start_ms = vd_client_now_ms();
  for (unsigned at = 0; at < MANY; at++) start_get(fixture, &asks[at], "/silent", SHORT_MS + 50 * (MANY - at));
  wait_for(fixture, MANY);
  for (unsigned at = 0; at < MANY; at++) {
    assert_true(asks[at].calls == 1 && asks[at].error == VD_UNAVAILABLE);
    assert_in_range(asks[at].at_ms - start_ms, SHORT_MS + 50 * (MANY - at), TIMEOUT_MS / 2);
    assert_int_equal(asks[at].place, MANY - at);
  }
  free(asks);
}

/* --- cancelling --- */

static void cancelled_requests_say_nothing(void **state) {
  struct fixture *fixture = *state;
  enum { MANY = 12 };
  struct ask *asks = calloc(MANY, sizeof *asks);
  struct vd_client_request *requests[MANY];
  assert_non_null(asks);
  for (size_t at = 0; at < MANY; at++)
    requests[at] = start_get(fixture, &asks[at], at % 3 == 0 ? "/silent" : "/fine", TIMEOUT_MS);
  for (size_t at = 0; at < MANY; at += 3) vd_client_cancel(fixture->client, requests[at]);
  wait_for(fixture, MANY - MANY / 3);
  for (size_t at = 0; at < MANY; at++) assert_int_equal(asks[at].calls, at % 3 == 0 ? 0 : 1);
  free(asks);
}

/* In a callback: cancels others, finished or not, and starts some more. */
struct tangle {
  struct ask ask;
  struct tangle *other;
  struct vd_client_request *request; /* NULL: over */
  unsigned to_start;
};

static void on_tangle(void *context, const struct vd_client_result *result) {
  struct tangle *tangle = context;
  struct fixture *fixture = tangle->ask.fixture;
  char url[HTTP_PEER_URL_SIZE];
  tangle->request = NULL;
  on_done(&tangle->ask, result);
  if (tangle->other->request != NULL) vd_client_cancel(fixture->client, tangle->other->request);
  tangle->other->request = NULL;
  if (tangle->to_start == 0) return;
  tangle->to_start--;
  struct vd_client_call call = call_of(NULL, http_peer_url(url, fixture->peer, "/fine"));
  call.done = on_tangle;
  call.context = tangle->other;
  assert_int_equal(vd_client_start(fixture->client, &call, &tangle->other->request, NULL), VD_OK);
  call.context = tangle;
  assert_int_equal(vd_client_start(fixture->client, &call, &tangle->request, NULL), VD_OK);
}

static void callbacks_may_cancel_and_start(void **state) {
  struct fixture *fixture = *state;
  char url[HTTP_PEER_URL_SIZE];
  for (unsigned round = 0; round < 10; round++) {
    struct tangle *both = calloc(2, sizeof *both);
    assert_non_null(both);
    fixture->done = 0;
    for (size_t at = 0; at < 2; at++) {
      both[at].other = &both[1 - at];
      both[at].to_start = 10;
      both[at].ask.fixture = fixture;
      struct vd_client_call call = call_of(NULL, http_peer_url(url, fixture->peer, "/fine"));
      call.done = on_tangle;
      call.context = &both[at];
      both[at].request = start(&both[at].ask, &call);
    }
    while (both[0].request != NULL || both[1].request != NULL) {
      if (fixture->has_loop)
        assert_true(poll_loop_run(&fixture->loop, fixture->client, &fixture->done, fixture->done + 1, PATIENCE_MS));
      else
        vd_client_run(fixture->client);
    }
    assert_int_equal(both[0].ask.calls + both[1].ask.calls, fixture->done);
    assert_true(fixture->done >= 10);
    free(both);
  }
}

/* --- the end --- */

static size_t open_files(void) {
  size_t count = 0;
  DIR *folder = opendir("/proc/self/fd");
  assert_non_null(folder);
  while (readdir(folder) != NULL) count++;
  closedir(folder);
  return count;
}

static void freeing_ends_everything(void **state) {
  struct fixture *fixture = *state;
  enum { MANY = 10 };
  struct vd_client_options options = {.connections_per_host = PER_HOST};
  struct vd_client *first = fixture->client;
  size_t before = open_files();
  struct ask *asks = calloc(MANY, sizeof *asks);
  assert_non_null(asks);
  if (fixture->has_loop) options.hooks = poll_loop_hooks(&fixture->loop);
  assert_int_equal(vd_client_new(&options, &fixture->client, NULL), VD_OK);
  for (unsigned count = 0; count < 2; count++) {
    for (unsigned at = 0; at < MANY; at++)
      start_get(fixture, &asks[at], at % 2 == count ? "/fine" : "/silent", TIMEOUT_MS);
    if (fixture->has_loop) (void)poll_loop_run(&fixture->loop, fixture->client, &fixture->done, MANY, 50);
  }
  unsigned done = fixture->done;
  vd_client_free(fixture->client);
  assert_int_equal(fixture->done, done);
  assert_int_equal(poll_loop_watched(&fixture->loop), 0);
  assert_true(fixture->loop.timer_at_ms == UINT64_MAX);
  fixture->client = first;
  free(get(fixture, "/fine", TIMEOUT_MS)); /* the other client is as it was */
  http_peer_stop(fixture->peer);           /* closes its ends */
  fixture->peer = http_peer_start(0, handle, fixture);
  vd_client_free(fixture->client);
  fixture->client = NULL;
  assert_true(open_files() <= before);
  free(asks);
}

/* A client for each thread, made and freed while others work. */
static void *work_alone(void *context) {
  const struct fixture *shared = context;
  struct vd_client_options options = {.connections_per_host = PER_HOST};
  for (unsigned round = 0; round < 5; round++) {
    struct fixture fixture = {.peer = shared->peer};
    if (vd_client_new(&options, &fixture.client, NULL) != VD_OK) return NULL;
    for (unsigned at = 0; at < 10; at++) {
      struct ask *ask = get(&fixture, "/fine", TIMEOUT_MS);
      bool is_fine = ask->error == VD_OK && ask->len == 4;
      free(ask);
      if (!is_fine) return NULL;
    }
    vd_client_free(fixture.client);
  }
  return context;
}

static void threads_have_their_own(void **state) {
  struct fixture *fixture = *state;
  pthread_t threads[4];
  for (size_t at = 0; at < COUNT(threads); at++)
    assert_int_equal(pthread_create(&threads[at], NULL, work_alone, fixture), 0);
  for (size_t at = 0; at < COUNT(threads); at++) {
    void *result = NULL;
    assert_int_equal(pthread_join(threads[at], &result), 0);
    assert_ptr_equal(result, fixture);
  }
}

static void wiped_bodies(void **state) {
  static const char secret_body[] = "a locator that says who is being looked up";
  static const char part[] = "a locator th";
  struct fixture *fixture = *state;
  static const char *const paths[] = {"/fine", "/404", "/cut", "/fine"};
  char body[sizeof secret_body * 100];
  for (size_t at = 0; at < 100; at++) memcpy(body + at * sizeof secret_body, secret_body, sizeof secret_body);
  for (size_t at = 0; at < COUNT(paths); at++) {
    search_freed(part, part);
    struct ask *ask = new_ask(fixture);
    char url[HTTP_PEER_URL_SIZE];
    struct vd_client_call call = call_of(ask, http_peer_url(url, fixture->peer, paths[at]));
    call.media_type = "text/plain";
    call.body = body;
    call.body_len = sizeof body;
    fixture->done = 0;
    struct vd_client_request *request = start(ask, &call);
    if (at == 3) {
      vd_client_cancel(fixture->client, request);
    } else {
      wait_for(fixture, 1);
    }
    struct freed freed = search_end();
    assert_true(freed.blocks > 0 || at == 3);
    assert_int_equal(freed.leaked, 0);
    free(ask);
  }
  search_freed(part, part);
  vd_client_free(fixture->client);
  fixture->client = NULL;
  assert_int_equal(search_end().leaked, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      BOTH_WAYS(gets),
      BOTH_WAYS(posts),
      BOTH_WAYS(sends_no_more_than_it_must),
      BOTH_WAYS(passes_every_status_on),
      BOTH_WAYS(bad_answers_are_none),
      BOTH_WAYS(answers_are_bounded),
      BOTH_WAYS(refused_connections_are_no_answer),
      BOTH_WAYS(https_is_never_plain),
      BOTH_WAYS(other_urls_are_refused),
      BOTH_WAYS(connections_are_kept),
      BOTH_WAYS(closed_connections_are_made_anew),
      BOTH_WAYS(connections_are_bounded),
      BOTH_WAYS(deadlines_are_absolute),
      BOTH_WAYS(waiting_requests_have_deadlines),
      BOTH_WAYS(cancelled_requests_say_nothing),
      BOTH_WAYS(callbacks_may_cancel_and_start),
      BOTH_WAYS(freeing_ends_everything),
      cmocka_unit_test_setup_teardown(threads_have_their_own, begin_alone, end_fixture),
      BOTH_WAYS(wiped_bodies),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
