#include "verifyd/picture_files.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <jpeglib.h>

static void append(struct vd_output *file, const uint8_t *bytes, size_t len) {
  if (vd_output_reserve(file, len, NULL) != VD_OK) abort();
  memcpy(file->bytes + file->len, bytes, len);
  file->len += len;
}

static void take_bytes(png_structp png, png_bytep bytes, size_t len) { append(png_get_io_ptr(png), bytes, len); }

static unsigned channels(enum png_colours colours) {
  switch (colours) {
    case PNG_GREY:
    case PNG_PALETTE: return 1;
    case PNG_GREY_ALPHA: return 2;
    case PNG_COLOUR: return 3;
    case PNG_COLOUR_ALPHA: return 4;
  }
  abort();
}

static int colour_type(enum png_colours colours) {
  static const int types[] = {[PNG_GREY] = PNG_COLOR_TYPE_GRAY,
                              [PNG_GREY_ALPHA] = PNG_COLOR_TYPE_GRAY_ALPHA,
                              [PNG_COLOUR] = PNG_COLOR_TYPE_RGB,
                              [PNG_COLOUR_ALPHA] = PNG_COLOR_TYPE_RGB_ALPHA,
                              [PNG_PALETTE] = PNG_COLOR_TYPE_PALETTE};
  return types[colours];
}

size_t png_row_bytes(const struct png_file *png) {
  return ((size_t)png->width * channels(png->colours) * (unsigned)png->bits + 7) / 8;
}

static void set_colours(const struct png_file *file, png_structp png, png_infop info) {
  int count = 1 << (file->bits & 15);
  if (file->palette != NULL) {
    png_color colours[256];
    for (int i = 0; i < count; i++)
      colours[i] = (png_color){file->palette[i][0], file->palette[i][1], file->palette[i][2]};
    png_set_PLTE(png, info, colours, count);
  }
  if (file->palette_alpha != NULL) png_set_tRNS(png, info, file->palette_alpha, count, NULL);
  if (file->transparent != NULL) {
    png_color_16 colour = {.gray = file->transparent[0], .red = file->transparent[0]};
    if (file->colours == PNG_COLOUR) colour.green = file->transparent[1], colour.blue = file->transparent[2];
    png_set_tRNS(png, info, NULL, 0, &colour);
  }
}

void png_file_write(const struct png_file *file, struct vd_output *output) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct(png);
  png_bytepp rows = calloc(file->height, sizeof *rows);
  if (png == NULL || info == NULL || rows == NULL) abort();
  png_set_write_fn(png, output, take_bytes, NULL);
  png_set_IHDR(png, info, file->width, file->height, file->bits, colour_type(file->colours),
               file->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
               PNG_FILTER_TYPE_BASE);
  set_colours(file, png, info);
  png_write_info(png, info);
  for (size_t y = 0; y < file->height; y++) {
    rows[y] = malloc(png_row_bytes(file));
    if (rows[y] == NULL) abort();
    memcpy(rows[y], file->rows + y * png_row_bytes(file), png_row_bytes(file));
  }
  png_write_image(png, rows);
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  for (size_t y = 0; y < file->height; y++) free(rows[y]);
  free(rows);
}

static void begin_jpeg(struct jpeg_compress_struct *jpeg, struct jpeg_error_mgr *errors, unsigned char **bytes,
                       unsigned long *len, uint32_t width, uint32_t height) {
  jpeg->err = jpeg_std_error(errors);
  jpeg_create_compress(jpeg);
  jpeg_mem_dest(jpeg, bytes, len);
  jpeg->image_width = width;
  jpeg->image_height = height;
}

static void end_jpeg(struct jpeg_compress_struct *jpeg, unsigned char **bytes, const unsigned long *len,
                     struct vd_output *file) {
  jpeg_finish_compress(jpeg);
  jpeg_destroy_compress(jpeg);
  append(file, *bytes, *len);
  free(*bytes);
}

