#include "anchors_open.h"

#include <stdio.h>
#include <string.h>

#include "anchor/following.h"
#include "ledger/tlog.h"

/* The origin of an operator's log; NULL when its ledger cannot be read. */
static const char *origin_of(struct ctl_operator *operator) {
  if (operator->is_remote) return operator->key.name;
  if (operator->store == NULL) return NULL;
  if (operator->reader == NULL && vd_store_reader_new(operator->store, &operator->reader, NULL) != VD_OK) return NULL;
  if (vd_store_reader_begin(operator->reader, NULL) != VD_OK) return NULL;
  enum vd_error error = vd_tlog_key(operator->reader, &operator->key, NULL);
  vd_store_reader_reset(operator->reader);
  return error == VD_OK ? operator->key.name : NULL;
}

static size_t add_tracks(const struct vd_settings *settings, struct ctl_operator *operator,
                         struct vd_anchors_track_options *tracks) {
  const struct vd_operator_settings *own = operator->settings;
  const char *origin = own->anchored_count == 0 ? NULL : origin_of(operator);
  if (origin == NULL) return 0;
  for (size_t i = 0; i < own->anchored_count; i++) {
    const struct vd_anchored_settings *anchored = &own->anchored[i];
    const struct vd_chain_settings *chain = &settings->chains[anchored->chain];
    tracks[i] = (struct vd_anchors_track_options){.origin = origin, .chain = chain->name, .due_s = anchored->due_s};
    vd_following_chain_id(chain, tracks[i].chain_id);
    memcpy(tracks[i].account, anchored->account, sizeof tracks[i].account);
  }
  return own->anchored_count;
}

enum vd_error ctl_anchors_open(const struct vd_settings *settings, struct ctl_operators *operators,
                               struct vd_anchors **anchors, struct vd_failure *failure) {
  struct vd_anchors_track_options tracks[VD_OPERATORS_MAX * VD_LOG_CHAINS_MAX];
  char path[VD_PATH_SIZE + sizeof "/anchors"];
  size_t count = 0;
  *anchors = NULL;
  for (size_t i = 0; i < operators->count; i++) count += add_tracks(settings, &operators->items[i], tracks + count);
  if (count == 0) return VD_OK;
  (void)snprintf(path, sizeof path, "%s/anchors", settings->memory);
  return vd_anchors_open_read(path, tracks, count, anchors, failure);
}
