#include "serve/cosigning.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/context.h"
#include "ledger/tlog.h"
#include "serve/service_key.h"

enum {
  TIMEOUT_MS = 10000,
  PAUSE_MS = 2000,
  PAUSE_MAX_MS = 300000,
  PAUSE_DOUBLINGS_MAX = 8,
};

/* ---- renewal ---- */

static void run_renewal(void *context) {
  struct vd_cosigning *cosigning = context;
  cosigning->renewed = vd_store_renew(cosigning->own->store, (uint64_t)time(NULL), &cosigning->failure);
  (void)vd_own_operator_failed(cosigning->own, cosigning->renewed);
}

static void renewal_done(void *context, bool did_run) {
  struct vd_cosigning *cosigning = context;
  cosigning->is_renewing = false;
  if (!did_run) return;
  if (cosigning->renewed == VD_OK) vd_role_metrics_add(&cosigning->own->metrics->renewals, 1);
  else vd_log_event(cosigning->log, VD_LOG_ERROR, "renewal_failed", "reason=\"%s\"", cosigning->failure.text);
}

static void renew_when_old(struct vd_cosigning *cosigning, uint64_t now_s) {
  if (cosigning->is_renewing || now_s < cosigning->time_s + cosigning->own->settings->checkpoint_s) return;
  cosigning->renewal = (struct vd_lane_job){.run = run_renewal, .done = renewal_done, .context = cosigning};
  cosigning->is_renewing = vd_lane_submit(cosigning->own->lane, cosigning->home, &cosigning->renewal);
}

/* ---- what a witness answers ---- */

static void put_off(struct vd_cosigner *cosigner, const char *reason, unsigned status) {
  struct vd_cosigning *cosigning = cosigner->cosigning;
  unsigned doublings = cosigner->failures < PAUSE_DOUBLINGS_MAX ? cosigner->failures : PAUSE_DOUBLINGS_MAX;
  uint64_t pause_ms = (uint64_t)PAUSE_MS << doublings;
  cosigner->failures++;
  cosigner->not_before_ms = uv_now(cosigning->loop) + (pause_ms < PAUSE_MAX_MS ? pause_ms : PAUSE_MAX_MS);
  vd_role_metrics_add(&cosigning->own->metrics->cosignings_failed, 1);
  vd_log_event(cosigning->log, VD_LOG_WARNING, "cosigning_failed", "witness=%u status=%u failures=%u reason=\"%s\"",
               cosigner->number, status, cosigner->failures, reason);
}

static void run_keeping(void *context) {
  struct vd_cosigner *cosigner = context;
  cosigner->kept = vd_store_cosign(cosigner->cosigning->own->store, cosigner->sent_size, cosigner->lines,
                                   cosigner->lines_len, &cosigner->key, &cosigner->failure);
  (void)vd_own_operator_failed(cosigner->cosigning->own, cosigner->kept);
}

static void keeping_done(void *context, bool did_run) {
  struct vd_cosigner *cosigner = context;
  cosigner->is_keeping = false;
  if (!did_run) return;
  if (cosigner->kept != VD_OK) {
    put_off(cosigner, cosigner->failure.text, 200);
    return;
  }
  cosigner->failures = 0;
  cosigner->cosigned_size = cosigner->sent_size;
  cosigner->cosigned_time_s = cosigner->sent_time_s;
  vd_role_metrics_add(&cosigner->cosigning->own->metrics->cosignatures_received, 1);
}

static void take_lines(struct vd_cosigner *cosigner, const struct vd_client_result *result) {
  struct vd_cosigning *cosigning = cosigner->cosigning;
  cosigner->acknowledged = cosigner->sent_size;
  cosigner->lines_len = result->body_len;
  memcpy(cosigner->lines, result->body, result->body_len);
  cosigner->job = (struct vd_lane_job){.run = run_keeping, .done = keeping_done, .context = cosigner};
  cosigner->is_keeping = vd_lane_submit(cosigning->own->lane, cosigning->home, &cosigner->job);
  if (!cosigner->is_keeping) put_off(cosigner, "the ledger is busy", result->status);
}

/* Decimal digits and LF; false for anything else. */
static bool read_size(const struct vd_client_result *result, uint64_t *size) {
  enum { DIGITS_MAX = 19 };
  size_t len = result->body_len;
  if (len < 2 || len > DIGITS_MAX + 1 || result->body[len - 1] != '\n') return false;
  *size = 0;
  for (size_t at = 0; at + 1 < len; at++) {
    if (result->body[at] < '0' || result->body[at] > '9') return false;
    *size = *size * 10 + (uint64_t)(result->body[at] - '0');
  }
  return true;
}

/* It knows another size than we thought: the next request proves from there, at once if that is news. */
static void take_size(struct vd_cosigner *cosigner, const struct vd_client_result *result) {
  uint64_t size;
  if (!read_size(result, &size)) {
    put_off(cosigner, "its answer does not say a size", result->status);
  } else if (size == cosigner->acknowledged) {
    put_off(cosigner, "it has another tree of the size that it says; compare the logs by hand", result->status);
  } else {
    cosigner->acknowledged = size;
  }
}

static void on_answer(void *context, const struct vd_client_result *result) {
  struct vd_cosigner *cosigner = context;
  cosigner->request = NULL;
  if (result->error != VD_OK) put_off(cosigner, result->reason, 0);
  else if (result->status == 200) take_lines(cosigner, result);
  else if (result->status == 409) take_size(cosigner, result);
  else put_off(cosigner, "it refused", result->status);
}

/* ---- asking ---- */

