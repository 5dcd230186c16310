/* trust_add.c: verifyctl trust add. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hex.h"
#include "base/key_file.h"
#include "trust_command.h"
#include "trust_entry.h"
#include "trust_file.h"
#include "trust_text.h"

#define KEYS_MAX 65536

struct add {
  const char *list, *key, *role, *issuer, *not_before, *not_after;
  struct ctl_list names, types;
};

static enum vd_error parse(struct add *given, int argc, char **argv, bool *help, struct vd_failure *failure) {
  const struct ctl_option options[] = {
    CTL_REQUIRED("list", "FILE", &given->list, "the list to add to"),
    CTL_REQUIRED("key", "KEY", &given->key, "the key: a file made by keygen (FILE.pub is enough) or 64 hex digits"),
    CTL_REQUIRED("role", "ROLE", &given->role, "issuer, or registrar, who may only change status"),
    CTL_REQUIRED("issuer", "ID", &given->issuer,
                 "the issuer's id in documents: a-z, 0-9, . and -, such as moeys.gov.kh"),
    CTL_REPEATED("name", "LANG=NAME", &given->names, "the issuer's name in a language; repeat for more languages"),
    CTL_REPEATED("type", "TYPE", &given->types,
                 "a type of document that the key may sign; repeat for more.\nWithout any the key may sign all types"),
    CTL_OPTIONAL("not-before", "TIME", &given->not_before,
                 "valid from: a date, an ISO 8601 time or Unix seconds (now)"),
    CTL_REQUIRED("not-after", "TIME", &given->not_after, "valid until"),
  };
  const struct ctl_usage usage = {
    .command = "trust add", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Adds a key to a trust list. If the list was signed already, this begins the next list in the same file,\n"
             "which follows it and has to be signed anew; `trust next` begins it in another file. Entries are never\n"
             "removed: see `trust change`.",
  };
  int first = 0;
  return ctl_options_parse(&usage, argc, argv, &first, help, failure);
}

static enum vd_error find_key(struct frag_context *context, const char *given, struct frag_trust_key *key,
                              struct vd_failure *failure) {
  struct vd_public_key loaded = {.kind = VD_KEY_ISSUER};
  if (!vd_hex_decode(loaded.public32, 32, given, strlen(given))) {
    enum vd_error error = vd_key_load_public(given, &loaded, failure);
    if (error != VD_OK) return error;
  }
  if (loaded.kind != VD_KEY_ISSUER) {
    return vd_fail(failure, VD_KEY, "%s is a key of kind %s; a trust list holds issuer keys", given,
                   vd_key_kind_name(loaded.kind));
  }
  memcpy(key->pub32, loaded.public32, 32);
  frag_error error = frag_key_id_of(context, key->kid, loaded.public32);
  return error == FRAG_OK ? VD_OK : vd_fail_frag(failure, error, "--key");
}

static enum vd_error fill_times(const struct add *given, struct frag_trust_key *key, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  key->not_before_s = (uint64_t)time(NULL);
  if (given->not_before != NULL) {
    error = ctl_option_time("not-before", given->not_before, &key->not_before_s, failure);
  }
  return error == VD_OK ? ctl_option_time("not-after", given->not_after, &key->not_after_s, failure) : error;
}

static enum vd_error fill_entry(struct frag_context *context, const struct add *given, struct ctl_trust_entry *entry,
                                struct vd_failure *failure) {
  struct frag_trust_key *key = &entry->key;
  key->role = strcmp(given->role, "issuer") == 0 ? FRAG_ROLE_ISSUER : FRAG_ROLE_REGISTRAR;
  if (key->role == FRAG_ROLE_REGISTRAR && strcmp(given->role, "registrar") != 0) {
    return vd_fail(failure, VD_USAGE, "--role must be issuer or registrar");
  }
  key->issuer = ctl_trust_entry_text(given->issuer);
  ctl_trust_entry_types(entry, &given->types);
  enum vd_error error = find_key(context, given->key, key, failure);
  if (error == VD_OK) error = ctl_trust_entry_names(context, entry, &given->names, failure);
  if (error == VD_OK) error = fill_times(given, key, failure);
  return error == VD_OK ? ctl_trust_entry_check_times(entry, failure) : error;
}

static enum vd_error append(struct frag_context *context, const struct add *given, const struct ctl_trust_entry *entry,
                            const struct ctl_trust_file *file, struct vd_failure *failure) {
  struct frag_trust_list list = *frag_trust_list(file->trust);
  enum vd_error error = VD_OK;
  if (list.key_count >= KEYS_MAX) {
    return vd_fail(failure, VD_FULL, "%s has %d keys, which is the limit", given->list, KEYS_MAX);
  }
  struct frag_trust_key *keys = calloc(list.key_count + 1, sizeof *keys);
  if (keys == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the trust list");
  if (list.key_count > 0) memcpy(keys, list.keys, list.key_count * sizeof *keys);
  keys[list.key_count++] = entry->key;
  list.keys = keys;
  if (file->signatures_count > 0) error = ctl_trust_file_follow(file, given->list, 0, &list, failure);
  if (error == VD_OK) error = ctl_trust_file_save_list(context, given->list, &list, false, failure);
  free(keys);
  if (error != VD_OK) return error;
  (void)printf("%s: added kid %s; list %llu has %zu keys and must be signed with `verifyctl trust sign`\n", given->list,
               ctl_trust_text_hex(entry->key.kid, FRAG_KID_LEN).text, (unsigned long long)list.list_no,
               list.key_count);
  return VD_OK;
}

enum vd_error ctl_trust_add(int argc, char **argv, struct frag_context *context, struct vd_failure *failure) {
  struct add given = {0};
  struct ctl_trust_file file = {0};
  bool help = false;
  enum vd_error error = parse(&given, argc, argv, &help, failure);
  if (error != VD_OK || help) return error;
  struct ctl_trust_entry *entry = calloc(1, sizeof *entry);
  if (entry == NULL) return vd_fail(failure, VD_MEMORY, "no memory for an entry");
  error = fill_entry(context, &given, entry, failure);
  if (error == VD_OK) error = ctl_trust_file_load(context, given.list, &file, failure);
  if (error == VD_OK) error = append(context, &given, entry, &file, failure);
  ctl_trust_file_free(&file);
  free(entry);
  return error;
}
