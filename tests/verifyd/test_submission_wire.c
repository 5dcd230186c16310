/* Submissions and receipts as bytes: one encoding each, every limit, and nothing read that was not written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/hex.h"
#include "submission_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void refuse_bytes(const uint8_t *bytes, size_t len) {
  static const struct vd_submission none;
  struct vd_submission submission;
  struct vd_store_item *items = NULL;
  struct vd_failure failure = {0};
  uint8_t *exact = malloc(len == 0 ? 1 : len);
  assert_non_null(exact);
  if (len > 0) memcpy(exact, bytes, len);
  memset(&submission, 0xee, sizeof submission);
  assert_int_equal(vd_submission_read(&submission, &items, exact, len, &failure), VD_DATA);
  assert_null(items);
  assert_memory_equal(&submission, &none, sizeof none);
  assert_true(strlen(failure.text) > 20);
  free(exact);
}

/* --- the bytes --- */

static size_t from_hex(uint8_t *bytes, const char *hex) {
  size_t len = strlen(hex) / 2;
  assert_true(vd_hex_decode(bytes, len, hex, strlen(hex)));
  return len;
}

/* Made by a program in Python that shares nothing with this one; key 00 01 … 1e 07, auxiliary randomness zero. */
static void submission_known_answer(void **state) {
  static struct bag bag;
  static const char head[] = "46525331"                         /* "FRS1" */
                             "0001"                             /* realm */
                             "02"                               /* operator number */
                             "00"                               /* reserved */
                             "4ec5a77ab7a48208014de98f3b2cf0d1" /* SHA-256("one.example/log")[0:16] */
                             "b1b08c3cdd4d258f"                 /* kid */
                             "00000000692cdae4"                 /* time: 1764547300 */
                             "00000002"                         /* two items */
                             "01"                               /* a fragment record */
                             "000000d9"                         /* of 217 bytes: leaf 24 + 2 · 32, then 1 + 128 */
                             "0100012200800000"                 /* its header: version, realm, 2 of 2, N = 128 */
                             "000102030405060708090a0b0c0d0e0f" /* locator */
                             "bfaa2b5be20b8eb3d05d3b229f9f7f8eca3f15cf7f19b670c309fd329a0bfb16" /* h_1 */
                             "2be51b62e490b2c964d0b1be2fbe63648beabfd4898de7d9ca6d9ea61f597f85" /* h_2 */
                             "02";                              /* i; the share is 128 bytes 5a */
  static const char middle[] = "02"                             /* a status record */
                               "00000072";                      /* of 114 bytes, all c3 */
  static const char signature[] = "3183f45a3a7b2d37ec1224db2e80772ebdd7cecef00cbf4199626717b2b176bd"
                                  "3462ee82ff414a3edd467a591f21741191403cb16ab3ec8c5f5e11bab2a0e5c1";
  static const char digest[] = "07dea1ba9cb1e58b56b395ed68e8b5072ef4737c2fd034460e7f67b79012ddca";
  uint8_t expected[449], expected_digest[32];
  fill(&bag, *state);
  size_t len = from_hex(expected, head);
  memset(expected + len, 0x5a, 128);
  len += 128;
  len += from_hex(expected + len, middle);
  memset(expected + len, 0xc3, 114);
  len += 114;
  bag.items[0] = (struct vd_store_item){VD_STORE_FRAGMENT, expected + HEAD + ITEM, 217};
  write_by(&bag, bag.realm->issuer);
  assert_int_equal(bag.len, sizeof expected);
  assert_memory_equal(bag.bytes, expected, len);
  assert_admitted(&bag, bag.realm->issuer, false);
  assert_int_equal(from_hex(expected + len, signature), SIGNATURE);
  memcpy(bag.bytes, expected, sizeof expected);
  assert_admitted(&bag, bag.realm->issuer, false);
  struct vd_submission submission;
  struct vd_store_item *items = NULL;
  assert_int_equal(vd_submission_read(&submission, &items, bag.bytes, bag.len, NULL), VD_OK);
  free(items);
  (void)from_hex(expected_digest, digest);
  assert_memory_equal(submission.digest, expected_digest, 32);
}

