#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "picture_page.h"
#include "serve/picture_job.h"

#define FOREIGN "https://elsewhere.example/menu"

static struct vd_picture_job job;
static struct vd_output png;
static char ours[256];

static int begin(void **state) {
  struct page_random random = {.state = 7};
  (void)state;
  page_random_text(&random, "https://verify.example/", ours);
  return 0;
}

static int end(void **state) {
  (void)state;
  vd_output_free(&png);
  return 0;
}

static void draw(struct vd_raster *page, const char *text, double x) {
  struct vd_qr qr;
  assert_int_equal(vd_qr_encode(text, strlen(text), VD_QR_LEVEL_M, &qr, NULL), VD_OK);
  page_draw(page, &qr, x, 40, 6, 0);
}

static void run_on(const char *left, const char *right) {
  struct vd_raster page;
  page_new(&page, 1000, 450);
  if (left != NULL) draw(&page, left, 40);
  if (right != NULL) draw(&page, right, 520);
  vd_output_clear(&png);
  page_write_png(&page, &png);
  vd_raster_free(&page);
  job.picture = (struct vd_span){(const char *)png.bytes, png.len};
  vd_picture_job_run(&job);
}

static void expect_text(const char *text) {
  assert_int_equal(job.outcome, VD_PICTURE_CODE);
  assert_int_equal(job.text_len, strlen(text));
  assert_memory_equal(job.text, text, job.text_len);
}

static void the_text_of_a_code_is_read(void **state) {
  (void)state;
  run_on(ours, NULL);
  expect_text(ours);
  run_on(strchr(ours, '#') + 1, NULL); /* the payload alone */
  expect_text(strchr(ours, '#') + 1);
}

static void a_foreign_code_does_not_hide_ours(void **state) {
  (void)state;
  run_on(FOREIGN, ours);
  expect_text(ours);
  run_on(ours, FOREIGN);
  expect_text(ours);
}

static void a_foreign_code_alone_is_read(void **state) {
  (void)state;
  run_on(FOREIGN, NULL);
  expect_text(FOREIGN);
}

static void a_picture_without_a_code_has_none(void **state) {
  (void)state;
  run_on(NULL, NULL);
  assert_int_equal(job.outcome, VD_PICTURE_NO_CODE);
}

static void what_is_no_picture_is_told(void **state) {
  (void)state;
  run_on(ours, NULL);
  job.picture.len = 40; /* cut off */
  vd_picture_job_run(&job);
  assert_int_equal(job.outcome, VD_PICTURE_UNREADABLE);
  job.picture = VD_SPAN("GIF89a...");
  vd_picture_job_run(&job);
  assert_int_equal(job.outcome, VD_PICTURE_UNREADABLE);
  job.picture = (struct vd_span){NULL, 0};
  vd_picture_job_run(&job);
  assert_int_equal(job.outcome, VD_PICTURE_UNREADABLE);
  assert_int_equal(job.text_len, 0);
}

static void wiping_leaves_nothing(void **state) {
  static const char nothing[sizeof job.text];
  (void)state;
  run_on(ours, NULL);
  vd_picture_job_wipe(&job);
  assert_memory_equal(job.text, nothing, sizeof nothing);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_text_of_a_code_is_read, begin, end),
      cmocka_unit_test_setup_teardown(a_foreign_code_does_not_hide_ours, begin, end),
      cmocka_unit_test_setup_teardown(a_foreign_code_alone_is_read, begin, end),
      cmocka_unit_test_setup_teardown(a_picture_without_a_code_has_none, begin, end),
      cmocka_unit_test_setup_teardown(what_is_no_picture_is_told, begin, end),
      cmocka_unit_test_setup_teardown(wiping_leaves_nothing, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
