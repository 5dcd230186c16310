#include "status_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/crypto.h"
#include "submission_notes.h"
#include "wire/submission.h"

#define CHUNK_MAX 1000  /* statements in one submission */
#define ATTEMPTS 3      /* to hand in a submission */
#define ROUNDS_MAX 40   /* in which a statement may be outrun by another clerk's */
#define PAUSE_MS_MAX 64 /* before a further round */

/* The lines that one submission holds. */
struct chunk {
  struct ctl_status_batch *batch;
  size_t operator_index;
  size_t count;
  size_t lines[CHUNK_MAX];
  struct vd_store_item items[CHUNK_MAX];
};

enum vd_error ctl_status_seal(const struct ctl_status_sender *sender, struct ctl_status_line *line,
                              struct vd_failure *failure) {
  struct frag_statement statement = {.kind = line->kind, .reason = line->reason, .time_s = line->time_s};
  uint8_t aux32[32];
  enum vd_error error = vd_random(aux32, sizeof aux32, failure);
  if (error != VD_OK) return error;
  frag_error made = frag_status_seal(sender->scope.context, line->record, &statement, sender->key, sender->scope.realm,
                                     line->rid, line->n, aux32);
  vd_wipe(aux32, sizeof aux32);
  return made == FRAG_OK ? VD_OK : vd_fail_frag(failure, made, "the statement");
}

/* --- handing in --- */

static enum vd_error submit(const struct ctl_status_sender *sender, const struct chunk *chunk,
                            struct vd_failure *failure) {
  struct ctl_operator *operator = &sender->scope.asker->operators->items[chunk->operator_index];
  struct vd_submission head = {.realm = sender->scope.realm, .operator_number = operator->settings->number,
                               .time_s = (uint64_t)time(NULL)};
  size_t capacity = VD_SUBMISSION_HEAD_LEN + 64 + chunk->count * (VD_SUBMISSION_ITEM_HEAD_LEN + FRAG_STATUS_RECORD_LEN);
  uint8_t digest[VD_SHA256_LEN], *bytes = malloc(capacity);
  struct vd_receipt receipt;
  size_t len = 0;
  if (bytes == NULL) return vd_fail(failure, VD_MEMORY, "no memory for a submission of %zu bytes", capacity);
  memcpy(head.kid, frag_key_id(sender->key), sizeof head.kid);
  enum vd_error error = vd_submission_origin(head.origin_hash, operator->key.name, failure);
  if (error == VD_OK) {
    error = vd_submission_write(sender->scope.context, sender->key, &head, chunk->items, chunk->count, bytes, capacity,
                                &len, failure);
  }
  if (error == VD_OK) error = vd_sha256(digest, bytes, len - 64, failure);
  if (error == VD_OK) error = ctl_submission_notes_add(sender->queue->path, digest, failure);
  if (error == VD_OK) error = vd_remote_submit(&operator->remote, bytes, len, ATTEMPTS, &receipt, failure);
  vd_wipe(bytes, capacity);
  free(bytes);
  return error;
}

static enum vd_error put(const struct ctl_status_sender *sender, struct chunk *chunk, struct vd_failure *failure) {
  struct ctl_operator *operator = &sender->scope.asker->operators->items[chunk->operator_index];
  struct vd_store_appended appended;
  ctl_status_ask_done(sender->scope.asker);
  if (operator->is_remote) return submit(sender, chunk, failure);
  return vd_store_append(operator->store, chunk->items, chunk->count, (uint64_t)time(NULL), NULL, &appended, failure);
}

/* The next lines that wait for the operator, from line `from` on, which moves on. */
static void gather(struct chunk *chunk, size_t *from) {
  chunk->count = 0;
  for (; *from < chunk->batch->count && chunk->count < CHUNK_MAX; ++*from) {
    const struct ctl_status_line *line = &chunk->batch->lines[*from];
    if (line->marks[chunk->operator_index] != CTL_STATUS_WAITING) continue;
    chunk->lines[chunk->count] = *from;
    chunk->items[chunk->count++] = (struct vd_store_item){
        .kind = VD_STORE_STATUS, .bytes = line->record, .len = FRAG_STATUS_RECORD_LEN};
  }
}

