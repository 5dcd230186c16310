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
    RIGGED(test_an_operator_that_was_added_gets_what_was_said_before),
    RIGGED(test_other_realms_and_operators_that_went_are_left_alone),
    RIGGED(test_a_queue_that_was_read_keeps_nobody_waiting),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
