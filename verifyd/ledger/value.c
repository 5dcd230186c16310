#include "ledger/value.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/crypto.h"
#include "ledger/schema.h"

enum { CHECK_LEN = 8 };

/* --- fields --- */

uint8_t *vd_value_put_number(uint8_t *at, uint64_t value, size_t len) {
  vd_schema_write(at, value, len);
  return at + len;
}

uint8_t *vd_value_put_bytes(uint8_t *at, const void *bytes, size_t len) {
  if (len > 0) memcpy(at, bytes, len);
  return at + len;
}

/* NULL: it is shorter. */
static const uint8_t *take(struct frag_slice *rest, size_t len) {
  const uint8_t *bytes = rest->data;
  if (bytes == NULL || rest->len < len) {
    *rest = (struct frag_slice){0};
    return NULL;
  }
  *rest = (struct frag_slice){.data = bytes + len, .len = rest->len - len};
  return bytes;
}

uint64_t vd_value_take_number(struct frag_slice *rest, size_t len) {
  const uint8_t *bytes = take(rest, len);
  return bytes != NULL ? vd_schema_read(bytes, len) : 0;
}

bool vd_value_take_bytes(struct frag_slice *rest, void *out, size_t len) {
  const uint8_t *bytes = take(rest, len);
  if (bytes != NULL && len > 0) memcpy(out, bytes, len);
  return bytes != NULL;
}

/* --- checks --- */

void vd_value_refuse(struct vd_transaction *transaction) {
  if (transaction->error == MDB_SUCCESS) transaction->error = MDB_CORRUPTED;
}

/* False after an error, which the transaction then has. */
static bool make_check(struct vd_transaction *transaction, uint8_t check[static CHECK_LEN], const void *key,
                       size_t key_len, const void *bytes, size_t len) {
  uint8_t text[2 + VD_VALUE_KEY_MAX + VD_VALUE_MAX], hash[VD_SHA256_LEN];
  assert(key_len <= VD_VALUE_KEY_MAX && len <= VD_VALUE_MAX);
  uint8_t *end = vd_value_put_number(text, key_len, 2);
  end = vd_value_put_bytes(end, key, key_len);
  end = vd_value_put_bytes(end, bytes, len);
  if (vd_sha256(hash, text, (size_t)(end - text), NULL) != VD_OK) {
    if (transaction->error == MDB_SUCCESS) transaction->error = ENOMEM;
    return false;
  }
  memcpy(check, hash, CHECK_LEN);
  return true;
}

void vd_value_put(struct vd_transaction *transaction, MDB_dbi dbi, const void *key, size_t key_len, const void *bytes,
                  size_t len) {
  uint8_t check[CHECK_LEN];
  MDB_val value = {.mv_size = len + CHECK_LEN};
  if (!make_check(transaction, check, key, key_len, bytes, len)) return;
  if (!vd_transaction_put(transaction, dbi, key, key_len, 0, &value)) return;
  uint8_t *end = vd_value_put_bytes(value.mv_data, bytes, len);
  memcpy(end, check, CHECK_LEN);
}

bool vd_value_check(struct vd_transaction *transaction, MDB_val key, MDB_val stored, struct frag_slice *value) {
  uint8_t check[CHECK_LEN];
  const uint8_t *bytes = stored.mv_data;
  if (key.mv_size > VD_VALUE_KEY_MAX || stored.mv_size < CHECK_LEN || stored.mv_size > VD_VALUE_MAX + CHECK_LEN) {
    vd_value_refuse(transaction);
    return false;
  }
  size_t len = stored.mv_size - CHECK_LEN;
  if (!make_check(transaction, check, key.mv_data, key.mv_size, bytes, len)) return false;
  if (memcmp(check, bytes + len, CHECK_LEN) != 0) {
    vd_value_refuse(transaction);
    return false;
  }
  *value = (struct frag_slice){.data = bytes, .len = len};
  return true;
}

bool vd_value_get(struct vd_transaction *transaction, MDB_dbi dbi, const void *key, size_t key_len,
                  struct frag_slice *value) {
  MDB_val name = {.mv_size = key_len, .mv_data = (void *)(uintptr_t)key};
  MDB_val stored;
  return vd_transaction_get(transaction, dbi, key, key_len, &stored) &&
         vd_value_check(transaction, name, stored, value);
}
