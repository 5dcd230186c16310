#include "libfrag/cmocka_all.h"

#include <frag/open.h>

#include "bytes.h"
#include "libfrag/fixture.h"

/* What one operator may do. OTHER and STEEP are records it made up, under leaves of its own: one with the same
 * threshold as the document's, one with a threshold that nobody can reach. */
enum kind { NONE, UNREACHABLE, ABSENT, ERASED, TAMPERED, GOOD, OTHER, STEEP, KINDS };
enum { OPERATORS = 5, STEEP_THRESHOLD = 15 };

struct table {
  struct fixture *fixture;
  unsigned operators, least;
  uint8_t made_up[2][OPERATORS][1024];
  size_t made_up_len[2];
  uint8_t results[32768]; /* KINDS to the power of OPERATORS */
};

static unsigned kind_of(size_t state, unsigned operator_number) { return state >> (3 * operator_number) & 7u; }

static void answer(struct table *table, struct frag_gather *gather, unsigned k, unsigned kind) {
  struct fixture *fixture = table->fixture;
  uint8_t *record = fixture_record(fixture, k + 1);
  static const uint8_t noise[1] = {0};
  switch ((enum kind)kind) {
    case UNREACHABLE: frag_gather_answer(gather, k, FRAG_ANSWER_UNREACHABLE); break;
    case ABSENT: frag_gather_answer(gather, k, FRAG_ANSWER_ABSENT); break;
    case ERASED:
      assert_int_equal(frag_gather_erased(gather, k, record, FRAG_LEAF_LEN(fixture->batch.fragment_count)), FRAG_OK);
      break;
    case TAMPERED:
      assert_int_equal(frag_gather_record(fixture->context, gather, k, noise, 1), FRAG_FRAGMENT_TAMPERED);
      break;
    case GOOD:
      assert_int_equal(frag_gather_record(fixture->context, gather, k, record, fixture_record_len(fixture)), FRAG_OK);
      break;
    case OTHER:
    case STEEP: {
      unsigned which = kind - OTHER;
      assert_int_equal(frag_gather_record(fixture->context, gather, k, table->made_up[which][k],
                                          table->made_up_len[which]),
                       FRAG_OK);
      break;
    }
    case NONE:
    case KINDS: break;
  }
}

/* The rules of FRAG-1 section 8 step 2, written again and slowly. */
static unsigned oracle(const struct table *table, size_t state) {
  const unsigned t[3] = {table->fixture->batch.threshold, table->least, STEEP_THRESHOLD};
  unsigned count[KINDS] = {0}, leaves = 0, lowest = STEEP_THRESHOLD + 1;
  for (unsigned k = 0; k < table->operators; k++) count[kind_of(state, k)]++;
  unsigned open = count[NONE] + count[UNREACHABLE];
  bool possible = open >= table->least; /* those who have not answered may all hold a set nobody has shown yet */
  for (unsigned leaf = 0; leaf < 3; leaf++) {
    unsigned shown = count[GOOD + leaf];
    if (shown == 0) continue;
    if (shown >= t[leaf]) return FRAG_OK;
    if (shown + open >= t[leaf]) possible = true;
    if (t[leaf] < lowest) lowest = t[leaf];
    leaves++;
  }
  unsigned unsure = leaves > 1 ? FRAG_OPERATORS_DISAGREE : FRAG_TOO_FEW_FRAGMENTS;
  if (possible) return unsure;
  if (count[ERASED] > 0) return FRAG_ERASED;
  unsigned threshold = open > 0 || leaves == 0 ? table->least : lowest;
  if (table->operators - count[ABSENT] < threshold) return FRAG_NOT_FOUND;
  return count[TAMPERED] > 0 ? FRAG_FRAGMENT_TAMPERED : unsure;
}

/* The records that will be used: all under one leaf, as many as its threshold, of the largest complete set. */
static void check_chosen(const struct table *table, const struct frag_gather *gather, size_t state, unsigned result) {
  const unsigned t[3] = {table->fixture->batch.threshold, table->least, STEEP_THRESHOLD};
  uint32_t chosen = frag_gather_chosen(gather);
  if (result != FRAG_OK) {
    assert_int_equal(chosen, 0);
    return;
  }
  unsigned count[KINDS] = {0}, bits = 0, kind = 0, largest = 0;
  for (unsigned k = 0; k < table->operators; k++) {
    count[kind_of(state, k)]++;
    if ((chosen >> k & 1) == 0) continue;
    assert_true(bits == 0 || kind_of(state, k) == kind);
    kind = kind_of(state, k);
    bits++;
  }
  assert_true(kind >= GOOD && chosen >> table->operators == 0);
  assert_int_equal(bits, t[kind - GOOD]);
  for (unsigned leaf = 0; leaf < 3; leaf++)
    if (count[GOOD + leaf] >= t[leaf] && count[GOOD + leaf] > largest) largest = count[GOOD + leaf];
  assert_int_equal(count[kind], largest);
  for (unsigned k = 0; k < table->operators; k++)
    assert_int_equal(gather->disagrees[k], kind_of(state, k) >= GOOD && kind_of(state, k) != kind);
}

