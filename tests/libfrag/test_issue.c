#include "libfrag/cmocka_all.h"

#include <frag/issue.h>

#include "bytes.h"
#include "libfrag/fixture.h"
#include "state.h"

/* A second issue, into buffers full of another byte. */
struct output {
  uint8_t payload[FRAG_PAYLOAD_LEN];
  uint8_t records[8192];
};

static frag_error issue(struct fixture *fixture, struct output *output, const struct frag_batch *batch,
                        const struct frag_document *document, size_t capacity) {
  memset(output, 0xee, sizeof *output);
  return frag_issue(fixture->context, output->payload, output->records, capacity, batch, fixture->issuer, document);
}

static void check_refused(struct fixture *fixture, const struct frag_batch *batch, const struct frag_document *document,
                          size_t capacity, frag_error expected) {
  struct output output;
  assert_int_equal(issue(fixture, &output, batch, document, capacity), expected);
  assert_true(is_all_zero(output.payload, sizeof output.payload));
  assert_true(is_all_zero(output.records, capacity));
  for (size_t i = capacity; i < sizeof output.records; i++) assert_int_equal(output.records[i], 0xee);
}

static void check_scratch_is_wiped(const struct frag_context *context) {
  assert_true(is_all_zero(context->plaintext, sizeof context->plaintext));
  assert_true(is_all_zero(context->sealed, sizeof context->sealed));
  assert_true(is_all_zero(context->share, sizeof context->share));
  assert_true(is_all_zero(context->stream, sizeof context->stream));
  assert_true(is_all_zero(context->codepoints, sizeof context->codepoints));
}

static void test_same_bytes_again(void **state) {
  struct fixture *fixture = *state;
  struct output first, second;
  size_t all = 3 * fixture_record_len(fixture);
  assert_int_equal(issue(fixture, &first, &fixture->batch, &fixture->document, sizeof first.records), FRAG_OK);
  check_scratch_is_wiped(fixture->context);
  assert_memory_equal(first.payload, fixture->payload, sizeof first.payload);
  assert_memory_equal(first.records, fixture->records, all);
  for (size_t i = all; i < sizeof first.records; i++) assert_int_equal(first.records[i], 0xee);
  /* Another document in between, another context: what a resumed batch sees. */
  struct frag_document other = fixture->document;
  other.serial = slice_of("RUPP-2026-000124");
  assert_int_equal(issue(fixture, &second, &fixture->batch, &other, sizeof second.records), FRAG_OK);
  assert_memory_not_equal(second.payload + 3, first.payload + 3, 16);
  struct frag_context *kept = fixture->context;
  const uint8_t seed32[32] = {99};
  assert_int_equal(frag_context_new(&fixture->context, seed32), FRAG_OK);
  assert_int_equal(issue(fixture, &second, &fixture->batch, &fixture->document, sizeof second.records), FRAG_OK);
  frag_context_free(fixture->context);
  fixture->context = kept;
  assert_memory_equal(&second, &first, sizeof first);
}

static void test_batch_range(void **state) {
  struct fixture *fixture = *state;
  struct frag_batch batch = fixture->batch;
  static const struct {
    unsigned threshold, fragment_count;
    size_t plaintext_len;
  } wrong[] = {{0, 3, 320}, {4, 3, 320}, {2, 16, 320}, {0, 0, 320}, {2, 3, 0},     {2, 3, 64},
               {2, 3, 321}, {2, 3, 96},  {2, 3, 32832}, {2, 3, SIZE_MAX}, {2, 3, SIZE_MAX - 63}};
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++) {
    batch.threshold = wrong[i].threshold;
    batch.fragment_count = wrong[i].fragment_count;
    batch.plaintext_len = wrong[i].plaintext_len;
    check_refused(fixture, &batch, &fixture->document, 8192, FRAG_FIELD_RANGE);
  }
}

static void test_capacity(void **state) {
  struct fixture *fixture = *state;
  struct output output;
  size_t needed = 3 * fixture_record_len(fixture);
  for (size_t capacity = 0; capacity < needed; capacity += 61)
    check_refused(fixture, &fixture->batch, &fixture->document, capacity, FRAG_BUFFER_TOO_SMALL);
  check_refused(fixture, &fixture->batch, &fixture->document, needed - 1, FRAG_BUFFER_TOO_SMALL);
  assert_int_equal(issue(fixture, &output, &fixture->batch, &fixture->document, needed), FRAG_OK);
}

static void test_document_is_checked(void **state) {
  struct fixture *fixture = *state;
  struct frag_document document = fixture->document;
  document.serial = slice_of("");
  check_refused(fixture, &fixture->batch, &document, 8192, FRAG_FIELD_LENGTH);
  document = fixture->document;
  document.attributes[1].name = document.attributes[0].name;
  check_refused(fixture, &fixture->batch, &document, 8192, FRAG_FIELD_DUPLICATE);
  document = fixture->document;
  document.attributes[1].value = slice_of("e\xcc\x81");
  check_refused(fixture, &fixture->batch, &document, 8192, FRAG_TEXT_NFC);
  document = fixture->document;
  document.kid[7] ^= 1;
  check_refused(fixture, &fixture->batch, &document, 8192, FRAG_FIELD_RANGE);
  check_scratch_is_wiped(fixture->context);
}

