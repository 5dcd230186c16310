/* operators.h: the operators of a configuration, as a command talks to them: a ledger on this machine, or one over the
 * network. Everything waits for its answer. One thread. */
#ifndef CTL_OPERATORS_H
#define CTL_OPERATORS_H

#include <frag/checkpoint.h>

#include "base/failure.h"
#include "config/settings.h"
#include "remote/operator.h"

#define CTL_OPERATOR_TIMEOUT_MS 30000

struct ctl_operator {
  const struct vd_operator_settings *settings;
  bool is_remote;
  struct frag_log_key key;          /* of its log; of a local one after ctl_operators_look_up only */
  struct vd_remote_operator remote; /* when is_remote */
  struct vd_store *store;           /* otherwise; NULL until it is opened */
  struct vd_store_reader *reader;   /* of its store; made when it is needed */
};

/* Begin with {0}. The fields are for reading, but for notes. */
struct ctl_operators {
  uint16_t realm;
  struct frag_context *context;
  struct vd_client *client; /* NULL when there is no remote one */
  const char *notes; /* folder that keeps the digests of what is handed in (cli/submission_notes.h), must outlive it;
                        NULL: they are not kept */
  const struct vd_own_operator_settings *own; /* whose log key its ledger needs; NULL: none */
  size_t count;
  struct ctl_operator items[VD_OPERATORS_MAX];
};

/* Takes up `count` operators without opening or asking any. settings, own (may be NULL): must outlive it.
 * Ends with ctl_operators_end, also after an error. VD_CONFIG (a url or vkey), VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_operators_begin(struct ctl_operators *operators, struct frag_context *context,
                                                uint16_t realm, const struct vd_operator_settings *settings,
                                                size_t count, const struct vd_own_operator_settings *own,
                                                struct vd_failure *failure);
void ctl_operators_end(struct ctl_operators *operators);

/* "operator 2 (University)" or "operator 2", into text. */
#define CTL_OPERATOR_LABEL_SIZE (VD_OPERATOR_NAME_SIZE + 32)
void ctl_operators_label(char text[static CTL_OPERATOR_LABEL_SIZE], const struct ctl_operator *operator);

/* Opens the ledger of one that is on this machine. The errors of ctl_own_ledger_open; VD_CONFLICT says what to do when
 * a running verifyd has it. */
VD_MUST_CHECK enum vd_error ctl_operators_open(struct ctl_operators *operators, struct ctl_operator *operator,
                                               enum vd_store_access access, struct vd_failure *failure);

/* Asks for a fragment record: a local ledger, opened by then, or over the network.
 * Out: *answer: views into *bytes, which the caller frees, or into the ledger's snapshot, which the next call on this
 * operator or ctl_operators_end lets go. VD_UNAVAILABLE, VD_DATA, VD_IO, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_operators_look_up(struct ctl_operators *operators, struct ctl_operator *operator,
                                                  const uint8_t locator[static FRAG_LOCATOR_LEN],
                                                  struct vd_lookup_answer *answer, uint8_t **bytes,
                                                  struct vd_failure *failure);

/* Hands in items signed with the key, or an erasure when locator is not NULL, over the network, and waits for the
 * receipt. Within the limits of wire/submission.h. The errors of vd_submission_write, ctl_submission_notes_add and
 * vd_remote_submit. */
VD_MUST_CHECK enum vd_error ctl_operators_submit(struct ctl_operators *operators, struct ctl_operator *operator,
                                                 const struct frag_key *key, const struct vd_store_item *items,
                                                 size_t count, const uint8_t *locator, struct vd_receipt *receipt,
                                                 struct vd_failure *failure);

#endif
