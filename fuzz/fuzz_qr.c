// Targets: vd_qr_encode, vd_qr_png_write_sized, vd_qr_svg_write, vd_qr_terminal_write
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "picture/qr_png.h"
#include "picture/qr_svg.h"
#include "picture/qr_terminal.h"
#include "picture/raster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition) abort();
}

/* The PNG, read back, is the matrix; the other two end as they should. */
static void check_files(const struct vd_qr *qr, unsigned module_pixels) {
  struct vd_output output = {0};
  struct vd_raster raster;
  require(vd_qr_png_write_sized(qr, module_pixels, &output, NULL) == VD_OK);
  require(vd_raster_read(output.bytes, output.len, &VD_RASTER_LIMITS_DEFAULT, &raster, NULL) == VD_OK);
  require(raster.width == vd_qr_printed_side(qr) * module_pixels && raster.height == raster.width);
  for (uint32_t y = 0; y < raster.height; y++) {
    for (uint32_t x = 0; x < raster.width; x++) {
      uint8_t grey = raster.grey[(size_t)y * raster.width + x];
      require(grey == (vd_qr_dark(qr, x / module_pixels, y / module_pixels) ? 0 : 255));
    }
  }
  vd_raster_free(&raster);
  vd_output_clear(&output);
  require(vd_qr_svg_write(qr, &output, NULL) == VD_OK);
  require(output.len > 7 && memcmp(output.bytes + output.len - 7, "</svg>\n", 7) == 0);
  vd_output_clear(&output);
  require(vd_qr_terminal_write(qr, &output, NULL) == VD_OK);
  require(output.len > 5 && memcmp(output.bytes + output.len - 5, "\033[0m\n", 5) == 0);
  vd_output_free(&output);
}

/* Byte 0: level and size of a module. The rest: the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct vd_qr qr;
  struct vd_failure failure = {0};
  if (size == 0) return 0;
  enum vd_qr_level level = data[0] % 2 == 0 ? VD_QR_LEVEL_Q : VD_QR_LEVEL_M;
  enum vd_error error = vd_qr_encode((const char *)data + 1, size - 1, level, &qr, &failure);
  if (error == VD_OK) check_files(&qr, data[0] / 2 % 4 + 1u);
  else require(error == VD_DATA && qr.side == 0 && failure.text[0] != '\0');
  vd_qr_wipe(&qr);
  return 0;
}
