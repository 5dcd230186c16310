#include "serve/exchange.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
  INBOX_BODY_BYTES = 8 * 1024,    /* room behind the largest head */
  CONTENT_KEEP_BYTES = 16 * 1024, /* a larger body buffer is freed after the request */
  CONTENT_FREE_BYTES = 64 * 1024, /* of a body, not counted against the process's cap */
  CONTENT_STEP_BYTES = 1024 * 1024,
  RETRY_AFTER_S = 2
};

static void begin_request(struct vd_exchange *exchange) {
  exchange->phase = VD_EXCHANGE_IDLE;
  exchange->wants_continue = false;
  exchange->head.method = VD_HTTP_OTHER;
  exchange->head.header_count = 0;
  exchange->head.keep_alive = false;
  exchange->head.minor = 1;
  exchange->route = NULL;
  exchange->language = VD_KHMER;
  exchange->deferred = (struct vd_deferred){.done = NULL};
  exchange->taken = exchange->scanned = 0;
}

bool vd_exchange_init(struct vd_exchange *exchange, const struct vd_site *site) {
  exchange->site = site;
  exchange->inbox_capacity = site->limits->header_bytes + INBOX_BODY_BYTES;
  exchange->inbox = malloc(exchange->inbox_capacity);
  exchange->inbox_len = exchange->wipe_len = 0;
  exchange->content_reserved = 0;
  vd_buffer_init(&exchange->content, 0);
  vd_response_init(&exchange->response);
  begin_request(exchange);
  return exchange->inbox != NULL;
}

static void release_content(struct vd_exchange *exchange) {
  vd_buffer_reset(&exchange->content, CONTENT_KEEP_BYTES);
  if (exchange->content_reserved > 0) vd_caps_body_give(exchange->site->caps, exchange->content_reserved);
  exchange->content_reserved = 0;
}

void vd_exchange_free(struct vd_exchange *exchange) {
  if (exchange->inbox != NULL) explicit_bzero(exchange->inbox, exchange->wipe_len);
  free(exchange->inbox);
  release_content(exchange);
  vd_buffer_free(&exchange->content);
  vd_response_free(&exchange->response);
}

char *vd_exchange_room(struct vd_exchange *exchange, size_t *len) {
  *len = exchange->inbox_capacity - exchange->inbox_len;
  return exchange->inbox + exchange->inbox_len;
}

void vd_exchange_refuse(struct vd_exchange *exchange, enum vd_problem problem, const char *detail) {
  if (exchange->phase != VD_EXCHANGE_READY) exchange->phase = VD_EXCHANGE_REFUSED;
  if (exchange->route != NULL && exchange->route->refuse != NULL) {
    vd_response_reset(&exchange->response);
    exchange->route->refuse(exchange, problem, detail);
    vd_response_check(&exchange->response);
  } else {
    vd_response_problem(&exchange->response, problem, detail);
  }
  if (problem == VD_PROBLEM_BUSY || problem == VD_PROBLEM_TOO_MANY) exchange->response.retry_after_s = RETRY_AFTER_S;
}

static enum vd_problem problem_for(unsigned status) {
  switch (status) {
    case 414: return VD_PROBLEM_ADDRESS_TOO_LONG;
    case 417: return VD_PROBLEM_EXPECTATION;
    case 431: return VD_PROBLEM_HEADERS_TOO_LARGE;
    case 501: return VD_PROBLEM_NOT_IMPLEMENTED;
    case 505: return VD_PROBLEM_VERSION;
    default: return VD_PROBLEM_BAD_REQUEST;
  }
}

static void refuse_head(struct vd_exchange *exchange, unsigned status) {
  exchange->head.method = VD_HTTP_OTHER;
  vd_exchange_refuse(exchange, problem_for(status), "The head of the request is not acceptable.");
}

