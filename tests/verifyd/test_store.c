/* What one process sees of a ledger. Several processes and threads: test_store_process.c. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger_fixture.h"

enum { NOW_S = 1700000000 };

struct state {
  struct ledger_fixture fixture;
  struct vd_store *store;
  struct vd_store_reader *reader;
  struct vd_store_appended appended;
  struct vd_failure failure;
};

static void open_ledger(struct state *state, enum vd_store_access access) {
  state->store = ledger_open(&state->fixture, access);
  assert_int_equal(vd_store_reader_new(state->store, &state->reader, &state->failure), VD_OK);
}

static void close_ledger(struct state *state) {
  vd_store_reader_free(state->reader);
  vd_store_close(state->store);
  state->reader = NULL;
  state->store = NULL;
}

static int begin(void **out) {
  struct state *state = calloc(1, sizeof *state);
  assert_non_null(state);
  ledger_fixture_begin(&state->fixture);
  open_ledger(state, VD_STORE_CREATE);
  *out = state;
  return 0;
}

static int end(void **in) {
  struct state *state = *in;
  close_ledger(state);
  ledger_fixture_end(&state->fixture);
  free(state);
  return 0;
}

static enum vd_error put(struct state *state, enum vd_store_kind kind, const uint8_t *bytes, size_t len) {
  struct vd_store_item item = {kind, bytes, len};
  return vd_store_append(state->store, &item, 1, NOW_S, NULL, &state->appended, &state->failure);
}

static enum vd_error put_batch(struct state *state, const struct ledger_batch *batch, uint64_t now_s) {
  return vd_store_append(state->store, batch->items, batch->count, now_s, NULL, &state->appended, &state->failure);
}

static struct vd_store_found find(struct state *state, const uint8_t *locator) {
  struct vd_store_found found;
  vd_store_reader_reset(state->reader);
  assert_int_equal(vd_store_reader_begin(state->reader, &state->failure), VD_OK);
  assert_int_equal(vd_store_get_fragment(state->reader, locator, &found, &state->failure), VD_OK);
  return found;
}

static bool holds(struct state *state, uint32_t number) {
  vd_store_reader_reset(state->reader);
  assert_int_equal(vd_store_reader_begin(state->reader, &state->failure), VD_OK);
  bool is_held = ledger_holds(state->reader, number);
  vd_store_reader_reset(state->reader);
  return is_held;
}

/* Nothing beyond the `count` records 0, 1, … is there, and all of those are. */
static void assert_holds_exactly(struct state *state, uint32_t count) {
  struct vd_store_counts counts = ledger_counts(state->store);
  assert_int_equal(counts.fragments, count);
  assert_int_equal(counts.entries, count);
  for (uint32_t number = 0; number < count; number++) assert_true(holds(state, number));
  assert_false(holds(state, count));
}

/* --- putting --- */

static void a_new_ledger_is_empty(void **in) {
  struct state *state = *in;
  const uint8_t *entry = NULL;
  size_t len = 0;
  assert_holds_exactly(state, 0);
  assert_int_equal(ledger_counts(state->store).last_time_s, 0);
  assert_int_equal(vd_store_reader_begin(state->reader, &state->failure), VD_OK);
  assert_int_equal(vd_store_get_entry(state->reader, 0, &entry, &len, &state->failure), VD_NOT_FOUND);
}

static void an_empty_batch_changes_nothing(void **in) {
  struct state *state = *in;
  assert_int_equal(vd_store_append(state->store, NULL, 0, NOW_S, NULL, &state->appended, &state->failure), VD_OK);
  assert_holds_exactly(state, 0);
}

static void a_record_gets_an_entry(void **in) {
  struct state *state = *in;
  uint8_t record[LEDGER_RECORD_LEN];
  ledger_record(record, 0);
  assert_int_equal(put(state, VD_STORE_FRAGMENT, record, sizeof record), VD_OK);
  assert_int_equal(state->appended.added, 1);
  assert_int_equal(state->appended.first_index, 0);
  assert_int_equal(state->appended.time_s, NOW_S);
  struct vd_store_found found = find(state, ledger_locator(record));
  assert_int_equal(found.index, 0);
  assert_int_equal(found.time_s, NOW_S);
  assert_holds_exactly(state, 1);
}

