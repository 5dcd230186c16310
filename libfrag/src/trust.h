/* trust.h: what a decoded trust list keeps besides its public fields. */
#ifndef FRAG_TRUST_STATE_H
#define FRAG_TRUST_STATE_H

#include <frag/trust.h>

#include "curve.h"

struct frag_trust_place {
  uint8_t kid[FRAG_KID_LEN];
  size_t number; /* in the list's order */
};

struct frag_trust {
  struct frag_trust_list list;
  struct frag_slice bytes; /* our own copy; every view points into it */
  uint8_t hash[32];
  struct frag_trust_key *keys;
  struct frag_point *points;        /* decoded once: 5 µs each */
  struct frag_trust_place *by_kid;  /* sorted, for look-up */
  const struct frag_trust_key **by_issuer; /* those of one next to each other, in the list's order */
};

/* The decoded public key of one of the list's keys. */
const struct frag_point *frag_trust_point(const struct frag_trust *trust, const struct frag_trust_key *key);

/* Checks everything about one key that does not need other keys. Out: its decoded public key.
 * FRAG_FIELD_*, FRAG_TEXT_*, FRAG_TRUST_KEY_ID, FRAG_KEY_INVALID, FRAG_CRYPTO. */
FRAG_MUST_CHECK frag_error frag_trust_check_key(struct frag_context *context, struct frag_point *point,
                                                const struct frag_trust_key *key);

/* The same for a list without its keys. FRAG_FIELD_RANGE. */
FRAG_MUST_CHECK frag_error frag_trust_check_list(const struct frag_trust_list *list);

/* The order of issuers' ids: by bytes, the shorter of two that begin alike first. */
int frag_trust_compare_issuers(struct frag_slice a, struct frag_slice b);

/* The order of map keys in deterministic CBOR: shorter first, then by bytes. */
int frag_trust_compare_languages(struct frag_slice a, struct frag_slice b);

#endif
