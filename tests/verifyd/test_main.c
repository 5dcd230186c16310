/* The program: its command line, what it opens and refuses, what it logs, how it stops. argv: verifyd, words.json. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"
#include "program_rig.h"

#define HOST "Host: localhost\r\n"
#define NAME "SOK Dara Example"

static struct program_rig rig;
static struct paper paper;
static struct loopback_answer answer;
static char request[1 << 16];

static int begin(void **state) {
  return (void)state, program_rig_begin(&rig, "", &paper);
}

static int make_only(void **state) {
  (void)state;
  program_rig_make(&rig, "");
  return 0;
}

static int end(void **state) {
  (void)state;
  program_rig_remove(&rig);
  return 0;
}

static void post(const char *path, const char *type, const char *extra, const void *body, size_t len) {
  program_rig_post(&rig, path, type, extra, body, len, &answer);
}

static void post_json(const char *qr) { program_rig_post_json(&rig, qr, &answer); }
static void post_page(const char *fields, const char *extra) { program_rig_post_page(&rig, fields, extra, &answer); }
static bool has(const char *text) { return strstr(answer.body, text) != NULL; }

static void nothing_secret_is_logged(void **state) {
  static char body[1 << 19];
  struct vd_output png = {0};
  (void)state;
  post_json(paper.qr);
  (void)snprintf(body, sizeof body, "qr=%s", paper.qr);
  post_page(body, "");
  (void)snprintf(request, sizeof request, "GET /?qr=%s HTTP/1.1\r\n" HOST "\r\n", paper.qr);
  loopback_once(rig.port, request, &answer);
  (void)snprintf(request, sizeof request, "GET /%s HTTP/1.1\r\n" HOST "\r\n", paper.qr);
  loopback_once(rig.port, request, &answer);
  (void)snprintf(request, sizeof request, "%s\r\n\r\n", paper.qr);
  loopback_once(rig.port, request, &answer);
  post("/v1/verify", "application/json", "", paper.qr, strlen(paper.qr));
  assert_int_equal(answer.status, 400);
  assert_false(has(paper.qr)); /* nor is it sent back */
  program_rig_draw(paper.qr, &png);
  post("/v1/verify", "image/png", "", png.bytes, png.len);
  vd_output_free(&png);
  loopback_once(rig.operations_port, "GET /metrics HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_true(has("verifyd_verdicts_total{code=\"OK\"} 3") && has("verifyd_pictures_read_total 1"));
  assert_false(has(paper.qr) || has(NAME));
  assert_int_equal(program_rig_stop(&rig), 0);
  const char *log = program_rig_read(&rig, "err");
  assert_non_null(strstr(log, "event=request method=POST route=verify_api status=200 "));
  assert_non_null(strstr(log, "event=request method=POST route=verify_page status=200 "));
  assert_non_null(strstr(log, "event=started version="));
  char part[17];
  for (size_t i = 0; i + 16 <= FRAG_QR_TEXT_LEN; i++) {
    memcpy(part, paper.qr + i, 16);
    part[16] = '\0';
    assert_null(strstr(log, part));
  }
  assert_null(strstr(log, "SOK"));
  assert_null(strstr(log, "BAC-1"));
  assert_null(strstr(log, "127.0.0.1"));
}

