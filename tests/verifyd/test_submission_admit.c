/* Who may hand in what to whom, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <frag/submission.h>

#include "base/hex.h"
#include "submission_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void the_right_ones_are_admitted(void **state) {
  static struct bag bag;
  fill(&bag, *state);
  write_by(&bag, bag.realm->issuer);
  assert_admitted(&bag, bag.realm->issuer, false);
  bag.items[0] = trust_item(&bag);
  write_by(&bag, bag.realm->registrar);
  assert_admitted(&bag, bag.realm->registrar, true);
  bag.head.is_erasure = true;
  bag.count = 0;
  write_by(&bag, bag.realm->issuer);
  assert_admitted(&bag, bag.realm->issuer, false);
  write_by(&bag, bag.realm->registrar);
  assert_admitted(&bag, bag.realm->registrar, true);
}

static void what_is_for_somebody_else_is_refused(void **state) {
  static struct bag bag;
  fill(&bag, *state);
  bag.head.realm = REALM + 1;
  write_by(&bag, bag.realm->issuer);
  assert_refused(&bag, VD_DATA, "realm 2");
  bag.head.realm = REALM;
  bag.head.operator_number = OPERATOR + 1;
  write_by(&bag, bag.realm->issuer);
  assert_refused(&bag, VD_DATA, "operator 3");
  bag.head.operator_number = OPERATOR;
  for (size_t at = 0; at < sizeof bag.head.origin_hash; at++) {
    bag.head.origin_hash[at] ^= 1;
    write_by(&bag, bag.realm->issuer);
    assert_refused(&bag, VD_DATA, "another log");
    bag.head.origin_hash[at] ^= 1;
  }
}

static void other_origins_have_other_names(void **state) {
  (void)state;
  uint8_t one[16], other[16];
  assert_int_equal(vd_submission_origin(one, "one.example/log", NULL), VD_OK);
  assert_int_equal(vd_submission_origin(other, "one.example/lo", NULL), VD_OK);
  assert_memory_not_equal(one, other, sizeof one);
}

static void the_issuers_clock_may_be_off_by_so_much(void **state) {
  static struct bag bag;
  static const uint64_t offsets[] = {0, 1, VD_SUBMISSION_TIME_TOLERANCE_S};
  struct vd_admitted admitted;
  fill(&bag, *state);
  write_by(&bag, bag.realm->issuer);
  for (size_t at = 0; at < COUNT(offsets); at++) {
    assert_int_equal(admit_at(&bag, FIXTURE_NOW_S + offsets[at], &admitted, NULL), VD_OK);
    assert_int_equal(admit_at(&bag, FIXTURE_NOW_S - offsets[at], &admitted, NULL), VD_OK);
  }
  assert_refused_at(&bag, FIXTURE_NOW_S + VD_SUBMISSION_TIME_TOLERANCE_S + 1, VD_KEY, "901 s behind");
  assert_refused_at(&bag, FIXTURE_NOW_S - VD_SUBMISSION_TIME_TOLERANCE_S - 1, VD_KEY, "901 s ahead of");
  static const uint64_t times[] = {0, 1, UINT64_MAX, FIXTURE_NOW_S + (UINT64_C(1) << 63)};
  for (size_t at = 0; at < COUNT(times); at++) {
    bag.head.time_s = times[at];
    write_by(&bag, bag.realm->issuer);
    assert_refused(&bag, VD_KEY, "clock");
  }
}

static void unknown_keys_are_refused(void **state) {
  static struct bag bag;
  char kid[17];
  fill(&bag, *state);
  write_by(&bag, bag.realm->stranger);
  vd_hex_encode(kid, frag_key_id(bag.realm->stranger), 8);
  assert_refused(&bag, VD_KEY, kid);
  assert_refused(&bag, VD_KEY, "not in the trust list");
  write_by(&bag, bag.realm->root); /* that a root has signed the list makes it no issuer */
  assert_refused(&bag, VD_KEY, "not in the trust list");
}

static void wrong_signatures_are_refused(void **state) {
  static struct bag bag;
  fill(&bag, *state);
  write_by(&bag, bag.realm->issuer);
  for (size_t at = bag.len - SIGNATURE; at < bag.len; at++) {
    bag.bytes[at] ^= 1;
    assert_refused(&bag, VD_KEY, "not signed by the key");
    bag.bytes[at] ^= 1;
  }
  sign_again(&bag, bag.realm->registrar); /* the issuer's kid */
  assert_refused(&bag, VD_KEY, "not signed by the key");
  sign_again(&bag, bag.realm->stranger);
  assert_refused(&bag, VD_KEY, "not signed by the key");
  struct frag_root_signature other_tag; /* the same key, the same bytes, but signed as a trust list */
  struct frag_slice bytes = {bag.bytes, bag.len - SIGNATURE};
  assert_int_equal(frag_trust_sign(bag.realm->context, &other_tag, bytes, bag.realm->issuer, aux32), FRAG_OK);
  memcpy(bag.bytes + bag.len - SIGNATURE, other_tag.sig64, SIGNATURE);
  assert_refused(&bag, VD_KEY, "not signed by the key");
  sign_again(&bag, bag.realm->issuer);
  assert_admitted(&bag, bag.realm->issuer, false);
}

static void an_altered_item_is_refused(void **state) {
  static struct bag bag;
  fill(&bag, *state);
  write_by(&bag, bag.realm->issuer);
  size_t end = bag.len - SIGNATURE;
  bag.bytes[end - 1] ^= 1; /* the last byte of the status record */
  assert_refused(&bag, VD_KEY, "was altered");
}

