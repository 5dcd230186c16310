/* frag/error.h: every result a function of libfrag can have.
 *
 * Values 0 to 50 are the verdict codes of FRAG-1 section 8. They are frozen: never reused, never
 * renumbered, and safe to store or send. Values from 1000 up are errors of the library's callers and
 * inputs; their numbers may grow but an existing one keeps its meaning. The group of an error is
 * value / 100 * 100 for values from 1000 up. */
#ifndef FRAG_ERROR_H
#define FRAG_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define FRAG_API __attribute__((visibility("default")))
#define FRAG_MUST_CHECK __attribute__((warn_unused_result))
#else
#define FRAG_API
#define FRAG_MUST_CHECK
#endif

/* C has no spelling for "at least n elements" that C++ accepts too. */
#ifdef __cplusplus
#define FRAG_AT_LEAST(n)
#else
#define FRAG_AT_LEAST(n) static n
#endif

/* X(enumerator, code, verdict, NAME, meaning): FRAG-1 section 8. */
#define FRAG_VERDICT_CODE_LIST(X) \
  X(FRAG_OK, 0, FRAG_VALID, "OK", "every check passed") \
  X(FRAG_QR_MALFORMED, 1, FRAG_NOT_VALID, "QR_MALFORMED", "not a code of this service") \
  X(FRAG_QR_CHECKSUM, 2, FRAG_NOT_VALID, "QR_CHECKSUM", "the code was misread or altered") \
  X(FRAG_NOT_FOUND, 10, FRAG_NOT_VALID, "NOT_FOUND", "no such document is in the ledgers") \
  X(FRAG_FRAGMENT_TAMPERED, 11, FRAG_NOT_VALID, "FRAGMENT_TAMPERED", "a stored fragment was altered") \
  X(FRAG_TOO_FEW_FRAGMENTS, 12, FRAG_INCONCLUSIVE, "TOO_FEW_FRAGMENTS", "too few ledger operators answered") \
  X(FRAG_ERASED, 13, FRAG_NOT_VALID, "ERASED", "the document was lawfully erased") \
  X(FRAG_OPERATORS_DISAGREE, 14, FRAG_INCONCLUSIVE, "OPERATORS_DISAGREE", "the ledger operators disagree") \
  X(FRAG_NOT_IN_LOG, 20, FRAG_INCONCLUSIVE, "NOT_IN_LOG", "the entry is not in an operator's log") \
  X(FRAG_CHECKPOINT_SIGNATURE, 21, FRAG_INCONCLUSIVE, "CHECKPOINT_SIGNATURE", \
    "a log checkpoint is not signed by its operator") \
  X(FRAG_LOG_INCONSISTENT, 22, FRAG_INCONCLUSIVE, "LOG_INCONSISTENT", "an operator's log was rewritten") \
  X(FRAG_ANCHOR_PENDING, 23, FRAG_VALID, "ANCHOR_PENDING", "not yet anchored on a public chain") \
  X(FRAG_ANCHOR_MISSING, 24, FRAG_VALID, "ANCHOR_MISSING", "the anchor on a public chain is overdue") \
  X(FRAG_EQUIVOCATION, 25, FRAG_INCONCLUSIVE, "EQUIVOCATION", "an operator showed two different logs") \
  X(FRAG_SPLICED, 30, FRAG_NOT_VALID, "SPLICED", "the code and the fragments do not belong together") \
  X(FRAG_BAD_DOCUMENT, 31, FRAG_NOT_VALID, "BAD_DOCUMENT", "the document inside is not well formed") \
  X(FRAG_ISSUER_UNKNOWN, 32, FRAG_NOT_VALID, "ISSUER_UNKNOWN", "the signing key is not in the trust list") \
  X(FRAG_ISSUER_SIGNATURE, 33, FRAG_NOT_VALID, "ISSUER_SIGNATURE", "the issuer's signature is wrong") \
  X(FRAG_ISSUER_KEY_TIME, 34, FRAG_NOT_VALID, "ISSUER_KEY_TIME", "the signing key was not valid at that time") \
  X(FRAG_ISSUER_SCOPE, 35, FRAG_NOT_VALID, "ISSUER_SCOPE", "the issuer may not issue this type of document") \
  X(FRAG_REVOKED, 40, FRAG_NOT_VALID, "REVOKED", "the issuer has revoked the document") \
  X(FRAG_SUSPENDED, 41, FRAG_NOT_VALID, "SUSPENDED", "the issuer has suspended the document") \
  X(FRAG_SUPERSEDED, 42, FRAG_NOT_VALID, "SUPERSEDED", "a newer issue replaces the document") \
  X(FRAG_EXPIRED, 43, FRAG_NOT_VALID, "EXPIRED", "the document has expired") \
  X(FRAG_NOT_YET_VALID, 44, FRAG_NOT_VALID, "NOT_YET_VALID", "the document is dated in the future") \
  X(FRAG_STATUS_STALE, 45, FRAG_INCONCLUSIVE, "STATUS_STALE", "the revocation status is too old") \
  X(FRAG_FILE_MISMATCH, 50, FRAG_NOT_VALID, "FILE_MISMATCH", "the file is not the one that was sealed")

