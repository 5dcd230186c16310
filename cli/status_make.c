#include "status_make.h"

#include <stdio.h>

enum vd_error ctl_status_make_walk(struct ctl_status_clerk *clerk, struct ctl_status_document *documents, size_t count,
                                   struct ctl_status_batch *gaps, bool *is_asked, struct vd_failure *failure) {
  const struct ctl_status_scope *scope = &clerk->sender.scope;
  struct vd_failure why = {.code = VD_OK};
  enum vd_error error = ctl_status_walk(scope, documents, count, gaps, &why);
  *is_asked = error != VD_UNAVAILABLE;
  if (*is_asked) {
    if (error != VD_OK && failure != NULL) *failure = why;
    return error;
  }
  (void)fflush(stdout);
  (void)fprintf(stderr, "verifyctl %s: no operator can be asked what it holds; only what is in %s is known\n",
                clerk->command, clerk->queue.path);
  return ctl_status_walk_queue(scope, documents, count, failure);
}

void ctl_status_make_say_holders(const struct ctl_status_clerk *clerk, size_t made) {
  size_t holders = ctl_status_queue_holders(&clerk->queue), operators = clerk->operators.count;
  const char *it = made == 1 ? "it" : "them";
  (void)printf("; %zu of %zu operators have %s", holders, operators, it);
  if (ctl_status_queue_waiting(&clerk->queue) == 0) return;
  if (holders == 0) (void)printf("; %s", made == 1 ? "it waits" : "they wait");
  if (holders > 0 && holders < operators) (void)printf("; %s for the others", made == 1 ? "it waits" : "they wait");
}
