#include <stdlib.h>

#include "libfrag/cmocka_all.h"
#include "picture/qr_terminal.h"
#include "verifyd/memory_spy.h"
#include "verifyd/picture_page.h"

#define BEGIN "\033[38;5;16;48;5;231m"
#define END "\033[0m\n"

static struct vd_failure failure;
static struct vd_qr qr;

static const char *behind(const char *at, const char *expected) {
  assert_int_equal(strncmp(at, expected, strlen(expected)), 0);
  return at + strlen(expected);
}

/* Reads one character: the upper module and, in *lower, the lower one. */
static const char *read_block(const char *at, unsigned *upper, unsigned *lower) {
  static const char *const blocks[] = {" ", "▀", "▄", "█"};
  for (unsigned i = 0; i < 4; i++) {
    if (strncmp(at, blocks[i], strlen(blocks[i])) != 0) continue;
    *upper = i & 1;
    *lower = i >> 1;
    return at + strlen(blocks[i]);
  }
  fail_msg("not a block: %.8s", at);
  return at;
}

static void expect_code(const char *at) {
  unsigned side = vd_qr_printed_side(&qr);
  for (unsigned y = 0; y < side; y += 2) {
    at = behind(at, BEGIN);
    for (unsigned x = 0; x < side; x++) {
      unsigned upper = 9, lower = 9;
      at = read_block(at, &upper, &lower);
      assert_int_equal(upper, vd_qr_dark(&qr, x, y));
      assert_int_equal(lower, vd_qr_dark(&qr, x, y + 1));
    }
    at = behind(at, END);
  }
  assert_string_equal(at, "");
}

static void write_and_check(void) {
  struct vd_output text = {0};
  assert_int_equal(vd_qr_terminal_write(&qr, &text, &failure), VD_OK);
  assert_int_equal(vd_output_reserve(&text, 1, &failure), VD_OK);
  text.bytes[text.len] = '\0';
  expect_code((const char *)text.bytes);
  vd_output_free(&text);
}

static void the_blocks_are_the_modules(void **state) {
  (void)state;
  struct page_random random = {.state = 6};
  for (size_t len = 1; len < 482; len += 53) {
    char text[482];
    for (size_t i = 0; i < len; i++) text[i] = (char)('a' + page_next(&random) % 26);
    assert_int_equal(vd_qr_encode(text, len, VD_QR_LEVEL_Q, &qr, &failure), VD_OK);
    write_and_check();
  }
}

static void the_largest_matrix_fits(void **state) {
  (void)state;
  qr.side = VD_QR_SIDE_MAX;
  memset(qr.modules, 1, sizeof qr.modules);
  write_and_check();
}

static void no_memory_is_told(void **state) {
  (void)state;
  struct vd_output text = {0};
  memory_spy_start(1);
  assert_int_equal(vd_qr_terminal_write(&qr, &text, &failure), VD_MEMORY);
  (void)memory_spy_stop();
  assert_int_equal(text.len, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_blocks_are_the_modules),
      cmocka_unit_test(the_largest_matrix_fits),
      cmocka_unit_test(no_memory_is_told),
  };
  return cmocka_run_group_tests_name("qr_terminal", tests, NULL, NULL);
}
