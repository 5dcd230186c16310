#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "serve/log.h"

static struct vd_log log_to_file;
static char text[1 << 16];

static int begin(void **state) {
  (void)state;
  vd_log_init(&log_to_file, memfd_create("log", MFD_CLOEXEC), VD_LOG_INFO);
  return log_to_file.fd < 0;
}

static int end(void **state) {
  (void)state;
  return close(log_to_file.fd);
}

static const char *written(void) {
  ssize_t len = pread(log_to_file.fd, text, sizeof text - 1, 0);
  assert_true(len >= 0);
  text[len] = '\0';
  return text;
}

static void events_are_written_at_once(void **state) {
  (void)state;
  vd_log_event(&log_to_file, VD_LOG_WARNING, "ledger_unreachable", "operator=%d reason=\"%s\"", 2, "gone");
  vd_log_event(&log_to_file, VD_LOG_ERROR, "stopped", NULL);
  assert_non_null(strstr(written(), "Z level=warning event=ledger_unreachable operator=2 reason=\"gone\"\n"));
  assert_non_null(strstr(text, "Z level=error event=stopped\n"));
  assert_int_equal(strncmp(text, "time=20", 7), 0);
  assert_int_equal(strcspn(text, " "), strlen("time=2026-10-06T07:03:22.123Z"));
}

static void requests_are_kept_until_flushed(void **state) {
  struct vd_log_request request = {
      .method = "POST", .route = "verify_api", .status = 200, .bytes = 812, .duration_us = 97};
  (void)state;
  vd_log_request(&log_to_file, &request);
  assert_string_equal(written(), "");
  vd_log_flush(&log_to_file);
  assert_non_null(strstr(
      written(), " level=info event=request method=POST route=verify_api status=200 bytes=812 duration_us=97\n"));
  size_t len = strlen(text);
  vd_log_flush(&log_to_file); /* nothing twice */
  assert_int_equal(strlen(written()), len);
}

static void many_requests_come_out_in_order_and_whole(void **state) {
  (void)state;
  for (unsigned i = 0; i < 300; i++) {
    struct vd_log_request request = {.method = "GET", .route = "file", .status = 200, .bytes = i};
    vd_log_request(&log_to_file, &request);
  }
  vd_log_flush(&log_to_file);
  unsigned lines = 0;
  (void)written();
  for (char *save, *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save), lines++) {
    assert_int_equal(strncmp(line, "time=", 5), 0);
    assert_int_equal(strtoul(strstr(line, " bytes=") + 7, NULL, 10), lines);
  }
  assert_int_equal(lines, 300);
}

static void an_event_is_one_line_and_not_too_long(void **state) {
  static char reason[5000];
  (void)state;
  memset(reason, 'r', sizeof reason - 1);
  vd_log_event(&log_to_file, VD_LOG_ERROR, "long", "reason=%s", reason);
  vd_log_event(&log_to_file, VD_LOG_ERROR, "path", "path=\"%s\"", "a\nlevel=info event=forged\r\x1b[2J");
  (void)written();
  assert_in_range(strcspn(text, "\n"), 500, 1100);
  const char *second = strchr(text, '\n') + 1;
  assert_int_equal(strcspn(second, "\n"), strlen(second) - 1);
  assert_null(strchr(second, '\x1b'));
}

static void less_urgent_lines_are_left_out(void **state) {
  struct vd_log_request request = {.method = "GET", .route = "file", .status = 200};
  (void)state;
  log_to_file.level = VD_LOG_WARNING;
  vd_log_event(&log_to_file, VD_LOG_INFO, "started", NULL);
  vd_log_request(&log_to_file, &request);
  vd_log_flush(&log_to_file);
  assert_string_equal(written(), "");
  vd_log_event(&log_to_file, VD_LOG_WARNING, "odd", NULL);
  assert_non_null(strstr(written(), "event=odd"));
}

static void a_log_that_cannot_be_written_is_no_trouble(void **state) {
  struct vd_log broken;
  struct vd_log_request request = {.method = "GET", .route = "file", .status = 200};
  (void)state;
  vd_log_init(&broken, -1, VD_LOG_INFO);
  for (int i = 0; i < 1000; i++) vd_log_request(&broken, &request);
  vd_log_event(&broken, VD_LOG_ERROR, "lost", NULL);
  assert_int_equal(broken.len, 0);
}

/* Whoever reads the log may be stuck; the service must not be. */
static void a_pipe_that_nobody_empties_does_not_block(void **state) {
  struct vd_log stuck;
  struct vd_log_request request = {.method = "GET", .route = "file", .status = 200};
  int ends[2];
  (void)state;
  assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
  vd_log_init(&stuck, ends[1], VD_LOG_INFO);
  (void)alarm(20); /* ends the test if it does */
  for (int i = 0; i < 10000; i++) vd_log_request(&stuck, &request);
  vd_log_event(&stuck, VD_LOG_ERROR, "lost", NULL);
  (void)alarm(0);
  ssize_t len = read(ends[0], text, sizeof text);
  assert_true(len > 0);
  assert_int_equal(text[len - 1], '\n'); /* whole lines until it was full */
  vd_log_event(&stuck, VD_LOG_ERROR, "again", NULL);
  len = read(ends[0], text, sizeof text);
  assert_true(len > 0 && memmem(text, (size_t)len, "event=again", 11) != NULL);
  (void)close(ends[0]);
  (void)close(ends[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(events_are_written_at_once, begin, end),
      cmocka_unit_test_setup_teardown(requests_are_kept_until_flushed, begin, end),
      cmocka_unit_test_setup_teardown(many_requests_come_out_in_order_and_whole, begin, end),
      cmocka_unit_test_setup_teardown(an_event_is_one_line_and_not_too_long, begin, end),
      cmocka_unit_test_setup_teardown(less_urgent_lines_are_left_out, begin, end),
      cmocka_unit_test_setup_teardown(a_log_that_cannot_be_written_is_no_trouble, begin, end),
      cmocka_unit_test(a_pipe_that_nobody_empties_does_not_block),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
