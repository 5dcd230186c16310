/* Statements from the queue to operators. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "status_rig.h"

/* --- silent operators --- */

static void test_a_silent_operator_is_handed_nothing_and_delays_nobody(void **state) {
  struct status_rig *rig = *state;
  struct ctl_status_document document = {.issue_no = 1, .serial = "A-1"};
  memcpy(document.rid, rig->paper.rid, sizeof document.rid);
  status_rig_silence_third(rig);
  (void)status_rig_queue(rig, FRAG_STATUS_SUSPENDED, 0, "---"); /* waits from before */
  assert_int_equal(ctl_status_walk(&rig->clerk->sender.scope, &document, 1, NULL, NULL), VD_OK);
  assert_int_equal(document.next, 1);
  (void)status_rig_queue(rig, FRAG_STATUS_REVOKED, 1, "---");
  status_rig_send(rig);
  assert_int_equal(atomic_load(&rig->look_ups), 1);
  assert_int_equal(atomic_load(&rig->submissions), 0);
  status_rig_assert_marks(rig, 0, 0, "aa-");
  status_rig_assert_marks(rig, 1, 0, "aa-");
  assert_int_equal(status_rig_statements(rig, 0), 2);
  assert_int_equal(ctl_status_queue_holders(&rig->clerk->queue), 2);
}

/* verifyctl statements has asked nothing yet. */
static void test_who_was_not_asked_is_asked_before_it_is_handed_anything(void **state) {
  struct status_rig *rig = *state;
  status_rig_silence_third(rig);
  for (uint32_t n = 0; n < 3; n++) (void)status_rig_queue(rig, FRAG_STATUS_SUSPENDED, n, "aa-");
  status_rig_send(rig);
  assert_int_equal(atomic_load(&rig->look_ups), 1);
  assert_int_equal(atomic_load(&rig->submissions), 0);
  assert_int_equal(ctl_status_asker_reachable(&rig->clerk->asker), 2);
}

static void test_without_operators_the_queue_knows_what_is_said(void **state) {
  struct status_rig *rig = *state;
  struct ctl_status_document document = {.issue_no = 1, .serial = "A-1"};
  memcpy(document.rid, rig->paper.rid, sizeof document.rid);
  (void)status_rig_queue(rig, FRAG_STATUS_SUSPENDED, 0, "---");
  memset(rig->clerk->asker.is_reachable, 0, sizeof rig->clerk->asker.is_reachable);
  assert_int_equal(ctl_status_walk(&rig->clerk->sender.scope, &document, 1, NULL, NULL), VD_UNAVAILABLE);
  assert_int_equal(ctl_status_walk_queue(&rig->clerk->sender.scope, &document, 1, NULL), VD_OK);
  assert_int_equal(document.next, 1);
  assert_true(document.outcome.suspended && !document.outcome.revoked);
  (void)status_rig_queue(rig, FRAG_STATUS_REVOKED, 1, "---");
  status_rig_send(rig);
  status_rig_assert_marks(rig, 1, 0, "---");
  assert_int_equal(ctl_status_queue_holders(&rig->clerk->queue), 0);
  status_rig_send(rig); /* they are back */
  status_rig_assert_marks(rig, 0, 0, "aaa");
  status_rig_assert_marks(rig, 1, 0, "aaa");
}

/* --- who has other bytes --- */

static void test_a_statement_is_said_again_once_whoever_has_other_bytes(void **state) {
  struct status_rig *rig = *state;
  put_junk(rig->fixture, &rig->paper, 0, 5u);
  (void)status_rig_queue(rig, FRAG_STATUS_REVOKED, 0, "---");
  status_rig_send(rig);
  status_rig_assert_marks(rig, 0, 0, "tat");
  status_rig_assert_marks(rig, 0, 1, "aaa");
  assert_int_equal(rig->clerk->queue.batches[0].count, 2);
  assert_int_equal(rig->clerk->queue.batches[0].lines[1].n, 1);
}

/* --- what must not be said again --- */

