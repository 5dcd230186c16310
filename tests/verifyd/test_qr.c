#include <stdbool.h>

#include "libfrag/cmocka_all.h"
#include "picture/qr.h"
#include "verifyd/picture_page.h"

static struct vd_failure failure;
static struct vd_qr qr;
static const struct vd_qr empty;

static unsigned side_of(const char *text, enum vd_qr_level level) {
  assert_int_equal(vd_qr_encode(text, strlen(text), level, &qr, &failure), VD_OK);
  return qr.side;
}

static void a_prefix_of_23_characters_fits_version_7(void **state) {
  (void)state;
  struct page_random random = {.state = 1};
  for (int i = 0; i < 50; i++) {
    char text[256];
    page_random_text(&random, "https://verify.example/", text);
    assert_int_equal(strlen(text), 23 + 1 + 88);
    assert_int_equal(side_of(text, VD_QR_LEVEL_Q), 45);
    page_random_text(&random, "https://v.kh", text);
    assert_int_equal(side_of(text, VD_QR_LEVEL_Q), 45);
    page_random_text(&random, "https://verify.example/x", text);
    assert_int_equal(side_of(text, VD_QR_LEVEL_Q), 49);
  }
}

static void level_m_is_one_version_smaller(void **state) {
  (void)state;
  struct page_random random = {.state = 2};
  char text[256];
  page_random_text(&random, "https://verify.example/", text);
  assert_int_equal(side_of(text, VD_QR_LEVEL_M), 41);
}

static bool is_finder(unsigned left, unsigned top) {
  static const char *const rows[] = {"#######", "#     #", "# ### #", "# ### #", "# ### #", "#     #", "#######"};
  for (unsigned y = 0; y < 7; y++) {
    for (unsigned x = 0; x < 7; x++) {
      if (vd_qr_dark(&qr, left + x, top + y) != (rows[y][x] == '#')) return false;
    }
  }
  return true;
}

static void it_has_its_marks_and_its_border(void **state) {
  (void)state;
  unsigned side = side_of("https://verify.example/#ABC", VD_QR_LEVEL_Q), printed = vd_qr_printed_side(&qr);
  assert_int_equal(printed, side + 8);
  assert_true(is_finder(4, 4));
  assert_true(is_finder(side - 3, 4));
  assert_true(is_finder(4, side - 3));
  assert_false(is_finder(side - 3, side - 3));
  for (unsigned i = 0; i < printed + 3; i++) {
    for (unsigned border = 0; border < 4; border++) {
      assert_false(vd_qr_dark(&qr, i, border) || vd_qr_dark(&qr, border, i));
      assert_false(vd_qr_dark(&qr, i, printed - 1 - border) || vd_qr_dark(&qr, printed - 1 - border, i));
    }
    assert_false(vd_qr_dark(&qr, i, printed) || vd_qr_dark(&qr, printed, i));
  }
  assert_false(vd_qr_dark(&qr, ~0u, ~0u));
}

static void different_texts_are_different_codes(void **state) {
  (void)state;
  static struct vd_qr first;
  (void)side_of("https://verify.example/#AAAAAAAA", VD_QR_LEVEL_Q);
  first = qr;
  (void)side_of("https://verify.example/#AAAAAAAA", VD_QR_LEVEL_Q);
  assert_memory_equal(first.modules, qr.modules, sizeof qr.modules);
  (void)side_of("https://verify.example/#AAAAAAAB", VD_QR_LEVEL_Q);
  assert_memory_not_equal(first.modules, qr.modules, (size_t)qr.side * qr.side);
}

static void expect_refused(const char *text, size_t len, enum vd_qr_level level) {
  memset(&failure, 0, sizeof failure);
  memset(&qr, 7, sizeof qr);
  assert_int_equal(vd_qr_encode(text, len, level, &qr, &failure), VD_DATA);
  assert_int_equal(failure.code, VD_DATA);
  assert_memory_equal(&qr, &empty, sizeof qr);
  /* The text is secret. */
  assert_null(strstr(failure.text, "SECRET"));
}

static void empty_and_long_texts_are_refused(void **state) {
  (void)state;
  static char text[9000];
  for (size_t i = 0; i < sizeof text; i++) text[i] = "SECRET#"[i % 7];
  expect_refused("", 0, VD_QR_LEVEL_Q);
  /* Version 20 holds 482 bytes at level Q and 666 at M. */
  assert_int_equal(vd_qr_encode(text, 482, VD_QR_LEVEL_Q, &qr, &failure), VD_OK);
  assert_int_equal(qr.side, VD_QR_SIDE_MAX);
  expect_refused(text, 483 + 6, VD_QR_LEVEL_Q);
  assert_int_equal(vd_qr_encode(text, 666, VD_QR_LEVEL_M, &qr, &failure), VD_OK);
  expect_refused(text, 667 + 6, VD_QR_LEVEL_M);
  expect_refused(text, 3000, VD_QR_LEVEL_M);
  expect_refused(text, 5000, VD_QR_LEVEL_M);
  expect_refused(text, sizeof text, VD_QR_LEVEL_Q);
}

static void a_wiped_code_is_empty(void **state) {
  (void)state;
  (void)side_of("https://verify.example/#ABC", VD_QR_LEVEL_Q);
  vd_qr_wipe(&qr);
  assert_memory_equal(&qr, &empty, sizeof qr);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_prefix_of_23_characters_fits_version_7), cmocka_unit_test(level_m_is_one_version_smaller),
      cmocka_unit_test(it_has_its_marks_and_its_border),          cmocka_unit_test(different_texts_are_different_codes),
      cmocka_unit_test(empty_and_long_texts_are_refused),         cmocka_unit_test(a_wiped_code_is_empty),
  };
  return cmocka_run_group_tests_name("qr", tests, NULL, NULL);
}
