#include "serve/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const uint64_t bucket_us[VD_METRICS_BUCKETS] = {100,   250,   500,    1000,   2500,    5000,
                                                       10000, 50000, 100000, 500000, 1000000, 5000000};
/* The same in seconds, as Prometheus wants them. */
static const char *const bucket_s[VD_METRICS_BUCKETS] = {"0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005",
                                                         "0.01",   "0.05",    "0.1",    "0.5",   "1",      "5"};

void vd_metrics_init(struct vd_metrics *metrics) { memset(metrics, 0, sizeof *metrics); }

static size_t bucket_for(uint64_t duration_us) {
  size_t bucket = 0;
  while (bucket < VD_METRICS_BUCKETS && duration_us > bucket_us[bucket]) bucket++;
  return bucket;
}

void vd_metrics_request(struct vd_metrics *metrics, size_t route, unsigned status, uint64_t duration_us) {
  assert(route <= VD_METRICS_NO_ROUTE && status >= 100 && status < 600);
  vd_metrics_count(&metrics->requests[route][status / 100 - 1]);
  vd_metrics_count(&metrics->latency[bucket_for(duration_us)]);
  atomic_fetch_add_explicit(&metrics->latency_sum_us, duration_us, memory_order_relaxed);
}

void vd_metrics_verdict(struct vd_metrics *metrics, const struct vd_verdict *verdict) {
  if ((unsigned)verdict->code < VD_METRICS_CODES) vd_metrics_count(&metrics->verdicts[verdict->code]);
  else vd_metrics_count(&metrics->faults);
  for (size_t i = 0; i < verdict->operator_count; i++) {
    const struct vd_operator_answer *answer = &verdict->operators[i];
    assert(answer->number >= 1 && answer->number <= VD_VERIFY_OPERATORS_MAX);
    if (answer->state == VD_OPERATOR_NOT_ASKED) continue;
    vd_metrics_count(&metrics->operators[answer->number - 1][answer->state]);
  }
  for (size_t i = 0; i < verdict->operator_count; i++) {
    const struct vd_operator_answer *answer = &verdict->operators[i];
    if (answer->withholds) vd_metrics_count(&metrics->withheld[answer->number - 1]);
  }
}

/* The sum over all loops of the counter that is `offset` bytes into the struct. */
static uint64_t sum(const struct vd_metrics *metrics, size_t count, size_t offset) {
  uint64_t total = 0;
  for (size_t i = 0; i < count; i++) {
    const char *at = (const char *)&metrics[i] + offset;
    total += atomic_load_explicit((const atomic_uint_fast64_t *)(const void *)at, memory_order_relaxed);
  }
  return total;
}

__attribute__((format(printf, 2, 3))) static void put(struct vd_buffer *out, const char *format, ...) {
  char line[256];
  va_list arguments;
  va_start(arguments, format);
  int len = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  assert(len > 0 && len < (int)sizeof line);
  vd_buffer_append(out, line, (size_t)len);
}

static void put_family(struct vd_buffer *out, const char *name, const char *type, const char *help) {
  put(out, "# HELP verifyd_%s %s\n# TYPE verifyd_%s %s\n", name, help, name, type);
}

static void put_requests(const struct vd_metrics *metrics, size_t count, size_t route, const char *name,
                         struct vd_buffer *out) {
  for (size_t status_class = 0; status_class < 5; status_class++) {
    size_t offset = offsetof(struct vd_metrics, requests) + (route * 5 + status_class) * sizeof(atomic_uint_fast64_t);
    uint64_t total = sum(metrics, count, offset);
    if (total == 0) continue;
    put(out, "verifyd_requests_total{route=\"%s\",status=\"%zuxx\"} %" PRIu64 "\n", name, status_class + 1, total);
  }
}

static void put_verdicts(const struct vd_metrics *metrics, size_t count, struct vd_buffer *out) {
  put_family(out, "verdicts_total", "counter", "Verdicts by code (FRAG-1 section 8).");
  for (size_t code = 0; code < VD_METRICS_CODES; code++) {
    size_t offset = offsetof(struct vd_metrics, verdicts) + code * sizeof(atomic_uint_fast64_t);
    uint64_t total = sum(metrics, count, offset);
    if (total == 0) continue;
    put(out, "verifyd_verdicts_total{code=\"%s\"} %" PRIu64 "\n", frag_error_name((frag_error)code), total);
  }
}

