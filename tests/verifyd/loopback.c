#include "loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

uint64_t loopback_now_ms(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static struct sockaddr_in address_of(const char *text, uint16_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  assert_int_equal(inet_pton(AF_INET, text, &address.sin_addr), 1);
  return address;
}

static int connect_to(uint16_t port, const char *from, int flags) {
  struct sockaddr_in to = address_of("127.0.0.1", port);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  assert_true(fd >= 0);
  if (from != NULL) {
    struct sockaddr_in source = address_of(from, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&source, sizeof source), 0);
  }
  int result = connect(fd, (struct sockaddr *)&to, sizeof to);
  assert_true(result == 0 || errno == EINPROGRESS);
  return fd;
}

uint16_t loopback_lasting_port(void) {
  enum { FIRST = 16384, COUNT = 12288, TRIES = 100 };
  for (unsigned i = 0; i < TRIES; i++) {
    uint32_t random;
    assert_int_equal(getrandom(&random, sizeof random, 0), sizeof random);
    uint16_t port = (uint16_t)(FIRST + random % COUNT);
    struct sockaddr_in address = address_of("127.0.0.1", port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_free = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    (void)close(fd);
    if (is_free) return port;
  }
  fail_msg("no port is free");
  return 0;
}

int loopback_connect(uint16_t port) { return connect_to(port, NULL, 0); }

int loopback_connect_from(uint16_t port, const char *address) { return connect_to(port, address, 0); }

int loopback_connect_fast(uint16_t port) { return connect_to(port, NULL, SOCK_NONBLOCK); }

bool loopback_try_send(int fd, const void *bytes, size_t len) {
  const char *at = bytes;
  while (len > 0) {
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    assert_int_equal(poll(&wait, 1, LOOPBACK_WAIT_MS), 1);
    ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);
    if (sent < 0) return false;
    at += sent;
    len -= (size_t)sent;
  }
  return true;
}

void loopback_send(int fd, const void *bytes, size_t len) { assert_true(loopback_try_send(fd, bytes, len)); }

void loopback_say(int fd, const char *text) { loopback_send(fd, text, strlen(text)); }

static size_t receive(int fd, char *bytes, size_t len) {
  struct pollfd wait = {.fd = fd, .events = POLLIN};
  assert_int_equal(poll(&wait, 1, LOOPBACK_WAIT_MS), 1);
  ssize_t got = recv(fd, bytes, len, 0);
  return got > 0 ? (size_t)got : 0;
}

const char *loopback_header(const struct loopback_answer *answer, const char *name) {
  static _Thread_local char value[1024];
  size_t name_len = strlen(name);
  const char *line = strstr(answer->text, "\r\n");
  while (line != NULL && line + 4 <= answer->text + answer->head_len) {
    line += 2;
    const char *end = strstr(line, "\r\n");
    if (end == NULL || end == line) break;
    if (strncasecmp(line, name, name_len) == 0 && line[name_len] == ':') {
      (void)snprintf(value, sizeof value, "%.*s", (int)(end - line - (long)name_len - 2), line + name_len + 2);
      return value;
    }
    line = end;
  }
  return NULL;
}

void loopback_read(int fd, struct loopback_answer *answer, bool head_only) {
  size_t len = 0;
  answer->head_len = 0;
  while (answer->head_len == 0) { /* a byte at a time, so that a pipelined answer stays where it is */
    assert_true(len < LOOPBACK_ANSWER_MAX);
    assert_int_equal(receive(fd, answer->text + len, 1), 1);
    answer->text[++len] = '\0';
    if (len >= 4 && memcmp(answer->text + len - 4, "\r\n\r\n", 4) == 0) answer->head_len = len;
  }
  assert_int_equal(sscanf(answer->text, "HTTP/1.1 %3u ", &answer->status), 1);
  const char *length = loopback_header(answer, "Content-Length");
  answer->body = answer->text + len;
  answer->body_len = length == NULL || head_only ? 0 : strtoul(length, NULL, 10);
  assert_true(answer->body_len <= LOOPBACK_ANSWER_MAX - len);
  for (size_t done = 0; done < answer->body_len;) {
    size_t got = receive(fd, answer->body + done, answer->body_len - done);
    assert_true(got > 0);
    done += got;
  }
  answer->body[answer->body_len] = '\0';
}

void loopback_ask(int fd, const char *request, struct loopback_answer *answer) {
  loopback_say(fd, request);
  loopback_read(fd, answer, strncmp(request, "HEAD ", 5) == 0);
}

void loopback_once(uint16_t port, const char *request, struct loopback_answer *answer) {
  int fd = loopback_connect(port);
  loopback_ask(fd, request, answer);
  assert_int_equal(close(fd), 0);
}

bool loopback_is_closed(int fd) {
  char byte;
  return receive(fd, &byte, 1) == 0;
}
