// Targets: ctl_table_parse, ctl_report_add
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ctl_table *table, size_t size) {
  size_t total = 0;
  assert(table->columns >= 1 && table->columns <= CTL_TABLE_COLUMNS_MAX);
  for (size_t i = 0; i < (table->rows + 1) * table->columns; i++) {
    struct ctl_cell cell = table->cells[i];
    total += cell.len;
    for (size_t b = 0; b < cell.len; b++) assert(cell.text[b] != '\n' && cell.text[b] != '\r' && cell.text[b] != '\t');
    assert(cell.len == 0 || (cell.text[0] != ' ' && cell.text[cell.len - 1] != ' '));
  }
  assert(total <= size);
  for (size_t row = 1; row < table->rows; row++) assert(table->row_numbers[row - 1] < table->row_numbers[row]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char delimiters[] = {0, ',', ';', '\t'};
  for (size_t d = 0; d < sizeof delimiters; d++) {
    struct ctl_table table;
    struct ctl_report report = {0};
    struct vd_failure failure = {.code = VD_OK};
    enum vd_error error = ctl_table_parse(data, size, delimiters[d], &table, &report, &failure);
    assert(error == VD_OK || (error == failure.code && table.memory == NULL));
    if (error == VD_OK) check(&table, size);
    ctl_table_free(&table);
    ctl_report_free(&report);
  }
  return 0;
}
