#include "qr_svg.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define HEAD_AND_TAIL_BYTES 512
/* "m", "h" and a space with numbers of up to three digits; a row has a dark run at every other module at most. */
#define RUN_BYTES 10

static char *put_text(char *at, const char *text) {
  size_t len = strlen(text);
  memcpy(at, text, len);
  return at + len;
}

static char *put_number(char *at, unsigned number) {
  if (number >= 100) *at++ = (char)('0' + number / 100);
  if (number >= 10) *at++ = (char)('0' + number / 10 % 10);
  *at++ = (char)('0' + number % 10);
  return at;
}

/* Strokes are one module wide, along the middle of the row: half the size of outlined rectangles. */
static char *put_row(char *at, const struct vd_qr *qr, unsigned y) {
  unsigned side = vd_qr_printed_side(qr), pen = 0;
  for (unsigned x = 0; x < side; x++) {
    unsigned start = x;
    while (vd_qr_dark(qr, x, y)) x++;
    if (x == start) continue;
    *at++ = pen == 0 ? 'M' : 'm';
    at = put_number(at, start - pen);
    *at++ = ' ';
    at = put_number(at, pen == 0 ? y : 0);
    if (pen == 0) at = put_text(at, ".5");
    *at++ = 'h';
    at = put_number(at, x - start);
    pen = x;
  }
  return at;
}

static char *put_head(char *at, unsigned side) {
  unsigned size_um = side * VD_QR_MODULE_UM;
  char head[HEAD_AND_TAIL_BYTES];
  int len = snprintf(head, sizeof head,
                     "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u.%03umm\" height=\"%u.%03umm\""
                     " viewBox=\"0 0 %u %u\" shape-rendering=\"crispEdges\">"
                     "<rect width=\"%u\" height=\"%u\" fill=\"#fff\"/><path stroke=\"#000\" d=\"",
                     size_um / 1000, size_um % 1000, size_um / 1000, size_um % 1000, side, side, side, side);
  assert(len > 0 && (size_t)len < sizeof head);
  return put_text(at, head);
}

enum vd_error vd_qr_svg_write(const struct vd_qr *qr, struct vd_output *output, struct vd_failure *failure) {
  assert(qr->side > 0);
  unsigned side = vd_qr_printed_side(qr);
  enum vd_error result = vd_output_reserve(output, HEAD_AND_TAIL_BYTES + side * (side / 2 + 1) * RUN_BYTES, failure);
  if (result != VD_OK) return result;
  char *start = (char *)output->bytes + output->len;
  char *at = put_head(start, side);
  for (unsigned y = 0; y < side; y++) at = put_row(at, qr, y);
  at = put_text(at, "\"/></svg>\n");
  output->len += (size_t)(at - start);
  return VD_OK;
}
