/* step_fixture.h: verifications step by step, with the fixture's three operators as if they were remote: their answers
 * come from their ledgers, may be changed on the way, and arrive in any order. */
#ifndef STEP_FIXTURE_H
#define STEP_FIXTURE_H

#include "verify_fixture.h"

/* What is done to an answer before it arrives; false: it never does. */
typedef bool step_change(void *context, unsigned k, const struct vd_lookup_request *request,
                         struct vd_lookup_answer *answer);

struct step_run {
  struct vd_verifier *verifier;
  const char *qr;
  size_t qr_len;
  uint64_t now_s;
  unsigned operators;                /* bit set of those that answer at all */
  unsigned order[FIXTURE_OPERATORS]; /* in which they are asked, each time */
  step_change *change;               /* NULL: none */
  void *context;
  unsigned news;                     /* out: bit set of operators whose checkpoint was news */
};

/* A verifier with the three operators as remote ones; the test's to free. */
struct vd_verifier *step_verifier(struct verify_fixture *fixture, unsigned threshold, struct vd_seen *seen);

/* The same with a limit to the age of a status; local: bit set of operators whose ledgers are read directly. */
struct vd_verifier *step_verifier_aged(struct verify_fixture *fixture, unsigned threshold, uint64_t status_max_age_s,
                                       unsigned local);

/* The same with anchors, which may be NULL, and a memory, which may be NULL too. */
struct vd_verifier *step_verifier_anchored(struct verify_fixture *fixture, struct vd_anchors *anchors,
                                           struct vd_seen *seen, unsigned local);

/* Runs one to its end, into *verdict, and returns its code. Checks that its memory is wiped. */
frag_error step_verify(struct verify_fixture *fixture, struct step_run *run, struct vd_verdict *verdict);

/* Operator k's answer to a request, in a snapshot that lasts until step_readers_end; false when it cannot be read. */
void step_readers_begin(struct verify_fixture *fixture);
bool step_look_up(struct verify_fixture *fixture, unsigned k, const struct vd_lookup_request *request,
                  struct vd_lookup_answer *answer);
void step_readers_end(struct verify_fixture *fixture);

/* Memory for a verification, full of rubbish; step_memory_free checks that whatever was written to it was wiped. */
struct vd_verification *step_memory_new(void);
void step_memory_free(struct vd_verification *verification);

#endif
