#include "date.h"

#include <time.h>


/* Reads exactly count digits at *at, which moves past them; -1 when they are not there. */
static int digits(const char **at, const char *end, int count) {
  int value = 0;
  if (end - *at < count) return -1;
  for (int i = 0; i < count; i++) {
    char c = (*at)[i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  *at += count;
  return value;
}

static bool literal(const char **at, const char *end, char wanted) {
  if (*at == end || **at != wanted) return false;
  (*at)++;
  return true;
}

static bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

static int days_in(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static bool parse_day(const char **at, const char *end, int64_t *time_s) {
  int year = digits(at, end, 4);
  if (year < 1970 || !literal(at, end, '-')) return false;
  int month = digits(at, end, 2);
  if (month < 1 || month > 12 || !literal(at, end, '-')) return false;
  int day = digits(at, end, 2);
  if (day < 1 || day > days_in(year, month)) return false;
  struct tm parts = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
  *time_s = timegm(&parts);
  return true;
}

/* "Z", "+07:00" or "-03:30": seconds to take away to come to UTC. */
static bool parse_zone(const char **at, const char *end, int64_t *offset_s) {
  *offset_s = 0;
  if (literal(at, end, 'Z')) return true;
  bool west = *at < end && **at == '-';
  if (!west && (*at == end || **at != '+')) return false;
  (*at)++;
  int hours = digits(at, end, 2);
  if (hours < 0 || hours > 23 || !literal(at, end, ':')) return false;
  int minutes = digits(at, end, 2);
  if (minutes < 0 || minutes > 59) return false;
  *offset_s = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
  return true;
}

static bool parse_clock(const char **at, const char *end, int64_t *time_s) {
  int64_t offset_s = 0;
  int seconds = 0, hours = digits(at, end, 2);
  if (hours < 0 || hours > 23 || !literal(at, end, ':')) return false;
  int minutes = digits(at, end, 2);
  if (minutes < 0 || minutes > 59) return false;
  if (literal(at, end, ':')) seconds = digits(at, end, 2);
  if (seconds < 0 || seconds > 59 || !parse_zone(at, end, &offset_s)) return false;
  *time_s += hours * 3600 + minutes * 60 + seconds - offset_s;
  return true;
}

/* Fewer digits would rather be a year or a day written without hyphens. */
static bool parse_seconds(const char *text, size_t len, int64_t *time_s) {
  *time_s = 0;
  if (len < 9 || len > 12) return false;
  for (size_t i = 0; i < len; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
    *time_s = *time_s * 10 + (text[i] - '0');
  }
  return true;
}

bool ctl_date_parse(const char *text, size_t len, uint64_t *time_s) {
  const char *at = text, *end = text + len;
  int64_t moment = 0;
  bool good = parse_seconds(text, len, &moment);
  if (!good) {
    good = parse_day(&at, end, &moment);
    if (good && at < end) good = literal(&at, end, 'T') && parse_clock(&at, end, &moment) && at == end;
  }
  *time_s = good && moment >= 0 ? (uint64_t)moment : 0;
  return good && moment >= 0 && *time_s <= CTL_DATE_MAX_S;
}

static struct tm parts_of(uint64_t time_s) {
  struct tm parts = {0};
  time_t moment = (time_t)(time_s > CTL_DATE_MAX_S ? CTL_DATE_MAX_S : time_s);
  (void)gmtime_r(&moment, &parts);
  return parts;
}

void ctl_date_format(char text[static CTL_DATE_SIZE], uint64_t time_s) {
  struct tm parts = parts_of(time_s);
  if (strftime(text, CTL_DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) text[0] = '\0';
}

uint64_t ctl_date_add_years(uint64_t time_s, unsigned years) {
  struct tm parts = parts_of(time_s);
  int year = parts.tm_year + 1900 + (int)years;
  if (year > 9999) return CTL_DATE_MAX_S;
  parts.tm_year = year - 1900;
  if (parts.tm_mday > days_in(year, parts.tm_mon + 1)) parts.tm_mday = days_in(year, parts.tm_mon + 1);
  return (uint64_t)timegm(&parts);
}
