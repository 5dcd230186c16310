/* Where the anchors that a portal has found are kept: what is not that, damage, processes and threads. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "anchors_fixture.h"
#include "damage.h"
#include "ledger/anchors_value.h"
#include "ledger/outbox.h"
#include "temp_folder.h"

enum { CHECK_LEN = 8, THREADS = 3, ROUNDS = 60 };

/* --- what is not one, and damage --- */

static void a_missing_one_is_not_made_by_reading(void **in) {
  struct anchors_place *state = *in;
  assert_int_equal(anchors_place_read(state), VD_NO_INPUT);
  assert_non_null(strstr(state->failure.text, "there is nothing here; start the verifyd"));
  assert_int_equal(mkdir(state->path, 0700), 0);
  assert_int_equal(anchors_place_read(state), VD_NO_INPUT);
  assert_int_equal(access(state->data, F_OK), -1);
}

static void an_outbox_is_refused(void **in) {
  struct anchors_place *state = *in;
  struct vd_outbox_identity identity = {.origin = "one.example/log"};
  struct vd_outbox *outbox = NULL;
  assert_int_equal(vd_outbox_open(state->path, &identity, &outbox, NULL), VD_OK);
  vd_outbox_close(outbox);
  assert_int_equal(anchors_place_write(state), VD_DATA);
  assert_non_null(strstr(state->failure.text, "not of this kind; put this folder aside"));
  assert_int_equal(anchors_place_read(state), VD_DATA);
  assert_int_equal(vd_outbox_open(state->path, &identity, &outbox, NULL), VD_OK);
  vd_outbox_close(outbox);
}

struct sight {
  struct anchors_place *state;
  uint64_t digest; /* of what is right */
};

static bool look(void *context) {
  struct sight *sight = context;
  struct anchors_place *state = sight->state;
  struct vd_anchors *anchors = NULL;
  uint64_t found = 0;
  enum vd_error error = vd_anchors_open_read(state->path, anchors_tracks, ANCHORS_TRACKS, &anchors, &state->failure);
  if (error == VD_OK) error = anchors_digest(anchors, &found, &state->failure);
  vd_anchors_close(anchors);
  if (error == VD_OK) {
    assert_int_equal(found, sight->digest);
  } else {
    assert_int_equal(error, VD_DATA);
    assert_non_null(strstr(state->failure.text, "anchors "));
    assert_non_null(strstr(state->failure.text, "everything is found again on the chains"));
    assert_null(strstr(state->failure.text, "restore"));
  }
  return error != VD_OK;
}

static void damage_is_found(void **in) {
  struct anchors_place *state = *in;
  static uint8_t value[VD_ANCHORS_VALUE_BYTES_MAX];
  struct damage damage;
  struct sight sight = {.state = state};
  struct vd_anchors_item item;
  for (unsigned step = 0; step < ANCHORS_STEPS; step++)
    assert_int_equal(anchors_do(state->anchors, step, NULL), VD_OK);
  sight.digest = anchors_digest_of(state->anchors);
  assert_int_equal(vd_anchors_get(state->anchors, 0, 1, &item, NULL, NULL, NULL, NULL, NULL), VD_OK);
  vd_anchors_close(state->anchors);
  state->anchors = NULL;
  damage_begin(&damage, state->data, look, &sight);
  damage_flip(&damage, value, vd_anchors_value_put_item(value, &item), CHECK_LEN, 1);
  struct vd_anchors_found found = anchors_found(1);
  damage_flip(&damage, value, vd_anchors_value_put_bytes(value, &found), CHECK_LEN, 23);
  found = anchors_found(4);
  damage_flip(&damage, value, vd_anchors_value_put_bytes(value, &found), CHECK_LEN, 201);
  struct vd_anchors_progress progress = {.seen_number = 0xab0000000000u + 7,
                                         .seen_time_s = ANCHORS_TIME_S + 700};
  size_t head_len = vd_anchors_value_put_track(value, 7, &progress);
  damage_flip(&damage, value, head_len, 7 * 97 + CHECK_LEN, 11);
  damage_cut(&damage);
  damage_end(&damage);
}

static void a_contradiction_without_its_evidence_is_damage(void **in) {
  struct anchors_place *state = *in;
  struct damage damage;
  struct sight sight = {.state = state};
  static const char others[][14] = {"\0\0\0\0\0\0\0\0prool", "\0\0\0\0\0\0\0\1proof"}; /* number, text */
  anchors_place_advance(state, 0, 0, 1);
  anchors_place_judge(state, 0, 0, VD_ANCHORS_CONTRADICTED);
  sight.digest = anchors_digest_of(state->anchors);
  vd_anchors_close(state->anchors);
  state->anchors = NULL;
  damage_begin(&damage, state->data, look, &sight);
  for (size_t at = 0; at < 2; at++) {
    damage_replace(&damage, "\0\0\0\0\0\0\0\0proof", others[at], 13);
    assert_true(look(&sight));
    assert_int_equal(anchors_place_write(state), VD_DATA);
  }
  damage_end(&damage);
}

/* --- more than one --- */

static void a_writer_keeps_a_second_one_out(void **in) {
  struct anchors_place *state = *in;
  char number[40];
  assert_int_equal(anchors_place_write(state), VD_CONFLICT);
  (void)snprintf(number, sizeof number, "process %ld", (long)getpid());
  assert_non_null(strstr(state->failure.text, number));
  anchors_place_advance(state, 0, 0, 1);
}

