// Targets: vd_bitcoin_transaction_read, vd_bitcoin_input_next, vd_bitcoin_output_next, vd_bitcoin_op_return, vd_bitcoin_strip
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "chain/bitcoin_transaction.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct vd_bitcoin_transaction *transaction) {
  const uint8_t *at = transaction->inputs, *end = transaction->bytes + transaction->len, *script;
  uint8_t spent[32];
  uint32_t output;
  uint64_t value;
  size_t script_len, data_len;
  for (size_t input = 0; input < transaction->input_count; input++) vd_bitcoin_input_next(&at, spent, &output);
  assert(at < transaction->outputs);
  at = transaction->outputs;
  for (size_t i = 0; i < transaction->output_count; i++) {
    vd_bitcoin_output_next(&at, &value, &script, &script_len);
    const uint8_t *held = vd_bitcoin_op_return(script, script_len, &data_len);
    assert(held == NULL ? data_len == 0 : held + data_len == script + script_len);
  }
  assert(at + 4 <= end);
}

/* Without its witnesses a transaction is one of the same name, and has nothing more to lose. */
static void strip(const struct vd_bitcoin_transaction *transaction) {
  struct vd_bitcoin_transaction stripped;
  uint8_t *bytes = malloc(transaction->len);
  if (bytes == NULL) return;
  size_t len = vd_bitcoin_strip(transaction, bytes);
  assert(len <= transaction->len);
  assert(vd_bitcoin_transaction_read(&stripped, bytes, len, NULL) == VD_OK);
  assert(stripped.len == len && memcmp(stripped.id, transaction->id, 32) == 0);
  free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vd_bitcoin_transaction transaction;
  struct vd_failure failure = {.code = VD_OK};
  if (vd_bitcoin_transaction_read(&transaction, data, size, &failure) != VD_OK) {
    assert(failure.text[0] != '\0');
    return 0;
  }
  assert(transaction.len <= size);
  walk(&transaction);
  strip(&transaction);
  return 0;
}
