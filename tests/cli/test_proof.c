#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proof.h"

static void names_are_safe(void **state) {
  static const char *const pairs[][2] = {{"ledger.example/log/1", "ledger.example_log_1.tlog-proof"},
                                         {"127.0.0.1:8080/log/2", "127.0.0.1_8080_log_2.tlog-proof"},
                                         {"../../etc/passwd", "_._.._etc_passwd.tlog-proof"},
                                         {".hidden", "_hidden.tlog-proof"},
                                         {"a b\\c%2f~", "a_b_c_2f_.tlog-proof"}};
  char name[CTL_PROOF_NAME_SIZE];
  (void)state;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    ctl_proof_name(name, pairs[i][0]);
    assert_string_equal(name, pairs[i][1]);
  }
}

static void the_longest_name_fits(void **state) {
  char origin[FRAG_VKEY_NAME_MAX + 1], name[CTL_PROOF_NAME_SIZE];
  (void)state;
  memset(origin, 'a', FRAG_VKEY_NAME_MAX);
  origin[FRAG_VKEY_NAME_MAX] = '\0';
  ctl_proof_name(name, origin);
  assert_int_equal(strlen(name), FRAG_VKEY_NAME_MAX + strlen(".tlog-proof"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(names_are_safe), cmocka_unit_test(the_longest_name_fits)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
