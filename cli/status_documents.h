/* status_documents.h: which documents a statement is about: one serial, or a column of a spreadsheet. One thread. */
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

/* Takes one serial, brought to NFC. VD_USAGE: not one that a document can have. VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_status_documents_one(struct ctl_status_documents *documents,
                                                     struct frag_context *context, const char *serial,
                                                     struct vd_failure *failure);

/* Takes those of a spreadsheet's column. What is wrong with it goes to report, and the documents are then of no use.
 * VD_NO_INPUT, VD_DATA, VD_FULL, VD_MEMORY, VD_IO. */
VD_MUST_CHECK enum vd_error ctl_status_documents_sheet(struct ctl_status_documents *documents,
                                                       struct frag_context *context, const char *path,
                                                       const char *column, struct ctl_report *report,
                                                       struct vd_failure *failure);

/* Adds one more: len bytes, in NFC already. VD_FULL, VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_status_documents_add(struct ctl_status_documents *documents, struct frag_slice serial,
                                                     size_t row, struct vd_failure *failure);

/* Fills in issue_no and the rid of each. status_key32: secret. VD_DATA (a name that no document can have),
 * VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_status_documents_identify(struct ctl_status_documents *documents,
                                                          struct frag_context *context,
                                                          const uint8_t status_key32[static 32], uint16_t realm,
                                                          const char *issuer, const char *type, uint64_t issue_no,
                                                          struct vd_failure *failure);

void ctl_status_documents_free(struct ctl_status_documents *documents);

#endif
