/* statements_command.c: verifyctl statements: what is in the queue, sent again where it is not acknowledged. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "date.h"
#include "options.h"
#include "status_clerk.h"

static const char *mark_words(const struct ctl_status_line *line, size_t operators, size_t *acknowledged) {
  bool waits = false, is_taken = false;
  *acknowledged = 0;
  for (size_t i = 0; i < operators; i++) {
    *acknowledged += line->marks[i] == CTL_STATUS_ACKNOWLEDGED;
    waits = waits || line->marks[i] == CTL_STATUS_WAITING;
    is_taken = is_taken || line->marks[i] == CTL_STATUS_TAKEN;
  }
  if (waits) return "waits";
  return is_taken ? "said again with a later number" : "done";
}

static void show_batch(const struct ctl_status_batch *batch, bool all) {
  for (size_t i = 0; i < batch->count; i++) {
    const struct ctl_status_line *line = &batch->lines[i];
    char time[CTL_DATE_SIZE];
    size_t acknowledged = 0;
    const char *words = mark_words(line, batch->operators, &acknowledged);
    if (line->kind == CTL_STATUS_COPY) words = strcmp(words, "waits") == 0 ? words : "done";
    if (!all && strcmp(words, "waits") != 0) continue;
    ctl_date_format(time, line->time_s);
    (void)printf("%s  %s issue %llu: %s", time, line->serial, (unsigned long long)line->issue_no,
                 ctl_status_kind_name(line->kind));
    if (line->kind != CTL_STATUS_COPY) (void)printf(", %s", ctl_status_reason_name(line->reason));
    (void)printf("; %zu of %zu operators: %s\n", acknowledged, batch->operators, words);
  }
}

static void show(const struct ctl_status_clerk *clerk, bool all) {
  size_t lines = 0;
  for (size_t i = 0; i < clerk->queue.count; i++) {
    show_batch(&clerk->queue.batches[i], all);
    lines += clerk->queue.batches[i].count;
  }
  size_t waiting = ctl_status_queue_waiting(&clerk->queue);
  (void)printf("%zu statement%s in the queue, %zu wait%s for an operator\n", lines, lines == 1 ? "" : "s", waiting,
               waiting == 1 ? "s" : "");
}

enum vd_error ctl_statements(int argc, char **argv, int *status, struct vd_failure *failure) {
  struct ctl_status_given given = {0};
  bool shows = false, all = false, help = false;
  int first = 0;
  const struct ctl_option options[] = {
    CTL_REQUIRED("config", "FILE", &given.config, "verifyd.conf: names realm, operators and trust list"),
    CTL_REQUIRED("queue", "DIR", &given.queue, "folder that keeps the statements"),
    CTL_OPTIONAL("issuer-key", "FILE", &given.issuer_key, "signs what is sent; needed unless --show"),
    CTL_OPTIONAL("passphrase-file", "FILE", &given.passphrase_file, "its passphrase; asked for if missing and needed"),
    CTL_FLAG("show", &shows, "only show; nothing is sent, and nobody is asked"),
    CTL_FLAG("all", &all, "show those too that all operators have acknowledged"),
  };
  const struct ctl_usage usage = {
    .command = "statements", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Shows the statements that revoke, suspend, reinstate and reissue have made, and sends those again that\n"
             "an operator has not acknowledged yet: the same bytes. Can be run as often as one likes.\n"
             "Exit code: 0 when every operator has acknowledged everything, 69 when one could not be reached.",
  };
  *status = 0;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  if (error != VD_OK || help) return error;
  if (!shows && given.issuer_key == NULL) {
    return vd_fail(failure, VD_USAGE, "--issuer-key is missing: it signs what is sent; or give --show");
  }
  struct ctl_status_clerk *clerk = ctl_status_clerk_new("statements");
  if (clerk == NULL) return vd_fail(failure, VD_MEMORY, "no memory to begin");
  if (shows) {
    error = ctl_status_queue_open(&clerk->queue, given.queue, false, failure);
  } else {
    error = ctl_status_clerk_load(clerk, &given, failure);
    if (error == VD_OK) error = ctl_status_clerk_open(clerk, &given, false, VD_STORE_WRITE, failure);
    if (error == VD_OK) error = ctl_status_send_all(&clerk->sender, &clerk->error_of, failure);
  }
  if (error == VD_OK) show(clerk, all);
  if (error == VD_OK && !shows) *status = ctl_status_clerk_say_waiting(clerk);
  ctl_status_clerk_free(clerk);
  return error;
}
