/* trust_command.c: verifyctl trust: which of its actions. */
#include "trust_command.h"

#include <stdio.h>
#include <string.h>

#include "base/context.h"
#include "command.h"
#include "options.h"

static const struct {
  const char *name, *summary;
  ctl_trust_action *run;
} actions[] = {
  {"create", "make an empty list", ctl_trust_create},
  {"add", "add an issuer's or registrar's key", ctl_trust_add},
  {"change", "change an entry: expiry, compromise, names, types", ctl_trust_change},
  {"sign", "add a root's signature", ctl_trust_sign},
  {"merge", "unite the signatures that roots put on their copies", ctl_trust_merge},
  {"next", "make the list that follows a signed one", ctl_trust_next},
  {"show", "show a list, its signatures, and what is new in it", ctl_trust_show},
  {"check", "whether verifyd would accept a list", ctl_trust_check},
  {"publish", "enter a list's hash in every operator's log", ctl_trust_publish},
};
#define ACTIONS (sizeof actions / sizeof *actions)

static void print_help(void) {
  (void)printf("Usage: verifyctl trust ACTION [OPTION]…\n\n"
               "A trust list says which keys may issue what, and when. Roots sign it; readers pin the roots.\n\n");
  for (size_t i = 0; i < ACTIONS; i++) (void)printf("  %-10s%s\n", actions[i].name, actions[i].summary);
  (void)printf("\nThe life of a list\n"
               "  begin       create, add …; each root: sign on a copy of its own; merge; check; publish\n"
               "  afterwards  next, then add and change …; sign, merge, check --since, publish; then put it in place\n"
               "              of the old one on every machine\n"
               "\nverifyctl trust ACTION --help explains an action.\n");
}

enum vd_error ctl_trust(int argc, char **argv, int *status, struct vd_failure *failure) {
  struct frag_context *context = NULL;
  const char *names[ACTIONS + 1] = {0};
  *status = 0;
  if (argc < 2) return vd_fail(failure, VD_USAGE, "which action? See verifyctl trust --help");
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) return print_help(), VD_OK;
  for (size_t i = 0; i < ACTIONS; i++) {
    names[i] = actions[i].name;
    if (strcmp(actions[i].name, argv[1]) != 0) continue;
    enum vd_error error = vd_context_new(&context, failure);
    if (error == VD_OK) error = actions[i].run(argc - 1, argv + 1, context, failure);
    frag_context_free(context);
    return error;
  }
  const char *near = ctl_nearest(argv[1], names);
  if (near != NULL) return vd_fail(failure, VD_USAGE, "unknown action \"%s\"; did you mean %s?", argv[1], near);
  return vd_fail(failure, VD_USAGE, "unknown action \"%s\"; see verifyctl trust --help", argv[1]);
}
