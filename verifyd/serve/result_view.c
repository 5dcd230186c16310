#include "serve/result_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "serve/html.h"
#include "serve/result_label.h"

enum { KEY_SIZE = 96 };

/* ---- words ---- */

/* A word by the three parts of its key, "result." "revoked" ".title"; NULL when there is none. */
static const char *find_word(const struct vd_result_view *view, const char *before, const char *name,
                             const char *after) {
  char key[KEY_SIZE];
  (void)snprintf(key, sizeof key, "%s%s%s", before, name, after);
  return vd_words_text(view->words, key, vd_language_tag(view->language));
}

static const char *word(const struct vd_result_view *view, const char *before, const char *name, const char *after) {
  const char *text = find_word(view, before, name, after);
  return text == NULL ? name : text;
}

static void put(const struct vd_result_view *view, const char *html) { vd_buffer_text(view->out, html); }

static void put_word(const struct vd_result_view *view, const char *key) {
  vd_html_text(view->out, word(view, "", key, ""));
}

/* The group of messages that a verdict belongs to. */
static const char *group_of(const struct vd_result_view *view, const struct vd_verdict *verdict) {
  const char *group = vd_words_group(view->words, frag_error_name(verdict->code));
  if (group != NULL) return group;
  if (verdict->verdict == FRAG_VALID) return "valid";
  return verdict->verdict == FRAG_NOT_VALID ? "not_valid" : "cannot_check";
}

/* ---- small pieces ---- */

static void put_icon(const struct vd_result_view *view, const char *id, const char *extra_class) {
  put(view, "<svg class=\"icon");
  put(view, extra_class);
  put(view, "\" aria-hidden=\"true\"><use href=\"icons.svg#");
  put(view, id);
  put(view, "\"></use></svg>");
}

static void put_time(const struct vd_result_view *view, uint64_t time_s) {
  static const uint64_t last_s = 253402300799; /* 9999-12-31T23:59:59Z: RFC 3339 knows no later year */
  time_t clock_s = (time_t)(time_s < last_s ? time_s : last_s);
  struct tm tm;
  char text[64];
  if (gmtime_r(&clock_s, &tm) == NULL) return;
  put(view, "<time datetime=\"");
  (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
  put(view, text);
  put(view, "\">");
  (void)strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm);
  put(view, text);
  put(view, "</time>");
}

static void open_section(const struct vd_result_view *view, const char *name, const char *title_key) {
  struct vd_buffer *out = view->out;
  vd_buffer_text(out, "<section class=\"");
  vd_buffer_text(out, name);
  vd_buffer_text(out, "\" aria-labelledby=\"");
  vd_buffer_text(out, name);
  vd_buffer_text(out, "-title\"><h2 id=\"");
  vd_buffer_text(out, name);
  vd_buffer_text(out, "-title\">");
  put_word(view, title_key);
  vd_buffer_text(out, "</h2>\n");
}

/* ---- rows of a label and a value ---- */

static struct vd_span span_of(const char *text) { return (struct vd_span){text, strlen(text)}; }

static struct vd_span slice(struct frag_slice slice) { return (struct vd_span){(const char *)slice.data, slice.len}; }

static void put_language(const struct vd_result_view *view, struct vd_span language) {
  if (language.len == 0) return;
  put(view, " lang=\"");
  vd_html_escape(view->out, language.text, language.len);
  put(view, "\"");
}

static void open_row(const struct vd_result_view *view, struct vd_result_label label) {
  put(view, "<div class=\"row\"><dt");
  put_language(view, label.language);
  put(view, ">");
  vd_html_escape(view->out, label.text.text, label.text.len);
  put(view, "</dt><dd dir=\"auto\"");
}

static void close_row(const struct vd_result_view *view) { put(view, "</dd></div>\n"); }

static void put_row(const struct vd_result_view *view, struct vd_result_label label, struct vd_result_label value) {
  open_row(view, label);
  if (value.language.len > 0) put_language(view, value.language);
  else if (vd_html_is_khmer(value.text.text, value.text.len)) put_language(view, VD_SPAN("km"));
  put(view, ">");
  vd_html_escape(view->out, value.text.text, value.text.len);
  close_row(view);
}

static struct vd_result_label fact_label(const struct vd_result_view *view, const char *fact) {
  return (struct vd_result_label){span_of(word(view, "fact.", fact, "")), {NULL, 0}};
}

