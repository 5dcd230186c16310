/* trust_command.c: verifyctl trust create, add and sign; trust_show.c has show. */
#include "trust_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/crypto.h"
#include "base/hex.h"
#include "command.h"
#include "base/context.h"
#include "date.h"
#include "base/key_file.h"
#include "options.h"
#include "trust_file.h"

#define DAY_S 86400u
#define KEYS_MAX 65536

/* --- create --- */

struct create {
  const char *realm, *out, *valid_days, *issued;
};

static enum vd_error create(int argc, char **argv, struct frag_context *context, struct vd_failure *failure) {
  struct create given = {0};
  const struct ctl_option options[] = {
    CTL_REQUIRED("realm", "N", &given.realm, "the realm that the list is for, 0 to 65535"),
    CTL_REQUIRED("out", "FILE", &given.out, "the new list; must not exist yet"),
    CTL_OPTIONAL("valid-days", "N", &given.valid_days, "days until the next list is due (365)"),
    CTL_OPTIONAL("issued", "TIME", &given.issued, "when the list is issued (now)"),
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
  error = ctl_option_number("realm", given.realm, 0, UINT16_MAX, &realm, failure);
  if (error == VD_OK && given.valid_days != NULL) {
    error = ctl_option_number("valid-days", given.valid_days, 1, 36500, &days, failure);
  }
  if (error == VD_OK && given.issued != NULL) error = ctl_option_time("issued", given.issued, &issued_s, failure);
  if (error != VD_OK) return error;
  struct frag_trust_list list = {.realm = (uint16_t)realm, .list_no = 1, .issued_s = issued_s,
                                 .next_update_s = issued_s + days * DAY_S};
  error = ctl_trust_file_save_list(context, given.out, &list, true, failure);
  if (error == VD_OK) (void)printf("%s: list 1 of realm %u, without keys\n", given.out, (unsigned)realm);
  return error;
}

/* --- add --- */

struct add {
  const char *list, *key, *role, *issuer, *not_before, *not_after;
  struct ctl_list names, types;
};

/* What a new entry's views point to. */
struct entry {
  struct frag_trust_key key;
  struct frag_issuer_name names[CTL_LIST_MAX];
  uint8_t name_texts[CTL_LIST_MAX][FRAG_ISSUER_NAME_MAX];
  struct frag_slice types[CTL_LIST_MAX];
};

static struct frag_slice slice_of(const char *text) {
  return (struct frag_slice){.data = (const uint8_t *)text, .len = strlen(text)};
}

static enum vd_error parse_add(struct add *given, int argc, char **argv, bool *help, struct vd_failure *failure) {
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
    .about = "Adds a key to a trust list. If the list was signed already, this begins the next list, which\n"
             "follows it and has to be signed anew. Entries are never removed.",
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

/* "km=…" → language and name in NFC. */
static enum vd_error add_name(struct frag_context *context, struct entry *entry, const char *given,
                              struct vd_failure *failure) {
  size_t i = entry->key.name_count, language_len = strcspn(given, "="), len = 0;
  if (given[language_len] != '=' || language_len == 0) {
    return vd_fail(failure, VD_USAGE, "--name must be a language and a name, such as en=\"Ministry of Education\"");
  }
  frag_error error = frag_text_normalize(context, entry->name_texts[i], FRAG_ISSUER_NAME_MAX, &len,
                                         slice_of(given + language_len + 1));
  if (error != FRAG_OK) return vd_fail_frag(failure, error, "--name %.*s", (int)language_len, given);
  entry->names[i].language = (struct frag_slice){.data = (const uint8_t *)given, .len = language_len};
  entry->names[i].name = (struct frag_slice){.data = entry->name_texts[i], .len = len};
  entry->key.name_count = i + 1;
  return VD_OK;
}

static enum vd_error fill_entry(struct frag_context *context, const struct add *given, struct entry *entry,
                                struct vd_failure *failure) {
  struct frag_trust_key *key = &entry->key;
  enum vd_error error = VD_OK;
  key->role = strcmp(given->role, "issuer") == 0 ? FRAG_ROLE_ISSUER : FRAG_ROLE_REGISTRAR;
  if (key->role == FRAG_ROLE_REGISTRAR && strcmp(given->role, "registrar") != 0) {
    return vd_fail(failure, VD_USAGE, "--role must be issuer or registrar");
  }
  key->issuer = slice_of(given->issuer);
  key->names = entry->names;
  key->types = entry->types;
  key->type_count = given->types.count;
  key->not_before_s = (uint64_t)time(NULL);
  error = find_key(context, given->key, key, failure);
  for (size_t i = 0; error == VD_OK && i < given->names.count; i++) {
    error = add_name(context, entry, given->names.items[i], failure);
  }
  for (size_t i = 0; i < given->types.count; i++) entry->types[i] = slice_of(given->types.items[i]);
  if (error == VD_OK && given->not_before != NULL) {
    error = ctl_option_time("not-before", given->not_before, &key->not_before_s, failure);
  }
  if (error == VD_OK) error = ctl_option_time("not-after", given->not_after, &key->not_after_s, failure);
  if (error == VD_OK && key->not_after_s < key->not_before_s) {
    error = vd_fail(failure, VD_USAGE, "--not-after is before --not-before");
  }
  return error;
}

/* The list that comes after a signed one; an unsigned one is still being written. */
static void advance(struct frag_trust_list *list, const struct ctl_trust_file *file) {
  uint64_t now_s = (uint64_t)time(NULL), period_s = list->next_update_s - list->issued_s;
  if (file->signatures_count == 0) return;
  list->list_no++;
  list->issued_s = now_s > list->issued_s ? now_s : list->issued_s;
  list->next_update_s = list->issued_s + period_s;
  memcpy(list->prev_hash, frag_trust_hash(file->trust), 32);
}

static enum vd_error append(struct frag_context *context, const struct add *given, const struct entry *entry,
                            const struct ctl_trust_file *file, struct vd_failure *failure) {
  struct frag_trust_list list = *frag_trust_list(file->trust);
  if (list.key_count >= KEYS_MAX) {
    return vd_fail(failure, VD_FULL, "%s has %d keys, which is the limit", given->list, KEYS_MAX);
  }
  struct frag_trust_key *keys = calloc(list.key_count + 1, sizeof *keys);
  if (keys == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the trust list");
  if (list.key_count > 0) memcpy(keys, list.keys, list.key_count * sizeof *keys);
  keys[list.key_count++] = entry->key;
  list.keys = keys;
  advance(&list, file);
  enum vd_error error = ctl_trust_file_save_list(context, given->list, &list, false, failure);
  free(keys);
  if (error != VD_OK) return error;
  char kid[17];
  vd_hex_encode(kid, entry->key.kid, 8);
  (void)printf("%s: added kid %s; list %llu has %zu keys and must be signed with `verifyctl trust sign`\n", given->list,
               kid, (unsigned long long)list.list_no, list.key_count);
  return VD_OK;
}

static enum vd_error add(int argc, char **argv, struct frag_context *context, struct vd_failure *failure) {
  struct add given = {0};
  struct ctl_trust_file file = {0};
  bool help = false;
  enum vd_error error = parse_add(&given, argc, argv, &help, failure);
  if (error != VD_OK || help) return error;
  struct entry *entry = calloc(1, sizeof *entry);
  if (entry == NULL) return vd_fail(failure, VD_MEMORY, "no memory for an entry");
  error = fill_entry(context, &given, entry, failure);
  if (error == VD_OK) error = ctl_trust_file_load(context, given.list, &file, failure);
  if (error == VD_OK) error = append(context, &given, entry, &file, failure);
  ctl_trust_file_free(&file);
  free(entry);
  return error;
}

/* --- sign --- */

/* Puts a signature in place of an earlier one by the same root, or at the end. */
static enum vd_error put_signature(struct ctl_trust_file *file, const struct frag_root_signature *signature,
                                   struct vd_failure *failure) {
  size_t at = 0;
  while (at < file->signatures_count && memcmp(file->signatures[at].kid, signature->kid, FRAG_KID_LEN) != 0) at++;
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

static enum vd_error sign(int argc, char **argv, struct frag_context *context, struct vd_failure *failure) {
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
             "makes every key in it trusted.",
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

/* --- which of them --- */

static const struct {
  const char *name, *summary;
  enum vd_error (*run)(int argc, char **argv, struct frag_context *context, struct vd_failure *failure);
} actions[] = {
  {"create", "make an empty list", create},
  {"add", "add an issuer's or registrar's key", add},
  {"sign", "add a root's signature", sign},
  {"show", "show a list, and check its signatures", ctl_trust_show},
};
#define ACTIONS (sizeof actions / sizeof *actions)

static void print_help(void) {
  (void)printf("Usage: verifyctl trust ACTION [OPTION]…\n\n"
               "A trust list says which keys may issue what, and when. Roots sign it; readers pin the roots.\n\n");
  for (size_t i = 0; i < ACTIONS; i++) (void)printf("  %-10s%s\n", actions[i].name, actions[i].summary);
  (void)printf("\nverifyctl trust ACTION --help explains an action.\n");
}

enum vd_error ctl_trust(int argc, char **argv, int *status, struct vd_failure *failure) {
  struct frag_context *context = NULL;
  const char *names[ACTIONS + 1] = {0};
  *status = 0;
  if (argc < 2) {
    return vd_fail(failure, VD_USAGE, "which action? create, add, sign or show; see verifyctl trust --help");
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) return print_help(), VD_OK;
  for (size_t i = 0; i < ACTIONS; i++) {
    names[i] = actions[i].name;
    if (strcmp(actions[i].name, argv[1]) != 0) continue;
    enum vd_error error = vd_context_new(&context, failure);
    if (error == VD_OK) error = actions[i].run(argc - 1, argv + 1, context, failure);
    frag_context_free(context);
    return error;
  }
  const char *near = ctl_nearest(argv[1], names);
  if (near != NULL) return vd_fail(failure, VD_USAGE, "unknown action \"%s\"; did you mean %s?", argv[1], near);
  return vd_fail(failure, VD_USAGE, "unknown action \"%s\"; see verifyctl trust --help", argv[1]);
}
