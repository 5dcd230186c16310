#include "chain/evm.h"

#include <assert.h>
#include <string.h>

#include "base/hex.h"
#include "chain/digest.h"
#include "chain/rlp.h"

enum {
  TYPE = 0x02, /* EIP-2718 type of EIP-1559 */
  DIGITS = 2 * VD_EVM_ADDRESS_LEN,
  /* type, list head, 5 numbers, to, value, data, no access list, y parity, r, s */
  LONGEST = 1 + 3 + 5 * 9 + 21 + 1 + 3 + VD_EVM_DATA_MAX + 1 + 1 + 2 * 33,
};

_Static_assert(LONGEST <= VD_EVM_TRANSACTION_MAX, "a signed transaction always fits");

void vd_evm_address(uint8_t address[static VD_EVM_ADDRESS_LEN], const struct vd_ecdsa_public *public_key) {
  uint8_t digest[32];
  vd_keccak256(digest, public_key->uncompressed + 1, sizeof public_key->uncompressed - 1);
  memcpy(address, digest + 12, VD_EVM_ADDRESS_LEN);
}

void vd_evm_address_write(char text[static VD_EVM_ADDRESS_TEXT_SIZE],
                          const uint8_t address[static VD_EVM_ADDRESS_LEN]) {
  uint8_t digest[32];
  char *digits = text + 2;
  memcpy(text, "0x", 2);
  vd_hex_encode(digits, address, VD_EVM_ADDRESS_LEN);
  vd_keccak256(digest, digits, DIGITS);
  for (size_t at = 0; at < DIGITS; at++) {
    bool upper = (digest[at / 2] >> (at % 2 == 0 ? 7 : 3) & 1) != 0;
    if (upper && digits[at] >= 'a') digits[at] = (char)(digits[at] - 'a' + 'A');
  }
}

bool vd_evm_address_read(uint8_t address[static VD_EVM_ADDRESS_LEN], const char *text) {
  char right[VD_EVM_ADDRESS_TEXT_SIZE];
  bool has_lower = false, has_upper = false;
  size_t len = strnlen(text, VD_EVM_ADDRESS_TEXT_SIZE);
  memset(address, 0, VD_EVM_ADDRESS_LEN);
  if (len != 2 + DIGITS || memcmp(text, "0x", 2) != 0) return false;
  if (!vd_hex_decode(address, VD_EVM_ADDRESS_LEN, text + 2, DIGITS)) return false;
  for (size_t at = 2; at < len; at++) {
    has_lower |= text[at] >= 'a';
    has_upper |= text[at] >= 'A' && text[at] <= 'F';
  }
  vd_evm_address_write(right, address);
  if (!has_lower || !has_upper || memcmp(text, right, len) == 0) return true;
  memset(address, 0, VD_EVM_ADDRESS_LEN);
  return false;
}

uint64_t vd_evm_intrinsic_gas(const uint8_t *data, size_t len) {
  uint64_t gas = 21000;
  for (size_t at = 0; at < len; at++) gas += data[at] == 0 ? 10 : 40;
  return gas;
}

/* Writes what is signed, with the signature behind it when there is one. Returns where it begins in raw. */
static size_t write_transaction(uint8_t raw[static VD_EVM_TRANSACTION_MAX],
                                const struct vd_evm_transaction *transaction,
                                const struct vd_ecdsa_signature *signature) {
  struct vd_rlp_writer writer;
  vd_rlp_begin(&writer, raw, VD_EVM_TRANSACTION_MAX);
  if (signature != NULL) {
    vd_rlp_scalar(&writer, signature->s, sizeof signature->s);
    vd_rlp_scalar(&writer, signature->r, sizeof signature->r);
    vd_rlp_number(&writer, signature->y_parity);
  }
  vd_rlp_list(&writer, writer.at); /* no access list */
  vd_rlp_bytes(&writer, transaction->data, transaction->data_len);
  vd_rlp_number(&writer, 0); /* value */
  vd_rlp_bytes(&writer, transaction->to, sizeof transaction->to);
  vd_rlp_number(&writer, transaction->gas);
  vd_rlp_number(&writer, transaction->fee);
  vd_rlp_number(&writer, transaction->tip);
  vd_rlp_number(&writer, transaction->nonce);
  vd_rlp_number(&writer, transaction->chain_id);
  vd_rlp_list(&writer, VD_EVM_TRANSACTION_MAX);
  assert(!writer.has_failed && writer.at > 0);
  raw[--writer.at] = TYPE;
  return writer.at;
}

