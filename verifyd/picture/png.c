#include "picture/png.h"

#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "picture/wiped_memory.h"

struct reader {
  png_structp png;
  png_infop info;
  const uint8_t *next;
  size_t left;
  uint32_t width, height;
  uint8_t *grey;
  bool out_of_memory;
  char message[80];
};

static void on_error(png_structp png, png_const_charp message) {
  struct reader *reader = png_get_error_ptr(png);
  (void)snprintf(reader->message, sizeof reader->message, "%s", message);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void give_bytes(png_structp png, png_bytep out, size_t count) {
  struct reader *reader = png_get_io_ptr(png);
  if (count > reader->left) png_error(png, "the file ends too early");
  memcpy(out, reader->next, count);
  reader->next += count;
  reader->left -= count;
}

static png_voidp allocate(png_structp png, png_alloc_size_t size) {
  struct reader *reader = png_get_mem_ptr(png);
  void *memory = vd_wiped_malloc(size);
  if (memory == NULL) reader->out_of_memory = true;
  return memory;
}

static void release(png_structp png, png_voidp memory) {
  (void)png;
  vd_wiped_free(memory);
}

static void read_header(struct reader *reader) {
  png_structp png = reader->png;
  png_set_read_fn(png, reader, give_bytes);
  /* The callers of these functions set the limits on size: libpng's own would be a second opinion. */
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  /* A count of -1 skips every chunk that the pixels do not need, so that no compressed profile or comment
   * can cost memory or time. */
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_read_info(png, reader->info);
  reader->width = png_get_image_width(png, reader->info);
  reader->height = png_get_image_height(png, reader->info);
}

static void turn_into_grey(struct reader *reader) {
  png_structp png = reader->png;
  bool has_alpha = (png_get_color_type(png, reader->info) & PNG_COLOR_MASK_ALPHA) != 0 ||
                   png_get_valid(png, reader->info, PNG_INFO_tRNS) != 0;
  png_set_expand(png);
  png_set_scale_16(png);
  if ((png_get_color_type(png, reader->info) & PNG_COLOR_MASK_COLOR) != 0) {
    png_set_rgb_to_gray(png, PNG_ERROR_ACTION_NONE, PNG_RGB_TO_GRAY_DEFAULT, PNG_RGB_TO_GRAY_DEFAULT);
  }
  if (has_alpha) {
    const png_color_16 white = {.red = 255, .green = 255, .blue = 255, .gray = 255};
    png_set_background(png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 1.0);
  }
}

static void read_pixels(struct reader *reader) {
  uint32_t width = reader->width, height = reader->height;
  read_header(reader);
  turn_into_grey(reader);
  int passes = png_set_interlace_handling(reader->png);
  png_read_update_info(reader->png, reader->info);
  if (reader->width != width || reader->height != height || png_get_rowbytes(reader->png, reader->info) != width) {
    png_error(reader->png, "the rows do not have the declared size");
  }
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t y = 0; y < height; y++) png_read_row(reader->png, reader->grey + (size_t)y * width, NULL);
  }
}

/* The only setjmp: it has no local variables for a longjmp to spoil. */
static bool guarded(struct reader *reader, void (*step)(struct reader *)) {
  if (setjmp(png_jmpbuf(reader->png)) != 0) return false;
  step(reader);
  return true;
}

static enum vd_error run(struct reader *reader, void (*step)(struct reader *), struct vd_failure *failure) {
  bool done = false;
  reader->png =
      png_create_read_struct_2(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning, reader, allocate, release);
  if (reader->png != NULL) reader->info = png_create_info_struct(reader->png);
  if (reader->info != NULL) done = guarded(reader, step);
  else reader->out_of_memory = true;
  png_destroy_read_struct(&reader->png, &reader->info, NULL);
  if (done) return VD_OK;
  if (reader->out_of_memory) return vd_fail(failure, VD_MEMORY, "out of memory reading a PNG picture");
  return vd_fail(failure, VD_DATA, "the PNG picture is damaged or cut off (%s); save or send it again",
                 reader->message);
}

enum vd_error vd_png_size(const uint8_t *bytes, size_t len, uint32_t *width, uint32_t *height,
                          struct vd_failure *failure) {
  struct reader reader = {.next = bytes, .left = len};
  enum vd_error result = run(&reader, read_header, failure);
  *width = reader.width;
  *height = reader.height;
  return result;
}

enum vd_error vd_png_read(const uint8_t *bytes, size_t len, uint32_t width, uint32_t height, uint8_t *grey,
                          struct vd_failure *failure) {
  struct reader reader = {.next = bytes, .left = len, .width = width, .height = height, .grey = grey};
  return run(&reader, read_pixels, failure);
}
