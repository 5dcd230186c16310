/* following_check.c: whether what is known of a chain still stands on it. A final block that is no longer there,
 * although all nodes agree, is the worst that can happen to a chain: it is told as an alarm, what was found there is
 * withdrawn, and the chain is read again from the last anchor that stands. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/following_state.h"

enum {
  NEWEST = 3,      /* anchors of one track that are looked at again in each round */
  BACK = 16,       /* when anchors are gone, so many are looked at together */
  BEHIND_MAX = 64  /* blocks that nodes may be behind what they showed before */
};

struct vd_following_checked {
  uint64_t n;
  size_t question;
  struct vd_anchors_item item;
};

static bool get_anchor(struct vd_following *following, size_t track, uint64_t n, struct vd_anchors_item *item) {
  struct vd_failure failure = {.text = ""};
  enum vd_error error = vd_anchors_get(following->options.anchors, following->tracks[track].number, n, item, NULL, NULL,
                                       NULL, NULL, &failure);
  if (error != VD_OK) vd_following_fail(following, "an anchor that was kept cannot be read: %s", failure.text);
  return error == VD_OK;
}

/* Puts questions for the blocks of up to `most` anchors before number `before`, from the newest to the oldest, that are
 * not gone yet. */
static bool ask_anchors(struct vd_following *following, size_t track, uint64_t before, size_t most) {
  following->check_count = 0;
  while (before > 0 && following->check_count < most) {
    struct vd_following_checked *checked = &following->checked[following->check_count];
    checked->n = --before;
    if (!get_anchor(following, track, before, &checked->item)) return false;
    if (checked->item.is_gone || checked->item.block_number > following->final) continue;
    checked->question = following->kind->ask_hash(following, checked->item.block_number);
    following->check_count++;
  }
  return true;
}

static uint64_t count_of(const struct vd_following *following, size_t track) {
  struct vd_anchors_view view;
  vd_anchors_look(following->options.anchors, following->tracks[track].number, &view);
  return view.count;
}

/* --- taking back --- */

static void go_back(struct vd_following *following, const struct vd_anchors_item *item) {
  struct vd_following_track *track = &following->tracks[following->violated];
  vd_following_begin_anew(following, track);
  track->known_to = item == NULL ? 0 : item->block_number + 1;
  /* An account's coins are known by reading from the beginning only. */
  if (item != NULL && following->chain->kind == VD_CHAIN_EVM) {
    struct vd_following_block block = {.number = item->block_number, .time_s = item->block_time_s};
    memcpy(block.hash, item->block_hash, sizeof block.hash);
    vd_following_move(track, &block, 0);
    track->has_nonce = false;
  }
  if (vd_following_save(following, following->violated, true)) vd_following_again(following);
}

static bool withdraw(struct vd_following *following, const struct vd_following_checked *checked) {
  struct vd_failure failure = {.text = ""};
  char transaction[VD_FOLLOWING_ID_SIZE];
  if (vd_anchors_withdraw(following->options.anchors, following->tracks[following->violated].number, checked->n,
                          &failure) != VD_OK) {
    vd_following_fail(following, "an anchor cannot be withdrawn: %s", failure.text);
    return false;
  }
  vd_following_id(following, transaction, &checked->item);
  vd_following_tell(following, following->violated, VD_ANCHORING_ALARM, "anchor_gone",
                    "size=%" PRIu64 " block=%" PRIu64 " transaction=%s", checked->item.size,
                    checked->item.block_number, transaction);
  return true;
}

static void take_back(struct vd_following *following);

static void on_standing(struct vd_following *following) {
  uint8_t hash[32];
  for (size_t i = 0; i < following->check_count; i++) {
    const struct vd_following_checked *checked = &following->checked[i];
    if (!vd_following_agreed(following, checked->question, "a block", following->kind->get_hash, hash, sizeof hash))
      return;
    if (memcmp(hash, checked->item.block_hash, sizeof hash) == 0) {
      go_back(following, &checked->item);
      return;
    }
    if (!withdraw(following, checked)) return;
    following->standing = checked->n;
  }
  take_back(following);
}

/* Looks for the newest anchor that stands. */
static void take_back(struct vd_following *following) {
  vd_nodes_begin(following->nodes);
  if (!ask_anchors(following, following->violated, following->standing, BACK)) return;
  if (following->check_count == 0) go_back(following, NULL);
  else vd_following_ask(following, on_standing);
}

static void violated(struct vd_following *following, size_t track, uint64_t number) {
  vd_following_tell(following, track, VD_ANCHORING_ALARM, "chain_contradicts_final", "block=%" PRIu64, number);
  following->violated = track;
  following->standing = count_of(following, track);
  take_back(following);
}

