/* frag/open.h: for portals and readers. scan → decode → (fetch) → gather → join → open.
 * The pure parts of FRAG-1 section 8; fetching is the caller's. */
#ifndef FRAG_OPEN_H
#define FRAG_OPEN_H

#include <frag/issue.h>
#include <frag/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A decoded QR payload. Secret, the locator too: it names the document to every operator. */
struct frag_qr {
  uint16_t realm;
  uint8_t link[32]; /* d */
  uint8_t head[16]; /* E[0:16] */
  uint8_t locator[FRAG_LOCATOR_LEN];
};

/* Decodes QR text (step 1): 88 base32 characters in canonical form, alone, or behind a prefix and "#" or "%23".
 * Out: *qr; wiped on error. The caller ends with frag_qr_wipe.
 * Errors: FRAG_QR_MALFORMED, FRAG_QR_CHECKSUM, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_qr_decode(struct frag_context *context, struct frag_qr *qr, const char *text,
                                                   size_t len);

FRAG_API void frag_qr_wipe(struct frag_qr *qr);

/* The public leaf of a record, decoded: hdr ‖ loc ‖ h_1 ‖ … ‖ h_m. Views into the record. */
struct frag_leaf {
  uint16_t realm;
  unsigned threshold;
  unsigned fragment_count;
  size_t plaintext_len;
  struct frag_slice bytes;   /* the whole leaf */
  const uint8_t *locator;    /* FRAG_LOCATOR_LEN bytes */
  const uint8_t *hashes;     /* 32 bytes for each fragment */
};

struct frag_record {
  struct frag_leaf leaf;
  unsigned index;            /* i, 1..fragment_count */
  struct frag_slice share;   /* S_i, plaintext_len bytes */
};

/* Decodes and checks the form of a leaf or a record: version, realm free, 1 ≤ t ≤ m ≤ 15, N, reserved zero,
 * 1 ≤ i ≤ m, exact length. Hashes are not looked at. Pure; any thread.
 * Errors: FRAG_RECORD_MALFORMED; the output is zeroed then. */
FRAG_API FRAG_MUST_CHECK frag_error frag_leaf_decode(struct frag_leaf *leaf, const uint8_t *bytes, size_t len);
FRAG_API FRAG_MUST_CHECK frag_error frag_record_decode(struct frag_record *record, const uint8_t *bytes, size_t len);

/* Whether a record's share hashes to its leaf's h_i. An operator may ask this before it stores a record.
 * Errors: FRAG_RECORD_MALFORMED, FRAG_FRAGMENT_TAMPERED, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_record_check(struct frag_context *context, const uint8_t *bytes, size_t len);

#define FRAG_OPERATORS_MAX 16

typedef enum frag_answer {
  FRAG_ANSWER_NONE = 0,    /* not asked yet, or still waited for */
  FRAG_ANSWER_GOOD,        /* a well-formed record whose hash is right */
  FRAG_ANSWER_ABSENT,      /* the operator says that it has none */
  FRAG_ANSWER_ERASED,      /* the operator says that it was erased, and shows the leaf */
  FRAG_ANSWER_TAMPERED,    /* a record or leaf that is wrong */
  FRAG_ANSWER_UNREACHABLE  /* no answer */
} frag_answer;

/* Collects what the operators answered for one locator (step 2). Operators are numbered from 0 in the order
 * of the caller's configuration. Plain data that the caller may put on its stack; its fields are for reading. */
struct frag_gather {
  uint16_t realm;
  uint8_t locator[FRAG_LOCATOR_LEN];
  unsigned operator_count;
  unsigned threshold;                          /* the least t; t itself while no record has told it */
  frag_answer answers[FRAG_OPERATORS_MAX];
  struct frag_record records[FRAG_OPERATORS_MAX]; /* where the answer is GOOD; views into the caller's bytes */
  bool disagrees[FRAG_OPERATORS_MAX];             /* GOOD, but with another leaf than the one chosen */
};