static void a_status_record_and_a_trust_list_get_entries(void **in) {
  struct state *state = *in;
  uint8_t status[LEDGER_STATUS_LEN];
  uint8_t trust[34] = {LEDGER_REALM >> 8, LEDGER_REALM & 0xff, 0xaa, 0xbb};
  struct vd_store_found found;
  const uint8_t *entry = NULL;
  size_t len = 0;
  ledger_status(status, 1);
  assert_int_equal(put(state, VD_STORE_STATUS, status, sizeof status), VD_OK);
  assert_int_equal(put(state, VD_STORE_TRUST, trust, sizeof trust), VD_OK);
  assert_int_equal(vd_store_reader_begin(state->reader, &state->failure), VD_OK);
  assert_int_equal(vd_store_get_status(state->reader, status, &found, &state->failure), VD_OK);
  assert_int_equal(found.presence, VD_STORE_PRESENT);
  assert_int_equal(found.len, sizeof status);
  assert_memory_equal(found.bytes, status, sizeof status);
  assert_int_equal(vd_store_get_entry(state->reader, 0, &entry, &len, &state->failure), VD_OK);
  assert_int_equal(len, 9 + sizeof status);
  assert_int_equal(entry[0], 2);
  assert_memory_equal(entry + 9, status, sizeof status);
  assert_int_equal(vd_store_get_entry(state->reader, 1, &entry, &len, &state->failure), VD_OK);
  assert_int_equal(len, 9 + sizeof trust);
  assert_int_equal(entry[0], 3);
  assert_memory_equal(entry + 9, trust, sizeof trust);
  assert_int_equal(vd_store_get_status(state->reader, trust + 2, &found, &state->failure), VD_OK);
  assert_int_equal(found.presence, VD_STORE_ABSENT);
}

static void the_same_again_is_a_no_op(void **in) {
  struct state *state = *in;
  struct ledger_batch batch = ledger_batch(0, 10);
  assert_int_equal(put_batch(state, &batch, NOW_S), VD_OK);
  assert_int_equal(put_batch(state, &batch, NOW_S + 60), VD_OK);
  assert_int_equal(state->appended.added, 0);
  assert_int_equal(state->appended.unchanged, 10);
  assert_int_equal(ledger_counts(state->store).last_time_s, NOW_S);
  assert_holds_exactly(state, 10);
  ledger_batch_free(&batch);
}

static void a_batch_that_was_half_put_is_completed(void **in) {
  struct state *state = *in;
  struct ledger_batch half = ledger_batch(5, 5);
  struct ledger_batch whole = ledger_batch(0, 10);
  assert_int_equal(put_batch(state, &half, NOW_S), VD_OK);
  assert_int_equal(put_batch(state, &whole, NOW_S), VD_OK);
  assert_int_equal(state->appended.added, 5);
  assert_int_equal(state->appended.unchanged, 5);
  assert_int_equal(state->appended.first_index, 5);
  assert_holds_exactly(state, 10);
  ledger_batch_free(&half);
  ledger_batch_free(&whole);
}

/* --- refusing --- */

static void something_else_under_a_key_is_a_conflict_and_nothing_is_put(void **in) {
  struct state *state = *in;
  static const size_t changed_at[] = {24, LEDGER_LEAF_LEN - 1, LEDGER_LEAF_LEN + 1, LEDGER_RECORD_LEN - 1};
  struct ledger_batch first = ledger_batch(0, 4);
  assert_int_equal(put_batch(state, &first, NOW_S), VD_OK);
  for (size_t at = 0; at < sizeof changed_at / sizeof *changed_at; at++) {
    struct ledger_batch batch = ledger_batch(1, 20);
    batch.bytes[2 * LEDGER_RECORD_LEN + changed_at[at]] ^= 1; /* record 3 */
    assert_int_equal(put_batch(state, &batch, NOW_S), VD_CONFLICT);
    assert_int_equal(state->appended.position, 2);
    assert_non_null(strstr(state->failure.text, "item 3 "));
    assert_holds_exactly(state, 4);
    ledger_batch_free(&batch);
  }
  ledger_batch_free(&first);
}

