#include "server_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

struct vd_limits server_wide_limits(void) {
  return (struct vd_limits){.connections = 10000,
                            .header_bytes = 8192,
                            .header_ms = 60000,
                            .body_ms = 60000,
                            .idle_ms = 60000,
                            .write_ms = 60000,
                            .body_bytes = 65536,
                            .picture_bytes = 10485760,
                            .pictures_waiting = 32,
                            .operator_ms = 20000,
                            .submissions_waiting = 16};
}

int server_log_open(void) {
  int fd = memfd_create("log", MFD_CLOEXEC);
  assert_true(fd >= 0);
  return fd;
}

const char *server_log(int log_fd) {
  static char text[SERVER_LOG_MAX + 1];
  ssize_t len = pread(log_fd, text, SERVER_LOG_MAX, 0);
  assert_true(len >= 0);
  text[len] = '\0';
  return text;
}

struct vd_server *server_start(const struct vd_server_options *options) {
  struct vd_failure failure = {.text = ""};
  struct vd_server *server;
  if (vd_server_new(options, &server, &failure) != VD_OK) fail_msg("%s", failure.text);
  if (vd_server_start(server, &failure) != VD_OK) fail_msg("%s", failure.text);
  return server;
}

unsigned long server_metric(const struct vd_server *server, const char *const *route_names, size_t route_count,
                            const char *name) {
  struct vd_buffer text;
  char line[200];
  size_t count;
  const struct vd_metrics *metrics = vd_server_metrics(server, &count);
  vd_buffer_init(&text, 1 << 20);
  vd_metrics_write(metrics, count, route_names, route_count, &text);
  vd_buffer_append(&text, "", 1);
  assert_false(vd_buffer_failed(&text));
  int len = snprintf(line, sizeof line, "\nverifyd_%s ", name);
  const char *found = strstr(text.bytes, line);
  unsigned long value = found == NULL ? 0 : strtoul(found + len, NULL, 10);
  vd_buffer_free(&text);
  return value;
}
