/* FRAG-1 section 9: no place alone, and no collection of places below the rule, opens or learns anything. What
 * can be shown by running it is shown here; the rest is the argument in the specification. */
#include "libfrag/cmocka_all.h"

#include <frag/open.h>

#include "bytes.h"
#include "libfrag/fixture.h"
#include "seal.h"
#include "shamir.h"
#include "split.h"
#include "state.h"

#define RUN 8 /* bytes; a common run of random bytes has a chance of about 2^-44 here */

static bool have_common_run(struct frag_slice a, struct frag_slice b) {
  for (size_t i = 0; i + RUN <= a.len; i++)
    for (size_t k = 0; k + RUN <= b.len; k++)
      if (memcmp(a.data + i, b.data + k, RUN) == 0) return true;
  return false;
}

static struct frag_slice all_records(const struct fixture *fixture) {
  return frag_bytes(fixture->records, fixture->batch.fragment_count * fixture_record_len(fixture));
}

/* sig ‖ D, what there is to hide. */
static struct frag_slice plaintext_of(struct fixture *fixture, uint8_t *out) {
  assert_int_equal(frag_seal_plaintext(fixture->context, &fixture->batch, fixture->issuer, &fixture->document),
                   FRAG_OK);
  memcpy(out, fixture->context->plaintext, FIXTURE_PLAINTEXT_LEN);
  return frag_bytes(out, 64 + 170);
}

static void use(struct fixture *fixture, unsigned threshold, unsigned fragment_count) {
  fixture->batch.threshold = threshold;
  fixture->batch.fragment_count = fragment_count;
  fixture_issue(fixture);
}

/* The code alone, and the code with every set of fewer than t ledgers: refused, and INCONCLUSIVE as long as
 * the others are only out of reach. */
static void test_too_few_are_refused(void **state) {
  struct fixture *fixture = *state;
  use(fixture, 3, 5);
  for (unsigned set = 0; set < 32; set++) {
    struct frag_gather gather;
    unsigned count = 0;
    frag_gather_begin(&gather, &fixture->qr, 5, 3);
    for (unsigned k = 0; k < 5; k++) {
      bool asked = (set >> k & 1) != 0;
      count += asked;
      if (!asked) frag_gather_answer(&gather, k, FRAG_ANSWER_UNREACHABLE);
      else
        assert_int_equal(frag_gather_record(fixture->context, &gather, k, fixture_record(fixture, k + 1),
                                            fixture_record_len(fixture)),
                         FRAG_OK);
    }
    assert_int_equal(frag_gather_result(&gather), count >= 3 ? FRAG_OK : FRAG_TOO_FEW_FRAGMENTS);
    assert_int_equal(frag_gather_chosen(&gather) != 0, count >= 3);
  }
  use(fixture, 2, 3);
}

/* All ledgers without the code: whatever code is tried for their data, nothing comes out. */
static void test_ledgers_without_the_code(void **state) {
  struct fixture *fixture = *state;
  struct frag_gather gather = fixture_gather(fixture, 3);
  uint64_t seed = 21;
  for (unsigned round = 0; round < 500; round++) {
    struct frag_qr guess = fixture->qr; /* the locator and realm stand in every record */
    uint8_t out[FIXTURE_PLAINTEXT_LEN];
    struct frag_document document;
    if (round % 3 != 1) random_fill(&seed, guess.link, sizeof guess.link);
    if (round % 3 != 2) random_fill(&seed, guess.head, sizeof guess.head);
    assert_int_equal(frag_open(fixture->context, out, sizeof out, &document, &guess, &gather, fixture->trust,
                               FIXTURE_NOW_S),
                     FRAG_SPLICED);
    assert_true(is_all_zero(out, sizeof out));
  }
}

static void test_no_plaintext_in_any_place(void **state) {
  struct fixture *fixture = *state;
  uint8_t buffer[FIXTURE_PLAINTEXT_LEN];
  for (unsigned t = 1; t <= 3; t++) {
    use(fixture, t, 3);
    struct frag_slice plaintext = plaintext_of(fixture, buffer);
    struct frag_slice code = frag_bytes(fixture->payload, sizeof fixture->payload);
    assert_false(have_common_run(all_records(fixture), plaintext));
    assert_false(have_common_run(code, plaintext));
    assert_false(have_common_run(code, all_records(fixture)));
    assert_true(have_common_run(plaintext, plaintext_of(fixture, buffer))); /* the search itself works */
  }
  use(fixture, 2, 3);
}

