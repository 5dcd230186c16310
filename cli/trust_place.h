/* trust_place.h: where a trust list stands in an operator's log. One thread. */
#ifndef CTL_TRUST_PLACE_H
#define CTL_TRUST_PLACE_H

#include "operators.h"

#define CTL_TRUST_PLACE_BODY_LEN 34 /* u16 realm ‖ SHA-256(list bytes): the body of its entry (FRAG-1 section 4) */
#define CTL_TRUST_PLACE_BUNDLES_MAX 4096 /* of 256 entries each, read in one search */

struct ctl_trust_place {
  bool is_found;
  bool is_cut_short; /* not found, and CTL_TRUST_PLACE_BUNDLES_MAX have been read; else it is not in the log */
  uint64_t index;  /* of its entry */
  uint64_t time_s; /* of its entry */
  uint64_t size;   /* of the log's checkpoint, whose signature was checked */
};

/* Looks for the entry in the log itself, not in what the operator says about it. A ledger on this machine has been
 * opened. Reads about log2(size) bundles, those from the first entry of since_s on, and the earlier ones only if it is
 * not among them; entries' times never go back.
 * In: index: where it should be, or NULL: not known. since_s: since when it may be expected.
 * VD_DATA: the checkpoint is not rightly signed, the log cannot be read, or entry *index is another. VD_NOT_FOUND (no
 * log at the URL), VD_UNAVAILABLE, VD_IO, VD_FULL, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_trust_place_find(struct ctl_operators *operators, struct ctl_operator *operator,
                                                 const uint8_t body[static CTL_TRUST_PLACE_BODY_LEN],
                                                 const uint64_t *index, uint64_t since_s,
                                                 struct ctl_trust_place *place, struct vd_failure *failure);

#endif
