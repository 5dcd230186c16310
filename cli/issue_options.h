/* issue_options.h: the command line of verifyctl issue and reissue, checked, with what a configuration adds. */
#ifndef CTL_ISSUE_OPTIONS_H
#define CTL_ISSUE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "config/settings.h"

struct ctl_issue_options {
  const char *profile, *in, *out, *issuer_key, *status_key, *issuer, *prefix, *passphrase_file;
  char delimiter; /* 0: detect */
  uint16_t realm;
  unsigned threshold;
  size_t operators_count; /* m */
  struct vd_operator_settings operators[VD_OPERATORS_MAX]; /* those of --config, or made of --ledger */
  bool is_reissue;   /* of verifyctl reissue */
  const char *queue; /* NULL when not given */
  const char *config;
  uint64_t issue_no; /* from 2 on for a reissue */
  bool has_issued;
  uint64_t issued_s; /* when has_issued */
  unsigned workers;
  struct vd_settings *settings; /* NULL without --config */
};

/* Parses and checks; is_reissue: for verifyctl reissue, which needs a configuration. *help: the help was printed. Ends
 * with ctl_issue_options_free, also after an error. VD_USAGE, and the errors of vd_settings_read. */
VD_MUST_CHECK enum vd_error ctl_issue_options_parse(int argc, char **argv, bool is_reissue,
                                                    struct ctl_issue_options *options, bool *help,
                                                    struct vd_failure *failure);
void ctl_issue_options_free(struct ctl_issue_options *options);

#endif
