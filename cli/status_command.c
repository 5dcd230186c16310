/* status_command.c: verifyctl revoke, suspend and reinstate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "options.h"
#include "status_clerk.h"
#include "status_documents.h"
#include "status_judge.h"
#include "status_make.h"

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
  struct ctl_status_common common;
  struct ctl_status_clerk *clerk;
  struct ctl_status_documents documents;
  bool is_asked; /* an operator could be */
  struct ctl_report report;
};

#define ABOUT_END \
  "\nDocuments are named by serial; no QR code is needed. Which statement is about which document is seen by those\n" \
  "only who hold the document. All operators are asked first; then what is sent is written to the queue folder:\n" \
  "if operators are away, even all, or sending is interrupted, nothing is lost, and verifyctl statements sends it\n" \
  "again. That a document of this serial was issued is not checked: nobody can know it without the document.\n" \
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
    CTL_OPTIONAL("in", "FILE", &run->in,
                 "in place of --serial: a spreadsheet (CSV) with many; its columns\nissue_no and reason, if any, are "
                 "those of each row"),
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
  run->common.kind = run->wish->kind;
  run->common.reason = run->wish->reason;
  if (run->reason_text == NULL) return VD_OK;
  const char *fault = ctl_status_documents_reason(run->reason_text, run->wish->kind, &run->common.reason);
  return fault == NULL ? VD_OK : vd_fail(failure, VD_USAGE, "--reason \"%s\" %s", run->reason_text, fault);
}

static enum vd_error check(struct run *run, struct vd_failure *failure) {
  if ((run->serial == NULL) == (run->in == NULL)) {
    return vd_fail(failure, VD_USAGE, "which documents? Give --serial, or --in with a spreadsheet");
  }
  if (run->column != NULL && run->in == NULL) return vd_fail(failure, VD_USAGE, "--column goes with --in");
  if (run->issue_no_text != NULL) {
    enum vd_error error =
        ctl_option_number("issue-no", run->issue_no_text, 1, UINT32_MAX, &run->common.issue_no, failure);
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
          ? ctl_status_documents_one(&run->documents, clerk->context, run->serial, &run->common, failure)
          : ctl_status_documents_sheet(&run->documents, clerk->context, run->in, column, &run->common, &run->report,
                                       failure);
  if (error == VD_OK && run->report.problems > 0) error = fail_sheet(run, VD_DATA, failure);
  if (error != VD_OK) return error;
  return ctl_status_documents_identify(&run->documents, clerk->context, clerk->status_key.secret32,
                                       clerk->settings.realm, run->given.issuer, run->type, failure);
}

/* What is suspended by somebody else's statement only the operators know. */
static enum vd_error judge_reinstatement(const struct run *run, struct vd_failure *failure) {
  for (size_t i = 0; run->wish->kind == FRAG_STATUS_REINSTATED && i < run->documents.count; i++) {
    const struct frag_status_walk *outcome = &run->documents.items[i].outcome;
    if (outcome->suspended || outcome->revoked || outcome->superseded) continue;
    return vd_fail(failure, VD_UNAVAILABLE,
                   "%s: no operator can be asked whether it is suspended; nothing was sent. Try again later",
                   run->documents.items[i].serial);
  }
  return VD_OK;
}

/* Refuses everything when one document cannot have the statement. */
static enum vd_error judge(struct run *run, struct vd_failure *failure) {
  enum vd_error error = run->is_asked ? VD_OK : judge_reinstatement(run, failure);
  if (error != VD_OK) return error;
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
  const char *kind = ctl_status_kind_name(run->wish->kind), *to_be = "";
  size_t said = 0;
  for (size_t i = 0; i < run->documents.count; i++) said += run->documents.items[i].plan == CTL_STATUS_SEND;
  if (said > 0 && ctl_status_queue_holders(&run->clerk->queue) == 0) to_be = "to be ";
  for (size_t i = 0; i < run->documents.count; i++) {
    const struct ctl_status_document *document = &run->documents.items[i];
    if (document->plan == CTL_STATUS_SEND) {
      (void)printf("%s", document->serial);
      if (document->issue_no != 1) (void)printf(" issue %llu", (unsigned long long)document->issue_no);
      (void)printf(": %s%s, %s\n", to_be, kind, ctl_status_reason_name(document->reason));
    } else {
      (void)printf("%s: %s; nothing to do\n", document->serial, document->why);
    }
  }
  size_t unsaid = run->documents.count - said;
  (void)printf("%zu document%s %s%s", said, said == 1 ? "" : "s", to_be, kind);
  if (unsaid > 0) (void)printf(", %zu already", unsaid);
  if (said > 0) ctl_status_make_say_holders(run->clerk, said);
  (void)printf("\n");
}

static enum vd_error carry_out(struct run *run, int *status, struct vd_failure *failure) {
  struct ctl_status_clerk *clerk = run->clerk;
  struct ctl_status_batch gaps = {0};
  enum vd_error error = ctl_status_clerk_load(clerk, &run->given, failure);
  if (error == VD_OK) error = read_documents(run, failure);
  if (error == VD_OK) error = ctl_status_clerk_open(clerk, &run->given, true, VD_STORE_WRITE, failure);
  if (error == VD_OK) {
    error = ctl_status_make_walk(clerk, run->documents.items, run->documents.count, &gaps, &run->is_asked, failure);
  }
  if (error == VD_OK) error = judge(run, failure);
  if (error == VD_OK) {
    error = ctl_status_clerk_state(clerk, run->given.issuer, run->type, run->wish->kind,
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
