/* The anchors that a portal has found: kept with where following goes on, judged, and looked up. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "anchors_fixture.h"
#include "base/file.h"
#include "temp_folder.h"

/* --- what was found is what is there --- */

static void assert_item(const struct vd_anchors_item *found, uint32_t number, enum vd_anchors_state state) {
  struct vd_anchors_item expected = anchors_found(number).item;
  assert_int_equal(found->size, expected.size);
  assert_memory_equal(found->root, expected.root, sizeof found->root);
  assert_memory_equal(found->transaction, expected.transaction, sizeof found->transaction);
  assert_int_equal(found->block_number, expected.block_number);
  assert_memory_equal(found->block_hash, expected.block_hash, sizeof found->block_hash);
  assert_int_equal(found->block_time_s, expected.block_time_s);
  assert_int_equal(found->state, state);
}

static void assert_none(const struct vd_anchors_item *item) {
  assert_true(item->size == 0 && item->block_number == 0 && item->block_time_s == 0 && item->transaction[0] == 0);
}

static void assert_anchor(struct vd_anchors *anchors, size_t track, uint64_t n, uint32_t number) {
  static uint8_t raw[VD_ANCHORS_RAW_MAX], evidence[VD_ANCHORS_EVIDENCE_MAX];
  struct vd_anchors_item item;
  size_t raw_len = 0, evidence_len = 0, again = 0;
  assert_int_equal(vd_anchors_get(anchors, track, n, &item, raw, &raw_len, evidence, &evidence_len, NULL), VD_OK);
  assert_item(&item, number, VD_ANCHORS_UNCHECKED);
  assert_false(item.is_gone);
  struct vd_anchors_found expected = anchors_found(number);
  assert_int_equal(raw_len, expected.raw_len);
  assert_memory_equal(raw, expected.raw, raw_len);
  assert_int_equal(evidence_len, expected.evidence_len);
  if (evidence_len > 0) assert_memory_equal(evidence, expected.evidence, evidence_len);
  assert_int_equal(vd_anchors_get(anchors, track, n, &item, NULL, NULL, NULL, NULL, NULL), VD_OK);
  assert_item(&item, number, VD_ANCHORS_UNCHECKED);
  assert_int_equal(vd_anchors_get(anchors, track, n, &item, NULL, &again, NULL, NULL, NULL), VD_OK);
  assert_int_equal(again, raw_len);
}

static void assert_view(struct vd_anchors *anchors, size_t track, uint64_t count, uint32_t seen) {
  struct vd_anchors_view view;
  memset(&view, 0xa5, sizeof view);
  vd_anchors_look(anchors, track, &view);
  assert_int_equal(view.count, count);
  assert_int_equal(view.unchecked, count);
  assert_false(view.is_refused);
  assert_int_equal(view.seen_time_s, seen > 0 ? ANCHORS_TIME_S + 100 * (uint64_t)seen : 0);
  assert_int_equal(view.seen_number, seen > 0 ? 0xab0000000000u + seen : 0);
  if (count > 0) assert_item(&view.last, seen - 1, VD_ANCHORS_UNCHECKED);
  if (count == 0) assert_none(&view.last);
}

static void assert_found(struct vd_anchors *anchors) {
  uint8_t cursor[VD_ANCHORS_CURSOR_MAX];
  size_t len = 0;
  assert_view(anchors, 0, 7, 7);
  assert_view(anchors, 1, 2, 42);
  assert_view(anchors, 2, 0, 0);
  for (uint32_t n = 0; n < 7; n++) assert_anchor(anchors, 0, n, n);
  for (uint32_t n = 0; n < 2; n++) assert_anchor(anchors, 1, n, 40 + n);
  vd_anchors_cursor(anchors, 0, cursor, &len);
  assert_int_equal(len, 7 * 97);
  vd_anchors_cursor(anchors, 1, cursor, &len);
  assert_int_equal(len, 42 * 97 % (VD_ANCHORS_CURSOR_MAX + 1));
  vd_anchors_cursor(anchors, 2, cursor, &len);
  assert_int_equal(len, 0);
}

