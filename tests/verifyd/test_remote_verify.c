/* Verification with operators over the network: no one of three changes a verdict, whatever it does. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "remote_fixture.h"
#include "verify/walk.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- allocations, as counted by the linker's wrappers --- */

static _Thread_local unsigned allocations;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *__wrap_malloc(size_t size) {
  allocations++;
  return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  allocations++;
  return __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size) {
  allocations++;
  return __real_realloc(block, size);
}

/* --- all is well --- */

static void three_honest_operators(void **state) {
  struct fixture *fixture = *state;
  fill_logs(fixture, 0);
  struct paper valid = keep_paper(fixture, "VALID");
  struct paper revoked = keep_paper(fixture, "REVOKED");
  struct paper unknown = issue(fixture->realm, (struct plan){.serial = "UNKNOWN"});
  put_statement(fixture->realm, &revoked, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, ALL_OPERATORS, ++fixture->clock_s);
  for (unsigned round = 0; round < 5; round++) {
    assert_int_equal(run(fixture, valid.qr), FRAG_OK);
    assert_int_equal(run(fixture, revoked.qr), FRAG_REVOKED);
    assert_int_equal(run(fixture, unknown.qr), FRAG_NOT_FOUND);
    assert_int_equal(run(fixture, "not a code"), FRAG_QR_MALFORMED);
  }
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    assert_int_equal(fixture->news[k], 1); /* and nothing new after that */
    assert_in_range(http_peer_connections(fixture->places[k].peer), 1, 4);
  }
  assert_true(start(fixture, "not a code", &fixture->verdict) == NULL);
}

static void news_is_told_when_logs_grow(void **state) {
  struct fixture *fixture = *state;
  struct paper paper = keep_paper(fixture, "VALID");
  for (unsigned round = 1; round <= 3; round++) {
    assert_int_equal(run(fixture, paper.qr), FRAG_OK);
    assert_int_equal(run(fixture, paper.qr), FRAG_OK);
    for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) assert_int_equal(fixture->news[k], round);
    fill_logs(fixture, round * 100);
  }
}

/* --- one bad operator --- */

/* Any one changes no verdict, whichever it is and whatever it does. */
static void one_bad_operator_changes_nothing(void **state) {
  struct fixture *fixture = *state;
  fill_logs(fixture, 0);
  struct paper valid = keep_paper(fixture, "VALID");
  struct paper revoked = keep_paper(fixture, "REVOKED");
  struct paper unknown = issue(fixture->realm, (struct plan){.serial = "UNKNOWN"});
  note_old_answers(fixture, &valid);
  put_statement(fixture->realm, &revoked, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, ALL_OPERATORS, ++fixture->clock_s);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    for (enum lie lie = HONEST; lie < LIES_END; lie++) {
      become(fixture, k, HONEST);
      remake(fixture, 0, lie == SILENT ? SHORT_MS : TIMEOUT_MS, MANY);
      assert_int_equal(run(fixture, valid.qr), FRAG_OK); /* what the portal knows of the logs */
      become(fixture, k, lie);
      if (run(fixture, valid.qr) != FRAG_OK) fail_msg("valid: operator %u, lie %d: %d", k, lie, fixture->verdict.code);
      if (run(fixture, revoked.qr) != FRAG_REVOKED)
        fail_msg("revoked: operator %u, lie %d: %d", k, lie, fixture->verdict.code);
      if (run(fixture, unknown.qr) != FRAG_NOT_FOUND)
        fail_msg("unknown: operator %u, lie %d: %d", k, lie, fixture->verdict.code);
    }
    become(fixture, k, HONEST);
  }
}

