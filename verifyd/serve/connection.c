#include "serve/connection.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "serve/worker.h"

enum {
  LINGER_MS = 5000,
  LINGER_BYTES_MAX = 16 * 1024 * 1024,
  REFUSED_MAX = 64 /* connections of one loop that are told 503; more are closed without a word */
};

static void send_answer(struct vd_connection *connection);
static void advance(struct vd_connection *connection);

static const struct vd_limits *limits_of(const struct vd_connection *connection) {
  return connection->worker->site.limits;
}

static struct vd_metrics *metrics_of(const struct vd_connection *connection) {
  return connection->worker->site.metrics;
}

/* ---- the end ---- */

static void free_when_over(struct vd_connection *connection) {
  if (connection->handles > 0 || connection->work != VD_WORK_NONE) return;
  struct vd_worker *worker = connection->worker;
  if (connection->is_counted) vd_caps_connection_give(worker->site.caps, connection->address_slot);
  else worker->refused_count--;
  vd_metrics_count(&metrics_of(connection)->connections_closed);
  vd_exchange_free(&connection->exchange);
  vd_worker_remove(worker, connection);
  free(connection);
  if (worker->accept_waits) vd_connection_accept(worker);
}

static void handle_closed(struct vd_connection *connection) {
  connection->handles--;
  free_when_over(connection);
}

static void on_timer_closed(uv_handle_t *handle) { handle_closed(handle->data); }

static void on_stream_closed(void *context) { handle_closed(context); }

/* Nobody waits for the answer any more. */
static void abandon(struct vd_connection *connection) {
  struct vd_metrics *metrics = metrics_of(connection);
  switch (connection->work) {
    case VD_WORK_POOL: vd_metrics_count(&metrics->pictures_abandoned); break;
    case VD_WORK_LANE:
      vd_metrics_count(connection->exchange.deferred.is_search ? &metrics->searches_abandoned
                                                               : &metrics->writes_abandoned);
      break;
    case VD_WORK_PENDING: vd_metrics_count(&metrics->verifications_abandoned); break;
    case VD_WORK_NONE: break;
  }
  connection->work = VD_WORK_NONE;
  vd_exchange_discard(&connection->exchange);
}

void vd_connection_close(struct vd_connection *connection) {
  if (connection->state == VD_CONNECTION_CLOSING) return;
  connection->state = VD_CONNECTION_CLOSING;
  switch (connection->work) {
    case VD_WORK_POOL: vd_bridge_cancel(&connection->pool_job); break;
    case VD_WORK_LANE: vd_lane_cancel(&connection->lane_job); break;
    case VD_WORK_PENDING: abandon(connection); break;
    case VD_WORK_NONE: break;
  }
  uv_close((uv_handle_t *)&connection->deadline, on_timer_closed);
  vd_stream_close(&connection->stream);
}

/* ---- deadlines ---- */

static void on_deadline(uv_timer_t *timer);

static void start_deadline(struct vd_connection *connection, unsigned after_ms) {
  (void)uv_timer_start(&connection->deadline, on_deadline, after_ms, 0); /* fails only when closing */
}

static void reading_too_slow(struct vd_connection *connection) {
  struct vd_metrics *metrics = metrics_of(connection);
  if (connection->exchange.phase == VD_EXCHANGE_IDLE) {
    vd_metrics_count(&metrics->idle_deadlines);
    vd_connection_close(connection);
    return;
  }
  vd_metrics_count(connection->exchange.phase == VD_EXCHANGE_HEAD ? &metrics->header_deadlines
                                                                  : &metrics->body_deadlines);
  vd_exchange_refuse(&connection->exchange, VD_PROBLEM_TIMEOUT, "The request did not arrive in time.");
  advance(connection);
}

static void answer_too_late(struct vd_connection *connection) {
  assert(connection->work == VD_WORK_PENDING); /* nothing else has a deadline */
  vd_metrics_count(&metrics_of(connection)->answer_deadlines);
  connection->work = VD_WORK_NONE;
  vd_exchange_discard(&connection->exchange);
  vd_exchange_refuse(&connection->exchange, VD_PROBLEM_BUSY, "The answer took too long to find; please try again.");
  send_answer(connection);
  advance(connection);
}

/* After a pause of the machine or of the loop libuv runs the timers before it looks at the sockets, where what is said
 * to be missing may have been waiting for long: one more turn of the loop shows it. */
static void reading_overdue(struct vd_connection *connection) {
  if (connection->is_overdue) {
    reading_too_slow(connection);
    return;
  }
  connection->is_overdue = true;
  start_deadline(connection, 1);
}

