#include "libfrag/cmocka_all.h"

#include <frag/error.h>

/* The table of FRAG-1 section 8, written down a second time: codes are frozen. */
static const struct {
  unsigned code;
  const char *name, *verdict;
} verdicts[] = {
    {0, "OK", "VALID"},
    {1, "QR_MALFORMED", "NOT_VALID"},
    {2, "QR_CHECKSUM", "NOT_VALID"},
    {10, "NOT_FOUND", "NOT_VALID"},
    {11, "FRAGMENT_TAMPERED", "NOT_VALID"},
    {12, "TOO_FEW_FRAGMENTS", "INCONCLUSIVE"},
    {13, "ERASED", "NOT_VALID"},
    {14, "OPERATORS_DISAGREE", "INCONCLUSIVE"},
    {20, "NOT_IN_LOG", "INCONCLUSIVE"},
    {21, "CHECKPOINT_SIGNATURE", "INCONCLUSIVE"},
    {22, "LOG_INCONSISTENT", "INCONCLUSIVE"},
    {23, "ANCHOR_PENDING", "VALID"},
    {24, "ANCHOR_MISSING", "VALID"},
    {25, "EQUIVOCATION", "INCONCLUSIVE"},
    {30, "SPLICED", "NOT_VALID"},
    {31, "BAD_DOCUMENT", "NOT_VALID"},
    {32, "ISSUER_UNKNOWN", "NOT_VALID"},
    {33, "ISSUER_SIGNATURE", "NOT_VALID"},
    {34, "ISSUER_KEY_TIME", "NOT_VALID"},
    {35, "ISSUER_SCOPE", "NOT_VALID"},
    {40, "REVOKED", "NOT_VALID"},
    {41, "SUSPENDED", "NOT_VALID"},
    {42, "SUPERSEDED", "NOT_VALID"},
    {43, "EXPIRED", "NOT_VALID"},
    {44, "NOT_YET_VALID", "NOT_VALID"},
    {45, "STATUS_STALE", "INCONCLUSIVE"},
    {50, "FILE_MISMATCH", "NOT_VALID"},
};

static const struct {
  frag_error error;
  unsigned code;
  const char *name;
} library_errors[] = {
    {FRAG_CBOR_TRUNCATED, 1001, "CBOR_TRUNCATED"},
    {FRAG_CBOR_NOT_CANONICAL, 1002, "CBOR_NOT_CANONICAL"},
    {FRAG_CBOR_TYPE, 1003, "CBOR_TYPE"},
    {FRAG_CBOR_KEY, 1004, "CBOR_KEY"},
    {FRAG_CBOR_TRAILING, 1005, "CBOR_TRAILING"},
    {FRAG_TEXT_UTF8, 1010, "TEXT_UTF8"},
    {FRAG_TEXT_NFC, 1011, "TEXT_NFC"},
    {FRAG_TEXT_FORBIDDEN, 1012, "TEXT_FORBIDDEN"},
    {FRAG_FIELD_LENGTH, 1020, "FIELD_LENGTH"},
    {FRAG_FIELD_RANGE, 1021, "FIELD_RANGE"},
    {FRAG_FIELD_CHARACTERS, 1022, "FIELD_CHARACTERS"},
    {FRAG_FIELD_DUPLICATE, 1023, "FIELD_DUPLICATE"},
    {FRAG_RECORD_MALFORMED, 1030, "RECORD_MALFORMED"},
    {FRAG_STATEMENT_IGNORED, 1031, "STATEMENT_IGNORED"},
    {FRAG_PROOF_MALFORMED, 1032, "PROOF_MALFORMED"},
    {FRAG_PROOF_WRONG, 1033, "PROOF_WRONG"},
    {FRAG_CHECKPOINT_MALFORMED, 1034, "CHECKPOINT_MALFORMED"},
    {FRAG_TRUST_SIGNATURES, 1101, "TRUST_SIGNATURES"},
    {FRAG_TRUST_REALM, 1102, "TRUST_REALM"},
    {FRAG_TRUST_ROLLBACK, 1103, "TRUST_ROLLBACK"},
    {FRAG_TRUST_CHAIN, 1104, "TRUST_CHAIN"},
    {FRAG_TRUST_KEY_ID, 1105, "TRUST_KEY_ID"},
    {FRAG_KEY_INVALID, 1201, "KEY_INVALID"},
    {FRAG_BUFFER_TOO_SMALL, 1301, "BUFFER_TOO_SMALL"},
    {FRAG_DOCUMENT_TOO_LARGE, 1302, "DOCUMENT_TOO_LARGE"},
    {FRAG_MEMORY, 1401, "MEMORY"},
    {FRAG_CRYPTO, 1402, "CRYPTO"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_verdict_codes(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(verdicts); i++) {
    frag_error error = (frag_error)verdicts[i].code;
    assert_string_equal(frag_error_name(error), verdicts[i].name);
    assert_string_equal(frag_verdict_name(frag_error_verdict(error)), verdicts[i].verdict);
    assert_int_equal(frag_error_group(error), FRAG_GROUP_VERDICT);
    assert_true(strlen(frag_error_meaning(error)) > 10);
  }
  assert_int_equal(FRAG_OK, 0);
  assert_int_equal(FRAG_NOT_FOUND, 10);
  assert_int_equal(FRAG_SPLICED, 30);
  assert_int_equal(FRAG_FILE_MISMATCH, 50);
}

static void test_library_errors(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(library_errors); i++) {
    frag_error error = library_errors[i].error;
    assert_int_equal(error, library_errors[i].code);
    assert_string_equal(frag_error_name(error), library_errors[i].name);
    assert_int_equal(frag_error_verdict(error), FRAG_INCONCLUSIVE);
    assert_int_equal(frag_error_group(error), library_errors[i].code / 100 * 100);
  }
}

/* The tables above are complete: every other number is unknown, and never VALID or NOT_VALID. */
static void test_every_other_number(void **state) {
  (void)state;
  size_t known = 0;
  for (unsigned code = 0; code < 70000; code++) {
    if (strcmp(frag_error_name((frag_error)code), "UNKNOWN") != 0) {
      known++;
      continue;
    }
    assert_int_equal(frag_error_verdict((frag_error)code), FRAG_INCONCLUSIVE);
    assert_int_equal(frag_error_group((frag_error)code), FRAG_GROUP_INTERNAL);
    assert_non_null(frag_error_meaning((frag_error)code));
  }
  assert_int_equal(known, COUNT(verdicts) + COUNT(library_errors));
  assert_int_equal(frag_error_verdict((frag_error)-1), FRAG_INCONCLUSIVE);
  assert_string_equal(frag_verdict_name((frag_verdict)9), "INCONCLUSIVE");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_verdict_codes),
      cmocka_unit_test(test_library_errors),
      cmocka_unit_test(test_every_other_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
