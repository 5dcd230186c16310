#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "file_name.h"

static void assert_name(const char *serial, size_t len, const char *expected) {
  char name[CTL_FILE_NAME_SIZE];
  ctl_file_name(name, (struct frag_slice){.data = (const uint8_t *)serial, .len = len}, ".png");
  assert_string_equal(name, expected);
}

static void test_names(void **state) {
  (void)state;
  assert_name("BACII-2026_000.1", 16, "BACII-2026_000.1.png");
  assert_name("../../etc/passwd", 16, "%2E.%2F..%2Fetc%2Fpasswd.png");
  assert_name(".", 1, "%2E.png");
  assert_name("a%2Fb c", 7, "a%252Fb%20c.png");
  assert_name("é", 2, "%C3%A9.png");
  assert_name("~$\\:*?\"<>|", 10, "%7E%24%5C%3A%2A%3F%22%3C%3E%7C.png");
}

static void test_longest_fits(void **state) {
  (void)state;
  char serial[64], name[CTL_FILE_NAME_SIZE];
  memset(serial, '/', sizeof serial);
  ctl_file_name(name, (struct frag_slice){.data = (const uint8_t *)serial, .len = 64}, ".svg");
  assert_int_equal(strlen(name), CTL_FILE_NAME_SIZE - 1);
  assert_string_equal(name + 3 * 64, ".svg");
}

/* Two serials never share a name: what is encoded can be told from what is plain. */
static void test_every_byte_alone_is_distinct(void **state) {
  (void)state;
  char names[256][CTL_FILE_NAME_SIZE];
  for (unsigned c = 0; c < 256; c++) {
    uint8_t serial = (uint8_t)c;
    ctl_file_name(names[c], (struct frag_slice){.data = &serial, .len = 1}, ".png");
    assert_null(strchr(names[c], '/'));
    for (unsigned other = 0; other < c; other++) assert_string_not_equal(names[other], names[c]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_names),
    cmocka_unit_test(test_longest_fits),
    cmocka_unit_test(test_every_byte_alone_is_distinct),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