/* A POST needs a body of a kind that the route takes, and not too long. */
static bool admit_post(struct vd_exchange *exchange) {
  const struct vd_limits *limits = exchange->site->limits;
  struct vd_media_type type = vd_header_media_type(vd_http_header_value(&exchange->head, "Content-Type"));
  if (exchange->head.framing == VD_HTTP_NO_BODY &&
      vd_http_header_value(&exchange->head, "Content-Length").text == NULL) {
    vd_exchange_refuse(exchange, VD_PROBLEM_LENGTH_REQUIRED, "Send the body with a Content-Length.");
    return false;
  }
  if (!vd_router_body(exchange->route, type.type, &exchange->body_kind)) {
    vd_exchange_refuse(exchange, VD_PROBLEM_MEDIA_TYPE_UNSUPPORTED,
                       "The Content-Type is not one that this address takes.");
    return false;
  }
  exchange->content.limit = vd_router_body_max(exchange->body_kind, limits);
  if (exchange->head.framing == VD_HTTP_LENGTH && exchange->head.content_length > exchange->content.limit) {
    vd_exchange_refuse(exchange, VD_PROBLEM_BODY_TOO_LARGE, "The body is longer than this address takes.");
    return false;
  }
  return true;
}

static bool admit(struct vd_exchange *exchange) {
  const struct vd_site *site = exchange->site;
  exchange->route = vd_router_find(site->routes, site->route_count, exchange->head.path);
  exchange->language = vd_header_language(vd_http_header_value(&exchange->head, "Accept-Language"));
  if (exchange->route == NULL) {
    vd_exchange_refuse(exchange, VD_PROBLEM_NOT_FOUND, "There is nothing at this address.");
    return false;
  }
  if (!vd_router_allows(exchange->route, exchange->head.method)) {
    vd_exchange_refuse(exchange, VD_PROBLEM_METHOD, "This address does not take that method; see Allow.");
    exchange->response.allow_get = (exchange->route->methods & VD_HTTP_GET) != 0;
    exchange->response.allow_post = (exchange->route->methods & VD_HTTP_POST) != 0;
    return false;
  }
  if (exchange->head.method == VD_HTTP_POST) return admit_post(exchange);
  if (exchange->head.framing == VD_HTTP_NO_BODY) return true;
  vd_exchange_refuse(exchange, VD_PROBLEM_BAD_REQUEST, "A request of this method has no body.");
  return false;
}

static void look_for_head(struct vd_exchange *exchange) {
  size_t limit = exchange->site->limits->header_bytes;
  size_t window = exchange->inbox_len < limit ? exchange->inbox_len : limit;
  exchange->phase = exchange->inbox_len > 0 ? VD_EXCHANGE_HEAD : VD_EXCHANGE_IDLE;
  size_t head_len = vd_http_head_end(exchange->inbox, window, exchange->scanned);
  exchange->scanned = window;
  if (head_len == 0) {
    unsigned status = vd_http_head_too_large(exchange->inbox, window, limit);
    if (status != 0) refuse_head(exchange, status);
    return;
  }
  unsigned status = vd_http_head_parse(&exchange->head, exchange->inbox, head_len);
  exchange->taken = head_len;
  if (status != 0) {
    refuse_head(exchange, status);
  } else if (admit(exchange)) {
    exchange->phase = VD_EXCHANGE_BODY;
    exchange->wants_continue = exchange->head.expects_continue;
    vd_http_body_start(&exchange->body, &exchange->head);
  }
}

/* Counts the memory that `more` bytes of body may need; small bodies are free. */
static bool reserve_content(struct vd_exchange *exchange, size_t more) {
  size_t needed = exchange->content.len + more;
  while (needed > CONTENT_FREE_BYTES + exchange->content_reserved) {
    if (!vd_caps_body_take(exchange->site->caps, CONTENT_STEP_BYTES)) return false;
    exchange->content_reserved += CONTENT_STEP_BYTES;
  }
  return true;
}

