#include "serve/file_handler.h"

#include <string.h>

#include "serve/service.h"

void vd_file_handler(struct vd_exchange *exchange) {
  const struct vd_service *service = exchange->site->service;
  const struct vd_static_file *file = vd_static_files_find(&service->files, exchange->head.path);
  if (file == NULL) {
    vd_exchange_refuse(exchange, VD_PROBLEM_NOT_FOUND, "There is nothing at this address.");
    return;
  }
  struct vd_response *response = &exchange->response;
  response->gzip =
      file->gzip.bytes != NULL && vd_header_accepts_gzip(vd_http_header_value(&exchange->head, "Accept-Encoding"));
  const struct vd_static_form *form = response->gzip ? &file->gzip : &file->plain;
  response->etag = (struct vd_span){form->etag, strlen(form->etag)};
  response->varies = file->gzip.bytes != NULL;
  response->cache_control = file->cache_control;
  if (vd_header_etag_matches(vd_http_header_value(&exchange->head, "If-None-Match"), response->etag)) {
    response->status = 304;
    response->gzip = false; /* describes a body, and there is none */
    return;
  }
  response->media_type = file->media_type;
  response->fixed_body = form->bytes;
  response->fixed_body_len = form->len;
}
