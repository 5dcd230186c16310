#include <pthread.h>
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>

#include "libfrag/cmocka_all.h"
#include "picture/qr_png.h"
#include "picture/scan.h"
#include "verifyd/picture_page.h"

static const char prefix[] = "https://verify.example/";

/* What accept saw, and the one text that it takes. */
struct search {
  const char *wanted;
  size_t wanted_len;
  unsigned calls;
  unsigned others;
  struct vd_scan_result result;
};

static bool accept_wanted(void *context, const char *text, size_t len) {
  struct search *search = context;
  search->calls++;
  assert_int_equal(text[len], '\0');
  bool wanted = len == search->wanted_len && memcmp(text, search->wanted, len) == 0;
  search->others += !wanted;
  return wanted;
}

static struct search scan(const struct vd_raster *raster, const char *wanted, size_t len) {
  struct vd_failure failure;
  struct search search = {.wanted = wanted, .wanted_len = len};
  assert_int_equal(vd_scan(raster, accept_wanted, &search, &search.result, &failure), VD_OK);
  assert_true(search.result.looks <= VD_SCAN_LOOKS_MAX);
  return search;
}

static void expect_found(const struct vd_raster *raster, const char *wanted, size_t len) {
  struct search search = scan(raster, wanted, len);
  assert_int_equal(search.result.outcome, VD_SCAN_ACCEPTED);
  assert_int_equal(search.others, 0);
  assert_int_equal(search.calls, 1);
}

static void make_code(const char *text, size_t len, struct vd_qr *qr) {
  struct vd_failure failure;
  assert_int_equal(vd_qr_encode(text, len, VD_QR_LEVEL_Q, qr, &failure), VD_OK);
}

static void read_back(const struct vd_output *file, struct vd_raster *raster) {
  struct vd_failure failure;
  assert_int_equal(vd_raster_read(file->bytes, file->len, &VD_RASTER_LIMITS_DEFAULT, raster, &failure), VD_OK);
}

static void expect_round_trip(const char *text, size_t len, enum vd_qr_level level, unsigned module_pixels) {
  static struct vd_qr qr;
  struct vd_failure failure;
  struct vd_output file = {0};
  struct vd_raster raster;
  assert_int_equal(vd_qr_encode(text, len, level, &qr, &failure), VD_OK);
  assert_int_equal(vd_qr_png_write_sized(&qr, module_pixels, &file, &failure), VD_OK);
  read_back(&file, &raster);
  expect_found(&raster, text, len);
  vd_raster_free(&raster);
  vd_output_free(&file);
}

static void what_was_written_is_read(void **state) {
  (void)state;
  static const char *const prefixes[] = {"https://verify.example/", "HTTPS://VERIFY.EXAMPLE/", "https://v.kh", "a", ""};
  struct page_random random = {.state = 30};
  for (unsigned i = 0; i < 45; i++) {
    char text[256];
    page_random_text(&random, prefixes[i % 5], text);
    expect_round_trip(text, strlen(text), i % 3 == 0 ? VD_QR_LEVEL_M : VD_QR_LEVEL_Q, 4 + i % 6);
  }
}