/* Starts. `threshold` is the least t that issuers of the realm use; both numbers 1..FRAG_OPERATORS_MAX
 * (asserted). A record that claims a lower t is refused as tampered: the QR code does not bind t, so otherwise
 * one operator alone could answer with a "complete" set of its own making. */
FRAG_API void frag_gather_begin(struct frag_gather *gather, const struct frag_qr *qr, unsigned operator_count,
                                unsigned threshold);

/* Takes one operator's record. The bytes must stay in place until frag_open has returned.
 * Returns FRAG_OK when it is good; FRAG_FRAGMENT_TAMPERED (noted against the operator) when its form, realm,
 * locator or hash is wrong or another operator has given the same share; FRAG_CRYPTO, and then the operator
 * counts as unreachable. */
FRAG_API FRAG_MUST_CHECK frag_error frag_gather_record(struct frag_context *context, struct frag_gather *gather,
                                                       unsigned operator_number, const uint8_t *bytes, size_t len);

/* Takes an operator's word that the record was erased; `bytes` is the leaf it shows.
 * Returns FRAG_OK, or FRAG_FRAGMENT_TAMPERED when the leaf is not one for this locator. */
FRAG_API FRAG_MUST_CHECK frag_error frag_gather_erased(struct frag_gather *gather, unsigned operator_number,
                                                       const uint8_t *bytes, size_t len);

/* Takes FRAG_ANSWER_ABSENT or FRAG_ANSWER_UNREACHABLE (asserted). */
FRAG_API void frag_gather_answer(struct frag_gather *gather, unsigned operator_number, frag_answer answer);

/* Where the collection stands.
 * FRAG_OK: t good fragments that share one leaf are there; ask no further.
 * FRAG_TOO_FEW_FRAGMENTS or FRAG_OPERATORS_DISAGREE while operators that have not answered, or cannot be
 * reached, could still complete it; when all have answered these are final, as are
 * FRAG_NOT_FOUND, FRAG_ERASED and FRAG_FRAGMENT_TAMPERED at any time.
 * So a ledger that cannot be asked makes nothing NOT_VALID. Updates gather->disagrees. */
FRAG_API FRAG_MUST_CHECK frag_error frag_gather_result(struct frag_gather *gather);

/* The operators whose records frag_open will use, as a bit set (bit 0 = operator 0): exactly t of them
 * when frag_gather_result is FRAG_OK, else 0. tau comes from these. */
FRAG_API uint32_t frag_gather_chosen(const struct frag_gather *gather);

/* Joins, opens and checks a document (steps 4, 5 and 6). Requires frag_gather_result == FRAG_OK (asserted).
 * Out: plaintext: `capacity` ≥ N bytes of the caller's, the document's bytes; secret.
 *      *document: views into plaintext.
 *      Nothing decrypted is in either unless FRAG_OK is returned: both are wiped otherwise.
 * In:  tau_s: the time that proves when the document existed (section 5), Unix seconds.
 *      trust: read-only, may be shared between threads.
 * Errors: FRAG_SPLICED, FRAG_BAD_DOCUMENT, FRAG_ISSUER_UNKNOWN, FRAG_ISSUER_SIGNATURE,
 *         FRAG_ISSUER_KEY_TIME, FRAG_ISSUER_SCOPE; FRAG_BUFFER_TOO_SMALL, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_open(struct frag_context *context, uint8_t *plaintext, size_t capacity,
                                              struct frag_document *document, const struct frag_qr *qr,
                                              const struct frag_gather *gather, const struct frag_trust *trust,
                                              uint64_t tau_s);

/* Whether a document is in force at `now_s`: FRAG_OK, FRAG_EXPIRED (now ≥ expires) or FRAG_NOT_YET_VALID
 * (issued > now). Pure; any thread. */
FRAG_API FRAG_MUST_CHECK frag_error frag_document_period(const struct frag_document *document, uint64_t now_s);

#ifdef __cplusplus
}
#endif

#endif
