/* The body {"qr": "…"}: what is accepted is little, and what is refused is never repeated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/request.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char text[VD_REQUEST_QR_SIZE];
static size_t text_len;
static struct vd_failure failure;

static enum vd_error read_body(const char *body, size_t len) {
  memset(text, 'x', sizeof text);
  text_len = 99;
  return vd_request_read(body, len, text, &text_len, &failure);
}

static void assert_accepted(const char *body, const char *expected) {
  assert_int_equal(read_body(body, strlen(body)), VD_OK);
  assert_int_equal(text_len, strlen(expected));
  assert_string_equal(text, expected);
}

static void assert_refused(const char *body, size_t len, enum vd_error error) {
  static const char none[VD_REQUEST_QR_SIZE];
  assert_int_equal(read_body(body, len), error);
  assert_int_equal(text_len, 0);
  assert_memory_equal(text, none, sizeof none);
}

static void good_bodies(void **in) {
  (void)in;
  assert_accepted("{\"qr\":\"ABC\"}", "ABC");
  assert_accepted(" \t\r\n{ \"qr\" : \"https://v.example/#A{B[C]}\" }\n", "https://v.example/#A{B[C]}");
  assert_accepted("{\"qr\":\"\"}", "");
  assert_accepted("{\"qr\":\"\\\"{[\"}", "\"{[");
  assert_accepted("{\"\\u0071r\":\"\\u0041\\\"\\\\\\/\"}", "A\"\\/");
  assert_accepted("{\"qr\":\"សុខ\"}", "សុខ");
}

static void bad_bodies(void **in) {
  (void)in;
  static const char *const bodies[] = {"",
                                       " ",
                                       "{",
                                       "}",
                                       "{}",
                                       "[]",
                                       "null",
                                       "\"qr\"",
                                       "1",
                                       "qr=ABC",
                                       "{\"qr\"}",
                                       "{\"qr\":}",
                                       "{\"qr\":1}",
                                       "{\"qr\":null}",
                                       "{\"qr\":true}",
                                       "{\"qr\":[\"A\"]}",
                                       "{\"qr\":{\"qr\":\"A\"}}",
                                       "[\"A\"]",
                                       "{\"QR\":\"A\"}",
                                       "{\"qr \":\"A\"}",
                                       "{\"text\":\"A\"}",
                                       "{\"qr\":\"A\",\"b\":\"B\"}",
                                       "{\"qr\":\"A\",\"qr\":\"A\"}",
                                       "{\"qr\":\"A\",\"\\u0071r\":\"B\"}",
                                       "{\"qr\":\"A\",}",
                                       "{'qr':'A'}",
                                       "{qr:\"A\"}",
                                       "{\"qr\":\"A\"}x",
                                       "{\"qr\":\"A\"}{}",
                                       "{\"qr\":\"A\"} // comment",
                                       "/* */{\"qr\":\"A\"}",
                                       "{\"qr\":\"A}",
                                       "{\"qr\":\"\\x\"}",
                                       "{\"qr\":\"\\ud800\"}",
                                       "{\"qr\":\"\\u0000\"}",
                                       "{\"qr\":\"A\\u0000B\"}",
                                       "{\"qr\":\"a\nb\"}",
                                       "{\"qr\":\"\xff\"}",
                                       "{\"qr\":\"\xc0\xaf\"}",
                                       "{\"qr\":\"\xed\xa0\x80\"}",
                                       "\xef\xbb\xbf{\"qr\":\"A\"}",
                                       "{\"qr\":NaN}",
                                       "{\"qr\":\"A\",\"b\":1e999}"};
  for (size_t at = 0; at < COUNT(bodies); at++) assert_refused(bodies[at], strlen(bodies[at]), VD_DATA);
  assert_refused("{\"qr\":\"A\0B\"}", 12, VD_DATA);
  assert_refused("{\"qr\":\"A\"}\0", 11, VD_DATA);
}

static void no_truncation_is_accepted(void **in) {
  (void)in;
  static const char body[] = "{\"qr\":\"https:\\/\\/v.example\\/#ABCDEFG\\u0041\"}";
  for (size_t len = 0; len < sizeof body - 1; len++) assert_refused(body, len, VD_DATA);
}

static char *repeat(const char *head, const char *middle, size_t times, const char *tail) {
  size_t middle_len = strlen(middle);
  char *body = calloc(1, strlen(head) + times * middle_len + strlen(tail) + 1);
  assert_non_null(body);
  char *at = stpcpy(body, head);
  for (size_t count = 0; count < times; count++) at = stpcpy(at, middle);
  (void)stpcpy(at, tail);
  return body;
}

static void sizes_are_limited(void **in) {
  (void)in;
  char *body = repeat("{\"qr\":\"", "A", VD_REQUEST_QR_SIZE - 1, "\"}");
  assert_int_equal(read_body(body, strlen(body)), VD_OK);
  assert_int_equal(text_len, VD_REQUEST_QR_SIZE - 1);
  free(body);
  body = repeat("{\"qr\":\"", "A", VD_REQUEST_QR_SIZE, "\"}");
  assert_refused(body, strlen(body), VD_FULL);
  free(body);
  body = repeat("{\"qr\":\"A\"}", " ", VD_REQUEST_BODY_MAX - 10, "");
  assert_int_equal(read_body(body, VD_REQUEST_BODY_MAX), VD_OK);
  free(body);
  body = repeat("{\"qr\":\"A\"}", " ", VD_REQUEST_BODY_MAX - 9, "");
  assert_refused(body, VD_REQUEST_BODY_MAX + 1, VD_FULL);
  free(body);
}

static void depth_is_limited(void **in) {
  (void)in;
  static const char *const openings[] = {"[", "{\"qr\":", "{\"a\":[", "[[]"};
  for (size_t at = 0; at < COUNT(openings); at++) {
    char *body = repeat("", openings[at], 10000, "");
    assert_refused(body, strlen(body) < VD_REQUEST_BODY_MAX ? strlen(body) : VD_REQUEST_BODY_MAX, VD_DATA);
    assert_non_null(strstr(failure.text, "nested"));
    free(body);
  }
}

static void refusals_do_not_repeat_the_body(void **in) {
  (void)in;
  static const char *const bodies[] = {"{\"qr\":\"SECRETTEXT\"",
                                       "SECRETTEXT",
                                       "{\"SECRETTEXT\":\"SECRETTEXT\"}",
                                       "{\"qr\":SECRETTEXT}",
                                       "{\"qr\":\"A\",\"SECRETTEXT\":1}",
                                       "{\"qr\":[\"SECRETTEXT\"]}",
                                       "{\"qr\":\"SECRETTEXT\"}SECRETTEXT",
                                       "{\"SECRETTEXT\":1,\"SECRETTEXT\":2}",
                                       "{\"qr\":\"SECRETTEXT\xff\"}"};
  for (size_t at = 0; at < COUNT(bodies); at++) {
    assert_refused(bodies[at], strlen(bodies[at]), VD_DATA);
    assert_null(strstr(failure.text, "SECRET"));
    assert_true(strlen(failure.text) > 10);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(good_bodies),
      cmocka_unit_test(bad_bodies),
      cmocka_unit_test(no_truncation_is_accepted),
      cmocka_unit_test(sizes_are_limited),
      cmocka_unit_test(depth_is_limited),
      cmocka_unit_test(refusals_do_not_repeat_the_body),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
