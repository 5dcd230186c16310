#include "serve/lookup_handler.h"

#include "base/crypto.h"
#include "serve/service_loop.h"

_Static_assert(VD_LOOKUP_ANSWER_MAX <= VD_TLOG_RESOURCE_MAX, "an answer fits the loop's memory for answers");

/* Answers in one snapshot; the answer's views end with it. */
static enum vd_error look_up(struct vd_loop_ledgers *ledgers, struct vd_loop_ledger *ledger,
                             const struct vd_lookup_request *request, size_t *len) {
  if (ledger->reader == NULL) return VD_UNAVAILABLE;
  enum vd_error error = vd_store_reader_begin(ledger->reader, NULL);
  if (error == VD_OK) error = vd_lookup_local(ledger->reader, request, &ledgers->answer, NULL);
  if (error == VD_OK)
    error = vd_lookup_answer_write(ledgers->bytes, sizeof ledgers->bytes, len, &ledgers->answer, NULL);
  vd_store_reader_reset(ledger->reader);
  return error;
}

void vd_lookup_handler(struct vd_exchange *exchange) {
  struct vd_loop_ledgers *ledgers = &((struct vd_service_loop *)exchange->site->loop_state)->ledgers;
  const struct vd_buffer *content = &exchange->content;
  struct vd_lookup_request request;
  struct vd_failure failure = {.text = ""};
  struct vd_span rest;
  unsigned number;
  size_t len = 0;
  struct vd_loop_ledger *ledger =
      vd_loop_ledgers_path(exchange->head.path, &number, &rest) ? vd_loop_ledgers_find(ledgers, number) : NULL;
  if (ledger == NULL) {
    vd_exchange_refuse(exchange, VD_PROBLEM_NOT_FOUND, "There is no such log here.");
    return;
  }
  const uint8_t *bytes = content->bytes == NULL ? (const uint8_t *)"" : (const uint8_t *)content->bytes;
  if (vd_lookup_request_read(&request, bytes, content->len, &failure) != VD_OK) {
    vd_exchange_refuse(exchange, VD_PROBLEM_BAD_DATA, failure.text);
  } else if (look_up(ledgers, ledger, &request, &len) != VD_OK) {
    vd_exchange_refuse(exchange, VD_PROBLEM_BUSY, "The ledger cannot be read now.");
  } else {
    exchange->response.media_type = VD_LOOKUP_MEDIA_TYPE;
    vd_buffer_append(&exchange->response.body, ledgers->bytes, len);
  }
  vd_wipe(&request, sizeof request);
}
