#include "serve/submission_handler.h"

#include <stdlib.h>
#include <time.h>

#include "serve/loop_ledgers.h"

enum { DAY_S = 86400 };

struct submission_job {
  struct vd_own_operator *own;
  struct vd_span bytes; /* of the request's body */
  struct vd_own_operator_result result;
};

/* On the lane. */
static void run(void *context) {
  struct submission_job *job = context;
  vd_own_operator_submit(job->own, (const uint8_t *)job->bytes.text, job->bytes.len, (uint64_t)time(NULL),
                         &job->result);
}

static void answer_receipt(struct vd_exchange *exchange, const struct vd_receipt *receipt) {
  uint8_t bytes[VD_RECEIPT_LEN];
  vd_receipt_write(bytes, receipt);
  exchange->response.media_type = VD_SUBMISSION_MEDIA_TYPE;
  vd_buffer_append(&exchange->response.body, bytes, sizeof bytes);
}

static void refuse_full(struct vd_exchange *exchange, const struct vd_own_operator_result *result) {
  if (!result->is_over_quota) {
    vd_exchange_refuse(exchange, VD_PROBLEM_DISK_FULL, "This operator's disk is full; nothing was put.");
    return;
  }
  uint64_t now_s = (uint64_t)time(NULL);
  vd_exchange_refuse(exchange, VD_PROBLEM_TOO_MANY, result->failure.text);
  exchange->response.retry_after_s = (unsigned)(DAY_S - now_s % DAY_S); /* a quota is for a day, UTC */
}

static void refuse(struct vd_exchange *exchange, const struct vd_own_operator_result *result) {
  const char *words = result->failure.text;
  switch ((int)result->error) {
    case VD_DATA:
      vd_exchange_refuse(exchange, result->is_too_long ? VD_PROBLEM_BODY_TOO_LARGE : VD_PROBLEM_BAD_DATA, words);
      break;
    case VD_KEY: vd_exchange_refuse(exchange, VD_PROBLEM_FORBIDDEN, words); break;
    case VD_CONFLICT: vd_exchange_refuse(exchange, VD_PROBLEM_CONFLICT, words); break;
    case VD_NOT_FOUND: vd_exchange_refuse(exchange, VD_PROBLEM_NOT_FOUND, words); break;
    case VD_FULL: refuse_full(exchange, result); break;
    case VD_MEMORY: vd_exchange_refuse(exchange, VD_PROBLEM_BUSY, "There is no memory for it now."); break;
    case VD_INTERNAL:
      vd_exchange_refuse(exchange, VD_PROBLEM_INTERNAL, "This operator has to start again; hand it in again in a while.");
      break;
    default:
      vd_exchange_refuse(exchange, VD_PROBLEM_INTERNAL, "The ledger could not be written; hand it in again in a while.");
      break;
  }
}

static void done(struct vd_exchange *exchange, void *context) {
  struct submission_job *job = context;
  if (job->result.error == VD_OK) answer_receipt(exchange, &job->result.receipt);
  else refuse(exchange, &job->result);
  free(job);
}

void vd_submission_handler(struct vd_exchange *exchange) {
  const struct vd_service *service = exchange->site->service;
  struct vd_own_operator *own = vd_loop_ledgers_own(service->own, exchange->head.path);
  if (own == NULL) {
    vd_exchange_refuse(exchange, VD_PROBLEM_NOT_FOUND, "This is not the operator with that number.");
    return;
  }
  struct submission_job *job = malloc(sizeof *job);
  if (job == NULL) {
    vd_exchange_refuse(exchange, VD_PROBLEM_BUSY, "There is no memory for it now.");
    return;
  }
  job->own = own;
  job->bytes = (struct vd_span){exchange->content.bytes, exchange->content.len};
  vd_exchange_defer(exchange, (struct vd_deferred){.lane = own->lane,
                                                   .run = run,
                                                   .done = done,
                                                   .discard = free,
                                                   .job = job,
                                                   .busy = "Too many submissions are waiting; please try again."});
}
