/* The page of the issuers, with the words of the real page. argv[1]: words.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/issuers_view.h"

#define SLICE(literal) \
  { (const uint8_t *)(literal), sizeof(literal) - 1 }

static const char *words_path;
static struct vd_words *words;
static struct vd_buffer out;

static const struct frag_issuer_name names[] = {{SLICE("en"), SLICE("<b>Ministry</b> & \"Co\" 'x'")},
                                                {SLICE("km"), SLICE("ក្រសួង<script>")}};
static const struct frag_issuer_name stolen_names[] = {{SLICE("en"), SLICE("Stolen")}, {SLICE("fr"), SLICE("Volé")}};
static const struct frag_issuer_name odd_names[] = {{SLICE("de"), SLICE("Amt")}};
static const struct frag_slice types[] = {SLICE("school/bac"), SLICE("school/\"><i>")};
static struct frag_trust_key keys[] = {
    {.role = FRAG_ROLE_ISSUER, .issuer = SLICE("ministry.example"), .name_count = 2, .names = names,
     .not_before_s = 1600000000, .not_after_s = 1900000000, .type_count = 2, .types = types},
    {.role = FRAG_ROLE_REGISTRAR, .issuer = SLICE("registrar.example"), .name_count = 1, .names = odd_names,
     .not_before_s = 1600000000, .not_after_s = UINT64_MAX, .has_compromised_since = true,
     .compromised_since_s = 1700000000},
    {.role = FRAG_ROLE_ISSUER, .issuer = SLICE("ministry.example"), .name_count = 2, .names = names},
    {.role = FRAG_ROLE_ISSUER, .issuer = SLICE("ministry.example"), .name_count = 2, .names = stolen_names,
     .has_compromised_since = true, .compromised_since_s = 1700000000}};

static int begin(void **state) {
  static const char *const languages[] = {"km", "en", "fr", NULL};
  struct vd_failure failure;
  (void)state;
  if (vd_words_read(words_path, languages, &words, &failure) != VD_OK) fail_msg("%s", failure.text);
  vd_buffer_init(&out, 1 << 18);
  return 0;
}

static int end(void **state) {
  (void)state;
  vd_buffer_free(&out);
  vd_words_free(words);
  return 0;
}

static const struct vd_issuers_query everything = {.limit = 50};

static void draw_sheet(enum vd_language language, size_t key_count, struct vd_issuers_sheet *sheet,
                       struct vd_issuers_page *page) {
  struct frag_trust_list list = {.list_no = 12, .issued_s = 1700000000, .next_update_s = 1800000000,
                                 .key_count = key_count, .keys = keys};
  struct vd_view view = {words, NULL, language, &out, NULL};
  static const size_t grouped[] = {0, 2, 3, 1};
  const struct frag_trust_key *by_issuer[4];
  struct vd_issuers issuers = {0, by_issuer};
  size_t firsts[3];
  vd_buffer_reset(&out, 1 << 18);
  for (size_t i = 0; i < sizeof grouped / sizeof grouped[0]; i++)
    if (grouped[i] < key_count) by_issuer[issuers.count++] = &keys[grouped[i]];
  for (size_t first = 0; first < issuers.count; first += vd_issuers_keys_of_one(&issuers, first))
    firsts[page->count++] = first;
  page->issuers = &issuers;
  page->firsts = firsts;
  sheet->list = &list;
  sheet->page = page;
  if (sheet->query == NULL) sheet->query = &everything;
  vd_issuers_view(&view, sheet);
  vd_buffer_append(&out, "", 1);
  assert_false(vd_buffer_failed(&out));
}

static void draw(enum vd_language language, size_t key_count, bool is_overdue) {
  struct vd_issuers_sheet sheet = {.is_overdue = is_overdue};
  struct vd_issuers_page page = {.total = key_count > 0 ? 2 : 0};
  draw_sheet(language, key_count, &sheet, &page);
}

static bool has(const char *text) { return strstr(out.bytes, text) != NULL; }

static size_t count_of(const char *text) {
  size_t count = 0;
  for (const char *at = out.bytes; (at = strstr(at, text)) != NULL; at++) count++;
  return count;
}

static void issuers_and_their_keys_are_shown(void **state) {
  (void)state;
  draw(VD_ENGLISH, 3, false);
  assert_true(has("<h1 id=\"issuers-title\">Who may issue documents</h1>"));
  assert_true(has("<dt>Number of the list</dt><dd dir=\"auto\">12</dd>"));
  assert_true(has("<time datetime=\"2027-01-15T08:00:00Z\">2027-01-15 08:00 UTC</time>"));
  assert_int_equal(count_of("<section class=\"issuer\""), 2);
  assert_int_equal(count_of("<li class=\"issuer-key\""), 3);
  assert_int_equal(count_of("data-state=\"compromised\""), 1);
  assert_true(has("<section class=\"issuer\" aria-labelledby=\"issuer-2\"><h2 id=\"issuer-2\" dir=\"auto\" lang=\"de\">"
                  "Amt</h2>"));
  assert_true(has("No longer trusted for documents issued since</dt><dd dir=\"auto\"><time datetime=\"2023-11-14"));
  assert_true(has("<time datetime=\"9999-12-31T23:59:59Z\">"));
  assert_int_equal(count_of("<ul class=\"types\">"), 2); /* none for the registrar */
  assert_true(has("<ul class=\"types\"><li>All types</li></ul>"));
  assert_true(has("href=\"index.en.html\""));
  assert_false(has("warning"));
}

