#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/issuers_query.h"

static const uint8_t hash[32] = {0x00, 0x11, 0x22, 0xab, 0xcd, 0xef, 0x99, 0x01, 0xff};
static struct vd_issuers_query query;

static const char *read_query(const char *text) {
  static char head[VD_HTTP_TARGET_MAX + 100];
  struct vd_http_head parsed;
  int len = snprintf(head, sizeof head, "GET /v1/issuers%s HTTP/1.0\r\n\r\n", text);
  assert_int_equal(vd_http_head_parse(&parsed, head, (size_t)len), 0);
  return vd_issuers_query_read(&query, &parsed);
}

static void expect_good(const char *text) {
  const char *wrong = read_query(text);
  if (wrong != NULL) fail_msg("%s: %s", text, wrong);
}

static void nothing_is_the_first_page_of_everything(void **state) {
  static const char *const plain[] = {"",      "?",     "?q=&after=&limit=&issuer=", "?utm_source=x&lang=fr",
                                      "?q=++", "?&&&q", "?limit=50"};
  (void)state;
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
    expect_good(plain[i]);
    assert_true(vd_issuers_query_is_plain(&query));
    assert_true(vd_issuers_query_is_of(&query, hash));
    assert_int_equal(query.limit, VD_ISSUERS_LIMIT);
  }
}

static void everything_can_be_asked_for(void **state) {
  (void)state;
  expect_good("?q=%20%C3%89cole+d%27art%20&limit=7&issuer=a%2Eb&after=001122abcdef9901-42");
  assert_string_equal(query.text, "École d'art");
  assert_string_equal(query.issuer, "a.b");
  assert_int_equal(query.limit, 7);
  assert_int_equal(query.position, 42);
  assert_true(vd_issuers_query_is_of(&query, hash));
  assert_false(vd_issuers_query_is_plain(&query));
  expect_good("?after=001122ABCDEF9901-0");
  assert_true(vd_issuers_query_is_plain(&query));
  expect_good("?after=001122abcdef9902-0"); /* of another list */
  assert_false(vd_issuers_query_is_of(&query, hash));
  static const char *const not_plain[] = {"?q=a", "?issuer=a", "?limit=49", "?limit=51", "?after=001122abcdef9901-1"};
  for (size_t i = 0; i < sizeof not_plain / sizeof *not_plain; i++) {
    expect_good(not_plain[i]);
    assert_false(vd_issuers_query_is_plain(&query));
  }
}

static void a_large_limit_is_lowered(void **state) {
  (void)state;
  expect_good("?limit=500");
  assert_int_equal(query.limit, 500);
  expect_good("?limit=501");
  assert_int_equal(query.limit, VD_ISSUERS_LIMIT_MAX);
  expect_good("?limit=9999999999999999999");
  assert_int_equal(query.limit, VD_ISSUERS_LIMIT_MAX);
}

static void what_is_wrong_is_named(void **state) {
  static const struct {
    const char *query, *name;
  } bad[] = {
      {"?limit=0", "limit:"},
      {"?limit=-1", "limit:"},
      {"?limit=1e3", "limit:"},
      {"?limit=+5", "limit:"},
      {"?limit=99999999999999999999", "limit:"},
      {"?after=5", "after:"},
      {"?after=001122abcdef9901", "after:"},
      {"?after=001122abcdef9901-", "after:"},
      {"?after=001122abcdef9901-x", "after:"},
      {"?after=001122abcdef9901--1", "after:"},
      {"?after=001122abcdef990-10", "after:"},
      {"?after=001122abcdefgg01-1", "after:"},
      {"?after=001122abcdef9901-99999999999999999999", "after:"},
      {"?q=%00", "q:"},
      {"?q=a%0Ab", "q:"},
      {"?q=%FF", "q:"},
      {"?q=%E2%80%AE", "q:"},
      {"?issuer=%C3", "issuer:"},
      {"?q=%", "well formed"},
      {"?q=%4", "well formed"},
      {"?q=a&q=b", "twice"},
      {"?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&r", "well formed"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    const char *wrong = read_query(bad[i].query);
    if (wrong == NULL || strstr(wrong, bad[i].name) == NULL) fail_msg("%s: %s", bad[i].query, wrong ? wrong : "good");
  }
}

static void a_text_has_a_limit(void **state) {
  char text[VD_ISSUERS_TEXT_MAX + 10] = "?q=";
  (void)state;
  memset(text + 3, 'a', VD_ISSUERS_TEXT_MAX);
  expect_good(text);
  assert_int_equal(strlen(query.text), VD_ISSUERS_TEXT_MAX);
  text[VD_ISSUERS_TEXT_MAX + 3] = 'a';
  assert_non_null(read_query(text));
}

static void cursors_are_read_as_they_are_written(void **state) {
  static const size_t positions[] = {0, 1, 50, 4999, SIZE_MAX >> 1};
  char cursor[VD_ISSUERS_CURSOR_SIZE], text[80];
  (void)state;
  for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
    vd_issuers_cursor_write(cursor, hash, positions[i]);
    (void)snprintf(text, sizeof text, "?after=%s", cursor);
    expect_good(text);
    assert_int_equal(query.position, positions[i]);
    assert_true(vd_issuers_query_is_of(&query, hash));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_is_the_first_page_of_everything), cmocka_unit_test(everything_can_be_asked_for),
      cmocka_unit_test(a_large_limit_is_lowered),                cmocka_unit_test(what_is_wrong_is_named),
      cmocka_unit_test(a_text_has_a_limit),                      cmocka_unit_test(cursors_are_read_as_they_are_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
