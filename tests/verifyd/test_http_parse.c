#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/http_parse.h"

#define HOST "Host: a\r\n"
enum { LIMIT = 8192 };

static struct vd_http_head head;

static unsigned parse(const char *text) { return vd_http_head_parse(&head, text, strlen(text)); }

static void a_head_is_taken_apart(void **state) {
  (void)state;
  assert_int_equal(parse("POST /v1/verify?x=/y HTTP/1.1\r\nHost: localhost\r\nX-Empty:\r\nAccept: \t a, b "
                         "\t\r\nContent-Length: 12\r\n\r\n"),
                   0);
  assert_int_equal(head.method, VD_HTTP_POST);
  assert_true(vd_span_equal(head.target, VD_SPAN("/v1/verify?x=/y")));
  assert_true(vd_span_equal(head.path, VD_SPAN("/v1/verify")));
  assert_int_equal(head.minor, 1);
  assert_int_equal(head.header_count, 4);
  assert_true(vd_span_equal(vd_http_header_value(&head, "accept"), VD_SPAN("a, b")));
  assert_int_equal(vd_http_header_value(&head, "x-empty").len, 0);
  assert_non_null(vd_http_header_value(&head, "x-empty").text);
  assert_null(vd_http_header_value(&head, "x").text);
  assert_int_equal(head.framing, VD_HTTP_LENGTH);
  assert_int_equal(head.content_length, 12);
  assert_true(head.keep_alive);
  assert_false(head.expects_continue);
}

static void what_the_client_wants_of_the_connection(void **state) {
  (void)state;
  assert_int_equal(parse("GET / HTTP/1.1\r\n" HOST "Connection: Close\r\n\r\n"), 0);
  assert_false(head.keep_alive);
  assert_int_equal(parse("GET / HTTP/1.1\r\n" HOST "Connection: x, close\r\n\r\n"), 0);
  assert_false(head.keep_alive);
  assert_int_equal(parse("GET / HTTP/1.0\r\n\r\n"), 0);
  assert_false(head.keep_alive);
  assert_int_equal(parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), 0);
  assert_true(head.keep_alive);
  assert_int_equal(parse("GET / HTTP/1.1\r\n" HOST "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"), 0);
  assert_true(head.keep_alive);
}

