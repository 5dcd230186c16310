/* vd_tlog_check_all finds every change of a ledger: the environment is opened with LMDB alone, one thing in it is
 * altered, the check must name it, and it is put back. */
#include <lmdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tlog_fixture.h"

enum { FRAGMENTS = 240, STATUSES = 38, TRUSTS = 2, ENTRIES = FRAGMENTS + STATUSES + TRUSTS };
enum { ERASED = 7, VALUE_MAX = 2048 };
static const uint64_t now_s = 4000000000;

struct state {
  struct ledger_fixture fixture;
  struct vd_failure failure;
};

static void put_all(struct vd_store *store) {
  static uint8_t statuses[STATUSES][LEDGER_STATUS_LEN];
  static uint8_t trusts[TRUSTS][34];
  static const struct vd_store_submitter submitter = {.issuer = "moest.example"};
  struct vd_store_item items[STATUSES + TRUSTS];
  struct ledger_batch batch = ledger_batch(0, FRAGMENTS);
  struct vd_store_appended appended;
  struct vd_failure failure = {0};
  for (uint32_t at = 0; at < STATUSES; at++) {
    ledger_status(statuses[at], at);
    items[at] = (struct vd_store_item){VD_STORE_STATUS, statuses[at], LEDGER_STATUS_LEN};
  }
  for (uint8_t at = 0; at < TRUSTS; at++) {
    memcpy(trusts[at], (uint8_t[]){0, LEDGER_REALM, 0x40, at}, 4);
    items[STATUSES + at] = (struct vd_store_item){VD_STORE_TRUST, trusts[at], sizeof trusts[at]};
  }
  assert_int_equal(vd_store_append(store, batch.items, 100, now_s, &submitter, &appended, &failure), VD_OK);
  assert_int_equal(vd_store_append(store, items, STATUSES + TRUSTS, now_s + 1, &submitter, &appended, &failure), VD_OK);
  assert_int_equal(vd_store_append(store, batch.items + 100, 140, now_s + 2, NULL, &appended, &failure), VD_OK);
  assert_int_equal(vd_store_erase(store, ledger_locator(batch.items[ERASED].bytes), now_s + 3, &submitter, false,
                                  &failure), VD_OK);
  ledger_batch_free(&batch);
}

static int begin(void **out) {
  struct state *state = calloc(1, sizeof *state);
  assert_non_null(state);
  /* Thousands of small changes, each on the disk, are quicker in memory. */
  bool is_chosen = getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0;
  if (is_chosen) (void)setenv("TMPDIR", "/dev/shm", 1);
  ledger_fixture_begin(&state->fixture);
  if (is_chosen) (void)unsetenv("TMPDIR");
  struct vd_store *store = ledger_open(&state->fixture, VD_STORE_CREATE);
  put_all(store);
  vd_store_close(store);
  *out = state;
  return 0;
}

static int end(void **in) {
  struct state *state = *in;
  ledger_fixture_end(&state->fixture);
  free(state);
  return 0;
}

/* --- the environment as it is --- */

struct raw {
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi dbi;
};

static struct raw open_raw(const struct state *state, const char *database) {
  struct raw raw;
  assert_int_equal(mdb_env_create(&raw.env), 0);
  assert_int_equal(mdb_env_set_maxdbs(raw.env, 16), 0);
  assert_int_equal(mdb_env_open(raw.env, state->fixture.path, MDB_NOSYNC, 0600), 0);
  assert_int_equal(mdb_txn_begin(raw.env, NULL, 0, &raw.txn), 0);
  assert_int_equal(mdb_dbi_open(raw.txn, database, 0, &raw.dbi), 0);
  return raw;
}

static void close_raw(struct raw *raw) {
  assert_int_equal(mdb_txn_commit(raw->txn), 0);
  mdb_env_close(raw->env);
}

/* Key and value number `number` of a database, copied; false when there are not so many. */
struct pair {
  uint8_t key[80], value[VALUE_MAX];
  size_t key_len, value_len;
};

