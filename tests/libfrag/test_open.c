#include "libfrag/cmocka_all.h"

#include <frag/open.h>

#include "bytes.h"
#include "crypto.h"
#include "libfrag/fixture.h"
#include "qr.h"

struct opened {
  uint8_t plaintext[FIXTURE_PLAINTEXT_LEN];
  struct frag_document document;
};

static bool scratch_is_wiped(const struct frag_context *context) {
  return is_all_zero(context->plaintext, sizeof context->plaintext) &&
         is_all_zero(context->sealed, sizeof context->sealed) && is_all_zero(context->share, sizeof context->share) &&
         is_all_zero(context->stream, sizeof context->stream);
}

/* Opens; on any error both outputs and the scratch must be zero. */
static frag_error open_into(struct fixture *fixture, struct opened *opened, const struct frag_qr *qr,
                            const struct frag_gather *gather, const struct frag_trust *trust, uint64_t tau_s) {
  memset(opened, 0xee, sizeof *opened);
  frag_error error = frag_open(fixture->context, opened->plaintext, sizeof opened->plaintext, &opened->document, qr,
                               gather, trust, tau_s);
  assert_true(scratch_is_wiped(fixture->context));
  if (error != FRAG_OK) assert_true(is_all_zero(opened, sizeof *opened));
  return error;
}

static frag_error open_gathered(struct fixture *fixture, const struct frag_gather *gather) {
  struct opened opened;
  return open_into(fixture, &opened, &fixture->qr, gather, fixture->trust, FIXTURE_NOW_S);
}

/* Issues `plaintext` and opens it again. */
static frag_error open_plaintext(struct fixture *fixture, const uint8_t *plaintext) {
  fixture_issue_plaintext(fixture, plaintext);
  struct frag_gather gather = fixture_gather(fixture, 3);
  frag_error error = open_gathered(fixture, &gather);
  fixture_issue(fixture);
  return error;
}

/* The same for any D, rightly signed by the issuer. */
static frag_error open_signed(struct fixture *fixture, struct frag_slice document) {
  uint8_t plaintext[FIXTURE_PLAINTEXT_LEN];
  fixture_plaintext(fixture, plaintext, fixture->issuer, 1, document);
  return open_plaintext(fixture, plaintext);
}

static size_t encode(struct fixture *fixture, uint8_t *out) {
  size_t len = 0;
  assert_int_equal(frag_document_encode(fixture->context, out, FIXTURE_PLAINTEXT_LEN - 65, &len, &fixture->document),
                   FRAG_OK);
  return len;
}

static void test_opens(void **state) {
  struct fixture *fixture = *state;
  static const unsigned pairs[3][2] = {{0, 1}, {0, 2}, {1, 2}};
  for (size_t i = 0; i < FRAG_COUNT(pairs); i++) {
    struct frag_gather gather;
    struct opened opened;
    frag_gather_begin(&gather, &fixture->qr, 3, 2);
    for (unsigned k = 0; k < 2; k++)
      assert_int_equal(frag_gather_record(fixture->context, &gather, pairs[i][k],
                                          fixture_record(fixture, pairs[i][k] + 1), fixture_record_len(fixture)),
                       FRAG_OK);
    assert_int_equal(frag_gather_result(&gather), FRAG_OK);
    assert_int_equal(open_into(fixture, &opened, &fixture->qr, &gather, fixture->trust, FIXTURE_NOW_S), FRAG_OK);
    assert_true(frag_slice_equal(opened.document.serial, fixture->document.serial));
    assert_true(frag_slice_equal(opened.document.attributes[0].value, slice_of("សុខ ដារ៉ា")));
    const uint8_t *value = opened.document.attributes[2].value.data;
    assert_true(value > opened.plaintext && value < opened.plaintext + sizeof opened.plaintext);
  }
}

static void test_capacity(void **state) {
  struct fixture *fixture = *state;
  struct frag_gather gather = fixture_gather(fixture, 3);
  struct opened opened;
  memset(&opened, 0xee, sizeof opened);
  assert_int_equal(frag_open(fixture->context, opened.plaintext, FIXTURE_PLAINTEXT_LEN - 1, &opened.document,
                             &fixture->qr, &gather, fixture->trust, FIXTURE_NOW_S),
                   FRAG_BUFFER_TOO_SMALL);
  assert_true(is_all_zero(&opened.document, sizeof opened.document));
}

