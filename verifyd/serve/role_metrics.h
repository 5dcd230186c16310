/* role_metrics.h: counters of what a process does as operator, portal and witness beside answering requests; one struct
 * for the process, written by any thread, read by the operations port. Relaxed atomics, as in metrics.h. */
#ifndef VD_SERVE_ROLE_METRICS_H
#define VD_SERVE_ROLE_METRICS_H

#include <stdatomic.h>

#include "base/failure.h"
#include "serve/buffer.h"

/* What became of submissions. X(field, label) */
#define VD_ROLE_SUBMISSIONS(X) \
  X(submissions_accepted, "accepted") \
  X(submissions_bad_data, "bad_data") \
  X(submissions_bad_key, "bad_key") \
  X(submissions_conflict, "conflict") \
  X(submissions_not_found, "not_found") \
  X(submissions_over_quota, "over_quota") \
  X(submissions_disk_full, "disk_full") \
  X(submissions_fault, "fault")

/* X(field, name, help): the plain counters. */
#define VD_ROLE_COUNTERS(X) \
  X(items_added, "submitted_items_added_total", "Items of submissions that were new.") \
  X(items_unchanged, "submitted_items_unchanged_total", "Items of submissions that were there already.") \
  X(renewals, "checkpoint_renewals_total", "Times that the checkpoint was signed again without new entries.") \
  X(cosignatures_received, "cosignatures_received_total", "Cosignatures of our log that witnesses gave.") \
  X(cosignings_failed, "cosignings_failed_total", "Requests to witnesses that brought no cosignature.") \
  X(cosignatures_given, "cosignatures_given_total", "Checkpoints of others that were cosigned.") \
  X(cosignatures_refused, "cosignatures_refused_total", "Checkpoints of others that were not cosigned.") \
  X(trust_lists_accepted, "trust_lists_accepted_total", "Trust lists that were taken without a restart.") \
  X(trust_lists_refused, "trust_lists_refused_total", "Contents of the trust file that were not taken.") \
  X(looks, "operator_looks_total", "Times that the log of another operator was looked at.") \
  X(looks_failed, "operator_looks_failed_total", "Of these, those without a checkpoint that could be accepted.")

struct vd_role_metrics {
#define VD_ROLE_SUBMISSION_FIELD(field, label) atomic_uint_fast64_t field;
  VD_ROLE_SUBMISSIONS(VD_ROLE_SUBMISSION_FIELD)
#undef VD_ROLE_SUBMISSION_FIELD
#define VD_ROLE_COUNTER_FIELD(field, name, help) atomic_uint_fast64_t field;
  VD_ROLE_COUNTERS(VD_ROLE_COUNTER_FIELD)
#undef VD_ROLE_COUNTER_FIELD
};

void vd_role_metrics_init(struct vd_role_metrics *metrics);

static inline void vd_role_metrics_add(atomic_uint_fast64_t *counter, uint64_t by) {
  atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

/* A submission that was looked at. */
void vd_role_metrics_submission(struct vd_role_metrics *metrics, enum vd_error error, bool is_over_quota);

/* Writes the counters in the Prometheus text format. */
void vd_role_metrics_write(const struct vd_role_metrics *metrics, struct vd_buffer *out);

/* HELP and TYPE of a metric, and one value of it. name without "verifyd_". kind: "gauge" or "counter". label: as
 * `operator="1"`, or NULL. */
void vd_role_metrics_family(struct vd_buffer *out, const char *name, const char *kind, const char *help);
void vd_role_metrics_value(struct vd_buffer *out, const char *name, const char *label, uint64_t value);

#endif
