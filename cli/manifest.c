#include "manifest.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/hex.h"
#include "date.h"
#include "file_name.h"

#define PATH_SIZE 4096

/* A cell as RFC 4180 wants it. */
static void write_cell(FILE *out, struct frag_slice text) {
  (void)fputc('"', out);
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] == '"') (void)fputc('"', out);
    (void)fputc(text.data[i], out);
  }
  (void)fputc('"', out);
}

static void write_rows(FILE *out, const struct ctl_rows *rows) {
  (void)fputs("row,serial,issue_no,png,svg\r\n", out);
  for (size_t row = 0; row < rows->table->rows; row++) {
    char png[CTL_FILE_NAME_SIZE], svg[CTL_FILE_NAME_SIZE];
    struct frag_slice serial = ctl_rows_serial(rows, row);
    ctl_file_name(png, serial, ".png");
    ctl_file_name(svg, serial, ".svg");
    (void)fprintf(out, "%zu,", ctl_rows_number(rows, row));
    write_cell(out, serial);
    (void)fprintf(out, ",%llu,%s,%s\r\n", (unsigned long long)rows->common.issue_no, png, svg);
  }
}

static void write_summary(FILE *out, const struct ctl_batch *batch) {
  const struct ctl_rows *rows = batch->rows;
  char kid[2 * FRAG_KID_LEN + 1], issued[CTL_DATE_SIZE];
  vd_hex_encode(kid, rows->common.kid, FRAG_KID_LEN);
  ctl_date_format(issued, rows->common.issued_s);
  (void)fprintf(out, "documents  %zu\ntype       %s\nissuer     %s\nkey id     %s\nissued     %s\n", rows->table->rows,
                rows->profile->type, rows->common.issuer, kid, issued);
  (void)fprintf(out, "realm      %u\nfragments  %u, of which %u are needed\nplaintext  %zu bytes each\n",
                batch->common.realm, batch->common.fragment_count, batch->common.threshold,
                batch->common.plaintext_len);
}

/* What a writer prints, as a file in the folder. */
static enum vd_error put(const char *folder, const char *name, FILE *stream, char **text, const size_t *len,
                         struct vd_failure *failure) {
  char path[PATH_SIZE];
  enum vd_error error = VD_OK;
  bool written = stream != NULL && ferror(stream) == 0;
  if (stream != NULL && fclose(stream) != 0) written = false;
  if (!written) {
    error = vd_fail(failure, VD_MEMORY, "no memory for %s", name);
  } else if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) {
    error = vd_fail(failure, VD_IO, "the path of %s is too long", name);
  } else {
    error = vd_file_replace(path, *text, *len, 0600, failure);
  }
  free(*text);
  return error;
}

enum vd_error ctl_manifest_write(const char *folder, const struct ctl_batch *batch, struct vd_failure *failure) {
  char *text = NULL;
  size_t len = 0;
  FILE *stream = open_memstream(&text, &len);
  if (stream != NULL) write_summary(stream, batch);
  enum vd_error error = put(folder, CTL_SUMMARY_NAME, stream, &text, &len, failure);
  if (error != VD_OK) return error;
  text = NULL;
  stream = open_memstream(&text, &len);
  if (stream != NULL) write_rows(stream, batch->rows);
  return put(folder, CTL_MANIFEST_NAME, stream, &text, &len, failure);
}
