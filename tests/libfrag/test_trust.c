#include "libfrag/cmocka_all.h"

#include <stdlib.h>

#include "bytes.h"
#include "libfrag/fixture.h"
#include "trust.h"

static void test_find(void **state) {
  struct fixture *fixture = *state;
  const struct frag_trust_key *issuer = frag_trust_find(fixture->trust, frag_key_id(fixture->issuer));
  const struct frag_trust_key *registrar = frag_trust_find(fixture->trust, frag_key_id(fixture->registrar));
  assert_non_null(issuer);
  assert_non_null(registrar);
  assert_true(issuer->role == FRAG_ROLE_ISSUER && registrar->role == FRAG_ROLE_REGISTRAR);
  assert_memory_equal(issuer->pub32, frag_key_public(fixture->issuer), 32);
  assert_null(frag_trust_find(fixture->trust, frag_key_id(fixture->stranger)));
  for (size_t at = 0; at < 8; at++) {
    uint8_t kid[8];
    memcpy(kid, frag_key_id(fixture->issuer), 8);
    kid[at] ^= 1;
    assert_null(frag_trust_find(fixture->trust, kid));
  }
  struct frag_point point;
  assert_int_equal(frag_point_decode(fixture->context, &point, registrar->pub32), FRAG_OK);
  assert_memory_equal(frag_trust_point(fixture->trust, registrar)->opaque, point.opaque, sizeof point.opaque);
}

/* Many keys: each is found, under its own point, whatever the order. */
static void test_find_many(void **state) {
  struct fixture *fixture = *state;
  enum { KEYS = 100 };
  struct frag_trust_key entries[KEYS];
  struct frag_key *keys[KEYS];
  for (size_t i = 0; i < KEYS; i++) {
    const uint8_t secret32[32] = {[30] = (uint8_t)(i + 1), [31] = 77};
    assert_int_equal(frag_key_new(fixture->context, &keys[i], secret32), FRAG_OK);
    entries[i] = fixture_trust_key(keys[i], FRAG_ROLE_ISSUER, "rupp.edu.kh");
    entries[i].not_before_s = i;
  }
  struct frag_trust_list list = fixture_list(entries, KEYS);
  struct frag_trust *trust = fixture_trust(fixture, &list);
  for (size_t i = 0; i < KEYS; i++) {
    const struct frag_trust_key *found = frag_trust_find(trust, frag_key_id(keys[i]));
    assert_true(found == &frag_trust_list(trust)->keys[i] && found->not_before_s == i);
    frag_key_free(keys[i]);
  }
  frag_trust_free(trust);
}

static const char *const issuers[] = {"a", "a.b", "aa", "b", "b-c", "rupp.edu.kh", "z"};
enum { ISSUERS = sizeof issuers / sizeof issuers[0] };

static void expect_keys_of(const struct frag_trust *trust, size_t at, size_t expected) {
  size_t count;
  const struct frag_trust_key *const *keys = frag_trust_issuer(trust, slice_of(issuers[at]), &count);
  assert_int_equal(count, expected);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(keys[i]->issuer.len, strlen(issuers[at]));
    assert_memory_equal(keys[i]->issuer.data, issuers[at], keys[i]->issuer.len);
    assert_true(i == 0 || keys[i - 1] < keys[i]); /* the list's order */
  }
}

/* Ids that begin alike, in an order of no use, with 1, 2, … keys each. */
static void test_issuer(void **state) {
  static const char *const nobody[] = {"", "0", "a.", "a.bb", "ab", "b-", "zz", "rupp.edu.k"};
  struct fixture *fixture = *state;
  enum { KEYS = ISSUERS * (ISSUERS + 1) / 2 };
  struct frag_trust_key entries[KEYS];
  struct frag_key *keys[KEYS];
  size_t made = 0, count = 0;
  for (size_t round = 0; round < ISSUERS; round++)
    for (size_t at = ISSUERS; at-- > round; made++) {
      const uint8_t secret32[32] = {[30] = (uint8_t)(made + 1), [31] = 78};
      assert_int_equal(frag_key_new(fixture->context, &keys[made], secret32), FRAG_OK);
      entries[made] = fixture_trust_key(keys[made], FRAG_ROLE_ISSUER, issuers[at]);
    }
  assert_int_equal(made, KEYS);
  struct frag_trust_list list = fixture_list(entries, KEYS);
  struct frag_trust *trust = fixture_trust(fixture, &list);
  for (size_t at = 0; at < ISSUERS; at++) expect_keys_of(trust, at, at + 1);
  for (size_t at = 0, first = 0; at < ISSUERS; first += ++at)
    assert_true(frag_trust_issuer(trust, slice_of(issuers[at]), &count) == frag_trust_by_issuer(trust) + first);
  for (size_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++) {
    assert_null(frag_trust_issuer(trust, slice_of(nobody[i]), &count));
    assert_int_equal(count, 0);
  }
  for (size_t i = 0; i < KEYS; i++) frag_key_free(keys[i]);
  frag_trust_free(trust);
}

