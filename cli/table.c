#include "table.h"

#include <csv.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct ctl_table_memory {
  char *text; /* all cells, one after the other */
  size_t text_size, text_used;
  struct ctl_cell *cells;
  size_t cells_size, cells_used;
  size_t *row_numbers;
  size_t rows_size;
};

/* What the callbacks of libcsv work on. */
struct parse {
  struct ctl_table *table;
  struct ctl_report *report;
  size_t row_number;      /* of the last row that has ended, as a spreadsheet shows it */
  size_t row_cells;       /* cells seen of the row that is being read */
  bool row_filled;        /* one of them is not empty */
  bool row_overflows;     /* one of them is not empty and beyond the heading */
  bool after_return;      /* the last thing read was a CR that ended a row */
  enum vd_error error;    /* latched */
};

/* libcsv keeps the cell that is being read in this memory. */
static void wiping_free(void *memory) {
  if (memory != NULL) explicit_bzero(memory, malloc_usable_size(memory));
  free(memory);
}

/* libcsv asks for a little more each time; doubling keeps a long cell from being copied a million times. */
static void *wiping_realloc(void *memory, size_t size) {
  size_t old_size = memory == NULL ? 0 : malloc_usable_size(memory);
  if (old_size >= size) return memory;
  void *larger = malloc(size < 2 * old_size ? 2 * old_size : size);
  if (larger == NULL) return NULL;
  if (memory != NULL) memcpy(larger, memory, old_size);
  wiping_free(memory);
  return larger;
}

/* The array, moved if need be, with room for one element after `used`; NULL when memory runs out. The arrays hold
 * pointers and numbers, nothing secret. */
static void *with_room(void *array, size_t *size, size_t used, size_t element_size) {
  if (used < *size) return array;
  size_t larger = *size == 0 ? 1024 : *size * 2;
  void *memory = realloc(array, larger * element_size);
  if (memory != NULL) *size = larger;
  return memory;
}

static bool add_cell(struct ctl_table_memory *memory, struct ctl_cell cell) {
  struct ctl_cell *cells = with_room(memory->cells, &memory->cells_size, memory->cells_used, sizeof *cells);
  if (cells == NULL) return false;
  memory->cells = cells;
  memory->cells[memory->cells_used++] = cell;
  return true;
}

static bool add_row(struct ctl_table *table, size_t row_number) {
  struct ctl_table_memory *memory = table->memory;
  size_t *row_numbers = with_room(memory->row_numbers, &memory->rows_size, table->rows, sizeof *row_numbers);
  if (row_numbers == NULL) return false;
  memory->row_numbers = row_numbers;
  memory->row_numbers[table->rows++] = row_number;
  return true;
}

/* Length of the line break (CR, LF, U+2028, U+2029) or tab at text, or 0. */
static size_t break_length(const char *text, size_t len) {
  if (text[0] == '\r' || text[0] == '\n' || text[0] == '\t') return 1;
  if (len >= 3 && (memcmp(text, "\xe2\x80\xa8", 3) == 0 || memcmp(text, "\xe2\x80\xa9", 3) == 0)) return 3;
  return 0;
}

/* Copies a cell with its breaks as single spaces; out has room for len bytes. */
static size_t copy_cell(char *out, const char *text, size_t len, struct ctl_table_counts *counts) {
  size_t used = 0, step = 0;
  bool lines = false, tabs = false, in_run = false;
  for (size_t i = 0; i < len; i += step) {
    size_t length = break_length(text + i, len - i);
    step = length == 0 ? 1 : length;
    if (length == 0 || !in_run) out[used++] = length == 0 ? text[i] : ' ';
    in_run = length > 0;
    tabs |= length > 0 && text[i] == '\t';
    lines |= length > 0 && text[i] != '\t';
  }
  counts->line_breaks += lines;
  counts->tabs += tabs;
  return used;
}

static struct ctl_cell trimmed(const char *text, size_t len) {
  while (len > 0 && text[len - 1] == ' ') len--;
  while (len > 0 && text[0] == ' ') text++, len--;
  return (struct ctl_cell){.text = text, .len = len};
}

static void on_cell(void *text, size_t len, void *context) {
  struct parse *parse = context;
  struct ctl_table *table = parse->table;
  struct ctl_table_memory *memory = table->memory;
  bool heading = table->columns == 0;
  parse->after_return = false;
  if (parse->error != VD_OK) return;
  /* Cells hold at most as many bytes as the file, for which there is room. */
  char *copy = memory->text + memory->text_used;
  struct ctl_cell cell = trimmed(copy, copy_cell(copy, text == NULL ? "" : text, len, &table->counts));
  memory->text_used += len;
  parse->row_filled |= cell.len > 0;
  parse->row_overflows |= cell.len > 0 && !heading && parse->row_cells >= table->columns;
  parse->row_cells++;
  if (!heading && parse->row_cells > table->columns) return;
  if (heading && parse->row_cells > CTL_TABLE_COLUMNS_MAX) {
    parse->error = VD_FULL;
  } else if (!add_cell(memory, cell)) {
    parse->error = VD_MEMORY;
  }
}

