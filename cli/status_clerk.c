#include "status_clerk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/context.h"
#include "base/crypto.h"
#include "trust_open.h"

struct ctl_status_clerk *ctl_status_clerk_new(const char *command) {
  struct ctl_status_clerk *clerk = calloc(1, sizeof *clerk);
  if (clerk == NULL) return NULL;
  clerk->command = command;
  clerk->queue.lock_fd = -1;
  return clerk;
}

void ctl_status_clerk_free(struct ctl_status_clerk *clerk) {
  if (clerk == NULL) return;
  ctl_status_asker_end(&clerk->asker);
  ctl_operators_end(&clerk->operators);
  ctl_status_queue_close(&clerk->queue);
  frag_trust_free(clerk->trust);
  frag_key_free(clerk->signing_key);
  frag_context_free(clerk->context);
  vd_wipe(clerk, sizeof *clerk);
  free(clerk);
}

/* --- who may speak --- */

static bool is_same(struct frag_slice slice, const char *text) {
  return slice.len == strlen(text) && memcmp(slice.data, text, slice.len) == 0;
}

/* A registrar speaks for all; of a name that is in no entry there are no documents. */
static bool has_issuer(const struct frag_trust *trust, const char *issuer) {
  const struct frag_trust_list *list = frag_trust_list(trust);
  for (size_t i = 0; i < list->key_count; i++) {
    if (list->keys[i].role == FRAG_ROLE_ISSUER && is_same(list->keys[i].issuer, issuer)) return true;
  }
  return false;
}

/* A statement by another key, or for another issuer, would be sent and never count. */
static enum vd_error check_key(const struct ctl_status_clerk *clerk, const struct ctl_status_given *given,
                               struct vd_failure *failure) {
  const struct frag_trust_key *key = frag_trust_find(clerk->trust, frag_key_id(clerk->signing_key));
  const char *fault = NULL;
  if (key == NULL) {
    fault = "is not in the trust list";
  } else if (frag_trust_key_time(key, (uint64_t)time(NULL)) != FRAG_OK) {
    fault = "is not valid now, says the trust list";
  } else if (key->role != FRAG_ROLE_REGISTRAR && given->issuer != NULL && !is_same(key->issuer, given->issuer)) {
    fault = "belongs to another issuer in the trust list, and is no registrar's";
  }
  if (fault != NULL) {
    return vd_fail(failure, VD_KEY, "the key %s %s: nobody would heed what it says", given->issuer_key, fault);
  }
  if (given->issuer == NULL || has_issuer(clerk->trust, given->issuer)) return VD_OK;
  return vd_fail(failure, VD_USAGE, "--issuer \"%s\" is no issuer of the trust list: it has no documents; see "
                                    "verifyctl trust show", given->issuer);
}

static enum vd_error load_issuer_key(struct ctl_status_clerk *clerk, const struct ctl_status_given *given,
                                     struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  if (given->opened_issuer_key != NULL) {
    clerk->issuer_key = *given->opened_issuer_key;
  } else {
    error = vd_key_load(clerk->context, given->issuer_key, VD_KEY_ISSUER, given->passphrase_file, &clerk->issuer_key,
                        failure);
  }
  if (error != VD_OK) return error;
  frag_error made = frag_key_new(clerk->context, &clerk->signing_key, clerk->issuer_key.secret32);
  if (made != FRAG_OK) return vd_fail_frag(failure, made, "%s", given->issuer_key);
  return check_key(clerk, given, failure);
}

enum vd_error ctl_status_clerk_load(struct ctl_status_clerk *clerk, const struct ctl_status_given *given,
                                    struct vd_failure *failure) {
  enum vd_error error = vd_context_new(&clerk->context, failure);
  if (error == VD_OK) error = vd_settings_read(given->config, &clerk->settings, failure);
  if (error == VD_OK && clerk->settings.operators_count == 0) {
    error = vd_fail(failure, VD_CONFIG, "%s names no operators", given->config);
  }
  if (error == VD_OK) error = ctl_trust_open(clerk->context, &clerk->settings, &clerk->trust, failure);
  if (error == VD_OK && given->issuer_key != NULL) error = load_issuer_key(clerk, given, failure);
  if (given->opened_status_key != NULL) {
    clerk->status_key = *given->opened_status_key;
  } else if (error == VD_OK && given->status_key != NULL) {
    error = vd_key_load(clerk->context, given->status_key, VD_KEY_STATUS, given->passphrase_file, &clerk->status_key,
                        failure);
  }
  return error;
}

/* --- queue and operators --- */

