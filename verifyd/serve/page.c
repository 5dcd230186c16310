#include "serve/page.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "serve/html.h"
#include "serve/result_words.h"

#define TEMPLATE_MAX ((size_t)256 << 10)

struct template {
  struct vd_bytes file;
  struct vd_span before_title, before_result, after_result; /* of file */
};

struct vd_page {
  struct vd_words *words;
  struct template templates[VD_LANGUAGE_COUNT];
};

/* Cuts the text before a mark off the front of *rest; false unless the mark is there exactly once. */
static bool cut_at(struct vd_span *rest, const char *mark, struct vd_span *before) {
  size_t mark_len = strlen(mark);
  const char *found = memmem(rest->text, rest->len, mark, mark_len);
  if (found == NULL) return false;
  *before = (struct vd_span){rest->text, (size_t)(found - rest->text)};
  *rest = (struct vd_span){found + mark_len, rest->len - before->len - mark_len};
  return memmem(rest->text, rest->len, mark, mark_len) == NULL;
}

static enum vd_error read_template(const char *web_root, enum vd_language language, struct template *template,
                                   struct vd_failure *failure) {
  char path[PATH_MAX];
  (void)snprintf(path, sizeof path, "%s/answer.%s.html", web_root, vd_language_tag(language));
  enum vd_error error = vd_file_read(path, TEMPLATE_MAX, &template->file, failure);
  if (error != VD_OK) return error;
  template->after_result = (struct vd_span){(const char *)template->file.data, template->file.len};
  if (cut_at(&template->after_result, "{{title}}", &template->before_title) &&
      cut_at(&template->after_result, "{{result}}", &template->before_result))
    return VD_OK;
  return vd_fail(failure, VD_CONFIG, "%s: needs {{title}} and after it {{result}}, each once; build the page anew",
                 path);
}

static enum vd_error read_words(const char *web_root, struct vd_words **words, struct vd_failure *failure) {
  static const char *const languages[] = {"km", "en", "fr", NULL};
  char path[PATH_MAX], missing[VD_RESULT_WORD_SIZE];
  (void)snprintf(path, sizeof path, "%s/words.json", web_root);
  enum vd_error error = vd_words_read(path, languages, words, failure);
  if (error != VD_OK || (vd_result_words_complete(*words, missing) && vd_issuers_view_words_complete(*words, missing)))
    return error;
  return vd_fail(failure, VD_CONFIG, "%s: words: %s: is missing; build the page anew", path, missing);
}

enum vd_error vd_page_new(const char *web_root, struct vd_page **page, struct vd_failure *failure) {
  *page = NULL;
  struct vd_page *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the answer page");
  enum vd_error error = read_words(web_root, &made->words, failure);
  for (unsigned i = 0; i < VD_LANGUAGE_COUNT && error == VD_OK; i++)
    error = read_template(web_root, (enum vd_language)i, &made->templates[i], failure);
  if (error == VD_OK) *page = made;
  else vd_page_free(made);
  return error;
}

void vd_page_free(struct vd_page *page) {
  if (page == NULL) return;
  for (unsigned i = 0; i < VD_LANGUAGE_COUNT; i++) vd_bytes_free(&page->templates[i].file);
  vd_words_free(page->words);
  free(page);
}

static void begin(const struct template *template, const char *title, struct vd_buffer *out) {
  vd_buffer_span(out, template->before_title);
  vd_html_text(out, title);
  vd_buffer_span(out, template->before_result);
}

void vd_page_verdict(const struct vd_page *page, enum vd_language language, const struct vd_profiles *profiles,
                     const struct vd_settings *settings, const struct vd_verdict *verdict, struct vd_buffer *out) {
  const struct template *template = &page->templates[language];
  struct vd_view view = {page->words, profiles, language, out, settings};
  begin(template, vd_result_view_title(&view, verdict), out);
  vd_result_view_verdict(&view, verdict);
  vd_buffer_span(out, template->after_result);
}

void vd_page_problem(const struct vd_page *page, enum vd_language language, enum vd_problem problem,
                     struct vd_buffer *out) {
  const struct template *template = &page->templates[language];
  struct vd_view view = {page->words, NULL, language, out, NULL};
  begin(template, vd_result_view_problem_title(&view, problem), out);
  vd_result_view_problem(&view, problem);
  vd_buffer_span(out, template->after_result);
}

enum vd_error vd_page_issuers(const struct vd_page *page, enum vd_language language, const struct vd_profiles *profiles,
                              const struct vd_issuers_sheet *sheet, struct vd_buffer *out, struct vd_failure *failure) {
  const struct template *template = &page->templates[language];
  struct vd_view view = {page->words, profiles, language, out, NULL};
  begin(template, vd_issuers_view_title(&view), out);
  vd_issuers_view(&view, sheet);
  vd_buffer_span(out, template->after_result);
  return vd_buffer_failed(out) ? vd_fail(failure, VD_MEMORY, "no memory for the page of the issuers") : VD_OK;
}
