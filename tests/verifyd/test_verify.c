/* QR text → verdict over real ledgers: the code itself, the fragments, the document and its issuer.
 * Statements and periods: test_verify_status.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "verify_fixture.h"

enum { LEAF_LEN = 24 + 32 * FIXTURE_OPERATORS, SIGNATURE_LEN = 64 };
#define KEPT_S (FIXTURE_NOW_S - 50000)
#define COUNT(array) (sizeof(array) / sizeof *(array))

static enum vd_operator_state state_of(const struct verify_fixture *fixture, unsigned operator_number) {
  assert_int_equal(fixture->verdict.operators[operator_number - 1].number, operator_number);
  return fixture->verdict.operators[operator_number - 1].state;
}

static enum vd_check_state check_of(const struct verify_fixture *fixture, enum vd_step step) {
  return fixture->verdict.checks[step].state;
}

static struct paper issue_and_keep(struct verify_fixture *fixture, unsigned operators) {
  struct paper paper = issue(fixture, (struct plan){0});
  keep(fixture, &paper, operators, KEPT_S);
  return paper;
}

/* --- a good document --- */

static void a_document_is_valid(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, ALL_OPERATORS);
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
  const struct vd_verdict *verdict = &fixture->verdict;
  assert_int_equal(verdict->tau_s, KEPT_S);
  assert_int_equal(verdict->status_as_of_s, FIXTURE_NOW_S);
  assert_int_equal(state_of(fixture, 1), VD_OPERATOR_GOOD);
  assert_int_equal(state_of(fixture, 2), VD_OPERATOR_GOOD);
  assert_int_equal(state_of(fixture, 3), VD_OPERATOR_NOT_ASKED);
  for (int step = 0; step < VD_STEPS; step++) assert_int_not_equal(verdict->checks[step].state, VD_CHECK_WARNING);
}

static void the_prefix_of_the_portal_is_accepted(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, ALL_OPERATORS);
  static const char *const prefixes[] = {"https://v.example/#", "https://v.example/%23", "#"};
  for (size_t at = 0; at < COUNT(prefixes); at++) {
    char text[256];
    int len = snprintf(text, sizeof text, "%s%s", prefixes[at], paper.qr);
    assert_int_equal(verify_text(fixture, text, (size_t)len, FIXTURE_NOW_S), FRAG_OK);
  }
}

static void a_wiped_verdict_holds_nothing(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, ALL_OPERATORS);
  static const struct vd_verdict none;
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
  vd_verdict_wipe(&fixture->verdict);
  assert_memory_equal(&fixture->verdict, &none, sizeof none);
}

static void a_verdict_shows_nothing_of_the_one_before(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, ALL_OPERATORS);
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
  assert_int_equal(verify_text(fixture, "HELLO", 5, FIXTURE_NOW_S), FRAG_QR_MALFORMED);
  struct paper unknown = issue(fixture, (struct plan){.serial = "BAC-2025-000124"});
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
  assert_int_equal(verify(fixture, &unknown), FRAG_NOT_FOUND);
}

/* --- step 1: the code --- */

static void foreign_codes_are_malformed(void **in) {
  struct verify_fixture *fixture = *in;
  static const char *const texts[] = {"",
                                      "x",
                                      "#",
                                      "HELLO",
                                      "https://example.org/",
                                      "WIFI:S:net;T:WPA;P:pw;;",
                                      "https://v.example/#AEAAO",
                                      "HC1:6BF+70790T9WJWG.FKY*4GO0.O1CV2 O5 N2FBBRW1*70HS8WY04AC"};
  for (size_t at = 0; at < COUNT(texts); at++) {
    assert_int_equal(verify_text(fixture, texts[at], strlen(texts[at]), FIXTURE_NOW_S), FRAG_QR_MALFORMED);
    assert_int_equal(check_of(fixture, VD_STEP_QR), VD_CHECK_FAILED);
    assert_int_equal(state_of(fixture, 1), VD_OPERATOR_NOT_ASKED);
  }
}

