/* bench.h: timing for the bench programs, in CPU time of the one thread that works. Absolute times vary with the
 * machine and its load, so each program measures a floor in the same run, in turns with its subject, and prints
 * the ratio. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BENCH_WINDOWS = 41 };

struct bench_work {
  const char *name;
  void (*run)(void *subject); /* one operation; ends the program when it fails */
  void *subject;
};

static inline double bench_now_ns(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) abort();
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static inline int bench_compare(const void *a, const void *b) {
  const double *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

static inline double bench_median(double *values, size_t count) {
  qsort(values, count, sizeof *values, bench_compare);
  return values[count / 2];
}

/* The nanoseconds of one operation in one window of `calls` operations. */
static inline double bench_window_ns(const struct bench_work *work, unsigned calls) {
  double begin = bench_now_ns();
  for (unsigned i = 0; i < calls; i++) work->run(work->subject);
  return (bench_now_ns() - begin) / calls;
}

/* Operations in a window of about 5 ms. */
static inline unsigned bench_calls(const struct bench_work *work) {
  double once = bench_window_ns(work, 3);
  return once > 5e6 ? 1 : (unsigned)(5e6 / once) + 1;
}

/* Median nanoseconds of one operation. */
static inline double bench_alone_ns(const struct bench_work *work) {
  double windows[BENCH_WINDOWS];
  unsigned calls = bench_calls(work);
  for (size_t i = 0; i < BENCH_WINDOWS; i++) windows[i] = bench_window_ns(work, calls);
  return bench_median(windows, BENCH_WINDOWS);
}

/* Measures `work` and `floor` in turns and prints operations a second and the median of the windows' ratios. */
static inline void bench_against_floor(const struct bench_work *work, const struct bench_work *floor) {
  double times[BENCH_WINDOWS], floors[BENCH_WINDOWS], ratios[BENCH_WINDOWS];
  unsigned calls = bench_calls(work), floor_calls = bench_calls(floor);
  for (size_t i = 0; i < BENCH_WINDOWS; i++) {
    floors[i] = bench_window_ns(floor, floor_calls);
    times[i] = bench_window_ns(work, calls);
    ratios[i] = times[i] / floors[i];
  }
  printf("%-28s %9.0f /s   floor %9.0f /s   time / floor %.2f\n", work->name, 1e9 / bench_median(times, BENCH_WINDOWS),
         1e9 / bench_median(floors, BENCH_WINDOWS), bench_median(ratios, BENCH_WINDOWS));
}

/* Several works in turns, window by window, so that a load of the machine is on all of them. Each runs once before its
 * window begins: it then finds what it needs near. */
struct bench_times {
  unsigned calls;           /* in a window */
  double ns[BENCH_WINDOWS]; /* of one operation, by window */
};

static inline void bench_in_turns(const struct bench_work *works, size_t count, struct bench_times *times) {
  for (size_t at = 0; at < count; at++) {
    works[at].run(works[at].subject);
    times[at].calls = bench_calls(&works[at]);
  }
  for (size_t window = 0; window < BENCH_WINDOWS; window++)
    for (size_t turn = 0; turn < count; turn++) {
      size_t at = (window + turn) % count; /* not always behind the same one */
      works[at].run(works[at].subject);
      times[at].ns[window] = bench_window_ns(&works[at], times[at].calls);
    }
}

static inline double bench_median_ns(const struct bench_times *times) {
  struct bench_times sorted = *times;
  return bench_median(sorted.ns, BENCH_WINDOWS);
}

/* Median of the windows' ratios. */
static inline double bench_ratio(const struct bench_times *times, const struct bench_times *floor) {
  struct bench_times ratios;
  for (size_t window = 0; window < BENCH_WINDOWS; window++) ratios.ns[window] = times->ns[window] / floor->ns[window];
  return bench_median(ratios.ns, BENCH_WINDOWS);
}

#endif
