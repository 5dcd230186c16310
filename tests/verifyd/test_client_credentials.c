/* Credentials of the HTTP client: they arrive, with nothing else than the request that they belong to, and leave
 * nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_fixture.h"

#define CREDENTIALS "user:a password that nobody else has"
#define HEADER "Authorization: Basic dXNlcjphIHBhc3N3b3JkIHRoYXQgbm9ib2R5IGVsc2UgaGFz"

static struct vd_client_request *start_with(struct fixture *fixture, struct ask *ask, const char *path,
                                            const char *credentials, bool has_body) {
  char url[HTTP_PEER_URL_SIZE];
  char copy[VD_CLIENT_CREDENTIALS_MAX + 1];
  struct vd_client_call call = call_of(ask, http_peer_url(url, fixture->peer, path));
  if (has_body) {
    call.media_type = "application/json";
    call.body = "[]";
    call.body_len = 2;
  }
  if (credentials != NULL) call.credentials = strcpy(copy, credentials);
  struct vd_client_request *request = start(ask, &call);
  memset(copy, 'x', sizeof copy); /* they were copied */
  return request;
}

/* Asks /keep, so that the fixture knows what arrived. */
static void keep_with(struct fixture *fixture, const char *credentials, bool has_body) {
  struct ask *ask = new_ask(fixture);
  fixture->done = 0;
  (void)start_with(fixture, ask, "/keep", credentials, has_body);
  wait_for(fixture, 1);
  assert_int_equal(ask->error, VD_OK);
  free(ask);
}

static void assert_head(const struct fixture *fixture, const char *line) {
  char whole[1000];
  (void)snprintf(whole, sizeof whole, "\r\n%s\r\n", line);
  const char *found = strstr(fixture->last_head, whole);
  if (found == NULL) fail_msg("%s", fixture->last_head);
  assert_null(strcasestr(found + 2 + strlen(line), "Authorization")); /* once */
}

static void they_arrive(void **state) {
  struct fixture *fixture = *state;
  static const char *const pairs[][2] = {
      {CREDENTIALS, HEADER},
      {"Aladdin:open sesame", "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}, /* RFC 7617 section 2 */
      {"test:123\xc2\xa3", "Authorization: Basic dGVzdDoxMjPCow=="},                /* section 2.1 */
      {":", "Authorization: Basic Og=="},
      {"u:", "Authorization: Basic dTo="},
      {"u:p", "Authorization: Basic dTpw"},
      {"name:p:w", "Authorization: Basic bmFtZTpwOnc="}};
  for (size_t at = 0; at < COUNT(pairs); at++)
    for (unsigned has_body = 0; has_body < 2; has_body++) {
      keep_with(fixture, pairs[at][0], has_body == 1);
      assert_head(fixture, pairs[at][1]);
      assert_memory_equal(fixture->last_head, has_body == 1 ? "POST" : "GET ", 4);
      if (has_body == 1) assert_non_null(strstr(fixture->last_head, "\r\nContent-Type: application/json\r\n"));
      assert_null(strcasestr(fixture->last_head, "Expect"));
    }
}

static void the_longest_arrive_whole(void **state) {
  struct fixture *fixture = *state;
  char credentials[VD_CLIENT_CREDENTIALS_MAX + 1];
  char line[1000] = "Authorization: Basic YT"; /* a:zzz… */
  memset(credentials, 'z', sizeof credentials - 1);
  memcpy(credentials, "a:z", 3);
  credentials[VD_CLIENT_CREDENTIALS_MAX] = '\0';
  assert_int_equal(VD_CLIENT_CREDENTIALS_MAX % 3, 2);
  strcat(line, "p6");
  for (size_t at = 3; at + 3 <= VD_CLIENT_CREDENTIALS_MAX; at += 3) strcat(line, "enp6");
  strcat(line, "eno=");
  keep_with(fixture, credentials, true);
  assert_head(fixture, line);
}

/* Neither to whom nor in what they do not belong, although connections and requests are used again. */
static void they_are_not_sent_elsewhere(void **state) {
  struct fixture *fixture = *state;
  for (unsigned round = 0; round < 8; round++) {
    keep_with(fixture, CREDENTIALS, round % 2 == 0);
    assert_head(fixture, HEADER);
    keep_with(fixture, NULL, round % 4 < 2);
    assert_null(strcasestr(fixture->last_head, "Authorization"));
    keep_with(fixture, "u:p", round % 2 == 0);
    assert_head(fixture, "Authorization: Basic dTpw");
  }
  assert_int_equal(http_peer_connections(fixture->peer), 1);
}

static void refusals_are_passed_on(void **state) {
  struct fixture *fixture = *state;
  struct ask *ask = new_ask(fixture);
  (void)start_with(fixture, ask, "/401", CREDENTIALS, true);
  wait_for(fixture, 1);
  assert_int_equal(ask->status, 401);
  assert_int_equal(http_peer_requests(fixture->peer), 1); /* not tried again */
  free(ask);
}

static void others_are_refused(void **state) {
  struct fixture *fixture = *state;
  char too_long[VD_CLIENT_CREDENTIALS_MAX + 2];
  memset(too_long, ':', sizeof too_long - 1);
  too_long[sizeof too_long - 1] = '\0';
  const char *const bad[] = {"",          "secret", "user:secret\r\nX: y", "user:secret\n", "us\ter:secret",
                             "user:\x7f", too_long};
  for (size_t at = 0; at < COUNT(bad); at++) {
    char url[HTTP_PEER_URL_SIZE];
    struct vd_failure failure;
    struct vd_client_request *request = (struct vd_client_request *)state;
    struct ask *ask = new_ask(fixture);
    struct vd_client_call call = call_of(ask, http_peer_url(url, fixture->peer, "/fine"));
    call.credentials = bad[at];
    assert_false(vd_client_is_credentials(bad[at]));
    assert_int_equal(vd_client_start(fixture->client, &call, &request, &failure), VD_USAGE);
    assert_null(request);
    assert_null(strstr(failure.text, "secret"));
    free(ask);
  }
  assert_int_equal(http_peer_requests(fixture->peer), 0);
}

/* As they are, and as they are sent. */
static void search_credentials(void) { search_freed("a password", "IHBhc3N3b3Jk"); }

static void nothing_is_left_of_them(void **state) {
  struct fixture *fixture = *state;
  static const char *const paths[] = {"/fine", "/404", "/cut", "/silent", "/fine"};
  for (size_t at = 0; at < 2 * COUNT(paths); at++) {
    search_credentials();
    struct ask *ask = new_ask(fixture);
    fixture->done = 0;
    struct vd_client_request *request = start_with(fixture, ask, paths[at / 2], CREDENTIALS, at % 2 == 0);
    bool is_cancelled = at / 2 == 3 || at / 2 == 4;
    if (is_cancelled) vd_client_cancel(fixture->client, request);
    else wait_for(fixture, 1);
    struct freed freed = search_end();
    assert_true(freed.blocks > 0);
    assert_int_equal(freed.leaked, 0);
    free(ask);
  }
  search_credentials();
  vd_client_free(fixture->client);
  fixture->client = NULL;
  assert_int_equal(search_end().leaked, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      BOTH_WAYS(they_arrive),
      BOTH_WAYS(the_longest_arrive_whole),
      BOTH_WAYS(they_are_not_sent_elsewhere),
      BOTH_WAYS(refusals_are_passed_on),
      BOTH_WAYS(others_are_refused),
      BOTH_WAYS(nothing_is_left_of_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
