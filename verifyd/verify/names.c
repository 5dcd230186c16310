#include "verify/verify.h"

const char *vd_step_name(enum vd_step step) {
  static const char *const names[VD_STEPS] = {"qr",       "fragments", "log",    "anchor",  "open",
                                              "document", "issuer",    "status", "validity"};
  return names[step];
}

const char *vd_check_state_name(enum vd_check_state state) {
  static const char *const names[] = {"not_reached", "not_checked", "passed", "warning", "failed"};
  return names[state];
}

const char *vd_operator_state_name(enum vd_operator_state state) {
  static const char *const names[] = {"not_asked", "good",        "absent",    "erased",
                                      "tampered",  "unreachable", "disagrees", "log_failed"};
  return names[state];
}

const char *vd_anchor_cover_name(enum vd_anchors_cover cover) {
  static const char *const names[] = {"final", "pending", "overdue", "refused"};
  return names[cover];
}
