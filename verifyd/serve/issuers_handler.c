#include "serve/issuers_handler.h"

#include <string.h>

#include "serve/service_loop.h"

static const char cache_control[] = "public, max-age=60";

static void give(void *edition) { vd_trust_edition_give(edition); }

/* The edition stays until the last byte is sent. */
static void answer(struct vd_exchange *exchange, struct vd_trust_edition *edition, const struct vd_trust_shown *shown) {
  struct vd_response *response = &exchange->response;
  vd_trust_edition_hold(edition);
  response->release = give;
  response->released = edition;
  response->etag = (struct vd_span){shown->etag, strlen(shown->etag)};
  if (vd_header_etag_matches(vd_http_header_value(&exchange->head, "If-None-Match"), response->etag)) {
    response->status = 304;
    response->media_type = NULL;
    return;
  }
  response->fixed_body = shown->body.bytes;
  response->fixed_body_len = shown->body.len;
}

void vd_issuers_handler_api(struct vd_exchange *exchange) {
  struct vd_trust_edition *edition = vd_service_loop_edition(exchange->site->loop_state);
  exchange->response.media_type = "application/json";
  exchange->response.cache_control = cache_control;
  exchange->response.any_origin = true;
  answer(exchange, edition, &edition->json);
}

/* "/issuers", or with a dot and a language behind it. */
static bool find_language(struct vd_span path, enum vd_language *language, bool *is_named) {
  static const size_t bare_len = sizeof "/issuers" - 1;
  *is_named = path.len > bare_len;
  if (!*is_named) return true;
  struct vd_span tag = {path.text + bare_len + 1, path.len - bare_len - 1};
  return path.text[bare_len] == '.' && vd_language_find(tag, language);
}

void vd_issuers_handler_page(struct vd_exchange *exchange) {
  struct vd_trust_edition *edition = vd_service_loop_edition(exchange->site->loop_state);
  enum vd_language language = exchange->language;
  bool is_named;
  if (!find_language(exchange->head.path, &language, &is_named)) {
    vd_exchange_refuse(exchange, VD_PROBLEM_NOT_FOUND, "There is nothing at this address.");
    return;
  }
  exchange->response.media_type = "text/html; charset=utf-8";
  exchange->response.language = vd_language_tag(language);
  if (is_named) exchange->response.cache_control = cache_control; /* else it depends on who asks */
  answer(exchange, edition, &edition->pages[language]);
}
