/* issue_command.c: verifyctl issue and reissue, from the command line to the finished folder. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/hex.h"
#include "batch.h"
#include "batch_state.h"
#include "command.h"
#include "base/context.h"
#include "date.h"
#include "issue_options.h"
#include "issue_trust.h"
#include "base/key_file.h"
#include "manifest.h"
#include "reissue.h"
#include "status_queue.h"

#define STATE_NAME "unfinished-batch"
#define PATH_SIZE 4096

/* Everything that one run owns. */
struct issue {
  struct ctl_issue_options options;
  struct frag_context *context;
  struct vd_key issuer_key, status_key;
  struct frag_key *signing_key;
  struct vd_profile profile;
  struct vd_bytes sheet, profile_text;
  struct ctl_table table;
  struct ctl_report report;
  struct ctl_rows rows;
  struct ctl_batch_state state;
  bool resuming;
  char state_path[PATH_SIZE];
  char gone_path[PATH_SIZE]; /* the state on its way out */
  char queue_path[CTL_STATUS_PATH_SIZE];
  struct ctl_operators operators;
  struct ctl_ledger_sink sink;
  struct ctl_batch batch;
  struct ctl_batch_counts counts;
  int status; /* the exit code when all went well */
};

static enum vd_error load_keys(struct issue *issue, struct vd_failure *failure) {
  const struct ctl_issue_options *options = &issue->options;
  enum vd_error error = vd_key_load(issue->context, options->issuer_key, VD_KEY_ISSUER, options->passphrase_file,
                                     &issue->issuer_key, failure);
  if (error == VD_OK) {
    error = vd_key_load(issue->context, options->status_key, VD_KEY_STATUS, options->passphrase_file,
                         &issue->status_key, failure);
  }
  if (error != VD_OK) return error;
  frag_error made = frag_key_new(issue->context, &issue->signing_key, issue->issuer_key.secret32);
  return made == FRAG_OK ? VD_OK : vd_fail_frag(failure, made, "%s", options->issuer_key);
}

static enum vd_error load_input(struct issue *issue, struct vd_failure *failure) {
  const struct ctl_issue_options *options = &issue->options;
  enum vd_error error = vd_file_read(options->profile, (size_t)1 << 20, &issue->profile_text, failure);
  if (error == VD_OK) {
    error = vd_profile_parse((const char *)issue->profile_text.data, issue->profile_text.len, options->profile,
                             &issue->profile, failure);
  }
  if (error == VD_OK) error = vd_file_read(options->in, CTL_TABLE_FILE_MAX, &issue->sheet, failure);
  if (error != VD_OK) return error;
  return ctl_table_parse(issue->sheet.data, issue->sheet.len, options->delimiter, &issue->table, &issue->report,
                         failure);
}

/* --- the state of the batch --- */

/* A digest of what else the documents depend on. */
static enum vd_error digest_options(const struct issue *issue, uint8_t digest[static 32], struct vd_failure *failure) {
  static const char label[] = "verifyd/batch-options/1";
  const struct ctl_issue_options *options = &issue->options;
  uint8_t mac[VD_SHA256_LEN];
  char text[1024], kid[17], status_key[65];
  enum vd_error error = vd_hmac_sha256(mac, issue->status_key.secret32, label, sizeof label - 1, failure);
  if (error != VD_OK) return error;
  vd_hex_encode(kid, issue->issuer_key.public_key.kid, 8);
  vd_hex_encode(status_key, mac, sizeof mac);
  int len = snprintf(text, sizeof text, "%s\n%u %u %zu %llu %d\n%s\n%s\n%s\n%s\n", label, options->realm,
                     options->threshold, options->operators_count, (unsigned long long)options->issue_no,
                     options->delimiter, options->issuer, kid, options->prefix, status_key);
  error = vd_sha256(digest, text, (size_t)len, failure);
  vd_wipe(text, sizeof text);
  vd_wipe(status_key, sizeof status_key);
  vd_wipe(mac, sizeof mac);
  return error;
}

