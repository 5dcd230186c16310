/* report.h: everything that is wrong with a spreadsheet, gathered before anything is done with it. Each line says
 * which row and column, what is wrong and what to do; no line repeats the content of a cell. One thread. */
#ifndef CTL_REPORT_H
#define CTL_REPORT_H

#include <stddef.h>
#include <stdio.h>

#define CTL_REPORT_LINES_MAX 200

struct ctl_report {
  size_t problems; /* all of them */
  size_t kept;     /* of them in lines: the first CTL_REPORT_LINES_MAX */
  char *lines[CTL_REPORT_LINES_MAX];
};

/* Adds a problem of a row (1 is the heading, as a spreadsheet shows it; 0: of the file as a whole) and a column
 * (its heading, or NULL). When memory runs out the problem is counted only. */
void ctl_report_add(struct ctl_report *report, size_t row, const char *column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Prints "PATH: row R, column C: …" a line each, and how many more there are. */
void ctl_report_print(const struct ctl_report *report, const char *path, FILE *out);

void ctl_report_free(struct ctl_report *report);

#endif
