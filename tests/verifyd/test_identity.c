/* Whose log a ledger is: its origin and key when it is made and opened, and ledgers that were made before there were
 * any. */
#include <lmdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/key_file.h"
#include "tlog_fixture.h"

enum { RECORDS = 300 };
static const uint64_t now_s = 4000000000;
static const uint8_t seed_one[32] = {1, 2, 3};
static const uint8_t seed_two[32] = {1, 2, 4};

struct state {
  struct ledger_fixture fixture;
  struct frag_context *context;
  char key_path[400];
  struct vd_failure failure;
};

static int begin(void **out) {
  struct state *state = calloc(1, sizeof *state);
  assert_non_null(state);
  ledger_fixture_begin(&state->fixture);
  state->context = tlog_context();
  (void)snprintf(state->key_path, sizeof state->key_path, "%s/log.key", state->fixture.path);
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

static enum vd_error try(struct state *state, enum vd_store_access access, const char *origin,
                         const uint8_t *log_key32) {
  struct vd_store_options options = ledger_options(&state->fixture, access);
  struct vd_store *store = NULL;
  options.origin = origin;
  options.log_key32 = log_key32;
  enum vd_error error = vd_store_open(&options, &store, &state->failure);
  if (error != VD_OK) assert_non_null(strstr(state->failure.text, state->fixture.path));
  vd_store_close(store);
  return error;
}

static void append(struct state *state, uint32_t first, size_t count) {
  struct vd_store *store = ledger_open(&state->fixture, VD_STORE_CREATE);
  struct ledger_batch batch = ledger_batch(first, count);
  struct vd_store_appended appended;
  if (vd_store_append(store, batch.items, count, now_s, NULL, &appended, &state->failure) != VD_OK)
    fail_msg("%s", state->failure.text);
  ledger_batch_free(&batch);
  vd_store_close(store);
}

static struct frag_log_key recorded_key(struct state *state) {
  struct frag_log_key key;
  struct vd_store *store = ledger_open(&state->fixture, VD_STORE_READ);
  struct vd_store_reader *reader = tlog_reader(store);
  assert_int_equal(vd_tlog_key(reader, &key, &state->failure), VD_OK);
  (void)tlog_checkpoint(reader, state->context, NULL);
  tlog_assert_sound(reader);
  vd_store_reader_free(reader);
  vd_store_close(store);
  return key;
}

/* --- log.key --- */

static void a_key_file_is_made_with_the_ledger(void **in) {
  struct state *state = *in;
  struct stat status;
  struct vd_key key;
  assert_int_equal(try(state, VD_STORE_CREATE, "log.example/2026", NULL), VD_OK);
  assert_int_equal(stat(state->key_path, &status), 0);
  assert_int_equal(status.st_mode & 07777, 0600);
  assert_int_equal(vd_key_load(state->context, state->key_path, VD_KEY_LOG, NULL, &key, &state->failure), VD_OK);
  assert_string_equal(key.public_key.name, "log.example/2026");
  struct frag_log_key recorded = recorded_key(state);
  assert_string_equal(recorded.name, "log.example/2026");
  assert_memory_equal(recorded.pub32, key.public_key.public32, 32);
  vd_key_wipe(&key);
  assert_int_equal(try(state, VD_STORE_WRITE, NULL, NULL), VD_OK);
  assert_int_equal(try(state, VD_STORE_CREATE, "log.example/2026", NULL), VD_OK);
}

static void a_reader_needs_no_key(void **in) {
  struct state *state = *in;
  append(state, 0, 5);
  assert_int_equal(unlink(state->key_path), 0);
  (void)recorded_key(state);
  assert_int_equal(access(state->key_path, F_OK), -1);
}

static void a_missing_key_is_not_replaced(void **in) {
  struct state *state = *in;
  append(state, 0, 5);
  assert_int_equal(unlink(state->key_path), 0);
  assert_int_equal(try(state, VD_STORE_WRITE, NULL, NULL), VD_KEY);
  assert_int_equal(try(state, VD_STORE_CREATE, NULL, NULL), VD_KEY);
  assert_non_null(strstr(state->failure.text, "log.key"));
  assert_int_equal(access(state->key_path, F_OK), -1);
}

static void another_key_file_is_refused(void **in) {
  struct state *state = *in;
  struct vd_bytes text;
  append(state, 0, 5);
  assert_int_equal(vd_file_read(state->key_path, 4096, &text, &state->failure), VD_OK);
  assert_int_equal(chmod(state->key_path, 0644), 0); /* others can read it */
  assert_int_equal(try(state, VD_STORE_WRITE, NULL, NULL), VD_KEY);
  for (size_t at = 0; at < text.len; at += 3) {
    text.data[at] ^= 1;
    assert_int_equal(vd_file_replace(state->key_path, text.data, text.len, 0600, &state->failure), VD_OK);
    assert_int_equal(try(state, VD_STORE_WRITE, NULL, NULL), VD_KEY);
    text.data[at] ^= 1;
  }
  for (size_t len = 0; len < text.len; len += 5) {
    assert_int_equal(vd_file_replace(state->key_path, text.data, len, 0600, &state->failure), VD_OK);
    assert_int_equal(try(state, VD_STORE_WRITE, NULL, NULL), VD_KEY);
  }
  assert_int_equal(unlink(state->key_path), 0);
  char elsewhere[400];
  (void)snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", state->fixture.folder);
  struct vd_store_options options = ledger_options(&state->fixture, VD_STORE_CREATE);
  struct vd_store *store = NULL;
  options.path = elsewhere;
  assert_int_equal(vd_store_open(&options, &store, &state->failure), VD_OK); /* same origin, other key */
  vd_store_close(store);
  (void)snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere/log.key", state->fixture.folder);
  assert_int_equal(rename(elsewhere, state->key_path), 0);
  assert_int_equal(try(state, VD_STORE_WRITE, NULL, NULL), VD_KEY);
  assert_int_equal(vd_file_replace(state->key_path, text.data, text.len, 0600, &state->failure), VD_OK);
  assert_int_equal(try(state, VD_STORE_WRITE, NULL, NULL), VD_OK);
  vd_bytes_free(&text);
}

static void an_interrupted_making_goes_on_with_its_key(void **in) {
  struct state *state = *in;
  struct vd_bytes before;
  struct vd_bytes after;
  char data[400];
  (void)snprintf(data, sizeof data, "%s/data.mdb", state->fixture.path);
  assert_int_equal(try(state, VD_STORE_CREATE, NULL, NULL), VD_OK);
  assert_int_equal(vd_file_read(state->key_path, 4096, &before, &state->failure), VD_OK);
  assert_int_equal(unlink(data), 0);
  assert_int_equal(try(state, VD_STORE_CREATE, "other.example", NULL), VD_KEY);
  assert_int_equal(try(state, VD_STORE_CREATE, NULL, NULL), VD_OK);
  assert_int_equal(vd_file_read(state->key_path, 4096, &after, &state->failure), VD_OK);
  assert_int_equal(before.len, after.len);
  assert_memory_equal(before.data, after.data, before.len);
  vd_bytes_free(&before);
  vd_bytes_free(&after);
}

/* --- origin and key by option --- */

static void a_key_by_option_needs_no_file(void **in) {
  struct state *state = *in;
  uint8_t public32[32];
  assert_int_equal(try(state, VD_STORE_CREATE, "log.example/1", seed_one), VD_OK);
  assert_int_equal(access(state->key_path, F_OK), -1);
  assert_int_equal(frag_log_public(state->context, public32, seed_one), FRAG_OK);
  assert_memory_equal(recorded_key(state).pub32, public32, 32);
  assert_int_equal(try(state, VD_STORE_WRITE, NULL, seed_two), VD_KEY);
  assert_int_equal(try(state, VD_STORE_WRITE, NULL, NULL), VD_KEY);
  assert_int_equal(try(state, VD_STORE_WRITE, NULL, seed_one), VD_OK);
}

static void another_origin_is_refused(void **in) {
  struct state *state = *in;
  assert_int_equal(try(state, VD_STORE_CREATE, "log.example/1", NULL), VD_OK);
  assert_int_equal(try(state, VD_STORE_WRITE, "log.example/2", NULL), VD_CONFIG);
  assert_int_equal(try(state, VD_STORE_CREATE, "log.example", NULL), VD_CONFIG);
  assert_int_equal(try(state, VD_STORE_WRITE, "log.example/1", NULL), VD_OK);
}

static void what_is_no_origin_is_refused(void **in) {
  struct state *state = *in;
  char longest[300];
  memset(longest, 'a', sizeof longest);
  longest[256] = '\0';
  const char *const wrong[] = {"", "a b", "a+b", "a\nb", "log.example/\xc3\xa9", longest};
  for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++)
    assert_int_equal(try(state, VD_STORE_CREATE, wrong[at], NULL), VD_CONFIG);
  longest[255] = '\0';
  assert_int_equal(try(state, VD_STORE_CREATE, longest, NULL), VD_OK);
  assert_string_equal(recorded_key(state).name, longest);
}

