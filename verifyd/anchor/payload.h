/* payload.h: the payload that says a checkpoint of a log (FRAG-1 section 5). Any thread. */
#ifndef VD_ANCHOR_PAYLOAD_H
#define VD_ANCHOR_PAYLOAD_H

#include <frag/anchor.h>

#include "anchor/anchoring.h"

/* The id of a log's origin, for the following. VD_CONFIG or another code of vd_fail_frag: not an origin. VD_MEMORY,
 * VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_payload_origin(uint8_t origin_id[static FRAG_ANCHOR_ORIGIN_LEN], const char *origin,
                                              struct vd_failure *failure);

/* False: an empty log has none. */
VD_MUST_CHECK bool vd_payload_write(uint8_t payload[static FRAG_ANCHOR_LEN],
                                    const uint8_t origin_id[static FRAG_ANCHOR_ORIGIN_LEN],
                                    const struct vd_anchoring_checkpoint *checkpoint);

#endif
