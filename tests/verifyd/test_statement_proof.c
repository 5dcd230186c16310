/* A statement that an operator shows has to be proven to be in its log. An operator that cannot is named, accuses
 * nobody, dates nothing and is not asked for its opinion; what the issuer has signed counts all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "step_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define KEPT_S (FIXTURE_NOW_S - 50000)
#define DAY_S 86400

static const unsigned orders[][FIXTURE_OPERATORS] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

/* What an operator does to a statement that it holds. */
enum lie {
  HONEST,
  DATED_BACK,
  DATED_FORWARD,
  OTHER_INDEX,
  INDEX_PAST_THE_END,
  OTHER_STATEMENT, /* place and proof of another one, which it has */
  ALTERED,
  CUT_SHORT,
  LENGTHENED,
  NO_PROOF,
  OTHER_BYTES, /* the proof of this one, but junk in its place */
  LIES,
  INVENTED = LIES, /* shows a statement that it was never given, with a proof of something else */
  JUNK_EVERYWHERE, /* shows junk as every statement there may be */
  DATED_FORWARD_FAR
};

static struct verify_fixture *fixture;
static struct vd_verdict verdict;
static struct paper paper, other;
static uint64_t now_s, said_s; /* later than the clock: opening a ledger has signed its checkpoint by that */

struct liar {
  unsigned k;
  enum lie lie;
  const uint8_t *invented;
  unsigned questions;
  uint8_t junk[VD_LOOKUP_KEYS_MAX][FRAG_STATUS_RECORD_LEN];
};

static int begin(void **state) {
  assert_int_equal(verify_fixture_begin(state), 0);
  fixture = *state;
  now_s = (uint64_t)time(NULL) + 1000000;
  said_s = now_s - 40000;
  paper = issue(fixture, (struct plan){.serial = "SAID"});
  other = issue(fixture, (struct plan){.serial = "OTHER"});
  keep(fixture, &other, ALL_OPERATORS, KEPT_S);
  keep(fixture, &paper, ALL_OPERATORS, KEPT_S);
  put_statement(fixture, &other, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, ALL_OPERATORS, KEPT_S);
  return 0;
}

static int end(void **state) {
  vd_verdict_wipe(&verdict);
  return verify_fixture_end(state);
}

static void sign_all_at(uint64_t first_s, uint64_t second_s, uint64_t third_s) {
  const uint64_t times_s[FIXTURE_OPERATORS] = {first_s, second_s, third_s};
  struct vd_failure failure;
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    if (vd_store_renew(fixture->stores[k], times_s[k], &failure) != VD_OK) fail_msg("%s", failure.text);
}

/* What operator k holds as statement n of a paper, with its proof; in a snapshot that lasts. */
static struct vd_lookup_item held(unsigned k, const struct paper *of, uint32_t n) {
  static struct vd_lookup_answer answer;
  struct vd_lookup_request request = {.kind = VD_STORE_STATUS, .count = 1};
  assert_int_equal(frag_status_id(fixture->context, request.keys[0], LEDGER_REALM, of->rid, n), FRAG_OK);
  assert_true(step_look_up(fixture, k, &request, &answer));
  assert_int_equal(answer.items[0].presence, VD_STORE_PRESENT);
  return answer.items[0];
}

static void falsify(struct liar *liar, struct vd_lookup_item *item) {
  struct vd_lookup_item another;
  switch (liar->lie) {
    case DATED_BACK: item->time_s -= DAY_S; break;
    case DATED_FORWARD: item->time_s += DAY_S; break;
    case DATED_FORWARD_FAR: item->time_s = FIXTURE_NOT_AFTER_S + 1; break;
    case OTHER_INDEX: item->index ^= 1; break;
    case INDEX_PAST_THE_END: item->index += 1000; break;
    case OTHER_STATEMENT:
      another = held(liar->k, &other, 0);
      another.bytes = item->bytes;
      *item = another;
      break;
    case ALTERED: item->inclusion.hashes[item->inclusion.count - 1][7] ^= 1; break;
    case CUT_SHORT: item->inclusion.count--; break;
    case LENGTHENED: memset(item->inclusion.hashes[item->inclusion.count++], 0x42, FRAG_HASH_LEN); break;
    case NO_PROOF: item->inclusion.count = 0; break;
    case OTHER_BYTES:
      memset(liar->junk[0], 0x42, sizeof liar->junk[0]);
      item->bytes = liar->junk[0];
      break;
    case HONEST:
    case INVENTED:
    case JUNK_EVERYWHERE: break;
  }
}

