#include "program_rig.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/hex.h"
#include "picture_page.h"

enum { WORDS_MAX = 8 };

static const char *program_path;
static const char *words_path;

void program_rig_use(const char *program, const char *words) {
  program_path = program;
  words_path = words;
}

static void put_text(struct program_rig *rig, const char *name, const char *text) {
  temp_folder_put(&rig->folder, name, text, strlen(text));
}

/* Signs the realm's trust list with a root key of the test's own. */
static void put_trust(struct program_rig *rig, char root_hex[static 65]) {
  static const uint8_t secret[32] = {0x77}, aux[32] = {1};
  static uint8_t file[8192];
  struct frag_key *root;
  struct frag_root_signature signature;
  size_t len;
  struct frag_context *context = rig->realm->context;
  struct frag_slice list = frag_trust_bytes(rig->realm->trust);
  assert_int_equal(frag_key_new(context, &root, secret), FRAG_OK);
  assert_int_equal(frag_trust_sign(context, &signature, list, root, aux), FRAG_OK);
  assert_int_equal(frag_trust_file_encode(file, sizeof file, &len, list, &signature, 1), FRAG_OK);
  vd_hex_encode(root_hex, frag_key_public(root), 32);
  frag_key_free(root);
  temp_folder_put(&rig->folder, "trust.list", file, len);
}

static void put_web_root(struct program_rig *rig) {
  struct vd_bytes words;
  static char large[20000];
  assert_int_equal(vd_file_read(words_path, 1 << 20, &words, NULL), VD_OK);
  temp_folder_make_inner(&rig->folder, "web");
  temp_folder_put(&rig->folder, "web/words.json", words.data, words.len);
  vd_bytes_free(&words);
  memset(large, ' ', sizeof large);
  temp_folder_put(&rig->folder, "web/app.js", large, sizeof large);
  put_text(rig, "web/index.html", "<!doctype html><title>start</title>");
  put_text(rig, "web/answer.km.html", "<html lang=\"km\"><title>{{title}}</title>{{result}}</html>");
  put_text(rig, "web/answer.en.html", "<html lang=\"en\"><title>{{title}}</title>{{result}}</html>");
  put_text(rig, "web/answer.fr.html", "<html lang=\"fr\"><title>{{title}}</title>{{result}}</html>");
}

static const char profile[] =
    "type = \"" FIXTURE_TYPE
    "\";\ntype_labels = { en = \"School certificate\"; };\n"
    "serial = { column = \"serial\"; };\n"
    "attributes = ( { name = \"name_latin\"; column = \"n\"; labels = { en = \"Name (Latin)\"; }; } );\n";

static void put_configuration(struct program_rig *rig, const char *root_hex, const char *more) {
  static char text[8192];
  const char *ledgers = rig->realm->ledger.folder;
  (void)snprintf(
      text, sizeof text,
      "realm = %d; threshold = %d;\nlisten = \"127.0.0.1:0\"; operations = \"127.0.0.1:0\";\nweb_root = \"web\";\n"
      "trust = { file = \"trust.list\"; roots = [ \"%s\" ]; threshold = 1; };\n"
      "operators = ( { number = 1; name = \"First Archive\"; store = \"%s/1\"; },\n"
      "  { number = 2; name = \"Second Archive\"; store = \"%s/2\"; },\n"
      "  { number = 3; name = \"Third Archive\"; store = \"%s/3\"; } );\nprofiles = [ \"profile.conf\" ];\n%s\n",
      LEDGER_REALM, FIXTURE_THRESHOLD, root_hex, ledgers, ledgers, ledgers, more);
  put_text(rig, "verifyd.conf", text);
  put_text(rig, "profile.conf", profile);
}

void program_rig_make(struct program_rig *rig, const char *more) {
  char root_hex[65];
  void *realm;
  *rig = (struct program_rig){.pid = 0};
  assert_int_equal(verify_fixture_begin(&realm), 0);
  rig->realm = realm;
  temp_folder_make(&rig->folder);
  put_trust(rig, root_hex);
  put_web_root(rig);
  put_configuration(rig, root_hex, more);
}

void program_rig_remove(struct program_rig *rig) {
  if (rig->pid != 0) (void)program_rig_stop(rig);
  void *realm = rig->realm;
  assert_int_equal(verify_fixture_end(&realm), 0);
  temp_folder_remove(&rig->folder);
}

