#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "options.h"

struct parsed {
  const char *in, *out;
  bool json;
  struct ctl_list ledgers;
  int first;
  bool help;
};

static enum vd_error parse(struct parsed *parsed, const char *operands, int argc, const char *const *words,
                           struct vd_failure *failure) {
  char copies[16][64], *argv[17] = {0};
  struct ctl_option options[] = {
    {.name = "in", .value = "FILE", .help = "the input", .text = &parsed->in, .required = true},
    {.name = "out", .value = "DIR", .help = "the output", .text = &parsed->out},
    {.name = "json", .help = "as JSON", .flag = &parsed->json},
    {.name = "ledger", .value = "DIR", .help = "a ledger", .list = &parsed->ledgers},
  };
  struct ctl_usage usage = {"try", operands, "Tries.", options, 4};
  for (int i = 0; i < argc; i++) argv[i] = strcpy(copies[i], words[i]);
  *parsed = (struct parsed){0};
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &parsed->first, &parsed->help, failure);
  static char kept[4][64]; /* argv's strings end here, and the tests look at them */
  if (parsed->in != NULL) parsed->in = strcpy(kept[0], parsed->in);
  if (parsed->out != NULL) parsed->out = strcpy(kept[1], parsed->out);
  for (size_t i = 0; i < parsed->ledgers.count && i < 2; i++) {
    parsed->ledgers.items[i] = strcpy(kept[2 + i], parsed->ledgers.items[i]);
  }
  return error;
}

#define PARSE(parsed, operands, failure, ...)                                                                         \
  parse(parsed, operands, (int)(sizeof(const char *[]){__VA_ARGS__} / sizeof(char *)), (const char *[]){__VA_ARGS__}, \
        failure)

static void test_values(void **state) {
  (void)state;
  struct parsed parsed;
  struct vd_failure failure;
  assert_int_equal(
      PARSE(&parsed, "TEXT", &failure, "try", "--in", "a", "word", "--ledger=1", "--json", "--ledger", "2"), VD_OK);
  assert_string_equal(parsed.in, "a");
  assert_null(parsed.out);
  assert_true(parsed.json);
  assert_int_equal(parsed.ledgers.count, 2);
  assert_string_equal(parsed.ledgers.items[1], "2");
  assert_int_equal(parsed.first, 7);
  assert_int_equal(PARSE(&parsed, "TEXT", &failure, "try", "--in", "-", "--", "--json"), VD_OK);
  assert_false(parsed.json);
  assert_int_equal(parsed.first, 4);
}

#define REFUSED(expected, ...)                                                        \
  do {                                                                                \
    struct parsed refused;                                                            \
    struct vd_failure why = {0};                                                      \
    assert_int_equal(PARSE(&refused, NULL, &why, "try", __VA_ARGS__), VD_USAGE);      \
    assert_string_equal(why.text, expected);                                          \
  } while (0)

static void test_refusals(void **state) {
  (void)state;
  REFUSED("--in FILE is missing; see verifyctl try --help", "--json");
  REFUSED("unknown option --ledgr; did you mean --ledger?", "--in", "a", "--ledgr", "x");
  REFUSED("unknown option --jsn; did you mean --json?", "--jsn=secret");
  REFUSED("unknown option --completely-else; see verifyctl try --help", "--completely-else");
  REFUSED("unknown option --led; see verifyctl try --help", "--led", "x");
  REFUSED("--in is given twice; keep one", "--in", "a", "--in", "b");
  REFUSED("--out needs a value; see verifyctl try --help", "--in", "a", "--out");
  REFUSED("--json takes no value", "--in", "a", "--json=yes");
  REFUSED("unknown option -x; options have long names, see verifyctl try --help", "--in", "a", "-x");
  REFUSED("\"word\" is not an option; options begin with --, see verifyctl try --help", "--in", "a", "word");
}

static void test_help_needs_nothing_else(void **state) {
  (void)state;
  struct parsed parsed;
  assert_int_equal(PARSE(&parsed, NULL, NULL, "try", "-h"), VD_OK);
  assert_true(parsed.help);
  assert_int_equal(PARSE(&parsed, NULL, NULL, "try", "--help"), VD_OK);
  assert_true(parsed.help);
}

static void test_numbers_and_times(void **state) {
  (void)state;
  uint64_t value = 0;
  struct vd_failure failure;
  static const char *const bad[] = {"", "x", "-1", "+1", "1.0", "0", "11", " 1", "1 ", "0x1", "18446744073709551617"};
  assert_int_equal(ctl_option_number("n", "10", 1, 10, &value, &failure), VD_OK);
  assert_int_equal(value, 10);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_int_equal(ctl_option_number("n", bad[i], 1, 10, &value, &failure), VD_USAGE);
    assert_string_equal(failure.text, "--n must be a whole number from 1 to 10");
  }
  assert_int_equal(ctl_option_time("issued", "2025-12-01", &value, &failure), VD_OK);
  assert_int_equal(value, 1764547200);
  assert_int_equal(ctl_option_time("issued", "yesterday", &value, &failure), VD_USAGE);
  assert_non_null(strstr(failure.text, "--issued must be a date"));
}

static void test_nearest(void **state) {
  (void)state;
  static const char *const names[] = {"keygen", "trust", "issue", "verify", NULL};
  assert_string_equal(ctl_nearest("isue", names), "issue");
  assert_string_equal(ctl_nearest("veryfi", names), "verify");
  assert_null(ctl_nearest("a-word-that-is-nothing-like-any", names));
  assert_null(ctl_nearest("", names));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_values),            cmocka_unit_test(test_refusals),
    cmocka_unit_test(test_help_needs_nothing_else), cmocka_unit_test(test_numbers_and_times),
    cmocka_unit_test(test_nearest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
