/* The files of the page over HTTP, from the program as it is run. argv: verifyd, words.json. */
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

static struct program_rig rig;
static struct loopback_answer answer;
static char request[4096];

static int begin(void **state) {
  (void)state;
  program_rig_make(&rig, "");
  program_rig_start(&rig);
  return 0;
}

static int end(void **state) {
  (void)state;
  program_rig_remove(&rig);
  return 0;
}

static void files_are_served(void **state) {
  char tag[64];
  (void)state;
  loopback_once(rig.port, "GET / HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 200);
  assert_string_equal(answer.body, "<!doctype html><title>start</title>");
  assert_string_equal(loopback_header(&answer, "Cache-Control"), "no-cache");
  assert_null(loopback_header(&answer, "Vary"));
  (void)snprintf(tag, sizeof tag, "%s", loopback_header(&answer, "ETag"));
  (void)snprintf(request, sizeof request, "GET /?source=x HTTP/1.1\r\n" HOST "If-None-Match: \"y\", %s\r\n\r\n", tag);
  loopback_once(rig.port, request, &answer);
  assert_int_equal(answer.status, 304);
  assert_string_equal(loopback_header(&answer, "ETag"), tag);
  loopback_once(rig.port, "GET /answer.en.html HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 404);
  loopback_once(rig.port, "GET /../verifyd.conf HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 404);
}

static void files_are_compressed_when_the_client_takes_it(void **state) {
  char plain_tag[64];
  (void)state;
  loopback_once(rig.port, "GET /app.js HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.body_len, 20000);
  assert_string_equal(loopback_header(&answer, "Vary"), "Accept-Encoding");
  assert_null(loopback_header(&answer, "Content-Encoding"));
  (void)snprintf(plain_tag, sizeof plain_tag, "%s", loopback_header(&answer, "ETag"));
  loopback_once(rig.port, "GET /app.js HTTP/1.1\r\n" HOST "Accept-Encoding: br, gzip\r\n\r\n", &answer);
  assert_in_range(answer.body_len, 10, 2000);
  assert_string_equal(loopback_header(&answer, "Content-Encoding"), "gzip");
  assert_string_equal(loopback_header(&answer, "Vary"), "Accept-Encoding");
  assert_string_not_equal(loopback_header(&answer, "ETag"), plain_tag);
  (void)snprintf(request, sizeof request,
                 "GET /app.js HTTP/1.1\r\n" HOST "Accept-Encoding: gzip\r\nIf-None-Match: %s\r\n\r\n", plain_tag);
  loopback_once(rig.port, request, &answer);
  assert_int_equal(answer.status, 200); /* another form than the one it has */
}

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(files_are_served),
      cmocka_unit_test(files_are_compressed_when_the_client_takes_it),
  };
  if (count != 3) return 2;
  program_rig_use(arguments[1], arguments[2]);
  return cmocka_run_group_tests(tests, begin, end);
}
