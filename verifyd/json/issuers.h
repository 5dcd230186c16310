/* issuers.h: the trust list as JSON: the body of an answer to GET /v1/issuers.
 *
 *   {"realm":1,"list_no":3,"hash":64 hex digits,"issued":RFC 3339,"next_update":RFC 3339,"overdue":false,
 *    "total":120,"next":cursor|null,
 *    "issuers":[{"id":…,"names":{language:…},
 *                "keys":[{"kid":16 hex digits,"role":"issuer|registrar","not_before":RFC 3339,"not_after":RFC 3339,
 *                         "compromised_since":RFC 3339|null,"types":[{"type":…,"labels":{language:…}},…]},…]},…]}
 *
 * Issuers are in the order of their ids, their keys in that of the list; names are in each language that of the
 * issuer's last key that has one and is not compromised, else of the last that has one. No types: all of them.
 * Numbers and times are as in answer.h. An answer is one page: total counts the issuers that were asked for, on all
 * pages; next is what to ask with for the page after this one, with everything else the same. */
#ifndef VD_ISSUERS_H
#define VD_ISSUERS_H

#include <stdbool.h>

#include <frag/trust.h>

#include "base/failure.h"
#include "config/profile.h"

/* The keys of a list, grouped by issuer: see frag_trust_by_issuer. */
struct vd_issuers {
  size_t count; /* of keys */
  const struct frag_trust_key *const *keys;
};

/* How many keys from `first` on, which is less than count, are of the same issuer. */
size_t vd_issuers_keys_of_one(const struct vd_issuers *issuers, size_t first);

#define VD_ISSUERS_CURSOR_SIZE 40 /* 16 hex digits, a hyphen, a number of 20 digits at most, NUL */

/* What is shown of the issuers. */
struct vd_issuers_page {
  const struct vd_issuers *issuers;
  const size_t *firsts; /* which of the issuers' keys is the first of each one on the page */
  size_t count;         /* of issuers on the page */
  size_t before;        /* of issuers that were asked for, on the pages before */
  size_t total;         /* of issuers that were asked for */
  char next[VD_ISSUERS_CURSOR_SIZE];     /* "": this is the last page */
  char previous[VD_ISSUERS_CURSOR_SIZE]; /* "": this is the first */
};

/* Writes the answer, compact, UTF-8, without a newline. page: of the trust list's issuers. profiles: where labels come
 * from, or NULL. is_overdue: the list is past its next update.
 * Out: *text, *len: with a terminating NUL that is not counted; the caller's, to be freed. Any thread. VD_INTERNAL:
 * out of memory, or a name in the configuration is not UTF-8. */
VD_MUST_CHECK enum vd_error vd_issuers_write(const struct frag_trust *trust, const struct vd_issuers_page *page,
                                             const struct vd_profiles *profiles, bool is_overdue, char **text,
                                             size_t *len, struct vd_failure *failure);

#endif
