/* The answer page without JavaScript, with the words of the real page. argv[1]: words.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "serve/page.h"
#include "temp_folder.h"

#define SLICE(literal) \
  { (const uint8_t *)(literal), sizeof(literal) - 1 }

static const char profile_text[] =
    "type = \"school/bac\";\n"
    "type_labels = { km = \"សញ្ញាបត្រ\"; en = \"Certificate <1>\"; };\n"
    "serial = { column = \"serial\"; };\n"
    "attributes = ( { name = \"name\"; column = \"name\"; labels = { en = \"Name & all\"; }; } );\n";
static const struct frag_issuer_name issuer_names[] = {{SLICE("en"), SLICE("The \"Ministry\"")},
                                                       {SLICE("km"), SLICE("ក្រសួង")}};
static const struct frag_trust_key issuer_key = {
    .issuer = SLICE("ministry.example"), .name_count = 2, .names = issuer_names};
static const struct frag_trust_key *const issuer_keys[] = {&issuer_key};

static const char *words_path;
static struct temp_folder folder;
static struct vd_bytes words;
static struct vd_page *page;
static struct vd_profile *profile;
static struct vd_profiles profiles;
static struct vd_settings *settings;
static struct vd_verdict *verdict;
static struct vd_buffer out;
static struct vd_failure failure;

static void put_template(const char *name, const char *text) { temp_folder_put(&folder, name, text, strlen(text)); }

static int begin(void **state) {
  (void)state;
  temp_folder_make(&folder);
  assert_int_equal(vd_file_read(words_path, 1 << 20, &words, &failure), VD_OK);
  temp_folder_put(&folder, "words.json", words.data, words.len);
  put_template("answer.km.html", "<html lang=\"km\"><title>{{title}} – x</title>{{result}}</html>");
  put_template("answer.en.html", "<html lang=\"en\"><title>{{title}} – x</title>{{result}}</html>");
  put_template("answer.fr.html", "<html lang=\"fr\"><title>{{title}} – x</title>{{result}}</html>");
  if (vd_page_new(folder.path, &page, &failure) != VD_OK) fail_msg("%s", failure.text);
  profile = malloc(sizeof *profile);
  verdict = calloc(1, sizeof *verdict);
  settings = calloc(1, sizeof *settings);
  assert_non_null(settings);
  assert_non_null(profile);
  assert_non_null(verdict);
  assert_int_equal(vd_profile_parse(profile_text, sizeof profile_text - 1, "test", profile, &failure), VD_OK);
  profiles = (struct vd_profiles){.count = 1, .items = profile};
  vd_buffer_init(&out, 1 << 18);
  return 0;
}

static int end(void **state) {
  (void)state;
  vd_buffer_free(&out);
  vd_page_free(page);
  vd_bytes_free(&words);
  free(profile);
  free(verdict);
  free(settings);
  temp_folder_remove(&folder);
  return 0;
}

static void fill_valid(void) {
  memset(verdict, 0, sizeof *verdict);
  for (int step = 0; step < VD_STEPS; step++) verdict->checks[step].state = VD_CHECK_PASSED;
  verdict->checks[VD_STEP_ANCHOR].state = VD_CHECK_NOT_CHECKED;
  verdict->operator_count = 2;
  verdict->operators[0] =
      (struct vd_operator_answer){.number = 1, .name = "First & foremost", .state = VD_OPERATOR_GOOD};
  verdict->operators[1] = (struct vd_operator_answer){.number = 2, .name = "Second", .state = VD_OPERATOR_NOT_ASKED};
  verdict->as_of_s = verdict->status_as_of_s = 1750000000;
  verdict->issuer_key = &issuer_key;
  verdict->issuer_keys = issuer_keys;
  verdict->issuer_key_count = 1;
  verdict->document =
      (struct frag_document){.issuer = SLICE("ministry.example"),
                             .type = SLICE("school/bac"),
                             .serial = SLICE("A-17"),
                             .issue_no = 1,
                             .issued_s = 1700000000,
                             .attribute_count = 3,
                             .attributes = {{SLICE("name"), SLICE("<script>alert(1)</script>\" onload='x")},
                                            {SLICE("raw_name"), SLICE("សុខ")},
                                            {SLICE("marks"), SLICE("A & B")}}};
}

static void fill_other(frag_error code, enum vd_step step) {
  memset(verdict, 0, sizeof *verdict);
  verdict->code = code;
  verdict->verdict = frag_error_verdict(code);
  for (unsigned i = 0; i < step; i++) verdict->checks[i].state = VD_CHECK_PASSED;
  verdict->checks[step] = (struct vd_check){VD_CHECK_FAILED, code};
}

static void draw(enum vd_language language) {
  vd_buffer_reset(&out, 1 << 18);
  vd_page_verdict(page, language, &profiles, settings, verdict, &out);
  vd_buffer_append(&out, "", 1);
  assert_false(vd_buffer_failed(&out));
}

static bool has(const char *text) { return strstr(out.bytes, text) != NULL; }

static void a_valid_document_is_shown(void **state) {
  (void)state;
  fill_valid();
  draw(VD_ENGLISH);
  assert_int_equal(strncmp(out.bytes, "<html lang=\"en\"><title>The document is genuine and in force. – x</title>", 70),
                   0);
  assert_true(has("<article class=\"result\" data-verdict=\"VALID\" aria-labelledby=\"verdict-title\">"));
  assert_true(has("<p class=\"sheet-type\">Certificate &lt;1&gt;</p>"));
  assert_true(has("<dt>Name &amp; all</dt>"));
  assert_true(has("<dt>raw_name</dt><dd dir=\"auto\" lang=\"km\">សុខ</dd>"));
  assert_true(has("<dt>Issued by</dt><dd dir=\"auto\">The &quot;Ministry&quot;</dd>"));
  assert_true(has("ministry.example") && has("A-17"));
  assert_true(has("<time datetime=\"2023-11-14T22:13:20Z\">2023-11-14 22:13 UTC</time>"));
  assert_true(has("Does not expire"));
  assert_false(has("Issue number"));
  assert_true(
      has("<li class=\"operator\" data-state=\"good\"><span class=\"operator-name\">First &amp; foremost</span>"));
  assert_true(has("data-state=\"not_checked\""));
  assert_true(has("<a class=\"button\" href=\"index.en.html\">"));
  assert_false(has("class=\"reference\""));
  assert_false(has("class=\"warnings\""));
}

static void no_value_becomes_markup(void **state) {
  (void)state;
  fill_valid();
  for (unsigned language = 0; language < VD_LANGUAGE_COUNT; language++) {
    draw((enum vd_language)language);
    assert_false(has("<script") || has("onload='") || has("<1>") || has("A & B"));
    assert_true(has("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&#39;x"));
  }
}

static void labels_fall_back_and_say_their_language(void **state) {
  (void)state;
  fill_valid();
  draw(VD_KHMER);
  assert_true(has("<p class=\"sheet-type\">សញ្ញាបត្រ</p>"));
  assert_true(has("<dt lang=\"en\">Name &amp; all</dt>"));
  assert_true(has(">ក្រសួង</dd>"));
  assert_true(has("<a class=\"button\" href=\"./\">"));
  draw(VD_FRENCH);
  assert_true(has("<p class=\"sheet-type\" lang=\"en\">Certificate &lt;1&gt;</p>"));
  assert_true(has("<dd dir=\"auto\" lang=\"en\">The &quot;Ministry&quot;</dd>"));
}

static void reprints_and_expiry_are_shown(void **state) {
  (void)state;
  fill_valid();
  verdict->document.issue_no = 2;
  verdict->document.has_expires = true;
  verdict->document.expires_s = UINT64_MAX;
  draw(VD_ENGLISH);
  assert_true(has("<dt>Issue number</dt><dd dir=\"auto\">2</dd>"));
  assert_true(has("9999-12-31 23:59 UTC"));
}

/* Each in its own words; a step that has none of its own falls back. */
static void warnings_are_told(void **state) {
  static const struct {
    enum vd_step step;
    const char *text;
  } cases[] = {
      {VD_STEP_FRAGMENTS, "Not every ledger confirmed its part of the document. Those that did are enough."},
      {VD_STEP_LOG, "The public log of at least one ledger did not check out. The other ledgers are enough."},
      {VD_STEP_STATUS, "Not every ledger could be relied on for the status of the document."},
      {VD_STEP_VALIDITY, "One of the checks gave a warning."},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    fill_valid();
    verdict->checks[cases[i].step].state = VD_CHECK_WARNING;
    draw(VD_ENGLISH);
    assert_true(has("<ul class=\"warnings\"><li class=\"warning\">"));
    for (size_t other = 0; other < sizeof cases / sizeof cases[0]; other++)
      assert_int_equal(has(cases[other].text), other == i);
  }
}

