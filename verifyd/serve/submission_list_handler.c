#include "serve/submission_list_handler.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "serve/loop_ledgers.h"
#include "wire/submission_list.h"

/* It runs on the lane of the ledger's writer, whose context and reader it uses: no signature is checked on a loop. */
struct list_job {
  struct vd_own_operator *own;
  struct vd_span bytes; /* of the request's body */
  enum vd_error error;
  struct vd_failure failure; /* in words, for the sender; of VD_DATA and VD_KEY alone */
  struct vd_submission_list list;
};

/* ---- on the lane ---- */

static bool may_see(const struct vd_admitted *admitted, const struct vd_store_submission *submission) {
  struct frag_slice issuer = admitted->key->issuer;
  if (admitted->is_registrar) return true;
  return strlen(submission->issuer) == issuer.len && memcmp(submission->issuer, issuer.data, issuer.len) == 0;
}

static enum vd_error collect(struct vd_store_reader *reader, const struct vd_admitted *admitted, uint64_t first_number,
                             struct vd_submission_list *list) {
  for (uint64_t looked_at = 0;; looked_at++) {
    struct vd_submission_list_line line = {.number = first_number + looked_at};
    enum vd_error error = vd_store_get_submission(reader, line.number, &line.submission, NULL);
    if (error == VD_NOT_FOUND) return VD_OK;
    if (error != VD_OK) return error;
    if (looked_at == VD_SUBMISSION_LIST_SCAN_MAX || list->count == VD_SUBMISSION_LIST_LINES_MAX) {
      list->next_number = line.number;
      return VD_OK;
    }
    if (may_see(admitted, &line.submission)) list->lines[list->count++] = line;
  }
}

static enum vd_error answer_query(struct list_job *job, uint64_t now_s) {
  struct vd_own_operator *own = job->own;
  struct vd_submission_list_query query;
  struct vd_admitted admitted;
  const uint8_t *bytes = (const uint8_t *)(job->bytes.len == 0 ? "" : job->bytes.text);
  enum vd_error error = vd_submission_list_read_query(&query, bytes, job->bytes.len, &job->failure);
  if (error == VD_OK)
    error = vd_submission_list_admit(own->context, &query, bytes, own->trust, own->realm, own->settings->number,
                                     own->origin_hash, now_s, &admitted, &job->failure);
  if (error != VD_OK) return error;
  error = vd_store_reader_begin(own->reader, NULL);
  if (error != VD_OK) return VD_UNAVAILABLE;
  error = collect(own->reader, &admitted, query.first_number, &job->list);
  vd_store_reader_reset(own->reader);
  return error == VD_OK ? VD_OK : VD_UNAVAILABLE;
}

static void run(void *context) {
  struct list_job *job = context;
  vd_own_operator_refresh(job->own);
  job->error = answer_query(job, (uint64_t)time(NULL));
}

/* ---- on the loop ---- */

static void answer_list(struct vd_exchange *exchange, const struct vd_submission_list *list) {
  uint8_t bytes[VD_SUBMISSION_LIST_BYTES_MAX];
  size_t len = vd_submission_list_write(bytes, list);
  exchange->response.media_type = VD_SUBMISSION_LIST_MEDIA_TYPE;
  vd_buffer_append(&exchange->response.body, bytes, len);
}

static void done(struct vd_exchange *exchange, void *context) {
  struct list_job *job = context;
  switch ((int)job->error) {
    case VD_OK: answer_list(exchange, &job->list); break;
    case VD_DATA: vd_exchange_refuse(exchange, VD_PROBLEM_BAD_DATA, job->failure.text); break;
    case VD_KEY: vd_exchange_refuse(exchange, VD_PROBLEM_FORBIDDEN, job->failure.text); break;
    case VD_UNAVAILABLE: vd_exchange_refuse(exchange, VD_PROBLEM_BUSY, "The ledger cannot be read now."); break;
    default: vd_exchange_refuse(exchange, VD_PROBLEM_INTERNAL, "The signature could not be checked."); break;
  }
  free(job);
}

void vd_submission_list_handler(struct vd_exchange *exchange) {
  const struct vd_service *service = exchange->site->service;
  struct vd_own_operator *own = vd_loop_ledgers_own(service->own, exchange->head.path);
  if (own == NULL) {
    vd_exchange_refuse(exchange, VD_PROBLEM_NOT_FOUND, "This is not the operator with that number.");
    return;
  }
  struct list_job *job = calloc(1, sizeof *job);
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