static void no_changed_character_is_accepted(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, ALL_OPERATORS);
  size_t misread = 0;
  for (size_t at = 0; at < FRAG_QR_TEXT_LEN; at++) {
    for (const char *by = "A2Q7a!"; *by != '\0'; by++) {
      struct paper changed = paper;
      if (changed.qr[at] == *by) continue;
      changed.qr[at] = *by;
      frag_error code = verify(fixture, &changed);
      assert_true(code == FRAG_QR_MALFORMED || code == FRAG_QR_CHECKSUM);
      misread += code == FRAG_QR_CHECKSUM ? 1 : 0;
    }
  }
  assert_true(misread > FRAG_QR_TEXT_LEN);
}

static void no_shortened_code_is_accepted(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, ALL_OPERATORS);
  for (size_t len = 0; len < FRAG_QR_TEXT_LEN; len++)
    assert_int_equal(verify_text(fixture, paper.qr, len, FIXTURE_NOW_S), FRAG_QR_MALFORMED);
}

static void a_code_of_another_realm_is_foreign(void **in) {
  struct verify_fixture *fixture = *in;
  struct frag_document document = {.issuer = {(const uint8_t *)"a", 1},
                                   .type = {(const uint8_t *)"t", 1},
                                   .serial = {(const uint8_t *)"s", 1},
                                   .issue_no = 1,
                                   .issued_s = 1,
                                   .attribute_count = 1,
                                   .attributes = {{{(const uint8_t *)"n", 1}, {(const uint8_t *)"v", 1}}}};
  struct frag_batch batch = {.realm = LEDGER_REALM + 1, .threshold = 2, .fragment_count = 3, .plaintext_len = 256};
  uint8_t payload[FRAG_PAYLOAD_LEN];
  uint8_t records[3 * FRAG_RECORD_LEN(3, 256)];
  char qr[FRAG_QR_TEXT_LEN + 1];
  memcpy(document.kid, frag_key_id(fixture->keys[KEY_MINISTRY]), sizeof document.kid);
  assert_int_equal(
      frag_issue(fixture->context, payload, records, sizeof records, &batch, fixture->keys[KEY_MINISTRY], &document),
      FRAG_OK);
  frag_qr_text(qr, payload);
  assert_int_equal(verify_text(fixture, qr, strlen(qr), FIXTURE_NOW_S), FRAG_QR_MALFORMED);
}

/* --- step 2: fragments --- */

static void any_two_of_three_operators_are_enough(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, ALL_OPERATORS);
  for (unsigned gone = 0; gone < FIXTURE_OPERATORS; gone++) {
    use_operators(fixture, ALL_OPERATORS & ~(1u << gone), FIXTURE_THRESHOLD);
    assert_int_equal(verify(fixture, &paper), FRAG_OK);
    assert_int_equal(state_of(fixture, gone + 1), VD_OPERATOR_UNREACHABLE);
    assert_int_equal(check_of(fixture, VD_STEP_FRAGMENTS), VD_CHECK_WARNING);
    assert_int_equal(check_of(fixture, VD_STEP_STATUS), VD_CHECK_WARNING);
  }
}

static void one_operator_or_none_is_inconclusive(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, ALL_OPERATORS);
  static const unsigned left[] = {0, 1, 2, 4};
  for (size_t at = 0; at < COUNT(left); at++) {
    use_operators(fixture, left[at], FIXTURE_THRESHOLD);
    assert_int_equal(verify(fixture, &paper), FRAG_TOO_FEW_FRAGMENTS);
    assert_int_equal(fixture->verdict.verdict, FRAG_INCONCLUSIVE);
  }
}

static void what_nobody_has_is_not_found(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue(fixture, (struct plan){0});
  assert_int_equal(verify(fixture, &paper), FRAG_NOT_FOUND);
  assert_int_equal(state_of(fixture, 3), VD_OPERATOR_ABSENT);
  use_operators(fixture, 3, FIXTURE_THRESHOLD);
  assert_int_equal(verify(fixture, &paper), FRAG_NOT_FOUND);
  use_operators(fixture, 1, FIXTURE_THRESHOLD);
  assert_int_equal(verify(fixture, &paper), FRAG_TOO_FEW_FRAGMENTS);
}

