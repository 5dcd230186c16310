#include <stdbool.h>
#include <stdlib.h>

#include "libfrag/cmocka_all.h"
#include "picture/jpeg.h"
#include "verifyd/picture_files.h"

enum { SIDE = 48, TOLERANCE = 6 };

static struct vd_failure failure;

static enum vd_error read_exactly(const uint8_t *bytes, size_t len, uint8_t *grey) {
  uint32_t width = 0, height = 0;
  uint8_t *exact = malloc(len + (len == 0));
  assert_non_null(exact);
  if (len > 0) memcpy(exact, bytes, len);
  memset(&failure, 0, sizeof failure);
  enum vd_error error = vd_jpeg_size(exact, len, &width, &height, &failure);
  if (error == VD_OK && width == SIDE && height == SIDE)
    error = vd_jpeg_read(exact, len, width, height, grey, &failure);
  free(exact);
  return error;
}

/* Four bands of 12 rows, each of one colour, which come out as the four greys. */
static void expect_bands(struct jpeg_file jpeg, unsigned channels, const uint8_t *colours, const uint8_t *greys) {
  static uint8_t pixels[SIDE * SIDE * 4], grey[SIDE * SIDE];
  struct vd_output file = {0};
  for (size_t i = 0; i < SIDE * SIDE; i++) {
    for (size_t c = 0; c < channels; c++) pixels[i * channels + c] = colours[i / (SIDE * 12) * channels + c];
  }
  jpeg.width = jpeg.height = SIDE;
  jpeg.pixels = pixels;
  jpeg_file_write(&jpeg, &file);
  assert_int_equal(read_exactly(file.bytes, file.len, grey), VD_OK);
  for (size_t band = 0; band < 4; band++) {
    unsigned seen = grey[(band * 12 + 4) * SIDE + 20], expected = greys[band];
    assert_in_range(seen, expected < TOLERANCE ? 0 : expected - TOLERANCE, expected + TOLERANCE);
  }
  vd_output_free(&file);
}

static const uint8_t greys[] = {0, 255, 128, 60};
static const uint8_t rgb[] = {0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 255}, rgb_greys[] = {0, 255, 76, 29};

static void grey(void **state) {
  (void)state;
  expect_bands((struct jpeg_file){.colours = JPEG_GREY}, 1, greys, greys);
  expect_bands((struct jpeg_file){.colours = JPEG_GREY, .progressive = true}, 1, greys, greys);
  expect_bands((struct jpeg_file){.colours = JPEG_GREY, .arithmetic = true}, 1, greys, greys);
}

static void colours_become_their_brightness(void **state) {
  (void)state;
  expect_bands((struct jpeg_file){.colours = JPEG_YCBCR}, 3, rgb, rgb_greys);
  expect_bands((struct jpeg_file){.colours = JPEG_YCBCR, .progressive = true}, 3, rgb, rgb_greys);
  expect_bands((struct jpeg_file){.colours = JPEG_RGB}, 3, rgb, rgb_greys);
}

static void inks_become_their_brightness(void **state) {
  (void)state;
  /* No ink, black ink, all colours of ink, half of the black: as Adobe stores them and as the standard says. */
  static const uint8_t inverted[] = {255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255, 128};
  static const uint8_t plain[] = {0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 127};
  static const uint8_t expected[] = {255, 0, 0, 128};
  static const uint8_t colours[] = {0, 255, 255, 255, 255, 0, 255, 255, 255, 255, 0, 255, 128, 128, 128, 128};
  static const uint8_t from_colours[] = {179, 105, 226, 64};
  expect_bands((struct jpeg_file){.colours = JPEG_CMYK}, 4, inverted, expected);
  expect_bands((struct jpeg_file){.colours = JPEG_CMYK, .without_adobe_marker = true}, 4, plain, expected);
  expect_bands((struct jpeg_file){.colours = JPEG_CMYK}, 4, colours, from_colours);
  expect_bands((struct jpeg_file){.colours = JPEG_YCCK}, 4, inverted, expected);
  expect_bands((struct jpeg_file){.colours = JPEG_YCCK, .progressive = true}, 4, colours, from_colours);
}

static void make_sample(bool progressive, struct vd_output *file) {
  static uint8_t pixels[SIDE * SIDE];
  for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)(i / 8 % 2 * 200 + i % 7);
  jpeg_file_write(&(struct jpeg_file){.width = SIDE, .height = SIDE, .progressive = progressive, .pixels = pixels},
                  file);
}

static void a_truncated_file_gives_its_beginning(void **state) {
  (void)state;
  static uint8_t whole[SIDE * SIDE], part[SIDE * SIDE];
  struct vd_output file = {0};
  make_sample(false, &file);
  assert_int_equal(read_exactly(file.bytes, file.len, whole), VD_OK);
  assert_int_equal(read_exactly(file.bytes, file.len * 3 / 4, part), VD_OK);
  assert_memory_equal(part, whole, SIDE * 8);
  assert_memory_not_equal(part, whole, sizeof whole);
  vd_output_free(&file);
}

