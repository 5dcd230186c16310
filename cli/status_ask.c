#include "status_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/tlog.h"

void ctl_status_asker_drop(struct ctl_status_asker *asker, size_t operator_index, const char *command,
                           const char *why) {
  char label[CTL_OPERATOR_LABEL_SIZE];
  if (!asker->is_reachable[operator_index]) return;
  asker->is_reachable[operator_index] = false;
  ctl_operators_label(label, &asker->operators->items[operator_index]);
  (void)fflush(stdout);
  (void)fprintf(stderr, "verifyctl %s: %s: %s\n", command, label, why);
}

void ctl_status_asker_begin(struct ctl_status_asker *asker, struct ctl_operators *operators,
                            enum vd_store_access access, const char *command) {
  asker->operators = operators;
  asker->context = operators->context;
  for (size_t i = 0; i < operators->count; i++) {
    struct ctl_operator *operator = &operators->items[i];
    struct vd_failure why = {.code = VD_OK};
    asker->is_reachable[i] = true;
    if (operator->is_remote) continue;
    if (ctl_operators_open(operators, operator, access, &why) != VD_OK) {
      ctl_status_asker_drop(asker, i, command, why.text);
    }
  }
}

static void forget(struct ctl_status_answer *answer) {
  free(answer->bytes);
  answer->bytes = NULL;
  answer->has_come = false;
  answer->log = FRAG_CHECKPOINT_SIGNATURE;
}

void ctl_status_ask_done(struct ctl_status_asker *asker) {
  for (size_t i = 0; asker->operators != NULL && i < asker->operators->count; i++) {
    forget(&asker->answers[i]);
    if (asker->operators->items[i].reader != NULL) vd_store_reader_reset(asker->operators->items[i].reader);
  }
}

void ctl_status_asker_end(struct ctl_status_asker *asker) {
  ctl_status_ask_done(asker);
  asker->operators = NULL;
}

size_t ctl_status_asker_reachable(const struct ctl_status_asker *asker) {
  size_t reachable = 0;
  for (size_t i = 0; i < asker->operators->count; i++) reachable += asker->is_reachable[i];
  return reachable;
}

static void begin_check(struct ctl_status_asker *asker, size_t index) {
  if (asker->has_check[index]) return;
  vd_log_check_begin(&asker->checks[index], &asker->operators->items[index].key, NULL);
  asker->has_check[index] = true;
}

/* --- a ledger on this machine --- */

static enum vd_error ask_local(struct ctl_status_asker *asker, size_t index, struct vd_lookup_request *request,
                               struct vd_failure *failure) {
  struct ctl_operator *operator = &asker->operators->items[index];
  struct ctl_status_answer *answer = &asker->answers[index];
  enum vd_error error = VD_OK;
  if (operator->reader == NULL) error = vd_store_reader_new(operator->store, &operator->reader, failure);
  if (error == VD_OK) error = vd_store_reader_begin(operator->reader, failure);
  if (error == VD_OK) error = vd_tlog_key(operator->reader, &operator->key, failure);
  if (error != VD_OK) return error;
  begin_check(asker, index);
  vd_log_check_base(&asker->checks[index], &answer->base);
  request->known_size = answer->base.size;
  error = vd_lookup_local(operator->reader, request, &answer->answer, failure);
  answer->has_come = error == VD_OK;
  return error;
}

/* --- over the network --- */

struct asked {
  struct ctl_status_answer *answer;
  size_t count;
  bool is_unreadable;
  bool is_out_of_memory;
};

static bool take_answer(void *context, const uint8_t *bytes, size_t len) {
  struct asked *asked = context;
  struct ctl_status_answer *answer = asked->answer;
  if (bytes == NULL) return false;
  answer->bytes = malloc(len + 1);
  if (answer->bytes == NULL) return asked->is_out_of_memory = true, false;
  memcpy(answer->bytes, bytes, len);
  enum vd_error error = vd_lookup_answer_read(&answer->answer, VD_STORE_STATUS, asked->count, answer->bytes, len, NULL);
  answer->has_come = error == VD_OK;
  asked->is_unreadable = error != VD_OK;
  return error == VD_OK;
}

static enum vd_error begin_remote(struct ctl_status_asker *asker, size_t index, struct vd_lookup_request *request,
                                  struct asked *asked, struct vd_failure *failure) {
  struct ctl_operator *operator = &asker->operators->items[index];
  struct vd_remote_look_up *look_up = NULL;
  begin_check(asker, index);
  vd_log_check_base(&asker->checks[index], &asker->answers[index].base);
  request->known_size = asker->answers[index].base.size;
  *asked = (struct asked){.answer = &asker->answers[index], .count = request->count};
  return vd_remote_look_up(&operator->remote, request, take_answer, asked, &look_up, failure);
}

/* --- all of them --- */

static enum vd_error judge(struct ctl_status_asker *asker, size_t index, struct vd_failure *failure) {
  struct ctl_status_answer *answer = &asker->answers[index];
  bool is_news = false;
  answer->log = vd_log_check_checkpoint(asker->context, &asker->checks[index], &answer->base, &answer->answer,
                                        &answer->checkpoint, &is_news);
  if (answer->log != FRAG_CRYPTO) return VD_OK;
  return vd_fail_frag(failure, answer->log, "a checkpoint");
}

static enum vd_error take_all(struct ctl_status_asker *asker, const struct asked *asked, const char *command,
                              struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  for (size_t i = 0; error == VD_OK && i < asker->operators->count; i++) {
    if (!asker->is_reachable[i]) continue;
    if (asked[i].is_out_of_memory) return vd_fail(failure, VD_MEMORY, "no memory for an operator's answer");
    if (asker->answers[i].has_come) {
      error = judge(asker, i, failure);
    } else {
      ctl_status_asker_drop(asker, i, command,
                            asked[i].is_unreadable ? "its answer cannot be read" : "it does not answer");
    }
  }
  return error;
}

enum vd_error ctl_status_ask(struct ctl_status_asker *asker, struct vd_lookup_request *request, const char *command,
                             struct vd_failure *failure) {
  struct asked asked[VD_OPERATORS_MAX] = {0};
  enum vd_error error = VD_OK;
  ctl_status_ask_done(asker);
  request->kind = VD_STORE_STATUS;
  for (size_t i = 0; error == VD_OK && i < asker->operators->count; i++) {
    struct vd_failure why = {.code = VD_OK};
    if (!asker->is_reachable[i]) continue;
    if (asker->operators->items[i].is_remote) {
      error = begin_remote(asker, i, request, &asked[i], failure);
    } else if (ask_local(asker, i, request, &why) != VD_OK) {
      ctl_status_asker_drop(asker, i, command, why.text);
    }
  }
  if (asker->operators->client != NULL) vd_client_run(asker->operators->client);
  return error == VD_OK ? take_all(asker, asked, command, failure) : error;
}
