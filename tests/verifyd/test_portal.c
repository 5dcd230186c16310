/* Verdicts from operators over the network: real servers on loopback, some of them dead, silent or dishonest. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "portal_rig.h"
#include "program_rig.h"
#include "serve/portal.h"
#include "trust_fixture.h"

static struct portal_rig rig;
static struct paper paper;
static struct loopback_answer answer;

static int begin(void **state) { return (void)state, portal_rig_begin(&rig, &paper); }
static int end(void **state) { return (void)state, portal_rig_end(&rig); }

static bool has(const char *text) { return strstr(answer.body, text) != NULL; }

static void expect(const char *verdict) { portal_rig_expect(&rig, paper.qr, verdict, &answer); }

static void expect_nothing_is_left(void) {
  portal_rig_wait_metric(&rig, "verifications_pending", 0);
  assert_int_equal(portal_rig_metric(&rig, "verifications_begun_total"),
                   portal_rig_metric(&rig, "verifications_ended_total"));
}

static void vanish(int fd) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
  (void)close(fd);
}

static void operators_elsewhere_are_asked(void **state) {
  (void)state;
  portal_rig_start(&rig, 2, false);
  for (int i = 0; i < 10; i++) expect("{\"verdict\":\"VALID\"");
  assert_true(has("SOK Dara Example"));
  struct paper unknown = issue(rig.realm, (struct plan){.serial = "BAC-2"});
  portal_rig_verify(&rig, unknown.qr, &answer);
  assert_true(has("\"NOT_FOUND\"") && !has("SOK"));
  portal_rig_verify(&rig, "https://elsewhere.example/", &answer);
  assert_true(has("\"QR_MALFORMED\""));
  put_statement(rig.realm, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 2, FIXTURE_NOW_S + 10);
  expect("\"REVOKED\"");
  assert_int_equal(portal_rig_metric(&rig, "verifications_begun_total"), 13);
  assert_in_range(portal_rig_metric(&rig, "operator_answers_total{operator=\"1\",answer=\"good\"}") +
                      portal_rig_metric(&rig, "operator_answers_total{operator=\"2\",answer=\"good\"}") +
                      portal_rig_metric(&rig, "operator_answers_total{operator=\"3\",answer=\"good\"}"),
                  22, 33);
  expect_nothing_is_left();
}

/* One that had failed several times is left alone for some seconds. */
static void wait_for_valid(void) {
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  do {
    assert_true(loopback_now_ms() < until_ms);
    portal_rig_verify(&rig, paper.qr, &answer);
    assert_int_equal(answer.status, 200);
    assert_true(has("{\"verdict\":\"VALID\"") || has("{\"verdict\":\"INCONCLUSIVE\""));
  } while (!has("{\"verdict\":\"VALID\""));
}

static void one_may_die_and_two_may_not(void **state) {
  (void)state;
  for (unsigned n = 1; n <= FIXTURE_OPERATORS; n++) {
    portal_rig_start(&rig, 1, false);
    portal_rig_kill(&rig, n);
    expect("{\"verdict\":\"VALID\"");
    portal_rig_kill(&rig, n % FIXTURE_OPERATORS + 1);
    expect("{\"verdict\":\"INCONCLUSIVE\"");
    assert_false(has("SOK"));
    portal_rig_revive(&rig, n, rig.realm->stores[n - 1]);
    portal_rig_revive(&rig, n % FIXTURE_OPERATORS + 1, rig.realm->stores[n % FIXTURE_OPERATORS]);
    wait_for_valid();
    expect_nothing_is_left();
    portal_rig_stop(&rig);
  }
}