static void what_was_found_is_there_and_survives(void **in) {
  struct anchors_place *state = *in;
  struct vd_anchors *reader = NULL;
  anchors_place_advance(state, 0, 0, 4);
  anchors_place_advance(state, 1, 40, 2);
  anchors_place_advance(state, 0, 4, 3);
  assert_found(state->anchors);
  uint64_t digest = anchors_digest_of(state->anchors);
  anchors_place_reopen(state);
  assert_found(state->anchors);
  assert_int_equal(anchors_digest_of(state->anchors), digest);
  vd_anchors_close(state->anchors);
  state->anchors = NULL;
  assert_int_equal(vd_anchors_open_read(state->path, anchors_tracks, ANCHORS_TRACKS, &reader, NULL), VD_OK);
  assert_found(reader);
  assert_int_equal(anchors_digest_of(reader), digest);
  vd_anchors_close(reader);
}

static void what_is_not_there_is_not_found(void **in) {
  struct anchors_place *state = *in;
  struct vd_anchors_item item = {.size = 1};
  uint64_t n = 9;
  assert_false(vd_anchors_next_unchecked(state->anchors, 0, &n, &item));
  assert_none(&item);
  anchors_place_advance(state, 0, 0, 2);
  static const uint64_t wrong[] = {2, 3, 64, (uint64_t)1 << 32, UINT64_MAX};
  for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++) {
    struct vd_failure *failure = &state->failure;
    struct vd_anchors *anchors = state->anchors;
    assert_int_equal(vd_anchors_get(anchors, 0, wrong[at], &item, NULL, NULL, NULL, NULL, failure), VD_NOT_FOUND);
    assert_int_equal(vd_anchors_judge(anchors, 0, wrong[at], VD_ANCHORS_CONFIRMED, NULL, 0, failure), VD_NOT_FOUND);
    assert_int_equal(vd_anchors_withdraw(anchors, 0, wrong[at], failure), VD_NOT_FOUND);
    assert_non_null(strstr(failure->text, "one.example/log has no anchor number"));
  }
}

/* --- looking up --- */

static void assert_cover(struct anchors_place *state, uint64_t index, uint64_t time_s, enum vd_anchors_cover cover,
                         uint32_t number) {
  struct vd_anchors_item item;
  memset(&item, 0xa5, sizeof item);
  assert_int_equal(vd_anchors_find(state->anchors, 0, index, time_s, &item), cover);
  if (cover == VD_ANCHORS_COVERED) assert_item(&item, number, VD_ANCHORS_CONFIRMED);
  if (cover != VD_ANCHORS_COVERED && cover != VD_ANCHORS_REFUSED) assert_none(&item);
}

