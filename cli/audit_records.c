#include "audit_records.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "verify/log_check.h"

#define LOOK_UPS 64 /* between two looks at what came of them */

/* One look-up under way. */
struct look_up {
  struct records *records;
  const struct ctl_audit_issue *issue;
  struct vd_log_base base;
  bool is_answered;
  enum vd_error error; /* of an answer */
  struct vd_failure failure;
};

struct records {
  struct ctl_audit *audit;
  struct vd_log_check check; /* that every answer is under one and the same log */
  size_t count, next;        /* look-ups of this round, CTL_AUDIT_WINDOW under way: the end of one begins the next */
  enum vd_error error;       /* one could not be begun */
  struct vd_failure failure;
  struct vd_lookup_answer answer; /* the one that is looked at */
  struct look_up look_ups[LOOK_UPS];
};

static enum vd_error wrong(struct look_up *look_up, const char *what) {
  return ctl_audit_wrong(look_up->records->audit, &look_up->failure, "record of entry %" PRIu64 ": %s",
                         look_up->issue->index, what);
}

/* The answer's own checkpoint continues the one that is audited, and the record's entry is under it. */
static enum vd_error check_log(struct look_up *look_up, const struct vd_lookup_answer *answer) {
  struct ctl_audit *audit = look_up->records->audit;
  struct vd_log_check *check = &look_up->records->check;
  struct frag_slice before = {.data = (const uint8_t *)check->note, .len = check->note_len};
  struct frag_slice now = {.data = (const uint8_t *)answer->checkpoint, .len = answer->checkpoint_len};
  struct frag_checkpoint checkpoint;
  bool is_news = false;
  frag_error error = vd_log_check_checkpoint(audit->context, check, &look_up->base, answer, &checkpoint, &is_news);
  if (error == FRAG_EQUIVOCATION || error == FRAG_LOG_INCONSISTENT) {
    return ctl_audit_accuse(audit, before, now, &look_up->failure, "record of entry %" PRIu64 ": its answer: %s",
                            look_up->issue->index, frag_error_meaning(error));
  }
  if (error == FRAG_OK) error = vd_log_check_item(audit->context, &checkpoint, &answer->items[0]);
  if (error == FRAG_CRYPTO) return vd_fail_frag(&look_up->failure, error, "a look-up's answer");
  return error == FRAG_OK ? VD_OK : wrong(look_up, frag_error_meaning(error));
}

static enum vd_error check_record(struct look_up *look_up, const struct vd_lookup_item *item) {
  struct ctl_audit_state *state = look_up->records->audit->state;
  const struct frag_slice leaf = look_up->issue->leaf;
  struct frag_record record;
  if (item->presence == VD_STORE_ERASED) {
    if (item->len != leaf.len || memcmp(item->bytes, leaf.data, leaf.len) != 0) {
      return wrong(look_up, "is erased, but its leaf is not that of the entry");
    }
    state->counts.erased++;
    return VD_OK;
  }
  frag_error error = frag_record_check(look_up->records->audit->context, item->bytes, item->len);
  if (error == FRAG_OK) error = frag_record_decode(&record, item->bytes, item->len);
  if (error == FRAG_CRYPTO) return vd_fail_frag(&look_up->failure, error, "a record's hash");
  if (error != FRAG_OK) return wrong(look_up, frag_error_meaning(error));
  if (record.leaf.bytes.len != leaf.len || memcmp(record.leaf.bytes.data, leaf.data, leaf.len) != 0) {
    return wrong(look_up, "its leaf is not that of the entry");
  }
  if (state->record_number != 0 && state->record_number != record.index) {
    return wrong(look_up, "is a fragment of another operator");
  }
  state->record_number = record.index;
  return VD_OK;
}

static enum vd_error check_answer(struct look_up *look_up, const struct vd_lookup_answer *answer) {
  const struct vd_lookup_item *item = &answer->items[0];
  if (item->presence == VD_STORE_ABSENT) return wrong(look_up, "the operator says that it has none");
  if (item->index != look_up->issue->index || item->time_s != look_up->issue->time_s) {
    return wrong(look_up, "is shown with another entry");
  }
  enum vd_error error = check_log(look_up, answer);
  if (error == VD_OK) error = check_record(look_up, item);
  if (error == VD_OK) look_up->records->audit->state->counts.records++;
  return error;
}

static void ask_next(struct records *records);

