/* remote_verify.h: runs a verification with operators on this machine and over the network: the local ones are asked at
 * once, the remote ones all at the same time, and whoever has not answered by its deadline counts as unreachable. The
 * first t good fragments are enough; late ones are dropped. With local operators alone it is vd_verify. Thread rule:
 * that of the verifier and the client. */
#ifndef VD_REMOTE_VERIFY_H
#define VD_REMOTE_VERIFY_H

#include "remote/operator.h"
#include "verify/verify.h"

struct vd_remote_verifier;

struct vd_remote_verifier_options {
  struct vd_verifier *verifier;
  struct vd_client *client;
  size_t operator_count;
  const char *urls[VD_VERIFY_OPERATORS_MAX]; /* by operator; NULL for a local one */
  unsigned timeout_ms;                       /* of one question to an operator */
  unsigned verifications_max;                /* under way at once */

  /* A checkpoint that goes further than the last one seen, or contradicts it: to be given to vd_seen_advance, not on
   * the loop. note: a view; copy it. NULL: not wanted. */
  void (*news)(void *context, unsigned k, const struct vd_log_base *base, const char *note, size_t note_len);
  void *context;
};

/* Out: *remote, for vd_remote_verifier_free; NULL on error. What options point to is the caller's and outlives it; the
 * URLs are copied. VD_CONFIG: a URL is not that of an operator. VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_remote_verifier_new(const struct vd_remote_verifier_options *options,
                                                   struct vd_remote_verifier **remote, struct vd_failure *failure);

/* No verification may be under way, unless they were cancelled; not from inside a callback. Before the client is freed.
 * NULL is allowed. */
void vd_remote_verifier_free(struct vd_remote_verifier *remote);

struct vd_remote_verification;

/* Starts one. verdict: the caller's; stays in place until done. done: called once, when the verdict is complete;
 * perhaps before this returns; it may start and cancel verifications. qr_text: secret; not needed after the return.
 * Deadlines are the client's.
 * Out: *under_way: for vd_remote_verification_cancel, NULL when done was called already. May be NULL.
 * VD_FULL: verifications_max are under way. VD_MEMORY. done is not called then. */
VD_MUST_CHECK enum vd_error vd_remote_verify(struct vd_remote_verifier *remote, const char *qr_text, size_t qr_len,
                                             uint64_t now_s, struct vd_verdict *verdict,
                                             void (*done)(void *context, struct vd_verdict *verdict), void *context,
                                             struct vd_remote_verification **under_way, struct vd_failure *failure);

/* Ends one without calling done; wipes what it has, the verdict too. */
void vd_remote_verification_cancel(struct vd_remote_verification *under_way);

#endif
