#include "remote/operator.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/crypto.h"
#include "json/problem_read.h"

enum {
  FAILURES_MAX = 3,       /* in a row, until the operator is left alone */
  SILENCE_MS = 5000,      /* for so long */
  DROPPED_MAX = 16,       /* answers awaited for nobody; more are cancelled */
  TRANSFER_MS = 120000,   /* a submission or a static resource, over a slow line too */
  PAUSE_FIRST_MS = 250,   /* before the second attempt; then twice as long each time */
  PAUSE_MAX_MS = 8000,
  SUBMIT_ANSWER_MAX = 16384 /* bytes: a receipt or a problem */
};

#define SUBMISSIONS "submissions" /* path */

struct vd_remote_look_up {
  struct vd_remote_operator *operator;
  struct vd_client_request *request;
  vd_remote_look_up_done *done; /* NULL: nobody waits */
  void *context;
  enum vd_store_kind kind;
  size_t count;
  bool is_probe;
  struct vd_remote_look_up *before; /* among those under way */
  struct vd_remote_look_up *next;   /* likewise, or among the idle ones */
};

enum vd_error vd_remote_operator_init(struct vd_remote_operator *operator, struct vd_client *client, const char *url,
                                      unsigned timeout_ms, struct vd_failure *failure) {
  *operator = (struct vd_remote_operator){.client = client, .timeout_ms = timeout_ms};
  size_t len = strlen(url);
  while (len > 0 && url[len - 1] == '/') len--;
  if (len > VD_REMOTE_URL_MAX)
    return vd_fail(failure, VD_CONFIG, "an operator's URL is longer than %d bytes", VD_REMOTE_URL_MAX);
  if (!vd_client_is_url(url) || strpbrk(url, "?#") != NULL)
    return vd_fail(failure, VD_CONFIG, "not the URL of an operator; write it like https://host:port/path, without "
                                       "user, query and fragment");
  memcpy(operator->url, url, len);
  return VD_OK;
}

/* --- health --- */

bool vd_remote_operator_is_up(const struct vd_remote_operator *operator, uint64_t now_ms) {
  if (operator->failures < FAILURES_MAX) return true;
  return !operator->is_probing && now_ms >= operator->silent_until_ms;
}

static void note_health(struct vd_remote_operator *operator, bool has_answered) {
  if (has_answered) {
    operator->failures = 0;
    return;
  }
  if (operator->failures < FAILURES_MAX) operator->failures++;
  if (operator->failures == FAILURES_MAX) operator->silent_until_ms = vd_client_now_ms() + SILENCE_MS;
}

/* --- look-ups --- */

static struct vd_remote_look_up *take_look_up(struct vd_remote_operator *operator) {
  struct vd_remote_look_up *look_up = operator->idle;
  if (look_up != NULL)
    operator->idle = look_up->next;
  else if ((look_up = malloc(sizeof *look_up)) == NULL)
    return NULL;
  *look_up = (struct vd_remote_look_up){.operator = operator, .next = operator->under_way};
  if (look_up->next != NULL) look_up->next->before = look_up;
  operator->under_way = look_up;
  return look_up;
}

static void give_look_up(struct vd_remote_look_up *look_up) {
  struct vd_remote_operator *operator = look_up->operator;
  *(look_up->before == NULL ? &operator->under_way : &look_up->before->next) = look_up->next;
  if (look_up->next != NULL) look_up->next->before = look_up->before;
  if (look_up->is_probe) operator->is_probing = false;
  look_up->next = operator->idle;
  operator->idle = look_up;
}

/* For an answer that nobody reads. */
static bool has_form(const struct vd_remote_look_up *look_up, const struct vd_client_result *result) {
  struct vd_lookup_answer answer;
  return vd_lookup_answer_read(&answer, look_up->kind, look_up->count, result->body, result->body_len, NULL) == VD_OK;
}

