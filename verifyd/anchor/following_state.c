#include "anchor/following_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

/* u8 version ‖ u8 flags ‖ u64 next ‖ hash ‖ u64 time ‖ u64 known_to ‖ u64 nonce ‖ u16 count ‖ coins, each
 * transaction ‖ u32 output ‖ u8 is_change ‖ u56 value. */
enum { VERSION = 1, HEAD_LEN = 2 + 8 + 32 + 8 + 8 + 8 + 2, COIN_LEN = 32 + 4 + 8, IS_BEGUN = 1, HAS_NONCE = 2 };
_Static_assert(HEAD_LEN + COIN_LEN * VD_FOLLOWING_COINS_MAX <= VD_ANCHORS_CURSOR_MAX, "a cursor holds all coins");

static uint8_t *put_number(uint8_t *at, uint64_t number, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0; number >>= 8) at[i] = (uint8_t)number;
  return at + bytes;
}

static uint64_t take_number(const uint8_t **at, unsigned bytes) {
  uint64_t number = 0;
  for (unsigned i = 0; i < bytes; i++) number = number << 8 | (*at)[i];
  *at += bytes;
  return number;
}

size_t vd_following_cursor_write(uint8_t bytes[static VD_ANCHORS_CURSOR_MAX], const struct vd_following_track *track) {
  uint8_t *at = bytes;
  *at++ = VERSION;
  *at++ = (uint8_t)((track->is_begun ? IS_BEGUN : 0) | (track->has_nonce ? HAS_NONCE : 0));
  at = put_number(at, track->next, 8);
  memcpy(at, track->hash, 32);
  at = put_number(at + 32, track->time_s, 8);
  at = put_number(at, track->known_to, 8);
  at = put_number(at, track->nonce, 8);
  at = put_number(at, track->coin_count, 2);
  for (size_t i = 0; i < track->coin_count; i++) {
    const struct vd_following_coin *coin = &track->coins[i];
    memcpy(at, coin->transaction, 32);
    at = put_number(at + 32, coin->output, 4);
    *at++ = coin->is_change;
    at = put_number(at, coin->value_sat, 7);
  }
  return (size_t)(at - bytes);
}

bool vd_following_cursor_read(struct vd_following_track *track, const uint8_t *bytes, size_t len) {
  const uint8_t *at = bytes + 2;
  if (len < HEAD_LEN || bytes[0] != VERSION || bytes[1] > (IS_BEGUN | HAS_NONCE)) return false;
  track->is_begun = (bytes[1] & IS_BEGUN) != 0;
  track->has_nonce = (bytes[1] & HAS_NONCE) != 0;
  track->next = take_number(&at, 8);
  memcpy(track->hash, at, 32);
  at += 32;
  track->time_s = take_number(&at, 8);
  track->known_to = take_number(&at, 8);
  track->nonce = take_number(&at, 8);
  track->coin_count = (size_t)take_number(&at, 2);
  if (track->coin_count > VD_FOLLOWING_COINS_MAX || len != HEAD_LEN + COIN_LEN * track->coin_count) return false;
  for (size_t i = 0; i < track->coin_count; i++) {
    struct vd_following_coin *coin = &track->coins[i];
    memcpy(coin->transaction, at, 32);
    at += 32;
    coin->output = (uint32_t)take_number(&at, 4);
    if (*at > 1) return false;
    coin->is_change = *at++ == 1;
    coin->value_sat = take_number(&at, 7);
  }
  return !track->is_begun || track->next > 0;
}

void vd_following_begin_anew(const struct vd_following *following, struct vd_following_track *track) {
  track->is_begun = false;
  track->next = following->chain->first_block;
  memset(track->hash, 0, sizeof track->hash);
  track->time_s = 0;
  track->has_nonce = track->next == 0; /* nobody has sent anything before the first block */
  track->nonce = 0;
  track->coin_count = 0;
}

void vd_following_move(struct vd_following_track *track, const struct vd_following_block *block, unsigned blocks) {
  track->is_begun = true;
  track->next = block->number + 1;
  track->time_s = block->time_s;
  memcpy(track->hash, block->hash, sizeof track->hash);
  track->unsaved += blocks;
}

/* --- what was found --- */

static bool reserve(struct vd_following *following) {
  if (following->found_count < following->found_room) return true;
  size_t room = following->found_room == 0 ? 8 : 2 * following->found_room;
  struct vd_following_found *moved = realloc(following->found, room * sizeof *moved);
  if (moved == NULL) return false;
  following->found = moved;
  following->found_room = room;
  return true;
}

