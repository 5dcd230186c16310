#include "serve/watch.h"

#include <string.h>

#include "base/context.h"
#include "base/crypto.h"

enum {
  INTERVAL_MS = 60000,
  INTERVAL_SILENT_MS = 5000 /* between looks at one that did not answer, or whose log is not right */
};

/* ---- keeping what is new ---- */

/* Against what is remembered, which the log was asked about; whoever keeps a later one proves it from there. */
static void keep_contradiction(struct vd_watched *watched, const struct frag_checkpoint *checkpoint) {
  struct vd_seen_state state;
  struct vd_seen *seen = watched->watch->service->seen;
  watched->kept = VD_OK;
  vd_seen_get(seen, watched->origin, &state);
  if (!state.has_equivocated)
    (void)vd_log_check_accuse(watched->watch->lane_context, seen, &watched->contradiction, checkpoint, state.note,
                              state.note_len, &watched->kept, &watched->failure);
}

/* On the memory lane. */
static void run_keeping(void *context) {
  struct vd_watched *watched = context;
  struct frag_checkpoint checkpoint;
  enum vd_seen_outcome outcome; /* whatever it is: equivocations are told by whoever counts them */
  frag_error decoded =
      frag_checkpoint_decode(watched->watch->lane_context, &checkpoint, watched->note, watched->note_len);
  if (decoded != FRAG_OK) watched->kept = vd_fail_frag(&watched->failure, decoded, "a checkpoint to be kept");
  else if (watched->contradiction.size > 0) keep_contradiction(watched, &checkpoint);
  else
    watched->kept = vd_seen_advance(watched->watch->service->seen, watched->kept_base.size, watched->kept_base.root,
                                    &checkpoint, &outcome, &watched->failure);
}

static void keeping_done(void *context, bool did_run) {
  struct vd_watched *watched = context;
  struct frag_log_key key = watched->check.key;
  watched->is_keeping = false;
  /* What could not be kept against the log is proven once more. */
  if (watched->check.has_equivocated) vd_log_check_begin(&watched->check, &key, watched->check.seen);
  if (did_run && watched->kept != VD_OK)
    vd_log_event(watched->watch->log, VD_LOG_ERROR, "checkpoint_not_kept", "operator=%u reason=\"%s\"", watched->number,
                 watched->failure.text);
}

static void keep(struct vd_watched *watched, const struct vd_lookup_answer *answer) {
  const struct vd_service *service = watched->watch->service;
  if (service->seen == NULL || watched->is_keeping || answer->checkpoint_len > sizeof watched->note) return;
  watched->kept_base = watched->base;
  watched->contradiction = watched->check.contradiction;
  watched->note_len = answer->checkpoint_len;
  memcpy(watched->note, answer->checkpoint, answer->checkpoint_len);
  watched->job = (struct vd_lane_job){.run = run_keeping, .done = keeping_done, .context = watched};
  watched->is_keeping = vd_lane_submit(service->memory_lane, watched->watch->home, &watched->job);
}

/* ---- looking ---- */

static void set_answer(struct vd_watched *watched, enum vd_remote_answer answer, frag_error code) {
  int before = atomic_exchange(&watched->state->answer, answer);
  int before_code = atomic_exchange(&watched->state->code, (int)code);
  bool is_well = answer == VD_REMOTE_ANSWERS;
  watched->next_ms = uv_now(watched->watch->loop) + (is_well ? INTERVAL_MS : INTERVAL_SILENT_MS);
  vd_role_metrics_add(&watched->watch->service->role_metrics->looks, 1);
  if (!is_well) vd_role_metrics_add(&watched->watch->service->role_metrics->looks_failed, 1);
  if (before == (int)answer && before_code == (int)code) return;
  if (answer == VD_REMOTE_SILENT)
    vd_log_event(watched->watch->log, VD_LOG_WARNING, "operator_silent", "operator=%u", watched->number);
  else if (answer == VD_REMOTE_LOG_FAILED)
    vd_log_event(watched->watch->log, VD_LOG_ERROR, "operator_log_failed", "operator=%u code=%s", watched->number,
                 frag_error_name(code));
  else vd_log_event(watched->watch->log, VD_LOG_INFO, "operator_answers", "operator=%u", watched->number);
}

