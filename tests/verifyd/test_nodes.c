/* The endpoints of a chain, asked together: real sockets, behind which nodes answer well, badly or not at all. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "nodes_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- good answers --- */

static void all_are_asked(void **state) {
  struct rig *rig = *state;
  assert_int_equal(vd_nodes_count(rig->nodes), NODES);
  for (unsigned round = 1; round <= 3; round++) {
    vd_nodes_begin(rig->nodes);
    assert_int_equal(add(rig, VD_NODES_ALL, "first", round), 0);
    assert_int_equal(add(rig, VD_NODES_ALL, "second", 10 * round), 1);
    ask(rig);
    wait_for(rig, round);
    for (size_t e = 0; e < NODES; e++) {
      assert_answered(rig, e, 0, "first", round);
      assert_answered(rig, e, 1, "second", 10 * round);
      assert_complaint(rig, e, "");
      assert_int_equal(http_peer_requests(rig->node[e].peer), 2 * round);
      assert_int_equal(rig->node[e].authorized, 0);
    }
  }
}

static void as_many_questions_as_there_may_be(void **state) {
  struct rig *rig = *state;
  vd_nodes_begin(rig->nodes);
  for (size_t q = 0; q < VD_NODES_QUESTIONS_MAX; q++) assert_int_equal(add(rig, VD_NODES_ALL, "look", q * q), q);
  ask(rig);
  wait_for(rig, 1);
  for (size_t e = 0; e < NODES; e++)
    for (size_t q = 0; q < VD_NODES_QUESTIONS_MAX; q++) assert_answered(rig, e, q, "look", q * q);
}

static void one_endpoint_can_be_asked_alone(void **state) {
  struct rig *rig = *state;
  vd_nodes_begin(rig->nodes);
  (void)add(rig, 1, "alone", 5);
  (void)add(rig, VD_NODES_ALL, "all", 6);
  (void)add(rig, 2, "other", 7);
  ask(rig);
  wait_for(rig, 1);
  for (size_t e = 0; e < NODES; e++) {
    if (e == 1) assert_answered(rig, e, 0, "alone", 5);
    else assert_none(rig, e, 0, VD_RPC_NONE);
    assert_answered(rig, e, 1, "all", 6);
    if (e == 2) assert_answered(rig, e, 2, "other", 7);
    else assert_none(rig, e, 2, VD_RPC_NONE);
    assert_complaint(rig, e, ""); /* who was not asked has done nothing wrong */
    assert_int_equal(http_peer_requests(rig->node[e].peer), e == 0 ? 1 : 2);
  }
}

static void null_is_an_answer(void **state) {
  struct rig *rig = *state;
  const struct vd_rpc_value *value;
  rig->node[0].manner = NOTHING;
  ask_one(rig);
  assert_int_equal(vd_nodes_outcome(rig->nodes, 0, 0, &value), VD_RPC_RESULT);
  assert_true(vd_rpc_is_null(value));
  assert_complaint(rig, 0, "");
}

/* What is written is what JSON-RPC says, and no id comes twice. */
static void questions_are_told_apart(void **state) {
  struct rig *rig = *state;
  uint64_t last = 0;
  for (unsigned round = 0; round < 5; round++) {
    char expected[200];
    ask_one(rig);
    uint64_t id = strtoull(strstr(rig->node[0].last_body, "\"id\":") + 5, NULL, 10);
    assert_true(id > last);
    last = id;
    (void)snprintf(expected, sizeof expected,
                   "{\"jsonrpc\":\"2.0\",\"id\":%" PRIu64 ",\"method\":\"look\",\"params\":[7]}", id);
    assert_string_equal(rig->node[0].last_body, expected);
  }
}

/* --- bad ones --- */

