// Targets: vd_evm_decode, vd_evm_address_read, vd_evm_address_write
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chain/evm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Text that is an address is, written again, the same but for case. */
static void check_address(const uint8_t *data, size_t size) {
  char text[64], again[VD_EVM_ADDRESS_TEXT_SIZE];
  uint8_t address[VD_EVM_ADDRESS_LEN];
  if (size >= sizeof text) return;
  if (size > 0) memcpy(text, data, size);
  text[size] = '\0';
  if (!vd_evm_address_read(address, text)) return;
  vd_evm_address_write(again, address);
  for (size_t at = 2; at < sizeof again - 1; at++) {
    if ((text[at] | 0x20) != (again[at] | 0x20)) abort();
  }
}

/* What is read fits a signed transaction, and is read again as the same when another key signs it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct vd_ecdsa *ecdsa;
  static const uint8_t secret[32] = {[31] = 1};
  struct vd_evm_transaction transaction, back;
  uint8_t sender[VD_EVM_ADDRESS_LEN], raw[VD_EVM_TRANSACTION_MAX], hash[32];
  size_t raw_len;
  struct vd_failure failure = {.code = VD_OK};
  if (ecdsa == NULL && vd_ecdsa_new(&ecdsa, NULL) != VD_OK) abort();
  check_address(data, size);
  if (vd_evm_decode(ecdsa, &transaction, sender, data, size, &failure) != VD_OK) {
    if (failure.code != VD_DATA || failure.text[0] == '\0') abort();
    return 0;
  }
  if (size > VD_EVM_TRANSACTION_MAX) abort();
  if (vd_evm_sign(ecdsa, &transaction, secret, raw, &raw_len, hash, NULL) != VD_OK) abort();
  if (vd_evm_decode(ecdsa, &back, sender, raw, raw_len, NULL) != VD_OK) abort();
  if (memcmp(&back, &transaction, sizeof back) != 0) abort();
  return 0;
}
