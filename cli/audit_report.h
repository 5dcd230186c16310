/* audit_report.h: what an audit has proven, in plain words. */
#ifndef CTL_AUDIT_REPORT_H
#define CTL_AUDIT_REPORT_H

#include "audit_chains.h"

/* What is said besides what the audit knows. */
struct ctl_audit_report {
  bool is_own_key;        /* the log's key was taken from the ledger itself */
  bool has_state;
  bool is_ledger_checked; /* records and hashes of a ledger on this machine, from the inside */
  uint64_t ledger_erased;
  const struct ctl_audit_chains *chains;
};

/* Prints to standard output. */
void ctl_audit_report_proven(const struct ctl_audit *audit, const struct ctl_audit_report *report);

#endif