static void acknowledge(struct chunk *chunk) {
  for (size_t i = 0; i < chunk->count; i++) {
    chunk->batch->lines[chunk->lines[i]].marks[chunk->operator_index] = CTL_STATUS_ACKNOWLEDGED;
  }
}

/* --- when an operator has something else under an s_n --- */

/* Says it again with a later n, free as far as anybody knows. The new line is the batch's last. */
static enum vd_error say_again(const struct ctl_status_sender *sender, struct chunk *chunk, size_t index,
                               struct vd_failure *failure) {
  struct ctl_status_batch *batch = chunk->batch;
  struct ctl_status_line *line = &batch->lines[index];
  struct ctl_status_line again = *line;
  struct ctl_status_document document = {.issue_no = line->issue_no};
  line->marks[chunk->operator_index] = CTL_STATUS_TAKEN;
  if (line->kind == CTL_STATUS_COPY) return VD_OK;
  for (size_t i = 0; i < batch->operators; i++) {
    if (line->marks[i] == CTL_STATUS_WAITING) line->marks[i] = CTL_STATUS_WITHDRAWN;
  }
  memcpy(document.serial, line->serial, sizeof document.serial);
  memcpy(document.rid, line->rid, sizeof document.rid);
  enum vd_error error = ctl_status_walk(&sender->scope, &document, 1, NULL, failure);
  if (error != VD_OK) return error;
  again.n = document.next > again.n ? document.next : again.n + 1;
  memset(again.marks, CTL_STATUS_WAITING, batch->operators);
  error = ctl_status_seal(sender, &again, failure);
  return error == VD_OK ? ctl_status_batch_add(batch, &again, failure) : error;
}

/* Whether the operator has other bytes for the first `count` of the lines in `part`. Out: is_taken, is_there. */
static enum vd_error look(const struct ctl_status_sender *sender, const struct chunk *chunk, size_t first, size_t count,
                          bool is_taken[static VD_LOOKUP_KEYS_MAX], bool is_there[static VD_LOOKUP_KEYS_MAX],
                          struct vd_failure *failure) {
  struct vd_lookup_request request = {.count = count};
  struct ctl_status_asker *asker = sender->scope.asker;
  for (size_t i = 0; i < count; i++) {
    memcpy(request.keys[i], chunk->batch->lines[chunk->lines[first + i]].record, FRAG_STATUS_ID_LEN);
  }
  enum vd_error error = ctl_status_ask(asker, &request, sender->scope.command, failure);
  const struct ctl_status_answer *answer = &asker->answers[chunk->operator_index];
  for (size_t i = 0; error == VD_OK && i < count; i++) {
    const struct vd_lookup_item *item = &answer->answer.items[i];
    bool is_held = answer->has_come && item->presence == VD_STORE_PRESENT;
    const uint8_t *record = chunk->batch->lines[chunk->lines[first + i]].record;
    is_there[i] = is_held && memcmp(item->bytes, record, FRAG_STATUS_RECORD_LEN) == 0;
    is_taken[i] = is_held && !is_there[i];
  }
  vd_wipe(&request, sizeof request);
  return error;
}

/* Out: *resolved: lines that do not wait for the operator any more. */
static enum vd_error resolve(const struct ctl_status_sender *sender, struct chunk *chunk, size_t *resolved,
                             struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  *resolved = 0;
  for (size_t first = 0; error == VD_OK && first < chunk->count; first += VD_LOOKUP_KEYS_MAX) {
    bool is_taken[VD_LOOKUP_KEYS_MAX] = {false}, is_there[VD_LOOKUP_KEYS_MAX] = {false};
    size_t left = chunk->count - first, count = left < VD_LOOKUP_KEYS_MAX ? left : VD_LOOKUP_KEYS_MAX;
    error = look(sender, chunk, first, count, is_taken, is_there, failure);
    for (size_t i = 0; error == VD_OK && i < count; i++) {
      size_t index = chunk->lines[first + i];
      *resolved += is_taken[i] || is_there[i];
      if (is_there[i]) chunk->batch->lines[index].marks[chunk->operator_index] = CTL_STATUS_ACKNOWLEDGED;
      if (is_taken[i]) error = say_again(sender, chunk, index, failure);
    }
  }
  return error;
}