static void an_entry_is_covered_by_the_earliest_anchor_that_is_confirmed(void **in) {
  struct anchors_place *state = *in;
  anchors_place_advance(state, 0, 0, 4);
  assert_cover(state, 0, ANCHORS_TIME_S, VD_ANCHORS_PENDING, 0);
  anchors_place_judge(state, 0, 2, VD_ANCHORS_CONFIRMED);
  assert_cover(state, 0, ANCHORS_TIME_S, VD_ANCHORS_COVERED, 2);
  assert_cover(state, 29, ANCHORS_TIME_S, VD_ANCHORS_COVERED, 2);
  assert_cover(state, 30, ANCHORS_TIME_S, VD_ANCHORS_PENDING, 0);
  anchors_place_judge(state, 0, 3, VD_ANCHORS_CONFIRMED);
  anchors_place_judge(state, 0, 0, VD_ANCHORS_CONFIRMED);
  for (unsigned round = 0; round < 2; round++) {
    assert_cover(state, 0, ANCHORS_TIME_S, VD_ANCHORS_COVERED, 0);
    assert_cover(state, 9, ANCHORS_TIME_S, VD_ANCHORS_COVERED, 0);
    assert_cover(state, 10, ANCHORS_TIME_S, VD_ANCHORS_COVERED, 2);
    assert_cover(state, 39, ANCHORS_TIME_S, VD_ANCHORS_COVERED, 3);
    assert_cover(state, 40, ANCHORS_TIME_S, VD_ANCHORS_PENDING, 0);
    anchors_place_reopen(state);
  }
  anchors_place_judge(state, 0, 2, VD_ANCHORS_UNCHECKED);
  assert_cover(state, 10, ANCHORS_TIME_S, VD_ANCHORS_COVERED, 3);
  assert_int_equal(vd_anchors_withdraw(state->anchors, 0, 3, NULL), VD_OK);
  assert_cover(state, 10, ANCHORS_TIME_S, VD_ANCHORS_PENDING, 0);
  anchors_place_reopen(state);
  assert_cover(state, 10, ANCHORS_TIME_S, VD_ANCHORS_PENDING, 0);
  anchors_place_judge(state, 0, 3, VD_ANCHORS_UNCHECKED);
  anchors_place_judge(state, 0, 3, VD_ANCHORS_CONFIRMED);
  assert_cover(state, 10, ANCHORS_TIME_S, VD_ANCHORS_PENDING, 0); /* what is gone covers nothing */
}

static void it_is_overdue_when_the_chain_was_seen_for_long_enough(void **in) {
  struct anchors_place *state = *in;
  anchors_place_advance(state, 0, 0, 1);
  const uint64_t seen_s = ANCHORS_TIME_S + 100; /* of the last block */
  assert_cover(state, 0, seen_s, VD_ANCHORS_PENDING, 0);
  assert_cover(state, 0, seen_s - ANCHORS_DUE_S + 1, VD_ANCHORS_PENDING, 0);
  assert_cover(state, 0, seen_s - ANCHORS_DUE_S, VD_ANCHORS_OVERDUE, 0);
  assert_cover(state, 0, 0, VD_ANCHORS_OVERDUE, 0);
  assert_cover(state, 0, seen_s + 1, VD_ANCHORS_PENDING, 0);
  assert_cover(state, 0, UINT64_MAX, VD_ANCHORS_PENDING, 0);
  assert_cover(state, 0, UINT64_MAX - ANCHORS_DUE_S + 1, VD_ANCHORS_PENDING, 0);
  anchors_place_judge(state, 0, 0, VD_ANCHORS_CONFIRMED);
  assert_cover(state, 0, 0, VD_ANCHORS_COVERED, 0);
  assert_cover(state, 10, 0, VD_ANCHORS_OVERDUE, 0);
}

