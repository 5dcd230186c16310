#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/context.h"
#include "base/hex.h"
#include "json/issuers.h"
#include "trust_fixture.h"

#define SLICE(literal) \
  { (const uint8_t *)(literal), sizeof(literal) - 1 }

static struct frag_context *context;
static struct trust_fixture lists;
static struct frag_trust *trust;
static struct vd_issuers issuers;
static char *text;

static int begin(void **state) {
  (void)state;
  assert_int_equal(vd_context_new(&context, NULL), VD_OK);
  trust_fixture_begin(&lists, context, TRUST_FIXTURE_REALM);
  return 0;
}

static int end(void **state) {
  (void)state;
  free(text);
  text = NULL;
  frag_trust_free(trust);
  trust = NULL;
  trust_fixture_end(&lists);
  frag_context_free(context);
  return 0;
}

/* A page without firsts gets all of them. */
static void write_page(const struct vd_profiles *profiles, bool is_overdue, struct vd_issuers_page *page) {
  struct vd_failure failure;
  struct frag_pins pins = {lists.list.realm, 1, 1, (const uint8_t(*)[32]) & lists.root_public};
  size_t len, all[TRUST_FIXTURE_KEYS_MAX];
  trust_fixture_write(&lists);
  struct frag_slice file = {lists.file, lists.file_len};
  assert_int_equal(frag_trust_open(context, &trust, file, &pins), FRAG_OK);
  issuers = (struct vd_issuers){frag_trust_list(trust)->key_count, frag_trust_by_issuer(trust)};
  page->issuers = &issuers;
  if (page->firsts == NULL) {
    page->firsts = all;
    for (size_t first = 0; first < issuers.count; first += vd_issuers_keys_of_one(&issuers, first))
      all[page->count++] = first;
  }
  if (vd_issuers_write(trust, page, profiles, is_overdue, &text, &len, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  assert_int_equal(len, strlen(text));
}

static void write_list(const struct vd_profiles *profiles, bool is_overdue) {
  struct vd_issuers_page page = {.total = 7};
  write_page(profiles, is_overdue, &page);
}

static void expect_in_order(const char *const parts[]) {
  const char *at = text;
  for (size_t i = 0; parts[i] != NULL; i++) {
    at = strstr(at, parts[i]);
    if (at == NULL) fail_msg("no \"%s\" behind the one before it in %s", parts[i], text);
    at += strlen(parts[i]);
  }
}

static void an_empty_list(void **state) {
  char hash[65], whole[400];
  (void)state;
  write_list(NULL, false);
  vd_hex_encode(hash, lists.hash, 32);
  (void)snprintf(whole, sizeof whole,
                 "{\"realm\":7,\"list_no\":1,\"hash\":\"%s\",\"issued\":\"2023-11-14T22:13:20Z\","
                 "\"next_update\":\"2096-10-02T07:06:40Z\",\"overdue\":false,\"total\":7,\"next\":null,"
                 "\"issuers\":[]}",
                 hash);
  assert_string_equal(text, whole);
}

static void keys_are_grouped_by_issuer(void **state) {
  static const struct frag_issuer_name before[] = {{SLICE("en"), SLICE("Old Ministry")}};
  static const struct frag_issuer_name after[] = {{SLICE("en"), SLICE("New Ministry")}, {SLICE("km"), SLICE("ក្រសួង")}};
  static const char *const expected[] = {
      "\"overdue\":true,\"total\":7,\"next\":null,\"issuers\":[{\"id\":\"a.example\",\"names\":{},\"keys\":[{\"kid\":\"",
      "\",\"role\":\"registrar\",\"not_before\":\"2020-09-13T12:26:40Z\",\"not_after\":"
      "\"2096-10-02T07:06:40Z\",\"compromised_since\":null,\"types\":[]}]}",
      "{\"id\":\"a.example.org\"",
      "{\"id\":\"ministry.example\",\"names\":{\"en\":\"New Ministry\",\"km\":\"ក្រសួង\"},",
      "\"compromised_since\":\"2023-11-14T22:13:20Z\"",
      "\"compromised_since\":null",
      "]}]}",
      NULL};
  (void)state;
  struct frag_trust_key *key = trust_fixture_add(&lists, 1, "ministry.example", before);
  key->has_compromised_since = true;
  key->compromised_since_s = 1700000000;
  (void)trust_fixture_add(&lists, 2, "a.example.org", NULL);
  trust_fixture_add(&lists, 3, "a.example", NULL)->role = FRAG_ROLE_REGISTRAR;
  key = trust_fixture_add(&lists, 4, "ministry.example", after);
  key->name_count = 2;
  write_list(NULL, true);
  expect_in_order(expected);
  assert_null(strstr(text, "Old Ministry"));
}

/* The key that is shown last may be one that was stolen, and need not have every language. */
static void names_are_those_of_the_newest_key_that_has_them_and_is_not_compromised(void **state) {
  static const struct frag_issuer_name first[] = {{SLICE("en"), SLICE("First")}, {SLICE("km"), SLICE("ទីមួយ")}};
  static const struct frag_issuer_name second[] = {{SLICE("en"), SLICE("Second")}};
  static const struct frag_issuer_name stolen[] = {{SLICE("en"), SLICE("Stolen")}, {SLICE("fr"), SLICE("Volé")}};
  static const struct frag_issuer_name robbed[] = {{SLICE("en"), SLICE("Robbed")}, {SLICE("fr"), SLICE("Dérobé")},
                                                   {SLICE("km"), SLICE("ចោរ")}};
  static const char *const expected[] = {
      "\"id\":\"ministry.example\",\"names\":{\"en\":\"Second\",\"km\":\"ទីមួយ\",\"fr\":\"Volé\"},", NULL};
  (void)state;
  struct frag_trust_key *key = trust_fixture_add(&lists, 1, "ministry.example", robbed);
  key->name_count = 3;
  key->has_compromised_since = true;
  key->compromised_since_s = 1700000000;
  key = trust_fixture_add(&lists, 2, "ministry.example", first);
  key->name_count = 2;
  (void)trust_fixture_add(&lists, 3, "ministry.example", second);
  key = trust_fixture_add(&lists, 4, "ministry.example", stolen);
  key->name_count = 2;
  key->has_compromised_since = true;
  key->compromised_since_s = 1700000000;
  write_list(NULL, false);
  expect_in_order(expected);
}

static void a_page_has_what_is_on_it_and_the_next_cursor(void **state) {
  static const size_t firsts[] = {1, 3};
  static const char *const expected[] = {
      "\"total\":9,\"next\":\"0123-4\",\"issuers\":[{\"id\":\"b\"", "{\"id\":\"c\"", "]}]}", NULL};
  struct vd_issuers_page page = {.firsts = firsts, .count = 2, .before = 1, .total = 9, .next = "0123-4"};
  (void)state;
  (void)trust_fixture_add(&lists, 1, "c", NULL);
  (void)trust_fixture_add(&lists, 2, "b", NULL);
  (void)trust_fixture_add(&lists, 3, "a", NULL);
  (void)trust_fixture_add(&lists, 4, "b", NULL);
  write_page(NULL, false, &page);
  expect_in_order(expected);
  assert_null(strstr(text, "\"id\":\"a\""));
}

static void types_have_the_labels_of_profiles(void **state) {
  static const char profile_text[] = "type = \"school/bac\"; type_labels = { en = \"Certificate \\\"A\\\"\"; };\n"
                                     "serial = { column = \"serial\"; };\n"
                                     "attributes = ( { name = \"name\"; column = \"name\"; } );\n";
  static const struct frag_slice types[] = {SLICE("school/bac"), SLICE("school/other")};
  static const char *const expected[] = {
      "\"types\":[{\"type\":\"school/bac\",\"labels\":{\"en\":\"Certificate \\\"A\\\"\"}},"
      "{\"type\":\"school/other\",\"labels\":{}}]",
      NULL};
  struct vd_profile *profile = malloc(sizeof *profile);
  struct vd_failure failure;
  (void)state;
  assert_non_null(profile);
  if (vd_profile_parse(profile_text, sizeof profile_text - 1, "test", profile, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  struct vd_profiles profiles = {.count = 1, .items = profile};
  struct frag_trust_key *key = trust_fixture_add(&lists, 1, "ministry.example", NULL);
  key->type_count = 2;
  key->types = types;
  write_list(&profiles, false);
  expect_in_order(expected);
  free(profile);
}

static void a_hostile_name_is_text_and_nothing_else(void **state) {
  static const struct frag_issuer_name names[] = {{SLICE("en"), SLICE("\"},{\"id\":\"x\\ </script><b>")}};
  (void)state;
  (void)trust_fixture_add(&lists, 1, "ministry.example", names);
  write_list(NULL, false);
  assert_non_null(strstr(text, "\"names\":{\"en\":\"\\\"},{\\\"id\\\":\\\"x\\\\ </script><b>\"}"));
}

static void times_and_numbers_beyond_json_are_written(void **state) {
  (void)state;
  lists.list.list_no = UINT64_C(1) << 60;
  lists.list.next_update_s = UINT64_MAX / 2;
  write_list(NULL, false);
  assert_non_null(strstr(text, "\"list_no\":\"1152921504606846976\""));
  assert_non_null(strstr(text, "\"next_update\":\"9999-12-31T23:59:59Z\""));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(an_empty_list),
      TEST(keys_are_grouped_by_issuer),
      TEST(names_are_those_of_the_newest_key_that_has_them_and_is_not_compromised),
      TEST(a_page_has_what_is_on_it_and_the_next_cursor),
      TEST(types_have_the_labels_of_profiles),
      TEST(a_hostile_name_is_text_and_nothing_else),
      TEST(times_and_numbers_beyond_json_are_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
