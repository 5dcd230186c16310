/* A verdict as JSON: exact texts, so that a change of the contract does not go unseen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/answer.h"

#define TIMES                                                                                                      \
  "\"as_of\":\"2025-06-15T15:06:40Z\",\"status_as_of\":\"2025-06-15T15:06:40Z\",\"checked\":\"2025-06-15T15:06:41Z\"}"
#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SLICE(literal) \
  { (const uint8_t *)(literal), sizeof(literal) - 1 }

static const char profile_text[] = "type = \"school-leaving/bac2\";\n"
                                   "type_labels = { km = \"សញ្ញាបត្រ\"; en = \"School certificate\"; };\n"
                                   "serial = { column = \"serial\"; };\n"
                                   "attributes = ( { name = \"name_latin\"; column = \"name\"; labels = { en = \"Name "
                                   "(Latin)\"; fr = \"Nom\"; }; } );\n";

static const struct frag_issuer_name issuer_names[] = {{SLICE("en"), SLICE("The Ministry")},
                                                       {SLICE("km"), SLICE("ក្រសួង")}};
static const struct frag_issuer_name newer_names[] = {{SLICE("en"), SLICE("The New Ministry")},
                                                      {SLICE("fr"), SLICE("Le ministère")}};
static const struct frag_issuer_name stolen_names[] = {{SLICE("fr"), SLICE("Volé")}, {SLICE("de"), SLICE("Das Amt")}};
static const struct frag_trust_key issuer_keys[] = {
    {.issuer = SLICE("ministry.example"), .name_count = 2, .names = issuer_names},
    {.issuer = SLICE("ministry.example"), .name_count = 2, .names = newer_names},
    {.issuer = SLICE("ministry.example"), .name_count = 2, .names = stolen_names, .has_compromised_since = true}};
static const struct frag_trust_key *const keys_of_issuer[] = {&issuer_keys[0], &issuer_keys[1], &issuer_keys[2]};

static const char checks_passed[] =
    "\"checks\":[{\"step\":\"qr\",\"state\":\"passed\",\"code\":0,\"name\":\"OK\"},"
    "{\"step\":\"fragments\",\"state\":\"warning\",\"code\":0,\"name\":\"OK\",\"operators\":["
    "{\"number\":1,\"name\":\"First\",\"state\":\"good\",\"log\":null,\"checkpoint\":\"2025-06-15T15:06:39Z\","
    "\"withholds\":false,\"anchors\":[]},"
    "{\"number\":2,\"name\":\"Archive \\\"B\\\"\",\"state\":\"log_failed\",\"log\":\"EQUIVOCATION\","
    "\"checkpoint\":null,\"withholds\":false,\"anchors\":[]},"
    "{\"number\":3,\"name\":\"Third\",\"state\":\"not_asked\",\"log\":null,\"checkpoint\":null,\"withholds\":false,"
    "\"anchors\":[]}]},"
    "{\"step\":\"log\",\"state\":\"warning\",\"code\":0,\"name\":\"OK\"},"
    "{\"step\":\"anchor\",\"state\":\"not_checked\",\"code\":0,\"name\":\"OK\"},"
    "{\"step\":\"open\",\"state\":\"passed\",\"code\":0,\"name\":\"OK\"},"
    "{\"step\":\"document\",\"state\":\"passed\",\"code\":0,\"name\":\"OK\"},"
    "{\"step\":\"issuer\",\"state\":\"passed\",\"code\":0,\"name\":\"OK\"},"
    "{\"step\":\"status\",\"state\":\"passed\",\"code\":0,\"name\":\"OK\"},"
    "{\"step\":\"validity\",\"state\":\"passed\",\"code\":0,\"name\":\"OK\"}],";

struct state {
  struct vd_profile profile;
  struct vd_profiles profiles;
  struct vd_settings settings;
  struct vd_verdict verdict;
  char expected[8192];
};

static void fill_valid(struct state *state) {
  struct vd_verdict *verdict = &state->verdict;
  memset(verdict, 0, sizeof *verdict);
  for (int step = 0; step < VD_STEPS; step++) verdict->checks[step].state = VD_CHECK_PASSED;
  verdict->checks[VD_STEP_FRAGMENTS].state = VD_CHECK_WARNING;
  verdict->checks[VD_STEP_LOG].state = VD_CHECK_WARNING;
  verdict->checks[VD_STEP_ANCHOR].state = VD_CHECK_NOT_CHECKED;
  verdict->operator_count = 3;
  verdict->operators[0] = (struct vd_operator_answer){
      .number = 1, .name = "First", .state = VD_OPERATOR_GOOD, .checkpoint_time_s = 1749999999};
  verdict->operators[1] = (struct vd_operator_answer){
      .number = 2, .name = "Archive \"B\"", .state = VD_OPERATOR_LOG_FAILED, .log_code = FRAG_EQUIVOCATION};
  verdict->operators[2] = (struct vd_operator_answer){.number = 3, .name = "Third"};
  verdict->as_of_s = verdict->status_as_of_s = 1750000000;
  verdict->checked_s = 1750000001;
  verdict->document = (struct frag_document){
      .issuer = SLICE("ministry.example"),
      .type = SLICE("school-leaving/bac2"),
      .serial = SLICE("BAC-1"),
      .issue_no = 2,
      .issued_s = 951782400, /* 29 February 2000 */
      .attribute_count = 2,
      .attributes = {{SLICE("name_latin"), SLICE("SOK \"Dara\" \\ </script>")}, {SLICE("ឈ្មោះ"), SLICE("សុខ")}},
  };
  verdict->issuer_key = &issuer_keys[0];
  verdict->issuer_keys = keys_of_issuer;
  verdict->issuer_key_count = 1;
}

