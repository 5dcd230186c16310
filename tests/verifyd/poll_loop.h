/* poll_loop.h: the least event loop that can drive a client: poll() over what the client wants watched. */
#ifndef TEST_POLL_LOOP_H
#define TEST_POLL_LOOP_H

#include <poll.h>

#include "net/client.h"

enum { POLL_LOOP_FDS = 256 };

struct poll_loop {
  struct pollfd fds[POLL_LOOP_FDS]; /* fd −1: free */
  uint64_t timer_at_ms;             /* UINT64_MAX: not asked for */
};

void poll_loop_init(struct poll_loop *loop);

/* What to give to vd_client_new. */
struct vd_client_hooks poll_loop_hooks(struct poll_loop *loop);

/* How many fds are watched. */
size_t poll_loop_watched(const struct poll_loop *loop);

/* Runs until *count is at least `until`; false when that takes longer than wait_ms. */
bool poll_loop_run(struct poll_loop *loop, struct vd_client *client, const unsigned *count, unsigned until,
                   unsigned wait_ms);

#endif
