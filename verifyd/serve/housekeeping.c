#include "serve/housekeeping.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "serve/chain_watch.h"
#include "serve/client_loop.h"
#include "serve/cosigning.h"
#include "serve/watch.h"

enum {
  LOOK_MS = 1000, /* between looks at what is due */
  CONNECTIONS_PER_HOST = 2,
  ALARMS_MAX = VD_OPERATORS_MAX + VD_WITNESSED_MAX + VD_OPERATORS_MAX
};

/* A log of somebody else that may be caught. */
struct alarm {
  const char *origin;
  bool is_raised;
};

struct vd_housekeeping {
  const struct vd_service *service;
  uv_loop_t loop;
  uv_thread_t thread;
  bool is_started;
  uv_timer_t timer;
  struct vd_bell stop_bell;
  struct vd_bell reload_bell;
  uint64_t trust_looked_ms; /* uv_now of the last look at the trust file */
  struct vd_home home;
  struct vd_client_loop client_loop;
  struct vd_log log;
  struct vd_cosigning *cosigning; /* NULL when this process is no operator */
  struct vd_watch *watch;         /* NULL when no operator is over the network */
  struct vd_chain_watch *chain_watch; /* NULL when no chain is followed */
  size_t alarms_raised;           /* what vd_seen_equivocations said when they were looked at */
  size_t alarm_count;
  struct alarm alarms[ALARMS_MAX];
};

/* ---- alarms ---- */

static void add_alarm(struct vd_housekeeping *housekeeping, const char *origin) {
  for (size_t i = 0; i < housekeeping->alarm_count; i++)
    if (strcmp(housekeeping->alarms[i].origin, origin) == 0) return;
  housekeeping->alarms[housekeeping->alarm_count++] = (struct alarm){.origin = origin};
}

static void add_alarms(struct vd_housekeeping *housekeeping) {
  const struct vd_service *service = housekeeping->service;
  for (size_t k = 0; k < service->operator_count; k++)
    if (service->operators[k].is_remote) add_alarm(housekeeping, service->operators[k].key.name);
  for (size_t i = 0; service->witness != NULL && i < service->witness->logs_count; i++)
    add_alarm(housekeeping, service->witness->logs[i].name);
}

/* Whoever found it, a loop, the witness or the watch, seen knows it. The origin is in the settings: it may be named. */
static void raise_alarms(struct vd_housekeeping *housekeeping) {
  const struct vd_service *service = housekeeping->service;
  struct vd_seen_state state;
  if (service->seen == NULL) return;
  size_t count = vd_seen_equivocations(service->seen);
  if (count == housekeeping->alarms_raised) return;
  housekeeping->alarms_raised = count;
  for (size_t i = 0; i < housekeeping->alarm_count; i++) {
    struct alarm *alarm = &housekeeping->alarms[i];
    vd_seen_get(service->seen, alarm->origin, &state);
    if (!state.has_equivocated || alarm->is_raised) continue;
    alarm->is_raised = true;
    vd_log_event(&housekeeping->log, VD_LOG_ERROR, "equivocation", "log=%s", alarm->origin);
  }
}

/* ---- the trust list ---- */

static void look_at_trust(struct vd_housekeeping *housekeeping) {
  housekeeping->trust_looked_ms = uv_now(&housekeeping->loop);
  vd_trust_source_look(housekeeping->service->trust_source, (uint64_t)time(NULL));
}

static void on_reload(void *context) {
  struct vd_housekeeping *housekeeping = context;
  if (housekeeping->service->trust_source != NULL) look_at_trust(housekeeping);
}

static void look_at_trust_if_due(struct vd_housekeeping *housekeeping) {
  const struct vd_service *service = housekeeping->service;
  uint64_t due_ms = housekeeping->trust_looked_ms + UINT64_C(1000) * service->settings->trust_reload_s;
  if (service->trust_source == NULL) return;
  if (housekeeping->trust_looked_ms == 0 || uv_now(&housekeeping->loop) >= due_ms) look_at_trust(housekeeping);
}

