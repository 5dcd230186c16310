/* status_walk.h: what the operators and the queue hold about documents; status_judge.h says what comes of it. One
 * thread. */
#ifndef CTL_STATUS_WALK_H
#define CTL_STATUS_WALK_H

#include "status_ask.h"
#include "status_queue.h"
#include "verify/walk.h"

/* What comes of it, for one document. */
enum ctl_status_plan {
  CTL_STATUS_SEND,
  CTL_STATUS_NOTHING, /* it is so already */
  CTL_STATUS_REFUSED  /* it makes no sense, see why */
};

struct ctl_status_document {
  char serial[FRAG_NAME_MAX + 1];
  size_t row; /* of the spreadsheet; 0: from the command line */
  uint64_t issue_no;
  uint8_t reason; /* of the statement that is to be made about it */
  uint8_t rid[FRAG_RID_LEN];
  struct frag_status_walk outcome;
  uint8_t last;  /* kind of the last valid statement; 0: there is none */
  uint32_t next; /* n that nobody has used, as far as it is proven; VD_WALK_STATEMENTS_MAX: none is left */
  uint32_t suspensions_end; /* n + 1 of the last valid suspension; 0: there is none */
  enum ctl_status_plan plan;
  const char *why; /* not sent: in words, a constant */
};

/* Whose documents, and who asks. Views. */
struct ctl_status_scope {
  struct frag_context *context;
  const struct frag_trust *trust;
  const struct ctl_status_queue *queue;
  struct ctl_status_asker *asker;
  const char *issuer, *command;
  uint16_t realm;
  unsigned threshold; /* see struct vd_walk_scope */
};

/* Walks the statements of all documents (rid and issue_no are given), four at a time, and fills in outcome, last and
 * next. gaps: receives copies of records, valid ones or at least proven, that some operators lack or may lack, not
 * being heard, with serial, issue_no and marks; may be NULL.
 * VD_UNAVAILABLE: no operator can be asked. VD_FULL (too many gaps), VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_status_walk(const struct ctl_status_scope *scope,
                                            struct ctl_status_document *documents, size_t count,
                                            struct ctl_status_batch *gaps, struct vd_failure *failure);

/* The same by what the queue knows alone, on top of what *documents say already, for when no operator can be asked:
 * what it does not know may then be said already, and an operator that has other bytes under an s_n says so.
 * VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_status_walk_queue(const struct ctl_status_scope *scope,
                                                  struct ctl_status_document *documents, size_t count,
                                                  struct vd_failure *failure);

#endif
