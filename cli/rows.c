#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include <frag/issue.h>

#include "base/crypto.h"
#include "date.h"

#define NORMALIZED_MAX ((size_t)3 * FRAG_PLAINTEXT_MAX) /* NFC is at most three times as long (UAX 15) */
#define BLOCK_SIZE ((size_t)64 << 10)

struct ctl_rows_text {
  struct ctl_rows_text *next;
  size_t size, used;
  uint8_t bytes[];
};

/* Working memory of one preparation. */
struct preparation {
  struct frag_context *context;
  struct ctl_rows *rows;
  struct ctl_report *report;
  uint8_t *normalized; /* NORMALIZED_MAX bytes */
  uint8_t *encoded;    /* FRAG_DOCUMENT_MAX bytes */
  size_t *columns;     /* of the table, for each used cell of a row */
  const char **names;  /* of these columns */
  size_t *slots;       /* hash table of serials: row + 1, or 0 */
  size_t slots_count;  /* a power of two */
  bool failed;         /* out of memory */
};

static bool has_expiry(const struct vd_profile *profile) { return profile->validity == VD_VALIDITY_COLUMN; }

static size_t first_attribute(const struct ctl_rows *rows) { return has_expiry(rows->profile) ? 2 : 1; }

struct frag_slice ctl_rows_serial(const struct ctl_rows *rows, size_t row) { return rows->cells[row * rows->columns]; }

size_t ctl_rows_number(const struct ctl_rows *rows, size_t row) { return rows->table->row_numbers[row]; }

/* --- columns --- */

/* Headings and profile are compared in NFC, since nobody sees the difference. */
static struct frag_slice in_nfc(struct preparation *prep, const char *text, size_t len, uint8_t *out, size_t capacity) {
  struct frag_slice slice = {.data = (const uint8_t *)text, .len = len};
  size_t out_len = 0;
  if (frag_text_normalize(prep->context, out, capacity, &out_len, slice) != FRAG_OK) return slice;
  return (struct frag_slice){.data = out, .len = out_len};
}

