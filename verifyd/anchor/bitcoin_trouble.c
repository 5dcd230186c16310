#include "anchor/bitcoin_trouble.h"

static struct vd_trouble form_of(enum vd_bitcoin_reason reason) {
  switch (reason) {
    case VD_BITCOIN_SILENT:
    case VD_BITCOIN_BEHIND: return vd_trouble_of("anchor_unreachable", VD_ANCHORING_WARNING, true, true);
    case VD_BITCOIN_DISAGREE: return vd_trouble_of("anchor_disagreement", VD_ANCHORING_WARNING, true, false);
    case VD_BITCOIN_WRONG_CHAIN: return vd_trouble_of("anchor_wrong_chain", VD_ANCHORING_ALARM, false, true);
    case VD_BITCOIN_REWRITTEN: return vd_trouble_of("anchor_rewritten", VD_ANCHORING_ALARM, true, false);
    case VD_BITCOIN_GONE: return vd_trouble_of("anchor_foreign", VD_ANCHORING_WARNING, true, false);
    case VD_BITCOIN_FEE_CAPPED:
    case VD_BITCOIN_ATTEMPTS_FULL: return vd_trouble_of("anchor_stuck", VD_ANCHORING_WARNING, false, false);
    case VD_BITCOIN_NO_COINS:
    case VD_BITCOIN_SHORT: return vd_trouble_of("anchor_unfunded", VD_ANCHORING_WARNING, false, false);
    case VD_BITCOIN_NO_CHECKPOINT: return vd_trouble_of("anchor_log_unreadable", VD_ANCHORING_WARNING, true, false);
    case VD_BITCOIN_KEY_USED:
    case VD_BITCOIN_FINALITY:
    case VD_BITCOIN_LOG_WENT_BACK: /* reasons to halt: told when that is done */
    case VD_BITCOIN_FINE: break;
  }
  return vd_trouble_of("", VD_ANCHORING_INFO, true, false);
}

struct vd_trouble vd_bitcoin_trouble(enum vd_bitcoin_reason reason) {
  struct vd_trouble found = form_of(reason);
  found.reason = (unsigned)reason;
  found.words = vd_bitcoin_reason_words(reason);
  return found;
}
