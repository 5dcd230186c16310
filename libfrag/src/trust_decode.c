/* Reading trust lists and judging their signatures. */
#include <stdlib.h>

#include "bytes.h"
#include "cbor.h"
#include "crypto.h"
#include "trust.h"

#define VERSION 1
#define KEY_BYTES_LEAST 64 /* no encoded key is shorter, so a count above len / 64 is a lie */

static void read_names(struct frag_cbor_reader *reader, struct frag_trust_key *key) {
  size_t count = frag_cbor_read_map(reader);
  struct frag_issuer_name *names = count == 0 ? NULL : calloc(count, sizeof *names);
  if (count > 0 && names == NULL) {
    frag_cbor_fail(reader, FRAG_MEMORY);
    return;
  }
  key->names = names;
  key->name_count = count;
  for (size_t i = 0; i < count && reader->error == FRAG_OK; i++) {
    names[i].language = frag_cbor_read_text(reader);
    names[i].name = frag_cbor_read_text(reader);
    if (i > 0 && frag_trust_compare_languages(names[i - 1].language, names[i].language) >= 0)
      frag_cbor_fail(reader, FRAG_CBOR_KEY);
  }
}

static void read_types(struct frag_cbor_reader *reader, struct frag_trust_key *key) {
  size_t count = frag_cbor_read_array(reader);
  struct frag_slice *types = count == 0 ? NULL : calloc(count, sizeof *types);
  if (count > 0 && types == NULL) {
    frag_cbor_fail(reader, FRAG_MEMORY);
    return;
  }
  key->types = types;
  key->type_count = count;
  for (size_t i = 0; i < count && reader->error == FRAG_OK; i++) types[i] = frag_cbor_read_text(reader);
}

static void read_key(struct frag_cbor_reader *reader, struct frag_trust_key *key) {
  size_t pairs = frag_cbor_read_map(reader);
  frag_cbor_expect_key(reader, 1);
  frag_cbor_read_fixed(reader, key->kid, sizeof key->kid);
  frag_cbor_expect_key(reader, 2);
  frag_cbor_read_fixed(reader, key->pub32, sizeof key->pub32);
  frag_cbor_expect_key(reader, 3);
  key->role = frag_cbor_read_uint(reader);
  frag_cbor_expect_key(reader, 4);
  key->issuer = frag_cbor_read_text(reader);
  frag_cbor_expect_key(reader, 5);
  read_names(reader, key);
  frag_cbor_expect_key(reader, 6);
  key->not_before_s = frag_cbor_read_uint(reader);
  frag_cbor_expect_key(reader, 7);
  key->not_after_s = frag_cbor_read_uint(reader);
  frag_cbor_expect_key(reader, 8);
  read_types(reader, key);
  key->has_compromised_since = frag_cbor_take_key(reader, 9);
  if (key->has_compromised_since) key->compromised_since_s = frag_cbor_read_uint(reader);
  if (pairs != (key->has_compromised_since ? 9u : 8u)) frag_cbor_fail(reader, FRAG_CBOR_KEY);
}

static frag_error allocate_keys(struct frag_trust *trust, size_t count) {
  size_t room = count == 0 ? 1 : count;
  trust->keys = calloc(room, sizeof *trust->keys);
  trust->points = calloc(room, sizeof *trust->points);
  trust->by_kid = calloc(room, sizeof *trust->by_kid);
  trust->by_issuer = calloc(room, sizeof *trust->by_issuer);
  if (trust->keys == NULL || trust->points == NULL || trust->by_kid == NULL || trust->by_issuer == NULL)
    return FRAG_MEMORY;
  trust->list.keys = trust->keys;
  trust->list.key_count = count;
  return FRAG_OK;
}