/* When the two others do not answer, a liar is never believed, and what is wrong with its log is the verdict's code. */
static void a_liar_alone_is_not_believed(void **state) {
  struct fixture *fixture = *state;
  static const struct {
    enum lie lie;
    frag_error code;
  } cases[] = {{HONEST, FRAG_TOO_FEW_FRAGMENTS},
               {BAD_SIGNATURE, FRAG_CHECKPOINT_SIGNATURE},
               {OTHER_LOG, FRAG_CHECKPOINT_SIGNATURE},
               {STALE, FRAG_LOG_INCONSISTENT},
               {BAD_PROOF, FRAG_NOT_IN_LOG},
               {BAD_INDEX, FRAG_NOT_IN_LOG},
               {BAD_TIME, FRAG_NOT_IN_LOG},
               {TRUNCATED, FRAG_TOO_FEW_FRAGMENTS},
               {GARBAGE, FRAG_TOO_FEW_FRAGMENTS},
               {ABSENT, FRAG_TOO_FEW_FRAGMENTS}};
  fill_logs(fixture, 0);
  struct paper paper = keep_paper(fixture, "VALID");
  note_old_answers(fixture, &paper);
  fill_logs(fixture, 100);
  for (size_t at = 0; at < COUNT(cases); at++) {
    for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) become(fixture, k, HONEST);
    remake(fixture, 0, TIMEOUT_MS, MANY);
    assert_int_equal(run(fixture, paper.qr), FRAG_OK);
    become(fixture, 0, DEAD);
    become(fixture, 1, cases[at].lie);
    become(fixture, 2, DEAD);
    frag_error code = run(fixture, paper.qr);
    if (code != cases[at].code) fail_msg("lie %d: %d", cases[at].lie, code);
    assert_int_equal(fixture->verdict.verdict, FRAG_INCONCLUSIVE);
  }
}

/* --- two without an answer --- */

static void two_silent_operators_are_inconclusive(void **state) {
  struct fixture *fixture = *state;
  fill_logs(fixture, 0);
  struct paper valid = keep_paper(fixture, "VALID");
  struct paper revoked = keep_paper(fixture, "REVOKED");
  struct paper unknown = issue(fixture->realm, (struct plan){.serial = "UNKNOWN"});
  put_statement(fixture->realm, &revoked, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, ALL_OPERATORS, ++fixture->clock_s);
  const char *const codes[] = {valid.qr, revoked.qr, unknown.qr};
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    for (enum lie lie = DEAD; lie < LIES; lie++) {
      enum lie second = lie + 1 < LIES ? lie + 1 : DEAD;
      become(fixture, k, HONEST);
      become(fixture, (k + 1) % FIXTURE_OPERATORS, lie);
      become(fixture, (k + 2) % FIXTURE_OPERATORS, second);
      remake(fixture, 0, lie == SILENT || second == SILENT ? SHORT_MS : TIMEOUT_MS, MANY);
      for (size_t at = 0; at < COUNT(codes); at++) {
        frag_error code = run(fixture, codes[at]);
        if (code != FRAG_TOO_FEW_FRAGMENTS) fail_msg("only %u, lie %d, code %zu: %d", k, lie, at, code);
        assert_int_equal(fixture->verdict.verdict, FRAG_INCONCLUSIVE);
      }
    }
}

static void nobody_answers(void **state) {
  struct fixture *fixture = *state;
  struct paper paper = keep_paper(fixture, "VALID");
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) become(fixture, k, DEAD);
  for (unsigned round = 0; round < 5; round++) /* the last ones without asking anybody */
    assert_int_equal(run(fixture, paper.qr), FRAG_TOO_FEW_FRAGMENTS);
}

/* An operator that has the record but cannot be asked keeps the answer open only when it would matter. */
static void absent_at_one_and_two_unreachable(void **state) {
  struct fixture *fixture = *state;
  struct paper paper = issue(fixture->realm, (struct plan){.serial = "ELSEWHERE"});
  keep(fixture->realm, &paper, 6u, ++fixture->clock_s); /* not at the first */
  assert_int_equal(run(fixture, paper.qr), FRAG_OK);
  become(fixture, 1, DEAD);
  become(fixture, 2, DEAD);
  assert_int_equal(run(fixture, paper.qr), FRAG_TOO_FEW_FRAGMENTS);
  become(fixture, 2, HONEST);
  remake(fixture, 0, TIMEOUT_MS, MANY);
  assert_int_equal(run(fixture, paper.qr), FRAG_TOO_FEW_FRAGMENTS); /* one good, one absent, one that may have it */
}

/* --- statements --- */

