/* picture_files.h: PNG and JPEG files of every kind for the tests of verifyd/picture, made by libpng and libjpeg. */
#ifndef TEST_PICTURE_FILES_H
#define TEST_PICTURE_FILES_H

#include <stdbool.h>

#include "picture/output.h"

enum png_colours { PNG_GREY, PNG_GREY_ALPHA, PNG_COLOUR, PNG_COLOUR_ALPHA, PNG_PALETTE };

struct png_file {
  uint32_t width;
  uint32_t height;
  int bits; /* of a sample */
  enum png_colours colours;
  bool interlaced;
  const uint8_t *rows;          /* as libpng takes them: packed, 16-bit samples big-endian */
  const uint8_t (*palette)[3];  /* PNG_PALETTE: 1 << bits colours */
  const uint8_t *palette_alpha; /* NULL, or as many bytes */
  const uint16_t *transparent;  /* NULL, or the transparent colour: grey, or red, green and blue */
};

/* Bytes of one row. */
size_t png_row_bytes(const struct png_file *png);

void png_file_write(const struct png_file *png, struct vd_output *file);

enum jpeg_colours { JPEG_GREY, JPEG_YCBCR, JPEG_RGB, JPEG_CMYK, JPEG_YCCK };

struct jpeg_file {
  uint32_t width;
  uint32_t height;
  enum jpeg_colours colours;
  bool progressive;
  bool arithmetic;
  bool without_adobe_marker; /* CMYK only: then inks are not inverted */
  const uint8_t *pixels;     /* 1, 3 or 4 bytes each: grey, RGB or CMYK as they are stored */
  const uint8_t *comment;    /* NULL, or 60,000 bytes that go before the picture */
};

void jpeg_file_write(const struct jpeg_file *jpeg, struct vd_output *file);

/* A progressive grey JPEG of about a kilobyte, all one colour, whose `scans` scans each cover every pixel. */
void jpeg_file_write_scans(uint32_t width, uint32_t height, int scans, struct vd_output *file);

/* Declares another size: where = offset of the width in a PNG (16), and the frame header of a JPEG. */
void png_file_set_size(struct vd_output *file, uint32_t width, uint32_t height);
void jpeg_file_set_size(struct vd_output *file, uint32_t width, uint32_t height);

#endif
