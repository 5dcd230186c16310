#include "serve/result_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "serve/anchor_view.h"
#include "serve/html.h"

/* The group of messages that a verdict belongs to. */
static const char *group_of(const struct vd_view *view, const struct vd_verdict *verdict) {
  const char *group = vd_words_group(view->words, frag_error_name(verdict->code));
  if (group != NULL) return group;
  if (verdict->verdict == FRAG_VALID) return "valid";
  return verdict->verdict == FRAG_NOT_VALID ? "not_valid" : "cannot_check";
}

/* ---- small pieces ---- */

static void open_section(const struct vd_view *view, const char *name, const char *title_key) {
  struct vd_buffer *out = view->out;
  vd_buffer_text(out, "<section class=\"");
  vd_buffer_text(out, name);
  vd_buffer_text(out, "\" aria-labelledby=\"");
  vd_buffer_text(out, name);
  vd_buffer_text(out, "-title\"><h2 id=\"");
  vd_buffer_text(out, name);
  vd_buffer_text(out, "-title\">");
  vd_view_put_word(view, title_key);
  vd_buffer_text(out, "</h2>\n");
}

/* ---- rows of a label and a value ---- */

static struct vd_result_label fact_label(const struct vd_view *view, const char *fact) {
  return (struct vd_result_label){vd_view_span(vd_view_word(view, "fact.", fact, "")), {NULL, 0}};
}

static void put_fact(const struct vd_view *view, const char *fact, struct vd_span value) {
  vd_view_put_row(view, fact_label(view, fact), (struct vd_result_label){value, {NULL, 0}});
}

static void put_time_fact(const struct vd_view *view, const char *fact, uint64_t time_s) {
  vd_view_open_row(view, fact_label(view, fact));
  vd_view_put(view, ">");
  vd_view_put_time(view, time_s);
  vd_view_close_row(view);
}

/* ---- sections ---- */

struct as_of {
  const char *key; /* of the words before the time */
  uint64_t time_s; /* 0: nothing is said */
};

/* Of a verdict that no checkpoint stands behind only the time of the check can be told. */
static struct as_of find_as_of(const struct vd_verdict *verdict) {
  if (verdict->status_as_of_s > 0) return (struct as_of){"status.as_of", verdict->status_as_of_s};
  if (verdict->as_of_s > 0) return (struct as_of){"ledgers.as_of", verdict->as_of_s};
  return (struct as_of){"checked.on", verdict->checked_s};
}

static void put_banner(const struct vd_view *view, const char *verdict, const char *group, struct as_of as_of) {
  vd_view_put(view, "<header class=\"verdict\">");
  vd_view_put_icon(view, verdict, " verdict-icon");
  vd_view_put(view,
      "<div class=\"verdict-words\"><h1 class=\"verdict-title\" id=\"verdict-title\"><span class=\"verdict-label\">");
  vd_html_text(view->out, vd_view_word(view, "verdict.", verdict, ""));
  vd_view_put(view, "</span> <span class=\"verdict-sentence\">");
  vd_html_text(view->out, vd_view_word(view, "result.", group, ".title"));
  vd_view_put(view, "</span></h1>\n<p class=\"verdict-text\">");
  vd_html_text(view->out, vd_view_word(view, "result.", group, ".text"));
  vd_view_put(view, "</p>");
  if (as_of.time_s > 0) {
    vd_view_put(view, "\n<p class=\"verdict-time\">");
    vd_view_put_word(view, as_of.key);
    vd_view_put(view, " ");
    vd_view_put_time(view, as_of.time_s);
    vd_view_put(view, "</p>");
  }
  vd_view_put(view, "</div></header>\n");
}

/* By its code, or by the step. */
static const char *warning_of(const struct vd_view *view, const struct vd_verdict *verdict, enum vd_step step) {
  const char *text = vd_view_find_word(view, "warning.", frag_error_name(verdict->checks[step].code), "");
  if (text == NULL) text = vd_view_find_word(view, "warning.", vd_step_name(step), "");
  return text != NULL ? text : vd_view_word(view, "warning.", "other", "");
}

static void put_warnings(const struct vd_view *view, const struct vd_verdict *verdict) {
  bool any = false;
  for (size_t i = 0; i < VD_STEPS; i++) {
    if (verdict->checks[i].state != VD_CHECK_WARNING) continue;
    vd_view_put(view, any ? "" : "<ul class=\"warnings\">");
    vd_view_put(view, "<li class=\"warning\">");
    vd_view_put_icon(view, "warning", "");
    vd_view_put(view, "<span>");
    vd_html_text(view->out, warning_of(view, verdict, (enum vd_step)i));
    vd_view_put(view, "</span></li>");
    any = true;
  }
  if (any) vd_view_put(view, "</ul>\n");
}

