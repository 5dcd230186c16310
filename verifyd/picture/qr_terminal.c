#include "qr_terminal.h"

#include <assert.h>
#include <string.h>

/* Colours 16 and 231 of the 256-colour palette: colours 0 to 15 are the user's theme, where "black" and "white"
 * may be two greys. */
#define BLACK_ON_WHITE "\033[38;5;16;48;5;231m"
#define RESET_AND_NEWLINE "\033[0m\n"
#define LINE_BYTES (sizeof BLACK_ON_WHITE + sizeof RESET_AND_NEWLINE)
#define BLOCK_BYTES 3

/* The index has bit 0 for the upper and bit 1 for the lower module. */
static const char *const blocks[] = {" ", "▀", "▄", "█"};

static char *put(char *at, const char *text) {
  size_t len = strlen(text);
  memcpy(at, text, len);
  return at + len;
}

enum vd_error vd_qr_terminal_write(const struct vd_qr *qr, struct vd_output *output, struct vd_failure *failure) {
  assert(qr->side > 0);
  unsigned side = vd_qr_printed_side(qr);
  enum vd_error result = vd_output_reserve(output, (side / 2 + 1) * (LINE_BYTES + BLOCK_BYTES * side), failure);
  if (result != VD_OK) return result;
  char *start = (char *)output->bytes + output->len, *at = start;
  for (unsigned y = 0; y < side; y += 2) {
    at = put(at, BLACK_ON_WHITE);
    for (unsigned x = 0; x < side; x++) at = put(at, blocks[vd_qr_dark(qr, x, y) | vd_qr_dark(qr, x, y + 1) << 1]);
    at = put(at, RESET_AND_NEWLINE);
  }
  output->len += (size_t)(at - start);
  return VD_OK;
}