static void another_process_reads_while_one_writes(void **in) {
  struct anchors_place *state = *in;
  struct vd_anchors *reader = NULL;
  int ask[2], told[2];
  char one = 0;
  assert_int_equal(pipe(ask), 0);
  assert_int_equal(pipe(told), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct vd_anchors *anchors = NULL;
    bool is_good = vd_anchors_open(state->path, anchors_tracks, ANCHORS_TRACKS, &anchors, NULL) == VD_OK &&
                   write(told[1], &one, 1) == 1;
    for (unsigned step = 0; is_good && step < ANCHORS_STEPS && read(ask[0], &one, 1) == 1; step++)
      is_good = anchors_do(anchors, step, NULL) == VD_OK && write(told[1], &one, 1) == 1;
    _exit(is_good ? 0 : 1);
  }
  assert_int_equal(read(told[0], &one, 1), 1);
  assert_int_equal(anchors_place_write(state), VD_CONFLICT);
  uint64_t last = 0;
  for (unsigned step = 0; step < ANCHORS_STEPS; step++) {
    assert_int_equal(vd_anchors_open_read(state->path, anchors_tracks, ANCHORS_TRACKS, &reader, NULL), VD_OK);
    uint64_t digest = anchors_digest_of(reader);
    assert_int_not_equal(digest, last);
    assert_int_equal(write(ask[1], "x", 1), 1);
    assert_int_equal(read(told[0], &one, 1), 1);
    assert_int_equal(anchors_digest_of(reader), digest); /* it stays as it was opened */
    vd_anchors_close(reader);
    last = digest;
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  for (unsigned at = 0; at < 2; at++) {
    (void)close(ask[at]);
    (void)close(told[at]);
  }
  assert_int_equal(anchors_place_write(state), VD_OK);
}

/* --- threads --- */

struct watcher {
  struct anchors_place *state;
  pthread_t thread;
  _Atomic bool *is_over;
  bool is_good;
};

/* What is covered stays so, anchors only become more, and what was seen fits to them. */
static bool watch_once(struct vd_anchors *anchors, bool *was_covered, uint64_t *count) {
  uint8_t cursor[VD_ANCHORS_CURSOR_MAX];
  struct vd_anchors_item item;
  struct vd_anchors_view view;
  size_t cursor_len = 0, raw_len = 0;
  uint64_t next = 0;
  bool is_covered = vd_anchors_find(anchors, 0, 15, ANCHORS_TIME_S, &item) == VD_ANCHORS_COVERED;
  bool is_good = (is_covered && item.size > 15) || !*was_covered;
  vd_anchors_look(anchors, 0, &view);
  is_good = is_good && view.count >= *count && view.count % 3 == 0;
  if (view.count > 0) is_good = is_good && view.seen_time_s == view.last.block_time_s + 100;
  vd_anchors_cursor(anchors, 0, cursor, &cursor_len);
  (void)vd_anchors_next_unchecked(anchors, 0, &next, &item);
  if (view.count > 0)
    is_good = is_good && vd_anchors_get(anchors, 0, 0, &item, NULL, &raw_len, NULL, NULL, NULL) == VD_OK &&
              raw_len == 100;
  *was_covered = is_covered;
  *count = view.count;
  return is_good;
}

static void *watch(void *argument) {
  struct watcher *watcher = argument;
  bool was_covered = false;
  uint64_t count = 0, generation = 0;
  watcher->is_good = true;
  while (watcher->is_good && !atomic_load(watcher->is_over)) {
    uint64_t now = vd_anchors_generation(watcher->state->anchors);
    watcher->is_good = watch_once(watcher->state->anchors, &was_covered, &count) && now >= generation;
    generation = now;
  }
  return NULL;
}

static void threads_look_up_while_one_advances(void **in) {
  struct anchors_place *state = *in;
  struct watcher watchers[THREADS];
  _Atomic bool is_over = false;
  for (unsigned at = 0; at < THREADS; at++) {
    watchers[at] = (struct watcher){.state = state, .is_over = &is_over};
    assert_int_equal(pthread_create(&watchers[at].thread, NULL, watch, &watchers[at]), 0);
  }
  for (uint32_t round = 0; round < ROUNDS; round++) {
    anchors_place_advance(state, 0, 3 * round, 3);
    anchors_place_judge(state, 0, 3 * round + 1, VD_ANCHORS_CONFIRMED);
    anchors_place_judge(state, 0, 3 * round, VD_ANCHORS_CONFIRMED);
    if (round % 4 == 3) assert_int_equal(vd_anchors_withdraw(state->anchors, 0, 3 * (uint64_t)round, NULL), VD_OK);
  }
  atomic_store(&is_over, true);
  for (unsigned at = 0; at < THREADS; at++) {
    assert_int_equal(pthread_join(watchers[at].thread, NULL), 0);
    assert_true(watchers[at].is_good);
  }
  uint64_t digest = anchors_digest_of(state->anchors);
  anchors_place_reopen(state);
  assert_int_equal(anchors_digest_of(state->anchors), digest);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, anchors_place_begin, anchors_place_end)
#define TEST_OPENED(name) cmocka_unit_test_setup_teardown(name, anchors_place_begin_opened, anchors_place_end)

int main(void) {
  (void)signal(SIGPIPE, SIG_IGN);
  const struct CMUnitTest tests[] = {
      TEST(a_missing_one_is_not_made_by_reading),
      TEST(an_outbox_is_refused),
      TEST_OPENED(damage_is_found),
      TEST_OPENED(a_contradiction_without_its_evidence_is_damage),
      TEST_OPENED(a_writer_keeps_a_second_one_out),
      TEST(another_process_reads_while_one_writes),
      TEST_OPENED(threads_look_up_while_one_advances),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
