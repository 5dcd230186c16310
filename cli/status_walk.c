#include "status_walk.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/crypto.h"
#include "status_heed.h"

#define GROUP_MAX (VD_LOOKUP_KEYS_MAX / VD_WALK_KEYS_MAX) /* documents in one question */

/* One document under way. */
struct walking {
  struct ctl_status_document *document;
  struct frag_document scope_document; /* its issuer and rid only */
  struct vd_walk_scope scope;
  struct vd_walk walk;
  uint32_t first; /* of the next question */
  bool is_over;
  bool has_next; /* the document's next is known: there is none, or nothing sure, at that n */
};

struct group {
  const struct ctl_status_scope *scope;
  struct ctl_status_batch *gaps;
  size_t count;
  struct walking items[GROUP_MAX];
  struct vd_lookup_answer part; /* of an operator's answer, about one document */
};

static enum vd_error ask(struct group *group, struct vd_failure *failure) {
  struct vd_lookup_request request = {.count = 0};
  for (size_t i = 0; i < group->count; i++) {
    struct walking *walking = &group->items[i];
    if (walking->is_over) continue;
    frag_error made = vd_walk_ask(&walking->walk, &walking->scope, walking->first, VD_WALK_KEYS_MAX);
    if (made != FRAG_OK) return vd_fail_frag(failure, made, "a statement's id");
    for (unsigned at = 0; at < walking->walk.count; at++) {
      memcpy(request.keys[request.count++], walking->walk.statements[at].id, FRAG_STATUS_ID_LEN);
    }
  }
  enum vd_error error = ctl_status_ask(group->scope->asker, &request, group->scope->command, failure);
  vd_wipe(&request, sizeof request);
  return error;
}

/* Takes what operator k says about the document whose items begin at `from`. */
static enum vd_error take(struct group *group, struct walking *walking, unsigned k, size_t from,
                          struct vd_failure *failure) {
  const struct ctl_status_answer *answer = &group->scope->asker->answers[k];
  struct vd_lookup_answer *part = &group->part;
  part->count = walking->walk.count;
  for (size_t at = 0; at < part->count; at++) part->items[at] = answer->answer.items[from + at];
  frag_error log = answer->log;
  if (log == FRAG_OK) log = vd_log_check_statements(group->scope->context, &answer->checkpoint, part);
  if (log == FRAG_CRYPTO) return vd_fail_frag(failure, log, "a proof");
  const struct vd_walk_operator who = {.k = k, .is_log_right = log == FRAG_OK,
                                       .as_of_s = group->scope->asker->checks[k].answer_time_s};
  frag_error taken = vd_walk_take(&walking->walk, &walking->scope, part, &who);
  return taken == FRAG_OK ? VD_OK : vd_fail_frag(failure, taken, "a statement");
}

/* --- gaps --- */

/* Of records that differ, what readers heed most; never one that may be made up by who shows it. */
static const struct vd_walk_record *worth_a_copy(const struct vd_walk_statements *statements) {
  const struct vd_walk_record *best = NULL;
  int best_rank = 0;
  for (unsigned at = 0; at < statements->count; at++) {
    const struct vd_walk_record *record = &statements->records[at];
    int rank = record->is_proven;
    if (record->is_valid) rank = record->statement.kind == FRAG_STATUS_REINSTATED ? 2 : 3;
    if (rank > best_rank) best = record;
    if (rank > best_rank) best_rank = rank;
  }
  return best;
}

/* Whether an operator that is not heard has acknowledged these bytes, or will be sent them anyway. */
static bool is_queued(const struct ctl_status_queue *queue, const uint8_t record[static FRAG_STATUS_RECORD_LEN],
                      size_t k) {
  for (size_t b = 0; b < queue->count; b++) {
    const struct ctl_status_batch *batch = &queue->batches[b];
    for (size_t i = 0; k < batch->operators && i < batch->count; i++) {
      char mark = batch->lines[i].marks[k];
      if (mark != CTL_STATUS_WAITING && mark != CTL_STATUS_ACKNOWLEDGED) continue;
      if (memcmp(batch->lines[i].record, record, FRAG_STATUS_RECORD_LEN) == 0) return true;
    }
  }
  return false;
}

