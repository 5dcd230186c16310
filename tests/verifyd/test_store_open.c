/* Opening a ledger: what is not one, or not this one, or damaged, is refused with a reason and never crashes. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger_fixture.h"

enum { NOW_S = 1700000000, RECORDS = 40 };

struct state {
  struct ledger_fixture fixture;
  char data[320]; /* path of data.mdb */
  struct vd_failure failure;
};

static void make_ledger(struct state *state) {
  struct vd_store *store = ledger_open(&state->fixture, VD_STORE_CREATE);
  struct ledger_batch batch = ledger_batch(0, RECORDS);
  struct vd_store_appended appended;
  assert_int_equal(vd_store_append(store, batch.items, batch.count, NOW_S, NULL, &appended, &state->failure), VD_OK);
  ledger_batch_free(&batch);
  vd_store_close(store);
}

static int begin(void **out) {
  struct state *state = calloc(1, sizeof *state);
  assert_non_null(state);
  ledger_fixture_begin(&state->fixture);
  (void)snprintf(state->data, sizeof state->data, "%s/data.mdb", state->fixture.path);
  *out = state;
  return 0;
}

static int end(void **in) {
  struct state *state = *in;
  ledger_fixture_end(&state->fixture);
  free(state);
  return 0;
}

static enum vd_error try_open(struct state *state, const struct vd_store_options *options) {
  struct vd_store *store = NULL;
  state->failure = (struct vd_failure){0};
  enum vd_error error = vd_store_open(options, &store, &state->failure);
  if (error == VD_OK) {
    assert_non_null(store);
    vd_store_close(store);
  } else {
    assert_null(store);
    assert_int_equal(state->failure.code, error);
    assert_non_null(strstr(state->failure.text, options->path));
  }
  return error;
}

static enum vd_error try_access(struct state *state, enum vd_store_access access) {
  struct vd_store_options options = ledger_options(&state->fixture, access);
  return try_open(state, &options);
}

static void assert_refused(struct state *state, enum vd_error error) {
  assert_int_equal(try_access(state, VD_STORE_READ), error);
  assert_int_equal(try_access(state, VD_STORE_WRITE), error);
  assert_int_equal(try_access(state, VD_STORE_CREATE), error);
}

static void write_data(const struct state *state, const void *bytes, size_t len) {
  FILE *file = fopen(state->data, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, len, file), len);
  assert_int_equal(fclose(file), 0);
}

static uint8_t *read_data(const struct state *state, size_t *len) {
  struct stat status;
  assert_int_equal(stat(state->data, &status), 0);
  *len = (size_t)status.st_size;
  uint8_t *bytes = malloc(*len);
  FILE *file = fopen(state->data, "rb");
  assert_non_null(bytes);
  assert_non_null(file);
  assert_int_equal(fread(bytes, 1, *len, file), *len);
  assert_int_equal(fclose(file), 0);
  return bytes;
}

/* Replaces a run of bytes wherever it stands in data.mdb. */
static void patch_data(const struct state *state, const char *what, const char *by, size_t what_len) {
  size_t len = 0;
  size_t count = 0;
  uint8_t *bytes = read_data(state, &len);
  for (uint8_t *at = bytes; (at = memmem(at, len - (size_t)(at - bytes), what, what_len)) != NULL; count++)
    memcpy(at, by, what_len);
  assert_true(count > 0);
  write_data(state, bytes, len);
  free(bytes);
}

static void a_missing_ledger_is_not_made_by_opening(void **in) {
  struct state *state = *in;
  assert_int_equal(try_access(state, VD_STORE_READ), VD_NO_INPUT);
  assert_int_equal(try_access(state, VD_STORE_WRITE), VD_NO_INPUT);
  assert_int_equal(access(state->fixture.path, F_OK), -1);
  assert_int_equal(mkdir(state->fixture.path, 0700), 0);
  assert_int_equal(try_access(state, VD_STORE_READ), VD_NO_INPUT);
  assert_int_equal(try_access(state, VD_STORE_WRITE), VD_NO_INPUT);
  assert_int_equal(access(state->data, F_OK), -1);
}

static void making_twice_opens_what_is_there(void **in) {
  struct state *state = *in;
  make_ledger(state);
  struct vd_store *store = ledger_open(&state->fixture, VD_STORE_CREATE);
  assert_int_equal(ledger_counts(store).entries, RECORDS);
  vd_store_close(store);
}

