#include "portal_rig.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/seen.h"
#include "ledger/tlog.h"
#include "serve/service_loop.h"

enum { SILENT_BACKLOG = 4096, LANE_MAX = 64 };

static struct vd_server *start_server(const struct portal_rig *rig, const struct vd_service *service, unsigned workers,
                                      uint16_t port) {
  return server_start(&(struct vd_server_options){.endpoint = {.host = "127.0.0.1", .port = port},
                                                  .workers = workers,
                                                  .limits = service->settings->limits,
                                                  .drain_ms = rig->drain_ms,
                                                  .routes = vd_routes,
                                                  .route_count = VD_ROUTE_COUNT,
                                                  .service = service,
                                                  .log_fd = rig->log_fd,
                                                  .log_level = VD_LOG_INFO,
                                                  .loop_state_new = vd_service_loop_new,
                                                  .loop_state_free = vd_service_loop_free,
                                                  .loop_hooks = vd_service_loop_hooks});
}

/* ---- operators ---- */

void portal_rig_revive(struct portal_rig *rig, unsigned n, struct vd_store *store) {
  struct portal_operator *operator = &rig->operators[n - 1];
  portal_rig_kill(rig, n);
  operator->settings.limits = server_wide_limits();
  operator->service.settings = &operator->settings;
  operator->service.ledger_count = 1;
  operator->service.ledgers[0] = (struct vd_service_ledger){n, store};
  if (operator->port == 0) operator->port = loopback_lasting_port();
  operator->server = start_server(rig, &operator->service, 1, operator->port);
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
  service->remotes = rig->remotes;
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
  rig->log_fd = server_log_open();
  rig->drain_ms = LOOPBACK_WAIT_MS;
  for (unsigned n = 1; n <= FIXTURE_OPERATORS; n++) {
    rig->operators[n - 1].silent_fd = -1;
    portal_rig_revive(rig, n, rig->realm->stores[n - 1]);
  }
  rig->settings.limits = server_wide_limits();
  fill_service(rig);
}

int portal_rig_begin(struct portal_rig *rig, struct paper *paper) {
  portal_rig_make(rig);
  *paper = portal_rig_keep(rig, (struct plan){.serial = "BAC-1"});
  return 0;
}

int portal_rig_end(struct portal_rig *rig) {
  portal_rig_remove(rig);
  return 0;
}

struct paper portal_rig_keep(const struct portal_rig *rig, struct plan plan) {
  struct paper paper = issue(rig->realm, plan);
  keep(rig->realm, &paper, ALL_OPERATORS, FIXTURE_NOW_S);
  return paper;
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
  rig->server = start_server(rig, service, workers, 0);
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

void portal_rig_expect(const struct portal_rig *rig, const char *qr, const char *text, struct loopback_answer *answer) {
  portal_rig_verify(rig, qr, answer);
  assert_int_equal(answer->status, 200);
  if (strstr(answer->body, text) == NULL) fail_msg("%s in place of %s", answer->body, text);
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
  return server_metric(rig->server, vd_route_names, VD_ROUTE_COUNT, name);
}

void portal_rig_wait_metric(const struct portal_rig *rig, const char *name, unsigned long value) {
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  while (portal_rig_metric(rig, name) != value) {
    if (loopback_now_ms() > until_ms) fail_msg("%s stays at %lu", name, portal_rig_metric(rig, name));
    (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  }
}

const char *portal_rig_log(const struct portal_rig *rig) { return server_log(rig->log_fd); }
