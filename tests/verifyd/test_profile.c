#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/profile.h"

static struct vd_profile profile;

#define HEAD "type = \"school/bac2\";\nserial = { column = \"serial\"; };\n"
#define ONE "attributes = ( { name = \"a\"; column = \"A\"; } );\n"

static void accept(const char *text) {
  struct vd_failure failure;
  if (vd_profile_parse(text, strlen(text), "p.conf", &profile, &failure) != VD_OK) fail_msg("%s", failure.text);
}

static void refuse(const char *text, const char *expected) {
  struct vd_failure failure;
  assert_int_equal(vd_profile_parse(text, strlen(text), "p.conf", &profile, &failure), VD_CONFIG);
  if (strstr(failure.text, expected) == NULL) fail_msg("\"%s\" is not in \"%s\"", expected, failure.text);
}

static void test_whole_profile(void **state) {
  (void)state;
  accept(
      "type = \"school-leaving/bac2\";\n"
      "type_labels = { km = \"សញ្ញាបត្រ\"; en = \"Certificate\"; };\n"
      "serial = { column = \"serial\"; };\nvalidity = { years = 10; };\nplaintext_bytes = 512;\n"
      "attributes = ( { name = \"name_latin\"; column = \"Full name\"; required = true; labels = { en = \"Name\"; }; },\n"
      "  { name = \"remarks\"; column = \"remarks\"; } );\nignored_columns = [ \"note\", \"id\" ];\n");
  assert_string_equal(profile.type, "school-leaving/bac2");
  assert_string_equal(vd_labels_find(&profile.type_labels, "km"), "សញ្ញាបត្រ");
  assert_null(vd_labels_find(&profile.type_labels, "fr"));
  assert_int_equal(profile.validity, VD_VALIDITY_YEARS);
  assert_int_equal(profile.validity_years, 10);
  assert_int_equal(profile.plaintext_bytes, 512);
  assert_int_equal(profile.attributes_count, 2);
  assert_string_equal(profile.attributes[0].column, "Full name");
  assert_true(profile.attributes[0].required);
  assert_false(profile.attributes[1].required);
  assert_string_equal(vd_labels_find(vd_profile_labels(&profile, "name_latin!", 10), "en"), "Name");
  assert_null(vd_profile_labels(&profile, "name_lati", 9));
  assert_int_equal(profile.ignored_columns_count, 2);
  assert_string_equal(profile.ignored_columns[1], "id");
}

static void test_defaults(void **state) {
  (void)state;
  accept(HEAD ONE);
  assert_int_equal(profile.validity, VD_VALIDITY_ENDLESS);
  assert_int_equal(profile.plaintext_bytes, 0);
  accept(HEAD "validity = { expires_column = \"until\"; };\n" ONE);
  assert_int_equal(profile.validity, VD_VALIDITY_COLUMN);
  assert_string_equal(profile.expires_column, "until");
}

static void test_missing_parts(void **state) {
  (void)state;
  refuse(ONE "serial = { column = \"s\"; };", "p.conf: type: is missing");
  refuse("type = \"t\";" ONE, "serial: is missing");
  refuse("type = \"t\"; serial = { };" ONE, "column: is missing");
  refuse(HEAD, "attributes: is missing");
  refuse(HEAD "attributes = ( );", "needs at least one attribute");
  refuse(HEAD "attributes = ( { name = \"a\"; } );", "p.conf:3: column: is missing");
}