static void a_statement_at_one_operator_counts(void **state) {
  struct fixture *fixture = *state;
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    char serial[16];
    (void)snprintf(serial, sizeof serial, "R-%u", k);
    struct paper paper = keep_paper(fixture, serial);
    put_statement(fixture->realm, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 1u << k, ++fixture->clock_s);
    fixture->places[k].delay_ms = 100; /* and the one that has it comes last */
    assert_int_equal(run(fixture, paper.qr), FRAG_REVOKED);
    fixture->places[k].delay_ms = 0;
    become(fixture, k, DEAD); /* nobody else knows of it, and the reader is told that one was not asked */
    assert_int_equal(run(fixture, paper.qr), FRAG_OK);
    assert_int_equal(fixture->verdict.checks[VD_STEP_STATUS].state, VD_CHECK_WARNING);
    become(fixture, k, HONEST);
    remake(fixture, 0, TIMEOUT_MS, MANY);
  }
}

static void long_histories_are_walked(void **state) {
  struct fixture *fixture = *state;
  struct paper paper = keep_paper(fixture, "LONG");
  enum { STATEMENTS = 41 }; /* more than one question can ask for */
  for (uint32_t n = 0; n < STATEMENTS; n++) {
    put_statement(fixture->realm, &paper, n, n % 2 == 0 ? FRAG_STATUS_SUSPENDED : FRAG_STATUS_REINSTATED, KEY_MINISTRY,
                  1u << n % FIXTURE_OPERATORS, ++fixture->clock_s);
    if (n % 8 == 0) assert_int_equal(run(fixture, paper.qr), FRAG_SUSPENDED);
    if (n % 8 == 1) assert_int_equal(run(fixture, paper.qr), FRAG_OK);
  }
  assert_int_equal(run(fixture, paper.qr), FRAG_SUSPENDED);
}

/* --- operators that fall silent between two questions --- */

enum { EARLIER = 2 * VD_WALK_KEYS_MAX, QUESTIONS = 3 }; /* statements of the first two questions; one is in the third */

/* Suspended and reinstated again and again, everywhere; then the last word, at some. */
static struct paper with_history(struct fixture *fixture, const char *serial, frag_status_kind last, unsigned where) {
  struct paper paper = keep_paper(fixture, serial);
  uint8_t records[EARLIER][FRAG_STATUS_RECORD_LEN];
  struct vd_store_item items[EARLIER];
  struct vd_store_appended appended;
  for (uint32_t n = 0; n < EARLIER; n++) {
    frag_status_kind kind = n % 2 == 0 ? FRAG_STATUS_SUSPENDED : FRAG_STATUS_REINSTATED;
    make_statement(fixture->realm, records[n], &paper, n, kind, KEY_MINISTRY);
    items[n] = (struct vd_store_item){VD_STORE_STATUS, records[n], sizeof records[n]};
  }
  fixture->clock_s++;
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    assert_int_equal(
        vd_store_append(fixture->realm->stores[k], items, EARLIER, fixture->clock_s, NULL, &appended, NULL), VD_OK);
  put_statement(fixture->realm, &paper, EARLIER, last, KEY_MINISTRY, where, ++fixture->clock_s);
  return paper;
}

/* A verification during which the operators of the bit set answer only so many questions about statements. */
static void expect_silenced(struct fixture *fixture, const struct paper *paper, unsigned silent, unsigned answers,
                            frag_error wanted) {
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    fixture->places[k].statuses_left = (silent >> k & 1u) != 0 ? answers : UINT_MAX;
  frag_error code = run(fixture, paper->qr);
  if (code != wanted) fail_msg("silent %u after %u: %d in place of %d", silent, answers, code, wanted);
  assert_int_equal(fixture->verdict.checks[VD_STEP_STATUS].state,
                   code == FRAG_OK ? VD_CHECK_WARNING : VD_CHECK_FAILED);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    if ((silent >> k & 1u) != 0) assert_int_equal(fixture->places[k].statuses_left, 0);
    bool is_named = fixture->verdict.operators[k].state == VD_OPERATOR_UNREACHABLE; /* its fragment was used or not */
    assert_int_equal(is_named, (silent >> k & 1u) != 0);
    assert_false(fixture->verdict.operators[k].withholds); /* who is not heard is not blamed for that */
  }
}

