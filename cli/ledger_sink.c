#include "ledger_sink.h"

#include <string.h>
#include <time.h>

enum vd_error ctl_ledger_sink_open(struct ctl_ledger_sink *sink, struct vd_failure *failure) {
  for (size_t i = 0; i < sink->operators->count; i++) {
    struct ctl_operator *operator = &sink->operators->items[i];
    if (operator->is_remote) continue;
    enum vd_error error = ctl_operators_open(sink->operators, operator, VD_STORE_CREATE, failure);
    if (error != VD_OK) return error;
  }
  return VD_OK;
}

static enum vd_error put_local(struct ctl_operator *operator, const struct vd_store_item *items, size_t count,
                               struct ctl_ledger_put *put, struct vd_failure *failure) {
  struct vd_store_appended appended = {0};
  enum vd_error error =
      vd_store_append(operator->store, items, count, (uint64_t)time(NULL), NULL, &appended, failure);
  put->added = appended.added;
  put->unchanged = appended.unchanged;
  put->has_position = error == VD_DATA || error == VD_CONFLICT;
  put->position = appended.position;
  return error;
}

bool ctl_ledger_sink_position(const char *words, size_t *position) {
  static const char name[] = "item ";
  size_t number = 0;
  for (const char *found = strstr(words, name); found != NULL; found = strstr(found + 1, name)) {
    const char *digit = found + sizeof name - 1;
    for (number = 0; *digit >= '0' && *digit <= '9' && number <= VD_SUBMISSION_ITEMS_MAX; digit++) {
      number = number * 10 + (size_t)(*digit - '0');
    }
    if (number >= 1 && number <= VD_SUBMISSION_ITEMS_MAX) return *position = number - 1, true;
  }
  return false;
}

/* How many of the items fit into one submission; at least one, since no record is that long. */
static size_t fitting(const struct vd_store_item *items, size_t count) {
  size_t bytes = VD_SUBMISSION_HEAD_LEN + 64, fit = 0;
  while (fit < count && fit < VD_SUBMISSION_ITEMS_MAX) {
    bytes += VD_SUBMISSION_ITEM_HEAD_LEN + items[fit].len;
    if (bytes > VD_SUBMISSION_BYTES_MAX && fit > 0) break;
    fit++;
  }
  return fit;
}

static enum vd_error put_remote(struct ctl_ledger_sink *sink, struct ctl_operator *operator,
                                const struct vd_store_item *items, size_t count, struct ctl_ledger_put *put,
                                struct vd_failure *failure) {
  struct vd_failure why = {.code = VD_OK};
  enum vd_error error = VD_OK;
  for (size_t done = 0, now = 0; done < count && error == VD_OK; done += now) {
    struct vd_receipt receipt = {0};
    now = fitting(items + done, count - done);
    error = ctl_operators_submit(sink->operators, operator, sink->key, items + done, now, NULL, &receipt, &why);
    put->added += (size_t)receipt.added;
    put->unchanged += (size_t)receipt.unchanged;
    if (error == VD_OK) continue;
    bool is_about_an_item = error == VD_DATA || error == VD_CONFLICT;
    put->has_position = is_about_an_item && ctl_ledger_sink_position(why.text, &put->position) && put->position < now;
    put->position += done;
  }
  if (error != VD_OK && failure != NULL) *failure = why;
  return error;
}

enum vd_error ctl_ledger_sink_put(struct ctl_ledger_sink *sink, unsigned number, const struct vd_store_item *items,
                                  size_t count, struct ctl_ledger_put *put, struct vd_failure *failure) {
  struct ctl_operator *operator = &sink->operators->items[number];
  *put = (struct ctl_ledger_put){0};
  return operator->is_remote ? put_remote(sink, operator, items, count, put, failure)
                             : put_local(operator, items, count, put, failure);
}
