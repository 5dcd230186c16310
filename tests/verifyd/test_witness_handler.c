/* add-checkpoint over HTTP to a witness as it is run. argv: verifyd, words.json. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <frag/tlog_proof.h>

#include "role_rig.h"

#define ORIGIN "log.example/1"
#define OTHER "other.example/1"
enum { LEAVES = 12 };

static struct role_rig rig;
static struct frag_log_key witness;
static struct loopback_answer answer;
static const uint8_t log_seed[32] = {1}, other_seed[32] = {2}, witness_seed[32] = {3};

/* Two trees that are the same but for the leaf `fork`. */
struct tree {
  uint8_t leaves[LEAVES][FRAG_HASH_LEN];
};
static struct tree honest, forked;

static struct frag_context *context(void) { return rig.program.realm->context; }

static void plant(struct tree *tree, size_t fork) {
  for (size_t i = 0; i < LEAVES; i++) {
    memset(tree->leaves[i], (int)i + 1, FRAG_HASH_LEN);
    if (i == fork) tree->leaves[i][0] ^= 0xff;
  }
}

static void make_witness(void) {
  char log_vkey[FRAG_VKEY_MAX], vkey[FRAG_VKEY_MAX], text[1024];
  role_rig_put_key(&rig, "log.key", ORIGIN, log_seed, log_vkey);
  role_rig_put_key(&rig, "witness.key", "witness.example", witness_seed, vkey);
  assert_int_equal(frag_log_key_parse(context(), &witness, vkey, strlen(vkey)), FRAG_OK);
  (void)snprintf(text, sizeof text, "memory = \"seen\"; witness = { key = \"witness.key\"; logs = [ \"%s\" ]; };",
                 log_vkey);
  role_rig_configure(&rig, text);
}

static int begin(void **state) {
  (void)state;
  role_rig_make(&rig);
  plant(&honest, LEAVES);
  plant(&forked, 3);
  make_witness();
  role_rig_start(&rig);
  return 0;
}

static int end(void **state) {
  (void)state;
  role_rig_remove(&rig);
  return 0;
}

/* --- a log of the test's own --- */

static frag_error read_hash(void *state, unsigned level, uint64_t index, uint8_t hash[FRAG_AT_LEAST(FRAG_HASH_LEN)]) {
  const struct tree *tree = state;
  uint8_t left[FRAG_HASH_LEN], right[FRAG_HASH_LEN];
  if (level == 0) {
    memcpy(hash, tree->leaves[index], FRAG_HASH_LEN);
    return FRAG_OK;
  }
  frag_error error = read_hash(state, level - 1, 2 * index, left);
  if (error == FRAG_OK) error = read_hash(state, level - 1, 2 * index + 1, right);
  return error == FRAG_OK ? frag_node_hash(context(), hash, left, right) : error;
}

static size_t make_note(struct tree *tree, uint64_t size, const char *origin, const uint8_t seed[32], char *note) {
  struct frag_tree_reader reader = {read_hash, tree};
  uint8_t root[FRAG_HASH_LEN];
  size_t len = 0;
  assert_int_equal(frag_tree_root(context(), root, size, &reader), FRAG_OK);
  struct frag_slice name = {(const uint8_t *)origin, strlen(origin)};
  assert_int_equal(frag_checkpoint_sign(context(), note, &len, name, size, root, seed, (uint64_t)time(NULL)), FRAG_OK);
  return len;
}

static char text[FRAG_TLOG_PROOF_MAX];
static char note[FRAG_CHECKPOINT_MAX];
static size_t text_len;

/* The request, with the proof that this tree has. */
static void write_request(struct tree *tree, uint64_t old_size, uint64_t size, const char *origin,
                          const uint8_t seed[32]) {
  struct frag_tree_reader reader = {read_hash, tree};
  struct frag_witness_request request = {.old_size = old_size};
  size_t note_len = make_note(tree, size, origin, seed, note);
  if (old_size <= size)
    assert_int_equal(frag_tree_consistency(context(), &request.consistency, old_size, size, &reader), FRAG_OK);
  request.checkpoint = (struct frag_slice){(const uint8_t *)note, note_len};
  assert_int_equal(frag_witness_request_encode(text, &text_len, &request), FRAG_OK);
}

static unsigned send_text(void) {
  program_rig_post(&rig.program, "/add-checkpoint", "text/plain", "", text, text_len, &answer);
  return answer.status;
}

