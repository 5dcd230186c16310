/* trust_change.c: verifyctl trust change. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hex.h"
#include "trust_command.h"
#include "trust_difference.h"
#include "trust_entry.h"
#include "trust_file.h"
#include "trust_text.h"

struct change {
  const char *list, *kid, *not_before, *not_after, *compromised_since;
  bool is_not_compromised, has_all_types;
  struct ctl_list names, types;
};

static enum vd_error check(const struct change *given, struct vd_failure *failure) {
  if (given->compromised_since != NULL && given->is_not_compromised) {
    return vd_fail(failure, VD_USAGE, "give --compromised-since or --not-compromised, not both");
  }
  if (given->types.count > 0 && given->has_all_types) {
    return vd_fail(failure, VD_USAGE, "give --type or --all-types, not both");
  }
  bool has_change = given->not_before != NULL || given->not_after != NULL || given->compromised_since != NULL ||
                    given->is_not_compromised || given->has_all_types || given->names.count + given->types.count > 0;
  return has_change ? VD_OK : vd_fail(failure, VD_USAGE, "what is to change? See verifyctl trust change --help");
}

static enum vd_error parse(struct change *given, int argc, char **argv, bool *help, struct vd_failure *failure) {
  const struct ctl_option options[] = {
    CTL_REQUIRED("list", "FILE", &given->list, "the list to change; not signed yet"),
    CTL_REQUIRED("kid", "KID", &given->kid, "the entry: 16 hex digits, as `trust show` prints them"),
    CTL_OPTIONAL("not-before", "TIME", &given->not_before, "valid from: a date, an ISO 8601 time or Unix seconds"),
    CTL_OPTIONAL("not-after", "TIME", &given->not_after, "valid until"),
    CTL_OPTIONAL("compromised-since", "TIME", &given->compromised_since,
                 "from when on somebody else may have had the key"),
    CTL_FLAG("not-compromised", &given->is_not_compromised, "takes that back"),
    CTL_REPEATED("name", "LANG=NAME", &given->names,
                 "the issuer's name in a language, in place of the one before;\n"
                 "LANG= alone takes it away. Repeat for more"),
    CTL_REPEATED("type", "TYPE", &given->types,
                 "a type of document that the key may sign, in place of all before;\nrepeat for more"),
    CTL_FLAG("all-types", &given->has_all_types, "the key may sign all types"),
  };
  const struct ctl_usage usage = {
    .command = "trust change", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Changes an entry of a list that nobody has signed yet; make the next list of a signed one first (`trust\n"
             "next`). An entry is never removed, and its public key, role and issuer never change.\n"
             "Expiry:      change --kid KID --not-after TIME\n"
             "             What it signed counts if it was in the logs by TIME; nothing later.\n"
             "Compromise:  change --kid KID --compromised-since TIME\n"
             "             Documents that were not in the logs before TIME are NOT_VALID; earlier ones stay valid.\n"
             "             Choose a TIME at which the key was still safe for certain.\n"
             "Rotation:    add --key NEW.pub --role issuer --issuer ID --not-after TIME, and\n"
             "             change --kid OLD-KID --not-after TIME, some days after everyone has the list",
  };
  int first = 0;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, help, failure);
  return error != VD_OK || *help ? error : check(given, failure);
}

static enum vd_error change_times(const struct change *given, struct ctl_trust_entry *entry,
                                  struct vd_failure *failure) {
  struct frag_trust_key *key = &entry->key;
  enum vd_error error = VD_OK;
  if (given->not_before != NULL) error = ctl_option_time("not-before", given->not_before, &key->not_before_s, failure);
  if (error == VD_OK && given->not_after != NULL) {
    error = ctl_option_time("not-after", given->not_after, &key->not_after_s, failure);
  }
  if (error == VD_OK) error = ctl_trust_entry_check_times(entry, failure);
  if (error == VD_OK && given->compromised_since != NULL) {
    error = ctl_option_time("compromised-since", given->compromised_since, &key->compromised_since_s, failure);
    key->has_compromised_since = true;
  }
  if (given->is_not_compromised) key->has_compromised_since = false;
  return error;
}

static bool names_language(const struct ctl_trust_entry *entry, struct frag_slice language) {
  for (size_t i = 0; i < entry->key.name_count; i++) {
    const struct frag_slice *named = &entry->names[i].language;
    if (named->len == language.len && memcmp(named->data, language.data, language.len) == 0) return true;
  }
  return false;
}

/* The given names, then those before in other languages, without those that were given empty. */
static enum vd_error change_names(struct frag_context *context, const struct change *given,
                                  struct ctl_trust_entry *entry, struct vd_failure *failure) {
  const struct frag_issuer_name *before = entry->key.names;
  size_t before_count = entry->key.name_count, kept = 0;
  if (given->names.count == 0) return VD_OK;
  enum vd_error error = ctl_trust_entry_names(context, entry, &given->names, failure);
  for (size_t i = 0; error == VD_OK && i < before_count; i++) {
    if (names_language(entry, before[i].language)) continue;
    if (entry->key.name_count == CTL_LIST_MAX) {
      return vd_fail(failure, VD_FULL, "the entry would have more than %d names", CTL_LIST_MAX);
    }
    entry->names[entry->key.name_count++] = before[i];
  }
  for (size_t i = 0; i < entry->key.name_count; i++) {
    if (entry->names[i].name.len > 0) entry->names[kept++] = entry->names[i];
  }
  entry->key.name_count = kept;
  return error;
}

