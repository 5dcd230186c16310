/* Target: vd_rpc_read and everything that looks at an answer. Whatever a node says, every form is read or refused, what
 * is refused leaves zeros, and an error's text can be logged. The first byte is the id. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "json/rpc.h"

enum { DEPTH_MAX = 40, ITEMS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_zero(const uint8_t *bytes, size_t len) {
  for (size_t at = 0; at < len; at++)
    if (bytes[at] != 0) return false;
  return true;
}

static void look_at_bytes(const struct vd_rpc_value *value) {
  uint8_t out[65];
  size_t len;
  memset(out, 1, sizeof out);
  assert(vd_rpc_get_data(value, out, 64, &len) || (len == 0 && is_zero(out, 64)));
  assert(len <= 64 && out[64] == 1);
  assert(vd_rpc_get_hex(value, out, 64, &len) || (len == 0 && is_zero(out, 64)));
  assert(vd_rpc_get_data_exact(value, out, 32) || is_zero(out, 32));
  assert(vd_rpc_get_reversed(value, out, 32) || is_zero(out, 32));
  assert(vd_rpc_get_quantity_wide(value, out) || is_zero(out, 32));
  assert(out[64] == 1);
}

static void look(const struct vd_rpc_value *value, unsigned depth) {
  static const char *const names[] = {"a", "result", "hash", "number", "value", "transactions"};
  uint64_t number;
  uint64_t satoshi;
  const char *text;
  size_t len;
  bool boolean;
  assert(depth < DEPTH_MAX);
  look_at_bytes(value);
  assert(vd_rpc_get_quantity(value, &number) || number == 0);
  assert(vd_rpc_get_number(value, &number) || number == 0);
  bool is_amount = vd_rpc_get_satoshi(value, &satoshi);
  assert(is_amount ? satoshi <= (uint64_t)21000000 * 100000000 : satoshi == 0);
  assert(vd_rpc_get_text(value, &text, &len) ? strlen(text) == len : text == NULL && len == 0);
  assert(vd_rpc_get_boolean(value, &boolean) || !boolean);
  if (vd_rpc_is_null(value)) assert(!is_amount && text == NULL);
  for (size_t at = 0; at < vd_rpc_count(value) && at < ITEMS_MAX; at++) look(vd_rpc_item(value, at), depth + 1);
  for (size_t at = 0; at < sizeof names / sizeof *names; at++)
    if (vd_rpc_member(value, names[at]) != NULL) look(vd_rpc_member(value, names[at]), depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vd_rpc_answer *answer;
  char text[VD_RPC_ERROR_TEXT_SIZE];
  if (size == 0) return 0;
  enum vd_rpc_outcome outcome = vd_rpc_read(&answer, data[0], data + 1, size - 1);
  assert(outcome != VD_RPC_NONE && (answer == NULL) == (outcome == VD_RPC_BROKEN));
  assert((vd_rpc_result(answer) != NULL) == (outcome == VD_RPC_RESULT));
  if (outcome == VD_RPC_RESULT) look(vd_rpc_result(answer), 0);
  vd_rpc_error_text(answer, text);
  assert((*text != '\0') == (outcome == VD_RPC_ERROR));
  assert(vd_text_is_plain(text, strlen(text)));
  vd_rpc_answer_free(answer);
  return 0;
}