static void one_refused_anchor_refuses_the_track(void **in) {
  struct anchors_place *state = *in;
  struct vd_anchors_item item;
  struct vd_anchors_view view;
  anchors_place_advance(state, 0, 0, 4);
  anchors_place_advance(state, 2, 0, 1);
  anchors_place_judge(state, 0, 0, VD_ANCHORS_CONFIRMED);
  anchors_place_judge(state, 2, 0, VD_ANCHORS_CONFIRMED);
  anchors_place_judge(state, 0, 3, VD_ANCHORS_DISPUTED);
  assert_int_equal(vd_anchors_find(state->anchors, 0, 0, 0, &item), VD_ANCHORS_REFUSED);
  assert_item(&item, 3, VD_ANCHORS_DISPUTED);
  assert_int_equal(vd_anchors_find(state->anchors, 2, 0, 0, &item), VD_ANCHORS_COVERED); /* another track is not */
  anchors_place_judge(state, 0, 3, VD_ANCHORS_CONFIRMED);
  assert_cover(state, 0, 0, VD_ANCHORS_COVERED, 0);
  anchors_place_judge(state, 0, 2, VD_ANCHORS_CONTRADICTED);
  anchors_place_judge(state, 0, 1, VD_ANCHORS_DISPUTED);
  for (unsigned round = 0; round < 3; round++) {
    assert_int_equal(vd_anchors_find(state->anchors, 0, 0, 0, &item), VD_ANCHORS_REFUSED);
    assert_item(&item, 2, VD_ANCHORS_CONTRADICTED);
    vd_anchors_look(state->anchors, 0, &view);
    assert_true(view.is_refused);
    static const enum vd_anchors_state others[] = {VD_ANCHORS_UNCHECKED, VD_ANCHORS_CONFIRMED, VD_ANCHORS_DISPUTED};
    assert_int_equal(vd_anchors_judge(state->anchors, 0, 2, others[round], NULL, 0, &state->failure), VD_CONFLICT);
    assert_non_null(strstr(state->failure.text, "contradicts its anchor number 2 on chain mainnet"));
    if (round == 1) assert_int_equal(vd_anchors_withdraw(state->anchors, 0, 2, NULL), VD_OK);
    if (round == 1) assert_int_equal(vd_anchors_withdraw(state->anchors, 0, 1, NULL), VD_OK);
    anchors_place_reopen(state);
  }
}

static void a_dispute_that_is_withdrawn_refuses_nothing(void **in) {
  struct anchors_place *state = *in;
  anchors_place_advance(state, 0, 0, 3);
  anchors_place_judge(state, 0, 0, VD_ANCHORS_CONFIRMED);
  anchors_place_judge(state, 0, 1, VD_ANCHORS_DISPUTED);
  assert_int_equal(vd_anchors_withdraw(state->anchors, 0, 1, NULL), VD_OK);
  assert_int_equal(vd_anchors_withdraw(state->anchors, 0, 1, NULL), VD_OK);
  assert_cover(state, 0, 0, VD_ANCHORS_COVERED, 0);
  anchors_place_reopen(state);
  assert_cover(state, 0, 0, VD_ANCHORS_COVERED, 0);
}

static void assert_next(struct anchors_place *state, uint64_t n, uint64_t unchecked) {
  struct vd_anchors_item item;
  struct vd_anchors_view view;
  uint64_t found = UINT64_MAX;
  assert_true(vd_anchors_next_unchecked(state->anchors, 0, &found, &item));
  assert_int_equal(found, n);
  assert_int_equal(item.size, 10 * (n + 1));
  vd_anchors_look(state->anchors, 0, &view);
  assert_int_equal(view.unchecked, unchecked);
}

static void those_unchecked_come_before_those_disputed(void **in) {
  struct anchors_place *state = *in;
  struct vd_anchors_item item;
  uint64_t n = 0;
  anchors_place_advance(state, 0, 0, 4);
  assert_next(state, 0, 4);
  anchors_place_judge(state, 0, 0, VD_ANCHORS_DISPUTED);
  assert_next(state, 1, 4);
  anchors_place_judge(state, 0, 2, VD_ANCHORS_CONFIRMED);
  anchors_place_judge(state, 0, 1, VD_ANCHORS_CONFIRMED);
  assert_next(state, 3, 2);
  anchors_place_judge(state, 0, 3, VD_ANCHORS_CONTRADICTED);
  assert_next(state, 0, 1);
  anchors_place_reopen(state);
  assert_next(state, 0, 1);
  anchors_place_advance(state, 0, 4, 1);
  assert_next(state, 4, 2);
  assert_int_equal(vd_anchors_withdraw(state->anchors, 0, 4, NULL), VD_OK);
  assert_next(state, 0, 1);
  anchors_place_judge(state, 0, 0, VD_ANCHORS_CONFIRMED);
  assert_false(vd_anchors_next_unchecked(state->anchors, 0, &n, &item));
}

