/* A decoded trust list: look-up, and the rules that span keys and lists. */
#include "trust.h"

#include <stdlib.h>

#include "bytes.h"
#include "crypto.h"
#include "field.h"

int frag_trust_compare_languages(struct frag_slice a, struct frag_slice b) {
  if (a.len != b.len) return a.len < b.len ? -1 : 1;
  return a.len == 0 ? 0 : memcmp(a.data, b.data, a.len);
}

static frag_error check_names(struct frag_context *context, const struct frag_trust_key *key) {
  for (size_t i = 0; i < key->name_count; i++) {
    frag_error error = frag_field_language(key->names[i].language);
    if (error == FRAG_OK) error = frag_field_text(context, key->names[i].name, 1, FRAG_ISSUER_NAME_MAX);
    if (error != FRAG_OK) return error;
    for (size_t k = 0; k < i; k++)
      if (frag_slice_equal(key->names[k].language, key->names[i].language)) return FRAG_FIELD_DUPLICATE;
  }
  return FRAG_OK;
}

static frag_error check_types(const struct frag_trust_key *key) {
  for (size_t i = 0; i < key->type_count; i++) {
    frag_error error = frag_field_type(key->types[i]);
    if (error != FRAG_OK) return error;
    for (size_t k = 0; k < i; k++)
      if (frag_slice_equal(key->types[k], key->types[i])) return FRAG_FIELD_DUPLICATE;
  }
  return FRAG_OK;
}

frag_error frag_trust_check_key(struct frag_context *context, struct frag_point *point,
                                const struct frag_trust_key *key) {
  uint8_t kid[FRAG_KID_LEN];
  frag_error error = frag_key_id_of(context, kid, key->pub32);
  if (error == FRAG_OK) error = frag_point_decode(context, point, key->pub32);
  if (error == FRAG_OK && memcmp(kid, key->kid, sizeof kid) != 0) error = FRAG_TRUST_KEY_ID;
  if (error == FRAG_OK && key->role != FRAG_ROLE_ISSUER && key->role != FRAG_ROLE_REGISTRAR) error = FRAG_FIELD_RANGE;
  if (error == FRAG_OK) error = frag_field_issuer(key->issuer);
  if (error == FRAG_OK && key->not_before_s > key->not_after_s) error = FRAG_FIELD_RANGE;
  if (error == FRAG_OK) error = check_names(context, key);
  return error == FRAG_OK ? check_types(key) : error;
}

frag_error frag_trust_check_list(const struct frag_trust_list *list) {
  static const uint8_t none[32];
  if (list->list_no < 1 || list->issued_s >= list->next_update_s) return FRAG_FIELD_RANGE;
  if (list->list_no == 1 && memcmp(list->prev_hash, none, sizeof none) != 0) return FRAG_FIELD_RANGE;
  return FRAG_OK;
}

void frag_trust_free(struct frag_trust *trust) {
  if (trust == NULL) return;
  for (size_t i = 0; trust->keys != NULL && i < trust->list.key_count; i++) {
    union { const void *view; void *owned; } names = {trust->keys[i].names}, types = {trust->keys[i].types};
    free(names.owned);
    free(types.owned);
  }
  union { const uint8_t *view; uint8_t *owned; } bytes = {trust->bytes.data};
  free(bytes.owned);
  free(trust->keys);
  free(trust->points);
  free(trust->by_kid);
  free(trust->by_issuer);
  free(trust);
}

const struct frag_trust_list *frag_trust_list(const struct frag_trust *trust) { return &trust->list; }

struct frag_slice frag_trust_bytes(const struct frag_trust *trust) { return trust->bytes; }

const uint8_t *frag_trust_hash(const struct frag_trust *trust) { return trust->hash; }

static int compare_place(const void *kid, const void *place) {
  return memcmp(kid, ((const struct frag_trust_place *)place)->kid, FRAG_KID_LEN);
}

const struct frag_trust_key *frag_trust_find(const struct frag_trust *trust, const uint8_t kid[static 8]) {
  const struct frag_trust_place *place =
      bsearch(kid, trust->by_kid, trust->list.key_count, sizeof *trust->by_kid, compare_place);
  return place == NULL ? NULL : &trust->keys[place->number];
}

int frag_trust_compare_issuers(struct frag_slice a, struct frag_slice b) {
  int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len); /* neither is empty */
  return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

const struct frag_trust_key *const *frag_trust_by_issuer(const struct frag_trust *trust) { return trust->by_issuer; }

/* The first key in by_issuer whose issuer is `issuer` or comes after it; or after `issuer` only. */
static size_t bound(const struct frag_trust *trust, struct frag_slice issuer, bool is_after) {
  size_t low = 0, high = trust->list.key_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = frag_trust_compare_issuers(trust->by_issuer[middle]->issuer, issuer);
    if (order < 0 || (is_after && order == 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

const struct frag_trust_key *const *frag_trust_issuer(const struct frag_trust *trust, struct frag_slice issuer,
                                                      size_t *count) {
  *count = 0;
  if (issuer.len == 0) return NULL;
  size_t first = bound(trust, issuer, false);
  *count = bound(trust, issuer, true) - first;
  return *count == 0 ? NULL : trust->by_issuer + first;
}

const struct frag_point *frag_trust_point(const struct frag_trust *trust, const struct frag_trust_key *key) {
  return &trust->points[key - trust->keys];
}

static bool keeps_every_key(const struct frag_trust *current, const struct frag_trust *next) {
  for (size_t i = 0; i < current->list.key_count; i++) {
    const struct frag_trust_key *old = &current->keys[i];
    const struct frag_trust_key *now = frag_trust_find(next, old->kid);
    if (now == NULL || memcmp(now->pub32, old->pub32, sizeof now->pub32) != 0 || now->role != old->role ||
        !frag_slice_equal(now->issuer, old->issuer))
      return false;
  }
  return true;
}

frag_error frag_trust_follows(const struct frag_trust *current, const struct frag_trust *next) {
  if (next->list.realm != current->list.realm) return FRAG_TRUST_REALM;
  if (next->list.list_no <= current->list.list_no) return FRAG_TRUST_ROLLBACK;
  if (next->list.list_no != current->list.list_no + 1) return FRAG_TRUST_CHAIN;
  if (memcmp(next->list.prev_hash, current->hash, sizeof current->hash) != 0) return FRAG_TRUST_CHAIN;
  return keeps_every_key(current, next) ? FRAG_OK : FRAG_TRUST_CHAIN;
}

frag_error frag_trust_key_time(const struct frag_trust_key *key, uint64_t tau_s) {
  if (tau_s < key->not_before_s || tau_s > key->not_after_s) return FRAG_ISSUER_KEY_TIME;
  return key->has_compromised_since && tau_s >= key->compromised_since_s ? FRAG_ISSUER_KEY_TIME : FRAG_OK;
}
