/* audit_chains.h: an audited log and what its operator has anchored of it on public chains: the anchors are found by
 * looking through the chains, on nodes that the auditor has configured, before the log is audited, so that the log must
 * have come as far as any of them; afterwards each is compared with what was audited. One thread. */
#ifndef CTL_AUDIT_CHAINS_H
#define CTL_AUDIT_CHAINS_H

#include "audit.h"
#include "config/settings.h"
#include "ledger/anchors.h"
#include "options.h"

/* As given on the command line. */
struct ctl_audit_chains_given {
  struct ctl_list chains, accounts;
  const char *config, *state;
  unsigned operator_number; /* whose log it is in the configuration; 0: that is told by vkey */
  const char *vkey, *origin;
};

/* One chain. */
struct ctl_audit_chain {
  const struct vd_chain_settings *settings;
  uint8_t account[VD_CHAIN_ACCOUNT_LEN];
  struct vd_failure walk;     /* code VD_OK: everything up to its final block was looked at */

  /* Filled in by ctl_audit_chains_compare. */
  struct vd_anchors_view view;
  uint64_t confirmed, gone;   /* anchors; gone: they were final once and are not on the chain any more */
  struct vd_anchors_item newest; /* the one that confirms most entries; with confirmed > 0 */
};

/* Begin with {0}. The fields are for reading; `client`'s is the walks' own. */
struct ctl_audit_chains {
  struct vd_settings *settings;
  struct vd_client *client;
  struct vd_anchors *anchors; /* in the state's folder */
  struct vd_anchors_track_options tracks[VD_CHAINS_MAX];
  size_t count;
  struct ctl_audit_chain items[VD_CHAINS_MAX]; /* track i is that of items[i] */
};

/* Reads the configuration, finds chains and accounts, and opens what an earlier audit has found. Without chains it does
 * nothing. given: its texts must outlive it. Ends with ctl_audit_chains_end, also after an error.
 * VD_USAGE (chains without state or configuration, no account, an account of none of the chains), those of
 * vd_settings_read and vd_anchors_open. */
VD_MUST_CHECK enum vd_error ctl_audit_chains_begin(struct ctl_audit_chains *chains,
                                                   const struct ctl_audit_chains_given *given,
                                                   struct vd_failure *failure);
void ctl_audit_chains_end(struct ctl_audit_chains *chains);

/* Looks through each chain up to its final block. A chain whose nodes do not answer, or do not agree, is told by its
 * `walk`. is_quiet: without a display. VD_MEMORY, VD_INTERNAL, VD_CONFIG. */
VD_MUST_CHECK enum vd_error ctl_audit_chains_walk(struct ctl_audit_chains *chains, bool is_quiet,
                                                  struct vd_failure *failure);

/* Compares every anchor that is known with the log, whose audit has been completed. Keeps evidence of the first that
 * contradicts it. VD_DATA with audit->is_wrong; VD_UNAVAILABLE, VD_IO, VD_FULL, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_audit_chains_compare(struct ctl_audit_chains *chains, struct ctl_audit *audit,
                                                     struct vd_failure *failure);

/* Prints what is known now, a few lines for each chain. */
void ctl_audit_chains_report(const struct ctl_audit_chains *chains, const struct ctl_audit *audit);

/* VD_UNAVAILABLE when a chain was not looked through to its end. */
VD_MUST_CHECK enum vd_error ctl_audit_chains_result(const struct ctl_audit_chains *chains, struct vd_failure *failure);

#endif
