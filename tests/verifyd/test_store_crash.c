/* A writer that is killed, starved or lied to by the disk at every single step of its work. The program crash_writer
 * does the work, fault_shim.c makes the step go wrong, and this looks at what is left: nothing that was acknowledged is
 * missing or there twice, and no checkpoint that was shown is contradicted.
 * usage: test_store_crash CRASH_WRITER FAULT_SHIM */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "crash_writer.h"
#include "tlog_fixture.h"

enum { STEPS_MAX = 1000, KILLS = 200 };

static const char *writer_path, *shim_path;
static const uint32_t batches[] = CRASH_BATCHES;

struct rig {
  struct ledger_fixture fixture;
  struct frag_context *context;
  char told_path[300], mark_path[300], error_path[300];
};

static int begin(void **out) {
  struct rig *rig = calloc(1, sizeof *rig);
  assert_non_null(rig);
  ledger_fixture_begin(&rig->fixture);
  rig->context = tlog_context();
  (void)snprintf(rig->told_path, sizeof rig->told_path, "%s/told", rig->fixture.folder);
  (void)snprintf(rig->mark_path, sizeof rig->mark_path, "%s/mark", rig->fixture.folder);
  (void)snprintf(rig->error_path, sizeof rig->error_path, "%s/error", rig->fixture.folder);
  *out = rig;
  return 0;
}

/* What the disk does is the shim's business, so memory will do, and is quicker. */
static int begin_in_memory(void **out) {
  bool is_chosen = getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0;
  if (is_chosen) (void)setenv("TMPDIR", "/dev/shm", 1);
  int result = begin(out);
  if (is_chosen) (void)unsetenv("TMPDIR");
  return result;
}

static int end(void **in) {
  struct rig *rig = *in;
  frag_context_free(rig->context);
  ledger_fixture_end(&rig->fixture);
  free(rig);
  return 0;
}

/* A fresh folder for the next run. */
static void start_afresh(struct rig *rig) {
  ledger_fixture_end(&rig->fixture);
  assert_int_equal(mkdir(rig->fixture.folder, 0700), 0);
}

/* --- running the writer --- */

/* What it told goes to the end of told_path. mode: of the shim; NULL: without it. */
static pid_t start_writer(struct rig *rig, const char *work, const char *mode, unsigned at) {
  char preload[400], folder[400], mark[400], mode_text[40], at_text[40];
  char *arguments[] = {strdup(writer_path), strdup(work), rig->fixture.folder, NULL};
  char sanitizer[] = "ASAN_OPTIONS=verify_asan_link_order=0";
  char *environment[] = {preload, folder, mark, mode_text, at_text, sanitizer, NULL};
  char *nothing[] = {NULL};
  posix_spawn_file_actions_t actions;
  pid_t child = -1;
  (void)snprintf(preload, sizeof preload, "LD_PRELOAD=%s", shim_path);
  (void)snprintf(folder, sizeof folder, "FAULT_FOLDER=%s", rig->fixture.path);
  (void)snprintf(mark, sizeof mark, "FAULT_MARK=%s", rig->mark_path);
  (void)snprintf(mode_text, sizeof mode_text, "FAULT_MODE=%s", mode != NULL ? mode : "");
  (void)snprintf(at_text, sizeof at_text, "FAULT_AT=%u", at);
  (void)unlink(rig->mark_path);
  assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
  assert_int_equal(posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, rig->told_path,
                                                    O_WRONLY | O_CREAT | O_APPEND, 0600), 0);
  assert_int_equal(posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, rig->error_path,
                                                    O_WRONLY | O_CREAT | O_TRUNC, 0600), 0);
  assert_int_equal(posix_spawn(&child, writer_path, &actions, NULL, arguments, mode != NULL ? environment : nothing),
                   0);
  assert_int_equal(posix_spawn_file_actions_destroy(&actions), 0);
  free(arguments[0]);
  free(arguments[1]);
  return child;
}

static int wait_for(pid_t child) {
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  return status;
}

static bool was_reached(const struct rig *rig) { return access(rig->mark_path, F_OK) == 0; }

/* --- what it told --- */

struct story {
  uint32_t acknowledged; /* records 0 … acknowledged - 1 */
  bool was_opened;
  bool is_erased;        /* CRASH_ERASED_ONE */
  bool is_compacted;
  unsigned refused;      /* times */
  uint32_t error;        /* the last refusal's */
};

static void take(struct story *story, const struct crash_told *told) {
  switch ((enum crash_step)told->step) {
    case CRASH_OPENED: story->was_opened = true; break;
    case CRASH_APPENDED: story->acknowledged = told->first + told->count; break;
    case CRASH_RENEWED: break;
    case CRASH_ERASED: story->is_erased = true; break;
    case CRASH_COMPACTED: story->is_compacted = true; break;
    case CRASH_REFUSED:
      story->refused++;
      story->error = told->error;
      break;
  }
}

