#include "chain/bitcoin_transaction.h"

#include <stdlib.h>

#include "chain/bitcoin_bytes.h"
#include "chain/digest.h"

enum {
  INPUT_LEAST = 41, /* bytes: outpoint, empty script, sequence */
  OUTPUT_LEAST = 9,
  OP_RETURN = 0x6a,
  OP_PUSHDATA1 = 0x4c,
  OP_PUSHDATA2 = 0x4d
};

static void skip_input(struct vd_bitcoin_bytes *bytes) {
  (void)vd_bitcoin_take(bytes, 36);
  (void)vd_bitcoin_take(bytes, vd_bitcoin_take_size(bytes));
  (void)vd_bitcoin_take(bytes, 4);
}

static void skip_output(struct vd_bitcoin_bytes *bytes) {
  (void)vd_bitcoin_take(bytes, 8);
  (void)vd_bitcoin_take(bytes, vd_bitcoin_take_size(bytes));
}

/* A count of items that are at least so long each; none and more than can follow are refused before anybody loops. */
static size_t take_count(struct vd_bitcoin_bytes *bytes, size_t least) {
  uint64_t count = vd_bitcoin_take_size(bytes);
  if (count == 0 || count > bytes->left / least) bytes->is_over = true;
  return bytes->is_over ? 0 : (size_t)count;
}

/* Witnesses that are all empty are refused: such a transaction would have two forms. */
static void skip_witnesses(struct vd_bitcoin_bytes *bytes, size_t input_count) {
  bool has_any = false;
  for (size_t input = 0; input < input_count && !bytes->is_over; input++) {
    uint64_t items = vd_bitcoin_take_size(bytes);
    if (items > 0) has_any = true;
    for (uint64_t item = 0; item < items && !bytes->is_over; item++) {
      (void)vd_bitcoin_take(bytes, vd_bitcoin_take_size(bytes));
    }
  }
  if (!has_any) bytes->is_over = true;
}

static bool has_witness(const uint8_t *bytes) { return bytes[4] == 0 && bytes[5] == 1; }

/* Where the outputs end. */
static const uint8_t *body_end(const struct vd_bitcoin_transaction *transaction) {
  struct vd_bitcoin_bytes rest = {transaction->outputs,
                                  transaction->len - (size_t)(transaction->outputs - transaction->bytes), false};
  for (size_t output = 0; output < transaction->output_count; output++) skip_output(&rest);
  return rest.at;
}

size_t vd_bitcoin_strip(const struct vd_bitcoin_transaction *transaction, uint8_t *out) {
  if (!has_witness(transaction->bytes)) {
    memcpy(out, transaction->bytes, transaction->len);
    return transaction->len;
  }
  const uint8_t *body = transaction->bytes + 6;
  size_t body_len = (size_t)(body_end(transaction) - body);
  memcpy(out, transaction->bytes, 4);
  memcpy(out + 4, body, body_len);
  memcpy(out + 4 + body_len, transaction->bytes + transaction->len - 4, 4);
  return 8 + body_len;
}

static enum vd_error name(struct vd_bitcoin_transaction *transaction, struct vd_failure *failure) {
  if (!has_witness(transaction->bytes)) {
    vd_sha256d(transaction->id, transaction->bytes, transaction->len);
    return VD_OK;
  }
  uint8_t *stripped = malloc(transaction->len);
  if (stripped == NULL) return vd_fail(failure, VD_MEMORY, "out of memory for a Bitcoin transaction");
  vd_sha256d(transaction->id, stripped, vd_bitcoin_strip(transaction, stripped));
  free(stripped);
  return VD_OK;
}

enum vd_error vd_bitcoin_transaction_read(struct vd_bitcoin_transaction *transaction, const uint8_t *bytes, size_t len,
                                          struct vd_failure *failure) {
  struct vd_bitcoin_bytes rest = {bytes, len, false};
  memset(transaction, 0, sizeof *transaction);
  (void)vd_bitcoin_take(&rest, 4); /* version */
  bool with_witness = !rest.is_over && rest.left >= 2 && has_witness(bytes);
  if (with_witness) (void)vd_bitcoin_take(&rest, 2);
  transaction->input_count = take_count(&rest, INPUT_LEAST);
  transaction->inputs = rest.at;
  for (size_t input = 0; input < transaction->input_count && !rest.is_over; input++) skip_input(&rest);
  transaction->output_count = take_count(&rest, OUTPUT_LEAST);
  transaction->outputs = rest.at;
  for (size_t output = 0; output < transaction->output_count && !rest.is_over; output++) skip_output(&rest);
  if (with_witness) skip_witnesses(&rest, transaction->input_count);
  (void)vd_bitcoin_take(&rest, 4); /* lock time */
  if (rest.is_over) return vd_fail(failure, VD_DATA, "this is not a Bitcoin transaction");
  transaction->bytes = bytes;
  transaction->len = len - rest.left;
  return name(transaction, failure);
}

void vd_bitcoin_input_next(const uint8_t **at, uint8_t transaction[static 32], uint32_t *output) {
  struct vd_bitcoin_bytes rest = {*at, SIZE_MAX, false}; /* read before: it is all there */
  memcpy(transaction, *at, 32);
  *output = (uint32_t)vd_bitcoin_get(*at + 32, 4);
  skip_input(&rest);
  *at = rest.at;
}

void vd_bitcoin_output_next(const uint8_t **at, uint64_t *value_sat, const uint8_t **script, size_t *script_len) {
  struct vd_bitcoin_bytes rest = {*at, SIZE_MAX, false};
  *value_sat = vd_bitcoin_take_number(&rest, 8);
  *script_len = (size_t)vd_bitcoin_take_size(&rest);
  *script = vd_bitcoin_take(&rest, *script_len);
  *at = rest.at;
}

const uint8_t *vd_bitcoin_op_return(const uint8_t *script, size_t script_len, size_t *data_len) {
  struct vd_bitcoin_bytes rest = {script, script_len, false};
  *data_len = 0;
  if (vd_bitcoin_take_number(&rest, 1) != OP_RETURN) return NULL;
  uint64_t len = vd_bitcoin_take_number(&rest, 1);
  if (len == OP_PUSHDATA1) {
    len = vd_bitcoin_take_number(&rest, 1);
  } else if (len == OP_PUSHDATA2) {
    len = vd_bitcoin_take_number(&rest, 2);
  } else if (len > OP_PUSHDATA1) {
    return NULL;
  }
  const uint8_t *data = vd_bitcoin_take(&rest, len);
  if (rest.is_over || rest.left != 0 || len == 0) return NULL;
  *data_len = (size_t)len;
  return data;
}
