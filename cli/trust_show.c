/* trust_show.c: verifyctl trust show. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "config/settings.h"
#include "options.h"
#include "trust_command.h"
#include "trust_difference.h"
#include "trust_file.h"
#include "trust_open.h"
#include "trust_roots.h"
#include "trust_text.h"

struct show {
  const char *list, *threshold, *config, *since;
  struct ctl_list roots;
  bool json;
  struct ctl_trust_file file, old;
  struct ctl_trust_roots signers; /* count 0: no roots are known */
};

static struct ctl_trust_text hex(const uint8_t *bytes, size_t len) { return ctl_trust_text_hex(bytes, len); }

static struct ctl_trust_text date(uint64_t time_s) { return ctl_trust_text_date(time_s); }

static void show_key(const struct frag_trust_key *key) {
  (void)printf("\nkid %s  %s of %.*s\n", hex(key->kid, FRAG_KID_LEN).text,
               ctl_trust_text_role(key->role), (int)key->issuer.len, (const char *)key->issuer.data);
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

static void show_signers(const struct ctl_trust_roots *signers) {
  char text[CTL_TRUST_ROOTS_TEXT_SIZE];
  if (signers->count == 0) {
    (void)printf("\n             not checked: give --config, or --root and --threshold\n");
    return;
  }
  ctl_trust_roots_text(text, signers);
  (void)printf("\n             %s: %s\n", ctl_trust_roots_are_enough(signers) ? "good" : "NOT ENOUGH", text);
  for (size_t i = 0; i < signers->count; i++) {
    (void)printf("             root %s %s\n", hex(signers->items[i].kid, FRAG_KID_LEN).text,
                 signers->items[i].has_signed ? "has signed" : "has not signed");
  }
}

static void show_text(const struct show *show) {
  const struct ctl_trust_file *file = &show->file;
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
  show_signers(&show->signers);
  (void)printf("keys         %zu\n", list->key_count);
  for (size_t i = 0; i < list->key_count; i++) show_key(&list->keys[i]);
  if (show->since != NULL) ctl_trust_difference_print(show->old.trust, show->since, file->trust, show->list);
}

static void json_key(const struct frag_trust_key *key) {
  (void)printf("{\"kid\":\"%s\"", hex(key->kid, FRAG_KID_LEN).text);
  (void)printf(",\"public\":\"%s\",\"role\":\"%s\",\"issuer\":", hex(key->pub32, 32).text,
               ctl_trust_text_role(key->role));
  ctl_trust_text_json(key->issuer);
  (void)printf(",\"names\":{");
  for (size_t i = 0; i < key->name_count; i++) {
    if (i > 0) (void)putchar(',');
    ctl_trust_text_json(key->names[i].language);
    (void)putchar(':');
    ctl_trust_text_json(key->names[i].name);
  }
  (void)printf("},\"not_before\":\"%s\"", date(key->not_before_s).text);
  (void)printf(",\"not_after\":\"%s\",\"types\":[", date(key->not_after_s).text);
  for (size_t i = 0; i < key->type_count; i++) {
    if (i > 0) (void)putchar(',');
    ctl_trust_text_json(key->types[i]);
  }
  (void)putchar(']');
  if (key->has_compromised_since) (void)printf(",\"compromised_since\":\"%s\"", date(key->compromised_since_s).text);
  (void)putchar('}');
}

static void json_signers(const struct ctl_trust_roots *signers) {
  (void)printf("],\"signatures_checked\":%s", signers->count > 0 ? "true" : "false");
  if (signers->count == 0) return;
  (void)printf(",\"threshold\":%zu,\"is_enough\":%s,\"roots\":[", signers->threshold,
               ctl_trust_roots_are_enough(signers) ? "true" : "false");
  for (size_t i = 0; i < signers->count; i++) {
    (void)printf("%s{\"kid\":\"%s\",\"has_signed\":%s}", i == 0 ? "" : ",",
                 hex(signers->items[i].kid, FRAG_KID_LEN).text, signers->items[i].has_signed ? "true" : "false");
  }
  (void)putchar(']');
}

static void show_json(const struct show *show) {
  const struct ctl_trust_file *file = &show->file;
  const struct frag_trust_list *list = frag_trust_list(file->trust);
  (void)printf("{\"realm\":%u,\"list_no\":%llu", list->realm, (unsigned long long)list->list_no);
  (void)printf(",\"issued\":\"%s\"", date(list->issued_s).text);
  (void)printf(",\"next_update\":\"%s\"", date(list->next_update_s).text);
  (void)printf(",\"prev_hash\":\"%s\"", hex(list->prev_hash, 32).text);
  (void)printf(",\"hash\":\"%s\",\"signed_by\":[", hex(frag_trust_hash(file->trust), 32).text);
  for (size_t i = 0; i < file->signatures_count; i++) {
    (void)printf("%s\"%s\"", i == 0 ? "" : ",", hex(file->signatures[i].kid, FRAG_KID_LEN).text);
  }
  json_signers(&show->signers);
  (void)printf(",\"keys\":[");
  for (size_t i = 0; i < list->key_count; i++) {
    if (i > 0) (void)putchar(',');
    json_key(&list->keys[i]);
  }
  (void)putchar(']');
  if (show->since != NULL) {
    (void)printf(",\"since\":");
    ctl_trust_difference_print_json(show->old.trust, file->trust);
  }
  (void)printf("}\n");
}

/* --- who has signed --- */

/* --root and --threshold demand: the command fails when they are not met. */
static enum vd_error demand_roots(struct frag_context *context, struct show *show, struct vd_failure *failure) {
  uint8_t roots[VD_ROOTS_MAX][32];
  uint64_t threshold = 1;
  if (show->roots.count == 0) return vd_fail(failure, VD_USAGE, "--threshold needs at least one --root");
  if (show->roots.count > VD_ROOTS_MAX) return vd_fail(failure, VD_USAGE, "more than %d roots", VD_ROOTS_MAX);
  for (size_t i = 0; i < show->roots.count; i++) {
    if (vd_hex_decode(roots[i], 32, show->roots.items[i], strlen(show->roots.items[i]))) continue;
    return vd_fail(failure, VD_USAGE, "--root must be the 64 hex digits of a root's public key, as keygen prints them");
  }
  if (show->threshold != NULL) {
    enum vd_error error = ctl_option_number("threshold", show->threshold, 1, show->roots.count, &threshold, failure);
    if (error != VD_OK) return error;
  }
  struct frag_pins pins = {.threshold = (size_t)threshold, .root_count = show->roots.count,
                           .roots = (const uint8_t(*)[32])roots};
  enum vd_error error = ctl_trust_roots_find(context, &show->file, &pins, &show->signers, failure);
  if (error != VD_OK || ctl_trust_roots_are_enough(&show->signers)) return error;
  return vd_fail_frag(failure, FRAG_TRUST_SIGNATURES, "%s", show->list);
}

/* --config shows how far the signing has come. */
static enum vd_error find_pinned(struct frag_context *context, struct show *show, struct vd_failure *failure) {
  struct vd_settings *settings = calloc(1, sizeof *settings);
  if (settings == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the configuration");
  enum vd_error error = vd_settings_read(show->config, settings, failure);
  if (error == VD_OK && settings->trust.roots_count == 0) {
    error = vd_fail(failure, VD_CONFIG, "%s pins no roots (trust.roots)", show->config);
  }
  if (error == VD_OK && settings->realm != frag_trust_list(show->file.trust)->realm) {
    error = vd_fail_frag(failure, FRAG_TRUST_REALM, "%s", show->list);
  }
  if (error == VD_OK) {
    struct frag_pins pins = ctl_trust_open_pins(settings);
    error = ctl_trust_roots_find(context, &show->file, &pins, &show->signers, failure);
  }
  free(settings);
  return error;
}

static enum vd_error load(struct frag_context *context, struct show *show, struct vd_failure *failure) {
  bool demands = show->roots.count > 0 || show->threshold != NULL;
  if (demands && show->config != NULL) {
    return vd_fail(failure, VD_USAGE, "--config names the roots; leave out --root and --threshold");
  }
  enum vd_error error = ctl_trust_file_load(context, show->list, &show->file, failure);
  if (error == VD_OK && demands) error = demand_roots(context, show, failure);
  if (error == VD_OK && show->config != NULL) error = find_pinned(context, show, failure);
  if (error == VD_OK && show->since != NULL) error = ctl_trust_file_load(context, show->since, &show->old, failure);
  return error;
}

static enum vd_error parse(struct show *show, int argc, char **argv, bool *help, struct vd_failure *failure) {
  const struct ctl_option options[] = {
    CTL_REQUIRED("list", "FILE", &show->list, "the list to show"),
    CTL_FLAG("json", &show->json, "print JSON"),
    CTL_OPTIONAL("config", "FILE", &show->config, "verifyd.conf: say which of the roots that it pins have signed"),
    CTL_OPTIONAL("since", "OLD", &show->since, "say what is new since this list, and whether it follows it"),
    CTL_REPEATED("root", "HEX", &show->roots, "check the signatures against this root's public key; may be repeated"),
    CTL_OPTIONAL("threshold", "N", &show->threshold, "how many of the roots must have signed (1)"),
  };
  const struct ctl_usage usage = {
    .command = "trust show", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Shows a trust list. With --root, fails unless it is rightly signed; whether verifyd would accept it\n"
             "says `trust check`.",
  };
  int first = 0;
  return ctl_options_parse(&usage, argc, argv, &first, help, failure);
}

enum vd_error ctl_trust_show(int argc, char **argv, struct frag_context *context, struct vd_failure *failure) {
  struct show show = {0};
  bool help = false;
  enum vd_error error = parse(&show, argc, argv, &help, failure);
  if (error != VD_OK || help) return error;
  error = load(context, &show, failure);
  if (error == VD_OK && show.json) show_json(&show);
  if (error == VD_OK && !show.json) show_text(&show);
  ctl_trust_file_free(&show.file);
  ctl_trust_file_free(&show.old);
  return error;
}
