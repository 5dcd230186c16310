#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hex.h"
#include "base/key_file.h"

static struct frag_context *context;
static const uint8_t secret[32] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                                   16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 7};

static int make_context(void **state) {
  (void)state;
  uint8_t seed[32] = {1};
  return frag_context_new(&context, seed) != FRAG_OK;
}

static int free_context(void **state) {
  (void)state;
  frag_context_free(context);
  return 0;
}

static void make(struct vd_key_file *file, enum vd_key_kind kind, const char *passphrase) {
  struct vd_public_key key = {.kind = kind};
  struct vd_failure failure;
  if (kind == VD_KEY_LOG) strcpy(key.name, "log.example/2026");
  if (vd_key_derive(context, &key, secret, &failure) != VD_OK) fail_msg("%s", failure.text);
  if (vd_key_file_make(file, &key, secret, passphrase, &failure) != VD_OK) fail_msg("%s", failure.text);
}

static void test_every_kind_round_trips(void **state) {
  (void)state;
  for (int kind = VD_KEY_ISSUER; kind <= VD_KEY_ANCHOR; kind++) {
    char text[VD_KEY_TEXT_SIZE], again[VD_KEY_TEXT_SIZE];
    struct vd_key_file file, back;
    uint8_t opened[32];
    struct vd_failure failure;
    make(&file, (enum vd_key_kind)kind, NULL);
    vd_key_file_write(text, &file);
    if (vd_key_file_read(&back, text, strlen(text), "k", &failure) != VD_OK) fail_msg("%s", failure.text);
    vd_key_file_write(again, &back);
    assert_string_equal(text, again);
    if (vd_key_file_open(context, &back, NULL, opened, "k", &failure) != VD_OK) fail_msg("%s", failure.text);
    assert_memory_equal(opened, secret, 32);
    assert_string_equal(back.key.name, kind == VD_KEY_LOG ? "log.example/2026" : "");
  }
}

static void test_text_of_an_issuer_key(void **state) {
  (void)state;
  char text[VD_KEY_TEXT_SIZE];
  struct vd_key_file file;
  make(&file, VD_KEY_ISSUER, NULL);
  vd_key_file_write(text, &file);
  assert_non_null(strstr(text, "verifyd key 1\nkind: issuer\npublic: "));
  assert_non_null(strstr(
      text, "\ncipher: none\nsecret: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e07\ncheck: "));
  file.has_secret = false;
  vd_key_file_write(text, &file);
  assert_null(strstr(text, "secret"));
  assert_null(strstr(text, "cipher"));
}

/* The x-only key, as for issuers, whichever of the two points it is; no key id. */
static void test_text_of_an_anchor_key(void **state) {
  (void)state;
  char text[VD_KEY_TEXT_SIZE], issuer_text[VD_KEY_TEXT_SIZE];
  struct vd_key_file file, issuer;
  make(&file, VD_KEY_ANCHOR, NULL);
  make(&issuer, VD_KEY_ISSUER, NULL);
  assert_memory_equal(file.key.public32, issuer.key.public32, 32);
  vd_key_file_write(text, &file);
  vd_key_file_write(issuer_text, &issuer);
  assert_memory_equal(text, "verifyd key 1\nkind: anchor\npublic: ", 35);
  assert_memory_equal(strstr(text, "\npublic: "), strstr(issuer_text, "\npublic: "), 9 + 64 + 1);
  assert_non_null(strstr(text, "\ncipher: none\nsecret: 00010203"));
  assert_null(strstr(text, "kid"));
  assert_null(strstr(text, "name"));
}

/* A key of one kind is not one of another when the word is exchanged. */
static void test_kinds_do_not_mix(void **state) {
  (void)state;
  struct vd_key_file file;
  uint8_t opened[32];
  char text[VD_KEY_TEXT_SIZE], *kid = NULL;
  make(&file, VD_KEY_ISSUER, NULL);
  vd_key_file_write(text, &file);
  memcpy(strstr(text, "issuer"), "anchor", 6);
  assert_int_equal(vd_key_file_read(&file, text, strlen(text), "k", NULL), VD_KEY);
  kid = strstr(text, "kid: ");
  memmove(kid, kid + 22, strlen(kid + 22) + 1);
  assert_int_equal(vd_key_file_read(&file, text, strlen(text), "k", NULL), VD_OK);
  assert_int_equal(vd_key_file_open(context, &file, NULL, opened, "k", NULL), VD_KEY);
}

static void test_sealed(void **state) {
  (void)state;
  char text[VD_KEY_TEXT_SIZE];
  struct vd_key_file file, back;
  uint8_t opened[32];
  struct vd_failure failure;
  make(&file, VD_KEY_ROOT, "correct horse");
  vd_key_file_write(text, &file);
  assert_non_null(strstr(text, "cipher: scrypt+aes-256-gcm\ncost: 17\nsalt: "));
  assert_null(strstr(text, "00010203"));
  assert_int_equal(vd_key_file_read(&back, text, strlen(text), "k", &failure), VD_OK);
  assert_int_equal(vd_key_file_open(context, &back, "correct horse", opened, "k", &failure), VD_OK);
  assert_memory_equal(opened, secret, 32);
  memset(opened, 0xee, 32);
  assert_int_equal(vd_key_file_open(context, &back, "correct hors", opened, "k", &failure), VD_KEY);
  assert_string_equal(failure.text, "k does not open: the passphrase is wrong, or the file was altered");
  assert_int_equal(opened[0] | opened[31], 0);
  assert_int_equal(vd_key_file_open(context, &back, NULL, opened, "k", &failure), VD_KEY);
  back.key.kind = VD_KEY_ISSUER;
  assert_int_equal(vd_key_file_open(context, &back, "correct horse", opened, "k", &failure), VD_KEY);
}

