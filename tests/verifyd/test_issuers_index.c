/* Queries, answered from an index of some hundred issuers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/issuers_index.h"

enum { ISSUERS = 300, KEYS = 2 * ISSUERS };

static const uint8_t hash[32] = {0x00, 0x11, 0x22, 0xab, 0xcd, 0xef, 0x99, 0x01, 0xff};
static struct vd_issuers_query query;

static char ids[ISSUERS][32], khmer[ISSUERS][64], french[ISSUERS][64];
static struct frag_issuer_name names[ISSUERS][2];
static struct frag_trust_key keys[KEYS];
static struct vd_issuers_index index_of_all;
static size_t firsts[VD_ISSUERS_LIMIT_MAX];
static struct vd_issuers_page page;

static struct frag_slice slice(const char *text) { return (struct frag_slice){(const uint8_t *)text, strlen(text)}; }

/* Two keys of each, the second ones after all the first. Every tenth was called something else before. */
static int begin(void **state) {
  static const struct frag_issuer_name former = {{(const uint8_t *)"en", 2}, {(const uint8_t *)"Former Name", 11}};
  static const struct frag_trust_key *by_issuer[KEYS];
  (void)state;
  for (size_t i = 0; i < ISSUERS; i++) {
    (void)snprintf(ids[i], sizeof ids[i], "school-%03zu.example", i);
    (void)snprintf(khmer[i], sizeof khmer[i], "សាលា\u200bរៀនទី %zu", i);
    (void)snprintf(french[i], sizeof french[i], "École n° %zu de %s", i, i % 3 == 0 ? "Phnom Penh" : "Siem Reap");
    names[i][0] = (struct frag_issuer_name){slice("km"), slice(khmer[i])};
    names[i][1] = (struct frag_issuer_name){slice("fr"), slice(french[i])};
    struct frag_trust_key key = {.issuer = slice(ids[i]), .name_count = 2, .names = names[i]};
    keys[ISSUERS - 1 - i] = keys[ISSUERS + i] = key;
    by_issuer[2 * i] = &keys[ISSUERS - 1 - i];
    by_issuer[2 * i + 1] = &keys[ISSUERS + i];
    if (i % 10 == 0) keys[ISSUERS - 1 - i].names = &former, keys[ISSUERS - 1 - i].name_count = 1;
  }
  return vd_issuers_index_make((struct vd_issuers){KEYS, by_issuer}, &index_of_all, NULL) == VD_OK ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  vd_issuers_index_free(&index_of_all);
  return 0;
}

/* text: with its question mark. */
static void read_query(const char *text) {
  char target[300];
  int len = snprintf(target, sizeof target, "/v1/issuers%s", text);
  struct vd_http_head head = {.target = {target, (size_t)len}, .path = {target, strlen("/v1/issuers")}};
  const char *wrong = vd_issuers_query_read(&query, &head);
  if (wrong != NULL) fail_msg("%s: %s", text, wrong);
}

static void select_query(const char *text) {
  read_query(text);
  vd_issuers_index_select(&index_of_all, hash, &query, firsts, &page);
}

static struct frag_slice id_at(size_t i) { return page.issuers->keys[page.firsts[i]]->issuer; }

static void expect_total(const char *text, size_t total) {
  select_query(text);
  if (page.total != total) fail_msg("%s: %zu in place of %zu", text, page.total, total);
}

static void names_in_every_language_and_ids_are_found(void **state) {
  (void)state;
  expect_total("", ISSUERS);
  expect_total("?q=SCHOOL-017", 1);
  assert_int_equal(vd_issuers_keys_of_one(page.issuers, page.firsts[0]), 2);
  expect_total("?q=ecole", ISSUERS);
  expect_total("?q=PHNOM", ISSUERS / 3);
  expect_total("?q=reap+siem", ISSUERS - ISSUERS / 3); /* every word, in any order */
  expect_total("?q=phnom+school-003", 1);              /* in different ones */
  expect_total("?q=%E1%9E%9A%E1%9F%80%E1%9E%93%E1%9E%91%E1%9E%B8+299", 1); /* no matter where it may break */
  expect_total("?q=former", ISSUERS / 10);
  expect_total("?q=nobody", 0);
  expect_total("?q=example%C3%A9cole", 0); /* not across two of them */
  expect_total("?q=%E2%80%8B", ISSUERS);   /* nothing is left of it */
  assert_int_equal(page.count, VD_ISSUERS_LIMIT);
}

