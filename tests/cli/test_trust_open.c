#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../verifyd/temp_folder.h"
#include "../verifyd/trust_fixture.h"
#include "base/context.h"
#include "config/trust_memory.h"
#include "trust_open.h"

static struct temp_folder folder;
static struct frag_context *context;
static struct trust_fixture first, second, third;
static struct vd_settings settings;
static struct vd_failure failure;

static void put(const struct trust_fixture *list) {
  temp_folder_put(&folder, "trust.list", list->file, list->file_len);
}

static enum vd_error try_open(void) {
  struct frag_trust *trust = NULL;
  failure.text[0] = '\0';
  enum vd_error error = ctl_trust_open(context, &settings, &trust, &failure);
  assert_true((error == VD_OK) == (trust != NULL));
  frag_trust_free(trust);
  return error;
}

/* As verifyd does it. */
static void remember(const struct trust_fixture *list) {
  struct frag_trust *trust = NULL;
  put(list);
  assert_int_equal(ctl_trust_open_file(context, &settings, settings.trust.file, &trust, NULL), VD_OK);
  assert_int_equal(vd_trust_memory_keep(&settings, trust, NULL), VD_OK);
  frag_trust_free(trust);
}

static int begin(void **state) {
  (void)state;
  temp_folder_make(&folder);
  temp_folder_make_inner(&folder, "seen");
  assert_int_equal(vd_context_new(&context, NULL), VD_OK);
  trust_fixture_begin(&first, context, TRUST_FIXTURE_REALM);
  (void)trust_fixture_add(&first, 1, "one.example", NULL);
  trust_fixture_write(&first);
  second = first;
  trust_fixture_write(&second);
  third = second;
  trust_fixture_write(&third);
  memset(&settings, 0, sizeof settings);
  settings.realm = TRUST_FIXTURE_REALM;
  settings.trust.roots_count = settings.trust.threshold = 1;
  memcpy(settings.trust.roots[0], first.root_public, 32);
  (void)snprintf(settings.trust.file, sizeof settings.trust.file, "%s", temp_folder_at(&folder, "trust.list"));
  (void)snprintf(settings.memory, sizeof settings.memory, "%s", temp_folder_at(&folder, "seen"));
  return 0;
}

static int end(void **state) {
  (void)state;
  trust_fixture_end(&first);
  frag_context_free(context);
  temp_folder_remove(&folder);
  return 0;
}

static void a_list_older_than_the_one_remembered_is_refused(void **state) {
  (void)state;
  remember(&second);
  put(&first);
  assert_int_equal(try_open(), VD_CONFIG);
  assert_non_null(strstr(failure.text, "number 1 and is not newer than number 2"));
  assert_non_null(strstr(failure.text, "trust.accepted"));
  settings.memory[0] = '\0'; /* without memory nobody knows */
  assert_int_equal(try_open(), VD_OK);
}

static void the_one_remembered_and_the_one_after_it_are_opened(void **state) {
  (void)state;
  remember(&second);
  assert_int_equal(try_open(), VD_OK);
  put(&third);
  assert_int_equal(try_open(), VD_OK);
  remember(&first);
  put(&third);
  assert_int_equal(try_open(), VD_CONFIG);
  assert_non_null(strstr(failure.text, "put the lists between them in place first"));
}

static void another_list_of_the_same_number_is_refused(void **state) {
  (void)state;
  remember(&second);
  struct trust_fixture other = first;
  other.list.keys = other.keys;
  (void)trust_fixture_add(&other, 2, "two.example", NULL);
  trust_fixture_write(&other);
  put(&other);
  assert_int_equal(try_open(), VD_CONFIG);
}

static void a_memory_that_is_damaged_is_told_and_one_of_others_left_out(void **state) {
  (void)state;
  put(&first);
  assert_int_equal(try_open(), VD_OK); /* nothing is remembered */
  temp_folder_put(&folder, "seen/trust.accepted", "xx", 2);
  assert_int_equal(try_open(), VD_DATA);
  assert_non_null(strstr(failure.text, "trust.accepted"));
  remember(&second);
  put(&first);
  if (geteuid() == 0) return; /* who may read everything */
  assert_int_equal(chmod(temp_folder_at(&folder, "seen/trust.accepted"), 0), 0);
  assert_int_equal(try_open(), VD_OK);
  assert_int_equal(chmod(settings.memory, 0), 0);
  assert_int_equal(try_open(), VD_OK);
  assert_int_equal(chmod(settings.memory, 0700), 0);
}

/* A file that was named on the command line is judged by itself. */
static void another_file_may_be_older(void **state) {
  struct frag_trust *trust = NULL;
  (void)state;
  remember(&second);
  put(&first);
  assert_int_equal(ctl_trust_open_file(context, &settings, settings.trust.file, &trust, NULL), VD_OK);
  frag_trust_free(trust);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(a_list_older_than_the_one_remembered_is_refused), TEST(the_one_remembered_and_the_one_after_it_are_opened),
    TEST(another_list_of_the_same_number_is_refused),
    TEST(a_memory_that_is_damaged_is_told_and_one_of_others_left_out), TEST(another_file_may_be_older),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