static void on_answer(void *context, const struct vd_client_result *result) {
  struct vd_remote_look_up *look_up = context;
  struct vd_remote_operator *operator = look_up->operator;
  vd_remote_look_up_done *done = look_up->done;
  void *done_context = look_up->context;
  bool has_come = result->error == VD_OK && result->status == 200 && result->body_len > 0;
  bool is_answer = has_come && done == NULL && has_form(look_up, result);
  if (done == NULL) operator->dropped--;
  give_look_up(look_up);
  if (done != NULL) is_answer = done(done_context, has_come ? result->body : NULL, has_come ? result->body_len : 0);
  note_health(operator, has_come && is_answer);
}

enum vd_error vd_remote_look_up(struct vd_remote_operator *operator, const struct vd_lookup_request *request,
                                vd_remote_look_up_done *done, void *context, struct vd_remote_look_up **look_up,
                                struct vd_failure *failure) {
  char url[sizeof operator->url + sizeof "/look-up"];
  uint8_t bytes[VD_LOOKUP_REQUEST_MAX];
  struct vd_remote_look_up *taken = take_look_up(operator);
  if (taken == NULL) return vd_fail(failure, VD_MEMORY, "a look-up: out of memory");
  (void)snprintf(url, sizeof url, "%s/look-up", operator->url);
  struct vd_client_call call = {.url = url,
                                .media_type = VD_LOOKUP_MEDIA_TYPE,
                                .body = bytes,
                                .body_len = vd_lookup_request_write(bytes, request),
                                .answer_max = VD_LOOKUP_ANSWER_MAX,
                                .timeout_ms = operator->timeout_ms,
                                .done = on_answer,
                                .context = taken};
  taken->done = done;
  taken->context = context;
  taken->kind = request->kind;
  taken->count = request->count;
  enum vd_error error = vd_client_start(operator->client, &call, &taken->request, failure);
  vd_wipe(bytes, sizeof bytes);
  if (error != VD_OK) {
    give_look_up(taken);
    return error;
  }
  if (operator->failures >= FAILURES_MAX) operator->is_probing = taken->is_probe = true;
  *look_up = taken;
  return VD_OK;
}

static void cancel(struct vd_remote_look_up *look_up) {
  vd_client_cancel(look_up->operator->client, look_up->request);
  give_look_up(look_up);
}

void vd_remote_look_up_drop(struct vd_remote_look_up *look_up) {
  struct vd_remote_operator *operator = look_up->operator;
  assert(look_up->done != NULL);
  if (operator->dropped >= DROPPED_MAX) {
    cancel(look_up);
    return;
  }
  look_up->done = NULL;
  operator->dropped++;
}

void vd_remote_operator_end(struct vd_remote_operator *operator) {
  while (operator->under_way != NULL) cancel(operator->under_way);
  operator->dropped = 0;
  while (operator->idle != NULL) {
    struct vd_remote_look_up *look_up = operator->idle;
    operator->idle = look_up->next;
    free(look_up);
  }
}

/* --- waiting for one answer --- */

struct waiting {
  enum vd_error error;
  unsigned status;
  uint64_t start_ms;
  bool is_late; /* it came to nothing by the deadline */
  char reason[128]; /* of an error; of a refusal: the operator's words, when it gave some */
  uint8_t *body;
  size_t body_len;
};

static void on_waited(void *context, const struct vd_client_result *result) {
  struct waiting *waiting = context;
  waiting->error = result->error;
  waiting->status = result->status;
  waiting->is_late = result->error != VD_OK && vd_client_now_ms() - waiting->start_ms >= TRANSFER_MS;
  (void)snprintf(waiting->reason, sizeof waiting->reason, "%s", result->reason);
  if (result->error != VD_OK) return;
  waiting->body = malloc(result->body_len + 1);
  if (waiting->body == NULL) {
    waiting->error = VD_MEMORY;
    (void)snprintf(waiting->reason, sizeof waiting->reason, "out of memory");
    return;
  }
  if (result->body_len > 0) memcpy(waiting->body, result->body, result->body_len);
  waiting->body_len = result->body_len;
}

