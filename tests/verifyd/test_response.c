#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/response.h"

static struct vd_response response;
static char text[VD_RESPONSE_HEAD_MAX + 1];

static int begin(void **state) {
  (void)state;
  vd_response_init(&response);
  return 0;
}

static int end(void **state) {
  (void)state;
  vd_response_free(&response);
  return 0;
}

static const char *head(enum vd_connection_header connection) {
  char date[VD_DATE_SIZE];
  vd_date_format(date, 784111777);
  text[vd_response_head(&response, connection, date, text)] = '\0';
  assert_non_null(strstr(text, "\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n")); /* RFC 9110 section 5.6.7 */
  assert_string_equal(text + strlen(text) - 4, "\r\n\r\n");
  return text;
}

static bool has(const char *line) { return strstr(text, line) != NULL; }

static unsigned released;

static void count_release(void *what) { released += *(const unsigned *)what; }

static void what_is_held_is_released_once(void **state) {
  unsigned one = 1;
  (void)state;
  released = 0;
  for (unsigned turn = 1; turn <= 3; turn++) {
    response.release = count_release;
    response.released = &one;
    if (turn == 1) vd_response_reset(&response);
    if (turn == 2) vd_response_problem(&response, VD_PROBLEM_BUSY, "x");
    if (turn == 3) vd_response_free(&response);
    assert_int_equal(released, turn);
    vd_response_reset(&response);
    assert_int_equal(released, turn);
  }
}

static void a_body_of_ones_own(void **state) {
  (void)state;
  response.media_type = "text/plain";
  vd_buffer_text(&response.body, "hello");
  assert_int_equal(strncmp(head(VD_CONNECTION_KEEP), "HTTP/1.1 200 OK\r\n", 17), 0);
  assert_true(has("\r\nContent-Length: 5\r\n") && has("\r\nContent-Type: text/plain\r\n"));
  assert_true(has("\r\nCache-Control: no-store\r\n"));
  assert_false(has("\r\nConnection:") || has("ETag") || has("Vary") || has("Allow") || has("Retry-After"));
}

static void a_fixed_body_with_everything(void **state) {
  (void)state;
  response = (struct vd_response){.status = 200,
                                  .media_type = "a/b",
                                  .cache_control = "no-cache",
                                  .language = "km",
                                  .etag = VD_SPAN("\"x\""),
                                  .gzip = true,
                                  .varies = true,
                                  .fixed_body = "12",
                                  .fixed_body_len = 2,
                                  .body = response.body};
  (void)head(VD_CONNECTION_CLOSE);
  assert_true(has("\r\nETag: \"x\"\r\n") && has("\r\nContent-Encoding: gzip\r\n") &&
              has("\r\nVary: Accept-Encoding\r\n"));
  assert_true(has("\r\nContent-Language: km\r\n") && has("\r\nConnection: close\r\n") &&
              has("\r\nCache-Control: no-cache\r\n"));
  assert_int_equal(vd_response_body_len(&response), 2);
}

static void not_modified_has_no_length(void **state) {
  (void)state;
  response.status = 304;
  response.etag = VD_SPAN("\"x\"");
  assert_non_null(strstr(head(VD_CONNECTION_KEEP_1_0), "304 Not Modified"));
  assert_false(has("\r\nContent-Length") || has("\r\nContent-Type"));
  assert_true(has("ETag: \"x\"") && has("\r\nConnection: keep-alive\r\n"));
}

static void problems(void **state) {
  (void)state;
  vd_buffer_text(&response.body, "an answer that was begun");
  response.etag = VD_SPAN("\"x\"");
  vd_response_problem(&response, VD_PROBLEM_METHOD, "Not so.");
  response.allow_post = true;
  (void)head(VD_CONNECTION_KEEP);
  assert_true(has("HTTP/1.1 405 Method Not Allowed\r\n") && has("\r\nAllow: POST\r\n"));
  assert_true(has("\r\nContent-Type: application/problem+json\r\n"));
  assert_false(has("ETag"));
  vd_buffer_append(&response.body, "", 1);
  assert_non_null(strstr(response.body.bytes, "\"status\":405"));
  assert_non_null(strstr(response.body.bytes, "\"detail\":\"Not so.\""));
  assert_null(strstr(response.body.bytes, "begun"));
  response.allow_get = true;
  assert_non_null(strstr(head(VD_CONNECTION_KEEP), "\r\nAllow: GET, HEAD, POST\r\n"));
}

static void every_problem_has_a_reason_phrase(void **state) {
  static const enum vd_problem all[] = {
#define PROBLEM(name, status, slug, title) name,
      VD_PROBLEM_LIST(PROBLEM)
#undef PROBLEM
  };
  (void)state;
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
    assert_string_not_equal(vd_status_reason((unsigned)vd_problem_status(all[i])), "");
}

static void an_answer_that_is_too_large_becomes_a_fault(void **state) {
  char part[1000];
  (void)state;
  memset(part, 'x', sizeof part);
  for (size_t i = 0; i <= VD_RESPONSE_BODY_MAX / sizeof part; i++) vd_buffer_append(&response.body, part, sizeof part);
  vd_response_check(&response);
  assert_int_equal(response.status, 500);
  assert_null(memchr(response.body.bytes, 'x', response.body.len));
}

static void reset_forgets_everything(void **state) {
  (void)state;
  response.status = 503;
  response.retry_after_s = 7;
  vd_buffer_text(&response.body, "secret");
  char *bytes = response.body.bytes;
  assert_non_null(strstr(head(VD_CONNECTION_KEEP), "\r\nRetry-After: 7\r\n"));
  vd_response_reset(&response);
  assert_int_equal(response.status, 200);
  assert_int_equal(response.retry_after_s, 0);
  assert_ptr_equal(response.body.bytes, bytes); /* reused */
  assert_memory_equal(bytes, "\0\0\0\0\0\0", 6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_is_held_is_released_once, begin, end),
      cmocka_unit_test_setup_teardown(a_body_of_ones_own, begin, end),
      cmocka_unit_test_setup_teardown(a_fixed_body_with_everything, begin, end),
      cmocka_unit_test_setup_teardown(not_modified_has_no_length, begin, end),
      cmocka_unit_test_setup_teardown(problems, begin, end),
      cmocka_unit_test_setup_teardown(every_problem_has_a_reason_phrase, begin, end),
      cmocka_unit_test_setup_teardown(an_answer_that_is_too_large_becomes_a_fault, begin, end),
      cmocka_unit_test_setup_teardown(reset_forgets_everything, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
