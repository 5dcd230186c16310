/* compact_command.c: verifyctl compact. */
#include <stdio.h>

#include "base/context.h"
#include "command.h"
#include "ledger_choice.h"
#include "options.h"
#include "own_ledger.h"

static enum vd_error compact(const struct ctl_ledger_choice *choice, struct vd_failure *failure) {
  struct vd_store_options options = ctl_ledger_choice_options(choice, VD_STORE_WRITE);
  struct ctl_own_ledger own = {.options = options};
  struct frag_context *context = NULL;
  enum vd_error error = vd_context_new(&context, failure);
  if (error == VD_OK) error = ctl_own_ledger_begin(&own, context, &options, choice->key, failure);
  if (error == VD_OK) error = vd_store_compact(&own.options, failure);
  ctl_own_ledger_end(&own);
  frag_context_free(context);
  return error;
}

enum vd_error ctl_compact(int argc, char **argv, int *status, struct vd_failure *failure) {
  struct ctl_ledger_choice choice = {0};
  const struct ctl_option options[] = {
    CTL_OPTIONAL("store", "DIR", &choice.store, "the ledger's folder"),
    CTL_LEDGER_CHOICE_OPTIONS(&choice),
    CTL_OPTIONAL("log-key", "FILE", &choice.log_key, "the log's key, when it is not in the ledger's folder"),
  };
  const struct ctl_usage usage = {
    .command = "compact", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Writes a ledger anew without its unused parts, so that nothing of an erased fragment is left on the\n"
             "disk, and gives the room back. Stop whatever reads or writes it first. The log stays as it is.",
  };
  int first = 0;
  bool help = false;
  *status = 0;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  if (error != VD_OK || help) return error;
  error = ctl_ledger_choice_make(&choice, failure);
  if (error == VD_OK && choice.path[0] == '\0') {
    error = vd_fail(failure, VD_USAGE, "the ledger of operator %u is not on this machine; its operator compacts it",
                    choice.number);
  }
  if (error != VD_OK) return error;
  error = compact(&choice, failure);
  if (error == VD_OK) (void)printf("%s was written anew: nothing of what was erased is left in it\n", choice.path);
  return error;
}
