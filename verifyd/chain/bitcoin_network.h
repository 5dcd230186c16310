/* bitcoin_network.h: the Bitcoin networks that can be configured, and what tells them apart. Pure; any thread. */
#ifndef VD_CHAIN_BITCOIN_NETWORK_H
#define VD_CHAIN_BITCOIN_NETWORK_H

#include <stdint.h>

struct vd_bitcoin_network {
  const char *name;    /* main, test, signet, regtest; the same word as in getblockchaininfo */
  const char *hrp;     /* how its addresses begin (BIP 173) */
  uint8_t genesis[32]; /* hash of its first block, wire order */
};

/* NULL: there is none of that name. */
const struct vd_bitcoin_network *vd_bitcoin_network_find(const char *name);

#endif
