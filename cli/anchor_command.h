/* anchor_command.h: the actions of verifyctl anchor, for the operator whose log is anchored; each in the file of its
 * name. Each takes its own name as argv[0]. Errors of all: VD_USAGE, those of vd_settings_read, VD_CONFIG (the file
 * names no anchors), those of vd_outbox_open_read; others as said. One thread. */
#ifndef CTL_ANCHOR_COMMAND_H
#define CTL_ANCHOR_COMMAND_H

#include "base/failure.h"
#include "config/settings.h"
#include "ledger/outbox.h"

typedef enum vd_error ctl_anchor_action(int argc, char **argv, int *status, struct vd_failure *failure);

/* Show what was sent, what is under way, and what it costs; verifyd may be running. *status: 1 when one is halted. */
VD_MUST_CHECK ctl_anchor_action ctl_anchor_status;

/* Let anchoring go on after it was halted. VD_CONFLICT: verifyd is running. VD_NOT_FOUND: no such chain. */
VD_MUST_CHECK ctl_anchor_action ctl_anchor_resume;

/* Write proofs of entries up to blocks of the chains. VD_NOT_FOUND: not covered by an anchor yet. VD_CONFLICT: a file
 * of that name holds something else. Those of the ledger. */
VD_MUST_CHECK ctl_anchor_action ctl_anchor_export;

/* Reads the configuration of an operator that anchors its log. Out: *settings: the caller frees; NULL on error. */
VD_MUST_CHECK enum vd_error ctl_anchor_settings(const char *path, struct vd_settings **settings,
                                                struct vd_failure *failure);

/* Opens the outbox of anchor i for reading. VD_NO_INPUT: nothing was ever sent. VD_CONFIG: it is of a chain of the
 * other kind, or of another log. Others as vd_outbox_open_read. */
VD_MUST_CHECK enum vd_error ctl_anchor_open(const struct vd_settings *settings, size_t i, struct vd_outbox **outbox,
                                            struct vd_failure *failure);

/* A transaction's or block's hash as people write it: EVM: "0x…"; Bitcoin: reversed. */
#define CTL_ANCHOR_HASH_SIZE 67
void ctl_anchor_hash(char text[static CTL_ANCHOR_HASH_SIZE], enum vd_chain_kind kind, const uint8_t hash[static 32]);

#endif
