/* service.h: everything that the loops share, made from the settings when verifyd starts and read-only from then on:
 * where the trust list comes from, ledgers, what this process is the operator of, what it remembers and witnesses,
 * profiles, the files of the page. What the pointers lead to has its own rules. */
#ifndef VD_SERVE_SERVICE_H
#define VD_SERVE_SERVICE_H

#include "config/settings.h"
#include "ledger/anchors.h"
#include "serve/anchor_keeping.h"
#include "serve/buffer.h"
#include "serve/chain_tracks.h"
#include "serve/log.h"
#include "serve/own_operator.h"
#include "serve/page.h"
#include "serve/remote_state.h"
#include "serve/static_files.h"
#include "serve/trust_source.h"
#include "serve/witness.h"
#include "verify/verify.h"

#define VD_SERVICE_LEDGERS_MAX (VD_OPERATORS_MAX + 1)

/* A ledger on this machine. */
struct vd_service_ledger {
  unsigned number;        /* of its operator */
  struct vd_store *store; /* NULL: could not be opened */
};

struct vd_service {
  const struct vd_settings *settings;
  struct vd_profiles profiles;
  struct vd_trust_source *trust_source; /* NULL when it is only a witness */
  struct vd_own_operator *own; /* NULL when it is no operator */
  struct vd_anchor_keeping *anchor_keeping; /* NULL when its log is not anchored; at work on the housekeeping loop */
  size_t ledger_count;         /* the own operator's, and those of settings->operators that are on this machine */
  struct vd_service_ledger ledgers[VD_SERVICE_LEDGERS_MAX];
  size_t operator_count; /* of settings->operators; 0: nothing is verified here */
  struct vd_verifier_operator operators[VD_OPERATORS_MAX];
  struct vd_verifier_options verifier_options; /* without its trust list: each loop takes the one in use */
  struct vd_seen *seen;        /* NULL without memory */
  struct vd_lane *memory_lane; /* for what writes to seen; NULL without memory */
  struct vd_anchors *anchors;  /* found on public chains; NULL when no operator has tracks; written by housekeeping */
  struct vd_chain_tracks *chain_tracks; /* NULL likewise */
  struct vd_witness *witness;  /* NULL when it is none */
  struct vd_role_metrics *role_metrics;
  struct vd_remote_state *remotes; /* [operator_count] */
  struct vd_static_files files;    /* none without a web_root */
  struct vd_page *page;            /* NULL without a web_root */
  struct vd_lane *issuers_lane;    /* for pages of the issuers that are made when asked for; NULL without a trust list */
};

/* Opens what the settings name. A ledger to be read that cannot be opened is told to the log and counts as unreachable.
 * In: settings: outlive the service. now_s: Unix seconds. log: also
 * says where the logs of the service's own threads go. Out: *service, owned by the caller; NULL on error. Errors:
 * those of the parts; VD_UNAVAILABLE when fewer ledgers than the threshold can be opened or asked. */
VD_MUST_CHECK enum vd_error vd_service_new(const struct vd_settings *settings, uint64_t now_s, struct vd_log *log,
                                           struct vd_service **service, struct vd_failure *failure);

/* Waits for its lanes, whose loops have stopped, closes and frees. NULL is allowed. */
void vd_service_free(struct vd_service *service);

#endif
