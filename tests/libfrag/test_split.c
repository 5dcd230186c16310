#include "libfrag/cmocka_all.h"

#include "bytes.h"
#include "crypto.h"
#include "libfrag/fixture.h"
#include "record.h"
#include "seal.h"
#include "shamir.h"
#include "split.h"

/* Seals the fixture's document under its batch; leaves E and the stream in the context. */
static void seal_and_draw(struct fixture *fixture, uint8_t key[static 32]) {
  uint8_t header[FRAG_HEADER_LEN], link[32];
  const struct frag_batch *batch = &fixture->batch;
  assert_int_equal(frag_header_encode(header, batch), FRAG_OK);
  assert_int_equal(frag_seal_plaintext(fixture->context, batch, fixture->issuer, &fixture->document), FRAG_OK);
  assert_int_equal(frag_seal(fixture->context, key, link, batch, header), FRAG_OK);
  assert_int_equal(frag_split_stream(fixture->context, key, frag_bytes(header, sizeof header), batch->threshold,
                                     batch->plaintext_len),
                   FRAG_OK);
}

static void use(struct fixture *fixture, unsigned threshold, unsigned fragment_count) {
  fixture->batch.threshold = threshold;
  fixture->batch.fragment_count = fragment_count;
}

/* S_i = L + R_1 i + R_2 i² …, byte by byte as the specification writes it. */
static void test_shares(void **state) {
  struct fixture *fixture = *state;
  for (unsigned m = 1; m <= 15; m++)
    for (unsigned t = 1; t <= m; t++) {
      uint8_t key[32], share[FIXTURE_PLAINTEXT_LEN];
      use(fixture, t, m);
      seal_and_draw(fixture, key);
      const uint8_t *secret = fixture->context->sealed + 16;
      for (unsigned i = 1; i <= m; i++) {
        frag_split_share(fixture->context, share, i, t, sizeof share);
        for (size_t at = 0; at < sizeof share; at++) {
          uint8_t value = secret[at], power = (uint8_t)i;
          for (unsigned j = 1; j < t; j++) {
            value ^= frag_gf_multiply(fixture->context->stream[(j - 1) * sizeof share + at], power);
            power = frag_gf_multiply(power, (uint8_t)i);
          }
          if (share[at] != value) fail_msg("%u of %u, share %u, byte %zu", t, m, i, at);
        }
      }
    }
}

static void check_subset(struct fixture *fixture, uint32_t subset, const uint8_t *sealed) {
  const struct frag_batch *batch = &fixture->batch;
  size_t sealed_len = batch->plaintext_len + FRAG_TAG_LEN;
  struct frag_gather gather;
  frag_gather_begin(&gather, &fixture->qr, batch->fragment_count, batch->threshold);
  for (unsigned k = 0; k < batch->fragment_count; k++) {
    if ((subset >> k & 1) == 0) continue;
    assert_int_equal(frag_gather_record(fixture->context, &gather, k, fixture_record(fixture, k + 1),
                                        fixture_record_len(fixture)),
                     FRAG_OK);
  }
  assert_int_equal(frag_gather_result(&gather), FRAG_OK);
  assert_int_equal(frag_gather_chosen(&gather), subset);
  memset(fixture->context->sealed, 0xee, sealed_len);
  frag_join(fixture->context, fixture->qr.head, &gather, subset);
  assert_memory_equal(fixture->context->sealed, sealed, sealed_len);
}

static unsigned count_bits(uint32_t set) {
  unsigned count = 0;
  for (; set != 0; set &= set - 1) count++;
  return count;
}

/* Any t of m shares give E back, for all 120 pairs (t, m): every subset up to m = 7, random ones above. */
static void test_join(void **state) {
  struct fixture *fixture = *state;
  uint64_t seed = 11;
  for (unsigned m = 1; m <= 15; m++)
    for (unsigned t = 1; t <= m; t++) {
      uint8_t key[32], sealed[FIXTURE_PLAINTEXT_LEN + FRAG_TAG_LEN];
      use(fixture, t, m);
      seal_and_draw(fixture, key);
      memcpy(sealed, fixture->context->sealed, sizeof sealed);
      fixture_issue(fixture);
      if (m <= 7) {
        for (uint32_t subset = 1; subset < UINT32_C(1) << m; subset++)
          if (count_bits(subset) == t) check_subset(fixture, subset, sealed);
        continue;
      }
      for (unsigned round = 0; round < 20; round++) {
        uint32_t subset = 0;
        while (count_bits(subset) < t) subset |= UINT32_C(1) << random_next(&seed) % m;
        check_subset(fixture, subset, sealed);
      }
    }
}

