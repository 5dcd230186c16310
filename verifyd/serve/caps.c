#include "serve/caps.h"

#include <assert.h>
#include <string.h>

void vd_caps_init(struct vd_caps *caps, unsigned connections_max, unsigned connections_per_address_max,
                  size_t body_bytes_max, uint64_t address_seed) {
  memset(caps, 0, sizeof *caps);
  caps->connections_max = connections_max;
  caps->connections_per_address_max = connections_per_address_max;
  caps->body_bytes_max = body_bytes_max;
  caps->address_seed = address_seed;
}

/* The finaliser of SplitMix64: every bit of the input moves every bit of the output. */
static uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static uint32_t slot_of(const struct vd_caps *caps, const uint8_t address[static 16]) {
  uint64_t halves[2];
  memcpy(halves, address, sizeof halves);
  uint64_t hash = mix(mix(caps->address_seed ^ halves[0]) ^ halves[1]);
  return (uint32_t)(hash & (VD_CAPS_ADDRESS_SLOTS - 1));
}

static bool take(atomic_uint *counter, unsigned max) {
  if (atomic_fetch_add_explicit(counter, 1, memory_order_relaxed) < max) return true;
  atomic_fetch_sub_explicit(counter, 1, memory_order_relaxed);
  return false;
}

bool vd_caps_connection_take(struct vd_caps *caps, const uint8_t address[static 16], uint32_t *slot) {
  unsigned address_max = caps->connections_per_address_max == 0 ? UINT32_MAX : caps->connections_per_address_max;
  *slot = slot_of(caps, address);
  if (!take(&caps->connections, caps->connections_max)) return false;
  if (take(&caps->by_address[*slot], address_max)) return true;
  atomic_fetch_sub_explicit(&caps->connections, 1, memory_order_relaxed);
  return false;
}

void vd_caps_connection_give(struct vd_caps *caps, uint32_t slot) {
  assert(slot < VD_CAPS_ADDRESS_SLOTS);
  atomic_fetch_sub_explicit(&caps->by_address[slot], 1, memory_order_relaxed);
  atomic_fetch_sub_explicit(&caps->connections, 1, memory_order_relaxed);
}

bool vd_caps_body_take(struct vd_caps *caps, size_t bytes) {
  size_t before = atomic_fetch_add_explicit(&caps->body_bytes, bytes, memory_order_relaxed);
  if (before <= caps->body_bytes_max && bytes <= caps->body_bytes_max - before) return true;
  atomic_fetch_sub_explicit(&caps->body_bytes, bytes, memory_order_relaxed);
  return false;
}

void vd_caps_body_give(struct vd_caps *caps, size_t bytes) {
  atomic_fetch_sub_explicit(&caps->body_bytes, bytes, memory_order_relaxed);
}
