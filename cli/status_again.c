#include "status_again.h"

#include <string.h>

#include "base/crypto.h"

/* The mark that an operator's answer comes to. */
static char mark_of(char mark, const struct vd_lookup_item *item, const struct ctl_status_line *line) {
  bool is_there = item->presence == VD_STORE_PRESENT && item->len == sizeof line->record &&
                  memcmp(item->bytes, line->record, sizeof line->record) == 0;
  if (mark == CTL_STATUS_ACKNOWLEDGED && !is_there) return CTL_STATUS_WAITING;
  if (mark == CTL_STATUS_WAITING && is_there) return CTL_STATUS_ACKNOWLEDGED;
  return mark;
}

static void take(const struct ctl_status_sender *sender, size_t k, struct ctl_status_line *lines, size_t count,
                 size_t *lost, bool *is_changed) {
  struct ctl_status_asker *asker = sender->scope.asker;
  const struct ctl_status_answer *answer = &asker->answers[k];
  if (!answer->has_come) return;
  if (answer->log != FRAG_OK) {
    ctl_status_asker_drop(asker, k, sender->scope.command, frag_error_meaning(answer->log));
    return;
  }
  for (size_t i = 0; i < count; i++) {
    char mark = mark_of(lines[i].marks[k], &answer->answer.items[i], &lines[i]);
    *is_changed = *is_changed || mark != lines[i].marks[k];
    *lost += mark == CTL_STATUS_WAITING && lines[i].marks[k] != mark;
    lines[i].marks[k] = mark;
  }
}

/* Up to VD_LOOKUP_KEYS_MAX lines of a batch. */
static enum vd_error ask(const struct ctl_status_sender *sender, struct ctl_status_line *lines, size_t count,
                         size_t *lost, bool *is_changed, struct vd_failure *failure) {
  struct vd_lookup_request request = {.count = count};
  for (size_t i = 0; i < count; i++) memcpy(request.keys[i], lines[i].record, FRAG_STATUS_ID_LEN);
  enum vd_error error = ctl_status_ask(sender->scope.asker, &request, sender->scope.command, failure);
  for (size_t k = 0; error == VD_OK && k < sender->scope.asker->operators->count; k++) {
    take(sender, k, lines, count, lost, is_changed);
  }
  vd_wipe(&request, sizeof request);
  return error;
}

static enum vd_error ask_batch(const struct ctl_status_sender *sender, struct ctl_status_batch *batch, size_t *lost,
                               struct vd_failure *failure) {
  bool is_changed = ctl_status_batch_extend(batch, sender->scope.asker->operators->count);
  enum vd_error error = VD_OK;
  for (size_t i = 0; error == VD_OK && i < batch->count; i += VD_LOOKUP_KEYS_MAX) {
    size_t left = batch->count - i;
    error = ask(sender, batch->lines + i, left < VD_LOOKUP_KEYS_MAX ? left : VD_LOOKUP_KEYS_MAX, lost, &is_changed,
                failure);
  }
  return error == VD_OK && is_changed ? ctl_status_queue_save(sender->queue, batch, failure) : error;
}

enum vd_error ctl_status_again(const struct ctl_status_sender *sender, size_t *lost, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  *lost = 0;
  for (size_t b = 0; error == VD_OK && b < sender->queue->count; b++) {
    struct ctl_status_batch *batch = &sender->queue->batches[b];
    if (ctl_status_send_is_ours(&sender->scope, batch)) error = ask_batch(sender, batch, lost, failure);
  }
  ctl_status_ask_done(sender->scope.asker);
  return error;
}
