/* anchor_resume.c: verifyctl anchor resume. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor_command.h"
#include "date.h"
#include "options.h"

/* Which anchor is on the chain of that name. */
static enum vd_error find(const struct vd_settings *settings, const char *config, const char *chain, size_t *number,
                          struct vd_failure *failure) {
  const struct vd_own_operator_settings *own = &settings->own_operator;
  for (*number = 0; *number < own->anchors_count; (*number)++)
    if (strcmp(settings->chains[own->anchors[*number].chain].name, chain) == 0) return VD_OK;
  return vd_fail(failure, VD_NOT_FOUND, "%s: the log is not anchored on a chain \"%s\"; its operator has %s", config,
                 chain, settings->chains[own->anchors[0].chain].name);
}

/* Why it is halted, and whose it is. */
static enum vd_error look(const struct vd_settings *settings, size_t number, struct vd_outbox_identity *identity,
                          uint64_t *since_s, char why[static VD_OUTBOX_REASON_SIZE], struct vd_failure *failure) {
  struct vd_outbox *outbox = NULL;
  enum vd_error error = ctl_anchor_open(settings, number, &outbox, failure);
  if (error == VD_OK) *identity = *vd_outbox_get_identity(outbox);
  if (error == VD_OK) error = vd_outbox_halted(outbox, since_s, why, failure);
  vd_outbox_close(outbox);
  return error;
}

static enum vd_error resume(const struct vd_settings *settings, size_t number, const char *chain,
                            struct vd_failure *failure) {
  struct vd_outbox_identity identity;
  struct vd_outbox *outbox = NULL;
  struct vd_failure why_not = {.code = VD_OK};
  char why[VD_OUTBOX_REASON_SIZE] = "", since[CTL_DATE_SIZE];
  uint64_t since_s = 0;
  enum vd_error error = look(settings, number, &identity, &since_s, why, failure);
  if (error != VD_OK) return error;
  if (why[0] == '\0') {
    (void)printf("%s: anchoring is not halted; nothing was done\n", chain);
    return VD_OK;
  }
  error = vd_outbox_open(settings->own_operator.anchors[number].outbox, &identity, &outbox, &why_not);
  if (error == VD_OK) error = vd_outbox_resume(outbox, &why_not);
  vd_outbox_close(outbox);
  if (error == VD_CONFLICT) return vd_fail(failure, error, "%s; stop verifyd first", why_not.text);
  if (error != VD_OK) return vd_fail(failure, error, "%s", why_not.text);
  ctl_date_format(since, since_s);
  (void)printf("%s: anchoring goes on when verifyd is started. It was halted on %s: %s\n", chain, since, why);
  return VD_OK;
}

enum vd_error ctl_anchor_resume(int argc, char **argv, int *status, struct vd_failure *failure) {
  const char *config = NULL, *chain = NULL;
  bool help = false;
  int first = 0;
  const struct ctl_option options[] = {
    CTL_REQUIRED("config", "FILE", &config, "the operator's verifyd.conf"),
    CTL_REQUIRED("chain", "NAME", &chain, "the chain, as the configuration calls it"),
  };
  const struct ctl_usage usage = {
    .command = "anchor resume", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Lets anchoring go on after it was halted, for example since the account's key was used elsewhere. Find\n"
             "out first why that was (verifyctl anchor status), and stop verifyd.",
  };
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  if (error != VD_OK || help) return error;
  struct vd_settings *settings = NULL;
  size_t number = 0;
  *status = 0;
  error = ctl_anchor_settings(config, &settings, failure);
  if (error == VD_OK) error = find(settings, config, chain, &number, failure);
  if (error == VD_OK) error = resume(settings, number, chain, failure);
  free(settings);
  return error;
}
