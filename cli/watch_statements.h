/* watch_statements.h: the part of verifyctl watch that asks every operator for every statement of the queue. One
 * thread. */
#ifndef CTL_WATCH_STATEMENTS_H
#define CTL_WATCH_STATEMENTS_H

#include "status_clerk.h"

/* Everything that one run of verifyctl watch owns. */
struct ctl_watch {
  struct ctl_status_given given;
  uint64_t interval_s; /* 0: once */
  uint64_t shown[VD_OPERATORS_MAX]; /* submissions of each operator up to here were shown in an earlier round */

  /* Of one round. */
  struct ctl_status_clerk *clerk;
  size_t statements;
  size_t missing;   /* not there, or not rightly, by operator */
  size_t unsent;    /* not sent yet, by operator */
  size_t unheeded;  /* there, but nobody heeds it any more */
  size_t unwatched; /* of batches for another realm or for more operators */
  bool is_bad_log[VD_OPERATORS_MAX]; /* said already */
  enum vd_error error_of; /* of an operator; VD_OK: none has failed */
};

/* Asks, and prints what is wrong. The queue is read only, and need not be locked any more. Adds to statements, missing,
 * unsent, unheeded and unwatched. VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_watch_statements(struct ctl_watch *watch, struct vd_failure *failure);

#endif