/* The others' word is enough; what it alone knows nobody learns, but the reader is told that it was not heard. */
static void one_falls_silent_between_questions(void **state) {
  struct fixture *fixture = *state;
  struct paper revoked = with_history(fixture, "REVOKED", FRAG_STATUS_REVOKED, ALL_OPERATORS);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    char serial[16];
    (void)snprintf(serial, sizeof serial, "HIDDEN-%u", k);
    struct paper hidden = with_history(fixture, serial, FRAG_STATUS_REVOKED, 1u << k);
    assert_int_equal(run(fixture, hidden.qr), FRAG_REVOKED);
    for (unsigned answers = 1; answers < QUESTIONS; answers++) {
      remake(fixture, 0, SHORT_MS, MANY);
      expect_silenced(fixture, &revoked, 1u << k, answers, FRAG_REVOKED);
      expect_silenced(fixture, &hidden, 1u << k, answers, FRAG_OK);
      assert_int_not_equal(fixture->verdict.status_as_of_s, 0);
      remake(fixture, ALL_OPERATORS & ~(1u << k), SHORT_MS, MANY); /* so that its fragment is never used */
      expect_silenced(fixture, &hidden, 1u << k, answers, FRAG_OK);
      assert_int_equal(fixture->verdict.checks[VD_STEP_FRAGMENTS].state, VD_CHECK_WARNING);
    }
    become(fixture, k, HONEST);
    remake(fixture, 0, TIMEOUT_MS, MANY);
  }
}

/* With nobody left the last word is not known, whatever the first answers said. */
static void all_fall_silent_between_questions(void **state) {
  struct fixture *fixture = *state;
  struct paper revoked = with_history(fixture, "REVOKED", FRAG_STATUS_REVOKED, ALL_OPERATORS);
  struct paper good = with_history(fixture, "GOOD", FRAG_STATUS_REINSTATED, ALL_OPERATORS);
  for (unsigned answers = 1; answers < QUESTIONS; answers++) {
    remake(fixture, 0, SHORT_MS, MANY);
    expect_silenced(fixture, &revoked, 5u, answers, FRAG_REVOKED); /* the second goes on alone */
    expect_silenced(fixture, &good, 5u, answers, FRAG_OK);
    expect_silenced(fixture, &revoked, ALL_OPERATORS, answers, FRAG_STATUS_STALE);
    assert_int_equal(fixture->verdict.verdict, FRAG_INCONCLUSIVE);
    assert_int_equal(fixture->verdict.status_as_of_s, 0);
    expect_silenced(fixture, &good, ALL_OPERATORS, answers, FRAG_STATUS_STALE);
    assert_int_equal(fixture->verdict.verdict, FRAG_INCONCLUSIVE);
    for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) become(fixture, k, HONEST);
  }
}

/* --- slow operators --- */

static void operators_without_answers_are_soon_left_alone(void **state) {
  struct fixture *fixture = *state;
  static const enum lie lies[] = {SILENT, BUSY, TRUNCATED, GARBAGE};
  struct paper paper = keep_paper(fixture, "VALID");
  for (size_t at = 0; at < COUNT(lies); at++) {
    become(fixture, 2, lies[at]);
    remake(fixture, 0, lies[at] == SILENT ? SHORT_MS : TIMEOUT_MS, MANY);
    for (unsigned round = 0; round < FAILURES_MAX; round++) {
      assert_int_equal(run(fixture, paper.qr), FRAG_OK);
      assert_int_equal(fixture->verdict.checks[VD_STEP_STATUS].state, VD_CHECK_WARNING);
    }
    const unsigned never = 0; /* what was overtaken ends too */
    (void)poll_loop_run(&fixture->loop, fixture->client, &never, 1, 2 * SHORT_MS);
    unsigned asked = http_peer_requests(fixture->places[2].peer);
    for (unsigned round = 0; round < 5; round++) assert_int_equal(run(fixture, paper.qr), FRAG_OK);
    assert_int_equal(http_peer_requests(fixture->places[2].peer), asked);
  }
}

