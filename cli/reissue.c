#include "reissue.h"

#include <stdio.h>
#include <string.h>

#include "status_clerk.h"
#include "status_documents.h"
#include "status_judge.h"
#include "status_make.h"

#define COMMAND "reissue"
#define REASON_SUPERSEDED 4 /* RFC 5280 section 5.3.1 */

static struct ctl_status_given given_of(const struct ctl_reissue *reissue) {
  return (struct ctl_status_given){.config = reissue->config, .issuer = reissue->issuer,
                                   .issuer_key = reissue->issuer_key_path, .status_key = reissue->status_key_path,
                                   .opened_issuer_key = reissue->issuer_key,
                                   .opened_status_key = reissue->status_key, .queue = reissue->queue};
}

/* The documents of the rows, as their issue `issue_no`. */
static enum vd_error name_documents(const struct ctl_reissue *reissue, const struct ctl_status_clerk *clerk,
                                    uint64_t issue_no, struct ctl_status_documents *documents,
                                    struct vd_failure *failure) {
  const struct ctl_rows *rows = reissue->rows;
  enum vd_error error = VD_OK;
  for (size_t row = 0; error == VD_OK && row < rows->table->rows; row++) {
    struct frag_slice serial = ctl_rows_serial(rows, row);
    struct ctl_status_document document = {.row = ctl_rows_number(rows, row), .issue_no = issue_no,
                                           .reason = REASON_SUPERSEDED};
    memcpy(document.serial, serial.data, serial.len);
    error = ctl_status_documents_add(documents, &document, failure);
  }
  if (error != VD_OK) return error;
  return ctl_status_documents_identify(documents, clerk->context, clerk->status_key.secret32, clerk->settings.realm,
                                       reissue->issuer, rows->profile->type, failure);
}

static enum vd_error open_clerk(const struct ctl_reissue *reissue, struct ctl_status_clerk **clerk,
                                enum vd_store_access access, struct vd_failure *failure) {
  const struct ctl_status_given given = given_of(reissue);
  *clerk = ctl_status_clerk_new(COMMAND);
  if (*clerk == NULL) return vd_fail(failure, VD_MEMORY, "no memory to begin");
  enum vd_error error = ctl_status_clerk_load(*clerk, &given, failure);
  return error == VD_OK ? ctl_status_clerk_open(*clerk, &given, true, access, failure) : error;
}

/* --- before --- */

static enum vd_error look(const struct ctl_reissue *reissue, const struct ctl_status_clerk *clerk, uint64_t issue_no,
                          struct ctl_report *report, struct vd_failure *failure) {
  struct ctl_status_documents documents = {0};
  bool is_new = issue_no == reissue->issue_no;
  enum vd_error error = name_documents(reissue, clerk, issue_no, &documents, failure);
  if (error == VD_OK) {
    error = ctl_status_walk(&clerk->sender.scope, documents.items, documents.count, NULL, failure);
  }
  for (size_t i = 0; error == VD_OK && i < documents.count; i++) {
    const struct frag_status_walk *outcome = &documents.items[i].outcome;
    if (outcome->superseded || (is_new && outcome->revoked)) {
      ctl_report_add(report, documents.items[i].row, NULL,
                     "issue %llu of the document is %s already; give a higher --issue-no",
                     (unsigned long long)issue_no, outcome->revoked ? "revoked" : "superseded");
    }
  }
  ctl_status_documents_free(&documents);
  return error;
}

