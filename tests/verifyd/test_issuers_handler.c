/* Who may issue documents, over HTTP, and new trust lists under load: the program as it is run. argv: verifyd,
 * words.json. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "program_rig.h"
#include "trust_fixture.h"

#define HOST "Host: localhost\r\n"
#define SLICE(literal) \
  { (const uint8_t *)(literal), sizeof(literal) - 1 }

static struct program_rig rig;
static struct trust_fixture lists;
static struct loopback_answer answer;

static void make(const char *more) {
  program_rig_make(&rig, more);
  trust_fixture_begin(&lists, rig.realm->context, LEDGER_REALM);
  trust_fixture_follow(&lists, rig.realm->trust);
}

static int begin(void **state) {
  (void)state;
  make("trust_reload_s = 1; workers = 3; memory = \"seen\";");
  return 0;
}

static int end(void **state) {
  (void)state;
  trust_fixture_end(&lists);
  program_rig_remove(&rig);
  return 0;
}

static void doze(void) { (void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL); }

static void put_list(void) {
  trust_fixture_write(&lists);
  temp_folder_put(&rig.folder, "new", lists.file, lists.file_len);
  char path[300];
  (void)snprintf(path, sizeof path, "%s", temp_folder_at(&rig.folder, "new"));
  assert_int_equal(rename(path, temp_folder_at(&rig.folder, "trust.list")), 0);
}

static void get(uint16_t port, const char *path, const char *headers) {
  char request[1024];
  (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" HOST "%s\r\n", path, headers);
  loopback_once(port, request, &answer);
}

static void wait_for_list(unsigned number) {
  char text[40];
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  (void)snprintf(text, sizeof text, "\"list_no\":%u,", number);
  for (;; doze()) {
    get(rig.port, "/v1/issuers", "");
    if (strstr(answer.body, text) != NULL) return;
    if (loopback_now_ms() > until_ms) fail_msg("no list %u: %s", number, program_rig_read(&rig, "err"));
  }
}

static void wait_for_log(const char *text) {
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  while (strstr(program_rig_read(&rig, "err"), text) == NULL) {
    if (loopback_now_ms() > until_ms) fail_msg("no %s in %s", text, program_rig_read(&rig, "err"));
    doze();
  }
}

static int code_of(const struct loopback_answer *verdict) {
  const char *found = strstr(verdict->body, "\"code\":");
  assert_int_equal(verdict->status, 200);
  assert_non_null(found);
  return atoi(found + strlen("\"code\":"));
}

static void ask(const char *qr, struct loopback_answer *verdict) { program_rig_post_json(&rig, qr, verdict); }

/* ---- what is served ---- */

static void the_list_is_served_with_a_tag(void **state) {
  char header[100], tag[64];
  (void)state;
  program_rig_start(&rig);
  get(rig.port, "/v1/issuers", "");
  assert_int_equal(answer.status, 200);
  assert_string_equal(loopback_header(&answer, "Content-Type"), "application/json");
  assert_string_equal(loopback_header(&answer, "Cache-Control"), "public, max-age=60");
  assert_string_equal(loopback_header(&answer, "Access-Control-Allow-Origin"), "*");
  assert_non_null(strstr(answer.body, "\"list_no\":1,"));
  assert_non_null(strstr(answer.body, "\"id\":\"registrar.example\""));
  assert_non_null(strstr(answer.body, "\"compromised_since\":\"2025-06-15T14:50:00Z\""));
  (void)snprintf(tag, sizeof tag, "%s", loopback_header(&answer, "ETag"));
  (void)snprintf(header, sizeof header, "If-None-Match: %s\r\n", tag);
  get(rig.port, "/v1/issuers", header);
  assert_int_equal(answer.status, 304);
  put_list();
  wait_for_list(2);
  get(rig.port, "/v1/issuers", header);
  assert_int_equal(answer.status, 200);
  loopback_once(rig.port, "POST /v1/issuers HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", &answer);
  assert_int_equal(answer.status, 405);
  int fd = loopback_connect(rig.port); /* the next answer on the connection is not about the list any more */
  loopback_say(fd, "HEAD /v1/issuers HTTP/1.1\r\n" HOST "\r\n");
  loopback_read(fd, &answer, true);
  assert_int_equal(answer.status, 200);
  loopback_ask(fd, "GET /nothing HTTP/1.1\r\n" HOST "\r\n", &answer);
  assert_int_equal(answer.status, 404);
  assert_null(loopback_header(&answer, "ETag"));
  (void)close(fd);
}