/* The content moves out of the inbox, so the room behind the head is free again. */
static void take_body(struct vd_exchange *exchange) {
  size_t len = exchange->inbox_len - exchange->taken;
  size_t used = 0;
  if (!reserve_content(exchange, len)) {
    vd_exchange_refuse(exchange, VD_PROBLEM_BUSY, "Too many large requests at once; please try again.");
    return;
  }
  char *from = exchange->inbox + exchange->taken;
  enum vd_body_result result = vd_http_body_feed(&exchange->body, from, len, &used, &exchange->content);
  if (result == VD_BODY_MALFORMED) {
    vd_exchange_refuse(exchange, VD_PROBLEM_BAD_REQUEST, "The chunked body is malformed.");
  } else if (result == VD_BODY_TOO_LARGE) {
    vd_exchange_refuse(exchange, VD_PROBLEM_BODY_TOO_LARGE, "The body is longer than this address takes.");
  } else {
    memmove(from, from + used, len - used);
    exchange->inbox_len -= used;
    if (exchange->body.complete) exchange->phase = VD_EXCHANGE_READY;
  }
}

static void look(struct vd_exchange *exchange) {
  if (exchange->phase == VD_EXCHANGE_IDLE || exchange->phase == VD_EXCHANGE_HEAD) look_for_head(exchange);
  if (exchange->phase == VD_EXCHANGE_BODY) take_body(exchange);
  if (exchange->phase != VD_EXCHANGE_BODY || exchange->content.len > 0) exchange->wants_continue = false;
}

void vd_exchange_received(struct vd_exchange *exchange, size_t len) {
  assert(len <= exchange->inbox_capacity - exchange->inbox_len);
  exchange->inbox_len += len;
  if (exchange->inbox_len > exchange->wipe_len) exchange->wipe_len = exchange->inbox_len;
  look(exchange);
}

bool vd_exchange_is_deferred(const struct vd_exchange *exchange) { return exchange->deferred.done != NULL; }

void vd_exchange_run(struct vd_exchange *exchange) {
  assert(exchange->phase == VD_EXCHANGE_READY);
  exchange->route->answer(exchange);
  if (!vd_exchange_is_deferred(exchange)) vd_response_check(&exchange->response);
}

void vd_exchange_defer(struct vd_exchange *exchange, struct vd_deferred deferred) {
  assert(!vd_exchange_is_deferred(exchange) && deferred.done != NULL && deferred.discard != NULL);
  assert((deferred.run != NULL) != (deferred.start != NULL));
  exchange->deferred = deferred;
}

static struct vd_deferred take_deferred(struct vd_exchange *exchange) {
  struct vd_deferred deferred = exchange->deferred;
  assert(vd_exchange_is_deferred(exchange));
  exchange->deferred = (struct vd_deferred){.done = NULL};
  return deferred;
}

void vd_exchange_finish(struct vd_exchange *exchange) {
  struct vd_deferred deferred = take_deferred(exchange);
  deferred.done(exchange, deferred.job);
  if (!vd_exchange_is_deferred(exchange)) vd_response_check(&exchange->response);
}

void vd_exchange_discard(struct vd_exchange *exchange) {
  struct vd_deferred deferred = take_deferred(exchange);
  deferred.discard(deferred.job);
}

/* Keeps the last `rest` bytes of the inbox and wipes everything else. */
static void forget(struct vd_exchange *exchange, size_t rest) {
  memmove(exchange->inbox, exchange->inbox + exchange->inbox_len - rest, rest);
  explicit_bzero(exchange->inbox + rest, exchange->wipe_len - rest);
  exchange->inbox_len = exchange->wipe_len = rest;
  release_content(exchange);
  vd_response_reset(&exchange->response);
  begin_request(exchange);
}

void vd_exchange_next(struct vd_exchange *exchange) {
  forget(exchange, exchange->inbox_len - exchange->taken);
  look(exchange);
}

void vd_exchange_drop(struct vd_exchange *exchange) {
  forget(exchange, 0);
  exchange->phase = VD_EXCHANGE_REFUSED;
}

bool vd_exchange_keeps(const struct vd_exchange *exchange) {
  return exchange->phase == VD_EXCHANGE_READY && exchange->head.keep_alive;
}

size_t vd_exchange_route_index(const struct vd_exchange *exchange) {
  return exchange->route == NULL ? VD_METRICS_NO_ROUTE : (size_t)(exchange->route - exchange->site->routes);
}

const char *vd_exchange_route_name(const struct vd_exchange *exchange) {
  return exchange->route == NULL ? "none" : exchange->route->name;
}