static bool read_pair(const struct state *state, const char *database, size_t number, struct pair *pair) {
  struct raw raw = open_raw(state, database);
  MDB_cursor *cursor = NULL;
  MDB_val key;
  MDB_val value;
  assert_int_equal(mdb_cursor_open(raw.txn, raw.dbi, &cursor), 0);
  int code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
  for (size_t at = 0; at < number && code == 0; at++) code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
  if (code == 0) {
    assert_true(key.mv_size <= sizeof pair->key && value.mv_size <= sizeof pair->value);
    memcpy(pair->key, key.mv_data, pair->key_len = key.mv_size);
    memcpy(pair->value, value.mv_data, pair->value_len = value.mv_size);
  }
  mdb_cursor_close(cursor);
  close_raw(&raw);
  return code == 0;
}

static void write_pair(const struct state *state, const char *database, const struct pair *pair) {
  struct raw raw = open_raw(state, database);
  MDB_val key = {pair->key_len, (void *)(uintptr_t)pair->key};
  MDB_val value = {pair->value_len, (void *)(uintptr_t)pair->value};
  assert_int_equal(mdb_put(raw.txn, raw.dbi, &key, &value, 0), 0);
  close_raw(&raw);
}

static void remove_pair(const struct state *state, const char *database, const struct pair *pair) {
  struct raw raw = open_raw(state, database);
  MDB_val key = {pair->key_len, (void *)(uintptr_t)pair->key};
  assert_int_equal(mdb_del(raw.txn, raw.dbi, &key, NULL), 0);
  close_raw(&raw);
}

/* --- what the check says --- */

static enum vd_error check(struct state *state) {
  struct vd_store *store = ledger_open(&state->fixture, VD_STORE_READ);
  struct vd_store_reader *reader = tlog_reader(store);
  state->failure = (struct vd_failure){0};
  enum vd_error error = vd_tlog_check_all(reader, NULL, NULL, &state->failure);
  vd_store_reader_free(reader);
  vd_store_close(store);
  return error;
}

static void expect_sound(struct state *state) {
  if (check(state) != VD_OK) fail_msg("%s", state->failure.text);
}

/* The name must not be the beginning of a longer number. */
static void expect_found(struct state *state, const char *name) {
  enum vd_error error = check(state);
  if (error == VD_OK) fail_msg("nothing was found, expected: %s", name);
  const char *at = strstr(state->failure.text, name);
  if (error != VD_DATA || at == NULL || (at[strlen(name)] >= '0' && at[strlen(name)] <= '9'))
    fail_msg("expected: %s; got: %s", name, state->failure.text);
}

static void flip_and_expect(struct state *state, const char *database, const struct pair *pair, size_t at,
                            const char *name) {
  struct pair flipped = *pair;
  flipped.value[at] ^= (uint8_t)(1u << (at * 5 + pair->key[0]) % 8);
  write_pair(state, database, &flipped);
  expect_found(state, name);
  write_pair(state, database, pair);
}

static uint64_t number_at(const uint8_t *bytes) {
  uint64_t number = 0;
  for (size_t at = 0; at < 8; at++) number = number << 8 | bytes[at];
  return number;
}

/* --- a flipped bit --- */

static void a_flipped_bit_in_any_hash_is_found(void **in) {
  struct state *state = *in;
  struct pair pair;
  char name[64];
  size_t values = 0;
  for (; read_pair(state, "hash", values, &pair); values++) {
    unsigned storey = pair.key[8];
    uint64_t first = ((number_at(pair.key) + 1) >> (4 * storey)) - 1; /* the number of its first hash */
    assert_int_equal(pair.value_len, 512);
    for (size_t at = 0; at < 512; at += 32) {
      (void)snprintf(name, sizeof name, "hash %zu of level %u", (size_t)first + at / 32, 4 * storey);
      flip_and_expect(state, "hash", &pair, at + (at / 32 * 11 + values) % 32, name);
    }
  }
  assert_int_equal(values, 18 + 2 + 1);
  expect_sound(state);
}

/* In kind, time, what the log commits to, and what it does not. */
static void a_flipped_bit_in_any_entry_is_found(void **in) {
  struct state *state = *in;
  struct pair pair;
  char name[64];
  size_t entries = 0;
  for (; read_pair(state, "entry", entries, &pair); entries++) {
    const size_t places[] = {0, 1 + entries % 8, 9 + entries % 24, 9 + entries * 13 % (pair.value_len - 9),
                             pair.value_len - 1 - entries * 7 % 16};
    (void)snprintf(name, sizeof name, "entry %zu", entries);
    for (size_t at = 0; at < sizeof places / sizeof *places; at++)
      flip_and_expect(state, "entry", &pair, places[at], name);
  }
  assert_int_equal(entries, ENTRIES);
  expect_sound(state);
}

