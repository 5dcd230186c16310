/* Writing a ledger's file anew. Failures at every step of it: test_store_crash.c. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "tlog_fixture.h"

enum { RECORDS = 500, ERASED_STEP = 7 };
static const uint64_t now_s = 4000000000;

struct state {
  struct ledger_fixture fixture;
  struct frag_context *context;
  struct vd_failure failure;
};

static int begin(void **out) {
  struct state *state = calloc(1, sizeof *state);
  assert_non_null(state);
  ledger_fixture_begin(&state->fixture);
  state->context = tlog_context();
  *out = state;
  return 0;
}

static int end(void **in) {
  struct state *state = *in;
  frag_context_free(state->context);
  ledger_fixture_end(&state->fixture);
  free(state);
  return 0;
}

static bool is_erased(uint32_t number) { return number % ERASED_STEP == 0; }

static void make_ledger(struct state *state) {
  struct vd_store *store = ledger_open(&state->fixture, VD_STORE_CREATE);
  struct ledger_batch batch = ledger_batch(0, RECORDS);
  struct vd_store_appended appended;
  assert_int_equal(vd_store_append(store, batch.items, RECORDS, now_s, NULL, &appended, &state->failure), VD_OK);
  for (uint32_t number = 0; number < RECORDS; number++)
    if (is_erased(number))
      assert_int_equal(vd_store_erase(store, ledger_locator(batch.items[number].bytes), now_s, NULL, false,
                                      &state->failure), VD_OK);
  ledger_batch_free(&batch);
  vd_store_close(store);
}

static enum vd_error compact(struct state *state) {
  struct vd_store_options options = ledger_options(&state->fixture, VD_STORE_WRITE);
  return vd_store_compact(&options, &state->failure);
}

static const char *path_of(const struct state *state, const char *name) {
  static char path[400];
  (void)snprintf(path, sizeof path, "%s/%s", state->fixture.path, name);
  return path;
}

static struct vd_bytes content(const struct state *state, const char *name) {
  struct vd_bytes bytes;
  assert_int_equal(vd_file_read(path_of(state, name), 1 << 26, &bytes, NULL), VD_OK);
  return bytes;
}

/* How many of the erased shares are still somewhere in the file. */
static unsigned shares_left(const struct state *state, const char *name) {
  uint8_t record[LEDGER_RECORD_LEN];
  unsigned left = 0;
  struct vd_bytes file = content(state, name);
  for (uint32_t number = 0; number < RECORDS; number++) {
    ledger_record(record, number);
    bool has = memmem(file.data, file.len, record + LEDGER_LEAF_LEN + 1, LEDGER_SHARE_LEN) != NULL;
    if (is_erased(number)) left += has;
  }
  vd_bytes_free(&file);
  return left;
}

static void assert_intact(struct state *state) {
  struct vd_store *store = ledger_open(&state->fixture, VD_STORE_WRITE);
  struct vd_store_reader *reader = tlog_reader(store);
  tlog_assert_sound(reader);
  assert_int_equal(tlog_checkpoint(reader, state->context, NULL).size, RECORDS);
  for (uint32_t number = 0; number < RECORDS; number++)
    assert_int_equal(ledger_holds(reader, number), !is_erased(number));
  vd_store_reader_free(reader);
  vd_store_close(store);
}

static void erased_shares_are_gone_and_all_else_is_there(void **in) {
  struct state *state = *in;
  struct stat before;
  struct stat after;
  make_ledger(state);
  assert_true(shares_left(state, "data.mdb") > 0);
  struct vd_bytes key = content(state, "log.key");
  struct vd_store *store = ledger_open(&state->fixture, VD_STORE_READ);
  struct vd_store_reader *reader = tlog_reader(store);
  char note[FRAG_CHECKPOINT_MAX];
  const char *found = NULL;
  size_t len = 0;
  assert_int_equal(vd_tlog_checkpoint(reader, &found, &len, &state->failure), VD_OK);
  memcpy(note, found, len);
  vd_store_reader_free(reader);
  vd_store_close(store);
  assert_int_equal(stat(path_of(state, "data.mdb"), &before), 0);
  for (int twice = 0; twice < 2; twice++) {
    if (compact(state) != VD_OK) fail_msg("%s", state->failure.text);
    assert_int_equal(stat(path_of(state, "data.mdb"), &after), 0);
    assert_true(after.st_size < before.st_size);
    assert_int_equal(after.st_mode & 07777, 0600);
    assert_int_equal(shares_left(state, "data.mdb"), 0);
    assert_int_equal(access(path_of(state, "data.mdb.old"), F_OK), -1);
    assert_int_equal(access(path_of(state, "data.mdb.new"), F_OK), -1);
    assert_intact(state);
  }
  struct vd_bytes same = content(state, "log.key");
  assert_int_equal(same.len, key.len);
  assert_memory_equal(same.data, key.data, key.len);
  vd_bytes_free(&same);
  vd_bytes_free(&key);
  store = ledger_open(&state->fixture, VD_STORE_WRITE);
  reader = tlog_reader(store);
  (void)tlog_assert_continues(reader, state->context, note, len);
  vd_store_reader_free(reader);
  struct ledger_batch batch = ledger_batch(RECORDS, 100);
  struct vd_store_appended appended;
  assert_int_equal(vd_store_append(store, batch.items, 100, now_s, NULL, &appended, &state->failure), VD_OK);
  ledger_batch_free(&batch);
  vd_store_close(store);
}

