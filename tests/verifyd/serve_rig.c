#include "serve_rig.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"

static pthread_mutex_t gate_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_opened = PTHREAD_COND_INITIALIZER;
static bool gate_closed;
static atomic_uint jobs_begun, jobs_done, jobs_discarded, pending_count, loops_started;
static const char large[RIG_LARGE_BYTES];

void rig_close_gate(void) {
  (void)pthread_mutex_lock(&gate_mutex);
  gate_closed = true;
  (void)pthread_mutex_unlock(&gate_mutex);
}

void rig_open_gate(void) {
  (void)pthread_mutex_lock(&gate_mutex);
  gate_closed = false;
  (void)pthread_cond_broadcast(&gate_opened);
  (void)pthread_mutex_unlock(&gate_mutex);
}

unsigned rig_jobs_begun(void) { return atomic_load(&jobs_begun); }
unsigned rig_jobs_done(void) { return atomic_load(&jobs_done); }
unsigned rig_jobs_discarded(void) { return atomic_load(&jobs_discarded); }
unsigned rig_pending(void) { return atomic_load(&pending_count); }
unsigned rig_loops_started(void) { return atomic_load(&loops_started); }

static void pass_gate(void) {
  atomic_fetch_add(&jobs_begun, 1);
  (void)pthread_mutex_lock(&gate_mutex);
  while (gate_closed) (void)pthread_cond_wait(&gate_opened, &gate_mutex);
  (void)pthread_mutex_unlock(&gate_mutex);
}

static void answer_hello(struct vd_exchange *exchange) {
  exchange->response.media_type = "text/plain";
  vd_buffer_text(&exchange->response.body, "hello");
}

static void answer_held(struct vd_exchange *exchange) {
  pass_gate();
  answer_hello(exchange);
}

static void answer_large(struct vd_exchange *exchange) {
  exchange->response.media_type = "application/octet-stream";
  exchange->response.fixed_body = large;
  exchange->response.fixed_body_len = RIG_LARGE_BYTES;
}

static void answer_echo(struct vd_exchange *exchange) {
  exchange->response.media_type = "text/plain";
  vd_buffer_append(&exchange->response.body, exchange->content.bytes, exchange->content.len);
}

struct picture {
  const char *bytes;
  size_t len;
  size_t sum; /* proves that `run` could still read the bytes */
};

static void run_picture(void *job) {
  struct picture *picture = job;
  pass_gate();
  for (size_t i = 0; i < picture->len; i++) picture->sum += (unsigned char)picture->bytes[i];
}

static void picture_done(struct vd_exchange *exchange, void *job) {
  struct picture *picture = job;
  exchange->response.media_type = "text/plain";
  vd_buffer_number(&exchange->response.body, picture->len);
  free(picture);
  atomic_fetch_add(&jobs_done, 1);
}

static void picture_discarded(void *job) {
  free(job);
  atomic_fetch_add(&jobs_discarded, 1);
}

static void answer_picture(struct vd_exchange *exchange) {
  struct picture *picture = calloc(1, sizeof *picture);
  assert_non_null(picture);
  picture->bytes = exchange->content.bytes;
  picture->len = exchange->content.len;
  vd_exchange_defer(exchange, (struct vd_deferred){.run = run_picture,
                                                   .done = picture_done,
                                                   .discard = picture_discarded,
                                                   .job = picture});
}

/* ---- lanes, and what the loop waits for ---- */

struct waiting {
  struct rig_loop *loop;
  struct vd_pending *pending;     /* NULL: not begun */
  struct waiting *previous, *next; /* in the loop's list while it is pending */
  unsigned before;                /* jobs of the lane before this one */
  bool is_chain;
};

struct rig_loop {
  struct vd_bell bell; /* all that is pending is over */
  struct waiting *first;
};

static unsigned lane_jobs; /* the lane's alone */
static struct rig_loop *loops[VD_WORKERS_MAX];
static unsigned loop_count;

void rig_finish_pending(void) {
  for (unsigned i = 0; i < loop_count; i++) vd_bell_ring(&loops[i]->bell);
}

static struct waiting *make_waiting(struct vd_exchange *exchange) {
  struct waiting *waiting = calloc(1, sizeof *waiting);
  assert_non_null(waiting);
  waiting->loop = exchange->site->loop_state;
  return waiting;
}

