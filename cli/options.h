/* options.h: command lines of the form `verifyctl COMMAND --name VALUE … OPERAND …`, with --help made from the
 * same table that is parsed. Long options and -h only. Owner of getopt. One thread. */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define CTL_LIST_MAX 64

/* An option that may be given several times; the strings are argv's. */
struct ctl_list {
  size_t count;
  const char *items[CTL_LIST_MAX];
};

/* One of text, list and flag is set and says where the value goes. Given once, except a list. */
struct ctl_option {
  const char *name;  /* without the dashes */
  const char *value; /* how --help calls the value; NULL for a flag */
  const char *help;  /* may have line breaks */
  const char **text;
  struct ctl_list *list;
  bool *flag;
  bool required;
};

/* The four kinds, for tables of options. */
#define CTL_REQUIRED(name_, value_, target_, help_) \
  { .name = (name_), .value = (value_), .help = (help_), .text = (target_), .required = true }
#define CTL_OPTIONAL(name_, value_, target_, help_) \
  { .name = (name_), .value = (value_), .help = (help_), .text = (target_) }
#define CTL_REPEATED(name_, value_, target_, help_) \
  { .name = (name_), .value = (value_), .help = (help_), .list = (target_) }
#define CTL_FLAG(name_, target_, help_) \
  { .name = (name_), .help = (help_), .flag = (target_) }

struct ctl_usage {
  const char *command;  /* "keygen" or "trust add" */
  const char *operands; /* how --help calls what follows the options; NULL when nothing may */
  const char *about;    /* what the command does, for --help */
  const struct ctl_option *options;
  size_t options_count;
};

/* Parses argv[1..argc), whose argv[0] is the command's name.
 * Out: the options' targets; *help: --help or -h was given and the text was printed to standard output, so that there
 *      is nothing more to do; *first: argv index of the first operand (argv may be reordered).
 * Errors: VD_USAGE, with the nearest known name or the way to --help in the text. */
VD_MUST_CHECK enum vd_error ctl_options_parse(const struct ctl_usage *usage, int argc, char **argv, int *first,
                                              bool *help, struct vd_failure *failure);

/* A whole number in min..max. VD_USAGE naming the option. */
VD_MUST_CHECK enum vd_error ctl_option_number(const char *name, const char *text, uint64_t min, uint64_t max,
                                              uint64_t *number, struct vd_failure *failure);

/* A moment as ISO 8601 or Unix seconds; see ctl_date_parse. VD_USAGE naming the option. */
VD_MUST_CHECK enum vd_error ctl_option_time(const char *name, const char *text, uint64_t *time_s,
                                            struct vd_failure *failure);

/* The one of names (NULL at the end) that is nearest to a mistyped word, or NULL when none is near. */
const char *ctl_nearest(const char *word, const char *const names[]);

#endif
