/* view.h: the pieces that the server's own pages are made of: words of words.json, icons, times, rows of a label and a
 * value. Whatever text is put is escaped, except vd_view_put's, which is HTML of the source. Pure; any thread. */
#ifndef VD_SERVE_VIEW_H
#define VD_SERVE_VIEW_H

#include "config/settings.h"
#include "json/words.h"
#include "serve/result_label.h"

struct vd_view {
  const struct vd_words *words;
  const struct vd_profiles *profiles; /* for labels, or NULL */
  enum vd_language language;
  struct vd_buffer *out; /* secret when what is shown is */
  const struct vd_settings *settings; /* for the chains' explorers, or NULL */
};

/* A word by the three parts of its key, "result." "revoked" ".title". The first gives NULL when there is none, the
 * second the name. */
const char *vd_view_find_word(const struct vd_view *view, const char *before, const char *name, const char *after);
const char *vd_view_word(const struct vd_view *view, const char *before, const char *name, const char *after);

void vd_view_put(const struct vd_view *view, const char *html);
void vd_view_put_word(const struct vd_view *view, const char *key);

/* The word with each {name} that is among the values in it replaced. */
struct vd_view_value {
  const char *name, *text;
};
void vd_view_put_filled(const struct vd_view *view, const char *key, const struct vd_view_value *values, size_t count);

/* id: of icons.svg. extra_class: "" or a space and a class. */
void vd_view_put_icon(const struct vd_view *view, const char *id, const char *extra_class);

/* Unix seconds; those after the year 9999 are shown as its end. */
void vd_view_put_time(const struct vd_view *view, uint64_t time_s);

/* A lang attribute, if there is a language. */
void vd_view_put_language(const struct vd_view *view, struct vd_span language);

/* The address of the start page in that language, relative. */
const char *vd_view_start_page(enum vd_language language);

struct vd_span vd_view_span(const char *text);
struct vd_span vd_view_slice(struct frag_slice slice);

/* <div class="row"> with <dt> and <dd>; the first leaves the <dd> tag open for further attributes. */
void vd_view_open_row(const struct vd_view *view, struct vd_result_label label);
void vd_view_close_row(const struct vd_view *view);
void vd_view_put_row(const struct vd_view *view, struct vd_result_label label, struct vd_result_label value);

#endif
