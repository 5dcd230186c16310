/* seen_fixture.h: a folder for what is remembered of other logs, and signed checkpoints of logs to be remembered. What
 * does not work fails the test. */
#ifndef SEEN_FIXTURE_H
#define SEEN_FIXTURE_H

#include <limits.h>

#include "ledger/seen.h"
#include "temp_folder.h"

enum { NOW_S = 1764547300 };
static const char seen_origin[] = "one.example/log";
static const uint8_t no_root[FRAG_HASH_LEN];

struct fixture {
  struct temp_folder folder;
  char path[PATH_MAX];
  struct frag_context *context;
  struct vd_seen *seen;
};

/* A signed checkpoint and what it decodes to; views into `note`. */
struct signed_note {
  char note[FRAG_CHECKPOINT_MAX];
  struct frag_checkpoint checkpoint;
};

/* For cmocka: *state becomes a struct fixture *, opened. */
int seen_fixture_begin(void **state);
int seen_fixture_end(void **state);

void open_seen(struct fixture *fixture);
void reopen(struct fixture *fixture);

/* The root that the honest log has at a size, and that of fork number `fork`: not what a tree would give, but one for
 * each size, which is all that is looked at here. */
void root_of(uint8_t root[static FRAG_HASH_LEN], uint64_t size, uint8_t fork);

void sign_note(struct frag_context *context, struct signed_note *signed_note, const char *name, uint64_t size,
               uint8_t fork, uint64_t time_s);

/* Hands in a checkpoint of a log (seen_origin's), proven from the honest log at base_size. */
enum vd_seen_outcome advance_log(struct fixture *fixture, const char *name, uint64_t base_size, uint64_t size,
                                 uint8_t fork);
enum vd_seen_outcome advance(struct fixture *fixture, uint64_t base_size, uint64_t size, uint8_t fork);

/* Accuses a log of two forks at size 10. */
void accuse(struct fixture *fixture, const char *name, uint8_t fork, uint8_t other_fork);

struct vd_seen_state state_of(struct fixture *fixture, const char *name);
void assert_unknown(struct fixture *fixture, const char *name);

/* Size, root and note belong together. */
void assert_state(struct frag_context *context, const struct vd_seen_state *state, uint64_t size);
void assert_at(struct fixture *fixture, const char *name, uint64_t size, bool has_equivocated);

/* How many evidence files there are; the last one's path in `path`. */
unsigned count_evidence(const struct fixture *fixture, char path[static PATH_MAX]);

#endif
