/* table.h: a spreadsheet export (CSV) as a grid of cells. Owner of libcsv.
 *
 * Understood: UTF-8 with or without a byte-order mark; comma, semicolon or tab between cells, detected from the
 * heading or given; Excel's first line "sep=;"; CRLF, LF or CR line ends; quoted cells (RFC 4180) with delimiters,
 * quotes and line breaks inside. A run of line breaks or of tabs inside a cell becomes one space and empty rows are
 * left out; both are counted. Spaces around a cell go. Cells are not otherwise changed, and not checked for UTF-8.
 * The content is secret: it is wiped when the table is freed. One thread. */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "report.h"

#define CTL_TABLE_FILE_MAX ((size_t)512 << 20) /* bytes */
#define CTL_TABLE_ROWS_MAX 1000000
#define CTL_TABLE_COLUMNS_MAX 256
#define CTL_TABLE_HEADING_MAX 256 /* bytes of a column's name */

struct ctl_cell {
  const char *text; /* len bytes, no NUL */
  size_t len;
};

/* How many cells were changed, or rows left out. */
struct ctl_table_counts {
  size_t line_breaks;
  size_t tabs;
  size_t empty_rows;
};

struct ctl_table {
  char delimiter;
  size_t columns;               /* cells of the heading and of every row */
  size_t rows;                  /* rows below the heading */
  const struct ctl_cell *cells; /* (rows + 1) × columns, the heading first */
  const size_t *row_numbers;    /* for each row below the heading, what a spreadsheet shows beside it */
  struct ctl_table_counts counts;
  struct ctl_table_memory *memory;
};

/* Parses len bytes. delimiter: ',' ';' '\t', or 0 to detect it.
 * Rows whose cells do not fit the heading, and a heading that is not usable, go into report; the table then holds
 * the good rows, and the caller refuses it when report->problems > 0.
 * On success the caller owns *table. Errors, on which it is empty: VD_DATA (no heading, not a text file, UTF-16),
 * VD_FULL (rows, columns or bytes over the limits), VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_table_parse(const uint8_t *data, size_t len, char delimiter, struct ctl_table *table,
                                            struct ctl_report *report, struct vd_failure *failure);

/* The cell of a row (0 is the first below the heading) and column (0 is the first); and a column's heading. */
static inline struct ctl_cell ctl_table_cell(const struct ctl_table *table, size_t row, size_t column) {
  return table->cells[(row + 1) * table->columns + column];
}
static inline struct ctl_cell ctl_table_heading(const struct ctl_table *table, size_t column) {
  return table->cells[column];
}

/* Wipes, frees and empties. */
void ctl_table_free(struct ctl_table *table);

#endif
