/* The private audit trail, quotas, and who may erase what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/trail.h"
#include "tlog_fixture.h"

enum { DAY_S = 86400 };
static const uint64_t now_s = 4000000000;

struct state {
  struct ledger_fixture fixture;
  struct vd_store *store;
  struct vd_store_appended appended;
  struct vd_failure failure;
};

static int begin(void **out) {
  struct state *state = calloc(1, sizeof *state);
  assert_non_null(state);
  ledger_fixture_begin(&state->fixture);
  state->store = ledger_open(&state->fixture, VD_STORE_CREATE);
  *out = state;
  return 0;
}

static int end(void **in) {
  struct state *state = *in;
  struct vd_store_reader *reader = tlog_reader(state->store);
  tlog_assert_sound(reader);
  vd_store_reader_free(reader);
  vd_store_close(state->store);
  ledger_fixture_end(&state->fixture);
  free(state);
  return 0;
}

static struct vd_store_submitter submitter(const char *issuer, uint64_t items_per_day) {
  struct vd_store_submitter who = {.issuer = issuer, .items_per_day = items_per_day};
  memset(who.kid, issuer[0], sizeof who.kid);
  memset(who.digest, issuer[1], sizeof who.digest);
  memset(who.signature, issuer[2], sizeof who.signature);
  return who;
}

static enum vd_error put(struct state *state, const struct vd_store_submitter *who, uint32_t first, size_t count,
                         uint64_t time_s) {
  struct ledger_batch batch = ledger_batch(first, count);
  enum vd_error error =
      vd_store_append(state->store, batch.items, count, time_s, who, &state->appended, &state->failure);
  ledger_batch_free(&batch);
  return error;
}

static enum vd_error erase(struct state *state, const struct vd_store_submitter *who, bool is_registrar,
                           uint32_t number) {
  uint8_t record[LEDGER_RECORD_LEN];
  ledger_record(record, number);
  return vd_store_erase(state->store, ledger_locator(record), now_s + 50, who, is_registrar, &state->failure);
}

static enum vd_error line(struct state *state, uint64_t number, struct vd_store_submission *submission) {
  struct vd_store_reader *reader = tlog_reader(state->store);
  enum vd_error error = vd_store_get_submission(reader, number, submission, &state->failure);
  vd_store_reader_free(reader);
  return error;
}

static uint64_t lines(struct state *state) {
  struct vd_store_submission submission;
  uint64_t count = 0;
  while (line(state, count, &submission) == VD_OK) count++;
  return count;
}

static bool is_erased(struct state *state, uint32_t number) {
  uint8_t record[LEDGER_RECORD_LEN];
  struct vd_store_found found;
  struct vd_store_reader *reader = tlog_reader(state->store);
  ledger_record(record, number);
  assert_int_equal(vd_store_get_fragment(reader, ledger_locator(record), &found, &state->failure), VD_OK);
  bool result = found.presence == VD_STORE_ERASED;
  vd_store_reader_free(reader);
  return result;
}

/* --- the trail --- */

static void a_submission_leaves_a_line(void **in) {
  struct state *state = *in;
  struct vd_store_submitter who = submitter("moest.example", 0);
  struct vd_store_submission submission;
  assert_int_equal(put(state, NULL, 0, 10, now_s), VD_OK);
  assert_int_equal(put(state, &who, 5, 20, now_s + 7), VD_OK);
  assert_int_equal(line(state, 0, &submission), VD_OK);
  assert_string_equal(submission.issuer, "moest.example");
  assert_memory_equal(submission.kid, who.kid, sizeof who.kid);
  assert_memory_equal(submission.digest, who.digest, sizeof who.digest);
  assert_memory_equal(submission.signature, who.signature, sizeof who.signature);
  assert_false(submission.is_erasure);
  assert_int_equal(submission.time_s, now_s + 7);
  assert_int_equal(submission.first_index, 10);
  assert_int_equal(submission.added, 15);
  assert_int_equal(submission.unchanged, 5);
  assert_int_equal(line(state, 1, &submission), VD_NOT_FOUND);
  assert_int_equal(line(state, UINT64_MAX, &submission), VD_NOT_FOUND);
}