/* Fills the rest of the call, and when the client has run *waiting, whose body is the caller's to free. */
static enum vd_error start(struct vd_remote_operator *operator, const char *path, struct vd_client_call *call,
                           struct waiting *waiting, struct vd_failure *failure) {
  char url[sizeof operator->url + VD_REMOTE_PATH_MAX + 1];
  assert(strlen(path) <= VD_REMOTE_PATH_MAX);
  (void)snprintf(url, sizeof url, "%s/%s", operator->url, path);
  *waiting = (struct waiting){.error = VD_INTERNAL, .start_ms = vd_client_now_ms()};
  call->url = url;
  call->timeout_ms = TRANSFER_MS;
  call->done = on_waited;
  call->context = waiting;
  return vd_client_start(operator->client, call, NULL, failure);
}

static enum vd_error end(const struct vd_remote_operator *operator, const char *path, const struct waiting *waiting,
                         struct vd_failure *failure) {
  if (waiting->error == VD_OK) return VD_OK;
  return vd_fail(failure, waiting->error, "%s/%s: %s", operator->url, path, waiting->reason);
}

static enum vd_error wait_for(struct vd_remote_operator *operator, const char *path, struct vd_client_call *call,
                              struct waiting *waiting, struct vd_failure *failure) {
  enum vd_error error = start(operator, path, call, waiting, failure);
  if (error != VD_OK) return error;
  vd_client_run(operator->client);
  return end(operator, path, waiting, failure);
}

/* --- submissions --- */

static enum vd_error error_of_status(unsigned status) {
  switch (status) {
    case 401:
    case 403: return VD_KEY;
    case 404: return VD_NOT_FOUND;
    case 409: return VD_CONFLICT;
    case 413:
    case 507: return VD_FULL;
    case 429:
    case 502:
    case 503:
    case 504: return VD_UNAVAILABLE;
    default: return VD_DATA;
  }
}

static enum vd_error refused(const struct vd_remote_operator *operator, enum vd_error error,
                             const struct waiting *waiting, struct vd_failure *failure) {
  char detail[VD_PROBLEM_DETAIL_SIZE];
  if (vd_problem_detail((const char *)waiting->body, waiting->body_len, detail))
    return vd_fail(failure, error, "%s: refused (HTTP status %u): %s", operator->url, waiting->status, detail);
  return vd_fail(failure, error, "%s: refused with HTTP status %u and no reason; is this the URL of an operator?",
                 operator->url, waiting->status);
}

static enum vd_error start_submission(struct vd_remote_operator *operator, const uint8_t *bytes, size_t len,
                                      struct waiting *waiting, struct vd_failure *failure) {
  struct vd_client_call call = {
      .media_type = VD_SUBMISSION_MEDIA_TYPE, .body = bytes, .body_len = len, .answer_max = SUBMIT_ANSWER_MAX};
  return start(operator, SUBMISSIONS, &call, waiting, failure);
}

/* What came of one. */
static enum vd_error take_receipt(const struct vd_remote_operator *operator, struct waiting *waiting,
                                  struct vd_receipt *receipt, struct vd_failure *failure) {
  enum vd_error error = end(operator, SUBMISSIONS, waiting, failure);
  if (error == VD_OK && waiting->status == 200)
    error = vd_receipt_read(receipt, waiting->body, waiting->body_len, failure);
  else if (error == VD_OK)
    error = refused(operator, waiting->status == 404 ? VD_DATA : error_of_status(waiting->status), waiting, failure);
  free(waiting->body);
  waiting->body = NULL;
  return error;
}

static void pause_before(unsigned attempt) {
  unsigned pause_ms = PAUSE_FIRST_MS;
  while (attempt-- > 1 && pause_ms < PAUSE_MAX_MS) pause_ms *= 2;
  struct timespec left = {.tv_sec = pause_ms / 1000, .tv_nsec = (long)(pause_ms % 1000) * 1000000};
  while (nanosleep(&left, &left) != 0) continue;
}

