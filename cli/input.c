#include "input.h"

#include <string.h>
#include <sys/stat.h>

#include <frag/open.h>

#include "picture/scan.h"

static bool is_picture(const struct vd_bytes *bytes) {
  if (bytes->len >= 4 && memcmp(bytes->data, "\x89PNG", 4) == 0) return true;
  return bytes->len >= 3 && memcmp(bytes->data, "\xff\xd8\xff", 3) == 0;
}

/* A mistyped path is not a QR text; a foreign URL or a damaged code is, and is told so by the verdict. */
static bool looks_like_text(const char *operand) {
  size_t len = strlen(operand);
  if (strchr(operand, '#') != NULL || strstr(operand, "%23") != NULL || strstr(operand, "://") != NULL) return true;
  return len > 60 && strspn(operand, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == len;
}

static enum vd_error keep_text(const char *operand, struct vd_bytes *bytes, struct vd_failure *failure) {
  bytes->data = (uint8_t *)strdup(operand);
  if (bytes->data == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the operand");
  bytes->len = strlen(operand);
  return VD_OK;
}

enum vd_error ctl_input_open(const char *operand, size_t number, struct ctl_input *input, struct vd_failure *failure) {
  struct stat info;
  *input = (struct ctl_input){0};
  enum vd_error error = VD_OK;
  if (strcmp(operand, "-") == 0 || stat(operand, &info) == 0) {
    error = vd_file_read(operand, CTL_INPUT_BYTES_MAX, &input->bytes, failure);
  } else if (looks_like_text(operand)) {
    input->literal = true;
    error = keep_text(operand, &input->bytes, failure);
  } else {
    error = vd_fail(failure, VD_NO_INPUT, "operand %zu is neither a file nor a QR text", number);
  }
  input->picture = error == VD_OK && is_picture(&input->bytes);
  if (error == VD_OK && !input->picture && memchr(input->bytes.data, '\0', input->bytes.len) != NULL) {
    error = vd_fail(failure, VD_DATA, "operand %zu is neither a PNG or JPEG picture nor text", number);
  }
  return error;
}

void ctl_input_free(struct ctl_input *input) {
  vd_bytes_free(&input->bytes);
  *input = (struct ctl_input){0};
}

/* --- a picture --- */

struct codes {
  struct frag_context *context;
  char *text; /* CTL_INPUT_TEXT_SIZE */
  size_t len;
  frag_error code; /* of the text kept */
};

/* Keeps the first code, and one of this service in place of a foreign one. */
static bool keep_code(void *context, const char *text, size_t len) {
  struct codes *codes = context;
  struct frag_qr qr;
  if (len == 0 || len >= CTL_INPUT_TEXT_SIZE) return false;
  frag_error code = frag_qr_decode(codes->context, &qr, text, len);
  frag_qr_wipe(&qr);
  bool better = codes->len == 0 || code == FRAG_OK || (codes->code == FRAG_QR_MALFORMED && code == FRAG_QR_CHECKSUM);
  if (!better) return false;
  memcpy(codes->text, text, len);
  codes->text[len] = '\0';
  codes->len = len;
  codes->code = code;
  return code == FRAG_OK;
}

static enum vd_error scan(struct frag_context *context, const struct ctl_input *input, char *text, size_t *len,
                          struct vd_failure *failure) {
  struct vd_raster raster;
  struct vd_scan_result result;
  struct codes codes = {.context = context, .text = text};
  enum vd_error error =
      vd_raster_read(input->bytes.data, input->bytes.len, &VD_RASTER_LIMITS_DEFAULT, &raster, failure);
  if (error != VD_OK) return error;
  error = vd_scan(&raster, keep_code, &codes, &result, failure);
  vd_raster_free(&raster);
  *len = codes.len;
  if (error != VD_OK || codes.len > 0) return error;
  return vd_fail(failure, VD_DATA,
                 "no readable QR code in the picture; take it closer, sharper and from straight above");
}

/* --- lines of text --- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static bool next_line(struct ctl_input *input, const char **line, size_t *len) {
  const char *data = (const char *)input->bytes.data;
  while (input->position < input->bytes.len) {
    const char *begin = data + input->position;
    const char *newline = memchr(begin, '\n', input->bytes.len - input->position);
    const char *end = newline == NULL ? data + input->bytes.len : newline;
    input->position = (size_t)(end - data) + 1;
    input->line++;
    while (end > begin && is_blank(end[-1])) end--;
    while (end > begin && is_blank(*begin)) begin++;
    *line = begin;
    *len = (size_t)(end - begin);
    if (*len > 0) return true;
  }
  return false;
}

enum vd_error ctl_input_next(struct frag_context *context, struct ctl_input *input, bool *found,
                             char text[static CTL_INPUT_TEXT_SIZE], size_t *len, struct vd_failure *failure) {
  const char *line = NULL;
  *len = 0;
  text[0] = '\0';
  if (input->picture) {
    *found = !input->taken;
    input->taken = true;
    return *found ? scan(context, input, text, len, failure) : VD_OK;
  }
  *found = next_line(input, &line, len);
  if (!*found) return VD_OK;
  if (*len >= CTL_INPUT_TEXT_SIZE) return vd_fail(failure, VD_DATA, "line %zu is longer than any QR code", input->line);
  memcpy(text, line, *len);
  text[*len] = '\0';
  return VD_OK;
}