static int begin(void **out) {
  struct state *state = calloc(1, sizeof *state);
  struct vd_failure failure;
  assert_non_null(state);
  assert_int_equal(vd_profile_parse(profile_text, sizeof profile_text - 1, "test", &state->profile, &failure), VD_OK);
  state->profiles = (struct vd_profiles){1, &state->profile};
  fill_valid(state);
  *out = state;
  return 0;
}

static int end(void **in) {
  free(*in);
  return 0;
}

static void assert_answer(struct state *state, const struct vd_profiles *profiles) {
  char *text = NULL;
  size_t len = 0;
  struct vd_failure failure;
  assert_int_equal(vd_answer_write(&state->verdict, profiles, &state->settings, &text, &len, &failure), VD_OK);
  assert_string_equal(text, state->expected);
  assert_int_equal(len, strlen(text));
  vd_answer_free(text);
}

static void expect(struct state *state, const char *head, const char *checks, const char *tail) {
  state->expected[0] = '\0';
  strcat(strcat(strcat(state->expected, head), checks), tail);
}

static void a_valid_document_with_labels(void **in) {
  struct state *state = *in;
  expect(state,
         "{\"verdict\":\"VALID\",\"code\":0,\"name\":\"OK\",\"document\":{\"type\":\"school-leaving/"
         "bac2\",\"type_labels\":{"
         "\"km\":\"សញ្ញាបត្រ\",\"en\":\"School certificate\"},\"serial\":\"BAC-1\",\"issue_no\":2,"
         "\"issued\":\"2000-02-29T00:00:00Z\",\"expires\":null},\"attributes\":[{\"name\":\"name_latin\","
         "\"value\":\"SOK \\\"Dara\\\" \\\\ </script>\",\"labels\":{\"en\":\"Name (Latin)\",\"fr\":\"Nom\"}},"
         "{\"name\":\"ឈ្មោះ\",\"value\":\"សុខ\",\"labels\":{}}],\"issuer\":{\"id\":\"ministry.example\","
         "\"names\":{\"en\":\"The Ministry\",\"km\":\"ក្រសួង\"}},",
         checks_passed, "\"existed_by\":null," TIMES);
  assert_answer(state, &state->profiles);
}