static enum vd_error read_and_open(const char *text, size_t len) {
  struct vd_key_file file;
  uint8_t opened[32];
  struct vd_failure failure;
  enum vd_error error = vd_key_file_read(&file, text, len, "k", &failure);
  return error != VD_OK ? error : vd_key_file_open(context, &file, NULL, opened, "k", &failure);
}

static void test_every_change_is_refused(void **state) {
  (void)state;
  for (int kind = VD_KEY_ISSUER; kind <= VD_KEY_ANCHOR; kind++) {
    char text[VD_KEY_TEXT_SIZE];
    struct vd_key_file file;
    make(&file, (enum vd_key_kind)kind, NULL);
    vd_key_file_write(text, &file);
    size_t len = strlen(text);
    for (size_t cut = 0; cut < len; cut++) {
      /* What is left of a key file without its secret is a public file, and does not open either. */
      assert_int_equal(read_and_open(text, cut), VD_KEY);
    }
    for (size_t bit = 0; bit < 8 * len; bit++) {
      text[bit / 8] = (char)(text[bit / 8] ^ (1 << (bit % 8)));
      assert_int_equal(read_and_open(text, len), VD_KEY);
      text[bit / 8] = (char)(text[bit / 8] ^ (1 << (bit % 8)));
    }
    text[len] = '\n';
    assert_int_equal(read_and_open(text, len + 1), VD_KEY);
    text[len] = '\0';
    assert_int_equal(read_and_open(text, len), VD_OK);
  }
}

static void test_what_is_wrong_is_said(void **state) {
  (void)state;
  struct vd_key_file file;
  struct vd_failure failure;
  char text[VD_KEY_TEXT_SIZE];
  assert_int_equal(vd_key_file_read(&file, "-----BEGIN", 10, "id_rsa", &failure), VD_KEY);
  assert_string_equal(failure.text, "id_rsa: not a key file (its first line is not \"verifyd key 1\")");
  make(&file, VD_KEY_ISSUER, NULL);
  vd_key_file_write(text, &file);
  strstr(text, "public: ")[8] = 'x';
  assert_int_equal(vd_key_file_read(&file, text, strlen(text), "a.key", &failure), VD_KEY);
  assert_string_equal(failure.text, "a.key:3: the key file is damaged or incomplete; take it from a backup");
}

static void write_key(const char *path, enum vd_key_kind kind) {
  char text[VD_KEY_TEXT_SIZE];
  struct vd_key_file file;
  make(&file, kind, NULL);
  vd_key_file_write(text, &file);
  assert_int_equal(vd_file_create(path, text, strlen(text), 0600, NULL), VD_OK);
}

static void test_files(void **state) {
  (void)state;
  char path[64];
  struct vd_key key;
  struct vd_public_key public_key;
  struct vd_failure failure;
  (void)snprintf(path, sizeof path, "/tmp/ctl-test-key-%ld", (long)getpid());
  write_key(path, VD_KEY_ISSUER);
  assert_int_equal(vd_key_load(context, path, VD_KEY_ISSUER, NULL, &key, &failure), VD_OK);
  assert_memory_equal(key.secret32, secret, 32);
  assert_int_equal(vd_key_load(context, path, VD_KEY_ROOT, NULL, &key, &failure), VD_KEY);
  assert_non_null(strstr(failure.text, "is a key of kind issuer; a key of kind root is needed here"));
  assert_int_equal(key.secret32[1], 0);
  assert_int_equal(vd_key_load_public(path, &public_key, &failure), VD_OK);
  assert_int_equal(chmod(path, 0644), 0);
  assert_int_equal(vd_key_load(context, path, VD_KEY_ISSUER, NULL, &key, &failure), VD_KEY);
  assert_non_null(strstr(failure.text, "chmod 600"));
  assert_int_equal(unlink(path), 0);
  assert_int_equal(vd_key_load(context, path, VD_KEY_ISSUER, NULL, &key, &failure), VD_NO_INPUT);
}

static void test_log_names(void **state) {
  (void)state;
  static const char *const bad[] = {"", "a b", "a+b", "a\nb", "a\x7f"};
  struct vd_failure failure;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct vd_public_key key = {.kind = VD_KEY_LOG};
    strcpy(key.name, bad[i]);
    assert_int_equal(vd_key_derive(context, &key, secret, &failure), VD_USAGE);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_every_kind_round_trips), cmocka_unit_test(test_text_of_an_issuer_key),
    cmocka_unit_test(test_text_of_an_anchor_key),  cmocka_unit_test(test_kinds_do_not_mix),
    cmocka_unit_test(test_sealed),                 cmocka_unit_test(test_every_change_is_refused),
    cmocka_unit_test(test_what_is_wrong_is_said),  cmocka_unit_test(test_files),
    cmocka_unit_test(test_log_names),
  };
  return cmocka_run_group_tests(tests, make_context, free_context);
}