/* One that came back while it was left alone is asked as soon as the others are not enough. */
static void one_that_is_left_alone_is_asked_when_needed(void **state) {
  struct fixture *fixture = *state;
  struct paper paper = keep_paper(fixture, "VALID");
  become(fixture, 2, BUSY);
  for (unsigned round = 0; round < 2 * FAILURES_MAX; round++) assert_int_equal(run(fixture, paper.qr), FRAG_OK);
  become(fixture, 2, HONEST);
  become(fixture, 0, DEAD);
  assert_int_equal(run(fixture, paper.qr), FRAG_OK);
  assert_int_equal(fixture->verdict.operators[2].state, VD_OPERATOR_GOOD);
  become(fixture, 2, DEAD);
  for (unsigned round = 0; round < 2 * FAILURES_MAX; round++)
    assert_int_equal(run(fixture, paper.qr), FRAG_TOO_FEW_FRAGMENTS);
}

/* Two fragments open to a document by a stranger: the third operator's answer finds the verdict made. */
static void late_answers_find_nobody(void **state) {
  struct fixture *fixture = *state;
  const unsigned never = 0;
  struct paper stranger = issue(fixture->realm, (struct plan){.key = KEY_STRANGER, .serial = "STRANGER"});
  struct paper valid = keep_paper(fixture, "VALID");
  keep(fixture->realm, &stranger, ALL_OPERATORS, ++fixture->clock_s);
  fixture->places[1].delay_ms = 50;
  for (unsigned round = 0; round < 3; round++) {
    assert_int_equal(run(fixture, stranger.qr), FRAG_ISSUER_UNKNOWN);
    assert_int_equal(fixture->verdict.operators[1].state, VD_OPERATOR_NOT_ASKED);
    (void)poll_loop_run(&fixture->loop, fixture->client, &never, 1, 150);
    assert_int_equal(run(fixture, stranger.qr), FRAG_ISSUER_UNKNOWN); /* whose late answer meets the next one */
    assert_int_equal(run(fixture, valid.qr), FRAG_OK);
  }
}

static void slow_operators_are_waited_for_when_needed(void **state) {
  struct fixture *fixture = *state;
  struct paper paper = keep_paper(fixture, "VALID");
  become(fixture, 0, DEAD);
  fixture->places[1].delay_ms = fixture->places[2].delay_ms = 200;
  assert_int_equal(run(fixture, paper.qr), FRAG_OK);
  assert_int_equal(fixture->verdict.operators[1].state, VD_OPERATOR_GOOD);
  assert_int_equal(fixture->verdict.operators[2].state, VD_OPERATOR_GOOD);
}

/* --- many at once --- */

static void many_at_once(void **state) {
  struct fixture *fixture = *state;
  struct paper valid = keep_paper(fixture, "VALID");
  struct paper unknown = issue(fixture->realm, (struct plan){.serial = "UNKNOWN"});
  struct vd_verdict *verdicts = calloc(MANY + 1, sizeof *verdicts);
  struct vd_failure failure;
  assert_non_null(verdicts);
  fixture->places[1].delay_ms = 20;
  for (unsigned round = 0; round < 3; round++) {
    fixture->done = 0;
    for (unsigned at = 0; at < MANY; at++)
      assert_non_null(start(fixture, at % 2 == 0 ? valid.qr : unknown.qr, &verdicts[at]));
    assert_int_equal(vd_remote_verify(fixture->remote, valid.qr, strlen(valid.qr), FIXTURE_NOW_S, &verdicts[MANY],
                                      on_done, fixture, NULL, &failure),
                     VD_FULL);
    assert_int_equal(fixture->done, 0);
    assert_true(poll_loop_run(&fixture->loop, fixture->client, &fixture->done, MANY, PATIENCE_MS));
    for (unsigned at = 0; at < MANY; at++) {
      assert_int_equal(verdicts[at].code, at % 2 == 0 ? FRAG_OK : FRAG_NOT_FOUND);
      assert_verdict_fits(fixture->realm, &verdicts[at]);
    }
    become(fixture, 2, round == 0 ? DEAD : BAD_PROOF);
  }
  free(verdicts);
}

/* --- cancelling --- */

