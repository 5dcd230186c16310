/* Look-ups as bytes: one encoding each, every limit, and nothing read that was not written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <frag/status.h>

#include "base/hex.h"
#include "wire/lookup.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define RECORD_MAX FRAG_RECORD_LEN(FRAG_FRAGMENTS_MAX, FRAG_PLAINTEXT_MAX)

static uint8_t encoded[VD_LOOKUP_ANSWER_MAX + 1], again[VD_LOOKUP_ANSWER_MAX + 1], record[RECORD_MAX];
static struct vd_lookup_answer answer, decoded;

static bool is_all_zero(const void *memory, size_t len) {
  const uint8_t *bytes = memory;
  for (size_t at = 0; at < len; at++)
    if (bytes[at] != 0) return false;
  return true;
}

static size_t from_hex(uint8_t *bytes, const char *hex) {
  size_t len = strlen(hex) / 2;
  assert_true(vd_hex_decode(bytes, len, hex, strlen(hex)));
  return len;
}

/* --- requests --- */

static struct vd_lookup_request make_request(enum vd_store_kind kind, size_t count) {
  struct vd_lookup_request request = {.kind = kind, .known_size = 7, .count = count};
  for (size_t at = 0; at < count; at++)
    for (size_t byte = 0; byte < VD_STORE_KEY_LEN; byte++) request.keys[at][byte] = (uint8_t)(16 * at + byte);
  return request;
}

static void request_known_answers(void **state) {
  (void)state;
  static const char fragment[] = "46524c31"                          /* "FRL1" */
                                 "01"                                /* kind: fragment */
                                 "0000000000000007"                  /* known size */
                                 "01"                                /* count */
                                 "000102030405060708090a0b0c0d0e0f"; /* locator */
  static const char status[] = "46524c31"                            /* "FRL1" */
                               "02"                                  /* kind: status */
                               "4000000000000000"                    /* known size: the most there can be, 2^62 */
                               "02"                                  /* count */
                               "000102030405060708090a0b0c0d0e0f"    /* s_0 */
                               "101112131415161718191a1b1c1d1e1f";   /* s_1 */
  uint8_t bytes[VD_LOOKUP_REQUEST_MAX], expected[VD_LOOKUP_REQUEST_MAX];
  struct vd_lookup_request request = make_request(VD_STORE_FRAGMENT, 1);
  size_t len = from_hex(expected, fragment);
  assert_int_equal(vd_lookup_request_write(bytes, &request), len);
  assert_memory_equal(bytes, expected, len);
  request = make_request(VD_STORE_STATUS, 2);
  request.known_size = FRAG_TREE_SIZE_MAX;
  len = from_hex(expected, status);
  assert_int_equal(vd_lookup_request_write(bytes, &request), len);
  assert_memory_equal(bytes, expected, len);
}

static void requests_come_back_as_they_were(void **state) {
  (void)state;
  static const uint64_t sizes[] = {0, 1, 255, 256, UINT64_C(0x0102030405060708), FRAG_TREE_SIZE_MAX};
  for (size_t count = 1; count <= VD_LOOKUP_KEYS_MAX + 1; count++)
    for (size_t at = 0; at < COUNT(sizes); at++) {
      uint8_t bytes[VD_LOOKUP_REQUEST_MAX];
      bool is_fragment = count > VD_LOOKUP_KEYS_MAX;
      struct vd_lookup_request read,
          request = make_request(is_fragment ? VD_STORE_FRAGMENT : VD_STORE_STATUS, is_fragment ? 1 : count);
      request.known_size = sizes[at];
      size_t len = vd_lookup_request_write(bytes, &request);
      assert_int_equal(len, 14 + VD_STORE_KEY_LEN * request.count);
      memset(&read, 0xee, sizeof read);
      assert_int_equal(vd_lookup_request_read(&read, bytes, len, NULL), VD_OK);
      assert_true(read.kind == request.kind && read.known_size == sizes[at] && read.count == request.count);
      assert_memory_equal(read.keys, request.keys, sizeof read.keys);
    }
}