static void on_deadline(uv_timer_t *timer) {
  struct vd_connection *connection = timer->data;
  switch (connection->state) {
    case VD_CONNECTION_READING: reading_overdue(connection); break;
    case VD_CONNECTION_WRITING:
      vd_metrics_count(&metrics_of(connection)->write_deadlines);
      vd_connection_close(connection);
      break;
    case VD_CONNECTION_LINGERING: vd_connection_close(connection); break;
    case VD_CONNECTION_WORKING: answer_too_late(connection); break;
    case VD_CONNECTION_CLOSING: break;
  }
}

/* ---- answers ---- */

static void record_answer(struct vd_connection *connection) {
  const struct vd_exchange *exchange = &connection->exchange;
  uint64_t duration_us = (uv_hrtime() - connection->ready_ns) / 1000;
  unsigned status = exchange->response.status;
  struct vd_log_request entry = {
      .method = vd_http_method_name(exchange->head.method),
      .route = vd_exchange_route_name(exchange),
      .status = status,
      .bytes = exchange->head.method == VD_HTTP_HEAD ? 0 : vd_response_body_len(&exchange->response),
      .duration_us = duration_us,
  };
  vd_log_request(&connection->worker->log, &entry);
  vd_metrics_request(metrics_of(connection), vd_exchange_route_index(exchange), status, duration_us);
}

static void linger(struct vd_connection *connection) {
  connection->state = VD_CONNECTION_LINGERING;
  vd_stream_end(&connection->stream);
  vd_stream_read(&connection->stream, true);
  start_deadline(connection, LINGER_MS);
}

/* The whole answer is with the kernel. */
static void answered(struct vd_connection *connection) {
  struct vd_exchange *exchange = &connection->exchange;
  bool all_read = exchange->phase == VD_EXCHANGE_READY && exchange->inbox_len == exchange->taken;
  record_answer(connection);
  if (connection->keeps) {
    vd_exchange_next(exchange);
    connection->state = VD_CONNECTION_READING;
    connection->awaited = VD_EXCHANGE_READY; /* so that the next wait starts its deadline anew */
  } else if (all_read || connection->ended) {
    vd_connection_close(connection);
  } else {
    vd_exchange_drop(exchange);
    linger(connection);
  }
}

static enum vd_connection_header connection_header(const struct vd_connection *connection) {
  if (!connection->keeps) return VD_CONNECTION_CLOSE;
  return connection->exchange.head.minor == 0 ? VD_CONNECTION_KEEP_1_0 : VD_CONNECTION_KEEP;
}

static void send_answer(struct vd_connection *connection) {
  const struct vd_exchange *exchange = &connection->exchange;
  const struct vd_response *response = &exchange->response;
  connection->keeps = vd_exchange_keeps(exchange) && !connection->worker->is_draining;
  size_t head_len =
      vd_response_head(response, connection_header(connection), vd_worker_date(connection->worker), connection->head);
  bool head_only = exchange->head.method == VD_HTTP_HEAD || response->status == 304;
  const void *body = response->fixed_body != NULL ? response->fixed_body : response->body.bytes;
  connection->state = VD_CONNECTION_WRITING;
  switch (vd_stream_write(&connection->stream, connection->head, head_len, body,
                          head_only ? 0 : vd_response_body_len(response))) {
    case VD_STREAM_DONE: answered(connection); break;
    case VD_STREAM_PENDING: start_deadline(connection, limits_of(connection)->write_ms); break;
    case VD_STREAM_FAILED: vd_connection_close(connection); break;
  }
}

static void on_written(void *context, bool ok) {
  struct vd_connection *connection = context;
  if (connection->state != VD_CONNECTION_WRITING) return;
  if (!ok) {
    vd_connection_close(connection);
    return;
  }
  answered(connection);
  advance(connection);
}

/* ---- answers that come later ---- */

static void answer_or_wait(struct vd_connection *connection);

static void finish_work(struct vd_connection *connection) {
  connection->work = VD_WORK_NONE;
  vd_exchange_finish(&connection->exchange);
  answer_or_wait(connection);
  advance(connection);
}

static void run_job(void *context) {
  const struct vd_deferred *deferred = &((struct vd_connection *)context)->exchange.deferred;
  deferred->run(deferred->job);
}

static void job_done(void *context, bool did_run) {
  struct vd_connection *connection = context;
  if (connection->state == VD_CONNECTION_WORKING && did_run) {
    finish_work(connection);
    return;
  }
  abandon(connection);
  free_when_over(connection);
}

