/* trusted.h: a trust list with a single key, for opening again what a test has issued or stated itself. */
#ifndef TRUSTED_H
#define TRUSTED_H

#include "vectors.h"

enum { TRUSTED_TAU_S = 1000000000 }; /* a time at which the key is valid */

/* The list of `realm` with `key` as `role` for `issuer` and every type. Owned by the caller (frag_trust_free). */
struct frag_trust *trusted_list(struct vectors *vectors, uint16_t realm, const struct frag_key *key, frag_role role,
                                struct frag_slice issuer);

#endif
