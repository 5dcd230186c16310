/* local.h: answers a verification's questions from the ledgers on this machine. */
#ifndef VD_VERIFY_LOCAL_H
#define VD_VERIFY_LOCAL_H

#include "verify/verify.h"

/* A checkpoint to be handed to vd_seen_advance; see vd_log_check_checkpoint. */
struct vd_local_news {
  bool is_news;            /* nothing else is filled otherwise */
  struct vd_log_base base;
  size_t note_len;
  char note[FRAG_CHECKPOINT_MAX];
};

/* Answers the open question for operator k, which is to be asked it and is not remote, in a snapshot of its own that is
 * let go before this returns: what the verification keeps of it is copied. An operator whose ledger cannot be read is
 * unreachable. Out: *news; may be NULL. Returns what is wanted now.
 * Thread rule: the verifier's; not within vd_verify. */
enum vd_wanted vd_local_ask(struct vd_verification *verification, unsigned k, struct vd_local_news *news);

/* The same in pieces, for a verification that ends within one chain of calls, so that nothing is copied: a snapshot of
 * every local ledger, the answers in it, and its end. Whoever cannot be asked is unreachable. */
enum vd_wanted vd_local_begin(struct vd_verification *verification);
enum vd_wanted vd_local_answer(struct vd_verification *verification, unsigned k);
void vd_local_end(struct vd_verifier *verifier);

#endif
