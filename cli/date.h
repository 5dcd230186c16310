/* date.h: moments as people write them. All in UTC, from 1970 to the end of 9999. Any thread. */
#ifndef CTL_DATE_H
#define CTL_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CTL_DATE_MAX_S 253402300799ull /* 9999-12-31T23:59:59Z */
#define CTL_DATE_SIZE 21               /* "2026-10-06T08:00:00Z" and NUL */

/* Reads a date "2026-10-06" (its first second), a time "2026-10-06T08:00:00Z" (RFC 3339; seconds may be left
 * out, an offset such as +07:00 may stand for Z) or Unix seconds (9 to 12 digits). False when text is none of them or
 * out of range. */
bool ctl_date_parse(const char *text, size_t len, uint64_t *time_s);

/* Writes "2026-10-06T08:00:00Z"; a later time than the range allows is written as its end. */
void ctl_date_format(char text[static CTL_DATE_SIZE], uint64_t time_s);

/* The same day and time of day so many calendar years later; from 29 February to 28 February if need be.
 * Never later than CTL_DATE_MAX_S. */
uint64_t ctl_date_add_years(uint64_t time_s, unsigned years);

#endif
