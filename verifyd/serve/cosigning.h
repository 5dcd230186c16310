/* cosigning.h: keeps the checkpoint of the own operator's log fresh: has it signed again when it grows old, and asks
 * the witnesses to cosign it whenever it is new (C2SP tlog-witness). Nothing waits for a witness: a checkpoint is in
 * force before, and stays so without. Thread rule: that of its loop. */
#ifndef VD_SERVE_COSIGNING_H
#define VD_SERVE_COSIGNING_H

#include <frag/tlog_proof.h>

#include "net/client.h"
#include "serve/own_operator.h"

struct vd_cosigning;

/* One witness. */
struct vd_cosigner {
  struct vd_cosigning *cosigning;
  unsigned number; /* from 1, in the order of the settings */
  struct frag_log_key key;
  char url[VD_URL_SIZE + 16];
  uint64_t acknowledged;                   /* size that it has cosigned last, as far as we know; 0: nothing */
  uint64_t sent_size, sent_time_s;         /* the checkpoint that is under way */
  uint64_t cosigned_size, cosigned_time_s; /* the last one that it cosigned, and whose cosignature is kept */
  unsigned failures;                       /* in a row */
  uint64_t not_before_ms;                  /* by the loop's clock */
  struct vd_client_request *request;       /* under way, or NULL */
  bool is_keeping;                         /* job is with the lane */
  struct vd_lane_job job;
  enum vd_error kept; /* what came of the job */
  struct vd_failure failure;
  size_t lines_len;
  char lines[FRAG_CHECKPOINT_MAX];
};

struct vd_cosigning {
  struct vd_own_operator *own;
  struct vd_client *client;
  struct vd_home *home;
  uv_loop_t *loop;
  struct vd_log *log;
  struct frag_context *context;
  struct vd_store_reader *reader;
  uint64_t size, time_s; /* of the checkpoint in force, when it was last looked at */
  bool is_renewing;      /* renewal is with the lane */
  struct vd_lane_job renewal;
  enum vd_error renewed;
  struct vd_failure failure;
  size_t count;
  struct vd_cosigner items[VD_WITNESSES_MAX];
  struct frag_proof proof;
  char text[FRAG_TLOG_PROOF_MAX];
};

struct vd_cosigning_options {
  struct vd_own_operator *own; /* outlives the cosigning, as do the following, all of one loop */
  struct vd_client *client;
  struct vd_home *home;
  uv_loop_t *loop;
  struct vd_log *log;
};

/* Out: *cosigning, which stays in place until vd_cosigning_free. After an error there is nothing to free.
 * Errors: VD_CONFIG: a witness's verifier key. Those of vd_store_reader_new; VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_cosigning_init(struct vd_cosigning *cosigning,
                                              const struct vd_cosigning_options *options, struct vd_failure *failure);

/* Looks at the checkpoint in force and starts what is due. Now and then, on the loop. */
void vd_cosigning_look(struct vd_cosigning *cosigning, uint64_t now_s);

/* Cancels what is under way. The lane's jobs are over when the home is closed. On the loop. */
void vd_cosigning_stop(struct vd_cosigning *cosigning);

/* When the loop has ended, or never ran. */
void vd_cosigning_free(struct vd_cosigning *cosigning);

#endif