static void set_jpeg_colours(struct jpeg_compress_struct *jpeg, enum jpeg_colours colours) {
  static const J_COLOR_SPACE stored[] = {JCS_GRAYSCALE, JCS_YCbCr, JCS_RGB, JCS_CMYK, JCS_YCCK};
  static const J_COLOR_SPACE given[] = {JCS_GRAYSCALE, JCS_RGB, JCS_RGB, JCS_CMYK, JCS_CMYK};
  static const int components[] = {1, 3, 3, 4, 4};
  jpeg->in_color_space = given[colours];
  jpeg->input_components = components[colours];
  jpeg_set_defaults(jpeg);
  jpeg_set_colorspace(jpeg, stored[colours]);
}

void jpeg_file_write(const struct jpeg_file *file, struct vd_output *output) {
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  unsigned char *bytes = NULL;
  unsigned long len = 0;
  begin_jpeg(&jpeg, &errors, &bytes, &len, file->width, file->height);
  set_jpeg_colours(&jpeg, file->colours);
  jpeg_set_quality(&jpeg, 95, TRUE);
  jpeg.arith_code = file->arithmetic;
  if (file->progressive) jpeg_simple_progression(&jpeg);
  if (file->without_adobe_marker) jpeg.write_Adobe_marker = FALSE;
  jpeg_start_compress(&jpeg, TRUE);
  if (file->comment != NULL) jpeg_write_marker(&jpeg, JPEG_APP0 + 2, file->comment, 60000);
  size_t row_bytes = (size_t)file->width * (size_t)jpeg.input_components;
  uint8_t *row = malloc(row_bytes);
  if (row == NULL) abort();
  for (uint32_t y = 0; y < file->height; y++) {
    memcpy(row, file->pixels + y * row_bytes, row_bytes);
    (void)jpeg_write_scanlines(&jpeg, &row, 1);
  }
  free(row);
  end_jpeg(&jpeg, &bytes, &len, output);
}

void jpeg_file_write_scans(uint32_t width, uint32_t height, int scans, struct vd_output *file) {
  /* Bits of the 63 frequencies are refined one after the other: scans of nothing but "no change". */
  jpeg_scan_info script[1 + 63 * 8];
  int count = 0;
  script[count++] = (jpeg_scan_info){.comps_in_scan = 1, .Ss = 0, .Se = 0, .Ah = 0, .Al = 0};
  for (int frequency = 1; frequency < 64; frequency++) {
    for (int bit = 7; bit >= 0 && count < scans; bit--) {
      script[count++] = (jpeg_scan_info){
          .comps_in_scan = 1, .Ss = frequency, .Se = frequency, .Ah = bit == 7 ? 0 : bit + 1, .Al = bit};
    }
  }
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  unsigned char *bytes = NULL;
  unsigned long len = 0;
  begin_jpeg(&jpeg, &errors, &bytes, &len, width, height);
  set_jpeg_colours(&jpeg, JPEG_GREY);
  jpeg.scan_info = script;
  jpeg.num_scans = count;
  jpeg_start_compress(&jpeg, TRUE);
  uint8_t *row = calloc(1, width);
  if (row == NULL) abort();
  for (uint32_t y = 0; y < height; y++) (void)jpeg_write_scanlines(&jpeg, &row, 1);
  free(row);
  end_jpeg(&jpeg, &bytes, &len, file);
}

static void put_big_endian(uint8_t *at, size_t len, uint32_t value) {
  for (size_t i = 0; i < len; i++) at[i] = (uint8_t)(value >> 8 * (len - 1 - i));
}

void png_file_set_size(struct vd_output *file, uint32_t width, uint32_t height) {
  put_big_endian(file->bytes + 16, 4, width);
  put_big_endian(file->bytes + 20, 4, height);
  put_big_endian(file->bytes + 29, 4, (uint32_t)crc32(crc32(0, NULL, 0), file->bytes + 12, 17));
}

void jpeg_file_set_size(struct vd_output *file, uint32_t width, uint32_t height) {
  for (size_t i = 0; i + 9 < file->len; i++) {
    if (file->bytes[i] != 0xff || (file->bytes[i + 1] & 0xfc) != 0xc0) continue;
    put_big_endian(file->bytes + i + 5, 2, height);
    put_big_endian(file->bytes + i + 7, 2, width);
    return;
  }
  abort();
}
