/* status_ask.h: asks all operators for status records, several at once, over the network at the same time, and judges
 * the checkpoint of every answer. One thread. */
#ifndef CTL_STATUS_ASK_H
#define CTL_STATUS_ASK_H

#include "operators.h"
#include "verify/log_check.h"

/* What one operator answered. Fields are for reading. */
struct ctl_status_answer {
  bool has_come;
  frag_error log;                 /* of its checkpoint: FRAG_OK, and then its silence counts; 21, 22, 25 */
  struct vd_lookup_answer answer; /* views into bytes, or into the ledger's snapshot */
  struct frag_checkpoint checkpoint; /* when log is FRAG_OK */
  struct vd_log_base base;
  uint8_t *bytes;
};

/* Begin with {0}; about 1 MiB, so not on the stack. */
struct ctl_status_asker {
  struct ctl_operators *operators;
  struct frag_context *context;
  bool is_reachable[VD_OPERATORS_MAX]; /* false: has failed, and is not asked or sent anything any more */
  bool has_check[VD_OPERATORS_MAX];
  struct vd_log_check checks[VD_OPERATORS_MAX];
  struct ctl_status_answer answers[VD_OPERATORS_MAX]; /* to the last question */
};

/* Opens the ledgers on this machine. An operator that cannot be used is named on standard error, after `command`, and
 * left out; see is_reachable. Ends with ctl_status_asker_end, before the operators end. */
void ctl_status_asker_begin(struct ctl_status_asker *asker, struct ctl_operators *operators,
                            enum vd_store_access access, const char *command);
void ctl_status_asker_end(struct ctl_status_asker *asker);

/* Asks every operator that is reachable for status records (1..VD_LOOKUP_KEYS_MAX keys; kind and known size are filled
 * in); answers are valid until the next call. One that does not answer, or not readably, is no longer reachable.
 * VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_status_ask(struct ctl_status_asker *asker, struct vd_lookup_request *request,
                                           const char *command, struct vd_failure *failure);

/* Lets the snapshots of ledgers on this machine go, so that they can be written. Answers are no longer valid. */
void ctl_status_ask_done(struct ctl_status_asker *asker);

/* Takes an operator out, with a line on standard error. */
void ctl_status_asker_drop(struct ctl_status_asker *asker, size_t operator_index, const char *command,
                           const char *why);

/* Operators that are reachable. */
size_t ctl_status_asker_reachable(const struct ctl_status_asker *asker);

#endif