static void what_one_operator_withholds_is_found_at_the_others(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, 6);
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
  assert_int_equal(state_of(fixture, 1), VD_OPERATOR_ABSENT);
  assert_int_equal(check_of(fixture, VD_STEP_FRAGMENTS), VD_CHECK_WARNING);
  use_operators(fixture, 3, FIXTURE_THRESHOLD);
  assert_int_equal(verify(fixture, &paper), FRAG_TOO_FEW_FRAGMENTS);
}

static void no_changed_byte_of_a_record_is_used(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, ALL_OPERATORS);
  struct places places = find_in_ledger(fixture, 1, paper.records[0], FIXTURE_RECORD_LEN);
  for (long at = 0; at < FIXTURE_RECORD_LEN; at++) {
    flip_in_ledger(&places, at);
    use_operators(fixture, ALL_OPERATORS, FIXTURE_THRESHOLD);
    assert_int_equal(verify(fixture, &paper), FRAG_OK);
    /* The hash of another operator's share can be changed without a contradiction in the record itself, but such a leaf
     * is not in the log. */
    bool is_rival_leaf = at >= 24 + 32 && at < LEAF_LEN;
    assert_int_equal(state_of(fixture, 1), is_rival_leaf ? VD_OPERATOR_LOG_FAILED : VD_OPERATOR_TAMPERED);
    assert_int_equal(check_of(fixture, VD_STEP_LOG), is_rival_leaf ? VD_CHECK_WARNING : VD_CHECK_PASSED);
    assert_int_equal(state_of(fixture, 3), VD_OPERATOR_GOOD);
    use_operators(fixture, 3, FIXTURE_THRESHOLD);
    assert_int_equal(verify(fixture, &paper), is_rival_leaf ? FRAG_NOT_IN_LOG : FRAG_TOO_FEW_FRAGMENTS);
    flip_in_ledger(&places, at);
  }
  (void)close(places.fd);
  use_operators(fixture, 3, FIXTURE_THRESHOLD);
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
}

static void two_altered_shares_of_three_are_tampering(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, ALL_OPERATORS);
  for (unsigned number = 1; number <= 2; number++) {
    struct places places = find_in_ledger(fixture, number, paper.records[number - 1], FIXTURE_RECORD_LEN);
    flip_in_ledger(&places, LEAF_LEN + 5);
    (void)close(places.fd);
  }
  assert_int_equal(verify(fixture, &paper), FRAG_FRAGMENT_TAMPERED);
  assert_int_equal(state_of(fixture, 1), VD_OPERATOR_TAMPERED);
  assert_int_equal(state_of(fixture, 2), VD_OPERATOR_TAMPERED);
  use_operators(fixture, 3, FIXTURE_THRESHOLD); /* the third may be good: it was not asked */
  assert_int_not_equal(verify(fixture, &paper), FRAG_OK);
}

static void an_unreadable_record_is_unreachable_and_not_absent(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, ALL_OPERATORS);
  enum { KIND_OFFSET = -9 };
  for (unsigned number = 1; number <= 2; number++) {
    struct places places = find_in_ledger(fixture, number, paper.records[number - 1], FIXTURE_RECORD_LEN);
    flip_in_ledger(&places, KIND_OFFSET);
    (void)close(places.fd);
    assert_int_equal(verify(fixture, &paper), number == 1 ? FRAG_OK : FRAG_TOO_FEW_FRAGMENTS);
    assert_int_equal(state_of(fixture, number), VD_OPERATOR_UNREACHABLE);
  }
}

static enum vd_error erase(struct verify_fixture *fixture, const struct paper *paper, unsigned operator_number) {
  struct vd_failure failure;
  return vd_store_erase(fixture->stores[operator_number - 1], ledger_locator(paper->records[operator_number - 1]),
                        FIXTURE_NOW_S, NULL, false, &failure);
}

static void an_erased_document_is_erased(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, ALL_OPERATORS);
  assert_int_equal(erase(fixture, &paper, 1), VD_OK);
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
  assert_int_equal(state_of(fixture, 1), VD_OPERATOR_ERASED);
  use_operators(fixture, 3, FIXTURE_THRESHOLD);
  assert_int_equal(verify(fixture, &paper), FRAG_TOO_FEW_FRAGMENTS);
  use_operators(fixture, ALL_OPERATORS, FIXTURE_THRESHOLD);
  assert_int_equal(erase(fixture, &paper, 3), VD_OK);
  assert_int_equal(verify(fixture, &paper), FRAG_ERASED);
}