static void names_in_further_languages_come_from_the_issuers_other_keys(void **in) {
  struct state *state = *in;
  static const struct {
    size_t signer;
    const char *names;
  } cases[] = {{0, "{\"en\":\"The Ministry\",\"km\":\"ក្រសួង\",\"fr\":\"Le ministère\",\"de\":\"Das Amt\"}}"},
               {1, "{\"en\":\"The New Ministry\",\"fr\":\"Le ministère\",\"km\":\"ក្រសួង\",\"de\":\"Das Amt\"}}"},
               {2, "{\"fr\":\"Volé\",\"de\":\"Das Amt\",\"en\":\"The New Ministry\",\"km\":\"ក្រសួង\"}}"}};
  state->verdict.issuer_key_count = COUNT(keys_of_issuer);
  for (size_t at = 0; at < COUNT(cases); at++) {
    char *text = NULL, wanted[256];
    size_t len = 0;
    struct vd_failure failure;
    state->verdict.issuer_key = &issuer_keys[cases[at].signer];
    assert_int_equal(vd_answer_write(&state->verdict, NULL, NULL, &text, &len, &failure), VD_OK);
    (void)snprintf(wanted, sizeof wanted, "\"names\":%s,", cases[at].names);
    if (strstr(text, wanted) == NULL) fail_msg("no %s in %s", wanted, text);
    vd_answer_free(text);
  }
}

static void a_type_without_a_profile_has_no_labels(void **in) {
  struct state *state = *in;
  state->verdict.document.attribute_count = 1;
  state->verdict.document.has_expires = true;
  state->verdict.document.expires_s = 1750000001;
  expect(
      state,
      "{\"verdict\":\"VALID\",\"code\":0,\"name\":\"OK\",\"document\":{\"type\":\"school-leaving/"
      "bac2\",\"type_labels\":{},"
      "\"serial\":\"BAC-1\",\"issue_no\":2,\"issued\":\"2000-02-29T00:00:00Z\",\"expires\":\"2025-06-15T15:06:41Z\"},"
      "\"attributes\":[{\"name\":\"name_latin\",\"value\":\"SOK \\\"Dara\\\" \\\\ </script>\",\"labels\":{}}],"
      "\"issuer\":{\"id\":\"ministry.example\",\"names\":{\"en\":\"The Ministry\",\"km\":\"ក្រសួង\"}},",
      checks_passed, "\"existed_by\":null," TIMES);
  assert_answer(state, NULL);
  state->profiles.items[0].type[0] = 'x';
  assert_answer(state, &state->profiles);
}

static void numbers_that_json_cannot_carry(void **in) {
  struct state *state = *in;
  static const struct {
    uint64_t issue_no;
    uint64_t time_s;
    const char *issue_text;
    const char *time_text;
  } cases[] = {
      {UINT64_C(9007199254740991), 253402300799, "\"issue_no\":9007199254740991,",
       "\"expires\":\"9999-12-31T23:59:59Z\"}"},
      {UINT64_C(9007199254740992), 253402300800, "\"issue_no\":\"9007199254740992\",",
       "\"expires\":\"9999-12-31T23:59:59Z\"}"},
      {UINT64_MAX, UINT64_MAX, "\"issue_no\":\"18446744073709551615\",", "\"expires\":\"9999-12-31T23:59:59Z\"}"},
      {1, 0, "\"issue_no\":1,", "\"expires\":\"1970-01-01T00:00:00Z\"}"},
  };
  state->verdict.document.has_expires = true;
  for (size_t at = 0; at < COUNT(cases); at++) {
    char *text = NULL;
    size_t len = 0;
    struct vd_failure failure;
    state->verdict.document.issue_no = cases[at].issue_no;
    state->verdict.document.expires_s = cases[at].time_s;
    assert_int_equal(vd_answer_write(&state->verdict, NULL, NULL, &text, &len, &failure), VD_OK);
    assert_non_null(strstr(text, cases[at].issue_text));
    assert_non_null(strstr(text, cases[at].time_text));
    vd_answer_free(text);
  }
}

