#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "libfrag/cmocka_all.h"
#include "picture/raster.h"
#include "verifyd/memory_spy.h"
#include "verifyd/picture_files.h"
#include "verifyd/picture_page.h"

static struct vd_failure failure;
static struct vd_raster raster;
static const struct vd_raster_limits limits = {.side_pixels = 100, .total_pixels = 6000};

static enum vd_error read_file(const struct vd_output *file) {
  memset(&failure, 0, sizeof failure);
  return vd_raster_read(file->bytes, file->len, &limits, &raster, &failure);
}

static void make_page(uint32_t width, uint32_t height, struct vd_raster *page) {
  struct page_random random = {.state = width};
  page_new(page, width, height);
  page_noise(page, &random, 90);
}

static void make_files(uint32_t width, uint32_t height, struct vd_output *png, struct vd_output *jpeg) {
  struct vd_raster page;
  make_page(width, height, &page);
  page_write_png(&page, png);
  page_write_jpeg(&page, 90, jpeg);
  vd_raster_free(&page);
}

static void expect_empty(void) {
  assert_null(raster.grey);
  assert_int_equal(raster.width, 0);
  assert_int_equal(raster.height, 0);
}

static void png_and_jpeg_are_told_by_their_content(void **state) {
  (void)state;
  struct vd_raster page;
  struct vd_output png = {0}, jpeg = {0};
  make_page(60, 50, &page);
  page_write_png(&page, &png);
  page_write_jpeg(&page, 100, &jpeg);
  assert_int_equal(read_file(&png), VD_OK);
  assert_int_equal(raster.width, 60);
  assert_int_equal(raster.height, 50);
  assert_memory_equal(raster.grey, page.grey, 60 * 50);
  vd_raster_free(&raster);
  assert_int_equal(read_file(&jpeg), VD_OK);
  assert_int_equal(raster.width, 60);
  for (size_t i = 0; i < 60 * 50; i++) assert_in_range(raster.grey[i] + 8, page.grey[i], page.grey[i] + 16);
  vd_raster_free(&raster);
  expect_empty();
  vd_raster_free(&raster);
  vd_raster_free(&page);
  vd_output_free(&png);
  vd_output_free(&jpeg);
}

static void expect_refused(const char *bytes, size_t len, const char *word) {
  raster.width = 7;
  assert_int_equal(vd_raster_read((const uint8_t *)bytes, len, &limits, &raster, &failure), VD_DATA);
  assert_int_equal(failure.code, VD_DATA);
  assert_non_null(strstr(failure.text, word));
  assert_non_null(strstr(failure.text, "send a PNG or JPEG picture"));
  expect_empty();
}

static void other_formats_are_refused_by_name(void **state) {
  (void)state;
  expect_refused("", 0, "empty");
  expect_refused("\x89PNG\r\n\x1a", 7, "not PNG or JPEG");
  expect_refused("\xff\xd8", 2, "not PNG or JPEG");
  expect_refused("hello, this is a letter", 23, "not PNG or JPEG; send");
  expect_refused("RIFF\x10\0\0\0WEBPVP8 ", 16, "WebP");
  expect_refused("RIFF\x10\0\0\0WAVEfmt ", 16, "not PNG or JPEG; send");
  expect_refused(
      "\0\0\0\x18"
      "ftypheic",
      12, "HEIC");
  expect_refused(
      "\0\0\0\x18"
      "ftypmif1",
      12, "HEIC");
  expect_refused(
      "\0\0\0\x18"
      "ftypavif",
      12, "AVIF");
  expect_refused(
      "\0\0\0\x18"
      "ftypmp42",
      12, "not PNG or JPEG; send");
  expect_refused("GIF89a", 6, "GIF");
  expect_refused("II*\0", 4, "TIFF");
  expect_refused("MM\0*", 4, "TIFF");
  expect_refused("%PDF-1.7", 8, "PDF");
}

/* Whether a picture of that size is refused for its size, and before memory for its pixels was asked for. */
static void expect_size(uint32_t width, uint32_t height, bool accepted) {
  struct vd_output files[2] = {{0}, {0}};
  make_files(40, 40, &files[0], &files[1]);
  png_file_set_size(&files[0], width, height);
  jpeg_file_set_size(&files[1], width, height);
  for (size_t i = 0; i < 2; i++) {
    memory_spy_start(SIZE_MAX);
    enum vd_error error = read_file(&files[i]);
    struct memory_spy_report spied = memory_spy_stop();
    bool for_its_size =
        error == VD_DATA && strstr(failure.text, "pixels, more than 100 a side or 6000 altogether") != NULL;
    assert_int_equal(for_its_size, !accepted);
    if (!accepted) assert_true(spied.largest_bytes < 4096);
    vd_raster_free(&raster);
    vd_output_free(&files[i]);
  }
}

