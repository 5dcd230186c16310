/* An operator as it is run, killed and started again. argv: verifyd, words.json, fault_shim. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/tlog.h"
#include "role_rig.h"

enum { KILLS = 30, ROUNDS = 6, BATCH = 5, PAPERS_MAX = KILLS * ROUNDS * BATCH };

static struct role_rig rig;
static struct loopback_answer answer;
static uint8_t bytes[ROLE_SUBMISSION_MAX];
static const char *shim;

static int begin(void **state) {
  (void)state;
  role_rig_make(&rig);
  role_rig_be_operator(&rig, 2, "", "");
  return 0;
}

static int end(void **state) {
  (void)state;
  role_rig_remove(&rig);
  return 0;
}

/* What the test remembers: every record that it ever handed in, and how many of them were acknowledged for sure. */
struct history {
  size_t papers;
  uint8_t locators[PAPERS_MAX][16];
  bool is_acknowledged[PAPERS_MAX];
};
static struct history history;

/* Sends without waiting; the answer, if any, is read with a socket that may break. */
static bool read_status(int fd, unsigned *status) {
  char text[64] = "";
  size_t len = 0;
  while (len < 12) {
    ssize_t got = read(fd, text + len, sizeof text - 1 - len);
    if (got <= 0) return false;
    len += (size_t)got;
  }
  return sscanf(text, "HTTP/1.1 %3u", status) == 1;
}

static size_t next_batch(uint8_t *out) {
  struct paper papers[BATCH];
  struct vd_store_item items[BATCH];
  for (size_t i = 0; i < BATCH; i++) {
    char serial[32];
    (void)snprintf(serial, sizeof serial, "KILL-%zu", history.papers + i);
    papers[i] = issue(rig.program.realm, (struct plan){.serial = serial});
    items[i] = role_rig_item(&rig, &papers[i]);
    memcpy(history.locators[history.papers + i], papers[i].records[1] + 8, 16);
  }
  return role_rig_sign(&rig, KEY_MINISTRY, items, BATCH, out);
}

/* One submission after the other; the operator is killed some time after the last was sent. */
static void submit_and_kill(unsigned round_us) {
  char head[300];
  for (unsigned i = 0; i < ROUNDS; i++) {
    unsigned status = 0;
    size_t len = next_batch(bytes);
    int fd = loopback_connect(rig.program.port);
    int head_len = snprintf(head, sizeof head,
                            "POST /log/2/submissions HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
                            "Content-Length: %zu\r\n\r\n",
                            len);
    loopback_send(fd, head, (size_t)head_len);
    loopback_send(fd, bytes, len);
    if (i + 1 == ROUNDS) {
      (void)nanosleep(&(struct timespec){.tv_nsec = (long)round_us * 1000}, NULL);
      role_rig_kill(&rig);
    }
    bool answered = read_status(fd, &status);
    if (answered) assert_int_equal(status, 200);
    for (size_t k = 0; k < BATCH; k++) history.is_acknowledged[history.papers + k] = answered;
    history.papers += BATCH;
    (void)close(fd);
  }
}

struct proof {
  uint64_t size;
  uint8_t root[FRAG_HASH_LEN];
};

