/* The key of the account that pays for anchors: from a file, a FIFO, an inherited pipe and a real program; and what is
 * no such key, with nothing of it in the failure, no process and no open file left behind. */
#include "libfrag/cmocka_all.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "anchor/anchor_key.h"
#include "base/key_file.h"
#include "temp_folder.h"

static struct temp_folder folder;
static struct frag_context *context;
static const uint8_t secret[32] = {0xc0, 0xff, 0xee, [31] = 7};
static const char passphrase[] = "correct horse";
static char clear_text[VD_KEY_TEXT_SIZE], sealed_text[VD_KEY_TEXT_SIZE], issuer_text[VD_KEY_TEXT_SIZE];

static const uint8_t seed[32] = {1};

static void make_text(char text[static VD_KEY_TEXT_SIZE], enum vd_key_kind kind, const char *sealed_with) {
  struct vd_public_key key = {.kind = kind};
  struct vd_key_file file;
  assert_int_equal(vd_key_derive(context, &key, secret, NULL), VD_OK);
  assert_int_equal(vd_key_file_make(&file, &key, secret, sealed_with, NULL), VD_OK);
  vd_key_file_write(text, &file);
}

static void put(const char *name, const char *text) {
  temp_folder_put(&folder, name, text, strlen(text));
  assert_int_equal(chmod(temp_folder_at(&folder, name), 0600), 0);
}

static int setup(void **state) {
  (void)state;
  temp_folder_make(&folder);
  assert_int_equal(frag_context_new(&context, seed), FRAG_OK);
  make_text(clear_text, VD_KEY_ANCHOR, NULL);
  make_text(sealed_text, VD_KEY_ANCHOR, passphrase);
  make_text(issuer_text, VD_KEY_ISSUER, NULL);
  put("clear.key", clear_text);
  put("sealed.key", sealed_text);
  put("issuer.key", issuer_text);
  put("right", "correct horse\nand what follows is not read\n");
  put("wrong", "battery staple\n");
  assert_int_equal(mkfifo(temp_folder_at(&folder, "fifo"), 0600), 0);
  assert_int_equal(mkfifo(temp_folder_at(&folder, "passphrase-fifo"), 0600), 0);
  assert_int_equal(mkfifo(temp_folder_at(&folder, "silent-fifo"), 0600), 0);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  frag_context_free(context);
  temp_folder_remove(&folder);
  return 0;
}

/* Settings with a file or FIFO in the folder, and a passphrase there or "". */
static struct vd_anchor_settings file_settings(const char *key, const char *passphrase_name) {
  struct vd_anchor_settings settings = {.chain = 0};
  (void)snprintf(settings.key, sizeof settings.key, "%s", temp_folder_at(&folder, key));
  if (passphrase_name[0] != '\0') {
    (void)snprintf(settings.passphrase, sizeof settings.passphrase, "%s", temp_folder_at(&folder, passphrase_name));
  }
  return settings;
}

static struct vd_anchor_settings command_settings(const char *program, const char *first, const char *second) {
  struct vd_anchor_settings settings = {.chain = 0};
  const char *const words[] = {program, first, second};
  while (settings.key_command_count < 3 && words[settings.key_command_count] != NULL) {
    (void)snprintf(settings.key_command[settings.key_command_count], VD_PATH_SIZE, "%s",
                   words[settings.key_command_count]);
    settings.key_command_count++;
  }
  return settings;
}

/* Of a shell script, whose $0 is the test's folder. */
static struct vd_anchor_settings script_settings(const char *script) {
  struct vd_anchor_settings settings = command_settings("/bin/sh", "-c", script);
  (void)snprintf(settings.key_command[settings.key_command_count++], VD_PATH_SIZE, "%s", folder.path);
  return settings;
}

static unsigned open_files(void) {
  unsigned count = 0;
  DIR *list = opendir("/proc/self/fd");
  assert_non_null(list);
  while (readdir(list) != NULL) count++;
  (void)closedir(list);
  return count;
}

static void assert_no_child(void) {
  assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
  assert_int_equal(errno, ECHILD);
}

static void loads(const struct vd_anchor_settings *settings) {
  uint8_t loaded[32];
  struct vd_failure failure;
  unsigned before = open_files();
  if (vd_anchor_key_load(context, settings, loaded, &failure) != VD_OK) fail_msg("%s", failure.text);
  assert_memory_equal(loaded, secret, 32);
  assert_int_equal(open_files(), before);
  assert_no_child();
}

