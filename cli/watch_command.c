/* watch_command.c: verifyctl watch: do all operators still show what this issuer has said? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hex.h"
#include "command.h"
#include "date.h"
#include "options.h"
#include "status_clerk.h"
#include "status_inclusion.h"
#include "submission_notes.h"
#include "submission_pages.h"

/* Everything that one run owns. */
struct watch {
  struct ctl_status_given given;
  uint64_t interval_s; /* 0: once */
  uint64_t shown[VD_OPERATORS_MAX]; /* submissions of each operator up to here were shown in an earlier round */

  /* Of one round. */
  struct ctl_status_clerk *clerk;
  struct ctl_status_inclusion *inclusions; /* by operator */
  size_t statements, missing, unsent;
  bool is_bad_log[VD_OPERATORS_MAX]; /* said already */
  enum vd_error error_of;
};

static void complain(struct watch *watch, size_t operator_index, const struct ctl_status_line *line,
                     const char *what) {
  char label[CTL_OPERATOR_LABEL_SIZE];
  ctl_operators_label(label, &watch->clerk->operators.items[operator_index]);
  (void)printf("%s %s: %s issue %llu, %s\n", label, what, line->serial, (unsigned long long)line->issue_no,
               ctl_status_kind_name(line->kind));
  watch->missing++;
}

/* --- one statement at one operator --- */

static enum vd_error look_at(struct watch *watch, size_t k, const struct ctl_status_line *line, size_t item_index,
                             struct vd_failure *failure) {
  struct ctl_operator *operator = &watch->clerk->operators.items[k];
  const struct ctl_status_answer *answer = &watch->clerk->asker.answers[k];
  const struct vd_lookup_item *item = &answer->answer.items[item_index];
  bool is_there = item->presence == VD_STORE_PRESENT, is_proven = false;
  struct vd_failure why = {.code = VD_OK};
  if (line->marks[k] == CTL_STATUS_WAITING) return watch->unsent += !is_there, VD_OK;
  if (!is_there) return complain(watch, k, line, "withholds"), VD_OK;
  if (memcmp(item->bytes, line->record, FRAG_STATUS_RECORD_LEN) != 0) {
    return complain(watch, k, line, "shows other bytes than it acknowledged"), VD_OK;
  }
  if (answer->log != FRAG_OK) return VD_OK; /* its log was complained about */
  enum vd_error error = ctl_status_inclusion_check(watch->clerk->context, &watch->inclusions[k], operator,
                                                   &answer->checkpoint, item, &is_proven, &why);
  if (error == VD_OK && is_proven) return VD_OK;
  if (error == VD_MEMORY || error == VD_INTERNAL) return vd_fail(failure, error, "%s", why.text);
  if (error != VD_OK) (void)fprintf(stderr, "verifyctl watch: %s\n", why.text);
  return complain(watch, k, line, "does not prove that it is in its log"), VD_OK;
}

