#include "options.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "date.h"

#define OPTIONS_MAX 32
#define HELP_COLUMN 28

static void print_option(const struct ctl_option *option) {
  char head[80];
  (void)snprintf(head, sizeof head, "  --%s%s%s", option->name, option->value == NULL ? "" : " ",
                 option->value == NULL ? "" : option->value);
  (void)printf("%-*s", HELP_COLUMN, head);
  if (strlen(head) >= HELP_COLUMN) (void)printf("\n%*s", HELP_COLUMN, "");
  for (const char *line = option->help; line != NULL;) {
    const char *end = strchr(line, '\n');
    (void)printf("%.*s\n", end == NULL ? (int)strlen(line) : (int)(end - line), line);
    line = end == NULL ? NULL : end + 1;
    if (line != NULL) (void)printf("%*s", HELP_COLUMN, "");
  }
}

static void print_help(const struct ctl_usage *usage) {
  (void)printf("Usage: verifyctl %s [OPTION]…%s%s\n\n%s\n\n", usage->command, usage->operands == NULL ? "" : " ",
               usage->operands == NULL ? "" : usage->operands, usage->about);
  for (size_t i = 0; i < usage->options_count; i++) print_option(&usage->options[i]);
  print_option(&(struct ctl_option){.name = "help", .help = "print this (also -h)"});
}

/* Levenshtein distance of two words of at most 31 characters; 99 when one is longer. */
static unsigned distance(const char *a, const char *b) {
  unsigned row[32];
  size_t a_len = strlen(a), b_len = strlen(b);
  if (a_len > 31 || b_len > 31) return 99;
  for (size_t j = 0; j <= b_len; j++) row[j] = (unsigned)j;
  for (size_t i = 1; i <= a_len; i++) {
    unsigned diagonal = row[0];
    row[0] = (unsigned)i;
    for (size_t j = 1; j <= b_len; j++) {
      unsigned change = diagonal + (a[i - 1] != b[j - 1]);
      unsigned shift = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
      diagonal = row[j];
      row[j] = change < shift ? change : shift;
    }
  }
  return row[b_len];
}

const char *ctl_nearest(const char *word, const char *const names[]) {
  const char *best = NULL;
  unsigned least = (unsigned)strlen(word) / 2 + 1;
  if (least > 4) least = 4;
  for (; *names != NULL; names++) {
    unsigned found = distance(word, *names);
    if (found < least) least = found, best = *names;
  }
  return best;
}

static enum vd_error unknown_option(const struct ctl_usage *usage, const char *given, struct vd_failure *failure) {
  const char *names[OPTIONS_MAX + 2] = {0};
  char word[64];
  size_t skip = strspn(given, "-"), len = strcspn(given + skip, "=");
  for (size_t i = 0; i < usage->options_count; i++) names[i] = usage->options[i].name;
  names[usage->options_count] = "help";
  (void)snprintf(word, sizeof word, "%.*s", (int)(len < 60 ? len : 60), given + skip);
  const char *near = ctl_nearest(word, names);
  if (near != NULL) return vd_fail(failure, VD_USAGE, "unknown option --%s; did you mean --%s?", word, near);
  return vd_fail(failure, VD_USAGE, "unknown option --%s; see verifyctl %s --help", word, usage->command);
}

/* getopt would accept any unambiguous beginning of a name, which later options could make ambiguous. */
static enum vd_error refuse_unknown(const struct ctl_usage *usage, int argc, char **argv, struct vd_failure *failure) {
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
    if (strncmp(argv[i], "--", 2) != 0) continue;
    size_t len = strcspn(argv[i] + 2, "=");
    bool known = len == 4 && strncmp(argv[i] + 2, "help", 4) == 0;
    for (size_t o = 0; o < usage->options_count && !known; o++) {
      const char *name = usage->options[o].name;
      known = strlen(name) == len && strncmp(argv[i] + 2, name, len) == 0;
    }
    if (!known) return unknown_option(usage, argv[i], failure);
  }
  return VD_OK;
}