static void the_page_comes_in_three_languages(void **state) {
  (void)state;
  program_rig_start(&rig);
  get(rig.port, "/issuers", "Accept-Language: fr;q=0.9, en;q=0.5\r\n");
  assert_int_equal(answer.status, 200);
  assert_string_equal(loopback_header(&answer, "Content-Type"), "text/html; charset=utf-8");
  assert_string_equal(loopback_header(&answer, "Content-Language"), "fr");
  assert_string_equal(loopback_header(&answer, "Cache-Control"), "no-store");
  assert_non_null(strstr(answer.body, "<title>Qui peut émettre des documents</title>"));
  assert_non_null(strstr(answer.body, "Le Ministere"));
  get(rig.port, "/issuers.en", "Accept-Language: fr\r\n");
  assert_string_equal(loopback_header(&answer, "Cache-Control"), "public, max-age=60");
  assert_non_null(strstr(answer.body, "<html lang=\"en\"><title>Who may issue documents</title>"));
  assert_non_null(strstr(answer.body, "The Ministry"));
  get(rig.port, "/issuers.km", "");
  assert_non_null(strstr(answer.body, "<html lang=\"km\">"));
  static const char *const none[] = {"/issuers.", "/issuers.de", "/issuersen", "/issuers/en", "/issuers.en/"};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    get(rig.port, none[i], "");
    assert_int_equal(answer.status, 404);
  }
}

static void a_hostile_name_is_text_and_nothing_else(void **state) {
  static const struct frag_issuer_name name[] = {{SLICE("en"), SLICE("<script>alert(1)</script>\" onload='x' &amp;")}};
  (void)state;
  (void)trust_fixture_add(&lists, 0x40, "hostile.example", name);
  put_list();
  temp_folder_put(&rig.folder, "trust.list", "", 0);
  trust_fixture_follow(&lists, rig.realm->trust); /* number 2 again, now for the start */
  (void)trust_fixture_add(&lists, 0x40, "hostile.example", name);
  put_list();
  program_rig_start(&rig);
  get(rig.port, "/issuers.en", "");
  assert_null(strstr(answer.body, "<script"));
  assert_non_null(
      strstr(answer.body, "&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&#39;x&#39; &amp;amp;</h2>"));
  get(rig.port, "/v1/issuers", "");
  assert_non_null(strstr(answer.body, "\"en\":\"<script>alert(1)</script>\\\" onload='x' &amp;\""));
  assert_string_equal(loopback_header(&answer, "X-Content-Type-Options"), "nosniff");
}

/* ---- pages ---- */

static const char *member(const char *name) {
  static char value[200];
  char wanted[40];
  int wanted_len = snprintf(wanted, sizeof wanted, "\"%s\":", name);
  const char *found = strstr(answer.body, wanted);
  if (found == NULL) fail_msg("no %s in %s", name, answer.body);
  found += wanted_len;
  if (*found == '"') found++;
  size_t len = strcspn(found, "\",}");
  (void)snprintf(value, sizeof value, "%.*s", (int)len, found);
  return value;
}

static size_t ids_of(char ids[static 20], size_t count) {
  for (const char *at = answer.body; (at = strstr(at, "{\"id\":\"")) != NULL; count++) ids[count] = (at += 7)[0];
  return count;
}