static bool lie(void *context, unsigned k, const struct vd_lookup_request *request, struct vd_lookup_answer *answer) {
  struct liar *liar = context;
  if (k != liar->k || request->kind != VD_STORE_STATUS) return true;
  liar->questions++;
  for (size_t at = 0; at < answer->count; at++) {
    struct vd_lookup_item *item = &answer->items[at];
    bool is_invented = liar->lie == INVENTED && memcmp(request->keys[at], liar->invented, FRAG_STATUS_ID_LEN) == 0;
    if (item->presence == VD_STORE_PRESENT) falsify(liar, item);
    if (!is_invented && liar->lie != JUNK_EVERYWHERE) continue;
    memcpy(liar->junk[at], request->keys[at], FRAG_STATUS_ID_LEN);
    *item = held(k, &other, 0);
    item->bytes = is_invented ? liar->invented : liar->junk[at];
  }
  return true;
}

/* operators: bit set of those that answer. */
static frag_error run_with(struct liar *liar, const unsigned order[static FIXTURE_OPERATORS], uint64_t max_age_s,
                           unsigned operators) {
  struct vd_verifier *verifier = step_verifier_aged(fixture, FIXTURE_THRESHOLD, max_age_s, 0);
  struct step_run run = {.verifier = verifier,
                         .qr = paper.qr,
                         .qr_len = strlen(paper.qr),
                         .now_s = now_s,
                         .operators = operators,
                         .order = {order[0], order[1], order[2]},
                         .change = lie,
                         .context = liar};
  frag_error code = step_verify(fixture, &run, &verdict);
  assert_verdict_fits(fixture, &verdict);
  vd_verifier_free(verifier);
  return code;
}

static frag_error run(unsigned k, enum lie what, const uint8_t *invented, const unsigned *order) {
  struct liar liar = {.k = k, .lie = what, .invented = invented};
  return run_with(&liar, order, 0, ALL_OPERATORS);
}

/* Operator k is named, and no other operator is said to have done anything. */
static void assert_only_named(unsigned k, frag_error log_code) {
  for (unsigned at = 0; at < FIXTURE_OPERATORS; at++) {
    const struct vd_operator_answer *answer = &verdict.operators[at];
    assert_false(answer->withholds);
    assert_int_equal(answer->log_code, at == k ? log_code : FRAG_OK);
    bool has_failed = answer->state == VD_OPERATOR_LOG_FAILED;
    assert_int_equal(has_failed, at == k && log_code != FRAG_OK);
  }
}

/* --- one of three --- */

static void who_does_not_prove_a_statement_is_named(void **state) {
  (void)state;
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, ALL_OPERATORS, said_s);
  sign_all_at(now_s, now_s, now_s);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    for (enum lie what = HONEST; what < LIES; what++)
      for (size_t order = 0; order < COUNT(orders); order++) {
        assert_int_equal(run(k, what, NULL, orders[order]), FRAG_REVOKED);
        assert_only_named(k, what == HONEST ? FRAG_OK : FRAG_NOT_IN_LOG);
        assert_int_equal(verdict.checks[VD_STEP_LOG].state, what == HONEST ? VD_CHECK_PASSED : VD_CHECK_WARNING);
      }
}

/* The same about a document that is good: nothing changes, and the reader is told. */
static void it_takes_nothing_from_the_others(void **state) {
  (void)state;
  put_statement(fixture, &paper, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, ALL_OPERATORS, said_s);
  put_statement(fixture, &paper, 1, FRAG_STATUS_REINSTATED, KEY_MINISTRY, ALL_OPERATORS, said_s);
  sign_all_at(now_s, now_s, now_s);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    for (enum lie what = DATED_BACK; what < LIES; what++) {
      assert_int_equal(run(k, what, NULL, orders[k]), FRAG_OK);
      assert_only_named(k, FRAG_NOT_IN_LOG);
      assert_int_equal(verdict.checks[VD_STEP_STATUS].state, VD_CHECK_WARNING);
      assert_int_equal(verdict.status_as_of_s, now_s);
    }
}