static void what_changes_nothing_leaves_no_line(void **in) {
  struct state *state = *in;
  struct vd_store_submitter who = submitter("moest.example", 0);
  struct ledger_batch batch = ledger_batch(0, 4);
  assert_int_equal(put(state, NULL, 0, 4, now_s), VD_OK);
  assert_int_equal(put(state, &who, 0, 4, now_s), VD_OK); /* all there already */
  assert_int_equal(state->appended.unchanged, 4);
  assert_int_equal(state->appended.size, 4);
  batch.bytes[LEDGER_RECORD_LEN - 1] ^= 1;
  assert_int_equal(vd_store_append(state->store, batch.items, 4, now_s, &who, &state->appended, &state->failure),
                   VD_CONFLICT);
  ledger_batch_free(&batch);
  assert_int_equal(lines(state), 0);
}

static void lines_stay_in_order_and_their_times_too(void **in) {
  struct state *state = *in;
  struct vd_store_submitter one = submitter("one.example", 0);
  struct vd_store_submitter two = submitter("two.example", 0);
  struct vd_store_submission submission;
  uint64_t last_s = 0;
  for (uint32_t at = 0; at < 300; at++) {
    assert_int_equal(put(state, at % 3 == 0 ? NULL : at % 3 == 1 ? &one : &two, at * 2, 2, now_s - at), VD_OK);
    if (at % 50 == 49) assert_int_equal(erase(state, &two, true, at), VD_OK);
  }
  assert_int_equal(lines(state), 200 + 6);
  for (uint64_t number = 0; number < 206; number++) {
    assert_int_equal(line(state, number, &submission), VD_OK);
    assert_true(submission.time_s >= last_s);
    last_s = submission.time_s;
  }
}