static void note_end(void *context, struct vd_verdict *verdict) {
  bool *is_over = context;
  (void)verdict;
  assert_false(*is_over);
  *is_over = true;
}

static void assert_zero(const void *memory, size_t len) {
  const uint8_t *bytes = memory;
  for (size_t at = 0; at < len; at++) assert_int_equal(bytes[at], 0);
}

static void cancelled_verifications_leave_nothing(void **state) {
  struct fixture *fixture = *state;
  const unsigned never = 0;
  struct paper paper = keep_paper(fixture, "VALID");
  struct vd_verdict *verdicts = calloc(MANY, sizeof *verdicts);
  assert_non_null(verdicts);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) fixture->places[k].delay_ms = 15 * k;
  for (unsigned wait_ms = 0; wait_ms < 90; wait_ms += 6) {
    struct vd_remote_verification *under_way[MANY] = {NULL};
    bool is_over[MANY] = {false};
    for (unsigned at = 0; at < MANY; at++)
      assert_int_equal(vd_remote_verify(fixture->remote, paper.qr, strlen(paper.qr), FIXTURE_NOW_S, &verdicts[at],
                                        note_end, &is_over[at], &under_way[at], NULL),
                       VD_OK);
    if (wait_ms > 0) (void)poll_loop_run(&fixture->loop, fixture->client, &never, 1, wait_ms);
    for (unsigned at = 0; at < MANY; at++) {
      assert_true(wait_ms > 0 || !is_over[at]);
      if (is_over[at]) continue;
      vd_remote_verification_cancel(under_way[at]);
      is_over[at] = true; /* from here on its end must not be told */
      assert_zero(&verdicts[at], sizeof verdicts[at]);
    }
    (void)poll_loop_run(&fixture->loop, fixture->client, &never, 1, 30); /* late answers find nobody */
  }
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) fixture->places[k].delay_ms = 0;
  assert_int_equal(run(fixture, paper.qr), FRAG_OK);
  for (unsigned at = 0; at < 10; at++) vd_remote_verification_cancel(start(fixture, paper.qr, &verdicts[at]));
  free(verdicts);
}

/* From inside the end of another one; and starting the next there. */
struct relay {
  struct fixture *fixture;
  struct paper *paper;
  struct vd_verdict verdicts[2];
  struct vd_remote_verification *victim; /* NULL: none */
  unsigned cancelled;
  unsigned left;
};

static void survive(void *context, struct vd_verdict *verdict) {
  struct relay *relay = context;
  relay->victim = NULL;
  assert_int_equal(verdict->code, FRAG_OK);
}

static void pass_on(void *context, struct vd_verdict *verdict);

static void start_both(struct relay *relay) {
  const char *qr = relay->paper->qr;
  struct vd_remote_verifier *remote = relay->fixture->remote;
  assert_int_equal(vd_remote_verify(remote, qr, strlen(qr), FIXTURE_NOW_S, &relay->verdicts[0], pass_on, relay, NULL,
                                    NULL),
                   VD_OK);
  if (relay->victim != NULL) return;
  assert_int_equal(vd_remote_verify(remote, qr, strlen(qr), FIXTURE_NOW_S, &relay->verdicts[1], survive, relay,
                                    &relay->victim, NULL),
                   VD_OK);
  assert_non_null(relay->victim);
}

static void pass_on(void *context, struct vd_verdict *verdict) {
  struct relay *relay = context;
  assert_int_equal(verdict->code, FRAG_OK);
  relay->fixture->done++;
  if (relay->victim != NULL) {
    vd_remote_verification_cancel(relay->victim);
    relay->victim = NULL;
    relay->cancelled++;
  }
  if (--relay->left > 0) start_both(relay);
}

static void one_may_end_another(void **state) {
  struct fixture *fixture = *state;
  enum { ROUNDS = 50 };
  struct paper paper = keep_paper(fixture, "VALID");
  struct relay *relay = calloc(1, sizeof *relay);
  assert_non_null(relay);
  *relay = (struct relay){.fixture = fixture, .paper = &paper, .left = ROUNDS};
  fixture->done = 0;
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) fixture->places[k].delay_ms = 5;
  start_both(relay);
  assert_true(poll_loop_run(&fixture->loop, fixture->client, &fixture->done, ROUNDS, PATIENCE_MS));
  assert_true(relay->cancelled > 0);
  free(relay);
}