static void read_list(struct frag_cbor_reader *reader, struct frag_trust *trust) {
  struct frag_trust_list *list = &trust->list;
  frag_cbor_expect_array(reader, 7);
  uint64_t version = frag_cbor_read_uint(reader), realm = frag_cbor_read_uint(reader);
  if (version != VERSION || realm > UINT16_MAX) frag_cbor_fail(reader, FRAG_FIELD_RANGE);
  list->realm = (uint16_t)realm;
  list->list_no = frag_cbor_read_uint(reader);
  list->issued_s = frag_cbor_read_uint(reader);
  list->next_update_s = frag_cbor_read_uint(reader);
  frag_cbor_read_fixed(reader, list->prev_hash, sizeof list->prev_hash);
  size_t count = frag_cbor_read_array(reader);
  if (count > reader->left / KEY_BYTES_LEAST) frag_cbor_fail(reader, FRAG_CBOR_TRUNCATED);
  if (reader->error != FRAG_OK) return;
  frag_error error = allocate_keys(trust, count);
  if (error != FRAG_OK) frag_cbor_fail(reader, error);
  for (size_t i = 0; i < count && reader->error == FRAG_OK; i++) read_key(reader, &trust->keys[i]);
}

static int compare_places(const void *a, const void *b) {
  return memcmp(((const struct frag_trust_place *)a)->kid, ((const struct frag_trust_place *)b)->kid, FRAG_KID_LEN);
}

/* The keys are one array, so their addresses are their order in the list. */
static int compare_issuers(const void *a, const void *b) {
  const struct frag_trust_key *one = *(const struct frag_trust_key *const *)a;
  const struct frag_trust_key *other = *(const struct frag_trust_key *const *)b;
  int order = frag_trust_compare_issuers(one->issuer, other->issuer);
  return order != 0 ? order : (one > other) - (one < other);
}

static frag_error check_keys(struct frag_context *context, struct frag_trust *trust) {
  size_t count = trust->list.key_count;
  for (size_t i = 0; i < count; i++) {
    frag_error error = frag_trust_check_key(context, &trust->points[i], &trust->keys[i]);
    if (error != FRAG_OK) return error;
    memcpy(trust->by_kid[i].kid, trust->keys[i].kid, FRAG_KID_LEN);
    trust->by_kid[i].number = i;
    trust->by_issuer[i] = &trust->keys[i];
  }
  qsort(trust->by_issuer, count, sizeof *trust->by_issuer, compare_issuers);
  qsort(trust->by_kid, count, sizeof *trust->by_kid, compare_places);
  for (size_t i = 1; i < count; i++)
    if (compare_places(&trust->by_kid[i - 1], &trust->by_kid[i]) == 0) return FRAG_FIELD_DUPLICATE;
  return FRAG_OK;
}

static frag_error copy_bytes(struct frag_trust *trust, struct frag_slice list) {
  uint8_t *copy = malloc(list.len == 0 ? 1 : list.len);
  if (copy == NULL) return FRAG_MEMORY;
  if (list.len > 0) memcpy(copy, list.data, list.len);
  trust->bytes = frag_bytes(copy, list.len);
  return FRAG_OK;
}

frag_error frag_trust_decode(struct frag_context *context, struct frag_trust **out, struct frag_slice list) {
  *out = NULL;
  struct frag_trust *trust = calloc(1, sizeof *trust);
  if (trust == NULL) return FRAG_MEMORY;
  frag_error error = copy_bytes(trust, list);
  if (error == FRAG_OK) error = frag_sha256(context, trust->hash, &trust->bytes, 1);
  if (error == FRAG_OK) {
    struct frag_cbor_reader reader = frag_cbor_reader_of(trust->bytes);
    read_list(&reader, trust);
    error = frag_cbor_end(&reader);
  }
  if (error == FRAG_OK) error = frag_trust_check_list(&trust->list);
  if (error == FRAG_OK) error = check_keys(context, trust);
  if (error != FRAG_OK) {
    frag_trust_free(trust);
    return error;
  }
  *out = trust;
  return FRAG_OK;
}

static void read_signature(struct frag_cbor_reader *reader, struct frag_root_signature *signature) {
  frag_cbor_expect_array(reader, 2);
  frag_cbor_read_fixed(reader, signature->kid, sizeof signature->kid);
  frag_cbor_read_fixed(reader, signature->sig64, sizeof signature->sig64);
}

