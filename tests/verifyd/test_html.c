#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/html.h"

static void expect(const char *text, size_t len, const char *html) {
  struct vd_buffer out;
  vd_buffer_init(&out, 10000);
  vd_html_escape(&out, text, len);
  assert_false(vd_buffer_failed(&out));
  vd_buffer_append(&out, "", 1);
  assert_string_equal(out.bytes, html);
  vd_buffer_free(&out);
}

#define EXPECT(text, html) expect(text, sizeof(text) - 1, html)

static void markup_becomes_text(void **state) {
  (void)state;
  EXPECT("<script>alert('a' && \"b\")</script>",
         "&lt;script&gt;alert(&#39;a&#39; &amp;&amp; &quot;b&quot;)&lt;/script&gt;");
  EXPECT("\" onload=\"x", "&quot; onload=&quot;x");
  EXPECT("&lt;", "&amp;lt;");
  EXPECT("", "");
  EXPECT("plain", "plain");
}

static void other_scripts_stay_as_they_are(void **state) {
  (void)state;
  EXPECT("ភាសាខ្មែរ – é 𐍈", "ភាសាខ្មែរ – é 𐍈");
  EXPECT("a\nb\tc", "a\nb\tc");
}

static void what_is_not_text_is_replaced(void **state) {
  (void)state;
  EXPECT("a\xff<", "a\xef\xbf\xbd&lt;");
  EXPECT("\xe1\x9e", "\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT("a\0b",
         "a\xef\xbf\xbd"
         "b");
  EXPECT("a\x1b[0m", "a\xef\xbf\xbd[0m");
  EXPECT("\xc0\xbcscript\xc0\xbe", "\xef\xbf\xbd\xef\xbf\xbdscript\xef\xbf\xbd\xef\xbf\xbd"); /* overlong < and > */
}

/* Whatever the bytes: no character that could begin or end a tag or an attribute comes out. */
static void nothing_gets_through(void **state) {
  (void)state;
  for (unsigned a = 0; a < 256; a++) {
    for (unsigned b = 0; b < 256; b++) {
      struct vd_buffer out;
      char pair[2] = {(char)a, (char)b};
      vd_buffer_init(&out, 100);
      vd_html_escape(&out, pair, 2);
      assert_false(vd_buffer_failed(&out));
      for (size_t i = 0; i < out.len; i++) assert_null(strchr("<>\"'", out.bytes[i] == '\0' ? '<' : out.bytes[i]));
      vd_buffer_free(&out);
    }
  }
}

static void khmer_is_recognised(void **state) {
  (void)state;
  assert_true(vd_html_is_khmer("abc ក", strlen("abc ក")));
  assert_true(vd_html_is_khmer("\xe1\x9f\xbf", 3));  /* U+17FF */
  assert_false(vd_html_is_khmer("\xe1\xa0\x80", 3)); /* U+1800 */
  assert_false(vd_html_is_khmer("é", 2));
  assert_false(vd_html_is_khmer("\xe1\x9e", 2));
  assert_false(vd_html_is_khmer("", 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(markup_becomes_text),          cmocka_unit_test(other_scripts_stay_as_they_are),
      cmocka_unit_test(what_is_not_text_is_replaced), cmocka_unit_test(nothing_gets_through),
      cmocka_unit_test(khmer_is_recognised),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
