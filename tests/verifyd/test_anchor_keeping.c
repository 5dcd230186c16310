/* An operator whose log is anchored, as it is run, while the chain's node is away: what it opens, refuses, and says.
 * The chain itself: tests/chain. argv: verifyd, words.json. */
#include "libfrag/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/key_file.h"
#include "chain/evm.h"
#include "ledger/outbox.h"
#include "role_rig.h"

enum { CHAIN_ID = 5 };

static struct role_rig rig;
static struct loopback_answer answer;
static const uint8_t secret[32] = {0xc0, 0xff, 0xee, [31] = 7};

static void put_key(const char *name, enum vd_key_kind kind) {
  struct vd_public_key key = {.kind = kind};
  struct vd_key_file file;
  char text[VD_KEY_TEXT_SIZE];
  assert_int_equal(vd_key_derive(rig.program.realm->context, &key, secret, NULL), VD_OK);
  assert_int_equal(vd_key_file_make(&file, &key, secret, NULL, NULL), VD_OK);
  vd_key_file_write(text, &file);
  assert_int_equal(vd_file_create(temp_folder_at(&rig.program.folder, name), text, strlen(text), 0600, NULL), VD_OK);
}

/* Port 1 of this machine: nobody is there. key: the setting of the first anchor; more: further anchors; other_id: the
 * id of a second chain, "other". */
static void configure_two(const char *key, const char *more, int other_id) {
  char anchors[900], chains[600];
  (void)snprintf(anchors, sizeof anchors,
                 "anchors = ( { chain = \"quiet\"; outbox = \"outbox\"; %s interval_s = 1; fee_max = 50; tip = 1; }%s );",
                 key, more);
  (void)snprintf(chains, sizeof chains,
                 "chains = ( { name = \"quiet\"; kind = \"evm\"; id = %d; endpoints = [ \"http://127.0.0.1:1\" ]; "
                 "poll_s = 1; timeout_ms = 500; }, "
                 "{ name = \"other\"; kind = \"evm\"; id = %d; endpoints = [ \"http://127.0.0.1:1\" ]; "
                 "poll_s = 1; timeout_ms = 500; } );",
                 CHAIN_ID, other_id);
  role_rig_be_operator(&rig, 2, anchors, chains);
}

static void configure(const char *name) {
  char key[100];
  (void)snprintf(key, sizeof key, "key = \"%s\";", name);
  configure_two(key, "", CHAIN_ID + 1);
}

static int begin(void **state) {
  (void)state;
  role_rig_make(&rig);
  configure("anchor.key");
  put_key("anchor.key", VD_KEY_ANCHOR);
  put_key("issuer.key", VD_KEY_ISSUER);
  return 0;
}

static int end(void **state) {
  (void)state;
  role_rig_remove(&rig);
  return 0;
}

static int check(void) {
  const char *const words[] = {"--config", temp_folder_at(&rig.program.folder, "verifyd.conf"), "--check", NULL};
  return program_rig_run(&rig.program, words);
}

