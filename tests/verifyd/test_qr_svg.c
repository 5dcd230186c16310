#include <stdio.h>
#include <stdlib.h>

#include "libfrag/cmocka_all.h"
#include "picture/qr_svg.h"
#include "verifyd/memory_spy.h"
#include "verifyd/picture_page.h"

enum { SIDE_MAX = VD_QR_SIDE_MAX + 2 * VD_QR_QUIET_MODULES };

static struct vd_failure failure;
static struct vd_qr qr;
static char drawn[SIDE_MAX][SIDE_MAX];

/* Writes the code; the caller frees the text, which ends in NUL. */
static char *write_svg(void) {
  struct vd_output file = {0};
  assert_int_equal(vd_qr_svg_write(&qr, &file, &failure), VD_OK);
  char *text = calloc(1, file.len + 1);
  assert_non_null(text);
  memcpy(text, file.bytes, file.len);
  assert_int_equal(strlen(text), file.len);
  vd_output_free(&file);
  return text;
}

static const char *attribute(const char *svg, const char *name) {
  const char *at = strstr(svg, name);
  assert_non_null(at);
  return at + strlen(name);
}

/* Follows the path with a pen that is one module wide, as SVG says: M and m move, h draws. */
static void draw_path(const char *path) {
  double x = 0, y = 0;
  memset(drawn, 0, sizeof drawn);
  while (*path != '"') {
    char command = *path++, *end = NULL;
    double first = strtod(path, &end);
    assert_true(end > path);
    path = end;
    if (command == 'h') {
      double top = y - 0.5;
      assert_true(top >= 0 && top == (unsigned)top && x == (unsigned)x && first > 0);
      for (unsigned i = 0; i < (unsigned)first; i++) {
        assert_true((unsigned)top < SIDE_MAX && (unsigned)x + i < SIDE_MAX);
        assert_int_equal(drawn[(unsigned)top][(unsigned)x + i]++, 0);
      }
      x += first;
      continue;
    }
    assert_true((command == 'M' || command == 'm') && *path == ' ');
    double second = strtod(path + 1, &end);
    path = end;
    x = command == 'M' ? first : x + first;
    y = command == 'M' ? second : y + second;
  }
}

static void expect_drawn(void) {
  for (unsigned y = 0; y < SIDE_MAX; y++) {
    for (unsigned x = 0; x < SIDE_MAX; x++) assert_int_equal(drawn[y][x], vd_qr_dark(&qr, x, y));
  }
}

static void the_path_draws_the_modules(void **state) {
  (void)state;
  struct page_random random = {.state = 4};
  for (size_t len = 1; len <= 482; len += 37) {
    char text[482];
    for (size_t i = 0; i < len; i++) text[i] = (char)('a' + page_next(&random) % 26);
    assert_int_equal(vd_qr_encode(text, len, VD_QR_LEVEL_Q, &qr, &failure), VD_OK);
    char *svg = write_svg();
    draw_path(attribute(svg, " d=\""));
    expect_drawn();
    free(svg);
  }
  assert_int_equal(qr.side, VD_QR_SIDE_MAX);
}

static void the_worst_matrix_fits(void **state) {
  (void)state;
  qr.side = VD_QR_SIDE_MAX;
  for (size_t i = 0; i < sizeof qr.modules; i++) qr.modules[i] = (i % qr.side + i / qr.side) % 2 == 0;
  char *svg = write_svg();
  draw_path(attribute(svg, " d=\""));
  expect_drawn();
  free(svg);
}

static void it_prints_at_27_millimetres(void **state) {
  (void)state;
  struct page_random random = {.state = 5};
  char text[256];
  page_random_text(&random, "https://verify.example/", text);
  assert_int_equal(vd_qr_encode(text, strlen(text), VD_QR_LEVEL_Q, &qr, &failure), VD_OK);
  char *svg = write_svg();
  assert_int_equal(strncmp(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 40), 0);
  assert_int_equal(strncmp(attribute(svg, " width=\""), "27.030mm\"", 9), 0);
  assert_int_equal(strncmp(attribute(svg, " height=\""), "27.030mm\"", 9), 0);
  assert_int_equal(strncmp(attribute(svg, " viewBox=\""), "0 0 53 53\"", 10), 0);
  assert_int_equal(strncmp(attribute(svg, "<rect "), "width=\"53\" height=\"53\" fill=\"#fff\"/>", 35), 0);
  assert_int_equal(strncmp(attribute(svg, "<path "), "stroke=\"#000\"", 13), 0);
  assert_non_null(strstr(svg, "shape-rendering=\"crispEdges\""));
  assert_string_equal(strstr(svg, "/></svg>"), "/></svg>\n");
  free(svg);
}

static void it_does_not_say_the_text(void **state) {
  (void)state;
  static const char text[] = "https://verify.example/#SECRETSECRET";
  assert_int_equal(vd_qr_encode(text, strlen(text), VD_QR_LEVEL_Q, &qr, &failure), VD_OK);
  char *svg = write_svg();
  assert_null(strstr(svg, "SECRET"));
  assert_null(strstr(svg, "verify"));
  assert_null(strstr(svg, "<title"));
  assert_null(strstr(svg, "<metadata"));
  assert_null(strstr(svg, "<!--"));
  free(svg);
}

static void no_memory_is_told(void **state) {
  (void)state;
  struct vd_output file = {0};
  memory_spy_start(1);
  assert_int_equal(vd_qr_svg_write(&qr, &file, &failure), VD_MEMORY);
  (void)memory_spy_stop();
  assert_int_equal(file.len, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_path_draws_the_modules),  cmocka_unit_test(the_worst_matrix_fits),
      cmocka_unit_test(it_prints_at_27_millimetres), cmocka_unit_test(it_does_not_say_the_text),
      cmocka_unit_test(no_memory_is_told),
  };
  return cmocka_run_group_tests_name("qr_svg", tests, NULL, NULL);
}
