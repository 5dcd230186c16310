/* witness.h: cosigns the checkpoints of other logs: C2SP tlog-witness, add-checkpoint. A checkpoint is cosigned only
 * when it continues the last one that was cosigned, and that is on the disk before the answer. */
#ifndef VD_SERVE_WITNESS_H
#define VD_SERVE_WITNESS_H

#include "base/key_file.h"
#include "config/settings.h"
#include "ledger/seen.h"
#include "serve/bridge.h"
#include "serve/log.h"
#include "serve/role_metrics.h"

/* Fields are for reading. */
struct vd_witness {
  struct vd_key key; /* secret */
  struct frag_log_key public_key;
  char vkey[FRAG_VKEY_MAX];
  size_t logs_count;
  struct frag_log_key logs[VD_WITNESSED_MAX + VD_OPERATORS_MAX];
  struct vd_seen *seen;
  struct vd_lane *lane; /* where vd_witness_add is called; the caller's */
  struct vd_role_metrics *metrics;
  struct frag_context *context; /* the lane's, as are the following */
  struct vd_log log;
};

struct vd_witness_options {
  const struct vd_settings *settings; /* with a witness */
  struct vd_seen *seen;               /* outlive the witness, as do the following */
  struct vd_lane *lane;
  struct vd_role_metrics *metrics;
  int log_fd;
};

/* Loads the key and the keys of the logs: those of settings.witness.logs and of the operators over the network.
 * Out: *witness, owned by the caller; NULL on error.
 * Errors: VD_CONFIG: a verifier key of the settings, or two for one name. Those of vd_key_load. */
VD_MUST_CHECK enum vd_error vd_witness_new(const struct vd_witness_options *options, struct vd_witness **witness,
                                           struct vd_failure *failure);

/* Wipes and frees. No job of it may be on the lane. NULL is allowed. */
void vd_witness_free(struct vd_witness *witness);

enum vd_witness_outcome {
  VD_WITNESS_COSIGNED,      /* 200: line */
  VD_WITNESS_MALFORMED,     /* 400: not a request, or it wants to go back */
  VD_WITNESS_BAD_SIGNATURE, /* 403: not by the log's key */
  VD_WITNESS_DISTRUSTED,    /* 403: the log has contradicted itself before */
  VD_WITNESS_UNKNOWN_LOG,   /* 404 */
  VD_WITNESS_OTHER_SIZE,    /* 409: the last one cosigned has `size` entries; or, of that size, it has another root */
  VD_WITNESS_WRONG_PROOF,   /* 422 */
  VD_WITNESS_FAULT          /* 500: it could not be kept */
};

struct vd_witness_answer {
  enum vd_witness_outcome outcome;
  uint64_t size;
  size_t line_len;
  char line[FRAG_SIGNATURE_LINE_MAX]; /* the cosignature, with its LF, without a NUL */
};

/* Looks at a request and answers it; on the disk when this returns. text: as received. Thread rule: the lane's. */
void vd_witness_add(struct vd_witness *witness, const char *text, size_t len, uint64_t now_s,
                    struct vd_witness_answer *answer);

#endif