/* said: what the failure must say. */
static void refuses(const struct vd_anchor_settings *settings, enum vd_error code, const char *said) {
  static const uint8_t zero[32];
  uint8_t loaded[32];
  struct vd_failure failure = {.code = VD_OK};
  unsigned before = open_files();
  memset(loaded, 0xee, sizeof loaded);
  assert_int_equal(vd_anchor_key_load(context, settings, loaded, &failure), code);
  assert_int_equal(failure.code, code);
  if (strstr(failure.text, said) == NULL) fail_msg("\"%s\" does not say \"%s\"", failure.text, said);
  assert_memory_equal(loaded, zero, 32);
  assert_null(strstr(failure.text, "c0ffee"));
  assert_null(strstr(failure.text, passphrase));
  assert_null(strstr(failure.text, "battery"));
  assert_int_equal(open_files(), before);
  assert_no_child();
}

/* Writes into a FIFO, as another process would. */
struct writer {
  const char *text;
  char path[300];
  pthread_t thread;
};

static void *write_fifo(void *argument) {
  const struct writer *writer = argument;
  int fd = open(writer->path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  for (const char *at = writer->text; *at != '\0'; at++) {
    if (write(fd, at, 1) != 1) break;
  }
  (void)close(fd);
  return NULL;
}

static void start_writer(struct writer *writer, const char *name, const char *text) {
  writer->text = text;
  (void)snprintf(writer->path, sizeof writer->path, "%s", temp_folder_at(&folder, name));
  assert_int_equal(pthread_create(&writer->thread, NULL, write_fifo, writer), 0);
}

static void join_writer(const struct writer *writer) { assert_int_equal(pthread_join(writer->thread, NULL), 0); }

static void test_file(void **state) {
  (void)state;
  struct vd_anchor_settings settings = file_settings("clear.key", "");
  loads(&settings);
  settings = file_settings("sealed.key", "right");
  loads(&settings);
  /* A passphrase that is not needed is not looked for. */
  settings = file_settings("clear.key", "missing");
  loads(&settings);
}

/* Twice: the pipe can be used again when it is filled again. */
static void test_fifo(void **state) {
  (void)state;
  for (int round = 0; round < 2; round++) {
    struct vd_anchor_settings settings = file_settings("fifo", "");
    struct writer writer;
    start_writer(&writer, "fifo", clear_text);
    loads(&settings);
    join_writer(&writer);
  }
}

static void test_sealed_with_fifos(void **state) {
  (void)state;
  struct vd_anchor_settings settings = file_settings("fifo", "passphrase-fifo");
  struct writer key, words;
  start_writer(&key, "fifo", sealed_text);
  start_writer(&words, "passphrase-fifo", "correct horse"); /* no line end */
  loads(&settings);
  join_writer(&key);
  join_writer(&words);
}

/* As `verifyd 3< <(key-tool)` gives it: /dev/fd/N. */
static void test_inherited_pipe(void **state) {
  (void)state;
  struct vd_anchor_settings settings = {.chain = 0};
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(write(ends[1], clear_text, strlen(clear_text)), strlen(clear_text));
  assert_int_equal(close(ends[1]), 0);
  (void)snprintf(settings.key, sizeof settings.key, "/dev/fd/%d", ends[0]);
  loads(&settings);
  assert_int_equal(close(ends[0]), 0);
}

static void test_command(void **state) {
  (void)state;
  struct vd_anchor_settings settings = command_settings("/bin/cat", temp_folder_at(&folder, "clear.key"), NULL);
  loads(&settings);
  settings = command_settings("/bin/cat", temp_folder_at(&folder, "sealed.key"), NULL);
  (void)snprintf(settings.passphrase, sizeof settings.passphrase, "%s", temp_folder_at(&folder, "right"));
  loads(&settings);
  /* What it is given: no input, no open files of ours, default signals, and its words as they are. */
  settings = script_settings("test -z \"$(cat)\" || exit 1; test ! -e /proc/self/fd/9 || exit 2; cat \"$0/clear.key\"");
  int spare = open("/dev/null", O_RDONLY);
  assert_true(spare >= 0);
  assert_int_equal(dup2(spare, 9), 9);
  loads(&settings);
  assert_int_equal(close(9), 0);
  assert_int_equal(close(spare), 0);
  settings = command_settings("/bin/echo", "$(cat clear.key)", "; cat *");
  refuses(&settings, VD_KEY, "/bin/echo: not a key file");
}

/* Signals that verifyd ignores or blocks are not so in the program: it can be ended as it expects. */
static void test_signals_of_the_command(void **state) {
  (void)state;
  struct vd_anchor_settings settings = script_settings("kill -PIPE $$; cat \"$0/clear.key\"");
  sigset_t blocked, before;
  assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
  assert_int_equal(sigemptyset(&blocked) | sigaddset(&blocked, SIGPIPE) | sigaddset(&blocked, SIGTERM), 0);
  assert_int_equal(pthread_sigmask(SIG_BLOCK, &blocked, &before), 0);
  refuses(&settings, VD_IO, "/bin/sh was ended by a signal");
  settings = script_settings("kill -TERM $$; cat \"$0/clear.key\"");
  refuses(&settings, VD_IO, "/bin/sh was ended by a signal");
  assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
  assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
}

static void test_bad_files(void **state) {
  (void)state;
  char text[6000];
  struct vd_anchor_settings settings = file_settings("missing", "");
  refuses(&settings, VD_NO_INPUT, "missing: No such file or directory");
  settings = file_settings("issuer.key", "");
  refuses(&settings, VD_KEY, "issuer.key is a key of kind issuer; a key of kind anchor is needed here");
  (void)snprintf(settings.key, sizeof settings.key, "%s", folder.path);
  refuses(&settings, VD_KEY, "is neither a regular file nor a pipe");
  (void)snprintf(settings.key, sizeof settings.key, "/dev/null");
  refuses(&settings, VD_KEY, "/dev/null is neither a regular file nor a pipe");
  put("empty", "");
  settings = file_settings("empty", "");
  refuses(&settings, VD_KEY, "empty: not a key file");
  put("garbage", "c0ffee c0ffee\n");
  settings = file_settings("garbage", "");
  refuses(&settings, VD_KEY, "garbage: not a key file");
  (void)snprintf(text, sizeof text, "%.*s", (int)strlen(clear_text) - 1, clear_text);
  put("cut", text);
  settings = file_settings("cut", "");
  refuses(&settings, VD_KEY, "the key file is damaged or incomplete");
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  put("long", text);
  settings = file_settings("long", "");
  refuses(&settings, VD_IO, "long gives more than 4096 bytes");
  text[VD_ANCHOR_KEY_BYTES_MAX] = '\0';
  put("long", text);
  refuses(&settings, VD_KEY, "long: not a key file");
}

static void test_public_parts(void **state) {
  (void)state;
  char text[VD_KEY_TEXT_SIZE];
  (void)snprintf(text, sizeof text, "%.*s", (int)(strstr(clear_text, "cipher") - clear_text), clear_text);
  put("public", text);
  struct vd_anchor_settings settings = file_settings("public", "");
  refuses(&settings, VD_KEY, "is a public file; give the key file itself");
}

static void test_readable_by_others(void **state) {
  (void)state;
  static const mode_t modes[] = {0604, 0640, 0620, 0602, 0666};
  static const char *const names[] = {"clear.key", "fifo"};
  for (size_t name = 0; name < 2; name++) {
    struct vd_anchor_settings settings = file_settings(names[name], "");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
      assert_int_equal(chmod(settings.key, modes[i]), 0);
      refuses(&settings, VD_KEY, "make it private with: chmod 600");
    }
    assert_int_equal(chmod(settings.key, 0600), 0);
  }
  struct vd_anchor_settings settings = file_settings("sealed.key", "right");
  assert_int_equal(chmod(settings.passphrase, 0644), 0);
  refuses(&settings, VD_KEY, "right can be read or changed by others");
  assert_int_equal(chmod(settings.passphrase, 0600), 0);
}

