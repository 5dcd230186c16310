#include "portal_rig.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/seen.h"
#include "ledger/tlog.h"
#include "serve/service_loop.h"

enum { LOG_MAX = 1 << 20, SILENT_BACKLOG = 4096, LANE_MAX = 64 };

static const struct vd_limits limits = {.connections = 4096,
                                        .header_bytes = 8192,
                                        .header_ms = 60000,
                                        .body_ms = 60000,
                                        .idle_ms = 60000,
                                        .write_ms = 60000,
                                        .body_bytes = 65536,
                                        .picture_bytes = 10485760,
                                        .pictures_waiting = 32,
                                        .operator_ms = 5000,
                                        .submissions_waiting = 16};

static struct vd_server *start_server(const struct vd_service *service, unsigned workers, uint16_t port, int log_fd) {
  struct vd_failure failure = {.text = ""};
  struct vd_server *server;
  struct vd_server_options options = {.endpoint = {.host = "127.0.0.1", .port = port},
                                      .workers = workers,
                                      .limits = service->settings->limits,
                                      .drain_ms = PORTAL_DRAIN_MS,
                                      .routes = vd_routes,
                                      .route_count = VD_ROUTE_COUNT,
                                      .service = service,
                                      .log_fd = log_fd,
                                      .log_level = VD_LOG_INFO,
                                      .loop_state_new = vd_service_loop_new,
                                      .loop_state_free = vd_service_loop_free,
                                      .loop_hooks = vd_service_loop_hooks};
  if (vd_server_new(&options, &server, &failure) != VD_OK) fail_msg("%s", failure.text);
  if (vd_server_start(server, &failure) != VD_OK) fail_msg("%s", failure.text);
  return server;
}

/* ---- operators ---- */

void portal_rig_revive(struct portal_rig *rig, unsigned n, struct vd_store *store) {
  struct portal_operator *operator = &rig->operators[n - 1];
  portal_rig_kill(rig, n);
  operator->settings.limits = limits;
  operator->service.settings = &operator->settings;
  operator->service.ledger_count = 1;
  operator->service.ledgers[0] = (struct vd_service_ledger){n, store};
  if (operator->port == 0) operator->port = loopback_lasting_port();
  operator->server = start_server(&operator->service, 1, operator->port, rig->log_fd);
}

void portal_rig_kill(struct portal_rig *rig, unsigned n) {
  struct portal_operator *operator = &rig->operators[n - 1];
  vd_server_free(operator->server);
  operator->server = NULL;
  if (operator->silent_fd >= 0) (void)close(operator->silent_fd);
  operator->silent_fd = -1;
}

