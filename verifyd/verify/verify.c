#include "verify/verify.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "ledger/tlog.h"
#include "verify/anchored.h"
#include "verify/local.h"

/* --- making --- */

static enum vd_error check_options(const struct vd_verifier_options *options, struct vd_failure *failure) {
  if (options->operator_count < 1 || options->operator_count > VD_VERIFY_OPERATORS_MAX)
    return vd_fail(failure, VD_CONFIG, "%zu operators; there must be 1 to %d", options->operator_count,
                   VD_VERIFY_OPERATORS_MAX);
  if (options->threshold < 1 || options->threshold > options->operator_count)
    return vd_fail(failure, VD_CONFIG, "threshold %u; it must be 1 to the number of operators, %zu", options->threshold,
                   options->operator_count);
  unsigned realm = frag_trust_list(options->trust)->realm;
  if (realm != options->realm)
    return vd_fail(failure, VD_CONFIG, "the trust list is of realm %u, not of realm %u; configure the right one", realm,
                   options->realm);
  return VD_OK;
}

static enum vd_error make_context(struct vd_verifier *verifier, struct vd_failure *failure) {
  uint8_t seed[32];
  enum vd_error error = vd_random(seed, sizeof seed, failure);
  if (error != VD_OK) return error;
  frag_error code = frag_context_new(&verifier->context, seed);
  vd_wipe(seed, sizeof seed);
  return code == FRAG_OK ? VD_OK : vd_fail_frag(failure, code, "making a verifier");
}

/* A ledger whose log has no key cannot be checked: the reader is then as good as none. */
static struct vd_store_reader *make_reader(struct vd_store *store, struct frag_log_key *key) {
  struct vd_store_reader *reader = NULL;
  if (store == NULL || vd_store_reader_new(store, &reader, NULL) != VD_OK) return NULL;
  if (vd_store_reader_begin(reader, NULL) == VD_OK && vd_tlog_key(reader, key, NULL) == VD_OK) {
    vd_store_reader_reset(reader);
    return reader;
  }
  vd_store_reader_free(reader);
  return NULL;
}

/* One operator over the network costs a round trip for each question, so then more is asked for in the first one; local
 * ledgers are asked for one statement, since most documents have none. */
static void make_operators(struct vd_verifier *verifier, struct vd_seen *seen) {
  verifier->statements_first = 1;
  for (unsigned k = 0; k < verifier->operator_count; k++) {
    struct vd_verifier_operator *operator = &verifier->operators[k];
    if (operator->is_remote) verifier->statements_first = VD_WALK_KEYS_MAX;
    else verifier->readers[k] = make_reader(operator->store, &operator->key);
    vd_log_check_begin(&verifier->logs[k], &operator->key, seen);
  }
  vd_anchored_begin(verifier, seen != NULL);
}

enum vd_error vd_verifier_new(const struct vd_verifier_options *options, struct vd_verifier **verifier,
                              struct vd_failure *failure) {
  *verifier = NULL;
  enum vd_error error = check_options(options, failure);
  if (error != VD_OK) return error;
  struct vd_verifier *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "making a verifier: out of memory");
  made->trust = options->trust;
  made->realm = options->realm;
  made->threshold = options->threshold;
  made->status_max_age_s = options->status_max_age_s;
  made->anchored.anchors = options->anchors;
  made->operator_count = (unsigned)options->operator_count;
  memcpy(made->operators, options->operators, options->operator_count * sizeof *made->operators);
  error = make_context(made, failure);
  if (error != VD_OK) {
    vd_verifier_free(made);
    return error;
  }
  make_operators(made, options->seen);
  *verifier = made;
  return VD_OK;
}

void vd_verifier_free(struct vd_verifier *verifier) {
  if (verifier == NULL) return;
  for (unsigned k = 0; k < verifier->operator_count; k++) vd_store_reader_free(verifier->readers[k]);
  frag_context_free(verifier->context);
  vd_wipe(verifier, sizeof *verifier);
  free(verifier);
}

void vd_verifier_set_trust(struct vd_verifier *verifier, const struct frag_trust *trust) {
  assert(frag_trust_list(trust)->realm == verifier->realm);
  verifier->trust = trust;
}

struct vd_log_check *vd_verifier_log(struct vd_verifier *verifier, unsigned k) { return &verifier->logs[k]; }

/* --- verifying --- */

void vd_verify(struct vd_verifier *verifier, const char *qr_text, size_t qr_len, uint64_t now_s,
               struct vd_verdict *verdict) {
  struct vd_verification run;
  enum vd_wanted wanted = vd_verification_begin(&run, verifier, qr_text, qr_len, now_s, verdict);
  if (wanted != VD_WANTED_NOTHING) wanted = vd_local_begin(&run);
  for (unsigned k = 0; wanted != VD_WANTED_NOTHING; k = (k + 1) % verifier->operator_count)
    if (!run.has_answered[k]) wanted = vd_local_answer(&run, k);
  vd_verification_end(&run);
  vd_local_end(verifier);
}

void vd_verdict_wipe(struct vd_verdict *verdict) { vd_wipe(verdict, sizeof *verdict); }