static bool answered(void *context, const uint8_t *bytes, size_t len) {
  struct look_up *look_up = context;
  struct records *records = look_up->records;
  bool is_answer = bytes != NULL &&
                   vd_lookup_answer_read(&records->answer, VD_STORE_FRAGMENT, 1, bytes, len, NULL) == VD_OK;
  if (is_answer) {
    look_up->is_answered = true;
    look_up->error = check_answer(look_up, &records->answer);
  }
  ask_next(records);
  return is_answer;
}

static enum vd_error ask(struct records *records, struct look_up *look_up) {
  struct frag_leaf leaf;
  struct vd_lookup_request request = {.kind = VD_STORE_FRAGMENT, .count = 1};
  struct vd_remote_look_up *name = NULL;
  if (frag_leaf_decode(&leaf, look_up->issue->leaf.data, look_up->issue->leaf.len) != FRAG_OK) {
    return vd_fail(&records->failure, VD_INTERNAL, "a leaf that was decoded before is not decoded again");
  }
  vd_log_check_base(&records->check, &look_up->base);
  request.known_size = look_up->base.size;
  memcpy(request.keys[0], leaf.locator, FRAG_LOCATOR_LEN);
  return vd_remote_look_up(&records->audit->source->remote, &request, answered, look_up, &name, &records->failure);
}

static void ask_next(struct records *records) {
  while (records->next < records->count && records->look_ups[records->next].is_answered) records->next++;
  if (records->next == records->count || records->error != VD_OK) return;
  records->error = ask(records, &records->look_ups[records->next++]);
}

/* Asks for all that are not answered; *left: how many are not, after it. */
static enum vd_error ask_round(struct records *records, size_t *left, struct vd_failure *failure) {
  records->next = 0;
  for (size_t i = 0; i < CTL_AUDIT_WINDOW; i++) ask_next(records);
  vd_client_run(records->audit->source->client);
  *left = 0;
  if (records->error != VD_OK) {
    if (failure != NULL) *failure = records->failure;
    return records->error;
  }
  for (size_t i = 0; i < records->count; i++) {
    const struct look_up *look_up = &records->look_ups[i];
    *left += !look_up->is_answered;
    if (!look_up->is_answered || look_up->error == VD_OK) continue;
    if (failure != NULL) *failure = look_up->failure;
    return look_up->error;
  }
  return VD_OK;
}

static enum vd_error ask_all(struct records *records, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  size_t left = records->count;
  for (unsigned attempt = 0; error == VD_OK && left > 0; attempt++) {
    if (!ctl_audit_source_pause(attempt)) {
      return vd_fail(failure, VD_UNAVAILABLE, "%zu look-ups of records are not answered by %s", left,
                     records->audit->source->name);
    }
    error = ask_round(records, &left, failure);
  }
  return error;
}

/* The log that answers must continue: the one of the checkpoint that is audited. */
static enum vd_error begin_check(struct records *records, struct vd_failure *failure) {
  struct ctl_audit *audit = records->audit;
  struct vd_lookup_answer *own = &records->answer;
  struct frag_checkpoint checkpoint;
  struct vd_log_base base;
  bool is_news = false;
  own->checkpoint = audit->note;
  own->checkpoint_len = audit->note_len;
  vd_log_check_begin(&records->check, audit->key, NULL);
  vd_log_check_base(&records->check, &base);
  frag_error error = vd_log_check_checkpoint(audit->context, &records->check, &base, own, &checkpoint, &is_news);
  return error == FRAG_OK ? VD_OK : vd_fail_frag(failure, error, "the checkpoint that is audited");
}

enum vd_error ctl_audit_records(struct ctl_audit *audit, const struct ctl_audit_issue *issues, size_t count,
                                struct vd_failure *failure) {
  struct records *records = calloc(1, sizeof *records);
  if (records == NULL) return vd_fail(failure, VD_MEMORY, "no memory to check records");
  records->audit = audit;
  enum vd_error error = begin_check(records, failure);
  for (size_t done = 0; done < count && error == VD_OK; done += LOOK_UPS) {
    records->count = count - done < LOOK_UPS ? count - done : LOOK_UPS;
    for (size_t i = 0; i < records->count; i++) {
      records->look_ups[i] = (struct look_up){.records = records, .issue = &issues[done + i]};
    }
    error = ask_all(records, failure);
  }
  free(records);
  return error;
}
