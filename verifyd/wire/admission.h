/* admission.h: who may hand in or ask something at an operator, and when: what submissions and queries of an issuer
 * have in common. Inside wire/ only. */
#ifndef VD_ADMISSION_H
#define VD_ADMISSION_H

#include <frag/trust.h>

#include "base/failure.h"

/* What the head of a message says. */
struct vd_admission {
  const char *what; /* "submission" or "query", for failures */
  uint16_t realm;
  unsigned operator_number;
  const uint8_t *origin_hash; /* 16 bytes */
  const uint8_t *kid;         /* 8 bytes */
  uint64_t time_s;
};

/* The operator that has to be meant. */
struct vd_admission_operator {
  uint16_t realm;
  unsigned number;
  const uint8_t *origin_hash; /* 16 bytes */
};

/* Whether it is for this operator and signed by a key of the trust list; is the time right, and the key valid now.
 * bytes: everything before the signature. Out: *key, a view into trust; NULL on error.
 * Errors: VD_DATA: for somebody else. VD_KEY: key, signature or time. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_admission_check(struct frag_context *context, const struct vd_admission *said,
                                               const struct vd_admission_operator *here, struct frag_slice bytes,
                                               const uint8_t sig64[static 64], const struct frag_trust *trust,
                                               uint64_t now_s, const struct frag_trust_key **key,
                                               struct vd_failure *failure);

#endif
