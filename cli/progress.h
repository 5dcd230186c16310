/* progress.h: how far a long task is: a bar with rate and remaining time on a terminal, plain lines (one every few
 * seconds) otherwise. Written to standard error. One thread. */
#ifndef CTL_PROGRESS_H
#define CTL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ctl_progress {
  const char *what;    /* "issuing" */
  size_t total;
  bool terminal;       /* standard error is one */
  uint64_t begun_ms;   /* monotonic clock */
  uint64_t shown_ms;   /* of the last output */
  size_t shown_done;
};

/* Starts the clock; prints nothing. what must outlive the progress. */
void ctl_progress_begin(struct ctl_progress *progress, const char *what, size_t total);

/* Says that done of total are done; prints when enough time has passed. done never goes back. */
void ctl_progress_update(struct ctl_progress *progress, size_t done);

/* Ends the line; when finished, after printing that all is done. Without an update that was shown, prints nothing. */
void ctl_progress_end(struct ctl_progress *progress, bool finished);

/* The line for a state, without line end: text for a bar of bar_width characters (0: none). Pure; for the tests too. */
void ctl_progress_format(char *text, size_t size, const struct ctl_progress *progress, size_t done, uint64_t now_ms,
                         unsigned bar_width);

#endif