/* The log only goes on; everything in it is right; and nothing that was acknowledged is missing. */
static void check_ledger(struct proof *last) {
  struct vd_store_options options = {.path = temp_folder_at(&rig.program.folder, "ledger"),
                                     .access = VD_STORE_READ,
                                     .realm = LEDGER_REALM,
                                     .operator_number = 2};
  struct vd_store *store;
  struct vd_store_reader *reader;
  struct vd_failure failure = {.text = ""};
  struct frag_proof proof;
  struct frag_checkpoint checkpoint;
  const char *note;
  size_t len;
  if (vd_store_open(&options, &store, &failure) != VD_OK) fail_msg("%s", failure.text);
  assert_int_equal(vd_store_reader_new(store, &reader, NULL), VD_OK);
  assert_int_equal(vd_store_reader_begin(reader, NULL), VD_OK);
  if (vd_tlog_check_all(reader, NULL, NULL, &failure) != VD_OK) fail_msg("%s", failure.text);
  assert_int_equal(vd_tlog_checkpoint(reader, &note, &len, NULL), VD_OK);
  assert_int_equal(frag_checkpoint_decode(rig.program.realm->context, &checkpoint, note, len), FRAG_OK);
  assert_int_equal(vd_tlog_consistency(reader, last->size, &proof, NULL), VD_OK);
  if (last->size > 0)
    assert_int_equal(frag_tree_check_consistency(rig.program.realm->context, last->size, last->root, checkpoint.size,
                                                 checkpoint.root, &proof),
                     FRAG_OK);
  *last = (struct proof){.size = checkpoint.size};
  memcpy(last->root, checkpoint.root, FRAG_HASH_LEN);
  uint64_t present = 0;
  for (size_t i = 0; i < history.papers; i++) {
    struct vd_store_found found;
    assert_int_equal(vd_store_get_fragment(reader, history.locators[i], &found, NULL), VD_OK);
    if (history.is_acknowledged[i]) assert_int_equal(found.presence, VD_STORE_PRESENT);
    if (found.presence == VD_STORE_PRESENT) present++;
  }
  assert_int_equal(present, checkpoint.size); /* and nothing twice */
  vd_store_reader_free(reader);
  vd_store_close(store);
}

static void nothing_acknowledged_is_lost_by_kill(void **state) {
  struct proof last = {.size = 0};
  size_t acknowledged = 0;
  (void)state;
  memset(&history, 0, sizeof history);
  for (unsigned i = 0; i < KILLS; i++) {
    role_rig_start(&rig);
    submit_and_kill(i * 211 % 4000);
    check_ledger(&last);
  }
  for (size_t i = 0; i < history.papers; i++) acknowledged += history.is_acknowledged[i];
  assert_true(acknowledged >= (ROUNDS - 1) * BATCH * KILLS);
}

static void it_goes_on_after_a_restart(void **state) {
  static const char *const first[] = {"R-1", "R-2"}, *const second[] = {"R-3"};
  char note[FRAG_CHECKPOINT_MAX];
  struct frag_checkpoint checkpoint;
  (void)state;
  role_rig_start(&rig);
  role_rig_keep(&rig, first, 2);
  assert_int_equal(program_rig_stop(&rig.program), 0);
  role_rig_start(&rig);
  role_rig_checkpoint(&rig, note, &checkpoint, NULL);
  assert_int_equal(checkpoint.size, 2);
  role_rig_keep(&rig, second, 1);
  role_rig_checkpoint(&rig, note, &checkpoint, NULL);
  assert_int_equal(checkpoint.size, 3);
  assert_non_null(strstr(program_rig_read(&rig.program, "out"), "operator of log operator.example/log/2"));
  assert_non_null(strstr(program_rig_read(&rig.program, "out"), rig.vkey));
}