/* "A", "B", … "Z", "AA" …: what a spreadsheet shows above the column. */
static const char *column_letters(size_t column, char letters[static 4]) {
  size_t used = 0;
  if (column >= 26) letters[used++] = (char)('A' + column / 26 - 1);
  letters[used++] = (char)('A' + column % 26);
  letters[used] = '\0';
  return letters;
}

static void check_heading(const struct parse *parse, size_t column) {
  char letters[4], other_letters[4];
  const struct ctl_cell *cells = parse->table->memory->cells;
  struct ctl_cell cell = cells[column];
  (void)column_letters(column, letters);
  if (cell.len == 0) {
    ctl_report_add(parse->report, parse->row_number, letters, "has no heading; give the column one or remove it");
  } else if (cell.len > CTL_TABLE_HEADING_MAX) {
    ctl_report_add(parse->report, parse->row_number, letters, "the heading is longer than %d bytes; shorten it",
                   CTL_TABLE_HEADING_MAX);
  } else if (!vd_text_is_plain(cell.text, cell.len)) {
    ctl_report_add(parse->report, parse->row_number, letters,
                   "the heading is not plain UTF-8 text; export the file as \"CSV UTF-8\"");
  } else {
    for (size_t other = 0; other < column; other++) {
      if (cells[other].len != cell.len || memcmp(cells[other].text, cell.text, cell.len) != 0) continue;
      ctl_report_add(parse->report, parse->row_number, letters,
                     "the heading \"%.*s\" is also that of column %s; rename or remove one", (int)cell.len, cell.text,
                     column_letters(other, other_letters));
      return;
    }
  }
}

static void end_heading(struct parse *parse) {
  struct ctl_table_memory *memory = parse->table->memory;
  while (memory->cells_used > 0 && memory->cells[memory->cells_used - 1].len == 0) memory->cells_used--;
  parse->table->columns = memory->cells_used;
  for (size_t column = 0; column < memory->cells_used; column++) check_heading(parse, column);
}

static void end_row(struct parse *parse) {
  struct ctl_table *table = parse->table;
  struct ctl_table_memory *memory = table->memory;
  size_t taken = parse->row_cells < table->columns ? parse->row_cells : table->columns;
  if (!parse->row_filled || parse->row_cells < table->columns || parse->row_overflows) memory->cells_used -= taken;
  if (!parse->row_filled) {
    table->counts.empty_rows++;
  } else if (parse->row_cells < table->columns || parse->row_overflows) {
    ctl_report_add(parse->report, parse->row_number, NULL,
                   "has %zu cells and the heading has %zu; look for a missing or unquoted delimiter", parse->row_cells,
                   table->columns);
  } else if (table->rows == CTL_TABLE_ROWS_MAX) {
    parse->error = VD_FULL;
  } else if (!add_row(table, parse->row_number)) {
    parse->error = VD_MEMORY;
  }
}

static void on_row(int terminator, void *context) {
  struct parse *parse = context;
  bool second_half = parse->after_return && terminator == '\n';
  parse->after_return = terminator == '\r' && !second_half;
  if (second_half || parse->error != VD_OK) return;
  parse->row_number++;
  if (parse->table->columns > 0) {
    end_row(parse);
  } else if (parse->row_filled) {
    end_heading(parse);
  } else {
    parse->table->memory->cells_used = 0;
    parse->table->counts.empty_rows++;
  }
  parse->row_cells = 0;
  parse->row_filled = parse->row_overflows = false;
}

static enum vd_error check_kind(const uint8_t *data, size_t len, struct vd_failure *failure) {
  if (len >= 2 && ((data[0] == 0xff && data[1] == 0xfe) || (data[0] == 0xfe && data[1] == 0xff))) {
    return vd_fail(failure, VD_DATA, "the spreadsheet is UTF-16 text; export it as \"CSV UTF-8\"");
  }
  if (len >= 4 && memcmp(data, "PK\3\4", 4) == 0) {
    return vd_fail(failure, VD_DATA, "the spreadsheet is a workbook (xlsx, ods); export its sheet as \"CSV UTF-8\"");
  }
  if (len > CTL_TABLE_FILE_MAX) return vd_fail(failure, VD_FULL, "the spreadsheet is larger than 512 MiB; split it");
  return VD_OK;
}

/* Excel's first line "sep=;" says the delimiter and is no row. Returns its length, or 0. */
static size_t separator_line(const uint8_t *data, size_t len, char *delimiter) {
  if (len < 5 || memcmp(data, "sep=", 4) != 0) return 0;
  size_t end = 5;
  while (end < len && (data[end] == '\r' || data[end] == '\n')) end++;
  if (end == 5 && len > 5) return 0;
  *delimiter = (char)data[4];
  return end;
}

