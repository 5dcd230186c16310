/* What the operations port says of operators over the network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "portal_rig.h"
#include "serve/readiness.h"

static struct portal_rig rig;
static struct paper paper;
static struct vd_buffer said;
static struct vd_remote_state remotes[FIXTURE_OPERATORS]; /* the rig has nobody who writes to them */
static struct vd_role_metrics metrics;

static int begin(void **state) {
  (void)state;
  portal_rig_make(&rig);
  paper = issue(rig.realm, (struct plan){.serial = "BAC-1"});
  keep(rig.realm, &paper, ALL_OPERATORS, FIXTURE_NOW_S);
  vd_buffer_init(&said, 1 << 20);
  memset(remotes, 0, sizeof remotes);
  vd_role_metrics_init(&metrics);
  rig.service.remotes = remotes;
  rig.service.role_metrics = &metrics;
  return 0;
}

static int end(void **state) {
  (void)state;
  vd_buffer_free(&said);
  portal_rig_remove(&rig);
  return 0;
}

static bool says(void (*write)(const struct vd_service *service, struct vd_buffer *out), const char *text) {
  vd_buffer_reset(&said, 1 << 20);
  write(&rig.service, &said);
  vd_buffer_append(&said, "", 1);
  assert_false(vd_buffer_failed(&said));
  return strstr(said.bytes, text) != NULL;
}

static void write_lines(const struct vd_service *service, struct vd_buffer *out) {
  (void)vd_readiness_write(service, FIXTURE_NOW_S + 100, out);
}

static void set(size_t i, enum vd_remote_answer answer) { atomic_store(&remotes[i].answer, answer); }

static void wait_for(const char *text) {
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  while (!says(write_lines, text))
    if (loopback_now_ms() > until_ms) fail_msg("no \"%s\" in %s", text, said.bytes);
}

static void verify_one(void) {
  static struct loopback_answer answer;
  portal_rig_verify(&rig, paper.qr, &answer);
  assert_non_null(strstr(answer.body, "{\"verdict\":\"VALID\""));
}

/* The rig has nobody who looks now and then, so what is known comes from verifications alone. */
static void entries_are_those_of_the_last_checkpoint_remembered(void **state) {
  (void)state;
  portal_rig_start(&rig, 1, true);
  assert_true(says(write_lines, "operator 1: not asked yet\n"));
  assert_false(says(vd_readiness_metrics, "log_entries{"));
  verify_one();
  wait_for("operator 1: not asked yet, entries 1, checkpoint ");
  set(0, VD_REMOTE_ANSWERS); /* looked at when there was nothing, and no more since */
  assert_true(says(write_lines, "operator 1: answers, entries 1, checkpoint "));
  assert_true(says(vd_readiness_metrics, "log_entries{operator=\"1\"} 1\n"));
  portal_rig_stop(&rig);
  portal_rig_start(&rig, 1, true); /* remembered */
  set(0, VD_REMOTE_SILENT);
  assert_true(says(write_lines, "operator 1: does not answer, entries 1, checkpoint "));
  atomic_store(&remotes[0].size, 5); /* a later look has seen more */
  atomic_store(&remotes[0].checkpoint_s, FIXTURE_NOW_S + 60);
  assert_true(says(write_lines, "operator 1: does not answer, entries 5, checkpoint 40 s old\n"));
}

static void what_is_not_known_is_not_shown(void **state) {
  (void)state;
  portal_rig_start(&rig, 1, false);
  set(0, VD_REMOTE_SILENT);
  set(1, VD_REMOTE_LOG_FAILED);
  atomic_store(&remotes[1].code, FRAG_CHECKPOINT_SIGNATURE);
  set(2, VD_REMOTE_ANSWERS);
  atomic_store(&remotes[2].checkpoint_s, FIXTURE_NOW_S); /* of an empty log */
  assert_true(says(write_lines, "operator 1: does not answer\n"));
  assert_true(says(write_lines, "operator 2: its log is not right: CHECKPOINT_SIGNATURE\n"));
  assert_true(says(write_lines, "operator 3: answers, entries 0, checkpoint 100 s old\n"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(entries_are_those_of_the_last_checkpoint_remembered),
      TEST(what_is_not_known_is_not_shown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
