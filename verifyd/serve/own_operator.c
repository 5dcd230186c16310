#include "serve/own_operator.h"

#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "base/crypto.h"
#include "ledger/tlog.h"
#include "serve/process.h"
#include "serve/service_key.h"

/* ---- life ---- */

static enum vd_error check_name(const struct vd_own_operator *own, struct vd_failure *failure) {
  const struct vd_own_operator_settings *settings = own->settings;
  if (strcmp(own->key.name, settings->origin) == 0) return VD_OK;
  return vd_fail(failure, VD_CONFIG,
                 "operator: %s is the key of %s, and origin is %s; make a key for that name, or correct the origin",
                 settings->key, own->key.name, settings->origin);
}

static enum vd_error open_store(struct vd_own_operator *own, const struct vd_key *key, struct vd_failure *failure) {
  struct vd_store_options options = {.path = own->settings->store,
                                     .access = VD_STORE_CREATE,
                                     .realm = own->realm,
                                     .operator_number = own->settings->number,
                                     .origin = own->settings->origin,
                                     .log_key32 = key->secret32};
  enum vd_error error = vd_store_open(&options, &own->store, failure);
  if (error != VD_OK) return error;
  return vd_store_reader_new(own->store, &own->reader, failure);
}

static enum vd_error open_ledger(struct vd_own_operator *own, struct vd_failure *failure) {
  struct vd_key key;
  enum vd_error error = vd_context_new(&own->context, failure);
  if (error != VD_OK) return error;
  error = vd_service_key_load(own->context, own->settings->key, &key, &own->key, failure);
  if (error != VD_OK) return error;
  error = check_name(own, failure);
  if (error == VD_OK) error = open_store(own, &key, failure);
  vd_key_wipe(&key);
  if (error == VD_OK) error = vd_submission_origin(own->origin_hash, own->settings->origin, failure);
  if (error != VD_OK) return error;
  struct frag_slice name = {(const uint8_t *)own->key.name, own->key.name_len};
  frag_error written = frag_log_vkey(own->context, own->vkey, name, own->key.pub32);
  return written == FRAG_OK ? VD_OK : vd_fail_frag(failure, written, "operator: origin");
}

enum vd_error vd_own_operator_new(const struct vd_own_operator_options *options, struct vd_own_operator **own,
                                  struct vd_failure *failure) {
  *own = NULL;
  struct vd_own_operator *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the operator");
  made->settings = &options->settings->own_operator;
  made->realm = options->settings->realm;
  made->trust_source = options->trust_source;
  made->metrics = options->metrics;
  vd_log_init(&made->log, options->log_fd, VD_LOG_INFO);
  enum vd_error error = open_ledger(made, failure);
  if (error == VD_OK) error = vd_lane_new(&made->lane, options->settings->limits.submissions_waiting, failure);
  if (error == VD_OK) *own = made;
  else vd_own_operator_free(made);
  return error;
}

void vd_own_operator_free(struct vd_own_operator *own) {
  if (own == NULL) return;
  vd_lane_free(own->lane);
  vd_store_reader_free(own->reader);
  vd_store_close(own->store);
  vd_trust_edition_give(own->edition);
  frag_context_free(own->context);
  free(own);
}

void vd_own_operator_refresh(struct vd_own_operator *own) {
  if (own->edition != NULL && !vd_trust_source_is_other(own->trust_source, own->edition)) return;
  struct vd_trust_edition *newest = vd_trust_source_take(own->trust_source);
  vd_trust_edition_give(own->edition);
  own->edition = newest;
  own->trust = newest->trust;
}

/* A disk that refused a page is no harm; after one that refused the last step, nothing can be read either. */
static bool is_lost(struct vd_own_operator *own, enum vd_error error) {
  if (error != VD_IO) return error == VD_INTERNAL;
  bool can_be_read = vd_store_reader_begin(own->reader, NULL) == VD_OK;
  vd_store_reader_reset(own->reader);
  return !can_be_read;
}

bool vd_own_operator_failed(struct vd_own_operator *own, enum vd_error error) {
  if (!is_lost(own, error)) return false;
  if (!atomic_exchange(&own->has_failed, true)) vd_process_stop();
  return true;
}

/* ---- submissions ---- */

/* Where the ledger is on this machine is nobody's business. */
static void drop_path(const struct vd_own_operator *own, struct vd_failure *failure) {
  char prefix[VD_PATH_SIZE + 16];
  int len = snprintf(prefix, sizeof prefix, "ledger %s: ", own->settings->store);
  if (strncmp(failure->text, prefix, (size_t)len) != 0) return;
  memmove(failure->text, failure->text + len, strlen(failure->text + len) + 1);
}