/* The delimiter that is most frequent in the heading, outside quotes; a comma when there is none. */
static enum vd_error detect_delimiter(const uint8_t *data, size_t len, char *delimiter, struct vd_failure *failure) {
  static const char candidates[] = {',', ';', '\t'};
  size_t counts[sizeof candidates] = {0}, best = 0;
  bool quoted = false;
  for (size_t i = 0; i < len && (quoted || (data[i] != '\r' && data[i] != '\n')); i++) {
    if (data[i] == '"') quoted = !quoted;
    for (size_t c = 0; c < sizeof candidates && !quoted; c++) counts[c] += data[i] == (uint8_t)candidates[c];
  }
  for (size_t c = 1; c < sizeof candidates; c++) {
    if (counts[c] > counts[best]) best = c;
  }
  *delimiter = candidates[best];
  for (size_t c = 0; c < sizeof candidates; c++) {
    if (c != best && counts[c] == counts[best] && counts[c] > 0) {
      return vd_fail(failure, VD_DATA, "cannot tell the delimiter from the heading; give it with --delimiter");
    }
  }
  return VD_OK;
}

static bool allocate(struct ctl_table *table, size_t len) {
  table->memory = calloc(1, sizeof *table->memory);
  if (table->memory == NULL) return false;
  table->memory->text_size = len + 1;
  table->memory->text = malloc(len + 1);
  return table->memory->text != NULL;
}

/* Where the quotes went wrong nothing after it can be told apart, so that reading ends there. */
static void report_quotes(const struct parse *parse, bool at_end) {
  const struct ctl_table *table = parse->table;
  char name[CTL_TABLE_HEADING_MAX + 1], letters[4];
  size_t column = parse->row_cells;
  (void)column_letters(column < CTL_TABLE_COLUMNS_MAX ? column : 0, letters);
  (void)snprintf(name, sizeof name, "%s", letters);
  if (column < table->columns) {
    struct ctl_cell heading = table->memory->cells[column];
    (void)snprintf(name, sizeof name, "%.*s", (int)heading.len, heading.text);
  }
  ctl_report_add(parse->report, parse->row_number + 1, name,
                 at_end ? "the quote that begins this cell is never closed; close it"
                        : "a quote stands inside or after this cell; write it twice (\"\") within a quoted cell. "
                          "The rows below were not looked at");
}

static enum vd_error run(struct parse *parse, const uint8_t *data, size_t len, struct vd_failure *failure) {
  struct csv_parser parser;
  if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0) {
    return vd_fail(failure, VD_INTERNAL, "the spreadsheet reader does not start");
  }
  csv_set_delim(&parser, (unsigned char)parse->table->delimiter);
  csv_set_realloc_func(&parser, wiping_realloc);
  csv_set_free_func(&parser, wiping_free);
  size_t done = csv_parse(&parser, data, len, on_cell, on_row, parse);
  int error = done == len ? csv_fini(&parser, on_cell, on_row, parse) : -1;
  if (error != 0 && csv_error(&parser) == CSV_EPARSE) {
    report_quotes(parse, done == len);
  } else if (error != 0 && parse->error == VD_OK) {
    parse->error = VD_MEMORY;
  }
  csv_free(&parser);
  if (parse->error == VD_MEMORY) return vd_fail(failure, VD_MEMORY, "no memory to read the spreadsheet");
  if (parse->error == VD_FULL) {
    return vd_fail(failure, VD_FULL, "the spreadsheet has more than %d rows or %d columns; split it",
                   CTL_TABLE_ROWS_MAX, CTL_TABLE_COLUMNS_MAX);
  }
  if (parse->table->columns == 0) return vd_fail(failure, VD_DATA, "the spreadsheet is empty: there is no heading");
  return VD_OK;
}

enum vd_error ctl_table_parse(const uint8_t *data, size_t len, char delimiter, struct ctl_table *table,
                              struct ctl_report *report, struct vd_failure *failure) {
  struct parse parse = {.table = table, .report = report};
  *table = (struct ctl_table){.delimiter = delimiter};
  enum vd_error error = check_kind(data, len, failure);
  if (error != VD_OK) return error;
  if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) data += 3, len -= 3;
  char announced = 0;
  size_t skipped = separator_line(data, len, &announced);
  data += skipped, len -= skipped;
  if (table->delimiter == 0) table->delimiter = announced;
  if (table->delimiter == 0) error = detect_delimiter(data, len, &table->delimiter, failure);
  if (error == VD_OK && !allocate(table, len)) error = vd_fail(failure, VD_MEMORY, "no memory to read the spreadsheet");
  if (error == VD_OK) error = run(&parse, data, len, failure);
  if (error != VD_OK) {
    ctl_table_free(table);
    return error;
  }
  table->cells = table->memory->cells;
  table->row_numbers = table->memory->row_numbers;
  return VD_OK;
}

void ctl_table_free(struct ctl_table *table) {
  struct ctl_table_memory *memory = table->memory;
  if (memory != NULL) {
    if (memory->text != NULL) explicit_bzero(memory->text, memory->text_size);
    free(memory->text);
    free(memory->cells);
    free(memory->row_numbers);
    free(memory);
  }
  *table = (struct ctl_table){0};
}
