#include "json/issuers.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "json/member.h"

/* --- groups --- */

static int compare_ids(struct frag_slice left, struct frag_slice right) {
  size_t shorter = left.len < right.len ? left.len : right.len;
  int order = memcmp(left.data, right.data, shorter);
  return order != 0 ? order : (left.len > right.len) - (left.len < right.len);
}

/* The keys are one array, so their addresses are their order in the list. */
static int compare_keys(const void *left, const void *right) {
  const struct frag_trust_key *one = *(const struct frag_trust_key *const *)left;
  const struct frag_trust_key *other = *(const struct frag_trust_key *const *)right;
  int order = compare_ids(one->issuer, other->issuer);
  return order != 0 ? order : (one > other) - (one < other);
}

enum vd_error vd_issuers_group(const struct frag_trust_list *list, struct vd_issuers *issuers,
                               struct vd_failure *failure) {
  *issuers = (struct vd_issuers){.count = list->key_count};
  issuers->keys = calloc(list->key_count + 1, sizeof *issuers->keys);
  if (issuers->keys == NULL) return vd_fail(failure, VD_MEMORY, "no memory to list the issuers");
  for (size_t i = 0; i < list->key_count; i++) issuers->keys[i] = &list->keys[i];
  qsort(issuers->keys, issuers->count, sizeof *issuers->keys, compare_keys);
  return VD_OK;
}

void vd_issuers_free(struct vd_issuers *issuers) {
  free(issuers->keys);
  *issuers = (struct vd_issuers){.count = 0};
}

size_t vd_issuers_keys_of_one(const struct vd_issuers *issuers, size_t first) {
  size_t end = first + 1;
  while (end < issuers->count && compare_ids(issuers->keys[first]->issuer, issuers->keys[end]->issuer) == 0) end++;
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
  vd_writer_open(writer, '{');
  vd_member_slice(writer, "id", keys[0]->issuer);
  vd_member_issuer_names(writer, "names", keys[count - 1]);
  vd_writer_name(writer, "keys");
  vd_writer_open(writer, '[');
  for (size_t i = 0; i < count; i++) put_key(writer, keys[i], profiles);
  vd_writer_close(writer, ']');
  vd_writer_close(writer, '}');
}

static void put_list(struct vd_writer *writer, const struct frag_trust *trust, const struct vd_issuers *issuers,
                     const struct vd_profiles *profiles, bool is_overdue) {
  const struct frag_trust_list *list = frag_trust_list(trust);
  vd_writer_open(writer, '{');
  vd_member_number(writer, "realm", list->realm);
  vd_member_number(writer, "list_no", list->list_no);
  put_hex(writer, "hash", frag_trust_hash(trust), 32);
  vd_member_time(writer, "issued", list->issued_s);
  vd_member_time(writer, "next_update", list->next_update_s);
  vd_member_boolean(writer, "overdue", is_overdue);
  vd_writer_name(writer, "issuers");
  vd_writer_open(writer, '[');
  for (size_t first = 0, count; first < issuers->count; first += count) {
    count = vd_issuers_keys_of_one(issuers, first);
    put_issuer(writer, issuers->keys + first, count, profiles);
  }
  vd_writer_close(writer, ']');
  vd_writer_close(writer, '}');
}

enum vd_error vd_issuers_write(const struct frag_trust *trust, const struct vd_profiles *profiles, bool is_overdue,
                               char **text, size_t *len, struct vd_failure *failure) {
  struct vd_writer writer = {0};
  struct vd_issuers issuers;
  *text = NULL;
  *len = 0;
  enum vd_error error = vd_issuers_group(frag_trust_list(trust), &issuers, failure);
  if (error != VD_OK) return error;
  put_list(&writer, trust, &issuers, profiles, is_overdue);
  vd_issuers_free(&issuers);
  if (writer.has_failed) vd_writer_free(&writer);
  *text = writer.text;
  *len = writer.len;
  if (*text != NULL) return VD_OK;
  return vd_fail(failure, VD_INTERNAL,
                 "the issuers cannot be written as JSON: out of memory, or a configured name is not UTF-8");
}