/* Even a verdict that wrongly carries a document does not show it. */
static void what_is_not_valid_shows_no_document(void **in) {
  struct state *state = *in;
  state->verdict.code = FRAG_REVOKED;
  state->verdict.verdict = FRAG_NOT_VALID;
  state->verdict.operator_count = 0;
  for (int step = 0; step < VD_STEPS; step++)
    state->verdict.checks[step] = (struct vd_check){VD_CHECK_NOT_REACHED, FRAG_OK};
  state->verdict.checks[VD_STEP_STATUS] = (struct vd_check){VD_CHECK_FAILED, FRAG_REVOKED};
  expect(state,
         "{\"verdict\":\"NOT_VALID\",\"code\":40,\"name\":\"REVOKED\",\"document\":null,\"attributes\":[],\"issuer\":"
         "null,",
         "\"checks\":[{\"step\":\"qr\",\"state\":\"not_reached\",\"code\":0,\"name\":\"OK\"},"
         "{\"step\":\"fragments\",\"state\":\"not_reached\",\"code\":0,\"name\":\"OK\",\"operators\":[]},"
         "{\"step\":\"log\",\"state\":\"not_reached\",\"code\":0,\"name\":\"OK\"},"
         "{\"step\":\"anchor\",\"state\":\"not_reached\",\"code\":0,\"name\":\"OK\"},"
         "{\"step\":\"open\",\"state\":\"not_reached\",\"code\":0,\"name\":\"OK\"},"
         "{\"step\":\"document\",\"state\":\"not_reached\",\"code\":0,\"name\":\"OK\"},"
         "{\"step\":\"issuer\",\"state\":\"not_reached\",\"code\":0,\"name\":\"OK\"},"
         "{\"step\":\"status\",\"state\":\"failed\",\"code\":40,\"name\":\"REVOKED\"},"
         "{\"step\":\"validity\",\"state\":\"not_reached\",\"code\":0,\"name\":\"OK\"}],",
         "\"existed_by\":null," TIMES);
  assert_answer(state, &state->profiles);
}

static void an_inconclusive_verdict_without_a_status(void **in) {
  struct state *state = *in;
  char *text = NULL;
  size_t len = 0;
  struct vd_failure failure;
  state->verdict.code = FRAG_TOO_FEW_FRAGMENTS;
  state->verdict.verdict = FRAG_INCONCLUSIVE;
  state->verdict.status_as_of_s = 0;
  state->verdict.as_of_s = 1749999000;
  assert_int_equal(vd_answer_write(&state->verdict, &state->profiles, &state->settings, &text, &len, &failure), VD_OK);
  static const char head[] =
      "{\"verdict\":\"INCONCLUSIVE\",\"code\":12,\"name\":\"TOO_FEW_FRAGMENTS\",\"document\":null,\"attributes\":[],";
  assert_memory_equal(text, head, sizeof head - 1);
  assert_non_null(strstr(text, "\"as_of\":\"2025-06-15T14:50:00Z\",\"status_as_of\":null,\"checked\":"));
  vd_answer_free(text);
  state->verdict.as_of_s = 0;
  assert_int_equal(vd_answer_write(&state->verdict, &state->profiles, &state->settings, &text, &len, &failure), VD_OK);
  assert_non_null(
      strstr(text, "\"as_of\":null,\"status_as_of\":null,\"checked\":\"2025-06-15T15:06:41Z\"}"));
  vd_answer_free(text);
}

