#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "date.h"

static void assert_time(const char *text, uint64_t expected_s) {
  uint64_t time_s = 1;
  if (!ctl_date_parse(text, strlen(text), &time_s)) fail_msg("%s is refused", text);
  assert_int_equal(time_s, expected_s);
}

static void test_forms(void **state) {
  (void)state;
  assert_time("1970-01-01", 0);
  assert_time("2025-12-01", 1764547200);
  assert_time("2025-12-01T00:00:00Z", 1764547200);
  assert_time("2025-12-01T07:00:00+07:00", 1764547200);
  assert_time("2025-11-30T20:30Z", 1764534600);
  assert_time("2025-11-30T17:00:00-03:30", 1764534600);
  assert_time("1764547200", 1764547200);
  assert_time("100000000", 100000000);
  assert_time("2024-02-29", 1709164800);
  assert_time("9999-12-31T23:59:59Z", CTL_DATE_MAX_S);
}

static void test_refused(void **state) {
  (void)state;
  static const char *const bad[] = {"",
                                    "x",
                                    "0",
                                    "20251201",
                                    "2025",
                                    "-1",
                                    "253402300800",
                                    "2025-13-01",
                                    "2025-00-01",
                                    "2025-02-29",
                                    "2025-04-31",
                                    "2025-1-01",
                                    "2025-01-1",
                                    "2025/01/01",
                                    "2025-01-01T",
                                    "2025-01-01 00:00:00Z",
                                    "1969-12-31",
                                    "2025-01-00",
                                    "2025-01-01T24:00:00Z",
                                    "2025-01-01T00:60:00Z",
                                    "2025-01-01T00:00:60Z",
                                    "2025-01-01T00:00:00",
                                    "2025-01-01T00:00:00+7:00",
                                    "2025-01-01T00:00:00Zx",
                                    "2025-01-01x",
                                    "1970-01-01T00:00:00+00:01",
                                    "01/02/2025",
                                    "1e9",
                                    "9999-12-31T23:59:59-00:01"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    uint64_t time_s = 0;
    if (ctl_date_parse(bad[i], strlen(bad[i]), &time_s)) fail_msg("%s is taken", bad[i]);
  }
}

static void test_every_day_round_trips(void **state) {
  (void)state;
  for (uint64_t day_s = 0; day_s < CTL_DATE_MAX_S; day_s += 86400 * 13 + 3607) {
    char text[CTL_DATE_SIZE];
    ctl_date_format(text, day_s);
    assert_time(text, day_s);
  }
}

static void test_years(void **state) {
  (void)state;
  char text[CTL_DATE_SIZE];
  uint64_t leap_s = 1709164800 + 3661;
  ctl_date_format(text, ctl_date_add_years(leap_s, 1));
  assert_string_equal(text, "2025-02-28T01:01:01Z");
  ctl_date_format(text, ctl_date_add_years(leap_s, 4));
  assert_string_equal(text, "2028-02-29T01:01:01Z");
  ctl_date_format(text, ctl_date_add_years(leap_s, 76));
  assert_string_equal(text, "2100-02-28T01:01:01Z");
  assert_int_equal(ctl_date_add_years(CTL_DATE_MAX_S - 5, 1), CTL_DATE_MAX_S);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_forms),
    cmocka_unit_test(test_refused),
    cmocka_unit_test(test_every_day_round_trips),
    cmocka_unit_test(test_years),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