static void unlist(struct waiting *waiting) {
  if (waiting->pending == NULL) return;
  if (waiting->previous != NULL) waiting->previous->next = waiting->next;
  else waiting->loop->first = waiting->next;
  if (waiting->next != NULL) waiting->next->previous = waiting->previous;
  waiting->pending = NULL;
  atomic_fetch_sub(&pending_count, 1);
}

static void start_waiting(void *job, struct vd_pending *pending) {
  struct waiting *waiting = job;
  waiting->pending = pending;
  waiting->previous = NULL;
  waiting->next = waiting->loop->first;
  if (waiting->next != NULL) waiting->next->previous = waiting;
  waiting->loop->first = waiting;
  atomic_fetch_add(&pending_count, 1);
}

static void start_and_end(void *job, struct vd_pending *pending) {
  (void)job;
  vd_pending_over(pending);
}

static void discard_waiting(void *job) {
  unlist(job);
  free(job);
  atomic_fetch_add(&jobs_discarded, 1);
}

static void waiting_done(struct vd_exchange *exchange, void *job) {
  struct waiting *waiting = job;
  exchange->response.media_type = "text/plain";
  vd_buffer_text(&exchange->response.body, waiting->is_chain ? "chain" : "over");
  free(waiting);
  atomic_fetch_add(&jobs_done, 1);
}

static void defer_waiting(struct vd_exchange *exchange, struct waiting *waiting, unsigned deadline_ms) {
  vd_exchange_defer(exchange, (struct vd_deferred){.start = start_waiting,
                                                   .deadline_ms = deadline_ms,
                                                   .done = waiting_done,
                                                   .discard = discard_waiting,
                                                   .job = waiting});
}

static void answer_pending(struct vd_exchange *exchange) { defer_waiting(exchange, make_waiting(exchange), 0); }

static void answer_late(struct vd_exchange *exchange) { defer_waiting(exchange, make_waiting(exchange), RIG_LATE_MS); }

static void answer_now(struct vd_exchange *exchange) {
  vd_exchange_defer(exchange, (struct vd_deferred){.start = start_and_end,
                                                   .done = waiting_done,
                                                   .discard = discard_waiting,
                                                   .job = make_waiting(exchange)});
}

static void run_on_lane(void *job) {
  struct waiting *waiting = job;
  pass_gate();
  waiting->before = lane_jobs++;
}

static void lane_done(struct vd_exchange *exchange, void *job) {
  struct waiting *waiting = job;
  exchange->response.media_type = "text/plain";
  vd_buffer_number(&exchange->response.body, waiting->before);
  free(waiting);
  atomic_fetch_add(&jobs_done, 1);
}

static void defer_to_lane(struct vd_exchange *exchange, void (*done)(struct vd_exchange *exchange, void *job),
                          struct waiting *waiting) {
  const struct rig *rig = exchange->site->service;
  vd_exchange_defer(exchange, (struct vd_deferred){.lane = rig->lane,
                                                   .run = run_on_lane,
                                                   .busy = "The lane is full.",
                                                   .done = done,
                                                   .discard = discard_waiting,
                                                   .job = waiting});
}

static void answer_lane(struct vd_exchange *exchange) { defer_to_lane(exchange, lane_done, make_waiting(exchange)); }

static void chain_third(struct vd_exchange *exchange, void *job) { defer_waiting(exchange, job, 0); }

static void chain_second(struct vd_exchange *exchange, void *job) {
  vd_exchange_defer(exchange, (struct vd_deferred){
                                  .start = start_and_end, .done = chain_third, .discard = discard_waiting, .job = job});
}

static void answer_chain(struct vd_exchange *exchange) {
  struct waiting *waiting = make_waiting(exchange);
  waiting->is_chain = true;
  defer_to_lane(exchange, chain_second, waiting);
}

static void end_all_pending(void *context) {
  struct rig_loop *loop = context;
  for (struct waiting *waiting; (waiting = loop->first) != NULL;) {
    struct vd_pending *pending = waiting->pending;
    unlist(waiting);
    vd_pending_over(pending);
  }
}

static enum vd_error loop_new(const void *service, struct vd_metrics *metrics, void **state,
                              struct vd_failure *failure) {
  (void)service;
  (void)metrics;
  (void)failure;
  loops[loop_count] = calloc(1, sizeof(struct rig_loop));
  assert_non_null(loops[loop_count]);
  *state = loops[loop_count++];
  return VD_OK;
}

