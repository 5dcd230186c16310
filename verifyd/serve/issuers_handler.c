#include "serve/issuers_handler.h"

#include <stdlib.h>
#include <string.h>

#include "serve/service.h"
#include "serve/service_loop.h"

static const char cache_control[] = "public, max-age=60";

/* ---- what was written before ---- */

static bool accepts_gzip(const struct vd_exchange *exchange) {
  return vd_header_accepts_gzip(vd_http_header_value(&exchange->head, "Accept-Encoding"));
}

/* released: what keeps `shown` until the last byte is sent. */
static void answer(struct vd_exchange *exchange, const struct vd_issuers_shown *shown, void (*release)(void *),
                   void *released) {
  struct vd_response *response = &exchange->response;
  response->gzip = shown->gzip.bytes != NULL && accepts_gzip(exchange);
  const struct vd_static_form *form = response->gzip ? &shown->gzip : &shown->plain;
  response->varies = true;
  response->release = release;
  response->released = released;
  response->etag = (struct vd_span){form->etag, strlen(form->etag)};
  if (vd_header_etag_matches(vd_http_header_value(&exchange->head, "If-None-Match"), response->etag)) {
    response->status = 304;
    response->media_type = NULL;
    response->gzip = false; /* describes a body, and there is none */
    return;
  }
  response->fixed_body = form->bytes;
  response->fixed_body_len = form->len;
}

static void give(void *edition) { vd_trust_edition_give(edition); }

static void answer_first(struct vd_exchange *exchange, struct vd_trust_edition *edition,
                         const struct vd_issuers_shown *shown) {
  vd_trust_edition_hold(edition);
  answer(exchange, shown, give, edition);
}

/* ---- what is written when it is asked for ---- */

struct page_job {
  struct vd_trust_edition *edition;
  struct vd_issuers_query query;
  bool is_page, is_changed, wants_gzip;
  enum vd_language language; /* of a page */
  struct vd_issuers_shown shown;
  enum vd_error error;
};

static void free_job(void *context) {
  struct page_job *job = context;
  vd_issuers_shown_free(&job->shown);
  vd_trust_edition_give(job->edition);
  free(job);
}

/* On the issuers' lane. */
static void run(void *context) {
  struct page_job *job = context;
  const struct vd_issuers_source *source = &job->edition->issuers;
  if (job->is_page)
    job->error = vd_issuers_shown_page(source, job->language, &job->query, job->is_changed, &job->shown, NULL);
  else
    job->error = vd_issuers_shown_json(source, &job->query, &job->shown, NULL);
  if (job->error != VD_OK || !job->wants_gzip) return;
  vd_issuers_shown_compress(&job->shown, VD_GZIP_QUICK);
  if (job->shown.gzip.bytes == NULL) return;
  free(job->shown.plain.bytes); /* held until the last byte is sent, and never sent */
  job->shown.plain.bytes = NULL;
}

static void done(struct vd_exchange *exchange, void *context) {
  struct page_job *job = context;
  if (job->error == VD_OK) {
    answer(exchange, &job->shown, free_job, job);
    return;
  }
  if (job->error == VD_MEMORY) vd_exchange_refuse(exchange, VD_PROBLEM_BUSY, "There is no memory for it now.");
  else vd_exchange_refuse(exchange, VD_PROBLEM_INTERNAL, "The list could not be written.");
  free_job(job);
}

/* job: its edition is not held yet. */
static void defer(struct vd_exchange *exchange, const struct page_job *job) {
  struct page_job *made = malloc(sizeof *made);
  if (made == NULL) {
    vd_exchange_refuse(exchange, VD_PROBLEM_BUSY, "There is no memory for it now.");
    return;
  }
  *made = *job;
  made->wants_gzip = accepts_gzip(exchange);
  vd_trust_edition_hold(made->edition);
  const struct vd_service *service = exchange->site->service;
  vd_exchange_defer(exchange, (struct vd_deferred){.lane = service->issuers_lane,
                                                   .is_search = true,
                                                   .busy = "Too many search the issuers now; please try again.",
                                                   .run = run,
                                                   .done = done,
                                                   .discard = free_job,
                                                   .job = made});
}

/* ---- the two ---- */

static bool read_query(struct vd_exchange *exchange, struct vd_issuers_query *query) {
  const char *wrong = vd_issuers_query_read(query, &exchange->head);
  if (wrong != NULL) vd_exchange_refuse(exchange, VD_PROBLEM_BAD_DATA, wrong);
  return wrong == NULL;
}

static bool is_of(const struct vd_trust_edition *edition, const struct vd_issuers_query *query) {
  return vd_issuers_query_is_of(query, frag_trust_hash(edition->trust));
}

void vd_issuers_handler_api(struct vd_exchange *exchange) {
  struct page_job job = {.edition = vd_service_loop_edition(exchange->site->loop_state)};
  if (!read_query(exchange, &job.query)) return;
  if (!is_of(job.edition, &job.query)) {
    vd_exchange_refuse(exchange, VD_PROBLEM_BAD_DATA,
                       "after: is a cursor of another trust list than the one in use; leave it out to begin again.");
    return;
  }
  exchange->response.media_type = "application/json";
  exchange->response.cache_control = cache_control;
  exchange->response.any_origin = true;
  if (vd_issuers_query_is_plain(&job.query)) answer_first(exchange, job.edition, &job.edition->json);
  else defer(exchange, &job);
}

/* "/issuers", or with a dot and a language behind it. */
static bool find_language(struct vd_span path, enum vd_language *language, bool *is_named) {
  static const size_t bare_len = sizeof "/issuers" - 1;
  *is_named = path.len > bare_len;
  if (!*is_named) return true;
  struct vd_span tag = {path.text + bare_len + 1, path.len - bare_len - 1};
  return path.text[bare_len] == '.' && vd_language_find(tag, language);
}

static void begin_again(struct page_job *job) {
  job->is_changed = true;
  job->query.has_cursor = false;
  job->query.position = 0;
}

void vd_issuers_handler_page(struct vd_exchange *exchange) {
  struct page_job job = {.edition = vd_service_loop_edition(exchange->site->loop_state), .is_page = true};
  bool is_named;
  job.language = exchange->language;
  if (!find_language(exchange->head.path, &job.language, &is_named)) {
    vd_exchange_refuse(exchange, VD_PROBLEM_NOT_FOUND, "There is nothing at this address.");
    return;
  }
  if (!read_query(exchange, &job.query)) return;
  job.query.limit = VD_ISSUERS_LIMIT;
  if (!is_of(job.edition, &job.query)) begin_again(&job);
  exchange->response.media_type = "text/html; charset=utf-8";
  exchange->response.language = vd_language_tag(job.language);
  /* else it depends on who asks, or when */
  if (is_named && !job.is_changed) exchange->response.cache_control = cache_control;
  if (vd_issuers_query_is_plain(&job.query) && !job.is_changed)
    answer_first(exchange, job.edition, &job.edition->pages[job.language]);
  else defer(exchange, &job);
}