static enum vd_error new_state(const struct issue *issue, struct ctl_batch_state *state, struct vd_failure *failure) {
  enum vd_error error = vd_random(state->batch_key, sizeof state->batch_key, failure);
  if (error == VD_OK) error = vd_sha256(state->sheet, issue->sheet.data, issue->sheet.len, failure);
  if (error == VD_OK) error = vd_sha256(state->profile, issue->profile_text.data, issue->profile_text.len, failure);
  if (error == VD_OK) error = digest_options(issue, state->options, failure);
  state->issued_s = issue->options.has_issued ? issue->options.issued_s : (uint64_t)time(NULL);
  return error;
}

/* Whether a saved state is of the same batch; the texts say what to do with a batch that was begun otherwise. */
static enum vd_error compare_states(const struct issue *issue, const struct ctl_batch_state *saved,
                                    const struct ctl_batch_state *now, struct vd_failure *failure) {
  const struct ctl_issue_options *options = &issue->options;
  const char *changed = NULL;
  if (memcmp(saved->sheet, now->sheet, 32) != 0) {
    changed = "the spreadsheet is not the one";
  } else if (memcmp(saved->profile, now->profile, 32) != 0) {
    changed = "the profile is not the one";
  } else if (memcmp(saved->options, now->options, 32) != 0) {
    changed = "the options or keys are not those";
  } else if (options->has_issued && options->issued_s != saved->issued_s) {
    changed = "--issued is not the time";
  }
  if (changed == NULL) return VD_OK;
  return vd_fail(
      failure, VD_CONFLICT,
      "%s has an unfinished batch, and %s it was begun with; finish it with the old ones, or choose another --out",
      options->out, changed);
}

/* Names that a crash can leave behind and the next run overwrites. */
static bool is_leftover(const char *name) {
  size_t len = strlen(name);
  return name[0] == '.' && len > 4 && strcmp(name + len - 4, ".new") == 0;
}

/* A folder that is not a batch's must be empty, so that no picture of another batch is mistaken for one of this. */
static enum vd_error check_folder(const char *path, struct vd_failure *failure) {
  char manifest[PATH_SIZE];
  DIR *folder = opendir(path);
  if (folder == NULL) return VD_OK; /* not there yet; making it tells anything else */
  bool empty = true;
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    bool self = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    empty = empty && (self || is_leftover(entry->d_name));
  }
  (void)closedir(folder);
  if (empty) return VD_OK;
  (void)snprintf(manifest, sizeof manifest, "%s/" CTL_MANIFEST_NAME, path);
  if (access(manifest, F_OK) == 0) {
    return vd_fail(failure, VD_CONFLICT, "%s holds a finished batch; choose another --out", path);
  }
  return vd_fail(failure, VD_CONFLICT, "%s is not empty; choose a new or empty folder for --out", path);
}

static enum vd_error find_state(struct issue *issue, struct vd_failure *failure) {
  struct ctl_batch_state saved;
  const char *out = issue->options.out;
  if (snprintf(issue->state_path, PATH_SIZE, "%s/" STATE_NAME, out) >= PATH_SIZE ||
      snprintf(issue->gone_path, PATH_SIZE, "%s/." STATE_NAME ".new", out) >= PATH_SIZE) {
    return vd_fail(failure, VD_USAGE, "--out is too long");
  }
  enum vd_error error = vd_file_destroy(issue->gone_path, failure); /* a run that was stopped at its very end */
  if (error == VD_OK) error = new_state(issue, &issue->state, failure);
  if (error == VD_OK) {
    error = ctl_batch_state_load(issue->state_path, issue->issuer_key.secret32, &issue->resuming, &saved, failure);
  }
  if (error != VD_OK) return error;
  if (!issue->resuming) return check_folder(out, failure);
  error = compare_states(issue, &saved, &issue->state, failure);
  issue->state = saved;
  ctl_batch_state_wipe(&saved);
  return error;
}

/* --- rows --- */

static enum vd_error check_rows(struct issue *issue, struct vd_failure *failure) {
  const struct ctl_issue_options *options = &issue->options;
  struct ctl_rows_common common = {
      .issuer = options->issuer, .issue_no = options->issue_no, .issued_s = issue->state.issued_s};
  memcpy(common.kid, issue->issuer_key.public_key.kid, FRAG_KID_LEN);
  enum vd_error error = ctl_rows_prepare(issue->context, &issue->table, &issue->profile, &common, &issue->rows,
                                         &issue->report, failure);
  if (error != VD_OK || issue->report.problems == 0) return error;
  ctl_report_print(&issue->report, options->in, stderr);
  return vd_fail(failure, VD_DATA, "%s has %zu problem%s; nothing was issued", options->in, issue->report.problems,
                 issue->report.problems == 1 ? "" : "s");
}

