#include "serve/view.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "serve/html.h"

enum { KEY_SIZE = 96 };

const char *vd_view_find_word(const struct vd_view *view, const char *before, const char *name, const char *after) {
  char key[KEY_SIZE];
  (void)snprintf(key, sizeof key, "%s%s%s", before, name, after);
  return vd_words_text(view->words, key, vd_language_tag(view->language));
}

const char *vd_view_word(const struct vd_view *view, const char *before, const char *name, const char *after) {
  const char *text = vd_view_find_word(view, before, name, after);
  return text == NULL ? name : text;
}

void vd_view_put(const struct vd_view *view, const char *html) { vd_buffer_text(view->out, html); }

void vd_view_put_word(const struct vd_view *view, const char *key) {
  vd_html_text(view->out, vd_view_word(view, "", key, ""));
}

/* The value whose {name} stands there, or NULL. */
static const struct vd_view_value *value_at(const char *text, const struct vd_view_value *values, size_t count) {
  for (size_t i = 0; i < count && text[0] == '{'; i++) {
    size_t len = strlen(values[i].name);
    if (strncmp(text + 1, values[i].name, len) == 0 && text[1 + len] == '}') return &values[i];
  }
  return NULL;
}

void vd_view_put_filled(const struct vd_view *view, const char *key, const struct vd_view_value *values, size_t count) {
  const char *at = vd_view_word(view, "", key, "");
  while (*at != '\0') {
    const struct vd_view_value *value = value_at(at, values, count);
    size_t len = value != NULL ? strlen(value->name) + 2 : 1 + strcspn(at + 1, "{");
    if (value != NULL) vd_html_text(view->out, value->text);
    else vd_html_escape(view->out, at, len);
    at += len;
  }
}

void vd_view_put_icon(const struct vd_view *view, const char *id, const char *extra_class) {
  vd_view_put(view, "<svg class=\"icon");
  vd_view_put(view, extra_class);
  vd_view_put(view, "\" aria-hidden=\"true\"><use href=\"icons.svg#");
  vd_view_put(view, id);
  vd_view_put(view, "\"></use></svg>");
}

void vd_view_put_time(const struct vd_view *view, uint64_t time_s) {
  static const uint64_t last_s = 253402300799; /* 9999-12-31T23:59:59Z: RFC 3339 knows no later year */
  time_t clock_s = (time_t)(time_s < last_s ? time_s : last_s);
  struct tm tm;
  char text[64];
  if (gmtime_r(&clock_s, &tm) == NULL) return;
  vd_view_put(view, "<time datetime=\"");
  (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
  vd_view_put(view, text);
  vd_view_put(view, "\">");
  (void)strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm);
  vd_view_put(view, text);
  vd_view_put(view, "</time>");
}

const char *vd_view_start_page(enum vd_language language) {
  static const char *const starts[VD_LANGUAGE_COUNT] = {
      [VD_KHMER] = "./", [VD_ENGLISH] = "index.en.html", [VD_FRENCH] = "index.fr.html"};
  return starts[language];
}

struct vd_span vd_view_span(const char *text) { return (struct vd_span){text, strlen(text)}; }

struct vd_span vd_view_slice(struct frag_slice slice) { return (struct vd_span){(const char *)slice.data, slice.len}; }

void vd_view_put_language(const struct vd_view *view, struct vd_span language) {
  if (language.len == 0) return;
  vd_view_put(view, " lang=\"");
  vd_html_escape(view->out, language.text, language.len);
  vd_view_put(view, "\"");
}

void vd_view_open_row(const struct vd_view *view, struct vd_result_label label) {
  vd_view_put(view, "<div class=\"row\"><dt");
  vd_view_put_language(view, label.language);
  vd_view_put(view, ">");
  vd_html_escape(view->out, label.text.text, label.text.len);
  vd_view_put(view, "</dt><dd dir=\"auto\"");
}

void vd_view_close_row(const struct vd_view *view) { vd_view_put(view, "</dd></div>\n"); }

void vd_view_put_row(const struct vd_view *view, struct vd_result_label label, struct vd_result_label value) {
  vd_view_open_row(view, label);
  if (value.language.len > 0) vd_view_put_language(view, value.language);
  else if (vd_html_is_khmer(value.text.text, value.text.len)) vd_view_put_language(view, VD_SPAN("km"));
  vd_view_put(view, ">");
  vd_html_escape(view->out, value.text.text, value.text.len);
  vd_view_close_row(view);
}