static void one_operator_with_another_leaf_changes_nothing(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue(fixture, (struct plan){0});
  struct paper forged = paper;
  forge_share(fixture, &forged, 2, 0x10);
  keep(fixture, &forged, 2, KEPT_S);
  keep(fixture, &paper, 5, KEPT_S);
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
  assert_int_equal(state_of(fixture, 1), VD_OPERATOR_GOOD);
  assert_int_equal(state_of(fixture, 2), VD_OPERATOR_DISAGREES);
  assert_int_equal(state_of(fixture, 3), VD_OPERATOR_GOOD);
  assert_int_equal(check_of(fixture, VD_STEP_FRAGMENTS), VD_CHECK_WARNING);
}

static void operators_of_one_mind_each_disagree(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue(fixture, (struct plan){0});
  struct paper forged = paper;
  forge_share(fixture, &forged, 2, 0x10);
  keep(fixture, &paper, 1, KEPT_S);
  keep(fixture, &forged, 2, KEPT_S);
  use_operators(fixture, 3, FIXTURE_THRESHOLD);
  assert_int_equal(verify(fixture, &paper), FRAG_OPERATORS_DISAGREE);
  assert_int_equal(fixture->verdict.verdict, FRAG_INCONCLUSIVE);
}

/* --- steps 4 and 5: what is inside --- */

static void shares_that_do_not_belong_together_are_spliced(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue(fixture, (struct plan){0});
  forge_share(fixture, &paper, 1, 0x80);
  memcpy(paper.records[1], paper.records[0], LEAF_LEN);
  memcpy(paper.records[2], paper.records[0], LEAF_LEN);
  keep(fixture, &paper, ALL_OPERATORS, KEPT_S);
  assert_int_equal(verify(fixture, &paper), FRAG_SPLICED);
  assert_int_equal(check_of(fixture, VD_STEP_OPEN), VD_CHECK_FAILED);
  use_operators(fixture, 6, FIXTURE_THRESHOLD); /* without the changed share, but with its leaf */
  assert_int_equal(verify(fixture, &paper), FRAG_SPLICED);
}

/* sig ‖ D ‖ 80 00 …, with a D that may be anything. */
static void fill_plaintext(uint8_t plaintext[static FIXTURE_PLAINTEXT_LEN], const uint8_t *document, size_t len) {
  memset(plaintext, 0, FIXTURE_PLAINTEXT_LEN);
  memset(plaintext, 0x55, SIGNATURE_LEN);
  memcpy(plaintext + SIGNATURE_LEN, document, len);
  plaintext[SIGNATURE_LEN + len] = 0x80;
}

static frag_error verify_raw(struct verify_fixture *fixture, const uint8_t plaintext[static FIXTURE_PLAINTEXT_LEN]) {
  struct paper paper = issue_raw(fixture, plaintext);
  keep(fixture, &paper, ALL_OPERATORS, KEPT_S);
  use_operators(fixture, ALL_OPERATORS, 1);
  return verify(fixture, &paper);
}

static void a_document_that_is_no_document_is_bad(void **in) {
  struct verify_fixture *fixture = *in;
  static const char *const documents[] = {"", "\xa0", "\xff\xff", "plain text, ministry.example",
                                          "\xbf\x01\x61\x61\xff"};
  uint8_t plaintext[FIXTURE_PLAINTEXT_LEN] = {0};
  for (size_t at = 0; at < COUNT(documents); at++) {
    fill_plaintext(plaintext, (const uint8_t *)documents[at], strlen(documents[at]));
    assert_int_equal(verify_raw(fixture, plaintext), FRAG_BAD_DOCUMENT);
    assert_int_equal(check_of(fixture, VD_STEP_OPEN), VD_CHECK_PASSED);
    assert_int_equal(check_of(fixture, VD_STEP_DOCUMENT), VD_CHECK_FAILED);
  }
  memset(plaintext, 0, sizeof plaintext); /* no 80 at all */
  assert_int_equal(verify_raw(fixture, plaintext), FRAG_BAD_DOCUMENT);
}