static unsigned add(struct tree *tree, uint64_t old_size, uint64_t size) {
  write_request(tree, old_size, size, ORIGIN, log_seed);
  return send_text();
}

static void cosigned(void) {
  struct frag_checkpoint checkpoint;
  uint64_t time_s = 0;
  if (answer.status != 200) fail_msg("%u %s", answer.status, answer.body);
  char merged[FRAG_CHECKPOINT_MAX];
  struct frag_witness_request request;
  assert_int_equal(frag_witness_request_decode(&request, text, text_len), FRAG_OK);
  size_t merged_len = request.checkpoint.len;
  memcpy(merged, request.checkpoint.data, merged_len);
  assert_int_equal(frag_checkpoint_merge(context(), merged, &merged_len, answer.body, answer.body_len, &witness),
                   FRAG_OK);
  assert_int_equal(frag_checkpoint_decode(context(), &checkpoint, merged, merged_len), FRAG_OK);
  assert_int_equal(frag_checkpoint_cosigned(context(), &checkpoint, &witness, &time_s), FRAG_OK);
  assert_in_range(time_s, (uint64_t)time(NULL) - 60, (uint64_t)time(NULL) + 1);
}

static void says_size(const char *size) {
  assert_int_equal(answer.status, 409);
  assert_string_equal(loopback_header(&answer, "Content-Type"), "text/x.tlog.size");
  assert_string_equal(answer.body, size);
}

/* --- tests --- */

static void a_log_that_goes_on_is_cosigned(void **state) {
  (void)state;
  (void)add(&honest, 0, 0); /* an empty log is one too */
  cosigned();
  (void)add(&honest, 0, 3);
  cosigned();
  (void)add(&honest, 3, 3);
  cosigned();
  (void)add(&honest, 3, 7);
  cosigned();
  (void)add(&honest, 7, 12);
  cosigned();
}

static void another_size_is_told(void **state) {
  (void)state;
  (void)add(&honest, 2, 5);
  says_size("0\n");
  (void)add(&honest, 0, 5);
  cosigned();
  (void)add(&honest, 0, 7);
  says_size("5\n");
  (void)add(&honest, 6, 7);
  says_size("5\n");
  (void)add(&honest, 0, 3); /* an old one */
  says_size("5\n");
  assert_int_equal(add(&honest, 7, 5), 400); /* it wants to go back */
}

static void strangers_are_refused(void **state) {
  (void)state;
  write_request(&honest, 0, 3, OTHER, other_seed);
  assert_int_equal(send_text(), 404);
  write_request(&honest, 0, 3, ORIGIN, other_seed);
  assert_int_equal(send_text(), 403);
  write_request(&honest, 0, 3, ORIGIN, log_seed);
  text[text_len - 10] = text[text_len - 10] == 'A' ? 'B' : 'A'; /* in a signature */
  assert_int_equal(send_text(), 403);
  (void)add(&honest, 0, 3);
  cosigned(); /* nothing of it was kept */
}

static void wrong_proofs_are_refused(void **state) {
  struct frag_witness_request request;
  (void)state;
  write_request(&honest, 0, 3, ORIGIN, log_seed);
  assert_int_equal(frag_witness_request_decode(&request, text, text_len), FRAG_OK);
  request.consistency.count = 1; /* from nothing there is nothing to prove */
  size_t len = request.checkpoint.len;
  static char copy[FRAG_CHECKPOINT_MAX];
  memcpy(copy, request.checkpoint.data, len);
  request.checkpoint.data = (const uint8_t *)copy;
  assert_int_equal(frag_witness_request_encode(text, &text_len, &request), FRAG_OK);
  assert_int_equal(send_text(), 422);
  (void)add(&honest, 0, 5);
  cosigned();
  assert_int_equal(add(&forked, 5, 9), 422); /* consistent with itself, not with what was cosigned */
  write_request(&honest, 4, 9, ORIGIN, log_seed);
  text[4] = '5'; /* a proof from another size */
  assert_int_equal(send_text(), 422);
  (void)add(&honest, 5, 9);
  cosigned();
}

