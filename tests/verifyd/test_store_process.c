/* One ledger and several processes or threads: readers while the file grows, writers that are killed, a full
 * disk. The parent opens the ledger only after its children were forked, or while none of them uses it. */
#include <errno.h>
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
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tlog_fixture.h"

enum { NOW_S = 1700000000, KILLS = 30, BATCH = 200, GROWTH_BATCH = 4000, GROWTH_BATCHES = 12 };

static int begin(void **out) {
  struct ledger_fixture *fixture = calloc(1, sizeof *fixture);
  assert_non_null(fixture);
  ledger_fixture_begin(fixture);
  vd_store_close(ledger_open(fixture, VD_STORE_CREATE));
  *out = fixture;
  return 0;
}

static int end(void **in) {
  ledger_fixture_end(*in);
  free(*in);
  return 0;
}

static enum vd_error append(struct vd_store *store, uint32_t first, size_t count, struct vd_failure *failure) {
  struct ledger_batch batch = ledger_batch(first, count);
  struct vd_store_appended appended;
  enum vd_error error = vd_store_append(store, batch.items, batch.count, NOW_S, NULL, &appended, failure);
  ledger_batch_free(&batch);
  return error;
}

/* In a child a failed expectation ends the process with a status that the parent looks at. */
#define CHILD_EXPECT(condition) \
  do { \
    if (!(condition)) _exit(__LINE__ % 200 + 1); \
  } while (0)

static pid_t start(void (*run)(const struct ledger_fixture *, int), const struct ledger_fixture *fixture,
                   int pipe_end) {
  (void)fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nobody behind */
    run(fixture, pipe_end);
    _exit(0);
  }
  return child;
}

static void assert_ends_well(pid_t child) {
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  if (WEXITSTATUS(status) != 0) fail_msg("a child failed; its status is line %% 200 + 1 = %d", WEXITSTATUS(status));
}

static void kill_child(pid_t child) {
  int status = 0;
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, &status, 0), child);
}

/* --- a writer that is killed --- */

/* Appends batches from where the ledger ends, telling each one's number once it has been acknowledged. */
static void append_for_ever(const struct ledger_fixture *fixture, int tell) {
  struct vd_store *store = ledger_open(fixture, VD_STORE_WRITE);
  struct vd_failure failure;
  uint32_t first = (uint32_t)ledger_counts(store).entries;
  for (;; first += BATCH) {
    CHILD_EXPECT(append(store, first, BATCH, &failure) == VD_OK);
    CHILD_EXPECT(write(tell, &first, sizeof first) == (ssize_t)sizeof first);
  }
}

/* Lets a writer work for a while, kills it, and gives back how many records it had been acknowledged in all. */
static uint32_t write_and_kill(const struct ledger_fixture *fixture, unsigned delay_us, uint32_t held) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  pid_t child = start(append_for_ever, fixture, ends[1]);
  (void)close(ends[1]);
  uint32_t first = 0;
  assert_int_equal(read(ends[0], &first, sizeof first), sizeof first);
  (void)usleep(delay_us);
  kill_child(child);
  do held = first + BATCH;
  while (read(ends[0], &first, sizeof first) == (ssize_t)sizeof first);
  (void)close(ends[0]);
  return held;
}

static void killed_writers_lose_nothing_and_leave_nothing_half(void **in) {
  struct ledger_fixture *fixture = *in;
  struct vd_failure failure;
  uint32_t acknowledged = 0;
  for (unsigned round = 0; round < KILLS; round++) {
    acknowledged = write_and_kill(fixture, round * 997 % 9000, acknowledged);
    struct vd_store *store = ledger_open(fixture, VD_STORE_READ);
    struct vd_store_reader *reader = NULL;
    struct vd_store_counts counts = ledger_counts(store);
    assert_true(counts.entries >= acknowledged);
    assert_int_equal(counts.entries % BATCH, 0);
    assert_int_equal(counts.entries, counts.fragments);
    assert_int_equal(vd_store_reader_new(store, &reader, &failure), VD_OK);
    assert_int_equal(vd_store_reader_begin(reader, &failure), VD_OK);
    for (uint32_t number = 0; number < counts.entries; number++) assert_true(ledger_holds(reader, number));
    assert_false(ledger_holds(reader, (uint32_t)counts.entries));
    vd_store_reader_free(reader);
    vd_store_close(store);
  }
  assert_true(acknowledged >= KILLS * BATCH);
}

