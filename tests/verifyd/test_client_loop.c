/* The HTTP client on a libuv loop. The client itself: test_client.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http_peer.h"
#include "serve/client_loop.h"

enum { BIG = 3 * 1024 * 1024 };

static uv_loop_t loop;
static struct vd_client_loop client_loop;
static struct http_peer *peer;
static unsigned done_count, good_count;
static enum vd_error last_error;

/* /silent, /drip, /big (as many bytes as the body says), anything else: the body comes back. */
static void answer(void *context, const struct http_peer_request *request, struct http_peer_answer *out) {
  static const char zeroes[BIG];
  (void)context;
  out->media_type = "application/octet-stream";
  if (strcmp(request->path, "/silent") == 0) out->manner = HTTP_PEER_SILENT;
  if (strcmp(request->path, "/drip") == 0) out->drip_ms = 1;
  if (strcmp(request->path, "/big") == 0) http_peer_say(out, zeroes, BIG);
  else http_peer_say(out, request->body, request->body_len);
}

static int begin(void **state) {
  (void)state;
  done_count = good_count = 0;
  last_error = VD_OK;
  peer = http_peer_start(0, answer, NULL);
  if (peer == NULL || uv_loop_init(&loop) != 0) return -1;
  return vd_client_loop_open(&client_loop, &loop, 4, NULL) == VD_OK ? 0 : -1;
}

/* Whatever a test left under way: the loop must end. */
static int end(void **state) {
  (void)state;
  vd_client_loop_close(&client_loop);
  assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
  assert_int_equal(uv_loop_close(&loop), 0);
  http_peer_stop(peer);
  return 0;
}

static void on_done(void *expected_len, const struct vd_client_result *result) {
  done_count++;
  last_error = result->error;
  bool is_good = result->error == VD_OK && result->status == 200;
  if (is_good && result->body_len == *(const size_t *)expected_len) good_count++;
}

static struct vd_client_request *ask(const char *path, const void *body, size_t len, const size_t *expected_len,
                                     unsigned timeout_ms) {
  char url[HTTP_PEER_URL_SIZE];
  struct vd_client_request *request;
  struct vd_client_call call = {.url = http_peer_url(url, peer, path),
                                .media_type = "application/octet-stream",
                                .body = body,
                                .body_len = len,
                                .answer_max = BIG,
                                .timeout_ms = timeout_ms,
                                .done = on_done,
                                .context = (void *)(uintptr_t)expected_len};
  assert_int_equal(vd_client_start(client_loop.client, &call, &request, NULL), VD_OK);
  return request;
}

static void run_until_done(unsigned count) {
  while (done_count < count) {
    int is_alive = uv_run(&loop, UV_RUN_ONCE);
    assert_true(is_alive || done_count == count);
  }
}

static void requests_are_answered_on_the_loop(void **state) {
  static const size_t len = 5;
  (void)state;
  for (unsigned round = 1; round <= 5; round++) {
    for (int i = 0; i < 40; i++) (void)ask("/echo", "hello", len, &len, 20000);
    run_until_done(round * 40);
  }
  assert_int_equal(good_count, 200);
  assert_in_range(http_peer_connections(peer), 1, 4); /* kept, and watched again */
}

static void large_bodies_pass_both_ways(void **state) {
  static const char body[BIG];
  static const size_t len = BIG, third = BIG / 3;
  (void)state;
  for (int i = 0; i < 4; i++) (void)ask("/echo", body, third, &third, 20000);
  run_until_done(4);
  for (int i = 0; i < 4; i++) (void)ask("/big", "", 0, &len, 20000);
  run_until_done(8);
  assert_int_equal(good_count, 8);
}

static void answers_may_come_in_single_bytes(void **state) {
  static const size_t len = 50;
  static const char body[50];
  (void)state;
  for (int i = 0; i < 4; i++) (void)ask("/drip", body, len, &len, 20000);
  run_until_done(4);
  assert_int_equal(good_count, 4);
}

static void on_tick(uv_timer_t *timer) { ++*(unsigned *)timer->data; }

static void silence_ends_at_its_deadline_and_delays_nothing(void **state) {
  static const size_t len = 2;
  static unsigned ticks;
  static uv_timer_t timer; /* libuv's until `end` */
  (void)state;
  assert_int_equal(uv_timer_init(&loop, &timer), 0);
  timer.data = &ticks;
  assert_int_equal(uv_timer_start(&timer, on_tick, 10, 10), 0);
  struct vd_client_request *silent = ask("/silent", "", 0, &len, 60000);
  (void)ask("/echo", "hi", len, &len, 20000);
  run_until_done(1);
  assert_int_equal(good_count, 1);
  while (ticks < 5) (void)uv_run(&loop, UV_RUN_ONCE);
  assert_int_equal(done_count, 1); /* it is silent still */
  vd_client_cancel(client_loop.client, silent);
  uint64_t begin_ns = uv_hrtime();
  (void)ask("/silent", "", 0, &len, 300);
  run_until_done(2);
  assert_in_range((uv_hrtime() - begin_ns) / 1000000, 290, 20000);
  assert_int_equal(last_error, VD_UNAVAILABLE);
  uv_close((uv_handle_t *)&timer, NULL);
}

static void a_refused_connection_is_told(void **state) {
  static const size_t len = 0;
  (void)state;
  struct http_peer *gone = http_peer_start(0, answer, NULL), *stays = peer;
  peer = gone;
  (void)ask("/echo", "", 0, &len, 20000);
  http_peer_stop(gone);
  peer = stays;
  run_until_done(1);
  assert_int_equal(last_error, VD_UNAVAILABLE);
  (void)ask("/echo", "", 0, &len, 20000); /* sockets come and go under the same number */
  run_until_done(2);
  assert_int_equal(good_count, 1);
}

static void a_cancelled_request_is_silent(void **state) {
  static const size_t len = 2;
  (void)state;
  struct vd_client_request *request = ask("/silent", "", 0, &len, 20000);
  (void)ask("/echo", "hi", len, &len, 20000);
  run_until_done(1);
  vd_client_cancel(client_loop.client, request);
  (void)ask("/echo", "hi", len, &len, 20000);
  run_until_done(2);
  assert_int_equal(good_count, 2);
}

/* What is under way when the loop is closed is dropped: see end. */
static void closing_drops_what_is_under_way(void **state) {
  static const size_t len = 2;
  (void)state;
  for (int i = 0; i < 20; i++) (void)ask("/silent", "", 0, &len, 60000);
  (void)ask("/echo", "hi", len, &len, 20000);
  for (int i = 0; i < 20; i++) (void)uv_run(&loop, UV_RUN_NOWAIT);
  assert_int_equal(done_count, 0);
}

static void closing_without_ever_running(void **state) {
  static const size_t len = 2;
  (void)state;
  (void)ask("/echo", "hi", len, &len, 20000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(requests_are_answered_on_the_loop, begin, end),
      cmocka_unit_test_setup_teardown(large_bodies_pass_both_ways, begin, end),
      cmocka_unit_test_setup_teardown(answers_may_come_in_single_bytes, begin, end),
      cmocka_unit_test_setup_teardown(silence_ends_at_its_deadline_and_delays_nothing, begin, end),
      cmocka_unit_test_setup_teardown(a_refused_connection_is_told, begin, end),
      cmocka_unit_test_setup_teardown(a_cancelled_request_is_silent, begin, end),
      cmocka_unit_test_setup_teardown(closing_drops_what_is_under_way, begin, end),
      cmocka_unit_test_setup_teardown(closing_without_ever_running, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
