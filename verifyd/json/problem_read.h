/* problem_read.h: what another service said was wrong, in application/problem+json (RFC 9457). */
#ifndef VD_PROBLEM_READ_H
#define VD_PROBLEM_READ_H

#include <stdbool.h>
#include <stddef.h>

#define VD_PROBLEM_DETAIL_SIZE 400 /* bytes, with the NUL */

/* The problem's detail, or its title when it has no detail. Text from elsewhere that may be shown: plain (base/text.h),
 * and cut between characters when it is too long.
 * Returns false, and an empty text, when it is not a problem, or its text is not plain. Any thread. */
bool vd_problem_detail(const char *text, size_t len, char detail[static VD_PROBLEM_DETAIL_SIZE]);

#endif