/* In place of its state; but a log that failed says more. */
static void a_statement_that_is_withheld_is_told(void **state) {
  static const char words_of_it[] = "does not show a statement on the status that another ledger holds";
  (void)state;
  fill_valid();
  draw(VD_ENGLISH);
  assert_false(has(words_of_it));
  verdict->operators[1].withholds = true;
  draw(VD_ENGLISH);
  assert_true(has(words_of_it));
  draw(VD_FRENCH);
  assert_true(has("ne montre pas une déclaration de statut"));
  verdict->operators[1].state = VD_OPERATOR_LOG_FAILED;
  verdict->operators[1].log_code = FRAG_EQUIVOCATION;
  draw(VD_ENGLISH);
  assert_false(has(words_of_it));
}

static void a_log_that_failed_is_told(void **state) {
  static const struct {
    frag_error code;
    const char *operator_text;
    const char *title;
  } cases[] = {
      {FRAG_NOT_IN_LOG, "the entry is not in its public log", "The entry is not in a ledger’s public log."},
      {FRAG_CHECKPOINT_SIGNATURE, "its public log is not rightly signed",
       "A ledger’s public log is not rightly signed."},
      {FRAG_LOG_INCONSISTENT, "its public log was changed afterwards", "A ledger’s public log was changed afterwards."},
      {FRAG_EQUIVOCATION, "has shown two different public logs", "A ledger has shown two different public logs."},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char line[160];
    fill_other(cases[i].code, VD_STEP_LOG);
    verdict->operator_count = 2;
    verdict->operators[0] = (struct vd_operator_answer){
        .number = 1, .name = "First", .state = VD_OPERATOR_LOG_FAILED, .log_code = cases[i].code};
    verdict->operators[1] =
        (struct vd_operator_answer){.number = 2, .name = "Second", .state = VD_OPERATOR_UNREACHABLE};
    draw(VD_ENGLISH);
    assert_true(has("data-verdict=\"INCONCLUSIVE\"") && has(cases[i].title));
    assert_true(has("This says nothing against the document."));
    assert_true(has("<li class=\"operator\" data-state=\"log_failed\">"));
    (void)snprintf(line, sizeof line, "<span class=\"operator-state\">%s</span>", cases[i].operator_text);
    assert_true(has(line));
    assert_true(has("data-state=\"undecided\"") && !has("data-state=\"failed\""));
  }
}

