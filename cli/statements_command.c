/* statements_command.c: verifyctl statements: what is in the queue, sent again where it is not acknowledged. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "date.h"
#include "options.h"
#include "status_again.h"
#include "status_clerk.h"
#include "status_heed.h"

/* What one run shows. */
struct showing {
  const struct ctl_status_clerk *clerk;
  bool only_shows, all;
  struct ctl_status_last last;
  size_t lines, unheeded;
};

static const char *mark_words(const struct ctl_status_line *line, size_t operators, size_t *acknowledged) {
  bool waits = false, is_taken = false, is_unsaid = ctl_status_line_is_unsaid(line, operators);
  *acknowledged = 0;
  for (size_t i = 0; i < operators; i++) {
    *acknowledged += line->marks[i] == CTL_STATUS_ACKNOWLEDGED;
    waits = waits || line->marks[i] == CTL_STATUS_WAITING;
    is_taken = is_taken || line->marks[i] == CTL_STATUS_TAKEN;
  }
  if (waits) return "waits";
  if (is_unsaid) return "given up; another statement has its number";
  return is_taken ? "said again with a later number" : "done";
}

/* By the time that it says itself, or when no operator has it yet, by the time now: nobody is asked for the entry's. */
static enum vd_error judge(const struct showing *showing, const struct ctl_status_batch *batch,
                           const struct ctl_status_line *line, size_t acknowledged, struct ctl_status_heed *heed,
                           struct vd_failure *failure) {
  const struct ctl_status_scope *scope = &showing->clerk->sender.scope;
  *heed = (struct ctl_status_heed){.is_heeded = true};
  if (showing->only_shows || batch->realm != scope->realm || !ctl_status_last_is(&showing->last, line)) return VD_OK;
  return ctl_status_heed(scope, batch, line, acknowledged == 0 ? (uint64_t)time(NULL) : line->time_s, heed, failure);
}

static void show_line(const struct ctl_status_batch *batch, const struct ctl_status_line *line, size_t acknowledged,
                      const char *words) {
  char time_text[CTL_DATE_SIZE];
  ctl_date_format(time_text, line->time_s);
  (void)printf("%s  %s issue %llu: %s", time_text, line->serial, (unsigned long long)line->issue_no,
               ctl_status_kind_name(line->kind));
  if (line->kind != CTL_STATUS_COPY) (void)printf(", %s", ctl_status_reason_name(line->reason));
  (void)printf("; %zu of %zu operators: %s\n", acknowledged, batch->operators, words);
}

static enum vd_error show_batch(struct showing *showing, const struct ctl_status_batch *batch,
                                struct vd_failure *failure) {
  for (size_t i = 0; i < batch->count; i++) {
    const struct ctl_status_line *line = &batch->lines[i];
    char text[CTL_STATUS_HEED_TEXT_SIZE];
    struct ctl_status_heed heed;
    size_t acknowledged = 0;
    const char *words = mark_words(line, batch->operators, &acknowledged);
    if (line->kind == CTL_STATUS_COPY) words = strcmp(words, "waits") == 0 ? words : "done";
    enum vd_error error = judge(showing, batch, line, acknowledged, &heed, failure);
    if (error != VD_OK) return error;
    if (!heed.is_heeded) {
      ctl_status_heed_text(text, &heed);
      words = text;
      showing->unheeded++;
    }
    if (showing->all || !heed.is_heeded || strcmp(words, "waits") == 0) show_line(batch, line, acknowledged, words);
  }
  showing->lines += batch->count;
  return VD_OK;
}

static enum vd_error show(struct showing *showing, struct vd_failure *failure) {
  const struct ctl_status_queue *queue = &showing->clerk->queue;
  enum vd_error error = ctl_status_last_make(&showing->last, queue, failure);
  for (size_t i = 0; error == VD_OK && i < queue->count; i++) {
    error = show_batch(showing, &queue->batches[i], failure);
  }
  ctl_status_last_free(&showing->last);
  if (error != VD_OK) return error;
  size_t waiting = ctl_status_queue_waiting(queue);
  (void)printf("%zu statement%s in the queue, %zu wait%s for an operator", showing->lines,
               showing->lines == 1 ? "" : "s", waiting, waiting == 1 ? "s" : "");
  if (showing->unheeded > 0) (void)printf(", %zu not heeded any more", showing->unheeded);
  (void)printf("\n");
  return VD_OK;
}

