/* Deadlines, caps and slow clients. Work off the loop, and how it stops: test_worker.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"
#include "serve_rig.h"

#define HOST "Host: localhost\r\n"

static struct rig rig;
static struct loopback_answer answer;

static void sleep_ms(long ms) { (void)nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL); }

/* Sends `piece` over and over, so that there is never a pause, until the server has had enough; how long that took. */
static uint64_t drip(int fd, const char *piece) {
  uint64_t begin_ms = loopback_now_ms();
  while (loopback_try_send(fd, piece, 1)) {
    char byte;
    if (recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0) break; /* an answer, or the end */
    assert_true(loopback_now_ms() - begin_ms < LOOPBACK_WAIT_MS);
    sleep_ms(20);
  }
  return loopback_now_ms() - begin_ms;
}

static void a_slow_head_is_cut_at_its_deadline(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  limits.header_ms = 1000;
  rig_start(&rig, &limits, 0);
  int fd = loopback_connect(rig.port);
  loopback_say(fd, "GET /hello HTTP/1.1\r\n" HOST "X: ");
  assert_in_range(drip(fd, "x"), 950, LOOPBACK_WAIT_MS);
  loopback_read(fd, &answer, false);
  assert_int_equal(answer.status, 408);
  assert_true(loopback_is_closed(fd));
  assert_int_equal(rig_metric(&rig, "header_deadlines_total"), 1);
  (void)close(fd);
  rig_stop(&rig);
}

static void a_slow_body_is_cut_at_its_deadline(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  limits.body_ms = 1000;
  rig_start(&rig, &limits, 0);
  int fd = loopback_connect(rig.port);
  loopback_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n");
  assert_in_range(drip(fd, "x"), 950, LOOPBACK_WAIT_MS);
  loopback_read(fd, &answer, false);
  assert_int_equal(answer.status, 408);
  assert_int_equal(rig_metric(&rig, "body_deadlines_total"), 1);
  (void)close(fd);
  rig_stop(&rig);
}

static void a_second_request_has_a_deadline_of_its_own(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  limits.header_ms = 1000;
  rig_start(&rig, &limits, 0);
  int fd = loopback_connect(rig.port);
  loopback_ask(fd, "GET /hello HTTP/1.1\r\n" HOST "\r\nGET /hello HT", &answer);
  assert_int_equal(answer.status, 200);
  assert_in_range(drip(fd, "T"), 950, LOOPBACK_WAIT_MS);
  loopback_read(fd, &answer, false);
  assert_int_equal(answer.status, 408);
  (void)close(fd);
  rig_stop(&rig);
}

