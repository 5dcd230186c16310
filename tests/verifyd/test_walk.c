/* The statements about a document, one question at a time: whose word says that one is from before a theft, in whatever
 * order the operators answer, and what counts behind a statement that nobody holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "verify/walk.h"
#include "verify_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SAID_S (FIXTURE_NOW_S - 40000)
#define EARLY_S (FIXTURE_COMPROMISED_S - 10)
#define ASKED_S (FIXTURE_NOW_S + 1000) /* the statements say themselves that they are of FIXTURE_NOW_S */
#define EVERYONE 7u

/* Statement n, and who shows it. */
struct said {
  frag_status_kind kind; /* 0: nobody holds one */
  enum fixture_key key;
  unsigned early, late; /* bit sets of operators whose logs have it: since EARLY_S, and since the theft */
  unsigned unproven;    /* bit set of operators that show it without a proof */
};

static const unsigned orders[][FIXTURE_OPERATORS] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
static const struct said suspended = {FRAG_STATUS_SUSPENDED, KEY_MINISTRY, EVERYONE, 0, 0};

static struct verify_fixture *fixture;
static struct paper paper;
static struct vd_walk walk;
static struct vd_lookup_answer answer;
static uint8_t records[VD_WALK_KEYS_MAX][FRAG_STATUS_RECORD_LEN];

static int begin(void **state) {
  assert_int_equal(verify_fixture_begin(state), 0);
  fixture = *state;
  paper = issue(fixture, (struct plan){.serial = "WALK"});
  keep(fixture, &paper, ALL_OPERATORS, SAID_S);
  return 0;
}

/* --- questions, without ledgers --- */

/* Whether operator k's answer is proven; one whose log is not right proves nothing. */
static bool answer_of(unsigned k, const struct said *said, size_t count) {
  bool is_right = true;
  memset(&answer, 0, sizeof answer);
  answer.count = VD_WALK_KEYS_MAX;
  for (size_t n = 0; n < VD_WALK_KEYS_MAX; n++) {
    struct vd_lookup_item *item = &answer.items[n];
    item->presence = VD_STORE_ABSENT;
    if (n >= count || said[n].kind == 0 || !((said[n].early | said[n].late | said[n].unproven) >> k & 1u)) continue;
    bool is_early = (said[n].early >> k & 1u) != 0;
    *item = (struct vd_lookup_item){.presence = VD_STORE_PRESENT, .bytes = records[n], .len = sizeof records[n]};
    item->time_s = is_early ? EARLY_S : FIXTURE_COMPROMISED_S + k;
    is_right = is_right && !(said[n].unproven >> k & 1u);
  }
  return is_right;
}

static frag_error walk_in_order(const struct said *said, size_t count, unsigned threshold, const unsigned *order) {
  struct frag_document about = {.issuer = {(const uint8_t *)"ministry.example", 16}};
  bool is_over = false;
  memcpy(about.rid, paper.rid, sizeof about.rid);
  const struct vd_walk_scope scope = {fixture->context, fixture->trust, &about, LEDGER_REALM, threshold};
  memset(&walk, 0, offsetof(struct vd_walk, statements));
  memset(walk.statements, 0xa5, sizeof walk.statements);
  assert_int_equal(vd_walk_ask(&walk, &scope, 0, VD_WALK_KEYS_MAX), FRAG_OK);
  for (unsigned at = 0; at < FIXTURE_OPERATORS; at++) {
    const struct vd_walk_operator who = {order[at], answer_of(order[at], said, count), ASKED_S};
    assert_int_equal(vd_walk_take(&walk, &scope, &answer, &who), FRAG_OK);
  }
  frag_error code = vd_walk_settle(&walk, &is_over);
  bool is_held = count == VD_WALK_KEYS_MAX && code != FRAG_REVOKED;
  for (size_t n = 0; n < count; n++) is_held = is_held && said[n].kind != 0;
  assert_int_equal(is_over, !is_held);
  return code;
}