static void operations_tell_how_it_is(void **state) {
  (void)state;
  loopback_once(rig.operations_port, "GET /readyz HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 200);
  assert_true(has("ledger 1: readable, entries 1") && has("trust list 1: current"));
  post_json(paper.qr);
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  do { /* it is counted when it was sent, which may be after it came */
    assert_true(loopback_now_ms() < until_ms);
    loopback_once(rig.operations_port, "GET /metrics HTTP/1.1\r\n" HOST "\r\n", &answer);
  } while (!has("verifyd_requests_total{route=\"verify_api\",status=\"2xx\"} 1"));
}

static void it_stops_in_order(void **state) {
  (void)state;
  int idle = loopback_connect(rig.port);
  loopback_ask(idle, "GET / HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(program_rig_stop(&rig), 0);
  assert_true(loopback_is_closed(idle));
  (void)close(idle);
  assert_non_null(strstr(program_rig_read(&rig, "err"), "event=stopping"));
}

/* Core dumps and tracing would show what documents say: /proc/PID belongs to root when the process is not dumpable. */
static void memory_cannot_be_dumped(void **state) {
  char path[64], limits[4096];
  (void)state;
  (void)snprintf(path, sizeof path, "/proc/%d/limits", (int)rig.pid);
  int fd = open(path, O_RDONLY);
  if (fd < 0) return; /* not ours to read any more: that is the point */
  ssize_t len = read(fd, limits, sizeof limits - 1);
  (void)close(fd);
  assert_true(len > 0);
  limits[len] = '\0';
  const char *line = strstr(limits, "Max core file size");
  assert_non_null(line);
  assert_int_equal(strtol(line + strlen("Max core file size"), NULL, 10), 0);
}

static int run(const char *first, const char *second, const char *third) {
  const char *const words[] = {first, second, third, NULL};
  return program_rig_run(&rig, words);
}

static void the_command_line(void **state) {
  (void)state;
  const char *conf = strdup(temp_folder_at(&rig.folder, "verifyd.conf"));
  assert_int_equal(run("--help", NULL, NULL), 0);
  assert_non_null(strstr(program_rig_read(&rig, "out"), "Usage: verifyd"));
  assert_int_equal(run("--version", NULL, NULL), 0);
  assert_int_equal(strncmp(program_rig_read(&rig, "out"), "verifyd ", 8), 0);
  assert_int_equal(run("--check", "--config", conf), 0);
  assert_non_null(strstr(program_rig_read(&rig, "out"), "in order"));
  assert_int_equal(run(NULL, NULL, NULL), 64);
  assert_int_equal(run("--nonsense", NULL, NULL), 64);
  assert_int_equal(run("--config", NULL, NULL), 64);
  assert_int_equal(run("--config", conf, "more"), 64);
  assert_int_equal(run("--config", "/nonexistent.conf", NULL), 66);
  assert_non_null(strstr(program_rig_read(&rig, "err"), "/nonexistent.conf"));
  free((char *)(uintptr_t)conf);
}

static int check(void) { return run("--check", "--config", temp_folder_at(&rig.folder, "verifyd.conf")); }

static void what_is_wrong_is_told_before_it_serves(void **state) {
  (void)state;
  temp_folder_put(&rig.folder, "trust.list", "x", 1);
  assert_int_equal(check(), 65);
  assert_non_null(strstr(program_rig_read(&rig, "err"), "trust.list"));
  assert_int_equal(unlink(temp_folder_at(&rig.folder, "trust.list")), 0);
  assert_int_equal(check(), 66);
  temp_folder_put(&rig.folder, "web/answer.fr.html", "", 0);
  assert_int_equal(check(), 78); /* the page: one thing at a time */
}

static void a_broken_page_is_told(void **state) {
  (void)state;
  temp_folder_put(&rig.folder, "web/answer.fr.html", "", 0);
  assert_int_equal(check(), 78);
  assert_non_null(strstr(program_rig_read(&rig, "err"), "answer.fr.html"));
}

static void move_ledger(unsigned number) {
  char from[300], to[320];
  (void)snprintf(from, sizeof from, "%s/%u", rig.realm->ledger.folder, number);
  (void)snprintf(to, sizeof to, "%s-away", from);
  assert_int_equal(rename(from, to), 0);
}

static void it_serves_with_as_many_ledgers_as_needed(void **state) {
  (void)state;
  paper = issue(rig.realm, (struct plan){.serial = "BAC-1"});
  keep(rig.realm, &paper, ALL_OPERATORS, FIXTURE_NOW_S);
  move_ledger(2);
  program_rig_start(&rig);
  post_json(paper.qr);
  assert_true(has("\"VALID\"") && has("\"unreachable\""));
  loopback_once(rig.operations_port, "GET /readyz HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 200);
  assert_true(has("ledger 2: unreachable"));
  assert_int_equal(program_rig_stop(&rig), 0);
  assert_non_null(strstr(program_rig_read(&rig, "err"), "event=ledger_unreachable operator=2"));
  move_ledger(3);
  assert_int_equal(check(), 69);
}

static void a_taken_port_is_told(void **state) {
  char conf[4096];
  (void)state;
  program_rig_start(&rig);
  (void)snprintf(conf, sizeof conf, "%s", program_rig_read(&rig, "verifyd.conf"));
  char *zero = strstr(conf, "127.0.0.1:0");
  assert_non_null(zero);
  int len = snprintf(request, sizeof request, "%.*s127.0.0.1:%u%s", (int)(zero - conf), conf, rig.port, zero + 11);
  temp_folder_put(&rig.folder, "second.conf", request, (size_t)len);
  const char *const words[] = {"--config", temp_folder_at(&rig.folder, "second.conf"), NULL};
  pid_t first = rig.pid;
  assert_int_equal(program_rig_run(&rig, words), 73);
  rig.pid = first;
}

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(nothing_secret_is_logged, begin, end),
      cmocka_unit_test_setup_teardown(operations_tell_how_it_is, begin, end),
      cmocka_unit_test_setup_teardown(memory_cannot_be_dumped, begin, end),
      cmocka_unit_test_setup_teardown(it_stops_in_order, begin, end),
      cmocka_unit_test_setup_teardown(the_command_line, make_only, end),
      cmocka_unit_test_setup_teardown(what_is_wrong_is_told_before_it_serves, make_only, end),
      cmocka_unit_test_setup_teardown(a_broken_page_is_told, make_only, end),
      cmocka_unit_test_setup_teardown(it_serves_with_as_many_ledgers_as_needed, make_only, end),
      cmocka_unit_test_setup_teardown(a_taken_port_is_told, make_only, end),
  };
  if (count != 3) return 2;
  program_rig_use(arguments[1], arguments[2]);
  return cmocka_run_group_tests(tests, NULL, NULL);
}