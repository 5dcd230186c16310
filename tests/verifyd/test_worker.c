/* Work off the loop, clients that vanish meanwhile, and how a server stops. */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"
#include "serve_rig.h"

#define HOST "Host: localhost\r\n"
#define PICTURE "POST /picture HTTP/1.1\r\n" HOST "Content-Type: image/png\r\nContent-Length: 3\r\n\r\nabc"

enum { DRAIN_MS = 1000 };

static struct rig rig;
static struct loopback_answer answer;

static void work_off_the_loop_holds_nobody_up(void **state) {
  struct vd_limits limits = server_wide_limits();
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
  struct vd_limits limits = server_wide_limits();
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
  struct vd_limits limits = server_wide_limits();
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

static void ask(int fd, const char *path) {
  loopback_say(fd, "GET ");
  loopback_say(fd, path);
  loopback_say(fd, " HTTP/1.1\r\n" HOST "\r\n");
}

static void expect_body(int fd, const char *body) {
  loopback_read(fd, &answer, false);
  assert_int_equal(answer.status, 200);
  assert_string_equal(answer.body, body);
}

static void wait_pending(unsigned count) {
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  while (rig_pending() != count) {
    if (loopback_now_ms() > until_ms) fail_msg("%u are pending instead of %u", rig_pending(), count);
    (void)nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
  }
}

static void what_the_loop_waits_for_holds_nobody_up(void **state) {
  struct vd_limits limits = server_wide_limits();
  int fds[40];
  (void)state;
  rig_start(&rig, &limits, 0);
  for (int i = 0; i < 40; i++) ask(fds[i] = loopback_connect(rig.port), "/pending");
  wait_pending(40);
  loopback_once(rig.port, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 200);
  assert_int_equal(rig_jobs_done(), 0);
  rig_finish_pending();
  for (int i = 0; i < 40; i++) {
    expect_body(fds[i], "over");
    (void)close(fds[i]);
  }
  rig_stop(&rig);
}

/* Over before it has begun to wait, one after the other, and the next request is answered too. */
static void what_is_over_at_once_is_answered_at_once(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  rig_start(&rig, &limits, 0);
  int fd = loopback_connect(rig.port);
  loopback_say(fd, "GET /now HTTP/1.1\r\n" HOST "\r\nGET /now HTTP/1.1\r\n" HOST "\r\nGET /hello HTTP/1.1\r\n" HOST
                   "\r\n");
  expect_body(fd, "over");
  expect_body(fd, "over");
  expect_body(fd, "hello");
  (void)close(fd);
  rig_stop(&rig);
}

static void one_answer_may_wait_several_times(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  rig_start(&rig, &limits, 0);
  int fd = loopback_connect(rig.port);
  for (int i = 0; i < 3; i++) {
    ask(fd, "/chain");
    wait_pending(1);
    assert_int_equal(rig_jobs_done(), i);
    rig_finish_pending();
    expect_body(fd, "chain");
  }
  (void)close(fd);
  rig_stop(&rig);
}

static void pipelined_requests_wait_for_their_turn(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  rig_start(&rig, &limits, 0);
  int fd = loopback_connect(rig.port);
  loopback_say(fd, "GET /pending HTTP/1.1\r\n" HOST "\r\nGET /lane HTTP/1.1\r\n" HOST
                   "\r\nGET /pending HTTP/1.1\r\n" HOST "\r\n");
  wait_pending(1);
  assert_int_equal(rig_jobs_begun(), 0);
  rig_finish_pending();
  expect_body(fd, "over");
  expect_body(fd, "0");
  wait_pending(1);
  rig_finish_pending();
  expect_body(fd, "over");
  (void)close(fd);
  rig_stop(&rig);
}

/* Asks for /late, and again as often as this machine stood still for longer than that may take. */
static void finish_in_time(int fd) {
  for (unsigned tries = 0; tries < 20; tries++) {
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    ask(fd, "/late");
    do rig_finish_pending();
    while (poll(&wait, 1, 2) == 0);
    loopback_read(fd, &answer, false);
    if (answer.status != 503) break;
  }
  assert_int_equal(answer.status, 200);
  assert_string_equal(answer.body, "over");
}

static void waiting_has_a_deadline(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  rig_start(&rig, &limits, 0);
  int fd = loopback_connect(rig.port);
  uint64_t begin_ms = loopback_now_ms();
  ask(fd, "/late");
  loopback_read(fd, &answer, false);
  assert_in_range(loopback_now_ms() - begin_ms, RIG_LATE_MS - 20, LOOPBACK_WAIT_MS);
  assert_int_equal(answer.status, 503);
  assert_int_equal(rig_jobs_discarded(), 1);
  assert_int_equal(rig_pending(), 0);
  assert_int_equal(rig_metric(&rig, "answer_deadlines_total"), 1);
  finish_in_time(fd); /* the connection goes on, and its deadline begins anew */
  ask(fd, "/pending");
  wait_pending(1);
  (void)nanosleep(&(struct timespec){.tv_sec = 1 + RIG_LATE_MS / 1000}, NULL); /* nothing is left of it */
  rig_finish_pending();
  expect_body(fd, "over");
  (void)close(fd);
  rig_stop(&rig);
}

/* Those for what the client has to send are over when it has sent it. */
static void other_deadlines_end_with_the_request(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  limits.header_ms = 2500;
  rig_start(&rig, &limits, 0);
  int fd = loopback_connect(rig.port);
  ask(fd, "/pending");
  wait_pending(1);
  (void)nanosleep(&(struct timespec){.tv_sec = 2, .tv_nsec = 800000000}, NULL);
  rig_finish_pending();
  expect_body(fd, "over");
  (void)close(fd);
  rig_stop(&rig);
}

/* Nobody has to end it: it is discarded as soon as the client is known to be gone. */
static void a_client_may_vanish_while_the_loop_waits(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  rig_start(&rig, &limits, 0);
  int stays = loopback_connect(rig.port);
  ask(stays, "/pending");
  wait_pending(1);
  for (int i = 0; i < 10; i++) {
    int fd = loopback_connect(rig.port);
    ask(fd, "/pending");
    wait_pending(2);
    vanish(fd);
    wait_pending(1);
  }
  rig_wait_metric(&rig, "connections_closed_total", 10);
  assert_int_equal(rig_jobs_discarded(), 10);
  assert_int_equal(rig_metric(&rig, "verifications_abandoned_total"), 10);
  rig_finish_pending();
  expect_body(stays, "over");
  (void)close(stays);
  rig_stop(&rig);
}

static void a_client_that_ends_its_side_still_gets_its_answer(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  rig_start(&rig, &limits, 0);
  int fd = loopback_connect(rig.port);
  ask(fd, "/pending");
  assert_int_equal(shutdown(fd, SHUT_WR), 0);
  wait_pending(1);
  rig_finish_pending();
  expect_body(fd, "over");
  assert_true(loopback_is_closed(fd));
  (void)close(fd);
  rig_stop(&rig);
}

static void a_full_lane_is_told_in_its_own_words(void **state) {
  struct vd_limits limits = server_wide_limits();
  int fds[RIG_LANE_MAX];
  (void)state;
  rig_start(&rig, &limits, 0);
  rig_close_gate();
  for (int i = 0; i < RIG_LANE_MAX; i++) {
    ask(fds[i] = loopback_connect(rig.port), "/lane");
    loopback_once(rig.port, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer); /* so that it was taken in */
  }
  int refused = loopback_connect(rig.port);
  ask(refused, "/lane");
  loopback_read(refused, &answer, false);
  assert_int_equal(answer.status, 503);
  assert_non_null(strstr(answer.body, "The lane is full."));
  assert_string_equal(loopback_header(&answer, "Retry-After"), "2");
  assert_int_equal(rig_metric(&rig, "writes_refused_total"), 1);
  assert_int_equal(rig_metric(&rig, "pictures_refused_total"), 0);
  rig_open_gate();
  for (int i = 0; i < RIG_LANE_MAX; i++) {
    loopback_read(fds[i], &answer, false);
    assert_int_equal(answer.status, 200);
    (void)close(fds[i]);
  }
  ask(refused, "/lane");
  expect_body(refused, "2");
  (void)close(refused);
  rig_stop(&rig);
}

static void a_client_may_vanish_while_a_lane_works(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  rig_start(&rig, &limits, 0);
  rig_close_gate();
  int fds[RIG_LANE_MAX];
  for (int i = 0; i < RIG_LANE_MAX; i++) {
    ask(fds[i] = loopback_connect(rig.port), "/lane");
    loopback_once(rig.port, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  }
  for (int i = 0; i < RIG_LANE_MAX; i++) vanish(fds[i]);
  loopback_once(rig.port, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  loopback_once(rig.port, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  rig_open_gate();
  rig_wait_metric(&rig, "connections_closed_total", 2 * RIG_LANE_MAX + 2);
  assert_int_equal(rig_jobs_discarded(), RIG_LANE_MAX);
  assert_int_equal(rig_jobs_begun(), 1); /* the other one was not begun any more */
  assert_int_equal(rig_metric(&rig, "writes_abandoned_total"), RIG_LANE_MAX);
  rig_stop(&rig);
}

static void *stop_rig(void *unused) {
  (void)unused;
  vd_server_stop(rig.server);
  return NULL;
}

static void stopping_finishes_what_is_under_way(void **state) {
  struct vd_limits limits = server_wide_limits();
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
  struct vd_limits limits = server_wide_limits();
  (void)state;
  rig.drain_ms = DRAIN_MS;
  rig_start(&rig, &limits, 0);
  int stuck = loopback_connect(rig.port);
  loopback_say(stuck, "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 4\r\n\r\n1");
  loopback_once(rig.port, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  uint64_t begin_ms = loopback_now_ms();
  vd_server_stop(rig.server);
  assert_in_range(loopback_now_ms() - begin_ms, DRAIN_MS - 50, DRAIN_MS + LOOPBACK_WAIT_MS);
  assert_true(loopback_is_closed(stuck));
  (void)close(stuck);
  rig_stop(&rig);
}

/* Every kind of work is under way while the server stops: all of them are answered. */
static void stopping_waits_for_all_that_is_under_way(void **state) {
  static const char *const paths[] = {"/pending", "/chain", "/lane"};
  struct vd_limits limits = server_wide_limits();
  pthread_t thread;
  int fds[3];
  (void)state;
  rig_start(&rig, &limits, 0);
  rig_close_gate();
  for (int i = 0; i < 3; i++) ask(fds[i] = loopback_connect(rig.port), paths[i]);
  wait_pending(1);
  int idle = loopback_connect(rig.port);
  loopback_ask(idle, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer); /* so that all were taken in */
  assert_int_equal(pthread_create(&thread, NULL, stop_rig, NULL), 0);
  assert_true(loopback_is_closed(idle));
  assert_int_equal(rig_pending(), 1);
  rig_open_gate();
  wait_pending(2); /* the chain goes on */
  rig_finish_pending();
  for (int i = 0; i < 3; i++) {
    loopback_read(fds[i], &answer, false);
    assert_int_equal(answer.status, 200);
    assert_string_equal(loopback_header(&answer, "Connection"), "close");
    (void)close(fds[i]);
  }
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(rig_loops_started(), 0);
  (void)close(idle);
  rig_stop(&rig);
}

static void stopping_discards_what_is_never_over(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  rig.drain_ms = DRAIN_MS;
  rig_start(&rig, &limits, 0);
  int fd = loopback_connect(rig.port);
  ask(fd, "/pending");
  wait_pending(1);
  uint64_t begin_ms = loopback_now_ms();
  vd_server_stop(rig.server);
  assert_in_range(loopback_now_ms() - begin_ms, DRAIN_MS - 50, DRAIN_MS + LOOPBACK_WAIT_MS);
  assert_true(loopback_is_closed(fd));
  assert_int_equal(rig_pending(), 0);
  assert_int_equal(rig_jobs_discarded(), 1);
  (void)close(fd);
  rig_stop(&rig);
}

static void the_state_of_a_loop_is_started_and_stopped_with_it(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  rig_start_workers(&rig, &limits, 0, 3);
  assert_int_equal(rig_loops_started(), 3);
  vd_server_stop(rig.server);
  assert_int_equal(rig_loops_started(), 0);
  assert_non_null(strstr(rig_log(&rig), "event=loop_started"));
  rig_stop(&rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(work_off_the_loop_holds_nobody_up),
      cmocka_unit_test(too_much_waiting_work_is_refused),
      cmocka_unit_test(a_client_may_vanish_while_its_picture_is_read),
      cmocka_unit_test(what_the_loop_waits_for_holds_nobody_up),
      cmocka_unit_test(what_is_over_at_once_is_answered_at_once),
      cmocka_unit_test(one_answer_may_wait_several_times),
      cmocka_unit_test(pipelined_requests_wait_for_their_turn),
      cmocka_unit_test(waiting_has_a_deadline),
      cmocka_unit_test(other_deadlines_end_with_the_request),
      cmocka_unit_test(a_client_may_vanish_while_the_loop_waits),
      cmocka_unit_test(a_client_that_ends_its_side_still_gets_its_answer),
      cmocka_unit_test(a_full_lane_is_told_in_its_own_words),
      cmocka_unit_test(a_client_may_vanish_while_a_lane_works),
      cmocka_unit_test(stopping_finishes_what_is_under_way),
      cmocka_unit_test(stopping_does_not_wait_for_ever),
      cmocka_unit_test(stopping_waits_for_all_that_is_under_way),
      cmocka_unit_test(stopping_discards_what_is_never_over),
      cmocka_unit_test(the_state_of_a_loop_is_started_and_stopped_with_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