static void whoever_has_it_open_keeps_it(void **in) {
  struct state *state = *in;
  make_ledger(state);
  for (int access = VD_STORE_READ; access <= VD_STORE_CREATE; access++) {
    struct vd_store *store = ledger_open(&state->fixture, (enum vd_store_access)access);
    assert_int_equal(compact(state), VD_CONFLICT);
    assert_non_null(strstr(state->failure.text, state->fixture.path));
    vd_store_close(store);
  }
  assert_int_equal(compact(state), VD_OK);
}

static void nobody_opens_it_meanwhile(void **in) {
  struct state *state = *in;
  struct vd_store *store = NULL;
  make_ledger(state);
  int folder = open(state->fixture.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  assert_int_equal(flock(folder, LOCK_EX), 0); /* as vd_store_compact holds it */
  for (int access = VD_STORE_READ; access <= VD_STORE_CREATE; access++) {
    struct vd_store_options options = ledger_options(&state->fixture, (enum vd_store_access)access);
    assert_int_equal(vd_store_open(&options, &store, &state->failure), VD_CONFLICT);
    assert_null(store);
  }
  (void)close(folder);
  assert_intact(state);
}

static void what_is_not_this_ledger_is_left_alone(void **in) {
  struct state *state = *in;
  struct vd_store_options options = ledger_options(&state->fixture, VD_STORE_CREATE);
  assert_int_equal(vd_store_compact(&options, &state->failure), VD_NO_INPUT);
  assert_int_equal(access(state->fixture.path, F_OK), -1);
  make_ledger(state);
  options.realm++;
  assert_int_equal(vd_store_compact(&options, &state->failure), VD_CONFIG);
  assert_true(shares_left(state, "data.mdb") > 0);
  assert_intact(state);
}

static void what_was_left_over_is_destroyed_by_the_next_writer(void **in) {
  struct state *state = *in;
  make_ledger(state);
  char old[400];
  (void)snprintf(old, sizeof old, "%s", path_of(state, "data.mdb.old"));
  struct vd_bytes file = content(state, "data.mdb");
  /* Cut off after the rename: the old file is another one, and is overwritten. */
  assert_int_equal(vd_file_create(old, file.data, file.len, 0600, NULL), VD_OK);
  assert_int_equal(vd_file_create(path_of(state, "data.mdb.new"), file.data, file.len / 2, 0600, NULL), VD_OK);
  int old_fd = open(old, O_RDONLY | O_CLOEXEC);
  assert_true(old_fd >= 0);
  vd_store_close(ledger_open(&state->fixture, VD_STORE_READ));
  assert_int_equal(access(old, F_OK), 0); /* readers change nothing */
  assert_intact(state);
  assert_int_equal(access(old, F_OK), -1);
  assert_int_equal(access(path_of(state, "data.mdb.new"), F_OK), -1);
  uint8_t byte = 1;
  for (off_t at = 0; at < (off_t)file.len; at += 97) {
    assert_int_equal(pread(old_fd, &byte, 1, at), 1);
    assert_int_equal(byte, 0);
  }
  (void)close(old_fd);
  vd_bytes_free(&file);
  /* Cut off before it: both names are the ledger, and only one goes. */
  assert_int_equal(link(path_of(state, "data.mdb"), old), 0);
  assert_intact(state);
  assert_int_equal(access(old, F_OK), -1);
  assert_intact(state);
}

static void a_full_disk_leaves_it_as_it_was(void **in) {
  struct state *state = *in;
  int status = 0;
  make_ledger(state);
  (void)fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    const struct rlimit limit = {100000, 100000};
    bool is_set = signal(SIGXFSZ, SIG_IGN) != SIG_ERR && setrlimit(RLIMIT_FSIZE, &limit) == 0;
    _exit(is_set ? (int)compact(state) : 1);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), VD_FULL);
  assert_true(shares_left(state, "data.mdb") > 0);
  assert_int_equal(access(path_of(state, "data.mdb.new"), F_OK), -1);
  assert_intact(state);
  assert_int_equal(compact(state), VD_OK);
  assert_intact(state);
}

#define COMPACT_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      COMPACT_TEST(erased_shares_are_gone_and_all_else_is_there),
      COMPACT_TEST(whoever_has_it_open_keeps_it),
      COMPACT_TEST(nobody_opens_it_meanwhile),
      COMPACT_TEST(what_is_not_this_ledger_is_left_alone),
      COMPACT_TEST(what_was_left_over_is_destroyed_by_the_next_writer),
      COMPACT_TEST(a_full_disk_leaves_it_as_it_was),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
