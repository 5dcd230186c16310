#include "serve/chain_watch.h"

#include <stdlib.h>
#include <string.h>

#include "anchor/comparing.h"
#include "anchor/following.h"

struct vd_chain_watch {
  const struct vd_service *service;
  struct vd_client *client;
  struct vd_log *log;
  struct vd_following *followings[VD_CHAINS_MAX];     /* as settings->chains; NULL: nothing is looked for there */
  struct vd_comparing *comparings[VD_OPERATORS_MAX];  /* as settings->operators; NULL: it has no tracks */
};

static void tell(void *context, enum vd_anchoring_grade grade, const char *event, const char *detail) {
  struct vd_chain_watch *watch = context;
  enum vd_log_level level = VD_LOG_INFO;
  if (grade == VD_ANCHORING_WARNING) level = VD_LOG_WARNING;
  if (grade == VD_ANCHORING_ALARM) level = VD_LOG_ERROR;
  vd_log_event(watch->log, level, event, "%s", detail);
}

/* The tracks on one chain, of all operators. */
static size_t tracks_on(const struct vd_service *service, size_t chain, size_t tracks[static VD_OPERATORS_MAX]) {
  const struct vd_settings *settings = service->settings;
  size_t count = 0;
  for (size_t i = 0; i < settings->operators_count; i++)
    for (size_t j = 0; j < settings->operators[i].anchored_count; j++) {
      size_t track = service->chain_tracks->tracks[i][j];
      if (settings->operators[i].anchored[j].chain == chain && track != VD_CHAIN_TRACK_NONE) tracks[count++] = track;
    }
  return count;
}

static enum vd_error follow(struct vd_chain_watch *watch, size_t chain, struct vd_failure *failure) {
  size_t tracks[VD_OPERATORS_MAX]; /* an operator has at most one on each */
  const struct vd_service *service = watch->service;
  struct vd_following_options options = {.chain = &service->settings->chains[chain],
                                         .client = watch->client,
                                         .anchors = service->anchors,
                                         .track_count = tracks_on(service, chain, tracks),
                                         .tracks = tracks,
                                         .tell = tell,
                                         .context = watch};
  if (options.track_count == 0) return VD_OK;
  atomic_store(&service->chain_tracks->chains[chain].is_followed, true);
  return vd_following_new(&options, &watch->followings[chain], failure);
}

static enum vd_error compare(struct vd_chain_watch *watch, size_t i, struct vd_failure *failure) {
  const struct vd_service *service = watch->service;
  const struct vd_operator_settings *operator= & service->settings->operators[i];
  size_t tracks[VD_LOG_CHAINS_MAX];
  struct vd_comparing_options options = {.anchors = service->anchors,
                                         .seen = service->seen,
                                         .store = service->operators[i].store,
                                         .client = watch->client,
                                         .url = operator->url,
                                         .timeout_ms = service->settings->limits.operator_ms,
                                         .key = &service->chain_tracks->keys[i],
                                         .tracks = tracks,
                                         .tell = tell,
                                         .context = watch};
  for (size_t j = 0; j < operator->anchored_count; j++)
    if (service->chain_tracks->tracks[i][j] != VD_CHAIN_TRACK_NONE)
      tracks[options.track_count++] = service->chain_tracks->tracks[i][j];
  return options.track_count == 0 ? VD_OK : vd_comparing_new(&options, &watch->comparings[i], failure);
}

enum vd_error vd_chain_watch_new(const struct vd_service *service, struct vd_client *client, struct vd_log *log,
                                 struct vd_chain_watch **watch, struct vd_failure *failure) {
  *watch = NULL;
  struct vd_chain_watch *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory to follow chains");
  made->service = service;
  made->client = client;
  made->log = log;
  enum vd_error error = VD_OK;
  for (size_t c = 0; error == VD_OK && c < service->settings->chains_count; c++) error = follow(made, c, failure);
  for (size_t i = 0; error == VD_OK && i < service->settings->operators_count; i++) error = compare(made, i, failure);
  if (error == VD_OK) *watch = made;
  else vd_chain_watch_free(made);
  return error;
}

void vd_chain_watch_free(struct vd_chain_watch *watch) {
  if (watch == NULL) return;
  for (size_t c = 0; c < VD_CHAINS_MAX; c++) vd_following_free(watch->followings[c]);
  for (size_t i = 0; i < VD_OPERATORS_MAX; i++) vd_comparing_free(watch->comparings[i]);
  free(watch);
}

static void look_at_log(struct vd_chain_watch *watch, size_t i, uint64_t now_ms) {
  struct vd_remote_state *remote = &watch->service->remotes[i];
  if (atomic_load(&remote->answer) == VD_REMOTE_LOG_FAILED && atomic_load(&remote->code) == FRAG_LOG_INCONSISTENT)
    vd_comparing_doubt(watch->comparings[i]);
  vd_comparing_look(watch->comparings[i], now_ms);
  if (vd_comparing_is_doubtful(watch->comparings[i])) atomic_store(&remote->is_doubted, true);
}

void vd_chain_watch_look(struct vd_chain_watch *watch, uint64_t now_s, uint64_t now_ms) {
  for (size_t c = 0; c < VD_CHAINS_MAX; c++) {
    bool is_stuck = false;
    char why[256];
    if (watch->followings[c] == NULL) continue;
    vd_following_look(watch->followings[c], now_s, now_ms);
    (void)vd_following_is_done(watch->followings[c], &is_stuck, why);
    atomic_store(&watch->service->chain_tracks->chains[c].is_stuck, is_stuck);
  }
  for (size_t i = 0; i < VD_OPERATORS_MAX; i++)
    if (watch->comparings[i] != NULL) look_at_log(watch, i, now_ms);
}