/* Refused, with a reason that does not repeat a key, and with nothing left of one. */
static void refuse_request(const uint8_t *bytes, size_t len) {
  struct vd_lookup_request request;
  struct vd_failure failure = {0};
  memset(&request, 0xee, sizeof request);
  uint8_t *exact = malloc(len == 0 ? 1 : len);
  assert_non_null(exact);
  if (len > 0) memcpy(exact, bytes, len);
  assert_int_equal(vd_lookup_request_read(&request, exact, len, &failure), VD_DATA);
  assert_true(is_all_zero(&request, sizeof request) && strlen(failure.text) > 20);
  free(exact);
}

static void requests_of_another_length_are_refused(void **state) {
  (void)state;
  for (size_t count = 1; count <= VD_LOOKUP_KEYS_MAX; count += 5) {
    uint8_t bytes[VD_LOOKUP_REQUEST_MAX + 17] = {0};
    struct vd_lookup_request request = make_request(VD_STORE_STATUS, count);
    size_t len = vd_lookup_request_write(bytes, &request);
    for (size_t cut = 0; cut < len; cut++) refuse_request(bytes, cut);
    for (size_t more = 1; more <= 17; more++) refuse_request(bytes, len + more);
  }
}

static void a_changed_request_is_refused_or_another(void **state) {
  (void)state;
  uint8_t bytes[VD_LOOKUP_REQUEST_MAX], rewritten[VD_LOOKUP_REQUEST_MAX];
  struct vd_lookup_request request = make_request(VD_STORE_STATUS, 3), read;
  size_t len = vd_lookup_request_write(bytes, &request), refused = 0;
  for (size_t at = 0; at < len; at++)
    for (unsigned mask = 1; mask < 256; mask++) {
      bytes[at] ^= (uint8_t)mask;
      if (vd_lookup_request_read(&read, bytes, len, NULL) == VD_OK) {
        assert_int_equal(vd_lookup_request_write(rewritten, &read), len);
        assert_memory_equal(rewritten, bytes, len);
      } else refused++;
      bytes[at] ^= (uint8_t)mask;
    }
  /* name, kind (1 would be one fragment, not three), count, and known sizes past 2^62 */
  assert_true(refused >= (4 + 1 + 1) * 255);
}

static void requests_beyond_the_limits_are_refused(void **state) {
  (void)state;
  uint8_t bytes[14 + 256 * VD_STORE_KEY_LEN] = {'F', 'R', 'L', '1', 2};
  static const uint8_t kinds[] = {0, 3, 4, 255};
  static const uint8_t counts[] = {0, 17, 18, 255};
  for (size_t at = 0; at < COUNT(counts); at++) {
    bytes[13] = counts[at];
    refuse_request(bytes, 14 + (size_t)counts[at] * VD_STORE_KEY_LEN);
  }
  for (size_t at = 0; at < COUNT(kinds); at++) {
    bytes[4] = kinds[at];
    bytes[13] = 1;
    refuse_request(bytes, 14 + VD_STORE_KEY_LEN);
  }
  bytes[4] = VD_STORE_FRAGMENT;
  bytes[13] = 2;
  refuse_request(bytes, 14 + 2 * VD_STORE_KEY_LEN);
  bytes[13] = 1;
  bytes[5] = 0x40;
  bytes[12] = 1; /* 2^62 + 1 entries */
  refuse_request(bytes, 14 + VD_STORE_KEY_LEN);
  memset(bytes + 5, 0xff, 8);
  refuse_request(bytes, 14 + VD_STORE_KEY_LEN);
}

/* --- answers --- */

static void fill_proof(struct frag_proof *proof, size_t count, uint8_t fill) {
  proof->count = count;
  for (size_t at = 0; at < count; at++) memset(proof->hashes[at], (int)(fill + at), FRAG_HASH_LEN);
}

static void fill_item(struct vd_lookup_item *item, enum vd_store_presence presence, size_t len, size_t hashes) {
  item->presence = presence;
  item->index = UINT64_C(0x0102030405060708);
  item->time_s = 1764547300;
  item->bytes = record;
  item->len = len;
  fill_proof(&item->inclusion, hashes, 0x40);
}

static void begin_answer(size_t hashes, size_t count) {
  static const char note[] = "a signed note";
  memset(record, 0x5a, sizeof record);
  answer.checkpoint = note;
  answer.checkpoint_len = sizeof note - 1;
  fill_proof(&answer.consistency, hashes, 0x20);
  answer.count = count;
}