static void the_list_comes_in_pages_of_one_list(void **state) {
  char path[200], ids[20], all[20];
  size_t count = 0;
  (void)state;
  program_rig_start(&rig);
  get(rig.port, "/v1/issuers?limit=500", "");
  size_t total = ids_of(all, 0);
  assert_true(total >= 3);
  assert_string_equal(member("next"), "null");
  (void)snprintf(path, sizeof path, "/v1/issuers?limit=1");
  for (size_t pages = 0; pages < total; pages++) {
    get(rig.port, path, "");
    assert_int_equal(answer.status, 200);
    assert_string_equal(loopback_header(&answer, "Access-Control-Allow-Origin"), "*");
    assert_int_equal(atoi(member("total")), total);
    assert_int_equal(atoi(member("list_no")), 1);
    count = ids_of(ids, count);
    assert_int_equal(count, pages + 1);
    (void)snprintf(path, sizeof path, "/v1/issuers?limit=1&after=%s", member("next"));
  }
  assert_string_equal(member("next"), "null");
  assert_memory_equal(ids, all, total);
  get(rig.port, "/v1/issuers?limit=1", "");
  (void)snprintf(path, sizeof path, "/v1/issuers?limit=1&after=%s", member("next"));
  put_list();
  wait_for_list(2);
  get(rig.port, path, "");
  assert_int_equal(answer.status, 400);
  assert_string_equal(loopback_header(&answer, "Content-Type"), "application/problem+json");
  assert_non_null(strstr(answer.body, "cursor of another trust list"));
  get(rig.port, "/v1/issuers?limit=0", "");
  assert_int_equal(answer.status, 400);
  assert_null(loopback_header(&answer, "ETag"));
}

static void issuers_are_looked_for(void **state) {
  (void)state;
  program_rig_start(&rig);
  get(rig.port, "/v1/issuers?q=MINIST%C3%88RE+School", "");
  assert_int_equal(answer.status, 200);
  assert_int_equal(atoi(member("total")), 1);
  assert_string_equal(member("id"), "school.example");
  get(rig.port, "/v1/issuers?issuer=registrar.example", "");
  assert_string_equal(member("id"), "registrar.example");
  get(rig.port, "/v1/issuers?q=zzzqqq", "");
  assert_int_equal(answer.status, 200);
  assert_int_equal(atoi(member("total")), 0);
  get(rig.port, "/issuers.fr?q=ministere+ministry.e", "");
  assert_string_equal(loopback_header(&answer, "Content-Language"), "fr");
  assert_string_equal(loopback_header(&answer, "Cache-Control"), "public, max-age=60");
  assert_non_null(strstr(answer.body, "Le Ministere"));
  assert_null(strstr(answer.body, "registrar.example"));
  get(rig.port, "/issuers?q=zzzqqq", "Accept-Language: en\r\n");
  assert_string_equal(loopback_header(&answer, "Cache-Control"), "no-store");
  assert_non_null(strstr(answer.body, "value=\"zzzqqq\""));
  get(rig.port, "/issuers.en?q=%%zz", "");
  assert_int_equal(answer.status, 400);
  (void)program_rig_stop(&rig);
  assert_null(strstr(program_rig_read(&rig, "err"), "zzzqqq"));
  assert_null(strstr(program_rig_read(&rig, "out"), "zzzqqq"));
}

static void a_page_of_an_earlier_list_begins_again(void **state) {
  (void)state;
  program_rig_start(&rig);
  get(rig.port, "/issuers.en?after=0000000000000000-1&q=registrar", "");
  assert_int_equal(answer.status, 200);
  assert_string_equal(loopback_header(&answer, "Cache-Control"), "no-store");
  assert_non_null(strstr(answer.body, "A new list has come into force"));
  assert_non_null(strstr(answer.body, "registrar.example"));
  get(rig.port, "/issuers.en", "");
  assert_null(strstr(answer.body, "A new list has come into force"));
}