static void the_first_of_several_conflicts_is_named(void **in) {
  struct state *state = *in;
  struct ledger_batch batch = ledger_batch(0, 50);
  assert_int_equal(put_batch(state, &batch, NOW_S), VD_OK);
  for (size_t at = 13; at < 50; at += 3) batch.bytes[at * LEDGER_RECORD_LEN + LEDGER_RECORD_LEN - 1] ^= 1;
  assert_int_equal(put_batch(state, &batch, NOW_S), VD_CONFLICT);
  assert_int_equal(state->appended.position, 13);
  ledger_batch_free(&batch);
}

static void twice_in_a_batch_counts_once(void **in) {
  struct state *state = *in;
  struct ledger_batch batch = ledger_batch(0, 3);
  struct vd_store_item items[] = {batch.items[1], batch.items[0], batch.items[1], batch.items[2], batch.items[1]};
  assert_int_equal(vd_store_append(state->store, items, 5, NOW_S, NULL, &state->appended, &state->failure), VD_OK);
  assert_int_equal(state->appended.added, 3);
  assert_int_equal(state->appended.unchanged, 2);
  assert_holds_exactly(state, 3);
  ledger_batch_free(&batch);
}

static void two_under_one_key_in_a_batch_is_a_conflict(void **in) {
  struct state *state = *in;
  struct ledger_batch batch = ledger_batch(0, 3);
  uint8_t other[LEDGER_RECORD_LEN];
  ledger_record(other, 1);
  other[LEDGER_RECORD_LEN - 1] ^= 0x80;
  struct vd_store_item items[] = {
      batch.items[0], {VD_STORE_FRAGMENT, other, sizeof other}, batch.items[2], batch.items[1]};
  assert_int_equal(vd_store_append(state->store, items, 4, NOW_S, NULL, &state->appended, &state->failure),
                   VD_CONFLICT);
  assert_int_equal(state->appended.position, 3);
  assert_holds_exactly(state, 0);
  ledger_batch_free(&batch);
}

static void a_status_record_in_conflict_is_refused(void **in) {
  struct state *state = *in;
  uint8_t status[LEDGER_STATUS_LEN];
  ledger_status(status, 1);
  assert_int_equal(put(state, VD_STORE_STATUS, status, sizeof status), VD_OK);
  assert_int_equal(put(state, VD_STORE_STATUS, status, sizeof status), VD_OK);
  assert_int_equal(state->appended.unchanged, 1);
  status[LEDGER_STATUS_LEN - 1] ^= 1;
  assert_int_equal(put(state, VD_STORE_STATUS, status, sizeof status), VD_CONFLICT);
  assert_int_equal(ledger_counts(state->store).statuses, 1);
}

static void expect_refused(struct state *state, const uint8_t *bytes, size_t len) {
  struct ledger_batch batch = ledger_batch(0, 2);
  struct vd_store_item items[] = {batch.items[0], {VD_STORE_FRAGMENT, bytes, len}, batch.items[1]};
  assert_int_equal(vd_store_append(state->store, items, 3, NOW_S, NULL, &state->appended, &state->failure), VD_DATA);
  assert_int_equal(state->appended.position, 1);
  assert_non_null(strstr(state->failure.text, "item 2 "));
  assert_int_equal(ledger_counts(state->store).entries, 0);
  ledger_batch_free(&batch);
}