/* --- step 6: the issuer --- */

static void a_wrong_signature_is_told(void **in) {
  struct verify_fixture *fixture = *in;
  uint8_t plaintext[FIXTURE_PLAINTEXT_LEN];
  uint8_t bytes[FIXTURE_PLAINTEXT_LEN];
  size_t len = 0;
  struct frag_document document = {
      .issuer = {(const uint8_t *)"ministry.example", 16},
      .type = {(const uint8_t *)FIXTURE_TYPE, strlen(FIXTURE_TYPE)},
      .serial = {(const uint8_t *)"BAC-2025-7", 10},
      .issue_no = 1,
      .issued_s = 1,
      .attribute_count = 1,
      .attributes = {{{(const uint8_t *)"name_latin", 10}, {(const uint8_t *)"SOK Dara Example", 16}}}};
  memcpy(document.kid, frag_key_id(fixture->keys[KEY_MINISTRY]), sizeof document.kid);
  assert_int_equal(frag_document_encode(fixture->context, bytes, sizeof bytes, &len, &document), FRAG_OK);
  fill_plaintext(plaintext, bytes, len);
  assert_int_equal(verify_raw(fixture, plaintext), FRAG_ISSUER_SIGNATURE);
  assert_int_equal(check_of(fixture, VD_STEP_DOCUMENT), VD_CHECK_PASSED);
  assert_int_equal(check_of(fixture, VD_STEP_ISSUER), VD_CHECK_FAILED);
}

static void issuers_out_of_their_bounds_are_refused(void **in) {
  struct verify_fixture *fixture = *in;
  static const struct {
    struct plan plan;
    frag_error code;
  } cases[] = {
      {{.key = KEY_STRANGER}, FRAG_ISSUER_UNKNOWN},
      {{.key = KEY_SCHOOL, .issuer = "school.example"}, FRAG_ISSUER_SCOPE},
      {{.key = KEY_SCHOOL, .issuer = "school.example", .type = "school-leaving/bac1"}, FRAG_OK},
      {{.key = KEY_SCHOOL, .type = "school-leaving/bac1"}, FRAG_ISSUER_SCOPE},
      {{.key = KEY_MINISTRY, .issuer = "school.example"}, FRAG_ISSUER_SCOPE},
      {{.key = KEY_REGISTRAR, .issuer = "registrar.example"}, FRAG_ISSUER_SCOPE},
      {{.key = KEY_COMPROMISED}, FRAG_OK}, /* kept before */
  };
  for (size_t at = 0; at < COUNT(cases); at++) {
    struct paper paper = issue(fixture, cases[at].plan);
    keep(fixture, &paper, ALL_OPERATORS, KEPT_S);
    assert_int_equal(verify(fixture, &paper), cases[at].code);
  }
}

static frag_error verify_kept_at(struct verify_fixture *fixture, struct plan plan, uint64_t first_s,
                                 uint64_t second_s) {
  struct paper paper = issue(fixture, plan);
  keep(fixture, &paper, 1, first_s);
  keep(fixture, &paper, 6, second_s);
  return verify(fixture, &paper);
}

static void a_key_must_have_been_valid_when_the_document_was_kept(void **in) {
  struct verify_fixture *fixture = *in;
  const uint64_t first = FIXTURE_NOT_BEFORE_S;
  assert_int_equal(verify_kept_at(fixture, (struct plan){.serial = "1"}, first - 1, first - 1), FRAG_ISSUER_KEY_TIME);
  assert_int_equal(verify_kept_at(fixture, (struct plan){.serial = "2"}, first, first), FRAG_OK);
  const struct plan compromised = {.key = KEY_COMPROMISED, .serial = "3"};
  const struct plan later = {.key = KEY_COMPROMISED, .serial = "4"};
  assert_int_equal(verify_kept_at(fixture, compromised, FIXTURE_COMPROMISED_S - 1, FIXTURE_COMPROMISED_S - 1), FRAG_OK);
  assert_int_equal(verify_kept_at(fixture, later, FIXTURE_COMPROMISED_S, FIXTURE_COMPROMISED_S), FRAG_ISSUER_KEY_TIME);
  assert_int_equal(verify_kept_at(fixture, (struct plan){.serial = "5"}, FIXTURE_NOT_AFTER_S, FIXTURE_NOT_AFTER_S),
                   FRAG_OK);
  assert_int_equal(
      verify_kept_at(fixture, (struct plan){.serial = "6"}, FIXTURE_NOT_AFTER_S + 1, FIXTURE_NOT_AFTER_S + 1),
      FRAG_ISSUER_KEY_TIME);
}

