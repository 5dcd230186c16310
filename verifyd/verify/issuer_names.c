#include "verify/issuer_names.h"

#include <string.h>

static bool is_same(struct frag_slice one, struct frag_slice other) {
  return one.len == other.len && memcmp(one.data, other.data, one.len) == 0;
}

static const struct frag_issuer_name *find(const struct vd_issuer_names *names, struct frag_slice language) {
  for (size_t i = 0; i < names->count; i++)
    if (is_same(names->items[i].language, language)) return &names->items[i];
  return NULL;
}

/* Only in languages that are not there yet. */
static void add(struct vd_issuer_names *names, const struct frag_trust_key *key) {
  for (size_t i = 0; i < key->name_count && names->count < VD_ISSUER_NAMES_MAX; i++)
    if (find(names, key->names[i].language) == NULL) names->items[names->count++] = key->names[i];
}

static void begin(struct vd_issuer_names *names, struct frag_slice issuer) {
  names->issuer = issuer;
  names->count = 0;
}

/* The last of them first, and the compromised ones after all others. */
static void add_all(struct vd_issuer_names *names, const struct frag_trust_key *const *keys, size_t count) {
  for (int compromised = 0; compromised < 2; compromised++)
    for (size_t i = count; i > 0; i--)
      if (keys[i - 1]->has_compromised_since == (compromised == 1)) add(names, keys[i - 1]);
}

void vd_issuer_names_of_keys(struct vd_issuer_names *names, const struct frag_trust_key *const *keys, size_t count) {
  begin(names, keys[0]->issuer);
  add_all(names, keys, count);
}

void vd_issuer_names_of_document(struct vd_issuer_names *names, const struct frag_trust_key *const *keys, size_t count,
                                 const struct frag_trust_key *key) {
  size_t left_out = count > VD_ISSUER_NAMES_KEYS_MAX ? count - VD_ISSUER_NAMES_KEYS_MAX : 0;
  begin(names, key->issuer);
  add(names, key);
  add_all(names, keys + left_out, count - left_out);
}

const struct frag_issuer_name *vd_issuer_names_find(const struct vd_issuer_names *names, const char *language) {
  return find(names, (struct frag_slice){(const uint8_t *)language, strlen(language)});
}