static void it_tells_how_it_is(void **state) {
  static const char *const serials[] = {"M-1", "M-2", "M-3"};
  (void)state;
  role_rig_start(&rig);
  role_rig_keep(&rig, serials, 3);
  role_rig_submit(&rig, "x", 1, &answer);
  role_rig_ready(&rig, &answer);
  assert_int_equal(answer.status, 200);
  assert_non_null(strstr(answer.body, "ledger 2: readable, entries 3, checkpoint "));
  assert_non_null(strstr(answer.body, "operator 2: takes submissions"));
  loopback_once(rig.program.operations_port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
  assert_non_null(strstr(answer.body, "verifyd_log_entries{operator=\"2\"} 3\n"));
  assert_non_null(strstr(answer.body, "verifyd_submissions_total{result=\"accepted\"} 1\n"));
  assert_non_null(strstr(answer.body, "verifyd_submissions_total{result=\"bad_data\"} 1\n"));
  assert_non_null(strstr(answer.body, "verifyd_submitted_items_added_total 3\n"));
  assert_non_null(strstr(answer.body, "verifyd_requests_total{route=\"submission\",status=\"2xx\"} 1\n"));
  assert_null(strstr(program_rig_read(&rig.program, "err"), "M-1"));
}

static int check(void) {
  static char path[512];
  (void)snprintf(path, sizeof path, "%s", temp_folder_at(&rig.program.folder, "verifyd.conf"));
  const char *const words[] = {"--check", "--config", path, NULL};
  return program_rig_run(&rig.program, words);
}

static bool told(const char *words) { return strstr(program_rig_read(&rig.program, "err"), words) != NULL; }

static void what_is_wrong_is_told_before_it_serves(void **state) {
  char vkey[FRAG_VKEY_MAX];
  static const uint8_t other[32] = {9};
  (void)state;
  assert_int_equal(check(), 0);
  role_rig_put_key(&rig, "log.key", "operator.example/other", rig.seed, vkey);
  assert_int_equal(check(), 78);
  assert_true(told("is the key of operator.example/other"));
  role_rig_put_key(&rig, "log.key", rig.origin, other, vkey);
  assert_int_equal(check(), 77); /* not the key that the ledger was made with */
  role_rig_put_key(&rig, "log.key", rig.origin, rig.seed, vkey);
  assert_int_equal(check(), 0);
  assert_int_equal(chmod(temp_folder_at(&rig.program.folder, "log.key"), 0644), 0);
  assert_int_equal(check(), 77);
  assert_int_equal(unlink(temp_folder_at(&rig.program.folder, "log.key")), 0);
  assert_int_equal(check(), 66);
}

/* The disk fails at call `at` that the program makes on the ledger's files; see fault_shim.c. */
static void fail_the_disk(unsigned at) {
  char number[16];
  (void)snprintf(number, sizeof number, "%u", at);
  assert_int_equal(setenv("FAULT_FOLDER", temp_folder_at(&rig.program.folder, "ledger"), 1), 0);
  assert_int_equal(setenv("FAULT_MARK", temp_folder_at(&rig.program.folder, "mark"), 1), 0);
  assert_int_equal(setenv("FAULT_MODE", "fail", 1), 0);
  assert_int_equal(setenv("FAULT_AT", number, 1), 0);
  assert_int_equal(setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1), 0);
  assert_int_equal(setenv("LD_PRELOAD", shim, 1), 0);
}

static void heal_the_disk(void) {
  (void)unsetenv("LD_PRELOAD");
  (void)unsetenv("ASAN_OPTIONS");
}

static bool has_failed(void) { return access(temp_folder_at(&rig.program.folder, "mark"), F_OK) == 0; }

/* How many such calls it makes before it serves. */
static unsigned calls_of_start(void) {
  unsigned at = 0;
  do {
    fail_the_disk(++at);
    (void)remove(temp_folder_at(&rig.program.folder, "mark"));
    (void)check();
    heal_the_disk();
  } while (has_failed() && at < 100);
  return at - 1;
}