static void find_digest(uint8_t digest[static 32], const struct vd_evm_transaction *transaction) {
  uint8_t unsigned_bytes[VD_EVM_TRANSACTION_MAX];
  size_t start = write_transaction(unsigned_bytes, transaction, NULL);
  vd_keccak256(digest, unsigned_bytes + start, sizeof unsigned_bytes - start);
}

/* What a chain would not take whatever its state: EIP-1559, EIP-2681. */
static bool is_possible(const struct vd_evm_transaction *transaction) {
  return transaction->tip <= transaction->fee && transaction->nonce < UINT64_MAX;
}

enum vd_error vd_evm_sign(const struct vd_ecdsa *ecdsa, const struct vd_evm_transaction *transaction,
                          const uint8_t secret32[static 32], uint8_t raw[static VD_EVM_TRANSACTION_MAX],
                          size_t *raw_len, uint8_t hash[static 32], struct vd_failure *failure) {
  struct vd_ecdsa_signature signature;
  uint8_t digest[32];
  assert(transaction->data_len <= VD_EVM_DATA_MAX && is_possible(transaction));
  *raw_len = 0;
  find_digest(digest, transaction);
  enum vd_error error = vd_ecdsa_sign(ecdsa, &signature, digest, secret32, failure);
  if (error != VD_OK) return error;
  size_t start = write_transaction(raw, transaction, &signature);
  *raw_len = VD_EVM_TRANSACTION_MAX - start;
  memmove(raw, raw + start, *raw_len);
  vd_keccak256(hash, raw, *raw_len);
  return VD_OK;
}

/* Reads a string of up to size bytes; returns its length, or fails. */
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

/* r or s: a number of up to 32 bytes without leading zeros, and not 0. */
static void read_scalar(struct vd_rlp_reader *reader, uint8_t out[static 32]) {
  uint8_t shortest[32] = {0};
  size_t len = read_string(reader, shortest, sizeof shortest);
  if (shortest[0] == 0) reader->has_failed = true;
  memset(out, 0, 32);
  memcpy(out + 32 - len, shortest, len);
}

static bool read_transaction(struct vd_evm_transaction *transaction, struct vd_ecdsa_signature *signature,
                             const uint8_t *raw, size_t len) {
  struct vd_rlp_reader outside, fields, access_list;
  if (len < 1 || raw[0] != TYPE) return false;
  vd_rlp_read(&outside, raw + 1, len - 1);
  vd_rlp_read_list(&outside, &fields);
  transaction->chain_id = vd_rlp_read_number(&fields);
  transaction->nonce = vd_rlp_read_number(&fields);
  transaction->tip = vd_rlp_read_number(&fields);
  transaction->fee = vd_rlp_read_number(&fields);
  transaction->gas = vd_rlp_read_number(&fields);
  size_t to_len = read_string(&fields, transaction->to, sizeof transaction->to);
  uint64_t value = vd_rlp_read_number(&fields);
  transaction->data_len = read_string(&fields, transaction->data, sizeof transaction->data);
  vd_rlp_read_list(&fields, &access_list);
  uint64_t y_parity = vd_rlp_read_number(&fields);
  read_scalar(&fields, signature->r);
  read_scalar(&fields, signature->s);
  signature->y_parity = (uint8_t)(y_parity > 1 ? 2 : y_parity); /* 2: one that no key has */
  return to_len == VD_EVM_ADDRESS_LEN && value == 0 && vd_rlp_is_at_end(&access_list) && vd_rlp_is_at_end(&fields) &&
         vd_rlp_is_at_end(&outside) && is_possible(transaction);
}

enum vd_error vd_evm_decode(const struct vd_ecdsa *ecdsa, struct vd_evm_transaction *transaction,
                            uint8_t sender[static VD_EVM_ADDRESS_LEN], const uint8_t *raw, size_t len,
                            struct vd_failure *failure) {
  struct vd_evm_transaction found = {0};
  struct vd_ecdsa_signature signature;
  struct vd_ecdsa_public key;
  uint8_t digest[32];
  memset(transaction, 0, sizeof *transaction);
  memset(sender, 0, VD_EVM_ADDRESS_LEN);
  if (!read_transaction(&found, &signature, raw, len)) {
    return vd_fail(failure, VD_DATA, "not a signed EIP-1559 transaction that carries data and nothing else");
  }
  find_digest(digest, &found);
  if (!vd_ecdsa_recover(ecdsa, &key, digest, &signature)) {
    return vd_fail(failure, VD_DATA, "the transaction's signature belongs to no key");
  }
  vd_evm_address(sender, &key);
  *transaction = found;
  return VD_OK;
}