static void targets_have_a_path(void **state) {
  (void)state;
  assert_int_equal(parse("GET http://example/a/b?c HTTP/1.1\r\n" HOST "\r\n"), 0);
  assert_true(vd_span_equal(head.path, VD_SPAN("/a/b")));
  assert_int_equal(parse("GET HTTPS://example/ HTTP/1.1\r\n" HOST "\r\n"), 0);
  assert_true(vd_span_equal(head.path, VD_SPAN("/")));
  assert_int_equal(parse("GET /a?b#c HTTP/1.1\r\n" HOST "\r\n"), 400);
  assert_int_equal(parse("GET http://example HTTP/1.1\r\n" HOST "\r\n"), 400);
  assert_int_equal(parse("GET a HTTP/1.1\r\n" HOST "\r\n"), 400);
  assert_int_equal(parse("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), 400);
  assert_int_equal(parse("GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n"), 400);
}

static void lines_are_strict(void **state) {
  static const char *const wrong[] = {
      "GET / HTTP/1.1\n" HOST "\r\n",
      "GET / HTTP/1.1\r\nHost: a\n\r\n",
      "GET / HTTP/1.1\r\n" HOST "A: b\rc\r\n\r\n",
      "GET / HTTP/1.1\r\n" HOST " A: b\r\n\r\n",
      "GET / HTTP/1.1\r\n" HOST "A: b\r\n\tc\r\n\r\n",
      "GET / HTTP/1.1\r\n" HOST "A : b\r\n\r\n",
      "GET / HTTP/1.1\r\n" HOST ": b\r\n\r\n",
      "GET / HTTP/1.1\r\n" HOST "A\r\n\r\n",
      "GET / HTTP/1.1\r\n" HOST "A(: b\r\n\r\n",
      "GET / HTTP/1.1\r\n" HOST "A: b\x01\r\n\r\n",
      "GET / HTTP/1.1\r\n" HOST "A: b\x7f\r\n\r\n",
      "GET  / HTTP/1.1\r\n" HOST "\r\n",
      "GET /\tHTTP/1.1\r\n" HOST "\r\n",
      " GET / HTTP/1.1\r\n" HOST "\r\n",
      "GET / HTTP/1.1 \r\n" HOST "\r\n",
      "GET /\r\n" HOST "\r\n",
      "\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
      "\r\n\r\n",
      "GET / HTTP/1.1\r\n" HOST "\r\n\r\n",
      "GET / HTTP/1.1\r\n" HOST,
  };
  (void)state;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    if (parse(wrong[i]) != 400) fail_msg("taken: %s", wrong[i]);
  static const char nul[] = "GET / HTTP/1.1\r\n" HOST "A: b\0c\r\n\r\n";
  assert_int_equal(vd_http_head_parse(&head, nul, sizeof nul - 1), 400);
}

static void versions_and_methods(void **state) {
  (void)state;
  assert_int_equal(parse("GET / HTTP/1.2\r\n" HOST "\r\n"), 505);
  assert_int_equal(parse("GET / HTTP/2.0\r\n" HOST "\r\n"), 505);
  assert_int_equal(parse("GET / HTTP/0.9\r\n" HOST "\r\n"), 505);
  assert_int_equal(parse("GET / FTP/1.1\r\n" HOST "\r\n"), 400);
  assert_int_equal(parse("GETT / HTTP/1.1\r\n" HOST "\r\n"), 501);
  assert_int_equal(parse("CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n"), 501);
  assert_int_equal(parse("DELETE / HTTP/1.1\r\n" HOST "\r\n"), 0);
  assert_int_equal(head.method, VD_HTTP_OTHER);
  assert_int_equal(parse("HEAD / HTTP/1.1\r\n" HOST "\r\n"), 0);
  assert_int_equal(head.method, VD_HTTP_HEAD);
  assert_string_equal(vd_http_method_name(VD_HTTP_HEAD), "HEAD");
  assert_string_equal(vd_http_method_name(VD_HTTP_OTHER), "OTHER");
}

static void framing_is_never_ambiguous(void **state) {
#define POST "POST / HTTP/1.1\r\n" HOST
  (void)state;
  assert_int_equal(parse(POST "\r\n"), 0);
  assert_int_equal(head.framing, VD_HTTP_NO_BODY);
  assert_int_equal(parse(POST "Content-Length: 0\r\n\r\n"), 0);
  assert_int_equal(head.framing, VD_HTTP_NO_BODY);
  assert_int_equal(parse(POST "Transfer-Encoding: Chunked\r\n\r\n"), 0);
  assert_int_equal(head.framing, VD_HTTP_CHUNKED);
  assert_int_equal(parse(POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  assert_int_equal(parse(POST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"), 400);
  assert_int_equal(parse(POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"), 400);
  assert_int_equal(parse(POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"), 400);
  assert_int_equal(parse(POST "Content-Length: 1, 1\r\n\r\n"), 400);
  assert_int_equal(parse(POST "Content-Length: -1\r\n\r\n"), 400);
  assert_int_equal(parse(POST "Content-Length: 0x10\r\n\r\n"), 400);
  assert_int_equal(parse(POST "Content-Length:\r\n\r\n"), 400);
  assert_int_equal(parse(POST "Content-Length: 18446744073709551617\r\n\r\n"), 400);
  assert_int_equal(parse(POST "Transfer-Encoding: identity\r\n\r\n"), 501);
  assert_int_equal(parse(POST "Transfer-Encoding: gzip, chunked\r\n\r\n"), 501);
  assert_int_equal(parse("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  assert_int_equal(parse("GET / HTTP/1.1\r\n\r\n"), 400);
  assert_int_equal(parse("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
}

static void expectations(void **state) {
  (void)state;
  assert_int_equal(parse(POST "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n"), 0);
  assert_true(head.expects_continue);
  assert_int_equal(parse(POST "Expect: more\r\n\r\n"), 417);
  assert_int_equal(parse("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n"), 0);
  assert_false(head.expects_continue);
}

static void headers_are_counted(void **state) {
  char text[4096] = "GET / HTTP/1.1\r\n" HOST;
  (void)state;
  for (int i = 1; i < VD_HTTP_HEADERS_MAX; i++) strcat(text, "A: b\r\n");
  size_t len = strlen(text);
  strcpy(text + len, "\r\n");
  assert_int_equal(parse(text), 0);
  assert_int_equal(head.header_count, VD_HTTP_HEADERS_MAX);
  strcpy(text + len, "A: b\r\n\r\n");
  assert_int_equal(parse(text), 431);
}

static void the_end_is_found_wherever_the_bytes_are_cut(void **state) {
  static const char text[] = "GET / HTTP/1.1\r\n" HOST "A: \r\r\n\r\r\n\r\n rest";
  size_t whole = (size_t)(strstr(text, "\r\n\r\n") - text) + 4;
  (void)state;
  for (size_t cut = 0; cut <= sizeof text - 1; cut++) {
    size_t first = vd_http_head_end(text, cut, 0);
    assert_int_equal(first, cut < whole ? 0 : whole);
    assert_int_equal(vd_http_head_end(text, sizeof text - 1, first == 0 ? cut : 0), whole);
  }
}

static void no_cut_head_is_taken(void **state) {
  static const char text[] = POST "Content-Length: 12\r\nA: b\r\n\r\n";
  (void)state;
  for (size_t len = 0; len < sizeof text - 1; len++) assert_int_not_equal(vd_http_head_parse(&head, text, len), 0);
  assert_int_equal(vd_http_head_parse(&head, text, sizeof text - 1), 0);
}

/* Whatever is changed, every view lies within the head, and a body's end is never in doubt. */
static void flipped_bits_do_no_harm(void **state) {
  static const char text[] = POST "Content-Length: 12\r\nTransfer: x\r\nA: b\r\n\r\n";
  (void)state;
  for (size_t bit = 0; bit < 8 * (sizeof text - 1); bit++) {
    char changed[sizeof text];
    memcpy(changed, text, sizeof text);
    changed[bit / 8] = (char)(changed[bit / 8] ^ (1 << bit % 8));
    if (vd_http_head_parse(&head, changed, sizeof text - 1) != 0) continue;
    assert_true(head.path.text >= changed && head.path.text + head.path.len <= changed + sizeof text);
    for (size_t i = 0; i < head.header_count; i++)
      assert_true(head.headers[i].value.text + head.headers[i].value.len <= changed + sizeof text);
  }
}

static void large_heads_are_told_apart(void **state) {
  static char text[LIMIT];
  (void)state;
  memset(text, 'x', sizeof text);
  assert_int_equal(vd_http_head_too_large(text, 100, LIMIT), 0);
  assert_int_equal(vd_http_head_too_large(text, VD_HTTP_TARGET_MAX + 100, LIMIT), 414);
  text[50] = '\n';
  assert_int_equal(vd_http_head_too_large(text, VD_HTTP_TARGET_MAX + 100, LIMIT), 0);
  assert_int_equal(vd_http_head_too_large(text, LIMIT, LIMIT), 431);
  static char target[VD_HTTP_TARGET_MAX + 64];
  (void)snprintf(target, sizeof target, "GET /%0*d HTTP/1.1\r\n" HOST "\r\n", VD_HTTP_TARGET_MAX - 1, 0);
  assert_int_equal(parse(target), 0);
  (void)snprintf(target, sizeof target, "GET /%0*d HTTP/1.1\r\n" HOST "\r\n", VD_HTTP_TARGET_MAX, 0);
  assert_int_equal(parse(target), 414);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_head_is_taken_apart),
      cmocka_unit_test(what_the_client_wants_of_the_connection),
      cmocka_unit_test(targets_have_a_path),
      cmocka_unit_test(lines_are_strict),
      cmocka_unit_test(versions_and_methods),
      cmocka_unit_test(framing_is_never_ambiguous),
      cmocka_unit_test(expectations),
      cmocka_unit_test(headers_are_counted),
      cmocka_unit_test(the_end_is_found_wherever_the_bytes_are_cut),
      cmocka_unit_test(no_cut_head_is_taken),
      cmocka_unit_test(flipped_bits_do_no_harm),
      cmocka_unit_test(large_heads_are_told_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