/* 30: any bit of the code's secret part, with the locator kept as a forger would have to. */
static void test_every_bit_of_the_code(void **state) {
  struct fixture *fixture = *state;
  struct frag_gather gather = fixture_gather(fixture, 3);
  struct opened opened;
  for (size_t bit = 0; bit < 8 * 48; bit++) {
    struct frag_qr qr = fixture->qr;
    uint8_t *byte = bit < 256 ? &qr.link[bit / 8] : &qr.head[bit / 8 - 32];
    *byte ^= (uint8_t)(1u << bit % 8);
    assert_int_equal(open_into(fixture, &opened, &qr, &gather, fixture->trust, FIXTURE_NOW_S), FRAG_SPLICED);
  }
}

/* A changed code with its checksum made right names another locator, and no record answers to it. */
static void test_rewritten_code(void **state) {
  struct fixture *fixture = *state;
  for (size_t at = 1; at < 51; at++) {
    struct frag_qr changed = fixture->qr, qr;
    uint8_t payload[FRAG_PAYLOAD_LEN];
    char text[FRAG_QR_TEXT_LEN + 1];
    struct frag_gather gather;
    if (at < 3) changed.realm ^= (uint16_t)(at == 1 ? 0x100 : 1);
    else if (at < 35) changed.link[at - 3] ^= 0x20;
    else changed.head[at - 35] ^= 0x20;
    assert_int_equal(frag_qr_encode(fixture->context, payload, &changed), FRAG_OK);
    frag_qr_text(text, payload);
    assert_int_equal(frag_qr_decode(fixture->context, &qr, text, FRAG_QR_TEXT_LEN), FRAG_OK);
    frag_gather_begin(&gather, &qr, 3, 2);
    for (unsigned k = 0; k < 3; k++)
      assert_int_equal(frag_gather_record(fixture->context, &gather, k, fixture_record(fixture, k + 1),
                                          fixture_record_len(fixture)),
                       FRAG_FRAGMENT_TAMPERED);
    assert_int_equal(frag_gather_result(&gather), FRAG_FRAGMENT_TAMPERED);
  }
}

