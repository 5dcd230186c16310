/* audit_compare.h: one anchor and the log as it was audited. One thread. */
#ifndef CTL_AUDIT_COMPARE_H
#define CTL_AUDIT_COMPARE_H

#include "audit_chains.h"
#include "log_tree.h"

/* Compares the n-th anchor of track i. Out: *state, which is kept but for CONFIRMED: that is for the caller to keep, of
 * many anchors at once. With CONTRADICTED the failure says what is wrong and where the evidence is (VD_DATA,
 * audit->is_wrong); so it does with DISPUTED, when the log ends before the anchor. VD_DATA too when the log's tiles are
 * not those that were audited. Others as ctl_audit_chains_compare. */
VD_MUST_CHECK enum vd_error ctl_audit_compare(struct ctl_audit_chains *chains, size_t i, uint64_t n,
                                              const struct vd_anchors_item *item, struct ctl_audit *audit,
                                              struct ctl_log_tree *tree, enum vd_anchors_state *state,
                                              struct vd_failure *failure);

/* An anchor in words: "anchor of 12 entries in block 3 of … (transaction …)". */
#define CTL_AUDIT_ANCHOR_SIZE 200
void ctl_audit_anchor(char text[static CTL_AUDIT_ANCHOR_SIZE], const struct vd_chain_settings *chain,
                      const struct vd_anchors_item *item);

#endif
