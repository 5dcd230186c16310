#include "wire/admission.h"

#include <string.h>

#include <frag/submission.h>

#include "base/hex.h"
#include "wire/submission.h"

enum { ORIGIN_HASH_LEN = 16, KID_LEN = 8 };

static enum vd_error check_address(const struct vd_admission *said, const struct vd_admission_operator *here,
                                   struct vd_failure *failure) {
  if (said->realm != here->realm)
    return vd_fail(failure, VD_DATA, "the %s is for realm %u, and this operator serves realm %u", said->what,
                   said->realm, here->realm);
  if (said->operator_number != here->number)
    return vd_fail(failure, VD_DATA, "the %s is for operator %u, and this is operator %u; correct its URL", said->what,
                   said->operator_number, here->number);
  if (memcmp(said->origin_hash, here->origin_hash, ORIGIN_HASH_LEN) != 0)
    return vd_fail(failure, VD_DATA, "the %s is for another log than this operator's; correct its origin", said->what);
  return VD_OK;
}

static enum vd_error check_signature(struct frag_context *context, const struct vd_admission *said,
                                     struct frag_slice bytes, const uint8_t sig64[static 64],
                                     const struct frag_trust *trust, struct vd_failure *failure) {
  char kid[2 * KID_LEN + 1];
  frag_error error = frag_submission_check(context, trust, said->kid, bytes, sig64);
  if (error == FRAG_OK) return VD_OK;
  vd_hex_encode(kid, said->kid, KID_LEN);
  if (error == FRAG_ISSUER_UNKNOWN)
    return vd_fail(failure, VD_KEY, "the key %s is not in the trust list of this operator", kid);
  if (error == FRAG_ISSUER_SIGNATURE)
    return vd_fail(failure, VD_KEY, "the %s is not signed by the key %s that it names, or was altered", said->what,
                   kid);
  return vd_fail_frag(failure, error, "the signature of the %s could not be checked", said->what);
}

static enum vd_error check_times(const struct vd_admission *said, const struct frag_trust_key *key, uint64_t now_s,
                                 struct vd_failure *failure) {
  bool is_early = said->time_s > now_s;
  uint64_t off_s = is_early ? said->time_s - now_s : now_s - said->time_s;
  if (off_s > VD_SUBMISSION_TIME_TOLERANCE_S)
    return vd_fail(failure, VD_KEY,
                   "the %s's time is %llu s %s this operator's clock; %d s are allowed: set the clock right, and sign "
                   "it again",
                   said->what, (unsigned long long)off_s, is_early ? "ahead of" : "behind",
                   VD_SUBMISSION_TIME_TOLERANCE_S);
  if (frag_trust_key_time(key, now_s) == FRAG_OK) return VD_OK;
  if (now_s < key->not_before_s)
    return vd_fail(failure, VD_KEY, "the key that signed the %s is not yet valid", said->what);
  if (now_s > key->not_after_s) return vd_fail(failure, VD_KEY, "the key that signed the %s has expired", said->what);
  return vd_fail(failure, VD_KEY, "the key that signed the %s is marked as compromised in the trust list", said->what);
}

enum vd_error vd_admission_check(struct frag_context *context, const struct vd_admission *said,
                                 const struct vd_admission_operator *here, struct frag_slice bytes,
                                 const uint8_t sig64[static 64], const struct frag_trust *trust, uint64_t now_s,
                                 const struct frag_trust_key **key, struct vd_failure *failure) {
  *key = NULL;
  enum vd_error error = check_address(said, here, failure);
  if (error == VD_OK) error = check_signature(context, said, bytes, sig64, trust, failure);
  if (error != VD_OK) return error;
  const struct frag_trust_key *found = frag_trust_find(trust, said->kid);
  error = check_times(said, found, now_s, failure);
  if (error == VD_OK) *key = found;
  return error;
}
