/* caps.h: the limits that hold for the whole process: connections, connections from one address, and memory for
 * request bodies. Shared by all loops; every function may be called from any thread and never blocks. */
#ifndef VD_SERVE_CAPS_H
#define VD_SERVE_CAPS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VD_CAPS_ADDRESS_SLOTS 65536 /* a power of two */

/* Counts by address are kept in slots chosen by a seeded hash, so the table neither grows nor fills up. Two addresses
 * that fall into one slot share its cap; who they are changes with every start. */
struct vd_caps {
  unsigned connections_max;
  unsigned connections_per_address_max; /* 0: no such cap */
  size_t body_bytes_max;
  uint64_t address_seed;
  atomic_uint connections;
  atomic_size_t body_bytes;
  atomic_uint by_address[VD_CAPS_ADDRESS_SLOTS];
};

void vd_caps_init(struct vd_caps *caps, unsigned connections_max, unsigned connections_per_address_max,
                  size_t body_bytes_max, uint64_t address_seed);

/* Counts a connection in; false when it is one too many, and nothing is counted.
 * address: 16 bytes, as vd_listener_peer gives them. Out: *slot, for vd_caps_connection_give. */
bool vd_caps_connection_take(struct vd_caps *caps, const uint8_t address[static 16], uint32_t *slot);
void vd_caps_connection_give(struct vd_caps *caps, uint32_t slot);

/* Counts memory for a body in; false when it would be too much, and nothing is counted. */
bool vd_caps_body_take(struct vd_caps *caps, size_t bytes);
void vd_caps_body_give(struct vd_caps *caps, size_t bytes);

#endif