static bool lacks(const struct group *group, size_t k, size_t item, const struct vd_walk_record *record) {
  const struct ctl_status_answer *answer = &group->scope->asker->answers[k];
  bool is_heard = answer->has_come && answer->log == FRAG_OK;
  return is_heard ? answer->answer.items[item].presence != VD_STORE_PRESENT
                  : !is_queued(group->scope->queue, record->bytes, k);
}

/* A copy for those who answered that they have no statement n, while others have one, and for those who were not heard:
 * they must not be left with a gap before what comes next. One that has it already acknowledges it. */
static enum vd_error fill_gap(const struct group *group, const struct walking *walking, unsigned at, size_t item,
                              struct vd_failure *failure) {
  const struct ctl_status_asker *asker = group->scope->asker;
  const struct vd_walk_record *record = worth_a_copy(&walking->walk.statements[at]);
  struct ctl_status_line line = {.kind = CTL_STATUS_COPY, .n = walking->walk.first + at,
                                 .issue_no = walking->document->issue_no};
  bool is_gap = false;
  if (record == NULL) return VD_OK;
  for (size_t k = 0; k < asker->operators->count; k++) {
    line.marks[k] = lacks(group, k, item, record) ? CTL_STATUS_WAITING : CTL_STATUS_WITHDRAWN;
    is_gap = is_gap || line.marks[k] == CTL_STATUS_WAITING;
  }
  if (!is_gap) return VD_OK;
  line.time_s = record->is_valid ? record->statement.time_s : (uint64_t)time(NULL);
  memcpy(line.rid, walking->document->rid, sizeof line.rid);
  memcpy(line.record, record->bytes, sizeof line.record);
  memcpy(line.serial, walking->document->serial, sizeof line.serial);
  return ctl_status_batch_add(group->gaps, &line, failure);
}

/* --- the end of a question --- */

static void note_suspension(struct ctl_status_document *document, uint32_t n) {
  if (n >= document->suspensions_end) document->suspensions_end = n + 1;
}

/* Of statements that differ, whatever is not a reinstatement has the last word. */
static void note_last(struct ctl_status_document *document, const struct vd_walk_statements *statements, uint32_t n) {
  uint8_t last = 0;
  for (unsigned at = 0; at < statements->count; at++) {
    const struct vd_walk_record *record = &statements->records[at];
    if (!record->is_valid) continue;
    if (record->statement.kind == FRAG_STATUS_SUSPENDED) note_suspension(document, n);
    if (last == 0 || record->statement.kind != FRAG_STATUS_REINSTATED) last = record->statement.kind;
  }
  if (last != 0) document->last = last;
}

static enum vd_error settle(struct group *group, struct walking *walking, size_t from, struct vd_failure *failure) {
  struct vd_walk *walk = &walking->walk;
  enum vd_error error = VD_OK;
  unsigned held = 0;
  if (walk->answers == 0) {
    return vd_fail(failure, VD_UNAVAILABLE,
                   "no operator can be asked what it holds; nothing was sent. Try again later");
  }
  while (held < walk->count && walk->statements[held].is_held && walk->statements[held].is_sure) held++;
  frag_error result = vd_walk_settle(walk, &walking->is_over);
  (void)result; /* the outcome says more */
  for (unsigned at = 0; error == VD_OK && group->gaps != NULL && at < held; at++) {
    error = fill_gap(group, walking, at, from + at, failure);
  }
  if (error != VD_OK) return error;
  for (unsigned at = 0; at < walk->count; at++) {
    note_last(walking->document, &walk->statements[at], walk->first + at);
  }
  walking->first = walk->first + walk->count;
  walking->document->outcome = walk->outcome;
  if (!walking->has_next) walking->document->next = walk->first + held;
  walking->has_next = walking->has_next || held < walk->count;
  return VD_OK;
}