/* ---- anchors ---- */

static struct vd_operator_anchor anchor(const char *chain, enum vd_anchors_cover cover) {
  struct vd_operator_anchor made = {.chain = chain, .cover = cover};
  if (cover != VD_ANCHORS_COVERED && cover != VD_ANCHORS_REFUSED) return made;
  made.item = (struct vd_anchors_item){.size = 9, .block_number = 4711, .block_time_s = 1700000000};
  memset(made.item.transaction, 0xab, sizeof made.item.transaction);
  return made;
}

static void fill_anchored(enum vd_anchors_cover cover) {
  fill_valid();
  settings->chains_count = 1;
  strcpy(settings->chains[0].name, "sep<olia");
  settings->chains[0].kind = VD_CHAIN_EVM;
  strcpy(settings->chains[0].explorer, "https://scan.example/tx/{transaction}?\"x\"&y");
  verdict->operators[0].anchor_count = 1;
  verdict->operators[0].anchors[0] = anchor("sep<olia", cover);
  verdict->checks[VD_STEP_ANCHOR].state = cover == VD_ANCHORS_COVERED ? VD_CHECK_PASSED : VD_CHECK_WARNING;
}

static void a_final_anchor_is_told_with_its_place(void **state) {
  (void)state;
  fill_anchored(VD_ANCHORS_COVERED);
  verdict->is_anchored = true;
  verdict->tau_s = 1700000000;
  draw(VD_ENGLISH);
  assert_true(has("The document existed at the latest on <time datetime=\"2023-11-14T22:13:20Z\">"));
  assert_true(has("<ul class=\"anchors\"><li class=\"anchor\" data-state=\"final\">"
                  "<span class=\"operator-name\">First &amp; foremost</span> <span class=\"anchor-state\">"
                  "recorded for good on the public blockchain sep&lt;olia, on</span> <time "));
  assert_true(has("<span class=\"anchor-place\">block 4711, transaction "
                  "<a href=\"https://scan.example/tx/0xababab"));
  assert_true(has("abab?&quot;x&quot;&amp;y\" rel=\"noopener noreferrer\" target=\"_blank\" "
                  "title=\"opens another website in a new tab\"><code>0xabababab…ababab</code></a></span></li></ul>"));
  draw(VD_FRENCH);
  assert_true(has("Le document existait au plus tard le <time") && has("bloc 4711, transaction <a "));
  draw(VD_KHMER);
  assert_true(has("ប្លុក 4711, ប្រតិបត្តិការ <a "));
}

