#include "picture/jpeg.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* jpeglib.h uses FILE and size_t without including their headers. */
#include <jerror.h>
#include <jpeglib.h>

#define MEMORY_BYTES_MAX (256L << 20)

/* A progressive picture is decoded once for each scan, and a scan of a few bytes may cover every pixel: a
 * small file could take hours. Encoders write about ten scans. */
#define SCANS_MAX 100
#define SCANS_ALWAYS_ALLOWED 16
#define SCANNED_PIXELS_MAX 1000000000u

struct reader {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  uint32_t width, height;
  uint8_t *grey;
  uint8_t *cmyk_row;
  bool too_many_scans;
};

static void on_error(j_common_ptr jpeg) {
  struct reader *reader = jpeg->client_data;
  longjmp(reader->escape, 1);
}

static void on_message(j_common_ptr jpeg) { (void)jpeg; }

static void on_warning_or_trace(j_common_ptr jpeg, int level) {
  (void)jpeg;
  (void)level;
}

static void on_progress(j_common_ptr common) {
  struct reader *reader = common->client_data;
  unsigned scans = (unsigned)reader->jpeg.input_scan_number;
  uint64_t pixels = (uint64_t)reader->jpeg.image_width * reader->jpeg.image_height;
  if (scans <= SCANS_ALWAYS_ALLOWED || (scans <= SCANS_MAX && scans * pixels <= SCANNED_PIXELS_MAX)) return;
  reader->too_many_scans = true;
  longjmp(reader->escape, 1);
}

static void read_header(struct reader *reader) {
  (void)jpeg_read_header(&reader->jpeg, TRUE);
  reader->width = reader->jpeg.image_width;
  reader->height = reader->jpeg.image_height;
}

/* Inks multiply. Adobe's programs, which write nearly every CMYK JPEG, store them inverted. */
static void cmyk_to_grey(const uint8_t *cmyk, uint32_t width, bool inverted, uint8_t *grey) {
  for (uint32_t x = 0; x < width; x++, cmyk += 4) {
    unsigned flip = inverted ? 0 : 255;
    unsigned black = cmyk[3] ^ flip;
    unsigned red = (cmyk[0] ^ flip) * black, green = (cmyk[1] ^ flip) * black, blue = (cmyk[2] ^ flip) * black;
    grey[x] = (uint8_t)((red * 299 + green * 587 + blue * 114 + 127500) / 255000);
  }
}

static void read_row(struct reader *reader, uint8_t *grey) {
  JSAMPROW row = reader->cmyk_row != NULL ? reader->cmyk_row : grey;
  (void)jpeg_read_scanlines(&reader->jpeg, &row, 1);
  if (reader->cmyk_row != NULL) {
    cmyk_to_grey(reader->cmyk_row, reader->width, reader->jpeg.saw_Adobe_marker != FALSE, grey);
  }
}

static void choose_colours(struct reader *reader) {
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK) {
    jpeg->out_color_space = JCS_CMYK;
    reader->cmyk_row = (*jpeg->mem->alloc_small)((j_common_ptr)jpeg, JPOOL_IMAGE, (size_t)reader->width * 4);
  } else {
    jpeg->out_color_space = JCS_GRAYSCALE;
  }
}

static void read_pixels(struct reader *reader) {
  uint32_t width = reader->width, height = reader->height;
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  read_header(reader);
  if (reader->width != width || reader->height != height) ERREXIT(jpeg, JERR_BAD_LENGTH);
  reader->progress.progress_monitor = on_progress;
  jpeg->progress = &reader->progress;
  jpeg->mem->max_memory_to_use = MEMORY_BYTES_MAX;
  choose_colours(reader);
  (void)jpeg_start_decompress(jpeg);
  while (jpeg->output_scanline < height) read_row(reader, reader->grey + (size_t)jpeg->output_scanline * width);
}

/* The only setjmp: it has no local variables for a longjmp to spoil. */
static bool guarded(struct reader *reader, void (*step)(struct reader *), const uint8_t *bytes, size_t len) {
  if (setjmp(reader->escape) != 0) return false;
  jpeg_create_decompress(&reader->jpeg);
  jpeg_mem_src(&reader->jpeg, bytes, len);
  step(reader);
  return true;
}

static enum vd_error explain(struct reader *reader, struct vd_failure *failure) {
  int code = reader->errors.msg_code;
  char message[JMSG_LENGTH_MAX];
  if (reader->too_many_scans) {
    return vd_fail(failure, VD_DATA, "the JPEG picture has too many scans for its size; save it again as a plain JPEG");
  }
  if (code == JERR_OUT_OF_MEMORY || code == JERR_NO_BACKING_STORE) {
    return vd_fail(failure, VD_MEMORY,
                   "out of memory reading a JPEG picture; send a smaller or a plain (not progressive) one");
  }
  reader->errors.format_message((j_common_ptr)&reader->jpeg, message);
  return vd_fail(failure, VD_DATA, "the JPEG picture cannot be read (%s); save or send it again", message);
}

static enum vd_error run(struct reader *reader, void (*step)(struct reader *), const uint8_t *bytes, size_t len,
                         struct vd_failure *failure) {
  reader->jpeg.err = jpeg_std_error(&reader->errors);
  reader->jpeg.client_data = reader;
  reader->errors.error_exit = on_error;
  reader->errors.output_message = on_message;
  reader->errors.emit_message = on_warning_or_trace;
  bool done = guarded(reader, step, bytes, len);
  enum vd_error result = done ? VD_OK : explain(reader, failure);
  jpeg_destroy_decompress(&reader->jpeg);
  return result;
}

enum vd_error vd_jpeg_size(const uint8_t *bytes, size_t len, uint32_t *width, uint32_t *height,
                           struct vd_failure *failure) {
  struct reader reader = {0};
  enum vd_error result = run(&reader, read_header, bytes, len, failure);
  *width = reader.width;
  *height = reader.height;
  return result;
}

enum vd_error vd_jpeg_read(const uint8_t *bytes, size_t len, uint32_t width, uint32_t height, uint8_t *grey,
                           struct vd_failure *failure) {
  struct reader reader = {.width = width, .height = height, .grey = grey};
  return run(&reader, read_pixels, bytes, len, failure);
}