static void truncation_in_the_header_is_refused(void **state) {
  (void)state;
  static uint8_t out[SIDE * SIDE];
  struct vd_output file = {0};
  make_sample(false, &file);
  size_t len = 0;
  /* The scan begins behind its header, marker DA. */
  size_t scan = 2;
  while (file.bytes[scan] != 0xff || file.bytes[scan + 1] != 0xda) scan++;
  for (; len < scan + 2; len++) {
    assert_int_equal(read_exactly(file.bytes, len, out), VD_DATA);
    assert_int_equal(failure.code, VD_DATA);
    assert_non_null(strstr(failure.text, "cannot be read"));
  }
  for (; len < file.len; len++) assert_true(read_exactly(file.bytes, len, out) != VD_MEMORY);
  vd_output_free(&file);
}

static void flipped_bits_do_no_harm(void **state) {
  (void)state;
  static uint8_t out[SIDE * SIDE];
  for (int progressive = 0; progressive < 2; progressive++) {
    struct vd_output file = {0};
    make_sample(progressive != 0, &file);
    for (size_t bit = 0; bit < 8 * file.len; bit += 3) {
      file.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
      enum vd_error error = read_exactly(file.bytes, file.len, out);
      assert_true(error == VD_OK || error == VD_DATA);
      file.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    vd_output_free(&file);
  }
}

static void too_many_scans_are_refused(void **state) {
  (void)state;
  static uint8_t out[SIDE * SIDE];
  struct vd_output few = {0}, many = {0};
  jpeg_file_write_scans(SIDE, SIDE, 90, &few);
  assert_int_equal(read_exactly(few.bytes, few.len, out), VD_OK);
  jpeg_file_write_scans(SIDE, SIDE, 102, &many);
  assert_int_equal(read_exactly(many.bytes, many.len, out), VD_DATA);
  assert_non_null(strstr(failure.text, "too many scans"));
  /* The same file with a larger size is small, and would be decoded 90 times over 2,000 million pixels. */
  jpeg_file_set_size(&few, 5000, 4000);
  uint8_t *twenty_million = malloc(20000000);
  assert_non_null(twenty_million);
  assert_int_equal(vd_jpeg_read(few.bytes, few.len, 5000, 4000, twenty_million, &failure), VD_DATA);
  assert_non_null(strstr(failure.text, "too many scans"));
  free(twenty_million);
  vd_output_free(&few);
  vd_output_free(&many);
}

static void a_picture_that_needs_too_much_memory_is_refused(void **state) {
  (void)state;
  static uint8_t pixels[SIDE * SIDE * 3];
  struct vd_output file = {0};
  jpeg_file_write(
      &(struct jpeg_file){.width = SIDE, .height = SIDE, .colours = JPEG_RGB, .progressive = true, .pixels = pixels},
      &file);
  /* Three components in full size, two bytes for each coefficient. */
  jpeg_file_set_size(&file, 8000, 6000);
  uint8_t *out = malloc(8000 * 6000);
  assert_non_null(out);
  assert_int_equal(vd_jpeg_read(file.bytes, file.len, 8000, 6000, out, &failure), VD_MEMORY);
  assert_int_equal(failure.code, VD_MEMORY);
  assert_non_null(strstr(failure.text, "not progressive"));
  free(out);
  vd_output_free(&file);
}

static void long_markers_are_skipped(void **state) {
  (void)state;
  static uint8_t pixels[SIDE * SIDE], comment[60000], out[SIDE * SIDE];
  struct vd_output file = {0};
  memset(pixels, 200, sizeof pixels);
  jpeg_file_write(&(struct jpeg_file){.width = SIDE, .height = SIDE, .pixels = pixels, .comment = comment}, &file);
  assert_true(file.len > 60000);
  assert_int_equal(read_exactly(file.bytes, file.len, out), VD_OK);
  assert_in_range(out[0], 198, 202);
  vd_output_free(&file);
}

static void the_declared_size_is_the_one_that_counts(void **state) {
  (void)state;
  struct vd_output file = {0};
  uint8_t out[4] = {1, 2, 3, 4};
  uint32_t width = 0, height = 0;
  make_sample(false, &file);
  assert_int_equal(vd_jpeg_read(file.bytes, file.len, 2, 2, out, &failure), VD_DATA);
  static const uint8_t untouched[] = {1, 2, 3, 4};
  assert_memory_equal(out, untouched, 4);
  jpeg_file_set_size(&file, 65500, 65500);
  assert_int_equal(vd_jpeg_size(file.bytes, file.len, &width, &height, &failure), VD_OK);
  assert_int_equal(width, 65500);
  jpeg_file_set_size(&file, 0, 10);
  assert_int_equal(vd_jpeg_size(file.bytes, file.len, &width, &height, &failure), VD_DATA);
  vd_output_free(&file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grey),
      cmocka_unit_test(colours_become_their_brightness),
      cmocka_unit_test(inks_become_their_brightness),
      cmocka_unit_test(a_truncated_file_gives_its_beginning),
      cmocka_unit_test(truncation_in_the_header_is_refused),
      cmocka_unit_test(flipped_bits_do_no_harm),
      cmocka_unit_test(too_many_scans_are_refused),
      cmocka_unit_test(a_picture_that_needs_too_much_memory_is_refused),
      cmocka_unit_test(long_markers_are_skipped),
      cmocka_unit_test(the_declared_size_is_the_one_that_counts),
  };
  return cmocka_run_group_tests_name("jpeg", tests, NULL, NULL);
}