static void put_fact(const struct vd_result_view *view, const char *fact, struct vd_span value) {
  put_row(view, fact_label(view, fact), (struct vd_result_label){value, {NULL, 0}});
}

static void put_time_fact(const struct vd_result_view *view, const char *fact, uint64_t time_s) {
  open_row(view, fact_label(view, fact));
  put(view, ">");
  put_time(view, time_s);
  close_row(view);
}

/* ---- sections ---- */

static void put_banner(const struct vd_result_view *view, const char *verdict, const char *group,
                       uint64_t status_as_of_s) {
  put(view, "<header class=\"verdict\">");
  put_icon(view, verdict, " verdict-icon");
  put(view,
      "<div class=\"verdict-words\"><h1 class=\"verdict-title\" id=\"verdict-title\"><span class=\"verdict-label\">");
  vd_html_text(view->out, word(view, "verdict.", verdict, ""));
  put(view, "</span> <span class=\"verdict-sentence\">");
  vd_html_text(view->out, word(view, "result.", group, ".title"));
  put(view, "</span></h1>\n<p class=\"verdict-text\">");
  vd_html_text(view->out, word(view, "result.", group, ".text"));
  put(view, "</p>");
  if (status_as_of_s > 0) {
    put(view, "\n<p class=\"verdict-time\">");
    put_word(view, "status.as_of");
    put(view, " ");
    put_time(view, status_as_of_s);
    put(view, "</p>");
  }
  put(view, "</div></header>\n");
}

/* By its code, or by the step. */
static const char *warning_of(const struct vd_result_view *view, const struct vd_verdict *verdict, enum vd_step step) {
  const char *text = find_word(view, "warning.", frag_error_name(verdict->checks[step].code), "");
  if (text == NULL) text = find_word(view, "warning.", vd_step_name(step), "");
  return text != NULL ? text : word(view, "warning.", "other", "");
}

static void put_warnings(const struct vd_result_view *view, const struct vd_verdict *verdict) {
  bool any = false;
  for (size_t i = 0; i < VD_STEPS; i++) {
    if (verdict->checks[i].state != VD_CHECK_WARNING) continue;
    put(view, any ? "" : "<ul class=\"warnings\">");
    put(view, "<li class=\"warning\">");
    put_icon(view, "warning", "");
    put(view, "<span>");
    vd_html_text(view->out, warning_of(view, verdict, (enum vd_step)i));
    put(view, "</span></li>");
    any = true;
  }
  if (any) put(view, "</ul>\n");
}

static void put_attributes(const struct vd_result_view *view, const struct frag_document *document,
                           const struct vd_profile *profile) {
  put(view, "<dl class=\"rows attributes\">");
  for (size_t i = 0; i < document->attribute_count; i++) {
    struct vd_span name = slice(document->attributes[i].name);
    const struct vd_labels *labels = profile == NULL ? NULL : vd_profile_labels(profile, name.text, name.len);
    put_row(view, vd_result_label_pick(labels, name, view->language),
            (struct vd_result_label){slice(document->attributes[i].value), {NULL, 0}});
  }
  put(view, "</dl>\n");
}

static void put_facts(const struct vd_result_view *view, const struct vd_verdict *verdict) {
  const struct frag_document *document = &verdict->document;
  put(view, "<dl class=\"rows facts\">");
  put_row(view, fact_label(view, "issuer"), vd_result_label_issuer(verdict->issuer_key, view->language));
  put_fact(view, "issuer_id", slice(document->issuer));
  put_fact(view, "serial", slice(document->serial));
  if (document->issue_no > 1) {
    char number[24];
    (void)snprintf(number, sizeof number, "%" PRIu64, document->issue_no);
    put_fact(view, "issue_no", span_of(number));
  }
  put_time_fact(view, "issued", document->issued_s);
  if (document->has_expires) put_time_fact(view, "expires", document->expires_s);
  else put_fact(view, "expires", span_of(word(view, "fact.", "expires_never", "")));
  put(view, "</dl>\n");
}