/* --- a second writer --- */

static void hold_as_writer(const struct ledger_fixture *fixture, int tell) {
  struct vd_store *store = ledger_open(fixture, VD_STORE_WRITE);
  CHILD_EXPECT(store != NULL && write(tell, "x", 1) == 1);
  for (;;) (void)pause();
}

static void a_second_writer_waits_for_the_death_of_the_first(void **in) {
  struct ledger_fixture *fixture = *in;
  struct vd_store_options options = ledger_options(fixture, VD_STORE_WRITE);
  struct vd_store *store = NULL;
  struct vd_failure failure;
  int ends[2];
  char byte;
  assert_int_equal(pipe(ends), 0);
  pid_t child = start(hold_as_writer, fixture, ends[1]);
  assert_int_equal(read(ends[0], &byte, 1), 1);
  assert_int_equal(vd_store_open(&options, &store, &failure), VD_CONFLICT);
  assert_null(store);
  vd_store_close(ledger_open(fixture, VD_STORE_READ));
  kill_child(child);
  assert_int_equal(vd_store_open(&options, &store, &failure), VD_OK);
  assert_int_equal(append(store, 0, 3, &failure), VD_OK);
  vd_store_close(store);
  (void)close(ends[0]);
  (void)close(ends[1]);
}

/* --- readers while the file grows --- */

/* Record, hashes and checkpoint are of one snapshot: the record of that number is under the checkpoint in force. */
static bool is_under_checkpoint(struct vd_store_reader *reader, struct frag_context *context, uint32_t number) {
  uint8_t record[LEDGER_RECORD_LEN];
  uint8_t leaf[FRAG_HASH_LEN];
  struct frag_proof proof;
  struct vd_store_found found;
  struct vd_failure failure;
  struct frag_checkpoint checkpoint;
  const char *note = NULL;
  const uint8_t *entry = NULL;
  size_t len = 0;
  ledger_record(record, number);
  if (vd_store_get_fragment(reader, ledger_locator(record), &found, &failure) != VD_OK ||
      vd_store_get_entry(reader, found.index, &entry, &len, &failure) != VD_OK ||
      frag_leaf_hash(context, leaf, (struct frag_slice){entry, len}) != FRAG_OK ||
      vd_tlog_inclusion(reader, found.index, &proof, &failure) != VD_OK ||
      vd_tlog_checkpoint(reader, &note, &len, &failure) != VD_OK ||
      frag_checkpoint_decode(context, &checkpoint, note, len) != FRAG_OK)
    return false;
  return frag_tree_check_inclusion(context, found.index, checkpoint.size, checkpoint.root, leaf, &proof) == FRAG_OK;
}

/* Reads until it has seen everything; each snapshot holds whole batches, and never fewer than before. */
static void follow_growth(struct vd_store *store) {
  struct frag_context *context = tlog_context();
  uint64_t size = 0;
  struct vd_store_reader *reader = NULL;
  struct vd_store_counts counts = {0};
  struct vd_failure failure;
  uint64_t seen = 0;
  CHILD_EXPECT(vd_store_reader_new(store, &reader, &failure) == VD_OK);
  while (seen < GROWTH_BATCH * GROWTH_BATCHES) {
    CHILD_EXPECT(vd_store_reader_begin(reader, &failure) == VD_OK);
    CHILD_EXPECT(vd_store_counts(reader, &counts, &failure) == VD_OK);
    CHILD_EXPECT(counts.entries >= seen && counts.entries % GROWTH_BATCH == 0);
    seen = counts.entries;
    CHILD_EXPECT(vd_tlog_size(reader, &size, &failure) == VD_OK && size == seen);
    for (uint32_t number = 0; number < seen; number += 997) {
      CHILD_EXPECT(ledger_holds(reader, number));
      CHILD_EXPECT(is_under_checkpoint(reader, context, number));
    }
    if (seen > 0) CHILD_EXPECT(is_under_checkpoint(reader, context, (uint32_t)seen - 1));
    vd_store_reader_reset(reader);
  }
  vd_store_reader_free(reader);
  frag_context_free(context);
}

static void read_while_growing(const struct ledger_fixture *fixture, int tell) {
  struct vd_store *store = ledger_open(fixture, VD_STORE_READ);
  CHILD_EXPECT(write(tell, "x", 1) == 1);
  follow_growth(store);
  vd_store_close(store);
}

