/* audit_command.c: verifyctl audit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit.h"
#include "audit_chains.h"
#include "audit_report.h"
#include "base/context.h"
#include "command.h"
#include "ledger_choice.h"
#include "ledger/tlog.h"
#include "options.h"
#include "progress.h"

/* Everything that one run owns. */
struct run {
  struct ctl_ledger_choice choice;
  const char *vkey_text, *state_path;
  struct ctl_list witness_texts;
  bool records, quiet;
  struct frag_context *context;
  struct frag_log_key key;
  char vkey[FRAG_VKEY_MAX];
  struct frag_log_key witnesses[CTL_WITNESSES_MAX];
  struct ctl_audit_source source;
  struct ctl_audit_folder folder;
  struct ctl_audit_state state;
  struct ctl_audit_keys keys;
  struct ctl_audit audit;
  struct ctl_audit_report report;
  struct ctl_audit_chains_given given;
  struct ctl_audit_chains chains;
};

static enum vd_error parse(struct run *run, int argc, char **argv, int *first, bool *help,
                           struct vd_failure *failure) {
  const struct ctl_option options[] = {
    CTL_OPTIONAL("vkey", "VKEY", &run->vkey_text, "the verifier key of the log, as its operator has published it"),
    CTL_OPTIONAL("state", "DIR", &run->state_path,
                 "folder that remembers the audit: one that was interrupted goes\n"
                 "on, and the next begins where this one ended. 24 bytes an entry"),
    CTL_FLAG("records", &run->records,
             "fetch the record of every document too, and compare it with its\n"
             "entry. With --state only records of new entries are fetched"),
    CTL_REPEATED("witness", "VKEY", &run->witness_texts, "a witness that must have cosigned; may be repeated"),
    CTL_REPEATED("chain", "NAME", &run->given.chains,
                 "a chain of --config: find what was anchored there of the log,\n"
                 "and compare it; needs --state; may be repeated"),
    CTL_REPEATED("account", "ADDRESS", &run->given.accounts,
                 "who sends the anchors, unless --config says it: anchored"),
    CTL_FLAG("quiet", &run->quiet, "no progress display, and nothing at the end unless something is wrong"),
    CTL_LEDGER_CHOICE_OPTIONS(&run->choice),
  };
  const struct ctl_usage usage = {
    .command = "audit", .operands = "[URL|DIR]", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Audits the log of an operator: downloads every entry, recomputes every hash, compares every tile and\n"
             "the signed checkpoint, and remembers it, so that the log can never be rewritten unnoticed.\n"
             "  verifyctl audit https://ledger.example/log/1 --vkey VKEY --state DIR\n"
             "  verifyctl audit --config verifyd.conf --operator 2 --state DIR\n"
             "  verifyctl audit https://ledger.example/log/1 --vkey VKEY --state DIR --config audit.conf --chain NAME\n"
             "  verifyctl audit LEDGER --realm 1 --operator 2         a ledger on this machine, its records too\n"
             "Exit code: 0 proven, 1 something is wrong (the first such thing is named), 69 the log or the nodes of a\n"
             "chain did not answer to the end: nothing is wrong as far as that came; run it again.",
  };
  enum vd_error error = ctl_options_parse(&usage, argc, argv, first, help, failure);
  if (error == VD_OK && !*help && argc - *first > 1) {
    error = vd_fail(failure, VD_USAGE, "give one log at a time; see verifyctl audit --help");
  }
  return error;
}

static bool is_url(const char *operand) {
  return strncmp(operand, "http://", 7) == 0 || strncmp(operand, "https://", 8) == 0;
}

/* --- which log --- */

static enum vd_error choose(struct run *run, const char *operand, struct vd_failure *failure) {
  struct ctl_ledger_choice *choice = &run->choice;
  if (operand == NULL || !is_url(operand)) {
    choice->store = operand;
    return ctl_ledger_choice_make(choice, failure);
  }
  bool is_config_used = choice->config != NULL && run->given.chains.count == 0;
  if (is_config_used || choice->realm_text != NULL || choice->number_text != NULL) {
    return vd_fail(failure, VD_USAGE,
                   "--config (without --chain), --realm and --operator go with a ledger on this machine, or without a "
                   "URL");
  }
  if (strlen(operand) >= sizeof choice->url) return vd_fail(failure, VD_USAGE, "the URL is too long");
  memcpy(choice->url, operand, strlen(operand) + 1);
  if (run->vkey_text == NULL) {
    return vd_fail(failure, VD_USAGE,
                   "--vkey is missing: the verifier key of the log, as its operator has published it");
  }
  return VD_OK;
}

/* The ledger's own key, when nobody has said another. */
static enum vd_error read_own_key(struct run *run, struct vd_failure *failure) {
  run->report.is_own_key = true;
  enum vd_error error = vd_store_reader_begin(run->source.reader, failure);
  if (error == VD_OK) error = vd_tlog_key(run->source.reader, &run->key, failure);
  vd_store_reader_reset(run->source.reader);
  return error;
}

static enum vd_error find_key(struct run *run, struct vd_failure *failure) {
  const char *text = run->vkey_text;
  if (text == NULL && run->choice.vkey[0] != '\0') text = run->choice.vkey;
  enum vd_error error = text != NULL ? ctl_log_keys_one(run->context, "vkey", text, &run->key, failure)
                                     : read_own_key(run, failure);
  if (error != VD_OK) return error;
  struct frag_slice name = {.data = (const uint8_t *)run->key.name, .len = run->key.name_len};
  frag_error made = frag_log_vkey(run->context, run->vkey, name, run->key.pub32);
  return made == FRAG_OK ? VD_OK : vd_fail_frag(failure, made, "the verifier key");
}

