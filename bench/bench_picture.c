/* bench_picture: QR codes made and read, each against the bare library under it doing only that: libqrencode for the
 * matrix, libpng for the file, libjpeg for the pixels, one pass of zbar over the whole page for the search. The page
 * is A4 at 150 dpi with writing and one code of 27 mm; how often codes are read: bench_picture_rates. */
#include <png.h>
#include <qrencode.h>
#include <string.h>
#include <zbar.h>

#include <jpeglib.h>

#include "bench.h"
#include "picture/qr_png.h"
#include "picture/qr_svg.h"
#include "picture/raster.h"
#include "picture/scan.h"

enum { WIDTH = 1240, HEIGHT = 1754, MODULE_PIXELS = 3 };

static const char text[] =
    "https://verify.example/#ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "234567ABCDEFGHIJKLMNOPQRSTUVWX";

struct subject {
  struct vd_qr qr;
  struct vd_output output;
  struct vd_raster page;
  unsigned char *jpeg;
  unsigned long jpeg_len;
};

static void require(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "bench: %s\n", what);
  exit(EXIT_FAILURE);
}

/* --- the work --- */

static void make_matrix(void *argument) {
  struct subject *s = argument;
  require(vd_qr_encode(text, strlen(text), VD_QR_LEVEL_Q, &s->qr, NULL) == VD_OK, "matrix");
}

static void write_png(void *argument) {
  struct subject *s = argument;
  vd_output_clear(&s->output);
  require(vd_qr_png_write(&s->qr, &s->output, NULL) == VD_OK, "PNG");
}

static void write_svg(void *argument) {
  struct subject *s = argument;
  vd_output_clear(&s->output);
  require(vd_qr_svg_write(&s->qr, &s->output, NULL) == VD_OK, "SVG");
}

static void read_jpeg(void *argument) {
  struct subject *s = argument;
  struct vd_raster raster;
  require(vd_raster_read(s->jpeg, s->jpeg_len, &VD_RASTER_LIMITS_DEFAULT, &raster, NULL) == VD_OK, "JPEG");
  vd_raster_free(&raster);
}

static bool accept_any(void *context, const char *found, size_t len) {
  (void)context;
  return len == strlen(text) && memcmp(found, text, len) == 0;
}

static void find_code(void *argument) {
  struct subject *s = argument;
  struct vd_scan_result result;
  require(vd_scan(&s->page, accept_any, NULL, &result, NULL) == VD_OK, "scan");
  require(result.outcome == VD_SCAN_ACCEPTED, "the code was not found");
}

/* --- the floors --- */

static void only_qrencode(void *argument) {
  (void)argument;
  size_t split = strcspn(text, "#") + 1;
  QRinput *input = QRinput_new2(0, QR_ECLEVEL_Q);
  require(input != NULL && QRinput_append(input, QR_MODE_8, (int)split, (const unsigned char *)text) == 0 &&
              QRinput_append(input, QR_MODE_AN, (int)(strlen(text) - split), (const unsigned char *)text + split) == 0,
          "input");
  QRcode *code = QRcode_encodeInput(input);
  require(code != NULL, "libqrencode");
  QRcode_free(code);
  QRinput_free(input);
}

static void discard(png_structp png, png_bytep bytes, size_t len) {
  (void)png;
  (void)bytes;
  (void)len;
}

/* The same pixels, ready made. */
static void only_libpng(void *argument) {
  static uint8_t row[64];
  const struct subject *s = argument;
  unsigned side = vd_qr_printed_side(&s->qr) * VD_QR_PNG_MODULE_PIXELS;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, NULL, discard, NULL);
  png_set_compression_level(png, 1);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
  png_set_IHDR(png, info, side, side, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
               PNG_FILTER_TYPE_BASE);
  png_write_info(png, info);
  for (unsigned y = 0; y < side; y++) {
    if (y % VD_QR_PNG_MODULE_PIXELS == 0) {
      for (unsigned x = 0; x < 53; x++) row[x] = vd_qr_dark(&s->qr, x, y / VD_QR_PNG_MODULE_PIXELS) ? 0 : 255;
    }
    png_write_row(png, row);
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
}

