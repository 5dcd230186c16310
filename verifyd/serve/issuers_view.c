#include "serve/issuers_view.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hex.h"
#include "serve/html.h"

enum { SHORT_PAGE = 5 /* issuers whose keys are open at once */ };

static const char *const keys[] = {"issuers.title",          "issuers.text",      "issuers.list_no",
                                   "issuers.issued",         "issuers.next_update", "issuers.overdue",
                                   "issuers.changed",        "issuers.none",      "issuers.not_found",
                                   "issuers.found",          "issuers.search",    "issuers.submit",
                                   "issuers.all",            "issuers.pages",     "issuers.previous",
                                   "issuers.next",           "issuers.keys",      "issuers.key",
                                   "issuers.role",           "issuers.role_issuer", "issuers.role_registrar",
                                   "issuers.types",          "issuers.all_types", "issuers.not_before",
                                   "issuers.not_after",      "issuers.compromised", "issuers.id",
                                   "action.again",           NULL};

bool vd_issuers_view_words_complete(const struct vd_words *words, char missing[static VD_RESULT_WORD_SIZE]) {
  for (size_t i = 0; keys[i] != NULL; i++) {
    (void)snprintf(missing, VD_RESULT_WORD_SIZE, "%s", keys[i]);
    if (vd_words_text(words, missing, vd_language_tag(VD_KHMER)) == NULL) return false;
  }
  return true;
}

const char *vd_issuers_view_title(const struct vd_view *view) { return vd_view_word(view, "issuers.", "title", ""); }

/* ---- rows ---- */

static struct vd_result_label label_of(const struct vd_view *view, const char *name) {
  return (struct vd_result_label){vd_view_span(vd_view_word(view, "issuers.", name, "")), {NULL, 0}};
}

static void put_text_row(const struct vd_view *view, const char *name, struct vd_span text) {
  vd_view_put_row(view, label_of(view, name), (struct vd_result_label){text, {NULL, 0}});
}

static void put_time_row(const struct vd_view *view, const char *name, uint64_t time_s) {
  vd_view_open_row(view, label_of(view, name));
  vd_view_put(view, ">");
  vd_view_put_time(view, time_s);
  vd_view_close_row(view);
}

static void put_type(const struct vd_view *view, struct vd_span type) {
  const struct vd_profile *profile =
      view->profiles == NULL ? NULL : vd_profiles_find(view->profiles, type.text, type.len);
  struct vd_result_label label =
      vd_result_label_pick(profile == NULL ? NULL : &profile->type_labels, type, view->language);
  vd_view_put(view, "<li");
  vd_view_put_language(view, label.language);
  vd_view_put(view, ">");
  vd_html_escape(view->out, label.text.text, label.text.len);
  vd_view_put(view, "</li>");
}

static void put_types_row(const struct vd_view *view, const struct frag_trust_key *key) {
  vd_view_open_row(view, label_of(view, "types"));
  vd_view_put(view, "><ul class=\"types\">");
  if (key->type_count == 0) {
    vd_view_put(view, "<li>");
    vd_view_put_word(view, "issuers.all_types");
    vd_view_put(view, "</li>");
  }
  for (size_t i = 0; i < key->type_count; i++) put_type(view, vd_view_slice(key->types[i]));
  vd_view_put(view, "</ul>");
  vd_view_close_row(view);
}

/* ---- keys and issuers ---- */

static void put_key(const struct vd_view *view, const struct frag_trust_key *key) {
  char kid[2 * FRAG_KID_LEN + 1];
  bool is_registrar = key->role == FRAG_ROLE_REGISTRAR;
  const char *role = is_registrar ? "role_registrar" : "role_issuer";
  vd_hex_encode(kid, key->kid, FRAG_KID_LEN);
  vd_view_put(view, "<li class=\"issuer-key\"");
  vd_view_put(view, key->has_compromised_since ? " data-state=\"compromised\">" : ">");
  vd_view_put(view, "<dl class=\"rows facts\">\n");
  if (key->has_compromised_since) put_time_row(view, "compromised", key->compromised_since_s);
  if (!is_registrar) put_types_row(view, key);
  put_text_row(view, "role", vd_view_span(vd_view_word(view, "issuers.", role, "")));
  put_time_row(view, "not_before", key->not_before_s);
  put_time_row(view, "not_after", key->not_after_s);
  put_text_row(view, "key", vd_view_span(kid));
  vd_view_put(view, "</dl></li>\n");
}

