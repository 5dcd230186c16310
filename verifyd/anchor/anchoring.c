#include "anchor/anchoring.h"

#include <stdlib.h>

#include "anchor/bitcoin_anchoring.h"
#include "anchor/evm_anchoring.h"

struct vd_anchoring {
  struct vd_look look;
  struct vd_evm_anchoring *evm; /* one of them; the other one is NULL */
  struct vd_bitcoin_anchoring *bitcoin;
};

enum vd_error vd_anchoring_new(const struct vd_anchoring_options *options, struct vd_anchoring **anchoring,
                               struct vd_failure *failure) {
  *anchoring = NULL;
  struct vd_anchoring *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the anchors on %s", options->chain->name);
  enum vd_error error = vd_look_open(&made->look, options, failure);
  if (error == VD_OK)
    error = options->chain->kind == VD_CHAIN_BITCOIN
                ? vd_bitcoin_anchoring_new(&made->look, options, &made->bitcoin, failure)
                : vd_evm_anchoring_new(&made->look, options, &made->evm, failure);
  if (error != VD_OK) {
    vd_anchoring_free(made);
    return error;
  }
  bool is_halted = made->look.record.halted[0] != '\0';
  vd_look_publish(&made->look);
  vd_board_set_state(&made->look.board, is_halted ? VD_ANCHORING_HALTED : VD_ANCHORING_STARTING);
  *anchoring = made;
  return VD_OK;
}

void vd_anchoring_free(struct vd_anchoring *anchoring) {
  if (anchoring == NULL) return;
  vd_look_close(&anchoring->look); /* nobody calls back after that */
  vd_evm_anchoring_free(anchoring->evm);
  vd_bitcoin_anchoring_free(anchoring->bitcoin);
  free(anchoring);
}

void vd_anchoring_look(struct vd_anchoring *anchoring, uint64_t now_s, uint64_t now_ms) {
  if (!vd_look_is_due(&anchoring->look, now_s, now_ms)) return;
  if (anchoring->bitcoin != NULL) vd_bitcoin_anchoring_look(anchoring->bitcoin, now_ms);
  else vd_evm_anchoring_look(anchoring->evm, now_ms);
}

void vd_anchoring_get(const struct vd_anchoring *anchoring, struct vd_anchoring_status *status) {
  vd_board_get(&anchoring->look.board, status);
}

const char *vd_anchoring_state_name(enum vd_anchoring_state state) {
  switch (state) {
    case VD_ANCHORING_STARTING: return "starting";
    case VD_ANCHORING_IDLE: return "idle";
    case VD_ANCHORING_SENT: return "sent";
    case VD_ANCHORING_UNREACHABLE: return "unreachable";
    case VD_ANCHORING_UNFUNDED: return "unfunded";
    case VD_ANCHORING_FAILING: return "failing";
    case VD_ANCHORING_HALTED: return "halted";
  }
  return "unknown";
}