static void every_form_has_a_tag_of_its_own(void **state) {
  static const char *const paths[] = {"/v1/issuers", "/issuers.en", "/v1/issuers?limit=40", "/issuers.km?q=example"};
  static const char *const codings[] = {"", "Accept-Encoding: gzip\r\n"};
  char header[200], tags[2][64];
  (void)state;
  program_rig_start(&rig);
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    get(rig.port, paths[i], "");
    size_t plain_len = answer.body_len;
    assert_null(loopback_header(&answer, "Content-Encoding"));
    assert_string_equal(loopback_header(&answer, "Vary"), "Accept-Encoding");
    (void)snprintf(tags[0], sizeof tags[0], "%s", loopback_header(&answer, "ETag"));
    get(rig.port, paths[i], "Accept-Encoding: br, gzip\r\n");
    assert_int_equal(answer.status, 200);
    assert_string_equal(loopback_header(&answer, "Content-Encoding"), "gzip");
    assert_true(answer.body_len < plain_len);
    assert_memory_equal(answer.body, "\x1f\x8b", 2);
    (void)snprintf(tags[1], sizeof tags[1], "%s", loopback_header(&answer, "ETag"));
    assert_string_not_equal(tags[0], tags[1]);
    for (size_t n = 0; n < 2; n++) {
      (void)snprintf(header, sizeof header, "%sIf-None-Match: %s\r\n", codings[n], tags[n]);
      get(rig.port, paths[i], header);
      assert_int_equal(answer.status, 304);
      assert_int_equal(answer.body_len, 0);
      assert_null(loopback_header(&answer, "Content-Encoding"));
      (void)snprintf(header, sizeof header, "%sIf-None-Match: %s\r\n", codings[1 - n], tags[n]);
      get(rig.port, paths[i], header);
      assert_int_equal(answer.status, 200);
    }
  }
}

/* ---- new lists ---- */

static void sighup_takes_a_list_at_once(void **state) {
  (void)state;
  end(state);
  make("trust_reload_s = 3600;");
  program_rig_start(&rig);
  wait_for_list(1);
  doze(); /* the first look, at the start, is over soon; either look may find it */
  put_list();
  assert_int_equal(kill(rig.pid, SIGHUP), 0);
  wait_for_list(2);
  assert_int_equal(program_rig_stop(&rig), 0);
}

static void a_refused_file_is_told_and_the_list_stays(void **state) {
  (void)state;
  program_rig_start(&rig);
  temp_folder_put(&rig.folder, "trust.list", "junk", 4);
  wait_for_log("event=trust_list_refused");
  get(rig.operations_port, "/readyz", "");
  assert_int_equal(answer.status, 200);
  assert_non_null(strstr(answer.body, "trust list 1: current, issued "));
  assert_non_null(strstr(answer.body, "trust file: refused"));
  get(rig.operations_port, "/metrics", "");
  assert_non_null(strstr(answer.body, "verifyd_trust_lists_refused_total 1\n"));
  assert_non_null(strstr(answer.body, "verifyd_trust_file_refused 1\n"));
  assert_non_null(strstr(answer.body, "verifyd_trust_list_number 1\n"));
  assert_non_null(strstr(answer.body, "verifyd_trust_list_overdue 0\n"));
  assert_non_null(strstr(answer.body, "verifyd_trust_list_issued_time_seconds 1600000000\n"));
  put_list();
  wait_for_list(2);
  get(rig.operations_port, "/readyz", "");
  assert_null(strstr(answer.body, "trust file: refused"));
}

static void a_restart_with_an_older_list_is_refused(void **state) {
  static uint8_t first[TRUST_FIXTURE_FILE_MAX];
  char config[300];
  const char *const words[] = {"--config", config, NULL};
  (void)state;
  (void)snprintf(config, sizeof config, "%s", temp_folder_at(&rig.folder, "verifyd.conf"));
  FILE *file = fopen(temp_folder_at(&rig.folder, "trust.list"), "rb");
  assert_non_null(file);
  size_t len = fread(first, 1, sizeof first, file);
  (void)fclose(file);
  program_rig_start(&rig);
  put_list();
  wait_for_list(2);
  assert_int_equal(program_rig_stop(&rig), 0);
  temp_folder_put(&rig.folder, "trust.list", first, len);
  assert_int_equal(program_rig_run(&rig, words), 78);
  assert_non_null(strstr(program_rig_read(&rig, "err"), "is not newer than number 2"));
}

/* ---- under load ---- */

enum { ASKERS = 3 };

struct asker {
  pthread_t thread;
  const char *qr;
  int codes[2]; /* the verdict before the change and after it */
  unsigned asked, changed;
};

static atomic_bool is_over;