/* A loop begins with the newest list; what is under way keeps the one that it began with, until its end. */
static void a_new_trust_list_is_for_what_begins_after_it(void **state) {
  static struct vd_role_metrics metrics;
  static struct trust_fixture lists;
  struct vd_settings *settings = &rig.settings;
  struct vd_failure failure = {.text = ""};
  struct vd_trust_source_options options = {.settings = settings, .metrics = &metrics, .log_fd = rig.log_fd};
  (void)state;
  trust_fixture_begin(&lists, rig.realm->context, LEDGER_REALM);
  trust_fixture_follow(&lists, rig.realm->trust);
  lists.list.list_no = 1;
  memset(lists.list.prev_hash, 0, sizeof lists.list.prev_hash);
  trust_fixture_write(&lists);
  temp_folder_put(&rig.folder, "trust.list", lists.file, lists.file_len);
  (void)snprintf(settings->trust.file, sizeof settings->trust.file, "%s", temp_folder_at(&rig.folder, "trust.list"));
  settings->realm = LEDGER_REALM;
  settings->trust.roots_count = settings->trust.threshold = 1;
  memcpy(settings->trust.roots[0], lists.root_public, 32);
  vd_role_metrics_init(&metrics);
  if (vd_trust_source_new(&options, FIXTURE_NOW_S, &rig.service.trust_source, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  portal_rig_silence(&rig, 2); /* it is waited for about statements */
  portal_rig_start(&rig, 1, false);
  int pending[4] = {portal_rig_ask(&rig, paper.qr)};
  portal_rig_wait_metric(&rig, "verifications_pending", 1);
  lists.keys[KEY_MINISTRY].has_compromised_since = true;
  lists.keys[KEY_MINISTRY].compromised_since_s = FIXTURE_NOW_S;
  for (unsigned i = 1; i < 4; i++) { /* nobody but the verification holds the first one now */
    trust_fixture_write(&lists);
    temp_folder_put(&rig.folder, "trust.list", lists.file, lists.file_len);
    vd_trust_source_look(rig.service.trust_source, FIXTURE_NOW_S);
    pending[i] = portal_rig_ask(&rig, paper.qr);
    portal_rig_wait_metric(&rig, "verifications_begun_total", i + 1);
  }
  portal_rig_kill(&rig, 2);
  for (unsigned i = 0; i < 4; i++) {
    loopback_read(pending[i], &answer, false);
    bool is_right = i > 0 ? has("\"ISSUER_KEY_TIME\"") : has("{\"verdict\":\"VALID\"") && has("The Ministry");
    if (!is_right) fail_msg("%u: %s", i, answer.body);
    (void)close(pending[i]);
  }
  expect_nothing_is_left();
  portal_rig_stop(&rig);
  vd_trust_source_free(rig.service.trust_source);
  rig.service.trust_source = NULL;
  trust_fixture_end(&lists);
}

static void a_silent_operator_is_not_waited_for(void **state) {
  (void)state;
  rig.settings.limits.operator_ms = 4000; /* within which the other two are to answer */
  portal_rig_silence(&rig, 2);
  portal_rig_start(&rig, 1, false);
  uint64_t begin_ms = loopback_now_ms();
  int pending = portal_rig_ask(&rig, paper.qr); /* two are enough, but the third is waited for about statements */
  portal_rig_verify(&rig, "https://elsewhere.example/", &answer);
  assert_true(has("\"QR_MALFORMED\""));
  loopback_read(pending, &answer, false);
  assert_true(has("{\"verdict\":\"VALID\""));
  assert_in_range(loopback_now_ms() - begin_ms, 0, LOOPBACK_WAIT_MS);
  (void)close(pending);
  expect_nothing_is_left();
}

static void two_silent_operators_are_given_up_at_the_deadline(void **state) {
  (void)state;
  int pending[20];
  rig.settings.limits.operator_ms = 60000;
  portal_rig_silence(&rig, 1);
  portal_rig_silence(&rig, 2);
  portal_rig_start(&rig, 1, false);
  for (int i = 0; i < 20; i++) pending[i] = portal_rig_ask(&rig, paper.qr);
  portal_rig_wait_metric(&rig, "verifications_pending", 20);
  for (int i = 0; i < 20; i++) { /* others on the same loop are answered meanwhile */
    portal_rig_verify(&rig, "https://elsewhere.example/", &answer);
    assert_true(has("\"QR_MALFORMED\""));
  }
  assert_int_equal(portal_rig_metric(&rig, "verifications_pending"), 20);
  for (int i = 0; i < 20; i++) vanish(pending[i]);
  portal_rig_stop(&rig);
  rig.settings.limits.operator_ms = 700;
  portal_rig_start(&rig, 1, false);
  uint64_t begin_ms = loopback_now_ms();
  for (int i = 0; i < 20; i++) pending[i] = portal_rig_ask(&rig, paper.qr);
  for (int i = 0; i < 20; i++) {
    loopback_read(pending[i], &answer, false);
    assert_int_equal(answer.status, 200);
    assert_true(has("{\"verdict\":\"INCONCLUSIVE\"") && !has("SOK"));
    (void)close(pending[i]);
  }
  assert_in_range(loopback_now_ms() - begin_ms, 650, LOOPBACK_WAIT_MS);
  assert_int_equal(portal_rig_metric(&rig, "operator_answers_total{operator=\"1\",answer=\"unreachable\"}"), 20);
  expect("{\"verdict\":\"INCONCLUSIVE\""); /* known to be silent by now, but the verdict hangs on them: asked again */
  assert_int_equal(portal_rig_metric(&rig, "operator_answers_total{operator=\"1\",answer=\"unreachable\"}"), 21);
  expect_nothing_is_left();
}

static void clients_may_vanish_in_the_middle(void **state) {
  int fds[30];
  (void)state;
  rig.settings.limits.operator_ms = 60000;
  portal_rig_silence(&rig, 1);
  portal_rig_silence(&rig, 2);
  portal_rig_start(&rig, 1, false);
  for (int i = 0; i < 30; i++) fds[i] = portal_rig_ask(&rig, paper.qr);
  portal_rig_wait_metric(&rig, "verifications_pending", 30);
  for (int i = 0; i < 30; i++) vanish(fds[i]);
  portal_rig_wait_metric(&rig, "verifications_abandoned_total", 30);
  expect_nothing_is_left();
}

static void too_many_are_told_to_come_back(void **state) {
  enum { MANY = VD_PORTAL_VERIFICATIONS_MAX };
  static int fds[MANY];
  (void)state;
  rig.settings.limits.operator_ms = 60000;
  portal_rig_silence(&rig, 1);
  portal_rig_silence(&rig, 2);
  portal_rig_start(&rig, 1, false);
  for (int i = 0; i < MANY; i++) fds[i] = portal_rig_ask(&rig, paper.qr);
  portal_rig_wait_metric(&rig, "verifications_pending", MANY);
  portal_rig_verify(&rig, paper.qr, &answer);
  assert_int_equal(answer.status, 503);
  assert_true(has("Too many verifications"));
  assert_string_equal(loopback_header(&answer, "Retry-After"), "2");
  assert_int_equal(portal_rig_metric(&rig, "verifications_refused_total"), 1);
  vanish(fds[0]);
  portal_rig_wait_metric(&rig, "verifications_pending", MANY - 1);
  fds[0] = portal_rig_ask(&rig, paper.qr); /* there is room again */
  portal_rig_wait_metric(&rig, "verifications_pending", MANY);
  for (int i = 0; i < MANY; i++) vanish(fds[i]);
  expect_nothing_is_left();
}

static void a_photo_is_verified_when_it_was_read(void **state) {
  struct vd_output png = {0};
  char head[200];
  (void)state;
  portal_rig_start(&rig, 1, false);
  program_rig_draw(paper.qr, &png);
  int head_len = snprintf(head, sizeof head,
                          "POST /v1/verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
                          "Content-Length: %zu\r\n\r\n",
                          png.len);
  int fd = loopback_connect(rig.port);
  for (int i = 0; i < 3; i++) { /* one after the other on one connection */
    loopback_send(fd, head, (size_t)head_len);
    loopback_send(fd, png.bytes, png.len);
  }
  for (int i = 0; i < 3; i++) {
    loopback_read(fd, &answer, false);
    assert_int_equal(answer.status, 200);
    assert_true(has("{\"verdict\":\"VALID\"") && has("SOK Dara Example"));
  }
  (void)close(fd);
  vd_output_free(&png);
  expect_nothing_is_left();
}

static void *stop_server(void *unused) {
  (void)unused;
  vd_server_stop(rig.server);
  return NULL;
}

static void stopping_answers_what_is_under_way(void **state) {
  pthread_t thread;
  int fds[10];
  (void)state;
  rig.settings.limits.operator_ms = 60000;
  portal_rig_silence(&rig, 1);
  portal_rig_silence(&rig, 2);
  portal_rig_start(&rig, 1, true);
  int idle = portal_rig_ask(&rig, "https://elsewhere.example/");
  loopback_read(idle, &answer, false);
  for (int i = 0; i < 10; i++) fds[i] = portal_rig_ask(&rig, paper.qr);
  portal_rig_wait_metric(&rig, "verifications_pending", 10);
  assert_int_equal(pthread_create(&thread, NULL, stop_server, NULL), 0);
  assert_true(loopback_is_closed(idle)); /* it is stopping */
  (void)close(idle);
  for (unsigned n = 1; n <= 2; n++) portal_rig_kill(&rig, n);
  for (int i = 0; i < 10; i++) {
    loopback_read(fds[i], &answer, false);
    assert_true(has("{\"verdict\":\"INCONCLUSIVE\""));
    assert_string_equal(loopback_header(&answer, "Connection"), "close");
    (void)close(fds[i]);
  }
  assert_int_equal(pthread_join(thread, NULL), 0);
  expect_nothing_is_left();
}

static void stopping_does_not_wait_for_silence(void **state) {
  int fds[10];
  (void)state;
  rig.settings.limits.operator_ms = 600000;
  rig.drain_ms = 1000;
  portal_rig_silence(&rig, 1);
  portal_rig_silence(&rig, 2);
  portal_rig_start(&rig, 2, true);
  for (int i = 0; i < 10; i++) fds[i] = portal_rig_ask(&rig, paper.qr);
  portal_rig_wait_metric(&rig, "verifications_pending", 10);
  uint64_t begin_ms = loopback_now_ms();
  vd_server_stop(rig.server);
  assert_in_range(loopback_now_ms() - begin_ms, 950, 1000 + LOOPBACK_WAIT_MS);
  for (int i = 0; i < 10; i++) {
    assert_true(loopback_is_closed(fds[i]));
    (void)close(fds[i]);
  }
  expect_nothing_is_left();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(operators_elsewhere_are_asked, begin, end),
      cmocka_unit_test_setup_teardown(one_may_die_and_two_may_not, begin, end),
      cmocka_unit_test_setup_teardown(a_new_trust_list_is_for_what_begins_after_it, begin, end),
      cmocka_unit_test_setup_teardown(a_silent_operator_is_not_waited_for, begin, end),
      cmocka_unit_test_setup_teardown(two_silent_operators_are_given_up_at_the_deadline, begin, end),
      cmocka_unit_test_setup_teardown(clients_may_vanish_in_the_middle, begin, end),
      cmocka_unit_test_setup_teardown(too_many_are_told_to_come_back, begin, end),
      cmocka_unit_test_setup_teardown(a_photo_is_verified_when_it_was_read, begin, end),
      cmocka_unit_test_setup_teardown(stopping_answers_what_is_under_way, begin, end),
      cmocka_unit_test_setup_teardown(stopping_does_not_wait_for_silence, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
