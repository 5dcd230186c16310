/* crash_writer: the program that is killed and starved by test_store_crash.
 * usage: crash_writer MODE FOLDER, where the ledger is FOLDER/ledger. MODE:
 *   run    makes the ledger if need be, puts the batches of CRASH_BATCHES, renews, erases; ends at the first error
 *   again  the same, but after VD_FULL it opens the ledger anew and goes on
 *   loop   appends batches behind what is there, until it is killed
 *   compact  compacts it
 * Writes struct crash_told to standard output. Ends with 0, or the enum vd_error that it got. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "crash_writer.h"
#include "ledger/tlog.h"
#include "ledger_fixture.h"

static const uint32_t batches[] = CRASH_BATCHES;

struct writer {
  struct ledger_fixture fixture;
  struct vd_store *store;
  struct vd_store_reader *reader;
  struct vd_store_submitter submitter;
  struct vd_failure failure;
  uint64_t now_s;
};

static void put(const struct crash_told *told) {
  if (write(STDOUT_FILENO, told, sizeof *told) != (ssize_t)sizeof *told) exit(EXIT_FAILURE);
}

/* With the checkpoint in force, as a reader sees it. */
static enum vd_error tell(struct writer *writer, enum crash_step step, uint32_t first, uint32_t count) {
  struct crash_told told = {.step = step, .first = first, .count = count};
  const char *note = NULL;
  size_t len = 0;
  enum vd_error error = vd_store_reader_begin(writer->reader, &writer->failure);
  if (error == VD_OK) error = vd_tlog_checkpoint(writer->reader, &note, &len, &writer->failure);
  if (error == VD_OK) {
    if (len > sizeof told.note) exit(EXIT_FAILURE);
    memcpy(told.note, note, len);
    told.note_len = (uint32_t)len;
    put(&told);
  }
  vd_store_reader_reset(writer->reader);
  return error;
}

static void close_ledger(struct writer *writer) {
  vd_store_reader_free(writer->reader);
  vd_store_close(writer->store);
  writer->reader = NULL;
  writer->store = NULL;
}

static enum vd_error open_ledger(struct writer *writer) {
  struct vd_store_options options = ledger_options(&writer->fixture, VD_STORE_CREATE);
  enum vd_error error = vd_store_open(&options, &writer->store, &writer->failure);
  if (error == VD_OK) error = vd_store_reader_new(writer->store, &writer->reader, &writer->failure);
  return error == VD_OK ? tell(writer, CRASH_OPENED, 0, 0) : error;
}

static enum vd_error append(struct writer *writer, uint32_t first, uint32_t count, bool is_submitted) {
  struct ledger_batch batch = ledger_batch(first, count);
  struct vd_store_appended appended;
  enum vd_error error = vd_store_append(writer->store, batch.items, batch.count, ++writer->now_s,
                                        is_submitted ? &writer->submitter : NULL, &appended, &writer->failure);
  ledger_batch_free(&batch);
  return error == VD_OK ? tell(writer, CRASH_APPENDED, first, count) : error;
}

static enum vd_error renew(struct writer *writer) {
  enum vd_error error = vd_store_renew(writer->store, ++writer->now_s, &writer->failure);
  return error == VD_OK ? tell(writer, CRASH_RENEWED, 0, 0) : error;
}

static enum vd_error erase(struct writer *writer, uint32_t number) {
  uint8_t record[LEDGER_RECORD_LEN];
  ledger_record(record, number);
  enum vd_error error = vd_store_erase(writer->store, ledger_locator(record), ++writer->now_s, &writer->submitter,
                                       false, &writer->failure);
  return error == VD_OK ? tell(writer, CRASH_ERASED, number, 0) : error;
}

/* Step `step` of the short run; -1 when it is over. */
static int run_step(struct writer *writer, size_t step, uint32_t *first) {
  size_t count = sizeof batches / sizeof *batches;
  if (step >= 2 * count) return -1;
  if (step % 2 == 1) return (int)(step == 5 ? erase(writer, CRASH_ERASED_ONE) : renew(writer));
  enum vd_error error = append(writer, *first, batches[step / 2], step / 2 % 2 == 1);
  if (error == VD_OK) *first += batches[step / 2];
  return (int)error;
}

static enum vd_error run(struct writer *writer, bool again) {
  uint32_t first = 0;
  unsigned left = 20;
  enum vd_error error = open_ledger(writer);
  for (size_t step = 0;;) {
    if (error == VD_OK) {
      int done = run_step(writer, step, &first);
      if (done < 0) return VD_OK;
      error = (enum vd_error)done;
      if (error == VD_OK) step++;
      if (error == VD_OK) continue;
    }
    struct crash_told refused = {.step = CRASH_REFUSED, .error = (uint32_t)error};
    put(&refused);
    /* After a failure at the very end of a commit LMDB wants to be opened anew before it says how things are. */
    if (!again || left-- == 0) return error;
    close_ledger(writer);
    error = open_ledger(writer);
  }
}

static enum vd_error loop(struct writer *writer) {
  enum vd_error error = open_ledger(writer);
  for (uint32_t first = error == VD_OK ? (uint32_t)ledger_counts(writer->store).entries : 0; error == VD_OK;
       first += CRASH_LOOP_BATCH)
    error = append(writer, first, CRASH_LOOP_BATCH, first / CRASH_LOOP_BATCH % 2 == 1);
  return error;
}

static enum vd_error compact(struct writer *writer) {
  struct vd_store_options options = ledger_options(&writer->fixture, VD_STORE_WRITE);
  enum vd_error error = vd_store_compact(&options, &writer->failure);
  if (error == VD_OK) error = open_ledger(writer);
  return error == VD_OK ? tell(writer, CRASH_COMPACTED, 0, 0) : error;
}

int main(int argc, char **argv) {
  struct writer writer = {.submitter = {.issuer = CRASH_ISSUER, .items_per_day = 1000000}, .now_s = CRASH_NOW_S};
  enum vd_error error = VD_USAGE;
  if (argc != 3) return EXIT_FAILURE;
  (void)snprintf(writer.fixture.folder, sizeof writer.fixture.folder, "%s", argv[2]);
  (void)snprintf(writer.fixture.path, sizeof writer.fixture.path, "%s/ledger", writer.fixture.folder);
  if (strcmp(argv[1], "run") == 0) error = run(&writer, false);
  if (strcmp(argv[1], "again") == 0) error = run(&writer, true);
  if (strcmp(argv[1], "loop") == 0) error = loop(&writer);
  if (strcmp(argv[1], "compact") == 0) error = compact(&writer);
  if (error != VD_OK) (void)fprintf(stderr, "%s\n", writer.failure.text);
  close_ledger(&writer);
  return vd_exit_code(error);
}
