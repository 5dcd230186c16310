#include "serve_rig.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"

static pthread_mutex_t gate_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_opened = PTHREAD_COND_INITIALIZER;
static bool gate_closed;
static atomic_uint jobs_begun, jobs_done, jobs_discarded;
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

static void answer_hello(struct vd_exchange *exchange) {
  exchange->response.media_type = "text/plain";
  vd_buffer_text(&exchange->response.body, "hello");
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
  atomic_fetch_add(&jobs_begun, 1);
  (void)pthread_mutex_lock(&gate_mutex);
  while (gate_closed) (void)pthread_cond_wait(&gate_opened, &gate_mutex);
  (void)pthread_mutex_unlock(&gate_mutex);
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
  vd_exchange_defer(exchange, (struct vd_deferred){run_picture, picture_done, picture_discarded, picture});
}

static const struct vd_route routes[] = {
    {.name = "hello", .path = "/hello", .methods = VD_HTTP_GET, .answer = answer_hello},
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
};
enum { ROUTES = sizeof routes / sizeof routes[0] };
static const char *const route_names[ROUTES] = {"hello", "large", "echo", "picture"};

struct vd_limits rig_limits(void) {
  return (struct vd_limits){.connections = 10000,
                            .header_bytes = 8192,
                            .header_ms = 60000,
                            .body_ms = 60000,
                            .idle_ms = 60000,
                            .write_ms = 60000,
                            .body_bytes = 65536,
                            .picture_bytes = 10485760,
                            .pictures_waiting = 32};
}

void rig_start_workers(struct rig *rig, const struct vd_limits *limits, unsigned per_address, unsigned workers) {
  struct vd_failure failure = {.text = ""};
  atomic_store(&jobs_begun, 0);
  atomic_store(&jobs_done, 0);
  atomic_store(&jobs_discarded, 0);
  rig->log_fd = memfd_create("log", MFD_CLOEXEC);
  assert_true(rig->log_fd >= 0);
  struct vd_server_options options = {.endpoint = {.host = "127.0.0.1"},
                                      .workers = workers,
                                      .limits = *limits,
                                      .connections_per_address = per_address,
                                      .drain_ms = 3000,
                                      .routes = routes,
                                      .route_count = ROUTES,
                                      .log_fd = rig->log_fd,
                                      .log_level = VD_LOG_INFO};
  if (vd_server_new(&options, &rig->server, &failure) != VD_OK) fail_msg("%s", failure.text);
  if (vd_server_start(rig->server, &failure) != VD_OK) fail_msg("%s", failure.text);
  rig->port = vd_server_port(rig->server);
}

void rig_start(struct rig *rig, const struct vd_limits *limits, unsigned per_address) {
  rig_start_workers(rig, limits, per_address, 1);
}

void rig_stop(struct rig *rig) {
  vd_server_free(rig->server);
  rig->server = NULL;
  (void)close(rig->log_fd);
}

unsigned long rig_metric(const struct rig *rig, const char *name) {
  struct vd_buffer text;
  char line[200];
  size_t count;
  const struct vd_metrics *metrics = vd_server_metrics(rig->server, &count);
  vd_buffer_init(&text, 1 << 20);
  vd_metrics_write(metrics, count, route_names, ROUTES, &text);
  vd_buffer_append(&text, "", 1);
  assert_false(vd_buffer_failed(&text));
  int len = snprintf(line, sizeof line, "\nverifyd_%s ", name);
  const char *found = strstr(text.bytes, line);
  unsigned long value = found == NULL ? 0 : strtoul(found + len, NULL, 10);
  vd_buffer_free(&text);
  return value;
}

void rig_wait_metric(const struct rig *rig, const char *name, unsigned long value) {
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  while (rig_metric(rig, name) < value) {
    if (loopback_now_ms() > until_ms) fail_msg("%s stays at %lu", name, rig_metric(rig, name));
    (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  }
}

const char *rig_log(const struct rig *rig) {
  static char text[RIG_LOG_MAX + 1];
  ssize_t len = pread(rig->log_fd, text, RIG_LOG_MAX, 0);
  assert_true(len >= 0);
  text[len] = '\0';
  return text;
}
