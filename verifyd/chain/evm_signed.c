#include "chain/evm_signed.h"

#include <assert.h>
#include <string.h>

#include "chain/digest.h"
#include "chain/rlp.h"

enum {
  LIST = 0xc0,       /* from here on the first byte of a legacy transaction */
  V_PROTECTED = 35,  /* EIP-155: v is this, twice the chain id, and the parity */
  HEAD = 3,          /* bytes of a string's or list's, of less than 64 KiB */
  WIDE = 1 + 32,
  ACCESS_LIST = HEAD + VD_EVM_ACCESSES_MAX * (2 * HEAD + 1 + VD_EVM_ADDRESS_LEN) + VD_EVM_KEYS_MAX * WIDE,
  /* type, list head, 3 numbers, to, data, access list, v; tip, price, value, r, s */
  LONGEST = 1 + HEAD + 3 * 9 + 1 + VD_EVM_ADDRESS_LEN + HEAD + VD_EVM_DATA_MAX + ACCESS_LIST + 9 + 5 * WIDE,
};
_Static_assert(LONGEST <= VD_EVM_SIGNED_MAX, "a transaction within the limits always fits");

/* --- writing, backwards --- */

static void write_access_list(struct vd_rlp_writer *writer, const struct vd_evm_signed *transaction) {
  size_t end = writer->at, key = transaction->key_count;
  for (size_t i = transaction->access_count; i-- > 0;) {
    const struct vd_evm_access *access = &transaction->accesses[i];
    size_t access_end = writer->at;
    assert(access->key_count <= key);
    for (size_t k = 0; k < access->key_count; k++) vd_rlp_bytes(writer, transaction->keys[--key], 32);
    vd_rlp_list(writer, access_end);
    vd_rlp_bytes(writer, access->address, sizeof access->address);
    vd_rlp_list(writer, access_end);
  }
  assert(key == 0);
  vd_rlp_list(writer, end);
}

static void write_signature(struct vd_rlp_writer *writer, const struct vd_evm_signed *transaction) {
  const struct vd_ecdsa_signature *signature = &transaction->signature;
  vd_rlp_scalar(writer, signature->s, sizeof signature->s);
  vd_rlp_scalar(writer, signature->r, sizeof signature->r);
  if (transaction->type > 0) vd_rlp_number(writer, signature->y_parity);
  else vd_rlp_number(writer, V_PROTECTED + 2 * transaction->chain_id + signature->y_parity);
}

/* Returns where it begins in raw, of which it fills the end. */
static size_t write_backwards(uint8_t raw[static VD_EVM_SIGNED_MAX], const struct vd_evm_signed *transaction,
                              bool is_signed) {
  struct vd_rlp_writer writer;
  assert(transaction->type <= 2 && transaction->data_len <= VD_EVM_DATA_MAX && transaction->signature.y_parity <= 1);
  assert(transaction->access_count <= VD_EVM_ACCESSES_MAX && transaction->key_count <= VD_EVM_KEYS_MAX);
  assert(transaction->type > 0 || transaction->chain_id <= VD_EVM_LEGACY_CHAIN_ID_MAX);
  vd_rlp_begin(&writer, raw, VD_EVM_SIGNED_MAX);
  if (is_signed) {
    write_signature(&writer, transaction);
  } else if (transaction->type == 0) { /* EIP-155 */
    vd_rlp_number(&writer, 0);
    vd_rlp_number(&writer, 0);
    vd_rlp_number(&writer, transaction->chain_id);
  }
  if (transaction->type > 0) write_access_list(&writer, transaction);
  vd_rlp_bytes(&writer, transaction->data, transaction->data_len);
  vd_rlp_scalar(&writer, transaction->value, sizeof transaction->value);
  vd_rlp_bytes(&writer, transaction->to, transaction->has_to ? sizeof transaction->to : 0);
  vd_rlp_number(&writer, transaction->gas);
  vd_rlp_scalar(&writer, transaction->price, sizeof transaction->price);
  if (transaction->type == 2) vd_rlp_scalar(&writer, transaction->tip, sizeof transaction->tip);
  vd_rlp_number(&writer, transaction->nonce);
  if (transaction->type > 0) vd_rlp_number(&writer, transaction->chain_id);
  vd_rlp_list(&writer, VD_EVM_SIGNED_MAX);
  assert(!writer.has_failed && writer.at > 0);
  if (transaction->type > 0) raw[--writer.at] = (uint8_t)transaction->type;
  return writer.at;
}

size_t vd_evm_signed_write(uint8_t raw[static VD_EVM_SIGNED_MAX], const struct vd_evm_signed *transaction) {
  size_t start = write_backwards(raw, transaction, true), len = VD_EVM_SIGNED_MAX - start;
  memmove(raw, raw + start, len);
  return len;
}

void vd_evm_signed_digest(uint8_t digest[static 32], const struct vd_evm_signed *transaction) {
  uint8_t bytes[VD_EVM_SIGNED_MAX];
  size_t start = write_backwards(bytes, transaction, false);
  vd_keccak256(digest, bytes + start, sizeof bytes - start);
}

/* --- reading --- */

/* A string of up to size bytes; returns its length, or fails. */
static size_t read_string(struct vd_rlp_reader *reader, uint8_t *out, size_t size) {
  size_t len = 0;
  const uint8_t *bytes = vd_rlp_read_bytes(reader, &len);
  if (len > size) {
    reader->has_failed = true;
    return 0;
  }
  if (len > 0) memcpy(out, bytes, len);
  return len;
}