/* withholding: bit set of operators that are accused. */
static void expect(const struct said *said, size_t count, unsigned threshold, frag_error code, unsigned withholding) {
  for (size_t n = 0; n < count; n++)
    if (said[n].kind != 0) make_statement(fixture, records[n], &paper, (uint32_t)n, said[n].kind, said[n].key);
  for (size_t at = 0; at < COUNT(orders); at++) {
    assert_int_equal(walk_in_order(said, count, threshold, orders[at]), code);
    assert_int_equal(walk.withholding, withholding);
  }
}

/* --- a stolen key --- */

static unsigned size_of(unsigned operators) { return (operators & 1u) + (operators >> 1 & 1u) + (operators >> 2 & 1u); }

/* Whoever has it late, or lacks it, or does not prove it, does not help a thief; nobody is accused before t logs say
 * that he withholds something. */
static void a_stolen_key_reinstates_with_t_logs_only(void **state) {
  (void)state;
  for (unsigned threshold = 1; threshold <= FIXTURE_OPERATORS; threshold++)
    for (unsigned early = 0; early <= EVERYONE; early++) {
      bool counts = early != 0 && size_of(early) >= threshold;
      struct said said[] = {suspended, {FRAG_STATUS_REINSTATED, KEY_COMPROMISED, early, 0, 0}};
      expect(said, 2, threshold, counts ? FRAG_OK : FRAG_SUSPENDED, counts ? EVERYONE & ~early : 0);
      said[1].late = EVERYONE & ~early;
      expect(said, 2, threshold, counts ? FRAG_OK : FRAG_SUSPENDED, 0);
      said[1].unproven = said[1].late;
      said[1].late = 0;
      if (early == 0) continue; /* nobody is left who could be asked */
      expect(said, 2, threshold, counts ? FRAG_OK : FRAG_SUSPENDED, 0);
    }
}

static void what_takes_away_counts_with_one_log(void **state) {
  static const struct {
    frag_status_kind kind;
    frag_error code;
  } cases[] = {{FRAG_STATUS_REVOKED, FRAG_REVOKED},
               {FRAG_STATUS_SUSPENDED, FRAG_SUSPENDED},
               {FRAG_STATUS_SUPERSEDED, FRAG_SUPERSEDED}};
  (void)state;
  for (size_t at = 0; at < COUNT(cases); at++) {
    struct said said = {cases[at].kind, KEY_COMPROMISED, 2, 0, 0};
    expect(&said, 1, 2, cases[at].code, 0);
    said.early = 3;
    expect(&said, 1, 2, cases[at].code, 4);
    said = (struct said){cases[at].kind, KEY_COMPROMISED, 0, EVERYONE, 0};
    expect(&said, 1, 2, FRAG_OK, 0);
  }
}

static void a_good_key_reinstates_as_ever(void **state) {
  (void)state;
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    struct said said[] = {suspended, {FRAG_STATUS_REINSTATED, KEY_MINISTRY, 1u << k, 0, 0}};
    expect(said, 2, 2, FRAG_OK, EVERYONE & ~(1u << k));
    said[1].early = 0;
    said[1].unproven = 1u << k;
    expect(said, 2, 2, FRAG_OK, 0);
  }
}

static void what_comes_after_a_thief_counts(void **state) {
  struct said said[] = {suspended,
                        {FRAG_STATUS_REINSTATED, KEY_COMPROMISED, 1, 0, 0},
                        {FRAG_STATUS_REINSTATED, KEY_MINISTRY, EVERYONE, 0, 0}};
  (void)state;
  expect(said, 3, 2, FRAG_OK, 0);
  said[2].kind = FRAG_STATUS_REVOKED;
  expect(said, 3, 2, FRAG_REVOKED, 0);
  said[2] = (struct said){FRAG_STATUS_REINSTATED, KEY_COMPROMISED, 2, 0, 0}; /* each is shown by one log */
  expect(said, 3, 2, FRAG_SUSPENDED, 0);
}