static enum vd_error change_entry(struct frag_context *context, const struct change *given,
                                  struct ctl_trust_entry *entry, struct vd_failure *failure) {
  enum vd_error error = change_times(given, entry, failure);
  if (error == VD_OK) error = change_names(context, given, entry, failure);
  if (given->types.count > 0 || given->has_all_types) ctl_trust_entry_types(entry, &given->types);
  return error;
}

static enum vd_error find(const struct change *given, const struct ctl_trust_file *file,
                          const struct frag_trust_key **key, struct vd_failure *failure) {
  uint8_t kid[FRAG_KID_LEN];
  if (!vd_hex_decode(kid, sizeof kid, given->kid, strlen(given->kid))) {
    return vd_fail(failure, VD_USAGE, "--kid must be 16 hex digits, as `trust show` prints them");
  }
  if (file->signatures_count > 0) {
    return vd_fail(failure, VD_DATA,
                   "%s is signed, and a change would undo that: make the next list first, with `verifyctl trust next "
                   "--list %s --out NEW`",
                   given->list, given->list);
  }
  *key = frag_trust_find(file->trust, kid);
  if (*key != NULL) return VD_OK;
  return vd_fail(failure, VD_NOT_FOUND, "%s has no entry %s", given->list, given->kid);
}

static enum vd_error save(struct frag_context *context, const struct change *given, const struct ctl_trust_file *file,
                          const struct frag_trust_key *old, const struct ctl_trust_entry *entry,
                          struct vd_failure *failure) {
  struct frag_trust_list list = *frag_trust_list(file->trust);
  struct frag_trust_key *keys = calloc(list.key_count, sizeof *keys);
  if (keys == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the trust list");
  for (size_t i = 0; i < list.key_count; i++) keys[i] = &list.keys[i] == old ? entry->key : list.keys[i];
  list.keys = keys;
  enum vd_error error = ctl_trust_file_save_list(context, given->list, &list, false, failure);
  free(keys);
  return error;
}

/* Shows what the file says now, not what was meant. */
static enum vd_error say(struct frag_context *context, const struct change *given, const struct frag_trust_key *old,
                         struct vd_failure *failure) {
  struct ctl_trust_file file;
  enum vd_error error = ctl_trust_file_load(context, given->list, &file, failure);
  const struct frag_trust_key *now = error == VD_OK ? frag_trust_find(file.trust, old->kid) : NULL;
  if (now != NULL) {
    bool is_changed = ctl_trust_difference_key(old, now) != 0;
    (void)printf("%s: kid %s %s\n", given->list, ctl_trust_text_hex(old->kid, FRAG_KID_LEN).text,
                 is_changed ? "changed; the list must be signed with `verifyctl trust sign`" : "was so already");
    ctl_trust_difference_print_key(old, now);
    if (given->compromised_since != NULL && now->compromised_since_s > (uint64_t)time(NULL)) {
      (void)fprintf(stderr, "verifyctl trust: warning: --compromised-since is in the future; the key is trusted until "
                            "then\n");
    }
  }
  ctl_trust_file_free(&file);
  return error;
}

enum vd_error ctl_trust_change(int argc, char **argv, struct frag_context *context, struct vd_failure *failure) {
  struct change given = {0};
  struct ctl_trust_file file = {0};
  const struct frag_trust_key *old = NULL;
  bool help = false;
  enum vd_error error = parse(&given, argc, argv, &help, failure);
  if (error != VD_OK || help) return error;
  struct ctl_trust_entry *entry = calloc(1, sizeof *entry);
  if (entry == NULL) return vd_fail(failure, VD_MEMORY, "no memory for an entry");
  error = ctl_trust_file_load(context, given.list, &file, failure);
  if (error == VD_OK) error = find(&given, &file, &old, failure);
  if (error == VD_OK) {
    entry->key = *old;
    error = change_entry(context, &given, entry, failure);
  }
  if (error == VD_OK) error = save(context, &given, &file, old, entry, failure);
  if (error == VD_OK) error = say(context, &given, old, failure);
  ctl_trust_file_free(&file);
  free(entry);
  return error;
}