/* A document fits exactly up to N - 65 bytes. */
static void test_document_size(void **state) {
  struct fixture *fixture = *state;
  struct frag_batch batch = fixture->batch;
  struct frag_document document = fixture->document;
  struct output output;
  uint8_t value[300], encoded[1024];
  memset(value, 'v', sizeof value);
  for (size_t len = 0; len < sizeof value; len++) {
    size_t encoded_len = 0, least = 0;
    document.attributes[2].value = frag_bytes(value, len);
    assert_int_equal(frag_document_encode(fixture->context, encoded, sizeof encoded, &encoded_len, &document), FRAG_OK);
    assert_int_equal(frag_plaintext_len(&least, encoded_len), FRAG_OK);
    batch.plaintext_len = least;
    assert_int_equal(issue(fixture, &output, &batch, &document, sizeof output.records), FRAG_OK);
    batch.plaintext_len = least - 64;
    if (batch.plaintext_len >= FRAG_PLAINTEXT_MIN)
      check_refused(fixture, &batch, &document, 8192, FRAG_DOCUMENT_TOO_LARGE);
  }
}

/* The largest there is: fifteen records of N = 32768 with a document that fills it to the last byte. */
static void test_largest(void **state) {
  struct fixture *fixture = *state;
  static uint8_t value[FRAG_PLAINTEXT_MAX], plaintext[FRAG_PLAINTEXT_MAX], encoded[FRAG_PLAINTEXT_MAX];
  struct frag_batch kept_batch = fixture->batch;
  struct frag_document kept_document = fixture->document, opened;
  size_t len = 0;
  memset(value, 'v', sizeof value);
  fixture->batch = (struct frag_batch){1, 15, 15, FRAG_PLAINTEXT_MAX, {7}};
  fixture->document.attributes[2].value = frag_bytes(value, 30000);
  assert_int_equal(frag_document_encode(fixture->context, encoded, sizeof encoded, &len, &fixture->document), FRAG_OK);
  fixture->document.attributes[2].value.len += FRAG_DOCUMENT_MAX - len;
  fixture_issue(fixture);
  check_scratch_is_wiped(fixture->context);
  struct frag_gather gather = fixture_gather(fixture, 15);
  assert_int_equal(frag_gather_result(&gather), FRAG_OK);
  assert_int_equal(frag_open(fixture->context, plaintext, sizeof plaintext, &opened, &fixture->qr, &gather,
                             fixture->trust, FIXTURE_NOW_S),
                   FRAG_OK);
  assert_true(frag_slice_equal(opened.attributes[2].value, fixture->document.attributes[2].value));
  check_scratch_is_wiped(fixture->context);
  fixture->document.attributes[2].value.len++;
  static uint8_t records[FIXTURE_RECORDS_MAX];
  uint8_t payload[FRAG_PAYLOAD_LEN];
  assert_int_equal(frag_issue(fixture->context, payload, records, sizeof records, &fixture->batch, fixture->issuer,
                              &fixture->document),
                   FRAG_DOCUMENT_TOO_LARGE);
  fixture->batch = kept_batch;
  fixture->document = kept_document;
}

static frag_error rid_of(struct fixture *fixture, uint8_t rid[static 16], unsigned change) {
  uint8_t status_key32[32];
  memset(status_key32, 0xaa, sizeof status_key32);
  if (change == 1) status_key32[31] ^= 1;
  return frag_rid(fixture->context, rid, status_key32, change == 2 ? 2 : 1,
                  slice_of(change == 3 ? "rupp.edu.kj" : "rupp.edu.kh"),
                  slice_of(change == 4 ? "degree/master" : "degree/bachelor"),
                  slice_of(change == 5 ? "RUPP-2026-000124" : "RUPP-2026-000123"), change == 6 ? 2 : 1);
}

static void test_rid(void **state) {
  struct fixture *fixture = *state;
  uint8_t rids[7][16];
  const uint8_t key32[32] = {1};
  for (unsigned change = 0; change < 7; change++) {
    assert_int_equal(rid_of(fixture, rids[change], change), FRAG_OK);
    for (unsigned k = 0; k < change; k++) assert_memory_not_equal(rids[change], rids[k], 16);
  }
  assert_memory_equal(rids[0], fixture->document.rid, 16);
  struct frag_slice issuer = slice_of("rupp.edu.kh"), type = slice_of("degree"), serial = slice_of("1");
  uint8_t long_text[65], rid[16];
  memset(long_text, 'a', sizeof long_text);
  struct frag_slice too_long = frag_bytes(long_text, 65), longest = frag_bytes(long_text, 64);
  assert_int_equal(frag_rid(fixture->context, rid, key32, 1, longest, longest, longest, UINT64_MAX), FRAG_OK);
  assert_int_equal(frag_rid(fixture->context, rid, key32, 1, issuer, type, serial, 0), FRAG_FIELD_RANGE);
  assert_int_equal(frag_rid(fixture->context, rid, key32, 1, too_long, type, serial, 1), FRAG_FIELD_LENGTH);
  assert_int_equal(frag_rid(fixture->context, rid, key32, 1, issuer, too_long, serial, 1), FRAG_FIELD_LENGTH);
  assert_int_equal(frag_rid(fixture->context, rid, key32, 1, issuer, type, too_long, 1), FRAG_FIELD_LENGTH);
  assert_int_equal(frag_rid(fixture->context, rid, key32, 1, slice_of("Rupp"), type, serial, 1), FRAG_FIELD_CHARACTERS);
  assert_int_equal(frag_rid(fixture->context, rid, key32, 1, issuer, slice_of("a b"), serial, 1),
                   FRAG_FIELD_CHARACTERS);
  assert_int_equal(frag_rid(fixture->context, rid, key32, 1, issuer, type, slice_of("e\xcc\x81"), 1), FRAG_TEXT_NFC);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_same_bytes_again),    cmocka_unit_test(test_batch_range), cmocka_unit_test(test_capacity),
      cmocka_unit_test(test_document_is_checked), cmocka_unit_test(test_document_size), cmocka_unit_test(test_largest),
      cmocka_unit_test(test_rid),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
