/* Requests and answers without a socket. Over sockets: test_connection.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/exchange.h"

#define HOST "Host: localhost\r\n"
#define JSON "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
#define SECRET "QR-TEXT-THAT-NOBODY-MAY-SEE"

enum { MEGABYTE = 1024 * 1024 };

static struct vd_caps caps;
static struct vd_metrics metrics;
static struct vd_exchange exchange;
static unsigned discarded, finished;

static void answer_echo(struct vd_exchange *asked) {
  asked->response.media_type = "text/plain";
  vd_buffer_append(&asked->response.body, asked->content.bytes, asked->content.len);
}

static void run(void *job) { (void)job; }
static void done(struct vd_exchange *asked, void *job) {
  (void)job;
  finished++;
  vd_buffer_text(&asked->response.body, "done");
}
static void discard(void *job) {
  (void)job;
  discarded++;
}
static void answer_later(struct vd_exchange *asked) {
  vd_exchange_defer(asked, (struct vd_deferred){.run = run, .done = done, .discard = discard});
}

static void refuse_in_words(struct vd_exchange *asked, enum vd_problem problem, const char *detail) {
  (void)detail;
  asked->response.status = (unsigned)vd_problem_status(problem);
  asked->response.media_type = "text/html";
  vd_buffer_text(&asked->response.body, vd_language_tag(asked->language));
}

static const struct vd_route routes[] = {
    {.name = "echo",
     .path = "/echo",
     .methods = VD_HTTP_POST,
     .bodies = VD_BODY_BIT(VD_BODY_JSON),
     .answer = answer_echo},
    {.name = "later",
     .path = "/later",
     .methods = VD_HTTP_POST,
     .bodies = VD_BODY_BIT(VD_BODY_PNG),
     .answer = answer_later,
     .refuse = refuse_in_words},
};
static const struct vd_limits limits = {.header_bytes = 1024, .body_bytes = 4096, .picture_bytes = 3 * MEGABYTE};
static const struct vd_site site = {
    .routes = routes, .route_count = 2, .limits = &limits, .caps = &caps, .metrics = &metrics};

static int begin(void **state) {
  (void)state;
  discarded = finished = 0;
  vd_caps_init(&caps, 1, 0, 2 * MEGABYTE, 1);
  return vd_exchange_init(&exchange, &site) ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  vd_exchange_free(&exchange);
  assert_int_equal(atomic_load(&caps.body_bytes), 0);
  return 0;
}

static void receive(const char *text, size_t len) {
  while (len > 0) {
    size_t room_len;
    char *room = vd_exchange_room(&exchange, &room_len);
    size_t part = len < room_len ? len : room_len;
    assert_true(part > 0);
    memcpy(room, text, part);
    vd_exchange_received(&exchange, part);
    text += part;
    len -= part;
  }
}

static void say(const char *text) { receive(text, strlen(text)); }

static void expect_body(const char *text) {
  assert_int_equal(exchange.response.body.len, strlen(text));
  assert_memory_equal(exchange.response.body.bytes, text, strlen(text));
}

static void phases_follow_the_bytes(void **state) {
  (void)state;
  assert_int_equal(exchange.phase, VD_EXCHANGE_IDLE);
  say("P");
  assert_int_equal(exchange.phase, VD_EXCHANGE_HEAD);
  say("OST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n");
  assert_int_equal(exchange.phase, VD_EXCHANGE_BODY);
  say("{");
  assert_int_equal(exchange.phase, VD_EXCHANGE_BODY);
  say("}POS");
  assert_int_equal(exchange.phase, VD_EXCHANGE_READY);
  vd_exchange_run(&exchange);
  expect_body("{}");
  assert_true(vd_exchange_keeps(&exchange));
  assert_int_equal(vd_exchange_route_index(&exchange), 0);
  vd_exchange_next(&exchange);
  assert_int_equal(exchange.phase, VD_EXCHANGE_HEAD);
  assert_int_equal(exchange.response.body.len, 0);
}

static void continue_is_wanted_only_before_the_body(void **state) {
  (void)state;
  say(JSON "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  assert_true(exchange.wants_continue);
  say("{");
  assert_false(exchange.wants_continue);
  say("}");
  vd_exchange_run(&exchange);
  vd_exchange_next(&exchange);
  say(JSON "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n{}");
  assert_false(exchange.wants_continue);
  assert_int_equal(exchange.phase, VD_EXCHANGE_READY);
}

static bool holds(const char *bytes, size_t len) { return bytes != NULL && memmem(bytes, len, "NOBODY", 6) != NULL; }

static void nothing_is_left_of_a_request(void **state) {
  (void)state;
  say("POST /echo?" SECRET " HTTP/1.1\r\n" HOST "X: " SECRET
      "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  say("1b\r\n" SECRET "\r\n1b\r\n" SECRET "\r\n0\r\n\r\n");
  assert_int_equal(exchange.phase, VD_EXCHANGE_READY);
  vd_exchange_run(&exchange);
  assert_true(holds(exchange.content.bytes, exchange.content.len) && holds(exchange.inbox, exchange.wipe_len));
  size_t used = exchange.wipe_len;
  vd_exchange_next(&exchange);
  assert_false(holds(exchange.inbox, used));
  assert_false(holds(exchange.content.bytes, exchange.content.capacity));
  assert_false(holds(exchange.response.body.bytes, 54));
}

static void a_dropped_exchange_is_empty_and_has_room(void **state) {
  size_t room_len, whole_len;
  (void)state;
  (void)vd_exchange_room(&exchange, &whole_len);
  say("GET /nothing HTTP/1.1\r\n" HOST "\r\n" SECRET);
  assert_int_equal(exchange.phase, VD_EXCHANGE_REFUSED);
  size_t used = exchange.wipe_len;
  vd_exchange_drop(&exchange);
  assert_false(holds(exchange.inbox, used));
  (void)vd_exchange_room(&exchange, &room_len);
  assert_int_equal(room_len, whole_len);
}

static void refusals_go_the_way_of_the_route(void **state) {
  (void)state;
  say("POST /later HTTP/1.1\r\n" HOST "Accept-Language: fr\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n");
  assert_int_equal(exchange.phase, VD_EXCHANGE_REFUSED);
  assert_int_equal(exchange.response.status, 415);
  assert_string_equal(exchange.response.media_type, "text/html");
  expect_body("fr");
  assert_false(vd_exchange_keeps(&exchange));
}

static void refusals_without_a_route_are_problems(void **state) {
  (void)state;
  say("nonsense\r\n\r\n");
  assert_int_equal(exchange.phase, VD_EXCHANGE_REFUSED);
  assert_string_equal(exchange.response.media_type, VD_PROBLEM_MEDIA_TYPE);
  assert_string_equal(vd_exchange_route_name(&exchange), "none");
  assert_int_equal(vd_exchange_route_index(&exchange), VD_METRICS_NO_ROUTE);
  assert_int_equal(exchange.head.method, VD_HTTP_OTHER);
}

static void deferred_work_is_finished_or_discarded(void **state) {
  (void)state;
  say("POST /later HTTP/1.1\r\n" HOST "Content-Type: image/png\r\nContent-Length: 1\r\n\r\nx");
  vd_exchange_run(&exchange);
  assert_true(vd_exchange_is_deferred(&exchange));
  vd_exchange_finish(&exchange);
  assert_false(vd_exchange_is_deferred(&exchange));
  expect_body("done");
  vd_exchange_next(&exchange);
  say("POST /later HTTP/1.1\r\n" HOST "Content-Type: image/png\r\nContent-Length: 1\r\n\r\nx");
  vd_exchange_run(&exchange);
  vd_exchange_discard(&exchange);
  vd_exchange_refuse(&exchange, VD_PROBLEM_BUSY, "Later.");
  assert_int_equal(exchange.response.status, 503);
  assert_int_not_equal(exchange.response.retry_after_s, 0);
  assert_true(vd_exchange_keeps(&exchange)); /* all of it was read */
  assert_int_equal(finished, 1);
  assert_int_equal(discarded, 1);
}