static bool submit_to_pool(struct vd_connection *connection) {
  struct vd_worker *worker = connection->worker;
  connection->pool_job.run = run_job;
  connection->pool_job.done = job_done;
  connection->pool_job.context = connection;
  connection->work = VD_WORK_POOL;
  return vd_bridge_submit(worker->bridge, &worker->loop, &connection->pool_job);
}

static bool submit_to_lane(struct vd_connection *connection) {
  connection->lane_job.run = run_job;
  connection->lane_job.done = job_done;
  connection->lane_job.context = connection;
  connection->work = VD_WORK_LANE;
  return vd_lane_submit(connection->exchange.deferred.lane, &connection->worker->home, &connection->lane_job);
}

static void on_pending_over(struct vd_pending *pending) {
  void *start = (char *)pending - offsetof(struct vd_connection, pending);
  struct vd_connection *connection = start;
  assert(connection->work == VD_WORK_PENDING);
  connection->work = VD_WORK_NONE;
  if (!connection->is_starting) finish_work(connection);
}

static bool start_waiting(struct vd_connection *connection) {
  const struct vd_deferred *deferred = &connection->exchange.deferred;
  connection->pending.over = on_pending_over;
  connection->work = VD_WORK_PENDING;
  connection->is_starting = true;
  deferred->start(deferred->job, &connection->pending);
  connection->is_starting = false;
  return true;
}

/* False when there is no room for it. */
static bool begin_work(struct vd_connection *connection) {
  const struct vd_deferred *deferred = &connection->exchange.deferred;
  if (deferred->run == NULL) return start_waiting(connection);
  return deferred->lane != NULL ? submit_to_lane(connection) : submit_to_pool(connection);
}

static void refuse_work(struct vd_connection *connection) {
  struct vd_exchange *exchange = &connection->exchange;
  struct vd_metrics *metrics = metrics_of(connection);
  const char *busy = exchange->deferred.busy;
  vd_metrics_count(connection->work != VD_WORK_LANE       ? &metrics->pictures_refused
                   : exchange->deferred.is_search ? &metrics->searches_refused
                                                  : &metrics->writes_refused);
  connection->work = VD_WORK_NONE;
  vd_exchange_discard(exchange);
  vd_exchange_refuse(exchange, VD_PROBLEM_BUSY,
                     busy != NULL ? busy : "Too many requests of this kind are waiting; please try again.");
}

static void wait_for_work(struct vd_connection *connection) {
  unsigned deadline_ms = connection->exchange.deferred.deadline_ms;
  connection->state = VD_CONNECTION_WORKING;
  if (connection->work == VD_WORK_PENDING && deadline_ms > 0) start_deadline(connection, deadline_ms);
  else (void)uv_timer_stop(&connection->deadline);
}

/* One answer may have to wait for several things, one after the other. */
static void answer_or_wait(struct vd_connection *connection) {
  while (vd_exchange_is_deferred(&connection->exchange)) {
    if (!begin_work(connection)) {
      refuse_work(connection);
    } else if (connection->work != VD_WORK_NONE) {
      wait_for_work(connection);
      return;
    } else {
      vd_exchange_finish(&connection->exchange);
    }
  }
  send_answer(connection);
}

/* ---- requests ---- */

static void run_request(struct vd_connection *connection) {
  connection->ready_ns = uv_hrtime();
  vd_exchange_run(&connection->exchange);
  answer_or_wait(connection);
}

/* Waits for more of a request. A new connection, or one that has begun a request, has header_ms for the head. */
static void await(struct vd_connection *connection) {
  enum vd_exchange_phase phase = connection->exchange.phase;
  if (connection->ended || (connection->worker->is_draining && phase == VD_EXCHANGE_IDLE)) {
    vd_connection_close(connection);
    return;
  }
  if (connection->exchange.wants_continue) {
    connection->exchange.wants_continue = false;
    if (vd_stream_write_small(&connection->stream, "HTTP/1.1 100 Continue\r\n\r\n") == VD_STREAM_FAILED) {
      vd_connection_close(connection);
      return;
    }
  }
  if (connection->awaited != phase) {
    const struct vd_limits *limits = limits_of(connection);
    start_deadline(connection, phase == VD_EXCHANGE_IDLE   ? limits->idle_ms
                               : phase == VD_EXCHANGE_HEAD ? limits->header_ms
                                                           : limits->body_ms);
    connection->awaited = phase;
    connection->is_overdue = false;
  }
  vd_stream_read(&connection->stream, true);
}