static void one_operator_cannot_date_a_document_back(void **in) {
  struct verify_fixture *fixture = *in;
  const struct plan plan = {.key = KEY_COMPROMISED};
  assert_int_equal(verify_kept_at(fixture, plan, FIXTURE_COMPROMISED_S - 5000, FIXTURE_COMPROMISED_S + 5),
                   FRAG_ISSUER_KEY_TIME);
  assert_int_equal(fixture->verdict.tau_s, FIXTURE_COMPROMISED_S + 5);
}

/* --- making a verifier --- */

static void impossible_verifiers_are_refused(void **in) {
  struct verify_fixture *fixture = *in;
  struct vd_verifier_operator operators[16] = {{.number = 1, .name = "only"}};
  struct vd_verifier_options good = {
      .realm = LEDGER_REALM, .threshold = 1, .trust = fixture->trust, .operator_count = 1, .operators = operators};
  struct vd_verifier_options wrong[] = {good, good, good, good, good};
  struct vd_verifier *verifier = NULL;
  struct vd_failure failure;
  wrong[0].realm = LEDGER_REALM + 1;
  wrong[1].threshold = 0;
  wrong[2].threshold = 2;
  wrong[3].operator_count = 0;
  wrong[4].operator_count = 16;
  for (size_t at = 0; at < COUNT(wrong); at++) {
    assert_int_equal(vd_verifier_new(&wrong[at], &verifier, &failure), VD_CONFIG);
    assert_null(verifier);
  }
  assert_int_equal(vd_verifier_new(&good, &verifier, &failure), VD_OK);
  vd_verifier_free(verifier);
}

#define VERIFY_TEST(test) cmocka_unit_test_setup_teardown(test, verify_fixture_begin, verify_fixture_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      VERIFY_TEST(a_document_is_valid),
      VERIFY_TEST(the_prefix_of_the_portal_is_accepted),
      VERIFY_TEST(a_wiped_verdict_holds_nothing),
      VERIFY_TEST(a_verdict_shows_nothing_of_the_one_before),
      VERIFY_TEST(foreign_codes_are_malformed),
      VERIFY_TEST(no_changed_character_is_accepted),
      VERIFY_TEST(no_shortened_code_is_accepted),
      VERIFY_TEST(a_code_of_another_realm_is_foreign),
      VERIFY_TEST(any_two_of_three_operators_are_enough),
      VERIFY_TEST(one_operator_or_none_is_inconclusive),
      VERIFY_TEST(what_nobody_has_is_not_found),
      VERIFY_TEST(what_one_operator_withholds_is_found_at_the_others),
      VERIFY_TEST(no_changed_byte_of_a_record_is_used),
      VERIFY_TEST(two_altered_shares_of_three_are_tampering),
      VERIFY_TEST(an_unreadable_record_is_unreachable_and_not_absent),
      VERIFY_TEST(an_erased_document_is_erased),
      VERIFY_TEST(one_operator_with_another_leaf_changes_nothing),
      VERIFY_TEST(operators_of_one_mind_each_disagree),
      VERIFY_TEST(shares_that_do_not_belong_together_are_spliced),
      VERIFY_TEST(a_document_that_is_no_document_is_bad),
      VERIFY_TEST(a_wrong_signature_is_told),
      VERIFY_TEST(issuers_out_of_their_bounds_are_refused),
      VERIFY_TEST(a_key_must_have_been_valid_when_the_document_was_kept),
      VERIFY_TEST(one_operator_cannot_date_a_document_back),
      VERIFY_TEST(impossible_verifiers_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
