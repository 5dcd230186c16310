#include "anchor/evm_telling.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct form {
  const char *event;
  enum vd_anchoring_grade grade;
  bool is_patient;
  bool names_endpoint;
};

static struct form form_of(enum vd_evm_reason reason) {
  switch (reason) {
    case VD_EVM_SILENT:
    case VD_EVM_UNFIT:
    case VD_EVM_BEHIND:
    case VD_EVM_NONCE_BEHIND: return (struct form){"anchor_unreachable", VD_ANCHORING_WARNING, true, true};
    case VD_EVM_DISAGREE: return (struct form){"anchor_disagreement", VD_ANCHORING_WARNING, true, false};
    case VD_EVM_WRONG_CHAIN: return (struct form){"anchor_wrong_chain", VD_ANCHORING_ALARM, false, true};
    case VD_EVM_REWRITTEN: return (struct form){"anchor_rewritten", VD_ANCHORING_ALARM, true, false};
    case VD_EVM_AHEAD:
    case VD_EVM_PENDING: return (struct form){"anchor_foreign", VD_ANCHORING_WARNING, true, false};
    case VD_EVM_FEE_HIGH:
    case VD_EVM_FEE_CAPPED:
    case VD_EVM_ATTEMPTS_FULL: return (struct form){"anchor_stuck", VD_ANCHORING_WARNING, false, false};
    case VD_EVM_SHORT: return (struct form){"anchor_unfunded", VD_ANCHORING_WARNING, false, false};
    case VD_EVM_NO_CHECKPOINT: return (struct form){"anchor_log_unreadable", VD_ANCHORING_WARNING, true, false};
    case VD_EVM_KEY_USED:
    case VD_EVM_FINALITY:
    case VD_EVM_FAILED:
    case VD_EVM_LOG_WENT_BACK: /* reasons to halt: told when that is done */
    case VD_EVM_FINE: break;
  }
  return (struct form){"", VD_ANCHORING_INFO, true, false};
}

void vd_evm_tell(const struct vd_evm_telling *telling, enum vd_anchoring_grade grade, const char *event,
                 const char *format, ...) {
  char detail[1024];
  int len = snprintf(detail, sizeof detail, "chain=%s ", telling->options->chain->name);
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(detail + len, sizeof detail - (size_t)len, format, arguments);
  va_end(arguments);
  telling->options->tell(telling->options->context, grade, event, detail);
}

static void tell_begin(const struct vd_evm_telling *telling, const struct form *form, enum vd_evm_reason reason,
                       size_t endpoint, const char *complaint) {
  char quoted[256] = "";
  const char *words = vd_evm_reason_words(reason);
  if (complaint != NULL) (void)snprintf(quoted, sizeof quoted, "%s", complaint);
  for (char *at = quoted; *at != '\0'; at++)
    if (*at == '"') *at = '\''; /* what a node says stands in quotes */
  const char *colon = quoted[0] == '\0' ? "" : ": ";
  if (form->names_endpoint)
    vd_evm_tell(telling, form->grade, form->event, "endpoint=%zu reason=\"%s%s%s\"", endpoint + 1, words, colon,
                quoted);
  else vd_evm_tell(telling, form->grade, form->event, "reason=\"%s%s%s\"", words, colon, quoted);
}

bool vd_evm_tell_trouble(struct vd_evm_telling *telling, enum vd_evm_reason reason, size_t endpoint,
                         const char *complaint) {
  struct form form = form_of(reason);
  telling->looks = reason == telling->reason ? telling->looks + 1 : 1;
  telling->reason = reason;
  if (form.is_patient && telling->looks < VD_EVM_PATIENCE && reason != VD_EVM_FINE) return false;
  if (reason == telling->told) return true;
  if (reason == VD_EVM_FINE)
    vd_evm_tell(telling, VD_ANCHORING_INFO, "anchor_recovered", "after=%s", form_of(telling->told).event);
  else tell_begin(telling, &form, reason, endpoint, complaint);
  telling->told = reason;
  return true;
}
