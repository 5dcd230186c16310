/* rows.h: the rows of a spreadsheet as documents, by a profile. Everything is checked before the first is
 * issued. The rows point into the table and are as secret. */
#ifndef CTL_ROWS_H
#define CTL_ROWS_H

#include <frag/document.h>

#include "base/failure.h"
#include "config/profile.h"
#include "report.h"
#include "table.h"

/* What is the same in every document of a batch. */
struct ctl_rows_common {
  const char *issuer;
  uint8_t kid[FRAG_KID_LEN];
  uint64_t issue_no;
  uint64_t issued_s;
};

struct ctl_rows {
  const struct ctl_table *table;
  const struct vd_profile *profile;
  struct ctl_rows_common common;
  size_t plaintext_len;    /* N: the profile's, or the least that holds the longest row */
  size_t normalized;       /* cells that were brought to NFC */
  size_t columns;          /* cells of a row that are used: serial, expiry if any, attributes in their order */
  struct frag_slice *cells; /* table->rows × columns */
  uint64_t *expires_s;     /* for each row; 0: does not expire */
  struct ctl_rows_text *text; /* blocks of normalized text */
};

/* Maps, normalizes and checks all rows. Problems go to report, and the rows are then of no use; the table and profile
 * must outlive them. On success the caller owns *rows; on error it is empty.
 * VD_DATA (the spreadsheet has no rows), VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_rows_prepare(struct frag_context *context, const struct ctl_table *table,
                                             const struct vd_profile *profile, const struct ctl_rows_common *common,
                                             struct ctl_rows *rows, struct ctl_report *report,
                                             struct vd_failure *failure);

/* Fills in the document of a row, all but its rid. Views into the rows. Any thread. */
void ctl_rows_document(const struct ctl_rows *rows, size_t row, struct frag_document *document);

/* The serial of a row, and the number that a spreadsheet shows beside it. */
struct frag_slice ctl_rows_serial(const struct ctl_rows *rows, size_t row);
size_t ctl_rows_number(const struct ctl_rows *rows, size_t row);

/* Wipes and frees. */
void ctl_rows_free(struct ctl_rows *rows);

#endif
