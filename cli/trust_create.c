/* trust_create.c: verifyctl trust create and next. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/settings.h"
#include "options.h"
#include "trust_command.h"
#include "trust_file.h"
#include "trust_open.h"
#include "trust_roots.h"

#define DAYS_MAX 36500

static enum vd_error take_days(const char *given, uint64_t *days, struct vd_failure *failure) {
  return given == NULL ? VD_OK : ctl_option_number("valid-days", given, 1, DAYS_MAX, days, failure);
}

/* --- create --- */

enum vd_error ctl_trust_create(int argc, char **argv, struct frag_context *context, struct vd_failure *failure) {
  const char *realm_text = NULL, *out = NULL, *days_text = NULL, *issued = NULL;
  const struct ctl_option options[] = {
    CTL_REQUIRED("realm", "N", &realm_text, "the realm that the list is for, 0 to 65535"),
    CTL_REQUIRED("out", "FILE", &out, "the new list; must not exist yet"),
    CTL_OPTIONAL("valid-days", "N", &days_text, "days until the next list is due (365)"),
    CTL_OPTIONAL("issued", "TIME", &issued, "when the list is issued (now)"),
  };
  const struct ctl_usage usage = {
    .command = "trust create", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Makes a trust list without keys. Add keys with `trust add`, then sign it with `trust sign`.",
  };
  uint64_t realm = 0, days = 365, issued_s = (uint64_t)time(NULL);
  int first = 0;
  bool help = false;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  if (error != VD_OK || help) return error;
  error = ctl_option_number("realm", realm_text, 0, UINT16_MAX, &realm, failure);
  if (error == VD_OK) error = take_days(days_text, &days, failure);
  if (error == VD_OK && issued != NULL) error = ctl_option_time("issued", issued, &issued_s, failure);
  if (error != VD_OK) return error;
  struct frag_trust_list list = {.realm = (uint16_t)realm, .list_no = 1, .issued_s = issued_s,
                                 .next_update_s = issued_s + days * CTL_TRUST_DAY_S};
  error = ctl_trust_file_save_list(context, out, &list, true, failure);
  if (error == VD_OK) (void)printf("%s: list 1 of realm %u, without keys\n", out, (unsigned)realm);
  return error;
}

/* --- next --- */

struct next {
  const char *list, *out, *days_text, *config;
};

static enum vd_error parse_next(struct next *given, int argc, char **argv, bool *help, struct vd_failure *failure) {
  const struct ctl_option options[] = {
    CTL_REQUIRED("list", "OLD", &given->list, "the signed list that the new one is to follow"),
    CTL_REQUIRED("out", "NEW", &given->out, "the new list; must not exist yet"),
    CTL_OPTIONAL("valid-days", "N", &given->days_text,
                 "days from now until the list after it is due (as many as OLD had)"),
    CTL_OPTIONAL("config", "FILE", &given->config,
                 "verifyd.conf: has the signatures of OLD checked, and refuses when\nits trust list is newer than OLD"),
  };
  const struct ctl_usage usage = {
    .command = "trust next", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Makes the list that follows a signed one: the same keys, the next number, issued now, bound to OLD by\n"
             "its hash, and signed by nobody yet. OLD is not touched. Use it on the newest list only: two lists of\n"
             "the same number split the realm. An OLD that is past its date may be followed: so it is renewed.\n"
             "Then `trust add` and `trust change`, and `trust sign` by each root.",
  };
  int first = 0;
  return ctl_options_parse(&usage, argc, argv, &first, help, failure);
}

