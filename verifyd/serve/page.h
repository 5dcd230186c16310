/* page.h: the answer page for browsers without JavaScript: the templates answer.LANG.html of the bundle, around what
 * result_view draws. A template holds {{title}} and, after it, {{result}}, each once.
 * Read-only once made: may be shared by threads. */
#ifndef VD_SERVE_PAGE_H
#define VD_SERVE_PAGE_H

#include "serve/issuers_view.h"
#include "serve/result_view.h"

struct vd_page;

/* Reads words.json and the templates in web_root.
 * Out: *page, owned by the caller; NULL on error.
 * Errors: VD_NO_INPUT (a file is missing or cannot be read), VD_FULL (over its limit), VD_CONFIG (words.json lacks a
 * word, or a template a mark), VD_MEMORY, VD_IO. */
VD_MUST_CHECK enum vd_error vd_page_new(const char *web_root, struct vd_page **page, struct vd_failure *failure);
void vd_page_free(struct vd_page *page);

/* Writes a whole page. profiles: for labels, or NULL. settings: for the chains' explorers, or NULL. The
 * result is secret when the verdict is VALID. Pure; any thread. */
void vd_page_verdict(const struct vd_page *page, enum vd_language language, const struct vd_profiles *profiles,
                     const struct vd_settings *settings, const struct vd_verdict *verdict, struct vd_buffer *out);
void vd_page_problem(const struct vd_page *page, enum vd_language language, enum vd_problem problem,
                     struct vd_buffer *out);

/* A page of the issuers. VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_page_issuers(const struct vd_page *page, enum vd_language language,
                                            const struct vd_profiles *profiles, const struct vd_issuers_sheet *sheet,
                                            struct vd_buffer *out, struct vd_failure *failure);

#endif
