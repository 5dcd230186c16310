#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/form.h"

#define FIELD(name, value) "--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_PART(name, value) \
  "--b\r\nContent-Disposition: form-data; name=\"" name \
  "\"; filename=\"x.png\"\r\nContent-Type: image/png\r\n\r\n" value "\r\n"
#define END "--b--\r\n"

static struct vd_form form;

static enum vd_form_result parse_len(const char *body, size_t len) {
  return vd_form_multipart(&form, (struct vd_span){body, len}, VD_SPAN("b"));
}
static enum vd_form_result parse(const char *body) { return parse_len(body, strlen(body)); }

static void expect_field(const char *name, const char *value, size_t len) {
  const struct vd_form_field *field = vd_form_find(&form, name);
  assert_non_null(field);
  assert_int_equal(field->value.len, len);
  assert_memory_equal(field->value.text, value, len);
}

static void fields_and_a_file(void **state) {
  static const char body[] = FIELD("lang", "km") FILE_PART("photo", "\x89PNG\r\n--\0bin\r\n--a") FIELD("qr", "") END;
  (void)state;
  assert_int_equal(parse_len(body, sizeof body - 1), VD_FORM_OK);
  assert_int_equal(form.field_count, 3);
  expect_field("lang", "km", 2);
  expect_field("photo", "\x89PNG\r\n--\0bin\r\n--a", 17);
  expect_field("qr", "", 0);
  assert_true(vd_form_find(&form, "photo")->is_file);
  assert_false(vd_form_find(&form, "lang")->is_file);
  assert_true(vd_span_equal(vd_form_find(&form, "photo")->media_type, VD_SPAN("image/png")));
  assert_null(vd_form_find(&form, "lan"));
}

static void around_the_parts_there_may_be_other_things(void **state) {
  (void)state;
  assert_int_equal(parse("preamble\r\n" FIELD("a", "1") END "epilogue --b"), VD_FORM_OK);
  expect_field("a", "1", 1);
  assert_int_equal(parse("--b \t\r\ncontent-disposition: Form-Data; NAME=a; other=\"x;y\"\r\nX: y\r\n\r\n1\r\n--b--"),
                   VD_FORM_OK);
  expect_field("a", "1", 1);
  assert_int_equal(parse("--b--"), VD_FORM_OK);
  assert_int_equal(form.field_count, 0);
  assert_int_equal(parse("x" FIELD("a", "1") END), VD_FORM_OK); /* all of it preamble: the first line is no delimiter */
  assert_int_equal(form.field_count, 0);
}

static void malformed_forms_are_refused(void **state) {
  static const char *const wrong[] = {
      "",
      "--b",
      "--b\r\n",
      "--c\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--c--",
      FIELD("a", "1"),
      "--bx\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--",
      "--b\nContent-Disposition: form-data; name=a\n\n1\n--b--",
      "--b\r\n\r\n1\r\n--b--",
      "--b\r\nContent-Type: a\r\n\r\n1\r\n--b--",
      "--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--",
      "--b\r\nContent-Disposition: form-data; name=\r\n\r\n1\r\n--b--",
      "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b--",
      "--b\r\nContent-Disposition: form-data; name=\"a\"b\r\n\r\n1\r\n--b--",
      "--b\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--b--",
      "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\n1\r\n--b--",
      "--b\r\nContent-Disposition: form-data; name=a\r\nno colon\r\n\r\n1\r\n--b--",
      "--b\r\nContent-Disposition: form-data; name=a\r\n--b--",
      "--b\r\n--b--",
      FIELD("a", "1") "--b-",
  };
  (void)state;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    if (parse(wrong[i]) != VD_FORM_MALFORMED) fail_msg("taken: %s", wrong[i]);
}

static void boundaries_follow_the_rules(void **state) {
  static const char body[] = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--";
  struct vd_span whole = {body, sizeof body - 1};
  char long_boundary[VD_FORM_BOUNDARY_MAX + 2];
  (void)state;
  memset(long_boundary, 'b', sizeof long_boundary);
  assert_int_equal(vd_form_multipart(&form, whole, VD_SPAN("")), VD_FORM_MALFORMED);
  assert_int_equal(vd_form_multipart(&form, whole, (struct vd_span){NULL, 0}), VD_FORM_MALFORMED);
  assert_int_equal(vd_form_multipart(&form, whole, VD_SPAN("b ")), VD_FORM_MALFORMED);
  assert_int_equal(vd_form_multipart(&form, whole, VD_SPAN("b\r\n")), VD_FORM_MALFORMED);
  assert_int_equal(vd_form_multipart(&form, whole, VD_SPAN("b\"")), VD_FORM_MALFORMED);
  assert_int_equal(vd_form_multipart(&form, whole, (struct vd_span){"b\0", 2}), VD_FORM_MALFORMED);
  assert_int_equal(vd_form_multipart(&form, whole, (struct vd_span){long_boundary, VD_FORM_BOUNDARY_MAX + 1}),
                   VD_FORM_MALFORMED);
  char longest[512];
  int len = snprintf(longest, sizeof longest, "--%.70s\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--%.70s--",
                     long_boundary, long_boundary);
  assert_int_equal(
      vd_form_multipart(&form, (struct vd_span){longest, (size_t)len}, (struct vd_span){long_boundary, 70}),
      VD_FORM_OK);
}