/* ---- the loop ---- */

static void on_look(uv_timer_t *timer) {
  struct vd_housekeeping *housekeeping = timer->data;
  look_at_trust_if_due(housekeeping);
  if (housekeeping->cosigning != NULL) vd_cosigning_look(housekeeping->cosigning, (uint64_t)time(NULL));
  if (housekeeping->watch != NULL) vd_watch_look(housekeeping->watch);
  if (housekeeping->service->anchor_keeping != NULL)
    vd_anchor_keeping_look(housekeeping->service->anchor_keeping, (uint64_t)time(NULL));
  if (housekeeping->chain_watch != NULL)
    vd_chain_watch_look(housekeeping->chain_watch, (uint64_t)time(NULL), vd_client_now_ms());
  raise_alarms(housekeeping);
}

static void close_handles(void *context) {
  struct vd_housekeeping *housekeeping = context;
  if (uv_is_closing((uv_handle_t *)&housekeeping->timer)) return;
  uv_close((uv_handle_t *)&housekeeping->timer, NULL);
  if (housekeeping->cosigning != NULL) vd_cosigning_stop(housekeeping->cosigning);
  if (housekeeping->watch != NULL) vd_watch_stop(housekeeping->watch);
  if (housekeeping->service->anchor_keeping != NULL) vd_anchor_keeping_close(housekeeping->service->anchor_keeping);
  vd_chain_watch_free(housekeeping->chain_watch);
  housekeeping->chain_watch = NULL;
  vd_client_loop_close(&housekeeping->client_loop);
  vd_home_close(&housekeeping->home);
  vd_bell_close(&housekeeping->stop_bell);
  vd_bell_close(&housekeeping->reload_bell);
}

static void run_loop(void *context) { (void)uv_run(&((struct vd_housekeeping *)context)->loop, UV_RUN_DEFAULT); }

void vd_housekeeping_reload(struct vd_housekeeping *housekeeping) { vd_bell_ring(&housekeeping->reload_bell); }

enum vd_error vd_housekeeping_start(struct vd_housekeeping *housekeeping, struct vd_failure *failure) {
  int result = uv_thread_create(&housekeeping->thread, run_loop, housekeeping);
  if (result != 0) return vd_fail(failure, VD_INTERNAL, "cannot start a thread: %s", uv_strerror(result));
  housekeeping->is_started = true;
  return VD_OK;
}

/* ---- life ---- */

bool vd_housekeeping_is_needed(const struct vd_service *service) {
  bool is_needed = service->trust_source != NULL || service->own != NULL || service->witness != NULL ||
                   service->anchors != NULL;
  for (size_t k = 0; k < service->operator_count; k++) is_needed = is_needed || service->operators[k].is_remote;
  return is_needed;
}

static enum vd_error open_cosigning(struct vd_housekeeping *housekeeping, struct vd_failure *failure) {
  struct vd_cosigning_options options = {.own = housekeeping->service->own,
                                         .client = housekeeping->client_loop.client,
                                         .home = &housekeeping->home,
                                         .loop = &housekeeping->loop,
                                         .log = &housekeeping->log};
  if (options.own == NULL) return VD_OK;
  struct vd_cosigning *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for housekeeping");
  enum vd_error error = vd_cosigning_init(made, &options, failure);
  if (error == VD_OK) housekeeping->cosigning = made;
  else free(made);
  return error;
}

static enum vd_error open_watch(struct vd_housekeeping *housekeeping, struct vd_failure *failure) {
  struct vd_watch_options options = {.service = housekeeping->service,
                                     .client = housekeeping->client_loop.client,
                                     .home = &housekeeping->home,
                                     .loop = &housekeeping->loop,
                                     .log = &housekeeping->log};
  struct vd_watch *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for housekeeping");
  enum vd_error error = vd_watch_init(made, &options, failure);
  if (error == VD_OK) housekeeping->watch = made;
  else free(made);
  return error;
}