static void a_line_is_read_in_one_form_only(void **in) {
  (void)in;
  struct vd_store_submission submission = {.time_s = 1, .issuer = "a-1.b", .first_index = 2, .added = 3};
  struct vd_store_submission again;
  uint8_t bytes[VD_TRAIL_LEN + 1] = {0};
  uint8_t rewritten[VD_TRAIL_LEN];
  vd_trail_write(bytes, &submission);
  for (size_t len = 0; len <= VD_TRAIL_LEN + 1; len++)
    assert_int_equal(vd_trail_read(&again, bytes, len), len == VD_TRAIL_LEN);
  for (size_t bit = 0; bit < 8 * VD_TRAIL_LEN; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    if (vd_trail_read(&again, bytes, VD_TRAIL_LEN)) {
      vd_trail_write(rewritten, &again);
      assert_memory_equal(rewritten, bytes, VD_TRAIL_LEN);
    }
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  assert_true(vd_trail_read(&again, bytes, VD_TRAIL_LEN));
  assert_string_equal(again.issuer, "a-1.b");
}

/* --- quotas --- */

static void a_quota_is_for_one_issuer_and_one_day(void **in) {
  struct state *state = *in;
  const uint64_t midnight_s = now_s / DAY_S * DAY_S + DAY_S;
  struct vd_store_submitter one = submitter("one.example", 10);
  struct vd_store_submitter other = submitter("one.example.", 10);
  assert_int_equal(put(state, &one, 0, 11, midnight_s - 10), VD_FULL);
  assert_true(state->appended.is_over_quota);
  assert_int_equal(ledger_counts(state->store).entries, 0);
  assert_int_equal(put(state, &one, 0, 7, midnight_s - 10), VD_OK);
  assert_false(state->appended.is_over_quota);
  assert_int_equal(put(state, &one, 7, 4, midnight_s - 9), VD_FULL);
  assert_true(state->appended.is_over_quota);
  assert_non_null(strstr(state->failure.text, "one.example"));
  assert_int_equal(put(state, &one, 7, 3, midnight_s - 8), VD_OK);
  assert_int_equal(put(state, &one, 0, 10, midnight_s - 7), VD_OK); /* again: nothing new */
  assert_int_equal(put(state, &one, 10, 1, midnight_s - 1), VD_FULL);
  assert_int_equal(put(state, &other, 10, 10, midnight_s - 1), VD_OK); /* another issuer */
  assert_int_equal(put(state, NULL, 20, 50, midnight_s - 1), VD_OK);   /* the operator */
  assert_int_equal(put(state, &one, 70, 1, midnight_s - DAY_S - 1), VD_FULL); /* a clock set back is no new day */
  assert_int_equal(put(state, &one, 70, 10, midnight_s), VD_OK);
  assert_int_equal(put(state, &one, 80, 1, midnight_s + DAY_S - 1), VD_FULL);
  assert_int_equal(ledger_counts(state->store).entries, 80);
  assert_int_equal(lines(state), 4);
}

static void a_quota_that_was_lowered_or_is_none(void **in) {
  struct state *state = *in;
  struct vd_store_submitter none = submitter("one.example", 0);
  struct vd_store_submitter low = submitter("one.example", 5);
  struct vd_store_submitter high = submitter("one.example", UINT64_MAX);
  assert_int_equal(put(state, &none, 0, 100, now_s), VD_OK);
  assert_int_equal(put(state, &low, 100, 1, now_s), VD_FULL);
  assert_true(state->appended.is_over_quota);
  assert_int_equal(put(state, &high, 100, 1, now_s), VD_OK);
}

/* --- erasing --- */

static void an_issuer_erases_what_it_handed_in_and_nothing_else(void **in) {
  struct state *state = *in;
  struct vd_store_submitter one = submitter("one.example", 0);
  struct vd_store_submitter two = submitter("two.example", 0);
  struct vd_store_submission submission;
  assert_int_equal(put(state, NULL, 0, 5, now_s), VD_OK);
  assert_int_equal(put(state, &one, 5, 5, now_s), VD_OK);
  assert_int_equal(put(state, &two, 10, 5, now_s), VD_OK);
  assert_int_equal(put(state, NULL, 15, 5, now_s), VD_OK);
  assert_int_equal(put(state, &one, 20, 5, now_s), VD_OK);
  for (uint32_t number = 0; number < 25; number++) {
    bool is_ones = (number >= 5 && number < 10) || number >= 20;
    bool is_twos = number >= 10 && number < 15;
    if (!is_ones) assert_int_equal(erase(state, &one, false, number), VD_KEY);
    if (!is_twos) assert_int_equal(erase(state, &two, false, number), VD_KEY);
    assert_false(is_erased(state, number));
  }
  assert_int_equal(erase(state, &one, false, 25), VD_NOT_FOUND);
  assert_int_equal(lines(state), 3);
  assert_int_equal(erase(state, &one, false, 22), VD_OK);
  assert_int_equal(erase(state, &two, false, 22), VD_KEY);
  assert_int_equal(erase(state, &one, false, 22), VD_OK); /* twice: nothing more */
  assert_true(is_erased(state, 22));
  assert_int_equal(lines(state), 4);
  assert_int_equal(line(state, 3, &submission), VD_OK);
  assert_true(submission.is_erasure);
  assert_string_equal(submission.issuer, "one.example");
  assert_int_equal(submission.added, 1);
  assert_true(submission.first_index >= 20 && submission.first_index < 25);
  assert_int_equal(submission.time_s, now_s + 50);
  assert_int_equal(erase(state, &two, false, 12), VD_OK);
  assert_int_equal(erase(state, &one, false, 7), VD_OK);
  assert_int_equal(lines(state), 6);
}

static void registrars_and_the_operator_erase_anything(void **in) {
  struct state *state = *in;
  struct vd_store_submitter one = submitter("one.example", 0);
  struct vd_store_submitter registrar = submitter("registrar.example", 1);
  assert_int_equal(put(state, &one, 0, 5, now_s), VD_OK);
  assert_int_equal(put(state, NULL, 5, 5, now_s), VD_OK);
  assert_int_equal(erase(state, &registrar, false, 1), VD_KEY);
  assert_int_equal(erase(state, &registrar, true, 1), VD_OK);
  assert_int_equal(erase(state, &registrar, true, 6), VD_OK); /* its quota is not looked at */
  assert_int_equal(erase(state, NULL, false, 2), VD_OK);
  assert_true(is_erased(state, 1) && is_erased(state, 6) && is_erased(state, 2));
  assert_int_equal(lines(state), 3); /* the operator's own hand leaves none */
  assert_int_equal(ledger_counts(state->store).erased, 3);
}

#define TRAIL_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TRAIL_TEST(a_submission_leaves_a_line),
      TRAIL_TEST(what_changes_nothing_leaves_no_line),
      TRAIL_TEST(lines_stay_in_order_and_their_times_too),
      TRAIL_TEST(a_line_is_read_in_one_form_only),
      TRAIL_TEST(a_quota_is_for_one_issuer_and_one_day),
      TRAIL_TEST(a_quota_that_was_lowered_or_is_none),
      TRAIL_TEST(an_issuer_erases_what_it_handed_in_and_nothing_else),
      TRAIL_TEST(registrars_and_the_operator_erase_anything),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