/* Every way in which a log can fail has its name, and the check itself can be what failed. */
static void a_log_that_failed_is_named(void **in) {
  struct state *state = *in;
  static const struct {
    frag_error code;
    const char *operator_text;
    const char *check_text;
  } cases[] = {
      {FRAG_NOT_IN_LOG, "\"state\":\"log_failed\",\"log\":\"NOT_IN_LOG\",\"checkpoint\":null",
       "{\"step\":\"log\",\"state\":\"failed\",\"code\":20,\"name\":\"NOT_IN_LOG\"}"},
      {FRAG_CHECKPOINT_SIGNATURE, "\"log\":\"CHECKPOINT_SIGNATURE\"", "\"code\":21,\"name\":\"CHECKPOINT_SIGNATURE\"}"},
      {FRAG_LOG_INCONSISTENT, "\"log\":\"LOG_INCONSISTENT\"", "\"code\":22,\"name\":\"LOG_INCONSISTENT\"}"},
      {FRAG_EQUIVOCATION, "\"log\":\"EQUIVOCATION\"", "\"code\":25,\"name\":\"EQUIVOCATION\"}"},
  };
  for (size_t at = 0; at < COUNT(cases); at++) {
    char *text = NULL;
    size_t len = 0;
    struct vd_failure failure;
    state->verdict.code = cases[at].code;
    state->verdict.verdict = frag_error_verdict(cases[at].code);
    state->verdict.operators[1].log_code = cases[at].code;
    state->verdict.checks[VD_STEP_LOG] = (struct vd_check){VD_CHECK_FAILED, cases[at].code};
    assert_int_equal(vd_answer_write(&state->verdict, &state->profiles, NULL, &text, &len, &failure), VD_OK);
    assert_memory_equal(text, "{\"verdict\":\"INCONCLUSIVE\",", 26);
    assert_non_null(strstr(text, cases[at].operator_text));
    assert_non_null(strstr(text, cases[at].check_text));
    assert_null(strstr(text, "SOK"));
    vd_answer_free(text);
  }
}

static struct vd_anchors_item item(uint8_t fill, uint64_t size, uint64_t time_s) {
  struct vd_anchors_item made = {.size = size, .block_number = size + 1000, .block_time_s = time_s};
  memset(made.transaction, fill, sizeof made.transaction);
  memset(made.block_hash, fill + 1, sizeof made.block_hash);
  return made;
}

/* Two chains, of which one has an explorer; the third is not among the settings. */
static void fill_anchors(struct state *state) {
  static const char *const chains[] = {"sepolia", "bitcoin", "gone"};
  struct vd_operator_answer *first = &state->verdict.operators[0], *second = &state->verdict.operators[1];
  state->settings.chains_count = 2;
  for (size_t at = 0; at < 2; at++) strcpy(state->settings.chains[at].name, chains[at]);
  state->settings.chains[0].kind = VD_CHAIN_EVM;
  state->settings.chains[1].kind = VD_CHAIN_BITCOIN;
  strcpy(state->settings.chains[0].explorer, "https://scan.example/tx/{transaction}?\"b\"={block}");
  first->anchor_count = 3;
  first->anchors[0] = (struct vd_operator_anchor){chains[0], VD_ANCHORS_COVERED, item(0xa1, 7, 1749990000)};
  first->anchors[1] = (struct vd_operator_anchor){chains[1], VD_ANCHORS_COVERED, item(0x0b, UINT64_MAX - 1000, 0)};
  first->anchors[2] = (struct vd_operator_anchor){.chain = chains[2], .cover = VD_ANCHORS_PENDING};
  second->anchor_count = 2;
  second->anchors[0] = (struct vd_operator_anchor){.chain = chains[0], .cover = VD_ANCHORS_OVERDUE};
  second->anchors[1] = (struct vd_operator_anchor){chains[2], VD_ANCHORS_REFUSED, item(0x3c, 8, 1749990001)};
  state->verdict.checks[VD_STEP_ANCHOR] = (struct vd_check){VD_CHECK_WARNING, FRAG_ANCHOR_MISSING};
  state->verdict.tau_s = 1749990000;
  state->verdict.is_anchored = true;
}

#define A1 "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
#define A2 "a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2"
#define B1 "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"