static void bad_nodes_harm_nobody_else(void **state) {
  struct rig *rig = *state;
  static const struct {
    enum manner manner;
    enum vd_rpc_outcome outcome;
    const char *complaint;
  } cases[] = {
      {HANGS, VD_RPC_NONE, "did not answer: no answer in time"},
      {DRIPS, VD_RPC_NONE, "did not answer: no answer in time"},
      {CUTS, VD_RPC_NONE, NULL},
      {NO_HTTP, VD_RPC_NONE, NULL},
      {NO_JSON, VD_RPC_BROKEN, "answered something else"},
      {TOO_LONG, VD_RPC_BROKEN, "answered too much"},
      {TOO_MANY, VD_RPC_BROKEN, "answered something else"},
      {WRONG_ID, VD_RPC_BROKEN, "answered something else"},
      {TWICE, VD_RPC_BROKEN, "answered something else"},
      {WRONG_STATUS, VD_RPC_BROKEN, "answered something else (HTTP 500)"},
      {FAILS, VD_RPC_ERROR, "says: bad??txns"},
      {ASKS_WHO, VD_RPC_BROKEN, "wants credentials (HTTP 401)"},
  };
  for (size_t at = 0; at < COUNT(cases); at++) {
    size_t bad = at % NODES;
    rig->node[bad].manner = cases[at].manner;
    bool is_slow = cases[at].manner == HANGS || cases[at].manner == DRIPS;
    rig->chain.timeout_ms = is_slow ? SHORT_MS : TIMEOUT_MS;
    uint64_t start_ms = vd_client_now_ms();
    ask_one(rig);
    if (is_slow) assert_in_range(vd_client_now_ms() - start_ms, SHORT_MS, PATIENCE_MS);
    for (size_t e = 0; e < NODES; e++) {
      char text[VD_COMPLAINT_SIZE];
      vd_nodes_complaint(rig->nodes, e, text);
      if (e != bad) {
        assert_answered(rig, e, 0, "look", 7);
        assert_string_equal(text, "");
        continue;
      }
      assert_none(rig, e, 0, cases[at].outcome);
      if (cases[at].complaint != NULL) assert_complaint(rig, e, cases[at].complaint);
      else assert_memory_equal(text, "did not answer: ", 16);
      assert_null(strstr(text, "127.0.0.1"));
    }
    rig->node[bad].manner = ANSWERS;
  }
  rig->chain.timeout_ms = TIMEOUT_MS;
  ask_one(rig); /* and nothing is left of it */
  for (size_t e = 0; e < NODES; e++) assert_answered(rig, e, 0, "look", 7);
}

static void nobody_is_there(void **state) {
  struct rig *rig = *state;
  for (size_t e = 0; e < NODES; e++) {
    http_peer_stop(rig->node[e].peer);
    rig->node[e].peer = NULL;
  }
  for (unsigned round = 0; round < 2; round++) {
    ask_one(rig);
    for (size_t e = 0; e < NODES; e++) {
      assert_none(rig, e, 0, VD_RPC_NONE);
      assert_complaint(rig, e, "did not answer: Couldn't connect to server");
    }
  }
}

/* One question with an error leaves the others their answers; the complaint is about the first. */
static void the_first_trouble_is_told(void **state) {
  struct rig *rig = *state;
  rig->node[0].manner = FAILS;
  vd_nodes_begin(rig->nodes);
  for (size_t q = 0; q < 8; q++) (void)add(rig, q == 3 ? 0 : 1, "look", q);
  ask(rig);
  wait_for(rig, 1);
  assert_none(rig, 0, 3, VD_RPC_ERROR);
  for (size_t q = 0; q < 8; q++)
    if (q != 3) assert_answered(rig, 1, q, "look", q);
  assert_complaint(rig, 0, "says: bad??txns");
  assert_complaint(rig, 1, "");
}

/* A liar cannot fill the memory, however many questions it is asked. */
static void answers_are_bounded_in_all(void **state) {
  struct rig *rig = *state;
  enum { MANY = 4 };
  size_t kept = 0;
  rig->node[2].manner = BLOATED;
  rig->chain.timeout_ms = PATIENCE_MS;
  vd_nodes_begin(rig->nodes);
  for (size_t q = 0; q < MANY; q++) (void)add(rig, VD_NODES_ALL, "look", q);
  ask(rig);
  wait_for(rig, 1);
  for (size_t q = 0; q < MANY; q++) {
    enum vd_rpc_outcome outcome = vd_nodes_outcome(rig->nodes, 2, q, NULL);
    kept += outcome == VD_RPC_RESULT;
    if (outcome != VD_RPC_RESULT) assert_int_equal(outcome, VD_RPC_BROKEN);
    assert_answered(rig, 0, q, "look", q);
  }
  assert_int_equal(kept, 1);
  assert_complaint(rig, 2, "answered too much");
  rig->node[2].manner = ANSWERS;
  ask_one(rig); /* the next round begins with nothing */
  assert_answered(rig, 2, 0, "look", 7);
}

/* --- credentials --- */