static enum vd_error take_all(struct group *group, struct vd_failure *failure) {
  const struct ctl_status_asker *asker = group->scope->asker;
  enum vd_error error = VD_OK;
  size_t from = 0;
  for (size_t i = 0; error == VD_OK && i < group->count; i++) {
    struct walking *walking = &group->items[i];
    if (walking->is_over) continue;
    for (unsigned k = 0; error == VD_OK && k < asker->operators->count; k++) {
      if (asker->answers[k].has_come) error = take(group, walking, k, from, failure);
    }
    size_t next = from + walking->walk.count;
    if (error == VD_OK) error = settle(group, walking, from, failure);
    from = next;
  }
  return error;
}

/* What waits in the queue counts as said, though no operator that answers may have it yet; but not what was said with a
 * key that nobody heeds any more. */
static enum vd_error add_queued(const struct ctl_status_scope *scope, struct ctl_status_document *document,
                                struct vd_failure *failure) {
  for (size_t b = 0; b < scope->queue->count; b++) {
    const struct ctl_status_batch *batch = &scope->queue->batches[b];
    for (size_t i = 0; i < batch->count; i++) {
      const struct ctl_status_line *line = &batch->lines[i];
      bool is_later = line->n >= document->next && memcmp(line->rid, document->rid, sizeof line->rid) == 0;
      if (!is_later) continue;
      struct ctl_status_heed heed;
      enum vd_error error = ctl_status_heed(scope, batch, line, (uint64_t)time(NULL), &heed, failure);
      if (error != VD_OK) return error;
      struct frag_statement statement = {.kind = line->kind, .reason = line->reason, .time_s = line->time_s};
      bool is_said = line->kind != CTL_STATUS_COPY && !ctl_status_line_is_nowhere(line, batch->operators);
      if (is_said && heed.is_heeded) {
        frag_status_apply(&document->outcome, &statement);
        document->last = line->kind;
        if (line->kind == FRAG_STATUS_SUSPENDED) note_suspension(document, line->n);
      }
      document->next = line->n + 1;
    }
  }
  return VD_OK;
}

enum vd_error ctl_status_walk_queue(const struct ctl_status_scope *scope, struct ctl_status_document *documents,
                                    size_t count, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  for (size_t i = 0; error == VD_OK && i < count; i++) error = add_queued(scope, &documents[i], failure);
  return error;
}

static void begin(struct group *group, struct ctl_status_document *document) {
  const struct ctl_status_scope *scope = group->scope;
  struct walking *walking = &group->items[group->count++];
  memset(walking, 0, sizeof *walking);
  walking->document = document;
  walking->scope_document.issuer =
      (struct frag_slice){.data = (const uint8_t *)scope->issuer, .len = strlen(scope->issuer)};
  memcpy(walking->scope_document.rid, document->rid, sizeof document->rid);
  walking->scope = (struct vd_walk_scope){.context = scope->context, .trust = scope->trust,
                                          .document = &walking->scope_document, .realm = scope->realm,
                                          .threshold = scope->threshold};
}

static bool is_over(const struct group *group) {
  for (size_t i = 0; i < group->count; i++) {
    if (!group->items[i].is_over) return false;
  }
  return true;
}

enum vd_error ctl_status_walk(const struct ctl_status_scope *scope, struct ctl_status_document *documents,
                              size_t count, struct ctl_status_batch *gaps, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  struct group *group = calloc(1, sizeof *group);
  if (group == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the statements");
  group->scope = scope;
  group->gaps = gaps;
  for (size_t done = 0; error == VD_OK && done < count; done += group->count) {
    group->count = 0;
    while (group->count < GROUP_MAX && done + group->count < count) begin(group, &documents[done + group->count]);
    while (error == VD_OK && !is_over(group)) {
      error = ask(group, failure);
      if (error == VD_OK) error = take_all(group, failure);
    }
  }
  if (error == VD_OK) error = ctl_status_walk_queue(scope, documents, count, failure);
  ctl_status_ask_done(scope->asker);
  vd_wipe(group, sizeof *group);
  free(group);
  return error;
}
