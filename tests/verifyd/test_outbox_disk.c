/* Where it is kept what an operator has sent to a chain: what is not that, damage, and other processes. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "damage.h"
#include "ledger/outbox_value.h"
#include "ledger/seen.h"
#include "outbox_fixture.h"
#include "temp_folder.h"

enum { DATA_MAX = 1 << 24, CHECK_LEN = 8 };

/* --- what is not one --- */

static void a_missing_one_is_not_made_by_reading(void **in) {
  struct outbox_place *state = *in;
  assert_int_equal(outbox_place_read(state), VD_NO_INPUT);
  assert_int_equal(access(state->path, F_OK), -1);
  assert_int_equal(mkdir(state->path, 0700), 0);
  assert_int_equal(outbox_place_read(state), VD_NO_INPUT);
  assert_int_equal(access(state->data, F_OK), -1);
}

static void a_path_that_cannot_be_one_is_named(void **in) {
  struct outbox_place *state = *in;
  struct vd_outbox_identity identity = outbox_identity();
  temp_folder_put(&state->folder, "outbox", "a passphrase\n", 13);
  assert_int_equal(outbox_place_write(state), VD_NO_INPUT);
  assert_non_null(strstr(state->failure.text, "outbox: is not a folder; correct the path"));
  (void)snprintf(state->path, sizeof state->path, "%s", temp_folder_at(&state->folder, "a/b"));
  assert_int_equal(outbox_place_open(state, &identity), VD_NO_INPUT);
  assert_non_null(strstr(state->failure.text, "a/b: making the folder, in another one that is missing: No such file"));
  assert_int_equal(strncmp(state->failure.text, "outbox ", 7), 0);
}

