/* explorer.h: a transaction and a block of a public chain as people write them, and where they can be looked at: the
 * chain's configured explorer. Pure; any thread. */
#ifndef VD_EXPLORER_H
#define VD_EXPLORER_H

#include "config/settings.h"
#include "ledger/anchors.h"

#define VD_EXPLORER_HASH_SIZE 67 /* "0x", 64 digits, NUL */
#define VD_EXPLORER_URL_SIZE 512

/* The chain with that configured name. NULL: there is none, or settings is NULL. */
const struct vd_chain_settings *vd_explorer_chain(const struct vd_settings *settings, const char *name);

/* A hash in the order in which people write it; with 0x on an EVM chain. chain: NULL when it is not known. */
void vd_explorer_hash(char text[static VD_EXPLORER_HASH_SIZE], const struct vd_chain_settings *chain,
                      const uint8_t hash[static 32]);

/* The chain's explorer, with {transaction} and {block} replaced by the anchor's hashes. False when none is configured
 * or the address gets too long. */
bool vd_explorer_url(char url[static VD_EXPLORER_URL_SIZE], const struct vd_chain_settings *chain,
                     const struct vd_anchors_item *item);

#endif
