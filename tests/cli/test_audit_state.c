#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit_folder.h"
#include "base/context.h"
#include "base/file.h"
#include "verifyd/temp_folder.h"

#define VKEY "log.example/1+12345678+AQ=="

static struct frag_context *context;
static struct temp_folder temp;
static struct ctl_audit_state state, read_back;
static struct ctl_audit_keys keys;

/* A state of 300 entries, with everything in it that can be. */
static void make_state(const char *folder) {
  const struct frag_slice origin = {.data = (const uint8_t *)"log.example/1", .len = 13};
  const uint8_t seed[32] = {9}, root[FRAG_HASH_LEN] = {1, 2, 3};
  struct ctl_audit_twice twice;
  memset(&state, 0, sizeof state);
  state.tree.size = 300;
  memset(state.tree.rows[0], 0x11, 44 * sizeof *state.tree.rows[0]);
  memset(state.tree.rows[1], 0x22, sizeof *state.tree.rows[1]);
  state.first_time_s = 5, state.last_time_s = 6;
  state.has_realm = true, state.realm = 65535;
  state.record_number = 3, state.with_records = true;
  state.counts = (struct ctl_audit_counts){.issues = 290, .statuses = 7, .trusts = 3, .records = 290, .erased = 2};
  state.proven_size = 299, state.proven_s = 1800000000;
  assert_int_equal(frag_checkpoint_sign(context, state.note, &state.note_len, origin, 400, root, seed, 7), FRAG_OK);
  state.note_size = 400;
  memcpy(state.note_root, root, sizeof root);
  assert_int_equal(ctl_audit_keys_begin(&keys, folder, NULL), VD_OK);
  for (uint64_t i = 0; i < 300; i++) {
    assert_int_equal(ctl_audit_keys_add(&keys, 1, (const uint8_t *)&i, sizeof i, NULL), VD_OK);
    if (i == 99) assert_int_equal(ctl_audit_keys_flush(&keys, false, &twice, NULL), VD_OK);
  }
  assert_int_equal(ctl_audit_keys_flush(&keys, false, &twice, NULL), VD_OK);
}

static enum vd_error read_text(const char *text, size_t len, const char *vkey) {
  struct ctl_audit_keys loaded;
  assert_int_equal(ctl_audit_keys_begin(&loaded, temp.path, NULL), VD_OK);
  enum vd_error error = ctl_audit_state_read(&read_back, vkey, context, &loaded, text, len, NULL);
  if (error == VD_OK) assert_int_equal(loaded.runs_count, 2);
  ctl_audit_keys_free(&loaded);
  return error;
}

static void comes_back_as_it_was(void **unused) {
  char *text = NULL;
  size_t len = 0;
  (void)unused;
  make_state(temp.path);
  assert_int_equal(ctl_audit_state_write(&state, VKEY, &keys, &text, &len, NULL), VD_OK);
  assert_int_equal(read_text(text, len, VKEY), VD_OK);
  assert_memory_equal(&read_back, &state, sizeof state);
  assert_int_equal(read_text(text, len, "log.example/2+12345678+AQ=="), VD_CONFLICT);
  free(text);
  ctl_audit_keys_free(&keys);
}

static void cut_or_changed_is_refused(void **unused) {
  char *text = NULL;
  size_t len = 0;
  (void)unused;
  make_state(temp.path);
  assert_int_equal(ctl_audit_state_write(&state, VKEY, &keys, &text, &len, NULL), VD_OK);
  for (size_t cut = 0; cut < len; cut += cut < 300 || cut + 300 > len ? 1 : 13) {
    assert_int_equal(read_text(text, cut, VKEY), VD_DATA);
  }
  for (size_t i = 0; i < len; i += i < 300 || i + 300 > len ? 1 : 13) {
    text[i] = (char)(text[i] ^ 1);
    assert_int_equal(read_text(text, len, VKEY), VD_DATA);
    text[i] = (char)(text[i] ^ 1);
  }
  free(text);
  ctl_audit_keys_free(&keys);
}