/* Goes on until there is something to wait for. */
static void advance(struct vd_connection *connection) {
  while (connection->state == VD_CONNECTION_READING) {
    switch (connection->exchange.phase) {
      case VD_EXCHANGE_READY: run_request(connection); break;
      case VD_EXCHANGE_REFUSED:
        connection->ready_ns = uv_hrtime();
        send_answer(connection);
        break;
      case VD_EXCHANGE_IDLE:
      case VD_EXCHANGE_HEAD:
      case VD_EXCHANGE_BODY: await(connection); return;
    }
  }
}

static char *on_room(void *context, size_t *len) {
  struct vd_connection *connection = context;
  return vd_exchange_room(&connection->exchange, len);
}

static void throw_away(struct vd_connection *connection, size_t len) {
  size_t room_len;
  explicit_bzero(vd_exchange_room(&connection->exchange, &room_len), len);
  connection->lingered += len;
  if (connection->lingered > LINGER_BYTES_MAX) vd_connection_close(connection);
}

static void on_received(void *context, size_t len) {
  struct vd_connection *connection = context;
  if (connection->state == VD_CONNECTION_LINGERING) {
    throw_away(connection, len);
    return;
  }
  vd_exchange_received(&connection->exchange, len);
  advance(connection);
  size_t room_len;
  if (connection->state == VD_CONNECTION_CLOSING) return;
  (void)vd_exchange_room(&connection->exchange, &room_len);
  if (room_len == 0) vd_stream_read(&connection->stream, false); /* until the answer at hand is out */
}

/* A client may end its side and still wait for answers to what it has sent. */
static void on_ended(void *context) {
  struct vd_connection *connection = context;
  connection->ended = true;
  vd_stream_read(&connection->stream, false);
  if (connection->state == VD_CONNECTION_READING || connection->state == VD_CONNECTION_LINGERING)
    vd_connection_close(connection);
}

static void on_failed(void *context) { vd_connection_close(context); }

static const struct vd_stream_events stream_events = {
    .room = on_room,
    .received = on_received,
    .ended = on_ended,
    .failed = on_failed,
    .written = on_written,
    .closed = on_stream_closed,
};

/* ---- the beginning ---- */

static struct vd_connection *make_connection(struct vd_worker *worker) {
  struct vd_connection *connection = malloc(sizeof *connection);
  if (connection == NULL) return NULL;
  memset(connection, 0, offsetof(struct vd_connection, head));
  connection->worker = worker;
  if (!vd_exchange_init(&connection->exchange, &worker->site)) {
    vd_exchange_free(&connection->exchange);
    free(connection);
    return NULL;
  }
  connection->handles = 2;
  (void)uv_timer_init(&worker->loop, &connection->deadline); /* cannot fail */
  connection->deadline.data = connection;
  return connection;
}

static void refuse_connection(struct vd_connection *connection, bool accepted) {
  vd_metrics_count(&metrics_of(connection)->connections_refused);
  if (++connection->worker->refused_count > REFUSED_MAX || !accepted) {
    vd_connection_close(connection);
    return;
  }
  vd_exchange_refuse(&connection->exchange, VD_PROBLEM_BUSY, "Too many connections; please try again.");
  advance(connection);
}

void vd_connection_accept(struct vd_worker *worker) {
  struct vd_connection *connection = make_connection(worker);
  uint8_t address[16];
  worker->accept_waits = connection == NULL; /* libuv keeps it, and takes no other, until there is memory again */
  if (connection == NULL) return;
  bool accepted = vd_stream_accept(&connection->stream, &worker->loop, (uv_stream_t *)&worker->listener, &stream_events,
                                   connection, address);
  connection->is_counted = vd_caps_connection_take(worker->site.caps, address, &connection->address_slot);
  vd_worker_add(worker, connection);
  vd_metrics_count(&worker->site.metrics->connections_opened);
  if (!connection->is_counted) {
    refuse_connection(connection, accepted);
  } else if (!accepted) {
    vd_connection_close(connection);
  } else {
    connection->awaited = VD_EXCHANGE_IDLE;
    start_deadline(connection, limits_of(connection)->header_ms);
    advance(connection);
  }
}

void vd_connection_drain(struct vd_connection *connection) {
  if (connection->state == VD_CONNECTION_READING && connection->exchange.phase == VD_EXCHANGE_IDLE)
    vd_connection_close(connection);
}