static void test_bad_passphrases(void **state) {
  (void)state;
  char text[VD_ANCHOR_KEY_BYTES_MAX];
  struct vd_anchor_settings settings = file_settings("sealed.key", "");
  refuses(&settings, VD_KEY, "sealed.key is sealed; set passphrase to a file or pipe");
  settings = file_settings("sealed.key", "wrong");
  refuses(&settings, VD_KEY, "sealed.key does not open: the passphrase is wrong");
  settings = file_settings("sealed.key", "missing");
  refuses(&settings, VD_NO_INPUT, "missing: No such file");
  put("blank", "\ncorrect horse\n");
  settings = file_settings("sealed.key", "blank");
  refuses(&settings, VD_KEY, "blank: the first line, which should be the passphrase, is empty");
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  put("endless", text);
  settings = file_settings("sealed.key", "endless");
  refuses(&settings, VD_KEY, "is too long");
}

static void test_bad_commands(void **state) {
  (void)state;
  struct vd_anchor_settings settings = command_settings(temp_folder_at(&folder, "missing"), NULL, NULL);
  refuses(&settings, VD_NO_INPUT, "missing: No such file or directory");
  settings = command_settings(temp_folder_at(&folder, "clear.key"), NULL, NULL);
  refuses(&settings, VD_NO_INPUT, "clear.key: Permission denied");
  settings = command_settings("/bin/false", NULL, NULL);
  refuses(&settings, VD_IO, "/bin/false ended with code 1 and gave no key");
  settings = command_settings("/bin/true", NULL, NULL);
  refuses(&settings, VD_KEY, "/bin/true: not a key file");
  settings = command_settings("/bin/echo", "c0ffee garbage", NULL);
  refuses(&settings, VD_KEY, "/bin/echo: not a key file");
  settings = command_settings("/bin/cat", temp_folder_at(&folder, "issuer.key"), NULL);
  refuses(&settings, VD_KEY, "/bin/cat is a key of kind issuer");
  settings = command_settings("/bin/cat", temp_folder_at(&folder, "sealed.key"), NULL);
  refuses(&settings, VD_KEY, "/bin/cat is sealed; set passphrase");
  /* A right key from a program that fails is not taken. */
  settings = script_settings("cat \"$0/clear.key\"; exit 3");
  refuses(&settings, VD_IO, "/bin/sh ended with code 3");
  settings = script_settings("cat \"$0/clear.key\"; kill -KILL $$");
  refuses(&settings, VD_IO, "/bin/sh was ended by a signal");
}