static void get_metrics(void) {
  loopback_once(rig.program.operations_port, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", &answer);
  assert_int_equal(answer.status, 200);
}

static void expect_metric(const char *name, unsigned value) {
  char line[120];
  (void)snprintf(line, sizeof line, "\nverifyd_%s{chain=\"quiet\"} %u\n", name, value);
  if (strstr(answer.body, line) == NULL) fail_msg("no %s in %s", line, answer.body);
}

static struct vd_outbox *open_outbox(const char *origin) {
  struct vd_outbox_identity identity = {.is_bitcoin = false};
  struct vd_outbox *outbox;
  struct vd_ecdsa *ecdsa;
  struct vd_ecdsa_public point;
  struct vd_failure failure = {.text = ""};
  assert_int_equal(vd_ecdsa_new(&ecdsa, NULL), VD_OK);
  assert_int_equal(vd_ecdsa_public(ecdsa, &point, secret, NULL), VD_OK);
  vd_ecdsa_free(ecdsa);
  vd_evm_address(identity.account, &point);
  identity.chain[31] = CHAIN_ID;
  (void)snprintf(identity.origin, sizeof identity.origin, "%s", origin);
  if (vd_outbox_open(temp_folder_at(&rig.program.folder, "outbox"), &identity, &outbox, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  return outbox;
}

static void a_check_opens_key_and_outbox(void **state) {
  struct stat status;
  (void)state;
  configure("anchor.key");
  assert_int_equal(check(), 0);
  assert_int_equal(stat(temp_folder_at(&rig.program.folder, "outbox"), &status), 0);
  assert_int_equal(status.st_mode & 0777, 0700);
  configure("no.key");
  assert_int_equal(check(), vd_exit_code(VD_NO_INPUT));
  configure("issuer.key");
  assert_int_equal(check(), vd_exit_code(VD_KEY));
  assert_null(strstr(program_rig_read(&rig.program, "err"), "c0ffee"));
}

static void an_outbox_is_of_one_operator_and_writer(void **state) {
  (void)state;
  configure("anchor.key");
  struct vd_outbox *outbox = open_outbox(rig.origin);
  assert_int_equal(check(), vd_exit_code(VD_CONFLICT));
  vd_outbox_close(outbox);
  assert_int_equal(check(), 0);
}

static void a_chain_that_is_away_is_said_and_harms_nothing(void **state) {
  static const char *const serials[] = {"A-1", "A-2"};
  (void)state;
  configure("anchor.key");
  role_rig_start(&rig);
  role_rig_wait_ready(&rig, "anchors on quiet: unreachable, final 0; see the log\n", &answer);
  assert_int_equal(answer.status, 200);
  role_rig_wait_log(&rig, "level=warning event=anchor_unreachable chain=quiet endpoint=1 ");
  assert_null(strstr(program_rig_read(&rig.program, "err"), "127.0.0.1:1"));
  role_rig_keep(&rig, serials, 2);
  get_metrics();
  expect_metric("anchor_unreachable", 1);
  expect_metric("anchor_halted", 0);
  expect_metric("anchors_final", 0);
  expect_metric("anchor_looked_time_seconds", 0);
  assert_int_equal(program_rig_stop(&rig.program), 0);
}

static void a_halt_is_said_until_it_is_resumed(void **state) {
  (void)state;
  configure("anchor.key");
  struct vd_outbox *outbox = open_outbox(rig.origin);
  assert_int_equal(vd_outbox_halt(outbox, 1700000000, "somebody tried this", NULL), VD_OK);
  vd_outbox_close(outbox);
  role_rig_start(&rig);
  role_rig_wait_ready(&rig, "anchors on quiet: halted, final 0; nothing is sent until verifyctl anchor resume",
                      &answer);
  assert_int_equal(answer.status, 200);
  role_rig_wait_log(&rig, "level=error event=anchor_halted chain=quiet since=1700000000 "
                          "reason=\"somebody tried this\"");
  get_metrics();
  expect_metric("anchor_halted", 1);
  assert_int_equal(program_rig_stop(&rig.program), 0);
  outbox = open_outbox(rig.origin);
  assert_int_equal(vd_outbox_resume(outbox, NULL), VD_OK);
  vd_outbox_close(outbox);
  role_rig_start(&rig);
  role_rig_wait_ready(&rig, "anchors on quiet: unreachable", &answer);
  assert_int_equal(program_rig_stop(&rig.program), 0);
}

/* As if that had been sent and were final. */
static void put_final(uint64_t nonce, uint64_t size, const uint8_t root[static FRAG_HASH_LEN]) {
  static struct vd_outbox_attempt attempt;
  struct vd_outbox_final final = {.block_number = nonce, .block_time_s = 1700000000, .gas_used = 1, .gas_price = 1};
  struct vd_outbox *outbox = open_outbox(rig.origin);
  attempt = (struct vd_outbox_attempt){.size = size, .made_s = 1700000000, .raw_len = 1};
  memcpy(attempt.root, root, sizeof attempt.root);
  attempt.id[0] = (uint8_t)nonce;
  assert_int_equal(vd_outbox_begin(outbox, nonce, &attempt, NULL), VD_OK);
  assert_int_equal(vd_outbox_finish(outbox, &final, NULL), VD_OK);
  vd_outbox_close(outbox);
}

/* It is restored from an old copy, and has then grown past what was anchored: by its size alone nobody would notice. */
static void a_log_that_grew_from_an_old_copy_is_not_anchored(void **state) {
  static const char *const first[] = {"B-1", "B-2"}, *const second[] = {"B-3", "B-4"};
  static char note[FRAG_CHECKPOINT_MAX];
  struct frag_checkpoint checkpoint;
  uint64_t time_s;
  (void)state;
  configure("anchor.key");
  role_rig_start(&rig);
  role_rig_keep(&rig, first, 2);
  role_rig_checkpoint(&rig, note, &checkpoint, &time_s);
  role_rig_keep(&rig, second, 2);
  assert_int_equal(program_rig_stop(&rig.program), 0);

  put_final(7, checkpoint.size, checkpoint.root);
  role_rig_start(&rig);
  role_rig_wait_ready(&rig, "anchors on quiet: unreachable, final 1", &answer); /* after some looks */
  assert_null(strstr(program_rig_read(&rig.program, "err"), "anchor_halted"));
  assert_int_equal(program_rig_stop(&rig.program), 0);

  checkpoint.root[FRAG_HASH_LEN - 1] ^= 1;
  put_final(8, checkpoint.size + 1, checkpoint.root);
  role_rig_start(&rig);
  role_rig_wait_log(&rig, "level=error event=anchor_halted chain=quiet ");
  assert_non_null(strstr(program_rig_read(&rig.program, "err"), "restored from an old copy"));
  assert_int_equal(program_rig_stop(&rig.program), 0);
}

/* What is wrong with a key or an outbox halts that chain and no more; --check refuses it. Left running. */
static void expect_shut(const char *why, enum vd_error error) {
  static const char *const serials[] = {"C-1"};
  assert_int_equal(check(), vd_exit_code(error));
  assert_non_null(strstr(program_rig_read(&rig.program, "err"), "verifyd: anchors on quiet: "));
  assert_non_null(strstr(program_rig_read(&rig.program, "err"), why));
  role_rig_start(&rig);
  role_rig_wait_ready(&rig, "anchors on quiet: halted: ", &answer);
  assert_int_equal(answer.status, 200);
  assert_non_null(strstr(answer.body, why));
  assert_non_null(strstr(answer.body, "; put that right and start verifyd again\n"));
  role_rig_wait_log(&rig, "level=error event=anchor_halted chain=quiet reason=\"");
  assert_non_null(strstr(program_rig_read(&rig.program, "err"), why));
  role_rig_keep(&rig, serials, 1);
  get_metrics();
  expect_metric("anchor_halted", 1);
  assert_null(strstr(answer.body, "verifyd_anchors_final{chain=\"quiet\"}"));
}

static void a_key_that_cannot_be_had_halts_its_chain(void **state) {
  (void)state;
  configure_two("key_command = [ \"/bin/false\" ];", "", CHAIN_ID + 1);
  expect_shut("/bin/false ended with code 1 and gave no key", VD_IO);
  assert_int_equal(program_rig_stop(&rig.program), 0);
}

static void a_damaged_outbox_halts_its_chain(void **state) {
  (void)state;
  configure_two("key = \"anchor.key\";", ", { chain = \"other\"; outbox = \"outbox-other\"; key = \"anchor.key\"; }",
                CHAIN_ID + 1);
  temp_folder_put(&rig.program.folder, "outbox/data.mdb", "this is not LMDB", 16);
  expect_shut("a copy of it is no replacement", VD_DATA);
  role_rig_wait_ready(&rig, "anchors on other: unreachable, final 0", &answer);
  assert_int_equal(program_rig_stop(&rig.program), 0);
}

static void one_account_of_a_chain_has_one_outbox(void **state) {
  static const char same[] = ", { chain = \"other\"; outbox = \"outbox-other\"; key = \"./copy.key\"; }";
  (void)state;
  put_key("copy.key", VD_KEY_ANCHOR);
  configure_two("key = \"anchor.key\";", same, CHAIN_ID);
  assert_int_equal(check(), vd_exit_code(VD_CONFIG));
  assert_non_null(strstr(program_rig_read(&rig.program, "err"), "quiet and other are one chain, and have one key"));
  configure_two("key = \"anchor.key\";", same, CHAIN_ID + 1);
  assert_int_equal(check(), 0);
}

static void without_anchors_nothing_is_said_of_them(void **state) {
  (void)state;
  role_rig_be_operator(&rig, 2, "", "");
  role_rig_start(&rig);
  role_rig_ready(&rig, &answer);
  assert_null(strstr(answer.body, "anchors on"));
  get_metrics();
  assert_null(strstr(answer.body, "verifyd_anchor"));
  assert_int_equal(program_rig_stop(&rig.program), 0);
}

int main(int count, char **words) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_check_opens_key_and_outbox),
      cmocka_unit_test(an_outbox_is_of_one_operator_and_writer),
      cmocka_unit_test(a_chain_that_is_away_is_said_and_harms_nothing),
      cmocka_unit_test(a_halt_is_said_until_it_is_resumed),
      cmocka_unit_test(a_log_that_grew_from_an_old_copy_is_not_anchored),
      cmocka_unit_test(one_account_of_a_chain_has_one_outbox),
      cmocka_unit_test(a_key_that_cannot_be_had_halts_its_chain),
      cmocka_unit_test(a_damaged_outbox_halts_its_chain),
      cmocka_unit_test(without_anchors_nothing_is_said_of_them),
  };
  assert_int_equal(count, 3);
  program_rig_use(words[1], words[2]);
  return cmocka_run_group_tests(tests, begin, end);
}
