/* status_command.c: verifyctl revoke, suspend and reinstate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "options.h"
#include "status_clerk.h"
#include "status_documents.h"

/* What is the same for the three, and what is not. */
struct wish {
  const char *command;
  uint8_t kind;
  uint8_t reason; /* unless given */
  const char *about;
};

/* Everything that one run owns. */
struct run {
  const struct wish *wish;
  struct ctl_status_given given;
  const char *type, *serial, *in, *column, *issue_no_text, *reason_text;
  uint64_t issue_no;
  uint8_t reason;
  struct ctl_status_clerk *clerk;
  struct ctl_status_documents documents;
  struct ctl_report report;
};

#define ABOUT_END \
  "\nDocuments are named by serial; no QR code is needed. Which statement is about which document is seen by those\n" \
  "only who hold the document. What is sent is written to the queue folder first: if an operator is away or this is\n" \
  "interrupted, nothing is lost, and verifyctl statements sends it again. That a document of this serial was issued\n" \
  "is not checked: nobody can know it without the document.\n" \
  "With a spreadsheet all rows are looked at before the first statement is sent."

static enum vd_error parse(struct run *run, int argc, char **argv, bool *help, struct vd_failure *failure) {
  struct ctl_status_given *given = &run->given;
  const struct ctl_option options[] = {
    CTL_REQUIRED("config", "FILE", &given->config, "verifyd.conf: names realm, operators and trust list"),
    CTL_REQUIRED("issuer", "ID", &given->issuer, "who issued the document, such as moeys.gov.kh"),
    CTL_REQUIRED("type", "TYPE", &run->type, "type of document, such as school-leaving/bac2"),
    CTL_REQUIRED("issuer-key", "FILE", &given->issuer_key, "signs the statement: the issuer's key, or a registrar's"),
    CTL_REQUIRED("status-key", "FILE", &given->status_key, "the status key that the documents were issued with"),
    CTL_OPTIONAL("passphrase-file", "FILE", &given->passphrase_file,
                 "passphrase of both keys; asked for if missing and needed"),
    CTL_OPTIONAL("serial", "SERIAL", &run->serial, "the document's serial"),
    CTL_OPTIONAL("in", "FILE", &run->in, "in place of --serial: a spreadsheet (CSV) with many"),
    CTL_OPTIONAL("column", "NAME", &run->column, "with --in: the column with the serials (serial)"),
    CTL_OPTIONAL("issue-no", "N", &run->issue_no_text, "1 for originals (default), 2 for first reprints, and so on"),
    CTL_OPTIONAL("reason", "WORD", &run->reason_text,
                 "unspecified, keyCompromise, cACompromise,\naffiliationChanged, superseded, cessationOfOperation,\n"
                 "certificateHold, removeFromCRL, privilegeWithdrawn or\naACompromise (RFC 5280)"),
    CTL_OPTIONAL("queue", "DIR", &given->queue,
                 "folder that keeps the statements (\"statements\" beside the\nstatus key)"),
  };
  const struct ctl_usage usage = {.command = run->wish->command, .about = run->wish->about, .options = options,
                                  .options_count = sizeof options / sizeof *options};
  int first = 0;
  return ctl_options_parse(&usage, argc, argv, &first, help, failure);
}

static enum vd_error take_reason(struct run *run, struct vd_failure *failure) {
  run->reason = run->wish->reason;
  if (run->reason_text == NULL) return VD_OK;
  if (!ctl_status_reason_parse(run->reason_text, &run->reason)) {
    return vd_fail(failure, VD_USAGE, "--reason \"%s\" is none of the words; see verifyctl %s --help", run->reason_text,
                   run->wish->command);
  }
  bool is_hold = strcmp(run->reason_text, "certificateHold") == 0;
  bool is_removal = strcmp(run->reason_text, "removeFromCRL") == 0;
  if (is_hold && run->wish->kind != FRAG_STATUS_SUSPENDED) {
    return vd_fail(failure, VD_USAGE, "certificateHold is the reason of a suspension; use verifyctl suspend");
  }
  if (is_removal && run->wish->kind != FRAG_STATUS_REINSTATED) {
    return vd_fail(failure, VD_USAGE, "removeFromCRL is the reason of a reinstatement; use verifyctl reinstate");
  }
  return VD_OK;
}

static enum vd_error check(struct run *run, struct vd_failure *failure) {
  run->issue_no = 1;
  if ((run->serial == NULL) == (run->in == NULL)) {
    return vd_fail(failure, VD_USAGE, "which documents? Give --serial, or --in with a spreadsheet");
  }
  if (run->column != NULL && run->in == NULL) return vd_fail(failure, VD_USAGE, "--column goes with --in");
  if (run->issue_no_text != NULL) {
    enum vd_error error = ctl_option_number("issue-no", run->issue_no_text, 1, UINT32_MAX, &run->issue_no, failure);
    if (error != VD_OK) return error;
  }
  return take_reason(run, failure);
}

static enum vd_error fail_sheet(const struct run *run, enum vd_error code, struct vd_failure *failure) {
  ctl_report_print(&run->report, run->in, stderr);
  return vd_fail(failure, code, "%s has %zu problem%s; no statement was made", run->in, run->report.problems,
                 run->report.problems == 1 ? "" : "s");
}

