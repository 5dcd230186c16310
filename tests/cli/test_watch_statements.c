#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "status_rig.h"
#include "watch_statements.h"

static struct ctl_watch watch(struct status_rig *rig) {
  struct ctl_watch watch = {.clerk = rig->clerk};
  ctl_status_queue_unlock(&rig->clerk->queue);
  assert_int_equal(ctl_watch_statements(&watch, NULL), VD_OK);
  return watch;
}

static void test_what_all_have_is_fine(void **state) {
  struct status_rig *rig = *state;
  put_statement(rig->fixture, &rig->paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, ALL_OPERATORS, FIXTURE_NOW_S);
  (void)status_rig_queue(rig, FRAG_STATUS_REVOKED, 0, "aaa");
  struct ctl_watch round = watch(rig);
  assert_int_equal(round.statements, 1);
  assert_int_equal(round.missing + round.unsent + round.unheeded + round.unwatched, 0);
}

static void test_what_is_missing_or_other_is_counted(void **state) {
  struct status_rig *rig = *state;
  put_statement(rig->fixture, &rig->paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 1u, FIXTURE_NOW_S);
  put_junk(rig->fixture, &rig->paper, 0, 2u);
  (void)status_rig_queue(rig, FRAG_STATUS_REVOKED, 0, "aaa");
  (void)status_rig_queue(rig, FRAG_STATUS_REVOKED, 1, "-tw");
  struct ctl_watch round = watch(rig);
  assert_int_equal(round.missing, 2);
  assert_int_equal(round.unsent, 1);
}

static void test_an_operator_that_was_added_lacks_what_was_said_before(void **state) {
  struct status_rig *rig = *state;
  put_statement(rig->fixture, &rig->paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 3u, FIXTURE_NOW_S);
  (void)status_rig_queue(rig, FRAG_STATUS_REVOKED, 0, "aa");
  struct ctl_watch round = watch(rig);
  assert_int_equal(round.statements, 1);
  assert_int_equal(round.missing, 0);
  assert_int_equal(round.unsent, 1);
  status_rig_assert_marks(rig, 0, 0, "aa"); /* nothing was written */
}

static void test_what_is_not_watched_is_counted(void **state) {
  struct status_rig *rig = *state;
  struct ctl_status_batch other = status_rig_batch(rig, FRAG_STATUS_SUSPENDED, 0, "aaa", KEY_MINISTRY);
  size_t index = 0;
  other.realm = LEDGER_REALM + 1;
  assert_int_equal(ctl_status_queue_add(&rig->clerk->queue, &other, &index, NULL), VD_OK);
  (void)status_rig_queue(rig, FRAG_STATUS_SUSPENDED, 1, "aaaa");
  struct ctl_watch round = watch(rig);
  assert_int_equal(round.statements, 0);
  assert_int_equal(round.unwatched, 2);
}

static void test_what_nobody_heeds_any_more_is_counted_unless_it_was_said_again(void **state) {
  struct status_rig *rig = *state;
  struct ctl_status_batch batch = status_rig_batch(rig, FRAG_STATUS_REVOKED, 0, "aaa", KEY_COMPROMISED);
  size_t index = 0;
  put_statement(rig->fixture, &rig->paper, 0, FRAG_STATUS_REVOKED, KEY_COMPROMISED, ALL_OPERATORS,
                FIXTURE_COMPROMISED_S);
  assert_int_equal(ctl_status_queue_add(&rig->clerk->queue, &batch, &index, NULL), VD_OK);
  struct ctl_watch round = watch(rig);
  assert_int_equal(round.unheeded, 1);
  assert_int_equal(round.missing, 0);
  put_statement(rig->fixture, &rig->paper, 1, FRAG_STATUS_REVOKED, KEY_MINISTRY, ALL_OPERATORS, FIXTURE_NOW_S);
  status_rig_begin_command(rig);
  (void)status_rig_queue(rig, FRAG_STATUS_REVOKED, 1, "aaa");
  round = watch(rig);
  assert_int_equal(round.statements, 2);
  assert_int_equal(round.unheeded, 0);
}

/* One log that has it from before the theft is enough, as it is for who reads the document. */
static void test_the_earliest_entry_decides(void **state) {
  struct status_rig *rig = *state;
  struct ctl_status_batch batch = status_rig_batch(rig, FRAG_STATUS_REVOKED, 0, "aaa", KEY_COMPROMISED);
  size_t index = 0;
  put_statement(rig->fixture, &rig->paper, 0, FRAG_STATUS_REVOKED, KEY_COMPROMISED, 3u, FIXTURE_COMPROMISED_S);
  put_statement(rig->fixture, &rig->paper, 0, FRAG_STATUS_REVOKED, KEY_COMPROMISED, 4u, FIXTURE_COMPROMISED_S - 1);
  assert_int_equal(ctl_status_queue_add(&rig->clerk->queue, &batch, &index, NULL), VD_OK);
  assert_int_equal(watch(rig).unheeded, 0);
}

#define RIGGED(test) cmocka_unit_test_setup_teardown(test, status_rig_begin, status_rig_end)

int main(void) {
  const struct CMUnitTest tests[] = {
    RIGGED(test_what_all_have_is_fine),
    RIGGED(test_what_is_missing_or_other_is_counted),
    RIGGED(test_an_operator_that_was_added_lacks_what_was_said_before),
    RIGGED(test_what_is_not_watched_is_counted),
    RIGGED(test_what_nobody_heeds_any_more_is_counted_unless_it_was_said_again),
    RIGGED(test_the_earliest_entry_decides),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