/* A list beside the one in use, or behind it, would be refused by everyone once it is signed. */
static enum vd_error check_current(struct frag_context *context, const struct vd_settings *settings,
                                   const struct ctl_trust_file *old, const char *path, struct vd_failure *failure) {
  struct frag_trust *current = NULL;
  struct vd_failure why = {.code = VD_OK};
  enum vd_error error = ctl_trust_open(context, settings, &current, &why);
  if (error == VD_MEMORY || error == VD_INTERNAL) return vd_fail(failure, error, "%s", why.text);
  if (error != VD_OK) {
    (void)fprintf(stderr, "verifyctl trust: warning: whether %s is the newest list is not known: %s\n", path, why.text);
    return VD_OK;
  }
  const struct frag_trust_list *in_use = frag_trust_list(current), *before = frag_trust_list(old->trust);
  if (in_use->realm == before->realm && in_use->list_no > before->list_no) {
    error = vd_fail(failure, VD_CONFLICT, "%s is list %llu, but list %llu is in use (%s): make the next one from that",
                    path, (unsigned long long)before->list_no, (unsigned long long)in_use->list_no,
                    settings->trust.file);
  } else if (in_use->list_no == before->list_no &&
             memcmp(frag_trust_hash(current), frag_trust_hash(old->trust), 32) != 0) {
    error = vd_fail(failure, VD_CONFLICT,
                    "%s is another list %llu than the one in use (%s): make the next one from that", path,
                    (unsigned long long)before->list_no, settings->trust.file);
  }
  frag_trust_free(current);
  return error;
}

static enum vd_error check_old(struct frag_context *context, const struct next *given, const struct ctl_trust_file *old,
                               struct vd_failure *failure) {
  struct ctl_trust_roots roots;
  char text[CTL_TRUST_ROOTS_TEXT_SIZE];
  if (given->config == NULL) return VD_OK;
  struct vd_settings *settings = calloc(1, sizeof *settings);
  if (settings == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the configuration");
  enum vd_error error = vd_settings_read(given->config, settings, failure);
  if (error == VD_OK && frag_trust_list(old->trust)->realm != settings->realm) {
    error = vd_fail(failure, VD_DATA, "%s is for realm %u, and %s is of realm %u", given->list,
                    frag_trust_list(old->trust)->realm, given->config, settings->realm);
  }
  if (error == VD_OK) error = check_current(context, settings, old, given->list, failure);
  if (error == VD_OK) {
    struct frag_pins pins = ctl_trust_open_pins(settings);
    error = ctl_trust_roots_find(context, old, &pins, &roots, failure);
  }
  if (error == VD_OK && !ctl_trust_roots_are_enough(&roots)) {
    ctl_trust_roots_text(text, &roots);
    (void)fprintf(stderr, "verifyctl trust: warning: %s is not complete: %s; nobody accepts the next list before it\n",
                  given->list, text);
  }
  free(settings);
  return error;
}

static enum vd_error write_next(struct frag_context *context, const struct next *given,
                                const struct ctl_trust_file *old, struct vd_failure *failure) {
  struct frag_trust_list list = *frag_trust_list(old->trust);
  uint64_t days = 0;
  enum vd_error error = take_days(given->days_text, &days, failure);
  if (error == VD_OK) error = ctl_trust_file_follow(old, given->list, days, &list, failure);
  if (error == VD_OK) error = ctl_trust_file_save_list(context, given->out, &list, true, failure);
  if (error != VD_OK) return error;
  (void)printf("%s: list %llu of realm %u with the %zu keys of %s, which it follows; not signed yet\n", given->out,
               (unsigned long long)list.list_no, list.realm, list.key_count, given->list);
  return VD_OK;
}

enum vd_error ctl_trust_next(int argc, char **argv, struct frag_context *context, struct vd_failure *failure) {
  struct next given = {0};
  struct ctl_trust_file old = {0};
  bool help = false;
  enum vd_error error = parse_next(&given, argc, argv, &help, failure);
  if (error != VD_OK || help) return error;
  error = ctl_trust_file_load(context, given.list, &old, failure);
  if (error == VD_OK && old.signatures_count == 0) {
    error = vd_fail(failure, VD_DATA, "%s is not signed by anybody yet: change it as it is, or sign it first",
                    given.list);
  }
  if (error == VD_OK) error = check_old(context, &given, &old, failure);
  if (error == VD_OK) error = write_next(context, &given, &old, failure);
  ctl_trust_file_free(&old);
  return error;
}
