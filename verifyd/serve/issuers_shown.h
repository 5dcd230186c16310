/* issuers_shown.h: a page of the issuers as it is sent: JSON or HTML, as it is and compressed. Any thread. */
#ifndef VD_SERVE_ISSUERS_SHOWN_H
#define VD_SERVE_ISSUERS_SHOWN_H

#include "serve/gzip.h"
#include "serve/issuers_index.h"
#include "serve/page.h"
#include "serve/static_files.h"

/* What is shown; it is only read. */
struct vd_issuers_source {
  const struct frag_trust *trust;
  bool is_overdue;                    /* it was past its next update when it was taken */
  const struct vd_profiles *profiles; /* for labels */
  const struct vd_page *page;         /* NULL: there are no pages */
  struct vd_issuers_index index;      /* of trust */
};

/* Begin with {0}; free with vd_issuers_shown_free, whatever happened. */
struct vd_issuers_shown {
  struct vd_static_form plain;
  struct vd_static_form gzip; /* when it was asked for and is shorter by a tenth */
};

/* What the query asks for, as JSON or, with a page, as HTML. query: vd_issuers_query_is_of the list. is_changed: to be
 * told that the list is another than the one that the reader began with.
 * Out: *shown, without gzip. VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_issuers_shown_json(const struct vd_issuers_source *source,
                                                  const struct vd_issuers_query *query, struct vd_issuers_shown *shown,
                                                  struct vd_failure *failure);
VD_MUST_CHECK enum vd_error vd_issuers_shown_page(const struct vd_issuers_source *source, enum vd_language language,
                                                  const struct vd_issuers_query *query, bool is_changed,
                                                  struct vd_issuers_shown *shown, struct vd_failure *failure);

/* Adds the compressed form, if it is worth it. */
void vd_issuers_shown_compress(struct vd_issuers_shown *shown, enum vd_gzip_effort effort);

void vd_issuers_shown_free(struct vd_issuers_shown *shown);

#endif