static void bytes_are_not_reinterpreted(void **state) {
  (void)state;
  static const char *const texts[] = {"x",
                                      "7",
                                      "A",
                                      "0123456789",
                                      "MIXED case, Then UPPER",
                                      "%23AAAAAAAA",
                                      "UPPER first then lower",
                                      "ភាសាខ្មែរ",
                                      "caf\xe9",
                                      "\xff\xfe\x80\x81 \xe3\x81",
                                      "\\backslash~tilde",
                                      "tab\tand\nnewline"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    expect_round_trip(texts[i], strlen(texts[i]), VD_QR_LEVEL_Q, 6);
  expect_round_trip("a\0b", 3, VD_QR_LEVEL_Q, 6);
}

/* One certificate page with a code of 0.51 mm a module somewhere, 150 dpi, as a scanner or a camera gives it. */
static void make_page(unsigned seed, double degrees, char text[static 256], struct vd_raster *page) {
  static struct vd_qr qr;
  struct page_random random = {.state = seed};
  double module = 0.51 * 150 / 25.4, side = 53 * module;
  page_random_text(&random, prefix, text);
  make_code(text, strlen(text), &qr);
  page_new(page, 874, 1240);
  page_clutter(page, &random, 150);
  page_draw(page, &qr, 20 + page_uniform(&random) * (834 - side), 20 + page_uniform(&random) * (1200 - side), module,
            degrees);
  page_blur(page, 0.6);
  page_noise(page, &random, 6);
}

static void codes_on_scanned_pages_are_found(void **state) {
  (void)state;
  for (unsigned seed = 0; seed < 4; seed++) {
    char text[256];
    struct vd_raster page, raster;
    struct vd_output file = {0};
    make_page(seed, seed - 2.0, text, &page);
    page_write_jpeg(&page, 75, &file);
    read_back(&file, &raster);
    expect_found(&raster, text, strlen(text));
    vd_raster_free(&page);
    vd_raster_free(&raster);
    vd_output_free(&file);
  }
}

static void turned_codes_are_found(void **state) {
  (void)state;
  for (unsigned seed = 0; seed < 5; seed++) {
    char text[256];
    struct vd_raster page;
    make_page(40 + seed, 75.0 * seed + 10, text, &page);
    expect_found(&page, text, strlen(text));
    vd_raster_free(&page);
  }
}

static void codes_on_tilted_photos_are_found(void **state) {
  (void)state;
  for (unsigned seed = 0; seed < 4; seed++) {
    static struct vd_qr qr;
    struct page_random random = {.state = 50 + seed};
    struct vd_raster page, photo;
    char text[256];
    page_random_text(&random, prefix, text);
    make_code(text, strlen(text), &qr);
    page_new(&page, 1748, 2480);
    page_clutter(&page, &random, 300);
    page_draw(&page, &qr, 700, 1300, 0.51 * 300 / 25.4, 0);
    page_photograph(&page, 900, 1200, seed % 2 == 0 ? 25 : -25, 8.0 * seed, &photo);
    page_blur(&photo, 0.5);
    page_noise(&photo, &random, 6);
    expect_found(&photo, text, strlen(text));
    vd_raster_free(&page);
    vd_raster_free(&photo);
  }
}

/* 2.5 pixels a module, blurred and turned: the first look, straight at the densest place, is not enough. */
static void a_later_look_finds_what_the_first_misses(void **state) {
  (void)state;
  static struct vd_qr qr;
  unsigned later = 0;
  for (unsigned seed = 60; seed < 64; seed++) {
    struct page_random random = {.state = seed};
    struct vd_raster page;
    char text[256];
    page_random_text(&random, prefix, text);
    make_code(text, strlen(text), &qr);
    page_new(&page, 600, 400);
    page_clutter(&page, &random, 150);
    page_draw(&page, &qr, 300, 100, 2.5, 40);
    page_blur(&page, 1);
    page_noise(&page, &random, 6);
    struct search search = scan(&page, text, strlen(text));
    assert_int_equal(search.result.outcome, VD_SCAN_ACCEPTED);
    later += search.result.looks > 1;
    vd_raster_free(&page);
  }
  assert_true(later >= 2);
}

static void a_code_that_fills_the_picture_is_found(void **state) {
  (void)state;
  static struct vd_qr qr;
  struct page_random random = {.state = 70};
  struct vd_raster page;
  char text[256];
  page_random_text(&random, prefix, text);
  make_code(text, strlen(text), &qr);
  page_new(&page, 1500, 1900);
  page_draw(&page, &qr, 60, 200, 26, 3);
  page_blur(&page, 2);
  expect_found(&page, text, strlen(text));
  vd_raster_free(&page);
}

static void a_foreign_code_does_not_end_the_search(void **state) {
  (void)state;
  static struct vd_qr ours, foreign;
  static const char foreign_text[] =
      "https://another.example/a/long/enough/address/so/that/it/is/the/denser/one?of=the&two=codes";
  struct page_random random = {.state = 71};
  struct vd_raster page;
  char text[256];
  page_random_text(&random, prefix, text);
  make_code(text, strlen(text), &ours);
  make_code(foreign_text, strlen(foreign_text), &foreign);
  page_new(&page, 900, 700);
  page_draw(&page, &foreign, 30, 30, 3, 0);
  page_draw(&page, &ours, 600, 400, 4.5, 0);
  struct search search = scan(&page, text, strlen(text));
  assert_int_equal(search.result.outcome, VD_SCAN_ACCEPTED);
  assert_true(search.others >= 1);
  search = scan(&page, foreign_text, strlen(foreign_text));
  assert_int_equal(search.result.outcome, VD_SCAN_ACCEPTED);
  search = scan(&page, "neither", 7);
  assert_int_equal(search.result.outcome, VD_SCAN_REFUSED);
  assert_true(search.others >= 2);
  vd_raster_free(&page);
}

static void expect_nothing(const struct vd_raster *raster) {
  struct search search = scan(raster, "", 0);
  assert_int_equal(search.result.outcome, VD_SCAN_NOTHING);
  assert_int_equal(search.calls, 0);
}

static void a_page_without_a_code_has_none(void **state) {
  (void)state;
  struct page_random random = {.state = 72};
  struct vd_raster page;
  page_new(&page, 874, 1240);
  page_clutter(&page, &random, 150);
  expect_nothing(&page);
  page_noise(&page, &random, 60);
  expect_nothing(&page);
  vd_raster_free(&page);
}

static void small_pictures_do_no_harm(void **state) {
  (void)state;
  static const uint32_t sizes[][2] = {{1, 1},   {1, 300}, {300, 1}, {2, 2},     {3, 50},
                                      {23, 23}, {24, 25}, {47, 48}, {12000, 3}, {3, 12000}};
  struct page_random random = {.state = 73};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    struct vd_raster page;
    page_new(&page, sizes[i][0], sizes[i][1]);
    expect_nothing(&page);
    for (size_t at = 0; at < (size_t)page.width * page.height; at++)
      page.grey[at] = (page_next(&random) & 1) != 0 ? 255 : 0;
    expect_nothing(&page);
    vd_raster_free(&page);
  }
}

