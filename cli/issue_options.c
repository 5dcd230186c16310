#include "issue_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <frag/document.h>

#include "batch.h"
#include "options.h"
#include "parallel.h"

/* A version 7 code at level Q holds a prefix of this many bytes, "#" and the payload. */
#define SMALL_PREFIX_MAX 23

/* What stands on the command line, before it is looked at. */
struct given {
  const char *config, *realm, *threshold, *issued, *delimiter, *issue_no, *workers;
  struct ctl_list ledgers;
};

#define ABOUT_ISSUE \
  "Issues one document for each row of a spreadsheet: seals it, puts its fragments into the ledgers (on\n" \
  "this machine, or handed in to operators over the network, signed with the issuer key), and writes its\n" \
  "QR code as PNG and SVG, named by serial. All rows are checked before the first is issued.\n"
#define ABOUT_REISSUE \
  "Issues new documents in place of older ones of the same serials: one for each row of a spreadsheet, like\n" \
  "verifyctl issue, with an issue number one higher. When all of them are in all ledgers, it supersedes all\n" \
  "issues before, made or not: those papers are then NOT_VALID, code 42.\n"
#define ABOUT_END \
  "If it is interrupted, run the same command again: it continues and makes the same codes.\n" \
  "The QR codes are bearer keys: print them on the documents, then delete the folder."

static enum vd_error parse(int argc, char **argv, struct ctl_issue_options *options, struct given *given, bool *help,
                           struct vd_failure *failure) {
  const struct ctl_option table[] = {
    CTL_REQUIRED("profile", "FILE", &options->profile, "which column feeds which attribute; see degree.conf"),
    CTL_REQUIRED("in", "FILE", &options->in, "the spreadsheet, as CSV in UTF-8"),
    CTL_REQUIRED("out", "DIR", &options->out,
                 "folder for the QR codes and the manifest: new, empty, or that\nof the interrupted batch"),
    CTL_REQUIRED("issuer-key", "FILE", &options->issuer_key, "signs the documents (keygen --kind issuer)"),
    CTL_REQUIRED("status-key", "FILE", &options->status_key,
                 "lets you revoke them later (keygen --kind status). Always give\nthe same one"),
    CTL_OPTIONAL("passphrase-file", "FILE", &options->passphrase_file,
                 "passphrase of both keys; asked for if it is missing and needed"),
    CTL_REQUIRED("issuer", "ID", &options->issuer, "your id in the trust list, such as moeys.gov.kh"),
    CTL_REQUIRED("prefix", "URL", &options->prefix,
                 "address of the verification page, such as https://verify.example/\n"
                 "(23 characters or less keep the QR code small)"),
    CTL_OPTIONAL("config", "FILE", &given->config, "verifyd.conf: names realm, threshold and operators"),
    CTL_OPTIONAL("realm", "N", &given->realm, "without --config: the realm"),
    CTL_OPTIONAL("threshold", "T", &given->threshold, "without --config: fragments needed to read a document"),
    CTL_REPEATED("ledger", "DIR", &given->ledgers,
                 "without --config: a ledger on this machine; repeat, in the\norder of the operators"),
    CTL_OPTIONAL("issued", "TIME", &given->issued, "time of issue: a date, an ISO 8601 time or Unix seconds (now)"),
    CTL_OPTIONAL("issue-no", "N", &given->issue_no,
                 options->is_reissue ? "2 for first reprints (default), 3 for second ones, and so on;\nall lower ones are superseded"
                                     : "1 for originals (default), 2 for first reprints, and so on"),
    CTL_OPTIONAL("delimiter", "CHAR", &given->delimiter, "comma, semicolon or tab (detected from the heading)"),
    CTL_OPTIONAL("workers", "N", &given->workers, "threads (one for each processor core)"),
    CTL_OPTIONAL("queue", "DIR", &options->queue,
                 "folder that keeps the statements, and notes what is handed in to\noperators over the network, for "
                 "verifyctl watch (\"statements\"\nbeside the status key)"),
  };
  const struct ctl_usage usage = {
    .command = options->is_reissue ? "reissue" : "issue", .options = table,
    .options_count = sizeof table / sizeof *table,
    .about = options->is_reissue ? ABOUT_REISSUE ABOUT_END : ABOUT_ISSUE ABOUT_END,
  };
  int first = 0;
  return ctl_options_parse(&usage, argc, argv, &first, help, failure);
}