static void put_document(const struct vd_result_view *view, const struct vd_verdict *verdict) {
  struct vd_span type = slice(verdict->document.type);
  const struct vd_profile *profile =
      view->profiles == NULL ? NULL : vd_profiles_find(view->profiles, type.text, type.len);
  struct vd_result_label label =
      vd_result_label_pick(profile == NULL ? NULL : &profile->type_labels, type, view->language);
  put(view, "<section class=\"document\" aria-labelledby=\"compare-title\"><h2 id=\"compare-title\">");
  put_word(view, "compare.title");
  put(view, "</h2>\n<p class=\"lead\">");
  put_word(view, "compare.text");
  put(view, "</p>\n<div class=\"sheet\"><p class=\"sheet-type\"");
  put_language(view, label.language);
  put(view, ">");
  vd_html_escape(view->out, label.text.text, label.text.len);
  put(view, "</p>\n");
  put_attributes(view, &verdict->document, profile);
  put(view, "<h3 class=\"sheet-heading\">");
  put_word(view, "details.title");
  put(view, "</h3>\n");
  put_facts(view, verdict);
  put(view, "</div></section>\n");
}

static void put_section(const struct vd_result_view *view, const char *name, const char *title_key, const char *text) {
  open_section(view, name, title_key);
  put(view, "<p>");
  vd_html_text(view->out, text);
  put(view, "</p></section>\n");
}

/* What is wrong with its log, if that is it. */
static const char *operator_words(const struct vd_result_view *view, const struct vd_operator_answer *answer) {
  const char *text = NULL;
  if (answer->log_code != FRAG_OK) text = find_word(view, "operator.", frag_error_name(answer->log_code), "");
  return text != NULL ? text : word(view, "operator.", vd_operator_state_name(answer->state), "");
}

static void put_operators(const struct vd_result_view *view, const struct vd_verdict *verdict) {
  if (verdict->operator_count == 0) return;
  put(view, "<ul class=\"operators\">");
  for (size_t i = 0; i < verdict->operator_count; i++) {
    const struct vd_operator_answer *answer = &verdict->operators[i];
    put(view, "<li class=\"operator\" data-state=\"");
    put(view, vd_operator_state_name(answer->state));
    put(view, "\"><span class=\"operator-name\">");
    vd_html_text(view->out, answer->name);
    put(view, "</span> <span class=\"operator-state\">");
    vd_html_text(view->out, operator_words(view, answer));
    put(view, "</span></li>");
  }
  put(view, "</ul>");
}

/* A check that failed without deciding against the document is shown as undecided. */
static const char *shown_state(const struct vd_verdict *verdict, enum vd_step step) {
  enum vd_check_state state = verdict->checks[step].state;
  bool undecided = state == VD_CHECK_FAILED && verdict->verdict == FRAG_INCONCLUSIVE;
  return undecided ? "undecided" : vd_check_state_name(state);
}

static void put_check(const struct vd_result_view *view, const struct vd_verdict *verdict, enum vd_step step) {
  const char *name = vd_step_name(step), *state = shown_state(verdict, step);
  put(view, "<li class=\"check\" data-state=\"");
  put(view, state);
  put(view, "\">");
  put_icon(view, state, "");
  put(view, "<div class=\"check-words\"><p class=\"check-line\"><span class=\"check-name\">");
  vd_html_text(view->out, word(view, "check.", name, ".name"));
  put(view, "</span> <span class=\"check-state\">");
  vd_html_text(view->out, word(view, "state.", state, ""));
  put(view, "</span></p>\n<p class=\"check-text\">");
  vd_html_text(view->out, word(view, "check.", name, ".text"));
  put(view, "</p>");
  if (step == VD_STEP_FRAGMENTS) put_operators(view, verdict);
  put(view, "</div></li>\n");
}

/* The word's {code} and {name} filled in; both are of our own making and need no escaping. */
static void put_reference(const struct vd_result_view *view, frag_error code) {
  for (const char *at = word(view, "", "reference", ""); *at != '\0';) {
    if (strncmp(at, "{code}", 6) == 0) {
      vd_buffer_number(view->out, (uint64_t)code);
      at += 6;
    } else if (strncmp(at, "{name}", 6) == 0) {
      put(view, frag_error_name(code));
      at += 6;
    } else {
      const char *brace = strchr(at + 1, '{');
      size_t len = brace == NULL ? strlen(at) : (size_t)(brace - at);
      vd_html_escape(view->out, at, len);
      at += len;
    }
  }
}