static enum vd_error open_anchors(struct vd_housekeeping *housekeeping, struct vd_failure *failure) {
  struct vd_anchor_keeping *keeping = housekeeping->service->anchor_keeping;
  if (keeping == NULL) return VD_OK;
  return vd_anchor_keeping_open(keeping, housekeeping->client_loop.client, &housekeeping->log, failure);
}

static enum vd_error open_chain_watch(struct vd_housekeeping *housekeeping, struct vd_failure *failure) {
  if (housekeeping->service->anchors == NULL) return VD_OK;
  return vd_chain_watch_new(housekeeping->service, housekeeping->client_loop.client, &housekeeping->log,
                            &housekeeping->chain_watch, failure);
}

/* After an error no handle is open that close_handles does not close. */
static enum vd_error open_loop(struct vd_housekeeping *housekeeping, struct vd_failure *failure) {
  uv_loop_t *loop = &housekeeping->loop;
  int result = vd_home_open(&housekeeping->home, loop);
  if (result == 0) {
    result = vd_bell_open(&housekeeping->stop_bell, loop, close_handles, housekeeping);
    if (result != 0) vd_home_close(&housekeeping->home);
  }
  if (result == 0) {
    result = vd_bell_open(&housekeeping->reload_bell, loop, on_reload, housekeeping);
    if (result != 0) vd_bell_close(&housekeeping->stop_bell);
    if (result != 0) vd_home_close(&housekeeping->home);
  }
  if (result != 0) return vd_fail(failure, VD_INTERNAL, "cannot make an event loop: %s", uv_strerror(result));
  enum vd_error error = vd_client_loop_open(&housekeeping->client_loop, loop, CONNECTIONS_PER_HOST, failure);
  if (error != VD_OK) {
    vd_bell_close(&housekeeping->reload_bell);
    vd_bell_close(&housekeeping->stop_bell);
    vd_home_close(&housekeeping->home);
    return error;
  }
  (void)uv_timer_init(loop, &housekeeping->timer); /* these cannot fail */
  housekeeping->timer.data = housekeeping;
  (void)uv_timer_start(&housekeeping->timer, on_look, 0, LOOK_MS);
  return VD_OK;
}

static void end_loop(struct vd_housekeeping *housekeeping) {
  (void)uv_run(&housekeeping->loop, UV_RUN_DEFAULT);
  (void)uv_loop_close(&housekeeping->loop);
}

enum vd_error vd_housekeeping_new(const struct vd_service *service, int log_fd, struct vd_housekeeping **housekeeping,
                                  struct vd_failure *failure) {
  *housekeeping = NULL;
  struct vd_housekeeping *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for housekeeping");
  made->service = service;
  vd_log_init(&made->log, log_fd, VD_LOG_INFO);
  add_alarms(made);
  int result = uv_loop_init(&made->loop);
  if (result != 0) {
    free(made);
    return vd_fail(failure, VD_INTERNAL, "cannot make an event loop: %s", uv_strerror(result));
  }
  enum vd_error error = open_loop(made, failure);
  if (error != VD_OK) {
    end_loop(made);
    free(made);
    return error;
  }
  error = open_cosigning(made, failure);
  if (error == VD_OK) error = open_watch(made, failure);
  if (error == VD_OK) error = open_anchors(made, failure);
  if (error == VD_OK) error = open_chain_watch(made, failure);
  if (error == VD_OK) *housekeeping = made;
  else vd_housekeeping_free(made);
  return error;
}

void vd_housekeeping_free(struct vd_housekeeping *housekeeping) {
  if (housekeeping == NULL) return;
  if (housekeeping->is_started) {
    vd_bell_ring(&housekeeping->stop_bell);
    (void)uv_thread_join(&housekeeping->thread);
  } else {
    close_handles(housekeeping);
  }
  end_loop(housekeeping);
  if (housekeeping->cosigning != NULL) vd_cosigning_free(housekeeping->cosigning);
  if (housekeeping->watch != NULL) vd_watch_free(housekeeping->watch);
  free(housekeeping->cosigning);
  free(housekeeping->watch);
  free(housekeeping);
}