/* Two records that concern one person cannot be told from two that do not: in one batch only the header is
 * common, and the same document under another batch key has nothing in common at all. */
static void test_records_are_unlinkable(void **state) {
  struct fixture *fixture = *state;
  static uint8_t first[4096];
  struct frag_slice all = all_records(fixture);
  memcpy(first, all.data, all.len);
  struct frag_document kept = fixture->document;
  for (unsigned change = 0; change < 2; change++) {
    if (change == 0) fixture->document.issue_no = 2;
    else fixture->batch.batch_key[0] ^= 1;
    fixture_issue(fixture);
    for (unsigned i = 0; i < 3; i++) {
      size_t record_len = fixture_record_len(fixture), at = i * record_len;
      assert_memory_equal(first + at, fixture->records + at, FRAG_HEADER_LEN);
      struct frag_slice before = frag_bytes(first + at + FRAG_HEADER_LEN, record_len - FRAG_HEADER_LEN);
      struct frag_slice after = frag_bytes(fixture->records + at + FRAG_HEADER_LEN, record_len - FRAG_HEADER_LEN);
      assert_false(have_common_run(before, after));
    }
    fixture->document = kept;
  }
  fixture->batch.batch_key[0] ^= 1;
  fixture_issue(fixture);
}

/* The value at `x` of the polynomial through (0, secret) and the shares at `indices`, byte by byte. */
static void extrapolate(uint8_t *out, unsigned x, const uint8_t *secret, const uint8_t *indices,
                        const uint8_t *const *shares, size_t count, size_t len) {
  uint8_t at[16] = {0};
  memcpy(at + 1, indices, count);
  memset(out, 0, len);
  for (size_t k = 0; k <= count; k++) {
    uint8_t weight = 1;
    for (size_t other = 0; other <= count; other++) {
      if (other == k) continue;
      weight = frag_gf_multiply(weight, (uint8_t)x ^ at[other]);
      weight = frag_gf_multiply(weight, frag_gf_power(at[k] ^ at[other], 254));
    }
    const uint8_t *value = k == 0 ? secret : shares[k - 1];
    for (size_t i = 0; i < len; i++) out[i] ^= frag_gf_multiply(weight, value[i]);
  }
}

/* The code and t - 1 ledgers: for any L one likes there is a last share that leads to it, so those places do
 * not say which L it is. Here the L of another document, and random ones. */
static void check_any_secret_fits(struct fixture *fixture, unsigned t, unsigned m, uint64_t *seed) {
  uint8_t secret[FIXTURE_PLAINTEXT_LEN], share[FIXTURE_PLAINTEXT_LEN], indices[15];
  const uint8_t *shares[15];
  use(fixture, t, m);
  random_fill(seed, secret, sizeof secret);
  for (unsigned i = 0; i + 1 < t; i++) {
    indices[i] = (uint8_t)(i + 1);
    shares[i] = fixture_record(fixture, i + 1) + FRAG_LEAF_LEN(m) + 1;
  }
  for (unsigned last = t; last <= m; last++) {
    extrapolate(share, last, secret, indices, shares, t - 1, sizeof share);
    struct frag_gather gather = fixture_gather(fixture, t - 1);
    uint8_t *record = fixture_record(fixture, last);
    memcpy(record + FRAG_LEAF_LEN(m) + 1, share, sizeof share);
    assert_int_equal(frag_record_decode(&gather.records[t - 1], record, fixture_record_len(fixture)), FRAG_OK);
    frag_join(fixture->context, fixture->qr.head, &gather, (UINT32_C(1) << t) - 1);
    assert_memory_equal(fixture->context->sealed + 16, secret, sizeof secret);
  }
}

static void test_too_few_fit_every_secret(void **state) {
  struct fixture *fixture = *state;
  uint64_t seed = 31;
  for (unsigned m = 2; m <= 15; m++)
    for (unsigned t = 2; t <= m; t++) check_any_secret_fits(fixture, t, m, &seed);
  use(fixture, 2, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_too_few_are_refused),       cmocka_unit_test(test_ledgers_without_the_code),
      cmocka_unit_test(test_no_plaintext_in_any_place), cmocka_unit_test(test_records_are_unlinkable),
      cmocka_unit_test(test_too_few_fit_every_secret),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