static void put_checks(const struct vd_result_view *view, const struct vd_verdict *verdict) {
  open_section(view, "checks", "checks.title");
  put(view, "<ol class=\"check-list\">\n");
  for (unsigned step = 0; step < VD_STEPS; step++) put_check(view, verdict, (enum vd_step)step);
  put(view, "</ol>");
  if (verdict->code != FRAG_OK) {
    put(view, "\n<p class=\"reference\">");
    put_reference(view, verdict->code);
    put(view, "</p>");
  }
  put(view, "</section>\n");
}

static void put_actions(const struct vd_result_view *view) {
  static const char *const starts[VD_LANGUAGE_COUNT] = {
      [VD_KHMER] = "./", [VD_ENGLISH] = "index.en.html", [VD_FRENCH] = "index.fr.html"};
  put(view, "<p class=\"actions\"><a class=\"button\" href=\"");
  put(view, starts[view->language]);
  put(view, "\">");
  put_word(view, "action.again");
  put(view, "</a></p>\n");
}

static void open_article(const struct vd_result_view *view, const char *verdict) {
  put(view, "<article class=\"result\" data-verdict=\"");
  put(view, verdict);
  put(view, "\" aria-labelledby=\"verdict-title\">\n");
}

void vd_result_view_verdict(const struct vd_result_view *view, const struct vd_verdict *verdict) {
  const char *name = frag_verdict_name(verdict->verdict), *group = group_of(view, verdict);
  bool valid = verdict->verdict == FRAG_VALID;
  open_article(view, name);
  put_banner(view, name, group, verdict->status_as_of_s);
  put_warnings(view, verdict);
  if (valid) put_document(view, verdict);
  put_section(view, "next", "next.title", word(view, "result.", group, ".next"));
  if (valid) put_section(view, "address", "address.title", word(view, "address.", "plain", ""));
  put_checks(view, verdict);
  put_actions(view);
  put(view, "</article>\n");
}

const char *vd_result_view_title(const struct vd_result_view *view, const struct vd_verdict *verdict) {
  return word(view, "result.", group_of(view, verdict), ".title");
}

/* ---- requests without a verdict ---- */

/* The problem that a person can mend, or NULL. */
static const char *mendable(enum vd_problem problem) {
  switch ((int)problem) { /* not the enum: it has many more, and they are all alike here */
    case VD_PROBLEM_NO_CODE: return "no_code_in_picture";
    case VD_PROBLEM_PICTURE_UNREADABLE: return "picture_unreadable";
    case VD_PROBLEM_MEDIA_TYPE_UNSUPPORTED: return "picture_type";
    case VD_PROBLEM_BODY_TOO_LARGE: return "picture_too_large";
    case VD_PROBLEM_METHOD:
    case VD_PROBLEM_LENGTH_REQUIRED:
    case VD_PROBLEM_BAD_FORM: return "no_input";
    default: return NULL;
  }
}

static const char *silence_group(enum vd_problem problem) {
  return problem == VD_PROBLEM_BUSY || problem == VD_PROBLEM_TOO_MANY ? "busy" : "no_answer";
}

const char *vd_result_view_problem_title(const struct vd_result_view *view, enum vd_problem problem) {
  const char *name = mendable(problem);
  if (name != NULL) return word(view, "problem.", name, ".title");
  return word(view, "result.", silence_group(problem), ".title");
}

static void put_silence(const struct vd_result_view *view, const char *group) {
  const char *name = frag_verdict_name(FRAG_INCONCLUSIVE);
  open_article(view, name);
  put_banner(view, name, group, 0);
  put_section(view, "next", "next.title", word(view, "result.", group, ".next"));
  put_actions(view);
  put(view, "</article>\n");
}

void vd_result_view_problem(const struct vd_result_view *view, enum vd_problem problem) {
  const char *name = mendable(problem);
  if (name == NULL) {
    put_silence(view, silence_group(problem));
    return;
  }
  put(view, "<article class=\"problem\" aria-labelledby=\"problem-title\">\n<h1 id=\"problem-title\">");
  vd_html_text(view->out, word(view, "problem.", name, ".title"));
  put(view, "</h1>\n<p>");
  vd_html_text(view->out, word(view, "problem.", name, ".text"));
  put(view, "</p>\n");
  put_actions(view);
  put(view, "</article>\n");
}
