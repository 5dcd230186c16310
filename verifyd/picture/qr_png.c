#include "qr_png.h"

#include <assert.h>
#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include "picture/wiped_memory.h"

#define ROW_BYTES_MAX (((VD_QR_SIDE_MAX + 2 * VD_QR_QUIET_MODULES) * VD_QR_PNG_MODULE_PIXELS_MAX + 7) / 8)

struct writer {
  png_structp png;
  png_infop info;
  const struct vd_qr *qr;
  unsigned module_pixels;
  struct vd_output *output;
  uint8_t row[ROW_BYTES_MAX];
};

/* Only memory can run out: everything that is written is made here. */
static void on_error(png_structp png, png_const_charp message) {
  (void)message;
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static png_voidp allocate(png_structp png, png_alloc_size_t size) {
  (void)png;
  return vd_wiped_malloc(size);
}

static void release(png_structp png, png_voidp memory) {
  (void)png;
  vd_wiped_free(memory);
}

static void take_bytes(png_structp png, png_bytep bytes, size_t count) {
  struct vd_output *output = png_get_io_ptr(png);
  if (vd_output_reserve(output, count, NULL) != VD_OK) png_error(png, "out of memory");
  memcpy(output->bytes + output->len, bytes, count);
  output->len += count;
}

static void flush(png_structp png) { (void)png; }

/* Clears bits from … to − 1, the highest bit of a byte first; whole bytes at once. */
static void darken(uint8_t *row, unsigned from, unsigned to) {
  while (from < to) {
    bool whole_byte = from % 8 == 0 && to - from >= 8;
    unsigned cleared = whole_byte ? 0xff : 0x80u >> from % 8;
    row[from / 8] = (uint8_t)(row[from / 8] & ~cleared);
    from += whole_byte ? 8 : 1;
  }
}

/* One row of pixels through row y of modules; a set bit is white. */
static void draw_row(struct writer *writer, unsigned y) {
  unsigned side = vd_qr_printed_side(writer->qr), pixels = writer->module_pixels;
  memset(writer->row, 0xff, (side * pixels + 7) / 8);
  for (unsigned x = 0; x < side; x++) {
    if (vd_qr_dark(writer->qr, x, y)) darken(writer->row, x * pixels, (x + 1) * pixels);
  }
}

static void write_file(struct writer *writer) {
  png_structp png = writer->png;
  unsigned side = vd_qr_printed_side(writer->qr), pixels = side * writer->module_pixels;
  unsigned pixels_a_metre = (writer->module_pixels * 1000000 + VD_QR_MODULE_UM / 2) / VD_QR_MODULE_UM;
  png_set_write_fn(png, writer->output, take_bytes, flush);
  /* A higher level takes ten times as long and saves a few hundred bytes; so does filtering. */
  png_set_compression_level(png, 1);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
  png_set_IHDR(png, writer->info, pixels, pixels, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
               PNG_FILTER_TYPE_BASE);
  png_set_pHYs(png, writer->info, pixels_a_metre, pixels_a_metre, PNG_RESOLUTION_METER);
  png_write_info(png, writer->info);
  for (unsigned y = 0; y < side; y++) {
    draw_row(writer, y);
    for (unsigned i = 0; i < writer->module_pixels; i++) png_write_row(png, writer->row);
  }
  png_write_end(png, NULL);
}

/* The only setjmp: it has no local variables for a longjmp to spoil. */
static bool guarded(struct writer *writer) {
  if (setjmp(png_jmpbuf(writer->png)) != 0) return false;
  write_file(writer);
  return true;
}

enum vd_error vd_qr_png_write_sized(const struct vd_qr *qr, unsigned module_pixels, struct vd_output *output,
                                    struct vd_failure *failure) {
  assert(qr->side > 0 && module_pixels > 0 && module_pixels <= VD_QR_PNG_MODULE_PIXELS_MAX);
  struct writer writer = {.qr = qr, .module_pixels = module_pixels, .output = output};
  size_t before = output->len;
  bool done = false;
  writer.png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning, NULL, allocate, release);
  if (writer.png != NULL) writer.info = png_create_info_struct(writer.png);
  if (writer.info != NULL) done = guarded(&writer);
  png_destroy_write_struct(&writer.png, &writer.info);
  explicit_bzero(writer.row, sizeof writer.row);
  if (done) return VD_OK;
  if (output->len > before) explicit_bzero(output->bytes + before, output->len - before);
  output->len = before;
  return vd_fail(failure, VD_MEMORY, "out of memory writing a QR code as PNG");
}

enum vd_error vd_qr_png_write(const struct vd_qr *qr, struct vd_output *output, struct vd_failure *failure) {
  return vd_qr_png_write_sized(qr, VD_QR_PNG_MODULE_PIXELS, output, failure);
}
