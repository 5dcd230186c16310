/* comparing_fixture.h: what a log of log_fixture.h says of itself when it is asked whether it continues an anchor. */
#ifndef COMPARING_FIXTURE_H
#define COMPARING_FIXTURE_H

#include "anchor/comparing.h"
#include "log_fixture.h"

/* The consistency proof; empty when the log has not come as far. */
void comparing_proof(struct test_log *log, uint64_t old_size, uint64_t size, struct frag_proof *proof);

void comparing_root(struct test_log *log, uint64_t size, uint8_t root[static FRAG_HASH_LEN]);

/* Signs a checkpoint; returns its length. note: FRAG_CHECKPOINT_MAX. */
size_t comparing_sign(struct test_log *log, uint64_t size, const char *origin, const uint8_t seed[static 32],
                      char *note);

#endif