static void malformed_records_are_refused(void **in) {
  struct state *state = *in;
  static const struct {
    size_t at;
    uint8_t value;
  } wrong[] = {{0, 2},
               {1, 9},
               {2, 8},
               {3, 0x03},
               {3, 0x43},
               {3, 0x20},
               {3, 0x24},
               {4, 1},
               {5, 0},
               {5, 64},
               {5, 129},
               {6, 1},
               {7, 1},
               {LEDGER_LEAF_LEN, 0},
               {LEDGER_LEAF_LEN, 1},
               {LEDGER_LEAF_LEN, 3},
               {LEDGER_LEAF_LEN, 4}};
  uint8_t record[LEDGER_RECORD_LEN + 1] = {0};
  for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++) {
    ledger_record(record, 77);
    assert_int_not_equal(record[wrong[at].at], wrong[at].value);
    record[wrong[at].at] = wrong[at].value;
    expect_refused(state, record, LEDGER_RECORD_LEN);
  }
  ledger_record(record, 77);
  for (size_t len = 0; len < LEDGER_RECORD_LEN; len++) expect_refused(state, record, len);
  expect_refused(state, record, LEDGER_RECORD_LEN + 1);
}

static void malformed_status_records_and_trust_entries_are_refused(void **in) {
  struct state *state = *in;
  uint8_t bytes[200] = {LEDGER_REALM >> 8, LEDGER_REALM & 0xff};
  for (size_t len = 0; len < sizeof bytes; len++) {
    if (len != LEDGER_STATUS_LEN) assert_int_equal(put(state, VD_STORE_STATUS, bytes, len), VD_DATA);
    if (len != 34) assert_int_equal(put(state, VD_STORE_TRUST, bytes, len), VD_DATA);
  }
  bytes[1] ^= 1;
  assert_int_equal(put(state, VD_STORE_TRUST, bytes, 34), VD_DATA);
  assert_int_equal(ledger_counts(state->store).entries, 0);
}

/* --- order and time --- */

static void a_big_batch_is_in_the_order_of_its_keys(void **in) {
  struct state *state = *in;
  enum { COUNT = 20000 };
  struct ledger_batch batch = ledger_batch(0, COUNT);
  assert_int_equal(put_batch(state, &batch, NOW_S), VD_OK);
  assert_int_equal(state->appended.added, COUNT);
  assert_int_equal(vd_store_reader_begin(state->reader, &state->failure), VD_OK);
  const uint8_t *last = NULL;
  for (uint64_t index = 0; index < COUNT; index++) {
    const uint8_t *entry = NULL;
    size_t len = 0;
    assert_int_equal(vd_store_get_entry(state->reader, index, &entry, &len, &state->failure), VD_OK);
    if (last != NULL) assert_true(memcmp(last + 17, entry + 17, VD_STORE_KEY_LEN) < 0);
    last = entry;
  }
  for (uint32_t number = 0; number < COUNT; number++) assert_true(ledger_holds(state->reader, number));
  ledger_batch_free(&batch);
}

static void time_never_goes_back(void **in) {
  struct state *state = *in;
  static const uint64_t clock_s[] = {NOW_S, NOW_S + 10, NOW_S - 3600, 0, NOW_S + 9, NOW_S + 11};
  static const uint64_t expected_s[] = {NOW_S, NOW_S + 10, NOW_S + 10, NOW_S + 10, NOW_S + 10, NOW_S + 11};
  for (uint32_t at = 0; at < 6; at++) {
    struct ledger_batch batch = ledger_batch(at, 1);
    assert_int_equal(put_batch(state, &batch, clock_s[at]), VD_OK);
    assert_int_equal(state->appended.time_s, expected_s[at]);
    assert_int_equal(ledger_counts(state->store).last_time_s, expected_s[at]);
    close_ledger(state);
    open_ledger(state, VD_STORE_WRITE);
    ledger_batch_free(&batch);
  }
  assert_holds_exactly(state, 6);
}

/* --- erasing --- */

static enum vd_error erase(struct state *state, const uint8_t *record) {
  return vd_store_erase(state->store, ledger_locator(record), NOW_S, NULL, false, &state->failure);
}