static void without_an_explorer_there_is_no_link(void **state) {
  (void)state;
  fill_anchored(VD_ANCHORS_COVERED);
  settings->chains[0].explorer[0] = '\0';
  draw(VD_ENGLISH);
  assert_false(has("_blank") || has("<a href=\"http"));
  assert_true(has("transaction <code title=\"0xabab") && has("\">0xabababab…ababab</code></span></li>"));
  assert_false(has("existed at the latest")); /* that is told of an anchor of the verdict only */
}

static void what_is_not_anchored_is_told_plainly(void **state) {
  static const struct {
    enum vd_anchors_cover cover;
    frag_error code;
    const char *text, *warning;
  } cases[] = {
      {VD_ANCHORS_PENDING, FRAG_ANCHOR_PENDING,
       "not yet recorded on the public blockchain sep&lt;olia; this is normal in the first hours or days",
       "Not yet recorded on a public blockchain. This is normal"},
      {VD_ANCHORS_OVERDUE, FRAG_ANCHOR_MISSING,
       "should have been recorded on the public blockchain sep&lt;olia by now",
       "The record on a public blockchain is overdue. The document is valid all the same."},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    fill_anchored(cases[i].cover);
    verdict->checks[VD_STEP_ANCHOR].code = cases[i].code;
    draw(VD_ENGLISH);
    assert_true(has("data-verdict=\"VALID\"") && has(cases[i].text) && has(cases[i].warning));
    assert_false(has("anchor-place") || has("<a href=\"http"));
  }
  fill_valid();
  draw(VD_ENGLISH);
  assert_true(has("No public blockchain is set up for these ledgers."));
  assert_false(has("class=\"anchors\""));
}

static void a_log_that_contradicts_its_anchor_is_told(void **state) {
  static const char words_of_it[] = "shows another public log than the one recorded on a public blockchain";
  (void)state;
  fill_other(FRAG_EQUIVOCATION, VD_STEP_LOG);
  verdict->operator_count = 1;
  verdict->operators[0] = (struct vd_operator_answer){
      .number = 1, .name = "First", .state = VD_OPERATOR_LOG_FAILED, .log_code = FRAG_EQUIVOCATION};
  draw(VD_ENGLISH);
  assert_false(has(words_of_it));
  verdict->operators[0].anchor_count = 1;
  verdict->operators[0].anchors[0] = anchor("other", VD_ANCHORS_REFUSED);
  draw(VD_ENGLISH);
  assert_true(has(words_of_it) && !has("has shown two different public logs</span>"));
  assert_true(has("<li class=\"anchor\" data-state=\"refused\">") && has("transaction <code title=\"abab"));
  assert_true(has("its public log is not the one that was recorded on the public blockchain other, on</span> <time"));
}

