/* Verdicts over HTTP, from the program as it is run. argv: verifyd, words.json. */
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

static int begin(void **state) {
  return (void)state, program_rig_begin(&rig, "limits = { picture_bytes = 100000; };", &paper);
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

static void a_genuine_code_is_valid(void **state) {
  char text[256];
  (void)state;
  post_json(paper.qr);
  assert_int_equal(answer.status, 200);
  assert_string_equal(loopback_header(&answer, "Content-Type"), "application/json");
  assert_string_equal(loopback_header(&answer, "Cache-Control"), "no-store");
  assert_int_equal(strncmp(answer.body, "{\"verdict\":\"VALID\",\"code\":0,", 28), 0);
  assert_true(has(NAME) && has("\"Name (Latin)\"") && has("BAC-1") && has("The Ministry"));
  (void)snprintf(text, sizeof text, "https://verify.example/#%s", paper.qr);
  post_json(text);
  assert_true(has("\"VALID\""));
}

static void other_codes_get_a_verdict_and_no_document(void **state) {
  (void)state;
  struct paper unknown = issue(rig.realm, (struct plan){.serial = "BAC-2"});
  post_json(unknown.qr);
  assert_int_equal(answer.status, 200);
  assert_true(has("\"NOT_FOUND\"") && has("\"document\":null") && !has(NAME));
  post_json("https://elsewhere.example/");
  assert_true(has("\"QR_MALFORMED\"") && has("\"NOT_VALID\""));
  char wrong[FRAG_QR_TEXT_LEN + 1];
  memcpy(wrong, paper.qr, sizeof wrong);
  wrong[20] = wrong[20] == 'A' ? 'B' : 'A';
  post_json(wrong);
  assert_true(has("\"QR_CHECKSUM\"") && !has(NAME));
  struct paper expired = issue(rig.realm, (struct plan){.serial = "BAC-3", .expires_s = FIXTURE_NOW_S + 1});
  keep(rig.realm, &expired, ALL_OPERATORS, FIXTURE_NOW_S + 1);
  post_json(expired.qr);
  assert_true(has("\"EXPIRED\"") && !has(NAME));
}

/* What another process writes while the service runs is seen at once. */
static void a_revocation_is_seen_at_once(void **state) {
  (void)state;
  struct paper revoked = issue(rig.realm, (struct plan){.serial = "BAC-4"});
  keep(rig.realm, &revoked, ALL_OPERATORS, FIXTURE_NOW_S + 10);
  post_json(revoked.qr);
  assert_true(has("\"VALID\""));
  put_statement(rig.realm, &revoked, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 1, FIXTURE_NOW_S + 10);
  post_json(revoked.qr);
  assert_true(has("\"REVOKED\"") && !has(NAME));
}

static void wrong_bodies_are_problems(void **state) {
  (void)state;
  post("/v1/verify", "application/json", "", "{\"qr\":5}", 8);
  assert_int_equal(answer.status, 400);
  assert_string_equal(loopback_header(&answer, "Content-Type"), "application/problem+json");
  post("/v1/verify", "application/json", "", "", 0);
  assert_int_equal(answer.status, 400);
  post("/v1/verify", "image/png", "", "no picture", 10);
  assert_int_equal(answer.status, 422);
  post("/v1/verify", "image/png", "", "", 0);
  assert_int_equal(answer.status, 422);
  post("/v1/verify", "multipart/form-data", "", "x", 1);
  assert_int_equal(answer.status, 400);
  post("/v1/verify", "application/x-www-form-urlencoded", "", "qr=x", 4);
  assert_int_equal(answer.status, 415);
  loopback_once(rig.port, "GET /v1/verify HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 405);
  loopback_once(rig.port, "POST /index.html HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", &answer);
  assert_int_equal(answer.status, 405);
}

static void the_page_needs_no_script(void **state) {
  char fields[512];
  (void)state;
  (void)snprintf(fields, sizeof fields, "lang=en&qr=%%20https%%3A%%2F%%2Fverify.example%%2F%%23%s%%0D%%0A", paper.qr);
  post_page(fields, "");
  assert_int_equal(answer.status, 200);
  assert_string_equal(loopback_header(&answer, "Content-Type"), "text/html; charset=utf-8");
  assert_string_equal(loopback_header(&answer, "Content-Language"), "en");
  assert_string_equal(loopback_header(&answer, "Cache-Control"), "no-store");
  assert_true(has("data-verdict=\"VALID\"") && has(NAME) && has("School certificate"));
  assert_false(has("<script") || has("{{"));
  (void)snprintf(fields, sizeof fields, "qr=%s", paper.qr);
  post_page(fields, "Accept-Language: fr\r\n");
  assert_true(has("<html lang=\"fr\">"));
  post_page(fields, "");
  assert_true(has("<html lang=\"km\">"));
}

static void problems_on_the_page_are_pages(void **state) {
  (void)state;
  post_page("lang=en&qr=", "");
  assert_int_equal(answer.status, 400);
  assert_true(has("Nothing was entered."));
  post_page("lang=fr", "Accept-Language: en\r\n");
  assert_true(has("<html lang=\"fr\">")); /* the form's own language counts */
  post_page("%", "Accept-Language: en\r\n");
  assert_int_equal(answer.status, 400);
  post("/verify", "text/plain", "Accept-Language: en\r\n", "x", 1);
  assert_int_equal(answer.status, 415);
  assert_true(has("<html lang=\"en\">"));
  loopback_once(rig.port, "GET /verify HTTP/1.1\r\n" HOST "Accept-Language: en\r\n\r\n", &answer);
  assert_int_equal(answer.status, 405);
  assert_string_equal(loopback_header(&answer, "Allow"), "POST");
  assert_true(has("Nothing was entered."));
}

static void too_large_a_picture_is_refused_on_its_page(void **state) {
  static char body[600000]; /* all of it is sent, as a browser does, before it looks for an answer */
  (void)state;
  post("/verify", "multipart/form-data; boundary=x", "Accept-Language: en\r\n", body, sizeof body);
  assert_int_equal(answer.status, 413);
  assert_true(has("The picture is too large.") && has("<html lang=\"en\">"));
}

static size_t multipart(char *body, size_t size, const struct vd_output *png, const char *name) {
  int len = snprintf(
      body, size,
      "--XyZ\r\nContent-Disposition: form-data; name=\"lang\"\r\n\r\nen\r\n"
      "--XyZ\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n",
      name);
  assert_true((size_t)len + png->len + 20 < size);
  memcpy(body + len, png->bytes, png->len);
  memcpy(body + (size_t)len + png->len, "\r\n--XyZ--\r\n", 11);
  return (size_t)len + png->len + 11;
}

static void a_photo_will_do(void **state) {
  static char body[1 << 19];
  struct vd_output png = {0}, foreign = {0}, blank = {0};
  (void)state;
  program_rig_draw(paper.qr, &png);
  post("/v1/verify", "image/png", "", png.bytes, png.len);
  assert_int_equal(answer.status, 200);
  assert_true(has("\"VALID\"") && has(NAME));
  size_t len = multipart(body, sizeof body, &png, "photo");
  post("/v1/verify", "multipart/form-data; boundary=XyZ", "", body, len);
  assert_true(has("\"VALID\"") && has(NAME));
  post("/verify", "multipart/form-data; boundary=XyZ", "", body, len);
  assert_int_equal(answer.status, 200);
  assert_true(has("data-verdict=\"VALID\"") && has(NAME) && has("<html lang=\"en\">"));
  len = multipart(body, sizeof body, &png, "file");
  post("/v1/verify", "multipart/form-data; boundary=XyZ", "", body, len);
  assert_int_equal(answer.status, 400);
  program_rig_draw("https://elsewhere.example/", &foreign);
  post("/v1/verify", "image/png", "", foreign.bytes, foreign.len);
  assert_true(has("\"QR_MALFORMED\""));
  program_rig_draw(NULL, &blank);
  post("/v1/verify", "image/png", "", blank.bytes, blank.len);
  assert_int_equal(answer.status, 422);
  len = multipart(body, sizeof body, &blank, "photo");
  post("/verify", "multipart/form-data; boundary=XyZ", "", body, len);
  assert_int_equal(answer.status, 422);
  assert_true(has("No QR code was found in the picture."));
  vd_output_free(&png);
  vd_output_free(&foreign);
  vd_output_free(&blank);
}

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_genuine_code_is_valid),
      cmocka_unit_test(other_codes_get_a_verdict_and_no_document),
      cmocka_unit_test(a_revocation_is_seen_at_once),
      cmocka_unit_test(wrong_bodies_are_problems),
      cmocka_unit_test(the_page_needs_no_script),
      cmocka_unit_test(problems_on_the_page_are_pages),
      cmocka_unit_test(too_large_a_picture_is_refused_on_its_page),
      cmocka_unit_test(a_photo_will_do),
  };
  if (count != 3) return 2;
  program_rig_use(arguments[1], arguments[2]);
  return cmocka_run_group_tests(tests, begin, end);
}
