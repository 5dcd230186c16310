/* verify.h: QR text → verdict: FRAG-1 section 8, steps 1 to 7, with the operators' ledgers on this machine, elsewhere,
 * or both. Of step 3, anchors are looked up among those that were found on public chains, if any are configured; else
 * they are reported as not checked, never as passed.
 *
 * A verification is a struct that says what it wants to know, is told what the operators answered, and knows when it
 * has enough: it reads no ledger and waits for nobody (vd_verification_…). vd_verify is one with local ledgers alone;
 * the driver for operators over the network is remote/remote_verify.h.
 *
 * A ledger that could not be opened, read or reached counts as unreachable, never as absent; so does one that answered
 * under a checkpoint that fails step 3, but it is named with the code, and that is the verdict's code (20, 21, 22, 25)
 * when too few others are left. One that shows a statement and does not prove that it is in its log is named likewise
 * (20), and counts as one that was not heard; the statement counts. */
#ifndef VD_VERIFY_H
#define VD_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include <frag/open.h>
#include <frag/trust.h>

#include "base/failure.h"
#include "ledger/anchors.h"
#include "ledger/store.h"
#include "verify/log_check.h"
#include "wire/lookup.h"

#define VD_VERIFY_OPERATORS_MAX 15
#define VD_VERIFY_ANCHORS_MAX 4 /* chains on which one log is anchored */
#define VD_STATUS_WALK_MAX 256  /* statements of one document */

/* In the order in which they are made. */
enum vd_step {
  VD_STEP_QR,        /* codes 1 2 */
  VD_STEP_FRAGMENTS, /* 10 to 14 */
  VD_STEP_LOG,       /* 20 to 22, 25 */
  VD_STEP_ANCHOR,    /* 23 24 */
  VD_STEP_OPEN,      /* 30 */
  VD_STEP_DOCUMENT,  /* 31 */
  VD_STEP_ISSUER,    /* 32 to 35 */
  VD_STEP_STATUS,    /* 40 to 42, 45 */
  VD_STEP_VALIDITY   /* 43 44 */
};
#define VD_STEPS 9

enum vd_check_state {
  VD_CHECK_NOT_REACHED = 0, /* an earlier step decided */
  VD_CHECK_NOT_CHECKED,     /* this program does not make this check */
  VD_CHECK_PASSED,
  VD_CHECK_WARNING,         /* passed, with something that the reader should know; see below */
  VD_CHECK_FAILED
};

struct vd_check {
  enum vd_check_state state;
  frag_error code; /* FRAG_OK unless failed, or a warning of VD_STEP_ANCHOR */
};

enum vd_operator_state {
  VD_OPERATOR_NOT_ASKED = 0, /* enough others had answered, or the step was not reached */
  VD_OPERATOR_GOOD,
  VD_OPERATOR_ABSENT,
  VD_OPERATOR_ERASED,
  VD_OPERATOR_TAMPERED,
  VD_OPERATOR_UNREACHABLE,   /* it did not answer; or brought a good fragment, and then nothing about statements */
  VD_OPERATOR_DISAGREES,     /* its record is good, but has another leaf than the one used */
  VD_OPERATOR_LOG_FAILED     /* it answered, but its log failed a check: log_code says which */
};

/* What was found of an operator's log on one chain. */
struct vd_operator_anchor {
  const char *chain;           /* configured name; a view into the anchors of the verifier's options */
  enum vd_anchors_cover cover; /* of the entry of its record */
  struct vd_anchors_item item; /* COVERED: the anchor; REFUSED: the one that the log does not continue; else all zero */
};

/* What an operator answered in the fragments step; what is found out about it later is put in. */
struct vd_operator_answer {
  unsigned number;
  const char *name; /* the caller's, as given to vd_verifier_new */
  enum vd_operator_state state;
  frag_error log_code;          /* 20, 21, 22 or 25 with VD_OPERATOR_LOG_FAILED, else FRAG_OK */
  uint64_t checkpoint_time_s;   /* of its last checkpoint, Unix seconds; 0: none was accepted, or it has no time */
  bool withholds;               /* it has no statement that another one had more than VD_WALK_WITHHELD_S before */
  size_t anchor_count;          /* of a log whose record was used, each chain once, by the account that covers it or says
                                   most; of one that contradicts its anchors, only those */
  struct vd_operator_anchor anchors[VD_VERIFY_ANCHORS_MAX];
};