/* Only it has the revocation: whoever breaks the proof of it cannot break the revocation. */
static void a_revocation_with_a_broken_proof_revokes(void **state) {
  (void)state;
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 2, said_s);
  for (enum lie what = DATED_BACK; what < OTHER_BYTES; what++)
    for (size_t order = 0; order < COUNT(orders); order++) {
      assert_int_equal(run(1, what, NULL, orders[order]), FRAG_REVOKED);
      assert_only_named(1, FRAG_NOT_IN_LOG);
    }
}

/* Nor by breaking those that lead to it, over more than one question. */
static void broken_proofs_lead_on_to_a_revocation(void **state) {
  enum { BEFORE = 9 };
  (void)state;
  for (uint32_t n = 0; n < BEFORE; n++)
    put_statement(fixture, &paper, n, n % 2 == 0 ? FRAG_STATUS_SUSPENDED : FRAG_STATUS_REINSTATED, KEY_MINISTRY, 2,
                  said_s);
  put_statement(fixture, &paper, BEFORE, FRAG_STATUS_REVOKED, KEY_MINISTRY, 2, said_s);
  for (size_t order = 0; order < COUNT(orders); order++) {
    assert_int_equal(run(1, ALTERED, NULL, orders[order]), FRAG_REVOKED);
    assert_only_named(1, FRAG_NOT_IN_LOG);
  }
}

/* It got the statement just now, and says that it had it for a day. */
static void who_dates_a_statement_back_accuses_nobody(void **state) {
  (void)state;
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 1, now_s - 10);
  sign_all_at(now_s, now_s, now_s);
  for (size_t order = 0; order < COUNT(orders); order++) {
    assert_int_equal(run(0, HONEST, NULL, orders[order]), FRAG_REVOKED);
    assert_only_named(0, FRAG_OK);
    assert_int_equal(run(0, DATED_BACK, NULL, orders[order]), FRAG_REVOKED);
    assert_only_named(0, FRAG_NOT_IN_LOG);
  }
}

/* No log has a statement before it was signed, whatever it says. */
static void nobody_withholds_what_is_not_signed_yet(void **state) {
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  const uint8_t aux[32] = {4};
  struct frag_statement statement = {.kind = FRAG_STATUS_REVOKED, .time_s = now_s - 10};
  struct vd_store_item item = {VD_STORE_STATUS, record, sizeof record};
  struct vd_store_appended appended;
  (void)state;
  assert_int_equal(frag_status_seal(fixture->context, record, &statement, fixture->keys[KEY_MINISTRY], LEDGER_REALM,
                                    paper.rid, 0, aux),
                   FRAG_OK);
  assert_int_equal(vd_store_append(fixture->stores[0], &item, 1, said_s, NULL, &appended, NULL), VD_OK);
  sign_all_at(now_s, now_s, now_s);
  assert_int_equal(run(0, HONEST, NULL, orders[0]), FRAG_REVOKED);
  assert_only_named(0, FRAG_OK);
}

/* --- freshness --- */

static void who_does_not_prove_a_statement_has_not_answered(void **state) {
  (void)state;
  put_statement(fixture, &paper, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, ALL_OPERATORS, said_s);
  put_statement(fixture, &paper, 1, FRAG_STATUS_REINSTATED, KEY_MINISTRY, ALL_OPERATORS, said_s);
  sign_all_at(now_s - 100, now_s - 10, now_s - 1000);
  struct liar liar = {.k = 1, .lie = HONEST};
  assert_int_equal(run_with(&liar, orders[0], 100, ALL_OPERATORS), FRAG_OK);
  assert_int_equal(verdict.status_as_of_s, now_s - 100);
  liar.lie = ALTERED;
  assert_int_equal(run_with(&liar, orders[0], 100, ALL_OPERATORS), FRAG_STATUS_STALE);
  assert_int_equal(verdict.status_as_of_s, now_s - 1000);
  assert_int_equal(run_with(&liar, orders[0], 1000, ALL_OPERATORS), FRAG_OK);
  assert_int_equal(run_with(&liar, orders[0], 1000, 3), FRAG_STATUS_STALE); /* one answer is fewer than t */
}