static void test_empty_list(void **state) {
  struct fixture *fixture = *state;
  struct frag_trust_list list = fixture_list(NULL, 0);
  struct frag_trust *trust = fixture_trust(fixture, &list);
  assert_int_equal(frag_trust_list(trust)->key_count, 0);
  assert_null(frag_trust_find(trust, frag_key_id(fixture->issuer)));
  size_t count = 1;
  assert_null(frag_trust_issuer(trust, slice_of("a"), &count));
  assert_int_equal(count, 0);
  frag_trust_free(trust);
  frag_trust_free(NULL);
}

static void test_key_time(void **state) {
  (void)state;
  struct frag_trust_key key = {.not_before_s = 10, .not_after_s = 20};
  for (uint64_t tau = 0; tau < 30; tau++)
    assert_int_equal(frag_trust_key_time(&key, tau), tau >= 10 && tau <= 20 ? FRAG_OK : FRAG_ISSUER_KEY_TIME);
  key.has_compromised_since = true;
  for (uint64_t since = 0; since < 30; since++) {
    key.compromised_since_s = since;
    for (uint64_t tau = 0; tau < 30; tau++)
      assert_int_equal(frag_trust_key_time(&key, tau),
                       tau >= 10 && tau <= 20 && tau < since ? FRAG_OK : FRAG_ISSUER_KEY_TIME);
  }
  key = (struct frag_trust_key){.not_before_s = 0, .not_after_s = UINT64_MAX};
  assert_int_equal(frag_trust_key_time(&key, UINT64_MAX), FRAG_OK);
  key.compromised_since_s = 0; /* means nothing without has_compromised_since */
  assert_int_equal(frag_trust_key_time(&key, 5), FRAG_OK);
}

/* The next list after `current`, changed by `edit`, and what frag_trust_follows says of it. */
static frag_error follow(struct fixture *fixture, const struct frag_trust *current,
                         void (*edit)(struct fixture *, struct frag_trust_list *, struct frag_trust_key *)) {
  struct frag_trust_key keys[3] = {fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh"),
                                   fixture_trust_key(fixture->registrar, FRAG_ROLE_REGISTRAR, "moeys.gov.kh"),
                                   fixture_trust_key(fixture->stranger, FRAG_ROLE_ISSUER, "itc.edu.kh")};
  struct frag_trust_list list = fixture_list(keys, 2);
  list.list_no = 2;
  memcpy(list.prev_hash, frag_trust_hash(current), 32);
  if (edit != NULL) edit(fixture, &list, keys);
  struct frag_trust *next = fixture_trust(fixture, &list);
  frag_error error = frag_trust_follows(current, next);
  frag_trust_free(next);
  return error;
}

static void add_key(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f, (void)keys;
  list->key_count = 3;
}
static void swap_keys(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f, (void)list;
  struct frag_trust_key kept = keys[0];
  keys[0] = keys[1];
  keys[1] = kept;
}
static void end_key(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f, (void)list;
  static const struct frag_slice types[1] = {{(const uint8_t *)"degree/bachelor", 15}};
  keys[0].has_compromised_since = true;
  keys[0].compromised_since_s = 5;
  keys[0].not_after_s = 9;
  keys[0].types = types;
  keys[0].type_count = 1;
}
static void remove_first(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f;
  list->keys = keys + 1;
  list->key_count = 1;
}
static void remove_last(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f, (void)keys;
  list->key_count = 1;
}
static void remove_all(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f, (void)keys;
  list->key_count = 0;
}
static void replace_key(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f;
  list->keys = keys + 1; /* registrar and stranger: as many as before */
}
static void change_role(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f, (void)list;
  keys[0].role = FRAG_ROLE_REGISTRAR;
}
static void change_issuer(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f, (void)list;
  keys[0].issuer = slice_of("rupp.edu.k");
}
static void change_realm(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f, (void)keys;
  list->realm = 2;
}
static void same_number(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f, (void)keys;
  list->list_no = 1;
  memset(list->prev_hash, 0, 32);
}
static void skip_number(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f, (void)keys;
  list->list_no = 3;
}
static void highest_number(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f, (void)keys;
  list->list_no = UINT64_MAX;
}
static void wrong_hash(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f, (void)keys;
  list->prev_hash[31] ^= 1;
}
static void no_hash(struct fixture *f, struct frag_trust_list *list, struct frag_trust_key *keys) {
  (void)f, (void)keys;
  memset(list->prev_hash, 0, 32);
}

