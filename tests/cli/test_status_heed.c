#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "status_heed.h"
#include "status_rig.h"

static struct ctl_status_heed heed(struct status_rig *rig, const struct ctl_status_batch *batch, uint64_t entry_s) {
  struct ctl_status_heed heed;
  assert_int_equal(ctl_status_heed(&rig->clerk->sender.scope, batch, &batch->lines[0], entry_s, &heed, NULL), VD_OK);
  return heed;
}

static void test_a_stolen_keys_statements_are_heeded_up_to_the_theft(void **state) {
  struct status_rig *rig = *state;
  struct ctl_status_batch batch = status_rig_batch(rig, FRAG_STATUS_REVOKED, 0, "aaa", KEY_COMPROMISED);
  char text[CTL_STATUS_HEED_TEXT_SIZE];
  assert_true(heed(rig, &batch, FIXTURE_COMPROMISED_S - 1).is_heeded);
  struct ctl_status_heed after = heed(rig, &batch, FIXTURE_COMPROMISED_S);
  assert_false(after.is_heeded);
  assert_true(after.has_key);
  assert_memory_equal(after.kid, frag_key_id(rig->fixture->keys[KEY_COMPROMISED]), sizeof after.kid);
  ctl_status_heed_text(text, &after);
  assert_non_null(strstr(text, ": say it again"));
  batch.lines[0].kind = CTL_STATUS_COPY;
  assert_true(heed(rig, &batch, FIXTURE_COMPROMISED_S).is_heeded);
  ctl_status_batch_free(&batch);
  batch = status_rig_batch(rig, FRAG_STATUS_REVOKED, 0, "aaa", KEY_STRANGER);
  struct ctl_status_heed strange = heed(rig, &batch, FIXTURE_NOW_S);
  assert_true(!strange.is_heeded && !strange.has_key);
  ctl_status_batch_free(&batch);
  batch = status_rig_batch(rig, FRAG_STATUS_REVOKED, 0, "aaa", KEY_REGISTRAR);
  assert_true(heed(rig, &batch, FIXTURE_NOW_S).is_heeded);
  ctl_status_batch_free(&batch);
}

/* So that it can be said again with another key although it waits in the queue. */
static void test_what_nobody_heeds_does_not_count_as_said(void **state) {
  struct status_rig *rig = *state;
  struct ctl_status_batch batch = status_rig_batch(rig, FRAG_STATUS_REVOKED, 0, "---", KEY_COMPROMISED);
  struct ctl_status_document document = {.issue_no = 1, .serial = "A-1"};
  size_t index = 0;
  memcpy(document.rid, rig->paper.rid, sizeof document.rid);
  assert_int_equal(ctl_status_queue_add(&rig->clerk->queue, &batch, &index, NULL), VD_OK);
  assert_int_equal(ctl_status_walk(&rig->clerk->sender.scope, &document, 1, NULL, NULL), VD_OK);
  assert_false(document.outcome.revoked);
  assert_int_equal(document.next, 1);
}

static void test_only_the_last_word_about_a_document_must_be_heeded(void **state) {
  struct status_rig *rig = *state;
  struct ctl_status_last last = {0};
  (void)status_rig_queue(rig, FRAG_STATUS_REINSTATED, 1, "aaa");
  (void)status_rig_queue(rig, FRAG_STATUS_SUSPENDED, 0, "aaa");
  (void)status_rig_queue(rig, CTL_STATUS_COPY, 2, "wwa");
  assert_int_equal(ctl_status_last_make(&last, &rig->clerk->queue, NULL), VD_OK);
  assert_int_equal(last.count, 1);
  assert_true(ctl_status_last_is(&last, &rig->clerk->queue.batches[0].lines[0]));
  assert_false(ctl_status_last_is(&last, &rig->clerk->queue.batches[1].lines[0]));
  assert_false(ctl_status_last_is(&last, &rig->clerk->queue.batches[2].lines[0]));
  ctl_status_last_free(&last);
  assert_false(ctl_status_last_is(&last, &rig->clerk->queue.batches[0].lines[0]));
}

#define RIGGED(test) cmocka_unit_test_setup_teardown(test, status_rig_begin, status_rig_end)

int main(void) {
  const struct CMUnitTest tests[] = {
    RIGGED(test_a_stolen_keys_statements_are_heeded_up_to_the_theft),
    RIGGED(test_what_nobody_heeds_does_not_count_as_said),
    RIGGED(test_only_the_last_word_about_a_document_must_be_heeded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