/* Reads it all; every checkpoint in it must be continued by the one in force, and their times must not go back. A last
 * part that is not whole was never heard by anyone. */
static struct story read_story(struct rig *rig, struct vd_store_reader *reader) {
  struct story story = {0};
  struct crash_told told;
  uint64_t last_s = 0;
  FILE *file = fopen(rig->told_path, "rb");
  if (file == NULL) return story;
  while (fread(&told, sizeof told, 1, file) == 1) {
    take(&story, &told);
    if (told.step == CRASH_REFUSED) continue;
    uint64_t time_s = tlog_assert_continues(reader, rig->context, told.note, told.note_len);
    assert_true(time_s >= last_s);
    last_s = time_s;
  }
  (void)fclose(file);
  return story;
}

/* --- what is left --- */

static void assert_erased(struct vd_store_reader *reader, bool is_acknowledged) {
  uint8_t record[LEDGER_RECORD_LEN];
  struct vd_store_found found;
  struct vd_failure failure;
  ledger_record(record, CRASH_ERASED_ONE);
  assert_int_equal(vd_store_get_fragment(reader, ledger_locator(record), &found, &failure), VD_OK);
  if (is_acknowledged) assert_int_equal(found.presence, VD_STORE_ERASED);
}

static bool is_boundary(uint64_t entries) {
  uint64_t sum = 0;
  for (size_t at = 0; at < sizeof batches / sizeof *batches && sum < entries; at++) sum += batches[at];
  return sum == entries;
}

/* Whole batches are there, those that were acknowledged among them, and each record once: vd_tlog_check_all has seen
 * that every entry has its own record and every record its entry. */
static struct story look(struct rig *rig, struct vd_store *store) {
  struct vd_store_reader *reader = tlog_reader(store);
  struct vd_store_counts counts = ledger_counts(store);
  tlog_assert_sound(reader);
  struct story story = read_story(rig, reader);
  assert_true(counts.entries >= story.acknowledged);
  assert_true(is_boundary(counts.entries));
  assert_int_equal(counts.entries, counts.fragments);
  assert_true(counts.erased <= 1);
  for (uint32_t number = 0; number < counts.entries; number++)
    if (number != CRASH_ERASED_ONE || counts.erased == 0) assert_true(ledger_holds(reader, number));
  if (counts.entries > CRASH_ERASED_ONE) assert_erased(reader, story.is_erased);
  vd_store_reader_free(reader);
  return story;
}