/* --- the batch --- */

/* What goes over the network is noted, so that verifyctl watch knows it. */
static enum vd_error open_notes(struct issue *issue, struct vd_failure *failure) {
  const struct ctl_issue_options *options = &issue->options;
  if (issue->operators.client == NULL) return VD_OK;
  issue->operators.notes = issue->queue_path;
  return ctl_status_queue_make(options->queue, options->status_key, issue->queue_path, failure);
}

static enum vd_error open_ledgers(struct issue *issue, struct vd_failure *failure) {
  const struct ctl_issue_options *options = &issue->options;
  enum vd_error error = ctl_operators_begin(&issue->operators, issue->context, options->realm, options->operators,
                                            options->operators_count,
                                            options->settings == NULL ? NULL : &options->settings->own_operator,
                                            failure);
  issue->sink = (struct ctl_ledger_sink){.operators = &issue->operators, .key = issue->signing_key};
  if (error == VD_OK) error = open_notes(issue, failure);
  return error == VD_OK ? ctl_ledger_sink_open(&issue->sink, failure) : error;
}

static enum vd_error open_folder(struct issue *issue, struct vd_failure *failure) {
  const char *out = issue->options.out;
  enum vd_error error = vd_folder_make(out, 0700, failure);
  if (error == VD_OK) error = vd_folder_open(out, &issue->batch.folder_fd, failure);
  if (error == VD_OK && !issue->resuming) {
    error = ctl_batch_state_save(issue->state_path, issue->issuer_key.secret32, &issue->state, failure);
  }
  return error;
}

/* --- the issue before --- */

static struct ctl_reissue reissue_of(const struct issue *issue) {
  const struct ctl_issue_options *options = &issue->options;
  return (struct ctl_reissue){.config = options->config, .queue = options->queue,
                              .issuer_key_path = options->issuer_key, .status_key_path = options->status_key,
                              .issuer_key = &issue->issuer_key, .status_key = &issue->status_key,
                              .issuer = options->issuer, .issue_no = options->issue_no, .in = options->in,
                              .rows = &issue->rows};
}

/* An interrupted run has looked already, and may have superseded some. */
static enum vd_error check_before(const struct issue *issue, struct vd_failure *failure) {
  const struct ctl_reissue reissue = reissue_of(issue);
  if (!issue->options.is_reissue || issue->resuming) return VD_OK;
  return ctl_reissue_check(&reissue, failure);
}

/* The state of the batch is still there, so that an interruption is made good by the same command. */
static enum vd_error supersede_before(struct issue *issue, struct vd_failure *failure) {
  const struct ctl_reissue reissue = reissue_of(issue);
  if (!issue->options.is_reissue) return VD_OK;
  ctl_operators_end(&issue->operators);
  return ctl_reissue_supersede(&reissue, &issue->status, failure);
}

/* Under another name first: one that is half overwritten would be a batch that can be neither finished nor begun. */
static enum vd_error destroy_state(const struct issue *issue, struct vd_failure *failure) {
  if (rename(issue->state_path, issue->gone_path) != 0) {
    return vd_fail(failure, VD_IO, "%s: cannot be destroyed: %s", issue->state_path, strerror(errno));
  }
  return vd_file_destroy(issue->gone_path, failure);
}

static enum vd_error run_batch(struct issue *issue, struct vd_failure *failure) {
  const struct ctl_issue_options *options = &issue->options;
  struct ctl_batch *batch = &issue->batch;
  batch->rows = &issue->rows;
  batch->common = (struct frag_batch){.realm = options->realm, .threshold = options->threshold,
                                      .fragment_count = (unsigned)options->operators_count,
                                      .plaintext_len = issue->rows.plaintext_len};
  memcpy(batch->common.batch_key, issue->state.batch_key, 32);
  batch->key = issue->signing_key;
  batch->status_key = issue->status_key.secret32;
  batch->prefix = options->prefix;
  batch->sink = &issue->sink;
  batch->workers = options->workers;
  enum vd_error error = ctl_batch_run(batch, &issue->counts, failure);
  if (error == VD_OK) error = vd_folder_sync(batch->folder_fd, options->out, failure);
  if (error == VD_OK) error = ctl_manifest_write(options->out, batch, failure);
  if (error == VD_OK) error = supersede_before(issue, failure);
  if (error == VD_OK) error = destroy_state(issue, failure);
  return error;
}