bool vd_following_found_add(struct vd_following *following, size_t track, const struct vd_anchors_found *found) {
  uint8_t *bytes = malloc(found->raw_len + found->evidence_len + 1);
  if (bytes == NULL || !reserve(following)) {
    free(bytes);
    vd_following_fail(following, "no memory for an anchor that was found");
    return false;
  }
  if (found->raw_len > 0) memcpy(bytes, found->raw, found->raw_len);
  if (found->evidence_len > 0) memcpy(bytes + found->raw_len, found->evidence, found->evidence_len);
  struct vd_following_found *added = &following->found[following->found_count++];
  *added = (struct vd_following_found){.track = track, .found = *found, .bytes = bytes};
  added->found.raw = bytes;
  added->found.evidence = bytes + found->raw_len;
  return true;
}

void vd_following_found_clear(struct vd_following *following) {
  for (size_t i = 0; i < following->found_count; i++) free(following->found[i].bytes);
  following->found_count = 0;
}

void vd_following_id(const struct vd_following *following, char text[static VD_FOLLOWING_ID_SIZE],
                     const struct vd_anchors_item *item) {
  memcpy(text, "0x", 2);
  vd_hex_encode(following->chain->kind == VD_CHAIN_EVM ? text + 2 : text, item->transaction, sizeof item->transaction);
}

static void tell_found(const struct vd_following *following, size_t track, const struct vd_anchors_item *item) {
  char transaction[VD_FOLLOWING_ID_SIZE];
  vd_following_id(following, transaction, item);
  vd_following_tell(following, track, VD_ANCHORING_INFO, "anchor_found",
                    "size=%" PRIu64 " block=%" PRIu64 " transaction=%s", item->size, item->block_number, transaction);
}

/* Those of one track, in the order of the chain. NULL: no memory. */
static struct vd_anchors_found *gather(const struct vd_following *following, size_t track, size_t *count) {
  struct vd_anchors_found *gathered = calloc(following->found_count + 1, sizeof *gathered);
  *count = 0;
  for (size_t i = 0; gathered != NULL && i < following->found_count; i++) {
    const struct vd_following_found *found = &following->found[i];
    if (found->track == track && !found->is_dropped) gathered[(*count)++] = found->found;
  }
  return gathered;
}

static void tell_unproven(const struct vd_following *following, const struct vd_following_found *found) {
  const struct vd_anchors_item *item = &found->found.item;
  char transaction[VD_FOLLOWING_ID_SIZE];
  vd_following_id(following, transaction, item);
  vd_following_tell(following, found->track, VD_ANCHORING_WARNING, "anchor_unproven",
                    "size=%" PRIu64 " block=%" PRIu64 " transaction=%s reason=\"%s\"", item->size,
                    item->block_number, transaction, found->why);
}

static void drop_saved(struct vd_following *following, size_t track) {
  for (size_t i = 0; i < following->found_count; i++) {
    struct vd_following_found *found = &following->found[i];
    if (found->track != track) continue;
    if (found->why != NULL) tell_unproven(following, found);
    found->is_dropped = true;
    found->why = NULL;
  }
}

/* What could not be kept is read again from where the store stands. */
static bool not_saved(struct vd_following *following, size_t track, const char *why) {
  following->tracks[track].is_loaded = false;
  vd_following_fail(following, "anchors cannot be kept: %s", why);
  return false;
}

bool vd_following_save(struct vd_following *following, size_t track, bool is_due) {
  struct vd_following_track *saved = &following->tracks[track];
  uint8_t cursor[VD_ANCHORS_CURSOR_MAX];
  struct vd_failure failure = {.text = ""};
  size_t count;
  struct vd_anchors_found *gathered = gather(following, track, &count);
  if (gathered == NULL) return not_saved(following, track, "no memory");
  enum vd_error error = VD_OK;
  if (is_due || count > 0 || saved->unsaved >= VD_FOLLOWING_UNSAVED_MAX) {
    struct vd_anchors_progress progress = {.cursor = cursor,
                                           .cursor_len = vd_following_cursor_write(cursor, saved),
                                           .seen_number = saved->is_begun ? saved->next - 1 : 0,
                                           .seen_time_s = saved->time_s};
    error = vd_anchors_advance(following->options.anchors, saved->number, gathered, count, &progress, &failure);
    if (error == VD_OK) saved->unsaved = 0;
  }
  for (size_t i = 0; error == VD_OK && i < count; i++) tell_found(following, track, &gathered[i].item);
  free(gathered);
  if (error != VD_OK) return not_saved(following, track, failure.text);
  drop_saved(following, track);
  return true;
}
