#include "serve/client_loop.h"

#include <stdlib.h>
#include <string.h>

struct vd_client_watch {
  uv_poll_t poll;
  struct vd_client_loop *client_loop;
  int fd;
  struct vd_client_watch **link, *next; /* in the list, link being what points here */
};

static void on_events(uv_poll_t *poll, int status, int events) {
  const struct vd_client_watch *watch = poll->data;
  unsigned ready = VD_CLIENT_NONE; /* it has failed */
  if (status == 0 && (events & UV_READABLE) != 0) ready |= VD_CLIENT_READ;
  if (status == 0 && (events & UV_WRITABLE) != 0) ready |= VD_CLIENT_WRITE;
  vd_client_socket(watch->client_loop->client, watch->fd, ready);
}

static struct vd_client_watch *find_watch(const struct vd_client_loop *client_loop, int fd) {
  struct vd_client_watch *watch = client_loop->watches;
  while (watch != NULL && watch->fd != fd) watch = watch->next;
  return watch;
}

static struct vd_client_watch *add_watch(struct vd_client_loop *client_loop, int fd) {
  struct vd_client_watch *watch = malloc(sizeof *watch);
  if (watch == NULL || uv_poll_init(client_loop->loop, &watch->poll, fd) != 0) {
    free(watch);
    return NULL;
  }
  watch->poll.data = watch;
  watch->client_loop = client_loop;
  watch->fd = fd;
  watch->link = &client_loop->watches;
  watch->next = client_loop->watches;
  if (watch->next != NULL) watch->next->link = &watch->next;
  client_loop->watches = watch;
  return watch;
}

static void on_watch_closed(uv_handle_t *poll) { free(poll->data); }

static void remove_watch(struct vd_client_watch *watch) {
  *watch->link = watch->next;
  if (watch->next != NULL) watch->next->link = watch->link;
  uv_close((uv_handle_t *)&watch->poll, on_watch_closed); /* lets go of the socket at once */
}

/* A socket that cannot be watched for want of memory is left to the deadline of its request. */
static void on_watch(void *context, int fd, unsigned events) {
  struct vd_client_loop *client_loop = context;
  struct vd_client_watch *watch = find_watch(client_loop, fd);
  if (events == VD_CLIENT_NONE) {
    if (watch != NULL) remove_watch(watch);
    return;
  }
  int wanted = ((events & VD_CLIENT_READ) != 0 ? UV_READABLE : 0) | ((events & VD_CLIENT_WRITE) != 0 ? UV_WRITABLE : 0);
  if (watch == NULL) watch = add_watch(client_loop, fd);
  if (watch != NULL) (void)uv_poll_start(&watch->poll, wanted, on_events);
}

static void on_time(uv_timer_t *timer) {
  struct vd_client_loop *client_loop = timer->data;
  vd_client_timer(client_loop->client);
}

static void on_timer(void *context, long timeout_ms) {
  struct vd_client_loop *client_loop = context;
  if (timeout_ms < 0) {
    (void)uv_timer_stop(&client_loop->timer);
    return;
  }
  uv_update_time(client_loop->loop); /* the client counts from now, not from when the loop last woke */
  (void)uv_timer_start(&client_loop->timer, on_time, (uint64_t)timeout_ms, 0);
}

enum vd_error vd_client_loop_open(struct vd_client_loop *client_loop, uv_loop_t *loop, unsigned connections_per_host,
                                  struct vd_failure *failure) {
  struct vd_client_options options = {.hooks = {.watch = on_watch, .timer = on_timer, .context = client_loop},
                                      .connections_per_host = connections_per_host};
  memset(client_loop, 0, sizeof *client_loop);
  client_loop->loop = loop;
  enum vd_error error = vd_client_new(&options, &client_loop->client, failure);
  if (error != VD_OK) return error;
  (void)uv_timer_init(loop, &client_loop->timer); /* cannot fail */
  client_loop->timer.data = client_loop;
  return VD_OK;
}

void vd_client_loop_close(struct vd_client_loop *client_loop) {
  vd_client_free(client_loop->client);
  client_loop->client = NULL;
  while (client_loop->watches != NULL) remove_watch(client_loop->watches);
  uv_close((uv_handle_t *)&client_loop->timer, NULL);
}
