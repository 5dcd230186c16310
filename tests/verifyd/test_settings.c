#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "config/settings.h"

#define KEY "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d"
#define TRUST "trust = { file = \"trust.list\"; roots = [ \"" KEY "\" ]; };\n"
#define OPERATORS \
  "operators = ( { number = 1; name = \"A\"; store = \"one\"; },\n{ number = 2; name = \"B\"; store = \"/two\"; } );\n"
#define REST "realm = 1; threshold = 2;\n"

static struct vd_settings settings;

static void accept(const char *text, const char *path) {
  struct vd_failure failure;
  if (vd_settings_parse(text, strlen(text), path, &settings, &failure) != VD_OK) fail_msg("%s", failure.text);
}

static void refuse(const char *text, const char *expected) {
  struct vd_failure failure;
  assert_int_equal(vd_settings_parse(text, strlen(text), "v.conf", &settings, &failure), VD_CONFIG);
  if (strstr(failure.text, expected) == NULL) fail_msg("\"%s\" is not in \"%s\"", expected, failure.text);
}

static void test_least_file_and_defaults(void **state) {
  (void)state;
  accept(REST TRUST OPERATORS, "/etc/verifyd/verifyd.conf");
  assert_int_equal(settings.realm, 1);
  assert_int_equal(settings.threshold, 2);
  assert_string_equal(settings.listen.host, "127.0.0.1");
  assert_int_equal(settings.listen.port, 8080);
  assert_int_equal(settings.operations.port, 9090);
  assert_string_equal(settings.web_root, "");
  assert_string_equal(settings.trust.file, "/etc/verifyd/trust.list");
  assert_int_equal(settings.trust.roots_count, 1);
  assert_int_equal(settings.trust.roots[0][0], 0x3b);
  assert_int_equal(settings.trust.threshold, 1);
  assert_string_equal(settings.operators[0].store, "/etc/verifyd/one");
  assert_string_equal(settings.operators[1].store, "/two");
  assert_int_equal(settings.limits.picture_bytes, 10u << 20);
  assert_int_equal(settings.limits.header_ms, 5000);
  assert_int_equal(settings.workers, 0);
}

static void test_everything_given(void **state) {
  (void)state;
  accept(REST TRUST OPERATORS
         "listen = \"[::1]:0\"; operations = \"127.0.0.2:65535\"; web_root = \"../web\"; workers = 3;\n"
         "profiles = [ \"a.conf\", \"/b.conf\" ]; limits = { connections = 5; idle_ms = 100; };\n",
         "conf/verifyd.conf");
  assert_string_equal(settings.listen.host, "::1");
  assert_int_equal(settings.listen.port, 0);
  assert_int_equal(settings.operations.port, 65535);
  assert_string_equal(settings.web_root, "conf/../web");
  assert_int_equal(settings.profiles_count, 2);
  assert_string_equal(settings.profiles[0], "conf/a.conf");
  assert_string_equal(settings.profiles[1], "/b.conf");
  assert_int_equal(settings.limits.connections, 5);
  assert_int_equal(settings.limits.idle_ms, 100);
  assert_int_equal(settings.limits.body_ms, 20000);
  accept(REST TRUST OPERATORS, "verifyd.conf");
  assert_string_equal(settings.trust.file, "trust.list");
}

static void test_missing_parts(void **state) {
  (void)state;
  refuse(TRUST OPERATORS "threshold = 1;", "realm: is missing");
  refuse(TRUST OPERATORS "realm = 1;", "threshold: is missing");
  refuse(REST OPERATORS, "trust: is missing");
  refuse(REST TRUST, "operators: is missing");
  refuse(REST TRUST "operators = ( );", "name at least one operator");
  refuse(REST OPERATORS "trust = { file = \"x\"; };", "roots: is missing");
  refuse(REST OPERATORS "trust = { file = \"x\"; roots = [ ]; };", "at least one root");
}