/* Every code, in every language: its own words, and nothing of a document. */
static void other_verdicts_show_no_document(void **state) {
  static const frag_error codes[] = {
#define CODE(enumerator, code, verdict, name, meaning) enumerator,
      FRAG_VERDICT_CODE_LIST(CODE)
#undef CODE
          FRAG_CRYPTO};
  (void)state;
  for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
    if (frag_error_verdict(codes[i]) == FRAG_VALID) continue;
    fill_valid(); /* what must not be shown is there */
    verdict->code = codes[i];
    verdict->verdict = frag_error_verdict(codes[i]);
    for (unsigned language = 0; language < VD_LANGUAGE_COUNT; language++) {
      draw((enum vd_language)language);
      assert_false(has("class=\"document\"") || has("class=\"address\"") || has("alert(1)") || has("A-17") ||
                   has("ministry"));
      assert_true(has("class=\"next\"") && has("class=\"reference\"") && has(frag_error_name(codes[i])));
      assert_true(has(frag_verdict_name(verdict->verdict)));
    }
  }
}

static void codes_have_their_own_words(void **state) {
  (void)state;
  fill_other(FRAG_REVOKED, VD_STEP_STATUS);
  draw(VD_ENGLISH);
  assert_true(has("The issuing institution has revoked this document."));
  assert_true(has("data-state=\"failed\"") && has("data-state=\"not_reached\""));
  assert_true(has("40 REVOKED"));
  fill_other(FRAG_TOO_FEW_FRAGMENTS, VD_STEP_FRAGMENTS);
  draw(VD_ENGLISH);
  assert_true(has("The document cannot be checked right now."));
  assert_true(has("data-state=\"undecided\"")); /* not failed: nothing is wrong with the document */
  assert_false(has("data-state=\"failed\""));
}

static void every_verdict_says_as_of_when(void **state) {
  static const struct {
    uint64_t status_as_of_s, as_of_s;
    const char *words[VD_LANGUAGE_COUNT];
  } cases[] = {
      {1750000000, 1750000000, {"ស្ថានភាពគិតត្រឹម", "Status as of", "Statut au"}},
      {0, 1750000000, {"បញ្ជីកត់ត្រាគិតត្រឹម", "Ledgers as of", "Registres au"}},
      {0, 0, {"បានផ្ទៀងផ្ទាត់នៅ", "Checked on", "Vérifié le"}},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    fill_other(FRAG_TOO_FEW_FRAGMENTS, VD_STEP_FRAGMENTS);
    verdict->status_as_of_s = cases[i].status_as_of_s;
    verdict->as_of_s = cases[i].as_of_s;
    verdict->checked_s = 1750000000;
    for (unsigned language = 0; language < VD_LANGUAGE_COUNT; language++) {
      char wanted[160];
      (void)snprintf(wanted, sizeof wanted, "<p class=\"verdict-time\">%s <time datetime=\"2025-06-15T15:06:40Z\">",
                     cases[i].words[language]);
      draw((enum vd_language)language);
      if (!has(wanted)) fail_msg("no %s", wanted);
    }
  }
}

static void problems_have_a_page(void **state) {
  static const enum vd_problem all[] = {
#define PROBLEM(name, status, slug, title) name,
      VD_PROBLEM_LIST(PROBLEM)
#undef PROBLEM
  };
  (void)state;
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    vd_buffer_reset(&out, 1 << 18);
    vd_page_problem(page, VD_ENGLISH, all[i], &out);
    vd_buffer_append(&out, "", 1);
    assert_true(has("<title>") && has("index.en.html") && has("</article>"));
    assert_false(has("{{") || has("data-verdict=\"VALID\"") || has("NOT_VALID")); /* a fault of ours is no verdict */
    if (all[i] == VD_PROBLEM_NO_CODE) assert_true(has("No QR code was found in the picture."));
    if (all[i] == VD_PROBLEM_BUSY) assert_true(has("The service is busy."));
  }
}

