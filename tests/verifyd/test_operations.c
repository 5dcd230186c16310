#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"
#include "serve/operations.h"

struct service {
  bool is_ready;
  size_t fill_bytes; /* how much text it writes */
};

static struct service service;
static struct vd_operations *operations;
static uint16_t port;
static struct vd_failure failure;
static struct loopback_answer answer;

static void write_metrics(const void *context, struct vd_buffer *out) {
  (void)context;
  vd_buffer_text(out, "verifyd_x 1\n");
}

static bool is_ready(const void *context, struct vd_buffer *out) {
  const struct service *asked = context;
  for (size_t i = 0; i < asked->fill_bytes; i++) vd_buffer_text(out, "x");
  vd_buffer_text(out, "ledger 1: readable\n");
  return asked->is_ready;
}

static enum vd_error start(const char *host, uint16_t wanted) {
  struct vd_operations_options options = {.endpoint = {.port = wanted},
                                          .version = "1.2.3",
                                          .context = &service,
                                          .metrics = write_metrics,
                                          .ready = is_ready};
  strcpy(options.endpoint.host, host);
  return vd_operations_new(&options, &operations, &port, &failure);
}

static int begin(void **state) {
  (void)state;
  service = (struct service){.is_ready = true};
  return start("127.0.0.1", 0) != VD_OK;
}

static int end(void **state) {
  (void)state;
  vd_operations_free(operations);
  operations = NULL;
  return 0;
}

#define ASK(line) loopback_once(port, line " HTTP/1.1\r\nHost: a\r\n\r\n", &answer)

static void the_pages_are_there(void **state) {
  (void)state;
  ASK("GET /healthz");
  assert_int_equal(answer.status, 200);
  assert_string_equal(answer.body, "alive\n");
  ASK("GET /metrics");
  assert_string_equal(answer.body, "verifyd_x 1\n");
  assert_string_equal(loopback_header(&answer, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  ASK("GET /readyz");
  assert_int_equal(answer.status, 200);
  assert_string_equal(answer.body, "ledger 1: readable\n");
  ASK("GET /");
  assert_non_null(strstr(answer.body, "verifyd 1.2.3"));
  assert_non_null(strstr(answer.body, "\nready\n"));
  assert_string_equal(loopback_header(&answer, "Cache-Control"), "no-store");
}

static void not_ready_is_503_and_still_alive(void **state) {
  (void)state;
  service.is_ready = false;
  ASK("GET /readyz");
  assert_int_equal(answer.status, 503);
  ASK("GET /healthz");
  assert_int_equal(answer.status, 200);
  ASK("GET /");
  assert_int_equal(answer.status, 200);
  assert_non_null(strstr(answer.body, "NOT READY"));
}

static void other_requests_are_refused(void **state) {
  static const char *const paths[] = {
      "GET /metric HTTP/1.1\r\nHost: a\r\n\r\n", "GET /etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", "GET /healthz/ HTTP/1.1\r\nHost: a\r\n\r\n"};
  (void)state;
  for (size_t i = 0; i < 4; i++) {
    loopback_once(port, paths[i], &answer);
    assert_int_equal(answer.status, 404);
    assert_null(strstr(answer.body, "root:"));
  }
  loopback_once(port, "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", &answer);
  assert_int_equal(answer.status, 405);
  assert_string_equal(loopback_header(&answer, "Allow"), "GET, HEAD");
  ASK("DELETE /");
  assert_int_equal(answer.status, 405);
}

static void head_has_no_body(void **state) {
  (void)state;
  int fd = loopback_connect(port);
  loopback_ask(fd, "HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n", &answer);
  assert_int_equal(answer.status, 200);
  assert_string_equal(loopback_header(&answer, "Content-Length"), "6");
  assert_true(loopback_is_closed(fd));
  (void)close(fd);
}

static void an_answer_that_does_not_fit_is_a_fault(void **state) {
  (void)state;
  service.fill_bytes = 300 * 1024;
  ASK("GET /readyz");
  assert_int_equal(answer.status, 503);
}

static void *ask_often(void *unused) {
  struct loopback_answer *own = malloc(sizeof *own);
  (void)unused;
  for (int i = 0; i < 50; i++) loopback_once(port, "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", own);
  free(own);
  return NULL;
}

static void several_may_ask_at_once(void **state) {
  pthread_t threads[4];
  (void)state;
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, ask_often, NULL), 0);
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void it_is_for_loopback_only(void **state) {
  (void)state;
  assert_int_equal(start("0.0.0.0", 0), VD_CONFIG);
  assert_int_equal(start("192.0.2.1", 0), VD_CONFIG);
  assert_int_equal(start("::1", 0), VD_CONFIG);
  assert_non_null(strstr(failure.text, "127.0.0.1"));
  assert_null(operations);
}

static void a_taken_port_is_told(void **state) {
  struct vd_operations *first;
  (void)state;
  assert_int_equal(start("127.0.0.1", 0), VD_OK);
  first = operations;
  assert_int_equal(start("127.0.0.1", port), VD_UNAVAILABLE);
  assert_null(operations);
  ASK("GET /healthz");
  assert_int_equal(answer.status, 200);
  vd_operations_free(first);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_pages_are_there, begin, end),
      cmocka_unit_test_setup_teardown(not_ready_is_503_and_still_alive, begin, end),
      cmocka_unit_test_setup_teardown(other_requests_are_refused, begin, end),
      cmocka_unit_test_setup_teardown(head_has_no_body, begin, end),
      cmocka_unit_test_setup_teardown(an_answer_that_does_not_fit_is_a_fault, begin, end),
      cmocka_unit_test_setup_teardown(several_may_ask_at_once, begin, end),
      cmocka_unit_test(it_is_for_loopback_only),
      cmocka_unit_test(a_taken_port_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
