/* own_operator.h: the ledger that this process is the operator of: its store, open for writing; the lane on which alone
 * it is written; and what it takes from issuers. */
#ifndef VD_SERVE_OWN_OPERATOR_H
#define VD_SERVE_OWN_OPERATOR_H

#include <stdatomic.h>

#include "config/settings.h"
#include "serve/bridge.h"
#include "serve/log.h"
#include "serve/role_metrics.h"
#include "serve/trust_source.h"
#include "wire/submission.h"

/* Fields are for reading. */
struct vd_own_operator {
  const struct vd_own_operator_settings *settings;
  uint16_t realm;
  struct vd_trust_source *trust_source;
  struct vd_role_metrics *metrics;
  struct vd_store *store;
  struct frag_log_key key; /* of its log */
  char vkey[FRAG_VKEY_MAX];
  uint8_t origin_hash[16];
  struct vd_lane *lane;         /* everything that writes the store goes here */
  struct frag_context *context; /* the lane's, as are the following */
  struct vd_store_reader *reader;
  struct vd_trust_edition *edition; /* what `trust` is of */
  const struct frag_trust *trust;   /* the newest as of vd_own_operator_refresh */
  struct vd_log log;
  atomic_bool has_failed; /* see vd_own_operator_failed */
};

struct vd_own_operator_options {
  const struct vd_settings *settings; /* with an own_operator; outlive the operator, as do the following */
  struct vd_trust_source *trust_source;
  struct vd_role_metrics *metrics;
  int log_fd; /* faults on this side are told there */
};

/* Loads the key of the log, opens the ledger, making it if need be, and starts the lane.
 * Out: *own, owned by the caller; NULL on error.
 * Errors: VD_CONFIG: the key has another name than the origin, or those of vd_store_open. Those of vd_key_load,
 * vd_store_open and vd_lane_new. */
VD_MUST_CHECK enum vd_error vd_own_operator_new(const struct vd_own_operator_options *options,
                                                struct vd_own_operator **own, struct vd_failure *failure);

/* Waits for the lane and closes the ledger, whose readers must have been freed. NULL is allowed. */
void vd_own_operator_free(struct vd_own_operator *own);

/* Takes the trust list that is in use now: first thing in every job that looks at own->trust. Thread rule: the
 * lane's. */
void vd_own_operator_refresh(struct vd_own_operator *own);

/* Whether `error`, of a function that wrote the store, means that the store can no longer be written or read in this
 * process: the disk failed in the last step of a commit. Then the process is asked to stop, to be started again by
 * whoever watches over it, and it remembers why. Thread rule: the lane's. */
bool vd_own_operator_failed(struct vd_own_operator *own, enum vd_error error);

/* What came of a submission. */
struct vd_own_operator_result {
  enum vd_error error; /* VD_OK: taken, or there already. VD_DATA, VD_KEY, VD_CONFLICT, VD_NOT_FOUND (an erasure): its
                          sender's fault. VD_FULL: see the following. Others: this side's. */
  bool is_over_quota;  /* with VD_FULL: else the disk is full */
  bool is_too_long;    /* with VD_DATA: more items than a submission may have */
  struct vd_receipt receipt;
  struct vd_failure failure; /* in words, for the sender, without paths */
};

/* Reads, admits and puts a submission; synced when this returns. bytes: as received. Thread rule: the lane's. */
void vd_own_operator_submit(struct vd_own_operator *own, const uint8_t *bytes, size_t len, uint64_t now_s,
                            struct vd_own_operator_result *result);

#endif