static size_t write_answer(void) {
  size_t len = 0;
  struct vd_failure failure = {0};
  if (vd_lookup_answer_write(encoded, VD_LOOKUP_ANSWER_MAX, &len, &answer, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  return len;
}

/* Every kind of item, in an answer that is not long. */
static size_t write_small_answer(enum vd_store_kind kind, size_t count) {
  begin_answer(2, count);
  for (size_t at = 0; at < count; at++)
    if (kind == VD_STORE_FRAGMENT) fill_item(&answer.items[at], VD_STORE_PRESENT, 60, 3);
    else if (at % 2 == 0) fill_item(&answer.items[at], VD_STORE_PRESENT, FRAG_STATUS_RECORD_LEN, 1 + at);
    else answer.items[at].presence = VD_STORE_ABSENT;
  return write_answer();
}

static void answer_known_answer(void **state) {
  (void)state;
  static const char expected_hex[] = "46524c41"                         /* "FRLA" */
                                     "000d"                             /* length of the checkpoint */
                                     "61207369676e6564206e6f7465"       /* the checkpoint: any bytes here */
                                     "01"                               /* consistency proof: one hash */
                                     "2020202020202020202020202020202020202020202020202020202020202020"
                                     "01"                               /* one item */
                                     "02"                               /* erased */
                                     "0102030405060708"                 /* index */
                                     "00000000692cdae4"                 /* time: 1764547300 */
                                     "00000003"                         /* length of the leaf */
                                     "5a5a5a"                           /* the leaf: any bytes here */
                                     "02"                               /* inclusion proof: two hashes */
                                     "4040404040404040404040404040404040404040404040404040404040404040"
                                     "4141414141414141414141414141414141414141414141414141414141414141";
  uint8_t expected[256];
  size_t len = from_hex(expected, expected_hex);
  begin_answer(1, 1);
  fill_item(&answer.items[0], VD_STORE_ERASED, 3, 2);
  assert_int_equal(write_answer(), len);
  assert_memory_equal(encoded, expected, len);
}

static void assert_proof_equal(const struct frag_proof *one, const struct frag_proof *other) {
  assert_int_equal(one->count, other->count);
  if (one->count > 0) assert_memory_equal(one->hashes, other->hashes, one->count * FRAG_HASH_LEN);
}

static void assert_item_equal(const struct vd_lookup_item *one, const struct vd_lookup_item *other) {
  assert_int_equal(one->presence, other->presence);
  if (one->presence == VD_STORE_ABSENT) {
    assert_true(one->index == 0 && one->time_s == 0 && one->bytes == NULL && one->len == 0);
    assert_int_equal(one->inclusion.count, 0);
    return;
  }
  assert_true(one->index == other->index && one->time_s == other->time_s && one->len == other->len);
  assert_memory_equal(one->bytes, other->bytes, one->len);
  assert_proof_equal(&one->inclusion, &other->inclusion);
}

/* Reads what was written, into memory full of other bytes. */
static void assert_comes_back(enum vd_store_kind kind, size_t len) {
  memset(&decoded, 0xee, sizeof decoded);
  assert_int_equal(vd_lookup_answer_read(&decoded, kind, answer.count, encoded, len, NULL), VD_OK);
  assert_int_equal(decoded.checkpoint_len, answer.checkpoint_len);
  assert_memory_equal(decoded.checkpoint, answer.checkpoint, answer.checkpoint_len);
  assert_proof_equal(&decoded.consistency, &answer.consistency);
  assert_int_equal(decoded.count, answer.count);
  for (size_t at = 0; at < answer.count; at++) assert_item_equal(&decoded.items[at], &answer.items[at]);
}

static void answers_come_back_as_they_were(void **state) {
  (void)state;
  static const size_t lens[] = {1, 120, 8192, RECORD_MAX};
  static const size_t hashes[] = {0, 1, 20, FRAG_PROOF_HASHES_MAX};
  for (size_t at = 0; at < COUNT(lens); at++)
    for (size_t k = 0; k < COUNT(hashes); k++) {
      begin_answer(hashes[k], 1);
      fill_item(&answer.items[0], VD_STORE_PRESENT, lens[at], hashes[k]);
      assert_comes_back(VD_STORE_FRAGMENT, write_answer());
      fill_item(&answer.items[0], VD_STORE_ERASED, lens[at], hashes[k]);
      assert_comes_back(VD_STORE_FRAGMENT, write_answer());
    }
  begin_answer(0, 1);
  answer.items[0].presence = VD_STORE_ABSENT;
  assert_comes_back(VD_STORE_FRAGMENT, write_answer());
  for (size_t count = 1; count <= VD_LOOKUP_KEYS_MAX; count++)
    assert_comes_back(VD_STORE_STATUS, write_small_answer(VD_STORE_STATUS, count));
}

static void the_longest_answers_fit_what_the_header_says(void **state) {
  (void)state;
  static char note[FRAG_CHECKPOINT_MAX];
  memset(note, 'n', sizeof note);
  begin_answer(FRAG_PROOF_HASHES_MAX, 1);
  answer.checkpoint = note;
  answer.checkpoint_len = sizeof note;
  fill_item(&answer.items[0], VD_STORE_PRESENT, RECORD_MAX, FRAG_PROOF_HASHES_MAX);
  size_t len = write_answer();
  assert_true(len <= VD_LOOKUP_ANSWER_MAX);
  assert_comes_back(VD_STORE_FRAGMENT, len);
  begin_answer(FRAG_PROOF_HASHES_MAX, VD_LOOKUP_KEYS_MAX);
  answer.checkpoint = note;
  answer.checkpoint_len = sizeof note;
  for (size_t at = 0; at < VD_LOOKUP_KEYS_MAX; at++)
    fill_item(&answer.items[at], VD_STORE_PRESENT, FRAG_STATUS_RECORD_LEN, FRAG_PROOF_HASHES_MAX);
  len = write_answer();
  assert_true(len <= VD_LOOKUP_ANSWER_MAX);
  assert_comes_back(VD_STORE_STATUS, len);
}

static void an_answer_that_does_not_fit_is_not_written(void **state) {
  (void)state;
  size_t len = write_small_answer(VD_STORE_FRAGMENT, 1), written = 77;
  for (size_t capacity = 0; capacity < len; capacity++) {
    struct vd_failure failure = {0};
    memset(again, 0xee, sizeof again);
    assert_int_equal(vd_lookup_answer_write(again, capacity, &written, &answer, &failure), VD_FULL);
    assert_int_equal(written, 0);
    assert_int_equal(again[capacity], 0xee);
  }
  assert_int_equal(vd_lookup_answer_write(again, len, &written, &answer, NULL), VD_OK);
  assert_int_equal(written, len);
  assert_memory_equal(again, encoded, len);
}

static void refuse_answer(enum vd_store_kind kind, size_t count, const uint8_t *bytes, size_t len) {
  struct vd_failure failure = {0};
  uint8_t *exact = malloc(len == 0 ? 1 : len);
  assert_non_null(exact);
  if (len > 0) memcpy(exact, bytes, len);
  assert_int_equal(vd_lookup_answer_read(&decoded, kind, count, exact, len, &failure), VD_DATA);
  assert_true(strlen(failure.text) > 20);
  assert_true(decoded.count == 0 && decoded.checkpoint == NULL && decoded.consistency.count == 0);
  free(exact);
}

static void answers_of_another_length_are_refused(void **state) {
  (void)state;
  static const enum vd_store_kind kinds[] = {VD_STORE_FRAGMENT, VD_STORE_STATUS, VD_STORE_STATUS};
  static const size_t counts[] = {1, 1, 5};
  for (size_t at = 0; at < COUNT(kinds); at++) {
    size_t len = write_small_answer(kinds[at], counts[at]);
    for (size_t cut = 0; cut < len; cut++) refuse_answer(kinds[at], counts[at], encoded, cut);
    for (size_t more = 1; more <= 40; more++) refuse_answer(kinds[at], counts[at], encoded, len + more);
  }
}

static void a_changed_answer_is_refused_or_another(void **state) {
  (void)state;
  static const enum vd_store_kind kinds[] = {VD_STORE_FRAGMENT, VD_STORE_STATUS};
  static const size_t counts[] = {1, 3};
  for (size_t k = 0; k < COUNT(kinds); k++) {
    size_t len = write_small_answer(kinds[k], counts[k]), written = 0, refused = 0;
    for (size_t at = 0; at < len; at++)
      for (unsigned mask = 1; mask < 256; mask++) {
        encoded[at] ^= (uint8_t)mask;
        if (vd_lookup_answer_read(&decoded, kinds[k], counts[k], encoded, len, NULL) == VD_OK) {
          assert_int_equal(vd_lookup_answer_write(again, sizeof again, &written, &decoded, NULL), VD_OK);
          assert_int_equal(written, len);
          assert_memory_equal(again, encoded, len);
        } else refused++;
        encoded[at] ^= (uint8_t)mask;
      }
    assert_true(refused >= (4 + 2) * 255);
  }
}

static void an_answer_to_something_else_is_refused(void **state) {
  (void)state;
  size_t len = write_small_answer(VD_STORE_FRAGMENT, 1);
  refuse_answer(VD_STORE_STATUS, 1, encoded, len); /* a length that no status record has */
  fill_item(&answer.items[0], VD_STORE_ERASED, FRAG_STATUS_RECORD_LEN, 1);
  len = write_answer();
  refuse_answer(VD_STORE_STATUS, 1, encoded, len); /* status records are not erased */
  for (size_t off = 0; off < 3; off++) {
    fill_item(&answer.items[0], VD_STORE_PRESENT, FRAG_STATUS_RECORD_LEN - 1 + off, 1);
    len = write_answer();
    if (off == 1) assert_comes_back(VD_STORE_STATUS, len);
    else refuse_answer(VD_STORE_STATUS, 1, encoded, len);
  }
  len = write_small_answer(VD_STORE_STATUS, 3);
  for (size_t count = 1; count <= VD_LOOKUP_KEYS_MAX; count++)
    if (count != 3) refuse_answer(VD_STORE_STATUS, count, encoded, len);
  refuse_answer(VD_STORE_FRAGMENT, 1, encoded, len);
}

static void a_status_record_without_a_proof_is_refused(void **state) {
  (void)state;
  begin_answer(0, VD_LOOKUP_KEYS_MAX);
  for (size_t at = 0; at < VD_LOOKUP_KEYS_MAX; at++) {
    for (size_t k = 0; k < VD_LOOKUP_KEYS_MAX; k++)
      fill_item(&answer.items[k], VD_STORE_PRESENT, FRAG_STATUS_RECORD_LEN, k == at ? 0 : 1);
    size_t len = write_answer();
    refuse_answer(VD_STORE_STATUS, VD_LOOKUP_KEYS_MAX, encoded, len);
    answer.items[at].index = 1;
    len = write_answer();
    refuse_answer(VD_STORE_STATUS, VD_LOOKUP_KEYS_MAX, encoded, len);
    answer.items[at].index = 0; /* perhaps of a log with one entry */
    assert_comes_back(VD_STORE_STATUS, write_answer());
  }
  begin_answer(0, 1);
  fill_item(&answer.items[0], VD_STORE_PRESENT, FRAG_STATUS_RECORD_LEN, FRAG_PROOF_HASHES_MAX);
  size_t len = write_answer(), at = len - 1 - FRAG_PROOF_HASHES_MAX * FRAG_HASH_LEN;
  assert_int_equal(encoded[at], FRAG_PROOF_HASHES_MAX);
  for (unsigned count = 0; count < 256; count++) { /* of another length than it says */
    encoded[at] = (uint8_t)count;
    if (count == FRAG_PROOF_HASHES_MAX) assert_comes_back(VD_STORE_STATUS, len);
    else refuse_answer(VD_STORE_STATUS, 1, encoded, len);
  }
}

/* "FRLA", a checkpoint of one byte, no consistency proof, one item. */
static size_t raw_answer(const char *item_hex) {
  size_t len = from_hex(encoded, "46524c4100016e0001");
  return len + from_hex(encoded + len, item_hex);
}

static void answers_beyond_the_limits_are_refused(void **state) {
  (void)state;
  static const char *const items[] = {
      "03" "0000000000000000" "0000000000000000" "00000001" "5a" "00", /* a presence that there is not */
      "ff" "0000000000000000" "0000000000000000" "00000001" "5a" "00",
      "01" "0000000000000000" "0000000000000000" "00000000" "00",      /* a record of no bytes */
      "01" "0000000000000000" "0000000000000000" "ffffffff" "5a" "00", /* of four gigabytes */
      "01" "0000000000000000" "0000000000000000" "80000000" "5a" "00",
      "01" "0000000000000000" "0000000000000000" "00000002" "5a" "00", /* longer than what is there */
      "01" "0000000000000000" "0000000000000000" "00000001" "5a" "01", /* a proof that is not there */
      "01" "0000000000000000" "0000000000000000" "00000001" "5a" "ff",
  };
  for (size_t at = 0; at < COUNT(items); at++) refuse_answer(VD_STORE_FRAGMENT, 1, encoded, raw_answer(items[at]));
  size_t len = raw_answer("00");
  assert_int_equal(vd_lookup_answer_read(&decoded, VD_STORE_FRAGMENT, 1, encoded, len, NULL), VD_OK);
  memset(encoded + 9, 0x5a, sizeof encoded - 9);
  (void)raw_answer("01" "0000000000000000" "0000000000000000");
  for (size_t over = 0; over < 2; over++) { /* the longest record, and one byte more */
    size_t record_len = RECORD_MAX + over, end = 9 + 21 + record_len;
    for (size_t byte = 0; byte < 4; byte++) encoded[26 + byte] = (uint8_t)(record_len >> (24 - 8 * byte));
    encoded[end] = 0;
    if (over == 1) refuse_answer(VD_STORE_FRAGMENT, 1, encoded, end + 1);
    else assert_int_equal(vd_lookup_answer_read(&decoded, VD_STORE_FRAGMENT, 1, encoded, end + 1, NULL), VD_OK);
  }
}

static void checkpoints_and_proofs_beyond_the_limits_are_refused(void **state) {
  (void)state;
  static const size_t checkpoint_lens[] = {0, 1, FRAG_CHECKPOINT_MAX, FRAG_CHECKPOINT_MAX + 1, UINT16_MAX};
  for (size_t at = 0; at < COUNT(checkpoint_lens); at++) {
    size_t len = checkpoint_lens[at];
    memset(encoded, 'n', sizeof encoded);
    memcpy(encoded, "FRLA", 4);
    encoded[4] = (uint8_t)(len >> 8);
    encoded[5] = (uint8_t)len;
    memcpy(encoded + 6 + len, "\0\1\0", 3); /* no consistency proof, one item, absent */
    if (len >= 1 && len <= FRAG_CHECKPOINT_MAX)
      assert_int_equal(vd_lookup_answer_read(&decoded, VD_STORE_FRAGMENT, 1, encoded, len + 9, NULL), VD_OK);
    else refuse_answer(VD_STORE_FRAGMENT, 1, encoded, len + 9);
  }
  for (size_t hashes = FRAG_PROOF_HASHES_MAX; hashes < 256; hashes++) {
    size_t len = from_hex(encoded, "46524c4100016e");
    encoded[len++] = (uint8_t)hashes;
    memset(encoded + len, 0x20, hashes * FRAG_HASH_LEN);
    len += hashes * FRAG_HASH_LEN;
    memcpy(encoded + len, "\1\0", 2);
    if (hashes == FRAG_PROOF_HASHES_MAX)
      assert_int_equal(vd_lookup_answer_read(&decoded, VD_STORE_FRAGMENT, 1, encoded, len + 2, NULL), VD_OK);
    else refuse_answer(VD_STORE_FRAGMENT, 1, encoded, len + 2);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(request_known_answers),
      cmocka_unit_test(requests_come_back_as_they_were),
      cmocka_unit_test(requests_of_another_length_are_refused),
      cmocka_unit_test(a_changed_request_is_refused_or_another),
      cmocka_unit_test(requests_beyond_the_limits_are_refused),
      cmocka_unit_test(answer_known_answer),
      cmocka_unit_test(answers_come_back_as_they_were),
      cmocka_unit_test(the_longest_answers_fit_what_the_header_says),
      cmocka_unit_test(an_answer_that_does_not_fit_is_not_written),
      cmocka_unit_test(answers_of_another_length_are_refused),
      cmocka_unit_test(a_changed_answer_is_refused_or_another),
      cmocka_unit_test(an_answer_to_something_else_is_refused),
      cmocka_unit_test(a_status_record_without_a_proof_is_refused),
      cmocka_unit_test(answers_beyond_the_limits_are_refused),
      cmocka_unit_test(checkpoints_and_proofs_beyond_the_limits_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
