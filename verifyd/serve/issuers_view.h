/* issuers_view.h: the trust list as a piece of HTML: the server's half of what web/page/MARKUP.md describes under
 * "Issuers". Pure; any thread. */
#ifndef VD_SERVE_ISSUERS_VIEW_H
#define VD_SERVE_ISSUERS_VIEW_H

#include "serve/issuers_query.h"
#include "serve/result_words.h"
#include "serve/view.h"

/* Whether words.json has every key that the view may ask for. Out: missing, the first that it has not. */
bool vd_issuers_view_words_complete(const struct vd_words *words, char missing[static VD_RESULT_WORD_SIZE]);

/* One line for the title of the page, not escaped. */
const char *vd_issuers_view_title(const struct vd_view *view);

/* What is drawn. */
struct vd_issuers_sheet {
  const struct frag_trust_list *list;
  const struct vd_issuers_page *page;   /* of its issuers */
  const struct vd_issuers_query *query; /* that they were found with */
  bool is_overdue;                      /* the list is past its next update */
  bool is_changed;                      /* it is another than the one that the reader began with */
};

/* The article. */
void vd_issuers_view(const struct vd_view *view, const struct vd_issuers_sheet *sheet);

#endif