/* --- one operator, then all --- */

/* Marks of lines whose file could not be saved are not relied upon: the program ends then. */
static enum vd_error send_chunk(const struct ctl_status_sender *sender, struct chunk *chunk, enum vd_error *error_of,
                                struct vd_failure *failure) {
  struct vd_failure why = {.code = VD_OK};
  size_t resolved = 0;
  enum vd_error error = VD_OK, refused = put(sender, chunk, &why);
  if (refused == VD_OK) acknowledge(chunk);
  if (refused == VD_CONFLICT) {
    error = resolve(sender, chunk, &resolved, failure);
    if (error != VD_OK) return error;
  }
  if (refused == VD_OK || resolved > 0) return ctl_status_queue_save(sender->queue, chunk->batch, failure);
  *error_of = refused;
  ctl_status_asker_drop(sender->scope.asker, chunk->operator_index, sender->scope.command, why.text);
  return VD_OK;
}

static enum vd_error send_to(const struct ctl_status_sender *sender, struct chunk *chunk, enum vd_error *error_of,
                             struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  size_t from = 0, end = chunk->batch->count; /* lines that are added meanwhile come in the next round */
  while (error == VD_OK && from < end && sender->scope.asker->is_reachable[chunk->operator_index]) {
    gather(chunk, &from);
    if (chunk->count == 0) break;
    error = send_chunk(sender, chunk, error_of, failure);
  }
  return error;
}

static bool waits_for_reachable(const struct ctl_status_sender *sender, const struct ctl_status_batch *batch) {
  for (size_t i = 0; i < batch->operators; i++) {
    if (sender->scope.asker->is_reachable[i] && ctl_status_batch_waits_for(batch, i)) return true;
  }
  return false;
}

/* Two clerks that outrun each other do not go on in step. */
static enum vd_error pause_at_random(struct vd_failure *failure) {
  uint8_t byte = 0;
  enum vd_error error = vd_random(&byte, 1, failure);
  struct timespec pause = {.tv_nsec = (long)(byte % PAUSE_MS_MAX) * 1000000};
  (void)nanosleep(&pause, NULL);
  return error;
}

enum vd_error ctl_status_send(const struct ctl_status_sender *sender, size_t index, enum vd_error *error_of,
                              struct vd_failure *failure) {
  struct ctl_status_batch *batch = &sender->queue->batches[index];
  enum vd_error error = VD_OK;
  struct chunk *chunk = calloc(1, sizeof *chunk);
  if (chunk == NULL) return vd_fail(failure, VD_MEMORY, "no memory for a submission");
  chunk->batch = batch;
  for (unsigned round = 0; error == VD_OK && waits_for_reachable(sender, batch); round++) {
    if (round == ROUNDS_MAX) {
      error = vd_fail(failure, VD_CONFLICT, "other statements about the same documents are made all the time; what "
                                            "was not sent is kept in %s", sender->queue->path);
    }
    if (error == VD_OK && round > 0) error = pause_at_random(failure);
    for (size_t i = 0; error == VD_OK && i < batch->operators; i++) {
      chunk->operator_index = i;
      error = send_to(sender, chunk, error_of, failure);
    }
  }
  ctl_status_ask_done(sender->scope.asker);
  free(chunk);
  return error;
}

enum vd_error ctl_status_send_all(const struct ctl_status_sender *sender, enum vd_error *error_of,
                                  struct vd_failure *failure) {
  const struct ctl_status_scope *scope = &sender->scope;
  enum vd_error error = VD_OK;
  for (size_t i = 0; error == VD_OK && i < sender->queue->count; i++) {
    struct ctl_status_batch *batch = &sender->queue->batches[i];
    bool is_ours = batch->realm == scope->realm && batch->operators == scope->asker->operators->count;
    if (ctl_status_batch_waiting(batch) == 0) continue;
    if (is_ours) {
      struct ctl_status_sender of_batch = *sender;
      of_batch.scope.issuer = batch->issuer;
      error = ctl_status_send(&of_batch, i, error_of, failure);
    } else {
      (void)fprintf(stderr, "verifyctl %s: %08llu.statements is for another realm or other operators; left alone\n",
                    scope->command, (unsigned long long)batch->number);
    }
  }
  return error;
}
