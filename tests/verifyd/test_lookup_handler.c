/* Look-ups over HTTP to an operator as it is run. argv: verifyd, words.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "role_rig.h"
#include "wire/lookup.h"

static struct role_rig rig;
static struct paper papers[3];
static struct loopback_answer answer;
static struct vd_lookup_answer found;
static uint8_t bytes[ROLE_SUBMISSION_MAX];

static void submit(const struct paper *paper) {
  struct vd_store_item item = role_rig_item(&rig, paper);
  role_rig_submit(&rig, bytes, role_rig_sign(&rig, KEY_MINISTRY, &item, 1, bytes), &answer);
  assert_int_equal(answer.status, 200);
}

static int begin(void **state) {
  (void)state;
  role_rig_make(&rig);
  role_rig_be_operator(&rig, 2, "", "");
  role_rig_start(&rig);
  for (size_t i = 0; i < 3; i++) {
    char serial[8];
    (void)snprintf(serial, sizeof serial, "L-%zu", i);
    papers[i] = issue(rig.program.realm, (struct plan){.serial = serial});
  }
  submit(&papers[0]);
  submit(&papers[1]);
  return 0;
}

static int end(void **state) {
  (void)state;
  role_rig_remove(&rig);
  return 0;
}

static void post(const void *body, size_t len) {
  program_rig_post(&rig.program, "/log/2/look-up", "application/octet-stream", "", body, len, &answer);
}

/* Asks, and checks the checkpoint. */
static struct frag_checkpoint look_up(enum vd_store_kind kind, const uint8_t *key, uint64_t known_size) {
  struct vd_lookup_request request = {.kind = kind, .known_size = known_size, .count = 1};
  uint8_t asked[VD_LOOKUP_REQUEST_MAX];
  struct frag_checkpoint checkpoint;
  memcpy(request.keys[0], key, sizeof request.keys[0]);
  post(asked, vd_lookup_request_write(asked, &request));
  if (answer.status != 200) fail_msg("%u %s", answer.status, answer.body);
  assert_string_equal(loopback_header(&answer, "Cache-Control"), "no-store");
  assert_string_equal(loopback_header(&answer, "Content-Type"), "application/octet-stream");
  assert_int_equal(vd_lookup_answer_read(&found, kind, 1, (const uint8_t *)answer.body, answer.body_len, NULL), VD_OK);
  struct frag_context *context = rig.program.realm->context;
  assert_int_equal(frag_checkpoint_decode(context, &checkpoint, found.checkpoint, found.checkpoint_len), FRAG_OK);
  assert_int_equal(frag_checkpoint_check(context, &checkpoint, &rig.key, NULL), FRAG_OK);
  return checkpoint;
}

static const uint8_t *locator(size_t paper) { return papers[paper].records[1] + 8; }

static void a_record_comes_with_its_proof(void **state) {
  (void)state;
  struct frag_checkpoint checkpoint = look_up(VD_STORE_FRAGMENT, locator(1), 0);
  assert_int_equal(checkpoint.size, 2);
  assert_int_equal(found.items[0].presence, VD_STORE_PRESENT);
  assert_int_equal(found.items[0].len, FIXTURE_RECORD_LEN);
  assert_memory_equal(found.items[0].bytes, papers[1].records[1], FIXTURE_RECORD_LEN);
  assert_int_equal(vd_log_check_item(rig.program.realm->context, &checkpoint, &found.items[0]), FRAG_OK);
}

static void absence_is_an_answer(void **state) {
  (void)state;
  (void)look_up(VD_STORE_FRAGMENT, locator(2), 0);
  assert_int_equal(found.items[0].presence, VD_STORE_ABSENT);
  (void)look_up(VD_STORE_STATUS, locator(0), 0);
  assert_int_equal(found.items[0].presence, VD_STORE_ABSENT);
}

