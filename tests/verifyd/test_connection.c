/* Requests over real sockets: what is answered, what is refused, what ends the connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"
#include "serve_rig.h"

#define HOST "Host: localhost\r\n"

static struct rig rig;
static struct loopback_answer answer;

static int start(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  rig_start(&rig, &limits, 0);
  return 0;
}

static int stop(void **state) {
  (void)state;
  rig_stop(&rig);
  return 0;
}

static void answers_get(void **state) {
  (void)state;
  loopback_once(rig.port, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 200);
  assert_string_equal(answer.body, "hello");
  assert_string_equal(loopback_header(&answer, "Content-Type"), "text/plain");
  assert_null(loopback_header(&answer, "Connection"));
}

static void every_answer_has_the_security_headers(void **state) {
  static const char *const requests[] = {"GET /hello HTTP/1.1\r\n" HOST "\r\n", "GET /nothing HTTP/1.1\r\n" HOST "\r\n",
                                         "nonsense\r\n\r\n"};
  (void)state;
  for (size_t i = 0; i < 3; i++) {
    loopback_once(rig.port, requests[i], &answer);
    assert_string_equal(
        loopback_header(&answer, "Content-Security-Policy"),
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    assert_string_equal(loopback_header(&answer, "Referrer-Policy"), "no-referrer");
    assert_string_equal(loopback_header(&answer, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(loopback_header(&answer, "Cache-Control"), "no-store");
    assert_non_null(strstr(loopback_header(&answer, "Permissions-Policy"), "camera=(self)"));
    assert_non_null(loopback_header(&answer, "Date"));
    assert_null(loopback_header(&answer, "Server"));
  }
}

static void head_has_the_length_and_no_body(void **state) {
  (void)state;
  int fd = loopback_connect(rig.port);
  loopback_ask(fd, "HEAD /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 200);
  assert_string_equal(loopback_header(&answer, "Content-Length"), "5");
  loopback_ask(fd, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer); /* a body before would be read as this head */
  assert_string_equal(answer.body, "hello");
  (void)close(fd);
}

static void keeps_the_connection(void **state) {
  (void)state;
  int fd = loopback_connect(rig.port);
  for (int i = 0; i < 50; i++) {
    loopback_ask(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 4\r\n\r\n[42]",
                 &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "[42]");
  }
  (void)close(fd);
}