static void test_endpoints(void **state) {
  (void)state;
  static const char *const bad[] = {"8080",           "localhost:80", "127.0.0.1",     "127.0.0.1:", "127.0.0.1:65536",
                                    "127.0.0.1:-1",   "127.0.0.1:x",  "::1:80",        "[::1]",      "[]:80",
                                    "[127.0.0.1]:80", "1.2.3:80",     ":80",           "[::1:80",    "127.0.0.1:+1",
                                    "0x7f.1:1",       "[::1%lo]:80",  "1.2.3.4:123456"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char text[1000];
    (void)snprintf(text, sizeof text, REST TRUST OPERATORS "listen = \"%s\";", bad[i]);
    refuse(text, "v.conf:5: listen: must be an address and a port");
  }
  refuse(REST TRUST OPERATORS "operations = \"0.0.0.0:9090\";", "must be a loopback address");
  refuse(REST TRUST OPERATORS "operations = \"[::1]:9090\";", "must be a loopback address");
}

static void test_roots(void **state) {
  (void)state;
  refuse(REST OPERATORS "trust = { file = \"x\"; roots = [ \"" KEY "0\" ]; };", "must be 1 to 64 bytes");
  refuse(REST OPERATORS "trust = { file = \"x\"; roots = [ \"abcd\" ]; };", "root 1 is not 64 hexadecimal digits");
  refuse(REST OPERATORS "trust = { file = \"x\"; roots = [ \"" KEY "\", \"" KEY "\" ]; };",
         "roots 1 and 2 are the same");
  refuse(REST OPERATORS "trust = { file = \"x\"; roots = [ \"" KEY "\" ]; threshold = 2; };", "from 1 to 1");
  refuse(REST OPERATORS "trust = { file = \"x\"; roots = [ \"" KEY "\" ]; threshold = 0; };", "from 1 to 1");
}

static void test_operators(void **state) {
  (void)state;
  refuse("realm = 1; threshold = 3;" TRUST OPERATORS, "threshold: must be a whole number from 1 to 2");
  refuse(REST TRUST "operators = ( { number = 2; name = \"A\"; store = \"one\"; } );", "number: must be 1");
  refuse(
      REST TRUST
      "operators = ( { number = 1; name = \"A\"; store = \"one\"; }, { number = 1; name = \"B\"; store = \"b\"; } );",
      "number: must be 2");
  refuse(REST TRUST
         "operators = ( { number = 1; name = \"A\"; store = \"s\"; }, { number = 2; name = \"B\"; store = \"s\"; } );",
         "is also the store of operator 1");
  refuse(REST TRUST "operators = ( { number = 1; store = \"s\"; } );", "name: is missing");
  refuse(REST TRUST "operators = ( { number = 16; name = \"A\"; store = \"s\"; } );", "from 1 to 15");
  refuse(REST TRUST "operators = ( { number = 1; name = \"A\"; store = \"s\"; url = \"x\"; } );", "url: unknown here");
}

static void test_other_refusals(void **state) {
  (void)state;
  refuse("realm = 65536; threshold = 1;" TRUST OPERATORS, "realm: must be a whole number from 0 to 65535");
  refuse(REST TRUST OPERATORS "limits = { conections = 1; };", "conections: unknown here");
  refuse(REST TRUST OPERATORS "limits = { body_bytes = 1; };", "from 1024 to 1048576");
  refuse(REST TRUST OPERATORS "port = 1;", "port: unknown here");
  refuse(REST TRUST OPERATORS "profiles = \"a\";", "profiles: must be a list");
  char text[3000];
  (void)snprintf(text, sizeof text, REST TRUST OPERATORS "web_root = \"%01100d\";", 1);
  refuse(text, "web_root: must be 1 to 1023 bytes");
}

static void test_long_folder(void **state) {
  (void)state;
  struct vd_failure failure;
  char path[1100];
  memset(path, 'd', sizeof path);
  path[1020] = '/';
  path[sizeof path - 1] = '\0';
  const char *text = REST TRUST OPERATORS;
  assert_int_equal(vd_settings_parse(text, strlen(text), path, &settings, &failure), VD_CONFIG);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_least_file_and_defaults), cmocka_unit_test(test_everything_given),
    cmocka_unit_test(test_missing_parts),           cmocka_unit_test(test_endpoints),
    cmocka_unit_test(test_roots),                   cmocka_unit_test(test_operators),
    cmocka_unit_test(test_other_refusals),          cmocka_unit_test(test_long_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
