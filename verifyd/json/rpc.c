#include "json/rpc.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/text.h"

enum {
  VALUES_MAX = 1 << 18, /* in one answer: an Ethereum block of some 8000 transactions */
  DEPTH_MAX = 32,
  VALUE_SIZE = 256 /* bytes of memory that a small value takes, names and tables included; an estimate */
};

struct vd_rpc_answer {
  json_t *root;
  const json_t *result; /* inside root; one of them is NULL */
  const json_t *error;
  size_t size;
};

/* --- requests --- */

void vd_rpc_begin(struct vd_writer *writer, uint64_t id, const char *method) {
  assert(id <= VD_RPC_ID_MAX);
  vd_writer_open(writer, '{');
  vd_writer_name(writer, "jsonrpc");
  vd_writer_string(writer, "2.0");
  vd_writer_name(writer, "id");
  vd_writer_number(writer, id);
  vd_writer_name(writer, "method");
  vd_writer_string(writer, method);
  vd_writer_name(writer, "params");
  vd_writer_open(writer, '[');
}

void vd_rpc_end(struct vd_writer *writer) {
  vd_writer_close(writer, ']');
  vd_writer_close(writer, '}');
}

static void put_digits(struct vd_writer *writer, const char *prefix, const uint8_t *bytes, size_t len,
                       bool is_reversed) {
  size_t prefix_len = strlen(prefix);
  char *text = malloc(prefix_len + 2 * len + 1);
  if (text == NULL) {
    writer->has_failed = true;
    return;
  }
  memcpy(text, prefix, prefix_len + 1);
  if (is_reversed)
    for (size_t at = 0; at < len; at++) vd_hex_encode(text + 2 * at, &bytes[len - 1 - at], 1);
  else
    vd_hex_encode(text + prefix_len, bytes, len);
  vd_writer_text(writer, text, prefix_len + 2 * len);
  free(text);
}

void vd_rpc_put_data(struct vd_writer *writer, const uint8_t *bytes, size_t len) {
  put_digits(writer, "0x", bytes, len, false);
}

void vd_rpc_put_hex(struct vd_writer *writer, const uint8_t *bytes, size_t len) {
  put_digits(writer, "", bytes, len, false);
}

void vd_rpc_put_reversed(struct vd_writer *writer, const uint8_t *bytes, size_t len) {
  put_digits(writer, "", bytes, len, true);
}

void vd_rpc_put_quantity(struct vd_writer *writer, uint64_t number) {
  char text[sizeof "0x" + 16];
  (void)snprintf(text, sizeof text, "0x%" PRIx64, number);
  vd_writer_string(writer, text);
}

/* --- answers --- */

static bool is_either(uint8_t byte, char one, char other) { return byte == one || byte == other; }

/* jansson needs up to a hundred bytes of memory for each byte of `[[],[],…`, so such answers are found before it.
 * Counts what could be values; of text that is no JSON it counts something, and jansson refuses it. */
static bool is_modest(const uint8_t *bytes, size_t len, size_t *values) {
  size_t depth = 0;
  bool is_quoted = false;
  *values = 1;
  for (size_t at = 0; at < len; at++) {
    uint8_t byte = bytes[at];
    if (byte == '"') is_quoted = !is_quoted;
    if (is_quoted) {
      at += byte == '\\';
      continue;
    }
    bool opens = is_either(byte, '[', '{');
    bool is_empty = opens && at + 1 < len && is_either(bytes[at + 1], ']', '}');
    *values += byte == ',' || (opens && !is_empty);
    depth += opens;
    if (depth > DEPTH_MAX || *values > VALUES_MAX) return false;
    depth -= is_either(byte, ']', '}') && depth > 0;
  }
  return true;
}

/* A node that could not read the id of a request says null in its place. */
static bool is_to(const json_t *id, uint64_t expected, bool is_error) {
  if (json_is_integer(id)) return json_integer_value(id) == (json_int_t)expected;
  return is_error && json_is_null(id);
}

static enum vd_rpc_outcome outcome_of(struct vd_rpc_answer *answer, uint64_t id) {
  const json_t *error = json_object_get(answer->root, "error");
  const json_t *result = json_object_get(answer->root, "result");
  bool is_error = json_is_object(error);
  if (!is_to(json_object_get(answer->root, "id"), id, is_error)) return VD_RPC_BROKEN;
  if (is_error) {
    if (result != NULL && !json_is_null(result)) return VD_RPC_BROKEN;
    answer->error = error;
    return VD_RPC_ERROR;
  }
  if (result == NULL || (error != NULL && !json_is_null(error))) return VD_RPC_BROKEN;
  answer->result = result;
  return VD_RPC_RESULT;
}

enum vd_rpc_outcome vd_rpc_read(struct vd_rpc_answer **answer, uint64_t id, const uint8_t *bytes, size_t len) {
  size_t values;
  *answer = NULL;
  if (len == 0 || len > VD_RPC_BLOCK_MAX || !is_modest(bytes, len, &values)) return VD_RPC_BROKEN;
  struct vd_rpc_answer *made = calloc(1, sizeof *made);
  if (made == NULL) return VD_RPC_BROKEN;
  made->size = sizeof *made + len + values * VALUE_SIZE;
  made->root = json_loadb((const char *)bytes, len, JSON_REJECT_DUPLICATES, NULL);
  enum vd_rpc_outcome outcome = outcome_of(made, id);
  if (outcome == VD_RPC_BROKEN)
    vd_rpc_answer_free(made);
  else
    *answer = made;
  return outcome;
}

void vd_rpc_answer_free(struct vd_rpc_answer *answer) {
  if (answer == NULL) return;
  json_decref(answer->root);
  free(answer);
}

size_t vd_rpc_answer_size(const struct vd_rpc_answer *answer) { return answer == NULL ? 0 : answer->size; }

const struct vd_rpc_value *vd_rpc_result(const struct vd_rpc_answer *answer) {
  return answer == NULL ? NULL : (const struct vd_rpc_value *)answer->result;
}

/* Whole characters up to max bytes; what must not reach a log becomes a question mark. */
static void put_plain(char *out, size_t max, const char *text, size_t len) {
  size_t filled = 0;
  for (size_t at = 0; at < len;) {
    size_t from = at;
    (void)vd_text_next(text, len, &at);
    bool is_plain = vd_text_is_plain(text + from, at - from);
    size_t needed = is_plain ? at - from : 1;
    if (filled + needed > max) break;
    memcpy(out + filled, is_plain ? text + from : "?", needed);
    filled += needed;
  }
  out[filled] = '\0';
}

void vd_rpc_error_text(const struct vd_rpc_answer *answer, char text[static VD_RPC_ERROR_TEXT_SIZE]) {
  const json_t *error = answer == NULL ? NULL : answer->error;
  const json_t *message = json_object_get(error, "message");
  const json_t *code = json_object_get(error, "code");
  text[0] = '\0';
  if (json_string_length(message) > 0)
    put_plain(text, VD_RPC_ERROR_TEXT_SIZE - 1, json_string_value(message), json_string_length(message));
  else if (json_is_integer(code))
    (void)snprintf(text, VD_RPC_ERROR_TEXT_SIZE, "error %" JSON_INTEGER_FORMAT, json_integer_value(code));
  else if (error != NULL)
    (void)snprintf(text, VD_RPC_ERROR_TEXT_SIZE, "an error without words");
}