/* With one share changed in one byte, exactly that byte of E comes out wrong. */
static void test_join_is_bytewise(void **state) {
  struct fixture *fixture = *state;
  uint8_t key[32], sealed[FIXTURE_PLAINTEXT_LEN + FRAG_TAG_LEN];
  use(fixture, 3, 5);
  seal_and_draw(fixture, key);
  memcpy(sealed, fixture->context->sealed, sizeof sealed);
  fixture_issue(fixture);
  struct frag_gather gather = fixture_gather(fixture, 3);
  uint8_t *share = fixture_record(fixture, 2) + FRAG_LEAF_LEN(5) + 1;
  for (size_t at = 0; at < FIXTURE_PLAINTEXT_LEN; at++) {
    share[at] ^= 0x40;
    frag_join(fixture->context, fixture->qr.head, &gather, 7);
    for (size_t i = 0; i < sizeof sealed; i++)
      assert_int_equal(fixture->context->sealed[i] != sealed[i], i == at + 16);
    share[at] ^= 0x40;
  }
}

/* Every one of the m hashes is checked, and the header under them. */
static void test_check(void **state) {
  struct fixture *fixture = *state;
  uint8_t key[32];
  use(fixture, 2, 5);
  fixture_issue(fixture);
  seal_and_draw(fixture, key);
  struct frag_leaf leaf;
  uint8_t bytes[FRAG_LEAF_LEN(5)];
  memcpy(bytes, fixture->records, sizeof bytes);
  assert_int_equal(frag_leaf_decode(&leaf, bytes, sizeof bytes), FRAG_OK);
  assert_int_equal(frag_split_check(fixture->context, &leaf, key), FRAG_OK);
  for (size_t at = 1; at < sizeof bytes; at++) {
    if (at >= 3 && at < 8) continue;
    bytes[at] ^= 0x04;
    assert_int_equal(frag_split_check(fixture->context, &leaf, key), FRAG_SPLICED);
    bytes[at] ^= 0x04;
  }
  for (size_t at = 0; at < sizeof key; at++) {
    key[at] ^= 0x04;
    assert_int_equal(frag_split_check(fixture->context, &leaf, key), FRAG_SPLICED);
    key[at] ^= 0x04;
  }
  for (size_t at = 16; at < 16 + FIXTURE_PLAINTEXT_LEN; at++) {
    fixture->context->sealed[at] ^= 0x04;
    assert_int_equal(frag_split_check(fixture->context, &leaf, key), FRAG_SPLICED);
    fixture->context->sealed[at] ^= 0x04;
  }
  assert_int_equal(frag_split_check(fixture->context, &leaf, key), FRAG_OK);
}

/* All records carry the same leaf, and no two shares are the same when t > 1. */
static void test_records(void **state) {
  struct fixture *fixture = *state;
  for (unsigned t = 1; t <= 3; t++) {
    use(fixture, t, 4);
    fixture_issue(fixture);
    for (unsigned i = 1; i <= 4; i++) {
      const uint8_t *record = fixture_record(fixture, i);
      assert_memory_equal(record, fixture->records, FRAG_LEAF_LEN(4));
      assert_int_equal(record[FRAG_LEAF_LEN(4)], i);
      assert_int_equal(frag_record_check(fixture->context, record, fixture_record_len(fixture)), FRAG_OK);
      for (unsigned k = 1; k < i; k++)
        assert_int_equal(memcmp(record + FRAG_LEAF_LEN(4) + 1, fixture_record(fixture, k) + FRAG_LEAF_LEN(4) + 1,
                                FIXTURE_PLAINTEXT_LEN) == 0,
                         t == 1);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_shares), cmocka_unit_test(test_join),    cmocka_unit_test(test_join_is_bytewise),
      cmocka_unit_test(test_check),  cmocka_unit_test(test_records),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
