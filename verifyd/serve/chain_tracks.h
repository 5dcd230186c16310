/* chain_tracks.h: where the anchors of the operators' logs are kept that are found on public chains, and which of them
 * belongs to whom: made with the service, read-only from then on but for what the chains' followers tell. */
#ifndef VD_SERVE_CHAIN_TRACKS_H
#define VD_SERVE_CHAIN_TRACKS_H

#include <stdatomic.h>
#include <stdint.h>

#include <frag/checkpoint.h>

#include "config/settings.h"
#include "ledger/anchors.h"
#include "verify/verify.h"

#define VD_CHAIN_TRACK_NONE ((size_t)-1)

/* Of one chain, for those who run the service. Relaxed atomics, as in metrics.h. */
struct vd_chain_state {
  atomic_bool is_followed;
  atomic_bool is_stuck; /* the nodes did not answer or did not agree when they were last asked */
};

struct vd_chain_tracks {
  struct frag_log_key keys[VD_OPERATORS_MAX];         /* of the operators' logs, with tracks */
  size_t tracks[VD_OPERATORS_MAX][VD_LOG_CHAINS_MAX]; /* in the anchors; as settings->operators[].anchored */
  struct vd_chain_state chains[VD_CHAINS_MAX];        /* as settings->chains */
};

/* Opens <memory>/anchors with a track for each operator's `anchored`. A ledger on this machine that cannot be read has
 * none. operators: as settings->operators.
 * Out: *tracks, *anchors: for free and vd_anchors_close; NULL when nothing is `anchored`, and on error. Errors: those
 * of vd_anchors_open; VD_CONFIG: the path is too long. VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_chain_tracks_open(const struct vd_settings *settings,
                                                 const struct vd_verifier_operator *operators,
                                                 struct vd_chain_tracks **tracks, struct vd_anchors **anchors,
                                                 struct vd_failure *failure);

#endif
