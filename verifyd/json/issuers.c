#include "json/issuers.h"

#include <string.h>

#include "base/hex.h"
#include "json/member.h"

static bool is_of(const struct frag_trust_key *key, struct frag_slice issuer) {
  return key->issuer.len == issuer.len && memcmp(key->issuer.data, issuer.data, issuer.len) == 0;
}

size_t vd_issuers_keys_of_one(const struct vd_issuers *issuers, size_t first) {
  size_t end = first + 1;
  while (end < issuers->count && is_of(issuers->keys[end], issuers->keys[first]->issuer)) end++;
  return end - first;
}

/* --- JSON --- */

static void put_hex(struct vd_writer *writer, const char *name, const uint8_t *bytes, size_t len) {
  char text[2 * 32 + 1];
  vd_hex_encode(text, bytes, len);
  vd_member_string(writer, name, text);
}

static void put_types(struct vd_writer *writer, const struct frag_trust_key *key, const struct vd_profiles *profiles) {
  vd_writer_name(writer, "types");
  vd_writer_open(writer, '[');
  for (size_t i = 0; i < key->type_count; i++) {
    const struct vd_profile *profile = NULL;
    if (profiles != NULL) profile = vd_profiles_find(profiles, (const char *)key->types[i].data, key->types[i].len);
    vd_writer_open(writer, '{');
    vd_member_slice(writer, "type", key->types[i]);
    vd_member_labels(writer, "labels", profile != NULL ? &profile->type_labels : NULL);
    vd_writer_close(writer, '}');
  }
  vd_writer_close(writer, ']');
}

static void put_key(struct vd_writer *writer, const struct frag_trust_key *key, const struct vd_profiles *profiles) {
  vd_writer_open(writer, '{');
  put_hex(writer, "kid", key->kid, FRAG_KID_LEN);
  vd_member_string(writer, "role", key->role == FRAG_ROLE_REGISTRAR ? "registrar" : "issuer");
  vd_member_time(writer, "not_before", key->not_before_s);
  vd_member_time(writer, "not_after", key->not_after_s);
  if (key->has_compromised_since) vd_member_time(writer, "compromised_since", key->compromised_since_s);
  else vd_member_null(writer, "compromised_since");
  put_types(writer, key, profiles);
  vd_writer_close(writer, '}');
}

static void put_issuer(struct vd_writer *writer, const struct frag_trust_key *const *keys, size_t count,
                       const struct vd_profiles *profiles) {
  struct vd_issuer_names names;
  vd_issuer_names_of_keys(&names, keys, count);
  vd_writer_open(writer, '{');
  vd_member_slice(writer, "id", names.issuer);
  vd_member_issuer_names(writer, "names", &names);
  vd_writer_name(writer, "keys");
  vd_writer_open(writer, '[');
  for (size_t i = 0; i < count; i++) put_key(writer, keys[i], profiles);
  vd_writer_close(writer, ']');
  vd_writer_close(writer, '}');
}

static void put_list(struct vd_writer *writer, const struct frag_trust *trust, const struct vd_issuers_page *page,
                     const struct vd_profiles *profiles, bool is_overdue) {
  const struct frag_trust_list *list = frag_trust_list(trust);
  vd_writer_open(writer, '{');
  vd_member_number(writer, "realm", list->realm);
  vd_member_number(writer, "list_no", list->list_no);
  put_hex(writer, "hash", frag_trust_hash(trust), 32);
  vd_member_time(writer, "issued", list->issued_s);
  vd_member_time(writer, "next_update", list->next_update_s);
  vd_member_boolean(writer, "overdue", is_overdue);
  vd_member_number(writer, "total", page->total);
  if (page->next[0] != '\0') vd_member_string(writer, "next", page->next);
  else vd_member_null(writer, "next");
  vd_writer_name(writer, "issuers");
  vd_writer_open(writer, '[');
  for (size_t i = 0; i < page->count; i++)
    put_issuer(writer, page->issuers->keys + page->firsts[i], vd_issuers_keys_of_one(page->issuers, page->firsts[i]),
               profiles);
  vd_writer_close(writer, ']');
  vd_writer_close(writer, '}');
}

enum vd_error vd_issuers_write(const struct frag_trust *trust, const struct vd_issuers_page *page,
                               const struct vd_profiles *profiles, bool is_overdue, char **text, size_t *len,
                               struct vd_failure *failure) {
  struct vd_writer writer = {0};
  put_list(&writer, trust, page, profiles, is_overdue);
  if (writer.has_failed) vd_writer_free(&writer);
  *text = writer.text;
  *len = writer.len;
  if (*text != NULL) return VD_OK;
  return vd_fail(failure, VD_INTERNAL,
                 "the issuers cannot be written as JSON: out of memory, or a configured name is not UTF-8");
}
