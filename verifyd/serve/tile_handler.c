#include "serve/tile_handler.h"

#include "serve/service_loop.h"

/* A checkpoint is asked for every time; what a tile's name says never changes. */
#define ASK_FIRST "no-cache"
#define FOR_EVER "public, max-age=31536000, immutable"

static void answer_resource(struct vd_exchange *exchange, const struct vd_tlog_resource *resource,
                            const uint8_t *bytes) {
  struct vd_response *response = &exchange->response;
  response->media_type = resource->is_text ? "text/plain; charset=utf-8" : "application/octet-stream";
  response->cache_control = resource->is_immutable ? FOR_EVER : ASK_FIRST;
  response->any_origin = true;
  vd_buffer_append(&response->body, bytes, resource->len);
}

void vd_tile_handler(struct vd_exchange *exchange) {
  struct vd_loop_ledgers *ledgers = &((struct vd_service_loop *)exchange->site->loop_state)->ledgers;
  struct vd_tlog_resource resource;
  struct vd_span rest;
  unsigned number;
  struct vd_loop_ledger *ledger =
      vd_loop_ledgers_path(exchange->head.path, &number, &rest) ? vd_loop_ledgers_find(ledgers, number) : NULL;
  if (ledger == NULL) {
    vd_exchange_refuse(exchange, VD_PROBLEM_NOT_FOUND, "There is no such log here.");
    return;
  }
  enum vd_error error = VD_UNAVAILABLE;
  if (ledger->reader != NULL) error = vd_store_reader_begin(ledger->reader, NULL);
  if (error == VD_OK) {
    error = vd_tlog_resource(ledger->reader, rest.text, rest.len, ledgers->bytes, &resource, NULL);
    vd_store_reader_reset(ledger->reader);
  }
  if (error == VD_OK) answer_resource(exchange, &resource, ledgers->bytes);
  else if (error == VD_NOT_FOUND)
    vd_exchange_refuse(exchange, VD_PROBLEM_NOT_FOUND, "There is no such resource, or the log has not grown that far.");
  else vd_exchange_refuse(exchange, VD_PROBLEM_BUSY, "The ledger cannot be read now.");
}