static void credentials_are_read_for_each_round(void **state) {
  struct rig *rig = *state;
  rig->node[1].manner = ASKS_WHO;
  set_cookie(rig, FIRST_COOKIE);
  ask_one(rig);
  assert_none(rig, 1, 0, VD_RPC_BROKEN);
  assert_complaint(rig, 1, "refuses the credentials (HTTP 401)");
  set_cookie(rig, SECOND_COOKIE "\r\nand a line for people\n");
  ask_one(rig);
  assert_answered(rig, 1, 0, "look", 7);
  assert_complaint(rig, 1, "");
  for (size_t e = 0; e < NODES; e++) assert_int_equal(rig->node[e].authorized, 2);
  set_cookie(rig, FIRST_COOKIE);
  ask_one(rig);
  assert_none(rig, 1, 0, VD_RPC_BROKEN);
}

static void credentials_that_are_none_are_told(void **state) {
  struct rig *rig = *state;
  static const char unreadable[] = "has a credentials file that cannot be read";
  static const char formless[] = "has a credentials file that does not begin with user:password";
  static const char *const texts[] = {"", "\n" SECOND_COOKIE, "no colon", "a\tb:c", "\x01:x"};
  rig->node[1].manner = ASKS_WHO;
  for (size_t at = 0; at < COUNT(texts); at++) {
    set_cookie(rig, texts[at]);
    ask_one(rig);
    for (size_t e = 0; e < NODES; e++) assert_complaint(rig, e, formless);
    assert_answered(rig, 0, 0, "look", 7); /* who does not want any answers all the same */
    assert_none(rig, 1, 0, VD_RPC_BROKEN);
  }
  char *much = malloc(100000);
  assert_non_null(much);
  memset(much, 'x', 100000);
  memcpy(much, "a:", 2);
  temp_folder_put(&rig->folder, ".cookie", much, 100000);
  ask_one(rig);
  assert_complaint(rig, 1, unreadable);
  temp_folder_put(&rig->folder, ".cookie", much, VD_CLIENT_CREDENTIALS_MAX + 1);
  ask_one(rig);
  assert_complaint(rig, 1, formless);
  free(much);
  assert_int_equal(unlink(rig->chain.credentials), 0);
  ask_one(rig);
  assert_complaint(rig, 1, unreadable);
  for (size_t e = 0; e < NODES; e++) assert_int_equal(rig->node[e].authorized, 0);
  (void)snprintf(rig->chain.credentials, VD_PATH_SIZE, "%s", rig->folder.path);
  ask_one(rig);
  assert_complaint(rig, 1, unreadable);
  set_cookie(rig, SECOND_COOKIE);
  ask_one(rig);
  assert_answered(rig, 1, 0, "look", 7);
  assert_complaint(rig, 1, "");
}

/* Providers quote what they were asked; a log is no place for it. */
static void quotations_are_not_passed_on(void **state) {
  struct rig *rig = *state;
  static const char *const quotes[] = {"http://somewhere", "0a1b2c3d4e5f", "<verysecret>", "second-cookie",
                                       "Authorization: Basic bm9kZTpzZWNvbmQtY29va2ll"};
  set_cookie(rig, SECOND_COOKIE);
  rig->node[0].manner = QUOTES;
  for (size_t at = 0; at < COUNT(quotes); at++) {
    rig->node[0].quote = quotes[at];
    ask_one(rig);
    assert_none(rig, 0, 0, VD_RPC_ERROR);
    assert_complaint(rig, 0, "says: an error that may quote its URL or credentials");
  }
  rig->node[0].quote = "coins";
  ask_one(rig);
  assert_complaint(rig, 0, "says: no coins here");
}

/* --- beginnings and ends --- */

struct chain_of_rounds {
  struct rig *rig;
  unsigned left;
};

static void on_round(void *context) {
  struct chain_of_rounds *rounds = context;
  struct rig *rig = rounds->rig;
  if (rounds->left < 5) assert_answered(rig, 2, 0, "round", rounds->left + 1);
  if (rounds->left == 0) {
    rig->done++;
    return;
  }
  vd_nodes_begin(rig->nodes);
  (void)add(rig, VD_NODES_ALL, "round", rounds->left--);
  assert_int_equal(vd_nodes_ask(rig->nodes, on_round, rounds, NULL), VD_OK);
}

static void a_round_may_begin_when_one_ends(void **state) {
  struct rig *rig = *state;
  struct chain_of_rounds rounds = {rig, 5};
  on_round(&rounds);
  wait_for(rig, 1);
  assert_int_equal(http_peer_requests(rig->node[0].peer), 5);
}

static void on_last(void *context) {
  struct rig *rig = context;
  vd_nodes_free(rig->nodes);
  rig->nodes = NULL;
  rig->done++;
}

