/* status_documents.h: which documents a statement is about: one serial, or the rows of a spreadsheet. One thread. */
#ifndef CTL_STATUS_DOCUMENTS_H
#define CTL_STATUS_DOCUMENTS_H

#include "report.h"
#include "status_walk.h"
#include "table.h"

#define CTL_STATUS_DOCUMENTS_MAX 20000

/* Begin with {0}; end with ctl_status_documents_free. */
struct ctl_status_documents {
  size_t count;
  struct ctl_status_document *items;
};

/* What holds for every document, unless its row says otherwise. */
struct ctl_status_common {
  uint8_t kind;      /* of the statement */
  uint8_t reason;
  uint64_t issue_no; /* 0: not given */
};

/* Takes one serial, brought to NFC; without an issue number it is an original. VD_USAGE: not one that a document can
 * have. VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_status_documents_one(struct ctl_status_documents *documents,
                                                     struct frag_context *context, const char *serial,
                                                     const struct ctl_status_common *common,
                                                     struct vd_failure *failure);

/* Takes those of a spreadsheet's column. If there is a column "issue_no", as in the list of a batch, or "reason", they
 * are those of the row; an issue_no may not contradict common, and takes its place in no cell but an empty one. What is
 * wrong with it goes to report, and the documents are then of no use.
 * VD_NO_INPUT, VD_DATA, VD_FULL, VD_MEMORY, VD_IO. */
VD_MUST_CHECK enum vd_error ctl_status_documents_sheet(struct ctl_status_documents *documents,
                                                       struct frag_context *context, const char *path,
                                                       const char *column, const struct ctl_status_common *common,
                                                       struct ctl_report *report, struct vd_failure *failure);

/* Adds a copy of serial, row, issue_no and reason, in NFC already. VD_FULL, VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_status_documents_add(struct ctl_status_documents *documents,
                                                     const struct ctl_status_document *document,
                                                     struct vd_failure *failure);

/* What is wrong with a word as the reason of a statement of that kind, or NULL. Out: *reason, left alone if wrong. */
const char *ctl_status_documents_reason(const char *word, uint8_t kind, uint8_t *reason);

/* Fills in the rid of each. status_key32: secret. VD_DATA (a name that no document can have), VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_status_documents_identify(struct ctl_status_documents *documents,
                                                          struct frag_context *context,
                                                          const uint8_t status_key32[static 32], uint16_t realm,
                                                          const char *issuer, const char *type,
                                                          struct vd_failure *failure);

void ctl_status_documents_free(struct ctl_status_documents *documents);

#endif