static void erasure_known_answer(void **state) {
  static struct bag bag;
  static const char expected_hex[] = "46525331"                         /* "FRS1" */
                                     "0001"                             /* realm */
                                     "02"                               /* operator number */
                                     "00"                               /* reserved */
                                     "4ec5a77ab7a48208014de98f3b2cf0d1" /* SHA-256("one.example/log")[0:16] */
                                     "b1b08c3cdd4d258f"                 /* kid */
                                     "00000000692cdae4"                 /* time: 1764547300 */
                                     "00000001"                         /* one item */
                                     "04"                               /* erase */
                                     "00000010"                         /* of 16 bytes */
                                     "000102030405060708090a0b0c0d0e0f" /* the locator, then the signature */
                                     "be6a0e95ca158c74b0358949d7beaa12dfd6beeeab5c349b5187333d33c7d479"
                                     "6a5ef05f95b0305f5949405a843547f4d8bb2e12fc4c4e1ba407b8410c449c82";
  uint8_t expected[129];
  fill(&bag, *state);
  assert_int_equal(from_hex(expected, expected_hex), sizeof expected);
  bag.head.is_erasure = true;
  bag.count = 0;
  for (size_t at = 0; at < sizeof bag.head.locator; at++) bag.head.locator[at] = (uint8_t)at;
  write_by(&bag, bag.realm->issuer);
  assert_int_equal(bag.len, sizeof expected);
  assert_memory_equal(bag.bytes, expected, sizeof expected - SIGNATURE);
  assert_admitted(&bag, bag.realm->issuer, false);
  memcpy(bag.bytes, expected, sizeof expected);
  assert_admitted(&bag, bag.realm->issuer, false);
}

