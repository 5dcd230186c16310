#include "status_documents.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/text.h"

static struct frag_slice slice_of(const char *text) {
  return (struct frag_slice){.data = (const uint8_t *)text, .len = strlen(text)};
}

enum vd_error ctl_status_documents_add(struct ctl_status_documents *documents, struct frag_slice serial, size_t row,
                                       struct vd_failure *failure) {
  if (documents->items == NULL) {
    documents->items = calloc(CTL_STATUS_DOCUMENTS_MAX, sizeof *documents->items);
    if (documents->items == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the documents");
  }
  if (documents->count == CTL_STATUS_DOCUMENTS_MAX) {
    return vd_fail(failure, VD_FULL, "more than %d documents at once; divide the spreadsheet",
                   CTL_STATUS_DOCUMENTS_MAX);
  }
  struct ctl_status_document *document = &documents->items[documents->count++];
  document->row = row;
  memcpy(document->serial, serial.data, serial.len);
  return VD_OK;
}

/* Brings a serial to the form that it has in documents. What is wrong with it, in words, or NULL. */
static const char *normalize(struct frag_context *context, struct frag_slice text,
                             uint8_t out[static FRAG_NAME_MAX], size_t *len) {
  *len = 0;
  if (text.len == 0) return "is empty; every row needs a serial";
  if (text.len > FRAG_NAME_MAX) return "is longer than the 64 bytes of a serial";
  if (frag_text_normalize(context, out, FRAG_NAME_MAX, len, text) != FRAG_OK) return "is not valid text, or too long";
  return vd_text_is_plain((const char *)out, *len) ? NULL : "has control characters";
}

enum vd_error ctl_status_documents_one(struct ctl_status_documents *documents, struct frag_context *context,
                                       const char *serial, struct vd_failure *failure) {
  uint8_t bytes[FRAG_NAME_MAX];
  size_t len = 0;
  const char *fault = normalize(context, slice_of(serial), bytes, &len);
  if (fault != NULL) return vd_fail(failure, VD_USAGE, "--serial %s", fault);
  return ctl_status_documents_add(documents, (struct frag_slice){.data = bytes, .len = len}, 0, failure);
}

/* --- spreadsheets --- */

static bool find_column(const struct ctl_table *table, const char *name, size_t *column) {
  for (*column = 0; *column < table->columns; ++*column) {
    struct ctl_cell heading = ctl_table_heading(table, *column);
    if (heading.len == strlen(name) && memcmp(heading.text, name, heading.len) == 0) return true;
  }
  return false;
}

static int compare_serials(const void *left, const void *right) {
  const struct ctl_status_document *const *one = left, *const *other = right;
  int order = strcmp((*one)->serial, (*other)->serial);
  return order != 0 ? order : (*one)->row < (*other)->row ? -1 : 1;
}

static enum vd_error report_twice(const struct ctl_status_documents *documents, const char *column,
                                  struct ctl_report *report, struct vd_failure *failure) {
  const struct ctl_status_document **sorted = calloc(documents->count + 1, sizeof *sorted);
  if (sorted == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the documents");
  for (size_t i = 0; i < documents->count; i++) sorted[i] = &documents->items[i];
  qsort(sorted, documents->count, sizeof *sorted, compare_serials);
  for (size_t i = 1; i < documents->count; i++) {
    if (strcmp(sorted[i]->serial, sorted[i - 1]->serial) != 0) continue;
    ctl_report_add(report, sorted[i]->row, column, "the serial is in row %zu already; leave one out",
                   sorted[i - 1]->row);
  }
  free(sorted);
  return VD_OK;
}

static enum vd_error take_rows(struct ctl_status_documents *documents, struct frag_context *context,
                               const struct ctl_table *table, const char *name, struct ctl_report *report,
                               struct vd_failure *failure) {
  uint8_t bytes[FRAG_NAME_MAX];
  enum vd_error error = VD_OK;
  size_t column = 0;
  if (!find_column(table, name, &column)) {
    ctl_report_add(report, 1, NULL, "there is no column \"%s\"; say which one holds the serials with --column", name);
    return VD_OK;
  }
  for (size_t row = 0; error == VD_OK && row < table->rows; row++) {
    struct ctl_cell cell = ctl_table_cell(table, row, column);
    size_t len = 0;
    struct frag_slice text = {.data = (const uint8_t *)cell.text, .len = cell.len};
    const char *fault = normalize(context, text, bytes, &len);
    if (fault != NULL) {
      ctl_report_add(report, table->row_numbers[row], name, "the cell %s", fault);
    } else {
      error = ctl_status_documents_add(documents, (struct frag_slice){.data = bytes, .len = len},
                                       table->row_numbers[row], failure);
    }
  }
  return error == VD_OK ? report_twice(documents, name, report, failure) : error;
}

enum vd_error ctl_status_documents_sheet(struct ctl_status_documents *documents, struct frag_context *context,
                                         const char *path, const char *column, struct ctl_report *report,
                                         struct vd_failure *failure) {
  struct vd_bytes sheet = {0};
  struct ctl_table table = {0};
  enum vd_error error = vd_file_read(path, CTL_TABLE_FILE_MAX, &sheet, failure);
  if (error == VD_OK) error = ctl_table_parse(sheet.data, sheet.len, 0, &table, report, failure);
  if (error == VD_OK) error = take_rows(documents, context, &table, column, report, failure);
  if (error == VD_OK && documents->count == 0 && report->problems == 0) {
    error = vd_fail(failure, VD_DATA, "%s has no rows", path);
  }
  ctl_table_free(&table);
  vd_bytes_free(&sheet);
  return error;
}

enum vd_error ctl_status_documents_identify(struct ctl_status_documents *documents, struct frag_context *context,
                                            const uint8_t status_key32[static 32], uint16_t realm, const char *issuer,
                                            const char *type, uint64_t issue_no, struct vd_failure *failure) {
  for (size_t i = 0; i < documents->count; i++) {
    struct ctl_status_document *document = &documents->items[i];
    document->issue_no = issue_no;
    frag_error made = frag_rid(context, document->rid, status_key32, realm, slice_of(issuer), slice_of(type),
                               slice_of(document->serial), issue_no);
    if (made != FRAG_OK) return vd_fail_frag(failure, made, "--issuer, --type or a serial");
  }
  return VD_OK;
}

void ctl_status_documents_free(struct ctl_status_documents *documents) {
  if (documents->items != NULL) vd_wipe(documents->items, documents->count * sizeof *documents->items);
  free(documents->items);
  *documents = (struct ctl_status_documents){0};
}