static void the_generation_tells_of_changes_to_anchors(void **in) {
  struct anchors_place *state = *in;
  uint64_t generation = vd_anchors_generation(state->anchors);
  anchors_place_advance(state, 0, 0, 0);
  assert_int_equal(vd_anchors_generation(state->anchors), generation);
  anchors_place_advance(state, 0, 0, 2);
  assert_true(vd_anchors_generation(state->anchors) > generation);
  for (unsigned at = 0; at < 2; at++) {
    generation = vd_anchors_generation(state->anchors);
    anchors_place_judge(state, 0, at, at == 0 ? VD_ANCHORS_CONFIRMED : VD_ANCHORS_DISPUTED);
    assert_true(vd_anchors_generation(state->anchors) > generation);
  }
  generation = vd_anchors_generation(state->anchors);
  anchors_place_judge(state, 0, 0, VD_ANCHORS_CONFIRMED); /* as it was */
  assert_int_equal(vd_anchors_generation(state->anchors), generation);
  assert_int_equal(vd_anchors_withdraw(state->anchors, 0, 1, NULL), VD_OK);
  assert_true(vd_anchors_generation(state->anchors) > generation);
}

/* --- evidence --- */

static unsigned count_evidence(const struct anchors_place *state) {
  DIR *folder = opendir(state->path);
  unsigned count = 0;
  assert_non_null(folder);
  for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
    count += strncmp(entry->d_name, "anchor-evidence-", 16) == 0;
  (void)closedir(folder);
  return count;
}

static void evidence_is_kept_and_made_again(void **in) {
  struct anchors_place *state = *in;
  static char text[VD_ANCHORS_JUDGEMENT_MAX];
  char path[500], id[65] = {0};
  struct vd_bytes bytes;
  struct vd_anchors_item item = anchors_found(1).item;
  for (size_t at = 0; at < 32; at++) (void)snprintf(id + 2 * at, 3, "%02x", item.transaction[at]);
  (void)snprintf(path, sizeof path, "%s/anchor-evidence-%s.txt", state->path, id);
  memset(text, 'e', sizeof text);
  anchors_place_advance(state, 0, 0, 3);
  anchors_place_judge(state, 0, 0, VD_ANCHORS_DISPUTED);
  assert_int_equal(count_evidence(state), 0);
  assert_int_equal(vd_anchors_judge(state->anchors, 0, 1, VD_ANCHORS_CONTRADICTED, text, sizeof text, NULL), VD_OK);
  for (unsigned round = 0; round < 3; round++) {
    assert_int_equal(count_evidence(state), 1);
    assert_int_equal(vd_file_read(path, sizeof text, &bytes, NULL), VD_OK);
    assert_int_equal(bytes.len, sizeof text);
    assert_memory_equal(bytes.data, text, sizeof text);
    vd_bytes_free(&bytes);
    assert_int_equal(round == 0 ? unlink(path) : truncate(path, 100), 0);
    anchors_place_reopen(state);
  }
}

/* --- tracks --- */

static struct vd_anchors_view view_of(struct anchors_place *state, const struct vd_anchors_track_options *options) {
  struct vd_anchors *anchors = NULL;
  struct vd_anchors_view view;
  assert_int_equal(vd_anchors_open(state->path, options, 1, &anchors, NULL), VD_OK);
  vd_anchors_look(anchors, 0, &view);
  vd_anchors_close(anchors);
  return view;
}