static void put_id(const struct vd_view *view, size_t number) {
  vd_view_put(view, "\"issuer-");
  vd_buffer_number(view->out, number);
  vd_view_put(view, "\"");
}

static const char *decimal(char digits[static 24], uint64_t number) {
  (void)snprintf(digits, 24, "%" PRIu64, number);
  return digits;
}

/* Opened by the reader, unless there is little to read or something to warn of. */
static void open_keys(const struct vd_view *view, bool is_short, const struct frag_trust_key *const *of_one,
                      size_t count) {
  char digits[24];
  struct vd_view_value value = {"count", decimal(digits, count)};
  bool is_open = is_short;
  for (size_t i = 0; i < count; i++) is_open = is_open || of_one[i]->has_compromised_since;
  vd_view_put(view, is_open ? "<details open=\"\"><summary>" : "<details><summary>");
  vd_view_put_filled(view, "issuers.keys", &value, 1);
  vd_view_put(view, "</summary>\n<ul class=\"issuer-keys\">\n");
}

static void put_issuer(const struct vd_view *view, size_t number, bool is_short,
                       const struct frag_trust_key *const *of_one, size_t count) {
  struct vd_issuer_names names;
  vd_issuer_names_of_keys(&names, of_one, count);
  struct vd_result_label name = vd_result_label_issuer(&names, view->language);
  struct vd_span id = vd_view_slice(names.issuer);
  vd_view_put(view, "<section class=\"issuer\" aria-labelledby=");
  put_id(view, number);
  vd_view_put(view, "><h2 id=");
  put_id(view, number);
  vd_view_put(view, " dir=\"auto\"");
  vd_view_put_language(view, name.language);
  vd_view_put(view, ">");
  vd_html_escape(view->out, name.text.text, name.text.len);
  vd_view_put(view, "</h2>\n<p class=\"issuer-id\"><span>");
  vd_view_put_word(view, "issuers.id");
  vd_view_put(view, "</span> ");
  vd_html_escape(view->out, id.text, id.len);
  vd_view_put(view, "</p>\n");
  open_keys(view, is_short, of_one, count);
  for (size_t i = 0; i < count; i++) put_key(view, of_one[i]);
  vd_view_put(view, "</ul></details></section>\n");
}

/* ---- head ---- */

static void put_warning(const struct vd_view *view, bool is_so, const char *key) {
  if (!is_so) return;
  vd_view_put(view, "<li class=\"warning\">");
  vd_view_put_icon(view, "warning", "");
  vd_view_put(view, "<span>");
  vd_view_put_word(view, key);
  vd_view_put(view, "</span></li>");
}

static void put_head(const struct vd_view *view, const struct vd_issuers_sheet *sheet) {
  char number[24];
  vd_view_put(view, "<h1 id=\"issuers-title\">");
  vd_view_put_word(view, "issuers.title");
  vd_view_put(view, "</h1>\n<p class=\"lead\">");
  vd_view_put_word(view, "issuers.text");
  vd_view_put(view, "</p>\n");
  if (sheet->is_overdue || sheet->is_changed) {
    vd_view_put(view, "<ul class=\"warnings\">");
    put_warning(view, sheet->is_overdue, "issuers.overdue");
    put_warning(view, sheet->is_changed, "issuers.changed");
    vd_view_put(view, "</ul>\n");
  }
  vd_view_put(view, "<dl class=\"rows facts issuers-facts\">\n");
  put_text_row(view, "list_no", vd_view_span(decimal(number, sheet->list->list_no)));
  put_time_row(view, "issued", sheet->list->issued_s);
  put_time_row(view, "next_update", sheet->list->next_update_s);
  vd_view_put(view, "</dl>\n");
}

/* ---- looking for one, and other pages ---- */

static void put_address(const struct vd_view *view) {
  vd_view_put(view, "\"issuers.");
  vd_view_put(view, vd_language_tag(view->language));
}

static void put_search(const struct vd_view *view, const char *text) {
  vd_view_put(view, "<form class=\"issuers-search\" role=\"search\" method=\"get\" action=");
  put_address(view);
  vd_view_put(view, "\">\n<label for=\"issuers-q\">");
  vd_view_put_word(view, "issuers.search");
  vd_view_put(view, "</label>\n<input id=\"issuers-q\" type=\"search\" name=\"q\" maxlength=\"100\" dir=\"auto\" "
                    "autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\" value=\"");
  vd_html_text(view->out, text);
  vd_view_put(view, "\">\n<button class=\"button\" type=\"submit\">");
  vd_view_put_word(view, "issuers.submit");
  vd_view_put(view, "</button></form>\n");
}

