/* The words for verdicts are those of the page, and there is one for everything that may be said. argv: words.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "json/words.h"
#include "verdict_words.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *path;
static struct vd_words *words;
static const char *const languages[] = {"km", "en", "fr", NULL};
static const char *const translated[] = {"km", "fr"};
static const frag_error codes[] = {
#define CODE(enumerator, code, verdict, name, meaning) enumerator,
    FRAG_VERDICT_CODE_LIST(CODE)
#undef CODE
};

static int begin(void **state) {
  struct vd_failure failure;
  (void)state;
  if (vd_words_read(path, languages, &words, &failure) != VD_OK) fail_msg("%s", failure.text);
  return 0;
}

static int end(void **state) {
  (void)state;
  vd_words_free(words);
  return 0;
}

static void same(const char *said, const char *before, const char *name, const char *after, const char *language) {
  char key[128];
  (void)snprintf(key, sizeof key, "%s%s%s", before, name, after);
  const char *page = vd_words_text(words, key, language);
  if (page == NULL) fail_msg("the page has no word %s", key);
  assert_string_equal(said, page);
}

static void every_code_says_what_the_page_says(void **state) {
  (void)state;
  for (size_t at = 0; at < COUNT(codes); at++) {
    const char *group = vd_words_group(words, frag_error_name(codes[at]));
    assert_non_null(group);
    bool is_warning = codes[at] == FRAG_ANCHOR_PENDING || codes[at] == FRAG_ANCHOR_MISSING;
    for (size_t in = 0; in < COUNT(translated); in++) {
      const char *said = ctl_verdict_words_code(codes[at], translated[in]);
      if (is_warning) same(said, "warning.", frag_error_name(codes[at]), "", translated[in]);
      else same(said, "result.", group, ".title", translated[in]);
    }
    assert_string_equal(ctl_verdict_words_code(codes[at], "en"), frag_error_meaning(codes[at]));
    assert_string_equal(ctl_verdict_words_code(codes[at], "de"), frag_error_meaning(codes[at]));
  }
}

/* Of issuer, status and validity, one is never taken for the other, whatever the language. */
static void the_codes_of_trust_and_status_have_words_of_their_own(void **state) {
  (void)state;
  for (size_t one = 0; one < COUNT(codes); one++)
    for (size_t other = 0; other < COUNT(codes); other++) {
      if (one == other || codes[one] < FRAG_SPLICED || codes[one] > FRAG_STATUS_STALE) continue;
      for (size_t in = 0; languages[in] != NULL; in++)
        assert_string_not_equal(ctl_verdict_words_code(codes[one], languages[in]),
                                ctl_verdict_words_code(codes[other], languages[in]));
    }
}

static void faults_on_this_side_are_told_too(void **state) {
  (void)state;
  same(ctl_verdict_words_code(FRAG_CRYPTO, "fr"), "result.", "cannot_check", ".title", "fr");
  assert_string_equal(ctl_verdict_words_code(FRAG_CRYPTO, "en"), frag_error_meaning(FRAG_CRYPTO));
}

static void every_verdict_step_and_state_has_words(void **state) {
  (void)state;
  for (size_t in = 0; in < COUNT(translated); in++) {
    const char *language = translated[in];
    for (unsigned verdict = FRAG_VALID; verdict <= FRAG_INCONCLUSIVE; verdict++)
      same(ctl_verdict_words_verdict((frag_verdict)verdict, language), "verdict.",
           frag_verdict_name((frag_verdict)verdict), "", language);
    for (unsigned step = 0; step < VD_STEPS; step++)
      same(ctl_verdict_words_step((enum vd_step)step, language), "check.", vd_step_name((enum vd_step)step), ".name",
           language);
    for (unsigned at = VD_CHECK_NOT_REACHED; at <= VD_CHECK_FAILED; at++)
      same(ctl_verdict_words_state((enum vd_check_state)at, FRAG_NOT_VALID, language), "state.",
           vd_check_state_name((enum vd_check_state)at), "", language);
    same(ctl_verdict_words_state(VD_CHECK_FAILED, FRAG_INCONCLUSIVE, language), "state.", "undecided", "", language);
  }
  assert_string_equal(ctl_verdict_words_verdict(FRAG_NOT_VALID, "en"), "NOT_VALID");
  assert_string_equal(ctl_verdict_words_step(VD_STEP_STATUS, "en"), "status");
  assert_string_equal(ctl_verdict_words_state(VD_CHECK_FAILED, FRAG_INCONCLUSIVE, "en"), "failed");
}

