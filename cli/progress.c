#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define TERMINAL_PERIOD_MS 100
#define LINE_PERIOD_MS 2000
#define BAR_WIDTH 30

static uint64_t now_ms(void) {
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void ctl_progress_begin(struct ctl_progress *progress, const char *what, size_t total) {
  uint64_t begun_ms = now_ms();
  *progress = (struct ctl_progress){.what = what, .total = total, .terminal = isatty(STDERR_FILENO) == 1,
                                    .begun_ms = begun_ms, .shown_ms = begun_ms};
}

static void format_duration(char *text, size_t size, uint64_t seconds) {
  unsigned long long s = seconds;
  if (s >= 3600) {
    (void)snprintf(text, size, "%llu:%02llu:%02llu", s / 3600, s / 60 % 60, s % 60);
  } else {
    (void)snprintf(text, size, "%llu:%02llu", s / 60, s % 60);
  }
}

static void format_bar(char *bar, size_t size, unsigned width, size_t done, size_t total) {
  size_t filled = total == 0 ? width : (size_t)((double)done / (double)total * width);
  size_t used = 0;
  bar[0] = '\0';
  if (width == 0 || size < width + 4u) return;
  bar[used++] = '[';
  for (size_t i = 0; i < width; i++) bar[used++] = i < filled ? '#' : '.';
  bar[used++] = ']';
  bar[used++] = ' ';
  bar[used] = '\0';
}

void ctl_progress_format(char *text, size_t size, const struct ctl_progress *progress, size_t done, uint64_t now,
                         unsigned bar_width) {
  char bar[80], left[32] = "–";
  double seconds = (double)(now - progress->begun_ms) / 1000;
  double rate = seconds > 0 ? (double)done / seconds : 0;
  unsigned percent = progress->total == 0 ? 100 : (unsigned)((double)done / (double)progress->total * 100);
  if (rate > 0) format_duration(left, sizeof left, (uint64_t)((double)(progress->total - done) / rate));
  format_bar(bar, sizeof bar, bar_width, done, progress->total);
  (void)snprintf(text, size, "%s %s%zu of %zu (%u%%), %.0f a second, %s left", progress->what, bar, done,
                 progress->total, percent, rate, left);
}

static void show(struct ctl_progress *progress, size_t done, uint64_t now) {
  char text[200];
  ctl_progress_format(text, sizeof text, progress, done, now, progress->terminal ? BAR_WIDTH : 0);
  (void)fprintf(stderr, progress->terminal ? "\r\033[K%s" : "%s\n", text);
  (void)fflush(stderr);
  progress->shown_ms = now;
  progress->shown_done = done;
}

void ctl_progress_update(struct ctl_progress *progress, size_t done) {
  uint64_t now = now_ms();
  uint64_t period_ms = progress->terminal ? TERMINAL_PERIOD_MS : LINE_PERIOD_MS;
  if (now - progress->shown_ms >= period_ms) show(progress, done, now);
}

void ctl_progress_end(struct ctl_progress *progress, bool finished) {
  if (progress->shown_done == 0) return;
  if (finished && progress->shown_done < progress->total) show(progress, progress->total, now_ms());
  if (progress->terminal) (void)fputc('\n', stderr);
}