static void counts_are_limited(void **state) {
  char body[4096] = "";
  char field[128];
  (void)state;
  for (int i = 0; i < VD_FORM_FIELDS_MAX; i++) {
    (void)snprintf(field, sizeof field, "--b\r\nContent-Disposition: form-data; name=f%d\r\n\r\n1\r\n", i);
    strcat(body, field);
  }
  size_t len = strlen(body);
  strcat(body, END);
  assert_int_equal(parse(body), VD_FORM_OK);
  strcpy(body + len, FIELD("more", "1") END);
  assert_int_equal(parse(body), VD_FORM_TOO_MANY);
  assert_int_equal(parse(FIELD("a", "1") FIELD("a", "2") END), VD_FORM_REPEATED);
  assert_int_equal(parse(FILE_PART("a", "1") FILE_PART("b", "2") END), VD_FORM_TOO_MANY);
  assert_int_equal(parse(FILE_PART("a", "1") FILE_PART("b", "") END), VD_FORM_OK);
  static char large[VD_FORM_PART_HEADER_MAX + 200] = "--b\r\nContent-Disposition: form-data; name=a\r\nX: ";
  memset(large + strlen(large), 'x', VD_FORM_PART_HEADER_MAX);
  strcat(large, "\r\n\r\n1\r\n--b--");
  assert_int_equal(parse(large), VD_FORM_MALFORMED);
}

static void no_cut_form_is_taken(void **state) {
  static const char body[] = FIELD("lang", "km") FILE_PART("photo", "abc") "--b--";
  (void)state;
  for (size_t len = 0; len < sizeof body - 1; len++) {
    char *exact = malloc(len + 1); /* so that a sanitizer sees a read behind it */
    assert_non_null(exact);
    memcpy(exact, body, len);
    assert_int_equal(parse_len(exact, len), VD_FORM_MALFORMED);
    free(exact);
  }
}

static void flipped_bits_stay_within_the_body(void **state) {
  static const char body[] = FIELD("lang", "km") FILE_PART("photo", "abc") "--b--";
  (void)state;
  for (size_t bit = 0; bit < 8 * (sizeof body - 1); bit++) {
    char changed[sizeof body];
    memcpy(changed, body, sizeof body);
    changed[bit / 8] = (char)(changed[bit / 8] ^ (1 << bit % 8));
    if (parse_len(changed, sizeof body - 1) != VD_FORM_OK) continue;
    for (size_t i = 0; i < form.field_count; i++)
      assert_true(form.fields[i].value.text >= changed &&
                  form.fields[i].value.text + form.fields[i].value.len <= changed + sizeof body);
  }
}

static enum vd_form_result decode(const char *text) {
  static char body[4096];
  strcpy(body, text);
  return vd_form_urlencoded(&form, body, strlen(body));
}

static void urlencoded_fields_are_decoded(void **state) {
  (void)state;
  assert_int_equal(decode("qr=https%3A%2F%2Fa%23B%2b+c&lang=km&&empty=&alone&a%3Db=c%00d"), VD_FORM_OK);
  assert_int_equal(form.field_count, 5);
  expect_field("qr", "https://a#B+ c", 14);
  expect_field("lang", "km", 2);
  expect_field("empty", "", 0);
  expect_field("alone", "", 0);
  expect_field("a=b", "c\0d", 3);
  assert_int_equal(decode(""), VD_FORM_OK);
  assert_int_equal(form.field_count, 0);
  assert_int_equal(vd_form_urlencoded(&form, NULL, 0), VD_FORM_OK);
}

static void malformed_urlencoded_is_refused(void **state) {
  (void)state;
  assert_int_equal(decode("a=%"), VD_FORM_MALFORMED);
  assert_int_equal(decode("a=%4"), VD_FORM_MALFORMED);
  assert_int_equal(decode("a=%4&b=1"), VD_FORM_MALFORMED);
  assert_int_equal(decode("a=%zz"), VD_FORM_MALFORMED);
  assert_int_equal(decode("%=a"), VD_FORM_MALFORMED);
  assert_int_equal(decode("a=1&a=2"), VD_FORM_REPEATED);
  assert_int_equal(decode("a=1&%61=2"), VD_FORM_REPEATED);
  assert_int_equal(decode("a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q"), VD_FORM_TOO_MANY);
}

static void results_have_meanings(void **state) {
  (void)state;
  for (int i = VD_FORM_OK; i <= VD_FORM_REPEATED; i++)
    assert_true(strlen(vd_form_meaning((enum vd_form_result)i)) > 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fields_and_a_file),
      cmocka_unit_test(around_the_parts_there_may_be_other_things),
      cmocka_unit_test(malformed_forms_are_refused),
      cmocka_unit_test(boundaries_follow_the_rules),
      cmocka_unit_test(counts_are_limited),
      cmocka_unit_test(no_cut_form_is_taken),
      cmocka_unit_test(flipped_bits_stay_within_the_body),
      cmocka_unit_test(urlencoded_fields_are_decoded),
      cmocka_unit_test(malformed_urlencoded_is_refused),
      cmocka_unit_test(results_have_meanings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
