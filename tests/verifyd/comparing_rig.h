/* comparing_rig.h: a log over HTTP that is honest or not, anchors of it, and the comparing of both. What does not work
 * fails the test. */
#ifndef COMPARING_RIG_H
#define COMPARING_RIG_H

#include <stdatomic.h>

#include "comparing_fixture.h"
#include "http_peer.h"
#include "poll_loop.h"
#include "temp_folder.h"

#define ORIGIN "ledger.example/log/1"
enum { TIMEOUT_MS = 10000, SILENCE_MS = 500, PATIENCE_MS = 20000, TURN_MS = 5, DISPUTED_MS = 60000 };
enum { SIZE = 60, SPLIT = 12, TOLD_MAX = 32768 };

enum manner {
  HONEST, SILENT, GARBAGE, NOT_FOUND, BAD_SIGNATURE, OTHER_KEY, OTHER_ORIGIN, BAD_PROOF, SHORT_PROOF,
  NO_TILE, LYING_TILE, SHORT_TILE
};

struct state {
  struct frag_context *context;
  struct test_log log;       /* what was anchored */
  struct test_log shown;     /* what the log shows now: on the peer's thread */
  atomic_uint split_at;      /* to who knows this size it shows another tree, forked at SPLIT; 0: to nobody */
  atomic_uint size;          /* of its checkpoint */
  atomic_int manner;
  atomic_uint tiles;         /* asked for */
  struct http_peer *peer;
  struct poll_loop loop;
  struct vd_client *client;
  struct temp_folder folder;
  struct vd_anchors *anchors;
  struct vd_seen *seen; /* NULL in most tests */
  struct vd_comparing *comparing;
  uint64_t later_ms;   /* how far the clock is ahead */
  unsigned timeout_ms; /* of a request */
  char told[TOLD_MAX];
};

/* For cmocka: *state becomes a struct state *. Nothing is compared yet. */
int begin(void **out);
int end(void **in);

/* Of the folder, anew. */
void open_anchors(struct state *state, const char *origin);

/* store: NULL: over the network. */
void compare_with(struct state *state, struct vd_store *store, const struct frag_log_key *key);

/* Anchors of these sizes, with the root that the log had. */
void add_anchors(struct state *state, const uint64_t *sizes, size_t count);
enum vd_anchors_state state_of(struct state *state, uint64_t n);

/* A checkpoint of that size of the log is the last one seen; 0: none is. */
void remember(struct state *state, uint64_t size);

/* One look, and what comes of it at once. */
void look(struct state *state);
void wait_for_state(struct state *state, uint64_t n, enum vd_anchors_state wanted);

/* Until it is asked again: what came before was no answer. */
void wait_silent(struct state *state);

/* How often what was told has that text. */
unsigned count_told(const struct state *state, const char *text);

/* The evidence file of anchor n, for free. */
char *read_evidence(struct state *state, uint64_t n);

#endif
