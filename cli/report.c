#include "report.h"

#include <stdarg.h>
#include <stdlib.h>

#define LINE_SIZE 1024

void ctl_report_add(struct ctl_report *report, size_t row, const char *column, const char *format, ...) {
  char what[LINE_SIZE], place[400] = "";
  char *line = NULL;
  va_list arguments;
  report->problems++;
  if (report->kept == CTL_REPORT_LINES_MAX) return;
  va_start(arguments, format);
  (void)vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  if (row > 0 && column != NULL) (void)snprintf(place, sizeof place, "row %zu, column %s: ", row, column);
  if (row > 0 && column == NULL) (void)snprintf(place, sizeof place, "row %zu: ", row);
  if (row == 0 && column != NULL) (void)snprintf(place, sizeof place, "column %s: ", column);
  if (asprintf(&line, "%s%s", place, what) < 0) return;
  report->lines[report->kept++] = line;
}

void ctl_report_print(const struct ctl_report *report, const char *path, FILE *out) {
  for (size_t i = 0; i < report->kept; i++) (void)fprintf(out, "%s: %s\n", path, report->lines[i]);
  size_t more = report->problems - report->kept;
  if (more > 0) (void)fprintf(out, "%s: … and %zu more\n", path, more);
}

void ctl_report_free(struct ctl_report *report) {
  for (size_t i = 0; i < report->kept; i++) free(report->lines[i]);
  *report = (struct ctl_report){0};
}
