#include "verify/freshness.h"

uint64_t vd_freshness_of_answer(const struct vd_verification *verification, unsigned k) {
  const struct vd_verifier *verifier = verification->verifier;
  uint64_t as_of_s = verifier->logs[k].answer_time_s;
  bool is_here = !verifier->operators[k].is_remote;
  return is_here || as_of_s > verification->now_s ? verification->now_s : as_of_s;
}

void vd_freshness_note(struct vd_verification *verification, unsigned k, uint64_t as_of_s) {
  bool is_status = verification->wanted == VD_WANTED_STATUSES;
  struct vd_freshness *times = is_status ? &verification->status_times : &verification->fragment_times;
  bool is_first = !times->has[k];
  times->has[k] = true;
  if (is_first || as_of_s < times->time_s[k]) times->time_s[k] = as_of_s;
}

/* A log that failed later is not to be believed before either. */
static uint64_t tth_newest(const struct vd_verification *verification, const struct vd_freshness *times,
                           const bool *is_left_out, unsigned *count) {
  const struct vd_verifier *verifier = verification->verifier;
  uint64_t newest_first[VD_VERIFY_OPERATORS_MAX];
  unsigned found = 0;
  for (unsigned k = 0; k < verifier->operator_count; k++) {
    bool is_right = verification->verdict->operators[k].log_code == FRAG_OK;
    if (!times->has[k] || !is_right || (is_left_out != NULL && is_left_out[k])) continue;
    unsigned at = found++;
    for (; at > 0 && newest_first[at - 1] < times->time_s[k]; at--) newest_first[at] = newest_first[at - 1];
    newest_first[at] = times->time_s[k];
  }
  *count = found;
  if (found == 0) return 0;
  return newest_first[(found < verifier->threshold ? found : verifier->threshold) - 1];
}

uint64_t vd_freshness_as_of(const struct vd_verification *verification, unsigned *count) {
  return tth_newest(verification, &verification->status_times, verification->is_silent, count);
}

uint64_t vd_freshness_of_fragment(const struct vd_verification *verification) {
  unsigned count = 0;
  return tth_newest(verification, &verification->fragment_times, NULL, &count);
}

/* Revocation and supersession are for ever; a suspension may have been lifted. */
frag_error vd_freshness_result(const struct vd_verification *verification, frag_error code) {
  uint64_t max_age_s = verification->verifier->status_max_age_s;
  unsigned count = 0;
  if (max_age_s == 0 || (code != FRAG_OK && code != FRAG_SUSPENDED)) return code;
  uint64_t as_of_s = vd_freshness_as_of(verification, &count);
  bool is_stale = count < verification->verifier->threshold || verification->now_s - as_of_s > max_age_s;
  return is_stale ? FRAG_STATUS_STALE : code;
}