static enum vd_error open_source(struct run *run, struct vd_failure *failure) {
  if (run->choice.url[0] != '\0') return ctl_audit_source_url(&run->source, run->choice.url, failure);
  struct vd_store_options options = ctl_ledger_choice_options(&run->choice, VD_STORE_READ);
  return ctl_audit_source_ledger(&run->source, &options, failure);
}

/* --- a ledger from the inside --- */

static void show_checked(void *context, uint64_t done, uint64_t of) {
  struct ctl_progress *progress = context;
  if (progress->total == 0) ctl_progress_begin(progress, "checking records", (size_t)of);
  ctl_progress_update(progress, (size_t)done);
}

static enum vd_error check_ledger(struct run *run, struct vd_failure *failure) {
  struct ctl_progress progress = {0};
  struct vd_store_counts counts;
  struct vd_failure why = {.code = VD_OK};
  if (run->source.reader == NULL) return VD_OK;
  enum vd_error error = vd_store_reader_begin(run->source.reader, failure);
  if (error != VD_OK) return error;
  error = vd_store_counts(run->source.reader, &counts, failure);
  if (error == VD_OK) {
    error = vd_tlog_check_all(run->source.reader, run->quiet ? NULL : show_checked, &progress, &why);
    if (error == VD_DATA) error = ctl_audit_wrong(&run->audit, failure, "%s", why.text);
    else if (error != VD_OK && failure != NULL) *failure = why;
    if (progress.total > 0) ctl_progress_end(&progress, error == VD_OK);
  }
  vd_store_reader_reset(run->source.reader);
  run->report.is_ledger_checked = error == VD_OK;
  run->report.ledger_erased = counts.erased;
  return error;
}

/* --- all of it --- */

static enum vd_error prepare(struct run *run, const char *operand, struct vd_failure *failure) {
  enum vd_error error = choose(run, operand, failure);
  if (error == VD_OK) error = vd_context_new(&run->context, failure);
  if (error == VD_OK) error = ctl_log_keys_witnesses(run->context, &run->witness_texts, run->witnesses, failure);
  if (error == VD_OK) error = open_source(run, failure);
  if (error == VD_OK) error = find_key(run, failure);
  if (error != VD_OK) return error;
  run->report.has_state = run->state_path != NULL;
  run->audit = (struct ctl_audit){.context = run->context, .source = &run->source, .folder = &run->folder,
                                  .state = &run->state, .keys = &run->keys, .vkey = run->vkey, .key = &run->key,
                                  .witnesses_count = run->witness_texts.count, .witnesses = run->witnesses,
                                  .with_records = run->records && run->source.client != NULL,
                                  .is_quiet = run->quiet, .now_s = (uint64_t)time(NULL)};
  error = ctl_audit_folder_open(&run->folder, run->state_path, run->vkey, run->context, &run->state, &run->keys,
                                failure);
  if (error != VD_OK) return error;
  run->given.config = run->choice.config;
  run->given.state = run->state_path;
  run->given.operator_number = run->choice.number;
  run->given.vkey = run->vkey;
  run->given.origin = run->key.name;
  return ctl_audit_chains_begin(&run->chains, &run->given, failure);
}

/* What is proven of the log is said also when a chain could not be looked through. */
static enum vd_error report(struct run *run, struct vd_failure *failure) {
  if (!run->quiet) {
    run->report.chains = &run->chains;
    ctl_audit_report_proven(&run->audit, &run->report);
  }
  return ctl_audit_chains_result(&run->chains, failure);
}

static enum vd_error audit(struct run *run, int *status, struct vd_failure *failure) {
  struct vd_failure why = {.code = VD_OK};
  enum vd_error error = ctl_audit_chains_walk(&run->chains, run->quiet, &why);
  if (error == VD_OK) error = ctl_audit_run(&run->audit, &why);
  if (error == VD_OK) error = check_ledger(run, &why);
  if (error == VD_OK) error = ctl_audit_chains_compare(&run->chains, &run->audit, &why);
  if (error == VD_OK) return report(run, failure);
  if (run->audit.is_wrong) {
    (void)printf("WRONG: %s: %s\n", run->source.name, why.text);
    *status = 1;
    return VD_OK;
  }
  if (error == VD_UNAVAILABLE && run->state_path != NULL) {
    return vd_fail(failure, error, "%s; run the same command again to continue", why.text);
  }
  if (failure != NULL) *failure = why;
  return error;
}

static void release(struct run *run) {
  ctl_audit_chains_end(&run->chains);
  ctl_audit_keys_free(&run->keys);
  ctl_audit_folder_close(&run->folder);
  ctl_audit_source_close(&run->source);
  frag_context_free(run->context);
}

enum vd_error ctl_audit(int argc, char **argv, int *status, struct vd_failure *failure) {
  int first = 0;
  bool help = false;
  *status = 0;
  struct run *run = calloc(1, sizeof *run);
  if (run == NULL) return vd_fail(failure, VD_MEMORY, "no memory to begin");
  run->folder.lock_fd = -1;
  enum vd_error error = parse(run, argc, argv, &first, &help, failure);
  if (error == VD_OK && !help) error = prepare(run, first < argc ? argv[first] : NULL, failure);
  if (error == VD_OK && !help) error = audit(run, status, failure);
  release(run);
  free(run);
  return error;
}
