#include <stdbool.h>
#include <stdlib.h>

#include "libfrag/cmocka_all.h"
#include "picture/png.h"
#include "verifyd/picture_files.h"

static struct vd_failure failure;

/* Writes the file, reads it back and compares with the expected grey; both interlaced and not. */
static void expect_grey(struct png_file png, const uint8_t *expected) {
  for (int interlaced = 0; interlaced < 2; interlaced++) {
    struct vd_output file = {0};
    uint32_t width = 0, height = 0;
    uint8_t grey[256];
    png.interlaced = interlaced != 0;
    png_file_write(&png, &file);
    assert_int_equal(vd_png_size(file.bytes, file.len, &width, &height, &failure), VD_OK);
    assert_int_equal(width, png.width);
    assert_int_equal(height, png.height);
    assert_int_equal(vd_png_read(file.bytes, file.len, width, height, grey, &failure), VD_OK);
    for (size_t i = 0; i < (size_t)width * height; i++)
      assert_in_range(grey[i], expected[i] - (expected[i] > 0), expected[i] + 1);
    vd_output_free(&file);
  }
}

static void grey_of_every_depth(void **state) {
  (void)state;
  static const uint8_t one_bit[] = {0xa8, 0x50}, two_bits[] = {0x1b, 0xe4}, four_bits[] = {0x0f, 0x7e, 0x12, 0x34};
  static const uint8_t eight_bits[] = {0, 1, 2, 127, 128, 253, 254, 255};
  static const uint8_t sixteen_bits[] = {0, 0, 0xff, 0xff, 0x80, 0x80, 0x40, 0x40};
  static const uint8_t from_one[] = {255, 0, 255, 0, 255, 0, 255, 0, 255, 0};
  static const uint8_t from_two[] = {0, 85, 170, 255, 255, 170, 85, 0};
  static const uint8_t from_four[] = {0, 255, 7 * 17, 14 * 17, 17, 2 * 17, 3 * 17, 4 * 17},
                       from_sixteen[] = {0, 255, 128, 64};
  expect_grey((struct png_file){.width = 5, .height = 2, .bits = 1, .rows = one_bit}, from_one);
  expect_grey((struct png_file){.width = 4, .height = 2, .bits = 2, .rows = two_bits}, from_two);
  expect_grey((struct png_file){.width = 4, .height = 2, .bits = 4, .rows = four_bits}, from_four);
  expect_grey((struct png_file){.width = 4, .height = 2, .bits = 8, .rows = eight_bits}, eight_bits);
  expect_grey((struct png_file){.width = 2, .height = 2, .bits = 16, .rows = sixteen_bits}, from_sixteen);
}

static void colours_become_their_brightness(void **state) {
  (void)state;
  static const uint8_t rows[] = {255, 255, 255, 0, 0, 0, 77, 77, 77, 255, 0, 0, 0, 255, 0, 0, 0, 255};
  static const uint8_t expected[] = {255, 0, 77, 54, 183, 18};
  static const uint8_t wide_rows[] = {255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0};
  expect_grey((struct png_file){.width = 3, .height = 2, .bits = 8, .colours = PNG_COLOUR, .rows = rows}, expected);
  expect_grey((struct png_file){.width = 2, .height = 1, .bits = 16, .colours = PNG_COLOUR, .rows = wide_rows},
              expected);
}

static void transparency_is_white(void **state) {
  (void)state;
  static const uint8_t grey_alpha[] = {0, 0, 0, 255, 0, 128, 200, 255}, from_grey[] = {255, 0, 127, 200};
  static const uint8_t colour_alpha[] = {0, 0, 0, 0, 9, 9, 9, 255, 0, 0, 0, 51, 255, 0, 0, 0},
                       from_colour[] = {255, 9, 204, 255};
  static const uint8_t wide[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0x80, 0};
  static const uint8_t from_wide[] = {255, 0, 127};
  static const uint8_t wide_grey[] = {0, 0, 0, 0, 0, 0, 255, 255};
  expect_grey((struct png_file){.width = 2, .height = 2, .bits = 8, .colours = PNG_GREY_ALPHA, .rows = grey_alpha},
              from_grey);
  expect_grey((struct png_file){.width = 2, .height = 2, .bits = 8, .colours = PNG_COLOUR_ALPHA, .rows = colour_alpha},
              from_colour);
  expect_grey((struct png_file){.width = 3, .height = 1, .bits = 16, .colours = PNG_COLOUR_ALPHA, .rows = wide},
              from_wide);
  expect_grey((struct png_file){.width = 2, .height = 1, .bits = 16, .colours = PNG_GREY_ALPHA, .rows = wide_grey},
              from_wide);
}

static void a_transparent_colour_is_white(void **state) {
  (void)state;
  static const uint16_t black[] = {0, 0, 0};
  static const uint8_t grey[] = {0, 1, 100, 255}, from_grey[] = {255, 1, 100, 255};
  static const uint8_t colour[] = {0, 0, 0, 0, 0, 255}, from_colour[] = {255, 18};
  static const uint8_t wide[] = {0, 0, 0, 1, 1, 1}, from_wide[] = {255, 0, 1};
  static const uint8_t bits[] = {0xa0}, from_bits[] = {255, 255, 255};
  expect_grey((struct png_file){.width = 4, .height = 1, .bits = 8, .rows = grey, .transparent = black}, from_grey);
  expect_grey(
      (struct png_file){
          .width = 2, .height = 1, .bits = 8, .colours = PNG_COLOUR, .rows = colour, .transparent = black},
      from_colour);
  expect_grey((struct png_file){.width = 3, .height = 1, .bits = 16, .rows = wide, .transparent = black}, from_wide);
  expect_grey((struct png_file){.width = 3, .height = 1, .bits = 1, .rows = bits, .transparent = black}, from_bits);
}