void program_rig_post(const struct program_rig *rig, const char *path, const char *type, const char *extra,
                      const void *body, size_t len, struct loopback_answer *answer) {
  char head[1024];
  int head_len = snprintf(head, sizeof head,
                          "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\n%sContent-Length: %zu\r\n\r\n",
                          path, type, extra, len);
  assert_in_range(head_len, 1, sizeof head - 1);
  int fd = loopback_connect(rig->port);
  loopback_send(fd, head, (size_t)head_len);
  loopback_send(fd, body, len);
  loopback_read(fd, answer, false);
  (void)close(fd);
}

void program_rig_post_json(const struct program_rig *rig, const char *qr, struct loopback_answer *answer) {
  char body[1024];
  int len = snprintf(body, sizeof body, "{\"qr\":\"%s\"}", qr);
  program_rig_post(rig, "/v1/verify", "application/json", "", body, (size_t)len, answer);
}

void program_rig_post_page(const struct program_rig *rig, const char *fields, const char *extra,
                           struct loopback_answer *answer) {
  program_rig_post(rig, "/verify", "application/x-www-form-urlencoded", extra, fields, strlen(fields), answer);
}

void program_rig_draw(const char *text, struct vd_output *png) {
  struct vd_raster raster;
  struct vd_qr qr;
  page_new(&raster, 700, 500);
  if (text != NULL) {
    assert_int_equal(vd_qr_encode(text, strlen(text), VD_QR_LEVEL_Q, &qr, NULL), VD_OK);
    page_draw(&raster, &qr, 150, 60, 6, 0);
  }
  page_write_png(&raster, png);
  vd_raster_free(&raster);
}

static void become_program(const struct program_rig *rig, const char *const words[]) {
  char *copies[WORDS_MAX] = {strdup(program_path)};
  for (size_t i = 0; words[i] != NULL && i + 2 < WORDS_MAX; i++) copies[i + 1] = strdup(words[i]);
  int out = open(temp_folder_at(&rig->folder, "out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  int err = open(temp_folder_at(&rig->folder, "err"), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  if (dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0) _exit(127);
  (void)execv(program_path, copies);
  _exit(127);
}

static pid_t spawn(const struct program_rig *rig, const char *const words[]) {
  put_text((struct program_rig *)(uintptr_t)rig, "out", "");
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) become_program(rig, words);
  return pid;
}

static int wait_for(pid_t pid) {
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  if (!WIFEXITED(status)) fail_msg("ended by signal %d", WTERMSIG(status));
  return WEXITSTATUS(status);
}

int program_rig_run(struct program_rig *rig, const char *const words[]) { return wait_for(spawn(rig, words)); }

const char *program_rig_read(const struct program_rig *rig, const char *name) {
  static char text[1 << 18];
  FILE *file = fopen(temp_folder_at(&rig->folder, name), "rb");
  assert_non_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  (void)fclose(file);
  return text;
}

void program_rig_start(struct program_rig *rig) {
  const char *const words[] = {"--config", temp_folder_at(&rig->folder, "verifyd.conf"), NULL};
  unsigned port = 0, operations_port = 0;
  rig->pid = spawn(rig, words);
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  while (sscanf(program_rig_read(rig, "out"), "listening on http://127.0.0.1:%u/ operations on http://127.0.0.1:%u/",
                &port, &operations_port) != 2) {
    int status;
    if (waitpid(rig->pid, &status, WNOHANG) != 0 || loopback_now_ms() > until_ms)
      fail_msg("verifyd did not start: %s", program_rig_read(rig, "err"));
    (void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  }
  rig->port = (uint16_t)port;
  rig->operations_port = (uint16_t)operations_port;
}

int program_rig_begin(struct program_rig *rig, const char *more, struct paper *paper) {
  program_rig_make(rig, more);
  *paper = issue(rig->realm, (struct plan){.serial = "BAC-1"});
  keep(rig->realm, paper, ALL_OPERATORS, FIXTURE_NOW_S);
  program_rig_start(rig);
  return 0;
}

int program_rig_end(struct program_rig *rig) {
  int code = wait_for(rig->pid);
  rig->pid = 0;
  return code;
}

int program_rig_stop(struct program_rig *rig) {
  assert_int_equal(kill(rig->pid, SIGTERM), 0);
  return program_rig_end(rig);
}