static void a_stolen_key_only_names_what_no_other_does(void **state) {
  (void)state;
  draw(VD_ENGLISH, 4, false);
  assert_true(has("&lt;b&gt;Ministry&lt;/b&gt;") && !has("Stolen"));
  draw(VD_FRENCH, 4, false);
  assert_true(has("dir=\"auto\">Volé</h2>"));
}

static void hostile_names_and_types_are_text(void **state) {
  (void)state;
  draw(VD_ENGLISH, 3, false);
  assert_true(has("&lt;b&gt;Ministry&lt;/b&gt; &amp; &quot;Co&quot; &#39;x&#39;</h2>"));
  assert_true(has("<li>school/&quot;&gt;&lt;i&gt;</li>"));
  draw(VD_KHMER, 3, false);
  assert_true(has("ក្រសួង&lt;script&gt;</h2>"));
  assert_false(has("<script") || has("<b>") || has("<i>"));
}

static void every_language_has_its_words(void **state) {
  (void)state;
  draw(VD_FRENCH, 3, true);
  assert_true(has("Qui peut émettre des documents"));
  assert_true(has("<li class=\"warning\">") && has("Une liste plus récente"));
  assert_true(has("href=\"index.fr.html\""));
  draw(VD_KHMER, 3, true);
  assert_true(has("អ្នកដែលអាចចេញឯកសារ"));
  assert_false(has(">issuers.") || has("\"issuers.p")); /* a key in place of a word */
}

static void a_list_of_nobody_says_so(void **state) {
  (void)state;
  draw(VD_ENGLISH, 0, false);
  assert_true(has("<p class=\"issuers-found\" id=\"issuers-found\">There is no issuer on the list.</p>"));
  assert_int_equal(count_of("<section"), 0);
  assert_false(has("<nav") || has("Show all"));
}

static void a_page_says_where_it_is_and_leads_to_its_neighbours(void **state) {
  struct vd_issuers_query query = {.limit = 50, .text = "a\"b &é", .issuer = "x.example"};
  struct vd_issuers_sheet sheet = {.query = &query, .is_changed = true};
  struct vd_issuers_page page = {.before = 50, .total = 1234, .next = "00ff-52", .previous = "00ff-0"};
  (void)state;
  draw_sheet(VD_ENGLISH, 3, &sheet, &page);
  assert_true(has(">Issuers 51 to 52 of 1234</p>"));
  assert_true(has("<h2 id=\"issuer-51\"") && has("<h2 id=\"issuer-52\""));
  assert_true(has("A new list has come into force meanwhile"));
  assert_true(has("<form class=\"issuers-search\" role=\"search\" method=\"get\" action=\"issuers.en\">"));
  assert_true(has("<label for=\"issuers-q\">Search by name or identifier</label>"));
  assert_true(has(" value=\"a&quot;b &amp;é\">"));
  assert_true(has("rel=\"prev\" href=\"issuers.en?after=00ff-0&amp;q=a%22b%20%26%C3%A9&amp;issuer=x%2Eexample\">"));
  assert_true(has("rel=\"next\" href=\"issuers.en?after=00ff-52&amp;q=a%22b%20%26%C3%A9&amp;issuer=x%2Eexample\">"));
  assert_true(has("<a href=\"issuers.en\">Show all</a>"));
  page = (struct vd_issuers_page){.total = 0};
  draw_sheet(VD_FRENCH, 0, &sheet, &page);
  assert_true(has("Aucun émetteur portant ce nom"));
  assert_false(has("<nav"));
}

static void keys_are_open_when_there_are_few_or_one_is_compromised(void **state) {
  struct vd_issuers_sheet sheet = {.is_overdue = false};
  struct vd_issuers_page page = {.before = 50, .total = 52};
  (void)state;
  draw(VD_ENGLISH, 3, false);
  assert_int_equal(count_of("<details open=\"\"><summary>"), 2);
  assert_true(has("<summary>Keys: 2</summary>"));
  draw_sheet(VD_ENGLISH, 3, &sheet, &page);
  assert_int_equal(count_of("<details><summary>"), 1);
  assert_int_equal(count_of("<details open=\"\"><summary>Keys: 1</summary>"), 1);
}

static void a_missing_word_is_found(void **state) {
  char missing[VD_RESULT_WORD_SIZE];
  (void)state;
  assert_true(vd_issuers_view_words_complete(words, missing));
  FILE *file = tmpfile();
  assert_non_null(file);
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
  (void)fputs("{\"codes\":{},\"words\":{\"issuers.title\":{\"km\":\"x\"}}}", file);
  assert_int_equal(fflush(file), 0);
  static const char *const languages[] = {"km", NULL};
  struct vd_words *few;
  assert_int_equal(vd_words_read(path, languages, &few, NULL), VD_OK);
  assert_false(vd_issuers_view_words_complete(few, missing));
  assert_string_equal(missing, "issuers.text");
  vd_words_free(few);
  (void)fclose(file);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      TEST(issuers_and_their_keys_are_shown), TEST(a_stolen_key_only_names_what_no_other_does),
      TEST(hostile_names_and_types_are_text),
      TEST(every_language_has_its_words),     TEST(a_list_of_nobody_says_so),
      TEST(a_page_says_where_it_is_and_leads_to_its_neighbours),
      TEST(keys_are_open_when_there_are_few_or_one_is_compromised),
      TEST(a_missing_word_is_found),
  };
  if (count != 2) return 2;
  words_path = arguments[1];
  return cmocka_run_group_tests(tests, NULL, NULL);
}