/* Whether it is an answer, right or wrong. */
static bool on_answer(void *context, const uint8_t *bytes, size_t len) {
  struct vd_watched *watched = context;
  struct vd_watch *watch = watched->watch;
  struct frag_checkpoint checkpoint;
  bool is_news = false;
  watched->look_up = NULL;
  if (bytes == NULL || vd_lookup_answer_read(&watch->answer, VD_STORE_STATUS, 1, bytes, len, NULL) != VD_OK) {
    set_answer(watched, VD_REMOTE_SILENT, FRAG_OK);
    return false;
  }
  frag_error code =
      vd_log_check_checkpoint(watch->context, &watched->check, &watched->base, &watch->answer, &checkpoint, &is_news);
  if (is_news) keep(watched, &watch->answer);
  atomic_store(&watched->state->size, watched->check.size);
  atomic_store(&watched->state->checkpoint_s, watched->check.time_s);
  set_answer(watched, code == FRAG_OK ? VD_REMOTE_ANSWERS : VD_REMOTE_LOG_FAILED, code);
  return true;
}

/* What others have accepted since is what the log has to continue. */
static void begin_from_memory(struct vd_watched *watched) {
  struct vd_seen_state state;
  struct vd_seen *seen = watched->check.seen;
  struct frag_log_key key = watched->check.key;
  if (seen == NULL || watched->check.has_equivocated) return;
  vd_seen_get(seen, key.name, &state);
  if (state.size > watched->check.size) vd_log_check_begin(&watched->check, &key, seen);
}

/* Asks for a status that nobody has: the answer brings checkpoint and proof, and tells nothing about anybody. */
static void look(struct vd_watched *watched) {
  struct vd_failure failure = {.text = ""};
  struct vd_lookup_request request = {.kind = VD_STORE_STATUS, .count = 1};
  begin_from_memory(watched);
  vd_log_check_base(&watched->check, &watched->base);
  request.known_size = watched->base.size;
  if (vd_random(request.keys[0], sizeof request.keys[0], &failure) == VD_OK &&
      vd_remote_look_up(&watched->remote, &request, on_answer, watched, &watched->look_up, &failure) == VD_OK)
    return;
  watched->look_up = NULL;
  set_answer(watched, VD_REMOTE_SILENT, FRAG_OK);
}

/* One whose log is known to be wrong is looked at often enough. */
static bool is_due(struct vd_watched *watched) {
  bool is_doubted = atomic_exchange(&watched->state->is_doubted, false);
  bool is_news = is_doubted && atomic_load(&watched->state->answer) != VD_REMOTE_LOG_FAILED;
  return is_news || uv_now(watched->watch->loop) >= watched->next_ms;
}

void vd_watch_look(struct vd_watch *watch) {
  for (size_t i = 0; i < watch->count; i++) {
    struct vd_watched *watched = &watch->items[i];
    if (watched->look_up == NULL && is_due(watched)) look(watched);
  }
}

/* ---- life ---- */

static enum vd_error add_operator(struct vd_watch *watch, size_t k, struct vd_client *client,
                                  struct vd_failure *failure) {
  const struct vd_settings *settings = watch->service->settings;
  struct vd_watched *watched = &watch->items[watch->count++];
  watched->watch = watch;
  watched->number = settings->operators[k].number;
  watched->origin = watch->service->operators[k].key.name;
  watched->state = &watch->service->remotes[k];
  vd_log_check_begin(&watched->check, &watch->service->operators[k].key, watch->service->seen);
  atomic_store(&watched->state->size, watched->check.size);
  return vd_remote_operator_init(&watched->remote, client, settings->operators[k].url, settings->limits.operator_ms,
                                 failure);
}

enum vd_error vd_watch_init(struct vd_watch *watch, const struct vd_watch_options *options,
                            struct vd_failure *failure) {
  const struct vd_service *service = options->service;
  memset(watch, 0, sizeof *watch);
  watch->service = service;
  watch->home = options->home;
  watch->loop = options->loop;
  watch->log = options->log;
  enum vd_error error = vd_context_new(&watch->context, failure);
  if (error == VD_OK) error = vd_context_new(&watch->lane_context, failure);
  for (size_t k = 0; error == VD_OK && k < service->operator_count; k++)
    if (service->operators[k].is_remote) error = add_operator(watch, k, options->client, failure);
  if (error != VD_OK) vd_watch_free(watch);
  return error;
}

void vd_watch_stop(struct vd_watch *watch) {
  for (size_t i = 0; i < watch->count; i++) vd_remote_operator_end(&watch->items[i].remote);
}

void vd_watch_free(struct vd_watch *watch) {
  frag_context_free(watch->context);
  frag_context_free(watch->lane_context);
  watch->context = watch->lane_context = NULL;
}
