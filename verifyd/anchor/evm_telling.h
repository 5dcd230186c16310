/* evm_telling.h: what an operator is told about the anchors of one chain: each trouble once when it begins, and once
 * when it is over. A trouble that may pass by itself, such as nodes of which one is a block behind, is told when it
 * has been there for a few looks in a row. Thread rule: one thread. */
#ifndef VD_ANCHOR_EVM_TELLING_H
#define VD_ANCHOR_EVM_TELLING_H

#include "anchor/evm_judge.h"

#define VD_EVM_PATIENCE 3 /* looks */

struct vd_evm_telling {
  const struct vd_anchoring_options *options; /* outlive it */
  enum vd_evm_reason told;    /* VD_EVM_FINE: nothing */
  enum vd_evm_reason reason;  /* of the last look */
  unsigned looks;             /* in a row with that reason */
};

/* Tells an event: "chain=NAME " and the rest. */
void vd_evm_tell(const struct vd_evm_telling *telling, enum vd_anchoring_grade grade, const char *event,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* After each look. reason: VD_EVM_FINE when all is well. endpoint, complaint: which it is about; NULL or "" for none.
 * Returns whether the trouble has been there for long enough to be told. */
bool vd_evm_tell_trouble(struct vd_evm_telling *telling, enum vd_evm_reason reason, size_t endpoint,
                         const char *complaint);

#endif
