/* Work off the loop, clients that vanish meanwhile, and how a server stops. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"
#include "serve_rig.h"

#define HOST "Host: localhost\r\n"
#define PICTURE "POST /picture HTTP/1.1\r\n" HOST "Content-Type: image/png\r\nContent-Length: 3\r\n\r\nabc"

static struct rig rig;
static struct loopback_answer answer;

static void work_off_the_loop_holds_nobody_up(void **state) {
  struct vd_limits limits = rig_limits();
  (void)state;
  rig_start(&rig, &limits, 0);
  rig_close_gate();
  int waiting = loopback_connect(rig.port);
  loopback_say(waiting, PICTURE);
  loopback_once(rig.port, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 200);
  assert_int_equal(rig_jobs_done(), 0);
  rig_open_gate();
  loopback_read(waiting, &answer, false);
  assert_string_equal(answer.body, "3");
  loopback_ask(waiting, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 200);
  (void)close(waiting);
  rig_stop(&rig);
}

static void too_much_waiting_work_is_refused(void **state) {
  struct vd_limits limits = rig_limits();
  int fds[3];
  (void)state;
  limits.pictures_waiting = 3;
  rig_start(&rig, &limits, 0);
  rig_close_gate();
  for (int i = 0; i < 3; i++) {
    fds[i] = loopback_connect(rig.port);
    loopback_say(fds[i], PICTURE);
    loopback_once(rig.port, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer); /* so that it was taken in */
  }
  int refused = loopback_connect(rig.port);
  loopback_ask(refused, PICTURE, &answer);
  assert_int_equal(answer.status, 503);
  assert_string_equal(loopback_header(&answer, "Retry-After"), "2");
  assert_null(loopback_header(&answer, "Connection")); /* it may ask again on the same connection */
  assert_int_equal(rig_jobs_discarded(), 1);
  rig_open_gate();
  for (int i = 0; i < 3; i++) {
    loopback_read(fds[i], &answer, false);
    assert_string_equal(answer.body, "3");
    (void)close(fds[i]);
  }
  loopback_ask(refused, PICTURE, &answer);
  assert_int_equal(answer.status, 200);
  (void)close(refused);
  rig_stop(&rig);
}

/* Breaks the connection so that the server sees it at once. */
static void vanish(int fd) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
  (void)close(fd);
}

static void a_client_may_vanish_while_its_picture_is_read(void **state) {
  struct vd_limits limits = rig_limits();
  (void)state;
  rig_start(&rig, &limits, 0);
  rig_close_gate();
  for (int i = 0; i < 12; i++) { /* some run, some only wait */
    int fd = loopback_connect(rig.port);
    loopback_say(fd, PICTURE);
    loopback_once(rig.port, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
    vanish(fd);
    loopback_once(rig.port, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  }
  rig_open_gate();
  rig_wait_metric(&rig, "connections_closed_total", 12 + 24);
  assert_int_equal(rig_jobs_discarded(), 12);
  assert_int_equal(rig_jobs_done(), 0);
  loopback_once(rig.port, PICTURE, &answer);
  assert_string_equal(answer.body, "3");
  rig_stop(&rig);
}

static void *stop_rig(void *unused) {
  (void)unused;
  vd_server_stop(rig.server);
  return NULL;
}

static void stopping_finishes_what_is_under_way(void **state) {
  struct vd_limits limits = rig_limits();
  pthread_t thread;
  (void)state;
  rig_start_workers(&rig, &limits, 0, 2);
  int idle = loopback_connect(rig.port);
  loopback_ask(idle, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  rig_close_gate();
  int working = loopback_connect(rig.port);
  loopback_say(working, PICTURE);
  while (rig_jobs_begun() == 0) (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  int sending = loopback_connect(rig.port);
  loopback_ask(sending,
               "POST /echo HTTP/1.1\r\n" HOST
               "Content-Type: application/json\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n",
               &answer);
  assert_int_equal(pthread_create(&thread, NULL, stop_rig, NULL), 0);
  assert_true(loopback_is_closed(idle));
  loopback_say(sending, "1234");
  loopback_read(sending, &answer, false);
  assert_string_equal(answer.body, "1234");
  assert_string_equal(loopback_header(&answer, "Connection"), "close");
  rig_open_gate();
  loopback_read(working, &answer, false);
  assert_string_equal(answer.body, "3");
  assert_int_equal(pthread_join(thread, NULL), 0);
  (void)close(idle);
  (void)close(working);
  (void)close(sending);
  rig_stop(&rig);
}

static void stopping_does_not_wait_for_ever(void **state) {
  struct vd_limits limits = rig_limits();
  (void)state;
  rig_start(&rig, &limits, 0);
  int stuck = loopback_connect(rig.port);
  loopback_say(stuck, "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 4\r\n\r\n1");
  loopback_once(rig.port, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  uint64_t begin_ms = loopback_now_ms();
  vd_server_stop(rig.server);
  assert_in_range(loopback_now_ms() - begin_ms, 2500, 15000);
  assert_true(loopback_is_closed(stuck));
  (void)close(stuck);
  rig_stop(&rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(work_off_the_loop_holds_nobody_up),
      cmocka_unit_test(too_much_waiting_work_is_refused),
      cmocka_unit_test(a_client_may_vanish_while_its_picture_is_read),
      cmocka_unit_test(stopping_finishes_what_is_under_way),
      cmocka_unit_test(stopping_does_not_wait_for_ever),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