static void nodes_may_be_freed_when_a_round_ends(void **state) {
  struct rig *rig = *state;
  vd_nodes_begin(rig->nodes);
  (void)add(rig, VD_NODES_ALL, "last", 1);
  assert_int_equal(vd_nodes_ask(rig->nodes, on_last, rig, NULL), VD_OK);
  wait_for(rig, 1);
}

static void freeing_cancels(void **state) {
  struct rig *rig = *state;
  unsigned never = 0;
  rig->node[0].manner = HANGS;
  for (unsigned wait_ms = 0; wait_ms < 100; wait_ms += 20) {
    vd_nodes_begin(rig->nodes);
    for (size_t q = 0; q < 20; q++) (void)add(rig, VD_NODES_ALL, "look", q);
    ask(rig);
    (void)poll_loop_run(&rig->loop, rig->client, &never, 1, wait_ms);
    vd_nodes_free(rig->nodes);
    assert_int_equal(vd_nodes_new(&rig->chain, rig->client, &rig->nodes, NULL), VD_OK);
  }
  assert_int_equal(rig->done, 0);
  rig->node[0].manner = ANSWERS;
  ask_one(rig);
  for (size_t e = 0; e < NODES; e++) assert_answered(rig, e, 0, "look", 7);
}

/* A round that was begun and not asked is no burden. */
static void questions_may_be_dropped(void **state) {
  struct rig *rig = *state;
  vd_nodes_begin(rig->nodes);
  (void)add(rig, VD_NODES_ALL, "dropped", 1);
  ask_one(rig);
  assert_answered(rig, 0, 0, "look", 7);
  vd_nodes_begin(rig->nodes);
  (void)add(rig, 0, "dropped", 1);
  assert_false(vd_nodes_is_busy(rig->nodes));
}

static void text_that_is_none_is_not_sent(void **state) {
  struct rig *rig = *state;
  struct vd_failure failure;
  struct vd_writer *params;
  vd_nodes_begin(rig->nodes);
  (void)add(rig, VD_NODES_ALL, "fine", 1);
  (void)vd_nodes_question(rig->nodes, VD_NODES_ALL, "bad", &params);
  vd_writer_text(params, "\xff", 1);
  assert_int_equal(vd_nodes_ask(rig->nodes, on_done, rig, &failure), VD_MEMORY);
  assert_false(vd_nodes_is_busy(rig->nodes));
  ask_one(rig);
  assert_int_equal(rig->done, 1);
}

static void endpoints_must_be_urls(void **state) {
  struct rig *rig = *state;
  static const char *const urls[] = {"", "127.0.0.1:8545", "ftp://127.0.0.1/", "http://u:p@127.0.0.1/", "http://"};
  struct vd_failure failure;
  struct vd_nodes *nodes = (struct vd_nodes *)rig;
  for (size_t at = 0; at < COUNT(urls); at++) {
    struct vd_chain_settings chain = rig->chain;
    (void)snprintf(chain.endpoints[1], VD_URL_SIZE, "%s", urls[at]);
    assert_int_equal(vd_nodes_new(&chain, rig->client, &nodes, &failure), VD_CONFIG);
    assert_null(nodes);
    assert_non_null(strstr(failure.text, "chain testing: endpoint 2"));
    if (*urls[at] != '\0') assert_null(strstr(failure.text, "127.0.0.1"));
  }
  struct vd_chain_settings chain = rig->chain;
  chain.endpoints_count = 0;
  assert_int_equal(vd_nodes_new(&chain, rig->client, &nodes, &failure), VD_CONFIG);
  vd_nodes_free(NULL);
}

#define IN_RIG(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_RIG(all_are_asked),
      IN_RIG(as_many_questions_as_there_may_be),
      IN_RIG(one_endpoint_can_be_asked_alone),
      IN_RIG(null_is_an_answer),
      IN_RIG(questions_are_told_apart),
      IN_RIG(bad_nodes_harm_nobody_else),
      IN_RIG(nobody_is_there),
      IN_RIG(the_first_trouble_is_told),
      IN_RIG(answers_are_bounded_in_all),
      IN_RIG(credentials_are_read_for_each_round),
      IN_RIG(credentials_that_are_none_are_told),
      IN_RIG(quotations_are_not_passed_on),
      IN_RIG(a_round_may_begin_when_one_ends),
      IN_RIG(nodes_may_be_freed_when_a_round_ends),
      IN_RIG(freeing_cancels),
      IN_RIG(questions_may_be_dropped),
      IN_RIG(text_that_is_none_is_not_sent),
      IN_RIG(endpoints_must_be_urls),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