/* --- whose key it was, and when --- */

static void seal(uint8_t record[static FRAG_STATUS_RECORD_LEN], uint32_t n, frag_status_kind kind,
                 enum fixture_key key, uint64_t signed_s) {
  const uint8_t aux[32] = {5};
  struct frag_statement statement = {.kind = (uint8_t)kind, .time_s = signed_s};
  assert_int_equal(
      frag_status_seal(fixture->context, record, &statement, fixture->keys[key], LEDGER_REALM, paper.rid, n, aux),
      FRAG_OK);
}

static void put_record(const uint8_t *record, unsigned k, uint64_t time_s) {
  struct vd_store_item item = {VD_STORE_STATUS, record, FRAG_STATUS_RECORD_LEN};
  struct vd_store_appended appended;
  assert_int_equal(vd_store_append(fixture->stores[k], &item, 1, time_s, NULL, &appended, NULL), VD_OK);
}

/* Neither what a thief writes into a statement nor what an operator says of it takes it back before the theft. */
static void a_thief_and_a_liar_say_nothing(void **state) {
  uint8_t revoked[FRAG_STATUS_RECORD_LEN], reinstated[FRAG_STATUS_RECORD_LEN];
  (void)state;
  seal(revoked, 0, FRAG_STATUS_REVOKED, KEY_COMPROMISED, FIXTURE_COMPROMISED_S - DAY_S);
  for (size_t order = 0; order < COUNT(orders); order++) {
    assert_int_equal(run(2, INVENTED, revoked, orders[order]), FRAG_OK);
    assert_only_named(2, FRAG_NOT_IN_LOG);
  }
  put_record(revoked, 2, FIXTURE_COMPROMISED_S + 10); /* and dates it back by a day */
  assert_int_equal(run(2, HONEST, NULL, orders[0]), FRAG_OK);
  assert_int_equal(run(2, DATED_BACK, NULL, orders[0]), FRAG_OK);
  assert_only_named(2, FRAG_NOT_IN_LOG);
  paper = issue(fixture, (struct plan){.serial = "SUSPENDED"});
  keep(fixture, &paper, ALL_OPERATORS, FIXTURE_NOW_S);
  put_statement(fixture, &paper, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, ALL_OPERATORS, FIXTURE_NOW_S);
  seal(reinstated, 1, FRAG_STATUS_REINSTATED, KEY_COMPROMISED, FIXTURE_COMPROMISED_S - DAY_S);
  assert_int_equal(run(2, INVENTED, reinstated, orders[0]), FRAG_SUSPENDED);
  assert_only_named(2, FRAG_NOT_IN_LOG);
}

/* A good key's statement counts at the time that it says itself: the operator's word does not take it out of the
 * key's years, nor into them. */
static void the_signed_time_stands_in_for_the_entrys(void **state) {
  uint8_t early[FRAG_STATUS_RECORD_LEN], right[FRAG_STATUS_RECORD_LEN];
  (void)state;
  seal(early, 0, FRAG_STATUS_REVOKED, KEY_REGISTRAR, FIXTURE_NOT_BEFORE_S - 1);
  assert_int_equal(run(0, INVENTED, early, orders[0]), FRAG_OK);
  seal(right, 0, FRAG_STATUS_REVOKED, KEY_REGISTRAR, FIXTURE_NOT_BEFORE_S);
  assert_int_equal(run(0, INVENTED, right, orders[0]), FRAG_REVOKED);
  assert_only_named(0, FRAG_NOT_IN_LOG);
  seal(right, 0, FRAG_STATUS_REVOKED, KEY_SCHOOL, said_s); /* of another issuer */
  assert_int_equal(run(0, INVENTED, right, orders[0]), FRAG_OK);
  seal(right, 0, FRAG_STATUS_REVOKED, KEY_STRANGER, said_s);
  assert_int_equal(run(0, INVENTED, right, orders[0]), FRAG_OK);
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 1, said_s);
  assert_int_equal(run(0, DATED_FORWARD_FAR, NULL, orders[0]), FRAG_REVOKED);
  assert_only_named(0, FRAG_NOT_IN_LOG);
}

