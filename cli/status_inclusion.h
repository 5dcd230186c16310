/* status_inclusion.h: whether the entry of a status record is in an operator's log, under a checkpoint that was
 * checked: the proof is made here, from the log's tiles or from the ledger on this machine. One thread. */
#ifndef CTL_STATUS_INCLUSION_H
#define CTL_STATUS_INCLUSION_H

#include <frag/tile.h>

#include "operators.h"

#define CTL_STATUS_INCLUSION_LEVELS 8 /* of tiles; enough for FRAG_TREE_SIZE_MAX leaves */

struct ctl_status_tile {
  uint64_t index;
  unsigned width; /* 0: none */
  uint8_t hashes[FRAG_TILE_WIDTH][FRAG_HASH_LEN];
};

/* The last tile of every level of one operator's log. Begin with {0}; 64 KiB. */
struct ctl_status_inclusion {
  struct ctl_status_tile tiles[CTL_STATUS_INCLUSION_LEVELS];
};

/* Checks the entry that an answer names. operator: one on this machine has its reader in the answer's snapshot.
 * Out: *is_proven. VD_UNAVAILABLE, VD_DATA (a tile cannot be read), VD_IO, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_status_inclusion_check(struct frag_context *context,
                                                       struct ctl_status_inclusion *inclusion,
                                                       struct ctl_operator *operator,
                                                       const struct frag_checkpoint *checkpoint,
                                                       const struct vd_lookup_item *item, bool *is_proven,
                                                       struct vd_failure *failure);

#endif
