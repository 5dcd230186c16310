#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/hex.h"
#include "json/rpc.h"

#define SATOSHI_OF_BITCOIN 100000000
#define BITCOIN_MAX 21000000 /* there will never be more */

static const json_t *json_of(const struct vd_rpc_value *value) { return (const json_t *)value; }

static const struct vd_rpc_value *value_of(const json_t *json) { return (const struct vd_rpc_value *)json; }

bool vd_rpc_is_null(const struct vd_rpc_value *value) { return json_is_null(json_of(value)); }

const struct vd_rpc_value *vd_rpc_member(const struct vd_rpc_value *object, const char *name) {
  return value_of(json_object_get(json_of(object), name));
}

size_t vd_rpc_count(const struct vd_rpc_value *array) { return json_array_size(json_of(array)); }

const struct vd_rpc_value *vd_rpc_item(const struct vd_rpc_value *array, size_t at) {
  return value_of(json_array_get(json_of(array), at));
}

/* --- digits --- */

/* The text behind a prefix; NULL: it is no text, or has not the prefix. */
static const char *behind(const struct vd_rpc_value *value, const char *prefix, size_t *len) {
  const char *text = json_string_value(json_of(value));
  size_t prefix_len = strlen(prefix);
  *len = 0;
  if (text == NULL || strncmp(text, prefix, prefix_len) != 0) return NULL;
  *len = json_string_length(json_of(value)) - prefix_len;
  return text + prefix_len;
}

/* A quantity of up to size bytes, big-endian. */
static bool get_quantity(const struct vd_rpc_value *value, uint8_t *out, size_t size) {
  char padded[2 * 32];
  size_t len;
  const char *digits = behind(value, "0x", &len);
  memset(out, 0, size);
  if (digits == NULL || len == 0 || len > 2 * size || (len > 1 && digits[0] == '0')) return false;
  memset(padded, '0', 2 * size);
  memcpy(padded + 2 * size - len, digits, len);
  return vd_hex_decode(out, size, padded, 2 * size);
}

bool vd_rpc_get_quantity(const struct vd_rpc_value *value, uint64_t *out) {
  uint8_t bytes[8];
  bool is_quantity = get_quantity(value, bytes, sizeof bytes);
  *out = 0;
  for (size_t at = 0; at < sizeof bytes; at++) *out = *out << 8 | bytes[at];
  return is_quantity;
}

bool vd_rpc_get_quantity_wide(const struct vd_rpc_value *value, uint8_t out[static 32]) {
  return get_quantity(value, out, 32);
}

static bool get_bytes(const struct vd_rpc_value *value, const char *prefix, uint8_t *out, size_t max, size_t *len) {
  size_t digits_len;
  const char *digits = behind(value, prefix, &digits_len);
  memset(out, 0, max);
  *len = 0;
  if (digits == NULL || digits_len % 2 != 0 || digits_len / 2 > max) return false;
  if (!vd_hex_decode(out, digits_len / 2, digits, digits_len)) return false;
  *len = digits_len / 2;
  return true;
}

static bool get_bytes_exact(const struct vd_rpc_value *value, const char *prefix, uint8_t *out, size_t len) {
  size_t got;
  if (get_bytes(value, prefix, out, len, &got) && got == len) return true;
  memset(out, 0, len);
  return false;
}

bool vd_rpc_get_data(const struct vd_rpc_value *value, uint8_t *out, size_t max, size_t *len) {
  return get_bytes(value, "0x", out, max, len);
}

bool vd_rpc_get_data_exact(const struct vd_rpc_value *value, uint8_t *out, size_t len) {
  return get_bytes_exact(value, "0x", out, len);
}

bool vd_rpc_get_hex(const struct vd_rpc_value *value, uint8_t *out, size_t max, size_t *len) {
  return get_bytes(value, "", out, max, len);
}

bool vd_rpc_get_reversed(const struct vd_rpc_value *value, uint8_t *out, size_t len) {
  bool is_there = get_bytes_exact(value, "", out, len);
  for (size_t at = 0; at < len / 2; at++) {
    uint8_t byte = out[at];
    out[at] = out[len - 1 - at];
    out[len - 1 - at] = byte;
  }
  return is_there;
}

/* --- other forms --- */

bool vd_rpc_get_number(const struct vd_rpc_value *value, uint64_t *out) {
  const json_t *json = json_of(value);
  bool is_number = json_is_integer(json) && json_integer_value(json) >= 0;
  *out = is_number ? (uint64_t)json_integer_value(json) : 0;
  return is_number;
}

/* jansson reads decimals as the nearest double. Every amount that there can be is less than 2^51 satoshi, so a third of
 * a satoshi is the most that is lost on the way to the product, and rounding finds the amount. The quotient of two
 * whole numbers is rounded correctly (IEEE 754): it is the same double again, unless the text said something in
 * between. */
bool vd_rpc_get_satoshi(const struct vd_rpc_value *value, uint64_t *out) {
  const json_t *json = json_of(value);
  *out = 0;
  if (!json_is_number(json)) return false;
  double bitcoin = json_number_value(json);
  if (signbit(bitcoin) || bitcoin > BITCOIN_MAX) return false;
  double satoshi = round(bitcoin * SATOSHI_OF_BITCOIN);
  if (satoshi / SATOSHI_OF_BITCOIN != bitcoin) return false;
  *out = (uint64_t)satoshi;
  return true;
}

bool vd_rpc_get_text(const struct vd_rpc_value *value, const char **out, size_t *len) {
  *out = json_string_value(json_of(value));
  *len = json_string_length(json_of(value));
  return *out != NULL;
}

bool vd_rpc_get_boolean(const struct vd_rpc_value *value, bool *out) {
  *out = json_is_true(json_of(value));
  return json_is_boolean(json_of(value));
}