/* The time of an entry that is proven goes before what is not, in whatever order they come. */
static void a_proven_entry_decides(void **state) {
  uint8_t late[FRAG_STATUS_RECORD_LEN], early[FRAG_STATUS_RECORD_LEN];
  (void)state;
  seal(early, 0, FRAG_STATUS_REVOKED, KEY_COMPROMISED, FIXTURE_COMPROMISED_S - 5);
  for (unsigned k = 1; k < FIXTURE_OPERATORS; k++) put_record(early, k, FIXTURE_COMPROMISED_S - 1);
  for (size_t order = 0; order < COUNT(orders); order++) {
    assert_int_equal(run(0, INVENTED, early, orders[order]), FRAG_REVOKED);
    assert_only_named(0, FRAG_NOT_IN_LOG);
  }
  paper = issue(fixture, (struct plan){.serial = "LATE"});
  keep(fixture, &paper, ALL_OPERATORS, said_s);
  seal(late, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, said_s);
  put_record(late, 1, FIXTURE_NOT_AFTER_S + 1);
  for (size_t order = 0; order < COUNT(orders); order++) {
    assert_int_equal(run(0, INVENTED, late, orders[order]), FRAG_OK);
    assert_only_named(0, FRAG_NOT_IN_LOG);
  }
}

/* --- statements out of nothing --- */

static void an_invented_statement_is_not_in_the_log(void **state) {
  uint8_t record[FRAG_STATUS_RECORD_LEN] = {0};
  (void)state;
  assert_int_equal(frag_status_id(fixture->context, record, LEDGER_REALM, paper.rid, 0), FRAG_OK);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    assert_int_equal(run(k, INVENTED, record, orders[k]), FRAG_OK);
    assert_only_named(k, FRAG_NOT_IN_LOG);
    assert_int_equal(verdict.checks[VD_STEP_STATUS].state, VD_CHECK_WARNING);
  }
}

/* Junk in no log leads the walk no further than the question it answers, and so to no verdict without an end. */
static void junk_without_end_ends(void **state) {
  (void)state;
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    struct liar liar = {.k = k, .lie = JUNK_EVERYWHERE};
    assert_int_equal(run_with(&liar, orders[k], 0, ALL_OPERATORS), FRAG_OK);
    assert_only_named(k, FRAG_NOT_IN_LOG);
    assert_int_equal(liar.questions, 1);
  }
}

/* --- the proof itself --- */

static struct frag_checkpoint checkpoint_of(unsigned k, struct vd_lookup_answer *answer) {
  struct frag_checkpoint checkpoint;
  struct vd_lookup_request request = {.kind = VD_STORE_STATUS, .count = 1};
  assert_int_equal(frag_status_id(fixture->context, request.keys[0], LEDGER_REALM, other.rid, 0), FRAG_OK);
  assert_true(step_look_up(fixture, k, &request, answer));
  assert_int_equal(
      frag_checkpoint_decode(fixture->context, &checkpoint, answer->checkpoint, answer->checkpoint_len), FRAG_OK);
  return checkpoint;
}

static frag_error check(const struct frag_checkpoint *checkpoint, const struct vd_lookup_item *item) {
  return vd_log_check_statement(fixture->context, checkpoint, item);
}