static void every_byte_of_an_entry_counts(void **in) {
  struct state *state = *in;
  struct pair pair;
  bool is_seen[4][VALUE_MAX] = {{false}}; /* by kind and length: one is erased */
  size_t seen = 0;
  char name[64];
  for (size_t number = 0; read_pair(state, "entry", number, &pair); number++) {
    assert_in_range(pair.value[0], VD_STORE_FRAGMENT, VD_STORE_TRUST);
    bool *is_known = &is_seen[pair.value[0]][pair.value_len];
    if (*is_known) continue;
    *is_known = true;
    seen++;
    (void)snprintf(name, sizeof name, "entry %zu", number);
    for (size_t at = 0; at < pair.value_len; at++) flip_and_expect(state, "entry", &pair, at, name);
  }
  assert_int_equal(seen, 4);
  expect_sound(state);
}

static void flip_key_and_expect(struct state *state, const char *database, const struct pair *pair, size_t at,
                                const char *name) {
  struct pair flipped = *pair;
  flipped.key[at] ^= 0x80;
  remove_pair(state, database, pair);
  write_pair(state, database, &flipped);
  expect_found(state, name);
  remove_pair(state, database, &flipped);
  write_pair(state, database, pair);
}

static size_t flip_names(struct state *state, const char *database) {
  struct pair pair;
  char name[64];
  size_t names = 0;
  for (; read_pair(state, database, names, &pair); names++) {
    assert_int_equal(pair.key_len, VD_STORE_KEY_LEN);
    assert_int_equal(pair.value_len, 8);
    (void)snprintf(name, sizeof name, "the name of entry %zu", (size_t)number_at(pair.value));
    for (size_t at = 0; at < pair.value_len; at++) flip_and_expect(state, database, &pair, at, name);
    for (size_t at = names % 4; at < pair.key_len; at += 4) flip_key_and_expect(state, database, &pair, at, name);
  }
  return names;
}

static void a_flipped_bit_in_any_name_is_found(void **in) {
  struct state *state = *in;
  assert_int_equal(flip_names(state, "fragment"), FRAGMENTS);
  assert_int_equal(flip_names(state, "status"), STATUSES);
  assert_int_equal(flip_names(state, "trust"), TRUSTS);
  expect_sound(state);
}

static enum vd_error look_up(const struct state *state, const struct pair *named) {
  struct vd_store *store = ledger_open(&state->fixture, VD_STORE_READ);
  struct vd_store_reader *reader = tlog_reader(store);
  struct vd_store_found found;
  enum vd_error error = vd_store_get_fragment(reader, named->key, &found, NULL);
  if (error == VD_OK) assert_int_equal(found.presence, VD_STORE_PRESENT);
  if (error == VD_OK) assert_memory_equal(found.bytes + 8, named->key, VD_STORE_KEY_LEN);
  vd_store_reader_free(reader);
  vd_store_close(store);
  return error;
}

/* Nor with "absent", which a verdict would rest on. */
static void a_look_up_never_answers_for_another_name(void **in) {
  struct state *state = *in;
  struct pair first;
  struct pair second;
  struct pair status;
  assert_true(read_pair(state, "fragment", 100, &first));
  assert_true(read_pair(state, "fragment", 101, &second));
  assert_true(read_pair(state, "status", 0, &status));
  const uint8_t nowhere[8] = {0, 0, 0, 0, 0, 0, ENTRIES >> 8, ENTRIES & 0xff};
  const uint8_t *const wrong[] = {second.value, status.value, nowhere};
  for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++) {
    struct pair misled = first;
    assert_int_equal(look_up(state, &first), VD_OK);
    memcpy(misled.value, wrong[at], sizeof nowhere);
    write_pair(state, "fragment", &misled);
    assert_int_equal(look_up(state, &first), VD_DATA);
    write_pair(state, "fragment", &first);
  }
  expect_sound(state);
}