static void put_attributes(const struct vd_view *view, const struct frag_document *document,
                           const struct vd_profile *profile) {
  vd_view_put(view, "<dl class=\"rows attributes\">");
  for (size_t i = 0; i < document->attribute_count; i++) {
    struct vd_span name = vd_view_slice(document->attributes[i].name);
    const struct vd_labels *labels = profile == NULL ? NULL : vd_profile_labels(profile, name.text, name.len);
    vd_view_put_row(view, vd_result_label_pick(labels, name, view->language),
            (struct vd_result_label){vd_view_slice(document->attributes[i].value), {NULL, 0}});
  }
  vd_view_put(view, "</dl>\n");
}

static void put_facts(const struct vd_view *view, const struct vd_verdict *verdict) {
  const struct frag_document *document = &verdict->document;
  struct vd_issuer_names names;
  vd_issuer_names_of_document(&names, verdict->issuer_keys, verdict->issuer_key_count, verdict->issuer_key);
  vd_view_put(view, "<dl class=\"rows facts\">");
  vd_view_put_row(view, fact_label(view, "issuer"), vd_result_label_issuer(&names, view->language));
  put_fact(view, "issuer_id", vd_view_slice(document->issuer));
  put_fact(view, "serial", vd_view_slice(document->serial));
  if (document->issue_no > 1) {
    char number[24];
    (void)snprintf(number, sizeof number, "%" PRIu64, document->issue_no);
    put_fact(view, "issue_no", vd_view_span(number));
  }
  put_time_fact(view, "issued", document->issued_s);
  if (document->has_expires) put_time_fact(view, "expires", document->expires_s);
  else put_fact(view, "expires", vd_view_span(vd_view_word(view, "fact.", "expires_never", "")));
  vd_view_put(view, "</dl>\n");
}

static void put_document(const struct vd_view *view, const struct vd_verdict *verdict) {
  struct vd_span type = vd_view_slice(verdict->document.type);
  const struct vd_profile *profile =
      view->profiles == NULL ? NULL : vd_profiles_find(view->profiles, type.text, type.len);
  struct vd_result_label label =
      vd_result_label_pick(profile == NULL ? NULL : &profile->type_labels, type, view->language);
  vd_view_put(view, "<section class=\"document\" aria-labelledby=\"compare-title\"><h2 id=\"compare-title\">");
  vd_view_put_word(view, "compare.title");
  vd_view_put(view, "</h2>\n<p class=\"lead\">");
  vd_view_put_word(view, "compare.text");
  vd_view_put(view, "</p>\n<div class=\"sheet\"><p class=\"sheet-type\"");
  vd_view_put_language(view, label.language);
  vd_view_put(view, ">");
  vd_html_escape(view->out, label.text.text, label.text.len);
  vd_view_put(view, "</p>\n");
  put_attributes(view, &verdict->document, profile);
  vd_view_put(view, "<h3 class=\"sheet-heading\">");
  vd_view_put_word(view, "details.title");
  vd_view_put(view, "</h3>\n");
  put_facts(view, verdict);
  vd_view_put(view, "</div></section>\n");
}

static void put_section(const struct vd_view *view, const char *name, const char *title_key, const char *text) {
  open_section(view, name, title_key);
  vd_view_put(view, "<p>");
  vd_html_text(view->out, text);
  vd_view_put(view, "</p></section>\n");
}

/* What is wrong with its log, or with what it said about the status, if that is it. */
static const char *operator_words(const struct vd_view *view, const struct vd_operator_answer *answer) {
  const char *text = NULL;
  for (size_t n = 0; n < answer->anchor_count; n++)
    if (answer->anchors[n].cover == VD_ANCHORS_REFUSED) return vd_view_word(view, "operator.", "anchor_refused", "");
  if (answer->log_code != FRAG_OK) text = vd_view_find_word(view, "operator.", frag_error_name(answer->log_code), "");
  else if (answer->withholds) text = vd_view_find_word(view, "operator.", "withheld", "");
  return text != NULL ? text : vd_view_word(view, "operator.", vd_operator_state_name(answer->state), "");
}

static void put_operators(const struct vd_view *view, const struct vd_verdict *verdict) {
  if (verdict->operator_count == 0) return;
  vd_view_put(view, "<ul class=\"operators\">");
  for (size_t i = 0; i < verdict->operator_count; i++) {
    const struct vd_operator_answer *answer = &verdict->operators[i];
    vd_view_put(view, "<li class=\"operator\" data-state=\"");
    vd_view_put(view, vd_operator_state_name(answer->state));
    vd_view_put(view, "\"><span class=\"operator-name\">");
    vd_html_text(view->out, answer->name);
    vd_view_put(view, "</span> <span class=\"operator-state\">");
    vd_html_text(view->out, operator_words(view, answer));
    vd_view_put(view, "</span></li>");
  }
  vd_view_put(view, "</ul>");
}

/* A check that failed without deciding against the document is shown as undecided. */
static const char *shown_state(const struct vd_verdict *verdict, enum vd_step step) {
  enum vd_check_state state = verdict->checks[step].state;
  bool undecided = state == VD_CHECK_FAILED && verdict->verdict == FRAG_INCONCLUSIVE;
  return undecided ? "undecided" : vd_check_state_name(state);
}

