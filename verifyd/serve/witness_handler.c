#include "serve/witness_handler.h"

#include <stdlib.h>
#include <time.h>

#include "serve/service.h"

struct witness_job {
  struct vd_witness *witness;
  struct vd_span text; /* of the request's body */
  struct vd_witness_answer answer;
};

/* On the lane. */
static void run(void *context) {
  struct witness_job *job = context;
  vd_witness_add(job->witness, job->text.len == 0 ? "" : job->text.text, job->text.len, (uint64_t)time(NULL),
                 &job->answer);
}

static void answer_cosignature(struct vd_exchange *exchange, const struct vd_witness_answer *answer) {
  exchange->response.media_type = "text/plain; charset=utf-8";
  vd_buffer_append(&exchange->response.body, answer->line, answer->line_len);
}

static void answer_size(struct vd_exchange *exchange, uint64_t size) {
  exchange->response.status = 409;
  exchange->response.media_type = "text/x.tlog.size";
  vd_buffer_number(&exchange->response.body, size);
  vd_buffer_text(&exchange->response.body, "\n");
}

static void answer_outcome(struct vd_exchange *exchange, const struct vd_witness_answer *answer) {
  switch (answer->outcome) {
    case VD_WITNESS_COSIGNED: answer_cosignature(exchange, answer); break;
    case VD_WITNESS_OTHER_SIZE: answer_size(exchange, answer->size); break;
    case VD_WITNESS_MALFORMED:
      vd_exchange_refuse(exchange, VD_PROBLEM_BAD_DATA,
                         "This is not an add-checkpoint request, or its old size is past its checkpoint.");
      break;
    case VD_WITNESS_BAD_SIGNATURE:
      vd_exchange_refuse(exchange, VD_PROBLEM_FORBIDDEN, "The checkpoint is not signed by the key of this log.");
      break;
    case VD_WITNESS_DISTRUSTED:
      vd_exchange_refuse(
          exchange, VD_PROBLEM_FORBIDDEN,
          "This log has signed two checkpoints that contradict each other; it is not cosigned any more.");
      break;
    case VD_WITNESS_UNKNOWN_LOG:
      vd_exchange_refuse(exchange, VD_PROBLEM_NOT_FOUND, "This log is not witnessed here.");
      break;
    case VD_WITNESS_WRONG_PROOF:
      vd_exchange_refuse(exchange, VD_PROBLEM_PROOF_WRONG,
                         "The proof does not show that the checkpoint continues the last one.");
      break;
    case VD_WITNESS_FAULT:
      vd_exchange_refuse(exchange, VD_PROBLEM_INTERNAL, "The checkpoint could not be kept, so it was not cosigned.");
      break;
  }
}

static void done(struct vd_exchange *exchange, void *context) {
  struct witness_job *job = context;
  answer_outcome(exchange, &job->answer);
  free(job);
}

void vd_witness_handler(struct vd_exchange *exchange) {
  struct vd_witness *witness = ((const struct vd_service *)exchange->site->service)->witness;
  struct witness_job *job = malloc(sizeof *job);
  if (job == NULL) {
    vd_exchange_refuse(exchange, VD_PROBLEM_BUSY, "There is no memory for it now.");
    return;
  }
  job->witness = witness;
  job->text = (struct vd_span){exchange->content.bytes, exchange->content.len};
  vd_exchange_defer(exchange, (struct vd_deferred){.lane = witness->lane,
                                                   .run = run,
                                                   .done = done,
                                                   .discard = free,
                                                   .job = job,
                                                   .busy = "Too many checkpoints are waiting; please try again."});
}
