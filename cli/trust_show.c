#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "config/settings.h"
#include "date.h"
#include "options.h"
#include "trust_command.h"
#include "trust_file.h"

struct show {
  const char *list, *threshold;
  struct ctl_list roots;
  bool json;
};

/* Whether the list is signed as asked: not asked, or so many of the given roots. */
struct signatures_checked {
  bool asked;
  size_t threshold;
};

struct short_text {
  char text[65];
};

/* len: at most 32. */
static struct short_text hex(const uint8_t *bytes, size_t len) {
  struct short_text digits;
  vd_hex_encode(digits.text, bytes, len);
  return digits;
}

static struct short_text date(uint64_t time_s) {
  struct short_text date;
  ctl_date_format(date.text, time_s);
  return date;
}

static const char *role_name(uint64_t role) { return role == FRAG_ROLE_ISSUER ? "issuer" : "registrar"; }

static void show_key(const struct frag_trust_key *key) {
  (void)printf("\nkid %s  %s of %.*s\n", hex(key->kid, FRAG_KID_LEN).text, role_name(key->role), (int)key->issuer.len,
               (const char *)key->issuer.data);
  for (size_t i = 0; i < key->name_count; i++) {
    const struct frag_issuer_name *name = &key->names[i];
    (void)printf("  name (%.*s)  %.*s\n", (int)name->language.len, (const char *)name->language.data,
                 (int)name->name.len, (const char *)name->name.data);
  }
  (void)printf("  public     %s\n", hex(key->pub32, 32).text);
  (void)printf("  from       %s\n", date(key->not_before_s).text);
  (void)printf("  until      %s\n", date(key->not_after_s).text);
  if (key->has_compromised_since) (void)printf("  compromised since %s\n", date(key->compromised_since_s).text);
  (void)printf("  types      ");
  for (size_t i = 0; i < key->type_count; i++) {
    (void)printf("%s%.*s", i == 0 ? "" : ", ", (int)key->types[i].len, (const char *)key->types[i].data);
  }
  (void)printf("%s\n", key->type_count == 0 ? "all" : "");
}

static void show_text(const struct ctl_trust_file *file, const struct signatures_checked *checked) {
  const struct frag_trust_list *list = frag_trust_list(file->trust);
  (void)printf("realm        %u\nlist         %llu\n", list->realm, (unsigned long long)list->list_no);
  (void)printf("issued       %s\n", date(list->issued_s).text);
  (void)printf("next update  %s\n", date(list->next_update_s).text);
  (void)printf("follows      %s\n", hex(list->prev_hash, 32).text);
  (void)printf("hash         %s\n", hex(frag_trust_hash(file->trust), 32).text);
  (void)printf("signatures   %zu", file->signatures_count);
  for (size_t i = 0; i < file->signatures_count; i++) {
    (void)printf("%s%s", i == 0 ? " by root kid " : ", ", hex(file->signatures[i].kid, FRAG_KID_LEN).text);
  }
  if (checked->asked) {
    (void)printf("\n             good: at least %zu of the given roots", checked->threshold);
  } else {
    (void)printf("\n             not checked: give --root and --threshold");
  }
  (void)printf("\nkeys         %zu\n", list->key_count);
  for (size_t i = 0; i < list->key_count; i++) show_key(&list->keys[i]);
}

/* The texts of a trust list are UTF-8 without control characters, so that two escapes are enough. */
static void json_text(struct frag_slice text) {
  (void)putchar('"');
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] == '"' || text.data[i] == '\\') (void)putchar('\\');
    (void)putchar(text.data[i]);
  }
  (void)putchar('"');
}

static void json_key(const struct frag_trust_key *key) {
  (void)printf("{\"kid\":\"%s\"", hex(key->kid, FRAG_KID_LEN).text);
  (void)printf(",\"public\":\"%s\",\"role\":\"%s\",\"issuer\":", hex(key->pub32, 32).text, role_name(key->role));
  json_text(key->issuer);
  (void)printf(",\"names\":{");
  for (size_t i = 0; i < key->name_count; i++) {
    if (i > 0) (void)putchar(',');
    json_text(key->names[i].language);
    (void)putchar(':');
    json_text(key->names[i].name);
  }
  (void)printf("},\"not_before\":\"%s\"", date(key->not_before_s).text);
  (void)printf(",\"not_after\":\"%s\",\"types\":[", date(key->not_after_s).text);
  for (size_t i = 0; i < key->type_count; i++) {
    if (i > 0) (void)putchar(',');
    json_text(key->types[i]);
  }
  (void)putchar(']');
  if (key->has_compromised_since) (void)printf(",\"compromised_since\":\"%s\"", date(key->compromised_since_s).text);
  (void)putchar('}');
}

