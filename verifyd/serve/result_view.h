/* result_view.h: a verdict, or the reason why there is none, as a piece of HTML: the server's half of what
 * web/page/MARKUP.md describes. Every word comes from words.json, which has them all (result_words.h).
 * Pure; any thread. */
#ifndef VD_SERVE_RESULT_VIEW_H
#define VD_SERVE_RESULT_VIEW_H

#include "json/problem.h"
#include "serve/view.h"
#include "verify/verify.h"

/* The article of a verdict. */
void vd_result_view_verdict(const struct vd_view *view, const struct vd_verdict *verdict);

/* The article of a request that could not be handled. */
void vd_result_view_problem(const struct vd_view *view, enum vd_problem problem);

/* One line for the title of the page, not escaped. */
const char *vd_result_view_title(const struct vd_view *view, const struct vd_verdict *verdict);
const char *vd_result_view_problem_title(const struct vd_view *view, enum vd_problem problem);

#endif