/* Three megabytes are allowed for one picture, but only two for all requests of the process. */
static void large_bodies_share_the_process_memory(void **state) {
  static char part[MEGABYTE];
  (void)state;
  say("POST /later HTTP/1.1\r\n" HOST "Content-Type: image/png\r\nContent-Length: 3000000\r\n\r\n");
  receive(part, MEGABYTE);
  assert_int_equal(exchange.phase, VD_EXCHANGE_BODY);
  assert_true(atomic_load(&caps.body_bytes) > 0);
  for (int i = 0; i < 2 && exchange.phase == VD_EXCHANGE_BODY; i++)
    for (size_t at = 0; at < MEGABYTE && exchange.phase == VD_EXCHANGE_BODY; at += 8192) receive(part + at, 8192);
  assert_int_equal(exchange.phase, VD_EXCHANGE_REFUSED);
  assert_int_equal(exchange.response.status, 503);
  vd_exchange_drop(&exchange);
  assert_int_equal(atomic_load(&caps.body_bytes), 0);
}

static void the_inbox_fills_only_behind_a_waiting_request(void **state) {
  size_t room_len;
  char *room;
  (void)state;
  say("POST /later HTTP/1.1\r\n" HOST "Content-Type: image/png\r\nContent-Length: 1\r\n\r\nx");
  while (room = vd_exchange_room(&exchange, &room_len), room_len > 0) {
    memset(room, 'y', room_len);
    vd_exchange_received(&exchange, room_len);
    assert_int_equal(exchange.phase, VD_EXCHANGE_READY);
  }
  vd_exchange_run(&exchange);
  vd_exchange_finish(&exchange);
  vd_exchange_next(&exchange);
  assert_int_equal(exchange.phase, VD_EXCHANGE_REFUSED); /* a head of ys has no end */
  assert_int_equal(exchange.response.status, 431);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(phases_follow_the_bytes, begin, end),
      cmocka_unit_test_setup_teardown(continue_is_wanted_only_before_the_body, begin, end),
      cmocka_unit_test_setup_teardown(nothing_is_left_of_a_request, begin, end),
      cmocka_unit_test_setup_teardown(a_dropped_exchange_is_empty_and_has_room, begin, end),
      cmocka_unit_test_setup_teardown(refusals_go_the_way_of_the_route, begin, end),
      cmocka_unit_test_setup_teardown(refusals_without_a_route_are_problems, begin, end),
      cmocka_unit_test_setup_teardown(deferred_work_is_finished_or_discarded, begin, end),
      cmocka_unit_test_setup_teardown(large_bodies_share_the_process_memory, begin, end),
      cmocka_unit_test_setup_teardown(the_inbox_fills_only_behind_a_waiting_request, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
