/* anchored_fixture.h: three ledgers with one paper in each, real anchors of their logs, and a verification that is made
 * over the network and with local ledgers alike. */
#ifndef TEST_ANCHORED_FIXTURE_H
#define TEST_ANCHORED_FIXTURE_H

#include "libfrag/cmocka_all.h"

#include "step_fixture.h"
#include "temp_folder.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define KEPT_S (FIXTURE_NOW_S - 50000)
#define DUE_S UINT64_C(7200)
#define BLOCK_S (KEPT_S + 600)
enum { SIZES = 4, TRACKS_MAX = 12, PAPER_SIZE = 2 /* of a log that has the paper as its last entry */ };

struct place {
  unsigned k; /* whose log */
  const char *chain; /* names of one chain begin with the same letter */
};

extern struct verify_fixture *fixture;
extern struct temp_folder folder;
extern struct vd_anchors *anchors;
extern uint8_t roots[FIXTURE_OPERATORS][SIZES][FRAG_HASH_LEN]; /* of each log at each size */
extern struct paper paper;                                     /* entry 1 of each log, kept at KEPT_S */
extern struct vd_verdict verdict;
extern const unsigned forward[3], backward[3];

/* For cmocka, around each test. */
int anchored_begin(void **state);
int anchored_end(void **state);

/* One more document, in every ledger. */
struct paper keep_one(struct plan plan, uint64_t time_s);

/* Begins anew with these tracks, numbered in that order; no anchor is known. */
void follow(const struct place *wanted, size_t count);
void follow_one(unsigned k);

/* The track's chain was looked at up to then. */
void see(size_t track, uint64_t time_s);

/* An anchor of what the log is at that size, in a block of that time. Returns its number. */
uint64_t found_one(size_t track, uint64_t size, uint64_t time_s, enum vd_anchors_state state);
void confirmed(size_t track, uint64_t size, uint64_t time_s);
void judge(size_t track, uint64_t n, enum vd_anchors_state state);

/* A verification by this verifier, asked in that order; change: see step_fixture.h. */
frag_error ask(struct vd_verifier *verifier, const struct paper *asked, const unsigned order[static 3],
               step_change *change);

/* By verifiers that are new, over the network and with local ledgers: both come to the same. Out: verdict. */
frag_error check(const struct paper *asked);

/* On the verdict. */
void assert_step(enum vd_check_state state, frag_error code);
void assert_warned(frag_error code);
void assert_tau(uint64_t time_s, bool is_anchored);
const struct vd_operator_anchor *anchor_of(unsigned k, size_t n);

#endif