static void test_a_reinstatement_does_not_lift_a_suspension_that_came_later(void **state) {
  struct status_rig *rig = *state;
  put_statement(rig->fixture, &rig->paper, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, ALL_OPERATORS, FIXTURE_NOW_S);
  (void)status_rig_queue(rig, FRAG_STATUS_REINSTATED, 1, "---"); /* while all operators were away */
  put_statement(rig->fixture, &rig->paper, 1, FRAG_STATUS_REINSTATED, KEY_REGISTRAR, ALL_OPERATORS, FIXTURE_NOW_S);
  put_statement(rig->fixture, &rig->paper, 2, FRAG_STATUS_SUSPENDED, KEY_REGISTRAR, ALL_OPERATORS, FIXTURE_NOW_S);
  status_rig_send(rig);
  assert_int_equal(rig->clerk->error_of, VD_CONFLICT);
  assert_int_equal(ctl_status_clerk_say_waiting(rig->clerk), vd_exit_code(VD_CONFLICT));
  assert_int_equal(ctl_status_queue_holders(&rig->clerk->queue), 0);
  assert_int_equal(rig->clerk->queue.batches[0].count, 1);
  status_rig_assert_marks(rig, 0, 0, "uuu");
  assert_int_equal(status_rig_statements(rig, 0), 3);
  status_rig_send(rig); /* it is said once */
  assert_int_equal(rig->clerk->error_of, VD_OK);
}

static void test_a_suspension_at_the_same_number_is_not_lifted_either(void **state) {
  struct status_rig *rig = *state;
  put_statement(rig->fixture, &rig->paper, 0, FRAG_STATUS_SUSPENDED, KEY_REGISTRAR, 4u, FIXTURE_NOW_S);
  (void)status_rig_queue(rig, FRAG_STATUS_REINSTATED, 0, "---");
  status_rig_send(rig);
  assert_int_equal(rig->clerk->error_of, VD_CONFLICT);
  assert_int_equal(ctl_status_queue_holders(&rig->clerk->queue), 2);
  status_rig_assert_marks(rig, 0, 0, "aau");
}

static void test_a_reinstatement_of_what_was_suspended_before_is_said_again(void **state) {
  struct status_rig *rig = *state;
  put_statement(rig->fixture, &rig->paper, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, ALL_OPERATORS, FIXTURE_NOW_S);
  put_junk(rig->fixture, &rig->paper, 1, ALL_OPERATORS);
  (void)status_rig_queue(rig, FRAG_STATUS_REINSTATED, 1, "---");
  status_rig_send(rig);
  assert_int_equal(rig->clerk->error_of, VD_OK);
  assert_int_equal(ctl_status_queue_holders(&rig->clerk->queue), 3);
  status_rig_assert_marks(rig, 0, 0, "ttt");
  status_rig_assert_marks(rig, 0, 1, "aaa");
  assert_int_equal(rig->clerk->queue.batches[0].lines[1].n, 2);
}

static void give_up_at(struct status_rig *rig, uint8_t kind, uint32_t n) {
  put_junk(rig->fixture, &rig->paper, n, ALL_OPERATORS);
  size_t index = status_rig_queue(rig, kind, n, "---");
  status_rig_send(rig);
  assert_int_equal(rig->clerk->error_of, VD_CONFLICT);
  assert_int_equal(ctl_status_queue_holders(&rig->clerk->queue), 0);
  assert_int_equal(rig->clerk->queue.batches[index].count, 1);
  status_rig_assert_marks(rig, index, 0, "uuu");
}

static void test_numbers_that_are_reserved_are_not_overrun(void **state) {
  struct status_rig *rig = *state;
  give_up_at(rig, FRAG_STATUS_SUSPENDED, VD_WALK_STATEMENTS_MAX - 5);
  give_up_at(rig, FRAG_STATUS_REINSTATED, VD_WALK_STATEMENTS_MAX - 2);
  give_up_at(rig, FRAG_STATUS_REVOKED, VD_WALK_STATEMENTS_MAX - 1);
}

/* --- who proves nothing --- */