static void readers_of_other_processes_follow_a_growing_ledger(void **in) {
  struct ledger_fixture *fixture = *in;
  struct vd_failure failure;
  pid_t children[2];
  int ends[2];
  char byte;
  assert_int_equal(pipe(ends), 0);
  for (size_t at = 0; at < 2; at++) {
    children[at] = start(read_while_growing, fixture, ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
  }
  struct vd_store *store = ledger_open(fixture, VD_STORE_WRITE);
  for (uint32_t batch = 0; batch < GROWTH_BATCHES; batch++)
    assert_int_equal(append(store, batch * GROWTH_BATCH, GROWTH_BATCH, &failure), VD_OK);
  for (size_t at = 0; at < 2; at++) assert_ends_well(children[at]);
  vd_store_close(store);
  (void)close(ends[0]);
  (void)close(ends[1]);
}

static void *follow_in_thread(void *store) {
  follow_growth(store);
  return NULL;
}

static void threads_of_the_writer_follow_a_growing_ledger(void **in) {
  struct ledger_fixture *fixture = *in;
  struct vd_store *store = ledger_open(fixture, VD_STORE_WRITE);
  struct vd_failure failure;
  pthread_t threads[3];
  for (size_t at = 0; at < 3; at++) assert_int_equal(pthread_create(&threads[at], NULL, follow_in_thread, store), 0);
  for (uint32_t batch = 0; batch < GROWTH_BATCHES; batch++)
    assert_int_equal(append(store, batch * GROWTH_BATCH, GROWTH_BATCH, &failure), VD_OK);
  for (size_t at = 0; at < 3; at++) assert_int_equal(pthread_join(threads[at], NULL), 0);
  vd_store_close(store);
}

/* --- readers that are killed --- */

static void hold_a_snapshot(const struct ledger_fixture *fixture, int tell) {
  struct vd_store *store = ledger_open(fixture, VD_STORE_READ);
  struct vd_store_reader *reader = NULL;
  struct vd_failure failure;
  CHILD_EXPECT(vd_store_reader_new(store, &reader, &failure) == VD_OK);
  CHILD_EXPECT(vd_store_reader_begin(reader, &failure) == VD_OK);
  CHILD_EXPECT(write(tell, "x", 1) == 1);
  for (;;) (void)pause();
}

static void killed_readers_do_not_use_up_the_places(void **in) {
  struct ledger_fixture *fixture = *in;
  struct vd_failure failure;
  int ends[2];
  char byte;
  assert_int_equal(pipe(ends), 0);
  /* A living user keeps LMDB from starting the table of readers afresh. */
  pid_t keeper = start(hold_a_snapshot, fixture, ends[1]);
  assert_int_equal(read(ends[0], &byte, 1), 1);
  for (unsigned at = 0; at < VD_STORE_READERS_MAX + 10; at++) {
    pid_t child = start(hold_a_snapshot, fixture, ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    kill_child(child);
  }
  struct vd_store *store = ledger_open(fixture, VD_STORE_WRITE);
  assert_int_equal(append(store, 0, 100, &failure), VD_OK);
  assert_int_equal(ledger_counts(store).entries, 100);
  vd_store_close(store);
  kill_child(keeper);
  (void)close(ends[0]);
  (void)close(ends[1]);
}

static void a_killed_reader_does_not_make_the_file_grow(void **in) {
  struct ledger_fixture *fixture = *in;
  struct vd_failure failure;
  char path[320];
  char byte;
  int ends[2];
  struct stat status;
  assert_int_equal(pipe(ends), 0);
  pid_t reader = start(hold_a_snapshot, fixture, ends[1]);
  assert_int_equal(read(ends[0], &byte, 1), 1);
  struct vd_store *store = ledger_open(fixture, VD_STORE_WRITE);
  kill_child(reader);
  for (uint32_t number = 0; number < 300; number++) assert_int_equal(append(store, number, 1, &failure), VD_OK);
  (void)snprintf(path, sizeof path, "%s/data.mdb", fixture->path);
  assert_int_equal(stat(path, &status), 0);
  assert_true(status.st_size < 1 << 20); /* 300 commits copy about 7 MB of pages, and use them again */
  vd_store_close(store);
  (void)close(ends[0]);
  (void)close(ends[1]);
}

/* --- a full disk --- */

static void fill_up(const struct ledger_fixture *fixture, int tell) {
  const struct rlimit limit = {3 << 20, 3 << 20};
  CHILD_EXPECT(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
  CHILD_EXPECT(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  struct vd_store *store = ledger_open(fixture, VD_STORE_WRITE);
  struct vd_failure failure;
  enum vd_error error = VD_OK;
  uint32_t held = 0;
  while ((error = append(store, held, BATCH, &failure)) == VD_OK) held += BATCH;
  CHILD_EXPECT(error == VD_FULL);
  CHILD_EXPECT(append(store, held, BATCH, &failure) == VD_FULL);
  CHILD_EXPECT(ledger_counts(store).entries == held);
  CHILD_EXPECT(write(tell, &held, sizeof held) == (ssize_t)sizeof held);
  vd_store_close(store);
}

static void a_full_disk_is_told_and_loses_nothing(void **in) {
  struct ledger_fixture *fixture = *in;
  struct vd_store_reader *reader = NULL;
  struct vd_failure failure;
  uint32_t held = 0;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  pid_t child = start(fill_up, fixture, ends[1]);
  (void)close(ends[1]);
  assert_int_equal(read(ends[0], &held, sizeof held), sizeof held);
  assert_ends_well(child);
  (void)close(ends[0]);
  assert_true(held > BATCH);
  struct vd_store *store = ledger_open(fixture, VD_STORE_WRITE);
  assert_int_equal(ledger_counts(store).entries, held);
  assert_int_equal(append(store, held, BATCH, &failure), VD_OK);
  assert_int_equal(vd_store_reader_new(store, &reader, &failure), VD_OK);
  assert_int_equal(vd_store_reader_begin(reader, &failure), VD_OK);
  for (uint32_t number = 0; number < held + BATCH; number++) assert_true(ledger_holds(reader, number));
  vd_store_reader_free(reader);
  vd_store_close(store);
}

/* --- no room for a bigger map --- */

static void grow_without_address_space(const struct ledger_fixture *fixture, int tell) {
  struct vd_store *store = ledger_open(fixture, VD_STORE_WRITE);
  struct vd_failure failure;
  struct rlimit limit;
  CHILD_EXPECT(append(store, 0, BATCH, &failure) == VD_OK);
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  CHILD_EXPECT(file != NULL && fscanf(file, "%ld", &pages) == 1);
  (void)fclose(file);
  limit.rlim_cur = limit.rlim_max = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + (8 << 20);
  CHILD_EXPECT(setrlimit(RLIMIT_AS, &limit) == 0);
  enum vd_error error = VD_OK;
  uint32_t held = BATCH;
  while ((error = append(store, held, BATCH, &failure)) == VD_OK) held += BATCH;
  CHILD_EXPECT(error == VD_MEMORY);
  CHILD_EXPECT(ledger_counts(store).entries == held);
  vd_store_close(store);
  CHILD_EXPECT(write(tell, &held, sizeof held) == (ssize_t)sizeof held);
}

static void a_map_that_cannot_grow_stays_usable(void **in) {
  struct ledger_fixture *fixture = *in;
  uint32_t held = 0;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  pid_t child = start(grow_without_address_space, fixture, ends[1]);
  (void)close(ends[1]);
  (void)!read(ends[0], &held, sizeof held);
  assert_ends_well(child);
  (void)close(ends[0]);
  struct vd_store *store = ledger_open(fixture, VD_STORE_READ);
  assert_int_equal(ledger_counts(store).entries, held);
  vd_store_close(store);
}

#define PROCESS_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      PROCESS_TEST(killed_writers_lose_nothing_and_leave_nothing_half),
      PROCESS_TEST(a_second_writer_waits_for_the_death_of_the_first),
      PROCESS_TEST(readers_of_other_processes_follow_a_growing_ledger),
      PROCESS_TEST(threads_of_the_writer_follow_a_growing_ledger),
      PROCESS_TEST(killed_readers_do_not_use_up_the_places),
      PROCESS_TEST(a_killed_reader_does_not_make_the_file_grow),
      PROCESS_TEST(a_full_disk_is_told_and_loses_nothing),
      PROCESS_TEST(a_map_that_cannot_grow_stays_usable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