static void test_bad_values(void **state) {
  (void)state;
  refuse("type = \"School\"; serial = { column = \"s\"; };" ONE, "type: may have a-z");
  refuse("type = \"a b\"; serial = { column = \"s\"; };" ONE, "type: may have a-z");
  refuse(HEAD "plaintext_bytes = 500;" ONE, "must be a multiple of 64; the next is 512");
  refuse(HEAD "plaintext_bytes = 64;" ONE, "from 128 to 32768");
  refuse(HEAD "plaintext_bytes = 32832;" ONE, "from 128 to 32768");
  refuse(HEAD "validity = { };" ONE, "either years or expires_column");
  refuse(HEAD "validity = { years = 1; expires_column = \"x\"; };" ONE, "either years or expires_column");
  refuse(HEAD "validity = { years = 0; };" ONE, "from 1 to 200");
  refuse(HEAD "validity = { month = 3; years = 1; };" ONE, "month: unknown here");
  refuse(HEAD "attributes = ( { name = \"ឈ្មោះ\"; column = \"A\"; } );", "other scripts belong in labels");
  refuse(HEAD "attributes = ( { name = \"a\"; column = \"A\"; require = true; } );", "require: unknown here");
  refuse(HEAD "attributes = ( { name = \"a\"; column = \"A\"; required = 1; } );", "must be true or false");
  refuse(HEAD "type_labels = { EN = \"x\"; };" ONE, "not a language tag");
  refuse(HEAD "type_labels = { e = \"x\"; };" ONE, "not a language tag");
  refuse(HEAD "type_labels = { en = \"\"; };" ONE, "must be 1 to 256 bytes");
  refuse(HEAD
         "type_labels = { aa=\"1\";bb=\"1\";cc=\"1\";dd=\"1\";ee=\"1\";ff=\"1\";gg=\"1\";hh=\"1\";ii=\"1\"; };" ONE,
         "more than 8 languages");
}

static void test_repeats(void **state) {
  (void)state;
  refuse(HEAD "attributes = ( { name = \"a\"; column = \"A\"; },\n { name = \"a\"; column = \"B\"; } );",
         "p.conf:4: name: \"a\" is used twice");
  refuse(HEAD "attributes = ( { name = \"a\"; column = \"A\"; },\n { name = \"b\"; column = \"A\"; } );",
         "p.conf:4: column: \"A\" already feeds the attribute \"a\"");
  refuse(HEAD ONE "ignored_columns = [ \"A\" ];", "\"A\" is used elsewhere");
  refuse(HEAD ONE "ignored_columns = [ \"serial\" ];", "\"serial\" is used elsewhere");
}

static void test_too_many_attributes(void **state) {
  (void)state;
  char *text = malloc(10000);
  size_t len = (size_t)sprintf(text, HEAD "attributes = (");
  for (int i = 0; i < 65; i++) {
    len += (size_t)sprintf(text + len, "%s{ name = \"n%d\"; column = \"c%d\"; }", i ? "," : "", i, i);
  }
  strcpy(text + len, " );");
  refuse(text, "has 65 elements, more than the 64");
  free(text);
}

static void test_files(void **state) {
  (void)state;
  struct vd_failure failure;
  struct vd_profiles profiles;
  char path[] = "/tmp/vd-test-profile-XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, HEAD ONE, strlen(HEAD ONE)), strlen(HEAD ONE));
  close(fd);
  const char *paths[] = {path, path};
  assert_int_equal(vd_profiles_read(1, paths, &profiles, &failure), VD_OK);
  assert_non_null(vd_profiles_find(&profiles, "school/bac2", 11));
  assert_null(vd_profiles_find(&profiles, "school/bac", 10));
  vd_profiles_free(&profiles);
  assert_null(vd_profiles_find(&profiles, "school/bac2", 11));
  assert_int_equal(vd_profiles_read(2, paths, &profiles, &failure), VD_CONFIG);
  assert_non_null(strstr(failure.text, "has a profile already"));
  assert_null(profiles.items);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(vd_profiles_read(1, paths, &profiles, &failure), VD_NO_INPUT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_whole_profile), cmocka_unit_test(test_defaults), cmocka_unit_test(test_missing_parts),
    cmocka_unit_test(test_bad_values),    cmocka_unit_test(test_repeats),  cmocka_unit_test(test_too_many_attributes),
    cmocka_unit_test(test_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