static void idle_connections_are_closed_without_a_word(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  limits.idle_ms = limits.header_ms = 2000; /* within which the first request comes */
  rig_start(&rig, &limits, 0);
  int silent = loopback_connect(rig.port);
  int kept = loopback_connect(rig.port);
  loopback_ask(kept, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_true(loopback_is_closed(silent));
  assert_true(loopback_is_closed(kept));
  assert_int_equal(rig_metric(&rig, "idle_deadlines_total"), 2);
  (void)close(silent);
  (void)close(kept);
  rig_stop(&rig);
}

/* A machine that was paused has not seen what arrived in the meantime: it reads before it says that nothing came. */
static void what_arrived_during_a_stall_is_in_time(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  limits.header_ms = limits.idle_ms = limits.body_ms = 2500;
  rig_start(&rig, &limits, 0);
  int holds = loopback_connect(rig.port), fresh = loopback_connect(rig.port), kept = loopback_connect(rig.port);
  int sends_body = loopback_connect(rig.port);
  loopback_ask(kept, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  loopback_say(sends_body,
               "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n");
  rig_wait_metric(&rig, "connections_opened_total", 4);
  rig_close_gate();
  loopback_say(holds, "GET /held HTTP/1.1\r\n" HOST "\r\n");
  while (rig_jobs_begun() == 0) sleep_ms(1);
  loopback_say(fresh, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
  loopback_say(kept, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
  loopback_say(sends_body, "{}");
  sleep_ms(2700);
  rig_open_gate();
  const int fds[] = {holds, fresh, kept, sends_body};
  for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
    loopback_read(fds[i], &answer, false);
    assert_int_equal(answer.status, 200);
    (void)close(fds[i]);
  }
  rig_stop(&rig);
}

static void an_answer_that_is_not_taken_is_cut(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  limits.write_ms = 300;
  rig_start(&rig, &limits, 0);
  int fd = loopback_connect(rig.port);
  loopback_say(fd, "GET /large HTTP/1.1\r\n" HOST "\r\n");
  rig_wait_metric(&rig, "write_deadlines_total", 1);
  rig_wait_metric(&rig, "connections_closed_total", 1);
  (void)close(fd);
  rig_stop(&rig);
}

static void a_large_answer_arrives_whole(void **state) {
  enum { PART = 1 << 20 };
  struct vd_limits limits = server_wide_limits();
  (void)state;
  rig_start(&rig, &limits, 0);
  int fd = loopback_connect(rig.port);
  char *part = malloc(PART);
  assert_non_null(part);
  loopback_ask(fd, "HEAD /large HTTP/1.1\r\n" HOST "\r\n", &answer);
  size_t head_len = answer.head_len, got = 0;
  loopback_say(fd, "GET /large HTTP/1.1\r\n" HOST "\r\nGET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
  for (ssize_t len; (len = recv(fd, part, PART, 0)) > 0;) got += (size_t)len;
  assert_in_range(got, head_len + RIG_LARGE_BYTES + 5, head_len + RIG_LARGE_BYTES + 2000);
  free(part);
  (void)close(fd);
  rig_stop(&rig);
}

static void connections_over_the_cap_are_told_to_come_back(void **state) {
  struct vd_limits limits = server_wide_limits();
  int fds[3];
  (void)state;
  limits.connections = 3;
  rig_start(&rig, &limits, 0);
  for (int i = 0; i < 3; i++) {
    fds[i] = loopback_connect(rig.port);
    loopback_ask(fds[i], "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
    assert_int_equal(answer.status, 200);
  }
  int refused = loopback_connect(rig.port);
  loopback_read(refused, &answer, false);
  assert_int_equal(answer.status, 503);
  assert_string_equal(loopback_header(&answer, "Retry-After"), "2");
  assert_true(loopback_is_closed(refused));
  assert_int_equal(rig_metric(&rig, "connections_refused_total"), 1);
  (void)close(fds[0]);
  rig_wait_metric(&rig, "connections_closed_total", 2);
  loopback_once(rig.port, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer); /* there is room again */
  assert_int_equal(answer.status, 200);
  (void)close(refused);
  (void)close(fds[1]);
  (void)close(fds[2]);
  rig_stop(&rig);
}

static void one_address_cannot_take_all_connections(void **state) {
  struct vd_limits limits = server_wide_limits();
  (void)state;
  rig_start(&rig, &limits, 2);
  int first = loopback_connect_from(rig.port, "127.0.0.2");
  int second = loopback_connect_from(rig.port, "127.0.0.2");
  loopback_ask(first, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  loopback_ask(second, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 200);
  int third = loopback_connect_from(rig.port, "127.0.0.2");
  loopback_read(third, &answer, false);
  assert_int_equal(answer.status, 503);
  int other = loopback_connect_from(rig.port, "127.0.0.3");
  loopback_ask(other, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 200);
  (void)close(first);
  (void)close(second);
  (void)close(third);
  (void)close(other);
  rig_stop(&rig);
}

/* More than the server answers politely: it has to stay up and to get rid of all of them. */
static void a_flood_over_the_cap_passes(void **state) {
  enum { FLOOD = 500 };
  struct vd_limits limits = server_wide_limits();
  int fds[FLOOD];
  (void)state;
  limits.connections = 1;
  rig_start(&rig, &limits, 0);
  int kept = loopback_connect(rig.port);
  loopback_ask(kept, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  for (int i = 0; i < FLOOD; i++) fds[i] = loopback_connect_fast(rig.port);
  rig_wait_metric(&rig, "connections_refused_total", FLOOD);
  loopback_ask(kept, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 200);
  rig_wait_metric(&rig, "connections_closed_total", FLOOD);
  for (int i = 0; i < FLOOD; i++) (void)close(fds[i]);
  (void)close(kept);
  rig_stop(&rig);
}

static void thousands_of_slow_clients_keep_nobody_waiting(void **state) {
  enum { SLOW = 2000, ASKED = 200, BOUND_MS = 2000 };
  static const char part[] =
      "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 900\r\n\r\n[";
  struct vd_limits limits = server_wide_limits();
  struct rlimit files;
  static int fds[SLOW];
  (void)state;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
  files.rlim_cur = files.rlim_max;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
  assert_true(files.rlim_cur > 2 * SLOW + 100);
  limits.body_ms = 1000;
  rig_start_workers(&rig, &limits, 0, 2);
  for (int i = 0; i < SLOW; i++) {
    fds[i] = loopback_connect(rig.port);
    loopback_say(fds[i], part);
  }
  unsigned late = 0; /* for this machine may stand still now and then */
  for (int i = 0; i < ASKED; i++) {
    uint64_t begin_ms = loopback_now_ms();
    loopback_once(rig.port,
                  "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n42",
                  &answer);
    assert_string_equal(answer.body, "42");
    late += loopback_now_ms() - begin_ms > BOUND_MS;
    for (int k = 0; k < 10; k++) (void)loopback_try_send(fds[(i * 10 + k) % SLOW], "x", 1);
  }
  assert_in_range(late, 0, ASKED / 10);
  rig_wait_metric(&rig, "body_deadlines_total", SLOW); /* every one of them is cut */
  for (int i = 0; i < SLOW; i++) (void)close(fds[i]);
  rig_stop(&rig);
}

static void a_port_is_not_shared_with_another_server(void **state) {
  static const struct vd_route no_routes[1];
  struct vd_limits limits = server_wide_limits();
  struct vd_failure failure = {.text = ""};
  struct vd_server *second;
  (void)state;
  rig_start_workers(&rig, &limits, 0, 2);
  struct vd_server_options options = {.endpoint = {.host = "127.0.0.1", .port = rig.port},
                                      .workers = 1,
                                      .limits = limits,
                                      .routes = no_routes,
                                      .log_fd = 2};
  assert_int_equal(vd_server_new(&options, &second, &failure), VD_CONFLICT);
  assert_null(second);
  assert_non_null(strstr(failure.text, "127.0.0.1"));
  rig_stop(&rig);
}

static enum vd_error refuse_state(const void *service, struct vd_metrics *metrics, void **made,
                                  struct vd_failure *failure) {
  (void)service;
  (void)metrics;
  *made = NULL;
  return vd_fail(failure, VD_UNAVAILABLE, "no state");
}

static void a_loop_without_its_state_is_an_error(void **state) {
  static const struct vd_route no_routes[1];
  struct vd_failure failure = {.text = ""};
  struct vd_server *server;
  (void)state;
  struct vd_server_options options = {.endpoint = {.host = "::1"},
                                      .workers = 3,
                                      .limits = server_wide_limits(),
                                      .routes = no_routes,
                                      .log_fd = 2,
                                      .loop_state_new = refuse_state};
  assert_int_equal(vd_server_new(&options, &server, &failure), VD_UNAVAILABLE);
  options.loop_state_new = NULL;
  assert_int_equal(vd_server_new(&options, &server, &failure), VD_OK);
  vd_server_free(server); /* never started */
  (void)snprintf(options.endpoint.host, sizeof options.endpoint.host, "localhost");
  assert_int_equal(vd_server_new(&options, &server, &failure), VD_CONFIG);
  (void)snprintf(options.endpoint.host, sizeof options.endpoint.host, "192.0.2.1");
  assert_int_equal(vd_server_new(&options, &server, &failure), VD_UNAVAILABLE);
}

/* ---- what a loop's state does with its loop ---- */

struct counts {
  unsigned made, freed, started;
  atomic_uint stopped;     /* on the loops */
  unsigned start_fails_at; /* counted from 1; 0: never */
  uv_timer_t timers[4];    /* handles of the states */
};

static struct counts counts;

static void reset_counts(unsigned start_fails_at) {
  memset(&counts, 0, sizeof counts);
  counts.start_fails_at = start_fails_at;
}

static enum vd_error make_state(const void *service, struct vd_metrics *metrics, void **made,
                                struct vd_failure *failure) {
  (void)service;
  (void)metrics;
  (void)failure;
  *made = &counts.timers[counts.made++];
  return VD_OK;
}

static void free_state(void *state) {
  (void)state;
  counts.freed++;
}

static void on_timer(uv_timer_t *timer) { (void)timer; }

static enum vd_error start_state(void *state, uv_loop_t *loop, struct vd_home *home, struct vd_log *log,
                                 struct vd_failure *failure) {
  if (counts.started + 1 == counts.start_fails_at) return vd_fail(failure, VD_CONFIG, "no start");
  assert_non_null(home);
  assert_non_null(log);
  counts.started++;
  assert_int_equal(uv_timer_init(loop, state), 0);
  return uv_timer_start(state, on_timer, 1000000, 0) == 0 ? VD_OK : VD_INTERNAL; /* keeps the loop from ending */
}

static void stop_state(void *state) {
  atomic_fetch_add(&counts.stopped, 1);
  uv_close(state, NULL);
}

static const struct vd_loop_hooks state_hooks = {.start = start_state, .stop = stop_state};

static void states_are_stopped_however_far_it_came(void **state) {
  static const struct vd_route no_routes[1];
  struct vd_failure failure = {.text = ""};
  struct vd_server *server;
  struct vd_server_options options = {.endpoint = {.host = "127.0.0.1"},
                                      .workers = 3,
                                      .limits = server_wide_limits(),
                                      .routes = no_routes,
                                      .log_fd = 2,
                                      .loop_state_new = make_state,
                                      .loop_state_free = free_state,
                                      .loop_hooks = state_hooks};
  (void)state;
  for (unsigned fails_at = 1; fails_at <= 3; fails_at++) {
    reset_counts(fails_at);
    assert_int_equal(vd_server_new(&options, &server, &failure), VD_CONFIG);
    assert_null(server);
    assert_int_equal(counts.made, fails_at);
    assert_int_equal(counts.freed, fails_at);
    assert_int_equal(counts.started, fails_at - 1);
    assert_int_equal(atomic_load(&counts.stopped), fails_at - 1);
  }
  for (int runs = 0; runs < 2; runs++) { /* never started, and run */
    reset_counts(0);
    assert_int_equal(vd_server_new(&options, &server, &failure), VD_OK);
    if (runs == 1) assert_int_equal(vd_server_start(server, &failure), VD_OK);
    vd_server_free(server);
    assert_int_equal(counts.freed, 3);
    assert_int_equal(counts.started, 3);
    assert_int_equal(atomic_load(&counts.stopped), 3);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_slow_head_is_cut_at_its_deadline),
      cmocka_unit_test(a_slow_body_is_cut_at_its_deadline),
      cmocka_unit_test(a_second_request_has_a_deadline_of_its_own),
      cmocka_unit_test(idle_connections_are_closed_without_a_word),
      cmocka_unit_test(what_arrived_during_a_stall_is_in_time),
      cmocka_unit_test(an_answer_that_is_not_taken_is_cut),
      cmocka_unit_test(a_large_answer_arrives_whole),
      cmocka_unit_test(connections_over_the_cap_are_told_to_come_back),
      cmocka_unit_test(one_address_cannot_take_all_connections),
      cmocka_unit_test(a_flood_over_the_cap_passes),
      cmocka_unit_test(thousands_of_slow_clients_keep_nobody_waiting),
      cmocka_unit_test(a_port_is_not_shared_with_another_server),
      cmocka_unit_test(a_loop_without_its_state_is_an_error),
      cmocka_unit_test(states_are_stopped_however_far_it_came),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