static void palettes(void **state) {
  (void)state;
  static const uint8_t colours[16][3] = {{0, 0, 0}, {255, 255, 255}, {60, 60, 60}, {0, 0, 0}};
  static const uint8_t alpha[16] = {255, 255, 255, 0};
  static const uint8_t four_bits[] = {0x01, 0x23}, two_bits[] = {0x1b}, opaque[] = {0, 255, 60, 0},
                       over_white[] = {0, 255, 60, 255};
  struct png_file png = {
      .width = 4, .height = 1, .bits = 4, .colours = PNG_PALETTE, .rows = four_bits, .palette = colours};
  expect_grey(png, opaque);
  png.palette_alpha = alpha;
  expect_grey(png, over_white);
  png.bits = 2;
  png.rows = two_bits;
  expect_grey(png, over_white);
}

static void make_sample(bool interlaced, struct vd_output *file) {
  static uint8_t rows[40 * 40 * 3];
  for (size_t i = 0; i < sizeof rows; i++) rows[i] = (uint8_t)(i * i >> 3);
  png_file_write(
      &(struct png_file){
          .width = 40, .height = 40, .bits = 8, .colours = PNG_COLOUR, .rows = rows, .interlaced = interlaced},
      file);
}

static enum vd_error read_exactly(const uint8_t *bytes, size_t len) {
  uint32_t width = 0, height = 0;
  uint8_t *exact = malloc(len + (len == 0));
  assert_non_null(exact);
  if (len > 0) memcpy(exact, bytes, len);
  memset(&failure, 0, sizeof failure);
  enum vd_error error = vd_png_size(exact, len, &width, &height, &failure);
  if (error == VD_OK && width <= 4096 && height <= 64) {
    uint8_t *grey = malloc((size_t)width * height);
    assert_non_null(grey);
    error = vd_png_read(exact, len, width, height, grey, &failure);
    free(grey);
  }
  free(exact);
  return error;
}

static void every_truncation_is_refused(void **state) {
  (void)state;
  for (int interlaced = 0; interlaced < 2; interlaced++) {
    struct vd_output file = {0};
    make_sample(interlaced != 0, &file);
    size_t pixels_end = file.len - 12 - 4; /* IEND, and the checksum of the last IDAT */
    for (size_t len = 0; len < pixels_end - 4; len++) {
      assert_int_equal(read_exactly(file.bytes, len), VD_DATA);
      assert_string_not_equal(failure.text, "");
      assert_int_equal(failure.code, VD_DATA);
    }
    assert_int_equal(read_exactly(file.bytes, file.len), VD_OK);
    vd_output_free(&file);
  }
}

static void flipped_bits_do_no_harm(void **state) {
  (void)state;
  struct vd_output file = {0};
  make_sample(true, &file);
  unsigned refused = 0;
  for (size_t bit = 0; bit < 8 * file.len; bit += 5) {
    file.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    enum vd_error error = read_exactly(file.bytes, file.len);
    assert_true(error == VD_OK || error == VD_DATA);
    refused += error == VD_DATA;
    file.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  /* Checksums cover nearly everything. */
  assert_true(refused > 8 * file.len / 5 * 9 / 10);
  vd_output_free(&file);
}

static void a_header_without_pixels_is_refused(void **state) {
  (void)state;
  struct vd_output file = {0};
  make_sample(false, &file);
  png_file_set_size(&file, 0, 40);
  assert_int_equal(read_exactly(file.bytes, file.len), VD_DATA);
  png_file_set_size(&file, 40, 0);
  assert_int_equal(read_exactly(file.bytes, file.len), VD_DATA);
  png_file_set_size(&file, 0xffffffffu, 40);
  assert_int_equal(read_exactly(file.bytes, file.len), VD_DATA);
  png_file_set_size(&file, 40, 41);
  assert_int_equal(read_exactly(file.bytes, file.len), VD_DATA);
  assert_non_null(strstr(failure.text, "damaged or cut off"));
  vd_output_free(&file);
}

static void the_declared_size_is_the_one_that_counts(void **state) {
  (void)state;
  struct vd_output file = {0};
  uint8_t grey[4] = {1, 2, 3, 4};
  make_sample(false, &file);
  assert_int_equal(vd_png_read(file.bytes, file.len, 2, 2, grey, &failure), VD_DATA);
  static const uint8_t untouched[] = {1, 2, 3, 4};
  assert_memory_equal(grey, untouched, 4);
  png_file_set_size(&file, 0x7fffffff, 0x7fffffff);
  uint32_t width = 0, height = 0;
  assert_int_equal(vd_png_size(file.bytes, file.len, &width, &height, &failure), VD_OK);
  assert_int_equal(width, 0x7fffffff);
  assert_int_equal(height, 0x7fffffff);
  vd_output_free(&file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grey_of_every_depth),
      cmocka_unit_test(colours_become_their_brightness),
      cmocka_unit_test(transparency_is_white),
      cmocka_unit_test(a_transparent_colour_is_white),
      cmocka_unit_test(palettes),
      cmocka_unit_test(every_truncation_is_refused),
      cmocka_unit_test(flipped_bits_do_no_harm),
      cmocka_unit_test(a_header_without_pixels_is_refused),
      cmocka_unit_test(the_declared_size_is_the_one_that_counts),
  };
  return cmocka_run_group_tests_name("png", tests, NULL, NULL);
}
