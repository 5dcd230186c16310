#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "status_again.h"
#include "status_rig.h"

static void test_what_an_operator_has_lost_is_sent_again(void **state) {
  struct status_rig *rig = *state;
  size_t lost = 0;
  put_statement(rig->fixture, &rig->paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 5u, FIXTURE_NOW_S);
  (void)status_rig_queue(rig, FRAG_STATUS_REVOKED, 0, "aa-");
  assert_int_equal(ctl_status_again(&rig->clerk->sender, &lost, NULL), VD_OK);
  assert_int_equal(lost, 1);
  status_rig_assert_marks(rig, 0, 0, "a-a"); /* saved before anything is sent; and operator 3 had it */
  status_rig_send(rig);
  status_rig_assert_marks(rig, 0, 0, "aaa");
  assert_int_equal(status_rig_statements(rig, 1), 1);
  assert_int_equal(ctl_status_again(&rig->clerk->sender, &lost, NULL), VD_OK);
  assert_int_equal(lost, 0);
}

static void test_what_was_said_again_is_not_said_a_third_time(void **state) {
  struct status_rig *rig = *state;
  size_t lost = 0;
  put_junk(rig->fixture, &rig->paper, 0, 3u);
  (void)status_rig_queue(rig, FRAG_STATUS_REVOKED, 0, "taw"); /* operator 2 has other bytes than it acknowledged */
  assert_int_equal(ctl_status_again(&rig->clerk->sender, &lost, NULL), VD_OK);
  assert_int_equal(lost, 1);
  status_rig_send(rig);
  status_rig_assert_marks(rig, 0, 0, "ttw");
  assert_int_equal(rig->clerk->queue.batches[0].count, 1);
}

static void test_other_realms_are_not_asked_for(void **state) {
  struct status_rig *rig = *state;
  struct ctl_status_batch other = status_rig_batch(rig, FRAG_STATUS_SUSPENDED, 0, "aaa", KEY_MINISTRY);
  size_t index = 0, lost = 0;
  other.realm = LEDGER_REALM + 1;
  assert_int_equal(ctl_status_queue_add(&rig->clerk->queue, &other, &index, NULL), VD_OK);
  (void)status_rig_queue(rig, FRAG_STATUS_SUSPENDED, 1, "aaaa");
  assert_int_equal(ctl_status_again(&rig->clerk->sender, &lost, NULL), VD_OK);
  assert_int_equal(lost, 0);
  status_rig_assert_marks(rig, 0, 0, "aaa");
  status_rig_assert_marks(rig, 1, 0, "aaaa");
}

/* The peer does not answer: what it has is not known, and nothing is said to be lost. */
static void test_a_silent_operator_has_lost_nothing(void **state) {
  struct status_rig *rig = *state;
  size_t lost = 0;
  status_rig_silence_third(rig);
  put_statement(rig->fixture, &rig->paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 3u, FIXTURE_NOW_S);
  (void)status_rig_queue(rig, FRAG_STATUS_REVOKED, 0, "aaa");
  assert_int_equal(ctl_status_again(&rig->clerk->sender, &lost, NULL), VD_OK);
  assert_int_equal(lost, 0);
  assert_int_equal(ctl_status_asker_reachable(&rig->clerk->asker), 2);
  status_rig_assert_marks(rig, 0, 0, "aaa");
}

#define RIGGED(test) cmocka_unit_test_setup_teardown(test, status_rig_begin, status_rig_end)

int main(void) {
  const struct CMUnitTest tests[] = {
    RIGGED(test_what_an_operator_has_lost_is_sent_again),
    RIGGED(test_what_was_said_again_is_not_said_a_third_time),
    RIGGED(test_other_realms_are_not_asked_for),
    RIGGED(test_a_silent_operator_has_lost_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