/* Counts the answers of both kinds; one of the first kind after one of the second, or any other, ends the test. */
static void *keep_asking(void *context) {
  struct asker *asker = context;
  struct loopback_answer *verdict = malloc(sizeof *verdict);
  while (!atomic_load(&is_over)) {
    ask(asker->qr, verdict);
    int code = code_of(verdict);
    asker->asked++;
    if (code == asker->codes[1]) asker->changed++;
    else if (code != asker->codes[0] || asker->changed > 0) abort();
  }
  free(verdict);
  return NULL;
}

/* One of a new issuer becomes valid, one of a key that was compromised does not stay so, one of neither stays. */
static void verdicts_change_under_load_and_are_never_wrong(void **state) {
  (void)state;
  struct paper of_new = issue(rig.realm, (struct plan){.key = KEY_STRANGER, .issuer = "new.example", .serial = "N-1"});
  struct paper of_lost = issue(rig.realm, (struct plan){.serial = "L-1"});
  struct paper of_other =
      issue(rig.realm, (struct plan){.key = KEY_SCHOOL, .issuer = "school.example", .type = "school-leaving/bac1",
                                     .serial = "O-1"});
  const struct paper *papers[] = {&of_new, &of_lost, &of_other};
  for (size_t i = 0; i < 3; i++) keep(rig.realm, papers[i], ALL_OPERATORS, FIXTURE_NOW_S);
  program_rig_start(&rig);
  struct asker askers[ASKERS] = {{.qr = of_new.qr, .codes = {FRAG_ISSUER_UNKNOWN, FRAG_OK}},
                                 {.qr = of_lost.qr, .codes = {FRAG_OK, FRAG_ISSUER_KEY_TIME}},
                                 {.qr = of_other.qr, .codes = {FRAG_OK, FRAG_REVOKED}}};
  atomic_store(&is_over, false);
  for (size_t i = 0; i < ASKERS; i++)
    assert_int_equal(pthread_create(&askers[i].thread, NULL, keep_asking, &askers[i]), 0);
  for (unsigned number = 2; number <= 5; number++) {
    if (number == 3) (void)trust_fixture_add(&lists, KEY_STRANGER + 1, "new.example", NULL);
    if (number == 4) lists.keys[KEY_MINISTRY].has_compromised_since = true;
    if (number == 4) lists.keys[KEY_MINISTRY].compromised_since_s = FIXTURE_NOW_S;
    put_list();
    (void)kill(rig.pid, SIGHUP);
    wait_for_list(number);
    doze();
  }
  ask(of_new.qr, &answer);
  assert_int_equal(code_of(&answer), FRAG_OK);
  assert_non_null(strstr(answer.body, "\"id\":\"new.example\""));
  ask(of_lost.qr, &answer);
  assert_int_equal(code_of(&answer), FRAG_ISSUER_KEY_TIME);
  assert_non_null(strstr(answer.body, "\"verdict\":\"NOT_VALID\""));
  atomic_store(&is_over, true);
  for (size_t i = 0; i < ASKERS; i++) assert_int_equal(pthread_join(askers[i].thread, NULL), 0);
  assert_true(askers[0].changed > 0 && askers[0].asked > askers[0].changed);
  assert_true(askers[1].changed > 0 && askers[1].asked > askers[1].changed);
  assert_int_equal(askers[2].changed, 0);
  assert_int_equal(program_rig_stop(&rig), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      TEST(the_list_is_served_with_a_tag),
      TEST(the_page_comes_in_three_languages),
      TEST(a_hostile_name_is_text_and_nothing_else),
      TEST(the_list_comes_in_pages_of_one_list),
      TEST(issuers_are_looked_for),
      TEST(a_page_of_an_earlier_list_begins_again),
      TEST(every_form_has_a_tag_of_its_own),
      TEST(sighup_takes_a_list_at_once),
      TEST(a_refused_file_is_told_and_the_list_stays),
      TEST(a_restart_with_an_older_list_is_refused),
      TEST(verdicts_change_under_load_and_are_never_wrong),
  };
  if (count != 3) return 2;
  program_rig_use(arguments[1], arguments[2]);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