static void it_is_for_its_owner_only(void **in) {
  struct outbox_place *state = *in;
  struct stat status;
  outbox_place_make(state, 1);
  assert_int_equal(stat(state->path, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0700);
  assert_int_equal(stat(state->data, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
}

static void something_else_is_refused_and_left_alone(void **in) {
  struct outbox_place *state = *in;
  struct vd_seen *seen = NULL;
  struct vd_bytes before, after;
  assert_int_equal(vd_seen_open(state->path, &seen, NULL), VD_OK);
  vd_seen_close(seen);
  assert_int_equal(vd_file_read(state->data, DATA_MAX, &before, NULL), VD_OK);
  assert_int_equal(outbox_place_write(state), VD_DATA);
  assert_non_null(strstr(state->failure.text, "not of this kind; put this folder aside"));
  assert_int_equal(outbox_place_read(state), VD_DATA);
  assert_int_equal(vd_file_read(state->data, DATA_MAX, &after, NULL), VD_OK);
  assert_int_equal(before.len, after.len);
  assert_memory_equal(before.data, after.data, before.len);
  vd_bytes_free(&before);
  vd_bytes_free(&after);
  temp_folder_put(&state->folder, "outbox/data.mdb", "this is not LMDB", 16);
  assert_int_equal(outbox_place_write(state), VD_DATA);
  assert_int_equal(outbox_place_read(state), VD_DATA);
  temp_folder_put(&state->folder, "outbox/data.mdb", "", 0);
  assert_int_equal(outbox_place_write(state), VD_DATA);
  assert_int_equal(outbox_place_read(state), VD_DATA);
}

/* --- damage --- */

static uint64_t digest_of(struct vd_outbox *outbox) {
  uint64_t digest = 0;
  struct vd_failure failure = {0};
  if (outbox_digest(outbox, &digest, &failure) != VD_OK) fail_msg("%s", failure.text);
  return digest;
}

struct sight {
  struct outbox_place *state;
  uint64_t digest; /* of what is right */
};

static bool look(void *context) {
  struct sight *sight = context;
  struct vd_outbox *outbox = NULL;
  uint64_t found = 0;
  enum vd_error error = vd_outbox_open_read(sight->state->path, &outbox, &sight->state->failure);
  if (error == VD_OK) error = outbox_digest(outbox, &found, &sight->state->failure);
  vd_outbox_close(outbox);
  if (error == VD_OK) {
    assert_int_equal(found, sight->digest);
  } else {
    assert_int_equal(error, VD_DATA);
    assert_non_null(strstr(sight->state->failure.text, "outbox "));
    assert_non_null(strstr(sight->state->failure.text, "a copy of it is no replacement"));
    assert_null(strstr(sight->state->failure.text, "restore"));
  }
  return error != VD_OK;
}

static void a_flipped_byte_is_found(void **in) {
  struct outbox_place *state = *in;
  static uint8_t value[VD_OUTBOX_ATTEMPT_MAX];
  static struct vd_outbox_attempt attempt;
  struct vd_outbox_identity identity = outbox_identity();
  struct vd_outbox_slot slot;
  struct damage damage;
  struct sight sight = {.state = state};
  outbox_place_make(state, OUTBOX_STEPS);
  struct vd_outbox *outbox = outbox_open(state->path);
  sight.digest = digest_of(outbox);
  assert_int_equal(vd_outbox_slot(outbox, OUTBOX_FIRST + 1, &slot, NULL), VD_OK);
  assert_int_equal(vd_outbox_attempt(outbox, OUTBOX_FIRST, 2, &attempt, NULL), VD_OK);
  vd_outbox_close(outbox);
  damage_begin(&damage, state->data, look, &sight);
  damage_flip(&damage, value, vd_outbox_value_put_identity(value, &identity), CHECK_LEN, 1);
  damage_flip(&damage, value, vd_outbox_value_put_attempt(value, &attempt), CHECK_LEN, 29);
  damage_flip(&damage, value, vd_outbox_value_put_halt(value, OUTBOX_NOW_S + 12, OUTBOX_REASON), CHECK_LEN, 1);
  /* Its key stands before it. */
  memcpy(value, (const uint8_t[]){0, 0, 0, 0, 0, 0, 0, OUTBOX_FIRST + 1}, 8);
  damage_flip(&damage, value, 8 + vd_outbox_value_put_slot(value + 8, &slot), CHECK_LEN, 1);
  damage_end(&damage);
}

static void another_version_is_refused(void **in) {
  struct outbox_place *state = *in;
  struct damage damage;
  struct sight sight = {.state = state};
  /* Each with its check, which is right. */
  static const char right[] = "format\0\0\0\1\x6c\xbb\xf7\x83\xf3\x90\xe8\x39";
  static const char other[] = "format\0\0\0\2\x95\xbe\x3f\x02\x5d\x37\x1e\x4d";
  outbox_place_make(state, 0);
  struct vd_outbox *outbox = outbox_open(state->path);
  sight.digest = digest_of(outbox);
  vd_outbox_close(outbox);
  damage_begin(&damage, state->data, look, &sight);
  damage_replace(&damage, right, other, sizeof right - 1);
  assert_int_equal(outbox_place_write(state), VD_DATA);
  assert_non_null(strstr(state->failure.text, "has format version 2, this program knows version 1"));
  assert_int_equal(outbox_place_read(state), VD_DATA);
  damage_end(&damage);
}

static void a_file_that_is_cut_short_is_refused(void **in) {
  struct outbox_place *state = *in;
  struct damage damage;
  struct sight sight = {.state = state};
  outbox_place_make(state, OUTBOX_STEPS);
  struct vd_outbox *outbox = outbox_open(state->path);
  sight.digest = digest_of(outbox);
  vd_outbox_close(outbox);
  damage_begin(&damage, state->data, look, &sight);
  damage_cut(&damage);
  assert_int_equal(outbox_place_write(state), VD_DATA);
  damage_end(&damage);
}

/* --- more than one --- */

static void a_writer_keeps_a_second_one_out(void **in) {
  struct outbox_place *state = *in;
  char number[40];
  struct vd_outbox *outbox = outbox_open(state->path);
  assert_int_equal(outbox_place_write(state), VD_CONFLICT);
  (void)snprintf(number, sizeof number, "process %ld", (long)getpid());
  assert_non_null(strstr(state->failure.text, number));
  assert_int_equal(outbox_do(outbox, 0, NULL), VD_OK);
  vd_outbox_close(outbox);
  assert_int_equal(outbox_place_write(state), VD_OK);
}

struct child {
  pid_t pid;
  int ask, told;
};

/* Another process, which does one step of the story whenever it is asked to. */
static struct child start_child(const char *path) {
  int ask[2], told[2];
  char one = 0;
  assert_int_equal(pipe(ask), 0);
  assert_int_equal(pipe(told), 0);
  struct child child = {fork(), ask[1], told[0]};
  assert_true(child.pid >= 0);
  if (child.pid > 0) {
    (void)close(ask[0]);
    (void)close(told[1]);
    assert_int_equal(read(child.told, &one, 1), 1);
    return child;
  }
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct vd_outbox_identity identity = outbox_identity();
  struct vd_outbox *outbox = NULL;
  bool is_good = vd_outbox_open(path, &identity, &outbox, NULL) == VD_OK && write(told[1], &one, 1) == 1;
  for (unsigned step = 0; is_good && step < OUTBOX_STEPS && read(ask[0], &one, 1) == 1; step++)
    is_good = outbox_do(outbox, step, NULL) == VD_OK && write(told[1], &one, 1) == 1;
  while (is_good && read(ask[0], &one, 1) == 1) continue;
  _exit(is_good ? 0 : 1);
}

static void another_process_reads_while_one_writes(void **in) {
  struct outbox_place *state = *in;
  struct child child = start_child(state->path);
  struct vd_outbox *outbox = NULL;
  char number[40];
  uint64_t last = 0;
  assert_int_equal(outbox_place_write(state), VD_CONFLICT);
  (void)snprintf(number, sizeof number, "process %ld", (long)child.pid);
  assert_non_null(strstr(state->failure.text, number));
  assert_int_equal(vd_outbox_open_read(state->path, &outbox, NULL), VD_OK);
  for (unsigned step = 0; step < OUTBOX_STEPS; step++) {
    uint64_t before = digest_of(outbox);
    assert_int_not_equal(before, last);
    assert_int_equal(digest_of(outbox), before);
    assert_int_equal(write(child.ask, "x", 1), 1);
    assert_int_equal(read(child.told, number, 1), 1);
    last = before;
  }
  last = digest_of(outbox);
  assert_int_equal(kill(child.pid, SIGKILL), 0);
  assert_int_equal(waitpid(child.pid, NULL, 0), child.pid);
  (void)close(child.ask);
  (void)close(child.told);
  assert_int_equal(digest_of(outbox), last);
  vd_outbox_close(outbox);
  assert_int_equal(outbox_place_write(state), VD_OK); /* a lock that was left behind keeps nobody out */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, outbox_place_begin, outbox_place_end)

int main(void) {
  (void)signal(SIGPIPE, SIG_IGN);
  const struct CMUnitTest tests[] = {
      TEST(a_missing_one_is_not_made_by_reading),
      TEST(a_path_that_cannot_be_one_is_named),
      TEST(it_is_for_its_owner_only),
      TEST(something_else_is_refused_and_left_alone),
      TEST(a_flipped_byte_is_found),
      TEST(another_version_is_refused),
      TEST(a_file_that_is_cut_short_is_refused),
      TEST(a_writer_keeps_a_second_one_out),
      TEST(another_process_reads_while_one_writes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
