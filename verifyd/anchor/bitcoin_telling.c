#include "anchor/bitcoin_telling.h"

#include <stdarg.h>
#include <stdio.h>

struct form {
  const char *event;
  enum vd_anchoring_grade grade;
  bool is_patient;
  bool names_endpoint;
};

static struct form form_of(enum vd_bitcoin_reason reason) {
  switch (reason) {
    case VD_BITCOIN_SILENT:
    case VD_BITCOIN_BEHIND: return (struct form){"anchor_unreachable", VD_ANCHORING_WARNING, true, true};
    case VD_BITCOIN_DISAGREE: return (struct form){"anchor_disagreement", VD_ANCHORING_WARNING, true, false};
    case VD_BITCOIN_WRONG_CHAIN: return (struct form){"anchor_wrong_chain", VD_ANCHORING_ALARM, false, true};
    case VD_BITCOIN_REWRITTEN: return (struct form){"anchor_rewritten", VD_ANCHORING_ALARM, true, false};
    case VD_BITCOIN_GONE: return (struct form){"anchor_foreign", VD_ANCHORING_WARNING, true, false};
    case VD_BITCOIN_FEE_CAPPED:
    case VD_BITCOIN_ATTEMPTS_FULL: return (struct form){"anchor_stuck", VD_ANCHORING_WARNING, false, false};
    case VD_BITCOIN_NO_COINS:
    case VD_BITCOIN_SHORT: return (struct form){"anchor_unfunded", VD_ANCHORING_WARNING, false, false};
    case VD_BITCOIN_NO_CHECKPOINT: return (struct form){"anchor_log_unreadable", VD_ANCHORING_WARNING, true, false};
    case VD_BITCOIN_KEY_USED:
    case VD_BITCOIN_FINALITY:
    case VD_BITCOIN_LOG_WENT_BACK: return (struct form){"anchor_contradiction", VD_ANCHORING_ALARM, true, false};
    case VD_BITCOIN_FINE: break;
  }
  return (struct form){"", VD_ANCHORING_INFO, true, false};
}

void vd_bitcoin_tell(const struct vd_bitcoin_telling *telling, enum vd_anchoring_grade grade, const char *event,
                     const char *format, ...) {
  char detail[1024];
  int len = snprintf(detail, sizeof detail, "chain=%s ", telling->options->chain->name);
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(detail + len, sizeof detail - (size_t)len, format, arguments);
  va_end(arguments);
  telling->options->tell(telling->options->context, grade, event, detail);
}

static void tell_begin(const struct vd_bitcoin_telling *telling, const struct form *form,
                       enum vd_bitcoin_reason reason, size_t endpoint, const char *complaint) {
  char quoted[VD_COMPLAINT_SIZE];
  const char *words = vd_bitcoin_reason_words(reason);
  (void)snprintf(quoted, sizeof quoted, "%s", complaint);
  for (char *at = quoted; *at != '\0'; at++)
    if (*at == '"') *at = '\''; /* what a node says stands in quotes */
  const char *colon = quoted[0] == '\0' ? "" : ": ";
  if (form->names_endpoint)
    vd_bitcoin_tell(telling, form->grade, form->event, "endpoint=%zu reason=\"%s%s%s\"", endpoint + 1, words, colon,
                    quoted);
  else vd_bitcoin_tell(telling, form->grade, form->event, "reason=\"%s%s%s\"", words, colon, quoted);
}

bool vd_bitcoin_tell_trouble(struct vd_bitcoin_telling *telling, enum vd_bitcoin_reason reason, size_t endpoint,
                             const char *complaint) {
  struct form form = form_of(reason);
  telling->looks = reason == telling->reason ? telling->looks + 1 : 1;
  telling->reason = reason;
  if (form.is_patient && telling->looks < VD_BITCOIN_PATIENCE && reason != VD_BITCOIN_FINE) return false;
  if (reason == telling->told) return true;
  if (reason == VD_BITCOIN_FINE)
    vd_bitcoin_tell(telling, VD_ANCHORING_INFO, "anchor_recovered", "after=%s", form_of(telling->told).event);
  else tell_begin(telling, &form, reason, endpoint, complaint);
  telling->told = reason;
  return true;
}