/* In the snapshot that the checkpoint is from. */
static bool write_request(struct vd_cosigning *cosigning, const struct vd_cosigner *cosigner, const char *note,
                          size_t note_len, size_t *len) {
  struct frag_witness_request request = {.old_size = cosigner->acknowledged,
                                         .checkpoint = {(const uint8_t *)note, note_len}};
  if (cosigner->acknowledged > 0 &&
      vd_tlog_consistency(cosigning->reader, cosigner->acknowledged, &request.consistency, NULL) != VD_OK)
    return false;
  return frag_witness_request_encode(cosigning->text, len, &request) == FRAG_OK;
}

static void ask(struct vd_cosigning *cosigning, struct vd_cosigner *cosigner, const char *note, size_t note_len) {
  size_t len = 0;
  struct vd_failure failure = {.text = ""};
  if (cosigner->acknowledged > cosigning->size) {
    put_off(cosigner, "it has seen more of this log than there is; was the ledger restored from an old copy?", 409);
    return;
  }
  if (!write_request(cosigning, cosigner, note, note_len, &len)) {
    put_off(cosigner, "the proof for it could not be made", 0);
    return;
  }
  cosigner->sent_size = cosigning->size;
  cosigner->sent_time_s = cosigning->time_s;
  struct vd_client_call call = {.url = cosigner->url,
                                .media_type = "text/plain; charset=utf-8",
                                .body = cosigning->text,
                                .body_len = len,
                                .answer_max = sizeof cosigner->lines,
                                .timeout_ms = TIMEOUT_MS,
                                .done = on_answer,
                                .context = cosigner};
  if (vd_client_start(cosigning->client, &call, &cosigner->request, &failure) != VD_OK) {
    cosigner->request = NULL;
    put_off(cosigner, failure.text, 0);
  }
}

static bool is_due(const struct vd_cosigning *cosigning, const struct vd_cosigner *cosigner) {
  bool is_new = cosigner->cosigned_size != cosigning->size || cosigner->cosigned_time_s != cosigning->time_s;
  return is_new && cosigner->request == NULL && !cosigner->is_keeping &&
         uv_now(cosigning->loop) >= cosigner->not_before_ms;
}

static enum vd_error read_checkpoint(struct vd_cosigning *cosigning, const char **note, size_t *len,
                                     struct vd_failure *failure) {
  struct frag_checkpoint checkpoint;
  enum vd_error error = vd_tlog_checkpoint(cosigning->reader, note, len, failure);
  if (error != VD_OK) return error;
  frag_error checked = frag_checkpoint_decode(cosigning->context, &checkpoint, *note, *len);
  if (checked == FRAG_OK)
    checked = frag_checkpoint_check(cosigning->context, &checkpoint, &cosigning->own->key, &cosigning->time_s);
  if (checked != FRAG_OK) return vd_fail_frag(failure, checked, "the checkpoint of the own log");
  cosigning->size = checkpoint.size;
  return VD_OK;
}

void vd_cosigning_look(struct vd_cosigning *cosigning, uint64_t now_s) {
  struct vd_failure failure = {.text = ""};
  const char *note;
  size_t len;
  enum vd_error error = vd_store_reader_begin(cosigning->reader, &failure);
  if (error == VD_OK) error = read_checkpoint(cosigning, &note, &len, &failure);
  for (size_t i = 0; error == VD_OK && i < cosigning->count; i++)
    if (is_due(cosigning, &cosigning->items[i])) ask(cosigning, &cosigning->items[i], note, len);
  vd_store_reader_reset(cosigning->reader);
  if (error == VD_OK) renew_when_old(cosigning, now_s);
  else vd_log_event(cosigning->log, VD_LOG_ERROR, "ledger_unreadable", "reason=\"%s\"", failure.text);
}

/* ---- life ---- */

static enum vd_error add_witness(struct vd_cosigning *cosigning, const struct vd_log_settings *settings,
                                 struct vd_failure *failure) {
  char what[48];
  struct vd_cosigner *cosigner = &cosigning->items[cosigning->count++];
  cosigner->cosigning = cosigning;
  cosigner->number = (unsigned)cosigning->count;
  cosigner->cosigned_size = UINT64_MAX; /* none */
  (void)snprintf(cosigner->url, sizeof cosigner->url, "%s/add-checkpoint", settings->url);
  (void)snprintf(what, sizeof what, "operator: witnesses: number %u: vkey", cosigner->number);
  return vd_service_key_parse(cosigning->context, settings->vkey, what, &cosigner->key, failure);
}

enum vd_error vd_cosigning_init(struct vd_cosigning *cosigning, const struct vd_cosigning_options *options,
                                struct vd_failure *failure) {
  const struct vd_own_operator_settings *settings = options->own->settings;
  memset(cosigning, 0, sizeof *cosigning);
  cosigning->own = options->own;
  cosigning->client = options->client;
  cosigning->home = options->home;
  cosigning->loop = options->loop;
  cosigning->log = options->log;
  enum vd_error error = vd_context_new(&cosigning->context, failure);
  for (size_t i = 0; error == VD_OK && i < settings->witnesses_count; i++)
    error = add_witness(cosigning, &settings->witnesses[i], failure);
  if (error == VD_OK) error = vd_store_reader_new(options->own->store, &cosigning->reader, failure);
  if (error != VD_OK) vd_cosigning_free(cosigning);
  return error;
}

void vd_cosigning_stop(struct vd_cosigning *cosigning) {
  for (size_t i = 0; i < cosigning->count; i++) {
    if (cosigning->items[i].request != NULL) vd_client_cancel(cosigning->client, cosigning->items[i].request);
    cosigning->items[i].request = NULL;
  }
}

void vd_cosigning_free(struct vd_cosigning *cosigning) {
  vd_store_reader_free(cosigning->reader);
  frag_context_free(cosigning->context);
  cosigning->reader = NULL;
  cosigning->context = NULL;
}
