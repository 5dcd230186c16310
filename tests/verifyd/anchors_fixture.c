#include "anchors_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/anchors_value.h"

enum { TURNS = 4 };

const struct vd_anchors_track_options anchors_tracks[ANCHORS_TRACKS] = {
    {.origin = "one.example/log", .chain = "mainnet", .chain_id = {[31] = 1}, .account = {1}, .due_s = ANCHORS_DUE_S},
    {.origin = "one.example/log", .chain = "bitcoin", .chain_id = {6, 2}, .account = {2}, .due_s = ANCHORS_DUE_S},
    {.origin = "two.example/log", .chain = "mainnet", .chain_id = {[31] = 1}, .account = {3}, .due_s = ANCHORS_DUE_S},
};

static void fill(uint8_t *bytes, size_t len, uint32_t seed) {
  for (size_t at = 0; at < len; at++) {
    seed = seed * 1664525u + 1013904223u;
    bytes[at] = (uint8_t)(seed >> 24);
  }
}

struct vd_anchors_found anchors_found(uint32_t number) {
  static uint8_t raws[TURNS][VD_ANCHORS_RAW_MAX], evidences[TURNS][VD_ANCHORS_EVIDENCE_MAX];
  struct vd_anchors_found found = {.raw = raws[number % TURNS], .evidence = evidences[number % TURNS]};
  found.item.size = 10 * ((uint64_t)number + 1);
  fill(found.item.root, sizeof found.item.root, 3 * number + 1);
  fill(found.item.transaction, sizeof found.item.transaction, 3 * number + 2);
  fill(found.item.block_hash, sizeof found.item.block_hash, 3 * number + 3);
  found.item.block_number = 0xab0000000000u + number;
  found.item.block_time_s = ANCHORS_TIME_S + 100 * (uint64_t)number;
  found.raw_len = number % 5 == 4 ? VD_ANCHORS_RAW_MAX : 100 + number * 37 % 400;
  found.evidence_len = number % 3 == 0 ? 0 : number % 3 == 1 ? VD_ANCHORS_EVIDENCE_MAX : 116;
  fill(raws[number % TURNS], found.raw_len, number + 1000);
  fill(evidences[number % TURNS], found.evidence_len, number + 2000);
  return found;
}

struct vd_anchors *anchors_open(const char *path) {
  struct vd_anchors *anchors = NULL;
  struct vd_failure failure = {0};
  if (vd_anchors_open(path, anchors_tracks, ANCHORS_TRACKS, &anchors, &failure) != VD_OK) fail_msg("%s", failure.text);
  return anchors;
}

enum vd_error anchors_advance(struct vd_anchors *anchors, size_t track, uint32_t first, size_t count,
                              struct vd_failure *failure) {
  struct vd_anchors_found found[TURNS];
  uint8_t cursor[VD_ANCHORS_CURSOR_MAX];
  assert_true(count <= TURNS);
  for (uint32_t at = 0; at < count; at++) found[at] = anchors_found(first + at);
  uint32_t last = first + (uint32_t)count;
  struct vd_anchors_progress progress = {.cursor = cursor,
                                         .cursor_len = last * 97 % (VD_ANCHORS_CURSOR_MAX + 1),
                                         .seen_number = 0xab0000000000u + last,
                                         .seen_time_s = ANCHORS_TIME_S + 100 * (uint64_t)last};
  fill(cursor, progress.cursor_len, last + 3000);
  return vd_anchors_advance(anchors, track, found, count, &progress, failure);
}

static enum vd_error judge(struct vd_anchors *anchors, size_t track, uint64_t n, enum vd_anchors_state state,
                           struct vd_failure *failure) {
  static const char evidence[] = "one.example/log has signed something else\n";
  bool is_proof = state == VD_ANCHORS_CONTRADICTED;
  return vd_anchors_judge(anchors, track, n, state, is_proof ? evidence : NULL, is_proof ? sizeof evidence - 1 : 0,
                          failure);
}

enum vd_error anchors_do(struct vd_anchors *anchors, unsigned step, struct vd_failure *failure) {
  switch (step) {
    case 0: return anchors_advance(anchors, 0, 0, 3, failure);
    case 1: return anchors_advance(anchors, 1, 10, 2, failure);
    case 2: return judge(anchors, 0, 1, VD_ANCHORS_CONFIRMED, failure);
    case 3: return anchors_advance(anchors, 0, 5, 0, failure); /* nothing found on the way */
    case 4: return judge(anchors, 0, 0, VD_ANCHORS_CONFIRMED, failure);
    case 5: return judge(anchors, 0, 2, VD_ANCHORS_DISPUTED, failure);
    case 6: return anchors_advance(anchors, 0, 3, 4, failure);
    case 7: return vd_anchors_withdraw(anchors, 0, 1, failure);
    case 8: return judge(anchors, 0, 2, VD_ANCHORS_CONFIRMED, failure);
    case 9: return judge(anchors, 1, 1, VD_ANCHORS_CONTRADICTED, failure);
    case 10: return anchors_advance(anchors, 2, 20, 1, failure);
    case 11: return judge(anchors, 0, 3, VD_ANCHORS_CONFIRMED, failure);
    case 12: return vd_anchors_confirm_all(anchors, 0, (const uint64_t[]){6, 4, 3, 5}, 4, failure);
    default: return VD_INTERNAL;
  }
}