/* What was lost is found first, and then sent with what waited. */
static enum vd_error find_and_send(struct ctl_status_clerk *clerk, const struct ctl_status_given *given, bool again,
                          struct vd_failure *failure) {
  size_t lost = 0;
  enum vd_error error = ctl_status_clerk_load(clerk, given, failure);
  if (error == VD_OK) error = ctl_status_clerk_open(clerk, given, false, VD_STORE_WRITE, failure);
  if (error == VD_OK && again) error = ctl_status_again(&clerk->sender, &lost, failure);
  if (error == VD_OK && again) {
    size_t asked = ctl_status_asker_reachable(&clerk->asker);
    (void)printf("%zu of %zu operators asked; %zu missing\n", asked, clerk->operators.count, lost);
    if (asked < clerk->operators.count) clerk->error_of = VD_UNAVAILABLE;
  }
  return error == VD_OK ? ctl_status_send_all(&clerk->sender, &clerk->error_of, failure) : error;
}

static int exit_code(const struct showing *showing) {
  int status = ctl_status_clerk_say_waiting(showing->clerk);
  if (showing->unheeded > 0) return 1;
  return status == 0 ? vd_exit_code(showing->clerk->error_of) : status;
}

enum vd_error ctl_statements(int argc, char **argv, int *status, struct vd_failure *failure) {
  struct ctl_status_given given = {0};
  struct showing showing = {0};
  bool again = false, help = false;
  int first = 0;
  const struct ctl_option options[] = {
    CTL_REQUIRED("config", "FILE", &given.config, "verifyd.conf: names realm, operators and trust list"),
    CTL_REQUIRED("queue", "DIR", &given.queue, "folder that keeps the statements"),
    CTL_OPTIONAL("issuer-key", "FILE", &given.issuer_key, "signs what is sent; needed unless --show"),
    CTL_OPTIONAL("passphrase-file", "FILE", &given.passphrase_file, "its passphrase; asked for if missing and needed"),
    CTL_FLAG("show", &showing.only_shows, "only show; nothing is sent, and nobody is asked"),
    CTL_FLAG("all", &showing.all, "show those too that all operators have acknowledged"),
    CTL_FLAG("again", &again,
             "ask every operator for every statement, and send what one has\nacknowledged and does not have any more, "
             "such as after a restore"),
  };
  const struct ctl_usage usage = {
    .command = "statements", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Shows the statements that revoke, suspend, reinstate and reissue have made, and sends those again that\n"
             "an operator has not acknowledged yet: the same bytes. Can be run as often as one likes. An operator\n"
             "that was added to the configuration since is sent the older statements too.\n"
             "Exit code: 0 when every operator has acknowledged everything, 69 when one could not be reached, 1 when\n"
             "a statement is not heeded any more, because its key was reported stolen before it: say it again;\n"
             "73 when one was given up now, because another statement has its number: it is named, and why.",
  };
  *status = 0;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  if (error != VD_OK || help) return error;
  if (!showing.only_shows && given.issuer_key == NULL) {
    return vd_fail(failure, VD_USAGE, "--issuer-key is missing: it signs what is sent; or give --show");
  }
  if (showing.only_shows && again) return vd_fail(failure, VD_USAGE, "give --show or --again, not both");
  struct ctl_status_clerk *clerk = ctl_status_clerk_new("statements");
  if (clerk == NULL) return vd_fail(failure, VD_MEMORY, "no memory to begin");
  showing.clerk = clerk;
  error = showing.only_shows ? ctl_status_queue_open(&clerk->queue, given.queue, false, failure)
                             : find_and_send(clerk, &given, again, failure);
  if (error == VD_OK) error = show(&showing, failure);
  if (error == VD_OK && !showing.only_shows) *status = exit_code(&showing);
  ctl_status_clerk_free(clerk);
  return error;
}