static void garbage_is_refused(void **state) {
  (void)state;
  static const char *const bad[] = {
      "", "old", "old 0\n", "old 0\n\n", "old -1\n\nx", "old 00\n\n" ORIGIN "\n3\n", "old 0\nAAAA\n\n" ORIGIN "\n"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    text_len = strlen(bad[i]);
    memcpy(text, bad[i], text_len);
    assert_int_equal(send_text(), 400);
  }
  write_request(&honest, 0, 3, ORIGIN, log_seed);
  size_t whole = text_len;
  for (text_len = 0; text_len < whole; text_len += 7) assert_in_range(send_text(), 400, 403);
  memset(text, 'x', sizeof text);
  text_len = sizeof text;
  assert_int_equal(send_text(), 400);
  program_rig_post(&rig.program, "/add-checkpoint", "image/png", "", "x", 1, &answer);
  assert_int_equal(answer.status, 400); /* of any type, and still no request */
  role_rig_get(&rig, "/add-checkpoint", &answer);
  assert_int_equal(answer.status, 405);
}

static unsigned evidence_files(void) {
  unsigned count = 0;
  DIR *folder = opendir(temp_folder_at(&rig.program.folder, "seen"));
  assert_non_null(folder);
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
    if (strncmp(entry->d_name, "evidence-", 9) == 0) count++;
  (void)closedir(folder);
  return count;
}

static void a_fork_is_kept_as_evidence(void **state) {
  (void)state;
  (void)add(&honest, 0, 5);
  cosigned();
  (void)add(&forked, 5, 5);
  says_size("5\n");
  assert_int_equal(evidence_files(), 1);
  assert_int_equal(add(&honest, 5, 9), 403); /* whatever it says now */
  role_rig_wait_log(&rig, "level=error event=equivocation log=" ORIGIN);
  role_rig_wait_ready(&rig, "EQUIVOCATION: 1 logs", &answer);
  assert_int_equal(program_rig_stop(&rig.program), 0);
  role_rig_start(&rig);
  assert_int_equal(add(&honest, 5, 9), 403);
  assert_int_equal(evidence_files(), 1);
  role_rig_wait_ready(&rig, "EQUIVOCATION: 1 logs", &answer);
}

static void what_was_cosigned_outlives_a_crash(void **state) {
  (void)state;
  for (uint64_t size = 1; size <= 6; size++) {
    (void)add(&honest, size - 1, size);
    cosigned();
    role_rig_kill(&rig);
    role_rig_start(&rig);
    char expected[8];
    (void)snprintf(expected, sizeof expected, "%u\n", (unsigned)size);
    (void)add(&honest, 0, LEAVES);
    says_size(expected);
  }
}

static void what_it_needs_is_told_before_it_serves(void **state) {
  char log_vkey[FRAG_VKEY_MAX], conf[1024], path[512];
  const char *const words[] = {"--check", "--config", path, NULL};
  (void)snprintf(path, sizeof path, "%s", temp_folder_at(&rig.program.folder, "verifyd.conf"));
  (void)state;
  assert_int_equal(program_rig_stop(&rig.program), 0);
  assert_int_equal(program_rig_run(&rig.program, words), 0);
  role_rig_put_key(&rig, "log.key", ORIGIN, log_seed, log_vkey);
  log_vkey[strlen(ORIGIN) + 1] ^= 1;
  (void)snprintf(conf, sizeof conf, "memory = \"seen\"; witness = { key = \"witness.key\"; logs = [ \"%s\" ]; };",
                 log_vkey);
  role_rig_configure(&rig, conf);
  assert_int_equal(program_rig_run(&rig.program, words), 78);
  assert_non_null(strstr(program_rig_read(&rig.program, "err"), "witness: logs: number 1"));
  role_rig_configure(&rig, "memory = \"seen\"; witness = { key = \"missing.key\"; };");
  assert_int_equal(program_rig_run(&rig.program, words), 66);
}

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_log_that_goes_on_is_cosigned, begin, end),
      cmocka_unit_test_setup_teardown(another_size_is_told, begin, end),
      cmocka_unit_test_setup_teardown(strangers_are_refused, begin, end),
      cmocka_unit_test_setup_teardown(wrong_proofs_are_refused, begin, end),
      cmocka_unit_test_setup_teardown(garbage_is_refused, begin, end),
      cmocka_unit_test_setup_teardown(a_fork_is_kept_as_evidence, begin, end),
      cmocka_unit_test_setup_teardown(what_was_cosigned_outlives_a_crash, begin, end),
      cmocka_unit_test_setup_teardown(what_it_needs_is_told_before_it_serves, begin, end),
  };
  if (count != 3) return 2;
  program_rig_use(arguments[1], arguments[2]);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