/* What one changed bit in one record does: nothing while two good ones are left, and never VALID without. */
static void test_every_bit_of_a_record(void **state) {
  struct fixture *fixture = *state;
  uint8_t record[1024];
  size_t len = fixture_record_len(fixture);
  memcpy(record, fixture_record(fixture, 1), len);
  for (size_t bit = 0; bit < 8 * len; bit++) {
    struct frag_gather gather;
    record[bit / 8] ^= (uint8_t)(1u << bit % 8);
    frag_gather_begin(&gather, &fixture->qr, 3, 2);
    frag_error error = frag_gather_record(fixture->context, &gather, 0, record, len);
    bool other_hash = bit / 8 >= 56 && bit / 8 < 120; /* h_2 and h_3, which record 1 does not stand for */
    assert_int_equal(error, other_hash ? FRAG_OK : FRAG_FRAGMENT_TAMPERED);
    assert_int_equal(frag_gather_record(fixture->context, &gather, 1, fixture_record(fixture, 2), len), FRAG_OK);
    assert_int_equal(frag_gather_result(&gather), other_hash ? FRAG_OPERATORS_DISAGREE : FRAG_TOO_FEW_FRAGMENTS);
    frag_gather_answer(&gather, 2, FRAG_ANSWER_ABSENT);
    assert_int_equal(frag_gather_result(&gather), other_hash ? FRAG_OPERATORS_DISAGREE : FRAG_FRAGMENT_TAMPERED);
    assert_int_equal(frag_gather_record(fixture->context, &gather, 2, fixture_record(fixture, 3), len), FRAG_OK);
    assert_int_equal(frag_gather_result(&gather), FRAG_OK);
    assert_int_equal(frag_gather_chosen(&gather), 6);
    assert_int_equal(gather.disagrees[0], other_hash);
    if (bit % 61 == 0) assert_int_equal(open_gathered(fixture, &gather), FRAG_OK);
    record[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

/* 30: the same change in every operator's leaf. Each h is recomputed, that of a share nobody used too. */
static void test_every_byte_of_the_leaf(void **state) {
  struct fixture *fixture = *state;
  size_t len = fixture_record_len(fixture);
  for (size_t at = 24; at < FRAG_LEAF_LEN(3); at++) {
    struct frag_gather gather;
    unsigned spoilt = (unsigned)(at - 24) / 32;
    frag_gather_begin(&gather, &fixture->qr, 3, 2);
    for (unsigned k = 0; k < 3; k++) {
      fixture_record(fixture, k + 1)[at] ^= 0x80;
      assert_int_equal(frag_gather_record(fixture->context, &gather, k, fixture_record(fixture, k + 1), len),
                       k == spoilt ? FRAG_FRAGMENT_TAMPERED : FRAG_OK);
    }
    assert_int_equal(frag_gather_result(&gather), FRAG_OK);
    assert_int_equal(frag_gather_chosen(&gather), 7u & ~(1u << spoilt));
    assert_int_equal(open_gathered(fixture, &gather), FRAG_SPLICED);
    for (unsigned k = 0; k < 3; k++) fixture_record(fixture, k + 1)[at] ^= 0x80;
  }
}

/* 30: operators in league change one share and every hash of it to fit. */
static void test_rehashed_shares(void **state) {
  struct fixture *fixture = *state;
  for (size_t at = FRAG_LEAF_LEN(3) + 1; at < fixture_record_len(fixture); at += 7) {
    fixture_record(fixture, 1)[at] ^= 1;
    fixture_rehash(fixture, fixture_record(fixture, 1));
    memcpy(fixture_record(fixture, 2), fixture_record(fixture, 1), FRAG_LEAF_LEN(3));
    struct frag_gather gather = fixture_gather(fixture, 2);
    assert_int_equal(frag_gather_result(&gather), FRAG_OK);
    assert_int_equal(open_gathered(fixture, &gather), FRAG_SPLICED);
    fixture_issue(fixture);
  }
}

/* 30: shares of two documents of one batch under a leaf that was made to fit them. */
static void test_spliced_documents(void **state) {
  struct fixture *fixture = *state;
  static uint8_t other[3 * 1024];
  size_t len = fixture_record_len(fixture), leaf_len = FRAG_LEAF_LEN(3);
  fixture->document.serial = slice_of("RUPP-2026-000999");
  fixture_issue(fixture);
  memcpy(other, fixture->records, 3 * len);
  fixture->document.serial = slice_of("RUPP-2026-000123");
  fixture_issue(fixture);
  for (unsigned taken = 1; taken < 8; taken++) {
    uint8_t kept[3 * 1024];
    memcpy(kept, fixture->records, 3 * len);
    for (unsigned i = 1; i <= 3; i++) {
      if ((taken >> (i - 1) & 1) != 0)
        memcpy(fixture_record(fixture, i) + leaf_len + 1, other + (i - 1) * len + leaf_len + 1, FIXTURE_PLAINTEXT_LEN);
      if (i > 1) memcpy(fixture_record(fixture, i), fixture_record(fixture, i - 1), leaf_len);
      fixture_rehash(fixture, fixture_record(fixture, i));
    }
    for (unsigned i = 1; i < 3; i++) memcpy(fixture_record(fixture, i), fixture_record(fixture, 3), leaf_len);
    struct frag_gather gather = fixture_gather(fixture, 3);
    assert_int_equal(frag_gather_result(&gather), FRAG_OK);
    assert_int_equal(open_gathered(fixture, &gather), FRAG_SPLICED);
    memcpy(fixture->records, kept, 3 * len);
  }
  struct frag_gather gather = fixture_gather(fixture, 3);
  assert_int_equal(open_gathered(fixture, &gather), FRAG_OK);
}

/* 31: rightly signed, but not a document. */
static void test_bad_documents(void **state) {
  struct fixture *fixture = *state;
  uint8_t bytes[FIXTURE_PLAINTEXT_LEN], plaintext[FIXTURE_PLAINTEXT_LEN];
  size_t len = encode(fixture, bytes);
  assert_int_equal(open_signed(fixture, frag_bytes(bytes, len)), FRAG_OK);
  assert_int_equal(open_signed(fixture, frag_bytes(NULL, 0)), FRAG_BAD_DOCUMENT);
  assert_int_equal(open_signed(fixture, slice_of("not CBOR")), FRAG_BAD_DOCUMENT);
  for (size_t cut = 1; cut < len; cut += 13)
    assert_int_equal(open_signed(fixture, frag_bytes(bytes, cut)), FRAG_BAD_DOCUMENT);
  bytes[len] = 0x01;
  assert_int_equal(open_signed(fixture, frag_bytes(bytes, len + 1)), FRAG_BAD_DOCUMENT);
  bytes[0] ^= 1;
  assert_int_equal(open_signed(fixture, frag_bytes(bytes, len)), FRAG_BAD_DOCUMENT);
  fixture_plaintext(fixture, plaintext, fixture->issuer, 1, frag_bytes(bytes, len));
  plaintext[64 + len] = 0; /* no padding mark at all */
  memset(plaintext + 64, 0, len);
  assert_int_equal(open_plaintext(fixture, plaintext), FRAG_BAD_DOCUMENT);
  memset(plaintext, 0xff, sizeof plaintext);
  assert_int_equal(open_plaintext(fixture, plaintext), FRAG_BAD_DOCUMENT);
  memset(plaintext, 0, sizeof plaintext);
  assert_int_equal(open_plaintext(fixture, plaintext), FRAG_BAD_DOCUMENT);
}

/* 33: the signature, by another key, for another realm, or with any byte changed. */
static void test_signature(void **state) {
  struct fixture *fixture = *state;
  uint8_t bytes[FIXTURE_PLAINTEXT_LEN], plaintext[FIXTURE_PLAINTEXT_LEN];
  struct frag_slice document = frag_bytes(bytes, encode(fixture, bytes));
  fixture_plaintext(fixture, plaintext, fixture->stranger, 1, document);
  assert_int_equal(open_plaintext(fixture, plaintext), FRAG_ISSUER_SIGNATURE);
  fixture_plaintext(fixture, plaintext, fixture->registrar, 1, document);
  assert_int_equal(open_plaintext(fixture, plaintext), FRAG_ISSUER_SIGNATURE);
  fixture_plaintext(fixture, plaintext, fixture->issuer, 2, document);
  assert_int_equal(open_plaintext(fixture, plaintext), FRAG_ISSUER_SIGNATURE);
  fixture_plaintext(fixture, plaintext, fixture->issuer, 1, document);
  for (size_t at = 0; at < 64; at++) {
    plaintext[at] ^= 1;
    assert_int_equal(open_plaintext(fixture, plaintext), FRAG_ISSUER_SIGNATURE);
    plaintext[at] ^= 1;
  }
  for (size_t at = 64; at < 64 + document.len; at++) { /* and every byte that it covers */
    plaintext[at] ^= 1;
    frag_error error = open_plaintext(fixture, plaintext);
    bool in_kid = at >= 64 + 16 && at < 64 + 24;
    if (in_kid) assert_int_equal(error, FRAG_ISSUER_UNKNOWN);
    else assert_true(error == FRAG_ISSUER_SIGNATURE || error == FRAG_BAD_DOCUMENT);
    plaintext[at] ^= 1;
  }
  assert_int_equal(open_plaintext(fixture, plaintext), FRAG_OK);
}

/* Opens the fixture's own document under a list of one key. */
static frag_error open_under(struct fixture *fixture, struct frag_trust_key key, uint16_t realm, uint64_t tau_s) {
  struct frag_trust_list list = fixture_list(&key, 1);
  list.realm = realm;
  struct frag_trust *trust = fixture_trust(fixture, &list);
  struct frag_gather gather = fixture_gather(fixture, 3);
  struct opened opened;
  frag_error error = open_into(fixture, &opened, &fixture->qr, &gather, trust, tau_s);
  frag_trust_free(trust);
  return error;
}

static void test_issuer_unknown(void **state) {
  struct fixture *fixture = *state;
  struct frag_trust_key key = fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  assert_int_equal(open_under(fixture, key, 1, FIXTURE_NOW_S), FRAG_OK);
  assert_int_equal(open_under(fixture, key, 2, FIXTURE_NOW_S), FRAG_ISSUER_UNKNOWN);
  key = fixture_trust_key(fixture->stranger, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  assert_int_equal(open_under(fixture, key, 1, FIXTURE_NOW_S), FRAG_ISSUER_UNKNOWN);
}

static void test_key_time(void **state) {
  struct fixture *fixture = *state;
  struct frag_trust_key key = fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  key.not_before_s = 1000;
  key.not_after_s = 2000;
  assert_int_equal(open_under(fixture, key, 1, 999), FRAG_ISSUER_KEY_TIME);
  assert_int_equal(open_under(fixture, key, 1, 1000), FRAG_OK);
  assert_int_equal(open_under(fixture, key, 1, 2000), FRAG_OK);
  assert_int_equal(open_under(fixture, key, 1, 2001), FRAG_ISSUER_KEY_TIME);
  key.has_compromised_since = true;
  key.compromised_since_s = 1500;
  assert_int_equal(open_under(fixture, key, 1, 1499), FRAG_OK);
  assert_int_equal(open_under(fixture, key, 1, 1500), FRAG_ISSUER_KEY_TIME);
}

static void test_scope(void **state) {
  struct fixture *fixture = *state;
  const struct frag_slice types[3] = {slice_of("degree/master"), slice_of("degree"), slice_of("degree/bachelor")};
  struct frag_trust_key key = fixture_trust_key(fixture->issuer, FRAG_ROLE_REGISTRAR, "rupp.edu.kh");
  assert_int_equal(open_under(fixture, key, 1, FIXTURE_NOW_S), FRAG_ISSUER_SCOPE);
  key = fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu");
  assert_int_equal(open_under(fixture, key, 1, FIXTURE_NOW_S), FRAG_ISSUER_SCOPE);
  key = fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  key.types = types;
  key.type_count = 2;
  assert_int_equal(open_under(fixture, key, 1, FIXTURE_NOW_S), FRAG_ISSUER_SCOPE);
  key.type_count = 3;
  assert_int_equal(open_under(fixture, key, 1, FIXTURE_NOW_S), FRAG_OK);
  key.issuer = slice_of("itc.edu.kh"); /* time is looked at before scope */
  key.not_after_s = 5;
  assert_int_equal(open_under(fixture, key, 1, FIXTURE_NOW_S), FRAG_ISSUER_KEY_TIME);
}

static void test_period(void **state) {
  (void)state;
  struct frag_document document = {.issued_s = 100};
  assert_int_equal(frag_document_period(&document, 99), FRAG_NOT_YET_VALID);
  assert_int_equal(frag_document_period(&document, 100), FRAG_OK);
  assert_int_equal(frag_document_period(&document, UINT64_MAX), FRAG_OK);
  document.has_expires = true;
  document.expires_s = 200;
  assert_int_equal(frag_document_period(&document, 99), FRAG_NOT_YET_VALID);
  assert_int_equal(frag_document_period(&document, 199), FRAG_OK);
  assert_int_equal(frag_document_period(&document, 200), FRAG_EXPIRED);
  assert_int_equal(frag_document_period(&document, 0), FRAG_NOT_YET_VALID);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_opens),                  cmocka_unit_test(test_capacity),
      cmocka_unit_test(test_every_bit_of_the_code),  cmocka_unit_test(test_rewritten_code),
      cmocka_unit_test(test_every_bit_of_a_record),  cmocka_unit_test(test_every_byte_of_the_leaf),
      cmocka_unit_test(test_rehashed_shares),        cmocka_unit_test(test_spliced_documents),
      cmocka_unit_test(test_bad_documents),          cmocka_unit_test(test_signature),
      cmocka_unit_test(test_issuer_unknown),         cmocka_unit_test(test_key_time),
      cmocka_unit_test(test_scope),                  cmocka_unit_test(test_period),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