/* --- a round's beginning --- */

/* Whether a block is as it was; false: it is not, or nothing can be said, and all is done. */
static bool stands(struct vd_following *following, size_t track, size_t question, uint64_t number,
                   const uint8_t hash[static 32]) {
  uint8_t now[32];
  if (!vd_following_agreed(following, question, "a block", following->kind->get_hash, now, sizeof now)) return false;
  if (memcmp(now, hash, sizeof now) == 0) return true;
  violated(following, track, number);
  return false;
}

static void on_checked(struct vd_following *following) {
  for (size_t t = 0; t < following->track_count; t++) {
    const struct vd_following_track *track = &following->tracks[t];
    if (track->question != SIZE_MAX && !stands(following, t, track->question, track->next - 1, track->hash)) return;
  }
  for (size_t i = 0; i < following->check_count; i++) {
    const struct vd_following_checked *checked = &following->checked[i];
    if (!stands(following, following->newest_track, checked->question, checked->item.block_number,
                checked->item.block_hash))
      return;
  }
  following->kind->walk(following);
}

static bool load(struct vd_following *following, struct vd_following_track *track) {
  uint8_t cursor[VD_ANCHORS_CURSOR_MAX];
  size_t len;
  if (track->is_loaded) return true;
  vd_anchors_cursor(following->options.anchors, track->number, cursor, &len);
  vd_following_begin_anew(following, track);
  track->known_to = 0;
  track->unsaved = 0;
  track->is_loaded = len == 0 || vd_following_cursor_read(track, cursor, len);
  if (!track->is_loaded) vd_following_fail(following, "what was kept of %s cannot be read", track->options->origin);
  return track->is_loaded;
}

/* False: it failed. */
static bool ask_cursor(struct vd_following *following, struct vd_following_track *track) {
  track->question = SIZE_MAX;
  if (!load(following, track)) return false;
  if (!track->is_begun) return true;
  uint64_t last = track->next - 1;
  if (following->final >= last) track->question = following->kind->ask_hash(following, last);
  if (following->final >= last || last - following->final <= BEHIND_MAX) return true;
  vd_following_fail(following, "an endpoint is %" PRIu64 " blocks behind", last - following->final);
  return false;
}

/* Only where the nodes have come as far as they were: all that was found is then before the final block. */
static bool ask_newest(struct vd_following *following) {
  size_t track = following->newest_track;
  following->check_count = 0;
  if (following->tracks[track].question == SIZE_MAX) return true;
  return ask_anchors(following, track, count_of(following, track), NEWEST);
}

static void check(struct vd_following *following) {
  bool is_asking = following->kind->ask_more != NULL;
  if (following->checked == NULL) following->checked = calloc(BACK, sizeof *following->checked);
  if (following->checked == NULL) {
    vd_following_fail(following, "no memory to look at anchors");
    return;
  }
  vd_nodes_begin(following->nodes);
  for (size_t t = 0; t < following->track_count; t++) {
    if (!ask_cursor(following, &following->tracks[t])) return;
    is_asking = is_asking || following->tracks[t].question != SIZE_MAX;
  }
  following->newest_track = (following->newest_track + 1) % following->track_count;
  if (!ask_newest(following)) return;
  if (following->kind->ask_more != NULL) following->kind->ask_more(following);
  if (is_asking) vd_following_ask(following, on_checked);
  else following->kind->walk(following);
}

/* A number with a digit too many would look for nothing, for ever. */
static void look_at_first_block(struct vd_following *following) {
  const struct vd_chain_settings *chain = following->chain;
  bool is_ahead = chain->first_block > following->final;
  if (is_ahead && !following->is_ahead_told)
    vd_following_tell(following, 0, VD_ANCHORING_WARNING, "first_block_ahead",
                      "first_block=%" PRIu64 " final=%" PRIu64
                      " reason=\"the chain has not come to first_block: nothing is looked for until then\"",
                      chain->first_block, following->final);
  following->is_ahead_told = is_ahead;
}

void vd_following_head(struct vd_following *following, uint64_t last) {
  unsigned confirmations = following->chain->confirmations;
  if (last > VD_FOLLOWING_NUMBER_MAX) {
    vd_following_fail(following, "no chain has as many blocks as the endpoints say");
    return;
  }
  if (last + 1 < confirmations) { /* so young a chain has no final block */
    vd_following_finish(following);
    return;
  }
  following->final = confirmations == 0 ? last : last - (confirmations - 1);
  look_at_first_block(following);
  check(following);
}
