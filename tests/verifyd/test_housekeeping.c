/* What processes do for each other without being asked: operator, witness and portal as they are run.
 * argv: verifyd, words.json. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "role_rig.h"

static struct role_rig operator_rig, witness_rig, portal_rig;
static struct frag_log_key witness_key;
static struct loopback_answer answer;
static char witness_vkey[FRAG_VKEY_MAX];
static char note[FRAG_CHECKPOINT_MAX];

static int begin(void **state) {
  static const uint8_t seed[32] = {7};
  (void)state;
  role_rig_make(&operator_rig);
  role_rig_make(&witness_rig);
  role_rig_make(&portal_rig);
  role_rig_put_key(&witness_rig, "witness.key", "witness.example", seed, witness_vkey);
  struct frag_context *context = witness_rig.program.realm->context;
  assert_int_equal(frag_log_key_parse(context, &witness_key, witness_vkey, strlen(witness_vkey)), FRAG_OK);
  role_rig_be_operator(&operator_rig, 1, "", ""); /* for its key */
  return 0;
}

static int end(void **state) {
  (void)state;
  role_rig_remove(&portal_rig);
  role_rig_remove(&witness_rig);
  role_rig_remove(&operator_rig);
  return 0;
}

static void start_witness(void) {
  char text[1024];
  (void)snprintf(text, sizeof text, "memory = \"seen\"; witness = { key = \"witness.key\"; logs = [ \"%s\" ]; };",
                 operator_rig.vkey);
  role_rig_configure(&witness_rig, text);
  role_rig_start(&witness_rig);
}

static void start_operator(const char *checkpoint) {
  char more[1024];
  (void)snprintf(more, sizeof more, "%s witnesses = ( { url = \"http://127.0.0.1:%u\"; vkey = \"%s\"; } );", checkpoint,
                 witness_rig.program.port, witness_vkey);
  role_rig_be_operator(&operator_rig, 1, more, "");
  role_rig_start(&operator_rig);
}

static void configure_portal(const char *more) {
  char text[1024];
  (void)snprintf(
      text, sizeof text,
      "threshold = 1; memory = \"seen\"; limits = { operator_ms = 20000; };\n"
      "operators = ( { number = 1; name = \"A\"; url = \"http://127.0.0.1:%u/log/1\"; vkey = \"%s\"; } );\n%s",
      operator_rig.program.port, operator_rig.vkey, more);
  role_rig_configure(&portal_rig, text);
}

static void doze(void) { (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); }

/* Waits until the checkpoint of `size` entries has the witness's cosignature. */
static void wait_cosigned(uint64_t size) {
  struct frag_context *context = operator_rig.program.realm->context;
  struct frag_checkpoint checkpoint;
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS, time_s;
  for (;; doze()) {
    role_rig_checkpoint(&operator_rig, note, &checkpoint, NULL);
    if (checkpoint.size == size && frag_checkpoint_cosigned(context, &checkpoint, &witness_key, &time_s) == FRAG_OK)
      return;
    if (loopback_now_ms() > until_ms)
      fail_msg("not cosigned: %s%s", (const char *)answer.body, program_rig_read(&operator_rig.program, "err"));
  }
}