static void receipt_known_answer(void **state) {
  (void)state;
  static const char expected_hex[] = "46525352"          /* "FRSR" */
                                     "000000c8"          /* added: 200 */
                                     "ffffffff"          /* unchanged */
                                     "0102030405060708"  /* first index */
                                     "00000000692cdae4"  /* time: 1764547300 */
                                     "ffffffffffffffff"; /* size */
  const struct vd_receipt receipt = {200, UINT32_MAX, UINT64_C(0x0102030405060708), 1764547300, UINT64_MAX};
  uint8_t bytes[VD_RECEIPT_LEN + 1] = {0}, expected[VD_RECEIPT_LEN];
  struct vd_receipt read;
  struct vd_failure failure = {0};
  assert_int_equal(from_hex(expected, expected_hex), sizeof expected);
  vd_receipt_write(bytes, &receipt);
  assert_memory_equal(bytes, expected, sizeof expected);
  assert_int_equal(vd_receipt_read(&read, bytes, VD_RECEIPT_LEN, NULL), VD_OK);
  assert_memory_equal(&read, &receipt, sizeof read);
  for (size_t len = 0; len <= VD_RECEIPT_LEN + 1; len++)
    if (len != VD_RECEIPT_LEN) assert_int_equal(vd_receipt_read(&read, bytes, len, &failure), VD_DATA);
  for (size_t bit = 0; bit < 8 * VD_RECEIPT_LEN; bit++) {
    uint8_t again[VD_RECEIPT_LEN];
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    enum vd_error error = vd_receipt_read(&read, bytes, VD_RECEIPT_LEN, NULL);
    assert_int_equal(error, bit < 32 ? VD_DATA : VD_OK);
    if (error == VD_OK) {
      vd_receipt_write(again, &read);
      assert_memory_equal(again, bytes, sizeof again);
    }
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

static void submissions_come_back_as_they_were(void **state) {
  static struct bag bag;
  struct vd_submission submission;
  struct vd_store_item *items = NULL;
  uint8_t digest[32];
  fill(&bag, *state);
  bag.items[2] = trust_item(&bag);
  bag.items[3] = status_item(&bag);
  bag.count = 4;
  write_by(&bag, bag.realm->issuer);
  assert_int_equal(vd_submission_read(&submission, &items, bag.bytes, bag.len, NULL), VD_OK);
  assert_true(submission.realm == REALM && submission.operator_number == OPERATOR && submission.count == 4);
  assert_true(submission.time_s == FIXTURE_NOW_S && !submission.is_erasure);
  assert_memory_equal(submission.origin_hash, bag.origin_hash, sizeof bag.origin_hash);
  assert_memory_equal(submission.kid, frag_key_id(bag.realm->issuer), 8);
  assert_ptr_equal(submission.signature, bag.bytes + bag.len - SIGNATURE);
  assert_int_equal(vd_sha256(digest, bag.bytes, bag.len - SIGNATURE, NULL), VD_OK);
  assert_memory_equal(submission.digest, digest, sizeof digest);
  for (size_t at = 0; at < 4; at++) {
    assert_true(items[at].kind == bag.items[at].kind && items[at].len == bag.items[at].len);
    assert_memory_equal(items[at].bytes, bag.items[at].bytes, items[at].len);
  }
  free(items);
}

static void submissions_of_another_length_are_refused(void **state) {
  static struct bag bag;
  fill(&bag, *state);
  for (unsigned erasure = 0; erasure < 2; erasure++) {
    bag.head.is_erasure = erasure == 1;
    bag.count = erasure == 1 ? 0 : 2;
    write_by(&bag, bag.realm->issuer);
    for (size_t cut = 0; cut < bag.len; cut++) refuse_bytes(bag.bytes, cut);
    for (size_t more = 1; more <= 100; more++) refuse_bytes(bag.bytes, bag.len + more);
  }
}

/* Whatever byte is changed, and to what: it is not read, or not admitted. */
static void a_changed_submission_is_not_admitted(void **state) {
  static struct bag bag;
  struct vd_admitted admitted;
  fill(&bag, *state);
  bag.items[0] = status_item(&bag);
  bag.count = 1;
  write_by(&bag, bag.realm->issuer);
  assert_admitted(&bag, bag.realm->issuer, false);
  for (size_t at = 0; at < bag.len; at++)
    for (unsigned mask = 1; mask < 256; mask = mask * 2 + (mask == 4)) {
      struct vd_submission submission;
      struct vd_store_item *items = NULL;
      bag.bytes[at] ^= (uint8_t)mask;
      if (vd_submission_read(&submission, &items, bag.bytes, bag.len, NULL) == VD_OK) {
        free(items);
        assert_int_not_equal(admit_at(&bag, FIXTURE_NOW_S, &admitted, NULL), VD_OK);
      } else assert_null(items);
      bag.bytes[at] ^= (uint8_t)mask;
    }
  assert_admitted(&bag, bag.realm->issuer, false);
}

static void put_number(uint8_t *at, uint64_t value, size_t len) {
  for (size_t byte = len; byte > 0; byte--, value >>= 8) at[byte - 1] = (uint8_t)value;
}

/* The head of a submission by the fixture's issuer, as it is on the wire. */
static void write_head(struct bag *bag, struct fixture *realm) {
  fill(bag, realm);
  bag->items[0] = status_item(bag);
  bag->count = 1;
  write_by(bag, realm->issuer);
}

static void counts_beyond_the_limits_are_refused(void **state) {
  static struct bag bag;
  static const uint32_t counts[] = {0,        2,         17, VD_SUBMISSION_ITEMS_MAX, VD_SUBMISSION_ITEMS_MAX + 1,
                                    1u << 31, UINT32_MAX};
  write_head(&bag, *state);
  for (size_t at = 0; at < COUNT(counts); at++) {
    put_number(bag.bytes + HEAD - 4, counts[at], 4);
    refuse_bytes(bag.bytes, bag.len);
  }
  put_number(bag.bytes + HEAD - 4, 0, 4); /* none, and indeed there is none */
  refuse_bytes(bag.bytes, HEAD + SIGNATURE);
  /* One more than may be, all of them there. */
  size_t len = HEAD + (VD_SUBMISSION_ITEMS_MAX + 1) * (ITEM + 1) + SIGNATURE;
  uint8_t *bytes = calloc(len, 1);
  assert_non_null(bytes);
  memcpy(bytes, bag.bytes, HEAD);
  for (size_t at = 0; at <= VD_SUBMISSION_ITEMS_MAX; at++) memcpy(bytes + HEAD + at * (ITEM + 1), "\2\0\0\0\1", ITEM);
  put_number(bytes + HEAD - 4, VD_SUBMISSION_ITEMS_MAX + 1, 4);
  refuse_bytes(bytes, len);
  struct vd_submission submission;
  struct vd_store_item *items = NULL;
  put_number(bytes + HEAD - 4, VD_SUBMISSION_ITEMS_MAX, 4);
  refuse_bytes(bytes, len); /* an item stands before the signature that was not counted */
  assert_int_equal(vd_submission_read(&submission, &items, bytes, len - ITEM - 1, NULL), VD_OK);
  assert_int_equal(submission.count, VD_SUBMISSION_ITEMS_MAX);
  free(items);
  free(bytes);
}

static void lengths_beyond_the_limits_are_refused(void **state) {
  static struct bag bag;
  static const uint32_t lens[] = {0, 113, 115, 114 + SIGNATURE, 1u << 31, UINT32_MAX - 4, UINT32_MAX};
  static const uint8_t kinds[] = {0, 4, 5, 255};
  write_head(&bag, *state);
  for (size_t at = 0; at < COUNT(lens); at++) {
    put_number(bag.bytes + HEAD + 1, lens[at], 4);
    refuse_bytes(bag.bytes, bag.len);
  }
  put_number(bag.bytes + HEAD + 1, 114, 4);
  memset(bag.bytes + bag.len, 0, ITEM); /* a second item, of no bytes */
  bag.bytes[HEAD + ITEM + 114] = VD_STORE_STATUS;
  put_number(bag.bytes + HEAD + ITEM + 115, 0, 4);
  put_number(bag.bytes + HEAD - 4, 2, 4);
  refuse_bytes(bag.bytes, bag.len + ITEM);
  write_head(&bag, *state);
  for (size_t at = 0; at < COUNT(kinds); at++) {
    bag.bytes[HEAD] = kinds[at];
    refuse_bytes(bag.bytes, bag.len);
  }
  bag.bytes[HEAD] = VD_STORE_STATUS;
  static const uint8_t operators[] = {0, 16, 255};
  for (size_t at = 0; at < COUNT(operators); at++) {
    bag.bytes[6] = operators[at];
    refuse_bytes(bag.bytes, bag.len);
  }
  bag.bytes[6] = OPERATOR;
  bag.bytes[7] = 1;
  refuse_bytes(bag.bytes, bag.len);
}

static void an_erasure_stands_alone(void **state) {
  static struct bag bag;
  fill(&bag, *state);
  bag.head.is_erasure = true;
  bag.count = 0;
  write_by(&bag, bag.realm->issuer);
  static const uint32_t counts[] = {0, 2, UINT32_MAX}; /* one that is counted otherwise */
  for (size_t at = 0; at < COUNT(counts); at++) {
    put_number(bag.bytes + HEAD - 4, counts[at], 4);
    refuse_bytes(bag.bytes, bag.len);
  }
  /* Two of them; and one after a status record. */
  size_t item = ITEM + 16;
  memmove(bag.bytes + HEAD + item, bag.bytes + HEAD, item + SIGNATURE);
  put_number(bag.bytes + HEAD - 4, 2, 4);
  refuse_bytes(bag.bytes, bag.len + item);
  bag.bytes[HEAD] = VD_STORE_STATUS;
  refuse_bytes(bag.bytes, bag.len + item);
  for (uint32_t len = 0; len < 40; len++) { /* a locator has 16 bytes */
    put_number(bag.bytes + HEAD - 4, 1, 4);
    bag.bytes[HEAD] = 4;
    put_number(bag.bytes + HEAD + 1, len, 4);
    if (len != 16) refuse_bytes(bag.bytes, HEAD + ITEM + len + SIGNATURE);
  }
}

static void what_does_not_fit_is_not_written(void **state) {
  static struct bag bag;
  size_t written = 77;
  write_head(&bag, *state);
  size_t len = bag.len;
  for (size_t capacity = 0; capacity < len; capacity++) {
    memset(bag.bytes, 0xee, sizeof bag.bytes);
    assert_int_equal(vd_submission_write(bag.realm->context, bag.realm->issuer, &bag.head, bag.items, 1, bag.bytes,
                                         capacity, &written, NULL),
                     VD_FULL);
    assert_int_equal(written, 0);
    assert_int_equal(bag.bytes[capacity], 0xee);
  }
  /* More than an operator takes, though there is room. */
  uint8_t *large = calloc(2, VD_SUBMISSION_BYTES_MAX);
  assert_non_null(large);
  bag.items[0].len = VD_SUBMISSION_BYTES_MAX - HEAD - ITEM - SIGNATURE;
  bag.items[0].bytes = large;
  uint8_t *bytes = malloc(2 * VD_SUBMISSION_BYTES_MAX);
  assert_non_null(bytes);
  struct vd_submission submission;
  struct vd_store_item *items = NULL;
  assert_int_equal(vd_submission_write(bag.realm->context, bag.realm->issuer, &bag.head, bag.items, 1, bytes,
                                       2 * VD_SUBMISSION_BYTES_MAX, &written, NULL),
                   VD_OK);
  assert_int_equal(written, VD_SUBMISSION_BYTES_MAX);
  assert_int_equal(vd_submission_read(&submission, &items, bytes, written, NULL), VD_OK);
  free(items);
  bag.items[0].len++;
  assert_int_equal(vd_submission_write(bag.realm->context, bag.realm->issuer, &bag.head, bag.items, 1, bytes,
                                       2 * VD_SUBMISSION_BYTES_MAX, &written, NULL),
                   VD_FULL);
  refuse_bytes(bytes, VD_SUBMISSION_BYTES_MAX + 1);
  free(bytes);
  free(large);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(submission_known_answer),
      cmocka_unit_test(erasure_known_answer),
      cmocka_unit_test(receipt_known_answer),
      cmocka_unit_test(submissions_come_back_as_they_were),
      cmocka_unit_test(submissions_of_another_length_are_refused),
      cmocka_unit_test(a_changed_submission_is_not_admitted),
      cmocka_unit_test(counts_beyond_the_limits_are_refused),
      cmocka_unit_test(lengths_beyond_the_limits_are_refused),
      cmocka_unit_test(an_erasure_stands_alone),
      cmocka_unit_test(what_does_not_fit_is_not_written),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
