#include "serve/chain_tracks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/following.h"
#include "ledger/tlog.h"

struct list {
  size_t count;
  struct vd_anchors_track_options items[VD_ANCHORS_TRACKS_MAX];
};
_Static_assert(VD_OPERATORS_MAX * VD_LOG_CHAINS_MAX <= VD_ANCHORS_TRACKS_MAX, "there is room for all tracks");

static bool read_key(struct vd_store *store, struct frag_log_key *key) {
  struct vd_store_reader *reader;
  if (store == NULL || vd_store_reader_new(store, &reader, NULL) != VD_OK) return false;
  bool is_read = vd_store_reader_begin(reader, NULL) == VD_OK && vd_tlog_key(reader, key, NULL) == VD_OK;
  vd_store_reader_free(reader);
  return is_read;
}

static void add_operator(struct vd_chain_tracks *tracks, size_t i, const struct vd_settings *settings,
                         const struct vd_verifier_operator *operator, struct list *list) {
  const struct vd_operator_settings *own = &settings->operators[i];
  if (own->anchored_count == 0) return;
  if (operator->is_remote) tracks->keys[i] = operator->key;
  else if (!read_key(operator->store, &tracks->keys[i])) return;
  for (size_t j = 0; j < own->anchored_count; j++) {
    const struct vd_anchored_settings *anchored = &own->anchored[j];
    const struct vd_chain_settings *chain = &settings->chains[anchored->chain];
    struct vd_anchors_track_options *track = &list->items[list->count];
    *track = (struct vd_anchors_track_options){
        .origin = tracks->keys[i].name, .chain = chain->name, .due_s = anchored->due_s};
    vd_following_chain_id(chain, track->chain_id);
    memcpy(track->account, anchored->account, sizeof track->account);
    tracks->tracks[i][j] = list->count++;
  }
}

static enum vd_error open_anchors(const struct vd_settings *settings, const struct list *list,
                                  struct vd_anchors **anchors, struct vd_failure *failure) {
  char path[VD_PATH_SIZE];
  int len = snprintf(path, sizeof path, "%s/anchors", settings->memory);
  if (len < 0 || len >= (int)sizeof path)
    return vd_fail(failure, VD_CONFIG, "memory: %s is too long a path for what is kept in it", settings->memory);
  return vd_anchors_open(path, list->items, list->count, anchors, failure);
}

enum vd_error vd_chain_tracks_open(const struct vd_settings *settings, const struct vd_verifier_operator *operators,
                                   struct vd_chain_tracks **tracks, struct vd_anchors **anchors,
                                   struct vd_failure *failure) {
  *tracks = NULL;
  *anchors = NULL;
  struct vd_chain_tracks *made = calloc(1, sizeof *made);
  struct list *list = calloc(1, sizeof *list);
  enum vd_error error = made == NULL || list == NULL ? vd_fail(failure, VD_MEMORY, "no memory for anchors") : VD_OK;
  for (size_t i = 0; error == VD_OK && i < settings->operators_count; i++) {
    for (size_t j = 0; j < VD_LOG_CHAINS_MAX; j++) made->tracks[i][j] = VD_CHAIN_TRACK_NONE;
    add_operator(made, i, settings, &operators[i], list);
  }
  if (error == VD_OK && list->count > 0) error = open_anchors(settings, list, anchors, failure);
  if (*anchors != NULL) *tracks = made;
  else free(made);
  free(list);
  return error;
}
