/* trust_command.h: the actions of verifyctl trust, each in the file of its name. Each takes its own name as argv[0] and
 * prints its result to standard output. Errors of all: VD_USAGE, VD_NO_INPUT, VD_DATA (not a trust list), VD_FULL,
 * VD_IO, VD_MEMORY, VD_INTERNAL; others as said. One thread. */
#ifndef CTL_TRUST_COMMAND_H
#define CTL_TRUST_COMMAND_H

#include <frag/context.h>

#include "base/failure.h"

typedef enum vd_error ctl_trust_action(int argc, char **argv, struct frag_context *context,
                                       struct vd_failure *failure);

/* Make an empty list, and the list that follows a signed one. VD_CONFLICT: the file exists, or the list is not the
 * newest. VD_DATA for next: nobody has signed the list before. */
VD_MUST_CHECK ctl_trust_action ctl_trust_create, ctl_trust_next;

/* Add an entry, and change one. VD_KEY, VD_CONFLICT (the key is there already); VD_NOT_FOUND (no such kid), VD_DATA
 * (the list is signed). */
VD_MUST_CHECK ctl_trust_action ctl_trust_add, ctl_trust_change;

/* Add a root's signature, and unite those of copies. VD_KEY; VD_CONFLICT (the copies are of different lists, or the
 * file exists). */
VD_MUST_CHECK ctl_trust_action ctl_trust_sign, ctl_trust_merge;

/* Show a list, and judge it as verifyd does. VD_DATA: it is not signed as the pinned roots demand, or does not follow
 * the older one. */
VD_MUST_CHECK ctl_trust_action ctl_trust_show, ctl_trust_check;

/* Enter its hash in every operator's log. VD_KEY, VD_CONFIG, VD_CONFLICT, VD_UNAVAILABLE: also when only some of the
 * operators have it. */
VD_MUST_CHECK ctl_trust_action ctl_trust_publish;

#endif
