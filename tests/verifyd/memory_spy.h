/* memory_spy.h: what a test's libraries ask of malloc, calloc and free, and whether they wipe what they give back.
 * Link with -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=free. One thread. */
#ifndef TEST_MEMORY_SPY_H
#define TEST_MEMORY_SPY_H

#include <stddef.h>

struct memory_spy_report {
  size_t largest_bytes; /* the largest request, granted or not */
  unsigned freed;       /* blocks that were given back, of those requested since the start */
  unsigned dirty;       /* of these, blocks that held anything but zeros */
};

/* From now on requests of refuse_bytes and more fail, and at most 64 blocks at a time are watched. */
void memory_spy_start(size_t refuse_bytes);

struct memory_spy_report memory_spy_stop(void);

#endif
