#include "serve/server.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "serve/listener.h"
#include "wire/submission.h"

enum { BODIES_MAX = 32 }; /* of the largest size, that may be in memory at once */

struct vd_server {
  struct vd_server_options options;
  struct vd_caps caps;
  struct vd_bridge bridge;
  struct vd_metrics *metrics; /* [workers] */
  struct vd_worker *workers;  /* [workers] */
  unsigned opened;            /* workers that are open */
  unsigned started;           /* workers whose thread runs */
  uint16_t port;
};

static size_t largest_body(const struct vd_limits *limits) {
  return limits->picture_bytes > VD_SUBMISSION_BYTES_MAX ? limits->picture_bytes : VD_SUBMISSION_BYTES_MAX;
}

static enum vd_error allocate(const struct vd_server_options *options, struct vd_server **server,
                              struct vd_failure *failure) {
  uint64_t seed;
  enum vd_error error = vd_random((uint8_t *)&seed, sizeof seed, failure);
  if (error != VD_OK) return error;
  struct vd_server *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the server");
  *server = made;
  made->options = *options;
  made->workers = calloc(options->workers, sizeof *made->workers);
  made->metrics = aligned_alloc(_Alignof(struct vd_metrics), options->workers * sizeof *made->metrics);
  if (made->workers == NULL || made->metrics == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the server");
  for (unsigned i = 0; i < options->workers; i++) vd_metrics_init(&made->metrics[i]);
  vd_caps_init(&made->caps, options->limits.connections, options->connections_per_address,
               largest_body(&options->limits) * BODIES_MAX, seed);
  vd_bridge_init(&made->bridge, options->limits.pictures_waiting);
  return VD_OK;
}

static enum vd_error open_worker(struct vd_server *server, unsigned i, int socket, struct vd_failure *failure) {
  const struct vd_server_options *options = &server->options;
  void *state = NULL;
  if (options->loop_state_new != NULL) {
    enum vd_error error = options->loop_state_new(options->service, &server->metrics[i], &state, failure);
    if (error != VD_OK) {
      vd_listener_close(&socket, 1);
      return error;
    }
  }
  struct vd_worker_options worker_options = {
      .site = {.routes = options->routes,
               .route_count = options->route_count,
               .limits = &server->options.limits,
               .caps = &server->caps,
               .metrics = &server->metrics[i],
               .service = options->service,
               .loop_state = state},
      .bridge = &server->bridge,
      .hooks = options->loop_hooks,
      .socket = socket,
      .drain_ms = options->drain_ms,
      .log_fd = options->log_fd,
      .log_level = options->log_level,
  };
  enum vd_error error = vd_worker_open(&server->workers[i], &worker_options, failure);
  if (error != VD_OK && state != NULL) options->loop_state_free(state);
  return error;
}

static enum vd_error open_workers(struct vd_server *server, struct vd_failure *failure) {
  int sockets[VD_WORKERS_MAX];
  unsigned count = server->options.workers;
  enum vd_error error = vd_listener_open(&server->options.endpoint, count, sockets, &server->port, failure);
  if (error != VD_OK) return error;
  for (; server->opened < count; server->opened++) {
    error = open_worker(server, server->opened, sockets[server->opened], failure);
    if (error == VD_OK) continue;
    vd_listener_close(sockets + server->opened + 1, count - server->opened - 1);
    return error;
  }
  return VD_OK;
}

enum vd_error vd_server_new(const struct vd_server_options *options, struct vd_server **server,
                            struct vd_failure *failure) {
  assert(options->workers >= 1 && options->workers <= VD_WORKERS_MAX);
  assert(options->route_count <= VD_METRICS_ROUTES_MAX);
  *server = NULL;
  enum vd_error error = allocate(options, server, failure);
  if (error == VD_OK) error = open_workers(*server, failure);
  if (error != VD_OK) {
    vd_server_free(*server);
    *server = NULL;
  }
  return error;
}

uint16_t vd_server_port(const struct vd_server *server) { return server->port; }

const struct vd_metrics *vd_server_metrics(const struct vd_server *server, size_t *count) {
  *count = server->options.workers;
  return server->metrics;
}

enum vd_error vd_server_start(struct vd_server *server, struct vd_failure *failure) {
  for (; server->started < server->opened; server->started++) {
    enum vd_error error = vd_worker_start(&server->workers[server->started], failure);
    if (error != VD_OK) return error;
  }
  return VD_OK;
}

void vd_server_stop(struct vd_server *server) {
  for (unsigned i = 0; i < server->started; i++) vd_worker_stop(&server->workers[i]);
  for (unsigned i = 0; i < server->started; i++) vd_worker_join(&server->workers[i]);
  server->started = 0;
}

void vd_server_free(struct vd_server *server) {
  if (server == NULL) return;
  vd_server_stop(server);
  for (unsigned i = 0; i < server->opened; i++) {
    void *state = server->workers[i].site.loop_state;
    vd_worker_close(&server->workers[i]);
    if (state != NULL) server->options.loop_state_free(state);
  }
  free(server->metrics);
  free(server->workers);
  free(server);
}
