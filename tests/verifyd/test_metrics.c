#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/metrics.h"

static const char *const names[] = {"first", "second"};
static struct vd_metrics metrics[2];
static struct vd_buffer out;

static int begin(void **state) {
  (void)state;
  vd_metrics_init(&metrics[0]);
  vd_metrics_init(&metrics[1]);
  vd_buffer_init(&out, 1 << 20);
  return 0;
}

static int end(void **state) {
  (void)state;
  vd_buffer_free(&out);
  return 0;
}

static void expect_line(const char *line) {
  if (out.len == 0) {
    vd_metrics_write(metrics, 2, names, 2, &out);
    vd_buffer_append(&out, "", 1);
    assert_false(vd_buffer_failed(&out));
  }
  const char *found = strstr(out.bytes, line);
  if (found == NULL || found == out.bytes || found[-1] != '\n' || found[strlen(line)] != '\n')
    fail_msg("no line %s", line);
}

static void loops_are_added_up(void **state) {
  (void)state;
  vd_metrics_request(&metrics[0], 0, 200, 90);
  vd_metrics_request(&metrics[1], 0, 204, 100);
  vd_metrics_request(&metrics[1], 1, 404, 101);
  vd_metrics_request(&metrics[1], VD_METRICS_NO_ROUTE, 503, 6000000);
  expect_line("verifyd_requests_total{route=\"first\",status=\"2xx\"} 2");
  expect_line("verifyd_requests_total{route=\"second\",status=\"4xx\"} 1");
  expect_line("verifyd_requests_total{route=\"none\",status=\"5xx\"} 1");
  expect_line("verifyd_request_duration_seconds_bucket{le=\"0.0001\"} 2");
  expect_line("verifyd_request_duration_seconds_bucket{le=\"0.00025\"} 3");
  expect_line("verifyd_request_duration_seconds_bucket{le=\"5\"} 3");
  expect_line("verifyd_request_duration_seconds_bucket{le=\"+Inf\"} 4");
  expect_line("verifyd_request_duration_seconds_sum 6.000291");
  expect_line("verifyd_request_duration_seconds_count 4");
  expect_line("# TYPE verifyd_request_duration_seconds histogram");
}

static void add_verdict(struct vd_metrics *loop, frag_error code, enum vd_operator_state first,
                        enum vd_operator_state second) {
  static struct vd_verdict verdict;
  verdict = (struct vd_verdict){.code = code,
                                .operator_count = 2,
                                .operators = {{.number = 1, .state = first}, {.number = 15, .state = second}}};
  vd_metrics_verdict(loop, &verdict);
}

static void verdicts_have_the_names_of_their_codes(void **state) {
  (void)state;
  add_verdict(&metrics[0], FRAG_OK, VD_OPERATOR_GOOD, VD_OPERATOR_GOOD);
  add_verdict(&metrics[1], FRAG_REVOKED, VD_OPERATOR_GOOD, VD_OPERATOR_LOG_FAILED);
  add_verdict(&metrics[1], FRAG_REVOKED, VD_OPERATOR_NOT_ASKED, VD_OPERATOR_UNREACHABLE);
  add_verdict(&metrics[1], FRAG_FILE_MISMATCH, VD_OPERATOR_ABSENT, VD_OPERATOR_UNREACHABLE);
  add_verdict(&metrics[1], FRAG_CRYPTO, VD_OPERATOR_NOT_ASKED, VD_OPERATOR_NOT_ASKED);
  expect_line("verifyd_verdicts_total{code=\"OK\"} 1");
  expect_line("verifyd_verdicts_total{code=\"REVOKED\"} 2");
  expect_line("verifyd_verdicts_total{code=\"FILE_MISMATCH\"} 1");
  expect_line("verifyd_faults_total 1");
}