static void every_byte_of_the_checkpoint_counts(void **in) {
  struct state *state = *in;
  struct pair pair;
  size_t found = 0;
  for (size_t number = 0; read_pair(state, "meta", number, &pair); number++) {
    bool is_checkpoint = pair.key_len == 10 && memcmp(pair.key, "checkpoint", 10) == 0;
    bool is_log = pair.key_len == 3 && memcmp(pair.key, "log", 3) == 0;
    found += is_checkpoint || is_log;
    for (size_t at = 0; (is_checkpoint || is_log) && at < pair.value_len; at++)
      flip_and_expect(state, "meta", &pair, at, is_checkpoint ? "checkpoint" : "");
  }
  assert_int_equal(found, 2);
  expect_sound(state);
}

/* --- what is missing, or too much --- */

static void remove_and_expect(struct state *state, const char *database, size_t number, const char *name) {
  struct pair pair;
  assert_true(read_pair(state, database, number, &pair));
  remove_pair(state, database, &pair);
  expect_found(state, name);
  write_pair(state, database, &pair);
  expect_sound(state);
}

static void what_is_missing_is_found(void **in) {
  struct state *state = *in;
  remove_and_expect(state, "entry", 0, "entry 0");
  remove_and_expect(state, "entry", 150, "entry 150");
  remove_and_expect(state, "entry", ENTRIES - 1, "");
  remove_and_expect(state, "fragment", 3, "entry");
  remove_and_expect(state, "status", 3, "entry");
  remove_and_expect(state, "trust", 1, "entry");
  remove_and_expect(state, "hash", 0, "hash 0 of level 0");
  remove_and_expect(state, "hash", 17, "hash");
  remove_and_expect(state, "submission", 0, "line 0");
  remove_and_expect(state, "submission", 1, "line 1");
  remove_and_expect(state, "submitted", 1, "line 1");
}

static void what_is_too_much_is_found(void **in) {
  struct state *state = *in;
  static const char *const databases[] = {"entry", "fragment", "status", "trust", "hash", "submission", "submitted"};
  struct pair pair;
  for (size_t at = 0; at < sizeof databases / sizeof *databases; at++) {
    assert_true(read_pair(state, databases[at], 1, &pair));
    memset(pair.key, 0xee, pair.key_len);
    write_pair(state, databases[at], &pair);
    expect_found(state, "");
    remove_pair(state, databases[at], &pair);
    expect_sound(state);
  }
}

static void a_value_of_another_length_is_found(void **in) {
  struct state *state = *in;
  static const char *const databases[] = {"entry", "fragment", "status", "trust", "hash", "submission"};
  struct pair pair;
  for (size_t at = 0; at < sizeof databases / sizeof *databases; at++) {
    assert_true(read_pair(state, databases[at], 1, &pair));
    struct pair other = pair;
    for (other.value_len = 0; other.value_len <= pair.value_len + 1; other.value_len++) {
      if (other.value_len == pair.value_len) continue;
      other.value[pair.value_len] = 0;
      write_pair(state, databases[at], &other);
      expect_found(state, "");
    }
    write_pair(state, databases[at], &pair);
    expect_sound(state);
  }
}

/* --- progress --- */

static void count_progress(void *context, uint64_t done, uint64_t of) {
  uint64_t *last = context;
  assert_true(done > *last && done <= of);
  assert_int_equal(of, ENTRIES);
  *last = done;
}

static void progress_ends_with_the_last_entry(void **in) {
  struct state *state = *in;
  struct vd_store *store = ledger_open(&state->fixture, VD_STORE_READ);
  struct vd_store_reader *reader = tlog_reader(store);
  uint64_t done = 0;
  assert_int_equal(vd_tlog_check_all(reader, count_progress, &done, &state->failure), VD_OK);
  assert_int_equal(done, ENTRIES);
  vd_store_reader_free(reader);
  vd_store_close(store);
}

#define CHECK_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      CHECK_TEST(a_flipped_bit_in_any_hash_is_found),
      CHECK_TEST(a_flipped_bit_in_any_entry_is_found),
      CHECK_TEST(every_byte_of_an_entry_counts),
      CHECK_TEST(a_flipped_bit_in_any_name_is_found),
      CHECK_TEST(a_look_up_never_answers_for_another_name),
      CHECK_TEST(every_byte_of_the_checkpoint_counts),
      CHECK_TEST(what_is_missing_is_found),
      CHECK_TEST(what_is_too_much_is_found),
      CHECK_TEST(a_value_of_another_length_is_found),
      CHECK_TEST(progress_ends_with_the_last_entry),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