static void mix(uint64_t *digest, const void *bytes, size_t len) {
  const uint8_t *at = bytes;
  for (size_t left = len; left > 0; left--, at++) *digest = (*digest ^ *at) * 1099511628211u;
}

static void mix_item(uint64_t *digest, const struct vd_anchors_item *item) {
  uint8_t bytes[VD_ANCHORS_VALUE_ITEM_LEN];
  mix(digest, bytes, vd_anchors_value_put_item(bytes, item));
}

static enum vd_error mix_track(struct vd_anchors *anchors, size_t track, uint64_t *digest,
                               struct vd_failure *failure) {
  static uint8_t raw[VD_ANCHORS_RAW_MAX], evidence[VD_ANCHORS_EVIDENCE_MAX], cursor[VD_ANCHORS_CURSOR_MAX];
  struct vd_anchors_view view;
  struct vd_anchors_item item;
  size_t raw_len = 0, evidence_len = 0, cursor_len = 0;
  uint64_t next = 0;
  vd_anchors_look(anchors, track, &view);
  vd_anchors_cursor(anchors, track, cursor, &cursor_len);
  const uint64_t numbers[] = {view.count, view.seen_number, view.seen_time_s, view.unchecked, view.is_refused};
  mix(digest, numbers, sizeof numbers);
  mix(digest, cursor, cursor_len);
  for (uint64_t n = 0; n < view.count; n++) {
    enum vd_error error =
        vd_anchors_get(anchors, track, n, &item, raw, &raw_len, evidence, &evidence_len, failure);
    if (error != VD_OK) return error;
    mix_item(digest, &item);
    mix(digest, raw, raw_len);
    mix(digest, evidence, evidence_len);
  }
  for (uint64_t index = 0; index < 100; index += 5) {
    enum vd_anchors_cover cover = vd_anchors_find(anchors, track, index, ANCHORS_TIME_S, &item);
    mix(digest, &cover, sizeof cover);
    mix_item(digest, &item);
  }
  bool is_there = vd_anchors_next_unchecked(anchors, track, &next, &item);
  mix(digest, &is_there, sizeof is_there);
  mix(digest, &next, sizeof next);
  return VD_OK;
}

enum vd_error anchors_digest(struct vd_anchors *anchors, uint64_t *digest, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  *digest = 14695981039346656037u;
  for (size_t track = 0; track < ANCHORS_TRACKS && error == VD_OK; track++)
    error = mix_track(anchors, track, digest, failure);
  return error;
}

/* --- where they are --- */

int anchors_place_begin(void **out) {
  struct anchors_place *place = calloc(1, sizeof *place);
  assert_non_null(place);
  temp_folder_make(&place->folder);
  (void)snprintf(place->path, sizeof place->path, "%s/anchors", place->folder.path);
  (void)snprintf(place->data, sizeof place->data, "%s/data.mdb", place->path);
  *out = place;
  return 0;
}

int anchors_place_begin_opened(void **out) {
  int result = anchors_place_begin(out);
  struct anchors_place *place = *out;
  place->anchors = anchors_open(place->path);
  return result;
}

int anchors_place_end(void **in) {
  struct anchors_place *place = *in;
  vd_anchors_close(place->anchors);
  temp_folder_remove(&place->folder);
  free(place);
  return 0;
}

void anchors_place_reopen(struct anchors_place *place) {
  vd_anchors_close(place->anchors);
  place->anchors = anchors_open(place->path);
}

void anchors_place_advance(struct anchors_place *place, size_t track, uint32_t first, size_t count) {
  if (anchors_advance(place->anchors, track, first, count, &place->failure) != VD_OK)
    fail_msg("%s", place->failure.text);
}

void anchors_place_judge(struct anchors_place *place, size_t track, uint64_t n, enum vd_anchors_state is) {
  const char *evidence = is == VD_ANCHORS_CONTRADICTED ? "proof" : NULL;
  size_t len = evidence != NULL ? strlen(evidence) : 0;
  if (vd_anchors_judge(place->anchors, track, n, is, evidence, len, &place->failure) != VD_OK)
    fail_msg("%s", place->failure.text);
}

enum vd_error anchors_place_write(struct anchors_place *place) {
  struct vd_anchors *anchors = NULL;
  place->failure = (struct vd_failure){0};
  enum vd_error error = vd_anchors_open(place->path, anchors_tracks, ANCHORS_TRACKS, &anchors, &place->failure);
  assert_int_equal(error == VD_OK, anchors != NULL);
  vd_anchors_close(anchors);
  return error;
}

enum vd_error anchors_place_read(struct anchors_place *place) {
  struct vd_anchors *anchors = NULL;
  enum vd_error error = vd_anchors_open_read(place->path, anchors_tracks, ANCHORS_TRACKS, &anchors, &place->failure);
  assert_int_equal(error == VD_OK, anchors != NULL);
  vd_anchors_close(anchors);
  return error;
}

uint64_t anchors_digest_of(struct vd_anchors *anchors) {
  uint64_t digest = 0;
  struct vd_failure failure = {0};
  if (anchors_digest(anchors, &digest, &failure) != VD_OK) fail_msg("%s", failure.text);
  return digest;
}
