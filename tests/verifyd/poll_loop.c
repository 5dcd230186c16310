#include "poll_loop.h"

#include <assert.h>

void poll_loop_init(struct poll_loop *loop) {
  for (size_t at = 0; at < POLL_LOOP_FDS; at++) loop->fds[at] = (struct pollfd){.fd = -1};
  loop->timer_at_ms = UINT64_MAX;
}

static struct pollfd *find(struct poll_loop *loop, int fd) {
  for (size_t at = 0; at < POLL_LOOP_FDS; at++)
    if (loop->fds[at].fd == fd) return &loop->fds[at];
  return NULL;
}

static void watch(void *context, int fd, unsigned events) {
  struct poll_loop *loop = context;
  struct pollfd *at = find(loop, fd);
  if (at == NULL && events == VD_CLIENT_NONE) return;
  if (at == NULL) at = find(loop, -1);
  assert(at != NULL);
  *at = (struct pollfd){.fd = events == VD_CLIENT_NONE ? -1 : fd};
  if ((events & VD_CLIENT_READ) != 0) at->events = POLLIN;
  if ((events & VD_CLIENT_WRITE) != 0) at->events = (short)(at->events | POLLOUT);
}

static void set_timer(void *context, long timeout_ms) {
  struct poll_loop *loop = context;
  loop->timer_at_ms = timeout_ms < 0 ? UINT64_MAX : vd_client_now_ms() + (uint64_t)timeout_ms;
}

struct vd_client_hooks poll_loop_hooks(struct poll_loop *loop) {
  return (struct vd_client_hooks){.watch = watch, .timer = set_timer, .context = loop};
}

size_t poll_loop_watched(const struct poll_loop *loop) {
  size_t count = 0;
  for (size_t at = 0; at < POLL_LOOP_FDS; at++) count += loop->fds[at].fd >= 0;
  return count;
}

static void turn(struct poll_loop *loop, struct vd_client *client, uint64_t end_ms) {
  uint64_t now_ms = vd_client_now_ms();
  uint64_t until_ms = loop->timer_at_ms < end_ms ? loop->timer_at_ms : end_ms;
  (void)poll(loop->fds, POLL_LOOP_FDS, until_ms > now_ms ? (int)(until_ms - now_ms) : 0);
  for (size_t at = 0; at < POLL_LOOP_FDS; at++) {
    struct pollfd *ready = &loop->fds[at];
    unsigned events = 0;
    if (ready->fd < 0 || ready->revents == 0) continue;
    if ((ready->revents & POLLIN) != 0) events |= VD_CLIENT_READ;
    if ((ready->revents & POLLOUT) != 0) events |= VD_CLIENT_WRITE;
    ready->revents = 0;
    vd_client_socket(client, ready->fd, events);
  }
  if (loop->timer_at_ms > vd_client_now_ms()) return;
  loop->timer_at_ms = UINT64_MAX;
  vd_client_timer(client);
}

bool poll_loop_run(struct poll_loop *loop, struct vd_client *client, const unsigned *count, unsigned until,
                   unsigned wait_ms) {
  uint64_t end_ms = vd_client_now_ms() + wait_ms;
  while (*count < until && vd_client_now_ms() < end_ms) turn(loop, client, end_ms);
  return *count >= until;
}