/* --- operators on this machine --- */

static void local_operators_are_enough(void **state) {
  struct fixture *fixture = *state;
  struct paper valid = keep_paper(fixture, "VALID");
  struct paper unknown = issue(fixture->realm, (struct plan){.serial = "UNKNOWN"});
  remake(fixture, ALL_OPERATORS, TIMEOUT_MS, 1);
  fixture->done = 0;
  for (unsigned round = 0; round < 3; round++) {
    unsigned before = allocations;
    assert_null(start(fixture, valid.qr, &fixture->verdict));
    assert_int_equal(allocations, before);
    assert_int_equal(fixture->verdict.code, FRAG_OK);
    assert_verdict_fits(fixture->realm, &fixture->verdict);
    assert_null(start(fixture, unknown.qr, &fixture->verdict));
    assert_int_equal(fixture->verdict.code, FRAG_NOT_FOUND);
    assert_int_equal(allocations, before);
  }
  assert_int_equal(fixture->done, 6);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    assert_int_equal(http_peer_requests(fixture->places[k].peer), 0);
}

static void some_local_and_some_remote(void **state) {
  struct fixture *fixture = *state;
  fill_logs(fixture, 0);
  struct paper valid = keep_paper(fixture, "VALID");
  struct paper revoked = keep_paper(fixture, "REVOKED");
  put_statement(fixture->realm, &revoked, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 4u, ++fixture->clock_s);
  static const unsigned locals[] = {1, 2, 4, 3, 5, 6};
  for (size_t at = 0; at < COUNT(locals); at++) {
    for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) become(fixture, k, HONEST);
    remake(fixture, locals[at], TIMEOUT_MS, MANY);
    memset(fixture->news, 0, sizeof fixture->news);
    assert_int_equal(run(fixture, valid.qr), FRAG_OK);
    for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) assert_int_equal(fixture->news[k], 1);
    assert_int_equal(run(fixture, revoked.qr), FRAG_REVOKED);
    for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) become(fixture, k, DEAD);
    bool are_enough = __builtin_popcount(locals[at]) >= FIXTURE_THRESHOLD;
    assert_int_equal(run(fixture, valid.qr), are_enough ? FRAG_OK : FRAG_TOO_FEW_FRAGMENTS);
  }
}

static void bad_urls_are_refused(void **state) {
  struct fixture *fixture = *state;
  struct vd_remote_verifier *remote = fixture->remote;
  struct vd_remote_verifier_options options = {.verifier = fixture->verifier,
                                               .client = fixture->client,
                                               .operator_count = FIXTURE_OPERATORS,
                                               .urls = {NULL, fixture->places[1].url, "ledger.example"},
                                               .timeout_ms = TIMEOUT_MS,
                                               .verifications_max = 1};
  struct vd_failure failure;
  assert_int_equal(vd_remote_verifier_new(&options, &remote, &failure), VD_CONFIG);
  assert_null(remote);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_remote, end_remote)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(three_honest_operators),
      TEST(news_is_told_when_logs_grow),
      TEST(one_bad_operator_changes_nothing),
      TEST(a_liar_alone_is_not_believed),
      TEST(two_silent_operators_are_inconclusive),
      TEST(nobody_answers),
      TEST(absent_at_one_and_two_unreachable),
      TEST(a_statement_at_one_operator_counts),
      TEST(long_histories_are_walked),
      TEST(one_falls_silent_between_questions),
      TEST(all_fall_silent_between_questions),
      TEST(operators_without_answers_are_soon_left_alone),
      TEST(one_that_is_left_alone_is_asked_when_needed),
      TEST(late_answers_find_nobody),
      TEST(slow_operators_are_waited_for_when_needed),
      TEST(many_at_once),
      TEST(cancelled_verifications_leave_nothing),
      TEST(one_may_end_another),
      TEST(local_operators_are_enough),
      TEST(some_local_and_some_remote),
      TEST(bad_urls_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