static enum vd_error take(const struct ctl_option *option, const char *value, struct vd_failure *failure) {
  if (option->flag != NULL) {
    *option->flag = true;
  } else if (option->list != NULL) {
    if (option->list->count == CTL_LIST_MAX) {
      return vd_fail(failure, VD_USAGE, "--%s is given more than %d times", option->name, CTL_LIST_MAX);
    }
    option->list->items[option->list->count++] = value;
  } else if (*option->text != NULL) {
    return vd_fail(failure, VD_USAGE, "--%s is given twice; keep one", option->name);
  } else {
    *option->text = value;
  }
  return VD_OK;
}

static enum vd_error check_required(const struct ctl_usage *usage, struct vd_failure *failure) {
  for (size_t i = 0; i < usage->options_count; i++) {
    const struct ctl_option *option = &usage->options[i];
    bool given = option->list != NULL ? option->list->count > 0 : option->text == NULL || *option->text != NULL;
    if (option->required && !given) {
      return vd_fail(failure, VD_USAGE, "--%s %s is missing; see verifyctl %s --help", option->name, option->value,
                     usage->command);
    }
  }
  return VD_OK;
}

static enum vd_error parse_next(const struct ctl_usage *usage, int found, char **argv, bool *help,
                                struct vd_failure *failure) {
  const char *given = argv[optind - 1];
  if (found == 'h') {
    *help = true;
    return VD_OK;
  }
  if (found >= 256) return take(&usage->options[found - 256], optarg, failure);
  if (found == ':') {
    return vd_fail(failure, VD_USAGE, "%s needs a value; see verifyctl %s --help", given, usage->command);
  }
  if (optopt >= 256) return vd_fail(failure, VD_USAGE, "--%s takes no value", usage->options[optopt - 256].name);
  return vd_fail(failure, VD_USAGE, "unknown option -%c; options have long names, see verifyctl %s --help", optopt,
                 usage->command);
}

enum vd_error ctl_options_parse(const struct ctl_usage *usage, int argc, char **argv, int *first, bool *help,
                                struct vd_failure *failure) {
  struct option table[OPTIONS_MAX + 2] = {{0}};
  assert(usage->options_count <= OPTIONS_MAX);
  for (size_t i = 0; i < usage->options_count; i++) {
    int takes = usage->options[i].flag == NULL ? required_argument : no_argument;
    table[i] = (struct option){.name = usage->options[i].name, .has_arg = takes, .val = 256 + (int)i};
  }
  table[usage->options_count] = (struct option){.name = "help", .has_arg = no_argument, .val = 'h'};
  *help = false;
  opterr = 0;
  optind = 0; /* makes getopt begin anew */
  enum vd_error error = refuse_unknown(usage, argc, argv, failure);
  while (error == VD_OK) {
    int found = getopt_long(argc, argv, ":h", table, NULL);
    if (found == -1) break;
    error = parse_next(usage, found, argv, help, failure);
  }
  if (error != VD_OK) return error;
  *first = optind;
  if (*help) {
    print_help(usage);
    return VD_OK;
  }
  if (usage->operands == NULL && optind < argc) {
    return vd_fail(failure, VD_USAGE, "\"%s\" is not an option; options begin with --, see verifyctl %s --help",
                   argv[optind], usage->command);
  }
  return check_required(usage, failure);
}

enum vd_error ctl_option_number(const char *name, const char *text, uint64_t min, uint64_t max, uint64_t *number,
                                struct vd_failure *failure) {
  uint64_t value = 0;
  size_t len = strlen(text);
  bool good = len > 0 && len <= 19 && strspn(text, "0123456789") == len;
  for (size_t i = 0; good && i < len; i++) value = value * 10 + (uint64_t)(text[i] - '0');
  *number = value;
  if (good && value >= min && value <= max) return VD_OK;
  return vd_fail(failure, VD_USAGE, "--%s must be a whole number from %llu to %llu", name, (unsigned long long)min,
                 (unsigned long long)max);
}

enum vd_error ctl_option_time(const char *name, const char *text, uint64_t *time_s, struct vd_failure *failure) {
  if (ctl_date_parse(text, strlen(text), time_s)) return VD_OK;
  return vd_fail(failure, VD_USAGE, "--%s must be a date (2026-10-06), a time (2026-10-06T08:00:00Z) or Unix seconds",
                 name);
}