enum vd_error ctl_status_clerk_open(struct ctl_status_clerk *clerk, const struct ctl_status_given *given, bool create,
                                    enum vd_store_access access, struct vd_failure *failure) {
  char path[CTL_STATUS_PATH_SIZE];
  const struct vd_settings *settings = &clerk->settings;
  enum vd_error error = ctl_status_queue_path(given->queue, given->status_key, path, failure);
  if (error == VD_OK) error = ctl_status_queue_open(&clerk->queue, path, create, failure);
  if (error == VD_OK) {
    error = ctl_operators_begin(&clerk->operators, clerk->context, settings->realm, settings->operators,
                                settings->operators_count, &settings->own_operator, failure);
  }
  if (error != VD_OK) return error;
  ctl_status_asker_begin(&clerk->asker, &clerk->operators, access, clerk->command);
  clerk->sender = (struct ctl_status_sender){
      .scope = {.context = clerk->context, .trust = clerk->trust, .queue = &clerk->queue, .asker = &clerk->asker,
                .issuer = given->issuer, .command = clerk->command, .realm = settings->realm,
                .threshold = settings->threshold},
      .queue = &clerk->queue, .key = clerk->signing_key};
  return VD_OK;
}

/* --- statements --- */

static enum vd_error add_statement(const struct ctl_status_clerk *clerk, uint8_t kind,
                                   const struct ctl_status_document *document, struct ctl_status_batch *batch,
                                   struct vd_failure *failure) {
  struct ctl_status_line line = {.kind = kind, .reason = document->reason, .n = document->next,
                                 .issue_no = document->issue_no, .time_s = (uint64_t)time(NULL)};
  memset(line.marks, CTL_STATUS_WAITING, batch->operators);
  memcpy(line.rid, document->rid, sizeof line.rid);
  memcpy(line.serial, document->serial, sizeof line.serial);
  enum vd_error error = ctl_status_seal(&clerk->sender, &line, failure);
  if (error == VD_OK) error = ctl_status_batch_add(batch, &line, failure);
  vd_wipe(&line, sizeof line);
  return error;
}

static const struct ctl_status_document *find(const struct ctl_status_document *documents, size_t count,
                                              const uint8_t rid[static FRAG_RID_LEN]) {
  for (size_t i = 0; i < count; i++) {
    if (memcmp(documents[i].rid, rid, FRAG_RID_LEN) == 0) return &documents[i];
  }
  return NULL;
}

/* Only of documents that are spoken about. */
static enum vd_error add_copies(const struct ctl_status_document *documents, size_t count,
                                const struct ctl_status_batch *gaps, struct ctl_status_batch *batch,
                                struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  for (size_t i = 0; error == VD_OK && i < gaps->count; i++) {
    const struct ctl_status_document *document = find(documents, count, gaps->lines[i].rid);
    if (document == NULL || document->plan != CTL_STATUS_SEND) continue;
    error = ctl_status_batch_add(batch, &gaps->lines[i], failure);
  }
  return error;
}

static void copy_name(char name[static FRAG_NAME_MAX + 1], const char *from) {
  (void)snprintf(name, FRAG_NAME_MAX + 1, "%s", from);
}

enum vd_error ctl_status_clerk_state(struct ctl_status_clerk *clerk, const char *issuer, const char *type, uint8_t kind,
                                     const struct ctl_status_document *documents, size_t count,
                                     struct ctl_status_batch *gaps, struct vd_failure *failure) {
  struct ctl_status_batch batch = {.realm = clerk->settings.realm, .operators = clerk->operators.count};
  size_t index = 0;
  copy_name(batch.issuer, issuer);
  copy_name(batch.type, type);
  enum vd_error error = add_copies(documents, count, gaps, &batch, failure);
  for (size_t i = 0; error == VD_OK && i < count; i++) {
    if (documents[i].plan != CTL_STATUS_SEND) continue;
    error = add_statement(clerk, kind, &documents[i], &batch, failure);
  }
  if (error == VD_OK && batch.count > 0) error = ctl_status_queue_add(&clerk->queue, &batch, &index, failure);
  if (error == VD_OK) error = ctl_status_send_all(&clerk->sender, &clerk->error_of, failure);
  ctl_status_batch_free(&batch);
  ctl_status_batch_free(gaps);
  return error;
}

int ctl_status_clerk_say_waiting(const struct ctl_status_clerk *clerk) {
  size_t waiting = ctl_status_queue_waiting(&clerk->queue);
  if (waiting == 0) return clerk->error_of == VD_CONFLICT ? vd_exit_code(VD_CONFLICT) : 0; /* one was given up */
  (void)fflush(stdout);
  (void)fprintf(stderr,
                "verifyctl %s: %zu statement%s not acknowledged by all operators; kept in %s. Send again with "
                "verifyctl statements --queue %s, with the same --config and --issuer-key\n",
                clerk->command, waiting, waiting == 1 ? " is" : "s are", clerk->queue.path, clerk->queue.path);
  return vd_exit_code(clerk->error_of == VD_OK ? VD_UNAVAILABLE : clerk->error_of);
}