static void only_libjpeg(void *argument) {
  static uint8_t row[WIDTH];
  const struct subject *s = argument;
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, s->jpeg, s->jpeg_len);
  (void)jpeg_read_header(&jpeg, TRUE);
  (void)jpeg_start_decompress(&jpeg);
  JSAMPROW rows[] = {row};
  while (jpeg.output_scanline < jpeg.output_height) (void)jpeg_read_scanlines(&jpeg, rows, 1);
  (void)jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
}

static void only_zbar(void *argument) {
  const struct subject *s = argument;
  zbar_image_scanner_t *scanner = zbar_image_scanner_create();
  zbar_image_t *image = zbar_image_create();
  zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
  zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
  zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
  zbar_image_set_size(image, WIDTH, HEIGHT);
  zbar_image_set_data(image, s->page.grey, (size_t)WIDTH * HEIGHT, NULL);
  require(zbar_scan_image(scanner, image) >= 0, "zbar");
  zbar_image_destroy(image);
  zbar_image_scanner_destroy(scanner);
}

/* --- the page --- */

static void fill(struct vd_raster *page, unsigned x, unsigned y, unsigned width, unsigned height) {
  for (unsigned row = y; row < y + height; row++) memset(page->grey + (size_t)row * WIDTH + x, 30, width);
}

static void write_lines(struct vd_raster *page) {
  uint32_t random = 1;
  for (unsigned y = 90; y < HEIGHT - 90; y += 32) {
    for (unsigned x = 90; x < WIDTH - 90; x += 14) {
      random = random * 1664525 + 1013904223;
      if (random >> 29 == 0) continue;
      fill(page, x + (random >> 24 & 7), y, 2, 12);
      fill(page, x, y + (random >> 16 & 7), 9, 2);
    }
  }
}

static void make_page(struct subject *s) {
  require(vd_raster_allocate(&s->page, WIDTH, HEIGHT, NULL) == VD_OK, "page");
  memset(s->page.grey, 255, (size_t)WIDTH * HEIGHT);
  write_lines(&s->page);
  unsigned side = vd_qr_printed_side(&s->qr) * MODULE_PIXELS;
  for (unsigned y = 0; y < side; y++) {
    for (unsigned x = 0; x < side; x++) {
      bool dark = vd_qr_dark(&s->qr, x / MODULE_PIXELS, y / MODULE_PIXELS) != 0;
      s->page.grey[(size_t)(y + 1300) * WIDTH + x + 900] = dark ? 20 : 240;
    }
  }
}

static void make_jpeg(struct subject *s) {
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &s->jpeg, &s->jpeg_len);
  jpeg.image_width = WIDTH;
  jpeg.image_height = HEIGHT;
  jpeg.input_components = 1;
  jpeg.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  for (size_t y = 0; y < HEIGHT; y++) {
    JSAMPROW row = s->page.grey + y * WIDTH;
    (void)jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
}

int main(void) {
  static struct subject s;
  make_matrix(&s);
  make_page(&s);
  make_jpeg(&s);
  const struct bench_work pairs[][2] = {
      {{"matrix, version 7-Q", make_matrix, &s}, {"libqrencode", only_qrencode, &s}},
      {{"PNG", write_png, &s}, {"libpng", only_libpng, &s}},
      {{"SVG, floor: the matrix", write_svg, &s}, {"libqrencode", only_qrencode, &s}},
      {{"A4 JPEG to pixels", read_jpeg, &s}, {"libjpeg", only_libjpeg, &s}},
      {{"A4 pixels to text", find_code, &s}, {"zbar, whole page", only_zbar, &s}},
  };
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) bench_against_floor(&pairs[i][0], &pairs[i][1]);
  vd_output_free(&s.output);
  vd_raster_free(&s.page);
  free(s.jpeg);
  return EXIT_SUCCESS;
}