static enum vd_error loop_start(void *state, uv_loop_t *uv, struct vd_home *home, struct vd_log *log,
                                struct vd_failure *failure) {
  struct rig_loop *loop = state;
  (void)home;
  (void)failure;
  assert_int_equal(vd_bell_open(&loop->bell, uv, end_all_pending, loop), 0);
  atomic_fetch_add(&loops_started, 1);
  vd_log_event(log, VD_LOG_INFO, "loop_started", NULL);
  return VD_OK;
}

static void loop_stop(void *state) {
  struct rig_loop *loop = state;
  assert_null(loop->first); /* the last connection has gone */
  vd_bell_close(&loop->bell);
  atomic_fetch_sub(&loops_started, 1);
}

static const struct vd_route routes[] = {
    {.name = "hello", .path = "/hello", .methods = VD_HTTP_GET, .answer = answer_hello},
    {.name = "held", .path = "/held", .methods = VD_HTTP_GET, .answer = answer_held},
    {.name = "large", .path = "/large", .methods = VD_HTTP_GET, .answer = answer_large},
    {.name = "echo",
     .path = "/echo",
     .methods = VD_HTTP_POST,
     .bodies = VD_BODY_BIT(VD_BODY_JSON) | VD_BODY_BIT(VD_BODY_FORM),
     .answer = answer_echo},
    {.name = "picture",
     .path = "/picture",
     .methods = VD_HTTP_POST,
     .bodies = VD_BODY_BIT(VD_BODY_PNG) | VD_BODY_BIT(VD_BODY_MULTIPART),
     .answer = answer_picture},
    {.name = "lane", .path = "/lane", .methods = VD_HTTP_GET, .answer = answer_lane},
    {.name = "pending", .path = "/pending", .methods = VD_HTTP_GET, .answer = answer_pending},
    {.name = "late", .path = "/late", .methods = VD_HTTP_GET, .answer = answer_late},
    {.name = "now", .path = "/now", .methods = VD_HTTP_GET, .answer = answer_now},
    {.name = "chain", .path = "/chain", .methods = VD_HTTP_GET, .answer = answer_chain},
};
enum { ROUTES = sizeof routes / sizeof routes[0] };
static const char *const route_names[ROUTES] = {"hello", "held",    "large", "echo", "picture",
                                                "lane",  "pending", "late",  "now",  "chain"};

void rig_start_workers(struct rig *rig, const struct vd_limits *limits, unsigned per_address, unsigned workers) {
  atomic_store(&jobs_begun, 0);
  atomic_store(&jobs_done, 0);
  atomic_store(&jobs_discarded, 0);
  lane_jobs = loop_count = 0;
  rig->log_fd = server_log_open();
  struct vd_server_options options = {.endpoint = {.host = "127.0.0.1"},
                                      .workers = workers,
                                      .limits = *limits,
                                      .connections_per_address = per_address,
                                      .drain_ms = rig->drain_ms == 0 ? LOOPBACK_WAIT_MS : rig->drain_ms,
                                      .routes = routes,
                                      .route_count = ROUTES,
                                      .service = rig,
                                      .log_fd = rig->log_fd,
                                      .log_level = VD_LOG_INFO,
                                      .loop_state_new = loop_new,
                                      .loop_state_free = free,
                                      .loop_hooks = {.start = loop_start, .stop = loop_stop}};
  assert_int_equal(vd_lane_new(&rig->lane, RIG_LANE_MAX, NULL), VD_OK);
  rig->server = server_start(&options);
  rig->port = vd_server_port(rig->server);
}

void rig_start(struct rig *rig, const struct vd_limits *limits, unsigned per_address) {
  rig_start_workers(rig, limits, per_address, 1);
}

void rig_stop(struct rig *rig) {
  vd_server_free(rig->server);
  rig->server = NULL;
  rig->drain_ms = 0;
  vd_lane_free(rig->lane);
  assert_int_equal(atomic_load(&pending_count), 0);
  assert_int_equal(atomic_load(&loops_started), 0);
  (void)close(rig->log_fd);
}

unsigned long rig_metric(const struct rig *rig, const char *name) {
  return server_metric(rig->server, route_names, ROUTES, name);
}

void rig_wait_metric(const struct rig *rig, const char *name, unsigned long value) {
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  while (rig_metric(rig, name) < value) {
    if (loopback_now_ms() > until_ms) fail_msg("%s stays at %lu", name, rig_metric(rig, name));
    (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  }
}

const char *rig_log(const struct rig *rig) { return server_log(rig->log_fd); }
