#include <stdlib.h>

#include "libfrag/cmocka_all.h"
#include "picture/resample.h"
#include "verifyd/memory_spy.h"
#include "verifyd/picture_page.h"

static struct vd_failure failure;

static void make_page(uint32_t width, uint32_t height, struct vd_raster *page) {
  struct page_random random = {.state = width * 31 + height};
  page_new(page, width, height);
  for (size_t i = 0; i < (size_t)width * height; i++) page->grey[i] = (uint8_t)page_next(&random);
}

static void reducing_takes_the_mean(void **state) {
  (void)state;
  static const uint8_t grey[] = {0, 4, 10, 20, 99, 8, 12, 30, 40, 99, 1, 1, 1, 1, 1};
  struct vd_raster page, smaller;
  page_new(&page, 5, 3);
  memcpy(page.grey, grey, sizeof grey);
  assert_int_equal(vd_resample_reduce(&page, 2, &smaller, &failure), VD_OK);
  assert_int_equal(smaller.width, 2);
  assert_int_equal(smaller.height, 1);
  assert_int_equal(smaller.grey[0], 6);
  assert_int_equal(smaller.grey[1], 25);
  vd_raster_free(&smaller);
  assert_int_equal(vd_resample_reduce(&page, 3, &smaller, &failure), VD_OK);
  assert_int_equal(smaller.width * smaller.height, 1);
  vd_raster_free(&smaller);
  assert_int_equal(vd_resample_reduce(&page, 1, &smaller, &failure), VD_OK);
  assert_memory_equal(smaller.grey, grey, sizeof grey);
  vd_raster_free(&smaller);
  vd_raster_free(&page);
}

static void cut_out(const struct vd_raster *page, struct vd_resample_cut cut, struct vd_raster *part) {
  assert_int_equal(vd_resample_cut_out(page, &cut, part, &failure), VD_OK);
}

static void a_straight_cut_is_a_copy(void **state) {
  (void)state;
  struct vd_raster page, part;
  make_page(31, 20, &page);
  cut_out(&page, (struct vd_resample_cut){12, 9, 10, 1, 0}, &part);
  assert_int_equal(part.width, 10);
  assert_int_equal(part.height, 10);
  for (unsigned y = 0; y < 10; y++) assert_memory_equal(part.grey + y * 10, page.grey + (y + 4) * 31 + 7, 10);
  vd_raster_free(&part);
  vd_raster_free(&page);
}

static void quarter_turns_are_exact(void **state) {
  (void)state;
  struct vd_raster page, part;
  make_page(10, 10, &page);
  for (unsigned turns = 1; turns < 4; turns++) {
    cut_out(&page, (struct vd_resample_cut){5, 5, 10, 1, 90.0 * turns}, &part);
    for (unsigned y = 0; y < 10; y++) {
      for (unsigned x = 0; x < 10; x++) {
        unsigned from_x = turns == 1   ? 9 - y
                          : turns == 2 ? 9 - x
                                       : y,
                 from_y = turns == 1   ? x
                          : turns == 2 ? 9 - y
                                       : 9 - x;
        /* Sine and cosine are not exact: 1/256 of a pixel may be lost. */
        assert_in_range(part.grey[y * 10 + x] + 3, page.grey[from_y * 10 + from_x],
                        page.grey[from_y * 10 + from_x] + 6);
      }
    }
    vd_raster_free(&part);
  }
  vd_raster_free(&page);
}

static void enlarging_interpolates(void **state) {
  (void)state;
  struct vd_raster page, part;
  page_new(&page, 2, 1);
  page.grey[0] = 0;
  page.grey[1] = 200;
  cut_out(&page, (struct vd_resample_cut){1, 0.5, 2, 4, 0}, &part);
  static const uint8_t expected[] = {0, 0, 25, 75, 125, 175, 200, 200};
  assert_int_equal(part.width, 8);
  for (unsigned y = 0; y < 8; y++) assert_memory_equal(part.grey + (size_t)y * 8, expected, 8);
  vd_raster_free(&part);
  vd_raster_free(&page);
}

static void beyond_the_picture_its_edge_is_repeated(void **state) {
  (void)state;
  static const struct vd_resample_cut cuts[] = {
      {-500, -500, 9, 1, 0}, {500, 500, 9, 2, 30}, {3, 3, 100, 1, 45}, {0, 0, 0.1, 1, 0}, {1e6, -1e6, 20, 0.5, 10}};
  struct vd_raster page, part;
  page_new(&page, 7, 6);
  memset(page.grey, 42, 42);
  for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
    cut_out(&page, cuts[i], &part);
    assert_true(part.width >= 1);
    for (size_t at = 0; at < (size_t)part.width * part.height; at++) assert_int_equal(part.grey[at], 42);
    vd_raster_free(&part);
  }
  vd_raster_free(&page);
  make_page(1, 1, &page);
  cut_out(&page, (struct vd_resample_cut){0.5, 0.5, 3, 2, 17}, &part);
  for (size_t at = 0; at < 36; at++) assert_int_equal(part.grey[at], page.grey[0]);
  vd_raster_free(&part);
  vd_raster_free(&page);
}

static void no_memory_is_told(void **state) {
  (void)state;
  struct vd_raster page, part;
  make_page(50, 50, &page);
  memory_spy_start(100);
  assert_int_equal(vd_resample_reduce(&page, 2, &part, &failure), VD_MEMORY);
  assert_null(part.grey);
  assert_int_equal(vd_resample_cut_out(&page, &(struct vd_resample_cut){25, 25, 50, 1, 0}, &part, &failure), VD_MEMORY);
  assert_null(part.grey);
  (void)memory_spy_stop();
  vd_raster_free(&page);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reducing_takes_the_mean),
      cmocka_unit_test(a_straight_cut_is_a_copy),
      cmocka_unit_test(quarter_turns_are_exact),
      cmocka_unit_test(enlarging_interpolates),
      cmocka_unit_test(beyond_the_picture_its_edge_is_repeated),
      cmocka_unit_test(no_memory_is_told),
  };
  return cmocka_run_group_tests_name("resample", tests, NULL, NULL);
}