static enum vd_error take_config(const struct given *given, struct ctl_issue_options *options,
                                 struct vd_failure *failure) {
  if (given->realm != NULL || given->threshold != NULL || given->ledgers.count > 0) {
    return vd_fail(failure, VD_USAGE,
                   "--config names realm, threshold and ledgers; leave out --realm, --threshold and --ledger");
  }
  options->settings = calloc(1, sizeof *options->settings);
  if (options->settings == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the configuration");
  enum vd_error error = vd_settings_read(given->config, options->settings, failure);
  if (error != VD_OK) return error;
  options->realm = options->settings->realm;
  options->threshold = options->settings->threshold;
  options->operators_count = options->settings->operators_count;
  memcpy(options->operators, options->settings->operators, sizeof options->operators);
  if (options->operators_count > 0) return VD_OK;
  return vd_fail(failure, VD_CONFIG, "%s names no operators to give the fragments to", given->config);
}

static enum vd_error take_folders(const struct ctl_list *ledgers, struct ctl_issue_options *options,
                                  struct vd_failure *failure) {
  for (size_t i = 0; i < ledgers->count; i++) {
    struct vd_operator_settings *operator = &options->operators[options->operators_count++];
    operator->number = (unsigned)i + 1;
    if (strlen(ledgers->items[i]) >= sizeof operator->store) {
      return vd_fail(failure, VD_USAGE, "--ledger %s is too long", ledgers->items[i]);
    }
    memcpy(operator->store, ledgers->items[i], strlen(ledgers->items[i]) + 1);
    for (size_t other = 0; other < i; other++) {
      if (strcmp(operator->store, ledgers->items[other]) == 0) {
        return vd_fail(failure, VD_USAGE, "--ledger %s is given twice; each operator has its own", operator->store);
      }
    }
  }
  return VD_OK;
}

static enum vd_error take_ledgers(const struct given *given, struct ctl_issue_options *options,
                                  struct vd_failure *failure) {
  uint64_t realm = 0, threshold = 0;
  if (given->realm == NULL || given->threshold == NULL || given->ledgers.count == 0) {
    return vd_fail(failure, VD_USAGE,
                   "give --config, or all of --realm, --threshold and --ledger; see verifyctl issue --help");
  }
  if (given->ledgers.count > VD_OPERATORS_MAX) {
    return vd_fail(failure, VD_USAGE, "--ledger is given more than %d times", VD_OPERATORS_MAX);
  }
  enum vd_error error = take_folders(&given->ledgers, options, failure);
  if (error != VD_OK) return error;
  error = ctl_option_number("realm", given->realm, 0, UINT16_MAX, &realm, failure);
  if (error == VD_OK) {
    error = ctl_option_number("threshold", given->threshold, 1, options->operators_count, &threshold, failure);
  }
  options->realm = (uint16_t)realm;
  options->threshold = (unsigned)threshold;
  return error;
}

static enum vd_error check_issuer(const char *issuer, struct vd_failure *failure) {
  size_t len = strlen(issuer);
  if (len >= 1 && len <= FRAG_NAME_MAX && strspn(issuer, "abcdefghijklmnopqrstuvwxyz0123456789.-") == len) return VD_OK;
  return vd_fail(failure, VD_USAGE, "--issuer must be 1 to %d characters a-z, 0-9, . and -, such as moeys.gov.kh",
                 FRAG_NAME_MAX);
}

/* The prefix is printed on paper: it must be a plain https address. http is for trials on one's own machine. */
static enum vd_error check_prefix(const char *prefix, struct vd_failure *failure) {
  size_t len = strlen(prefix);
  bool secure = strncmp(prefix, "https://", 8) == 0;
  bool local = strncmp(prefix, "http://127.0.0.1", 16) == 0 || strncmp(prefix, "http://localhost", 16) == 0;
  if (len <= 8 || len > CTL_PREFIX_MAX || (!secure && !local)) {
    return vd_fail(failure, VD_USAGE,
                   "--prefix must be an https:// address of at most %d characters, such as https://verify.example/",
                   CTL_PREFIX_MAX);
  }
  if (strspn(prefix, "abcdefghijklmnopqrstuvwxyz0123456789:/.-_~") != len) {
    return vd_fail(failure, VD_USAGE,
                   "--prefix may have a-z, 0-9 and : / . - _ ~ only: some phones do not open others");
  }
  if (len > SMALL_PREFIX_MAX) {
    (void)fprintf(stderr,
                  "verifyctl: note: the prefix has %zu characters; with %d or less the QR code is smaller and easier "
                  "to scan\n",
                  len, SMALL_PREFIX_MAX);
  }
  return VD_OK;
}

static enum vd_error take_delimiter(const char *given, char *delimiter, struct vd_failure *failure) {
  static const char *const words[] = {"comma", ",", "semicolon", ";", "tab", "\t", "\\t"};
  static const char values[] = {',', ',', ';', ';', '\t', '\t', '\t'};
  for (size_t i = 0; i < sizeof values; i++) {
    if (strcmp(given, words[i]) == 0) return *delimiter = values[i], VD_OK;
  }
  return vd_fail(failure, VD_USAGE, "--delimiter must be comma, semicolon or tab");
}

static enum vd_error take_numbers(const struct given *given, struct ctl_issue_options *options,
                                  struct vd_failure *failure) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  uint64_t workers = cores < 1 ? 1 : cores > CTL_WORKERS_MAX ? CTL_WORKERS_MAX : (uint64_t)cores;
  enum vd_error error = VD_OK;
  uint64_t lowest = options->is_reissue ? 2 : 1;
  options->issue_no = lowest;
  options->has_issued = given->issued != NULL;
  if (given->issue_no != NULL) {
    error = ctl_option_number("issue-no", given->issue_no, lowest, UINT32_MAX, &options->issue_no, failure);
  }
  if (error == VD_OK && given->workers != NULL) {
    error = ctl_option_number("workers", given->workers, 1, CTL_WORKERS_MAX, &workers, failure);
  }
  if (error == VD_OK && given->issued != NULL) {
    error = ctl_option_time("issued", given->issued, &options->issued_s, failure);
  }
  if (error == VD_OK && given->delimiter != NULL) {
    error = take_delimiter(given->delimiter, &options->delimiter, failure);
  }
  options->workers = (unsigned)workers;
  return error;
}

enum vd_error ctl_issue_options_parse(int argc, char **argv, bool is_reissue, struct ctl_issue_options *options,
                                      bool *help, struct vd_failure *failure) {
  struct given given = {0};
  *options = (struct ctl_issue_options){.is_reissue = is_reissue};
  enum vd_error error = parse(argc, argv, options, &given, help, failure);
  if (error != VD_OK || *help) return error;
  error = check_issuer(options->issuer, failure);
  if (error == VD_OK) error = check_prefix(options->prefix, failure);
  if (error == VD_OK) error = take_numbers(&given, options, failure);
  if (error != VD_OK) return error;
  options->config = given.config;
  if (is_reissue && given.config == NULL) {
    return vd_fail(failure, VD_USAGE, "--config is missing: it names the trust list, by which statements are read");
  }
  return given.config != NULL ? take_config(&given, options, failure) : take_ledgers(&given, options, failure);
}

void ctl_issue_options_free(struct ctl_issue_options *options) {
  free(options->settings);
  *options = (struct ctl_issue_options){0};
}