static bool same_heading(struct preparation *prep, struct ctl_cell heading, const char *name) {
  uint8_t left[3 * CTL_TABLE_HEADING_MAX], right[3 * CTL_TABLE_HEADING_MAX];
  struct frag_slice a = in_nfc(prep, heading.text, heading.len, left, sizeof left);
  struct frag_slice b = in_nfc(prep, name, strlen(name), right, sizeof right);
  return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static void map_column(struct preparation *prep, size_t *used, const char *name) {
  const struct ctl_table *table = prep->rows->table;
  prep->names[*used] = name;
  for (size_t column = 0; column < table->columns; column++) {
    if (!same_heading(prep, ctl_table_heading(table, column), name)) continue;
    prep->columns[(*used)++] = column;
    return;
  }
  (*used)++;
  ctl_report_add(prep->report, 1, NULL, "the profile's column \"%s\" is missing; add it, or correct the profile", name);
}

static bool is_used(struct preparation *prep, struct ctl_cell heading) {
  const struct vd_profile *profile = prep->rows->profile;
  for (size_t i = 0; i < prep->rows->columns; i++) {
    if (same_heading(prep, heading, prep->names[i])) return true;
  }
  for (size_t i = 0; i < profile->ignored_columns_count; i++) {
    if (same_heading(prep, heading, profile->ignored_columns[i])) return true;
  }
  return false;
}

static void map_columns(struct preparation *prep) {
  const struct vd_profile *profile = prep->rows->profile;
  const struct ctl_table *table = prep->rows->table;
  size_t used = 0;
  map_column(prep, &used, profile->serial_column);
  if (has_expiry(profile)) map_column(prep, &used, profile->expires_column);
  for (size_t i = 0; i < profile->attributes_count; i++) map_column(prep, &used, profile->attributes[i].column);
  for (size_t column = 0; column < table->columns; column++) {
    struct ctl_cell heading = ctl_table_heading(table, column);
    if (is_used(prep, heading)) continue;
    ctl_report_add(
        prep->report, 1, NULL,
        "the profile does not say what the column \"%.*s\" is for; make it an attribute, or name it in ignored_columns",
        (int)heading.len, heading.text);
  }
}

/* --- cells --- */

static const uint8_t *keep_text(struct preparation *prep, const uint8_t *bytes, size_t len) {
  struct ctl_rows_text *block = prep->rows->text;
  if (block == NULL || block->size - block->used < len) {
    size_t size = len > BLOCK_SIZE ? len : BLOCK_SIZE;
    block = malloc(sizeof *block + size);
    if (block == NULL) return prep->failed = true, NULL;
    *block = (struct ctl_rows_text){.next = prep->rows->text, .size = size};
    prep->rows->text = block;
  }
  uint8_t *kept = memcpy(block->bytes + block->used, bytes, len);
  block->used += len;
  return kept;
}

static bool is_printable_ascii(struct ctl_cell cell) {
  for (size_t i = 0; i < cell.len; i++) {
    if (cell.text[i] < 0x20 || cell.text[i] > 0x7e) return false;
  }
  return true;
}

static const char *text_remedy(frag_error error) {
  if (error == FRAG_TEXT_UTF8) return "is not valid UTF-8; export the file as \"CSV UTF-8\"";
  if (error == FRAG_TEXT_FORBIDDEN) {
    return "has a control or direction-override character; delete it, or type the cell anew";
  }
  return "is too long; a cell may have 32768 bytes";
}

/* The cell in NFC; reports what is wrong with it and gives an empty one. */
static struct frag_slice normalize(struct preparation *prep, size_t row, const char *column, struct ctl_cell cell) {
  struct frag_slice slice = {.data = (const uint8_t *)cell.text, .len = cell.len};
  size_t len = 0;
  if (cell.len <= FRAG_PLAINTEXT_MAX && is_printable_ascii(cell)) return slice;
  frag_error error = frag_text_normalize(prep->context, prep->normalized, NORMALIZED_MAX, &len, slice);
  if (error != FRAG_OK) {
    if (error == FRAG_MEMORY || error == FRAG_CRYPTO) prep->failed = true;
    ctl_report_add(prep->report, ctl_rows_number(prep->rows, row), column, "%s", text_remedy(error));
    return (struct frag_slice){0};
  }
  if (len == slice.len && memcmp(prep->normalized, slice.data, len) == 0) return slice;
  prep->rows->normalized++;
  return (struct frag_slice){.data = keep_text(prep, prep->normalized, len), .len = len};
}

/* --- rows --- */

static size_t hash(struct frag_slice text) {
  uint64_t value = 14695981039346656037u; /* FNV-1a */
  for (size_t i = 0; i < text.len; i++) value = (value ^ text.data[i]) * 1099511628211u;
  return (size_t)(value ^ (value >> 32));
}

static void check_serial(struct preparation *prep, size_t row) {
  const struct ctl_rows *rows = prep->rows;
  struct frag_slice serial = ctl_rows_serial(rows, row);
  size_t number = ctl_rows_number(rows, row);
  if (serial.len == 0) {
    ctl_report_add(prep->report, number, prep->names[0], "is empty; every document needs a serial");
    return;
  }
  if (serial.len > FRAG_NAME_MAX) {
    ctl_report_add(prep->report, number, prep->names[0], "has %zu bytes; a serial may have %d", serial.len,
                   FRAG_NAME_MAX);
    return;
  }
  size_t slot = hash(serial) & (prep->slots_count - 1);
  for (; prep->slots[slot] != 0; slot = (slot + 1) & (prep->slots_count - 1)) {
    struct frag_slice other = ctl_rows_serial(rows, prep->slots[slot] - 1);
    if (other.len != serial.len || memcmp(other.data, serial.data, serial.len) != 0) continue;
    ctl_report_add(prep->report, number, prep->names[0], "is the same as in row %zu; a serial names one document only",
                   ctl_rows_number(rows, prep->slots[slot] - 1));
    return;
  }
  prep->slots[slot] = row + 1;
}

static void check_expiry(struct preparation *prep, size_t row) {
  struct ctl_rows *rows = prep->rows;
  uint64_t expires_s = 0;
  if (rows->profile->validity == VD_VALIDITY_YEARS) {
    rows->expires_s[row] = ctl_date_add_years(rows->common.issued_s, rows->profile->validity_years);
  }
  if (!has_expiry(rows->profile)) return;
  struct frag_slice cell = rows->cells[row * rows->columns + 1];
  if (cell.len == 0) return;
  if (!ctl_date_parse((const char *)cell.data, cell.len, &expires_s)) {
    ctl_report_add(prep->report, ctl_rows_number(rows, row), prep->names[1], "is not a date such as 2036-10-06");
  } else if (expires_s <= rows->common.issued_s) {
    ctl_report_add(prep->report, ctl_rows_number(rows, row), prep->names[1], "is not after the time of issue");
  }
  rows->expires_s[row] = expires_s;
}

static void check_attributes(struct preparation *prep, size_t row) {
  const struct ctl_rows *rows = prep->rows;
  size_t first = first_attribute(rows), filled = 0, missing = 0;
  for (size_t i = 0; i < rows->profile->attributes_count; i++) {
    const struct vd_profile_attribute *attribute = &rows->profile->attributes[i];
    struct ctl_cell cell = ctl_table_cell(rows->table, row, prep->columns[first + i]);
    filled += cell.len > 0;
    if (!attribute->required || cell.len > 0) continue;
    missing++;
    ctl_report_add(prep->report, ctl_rows_number(rows, row), attribute->column,
                   "is empty; the profile requires it: fill it in, or take out `required`");
  }
  if (filled == 0 && missing == 0) {
    ctl_report_add(prep->report, ctl_rows_number(rows, row), NULL, "has no attribute; remove the row, or fill it in");
  }
}

/* Finds N, and refuses a row that the profile's N does not hold. */
static void check_length(struct preparation *prep, size_t row) {
  struct ctl_rows *rows = prep->rows;
  struct frag_document document;
  size_t encoded_len = 0, needed = 0;
  ctl_rows_document(rows, row, &document);
  frag_error error = frag_document_encode(prep->context, prep->encoded, FRAG_DOCUMENT_MAX, &encoded_len, &document);
  if (error == FRAG_OK) error = frag_plaintext_len(&needed, encoded_len);
  size_t number = ctl_rows_number(rows, row);
  if (error == FRAG_BUFFER_TOO_SMALL || error == FRAG_DOCUMENT_TOO_LARGE || error == FRAG_FIELD_LENGTH) {
    ctl_report_add(prep->report, number, NULL, "is too long for a document of %d bytes; shorten its cells",
                   FRAG_DOCUMENT_MAX);
  } else if (error != FRAG_OK) {
    ctl_report_add(prep->report, number, NULL, "does not make a document: %s", frag_error_meaning(error));
  } else if (rows->profile->plaintext_bytes != 0 && needed > rows->profile->plaintext_bytes) {
    ctl_report_add(prep->report, number, NULL,
                   "needs plaintext_bytes = %zu and the profile has %zu; raise it there, or shorten the row", needed,
                   rows->profile->plaintext_bytes);
  } else if (needed > rows->plaintext_len) {
    rows->plaintext_len = needed;
  }
}

static void prepare_row(struct preparation *prep, size_t row) {
  struct ctl_rows *rows = prep->rows;
  size_t problems = prep->report->problems;
  for (size_t i = 0; i < rows->columns; i++) {
    struct ctl_cell cell = ctl_table_cell(rows->table, row, prep->columns[i]);
    rows->cells[row * rows->columns + i] = normalize(prep, row, prep->names[i], cell);
  }
  if (prep->failed || prep->report->problems > problems) return;
  check_serial(prep, row);
  check_expiry(prep, row);
  check_attributes(prep, row);
  if (prep->report->problems == problems) check_length(prep, row);
}

void ctl_rows_document(const struct ctl_rows *rows, size_t row, struct frag_document *document) {
  const struct vd_profile *profile = rows->profile;
  size_t first = first_attribute(rows);
  *document = (struct frag_document){
    .issuer = {.data = (const uint8_t *)rows->common.issuer, .len = strlen(rows->common.issuer)},
    .type = {.data = (const uint8_t *)profile->type, .len = strlen(profile->type)},
    .serial = ctl_rows_serial(rows, row),
    .issue_no = rows->common.issue_no,
    .issued_s = rows->common.issued_s,
    .has_expires = rows->expires_s[row] != 0,
    .expires_s = rows->expires_s[row],
  };
  memcpy(document->kid, rows->common.kid, FRAG_KID_LEN);
  for (size_t i = 0; i < profile->attributes_count; i++) {
    struct frag_slice value = rows->cells[row * rows->columns + first + i];
    const char *name = profile->attributes[i].name;
    if (value.len == 0) continue;
    struct frag_attribute *attribute = &document->attributes[document->attribute_count++];
    attribute->name = (struct frag_slice){.data = (const uint8_t *)name, .len = strlen(name)};
    attribute->value = value;
  }
}

static bool allocate(struct preparation *prep) {
  struct ctl_rows *rows = prep->rows;
  size_t count = rows->table->rows == 0 ? 1 : rows->table->rows;
  prep->slots_count = 16;
  while (prep->slots_count < 2 * count) prep->slots_count *= 2;
  rows->cells = calloc(count * rows->columns, sizeof *rows->cells);
  rows->expires_s = calloc(count, sizeof *rows->expires_s);
  prep->normalized = malloc(NORMALIZED_MAX);
  prep->encoded = malloc(FRAG_DOCUMENT_MAX);
  prep->columns = calloc(rows->columns, sizeof *prep->columns);
  prep->names = calloc(rows->columns, sizeof *prep->names);
  prep->slots = calloc(prep->slots_count, sizeof *prep->slots);
  return rows->cells != NULL && rows->expires_s != NULL && prep->normalized != NULL && prep->encoded != NULL &&
         prep->columns != NULL && prep->names != NULL && prep->slots != NULL;
}

static void release(struct preparation *prep) {
  if (prep->normalized != NULL) vd_wipe(prep->normalized, NORMALIZED_MAX);
  if (prep->encoded != NULL) vd_wipe(prep->encoded, FRAG_DOCUMENT_MAX);
  free(prep->normalized);
  free(prep->encoded);
  free(prep->columns);
  free(prep->names);
  free(prep->slots);
}

enum vd_error ctl_rows_prepare(struct frag_context *context, const struct ctl_table *table,
                               const struct vd_profile *profile, const struct ctl_rows_common *common,
                               struct ctl_rows *rows, struct ctl_report *report, struct vd_failure *failure) {
  struct preparation prep = {.context = context, .rows = rows, .report = report};
  *rows = (struct ctl_rows){.table = table, .profile = profile, .common = *common};
  rows->columns = first_attribute(rows) + profile->attributes_count;
  rows->plaintext_len = profile->plaintext_bytes;
  if (table->rows == 0 && report->problems == 0) {
    return vd_fail(failure, VD_DATA, "the spreadsheet has no rows below its heading");
  }
  prep.failed = !allocate(&prep);
  if (!prep.failed) {
    size_t problems = report->problems;
    map_columns(&prep);
    bool mapped = report->problems == problems;
    for (size_t row = 0; mapped && !prep.failed && row < table->rows; row++) prepare_row(&prep, row);
  }
  release(&prep);
  if (!prep.failed) return VD_OK;
  ctl_rows_free(rows);
  return vd_fail(failure, VD_MEMORY, "no memory for %zu rows", table->rows);
}

void ctl_rows_free(struct ctl_rows *rows) {
  while (rows->text != NULL) {
    struct ctl_rows_text *block = rows->text;
    rows->text = block->next;
    vd_wipe(block->bytes, block->size);
    free(block);
  }
  free(rows->cells);
  free(rows->expires_s);
  *rows = (struct ctl_rows){0};
}
