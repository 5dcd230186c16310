#include "role_rig.h"

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
#include "base/key_file.h"

void role_rig_make(struct role_rig *rig) {
  memset(rig, 0, sizeof *rig);
  program_rig_make(&rig->program, "");
  rig->port = loopback_lasting_port();
}

void role_rig_remove(struct role_rig *rig) {
  if (rig->program.pid != 0) role_rig_kill(rig); /* how it stops in order is looked at where it matters */
  program_rig_remove(&rig->program);
}

void role_rig_put_key(struct role_rig *rig, const char *file, const char *name, const uint8_t seed[static 32],
                      char vkey[static FRAG_VKEY_MAX]) {
  struct frag_context *context = rig->program.realm->context;
  struct vd_public_key key = {.kind = VD_KEY_LOG};
  struct vd_key_file content;
  char text[VD_KEY_TEXT_SIZE];
  (void)snprintf(key.name, sizeof key.name, "%s", name);
  assert_int_equal(vd_key_derive(context, &key, seed, NULL), VD_OK);
  assert_int_equal(vd_key_file_make(&content, &key, seed, NULL, NULL), VD_OK);
  vd_key_file_write(text, &content);
  const char *path = temp_folder_at(&rig->program.folder, file);
  (void)unlink(path);
  assert_int_equal(vd_file_create(path, text, strlen(text), 0600, NULL), VD_OK);
  struct frag_slice slice = {(const uint8_t *)name, strlen(name)};
  assert_int_equal(frag_log_vkey(context, vkey, slice, key.public32), FRAG_OK);
}

void role_rig_configure(struct role_rig *rig, const char *text) {
  static char trust[300], whole[8192];
  if (trust[0] == '\0') {
    const char *found = strstr(program_rig_read(&rig->program, "verifyd.conf"), "trust = {");
    assert_non_null(found);
    (void)snprintf(trust, sizeof trust, "%.*s", (int)strcspn(found, "\n"), found);
  }
  int len = snprintf(whole, sizeof whole,
                     "realm = %d; listen = \"127.0.0.1:%u\"; operations = \"127.0.0.1:0\"; workers = 2;\n%s\n%s\n",
                     LEDGER_REALM, rig->port, trust, text);
  assert_in_range(len, 1, sizeof whole - 1);
  temp_folder_put(&rig->program.folder, "verifyd.conf", whole, (size_t)len);
}

void role_rig_be_operator(struct role_rig *rig, unsigned number, const char *more, const char *text) {
  static char whole[4096];
  struct frag_context *context = rig->program.realm->context;
  rig->number = number;
  memset(rig->seed, (int)(0x30 + number), sizeof rig->seed);
  (void)snprintf(rig->origin, sizeof rig->origin, "operator.example/log/%u", number);
  role_rig_put_key(rig, "log.key", rig->origin, rig->seed, rig->vkey);
  assert_int_equal(frag_log_key_parse(context, &rig->key, rig->vkey, strlen(rig->vkey)), FRAG_OK);
  assert_int_equal(vd_submission_origin(rig->origin_hash, rig->origin, NULL), VD_OK);
  (void)snprintf(
      whole, sizeof whole,
      "operator = { number = %u; name = \"Operator\"; store = \"ledger\"; origin = \"%s\"; key = \"log.key\"; "
      "%s };\n%s\n",
      number, rig->origin, more, text);
  role_rig_configure(rig, whole);
}

void role_rig_start(struct role_rig *rig) { program_rig_start(&rig->program); }

void role_rig_kill(struct role_rig *rig) {
  int status;
  assert_int_equal(kill(rig->program.pid, SIGKILL), 0);
  assert_int_equal(waitpid(rig->program.pid, &status, 0), rig->program.pid);
  rig->program.pid = 0;
}

