/* Targets: vd_exchange_received, vd_exchange_run, vd_exchange_next, vd_exchange_refuse, vd_response_head. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "serve/exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void answer_echo(struct vd_exchange *exchange) {
  exchange->response.media_type = "text/plain";
  vd_buffer_append(&exchange->response.body, exchange->content.bytes, exchange->content.len);
}

static const struct vd_route routes[] = {
    {.name = "get", .path = "/get", .methods = VD_HTTP_GET, .answer = answer_echo},
    {.name = "post", .path = "/*", .methods = VD_HTTP_POST, .bodies = ~0u, .answer = answer_echo},
};

/* Answers whatever is complete; false when the connection would be closed. */
static bool answer_all(struct vd_exchange *exchange) {
  static char head[VD_RESPONSE_HEAD_MAX];
  char date[VD_DATE_SIZE];
  vd_date_format(date, 0);
  while (exchange->phase == VD_EXCHANGE_READY || exchange->phase == VD_EXCHANGE_REFUSED) {
    if (exchange->phase == VD_EXCHANGE_READY) vd_exchange_run(exchange);
    if (vd_response_head(&exchange->response, VD_CONNECTION_KEEP, date, head) == 0) abort();
    if (!vd_exchange_keeps(exchange)) return false;
    vd_exchange_next(exchange);
  }
  return true;
}

/* The first byte says in how large pieces the rest arrives. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct vd_caps caps;
  static struct vd_metrics metrics;
  static const struct vd_limits limits = {.header_bytes = 1024, .body_bytes = 2048, .picture_bytes = 4096};
  struct vd_site site = {.routes = routes, .route_count = 2, .limits = &limits, .caps = &caps, .metrics = &metrics};
  struct vd_exchange exchange;
  if (size == 0) return 0;
  if (!vd_exchange_init(&exchange, &site)) abort();
  size_t step = data[0] == 0 ? size : data[0];
  for (size_t at = 1; at < size;) {
    size_t room_len, rest = size - at;
    char *room = vd_exchange_room(&exchange, &room_len);
    if (room_len == 0) abort(); /* it is waiting, so there has to be room */
    size_t len = step < rest ? step : rest;
    if (len > room_len) len = room_len;
    memcpy(room, data + at, len);
    vd_exchange_received(&exchange, len);
    at += len;
    if (!answer_all(&exchange)) break;
  }
  vd_exchange_free(&exchange);
  if (caps.body_bytes != 0) abort();
  return 0;
}
