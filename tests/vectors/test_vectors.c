/* Runs every file of test vectors through libfrag. usage: test_vectors FOLDER */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "libfrag/cmocka_all.h"
#include "run.h"

static const struct CMUnitTest files[] = {
    {"hash_kdf", run_hash_kdf, NULL, NULL, NULL},       {"dcbor", run_dcbor, NULL, NULL, NULL},
    {"qr_payload", run_qr_payload, NULL, NULL, NULL},   {"shamir", run_shamir, NULL, NULL, NULL},
    {"issue", run_issue, NULL, NULL, NULL},             {"open", run_open, NULL, NULL, NULL},
    {"trust", run_trust, NULL, NULL, NULL},             {"status", run_status, NULL, NULL, NULL},
    {"end_to_end", run_end_to_end, NULL, NULL, NULL},   {"tree", run_tree, NULL, NULL, NULL},
    {"log", run_log, NULL, NULL, NULL},                 {"bip340", run_bip340, NULL, NULL, NULL}};

__attribute__((noreturn)) static void fail_form(const char *where, const char *what, const char *key) {
  fail_msg("%s: %s: %s", where, what, key);
  __builtin_unreachable();
}

static bool has_runner(const char *file_name, size_t stem_len) {
  for (size_t i = 0; i < FRAG_COUNT(files); i++)
    if (strlen(files[i].name) == stem_len && memcmp(files[i].name, file_name, stem_len) == 0) return true;
  return false;
}

/* A file of vectors that nobody runs would look as if it passed. */
static void every_file_has_a_runner(void **state) {
  const struct vectors *all = *state;
  DIR *folder = opendir(all->folder);
  assert_non_null(folder);
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    size_t len = strlen(entry->d_name);
    if (len < 5 || strcmp(entry->d_name + len - 5, ".json") != 0) continue;
    if (!has_runner(entry->d_name, len - 5)) fail_msg("no runner for %s", entry->d_name);
  }
  closedir(folder);
}

int main(int count, char **arguments) {
  static const uint8_t seed[32] = {1};
  struct vectors vectors = {.forms.fail = fail_form};
  struct CMUnitTest tests[FRAG_COUNT(files) + 1] = {cmocka_unit_test(every_file_has_a_runner)};
  if (count != 2) {
    fprintf(stderr, "usage: test_vectors FOLDER\n");
    return 64;
  }
  vectors.folder = arguments[1];
  if (frag_context_new(&vectors.context, seed) != FRAG_OK) return 1;
  memcpy(tests + 1, files, sizeof files);
  for (size_t i = 0; i < FRAG_COUNT(tests); i++) tests[i].initial_state = &vectors;
  int failed = cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
  forms_clear(&vectors.forms);
  frag_context_free(vectors.context);
  return failed;
}