static void what_does_not_fit_together_is_refused(void **unused) {
  char *text = NULL;
  size_t len = 0;
  (void)unused;
  make_state(temp.path);
  state.tree.size = 301; /* more than there are keys */
  assert_int_equal(ctl_audit_state_write(&state, VKEY, &keys, &text, &len, NULL), VD_OK);
  assert_int_equal(read_text(text, len, VKEY), VD_DATA);
  free(text);
  state.tree.size = 300;
  state.note_len = 0; /* further than any checkpoint */
  assert_int_equal(ctl_audit_state_write(&state, VKEY, &keys, &text, &len, NULL), VD_OK);
  assert_int_equal(read_text(text, len, VKEY), VD_DATA);
  free(text);
  ctl_audit_keys_free(&keys);
}

static void the_folder_keeps_it_and_is_locked(void **unused) {
  struct ctl_audit_folder folder, second;
  struct ctl_audit_keys other;
  const char *path = temp_folder_at(&temp, "new");
  (void)unused;
  assert_int_equal(ctl_audit_folder_open(&folder, path, VKEY, context, &read_back, &other, NULL), VD_OK);
  assert_int_equal(read_back.tree.size, 0);
  ctl_audit_keys_free(&other);
  make_state(path);
  assert_int_equal(ctl_audit_folder_save(&folder, VKEY, &state, &keys, NULL), VD_OK);
  ctl_audit_keys_free(&keys);
  assert_int_equal(ctl_audit_folder_open(&second, path, VKEY, context, &read_back, &other, NULL), VD_CONFLICT);
  ctl_audit_keys_free(&other);
  ctl_audit_folder_close(&second);
  ctl_audit_folder_close(&folder);
  assert_int_equal(ctl_audit_folder_open(&folder, path, VKEY, context, &read_back, &other, NULL), VD_OK);
  assert_memory_equal(&read_back, &state, sizeof state);
  ctl_audit_keys_free(&other);
  ctl_audit_folder_close(&folder);
}

static void evidence_is_kept_once(void **unused) {
  struct ctl_audit_folder folder = {.path = temp.path, .lock_fd = -1};
  const struct frag_slice one = {.data = (const uint8_t *)"one\n", .len = 4};
  const struct frag_slice other = {.data = (const uint8_t *)"other\n", .len = 6};
  char first[CTL_AUDIT_PATH_SIZE], again[CTL_AUDIT_PATH_SIZE], another[CTL_AUDIT_PATH_SIZE];
  struct vd_bytes file;
  (void)unused;
  assert_int_equal(ctl_audit_folder_accuse(&folder, "fork", one, other, first, NULL), VD_OK);
  assert_int_equal(ctl_audit_folder_accuse(&folder, "fork", one, other, again, NULL), VD_OK);
  assert_int_equal(ctl_audit_folder_accuse(&folder, "fork", other, one, another, NULL), VD_OK);
  assert_string_equal(first, again);
  assert_string_not_equal(first, another);
  assert_int_equal(vd_file_read(first, 1000, &file, NULL), VD_OK);
  assert_string_equal((const char *)file.data, "fork\n\n--- one checkpoint\none\n\n--- the other\nother\n");
  vd_bytes_free(&file);
}

static int make(void **unused) {
  (void)unused;
  temp_folder_make(&temp);
  return vd_context_new(&context, NULL) != VD_OK;
}

static int clean(void **unused) {
  (void)unused;
  temp_folder_remove(&temp);
  frag_context_free(context);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(comes_back_as_it_was, make, clean),
      cmocka_unit_test_setup_teardown(cut_or_changed_is_refused, make, clean),
      cmocka_unit_test_setup_teardown(what_does_not_fit_together_is_refused, make, clean),
      cmocka_unit_test_setup_teardown(the_folder_keeps_it_and_is_locked, make, clean),
      cmocka_unit_test_setup_teardown(evidence_is_kept_once, make, clean)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
