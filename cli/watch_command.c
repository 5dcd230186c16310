/* watch_command.c: verifyctl watch: do all operators still show what this issuer has said? */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "date.h"
#include "options.h"
#include "watch_statements.h"
#include "watch_submissions.h"

static void say(struct ctl_watch *watch, int *status) {
  char time_text[CTL_DATE_SIZE];
  size_t asked = ctl_status_asker_reachable(&watch->clerk->asker), operators = watch->clerk->operators.count;
  ctl_date_format(time_text, (uint64_t)time(NULL));
  (void)printf("%s  %zu statement%s; %zu of %zu operators asked; %zu missing, %zu not sent yet", time_text,
               watch->statements, watch->statements == 1 ? "" : "s", asked, operators, watch->missing, watch->unsent);
  if (watch->unheeded > 0) (void)printf(", %zu not heeded any more", watch->unheeded);
  if (watch->unwatched > 0) (void)printf(", %zu not watched", watch->unwatched);
  (void)printf("\n");
  if (watch->missing > 0) {
    (void)printf("what is missing is handed in again by verifyctl statements --again\n");
  } else if (watch->unsent > 0) {
    (void)printf("what was not sent yet is sent by verifyctl statements\n");
  }
  if (asked < operators && watch->error_of == VD_OK) watch->error_of = VD_UNAVAILABLE;
  bool is_wrong = watch->missing + watch->unsent + watch->unheeded + watch->unwatched > 0;
  *status = is_wrong ? 1 : vd_exit_code(watch->error_of);
}

/* The queue is locked only while it is read: nobody who makes a statement waits for the network's answers to this. */
static enum vd_error go_round(struct ctl_watch *watch, int *status, struct vd_failure *failure) {
  watch->statements = watch->missing = watch->unsent = watch->unheeded = watch->unwatched = 0;
  watch->error_of = VD_OK;
  memset(watch->is_bad_log, 0, sizeof watch->is_bad_log);
  watch->clerk = ctl_status_clerk_new("watch");
  enum vd_error error = watch->clerk == NULL ? vd_fail(failure, VD_MEMORY, "no memory to begin")
                                             : ctl_status_clerk_load(watch->clerk, &watch->given, failure);
  if (error == VD_OK) error = ctl_status_clerk_open(watch->clerk, &watch->given, false, VD_STORE_READ, failure);
  if (error == VD_OK) {
    ctl_status_queue_unlock(&watch->clerk->queue);
    error = ctl_watch_statements(watch, failure);
  }
  if (error == VD_OK) error = ctl_watch_submissions(watch, failure);
  if (error == VD_OK) say(watch, status);
  (void)fflush(stdout);
  ctl_status_clerk_free(watch->clerk);
  return error;
}

static void sleep_s(uint64_t seconds) {
  struct timespec left = {.tv_sec = (time_t)seconds};
  while (nanosleep(&left, &left) != 0) continue;
}

/* A round that fails as a whole is tried again; only the first may end the command. */
static enum vd_error go(struct ctl_watch *watch, int *status, struct vd_failure *failure) {
  enum vd_error error = go_round(watch, status, failure);
  while (watch->interval_s > 0 && error == VD_OK) {
    struct vd_failure why = {.code = VD_OK};
    sleep_s(watch->interval_s);
    if (go_round(watch, status, &why) != VD_OK) (void)fprintf(stderr, "verifyctl watch: %s\n", why.text);
  }
  return error;
}

enum vd_error ctl_watch(int argc, char **argv, int *status, struct vd_failure *failure) {
  struct ctl_watch watch = {0};
  const char *interval = NULL;
  bool once = false, help = false;
  int first = 0;
  const struct ctl_option options[] = {
    CTL_REQUIRED("config", "FILE", &watch.given.config, "verifyd.conf: names realm, operators and trust list"),
    CTL_REQUIRED("queue", "DIR", &watch.given.queue, "folder that keeps the statements"),
    CTL_OPTIONAL("issuer-key", "FILE", &watch.given.issuer_key,
                 "also list what operators over the network accepted in that\nkey's name, or with a registrar's key in "
                 "anybody's, and what of\nit was not sent from this queue"),
    CTL_OPTIONAL("passphrase-file", "FILE", &watch.given.passphrase_file,
                 "its passphrase; asked for if missing and needed"),
    CTL_FLAG("once", &once, "look once and end (default)"),
    CTL_OPTIONAL("interval", "SECONDS", &interval, "look again and again, 1 to 86400 seconds apart"),
  };
  const struct ctl_usage usage = {
    .command = "watch", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Asks every operator for every statement that revoke, suspend, reinstate and reissue have sent: whether\n"
             "it is shown, with the same bytes, and proven to be in the operator's log under a checkpoint with a\n"
             "right signature. With --issuer-key it also lists submissions that were accepted in the issuer's\n"
             "name and are not noted in this queue: what another clerk sent, or somebody with a stolen key. It\n"
             "knows what issue, reissue, erase and trust publish sent with the same --queue. With a registrar's\n"
             "key it lists what was accepted in all issuers' names.\n"
             "Exit code: 0 everything is there and heeded, 1 something is missing, or its key was reported stolen\n"
             "before it, or it is not for this realm and these operators; 69 an operator could not be asked.",
  };
  *status = 0;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  if (error != VD_OK || help) return error;
  if (once && interval != NULL) return vd_fail(failure, VD_USAGE, "give --once or --interval, not both");
  if (interval != NULL) error = ctl_option_number("interval", interval, 1, 86400, &watch.interval_s, failure);
  return error == VD_OK ? go(&watch, status, failure) : error;
}