/* The issuer's key with other dates. */
static void use_dates(struct bag *bag, uint64_t not_before_s, uint64_t not_after_s, uint64_t compromised_since_s) {
  struct frag_trust_key key = fixture_trust_key(bag->realm->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  key.not_before_s = not_before_s;
  key.not_after_s = not_after_s;
  key.has_compromised_since = compromised_since_s != 0;
  key.compromised_since_s = compromised_since_s;
  struct frag_trust_list list = fixture_list(&key, 1);
  bag->trust = fixture_trust(bag->realm, &list);
}

static void keys_that_are_not_valid_now_are_refused(void **state) {
  static struct bag bag;
  static const struct {
    uint64_t not_before_s, not_after_s, compromised_since_s;
    const char *word;
  } dates[] = {
      {FIXTURE_NOW_S, FIXTURE_NOW_S, 0, NULL},
      {FIXTURE_NOW_S, FIXTURE_NOW_S, FIXTURE_NOW_S + 1, NULL},
      {FIXTURE_NOW_S + 1, UINT64_MAX, 0, "not yet valid"},
      {0, FIXTURE_NOW_S - 1, 0, "has expired"},
      {0, UINT64_MAX, FIXTURE_NOW_S, "compromised"},
      {0, UINT64_MAX, 1, "compromised"},
  };
  fill(&bag, *state);
  write_by(&bag, bag.realm->issuer);
  for (size_t at = 0; at < COUNT(dates); at++) {
    use_dates(&bag, dates[at].not_before_s, dates[at].not_after_s, dates[at].compromised_since_s);
    if (dates[at].word == NULL) assert_admitted(&bag, bag.realm->issuer, false);
    else assert_refused(&bag, VD_KEY, dates[at].word);
    union { const struct frag_trust *view; struct frag_trust *owned; } trust = {bag.trust};
    frag_trust_free(trust.owned);
  }
}

/* The key's times are compared with the operator's clock, not with what the submission says. */
static void the_operators_clock_counts(void **state) {
  static struct bag bag;
  struct vd_admitted admitted;
  fill(&bag, *state);
  write_by(&bag, bag.realm->issuer);
  use_dates(&bag, 0, FIXTURE_NOW_S + 50, 0);
  assert_int_equal(admit_at(&bag, FIXTURE_NOW_S + 50, &admitted, NULL), VD_OK);
  assert_refused_at(&bag, FIXTURE_NOW_S + 51, VD_KEY, "has expired");
  union { const struct frag_trust *view; struct frag_trust *owned; } trust = {bag.trust};
  frag_trust_free(trust.owned);
}

/* The bad item stands at each place in turn, and is named by it. */
static void refuse_at_each_place(struct bag *bag, const struct frag_key *key, struct vd_store_item bad,
                                 enum vd_error error) {
  for (size_t bad_at = 0; bad_at < 4; bad_at++) {
    char name[16] = "item N is";
    name[5] = (char)('1' + bad_at);
    for (size_t at = 0; at < 4; at++) bag->items[at] = at == bad_at ? bad : status_item(bag);
    bag->count = 4;
    write_by(bag, key);
    assert_refused(bag, error, name);
  }
}

static void nobody_hands_in_what_is_not_theirs(void **state) {
  static struct bag bag;
  fill(&bag, *state);
  refuse_at_each_place(&bag, bag.realm->registrar, fragment_item(&bag), VD_KEY);
  refuse_at_each_place(&bag, bag.realm->issuer, trust_item(&bag), VD_KEY);
}

static void wrong_records_are_refused(void **state) {
  static struct bag bag;
  fill(&bag, *state);
  struct vd_store_item item = fragment_item(&bag);
  uint8_t *record = fixture_record(bag.realm, OPERATOR);
  size_t leaf_len = FRAG_LEAF_LEN(3);
  static const size_t places[] = {0, 3, 8, 24 + 32, 24 + 32 + 31}; /* version, t and m, locator, h_2 */
  for (size_t at = 0; at < COUNT(places); at++) {
    record[places[at]] ^= 1;
    refuse_at_each_place(&bag, bag.realm->issuer, item, VD_DATA);
    record[places[at]] ^= 1;
  }
  record[leaf_len + 1] ^= 1; /* the share */
  refuse_at_each_place(&bag, bag.realm->issuer, item, VD_DATA);
  record[leaf_len + 1] ^= 1;
  record[leaf_len] = 1; /* another operator's number */
  refuse_at_each_place(&bag, bag.realm->issuer, item, VD_DATA);
  record[leaf_len] = OPERATOR;
  item.len--;
  refuse_at_each_place(&bag, bag.realm->issuer, item, VD_DATA);
  item = (struct vd_store_item){VD_STORE_FRAGMENT, bag.status, 1};
  refuse_at_each_place(&bag, bag.realm->issuer, item, VD_DATA);
  bag.items[0] = fragment_item(&bag);
  bag.count = 1;
  write_by(&bag, bag.realm->issuer);
  assert_admitted(&bag, bag.realm->issuer, false);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_right_ones_are_admitted),
      cmocka_unit_test(what_is_for_somebody_else_is_refused),
      cmocka_unit_test(other_origins_have_other_names),
      cmocka_unit_test(the_issuers_clock_may_be_off_by_so_much),
      cmocka_unit_test(unknown_keys_are_refused),
      cmocka_unit_test(wrong_signatures_are_refused),
      cmocka_unit_test(an_altered_item_is_refused),
      cmocka_unit_test(keys_that_are_not_valid_now_are_refused),
      cmocka_unit_test(the_operators_clock_counts),
      cmocka_unit_test(nobody_hands_in_what_is_not_theirs),
      cmocka_unit_test(wrong_records_are_refused),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
