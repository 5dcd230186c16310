#include "operators.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/crypto.h"
#include "ledger/tlog.h"
#include "own_ledger.h"
#include "submission_notes.h"

#define CONNECTIONS 4
#define SUBMIT_ATTEMPTS 5

static enum vd_error take_remote(struct ctl_operators *operators, struct ctl_operator *operator,
                                 struct vd_failure *failure) {
  const struct vd_operator_settings *settings = operator->settings;
  const struct vd_client_options options = {.connections_per_host = CONNECTIONS};
  enum vd_error error = VD_OK;
  if (operators->client == NULL) error = vd_client_new(&options, &operators->client, failure);
  if (error != VD_OK) return error;
  error = vd_remote_operator_init(&operator->remote, operators->client, settings->url, CTL_OPERATOR_TIMEOUT_MS,
                                  failure);
  if (error != VD_OK) return error;
  operator->is_remote = true;
  if (frag_log_key_parse(operators->context, &operator->key, settings->vkey, strlen(settings->vkey)) == FRAG_OK) {
    return VD_OK;
  }
  return vd_fail(failure, VD_CONFIG, "operator %u: its vkey is not a verifier key, which keygen --kind log prints",
                 settings->number);
}

enum vd_error ctl_operators_begin(struct ctl_operators *operators, struct frag_context *context, uint16_t realm,
                                  const struct vd_operator_settings *settings, size_t count,
                                  const struct vd_own_operator_settings *own, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  assert(count <= VD_OPERATORS_MAX);
  operators->realm = realm;
  operators->context = context;
  operators->own = own;
  for (size_t i = 0; i < count && error == VD_OK; i++) {
    struct ctl_operator *operator = &operators->items[operators->count++];
    operator->settings = &settings[i];
    if (settings[i].url[0] != '\0') error = take_remote(operators, operator, failure);
  }
  return error;
}

void ctl_operators_end(struct ctl_operators *operators) {
  for (size_t i = 0; i < operators->count; i++) {
    struct ctl_operator *operator = &operators->items[i];
    if (operator->is_remote) vd_remote_operator_end(&operator->remote);
    vd_store_reader_free(operator->reader);
    vd_store_close(operator->store);
  }
  vd_client_free(operators->client);
  *operators = (struct ctl_operators){0};
}

void ctl_operators_label(char text[static CTL_OPERATOR_LABEL_SIZE], const struct ctl_operator *operator) {
  const struct vd_operator_settings *settings = operator->settings;
  bool has_name = settings->name[0] != '\0';
  (void)snprintf(text, CTL_OPERATOR_LABEL_SIZE, "operator %u%s%s%s", settings->number, has_name ? " (" : "",
                 settings->name, has_name ? ")" : "");
}

enum vd_error ctl_operators_open(struct ctl_operators *operators, struct ctl_operator *operator,
                                 enum vd_store_access access, struct vd_failure *failure) {
  struct vd_failure why = {.code = VD_OK};
  struct vd_store_options options = {.path = operator->settings->store, .access = access, .realm = operators->realm,
                                     .operator_number = operator->settings->number};
  assert(!operator->is_remote);
  const struct vd_own_operator_settings *own = operators->own;
  bool is_own = own != NULL && own->number != 0 && strcmp(own->store, operator->settings->store) == 0;
  enum vd_error error =
      ctl_own_ledger_open(operators->context, &options, is_own ? own->key : NULL, &operator->store, &why);
  if (error == VD_OK) return VD_OK;
  if (error == VD_CONFLICT) {
    return vd_fail(failure, error,
                   "%s; when that is a running verifyd, give its url and vkey in place of the store in the "
                   "configuration",
                   why.text);
  }
  if (failure != NULL) *failure = why;
  return error;
}

/* --- look-ups --- */

static enum vd_error look_up_local(struct ctl_operator *operator, const struct vd_lookup_request *request,
                                   struct vd_lookup_answer *answer, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  if (operator->reader == NULL) error = vd_store_reader_new(operator->store, &operator->reader, failure);
  if (error != VD_OK) return error;
  vd_store_reader_reset(operator->reader);
  error = vd_store_reader_begin(operator->reader, failure);
  if (error == VD_OK) error = vd_tlog_key(operator->reader, &operator->key, failure);
  return error == VD_OK ? vd_lookup_local(operator->reader, request, answer, failure) : error;
}