static unsigned verdict_of(const struct table *table, size_t state) {
  return frag_error_verdict((frag_error)table->results[state]);
}

/* Whoever has not answered may answer anything later: that never takes back a NOT_VALID or a VALID, and being
 * unreachable is the same as not having been asked. */
static void check_open_operators(const struct table *table, size_t state) {
  unsigned verdict = verdict_of(table, state);
  for (unsigned k = 0; k < table->operators; k++) {
    if (kind_of(state, k) != UNREACHABLE && kind_of(state, k) != NONE) continue;
    size_t without = state & ~((size_t)7 << (3 * k));
    assert_int_equal(table->results[without | (size_t)UNREACHABLE << (3 * k)], table->results[without]);
    if (verdict == FRAG_INCONCLUSIVE) continue;
    for (unsigned kind = 0; kind < KINDS; kind++)
      if (verdict_of(table, without | (size_t)kind << (3 * k)) != verdict)
        fail_msg("state %zo: operator %u answers %u", state, k, kind);
  }
}

static void check_table(struct fixture *fixture, unsigned operators, unsigned least, unsigned threshold) {
  static struct table table;
  table = (struct table){.fixture = fixture, .operators = operators, .least = least};
  fixture->batch.threshold = threshold;
  fixture->batch.fragment_count = operators;
  fixture_issue(fixture);
  for (unsigned k = 0; k < operators; k++) {
    table.made_up_len[0] = fixture_forge(fixture, table.made_up[0][k], least, operators, k + 1, 1);
    table.made_up_len[1] = fixture_forge(fixture, table.made_up[1][k], STEEP_THRESHOLD, 15, k + 1, 2);
  }
  size_t states = (size_t)1 << (3 * operators);
  for (size_t state = 0; state < states; state++) {
    struct frag_gather gather;
    frag_gather_begin(&gather, &fixture->qr, operators, least);
    for (unsigned k = 0; k < operators; k++) answer(&table, &gather, k, kind_of(state, k));
    frag_error result = frag_gather_result(&gather);
    if (result != oracle(&table, state)) fail_msg("state %zo: %d, not %u", state, result, oracle(&table, state));
    check_chosen(&table, &gather, state, result);
    table.results[state] = (uint8_t)result;
  }
  for (size_t state = 0; state < states; state++) check_open_operators(&table, state);
}

static void test_two_of_three(void **state) { check_table(*state, 3, 2, 2); }
static void test_three_of_five(void **state) { check_table(*state, 5, 3, 3); }
static void test_above_the_least(void **state) { check_table(*state, 5, 2, 3); }
static void test_all_of_three(void **state) { check_table(*state, 3, 2, 3); }
static void test_one_of_two(void **state) { check_table(*state, 2, 1, 1); }

static void use_two_of_three(struct fixture *fixture) {
  fixture->batch.threshold = 2;
  fixture->batch.fragment_count = 3;
  fixture_issue(fixture);
}

/* One operator that lies, asked first, cannot spoil what the two others say: not with any leaf, any index, or a
 * copy of another's record. */
static void test_one_liar(void **state) {
  struct fixture *fixture = *state;
  use_two_of_three(fixture);
  size_t len = fixture_record_len(fixture);
  for (unsigned t = 1; t <= 15; t++)
    for (unsigned m = t; m <= 15; m++)
      for (unsigned index = 1; index <= m; index++) {
        uint8_t lie[1024];
        struct frag_gather gather;
        size_t lie_len = fixture_forge(fixture, lie, t, m, index, 3);
        frag_gather_begin(&gather, &fixture->qr, 3, 2);
        assert_int_equal(frag_gather_record(fixture->context, &gather, 0, lie, lie_len),
                         t < 2 ? FRAG_FRAGMENT_TAMPERED : FRAG_OK);
        frag_gather_answer(&gather, 1, FRAG_ANSWER_UNREACHABLE);
        assert_int_equal(frag_gather_record(fixture->context, &gather, 2, fixture_record(fixture, 3), len), FRAG_OK);
        assert_int_equal(frag_error_verdict(frag_gather_result(&gather)), FRAG_INCONCLUSIVE);
        assert_int_equal(frag_gather_record(fixture->context, &gather, 1, fixture_record(fixture, 2), len), FRAG_OK);
        assert_int_equal(frag_gather_result(&gather), FRAG_OK);
        assert_int_equal(frag_gather_chosen(&gather), 6);
        assert_int_equal(gather.disagrees[0], t >= 2);
      }
}

