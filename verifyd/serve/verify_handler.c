#include "serve/verify_handler.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/crypto.h"
#include "json/answer.h"
#include "serve/picture_job.h"
#include "serve/service_loop.h"

enum { WITHHELD_QUIET_S = 60 };

static struct vd_service_loop *loop_of(const struct vd_exchange *exchange) { return exchange->site->loop_state; }

/* ---- a verdict as an answer ---- */

static void write_json(struct vd_exchange *exchange, const struct vd_verdict *verdict) {
  const struct vd_service *service = exchange->site->service;
  char *text;
  size_t len;
  if (vd_answer_write(verdict, &service->profiles, service->settings, &text, &len, NULL) != VD_OK) {
    vd_exchange_refuse(exchange, VD_PROBLEM_INTERNAL, "The answer could not be written.");
    return;
  }
  exchange->response.media_type = "application/json";
  vd_buffer_append(&exchange->response.body, text, len);
  vd_answer_free(text);
}

static void write_page(struct vd_exchange *exchange, const struct vd_verdict *verdict) {
  const struct vd_service *service = exchange->site->service;
  exchange->response.media_type = "text/html; charset=utf-8";
  exchange->response.language = vd_language_tag(exchange->language);
  vd_page_verdict(service->page, exchange->language, &service->profiles, service->settings, verdict,
                  &exchange->response.body);
}

void vd_verify_handler_refuse_page(struct vd_exchange *exchange, enum vd_problem problem, const char *detail) {
  const struct vd_service *service = exchange->site->service;
  if (service->page == NULL) {
    vd_response_problem(&exchange->response, problem, detail);
    return;
  }
  exchange->response.status = (unsigned)vd_problem_status(problem);
  exchange->response.media_type = "text/html; charset=utf-8";
  exchange->response.language = vd_language_tag(exchange->language);
  vd_page_problem(service->page, exchange->language, problem, &exchange->response.body);
}

/* Once in a while for each operator: whoever asks for one document again and again shall not fill the log. */
static void tell_withholding(struct vd_service_loop *loop, const struct vd_verdict *verdict) {
  uint64_t now_s = (uint64_t)time(NULL);
  for (size_t i = 0; i < verdict->operator_count; i++) {
    unsigned number = verdict->operators[i].number;
    uint64_t *told_s = &loop->withheld_told_s[number - 1];
    if (!verdict->operators[i].withholds || loop->log == NULL || now_s - *told_s < WITHHELD_QUIET_S) continue;
    *told_s = now_s;
    vd_log_event(loop->log, VD_LOG_WARNING, "statement_withheld", "operator=%u", number);
  }
}

static void write_verdict(struct vd_exchange *exchange, const struct vd_verdict *verdict) {
  vd_metrics_verdict(loop_of(exchange)->metrics, verdict);
  tell_withholding(loop_of(exchange), verdict);
  if (exchange->route->answer == vd_verify_handler_page) write_page(exchange, verdict);
  else write_json(exchange, verdict);
}

/* ---- texts ---- */

static void await_verdict(void *job, struct vd_pending *pending) { vd_portal_await(job, pending); }

static void verdict_done(struct vd_exchange *exchange, void *job) {
  write_verdict(exchange, vd_portal_verdict(job));
  vd_portal_end(job);
}

static void discard_verdict(void *job) { vd_portal_end(job); }

static void ask_operators(struct vd_exchange *exchange, const char *text, size_t len) {
  struct vd_service_loop *loop = loop_of(exchange);
  struct vd_trust_edition *edition = vd_service_loop_edition(loop);
  struct vd_portal_verification *begun = vd_portal_begin(loop->portal, text, len, (uint64_t)time(NULL), edition);
  if (begun == NULL) {
    vd_metrics_count(&loop->metrics->verifications_refused);
    vd_exchange_refuse(exchange, VD_PROBLEM_BUSY, "Too many verifications are waiting; please try again.");
  } else if (vd_portal_verdict(begun) != NULL) {
    verdict_done(exchange, begun);
  } else {
    vd_exchange_defer(exchange, (struct vd_deferred){.start = await_verdict,
                                                     .deadline_ms = vd_portal_deadline_ms(loop->portal),
                                                     .done = verdict_done,
                                                     .discard = discard_verdict,
                                                     .job = begun});
  }
}

static void answer_text(struct vd_exchange *exchange, const char *text, size_t len) {
  struct vd_service_loop *loop = loop_of(exchange);
  if (loop->portal != NULL) {
    ask_operators(exchange, text, len);
    return;
  }
  (void)vd_service_loop_edition(loop);
  vd_verify(loop->verifier, text, len, (uint64_t)time(NULL), &loop->verdict);
  write_verdict(exchange, &loop->verdict);
  vd_verdict_wipe(&loop->verdict);
}

/* ---- pictures ---- */

static void discard_picture(void *job) {
  vd_picture_job_wipe(job);
  free(job);
}

static void run_picture(void *job) { vd_picture_job_run(job); }

static void refuse_picture(struct vd_exchange *exchange, enum vd_picture_outcome outcome) {
  switch (outcome) {
    case VD_PICTURE_NO_CODE:
      vd_exchange_refuse(exchange, VD_PROBLEM_NO_CODE, "Take a sharper picture that shows the code larger.");
      break;
    case VD_PICTURE_UNREADABLE:
      vd_exchange_refuse(exchange, VD_PROBLEM_PICTURE_UNREADABLE, "Send a whole PNG or JPEG of usual size.");
      break;
    case VD_PICTURE_FAULT:
    case VD_PICTURE_CODE: vd_exchange_refuse(exchange, VD_PROBLEM_BUSY, "There is no memory for a picture now."); break;
  }
}

