/* Writing and signing trust lists. */
#include "bytes.h"
#include "cbor.h"
#include "crypto.h"
#include "trust.h"

#define VERSION 1

/* The next name in the order of the encoding after `last` (NULL: the first). */
static const struct frag_issuer_name *next_name(const struct frag_trust_key *key, const struct frag_issuer_name *last) {
  const struct frag_issuer_name *best = NULL;
  for (size_t i = 0; i < key->name_count; i++) {
    const struct frag_issuer_name *name = &key->names[i];
    if (last != NULL && frag_trust_compare_languages(name->language, last->language) <= 0) continue;
    if (best == NULL || frag_trust_compare_languages(name->language, best->language) < 0) best = name;
  }
  return best;
}

static void write_names(struct frag_cbor_writer *writer, const struct frag_trust_key *key) {
  const struct frag_issuer_name *name = NULL;
  frag_cbor_write_map(writer, key->name_count);
  for (size_t i = 0; i < key->name_count; i++) {
    name = next_name(key, name);
    frag_cbor_write_text(writer, name->language);
    frag_cbor_write_text(writer, name->name);
  }
}

static void write_key(struct frag_cbor_writer *writer, const struct frag_trust_key *key) {
  frag_cbor_write_map(writer, key->has_compromised_since ? 9 : 8);
  frag_cbor_write_uint(writer, 1);
  frag_cbor_write_bytes(writer, frag_bytes(key->kid, sizeof key->kid));
  frag_cbor_write_uint(writer, 2);
  frag_cbor_write_bytes(writer, frag_bytes(key->pub32, sizeof key->pub32));
  frag_cbor_write_uint(writer, 3);
  frag_cbor_write_uint(writer, key->role);
  frag_cbor_write_uint(writer, 4);
  frag_cbor_write_text(writer, key->issuer);
  frag_cbor_write_uint(writer, 5);
  write_names(writer, key);
  frag_cbor_write_uint(writer, 6);
  frag_cbor_write_uint(writer, key->not_before_s);
  frag_cbor_write_uint(writer, 7);
  frag_cbor_write_uint(writer, key->not_after_s);
  frag_cbor_write_uint(writer, 8);
  frag_cbor_write_array(writer, key->type_count);
  for (size_t i = 0; i < key->type_count; i++) frag_cbor_write_text(writer, key->types[i]);
  if (key->has_compromised_since) {
    frag_cbor_write_uint(writer, 9);
    frag_cbor_write_uint(writer, key->compromised_since_s);
  }
}

static frag_error check_keys(struct frag_context *context, const struct frag_trust_list *list) {
  for (size_t i = 0; i < list->key_count; i++) {
    struct frag_point point;
    frag_error error = frag_trust_check_key(context, &point, &list->keys[i]);
    if (error != FRAG_OK) return error;
    for (size_t k = 0; k < i; k++)
      if (memcmp(list->keys[k].kid, list->keys[i].kid, FRAG_KID_LEN) == 0) return FRAG_FIELD_DUPLICATE;
  }
  return FRAG_OK;
}

frag_error frag_trust_encode(struct frag_context *context, uint8_t *out, size_t capacity, size_t *len,
                             const struct frag_trust_list *list) {
  *len = 0;
  frag_error error = frag_trust_check_list(list);
  if (error == FRAG_OK) error = check_keys(context, list);
  if (error != FRAG_OK) return error;
  struct frag_cbor_writer writer = {out, capacity, 0, FRAG_OK};
  frag_cbor_write_array(&writer, 7);
  frag_cbor_write_uint(&writer, VERSION);
  frag_cbor_write_uint(&writer, list->realm);
  frag_cbor_write_uint(&writer, list->list_no);
  frag_cbor_write_uint(&writer, list->issued_s);
  frag_cbor_write_uint(&writer, list->next_update_s);
  frag_cbor_write_bytes(&writer, frag_bytes(list->prev_hash, sizeof list->prev_hash));
  frag_cbor_write_array(&writer, list->key_count);
  for (size_t i = 0; i < list->key_count; i++) write_key(&writer, &list->keys[i]);
  if (writer.error == FRAG_OK) *len = writer.len;
  return writer.error;
}

frag_error frag_trust_sign(struct frag_context *context, struct frag_root_signature *signature, struct frag_slice list,
                           const struct frag_key *root, const uint8_t aux32[static 32]) {
  uint8_t msg32[32];
  frag_error error = frag_tagged_hash(context, FRAG_LABEL_TRUST, msg32, &list, 1);
  if (error != FRAG_OK) return error;
  memcpy(signature->kid, frag_key_id(root), sizeof signature->kid);
  return frag_schnorr_sign(context, signature->sig64, msg32, root, aux32);
}

frag_error frag_trust_file_encode(uint8_t *out, size_t capacity, size_t *len, struct frag_slice list,
                                  const struct frag_root_signature *signatures, size_t count) {
  struct frag_cbor_writer writer = {out, capacity, 0, FRAG_OK};
  frag_cbor_write_array(&writer, 2);
  frag_cbor_write_bytes(&writer, list);
  frag_cbor_write_array(&writer, count);
  for (size_t i = 0; i < count; i++) {
    frag_cbor_write_array(&writer, 2);
    frag_cbor_write_bytes(&writer, frag_bytes(signatures[i].kid, sizeof signatures[i].kid));
    frag_cbor_write_bytes(&writer, frag_bytes(signatures[i].sig64, sizeof signatures[i].sig64));
  }
  *len = writer.error == FRAG_OK ? writer.len : 0;
  return writer.error;
}
