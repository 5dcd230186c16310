#include "anchor/evm_trouble.h"

static struct vd_trouble form_of(enum vd_evm_reason reason) {
  switch (reason) {
    case VD_EVM_SILENT:
    case VD_EVM_UNFIT:
    case VD_EVM_BEHIND:
    case VD_EVM_NONCE_BEHIND: return vd_trouble_of("anchor_unreachable", VD_ANCHORING_WARNING, true, true);
    case VD_EVM_DISAGREE: return vd_trouble_of("anchor_disagreement", VD_ANCHORING_WARNING, true, false);
    case VD_EVM_WRONG_CHAIN: return vd_trouble_of("anchor_wrong_chain", VD_ANCHORING_ALARM, false, true);
    case VD_EVM_REWRITTEN: return vd_trouble_of("anchor_rewritten", VD_ANCHORING_ALARM, true, false);
    case VD_EVM_AHEAD:
    case VD_EVM_PENDING: return vd_trouble_of("anchor_foreign", VD_ANCHORING_WARNING, true, false);
    case VD_EVM_FEE_HIGH:
    case VD_EVM_FEE_CAPPED:
    case VD_EVM_ATTEMPTS_FULL: return vd_trouble_of("anchor_stuck", VD_ANCHORING_WARNING, false, false);
    case VD_EVM_SHORT: return vd_trouble_of("anchor_unfunded", VD_ANCHORING_WARNING, false, false);
    case VD_EVM_NO_CHECKPOINT: return vd_trouble_of("anchor_log_unreadable", VD_ANCHORING_WARNING, true, false);
    case VD_EVM_KEY_USED:
    case VD_EVM_FINALITY:
    case VD_EVM_FAILED:
    case VD_EVM_LOG_WENT_BACK: /* reasons to halt: told when that is done */
    case VD_EVM_FINE: break;
  }
  return vd_trouble_of("", VD_ANCHORING_INFO, true, false);
}

struct vd_trouble vd_evm_trouble(enum vd_evm_reason reason) {
  struct vd_trouble found = form_of(reason);
  found.reason = (unsigned)reason;
  found.words = vd_evm_reason_words(reason);
  return found;
}
