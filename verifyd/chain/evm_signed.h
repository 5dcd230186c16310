/* evm_signed.h: a signed transaction of an EVM chain in any of the forms that wallets make: type 0 (legacy, with the
 * chain id of EIP-155), type 1 (EIP-2930) and type 2 (EIP-1559, EIP-2718), whatever its receiver, value and access list.
 * Its bytes from its parts and back, and who signed it: to prove that, not to send anything. Pure; any thread. */
#ifndef VD_CHAIN_EVM_SIGNED_H
#define VD_CHAIN_EVM_SIGNED_H

#include "chain/evm.h"

#define VD_EVM_SIGNED_MAX 4096   /* bytes */
#define VD_EVM_ACCESSES_MAX 16   /* addresses in an access list */
#define VD_EVM_KEYS_MAX 64       /* storage keys in all of it */
#define VD_EVM_LEGACY_CHAIN_ID_MAX ((UINT64_MAX - 36) / 2) /* v has room for no more */

struct vd_evm_access {
  uint8_t address[VD_EVM_ADDRESS_LEN];
  size_t key_count;
};

/* Numbers of 32 bytes are big-endian; prices are in wei for each unit of gas. What a type does not have is zero. */
struct vd_evm_signed {
  unsigned type;            /* 0..2 */
  uint64_t chain_id;        /* type 0: up to VD_EVM_LEGACY_CHAIN_ID_MAX */
  uint64_t nonce, gas;
  uint8_t tip[32];          /* type 2: not over the price */
  uint8_t price[32];        /* type 2: the fee, tip included */
  bool has_to;              /* false: it makes a contract */
  uint8_t to[VD_EVM_ADDRESS_LEN];
  uint8_t value[32];
  size_t data_len;          /* up to VD_EVM_DATA_MAX */
  uint8_t data[VD_EVM_DATA_MAX];
  size_t access_count;      /* types 1 and 2 */
  struct vd_evm_access accesses[VD_EVM_ACCESSES_MAX];
  size_t key_count;         /* of all accesses together, in their order */
  uint8_t keys[VD_EVM_KEYS_MAX][32];
  struct vd_ecdsa_signature signature; /* r and s not zero */
};

/* The bytes as they are broadcast, whose Keccak-256 is the transaction's name. Returns their number. Limits are
 * asserted. */
size_t vd_evm_signed_write(uint8_t raw[static VD_EVM_SIGNED_MAX], const struct vd_evm_signed *transaction);

/* Reads them, strictly: what is read is written again as the same bytes. All zero unless VD_OK. VD_DATA: anything else,
 * and what is over the limits above; a tip over the price, which no chain takes (EIP-1559). */
VD_MUST_CHECK enum vd_error vd_evm_signed_read(struct vd_evm_signed *transaction, const uint8_t *raw, size_t len,
                                               struct vd_failure *failure);

/* What is signed: the hash of everything but the signature. */
void vd_evm_signed_digest(uint8_t digest[static 32], const struct vd_evm_signed *transaction);

/* Who signed it; false, with zeros: no key did, or s is high (EIP-2). */
VD_MUST_CHECK bool vd_evm_signed_sender(const struct vd_ecdsa *ecdsa, uint8_t sender[static VD_EVM_ADDRESS_LEN],
                                        const struct vd_evm_signed *transaction);

#endif
