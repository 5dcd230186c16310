#include "trust_difference.h"

#include <stdio.h>
#include <string.h>

#include "trust_text.h"

static bool same(struct frag_slice a, struct frag_slice b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static bool same_names(const struct frag_trust_key *old, const struct frag_trust_key *now) {
  if (old->name_count != now->name_count) return false;
  for (size_t i = 0; i < old->name_count; i++) {
    if (!same(old->names[i].language, now->names[i].language) || !same(old->names[i].name, now->names[i].name)) {
      return false;
    }
  }
  return true;
}

static bool same_types(const struct frag_trust_key *old, const struct frag_trust_key *now) {
  if (old->type_count != now->type_count) return false;
  for (size_t i = 0; i < old->type_count; i++) {
    if (!same(old->types[i], now->types[i])) return false;
  }
  return true;
}

unsigned ctl_trust_difference_key(const struct frag_trust_key *old, const struct frag_trust_key *now) {
  unsigned fields = 0;
  bool same_compromise = old->has_compromised_since == now->has_compromised_since &&
                         (!old->has_compromised_since || old->compromised_since_s == now->compromised_since_s);
  if (memcmp(old->pub32, now->pub32, sizeof old->pub32) != 0) fields |= CTL_TRUST_PUBLIC;
  if (old->role != now->role) fields |= CTL_TRUST_ROLE;
  if (!same(old->issuer, now->issuer)) fields |= CTL_TRUST_ISSUER;
  if (!same_names(old, now)) fields |= CTL_TRUST_NAMES;
  if (old->not_before_s != now->not_before_s) fields |= CTL_TRUST_NOT_BEFORE;
  if (old->not_after_s != now->not_after_s) fields |= CTL_TRUST_NOT_AFTER;
  if (!same_types(old, now)) fields |= CTL_TRUST_TYPES;
  if (!same_compromise) fields |= CTL_TRUST_COMPROMISED;
  return fields;
}

/* --- following --- */

static enum vd_error broken_chain(const struct frag_trust *old, const char *old_name, const struct frag_trust *now,
                                  const char *now_name, struct vd_failure *failure) {
  const struct frag_trust_list *before = frag_trust_list(old), *after = frag_trust_list(now);
  if (after->list_no != before->list_no + 1) {
    return vd_fail(failure, VD_DATA, "%s is list %llu and %s is list %llu: the lists between them are missing",
                   now_name, (unsigned long long)after->list_no, old_name, (unsigned long long)before->list_no);
  }
  if (memcmp(after->prev_hash, frag_trust_hash(old), sizeof after->prev_hash) != 0) {
    return vd_fail(failure, VD_DATA, "%s follows another list %llu than %s: its prev_hash is not that list's hash",
                   now_name, (unsigned long long)before->list_no, old_name);
  }
  for (size_t i = 0; i < before->key_count; i++) {
    const struct frag_trust_key *key = frag_trust_find(now, before->keys[i].kid);
    struct ctl_trust_text kid = ctl_trust_text_hex(before->keys[i].kid, FRAG_KID_LEN);
    if (key == NULL) {
      return vd_fail(failure, VD_DATA, "%s has no entry %s any more: entries are never removed, they expire", now_name,
                     kid.text);
    }
    unsigned fields = ctl_trust_difference_key(&before->keys[i], key);
    if ((fields & (CTL_TRUST_PUBLIC | CTL_TRUST_ROLE | CTL_TRUST_ISSUER)) == 0) continue;
    return vd_fail(failure, VD_DATA, "%s changes the %s of the entry %s, which can never change", now_name,
                   (fields & CTL_TRUST_PUBLIC) != 0 ? "public key" : (fields & CTL_TRUST_ROLE) != 0 ? "role" : "issuer",
                   kid.text);
  }
  return vd_fail_frag(failure, FRAG_TRUST_CHAIN, "%s", now_name);
}

enum vd_error ctl_trust_difference_follows(const struct frag_trust *old, const char *old_name,
                                           const struct frag_trust *now, const char *now_name,
                                           struct vd_failure *failure) {
  frag_error error = frag_trust_follows(old, now);
  if (error == FRAG_OK) return VD_OK;
  if (error == FRAG_TRUST_CHAIN) return broken_chain(old, old_name, now, now_name, failure);
  if (error == FRAG_TRUST_ROLLBACK) {
    return vd_fail(failure, VD_DATA,
                   "%s is list %llu, which is not newer than list %llu (%s): it would roll the list back", now_name,
                   (unsigned long long)frag_trust_list(now)->list_no,
                   (unsigned long long)frag_trust_list(old)->list_no, old_name);
  }
  return vd_fail_frag(failure, error, "%s", now_name);
}

/* --- as text --- */

static void print_names(const struct frag_trust_key *key) {
  for (size_t i = 0; i < key->name_count; i++) {
    (void)printf("%s%.*s \"%.*s\"", i == 0 ? "" : ", ", (int)key->names[i].language.len,
                 (const char *)key->names[i].language.data, (int)key->names[i].name.len,
                 (const char *)key->names[i].name.data);
  }
  if (key->name_count == 0) (void)printf("none");
}

static void print_types(const struct frag_trust_key *key) {
  for (size_t i = 0; i < key->type_count; i++) {
    (void)printf("%s%.*s", i == 0 ? "" : ", ", (int)key->types[i].len, (const char *)key->types[i].data);
  }
  if (key->type_count == 0) (void)printf("all");
}

static void print_dates(const char *what, uint64_t old_s, uint64_t now_s) {
  (void)printf("  %-11s%s → ", what, ctl_trust_text_date(old_s).text);
  (void)printf("%s\n", ctl_trust_text_date(now_s).text);
}

static void print_compromise(const struct frag_trust_key *key) {
  (void)printf("%s", key->has_compromised_since ? ctl_trust_text_date(key->compromised_since_s).text : "not");
}

void ctl_trust_difference_print_key(const struct frag_trust_key *old, const struct frag_trust_key *now) {
  unsigned fields = ctl_trust_difference_key(old, now);
  if ((fields & CTL_TRUST_PUBLIC) != 0) (void)printf("  public     changed\n");
  if ((fields & CTL_TRUST_ROLE) != 0) (void)printf("  role       changed\n");
  if ((fields & CTL_TRUST_ISSUER) != 0) (void)printf("  issuer     changed\n");
  if ((fields & CTL_TRUST_NAMES) != 0) {
    (void)printf("  names      ");
    print_names(old);
    (void)printf(" → ");
    print_names(now);
    (void)printf("\n");
  }
  if ((fields & CTL_TRUST_NOT_BEFORE) != 0) print_dates("from", old->not_before_s, now->not_before_s);
  if ((fields & CTL_TRUST_NOT_AFTER) != 0) print_dates("until", old->not_after_s, now->not_after_s);
  if ((fields & CTL_TRUST_COMPROMISED) != 0) {
    (void)printf("  compromised since ");
    print_compromise(old);
    (void)printf(" → ");
    print_compromise(now);
    (void)printf("\n");
  }
  if ((fields & CTL_TRUST_TYPES) != 0) {
    (void)printf("  types      ");
    print_types(old);
    (void)printf(" → ");
    print_types(now);
    (void)printf("\n");
  }
}

static void print_entry(const char *what, const struct frag_trust_key *key) {
  (void)printf("%-10s kid %s  %s of %.*s\n", what, ctl_trust_text_hex(key->kid, FRAG_KID_LEN).text,
               ctl_trust_text_role(key->role), (int)key->issuer.len, (const char *)key->issuer.data);
}

void ctl_trust_difference_print(const struct frag_trust *old, const char *old_name, const struct frag_trust *now,
                                const char *now_name) {
  const struct frag_trust_list *before = frag_trust_list(old), *after = frag_trust_list(now);
  struct vd_failure why = {.code = VD_OK};
  enum vd_error error = ctl_trust_difference_follows(old, old_name, now, now_name, &why);
  size_t differences = 0;
  (void)printf("\nsince list %llu (%s)\n", (unsigned long long)before->list_no, old_name);
  (void)printf("follows it: %s\n", error == VD_OK ? "yes" : "NO");
  if (error != VD_OK) (void)printf("  %s\n", why.text);
  for (size_t i = 0; i < after->key_count; i++) {
    const struct frag_trust_key *key = frag_trust_find(old, after->keys[i].kid);
    if (key != NULL && ctl_trust_difference_key(key, &after->keys[i]) == 0) continue;
    print_entry(key == NULL ? "added" : "changed", &after->keys[i]);
    if (key != NULL) ctl_trust_difference_print_key(key, &after->keys[i]);
    differences++;
  }
  for (size_t i = 0; i < before->key_count; i++) {
    if (frag_trust_find(now, before->keys[i].kid) != NULL) continue;
    print_entry("REMOVED", &before->keys[i]);
    differences++;
  }
  if (differences == 0) (void)printf("the entries are the same\n");
}

/* --- as JSON --- */

static void print_kids(const char *name, const struct frag_trust_list *list, const struct frag_trust *missing_in) {
  bool is_first = true;
  (void)printf(",\"%s\":[", name);
  for (size_t i = 0; i < list->key_count; i++) {
    if (frag_trust_find(missing_in, list->keys[i].kid) != NULL) continue;
    (void)printf("%s\"%s\"", is_first ? "" : ",", ctl_trust_text_hex(list->keys[i].kid, FRAG_KID_LEN).text);
    is_first = false;
  }
  (void)putchar(']');
}

static void print_fields(const struct frag_trust_key *key, unsigned fields) {
  static const char *const names[] = {"public", "role", "issuer", "names", "not_before", "not_after", "types",
                                      "compromised_since"};
  bool is_first = true;
  (void)printf("{\"kid\":\"%s\",\"fields\":[", ctl_trust_text_hex(key->kid, FRAG_KID_LEN).text);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if ((fields >> i & 1) == 0) continue;
    (void)printf("%s\"%s\"", is_first ? "" : ",", names[i]);
    is_first = false;
  }
  (void)printf("]}");
}

void ctl_trust_difference_print_json(const struct frag_trust *old, const struct frag_trust *now) {
  const struct frag_trust_list *before = frag_trust_list(old), *after = frag_trust_list(now);
  bool is_first = true;
  (void)printf("{\"list_no\":%llu,\"follows\":%s", (unsigned long long)before->list_no,
               frag_trust_follows(old, now) == FRAG_OK ? "true" : "false");
  print_kids("added", after, old);
  (void)printf(",\"changed\":[");
  for (size_t i = 0; i < after->key_count; i++) {
    const struct frag_trust_key *key = frag_trust_find(old, after->keys[i].kid);
    unsigned fields = key == NULL ? 0 : ctl_trust_difference_key(key, &after->keys[i]);
    if (fields == 0) continue;
    if (!is_first) (void)putchar(',');
    print_fields(key, fields);
    is_first = false;
  }
  (void)putchar(']');
  print_kids("removed", before, now);
  (void)putchar('}');
}
