#include "serve/issuers_view.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hex.h"
#include "serve/html.h"

static const char *const keys[] = {"issuers.title",          "issuers.text",       "issuers.list_no",
                                   "issuers.issued",         "issuers.next_update", "issuers.overdue",
                                   "issuers.none",           "issuers.key",        "issuers.role",
                                   "issuers.role_issuer",    "issuers.role_registrar", "issuers.types",
                                   "issuers.all_types",      "issuers.not_before", "issuers.not_after",
                                   "issuers.compromised",    "issuers.id",         "action.again",
                                   NULL};

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

/* Its newest key has its newest name. */
static void put_issuer(const struct vd_view *view, size_t number, const struct frag_trust_key *const *of_one,
                       size_t count) {
  struct vd_result_label name = vd_result_label_issuer(of_one[count - 1], view->language);
  struct vd_span id = vd_view_slice(of_one[0]->issuer);
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
  vd_view_put(view, "</p>\n<ul class=\"issuer-keys\">\n");
  for (size_t i = 0; i < count; i++) put_key(view, of_one[i]);
  vd_view_put(view, "</ul></section>\n");
}

/* ---- the article ---- */

static void put_head(const struct vd_view *view, const struct frag_trust_list *list, bool is_overdue) {
  char number[24];
  (void)snprintf(number, sizeof number, "%" PRIu64, list->list_no);
  vd_view_put(view, "<h1 id=\"issuers-title\">");
  vd_view_put_word(view, "issuers.title");
  vd_view_put(view, "</h1>\n<p class=\"lead\">");
  vd_view_put_word(view, "issuers.text");
  vd_view_put(view, "</p>\n");
  if (is_overdue) {
    vd_view_put(view, "<ul class=\"warnings\"><li class=\"warning\">");
    vd_view_put_icon(view, "warning", "");
    vd_view_put(view, "<span>");
    vd_view_put_word(view, "issuers.overdue");
    vd_view_put(view, "</span></li></ul>\n");
  }
  vd_view_put(view, "<dl class=\"rows facts issuers-facts\">\n");
  put_text_row(view, "list_no", vd_view_span(number));
  put_time_row(view, "issued", list->issued_s);
  put_time_row(view, "next_update", list->next_update_s);
  vd_view_put(view, "</dl>\n");
}

static void put_actions(const struct vd_view *view) {
  vd_view_put(view, "<p class=\"actions\"><a class=\"button\" href=\"");
  vd_view_put(view, vd_view_start_page(view->language));
  vd_view_put(view, "\">");
  vd_view_put_word(view, "action.again");
  vd_view_put(view, "</a></p>\n");
}

void vd_issuers_view(const struct vd_view *view, const struct frag_trust_list *list, const struct vd_issuers *issuers,
                     bool is_overdue) {
  vd_view_put(view, "<article class=\"issuers\" aria-labelledby=\"issuers-title\">\n");
  put_head(view, list, is_overdue);
  if (issuers->count == 0) {
    vd_view_put(view, "<p>");
    vd_view_put_word(view, "issuers.none");
    vd_view_put(view, "</p>\n");
  }
  for (size_t first = 0, number = 1, count; first < issuers->count; first += count, number++) {
    count = vd_issuers_keys_of_one(issuers, first);
    put_issuer(view, number, issuers->keys + first, count);
  }
  put_actions(view);
  vd_view_put(view, "</article>\n");
}