/* --- a log that is behind its entries --- */

static void remove_hashes(const struct state *state) {
  MDB_val key = {10, (void *)(uintptr_t) "checkpoint"};
  MDB_env *env = NULL;
  MDB_txn *txn = NULL;
  MDB_dbi meta = 0;
  MDB_dbi hashes = 0;
  assert_int_equal(mdb_env_create(&env), 0);
  assert_int_equal(mdb_env_set_maxdbs(env, 16), 0);
  assert_int_equal(mdb_env_open(env, state->fixture.path, 0, 0600), 0);
  assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
  assert_int_equal(mdb_dbi_open(txn, "hash", 0, &hashes), 0);
  assert_int_equal(mdb_drop(txn, hashes, 0), 0);
  assert_int_equal(mdb_dbi_open(txn, "meta", 0, &meta), 0);
  assert_int_equal(mdb_del(txn, meta, &key, NULL), 0);
  assert_int_equal(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
}

static struct frag_checkpoint checkpoint_of(struct state *state, char *copy) {
  struct frag_checkpoint checkpoint;
  struct vd_store *store = ledger_open(&state->fixture, VD_STORE_READ);
  struct vd_store_reader *reader = tlog_reader(store);
  checkpoint = tlog_checkpoint(reader, state->context, NULL);
  memcpy(copy, checkpoint.root, FRAG_HASH_LEN);
  tlog_assert_sound(reader);
  for (uint32_t number = 0; number < checkpoint.size; number++) assert_true(ledger_holds(reader, number));
  vd_store_reader_free(reader);
  vd_store_close(store);
  return checkpoint;
}

static void a_writer_brings_the_log_up_to_the_last_entry(void **in) {
  struct state *state = *in;
  char before[FRAG_HASH_LEN];
  char after[FRAG_HASH_LEN];
  append(state, 0, RECORDS);
  (void)checkpoint_of(state, before);
  remove_hashes(state);
  assert_int_equal(try(state, VD_STORE_WRITE, NULL, NULL), VD_OK);
  assert_int_equal(checkpoint_of(state, after).size, RECORDS);
  assert_memory_equal(before, after, sizeof before);
  append(state, RECORDS, 11);
  assert_int_equal(checkpoint_of(state, after).size, RECORDS + 11);
}

#define IDENTITY_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      IDENTITY_TEST(a_key_file_is_made_with_the_ledger),
      IDENTITY_TEST(a_reader_needs_no_key),
      IDENTITY_TEST(a_missing_key_is_not_replaced),
      IDENTITY_TEST(another_key_file_is_refused),
      IDENTITY_TEST(an_interrupted_making_goes_on_with_its_key),
      IDENTITY_TEST(a_key_by_option_needs_no_file),
      IDENTITY_TEST(another_origin_is_refused),
      IDENTITY_TEST(what_is_no_origin_is_refused),
      IDENTITY_TEST(a_writer_brings_the_log_up_to_the_last_entry),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
