#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/words.h"
#include "temp_folder.h"

static const char *const languages[] = {"km", "en", NULL};
static struct temp_folder folder;
static struct vd_words *words;
static struct vd_failure failure;

static int begin(void **state) {
  (void)state;
  temp_folder_make(&folder);
  return 0;
}

static int end(void **state) {
  (void)state;
  vd_words_free(words);
  words = NULL;
  temp_folder_remove(&folder);
  return 0;
}

static enum vd_error read_words(const char *text) {
  vd_words_free(words);
  temp_folder_put(&folder, "words.json", text, strlen(text));
  return vd_words_read(temp_folder_at(&folder, "words.json"), languages, &words, &failure);
}

static void words_are_found_by_key_and_language(void **state) {
  (void)state;
  assert_int_equal(
      read_words("{\"codes\":{\"REVOKED\":\"revoked\"},\"words\":{\"a.b\":{\"km\":\"ក\",\"en\":\"A\",\"de\":\"x\"}}}"),
      VD_OK);
  assert_string_equal(vd_words_text(words, "a.b", "km"), "ក");
  assert_string_equal(vd_words_text(words, "a.b", "en"), "A");
  assert_null(vd_words_text(words, "a.b", "fr"));
  assert_null(vd_words_text(words, "a", "en"));
  assert_null(vd_words_text(words, "", "en"));
  assert_string_equal(vd_words_group(words, "REVOKED"), "revoked");
  assert_null(vd_words_group(words, "OK"));
}

static void a_wrong_file_is_told(void **state) {
  static const char *const wrong[] = {"",
                                      "[]",
                                      "{}",
                                      "{\"codes\":{}}",
                                      "{\"codes\":[],\"words\":{}}",
                                      "{\"codes\":{\"A\":1},\"words\":{}}",
                                      "{\"codes\":{},\"words\":{\"a\":\"b\"}}",
                                      "{\"codes\":{},\"words\":{\"a\":{\"km\":\"x\"}}}",
                                      "{\"codes\":{},\"words\":{\"a\":{\"km\":\"x\",\"en\":\"\"}}}",
                                      "{\"codes\":{},\"words\":{\"a\":{\"km\":\"x\",\"en\":5}}}",
                                      "{\"codes\":{},\"codes\":{},\"words\":{}}",
                                      "{\"codes\":{},\"words\":{}",
                                      "{\"codes\":{},\"words\":{}} x",
                                      "{\"codes\":{},\"words\":{\"a\":{\"km\":\"\xff\",\"en\":\"x\"}}}"};
  (void)state;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    if (read_words(wrong[i]) != VD_CONFIG) fail_msg("taken: %s", wrong[i]);
    assert_null(words);
    assert_non_null(strstr(failure.text, "words.json"));
  }
  (void)read_words("{\"codes\":{},\"words\":{\"a.key\":{\"km\":\"x\"}}}");
  assert_non_null(strstr(failure.text, "a.key"));
}

static void a_missing_file_is_told(void **state) {
  (void)state;
  assert_int_equal(vd_words_read("/nonexistent/words.json", languages, &words, &failure), VD_NO_INPUT);
  assert_null(words);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(words_are_found_by_key_and_language, begin, end),
      cmocka_unit_test_setup_teardown(a_wrong_file_is_told, begin, end),
      cmocka_unit_test_setup_teardown(a_missing_file_is_told, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
