#include <math.h>
#include <stdlib.h>

#include "libfrag/cmocka_all.h"
#include "picture/locate.h"
#include "verifyd/memory_spy.h"
#include "verifyd/picture_page.h"

enum { REGIONS = 6 };

static struct vd_failure failure;
static struct vd_region regions[REGIONS];

static size_t locate(const struct vd_raster *page) {
  size_t count = 99;
  assert_int_equal(vd_locate(page, regions, REGIONS, &count, &failure), VD_OK);
  assert_true(count <= REGIONS);
  return count;
}

static void make_code(struct page_random *random, struct vd_qr *qr) {
  char text[256];
  page_random_text(random, "https://verify.example/", text);
  assert_int_equal(vd_qr_encode(text, strlen(text), VD_QR_LEVEL_Q, qr, &failure), VD_OK);
}

/* Whether the region holds the square from (left, top) and is not much larger. */
static void expect_holds(const struct vd_region *region, double left, double top, double side) {
  double half = region->side_pixels / 2;
  assert_true(region->middle_x - half <= left && left + side <= region->middle_x + half);
  assert_true(region->middle_y - half <= top && top + side <= region->middle_y + half);
  assert_true(region->side_pixels < 3 * side);
}

static void a_code_between_writing_comes_first(void **state) {
  (void)state;
  static struct vd_qr qr;
  for (unsigned seed = 0; seed < 6; seed++) {
    struct page_random random = {.state = seed};
    struct vd_raster page;
    /* A5 at 150 dpi, and 300 dpi, where the search runs on a smaller copy. */
    uint32_t dpi = seed % 2 == 0 ? 150 : 300;
    double module = 0.51 * dpi / 25.4, side = 53 * module;
    make_code(&random, &qr);
    page_new(&page, 874 * dpi / 150, 1240 * dpi / 150);
    page_clutter(&page, &random, dpi);
    double x = page_uniform(&random) * (page.width - side), y = page_uniform(&random) * (page.height - side);
    page_draw(&page, &qr, x, y, module, 30 * page_uniform(&random));
    page_blur(&page, 0.004 * dpi);
    assert_true(locate(&page) >= 1);
    expect_holds(&regions[0], x + 4 * module, y + 4 * module, 45 * module);
    vd_raster_free(&page);
  }
}

static void two_codes_are_two_regions(void **state) {
  (void)state;
  static struct vd_qr qr;
  struct page_random random = {.state = 20};
  struct vd_raster page;
  make_code(&random, &qr);
  page_new(&page, 900, 700);
  page_draw(&page, &qr, 100, 100, 3, 0);
  page_draw(&page, &qr, 600, 400, 3, 0);
  assert_true(locate(&page) >= 2);
  const struct vd_region *left = &regions[regions[0].middle_x > regions[1].middle_x];
  expect_holds(left, 112, 112, 135);
  expect_holds(left == regions ? left + 1 : left - 1, 612, 412, 135);
  vd_raster_free(&page);
}

static void empty_paper_has_no_region(void **state) {
  (void)state;
  static const uint32_t sizes[][2] = {{1, 1},    {1, 500},   {500, 1},   {23, 23},    {24, 24},
                                      {25, 600}, {800, 600}, {5000, 30}, {4000, 4000}};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    struct vd_raster page;
    page_new(&page, sizes[i][0], sizes[i][1]);
    assert_int_equal(locate(&page), 0);
    vd_raster_free(&page);
  }
}

static void lines_in_one_direction_have_no_region(void **state) {
  (void)state;
  struct vd_raster page;
  page_new(&page, 600, 600);
  for (size_t i = 0; i < 600 * 600; i++) page.grey[i] = i % 6 < 3 ? 0 : 255;
  assert_int_equal(locate(&page), 0);
  vd_raster_free(&page);
}

static void noise_everywhere_is_bounded(void **state) {
  (void)state;
  struct page_random random = {.state = 21};
  struct vd_raster page;
  page_new(&page, 700, 500);
  for (size_t i = 0; i < 700 * 500; i++) page.grey[i] = (uint8_t)page_next(&random);
  size_t count = locate(&page);
  for (size_t i = 0; i < count; i++) {
    assert_true(isfinite(regions[i].middle_x) && isfinite(regions[i].middle_y));
    assert_true(regions[i].side_pixels > 0 && regions[i].side_pixels < 1000);
  }
  vd_raster_free(&page);
}

static void no_memory_is_told(void **state) {
  (void)state;
  struct vd_raster small, large;
  size_t count = 99;
  page_new(&small, 700, 500);
  page_new(&large, 4000, 3000);
  memory_spy_start(1000);
  assert_int_equal(vd_locate(&small, regions, REGIONS, &count, &failure), VD_MEMORY);
  assert_int_equal(count, 0);
  assert_int_equal(vd_locate(&large, regions, REGIONS, &count, &failure), VD_MEMORY);
  (void)memory_spy_stop();
  vd_raster_free(&small);
  vd_raster_free(&large);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_code_between_writing_comes_first), cmocka_unit_test(two_codes_are_two_regions),
      cmocka_unit_test(empty_paper_has_no_region),          cmocka_unit_test(lines_in_one_direction_have_no_region),
      cmocka_unit_test(noise_everywhere_is_bounded),        cmocka_unit_test(no_memory_is_told),
  };
  return cmocka_run_group_tests_name("locate", tests, NULL, NULL);
}