/* The result. About 45 KiB: keep one for each thread rather than on the stack. Secret when VALID, because the
 * document is in it; end with vd_verdict_wipe.
 * A failed check is the last one made. Warnings: in VD_STEP_FRAGMENTS, an operator that was asked or is known to be
 * unreachable did not answer GOOD, or did not answer a later question; in VD_STEP_LOG, an operator's log failed, and
 * the others are enough; in VD_STEP_ANCHOR, by its code, a record used is not anchored yet (23), or should be on a
 * chain and is not (24); in VD_STEP_STATUS, not every operator could be asked for statements, or its log failed, or it
 * withholds one. */
struct vd_verdict {
  frag_error code;      /* FRAG-1 section 8, or from 1000 up a fault on this side */
  frag_verdict verdict; /* frag_error_verdict(code) */
  struct vd_check checks[VD_STEPS]; /* by enum vd_step */
  size_t operator_count;
  struct vd_operator_answer operators[VD_VERIFY_OPERATORS_MAX];
  uint64_t tau_s;          /* when the document existed at the latest, Unix seconds: the time of the earliest block with
                              an anchor of a record used, or, without one, the largest entry time of the records used,
                              which is their operators' word; 0 when not that far. The issuer's key is judged by it */
  bool is_anchored;        /* it is the time of a block */
  uint64_t status_as_of_s; /* no statement can be missing that is older, Unix seconds: the t-th newest checkpoint time
                              of the operators that answered about statements, or the oldest when they are fewer; a
                              ledger on this machine counts as now. 0 when not that far, or when none answered */
  uint64_t as_of_s;        /* of the whole: status_as_of_s, or, when that is 0, the same of the operators that answered
                              about the fragment, under a right log. 0 when none did, or none tells a time */
  uint64_t checked_s;      /* the clock when it was made */

  /* All zero unless verdict is FRAG_VALID. */
  struct frag_document document;           /* views into plaintext */
  const struct frag_trust_key *issuer_key;  /* view into the trust list: the key that signed; see issuer_names.h */
  const struct frag_trust_key *const *issuer_keys; /* all of that issuer's, as frag_trust_issuer; they live as long as
                                                      the trust list of the verifier's options */
  size_t issuer_key_count;
  uint8_t plaintext[FRAG_PLAINTEXT_MAX];
};

/* Names in the JSON answer: "qr", "fragments" …; "passed", "not_checked" …; "good", "not_asked" …. Never NULL. */
const char *vd_step_name(enum vd_step step);
const char *vd_check_state_name(enum vd_check_state state);
const char *vd_operator_state_name(enum vd_operator_state state);
const char *vd_anchor_cover_name(enum vd_anchors_cover cover); /* "final", "pending", "overdue", "refused" */

struct vd_verifier;

struct vd_verifier_operator {
  unsigned number;        /* 1..15 */
  const char *name;       /* must outlive the verifier and its verdicts */
  struct vd_store *store; /* NULL: it is remote, or could not be opened */
  bool is_remote;         /* asked over the network; store is NULL, key is filled */
  struct frag_log_key key; /* of its log; a local one's is read from its ledger */
};

struct vd_verifier_options {
  uint16_t realm;
  unsigned threshold;             /* least t of the realm's issuers, 1..operator_count */
  const struct frag_trust *trust; /* of that realm; read-only, shared; must outlive the verifier and its verdicts */
  size_t operator_count;          /* 1..VD_VERIFY_OPERATORS_MAX */
  const struct vd_verifier_operator *operators;
  struct vd_seen *seen;           /* shared; NULL: checkpoints are remembered as long as the verifier lives */
  struct vd_anchors *anchors;     /* shared; must outlive the verifier and its verdicts; NULL: none are looked up */
  uint64_t status_max_age_s;      /* a status that is older, or of fewer than t operators, is STATUS_STALE (45), unless
                                     the document is revoked or superseded; 0: no limit */
};

