#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/header.h"

static struct vd_span span(const char *text) {
  return text == NULL ? (struct vd_span){NULL, 0} : (struct vd_span){text, strlen(text)};
}

static void gzip_has_to_be_allowed(void **state) {
  static const struct {
    const char *value;
    bool allowed;
  } cases[] = {{NULL, false},
               {"", false},
               {"gzip", true},
               {"GZip", true},
               {"deflate, gzip", true},
               {"gzip;q=0", false},
               {"gzip; q=0.000", false},
               {"gzip;q=0.001", true},
               {"br;q=1.0, gzip;q=0.5, *;q=0", true},
               {"*", true},
               {"*;q=0", false},
               {"*, gzip;q=0", false},
               {"identity", false},
               {"gzipx", false},
               {"gzip;q=x", false},
               {"gzip;q=2", false},
               {"gzip;q=1.5", false},
               {",,,gzip", true},
               {";q=1", false}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (vd_header_accepts_gzip(span(cases[i].value)) != cases[i].allowed) fail_msg("%s", cases[i].value);
}

static void entity_tags_match_one_of_a_list(void **state) {
  struct vd_span etag = VD_SPAN("\"abc\"");
  (void)state;
  assert_true(vd_header_etag_matches(span("\"abc\""), etag));
  assert_true(vd_header_etag_matches(span("W/\"abc\""), etag));
  assert_true(vd_header_etag_matches(span("\"x\", W/\"y\" ,\"abc\""), etag));
  assert_true(vd_header_etag_matches(span(" * "), etag));
  assert_false(vd_header_etag_matches(span(NULL), etag));
  assert_false(vd_header_etag_matches(span(""), etag));
  assert_false(vd_header_etag_matches(span("abc"), etag));
  assert_false(vd_header_etag_matches(span("\"abcd\""), etag));
  assert_false(vd_header_etag_matches(span("w/\"abc\""), etag));
}

static void the_preferred_language_of_ours_is_chosen(void **state) {
  (void)state;
  assert_int_equal(vd_header_language(span(NULL)), VD_KHMER);
  assert_int_equal(vd_header_language(span("en")), VD_ENGLISH);
  assert_int_equal(vd_header_language(span("de-DE, de;q=0.9")), VD_KHMER);
  assert_int_equal(vd_header_language(span("de, fr-CH;q=0.5, en;q=0.4")), VD_FRENCH);
  assert_int_equal(vd_header_language(span("fr;q=0.5, EN-gb;q=0.8, km;q=0.1")), VD_ENGLISH);
  assert_int_equal(vd_header_language(span("en, fr")), VD_ENGLISH); /* equal: the first */
  assert_int_equal(vd_header_language(span("en;q=0, fr;q=0")), VD_KHMER);
  assert_int_equal(vd_header_language(span("english")), VD_KHMER);
  assert_int_equal(vd_header_language(span("*")), VD_KHMER);
}

static void languages_have_tags(void **state) {
  enum vd_language language;
  (void)state;
  assert_string_equal(vd_language_tag(VD_FRENCH), "fr");
  assert_true(vd_language_find(span("FR"), &language));
  assert_int_equal(language, VD_FRENCH);
  assert_false(vd_language_find(span("de"), &language));
  assert_int_equal(language, VD_KHMER);
  assert_false(vd_language_find(span(""), &language));
}

static void media_types_and_boundaries(void **state) {
  (void)state;
  struct vd_media_type type = vd_header_media_type(span("multipart/form-data; charset=utf-8; Boundary=abc"));
  assert_true(vd_span_equal(type.type, VD_SPAN("multipart/form-data")));
  assert_true(vd_span_equal(type.boundary, VD_SPAN("abc")));
  assert_true(vd_span_equal(vd_header_media_type(span("a/b;boundary=\"x y\"")).boundary, VD_SPAN("x y")));
  assert_null(vd_header_media_type(span("a/b;boundary=\"x")).boundary.text);
  assert_null(vd_header_media_type(span("a/b;boundary=\"x\\y\"")).boundary.text);
  assert_null(vd_header_media_type(span("a/b;boundary")).boundary.text);
  assert_null(vd_header_media_type(span("a/b")).boundary.text);
  assert_true(vd_span_equal(vd_header_media_type(span(" image/png ")).type, VD_SPAN("image/png")));
  assert_int_equal(vd_header_media_type(span(NULL)).type.len, 0);
  assert_int_equal(vd_header_media_type(span(";")).type.len, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gzip_has_to_be_allowed),
      cmocka_unit_test(entity_tags_match_one_of_a_list),
      cmocka_unit_test(the_preferred_language_of_ours_is_chosen),
      cmocka_unit_test(languages_have_tags),
      cmocka_unit_test(media_types_and_boundaries),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
