// Targets: vd_bitcoin_address_read, vd_bitcoin_address_write, vd_bitcoin_outpoint_read
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "chain/bitcoin_transaction.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read is written again as the same text, but for its case. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const hrps[] = {"bc", "tb", "bcrt"};
  uint8_t program[VD_BITCOIN_PROGRAM_LEN];
  char again[VD_BITCOIN_ADDRESS_SIZE];
  struct vd_bitcoin_coin coin;
  char *text = malloc(size + 1);
  if (text == NULL) return 0;
  if (size > 0) memcpy(text, data, size);
  text[size] = '\0';
  for (size_t at = 0; at < 3; at++) {
    if (!vd_bitcoin_address_read(program, hrps[at], text)) continue;
    vd_bitcoin_address_write(again, hrps[at], program);
    assert(strcasecmp(again, text) == 0);
  }
  if (vd_bitcoin_outpoint_read(&coin, text)) assert(strlen(text) >= 66);
  free(text);
  return 0;
}
