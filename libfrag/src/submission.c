#include <frag/submission.h>

#include "bytes.h"
#include "crypto.h"
#include "curve.h"
#include "trust.h"

frag_error frag_submission_sign(struct frag_context *context, uint8_t sig64[static 64], const struct frag_key *key,
                                struct frag_slice bytes, const uint8_t aux32[static 32]) {
  uint8_t msg32[32];
  memset(sig64, 0, 64);
  frag_error error = frag_tagged_hash(context, FRAG_LABEL_SUBMIT, msg32, &bytes, 1);
  return error == FRAG_OK ? frag_schnorr_sign(context, sig64, msg32, key, aux32) : error;
}

frag_error frag_submission_check(struct frag_context *context, const struct frag_trust *trust,
                                 const uint8_t kid[static FRAG_KID_LEN], struct frag_slice bytes,
                                 const uint8_t sig64[static 64]) {
  uint8_t msg32[32];
  const struct frag_trust_key *key = frag_trust_find(trust, kid);
  if (key == NULL) return FRAG_ISSUER_UNKNOWN;
  frag_error error = frag_tagged_hash(context, FRAG_LABEL_SUBMIT, msg32, &bytes, 1);
  if (error != FRAG_OK) return error;
  bool is_right = frag_schnorr_verify(context, sig64, msg32, frag_trust_point(trust, key));
  return is_right ? FRAG_OK : FRAG_ISSUER_SIGNATURE;
}