static struct vd_store_submitter submitter_of(const struct vd_own_operator *own, const struct vd_submission *submission,
                                              char issuer[static FRAG_NAME_MAX + 1],
                                              const struct vd_admitted *admitted) {
  struct frag_slice name = admitted->key->issuer;
  struct vd_store_submitter submitter = {.issuer = issuer, .items_per_day = own->settings->items_per_day};
  memcpy(issuer, name.data, name.len);
  issuer[name.len] = '\0';
  memcpy(submitter.kid, submission->kid, sizeof submitter.kid);
  memcpy(submitter.digest, submission->digest, sizeof submitter.digest);
  memcpy(submitter.signature, submission->signature, sizeof submitter.signature);
  return submitter;
}

static enum vd_error append(struct vd_own_operator *own, const struct vd_submission *submission,
                            const struct vd_store_item *items, uint64_t now_s,
                            const struct vd_store_submitter *submitter, struct vd_own_operator_result *result) {
  struct vd_store_appended done;
  memset(&done, 0, sizeof done);
  enum vd_error error =
      vd_store_append(own->store, items, submission->count, now_s, submitter, &done, &result->failure);
  result->is_over_quota = error == VD_FULL && done.is_over_quota;
  if (error != VD_OK) return error;
  result->receipt = (struct vd_receipt){.added = done.added,
                                        .unchanged = done.unchanged,
                                        .first_index = done.first_index,
                                        .time_s = done.time_s,
                                        .size = done.size};
  return VD_OK;
}

/* The receipt of an erasure says where the entry stands that remains. */
static enum vd_error erase(struct vd_own_operator *own, const struct vd_submission *submission, uint64_t now_s,
                           const struct vd_store_submitter *submitter, bool is_registrar,
                           struct vd_own_operator_result *result) {
  struct vd_failure *failure = &result->failure;
  struct vd_store_found found = {.presence = VD_STORE_ABSENT};
  uint64_t size = 0;
  enum vd_error error = vd_store_erase(own->store, submission->locator, now_s, submitter, is_registrar, failure);
  if (error == VD_OK) error = vd_store_reader_begin(own->reader, failure);
  if (error != VD_OK) return error;
  error = vd_store_get_fragment(own->reader, submission->locator, &found, failure);
  if (error == VD_OK) error = vd_tlog_size(own->reader, &size, failure);
  vd_store_reader_reset(own->reader);
  result->receipt = (struct vd_receipt){.added = 1, .first_index = found.index, .time_s = now_s, .size = size};
  return error;
}

static enum vd_error take(struct vd_own_operator *own, const struct vd_submission *submission,
                          const struct vd_store_item *items, const uint8_t *bytes, size_t len, uint64_t now_s,
                          struct vd_own_operator_result *result) {
  struct vd_admitted admitted;
  char issuer[FRAG_NAME_MAX + 1];
  enum vd_error error =
      vd_submission_admit(own->context, submission, items, bytes, len, own->trust, own->realm, own->settings->number,
                          own->origin_hash, now_s, &admitted, &result->failure);
  if (error != VD_OK) return error;
  struct vd_store_submitter submitter = submitter_of(own, submission, issuer, &admitted);
  return submission->is_erasure ? erase(own, submission, now_s, &submitter, admitted.is_registrar, result)
                                : append(own, submission, items, now_s, &submitter, result);
}

/* The count stands at the end of the head. */
static bool has_too_many_items(const uint8_t *bytes, size_t len) {
  uint32_t count = 0;
  if (len < VD_SUBMISSION_HEAD_LEN) return false;
  for (size_t at = VD_SUBMISSION_HEAD_LEN - 4; at < VD_SUBMISSION_HEAD_LEN; at++) count = count << 8 | bytes[at];
  return memcmp(bytes, "FRS1", 4) == 0 && count > VD_SUBMISSION_ITEMS_MAX;
}

static bool is_fault(enum vd_error error) {
  return error != VD_OK && error != VD_DATA && error != VD_KEY && error != VD_CONFLICT && error != VD_NOT_FOUND;
}

void vd_own_operator_submit(struct vd_own_operator *own, const uint8_t *bytes, size_t len, uint64_t now_s,
                            struct vd_own_operator_result *result) {
  struct vd_submission submission;
  struct vd_store_item *items = NULL;
  vd_own_operator_refresh(own);
  *result = (struct vd_own_operator_result){.failure = {.text = ""}};
  result->is_too_long = len > VD_SUBMISSION_BYTES_MAX || has_too_many_items(bytes, len);
  result->error = vd_submission_read(&submission, &items, bytes, len, &result->failure);
  if (result->error == VD_OK) result->error = take(own, &submission, items, bytes, len, now_s, result);
  free(items);
  drop_path(own, &result->failure);
  if (vd_own_operator_failed(own, result->error)) result->error = VD_INTERNAL;
  vd_role_metrics_submission(own->metrics, result->error, result->is_over_quota);
  if (result->error == VD_OK) {
    vd_role_metrics_add(&own->metrics->items_added, result->receipt.added);
    vd_role_metrics_add(&own->metrics->items_unchanged, result->receipt.unchanged);
  } else if (is_fault(result->error) && !result->is_over_quota) {
    vd_log_event(&own->log, VD_LOG_ERROR, "submission_failed", "reason=\"%s\"", result->failure.text);
  }
}