/* An EAN-13 barcode, whose lines zbar knows too. */
static void other_symbologies_are_not_read(void **state) {
  (void)state;
  static const char bars[] =
      "101"
      "0001101"
      "0110011"
      "0010011"
      "0111101"
      "0100011"
      "0110001"
      "01010"
      "1010000"
      "1000100"
      "1001000"
      "1110100"
      "1110010"
      "1100110"
      "101";
  struct vd_raster page;
  page_new(&page, 500, 200);
  for (size_t y = 20; y < 180; y++) {
    for (size_t x = 0; x < 95 * 4; x++) page.grey[y * 500 + 60 + x] = bars[x / 4] == '1' ? 0 : 255;
  }
  expect_nothing(&page);
  vd_raster_free(&page);
}

/* Draws one symbol of a text that is spread over several. */
static void draw_part(const QRcode *code, struct vd_raster *page, double x) {
  static struct vd_qr qr;
  qr.side = (unsigned)code->width;
  for (size_t i = 0; i < (size_t)code->width * (size_t)code->width; i++) qr.modules[i] = code->data[i] & 1;
  page_draw(page, &qr, x, 20, 5, 0);
}

static void a_part_of_a_text_is_not_a_text(void **state) {
  (void)state;
  static const char text[] = "a text of some length that is spread over several symbols";
  QRcode_List *parts = QRcode_encodeString8bitStructured(text, 2, QR_ECLEVEL_M);
  assert_non_null(parts);
  assert_in_range(QRcode_List_size(parts), 2, 4);
  struct vd_raster page;
  page_new(&page, 1000, 250);
  draw_part(parts->code, &page, 20);
  expect_nothing(&page);
  double x = 20;
  for (QRcode_List *part = parts; part != NULL; part = part->next, x += 220) draw_part(part->code, &page, x);
  struct search search = scan(&page, text, strlen(text));
  assert_true(search.result.outcome == VD_SCAN_ACCEPTED || search.calls == 0);
  vd_raster_free(&page);
  QRcode_List_free(parts);
}

static void a_cut_off_jpeg_still_has_its_code(void **state) {
  (void)state;
  static struct vd_qr qr;
  struct page_random random = {.state = 74};
  struct vd_raster page, raster;
  struct vd_output file = {0};
  char text[256];
  page_random_text(&random, prefix, text);
  make_code(text, strlen(text), &qr);
  page_new(&page, 600, 800);
  page_clutter(&page, &random, 150);
  page_draw(&page, &qr, 100, 40, 4, 0);
  page_write_jpeg(&page, 85, &file);
  file.len = file.len * 2 / 3;
  read_back(&file, &raster);
  expect_found(&raster, text, strlen(text));
  vd_raster_free(&page);
  vd_raster_free(&raster);
  vd_output_free(&file);
}

struct worker {
  struct vd_raster page;
  char text[256];
  unsigned found;
};

static bool take_own(void *context, const char *text, size_t len) {
  struct worker *worker = context;
  return len == strlen(worker->text) && memcmp(text, worker->text, len) == 0;
}

static void *scan_repeatedly(void *argument) {
  struct worker *worker = argument;
  for (int i = 0; i < 5; i++) {
    struct vd_scan_result result;
    if (vd_scan(&worker->page, take_own, worker, &result, NULL) != VD_OK) return NULL;
    worker->found += result.outcome == VD_SCAN_ACCEPTED;
  }
  return NULL;
}

static void threads_do_not_meet(void **state) {
  (void)state;
  static struct worker workers[3];
  pthread_t threads[3];
  for (unsigned i = 0; i < 3; i++) {
    make_page(80 + i, 2, workers[i].text, &workers[i].page);
    assert_int_equal(pthread_create(&threads[i], NULL, scan_repeatedly, &workers[i]), 0);
  }
  for (unsigned i = 0; i < 3; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(workers[i].found, 5);
    vd_raster_free(&workers[i].page);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_written_is_read),
      cmocka_unit_test(bytes_are_not_reinterpreted),
      cmocka_unit_test(codes_on_scanned_pages_are_found),
      cmocka_unit_test(turned_codes_are_found),
      cmocka_unit_test(codes_on_tilted_photos_are_found),
      cmocka_unit_test(a_later_look_finds_what_the_first_misses),
      cmocka_unit_test(a_code_that_fills_the_picture_is_found),
      cmocka_unit_test(a_foreign_code_does_not_end_the_search),
      cmocka_unit_test(a_page_without_a_code_has_none),
      cmocka_unit_test(small_pictures_do_no_harm),
      cmocka_unit_test(other_symbologies_are_not_read),
      cmocka_unit_test(a_part_of_a_text_is_not_a_text),
      cmocka_unit_test(a_cut_off_jpeg_still_has_its_code),
      cmocka_unit_test(threads_do_not_meet),
  };
  return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
