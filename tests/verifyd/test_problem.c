/* application/problem+json, to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "json/problem.h"

static char text[VD_PROBLEM_SIZE];

static void assert_written(enum vd_problem problem, const char *detail, const char *expected) {
  memset(text, 'x', sizeof text);
  assert_int_equal(vd_problem_write(problem, detail, text), strlen(expected));
  assert_string_equal(text, expected);
}

static void with_and_without_a_detail(void **in) {
  (void)in;
  assert_written(
      VD_PROBLEM_BODY_TOO_LARGE, "The limit is 65536 bytes.",
      "{\"type\":\"urn:problem-type:verifyd:body-too-large\",\"title\":\"The body is too large\",\"status\":413,"
      "\"detail\":\"The limit is 65536 bytes.\"}");
  assert_written(
      VD_PROBLEM_NO_CODE, NULL,
      "{\"type\":\"urn:problem-type:verifyd:no-code-found\",\"title\":\"No QR code was found in the picture\","
      "\"status\":422}");
}

static void a_detail_is_escaped(void **in) {
  (void)in;
  assert_written(
      VD_PROBLEM_BAD_JSON, "send {\"qr\": \"…\"} \\ <b>",
      "{\"type\":\"urn:problem-type:verifyd:bad-json\",\"title\":\"The JSON body is not acceptable\",\"status\":400,"
      "\"detail\":\"send {\\\"qr\\\": \\\"…\\\"} \\\\ <b>\"}");
}

static void a_detail_that_cannot_be_written_is_left_out(void **in) {
  (void)in;
  static const char none[] =
      "{\"type\":\"urn:problem-type:verifyd:busy\",\"title\":\"The service is busy\",\"status\":503}";
  char tall[2 * VD_PROBLEM_SIZE];
  memset(tall, '"', sizeof tall - 1);
  tall[sizeof tall - 1] = '\0';
  assert_written(VD_PROBLEM_BUSY, tall, none);
  assert_written(VD_PROBLEM_BUSY, "\xff", none);
  assert_written(VD_PROBLEM_BUSY, "two\nlines", none);
}

static void every_length_of_detail_fits(void **in) {
  (void)in;
  char detail[VD_PROBLEM_SIZE + 1] = "";
  for (size_t len = 0; len < VD_PROBLEM_SIZE; len++) {
    size_t written = vd_problem_write(VD_PROBLEM_MEDIA_TYPE_UNSUPPORTED, detail, text);
    assert_true(written > 0 && written < VD_PROBLEM_SIZE);
    assert_int_equal(text[written - 1], '}');
    detail[len] = len % 2 == 0 ? 'a' : '\\';
    detail[len + 1] = '\0';
  }
}

static void all_problems_are_complete(void **in) {
  (void)in;
#define VD_PROBLEM_CHECK(name, status, slug, title) \
  assert_int_equal(vd_problem_status(name), status); \
  assert_string_equal(vd_problem_title(name), title); \
  assert_true((status) >= 400 && (status) < 600);
  VD_PROBLEM_LIST(VD_PROBLEM_CHECK)
#undef VD_PROBLEM_CHECK
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(with_and_without_a_detail),
      cmocka_unit_test(a_detail_is_escaped),
      cmocka_unit_test(a_detail_that_cannot_be_written_is_left_out),
      cmocka_unit_test(every_length_of_detail_fits),
      cmocka_unit_test(all_problems_are_complete),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