/* The same share twice is one share. */
static void test_same_index(void **state) {
  struct fixture *fixture = *state;
  use_two_of_three(fixture);
  size_t len = fixture_record_len(fixture);
  struct frag_gather gather;
  frag_gather_begin(&gather, &fixture->qr, 3, 2);
  assert_int_equal(frag_gather_record(fixture->context, &gather, 0, fixture_record(fixture, 2), len), FRAG_OK);
  assert_int_equal(frag_gather_record(fixture->context, &gather, 1, fixture_record(fixture, 2), len),
                   FRAG_FRAGMENT_TAMPERED);
  assert_int_equal(gather.answers[1], FRAG_ANSWER_TAMPERED);
  assert_int_equal(frag_gather_result(&gather), FRAG_TOO_FEW_FRAGMENTS);
  assert_int_equal(frag_gather_record(fixture->context, &gather, 2, fixture_record(fixture, 3), len), FRAG_OK);
  assert_int_equal(frag_gather_result(&gather), FRAG_OK);
  assert_int_equal(frag_gather_chosen(&gather), 5);
  /* An operator may be asked again; its own earlier answer is no other's. */
  assert_int_equal(frag_gather_record(fixture->context, &gather, 0, fixture_record(fixture, 2), len), FRAG_OK);
  assert_int_equal(frag_gather_result(&gather), FRAG_OK);
}

static void test_not_ours(void **state) {
  struct fixture *fixture = *state;
  use_two_of_three(fixture);
  struct frag_gather gather;
  uint8_t record[1024];
  size_t len = fixture_forge(fixture, record, 2, 3, 1, 4);
  for (size_t at = 1; at < 24; at++) {
    if (at > 2 && at < 8) continue;
    record[at] ^= 0x10; /* realm, then locator, with every hash made right again */
    fixture_rehash(fixture, record);
    frag_gather_begin(&gather, &fixture->qr, 3, 2);
    assert_int_equal(frag_record_check(fixture->context, record, len), FRAG_OK);
    assert_int_equal(frag_gather_record(fixture->context, &gather, 0, record, len), FRAG_FRAGMENT_TAMPERED);
    assert_int_equal(frag_gather_erased(&gather, 1, record, FRAG_LEAF_LEN(3)), FRAG_FRAGMENT_TAMPERED);
    assert_int_equal(gather.answers[0], FRAG_ANSWER_TAMPERED);
    assert_int_equal(gather.answers[1], FRAG_ANSWER_TAMPERED);
    record[at] ^= 0x10;
  }
}

/* A leaf with a lower threshold than the realm's would let fewer operators speak for all. */
static void test_lower_threshold(void **state) {
  struct fixture *fixture = *state;
  use_two_of_three(fixture);
  for (unsigned least = 1; least <= 15; least++)
    for (unsigned t = 1; t <= 15; t++) {
      uint8_t record[1024];
      struct frag_gather gather;
      size_t len = fixture_forge(fixture, record, t, 15, 1, 5);
      frag_gather_begin(&gather, &fixture->qr, 16, least);
      frag_error expected = t < least ? FRAG_FRAGMENT_TAMPERED : FRAG_OK;
      assert_int_equal(frag_gather_record(fixture->context, &gather, 0, record, len), expected);
      assert_int_equal(frag_gather_erased(&gather, 1, record, FRAG_LEAF_LEN(15)), expected);
    }
}

static void test_erased_needs_the_leaf(void **state) {
  struct fixture *fixture = *state;
  use_two_of_three(fixture);
  struct frag_gather gather;
  frag_gather_begin(&gather, &fixture->qr, 3, 2);
  const uint8_t *record = fixture_record(fixture, 1);
  for (size_t len = 0; len <= fixture_record_len(fixture); len++) {
    frag_error error = frag_gather_erased(&gather, 0, record, len);
    assert_int_equal(error, len == FRAG_LEAF_LEN(3) ? FRAG_OK : FRAG_FRAGMENT_TAMPERED);
    assert_int_equal(gather.answers[0], error == FRAG_OK ? FRAG_ANSWER_ERASED : FRAG_ANSWER_TAMPERED);
  }
}

/* The sixteenth operator counts like the first. */
static void test_most_operators(void **state) {
  struct fixture *fixture = *state;
  fixture->batch.threshold = 15;
  fixture->batch.fragment_count = 15;
  fixture_issue(fixture);
  struct frag_gather gather;
  frag_gather_begin(&gather, &fixture->qr, 16, 15);
  frag_gather_answer(&gather, 0, FRAG_ANSWER_ABSENT);
  for (unsigned k = 1; k < 16; k++) {
    assert_int_equal(frag_gather_result(&gather), FRAG_TOO_FEW_FRAGMENTS);
    assert_int_equal(frag_gather_record(fixture->context, &gather, k, fixture_record(fixture, k),
                                        fixture_record_len(fixture)),
                     FRAG_OK);
  }
  assert_int_equal(frag_gather_result(&gather), FRAG_OK);
  assert_int_equal(frag_gather_chosen(&gather), 0xfffe);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_two_of_three),    cmocka_unit_test(test_three_of_five),
      cmocka_unit_test(test_above_the_least), cmocka_unit_test(test_all_of_three),
      cmocka_unit_test(test_one_of_two),      cmocka_unit_test(test_one_liar),
      cmocka_unit_test(test_same_index),      cmocka_unit_test(test_not_ours),
      cmocka_unit_test(test_lower_threshold), cmocka_unit_test(test_erased_needs_the_leaf),
      cmocka_unit_test(test_most_operators),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
