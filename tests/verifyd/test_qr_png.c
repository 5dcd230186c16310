#include <stdlib.h>

#include "libfrag/cmocka_all.h"
#include "picture/qr_png.h"
#include "picture/raster.h"
#include "verifyd/memory_spy.h"
#include "verifyd/picture_page.h"

static struct vd_failure failure;
static struct vd_qr qr;

static void make_code(const char *prefix) {
  struct page_random random = {.state = 3};
  char text[256];
  page_random_text(&random, prefix, text);
  assert_int_equal(vd_qr_encode(text, strlen(text), VD_QR_LEVEL_Q, &qr, &failure), VD_OK);
}

static void expect_pixels(const struct vd_output *file, unsigned module_pixels) {
  struct vd_raster raster;
  assert_int_equal(vd_raster_read(file->bytes, file->len, &VD_RASTER_LIMITS_DEFAULT, &raster, &failure), VD_OK);
  assert_int_equal(raster.width, vd_qr_printed_side(&qr) * module_pixels);
  assert_int_equal(raster.height, raster.width);
  for (unsigned y = 0; y < raster.height; y++) {
    for (unsigned x = 0; x < raster.width; x++) {
      unsigned expected = vd_qr_dark(&qr, x / module_pixels, y / module_pixels) ? 0 : 255;
      if (raster.grey[y * raster.width + x] != expected) fail_msg("pixel %u, %u", x, y);
    }
  }
  vd_raster_free(&raster);
}

static void the_pixels_are_the_modules(void **state) {
  (void)state;
  static const unsigned sizes[] = {1, 2, 3, 7, 8, 13, VD_QR_PNG_MODULE_PIXELS_MAX};
  make_code("https://verify.example/");
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    struct vd_output file = {0};
    assert_int_equal(vd_qr_png_write_sized(&qr, sizes[i], &file, &failure), VD_OK);
    expect_pixels(&file, sizes[i]);
    vd_output_free(&file);
  }
}

static void the_largest_code_fits(void **state) {
  (void)state;
  static char text[482];
  struct vd_output file = {0};
  memset(text, 'a', sizeof text);
  assert_int_equal(vd_qr_encode(text, sizeof text, VD_QR_LEVEL_Q, &qr, &failure), VD_OK);
  assert_int_equal(vd_qr_png_write_sized(&qr, VD_QR_PNG_MODULE_PIXELS_MAX, &file, &failure), VD_OK);
  expect_pixels(&file, VD_QR_PNG_MODULE_PIXELS_MAX);
  vd_output_free(&file);
}

static unsigned long number_at(const uint8_t *at) {
  return (unsigned long)at[0] << 24 | (unsigned long)at[1] << 16 | (unsigned long)at[2] << 8 | at[3];
}

/* Walks the chunks: nothing but what the picture needs, and 0.51 mm for each module. */
static void it_says_its_size_and_nothing_else(void **state) {
  (void)state;
  struct vd_output file = {0};
  make_code("https://verify.example/");
  assert_int_equal(vd_qr_png_write(&qr, &file, &failure), VD_OK);
  char kinds[64] = "";
  for (size_t at = 8; at + 12 <= file.len; at += 12 + number_at(file.bytes + at)) {
    assert_true(strlen(kinds) < 48);
    strncat(kinds, (const char *)file.bytes + at + 4, 4);
    if (memcmp(file.bytes + at + 4, "pHYs", 4) != 0) continue;
    unsigned long pixels_a_metre = number_at(file.bytes + at + 8);
    assert_int_equal(number_at(file.bytes + at + 12), pixels_a_metre);
    assert_int_equal(file.bytes[at + 16], 1);
    double printed_mm = 53.0 * VD_QR_PNG_MODULE_PIXELS / (double)pixels_a_metre * 1000;
    assert_true(printed_mm > 27.02 && printed_mm < 27.04);
  }
  assert_string_equal(kinds, "IHDRpHYsIDATIEND");
  vd_output_free(&file);
}

static void it_is_appended_and_repeatable(void **state) {
  (void)state;
  struct vd_output one = {0}, two = {0};
  make_code("https://verify.example/");
  assert_int_equal(vd_qr_png_write(&qr, &one, &failure), VD_OK);
  assert_int_equal(vd_qr_png_write(&qr, &two, &failure), VD_OK);
  assert_int_equal(vd_qr_png_write(&qr, &two, &failure), VD_OK);
  assert_int_equal(two.len, 2 * one.len);
  assert_memory_equal(two.bytes, one.bytes, one.len);
  assert_memory_equal(two.bytes + one.len, one.bytes, one.len);
  vd_output_free(&one);
  vd_output_free(&two);
}

static void no_memory_is_told_and_all_is_wiped(void **state) {
  (void)state;
  struct vd_output file = {0};
  make_code("https://verify.example/");
  assert_int_equal(vd_output_reserve(&file, 4, &failure), VD_OK);
  memcpy(file.bytes, "kept", 4);
  file.len = 4;
  for (size_t refuse = 1; refuse < 400000; refuse = refuse * 3 / 2 + 1) {
    memory_spy_start(refuse);
    enum vd_error error = vd_qr_png_write(&qr, &file, &failure);
    struct memory_spy_report spied = memory_spy_stop();
    assert_int_equal(spied.dirty, 0);
    assert_true(error == VD_OK || error == VD_MEMORY);
    if (error == VD_MEMORY) assert_int_equal(file.len, 4);
    assert_memory_equal(file.bytes, "kept", 4);
    file.len = 4;
  }
  memory_spy_start(1);
  assert_int_equal(vd_qr_png_write(&qr, &file, &failure), VD_MEMORY);
  (void)memory_spy_stop();
  vd_output_free(&file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_pixels_are_the_modules),         cmocka_unit_test(the_largest_code_fits),
      cmocka_unit_test(it_says_its_size_and_nothing_else),  cmocka_unit_test(it_is_appended_and_repeatable),
      cmocka_unit_test(no_memory_is_told_and_all_is_wiped),
  };
  return cmocka_run_group_tests_name("qr_png", tests, NULL, NULL);
}
