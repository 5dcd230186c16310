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
  "operators = ( { number = 1; name = \"A\"; store = \"one\"; },\n{ number = 2; name = \"B\"; store = \"/two\"; } " \
  ");\n"
#define REST "realm = 1; threshold = 2;\n"
#define URL_OPERATOR(url) "operators = ( { number = 1; name = \"A\"; url = \"" url "\"; vkey = \"k\"; } );"
#define OWN_REST "name = \"A\"; origin = \"a.example/log/2\"; key = \"log.key\"; "
#define OWN(rest) "operator = { " rest " };\n"
#define OWN_ONLY "realm = 1;\n" TRUST OWN("number = 2; store = \"ledger\"; " OWN_REST)

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
  assert_int_equal(settings.trust_reload_s, 5);
  assert_int_equal(settings.status_max_age_s, 0);
}

static void test_everything_given(void **state) {
  (void)state;
  accept(REST TRUST OPERATORS
         "listen = \"[::1]:0\"; operations = \"127.0.0.2:65535\"; web_root = \"../web\"; workers = 3;\n"
         "trust_reload_s = 3600; status_max_age_s = 31536000;\n"
         "profiles = [ \"a.conf\", \"/b.conf\" ]; limits = { connections = 5; idle_ms = 100; };\n",
         "conf/verifyd.conf");
  assert_string_equal(settings.listen.host, "::1");
  assert_int_equal(settings.listen.port, 0);
  assert_int_equal(settings.operations.port, 65535);
  assert_string_equal(settings.web_root, "conf/../web");
  assert_int_equal(settings.trust_reload_s, 3600);
  assert_int_equal(settings.status_max_age_s, 31536000);
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
  refuse("realm = 1;" TRUST, "needs operators (whom to ask), operator (to be one) or witness");
  refuse(REST TRUST, "threshold: means nothing without operators");
  refuse(REST TRUST OWN("number = 2; store = \"s\"; " OWN_REST), "threshold: means nothing without operators");
  refuse("realm = 1;" OWN("number = 2; store = \"s\"; " OWN_REST), "trust: is missing");
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
  refuse(REST TRUST "operators = ( { number = 1; name = \"A\"; store = \"s\"; path = \"x\"; } );",
         "path: unknown here");
}

static void test_remote_operators(void **state) {
  (void)state;
  accept("realm = 1; threshold = 1;" TRUST
         "operators = ( { number = 1; name = \"A\"; url = \"https://a.example:8443/log/1\"; vkey = \"a+1+b\"; },\n"
         "{ number = 2; name = \"B\"; store = \"two\"; }, { number = 3; name = \"C\"; url = \"http://[::1]:80\"; "
         "vkey = \"c+1+d\"; } );",
         "/etc/v.conf");
  assert_string_equal(settings.operators[0].url, "https://a.example:8443/log/1");
  assert_string_equal(settings.operators[0].vkey, "a+1+b");
  assert_string_equal(settings.operators[0].store, "");
  assert_string_equal(settings.operators[1].store, "/etc/two");
  assert_string_equal(settings.operators[1].url, "");
  assert_string_equal(settings.operators[2].url, "http://[::1]:80");
  refuse(REST TRUST "operators = ( { number = 1; name = \"A\"; store = \"s\"; url = \"http://a\"; vkey = \"k\"; } );",
         "url: needs either a store, or a url");
  refuse(REST TRUST "operators = ( { number = 1; name = \"A\"; } );", "needs either a store, or a url");
  refuse(REST TRUST "operators = ( { number = 1; name = \"A\"; url = \"http://a\"; } );", "vkey: is missing");
  refuse(REST TRUST "operators = ( { number = 1; name = \"A\"; store = \"s\"; vkey = \"k\"; } );",
         "vkey: belongs to a url");
}