static void read_exact(struct vd_rlp_reader *reader, uint8_t *out, size_t len) {
  if (read_string(reader, out, len) != len) reader->has_failed = true;
}

/* A number of up to 256 bits without leading zeros. False: it is 0. */
static bool read_wide(struct vd_rlp_reader *reader, uint8_t out[static 32]) {
  uint8_t shortest[32] = {0};
  size_t len = read_string(reader, shortest, sizeof shortest);
  if (len > 0 && shortest[0] == 0) reader->has_failed = true;
  memset(out, 0, 32);
  memcpy(out + 32 - len, shortest, len);
  return len > 0;
}

static void read_keys(struct vd_rlp_reader *keys, struct vd_evm_signed *transaction, struct vd_evm_access *access) {
  while (keys->len > 0 && !keys->has_failed) {
    if (transaction->key_count == VD_EVM_KEYS_MAX) {
      keys->has_failed = true;
      return;
    }
    read_exact(keys, transaction->keys[transaction->key_count++], 32);
    access->key_count++;
  }
}

static bool read_access_list(struct vd_rlp_reader *fields, struct vd_evm_signed *transaction) {
  struct vd_rlp_reader list, item, keys;
  vd_rlp_read_list(fields, &list);
  while (list.len > 0 && !list.has_failed) {
    if (transaction->access_count == VD_EVM_ACCESSES_MAX) return false;
    struct vd_evm_access *access = &transaction->accesses[transaction->access_count++];
    vd_rlp_read_list(&list, &item);
    read_exact(&item, access->address, sizeof access->address);
    vd_rlp_read_list(&item, &keys);
    read_keys(&keys, transaction, access);
    if (!vd_rlp_is_at_end(&keys) || !vd_rlp_is_at_end(&item)) return false;
  }
  return vd_rlp_is_at_end(&list);
}

/* v, r, s. */
static bool read_signature(struct vd_rlp_reader *fields, struct vd_evm_signed *transaction) {
  struct vd_ecdsa_signature *signature = &transaction->signature;
  uint64_t v = vd_rlp_read_number(fields);
  if (transaction->type == 0) {
    if (v < V_PROTECTED || (v - V_PROTECTED) / 2 > VD_EVM_LEGACY_CHAIN_ID_MAX) return false;
    transaction->chain_id = (v - V_PROTECTED) / 2;
    v = (v - V_PROTECTED) % 2;
  }
  signature->y_parity = (uint8_t)(v & 1);
  bool has_r = read_wide(fields, signature->r), has_s = read_wide(fields, signature->s);
  return v <= 1 && has_r && has_s;
}

static bool read_fields(struct vd_rlp_reader *fields, struct vd_evm_signed *transaction) {
  if (transaction->type > 0) transaction->chain_id = vd_rlp_read_number(fields);
  transaction->nonce = vd_rlp_read_number(fields);
  if (transaction->type == 2) (void)read_wide(fields, transaction->tip);
  (void)read_wide(fields, transaction->price);
  transaction->gas = vd_rlp_read_number(fields);
  size_t to_len = read_string(fields, transaction->to, sizeof transaction->to);
  transaction->has_to = to_len > 0;
  (void)read_wide(fields, transaction->value);
  transaction->data_len = read_string(fields, transaction->data, sizeof transaction->data);
  if (transaction->type > 0 && !read_access_list(fields, transaction)) return false;
  bool is_possible = transaction->type != 2 || memcmp(transaction->tip, transaction->price, 32) <= 0;
  return read_signature(fields, transaction) && (to_len == 0 || to_len == sizeof transaction->to) && is_possible &&
         vd_rlp_is_at_end(fields);
}

enum vd_error vd_evm_signed_read(struct vd_evm_signed *transaction, const uint8_t *raw, size_t len,
                                 struct vd_failure *failure) {
  struct vd_rlp_reader outside, fields;
  memset(transaction, 0, sizeof *transaction);
  bool is_good = len > 0 && (raw[0] == 1 || raw[0] == 2 || raw[0] >= LIST);
  if (is_good) {
    transaction->type = raw[0] >= LIST ? 0 : raw[0];
    size_t type_len = transaction->type > 0;
    vd_rlp_read(&outside, raw + type_len, len - type_len);
    vd_rlp_read_list(&outside, &fields);
    is_good = read_fields(&fields, transaction) && vd_rlp_is_at_end(&outside);
  }
  if (is_good) return VD_OK;
  memset(transaction, 0, sizeof *transaction);
  return vd_fail(failure, VD_DATA, "not a signed transaction of type 0 (EIP-155), 1 or 2 within the limits");
}

bool vd_evm_signed_sender(const struct vd_ecdsa *ecdsa, uint8_t sender[static VD_EVM_ADDRESS_LEN],
                          const struct vd_evm_signed *transaction) {
  struct vd_ecdsa_public key;
  uint8_t digest[32];
  memset(sender, 0, VD_EVM_ADDRESS_LEN);
  vd_evm_signed_digest(digest, transaction);
  if (!vd_ecdsa_recover(ecdsa, &key, digest, &transaction->signature)) return false;
  vd_evm_address(sender, &key);
  return true;
}