/* --- what is said about it --- */

static void say_begin(const struct issue *issue) {
  char issued[CTL_DATE_SIZE];
  if (!issue->resuming) return;
  ctl_date_format(issued, issue->state.issued_s);
  (void)fprintf(stderr, "verifyctl: continuing the batch that was begun with the time of issue %s\n", issued);
}

static void say_count(size_t count, const char *one, const char *many) {
  if (count > 0) (void)printf("  %zu %s\n", count, count == 1 ? one : many);
}

static void say_end(const struct issue *issue) {
  const struct ctl_table_counts *counts = &issue->table.counts;
  char kid[17];
  vd_hex_encode(kid, issue->issuer_key.public_key.kid, FRAG_KID_LEN);
  (void)printf("%zu documents of type %s issued by %s, key %s\n", issue->rows.table->rows, issue->profile.type,
               issue->options.issuer, kid);
  say_count(issue->counts.unchanged, "was in the ledgers already", "were in the ledgers already");
  say_count(counts->line_breaks, "cell had line breaks, which became spaces",
            "cells had line breaks, which became spaces");
  say_count(counts->tabs, "cell had tabs, which became spaces", "cells had tabs, which became spaces");
  say_count(issue->rows.normalized, "cell was brought to Unicode normalisation form C",
            "cells were brought to Unicode normalisation form C");
  say_count(counts->empty_rows, "empty row was left out", "empty rows were left out");
  (void)printf("QR codes: %s/*.png and *.svg; list: %s/" CTL_MANIFEST_NAME "\n", issue->options.out,
               issue->options.out);
}

static enum vd_error run(struct issue *issue, struct vd_failure *failure) {
  enum vd_error error = vd_context_new(&issue->context, failure);
  if (error == VD_OK) error = load_keys(issue, failure);
  if (error == VD_OK) error = load_input(issue, failure);
  if (error == VD_OK) error = find_state(issue, failure);
  if (error == VD_OK) error = check_rows(issue, failure);
  if (error == VD_OK && issue->options.settings != NULL) {
    error = ctl_issue_trust(issue->context, issue->options.settings, &issue->rows, failure);
  }
  if (error == VD_OK) error = check_before(issue, failure);
  if (error == VD_OK) error = open_ledgers(issue, failure);
  if (error == VD_OK) error = open_folder(issue, failure);
  if (error != VD_OK) return error;
  say_begin(issue);
  error = run_batch(issue, failure);
  if (error == VD_OK) say_end(issue);
  return error;
}

static void release(struct issue *issue) {
  ctl_operators_end(&issue->operators);
  if (issue->batch.folder_fd >= 0) (void)close(issue->batch.folder_fd);
  ctl_rows_free(&issue->rows);
  ctl_report_free(&issue->report);
  ctl_table_free(&issue->table);
  vd_bytes_free(&issue->sheet);
  vd_bytes_free(&issue->profile_text);
  frag_key_free(issue->signing_key);
  frag_context_free(issue->context);
  ctl_issue_options_free(&issue->options);
  vd_wipe(issue, sizeof *issue);
}

static enum vd_error make(bool is_reissue, int argc, char **argv, int *status, struct vd_failure *failure) {
  bool help = false;
  *status = 0;
  struct issue *issue = calloc(1, sizeof *issue);
  if (issue == NULL) return vd_fail(failure, VD_MEMORY, "no memory to begin");
  issue->batch.folder_fd = -1;
  enum vd_error error = ctl_issue_options_parse(argc, argv, is_reissue, &issue->options, &help, failure);
  if (error == VD_OK && !help) error = run(issue, failure);
  if (error == VD_OK) *status = issue->status;
  release(issue);
  free(issue);
  return error;
}

enum vd_error ctl_issue(int argc, char **argv, int *status, struct vd_failure *failure) {
  return make(false, argc, argv, status, failure);
}

enum vd_error ctl_reissue(int argc, char **argv, int *status, struct vd_failure *failure) {
  return make(true, argc, argv, status, failure);
}
