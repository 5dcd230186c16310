/* bytes.h: big-endian integers and slices; FRAG-1 section 1. */
#ifndef FRAG_BYTES_H
#define FRAG_BYTES_H

#include <stdbool.h>
#include <string.h>

#include <frag/context.h>

static inline void frag_put_u16(uint8_t *out, uint16_t value) {
  out[0] = (uint8_t)(value >> 8);
  out[1] = (uint8_t)value;
}

static inline void frag_put_u32(uint8_t *out, uint32_t value) {
  frag_put_u16(out, (uint16_t)(value >> 16));
  frag_put_u16(out + 2, (uint16_t)value);
}

static inline void frag_put_u64(uint8_t *out, uint64_t value) {
  frag_put_u32(out, (uint32_t)(value >> 32));
  frag_put_u32(out + 4, (uint32_t)value);
}

static inline uint16_t frag_get_u16(const uint8_t *in) { return (uint16_t)((uint16_t)in[0] << 8 | in[1]); }

static inline uint32_t frag_get_u32(const uint8_t *in) {
  return (uint32_t)frag_get_u16(in) << 16 | frag_get_u16(in + 2);
}

static inline uint64_t frag_get_u64(const uint8_t *in) {
  return (uint64_t)frag_get_u32(in) << 32 | frag_get_u32(in + 4);
}

static inline struct frag_slice frag_bytes(const uint8_t *data, size_t len) {
  struct frag_slice slice = {data, len};
  return slice;
}

/* Not in constant time: for public bytes only. */
static inline bool frag_slice_equal(struct frag_slice a, struct frag_slice b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* The number of elements of an array. */
#define FRAG_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