enum vd_error ctl_reissue_check(const struct ctl_reissue *reissue, struct vd_failure *failure) {
  struct ctl_report report = {0};
  struct ctl_status_clerk *clerk = NULL;
  if (reissue->issue_no > CTL_REISSUE_NUMBER_MAX) {
    return vd_fail(failure, VD_USAGE, "--issue-no %llu is above %d, the last reissue of a document: all lower issues "
                                      "are superseded one by one", (unsigned long long)reissue->issue_no,
                   CTL_REISSUE_NUMBER_MAX);
  }
  enum vd_error error = open_clerk(reissue, &clerk, VD_STORE_READ, failure);
  if (error == VD_OK) error = look(reissue, clerk, reissue->issue_no - 1, &report, failure);
  if (error == VD_OK && report.problems == 0) error = look(reissue, clerk, reissue->issue_no, &report, failure);
  if (error == VD_OK && report.problems > 0) {
    ctl_report_print(&report, reissue->in, stderr);
    error = vd_fail(failure, VD_CONFLICT, "%s has %zu problem%s; nothing was issued", reissue->in, report.problems,
                    report.problems == 1 ? "" : "s");
  }
  ctl_report_free(&report);
  ctl_status_clerk_free(clerk);
  return error;
}

/* --- afterwards --- */

static void say(const struct ctl_status_clerk *clerk, uint64_t issue_no, const struct ctl_status_documents *documents) {
  size_t sent = 0, full = 0;
  for (size_t i = 0; i < documents->count; i++) {
    const struct ctl_status_document *document = &documents->items[i];
    bool is_sent = document->plan == CTL_STATUS_SEND;
    sent += is_sent;
    full += !is_sent && !document->outcome.superseded && !document->outcome.revoked;
  }
  size_t already = documents->count - sent - full;
  bool is_held = ctl_status_queue_holders(&clerk->queue) > 0;
  (void)printf("issue %llu of %zu document%s %ssuperseded", (unsigned long long)issue_no, sent, sent == 1 ? "" : "s",
               sent == 0 || is_held ? "" : "to be ");
  if (already > 0) (void)printf("; %zu already superseded or revoked", already);
  if (full > 0) (void)printf("; %zu can never be VALID again, as %s all the statements that are read", full,
                             full == 1 ? "it has" : "they have");
  if (sent > 0) ctl_status_make_say_holders(clerk, sent);
  (void)printf("\n");
}

/* Of an issue that was never made it does no harm. */
static enum vd_error supersede(const struct ctl_reissue *reissue, struct ctl_status_clerk *clerk, uint64_t issue_no,
                               struct vd_failure *failure) {
  struct ctl_status_documents documents = {0};
  struct ctl_status_batch gaps = {0};
  bool is_asked = false, is_before = issue_no + 1 == reissue->issue_no;
  size_t sent = 0;
  enum vd_error error = name_documents(reissue, clerk, issue_no, &documents, failure);
  if (error == VD_OK) {
    error = ctl_status_make_walk(clerk, documents.items, documents.count, &gaps, &is_asked, failure);
  }
  for (size_t i = 0; error == VD_OK && i < documents.count; i++) {
    ctl_status_judge(&documents.items[i], FRAG_STATUS_SUPERSEDED);
    sent += documents.items[i].plan == CTL_STATUS_SEND;
  }
  if (error == VD_OK && (sent > 0 || is_before)) {
    error = ctl_status_clerk_state(clerk, reissue->issuer, reissue->rows->profile->type, FRAG_STATUS_SUPERSEDED,
                                   documents.items, documents.count, &gaps, failure);
    if (error == VD_OK) say(clerk, issue_no, &documents);
  }
  ctl_status_batch_free(&gaps);
  ctl_status_documents_free(&documents);
  return error;
}

/* Downwards: where an interruption is not made good, the number before is taken, and another --issue-no needed. */
enum vd_error ctl_reissue_supersede(const struct ctl_reissue *reissue, int *status, struct vd_failure *failure) {
  struct ctl_status_clerk *clerk = NULL;
  enum vd_error error = open_clerk(reissue, &clerk, VD_STORE_WRITE, failure);
  for (uint64_t issue_no = reissue->issue_no - 1; error == VD_OK && issue_no > 0; issue_no--) {
    error = supersede(reissue, clerk, issue_no, failure);
  }
  if (error == VD_OK) *status = ctl_status_clerk_say_waiting(clerk);
  ctl_status_clerk_free(clerk);
  return error;
}
