#include "serve/role_metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 2, 3))) static void put(struct vd_buffer *out, const char *format, ...) {
  char line[512];
  va_list arguments;
  va_start(arguments, format);
  int len = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (len > 0 && len < (int)sizeof line) vd_buffer_append(out, line, (size_t)len);
}

static uint64_t read_counter(const atomic_uint_fast64_t *counter) {
  return atomic_load_explicit(counter, memory_order_relaxed);
}

void vd_role_metrics_family(struct vd_buffer *out, const char *name, const char *kind, const char *help) {
  put(out, "# HELP verifyd_%s %s\n# TYPE verifyd_%s %s\n", name, help, name, kind);
}

void vd_role_metrics_value(struct vd_buffer *out, const char *name, const char *label, uint64_t value) {
  if (label == NULL) put(out, "verifyd_%s %" PRIu64 "\n", name, value);
  else put(out, "verifyd_%s{%s} %" PRIu64 "\n", name, label, value);
}

void vd_role_metrics_init(struct vd_role_metrics *metrics) {
#define INIT_SUBMISSION(field, label) atomic_init(&metrics->field, 0);
  VD_ROLE_SUBMISSIONS(INIT_SUBMISSION)
#undef INIT_SUBMISSION
#define INIT_COUNTER(field, name, help) atomic_init(&metrics->field, 0);
  VD_ROLE_COUNTERS(INIT_COUNTER)
#undef INIT_COUNTER
}

void vd_role_metrics_submission(struct vd_role_metrics *metrics, enum vd_error error, bool is_over_quota) {
  atomic_uint_fast64_t *counter;
  switch ((int)error) {
    case VD_OK: counter = &metrics->submissions_accepted; break;
    case VD_DATA: counter = &metrics->submissions_bad_data; break;
    case VD_KEY: counter = &metrics->submissions_bad_key; break;
    case VD_CONFLICT: counter = &metrics->submissions_conflict; break;
    case VD_NOT_FOUND: counter = &metrics->submissions_not_found; break;
    case VD_FULL: counter = is_over_quota ? &metrics->submissions_over_quota : &metrics->submissions_disk_full; break;
    default: counter = &metrics->submissions_fault; break;
  }
  vd_role_metrics_add(counter, 1);
}

void vd_role_metrics_write(const struct vd_role_metrics *metrics, struct vd_buffer *out) {
  vd_role_metrics_family(out, "submissions_total", "counter", "Submissions by what became of them.");
#define PUT_SUBMISSION(field, label) \
  vd_role_metrics_value(out, "submissions_total", "result=\"" label "\"", read_counter(&metrics->field));
  VD_ROLE_SUBMISSIONS(PUT_SUBMISSION)
#undef PUT_SUBMISSION
#define PUT_COUNTER(field, name, help) \
  vd_role_metrics_family(out, name, "counter", help); \
  vd_role_metrics_value(out, name, NULL, read_counter(&metrics->field));
  VD_ROLE_COUNTERS(PUT_COUNTER)
#undef PUT_COUNTER
}
