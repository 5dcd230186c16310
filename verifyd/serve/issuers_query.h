/* issuers_query.h: what a client asks of the list of issuers: the query of GET /v1/issuers and of its page. Comes from
 * anybody; its text is never logged. Pure; any thread. */
#ifndef VD_SERVE_ISSUERS_QUERY_H
#define VD_SERVE_ISSUERS_QUERY_H

#include "json/issuers.h"
#include "serve/http_parse.h"

#define VD_ISSUERS_LIMIT 50      /* issuers on a page, when nothing else is asked for */
#define VD_ISSUERS_LIMIT_MAX 500 /* a larger limit is lowered to it */
#define VD_ISSUERS_TEXT_MAX 400  /* bytes of a text that is looked for, and of an issuer's id: 100 characters */
#define VD_ISSUERS_MARK_LEN 8    /* bytes of a list's hash that a cursor has */

struct vd_issuers_query {
  size_t limit;                       /* issuers, 1..VD_ISSUERS_LIMIT_MAX */
  char text[VD_ISSUERS_TEXT_MAX + 1]; /* q: in a name or an id; "": whatever they are */
  char issuer[VD_ISSUERS_TEXT_MAX + 1]; /* issuer: the id; "": every one */
  bool has_cursor;                    /* after: and then the following */
  uint8_t mark[VD_ISSUERS_MARK_LEN];
  uint64_t position;                  /* of the first issuer of the page among all of the list */
};

/* Reads the query behind a request's path, or its absence. Parameters of other names are passed over.
 * Out: *query. Returns NULL, or what is wrong and what to do, which repeats nothing of it. */
const char *vd_issuers_query_read(struct vd_issuers_query *query, const struct vd_http_head *head);

/* The cursor of a position in the list with that hash. */
void vd_issuers_cursor_write(char cursor[static VD_ISSUERS_CURSOR_SIZE], const uint8_t hash[static 32],
                             size_t position);

/* Whether its cursor, if it has one, is of the list with that hash. */
bool vd_issuers_query_is_of(const struct vd_issuers_query *query, const uint8_t hash[static 32]);

/* Whether it asks for the first page of everything, with as many as usual. */
bool vd_issuers_query_is_plain(const struct vd_issuers_query *query);

#endif
