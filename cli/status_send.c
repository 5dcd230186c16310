#include "status_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/crypto.h"
#include "status_judge.h"
#include "submission_notes.h"
#include "wire/submission.h"

#define CHUNK_MAX 1000  /* statements in one submission */
#define ATTEMPTS 3      /* to hand in a submission */
#define ROUNDS_MAX 40   /* in which a statement may be outrun by another clerk's */
#define PAUSE_MS_MAX 64 /* before a further round */

/* The lines that one submission holds. */
struct chunk {
  size_t operator_index;
  size_t from; /* line of the batch that is looked at next */
  size_t count;
  size_t lines[CHUNK_MAX];
  struct vd_store_item items[CHUNK_MAX];
  uint8_t *bytes; /* over the network: the submission; secret */
  size_t len, capacity;
  enum vd_error error; /* what came of it */
  struct vd_failure why;
};

/* A batch under way. */
struct sending {
  const struct ctl_status_sender *sender;
  struct ctl_status_batch *batch;
  enum vd_error *error_of;
  struct chunk chunks[VD_OPERATORS_MAX]; /* by operator */
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

static struct ctl_operator *operator_of(const struct sending *sending, const struct chunk *chunk) {
  return &sending->sender->scope.asker->operators->items[chunk->operator_index];
}

static enum vd_error write_submission(const struct sending *sending, struct chunk *chunk, struct vd_failure *failure) {
  const struct ctl_status_sender *sender = sending->sender;
  const struct ctl_operator *operator = operator_of(sending, chunk);
  struct vd_submission head = {.realm = sender->scope.realm, .operator_number = operator->settings->number,
                               .time_s = (uint64_t)time(NULL)};
  uint8_t digest[VD_SHA256_LEN];
  chunk->capacity =
      VD_SUBMISSION_HEAD_LEN + 64 + chunk->count * (VD_SUBMISSION_ITEM_HEAD_LEN + FRAG_STATUS_RECORD_LEN);
  chunk->bytes = malloc(chunk->capacity);
  if (chunk->bytes == NULL) {
    return vd_fail(failure, VD_MEMORY, "no memory for a submission of %zu bytes", chunk->capacity);
  }
  memcpy(head.kid, frag_key_id(sender->key), sizeof head.kid);
  enum vd_error error = vd_submission_origin(head.origin_hash, operator->key.name, failure);
  if (error == VD_OK) {
    error = vd_submission_write(sender->scope.context, sender->key, &head, chunk->items, chunk->count, chunk->bytes,
                                chunk->capacity, &chunk->len, failure);
  }
  if (error == VD_OK) error = vd_sha256(digest, chunk->bytes, chunk->len - 64, failure);
  return error == VD_OK ? ctl_submission_notes_add(sender->queue->path, digest, failure) : error;
}

static void free_submission(struct chunk *chunk) {
  if (chunk->bytes != NULL) vd_wipe(chunk->bytes, chunk->capacity);
  free(chunk->bytes);
  chunk->bytes = NULL;
}

/* Over the network all chunks are handed in at the same time. */
static void put(struct sending *sending, size_t first, size_t end) {
  struct vd_remote_submission submissions[VD_OPERATORS_MAX];
  struct chunk *chunks[VD_OPERATORS_MAX];
  size_t count = 0;
  struct vd_store_appended appended;
  ctl_status_ask_done(sending->sender->scope.asker);
  for (size_t i = first; i < end; i++) {
    struct chunk *chunk = &sending->chunks[i];
    struct ctl_operator *operator = operator_of(sending, chunk);
    if (chunk->count == 0) continue;
    if (!operator->is_remote) {
      chunk->error = vd_store_append(operator->store, chunk->items, chunk->count, (uint64_t)time(NULL), NULL,
                                     &appended, &chunk->why);
      continue;
    }
    chunk->error = write_submission(sending, chunk, &chunk->why);
    if (chunk->error != VD_OK) continue;
    chunks[count] = chunk;
    submissions[count++] =
        (struct vd_remote_submission){.operator = &operator->remote, .bytes = chunk->bytes, .len = chunk->len};
  }
  if (count > 0) vd_remote_submit_all(submissions, count, ATTEMPTS);
  for (size_t i = 0; i < count; i++) {
    chunks[i]->error = submissions[i].error;
    chunks[i]->why = submissions[i].failure;
  }
  for (size_t i = first; i < end; i++) free_submission(&sending->chunks[i]);
}

/* The next lines, before line `end`, that wait for the operator. */
static void gather(struct sending *sending, struct chunk *chunk, size_t end) {
  chunk->count = 0;
  if (!sending->sender->scope.asker->is_reachable[chunk->operator_index]) return;
  for (; chunk->from < end && chunk->count < CHUNK_MAX; chunk->from++) {
    const struct ctl_status_line *line = &sending->batch->lines[chunk->from];
    if (line->marks[chunk->operator_index] != CTL_STATUS_WAITING) continue;
    chunk->lines[chunk->count] = chunk->from;
    chunk->items[chunk->count++] = (struct vd_store_item){
        .kind = VD_STORE_STATUS, .bytes = line->record, .len = FRAG_STATUS_RECORD_LEN};
  }
}

static void acknowledge(struct sending *sending, const struct chunk *chunk) {
  for (size_t i = 0; i < chunk->count; i++) {
    sending->batch->lines[chunk->lines[i]].marks[chunk->operator_index] = CTL_STATUS_ACKNOWLEDGED;
  }
}

/* --- when an operator has something else under an s_n --- */

/* Why it must not be said again with number n, or NULL. Who reinstated did not judge a suspension that came later. */
static const char *why_unsaid(const struct ctl_status_line *line, const struct ctl_status_document *document,
                              uint32_t n) {
  if (line->kind == FRAG_STATUS_REINSTATED && document->suspensions_end > line->n) {
    return "was suspended anew before this reached the operators; find out why, and reinstate it again if that is "
           "right";
  }
  return ctl_status_judge_number(line->kind, n);
}

static void give_up(const struct sending *sending, const struct chunk *chunk, struct ctl_status_line *line,
                    const char *why) {
  line->marks[chunk->operator_index] = CTL_STATUS_UNSAID;
  *sending->error_of = VD_CONFLICT;
  (void)fflush(stdout);
  (void)fprintf(stderr, "verifyctl %s: %s issue %llu: it was not %s; the document %s\n", sending->sender->scope.command,
                line->serial, (unsigned long long)line->issue_no, ctl_status_kind_name(line->kind), why);
}

/* Says it again with a later n, free as far as anybody knows, unless that was done already for another operator, or it
 * must not be. The new line is the batch's last. */
static enum vd_error say_again(struct sending *sending, const struct chunk *chunk, size_t index,
                               struct vd_failure *failure) {
  const struct ctl_status_sender *sender = sending->sender;
  struct ctl_status_batch *batch = sending->batch;
  struct ctl_status_line *line = &batch->lines[index];
  struct ctl_status_line again = *line;
  struct ctl_status_document document = {.issue_no = line->issue_no};
  bool is_replaced = line->kind == CTL_STATUS_COPY || ctl_status_line_is_replaced(line, batch->operators);
  bool is_unsaid = ctl_status_line_is_unsaid(line, batch->operators);
  line->marks[chunk->operator_index] = is_unsaid ? CTL_STATUS_UNSAID : CTL_STATUS_TAKEN;
  if (is_replaced || is_unsaid) return VD_OK;
  for (size_t i = 0; i < batch->operators; i++) {
    if (line->marks[i] == CTL_STATUS_WAITING) line->marks[i] = CTL_STATUS_WITHDRAWN;
  }
  memcpy(document.serial, line->serial, sizeof document.serial);
  memcpy(document.rid, line->rid, sizeof document.rid);
  enum vd_error error = ctl_status_walk(&sender->scope, &document, 1, NULL, failure);
  if (error != VD_OK) return error;
  again.n = document.next > again.n ? document.next : again.n + 1;
  const char *why = why_unsaid(line, &document, again.n);
  if (why != NULL) return give_up(sending, chunk, line, why), VD_OK;
  memset(again.marks, CTL_STATUS_WAITING, batch->operators);
  error = ctl_status_seal(sender, &again, failure);
  return error == VD_OK ? ctl_status_batch_add(batch, &again, failure) : error;
}

/* Nobody's bare word is taken for it that an s_n has other bytes: who does not prove it is dropped. Out: *is_proven. */
static enum vd_error check_proof(const struct sending *sending, const struct chunk *chunk,
                                 const struct vd_lookup_item *item, bool *is_proven, struct vd_failure *failure) {
  const struct ctl_status_scope *scope = &sending->sender->scope;
  const struct ctl_status_answer *answer = &scope->asker->answers[chunk->operator_index];
  frag_error log = answer->log;
  if (log == FRAG_OK) log = vd_log_check_statement(scope->context, &answer->checkpoint, item);
  if (log == FRAG_CRYPTO) return vd_fail_frag(failure, log, "a proof");
  *is_proven = log == FRAG_OK;
  if (!*is_proven) ctl_status_asker_drop(scope->asker, chunk->operator_index, scope->command, frag_error_meaning(log));
  return VD_OK;
}

/* Whether the operator proves to have other bytes for `count` of the chunk's lines. Out: is_taken, is_there. */
static enum vd_error look(const struct sending *sending, const struct chunk *chunk, size_t first, size_t count,
                          bool is_taken[static VD_LOOKUP_KEYS_MAX], bool is_there[static VD_LOOKUP_KEYS_MAX],
                          struct vd_failure *failure) {
  struct vd_lookup_request request = {.count = count};
  struct ctl_status_asker *asker = sending->sender->scope.asker;
  for (size_t i = 0; i < count; i++) {
    memcpy(request.keys[i], sending->batch->lines[chunk->lines[first + i]].record, FRAG_STATUS_ID_LEN);
  }
  enum vd_error error = ctl_status_ask(asker, &request, sending->sender->scope.command, failure);
  const struct ctl_status_answer *answer = &asker->answers[chunk->operator_index];
  for (size_t i = 0; error == VD_OK && i < count; i++) {
    const struct vd_lookup_item *item = &answer->answer.items[i];
    bool is_held = answer->has_come && item->presence == VD_STORE_PRESENT;
    if (is_held) error = check_proof(sending, chunk, item, &is_held, failure);
    const uint8_t *record = sending->batch->lines[chunk->lines[first + i]].record;
    is_there[i] = is_held && memcmp(item->bytes, record, FRAG_STATUS_RECORD_LEN) == 0;
    is_taken[i] = is_held && !is_there[i];
  }
  vd_wipe(&request, sizeof request);
  return error;
}

/* Out: *resolved: lines that do not wait for the operator any more. */
static enum vd_error resolve(struct sending *sending, const struct chunk *chunk, size_t *resolved,
                             struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  *resolved = 0;
  for (size_t first = 0; error == VD_OK && first < chunk->count; first += VD_LOOKUP_KEYS_MAX) {
    bool is_taken[VD_LOOKUP_KEYS_MAX] = {false}, is_there[VD_LOOKUP_KEYS_MAX] = {false};
    size_t left = chunk->count - first, count = left < VD_LOOKUP_KEYS_MAX ? left : VD_LOOKUP_KEYS_MAX;
    error = look(sending, chunk, first, count, is_taken, is_there, failure);
    for (size_t i = 0; error == VD_OK && i < count; i++) {
      size_t index = chunk->lines[first + i];
      *resolved += is_taken[i] || is_there[i];
      if (is_there[i]) sending->batch->lines[index].marks[chunk->operator_index] = CTL_STATUS_ACKNOWLEDGED;
      if (is_taken[i]) error = say_again(sending, chunk, index, failure);
    }
  }
  return error;
}

/* --- a round --- */

/* What came of a chunk that was not taken. Out: *is_resolved: some of it does not wait any more. */
static enum vd_error take_refusal(struct sending *sending, const struct chunk *chunk, bool *is_resolved,
                                  struct vd_failure *failure) {
  const struct ctl_status_scope *scope = &sending->sender->scope;
  size_t resolved = 0;
  if (chunk->error == VD_CONFLICT) {
    enum vd_error error = resolve(sending, chunk, &resolved, failure);
    if (error != VD_OK) return error;
  }
  *is_resolved = *is_resolved || resolved > 0;
  if (resolved > 0) return VD_OK;
  if (*sending->error_of != VD_CONFLICT) *sending->error_of = chunk->error;
  ctl_status_asker_drop(scope->asker, chunk->operator_index, scope->command, chunk->why.text);
  return VD_OK;
}

/* Marks of lines whose file could not be saved are not relied upon: the program ends then. What was acknowledged is
 * noted before anything is said again, so that it is not said to be withdrawn there. */
static enum vd_error send_chunks(struct sending *sending, size_t first, size_t end, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  bool is_changed = false;
  put(sending, first, end);
  for (size_t i = first; i < end; i++) {
    const struct chunk *chunk = &sending->chunks[i];
    if (chunk->count == 0 || chunk->error != VD_OK) continue;
    acknowledge(sending, chunk);
    is_changed = true;
  }
  for (size_t i = first; error == VD_OK && i < end; i++) {
    const struct chunk *chunk = &sending->chunks[i];
    if (chunk->count == 0 || chunk->error == VD_OK) continue;
    error = take_refusal(sending, chunk, &is_changed, failure);
  }
  if (error != VD_OK || !is_changed) return error;
  return ctl_status_queue_save(sending->sender->queue, sending->batch, failure);
}

/* Operators first .. end - 1. Lines that are added meanwhile come in the next round. */
static enum vd_error send_to(struct sending *sending, size_t first, size_t end, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  size_t lines = sending->batch->count;
  for (size_t i = first; i < end; i++) sending->chunks[i].from = 0;
  while (error == VD_OK) {
    size_t gathered = 0;
    for (size_t i = first; i < end; i++) {
      gather(sending, &sending->chunks[i], lines);
      gathered += sending->chunks[i].count;
    }
    if (gathered == 0) break;
    error = send_chunks(sending, first, end, failure);
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

/* At first all operators at once, so that none keeps the others waiting. Who was outrun goes to one after the other:
 * the first one then decides between two clerks. */
static enum vd_error go_round(struct sending *sending, bool is_first, struct vd_failure *failure) {
  size_t operators = sending->batch->operators, width = is_first ? operators : 1;
  enum vd_error error = VD_OK;
  for (size_t i = 0; error == VD_OK && i < operators; i += width) {
    error = send_to(sending, i, i + width, failure);
  }
  return error;
}

static enum vd_error send_batch(const struct ctl_status_sender *sender, struct ctl_status_batch *batch,
                                enum vd_error *error_of, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  struct sending *sending = calloc(1, sizeof *sending);
  if (sending == NULL) return vd_fail(failure, VD_MEMORY, "no memory for a submission");
  sending->sender = sender;
  sending->batch = batch;
  sending->error_of = error_of;
  for (size_t i = 0; i < batch->operators; i++) sending->chunks[i].operator_index = i;
  for (unsigned round = 0; error == VD_OK && waits_for_reachable(sender, batch); round++) {
    if (round == ROUNDS_MAX) {
      error = vd_fail(failure, VD_CONFLICT, "other statements about the same documents are made all the time; what "
                                            "was not sent is kept in %s", sender->queue->path);
    }
    if (error == VD_OK && round > 0) error = pause_at_random(failure);
    if (error == VD_OK) error = go_round(sending, round == 0, failure);
  }
  ctl_status_ask_done(sender->scope.asker);
  free(sending);
  return error;
}

/* --- all batches --- */

/* Who was not heard yet is asked something small: one that is silent is known sooner than by what is handed in. */
static enum vd_error find_silent(const struct ctl_status_sender *sender, const struct ctl_status_batch *batch,
                                 struct vd_failure *failure) {
  struct ctl_status_asker *asker = sender->scope.asker;
  struct vd_lookup_request request = {.count = 1};
  bool is_heard = true;
  for (size_t i = 0; i < batch->operators; i++) is_heard = is_heard && (!asker->is_reachable[i] || asker->has_check[i]);
  if (is_heard) return VD_OK;
  memcpy(request.keys[0], batch->lines[0].record, FRAG_STATUS_ID_LEN);
  enum vd_error error = ctl_status_ask(asker, &request, sender->scope.command, failure);
  vd_wipe(&request, sizeof request);
  return error;
}

bool ctl_status_send_is_ours(const struct ctl_status_scope *scope, const struct ctl_status_batch *batch) {
  return batch->realm == scope->realm && batch->operators <= scope->asker->operators->count;
}

static enum vd_error send_one(const struct ctl_status_sender *sender, struct ctl_status_batch *batch,
                              enum vd_error *error_of, struct vd_failure *failure) {
  struct ctl_status_sender of_batch = *sender;
  enum vd_error error = VD_OK;
  of_batch.scope.issuer = batch->issuer;
  if (ctl_status_batch_extend(batch, sender->scope.asker->operators->count)) {
    error = ctl_status_queue_save(sender->queue, batch, failure);
  }
  if (error != VD_OK || ctl_status_batch_waiting(batch) == 0) return error;
  error = find_silent(&of_batch, batch, failure);
  return error == VD_OK ? send_batch(&of_batch, batch, error_of, failure) : error;
}

enum vd_error ctl_status_send_all(const struct ctl_status_sender *sender, enum vd_error *error_of,
                                  struct vd_failure *failure) {
  const struct ctl_status_scope *scope = &sender->scope;
  enum vd_error error = VD_OK;
  for (size_t i = 0; error == VD_OK && i < sender->queue->count; i++) {
    struct ctl_status_batch *batch = &sender->queue->batches[i];
    if (ctl_status_send_is_ours(scope, batch)) {
      error = send_one(sender, batch, error_of, failure);
    } else if (ctl_status_batch_waiting(batch) > 0) {
      (void)fprintf(stderr, "verifyctl %s: %08llu.statements is for realm %u with %zu operators, not for those of the "
                            "configuration; left alone\n",
                    scope->command, (unsigned long long)batch->number, batch->realm, batch->operators);
    }
  }
  return error;
}
