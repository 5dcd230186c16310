/* trust_sign.c: verifyctl trust sign and merge. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/key_file.h"
#include "options.h"
#include "trust_command.h"
#include "trust_file.h"

static bool is_by(const struct frag_root_signature *signature, const uint8_t *kid) {
  return memcmp(signature->kid, kid, FRAG_KID_LEN) == 0;
}

/* --- sign --- */

/* Puts a signature in place of an earlier one by the same root, or at the end. */
static enum vd_error put_signature(struct ctl_trust_file *file, const struct frag_root_signature *signature,
                                   struct vd_failure *failure) {
  size_t at = 0;
  while (at < file->signatures_count && !is_by(&file->signatures[at], signature->kid)) at++;
  if (at == CTL_SIGNATURES_MAX) {
    return vd_fail(failure, VD_FULL, "the list has %d signatures, which is the limit", CTL_SIGNATURES_MAX);
  }
  if (at == file->signatures_count) file->signatures_count++;
  file->signatures[at] = *signature;
  return VD_OK;
}

static enum vd_error sign_list(struct frag_context *context, struct ctl_trust_file *file, const struct vd_key *root,
                               struct vd_failure *failure) {
  struct frag_key *key = NULL;
  struct frag_root_signature signature;
  uint8_t aux[32];
  enum vd_error error = vd_random(aux, sizeof aux, failure);
  if (error != VD_OK) return error;
  frag_error made = frag_key_new(context, &key, root->secret32);
  if (made == FRAG_OK) made = frag_trust_sign(context, &signature, file->list, key, aux);
  frag_key_free(key);
  vd_wipe(aux, sizeof aux);
  return made == FRAG_OK ? put_signature(file, &signature, failure) : vd_fail_frag(failure, made, "signing");
}

enum vd_error ctl_trust_sign(int argc, char **argv, struct frag_context *context, struct vd_failure *failure) {
  const char *list = NULL, *root_key = NULL, *passphrase_file = NULL;
  struct ctl_trust_file file = {0};
  struct vd_key root = {0};
  const struct ctl_option options[] = {
    CTL_REQUIRED("list", "FILE", &list, "the list to sign"),
    CTL_REQUIRED("root-key", "FILE", &root_key, "the root's key file"),
    CTL_OPTIONAL("passphrase-file", "FILE", &passphrase_file,
                 "the key's passphrase, if it has one and is not to be asked for"),
  };
  const struct ctl_usage usage = {
    .command = "trust sign", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Adds the signature of a root to a trust list. Look at it with `trust show` first: a signature\n"
             "makes every key in it trusted. Several roots sign one after the other, or each a copy on a machine\n"
             "of its own; `trust merge` then unites the copies.",
  };
  int first = 0;
  bool help = false;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  if (error != VD_OK || help) return error;
  error = vd_key_load(context, root_key, VD_KEY_ROOT, passphrase_file, &root, failure);
  if (error == VD_OK) error = ctl_trust_file_load(context, list, &file, failure);
  if (error == VD_OK) error = sign_list(context, &file, &root, failure);
  if (error == VD_OK) {
    error = ctl_trust_file_save(list, file.list, file.signatures, file.signatures_count, false, failure);
  }
  if (error == VD_OK) {
    (void)printf("%s: signed; %zu signature%s\n", list, file.signatures_count, file.signatures_count == 1 ? "" : "s");
  }
  ctl_trust_file_free(&file);
  vd_key_wipe(&root);
  return error;
}

/* --- merge --- */

/* Whether a signature is there already. One by the same root with other bytes is kept as well: without the pins it
 * cannot be said which of the two is right, and a wrong one does no harm. */
static bool has_signature(const struct ctl_trust_file *file, const struct frag_root_signature *signature) {
  for (size_t i = 0; i < file->signatures_count; i++) {
    const struct frag_root_signature *there = &file->signatures[i];
    bool is_same = memcmp(there->sig64, signature->sig64, sizeof there->sig64) == 0;
    if (is_by(there, signature->kid) && is_same) return true;
  }
  return false;
}

