/* verify_fixture.h: a small realm for tests: a trust list, three operators with real ledgers, documents issued by
 * libfrag, and a verifier over them. */
#ifndef VERIFY_FIXTURE_H
#define VERIFY_FIXTURE_H

#include <frag/status.h>

#include "ledger_fixture.h"
#include "verify/verify.h"

enum {
  FIXTURE_OPERATORS = 3,
  FIXTURE_THRESHOLD = 2,
  FIXTURE_PLAINTEXT_LEN = 384,
  FIXTURE_RECORD_LEN = 24 + 32 * FIXTURE_OPERATORS + 1 + FIXTURE_PLAINTEXT_LEN
};
#define FIXTURE_NOW_S UINT64_C(1750000000)
#define FIXTURE_NOT_BEFORE_S UINT64_C(1600000000) /* of every key */
#define FIXTURE_NOT_AFTER_S UINT64_C(4000000000)
#define FIXTURE_COMPROMISED_S (FIXTURE_NOW_S - 1000)
#define FIXTURE_TYPE "school-leaving/bac2"
#define ALL_OPERATORS 7u

enum fixture_key {
  KEY_MINISTRY,    /* of ministry.example, every type */
  KEY_SCHOOL,      /* of school.example, only school-leaving/bac1 */
  KEY_COMPROMISED, /* of ministry.example, since FIXTURE_COMPROMISED_S */
  KEY_REGISTRAR,
  KEY_STRANGER,    /* not in the list */
  FIXTURE_KEYS
};

struct verify_fixture {
  struct ledger_fixture ledger;
  struct frag_context *context;
  struct frag_key *keys[FIXTURE_KEYS];
  struct frag_trust *trust;
  struct vd_store *stores[FIXTURE_OPERATORS];
  struct vd_store_reader *readers[FIXTURE_OPERATORS]; /* of the tests' own look-ups; see step_fixture.h */
  uint8_t log_seeds[FIXTURE_OPERATORS][32];           /* that sign the operators' checkpoints */
  struct vd_verifier *verifier;
  struct vd_verdict verdict;
  unsigned operators, threshold; /* of the verifier; see use_operators */
  struct vd_verifier *remote;    /* the same operators as if over the network; made when it is needed */
  struct vd_verdict remote_verdict;
};

/* For cmocka: *state becomes a struct verify_fixture *. */
int verify_fixture_begin(void **state);
int verify_fixture_end(void **state);

/* What is to be issued; zero means the usual: by the ministry, valid for ever, issued a day ago. */
struct plan {
  enum fixture_key key;
  const char *issuer;
  const char *type;
  const char *serial;
  uint64_t issued_s;
  uint64_t expires_s;
};

struct paper {
  char qr[FRAG_QR_TEXT_LEN + 1];
  uint8_t rid[FRAG_RID_LEN];
  uint8_t records[FIXTURE_OPERATORS][FIXTURE_RECORD_LEN];
};

struct paper issue(struct verify_fixture *fixture, struct plan plan);

/* The same for a plaintext P of our own making: opens with its QR text at threshold 1, whatever it holds. */
struct paper issue_raw(struct verify_fixture *fixture, const uint8_t plaintext[static FIXTURE_PLAINTEXT_LEN]);

/* Puts a paper's records at the operators of the bit set (bit 0 = operator 1). */
void keep(struct verify_fixture *fixture, const struct paper *paper, unsigned operators, uint64_t time_s);

/* A record whose share was replaced and whose hash and leaf were made to fit again. */
void forge_share(struct verify_fixture *fixture, struct paper *paper, unsigned operator_number, uint8_t with);

/* Statement n by a key: always the same bytes for the same n, kind and key. */
void make_statement(struct verify_fixture *fixture, uint8_t record[static FRAG_STATUS_RECORD_LEN],
                    const struct paper *paper, uint32_t n, frag_status_kind kind, enum fixture_key key);

/* Puts statement n at operators, at a time of theirs. put_junk puts 114 bytes under the right s_n that open to
 * nothing. */
void put_statement(struct verify_fixture *fixture, const struct paper *paper, uint32_t n, frag_status_kind kind,
                   enum fixture_key key, unsigned operators, uint64_t time_s);
void put_junk(struct verify_fixture *fixture, const struct paper *paper, uint32_t n, unsigned operators);

/* Makes the verifier anew, with only those operators' stores, and that threshold. */
void use_operators(struct verify_fixture *fixture, unsigned operators, unsigned threshold);

/* Verifies into fixture->verdict and returns the code; checks what must hold of every verdict. Above all: unless it
 * is VALID, no byte of the document is anywhere in it. And it must be the same over the network (step_fixture.h). */
frag_error verify_text(struct verify_fixture *fixture, const char *qr, size_t len, uint64_t now_s);
frag_error verify(struct verify_fixture *fixture, const struct paper *paper);

/* What must hold of every verdict, whoever made it. */
void assert_verdict_fits(const struct verify_fixture *fixture, const struct vd_verdict *verdict);

/* The paths of an operator's data.mdb, and all places of those bytes in it. */
struct places {
  int fd;
  size_t count;
  long at[16];
};
struct places find_in_ledger(const struct verify_fixture *fixture, unsigned operator_number, const uint8_t *bytes,
                             size_t len);
/* Flips one bit `offset` bytes behind every place. Doing it twice restores the file. */
void flip_in_ledger(const struct places *places, long offset);

#endif
