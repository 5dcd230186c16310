/* status_batch.h: the statements of one command, from before they are sent until every operator has acknowledged them:
 * the text form of a file in the queue folder (cli/status_queue.h). It names serials: private to the issuer.
 *
 *   verifyd statements 1
 *   realm: 1
 *   operators: 3
 *   issuer: moeys.example
 *   type: school-leaving/bac2
 *   statements: 1
 *   revoked 1 0 1 1795457210 ya- <rid, 32 hex digits> <record, 228 hex digits> BAC2-2026-000001
 *
 * A line: kind, RFC 5280 reason code, n, issue_no, time, one mark for each operator, rid, record, serial up to the end
 * of the line. Lines end with LF; only this spelling is accepted. One thread. */
#ifndef CTL_STATUS_BATCH_H
#define CTL_STATUS_BATCH_H

#include <frag/status.h>

#include "base/failure.h"
#include "config/settings.h"

#define CTL_STATUS_LINES_MAX 100000 /* of one batch */
#define CTL_STATUS_BATCH_BYTES_MAX ((size_t)64 << 20)
#define CTL_STATUS_COPY 0 /* kind: a record that some operators hold already, for the others: no gap may be left before
                             a later statement */

/* What has become of a record at one operator. */
enum ctl_status_mark {
  CTL_STATUS_WAITING = '-',
  CTL_STATUS_ACKNOWLEDGED = 'a',
  CTL_STATUS_TAKEN = 't',     /* it has other bytes under this s_n; what was to be said is said again with a later n */
  CTL_STATUS_WITHDRAWN = 'w', /* not sent, because another operator had other bytes; of a copy: it needs none */
  CTL_STATUS_UNSAID = 'u'     /* it has other bytes under this s_n, and it was not said again: see status_send.h */
};

struct ctl_status_line {
  uint8_t kind; /* frag_status_kind, or CTL_STATUS_COPY */
  uint8_t reason;
  uint32_t n;
  uint64_t issue_no;
  uint64_t time_s;
  char marks[VD_OPERATORS_MAX]; /* enum ctl_status_mark, by operator number from 0 */
  uint8_t rid[FRAG_RID_LEN];
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  char serial[FRAG_NAME_MAX + 1];
};

/* Begin with {0}; end with ctl_status_batch_free. */
struct ctl_status_batch {
  uint64_t number; /* of its file; 0: it has none yet */
  uint16_t realm;
  size_t operators;
  char issuer[FRAG_NAME_MAX + 1], type[FRAG_NAME_MAX + 1];
  size_t count, capacity;
  struct ctl_status_line *lines;
};

/* Appends a copy of the line. VD_FULL, VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_status_batch_add(struct ctl_status_batch *batch, const struct ctl_status_line *line,
                                                 struct vd_failure *failure);

/* Whether what the line was to say is said again by a later one of its batch. */
bool ctl_status_line_is_replaced(const struct ctl_status_line *line, size_t operators);

/* Whether it was given up: an operator had other bytes, and it could not be said again; and whether nobody has it. */
bool ctl_status_line_is_unsaid(const struct ctl_status_line *line, size_t operators);
bool ctl_status_line_is_nowhere(const struct ctl_status_line *line, size_t operators);

/* Operators are only ever added behind the others: for those that came since, everything waits, but for lines that are
 * replaced or unsaid. Returns whether it changed anything. operators: at least as many as the batch has. */
bool ctl_status_batch_extend(struct ctl_status_batch *batch, size_t operators);

/* Whether an operator is still to be sent something; and how many lines wait for any. */
bool ctl_status_batch_waits_for(const struct ctl_status_batch *batch, size_t operator_index);
size_t ctl_status_batch_waiting(const struct ctl_status_batch *batch);

/* Out: *text: the caller wipes and frees its *len bytes. VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_status_batch_write(const struct ctl_status_batch *batch, char **text, size_t *len,
                                                   struct vd_failure *failure);

/* Reads a text of that form. batch: empty, and so again after an error. path: for error texts. VD_DATA, VD_FULL,
 * VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_status_batch_read(struct ctl_status_batch *batch, const char *text, size_t len,
                                                  const char *path, struct vd_failure *failure);

void ctl_status_batch_free(struct ctl_status_batch *batch);

/* "revoked", "suspended", "reinstated", "superseded", "copy". */
const char *ctl_status_kind_name(uint8_t kind);

/* The words of RFC 5280 section 5.3.1, NULL for a code that has none; and back, false for another word. */
const char *ctl_status_reason_name(uint8_t reason);
bool ctl_status_reason_parse(const char *word, uint8_t *reason);

#endif