static void show_json(const struct ctl_trust_file *file, const struct signatures_checked *checked) {
  const struct frag_trust_list *list = frag_trust_list(file->trust);
  (void)printf("{\"realm\":%u,\"list_no\":%llu", list->realm, (unsigned long long)list->list_no);
  (void)printf(",\"issued\":\"%s\"", date(list->issued_s).text);
  (void)printf(",\"next_update\":\"%s\"", date(list->next_update_s).text);
  (void)printf(",\"prev_hash\":\"%s\"", hex(list->prev_hash, 32).text);
  (void)printf(",\"hash\":\"%s\",\"signed_by\":[", hex(frag_trust_hash(file->trust), 32).text);
  for (size_t i = 0; i < file->signatures_count; i++) {
    (void)printf("%s\"%s\"", i == 0 ? "" : ",", hex(file->signatures[i].kid, FRAG_KID_LEN).text);
  }
  (void)printf("],\"signatures_checked\":%s,\"keys\":[", checked->asked ? "true" : "false");
  for (size_t i = 0; i < list->key_count; i++) {
    if (i > 0) (void)putchar(',');
    json_key(&list->keys[i]);
  }
  (void)printf("]}\n");
}

static enum vd_error check_signatures(struct frag_context *context, const struct show *given,
                                      const struct ctl_trust_file *file, struct signatures_checked *checked,
                                      struct vd_failure *failure) {
  uint8_t roots[VD_ROOTS_MAX][32];
  uint64_t threshold = 1;
  struct frag_trust *trust = NULL;
  if (given->roots.count == 0 && given->threshold == NULL) return VD_OK;
  if (given->roots.count == 0) return vd_fail(failure, VD_USAGE, "--threshold needs at least one --root");
  if (given->roots.count > VD_ROOTS_MAX) return vd_fail(failure, VD_USAGE, "more than %d roots", VD_ROOTS_MAX);
  for (size_t i = 0; i < given->roots.count; i++) {
    if (vd_hex_decode(roots[i], 32, given->roots.items[i], strlen(given->roots.items[i]))) continue;
    return vd_fail(failure, VD_USAGE, "--root must be the 64 hex digits of a root's public key, as keygen prints them");
  }
  if (given->threshold != NULL) {
    enum vd_error error = ctl_option_number("threshold", given->threshold, 1, given->roots.count, &threshold, failure);
    if (error != VD_OK) return error;
  }
  struct frag_pins pins = {.realm = frag_trust_list(file->trust)->realm, .threshold = (size_t)threshold,
                           .root_count = given->roots.count, .roots = (const uint8_t(*)[32])roots};
  struct frag_slice bytes = {.data = file->bytes.data, .len = file->bytes.len};
  frag_error error = frag_trust_open(context, &trust, bytes, &pins);
  frag_trust_free(trust);
  *checked = (struct signatures_checked){.asked = true, .threshold = (size_t)threshold};
  return error == FRAG_OK ? VD_OK : vd_fail_frag(failure, error, "%s", given->list);
}

enum vd_error ctl_trust_show(int argc, char **argv, struct frag_context *context, struct vd_failure *failure) {
  struct show given = {0};
  struct ctl_trust_file file = {0};
  struct signatures_checked checked = {0};
  const struct ctl_option options[] = {
    CTL_REQUIRED("list", "FILE", &given.list, "the list to show"),
    CTL_FLAG("json", &given.json, "print JSON"),
    CTL_REPEATED("root", "HEX", &given.roots, "check the signatures against this root's public key; may be repeated"),
    CTL_OPTIONAL("threshold", "N", &given.threshold, "how many of the roots must have signed (1)"),
  };
  const struct ctl_usage usage = {
    .command = "trust show", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Shows a trust list. With --root, fails unless it is rightly signed.",
  };
  int first = 0;
  bool help = false;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, &help, failure);
  if (error != VD_OK || help) return error;
  error = ctl_trust_file_load(context, given.list, &file, failure);
  if (error == VD_OK) error = check_signatures(context, &given, &file, &checked, failure);
  if (error == VD_OK && given.json) show_json(&file, &checked);
  if (error == VD_OK && !given.json) show_text(&file, &checked);
  ctl_trust_file_free(&file);
  return error;
}