static void anchors_are_told_with_their_place(void **in) {
  struct state *state = *in;
  static const char *const pieces[] = {
      "\"anchors\":[{\"chain\":\"sepolia\",\"state\":\"final\",\"transaction\":\"0x" A1 "\",\"block\":1007,"
      "\"block_hash\":\"0x" A2 "\",\"time\":\"2025-06-15T12:20:00Z\",\"covers\":7,"
      "\"url\":\"https://scan.example/tx/0x" A1 "?\\\"b\\\"=0x" A2 "\"},",
      "{\"chain\":\"bitcoin\",\"state\":\"final\",\"transaction\":\"" B1 "\",\"block\":\"18446744073709551615\",",
      "\"covers\":\"18446744073709550615\",\"url\":null},",
      "{\"chain\":\"gone\",\"state\":\"pending\",\"transaction\":null,\"block\":null,\"block_hash\":null,"
      "\"time\":null,\"covers\":null,\"url\":null}]}",
      "{\"chain\":\"sepolia\",\"state\":\"overdue\",\"transaction\":null,",
      "{\"chain\":\"gone\",\"state\":\"refused\",\"transaction\":\"3c3c",
      "{\"step\":\"anchor\",\"state\":\"warning\",\"code\":24,\"name\":\"ANCHOR_MISSING\"}",
      "\"existed_by\":{\"time\":\"2025-06-15T12:20:00Z\",\"anchored\":true},\"as_of\"",
  };
  char *text = NULL;
  size_t len = 0;
  struct vd_failure failure;
  fill_anchors(state);
  assert_int_equal(vd_answer_write(&state->verdict, NULL, &state->settings, &text, &len, &failure), VD_OK);
  for (size_t at = 0; at < COUNT(pieces); at++)
    if (strstr(text, pieces[at]) == NULL) fail_msg("no %s in %s", pieces[at], text);
  vd_answer_free(text);
}

static void what_only_operators_say_is_not_called_anchored(void **in) {
  struct state *state = *in;
  char *text = NULL;
  size_t len = 0;
  struct vd_failure failure;
  fill_anchors(state);
  state->verdict.is_anchored = false;
  assert_int_equal(vd_answer_write(&state->verdict, NULL, NULL, &text, &len, &failure), VD_OK);
  assert_non_null(strstr(text, "\"existed_by\":{\"time\":\"2025-06-15T12:20:00Z\",\"anchored\":false}"));
  assert_null(strstr(text, "scan.example")); /* of settings that are not given */
  vd_answer_free(text);
}

static void a_name_that_is_not_text_is_an_error(void **in) {
  struct state *state = *in;
  char *text = NULL;
  size_t len = 1;
  struct vd_failure failure;
  state->verdict.operators[1].name = "\xff";
  assert_int_equal(vd_answer_write(&state->verdict, &state->profiles, NULL, &text, &len, &failure), VD_INTERNAL);
  assert_null(text);
  assert_int_equal(len, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_valid_document_with_labels, begin, end),
      cmocka_unit_test_setup_teardown(names_in_further_languages_come_from_the_issuers_other_keys, begin, end),
      cmocka_unit_test_setup_teardown(a_type_without_a_profile_has_no_labels, begin, end),
      cmocka_unit_test_setup_teardown(numbers_that_json_cannot_carry, begin, end),
      cmocka_unit_test_setup_teardown(what_is_not_valid_shows_no_document, begin, end),
      cmocka_unit_test_setup_teardown(an_inconclusive_verdict_without_a_status, begin, end),
      cmocka_unit_test_setup_teardown(a_log_that_failed_is_named, begin, end),
      cmocka_unit_test_setup_teardown(anchors_are_told_with_their_place, begin, end),
      cmocka_unit_test_setup_teardown(what_only_operators_say_is_not_called_anchored, begin, end),
      cmocka_unit_test_setup_teardown(a_name_that_is_not_text_is_an_error, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