/* X(enumerator, code, NAME, meaning): errors of inputs, callers and surroundings. */
#define FRAG_LIBRARY_ERROR_LIST(X) \
  X(FRAG_CBOR_TRUNCATED, 1001, "CBOR_TRUNCATED", "the encoding ends too early") \
  X(FRAG_CBOR_NOT_CANONICAL, 1002, "CBOR_NOT_CANONICAL", "the encoding is not deterministic CBOR") \
  X(FRAG_CBOR_TYPE, 1003, "CBOR_TYPE", "a CBOR item has the wrong type") \
  X(FRAG_CBOR_KEY, 1004, "CBOR_KEY", "a map key is unknown, missing, repeated or out of order") \
  X(FRAG_CBOR_TRAILING, 1005, "CBOR_TRAILING", "bytes follow the end of the encoding") \
  X(FRAG_TEXT_UTF8, 1010, "TEXT_UTF8", "the text is not valid UTF-8") \
  X(FRAG_TEXT_NFC, 1011, "TEXT_NFC", "the text is not in Unicode normalisation form C") \
  X(FRAG_TEXT_FORBIDDEN, 1012, "TEXT_FORBIDDEN", "the text has a control or direction-override character") \
  X(FRAG_FIELD_LENGTH, 1020, "FIELD_LENGTH", "a field is too short or too long") \
  X(FRAG_FIELD_RANGE, 1021, "FIELD_RANGE", "a number is out of its range") \
  X(FRAG_FIELD_CHARACTERS, 1022, "FIELD_CHARACTERS", "a field has a character that is not allowed in it") \
  X(FRAG_FIELD_DUPLICATE, 1023, "FIELD_DUPLICATE", "a name or key id occurs twice") \
  X(FRAG_RECORD_MALFORMED, 1030, "RECORD_MALFORMED", "a record, leaf or entry is not well formed") \
  X(FRAG_STATEMENT_IGNORED, 1031, "STATEMENT_IGNORED", "a status record does not open or is not rightly signed") \
  X(FRAG_PROOF_MALFORMED, 1032, "PROOF_MALFORMED", "a Merkle proof is not well formed") \
  X(FRAG_PROOF_WRONG, 1033, "PROOF_WRONG", "a Merkle proof does not lead from the one hash to the other") \
  X(FRAG_CHECKPOINT_MALFORMED, 1034, "CHECKPOINT_MALFORMED", "a log checkpoint is not well formed") \
  X(FRAG_TRUST_SIGNATURES, 1101, "TRUST_SIGNATURES", "too few pinned roots have signed the trust list") \
  X(FRAG_TRUST_REALM, 1102, "TRUST_REALM", "the trust list is for another realm") \
  X(FRAG_TRUST_ROLLBACK, 1103, "TRUST_ROLLBACK", "the trust list is not newer than the one in use") \
  X(FRAG_TRUST_CHAIN, 1104, "TRUST_CHAIN", "the trust list does not continue the one in use") \
  X(FRAG_TRUST_KEY_ID, 1105, "TRUST_KEY_ID", "a key id does not match its public key") \
  X(FRAG_KEY_INVALID, 1201, "KEY_INVALID", "the key is not a valid key") \
  X(FRAG_BUFFER_TOO_SMALL, 1301, "BUFFER_TOO_SMALL", "the output buffer is too small") \
  X(FRAG_DOCUMENT_TOO_LARGE, 1302, "DOCUMENT_TOO_LARGE", "the document does not fit the plaintext length") \
  X(FRAG_MEMORY, 1401, "MEMORY", "out of memory") \
  X(FRAG_CRYPTO, 1402, "CRYPTO", "the cryptographic library failed")

typedef enum frag_error {
#define FRAG_VERDICT_ENUM(id, code, verdict, name, meaning) id = code,
  FRAG_VERDICT_CODE_LIST(FRAG_VERDICT_ENUM)
#undef FRAG_VERDICT_ENUM
#define FRAG_LIBRARY_ENUM(id, code, name, meaning) id = code,
  FRAG_LIBRARY_ERROR_LIST(FRAG_LIBRARY_ENUM)
#undef FRAG_LIBRARY_ENUM
} frag_error;

typedef enum frag_verdict { FRAG_VALID = 0, FRAG_NOT_VALID = 1, FRAG_INCONCLUSIVE = 2 } frag_verdict;

typedef enum frag_group {
  FRAG_GROUP_VERDICT = 0,
  FRAG_GROUP_FORMAT = 1000,
  FRAG_GROUP_TRUST = 1100,
  FRAG_GROUP_KEY = 1200,
  FRAG_GROUP_CAPACITY = 1300,
  FRAG_GROUP_INTERNAL = 1400
} frag_group;

/* The verdict of a code, FRAG-1 section 8. Any library error (1000 and up) is FRAG_INCONCLUSIVE: a fault
 * on this side says nothing about a document. Pure; any thread. */
FRAG_API frag_verdict frag_error_verdict(frag_error error);

/* Which group a value belongs to. An unknown value is FRAG_GROUP_INTERNAL. Pure; any thread. */
FRAG_API frag_group frag_error_group(frag_error error);

/* Static, English, never NULL, never secret: the NAME as in the specification ("NOT_FOUND"), one plain
 * sentence part, and "VALID", "NOT_VALID" or "INCONCLUSIVE". Pure; any thread. */
FRAG_API const char *frag_error_name(frag_error error);
FRAG_API const char *frag_error_meaning(frag_error error);
FRAG_API const char *frag_verdict_name(frag_verdict verdict);

#ifdef __cplusplus
}
#endif

#endif
