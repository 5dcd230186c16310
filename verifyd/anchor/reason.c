#include "anchor/reason.h"

const struct vd_trouble *vd_reason_trouble(enum vd_reason reason) {
  static const struct vd_trouble troubles[] = {
#define VD_REASON_TROUBLE(name, event, grade, is_patient, names_endpoint, words) \
  {VD_REASON_##name, event, words, VD_ANCHORING_##grade, is_patient, names_endpoint},
      VD_REASONS(VD_REASON_TROUBLE)
#undef VD_REASON_TROUBLE
  };
  return &troubles[reason];
}