static void witnesses_cosign_what_is_new(void **state) {
  static const char *const first[] = {"H-1"}, *const second[] = {"H-2", "H-3"}, *const third[] = {"H-4"};
  (void)state;
  start_witness();
  start_operator("");
  wait_cosigned(0);
  role_rig_keep(&operator_rig, first, 1);
  wait_cosigned(1);
  role_rig_keep(&operator_rig, second, 2);
  wait_cosigned(3);
  assert_int_equal(program_rig_stop(&operator_rig.program), 0); /* it forgets how far the witness is, and is told */
  role_rig_start(&operator_rig);
  role_rig_keep(&operator_rig, third, 1);
  wait_cosigned(4);
  loopback_once(operator_rig.program.operations_port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
  assert_null(strstr(answer.body, "verifyd_cosignatures_received_total 0\n"));
  loopback_once(witness_rig.program.operations_port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
  assert_null(strstr(answer.body, "verifyd_cosignatures_given_total 0\n"));
}

static void a_witness_that_is_away_holds_nothing_up(void **state) {
  static const char *const serials[] = {"A-1"};
  (void)state;
  start_witness();
  role_rig_kill(&witness_rig);
  start_operator("");
  role_rig_keep(&operator_rig, serials, 1);
  role_rig_wait_log(&operator_rig, "event=cosigning_failed witness=1");
  role_rig_ready(&operator_rig, &answer);
  assert_int_equal(answer.status, 200);
  role_rig_start(&witness_rig);
  wait_cosigned(1);
}

static void an_old_checkpoint_is_renewed(void **state) {
  struct frag_checkpoint checkpoint;
  uint64_t first_s, now_s, until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  (void)state;
  role_rig_be_operator(&operator_rig, 1, "checkpoint_s = 1;", "");
  role_rig_start(&operator_rig);
  role_rig_checkpoint(&operator_rig, note, &checkpoint, &first_s);
  for (now_s = first_s; now_s < first_s + 3; doze()) {
    role_rig_checkpoint(&operator_rig, note, &checkpoint, &now_s);
    assert_int_equal(checkpoint.size, 0);
    assert_true(loopback_now_ms() < until_ms);
  }
}

static void a_portal_knows_who_answers(void **state) {
  static const char *const serials[] = {"P-1", "P-2"};
  (void)state;
  role_rig_start(&operator_rig);
  role_rig_keep(&operator_rig, serials, 2);
  configure_portal("");
  role_rig_start(&portal_rig);
  role_rig_wait_ready(&portal_rig, "operator 1: answers, entries 2, checkpoint ", &answer);
  assert_int_equal(answer.status, 200);
  assert_int_equal(program_rig_stop(&operator_rig.program), 0);
  assert_int_equal(program_rig_stop(&portal_rig.program), 0);
  role_rig_start(&portal_rig);
  role_rig_wait_ready(&portal_rig, "operator 1: does not answer", &answer);
  assert_int_equal(answer.status, 503);
  assert_non_null(strstr(answer.body, "entries 2")); /* remembered */
  role_rig_wait_log(&portal_rig, "event=operator_silent operator=1");
  role_rig_start(&operator_rig);
  role_rig_wait_ready(&portal_rig, "operator 1: answers", &answer);
  loopback_once(portal_rig.program.operations_port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
  assert_non_null(strstr(answer.body, "verifyd_operator_up{operator=\"1\"} 1\n"));
}

/* Another ledger under the same key and name: what an operator has that rewrites history. */
static void replace_ledger(const char *serial) {
  const char *const serials[] = {serial};
  char from[512], to[520];
  assert_int_equal(program_rig_stop(&operator_rig.program), 0);
  (void)snprintf(from, sizeof from, "%s", temp_folder_at(&operator_rig.program.folder, "ledger"));
  (void)snprintf(to, sizeof to, "%s-old", from);
  assert_int_equal(rename(from, to), 0);
  role_rig_start(&operator_rig);
  role_rig_keep(&operator_rig, serials, 1);
}

static unsigned evidence_files(const struct role_rig *rig) {
  unsigned count = 0;
  DIR *folder = opendir(temp_folder_at(&rig->program.folder, "seen"));
  assert_non_null(folder);
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
    if (strncmp(entry->d_name, "evidence-", 9) == 0) count++;
  (void)closedir(folder);
  return count;
}

/* Of a portal that has seen the ledger before. */
static void expect_equivocation(void) {
  for (unsigned start = 0; start < 2; start++) { /* and says so for ever */
    role_rig_start(&portal_rig);
    role_rig_wait_ready(&portal_rig, "its log is not right: EQUIVOCATION", &answer);
    assert_int_equal(answer.status, 503);
    role_rig_wait_ready(&portal_rig, "EQUIVOCATION: 1 logs", &answer);
    role_rig_wait_log(&portal_rig, "level=error event=equivocation log=operator.example/log/1");
    assert_int_equal(evidence_files(&portal_rig), 1);
    assert_int_equal(program_rig_stop(&portal_rig.program), 0);
  }
}

static void a_portal_keeps_the_proof_of_an_equivocation(void **state) {
  static const char *const serials[] = {"E-1"};
  (void)state;
  role_rig_start(&operator_rig);
  role_rig_keep(&operator_rig, serials, 1);
  configure_portal("");
  role_rig_start(&portal_rig);
  role_rig_wait_ready(&portal_rig, "operator 1: answers, entries 1", &answer);
  assert_int_equal(program_rig_stop(&portal_rig.program), 0);
  replace_ledger("E-2");
  expect_equivocation();
}

/* A new history that has outgrown the one that was seen: its own consistency proof tells. */
static void a_portal_keeps_the_proof_that_a_log_was_begun_anew(void **state) {
  static const char *const serials[] = {"E-1", "E-2", "E-3"}, *const others[] = {"F-2", "F-3", "F-4", "F-5"};
  (void)state;
  role_rig_start(&operator_rig);
  role_rig_keep(&operator_rig, serials, 3);
  configure_portal("");
  role_rig_start(&portal_rig);
  role_rig_wait_ready(&portal_rig, "operator 1: answers, entries 3", &answer);
  assert_int_equal(program_rig_stop(&portal_rig.program), 0);
  replace_ledger("F-1");
  role_rig_keep(&operator_rig, others, 4);
  expect_equivocation();
}

/* Long before its log is looked at again. */
static void what_a_verification_finds_is_looked_at_soon(void **state) {
  static const char *const serials[] = {"S-1", "S-2", "S-3"};
  static char request[2048], body[1024];
  (void)state;
  role_rig_start(&operator_rig);
  role_rig_keep(&operator_rig, serials, 3);
  configure_portal("");
  role_rig_start(&portal_rig);
  role_rig_wait_ready(&portal_rig, "operator 1: answers, entries 3", &answer);
  assert_int_equal(program_rig_stop(&portal_rig.program), 0);
  role_rig_start(&portal_rig); /* its loops begin with what is remembered */
  role_rig_wait_ready(&portal_rig, "operator 1: answers, entries 3", &answer);
  replace_ledger("S-4"); /* nobody can prove what it was before */
  struct paper paper = issue(operator_rig.program.realm, (struct plan){.serial = "S-5"});
  int len = snprintf(body, sizeof body, "{\"qr\":\"%s\"}", paper.qr);
  (void)snprintf(request, sizeof request,
                 "POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                 "Content-Length: %d\r\n\r\n%s",
                 len, body);
  loopback_once(portal_rig.program.port, request, &answer);
  assert_non_null(strstr(answer.body, "LOG_INCONSISTENT"));
  role_rig_wait_ready(&portal_rig, "operator 1: its log is not right: LOG_INCONSISTENT, entries 3", &answer);
  role_rig_wait_log(&portal_rig, "level=error event=operator_log_failed operator=1 code=LOG_INCONSISTENT");
  assert_int_equal(evidence_files(&portal_rig), 0);
}

static void a_witness_that_is_ahead_is_told_of(void **state) {
  static const char *const serials[] = {"W-1"};
  char from[512], to[520];
  (void)state;
  start_witness();
  start_operator("");
  role_rig_keep(&operator_rig, serials, 1);
  wait_cosigned(1);
  assert_int_equal(program_rig_stop(&operator_rig.program), 0);
  (void)snprintf(from, sizeof from, "%s", temp_folder_at(&operator_rig.program.folder, "ledger"));
  (void)snprintf(to, sizeof to, "%s-old", from);
  assert_int_equal(rename(from, to), 0);
  role_rig_start(&operator_rig); /* an empty ledger in place of the old one */
  role_rig_wait_log(&operator_rig, "it has seen more of this log than there is");
}

static void bad_keys_of_others_are_told_before_it_serves(void **state) {
  char path[512];
  const char *const words[] = {"--check", "--config", path, NULL};
  (void)state;
  (void)snprintf(path, sizeof path, "%s", temp_folder_at(&portal_rig.program.folder, "verifyd.conf"));
  operator_rig.program.port = 1;
  configure_portal("");
  assert_int_equal(program_rig_run(&portal_rig.program, words), 0);
  operator_rig.vkey[strlen(operator_rig.origin) + 3] ^= 1;
  configure_portal("");
  assert_int_equal(program_rig_run(&portal_rig.program, words), 78);
  assert_non_null(strstr(program_rig_read(&portal_rig.program, "err"), "operators: number 1: vkey"));
  (void)snprintf(path, sizeof path, "%s", temp_folder_at(&operator_rig.program.folder, "verifyd.conf"));
  role_rig_be_operator(&operator_rig, 1, "witnesses = ( { url = \"http://127.0.0.1:1\"; vkey = \"x+00000000+AA\"; } );",
                       "");
  assert_int_equal(program_rig_run(&operator_rig.program, words), 78);
  assert_non_null(strstr(program_rig_read(&operator_rig.program, "err"), "operator: witnesses: number 1: vkey"));
}

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(witnesses_cosign_what_is_new, begin, end),
      cmocka_unit_test_setup_teardown(a_witness_that_is_away_holds_nothing_up, begin, end),
      cmocka_unit_test_setup_teardown(an_old_checkpoint_is_renewed, begin, end),
      cmocka_unit_test_setup_teardown(a_portal_knows_who_answers, begin, end),
      cmocka_unit_test_setup_teardown(a_portal_keeps_the_proof_of_an_equivocation, begin, end),
      cmocka_unit_test_setup_teardown(a_portal_keeps_the_proof_that_a_log_was_begun_anew, begin, end),
      cmocka_unit_test_setup_teardown(what_a_verification_finds_is_looked_at_soon, begin, end),
      cmocka_unit_test_setup_teardown(a_witness_that_is_ahead_is_told_of, begin, end),
      cmocka_unit_test_setup_teardown(bad_keys_of_others_are_told_before_it_serves, begin, end),
  };
  if (count != 3) return 2;
  program_rig_use(arguments[1], arguments[2]);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