/* Too many requests to the end: there is no room for it. */
static enum vd_error final(enum vd_error error, const struct waiting *waiting, struct vd_failure *failure) {
  if (error != VD_UNAVAILABLE || waiting->status != 429) return error;
  if (failure != NULL) failure->code = VD_FULL;
  return VD_FULL;
}

enum vd_error vd_remote_submit(struct vd_remote_operator *operator, const uint8_t *bytes, size_t len,
                               unsigned attempts, struct vd_receipt *receipt, struct vd_failure *failure) {
  assert(attempts > 0);
  struct waiting waiting = {.status = 0};
  enum vd_error error = VD_UNAVAILABLE;
  for (unsigned attempt = 0; attempt < attempts && error == VD_UNAVAILABLE; attempt++) {
    if (attempt > 0) pause_before(attempt);
    error = start_submission(operator, bytes, len, &waiting, failure);
    if (error != VD_OK) return error;
    vd_client_run(operator->client);
    error = take_receipt(operator, &waiting, receipt, failure);
  }
  return final(error, &waiting, failure);
}

/* --- at several operators --- */

/* Hands in what is_open says, all at once; what need not be tried again is open no longer. Returns what is open. */
static size_t submit_open(struct vd_remote_submission *submissions, size_t count, bool *is_open,
                          struct waiting *waiting) {
  bool is_started[VD_REMOTE_SUBMISSIONS_MAX] = {false};
  size_t open = 0;
  for (size_t i = 0; i < count; i++) {
    struct vd_remote_submission *it = &submissions[i];
    if (!is_open[i]) continue;
    it->error = start_submission(it->operator, it->bytes, it->len, &waiting[i], &it->failure);
    is_started[i] = it->error == VD_OK;
  }
  vd_client_run(submissions[0].operator->client);
  for (size_t i = 0; i < count; i++) {
    struct vd_remote_submission *it = &submissions[i];
    if (is_started[i]) it->error = take_receipt(it->operator, &waiting[i], &it->receipt, &it->failure);
    is_open[i] = is_started[i] && it->error == VD_UNAVAILABLE && !waiting[i].is_late;
    open += is_open[i];
  }
  return open;
}

void vd_remote_submit_all(struct vd_remote_submission *submissions, size_t count, unsigned attempts) {
  assert(attempts > 0 && count > 0 && count <= VD_REMOTE_SUBMISSIONS_MAX);
  struct waiting waiting[VD_REMOTE_SUBMISSIONS_MAX] = {{.status = 0}};
  bool is_open[VD_REMOTE_SUBMISSIONS_MAX];
  size_t open = count;
  for (size_t i = 0; i < count; i++) is_open[i] = true;
  for (unsigned attempt = 0; attempt < attempts && open > 0; attempt++) {
    if (attempt > 0) pause_before(attempt);
    open = submit_open(submissions, count, is_open, waiting);
  }
  for (size_t i = 0; i < count; i++) {
    submissions[i].error = final(submissions[i].error, &waiting[i], &submissions[i].failure);
  }
}

/* --- static resources --- */

enum vd_error vd_remote_get(struct vd_remote_operator *operator, const char *path, size_t answer_max, uint8_t **body,
                            size_t *len, struct vd_failure *failure) {
  struct waiting waiting;
  struct vd_client_call call = {.answer_max = answer_max};
  *body = NULL;
  *len = 0;
  enum vd_error error = wait_for(operator, path, &call, &waiting, failure);
  if (error == VD_OK && waiting.status == 200) {
    *body = waiting.body;
    *len = waiting.body_len;
    return VD_OK;
  }
  if (error == VD_OK) {
    enum vd_error of_status = error_of_status(waiting.status);
    bool is_plain = of_status == VD_NOT_FOUND || of_status == VD_UNAVAILABLE;
    error = vd_fail(failure, is_plain ? of_status : VD_DATA, "%s/%s: HTTP status %u", operator->url, path,
                    waiting.status);
  }
  free(waiting.body);
  return error;
}