static void a_ledger_is_for_its_owner_only(void **in) {
  struct state *state = *in;
  struct stat status;
  make_ledger(state);
  assert_int_equal(stat(state->fixture.path, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0700);
  assert_int_equal(stat(state->data, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
}

static void another_realm_or_operator_is_refused(void **in) {
  struct state *state = *in;
  make_ledger(state);
  static const struct {
    uint16_t realm;
    unsigned operator_number;
  } wrong[] = {
      {LEDGER_REALM, 1}, {LEDGER_REALM, 15}, {LEDGER_REALM + 1, LEDGER_OPERATOR}, {LEDGER_REALM << 8, LEDGER_OPERATOR}};
  for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++) {
    for (int access = VD_STORE_READ; access <= VD_STORE_CREATE; access++) {
      struct vd_store_options options = ledger_options(&state->fixture, (enum vd_store_access)access);
      options.realm = wrong[at].realm;
      options.operator_number = wrong[at].operator_number;
      assert_int_equal(try_open(state, &options), VD_CONFIG);
    }
  }
  assert_int_equal(try_access(state, VD_STORE_READ), VD_OK);
}

static void a_writer_keeps_a_second_one_out(void **in) {
  struct state *state = *in;
  struct vd_store *store = ledger_open(&state->fixture, VD_STORE_CREATE);
  assert_int_equal(try_access(state, VD_STORE_WRITE), VD_CONFLICT);
  assert_int_equal(try_access(state, VD_STORE_CREATE), VD_CONFLICT);
  char number[32];
  (void)snprintf(number, sizeof number, "process %ld", (long)getpid());
  assert_non_null(strstr(state->failure.text, number));
  vd_store_close(store);
  assert_int_equal(try_access(state, VD_STORE_WRITE), VD_OK);
}

static void a_lock_file_left_behind_keeps_nobody_out(void **in) {
  struct state *state = *in;
  make_ledger(state);
  char lock[320];
  (void)snprintf(lock, sizeof lock, "%s/writer.lock", state->fixture.path);
  assert_int_equal(access(lock, F_OK), 0);
  assert_int_equal(try_access(state, VD_STORE_WRITE), VD_OK);
}

static void another_format_version_is_refused(void **in) {
  static const char versions[] = {0, 1, 2, 4, 127};
  struct state *state = *in;
  char format[] = "format\0\0\0\3";
  char said[80];
  make_ledger(state);
  for (size_t at = 0; at < sizeof versions; at++) {
    char other[] = "format\0\0\0\3";
    other[9] = versions[at];
    patch_data(state, format, other, 10);
    assert_refused(state, VD_DATA);
    (void)snprintf(said, sizeof said, "has format version %d, this program knows version 3", versions[at]);
    assert_non_null(strstr(state->failure.text, said));
    patch_data(state, other, format, 10);
  }
  assert_int_equal(try_access(state, VD_STORE_WRITE), VD_OK);
}

static void a_ledger_without_its_parts_is_refused(void **in) {
  struct state *state = *in;
  static const char *const parts[][2] = {
      {"trust", "truth"}, {"meta", "Meta"}, {"entry", "entrY"}, {"format", "formaT"}, {"status", "Status"},
      {"hash", "haSh"}, {"submission", "submissioN"}, {"submitted", "submitteD"}, {"quota", "quotA"}};
  make_ledger(state);
  for (size_t at = 0; at < sizeof parts / sizeof *parts; at++) {
    patch_data(state, parts[at][0], parts[at][1], strlen(parts[at][0]));
    assert_refused(state, VD_DATA);
    patch_data(state, parts[at][1], parts[at][0], strlen(parts[at][0]));
  }
  assert_int_equal(try_access(state, VD_STORE_READ), VD_OK);
}

static void files_of_other_kinds_are_refused(void **in) {
  struct state *state = *in;
  enum { LEN = 65536 };
  uint8_t *bytes = calloc(1, LEN);
  assert_non_null(bytes);
  assert_int_equal(mkdir(state->fixture.path, 0700), 0);
  write_data(state, "", 0);
  assert_refused(state, VD_DATA);
  write_data(state, "serial,name\n1,Sok\n", 18);
  assert_refused(state, VD_DATA);
  write_data(state, bytes, LEN);
  assert_refused(state, VD_DATA);
  memset(bytes, 0xff, LEN);
  write_data(state, bytes, LEN);
  assert_refused(state, VD_DATA);
  assert_int_equal(remove(state->data), 0);
  assert_int_equal(mkdir(state->data, 0700), 0);
  assert_refused(state, VD_DATA);
  free(bytes);
}

static void a_file_in_place_of_the_folder_is_refused(void **in) {
  struct state *state = *in;
  FILE *file = fopen(state->fixture.path, "wb");
  assert_non_null(file);
  assert_int_equal(fclose(file), 0);
  assert_refused(state, VD_NO_INPUT);
}

static void a_ledger_cut_short_anywhere_is_refused(void **in) {
  struct state *state = *in;
  make_ledger(state);
  size_t len = 0;
  uint8_t *bytes = read_data(state, &len);
  for (size_t cut = 0; cut < len; cut += 509) {
    write_data(state, bytes, cut);
    assert_refused(state, VD_DATA);
  }
  write_data(state, bytes, len - 1);
  assert_refused(state, VD_DATA);
  write_data(state, bytes, len);
  assert_int_equal(try_access(state, VD_STORE_WRITE), VD_OK);
  free(bytes);
}

#define OPEN_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      OPEN_TEST(a_missing_ledger_is_not_made_by_opening), OPEN_TEST(making_twice_opens_what_is_there),
      OPEN_TEST(a_ledger_is_for_its_owner_only),          OPEN_TEST(another_realm_or_operator_is_refused),
      OPEN_TEST(a_writer_keeps_a_second_one_out),         OPEN_TEST(a_lock_file_left_behind_keeps_nobody_out),
      OPEN_TEST(another_format_version_is_refused),    OPEN_TEST(a_ledger_without_its_parts_is_refused),
      OPEN_TEST(files_of_other_kinds_are_refused),        OPEN_TEST(a_file_in_place_of_the_folder_is_refused),
      OPEN_TEST(a_ledger_cut_short_anywhere_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