static void test_follows(void **state) {
  struct fixture *fixture = *state;
  const struct frag_trust *current = fixture->trust;
  assert_int_equal(follow(fixture, current, NULL), FRAG_OK);
  assert_int_equal(follow(fixture, current, add_key), FRAG_OK);
  assert_int_equal(follow(fixture, current, swap_keys), FRAG_OK);
  assert_int_equal(follow(fixture, current, end_key), FRAG_OK);
  assert_int_equal(follow(fixture, current, remove_first), FRAG_TRUST_CHAIN);
  assert_int_equal(follow(fixture, current, remove_last), FRAG_TRUST_CHAIN);
  assert_int_equal(follow(fixture, current, remove_all), FRAG_TRUST_CHAIN);
  assert_int_equal(follow(fixture, current, replace_key), FRAG_TRUST_CHAIN);
  assert_int_equal(follow(fixture, current, change_role), FRAG_TRUST_CHAIN);
  assert_int_equal(follow(fixture, current, change_issuer), FRAG_TRUST_CHAIN);
  assert_int_equal(follow(fixture, current, wrong_hash), FRAG_TRUST_CHAIN);
  assert_int_equal(follow(fixture, current, no_hash), FRAG_TRUST_CHAIN);
  assert_int_equal(follow(fixture, current, skip_number), FRAG_TRUST_CHAIN);
  assert_int_equal(follow(fixture, current, highest_number), FRAG_TRUST_CHAIN);
  assert_int_equal(follow(fixture, current, same_number), FRAG_TRUST_ROLLBACK);
  assert_int_equal(follow(fixture, current, change_realm), FRAG_TRUST_REALM);
  assert_int_equal(frag_trust_follows(current, current), FRAG_TRUST_ROLLBACK);
}

/* Three lists in a row: each follows its own predecessor only. */
static void test_chain(void **state) {
  struct fixture *fixture = *state;
  struct frag_trust_key key = fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  struct frag_trust *lists[3];
  for (size_t i = 0; i < 3; i++) {
    struct frag_trust_list list = fixture_list(&key, 1);
    list.list_no = i + 1;
    if (i > 0) memcpy(list.prev_hash, frag_trust_hash(lists[i - 1]), 32);
    lists[i] = fixture_trust(fixture, &list);
  }
  for (size_t i = 0; i < 3; i++)
    for (size_t k = 0; k < 3; k++)
      assert_int_equal(frag_trust_follows(lists[i], lists[k]), k <= i ? FRAG_TRUST_ROLLBACK
                                                               : k == i + 1 ? FRAG_OK : FRAG_TRUST_CHAIN);
  for (size_t i = 0; i < 3; i++) frag_trust_free(lists[i]);
}

static void test_language_order(void **state) {
  (void)state;
  static const char *const ordered[] = {"", "a", "b", "en", "fr", "km", "a-b", "fil", "aaaa", "zh-Hant"};
  for (size_t i = 0; i < FRAG_COUNT(ordered); i++)
    for (size_t k = 0; k < FRAG_COUNT(ordered); k++) {
      int order = frag_trust_compare_languages(slice_of(ordered[i]), slice_of(ordered[k]));
      assert_true(i < k ? order < 0 : i > k ? order > 0 : order == 0);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_find),     cmocka_unit_test(test_find_many), cmocka_unit_test(test_empty_list),
      cmocka_unit_test(test_issuer),
      cmocka_unit_test(test_key_time), cmocka_unit_test(test_follows),   cmocka_unit_test(test_chain),
      cmocka_unit_test(test_language_order),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
