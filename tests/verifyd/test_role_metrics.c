#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/role_metrics.h"

static struct vd_role_metrics metrics;

static const char *written(void) {
  static char text[1 << 16];
  struct vd_buffer out;
  vd_buffer_init(&out, sizeof text);
  vd_role_metrics_write(&metrics, &out);
  assert_false(vd_buffer_failed(&out));
  memcpy(text, out.bytes, out.len);
  text[out.len] = '\0';
  vd_buffer_free(&out);
  return text;
}

static bool has(const char *line) { return strstr(written(), line) != NULL; }

static void submissions_are_counted_by_what_became_of_them(void **state) {
  static const struct {
    enum vd_error error;
    bool is_over_quota;
    const char *line;
  } rows[] = {
      {VD_OK, false, "verifyd_submissions_total{result=\"accepted\"} 1\n"},
      {VD_DATA, false, "verifyd_submissions_total{result=\"bad_data\"} 1\n"},
      {VD_KEY, false, "verifyd_submissions_total{result=\"bad_key\"} 1\n"},
      {VD_CONFLICT, false, "verifyd_submissions_total{result=\"conflict\"} 1\n"},
      {VD_NOT_FOUND, false, "verifyd_submissions_total{result=\"not_found\"} 1\n"},
      {VD_FULL, true, "verifyd_submissions_total{result=\"over_quota\"} 1\n"},
      {VD_FULL, false, "verifyd_submissions_total{result=\"disk_full\"} 1\n"},
      {VD_IO, false, "verifyd_submissions_total{result=\"fault\"} 1\n"},
  };
  (void)state;
  vd_role_metrics_init(&metrics);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_false(has(rows[i].line));
    vd_role_metrics_submission(&metrics, rows[i].error, rows[i].is_over_quota);
    assert_true(has(rows[i].line));
  }
  vd_role_metrics_submission(&metrics, VD_MEMORY, false);
  assert_true(has("verifyd_submissions_total{result=\"fault\"} 2\n"));
  assert_true(has("verifyd_submissions_total{result=\"accepted\"} 1\n"));
}

static void every_value_has_a_family(void **state) {
  (void)state;
  vd_role_metrics_init(&metrics);
  vd_role_metrics_add(&metrics.items_added, 41);
  vd_role_metrics_add(&metrics.items_added, 1);
  assert_true(has("# TYPE verifyd_submitted_items_added_total counter\nverifyd_submitted_items_added_total 42\n"));
  const char *text = written();
  size_t helps = 0, types = 0;
  for (const char *at = text; (at = strstr(at, "# HELP ")) != NULL; at++) helps++;
  for (const char *at = text; (at = strstr(at, "# TYPE ")) != NULL; at++) types++;
  assert_true(helps > 1 && helps == types);
  assert_int_equal(text[strlen(text) - 1], '\n');
}

static void labels(void **state) {
  struct vd_buffer out;
  (void)state;
  vd_buffer_init(&out, 1000);
  vd_role_metrics_family(&out, "x", "gauge", "About x.");
  vd_role_metrics_value(&out, "x", "operator=\"3\"", 7);
  vd_role_metrics_value(&out, "x", NULL, UINT64_MAX);
  vd_buffer_append(&out, "", 1);
  assert_string_equal(out.bytes,
                      "# HELP verifyd_x About x.\n# TYPE verifyd_x gauge\nverifyd_x{operator=\"3\"} 7\n"
                      "verifyd_x 18446744073709551615\n");
  vd_buffer_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(submissions_are_counted_by_what_became_of_them),
      cmocka_unit_test(every_value_has_a_family),
      cmocka_unit_test(labels),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