static void operators_and_their_faults_have_words(void **state) {
  static const frag_error faults[] = {FRAG_NOT_IN_LOG, FRAG_CHECKPOINT_SIGNATURE, FRAG_LOG_INCONSISTENT,
                                      FRAG_EQUIVOCATION};
  (void)state;
  for (size_t in = 0; in < COUNT(translated); in++) {
    const char *language = translated[in];
    for (unsigned at = VD_OPERATOR_NOT_ASKED; at <= VD_OPERATOR_LOG_FAILED; at++)
      same(ctl_verdict_words_operator((enum vd_operator_state)at, language), "operator.",
           vd_operator_state_name((enum vd_operator_state)at), "", language);
    for (size_t at = 0; at < COUNT(faults); at++) {
      const struct vd_operator_answer answer = {.log_code = faults[at], .withholds = true};
      same(ctl_verdict_words_fault(&answer, language), "operator.", frag_error_name(faults[at]), "", language);
    }
    const struct vd_operator_answer withholding = {.withholds = true}, right = {.state = VD_OPERATOR_GOOD};
    same(ctl_verdict_words_fault(&withholding, language), "operator.withheld", "", "", language);
    assert_null(ctl_verdict_words_fault(&right, language));
  }
}

static void anchors_have_words_with_their_chain(void **state) {
  static const char *const english[] = {"recorded for good on ab, on", "not yet recorded on ab",
                                        "should have been recorded on ab by now",
                                        "its log is not the one that was recorded on ab, on"};
  char text[CTL_VERDICT_WORDS_ANCHOR_SIZE];
  (void)state;
  for (unsigned cover = VD_ANCHORS_COVERED; cover <= VD_ANCHORS_REFUSED; cover++) {
    const struct vd_operator_anchor anchor = {.chain = "ab", .cover = (enum vd_anchors_cover)cover};
    ctl_verdict_words_anchor(text, &anchor, "de");
    assert_string_equal(text, english[cover]);
    for (size_t in = 0; in < COUNT(translated); in++) {
      char expected[CTL_VERDICT_WORDS_ANCHOR_SIZE], key[64];
      (void)snprintf(key, sizeof key, "anchor.%s", vd_anchor_cover_name(anchor.cover));
      const char *page = vd_words_text(words, key, translated[in]);
      assert_non_null(page);
      const char *mark = strstr(page, "{chain}");
      assert_non_null(mark);
      (void)snprintf(expected, sizeof expected, "%.*sab%s", (int)(mark - page), page, mark + strlen("{chain}"));
      ctl_verdict_words_anchor(text, &anchor, translated[in]);
      assert_string_equal(text, expected);
    }
  }
}

/* What a chain shows of an operator's log goes before what it showed itself. */
static void a_log_that_contradicts_its_anchor_has_words_of_its_own(void **state) {
  (void)state;
  struct vd_operator_answer answer = {.log_code = FRAG_EQUIVOCATION, .anchor_count = 2};
  answer.anchors[0].cover = VD_ANCHORS_PENDING;
  answer.anchors[1].cover = VD_ANCHORS_REFUSED;
  same(ctl_verdict_words_fault(&answer, "fr"), "operator.anchor_refused", "", "", "fr");
  assert_string_equal(ctl_verdict_words_fault(&answer, "en"),
                      "shows another log than the one recorded on a public chain");
  answer.anchor_count = 1;
  same(ctl_verdict_words_fault(&answer, "fr"), "operator.EQUIVOCATION", "", "", "fr");
}

static void labels_have_words(void **state) {
  (void)state;
  same(ctl_verdict_words_label(CTL_LABEL_ISSUER, "km"), "fact.issuer", "", "", "km");
  same(ctl_verdict_words_label(CTL_LABEL_NEVER, "fr"), "fact.expires_never", "", "", "fr");
  same(ctl_verdict_words_label(CTL_LABEL_CHECKS, "fr"), "checks.title", "", "", "fr");
  same(ctl_verdict_words_label(CTL_LABEL_AS_OF, "km"), "status.as_of", "", "", "km");
  same(ctl_verdict_words_label(CTL_LABEL_LEDGERS_AS_OF, "fr"), "ledgers.as_of", "", "", "fr");
  same(ctl_verdict_words_label(CTL_LABEL_CHECKED, "km"), "checked.on", "", "", "km");
  same(ctl_verdict_words_label(CTL_LABEL_TRANSACTION, "fr"), "anchor.transaction", "", "", "fr"); /* as in English */
  for (unsigned label = 0; label < CTL_LABEL_TRANSACTION; label++) /* each is there, and not English */
    for (size_t in = 0; in < COUNT(translated); in++)
      assert_string_not_equal(ctl_verdict_words_label((enum ctl_verdict_label)label, translated[in]),
                              ctl_verdict_words_label((enum ctl_verdict_label)label, "en"));
}

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_code_says_what_the_page_says),
      cmocka_unit_test(the_codes_of_trust_and_status_have_words_of_their_own),
      cmocka_unit_test(faults_on_this_side_are_told_too),
      cmocka_unit_test(every_verdict_step_and_state_has_words),
      cmocka_unit_test(operators_and_their_faults_have_words),
      cmocka_unit_test(anchors_have_words_with_their_chain),
      cmocka_unit_test(a_log_that_contradicts_its_anchor_has_words_of_its_own),
      cmocka_unit_test(labels_have_words),
  };
  if (count != 2) return 2;
  path = arguments[1];
  return cmocka_run_group_tests(tests, begin, end);
}