static void it_proves_from_what_is_known(void **state) {
  uint8_t root[FRAG_HASH_LEN];
  (void)state;
  struct frag_checkpoint two = look_up(VD_STORE_FRAGMENT, locator(0), 0);
  memcpy(root, two.root, sizeof root);
  submit(&papers[2]);
  struct frag_checkpoint three = look_up(VD_STORE_FRAGMENT, locator(0), 2);
  assert_int_equal(three.size, 3);
  assert_int_equal(frag_tree_check_consistency(rig.program.realm->context, 2, root, 3, three.root, &found.consistency),
                   FRAG_OK);
  (void)look_up(VD_STORE_FRAGMENT, locator(0), 3);
  assert_int_equal(found.consistency.count, 0);
  (void)look_up(VD_STORE_FRAGMENT, locator(0), UINT64_MAX >> 2); /* it cannot prove the future */
  assert_int_equal(found.consistency.count, 0);
}

static void what_was_erased_keeps_its_leaf(void **state) {
  (void)state;
  role_rig_submit(&rig, bytes, role_rig_sign_erasure(&rig, KEY_MINISTRY, locator(0), bytes), &answer);
  assert_int_equal(answer.status, 200);
  struct frag_checkpoint checkpoint = look_up(VD_STORE_FRAGMENT, locator(0), 0);
  assert_int_equal(found.items[0].presence, VD_STORE_ERASED);
  assert_int_equal(found.items[0].len, 24 + 32 * FIXTURE_OPERATORS);
  assert_int_equal(vd_log_check_item(rig.program.realm->context, &checkpoint, &found.items[0]), FRAG_OK);
}

static void other_requests_are_refused(void **state) {
  struct vd_lookup_request request = {.kind = VD_STORE_FRAGMENT, .count = 1};
  uint8_t asked[VD_LOOKUP_REQUEST_MAX + 1];
  (void)state;
  size_t len = vd_lookup_request_write(asked, &request);
  for (size_t cut = 0; cut < len; cut++) {
    post(asked, cut);
    assert_int_equal(answer.status, 400);
  }
  post(asked, len + 1);
  assert_int_equal(answer.status, 400);
  asked[0] ^= 1;
  post(asked, len);
  assert_int_equal(answer.status, 400);
  asked[0] ^= 1;
  program_rig_post(&rig.program, "/log/1/look-up", "application/octet-stream", "", asked, len, &answer);
  assert_int_equal(answer.status, 404);
  program_rig_post(&rig.program, "/log/2/look-up", "application/json", "", asked, len, &answer);
  assert_int_equal(answer.status, 415);
  role_rig_get(&rig, "/log/2/look-up", &answer);
  assert_int_equal(answer.status, 405);
  memset(bytes, 0, 70000);
  program_rig_post(&rig.program, "/log/2/look-up", "application/octet-stream", "", bytes, 70000, &answer);
  assert_int_equal(answer.status, 413); /* a submission's size is not for this route */
}

static void nobody_is_named_in_the_log(void **state) {
  char hex[9];
  (void)state;
  (void)look_up(VD_STORE_FRAGMENT, locator(1), 0);
  assert_int_equal(program_rig_stop(&rig.program), 0);
  const char *log = program_rig_read(&rig.program, "err");
  assert_non_null(strstr(log, "route=look_up status=200"));
  (void)snprintf(hex, sizeof hex, "%02x%02x%02x%02x", locator(1)[0], locator(1)[1], locator(1)[2], locator(1)[3]);
  assert_null(strstr(log, hex));
}

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_record_comes_with_its_proof), cmocka_unit_test(absence_is_an_answer),
      cmocka_unit_test(it_proves_from_what_is_known),  cmocka_unit_test(what_was_erased_keeps_its_leaf),
      cmocka_unit_test(other_requests_are_refused),    cmocka_unit_test(nobody_is_named_in_the_log),
  };
  if (count != 3) return 2;
  program_rig_use(arguments[1], arguments[2]);
  return cmocka_run_group_tests(tests, begin, end);
}
