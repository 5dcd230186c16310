/* trust_check.c: verifyctl trust check. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/settings.h"
#include "options.h"
#include "trust_command.h"
#include "trust_difference.h"
#include "trust_file.h"
#include "trust_open.h"
#include "trust_roots.h"
#include "trust_text.h"

static void warn_about_times(const struct frag_trust_list *list, const char *path) {
  uint64_t now_s = (uint64_t)time(NULL);
  if (list->issued_s > now_s) {
    (void)fprintf(stderr, "verifyctl trust: warning: %s is issued in the future, at %s\n", path,
                  ctl_trust_text_date(list->issued_s).text);
  }
  if (list->next_update_s < now_s) {
    (void)fprintf(stderr, "verifyctl trust: warning: %s is out of date: the next list was due at %s\n", path,
                  ctl_trust_text_date(list->next_update_s).text);
  }
}

static void say_good(const struct ctl_trust_file *file, const struct ctl_trust_roots *roots, const char *path,
                     const struct ctl_trust_file *old, const char *since) {
  const struct frag_trust_list *list = frag_trust_list(file->trust);
  char text[CTL_TRUST_ROOTS_TEXT_SIZE];
  ctl_trust_roots_text(text, roots);
  (void)printf("%s: good: list %llu of realm %u; %s", path, (unsigned long long)list->list_no, list->realm, text);
  if (since != NULL) {
    (void)printf("; it follows list %llu (%s)", (unsigned long long)frag_trust_list(old->trust)->list_no, since);
  }
  (void)printf("\n");
}

/* The older list needs no signatures: its hash is in the new one, which is signed. */
static enum vd_error check(struct frag_context *context, const struct vd_settings *settings, const char *path,
                           const char *since, struct vd_failure *failure) {
  struct ctl_trust_file file = {0}, old = {0};
  struct ctl_trust_roots roots;
  struct frag_trust *trust = NULL;
  struct frag_pins pins = ctl_trust_open_pins(settings);
  enum vd_error error = ctl_trust_open_file(context, settings, path, &trust, failure);
  if (error == VD_OK) error = ctl_trust_file_load(context, path, &file, failure);
  if (error == VD_OK) error = ctl_trust_roots_find(context, &file, &pins, &roots, failure);
  if (error == VD_OK && since != NULL) {
    error = ctl_trust_file_load(context, since, &old, failure);
    if (error == VD_OK) error = ctl_trust_difference_follows(old.trust, since, trust, path, failure);
  }
  if (error == VD_OK) {
    say_good(&file, &roots, path, &old, since);
    warn_about_times(frag_trust_list(trust), path);
  }
  frag_trust_free(trust);
  ctl_trust_file_free(&file);
  ctl_trust_file_free(&old);
  return error;
}

enum vd_error ctl_trust_check(int argc, char **argv, struct frag_context *context, struct vd_failure *failure) {
  const char *config = NULL, *since = NULL;
  const struct ctl_option options[] = {
    CTL_REQUIRED("config", "FILE", &config, "verifyd.conf: pins the roots and says how many must sign"),
    CTL_OPTIONAL("since", "OLD", &since, "the list that it is to take the place of"),
  };
  const struct ctl_usage usage = {
    .command = "trust check", .operands = "FILE", .options = options,
    .options_count = sizeof options / sizeof *options,
    .about = "Judges a trust list as verifyd does: its form, its realm, the signatures of the pinned roots, and with\n"
             "--since whether it may take the place of an older one: the next number, the right prev_hash, every\n"
             "entry still there with its public key, role and issuer. Exit code: 0 verifyd accepts it, 65 it does not.",
  };
  int first = 0;
  bool help = false;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  if (error != VD_OK || help) return error;
  if (argc - first != 1) return vd_fail(failure, VD_USAGE, "give one list; see verifyctl trust check --help");
  struct vd_settings *settings = calloc(1, sizeof *settings);
  if (settings == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the configuration");
  error = vd_settings_read(config, settings, failure);
  if (error == VD_OK) error = check(context, settings, argv[first], since, failure);
  free(settings);
  return error;
}
