#include "serve/worker.h"

#include <assert.h>
#include <string.h>
#include <time.h>

#include "serve/listener.h"

static void on_connection(uv_stream_t *listener, int status) {
  struct vd_worker *worker = listener->data;
  if (status != 0) return; /* out of descriptors: libuv tries again */
  vd_connection_accept(worker);
}

static void on_before_wait(uv_prepare_t *prepare) {
  struct vd_worker *worker = prepare->data;
  vd_log_flush(&worker->log);
}

/* ---- stopping ---- */

/* The loop ends by itself once none of its handles is open. */
static void close_when_drained(struct vd_worker *worker) {
  if (!worker->is_draining || worker->connection_count > 0) return;
  if (uv_is_closing((uv_handle_t *)&worker->drain_deadline)) return;
  uv_close((uv_handle_t *)&worker->drain_deadline, NULL);
  uv_close((uv_handle_t *)&worker->before_wait, NULL);
  if (worker->hooks.stop != NULL) worker->hooks.stop(worker->site.loop_state);
  vd_home_close(&worker->home);
}

static void on_drain_deadline(uv_timer_t *timer) {
  struct vd_worker *worker = timer->data;
  for (struct vd_connection *connection = worker->connections; connection != NULL; connection = connection->next)
    vd_connection_close(connection);
}

static void on_stop(void *context) {
  struct vd_worker *worker = context;
  if (worker->is_draining) return;
  worker->is_draining = true;
  uv_close((uv_handle_t *)&worker->listener, NULL);
  vd_bell_close(&worker->stop_bell);
  (void)uv_timer_start(&worker->drain_deadline, on_drain_deadline, worker->drain_ms, 0);
  for (struct vd_connection *connection = worker->connections; connection != NULL; connection = connection->next)
    vd_connection_drain(connection);
  close_when_drained(worker);
}

/* ---- the list of connections ---- */

void vd_worker_add(struct vd_worker *worker, struct vd_connection *connection) {
  connection->previous = NULL;
  connection->next = worker->connections;
  if (worker->connections != NULL) worker->connections->previous = connection;
  worker->connections = connection;
  worker->connection_count++;
}

void vd_worker_remove(struct vd_worker *worker, struct vd_connection *connection) {
  assert(worker->connection_count > 0);
  if (connection->previous != NULL) connection->previous->next = connection->next;
  else worker->connections = connection->next;
  if (connection->next != NULL) connection->next->previous = connection->previous;
  worker->connection_count--;
  close_when_drained(worker);
}

const char *vd_worker_date(struct vd_worker *worker) {
  int64_t now_s = (int64_t)time(NULL);
  if (now_s != worker->date_s) vd_date_format(worker->date, now_s);
  worker->date_s = now_s;
  return worker->date;
}

/* ---- life ---- */

static int open_handles(struct vd_worker *worker, int socket) {
  worker->listener.data = worker->before_wait.data = worker->drain_deadline.data = worker;
  (void)uv_prepare_init(&worker->loop, &worker->before_wait); /* these cannot fail */
  (void)uv_prepare_start(&worker->before_wait, on_before_wait);
  (void)uv_timer_init(&worker->loop, &worker->drain_deadline);
  (void)uv_tcp_init(&worker->loop, &worker->listener);
  int result = vd_bell_open(&worker->stop_bell, &worker->loop, on_stop, worker);
  if (result == 0) result = uv_tcp_open(&worker->listener, socket);
  if (result != 0) vd_listener_close(&socket, 1);
  if (result == 0) result = uv_listen((uv_stream_t *)&worker->listener, 1024, on_connection);
  if (result == 0) result = vd_home_open(&worker->home, &worker->loop); /* last: it is not for uv_walk */
  return result;
}

static void close_loop(struct vd_worker *worker) {
  (void)uv_run(&worker->loop, UV_RUN_DEFAULT);
  int result = uv_loop_close(&worker->loop);
  assert(result == 0);
  (void)result;
}

void vd_worker_close(struct vd_worker *worker) {
  on_stop(worker); /* only when the thread was never started */
  close_loop(worker);
}

static void close_handle(uv_handle_t *handle, void *unused) {
  (void)unused;
  if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

/* Some of the handles may be open. */
static enum vd_error fail_to_open(struct vd_worker *worker, int result, struct vd_failure *failure) {
  uv_walk(&worker->loop, close_handle, NULL);
  close_loop(worker);
  return vd_fail(failure, VD_INTERNAL, "cannot serve on a socket: %s", uv_strerror(result));
}

static enum vd_error start_hooks(struct vd_worker *worker, struct vd_failure *failure) {
  if (worker->hooks.start == NULL) return VD_OK;
  enum vd_error error =
      worker->hooks.start(worker->site.loop_state, &worker->loop, &worker->home, &worker->log, failure);
  if (error == VD_OK) return VD_OK;
  worker->hooks.stop = NULL;
  vd_worker_close(worker);
  return error;
}

enum vd_error vd_worker_open(struct vd_worker *worker, const struct vd_worker_options *options,
                             struct vd_failure *failure) {
  memset(worker, 0, sizeof *worker);
  worker->site = options->site;
  worker->bridge = options->bridge;
  worker->hooks = options->hooks;
  worker->drain_ms = options->drain_ms;
  vd_log_init(&worker->log, options->log_fd, options->log_level);
  int result = uv_loop_init(&worker->loop);
  if (result != 0) {
    vd_listener_close(&options->socket, 1);
    return vd_fail(failure, VD_INTERNAL, "cannot make an event loop: %s", uv_strerror(result));
  }
  result = open_handles(worker, options->socket);
  return result == 0 ? start_hooks(worker, failure) : fail_to_open(worker, result, failure);
}

static void run_loop(void *context) {
  struct vd_worker *worker = context;
  (void)uv_run(&worker->loop, UV_RUN_DEFAULT);
  vd_log_flush(&worker->log);
}

enum vd_error vd_worker_start(struct vd_worker *worker, struct vd_failure *failure) {
  int result = uv_thread_create(&worker->thread, run_loop, worker);
  if (result != 0) return vd_fail(failure, VD_INTERNAL, "cannot start a thread: %s", uv_strerror(result));
  return VD_OK;
}

void vd_worker_stop(struct vd_worker *worker) { vd_bell_ring(&worker->stop_bell); }

void vd_worker_join(struct vd_worker *worker) { (void)uv_thread_join(&worker->thread); }
