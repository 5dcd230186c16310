/* issuers_index.h: the issuers of a trust list, made ready to be looked through. Read-only once made: may be shared by
 * threads. */
#ifndef VD_SERVE_ISSUERS_INDEX_H
#define VD_SERVE_ISSUERS_INDEX_H

#include "serve/issuers_query.h"

struct vd_issuers_entry {
  size_t first;    /* of the issuer's keys, in `issuers` */
  size_t text;     /* of its id and names, folded, a newline behind each, in `texts` */
  size_t text_len; /* bytes */
};

struct vd_issuers_index {
  struct vd_issuers issuers;
  size_t count;              /* of issuers */
  struct vd_issuers_entry *entries;
  char *texts;
};

/* Out: *index, for vd_issuers_index_free; empty on error. The trust list of the issuers outlives it. VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_issuers_index_make(struct vd_issuers issuers, struct vd_issuers_index *index,
                                                  struct vd_failure *failure);
void vd_issuers_index_free(struct vd_issuers_index *index);

/* Finds the issuers that a query asks for. hash: of the list. query: vd_issuers_query_is_of it.
 * Out: *page, with views into index and firsts. */
void vd_issuers_index_select(const struct vd_issuers_index *index, const uint8_t hash[static 32],
                             const struct vd_issuers_query *query, size_t firsts[static VD_ISSUERS_LIMIT_MAX],
                             struct vd_issuers_page *page);

#endif
