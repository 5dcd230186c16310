#include "chain/evm.h"

#include <assert.h>
#include <string.h>

#include "base/hex.h"
#include "chain/digest.h"
#include "chain/evm_signed.h"

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

static void put_number(uint8_t out[static 32], uint64_t number) {
  for (unsigned at = 32; at > 24; number >>= 8) out[--at] = (uint8_t)number;
}

/* False: it has more than 64 bits. */
static bool take_number(uint64_t *number, const uint8_t wide[static 32]) {
  *number = 0;
  for (unsigned at = 0; at < 24; at++)
    if (wide[at] != 0) return false;
  for (unsigned at = 24; at < 32; at++) *number = *number << 8 | wide[at];
  return true;
}

/* What a chain would not take whatever its state: EIP-1559, EIP-2681. */
static bool is_possible(const struct vd_evm_transaction *transaction) {
  return transaction->tip <= transaction->fee && transaction->nonce < UINT64_MAX;
}

enum vd_error vd_evm_sign(const struct vd_ecdsa *ecdsa, const struct vd_evm_transaction *transaction,
                          const uint8_t secret32[static 32], uint8_t raw[static VD_EVM_TRANSACTION_MAX],
                          size_t *raw_len, uint8_t hash[static 32], struct vd_failure *failure) {
  struct vd_evm_signed made = {.type = TYPE, .chain_id = transaction->chain_id, .nonce = transaction->nonce,
                               .gas = transaction->gas, .has_to = true, .data_len = transaction->data_len};
  uint8_t digest[32], bytes[VD_EVM_SIGNED_MAX];
  assert(transaction->data_len <= VD_EVM_DATA_MAX && is_possible(transaction));
  *raw_len = 0;
  put_number(made.tip, transaction->tip);
  put_number(made.price, transaction->fee);
  memcpy(made.to, transaction->to, sizeof made.to);
  memcpy(made.data, transaction->data, transaction->data_len);
  vd_evm_signed_digest(digest, &made);
  enum vd_error error = vd_ecdsa_sign(ecdsa, &made.signature, digest, secret32, failure);
  if (error != VD_OK) return error;
  *raw_len = vd_evm_signed_write(bytes, &made);
  memcpy(raw, bytes, *raw_len);
  vd_keccak256(hash, raw, *raw_len);
  return VD_OK;
}

/* Whether it is of the form that is signed here, and possible. */
static bool take(struct vd_evm_transaction *transaction, const struct vd_evm_signed *read) {
  uint64_t value = 0;
  transaction->chain_id = read->chain_id;
  transaction->nonce = read->nonce;
  transaction->gas = read->gas;
  memcpy(transaction->to, read->to, sizeof transaction->to);
  transaction->data_len = read->data_len;
  memcpy(transaction->data, read->data, read->data_len);
  return read->type == TYPE && read->has_to && read->access_count == 0 && take_number(&value, read->value) &&
         value == 0 && take_number(&transaction->tip, read->tip) && take_number(&transaction->fee, read->price) &&
         is_possible(transaction);
}

enum vd_error vd_evm_decode(const struct vd_ecdsa *ecdsa, struct vd_evm_transaction *transaction,
                            uint8_t sender[static VD_EVM_ADDRESS_LEN], const uint8_t *raw, size_t len,
                            struct vd_failure *failure) {
  struct vd_evm_transaction found = {0};
  struct vd_evm_signed read;
  memset(transaction, 0, sizeof *transaction);
  memset(sender, 0, VD_EVM_ADDRESS_LEN);
  if (vd_evm_signed_read(&read, raw, len, NULL) != VD_OK || !take(&found, &read))
    return vd_fail(failure, VD_DATA, "not a signed EIP-1559 transaction that carries data and nothing else");
  if (!vd_evm_signed_sender(ecdsa, sender, &read))
    return vd_fail(failure, VD_DATA, "the transaction's signature belongs to no key");
  *transaction = found;
  return VD_OK;
}