/* Makes a verifier: one for each thread. It has its own cryptographic context and its own reader handle on each
 * store, so that vd_verify allocates nothing. The stores stay the caller's and are closed after the verifier is freed.
 * A store whose reader cannot be made counts as unreachable.
 * Out: *verifier, owned by the caller; NULL on error.
 * Errors: VD_CONFIG (a number out of range, or the trust list is of another realm), VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_verifier_new(const struct vd_verifier_options *options, struct vd_verifier **verifier,
                                            struct vd_failure *failure);

/* Wipes and frees. NULL is allowed. */
void vd_verifier_free(struct vd_verifier *verifier);

/* Another trust list of the same realm (asserted), for verifications that begin from now on; those under way, and their
 * verdicts, stay with the one that they began with. Lifetime as in the options. Thread rule: the verifier's. */
void vd_verifier_set_trust(struct vd_verifier *verifier, const struct frag_trust *trust);

/* Verifies with the local ledgers; a remote operator counts as unreachable. Every outcome is a verdict; a code of
 * another realm is FRAG_QR_MALFORMED (not a code of this service).
 * In:  qr_text, qr_len: as scanned, with or without prefix; secret. now_s: the clock, Unix seconds.
 * Out: *verdict, overwritten whole. No ledger snapshot is held when this returns.
 * Does not block beyond page faults; writes no log. Thread rule: the verifier's. */
void vd_verify(struct vd_verifier *verifier, const char *qr_text, size_t qr_len, uint64_t now_s,
               struct vd_verdict *verdict);

/* --- step by step --- */

struct vd_verification;

/* Bytes of memory that a verification needs, aligned as malloc does. Secret; wiped by vd_verification_end. */
size_t vd_verification_size(void);

enum vd_wanted {
  VD_WANTED_FRAGMENTS, /* ask every operator for the record of one key */
  VD_WANTED_STATUSES,  /* ask every operator that is reachable for the status records of some keys */
  VD_WANTED_NOTHING    /* the verdict is there: end it */
};

/* Begins one in the caller's memory. Several may be under way with one verifier.
 * verdict: as for vd_verify; belongs to the verification until its end. Returns what is wanted. */
enum vd_wanted vd_verification_begin(struct vd_verification *verification, struct vd_verifier *verifier,
                                     const char *qr_text, size_t qr_len, uint64_t now_s, struct vd_verdict *verdict);

/* The number of the open question, from 1: after VD_WANTED_STATUSES may come further ones of the same kind. A question
 * about statuses lasts until every operator that was to be asked has answered or is known to be unreachable. */
unsigned vd_verification_question_number(const struct vd_verification *verification);

/* The question that is open now, for operator k (0..operator_count − 1). False when that one is not to be asked it: it
 * is known to be unreachable, or has answered. base: kept with the request, for its answer. The request is secret. */
bool vd_verification_question(const struct vd_verification *verification, unsigned k,
                              struct vd_lookup_request *request, struct vd_log_base *base);

/* An operator's answer to the open question, read for its kind and count; what it points to stays in place until the
 * end. is_news: as for vd_log_check_checkpoint; may be NULL. Returns what is wanted now; when another question is open,
 * answers to the old one are no longer given. A local operator's: verify/local.h. */
enum vd_wanted vd_verification_answer(struct vd_verification *verification, unsigned k,
                                      const struct vd_log_base *base, const struct vd_lookup_answer *answer,
                                      bool *is_news);

/* Operator k does not answer the open question, and is not asked again. Returns what is wanted now. */
enum vd_wanted vd_verification_unreachable(struct vd_verification *verification, unsigned k);

/* Completes the verdict and wipes the rest. Before VD_WANTED_NOTHING: whoever has not answered counts as unreachable.
 * Called once for each that was begun. */
void vd_verification_end(struct vd_verification *verification);

/* The state of operator k's log in this verifier: for a look-up that is not part of a verification. */
struct vd_log_check *vd_verifier_log(struct vd_verifier *verifier, unsigned k);

/* Zeroes the whole struct in a way that is not optimised away. */
void vd_verdict_wipe(struct vd_verdict *verdict);

#endif
