#include "shamir.h"

#include <assert.h>
#include <string.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)
#define LOW_BITS UINT64_C(0x0101010101010101)

uint8_t frag_gf_multiply(uint8_t a, uint8_t b) {
  unsigned product = 0, term = a, factor = b;
  for (unsigned bit = 0; bit < 8; bit++) {
    product ^= term & (0u - (factor >> bit & 1u));
    term = term << 1 ^ (0x11bu & (0u - (term >> 7)));
  }
  return (uint8_t)product;
}

uint8_t frag_gf_power(uint8_t base, unsigned exponent) {
  uint8_t power = 1;
  for (; exponent != 0; exponent >>= 1) {
    if ((exponent & 1u) != 0) power = frag_gf_multiply(power, base);
    base = frag_gf_multiply(base, base);
  }
  return power;
}

/* Eight bytes at once, each times x. */
static uint64_t times_x(uint64_t bytes) { return (bytes & ~HIGH_BITS) << 1 ^ (bytes >> 7 & LOW_BITS) * 0x1b; }

void frag_gf_add_scaled(uint8_t *sum, const uint8_t *in, size_t len, uint8_t factor) {
  assert(len % 8 == 0);
  for (size_t at = 0; at < len; at += 8) {
    uint64_t term, total;
    memcpy(&term, in + at, 8);
    memcpy(&total, sum + at, 8);
    for (unsigned bits = factor; bits != 0; bits >>= 1) {
      if (bits & 1u) total ^= term;
      term = times_x(term);
    }
    memcpy(sum + at, &total, 8);
  }
}

/* a^254 = 1/a. */
static uint8_t inverse(uint8_t a) { return frag_gf_power(a, 254); }

uint8_t frag_shamir_weight(const uint8_t *indices, size_t count, size_t chosen) {
  uint8_t above = 1, below = 1;
  for (size_t k = 0; k < count; k++) {
    if (k == chosen) continue;
    assert(indices[k] != indices[chosen] && indices[k] != 0);
    above = frag_gf_multiply(above, indices[k]);
    below = frag_gf_multiply(below, indices[k] ^ indices[chosen]);
  }
  return frag_gf_multiply(above, inverse(below));
}