/* The kernel accepts for it, and nobody ever reads. */
void portal_rig_silence(struct portal_rig *rig, unsigned n) {
  struct portal_operator *operator = &rig->operators[n - 1];
  int on = 1;
  portal_rig_kill(rig, n);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(operator->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  operator->silent_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true(operator->silent_fd >= 0);
  assert_int_equal(setsockopt(operator->silent_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
  assert_int_equal(bind(operator->silent_fd, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(operator->silent_fd, SILENT_BACKLOG), 0);
}

static void read_key(struct vd_store *store, struct frag_log_key *key) {
  struct vd_store_reader *reader;
  assert_int_equal(vd_store_reader_new(store, &reader, NULL), VD_OK);
  assert_int_equal(vd_store_reader_begin(reader, NULL), VD_OK);
  assert_int_equal(vd_tlog_key(reader, key, NULL), VD_OK);
  vd_store_reader_free(reader);
}

/* ---- the portal ---- */

static void fill_service(struct portal_rig *rig) {
  struct vd_service *service = &rig->service;
  service->settings = &rig->settings;
  service->operator_count = FIXTURE_OPERATORS;
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    static const char *const names[FIXTURE_OPERATORS] = {"First Archive", "Second Archive", "Third Archive"};
    (void)snprintf(rig->settings.operators[k].url, sizeof rig->settings.operators[k].url, "http://127.0.0.1:%u/log/%u",
                   rig->operators[k].port, k + 1);
    service->operators[k] = (struct vd_verifier_operator){.number = k + 1, .name = names[k], .is_remote = true};
    read_key(rig->realm->stores[k], &service->operators[k].key);
  }
}

void portal_rig_make(struct portal_rig *rig) {
  void *realm;
  memset(rig, 0, sizeof *rig);
  assert_int_equal(verify_fixture_begin(&realm), 0);
  rig->realm = realm;
  temp_folder_make(&rig->folder);
  rig->log_fd = memfd_create("log", MFD_CLOEXEC);
  assert_true(rig->log_fd >= 0);
  for (unsigned n = 1; n <= FIXTURE_OPERATORS; n++) {
    rig->operators[n - 1].silent_fd = -1;
    portal_rig_revive(rig, n, rig->realm->stores[n - 1]);
  }
  rig->settings.limits = limits;
  fill_service(rig);
}

void portal_rig_remove(struct portal_rig *rig) {
  portal_rig_stop(rig);
  for (unsigned n = 1; n <= FIXTURE_OPERATORS; n++) portal_rig_kill(rig, n);
  void *realm = rig->realm;
  assert_int_equal(verify_fixture_end(&realm), 0);
  temp_folder_remove(&rig->folder);
  (void)close(rig->log_fd);
}

void portal_rig_start(struct portal_rig *rig, unsigned workers, bool with_memory) {
  struct vd_failure failure = {.text = ""};
  struct vd_service *service = &rig->service;
  if (with_memory) {
    if (vd_seen_open(temp_folder_at(&rig->folder, "seen"), &service->seen, &failure) != VD_OK)
      fail_msg("%s", failure.text);
    assert_int_equal(vd_lane_new(&service->memory_lane, LANE_MAX, NULL), VD_OK);
  }
  service->verifier_options = (struct vd_verifier_options){.realm = LEDGER_REALM,
                                                           .threshold = FIXTURE_THRESHOLD,
                                                           .trust = rig->realm->trust,
                                                           .status_max_age_s = rig->settings.status_max_age_s,
                                                           .operator_count = service->operator_count,
                                                           .operators = service->operators,
                                                           .seen = service->seen};
  rig->server = start_server(service, workers, 0, rig->log_fd);
  rig->port = vd_server_port(rig->server);
}

void portal_rig_stop(struct portal_rig *rig) {
  vd_server_free(rig->server);
  rig->server = NULL;
  vd_lane_free(rig->service.memory_lane);
  rig->service.memory_lane = NULL;
  vd_seen_close(rig->service.seen);
  rig->service.seen = NULL;
}

int portal_rig_ask(const struct portal_rig *rig, const char *qr) {
  char request[1024], body[512];
  int body_len = snprintf(body, sizeof body, "{\"qr\":\"%s\"}", qr);
  int len = snprintf(request, sizeof request,
                     "POST /v1/verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                     "Content-Length: %d\r\n\r\n%s",
                     body_len, body);
  int fd = loopback_connect(rig->port);
  loopback_send(fd, request, (size_t)len);
  return fd;
}

void portal_rig_verify(const struct portal_rig *rig, const char *qr, struct loopback_answer *answer) {
  int fd = portal_rig_ask(rig, qr);
  loopback_read(fd, answer, false);
  (void)close(fd);
}

unsigned long portal_rig_metric(const struct portal_rig *rig, const char *name) {
  struct vd_buffer text;
  char line[200];
  size_t count;
  const struct vd_metrics *metrics = vd_server_metrics(rig->server, &count);
  vd_buffer_init(&text, 1 << 20);
  vd_metrics_write(metrics, count, vd_route_names, VD_ROUTE_COUNT, &text);
  vd_buffer_append(&text, "", 1);
  assert_false(vd_buffer_failed(&text));
  int len = snprintf(line, sizeof line, "\nverifyd_%s ", name);
  const char *found = strstr(text.bytes, line);
  unsigned long value = found == NULL ? 0 : strtoul(found + len, NULL, 10);
  vd_buffer_free(&text);
  return value;
}

void portal_rig_wait_metric(const struct portal_rig *rig, const char *name, unsigned long value) {
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  while (portal_rig_metric(rig, name) != value) {
    if (loopback_now_ms() > until_ms) fail_msg("%s stays at %lu", name, portal_rig_metric(rig, name));
    (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  }
}

const char *portal_rig_log(const struct portal_rig *rig) {
  static char text[LOG_MAX + 1];
  ssize_t len = pread(rig->log_fd, text, LOG_MAX, 0);
  assert_true(len >= 0);
  text[len] = '\0';
  return text;
}