static void closes_when_asked(void **state) {
  (void)state;
  int fd = loopback_connect(rig.port);
  loopback_ask(fd, "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &answer);
  assert_int_equal(answer.status, 200);
  assert_string_equal(loopback_header(&answer, "Connection"), "close");
  assert_true(loopback_is_closed(fd));
  (void)close(fd);
}

static void http_1_0_closes_unless_asked_to_keep(void **state) {
  (void)state;
  int fd = loopback_connect(rig.port);
  loopback_ask(fd, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", &answer);
  assert_string_equal(loopback_header(&answer, "Connection"), "keep-alive");
  loopback_ask(fd, "GET /hello HTTP/1.0\r\n\r\n", &answer);
  assert_string_equal(answer.body, "hello");
  assert_true(loopback_is_closed(fd));
  (void)close(fd);
}

static void pipelined_requests_are_answered_in_order(void **state) {
  (void)state;
  int fd = loopback_connect(rig.port);
  loopback_say(fd, "POST /echo HTTP/1.1\r\n" HOST
                   "Content-Type: application/json\r\nContent-Length: 1\r\n\r\n1"
                   "POST /picture HTTP/1.1\r\n" HOST
                   "Content-Type: image/png\r\nContent-Length: 22\r\n\r\n2222222222222222222222"
                   "POST /echo HTTP/1.1\r\n" HOST
                   "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n3\r\n0\r\n\r\n"
                   "GET /hello HTTP/1.1\r\n" HOST "\r\n");
  static const char *const bodies[] = {"1", "22", "3", "hello"};
  for (size_t i = 0; i < 4; i++) {
    loopback_read(fd, &answer, false);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, bodies[i]);
  }
  (void)close(fd);
}

/* More than the server keeps of a connection, so it has to stop reading and go on. */
static void a_long_pipeline_is_answered_whole(void **state) {
  enum { REQUESTS = 500 };
  static const char request[] = "GET /hello HTTP/1.1\r\n" HOST "\r\n";
  (void)state;
  int fd = loopback_connect(rig.port);
  char *all = malloc(REQUESTS * (sizeof request - 1));
  assert_non_null(all);
  for (size_t i = 0; i < REQUESTS; i++) memcpy(all + i * (sizeof request - 1), request, sizeof request - 1);
  loopback_send(fd, all, REQUESTS * (sizeof request - 1));
  free(all);
  for (int i = 0; i < REQUESTS; i++) {
    loopback_read(fd, &answer, false);
    assert_string_equal(answer.body, "hello");
  }
  (void)close(fd);
}

static void a_request_may_come_in_single_bytes(void **state) {
  static const char request[] =
      "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 6\r\n\r\n\"abcd\"";
  (void)state;
  int fd = loopback_connect(rig.port);
  for (size_t i = 0; i < sizeof request - 1; i++) loopback_send(fd, request + i, 1);
  loopback_read(fd, &answer, false);
  assert_string_equal(answer.body, "\"abcd\"");
  (void)close(fd);
}

static void a_client_may_end_its_side_first(void **state) {
  (void)state;
  int fd = loopback_connect(rig.port);
  loopback_say(fd, "GET /hello HTTP/1.1\r\n" HOST "\r\nGET /hello HTTP/1.1\r\n" HOST "\r\n");
  assert_int_equal(shutdown(fd, SHUT_WR), 0);
  for (int i = 0; i < 2; i++) {
    loopback_read(fd, &answer, false);
    assert_string_equal(answer.body, "hello");
  }
  assert_true(loopback_is_closed(fd));
  (void)close(fd);
}

static void continue_is_sent_before_the_body(void **state) {
  (void)state;
  int fd = loopback_connect(rig.port);
  loopback_ask(fd,
               "POST /echo HTTP/1.1\r\n" HOST
               "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
               &answer);
  assert_int_equal(answer.status, 100);
  assert_string_equal(answer.text, "HTTP/1.1 100 Continue\r\n\r\n");
  loopback_ask(fd, "{}", &answer);
  assert_int_equal(answer.status, 200);
  (void)close(fd);
}

/* Refusals: after each the connection must end, so that nothing behind it is taken for a request. */
static void expect_refusal(const char *request, unsigned status) {
  int fd = loopback_connect(rig.port);
  loopback_ask(fd, request, &answer);
  if (answer.status != status) fail_msg("%u instead of %u for %.60s", answer.status, status, request);
  assert_string_equal(loopback_header(&answer, "Content-Type"), "application/problem+json");
  assert_string_equal(loopback_header(&answer, "Connection"), "close");
  assert_true(loopback_is_closed(fd));
  (void)close(fd);
}

static void ambiguous_requests_are_refused(void **state) {
  (void)state;
  expect_refusal("POST /echo HTTP/1.1\r\n" HOST
                 "Content-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "0\r\n\r\nGET /hello HTTP/1.1\r\n" HOST "\r\n",
                 400);
  expect_refusal("POST /echo HTTP/1.1\r\n" HOST
                 "Content-Type: application/json\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n1234",
                 400);
  expect_refusal("POST /echo HTTP/1.1\r\n" HOST
                 "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                 400);
  expect_refusal("POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nTransfer-Encoding: xchunked\r\n\r\n",
                 501);
  expect_refusal("POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length : 4\r\n\r\n1234",
                 400);
  expect_refusal("POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: +4\r\n\r\n1234",
                 400);
  expect_refusal("GET /hello HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", 400);
  expect_refusal("GET /hello HTTP/1.1\nHost: a\n\r\n\r\n", 400);
  expect_refusal("GET /hello HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n", 400);
  expect_refusal("GET /hello HTTP/1.1\r\n" HOST HOST "\r\n", 400);
  expect_refusal("GET /hello HTTP/1.1\r\n\r\n", 400);
}

static void malformed_chunks_are_refused(void **state) {
#define CHUNKED "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
  (void)state;
  expect_refusal(CHUNKED "5\rXhello\r\n0\r\n\r\n", 400);
  expect_refusal(CHUNKED "5\nhello\r\n0\r\n\r\n", 400);
  expect_refusal(CHUNKED "5;a=b\r\nhello\r\n0\r\n\r\n", 400);
  expect_refusal(CHUNKED "5\r\nhelloo\r\n0\r\n\r\n", 400);
  expect_refusal(CHUNKED "0\r\nTrailer: x\r\n\r\n", 400);
  expect_refusal(CHUNKED "fffffffff\r\n", 400);
  expect_refusal(CHUNKED "-1\r\n", 400);
  expect_refusal(CHUNKED "\r\n", 400);
}

static void methods_are_checked(void **state) {
  (void)state;
  expect_refusal("DELETE /hello HTTP/1.1\r\n" HOST "\r\n", 405);
  assert_string_equal(loopback_header(&answer, "Allow"), "GET, HEAD");
  expect_refusal("GET /echo HTTP/1.1\r\n" HOST "\r\n", 405);
  assert_string_equal(loopback_header(&answer, "Allow"), "POST");
  expect_refusal("OPTIONS /echo HTTP/1.1\r\n" HOST "\r\n", 405);
  expect_refusal("TRACE /hello HTTP/1.1\r\n" HOST "\r\n", 405);
  expect_refusal("get /hello HTTP/1.1\r\n" HOST "\r\n", 501);
  expect_refusal("BREW /hello HTTP/1.1\r\n" HOST "\r\n", 501);
  expect_refusal("CONNECT localhost:80 HTTP/1.1\r\n" HOST "\r\n", 501);
}

static void addresses_are_checked(void **state) {
  char request[4096];
  (void)state;
  expect_refusal("GET /nothing HTTP/1.1\r\n" HOST "\r\n", 404);
  expect_refusal("GET /hello/ HTTP/1.1\r\n" HOST "\r\n", 404);
  expect_refusal("GET hello HTTP/1.1\r\n" HOST "\r\n", 400);
  expect_refusal("GET /he\x01llo HTTP/1.1\r\n" HOST "\r\n", 400);
  expect_refusal("GET /hello HTTP/1.1 \r\n" HOST "\r\n", 400);
  expect_refusal("GET /hello HTTP/2.0\r\n" HOST "\r\n", 505);
  (void)snprintf(request, sizeof request, "GET /%03000d HTTP/1.1\r\n" HOST "\r\n", 0);
  expect_refusal(request, 414);
  loopback_once(rig.port, "GET http://localhost/hello?a=b HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 200);
}

static void an_endless_head_is_refused(void **state) {
  char line[1100];
  (void)state;
  int fd = loopback_connect(rig.port);
  loopback_say(fd, "GET /hello HTTP/1.1\r\n" HOST);
  memset(line, 'x', sizeof line);
  memcpy(line, "X: ", 3);
  memcpy(line + sizeof line - 2, "\r\n", 2);
  for (int i = 0; i < 8; i++) (void)loopback_try_send(fd, line, sizeof line);
  loopback_read(fd, &answer, false);
  assert_int_equal(answer.status, 431);
  assert_true(loopback_is_closed(fd));
  (void)close(fd);
  char many[1024] = "GET /hello HTTP/1.1\r\n" HOST;
  for (int i = 0; i < VD_HTTP_HEADERS_MAX; i++) strcat(many, "A: b\r\n");
  strcat(many, "\r\n");
  expect_refusal(many, 431);
}

static void endless_targets_are_refused_before_a_line_end(void **state) {
  char part[3000];
  (void)state;
  int fd = loopback_connect(rig.port);
  memset(part, '/', sizeof part);
  memcpy(part, "GET ", 4);
  loopback_send(fd, part, sizeof part);
  loopback_read(fd, &answer, false);
  assert_int_equal(answer.status, 414);
  (void)close(fd);
}

static void bodies_are_limited(void **state) {
  (void)state;
  expect_refusal("POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 65537\r\n\r\n", 413);
  expect_refusal(
      "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 99999999999999\r\n\r\n", 413);
  expect_refusal(
      "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 9999999999999999\r\n\r\n", 400);
  expect_refusal("POST /picture HTTP/1.1\r\n" HOST "Content-Type: image/png\r\nContent-Length: 10485761\r\n\r\n", 413);
  expect_refusal("POST /echo HTTP/1.1\r\n" HOST
                 "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 65537\r\n\r\n",
                 413);
  expect_refusal("POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n\r\n", 411);
  expect_refusal("POST /echo HTTP/1.1\r\n" HOST "Content-Type: text/plain\r\nContent-Length: 1\r\n\r\n1", 415);
  expect_refusal("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n1", 415);
  expect_refusal("POST /echo HTTP/1.1\r\n" HOST
                 "Content-Type: application/json\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n1",
                 417);
}

static void chunks_are_limited_as_they_come(void **state) {
  static char chunk[0x4000 + 8];
  (void)state;
  int fd = loopback_connect(rig.port);
  loopback_say(fd, CHUNKED);
  memset(chunk, 'x', sizeof chunk);
  memcpy(chunk, "4000\r\n", 6);
  memcpy(chunk + sizeof chunk - 2, "\r\n", 2);
  for (int i = 0; i < 5; i++) (void)loopback_try_send(fd, chunk, sizeof chunk);
  loopback_read(fd, &answer, false);
  assert_int_equal(answer.status, 413);
  (void)close(fd);
}

/* The client sends all of a body that is refused at its head, and reads the answer only then. */
static void a_refusal_reaches_a_client_that_goes_on_sending(void **state) {
  static char body[900 * 1024];
  (void)state;
  int fd = loopback_connect(rig.port);
  loopback_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 921600\r\n\r\n");
  loopback_send(fd, body, sizeof body);
  loopback_read(fd, &answer, false);
  assert_int_equal(answer.status, 413);
  (void)close(fd);
}

static void the_largest_bodies_are_taken(void **state) {
  static char body[10485760];
  (void)state;
  int fd = loopback_connect(rig.port);
  loopback_say(fd, "POST /picture HTTP/1.1\r\n" HOST "Content-Type: image/png\r\nContent-Length: 10485760\r\n\r\n");
  loopback_send(fd, body, sizeof body);
  loopback_read(fd, &answer, false);
  assert_string_equal(answer.body, "10485760");
  loopback_say(fd, "POST /echo HTTP/1.1\r\n" HOST
                   "Content-Type: application/json; charset=utf-8\r\nContent-Length: 65536\r\n\r\n");
  memset(body, 'j', 65536);
  loopback_send(fd, body, 65536);
  loopback_read(fd, &answer, false);
  assert_int_equal(answer.body_len, 65536);
  (void)close(fd);
}

static void requests_are_logged_without_what_they_hold(void **state) {
  (void)state;
  loopback_once(rig.port, "GET /hello?token=AAAASECRET HTTP/1.1\r\n" HOST "Cookie: BBBBSECRET\r\n\r\n", &answer);
  loopback_once(rig.port,
                "POST /echo HTTP/1.1\r\n" HOST
                "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n\"CCCCSECRET\"",
                &answer);
  loopback_once(rig.port, "GET /DDDDSECRET HTTP/1.1\r\n" HOST "\r\n", &answer);
  loopback_once(rig.port, "EEEESECRET / HTTP/1.1\r\n" HOST "\r\n", &answer);
  rig_wait_metric(&rig, "requests_total{route=\"none\",status=\"5xx\"}", 1);
  loopback_once(rig.port, "HEAD /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  loopback_once(rig.port, "HEAD /hello HTTP/1.1\r\n" HOST "\r\n", &answer); /* the log is written before a loop waits */
  const char *log = rig_log(&rig);
  assert_non_null(strstr(log, " level=info event=request method=GET route=hello status=200 bytes=5 duration_us="));
  assert_non_null(strstr(log, " method=POST route=echo status=200 bytes=12 "));
  assert_non_null(strstr(log, " method=GET route=none status=404 "));
  assert_non_null(strstr(log, " method=OTHER route=none status=501 "));
  assert_non_null(strstr(log, " method=HEAD route=hello status=200 bytes=0 "));
  assert_null(strstr(log, "SECRET"));
  assert_null(strstr(log, "127.0.0.1"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(answers_get, start, stop),
      cmocka_unit_test_setup_teardown(every_answer_has_the_security_headers, start, stop),
      cmocka_unit_test_setup_teardown(head_has_the_length_and_no_body, start, stop),
      cmocka_unit_test_setup_teardown(keeps_the_connection, start, stop),
      cmocka_unit_test_setup_teardown(closes_when_asked, start, stop),
      cmocka_unit_test_setup_teardown(http_1_0_closes_unless_asked_to_keep, start, stop),
      cmocka_unit_test_setup_teardown(pipelined_requests_are_answered_in_order, start, stop),
      cmocka_unit_test_setup_teardown(a_long_pipeline_is_answered_whole, start, stop),
      cmocka_unit_test_setup_teardown(a_request_may_come_in_single_bytes, start, stop),
      cmocka_unit_test_setup_teardown(a_client_may_end_its_side_first, start, stop),
      cmocka_unit_test_setup_teardown(continue_is_sent_before_the_body, start, stop),
      cmocka_unit_test_setup_teardown(ambiguous_requests_are_refused, start, stop),
      cmocka_unit_test_setup_teardown(malformed_chunks_are_refused, start, stop),
      cmocka_unit_test_setup_teardown(methods_are_checked, start, stop),
      cmocka_unit_test_setup_teardown(addresses_are_checked, start, stop),
      cmocka_unit_test_setup_teardown(an_endless_head_is_refused, start, stop),
      cmocka_unit_test_setup_teardown(endless_targets_are_refused_before_a_line_end, start, stop),
      cmocka_unit_test_setup_teardown(bodies_are_limited, start, stop),
      cmocka_unit_test_setup_teardown(chunks_are_limited_as_they_come, start, stop),
      cmocka_unit_test_setup_teardown(a_refusal_reaches_a_client_that_goes_on_sending, start, stop),
      cmocka_unit_test_setup_teardown(the_largest_bodies_are_taken, start, stop),
      cmocka_unit_test_setup_teardown(requests_are_logged_without_what_they_hold, start, stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
