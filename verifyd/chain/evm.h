/* evm.h: transactions of EVM chains: type 2 (EIP-1559, EIP-2718) with data, no value and no access list: what an anchor
 * needs, whose receiver is the sender. The formats only; nothing is sent. Pure; any thread. */
#ifndef VD_CHAIN_EVM_H
#define VD_CHAIN_EVM_H

#include "chain/ecdsa.h"

#define VD_EVM_ADDRESS_LEN 20
#define VD_EVM_ADDRESS_TEXT_SIZE 43 /* "0x", 40 digits, NUL */
#define VD_EVM_DATA_MAX 256
#define VD_EVM_TRANSACTION_MAX 512 /* bytes signed */

/* Keccak-256 of the uncompressed key, last 20 bytes. */
void vd_evm_address(uint8_t address[static VD_EVM_ADDRESS_LEN], const struct vd_ecdsa_public *public_key);

/* With the checksum of EIP-55, and back: mixed case must have a right checksum; all of one case is taken as it is.
 * False: not an address. */
void vd_evm_address_write(char text[static VD_EVM_ADDRESS_TEXT_SIZE],
                          const uint8_t address[static VD_EVM_ADDRESS_LEN]);
VD_MUST_CHECK bool vd_evm_address_read(uint8_t address[static VD_EVM_ADDRESS_LEN], const char *text);

/* Fees are in wei for each unit of gas. */
struct vd_evm_transaction {
  uint64_t chain_id;
  uint64_t nonce;
  uint64_t tip;      /* max_priority_fee_per_gas */
  uint64_t fee;      /* max_fee_per_gas, tip included */
  uint64_t gas;      /* limit */
  uint8_t to[VD_EVM_ADDRESS_LEN];
  size_t data_len;   /* up to VD_EVM_DATA_MAX; value is 0 */
  uint8_t data[VD_EVM_DATA_MAX];
};

/* Gas that a transaction to an account without code costs: 21,000 and, by EIP-7623, 10 for each zero and 40 for each
 * other byte of data. Chains without EIP-7623 take less; the rest of the limit is not spent. */
uint64_t vd_evm_intrinsic_gas(const uint8_t *data, size_t len);

/* Signs. The tip must not be over the fee, nor the nonce 2^64 - 1: no chain takes that.
 * Out: raw, *raw_len: the bytes to broadcast; hash: the transaction's name, known before it is sent.
 * VD_KEY, as vd_ecdsa_sign. */
VD_MUST_CHECK enum vd_error vd_evm_sign(const struct vd_ecdsa *ecdsa, const struct vd_evm_transaction *transaction,
                                        const uint8_t secret32[static 32],
                                        uint8_t raw[static VD_EVM_TRANSACTION_MAX], size_t *raw_len,
                                        uint8_t hash[static 32], struct vd_failure *failure);

/* Reads a signed transaction of this form, strictly, and finds who signed it; whether that is also the receiver is for
 * the caller to see. Both are zero unless VD_OK. VD_DATA: any other form, or a signature that no key made. */
VD_MUST_CHECK enum vd_error vd_evm_decode(const struct vd_ecdsa *ecdsa, struct vd_evm_transaction *transaction,
                                          uint8_t sender[static VD_EVM_ADDRESS_LEN], const uint8_t *raw, size_t len,
                                          struct vd_failure *failure);

#endif