static void look_at_log(struct watch *watch, size_t k) {
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

/* Up to VD_LOOKUP_KEYS_MAX lines of a batch. */
static enum vd_error look_at_lines(struct watch *watch, const struct ctl_status_line *lines, size_t count,
                                   struct vd_failure *failure) {
  struct ctl_status_asker *asker = &watch->clerk->asker;
  struct vd_lookup_request request = {.count = count};
  for (size_t i = 0; i < count; i++) memcpy(request.keys[i], lines[i].record, FRAG_STATUS_ID_LEN);
  enum vd_error error = ctl_status_ask(asker, &request, "watch", failure);
  for (size_t k = 0; error == VD_OK && k < watch->clerk->operators.count; k++) {
    if (!asker->answers[k].has_come) continue;
    look_at_log(watch, k);
    for (size_t i = 0; error == VD_OK && i < count; i++) {
      if (is_watched(lines[i].marks[k])) error = look_at(watch, k, &lines[i], i, failure);
    }
  }
  return error;
}

static enum vd_error look_at_queue(struct watch *watch, struct vd_failure *failure) {
  struct ctl_status_clerk *clerk = watch->clerk;
  enum vd_error error = VD_OK;
  for (size_t b = 0; error == VD_OK && b < clerk->queue.count; b++) {
    const struct ctl_status_batch *batch = &clerk->queue.batches[b];
    if (batch->realm != clerk->settings.realm || batch->operators != clerk->operators.count) continue;
    watch->statements += batch->count;
    for (size_t i = 0; error == VD_OK && i < batch->count; i += VD_LOOKUP_KEYS_MAX) {
      size_t left = batch->count - i;
      error = look_at_lines(watch, batch->lines + i, left < VD_LOOKUP_KEYS_MAX ? left : VD_LOOKUP_KEYS_MAX, failure);
    }
  }
  ctl_status_ask_done(&clerk->asker);
  return error;
}

/* --- what was handed in in the issuer's name --- */

struct handed_in {
  struct watch *watch;
  size_t operator_index;
  uint8_t (*digests)[32];
  size_t digests_count, ours, others;
};

static int compare_digests(const void *left, const void *right) { return memcmp(left, right, 32); }

/* An operator shows a registrar everybody's. */
static bool is_registrar(const struct ctl_status_clerk *clerk) {
  const struct frag_trust_key *key = frag_trust_find(clerk->trust, frag_key_id(clerk->signing_key));
  return key != NULL && key->role == FRAG_ROLE_REGISTRAR;
}

/* The key, and in a registrar's list whose it is. */
static void print_key(const struct ctl_status_clerk *clerk, const uint8_t kid[static FRAG_KID_LEN]) {
  char digits[2 * FRAG_KID_LEN + 1];
  const struct frag_trust_key *key = is_registrar(clerk) ? frag_trust_find(clerk->trust, kid) : NULL;
  vd_hex_encode(digits, kid, FRAG_KID_LEN);
  (void)printf("key %s", digits);
  if (key != NULL) (void)printf(" of %.*s", (int)key->issuer.len, (const char *)key->issuer.data);
}

static enum vd_error take_line(void *context, const struct vd_submission_list_line *line, struct vd_failure *failure) {
  struct handed_in *handed_in = context;
  const struct vd_store_submission *submission = &line->submission;
  uint64_t *shown = &handed_in->watch->shown[handed_in->operator_index];
  char time[CTL_DATE_SIZE], digest[65];
  (void)failure;
  if (handed_in->digests != NULL &&
      bsearch(submission->digest, handed_in->digests, handed_in->digests_count, 32, compare_digests) != NULL) {
    handed_in->ours++;
    return VD_OK;
  }
  handed_in->others++;
  if (line->number < *shown) return VD_OK;
  *shown = line->number + 1;
  ctl_date_format(time, submission->time_s);
  vd_hex_encode(digest, submission->digest, sizeof submission->digest);
  (void)printf("  %s  ", time);
  print_key(handed_in->watch->clerk, submission->kid);
  (void)printf("  %s %llu from entry %llu  %s\n", submission->is_erasure ? "erased" : "added",
               (unsigned long long)submission->added, (unsigned long long)submission->first_index, digest);
  return VD_OK;
}

static enum vd_error list_one(struct watch *watch, size_t k, struct handed_in *handed_in, struct vd_failure *failure) {
  struct ctl_status_clerk *clerk = watch->clerk;
  struct ctl_operator *operator = &clerk->operators.items[k];
  const struct ctl_submission_pages pages = {
      .context = clerk->context, .remote = &operator->remote, .log = &operator->key, .realm = clerk->settings.realm,
      .operator_number = operator->settings->number, .key = clerk->signing_key};
  char label[CTL_OPERATOR_LABEL_SIZE];
  struct vd_failure why = {.code = VD_OK};
  handed_in->operator_index = k;
  handed_in->ours = handed_in->others = 0;
  ctl_operators_label(label, operator);
  enum vd_error error = ctl_submission_pages_read(&pages, take_line, handed_in, &why);
  if (error == VD_MEMORY || error == VD_INTERNAL) return vd_fail(failure, error, "%s", why.text);
  if (error != VD_OK) {
    watch->error_of = error;
    (void)fflush(stdout);
    (void)fprintf(stderr, "verifyctl watch: %s does not list submissions: %s\n", label, why.text);
    return VD_OK;
  }
  size_t all = handed_in->ours + handed_in->others;
  (void)printf("%s accepted %zu submission%s %s: %zu from this queue, %zu other%s\n", label, all, all == 1 ? "" : "s",
               is_registrar(clerk) ? "in all issuers' names" : "in this name", handed_in->ours, handed_in->others,
               handed_in->others == 1 ? "" : "s");
  return VD_OK;
}

static enum vd_error list_handed_in(struct watch *watch, struct vd_failure *failure) {
  struct handed_in handed_in = {.watch = watch};
  struct ctl_status_clerk *clerk = watch->clerk;
  if (clerk->signing_key == NULL) return VD_OK;
  enum vd_error error = ctl_submission_notes_read(clerk->queue.path, &handed_in.digests, &handed_in.digests_count,
                                                  failure);
  for (size_t k = 0; error == VD_OK && k < clerk->operators.count; k++) {
    if (!clerk->operators.items[k].is_remote || !clerk->asker.is_reachable[k]) continue;
    error = list_one(watch, k, &handed_in, failure);
  }
  free(handed_in.digests);
  return error;
}

/* --- a round --- */

static void say(struct watch *watch, int *status) {
  char time_text[CTL_DATE_SIZE];
  size_t asked = ctl_status_asker_reachable(&watch->clerk->asker), operators = watch->clerk->operators.count;
  ctl_date_format(time_text, (uint64_t)time(NULL));
  (void)printf("%s  %zu statement%s; %zu of %zu operators asked; %zu missing, %zu not sent yet\n", time_text,
               watch->statements, watch->statements == 1 ? "" : "s", asked, operators, watch->missing, watch->unsent);
  if (asked < operators && watch->error_of == VD_OK) watch->error_of = VD_UNAVAILABLE;
  *status = watch->missing + watch->unsent > 0 ? 1 : vd_exit_code(watch->error_of);
}

/* The queue is closed again after each, so that others can use it. */
static enum vd_error go_round(struct watch *watch, int *status, struct vd_failure *failure) {
  watch->statements = watch->missing = watch->unsent = 0;
  watch->error_of = VD_OK;
  memset(watch->is_bad_log, 0, sizeof watch->is_bad_log);
  watch->clerk = ctl_status_clerk_new("watch");
  watch->inclusions = calloc(VD_OPERATORS_MAX, sizeof *watch->inclusions);
  enum vd_error error = watch->clerk == NULL || watch->inclusions == NULL
                            ? vd_fail(failure, VD_MEMORY, "no memory to begin")
                            : ctl_status_clerk_load(watch->clerk, &watch->given, failure);
  if (error == VD_OK) error = ctl_status_clerk_open(watch->clerk, &watch->given, false, VD_STORE_READ, failure);
  if (error == VD_OK) error = look_at_queue(watch, failure);
  if (error == VD_OK) error = list_handed_in(watch, failure);
  if (error == VD_OK) say(watch, status);
  (void)fflush(stdout);
  free(watch->inclusions);
  ctl_status_clerk_free(watch->clerk);
  return error;
}

static void sleep_s(uint64_t seconds) {
  struct timespec left = {.tv_sec = (time_t)seconds};
  while (nanosleep(&left, &left) != 0) continue;
}

/* A round that fails as a whole is tried again; only the first may end the command. */
static enum vd_error go(struct watch *watch, int *status, struct vd_failure *failure) {
  enum vd_error error = go_round(watch, status, failure);
  while (watch->interval_s > 0 && error == VD_OK) {
    struct vd_failure why = {.code = VD_OK};
    sleep_s(watch->interval_s);
    if (go_round(watch, status, &why) != VD_OK) (void)fprintf(stderr, "verifyctl watch: %s\n", why.text);
  }
  return error;
}

enum vd_error ctl_watch(int argc, char **argv, int *status, struct vd_failure *failure) {
  struct watch watch = {0};
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
             "Exit code: 0 everything is there, 1 something is missing, 69 an operator could not be asked.",
  };
  *status = 0;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  if (error != VD_OK || help) return error;
  if (once && interval != NULL) return vd_fail(failure, VD_USAGE, "give --once or --interval, not both");
  if (interval != NULL) error = ctl_option_number("interval", interval, 1, 86400, &watch.interval_s, failure);
  return error == VD_OK ? go(&watch, status, failure) : error;
}