static void erasure_keeps_the_leaf_and_the_entry(void **in) {
  struct state *state = *in;
  struct ledger_batch batch = ledger_batch(0, 50);
  const uint8_t *record = batch.bytes + 20 * LEDGER_RECORD_LEN;
  assert_int_equal(put_batch(state, &batch, NOW_S), VD_OK);
  uint64_t index = find(state, ledger_locator(record)).index;
  vd_store_reader_reset(state->reader);
  for (int twice = 0; twice < 2; twice++) {
    assert_int_equal(erase(state, record), VD_OK);
    close_ledger(state);
    open_ledger(state, VD_STORE_WRITE);
  }
  struct vd_store_found found = find(state, ledger_locator(record));
  assert_int_equal(found.presence, VD_STORE_ERASED);
  assert_int_equal(found.len, LEDGER_LEAF_LEN);
  assert_memory_equal(found.bytes, record, LEDGER_LEAF_LEN);
  assert_int_equal(found.index, index);
  assert_int_equal(found.time_s, NOW_S);
  struct vd_store_counts counts = ledger_counts(state->store);
  assert_int_equal(counts.erased, 1);
  assert_int_equal(counts.fragments, 50);
  assert_int_equal(counts.entries, 50);
  for (uint32_t number = 0; number < 50; number++) assert_int_equal(holds(state, number), number != 20);
  ledger_batch_free(&batch);
}

static void an_erased_record_cannot_be_put_again(void **in) {
  struct state *state = *in;
  struct ledger_batch batch = ledger_batch(0, 3);
  assert_int_equal(put_batch(state, &batch, NOW_S), VD_OK);
  assert_int_equal(erase(state, batch.bytes), VD_OK);
  assert_int_equal(put_batch(state, &batch, NOW_S), VD_CONFLICT);
  assert_int_equal(state->appended.position, 0);
  assert_non_null(strstr(state->failure.text, "erased"));
  assert_int_equal(find(state, ledger_locator(batch.bytes)).presence, VD_STORE_ERASED);
  ledger_batch_free(&batch);
}

static void what_is_not_there_cannot_be_erased(void **in) {
  struct state *state = *in;
  struct ledger_batch batch = ledger_batch(0, 3);
  uint8_t record[LEDGER_RECORD_LEN];
  ledger_record(record, 3);
  assert_int_equal(put_batch(state, &batch, NOW_S), VD_OK);
  assert_int_equal(erase(state, record), VD_NOT_FOUND);
  assert_holds_exactly(state, 3);
  ledger_batch_free(&batch);
}

static void the_longest_record_is_kept_and_erased(void **in) {
  struct state *state = *in;
  enum { LEAF = 24 + 32 * 15, RECORD = LEAF + 1 + 32768 };
  uint8_t *record = calloc(1, RECORD);
  assert_non_null(record);
  const uint8_t header[8] = {1, LEDGER_REALM >> 8, LEDGER_REALM & 0xff, 0x8f, 0x80, 0, 0, 0};
  memcpy(record, header, sizeof header);
  record[LEAF] = LEDGER_OPERATOR;
  assert_int_equal(put(state, VD_STORE_FRAGMENT, record, RECORD), VD_OK);
  struct vd_store_found found = find(state, ledger_locator(record));
  assert_int_equal(found.len, RECORD);
  assert_memory_equal(found.bytes, record, RECORD);
  vd_store_reader_reset(state->reader);
  assert_int_equal(erase(state, record), VD_OK);
  assert_int_equal(find(state, ledger_locator(record)).len, LEAF);
  free(record);
}

/* --- snapshots --- */

static void *append_five(void *in) {
  struct state *state = in;
  struct ledger_batch batch = ledger_batch(0, 5);
  assert_int_equal(put_batch(state, &batch, NOW_S), VD_OK);
  ledger_batch_free(&batch);
  return NULL;
}

static void a_snapshot_does_not_move(void **in) {
  struct state *state = *in;
  pthread_t writer;
  assert_int_equal(vd_store_reader_begin(state->reader, &state->failure), VD_OK);
  assert_int_equal(pthread_create(&writer, NULL, append_five, state), 0);
  assert_int_equal(pthread_join(writer, NULL), 0);
  assert_false(ledger_holds(state->reader, 0));
  vd_store_reader_reset(state->reader);
  assert_int_equal(vd_store_reader_begin(state->reader, &state->failure), VD_OK);
  assert_true(ledger_holds(state->reader, 0));
}