static enum vd_error make_page(struct vd_page **made) { return vd_page_new(folder.path, made, &failure); }

static void templates_are_checked(void **state) {
  static const char *const wrong[] = {"",
                                      "{{title}}",
                                      "{{result}}",
                                      "{{result}} {{title}}",
                                      "{{title}} {{result}} {{result}}",
                                      "{{title}} {{title}} {{result}}",
                                      "{{ title }} {{result}}"};
  struct vd_page *made;
  (void)state;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    put_template("answer.fr.html", wrong[i]);
    if (make_page(&made) != VD_CONFIG) fail_msg("taken: %s", wrong[i]);
    assert_non_null(strstr(failure.text, "answer.fr.html"));
  }
  assert_int_equal(vd_page_new("/nonexistent", &made, &failure), VD_NO_INPUT);
  assert_null(made);
}

/* Takes one word after the other out of words.json, those that the view asks for: each has to be missed. */
static void a_missing_word_is_told_at_the_start(void **state) {
  static const char *const keys[] = {"verdict.VALID",      "result.revoked.title", "result.not_valid.next",
                                     "result.busy.text",   "check.validity.text",  "state.undecided",
                                     "operator.not_asked", "fact.expires_never",   "problem.no_input.text",
                                     "reference",          "warning.other",        "warning.log",
                                     "operator.log_failed", "operator.EQUIVOCATION", "result.log_rewritten.text",
                                     "anchor.final",       "anchor.refused",       "anchor.none",
                                     "anchor.link",        "warning.ANCHOR_MISSING", "operator.anchor_refused"};
  struct vd_page *made;
  (void)state;
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    char quoted[64];
    char *text = strdup((const char *)words.data);
    assert_non_null(text);
    (void)snprintf(quoted, sizeof quoted, "\"%s\"", keys[i]);
    char *found = strstr(text, quoted);
    assert_non_null(found);
    found[1] = '!';
    put_template("words.json", text);
    free(text);
    assert_int_equal(make_page(&made), VD_CONFIG);
    if (strstr(failure.text, keys[i]) == NULL) fail_msg("%s: %s", keys[i], failure.text);
  }
}

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_valid_document_is_shown, begin, end),
      cmocka_unit_test_setup_teardown(no_value_becomes_markup, begin, end),
      cmocka_unit_test_setup_teardown(labels_fall_back_and_say_their_language, begin, end),
      cmocka_unit_test_setup_teardown(reprints_and_expiry_are_shown, begin, end),
      cmocka_unit_test_setup_teardown(warnings_are_told, begin, end),
      cmocka_unit_test_setup_teardown(a_log_that_failed_is_told, begin, end),
      cmocka_unit_test_setup_teardown(a_statement_that_is_withheld_is_told, begin, end),
      cmocka_unit_test_setup_teardown(a_final_anchor_is_told_with_its_place, begin, end),
      cmocka_unit_test_setup_teardown(without_an_explorer_there_is_no_link, begin, end),
      cmocka_unit_test_setup_teardown(what_is_not_anchored_is_told_plainly, begin, end),
      cmocka_unit_test_setup_teardown(a_log_that_contradicts_its_anchor_is_told, begin, end),
      cmocka_unit_test_setup_teardown(other_verdicts_show_no_document, begin, end),
      cmocka_unit_test_setup_teardown(codes_have_their_own_words, begin, end),
      cmocka_unit_test_setup_teardown(every_verdict_says_as_of_when, begin, end),
      cmocka_unit_test_setup_teardown(problems_have_a_page, begin, end),
      cmocka_unit_test_setup_teardown(templates_are_checked, begin, end),
      cmocka_unit_test_setup_teardown(a_missing_word_is_told_at_the_start, begin, end),
  };
  if (count != 2) return 2;
  words_path = arguments[1];
  return cmocka_run_group_tests(tests, NULL, NULL);
}