static void get(uint16_t port, const char *path, struct loopback_answer *answer) {
  char request[1024];
  (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
  loopback_once(port, request, answer);
}

void role_rig_get(const struct role_rig *rig, const char *path, struct loopback_answer *answer) {
  get(rig->program.port, path, answer);
}

void role_rig_ready(const struct role_rig *rig, struct loopback_answer *answer) {
  get(rig->program.operations_port, "/readyz", answer);
}

static void doze(void) { (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); }

void role_rig_wait_ready(const struct role_rig *rig, const char *text, struct loopback_answer *answer) {
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  for (role_rig_ready(rig, answer); strstr(answer->body, text) == NULL; role_rig_ready(rig, answer)) {
    if (loopback_now_ms() > until_ms) fail_msg("\"%s\" is not in: %s", text, answer->body);
    doze();
  }
}

void role_rig_wait_log(const struct role_rig *rig, const char *text) {
  uint64_t until_ms = loopback_now_ms() + LOOPBACK_WAIT_MS;
  while (strstr(program_rig_read(&rig->program, "err"), text) == NULL) {
    if (loopback_now_ms() > until_ms) fail_msg("\"%s\" is not in: %s", text, program_rig_read(&rig->program, "err"));
    doze();
  }
}

static size_t sign(const struct role_rig *rig, enum fixture_key which, struct vd_submission head,
                   const struct vd_store_item *items, size_t count, uint8_t *bytes) {
  const struct verify_fixture *realm = rig->program.realm;
  struct vd_failure failure = {.text = ""};
  size_t len = 0;
  head.realm = LEDGER_REALM;
  head.operator_number = rig->number;
  head.time_s = (uint64_t)time(NULL);
  memcpy(head.origin_hash, rig->origin_hash, sizeof head.origin_hash);
  memcpy(head.kid, frag_key_id(realm->keys[which]), sizeof head.kid);
  if (vd_submission_write(realm->context, realm->keys[which], &head, items, count, bytes, ROLE_SUBMISSION_MAX, &len,
                          &failure) != VD_OK)
    fail_msg("%s", failure.text);
  return len;
}

size_t role_rig_sign(const struct role_rig *rig, enum fixture_key key, const struct vd_store_item *items, size_t count,
                     uint8_t *bytes) {
  return sign(rig, key, (struct vd_submission){.is_erasure = false}, items, count, bytes);
}

size_t role_rig_sign_erasure(const struct role_rig *rig, enum fixture_key key, const uint8_t locator[static 16],
                             uint8_t *bytes) {
  struct vd_submission head = {.is_erasure = true};
  memcpy(head.locator, locator, sizeof head.locator);
  return sign(rig, key, head, NULL, 0, bytes);
}

struct vd_store_item role_rig_item(const struct role_rig *rig, const struct paper *paper) {
  return (struct vd_store_item){VD_STORE_FRAGMENT, paper->records[rig->number - 1], FIXTURE_RECORD_LEN};
}

void role_rig_submit(const struct role_rig *rig, const void *bytes, size_t len, struct loopback_answer *answer) {
  char path[40];
  (void)snprintf(path, sizeof path, "/log/%u/submissions", rig->number);
  program_rig_post(&rig->program, path, "application/octet-stream", "", bytes, len, answer);
}

void role_rig_keep(const struct role_rig *rig, const char *const serials[], size_t count) {
  static uint8_t bytes[ROLE_SUBMISSION_MAX];
  static struct loopback_answer answer;
  struct paper *papers = calloc(count, sizeof *papers);
  struct vd_store_item *items = calloc(count, sizeof *items);
  assert_true(papers != NULL && items != NULL);
  for (size_t i = 0; i < count; i++) {
    papers[i] = issue(rig->program.realm, (struct plan){.serial = serials[i]});
    items[i] = role_rig_item(rig, &papers[i]);
  }
  role_rig_submit(rig, bytes, role_rig_sign(rig, KEY_MINISTRY, items, count, bytes), &answer);
  if (answer.status != 200) fail_msg("%s", answer.body);
  free(items);
  free(papers);
}

void role_rig_checkpoint(const struct role_rig *rig, char *note, struct frag_checkpoint *checkpoint, uint64_t *time_s) {
  static struct loopback_answer answer;
  char path[40];
  struct frag_context *context = rig->program.realm->context;
  (void)snprintf(path, sizeof path, "/log/%u/checkpoint", rig->number);
  role_rig_get(rig, path, &answer);
  assert_int_equal(answer.status, 200);
  assert_in_range(answer.body_len, 1, FRAG_CHECKPOINT_MAX);
  memcpy(note, answer.body, answer.body_len);
  assert_int_equal(frag_checkpoint_decode(context, checkpoint, note, answer.body_len), FRAG_OK);
  assert_int_equal(frag_checkpoint_check(context, checkpoint, &rig->key, time_s), FRAG_OK);
}