static void test_urls(void **state) {
  (void)state;
  static const char *const good[] = {"http://a",         "https://a.example/b/c",
                                     "http://1.2.3.4:1", "http://[::1]:65535/x",
                                     "http://[fe80::1]", "http://a/b@c:d"};
  static const char *const bad[] = {
      "a.example",      "ftp://a",          "http://",        "http:///x",     "http://a/",    "http://u@a",
      "http://u:p@a/x", "http://a?q=1",     "http://a/x?q",   "http://a/#f",   "http://a:0",   "http://a:",
      "http://a:x",     "http://a:65536",   "http://:80",     "http://a b",    "http://a/b c", "http://[::1",
      "http://[]",      "http://::1",       "http://[::1]80", "http://a/é",    "HTTP://a",     "http://a_b",
      "http://a/<b>",   "http://a:1234567", "http://a:80:80", "http://[a]b:1", "http://a\\\\b"};
  char text[1000];
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    (void)snprintf(text, sizeof text, "realm = 1; threshold = 1;" TRUST URL_OPERATOR("%s"), good[i]);
    accept(text, "v.conf");
    assert_string_equal(settings.operators[0].url, good[i]);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    (void)snprintf(text, sizeof text, "realm = 1; threshold = 1;" TRUST URL_OPERATOR("%s"), bad[i]);
    refuse(text, "url: must be http://HOST/PATH");
  }
  (void)snprintf(text, sizeof text, "realm = 1; threshold = 1;" TRUST URL_OPERATOR("http://%0250d"), 1);
  refuse(text, "url: must be 1 to 255 bytes");
}

static void test_own_operator(void **state) {
  (void)state;
  accept(OWN_ONLY, "/etc/v.conf");
  assert_int_equal(settings.operators_count, 0);
  assert_int_equal(settings.own_operator.number, 2);
  assert_string_equal(settings.own_operator.store, "/etc/ledger");
  assert_string_equal(settings.own_operator.origin, "a.example/log/2");
  assert_string_equal(settings.own_operator.key, "/etc/log.key");
  assert_int_equal(settings.own_operator.items_per_day, 0);
  assert_int_equal(settings.own_operator.checkpoint_s, 60);
  assert_int_equal(settings.own_operator.witnesses_count, 0);
  assert_int_equal(settings.limits.operator_ms, 2000);
  assert_int_equal(settings.limits.submissions_waiting, 16);
  accept("realm = 1;\n" TRUST OWN("number = 2; store = \"ledger\"; items_per_day = 5; checkpoint_s = 1; witnesses = ( "
                                  "{ url = \"http://w:1\"; vkey = \"w+1+x\"; } ); " OWN_REST),
         "v.conf");
  assert_int_equal(settings.own_operator.items_per_day, 5);
  assert_int_equal(settings.own_operator.checkpoint_s, 1);
  assert_int_equal(settings.own_operator.witnesses_count, 1);
  assert_string_equal(settings.own_operator.witnesses[0].url, "http://w:1");
  assert_string_equal(settings.own_operator.witnesses[0].vkey, "w+1+x");
  accept(REST TRUST OPERATORS OWN("number = 2; store = \"/two\"; " OWN_REST), "v.conf"); /* the one named above */
  accept(REST TRUST OPERATORS OWN("number = 3; store = \"three\"; " OWN_REST), "v.conf");
}

static void test_own_operator_refusals(void **state) {
  (void)state;
  refuse(REST TRUST OPERATORS OWN("number = 1; store = \"/two\"; " OWN_REST), "number: must be 2: operators names");
  refuse(REST TRUST OPERATORS OWN("number = 2; store = \"three\"; " OWN_REST), "store: must be /two: operators names");
  refuse("realm = 1;" TRUST OWN("store = \"s\"; " OWN_REST), "number: is missing");
  refuse("realm = 1;" TRUST OWN("number = 0; store = \"s\"; " OWN_REST), "number: must be a whole number from 1 to 15");
  refuse("realm = 1;" TRUST OWN("number = 1; " OWN_REST), "store: is missing");
  refuse("realm = 1;" TRUST OWN("number = 1; store = \"s\"; name = \"A\"; key = \"k\"; "), "origin: is missing");
  refuse("realm = 1;" TRUST OWN("number = 1; store = \"s\"; name = \"A\"; origin = \"a/log\"; "), "key: is missing");
  refuse("realm = 1;" TRUST OWN("number = 1; store = \"s\"; checkpoint_s = 0; " OWN_REST), "from 1 to 86400");
  refuse("realm = 1;" TRUST OWN("number = 1; store = \"s\"; url = \"http://a\"; " OWN_REST), "url: unknown here");
  refuse("realm = 1;" TRUST OWN("number = 1; store = \"s\"; witnesses = ( { url = \"http://a\"; } ); " OWN_REST),
         "vkey: is missing");
  refuse("realm = 1;" TRUST OWN("number = 1; store = \"s\"; witnesses = ( { url = \"a\"; vkey = \"k\"; } ); " OWN_REST),
         "url: must be http");
  static const char *const bad[] = {"https://a/log/1", "a b", "a+b", "é"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char text[1000];
    (void)snprintf(text, sizeof text,
                   "realm = 1;" TRUST OWN("number = 1; name = \"A\"; store = \"s\"; key = \"k\"; origin = \"%s\";"),
                   bad[i]);
    refuse(text, "origin: must be visible ASCII");
  }
}