static void test_a_flood(void **state) {
  (void)state;
  struct vd_anchor_settings settings = command_settings("/usr/bin/yes", "c0ffee", NULL);
  refuses(&settings, VD_IO, "/usr/bin/yes gives more than 4096 bytes");
  settings = script_settings("cat \"$0/clear.key\"; yes");
  refuses(&settings, VD_IO, "/bin/sh gives more than 4096 bytes");
}

/* --- what never ends: all at once, since each takes the whole time --- */

struct slow {
  struct vd_anchor_settings settings;
  struct vd_failure failure;
  enum vd_error error;
  uint8_t loaded[32];
  pthread_t thread;
};

static void *load_slowly(void *argument) {
  struct slow *slow = argument;
  struct frag_context *own = NULL;
  if (frag_context_new(&own, seed) != FRAG_OK) return NULL;
  slow->error = vd_anchor_key_load(own, &slow->settings, slow->loaded, &slow->failure);
  frag_context_free(own);
  return NULL;
}

/* Whether a process is gone, or is a body that nobody has fetched. */
static bool has_ended(long pid) {
  char path[64], stat_line[256] = "";
  (void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) return true;
  char *line = fgets(stat_line, sizeof stat_line, file);
  (void)fclose(file);
  char *state = line == NULL ? NULL : strrchr(line, ')');
  return state == NULL || state[2] == 'Z' || state[2] == 'X';
}

static long written_pid(const char *name) {
  char text[32] = "";
  FILE *file = fopen(temp_folder_at(&folder, name), "r");
  assert_non_null(file);
  assert_non_null(fgets(text, sizeof text, file));
  (void)fclose(file);
  return strtol(text, NULL, 10);
}

static void test_what_never_ends(void **state) {
  (void)state;
  static const uint8_t zero[32];
  static struct slow slow[5];
  unsigned before = open_files();
  slow[0].settings = command_settings("/bin/sleep", "300", NULL);
  slow[1].settings = script_settings("echo $$ >\"$0/leader\"; cat \"$0/clear.key\"; exec >&-; sleep 300");
  slow[2].settings = script_settings("cat \"$0/clear.key\"; sleep 300 & echo $! >\"$0/orphan\"; exit 0");
  slow[3].settings = file_settings("silent-fifo", "");
  slow[4].settings = file_settings("sealed.key", "silent-fifo");
  for (size_t i = 0; i < 5; i++) assert_int_equal(pthread_create(&slow[i].thread, NULL, load_slowly, &slow[i]), 0);
  for (size_t i = 0; i < 5; i++) {
    assert_int_equal(pthread_join(slow[i].thread, NULL), 0);
    assert_int_equal(slow[i].error, VD_IO);
    assert_non_null(strstr(slow[i].failure.text, i < 3 ? "it was killed; run it by hand" : "nobody wrote into this"));
    assert_memory_equal(slow[i].loaded, zero, 32);
  }
  assert_no_child();
  assert_int_equal(open_files(), before);
  assert_true(has_ended(written_pid("leader")));
  for (int tries = 0; tries < 2000 && !has_ended(written_pid("orphan")); tries++) (void)usleep(10000);
  assert_true(has_ended(written_pid("orphan")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_file),
      cmocka_unit_test(test_fifo),
      cmocka_unit_test(test_sealed_with_fifos),
      cmocka_unit_test(test_inherited_pipe),
      cmocka_unit_test(test_command),
      cmocka_unit_test(test_signals_of_the_command),
      cmocka_unit_test(test_bad_files),
      cmocka_unit_test(test_public_parts),
      cmocka_unit_test(test_readable_by_others),
      cmocka_unit_test(test_bad_passphrases),
      cmocka_unit_test(test_bad_commands),
      cmocka_unit_test(test_a_flood),
      cmocka_unit_test(test_what_never_ends),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