static void operators_are_told_apart(void **state) {
  (void)state;
  add_verdict(&metrics[0], FRAG_OK, VD_OPERATOR_GOOD, VD_OPERATOR_GOOD);
  add_verdict(&metrics[1], FRAG_OK, VD_OPERATOR_GOOD, VD_OPERATOR_LOG_FAILED);
  add_verdict(&metrics[1], FRAG_OK, VD_OPERATOR_NOT_ASKED, VD_OPERATOR_UNREACHABLE);
  expect_line("verifyd_operator_answers_total{operator=\"1\",answer=\"good\"} 2");
  expect_line("verifyd_operator_answers_total{operator=\"15\",answer=\"good\"} 1");
  expect_line("verifyd_operator_answers_total{operator=\"15\",answer=\"unreachable\"} 1");
  expect_line("verifyd_operator_answers_total{operator=\"15\",answer=\"log_failed\"} 1");
  assert_null(strstr(out.bytes, "not_asked"));
}

/* Besides its state, whatever that is. */
static void operators_that_withhold_are_counted(void **state) {
  static struct vd_verdict verdict;
  (void)state;
  verdict = (struct vd_verdict){
      .code = FRAG_REVOKED,
      .operator_count = 3,
      .operators = {{.number = 1, .state = VD_OPERATOR_GOOD},
                    {.number = 2, .state = VD_OPERATOR_GOOD, .withholds = true},
                    {.number = 15, .state = VD_OPERATOR_NOT_ASKED, .withholds = true}}};
  vd_metrics_verdict(&metrics[0], &verdict);
  vd_metrics_verdict(&metrics[1], &verdict);
  expect_line("verifyd_operator_answers_total{operator=\"2\",answer=\"good\"} 2");
  expect_line("verifyd_operator_answers_total{operator=\"2\",answer=\"withheld\"} 2");
  expect_line("verifyd_operator_answers_total{operator=\"15\",answer=\"withheld\"} 2");
  assert_null(strstr(out.bytes, "operator=\"1\",answer=\"withheld\""));
}

static void counters_and_the_gauge(void **state) {
  (void)state;
  for (int i = 0; i < 5; i++) vd_metrics_count(&metrics[0].connections_opened);
  vd_metrics_count(&metrics[1].connections_closed);
  vd_metrics_count(&metrics[1].pictures_read);
  for (int i = 0; i < 3; i++) vd_metrics_count(&metrics[1].verifications_begun);
  vd_metrics_count(&metrics[0].verifications_ended);
  expect_line("verifyd_connections_open 4");
  expect_line("verifyd_connections_opened_total 5");
  expect_line("verifyd_pictures_read_total 1");
  expect_line("verifyd_verifications_pending 2");
  expect_line("# TYPE verifyd_verifications_pending gauge");
  expect_line("verifyd_write_deadlines_total 0");
  expect_line("# TYPE verifyd_connections_open gauge");
}

/* Every line is a comment or `name{labels} number`. */
static void the_text_is_well_formed(void **state) {
  (void)state;
  add_verdict(&metrics[0], FRAG_OK, VD_OPERATOR_GOOD, VD_OPERATOR_TAMPERED);
  vd_metrics_request(&metrics[0], 1, 100, 0);
  vd_metrics_write(metrics, 2, names, 2, &out);
  vd_buffer_append(&out, "", 1);
  assert_false(vd_buffer_failed(&out));
  for (char *save, *line = strtok_r(out.bytes, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
    if (line[0] == '#') {
      assert_true(strncmp(line, "# HELP verifyd_", 15) == 0 || strncmp(line, "# TYPE verifyd_", 15) == 0);
      continue;
    }
    assert_int_equal(strncmp(line, "verifyd_", 8), 0);
    const char *space = strrchr(line, ' ');
    assert_non_null(space);
    assert_int_equal(strspn(space + 1, "0123456789."), strlen(space + 1));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(loops_are_added_up, begin, end),
      cmocka_unit_test_setup_teardown(verdicts_have_the_names_of_their_codes, begin, end),
      cmocka_unit_test_setup_teardown(operators_are_told_apart, begin, end),
      cmocka_unit_test_setup_teardown(operators_that_withhold_are_counted, begin, end),
      cmocka_unit_test_setup_teardown(counters_and_the_gauge, begin, end),
      cmocka_unit_test_setup_teardown(the_text_is_well_formed, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