/* Which of how many there are. */
static void put_found(const struct vd_view *view, const struct vd_issuers_sheet *sheet) {
  const struct vd_issuers_page *page = sheet->page;
  bool is_narrowed = sheet->query->text[0] != '\0' || sheet->query->issuer[0] != '\0';
  char first[24], last[24], total[24];
  struct vd_view_value values[] = {{"first", decimal(first, page->before + 1)},
                                   {"last", decimal(last, page->before + page->count)},
                                   {"total", decimal(total, page->total)}};
  vd_view_put(view, "<p class=\"issuers-found\" id=\"issuers-found\">");
  if (page->count > 0) vd_view_put_filled(view, "issuers.found", values, 3);
  else vd_view_put_word(view, is_narrowed ? "issuers.not_found" : "issuers.none");
  vd_view_put(view, "</p>\n");
  if (!is_narrowed) return;
  vd_view_put(view, "<p class=\"issuers-all\"><a href=");
  put_address(view);
  vd_view_put(view, "\">");
  vd_view_put_word(view, "issuers.all");
  vd_view_put(view, "</a></p>\n");
}

/* A value in a query (WHATWG URL section 5.2), which is safe in an attribute too. */
static void put_encoded(const struct vd_view *view, const char *text) {
  char encoded[4];
  for (const char *at = text; *at != '\0'; at++) {
    bool is_plain = (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
    (void)snprintf(encoded, sizeof encoded, is_plain ? "%c" : "%%%02X", (unsigned char)*at);
    vd_view_put(view, encoded);
  }
}

static void put_parameter(const struct vd_view *view, const char *name, const char *value) {
  if (*value == '\0') return;
  vd_view_put(view, "&amp;");
  vd_view_put(view, name);
  vd_view_put(view, "=");
  put_encoded(view, value);
}

static void put_page_link(const struct vd_view *view, const struct vd_issuers_query *query, const char *cursor,
                          const char *relation, const char *key) {
  if (cursor[0] == '\0') return;
  vd_view_put(view, "<a class=\"button secondary\" rel=\"");
  vd_view_put(view, relation);
  vd_view_put(view, "\" href=");
  put_address(view);
  vd_view_put(view, "?after=");
  vd_view_put(view, cursor);
  put_parameter(view, "q", query->text);
  put_parameter(view, "issuer", query->issuer);
  vd_view_put(view, "\">");
  vd_view_put_word(view, key);
  vd_view_put(view, "</a>");
}

static void put_pages(const struct vd_view *view, const struct vd_issuers_sheet *sheet) {
  const struct vd_issuers_page *page = sheet->page;
  if (page->previous[0] == '\0' && page->next[0] == '\0') return;
  vd_view_put(view, "<nav class=\"issuers-pages\" aria-label=\"");
  vd_view_put_word(view, "issuers.pages");
  vd_view_put(view, "\">");
  put_page_link(view, sheet->query, page->previous, "prev", "issuers.previous");
  put_page_link(view, sheet->query, page->next, "next", "issuers.next");
  vd_view_put(view, "</nav>\n");
}

/* ---- the article ---- */

static void put_actions(const struct vd_view *view) {
  vd_view_put(view, "<p class=\"actions\"><a class=\"button\" href=\"");
  vd_view_put(view, vd_view_start_page(view->language));
  vd_view_put(view, "\">");
  vd_view_put_word(view, "action.again");
  vd_view_put(view, "</a></p>\n");
}

void vd_issuers_view(const struct vd_view *view, const struct vd_issuers_sheet *sheet) {
  const struct vd_issuers_page *page = sheet->page;
  bool is_short = page->before + page->count <= SHORT_PAGE;
  vd_view_put(view, "<article class=\"issuers\" aria-labelledby=\"issuers-title\">\n");
  put_head(view, sheet);
  put_search(view, sheet->query->text);
  put_found(view, sheet);
  for (size_t i = 0; i < page->count; i++)
    put_issuer(view, page->before + i + 1, is_short, page->issuers->keys + page->firsts[i],
               vd_issuers_keys_of_one(page->issuers, page->firsts[i]));
  put_pages(view, sheet);
  put_actions(view);
  vd_view_put(view, "</article>\n");
}
