#include "status_documents.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/text.h"

/* Columns that say more about a row's document; the first is in the list of every batch (cli/manifest.h). */
#define ISSUE_NO "issue_no"
#define REASON "reason"
#define NO_COLUMN SIZE_MAX

#define REASON_HOLD 6 /* RFC 5280 section 5.3.1 */
#define REASON_REMOVAL 8

static struct frag_slice slice_of(const char *text) {
  return (struct frag_slice){.data = (const uint8_t *)text, .len = strlen(text)};
}

enum vd_error ctl_status_documents_add(struct ctl_status_documents *documents,
                                       const struct ctl_status_document *document, struct vd_failure *failure) {
  if (documents->items == NULL) {
    documents->items = calloc(CTL_STATUS_DOCUMENTS_MAX, sizeof *documents->items);
    if (documents->items == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the documents");
  }
  if (documents->count == CTL_STATUS_DOCUMENTS_MAX) {
    return vd_fail(failure, VD_FULL, "more than %d documents at once; divide the spreadsheet",
                   CTL_STATUS_DOCUMENTS_MAX);
  }
  documents->items[documents->count++] = *document;
  return VD_OK;
}

/* Takes a serial, in the form that it has in documents. What is wrong with it, in words, or NULL. */
static const char *take_serial(struct frag_context *context, struct frag_slice text,
                               struct ctl_status_document *document) {
  uint8_t *out = (uint8_t *)document->serial;
  size_t len = 0;
  if (text.len == 0) return "is empty; every row needs a serial";
  if (text.len > FRAG_NAME_MAX) return "is longer than the 64 bytes of a serial";
  if (frag_text_normalize(context, out, FRAG_NAME_MAX, &len, text) != FRAG_OK) return "is not valid text, or too long";
  document->serial[len] = '\0';
  return vd_text_is_plain(document->serial, len) ? NULL : "has control characters";
}

enum vd_error ctl_status_documents_one(struct ctl_status_documents *documents, struct frag_context *context,
                                       const char *serial, const struct ctl_status_common *common,
                                       struct vd_failure *failure) {
  struct ctl_status_document document = {.reason = common->reason,
                                         .issue_no = common->issue_no == 0 ? 1 : common->issue_no};
  const char *fault = take_serial(context, slice_of(serial), &document);
  if (fault != NULL) return vd_fail(failure, VD_USAGE, "--serial %s", fault);
  return ctl_status_documents_add(documents, &document, failure);
}

const char *ctl_status_documents_reason(const char *word, uint8_t kind, uint8_t *reason) {
  uint8_t taken = 0;
  if (!ctl_status_reason_parse(word, &taken)) return "is none of the words; see the --help of the command";
  if (taken == REASON_HOLD && kind != FRAG_STATUS_SUSPENDED) {
    return "is the reason of a suspension; use verifyctl suspend";
  }
  if (taken == REASON_REMOVAL && kind != FRAG_STATUS_REINSTATED) {
    return "is the reason of a reinstatement; use verifyctl reinstate";
  }
  *reason = taken;
  return NULL;
}

/* --- spreadsheets --- */

/* What a run over the rows needs. */
struct sheet {
  struct frag_context *context;
  const struct ctl_table *table;
  const char *name; /* of the column with the serials */
  const struct ctl_status_common *common;
  struct ctl_report *report;
  size_t serial, issue_no, reason; /* columns; NO_COLUMN: there is none */
};

static bool is_name(struct ctl_cell heading, const char *name) {
  return heading.len == strlen(name) && memcmp(heading.text, name, heading.len) == 0;
}

/* However people write it: "Issue No" is issue_no. A column that is meant and not seen would change what is said. */
static bool is_like(struct ctl_cell heading, const char *name) {
  if (heading.len != strlen(name)) return false;
  for (size_t i = 0; i < heading.len; i++) {
    char c = heading.text[i];
    if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
    if (c == ' ' || c == '-') c = '_';
    if (c != name[i]) return false;
  }
  return true;
}

static size_t find_column(const struct sheet *sheet, const char *name, bool (*is)(struct ctl_cell, const char *)) {
  size_t found = NO_COLUMN;
  for (size_t column = 0; column < sheet->table->columns; column++) {
    if (column == sheet->serial || !is(ctl_table_heading(sheet->table, column), name)) continue;
    if (found == NO_COLUMN) {
      found = column;
    } else {
      ctl_report_add(sheet->report, 1, name, "there are two such columns; leave one out");
    }
  }
  return found;
}

/* Of a sheet that has the column. What is wrong with the cell, in words, or NULL. */
static const char *take_issue_no(struct ctl_cell cell, uint64_t given, uint64_t *issue_no) {
  uint64_t number = 0;
  if (cell.len == 0 && given == 0) return "is empty; 1 is an original (--issue-no fills empty cells)";
  if (cell.len == 0) return *issue_no = given, NULL;
  for (size_t i = 0; i < cell.len; i++) {
    if (cell.text[i] < '0' || cell.text[i] > '9' || cell.len > 10) return "is not an issue number";
    number = number * 10 + (uint64_t)(cell.text[i] - '0');
  }
  if (number == 0 || number > UINT32_MAX) return "is not an issue number";
  if (given != 0 && number != given) return "is another number than --issue-no says; leave one of them out";
  *issue_no = number;
  return NULL;
}

static const char *take_reason(struct ctl_cell cell, uint8_t kind, uint8_t *reason) {
  char word[32];
  if (cell.len == 0) return NULL;
  size_t len = cell.len < sizeof word ? cell.len : 0; /* no word is as long */
  memcpy(word, cell.text, len);
  word[len] = '\0';
  return ctl_status_documents_reason(word, kind, reason);
}

static int compare_serials(const void *left, const void *right) {
  const struct ctl_status_document *const *one = left, *const *other = right;
  int order = strcmp((*one)->serial, (*other)->serial);
  if (order != 0) return order;
  if ((*one)->issue_no != (*other)->issue_no) return (*one)->issue_no < (*other)->issue_no ? -1 : 1;
  return (*one)->row < (*other)->row ? -1 : 1;
}

static enum vd_error report_twice(const struct ctl_status_documents *documents, const char *column,
                                  struct ctl_report *report, struct vd_failure *failure) {
  const struct ctl_status_document **sorted = calloc(documents->count + 1, sizeof *sorted);
  if (sorted == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the documents");
  for (size_t i = 0; i < documents->count; i++) sorted[i] = &documents->items[i];
  qsort(sorted, documents->count, sizeof *sorted, compare_serials);
  for (size_t i = 1; i < documents->count; i++) {
    if (strcmp(sorted[i]->serial, sorted[i - 1]->serial) != 0) continue;
    if (sorted[i]->issue_no != sorted[i - 1]->issue_no) continue;
    ctl_report_add(report, sorted[i]->row, column, "the serial is in row %zu already; leave one out",
                   sorted[i - 1]->row);
  }
  free(sorted);
  return VD_OK;
}

/* Out: is_right. */
static void take_row(const struct sheet *sheet, size_t row, struct ctl_status_document *document, bool *is_right) {
  const struct ctl_table *table = sheet->table;
  const struct ctl_status_common *common = sheet->common;
  struct ctl_cell cell = ctl_table_cell(table, row, sheet->serial);
  const char *faults[3] = {NULL}, *const names[3] = {sheet->name, ISSUE_NO, REASON};
  *document = (struct ctl_status_document){.row = table->row_numbers[row], .reason = common->reason,
                                           .issue_no = common->issue_no == 0 ? 1 : common->issue_no};
  *is_right = true;
  struct frag_slice serial = {.data = (const uint8_t *)cell.text, .len = cell.len};
  faults[0] = take_serial(sheet->context, serial, document);
  if (sheet->issue_no != NO_COLUMN) {
    faults[1] = take_issue_no(ctl_table_cell(table, row, sheet->issue_no), common->issue_no, &document->issue_no);
  }
  if (sheet->reason != NO_COLUMN) {
    faults[2] = take_reason(ctl_table_cell(table, row, sheet->reason), common->kind, &document->reason);
  }
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    if (faults[i] != NULL) ctl_report_add(sheet->report, document->row, names[i], "the cell %s", faults[i]);
    *is_right = *is_right && faults[i] == NULL;
  }
}

static enum vd_error take_rows(struct ctl_status_documents *documents, struct sheet *sheet,
                               struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  sheet->serial = NO_COLUMN;
  sheet->serial = find_column(sheet, sheet->name, is_name);
  sheet->issue_no = find_column(sheet, ISSUE_NO, is_like);
  sheet->reason = find_column(sheet, REASON, is_like);
  if (sheet->serial == NO_COLUMN) {
    ctl_report_add(sheet->report, 1, NULL, "there is no column \"%s\"; say which one holds the serials with --column",
                   sheet->name);
    return VD_OK;
  }
  for (size_t row = 0; error == VD_OK && row < sheet->table->rows; row++) {
    struct ctl_status_document document;
    bool is_right = false;
    take_row(sheet, row, &document, &is_right);
    if (is_right) error = ctl_status_documents_add(documents, &document, failure);
  }
  return error == VD_OK ? report_twice(documents, sheet->name, sheet->report, failure) : error;
}

enum vd_error ctl_status_documents_sheet(struct ctl_status_documents *documents, struct frag_context *context,
                                         const char *path, const char *column,
                                         const struct ctl_status_common *common, struct ctl_report *report,
                                         struct vd_failure *failure) {
  struct vd_bytes file = {0};
  struct ctl_table table = {0};
  struct sheet sheet = {.context = context, .table = &table, .name = column, .common = common, .report = report};
  enum vd_error error = vd_file_read(path, CTL_TABLE_FILE_MAX, &file, failure);
  if (error == VD_OK) error = ctl_table_parse(file.data, file.len, 0, &table, report, failure);
  if (error == VD_OK) error = take_rows(documents, &sheet, failure);
  if (error == VD_OK && documents->count == 0 && report->problems == 0) {
    error = vd_fail(failure, VD_DATA, "%s has no rows", path);
  }
  ctl_table_free(&table);
  vd_bytes_free(&file);
  return error;
}

enum vd_error ctl_status_documents_identify(struct ctl_status_documents *documents, struct frag_context *context,
                                            const uint8_t status_key32[static 32], uint16_t realm, const char *issuer,
                                            const char *type, struct vd_failure *failure) {
  for (size_t i = 0; i < documents->count; i++) {
    struct ctl_status_document *document = &documents->items[i];
    frag_error made = frag_rid(context, document->rid, status_key32, realm, slice_of(issuer), slice_of(type),
                               slice_of(document->serial), document->issue_no);
    if (made != FRAG_OK) return vd_fail_frag(failure, made, "--issuer, --type or a serial");
  }
  return VD_OK;
}

void ctl_status_documents_free(struct ctl_status_documents *documents) {
  if (documents->items != NULL) vd_wipe(documents->items, documents->count * sizeof *documents->items);
  free(documents->items);
  *documents = (struct ctl_status_documents){0};
}
