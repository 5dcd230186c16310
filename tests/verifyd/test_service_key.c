#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/context.h"
#include "base/file.h"
#include "serve/service_key.h"
#include "temp_folder.h"

static struct temp_folder folder;
static struct frag_context *context;
static struct vd_key key;
static struct frag_log_key public_key;
static struct vd_failure failure;
static const uint8_t seed[32] = {5};

static int begin(void **state) {
  (void)state;
  temp_folder_make(&folder);
  return vd_context_new(&context, NULL) == VD_OK ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  frag_context_free(context);
  temp_folder_remove(&folder);
  return 0;
}

static const char *put(const char *name, enum vd_key_kind kind, const char *passphrase, bool has_secret, mode_t mode) {
  struct vd_public_key public = {.kind = kind};
  struct vd_key_file file;
  char text[VD_KEY_TEXT_SIZE];
  if (kind == VD_KEY_LOG) (void)strcpy(public.name, "log.example/1");
  assert_int_equal(vd_key_derive(context, &public, seed, NULL), VD_OK);
  assert_int_equal(vd_key_file_make(&file, &public, seed, passphrase, NULL), VD_OK);
  file.has_secret = has_secret;
  vd_key_file_write(text, &file);
  const char *path = temp_folder_at(&folder, name);
  assert_int_equal(vd_file_create(path, text, strlen(text), 0600, NULL), VD_OK);
  assert_int_equal(chmod(path, mode), 0);
  return path;
}

static enum vd_error load(const char *path) {
  memset(&key, 0xaa, sizeof key);
  return vd_service_key_load(context, path, &key, &public_key, &failure);
}

static void refused(const char *path, enum vd_error error, const char *words) {
  static const struct vd_key none;
  assert_int_equal(load(path), error);
  if (strstr(failure.text, words) == NULL) fail_msg("%s", failure.text);
  assert_memory_equal(key.secret32, none.secret32, sizeof none.secret32);
}

static void a_log_key_is_loaded(void **state) {
  (void)state;
  if (load(put("good", VD_KEY_LOG, NULL, true, 0600)) != VD_OK) fail_msg("%s", failure.text);
  assert_memory_equal(key.secret32, seed, sizeof seed);
  assert_string_equal(public_key.name, "log.example/1");
  assert_memory_equal(public_key.pub32, key.public_key.public32, 32);
  vd_key_wipe(&key);
}

static void other_files_are_refused(void **state) {
  (void)state;
  refused(put("issuer", VD_KEY_ISSUER, NULL, true, 0600), VD_KEY, "kind issuer");
  refused(put("sealed", VD_KEY_LOG, "a passphrase", true, 0600), VD_KEY, "nobody is there to type it");
  refused(put("public", VD_KEY_LOG, NULL, false, 0600), VD_KEY, "");
  refused(put("open", VD_KEY_LOG, NULL, true, 0640), VD_KEY, "");
  temp_folder_put(&folder, "junk", "junk\n", 5);
  assert_int_equal(chmod(temp_folder_at(&folder, "junk"), 0600), 0);
  assert_int_equal(vd_service_key_load(context, temp_folder_at(&folder, "junk"), &key, &public_key, &failure), VD_KEY);
  assert_int_equal(vd_service_key_load(context, temp_folder_at(&folder, "none"), &key, &public_key, &failure),
                   VD_NO_INPUT);
}

static void verifier_keys(void **state) {
  char vkey[FRAG_VKEY_MAX], bad[FRAG_VKEY_MAX];
  (void)state;
  assert_int_equal(load(put("log", VD_KEY_LOG, NULL, true, 0600)), VD_OK);
  struct frag_slice name = {(const uint8_t *)public_key.name, public_key.name_len};
  assert_int_equal(frag_log_vkey(context, vkey, name, public_key.pub32), FRAG_OK);
  struct frag_log_key parsed;
  assert_int_equal(vd_service_key_parse(context, vkey, "operators: number 2: vkey", &parsed, &failure), VD_OK);
  assert_memory_equal(parsed.pub32, public_key.pub32, 32);
  for (size_t at = 0; vkey[at] != '\0'; at++) { /* a slip of the pen is never another key */
    memcpy(bad, vkey, sizeof bad);
    bad[at] = bad[at] == 'x' ? 'y' : 'x';
    assert_int_equal(vd_service_key_parse(context, bad, "operators: number 2: vkey", &parsed, &failure), VD_CONFIG);
    assert_non_null(strstr(failure.text, "operators: number 2: vkey"));
  }
  vkey[strlen(vkey) - 1] = '\0';
  assert_int_equal(vd_service_key_parse(context, vkey, "w", &parsed, &failure), VD_CONFIG);
  assert_int_equal(vd_service_key_parse(context, "", "w", &parsed, &failure), VD_CONFIG);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_log_key_is_loaded, begin, end),
      cmocka_unit_test_setup_teardown(other_files_are_refused, begin, end),
      cmocka_unit_test_setup_teardown(verifier_keys, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