struct asked {
  struct vd_lookup_answer *answer;
  uint8_t *bytes;
  enum vd_error error;
};

static bool take_answer(void *context, const uint8_t *bytes, size_t len) {
  struct asked *asked = context;
  if (bytes == NULL) return false;
  asked->bytes = malloc(len + 1);
  if (asked->bytes == NULL) return asked->error = VD_MEMORY, false;
  memcpy(asked->bytes, bytes, len);
  asked->error = vd_lookup_answer_read(asked->answer, VD_STORE_FRAGMENT, 1, asked->bytes, len, NULL);
  return asked->error == VD_OK;
}

static enum vd_error look_up_remote(struct ctl_operators *operators, struct ctl_operator *operator,
                                    const struct vd_lookup_request *request, struct vd_lookup_answer *answer,
                                    uint8_t **bytes, struct vd_failure *failure) {
  struct asked asked = {.answer = answer, .error = VD_UNAVAILABLE};
  struct vd_remote_look_up *look_up = NULL;
  enum vd_error error = vd_remote_look_up(&operator->remote, request, take_answer, &asked, &look_up, failure);
  if (error != VD_OK) return error;
  vd_client_run(operators->client);
  *bytes = asked.bytes;
  if (asked.error == VD_OK) return VD_OK;
  return vd_fail(failure, asked.error, asked.error == VD_UNAVAILABLE ? "it does not answer"
                                                                     : "its answer cannot be read");
}

enum vd_error ctl_operators_look_up(struct ctl_operators *operators, struct ctl_operator *operator,
                                    const uint8_t locator[static FRAG_LOCATOR_LEN], struct vd_lookup_answer *answer,
                                    uint8_t **bytes, struct vd_failure *failure) {
  struct vd_lookup_request request = {.kind = VD_STORE_FRAGMENT, .count = 1};
  *bytes = NULL;
  memcpy(request.keys[0], locator, FRAG_LOCATOR_LEN);
  enum vd_error error = operator->is_remote
                            ? look_up_remote(operators, operator, &request, answer, bytes, failure)
                            : look_up_local(operator, &request, answer, failure);
  vd_wipe(&request, sizeof request);
  return error;
}

/* --- submissions --- */

static size_t submission_len(const struct vd_store_item *items, size_t count) {
  size_t len = VD_SUBMISSION_HEAD_LEN + VD_SUBMISSION_ITEM_HEAD_LEN + FRAG_LOCATOR_LEN + 64;
  for (size_t i = 0; i < count; i++) len += VD_SUBMISSION_ITEM_HEAD_LEN + items[i].len;
  return len;
}

/* The digest that the operator will name it by: of everything but the signature. */
static enum vd_error note(const char *folder, const uint8_t *bytes, size_t len, struct vd_failure *failure) {
  uint8_t digest[VD_SHA256_LEN];
  enum vd_error error = vd_sha256(digest, bytes, len - 64, failure);
  return error == VD_OK ? ctl_submission_notes_add(folder, digest, failure) : error;
}

enum vd_error ctl_operators_submit(struct ctl_operators *operators, struct ctl_operator *operator,
                                   const struct frag_key *key, const struct vd_store_item *items, size_t count,
                                   const uint8_t *locator, struct vd_receipt *receipt, struct vd_failure *failure) {
  struct vd_submission head = {.realm = operators->realm, .operator_number = operator->settings->number,
                               .time_s = (uint64_t)time(NULL), .is_erasure = locator != NULL};
  size_t capacity = submission_len(items, count), len = 0;
  uint8_t *bytes = malloc(capacity);
  if (bytes == NULL) return vd_fail(failure, VD_MEMORY, "no memory for a submission of %zu bytes", capacity);
  memcpy(head.kid, frag_key_id(key), sizeof head.kid);
  if (locator != NULL) memcpy(head.locator, locator, sizeof head.locator);
  enum vd_error error = vd_submission_origin(head.origin_hash, operator->key.name, failure);
  if (error == VD_OK) {
    error = vd_submission_write(operators->context, key, &head, items, count, bytes, capacity, &len, failure);
  }
  if (error == VD_OK && operators->notes != NULL) error = note(operators->notes, bytes, len, failure);
  if (error == VD_OK) error = vd_remote_submit(&operator->remote, bytes, len, SUBMIT_ATTEMPTS, receipt, failure);
  vd_wipe(bytes, capacity);
  vd_wipe(&head, sizeof head);
  free(bytes);
  return error;
}