static void put_operators(const struct vd_metrics *metrics, size_t count, struct vd_buffer *out) {
  put_family(out, "operator_answers_total", "counter",
             "What operators answered when they were asked for a fragment, and about its status.");
  for (size_t at = 0; at < (size_t)VD_VERIFY_OPERATORS_MAX * VD_METRICS_OPERATOR_STATES; at++) {
    uint64_t total = sum(metrics, count, offsetof(struct vd_metrics, operators) + at * sizeof(atomic_uint_fast64_t));
    enum vd_operator_state state = (enum vd_operator_state)(at % VD_METRICS_OPERATOR_STATES);
    if (total == 0) continue;
    put(out, "verifyd_operator_answers_total{operator=\"%zu\",answer=\"%s\"} %" PRIu64 "\n",
        at / VD_METRICS_OPERATOR_STATES + 1, vd_operator_state_name(state), total);
  }
  for (size_t at = 0; at < VD_VERIFY_OPERATORS_MAX; at++) {
    uint64_t total = sum(metrics, count, offsetof(struct vd_metrics, withheld) + at * sizeof(atomic_uint_fast64_t));
    if (total == 0) continue;
    put(out, "verifyd_operator_answers_total{operator=\"%zu\",answer=\"withheld\"} %" PRIu64 "\n", at + 1, total);
  }
}

static void put_latency(const struct vd_metrics *metrics, size_t count, struct vd_buffer *out) {
  uint64_t total = 0;
  put_family(out, "request_duration_seconds", "histogram", "From the whole request received to the answer sent.");
  for (size_t bucket = 0; bucket <= VD_METRICS_BUCKETS; bucket++) {
    total += sum(metrics, count, offsetof(struct vd_metrics, latency) + bucket * sizeof(atomic_uint_fast64_t));
    put(out, "verifyd_request_duration_seconds_bucket{le=\"%s\"} %" PRIu64 "\n",
        bucket < VD_METRICS_BUCKETS ? bucket_s[bucket] : "+Inf", total);
  }
  uint64_t sum_us = sum(metrics, count, offsetof(struct vd_metrics, latency_sum_us));
  put(out, "verifyd_request_duration_seconds_sum %" PRIu64 ".%06" PRIu64 "\n", sum_us / 1000000, sum_us % 1000000);
  put(out, "verifyd_request_duration_seconds_count %" PRIu64 "\n", total);
}

/* What has begun and not ended; the two were not read at the same instant. */
static void put_open(struct vd_buffer *out, const char *name, const char *help, uint64_t begun, uint64_t ended) {
  put_family(out, name, "gauge", help);
  put(out, "verifyd_%s %" PRIu64 "\n", name, begun > ended ? begun - ended : 0);
}

static void put_counter(struct vd_buffer *out, const char *name, const char *help, uint64_t total) {
  put_family(out, name, "counter", help);
  put(out, "verifyd_%s %" PRIu64 "\n", name, total);
}

void vd_metrics_write(const struct vd_metrics *metrics, size_t count, const char *const *route_names,
                      size_t route_count, struct vd_buffer *out) {
  assert(route_count <= VD_METRICS_ROUTES_MAX);
  put_family(out, "requests_total", "counter", "Requests by route and status status_class.");
  for (size_t route = 0; route < route_count; route++) put_requests(metrics, count, route, route_names[route], out);
  put_requests(metrics, count, VD_METRICS_NO_ROUTE, "none", out);
  put_verdicts(metrics, count, out);
  put_operators(metrics, count, out);
  put_latency(metrics, count, out);
#define SUM(field) sum(metrics, count, offsetof(struct vd_metrics, field))
  uint64_t closed = SUM(connections_closed), ended = SUM(verifications_ended); /* before what they follow */
  put_open(out, "connections_open", "Connections open now.", SUM(connections_opened), closed);
  put_open(out, "verifications_pending", "Verifications that wait for operators now.", SUM(verifications_begun), ended);
#define PUT_COUNTER(field, name, help) put_counter(out, name, help, SUM(field));
  VD_METRICS_COUNTERS(PUT_COUNTER)
#undef PUT_COUNTER
#undef SUM
}
