/* JSON text: whatever is written can be read again, and comes out as it went in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/request.h"
#include "json/writer.h"

static void write_request(struct vd_writer *writer, const char *text, size_t len) {
  vd_writer_open(writer, '{');
  vd_writer_name(writer, "qr");
  vd_writer_text(writer, text, len);
  vd_writer_close(writer, '}');
}

static void assert_comes_back(const char *text, size_t len) {
  struct vd_writer writer = {0};
  char back[VD_REQUEST_QR_SIZE];
  size_t back_len = 0;
  struct vd_failure failure;
  write_request(&writer, text, len);
  assert_false(writer.has_failed);
  assert_int_equal(strlen(writer.text), writer.len);
  assert_int_equal(vd_request_read(writer.text, writer.len, back, &back_len, &failure), VD_OK);
  assert_int_equal(back_len, len);
  assert_memory_equal(back, text, len);
  vd_writer_free(&writer);
}

static void every_character_comes_back(void **in) {
  (void)in;
  char text[600];
  for (int byte = 1; byte < 0x80; byte++) {
    text[0] = text[2] = (char)byte;
    text[1] = 'x';
    assert_comes_back(text, 3);
  }
  static const char *const others[] = {"",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       "សញ្ញាបត្រ \"ក\" \\ </script>\xe2\x80\xa8"};
  for (size_t at = 0; at < sizeof others / sizeof *others; at++) assert_comes_back(others[at], strlen(others[at]));
}

static void every_length_comes_back(void **in) {
  (void)in;
  static char text[VD_REQUEST_QR_SIZE];
  for (size_t len = 0; len < VD_REQUEST_QR_SIZE; len += len < 40 || len > 4060 ? 1 : 97) {
    memset(text, 'a', len);
    assert_comes_back(text, len);
  }
}

static void what_is_not_utf8_fails(void **in) {
  (void)in;
  static const char *const texts[] = {
      "\x80", "\xff", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "abc\xe1\x9e", "\xc2"};
  for (size_t at = 0; at < sizeof texts / sizeof *texts; at++) {
    struct vd_writer writer = {0};
    write_request(&writer, texts[at], strlen(texts[at]));
    assert_true(writer.has_failed);
    vd_writer_free(&writer);
    assert_null(writer.text);
  }
}

static void commas_are_put_where_they_belong(void **in) {
  (void)in;
  struct vd_writer writer = {0};
  vd_writer_open(&writer, '{');
  vd_writer_name(&writer, "a");
  vd_writer_open(&writer, '[');
  vd_writer_close(&writer, ']');
  vd_writer_name(&writer, "b");
  vd_writer_open(&writer, '[');
  vd_writer_number(&writer, 0);
  vd_writer_number(&writer, UINT64_MAX);
  vd_writer_open(&writer, '{');
  vd_writer_close(&writer, '}');
  vd_writer_null(&writer);
  vd_writer_close(&writer, ']');
  vd_writer_name_text(&writer, "c\"d", 3);
  vd_writer_string(&writer, "e");
  vd_writer_close(&writer, '}');
  assert_false(writer.has_failed);
  assert_string_equal(writer.text, "{\"a\":[],\"b\":[0,18446744073709551615,{},null],\"c\\\"d\":\"e\"}");
  vd_writer_free(&writer);
}

static void a_text_may_be_large(void **in) {
  (void)in;
  struct vd_writer writer = {0};
  vd_writer_open(&writer, '[');
  for (int at = 0; at < 20000; at++) vd_writer_string(&writer, "0123456789\"");
  vd_writer_close(&writer, ']');
  assert_false(writer.has_failed);
  assert_int_equal(writer.len, 2 + 20000 * 15 - 1);
  vd_writer_free(&writer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_character_comes_back), cmocka_unit_test(every_length_comes_back),
      cmocka_unit_test(what_is_not_utf8_fails),     cmocka_unit_test(commas_are_put_where_they_belong),
      cmocka_unit_test(a_text_may_be_large),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