/* The same through ledgers, here and over the network. */
static void one_ledger_does_not_help_a_thief(void **state) {
  (void)state;
  put_statement(fixture, &paper, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, ALL_OPERATORS, SAID_S);
  put_statement(fixture, &paper, 1, FRAG_STATUS_REINSTATED, KEY_COMPROMISED, 1, EARLY_S);
  assert_int_equal(verify_text(fixture, paper.qr, strlen(paper.qr), ASKED_S), FRAG_SUSPENDED);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) assert_false(fixture->verdict.operators[k].withholds);
  put_statement(fixture, &paper, 1, FRAG_STATUS_REINSTATED, KEY_COMPROMISED, 2, EARLY_S + 5);
  assert_int_equal(verify_text(fixture, paper.qr, strlen(paper.qr), ASKED_S), FRAG_OK);
  assert_true(fixture->verdict.operators[2].withholds);
  put_statement(fixture, &paper, 1, FRAG_STATUS_REINSTATED, KEY_COMPROMISED, 4, FIXTURE_COMPROMISED_S);
  use_operators(fixture, 6, FIXTURE_THRESHOLD); /* one of these two has it too late */
  assert_int_equal(verify(fixture, &paper), FRAG_SUSPENDED);
}

/* --- gaps and junk --- */

static void behind_a_gap_all_counts_but_reinstatements(void **state) {
  static const struct said gap = {0}, revoked = {FRAG_STATUS_REVOKED, KEY_MINISTRY, EVERYONE, 0, 0},
                           superseded = {FRAG_STATUS_SUPERSEDED, KEY_MINISTRY, EVERYONE, 0, 0},
                           reinstated = {FRAG_STATUS_REINSTATED, KEY_MINISTRY, EVERYONE, 0, 0},
                           thiefs = {FRAG_STATUS_REVOKED, KEY_COMPROMISED, 0, EVERYONE, 0};
  const struct {
    struct said said[VD_WALK_KEYS_MAX];
    frag_error code;
  } cases[] = {
      {{gap, revoked}, FRAG_REVOKED},
      {{gap, gap, gap, revoked}, FRAG_REVOKED},
      {{gap, superseded, gap, revoked}, FRAG_REVOKED},
      {{gap, superseded}, FRAG_SUPERSEDED},
      {{gap, suspended}, FRAG_SUSPENDED},
      {{gap, suspended, reinstated}, FRAG_SUSPENDED},
      {{suspended, gap, reinstated}, FRAG_SUSPENDED},
      {{suspended, reinstated, gap, suspended}, FRAG_SUSPENDED},
      {{suspended, reinstated, gap, reinstated}, FRAG_OK},
      {{gap, reinstated}, FRAG_OK},
      {{gap, thiefs}, FRAG_OK},
      {{gap}, FRAG_OK},
  };
  (void)state;
  for (size_t at = 0; at < COUNT(cases); at++) expect(cases[at].said, VD_WALK_KEYS_MAX, 2, cases[at].code, 0);
}

/* An issuer goes on behind junk that one operator has, so whoever asks has to go on too. */
static void junk_in_one_log_hides_nothing_behind_it(void **state) {
  (void)state;
  for (uint32_t n = 0; n <= 2 * VD_WALK_KEYS_MAX; n++) put_junk(fixture, &paper, n, 1);
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
  put_statement(fixture, &paper, 2 * VD_WALK_KEYS_MAX + 1, FRAG_STATUS_REVOKED, KEY_MINISTRY, 6, FIXTURE_NOW_S);
  assert_int_equal(verify(fixture, &paper), FRAG_REVOKED);
}

#define WALK_TEST(test) cmocka_unit_test_setup_teardown(test, begin, verify_fixture_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      WALK_TEST(a_stolen_key_reinstates_with_t_logs_only),
      WALK_TEST(what_takes_away_counts_with_one_log),
      WALK_TEST(a_good_key_reinstates_as_ever),
      WALK_TEST(what_comes_after_a_thief_counts),
      WALK_TEST(one_ledger_does_not_help_a_thief),
      WALK_TEST(behind_a_gap_all_counts_but_reinstatements),
      WALK_TEST(junk_in_one_log_hides_nothing_behind_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