/* A name that is pasted whole finds its issuer, however many words it has. */
static void of_many_words_the_longest_count(void **state) {
  (void)state;
  expect_total("?q=s+sc+sch+scho+schoo+school+school-+school-0+school-01+school-017+017+7", 1);
  expect_total("?q=school-017+s+sc+sch+scho+schoo+school-0+017+7+7+017+school-017", 1);
  expect_total("?q=school+school+school+school+school+school+school+school+school+zq", 0);
  expect_total("?q=a1+b2+c3+d4+e5+f6+g7+h8+school-017+ecole+phnom+penh+siem+reap+former+example", 0);
  expect_total("?q=ecole+choo+hool+l-01+mple+.exa+xamp+-017+zq", 1); /* the shortest is left out */
  expect_total("?q=zq+ecole+choo+hool+l-01+mple+.exa+xamp+-017", 1);
}

static void an_id_is_asked_for_exactly(void **state) {
  (void)state;
  expect_total("?issuer=school-017.example", 1);
  expect_total("?issuer=school-017.exampl", 0);
  expect_total("?issuer=School-017.example", 0);
  expect_total("?issuer=school-017.example&q=phnom", 0);
  expect_total("?issuer=school-018.example&q=phnom", 1);
}

/* Page after page to the end and back, whatever is asked for: each issuer once, in order. */
static void walk(const char *filter, size_t limit) {
  char text[200], last[40] = "";
  size_t seen = 0, pages = 0;
  (void)snprintf(text, sizeof text, "?limit=%zu&%s", limit, filter);
  select_query(text);
  size_t total = page.total;
  assert_int_equal(page.previous[0], '\0');
  for (;; pages++) {
    assert_int_equal(page.before, seen);
    assert_int_equal(page.total, total);
    assert_int_equal(page.count, total - seen < limit ? total - seen : limit);
    for (size_t i = 0; i < page.count; i++) {
      char id[40];
      (void)snprintf(id, sizeof id, "%.*s", (int)id_at(i).len, (const char *)id_at(i).data);
      assert_true(strcmp(id, last) > 0);
      memcpy(last, id, sizeof last);
    }
    seen += page.count;
    if (page.next[0] == '\0') break;
    (void)snprintf(text, sizeof text, "?limit=%zu&after=%s&%s", limit, page.next, filter);
    select_query(text);
  }
  assert_int_equal(seen, total);
  for (; page.previous[0] != '\0'; pages--) {
    size_t before = page.before;
    (void)snprintf(text, sizeof text, "?limit=%zu&after=%s&%s", limit, page.previous, filter);
    select_query(text);
    assert_int_equal(page.count, limit);
    assert_int_equal(page.before, before - limit);
  }
  assert_int_equal(pages, 0);
  assert_int_equal(page.before, 0);
}

static void pages_follow_each_other(void **state) {
  static const char *const filters[] = {"", "q=phnom", "q=former", "q=school-017", "issuer=school-000.example"};
  static const size_t limits[] = {1, 7, 50, 99, 100, 101, 299, 300, 301, 500};
  (void)state;
  for (size_t f = 0; f < sizeof filters / sizeof *filters; f++)
    for (size_t l = 0; l < sizeof limits / sizeof *limits; l++) walk(filters[f], limits[l]);
}

static void a_position_behind_the_last_is_an_empty_page(void **state) {
  (void)state;
  select_query("?after=001122abcdef9901-9999999999999999999");
  assert_int_equal(page.count, 0);
  assert_int_equal(page.total, ISSUERS);
  assert_int_equal(page.next[0], '\0');
}

static void an_empty_list_has_an_empty_page(void **state) {
  struct vd_issuers_index empty;
  (void)state;
  read_query("?q=a");
  assert_int_equal(vd_issuers_index_make((struct vd_issuers){.count = 0}, &empty, NULL), VD_OK);
  vd_issuers_index_select(&empty, hash, &query, firsts, &page);
  assert_int_equal(page.count + page.total + page.before, 0);
  vd_issuers_index_free(&empty);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(names_in_every_language_and_ids_are_found),
      TEST(of_many_words_the_longest_count),
      TEST(an_id_is_asked_for_exactly),
      TEST(pages_follow_each_other),
      TEST(a_position_behind_the_last_is_an_empty_page),
      cmocka_unit_test(an_empty_list_has_an_empty_page),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
