#include "audit_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "date.h"

static void print_time(const char *name, uint64_t time_s, uint64_t now_s) {
  char text[CTL_DATE_SIZE];
  ctl_date_format(text, time_s);
  (void)printf("  %-13s%s", name, text);
  if (now_s >= time_s) (void)printf(", %" PRIu64 " seconds ago\n", now_s - time_s);
  if (now_s < time_s) (void)printf(", %" PRIu64 " seconds in the future: a clock is wrong\n", time_s - now_s);
}

/* The root as the checkpoint writes it: its third line. */
static void print_root(const struct frag_checkpoint *checkpoint) {
  const char *text = (const char *)checkpoint->text.data;
  size_t len = checkpoint->text.len;
  for (int line = 0; line < 2; line++) {
    const char *end = memchr(text, '\n', len);
    if (end == NULL) return;
    len -= (size_t)(end - text) + 1;
    text = end + 1;
  }
  const char *end = memchr(text, '\n', len);
  (void)printf("  %-13s%.*s\n", "root", end == NULL ? (int)len : (int)(end - text), text);
}

static void print_checkpoint(const struct ctl_audit *audit) {
  (void)printf("  %-13s%s\n", "log", audit->key->name);
  (void)printf("  %-13s%" PRIu64 " entries, signed by the operator\n", "checkpoint", audit->checkpoint.size);
  print_root(&audit->checkpoint);
  print_time("signed", audit->time_s, audit->now_s);
  for (size_t i = 0; i < audit->witnesses_count; i++) {
    print_time("cosigned", audit->cosigned_s[i], audit->now_s);
    (void)printf("  %-13sby %s\n", "", audit->witnesses[i].name);
  }
}

static void print_entries(const struct ctl_audit *audit) {
  const struct ctl_audit_state *state = audit->state;
  const struct ctl_audit_counts *counts = &state->counts;
  char first[CTL_DATE_SIZE], last[CTL_DATE_SIZE];
  if (state->tree.size == 0) {
    (void)printf("  %-13snone yet\n", "entries");
    return;
  }
  ctl_date_format(first, state->first_time_s);
  ctl_date_format(last, state->last_time_s);
  (void)printf("  %-13s0 to %" PRIu64 ": %" PRIu64 " documents, %" PRIu64 " statements, %" PRIu64 " trust lists\n",
               "entries", state->tree.size - 1, counts->issues, counts->statuses, counts->trusts);
  (void)printf("  %-13sfrom %s to %s, never going back; nothing is in it twice\n", "", first, last);
  if (audit->began_at == state->tree.size) {
    (void)printf("  %-13sno new ones since the last audit\n", "this time");
  } else if (audit->began_at > 0) {
    (void)printf("  %-13s%" PRIu64 " to %" PRIu64 "; those before were audited earlier\n", "this time", audit->began_at,
                 state->tree.size - 1);
  }
  (void)printf("  %-13severy tile of every level and the root are what the entries give\n", "hashes");
}

static void print_history(const struct ctl_audit *audit, const struct ctl_audit_report *report) {
  char time[CTL_DATE_SIZE];
  if (audit->earlier_s != 0) {
    ctl_date_format(time, audit->earlier_s);
    (void)printf("  %-13sit continues the log of %" PRIu64 " entries that was audited on %s\n", "append-only",
                 audit->earlier_size, time);
  } else if (report->has_state) {
    (void)printf("  %-13sfirst audit with this state; the next one will tell\n", "append-only");
  }
}

static void print_records(const struct ctl_audit *audit, const struct ctl_audit_report *report) {
  const struct ctl_audit_counts *counts = &audit->state->counts;
  if (report->is_ledger_checked) {
    (void)printf("  %-13severy one is in the ledger, unaltered and with its entry; %" PRIu64 " erased\n", "records",
                 report->ledger_erased);
  } else if (audit->with_records) {
    (void)printf("  %-13s%" PRIu64 " given out, unaltered and with their entries, and %" PRIu64 " said to be erased\n",
                 "records", counts->records - counts->erased, counts->erased);
  }
}

static void print_unproven(const struct ctl_audit *audit, const struct ctl_audit_report *report) {
  (void)printf("Not proven:\n");
  if (report->is_own_key) {
    (void)printf("  - that this is the log of the operator whom you mean: the key is the ledger's own; give --vkey\n");
  }
  if (audit->witnesses_count == 0) {
    (void)printf("  - that others are shown the same log: give --witness for those who cosign it\n");
  }
  if (!audit->with_records && !report->is_ledger_checked) {
    (void)printf("  - that the operator still has the records: give --records\n");
  }
  if (report->chains->count == 0) {
    (void)printf("  - since when the entries have been there: give --chain, if the operator anchors the log\n");
  }
  if (!report->has_state) (void)printf("  - that earlier entries were not changed: give --state to remember them\n");
  (void)printf("  - that the operator's times are true, and what the documents say\n");
}

void ctl_audit_report_proven(const struct ctl_audit *audit, const struct ctl_audit_report *report) {
  (void)printf("PROVEN: the log holds exactly what its checkpoint says\n");
  print_checkpoint(audit);
  print_entries(audit);
  print_history(audit, report);
  print_records(audit, report);
  ctl_audit_chains_report(report->chains, audit);
  print_unproven(audit, report);
}