static void nothing_but_the_entry_is_proven(void **state) {
  static struct vd_lookup_answer answer;
  uint8_t record[FRAG_STATUS_RECORD_LEN + 1] = {0};
  (void)state;
  put_junk(fixture, &paper, 0, 1);
  step_readers_begin(fixture);
  const struct frag_checkpoint checkpoint = checkpoint_of(0, &answer);
  struct vd_lookup_item right = answer.items[0], item;
  assert_int_equal(right.presence, VD_STORE_PRESENT);
  memcpy(record, right.bytes, right.len);
  right.bytes = record;
  assert_int_equal(check(&checkpoint, &right), FRAG_OK);
  assert_int_equal(vd_log_check_item(fixture->context, &checkpoint, &right), FRAG_NOT_IN_LOG); /* it is no fragment */
  item = right;
  for (unsigned bit = 0; bit < 64; bit++) {
    item.index = right.index ^ UINT64_C(1) << bit;
    assert_int_equal(check(&checkpoint, &item), FRAG_NOT_IN_LOG);
    item.index = right.index;
    item.time_s = right.time_s ^ UINT64_C(1) << bit;
    assert_int_equal(check(&checkpoint, &item), FRAG_NOT_IN_LOG);
    item.time_s = right.time_s;
  }
  for (size_t count = 0; count <= FRAG_PROOF_HASHES_MAX; count++) {
    item.inclusion.count = count;
    assert_int_equal(check(&checkpoint, &item), count == right.inclusion.count ? FRAG_OK : FRAG_NOT_IN_LOG);
  }
  item = right;
  for (size_t at = 0; at < 8 * right.inclusion.count * FRAG_HASH_LEN; at++) {
    item.inclusion.hashes[at / 256][at / 8 % 32] ^= (uint8_t)(1u << at % 8);
    assert_int_equal(check(&checkpoint, &item), FRAG_NOT_IN_LOG);
    item = right;
  }
  for (size_t at = 0; at < 8 * FRAG_STATUS_RECORD_LEN; at++) {
    record[at / 8] ^= (uint8_t)(1u << at % 8);
    assert_int_equal(check(&checkpoint, &right), FRAG_NOT_IN_LOG);
    record[at / 8] ^= (uint8_t)(1u << at % 8);
  }
  for (size_t len = 0; len <= sizeof record; len++) {
    item.len = len;
    assert_int_equal(check(&checkpoint, &item), len == FRAG_STATUS_RECORD_LEN ? FRAG_OK : FRAG_NOT_IN_LOG);
  }
  struct frag_checkpoint another = checkpoint;
  another.root[5] ^= 1;
  assert_int_equal(check(&another, &right), FRAG_NOT_IN_LOG);
  step_readers_end(fixture);
}

/* --- a ledger on this machine --- */

static void a_ledger_here_that_was_dated_back_is_named(void **state) {
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  (void)state;
  make_statement(fixture, record, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY);
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 1, FIXTURE_NOW_S);
  assert_int_equal(verify(fixture, &paper), FRAG_REVOKED);
  assert_int_equal(fixture->verdict.operators[0].log_code, FRAG_OK);
  struct places places = find_in_ledger(fixture, 1, record, sizeof record);
  for (long at = 1; at <= 4; at++) { /* the time stands before the record */
    flip_in_ledger(&places, -at);
    assert_int_equal(verify(fixture, &paper), FRAG_REVOKED);
    assert_int_equal(fixture->verdict.operators[0].log_code, FRAG_NOT_IN_LOG);
    for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) assert_false(fixture->verdict.operators[k].withholds);
    flip_in_ledger(&places, -at);
  }
  (void)close(places.fd);
}

#define PROOF_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      PROOF_TEST(who_does_not_prove_a_statement_is_named),
      PROOF_TEST(it_takes_nothing_from_the_others),
      PROOF_TEST(a_revocation_with_a_broken_proof_revokes),
      PROOF_TEST(broken_proofs_lead_on_to_a_revocation),
      PROOF_TEST(who_dates_a_statement_back_accuses_nobody),
      PROOF_TEST(nobody_withholds_what_is_not_signed_yet),
      PROOF_TEST(who_does_not_prove_a_statement_has_not_answered),
      PROOF_TEST(a_thief_and_a_liar_say_nothing),
      PROOF_TEST(the_signed_time_stands_in_for_the_entrys),
      PROOF_TEST(a_proven_entry_decides),
      PROOF_TEST(an_invented_statement_is_not_in_the_log),
      PROOF_TEST(junk_without_end_ends),
      PROOF_TEST(nothing_but_the_entry_is_proven),
      PROOF_TEST(a_ledger_here_that_was_dated_back_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
