#include "serve/log.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024 };

void vd_log_init(struct vd_log *log, int fd, enum vd_log_level level) {
  log->fd = fd;
  log->level = level;
  log->len = 0;
}

/* A loop must not wait for whoever reads the log. For a pipe this means that VD_LOG_BUFFER bytes fit (pipe(7)). */
static bool takes_more(const struct vd_log *log) {
  struct pollfd fd = {.fd = log->fd, .events = POLLOUT};
  return poll(&fd, 1, 0) == 1 && (fd.revents & POLLOUT) != 0;
}

void vd_log_flush(struct vd_log *log) {
  size_t done = 0;
  while (done < log->len && takes_more(log)) {
    ssize_t written = write(log->fd, log->lines + done, log->len - done);
    if (written < 0 && errno != EINTR) break;
    if (written > 0) done += (size_t)written;
  }
  log->len = 0;
}

/* snprintf's result as the number of bytes that are really there. */
static size_t clip(int written, size_t size) {
  if (written < 0) return 0;
  return (size_t)written < size ? (size_t)written : size - 1;
}

static size_t put_start(char *line, size_t size, enum vd_log_level level, const char *event) {
  static const char *const names[] = {"error", "warning", "info"};
  struct timespec now;
  struct tm tm;
  (void)clock_gettime(CLOCK_REALTIME, &now);
  (void)gmtime_r(&now.tv_sec, &tm);
  return clip(
      snprintf(line, size, "time=%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ level=%s event=%s", tm.tm_year + 1900,
               tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, now.tv_nsec / 1000000, names[level], event),
      size);
}

/* Room for one line more, and its terminator. */
static char *line_room(struct vd_log *log) {
  if (sizeof log->lines - log->len < LINE_MAX_BYTES) vd_log_flush(log);
  return log->lines + log->len;
}

void vd_log_event(struct vd_log *log, enum vd_log_level level, const char *event, const char *format, ...) {
  if (level > log->level) return;
  char *line = line_room(log);
  size_t len = put_start(line, LINE_MAX_BYTES - 1, level, event);
  if (format != NULL) {
    va_list arguments;
    va_start(arguments, format);
    line[len++] = ' ';
    len += clip(vsnprintf(line + len, LINE_MAX_BYTES - 1 - len, format, arguments), LINE_MAX_BYTES - 1 - len);
    va_end(arguments);
  }
  for (size_t i = 0; i < len; i++)
    if ((unsigned char)line[i] < ' ') line[i] = ' '; /* an event is one line, whatever a path has in it */
  line[len++] = '\n';
  log->len += len;
  vd_log_flush(log);
}

void vd_log_request(struct vd_log *log, const struct vd_log_request *request) {
  if (VD_LOG_INFO > log->level) return;
  char *line = line_room(log);
  size_t len = put_start(line, LINE_MAX_BYTES - 1, VD_LOG_INFO, "request");
  len += clip(snprintf(line + len, LINE_MAX_BYTES - 1 - len,
                       " method=%s route=%s status=%u bytes=%" PRIu64 " duration_us=%" PRIu64, request->method,
                       request->route, request->status, request->bytes, request->duration_us),
              LINE_MAX_BYTES - 1 - len);
  line[len++] = '\n';
  log->len += len;
}