/* Either that one submission is refused, or the operator ends and says why; what it said to have is there. */
static bool submit_to_failing_disk(unsigned at) {
  static const char *const again[] = {"DISK-AGAIN"};
  char serial[32];
  bool has_ended = false;
  (void)snprintf(serial, sizeof serial, "DISK-%u", at);
  struct paper paper = issue(rig.program.realm, (struct plan){.serial = serial});
  struct vd_store_item item = role_rig_item(&rig, &paper);
  (void)remove(temp_folder_at(&rig.program.folder, "mark"));
  fail_the_disk(at);
  role_rig_start(&rig);
  heal_the_disk();
  role_rig_submit(&rig, bytes, role_rig_sign(&rig, KEY_MINISTRY, &item, 1, bytes), &answer);
  if (!has_failed()) {
    assert_int_equal(answer.status, 200);
  } else if (answer.status == 500 && strstr(answer.body, "has to start again") != NULL) {
    assert_int_equal(program_rig_end(&rig.program), 70);
    assert_true(told("see to the disk and start again"));
    has_ended = true;
    role_rig_start(&rig);
  }
  role_rig_keep(&rig, again, 1);
  role_rig_submit(&rig, bytes, role_rig_sign(&rig, KEY_MINISTRY, &item, 1, bytes), &answer);
  assert_int_equal(answer.status, 200);
  assert_int_equal(program_rig_stop(&rig.program), 0);
  return has_ended;
}

static void it_ends_when_the_disk_fails_in_a_commit(void **state) {
  unsigned ended = 0;
  (void)state;
  role_rig_start(&rig); /* makes the ledger */
  assert_int_equal(program_rig_stop(&rig.program), 0);
  unsigned first = calls_of_start() + 1, at = first;
  do ended += submit_to_failing_disk(at);
  while (has_failed() && ++at < first + 100);
  assert_in_range(at, first + 2, first + 50);
  assert_true(ended > 0);
}

static void only_one_may_write(void **state) {
  (void)state;
  role_rig_start(&rig);
  pid_t first = rig.program.pid;
  assert_int_equal(check(), 73);
  rig.program.pid = first;
}

/* The same ledger among those that are asked: opened once, asked by the page too. */
static void an_operator_may_be_its_own_portal(void **state) {
  (void)state;
  role_rig_be_operator(&rig, 2, "",
                       "threshold = 1; operators = ( { number = 1; name = \"A\"; store = \"elsewhere\"; },\n"
                       "{ number = 2; name = \"B\"; store = \"ledger\"; } );");
  role_rig_start(&rig);
  struct paper paper = issue(rig.program.realm, (struct plan){.serial = "OWN"});
  struct vd_store_item item = role_rig_item(&rig, &paper);
  role_rig_submit(&rig, bytes, role_rig_sign(&rig, KEY_MINISTRY, &item, 1, bytes), &answer);
  assert_int_equal(answer.status, 200);
  program_rig_post_json(&rig.program, paper.qr, &answer);
  assert_int_equal(answer.status, 200);
  assert_non_null(strstr(answer.body, "\"good\"")); /* one of two fragments that the document needs */
  assert_non_null(strstr(answer.body, "\"INCONCLUSIVE\""));
}

static void one_folder_is_not_two_ledgers(void **state) {
  (void)state;
  assert_int_equal(check(), 0); /* makes it */
  role_rig_be_operator(&rig, 2, "",
                       "threshold = 1; operators = ( { number = 1; name = \"A\"; store = \"web/../ledger\"; } );");
  assert_int_equal(check(), 78);
  assert_true(told("is the operator's own store"));
}

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(it_goes_on_after_a_restart, begin, end),
      cmocka_unit_test_setup_teardown(it_tells_how_it_is, begin, end),
      cmocka_unit_test_setup_teardown(what_is_wrong_is_told_before_it_serves, begin, end),
      cmocka_unit_test_setup_teardown(it_ends_when_the_disk_fails_in_a_commit, begin, end),
      cmocka_unit_test_setup_teardown(only_one_may_write, begin, end),
      cmocka_unit_test_setup_teardown(an_operator_may_be_its_own_portal, begin, end),
      cmocka_unit_test_setup_teardown(one_folder_is_not_two_ledgers, begin, end),
      cmocka_unit_test_setup_teardown(nothing_acknowledged_is_lost_by_kill, begin, end),
  };
  if (count != 4) return 2;
  program_rig_use(arguments[1], arguments[2]);
  shim = arguments[3];
  return cmocka_run_group_tests(tests, NULL, NULL);
}
