// Targets: vd_evm_signed_read, vd_evm_signed_write, vd_evm_signed_sender
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chain/evm_signed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read is written again as the same bytes; without a signature there is no sender. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct vd_ecdsa *ecdsa;
  struct vd_evm_signed transaction;
  uint8_t raw[VD_EVM_SIGNED_MAX], sender[VD_EVM_ADDRESS_LEN];
  struct vd_failure failure = {.code = VD_OK};
  if (ecdsa == NULL && vd_ecdsa_new(&ecdsa, NULL) != VD_OK) abort();
  if (vd_evm_signed_read(&transaction, data, size, &failure) != VD_OK) {
    if (failure.code != VD_DATA || failure.text[0] == '\0') abort();
    return 0;
  }
  if (vd_evm_signed_write(raw, &transaction) != size || memcmp(raw, data, size) != 0) abort();
  static const uint8_t nobody[VD_EVM_ADDRESS_LEN];
  bool is_signed = vd_evm_signed_sender(ecdsa, sender, &transaction);
  if (!is_signed && memcmp(sender, nobody, sizeof nobody) != 0) abort();
  return 0;
}