static enum vd_error read_documents(struct run *run, struct vd_failure *failure) {
  struct ctl_status_clerk *clerk = run->clerk;
  const char *column = run->column == NULL ? "serial" : run->column;
  enum vd_error error =
      run->serial != NULL
          ? ctl_status_documents_one(&run->documents, clerk->context, run->serial, failure)
          : ctl_status_documents_sheet(&run->documents, clerk->context, run->in, column, &run->report, failure);
  if (error == VD_OK && run->report.problems > 0) error = fail_sheet(run, VD_DATA, failure);
  if (error != VD_OK) return error;
  return ctl_status_documents_identify(&run->documents, clerk->context, clerk->status_key.secret32,
                                       clerk->settings.realm, run->given.issuer, run->type, run->issue_no, failure);
}

/* Refuses everything when one document cannot have the statement. */
static enum vd_error judge(struct run *run, struct vd_failure *failure) {
  for (size_t i = 0; i < run->documents.count; i++) {
    struct ctl_status_document *document = &run->documents.items[i];
    ctl_status_judge(document, run->wish->kind);
    if (document->plan != CTL_STATUS_REFUSED) continue;
    if (run->in == NULL) return vd_fail(failure, VD_CONFLICT, "%s %s", document->serial, document->why);
    ctl_report_add(&run->report, document->row, NULL, "the document %s", document->why);
  }
  return run->report.problems == 0 ? VD_OK : fail_sheet(run, VD_CONFLICT, failure);
}

static void say(const struct run *run) {
  const char *kind = ctl_status_kind_name(run->wish->kind);
  size_t said = 0;
  for (size_t i = 0; i < run->documents.count; i++) {
    const struct ctl_status_document *document = &run->documents.items[i];
    said += document->plan == CTL_STATUS_SEND;
    if (document->plan == CTL_STATUS_SEND) {
      (void)printf("%s: %s, %s\n", document->serial, kind, ctl_status_reason_name(run->reason));
    } else {
      (void)printf("%s: %s; nothing to do\n", document->serial, document->why);
    }
  }
  size_t unsaid = run->documents.count - said;
  (void)printf("%zu document%s %s", said, said == 1 ? "" : "s", kind);
  if (unsaid > 0) (void)printf(", %zu already", unsaid);
  if (said > 0) {
    (void)printf("; %zu of %zu operators reached", ctl_status_asker_reachable(&run->clerk->asker),
                 run->clerk->operators.count);
  }
  (void)printf("\n");
}

static enum vd_error carry_out(struct run *run, int *status, struct vd_failure *failure) {
  struct ctl_status_clerk *clerk = run->clerk;
  struct ctl_status_batch gaps = {0};
  enum vd_error error = ctl_status_clerk_load(clerk, &run->given, failure);
  if (error == VD_OK) error = read_documents(run, failure);
  if (error == VD_OK) error = ctl_status_clerk_open(clerk, &run->given, true, VD_STORE_WRITE, failure);
  if (error == VD_OK) error = ctl_status_send_all(&clerk->sender, &clerk->error_of, failure);
  if (error == VD_OK) {
    error = ctl_status_walk(&clerk->sender.scope, run->documents.items, run->documents.count, &gaps, failure);
  }
  if (error == VD_OK) error = judge(run, failure);
  if (error == VD_OK) {
    error = ctl_status_clerk_state(clerk, run->given.issuer, run->type, run->wish->kind, run->reason,
                                   run->documents.items, run->documents.count, &gaps, failure);
  }
  if (error == VD_OK) {
    say(run);
    *status = ctl_status_clerk_say_waiting(clerk);
  }
  ctl_status_batch_free(&gaps);
  return error;
}

static enum vd_error make(const struct wish *wish, int argc, char **argv, int *status, struct vd_failure *failure) {
  struct run run = {.wish = wish};
  bool help = false;
  *status = 0;
  enum vd_error error = parse(&run, argc, argv, &help, failure);
  if (error != VD_OK || help) return error;
  error = check(&run, failure);
  if (error != VD_OK) return error;
  run.clerk = ctl_status_clerk_new(wish->command);
  if (run.clerk == NULL) return vd_fail(failure, VD_MEMORY, "no memory to begin");
  error = carry_out(&run, status, failure);
  ctl_status_documents_free(&run.documents);
  ctl_report_free(&run.report);
  ctl_status_clerk_free(run.clerk);
  return error;
}

enum vd_error ctl_revoke(int argc, char **argv, int *status, struct vd_failure *failure) {
  static const struct wish wish = {
      .command = "revoke", .kind = FRAG_STATUS_REVOKED, .reason = 0,
      .about = "Revokes documents, for good: from then on they are NOT_VALID, code 40." ABOUT_END};
  return make(&wish, argc, argv, status, failure);
}

enum vd_error ctl_suspend(int argc, char **argv, int *status, struct vd_failure *failure) {
  static const struct wish wish = {
      .command = "suspend", .kind = FRAG_STATUS_SUSPENDED, .reason = 6,
      .about = "Suspends documents until they are reinstated: they are NOT_VALID, code 41." ABOUT_END};
  return make(&wish, argc, argv, status, failure);
}

enum vd_error ctl_reinstate(int argc, char **argv, int *status, struct vd_failure *failure) {
  static const struct wish wish = {.command = "reinstate", .kind = FRAG_STATUS_REINSTATED, .reason = 8,
                                   .about = "Ends the suspension of documents: they are VALID again." ABOUT_END};
  return make(&wish, argc, argv, status, failure);
}