static void put_everything(struct vd_store *store) {
  struct ledger_batch batch = ledger_batch(0, CRASH_RECORDS);
  struct vd_store_appended appended;
  struct vd_failure failure = {0};
  if (ledger_counts(store).erased == 1) batch.items[CRASH_ERASED_ONE] = batch.items[0];
  if (vd_store_append(store, batch.items, batch.count, CRASH_NOW_S, NULL, &appended, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  assert_int_equal(ledger_counts(store).entries, CRASH_RECORDS);
  assert_int_equal(ledger_counts(store).fragments, CRASH_RECORDS);
  assert_int_equal(appended.size, CRASH_RECORDS);
  ledger_batch_free(&batch);
}

/* Opening recovers; then everything is put once more, and what was told before still holds. */
static struct story look_and_go_on(struct rig *rig) {
  struct vd_store *store = ledger_open(&rig->fixture, VD_STORE_CREATE);
  struct story story = look(rig, store);
  put_everything(store);
  (void)look(rig, store);
  vd_store_close(store);
  return story;
}

static void assert_nothing_is_left_over(const struct rig *rig) {
  static const char *const names[] = {"data.mdb.new", "data.mdb.old", ".log.key.new"};
  char path[400];
  for (size_t at = 0; at < sizeof names / sizeof *names; at++) {
    (void)snprintf(path, sizeof path, "%s/%s", rig->fixture.path, names[at]);
    assert_int_equal(access(path, F_OK), -1);
  }
}

/* Every step of a short run goes wrong in that mode, one run for each, until a run has no such step. */
static void fail_every_step(struct rig *rig, const char *work, const char *mode, bool is_killed) {
  unsigned at = 1;
  for (;; at++) {
    assert_true(at < STEPS_MAX);
    start_afresh(rig);
    int status = wait_for(start_writer(rig, work, mode, at));
    if (!was_reached(rig)) {
      assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
      break;
    }
    assert_int_equal(WIFSIGNALED(status), is_killed);
    if (is_killed) assert_int_equal(WTERMSIG(status), SIGKILL);
    (void)look_and_go_on(rig);
  }
  assert_true(at > 60); /* the shim has seen the work */
}

static void a_step_that_fails_loses_nothing(void **in) { fail_every_step(*in, "run", "fail", false); }
static void a_step_that_is_done_and_fails_loses_nothing(void **in) { fail_every_step(*in, "run", "late", false); }
static void a_kill_before_any_step_loses_nothing(void **in) { fail_every_step(*in, "run", "before", true); }
static void a_kill_after_any_step_loses_nothing(void **in) { fail_every_step(*in, "run", "after", true); }
static void a_power_failure_at_any_step_loses_nothing(void **in) { fail_every_step(*in, "run", "cut", true); }
static void a_power_failure_that_keeps_a_part_loses_nothing(void **in) { fail_every_step(*in, "run", "torn", true); }

/* --- a full disk --- */

/* The writer is told VD_FULL, or, once, that it has to open the ledger anew; it goes on and gets everything in. */
static void a_full_disk_at_any_step_is_told_and_passes(void **in) {
  struct rig *rig = *in;
  unsigned at = 1;
  for (;; at++) {
    assert_true(at < STEPS_MAX);
    start_afresh(rig);
    int status = wait_for(start_writer(rig, "again", "full", at));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    struct story story = look_and_go_on(rig);
    assert_int_equal(story.acknowledged, CRASH_RECORDS);
    if (story.refused > 0) assert_int_equal(story.error, VD_FULL);
    if (!was_reached(rig)) break;
  }
  assert_true(at > 60);
}

/* --- kill -9, again and again --- */

static uint32_t told_records(const struct rig *rig) {
  struct crash_told told;
  uint32_t records = 0;
  FILE *file = fopen(rig->told_path, "rb");
  assert_non_null(file);
  while (fread(&told, sizeof told, 1, file) == 1)
    if (told.step == CRASH_APPENDED) records = told.first + told.count;
  (void)fclose(file);
  return records;
}

static bool has_told(const struct rig *rig, off_t more_than) {
  struct stat status;
  return stat(rig->told_path, &status) == 0 && status.st_size > more_than;
}

static void a_writer_killed_200_times_loses_nothing(void **in) {
  struct rig *rig = *in;
  struct stat status;
  uint32_t random = 1;
  for (unsigned kills = 0; kills < KILLS; kills++) {
    off_t told = stat(rig->told_path, &status) == 0 ? status.st_size : 0;
    pid_t child = start_writer(rig, "loop", NULL, 0);
    while (kills % 4 != 0 && !has_told(rig, told + 2 * (off_t)sizeof(struct crash_told))) (void)usleep(200);
    random = random * 1664525u + 1013904223u;
    (void)usleep((random >> 16) % 12000);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_true(WIFSIGNALED(wait_for(child)));
    /* What was cut off in the middle of the telling was not heard. */
    assert_int_equal(stat(rig->told_path, &status), 0);
    off_t whole = status.st_size - status.st_size % (off_t)sizeof(struct crash_told);
    assert_int_equal(truncate(rig->told_path, whole), 0);
  }
  uint32_t acknowledged = told_records(rig);
  assert_true(acknowledged > KILLS * CRASH_LOOP_BATCH);
  struct vd_store *store = ledger_open(&rig->fixture, VD_STORE_WRITE);
  struct vd_store_reader *reader = tlog_reader(store);
  struct vd_store_counts counts = ledger_counts(store);
  tlog_assert_sound(reader);
  (void)read_story(rig, reader);
  assert_true(counts.entries >= acknowledged && counts.entries % CRASH_LOOP_BATCH == 0);
  assert_int_equal(counts.fragments, counts.entries);
  for (uint32_t number = 0; number < counts.entries; number++) assert_true(ledger_holds(reader, number));
  vd_store_reader_free(reader);
  vd_store_close(store);
}

/* --- compacting --- */

static bool file_has(const struct rig *rig, const uint8_t *bytes, size_t len) {
  char path[400];
  (void)snprintf(path, sizeof path, "%s/data.mdb", rig->fixture.path);
  struct stat status;
  assert_int_equal(stat(path, &status), 0);
  uint8_t *content = malloc((size_t)status.st_size);
  FILE *file = fopen(path, "rb");
  assert_non_null(content);
  assert_non_null(file);
  assert_int_equal(fread(content, 1, (size_t)status.st_size, file), status.st_size);
  (void)fclose(file);
  bool has = memmem(content, (size_t)status.st_size, bytes, len) != NULL;
  free(content);
  return has;
}

/* A ledger out of which CRASH_ERASED_ONE was erased last, so that its share is still in the file. */
static void make_erased(const struct rig *rig) {
  uint8_t record[LEDGER_RECORD_LEN];
  struct vd_store *store = ledger_open(&rig->fixture, VD_STORE_CREATE);
  struct ledger_batch batch = ledger_batch(0, 1 + 3 + 15);
  struct vd_store_appended appended;
  struct vd_failure failure;
  ledger_record(record, CRASH_ERASED_ONE);
  assert_int_equal(vd_store_append(store, batch.items, batch.count, CRASH_NOW_S, NULL, &appended, &failure), VD_OK);
  assert_int_equal(vd_store_erase(store, ledger_locator(record), CRASH_NOW_S, NULL, false, &failure), VD_OK);
  ledger_batch_free(&batch);
  vd_store_close(store);
}

/* It is put back for every attempt. */
static void save_ledger(const struct rig *rig, struct vd_bytes *data, struct vd_bytes *key) {
  char path[400];
  (void)snprintf(path, sizeof path, "%s/data.mdb", rig->fixture.path);
  assert_int_equal(vd_file_read(path, 1 << 24, data, NULL), VD_OK);
  (void)snprintf(path, sizeof path, "%s/log.key", rig->fixture.path);
  assert_int_equal(vd_file_read(path, 1 << 24, key, NULL), VD_OK);
}

static void restore_ledger(struct rig *rig, const struct vd_bytes *data, const struct vd_bytes *key) {
  char path[400];
  start_afresh(rig);
  assert_int_equal(mkdir(rig->fixture.path, 0700), 0);
  (void)snprintf(path, sizeof path, "%s/data.mdb", rig->fixture.path);
  assert_int_equal(vd_file_create(path, data->data, data->len, 0600, NULL), VD_OK);
  (void)snprintf(path, sizeof path, "%s/log.key", rig->fixture.path);
  assert_int_equal(vd_file_create(path, key->data, key->len, 0600, NULL), VD_OK);
}

/* Writing zeroes over the old file is a long row of like steps: each mode takes other ones of them. */
static void compact_failing(struct rig *rig, const char *mode, unsigned phase, const struct vd_bytes *data,
                            const struct vd_bytes *key) {
  enum { ALL = 16, STRIDE = 7 };
  uint8_t record[LEDGER_RECORD_LEN];
  bool is_over = false;
  ledger_record(record, CRASH_ERASED_ONE);
  unsigned at = 1;
  for (; !is_over; at += at < ALL ? 1 : STRIDE) {
    assert_true(at < STEPS_MAX);
    if (at == ALL) at += phase;
    restore_ledger(rig, data, key);
    assert_true(file_has(rig, record + LEDGER_LEAF_LEN + 1, LEDGER_SHARE_LEN));
    (void)wait_for(start_writer(rig, "compact", mode, at));
    is_over = !was_reached(rig);
    struct story story = look_and_go_on(rig);
    assert_nothing_is_left_over(rig);
    if (story.is_compacted) assert_false(file_has(rig, record + LEDGER_LEAF_LEN + 1, LEDGER_SHARE_LEN));
    if (is_over) assert_true(story.is_compacted);
  }
  assert_true(at > 2 * ALL);
}

static void compacting_may_fail_at_any_step(void **in) {
  static const char *const modes[] = {"fail", "late", "before", "after", "full", "cut", "torn"};
  struct rig *rig = *in;
  struct vd_bytes data;
  struct vd_bytes key;
  make_erased(rig);
  save_ledger(rig, &data, &key);
  for (unsigned at = 0; at < sizeof modes / sizeof *modes; at++) compact_failing(rig, modes[at], at, &data, &key);
  vd_bytes_free(&data);
  vd_bytes_free(&key);
}

#define STEP_TEST(test) cmocka_unit_test_setup_teardown(test, begin_in_memory, end)

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      STEP_TEST(a_step_that_fails_loses_nothing),
      STEP_TEST(a_step_that_is_done_and_fails_loses_nothing),
      STEP_TEST(a_kill_before_any_step_loses_nothing),
      STEP_TEST(a_kill_after_any_step_loses_nothing),
      STEP_TEST(a_power_failure_at_any_step_loses_nothing),
      STEP_TEST(a_power_failure_that_keeps_a_part_loses_nothing),
      STEP_TEST(a_full_disk_at_any_step_is_told_and_passes),
      cmocka_unit_test_setup_teardown(a_writer_killed_200_times_loses_nothing, begin, end),
      STEP_TEST(compacting_may_fail_at_any_step),
  };
  if (argc != 3) return EXIT_FAILURE;
  writer_path = argv[1];
  shim_path = argv[2];
  return cmocka_run_group_tests(tests, NULL, NULL);
}