static void test_witness_and_memory(void **state) {
  (void)state;
  accept("realm = 1; memory = \"seen\"; witness = { key = \"w.key\"; logs = [ \"x+1+y\", \"z+1+y\" ]; };",
         "/etc/v.conf");
  assert_string_equal(settings.memory, "/etc/seen");
  assert_string_equal(settings.witness.key, "/etc/w.key");
  assert_int_equal(settings.witness.logs_count, 2);
  assert_string_equal(settings.witness.logs[1], "z+1+y");
  assert_int_equal(settings.trust.roots_count, 0);
  accept(REST TRUST OPERATORS, "v.conf");
  assert_string_equal(settings.witness.key, "");
  assert_string_equal(settings.memory, "");
  refuse("realm = 1; witness = { key = \"w.key\"; };", "witness: needs memory");
  refuse("realm = 1; memory = \"m\"; witness = { logs = [ ]; };", "key: is missing");
  refuse("realm = 1; memory = \"m\"; witness = { key = \"k\"; logs = [ 1 ]; };", "must be text");
  refuse("realm = 1; memory = \"m\"; witness = { key = \"k\"; log = \"x\"; };", "log: unknown here");
  refuse("realm = 1; memory = \"m\";", "needs operators");
  refuse(OWN_ONLY "memory = \"ledger\";", "memory: is a store");
  refuse(REST TRUST OPERATORS "memory = \"/two\";", "memory: is a store");
}

static void test_other_refusals(void **state) {
  (void)state;
  refuse("realm = 65536; threshold = 1;" TRUST OPERATORS, "realm: must be a whole number from 0 to 65535");
  refuse(REST TRUST OPERATORS "limits = { conections = 1; };", "conections: unknown here");
  refuse(REST TRUST OPERATORS "limits = { body_bytes = 1; };", "from 1024 to 1048576");
  refuse(REST TRUST OPERATORS "limits = { operator_ms = 9; };", "from 10 to 60000");
  refuse(REST TRUST OPERATORS "limits = { submissions_waiting = 0; };", "from 1 to 1000");
  refuse(REST TRUST OPERATORS "trust_reload_s = 0;", "from 1 to 3600");
  refuse(REST TRUST OPERATORS "trust_reload_s = 3601;", "from 1 to 3600");
  refuse(REST TRUST OPERATORS "status_max_age_s = -1;", "from 0 to 31536000");
  refuse(REST TRUST OPERATORS "status_max_age_s = 31536001;", "from 0 to 31536000");
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

static const char *example_folder;

static void read_example(const char *name) {
  char path[1100];
  struct vd_failure failure;
  (void)snprintf(path, sizeof path, "%s/%s", example_folder, name);
  if (vd_settings_read(path, &settings, &failure) != VD_OK) fail_msg("%s", failure.text);
}

static void test_examples(void **state) {
  (void)state;
  read_example("verifyd.conf"); /* three ledgers in one process */
  assert_int_equal(settings.operators_count, 3);
  assert_int_equal(settings.own_operator.number, 0);
  for (size_t i = 0; i < 3; i++) assert_string_not_equal(settings.operators[i].store, "");
  read_example("operator.conf");
  assert_int_equal(settings.operators_count, 0);
  assert_int_equal(settings.own_operator.number, 3);
  read_example("portal.conf");
  for (size_t i = 0; i < 3; i++) assert_string_not_equal(settings.operators[i].url, "");
  assert_string_not_equal(settings.memory, "");
}

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_least_file_and_defaults),
      cmocka_unit_test(test_everything_given),
      cmocka_unit_test(test_missing_parts),
      cmocka_unit_test(test_endpoints),
      cmocka_unit_test(test_roots),
      cmocka_unit_test(test_operators),
      cmocka_unit_test(test_remote_operators),
      cmocka_unit_test(test_urls),
      cmocka_unit_test(test_own_operator),
      cmocka_unit_test(test_own_operator_refusals),
      cmocka_unit_test(test_witness_and_memory),
      cmocka_unit_test(test_other_refusals),
      cmocka_unit_test(test_long_folder),
      cmocka_unit_test(test_examples),
  };
  if (count != 2) return 2;
  example_folder = arguments[1];
  return cmocka_run_group_tests(tests, NULL, NULL);
}