static enum vd_error unite(struct ctl_trust_file *all, const struct ctl_trust_file *copy, const char *path,
                           struct vd_failure *failure) {
  for (size_t i = 0; i < copy->signatures_count; i++) {
    if (has_signature(all, &copy->signatures[i])) continue;
    if (all->signatures_count == CTL_SIGNATURES_MAX) {
      return vd_fail(failure, VD_FULL, "%s: with its signatures there are more than %d", path, CTL_SIGNATURES_MAX);
    }
    all->signatures[all->signatures_count++] = copy->signatures[i];
  }
  return VD_OK;
}

static enum vd_error refuse_other(const struct ctl_trust_file *all, const char *first,
                                  const struct ctl_trust_file *copy, const char *path, struct vd_failure *failure) {
  uint64_t number = frag_trust_list(copy->trust)->list_no;
  bool is_same_number = number == frag_trust_list(all->trust)->list_no;
  return vd_fail(failure, VD_CONFLICT,
                 "%s is not a copy of %s: it is %slist %llu%s; signatures are good for one list only, so sign copies "
                 "of the same file",
                 path, first, is_same_number ? "another " : "", (unsigned long long)number,
                 is_same_number ? " (compare them with `trust show`)" : "");
}

static enum vd_error merge_one(struct frag_context *context, struct ctl_trust_file *all, const char *first,
                               const char *path, struct vd_failure *failure) {
  struct ctl_trust_file copy;
  enum vd_error error = ctl_trust_file_load(context, path, &copy, failure);
  if (error == VD_OK &&
      (copy.list.len != all->list.len || memcmp(copy.list.data, all->list.data, copy.list.len) != 0)) {
    error = refuse_other(all, first, &copy, path, failure);
  }
  if (error == VD_OK) error = unite(all, &copy, path, failure);
  ctl_trust_file_free(&copy);
  return error;
}

static size_t count_roots(const struct ctl_trust_file *file) {
  size_t count = 0;
  for (size_t i = 0; i < file->signatures_count; i++) {
    size_t k = 0;
    while (k < i && !is_by(&file->signatures[k], file->signatures[i].kid)) k++;
    count += k == i;
  }
  return count;
}

static enum vd_error merge(struct frag_context *context, const char *out, int count, char **paths,
                           struct vd_failure *failure) {
  struct ctl_trust_file all;
  enum vd_error error = ctl_trust_file_load(context, paths[0], &all, failure);
  for (int i = 1; i < count && error == VD_OK; i++) error = merge_one(context, &all, paths[0], paths[i], failure);
  if (error == VD_OK) error = ctl_trust_file_save(out, all.list, all.signatures, all.signatures_count, true, failure);
  if (error == VD_OK) {
    size_t roots = count_roots(&all);
    (void)printf("%s: list %llu with the signatures of %zu root%s\n", out,
                 (unsigned long long)frag_trust_list(all.trust)->list_no, roots, roots == 1 ? "" : "s");
  }
  ctl_trust_file_free(&all);
  return error;
}

enum vd_error ctl_trust_merge(int argc, char **argv, struct frag_context *context, struct vd_failure *failure) {
  const char *out = NULL;
  const struct ctl_option options[] = {
    CTL_REQUIRED("out", "FILE", &out, "the list with all signatures; must not exist yet"),
  };
  const struct ctl_usage usage = {
    .command = "trust merge", .operands = "COPY COPY…", .options = options,
    .options_count = sizeof options / sizeof *options,
    .about = "Unites the signatures of copies of one and the same list, each signed by a root on its own machine. The\n"
             "signatures are not checked here: see `trust show --config` and `trust check`.",
  };
  int first = 0;
  bool help = false;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  if (error != VD_OK || help) return error;
  if (argc - first < 2) {
    return vd_fail(failure, VD_USAGE, "give two copies or more; see verifyctl trust merge --help");
  }
  return merge(context, out, argc - first, argv + first, failure);
}