/* What operator 1 says is signed with a key that is not its. */
static void spoil_first(struct status_rig *rig) {
  struct ctl_status_asker *asker = &rig->clerk->asker;
  struct vd_lookup_request request = {.count = 1};
  assert_int_equal(ctl_status_ask(asker, &request, "test", NULL), VD_OK); /* so that keys are known */
  status_rig_begin_command(rig);
  vd_log_check_begin(&asker->checks[0], &rig->clerk->operators.items[1].key, NULL);
  asker->has_check[0] = true;
}

static void walk(struct status_rig *rig, struct ctl_status_document *document, struct ctl_status_batch *gaps) {
  *document = (struct ctl_status_document){.issue_no = 1, .serial = "A-1"};
  *gaps = (struct ctl_status_batch){0};
  memcpy(document->rid, rig->paper.rid, sizeof document->rid);
  assert_int_equal(ctl_status_walk(&rig->clerk->sender.scope, document, 1, gaps, NULL), VD_OK);
}

static void test_who_does_not_prove_that_it_has_other_bytes_is_dropped(void **state) {
  struct status_rig *rig = *state;
  put_junk(rig->fixture, &rig->paper, 0, 1u);
  spoil_first(rig);
  (void)status_rig_queue(rig, FRAG_STATUS_REVOKED, 0, "---");
  status_rig_send(rig);
  assert_false(rig->clerk->asker.is_reachable[0]);
  assert_int_equal(rig->clerk->queue.batches[0].count, 1);
  status_rig_assert_marks(rig, 0, 0, "-aa");
}

static void test_what_may_be_made_up_is_not_copied(void **state) {
  struct status_rig *rig = *state;
  struct ctl_status_document document;
  struct ctl_status_batch gaps;
  put_junk(rig->fixture, &rig->paper, 0, 1u);
  spoil_first(rig);
  walk(rig, &document, &gaps);
  assert_int_equal(document.next, 0);
  assert_int_equal(gaps.count, 0);
}

static void test_what_is_valid_is_copied_whoever_shows_it(void **state) {
  struct status_rig *rig = *state;
  struct ctl_status_document document;
  struct ctl_status_batch gaps;
  put_statement(rig->fixture, &rig->paper, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, 1u, FIXTURE_NOW_S);
  spoil_first(rig);
  walk(rig, &document, &gaps);
  assert_int_equal(document.next, 1);
  assert_int_equal(gaps.count, 1);
  assert_memory_equal(gaps.lines[0].marks, "---", 3);
  ctl_status_batch_free(&gaps);
}

static void test_of_records_that_differ_the_valid_one_is_copied(void **state) {
  struct status_rig *rig = *state;
  struct ctl_status_document document;
  struct ctl_status_batch gaps;
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  put_junk(rig->fixture, &rig->paper, 0, 1u);
  put_statement(rig->fixture, &rig->paper, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, 2u, FIXTURE_NOW_S);
  make_statement(rig->fixture, record, &rig->paper, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY);
  walk(rig, &document, &gaps);
  assert_int_equal(gaps.count, 1);
  assert_memory_equal(gaps.lines[0].marks, "ww-", 3);
  assert_memory_equal(gaps.lines[0].record, record, sizeof record);
  ctl_status_batch_free(&gaps);
}

/* --- gaps at who is away --- */

static void test_who_was_away_is_left_no_gap(void **state) {
  struct status_rig *rig = *state;
  struct ctl_status_document document;
  struct ctl_status_batch gaps;
  put_statement(rig->fixture, &rig->paper, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, 3u, FIXTURE_NOW_S);
  status_rig_silence_third(rig);
  walk(rig, &document, &gaps);
  assert_int_equal(gaps.count, 1);
  assert_memory_equal(gaps.lines[0].marks, "ww-", 3);
  ctl_status_batch_free(&gaps);
  (void)status_rig_queue(rig, FRAG_STATUS_SUSPENDED, 0, "aa-"); /* the same bytes: they wait for it already */
  walk(rig, &document, &gaps);
  assert_int_equal(gaps.count, 0);
}