static void put_check(const struct vd_view *view, const struct vd_verdict *verdict, enum vd_step step) {
  const char *name = vd_step_name(step), *state = shown_state(verdict, step);
  vd_view_put(view, "<li class=\"check\" data-state=\"");
  vd_view_put(view, state);
  vd_view_put(view, "\">");
  vd_view_put_icon(view, state, "");
  vd_view_put(view, "<div class=\"check-words\"><p class=\"check-line\"><span class=\"check-name\">");
  vd_html_text(view->out, vd_view_word(view, "check.", name, ".name"));
  vd_view_put(view, "</span> <span class=\"check-state\">");
  vd_html_text(view->out, vd_view_word(view, "state.", state, ""));
  vd_view_put(view, "</span></p>\n<p class=\"check-text\">");
  vd_html_text(view->out, vd_view_word(view, "check.", name, ".text"));
  vd_view_put(view, "</p>");
  if (step == VD_STEP_FRAGMENTS) put_operators(view, verdict);
  if (step == VD_STEP_ANCHOR) vd_anchor_view(view, verdict);
  vd_view_put(view, "</div></li>\n");
}

static void put_reference(const struct vd_view *view, frag_error code) {
  char number[24];
  (void)snprintf(number, sizeof number, "%d", (int)code);
  const struct vd_view_value values[] = {{"code", number}, {"name", frag_error_name(code)}};
  vd_view_put_filled(view, "reference", values, sizeof values / sizeof *values);
}

static void put_checks(const struct vd_view *view, const struct vd_verdict *verdict) {
  open_section(view, "checks", "checks.title");
  vd_view_put(view, "<ol class=\"check-list\">\n");
  for (unsigned step = 0; step < VD_STEPS; step++) put_check(view, verdict, (enum vd_step)step);
  vd_view_put(view, "</ol>");
  if (verdict->code != FRAG_OK) {
    vd_view_put(view, "\n<p class=\"reference\">");
    put_reference(view, verdict->code);
    vd_view_put(view, "</p>");
  }
  vd_view_put(view, "</section>\n");
}

static void put_actions(const struct vd_view *view) {
  vd_view_put(view, "<p class=\"actions\"><a class=\"button\" href=\"");
  vd_view_put(view, vd_view_start_page(view->language));
  vd_view_put(view, "\">");
  vd_view_put_word(view, "action.again");
  vd_view_put(view, "</a></p>\n");
}

static void open_article(const struct vd_view *view, const char *verdict) {
  vd_view_put(view, "<article class=\"result\" data-verdict=\"");
  vd_view_put(view, verdict);
  vd_view_put(view, "\" aria-labelledby=\"verdict-title\">\n");
}

void vd_result_view_verdict(const struct vd_view *view, const struct vd_verdict *verdict) {
  const char *name = frag_verdict_name(verdict->verdict), *group = group_of(view, verdict);
  bool valid = verdict->verdict == FRAG_VALID;
  open_article(view, name);
  put_banner(view, name, group, find_as_of(verdict));
  put_warnings(view, verdict);
  if (valid) put_document(view, verdict);
  put_section(view, "next", "next.title", vd_view_word(view, "result.", group, ".next"));
  if (valid) put_section(view, "address", "address.title", vd_view_word(view, "address.", "plain", ""));
  put_checks(view, verdict);
  put_actions(view);
  vd_view_put(view, "</article>\n");
}

const char *vd_result_view_title(const struct vd_view *view, const struct vd_verdict *verdict) {
  return vd_view_word(view, "result.", group_of(view, verdict), ".title");
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

const char *vd_result_view_problem_title(const struct vd_view *view, enum vd_problem problem) {
  const char *name = mendable(problem);
  if (name != NULL) return vd_view_word(view, "problem.", name, ".title");
  return vd_view_word(view, "result.", silence_group(problem), ".title");
}

static void put_silence(const struct vd_view *view, const char *group) {
  const char *name = frag_verdict_name(FRAG_INCONCLUSIVE);
  open_article(view, name);
  put_banner(view, name, group, (struct as_of){NULL, 0});
  put_section(view, "next", "next.title", vd_view_word(view, "result.", group, ".next"));
  put_actions(view);
  vd_view_put(view, "</article>\n");
}

void vd_result_view_problem(const struct vd_view *view, enum vd_problem problem) {
  const char *name = mendable(problem);
  if (name == NULL) {
    put_silence(view, silence_group(problem));
    return;
  }
  vd_view_put(view, "<article class=\"problem\" aria-labelledby=\"problem-title\">\n<h1 id=\"problem-title\">");
  vd_html_text(view->out, vd_view_word(view, "problem.", name, ".title"));
  vd_view_put(view, "</h1>\n<p>");
  vd_html_text(view->out, vd_view_word(view, "problem.", name, ".text"));
  vd_view_put(view, "</p>\n");
  put_actions(view);
  vd_view_put(view, "</article>\n");
}