static void too_many_readers_are_told(void **in) {
  struct state *state = *in;
  struct vd_store_reader *readers[VD_STORE_READERS_MAX + 1] = {0};
  enum vd_error error = VD_OK;
  size_t count = 0;
  while (error == VD_OK && count <= VD_STORE_READERS_MAX)
    error = vd_store_reader_new(state->store, &readers[count++], &state->failure);
  assert_int_equal(error, VD_FULL);
  assert_null(readers[count - 1]);
  vd_store_reader_free(readers[0]);
  assert_int_equal(vd_store_reader_new(state->store, &readers[0], &state->failure), VD_OK);
  for (size_t at = 0; at < count; at++) vd_store_reader_free(readers[at]);
}

static void a_full_ledger_says_so_and_stays_readable(void **in) {
  struct state *state = *in;
  close_ledger(state);
  (void)snprintf(state->fixture.path, sizeof state->fixture.path, "%s/small", state->fixture.folder);
  struct vd_store_options options = ledger_options(&state->fixture, VD_STORE_CREATE);
  options.map_max = 1 << 20;
  assert_int_equal(vd_store_open(&options, &state->store, &state->failure), VD_OK);
  assert_int_equal(vd_store_reader_new(state->store, &state->reader, &state->failure), VD_OK);
  uint32_t held = 0;
  enum vd_error error = VD_OK;
  for (uint32_t first = 0; first < 10000 && error == VD_OK; first += 100) {
    struct ledger_batch batch = ledger_batch(first, 100);
    error = put_batch(state, &batch, NOW_S);
    if (error == VD_OK) held = first + 100;
    ledger_batch_free(&batch);
  }
  assert_int_equal(error, VD_FULL);
  assert_true(held >= 200);
  assert_holds_exactly(state, held);
  close_ledger(state);
  open_ledger(state, VD_STORE_WRITE); /* now without the limit */
  struct ledger_batch batch = ledger_batch(held, 100);
  assert_int_equal(put_batch(state, &batch, NOW_S), VD_OK);
  assert_holds_exactly(state, held + 100);
  ledger_batch_free(&batch);
}

#define LEDGER_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      LEDGER_TEST(a_new_ledger_is_empty),
      LEDGER_TEST(an_empty_batch_changes_nothing),
      LEDGER_TEST(a_record_gets_an_entry),
      LEDGER_TEST(a_status_record_and_a_trust_list_get_entries),
      LEDGER_TEST(the_same_again_is_a_no_op),
      LEDGER_TEST(a_batch_that_was_half_put_is_completed),
      LEDGER_TEST(something_else_under_a_key_is_a_conflict_and_nothing_is_put),
      LEDGER_TEST(the_first_of_several_conflicts_is_named),
      LEDGER_TEST(twice_in_a_batch_counts_once),
      LEDGER_TEST(two_under_one_key_in_a_batch_is_a_conflict),
      LEDGER_TEST(a_status_record_in_conflict_is_refused),
      LEDGER_TEST(malformed_records_are_refused),
      LEDGER_TEST(malformed_status_records_and_trust_entries_are_refused),
      LEDGER_TEST(a_big_batch_is_in_the_order_of_its_keys),
      LEDGER_TEST(time_never_goes_back),
      LEDGER_TEST(erasure_keeps_the_leaf_and_the_entry),
      LEDGER_TEST(an_erased_record_cannot_be_put_again),
      LEDGER_TEST(what_is_not_there_cannot_be_erased),
      LEDGER_TEST(the_longest_record_is_kept_and_erased),
      LEDGER_TEST(a_snapshot_does_not_move),
      LEDGER_TEST(too_many_readers_are_told),
      LEDGER_TEST(a_full_ledger_says_so_and_stays_readable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
