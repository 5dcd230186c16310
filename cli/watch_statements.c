#include "watch_statements.h"

#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "status_heed.h"

/* What is known about one statement, from all operators that show it. */
struct seen {
  bool is_shown;  /* with a proof, so that there is a time to judge it by */
  bool is_heeded; /* by that of any operator */
  struct ctl_status_heed heed;
};

static void print_line(const struct ctl_status_line *line) {
  (void)printf("%s issue %llu, %s", line->serial, (unsigned long long)line->issue_no, ctl_status_kind_name(line->kind));
}

static void complain(struct ctl_watch *watch, size_t operator_index, const struct ctl_status_line *line,
                     const char *what) {
  char label[CTL_OPERATOR_LABEL_SIZE];
  ctl_operators_label(label, &watch->clerk->operators.items[operator_index]);
  (void)printf("%s %s: ", label, what);
  print_line(line);
  (void)printf("\n");
  watch->missing++;
}

/* --- one statement at one operator --- */

static enum vd_error look_at(struct ctl_watch *watch, size_t k, const struct ctl_status_batch *batch,
                             const struct ctl_status_line *line, size_t item_index, struct seen *seen,
                             struct vd_failure *failure) {
  const struct ctl_status_answer *answer = &watch->clerk->asker.answers[k];
  const struct vd_lookup_item *item = &answer->answer.items[item_index];
  bool is_there = item->presence == VD_STORE_PRESENT;
  if (line->marks[k] == CTL_STATUS_WAITING) return watch->unsent += !is_there, VD_OK;
  if (!is_there) return complain(watch, k, line, "withholds"), VD_OK;
  if (item->len != sizeof line->record || memcmp(item->bytes, line->record, sizeof line->record) != 0) {
    return complain(watch, k, line, "shows other bytes than it acknowledged"), VD_OK;
  }
  if (answer->log != FRAG_OK) return VD_OK; /* its log was complained about */
  frag_error log = vd_log_check_statement(watch->clerk->context, &answer->checkpoint, item);
  if (log == FRAG_CRYPTO) return vd_fail_frag(failure, log, "a proof");
  if (log != FRAG_OK) return complain(watch, k, line, "does not prove that it is in its log"), VD_OK;
  seen->is_shown = true;
  if (seen->is_heeded) return VD_OK;
  enum vd_error error =
      ctl_status_heed(&watch->clerk->sender.scope, batch, line, item->time_s, &seen->heed, failure);
  seen->is_heeded = seen->heed.is_heeded;
  return error;
}

static void look_at_log(struct ctl_watch *watch, size_t k) {
  char label[CTL_OPERATOR_LABEL_SIZE];
  frag_error log = watch->clerk->asker.answers[k].log;
  if (log == FRAG_OK || watch->is_bad_log[k]) return;
  ctl_operators_label(label, &watch->clerk->operators.items[k]);
  (void)printf("%s: its log is wrong: %s\n", label, frag_error_meaning(log));
  watch->is_bad_log[k] = true;
  watch->missing++;
}

/* --- all of them --- */

static bool is_watched(char mark) { return mark == CTL_STATUS_ACKNOWLEDGED || mark == CTL_STATUS_WAITING; }

/* Who reads a document counts a statement when any log has it at a time at which its key was good. */
static void say_unheeded(struct ctl_watch *watch, const struct ctl_status_line *line, const struct seen *seen) {
  char text[CTL_STATUS_HEED_TEXT_SIZE];
  if (!seen->is_shown || seen->is_heeded) return;
  ctl_status_heed_text(text, &seen->heed);
  print_line(line);
  (void)printf(", %s\n", text);
  watch->unheeded++;
}

/* Up to VD_LOOKUP_KEYS_MAX lines of a batch. */
static enum vd_error look_at_lines(struct ctl_watch *watch, const struct ctl_status_last *last,
                                   const struct ctl_status_batch *batch, size_t from, size_t count,
                                   struct vd_failure *failure) {
  struct ctl_status_asker *asker = &watch->clerk->asker;
  const struct ctl_status_line *lines = batch->lines + from;
  struct vd_lookup_request request = {.count = count};
  struct seen seen[VD_LOOKUP_KEYS_MAX] = {0};
  for (size_t i = 0; i < count; i++) {
    memcpy(request.keys[i], lines[i].record, FRAG_STATUS_ID_LEN);
    seen[i].is_heeded = !ctl_status_last_is(last, &lines[i]); /* what was overtaken need not be */
  }
  enum vd_error error = ctl_status_ask(asker, &request, "watch", failure);
  for (size_t k = 0; error == VD_OK && k < watch->clerk->operators.count; k++) {
    if (!asker->answers[k].has_come) continue;
    look_at_log(watch, k);
    for (size_t i = 0; error == VD_OK && i < count; i++) {
      if (is_watched(lines[i].marks[k])) error = look_at(watch, k, batch, &lines[i], i, &seen[i], failure);
    }
  }
  for (size_t i = 0; error == VD_OK && i < count; i++) say_unheeded(watch, &lines[i], &seen[i]);
  vd_wipe(&request, sizeof request);
  return error;
}

static enum vd_error look_at_batch(struct ctl_watch *watch, const struct ctl_status_last *last,
                                   struct ctl_status_batch *batch, struct vd_failure *failure) {
  const struct ctl_status_clerk *clerk = watch->clerk;
  enum vd_error error = VD_OK;
  if (!ctl_status_send_is_ours(&clerk->sender.scope, batch)) {
    (void)printf("%08llu.statements is for realm %u with %zu operators, not for those of the configuration: %zu "
                 "statement%s not watched\n",
                 (unsigned long long)batch->number, batch->realm, batch->operators, batch->count,
                 batch->count == 1 ? " is" : "s are");
    watch->unwatched += batch->count;
    return VD_OK;
  }
  (void)ctl_status_batch_extend(batch, clerk->operators.count); /* in memory */
  watch->statements += batch->count;
  for (size_t i = 0; error == VD_OK && i < batch->count; i += VD_LOOKUP_KEYS_MAX) {
    size_t left = batch->count - i;
    error = look_at_lines(watch, last, batch, i, left < VD_LOOKUP_KEYS_MAX ? left : VD_LOOKUP_KEYS_MAX, failure);
  }
  return error;
}

enum vd_error ctl_watch_statements(struct ctl_watch *watch, struct vd_failure *failure) {
  struct ctl_status_clerk *clerk = watch->clerk;
  struct ctl_status_last last = {0};
  enum vd_error error = ctl_status_last_make(&last, &clerk->queue, failure);
  for (size_t b = 0; error == VD_OK && b < clerk->queue.count; b++) {
    error = look_at_batch(watch, &last, &clerk->queue.batches[b], failure);
  }
  ctl_status_ask_done(&clerk->asker);
  ctl_status_last_free(&last);
  return error;
}