static size_t read_file(struct frag_cbor_reader *reader, struct frag_slice *list) {
  frag_cbor_expect_array(reader, 2);
  *list = frag_cbor_read_bytes(reader);
  return frag_cbor_read_array(reader);
}

frag_error frag_trust_file_decode(struct frag_slice *list, struct frag_root_signature *signatures, size_t capacity,
                                  size_t *count, struct frag_slice file) {
  struct frag_cbor_reader reader = frag_cbor_reader_of(file);
  size_t found = read_file(&reader, list);
  *count = 0;
  if (found > capacity) return FRAG_BUFFER_TOO_SMALL;
  for (size_t i = 0; i < found; i++) read_signature(&reader, &signatures[i]);
  frag_error error = frag_cbor_end(&reader);
  if (error == FRAG_OK) *count = found;
  return error;
}

static frag_error find_root(struct frag_context *context, const struct frag_pins *pins,
                            const uint8_t kid[static FRAG_KID_LEN], size_t *root) {
  for (size_t i = 0; i < pins->root_count; i++) {
    uint8_t root_kid[FRAG_KID_LEN];
    frag_error error = frag_key_id_of(context, root_kid, pins->roots[i]);
    if (error != FRAG_OK) return error;
    if (memcmp(root_kid, kid, sizeof root_kid) == 0) {
      *root = i;
      return FRAG_OK;
    }
  }
  *root = pins->root_count;
  return FRAG_OK;
}

/* How many different pinned roots signed. A wrong or repeated signature counts for nothing and harms nothing:
 * otherwise anyone who can append one could hold up a list. */
static frag_error count_roots(struct frag_context *context, const struct frag_pins *pins, struct frag_slice file,
                              size_t *count) {
  struct frag_slice list;
  struct frag_cbor_reader reader = frag_cbor_reader_of(file);
  size_t signatures = read_file(&reader, &list);
  uint8_t msg32[32];
  bool signed_by[FRAG_ROOTS_MAX] = {false};
  frag_error error = frag_tagged_hash(context, FRAG_LABEL_TRUST, msg32, &list, 1);
  *count = 0;
  for (size_t i = 0; i < signatures && error == FRAG_OK && reader.error == FRAG_OK; i++) {
    struct frag_root_signature signature;
    struct frag_point point;
    size_t root = pins->root_count;
    read_signature(&reader, &signature);
    if (reader.error == FRAG_OK) error = find_root(context, pins, signature.kid, &root);
    if (error != FRAG_OK || root == pins->root_count) continue;
    error = frag_point_decode(context, &point, pins->roots[root]);
    if (error != FRAG_OK) break;
    if (signed_by[root] || !frag_schnorr_verify(context, signature.sig64, msg32, &point)) continue;
    signed_by[root] = true;
    (*count)++;
  }
  return error == FRAG_OK ? frag_cbor_end(&reader) : error;
}

frag_error frag_trust_open(struct frag_context *context, struct frag_trust **out, struct frag_slice file,
                           const struct frag_pins *pins) {
  *out = NULL;
  struct frag_trust *trust = NULL;
  size_t count = 0;
  if (pins->root_count > FRAG_ROOTS_MAX || pins->threshold < 1 || pins->threshold > pins->root_count)
    return FRAG_FIELD_RANGE;
  frag_error error = count_roots(context, pins, file, &count);
  if (error == FRAG_OK && count < pins->threshold) error = FRAG_TRUST_SIGNATURES;
  if (error != FRAG_OK) return error;
  struct frag_slice list;
  struct frag_cbor_reader reader = frag_cbor_reader_of(file);
  (void)read_file(&reader, &list);
  error = frag_trust_decode(context, &trust, list);
  if (error == FRAG_OK && frag_trust_list(trust)->realm != pins->realm) error = FRAG_TRUST_REALM;
  if (error != FRAG_OK) {
    frag_trust_free(trust);
    return error;
  }
  *out = trust;
  return FRAG_OK;
}