static void picture_done(struct vd_exchange *exchange, void *job) {
  struct vd_picture_job *picture = job;
  struct vd_metrics *metrics = loop_of(exchange)->metrics;
  vd_metrics_count(&metrics->pictures_read);
  if (picture->outcome == VD_PICTURE_CODE) {
    answer_text(exchange, picture->text, picture->text_len);
  } else {
    vd_metrics_count(&metrics->pictures_without_code);
    refuse_picture(exchange, picture->outcome);
  }
  discard_picture(picture);
}

static void answer_picture(struct vd_exchange *exchange, struct vd_span bytes) {
  struct vd_picture_job *picture = malloc(sizeof *picture);
  if (picture == NULL) {
    vd_exchange_refuse(exchange, VD_PROBLEM_BUSY, "There is no memory for a picture now.");
    return;
  }
  picture->picture = bytes;
  picture->text_len = 0;
  vd_exchange_defer(exchange, (struct vd_deferred){.run = run_picture,
                                                   .busy = "Too many pictures are waiting; please try again.",
                                                   .done = picture_done,
                                                   .discard = discard_picture,
                                                   .job = picture});
}

/* ---- bodies ---- */

static void answer_json(struct vd_exchange *exchange) {
  struct vd_service_loop *loop = loop_of(exchange);
  struct vd_failure failure = {.text = ""};
  size_t len;
  const struct vd_buffer *body = &exchange->content;
  switch ((int)vd_request_read(body->bytes == NULL ? "" : body->bytes, body->len, loop->text, &len, &failure)) {
    case VD_OK: answer_text(exchange, loop->text, len); break;
    case VD_MEMORY: vd_exchange_refuse(exchange, VD_PROBLEM_BUSY, "There is no memory for the request now."); break;
    case VD_FULL: vd_exchange_refuse(exchange, VD_PROBLEM_BODY_TOO_LARGE, failure.text); break;
    default: vd_exchange_refuse(exchange, VD_PROBLEM_BAD_JSON, failure.text); break;
  }
  vd_wipe(loop->text, sizeof loop->text);
}

/* What is pasted or typed by a scanner often ends in a space or a new line. */
static struct vd_span trim_text(struct vd_span text) {
  static const char white[] = " \t\r\n";
  while (text.len > 0 && memchr(white, text.text[0], 4) != NULL) text = (struct vd_span){text.text + 1, text.len - 1};
  while (text.len > 0 && memchr(white, text.text[text.len - 1], 4) != NULL) text.len--;
  return text;
}

/* The two ways to hand in a code; a field left empty was not filled in. */
static void answer_fields(struct vd_exchange *exchange, const struct vd_form *form) {
  const struct vd_form_field *photo = vd_form_find(form, "photo");
  const struct vd_form_field *qr = vd_form_find(form, "qr");
  const struct vd_form_field *language = vd_form_find(form, "lang");
  if (language != NULL) (void)vd_language_find(language->value, &exchange->language);
  struct vd_span text = qr == NULL ? (struct vd_span){NULL, 0} : trim_text(qr->value);
  bool has_photo = photo != NULL && photo->value.len > 0, has_qr = text.len > 0;
  if (has_photo == has_qr)
    vd_exchange_refuse(exchange, VD_PROBLEM_BAD_FORM, "Fill in either the field photo or the field qr.");
  else if (has_photo) answer_picture(exchange, photo->value);
  else answer_text(exchange, text.text, text.len);
}

static void answer_form(struct vd_exchange *exchange) {
  struct vd_form *form = &loop_of(exchange)->form;
  struct vd_buffer *body = &exchange->content;
  enum vd_form_result result;
  if (exchange->body_kind == VD_BODY_MULTIPART) {
    struct vd_media_type type = vd_header_media_type(vd_http_header_value(&exchange->head, "Content-Type"));
    result = vd_form_multipart(form, (struct vd_span){body->bytes, body->len}, type.boundary);
  } else {
    result = vd_form_urlencoded(form, body->bytes, body->len);
  }
  if (result == VD_FORM_OK) answer_fields(exchange, form);
  else vd_exchange_refuse(exchange, VD_PROBLEM_BAD_FORM, vd_form_meaning(result));
}

void vd_verify_handler_api(struct vd_exchange *exchange) {
  switch (exchange->body_kind) {
    case VD_BODY_JSON: answer_json(exchange); break;
    case VD_BODY_FORM:
    case VD_BODY_MULTIPART: answer_form(exchange); break;
    case VD_BODY_PNG:
    case VD_BODY_JPEG:
      answer_picture(exchange, (struct vd_span){exchange->content.bytes, exchange->content.len});
      break;
    case VD_BODY_LOOKUP:
    case VD_BODY_SUBMISSION:
    case VD_BODY_ANY:
    case VD_BODY_KINDS: break; /* not of this route */
  }
}

void vd_verify_handler_page(struct vd_exchange *exchange) {
  const struct vd_service *service = exchange->site->service;
  if (service->page == NULL) vd_exchange_refuse(exchange, VD_PROBLEM_NOT_FOUND, "This service has no page.");
  else answer_form(exchange);
}