/* --- other operators --- */

static void test_an_operator_that_was_added_gets_what_was_said_before(void **state) {
  struct status_rig *rig = *state;
  (void)status_rig_queue(rig, FRAG_STATUS_SUSPENDED, 0, "-a");
  (void)status_rig_queue(rig, FRAG_STATUS_REINSTATED, 1, "tw"); /* replaced */
  (void)status_rig_queue(rig, CTL_STATUS_COPY, 2, "wa");
  struct ctl_status_batch *batches = rig->clerk->queue.batches;
  memcpy(batches[2].lines[0].record, batches[0].lines[0].record, FRAG_STATUS_RECORD_LEN);
  status_rig_send(rig);
  status_rig_assert_marks(rig, 0, 0, "aaa");
  status_rig_assert_marks(rig, 1, 0, "tww");
  status_rig_assert_marks(rig, 2, 0, "waa");
  assert_int_equal(status_rig_statements(rig, 2), 1);
}

static void test_other_realms_and_operators_that_went_are_left_alone(void **state) {
  struct status_rig *rig = *state;
  (void)status_rig_queue(rig, FRAG_STATUS_SUSPENDED, 0, "----");
  struct ctl_status_batch other = status_rig_batch(rig, FRAG_STATUS_SUSPENDED, 1, "---", KEY_MINISTRY);
  size_t index = 0;
  other.realm = LEDGER_REALM + 1;
  assert_int_equal(ctl_status_queue_add(&rig->clerk->queue, &other, &index, NULL), VD_OK);
  status_rig_send(rig);
  status_rig_assert_marks(rig, 0, 0, "----");
  status_rig_assert_marks(rig, 1, 0, "---");
  assert_int_equal(status_rig_statements(rig, 0), 0);
}

/* --- the lock --- */

static void test_a_queue_that_was_read_keeps_nobody_waiting(void **state) {
  struct status_rig *rig = *state;
  struct ctl_status_queue other = {.lock_fd = -1};
  (void)status_rig_queue(rig, FRAG_STATUS_REVOKED, 0, "aaa");
  ctl_status_queue_unlock(&rig->clerk->queue);
  assert_int_equal(ctl_status_queue_open(&other, rig->folder.path, false, NULL), VD_OK);
  assert_int_equal(other.count, 1);
  assert_int_equal(rig->clerk->queue.batches[0].lines[0].kind, FRAG_STATUS_REVOKED);
  ctl_status_queue_close(&other);
}

#define RIGGED(test) cmocka_unit_test_setup_teardown(test, status_rig_begin, status_rig_end)

int main(void) {
  const struct CMUnitTest tests[] = {
    RIGGED(test_a_silent_operator_is_handed_nothing_and_delays_nobody),
    RIGGED(test_who_was_not_asked_is_asked_before_it_is_handed_anything),
    RIGGED(test_without_operators_the_queue_knows_what_is_said),
    RIGGED(test_a_statement_is_said_again_once_whoever_has_other_bytes),
    RIGGED(test_a_reinstatement_does_not_lift_a_suspension_that_came_later),
    RIGGED(test_a_suspension_at_the_same_number_is_not_lifted_either),
    RIGGED(test_a_reinstatement_of_what_was_suspended_before_is_said_again),
    RIGGED(test_numbers_that_are_reserved_are_not_overrun),
    RIGGED(test_who_does_not_prove_that_it_has_other_bytes_is_dropped),
    RIGGED(test_what_may_be_made_up_is_not_copied),
    RIGGED(test_what_is_valid_is_copied_whoever_shows_it),
    RIGGED(test_of_records_that_differ_the_valid_one_is_copied),
    RIGGED(test_who_was_away_is_left_no_gap),
    RIGGED(test_an_operator_that_was_added_gets_what_was_said_before),
    RIGGED(test_other_realms_and_operators_that_went_are_left_alone),
    RIGGED(test_a_queue_that_was_read_keeps_nobody_waiting),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
