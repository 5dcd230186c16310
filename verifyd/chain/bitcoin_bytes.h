/* bitcoin_bytes.h: bytes in the order of Bitcoin's wire: little-endian numbers and compact sizes. A reader that has come
 * to its end reads zeroes from then on, so that a caller looks once, at the end. Inside chain/ only. */
#ifndef VD_CHAIN_BITCOIN_BYTES_H
#define VD_CHAIN_BITCOIN_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t vd_bitcoin_get(const uint8_t *bytes, size_t len) {
  uint64_t value = 0;
  for (size_t at = len; at > 0; at--) value = value << 8 | bytes[at - 1];
  return value;
}

/* Writes a number of `len` bytes, 1..8, at `out`; returns where the next one goes. */
static inline uint8_t *vd_bitcoin_put(uint8_t *out, uint64_t value, size_t len) {
  for (size_t at = 0; at < len; at++, value >>= 8) out[at] = (uint8_t)value;
  return out + len;
}

static inline uint8_t *vd_bitcoin_put_bytes(uint8_t *out, const void *bytes, size_t len) {
  memcpy(out, bytes, len);
  return out + len;
}

struct vd_bitcoin_bytes {
  const uint8_t *at;
  size_t left;
  bool is_over; /* it ended too early, or a size was not in its shortest form */
};

/* A view of the next bytes; NULL when there are not so many. */
static inline const uint8_t *vd_bitcoin_take(struct vd_bitcoin_bytes *bytes, uint64_t len) {
  if (len > bytes->left) bytes->is_over = true;
  if (bytes->is_over) return NULL;
  const uint8_t *taken = bytes->at;
  bytes->at += len;
  bytes->left -= (size_t)len;
  return taken;
}

static inline uint64_t vd_bitcoin_take_number(struct vd_bitcoin_bytes *bytes, size_t len) {
  const uint8_t *taken = vd_bitcoin_take(bytes, len);
  return taken == NULL ? 0 : vd_bitcoin_get(taken, len);
}

/* A compact size; a longer form than is needed is refused, as Bitcoin Core does. */
static inline uint64_t vd_bitcoin_take_size(struct vd_bitcoin_bytes *bytes) {
  uint64_t first = vd_bitcoin_take_number(bytes, 1);
  if (first < 0xfd) return first;
  size_t len = (size_t)2 << (first - 0xfd);
  uint64_t value = vd_bitcoin_take_number(bytes, len);
  uint64_t least = len == 2 ? 0xfd : (uint64_t)1 << (4 * len);
  if (value < least) bytes->is_over = true;
  return bytes->is_over ? 0 : value;
}

#endif