static void another_chain_account_log_or_name_begins_anew(void **in) {
  struct anchors_place *state = *in;
  struct vd_anchors_track_options options = anchors_tracks[0];
  anchors_place_advance(state, 0, 0, 3);
  vd_anchors_close(state->anchors);
  state->anchors = NULL;
  options.chain_id[31] ^= 1;
  assert_int_equal(view_of(state, &options).count, 0);
  options = anchors_tracks[0];
  options.account[19] ^= 1;
  assert_int_equal(view_of(state, &options).count, 0);
  options = anchors_tracks[0];
  options.chain = "mainnet2";
  assert_int_equal(view_of(state, &options).count, 0);
  options = anchors_tracks[0];
  options.origin = "one.example/lo";
  assert_int_equal(view_of(state, &options).count, 0);
  options = anchors_tracks[0];
  options.due_s = 5;
  assert_int_equal(view_of(state, &options).count, 3);
  assert_int_equal(view_of(state, &options).seen_time_s, ANCHORS_TIME_S + 300);
  state->anchors = anchors_open(state->path);
  assert_view(state->anchors, 0, 3, 3);
}

static void tracks_are_told_by_their_log(void **in) {
  struct anchors_place *state = *in;
  size_t tracks[VD_ANCHORS_TRACKS_MAX];
  assert_int_equal(vd_anchors_tracks_of(state->anchors, "one.example/log", tracks), 2);
  assert_true(tracks[0] == 0 && tracks[1] == 1);
  assert_int_equal(vd_anchors_tracks_of(state->anchors, "two.example/log", tracks), 1);
  assert_int_equal(tracks[0], 2);
  assert_int_equal(vd_anchors_tracks_of(state->anchors, "one.example/lo", tracks), 0);
  assert_string_equal(vd_anchors_track(state->anchors, 1)->chain, "bitcoin");
  assert_string_equal(vd_anchors_track(state->anchors, 1)->origin, "one.example/log");
  assert_int_equal(vd_anchors_track(state->anchors, 1)->due_s, ANCHORS_DUE_S);
}

static void a_track_that_is_given_twice_is_refused(void **in) {
  struct anchors_place *state = *in;
  struct vd_anchors_track_options options[VD_ANCHORS_TRACKS_MAX];
  char names[VD_ANCHORS_TRACKS_MAX][16];
  struct vd_anchors *anchors = NULL;
  for (unsigned at = 0; at < VD_ANCHORS_TRACKS_MAX; at++) {
    (void)snprintf(names[at], sizeof names[at], "chain-%u", at);
    options[at] = anchors_tracks[0];
    options[at].chain = names[at];
  }
  assert_int_equal(vd_anchors_open(state->path, options, VD_ANCHORS_TRACKS_MAX, &anchors, NULL), VD_OK);
  vd_anchors_close(anchors);
  options[63].chain = names[5];
  assert_int_equal(vd_anchors_open(state->path, options, VD_ANCHORS_TRACKS_MAX, &anchors, &state->failure), VD_CONFIG);
  assert_non_null(strstr(state->failure.text, "is followed twice on chain chain-5"));
  assert_null(anchors);
  assert_int_equal(vd_anchors_open(state->path, options, 0, &anchors, NULL), VD_OK);
  vd_anchors_close(anchors);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, anchors_place_begin, anchors_place_end)
#define TEST_OPENED(name) cmocka_unit_test_setup_teardown(name, anchors_place_begin_opened, anchors_place_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST_OPENED(what_was_found_is_there_and_survives),
      TEST_OPENED(what_is_not_there_is_not_found),
      TEST_OPENED(an_entry_is_covered_by_the_earliest_anchor_that_is_confirmed),
      TEST_OPENED(it_is_overdue_when_the_chain_was_seen_for_long_enough),
      TEST_OPENED(one_refused_anchor_refuses_the_track),
      TEST_OPENED(a_dispute_that_is_withdrawn_refuses_nothing),
      TEST_OPENED(those_unchecked_come_before_those_disputed),
      TEST_OPENED(the_generation_tells_of_changes_to_anchors),
      TEST_OPENED(evidence_is_kept_and_made_again),
      TEST_OPENED(another_chain_account_log_or_name_begins_anew),
      TEST_OPENED(tracks_are_told_by_their_log),
      TEST(a_track_that_is_given_twice_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
