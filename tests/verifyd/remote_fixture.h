/* remote_fixture.h: the small realm of verify_fixture.h with its three ledgers behind three real servers on loopback,
 * which die, dawdle and lie, and a verifier that asks them. */
#ifndef REMOTE_FIXTURE_H
#define REMOTE_FIXTURE_H

#include "http_peer.h"
#include "poll_loop.h"
#include "remote/remote_verify.h"
#include "step_fixture.h"

enum { TIMEOUT_MS = 20000, SHORT_MS = 300, PATIENCE_MS = 60000, MANY = 40, PAPERS_BEFORE = 5, FAILURES_MAX = 3 };

/* How an operator answers. Those before LIES do not answer at all, as far as a portal can tell. */
enum lie {
  HONEST,
  DEAD,
  SILENT,
  BUSY,
  NO_OPERATOR,
  CUT_OFF,
  TRUNCATED,
  ONE_BYTE_MORE,
  GARBAGE,
  LIES,
  BAD_SIGNATURE = LIES, /* of the checkpoint */
  OTHER_LOG,
  STALE,                /* a checkpoint that comes before one that was shown */
  BAD_PROOF,            /* of inclusion */
  SHORT_PROOF,
  NO_PROOF,
  BAD_INDEX,
  BAD_TIME,
  BAD_CONSISTENCY,
  BAD_SHARE,
  OTHER_RECORD,
  ABSENT,
  ERASED,
  LIES_END
};

struct fixture;

struct place {
  struct fixture *fixture;
  unsigned k;
  struct vd_store_reader *reader; /* of the peer's thread, and of one other's answers */
  struct vd_store_reader *other;
  struct http_peer *peer; /* NULL: dead */
  uint16_t port;
  char url[HTTP_PEER_URL_SIZE];
  enum lie lie;
  atomic_uint delay_ms;
  atomic_bool lies_about_statements; /* and about nothing else */
  atomic_uint statuses_left; /* questions about statements that it still answers; to further ones it is silent */
  unsigned strange_requests; /* that are not as they should be */
  uint8_t old[VD_LOOKUP_ANSWER_MAX]; /* an answer of earlier, for STALE */
  size_t old_len;
};

struct fixture {
  struct verify_fixture *realm;
  struct poll_loop loop;
  struct vd_client *client;
  struct vd_verifier *verifier;
  struct vd_remote_verifier *remote;
  struct place places[FIXTURE_OPERATORS];
  struct vd_verdict verdict;
  unsigned done;
  unsigned news[FIXTURE_OPERATORS];
  uint64_t clock_s; /* of the ledgers */
};

/* For cmocka: *state becomes a struct fixture *. All operators are honest and remote. */
int begin_remote(void **state);
int end_remote(void **state);

/* Makes the verifier anew, without what was known of the operators; those of the bit set are local. */
void remake(struct fixture *fixture, unsigned local, unsigned timeout_ms, unsigned verifications_max);

/* Operator k answers like this from now on, whatever it is asked and without a limit; its connections are closed. */
void become(struct fixture *fixture, unsigned k, enum lie lie);

/* Starts a verification that ends with fixture->done + 1. */
struct vd_remote_verification *start(struct fixture *fixture, const char *qr, struct vd_verdict *verdict);
void on_done(void *context, struct vd_verdict *verdict);

/* One from start to end, into fixture->verdict; returns its code. */
frag_error run(struct fixture *fixture, const char *qr);

/* Puts other papers, so that logs have proofs of some length; and one paper at every operator. */
void fill_logs(struct fixture *fixture, unsigned first);
struct paper keep_paper(struct fixture *fixture, const char *serial);

/* Notes what the operators answer now about a paper, to be shown again later; see STALE. */
void note_old_answers(struct fixture *fixture, const struct paper *paper);

#endif