static void the_limits_come_before_memory(void **state) {
  (void)state;
  expect_size(100, 60, true);
  expect_size(60, 100, true);
  expect_size(101, 1, false);
  expect_size(1, 101, false);
  expect_size(100, 61, false);
  expect_size(78, 77, false);
  expect_size(65500, 65500, false);
  expect_size(65500, 1, false);
}

static void a_png_of_the_largest_size_is_refused(void **state) {
  (void)state;
  struct vd_output png = {0}, jpeg = {0};
  make_files(40, 40, &png, &jpeg);
  png_file_set_size(&png, 0x7fffffff, 0x7fffffff);
  assert_int_equal(vd_raster_read(png.bytes, png.len, &VD_RASTER_LIMITS_DEFAULT, &raster, &failure), VD_DATA);
  assert_non_null(strstr(failure.text, "2147483647 × 2147483647"));
  png_file_set_size(&png, 12000, 4167);
  assert_int_equal(vd_raster_read(png.bytes, png.len, &VD_RASTER_LIMITS_DEFAULT, &raster, &failure), VD_DATA);
  assert_non_null(strstr(failure.text, "12000 × 4167"));
  expect_empty();
  vd_output_free(&png);
  vd_output_free(&jpeg);
}

static void pixels_are_wiped(void **state) {
  (void)state;
  struct vd_output png = {0}, jpeg = {0};
  make_files(60, 50, &png, &jpeg);
  memory_spy_start(SIZE_MAX);
  assert_int_equal(read_file(&png), VD_OK);
  assert_int_not_equal(raster.grey[0] | raster.grey[1] | raster.grey[2], 0);
  vd_raster_free(&raster);
  png.len -= 40;
  assert_int_equal(read_file(&png), VD_DATA);
  expect_empty();
  struct memory_spy_report spied = memory_spy_stop();
  /* The pixels twice, and everything that libpng asked for. */
  assert_true(spied.freed > 10);
  assert_int_equal(spied.dirty, 0);
  vd_output_free(&png);
  vd_output_free(&jpeg);
}

static void no_memory_is_told(void **state) {
  (void)state;
  struct vd_output files[2] = {{0}, {0}};
  make_files(60, 50, &files[0], &files[1]);
  for (size_t i = 0; i < 2; i++) {
    memory_spy_start(3000);
    assert_int_equal(read_file(&files[i]), VD_MEMORY);
    (void)memory_spy_stop();
    assert_int_equal(failure.code, VD_MEMORY);
    expect_empty();
  }
  /* libpng's memory comes through the same malloc. */
  memory_spy_start(1);
  assert_int_equal(read_file(&files[0]), VD_MEMORY);
  (void)memory_spy_stop();
  vd_output_free(&files[0]);
  vd_output_free(&files[1]);
}

static void nothing_is_printed(void **state) {
  (void)state;
  struct vd_output files[2] = {{0}, {0}};
  make_files(60, 50, &files[0], &files[1]);
  FILE *printed = tmpfile();
  int saved = dup(STDERR_FILENO);
  assert_non_null(printed);
  assert_true(saved >= 0 && dup2(fileno(printed), STDERR_FILENO) >= 0);
  for (size_t i = 0; i < 2; i++) {
    for (size_t at = 20; at < files[i].len; at += 3) {
      files[i].bytes[at] ^= 0x41;
      (void)!read_file(&files[i]);
      vd_raster_free(&raster);
      files[i].bytes[at] ^= 0x41;
    }
  }
  (void)fflush(stderr);
  long len = lseek(fileno(printed), 0, SEEK_END);
  assert_true(dup2(saved, STDERR_FILENO) >= 0);
  assert_int_equal(len, 0);
  (void)close(saved);
  (void)fclose(printed);
  vd_output_free(&files[0]);
  vd_output_free(&files[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(png_and_jpeg_are_told_by_their_content),
      cmocka_unit_test(other_formats_are_refused_by_name),
      cmocka_unit_test(the_limits_come_before_memory),
      cmocka_unit_test(a_png_of_the_largest_size_is_refused),
      cmocka_unit_test(pixels_are_wiped),
      cmocka_unit_test(no_memory_is_told),
      cmocka_unit_test(nothing_is_printed),
  };
  return cmocka_run_group_tests_name("raster", tests, NULL, NULL);
}
