/* metrics.h: counters, one struct for each loop, written by that loop and by the jobs that it gave away, read by the
 * operations port. Relaxed atomics: a reader sees numbers that are each true, if not of the same instant. Nothing in
 * them names a client or a document. */
#ifndef VD_SERVE_METRICS_H
#define VD_SERVE_METRICS_H

#include <frag/error.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "serve/buffer.h"
#include "verify/verify.h"

#define VD_METRICS_ROUTES_MAX 24
#define VD_METRICS_NO_ROUTE VD_METRICS_ROUTES_MAX /* requests that were refused before they had a route */
#define VD_METRICS_CODES 51                       /* FRAG-1 section 8: 0..50 */
#define VD_METRICS_BUCKETS 12                     /* of the latency histogram, without +Inf */
#define VD_METRICS_OPERATOR_STATES (VD_OPERATOR_LOG_FAILED + 1)

/* X(field, name, help): the plain counters. */
#define VD_METRICS_COUNTERS(X) \
  X(connections_opened, "connections_opened_total", "Connections accepted.") \
  X(connections_closed, "connections_closed_total", "Connections that have ended.") \
  X(connections_refused, "connections_refused_total", "Connections over a cap, answered 503.") \
  X(header_deadlines, "header_deadlines_total", "Connections cut because the request head was too slow.") \
  X(body_deadlines, "body_deadlines_total", "Connections cut because the request body was too slow.") \
  X(idle_deadlines, "idle_deadlines_total", "Kept-alive connections closed for want of a request.") \
  X(write_deadlines, "write_deadlines_total", "Connections cut because the answer was not taken.") \
  X(pictures_read, "pictures_read_total", "Pictures in which a code was looked for.") \
  X(pictures_without_code, "pictures_without_code_total", "Pictures in which none was found, or that were damaged.") \
  X(pictures_refused, "pictures_refused_total", "Pictures refused because too many were waiting.") \
  X(pictures_abandoned, "pictures_abandoned_total", "Pictures whose sender had gone before the answer.") \
  X(writes_refused, "writes_refused_total", "Requests to write refused because too many were waiting.") \
  X(writes_abandoned, "writes_abandoned_total", "Requests to write whose sender had gone before the answer.") \
  X(searches_refused, "searches_refused_total", "Requests for issuers refused because too many were waiting.") \
  X(searches_abandoned, "searches_abandoned_total", "Requests for issuers whose sender had gone before the answer.") \
  X(verifications_begun, "verifications_begun_total", "Verifications that asked operators over the network.") \
  X(verifications_ended, "verifications_ended_total", "Of these, those that are over.") \
  X(verifications_refused, "verifications_refused_total", "Verifications refused because too many were waiting.") \
  X(verifications_abandoned, "verifications_abandoned_total", "Verifications whose sender had gone before that.") \
  X(answer_deadlines, "answer_deadlines_total", "Requests given up because the answer took too long to find.") \
  X(checkpoints_kept, "checkpoints_kept_total", "Checkpoints of operators that were newly remembered.") \
  X(equivocations, "equivocations_total", "Operators that a loop found to contradict their log.") \
  X(faults, "faults_total", "Verifications that failed for a fault on this side.")

struct vd_metrics {
  _Alignas(64) atomic_uint_fast64_t requests[VD_METRICS_ROUTES_MAX + 1][5]; /* by status class 1xx to 5xx */
  atomic_uint_fast64_t verdicts[VD_METRICS_CODES];
  atomic_uint_fast64_t operators[VD_VERIFY_OPERATORS_MAX][VD_METRICS_OPERATOR_STATES]; /* by number − 1 */
  atomic_uint_fast64_t withheld[VD_VERIFY_OPERATORS_MAX]; /* the same */
  atomic_uint_fast64_t latency[VD_METRICS_BUCKETS + 1]; /* each bucket alone, not cumulative */
  atomic_uint_fast64_t latency_sum_us;
#define VD_METRICS_FIELD(field, name, help) atomic_uint_fast64_t field;
  VD_METRICS_COUNTERS(VD_METRICS_FIELD)
#undef VD_METRICS_FIELD
};

void vd_metrics_init(struct vd_metrics *metrics);

/* Adds one to a counter of the struct: vd_metrics_count(&metrics->faults). */
static inline void vd_metrics_count(atomic_uint_fast64_t *counter) {
  atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* An answered request. route: index, or VD_METRICS_NO_ROUTE. status: 100..599. */
void vd_metrics_request(struct vd_metrics *metrics, size_t route, unsigned status, uint64_t duration_us);

/* A verdict: by its code, where one from 1000 up counts as a fault, and what each operator answered: its state, and
 * besides that "withheld". */
void vd_metrics_verdict(struct vd_metrics *metrics, const struct vd_verdict *verdict);

/* Writes the sums over `count` structs in the Prometheus text format, version 0.0.4.
 * route_names: of the routes 0..route_count-1. */
void vd_metrics_write(const struct vd_metrics *metrics, size_t count, const char *const *route_names,
                      size_t route_count, struct vd_buffer *out);

#endif
