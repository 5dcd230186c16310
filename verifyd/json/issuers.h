/* issuers.h: the trust list as JSON: the body of an answer to GET /v1/issuers.
 *
 *   {"realm":1,"list_no":3,"hash":64 hex digits,"issued":RFC 3339,"next_update":RFC 3339,"overdue":false,
 *    "issuers":[{"id":…,"names":{language:…},
 *                "keys":[{"kid":16 hex digits,"role":"issuer|registrar","not_before":RFC 3339,"not_after":RFC 3339,
 *                         "compromised_since":RFC 3339|null,"types":[{"type":…,"labels":{language:…}},…]},…]},…]}
 *
 * Issuers are in the order of their ids, their keys in that of the list; names are those of an issuer's last key. No
 * types: all of them. Numbers and times are as in answer.h. */
#ifndef VD_ISSUERS_H
#define VD_ISSUERS_H

#include <stdbool.h>

#include <frag/trust.h>

#include "base/failure.h"
#include "config/profile.h"

/* The keys of a list, grouped by issuer. */
struct vd_issuers {
  size_t count; /* of keys */
  const struct frag_trust_key **keys;
};

/* Out: *issuers, views into the list; the caller gives them to vd_issuers_free. Any thread. VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_issuers_group(const struct frag_trust_list *list, struct vd_issuers *issuers,
                                             struct vd_failure *failure);
void vd_issuers_free(struct vd_issuers *issuers);

/* How many keys from `first` on, which is less than count, are of the same issuer. */
size_t vd_issuers_keys_of_one(const struct vd_issuers *issuers, size_t first);

/* Writes the answer, compact, UTF-8, without a newline. profiles: where labels come from, or NULL. is_overdue: the list
 * is past its next update.
 * Out: *text, *len: with a terminating NUL that is not counted; the caller's, to be freed. Any thread. VD_INTERNAL:
 * out of memory, or a name in the configuration is not UTF-8; VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_issuers_write(const struct frag_trust *trust, const struct vd_profiles *profiles,
                                             bool is_overdue, char **text, size_t *len, struct vd_failure *failure);

#endif
